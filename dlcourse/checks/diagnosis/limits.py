"""Answers that are right up to a size, or but for one kind of argument.

Here a changed call decides. Something is said to be what an answer goes wrong by only where taking
just that away makes every wrong answer right, and putting it in makes right ones wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import (
    CASES,
    CLOSE,
    TELLING,
    Arguments,
    Change,
    Evidence,
    Trial,
    changed,
    floats,
    in_single_precision,
    same,
    shape,
)
from dlcourse.checks.diagnosis.inputs import Values, always, put, through
from dlcourse.checks.diagnosis.naming import Naming

SINGLE = 1e-4  # what may be lost where an argument is in single precision
SIZES = [float(size) for size in np.geomspace(0.1, 2e4, 20)]  # to which an array grows
SERIES, HALVINGS = 3, 8  # cases that grow, and steps to find where they go wrong
ALIKE = 3  # ratio of the sizes from which cases go wrong, if it is the size that matters
NEAR = 0.03  # relative error that may be an approximation's
MOST_CHANGED = 6  # wrong calls, and right ones, that are changed to see what decides


def is_right(evidence: Evidence, answer: FloatArray | None, trial: Trial) -> bool:
    """Tell whether an answer is right, as closely as the check looks."""
    tolerance = max(CLOSE, evidence.tolerance)
    return same(answer, trial.right, SINGLE if in_single_precision(trial.arguments) else tolerance)


def wrong_and_right(evidence: Evidence) -> tuple[list[Trial], list[Trial]]:
    """Split all calls of the check, those that ended in an error among the wrong ones."""
    wrong: list[Trial] = []
    right: list[Trial] = []
    for trial in evidence.all_trials:
        good = not trial.error and is_right(evidence, floats(trial.answer), trial)
        (right if good else wrong).append(trial)
    return wrong, right


# --- special cases ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Special:
    """Something that may be special about the arguments, and how it comes and goes.

    Parameters
    ----------
    words : str
        ```S` holds a 0``.
    question : str
        What to ask where answers go wrong by it.
    holds : callable
        Whether it is so.
    without, within : callable
        Arguments as they are, but for that.
    observed : bool
        Whether so many mistakes come with it that it explains none.
    """

    words: str
    question: str
    holds: Callable[[Arguments], bool]
    without: Change
    within: Change
    observed: bool = False


def of_array(
    k: int, holds: Callable[[FloatArray], bool], without: Values, within: Values
) -> tuple[Callable[[Arguments], bool], Change, Change]:
    """Look at one argument and change it alone."""
    return (
        lambda arguments: bool(holds(np.asarray(arguments[k]))),
        through(k, without),
        through(k, within),
    )


def first_set(change: Callable[[float], float]) -> Values:
    """Change the first entry of an array."""

    def there(values: FloatArray) -> FloatArray:
        values = np.array(values, dtype=float)
        values.flat[:1] = [change(float(number)) for number in values.flat[:1]]
        return values

    return there


def of_entries(evidence: Evidence) -> Iterator[Special]:
    """Go through what may be special about the entries of an array."""
    for k in evidence.arrays:
        name = f"`{evidence.names[k]}`"
        kinds = {np.asarray(value).dtype.kind for value in evidence.values(k)}
        if kinds & set("iu") and kinds - set("iu"):
            yield Special(
                f"{name} holds whole numbers (integers)",
                "Which array takes over their type, and what becomes of decimals in it?",
                *of_array(
                    k,
                    lambda a: a.dtype.kind in "iu",
                    lambda a: a.astype(float),
                    lambda a: a.round().astype(int),
                ),
            )
        if len({len(shape(value)) for value in evidence.values(k)}) > 1:
            yield Special(
                f"{name} has more than one axis",
                "Does your function go through every axis?",
                *of_array(k, lambda a: a.ndim > 1, np.ravel, lambda a: a[None]),
            )
        if k in evidence.labels or kinds <= set("iu"):
            continue
        yield Special(
            f"there is a 0 in {name}",
            "What does each step make of a 0, and what should it?",
            *of_array(
                k,
                lambda a: bool((a == 0).any()),
                lambda a: np.where(a == 0, 0.3, a),
                first_set(lambda _: 0.0),
            ),
        )
        yield Special(
            f"there are negative numbers in {name}",
            "What does each step make of a negative number, and what should it?",
            *of_array(
                k,
                lambda a: bool((a < 0).any()),
                lambda a: np.abs(a) + 0.01,
                first_set(lambda number: -abs(number) - 0.1),
            ),
        )
        yield Special(
            f"there are numbers of both signs in {name}",
            "Is one decision taken for all entries where each needs its own?",
            *of_array(
                k,
                lambda a: bool((a < 0).any() and (a > 0).any()),
                lambda a: np.abs(a) + 0.01,
                lambda a: (np.abs(a) + 0.1) * np.resize([1, -1], a.size).reshape(a.shape),
            ),
        )


def is_one(size: int) -> bool:
    """Tell whether there is only one."""
    return size == 1


def is_not_two(size: int) -> bool:
    """Tell whether there are fewer or more than two."""
    return size != 2


def is_many(size: int) -> bool:
    """Tell whether there are more than two."""
    return size > 2


def is_several(size: int) -> bool:
    """Tell whether there is more than one."""
    return size > 1


LENGTHS = (  # words, question, whether it is so, a length without it, one with it
    ("is 1", "What is different where there is only one?", is_one, 3, 1),
    ("is not 2", "Where is a 2 written down, and what happens to the rest?", is_not_two, 2, 1),
    ("is more than 2", "What becomes of the third, and of those after it?", is_many, 2, 4),
    ("is more than 1", "What becomes of the second, and of those after it?", is_several, 1, 3),
)


def of_lengths(evidence: Evidence) -> Iterator[Special]:
    """Go through what may be special about a length."""
    for sizes, keys in evidence.lengths.items():
        if len(set(sizes)) == 1:
            continue
        for words, question, holds, without, within in LENGTHS:
            yield Special(
                f"{evidence.length_words(keys[0])} {words}",
                question,
                length_holds(keys[0], holds),
                resized(evidence, sizes, without),
                resized(evidence, sizes, within),
                observed=holds is is_several,
            )


def length_holds(key: tuple[int, int], holds: Callable[[int], bool]) -> Callable[[Arguments], bool]:
    """Look at one length."""
    position, axis = key
    return lambda arguments: holds(shape(arguments[position])[axis])


def resized(evidence: Evidence, sizes: tuple[int, ...], size: int) -> Change:
    """Give a length, and all that are always longer by as much, another size."""

    def change(arguments: Arguments) -> Arguments:
        new = list(arguments)
        for others, keys in evidence.lengths.items():
            more = {other - one for other, one in zip(others, sizes, strict=True)}
            if len(more) == 1 and len(set(others)) > 1:
                for position, axis in keys:
                    new[position] = repeated(np.asarray(new[position]), axis, size + min(more))
        return tuple(new)

    return change


def repeated(values: FloatArray, axis: int, size: int) -> FloatArray:
    """Cut an array to a size, or go on with its entries from the first, made smaller."""
    old = values.shape[axis]
    taken: FloatArray = np.take(values, np.arange(size) % old, axis=axis)
    if values.dtype.kind != "f":
        return taken
    smaller = 1 - 0.3 * (np.arange(size) // old)
    return np.asarray(taken * smaller.reshape([-1 if n == axis else 1 for n in range(values.ndim)]))


def of_counts(evidence: Evidence) -> Iterator[Special]:
    """Go through what may be special about a whole number."""
    for k in evidence.counts:
        name = f"`{evidence.names[k]}`"
        yield Special(
            f"{name} is 0",
            "What should come out where nothing is to be done?",
            lambda arguments, k=k: arguments[k] == 0,  # type: ignore[misc]
            put(k, always(2)),
            put(k, always(0)),
        )
        yield Special(
            f"{name} is more than 1",
            "What does the second turn start from?",
            lambda arguments, k=k: arguments[k] > 1,  # type: ignore[misc]
            put(k, always(1)),
            put(k, always(3)),
        )


def special_case(evidence: Evidence) -> Naming | None:
    """Go wrong only where one thing is special about the arguments."""
    special = only_where(evidence)
    if special is None:
        return None
    return Naming(
        f"only where {special.words}",
        "",
        special.question,
        special.observed,
        place=f"Your answers are wrong only where {special.words}.",
    )


def only_where(evidence: Evidence) -> Special | None:
    """Find what every wrong call has and no right one, and what decides when it is changed."""
    wrong, right = wrong_and_right(evidence)
    everything = as_if_right(evidence, evidence.all_trials)
    if not wrong or len(right) < TELLING:
        return None
    for special in (*of_entries(everything), *of_counts(everything), *of_lengths(everything)):
        if (
            all(special.holds(trial.arguments) for trial in wrong)
            and not any(special.holds(trial.arguments) for trial in right)
            and decides(evidence, special, wrong, right)
        ):
            return special
    return None


def as_if_right(evidence: Evidence, trials: Sequence[Trial]) -> Evidence:
    """Take calls as answered, so that what the arguments are is known of all of them."""
    answered = [replace(trial, answer=trial.right, error=None) for trial in trials]
    return Evidence(evidence.names, evidence.reference, answered)


def decides(
    evidence: Evidence, special: Special, wrong: Sequence[Trial], right: Sequence[Trial]
) -> bool:
    """Tell whether wrong answers become right without it, and right ones wrong with it."""
    healed = [changed_verdict(evidence, special.without, trial) for trial in wrong[:MOST_CHANGED]]
    broken = [changed_verdict(evidence, special.within, trial) for trial in right[:MOST_CHANGED]]
    return (
        healed.count(True) >= 1
        and False not in healed
        and broken.count(False) >= max(TELLING, 3 * broken.count(True))  # zeros hide a lot
        and healed.count(True) + broken.count(False) > CASES
    )


def changed_verdict(evidence: Evidence, change: Change, trial: Trial) -> bool | None:
    """Tell whether a changed call is right; None where it cannot be made."""
    arguments = changed(change, trial.arguments)
    right = None if arguments is None else evidence.right(arguments)
    if arguments is None or right is None or evidence.function is None or evidence.calls <= 0:
        return None
    return is_right(evidence, evidence.ask(arguments), Trial(arguments, None, right))


# --- sizes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beyond:
    """Where a case that grows goes wrong, and what the student's function answers from there on."""

    size: float
    answers: list[FloatArray]


