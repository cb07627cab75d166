"""Functions that repeat a step: what is wrong with the steps, where they lead, or what is returned.

A function repeats a step if its right answer composes with itself in one array and one whole
number: two steps are one step, and one more from there. Then every mistake in the steps can be
walked with the reference alone, and it is named if it ends where the student's function does.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import (
    CASES,
    CLOSE,
    TELLING,
    Arguments,
    Evidence,
    Trial,
    same,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.quantities import named, ratio

LONGEST = 500  # walks of more steps are not looked at
LOOKED_AT = 4  # steps that are looked at one by one
HUGE = 1e8  # a rate at which the state hardly counts beside the step


def replaced(arguments: Arguments, position: int, value: object) -> Arguments:
    """Put another value in the place of one argument."""
    return *arguments[:position], value, *arguments[position + 1 :]


class NoStepError(ValueError):
    """The reference has no step from a state."""


@dataclass(frozen=True)
class Repetition:
    """A function that repeats a step.

    Parameters
    ----------
    evidence : Evidence
        The calls of its check.
    state : int
        Position of the array that the steps change.
    count : int
        Position of the number of steps.
    rate : int, optional
        Position of the number that every step is a multiple of.
    """

    evidence: Evidence
    state: int
    count: int
    rate: int | None = None

    def at(self, arguments: Arguments, state: FloatArray, count: int) -> Arguments:
        """Start elsewhere, and take another number of steps."""
        return replaced(replaced(arguments, self.state, state), self.count, count)

    def start(self, arguments: Arguments) -> FloatArray:
        """Where the steps start."""
        return np.asarray(arguments[self.state], dtype=float)

    def steps(self, arguments: Arguments) -> int:
        """How many steps are asked for."""
        return int(arguments[self.count])  # type: ignore[call-overload, no-any-return]

    def right(self, arguments: Arguments, state: FloatArray) -> FloatArray:
        """Return the right step from a place, as a difference."""
        there = self.evidence.right(self.at(arguments, state, 1))
        if there is None or there.shape != state.shape:
            raise NoStepError("there is no step from here")
        return there - state

    def asked(self, arguments: Arguments, count: int) -> FloatArray | None:
        """Ask the student's function for another number of steps."""
        start = self.start(arguments)
        answer = self.evidence.ask(self.at(arguments, start, count))
        return answer if answer is not None and answer.shape == start.shape else None

    def words(self, text: str) -> str:
        """Put the arguments' names into a sentence."""
        names = self.evidence.names
        rate = names[self.rate] if self.rate is not None else ""
        return text.format(state=names[self.state], count=names[self.count], rate=rate)


@dataclass
class Walk:
    """The states on the way, the start first.

    Parameters
    ----------
    repetition : Repetition
        The function.
    case : int
        Number of the trial.
    """

    repetition: Repetition
    case: int
    path: list[FloatArray] = field(init=False)

    def __post_init__(self) -> None:
        """Begin at the start."""
        self.path = [self.repetition.start(self.arguments)]

    @property
    def arguments(self) -> Arguments:
        """What the function was called with."""
        return self.repetition.evidence.trials[self.case].arguments

    @property
    def here(self) -> FloatArray:
        """The state that was reached."""
        return self.path[-1]

    @property
    def before(self) -> FloatArray:
        """The step that led here; 0 at the start."""
        return self.path[-1] - self.path[-2] if len(self.path) > 1 else 0 * self.here

    @property
    def turn(self) -> int:
        """The number of the next step, the first is 1."""
        return len(self.path)

    @property
    def rate(self) -> float:
        """The number that every step is a multiple of."""
        if self.repetition.rate is None:
            raise ValueError("no number multiplies the steps")
        return float(self.arguments[self.repetition.rate])  # type: ignore[arg-type]

    def step(self, state: FloatArray | None = None) -> FloatArray:
        """Return the right step from here, or from a state."""
        return self.repetition.right(self.arguments, self.here if state is None else state)

    @property
    def slope(self) -> FloatArray:
        """What the rate multiplies in the right step from here.

        A short step is a small difference of large numbers; one at a huge rate keeps the digits.
        """
        repetition = self.repetition
        if repetition.rate is None:
            raise ValueError("no number multiplies the steps")
        arguments = replaced(self.arguments, repetition.rate, HUGE)
        return repetition.right(arguments, self.here) / HUGE

    @property
    def examples(self) -> int:
        """How many examples there are."""
        together = self.repetition.evidence.together
        if not together:
            raise ValueError("there are no examples")
        return len(np.asarray(self.arguments[together[0]]))

    def step_for(self, example: int, state: FloatArray) -> FloatArray:
        """Return the right step if there were one example alone."""
        together = self.repetition.evidence.together
        alone = tuple(
            np.asarray(a)[example : example + 1] if k in together else a
            for k, a in enumerate(self.arguments)
        )
        return self.repetition.right(alone, state)


