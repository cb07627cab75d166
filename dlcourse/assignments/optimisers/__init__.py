"""The assignment "Optimisers": six steps from SGD to Adam, and a loop that reads digits with them.

A step gets the weights, what it remembers and a gradient, and returns the new weights with the new
memory, stacked into one array: nothing is hidden, nothing is changed in place.
"""
