"""Activations against PyTorch, exact decimal arithmetic, and their own identities."""

from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from golden import activations as golden
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse import activations
from dlcourse.activations import ACTIVATIONS, softmax_jacobian
from dlcourse.gradcheck import central_difference, complex_step

few = settings(max_examples=25)
FLOATS = [np.float32, np.float64]
WITH_OUT = [*ACTIVATIONS, "softmax"]
VALUES = golden.ELEMENTWISE + golden.ROW_WISE
DERIVATIVES = [f"{name}_derivative" for name in ACTIVATIONS]
EVERYTHING = [*VALUES, *DERIVATIVES, "softmax_jacobian"]


def scores(shape=None, low=-1e4, high=1e4, dtype=np.float64):
    shape = hnp.array_shapes(max_dims=3, max_side=5) if shape is None else shape
    return hnp.arrays(dtype, shape, elements=st.floats(low, high, width=32))


# --- PyTorch --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored():
    with np.load(Path(golden.__file__).with_suffix(".npz")) as file:
        return dict(file)


def ours(name):
    if not name.endswith(" derivative"):
        return getattr(activations, name)(golden.ROWS if name in golden.ROW_WISE else golden.SCORES)
    name = name.removesuffix(" derivative")
    if name == "softmax":
        return softmax_jacobian(golden.ROWS)
    if name == "log_softmax":  # d log P_i / d s_j = 1[i = j] - P_j
        return np.eye(golden.ROWS.shape[1]) - activations.softmax(golden.ROWS)[:, np.newaxis]
    slope = {"softplus": "sigmoid", "logsumexp": "softmax"}.get(name, f"{name}_derivative")
    return getattr(activations, slope)(golden.ROWS if name == "logsumexp" else golden.SCORES)


def assert_same(name, theirs):
    # Where 1 - x is taken of an x near one, PyTorch is off by an epsilon of one: hence atol.
    assert_allclose(ours(name), theirs, rtol=1e-12, atol=3e-16)


NAMES = [name + what for name in VALUES for what in ("", " derivative")]


@pytest.mark.parametrize("name", NAMES)
def test_equals_pytorchs_golden_values(name, stored):
    assert_same(name, stored[name])


def test_pytorch_here_and_now_agrees():
    pytest.importorskip("torch")
    for name, theirs in golden.everything().items():
        assert_same(name, theirs)


def test_golden_file_holds_what_it_should(stored):
    assert sorted(stored) == sorted(NAMES)
    assert all(np.isfinite(values).all() for values in stored.values())


# --- exact arithmetic -----------------------------------------------------------------------------


def exact(formula, s):
    """``formula`` of a score with 200 digits."""
    with localcontext() as context:
        context.prec = 200
        return float(formula(Decimal(float(s))))


