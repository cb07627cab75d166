"""Figures and experiments of the chapter "When to use deep learning"."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.explorers import (
    Bars,
    Choice,
    ErrorBars,
    Explorer,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Slider,
)
from dlcourse.features import append_ones
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.losses import cross_entropy_gradient
from dlcourse.optimizers import Adam

# --- What tools/when_to_use.py found ---

SIZES, TOLD = (50, 150, 500, 1500), 1000
METHODS = {
    "linear": "linear model",
    "neighbours": "nearest neighbours",
    "trees": "random forest",
    "kernel": "kernel machine",
    "net": "network",
    "shared": "shared weights",
}
FIVE = tuple(METHODS)[:5]
WATTS = 10.0  # of a busy core: an assumption, not a measurement


@cache
def results() -> dict[tuple[str, str, int], dict[str, FloatArray]]:
    """Errors and CPU seconds of each draw, by data set, method and number of examples."""
    return {
        (cell["data"], cell["method"], cell["n"]): {
            "error": np.array(cell["wrong"]) / TOLD,
            "training": np.array(cell["training"]),
            "telling": np.array(cell["telling"]),
        }
        for cell in stored("when_to_use")
    }


def errors(data: str, method: str, n: int) -> FloatArray:
    """Share of the fresh examples that are misclassified, in each draw."""
    return results()[data, method, n]["error"]


def seconds(data: str, method: str, cost: str, n: int = SIZES[-1]) -> float:
    """CPU seconds of "training" or of "telling" 1,000 examples, means over the draws."""
    return float(results()[data, method, n][cost].mean())


# --- Five methods side by side ---

DATA = {"digits": "digits", "diamonds": "diamonds", "signals": "signals"}


def _side_frame(data: str, n: int) -> list[Mark]:
    upto = SIZES.index(n)
    marks: list[Mark] = []
    for color, method in enumerate(FIVE):
        found = np.array([errors(data, method, size) for size in SIZES])
        places = np.array(SIZES) * 1.04 ** (color - 2)  # beside each other
        marks.append(
            Line(places, found.mean(axis=1), color=color, markers=True, upto=upto,
                 label=METHODS[method])
        )  # fmt: skip
        seen = found[: upto + 1]
        marks.append(ErrorBars(places[: upto + 1], seen.min(axis=1), seen.max(axis=1), color=color))
    return marks


def _side_alt(data: str, n: int) -> str:
    means = {method: errors(data, method, n).mean() for method in FIVE}
    ranked = sorted(FIVE, key=means.__getitem__)
    told = ", ".join(f"{METHODS[method]} {means[method]:.0%}" for method in ranked)
    return f"Wrong after learning {n:,} {data}, the best first: {told}."


def side_by_side() -> Explorer:
    """Errors of five methods by the number of examples, on three kinds of data."""
    return Explorer(
        _side_frame,
        [
            Slider("n", SIZES, label="examples", format=",d", play=True),
            Choice("data", list(DATA), labels=list(DATA.values()), label="Data"),
        ],
        title="Five methods",
        alt=_side_alt,
        x_label="examples to learn from",
        y_label="error on fresh ones",
        x=(40, 1800),
        x_scale="log",
        x_ticks=SIZES,
        y=(0, 0.9),
        y_format=".0%",
        aspect=1.5,
        frames_per_second=1.0,
    )


# --- Pixels in another order ---


@cache
def _one_digit() -> tuple[FloatArray, FloatArray]:
    """A three, and the same with its pixels in another order."""
    X, y, *_ = load_digits_subset()
    three = half_size(X[y == 3][:1])[0]
    order = np.random.default_rng(0).permutation(three.size)
    return three.reshape(14, 14), three[order].reshape(14, 14)


def _errors_panel(title: str, methods: Sequence[str], found: FloatArray, top: float) -> Panel:
    """Draw the mean error of each method, a row for each, and how far its draws are apart."""
    names = [METHODS[method] for method in methods]
    return Panel(
        [
            Bars(found.mean(axis=1), names, color=list(range(len(names)))),
            ErrorBars(np.arange(len(names)), found.min(axis=1), found.max(axis=1)),
        ],
        title=title,
        y=(0, top),
        y_format=".0%",
        aspect=1.5,
    )


def _shuffle_frame(pixels: str) -> list[Panel]:
    shuffled = pixels == "shuffled"
    before = np.array([errors("digits", method, SIZES[-1]) for method in FIVE])
    after = np.array([errors("shuffled digits", method, SIZES[-1]) for method in FIVE])
    shown = after if shuffled else before
    return [
        Panel([Image(_one_digit()[shuffled])], title="A digit"),
        _errors_panel("Error on fresh digits", FIVE, shown, 0.16),
    ]


def _shuffle_alt(pixels: str) -> str:
    data = "shuffled digits" if pixels == "shuffled" else "digits"
    means = ", ".join(
        f"{METHODS[method]} {errors(data, method, SIZES[-1]).mean():.1%}" for method in FIVE
    )
    how = "shuffled, the same way in all digits" if pixels == "shuffled" else "in order"
    return f"Pixels {how}. Wrong after learning 1,500 digits: {means}."


def shuffled_pixels() -> Explorer:
    """Errors on digits whose pixels are in order, and in another order, the same for all."""
    return Explorer(
        _shuffle_frame,
        [Choice("pixels", ["in order", "shuffled"], label="Pixels")],
        title="Who knows what a neighbour is?",
        alt=_shuffle_alt,
    )


# --- Costs ---

COSTS = {"training": "choosing and training", "telling": "telling 1,000"}


def _cost_frame(data: str, cost: str) -> list[Mark]:
    return [
        Points(
            [[seconds(data, method, cost), errors(data, method, SIZES[-1]).mean()]],
            color=color,
            size=14,
            label=METHODS[method],
        )
        for color, method in enumerate(FIVE)
    ]


def _cost_alt(data: str, cost: str) -> str:
    spent = {method: seconds(data, method, cost) for method in FIVE}
    least, most = min(FIVE, key=spent.__getitem__), max(FIVE, key=spent.__getitem__)
    return (
        f"1,500 {data}, {COSTS[cost]}: {METHODS[least]} {1000 * spent[least]:,.0f} milliseconds, "
        f"{METHODS[most]} {1000 * spent[most]:,.0f}, or about {WATTS * spent[most]:.1f} joules "
        f"at {WATTS:g} watts."
    )


def what_it_costs() -> Explorer:
    """Error and CPU seconds of five methods after 1,500 examples."""
    return Explorer(
        _cost_frame,
        [
            Choice("data", list(DATA), labels=list(DATA.values()), label="Data"),
            Choice("cost", list(COSTS), labels=list(COSTS.values()), label="Seconds for"),
        ],
        title="What it costs",
        alt=_cost_alt,
        x_label="CPU seconds",
        y_label="error on fresh ones",
        x=(0.0001, 10),
        x_scale="log",
        y=(0, 0.7),
        y_format=".0%",
        aspect=1.5,
    )


# --- Signals: a shape that may stand anywhere ---

LENGTH, WIDTH, CLASSES = 40, 12, 10


@cache
def shapes() -> FloatArray:
    """Ten shapes of twelve numbers, one for each class: smoothed noise of length 1."""
    steps = np.random.default_rng(0).normal(size=(CLASSES, WIDTH + 2))
    smooth = steps[:, :-2] + 2 * steps[:, 1:-1] + steps[:, 2:]
    return np.asarray(smooth / np.linalg.norm(smooth, axis=1, keepdims=True))


def signals(n: int, rng: np.random.Generator) -> tuple[FloatArray, IntArray]:
    """Draw 40 numbers for each example: noise, and somewhere in it the shape of its class."""
    y = rng.integers(CLASSES, size=n)
    X = rng.normal(0, 0.1, size=(n, LENGTH))
    places = rng.integers(LENGTH - WIDTH + 1, size=(n, 1)) + np.arange(WIDTH)
    heights = rng.uniform(0.7, 1.3, size=(n, 1))
    X[np.arange(n)[:, np.newaxis], places] += heights * shapes()[y]
    return X, y


class SharedNet:
    """Detectors that look at each stretch of a signal with the same weights.

    A detector's output is its largest ReLU along the signal; a softmax layer stands on top.
    """

    def __init__(self, detectors: int, width: int, classes: int, rng: np.random.Generator) -> None:
        self.width, cut = width, detectors * (width + 1)
        self.parameters = np.zeros(cut + classes * (detectors + 1))
        self.W = self.parameters[:cut].reshape(detectors, width + 1)
        self.V = self.parameters[cut:].reshape(classes, detectors + 1)
        self.W[:, 1:] = rng.normal(0, np.sqrt(2 / width), size=(detectors, width))
        self.V[:, 1:] = rng.normal(0, np.sqrt(1 / detectors), size=(classes, detectors))

    def _strongest(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the largest score of each detector, and the stretch (with its 1) that has it."""
        stretches = np.lib.stride_tricks.sliding_window_view(X, self.width, axis=1)
        scores = stretches @ self.W[:, 1:].T + self.W[:, 0]
        where = scores.argmax(axis=1)
        seen = stretches[np.arange(len(X))[:, np.newaxis], where]
        ones = np.ones((*where.shape, 1))
        return scores.max(axis=1), np.concatenate([ones, seen], axis=2)

    def scores(self, X: FloatArray) -> FloatArray:
        """Return the scores of all classes, a row for each signal."""
        return np.asarray(append_ones(np.maximum(self._strongest(X)[0], 0)) @ self.V.T)

    def gradient(self, X: FloatArray, y: IntArray) -> FloatArray:
        """Return the slopes of the mean cross-entropy, in the order of `parameters`."""
        strongest, seen = self._strongest(X)
        outputs = append_ones(np.maximum(strongest, 0))
        dS = cross_entropy_gradient(outputs @ self.V.T, y)
        blame = (dS @ self.V[:, 1:]) * (strongest > 0)
        dW = np.einsum("nf,nfk->fk", blame, seen)
        return np.concatenate([dW.ravel(), (dS.T @ outputs).ravel()])

    def train(
        self,
        X: FloatArray,
        y: IntArray,
        rng: np.random.Generator,
        steps: int,
        learning_rate: float = 0.01,
    ) -> "SharedNet":
        """Take steps of 32 examples with Adam."""
        optimizer = Adam(learning_rate)
        state = optimizer.init(self.parameters)
        for _ in range(steps):
            rows = rng.integers(len(X), size=32)
            optimizer.step(self.parameters, self.gradient(X[rows], y[rows]), state)
        return self


