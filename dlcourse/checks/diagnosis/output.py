"""Relations between what the student's function answers and what is right, case by case.

Each takes the evidence and returns a naming where it explains every case; none calls a function.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.diagnosis.evidence import CASES, CLOSE, MANY, TELLING, Evidence, same
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.quantities import PLAIN, Amount, factor, named, ratio

Map = Callable[[FloatArray], FloatArray]
Entry = tuple[str, str, Callable[[FloatArray], object]]  # words, question, what was done


def logistic(values: FloatArray) -> FloatArray:
    """Compute the sigmoid of numbers of any size."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


ROUNDED: list[Entry] = [
    (
        f"the right one rounded to {digits} decimal{'s' * (digits != 1)}",
        "Where are digits lost on the way?",
        lambda r, digits=digits: np.round(r, digits),  # type: ignore[misc]
    )
    for digits in range(7)
]
MAPS: list[Entry] = [
    (
        "the absolute value of the right one",
        "Where do negative numbers lose their sign?",
        np.abs,
    ),
    (
        "the right one with 0 in place of every negative number",
        "Why should the answer never be negative?",
        lambda r: np.maximum(r, 0),
    ),
    (
        "the right one with 0 in place of every positive number",
        "Why should the answer never be positive?",
        lambda r: np.minimum(r, 0),
    ),
    (
        "the right one cut off to whole numbers",
        "Which array, or which operation, holds whole numbers only?",
        np.trunc,
    ),
    (
        "the right one rounded down to whole numbers",
        "Which operation gives whole numbers only?",
        np.floor,
    ),
    ("only the sign of the right one", "What says how large it is?", np.sign),
    (
        "1 where the right one is positive, and 0 elsewhere",
        "Is a decision asked for, or a number?",
        lambda r: (r > 0) * 1.0,
    ),
    (
        "1 where the right one is above 1/2, and 0 elsewhere",
        "Is a decision asked for, or a number?",
        lambda r: (r > 0.5) * 1.0,
    ),
    *ROUNDED,
    ("the sigmoid of the right one", "Is the sigmoid applied once too often?", logistic),
    ("the hyperbolic tangent of the right one", "Is tanh applied once too often?", np.tanh),
    ("1 minus the right one", "Is this share asked for, or what is left to 1?", lambda r: 1 - r),
    ("the right one minus 1", "Which 1 is missing?", lambda r: r - 1),
    ("the right one plus 1", "Which 1 is too much?", lambda r: r + 1),
    (
        "twice the right one, minus 1",
        "Which range should the answer have: from 0 to 1, or from -1 to 1?",
        lambda r: 2 * r - 1,
    ),
    (
        "p (1 - p) for the right p",
        "Is the derivative asked for, or the value?",
        lambda r: r * (1 - r),
    ),
    ("the square of the right one", "Which square is too much, or which root missing?", np.square),
    (
        "the square root of the right one",
        "Which root is too much, or which square missing?",
        np.sqrt,
    ),
    ("1 divided by the right one", "Which number is divided by which?", lambda r: 1 / r),
    ("the exponential of the right one", "Is a logarithm missing?", np.exp),
    ("e to the power of minus the right one", "Is a logarithm missing?", lambda r: np.exp(-r)),
    (
        "minus e to the power of minus the right one",
        "Is a logarithm missing?",
        lambda r: -np.exp(-r),
    ),
    ("the logarithm of the right one", "Is there a logarithm too many?", np.log),
    (
        "minus the logarithm of the right one",
        "Is there a logarithm too many?",
        lambda r: -np.log(r),
    ),
    (
        "the right one cut to the range from -1 to 1",
        "Is a bound asked for?",
        lambda r: np.clip(r, -1, 1),
    ),
    (
        "the right one cut to the range from 0 to 1",
        "Is a bound asked for?",
        lambda r: np.clip(r, 0, 1),
    ),
]


def vector(r: FloatArray, change: Callable[[FloatArray], object]) -> object:
    """Change vectors only."""
    return change(r) if r.ndim == 1 else None


def table(r: FloatArray, change: Callable[[FloatArray], object]) -> object:
    """Change tables only."""
    return change(r) if r.ndim == 2 else None


