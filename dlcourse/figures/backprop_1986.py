"""Figures and experiments of the section "Backpropagation, 1986"."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse._validation import FloatArray
from dlcourse.explorers import (
    Choice,
    Explorer,
    Line,
    Matrix,
    Panel,
    Points,
    Rule,
    Slider,
    network_diagram,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.history.backprop_1986 import (
    ITALIAN,
    SYMMETRY,
    SYMMETRY_PHASE,
    Phase,
    Weights,
    family_facts,
    family_weights,
    initial_weights,
    learn,
    mirror_patterns,
    states,
)


def right(weights: Weights, X: ArrayLike, d: ArrayLike) -> FloatArray:
    """For each case: whether every output lies on the side of one half where it should."""
    on, should = states(weights, X)[-1] > 0.5, np.asarray(d) > 0.5
    return np.asarray((on == should).all(axis=1))


# --- A network that sees symmetry ---

_SHOWN = 1  # the start of the figure
_SWEEPS = (0, 1, 5, 20, 100, 500, 700, 800, 900, 1000, 1031, 1100, 1425)
_PATTERNS = ("011110", "101101", "001110", "010010", "100011")


@cache
def symmetry_path(seed: int = _SHOWN) -> list[Weights]:
    """Weights before the first sweep and after each of 1,425."""
    start = initial_weights(SYMMETRY, 0.3, np.random.default_rng(seed))
    return [start, *learn(start, *mirror_patterns(), [SYMMETRY_PHASE])]


@cache
def symmetry_errors() -> FloatArray:
    """Error E of the paper after each sweep of the path that is shown."""
    X, d = mirror_patterns()
    return np.array([((states(w, X)[-1] - d) ** 2).sum() / 2 for w in symmetry_path()])


def _bits(pattern: str) -> FloatArray:
    return np.array([[float(bit) for bit in pattern]])


def _symmetry_frame(pattern: str, sweeps: int) -> list[Panel]:
    weights = symmetry_path()[sweeps]
    errors = symmetry_errors()
    return [
        Panel(
            [
                network_diagram(
                    [w.T for w in weights],
                    [layer[0] for layer in states(weights, _bits(pattern))],
                    outputs=["symmetric"],
                    functions="σ",
                    weight_domain=(-11, 11),
                    value_domain=(-1, 1),
                )
            ],
            title="The network",
            aspect=1.1,
        ),
        Panel(
            [Line(np.arange(len(errors)), errors, color=0, upto=sweeps)],
            title="Error",
            x_label="sweeps",
            y_label="error E",
            x=(0, SYMMETRY_PHASE.sweeps),
            y=(0, 9),
            aspect=1.1,
        ),
    ]


def _symmetry_alt(pattern: str, sweeps: int) -> str:
    weights = symmetry_path()[sweeps]
    _, hidden, output = states(weights, _bits(pattern))
    one, two = (" ".join(number(w, ".1f") for w in unit) for unit in weights[0][1:].T)
    return (
        f"After {counted(sweeps, 'sweep')} {right(weights, *mirror_patterns()).sum()} of 64 are "
        f"right. Weights to the first hidden unit: {one}; to the second: {two}. For {pattern} the "
        f"hidden units say {hidden[0, 0]:.2f} and {hidden[0, 1]:.2f}, the output "
        f"{output[0, 0]:.2f}."
    )


def a_network_sees_symmetry() -> Explorer:
    """The network of 1986 with two hidden units, sweep by sweep."""
    return Explorer(
        _symmetry_frame,
        [
            Choice("pattern", list(_PATTERNS), label="Inputs"),
            Slider("sweeps", _SWEEPS, label="sweeps", play=True),
        ],
        title="A network that sees symmetry",
        alt=_symmetry_alt,
        frames_per_second=0.8,
    )


# --- Twenty starts ---

MOST = 6000  # sweeps
STARTS = {"±0.1": (0.1, False), "±0.3": (0.3, False), "±0.3, biases 0": (0.3, True)} | {
    "±1": (1.0, False)
}
SEEDS = 20


def sweeps_to_solve(start: str, seed: int) -> int:
    """Sweeps until all 64 patterns are right; 0 if 6,000 are not enough."""
    spread, without_biases = STARTS[start]
    weights = initial_weights(SYMMETRY, spread, np.random.default_rng(seed))
    if without_biases:
        weights = [np.vstack([np.zeros_like(w[0]), w[1:]]) for w in weights]
    X, d = mirror_patterns()
    path = learn(weights, X, d, [SYMMETRY_PHASE._replace(sweeps=MOST)])
    return next((k for k, w in enumerate(path, 1) if right(w, X, d).all()), 0)


def solved(start: str) -> FloatArray:
    """Sweeps of the starts that solved it, the quickest first."""
    sweeps = np.array(stored("backprop_1986")["sweeps"][list(STARTS).index(start)])
    return np.sort(sweeps[sweeps > 0])


def _starts_frame(start: str) -> list[Panel]:
    sweeps = solved(start)
    return [
        Panel(
            [
                Rule(y=SYMMETRY_PHASE.sweeps, label="the paper: 1,425"),
                Points(
                    np.column_stack([np.arange(1, len(sweeps) + 1), sweeps]),
                    color=0,
                    size=9,
                    label="a start that solves it",
                ),
            ],
            x_label="starts, the quickest first",
            y_label="sweeps until all 64 are right",
            x=(0.5, SEEDS + 0.5),
            x_ticks=[1, 5, 10, 15, 20],
            y=(100, MOST),
            y_scale="log",
            aspect=1.6,
        )
    ]


def _starts_alt(start: str) -> str:
    sweeps = solved(start)
    return (
        f"Weights that start within {start}: {len(sweeps)} of {SEEDS} have all 64 patterns right "
        f"within {MOST:,} sweeps. The quickest takes {sweeps[0]:,}, the slowest of these "
        f"{sweeps[-1]:,}; the paper's took 1,425."
    )


def twenty_starts() -> Explorer:
    """How long twenty starts take to see symmetry, by the size of their first weights."""
    return Explorer(
        _starts_frame,
        [Choice("start", list(STARTS), label="First weights within")],
        title="Twenty starts",
        alt=_starts_alt,
    )


# --- What people have in common ---

SPREADS = {"±0.3": 0.3, "±1": 1.0}
PRINTED = (Phase(20, 0.005, 0.5), Phase(1480, 0.01, 0.9)), 0.002
OURS = (Phase(20, 0.05, 0.5), Phase(1480, 0.1, 0.9)), 0.0002
HELD_OUT, MARGIN = 4, 0.2
_STOPS = (0, 50, 100, 200, 300, 400, 600, 800, 1000, 1200, 1500)
_FAMILY = 4  # the start of the figure
_GENERATIONS = ["first"] * 4 + ["second"] * 6 + ["third"] * 2


def family_path(
    spread: float, seed: int, recipe: tuple[tuple[Phase, ...], float] = OURS
) -> tuple[list[Weights], FloatArray, FloatArray]:
    """Learn 100 of the 104 facts, drawn by lot.

    Returns
    -------
    path : list of weights
        At the stops of the figure.
    known, fresh : ndarray of shape (11,)
        The share of the 100 that is answered rightly there, and the number of the other four.
    """
    phases, decay = recipe
    X, d = family_facts()
    rng = np.random.default_rng(seed)
    start, connected = family_weights(spread, rng)
    fresh, taught = np.split(rng.permutation(len(X)), [HELD_OUT])
    path = [start]
    learned = learn(start, X[taught], d[taught], phases, MARGIN, decay, connected)
    path += [w for k, w in enumerate(learned, 1) if k in _STOPS]
    return (
        path,
        np.array([right(w, X[taught], d[taught]).mean() for w in path]),
        np.array([right(w, X[fresh], d[fresh]).sum() for w in path]),
    )


def runs() -> dict[str, list[Any]]:
    """Everything that takes long: starts of both networks."""
    tables: dict[str, list[Any]] = {
        "sweeps": [[sweeps_to_solve(start, seed) for seed in range(SEEDS)] for start in STARTS]
    }
    for name, recipe in (("printed", PRINTED), ("ours", OURS)):
        for start, spread in SPREADS.items():
            found = [family_path(spread, seed, recipe)[1:] for seed in range(SEEDS)]
            tables[f"{name} {start} known"] = [known.round(2).tolist() for known, _ in found]
            tables[f"{name} {start} fresh"] = [fresh.tolist() for _, fresh in found]
    for start, spread in SPREADS.items():
        path, _, _ = family_path(spread, _FAMILY)
        tables[f"people {start}"] = [w[0][1:25, :6].round(2).tolist() for w in path]
    return tables


def table(name: str) -> FloatArray:
    """One of the stored tables, such as "ours ±1 known": a row for each of 20 starts."""
    return np.array(stored("backprop_1986")[name])


def people(start: str, sweeps: int) -> FloatArray:
    """Weights from the 24 people to the six units, English before Italians, shape (24, 6)."""
    return np.asarray(table(f"people {start}")[_STOPS.index(sweeps)])


def _people_frame(start: str, sweeps: int) -> list[Panel]:
    at = _STOPS.index(sweeps)
    english, italian = np.split(people(start, sweeps), 2)
    return [
        Panel(
            [
                Matrix(
                    np.stack([english, italian], axis=2).reshape(12, 12),
                    rows=list(ITALIAN),
                    row_groups=_GENERATIONS,
                    columns=["E", "I"] * 6,
                    column_groups=[f"unit {k // 2 + 1}" for k in range(12)],
                    scale="diverging",
                    domain=(-4, 4),
                )
            ],
            title="Weights of the people",
            aspect=1.1,
        ),
        Panel(
            [
                Line(
                    _STOPS,
                    np.median(table(f"ours {name} known"), axis=0),
                    color=k,
                    dash=bool(k),
                    upto=at,
                    label=f"start within {name}",
                )
                for k, name in enumerate(SPREADS)
                if k <= list(SPREADS).index(start)
            ],
            title="Facts answered",
            x_label="sweeps",
            y_label="median of 20 starts",
            x=(0, 1500),
            y=(0, 1),
            y_format=".0%",
            aspect=1.1,
        ),
    ]


def _people_alt(start: str, sweeps: int) -> str:
    weights = np.abs(people(start, sweeps))
    known = np.median(table(f"ours {start} known"), axis=0)[_STOPS.index(sweeps)]
    return (
        f"Start within {start}, {counted(sweeps, 'sweep')}: half of the weights are larger than "
        f"{np.median(weights):.1f}, the largest is {weights.max():.1f}. The median of twenty such "
        f"starts answers {known:.0%} of the facts that it is taught."
    )


def what_people_share() -> Explorer:
    """What six hidden units make of 24 people, and how many facts are known, by the start."""
    return Explorer(
        _people_frame,
        [
            Choice("start", list(SPREADS), label="First weights within"),
            Slider("sweeps", _STOPS, label="sweeps", play=True),
        ],
        title="What people have in common",
        alt=_people_alt,
        frames_per_second=1.0,
    )
