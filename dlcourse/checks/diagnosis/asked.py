"""What a function answers when it is asked more: about one thing alone, or with one thing changed.

Both are true of the student's function as it stands, whatever the mistake behind its numbers is.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlcourse.checks.diagnosis.evidence import (
    CASES,
    CLOSE,
    Arguments,
    Evidence,
    same,
    shape,
)
from dlcourse.checks.diagnosis.examples import Examples
from dlcourse.checks.diagnosis.limits import are_whole
from dlcourse.checks.diagnosis.naming import Naming

MOST, ASKED_ABOUT = 12, 20  # examples or entries that are asked about: in a case, in all
CHANGED = 4  # cases in which an argument is changed


def right_alone(evidence: Evidence) -> Naming | None:
    """Be right for each example, or each entry, alone, and wrong for several at once."""
    for positions, one, several in things(evidence):
        wrong = [k for k in evidence.smallest_first() if evidence.wrong[k]]
        calls = [alone(evidence, positions, k) for k in wrong]
        asked = [call for case in calls if 1 < len(case) <= MOST for call in case][:ASKED_ABOUT]
        if len(asked) >= CASES and right_for_each(evidence, asked):
            return Naming(
                f"right for each {one} alone",
                f"Your function is right for each {one} alone, and wrong for several at once.",
                f"Which step goes over all {several}, and is it asked for in that place?",
            )
    return None


def things(evidence: Evidence) -> Iterator[tuple[Sequence[int], str, str]]:
    """Go through what there are several of: examples, or the entries of an array."""
    for k in evidence.arrays:
        shapes = [shape(value) for value in evidence.values(k)]
        if shapes == [right.shape for right in evidence.rights] and entry_by_entry(evidence, k):
            yield [k], f"entry of `{evidence.names[k]}`", "entries"
    if evidence.together and Examples(evidence).together:
        yield evidence.together, "example", "examples"


def entry_by_entry(evidence: Evidence, k: int) -> bool:
    """Tell whether the right answer has an entry for each entry of an array alone."""
    case = next(largest_first(evidence))
    calls = alone(evidence, [k], case)[:MOST]
    entries = evidence.rights[case].ravel()[: len(calls), None]
    return all(
        same(evidence.right(call), right) for call, right in zip(calls, entries, strict=True)
    )


def alone(evidence: Evidence, positions: Sequence[int], case: int) -> list[Arguments]:
    """Keep one example, or one entry, at a time."""
    arguments = evidence.trials[case].arguments
    arrays = {k: np.asarray(arguments[k]) for k in positions}
    if positions is not evidence.together:
        arrays = {k: array.ravel() for k, array in arrays.items()}
    return [
        tuple(arrays[k][i : i + 1] if k in arrays else a for k, a in enumerate(arguments))
        for i in range(min(map(len, arrays.values())))
    ]


def right_for_each(evidence: Evidence, calls: Sequence[Arguments]) -> bool:
    """Tell whether the student's function is right in every call."""
    tolerance = max(CLOSE, evidence.tolerance)
    return all(same(evidence.ask(call), evidence.right(call), tolerance) for call in calls)


def without_influence(evidence: Evidence) -> Naming | None:
    """Answer the same whatever one argument is, where the right answer is another."""
    unused = [k for k in evidence.positions if is_ignored(evidence, k)]
    if not unused:
        return None
    names = " and ".join(f"`{evidence.names[k]}`" for k in unused)
    it = "it" if len(unused) == 1 else "they"
    return Naming(
        f"not used: {names}",
        f"Your answer does not depend on {names}.",
        f"Where should {it} come in?",
    )


def only_whole_numbers(evidence: Evidence) -> bool:
    """Tell whether answers are whole numbers where others are right: they hide small changes."""
    return are_whole(evidence.answers) and not are_whole(evidence.rights)


def is_ignored(evidence: Evidence, k: int) -> bool:
    """Tell whether a change of one argument changes nothing in several cases, but should."""
    if k in evidence.arrays and only_whole_numbers(evidence):
        return False
    rng = np.random.default_rng(0)
    unmoved = 0
    for case, scale in itertools.product(
        itertools.islice(largest_first(evidence), CHANGED), (1.0, -4.0, 25.0)
    ):
        arguments = evidence.trials[case].arguments
        other = moved(evidence, k, arguments[k], scale * rng.uniform(0.3, 0.9))
        changed = (*arguments[:k], other, *arguments[k + 1 :])
        right = evidence.right(changed)
        if right is None or same(right, evidence.rights[case], 1e-3):
            continue
        answer = evidence.ask(changed)
        if answer is None or not np.isfinite(answer).all():
            return False
        if not np.array_equal(answer, evidence.answers[case]):
            return False
        unmoved += 1
    return unmoved >= CASES


def largest_first(evidence: Evidence) -> Iterator[int]:
    """Numbers of the trials, those with the largest arguments first."""
    yield from reversed(list(evidence.smallest_first()))


def moved(evidence: Evidence, k: int, old: Any, by: float) -> object:
    """Change an argument, but not its kind."""
    if k in evidence.labels:
        return 1 - old
    if k in evidence.counts:
        return old + 1
    if isinstance(old, np.ndarray):
        if old.dtype.kind in "iu":  # in another order, or with the first everywhere
            return np.roll(old, 1) if by > 0 else np.full_like(old, old.flat[0])
        return old * (1 + by) + by
    return old * (0.1 if by < 0 else 0.5 if by < 1 else 4)


ASKED = (right_alone, without_influence)
