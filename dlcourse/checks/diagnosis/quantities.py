"""Numbers of a case that have a name, and which of them a row of numbers is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import Evidence, shape

PLAIN = {  # what to ask about a factor that is the same in every case
    -1.0: "Which sign is wrong, or which way round is a difference taken?",
    2.0: "Which factor 2 is too much, or which half is missing?",
    0.5: "Which factor 2 is missing, or which half is too much?",
    -2.0: "Which sign is wrong, and which factor 2 is too much?",
    -0.5: "Which sign is wrong, and which factor 2 is missing?",
    1 / np.log(2): "Is your logarithm one to base 2, and which one is asked for?",
    1 / np.log(10): "Is your logarithm one to base 10, and which one is asked for?",
    np.sqrt(2): "Is something under a root twice what it should be?",
    1 / np.sqrt(2): "Is something under a root half of what it should be?",
    np.sqrt(3): "Is something under a root three times what it should be?",
    1 / np.sqrt(3): "Is something under a root a third of what it should be?",
    100.0: "Is a share asked for, or per cent?",
    np.log(2): "That is log(2): is a power of 2, or a logarithm to base 2, at work?",
    np.log(10): "That is log(10): is a power of 10, or a logarithm to base 10, at work?",
}


@dataclass(frozen=True)
class Amount:
    """A number of every case: one and the same, or one that the arguments have.

    Parameters
    ----------
    words : str
        ``times `len(y)```, ``divided by 2 `rate```, or the constant alone.
    constant : float, optional
        The number, where it is the same in every case.
    """

    words: str
    constant: float | None = None


def quantities(evidence: Evidence, cases: Sequence[int]) -> dict[str, FloatArray]:
    """Collect the named numbers of some cases: lengths, numbers among the arguments, counts."""
    trials = [evidence.trials[k].arguments for k in cases]
    found: dict[str, Iterable[float]] = {}
    for keys in evidence.lengths.values():
        position, axis = keys[0]
        sizes = np.array([shape(a[position])[axis] for a in trials], dtype=np.float64)
        words = evidence.length_words(keys[0])
        found[words] = sizes
        found[f"({words} - 1)"] = sizes - 1
        found[f"({words} + 1)"] = sizes + 1
    for k in evidence.counts + evidence.numbers:
        values = np.array([float(a[k]) for a in trials])  # type: ignore[arg-type]
        found[f"`{evidence.names[k]}`"] = values
        found[f"(1 - `{evidence.names[k]}`)"] = 1 - values
    for k in evidence.arrays:
        name, arrays = evidence.names[k], [np.asarray(a[k], dtype=float) for a in trials]
        if not all(array.size for array in arrays):
            continue
        if all(array.ndim == 2 for array in arrays):
            found[f"the number of entries of `{name}`"] = [a.size for a in arrays]
            found[f"the number of entries of `{name}[:, 1:]`"] = [a[:, 1:].size for a in arrays]
        if k in evidence.labels:
            found[f"the number of ones in `{name}`"] = [a.sum() for a in arrays]
            found[f"the number of zeros in `{name}`"] = [(1 - a).sum() for a in arrays]
            continue
        found[f"the sum of `{name}`"] = [a.sum() for a in arrays]
        found[f"the mean of `{name}`"] = [a.mean() for a in arrays]
        found[f"the length (norm) of `{name}`"] = [float(np.linalg.norm(a)) for a in arrays]
        found[f"the largest entry of `{name}`"] = [a.max() for a in arrays]
        found[f"the standard deviation of `{name}`"] = [a.std() for a in arrays]
        if all(array.ndim == 1 for array in arrays):
            found[f"`{name}[0]`"] = [a[0] for a in arrays]
            found[f"`{name}[-1]`"] = [a[-1] for a in arrays]
            found[f"the length (norm) of `{name}[1:]`"] = [
                float(np.linalg.norm(a[1:])) for a in arrays
            ]
    return {words: np.array(list(values), dtype=float) for words, values in found.items()}


def named(evidence: Evidence, numbers: Sequence[float], cases: Sequence[int]) -> Amount | None:
    """Name one number for each of some cases; None where it has no name.

    A name must be told from a constant: the numbers take three values at least.
    """
    wanted = np.asarray(numbers, dtype=float)
    if not wanted.size or not np.isfinite(wanted).all():
        return None
    if np.allclose(wanted, wanted[0], rtol=1e-6, atol=1e-12):
        return Amount(f"{wanted[0]:.6g}", float(wanted[0]))
    if len(np.unique(wanted.round(9))) < 3:
        return None
    for words, values in candidates(quantities(evidence, cases)):
        if np.isfinite(values).all() and np.allclose(values, wanted, rtol=1e-6, atol=1e-12):
            return Amount(words)
    return None


def candidates(known: dict[str, FloatArray]) -> Iterator[tuple[str, FloatArray]]:
    """Go through what a factor may be, the simplest first."""
    with np.errstate(all="ignore"):
        for sign, minus in ((1, ""), (-1, "minus ")):
            for words, values in known.items():
                yield f"times {minus}{words}", sign * values
                yield f"divided by {minus}{words}", sign / values
        for words, values in known.items():
            yield f"times {words} squared", values**2
            yield f"divided by {words} squared", 1 / values**2
            for factor in (2, 0.5):
                yield f"times {factor:g} {words}", factor * values
                yield f"times {factor:g} / {words}", factor / values
        plain = [(w, v) for w, v in known.items() if w.startswith(("`", "the number of"))]
        for words, values in plain:
            for others, divisor in plain:
                if words != others:
                    for factor, twice in ((1, ""), (2, "2 times "), (0.5, "0.5 times ")):
                        yield f"times {twice}{words} / {others}", factor * values / divisor
                    yield f"divided by {words} and by {others}", 1 / (values * divisor)


def ratio(answer: FloatArray, right: FloatArray) -> float | None:
    """Return k where answer = k * right in every entry; NaN where both are 0, None else."""
    if answer.shape != right.shape or not right.size:
        return None
    if not (np.isfinite(answer).all() and np.isfinite(right).all()):
        return None
    scale = np.abs(right).max()
    if scale < 1e-12:
        return np.nan if np.abs(answer).max() < 1e-12 else None
    at = np.unravel_index(np.abs(right).argmax(), right.shape)
    k = float(answer[at] / right[at])
    slack = 1e-8 * scale * (abs(k) + 1e-3)
    return k if np.allclose(answer, k * right, rtol=1e-6, atol=slack) else None


def factor(
    evidence: Evidence,
    answers: Sequence[FloatArray],
    rights: Sequence[FloatArray],
    cases: Sequence[int] | None = None,
) -> Amount | None:
    """Find the factor between two rows of arrays; None where there is none, or no name for it."""
    cases = range(len(answers)) if cases is None else cases
    ratios = [ratio(answer, right) for answer, right in zip(answers, rights, strict=True)]
    if any(k is None for k in ratios):
        return None
    known = [(k, case) for k, case in zip(ratios, cases, strict=True) if k is not None and k == k]
    if len(known) < 3 or np.allclose([k for k, _ in known], 1, rtol=1e-6):
        return None
    return named(evidence, [k for k, _ in known], [case for _, case in known])
