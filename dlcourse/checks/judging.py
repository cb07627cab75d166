"""`judge`: try a function on an exercise's cases and say what was found.

Every case is one call. The function gets copies of the arguments, what it prints and warns about
is kept for the student instead of reaching the cell's output, and its answer is copied at once.
The answer is then held against the reference's: type, shape, kind of number, finite values,
properties, values; the first of these that fails is the problem. Cases run from the smallest to
the largest, so the first problem is also the easiest one to look at.

A misconception is recognised by its answers: it fails in the case shown, and over all the part's
cases the student's function answered as it does. Where none is, `dlcourse.checks.diagnosis` looks
for a relation between all answers of the check and the right ones.

A mistake costs once: an answer that fails is tried again with right functions in the place of those
that it calls (`dlcourse.checks.stand_ins`), and the better run counts.

The module needs no threads, signals or processes, so it runs in the browser as well, and it calls
`function` with plain arrays and numbers only, so that a stand-in for a function elsewhere will do.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dlcourse.checks.diagnosis import Evidence, Naming, Trial, diagnose
from dlcourse.checks.diagnosis.edits import edited
from dlcourse.checks.errors import StudentError, describe_exception, shortened
from dlcourse.checks.excerpt import excerpt, wrong_rows
from dlcourse.checks.outcome import Failure, Kind, Outcome
from dlcourse.checks.registry import find, plain_solution
from dlcourse.checks.spec import SINGLE_TOLERANCE, Arguments, Case, Exercise, Part, name_of
from dlcourse.checks.stand_ins import STRAYED, Helped, Notebook, needed
from dlcourse.checks.swapping import names_of, with_others
from dlcourse.checks.time_limit import OutOfTime, time_limit

SINGLE_ANSWER_TOLERANCE = 1e-5
NUMBERS = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats", "c": "complex numbers"}
ASKED_SECONDS = 0.5  # for each call by which the diagnosis asks for more
DIGITS = 17  # what it takes to write any double
ENDINGS = ("NotImplementedError", "TimeoutError")  # errors after which no further case is tried
ABOUT_THE_NUMBERS = (Kind.NOT_FINITE, Kind.PROPERTY, Kind.VALUE)
DIAGNOSED = (*ABOUT_THE_NUMBERS, Kind.RAISED, Kind.TYPE, Kind.SHAPE, Kind.DTYPE)
ENDLESS = "What must happen for your function to come to an end, and does it ever happen?"
CALLS_A_STUB = (
    "Your function calls {0}, and of {0} there is only the stub so far. Write that one, run its "
    "cell, then run this one again."
)

Function = Callable[..., object]


@dataclass(frozen=True)
class Attempt:
    """What one call came to: an answer or an error, and what was seen on the way."""

    answer: object = None
    error: StudentError | None = None
    changed: int | None = None  # position of the first argument that the call changed
    printed: str = ""
    warned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    """Why an answer is not right: a kind for reports, a sentence for the student."""

    kind: Kind
    message: str


NOT_WRITTEN = Problem(
    Kind.NOT_WRITTEN,
    "There is only the stub so far. Replace `raise NotImplementedError()` by your code, run that "
    "cell, then run this one again.",
)


Call = tuple[Case, Attempt, Attempt]  # a case, the answer, the right answer


@dataclass(frozen=True)
class Stop:
    """Where a run ended: a part, its calls, and the first case in which the answer is wrong."""

    part: Part
    cases: list[Case]
    attempts: list[Attempt]
    expected: list[Attempt]
    at: int
    problem: Problem

    @property
    def first(self) -> Call:
        """The call that was wrong."""
        return self.cases[self.at], self.attempts[self.at], self.expected[self.at]


@dataclass
class Run:
    """All cases of an exercise, one after the other, up to the first part that is not right."""

    function: Function
    passed: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    expected: list[list[Attempt]] = field(default_factory=list)  # the reference's, of each part
    stop: Stop | None = None

    @property
    def earned(self) -> float:
        """The points."""
        return float(sum(part.points for part in self.passed))


def judge(
    exercise: Exercise,
    function: object,
    seed: int | None = None,
    call_seconds: float | None = None,
    calls: int = 400,
    notebook: Notebook | None = None,
) -> Outcome:
    """Judge a function by an exercise; neither prints nor raises.

    Parameters
    ----------
    exercise : Exercise
        What a right answer is.
    function : callable
        The student's function, or something that is called like it.
    seed : int, optional
        Seed of the random inputs; a fresh one is drawn without it.
    call_seconds : float, optional
        After how long a call is stopped; without it, that is the business of who calls.
    calls : int
        How many more calls of the function the diagnosis of a wrong answer may make.
    notebook : Notebook, optional
        Where the function comes from; without it, from where this runs.

    Returns
    -------
    Outcome
        The verdict; the seed that was used is in it.

    Examples
    --------
    >>> from dlcourse.checks.registry import find
    >>> outcome = judge(find("sigmoid"), lambda S: 1 + S, seed=1)
    >>> outcome.earned, str(outcome.failure.kind)
    (0.0, 'value')
    """
    seed = fresh_seed() if seed is None else seed
    if callable(function):
        run = try_all(exercise, function, seed, call_seconds)
        run = helped(exercise, run, seed, call_seconds, notebook or Home(seed, call_seconds))
        failure = explain(exercise, run, run.stop, call_seconds, calls) if run.stop else None
    else:
        run = Run(attempt_all)
        failure = Failure(
            exercise.parts[0].title, Kind.NOT_A_FUNCTION, not_callable(exercise, function)
        )
    return Outcome(
        exercise=exercise.name,
        points=float(exercise.points),
        earned=run.earned,
        seed=seed,
        passed_parts=tuple(part.title for part in run.passed),
        failure=failure,
        notes=tuple(dict.fromkeys(run.notes)),  # each once, in order
        remark=exercise.remark,
    )


def prepare(exercise: Exercise) -> None:
    """Do beforehand what wrong answers to an exercise of the course need, whatever they are."""
    needed(exercise.key)
    for extra in (False, True):
        edited(plain_solution(exercise.key), exercise.name, exercise.argument_names, extra)


def fresh_seed() -> int:
    """Draw a seed short enough to type."""
    return int(np.random.SeedSequence().generate_state(1)[0])


def try_all(
    exercise: Exercise,
    function: Function,
    seed: int,
    call_seconds: float | None,
    expected: Iterable[list[Attempt]] = (),
) -> Run:
    """Try all cases of one part after the other, until one of them is wrong.

    What the reference says to the first parts' cases may be known, of a run with the same seed.
    """
    rng = np.random.default_rng(seed)
    run = Run(function, expected=[*expected])
    for place, part in enumerate(exercise.parts):
        cases = part.cases(rng)
        attempts = attempt_all(function, cases, call_seconds)
        if place == len(run.expected):
            run.expected.append(attempt_all(exercise.reference, cases))
        rights = run.expected[place]
        run.trials += map(trial, cases, attempts, rights)
        for at, (case, attempt) in enumerate(zip(cases, attempts, strict=False)):
            if problem := find_problem(exercise, case, attempt, rights[at].answer):
                run.stop = Stop(part, cases, attempts, rights, at, problem)
                run.notes = [*attempt.warned]
                return run
        run.notes += [text for attempt in attempts for text in attempt.warned]
        run.passed.append(part)
    return run


def helped(
    exercise: Exercise, run: Run, seed: int, call_seconds: float | None, notebook: Notebook
) -> Run:
    """Try a wrong answer again with right functions in the place of wrong ones that it calls.

    That run counts if it comes further, or as far with other answers: then what is left is the
    answer's own mistake. One that does not end is not tried again: a second time would cost what
    comes after it.
    """
    if run.stop is None or run.stop.problem is NOT_WRITTEN:
        return run
    if any(ended_by("TimeoutError", attempt) for attempt in run.stop.attempts):
        return run
    wrong = [key for key in needed(exercise.key) if not notebook.is_right(run.function, key)]
    if not wrong:
        return run
    function = Helped(exercise, run.function, notebook, [name_of(key) for key in wrong])
    again = try_all(exercise, function, seed, call_seconds, run.expected)
    if function.asked and (again.earned > run.earned or says_more(exercise, run.stop, again)):
        again.notes.append(f"Judged with {right_ones(function.asked)}")
        return again
    if again.stop and ended_by(STRAYED, again.stop.first[1]):
        run.notes.append(f"Could not be judged with {right_ones(function.asked)}")
    return run


class Home:
    """The notebook in which the check runs: its functions are here to be tried.

    Parameters
    ----------
    seed : int
        Of their random inputs.
    call_seconds : float or None
        After how long a call is stopped.
    """

    with_others = staticmethod(with_others)

    def __init__(self, seed: int, call_seconds: float | None) -> None:
        self.seed, self.call_seconds = seed, call_seconds and ASKED_SECONDS

    def is_right(self, function: Function, key: str) -> bool:
        """Try the function that this one finds under the exercise's name."""
        own = names_of(function).get(name_of(key))
        if not callable(own):
            return False
        run = try_all(find(key), own, self.seed, self.call_seconds)
        return helped(find(key), run, self.seed, self.call_seconds, self).stop is None


