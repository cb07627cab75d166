"""Figures of the chapter "A short history"."""

from itertools import product

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.explorers import (
    Bars,
    Choice,
    Explorer,
    Line,
    Mark,
    Panel,
    Points,
    Slider,
    Span,
    Text,
    number,
)

# --- Connected or not ---

DRAWINGS = dict(zip("ABCD", product((0, 1), repeat=2), strict=True))
"""Four drawings: which two of three strokes are joined at the left end and the right, 1 above."""

_HEIGHTS, _LONG = (0.0, 1.0, 2.0), 6.0


def connected(drawing: str) -> bool:
    """Tell whether a drawing hangs together: its ends join different pairs of strokes."""
    left, right = DRAWINGS[drawing]
    return left != right


def score(drawing: str, left: int, right: int, offset: int) -> int:
    """What one unit adds up that sees an end in one window and the other end in another."""
    ends = DRAWINGS[drawing]
    return left * ends[0] + right * ends[1] + offset


def told_rightly(left: int, right: int, offset: int) -> int:
    """How many of the four drawings such a unit gets right: connected if the score is positive.

    Examples
    --------
    >>> told_rightly(left=1, right=1, offset=0)
    3
    """
    return sum((score(name, left, right, offset) > 0) == connected(name) for name in DRAWINGS)


def _strokes(drawing: str) -> list[Mark]:
    ends = zip((0.0, _LONG), DRAWINGS[drawing], strict=True)
    return [
        *(Line([0, _LONG], [y, y], color="ink", width=4) for y in _HEIGHTS),
        *(Line([x, x], [high, high + 1], color="ink", width=4) for x, high in ends),
    ]


def _connected_frame(drawing: str, left: int, right: int, offset: int) -> list[Panel]:
    scores = [score(name, left, right, offset) for name in DRAWINGS]
    rightly = [(s > 0) == connected(name) for s, name in zip(scores, DRAWINGS, strict=True)]
    words = {True: "right", False: "wrong"}
    return [
        Panel(
            _strokes(drawing),
            title=f"Drawing {drawing}",
            axes=False,
            x=(-1, _LONG + 1),
            y=(-0.5, 2.5),
            aspect=1.6,
        ),
        Panel(
            [
                Bars(
                    scores,
                    [
                        f"{name}: {words[good]}"
                        for name, good in zip(DRAWINGS, rightly, strict=True)
                    ],
                    color=[2 if good else 1 for good in rightly],
                )
            ],
            title="What the unit says of each",
            x_label="drawing",
            y_label="score",
            y=(-6, 6),
            aspect=1.6,
        ),
    ]


def _connected_alt(drawing: str, left: int, right: int, offset: int) -> str:
    total = score(drawing, left, right, offset)
    says, ends = ("connected" if total > 0 else "not connected"), DRAWINGS[drawing]
    parts = [number(left * ends[0]), number(right * ends[1]), number(offset)]
    return (
        f"Drawing {drawing} is {'connected' if connected(drawing) else 'not connected'}. Its left "
        f"end adds {parts[0]}, its right end {parts[1]}, the middle {parts[2]}: score "
        f"{number(total)}, so the unit says {says}. Weights {number(left)}, {number(right)}, "
        f"{number(offset)} get {told_rightly(left, right, offset)} of the four drawings right."
    )


def connected_or_not() -> Explorer:
    """Four long drawings, and the score of a unit none of whose features sees both ends."""
    weights = range(-2, 3)
    return Explorer(
        _connected_frame,
        [
            Choice("drawing", list(DRAWINGS), label="Drawing"),
            Slider("left", weights, label="left end joined above", start=1),
            Slider("right", weights, label="right end joined above", start=0),
            Slider("offset", weights, label="the middle", start=0),
        ],
        title="Connected or not?",
        alt=_connected_alt,
    )


# --- What one unit can say ---

THRESHOLD_FUNCTIONS = (4, 14, 104, 1882, 94_572, 15_028_134)
"""How many yes-or-no functions of 1 to 6 binary inputs one unit has, https://oeis.org/A000609."""


def share(inputs: int) -> float:
    """Share of all yes-or-no functions of so many binary inputs that one unit can be."""
    return float(THRESHOLD_FUNCTIONS[inputs - 1] / 2 ** (2**inputs))


_INPUTS = np.arange(1, 1 + len(THRESHOLD_FUNCTIONS))
_SHARES = [share(n) for n in _INPUTS.tolist()]


def _unit_frame(inputs: int) -> list[Mark]:
    return [
        Line(_INPUTS, _SHARES, color=0, markers=True, upto=inputs - 1, label="one unit"),
        Points([[inputs, share(inputs)]], color="ink", size=14, hollow=True, label="here"),
    ]


