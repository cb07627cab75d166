"""The assignment "Early stopping": the split, the best epoch, the stop, and what few steps do.

Epochs are rows of a table, and entries of a curve; smaller losses are better.
"""
