"""The references of the assignment against oracles that others wrote, and its experiment."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.datasets import load_digits_subset
from dlcourse.features import append_ones
from dlcourse.labels import binary_code, integer_code, one_hot

RNG = np.random.default_rng(6)
SCORES, y = RNG.normal(scale=3, size=(40, 5)), RNG.permutation(np.arange(40) % 5)


def reference(name):
    return find(f"labels_and_losses/{name}").reference


def test_loss_and_its_gradient_agree_with_scikit_learn_and_scipy():
    metrics, special = pytest.importorskip("sklearn.metrics"), pytest.importorskip("scipy.special")
    P = special.softmax(SCORES, axis=1)
    assert reference("cross_entropy")(SCORES, y) == pytest.approx(metrics.log_loss(y, P), rel=1e-12)
    np.testing.assert_allclose(
        reference("cross_entropy_gradient")(SCORES, y), (P - np.eye(5)[y]) / 40, atol=1e-15
    )


def test_targets_and_decoding_agree_with_scikit_learn():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    metrics = pytest.importorskip("sklearn.metrics")
    targets = preprocessing.label_binarize(y, classes=np.arange(5))
    np.testing.assert_array_equal(reference("one_hot")(y, 5), targets)
    codes = RNG.normal(size=(7, 5))
    np.testing.assert_array_equal(
        reference("decode")(SCORES, codes), metrics.pairwise_distances_argmin(SCORES, codes)
    )


def test_what_the_notebook_says_of_ten_numberings():
    """One-hot targets do not care, bits do, and the number itself does worst with every one."""
    X, y, X_test, y_test = load_digits_subset()
    X, y, X_test = append_ones(X[:1000]), y[:1000], append_ones(X_test)
    inverse = np.linalg.inv(X.T @ X + 10 * np.eye(785))

    def share_of_right(codes):
        W = inverse @ (X.T @ codes[y])
        return np.mean(reference("decode")(X_test @ W, codes) == y_test)

    numberings = [np.random.default_rng(seed).permutation(10) for seed in range(10)]
    number, bits, own = (
        np.array([share_of_right(code(numbers, 10)) for numbers in numberings])
        for code in (integer_code, binary_code, one_hot)
    )
    assert np.ptp(own) == 0
    assert min(np.ptp(number), np.ptp(bits)) > 0.05
    assert number.max() < bits.min() < bits.max() < own.min()