def several(r: FloatArray, change: Callable[[FloatArray], object]) -> object:
    """Change arrays only, not a single number."""
    return change(r) if r.ndim else None


ARRANGEMENTS: list[Entry] = [
    (
        "the transpose of the right one",
        "What should the rows stand for, what the columns?",
        lambda r: table(r, np.transpose),
    ),
    ("the right one in reversed order", "In which order do you go?", lambda r: several(r, np.flip)),
    (
        "the right one with the order of its rows reversed",
        "In which order do you go?",
        lambda r: several(r, lambda r: r[::-1]),
    ),
    (
        "the right one with the order of its columns reversed",
        "In which order do you go?",
        lambda r: table(r, lambda r: r[:, ::-1]),
    ),
    (
        "the right one with its first entry moved to the end",
        "What should stand first?",
        lambda r: vector(r, lambda r: np.roll(r, -1)),
    ),
    (
        "the right one with its last entry moved to the front",
        "What should stand last?",
        lambda r: vector(r, lambda r: np.roll(r, 1)),
    ),
    (
        "the right one with its first column moved to the end",
        "Which column should stand first?",
        lambda r: table(r, lambda r: np.roll(r, -1, axis=1)),
    ),
    (
        "the right one with its last column moved to the front",
        "Which column should stand last?",
        lambda r: table(r, lambda r: np.roll(r, 1, axis=1)),
    ),
    (
        "the right one, sorted",
        "Which entry belongs to which?",
        lambda r: several(r, lambda r: np.sort(r, axis=-1)),
    ),
    (
        "the right one as a column",
        "Which shape is asked for, and what made a table of it?",
        lambda r: vector(r, lambda r: r[:, None]),
    ),
    (
        "the right one as a single row of a table",
        "Which shape is asked for, and what made a table of it?",
        lambda r: vector(r, lambda r: r[None]),
    ),
    (
        "the right number inside an array",
        "What is the difference between a number and an array that holds one?",
        lambda r: r[None] if r.ndim == 0 else None,
    ),
    (
        "the right numbers in one long vector",
        "What became of the rows and columns?",
        lambda r: table(r, np.ravel),
    ),
    (
        "the right one without its axes of length 1",
        "What becomes of the shape where there is only one row or column?",
        lambda r: several(r, np.squeeze),
    ),
    (
        "the right one without its first entry",
        "Which entry is left out?",
        lambda r: vector(r, lambda r: r[1:]),
    ),
    (
        "the right one without its last entry",
        "Which entry is left out?",
        lambda r: vector(r, lambda r: r[:-1]),
    ),
    (
        "the right one without its first column",
        "Which column is left out?",
        lambda r: table(r, lambda r: r[:, 1:]),
    ),
    (
        "the right one without its last column",
        "Which column is left out?",
        lambda r: table(r, lambda r: r[:, :-1]),
    ),
    (
        "the first entry of the right one alone",
        "Do you stop, or return, after the first?",
        lambda r: several(r, lambda r: r[0]),
    ),
    (
        "the first entry of the right one alone",
        "Do you stop, or return, after the first?",
        lambda r: several(r, lambda r: r[:1]),
    ),
    (
        "the last entry of the right one alone",
        "What becomes of those before it?",
        lambda r: several(r, lambda r: r[-1]),
    ),
    (
        "the last entry of the right one alone",
        "What becomes of those before it?",
        lambda r: several(r, lambda r: r[-1:]),
    ),
    (
        "the mean of all entries of the right one",
        "Over which axis do you average, and over which should you?",
        lambda r: several(r, np.mean),
    ),
    (
        "the sum of all entries of the right one",
        "Over which axis do you add, and over which should you?",
        lambda r: several(r, np.sum),
    ),
    (
        "the mean of the right one's columns",
        "Is a mean over the rows asked for?",
        lambda r: table(r, lambda r: r.mean(axis=0)),
    ),
    (
        "the mean of the right one's rows",
        "Is a mean over the columns asked for?",
        lambda r: table(r, lambda r: r.mean(axis=1)),
    ),
    (
        "the sum of the right one's columns",
        "Is a sum over the rows asked for?",
        lambda r: table(r, lambda r: r.sum(axis=0)),
    ),
    (
        "the sum of the right one's rows",
        "Is a sum over the columns asked for?",
        lambda r: table(r, lambda r: r.sum(axis=1)),
    ),
    (
        "the largest entry of the right one",
        "Is one number asked for?",
        lambda r: several(r, np.max),
    ),
    (
        "the place of the right one's largest entry",
        "Is a place asked for, or the numbers themselves?",
        lambda r: several(r, np.argmax),
    ),
    (
        "the right one with 0 everywhere but on the diagonal",
        "What belongs beside the diagonal?",
        lambda r: table(r, lambda r: np.diag(np.diag(r)) if len(r) == r.shape[1] else None),
    ),
    (
        "the transpose of the right one without its first column",
        "What should the rows stand for, what the columns, and which is left out?",
        lambda r: table(r, lambda r: r[:, 1:].T),
    ),
    (
        "the length (norm) of the right one",
        "Is one number asked for?",
        lambda r: several(r, np.linalg.norm),
    ),
    (
        "the running sum of the right one",
        "What do you add to each entry?",
        lambda r: vector(r, np.cumsum),
    ),
    (
        "a pair for each entry of the right one, what is left to 1 first",
        "Is one number asked for, or two that add up to 1?",
        lambda r: np.stack([1 - r, r], axis=-1),
    ),
    (
        "the right one scaled to length 1",
        "Is a scale asked for?",
        lambda r: several(r, lambda r: r / np.linalg.norm(r)),
    ),
    (
        "the right one divided by its sum",
        "Should the entries add up to 1?",
        lambda r: several(r, lambda r: r / r.sum()),
    ),
    (
        "the right one with each entry one place too early",
        "With which index do you begin?",
        lambda r: vector(r, lambda r: np.r_[r[1:], 0]),
    ),
    (
        "the right one with each entry one place too late",
        "With which index do you begin?",
        lambda r: vector(r, lambda r: np.r_[0, r[:-1]]),
    ),
]
MISSING: list[Entry] = [
    (
        "the mean over its rows would be right",
        "What is still to be done with the examples?",
        lambda m: several(m, lambda m: m.mean(axis=0)),
    ),
    (
        "the sum over its rows would be right",
        "What is still to be done with the examples?",
        lambda m: several(m, lambda m: m.sum(axis=0)),
    ),
    (
        "the sum along its last axis would be right",
        "What is still to be added up?",
        lambda m: table(m, lambda m: m.sum(axis=-1)),
    ),
    (
        "the mean of its entries would be right",
        "One number is asked for: what should become of the others?",
        lambda m: several(m, np.mean),
    ),
    (
        "the sum of its entries would be right",
        "One number is asked for: what should become of the others?",
        lambda m: several(m, np.sum),
    ),
    (
        "its last row would be right",
        "Is the whole way asked for, or where it ends?",
        lambda m: table(m, lambda m: m[-1]),
    ),
    (
        "its first row would be right",
        "What are the other rows?",
        lambda m: table(m, lambda m: m[0]),
    ),
    (
        "without its first column it would be right",
        "Where does that column come from?",
        lambda m: table(m, lambda m: m[:, 1:]),
    ),
    (
        "without its last column it would be right",
        "Where does that column come from?",
        lambda m: table(m, lambda m: m[:, :-1]),
    ),
    (
        "without its first entry it would be right",
        "Where does that entry come from?",
        lambda m: vector(m, lambda m: m[1:]),
    ),
    (
        "without its last entry it would be right",
        "Where does that entry come from?",
        lambda m: vector(m, lambda m: m[:-1]),
    ),
    (
        "with 0 in place of its negative numbers it would be right",
        "What should become of negative numbers?",
        lambda m: np.maximum(m, 0),
    ),
    ("the sigmoid of it would be right", "How does a score become a probability?", logistic),
    ("the exponential of it would be right", "Is a logarithm asked for?", np.exp),
    ("the logarithm of it would be right", "Where does the logarithm belong?", np.log),
    ("the square root of it would be right", "Is a square still to be undone?", np.sqrt),
    ("its square would be right", "What should become of the root?", np.square),
    (
        "1 minus it would be right",
        "Is this share asked for, or what is left to 1?",
        lambda m: 1 - m,
    ),
    ("rounded it would be right", "Are whole numbers asked for?", np.round),
    (
        "1 where it is positive and 0 elsewhere would be right",
        "Is a decision asked for?",
        lambda m: (m > 0) * 1.0,
    ),
    ("its sign would be right", "Is only the sign asked for?", np.sign),
    ("its absolute value would be right", "What should become of the sign?", np.abs),
    ("tanh of it would be right", "What comes after the weighted sum?", np.tanh),
    (
        "the softmax of its rows would be right",
        "How do scores become probabilities?",
        lambda m: several(
            m,
            lambda m: (
                np.exp(m - m.max(-1, keepdims=True))
                / np.exp(m - m.max(-1, keepdims=True)).sum(-1, keepdims=True)
            ),
        ),
    ),
    (
        "divided by the sum of its last axis it would be right",
        "What should add up to 1?",
        lambda m: several(m, lambda m: m / m.sum(-1, keepdims=True)),
    ),
    (
        "divided by the sum of all its entries it would be right",
        "What should add up to 1?",
        lambda m: several(m, lambda m: m / m.sum()),
    ),
]


