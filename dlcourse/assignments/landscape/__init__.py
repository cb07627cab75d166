"""The assignment "The landscape": five functions about lines, curvature, collapse and twins.

Rows of `X` are examples, rows of `W` are units, the bias first.
"""
