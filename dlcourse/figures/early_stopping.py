"""Figures and experiments of the chapter "Early stopping"."""

from functools import cache

import numpy as np

from dlcourse._validation import FloatArray, IntArray
from dlcourse.datasets import half_size, load_digits_subset, mislabel
from dlcourse.explorers import (
    Band,
    Choice,
    Explorer,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Slider,
    number,
)
from dlcourse.figures.stored import stored
from dlcourse.figures.wording import counted
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop
from dlcourse.training import Epoch, train

_TRAINING, _VALIDATION, _FRESH = 0, 1, 2  # one colour for each, through the chapter

# --- Forty runs ---

RUNS, EPOCHS, WRONG = 40, 60, 45
_NUMBERS = np.arange(1, EPOCHS + 1)


@cache
def all_digits() -> tuple[FloatArray, IntArray]:
    """The 6,000 digits of the package, 14 x 14 pixels, in single precision."""
    X, y, X_test, y_test = load_digits_subset()
    return half_size(np.vstack([X, X_test])), np.concatenate([y, y_test])


def curves(seed: int, wrong: int = WRONG) -> dict[str, list[float]]:
    """Train a network on 300 digits, some with a wrong label; what is measured in each epoch."""
    X, y = all_digits()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    known, held_out, fresh = order[:300], order[300:500], order[-4000:]
    labels = mislabel(y[known], wrong, rng)
    network = initialize((196, 50, 10), rng, "relu", np.float32)
    measured: dict[str, list[float]] = {}

    def measure(epoch: Epoch) -> None:
        seen = {"fresh": fresh, **{f"of {m}": held_out[:m] for m in (50, 200)}}
        measured.setdefault("training loss", []).append(epoch.history.training_loss[-1])
        for name, rows in seen.items():
            scores = predict_scores(network, X[rows])
            error = float((scores.argmax(axis=1) != y[rows]).mean())
            measured.setdefault(f"loss {name}", []).append(cross_entropy(scores, y[rows]))
            measured.setdefault(f"error {name}", []).append(error)

    train(
        network,
        X[known],
        labels,
        rng=rng,
        optimizer=SGD(0.1),
        epochs=EPOCHS,
        batch_size=10,
        callbacks=[measure],
        progress=False,
    )
    return measured


@cache
def runs() -> dict[str, FloatArray]:
    """What ``tools/early_stopping_runs.py`` measured: tables with a row for each run."""
    return {name: np.array(table) / 1000 for name, table in stored("early_stopping").items()}


# --- One run, epoch by epoch ---

_RUN = 36


def _one_run_frame(epoch: int) -> list[Mark]:
    training, validation = runs()["training loss"][_RUN], runs()["loss of 200"][_RUN]
    best = int(validation[:epoch].argmin())
    curves = (
        Line(_NUMBERS, losses, color=color, upto=epoch - 1, label=label)
        for losses, color, label in (
            (training, _TRAINING, "training"),
            (validation, _VALIDATION, "validation"),
        )
    )
    low = [best + 1, validation[best]]
    return [
        *curves,
        Points([low], color="ink", marker="star", size=14, label="lowest validation so far"),
    ]


def _one_run_alt(epoch: int) -> str:
    validation = runs()["loss of 200"][_RUN][:epoch]
    return (
        f"After {counted(epoch, 'epoch')} the training loss is "
        f"{runs()['training loss'][_RUN][epoch - 1]:.2f} and the validation loss "
        f"{validation[-1]:.2f}; its lowest so far, {validation.min():.2f}, was in epoch "
        f"{validation.argmin() + 1}."
    )


def when_would_you_stop() -> Explorer:
    """Training and validation loss of one run, as they grow epoch by epoch."""
    return Explorer(
        _one_run_frame,
        [
            Slider(
                "epoch", [1, 3, 6, 9, 12, 14, 20, 30, 45, 60], label="epochs", start=12, play=True
            )
        ],
        title="When would you stop?",
        alt=_one_run_alt,
        x_label="epoch",
        y_label="loss",
        x=(0, EPOCHS),
        y=(0, 2.2),
        aspect=1.6,
        frames_per_second=1.0,
    )


# --- The noise of the curves ---

_SEEN = {
    "training loss": ("the training digits", _TRAINING),
    "loss of 50": ("50 validation digits", _VALIDATION),
    "loss of 200": ("200 validation digits", _VALIDATION),
    "loss fresh": ("4,000 fresh digits", _FRESH),
}


