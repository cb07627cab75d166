"""The assignment "Dropout": the mask both ways, every sub-network, and a training step.

The chances are numbers between 0 and 1 that come with the arguments, one for each unit or input:
one is dropped where its number is below p. So nothing is left to luck, and a check can compare.
"""
