"""The assignment "Logistic regression": six functions, from the score to the fitted weights.

All in the lecture's notation: rows of `X` are examples, ``w[0]`` is the bias.
"""
