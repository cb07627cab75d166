"""Dropout: what is dropped, what is kept, and that nothing changes on average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.dropout import apply_dropout, dropout_mask, fill_dropout_mask


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_share_dropped_and_expectation_kept(p, dtype):
    n = 200_000
    mask = dropout_mask((n,), p, np.random.default_rng(0), dtype)
    assert mask.dtype == dtype
    standard_error = np.sqrt(p * (1 - p) / n)
    assert abs((mask == 0).mean() - p) <= 5 * standard_error
    assert abs(mask.mean() - 1) <= 5 * standard_error / (1 - p) + 1e-6


@given(p=st.floats(0, 0.99), seed=st.integers(0, 2**32 - 1))
def test_a_unit_is_either_silent_or_scaled(p, seed):
    X = np.random.default_rng(seed).normal(size=(4, 5))
    dropped = apply_dropout(X, p, np.random.default_rng(seed))
    kept = dropped != 0
    np.testing.assert_allclose(dropped[kept], X[kept] / (1 - p), rtol=1e-12)


def test_same_seed_same_mask_and_filling_draws_anew():
    first, second = (dropout_mask((50,), 0.5, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    rng = np.random.default_rng(3)
    fill_dropout_mask(second, 0.5, rng)
    np.testing.assert_array_equal(first, second)
    fill_dropout_mask(second, 0.5, rng)
    assert (first != second).any()


@pytest.mark.parametrize(
    ("given", "kept"),
    [(np.float32, np.float32), (np.float16, np.float64), (int, np.float64)],
)
def test_float32_is_kept_and_every_other_dtype_becomes_float64(given, kept):
    assert apply_dropout(np.ones(3, given), 0.5, np.random.default_rng(0)).dtype == kept


@pytest.mark.parametrize("dtype", [np.float16, int])
def test_masks_of_other_dtypes_are_refused_by_name(dtype):
    with pytest.raises(TypeError, match="dtype must be float32 or float64, got"):
        dropout_mask((3,), 0.5, np.random.default_rng(0), dtype)


@pytest.mark.parametrize("p", [-0.1, 1.0, np.nan])
def test_bad_probability_is_named(p):
    with pytest.raises(ValueError, match=r"p must lie in \[0, 1\)"):
        apply_dropout(np.ones(3), p, np.random.default_rng(0))


def test_nan_is_refused():
    with pytest.raises(ValueError, match="X must be finite"):
        apply_dropout([np.nan], 0.5, np.random.default_rng(0))
