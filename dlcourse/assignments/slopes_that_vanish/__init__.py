"""The assignment "Slopes that vanish": six functions, from one slope to a deep network that learns.

All in the lecture's notation: rows of `X` are examples, rows of `W` are units, the bias first.
"""