Move = Callable[[Walk], FloatArray]


def rightly(walk: Walk) -> FloatArray:
    """Take the right step."""
    return walk.here + walk.step()


def as_given(walk: Walk) -> FloatArray:
    """Start where one should."""
    return walk.here


def its_end(walk: Walk) -> FloatArray:
    """Return the last state."""
    return walk.here


class Mistake(NamedTuple):
    """One thing that may be wrong with the steps.

    Parameters
    ----------
    relation, name, question : str
        As in `Naming`, with ``{state}``, ``{count}`` and ``{rate}`` for the arguments' names.
    move : callable
        Takes a walk and returns the next state.
    result : callable
        Takes the walk and returns the answer.
    start : callable
        Takes a walk that has not begun and returns where it does.
    """

    relation: str
    name: str
    question: str
    move: Move = rightly
    result: Move = its_end
    start: Move = as_given

    def answer(self, repetition: Repetition, case: int) -> FloatArray | None:
        """Answer as somebody does who makes this mistake."""
        count = repetition.steps(repetition.evidence.trials[case].arguments)
        if not 0 <= count <= LONGEST or (count == 0 and self.result is not its_end):
            return None
        walk = Walk(repetition, case)
        walk.path = [self.start(walk)]
        for _ in range(count):
            walk.path.append(self.move(walk))
        return self.result(walk)

    def naming(self, repetition: Repetition) -> Naming | None:
        """Name it if it explains every answer."""
        if not repetition.evidence.explains(lambda k: self.answer(repetition, k)):
            return None
        relation, name, question = map(repetition.words, self[:3])
        return Naming(f"steps: {relation}", name, question)


# --- mistakes without a number -----------------------------------------------------------------


def each_times(factor: Callable[[int], float]) -> Move:
    """Take the right step times a factor that depends on its number."""
    return lambda walk: walk.here + factor(walk.turn) * walk.step()


def entries(where: slice) -> Move:
    """Change some entries only."""

    def move(walk: Walk) -> FloatArray:
        state = walk.here.copy()
        if state.shape[-1] < 2:
            raise ValueError("there is one entry only")
        state[..., where] += walk.step()[..., where]
        return state

    return move


def one_by_one(order: Callable[[int], Iterator[slice]]) -> Move:
    """Change the entries one after the other, each from where those before have led."""

    def move(walk: Walk) -> FloatArray:
        state = walk.here.copy()
        for where in order(state.shape[-1]):
            state[..., where] += walk.step(state)[..., where]
        return state

    return move


def singly(n: int) -> Iterator[slice]:
    """Go through the entries."""
    yield from (slice(j, j + 1) for j in range(n))


def first_and_rest(n: int) -> Iterator[slice]:
    """Go to the first entry, then to all others."""
    yield from (slice(1), slice(1, n))


def rest_and_first(n: int) -> Iterator[slice]:
    """Go to all entries but the first, then to the first."""
    yield from (slice(1, n), slice(1))


def example_by_example(share: Callable[[int], float]) -> Move:
    """Take a step for each example, each from where those before have led."""

    def move(walk: Walk) -> FloatArray:
        state = walk.here
        for i in range(walk.examples):
            state = state + share(walk.examples) * walk.step_for(i, state)
        return state

    return move


