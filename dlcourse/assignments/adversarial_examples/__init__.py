"""The assignment "Adversarial examples": six functions, from the input's slope to a hard target.

Rows of `X` are images, every pixel from 0 (black) to 1 (white); `w` has the bias first.
"""
