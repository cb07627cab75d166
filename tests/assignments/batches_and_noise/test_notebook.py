"""What the notebook says about its experiments, over several seeds."""

from functools import cache

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.linear import scores
from dlcourse.losses import binary_cross_entropy

one_epoch, rates, batch_noise, batch_gradient = (
    find(f"batches_and_noise/{name}").reference
    for name in ("one_epoch", "rates", "batch_noise", "batch_gradient")
)


@cache
def fours_and_nines():
    X, y, *_ = load_digits_subset()
    chosen = np.isin(y, [4, 9])
    return X[chosen].astype(float), (y[chosen] == 9).astype(int)


def descend(batch_size, rates_of_epochs, seed, order=None):
    """Return the losses before the first epoch and after each one, and the last weights."""
    X, y = fours_and_nines()
    rng, w = np.random.default_rng(seed), np.zeros(785)
    losses = [binary_cross_entropy(scores(X, w), y)]
    for rate in rates_of_epochs:
        w = one_epoch(
            X, y, w, rng.permutation(len(X)) if order is None else order, batch_size, rate
        )
        losses.append(binary_cross_entropy(scores(X, w), y))
    return losses, w


@pytest.mark.parametrize("seed", range(3))
def test_at_equal_work_and_rate_smaller_batches_end_lower(seed):
    ends = [descend(size, [0.05] * 5, seed)[0][-1] for size in (1, 10, 100, 1000)]
    assert ends == sorted(ends)


@pytest.mark.parametrize("seed", range(3))
def test_the_law_holds_for_gradients_of_digits(seed):
    X, y = fours_and_nines()
    w = descend(10, [0.1], seed)[1]
    G = np.array([batch_gradient(X, y, w, np.array([i])) for i in range(len(X))])
    rng, g = np.random.default_rng(seed), G.mean(axis=0)
    for size in (10, 100):
        means = np.array([G[rng.permutation(len(G))[:size]].mean(axis=0) for _ in range(300)])
        found = np.sqrt(((means - g) ** 2).sum(axis=1).mean())
        np.testing.assert_allclose(found, batch_noise(G, size), rtol=0.1)
    assert batch_noise(G, 10) > np.linalg.norm(g) > batch_noise(G, 300)


@pytest.mark.parametrize("seed", range(3))
def test_the_schedule_calms_single_digits(seed):
    calm, _ = descend(1, rates(1.0, 1, 10), seed)
    wild, _ = descend(1, np.full(10, 1.0), seed)
    assert calm[-1] < 0.1 < np.mean(wild[6:])
    assert np.diff(wild[1:]).max() > 0.1


def test_all_fours_first_hurts():
    order = np.argsort(fours_and_nines()[1], kind="stable")
    assert descend(10, [0.05] * 5, 0, order)[0][-1] > 2 * descend(10, [0.05] * 5, 0)[0][-1]
