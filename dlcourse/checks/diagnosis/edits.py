"""Answers of a right function with a single edit: which slip of the pen gives them.

The source of a plain solution is edited, one place at a time, and run on the cases. What is said
is what kind of slip it is and which arguments stand near it; never the line.
"""

import ast
import copy
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from dlcourse.checks.diagnosis.evidence import CASES, TELLING, Evidence, floats, quietly, same
from dlcourse.checks.diagnosis.naming import Naming

Edits = Iterator[tuple[str, ast.expr]]
Statements = Iterator[tuple[str, ast.stmt]]

SLIPS = {
    "sign": (
        "A plus and a minus are exchanged",
        "What is added there, and what is taken away?",
    ),
    "factor": (
        "A product and a quotient are exchanged",
        "What multiplies there, and what divides?",
    ),
    "cut": (
        "A quotient is cut off to a whole number and should not be, or the other way round",
        "Does a part of a whole count there?",
    ),
    "rest": (
        "The rest of a division stands in place of the quotient",
        "How often does it fit, or what is left over?",
    ),
    "power": ("A power is missing or too much", "Which square, or which root, belongs there?"),
    "term": ("A term is missing", "What else is added or taken away there?"),
    "multiplier": ("A factor or a divisor is missing", "What else multiplies or divides there?"),
    "brackets": (
        "Things are put together in another order",
        "What is done first there, and what do the brackets hold?",
    ),
    "minus": ("A minus sign is missing", "Which sign belongs there?"),
    "number": ("It is as if a number were another one", "Which number belongs there?"),
    "spread": (
        "The variance or the deviation is another one",
        "Are the squares divided by their number, or by one less, and which is asked for?",
    ),
    "comparison": (
        "A comparison is another one",
        "On which side of the bound is what you ask, and does the bound itself count?",
    ),
    "axis": (
        "Something runs along another axis",
        "Over what do you add, average or compare there?",
    ),
    "reduction": (
        "A sum, a mean or an extreme is taken for another one",
        "Which of them is asked for there?",
    ),
    "function": ("A function is missing", "What is still to be done with that?"),
    "extra": (
        "A root, a power or another function is too much",
        "What is it good for, and is it asked for?",
    ),
    "another function": ("One function stands in place of another", "Which one belongs there?"),
    "choice": ("Two cases are exchanged", "What belongs where the condition holds?"),
    "part": (
        "It is as if another part of an array were taken",
        "Which rows, columns or entries belong there?",
    ),
    "overwritten": (
        "Something is overwritten that should be added to",
        "What becomes of what stood there before?",
    ),
    "condition": (
        "A condition is missing",
        "In which case should that be done, and in which not?",
    ),
    "step": ("A step is missing", "What is still to be done there?"),
    "argument": ("One argument stands in place of another", "Which one belongs there?"),
}
OPERATORS: tuple[tuple[str, type[ast.operator], type[ast.operator]], ...] = (
    ("sign", ast.Add, ast.Sub),
    ("sign", ast.Sub, ast.Add),
    ("factor", ast.Mult, ast.Div),
    ("factor", ast.Div, ast.Mult),
    ("cut", ast.FloorDiv, ast.Div),
    ("cut", ast.Div, ast.FloorDiv),
    ("rest", ast.FloorDiv, ast.Mod),
    ("power", ast.Pow, ast.Mult),
    ("sign", ast.Mult, ast.Add),
    ("sign", ast.Mult, ast.Sub),
)
EXTRA = ("sqrt", "square", "abs", "exp", "log", "tanh")
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
FAMILIES = (
    ("reduction", ("sum", "mean", "max", "min", "median", "prod")),
    ("another function", ("var", "std")),
    ("reduction", ("argmax", "argmin")),
    ("another function", ("maximum", "minimum")),
    ("another function", ("exp", "exp2", "log", "log2", "log10", "log1p", "expm1")),
    ("another function", ("sigmoid", "tanh", "relu", "softplus")),
    ("another function", ("abs", "square", "sqrt", "sign")),
    ("another function", ("floor", "ceil", "round", "trunc")),
    ("another function", ("ones", "zeros")),
    ("another function", ("cumsum", "cumprod")),
)


