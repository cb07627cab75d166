"""Answers that are right for other arguments than were given."""

import itertools
import operator
import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import (
    CASES,
    TELLING,
    Arguments,
    Change,
    Evidence,
    changed,
    same,
    shape,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import factor_words, logistic, times
from dlcourse.checks.diagnosis.quantities import Amount, factor, ratio

Values = Callable[[FloatArray], FloatArray]
Rows = Callable[[Arguments, int], NDArray[np.int64]]
Number = Callable[[Arguments], Any]
Replacement = Callable[[Any, Arguments], object]


def at(index: Any, change: Values) -> Values:
    """Change some entries of an array and leave the others."""

    def there(values: FloatArray) -> FloatArray:
        values = np.array(values, dtype=float)
        values[index] = change(values[index])
        return values

    return there


FIRST, LAST, REST = np.s_[:1], np.s_[-1:], np.s_[1:]
FIRST_COLUMN, LAST_COLUMN = np.s_[:, :1], np.s_[:, -1:]


def of_labels(name: str) -> Iterator[tuple[str, Values]]:
    """Go through what labels 0 and 1 are taken for."""
    yield f"1 - {name} in place of {name}", lambda y: 1 - y
    yield f"labels -1 and +1 in place of 0 and 1 in {name}", lambda y: 2 * y - 1
    yield f"1 for every label in {name}", np.ones_like
    yield f"0 for every label in {name}", np.zeros_like
    yield f"-{name} in place of {name}", np.negative
    yield f"~{name} in place of {name}", lambda y: -y - 1
    yield f"{name} in reversed order", lambda y: y[::-1]


def of_numbers(name: str) -> Iterator[tuple[str, Values]]:
    """Go through what is done to every entry of an array before it is used, the simplest first."""
    yield f"-{name} in place of {name}", np.negative
    yield f"0 in place of {name}", np.zeros_like
    yield f"1 in place of {name}", np.ones_like
    yield f"the absolute value of {name}", np.abs
    yield f"the square of {name}", np.square
    yield f"2 {name} in place of {name}", lambda a: 2 * a
    yield f"half of {name}", lambda a: a / 2
    yield f"{name} cut off to whole numbers", np.trunc
    yield f"only the sign of {name}", np.sign
    yield f"2 {name} - 1 in place of {name}", lambda a: 2 * a - 1
    yield f"({name} > 0) in place of {name}", lambda a: (a > 0) * 1.0
    yield f"({name} > 0.5) in place of {name}", lambda a: (a > 0.5) * 1.0
    yield f"the sigmoid of {name}", logistic
    yield f"the exponential of {name}", np.exp
    yield f"the logarithm of {name}", np.log
    yield f"tanh of {name}", np.tanh
    yield f"1 - {name} in place of {name}", lambda a: 1 - a
    yield f"{name} + 1 in place of {name}", lambda a: a + 1
    yield f"{name} - 1 in place of {name}", lambda a: a - 1
    yield f"0 in place of the negative numbers in {name}", lambda a: np.maximum(a, 0)
    yield f"{name} in reversed order", lambda a: a[::-1]
    yield f"{name} sorted", lambda a: np.sort(a, axis=0)
    yield f"{name} minus its largest entry", lambda a: a - a.max()
    yield f"{name} minus its mean", lambda a: a - a.mean(axis=0)
    yield f"{name} standardised", lambda a: (a - a.mean(axis=0)) / a.std(axis=0)
    yield f"{name} divided by its length (norm)", lambda a: a / np.linalg.norm(a)
    yield f"{name} divided by its largest entry", lambda a: a / a.max()
    yield f"{name} divided by its sum", lambda a: a / a.sum()


def of_vectors(name: str) -> Iterator[tuple[str, Values]]:
    """Go through what happens to single entries of a vector, such as weights with a bias."""
    yield f"0 in place of `{name}[0]`", at(FIRST, np.zeros_like)
    yield f"1 in place of `{name}[0]`", at(FIRST, np.ones_like)
    yield f"-`{name}[0]` in place of `{name}[0]`", at(FIRST, np.negative)
    yield f"`{name}[0]` counted twice", at(FIRST, lambda b: 2 * b)
    yield f"`{name}[0]` squared", at(FIRST, np.square)
    yield f"0 in place of the last entry of `{name}`", at(LAST, np.zeros_like)
    yield f"`{name}[1]` in place of `{name}[0]`", lambda a: np.r_[a[1], a[1:]]
    yield f"`{name}[-1]` in place of `{name}[0]`", lambda a: np.r_[a[-1], a[1:]]
    yield f"the last entry of `{name}` taken for its first", lambda a: np.roll(a, 1)
    yield f"the first entry of `{name}` taken for its last", lambda a: np.roll(a, -1)
    yield f"`{name}[j]` in place of `{name}[j + 1]`", lambda a: np.r_[a[0], a[:-1]]
    yield f"0 in place of `{name}[1:]`", at(REST, np.zeros_like)
    yield f"-`{name}[1:]` in place of `{name}[1:]`", at(REST, np.negative)
    yield f"`{name}[1:]` in reversed order", lambda a: np.r_[a[0], a[:0:-1]]
    yield f"`{name}[1:]` divided by the number of its entries", at(REST, lambda a: a / len(a))
    yield (
        f"`{name}[0]` times the number of the other entries",
        lambda a: np.r_[a[0] * (len(a) - 1), a[1:]],
    )


def of_tables(name: str) -> Iterator[tuple[str, Values]]:
    """Go through what happens to single rows and columns of a table."""
    yield f"0 in the first column of {name}", at(FIRST_COLUMN, np.zeros_like)
    yield f"0 in the last column of {name}", at(LAST_COLUMN, np.zeros_like)
    yield f"1 in the first column of {name}", at(FIRST_COLUMN, np.ones_like)
    yield f"the first column of {name} negated", at(FIRST_COLUMN, np.negative)
    yield f"0 in the first row of {name}", at(FIRST, np.zeros_like)
    yield f"0 in the last row of {name}", at(LAST, np.zeros_like)
    yield (
        f"the first column of {name} times the number of the others",
        lambda a: np.c_[a[:, :1] * (a.shape[1] - 1), a[:, 1:]],
    )
    yield f"only the last column of {name}, the others 0", at(np.s_[:, :-1], np.zeros_like)
    yield f"only the first column of {name}, the others 0", at(np.s_[:, 1:], np.zeros_like)
    yield f"the first row of {name} in every row", lambda a: np.broadcast_to(a[0], a.shape)
    yield f"the last row of {name} in every row", lambda a: np.broadcast_to(a[-1], a.shape)
    yield f"the last column of {name} taken for its first", lambda a: np.roll(a, 1, axis=1)
    yield f"the first column of {name} taken for its last", lambda a: np.roll(a, -1, axis=1)
    yield f"the transpose of {name}", np.transpose
    yield f"the columns of {name} in reversed order", lambda a: a[:, ::-1]
    yield f"{name} minus the largest entry of each column", lambda a: a - a.max(axis=0)


def put(position: int, value: Replacement) -> Change:
    """Make a change that replaces one argument by a function of it and of all arguments."""

    def change(arguments: Arguments) -> Arguments:
        new = value(arguments[position], arguments)
        return *arguments[:position], new, *arguments[position + 1 :]

    return change


def through(position: int, values: Values) -> Change:
    """Make a change that sends one array through a function."""
    return put(position, lambda old, _: np.asarray(values(np.asarray(old))))


def by(
    operation: Callable[[Any, Any], object], number: Number
) -> Callable[[Any, Arguments], object]:
    """Combine an argument with another number of the case."""
    return lambda old, arguments: operation(old, number(arguments))


def always(number: float) -> Replacement:
    """Replace an argument by one number."""
    return lambda old, _: type(old)(number)


def of_arrays(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through the changes of each array."""
    for k in evidence.labels:
        for words, values in of_labels(f"`{evidence.names[k]}`"):
            yield words, through(k, values)
    for k in evidence.arrays:
        sample, name = np.asarray(evidence.values(k)[0]), f"`{evidence.names[k]}`"
        if k in evidence.labels:
            continue
        if sample.dtype.kind in "iu" and all(
            np.asarray(v).dtype.kind in "iu" for v in evidence.values(k)
        ):
            yield (
                f"{name} - 1 in place of {name}, as if it counted from 1",
                through(k, lambda a: a - 1),
            )
            yield f"{name} + 1 in place of {name}", through(k, lambda a: a + 1)
            yield f"2 {name} - 1 in place of {name}", through(k, lambda a: 2 * a - 1)
            continue
        kinds = [of_numbers(name)]
        if sample.ndim == 1:
            kinds.append(of_vectors(name.strip("`")))
        if sample.ndim == 2:
            kinds.append(of_tables(name))
        for words, values in itertools.chain(*kinds):
            yield words, through(k, values)
        for words, length in lengths(evidence):
            yield f"{name} divided by {words}", put(k, by(np.divide, length))


def lengths(evidence: Evidence) -> Iterator[tuple[str, Number]]:
    """Go through the lengths that have a name."""

    def length(position: int, axis: int) -> Number:
        return lambda arguments: shape(arguments[position])[axis]

    for keys in evidence.lengths.values():
        yield evidence.length_words(keys[0]), length(*keys[0])


def of_counts(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through the changes of whole numbers, such as a number of steps."""
    for k in evidence.counts:
        name = f"`{evidence.names[k]}`"
        yield f"one less than {name}", put(k, lambda count, _: count - 1)
        yield f"one more than {name}", put(k, lambda count, _: count + 1)
        for number in (0, 1, 2, 10, 100):
            yield f"{number} whatever {name} is", put(k, always(number))
        yield f"twice {name}", put(k, lambda count, _: 2 * count)
        yield f"half of {name}", put(k, lambda count, _: count // 2)
        for words, length in lengths(evidence):
            yield f"{words} in place of {name}", put(k, by(lambda _, n: n, length))
            yield f"{name} times {words}", put(k, by(operator.mul, length))


def of_rates(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through the changes of single numbers, such as a learning rate."""
    for k in evidence.numbers:
        name = f"`{evidence.names[k]}`"
        yield f"1 in place of {name}", put(k, always(1))
        yield f"0 in place of {name}", put(k, always(0))
        yield f"-{name} in place of {name}", put(k, lambda rate, _: -rate)
        yield f"{name} squared", put(k, lambda rate, _: rate**2)
        yield f"1 / {name} in place of {name}", put(k, lambda rate, _: 1 / rate)
        yield f"1 - {name} in place of {name}", put(k, lambda rate, _: 1 - rate)
        yield f"2 {name} in place of {name}", put(k, lambda rate, _: 2 * rate)
        yield f"half of {name}", put(k, lambda rate, _: rate / 2)
        yield f"the square root of {name}", put(k, lambda rate, _: rate**0.5)
        yield f"{name} cut off to a whole number", put(k, lambda rate, _: int(rate))
        for number in (0.1, 0.01, 0.001, 0.5, 0.9):
            yield f"{number:g} whatever {name} is", put(k, always(number))
        for words, length in lengths(evidence):
            yield f"{name} divided by {words}", put(k, by(operator.truediv, length))
            yield f"{name} times {words}", put(k, by(operator.mul, length))
        for j in evidence.counts + evidence.numbers:
            if j != k:
                other = f"`{evidence.names[j]}`"
                yield f"{name} divided by {other}", put(k, by(operator.truediv, itemgetter(j)))
                yield f"{name} times {other}", put(k, by(operator.mul, itemgetter(j)))
                rest = by(lambda rate, share: rate * (1 - share), itemgetter(j))
                yield f"{name} times (1 - {other})", put(k, rest)


def of_pairs(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through pairs of arguments that are taken for each other."""
    single = evidence.counts + evidence.numbers
    arrays = [k for k in evidence.positions if k not in single]
    for i, j in itertools.combinations([*single, *arrays], 2):
        pairs = zip(evidence.values(i), evidence.values(j), strict=True)
        if not all(shape(a) == shape(b) for a, b in pairs):
            continue
        one, other = f"`{evidence.names[i]}`", f"`{evidence.names[j]}`"
        yield f"{one} and {other} exchanged", exchanged(i, j)
        yield f"{one} in place of {other}", put(j, by(lambda _, taken: taken, itemgetter(i)))
        yield f"{other} in place of {one}", put(i, by(lambda _, taken: taken, itemgetter(j)))


def exchanged(i: int, j: int) -> Change:
    """Make a change that exchanges two arguments."""

    def change(arguments: Arguments) -> Arguments:
        swapped = list(arguments)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        return tuple(swapped)

    return change


def of_examples(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through the examples that alone take part."""
    together = evidence.together
    if not together:
        return

    def rows(take: Rows) -> Change:
        def change(arguments: Arguments) -> Arguments:
            chosen = take(arguments, len(np.asarray(arguments[together[0]])))
            if not len(chosen):
                raise ValueError("no examples are left")
            return tuple(
                np.asarray(a)[chosen] if k in together else a for k, a in enumerate(arguments)
            )

        return change

    def labelled(k: int, label: int) -> Rows:
        return lambda arguments, _: np.flatnonzero(np.asarray(arguments[k]) == label)

    yield "all examples but the last", rows(lambda a, n: np.arange(n - 1))
    yield "all examples but the first", rows(lambda a, n: np.arange(1, n))
    yield "the first example alone", rows(lambda a, n: np.arange(1))
    yield "the last example alone", rows(lambda a, n: np.arange(n - 1, n))
    yield "the first half of the examples", rows(lambda a, n: np.arange(max(n // 2, 1)))
    for k in evidence.labels:
        if k in together:
            for label in (1, 0):
                words = f"the examples whose label in `{evidence.names[k]}` is {label} alone"
                yield words, rows(labelled(k, label))


def changes(evidence: Evidence) -> Iterator[tuple[str, Change]]:
    """Go through all changes of the arguments that have words."""
    yield from of_counts(evidence)
    yield from of_rates(evidence)
    yield from of_pairs(evidence)
    yield from of_arrays(evidence)
    yield from of_examples(evidence)


def changed_arguments(evidence: Evidence) -> Naming | None:
    """Answer what is right for other arguments, perhaps times a factor."""
    if sum(evidence.wrong) < TELLING:
        return None
    order = list(evidence.smallest_first())
    pairs = {words for words, _ in of_pairs(evidence)}
    scaled = None
    for words, change in changes(evidence):
        rights = predictions(evidence, change, order)
        least = len(order) if words in pairs else len(order) / 2  # no case may speak against it
        if len(rights) < max(CASES, least) or not telling(evidence, rights):
            continue
        if all(same(evidence.answers[k], right) for k, right in rights.items()):
            if evidence.holds_afresh(partial(changed_right, evidence, change)):
                return said(evidence, words, change)
            continue
        if scaled is None and "whatever" not in words:
            scaled = with_a_factor(evidence, words, rights)
    return scaled


def predictions(evidence: Evidence, change: Change, order: list[int]) -> dict[int, FloatArray]:
    """Answer every case with changed arguments; none where the first cases already differ."""
    found: dict[int, FloatArray] = {}
    for k in order:
        right = changed_right(evidence, change, evidence.trials[k].arguments)
        if right is None:
            continue
        answer = evidence.answers[k]
        if not same(answer, right) and not perhaps_a_factor(evidence, k, ratio(answer, right)):
            return {}
        found[k] = right
    return found


def perhaps_a_factor(evidence: Evidence, k: int, number: float | None) -> bool:
    """Tell whether a number of one case may be a factor that comes with another mistake."""
    if number is None or np.isnan(number):
        return number is not None
    sizes = {float(n) for a in evidence.trials[k].arguments for n in shape(a)}
    sizes |= {n + 1 for n in sizes} | {n - 1 for n in sizes} | {n**2 for n in sizes}
    known = {1.0, 2.0} | sizes | {2 * n for n in sizes} | {n / 2 for n in sizes}
    return any(abs(abs(number) - m) < 1e-6 * m or abs(abs(number) * m - 1) < 1e-6 for m in known)


def changed_right(evidence: Evidence, change: Change, arguments: Arguments) -> FloatArray | None:
    """Ask the reference with changed arguments."""
    others = changed(change, arguments)
    return None if others is None else evidence.right(others)


def telling(evidence: Evidence, rights: dict[int, FloatArray]) -> bool:
    """Tell whether enough predictions differ from what is right: more, where they are coarse.

    One and the same number wherever they differ is what many mistakes lead to.
    """
    coarse = all(right.ndim == 0 and right == right.round() for right in rights.values())
    differ = [right for k, right in rights.items() if not same(right, evidence.rights[k])]
    varied = any(right.ndim or not same(right, differ[0]) for right in differ)
    return varied and len(differ) >= TELLING + coarse * CASES


def said(evidence: Evidence, words: str, change: Change) -> Naming:
    """Say which arguments were used; where one has no influence at all, say that."""
    if ignored := without_influence(evidence, words, change):
        return Naming(
            f"not used: {ignored}",
            f"Your answer does not depend on {ignored}; apart from that it is right.",
            f"Where should {ignored} come in?",
        )
    return right_for(words)


def right_for(words: str) -> Naming:
    """Say for which arguments an answer is right."""
    return Naming(
        f"input: {words}",
        f"Your answer would be right with {words}.",
        "Which line makes it so, and is that asked for?",
    )


def without_influence(evidence: Evidence, words: str, change: Change) -> str:
    """Return the argument that a change to a constant is about, if nothing hangs on it."""
    constant = re.fullmatch(r"[01] (?:in place of |in |whatever )(.+?)(?: is)?", words)
    k = changed_position(evidence, change)
    if not constant or k is None:
        return ""
    rng = np.random.default_rng(0)
    tried = 0
    for case in itertools.islice(evidence.smallest_first(), 8):
        arguments = evidence.trials[case].arguments
        other = nudged(evidence, k, arguments, change, rng)
        before, after = evidence.answers[case], evidence.ask(other)
        if after is None:
            continue
        if before.shape != after.shape or not np.array_equal(before, after, equal_nan=True):
            return ""
        tried += 1
    return constant[1] if tried >= CASES else ""


def changed_position(evidence: Evidence, change: Change) -> int | None:
    """Find the argument that a change is about, in the largest case."""
    arguments = evidence.trials[list(evidence.smallest_first())[-1]].arguments
    pairs = zip(arguments, changed(change, arguments) or arguments, strict=True)
    moved = (
        k for k, (a, b) in enumerate(pairs) if not np.array_equal(np.asarray(a), np.asarray(b))
    )
    return next(moved, None)


def nudged(
    evidence: Evidence, k: int, arguments: Arguments, change: Change, rng: np.random.Generator
) -> Arguments:
    """Move what a change sets to a constant, and nothing else."""
    old, new = arguments[k], change(arguments)[k]
    if k in evidence.labels:
        moved: object = 1 - np.asarray(old)
    elif isinstance(old, np.ndarray):
        there = np.asarray(new) != old
        moved = old + there * rng.uniform(0.3, 0.9, old.shape)
    else:
        moved = type(old)(old * 2 + 1)  # type: ignore[call-arg,operator]
    return *arguments[:k], moved, *arguments[k + 1 :]


def with_a_factor(evidence: Evidence, words: str, rights: dict[int, FloatArray]) -> Naming | None:
    """Name changed arguments and a factor together."""
    cases = list(rights)
    amount = factor(evidence, [evidence.answers[k] for k in cases], list(rights.values()), cases)
    if amount is None or not simple(amount):
        return None
    if amount.constant == -1 and words.startswith("-"):
        return None
    _, question = factor_words(amount)
    return Naming(
        f"input and factor: {words}, {amount.words}",
        f"Your answer is the right one for {words}, {times(amount)}.",
        question,
    )


def simple(amount: Amount) -> bool:
    """Tell whether a factor is one of the few that come together with another mistake."""
    if amount.constant is not None:
        return amount.constant in (-1, 2, 0.5)
    return ("number of" in amount.words or "len(" in amount.words) and "/" not in amount.words


def axes_exchanged(evidence: Evidence) -> Naming | None:
    """Treat the rows of a table as its columns should be, and the columns as its rows."""
    tables = [k for k in evidence.arrays if len(shape(evidence.values(k)[0])) == 2]
    if len(tables) != 1:
        return None
    (k,) = tables

    def turned(case: int) -> FloatArray | None:
        arguments = evidence.trials[case].arguments
        right = changed_right(evidence, through(k, np.transpose), arguments)
        return None if right is None or not np.isfinite(right).all() else right.T

    if not evidence.explains(turned):
        return None
    name = f"`{evidence.names[k]}`"
    return Naming(
        f"axes of {name} exchanged",
        f"The rows of {name} are treated as its columns should be, and the columns as its rows.",
        "What does a row stand for, and what a column?",
    )


INPUTS = (changed_arguments, axes_exchanged)