def one_example(walk: Walk) -> FloatArray:
    """Take a step for one example, in turn."""
    return walk.here + walk.step_for((walk.turn - 1) % walk.examples, walk.here)


def rounded(digits: int) -> Move:
    """Round the state after every step."""
    return lambda walk: np.round(walk.here + walk.step(), digits)


def unit(values: FloatArray) -> FloatArray:
    """Scale an array to length 1."""
    return np.asarray(values / np.linalg.norm(values))


SHRINKS = "Should a step grow or shrink with its number?"
WHOLE = "From which values of `{state}` is the whole step to be computed?"
FIXED = (
    Mistake(
        "opposite direction",
        "Every step goes in the opposite direction.",
        "Which way should `{state}` go: is the change added, or taken away?",
        lambda walk: walk.here - walk.step(),
    ),
    Mistake(
        "the first one only",
        "You end after one step from `{state}` as it was given, however large `{count}` is.",
        "Does the loop end on its first turn, or does each turn start anew from what was given?",
        lambda walk: walk.here if walk.turn > 1 else walk.here + walk.step(),
    ),
    Mistake(
        "computed at the start",
        "Every step is the first one again, computed at the `{state}` that was given.",
        "At which `{state}` should the next step be computed?",
        lambda walk: walk.here + walk.step(walk.path[0]),
    ),
    Mistake(
        "from the start",
        "Every step is taken from the `{state}` that was given; only the last one counts.",
        "From where should the next step be taken?",
        lambda walk: walk.path[0] + walk.step(),
    ),
    Mistake(
        "divided by their number",
        "Your steps shrink: the second is divided by 2, the third by 3, and so on.",
        SHRINKS,
        each_times(lambda t: 1 / t),
    ),
    Mistake(
        "divided by the root of their number",
        "Your steps shrink: step t is divided by the square root of t.",
        SHRINKS,
        each_times(lambda t: t**-0.5),
    ),
    Mistake(
        "divided by their number plus 1",
        "Your steps shrink: the first is divided by 2, the second by 3, and so on.",
        SHRINKS,
        each_times(lambda t: 1 / (t + 1)),
    ),
    Mistake(
        "halved each time",
        "Your steps shrink: each is half as long.",
        SHRINKS,
        each_times(lambda t: 0.5 ** (t - 1)),
    ),
    Mistake(
        "times their number",
        "Your steps grow: the second is taken 2 times, the third 3 times, and so on.",
        SHRINKS,
        each_times(lambda t: t),
    ),
    Mistake(
        "times their number minus 1",
        "The first step is not taken; then they grow: the third is taken 2 times, and so on.",
        SHRINKS,
        each_times(lambda t: t - 1),
    ),
    Mistake(
        "alternating",
        "Every second step goes in the opposite direction.",
        "What changes its sign from one turn of the loop to the next?",
        each_times(lambda t: 1 if t % 2 else -1),
    ),
    Mistake(
        "only the sign",
        "In every step only the sign of what `{rate}` multiplies counts, not how large it is.",
        "What makes a step short where little is left to be done?",
        lambda walk: walk.here + walk.rate * np.sign(walk.slope),
    ),
    Mistake(
        "normalised",
        "Every step has the length `{rate}`: what `{rate}` multiplies is scaled to length 1.",
        "What makes a step short where little is left to be done?",
        lambda walk: walk.here + walk.rate * unit(walk.slope),
    ),
    Mistake(
        "squared",
        "In every step the square of what `{rate}` multiplies is used.",
        "Which square is too much, and what becomes of the sign?",
        lambda walk: walk.here - walk.rate * walk.slope**2,
    ),
    Mistake(
        "multiplied",
        "In every step `{state}` is multiplied by 1 plus the change.",
        "Is the change a share of `{state}`, or is it to be added as it is?",
        lambda walk: walk.here * (1 + walk.step()),
    ),
    Mistake(
        "replaced",
        "Every step forgets where it was: the step itself takes the place of `{state}`.",
        "What should the step be added to?",
        lambda walk: walk.step(),
    ),
    Mistake(
        "the first entry stays",
        "The first entry of `{state}` never moves; apart from that the steps are right.",
        "What should change the first entry?",
        entries(np.s_[1:]),
    ),
    Mistake(
        "the last entry stays",
        "The last entry of `{state}` never moves; apart from that the steps are right.",
        "Where does the loop over the entries end?",
        entries(np.s_[:-1]),
    ),
    Mistake(
        "only the first entry moves",
        "Only the first entry of `{state}` moves, the others stay where they were.",
        "What should change the others?",
        entries(np.s_[:1]),
    ),
    Mistake(
        "only the last entry moves",
        "Only the last entry of `{state}` moves, the others stay where they were.",
        "What should change the others?",
        entries(np.s_[-1:]),
    ),
    Mistake(
        "one entry after the other",
        "In every step the entries of `{state}` change one after the other, and each is computed "
        "from the new values of those before.",
        WHOLE,
        one_by_one(singly),
    ),
    Mistake(
        "first entry first",
        "In every step the first entry of `{state}` changes first, and the others are computed "
        "from its new value.",
        WHOLE,
        one_by_one(first_and_rest),
    ),
    Mistake(
        "first entry last",
        "In every step the first entry of `{state}` changes last, and it is computed from the new "
        "values of the others.",
        WHOLE,
        one_by_one(rest_and_first),
    ),
    Mistake(
        "one example a step",
        "Every step uses one example alone, the first step the first one, and so on.",
        "Which examples take part in one step?",
        one_example,
    ),
    Mistake(
        "a step for each example",
        "What should be one step is one for each example, one after the other.",
        "Which examples take part in one step?",
        example_by_example(lambda n: 1),
    ),
    Mistake(
        "a share of the step for each example",
        "In every step `{state}` changes after each example already, and the next one is computed "
        "from the new values.",
        WHOLE,
        example_by_example(lambda n: 1 / n),
    ),
    Mistake(
        "cut to whole numbers",
        "`{state}` is cut off to whole numbers in every step.",
        "Which kind of numbers does the array hold that the steps change?",
        lambda walk: np.trunc(walk.here + walk.step()),
    ),
    *(
        Mistake(
            f"rounded to {digits}",
            f"`{{state}}` is rounded in every step, to {digits} decimal{'s' * (digits != 1)}.",
            "Where are digits lost on the way?",
            rounded(digits),
        )
        for digits in range(1, 7)
    ),
    Mistake(
        "the mean of the way",
        "Your answer is the mean of `{state}` over all steps, not where they end.",
        "What is asked for: the whole way, or its end?",
        result=lambda walk: np.mean(walk.path[1:], axis=0),
    ),
    Mistake(
        "the mean of the way and the start",
        "Your answer is the mean of `{state}` over all steps and the start, not where they end.",
        "What is asked for: the whole way, or its end?",
        result=lambda walk: np.mean(walk.path, axis=0),
    ),
    Mistake(
        "the sum of the way",
        "Your answer is the sum of `{state}` over all steps, not where they end.",
        "What is asked for: the whole way, or its end?",
        result=lambda walk: np.sum(walk.path[1:], axis=0),
    ),
    Mistake(
        "the last step",
        "Your answer is the last step alone, not where it leads.",
        "Is the change asked for, or what comes out?",
        result=lambda walk: walk.before,
    ),
    Mistake(
        "minus the last step",
        "Your answer is minus the last step, not where it leads.",
        "Is the change asked for, or what comes out?",
        result=lambda walk: -walk.before,
    ),
    Mistake(
        "what the last step multiplies",
        "Your answer is what `{rate}` multiplies in the last step, not where it leads.",
        "Is the change asked for, or what comes out?",
        result=lambda walk: -walk.before / walk.rate,
    ),
    Mistake(
        "what the next step multiplies",
        "Your answer is what `{rate}` would multiply in a step from the end, not the end.",
        "Is the change asked for, or what comes out?",
        result=lambda walk: -walk.slope,
    ),
)


