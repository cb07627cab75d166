"""Losses against PyTorch, exact decimal arithmetic, and their own identities."""

from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from golden import losses as golden
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse import losses
from dlcourse.gradcheck import central_difference, complex_step
from dlcourse.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    cross_entropy,
    cross_entropy_gradient,
    logistic_loss,
    logistic_loss_gradient,
    squared_error,
)

few = settings(max_examples=25)
NAMES = list(golden.TARGETS)
FLOATS = [np.float32, np.float64]


def pair(name):
    return getattr(losses, name), getattr(losses, f"{name}_gradient")


def problem(name, n, K, seed, scale=3.0, dtype=np.float64):
    """Scores and targets of ``n`` examples; one-dimensional where the loss allows it and K is 0."""
    rng = np.random.default_rng(seed)
    shape = (n, max(K, 1)) if K or name == "cross_entropy" else (n,)
    targets = golden.targets(rng, name, "hard", shape)
    return (scale * rng.normal(size=shape)).astype(dtype), targets


problems = {
    "n": st.integers(1, 5),
    "K": st.integers(0, 4),
    "seed": st.integers(0, 2**32 - 1),
}

# --- PyTorch --------------------------------------------------------------------------------------

SETTINGS = [f"{name}, {reduction}" for name in golden.CASES for reduction in golden.REDUCTIONS]


def assert_same(setting, value, gradient):
    name, reduction = setting.rsplit(", ", 1)
    case = golden.CASES[name]
    our_value, our_gradient = (
        function(case.scores, case.targets, reduction) for function in pair(case.loss)
    )
    assert_allclose(our_value, value, rtol=1e-12)
    # P - Y where both are nearly equal: what is left is rounding, in PyTorch as here.
    assert_allclose(our_gradient, gradient, rtol=1e-12, atol=3e-16)


def test_equals_pytorchs_golden_values():
    with np.load(Path(golden.__file__).with_suffix(".npz")) as file:
        stored = dict(file)
    assert sorted(stored) == sorted([*SETTINGS, *(f"{setting} gradient" for setting in SETTINGS)])
    for setting in SETTINGS:
        assert_same(setting, stored[setting], stored[f"{setting} gradient"])


def test_pytorch_here_and_now_agrees():
    pytest.importorskip("torch")
    for setting in SETTINGS:
        name, reduction = setting.rsplit(", ", 1)
        assert_same(setting, *golden.value_and_gradient(golden.CASES[name], reduction))


# --- exact arithmetic -----------------------------------------------------------------------------


def naive_binary(s, y):
    p = 1 / (1 + (-s).exp())
    return -(y * p.ln() + (1 - y) * (1 - p).ln())


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25, 1e-6])
@pytest.mark.parametrize("s", [-300.0, -40.0, -3.0, 0.0, 1e-5, 1.0, 37.0, 40.0, 300.0])
def test_binary_losses_are_exact_in_every_digit(s, y):
    with localcontext() as context:
        context.prec = 300
        expected = float(naive_binary(Decimal(s), Decimal(y)))
    assert_allclose(binary_cross_entropy([s], [y]), expected, rtol=1e-14)
    if y in (0, 1):
        assert_allclose(logistic_loss([s], [2 * y - 1]), expected, rtol=1e-14)
        assert_allclose(cross_entropy([[0, s]], [int(y)]), expected, rtol=1e-14)


def test_losses_at_extreme_scores():
    for dtype in FLOATS:
        S = np.array([-1e4, 1e4, -1e4, 1e4], dtype)
        assert binary_cross_entropy(S, [0, 1, 1, 0]) == 5000
        assert logistic_loss(S, [-1, 1, 1, -1]) == 5000
        assert cross_entropy(S[:, np.newaxis] * [[0, 1]], [0, 1, 1, 0]) == 5000
        assert squared_error(S, -S) == 2e8
        assert_array_equal(binary_cross_entropy_gradient(S, [0, 1, 1, 0], "sum"), [0, 0, -1, 1])
        assert_array_equal(logistic_loss_gradient(S, [-1, 1, 1, -1], "sum"), [0, 0, -1, 1])