def says_more(exercise: Exercise, stop: Stop, again: Run) -> bool:
    """Tell whether a run with stand-ins comes as far as one without, and gives other answers."""
    other = again.stop
    if other is None:
        return True
    if other.part is not stop.part or other.at < stop.at or ended_by(STRAYED, other.first[1]):
        return False
    shown = slice(other.at + 1)
    return not all(
        map(partial(same_answer, exercise), stop.cases[shown], stop.attempts, other.attempts)
    )


def right_ones(names: Collection[str]) -> str:
    """Say which functions stood in, and that there is something to look at."""
    *others, last = (f"`{name}`" for name in sorted(names))
    if not others:
        return f"a right {last} in place of yours: what does the check of {last} say?"
    return f"right {', '.join(others)} and {last} in place of yours: what do their checks say?"


def explain(
    exercise: Exercise, run: Run, stop: Stop, call_seconds: float | None, calls: int
) -> Failure:
    """Write down where an answer is wrong, and what is known of the mistake."""
    part, problem = stop.part, stop.problem
    case, attempt, right = stop.first
    if ended_by("NotImplementedError", attempt) or ended_by(STRAYED, attempt):
        return Failure(part.title, problem.kind, problem.message)
    tried = zip(stop.cases, stop.attempts, stop.expected, strict=False)
    answered = [each for each in tried if not ended_by(STRAYED, each[1])]
    naming = recognise(exercise, answered, stop.first)
    if naming is None and problem.kind in DIAGNOSED and not exercise.open_ended:
        watched = within(run.function, call_seconds and ASKED_SECONDS)
        trials = [each for each in run.trials if not ended_by(STRAYED, each)]
        naming = diagnosed(exercise, trials, watched, calls)
    failure = write_down(exercise, part, case, attempt, right, problem)
    return explained(failure, naming, part.hint)


