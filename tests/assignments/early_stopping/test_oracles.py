"""The references of the assignment against oracles that others wrote."""

import numpy as np
import pytest

from dlcourse.assignments.early_stopping.train_until import RESTLESS, problem, stop_after, walk
from dlcourse.checks.registry import find
from dlcourse.network import network_from_weights
from dlcourse.optimizers import SGD
from dlcourse.stopping import EarlyStopping
from dlcourse.training import train

RNG = np.random.default_rng(7)


def reference(name):
    return find(f"early_stopping/{name}").reference


def test_the_parts_are_those_of_numpys_split():
    order = RNG.permutation(30)
    parts = reference("three_parts")(order, 7, 5)
    test, validation, training = np.split(order, [5, 12])
    for number, rows in enumerate((training, validation, test)):
        assert set(np.flatnonzero(parts == number)) == set(rows)


@pytest.mark.parametrize("seed", range(5))
def test_without_min_delta_the_best_epoch_is_numpys_argmin(seed):
    curve = np.random.default_rng(seed).normal(size=20)
    assert reference("best_epoch")(curve, 0.0) == curve.argmin()
    W, updates = RNG.normal(size=3), RNG.normal(size=(20, 3))
    path = W + np.cumsum(updates, axis=0)
    found = reference("keep_best")(W, updates, curve)
    np.testing.assert_allclose(found, path[curve.argmin()])


@pytest.mark.parametrize("seed", range(3))
def test_both_parts_are_those_of_scikit_learns_least_squares(seed):
    """Ridge there is ||y - Xw||^2 + a ||w||^2: a is twice lambda, times the examples."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    kappa, Q = np.linalg.eigh(X.T @ X / 20)
    rate, steps = 0.1, 15
    stopped, punished = reference("kept_shares")(kappa, rate, steps)
    least = linear_model.LinearRegression(fit_intercept=False).fit(X, y).coef_
    ridge = linear_model.Ridge(20 / (rate * steps), fit_intercept=False).fit(X, y).coef_
    np.testing.assert_allclose(Q @ (punished * (Q.T @ least)), ridge)
    w = np.zeros(3)
    for _ in range(steps):
        w -= rate * X.T @ (X @ w - y) / 20
    np.testing.assert_allclose(Q @ (stopped * (Q.T @ least)), w)


@pytest.mark.parametrize("seed", range(5))
def test_the_loop_ends_where_the_packages_does(seed):
    """Twenty examples are one batch, so the package's shuffling changes nothing."""
    rng = np.random.default_rng(seed)
    X, X_val = rng.normal(size=(20, 3)), rng.normal(size=(15, 3))
    y, y_val = rng.integers(4, size=20), rng.integers(4, size=15)
    W = rng.normal(size=(4, 4))
    network = network_from_weights([W.copy()], "identity")
    history = train(
        network,
        X,
        y,
        rng=rng,
        optimizer=SGD(2.0),
        epochs=40,
        batch_size=20,
        validation=(X_val, y_val),
        early_stopping=EarlyStopping(3),
        progress=False,
    )
    found = reference("train_until")(X, y, X_val, y_val, W, 2.0, 3, 40)
    np.testing.assert_allclose(found, network.W[0], atol=1e-10)
    run = reference("epochs_run")(np.array(history.validation_loss), 3, 0.0)
    assert run == len(history.epochs)


@pytest.mark.parametrize(
    ("settings", "seed"), [(each, seed) for each, seeds in RESTLESS.items() for seed in seeds]
)
def test_training_stops_before_a_lower_loss_comes(settings, seed):
    n, features, K, patience, epochs = settings
    losses = walk(*problem(seed, n, features, K), epochs).losses
    last, best = stop_after(losses, patience)
    assert 0 < best < last < epochs - 1
    assert min(losses) < losses[best]
