"""The assignment "Early systems": the perceptron of 1957.

Labels are -1 and 1, the bias is the first weight, and a score of exactly 0 is a mistake. Cases are
whole numbers or so, where sums are exact in every order, or such that no score comes near 0.
"""
