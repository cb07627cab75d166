"""Ones and products against scikit-learn's polynomial features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.features import append_ones, product_features
from dlcourse.linear import scores

few = settings(max_examples=50)
matrices = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5),
    elements=st.floats(-100, 100, width=32),
)


@few
@given(matrices)
def test_products_equal_scikit_learns(X):
    sklearn = pytest.importorskip("sklearn.preprocessing")
    if 0 in X.shape:
        return
    theirs = sklearn.PolynomialFeatures(2, interaction_only=True, include_bias=False)
    assert_allclose(product_features(X), theirs.fit_transform(X), rtol=1e-6)


@few
@given(matrices)
def test_columns_and_dtypes_are_kept(X):
    n, N0 = X.shape
    ones, products = append_ones(X), product_features(X)
    assert ones.dtype == products.dtype == X.dtype
    assert ones.shape == (n, N0 + 1)
    assert products.shape == (n, N0 + N0 * (N0 - 1) // 2)
    assert_array_equal(ones[:, 0], 1)
    assert_array_equal(ones[:, 1:], X)
    assert_array_equal(products[:, :N0], X)
    assert not np.shares_memory(ones, X)
    assert not np.shares_memory(products, X)


@few
@given(matrices, st.integers(0, 2**32 - 1))
def test_a_folded_bias_is_a_separate_bias(X, seed):
    w = np.random.default_rng(seed).normal(size=X.shape[1] + 1)
    X = X.astype(np.float64)
    assert_allclose(append_ones(X) @ w, X @ w[1:] + w[0], rtol=1e-12, atol=1e-10)
    assert_allclose(append_ones(X) @ w, scores(X, w), rtol=1e-12, atol=1e-10)


def test_a_product_makes_xor_linear():
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert_array_equal(
        scores(product_features(X), [-0.5, 1, 1, -2]) > 0, [False, True, True, False]
    )


@pytest.mark.parametrize("function", [append_ones, product_features])
def test_errors_name_the_argument(function):
    assert function([[1, 2]]).dtype == np.float64
    with pytest.raises(ValueError, match=r"^X must have 2 dimensions, got shape \(2,\)$"):
        function([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^X must be finite, got nan at row 0, column 1$"):
        function([[1.0, np.nan]])
    with pytest.raises(TypeError, match=r"^X must hold real numbers, got dtype <U1$"):
        function([["a"]])