def ended_by(kind: str, call: Attempt | Trial) -> bool:
    """Tell whether a call ended in an error of this kind."""
    return call.error is not None and call.error.kind == kind


def explained(failure: Failure, naming: Naming | None, general: str) -> Failure:
    """Add what is known of the mistake: to the message what only describes it, then the hints.

    Where the mistake has no name, the hint for all that is wrong in the part comes last.
    """
    naming = naming or Naming("", "", observed=True)
    hints = naming.hints
    if naming.observed and general and failure.kind in ABOUT_THE_NUMBERS:
        hints = (*hints, general)
    return replace(
        failure,
        message=f"{failure.message} {naming.at_once}".rstrip(),
        hints=hints,
        misconception="" if naming.observed else naming.relation,
    )


def trial(case: Case, attempt: Attempt, expected: Attempt) -> Trial:
    """Put down a call as the diagnosis reads it."""
    right = np.asarray(expected.answer, dtype=float)
    return Trial(case.arguments, attempt.answer, right, attempt.error)


def diagnosed(
    exercise: Exercise, trials: list[Trial], function: Function, calls: int
) -> Naming | None:
    """Look for the relation that explains all answers."""
    evidence = Evidence(
        exercise.argument_names,
        exercise.reference,
        trials,
        function,
        exercise.tolerance,
        calls,
        exercise.name,
        plain_solution(exercise.key),
    )
    try:
        naming = diagnose(evidence)
    except OutOfTime:
        return None
    return naming and naming.in_words(exercise.words)


def within(function: Function, seconds: float | None) -> Function:
    """Let each call of a function end in `OutOfTime` after so many seconds."""
    if seconds is None:
        return function

    def watched(*arguments: object) -> object:
        with time_limit(seconds):
            return function(*arguments)

    return watched


def not_callable(exercise: Exercise, value: object) -> str:
    """Say that `check` wants the function, not its result."""
    return (
        f"check needs the function itself, without parentheses and arguments: {exercise.name}, "
        f"not {exercise.name}(...). It was given {describe_type(value)}."
    )


