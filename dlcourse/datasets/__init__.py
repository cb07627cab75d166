"""Data to learn from: six toy problems in the plane, and handwritten digits.

``toy`` draws points in the plane, ``mnist`` loads images and ``idx`` reads their file format;
what a reader of the course needs is importable from here.
"""

from dlcourse.datasets.mnist import half_size, load_digits_subset, load_mnist, mislabel
from dlcourse.datasets.toy import SEPARATOR, blobs, moons, rings, separable, spirals, xor

__all__ = [
    "SEPARATOR",
    "blobs",
    "half_size",
    "load_digits_subset",
    "load_mnist",
    "mislabel",
    "moons",
    "rings",
    "separable",
    "spirals",
    "xor",
]
