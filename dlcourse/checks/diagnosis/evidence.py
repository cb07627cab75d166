"""What a relation looks at: the calls of a check, and more calls where it asks for them."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.errors import StudentError

Arguments = tuple[object, ...]
Change = Callable[[Arguments], Arguments]

CLOSE = 1e-7  # relative difference of two answers that are one
CASES, TELLING = (
    3,
    2,
)  # a relation holds in so many cases, and differs from what is right in so many
UNCHANGEABLE = (ValueError, IndexError, TypeError, ZeroDivisionError, OverflowError)
AFRESH = 3  # wrong calls, and largest ones, that are made once more with other numbers
MANY = 8  # numbers of one answer that are as good as a second case
MOST_NUMBERS = 10_000  # of an answer that relations look at


@dataclass(frozen=True)
class Trial:
    """One call of a check: what was given, what came back, what is right.

    Parameters
    ----------
    arguments : tuple
        What the functions were called with.
    answer : object
        What the student's function returned; None where it raised.
    right : ndarray
        What the reference returned.
    error : StudentError, optional
        What the student's function raised.
    """

    arguments: Arguments
    answer: object
    right: FloatArray
    error: StudentError | None = None


def floats(value: object) -> FloatArray | None:
    """Return a number or an array of numbers as floats; None for anything else."""
    if type(value) in (bool, int, float) or isinstance(value, np.integer | np.floating | np.bool_):
        with contextlib.suppress(OverflowError):
            return np.asarray(value, dtype=np.float64)
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= MOST_NUMBERS:
        return value.astype(np.float64)
    return None


def shape(value: object) -> tuple[int, ...]:
    """Return the shape of an argument."""
    return np.asarray(value).shape


def copied(arguments: Arguments) -> Arguments:
    """Copy the arrays among arguments."""
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in arguments)


def answered(function: Callable[..., object], arguments: Arguments) -> object:
    """Call a function on copies; an exception comes back as None.

    For functions of ours, which print nothing, within `diagnose`, where nobody hears of warnings.
    """
    try:
        return function(*copied(arguments))
    except Exception:
        return None


def quietly(function: Callable[..., object], arguments: Arguments) -> object:
    """Call a function of anybody's as `answered` does; what it prints or warns of is not heard."""
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        try:
            return answered(function, arguments)
        except SystemExit:
            return None


def same(one: FloatArray | None, other: FloatArray | None, tolerance: float = CLOSE) -> bool:
    """Tell whether two answers are one: equal shapes, numbers that differ by rounding alone."""
    if one is None or other is None or one.shape != other.shape:
        return False
    finite = np.isfinite(other)
    every = bool(finite.all())  # as in most answers, which spares the work of choosing
    numbers, wanted = (one, other) if every else (one[finite], other[finite])
    sizes = np.abs(wanted)
    slack = tolerance * (1e-5 + min(float(sizes.max(initial=0.0)), 1e3) / 100)
    if not (np.abs(numbers - wanted) <= slack + tolerance * sizes).all():
        return False
    return every or np.array_equal(one[~finite], other[~finite], equal_nan=True)


