"""What the notebook and the instructor's page say of the digits is what its last cells give."""

from functools import cache

import numpy as np
import pytest

from dlcourse.assignments.weight_penalties import regularised_digits as digits
from dlcourse.checks.registry import find
from dlcourse.linear import scores

CASES = find("weight_penalties/regularised_digits").parts[0].edge_cases.values()


def trained(data, name, strength, steps=200):
    step = find(f"weight_penalties/{name}").reference
    return digits.trained(lambda W, g: step(W, g, 2.0, strength), steps)(*data)


@cache
def with_zeros(strength):
    """Share of zeros and of validation digits told wrongly, as the notebook draws them."""
    W = trained(digits.mislabelled(3), "proximal_step", strength)
    X, y = digits.digits()[:2]
    wrong = scores(X[4000:], W).argmax(axis=1) != y[4000:]
    return (W[:, 1:] == 0).mean(), wrong.mean()


@pytest.mark.parametrize("data", CASES)
def test_plain_training_fails_and_each_penalty_passes_with_room(data):
    assert digits.error(trained(data, "decaying_step", 0), data[0]) == pytest.approx(0.37, abs=0.01)
    for name, strength in (
        ("decaying_step", 0.002),
        ("decaying_step", 0.006),
        ("decaying_step", 0.01),
        ("proximal_step", 0.003),
        ("proximal_step", 0.005),
    ):
        assert digits.error(trained(data, name, strength), data[0]) < digits.AT_MOST - 0.01


@pytest.mark.parametrize("data", CASES)
def test_stopping_after_30_steps_does_as_well(data):
    stopped = digits.error(trained(data, "decaying_step", 0, 30), data[0])
    penalised = digits.error(trained(data, "decaying_step", 0.006), data[0])
    assert stopped < penalised + 0.02


def test_with_four_fifths_of_the_weights_at_zero_the_error_is_below_that_of_plain_training():
    strengths = np.geomspace(0.0001, 0.02, 9)
    zeros, wrong = with_zeros(strengths[5])
    assert zeros == pytest.approx(0.8, abs=0.03)
    assert wrong < with_zeros(0)[1] - 0.03
    assert with_zeros(0)[1] == pytest.approx(0.37, abs=0.01)


def test_the_predictions():
    assert round(0.99**100, 2) == 0.37
    step = find("weight_penalties/proximal_step").reference
    W = np.array([[9.0, 2.0, 0.03, -1.0]])
    np.testing.assert_allclose(step(W, 0 * W, 0.1, 0.5), [[9, 1.95, 0, -0.95]])
