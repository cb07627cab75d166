"""Functions of several examples: what one example counts, and how the examples are put together.

The right answer for several examples is the mean or the sum of the answers for each of them alone,
or has a row for each. The reference gives these answers, and the mistakes are tried on them.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import (
    CASES,
    CLOSE,
    TELLING,
    Arguments,
    Evidence,
    predicted,
    same,
    shape,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import MAPS
from dlcourse.checks.diagnosis.quantities import ratio

MOST = 40  # examples of a case that are looked at one by one
MOST_CHOSEN = 10  # examples of a case of which every choice is tried
NUDGED = 4  # cases in which one example is changed

Together = Callable[[FloatArray], FloatArray]  # from an answer for each example to the answer


def mean_of(alone: FloatArray) -> FloatArray:
    """Take the mean over the examples."""
    return np.asarray(alone.mean(axis=0))


def sum_of(alone: FloatArray) -> FloatArray:
    """Take the sum over the examples."""
    return np.asarray(alone.sum(axis=0))


def rows_of(alone: FloatArray) -> FloatArray:
    """Take the rows of all examples."""
    return alone.reshape(-1, *alone.shape[2:])


@dataclass(eq=False)
class Examples:
    """The examples of every case, one by one.

    Parameters
    ----------
    evidence : Evidence
        The calls of a check, with arguments that have a row for each example.
    """

    evidence: Evidence

    def number(self, k: int) -> int:
        """How many examples there are in a case."""
        return shape(self.evidence.trials[k].arguments[self.evidence.together[0]])[0]

    @property
    def several(self) -> list[int]:
        """Cases with several examples, but not too many, the smallest first."""
        return [k for k in self.evidence.smallest_first() if 1 < self.number(k) <= MOST]

    def chosen(self, arguments: Arguments, examples: NDArray[np.int64]) -> Arguments:
        """Keep some examples, in some order."""
        together = self.evidence.together
        return tuple(
            np.asarray(a)[examples] if k in together else a for k, a in enumerate(arguments)
        )

    def one_by_one(self, k: int, flipped: int | None = None) -> FloatArray | None:
        """Return the right answer for each example alone, perhaps with the other label."""
        arguments = self.evidence.trials[k].arguments
        if not 0 < self.number(k) <= MOST:
            return None
        if flipped is not None:
            other = 1 - np.asarray(arguments[flipped])
            arguments = (*arguments[:flipped], other, *arguments[flipped + 1 :])
        singles = (self.chosen(arguments, np.array([i])) for i in range(self.number(k)))
        answers = [self.evidence.right(single) for single in singles]
        found = [answer for answer in answers if answer is not None]
        complete = len(found) == len(answers) and len({answer.shape for answer in found}) == 1
        return np.array(found) if complete else None

    @cached_property
    def alone(self) -> list[FloatArray | None]:
        """The right answer for each example alone, in every case."""
        return [self.one_by_one(k) for k in range(len(self.evidence.trials))]

    @cached_property
    def other_label(self) -> list[FloatArray | None]:
        """The same, with the other label for each."""
        return [self.one_by_one(k, self.label) for k in range(len(self.evidence.trials))]

    @cached_property
    def together(self) -> Together | None:
        """How the right answers for one example alone make the one for several."""
        if len(self.several) < CASES:
            return None
        for together in (mean_of, sum_of, rows_of):
            if all(
                same(self.put_together(k, together), self.evidence.rights[k], 1e-6)
                for k in self.several
            ):
                return together
        return None

    def put_together(self, k: int, together: Together) -> FloatArray | None:
        """Put the right answers for one example alone together in some way."""
        alone = self.alone[k]
        return None if alone is None else predicted(lambda _: together(alone), k)

    def explains(self, together: Together) -> bool:
        """Tell whether that is how the student's function puts the examples together."""
        wrong = sum(self.evidence.wrong[k] for k in self.several)
        return wrong >= TELLING and self.evidence.explains(lambda k: self.put_together(k, together))

    @property
    def row(self) -> str:
        """What a right answer has for each example."""
        return "entry" if self.evidence.rights[0].ndim == 1 else "row"

    @cached_property
    def label(self) -> int | None:
        """Position of the labels 0 and 1 of the examples."""
        return next((k for k in self.evidence.labels if k in self.evidence.together), None)

    def labels(self, k: int) -> NDArray[np.intp]:
        """The labels in one case."""
        return np.asarray(self.evidence.trials[k].arguments[self.label or 0], dtype=np.intp)