def too_large(evidence: Evidence) -> Naming | None:
    """Be right while the numbers of an array are small, and wrong from a size on."""
    wrong, _ = wrong_and_right(evidence)
    for k in evidence.arrays:
        if k in evidence.labels or not small_is_right(evidence, k, wrong):
            continue
        fitting = [t for t in evidence.trials if 0 < np.size(np.asarray(t.arguments[k])) <= 40]
        grown = [beyond(evidence, k, trial) for trial in fitting[-SERIES:]]
        found = [series for series in grown if series]
        sizes = [series.size for series in found]
        alike = len(found) >= TELLING and max(sizes) < ALIKE * min(sizes)
        plain = [trial for trial in wrong if not in_single_precision(trial.arguments)]
        if alike and all(largest(trial, k) > min(sizes) / ALIKE for trial in plain):
            naming = from_a_size_on(f"`{evidence.names[k]}`", found)
            # a class number changes when it will, and no size is to blame for that
            return None if naming.observed and are_whole(evidence.rights) else naming
    return None


def lost_where_large(evidence: Evidence) -> Naming | None:
    """Answer nan or infinity where the numbers are the largest, whichever array holds them."""
    wrong, right = wrong_and_right(evidence)
    answers = [floats(trial.answer) for trial in wrong]
    lost = [a for a in answers if a is not None and not np.isfinite(a).all()]
    if len(lost) < TELLING or len(lost) < len(wrong) or len(right) < CASES or not evidence.arrays:
        return None
    sizes = [[max(largest(t, k) for k in evidence.arrays) for t in ts] for ts in (wrong, right)]
    if min(sizes[0]) <= max(sizes[1]):
        return None
    return Naming(
        "overflow",
        "Your answer is right where numbers are small, and nan or infinite where they are large.",
        "Which exponential gets too large there, or which logarithm gets a 0?",
    )


