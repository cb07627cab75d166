"""Checks of input: what passes, and errors that name the argument, the value and the place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse import _validation as v


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        hnp.array_shapes(min_dims=0, min_side=0),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_floats_come_back_as_they_are(X):
    assert v.float_array(X, "X") is X


OTHER_NUMBERS = [np.int8, np.int32, np.int64, np.uint8, np.bool_, np.float16, np.longdouble]


@pytest.mark.parametrize("dtype", OTHER_NUMBERS)
def test_all_other_numbers_become_float64(dtype):
    result = v.float_array(np.ones((2, 3), dtype), "X")
    assert result.dtype == np.float64
    assert (result == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, "f8", "float32", np.dtype(np.float64)])
def test_dtypes_that_are_computed_in(dtype):
    assert v.float_dtype(dtype, "dtype") == np.dtype(dtype)


@pytest.mark.parametrize("dtype", ["int32", "bool", "float16", "complex128", "object", "'foo'"])
def test_other_dtypes_are_refused_by_name(dtype):
    with pytest.raises(TypeError, match=f"^dtype must be float32 or float64, got {dtype}$"):
        v.float_dtype(dtype.strip("'"), "dtype")


def test_byte_order_becomes_native():
    result = v.float_array(np.array([1.5], dtype=">f4"), "X")
    assert result.dtype == np.float32
    assert result.dtype.isnative
    assert result == 1.5


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (np.array([1j]), "dtype complex128"),
        (["a"], "dtype <U1"),
        ([{}], "list"),
        ([None], "None at row 0"),
        (None, "NoneType"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), r"dtype datetime64\[D\]"),
    ],
)
def test_what_is_not_a_real_number_is_refused(value, got):
    with pytest.raises(TypeError, match=f"^X must hold real numbers, got {got}$"):
        v.float_array(value, "X")
    with pytest.raises(TypeError, match=f"^y must hold class numbers, got {got}$"):
        v.labels_array(value, "y")


class NotAvailable:
    """As pandas.NA: it has a name and no truth value."""

    def __repr__(self):
        return "<NA>"

    def __eq__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize(
    ("value", "got"),
    [(None, "None"), (np.nan, "nan"), (np.datetime64("NaT"), "NaT"), (NotAvailable(), "<NA>")],
)
def test_a_missing_value_is_named_with_its_place(value, got):
    y = np.array([0, 1, value], dtype=object)
    assert v.missing(y).tolist() == [False, False, True]
    with pytest.raises(TypeError, match=f"^y must hold class numbers, got {got} at row 2$"):
        v.labels_array(y, "y")
    with pytest.raises(
        TypeError, match=f"^X must hold real numbers, got {got} at row 2, column 0$"
    ):
        v.float_array(y[:, np.newaxis], "X")


def test_what_is_missing_depends_on_the_dtype():
    assert v.missing(np.array([0.0, np.nan])).tolist() == [False, True]
    assert v.missing(np.array(["NaT", "2026-01-01"], "datetime64[D]")).tolist() == [True, False]
    for kept in ([0, 1], ["nan", "None"], np.array(["nan", 1.5], object)):
        assert not v.missing(np.asarray(kept)).any()


def test_ragged_rows_are_refused():
    with pytest.raises(ValueError, match=r"^X must be rectangular, got rows of different shapes$"):
        v.float_array([[1.0], [1.0, 2.0]], "X")


def test_dimensions_are_checked():
    assert v.float_array([[1.0]], "X", ndim=(1, 2)).shape == (1, 1)
    with pytest.raises(ValueError, match=r"^X must have 2 dimensions, got shape \(1,\)$"):
        v.float_array([1.0], "X", ndim=2)
    with pytest.raises(ValueError, match=r"^X must have 1 dimension, got shape \(1, 1\)$"):
        v.float_array([[1.0]], "X", ndim=1)
    with pytest.raises(ValueError, match=r"^X must have 1 or 2 dimensions, got shape \(\)$"):
        v.float_array(1.0, "X", ndim=(1, 2))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_with_its_place(bad):
    X = np.zeros((3, 2))
    X[2, 1] = X[2, 0] = bad
    with pytest.raises(ValueError, match=rf"^X must be finite, got {bad} at row 2, column 0$"):
        v.float_array(X, "X")
    assert v.float_array(X, "X", finite=False) is X
    with pytest.raises(ValueError, match=rf"^s must be finite, got {bad}$"):
        v.float_array(bad, "s")
    with pytest.raises(ValueError, match=rf"^T must be finite, got {bad} at index \(0, 2, 0\)$"):
        v.float_array(X[np.newaxis], "T")


def test_labels_become_intp():
    for y in ([0, 2, 1], [0.0, 2.0, 1.0], np.array([0, 2, 1], np.uint8), (False, True, True)):
        labels = v.labels_array(y, "y", n=3, n_classes=3)
        assert labels.dtype == np.intp
        assert labels.tolist() == list(y)
    assert v.labels_array([], "y").shape == (0,)
    assert v.labels_array([7], "y").tolist() == [7]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([[0]], r"y must have 1 dimension, got shape \(1, 1\)"),
        ([0, 1, 0], "y must have 2 labels, one for each example, got 3"),
        ([0, 3], "y must hold class numbers 0 to 2, got 3 at row 1"),
        ([-1, 0], "y must hold class numbers 0 to 2, got -1 at row 0"),
        ([0, 1.5], "y must hold whole numbers, got 1.5 at row 1"),
        ([0, np.nan], "y must be finite, got nan at row 1"),
        ([0, np.inf], "y must be finite, got inf at row 1"),
        ([0, np.uint64(2**63)], r"y must hold class numbers 0 to 2, got 9.22\S* at row 1"),
    ],
)
def test_labels_that_are_none_are_refused(y, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        v.labels_array(y, "y", n=2, n_classes=3)


def test_labels_without_a_number_of_classes_start_at_zero():
    with pytest.raises(ValueError, match=r"^y must hold class numbers from 0 on, got -1 at row 1$"):
        v.labels_array([5, -1], "y")


def test_sums_of_probabilities_are_as_exact_as_their_dtype():
    P = np.random.default_rng(0).dirichlet(np.ones(10), 100)
    for dtype in (np.float16, np.float32, np.float64):
        v.rows_are_distributions(P.astype(dtype), "y")
    v.rows_are_distributions(np.eye(3, dtype=bool), "y")
    for dtype, off in [(np.float16, 0.01), (np.float32, 2e-5), (np.float64, 2e-5)]:
        with pytest.raises(ValueError, match=r"^y must hold rows of prob.* sum to 1, got .* row 0"):
            v.rows_are_distributions(np.array([[0.5, 0.5 + off]], dtype), "y")


def test_lengths_are_compared():
    v.same_length(np.zeros(2), np.zeros((2, 3)), ("X", "y"))
    v.same_length([1, 2], (3, 4), ("a", "b"))
    message = "^X and y must have the same length, got 2 and 3$"
    with pytest.raises(ValueError, match=message):
        v.same_length(np.zeros(2), np.zeros(3), ("X", "y"))


@pytest.mark.parametrize("value", [1, 0.5, np.float32(2), np.int64(3), np.array(4.0)])
def test_positive_numbers_pass(value):
    assert v.positive(value, "rate") == float(value)


@pytest.mark.parametrize("value", [0, -2.5, np.float32(2), np.int64(3), np.array(4.0)])
def test_finite_numbers_pass(value):
    assert v.finite_number(value, "start") == float(value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match=f"^start must be finite, got {value}$"):
        v.finite_number(value, "start")


@pytest.mark.parametrize("value", [0, -1.0, np.nan, np.inf])
def test_numbers_that_are_not_positive_are_refused(value):
    with pytest.raises(ValueError, match=f"^rate must be a finite number above 0, got {value}$"):
        v.positive(value, "rate")


@pytest.mark.parametrize("value", ["1", None, True, 1j, [1.0], np.array([1.0])])
def test_what_is_no_number_is_a_type_error(value):
    with pytest.raises(TypeError, match=r"^rate must be a number, got "):
        v.positive(value, "rate")
    with pytest.raises(TypeError, match=r"^start must be a number, got "):
        v.finite_number(value, "start")
    with pytest.raises(TypeError, match=r"^p must be a number, got "):
        v.in_interval(value, "p", 0, 1)


@pytest.mark.parametrize(
    ("closed", "low", "high", "text"),
    [
        ("both", True, True, r"\[0, 1\]"),
        ("left", True, False, r"\[0, 1\)"),
        ("right", False, True, r"\(0, 1\]"),
        ("neither", False, False, r"\(0, 1\)"),
    ],
)
def test_intervals_know_their_ends(closed, low, high, text):
    assert v.in_interval(0.5, "p", 0, 1, closed=closed) == 0.5
    for value, inside in [(0, low), (1, high), (-0.1, False), (1.1, False), (np.nan, False)]:
        if inside:
            assert v.in_interval(value, "p", 0, 1, closed=closed) == value
        else:
            with pytest.raises(ValueError, match=f"^p must lie in {text}, got {value}$"):
                v.in_interval(value, "p", 0, 1, closed=closed)


def test_both_ends_belong_to_an_interval_by_default():
    assert (v.in_interval(0, "p", 0, 1), v.in_interval(1, "p", 0, 1)) == (0, 1)


def test_whole_numbers():
    assert v.whole_number(np.int32(4), "K") == 4
    assert isinstance(v.whole_number(np.int32(4), "K"), int)
    assert v.whole_number(0, "steps", minimum=0) == 0
    with pytest.raises(ValueError, match=r"^K must be at least 1, got 0$"):
        v.whole_number(0, "K")
    for value in (1.0, True, "1", None):
        with pytest.raises(TypeError, match=r"^K must be a whole number, got "):
            v.whole_number(value, "K")


def test_limits():
    assert v.limits((0, 2.5), "bounds") == (0.0, 2.5)
    for value in ((1, 0), (1, 1), (0, 1, 2), 3, [[0, 1]]):
        with pytest.raises(
            ValueError, match=r"^bounds must be a pair \(low, high\) with low < high"
        ):
            v.limits(value, "bounds")
    with pytest.raises(ValueError, match=r"^bounds must be finite, got nan at row 0$"):
        v.limits((np.nan, 1), "bounds")
    with pytest.raises(TypeError, match=r"^bounds must hold real numbers, got dtype <U\d+$"):
        v.limits(("a", 1), "bounds")


def test_random_generators():
    rng = np.random.default_rng(0)
    assert v.random_generator(rng) is rng
    for value, got in ((0, "int"), (None, "NoneType"), (np.random, "module")):
        with pytest.raises(TypeError, match=rf"^rng must be a numpy.random.Generator, got {got}$"):
            v.random_generator(value)


def test_choices():
    v.one_of("sum", "reduction", ("mean", "sum"))
    for value in ("max", None, ["mean"]):
        with pytest.raises(ValueError, match=r"^reduction must be one of 'mean', 'sum', got "):
            v.one_of(value, "reduction", ("mean", "sum"))
