"""Figures full of words: a history with its eras, and noise on logarithmic axes."""

import numpy as np

from dlcourse.explorers import Explorer, Line, Panel, Points, Rule, Slider, Span, Text, number

EVENTS = {
    1943: "artificial neuron", 1958: "perceptron", 1969: "“Perceptrons”", 1982: "Hopfield network",
    1986: "backpropagation", 1989: "postal codes read", 1997: "LSTM", 1998: "LeNet-5",
    2006: "deep belief nets", 2009: "ImageNet", 2012: "AlexNet", 2014: "GANs", 2015: "ResNet",
    2017: "transformer", 2020: "GPT-3",
}  # fmt: skip


def timeline() -> Explorer:
    """Two spans, events whose labels keep apart, one axis with ticks at given years."""

    def frame(year):
        past = [then for then in EVENTS if then <= year]
        return [
            Span(x=(1974, 1980), label="first winter"),
            Span(x=(1987, 1993), label="second winter"),
            Rule(y=0, dash=False),
            Points([[then, 0] for then in past], size=9),
            *(Text(then, 0, EVENTS[then], dy=18) for then in past),
        ]

    def alt(year):
        past = [then for then in EVENTS if then <= year]
        return f"Up to {year} {len(past)} events, the last: {EVENTS[past[-1]]}, {past[-1]}."

    return Explorer(
        frame,
        [Slider("year", range(1945, 2026, 5), start=2025, play=True)],
        title="Two winters",
        alt=alt,
        x=(1935, 2030),
        y=(-1, 1),
        x_ticks=range(1940, 2021, 10),
        axes="x",
        aspect=2.2,
    )


def gradient_noise() -> Explorer:
    """Logarithmic axes, direct labels with mathematics, a legend that two panels share."""
    sizes = 2 ** np.arange(11)
    layers = {"first layer": (0.02, 5.0), "last layer": (0.3, 1.0)}  # mean and noise of a slope
    rng = np.random.default_rng(0)
    noise = {
        name: np.array([rng.normal(0, s, (64, size)).mean(axis=1).std() for size in sizes])
        for name, (_, s) in layers.items()
    }
    signal = {name: mean / noise[name] for name, (mean, _) in layers.items()}
    axes = {"x_scale": "log", "y_scale": "log", "x_label": "batch size $B$"}

    def lines(values):
        return [
            Line(sizes, values[name], color=k, label=name, markers=True)
            for k, name in enumerate(layers)
        ]

    def frame(size):
        here = Rule(x=size, label=f"$B = {size}$")
        law = Line(sizes, sizes**-0.5, color="ink", dash=True, direct=True, label="$B^{-1/2}$")
        right = [Span(y=(1, 100)), Text(1, 20, "the sign is right", anchor="start"), Rule(y=1)]
        return [
            Panel([here, law, *lines(noise)], y_label=r"noise $\sigma_B$", **axes),
            Panel(
                [*right, here, *lines(signal)],
                y_label=r"signal $|\bar g| / \sigma_B$",
                y_format=".0%",
                x_ticks=[1, 32, 1024],
                **axes,
            ),
        ]

    def alt(size):
        said = [f"{number(noise[name][sizes == size][0])} in the {name}" for name in layers]
        return rf"In batches of $B = {size}$ the noise $\sigma_B$ is {' and '.join(said)}."

    start = Slider("size", sizes, label="batch size $B$", start=32)
    return Explorer(frame, [start], title="Four times the batch, half the noise", alt=alt)