# --- calling ---------------------------------------------------------------------------------


def attempt_all(
    function: Function, cases: Iterable[Case], call_seconds: float | None = None
) -> list[Attempt]:
    """Call a function on every case; stop at once where it is not written yet or does not end."""
    attempts: list[Attempt] = []
    for case in cases:
        attempts.append(attempt_case(function, case.arguments, call_seconds))
        error = attempts[-1].error
        if error and error.kind in ENDINGS:
            break
    return attempts


def attempt_case(
    function: Function, arguments: Arguments, call_seconds: float | None = None
) -> Attempt:
    """Call a function on copies of the arguments and keep everything that came of it."""
    given = tuple(copied(argument) for argument in arguments)
    answer: object = None
    error: StudentError | None = None
    output = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),  # the default
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        warnings.simplefilter("always")
        try:
            with contextlib.nullcontext() if call_seconds is None else time_limit(call_seconds):
                answer = function(*given)
            answer = copied(answer)
        except StudentError as reported:
            error = reported
        except OutOfTime as stopped:
            took = f"This call took longer than {call_seconds:g} seconds and was stopped."
            error = StudentError("TimeoutError", took, describe_exception(stopped, function).line)
        except (Exception, SystemExit) as raised:
            error = describe_exception(raised, function)
    return Attempt(
        answer=answer,
        error=error,
        changed=first_change(arguments, given),
        printed=shortened(output.getvalue().strip()),
        warned=[f"Python warned (this costs no points): {warning.message}" for warning in caught],
    )


def copied(value: object) -> object:
    """Copy arrays, so that a later change in place cannot reach what was compared or kept."""
    return value.copy() if type(value) is np.ndarray else value


def first_change(before: Arguments, after: Arguments) -> int | None:
    """Return the position of the first argument that is no longer what it was."""
    for position, (old, new) in enumerate(zip(before, after, strict=True)):
        if content(old) != content(new):
            return position
    return None


def content(value: object) -> tuple[object, ...]:
    """Say what is in an array so that it can be compared: NaN, too, is equal to itself here."""
    return (value.shape, value.dtype, value.tobytes()) if isinstance(value, np.ndarray) else ()


# --- comparing -------------------------------------------------------------------------------


def find_problem(
    exercise: Exercise, case: Case, attempt: Attempt, expected: object
) -> Problem | None:
    """Find the first thing that is wrong with an answer."""
    if attempt.error:
        refused = case.refusable and attempt.error.kind not in (*ENDINGS, STRAYED)
        return None if refused else error_problem(attempt.error)
    if attempt.changed is not None:
        return Problem(Kind.CHANGED, changed_message(exercise, attempt.changed))
    wanted = np.asarray(expected)
    answer = as_array(attempt.answer)
    if answer is None or (answer.ndim == 0) != (wanted.ndim == 0):
        return Problem(Kind.TYPE, type_message(attempt.answer, wanted))
    return (
        shape_problem(answer, wanted)
        or kind_problem(exercise, answer, wanted)
        or finite_problem(answer)
        or property_problem(exercise, answer, case)
        or value_problem(exercise, case, answer, wanted)
    )


def error_problem(error: StudentError) -> Problem:
    """Say that the function raised, and where, or that it or one it calls is a stub."""
    if error.kind == "NotImplementedError":
        stub = error.raised_by
        return Problem(Kind.RAISED, CALLS_A_STUB.format(stub)) if stub else NOT_WRITTEN
    if error.kind == STRAYED:
        return Problem(Kind.RAISED, error.text)
    said = f"{error.kind}: {error.text}" if error.text else error.kind
    where = f" in the line `{error.line}`" if error.line else ""
    if error.kind == "TimeoutError":
        return Problem(Kind.RAISED, f"{error.text}{f' It was{where}.' if where else ''} {ENDLESS}")
    stop = "" if said.endswith((".", "?", "!")) else "."
    message = f"Your function stopped with an error{where}. Python says: {said.rstrip()}{stop}"
    return Problem(Kind.RAISED, message)


def changed_message(exercise: Exercise, position: int) -> str:
    """Say that an argument was changed in place."""
    name = exercise.argument_names[position]
    return (
        f"Your function changes its argument `{name}`, which belongs to the caller, who may need "
        f"it again. Which line writes into `{name}` itself, and what would make a new array?"
    )


