"""The assignment "Early systems": the perceptron of 1957 and the network of 1986.

A perceptron's labels are -1 and 1, its bias is the first weight, and a score of exactly 0 is a
mistake. Its cases are whole numbers or so, where sums are exact in every order, or such that no
score comes near 0; those of 1986 keep clear of the margin.
"""