# --- mistakes with a number, which is found in the student's first steps -----------------------


class First(NamedTuple):
    """The first step in one case, from the start: the student's and the right one."""

    case: int
    start: FloatArray
    mine: FloatArray
    right: FloatArray


def first_steps(repetition: Repetition) -> list[First]:
    """Ask the student's function for one step in every case."""
    found = []
    for k in repetition.evidence.smallest_first():
        walk = Walk(repetition, k)
        try:
            right = walk.step()
        except NoStepError:
            continue
        end = repetition.asked(walk.arguments, 1)
        if end is not None:
            found.append(First(k, walk.here, end - walk.here, right))
    return found


def lengths(repetition: Repetition, firsts: Sequence[First]) -> Iterator[Mistake]:
    """Go in the right direction, but too far or not far enough."""
    ratios = {first.case: ratio(first.mine, first.right) for first in firsts}
    factors = {k: factor for k, factor in ratios.items() if factor is not None and factor == factor}
    if None in ratios.values() or len(factors) < CASES:
        return

    def move(walk: Walk) -> FloatArray:
        if walk.case not in factors:
            raise ValueError("the length is not known")
        return walk.here + factors[walk.case] * walk.step()

    if amount := named(repetition.evidence, list(factors.values()), list(factors)):
        much = amount.words if amount.constant is None else f"times {amount.words}"
        yield Mistake(
            f"length {much}",
            f"Every step is the right one {much}.",
            "What should a step be multiplied by, and what not?",
            move,
        )
    if repetition.rate is not None and (most := highest_rate(repetition, factors)):
        yield Mistake(
            "largest rate",
            f"A `{{rate}}` above {most:.6g} counts as {most:.6g}.",
            "Who should choose `{rate}`: the caller, or your function?",
            move,
        )