@dataclass(frozen=True)
class Edited:
    """A function with one edit: the kind of slip, the arguments near it, the function."""

    slip: str
    near: tuple[str, ...]
    function: Callable[..., object]


def of_operator(node: ast.expr) -> Edits:
    """Exchange an operator, drop one of its sides, group it otherwise."""
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    for slip, old, new in OPERATORS:
        if isinstance(node.op, old):
            yield slip, ast.BinOp(left, new(), right)
    if isinstance(node.op, ast.Add | ast.Sub):
        yield "term", left
        yield "term", right
        yield "sign", ast.BinOp(right, node.op, left)
    if isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv):
        yield "multiplier", left
        yield "multiplier", right
        yield "factor", ast.BinOp(right, node.op, left)
    if isinstance(node.op, ast.Pow):
        yield "power", left
        absolute = ast.Attribute(ast.Name("np", ast.Load()), "abs", ast.Load())
        yield "power", ast.Call(absolute, [left], [])
    if isinstance(node.op, ast.MatMult):
        yield "brackets", ast.BinOp(right, node.op, left)
    yield from regrouped(node)


def regrouped(node: ast.BinOp) -> Edits:
    """Move brackets: a / (b + c) to a / b + c, sqrt(a) + b to sqrt(a + b), and back."""
    for side in ("left", "right"):
        inner = getattr(node, side)
        other = node.right if side == "left" else node.left
        if isinstance(inner, ast.BinOp) and type(inner.op) is not type(node.op):
            if side == "right":
                yield (
                    "brackets",
                    ast.BinOp(ast.BinOp(other, node.op, inner.left), inner.op, inner.right),
                )
            else:
                yield (
                    "brackets",
                    ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, other)),
                )
        if isinstance(inner, ast.Call) and len(inner.args) == 1:
            moved = copy.deepcopy(inner)
            pair = (moved.args[0], other) if side == "left" else (other, moved.args[0])
            moved.args = [ast.BinOp(pair[0], node.op, pair[1])]
            yield "brackets", moved


def of_extra(node: ast.expr) -> Edits:
    """Send what was computed through one more function."""
    if isinstance(node, ast.BinOp | ast.Call):
        for name in EXTRA:
            function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
            yield "extra", ast.Call(function, [node], [])


def of_sign(node: ast.expr) -> Edits:
    """Drop a minus sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus", node.operand


def of_number(node: ast.expr) -> Edits:
    """Take another number."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = float(str(node.value))
        others = (0, 1, 2, 0.5, -1, value + 1, value - 1, 2 * value, value / 2, -value, value**2)
        for other in dict.fromkeys(others):
            if other != value:
                yield "number", ast.Constant(int(other) if other == round(other) else other)


