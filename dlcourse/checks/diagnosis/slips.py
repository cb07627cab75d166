"""Slips of the pen: the edits of one place in the source of a function, and what each is called.

What is said of an edit is what the student's code has or lacks, never what belongs there.
"""

import ast
import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple


class Slip(NamedTuple):
    """One edit of a node: which kind, what stands there then, and what is said of it."""

    kind: str
    new: Any
    said: str = ""


Slips = Iterator[Slip]

WORDS = {  # by kind, the simplest first; ``{}`` is what is said, ``{near}`` where it is
    "sign": (
        "A plus and a minus are exchanged {near}.",
        "What is added there, and what is taken away?",
    ),
    "minus": ("A minus sign is missing {near}.", "Which sign belongs there?"),
    "difference": (
        "A difference is taken the other way round {near}.",
        "What is taken away from what?",
    ),
    "multiplier": (
        "A factor or a divisor is missing {near}.",
        "What else multiplies or divides there?",
    ),
    "term": ("A term is missing {near}.", "What else is added or taken away there?"),
    "factor": (
        "A product and a quotient are exchanged {near}.",
        "What multiplies there, and what divides?",
    ),
    "fraction": ("A fraction is upside down {near}.", "What is divided by what?"),
    "sum": ("A sum and a product are exchanged {near}.", "Is that added, or multiplied?"),
    "cut": (
        "A quotient is cut off to a whole number {near}.",
        "Does a part of a whole count there?",
    ),
    "whole": (
        "A quotient is not cut off to a whole number {near}.",
        "Does a part of a whole count there?",
    ),
    "rest": (
        "The rest of a division stands in place of the quotient {near}.",
        "How often does it fit, or what is left over?",
    ),
    "power": (
        "A power is missing, or something else stands in its place {near}.",
        "Which square, or which root, belongs there?",
    ),
    "function": ("{} is missing {near}.", "What is still to be done with that?"),
    "old value": (
        "`{}` is used as it was given, where its new value belongs.",
        "What becomes of it before it is used?",
    ),
    "activation": (
        "It is as if {} stood in place of another function {near}.",
        "Which function is asked for there?",
    ),
    "another function": (
        "It is as if `{}` stood in place of another function {near}.",
        "Which one is asked for there?",
    ),
    "reduction": (
        "It is as if `{}` were taken in place of something else {near}.",
        "A sum, a mean, the largest, or its place: which of them belongs there?",
    ),
    "divisor": (
        "A sum is divided by {}, where a mean is asked for.",
        "By how many is a mean divided?",
    ),
    "spread": (
        "A variance or a deviation divides by {} {near}.",
        "By what does the exercise divide?",
    ),
    "inside": (
        "It is as if too much stood inside `{}` {near}.",
        "What is added or multiplied after that, and not before?",
    ),
    "outside": (
        "It is as if too little stood inside `{}` {near}.",
        "What is done before that, and not after?",
    ),
    "brackets": (
        "Things are put together in another order {near}.",
        "What is done first there, and what do the brackets hold?",
    ),
    "order": (
        "A matrix product is taken in the other order {near}.",
        "What do the rows of each factor stand for, and what its columns?",
    ),
    "entries": (
        "Entries are multiplied one by one in place of a matrix product {near}.",
        "What is still to be added up?",
    ),
    "axis": (
        "It is as if something ran {} {near}.",
        "Over what do you add, average or compare there?",
    ),
    "joined": (
        "It is as if parts were joined by `{}` {near}.",
        "Should they stand one below the other, or side by side?",
    ),
    "comparison": (
        "A comparison is another one {near}.",
        "On which side of the bound is what you ask?",
    ),
    "bound": (
        "The bound itself falls on the wrong side of a comparison {near}.",
        "What should happen where both sides are equal?",
    ),
    "choice": ("Two cases are exchanged {near}.", "What belongs where the condition holds?"),
    "call order": (
        "`{}` is given its arguments in another order.",
        "In which order does it take them?",
    ),
    "exchanged": ("Two things stand in each other's place {near}.", "Which belongs where?"),
    "argument": ("{}.", "Which of them belongs there?"),
    "one case": (
        "Of two cases one is taken always {near}.",
        "When does the other one hold?",
    ),
    "condition": (
        "A condition is missing {near}.",
        "In which case should that be done, and in which not?",
    ),
    "number": ("It is as if a number were {} {near}.", "Which number belongs there?"),
    "bounds": (
        "Something {} {near}.",
        "With which number does it begin, and with which does it end?",
    ),
    "part": (
        "It is as if {} were taken {near}.",
        "Which rows, columns or entries belong there?",
    ),
    "type": ("A type is missing {near}.", "Which kind of numbers is asked for?"),
    "overwritten": (
        "Something is overwritten that should be added to {near}.",
        "What becomes of what stood there before?",
    ),
    "step": ("A step is missing {near}.", "What is still to be done there?"),
    "unfinished": (
        "Your answer is only something that comes up on the way, made of {where}.",
        "What is still to be done with it?",
    ),
    "twice": ("It is as if `{}` were applied twice {near}.", "How often should it be?"),
    "sign too much": ("A minus sign is too much {near}.", "Which sign belongs there?"),
    "extra": ("It is as if {} {near}.", "What is it for, and is it asked for?"),
}
OPERATORS: tuple[tuple[str, type[ast.operator], type[ast.operator]], ...] = (
    ("sign", ast.Add, ast.Sub),
    ("sign", ast.Sub, ast.Add),
    ("factor", ast.Mult, ast.Div),
    ("factor", ast.Div, ast.Mult),
    ("sum", ast.Add, ast.Mult),
    ("sum", ast.Mult, ast.Add),
    ("whole", ast.FloorDiv, ast.Div),
    ("cut", ast.Div, ast.FloorDiv),
    ("rest", ast.FloorDiv, ast.Mod),
    ("power", ast.Pow, ast.Mult),
    ("entries", ast.MatMult, ast.Mult),
)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
BOUNDS = ({ast.Lt, ast.LtE}, {ast.Gt, ast.GtE})
FAMILIES = (
    ("reduction", ("sum", "mean", "max", "min", "median", "prod", "argmax", "argmin")),
    ("another function", ("var", "std")),
    ("another function", ("maximum", "minimum")),
    ("another function", ("exp", "exp2", "log", "log2", "log10", "log1p", "expm1")),
    ("another function", ("sigmoid", "tanh", "relu", "softplus")),
    ("another function", ("abs", "square", "sqrt", "sign")),
    ("another function", ("floor", "ceil", "round", "trunc")),
    ("another function", ("ones", "zeros")),
    ("another function", ("cumsum", "cumprod")),
    ("joined", ("hstack", "vstack")),
)
MISSING = {
    "sqrt": "A root",
    "log": "A logarithm",
    "exp": "An exponential",
    "abs": "An absolute value",
    "sum": "A sum",
    "mean": "A mean",
    "maximum": "A maximum",
    "minimum": "A minimum",
    "sign": "A sign function",
}
ACTIVATIONS = {
    "a ReLU": "np.maximum(x, 0)",
    "tanh": "np.tanh(x)",
    "a sigmoid": "1 / (1 + np.exp(-(x)))",
    "a decision, 0 or 1,": "(x > 0) * 1.0",
}
EXTRA = {
    "a root were taken": "np.sqrt(x)",
    "a square were taken": "np.square(x)",
    "an absolute value were taken": "np.abs(x)",
    "an exponential were taken": "np.exp(x)",
    "a logarithm were taken": "np.log(x)",
    "tanh were taken": "np.tanh(x)",
    "only a sign counted": "np.sign(x)",
    "everything were added up": "np.sum(x)",
    "a mean over everything were taken": "np.mean(x)",
    "the mean of each column were taken away": "(x - np.mean(x, axis=0))",
}
PARTS = {  # of the entries, the rows or the columns
    ":": "all {1}",
    "1:": "all {1} but the first",
    ":-1": "all {1} but the last",
    "1:-1": "all {1} but the first and the last",
    "0": "the first {0} alone",
    "-1": "the last {0} alone",
    "::-1": "the {1} in reversed order",
}
PLACES = ("entry", "entries"), ("row", "rows"), ("column", "columns")
MOST_ORDERS = 24  # of the arguments of a call: all that four have
MODES = ("valid", "same", "full")
AXES = {0: "along axis 0", 1: "along axis 1", None: "over everything"}