def largest(trial: Trial, k: int) -> float:
    """Return the size of the largest number of one array."""
    return float(np.abs(np.asarray(trial.arguments[k], dtype=float)).max(initial=0))


def are_whole(arrays: Sequence[FloatArray]) -> bool:
    """Tell whether arrays hold whole numbers only."""
    return all(bool((values == values.round()).all()) for values in arrays)


def small_is_right(evidence: Evidence, k: int, wrong: Sequence[Trial]) -> bool:
    """Tell whether every wrong answer becomes right where one array is made small."""
    shrink = through(k, lambda a: a * (SIZES[0] / np.abs(a).max()))
    verdicts = [changed_verdict(evidence, shrink, trial) for trial in wrong[:MOST_CHANGED]]
    return bool(verdicts) and all(verdicts)


def beyond(evidence: Evidence, k: int, trial: Trial) -> Beyond | None:
    """Let one array grow until the answer goes wrong; None where it never does, or at once."""
    signs = np.random.default_rng(4).choice([-1.0, 1.0], shape(trial.arguments[k]))
    signs.flat[:2] = 1, -1
    rights: list[FloatArray | None] = []

    def at(size: float) -> tuple[FloatArray | None, bool]:
        arguments = (*trial.arguments[:k], size * signs, *trial.arguments[k + 1 :])
        right = evidence.right(arguments)
        rights.append(right)
        answer = evidence.ask(arguments) if right is not None else None
        return answer, right is not None and same(answer, right, max(1e-6, evidence.tolerance))

    grown = [at(size) for size in SIZES]
    first = next((n for n, (_, good) in enumerate(grown) if not good), 0)
    after = [answer for answer, good in grown[first:] if answer is not None and not good]
    if not first or len(after) < len(grown) - first:
        return None
    if sum(not same(one, other) for one, other in itertools.pairwise(rights)) < TELLING:
        return None  # what is right changes at a bound, and not with the size
    low, high = SIZES[first - 1], SIZES[first]
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if at(middle)[1] else (low, middle)
    return Beyond(high, after) if evidence.calls > 0 else None