def constant(evidence: Evidence) -> Naming | None:
    """Answer one number whatever is asked."""
    answers = [a.ravel() for a in evidence.answers if a.size]
    if len(answers) < CASES:
        return None
    mine = np.concatenate(answers)
    right = np.concatenate([r.ravel() for r in evidence.rights])
    if np.isfinite(mine).all() and np.ptp(mine) < 1e-12 < 1e-6 < np.ptp(right):
        return Naming(
            "constant",
            f"Your answer is {mine[0]:.6g} in every case.",
            "Which step makes it so?",
            observed=True,
        )
    return None


def scaled(evidence: Evidence) -> Naming | None:
    """Answer a number times what is right."""
    amount = factor(evidence, evidence.answers, evidence.rights)
    if amount is None:
        return None
    name, question = factor_words(amount)
    return Naming(f"factor {amount.words}", name, question)


def factor_words(
    amount: Amount, mine: str = "Your answer", right: str = "the right one"
) -> tuple[str, str]:
    """Say that something is a number times what is right, and ask for its origin."""
    if amount.constant is None:
        return f"{mine} is {right} {amount.words}.", factor_question(amount.words)
    for plain, question in PLAIN.items():
        if np.isclose(amount.constant, plain, rtol=1e-6):
            return f"{mine} is {plain:.6g} times {right}, every time.", question
    if abs(amount.constant) < 1e-12:
        return f"{mine} is 0 where {right} is not.", "What makes it vanish?"
    return (
        f"{mine} is {amount.constant:.6g} times {right}, every time.",
        "Where does that factor come from?",
    )


