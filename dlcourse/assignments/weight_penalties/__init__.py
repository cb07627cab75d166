"""The assignment "Weight penalties": both penalties, their steps, and digits with wrong labels.

`W` is one layer, a row for each unit with its bias first; the biases go free everywhere.
"""