def from_a_size_on(name: str, found: Sequence[Beyond]) -> Naming:
    """Say what becomes of answers beyond a size: nan, one value, or something else."""
    size = f"{float(f'{np.median([series.size for series in found]):.2g}'):g}"
    where = f"where numbers in {name} go beyond about {size}"
    last = [series.answers[-1] for series in found]
    if not any(np.isfinite(answer).all() for answer in last):
        kind = "nan" if all(np.isnan(answer).any() for answer in last) else "inf"
        return Naming(
            f"overflow from {name}",
            f"Your answer holds {kind} {where}.",
            "Which exponential gets too large there, or of which number is there no logarithm or "
            "root?"
            if kind == "nan"
            else "Which exponential gets too large there, or which logarithm gets a 0?",
        )
    if all(
        same(answer, series.answers[-1], 1e-12) for series in found for answer in series.answers
    ):
        values = np.unique(np.concatenate([answer.ravel() for answer in last]).round(9))
        few = len(values) == 1 or (len(values) == 2 and last[0].ndim > 0)
        stays = " or ".join(f"{value:.6g}" for value in values)
        return Naming(
            f"saturation beyond a size of {name}",
            f"Your answer {f'stays at {stays}' if few else 'no longer changes'} {where}; the right "
            "one is another.",
            "What holds it there: a bound, a tiny number that is added, or a case of its own?",
        )
    return Naming(
        f"wrong beyond a size of {name}",
        f"Your answer is right for small numbers in {name}, and wrong {where}.",
        "Which step is good for small numbers only, and what replaces it for large ones?",
        observed=True,
    )


def approximate(evidence: Evidence) -> Naming | None:
    """Come close to what is right everywhere, far closer than any argument is."""
    if not evidence.same_shapes or sum(evidence.wrong) < CASES:
        return None
    error = max(relative_error(evidence, case) for case in range(len(evidence.answers)))
    if not error < NEAR:
        return None
    return Naming(
        "approximation",
        f"Your answers come close to the right ones, within {error:.1g} of their size, and do not "
        "reach them.",
        "Is a derivative taken over too wide a step, a sum cut off, or a tiny number added?",
        observed=True,
    )


def relative_error(evidence: Evidence, case: int) -> float:
    """Compare an error with the right answer, and with how far that is from the arguments."""
    right = evidence.rights[case]
    given = [floats(argument) for argument in evidence.trials[case].arguments]
    starts = [start for start in given if start is not None and start.shape == right.shape]
    sizes = [np.abs(right - start).max(initial=0.0) for start in (np.zeros_like(right), *starts)]
    error = np.abs(evidence.answers[case] - right).max(initial=0.0)
    return float(np.nan_to_num(error / min(sizes), nan=np.inf)) if error else 0.0
