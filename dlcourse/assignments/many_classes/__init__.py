"""The assignment "Many classes": six functions, from K scores to weights that are fitted together.

All in the lecture's notation: rows of `X` are examples, rows of `W` are classes, the bias first.
"""
