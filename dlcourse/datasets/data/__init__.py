"""The bundled digits (``digits.npz``) and their licence (``LICENSE-MNIST``)."""