# --- The same weights everywhere ---


def _signals_frame(order: str, methods: str) -> list[Panel]:
    X, y = signals(200, np.random.default_rng(1))
    here = X[y == 0][:3]
    mixing = np.random.default_rng(0).permutation(LENGTH)
    shown = here[:, mixing] if order == "shuffled" else here
    data = "shuffled signals" if order == "shuffled" else "signals"
    compared = FIVE if methods == "the five" else tuple(METHODS)
    found = np.array([errors(data, method, SIZES[-1]) for method in compared])
    return [
        Panel(
            [
                Line(np.arange(LENGTH), signal + 2 * (2 - k), color=0, dash=False)
                for k, signal in enumerate(shown)
            ],
            title="Three signals of one class",
            x_label="place",
            x=(0, LENGTH - 1),
            y=(-1.2, 5.2),
            axes="x",
            aspect=1.1,
        ),
        _errors_panel("Error on fresh signals", compared, found, 0.7),
    ]


def _signals_alt(order: str, methods: str) -> str:
    data = "shuffled signals" if order == "shuffled" else "signals"
    compared = FIVE if methods == "the five" else tuple(METHODS)
    means = ", ".join(
        f"{METHODS[method]} {errors(data, method, SIZES[-1]).mean():.0%}" for method in compared
    )
    how = "shuffled, the same way in all signals" if order == "shuffled" else "in order"
    return f"Places {how}. Wrong after learning 1,500 signals: {means}."