def _noise_frame(curve: str) -> list[Mark]:
    table, (name, color) = runs()[curve], _SEEN[curve]
    lows = np.column_stack([table.argmin(axis=1) + 1, table.min(axis=1)])
    return [
        *(Line(_NUMBERS, losses, color="muted", width=1, opacity=0.4) for losses in table),
        Line(_NUMBERS, table.mean(axis=0), color=color, width=3.5, label=f"mean, {name}"),
        Points(lows, color="ink", marker="star", size=9, label="lowest of each run"),
    ]


def _noise_alt(curve: str) -> str:
    table, (name, _) = runs()[curve], _SEEN[curve]
    lows = table.argmin(axis=1) + 1
    return (
        f"Loss on {name}, forty runs: in epoch 12 it is {table[:, 11].mean():.2f} on average, give "
        f"or take {table[:, 11].std():.2f}. The lowest points lie in epochs {lows.min()} to "
        f"{lows.max()}."
    )


def forty_curves() -> Explorer:
    """The loss of forty runs, on the digits learned from, and on few, more and many others."""
    return Explorer(
        _noise_frame,
        [
            Choice(
                "curve",
                list(_SEEN),
                labels=[name for name, _ in _SEEN.values()],
                label="Loss on",
                start="loss of 50",
            )
        ],
        title="Forty runs",
        alt=_noise_alt,
        x_label="epoch",
        y_label="loss",
        x=(0, EPOCHS),
        y=(0, 2.2),
        aspect=1.6,
    )


# --- Patience ---

PATIENCES, DELTAS = (1, 2, 3, 5, 8, 12, 20, 30), (0.0, 0.01, 0.03, 0.1)


@cache
def stopped(patience: int, min_delta: float) -> tuple[IntArray, IntArray]:
    """For each of the forty runs, how many epochs it has and which of them is kept, from 1."""
    stopping = EarlyStopping(patience, min_delta)
    found = []
    for curve in runs()["loss of 200"].tolist():
        n = next((n for n in _NUMBERS if should_stop(curve[:n], stopping)), EPOCHS)
        found.append((n, best_epoch(curve[:n], min_delta) + 1))
    epochs, kept = np.array(found).T
    return epochs, kept


def too_soon(patience: int, min_delta: float) -> FloatArray:
    """Which of the runs end before the lowest point of their validation curve."""
    lowest = runs()["loss of 200"].argmin(axis=1) + 1
    return np.asarray(stopped(patience, min_delta)[0] < lowest)


def cost(patience: int, min_delta: float, weights: str) -> FloatArray:
    """How far above its lowest each run's loss on fresh digits is, with the weights handed over."""
    epochs, kept = stopped(patience, min_delta)
    fresh = runs()["loss fresh"]
    chosen = kept if weights == "best" else epochs
    return np.asarray(fresh[np.arange(RUNS), chosen - 1] - fresh.min(axis=1))


def _patience_frame(patience: int, min_delta: float, weights: str) -> list[Panel]:
    epochs, costs = stopped(patience, min_delta)[0], cost(patience, min_delta, weights)
    up_to_here = PATIENCES[: PATIENCES.index(patience) + 1]
    means = np.array(
        [(stopped(p, min_delta)[0].mean(), cost(p, min_delta, weights).mean()) for p in up_to_here]
    )
    return [
        Panel(
            [
                Points(
                    np.column_stack([epochs, costs]),
                    too_soon(patience, min_delta).astype(int),
                    labels=["in time", "too soon"],
                    size=8,
                    opacity=0.7,
                )
            ],
            title="Each run",
            x_label="epochs until it stops",
            y_label="fresh loss above lowest",
            x=(0, EPOCHS),
            y=(0, 0.5),
            aspect=1.0,
        ),
        Panel(
            [
                Line(*means.T, color="muted", markers=True, label="smaller patience"),
                Points(means[-1:], color="ink", size=14, hollow=True, label="this one"),
            ],
            title="Mean of the runs",
            x_label="epochs until it stops",
            y_label="fresh loss above lowest",
            x=(0, EPOCHS),
            y=(0, 0.3),
            aspect=1.0,
        ),
    ]


def _patience_alt(patience: int, min_delta: float, weights: str) -> str:
    return (
        f"Patience {patience}, min_delta {min_delta:g}, {weights} weights: runs stop after "
        f"{stopped(patience, min_delta)[0].mean():.0f} of 60 epochs, "
        f"{too_soon(patience, min_delta).mean():.0%} of them too soon. On fresh digits the loss is "
        f"{number(cost(patience, min_delta, weights).mean(), '.3f')} above its lowest."
    )


