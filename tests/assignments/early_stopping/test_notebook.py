"""What the notebook says about its experiments, over several seeds."""

import numpy as np
import pytest

from dlcourse.assignments.early_stopping.train_until import stop_after, train_until, walk
from dlcourse.checks.registry import find
from dlcourse.datasets import half_size, load_digits_subset

START = np.zeros((10, 197))


@pytest.fixture(scope="module")
def digits():
    images, labels, *_ = load_digits_subset()
    return half_size(images).astype(float), labels


def wrong(W, images, labels):
    return (images @ W[:, 1:].T + W[:, 0]).argmax(axis=1) != labels


@pytest.mark.parametrize("seed", range(4))
def test_the_loop_stops_early_and_is_better_for_it(digits, seed):
    images, labels = digits
    order = np.random.default_rng(seed).permutation(1500)
    parts = find("early_stopping/three_parts").reference(order, 200, 1000)
    X, X_val = images[:1500][parts == 0], images[:1500][parts == 1]
    y, y_val = labels[:1500][parts == 0], labels[:1500][parts == 1]
    assert (len(X), len(X_val)) == (300, 200)
    y[:60] = (y[:60] + np.random.default_rng(seed + 1).integers(1, 10, 60)) % 10
    path = walk(X, y, X_val, y_val, START, 0.3, 200)
    last, best = stop_after(path.losses, 5)
    errors = [wrong(W, X_val, y_val).mean() for W in (path.weights[best], path.weights[-1])]
    assert last + 1 < 60
    assert errors[0] + 0.03 < errors[1]
    if seed == 0:  # the notebook's
        assert last + 1 < 30
        assert errors[0] <= 0.32
        assert errors[1] == pytest.approx(0.44, abs=0.015)


@pytest.mark.parametrize("seed", range(2))
def test_the_winner_of_forty_looks_better_than_it_is(digits, seed):
    images, labels = digits
    rng = np.random.default_rng(seed)
    pool, val, rest = np.split(rng.permutation(5000), [1000, 1100])
    trained = []
    for _ in range(40):
        rows, rate = rng.choice(pool, 100, replace=False), 10 ** rng.uniform(-2, 0)
        trained.append(
            train_until(
                images[rows], labels[rows], images[val], labels[val], START, rate, 5, epochs=30
            )
        )
    table = np.array([wrong(W, images[rest], labels[rest]) for W in trained])
    gaps = []
    for _ in range(200):
        test = rng.choice(len(rest), 100, replace=False)
        winner = table[:, test].mean(axis=1).argmin()
        gaps.append(table[winner].mean() - table[winner, test].mean())
    assert np.mean(gaps) == pytest.approx(0.05, abs=0.015)


def test_the_predictions():
    best_epoch, epochs_run = (
        find(f"early_stopping/{name}").reference for name in ("best_epoch", "epochs_run")
    )
    assert best_epoch(np.array([0.9, 0.7, 0.6, 0.4]), 0.15) == 3
    assert epochs_run(np.array([0.9, 0.5, 0.6, 0.7, 0.3]), 2, 0.0) == 4
    shares = find("early_stopping/kept_shares").reference(np.array([1.0]), 0.5, 2)
    np.testing.assert_allclose(shares[:, 0], [0.75, 0.5])