# --- how the examples are put together ---------------------------------------------------------


ALL = "What becomes of the others?"
INSTEAD = "How should the examples be put together?"
PUT_TOGETHER: tuple[tuple[str, str, Together], ...] = (
    ("the largest of what each gives alone", INSTEAD, lambda v: v.max(axis=0)),
    ("the smallest of what each gives alone", INSTEAD, lambda v: v.min(axis=0)),
    ("the median of what each gives alone", INSTEAD, lambda v: np.median(v, axis=0)),
    ("the product of what each gives alone", INSTEAD, lambda v: v.prod(axis=0)),
    (
        "the root of the mean square of what each gives alone",
        INSTEAD,
        lambda v: np.sqrt((v**2).mean(axis=0)),
    ),
    (
        "the root of the summed squares of what each gives alone",
        INSTEAD,
        lambda v: np.sqrt((v**2).sum(axis=0)),
    ),
    (
        "minus the logarithm of a mean, where the mean of minus the logarithms is right",
        "Which comes first, the logarithm or the mean?",
        lambda v: -np.log(np.exp(-v).mean(axis=0)),
    ),
    (
        "the logarithm of a mean, where the mean of the logarithms is right",
        "Which comes first, the logarithm or the mean?",
        lambda v: np.log(np.exp(v).mean(axis=0)),
    ),
    (
        "that of the first alone, divided by the number of examples",
        "Does the function return inside its loop?",
        lambda v: v[0] / len(v),
    ),
    (
        "that of the last alone, divided by the number of examples",
        "Does every turn of the loop overwrite what those before have added?",
        lambda v: v[-1] / len(v),
    ),
    ("that of the first alone", "Does the function return inside its loop?", lambda v: v[0]),
    (
        "that of the last alone",
        "Does every turn of the loop overwrite what those before have found?",
        lambda v: v[-1],
    ),
    (
        "the sum over all examples but the first, divided by the number of all",
        "Where does the loop begin?",
        lambda v: v[1:].sum(axis=0) / len(v),
    ),
    (
        "the sum over all examples but the last, divided by the number of all",
        "Where does the loop end?",
        lambda v: v[:-1].sum(axis=0) / len(v),
    ),
    (
        "the sum over all examples but the first",
        "Where does the loop begin?",
        lambda v: v[1:].sum(axis=0),
    ),
    (
        "the sum over all examples but the last",
        "Where does the loop end?",
        lambda v: v[:-1].sum(axis=0),
    ),
    (
        "the mean over all examples but the first",
        "Where does the loop begin?",
        lambda v: v[1:].mean(axis=0),
    ),
    (
        "the mean over all examples but the last",
        "Where does the loop end?",
        lambda v: v[:-1].mean(axis=0),
    ),
    (
        "the sum of what each gives alone, divided by one less than their number",
        "By what is a mean divided?",
        lambda v: v.sum(axis=0) / (len(v) - 1),
    ),
    (
        "the sum of what each gives alone, divided by one less than their number",
        "By what is a mean divided?",
        lambda v: v.sum(axis=0) / max(len(v) - 1, 1),
    ),
    (
        "the sum of what each gives alone, divided by one more than their number",
        "By what is a mean divided?",
        lambda v: v.sum(axis=0) / (len(v) + 1),
    ),
    (
        "the sum of what each gives alone, divided by the root of their number",
        "By what is a mean divided?",
        lambda v: v.sum(axis=0) / np.sqrt(len(v)),
    ),
)
IN_ROWS: tuple[tuple[str, str, Together], ...] = (
    (
        "every {row} is the sum of its own and of all those before",
        "Where should the running total begin anew?",
        lambda v: np.cumsum(rows_of(v), axis=0),
    ),
    (
        "every {row} is the mean of its own and of all those before",
        "Which examples should take part in one {row}?",
        lambda v: np.cumsum(rows_of(v), axis=0) / counted(rows_of(v)),
    ),
    (
        "every {row} is the largest of its own and of all those before",
        "Where should the search for the largest begin anew?",
        lambda v: np.maximum.accumulate(rows_of(v), axis=0),
    ),
    (
        "every {row} is that of the example before, the first one 0",
        "Which index belongs to which example?",
        lambda v: np.concatenate([0 * v[0], *v[:-1]]),
    ),
    (
        "the first {row} is right, and all others are 0",
        "Does the function return inside its loop?",
        lambda v: np.concatenate([v[0], *(0 * v[1:])]),
    ),
    (
        "the last {row} is 0, and all others are right",
        "Where does the loop end?",
        lambda v: np.concatenate([*v[:-1], 0 * v[-1]]),
    ),
    (
        "the first {row} is 0, and all others are right",
        "Where does the loop begin?",
        lambda v: np.concatenate([0 * v[0], *v[1:]]),
    ),
    (
        "every {row} is that of the first example",
        "Which index belongs to which example?",
        lambda v: np.concatenate([v[0]] * len(v)),
    ),
    (
        "every {row} is that of the last example",
        "Does every turn of the loop overwrite what those before have found?",
        lambda v: np.concatenate([v[-1]] * len(v)),
    ),
)


