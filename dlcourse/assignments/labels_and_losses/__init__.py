"""The assignment "Labels and losses": four functions, from class numbers to targets, to a loss.

Classes are counted from 0. Rows are examples; the loss and its gradient are computed from scores.
"""