def factor_question(words: str) -> str:
    """Ask for the origin of a factor that has a name."""
    if "len(" in words or "number of" in words:
        return "Is a sum asked for, or a mean, and over what?"
    return "How often does that factor belong there?"


def mapped(evidence: Evidence) -> Naming | None:
    """Answer a function of what is right, entry by entry."""
    return first_that_explains(evidence, MAPS, "map")


def arranged(evidence: Evidence) -> Naming | None:
    """Answer what is right in another order or shape, or a part of it."""
    return first_that_explains(evidence, ARRANGEMENTS, "arrangement")


def first_that_explains(evidence: Evidence, entries: Sequence[Entry], kind: str) -> Naming | None:
    """Name the first change of the right answers that gives the student's."""
    for words, question, change in entries:
        if evidence.explains(lambda k, change=change: change(evidence.rights[k])):  # type: ignore[misc]
            return Naming(f"{kind}: {words}", f"Your answer is {words}.", question)
    return None


def unfinished(evidence: Evidence) -> Naming | None:
    """Answer what becomes right by one more step."""
    values = np.concatenate([r.ravel() for r in evidence.rights] or [np.zeros(0)])
    if len(np.unique(values.round(9))) < 3:
        return None
    for words, question, mend in MISSING:
        if evidence.mended(mend):
            more = words.startswith("without")
            what = "There is too much in your answer" if more else "Your answer is not finished"
            return Naming(f"unfinished: {words}", f"{what}: {words}.", question)
    return None