@dataclass(eq=False)
class Evidence:
    """All calls of one check that can be compared, and the means to make more of them.

    Parameters
    ----------
    names : tuple of str
        The arguments' names.
    reference : callable
        The right answer, with the same arguments.
    all_trials : sequence of Trial
        Every call of the check.
    function : callable, optional
        The student's function, where more calls of it are allowed.
    tolerance : float
        Difference from the right answer that is still right.
    calls : int
        How many more calls of the student's function there may be.
    name : str
        The function's name.
    plain : tuple of str
        Source of a plain solution, after the sources of what it calls; empty where there is none.
    asked : dict
        What the reference answered already, which relations ask more than once.
    """

    names: tuple[str, ...]
    reference: Callable[..., object]
    all_trials: Sequence[Trial]
    function: Callable[..., object] | None = None
    tolerance: float = CLOSE
    calls: int = 400
    name: str = ""
    plain: tuple[str, ...] = ()
    asked: dict[Arguments, FloatArray | None] = field(default_factory=dict, repr=False)
    trials: list[Trial] = field(init=False)
    answers: list[FloatArray] = field(init=False)

    def __post_init__(self) -> None:
        """Keep what is compared: calls in double precision that came back with numbers."""
        double = [t for t in self.all_trials if not in_single_precision(t.arguments)]
        pairs = [(trial, floats(trial.answer)) for trial in double if not trial.error]
        self.trials = [trial for trial, answer in pairs if answer is not None]
        self.answers = [answer for _, answer in pairs if answer is not None]

    @cached_property
    def rights(self) -> list[FloatArray]:
        """The right answers, in the order of `answers`."""
        return [trial.right for trial in self.trials]

    @cached_property
    def wrong(self) -> list[bool]:
        """Which of the answers are wrong."""
        close = max(CLOSE, self.tolerance)
        return [not same(a, r, close) for a, r in zip(self.answers, self.rights, strict=True)]

    @property
    def same_shapes(self) -> bool:
        """Whether every answer has the shape of the right one."""
        return all(a.shape == r.shape for a, r in zip(self.answers, self.rights, strict=True))

    def values(self, position: int) -> list[object]:
        """One argument in every trial."""
        return [trial.arguments[position] for trial in self.trials]

    @cached_property
    def arrays(self) -> list[int]:
        """Positions of the arguments that are arrays, labels and all."""
        return [k for k in self.positions if all_are(np.ndarray, self.values(k))]

    @cached_property
    def labels(self) -> list[int]:
        """Positions of the vectors that hold nothing but 0 and 1."""
        return [
            k
            for k in self.arrays
            if all(
                array.ndim == 1 and np.isin(array, (0, 1)).all()
                for array in map(np.asarray, self.values(k))
            )
        ]

    @cached_property
    def counts(self) -> list[int]:
        """Positions of the whole numbers."""
        return [
            k
            for k in self.positions
            if all_are(int | np.integer, self.values(k)) and not all_are(bool, self.values(k))
        ]

    @cached_property
    def numbers(self) -> list[int]:
        """Positions of the numbers that are not whole in every trial."""
        kinds = int | float | np.floating
        return [
            k for k in self.positions if k not in self.counts and all_are(kinds, self.values(k))
        ]

    @property
    def positions(self) -> range:
        """Positions of all arguments."""
        return range(min((len(t.arguments) for t in self.trials), default=0))

    @cached_property
    def lengths(self) -> dict[tuple[int, ...], list[tuple[int, int]]]:
        """Axes of arguments, (position, axis), by their length in every trial: one group a size."""
        groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
        for k in self.arrays:
            shapes = [shape(value) for value in self.values(k)]
            if len({len(shape) for shape in shapes}) == 1:
                for axis in range(len(shapes[0])):
                    groups.setdefault(tuple(s[axis] for s in shapes), []).append((k, axis))
        return groups

    def length_words(self, key: tuple[int, int]) -> str:
        """Say which length that is: ``len(y)``, ``the number of columns of X``."""
        k, axis = key
        name = self.names[k]
        if len(shape(self.values(k)[0])) == 1:
            return f"`len({name})`"
        return (
            f"the number of {('rows', 'columns')[axis]} of `{name}`" if axis < 2 else f"axis {axis}"
        )

    @cached_property
    def together(self) -> list[int]:
        """Positions of the arguments that have a row for each example."""
        groups = [
            [k for k, _ in keys]
            for sizes, keys in self.lengths.items()
            if len(set(sizes)) > 1 and all(axis == 0 for _, axis in keys)
        ]
        return max(groups, key=len, default=[])

    def right(self, arguments: Arguments) -> FloatArray | None:
        """Ask the reference for another right answer; None where it has none."""
        key = tuple(
            (a.shape, a.dtype.char, a.tobytes())
            if isinstance(a, np.ndarray)
            else (type(a), repr(a))
            for a in arguments
        )
        if key not in self.asked:
            self.asked[key] = floats(answered(self.reference, arguments))
        return self.asked[key]

    def ask(self, arguments: Arguments) -> FloatArray | None:
        """Call the student's function once more; None where it gives no numbers, or may not."""
        if self.function is None or self.calls <= 0:
            return None
        self.calls -= 1
        return floats(quietly(self.function, arguments))

    @cached_property
    def afresh(self) -> list[Trial]:
        """A few more calls, with other numbers than the check had."""
        rng = np.random.default_rng(5)
        order = list(self.smallest_first())
        cases = dict.fromkeys([*[k for k in order if self.wrong[k]][:AFRESH], *order[-AFRESH:]])
        calls = [tuple(shrunk(a, rng) for a in self.trials[k].arguments) for k in cases]
        rights = [(call, right) for call in calls if (right := self.right(call)) is not None]
        return [
            Trial(call, answer, right)
            for call, right in rights
            if (answer := self.ask(call)) is not None
        ]

    def holds_afresh(self, predict: Callable[[Arguments], FloatArray | None]) -> bool:
        """Tell whether further calls speak for predictions, and none against.

        Where all of them are answered rightly, what is wrong hangs on single numbers, such as a
        bound, and they say nothing for any prediction.
        """
        guesses = [(predict(trial.arguments), trial) for trial in self.afresh]
        known = [(guess, trial) for guess, trial in guesses if guess is not None]
        return all(same(floats(trial.answer), guess) for guess, trial in known) and (
            not known or any(not same(guess, trial.right) for guess, trial in known)
        )

    def explains(self, predict: Callable[[int], object], share: float = 0.5) -> bool:
        """Tell whether predictions are the student's answers, in every case that has one.

        Parameters
        ----------
        predict : callable
            Takes the number of a trial; None says nothing about it.
        share : float
            Of the cases, at least so many must have a prediction.
        """
        held = telling = 0
        for k, answer in enumerate(self.answers):
            guess = predicted(predict, k)
            if guess is None:
                continue
            if not same(answer, guess):
                return False
            held += 1
            if not same(guess, self.rights[k]) and np.isfinite(guess).any():
                telling += 1 + hard_to_hit(guess, self.rights[k])
        enough = held >= CASES and telling >= TELLING
        return enough and held >= share * len(self.answers)

    def mended(self, mend: Callable[[FloatArray], object]) -> bool:
        """Tell whether the student's answers become right by one more step, in every case."""
        if len(self.answers) < CASES or sum(self.wrong) < TELLING:
            return False
        guesses = (predicted(lambda k: mend(self.answers[k]), k) for k in range(len(self.answers)))
        return all(same(guess, r) for guess, r in zip(guesses, self.rights, strict=True))

    def smallest_first(self) -> Iterator[int]:
        """Numbers of the trials, those with the smallest arguments first."""
        sizes = [sum(np.size(np.asarray(a)) for a in t.arguments) for t in self.trials]
        yield from sorted(range(len(sizes)), key=sizes.__getitem__)