def counted(rows: FloatArray) -> FloatArray:
    """Number rows from 1, in a shape that divides them."""
    return np.arange(1.0, len(rows) + 1).reshape(-1, *[1] * (rows.ndim - 1))


def put_together(examples: Examples) -> Naming | None:
    """Put right answers for single examples together in another way than the right one."""
    if examples.together is rows_of:
        table, name = IN_ROWS, "In your answer {}."
    else:
        table, name = PUT_TOGETHER, "For several examples your answer is {}."
    for words, question, together in table:
        if examples.explains(together):
            words, question = (text.format(row=examples.row) for text in (words, question))
            return Naming(f"examples: {words}", name.format(words), question)
    return None


def divided_by_one_number(examples: Examples) -> Naming | None:
    """Divide the sum over the examples by one number, however many there are."""
    evidence = examples.evidence
    if examples.together is not mean_of:
        return None
    shares = [
        ratio(answer, examples.number(k) * right)
        for k, (answer, right) in enumerate(zip(evidence.answers, evidence.rights, strict=True))
    ]
    known = [share for share in shares if share is not None and share == share]
    if None in shares or len(known) < CASES or not known[0] or not np.allclose(known, known[0]):
        return None
    return Naming(
        "examples: the sum divided by one number",
        f"Your answer is the sum over the examples divided by {1 / known[0]:.6g}, however many "
        "they are.",
        "By what is a mean divided?",
    )


def apart_from_the_features(examples: Examples) -> Naming | None:
    """Add once, or for the first example alone, what every row has without the features."""
    evidence = examples.evidence
    features = [k for k in evidence.together if k not in evidence.labels]
    if examples.together is not rows_of:
        return None

    def constant(k: int) -> FloatArray:
        """Answer for one example that has 0 for every feature."""
        arguments = examples.chosen(evidence.trials[k].arguments, np.array([0]))
        empty = (0 * np.asarray(a) if j in features else a for j, a in enumerate(arguments))
        right = evidence.right(tuple(empty))
        if right is None:
            raise ValueError("there is no answer without features")
        return right

    def only_the_first(k: int) -> FloatArray:
        rows = evidence.rights[k] - constant(k)
        rows[:1] += constant(k)
        return rows

    name = " and ".join(f"`{evidence.names[k]}`" for k in features)
    if evidence.explains(only_the_first):
        return Naming(
            "examples: a constant for the first alone",
            f"What does not depend on {name} is added for the first example alone.",
            "Which examples should it be added for?",
        )
    if evidence.explains(lambda k: np.cumsum(evidence.rights[k] - constant(k), 0) + constant(k)):
        return Naming(
            "examples: a running total",
            f"Every {examples.row} of your answer holds the sums of all those before, too.",
            "Where should the running total begin anew?",
        )
    return None


def every_pair(examples: Examples) -> Naming | None:
    """Let every example meet one argument of every other."""
    evidence = examples.evidence
    if examples.together not in (mean_of, sum_of):
        return None

    def mean_of_pairs(k: int, position: int) -> FloatArray | None:
        """Shift one argument by all numbers of places."""
        arguments, n = evidence.trials[k].arguments, examples.number(k)
        column = np.asarray(arguments[position])
        shifted = (
            evidence.right(
                (*arguments[:position], np.roll(column, by, axis=0), *arguments[position + 1 :])
            )
            for by in range(n)
        )
        found = [right for right in shifted if right is not None]
        return np.mean(found, axis=0) if 0 < len(found) == n <= MOST else None

    vectors = [k for k in evidence.together if len(shape(evidence.values(k)[0])) == 1]
    for position in sorted(vectors, key=lambda k: k not in evidence.labels):
        times = factor_of_pairs(examples, partial(mean_of_pairs, position=position))
        if times is not None:
            name = f"`{evidence.names[position]}`"
            return Naming(
                f"examples: pairs with {name}",
                f"Every example meets all entries of {name}, not only its own{times}.",
                "Which shapes meet in your formula: a column and a row?",
            )
    return None


