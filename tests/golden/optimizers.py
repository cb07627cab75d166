"""Make ``optimizers.npz``: 100 steps of PyTorch's six optimisers in five settings, float64.

    python tests/golden/optimizers.py        # needs torch; the file is committed

``tests/test_optimizers.py`` compares our optimisers with the file, and with PyTorch itself where it
is installed.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STEPS = 100
START = np.array([1.0, -2.0, 0.5, 3.0, -1e-3])
CURVATURE = np.array([0.01, 0.3, 1.0, 3.0, 10.0])
NOISE = np.random.default_rng(1957).normal(size=(STEPS, START.size))
SCALES = 10.0 ** np.random.default_rng(1986).integers(-8, 9, size=(STEPS, START.size))

# name -> gradient at a step, given the parameters there
GRADIENTS: dict[str, Callable[[int, NDArray[np.float64]], NDArray[np.float64]]] = {
    "quadratic": lambda step, W: CURVATURE * W,
    "noisy scales": lambda step, W: NOISE[step] * SCALES[step],
    "zero": lambda step, W: np.zeros_like(W),
    "tiny": lambda step, W: 1e-30 * NOISE[step],
    "now and then": lambda step, W: NOISE[step] * (step % 7 == 0),
}
# Tiny gradients start at zero: next to parameters of size one nobody would see what they do.
STARTS = {name: np.zeros(5) if name == "tiny" else START for name in GRADIENTS}
RATES = {"rate 0.01": 0.01, "rate 10": 10.0}
# our class -> PyTorch's class and the settings that are not its defaults
OPTIMIZERS = {
    "SGD": ("SGD", {}),
    "Momentum": ("SGD", {"momentum": 0.9}),
    "AdaGrad": ("Adagrad", {}),
    "AdaDelta": ("Adadelta", {}),
    "RMSprop": ("RMSprop", {}),
    "Adam": ("Adam", {}),
}


def trajectory(name: str, gradient: str, rate: str) -> NDArray[np.float64]:
    """Parameters after each of PyTorch's steps, shape (STEPS, 5)."""
    import torch

    kind, settings = OPTIMIZERS[name]
    W = torch.tensor(STARTS[gradient], requires_grad=True)
    optimizer = getattr(torch.optim, kind)([W], lr=RATES[rate], **settings)
    path = np.empty((STEPS, START.size))
    for step in range(STEPS):
        W.grad = torch.tensor(GRADIENTS[gradient](step, W.detach().numpy().copy()))
        optimizer.step()
        path[step] = W.detach().numpy()
    return path


def all_trajectories() -> dict[str, NDArray[np.float64]]:
    """Every optimiser in every setting, by a name such as ``"Adam, tiny, rate 10"``."""
    return {
        f"{name}, {gradient}, {rate}": trajectory(name, gradient, rate)
        for name in OPTIMIZERS
        for gradient in GRADIENTS
        for rate in RATES
    }


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **all_trajectories())