FORMULAS = {
    "sigmoid": lambda s: 1 / (1 + (-s).exp()),
    "tanh": lambda s: 1 - 2 / (1 + (2 * s).exp()),
    "softplus": lambda s: (1 + s.exp()).ln(),
    "sigmoid_derivative": lambda s: (-s).exp() / (1 + (-s).exp()) ** 2,
    "tanh_derivative": lambda s: 4 * (2 * s).exp() / (1 + (2 * s).exp()) ** 2,
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_every_digit_is_right_at_both_ends(name, dtype):
    S = np.array([-80, -40, -37, -20, -3, -1e-3, 1e-3, 0.5, 3, 18, 37, 40, 43], dtype)
    expected = np.array([exact(FORMULAS[name], s) for s in S])
    few_ulp = 8 * np.finfo(dtype).eps
    kept = expected > np.finfo(dtype).tiny if name != "tanh" else slice(None)
    assert_allclose(getattr(activations, name)(S)[kept], expected[kept], rtol=few_ulp)


def test_log_softmax_is_exact_for_a_sure_class():
    for margin in (1.0, 20.0, 40.0, 300.0):
        expected = exact(lambda m: -(1 + 2 * (-m).exp()).ln(), margin)
        assert_allclose(activations.log_softmax([0, margin, 0])[1], expected, rtol=1e-14)
    assert_allclose(activations.logsumexp([0, -40.0]), np.exp(-40.0), rtol=1e-14)


# --- identities -----------------------------------------------------------------------------------


@few
@given(scores())
def test_sigmoid_and_tanh_are_symmetric(S):
    assert_allclose(activations.sigmoid(S) + activations.sigmoid(-S), 1, rtol=1e-15)
    assert_array_equal(activations.tanh(-S), -activations.tanh(S))
    assert_allclose(activations.tanh(S), 2 * activations.sigmoid(2 * S) - 1, atol=1e-15)


@few
@given(scores())
def test_relu_keeps_what_is_positive(S):
    assert_array_equal(activations.relu(S), np.where(S > 0, S, 0))
    assert_array_equal(activations.relu_derivative(S), np.where(S > 0, 1, 0))
    assert_array_equal(activations.relu(S) - activations.relu(-S), activations.identity(S))


@few
@given(scores())
def test_softmax_is_a_distribution_and_its_logarithm_fits(S):
    P = activations.softmax(S)
    assert (P >= 0).all()
    assert_allclose(P.sum(axis=-1), 1, rtol=1e-14)
    assert_allclose(np.exp(activations.log_softmax(S)), P, rtol=1e-11, atol=1e-300)
    log_Z = activations.logsumexp(S)[..., np.newaxis]
    assert_allclose(activations.log_softmax(S), S - log_Z, rtol=1e-12, atol=1e-11)


@few
@given(scores(), st.floats(-1e4, 1e4))
def test_softmax_does_not_see_a_shift(S, shift):
    # S + shift itself is rounded by up to 2e-12, and so is the answer.
    assert_allclose(activations.softmax(S + shift), activations.softmax(S), atol=1e-11)
    assert_allclose(activations.log_softmax(S + shift), activations.log_softmax(S), atol=1e-11)
    assert_allclose(activations.logsumexp(S + shift), activations.logsumexp(S) + shift, atol=1e-11)


@few
@given(scores(shape=(4, 3)), st.permutations(range(3)))
def test_softmax_does_not_care_for_the_order_of_classes(S, order):
    assert_allclose(activations.softmax(S[:, order]), activations.softmax(S)[:, order], rtol=1e-14)


@few
@given(scores(shape=7))
def test_two_classes_are_a_sigmoid(s):
    pairs = np.column_stack([np.zeros_like(s), s])
    tiny = np.finfo(float).tiny  # the sigmoid is zero a little earlier, among the subnormal numbers
    assert_allclose(activations.softmax(pairs)[:, 1], activations.sigmoid(s), rtol=1e-14, atol=tiny)
    assert_allclose(activations.log_softmax(pairs)[:, 0], -activations.softplus(s), rtol=1e-14)
    assert_allclose(
        activations.logsumexp(pairs), np.maximum(s, 0) + activations.softplus(-abs(s)), rtol=1e-14
    )


# --- derivatives ----------------------------------------------------------------------------------

COMPLEX = {  # written again, with analytic operations only
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "tanh": np.tanh,
    "identity": lambda s: s,
}


@few
@given(scores(low=-30, high=30))
def test_derivatives_equal_the_complex_step(S):
    for name, formula in COMPLEX.items():
        expected = complex_step(lambda s, formula=formula: formula(s).sum(), S)
        assert_allclose(ACTIVATIONS[name].derivative(S), expected, rtol=1e-12, atol=1e-300)


@few
@given(scores(low=-5, high=5))
def test_derivatives_equal_central_differences(S):
    S = np.where(abs(S) < 1e-3, 1.0, S)  # off the kink of ReLU
    for activation in ACTIVATIONS.values():
        measured = central_difference(lambda s, a=activation: a.function(s).sum(), S)
        assert_allclose(activation.derivative(S), measured, rtol=1e-7, atol=1e-8)


@few
@given(scores(shape=hnp.array_shapes(max_dims=2, max_side=4), low=-20, high=20))
def test_softmax_jacobian_equals_the_complex_step(S):
    J = softmax_jacobian(S)
    assert J.shape == (*S.shape, S.shape[-1])
    for i in range(S.shape[-1]):
        row = complex_step(lambda s, i=i: (np.exp(s[..., i]) / np.exp(s).sum(-1)).sum(), S)
        assert_allclose(J[..., i, :], row, rtol=1e-12, atol=1e-15)


@few
@given(scores(low=-50, high=50), st.sampled_from(sorted(ACTIVATIONS)), st.sampled_from(FLOATS))
def test_scale_gradient_multiplies_by_the_slope(S, name, dtype):
    activation = ACTIVATIONS[name]
    S = S.astype(dtype)
    X = activation.function(S)
    gradient = np.linspace(-2, 2, S.size).astype(dtype).reshape(S.shape)
    expected = gradient * activation.derivative(S)
    assert activation.scale_gradient(gradient, X, np.full_like(X, np.nan)) is None
    assert gradient.dtype == dtype
    assert_allclose(gradient, expected, rtol=1e-5, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_scale_gradient_takes_a_view_beside_the_ones(name):
    buffer = np.ones((5, 4))
    X = ACTIVATIONS[name].function(np.linspace(-2, 2, 15).reshape(5, 3), out=buffer[:, 1:])
    kept, gradient = X.copy(), np.ones((5, 3))
    ACTIVATIONS[name].scale_gradient(gradient, X, np.empty((5, 3)))
    slope = ACTIVATIONS[name].derivative(np.linspace(-2, 2, 15).reshape(5, 3))
    assert_allclose(gradient, slope, rtol=1e-14)
    assert_array_equal(X, kept)
    assert_array_equal(buffer[:, 0], 1)


def test_relu_has_slope_zero_at_zero():
    assert_array_equal(activations.relu_derivative([-0.0, 0.0, 5e-324]), [0, 0, 1])
    gradient = np.ones(2)
    ACTIVATIONS["relu"].scale_gradient(gradient, np.array([0.0, 5e-324]), np.empty(2))
    assert_array_equal(gradient, [0, 1])


# --- form: shapes, dtypes, out, extremes, errors --------------------------------------------------


def test_the_registry_names_its_functions():
    assert set(ACTIVATIONS) <= set(golden.ELEMENTWISE)  # each is compared with PyTorch's
    for name, activation in ACTIVATIONS.items():
        assert activation.name == name
        assert activation.function is getattr(activations, name)
        assert activation.derivative is getattr(activations, f"{name}_derivative")


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("dtype", FLOATS)
def test_dtype_is_kept(name, dtype):
    S = np.array([[-1.0, 0.0, 2.0]], dtype)
    result = getattr(activations, name)(S)
    assert isinstance(result, np.ndarray)
    assert result.dtype == dtype
    assert_array_equal(S, [[-1, 0, 2]])


@pytest.mark.parametrize("name", EVERYTHING)
def test_lists_and_all_other_numbers_become_float64(name):
    function, S = getattr(activations, name), [[-1, 0, 2]]
    assert function(S).dtype == np.float64
    for dtype in (np.int8, np.float16, np.longdouble):
        result = function(np.array(S, dtype))
        assert result.dtype == np.float64
        assert_array_equal(result, function(S))


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 3), (0, 3)])
def test_shape_is_kept(name, shape):
    expected = {"logsumexp": shape[:-1], "softmax_jacobian": (*shape, 3)}.get(name, shape)
    assert getattr(activations, name)(np.zeros(shape)).shape == expected