def of_comparison(node: ast.expr) -> Edits:
    """Compare otherwise, or exchange what hangs on it."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS:
            if not isinstance(node.ops[0], other):
                yield "comparison", ast.Compare(node.left, [other()], node.comparators)
    if isinstance(node, ast.IfExp):
        yield "choice", ast.IfExp(node.test, node.orelse, node.body)
        yield "choice", node.body
        yield "choice", node.orelse


def of_call(node: ast.expr) -> Edits:
    """Leave a function out, take its neighbour, change its axis, exchange its arguments."""
    if not isinstance(node, ast.Call):
        return
    if node.args:
        yield "function", node.args[0]
        inner = node.args[0]
        if len(node.args) == 1 and isinstance(inner, ast.BinOp):
            first = ast.Call(node.func, [inner.left], node.keywords)
            yield "brackets", ast.BinOp(first, inner.op, inner.right)
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        yield "function", node.func.value
    yield from (*with_neighbours(node), *with_axes(node))
    if len(node.args) == 3 and name_of(node.func) == "where":
        condition, yes, no = node.args
        yield "choice", ast.Call(node.func, [condition, no, yes], node.keywords)
        yield "choice", yes
        yield "choice", no
    for i, j in itertools.combinations(range(len(node.args)), 2):
        if any(isinstance(node.args[k], ast.Constant) for k in (i, j)):
            continue  # an axis or a place, and no argument of the exercise
        swapped = list(node.args)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        yield "argument", ast.Call(node.func, swapped, node.keywords)


def is_module(node: ast.expr) -> bool:
    """Tell whether a name is NumPy's."""
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def name_of(function: ast.expr) -> str:
    """Return the last name of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def with_neighbours(node: ast.Call) -> Edits:
    """Call another function of the same family."""
    called = name_of(node.func)
    for slip, family in FAMILIES:
        for other in family:
            if called in family and other != called:
                changed = copy.deepcopy(node)
                if isinstance(changed.func, ast.Attribute):
                    changed.func.attr = other
                else:
                    changed.func = ast.Name(other, ast.Load())
                yield slip, changed


def with_axes(node: ast.Call) -> Edits:
    """Give another axis, or none; keep dimensions, or not."""
    for place, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for other in (0, 1, None):
                changed = copy.deepcopy(node)
                changed.keywords[place].value = ast.Constant(other)
                yield "axis", changed
        if keyword.arg in ("keepdims", "ddof", "dtype"):
            changed = copy.deepcopy(node)
            del changed.keywords[place]
            yield {"keepdims": "axis", "ddof": "spread"}.get(keyword.arg, "number"), changed
    if name_of(node.func) in ("std", "var") and not any(k.arg == "ddof" for k in node.keywords):
        changed = copy.deepcopy(node)
        changed.keywords.append(ast.keyword("ddof", ast.Constant(1)))
        yield "spread", changed


def of_part(node: ast.expr) -> Edits:
    """Take the whole array, or another part of it; leave a transpose out."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "part", node.value
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return
    yield "part", node.value
    for text in (
        "[1:]",
        "[:-1]",
        "[0]",
        "[-1]",
        "[::-1]",
        "[:, 1:]",
        "[:, :-1]",
        "[:, 0]",
        "[:, -1]",
    ):
        other = ast.parse(f"x{text}", mode="eval").body
        assert isinstance(other, ast.Subscript)
        yield "part", ast.Subscript(node.value, other.slice, ast.Load())


def of_statement(statement: ast.stmt) -> Statements:
    """Leave a statement out, or its condition; take away in place of adding to, or overwrite."""
    if isinstance(statement, ast.AugAssign):
        target, op, value = statement.target, statement.op, statement.value
        if isinstance(op, ast.Add | ast.Sub):
            other = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield "sign", ast.AugAssign(target, other, value)
        yield "overwritten", ast.Assign([target], value)
    if isinstance(statement, ast.If):
        yield "condition", ast.If(ast.Constant(True), statement.body, statement.orelse)
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.If):
        yield "step", ast.Pass()


KINDS = (of_operator, of_sign, of_number, of_comparison, of_call, of_part, of_extra)