def parts_of(name: str, value: FloatArray) -> dict[str, FloatArray]:
    """Collect an argument and what is taken of it, by name."""
    found = {f"`{name}`": value}
    if value.ndim == 1 and value.size > 1:
        found[f"`{name}[1:]`"] = value[1:]
        found[f"`{name}` without its first entry"] = np.r_[0, value[1:]]
        found[f"the first entry of `{name}`"] = np.r_[value[0], 0 * value[1:]]
    if value.ndim == 2:
        bare = value.copy()
        bare[:, 0] = 0
        found[f"`{name}` without its first column"] = bare
    return found


def alike(evidence: Evidence) -> Iterator[tuple[str, list[FloatArray]]]:
    """Go through the arguments, and what is taken of them, that have the answers' shapes."""
    for k in evidence.arrays + evidence.numbers:
        name = evidence.names[k]
        values = [parts_of(name, np.asarray(v, dtype=float)) for v in evidence.values(k)]
        for words in values[0] if values else ():
            arrays = [parts[words] for parts in values if words in parts]
            shapes = zip(arrays, evidence.rights, evidence.answers, strict=False)
            if len(arrays) == len(values) and all(
                v.shape == r.shape == a.shape for v, r, a in shapes
            ):
                yield words, arrays


def with_an_argument(evidence: Evidence) -> Naming | None:
    """Answer an argument, or what is right with an argument added, taken away or multiplied."""
    return next(filter(None, (combined(evidence, *found) for found in alike(evidence))), None)


def with_part_of_an_argument(evidence: Evidence) -> Naming | None:
    """Answer a scaled change from an argument, or what is right with so much of an argument."""
    return next(filter(None, (in_part(evidence, *found) for found in alike(evidence))), None)


def combined(evidence: Evidence, words: str, values: Sequence[FloatArray]) -> Naming | None:
    """Look for what is right combined with one array of every case."""
    rights, relation = evidence.rights, f"combined with {words}"
    if evidence.explains(lambda k: values[k]):
        return Naming(
            relation,
            f"Your answer is {words}: nothing happens to it.",
            "What should become of it, and is that returned?",
        )
    if evidence.explains(lambda k: 2 * values[k] - rights[k]):
        return Naming(
            relation,
            f"You go from {words} in the opposite direction.",
            "Should the change be added or taken away?",
        )
    if evidence.explains(lambda k: values[k] - rights[k]):
        return Naming(
            relation,
            f"Your answer is {words} minus the right one.",
            "Is the change asked for, or what comes out?",
        )
    if evidence.explains(lambda k: rights[k] - values[k]):
        return Naming(
            relation,
            f"Your answer is the right one minus {words}.",
            "Is the change asked for, or what comes out?",
        )
    if evidence.explains(lambda k: values[k] + rights[k]):
        return Naming(
            relation, f"Your answer is the right one plus {words}.", "What is added once too often?"
        )
    if evidence.explains(lambda k: values[k] * rights[k]):
        return Naming(
            relation, f"Your answer is the right one times {words}.", "Which factor is too much?"
        )
    return None


def in_part(evidence: Evidence, words: str, values: Sequence[FloatArray]) -> Naming | None:
    """Look for a factor of the change from an array, or of the array in what is wrong."""
    changes = [a - v for a, v in zip(evidence.answers, values, strict=True)]
    wanted = [r - v for r, v in zip(evidence.rights, values, strict=True)]
    if amount := factor(evidence, changes, wanted):
        name, question = factor_words(amount, f"The change from {words}", "what it should be")
        return Naming(f"change from {words}, {amount.words}", name, question)
    if amount := factor_of(evidence, values):
        return Naming(
            f"plus {amount.words} {words}",
            f"Your answer is larger than the right one by {words} {times(amount)}.",
            "Is that too much in yours, or is a term with the other sign missing?",
        )
    return None


