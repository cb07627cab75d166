"""Figures of the chapter "Hype and judgement"; each number's source is cited there."""

from typing import NamedTuple

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.explorers import (
    Arrows,
    Choice,
    Explorer,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    Text,
    number,
)
from dlcourse.figures.wording import counted

# --- Forecasts ---

CHECKED = 2025


class Forecast(NamedTuple):
    """What was said, in short and in a sentence; when, for when, and when it came if it has."""

    name: str
    who: str
    what: str
    said: int
    due: int
    came: int | None

    @property
    def verdict(self) -> str:
        """How it compares with what came by the end of `CHECKED`."""
        if self.came is None:
            return "not come" if self.due <= CHECKED else "open"
        return "too early" if self.came > self.due else "in time"


FORECASTS = (
    Forecast(
        "chess in ten years",
        "Simon and Newell",
        "a computer will be the world's chess champion within ten years",
        1958,
        1968,
        1997,
    ),
    Forecast(
        "all human work",
        "Simon",
        "machines will be capable of any human work within twenty years",
        1960,
        1980,
        None,
    ),
    Forecast(
        "AI solved",
        "Minsky",
        "within a generation, here thirty years, most of AI will be solved",
        1967,
        1997,
        None,
    ),
    Forecast(
        "chess by 1998",
        "Kurzweil",
        "computers will beat the best human chess players by 1998",
        1990,
        1998,
        1997,
    ),
    Forecast(
        "Go in a century",
        "Hut",
        "a hundred years may pass before a computer beats humans at Go",
        1997,
        2097,
        2016,
    ),
    Forecast(
        "Turing test",
        "Kurzweil",
        "a computer will pass a long Turing test by 2029, which Kapor bets against",
        2002,
        2029,
        None,
    ),
    Forecast(
        "Go in ten years",
        "Levinovitz",
        "a victory at Go may take another ten years",
        2014,
        2024,
        2016,
    ),
    Forecast(
        "radiologists",
        "Hinton",
        "within five years, perhaps ten, networks will do better than radiologists",
        2016,
        2021,
        None,
    ),
    Forecast(
        "a million robotaxis",
        "Musk",
        "more than a million Teslas will drive as taxis without a driver next year",
        2019,
        2020,
        None,
    ),
)


def _forecasts_frame(row: int, shown: str) -> list[Mark]:
    start = np.array([[f.said, -k] for k, f in enumerate(FORECASTS)])  # the first on top
    end = np.array([[f.due, -k] for k, f in enumerate(FORECASTS)])
    marks: list[Mark] = [
        Arrows(start, end, color="muted", head=False),
        Arrows(start[row], end[row], width=5, head=False),
        Points(start, hollow=True, size=9, label="said"),
        Points(end, marker="diamond", label="for this year"),
    ]
    if shown == "came":
        came = [[f.came, -k] for k, f in enumerate(FORECASTS) if f.came]
        absent = [[CHECKED, -k] for k, f in enumerate(FORECASTS) if f.verdict == "not come"]
        marks += [
            Points(came, color=2, marker="star", size=15, label="came"),
            Points(absent, color=1, marker="cross", size=11, label=f"not come by {CHECKED}"),
        ]
    return marks


def _outcome(forecast: Forecast) -> str:
    if forecast.came is None:
        return {
            "open": f"At the end of {CHECKED} this is open.",
            "not come": f"By the end of {CHECKED} it had not come.",
        }[forecast.verdict]
    years = abs(forecast.came - forecast.due)
    when = "after" if forecast.came > forecast.due else "before"
    return f"It came in {forecast.came}, {counted(years, 'year')} {when} the date."


def _forecasts_alt(row: int, shown: str) -> str:
    forecast = FORECASTS[row]
    text = f"{forecast.who}, {forecast.said}: {forecast.what}. That is for {forecast.due}."
    return f"{text} {_outcome(forecast)}" if shown == "came" else text


