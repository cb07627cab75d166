"""Figures and experiments of the chapter "Many classes"."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid, softmax, softplus
from dlcourse.datasets import blobs, load_digits_subset
from dlcourse.explorers import (
    Bars,
    Button,
    Choice,
    Contour,
    Explorer,
    Field,
    Handle,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Slider,
    number,
)
from dlcourse.explorers.values import Array
from dlcourse.figures.wording import counted
from dlcourse.lbfgs import minimize
from dlcourse.linear import (
    claims,
    fit_one_vs_rest,
    fit_softmax,
    gradient_descent,
    logistic_objective,
    predict_probability,
    scores,
    softmax_objective,
)

PENALTY = 1e-3  # on the weights of every fit here; without one they grow for ever where lines part
_NAMES = ("A", "B", "C")
_SIDE = (-4.0, 4.0)


def _plane(
    marks: list[Mark],
    title: str,
    x: tuple[float, float] = _SIDE,
    y: tuple[float, float] = _SIDE,
    aspect: float = 1.0,
) -> Panel:
    return Panel(
        marks, title=title, x_label="x₁", y_label="x₂", x=x, y=y, equal=True, aspect=aspect
    )


# --- Three lines claim the plane ---

_CLOUD = np.random.default_rng(4).normal(scale=0.6, size=(3, 40, 2))
_SEVERAL = 3  # the colour of a place that more than one class claims


def _clouds(c1: float, c2: float) -> tuple[Array, NDArray[np.intp]]:
    """Forty points each around A, B and C, of which C can be moved."""
    centres = np.array([[-2.0, -1.0], [2.0, -1.0], [c1, c2]])
    return (centres[:, np.newaxis] + _CLOUD).reshape(-1, 2), np.repeat(np.arange(3), 40)


@cache
def _three_models(c1: float, c2: float) -> FloatArray:
    return fit_one_vs_rest(*_clouds(c1, c2), 3, PENALTY)


def _said(P: Array, c1: float, c2: float, asked: int) -> NDArray[np.bool_]:
    """Which of those who are asked, one class or 3 for all, claim each point."""
    among = np.array([asked in (k, 3) for k in range(3)])
    said: NDArray[np.bool_] = claims(P, _three_models(c1, c2)) & among
    return said


def _owner(said: NDArray[np.bool_]) -> Array:
    """Class that alone claims each point, `_SEVERAL`, or -1 for nobody."""
    count: Array = said.sum(axis=1)
    return np.where(count > 1, _SEVERAL, np.where(count == 1, said.argmax(axis=1), -1))


def _line(w: FloatArray, k: int) -> Contour:
    return Contour(0.0, lambda P: scores(P, w), x=_SIDE, y=_SIDE, resolution=2, width=2, color=k)


@cache
def _shares(c1: float, c2: float, asked: int) -> Array:
    """Shares of the square that 0, 1, 2 and 3 of those who are asked claim."""
    side = np.linspace(*_SIDE, 161)
    P = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return np.bincount(_said(P, c1, c2, asked).sum(axis=1), minlength=4) / len(P)


def _claims_frame(asked: int, c1: float, c2: float) -> list[Panel]:
    plane: list[Mark] = [
        Field(
            lambda P: _owner(_said(P, c1, c2, asked)),
            x=_SIDE,
            y=_SIDE,
            scale="classes",
            names=[*_NAMES, "several"],
            none="nobody",
            resolution=56,
        ),
        *(_line(w, k) for k, w in enumerate(_three_models(c1, c2)) if asked in (k, 3)),
        Points(*_clouds(c1, c2), size=6),
        Handle(c1, c2, moves=("c1", "c2"), label="centre of C"),
    ]
    bars = Bars(
        100 * _shares(c1, c2, asked),
        ["nobody", "one", "two", "all three"],
        color=["muted", "ink", _SEVERAL, _SEVERAL],
        horizontal=True,
        numbers=".0f",
    )
    return [
        _plane(plane, "Who says “mine”?"),
        Panel(
            [bars],
            title="% of the square, by who claims it",
            x=(0, 115),
            x_ticks=[0, 50, 100],
            aspect=1.0,
        ),
    ]


def _claims_alt(asked: int, c1: float, c2: float) -> str:
    where = f"C lies around ({number(c1, 'g')}, {number(c2, 'g')})."
    if asked < 3:
        X, y = _clouds(c1, c2)
        said, own = _said(X, c1, c2, asked).any(axis=1), y == asked
        return (
            f"{where} Only {_NAMES[asked]} is asked: it claims {(said & own).sum()} of its own 40 "
            f"points, {counted(int((said & ~own).sum()), 'other')}, and "
            f"{_shares(c1, c2, asked)[1]:.0%} of the square."
        )
    nobody, one, two, three = (f"{share:.0%}" for share in _shares(c1, c2, 3))
    return (
        f"{where} Nobody claims {nobody} of the square, one class {one}, two {two}, "
        f"all three {three}."
    )


def three_lines_claim_the_plane() -> Explorer:
    """Three yes-or-no models, and which places several or none of them claim."""
    return Explorer(
        _claims_frame,
        [
            Choice("asked", range(4), labels=[*_NAMES, "all three"], label="Ask", start=3),
            Slider("c1", range(-3, 4), label="C to the right", start=0),
            Slider("c2", range(-3, 4), label="C upwards", start=2),
        ],
        title="Three lines claim the plane",
        alt=_claims_alt,
        buttons=[
            Button("C between A and B", asked=3, c1=0, c2=-1),
            Button("back to the triangle", asked=3, c1=0, c2=2),
        ],
    )


# --- Scores into shares ---


def _softmax_frame(s: float, shift: float, temperature: float) -> list[Panel]:
    shown = (np.array([2.0, 0.0, s]) + shift) / temperature
    return [
        Panel(
            [
                Bars(shown, _NAMES, color=[0, 1, 2], numbers="+.2f"),
                Handle(2.3, shown[2], moves="s", label="score of C"),
            ],
            title="Scores, shifted and divided by T",
            y=(-13, 13),
            aspect=1.1,
        ),
        Panel(
            [Bars(softmax(shown), _NAMES, color=[0, 1, 2], numbers=".2f")],
            title="Probabilities",
            y=(0, 1.1),
            aspect=1.1,
        ),
    ]


def _softmax_alt(s: float, shift: float, temperature: float) -> str:
    shown = (np.array([2.0, 0.0, s]) + shift) / temperature
    powers = " + ".join(number(e, ".3g") for e in np.exp(shown))
    P = ", ".join(f"{p:.2f}" for p in softmax(shown))
    return (
        f"Scores {', '.join(number(v, 'g') for v in (2, 0, s))} for A, B and C, shifted by "
        f"{number(shift, 'g')}, at temperature {temperature:g}: "
        f"Z = {powers} = {number(float(np.exp(shown).sum()), '.3g')}, and the shares are {P}."
    )


def scores_into_shares() -> Explorer:
    """Shift three scores, divide them by a temperature, and see what softmax makes of them."""
    return Explorer(
        _softmax_frame,
        [
            Slider("s", range(-3, 4), label="score of C", start=1),
            Slider("shift", range(-3, 4), label="shift of all scores", start=0),
            Slider("temperature", [0.5, 1, 2, 4, 8], label="temperature T", start=1),
        ],
        title="Scores into shares",
        alt=_softmax_alt,
    )


# --- Straight scores, curved shares ---

_BELOW = "₀₁₂₃₄"
_ALONG = np.linspace(-4, 4, 161)


def _tangents(classes: int, tilt: float) -> Array:
    """Scores along a line: tangents of a parabola, one a class, and the same slope added to all."""
    m = np.arange(classes) - (classes - 1) / 2
    lines: Array = 2 * m[:, np.newaxis] * _ALONG - m[:, np.newaxis] ** 2 + tilt * _ALONG
    return lines


def _along_frame(classes: int, tilt: float) -> list[Panel]:
    S = _tangents(classes, tilt)
    P = softmax(S.T).T
    thick: dict[str, Any] = {"width": 5, "dash": False} if classes == 2 else {}
    shares = [Line(_ALONG, p, color=k, label=f"P{_BELOW[k]}", **thick) for k, p in enumerate(P)]
    if classes == 2:
        both = sigmoid(S[1] - S[0])
        shares.append(Line(_ALONG, both, color="ink", dash=True, width=1.5, label="σ(s₁ − s₀)"))
    return [
        Panel(
            [Line(_ALONG, s, color=k, label=f"s{_BELOW[k]}") for k, s in enumerate(S)],
            title="Scores",
            x_label="x",
            y_label="s",
            x=(-4, 4),
            y=(-20, 20),
            aspect=1.1,
        ),
        Panel(shares, title="Shares", x_label="x", y_label="P", x=(-4, 4), y=(0, 1.05), aspect=1.1),
    ]


def _along_alt(classes: int, tilt: float) -> str:
    S = _tangents(classes, tilt)
    rising = int((np.diff(S[:, :2], axis=1) > 0).sum())
    begin = (
        f"{classes} scores along a line, {number(tilt, 'g')} added to each slope: {rising} "
        f"rising, {classes - rising} not. "
    )
    if classes == 2:
        return begin + "The share of class 1 is the sigmoid of s₁ − s₀: one half where x = 0."
    peaks = softmax(S.T).T.max(axis=1)[1:-1]
    each = "the one in between has a hill that reaches"
    if classes > 3:
        each = f"each of the {classes - 2} in between has a hill that reaches at least"
    return begin + f"The two outer classes own the ends; {each} {peaks.min():.2f}."


def straight_scores_curved_shares() -> Explorer:
    """Scores that are straight lines, and the shares that softmax makes of them."""
    return Explorer(
        _along_frame,
        [
            Slider("classes", [2, 3, 4, 5], label="classes", start=2),
            Slider("tilt", range(-2, 3), label="slope added to all scores", start=2),
        ],
        title="Straight scores, curved shares",
        alt=_along_alt,
    )


# --- Errors of one point ---

_X, _Y = blobs(150, 0.9, np.random.default_rng(0))
_GRID = np.linspace(-4, 4, 11).round(1)
_UNTOLD = "not told"


@cache
def _joint() -> FloatArray:
    return fit_softmax(_X, _Y, 3)


def _error_frame(x1: float, x2: float, label: str) -> list[Panel]:
    P = predict_probability([[x1, x2]], _joint())[0]
    told = label != _UNTOLD
    bars = P - (np.array(_NAMES) == label)
    plane = [
        Field(
            lambda V: scores(V, _joint()).argmax(axis=1),
            x=_SIDE,
            y=_SIDE,
            scale="classes",
            names=_NAMES,
            resolution=120,
        ),
        Points(_X, _Y, size=5, opacity=0.6),
        Points([x1, x2], color=_NAMES.index(label) if told else "ink", size=13),
        Handle(x1, x2, moves=("x1", "x2"), label="the point"),
    ]
    return [
        _plane(plane, "Who has the largest share?"),
        Panel(
            [Bars(bars, _NAMES, color=[0, 1, 2], numbers="+.2f" if told else ".2f")],
            title="Errors P − Y" if told else "Shares P",
            y=(-1.1, 1.1),
            aspect=1.0,
        ),
    ]


def _error_alt(x1: float, x2: float, label: str) -> str:
    P = predict_probability([[x1, x2]], _joint())[0]
    shares = ", ".join(f"{name} {p:.2f}" for name, p in zip(_NAMES, P, strict=True))
    where = f"At ({number(x1, 'g')}, {number(x2, 'g')}) the shares are {shares}."
    if label == _UNTOLD:
        return where
    k = _NAMES.index(label)
    return (
        f"{where} The label is {label}: its error is {number(P[k] - 1, '.2f')}, the others' are "
        f"their shares, and the loss is {number(-np.log(P[k]), '.2f')}."
    )


def errors_of_one_point() -> Explorer:
    """Move one point over a fitted softmax regression and tell its label."""
    return Explorer(
        _error_frame,
        [
            Slider("x1", _GRID, label="x₁", start=0),
            Slider("x2", _GRID, label="x₂", start=0),
            Choice("label", [_UNTOLD, *_NAMES], label="Label", start="A"),
        ],
        title="Errors of one point",
        alt=_error_alt,
    )


# --- Two ways on the same clouds ---


class Judged(NamedTuple):
    """How good probabilities are.

    Attributes
    ----------
    accuracy : float
        Share of examples whose class has the largest probability.
    confidence : float
        Mean of the largest probability.
    loss : float
        Mean of minus the logarithm of the right class's probability.
    """

    accuracy: float
    confidence: float
    loss: float


def judged(P: FloatArray, y: NDArray[np.intp]) -> Judged:
    """Compare probabilities (n, K) with class numbers (n,)."""
    right = P[np.arange(len(y)), y]
    values = (P.argmax(axis=1) == y).mean(), P.max(axis=1).mean(), -np.log(right).mean()
    return Judged(*map(float, values))


def one_vs_rest_probability(X: ArrayLike, W: ArrayLike) -> FloatArray:
    """Divide the probabilities of the separate models by their sum."""
    return softmax(-softplus(-scores(X, W)))  # as log σ, so that no row is 0/0


_WAYS = {
    "one-vs-rest": (fit_one_vs_rest, one_vs_rest_probability),
    "softmax": (fit_softmax, predict_probability),
}
_WIDE, _TALL = (-7.2, 7.2), (-2.0, 6.5)


def arc(
    classes: int, bend: float, noise: float, n_each: int, rng: np.random.Generator
) -> tuple[Array, NDArray[np.intp]]:
    """Clouds in a row (`bend` 0), on an arc, or on a full circle (`bend` 1), 2 apart."""
    along = 2 * (np.arange(classes) - (classes - 1) / 2)
    turn = 2 * np.pi * bend / (2 * classes)  # for each unit of the way
    across, up = along, 0 * along
    if bend:
        across, up = np.sin(turn * along) / turn, (1 - np.cos(turn * along)) / turn
    y = np.repeat(np.arange(classes), n_each)
    spread = rng.normal(scale=noise, size=(len(y), 2))
    return np.column_stack([across, up])[y] + spread, y


@cache
def _two_fits(classes: int, bend: float, noise: float) -> dict[str, tuple[FloatArray, Judged]]:
    """Weights of both ways, and how good they are on fresh points."""
    X, y = arc(classes, bend, noise, 60, np.random.default_rng(0))
    fresh, truth = arc(classes, bend, noise, 500, np.random.default_rng(1))
    fits = {name: fit(X, y, classes, PENALTY) for name, (fit, _) in _WAYS.items()}
    return {name: (W, judged(_WAYS[name][1](fresh, W), truth)) for name, W in fits.items()}


def _claimed_clouds(classes: int, bend: float, noise: float) -> int:
    """Count the clouds of which the own model of one-vs-rest claims more than half."""
    X, y = arc(classes, bend, noise, 60, np.random.default_rng(0))
    own = claims(X, _two_fits(classes, bend, noise)["one-vs-rest"][0])[np.arange(len(y)), y]
    return int((own.reshape(classes, -1).mean(axis=1) > 0.5).sum())


def _regions(title: str, W: FloatArray, data: Points) -> Panel:
    winner = Field(
        lambda P: scores(P, W).argmax(axis=1), x=_WIDE, y=_TALL, scale="classes", resolution=112
    )
    return _plane([winner, data], title, _WIDE, _TALL, aspect=1.55)


def _compared_frame(classes: int, bend: float, noise: float) -> list[Panel]:
    X, y = arc(classes, bend, noise, 60, np.random.default_rng(0))
    some = np.arange(len(y)) % 60 < 15
    data = Points(X[some], y[some], size=5)
    return [
        _regions(f"{name}: {result.accuracy:.1%} right", W, data)
        for name, (W, result) in _two_fits(classes, bend, noise).items()
    ]


def _compared_alt(classes: int, bend: float, noise: float) -> str:
    (_, separate), (_, joint) = _two_fits(classes, bend, noise).values()
    shape = "in a row" if bend == 0 else "on a circle" if bend == 1 else "on an arc"
    return (
        f"{classes} clouds {shape}, spread {noise:g}. One-vs-rest claims "
        f"{_claimed_clouds(classes, bend, noise)} of them; on fresh points it is right in "
        f"{separate.accuracy:.1%}, its confidence {separate.confidence:.1%}. Softmax is right in "
        f"{joint.accuracy:.1%}, its confidence {joint.confidence:.1%}."
    )


def two_ways_on_the_same_clouds() -> Explorer:
    """One-vs-rest and softmax regression on clouds in a row, on an arc, on a circle."""
    return Explorer(
        _compared_frame,
        [
            Slider("classes", [3, 5, 7], label="classes", start=7),
            Slider(
                "bend",
                [0, 0.25, 0.5, 1],
                names=["a row", "a quarter", "a half", "a circle"],
                label="bend",
                start=1,
            ),
            Slider("noise", [0.3, 0.6, 0.9], label="spread of a cloud", start=0.3),
        ],
        title="Two ways on the same clouds",
        alt=_compared_alt,
        buttons=[
            Button("seven in a row", classes=7, bend=0, noise=0.3),
            Button("seven on a circle", classes=7, bend=1, noise=0.3),
        ],
    )


# --- Two ways on digits ---


@cache
def _digits() -> tuple[Array, Array]:
    X, y, _, _ = load_digits_subset()
    return X.astype(np.float64), y


def compare_on_digits(seed: int, penalty: float) -> FloatArray:
    """Train ten models alone and one joint one on 1,000 digits; judge both on 1,000 others."""
    X, y, new, truth = drawn_digits(seed)
    tasks = [logistic_objective(X, y == k, penalty) for k in range(10)]
    alone = [minimize(task, np.zeros(785), tolerance=1e-4) for task in tasks]
    task = softmax_objective(X, y, 10, penalty)
    joint = minimize(task, np.zeros((10, 785)), tolerance=1e-4)
    P = one_vs_rest_probability(new, [model.w for model in alone])
    Q = predict_probability(new, joint.w)
    steps = np.mean([model.n_iterations for model in alone])
    apart = *judged(P, truth), steps
    together = *judged(Q, truth), joint.n_iterations
    return np.array([apart, together])


def drawn_digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """Draw 1,000 digits to learn from and 1,000 others, each with their classes."""
    X, y = _digits()
    old, new = np.random.default_rng(seed).permutation(5000)[:2000].reshape(2, 1000)
    return X[old], y[old], X[new], y[new]


# --- Ten images of weights ---

_STEPS = [0, 1, 2, 5, 10, 20, 50, 100]
_LINKS = ("softmax", "ten sigmoids")


@cache
def _descended(link: str) -> FloatArray:
    """Weights of ten classes at every step of gradient descent with rate 0.5."""
    X, y, _, _ = drawn_digits(0)
    if link == "softmax":
        objective = softmax_objective(X, y, 10)
        return gradient_descent(objective, np.zeros((10, 785)), 0.5, _STEPS[-1]).points
    alone = [
        gradient_descent(logistic_objective(X, y == k), np.zeros(785), 0.5, _STEPS[-1]).points
        for k in range(10)
    ]
    return np.stack(alone, axis=1)


def _images_frame(link: str, step: int) -> list[Panel]:
    weights = _descended(link)[step][:, 1:].reshape(10, 28, 28)
    images = Image(
        weights,
        columns=5,
        titles=[str(k) for k in range(10)],
        scale="diverging",
        own_scale=True,
        label="weight",
    )
    return [Panel([images], aspect=2.2)]


def _images_alt(link: str, step: int) -> str:
    if step == 0:
        return (
            f"{link.capitalize()}, before the first step: all weights are 0, every image is blank."
        )
    _, _, X, y = drawn_digits(0)
    S = scores(X, _descended(link)[step])
    largest = np.abs(_descended(link)[step][:, 1:]).max()
    return (
        f"{link.capitalize()}, after {counted(step, 'step')}: {np.mean(S.argmax(axis=1) == y):.1%} "
        f"of 1,000 fresh digits are right; the largest weight is {largest:.2g} in size. Orange "
        "pixels speak for the digit, blue ones against it."
    )


def ten_images_of_weights() -> Explorer:
    """The weights of ten digits as images, from the first step of gradient descent on."""
    return Explorer(
        _images_frame,
        [
            Slider("step", _STEPS, label="step", start=20, play=True),
            Choice("link", _LINKS, label="Trained with"),
        ],
        title="Ten images of weights",
        alt=_images_alt,
        frames_per_second=2.0,
    )
