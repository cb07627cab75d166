"""Answers of a right function with a single edit: which slip of the pen gives them.

The source of a plain solution is edited, one place at a time, and run on the cases. Where several
edits give the student's answers, the simplest speaks, and only of the arguments that all share.
"""

import ast
import copy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import NamedTuple

import numpy as np

from dlcourse.checks.diagnosis.evidence import (
    CASES,
    TELLING,
    Evidence,
    Trial,
    answered,
    copied,
    floats,
    same,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.slips import (
    AXES,
    WORDS,
    Slip,
    Slips,
    called,
    of_extra,
    renamed,
    slips,
)
from dlcourse.checks.errors import shortened

RANKS = {kind: rank for rank, kind in enumerate(WORDS)}
NEAR = " {near}."  # how a sentence ends that has its place
SURE = ("bound",)  # kinds that are known by one case: an edit that changes hardly anything


class Edited(NamedTuple):
    """A function with one edit: the kind of slip, what is said of it, the arguments near it."""

    kind: str
    said: str
    near: tuple[str, ...]
    function: Callable[..., object]


class Changed(ast.NodeTransformer):
    """A tree of which every node is sent through a function, from the outside in."""

    def __init__(self, change: Callable[[ast.AST], ast.AST]) -> None:
        self.change = change

    def visit(self, node: ast.AST) -> ast.AST:
        """Change the node, or look inside it."""
        new = self.change(node)
        return new if new is not node else super().generic_visit(node)


@dataclass(eq=False)
class Source:
    """The functions of a plain solution, the last of which is the answer.

    Parameters
    ----------
    tree : Module
        The last one.
    name : str
        Its name.
    names : tuple of str
        Its arguments.
    space : dict
        What it calls; NumPy is ``np`` there.
    """

    tree: ast.Module
    name: str
    names: tuple[str, ...]
    space: Mapping[str, object]

    def in_order(self, names: Collection[str]) -> tuple[str, ...]:
        """Put arguments into their order."""
        return tuple(name for name in self.names if name in names)

    @cached_property
    def places(self) -> dict[int, tuple[ast.AST, str, int | None]]:
        """Where each node of the tree stands: its parent, which field of it, which entry there."""
        found: dict[int, tuple[ast.AST, str, int | None]] = {}
        for parent in ast.walk(self.tree):
            for name, value in ast.iter_fields(parent):
                if isinstance(value, list):
                    found |= {id(item): (parent, name, n) for n, item in enumerate(value)}
                else:
                    found[id(value)] = parent, name, None
        return found

    def built(self, old: ast.AST, new: ast.AST) -> Callable[..., object] | None:
        """Compile the function with one node replaced; leave the tree as it was."""
        parent, name, entry = self.places[id(old)]
        value = getattr(parent, name)
        there = new if entry is None else [*value[:entry], new, *value[entry + 1 :]]
        setattr(parent, name, there)
        ast.fix_missing_locations(new)
        try:
            return self.compiled(self.tree)
        finally:
            setattr(parent, name, value)

    def compiled(self, tree: ast.Module) -> Callable[..., object] | None:
        """Run a module among the names that it needs; return its function."""
        made = dict(self.space)
        try:
            exec(compile(tree, "<edited>", "exec"), made)  # noqa: S102
        except (SyntaxError, TypeError, ValueError, NameError, AttributeError):
            return None
        function = made.get(self.name)
        return function if callable(function) else None


@cache
def edited(
    sources: tuple[str, ...], name: str, names: tuple[str, ...], extra: bool
) -> tuple[Edited, ...]:
    """Make every single edit of the last of some sources, which may call the others.

    Those by which something is too much are so many that they are made apart.
    """
    space: dict[str, object] = {"np": np}
    for source in sources[:-1]:
        exec(source, space)  # noqa: S102 (the course's own answers)
    tree = ast.parse(sources[-1])
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):  # an edit may never end
        return ()
    made = Source(tree, name, names, space)
    edits = one_place(made, of_extra) if extra else (*everywhere(made), *one_place(made, slips))
    return tuple(sorted(edits, key=lambda edit: RANKS[edit.kind]))


def everywhere(source: Source) -> Iterator[Edited]:
    """Make the same slip in all places."""
    origins = {argument: {argument} for argument in source.names}
    for node in ast.walk(source.tree):
        trace(origins, node)
    changes: list[tuple[Slip, Callable[[ast.AST], ast.AST], set[str]]] = [
        (Slip("minus", source.tree), without_minus, {source.names[0]}),
        *(
            (Slip("axis", source.tree, words), partial(along, axis=axis), {source.names[0]})
            for axis, words in AXES.items()
        ),
        *(
            (Slip("unfinished", source.tree), partial(returning, name=name), made_of)
            for name, made_of in origins.items()
            if name not in source.names
        ),
    ]
    for slip, change, near in changes:
        tree = copy.deepcopy(source.tree)
        Changed(change).visit(tree)
        if function := source.compiled(ast.fix_missing_locations(tree)):
            yield Edited(slip.kind, slip.said, source.in_order(near), function)


