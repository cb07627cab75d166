"""The assignment "Backpropagation": seven functions, from one layer's blame to a whole network's.

Rows of `X` are examples, rows of `W` are units, the bias first; dS is the blame, dL/dS.
"""