def filled(template: str, node: ast.expr) -> ast.expr:
    """Put a node in the place of ``x`` in an expression."""

    class Filler(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return node if name.id == "x" else name

    return Filler().visit(ast.parse(template, mode="eval").body)  # type: ignore[no-any-return]


def negative(node: ast.expr) -> ast.expr:
    """Put a minus sign before an expression."""
    return ast.UnaryOp(ast.USub(), node)


def more(node: ast.expr, by: int) -> ast.expr:
    """Add a whole number to an expression."""
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def called(node: ast.AST) -> str:
    """Return the last name of what is called; empty where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def renamed(node: ast.Call, name: str) -> ast.Call:
    """Call another function."""
    new = copy.deepcopy(node)
    if isinstance(new.func, ast.Attribute):
        new.func.attr = name
    else:
        new.func = ast.Name(name, ast.Load())
    return new


def of_operator(node: ast.expr) -> Slips:
    """Exchange an operator, drop one of its sides, exchange its sides."""
    if not isinstance(node, ast.BinOp):
        return
    left, right, op = node.left, node.right, node.op
    for kind, old, new in OPERATORS:
        if isinstance(op, old):
            yield Slip(kind, ast.BinOp(left, new(), right))
    if isinstance(op, ast.Add | ast.Sub):
        yield Slip("term", left)
        yield Slip("term", right)
    if isinstance(op, ast.Sub):
        yield Slip("term", negative(right))
        yield Slip("difference", ast.BinOp(right, op, left))
    if isinstance(op, ast.Mult | ast.Div | ast.FloorDiv):
        yield Slip("multiplier", left)
    if isinstance(op, ast.Mult):
        yield Slip("multiplier", right)
    if isinstance(op, ast.Div | ast.FloorDiv):
        yield Slip("multiplier", ast.BinOp(ast.Constant(1), op, right))
        yield Slip("fraction", ast.BinOp(right, op, left))
    if isinstance(op, ast.Pow):
        yield Slip("power", left)
        yield Slip("power", filled("np.abs(x)", left))
    if isinstance(op, ast.MatMult):
        yield Slip("order", ast.BinOp(right, op, left))


def of_brackets(node: ast.expr) -> Slips:
    """Move brackets: (a + b) c to a + b c, and back; sqrt(a) + b to sqrt(a + b), and back."""
    if isinstance(node, ast.BinOp):
        left, right, op = node.left, node.right, node.op
        if isinstance(left, ast.BinOp) and type(left.op) is not type(op):
            inner = ast.BinOp(left.right, op, right)
            yield Slip("brackets", ast.BinOp(left.left, left.op, inner))
        if isinstance(right, ast.BinOp) and type(right.op) is not type(op):
            inner = ast.BinOp(left, op, right.left)
            yield Slip("brackets", ast.BinOp(inner, right.op, right.right))
        for side, other in ((left, right), (right, left)):
            if isinstance(side, ast.Call) and len(side.args) == 1:
                pair = (side.args[0], other) if side is left else (other, side.args[0])
                call = ast.Call(side.func, [ast.BinOp(pair[0], op, pair[1])], side.keywords)
                yield Slip("inside", call, called(side))
    if isinstance(node, ast.Call) and len(node.args) == 1:
        (inside,) = node.args
        if isinstance(inside, ast.BinOp):
            first = ast.Call(node.func, [inside.left], node.keywords)
            last = ast.Call(node.func, [inside.right], node.keywords)
            yield Slip("outside", ast.BinOp(first, inside.op, inside.right), called(node))
            yield Slip("outside", ast.BinOp(inside.left, inside.op, last), called(node))


def of_sign(node: ast.expr) -> Slips:
    """Drop a minus sign, or write one too many."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield Slip("minus", node.operand)
    elif is_value(node):
        yield Slip("sign too much", negative(node))


def is_value(node: ast.AST) -> bool:
    """Tell whether a node is a value that is computed or has a name, NumPy apart."""
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id != "np"
    return isinstance(node, ast.BinOp | ast.Call)


def is_numpy(node: ast.AST) -> bool:
    """Tell whether a node is the name of NumPy."""
    return isinstance(node, ast.Name) and node.id == "np"


def of_number(node: ast.expr) -> Slips:
    """Take another number."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = float(str(node.value))
        others = (0, 1, 2, 0.5, -1, value + 1, value - 1, 2 * value, value / 2, -value, value**2)
        for other in dict.fromkeys(others):
            if other != value:
                number = int(other) if other == round(other) else other
                yield Slip("number", ast.Constant(number), f"{number:g}")


def of_comparison(node: ast.expr) -> Slips:
    """Compare otherwise, or exchange what hangs on it."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        old = type(node.ops[0])
        for other in COMPARISONS:
            if other is not old:
                kind = "bound" if {old, other} in BOUNDS else "comparison"
                yield Slip(kind, ast.Compare(node.left, [other()], node.comparators))
    if isinstance(node, ast.IfExp):
        yield Slip("choice", ast.IfExp(node.test, node.orelse, node.body))
        yield Slip("one case", node.body)
        yield Slip("one case", node.orelse)


def of_call(node: ast.expr) -> Slips:
    """Leave a function out, take its neighbour, change its axis, exchange its arguments."""
    if not isinstance(node, ast.Call):
        return
    name, method = called(node), isinstance(node.func, ast.Attribute)
    missing = MISSING.get(name, "A function")
    for argument in node.args:
        if not isinstance(argument, ast.Constant):
            yield Slip("function", argument, missing)
    if isinstance(node.func, ast.Attribute) and not is_numpy(node.func.value):
        yield Slip("type" if name == "astype" else "function", node.func.value, missing)
    for kind, family in FAMILIES:
        for other in family:
            if name in family and other != name:
                yield Slip(kind, renamed(node, other), other)
    yield from of_keywords(node)
    if name == "where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield Slip("choice", ast.Call(node.func, [condition, no, yes], node.keywords))
        yield Slip("one case", yes)
        yield Slip("one case", no)
    yield from of_order(node)
    if name == "exp" and len(node.args) == 1:
        yield Slip("power", filled("np.e * (x)", node.args[0]))
        yield Slip("another function", filled("10.0 ** (x)", node.args[0]), "10 **")
    if not method and len(node.args) == 1 and name not in ("len", "range", "float", "int"):
        yield Slip("twice", ast.Call(node.func, [node], node.keywords), name)


def of_order(node: ast.Call) -> Slips:
    """Exchange the arguments of a call; those of the course's own functions in every order."""
    if not isinstance(node.func, ast.Attribute):
        for order in itertools.islice(itertools.permutations(node.args), 1, MOST_ORDERS):
            yield Slip("call order", ast.Call(node.func, [*order], node.keywords), called(node))
        return
    for i, j in itertools.combinations(range(len(node.args)), 2):
        if not any(isinstance(node.args[k], ast.Constant) for k in (i, j)):
            swapped = list(node.args)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield Slip("exchanged", ast.Call(node.func, swapped, node.keywords))


def of_keywords(node: ast.Call) -> Slips:
    """Give another axis, or none; keep dimensions, or not; take another spread, or other ends."""
    for place, keyword in enumerate(node.keywords):
        new: dict[object, tuple[str, str]] = {}
        if keyword.arg == "axis":
            new = {axis: ("axis", words) for axis, words in AXES.items()}
        elif keyword.arg == "mode":
            new = dict.fromkeys(MODES, ("bounds", "goes too far, or not far enough, at the ends"))
        for other, (kind, words) in new.items():
            changed = copy.deepcopy(node)
            changed.keywords[place].value = ast.Constant(other)  # type: ignore[arg-type]
            yield Slip(kind, changed, words)
        if keyword.arg in ("keepdims", "ddof", "dtype"):
            changed = copy.deepcopy(node)
            del changed.keywords[place]
            kind = {"keepdims": "axis", "ddof": "spread"}.get(keyword.arg, "type")
            yield Slip(kind, changed, "n" if kind == "spread" else "another way")
    if called(node) in ("std", "var") and not any(k.arg == "ddof" for k in node.keywords):
        changed = copy.deepcopy(node)
        changed.keywords.append(ast.keyword("ddof", ast.Constant(1)))
        yield Slip("spread", changed, "n - 1")


def of_activation(node: ast.expr) -> Slips:
    """Take another activation, or none."""
    inside = None
    if called(node) in ("sigmoid", "tanh", "relu") and isinstance(node, ast.Call) and node.args:
        inside = node.args[0]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        powers = [n for n in ast.walk(node.right) if called(n) == "exp"]
        if isinstance(node.left, ast.Constant) and len(powers) == 1:
            (power,) = powers
            if ast.unparse(node.right) == f"1 + {ast.unparse(power)}":
                inside = power.args[0]  # type: ignore[attr-defined]
    if inside is None:
        return
    bare = inside.operand if isinstance(inside, ast.UnaryOp) else inside
    yield Slip("function", bare, "A function that is not linear")
    for words, template in ACTIVATIONS.items():
        yield Slip("activation", filled(template, bare), words)


def of_part(node: ast.expr) -> Slips:
    """Take the whole array, or another part of it; leave a transpose out."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield Slip("part", node.value, "an array that is not transposed")
    if not isinstance(node, ast.Subscript):
        return
    if isinstance(node.ctx, ast.Load):
        yield Slip("part", node.value, "the whole array")
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for place, old in enumerate(parts):
        words = PLACES[place + 1 if 1 < len(parts) < len(PLACES) else 0]
        for slip in (*of_slice(old), *others(old, words)):
            index: list[ast.expr] = [*parts[:place], slip.new, *parts[place + 1 :]]
            whole = ast.Tuple(index, ast.Load()) if len(parts) > 1 else index[0]
            yield slip._replace(new=ast.Subscript(node.value, whole, node.ctx))


def others(index: ast.expr, words: tuple[str, str]) -> Slips:
    """Take other entries, rows or columns."""
    for text, taken in PARTS.items():
        part = ast.parse(f"x[{text}]", mode="eval").body
        if isinstance(part, ast.Subscript) and text != ast.unparse(index):
            yield Slip("part", part.slice, taken.format(*words))


def of_slice(node: ast.expr) -> Slips:
    """Begin or end a slice one place too early or too late, or nowhere."""
    if not isinstance(node, ast.Slice):
        return
    for end, verb in (("lower", "begins"), ("upper", "ends")):
        bound = getattr(node, end)
        if bound is not None:
            for by, words in ((-1, "early"), (1, "late")):
                new = copy.copy(node)
                setattr(new, end, more(bound, by))
                yield Slip("bounds", new, f"{verb} one place too {words}")
            new = copy.copy(node)
            setattr(new, end, None)
            yield Slip("bounds", new, f"{verb} where the whole array {verb}")


def of_count(node: ast.expr) -> Slips:
    """Begin or end a count one place too early or too late, or take every number."""
    if called(node) not in ("range", "arange") or not isinstance(node, ast.Call) or not node.args:
        return
    stop = min(1, len(node.args) - 1)
    for place, verb in ((0, "begins"), (stop, "ends")):
        if len(node.args) == 1 and verb == "begins":
            continue
        for by, words in ((-1, "early"), (1, "late")):
            args = list(node.args)
            args[place] = more(args[place], by)
            yield Slip("bounds", ast.Call(node.func, args, []), f"{verb} one place too {words}")
    if len(node.args) == 3:
        every = ast.Call(node.func, node.args[:2], [])
        yield Slip("bounds", every, "begins at every place")


def of_extra(node: ast.AST) -> Slips:
    """Send something through one more function."""
    if called(node) in ("len", "range"):  # no such step is taken with a length
        return
    if isinstance(node, ast.BinOp | ast.Call | ast.Name) and is_value(node):
        for words, template in EXTRA.items():
            yield Slip("extra", filled(template, node), words)


def of_statement(statement: ast.stmt) -> Slips:
    """Leave a statement out, or its condition; take away in place of adding to, or overwrite."""
    if isinstance(statement, ast.AugAssign):
        target, op, value = statement.target, statement.op, statement.value
        if isinstance(op, ast.Add | ast.Sub):
            other = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield Slip("sign", ast.AugAssign(target, other, value))
        yield Slip("overwritten", ast.Assign([target], value))
    if isinstance(statement, ast.If):
        yield Slip("condition", ast.If(ast.Constant(True), statement.body, statement.orelse))
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.If):
        yield Slip("step", ast.Pass())
    if isinstance(statement, ast.Return) and statement.value is not None:
        nodes = itertools.islice(ast.walk(statement.value), 1, None)
        for node in nodes:
            if isinstance(node, ast.BinOp | ast.Call | ast.Name) and is_value(node):
                yield Slip("unfinished", ast.Return(node))


KINDS: Sequence[Callable[[ast.expr], Slips]] = (
    of_operator,
    of_brackets,
    of_sign,
    of_number,
    of_comparison,
    of_call,
    of_activation,
    of_part,
    of_count,
)


def slips(node: ast.AST) -> Slips:
    """Go through the slips that one node alone allows, those with something extra apart."""
    if isinstance(node, ast.stmt):
        yield from of_statement(node)
    elif isinstance(node, ast.expr):
        for kind in KINDS:
            yield from kind(node)