def of_name(node: ast.expr, names: tuple[str, ...]) -> Edits:
    """Take another argument."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in names:
            if other != node.id:
                yield "argument", ast.Name(other, ast.Load())


class Replaced(ast.NodeTransformer):
    """A tree with one node in place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace the node, or look inside it."""
        return self.new if node is self.old else super().generic_visit(node)


@cache
def edited(sources: tuple[str, ...], name: str, names: tuple[str, ...]) -> tuple[Edited, ...]:
    """Make every single edit of the last of some sources, which may call the others.

    NumPy is ``np`` there.
    """
    space: dict[str, object] = {"np": np}
    for source in sources[:-1]:
        exec(source, space)  # noqa: S102 (the course's own answers)
    tree = ast.parse(sources[-1])
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):  # an edit may never end
        return ()
    edits = all_edits(tree, name, names, space)
    return tuple(sorted(edits, key=lambda edit: edit.slip == "extra"))  # what is simpler first


def all_edits(
    tree: ast.Module, name: str, names: tuple[str, ...], space: dict[str, object]
) -> Iterator[Edited]:
    """Go through the edits of each expression in a module's functions."""
    for axis in (0, 1, None):
        if function := compiled(with_axis(tree, axis), name, space):
            yield Edited("axis", names[:1], function)
    origins = {argument: {argument} for argument in names}
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt) or isinstance(statement, ast.FunctionDef):
            continue
        if isinstance(statement, ast.Assign):
            made_of = arguments_in(origins, statement.value)
            for target in statement.targets:
                for inner in ast.walk(target):
                    if isinstance(inner, ast.Name):
                        origins[inner.id] = origins.get(inner.id, set()) | made_of
        near = arguments_in(origins, statement)
        for slip, other in of_statement(statement):
            if near and (function := built(tree, statement, other, name, space)):
                yield Edited(slip, tuple(n for n in names if n in near), function)
        for node in expressions(statement):
            before = arguments_in(origins, node)
            for slip, new in (
                *itertools.chain(*(kind(node) for kind in KINDS)),
                *of_name(node, names),
            ):
                near = (before - arguments_in(origins, new)) or before
                if near and (function := built(tree, node, new, name, space)):
                    yield Edited(slip, tuple(n for n in names if n in near), function)


def with_axis(tree: ast.Module, axis: int | None) -> ast.Module:
    """Let everything in a module run along one axis."""
    changed = copy.deepcopy(tree)
    for node in ast.walk(changed):
        if isinstance(node, ast.keyword) and node.arg == "axis":
            node.value = ast.Constant(axis)
    return changed


def expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Go through the expressions of one statement, without those of statements inside it."""
    inner = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
    while inner:
        node = inner.pop(0)
        yield node
        inner += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def arguments_in(origins: Mapping[str, set[str]], node: ast.AST) -> set[str]:
    """Return which arguments a piece of code is made of, through the names that it uses."""
    used = (origins.get(getattr(inner, "id", ""), set()) for inner in ast.walk(node))
    return set().union(*used)


def built(
    tree: ast.Module, old: ast.AST, new: ast.AST, name: str, space: dict[str, object]
) -> Callable[..., object] | None:
    """Compile the function with one node replaced."""
    kept = copy.deepcopy(tree, {id(old): old})
    return compiled(Replaced(old, copy.copy(new)).visit(kept), name, space)


def compiled(tree: ast.AST, name: str, space: dict[str, object]) -> Callable[..., object] | None:
    """Run a module's source among the names that it needs; return its function."""
    made = dict(space)
    try:
        source = ast.unparse(ast.fix_missing_locations(tree))
        exec(compile(source, "<edited>", "exec"), made)  # noqa: S102
    except (SyntaxError, TypeError, ValueError, NameError, AttributeError):
        return None
    function = made.get(name)
    return function if callable(function) else None


def slipped(evidence: Evidence) -> Naming | None:
    """Answer what a plain right solution gives after one slip."""
    if not evidence.plain:
        return None
    order = list(evidence.smallest_first())
    for edit in edited(evidence.plain, evidence.name, evidence.names):
        guesses = itertools.takewhile(
            lambda pair: same(evidence.answers[pair[0]], pair[1]),
            ((k, floats(quietly(edit.function, evidence.trials[k].arguments))) for k in order),
        )
        held = list(guesses)
        telling = sum(not same(guess, evidence.rights[k]) for k, guess in held)
        if len(held) == len(order) >= CASES and telling >= TELLING:
            return slip_said(edit)
    return None


def slip_said(edit: Edited) -> Naming:
    """Say what kind of slip it is, and where."""
    name, question = SLIPS[edit.slip]
    *others, last = (f"`{name}`" for name in edit.near[:3])
    near = f"{', '.join(others)} and {last}" if others else last
    come = "comes" if len(edit.near) == 1 else "come"
    name = f"Where {near} {come} in, {name[0].lower()}{name[1:]}."
    return Naming(f"slip: {edit.slip}, {near}", name, question)


EDITS = (slipped,)