def forecasts() -> Explorer:
    """Nine forecasts, from the year they were made to the year they were for, and what came."""
    names = [forecast.name for forecast in FORECASTS]
    return Explorer(
        _forecasts_frame,
        [
            Slider("row", range(len(FORECASTS)), label="forecast", names=names),
            Choice("shown", ["said", "came"], labels=["what was said", "what came"], label="Show"),
        ],
        title="Nine forecasts",
        alt=_forecasts_alt,
        x_label="year",
        x=(1950, 2105),
        x_ticks=range(1960, 2101, 20),
        y=(0.5 - len(FORECASTS), 0.5),
        y_ticks={-k: name for k, name in enumerate(names)},
        x_format="d",
        aspect=1.5,
    )


# --- Data ---

DATA_SETS = (
    ("iris flowers", 1936, 150),
    ("postcode digits", 1989, 9_298),
    ("MNIST", 1998, 70_000),
    ("ImageNet", 2009, 3_200_000),
    ("JFT-300M", 2017, 300_000_000),
    ("LAION-5B", 2022, 5_850_000_000),
)


def _data_frame(upto: int) -> list[Mark]:
    years, sizes = (np.array([d[k] for d in DATA_SETS], float) for k in (1, 2))
    return [
        Line(years, sizes, color=0, markers=True, upto=upto),
        *(
            Text(year, size, name, anchor="end", dx=-8, dy=10)
            for name, year, size in DATA_SETS[: upto + 1]
        ),
    ]


def _data_alt(upto: int) -> str:
    name, year, size = DATA_SETS[upto]
    text = f"{year}, {name}: {size:,} examples."
    before = DATA_SETS[upto - 1]
    if upto:
        text += f" That is {size / before[2]:,.0f} times as many as in {before[0]}, {before[1]}."
    return text


def larger_data() -> Explorer:
    """Examples in six well-known sets of data, by the year when they were described."""
    return Explorer(
        _data_frame,
        [
            Slider(
                "upto",
                range(len(DATA_SETS)),
                label="data set",
                names=[name for name, *_ in DATA_SETS],
                start=1,
                play=True,
            )
        ],
        title="More data",
        alt=_data_alt,
        x_label="year",
        y_label="examples",
        x=(1910, 2025),
        x_ticks=range(1920, 2021, 20),
        y=(30, 1e11),
        y_scale="log",
        x_format="d",
        aspect=1.6,
        frames_per_second=1.0,
    )


# --- Computing ---

BEFORE_2010, SINCE_2010, PER_DOLLAR = 20 / 12, 0.5, 2.46  # years to double


def growth(years: FloatArray | float, doubling: float) -> FloatArray:
    """Return by what factor something grows that doubles every `doubling` years."""
    return np.asarray(2.0 ** (np.asarray(years) / doubling))


def _bill_frame(years: int) -> list[Mark]:
    time = np.arange(13.0)
    training, dollar = growth(time, SINCE_2010), growth(time, PER_DOLLAR)
    return [
        Line(time, training, color=0, upto=years, label="computing for one training"),
        Line(time, dollar, color=1, upto=years, label="computing that a dollar buys"),
        Line(time, training / dollar, color=3, upto=years, label="the bill, their quotient"),
    ]


def _bill_alt(years: int) -> str:
    training, dollar = (float(growth(years, d)) for d in (SINCE_2010, PER_DOLLAR))
    return (
        f"After {counted(years, 'year')}: computing for one training grows by the factor "
        f"{training:,.0f}, what a dollar buys by {dollar:.1f}, the bill by "
        f"{training / dollar:,.0f}."
    )


def the_bill() -> Explorer:
    """Growth of a training's computing, of what a dollar buys, and of the bill."""
    return Explorer(
        _bill_frame,
        [Slider("years", range(13), label="years since 2010", start=2, play=True)],
        title="Who pays?",
        alt=_bill_alt,
        x_label="years since 2010",
        y_label="factor",
        x=(0, 12),
        y=(1, 3e7),
        y_scale="log",
        aspect=1.6,
        frames_per_second=1.0,
    )


# --- Methods ---

HUMAN = 0.051
WINNERS = (
    (2010, 0.282, "features made by hand, then a linear classifier"),
    (2011, 0.258, "features made by hand, then a linear classifier"),
    (2012, 0.164, "a network with 8 layers of weights"),
    (2013, 0.117, "a network"),
    (2014, 0.067, "a network with 22 layers"),
    (2015, 0.0357, "a network with 152 layers"),
    (2017, 0.02251, "a network"),
)