@pytest.mark.parametrize("name", [n for n in EVERYTHING if n not in golden.ROW_WISE][:-1])
def test_a_single_number_is_a_score(name):
    result = getattr(activations, name)(0.5)
    assert isinstance(result, np.ndarray)
    assert_allclose(result, getattr(activations, name)([0.5])[0])


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("huge", [89.0, 1e4, 1e30])
def test_huge_scores_give_finite_answers(name, dtype, huge):
    S = np.array([[-huge, 0.0, huge], [huge, huge, -huge]], dtype)
    assert np.isfinite(getattr(activations, name)(S)).all()


def test_limits_are_exact():
    S = [-np.inf, np.inf]
    assert_array_equal(activations.sigmoid(S), [0, 1])
    assert_array_equal(activations.tanh(S), [-1, 1])
    assert_array_equal(activations.relu(S), [0, np.inf])
    assert_array_equal(activations.softmax([0, -np.inf]), [1, 0])
    assert_array_equal(activations.log_softmax([0, -np.inf]), [0, -np.inf])


@pytest.mark.parametrize("name", VALUES)
def test_nan_passes_through_and_stays_in_its_row(name):
    result = getattr(activations, name)([[np.nan, 0.0], [1.0, 2.0]])
    assert np.isnan(result[0]).any()
    assert np.isfinite(result[1]).all()


@pytest.mark.parametrize("name", DERIVATIVES[:3])
def test_nan_passes_through_derivatives(name):
    assert np.isnan(getattr(activations, name)([np.nan]))


@pytest.mark.parametrize("name", WITH_OUT)
@pytest.mark.parametrize("dtype", FLOATS)
def test_out_is_written_and_returned(name, dtype):
    function = getattr(activations, name)
    S = np.random.default_rng(0).normal(size=(6, 5)).astype(dtype)
    expected = function(S)
    assert not np.shares_memory(expected, S)
    buffer = np.ones((6, 6), dtype)
    assert_array_equal(function(S, out=buffer[:, 1:]), expected)
    assert_array_equal(buffer[:, 1:], expected)
    assert_array_equal(buffer[:, 0], 1)
    assert function(S, out=S) is S
    assert_array_equal(S, expected)


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("bad", [[1j], ["a"], [None]])
def test_what_is_not_real_is_refused_by_name(name, bad):
    with pytest.raises(TypeError, match=r"^S must hold real numbers, got "):
        getattr(activations, name)(bad)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "softmax_jacobian"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_no_class_is_refused_by_name(name, shape):
    with pytest.raises(
        ValueError, match=r"^S must have at least one class along its last axis, got shape "
    ):
        getattr(activations, name)(np.zeros(shape))


@few
@given(scores(shape=(3, 1)))
def test_one_class_is_certain(S):
    assert_array_equal(activations.softmax(S), 1)
    assert_array_equal(activations.log_softmax(S), 0)
    assert_array_equal(activations.logsumexp(S), S[:, 0])
    assert_array_equal(softmax_jacobian(S), 0)
