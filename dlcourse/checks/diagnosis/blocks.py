"""Answers of which only a part is wrong: which part, and what stands there instead.

The wrong entries of all cases lie in one part: the first entry, the last row, the entries where an
argument is negative. Inside it, the relations of `output` and changed arguments are tried again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import CASES, CLOSE, Change, Evidence
from dlcourse.checks.diagnosis.inputs import changed_right, changes, right_for
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import combined, mapped, scaled, shifted

Mask = NDArray[np.bool_]
Part = tuple[str, list[Mask]]  # what is said of it, and where it is in each answer

FIRST, LAST = np.s_[:1], np.s_[-1:]
ENTRIES: tuple[tuple[str, Any], ...] = (
    ("Only the first entry of your answer is wrong", FIRST),
    ("Only the last entry of your answer is wrong", LAST),
    ("Only the first entry of your answer is always right", np.s_[1:]),
    ("Only the last entry of your answer is always right", np.s_[:-1]),
)
ROWS: tuple[tuple[str, Any], ...] = (
    ("Only the first row of your answer is wrong", FIRST),
    ("Only the last row of your answer is wrong", LAST),
    ("Only the first row of your answer is always right", np.s_[1:]),
    ("Only the first column of your answer is wrong", np.s_[:, :1]),
    ("Only the last column of your answer is wrong", np.s_[:, -1:]),
    ("Only the first column of your answer is always right", np.s_[:, 1:]),
)
SIGNS: tuple[tuple[str, Callable[[FloatArray], Mask]], ...] = (
    ("is negative", lambda a: a < 0),
    ("is positive", lambda a: a > 0),
    ("is 0", lambda a: a == 0),
    ("is not negative", lambda a: a >= 0),
    ("is not positive", lambda a: a <= 0),
)
LABELS: tuple[tuple[str, Callable[[FloatArray], Mask]], ...] = (
    ("is 0", lambda y: y == 0),
    ("is 1", lambda y: y == 1),
)
COVERED = 0.7  # share of a part's entries that must be wrong
FEW = 3  # entries in a part, and outside


def parts(evidence: Evidence) -> Iterator[Part]:
    """Go through the parts of answers that have words, places first."""
    rights = evidence.rights
    dimensions = {right.ndim for right in rights}
    for ndim, named in ((1, ENTRIES), (2, ROWS)):
        if dimensions == {ndim}:
            for words, index in named:
                yield words, [placed(right, index) for right in rights]
    for k in evidence.arrays:
        values = [np.asarray(value) for value in evidence.values(k)]
        if not all(v.shape == r.shape[: v.ndim] for v, r in zip(values, rights, strict=True)):
            continue
        labels = k in evidence.labels
        if not labels and not all(any(holds(v).any() for v in values) for _, holds in SIGNS[:2]):
            continue  # of numbers of one sign, those that are not 0 are no part of their own
        for words, holds in LABELS if labels else SIGNS:
            masks = [across(holds(v), r) for v, r in zip(values, rights, strict=True)]
            yield f"Your answer is wrong only where `{evidence.names[k]}` {words}", masks


def placed(right: FloatArray, index: Any) -> Mask:
    """Mark the entries at an index."""
    mask = np.zeros(right.shape, dtype=bool)
    mask[index] = True
    return mask


def across(mask: Mask, right: FloatArray) -> Mask:
    """Extend marked examples over all that belongs to them."""
    return np.broadcast_to(mask.reshape(mask.shape + (1,) * (right.ndim - mask.ndim)), right.shape)


def wrong_part(evidence: Evidence) -> Part | None:
    """Find the part that holds all wrong entries, and hardly any right one."""
    if not evidence.same_shapes or not evidence.answers:
        return None
    tolerance = max(CLOSE, evidence.tolerance)
    pairs = zip(evidence.answers, evidence.rights, strict=True)
    wrong = np.concatenate(
        [~np.isclose(a, r, rtol=tolerance, atol=tolerance / 100).ravel() for a, r in pairs]
    )
    best, most = None, COVERED
    for words, masks in parts(evidence):
        inside = np.concatenate([mask.ravel() for mask in masks])
        if inside.sum() < FEW or (~inside).sum() < FEW or (wrong & ~inside).any():
            continue
        share = float(wrong[inside].mean())
        if wrong.sum() >= FEW and share >= most and sum(m.any() for m in masks) >= CASES:
            best, most = (words, masks), np.nextafter(share, 2)
    return best


def inside(evidence: Evidence, masks: Sequence[Mask]) -> tuple[Evidence, list[Mask]]:
    """Look at a part of the answers as if it were all of them."""
    cases = [k for k, mask in enumerate(masks) if mask.any()]
    trials = [
        replace(
            evidence.trials[k],
            answer=evidence.answers[k][masks[k]],
            right=evidence.rights[k][masks[k]],
        )
        for k in cases
    ]
    return replace(evidence, all_trials=trials), [masks[k] for k in cases]


def part(evidence: Evidence) -> Naming | None:
    """Be wrong in one part of the answer alone, and there by a relation to what is right."""
    found = wrong_part(evidence)
    if found is None:
        return None
    there, masks = inside(evidence, found[1])
    mine, right = (np.concatenate(values) for values in (there.answers, there.rights))
    if np.isfinite(mine).all() and np.ptp(mine) < CLOSE:
        name = f"Your answer is {mine[0]:.6g}."
        return within(found[0], Naming(f"{mine[0]:.6g}", name, "What should be there?"))
    if len(np.unique(right.round(9))) < FEW:
        return None
    for relation in (scaled, mapped, shifted):
        if naming := relation(there):
            return within(found[0], naming)
    for k in there.arrays + there.numbers:
        values = taken(there.values(k), masks)
        if values and (naming := combined(there, f"`{there.names[k]}`", values)):
            return within(found[0], naming)
    return None


def taken(values: Sequence[object], masks: Sequence[Mask]) -> list[FloatArray]:
    """Take the part of an argument that belongs to a part of the answer; empty where none does."""
    arrays = [np.asarray(value, dtype=float) for value in values]
    if not all(a.shape in ((), mask.shape) for a, mask in zip(arrays, masks, strict=True)):
        return []
    pairs = zip(arrays, masks, strict=True)
    return [np.broadcast_to(array, mask.shape)[mask] for array, mask in pairs]


def part_for_others(evidence: Evidence) -> Naming | None:
    """Be wrong in one part of the answer alone, where it is right for other arguments."""
    found = wrong_part(evidence)
    if found is None:
        return None
    there, masks = inside(evidence, found[1])
    for words, change in changes(evidence):

        def right(k: int, change: Change = change) -> FloatArray | None:
            other = changed_right(evidence, change, there.trials[k].arguments)
            return None if other is None or other.shape != masks[k].shape else other[masks[k]]

        if there.explains(right):
            return within(found[0], right_for(words))
    return None


def part_alone(evidence: Evidence) -> Naming | None:
    """Be wrong in one part of the answer alone."""
    found = wrong_part(evidence)
    if found is None:
        return None
    return Naming(
        found[0],
        f"{found[0]}.",
        "Which line makes that part, and what does it do differently there?",
        observed=True,
    )


def within(words: str, naming: Naming) -> Naming:
    """Say in which part a naming holds."""
    return Naming(
        f"{words}: {naming.relation}",
        f"Where it is wrong, {naming.name[0].lower()}{naming.name[1:]}",
        naming.question,
        naming.observed,
        place=f"{words}.",
    )


BLOCKS = (part,)
LAST_BLOCKS = (part_for_others, part_alone)
