"""What a function does apart from its numbers: returns nothing, too much, or remembers."""

from collections.abc import Sequence

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import CASES, Evidence, floats, same
from dlcourse.checks.diagnosis.naming import Naming


def several_things(evidence: Evidence) -> Naming | None:
    """Return a tuple or a list that holds what is right."""
    pairs = [(t.answer, t.right) for t in evidence.all_trials if not t.error]
    if len(pairs) < CASES or not all(isinstance(answer, tuple | list) for answer, _ in pairs):
        return None
    kind = "list" if isinstance(pairs[0][0], list) else "tuple"
    many = [answer for answer, _ in pairs if isinstance(answer, tuple | list)]
    rights = [right for _, right in pairs]
    if all(same(joined(a), r, 1e-4) for a, r in zip(many, rights, strict=True)):
        return Naming(
            f"a {kind}",
            f"The numbers are right, but in a {kind}.",
            "What makes an array of them?",
        )
    for place in range(min(map(len, many))):
        parts = [floats(answer[place]) for answer in many]
        if all(same(part, right, 1e-4) for part, right in zip(parts, rights, strict=True)):
            return Naming(
                f"a {kind} with the answer in it",
                f"Your function returns a {kind} of {len(many[0])} things, of which number {place} "
                "(counted from 0) is right.",
                "Which of them is asked for?",
            )
    if all(same(joined(a, flat=True), r, 1e-4) for a, r in zip(many, rights, strict=True)):
        return Naming(
            f"a {kind} of parts",
            f"Your function returns a {kind} of parts that are right.",
            "What makes one array of them?",
        )
    return None


def joined(things: Sequence[object], *, flat: bool = False) -> FloatArray | None:
    """Make one array of numbers or arrays, side by side or laid end to end."""
    parts = [part for part in map(floats, things) if part is not None]
    if len(parts) < len(things) or not parts:
        return None
    if flat:
        return np.concatenate([part.ravel() for part in parts])
    return np.array(parts) if len({part.shape for part in parts}) == 1 else None


def objects(evidence: Evidence) -> Naming | None:
    """Return the right numbers in an array of objects."""
    pairs = [(t.answer, t.right) for t in evidence.all_trials if not t.error]
    if len(pairs) < CASES:
        return None
    for answer, right in pairs:
        if not (isinstance(answer, np.ndarray) and answer.dtype == object):
            return None
        plain = joined(list(answer.ravel()))
        if plain is None or not same(plain.reshape(answer.shape), right, 1e-4):
            return None
    return Naming(
        "an array of objects",
        "The numbers are right, but in an array of objects.",
        "Which dtype should the array have when you make it?",
    )


def remembers(evidence: Evidence) -> Naming | None:
    """Answer the same call differently the second time."""
    changed = asked = 0
    for trial, answer in zip(evidence.trials, evidence.answers, strict=True):
        again = evidence.ask(trial.arguments)
        if again is None:
            continue
        asked += 1
        changed += again.shape != answer.shape or not np.array_equal(again, answer, equal_nan=True)
    if not changed:
        return None
    return Naming(
        "another answer the second time",
        "The same call gives another answer the second time.",
        "What does your function keep from earlier calls (a global variable, a default such as "
        "`out=[]`), or does it draw random numbers?",
    )


BEHAVIOUR = (several_things, objects, remembers)