def the_same_weights_everywhere() -> Explorer:
    """Errors of six methods on shapes that may stand anywhere, places in order and shuffled."""
    return Explorer(
        _signals_frame,
        [
            Choice("order", ["in order", "shuffled"], label="Places"),
            Choice("methods", ["the five", "shared weights, too"], label="Methods"),
        ],
        title="A shape that may stand anywhere",
        alt=_signals_alt,
    )


# --- A filter slides over a digit ---

FILTERS = {
    "upright edges": np.array([[-1.0, 0.0, 1.0]] * 3),
    "lying edges": np.array([[-1.0, 0.0, 1.0]] * 3).T,
    "mean": np.full((3, 3), 1 / 9),
}


def slide(image: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sum of each patch of the image, all with the same weights."""
    patches = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.asarray((patches * weights).sum(axis=(2, 3)))


def moved(columns: int) -> FloatArray:
    """Return the three, so many pixels to the right on a wider sheet."""
    sheet = np.zeros((14, 20))
    sheet[:, columns : columns + 14] = _one_digit()[0]
    return sheet


def _filter_frame(weights: str, columns: int) -> list[Panel]:
    image = moved(columns)
    return [
        Panel([Image(image)], title="A digit"),
        Panel([Image(FILTERS[weights], scale="diverging", domain=(-1, 1))], title="Nine weights"),
        Panel(
            [Image(slide(image, FILTERS[weights]), scale="diverging", domain=(-3, 3))],
            title="Weighted sums",
        ),
    ]


def _filter_alt(weights: str, columns: int) -> str:
    strongest = np.abs(slide(moved(columns), FILTERS[weights])).max(axis=0).argmax()
    return (
        f"The digit lies {counted(columns, 'pixel')} from the left. The filter for {weights} "
        f"answers most in column {strongest + 1} of 18."
    )


def a_filter_slides() -> Explorer:
    """A digit, nine weights, and the weighted sum of these weights at each place."""
    return Explorer(
        _filter_frame,
        [
            Slider("columns", range(7), label="pixels to the right"),
            Choice("weights", list(FILTERS), label="Filter"),
        ],
        title="A filter slides over a digit",
        alt=_filter_alt,
    )
