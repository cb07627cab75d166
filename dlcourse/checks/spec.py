"""The parts that an exercise is made of.

An `Exercise` says what a right answer is: the reference function, the inputs to try it on, how
close is close enough, what must hold for every answer, and which wrong answers are common enough
to deserve a hint of their own. Nothing here runs a student's code.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Arguments = tuple[object, ...]
Draw = Callable[[np.random.Generator], Iterable[Arguments]]

SINGLE_TOLERANCE = 1e-4  # where an argument is in single precision
DRAWN = "random numbers"  # what a case is called that the seed decides about


def name_of(key: str) -> str:
    """Take the name from an exercise's key, ``"assignment/name"``."""
    return key.rpartition("/")[2]


@dataclass(frozen=True, eq=False)
class Case:
    """One set of arguments, with a few words that say what is special about it."""

    label: str
    arguments: Arguments
    refusable: bool = False

    def __post_init__(self) -> None:
        """Refuse an array where its rows would be taken for the arguments."""
        if not isinstance(self.arguments, tuple):
            raise TypeError(
                "inputs and edge cases must be tuples of arguments, such as (S,), "
                f"got {type(self.arguments).__name__} for {self.label!r}"
            )

    @property
    def size(self) -> int:
        """Count of numbers in the arguments: what "the smallest failing case" is measured by."""
        return sum(np.size(np.asarray(argument)) for argument in self.arguments)


def no_inputs(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw nothing: for a part that consists of edge cases alone."""
    return ()


@dataclass(frozen=True, eq=False)
class Part:
    """A share of an exercise's points and the cases that earn it.

    Parts are judged in order, and one that fails ends the check: points for the hard part go to
    those who have the easy part. That is also what keeps a constant from earning the one case
    in which it happens to be right.

    Parameters
    ----------
    title : str
        What the part asks for, as the student reads it.
    points : float
        What it earns.
    inputs : callable
        Draws sets of arguments from a random generator: tuples, as in `dlcourse.checks.drawing`.
    edge_cases : mapping
        Sets of arguments that are always tried, by what is special about them.
    refusable_cases : mapping
        Further ones, in which an error is as good as the right answer: a function may refuse them,
        but not get them wrong in silence.
    hint : str
        What to say where the part fails and no misconception is recognised.
    """

    title: str = "the function"
    points: float = 1
    inputs: Draw = no_inputs
    edge_cases: Mapping[str, Arguments] = field(default_factory=dict)
    refusable_cases: Mapping[str, Arguments] = field(default_factory=dict)
    hint: str = ""

    def cases(self, rng: np.random.Generator) -> list[Case]:
        """Collect edge cases and random ones, the smallest first."""
        cases = [
            *(Case(label, arguments) for label, arguments in self.edge_cases.items()),
            *(Case(label, arguments, True) for label, arguments in self.refusable_cases.items()),
            *(Case(DRAWN, arguments) for arguments in self.inputs(rng)),
        ]
        return sorted(cases, key=lambda case: case.size)


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, the function that it leads to, and what a tutor would say about it.

    Parameters
    ----------
    name : str
        A few words for the instructor's report, such as ``"sum instead of mean"``.
    function : callable
        Takes the exercise's arguments and answers as a student with this idea would.
    hint : str
        What to tell that student: what the mistake is, not the line to type. With the question 40
        to 320 characters.
    question : str
        What to ask a student who asks again: answering it mends the mistake.
    """

    name: str
    function: Callable[..., object]
    hint: str
    question: str = ""

    @property
    def hints(self) -> tuple[str, ...]:
        """What is told, one after the other."""
        return tuple(filter(None, (self.hint, self.question)))


@dataclass(frozen=True)
class Property:
    """Something that is true of every right answer, checked before the numbers are compared.

    Parameters
    ----------
    name : str
        A few words, such as ``"between 0 and 1"``.
    holds : callable
        ``holds(answer, *arguments)`` is true where the property holds.
    message : str
        What to say where it does not.
    """

    name: str
    holds: Callable[..., bool]
    message: str


@dataclass(frozen=True, eq=False)
class Exercise:
    """One graded function: everything that `dlcourse.checks.judging.judge` needs to know.

    Parameters
    ----------
    key : str
        Assignment and name, ``"logistic_regression/sigmoid"``: no two exercises share it.
    reference : callable
        The right answer.
    parts : tuple of Part
        What is tried and what it earns, the easy part first.
    tolerance : float
        Relative and absolute difference that is still right in double precision.
    properties : tuple of Property
        What holds for every answer.
    misconceptions : tuple of Misconception
        The wrong answers that have a hint; where several fit, the first one speaks.
    remark : str
        A sentence for those who got it right.
    words : mapping of str to str
        What the exercise calls what the diagnosis knows by symbols alone, by the symbols as they
        are said: ``{"rows of `X`": "examples", "`w[0]`": "the bias"}``.
    open_ended : bool
        Whether every answer is right of which the properties hold, in the shape of the reference's.
        So an exercise can ask for an input that unmasks a wrong function: a property runs that
        function on the answer, which is numbers alone.
    """

    key: str
    reference: Callable[..., object]
    parts: tuple[Part, ...]
    tolerance: float = 1e-7
    properties: tuple[Property, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    remark: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    open_ended: bool = False

    def __post_init__(self) -> None:
        """Refuse a part without the comma of a tuple, and words that are no strings."""
        if not isinstance(self.parts, tuple):
            came = type(self.parts).__name__
            raise TypeError(f"parts must be a tuple, such as (Part(...),), got {came}")
        for symbols, phrase in self.words.items():
            if not isinstance(phrase, str):
                raise TypeError(f"words must be strings, got {phrase!r} for {symbols!r}")

    @property
    def name(self) -> str:
        """The function's name, in the notebook and in the package."""
        return name_of(self.key)

    @property
    def points(self) -> float:
        """What the whole exercise is worth."""
        return sum(part.points for part in self.parts)

    @property
    def argument_names(self) -> tuple[str, ...]:
        """The names of the reference's arguments, in order."""
        return tuple(inspect.signature(self.reference).parameters)