def highest_rate(repetition: Repetition, factors: dict[int, float]) -> float | None:
    """Find the rate that all larger ones are taken for."""
    rates = {k: Walk(repetition, k).rate for k in factors}
    lowered = [factors[k] * rates[k] for k in factors if factors[k] < 1 - CLOSE]
    kept = [rates[k] for k in factors if abs(factors[k] - 1) <= CLOSE]
    if len(lowered) < TELLING or len(lowered) + len(kept) < len(factors):
        return None
    most = lowered[0]
    return most if np.allclose(lowered, most) and max(kept, default=0) <= most else None


def momenta(repetition: Repetition, firsts: Sequence[First]) -> Iterator[Mistake]:
    """Go on with a part of the step before."""
    for first in firsts:
        walk = Walk(repetition, first.case)
        share = ratio(first.mine, first.right)
        if share is None or not abs(share) > CLOSE:
            continue
        there, end = first.start + first.mine, repetition.asked(walk.arguments, 2)
        if end is None:
            continue
        kept = ratio(end - there - share * walk.step(there), first.mine)
        if kept is not None and abs(kept) > CLOSE:
            times = "" if abs(share - 1) < CLOSE else f"{share:.6g} times "
            yield Mistake(
                f"momentum {kept:.4g}",
                f"Every step is {times}the right one plus {kept:.6g} times the step before: that "
                "is momentum.",
                "Should old steps go on?",
                with_momentum(kept, share),
            )
        return


def with_momentum(kept: float, share: float) -> Move:
    """Add a part of the step before."""
    return lambda walk: walk.here + kept * walk.before + share * walk.step()


def all_entries(state: FloatArray) -> FloatArray:
    """Take the state as it is."""
    return state


def but_the_first(state: FloatArray) -> FloatArray:
    """Take 0 in place of the first entry."""
    return np.concatenate([0 * state[..., :1], state[..., 1:]], axis=-1)


def plain(walk: Walk) -> float:
    """Multiply by nothing."""
    return 1.0


def rate_of(walk: Walk) -> float:
    """Multiply by the rate."""
    return walk.rate


def decays(repetition: Repetition, firsts: Sequence[First]) -> Iterator[Mistake]:
    """Add a multiple of the state to every step."""
    first = first_wrong(firsts)
    rates = [("", plain), (" times `{rate}`", rate_of)][: 1 + (repetition.rate is not None)]
    parts = (("`{state}`", all_entries), ("`{state}` without its first entry", but_the_first))
    for (part_words, part), (rate_words, rate) in itertools.product(parts, rates):
        share = ratio(first.mine - first.right, part(first.start)) if first else None
        if first is None or share is None or not abs(share) > CLOSE:
            continue
        amount = share / rate(Walk(repetition, first.case))
        yield Mistake(
            f"plus {part_words} times {amount:.4g}{rate_words}",
            f"To every step {part_words} times {amount:.6g}{rate_words} is added.",
            "Is that asked for (it is what a penalty, or weight decay, does)?",
            with_decay(amount, rate, part),
        )