def without_minus(node: ast.AST) -> ast.AST:
    """Drop a minus sign."""
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    return node.operand if negated else node  # type: ignore[attr-defined]


def along(node: ast.AST, axis: int | None) -> ast.AST:
    """Let a call run along an axis."""
    return ast.keyword("axis", ast.Constant(axis)) if is_axis(node) else node


def is_axis(node: ast.AST) -> bool:
    """Tell whether a node says along which axis something runs."""
    return isinstance(node, ast.keyword) and node.arg == "axis"


def returning(node: ast.AST, name: str) -> ast.AST:
    """Return a variable."""
    return ast.Return(ast.Name(name, ast.Load())) if isinstance(node, ast.Return) else node


def one_place(source: Source, kind: Callable[[ast.AST], Slips]) -> Iterator[Edited]:
    """Go through the edits of each statement and each expression in it."""
    origins = {argument: {argument} for argument in source.names}
    fixed = indices_and_targets(source.tree)
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.stmt) or isinstance(statement, ast.FunctionDef):
            continue
        for node in (statement, *expressions(statement)):
            names = of_names(node, origins, source) if kind is slips else ()
            for slip in (*kind(node), *names):
                near = near_by(origins, node, slip)
                if slip.kind in fixed.get(id(node), ()) or not near:
                    continue
                if function := source.built(node, slip.new):
                    said = in_words(slip, statement, source.names)
                    yield Edited(*said, source.in_order(near), function)
        trace(origins, statement)