def times(amount: Amount) -> str:
    """Write an amount as what something is multiplied by."""
    return amount.words if amount.constant is None else f"times {amount.constant:.6g}"


def factor_of(evidence: Evidence, values: Sequence[FloatArray]) -> Amount | None:
    """Find how often an array is contained in the difference from what is right."""
    pairs = zip(evidence.answers, evidence.rights, strict=True)
    differences = [ratio(a - r, v) for (a, r), v in zip(pairs, values, strict=True)]
    if any(k is None for k in differences):
        return None
    known = [(k, n) for n, k in enumerate(differences) if k is not None and k == k]
    if len(known) < CASES or max(abs(k) for k, _ in known) < 1e-9:
        return None
    return named(evidence, [k for k, _ in known], [n for _, n in known])


def shifted(evidence: Evidence) -> Naming | None:
    """Answer what is right plus one number in every entry."""
    if not evidence.same_shapes or len(evidence.answers) < CASES:
        return None
    offsets = []
    for answer, right in zip(evidence.answers, evidence.rights, strict=True):
        difference = answer - right
        if not difference.size or not np.isfinite(difference).all():
            return None
        offset = difference.flat[0]
        if not np.allclose(difference, offset, rtol=1e-6, atol=1e-9 * (1 + np.abs(right).max())):
            return None
        offsets.append(float(offset))
    if np.allclose(offsets, 0, atol=1e-9):
        return None
    amount = named(evidence, offsets, range(len(offsets)))
    if amount is None or (amount.constant is None and all(r.ndim == 0 for r in evidence.rights)):
        return None
    added = f"plus {amount.words}" if amount.constant is not None else f"plus 1 {amount.words}"
    added = added.replace("plus 1 times minus ", "minus ").replace("plus 1 times ", "plus ")
    return Naming(
        f"offset {amount.words}", f"Your answer is the right one {added}.", "What is added there?"
    )


def imprecise(evidence: Evidence) -> Naming | None:
    """Answer what is right in a type that keeps few digits."""
    if not evidence.same_shapes:
        return None
    for words, dtype in (("half (float16)", np.float16), ("single (float32)", np.float32)):
        resolution = float(np.finfo(dtype).eps)
        errors = []
        for answer, right in zip(evidence.answers, evidence.rights, strict=True):
            scale = np.abs(right).max() if right.size else 0.0
            errors.append(float(np.abs(answer - right).max() / scale) if scale else 0.0)
        kept = all(same(a.astype(dtype).astype(float), a, 1e-12) for a in evidence.answers)
        typical = sum(error > resolution / 50 for error in errors) >= CASES
        if kept and typical and max(errors) < 8 * resolution:
            return Naming(
                f"{words} precision",
                f"Your numbers are right, but in {words} precision.",
                "Which type keeps the digits of the arguments?",
            )
    return None


def wrong_length(evidence: Evidence) -> Naming | None:
    """Answer so many entries, rows or columns more or fewer than is right, every time."""
    pairs = list(zip(evidence.answers, evidence.rights, strict=True))
    if len(pairs) < CASES or any(a.ndim != r.ndim or not r.ndim for a, r in pairs):
        return None
    off = {
        tuple(a - r for a, r in zip(one.shape, other.shape, strict=True)) for one, other in pairs
    }
    if len(off) != 1:
        return None
    (by,) = off
    axes = [axis for axis, more in enumerate(by) if more]
    if len(axes) != 1 or len({r.shape[axes[0]] for _, r in pairs}) == 1:
        return None
    if len(by) > 2:
        return None
    more, kind = by[axes[0]], "entry" if len(by) == 1 else ("row", "column")[axes[0]]
    kinds = {"entry": "entries", "row": "rows", "column": "columns"}[kind]
    many = f"1 {kind}" if abs(more) == 1 else f"{abs(more)} {kinds}"
    way = ("few", "many")[more > 0]
    return Naming(
        f"{many} too {way}",
        f"Your answer has {many} too {way}, every time.",
        f"What should the first {kind} of the answer hold, and what the last?",
    )


