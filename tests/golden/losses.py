"""Make ``losses.npz``: PyTorch's losses and their gradients by the scores, float64.

    python tests/golden/losses.py        # needs torch; the file is committed

``tests/test_losses.py`` compares ours with the file, and with PyTorch itself where it is installed.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Case(NamedTuple):
    """One batch for one loss."""

    loss: str
    scores: NDArray[np.float64]
    targets: NDArray[np.generic]


SHAPES = {"one": (1,), "vector": (7,), "matrix": (5, 3), "wide": (2, 12)}
SCALES = {"ordinary": 1.0, "large": 30.0, "extreme": None}
TARGETS = {
    "binary_cross_entropy": ("hard", "soft"),
    "logistic_loss": ("hard",),
    "cross_entropy": ("hard", "soft"),
    "squared_error": ("soft",),
}
REDUCTIONS = ("mean", "sum")


def _scores(rng: np.random.Generator, shape: tuple[int, ...], scale: float | None):
    if scale is None:
        return rng.choice([-1e4, -1e3, 0.0, 1e3, 1e4], size=shape)
    return scale * rng.normal(size=shape)


def targets(rng: np.random.Generator, loss: str, kind: str, shape: tuple[int, ...]):
    """Draw what a loss compares scores of this shape with."""
    if loss == "cross_entropy":
        if kind == "hard":
            return rng.integers(shape[1], size=shape[0])
        return rng.dirichlet(np.ones(shape[1]), size=shape[0])
    if loss == "squared_error":
        return rng.normal(size=shape)
    if kind == "soft":
        return rng.uniform(size=shape)
    return rng.choice([-1, 1] if loss == "logistic_loss" else [0, 1], size=shape)


def _cases() -> dict[str, Case]:
    cases = {}
    rng = np.random.default_rng(1986)
    for loss, kinds in TARGETS.items():
        for kind in kinds:
            for size, shape in SHAPES.items():
                shape = (*shape, 1) if loss == "cross_entropy" and len(shape) == 1 else shape
                for scale_name, scale in SCALES.items():
                    name = f"{loss}, {kind}, {size}, {scale_name}"
                    S = _scores(rng, shape, scale)
                    cases[name] = Case(loss, S, targets(rng, loss, kind, shape))
    return cases


CASES = _cases()


def value_and_gradient(case: Case, reduction: str) -> tuple[float, NDArray[np.float64]]:
    """PyTorch's answer, in our convention: a mean over examples, never over units."""
    import torch
    from torch.nn import functional

    S, Y = torch.tensor(case.scores, requires_grad=True), torch.tensor(case.targets)
    class_numbers = case.loss == "cross_entropy" and Y.ndim == 1
    Y = Y.to(torch.int64 if class_numbers else torch.float64)
    total = {
        "binary_cross_entropy": lambda: functional.binary_cross_entropy_with_logits(
            S, Y, reduction="sum"
        ),
        "logistic_loss": lambda: -functional.logsigmoid(Y * S).sum(),
        "cross_entropy": lambda: functional.cross_entropy(S, Y, reduction="sum"),
        "squared_error": lambda: functional.mse_loss(S, Y, reduction="sum") / 2,
    }[case.loss]()
    result = total / len(S) if reduction == "mean" else total
    result.backward()
    return result.item(), S.grad.numpy()


def everything() -> dict[str, NDArray[np.float64]]:
    """Value and gradient of each case, by names such as ``"cross_entropy, ..., mean gradient"``."""
    answers = {}
    for name, case in CASES.items():
        for reduction in REDUCTIONS:
            value, gradient = value_and_gradient(case, reduction)
            answers[f"{name}, {reduction}"] = np.array(value)
            answers[f"{name}, {reduction} gradient"] = gradient
    return answers


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **everything())
