"""What the notebook says about its experiments, over several seeds."""

import numpy as np
import pytest

from dlcourse.datasets import load_digits_subset
from dlcourse.gates import AND, OR, gate
from dlcourse.network import forward, initialize
from dlcourse.optimizers import Adam
from dlcourse.training import train

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def soft_xor(X, sharpness):
    c = sharpness / 20
    nand, either = gate(-c * AND, *X.T), gate(c * OR, *X.T)
    return gate(c * AND, nand, either)


def test_two_answers_change_sides_in_the_table_of_sharpness():
    right = [int(np.sum((soft_xor(CORNERS, c) > 0.5) == [0, 1, 1, 0])) for c in (20, 5, 3, 2, 1)]
    assert right == [4, 4, 4, 2, 2]


def trained(sizes, seed):
    """As the notebook does it."""
    X, y, X_test, y_test = load_digits_subset()
    rng = np.random.default_rng(seed)
    network = initialize(sizes, rng, activation="tanh")
    train(
        network,
        X,
        y % 2,
        loss="binary_cross_entropy",
        optimizer=Adam(0.003),
        epochs=15,
        rng=rng,
        progress=False,
    )
    buffers = forward(network, X_test)
    return np.mean((buffers.scores[:, 0] > 0) == y_test % 2), buffers.outputs


@pytest.mark.parametrize("seed", range(3))
def test_a_network_tells_odd_from_even_better_than_one_unit(seed):
    right, outputs = trained((784, 32, 2, 1), seed)
    assert trained((784, 1), seed)[0] < 0.91 < 0.94 < right
    assert abs(np.corrcoef(outputs[-1].T)[0, 1]) > 0.95  # the two units say nearly the same