def _winners_frame(winner: int) -> list[Mark]:
    years, errors = (np.array([w[k] for w in WINNERS]) for k in (0, 1))
    return [
        Line(years, errors, color=0, markers=True, upto=winner, label="winner"),
        Rule(y=HUMAN, label="one trained human"),
    ]


def _winners_alt(winner: int) -> str:
    year, error, method = WINNERS[winner]
    return f"{year}: the winner has an error of {error:.1%}. It is {method}."


def imagenet_winners() -> Explorer:
    """Error of the winners of the ImageNet challenge, year by year."""
    return Explorer(
        _winners_frame,
        [
            Slider(
                "winner",
                range(len(WINNERS)),
                label="year",
                names=[str(year) for year, *_ in WINNERS],
                play=True,
            )
        ],
        title="Five guesses for one photograph",
        alt=_winners_alt,
        x_label="year",
        y_label="error",
        x=(2009.5, 2017.5),
        y=(0, 0.3),
        x_format="d",
        y_format=".0%",
        aspect=1.6,
        frames_per_second=1.0,
    )


# --- A neuron that fires ---

LEAK, REST, STEP, DURATION = 10.0, 2.0, 0.1, 200.0  # milliseconds
INPUTS = (0.5, 0.9, 1.1, 1.5, 2.0, 3.0, 4.0)
_HEIGHT = 2.5  # of a pulse in the drawing


def voltage(strength: float) -> tuple[FloatArray, FloatArray]:
    """Voltage of a leaky neuron at each tenth of a millisecond, and the times of its pulses."""
    value, waiting = 0.0, 0.0
    path, pulses = [], []
    for time in np.arange(0, DURATION, STEP):
        if waiting > 0:
            waiting -= STEP
        else:
            value = strength + (value - strength) * np.exp(-STEP / LEAK)
        if value >= 1:
            value, waiting = 0.0, REST
            pulses.append(time)
        path.append(value)
    return np.array(path), np.array(pulses)


def rate(strength: FloatArray) -> FloatArray:
    """Pulses in a second, by the strength of a steady input."""
    rates = np.zeros_like(strength)
    s = strength[strength > 1]
    rates[strength > 1] = 1000 / (REST + LEAK * np.log(s / (s - 1)))
    return rates


def _neuron_frame(strength: float) -> list[Panel]:
    path, pulses = voltage(strength)
    x = np.linspace(0, 4, 161)
    here = rate(np.array([strength]))[0]
    return [
        Panel(
            [
                Rule(y=1, label="threshold"),
                Line(np.arange(len(path))[::5] * STEP, path[::5], color=0),
                Arrows(
                    np.column_stack([pulses, np.ones_like(pulses)]),
                    np.column_stack([pulses, np.full_like(pulses, _HEIGHT)]),
                    head=False,
                    color=0,
                ),
            ],
            title="A neuron with a leak",
            x_label="milliseconds",
            y_label="voltage",
            x=(0, DURATION),
            y=(0, 3),
            aspect=1.2,
        ),
        Panel(
            [
                Line(x, rate(x), color=0, label="neuron"),
                Line(x, 120 * np.maximum(x - 1, 0), color=1, label="ReLU"),
                Points([[strength, here]], color="ink", size=12, label="now"),
            ],
            title="Pulses in a second",
            x_label="input",
            y_label="per second",
            x=(0, 4),
            y=(0, 400),
            aspect=1.2,
        ),
    ]


def _neuron_alt(strength: float) -> str:
    _, pulses = voltage(strength)
    return (
        f"Input {number(strength, '.1f')}: {counted(len(pulses), 'pulse')} in 200 milliseconds, "
        f"all equally high, {rate(np.array([strength]))[0]:.0f} in a second."
        if len(pulses)
        else f"Input {number(strength, '.1f')}: the voltage stays below the threshold, no pulse."
    )


def a_neuron_fires() -> Explorer:
    """Voltage and pulses of a model neuron under a steady input, and its rate beside a ReLU."""
    return Explorer(
        _neuron_frame,
        [Slider("strength", INPUTS, label="input", start=1.5, format=".1f")],
        title="A neuron and a unit",
        alt=_neuron_alt,
    )