def first_wrong(firsts: Sequence[First]) -> First | None:
    """Return the first step that is wrong."""
    return next((first for first in firsts if not same(first.mine, first.right)), None)


def with_decay(
    amount: float, rate: Callable[[Walk], float], part: Callable[[FloatArray], FloatArray]
) -> Move:
    """Add a multiple of the state."""
    return lambda walk: walk.here + walk.step() + amount * rate(walk) * part(walk.here)


def starts(repetition: Repetition, firsts: Sequence[First]) -> Iterator[Mistake]:
    """Start elsewhere."""
    found = {
        k: repetition.asked(repetition.evidence.trials[k].arguments, 0)
        for k in (first.case for first in firsts)
    }

    if all(same(found[first.case], first.start + first.right) for first in firsts):
        return  # that is one step too many

    def start(walk: Walk) -> FloatArray:
        place = found.get(walk.case)
        return walk.here if place is None else place

    yield Mistake(
        "start",
        "Your steps are right, but they do not start at the `{state}` that was given: for 0 in "
        "place of `{count}` your function returns something else.",
        "Where should the first step start?",
        start=start,
    )


def bounds(repetition: Repetition, firsts: Sequence[First]) -> Iterator[Mistake]:
    """Cut the state, the step or what the rate multiplies."""
    first = first_wrong(firsts)
    if first is None:
        return
    yield bounded("`{state}`", largest(first.start + first.mine), within_state)
    yield bounded("the step", largest(first.mine), within_step)
    if repetition.rate is not None:
        slope = first.mine / Walk(repetition, first.case).rate
        yield bounded("what `{rate}` multiplies", largest(slope), within_slope)
        most = float(np.linalg.norm(slope))
        yield Mistake(
            f"length cut to {most:.4g}",
            f"In every step what `{{rate}}` multiplies is cut to the length {most:.6g}.",
            "Is a bound asked for?",
            within_length(most),
        )


def bounded(what: str, most: float, move: Callable[[float], Move]) -> Mistake:
    """Describe a bound for every entry."""
    return Mistake(
        f"{what} cut to {most:.4g}",
        f"In every step the entries of {what} are cut to the range from -{most:.6g} to {most:.6g}.",
        "Is a bound asked for?",
        move(most),
    )


def largest(values: FloatArray) -> float:
    """Return the largest size of an entry."""
    return float(np.abs(values).max(initial=0))


def within_state(most: float) -> Move:
    """Cut the state."""
    return lambda walk: np.clip(walk.here + walk.step(), -most, most)


def within_step(most: float) -> Move:
    """Cut the step."""
    return lambda walk: walk.here + np.clip(walk.step(), -most, most)


def within_slope(most: float) -> Move:
    """Cut what the rate multiplies."""
    return lambda walk: walk.here + walk.rate * np.clip(walk.slope, -most, most)


def within_length(most: float) -> Move:
    """Shorten what the rate multiplies."""

    def move(walk: Walk) -> FloatArray:
        slope = walk.slope
        return walk.here + walk.rate * slope / max(1.0, float(np.linalg.norm(slope)) / most)

    return move


# --- where the steps end -----------------------------------------------------------------------