def indices_and_targets(tree: ast.Module) -> dict[int, tuple[str, ...]]:
    """Collect nodes that some kinds leave alone: an index is no number, a target has no sign."""
    fixed: dict[int, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            fixed |= {id(inner): ("number",) for inner in ast.walk(node.slice)}
            if isinstance(node.ctx, ast.Store):
                fixed[id(node.value)] = "sign too much", "extra", "argument"
    return fixed


def in_words(slip: Slip, statement: ast.stmt, names: Sequence[str]) -> tuple[str, str]:
    """Say of a missing update that the old value is used."""
    if slip.kind == "step" and isinstance(statement, ast.Assign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in names:
                return "old value", target.id
    return slip.kind, slip.said


def trace(origins: dict[str, set[str]], node: ast.AST) -> None:
    """Note what the variables that a statement sets are made of."""
    if isinstance(node, ast.For):
        targets: Sequence[ast.expr] = [node.target]
        made_of = arguments_in(origins, node.iter)
    elif isinstance(node, ast.Assign):
        targets, made_of = node.targets, arguments_in(origins, node.value)
    else:
        return
    for target in targets:
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name):
                origins[inner.id] = origins.get(inner.id, set()) | made_of


def of_names(node: ast.AST, origins: Mapping[str, set[str]], source: Source) -> Slips:
    """Take another variable; an argument in place of a number, or for the number in a mean."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in origins:
        for other in origins:
            if other != node.id:
                said = exchanged(node.id, other, origins, source)
                yield Slip("argument", ast.Name(other, ast.Load()), said)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for name in source.names:
            yield Slip("number", ast.Name(name, ast.Load()), f"`{name}`")
    if isinstance(node, ast.Call) and called(node) == "mean":
        for name in source.names:
            for words, divisor in ((f"`{name}`", name), (f"`len({name})`", f"len({name})")):
                total = renamed(node, "sum")
                number = ast.parse(divisor, mode="eval").body
                yield Slip("divisor", ast.BinOp(total, ast.Div(), number), words)


def exchanged(old: str, new: str, origins: Mapping[str, set[str]], source: Source) -> str:
    """Say which variable stands in place of which."""
    if new in source.names and old not in source.names and new in origins[old]:
        return f"`{new}` is used as it was given, in place of what was made of it"
    one, other = named(new, origins, source), named(old, origins, source)
    said = f"{one} stands in place of {'something else' if one == other else other}"
    return said[0].upper() + said[1:]


def named(name: str, origins: Mapping[str, set[str]], source: Source) -> str:
    """Say which variable that is: an argument, or what is made of some."""
    if name in source.names:
        return f"`{name}`"
    made_of = listed(source.in_order(origins[name]))
    return f"what is made of {made_of}" if made_of else "a number"


def listed(names: Sequence[str]) -> str:
    """Write down names."""
    *others, last = (f"`{name}`" for name in names[:4]) if names else ("",)
    return f"{', '.join(others)} and {last}" if others else last


def expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Go through the expressions of one statement, without those of statements inside it."""
    inner = [child for child in ast.iter_child_nodes(statement) if not is_statement(child)]
    while inner:
        node = inner.pop(0)
        if isinstance(node, ast.expr):
            yield node
        inner += ast.iter_child_nodes(node)


def is_statement(node: ast.AST) -> bool:
    """Tell whether a node is a statement."""
    return isinstance(node, ast.stmt)


def near_by(origins: Mapping[str, set[str]], old: ast.AST, slip: Slip) -> set[str]:
    """Return the arguments that an edit brings or takes; if there are none, those beside it."""
    if slip.kind == "unfinished":
        return arguments_in(origins, slip.new)
    themselves = {name: {name} & made_of for name, made_of in origins.items()}
    for known in (themselves, origins):
        before, after = arguments_in(known, old), arguments_in(known, slip.new)
        if before ^ after:
            return before ^ after
    return arguments_in(origins, old)


def arguments_in(origins: Mapping[str, set[str]], node: ast.AST) -> set[str]:
    """Return which arguments a piece of code is made of, through the names that it uses."""
    used = (origins.get(getattr(inner, "id", ""), set()) for inner in ast.walk(node))
    return set().union(*used)


# --- what the student answers ------------------------------------------------------------------


def slipped(evidence: Evidence) -> Naming | None:
    """Answer what a plain right solution gives after one slip."""
    if not evidence.plain:
        return None
    order = list(evidence.smallest_first())
    for extra in (False, True):
        edits = edited(evidence.plain, evidence.name, evidence.names, extra)
        if found := [edit for edit in edits if gives(evidence, edit, order)]:
            return None if only_overflows(evidence, found) else slip_said(found)
    return None


def only_overflows(evidence: Evidence, found: Sequence[Edited]) -> bool:
    """Tell whether nothing is wrong but what overflows, which several edits let happen."""
    wrong = (a for a, r in zip(evidence.answers, evidence.rights, strict=True) if not same(a, r))
    return len({e[:2] for e in found}) > 1 and not any(np.isfinite(a).all() for a in wrong)


def gives(evidence: Evidence, edit: Edited, order: Sequence[int]) -> bool:
    """Tell whether an edit gives the student's answers, in every case."""
    telling = 0
    for k in order:
        guess = floats(answered(edit.function, evidence.trials[k].arguments))
        if guess is None or not same(evidence.answers[k], guess):
            return False
        telling += not same(guess, evidence.rights[k])
    if edit.kind in SURE:
        return len(order) >= CASES and telling >= 1
    enough = len(order) >= CASES and telling >= TELLING
    return enough and evidence.holds_afresh(lambda call: floats(answered(edit.function, call)))


def called_in_another_order(evidence: Evidence) -> Naming | None:
    """Stop with the errors that a plain right solution has if it calls another in another order."""
    trials = evidence.all_trials
    if not evidence.plain or sum(bool(trial.error) for trial in trials) < CASES:
        return None
    for edit in edited(evidence.plain, evidence.name, evidence.names, False):
        if edit.kind == "call order" and all(ends_alike(edit.function, trial) for trial in trials):
            return slip_said([edit])
    return None


def ends_alike(function: Callable[..., object], trial: Trial) -> bool:
    """Tell whether a call ends as the student's did: in the same error, or the same answer."""
    try:
        answer = function(*copied(trial.arguments))
    except Exception as error:
        return trial.error is not None and shortened(str(error), 500) == trial.error.text
    return not trial.error and same(floats(trial.answer), floats(answer))


def slip_said(found: Sequence[Edited]) -> Naming:
    """Say what kind of slip the simplest is, and of what all of them are made."""
    edit = found[0]
    shared = [name for name in edit.near if all(name in other.near for other in found)]
    alike = (name for other in found if other.kind == edit.kind for name in other.near)
    where = listed(shared or [*dict.fromkeys(alike)])
    name, question = WORDS[edit.kind]
    said = name.removesuffix(NEAR).format(edit.said, where=where)
    if name.endswith(NEAR):  # said first: it is what the rest is about
        come = "come" if " and " in where else "comes"
        said = f"Where {where} {come} in, {said[0].lower()}{said[1:]}."
    return Naming(f"slip: {edit.kind}, {where}", said, question)


EDITS = (slipped,)