def shape_words(evidence: Evidence) -> Naming | None:
    """Say what the entries of an answer of a wrong shape stand for."""
    dims = {a.ndim for a in evidence.answers}, {r.ndim for r in evidence.rights}
    if evidence.same_shapes or len(evidence.answers) < CASES or {1} != {len(d) for d in dims}:
        return None
    mine, right = (
        [axis_words(evidence, tuple(a.shape[n] for a in arrays)) for n in range(arrays[0].ndim)]
        for arrays in (evidence.answers, evidence.rights)
    )
    if not all(mine) or not all(right) or mine == right:
        return None
    return Naming(
        "shape",
        f"In general yours is {shape_in_words(mine)}; it should be {shape_in_words(right)}.",
        observed=True,
    )


def axis_words(evidence: Evidence, sizes: tuple[int, ...]) -> str:
    """Name the length of one axis of the answers; empty where it has no name."""
    if sizes in evidence.lengths:
        return evidence.length_words(evidence.lengths[sizes][0])
    return str(sizes[0]) if len(set(sizes)) == 1 else ""


def shape_in_words(axes: Sequence[str]) -> str:
    """Write a shape as Python does, with the names of the lengths."""
    return f"({', '.join(axes)}{',' * (len(axes) == 1)})" if axes else "one number"


def cut(evidence: Evidence) -> Naming | None:
    """Answer what is right with a bound that nobody asked for."""
    numbers = [a.ravel() for a in evidence.answers if a.size]
    if not numbers or not all(np.isfinite(a).all() for a in numbers):
        return None
    mine, right = np.concatenate(numbers), np.concatenate([r.ravel() for r in evidence.rights])
    low, high = float(mine.min()), float(mine.max())
    slack = CLOSE * max(1.0, high - low)
    below, above = bool((right < low - slack).any()), bool((right > high + slack).any())
    if not (below or above) or not evidence.explains(
        lambda k: np.clip(evidence.rights[k], low, high)
    ):
        return None
    ends = [f"from {low:.6g} up"] * below + [f"up to {high:.6g}"] * above
    words = f"from {low:.6g} to {high:.6g}" if below and above else ends[0]
    return Naming(
        f"cut: {words}",
        f"Your answer is the right one cut to the range {words}.",
        "Who asked for a bound?",
    )


def piece(evidence: Evidence) -> Naming | None:
    """Answer only a piece of what is right, or what is right among other numbers."""
    pairs = list(zip(evidence.answers, evidence.rights, strict=True))
    if evidence.same_shapes or any(a.ndim != r.ndim or not r.ndim for a, r in pairs):
        return None
    unlike = [(a, r) for a, r in pairs if not same(a, r)]
    axes = {n for a, r in unlike for n in range(a.ndim) if a.shape[n] != r.shape[n]}
    many = {int(np.sign(a.size - r.size)) for a, r in unlike}
    if len(axes) != 1 or len(many) != 1 or 0 in many:
        return None
    (axis,), (more,) = axes, many
    found = [within(a, r, axis) if more < 0 else within(r, a, axis) for a, r in unlike]
    compared = sum(min(a.size, r.size) for a, r in unlike)
    if len(pairs) < CASES or len(found) < TELLING or None in found or compared < MANY:
        return None
    words = "entries" if pairs[0][1].ndim == 1 else ("rows", "columns")[axis]
    before, after = (any(place[n] for place in found if place) for n in (0, 1))
    where = {(True, False): "at the start", (False, True): "at the end"}.get(
        (before, after), "at both ends"
    )
    lacks = f"lacks {words} of the right one" if more < 0 else f"has {words} too many"
    return Naming(
        f"piece: {lacks} {where}",
        f"Your answer {lacks} {where}; apart from that it is right.",
        "With which number does it begin, with which does it end, and is that always so?",
    )


def within(short: FloatArray, long: FloatArray, axis: int) -> tuple[int, int] | None:
    """Find an array in a longer one: how much of that comes before, and how much after."""
    length, whole = short.shape[axis], long.shape[axis]
    for first in range(whole - length + 1):
        if same(long.take(range(first, first + length), axis=axis), short):
            return first, whole - length - first
    return None


OUTPUT = (
    scaled,
    mapped,
    arranged,
    unfinished,
    with_an_argument,
    shifted,
    imprecise,
)