# --- gradients ------------------------------------------------------------------------------------

NAIVE = {  # the lecture's formulas, written with analytic operations only
    "binary_cross_entropy": lambda S, Y: (
        -(Y * np.log(1 / (1 + np.exp(-S))) + (1 - Y) * np.log(1 / (1 + np.exp(S))))
    ),
    "logistic_loss": lambda S, Y: np.log(1 + np.exp(-Y * S)),
    "cross_entropy": lambda S, Y: -np.log(np.exp(S[np.arange(len(S)), Y]) / np.exp(S).sum(axis=1)),
    "squared_error": lambda S, Y: (S - Y) ** 2 / 2,
}


@pytest.mark.parametrize("name", NAMES)
@few
@given(**problems)
def test_values_and_gradients_equal_the_naive_formula(name, n, K, seed):
    value, gradient = pair(name)
    S, Y = problem(name, n, K, seed)
    assert_allclose(value(S, Y, "sum"), NAIVE[name](S, Y).sum(), rtol=1e-12, atol=1e-14)
    expected = complex_step(lambda s: NAIVE[name](s, Y).sum(), S)
    assert_allclose(gradient(S, Y, "sum"), expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
@few
@given(**problems, dtype=st.sampled_from(FLOATS))
def test_gradients_equal_central_differences(name, n, K, seed, dtype):
    value, gradient = pair(name)
    S, Y = problem(name, n, K, seed, dtype=dtype)
    measured = central_difference(lambda s: value(s, Y), S)
    loose = {"rtol": 1e-5, "atol": 1e-6} if dtype == np.float32 else {"rtol": 1e-6, "atol": 1e-8}
    assert gradient(S, Y).dtype == dtype
    assert_allclose(gradient(S, Y), measured, **loose)


@few
@given(n=st.integers(1, 4), K=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_soft_targets_have_the_gradient_of_the_naive_formula(n, K, seed):
    rng = np.random.default_rng(seed)
    S, Y = rng.normal(size=(n, K)), rng.dirichlet(np.ones(K), size=n)

    def naive(s):
        return -(Y * np.log(np.exp(s) / np.exp(s).sum(axis=1, keepdims=True))).sum()

    assert_allclose(cross_entropy(S, Y, "sum"), naive(S), rtol=1e-12, atol=1e-14)
    expected = complex_step(naive, S)
    assert_allclose(cross_entropy_gradient(S, Y, "sum"), expected, atol=1e-14)
    expected = complex_step(lambda s: NAIVE["binary_cross_entropy"](s, Y).sum(), S)
    assert_allclose(binary_cross_entropy_gradient(S, Y, "sum"), expected, atol=1e-14)


# --- identities -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@few
@given(**problems)
def test_a_batch_is_the_sum_of_its_examples(name, n, K, seed):
    value, gradient = pair(name)
    S, Y = problem(name, n, K, seed)
    singles = [value(S[i : i + 1], Y[i : i + 1]) for i in range(n)]
    assert_allclose(value(S, Y, "sum"), sum(singles), rtol=1e-13)
    assert_allclose(value(S, Y, "mean"), np.mean(singles), rtol=1e-13)
    assert value(S, Y) == value(S, Y, "mean")
    singles = np.concatenate([gradient(S[i : i + 1], Y[i : i + 1]) for i in range(n)])
    assert_allclose(gradient(S, Y, "sum"), singles, rtol=1e-13)
    assert_allclose(gradient(S, Y, "mean"), singles / n, rtol=1e-13)
    assert_array_equal(gradient(S, Y), gradient(S, Y, "mean"))


@few
@given(**problems)
def test_binary_cross_entropy_is_the_logistic_loss(n, K, seed):
    S, Y = problem("binary_cross_entropy", n, K, seed, scale=50)
    for reduction in ("mean", "sum"):
        assert_allclose(
            binary_cross_entropy(S, Y, reduction),
            logistic_loss(S, 2 * Y - 1, reduction),
            rtol=1e-14,
        )
        assert_allclose(
            binary_cross_entropy_gradient(S, Y, reduction),
            logistic_loss_gradient(S, 2 * Y - 1, reduction),
            atol=3e-16,
        )


@few
@given(n=st.integers(1, 6), seed=st.integers(0, 2**32 - 1), shift=st.floats(-100, 100))
def test_two_classes_are_binary_cross_entropy(n, seed, shift):
    s, y = problem("binary_cross_entropy", n, 0, seed, scale=50)
    assert_allclose(
        cross_entropy(np.column_stack([np.zeros(n), s]), y), binary_cross_entropy(s, y), rtol=1e-14
    )
    S = np.column_stack([np.full(n, shift), s + shift])
    assert_allclose(cross_entropy(S, y), binary_cross_entropy(s, y), rtol=1e-9, atol=1e-13)
    gradient = binary_cross_entropy_gradient(s, y)
    assert_allclose(
        cross_entropy_gradient(S, y), np.column_stack([-gradient, gradient]), atol=1e-13
    )


@few
@given(n=st.integers(1, 5), K=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_class_numbers_are_one_hot_rows(n, K, seed):
    S, y = problem("cross_entropy", n, K, seed)
    rows = np.eye(K)[y]
    assert cross_entropy(S, y) == cross_entropy(S, rows)
    assert_array_equal(cross_entropy_gradient(S, y), cross_entropy_gradient(S, rows))
    # One vector added to all classes moves no probability, so the gradient has no part along it.
    assert_allclose(cross_entropy_gradient(S, y).sum(axis=1), 0, atol=1e-15)


def test_columns_of_independent_units_add_up():
    S, Y = problem("binary_cross_entropy", 5, 3, seed=0)
    signs, targets = 2 * Y - 1, Y / 2
    for value, T in [(binary_cross_entropy, Y), (logistic_loss, signs), (squared_error, targets)]:
        columns = sum(value(S[:, k], T[:, k]) for k in range(3))
        assert_allclose(value(S, T), columns, rtol=1e-14)


def test_chance_costs_the_logarithm_of_the_number_of_classes():
    for K in (1, 2, 10):
        assert_allclose(cross_entropy(np.zeros((4, K)), np.zeros(4, int)), np.log(K), atol=1e-15)
    assert_allclose(binary_cross_entropy([0.0], [0.3]), np.log(2))


def test_one_class_costs_nothing():
    S = np.array([[-1e4], [3.0]])
    assert cross_entropy(S, [0, 0]) == 0
    assert str(cross_entropy(S, [0, 0])) == "0.0"  # not -0.0
    assert_array_equal(cross_entropy_gradient(S, [0, 0]), [[0], [0]])


def test_sums_of_float32_are_taken_in_double_precision():
    # After 2^24 ones float32 cannot count on; a loss of 1e8 and many small ones is as bad.
    S = np.array([1e8, *[-1.0] * 2000], np.float32)
    small = binary_cross_entropy(S[1:], np.zeros(2000, int), "sum")
    assert_allclose(binary_cross_entropy(S, np.zeros(2001, int), "sum"), 1e8 + small, rtol=1e-9)


# --- form: types, registry, errors ----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("K", [0, 3])
@pytest.mark.parametrize("dtype", FLOATS)
def test_value_is_a_float_and_gradient_has_the_form_of_the_scores(name, K, dtype):
    value, gradient = pair(name)
    S, Y = problem(name, 4, K, seed=1, dtype=dtype)
    kept = S.copy()
    assert type(value(S, Y)) is float
    assert isinstance(gradient(S, Y), np.ndarray)
    assert gradient(S, Y).dtype == dtype
    assert gradient(S, Y).shape == S.shape
    assert_array_equal(S, kept)
    assert gradient(S.astype(int), Y).dtype == np.float64
    assert_allclose(value(S.tolist(), Y.tolist()), value(S.astype(np.float64), Y), rtol=1e-6)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("target_dtype", [np.float64, np.float32, np.int64, np.bool_, np.uint8])
def test_dtype_of_the_targets_does_not_matter(dtype, target_dtype):
    S = np.array([[0.5, -1.0], [2.0, 1.0]], dtype)
    Y = np.array([[1, 0], [0, 1]]).astype(target_dtype)
    for name in ("binary_cross_entropy", "cross_entropy", "squared_error"):
        value, gradient = pair(name)
        assert value(S, Y) == value(S, Y.astype(dtype))
        assert gradient(S, Y).dtype == dtype
    assert cross_entropy(S, Y[:, 1]) == cross_entropy(S, [0, 1])


def test_half_precision_is_computed_in_double():
    n = 70_000  # 1/n is no longer a half
    S, y = np.zeros((n, 2), np.float16), np.zeros(n, int)
    assert_allclose(cross_entropy_gradient(S, y), np.tile([-0.5 / n, 0.5 / n], (n, 1)))
    assert_allclose(binary_cross_entropy_gradient(S[:, 0], y), 0.5 / n)
    assert squared_error(np.array([300], np.float16), [-300]) == 180_000
    P = np.random.default_rng(0).dirichlet(np.ones(10), 5).astype(np.float16)
    assert_allclose(cross_entropy(np.zeros((5, 10), np.float16), P), np.log(10), rtol=1e-3)


def test_the_registry():
    for name, loss in LOSSES.items():
        assert loss.name == name
        value, gradient = pair(name)
        S, Y = problem(name, 5, 3, seed=2)
        rows = np.eye(3)[Y] if loss.class_numbers else Y
        assert loss.value(S, rows) == value(S, Y)
        assert type(loss.value(S, rows)) is float
        assert_allclose((loss.link(S) - rows) / 5, gradient(S, Y), rtol=1e-15)


def call_both(name, *arguments):
    for function in pair(name):
        yield lambda function=function: function(*arguments)


def names_of(name):
    return ("predictions", "targets") if name == "squared_error" else ("scores", "y")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused_by_name(name, which, bad):
    arguments = [a.astype(float) for a in problem(name, 3, 2, seed=0)]
    if name == "cross_entropy":
        arguments[1] = np.eye(2)[[0, 1, 0]]
    arguments[which][1, 1] = bad
    message = rf"^{names_of(name)[which]} must be finite, got {bad} at row 1, column 1$"
    for call in call_both(name, *arguments):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_real_is_refused_by_name(name):
    S, Y = problem(name, 3, 2, seed=0)
    for call in call_both(name, S.astype(complex), Y):
        with pytest.raises(TypeError, match=rf"^{names_of(name)[0]} must hold real numbers"):
            call()
    for call in call_both(name, S, Y.astype(str)):
        with pytest.raises(TypeError, match=rf"^{names_of(name)[1]} must hold "):
            call()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_no_example_and_no_unit_are_refused_by_name(name, shape):
    if name == "cross_entropy" and len(shape) == 1:
        return
    message = (
        rf"^{names_of(name)[0]} must hold at least one example and one unit, got shape "
        rf"\({', '.join(map(str, shape))}"
    )
    for call in call_both(name, np.zeros(shape), np.zeros(shape)):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("name", NAMES)
def test_wrong_shapes_are_refused_by_name(name):
    scores, y = names_of(name)
    needed = "2" if name == "cross_entropy" else "1 or 2"
    for wrong in (np.zeros((2, 2, 2)), 0.0):
        for call in call_both(name, wrong, wrong):
            with pytest.raises(ValueError, match=rf"^{scores} must have {needed} dimensions, got "):
                call()
    for call in call_both(name, np.zeros((2, 3)), np.zeros((3, 2))):
        message = rf"^{y} must have the shape of {scores}, \(2, 3\), got \(3, 2\)$"
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("name", ["binary_cross_entropy", "logistic_loss", "squared_error"])
def test_a_column_and_a_vector_are_not_taken_for_a_matrix(name):
    for call in call_both(name, np.zeros((3, 1)), np.ones(3)):
        with pytest.raises(ValueError, match=r"must have the shape of .*, \(3, 1\), got \(3,\)$"):
            call()


WRONG_LABELS = [
    (
        "binary_cross_entropy",
        np.zeros(3),
        [0, 2, 1],
        "hold labels 0 or 1, or probabilities between them, got 2 at row 1",
    ),
    (
        "binary_cross_entropy",
        np.zeros((2, 2)),
        [[0, 1], [0, -0.5]],
        "hold labels 0 or 1, or probabilities between them, got -0.5 at row 1, column 1",
    ),
    ("logistic_loss", np.zeros(3), [1, -1, 0], "hold labels -1 or [+]1, got 0 at row 2"),
    ("logistic_loss", np.zeros(2), [-2, 1], "hold labels -1 or [+]1, got -2 at row 0"),
    ("cross_entropy", np.zeros((2, 3)), [0, 3], "hold class numbers 0 to 2, got 3 at row 1"),
    ("cross_entropy", np.zeros((2, 3)), [-1, 0], "hold class numbers 0 to 2, got -1 at row 0"),
    ("cross_entropy", np.zeros((2, 3)), [0, 0.5], "hold whole numbers, got 0.5 at row 1"),
    ("cross_entropy", np.zeros((2, 3)), [0], "have 2 labels, one for each example, got 1"),
    (
        "cross_entropy",
        np.zeros((2, 2)),
        [[0.5, 0.5], [1.5, -0.5]],
        "hold class numbers, or probabilities between 0 and 1, got 1.5 at row 1, column 0",
    ),
    (
        "cross_entropy",
        np.zeros((2, 2)),
        [[-0.25, 0.5], [0.5, 0.5]],
        "hold class numbers, or probabilities between 0 and 1, got -0.25 at row 0, column 0",
    ),
    (
        "cross_entropy",
        np.zeros((2, 2)),
        [[0.5, 0.5], [0.25, 0.5]],
        "hold rows of probabilities that sum to 1, got 0.75 at row 1",
    ),
    (
        "cross_entropy",
        np.zeros((1, 2)),
        [[0.75, 0.5]],
        "hold rows of probabilities that sum to 1, got 1.25 at row 0",
    ),
]


@pytest.mark.parametrize(("name", "scores", "y", "message"), WRONG_LABELS)
def test_wrong_labels_are_refused_with_their_place(name, scores, y, message):
    for call in call_both(name, scores, y):
        with pytest.raises(ValueError, match=f"^y must {message}$"):
            call()


def test_rows_of_probabilities_may_be_rounded():
    S = np.zeros((1, 3), np.float32)
    third = np.full((1, 3), 1 / 3, np.float32)
    assert_allclose(cross_entropy(S, third), np.log(3), rtol=1e-6)
    assert np.isfinite(cross_entropy(S, third + np.float32(3e-6)))  # their sum is off by 9e-6
    with pytest.raises(ValueError, match="sum to 1"):
        cross_entropy(S, third + np.float32(5e-6))


@pytest.mark.parametrize("name", NAMES)
def test_unknown_reductions_are_refused_by_name(name):
    for call in call_both(name, *problem(name, 3, 2, seed=0), "max"):
        with pytest.raises(
            ValueError, match=r"^reduction must be one of 'mean', 'sum', got 'max'$"
        ):
            call()
