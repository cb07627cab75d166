"""Wrong answers made from a right one: every single change of its source that learners make.

An operator for another, a bound moved by one, a line left out, arguments in another order, a sum
for a mean, an axis for another, a transpose too many, a copy not taken. After DeMillo, Lipton and
Sayward, "Hints on test data selection", Computer 11 (4), 1978: tests that tell a program from all
that differ from it by one slip tell it from most wrong ones.
"""

import ast
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dlcourse.authoring.entries import Entry
from dlcourse.checks.errors import StudentError
from dlcourse.checks.judging import Function

TURNS = 20_000  # of loops and calls, after which a mutant is taken to run for ever

OTHER_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult)
OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OTHER_FUNCTIONS = {
    a: b
    for pair in (
        ("sum", "mean"),
        ("max", "min"),
        ("argmax", "argmin"),
        ("maximum", "minimum"),
        ("zeros", "ones"),
        ("zeros_like", "ones_like"),
        ("hstack", "vstack"),
        ("exp", "exp2"),
        ("log", "log2"),
        ("log1p", "log"),
        ("sqrt", "square"),
        ("abs", "sign"),
        ("tanh", "sinh"),
        ("std", "var"),
        ("any", "all"),
        ("floor", "ceil"),
    )
    for a, b in (pair, pair[::-1])
} | {"log": "log2", "average": "sum", "logaddexp": "logaddexp2"}


@dataclass(frozen=True)
class Mutant:
    """An answer with one change.

    Parameters
    ----------
    source : str
        What it has become.
    line : int
        The line of the original that is changed.
    was, now : str
        What stood there, and what stands there now.
    """

    source: str
    line: int
    was: str
    now: str

    def __str__(self) -> str:
        """Write the change in one line."""
        return f"line {self.line}: `{self.was}` -> `{self.now}`"


def mutants(source: str) -> Iterator[Mutant]:
    r"""Make every changed version of an answer, each once.

    Examples
    --------
    >>> for mutant in mutants("def double(x):\n    return 2 * x\n"):
    ...     print(mutant)
    line 2: `return 2 * x` -> `pass`
    line 2: `2 * x` -> `2 + x`
    line 2: `2 * x` -> `2 / x`
    line 2: `2 * x` -> `2`
    line 2: `2 * x` -> `x`
    line 2: `2` -> `3`
    line 2: `2` -> `1`
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for node in list(ast.walk(tree)):
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for old, new, changed in changes(value):
                setattr(node, name, changed)
                text = ast.unparse(ast.fix_missing_locations(tree))
                setattr(node, name, value)
                if text not in seen:
                    seen.add(text)
                    yield Mutant(text, line_of(old, node), in_a_line(old), in_a_line(new))


def changes(value: object) -> Iterator[tuple[ast.AST, ast.AST, object]]:
    """Change a field of a node: what stood there, what stands there now, the field's new value."""
    if isinstance(value, ast.AST):
        yield from ((value, new, new) for new in rewritten(value))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            after = value[at + 1] if at + 1 < len(value) else None
            for new in (*rewritten(item), *return_inside(item, after)):
                yield item, new, [*value[:at], new, *value[at + 1 :]]


def line_of(node: ast.AST, parent: ast.AST) -> int:
    """Say where a node stands; arguments of a function have no line of their own."""
    return int(getattr(node, "lineno", getattr(parent, "lineno", 1)))


def in_a_line(node: ast.AST) -> str:
    """Write a node's source in one line."""
    first, *more = ast.unparse(node).splitlines()
    return f"{first} ..." if more else first


# --- changes ---------------------------------------------------------------------------------


def rewritten(node: object) -> Iterator[ast.AST]:
    """Give what could stand in a node's place."""
    for kind, rule in CHANGES.items():
        if isinstance(node, kind):
            yield from rule(node)


def operations(node: ast.BinOp) -> Iterator[ast.AST]:
    """Take another operator, one operand alone, the operands in the other order, a transpose."""
    left, right = node.left, node.right
    for other in OTHER_OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(left, other(), right)
    yield left
    yield right
    if isinstance(node.op, ORDERED):
        yield ast.BinOp(right, node.op, left)
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(left, "T"), node.op, right)
    if isinstance(left, ast.BinOp):  # the brackets elsewhere
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
    if isinstance(right, ast.BinOp):
        yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)


def numbers(node: ast.Constant) -> Iterator[ast.AST]:
    """Move a number by one, turn a truth value around."""
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield from (ast.Constant(node.value + step) for step in (1, -1))


def comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    """Compare otherwise: with or without the bound, or the other way round."""
    for at, operator in enumerate(node.ops):
        for other in OTHER_COMPARISONS[type(operator)]:
            ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def calls(node: ast.Call) -> Iterator[ast.AST]:
    """Call a related function, or none; leave an option out, swap or drop what is passed."""
    called, passed, options = node.func, node.args, node.keywords
    if isinstance(called, ast.Attribute):
        if called.attr in OTHER_FUNCTIONS:
            other = ast.Attribute(called.value, OTHER_FUNCTIONS[called.attr])
            yield ast.Call(other, passed, options)
        if not isinstance(called.value, ast.Name) or called.value.id not in MODULES:
            yield called.value  # x.copy(), x.mean(axis=0), x.T.ravel()
        if called.attr in ("zeros", "zeros_like", "empty", "empty_like", "ones", "full"):
            yield ast.Call(called, passed, [ast.keyword("dtype", ast.Name("int"))])
    if len(passed) == 1 and not options:
        yield passed[0]
        if isinstance(called, ast.Name) and called.id == "len":
            yield ast.BinOp(node, ast.Sub(), ast.Constant(1))
        if isinstance(called, ast.Name) and called.id == "range":
            yield ast.Call(called, [ast.Constant(1), passed[0]], [])
            yield ast.Call(called, [ast.BinOp(passed[0], ast.Add(), ast.Constant(1))], [])
    for at in range(len(options)):
        yield ast.Call(called, passed, [*options[:at], *options[at + 1 :]])
    for at in range(len(passed) - 1):
        swapped = [*passed[:at], passed[at + 1], passed[at], *passed[at + 2 :]]
        yield ast.Call(called, swapped, options)


MODULES = ("np", "math")


def parameters(node: ast.arguments) -> Iterator[ast.AST]:
    """Take two arguments in the other order."""
    for at in range(len(node.args) - 1 - len(node.defaults)):
        names = [*node.args[:at], node.args[at + 1], node.args[at], *node.args[at + 2 :]]
        yield ast.arguments(
            node.posonlyargs,
            names,
            node.vararg,
            node.kwonlyargs,
            node.kw_defaults,
            node.kwarg,
            node.defaults,
        )


def assignments(node: ast.Assign) -> Iterator[ast.AST]:
    """Change an array in place that should be a new one: ``w -= s`` for ``w = w - s``."""
    target, value = node.targets[0], node.value
    if (
        isinstance(target, ast.Name)
        and isinstance(value, ast.BinOp)
        and ast.unparse(value.left) == target.id
    ):
        yield ast.AugAssign(target, value.op, value.right)


def statements(node: ast.stmt) -> Iterator[ast.AST]:
    """Leave a statement out."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    defines = isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
    if not (is_text or defines or isinstance(node, ast.Pass)):
        yield ast.Pass()


def return_inside(node: object, after: object) -> Iterator[ast.AST]:
    """Let a loop end on its first turn: the `return` after it stands inside."""
    if isinstance(node, ast.For) and isinstance(after, ast.Return):
        yield ast.For(node.target, node.iter, [*node.body, after], node.orelse)


CHANGES: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.stmt: statements,
    ast.Assign: assignments,
    ast.AugAssign: lambda node: iter([ast.Assign([node.target], node.value)]),
    ast.If: lambda node: iter([ast.If(ast.Constant(True), node.body, [])]),
    ast.arguments: parameters,
    ast.BinOp: operations,
    ast.UnaryOp: lambda node: iter([node.operand]),
    ast.BoolOp: lambda node: iter(
        [ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)]
    ),
    ast.IfExp: lambda node: iter([node.body, node.orelse]),
    ast.Compare: comparisons,
    ast.Constant: numbers,
    ast.Call: calls,
    ast.Attribute: lambda node: iter([node.value] if node.attr == "T" else []),
}


# --- running ---------------------------------------------------------------------------------


class Counted(ast.NodeTransformer):
    """Count the turns of loops and functions, so that each call of an answer ends."""

    def counted(self, node: ast.For | ast.While | ast.FunctionDef) -> ast.AST:
        """Put the count before the body."""
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(ast.Call(ast.Name("count_turn", ast.Load()), [], [])))
        return node

    visit_For = visit_While = visit_FunctionDef = counted  # the names that `ast` looks for


def limited(entry: Entry, source: str) -> Function:
    """Make an answer a function that ends: after too many turns every call takes too long.

    Counting needs neither threads nor signals, and gives the same verdict on every machine.
    """
    left = TURNS
    spent = False

    def count_turn() -> None:
        nonlocal left, spent
        left -= 1
        if left < 0:
            spent = True
            raise StudentError("TimeoutError", f"This call took more than {TURNS} turns.")

    tree = ast.fix_missing_locations(Counted().visit(ast.parse(source)))
    function = entry.function(ast.unparse(tree), count_turn=count_turn)

    def ends(*arguments: object) -> object:
        nonlocal left
        left = 0 if spent else TURNS
        return function(*arguments)

    return ends


def mutated(entry: Entry) -> Iterator[tuple[str, Mutant, Function]]:
    """Go through the mutants of an exercise's right answers that run: title, mutant, function."""
    seen: set[str] = set()
    for title, source in entry.answers.right.items():
        for mutant in mutants(source):
            if mutant.source not in seen:
                seen.add(mutant.source)
                with contextlib.suppress(ValueError):  # a cell that stops has nothing to check
                    yield title, mutant, limited(entry, mutant.source)