def factor_of_pairs(examples: Examples, predict: Callable[[int], FloatArray | None]) -> str | None:
    """Tell whether answers are means or sums over pairs."""

    def added(k: int) -> FloatArray | None:
        mean = predict(k)
        return None if mean is None else examples.number(k) * mean

    def all_added(k: int) -> FloatArray | None:
        mean = predict(k)
        return None if mean is None else examples.number(k) ** 2 * mean

    if examples.evidence.explains(predict):
        return ""
    if examples.evidence.explains(added):
        return ", and a sum is taken where a mean should be"
    return ", and sums are taken" if examples.evidence.explains(all_added) else None


# --- what one example counts -------------------------------------------------------------------


def each_mapped(examples: Examples) -> Naming | None:
    """Take a function of what each example counts, and put that together rightly."""
    together = examples.together
    if together is None or together is rows_of:
        return None
    for words, question, change in MAPS:
        if examples.explains(after(together, change)):
            counts = words.replace("the right one", "what it should")
            return Naming(f"each example: {words}", f"Every example counts {counts}.", question)
    return None


def after(together: Together, change: Callable[[FloatArray], object]) -> Together:
    """Change every example's answer before they are put together."""
    return lambda alone: together(np.asarray(change(alone)))


def where(chosen: NDArray[np.bool_], one: FloatArray, other: FloatArray) -> FloatArray:
    """Take one answer for the chosen examples, another for the rest."""
    return np.where(chosen.reshape(-1, *[1] * (other.ndim - 1)), one, other)


def by_class(examples: Examples, k: int) -> tuple[FloatArray, FloatArray] | None:
    """Split the right answer of a case into what the examples of each class add to it."""
    alone, together = examples.alone[k], examples.together
    if alone is None or together is None:
        return None
    labels = examples.labels(k)
    return together(where(labels == 0, alone, 0 * alone)), together(
        where(labels == 1, alone, 0 * alone)
    )


def weights(examples: Examples) -> Naming | None:
    """Let the examples of the two classes count differently."""
    evidence, label = examples.evidence, examples.label
    if label is None or examples.together is None:
        return None
    parts = [by_class(examples, k) for k in range(len(evidence.trials))]
    rows = [
        np.stack([part[0].ravel(), part[1].ravel(), answer.ravel()])
        for part, answer in zip(parts, evidence.answers, strict=True)
        if part is not None and part[0].shape == answer.shape
    ]
    table = np.concatenate(rows, axis=1) if len(rows) >= CASES else np.zeros((3, 0))
    if table.shape[1] < CASES or not np.isfinite(table).all():
        return None
    found, _, rank, _ = np.linalg.lstsq(table[:2].T, table[2], rcond=None)
    if rank < 2:
        return None
    zeros, ones = (float(weight) for weight in found.round(9) + 0.0)

    def weighted(k: int) -> FloatArray | None:
        part = parts[k]
        return None if part is None else zeros * part[0] + ones * part[1]

    if zeros == ones or not evidence.explains(weighted):
        return None
    name = evidence.names[label]
    return Naming(
        f"each example: {zeros:.4g} and {ones:.4g} times",
        f"Examples with `{name}` = 0 count {much(zeros)}; those with `{name}` = 1 count "
        f"{much(ones)}.",
        "Which part of the formula treats the two differently, and should it?",
    )


def much(weight: float) -> str:
    """Say how much an example counts."""
    if weight == 0:
        return "nothing"
    sign = "minus " if weight < 0 else ""
    return f"{sign}{f'{abs(weight):.6g} times ' if abs(weight) != 1 else ''}what they should"


