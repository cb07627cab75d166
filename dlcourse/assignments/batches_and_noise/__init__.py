"""The assignment "Batches and noise": six functions, from a batch's gradient to its noise.

All on logistic regression, in the lecture's notation: rows of `X` are examples, ``w[0]`` is the
bias.
"""
