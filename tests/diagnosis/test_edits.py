"""Slips of the pen in plain solutions: each is named, and nothing is where it is no single one."""

import numpy as np
import pytest

from dlcourse.checks.diagnosis import Evidence, Trial, diagnose
from dlcourse.checks.diagnosis.edits import edited
from dlcourse.checks.diagnosis.slips import WORDS
from dlcourse.checks.errors import StudentError

rng = np.random.default_rng(1)
STEP = """
def step(w, g, G, rate):
    G = G + g**2
    return w - rate * g / (np.sqrt(G) + 0.1)
"""
STEPS = [(*rng.normal(size=(2, n)), rng.uniform(size=n), 0.1 * n) for n in (1, 2, 3, 5, 8)]
LAST = """
def last(curve, most):
    found = 0
    for n in range(len(curve)):
        if curve[n] < most:
            found = n
    return found
"""
CURVES = [(rng.permutation(n) / 4, 0.25 * (n // 2)) for n in (3, 5, 6, 8, 9, 12)]
NETWORK = """
def network(X, W, v):
    H = 1 / (1 + np.exp(-(X @ W)))
    return 1 / (1 + np.exp(-(H @ v)))
"""
NETWORKS = [
    (rng.normal(size=(n, d)), rng.normal(size=(d, k)), rng.normal(size=k))
    for n, d, k in ((1, 2, 3), (2, 3, 2), (4, 3, 5), (6, 2, 4))
]
MEANS = """
def means(values, size):
    return np.array([values[i : i + size].mean() for i in range(0, len(values), size)])
"""
VALUES = [(rng.normal(size=n), size) for n, size in ((3, 2), (5, 2), (7, 3), (9, 4), (12, 5))]
TABLE = """
def table(y, classes):
    Y = np.zeros((len(y), classes))
    Y[np.arange(len(y)), y] = 1
    return Y
"""
TABLES = [(rng.integers(0, k, n), k) for n, k in ((3, 2), (2, 4), (5, 3), (8, 5))]
SOURCES = {
    "step": (STEP, STEPS, ("w", "g", "G", "rate")),
    "last": (LAST, CURVES, ("curve", "most")),
    "network": (NETWORK, NETWORKS, ("X", "W", "v")),
    "means": (MEANS, VALUES, ("values", "size")),
    "table": (TABLE, TABLES, ("y", "classes")),
}


def function(source, name):
    space = {"np": np}
    exec(source, space)
    return space[name]


def named(name, old, new):
    source, cases, names = SOURCES[name]
    assert source.count(old)
    right, wrong = function(source, name), function(source.replace(old, new), name)
    trials = [Trial(case, wrong(*case), np.asarray(right(*case), float)) for case in cases]
    return diagnose(Evidence(names, right, trials, wrong, name=name, plain=(source,)))


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("step", "(np.sqrt(G) + 0.1)", "np.sqrt(G + 0.1)", "too much stood inside `sqrt`."),
        ("step", "np.sqrt(G)", "G", "Where `g` and `G` come in, a root is missing."),
        ("step", "g / (np.sqrt(G) + 0.1)", "g * (np.sqrt(G) + 0.1)", "a quotient are exchanged"),
        ("step", "(np.sqrt(G) + 0.1)", "np.sqrt(G)", "a term is missing"),
        ("step", "rate * g /", "rate * G /", "in place of `g`"),
        ("step", "G = G + g**2", "G = np.abs(G + g**3)", None),
        ("step", "rate * g / (np.sqrt(G) + 0.1)", "np.tanh(rate * g / (np.sqrt(G) + 0.1))", "tanh"),
        ("step", "0.1", "0.3", None),
        ("last", "range(len(curve))", "range(len(curve) - 1)", "ends one place too early"),
        ("last", "<", "<=", "the bound itself falls on the wrong side of a comparison"),
        ("last", "<", ">", "Where `curve` and `most` come in, a comparison is another one."),
        (
            "network",
            "1 / (1 + np.exp(-(X @ W)))",
            "X @ W",
            "function that is not linear is missing",
        ),
        ("network", "1 / (1 + np.exp(-(X @ W)))", "np.maximum(0, X @ W)", "as if a ReLU stood"),
        ("network", "-(", "(", "a minus sign is missing"),
        ("network", "return 1 / (1 + np.exp(-(H @ v)))", "return H", "comes up on the way"),
        ("means", "range(0, len(values), size)", "range(len(values))", "begins at every place"),
        ("means", ".mean()", ".sum() / size", "A sum is divided by `size`"),
        ("means", "[i : i + size]", "[i : i + size + 1]", "ends one place too late"),
        ("means", ".mean()", ".max()", "as if `max` were taken"),
        ("table", "np.arange(len(y)), y]", ":, y]", "as if all rows were taken"),
        ("table", "= 1", "= y", "it is as if a number were `y`"),
    ],
)
def test_a_slip_of_the_pen_is_named(name, old, new, words):
    naming = named(name, old, new)
    assert (words in str(naming)) if words else naming is None, str(naming)


def test_an_old_value_is_called_so():
    naming = named("step", "    G = G + g**2\n", "    G = G\n")
    assert "Where `g` comes in" in str(naming) or "used as it was given" in str(naming)


@pytest.mark.parametrize("name", SOURCES)
def test_an_edit_leaves_the_plain_solution_as_it_was(name):
    source, _, names = SOURCES[name]
    edits = edited((source,), name, names, False)
    assert len(edits) > 20
    assert {edit.kind for edit in edits} <= set(WORDS)
    again = edited.__wrapped__((source,), name, names, False)
    assert [edit[:3] for edit in again] == [edit[:3] for edit in edits]


HELPER = "def products(X, w):\n    return X @ w\n"
CALLER = "def caller(X, w):\n    return np.tanh(products(X, w))\n"


def test_another_function_that_is_called_in_another_order_is_told_by_its_errors():
    def called(source):
        space = {"np": np}
        for each in (HELPER, source):
            exec(each, space)
        return space["caller"]

    def trial(function, case):
        try:
            return Trial(case, function(*case), right(*case))
        except ValueError as error:
            return Trial(case, None, right(*case), StudentError("ValueError", str(error)))

    right = called(CALLER)
    cases = [(rng.normal(size=(n, d)), rng.normal(size=d)) for n, d in ((2, 3), (3, 1), (5, 4))]
    for line, relation in (("products(w, X)", "call order"), ("products(X, w[1:])", "error")):
        wrong = called(CALLER.replace("products(X, w)", line))
        trials = [trial(wrong, case) for case in cases]
        evidence = Evidence(("X", "w"), right, trials, wrong, name="caller", plain=(HELPER, CALLER))
        assert relation in diagnose(evidence).relation


def test_what_overflows_after_any_of_several_edits_is_told_by_its_size():
    source = (
        "def log_sum_exp(Z):\n"
        "    m = np.max(Z, axis=1)\n"
        "    return m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))\n"
    )
    names = {"np": np}
    exec(source, names)
    right = names["log_sum_exp"]

    def wrong(Z):
        return np.log(np.sum(np.exp(Z), axis=1))

    rng = np.random.default_rng(0)
    cases = [
        (scale * rng.normal(size=(n, n + 1)),) for n, scale in enumerate((1, 2, 3, 2, 900, 1e3), 1)
    ]
    with np.errstate(all="ignore"):
        trials = [Trial(case, wrong(*case), right(*case)) for case in cases]
    naming = diagnose(Evidence(("Z",), right, trials, wrong, name="log_sum_exp", plain=(source,)))
    assert naming is not None
    assert "where numbers in `Z` go beyond about 7" in naming.name