def means_of_classes(examples: Examples) -> Naming | None:
    """Divide by the number of examples of a class in place of the number of all."""
    evidence, label = examples.evidence, examples.label
    if label is None or examples.together is not mean_of:
        return None
    name = evidence.names[label]

    def split(k: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        part = by_class(examples, k)
        if part is None:
            raise ValueError("there are too many examples")
        shares = np.bincount(examples.labels(k), minlength=2) / examples.number(k)
        return part[0], part[1], shares

    def own(k: int) -> FloatArray:
        zeros, ones, shares = split(k)
        return np.asarray(zeros / shares[0] + ones / shares[1])

    def for_label(value: int, k: int) -> FloatArray:
        zeros, ones, shares = split(k)
        return np.asarray((zeros + ones) / shares[value])

    found: tuple[tuple[Callable[[int], FloatArray], str], ...] = (
        (own, "the mean of each class, added"),
        (lambda k: own(k) / 2, "the mean of the means of both classes"),
        *(
            (partial(for_label, value), f"a sum divided by the number of `{name}` = {value}")
            for value in (0, 1)
        ),
    )
    for predict, words in found:
        if evidence.explains(predict):
            return Naming(
                f"examples: {words}",
                f"For several examples your answer is {words}.",
                "By how many examples is a mean divided?",
            )
    return None


Base = Callable[[FloatArray, FloatArray], FloatArray]  # of what is right, and with the other label
BASES: tuple[tuple[str, Base], ...] = (
    ("what they should", lambda right, other: right),
    ("minus what they should", lambda right, other: -right),
    ("what they would with the other label", lambda right, other: other),
    ("minus what they would with the other label", lambda right, other: -other),
    ("what they would for a label of {beyond}", lambda right, other: 2 * right - other),
    ("the sum of what they should and what they would with the other label", np.add),
    ("", lambda right, other: 0 * right),
)
MOVED_ONLY = ("what they should", "what they would with the other label", "")


def one_class(examples: Examples) -> Naming | None:
    """Let the examples of one class count something else; those of the other are right."""
    label = examples.label
    if label is None or examples.together is None:
        return None
    for value in (0, 1):
        for words, base in BASES:
            if counts := counted_otherwise(examples, value, words, base):
                counts = counts.format(beyond=(-1, 2)[value])
                return of_class(examples, value, counts, "What should they count?")
        for words, question, change in MAPS:
            if examples.evidence.explains(partial(refilled, examples, value, mapping(change))):
                counts = words.replace("the right one", "what they should")
                return of_class(examples, value, counts, question)
    return None


def of_class(examples: Examples, value: int, counts: str, question: str) -> Naming:
    """Say what the examples of a class count."""
    which = f"`{examples.evidence.names[examples.label or 0]}` = {value}"
    return Naming(
        f"each example with {which}: {counts}",
        f"Examples with {which} count {counts}; the others are right.",
        question,
    )


def mapping(change: Callable[[FloatArray], object]) -> Base:
    """Change what is right."""
    return lambda right, other: np.asarray(change(right))


def refilled(examples: Examples, value: int, base: Base, k: int) -> FloatArray:
    """Answer a case with something else for the examples of one class."""
    alone, other, together = examples.alone[k], examples.other_label[k], examples.together
    if alone is None or other is None or together is None:
        raise ValueError("there are too many examples")
    return together(where(examples.labels(k) == value, base(alone, other), alone))


def counted_otherwise(examples: Examples, value: int, words: str, base: Base) -> str:
    """Say what examples of a class count: something, or that and a constant; empty where not."""
    evidence = examples.evidence

    def unit(k: int) -> FloatArray:
        """Count 1 for every example of the class, 0 for the others."""
        one_each = partial(refilled, examples, value, lambda right, _: np.ones_like(right))
        return one_each(k) - refilled(examples, value, lambda right, _: 0 * right, k)

    def constant() -> float | None:
        """Find what is added in the first case that has examples of the class."""
        for k in examples.several:
            filled = predicted(partial(refilled, examples, value, base), k)
            if filled is None or filled.shape != evidence.answers[k].shape:
                return None
            added = ratio(evidence.answers[k] - filled, unit(k))
            if added is None or added == added:
                return added
        return None

    added = constant()
    if added is None or (abs(added) < CLOSE and words in MOVED_ONLY):
        return ""
    if not evidence.explains(lambda k: refilled(examples, value, base, k) + added * unit(k)):
        return ""
    if not words:
        return f"{added:.6g}, whatever else they hold"
    sign = "minus" if added < 0 else "plus"
    return words if abs(added) < CLOSE else f"{words}, {sign} {abs(added):.6g}"


def some_left_out(examples: Examples) -> Naming | None:
    """Let some examples count nothing; which ones is not known."""
    if examples.together is not mean_of:
        return None
    cases = [k for k in examples.several if examples.number(k) <= MOST_CHOSEN]
    for of_all in (True, False):
        chosen = [choice(examples, k, of_all) for k in cases]
        left_out = [c for c in chosen if c is not None and not c.all()]
        if len(cases) < CASES or len(left_out) < TELLING or any(c is None for c in chosen):
            continue
        kept = left_out[0]
        left = " and ".join(str(i) for i in np.flatnonzero(~kept))
        by = "" if of_all else ", not even in the number by which you divide"
        return Naming(
            "examples: some left out",
            f"Some examples count nothing{by}: in one case with {len(kept)} of them, number "
            f"{left} (counted from 0).",
            "What decides which examples take part?",
        )
    return None


def choice(examples: Examples, k: int, of_all: bool) -> NDArray[np.bool_] | None:
    """Find the only choice of examples whose sum, divided, is the student's answer."""
    alone, answer = examples.alone[k], examples.evidence.answers[k]
    if alone is None or answer.shape != alone.shape[1:]:
        return None
    choices = np.array(list(itertools.product((False, True), repeat=len(alone))))
    divisors = len(alone) if of_all else np.maximum(choices.sum(axis=1, keepdims=True), 1)
    means = choices @ alone.reshape(len(alone), -1) / divisors
    fits = choices[np.isclose(means, answer.ravel(), rtol=CLOSE, atol=CLOSE * 1e-2).all(axis=1)]
    return fits[0] if len(fits) == 1 else None


def mixed(examples: Examples) -> Naming | None:
    """Let the row of one example depend on other examples."""
    evidence = examples.evidence
    if examples.together is not rows_of:
        return None
    told = 0
    for k in itertools.islice(examples.several, NUDGED):
        answer, right = evidence.answers[k], evidence.rights[k]
        moved = evidence.ask(nudged(examples, k))
        if moved is None or answer.shape != right.shape or moved.shape != right.shape:
            continue
        if np.array_equal(moved[:-1], answer[:-1], equal_nan=True):
            return None
        told += not np.array_equal(moved[-1], answer[-1], equal_nan=True)
    if told < CASES:
        return None
    features = [k for k in evidence.together if k not in evidence.labels]
    names = ", ".join(f"`{evidence.names[k]}`" for k in features)
    vectors = all(len(shape(evidence.values(k)[0])) == 1 for k in features)
    return Naming(
        "examples: mixed",
        f"One {examples.row} of your answer changes when only other "
        f"{'entries' if vectors else 'rows'} of {names} change.",
        "Which step takes something over all of them (a sum, a mean, a largest entry), and is it "
        "asked for?",
    )


def nudged(examples: Examples, k: int) -> Arguments:
    """Change the last example of a case."""
    evidence, rng = examples.evidence, np.random.default_rng(0)
    arguments = list(evidence.trials[k].arguments)
    for position in evidence.together:
        values = np.array(arguments[position])
        if values.dtype.kind == "f":
            values[-1] += rng.uniform(0.5, 1.5, values[-1].shape)
            arguments[position] = values
    return tuple(arguments)


# --- the relation ------------------------------------------------------------------------------


Relation = Callable[[Examples], Naming | None]
RELATIONS: Sequence[Relation] = (
    put_together,
    divided_by_one_number,
    each_mapped,
    weights,
    means_of_classes,
    one_class,
    every_pair,
    apart_from_the_features,
)


def first_of(relations: Sequence[Relation], evidence: Evidence) -> Naming | None:
    """Ask relations where the right answer is put together from those for single examples."""
    if not evidence.together:
        return None
    examples = Examples(evidence)
    if examples.together is None:
        return None
    return next(filter(None, (relation(examples) for relation in relations)), None)


def several_examples(evidence: Evidence) -> Naming | None:
    """Let one example count something else, or put several together in another way."""
    return first_of(RELATIONS, evidence)


def some_count_nothing(evidence: Evidence) -> Naming | None:
    """Leave out some examples: true, but other relations may know why."""
    return first_of((some_left_out,), evidence)


def mixed_examples(evidence: Evidence) -> Naming | None:
    """Let one example depend on others: true, but other relations may know how."""
    return first_of((mixed,), evidence)


EXAMPLES = (several_examples,)