def as_array(answer: object) -> NDArray[np.generic] | None:
    """Return a number or an array as an array; None for anything else.

    Exact types only: a subclass may compare as it pleases.
    """
    if type(answer) is np.ndarray and answer.dtype.kind in NUMBERS:
        return answer
    if type(answer) in (bool, int, float, complex):
        number = np.asarray(answer)
        return number if number.dtype.kind in NUMBERS else None  # an int may be too large for NumPy
    if isinstance(answer, np.generic) and type(answer).__module__ == "numpy":
        return np.asarray(answer) if answer.dtype.kind in NUMBERS else None
    return None


def type_message(answer: object, wanted: NDArray[np.generic]) -> str:
    """Say what kind of thing was returned and what is needed."""
    need = "one number" if wanted.ndim == 0 else f"an array of shape {wanted.shape}"
    if answer is None:
        return f"Your function returns nothing (None); it must return {need}. Is there a `return`?"
    if type(answer) is np.ndarray and answer.dtype.kind not in NUMBERS:
        need += " that holds numbers"
    return f"Your function returns {describe_type(answer)}; it must return {need}."


def describe_type(value: object) -> str:
    """Name what a value is: ``an array of shape (3,)``, ``a list``, ``the number 0.5``."""
    if type(value) is np.ndarray:
        dtype = "" if value.dtype.kind in NUMBERS else f" and dtype {value.dtype}"
        return f"an array of shape {value.shape}{dtype}"
    span = isinstance(value, np.timedelta64)  # which NumPy counts among its integers
    if isinstance(value, (int, float, np.number)) and np.ndim(value) == 0 and not span:
        huge = isinstance(value, int) and abs(value) > 10**300  # more than a float can hold
        return "a huge number" if huge else f"the number {value:.6g}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def shape_problem(answer: NDArray[np.generic], wanted: NDArray[np.generic]) -> Problem | None:
    """Compare shapes."""
    if answer.shape == wanted.shape:
        return None
    return Problem(
        Kind.SHAPE, f"The shape of your answer is {answer.shape}; it must be {wanted.shape}."
    )


def kind_problem(
    exercise: Exercise, answer: NDArray[np.generic], wanted: NDArray[np.generic]
) -> Problem | None:
    """Compare kinds of numbers; how many bits they have is the student's choice."""
    if NUMBERS[answer.dtype.kind] == NUMBERS[wanted.dtype.kind]:
        return None
    chosen = wanted.ndim == 0 or exercise.open_ended  # max(0, loss); weights set by hand
    if chosen and wanted.dtype.kind == "f" and answer.dtype.kind in "iu":
        return None  # whole numbers are as good
    return Problem(
        Kind.DTYPE,
        f"Your answer holds {NUMBERS[answer.dtype.kind]} (dtype {answer.dtype}); "
        f"it must hold {NUMBERS[wanted.dtype.kind]}.",
    )


def finite_problem(answer: NDArray[np.generic]) -> Problem | None:
    """Refuse NaN and infinity: no reference answers so."""
    if np.isfinite(answer).all():
        return None
    bad = "nan (not a number)" if np.isnan(answer).any() else "inf (infinity)"
    return Problem(Kind.NOT_FINITE, f"Your answer holds {bad} where a finite number is right.")


def property_problem(exercise: Exercise, answer: NDArray[np.generic], case: Case) -> Problem | None:
    """Test what must hold for every answer."""
    for rule in exercise.properties:
        if not rule.holds(answer, *case.arguments):
            return Problem(Kind.PROPERTY, rule.message)
    return None


def value_problem(
    exercise: Exercise, case: Case, answer: NDArray[np.generic], wanted: NDArray[np.generic]
) -> Problem | None:
    """Compare the numbers, unless others are as right."""
    if exercise.open_ended:
        return None
    tolerance = tolerance_for(exercise, case, answer)
    close = np.isclose(answer, wanted, rtol=tolerance, atol=tolerance)
    if close.all():
        return None
    count, total = int((~close).sum()), wanted.size
    if total == 1:
        return Problem(Kind.VALUE, "The number is not right.")
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    right, wrong = told_apart(wanted[index].item(), answer[index].item(), pretty)
    place = f"at [{', '.join(map(str, index))}]"
    found = f"are not right. The first, {place}," if count > 1 else f"is not right: the one {place}"
    message = f"{count} of {total} numbers {found} should be {right} and is {wrong}."
    return Problem(Kind.VALUE, message)


