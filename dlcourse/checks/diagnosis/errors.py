"""What an error of the student's function is about, told by its text and by the arguments.

Python says what could not be done; a learner needs to hear what met what. The name of the error's
class alone would mislead: a `TypeError` may be a list, a missing bracket or an operator.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from dlcourse.checks.diagnosis.evidence import (
    CASES,
    Arguments,
    Evidence,
    Trial,
    in_single_precision,
)
from dlcourse.checks.diagnosis.limits import as_if_right, is_right, only_where, wrong_and_right
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.errors import StudentError

Family = tuple[str, str, str, str]  # pattern of the error, relation, name, question
Pair = tuple[int, int]

THINGS = {
    "int": "a whole number",
    "float": "a number",
    "numpy.float64": "a number",
    "numpy.ndarray": "an array",
    "list": "a list",
    "tuple": "a tuple",
    "str": "a text",
    "NoneType": "nothing (None)",
    "function": "a function",
    "method": "a function",
    "builtin_function_or_method": "a function",
    "type": "a function",
    "numpy.ufunc": "a function",
    "numpy._ArrayFunctionDispatcher": "a function",
}
FUNCTION = "(?:function|method|builtin_function_or_method|type|numpy.ufunc|numpy._Array.*)"
OPERAND = r"TypeError: unsupported operand type\(s\) for (\S+): "
FAMILIES: Sequence[Family] = (
    (
        r"NameError: name '(\w+)' is not defined",
        "unknown name",
        "Nothing is called `{0}` where your function uses it.",
        "Is it spelt as where it gets its value, is it one of the arguments, or does it belong to "
        "another cell?",
    ),
    (
        r"UnboundLocalError: .*local variable '(\w+)'",
        "used before it has a value",
        "`{0}` is used before it has a value.",
        "Does it get one on every way through the function, a loop without a turn and an `if` that "
        "does not hold among them? Or does your variable have the name of a function?",
    ),
    (
        r"RecursionError",
        "calls itself without end",
        "Your function calls itself without end.",
        "In which case should it answer without calling itself, and does every call come closer "
        "to it?",
    ),
    (
        r"ZeroDivisionError: .*(?:division|modulo)",
        "division by 0",
        "A number is divided by 0.",
        "Which number is 0 there, and what should the answer be then?",
    ),
    (
        r"TypeError: ([\w.<>]+)\(\) missing \d+ required positional arguments?: (.+)",
        "missing argument",
        "`{0}` is called without {1}.",
        "Which arguments does it take where it is defined, and which does the task name?",
    ),
    (
        r"TypeError: ([\w.<>]+)\(\) takes (.+?) positional arguments? but (\d+) (?:was|were) given",
        "number of arguments",
        "`{0}` takes {1} and is called with {2} arguments.",
        "Which arguments does it take where it is defined, and which does the task name?",
    ),
    (
        r"TypeError: ([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'",
        "unknown argument",
        "`{0}` has no argument that is called `{1}`.",
        "How is that argument spelt where the function is defined?",
    ),
    (
        r"TypeError: '([\w.]+)' object is not callable",
        "not callable",
        "You call {0} as if it were a function.",
        "Is an operator missing before a bracket, or does a variable or an argument have the name "
        "of a function?",
    ),
    (
        r"ValueError: The truth value of an array",
        "one question to a whole array",
        "A whole array stands where one yes or no is needed (`if`, `while`, `and`, `or`, `max`).",
        "Should each entry be asked on its own, and which function of NumPy does that?",
    ),
    (
        r"TypeError: (?:only (?:0-dimensional|length-1|size-1) arrays|must be real number, not)",
        "one number needed",
        "A whole array stands where one number is needed.",
        "Which function there knows single numbers only? Or is a loop one axis short?",
    ),
    (
        r"ValueError: setting an array element with a sequence. The requested",
        "parts of different lengths",
        "An array is made of parts whose lengths differ.",
        "Should the parts stand one after the other, or side by side?",
    ),
    (
        r"ValueError: setting an array element with a sequence",
        "array in place of a number",
        "A whole array is put where there is room for one number.",
        "Which shape does the right-hand side have? Is a loop one axis short, or a sum missing?",
    ),
    (
        r"TypeError: ufunc 'bitwise_xor'|TypeError: unsupported operand type\(s\) for \^",
        "^ for a power",
        "In Python `^` does not raise to a power: it compares bits.",
        "How does Python write a power?",
    ),
    (
        r"TypeError: [Tt]he numpy boolean negative|TypeError: numpy boolean subtract",
        "truth values as numbers",
        "A minus stands next to an array of True and False.",
        "Are truth values meant there, or numbers?",
    ),
    (
        OPERAND + rf"(?:'{FUNCTION}' and|.* and '{FUNCTION}'$)",
        "function in place of its answer",
        "At `{0}` a function itself stands where a number is needed.",
        "What makes a function answer, and what should it be given?",
    ),
    (
        OPERAND + r"(?:'NoneType' and|.* and 'NoneType'$)",
        "nothing in place of a number",
        "At `{0}` there is nothing (None) where a number is needed.",
        "Which function that you call there returns nothing?",
    ),
    (
        OPERAND + r"'([\w.]+)' and '([\w.]+)'",
        "unsupported operand",
        "`{0}` stands between {1} and {2}, and cannot join these two.",
        "Which of the two should be a number or an array, and what makes one of it?",
    ),
    (
        r"TypeError: bad operand type for unary (\S): '([\w.]+)'",
        "unsupported operand",
        "`{0}` stands before {1}, and can do nothing with it.",
        "What should stand there, and what makes it a number or an array?",
    ),
    (
        r"TypeError: (?:can't multiply sequence|can only concatenate list)",
        "arithmetic with a list",
        "A list takes part in arithmetic.",
        "What do `+` and `*` do to a list, and what to an array?",
    ),
    (
        r"TypeError: '([\w.]+)' object cannot be interpreted as an integer",
        "whole number needed",
        "Where a whole number is needed, there is {0}.",
        "Does a division give it, or are two arguments in the wrong order?",
    ),
    (
        r"TypeError: '([\w.]+)' object is not iterable",
        "nothing to loop over",
        "No loop can go through {0}.",
        "What are the things that the loop should visit, one after the other?",
    ),
    (
        r"TypeError: '([\w.]+)' object is not subscriptable|IndexError: invalid index to scalar",
        "entry of a thing without entries",
        "Square brackets ask for an entry of something that has none.",
        "Is it a single number already, or a function that should be called?",
    ),
    (
        r"TypeError: object of type '([\w.]+)' has no len|IndexError: tuple index out of range",
        "length of a thing without one",
        "A length, or an axis, is asked of something that does not have it.",
        "Is it a single number, or a vector where you think of a table?",
    ),
    (
        r"IndexError: too many indices for array: array is (\d+)-dimensional, but (\d+)",
        "too many indices",
        "There are {1} indices for an array of {0} axes.",
        "How many axes does that array have: is it a number, a vector or a table?",
    ),
    (
        r"IndexError: (?:only integers|arrays used)|TypeError: list indices",
        "index that is no whole number",
        "Something else than a whole number stands in square brackets.",
        "Do you loop over the entries, or over their places?",
    ),
    (
        r"TypeError: only integer scalar arrays",
        "array in place of a whole number",
        "A whole array stands where one whole number is needed: a place, a size or an axis.",
        "Which argument of that line should be a number, and what do you hand over there?",
    ),
    (
        r"IndexError: list index out of range",
        "index too large",
        "An entry is asked for that a list does not have.",
        "How many entries does the list have at that moment, and with which number do they begin?",
    ),
    (
        r"AxisError: axis (-?\d+) is out of bounds for array of dimension (\d+)",
        "no such axis",
        "Axis {0} is asked for; the array's axes are counted from 0, and it has {1} of them.",
        "Is it a vector where you think of a table?",
    ),
    (
        r"ValueError: .* values to unpack",
        "number of entries written down",
        "The left-hand side of an assignment takes a fixed number of things, and another number "
        "comes.",
        "Must your function work for that number only?",
    ),
    (
        r"OverflowError",
        "too large for a number",
        "A number gets larger than Python can hold.",
        "Which exponential, or power, grows so large, and is there a formula in which it cannot?",
    ),
    (
        r"ValueError: (?:math domain error|expected a )",
        "no such logarithm or root",
        "A logarithm or a root is asked for where there is none.",
        "For which numbers is there one, and what comes there?",
    ),
    (
        r"AttributeError: module '([\w.]+)' has no attribute '(\w+)'",
        "unknown function",
        "`{0}` has nothing that is called `{1}`.",
        "How is it spelt, or did you write it yourself?",
    ),
    (
        r"AttributeError: '([\w.]+)' object has no attribute '(\w+)'",
        "unknown attribute",
        "`.{1}` is asked of {0}, which does not have it.",
        "What should stand before the dot, and what makes it so?",
    ),
    (
        r"UFuncTypeError: Cannot cast ufunc .* dtype\('float64'\) to dtype\('int(?:32|64)'\)",
        "whole numbers changed in place",
        "An array of whole numbers is to take numbers with decimals, in place.",
        "Whose array is it, and may it be changed at all?",
    ),
    (
        r"ValueError: .*(?:zero-size array|empty sequence)",
        "empty",
        "Something is asked of an array or a list without entries.",
        "Which step leaves it empty, and should it be?",
    ),
    (
        r"ValueError: all the input arrays must have same number of dimensions",
        "vector next to a table",
        "Arrays with different numbers of axes are to be joined.",
        "Which shape must a column have to stand beside a table?",
    ),
    (
        r"ValueError: matmul: .* does not have enough dimensions",
        "number in a matrix product",
        "A single number stands in a matrix product.",
        "Which of the two factors should be an array there?",
    ),
)
MEETINGS = (
    r"broadcast together with shapes \(([\d, ]*)\) \(([\d, ]*)\)",
    r"from shape \(([\d, ]*)\) into shape \(([\d, ]*)\)",
    r"\(size (\d+) is different from (\d+)\)",
    r"not aligned: (\d+) \(dim \d+\) != (\d+) \(dim \d+\)",
    r"has size (\d+) and the array at index \d+ has size (\d+)",
    r"size of axis is (\d+) but size of corresponding boolean axis is (\d+)",
)
OUT_OF_BOUNDS = r"index (-?\d+) is out of bounds for axis \d+ with size (\d+)"
MOST_ORDERS = 23  # of the arguments: all that four have
MOST_ASKED = 8  # calls of the check that are tried in each


def family(evidence: Evidence) -> Naming | None:
    """Stop with an error whose text tells what it is about."""
    for pattern, relation, name, question in FAMILIES:
        if match := re.match(pattern, str(raised(evidence)[0].error)):
            words = [THINGS.get(group or "", group) for group in match.groups()]
            return Naming(f"error: {relation}", name.format(*words), question)
    return None


def mismatch(evidence: Evidence) -> Naming | None:
    """Let two lengths meet that should be equal; say which lengths of the arguments they are."""
    trials, pairs = numbers_in(evidence, lengths_that_met)
    if not pairs:
        return None
    one, other = (length_named(evidence, trials, sizes) for sizes in zip(*pairs, strict=True))
    by_one = {a - b for a, b in pairs} in ({1}, {-1}) and varies(pairs)
    known = bool(one and other)
    met = f"{one} and {other}" if known else "{} and {}".format(*pairs[0])
    name = f"Two lengths meet that should be equal: {met}."
    question = (
        "What do the rows of each array stand for, what its columns? Is one turned round, or is "
        "another one meant?"
    )
    if by_one:
        name += " Every time one is longer by 1."
        question = (
            "Does a column of ones, or an entry for the bias, stand on one side only, or is an "
            "entry left out?"
        )
    elif not known:
        question = "Which of the two arrays has the shape that you expect there?"
    elif met.endswith(" 1") or " 1 and " in met:  # an array that is cut is not turned round
        question = (
            "Which array has the one length, which the other, and are these the ones you mean?"
        )
    return Naming(f"error: lengths {met}", name, question, observed=not (known or by_one))


def out_of_bounds(evidence: Evidence) -> Naming | None:
    """Ask for an entry that is not there."""
    trials, pairs = numbers_in(evidence, entry_asked_for)
    if not pairs:
        return None
    (entry, size), sizes = pairs[0], tuple(size for _, size in pairs)
    known = length_named(evidence, trials, sizes)
    there = f"{known} of them" if known else f"only {size}"
    if all(entry == size for entry, size in pairs) and varies(pairs):
        return Naming(
            "error: one entry too far",
            f"You go one entry too far: there are {there}, counted from 0.",
            "With which number does the count begin, and with which does it end?",
        )
    return Naming(
        "error: no such entry",
        f"Number {entry}, counted from 0, is asked for where there "
        f"{'is' if size == 1 else 'are'} only {size}{f' ({known})' if known else ''}.",
        "What stands between the square brackets there: a number that you wrote down, a length, or "
        "an array whose numbers are no places?",
    )


def raised(evidence: Evidence) -> list[Trial]:
    """List the calls that ended in an error."""
    return [trial for trial in evidence.all_trials if trial.error]


def numbers_in(
    evidence: Evidence, read: Callable[[StudentError], Pair | None]
) -> tuple[list[Trial], list[Pair]]:
    """Read two numbers in the text of every error that has them, if the first one does."""
    trials = [t for t in raised(evidence) if not in_single_precision(t.arguments)]
    found = [(t, pair) for t in trials if t.error and (pair := read(t.error))]
    if not found or found[0][0] is not trials[0]:
        return [], []
    return [trial for trial, _ in found], [pair for _, pair in found]


def lengths_that_met(error: StudentError) -> Pair | None:
    """Read the two lengths that differ; of two shapes, those of the last axis that does not fit."""
    for pattern in MEETINGS:
        if match := re.search(pattern, error.text):
            one, other = (re.findall(r"\d+", group)[::-1] for group in match.groups())
            pairs = [(int(a), int(b)) for a, b in zip(one, other, strict=False)]
            return next((pair for pair in pairs if pair[0] != pair[1] and 1 not in pair), None) or (
                pairs[0] if "size" in pattern or "dim" in pattern else None
            )
    return None


def entry_asked_for(error: StudentError) -> Pair | None:
    """Read which entry is asked for, and how many there are."""
    match = re.search(OUT_OF_BOUNDS, error.text)
    return (int(match[1]), int(match[2])) if match else None


def varies(pairs: Sequence[Pair]) -> bool:
    """Tell whether there are enough pairs, and not one and the same."""
    return len(pairs) >= CASES and len(set(pairs)) > 1


def length_named(evidence: Evidence, trials: Sequence[Trial], sizes: Sequence[int]) -> str:
    """Say which length of an argument has these sizes, perhaps but for 1; empty where none has."""
    if len(sizes) < CASES or len(set(sizes)) == 1:
        return ""
    there = as_if_right(evidence, trials)
    for more, words in ((0, "{}"), (1, "{} + 1"), (-1, "{} - 1")):
        if keys := there.lengths.get(tuple(size - more for size in sizes)):
            return words.format(there.length_words(keys[0]))
    return ""


def another_order(evidence: Evidence) -> Naming | None:
    """Take the arguments in another order than they are given."""
    wrong, right = wrong_and_right(evidence)
    trials = [*wrong, *right][:MOST_ASKED]
    if len(trials) < CASES:
        return None
    orders = itertools.permutations(range(len(trials[0].arguments)))
    for order in itertools.islice(orders, 1, MOST_ORDERS + 1):
        if all(right_in(evidence, trial, order) for trial in trials):
            taken = ", ".join(f"`{evidence.names[k]}`" for k in order)
            return Naming(
                "parameters in another order",
                f"Your function is right when it is given {taken}, in this order.",
                "In which order does the task name the arguments?",
            )
    return None


def right_in(evidence: Evidence, trial: Trial, order: Sequence[int]) -> bool:
    """Tell whether a call is right with its arguments in another order."""
    arguments: Arguments = tuple(trial.arguments[k] for k in order)
    return is_right(evidence, evidence.ask(arguments), trial)


def stops(evidence: Evidence) -> Naming | None:
    """Stop with an error: say what it is about and, where that decides, for which arguments."""
    naming = mismatch(evidence) or out_of_bounds(evidence) or family(evidence)
    special = only_where(evidence)
    if naming is None or special is None:
        return naming
    return replace(naming, place=f"Your answers go wrong only where {special.words}.")


ERRORS = (another_order, stops)
