"""Make ``activations.npz``: PyTorch's activations and their derivatives, float64.

    python tests/golden/activations.py        # needs torch; the file is committed

``tests/test_activations.py`` compares ours with the file, and with PyTorch itself where it is
installed.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Far out the scores are extreme; between -10 and 10 they are dense; 0 is the kink of ReLU.
SCORES = np.array([-1e4, -750, -100, -40, *np.linspace(-10, 10, 41), 40, 100, 750, 1e4])
ROWS = np.vstack(
    [
        np.random.default_rng(1957).normal(size=(6, 4)),
        30 * np.random.default_rng(1986).normal(size=(6, 4)),
        [[0, 0, 0, 0], [1e4, -1e4, 0, 1e4], [-1e4, -1e4, -1e4, 1e4], [5, 5 - 1e-9, 5, -800]],
    ]
)
ELEMENTWISE = ("sigmoid", "tanh", "relu", "softplus", "identity")
ROW_WISE = ("softmax", "log_softmax", "logsumexp")


def function(name: str):
    """PyTorch's function for one of our names."""
    import torch

    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "softplus": lambda s: -torch.nn.functional.logsigmoid(-s),  # its softplus stops being exact
        "identity": lambda s: 1 * s,
        "softmax": lambda s: torch.softmax(s, -1),
        "log_softmax": lambda s: torch.log_softmax(s, -1),
        "logsumexp": lambda s: torch.logsumexp(s, -1),
    }[name]


def value(name: str) -> NDArray[np.float64]:
    """PyTorch's value of ``name`` at ``SCORES`` or ``ROWS``."""
    import torch

    return function(name)(torch.tensor(ROWS if name in ROW_WISE else SCORES)).numpy()


def derivative(name: str) -> NDArray[np.float64]:
    """PyTorch's slope of ``name`` at ``SCORES``, or its Jacobian at each row of ``ROWS``."""
    import torch

    if name in ROW_WISE:
        jacobian = torch.autograd.functional.jacobian
        rows = [jacobian(function(name), row) for row in torch.tensor(ROWS)]
        return torch.stack(rows).numpy()
    S = torch.tensor(SCORES, requires_grad=True)
    function(name)(S).sum().backward()
    return S.grad.numpy()


def everything() -> dict[str, NDArray[np.float64]]:
    """All values and derivatives, by names such as ``"sigmoid"`` and ``"sigmoid derivative"``."""
    names = ELEMENTWISE + ROW_WISE
    return {name: value(name) for name in names} | {
        f"{name} derivative": derivative(name) for name in names
    }


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **everything())