def tolerance_for(exercise: Exercise, case: Case, *answers: NDArray[np.generic]) -> float:
    """Choose the tolerance: the exercise's, or a coarser one where single precision took part.

    That is coarse where the arguments are so, and finer where only the answer is.
    """
    if any(np.asarray(argument).dtype == np.float32 for argument in case.arguments):
        return max(exercise.tolerance, SINGLE_TOLERANCE)
    if any(answer.dtype == np.float32 for answer in answers):
        return max(exercise.tolerance, SINGLE_ANSWER_TOLERANCE)
    return exercise.tolerance


# --- recognising -----------------------------------------------------------------------------


def recognise(exercise: Exercise, calls: list[Call], shown: Call) -> Naming | None:
    """Find the first misconception that answers as the student did."""
    case, _, right = shown
    for idea in exercise.misconceptions:
        # The small cases come first, so that most ideas are ruled out at little cost.
        if all(
            same_answer(exercise, each, mine, attempt_case(idea.function, each.arguments))
            for each, mine, _ in calls
        ) and find_problem(
            exercise, case, attempt_case(idea.function, case.arguments), right.answer
        ):
            return Naming(idea.name, idea.hint, idea.question)
    return None


def same_answer(exercise: Exercise, case: Case, mine: Attempt, other: Attempt) -> bool:
    """Tell whether two calls came to the same: equal answers, or errors that say the same.

    Where the function may refuse and does, that says nothing about the idea behind it.
    """
    if case.refusable and mine.error:
        return True
    if mine.error and other.error:
        return (mine.error.kind, mine.error.text) == (other.error.kind, other.error.text)
    if mine.error or other.error:
        return False
    a, b = as_array(mine.answer), as_array(other.answer)
    if a is None or b is None:
        return a is b and type(mine.answer) is type(other.answer)
    tolerance = tolerance_for(exercise, case, a, b)
    return a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)


# --- writing down -----------------------------------------------------------------------------


def write_down(
    exercise: Exercise,
    part: Part,
    case: Case,
    attempt: Attempt,
    expected: Attempt,
    problem: Problem,
) -> Failure:
    """Write down the failing case for the student."""
    names = exercise.argument_names
    answer, right = as_array(attempt.answer), np.asarray(expected.answer)
    rows = wrong_rows(answer, right, tolerance_for(exercise, case, right))
    length = len(right) if rows else 0

    def show(value: object, digits: int = 6) -> str:
        return excerpt(value, rows, length, lambda row: pretty(row, digits))

    wanted, got = show(expected.answer), "" if attempt.error else show(attempt.answer)
    if exercise.open_ended:
        wanted = ""
    elif problem.kind == Kind.VALUE:
        wanted, got = told_apart(expected.answer, attempt.answer, show)
    return Failure(
        part=part.title,
        kind=problem.kind,
        message=problem.message,
        case=case.label,
        left_out=length - len(rows),
        arguments=tuple(zip(names, map(show, case.arguments), strict=False)),
        expected=wanted,
        got=got,
        printed=attempt.printed,
    )


def told_apart(one: object, other: object, show: Callable[[object, int], str]) -> tuple[str, str]:
    """Print two values with as many digits as it takes to see that they differ."""
    pairs = ((show(one, digits), show(other, digits)) for digits in range(6, DIGITS + 1))
    return next((pair for pair in pairs if pair[0] != pair[1]), (show(one, 6), show(other, 6)))


def pretty(value: object, digits: int = 6) -> str:
    """Print a value the way a student would write it down; what is large is shortened."""
    if type(value) is np.ndarray and value.size > 1000 and value.ndim > 2:
        return f"an array of shape {value.shape}"
    if type(value) is np.ndarray and value.dtype.kind in NUMBERS:
        text = np.array2string(value, precision=digits, separator=", ", threshold=40)
        plain = value.dtype == np.float64 or (value.dtype.kind in "iu" and value.ndim == 1)
        return shortened(text, 1500) if plain else f"{shortened(text, 1500)}  ({value.dtype})"
    if isinstance(value, (float, np.floating)):
        return f"{value:.{digits}g}"
    try:
        return shortened(repr(value))
    except Exception:  # the student's own class may do anything here
        return describe_type(value)