def ended(repetition: Repetition) -> Naming | None:
    """End after fewer steps than asked for, or go back to an earlier state."""
    evidence = repetition.evidence
    taken = []
    for k, answer in enumerate(evidence.answers):
        steps = last_place(repetition, k, answer)
        if steps is None:
            return None
        taken.append((steps, repetition.steps(evidence.trials[k].arguments)))
    cut = [(steps, count) for steps, count in taken if steps < count]
    shares = {steps / count for steps, count in cut}  # one share alone is that of a shorter step
    if len(cut) < TELLING or (len(shares) == 1 and shares != {0.0}):
        return None
    if len(taken) < CASES or not any(steps == count > 1 for steps, count in taken):
        return None
    short = {steps for steps, _ in cut}
    if len(short) == 1 and all(steps == min(count, max(short)) for steps, count in taken):
        return Naming(
            "steps: a largest number",
            repetition.words(
                f"You take {max(short)} steps at most, even if `{{count}}` is larger."
            ),
            "What ends the loop then?",
        )
    steps, count = cut[0]
    return Naming(
        "steps: ended early",
        repetition.words(
            f"In some cases you return an earlier `{{state}}`, in one of them that after {steps} "
            f"of {count} steps."
        ),
        "What ends the loop before its time, or chooses among the states on the way?",
    )


def last_place(repetition: Repetition, case: int, answer: FloatArray) -> int | None:
    """Find after how many of the right steps an answer is reached; None if it never is."""
    count = repetition.steps(repetition.evidence.trials[case].arguments)
    if count > LONGEST:
        return None
    walk = Walk(repetition, case)
    try:
        for _ in range(count):
            walk.path.append(rightly(walk))
    except NoStepError:
        return None
    return max((t for t, state in enumerate(walk.path) if same(answer, state)), default=None)


def not_counted(repetition: Repetition) -> Naming | None:
    """Take as many steps whatever is asked for."""
    evidence = repetition.evidence
    held = 0
    for k in itertools.islice(evidence.smallest_first(), LOOKED_AT):
        arguments = evidence.trials[k].arguments
        answers = [repetition.asked(arguments, count) for count in (1, 2, 3)]
        if not all(same(answer, answers[0], 0) for answer in answers):
            return None
        walk = Walk(repetition, k)
        held += not same(
            walk.here + walk.step(), evidence.right(repetition.at(arguments, walk.here, 2))
        )
    if held < CASES:
        return None
    return Naming(
        "steps: not counted",
        repetition.words("Your answer does not depend on `{count}`."),
        repetition.words("What should `{count}` decide?"),
    )


def uneven(repetition: Repetition) -> Naming | None:
    """Go in the right direction from everywhere, but not as far as it should be."""
    told: list[list[float]] = []
    wrong = (k for k in repetition.evidence.smallest_first() if repetition.evidence.wrong[k])
    while len(told) < CASES:
        case = next(wrong, None)
        factors = None if case is None else step_factors(repetition, case)
        if factors is None:
            return None
        if not np.allclose(factors, 1):
            told.append(factors)
    each = ", ".join(f"{factor:.3g}" for factor in told[0])
    return Naming(
        "steps: lengths",
        "Your steps go in the right direction, but they have the wrong lengths: in one case "
        f"{each} times the right ones, one after the other.",
        "What decides how long a step is?",
        observed=True,
    )


def step_factors(repetition: Repetition, case: int) -> list[float] | None:
    """Compare steps with the right ones from where the student is.

    None where one has another direction or is not taken; empty where all right steps are
    parallel, since then a step that is wrong for another reason has their direction, too.
    """
    walk = Walk(repetition, case)
    factors, rights = [], []
    for t in range(1, min(repetition.steps(walk.arguments), LOOKED_AT) + 1):
        end = repetition.asked(walk.arguments, t)
        if end is None:
            return None
        rights.append(walk.step())
        factor = ratio(end - walk.here, rights[-1])
        if factor is None or not factor > CLOSE:
            return None
        factors.append(factor)
        walk.path.append(end)
    turned = any(ratio(one, other) is None for one, other in itertools.pairwise(rights))
    return factors if turned else []


# --- the relation ------------------------------------------------------------------------------


def repetition_of(evidence: Evidence) -> Repetition | None:
    """Find the array and the whole number in which the right answer composes with itself."""
    for count, state in itertools.product(evidence.counts, evidence.arrays):
        repetition = Repetition(evidence, state, count)
        cases = list(itertools.islice(evidence.smallest_first(), CASES))
        if len(cases) == CASES and all(composes(repetition, k) for k in cases):
            rates = (
                k for k in evidence.numbers if all(multiplies(repetition, k, c) for c in cases)
            )
            return Repetition(evidence, state, count, next(rates, None))
    return None


