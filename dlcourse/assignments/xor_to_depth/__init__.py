"""The assignment "From XOR to depth": seven functions, from one unit to a network of three layers.

All in the lecture's notation: rows of `X` are examples, rows of `W` are units, the bias first.
"""