def how_patient() -> Explorer:
    """Where forty runs stop, and what that costs on fresh digits, by patience and min_delta."""
    return Explorer(
        _patience_frame,
        [
            Slider("patience", PATIENCES, label="patience", start=1),
            Slider("min_delta", DELTAS, label="min_delta", start=0.0),
            Choice("weights", ["best", "last"], label="Weights"),
        ],
        title="How patient?",
        alt=_patience_alt,
    )


# --- A penalty in disguise ---

STEP_COUNTS = (10, 30, 100, 300, 1000, 3000, 10_000)
RATE = 0.05


def by_steps(kappa: FloatArray, steps: int) -> FloatArray:
    """The part of the way that gradient descent goes from 0, by the curvature of a direction."""
    return np.asarray(1 - (1 - RATE * kappa) ** steps)


def by_penalty(kappa: FloatArray, steps: int) -> FloatArray:
    """The part of the way that is left to a direction by the penalty that matches the steps."""
    return np.asarray(kappa / (kappa + 1 / (RATE * steps)))


class LeastSquares:
    """Least squares on the pixels of 300 digits: the directions of the loss, and what to reach."""

    def __init__(self, seed: int) -> None:
        X, y = all_digits()
        order = np.random.default_rng(seed).permutation(len(X))
        known, fresh = order[:300], order[-4000:]
        pixels = X[known].astype(float)
        self.mean = pixels.mean(axis=0)
        left, sizes, self.directions = np.linalg.svd(pixels - self.mean, full_matrices=False)
        self.kappa = sizes**2 / len(pixels)
        seen = self.kappa > 1e-9  # pixels without ink have no slope, so their weights stay 0
        self.goal = np.zeros((len(sizes), 10))
        self.goal[seen] = (left.T @ np.eye(10)[y[known]])[seen] / sizes[seen, np.newaxis]
        self.offset = np.bincount(y[known], minlength=10) / len(known)
        self.X_fresh, self.y_fresh = X[fresh], y[fresh]

    def error(self, parts: FloatArray) -> float:
        """Share of fresh digits misclassified when each direction has gone a part of its way."""
        weights = self.directions.T @ (parts[:, np.newaxis] * self.goal)
        scores = (self.X_fresh - self.mean) @ weights + self.offset
        return float((scores.argmax(axis=1) != self.y_fresh).mean())


@cache
def _draws() -> list[LeastSquares]:
    return [LeastSquares(seed) for seed in range(5)]


@cache
def linear_errors() -> FloatArray:
    """Fresh error by steps and by the matching penalty, means of five draws: two rows."""
    return np.array(
        [
            [np.mean([draw.error(parts(draw.kappa, t)) for draw in _draws()]) for t in STEP_COUNTS]
            for parts in (by_steps, by_penalty)
        ]
    )


_KAPPAS = np.geomspace(1e-4, 2, 60)


def _disguise_frame(steps: int) -> list[Panel]:
    upto = STEP_COUNTS.index(steps)
    kappa = _draws()[0].kappa
    kappa = kappa[kappa > _KAPPAS[0]]
    names = ("steps", "penalty")
    return [
        Panel(
            [
                Line(_KAPPAS, by_steps(_KAPPAS, steps), color=0, label=names[0]),
                Line(_KAPPAS, by_penalty(_KAPPAS, steps), color=1, label=names[1]),
                Points(
                    np.column_stack([kappa, np.zeros(len(kappa))]),
                    color="muted",
                    size=4,
                    label="directions of the digits",
                ),
            ],
            title="How far each direction gets",
            x_label="curvature κ",
            y_label="part of the way",
            x=(1e-4, 2),
            x_scale="log",
            y=(0, 1),
            y_format=".0%",
            aspect=1.0,
        ),
        Panel(
            [
                Line(STEP_COUNTS, errors, color=k, upto=upto, label=names[k])
                for k, errors in enumerate(linear_errors())
            ],
            title="Fresh digits misclassified",
            x_label="steps t",
            y_label="error",
            x=(10, 10_000),
            x_scale="log",
            y=(0.15, 0.4),
            y_format=".0%",
            aspect=1.0,
        ),
    ]