def composes(repetition: Repetition, case: int) -> bool:
    """Tell whether no step changes nothing, and two steps are one and one more."""
    arguments = repetition.evidence.trials[case].arguments
    start = repetition.start(arguments)
    none, one, two = (
        repetition.evidence.right(repetition.at(arguments, start, count)) for count in (0, 1, 2)
    )
    if not same(none, start) or one is None or one.shape != start.shape or same(one, start):
        return False
    return same(repetition.evidence.right(repetition.at(arguments, one, 1)), two)


def multiplies(repetition: Repetition, position: int, case: int) -> bool:
    """Tell whether every step is a multiple of a number among the arguments."""
    arguments = repetition.evidence.trials[case].arguments
    start = repetition.start(arguments)
    rate = float(arguments[position])  # type: ignore[arg-type]
    try:
        step = repetition.right(arguments, start)
        longer = repetition.right(replaced(arguments, position, HUGE), start)
    except NoStepError:
        return False
    return same(rate / HUGE * longer, step, 1e-6)


def with_probes(repetition: Repetition) -> Repetition:
    """Ask for other numbers of steps, and for longer ones, where hardly an answer is wrong."""
    evidence = repetition.evidence
    if sum(evidence.wrong) >= CASES:
        return repetition
    order = list(evidence.smallest_first())
    wrong = [k for k in order if evidence.wrong[k]]
    asked = [other_steps(repetition, k, 300) for k in order[:LOOKED_AT]]
    asked += [other_steps(repetition, k, count) for k in wrong for count in (1, 10, 100, 400)]
    if repetition.rate is not None:
        asked += [other_steps(repetition, k, 4, 50 * Walk(repetition, k).rate) for k in order]
    probes = []
    for arguments in asked:
        answer, right = evidence.ask(arguments), evidence.right(arguments)
        if answer is not None and right is not None:
            probes.append(Trial(arguments, answer, right))
    more = replace(evidence, all_trials=[*evidence.all_trials, *probes])
    return replace(repetition, evidence=more)


def other_steps(
    repetition: Repetition, case: int, count: int, rate: float | None = None
) -> Arguments:
    """Take the arguments of a case with another number of steps, perhaps another rate."""
    arguments = repetition.evidence.trials[case].arguments
    arguments = repetition.at(arguments, repetition.start(arguments), count)
    if rate is None or repetition.rate is None:
        return arguments
    return replaced(arguments, repetition.rate, rate)


def named_by(repetition: Repetition) -> Naming | None:
    """Name what is wrong with the steps, the simplest first."""
    for mistake in FIXED:
        if naming := mistake.naming(repetition):
            return naming
    firsts = first_steps(repetition)
    for kind in (lengths, momenta, decays, bounds, starts):
        for mistake in kind(repetition, firsts):
            if naming := mistake.naming(repetition):
                return naming
    return ended(repetition) or not_counted(repetition) or uneven(repetition)


def where_it_begins(repetition: Repetition) -> str:
    """Say whether one step alone is right; nothing where it depends, or cannot be asked."""
    cases = itertools.islice(repetition.evidence.smallest_first(), LOOKED_AT)
    walks = [Walk(repetition, case) for case in cases]
    steps = [(repetition.asked(walk.arguments, 1), walk.here + walk.step()) for walk in walks]
    right = {None if mine is None else same(mine, step) for mine, step in steps}
    if len(right) > 1 or None in right:
        return ""
    words = "For `{count}` = 1 your answer is right."
    return repetition.words(words if True in right else words.replace("right", "wrong already"))


def repeated(evidence: Evidence) -> Naming | None:
    """Repeat a step that is wrong, or end where one should not."""
    repetition = repetition_of(evidence)
    if repetition is None:
        return None
    repetition = with_probes(repetition)
    try:
        naming = named_by(repetition)
        return naming and replace(naming, place=where_it_begins(repetition))
    except NoStepError:
        return None
    finally:
        evidence.calls = repetition.evidence.calls


STEPS = (repeated,)