def shrunk(argument: object, rng: np.random.Generator) -> object:
    """Make each decimal number smaller; signs, zeros, ranges and symmetry stay."""
    if type(argument) is float:
        return argument * rng.uniform(0.7, 1)
    if not isinstance(argument, np.ndarray) or argument.dtype.kind != "f":
        return argument
    by = np.asarray(rng.uniform(0.7, 1, argument.shape))
    return argument * (by + by.T if np.array_equal(argument, argument.T) else 2 * by) / 2


def hard_to_hit(guess: FloatArray, right: FloatArray) -> bool:
    """Tell whether chance alone hits no such prediction: another shape, or many other numbers."""
    return guess.shape != right.shape or int((guess != right).sum()) >= MANY


def changed(change: Change, arguments: Arguments) -> Arguments | None:
    """Change arguments; None where that is impossible."""
    with np.errstate(all="ignore"):
        try:
            return change(arguments)
        except UNCHANGEABLE:
            return None


def in_single_precision(arguments: Arguments) -> bool:
    """Tell whether an argument is in single precision: its answers are too coarse to compare."""
    return any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in arguments)


def all_are(kind: object, values: Sequence[object]) -> bool:
    """Tell whether all values are of a kind."""
    return all(isinstance(value, kind) for value in values)  # type: ignore[arg-type]


def predicted(predict: Callable[[int], object], k: int) -> FloatArray | None:
    """Make one prediction; None where it cannot be made."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return floats(predict(k))
        except UNCHANGEABLE:
            return None