def _unit_alt(inputs: int) -> str:
    functions = f"{2 ** (2**inputs):,}" if inputs < 6 else number(2.0**64, ".2g")
    return (
        f"{inputs} binary input{'s' * (inputs > 1)}: there are {functions} functions; one unit can "
        f"be {THRESHOLD_FUNCTIONS[inputs - 1]:,} of them, a share of "
        f"{number(share(inputs), '.2g')}."
    )


def what_one_unit_can_say() -> Explorer:
    """The share of all functions of a few binary inputs that a single unit can be."""
    return Explorer(
        _unit_frame,
        [Slider("inputs", _INPUTS.tolist(), label="inputs", start=2, play=True)],
        title="What one unit can say",
        alt=_unit_alt,
        x_label="inputs",
        y_label="share of all functions",
        x=(0.5, 6.5),
        x_ticks=_INPUTS.tolist(),
        y=(1e-13, 10),
        y_scale="log",
        aspect=1.5,
        frames_per_second=1.0,
    )


# --- Whose winter ---

ACCOUNTS = {
    "lecture": ("The lecture", [(1958, 1979), (1990, 2005)]),
    "book": ("Goodfellow, Bengio and Courville", [(1970, 1979), (1996, 2005)]),
    "ai": ("Russell and Norvig, on all of AI", [(1966, 1973)]),
}
"""Who tells it, and the lean times to which each account gives a first and a last year."""

_LANDMARKS = {
    1957: "perceptron",
    1970: "reverse mode",
    1980: "neocognitron",
    1986: "backprop",
    1989: "convnet",
    1997: "LSTM",
    2006: "pre-training",
    2012: "AlexNet",
}


def _winter_frame(account: str) -> list[Mark]:
    years = np.array(list(_LANDMARKS), dtype=float)
    heights = np.arange(len(years))[::-1].astype(float)
    _, lean = ACCOUNTS[account]
    return [
        Points(np.column_stack([years, heights]), color="ink", size=9),
        *(
            Text(year, height, what, anchor="start", dx=8)
            for year, height, what in zip(years, heights, _LANDMARKS.values(), strict=True)
        ),
        *(Span(x=(first, last + 1), label="lean", opacity=0.3) for first, last in lean),
    ]


def _winter_alt(account: str) -> str:
    name, lean = ACCOUNTS[account]
    spans = " and ".join(f"from {first} to {last}" for first, last in lean)
    inside = [
        what
        for year, what in _LANDMARKS.items()
        if any(first <= year <= last for first, last in lean)
    ]
    return f"{name}: lean times {spans}. In them lies what had success later: {', '.join(inside)}."


def whose_winter() -> Explorer:
    """The lean times of neural networks by three accounts, among eight dates of this chapter."""
    return Explorer(
        _winter_frame,
        [
            Choice(
                "account",
                list(ACCOUNTS),
                labels=[name for name, _ in ACCOUNTS.values()],
                label="Account",
            )
        ],
        title="Whose winter?",
        alt=_winter_alt,
        x_label="year",
        axes="x",
        x=(1950, 2025),
        y=(-0.7, 8.2),
        aspect=1.5,
    )


# --- How large ---

SIZES = {
    "symmetry net": (1986, 17),
    "zip codes": (1989, 9_760),
    "deep belief net": (2006, 1_700_000),
    "on a graphics card": (2009, 100_000_000),
    "cat": (2011, 1_000_000_000),
    "AlexNet": (2012, 60_000_000),
    "Turing machine": (2014, 17_162),
    "ResNet-110": (2015, 1_700_000),
}
"""Year and number of weights of eight systems, as their papers state them."""


def _sizes() -> FloatArray:
    return np.array(list(SIZES.values()), dtype=float)


def _size_frame(year: int) -> list[Mark]:
    seen = _sizes()[:, 0] <= year
    shown = _sizes()[seen]
    names = [name for name, there in zip(SIZES, seen, strict=True) if there]
    return [
        Points(shown, color=0, size=9),
        *(
            Text(x, y, name, anchor="end", dx=-8)
            for (x, y), name in zip(shown.tolist(), names, strict=True)
        ),
    ]


def _size_alt(year: int) -> str:
    name = next(name for name, (when, _) in SIZES.items() if when == year)
    return (
        f"Up to {year}. The system of that year, {name}, has {SIZES[name][1]:,} weights; the "
        f"largest so far has {max(size for when, size in SIZES.values() if when <= year):,}."
    )


def how_large() -> Explorer:
    """How many weights eight systems had, by the year, on a logarithmic scale."""
    return Explorer(
        _size_frame,
        [
            Slider(
                "year",
                sorted(year for year, _ in SIZES.values()),
                label="up to the year",
                start=2011,
                play=True,
            )
        ],
        title="How large?",
        alt=_size_alt,
        x_label="year",
        y_label="weights",
        x=(1975, 2018),
        y=(1, 1e11),
        y_scale="log",
        aspect=1.4,
        frames_per_second=1.0,
    )