def _disguise_alt(steps: int) -> str:
    stopped_at, punished = linear_errors()[:, STEP_COUNTS.index(steps)]
    gap = np.abs(by_steps(_KAPPAS, steps) - by_penalty(_KAPPAS, steps)).max()
    return (
        f"{counted(steps, 'step')}, or λ = {number(1 / (2 * RATE * steps), '.2g')}: no direction "
        f"differs by more than {gap:.2f}. Fresh digits misclassified: {stopped_at:.1%} by steps, "
        f"{punished:.1%} by penalty."
    )


def a_penalty_in_disguise() -> Explorer:
    """Least squares after some steps and with the matching penalty: each direction, the error."""
    return Explorer(
        _disguise_frame,
        [Slider("steps", STEP_COUNTS, label="steps", start=10, play=True)],
        title="Few steps, or a penalty",
        alt=_disguise_alt,
        frames_per_second=1.0,
    )


# --- Who chooses ---

CANDIDATES, DRAWN = 64, (50, 100, 200, 500, 1000)
_TRIED = (1, 2, 4, 8, 16, 32, 64)
_TIMES = 300


@cache
def mistakes() -> FloatArray:
    """Which of 4,000 digits each of 64 networks misclassifies; a row for each network.

    Each has learned other 300 digits (out of 2,000), with a width and a rate of its own.
    """
    X, y = all_digits()
    known, others = np.split(np.random.default_rng(0).permutation(len(X)), [2000])
    wrong = []
    for seed in range(CANDIDATES):
        rng = np.random.default_rng(seed)
        rows = rng.choice(known, 300, replace=False)
        width, rate = int(rng.integers(10, 60)), 10 ** rng.uniform(-1.5, -0.5)
        network = initialize((196, width, 10), rng, "relu", np.float32)
        train(
            network,
            X[rows],
            y[rows],
            rng=rng,
            optimizer=SGD(rate),
            epochs=12,
            batch_size=10,
            progress=False,
        )
        wrong.append(predict_scores(network, X[others]).argmax(axis=1) != y[others])
    return np.array(wrong)


@cache
def winners(by: str, digits: int, seed: int = 0) -> FloatArray:
    """Errors of the best of 1, 2, 4 ... networks, shape (times, 7, 2): reported, and on the rest.

    Each time the test set has other digits. It chooses too, or a validation set as large does.
    """
    rng, wrong = np.random.default_rng(seed), mistakes()
    found = []
    for _ in range(_TIMES):
        shuffled = wrong[rng.permutation(CANDIDATES)][:, rng.permutation(wrong.shape[1])]
        test, validation, rest = np.split(shuffled, [digits, 2 * digits], axis=1)
        judged = (test if by == "test" else validation).mean(axis=1)
        best = [int(judged[:tried].argmin()) for tried in _TRIED]
        found.append(np.column_stack([test[best].mean(axis=1), rest[best].mean(axis=1)]))
    return np.array(found)


def _choosing_frame(by: str, digits: int, tried: int) -> list[Mark]:
    found, upto = winners(by, digits), _TRIED.index(tried)
    reported, rest = found.mean(axis=0).T
    low, high = np.quantile(found[:, :, 0], [0.1, 0.9], axis=0)
    return [
        Rule(y=float(mistakes().mean()), label="all networks"),
        Line(_TRIED, rest, color=_FRESH, upto=upto, label="on fresh digits"),
        Line(_TRIED, reported, color=3, upto=upto, label="on the test set"),
        Band(_TRIED[: upto + 1], low[: upto + 1], high[: upto + 1], color=3),
    ]


def _choosing_alt(by: str, digits: int, tried: int) -> str:
    reported, rest = winners(by, digits).mean(axis=0)[_TRIED.index(tried)]
    who = "test" if by == "test" else "validation"
    return (
        f"Of {counted(tried, 'network')} the one that does best on the {who} set of {digits} "
        f"digits: its error is {reported:.1%} on the test set and {rest:.1%} on fresh digits, "
        f"means of {_TIMES} draws."
    )


def who_chooses() -> Explorer:
    """Error of the best of many networks, on the test set and on fresh digits, by who chose it."""
    return Explorer(
        _choosing_frame,
        [
            Choice("by", ["test", "validation"], labels=["test set", "validation set"], label="By"),
            Slider("digits", DRAWN, label="digits in each set", start=100),
            Slider("tried", _TRIED, label="networks tried", start=64, play=True),
        ],
        title="The best of many",
        alt=_choosing_alt,
        x_label="networks tried",
        y_label="error of the chosen one",
        x=(1, CANDIDATES),
        x_scale="log",
        x_ticks=_TRIED,
        y=(0, 0.3),
        y_format=".0%",
        aspect=1.5,
        frames_per_second=1.0,
    )
