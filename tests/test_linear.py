"""Linear models against scikit-learn's optimum, plane geometry, and numerical gradients."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.gradcheck import central_difference, check_gradient
from dlcourse.linear import (
    boundary_line,
    claims,
    distance_to_boundary,
    fit_logistic,
    fit_one_vs_rest,
    fit_softmax,
    logistic_gradient,
    logistic_objective,
    partition_function,
    predict_probability,
    scores,
    softmax_objective,
    softmax_regression_gradient,
)
from dlcourse.losses import binary_cross_entropy, cross_entropy

few = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)


def problem(n, N0, K, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, N0)).astype(dtype)
    return X, rng.integers(K, size=n), rng.normal(size=(K, N0 + 1)).astype(dtype)


# --- scikit-learn ---------------------------------------------------------------------------------


def data(name):
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = getattr(datasets, f"load_{name.split()[0]}")(return_X_y=True)
    if name.endswith("standardised"):
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    return (X / 16 if name == "digits" else X), y


DATA = ["iris", "iris standardised", "breast_cancer standardised", "wine standardised", "wine"]


@pytest.mark.parametrize("name", [*DATA, "breast_cancer", "digits"])
@pytest.mark.parametrize("penalty", [0.0, 1e-4, 1e-2])
def test_fits_reach_scikit_learns_optimum(name, penalty):
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, y = data(name)
    K = y.max() + 1
    C = 1 / (2 * len(X) * penalty) if penalty else np.inf
    theirs = linear_model.LogisticRegression(C=C, tol=1e-8, max_iter=700)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unscaled features: it does not converge, we do
        theirs.fit(X, y)
    their_w = np.column_stack([theirs.intercept_, theirs.coef_])
    if K == 2:
        objective, w = logistic_objective(X, y, penalty), fit_logistic(X, y, penalty)
        their_w = their_w[0]
    else:
        objective, w = softmax_objective(X, y, K, penalty), fit_softmax(X, y, K, penalty)
    value, gradient = objective(w)
    their_value = objective(their_w)[0]
    assert value <= their_value + 1e-6
    if theirs.n_iter_.max() < 700:
        assert_allclose(value, their_value, atol=1e-6)
    assert abs(gradient / np.append(1, X.std(axis=0) + 1)).max() < 1e-6


def test_one_vs_rest_equals_scikit_learns():
    linear_model = pytest.importorskip("sklearn.linear_model")
    multiclass = pytest.importorskip("sklearn.multiclass")
    X, y = data("wine standardised")
    C = 1 / (2 * len(X) * 1e-3)
    theirs = multiclass.OneVsRestClassifier(linear_model.LogisticRegression(C=C, tol=1e-9)).fit(
        X, y
    )
    assert_allclose(
        scores(X, fit_one_vs_rest(X, y, 3, 1e-3)), theirs.decision_function(X), rtol=1e-4, atol=1e-4
    )


def test_the_optimum_moves_with_the_features():
    X, y = data("iris")
    W = fit_softmax(X, y, 3)
    moved = fit_softmax(1000 * X - 50, y, 3)
    assert_allclose(
        softmax_objective(1000 * X - 50, y, 3)(moved)[0], softmax_objective(X, y, 3)(W)[0]
    )
    assert_allclose(W.sum(axis=0), 0, atol=1e-6)


# --- scores, geometry, probabilities --------------------------------------------------------------


@few
@given(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), seeds)
def test_scores_are_weighted_sums(n, N0, K, seed):
    X, _, W = problem(n, N0, K, seed)
    expected = [[W[k, 0] + sum(W[k, j + 1] * x[j] for j in range(N0)) for k in range(K)] for x in X]
    assert_allclose(scores(X, W), np.array(expected).reshape(n, K), rtol=1e-12, atol=1e-12)
    for k in range(K):
        assert_allclose(scores(X, W[k]), scores(X, W)[:, k], rtol=1e-12, atol=1e-12)


@few
@given(st.integers(1, 4), st.integers(0, 4), st.integers(1, 4), seeds)
def test_probabilities_are_exponentials_over_the_partition_function(n, N0, K, seed):
    X, _, W = problem(n, N0, K, seed)
    Z = partition_function(X, W)
    P = predict_probability(X, W)
    assert Z.shape == (n,)
    assert_allclose(Z, np.exp(scores(X, W)).sum(axis=1), rtol=1e-12)
    assert_allclose(P, np.exp(scores(X, W)) / Z[:, np.newaxis], rtol=1e-12)
    assert_allclose(P.sum(axis=1), 1, rtol=1e-12)
    assert_allclose(predict_probability(X, W[0]), 1 / (1 + np.exp(-scores(X, W[0]))), rtol=1e-12)


def test_the_partition_function_says_when_it_is_too_large():
    assert partition_function([[700.0]], [[0.0, 1.0]]) == pytest.approx(np.exp(700))
    with pytest.raises(ValueError, match=r"^W must keep log Z below 710 .*, got 800 at row 1$"):
        partition_function([[0.0], [800.0]], [[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"^W must keep log Z below 89 "):
        partition_function(np.array([[100]], np.float32), np.array([[0, 1]], np.float32))


@few
@given(st.integers(1, 4), st.integers(1, 4), seeds)
def test_distance_is_how_far_along_w_the_boundary_is(n, N0, seed):
    X, _, W = problem(n, N0, 1, seed)
    w = W[0]
    distance = distance_to_boundary(X, w)
    direction = w[1:] / np.linalg.norm(w[1:])
    assert_allclose(scores(X - distance[:, np.newaxis] * direction, w), 0, atol=1e-9)
    assert_array_equal(np.sign(distance), np.sign(scores(X, w)))
    assert_allclose(distance_to_boundary(X, 7 * w), distance, rtol=1e-12)


@few
@given(seeds)
def test_boundary_line_has_score_zero(seed):
    rng = np.random.default_rng(seed)
    w, x1 = rng.normal(size=3), rng.normal(size=(2, 3))
    x2 = boundary_line(w, x1)
    assert x2.shape == x1.shape
    points = np.column_stack([x1.ravel(), x2.ravel()])
    assert_allclose(scores(points, w), 0, atol=1e-12 * (1 + abs(x2).max()))


def test_claims_of_several_models_and_of_none():
    W = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]
    result = claims([[0.0], [2.0], [1.0]], W)
    assert result.dtype == np.bool_
    assert_array_equal(result, [[True, True, False], [True, False, True], [True, False, False]])


# --- gradients ------------------------------------------------------------------------------------


@few
@given(st.integers(1, 5), st.integers(0, 3), seeds)
def test_logistic_gradient_equals_central_differences(n, N0, seed):
    X, y, W = problem(n, N0, 2, seed)
    measured = central_difference(lambda w: binary_cross_entropy(scores(X, w), y), W[0])
    assert_allclose(logistic_gradient(X, y, W[0]), measured, atol=1e-8)


@few
@given(st.integers(1, 5), st.integers(0, 3), st.integers(1, 4), seeds, st.sampled_from([0.0, 0.3]))
def test_objectives_are_loss_plus_penalty_with_their_gradient(n, N0, K, seed, penalty):
    X, y, W = problem(n, N0, K, seed)
    objective = softmax_objective(X, y, K, penalty)
    expected = cross_entropy(scores(X, W), y) + penalty * (W[:, 1:] ** 2).sum()
    assert_allclose(objective(W)[0], expected, rtol=1e-12, atol=1e-15)
    measured = central_difference(lambda W: objective(W)[0], W)
    assert_allclose(objective(W)[1], measured, atol=1e-8)
    if not penalty:
        gradient = softmax_regression_gradient(X, y, W)
        assert_allclose(objective(W)[1], gradient, rtol=1e-12, atol=1e-15)

    y, w = y % 2, W[0]
    objective = logistic_objective(X, y, penalty)
    expected = binary_cross_entropy(scores(X, w), y) + penalty * (w[1:] ** 2).sum()
    assert_allclose(objective(w)[0], expected, rtol=1e-12)
    assert objective(w)[1].shape == w.shape
    measured = central_difference(lambda w: objective(w)[0], w)
    assert_allclose(objective(w)[1], measured, atol=1e-8)
    if not penalty:
        assert_allclose(objective(w)[1], logistic_gradient(X, y, w), rtol=1e-12, atol=1e-15)


def test_check_gradient_takes_an_objective():
    X, y, W = problem(20, 3, 3, seed=0)
    objective = softmax_objective(X, y, 3, 0.1)
    assert check_gradient(lambda W: objective(W)[0], lambda W: objective(W)[1], W) < 1e-8


# --- separable classes, one class, no features, dtypes --------------------------------------------


def test_separable_classes_without_a_penalty_end_at_a_line_between_them():
    X, y = np.array([[-2.0, 0], [-1, 1], [1, 0], [2, -1]]), np.array([0, 0, 1, 1])
    w = fit_logistic(X, y)
    assert np.isfinite(w).all()
    assert_array_equal(scores(X, w) > 0, y == 1)
    assert np.isfinite(fit_logistic(X, y, max_iterations=3)).all()
    W = fit_softmax(X, [0, 1, 2, 2], 3)
    assert_array_equal(scores(X, W).argmax(axis=1), [0, 1, 2, 2])


def test_one_class():
    X = [[0.0], [1.0]]
    assert (predict_probability(X, fit_logistic(X, [1, 1])) > 1 - 1e-6).all()
    assert (predict_probability(X, fit_logistic(X, [0, 0])) < 1e-6).all()
    assert_array_equal(fit_softmax(X, [0, 0], 1), [[0, 0]])
    assert (predict_probability(X, fit_softmax(X, [1, 1], 3))[:, 1] > 1 - 1e-6).all()
    assert (scores(X, fit_one_vs_rest(X, [1, 1], 2)).argmax(axis=1) == 1).all()


def test_no_features_leave_the_frequencies():
    X, y = np.zeros((4, 0)), [0, 1, 1, 1]
    assert_allclose(predict_probability(X, fit_logistic(X, y)), 0.75, rtol=1e-6)
    assert_allclose(predict_probability(X, fit_softmax(X, y, 2)), [[0.25, 0.75]] * 4, rtol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 1.0, 0.1, 1e9])
def test_a_constant_feature_does_no_harm(constant):
    X, y, _ = problem(40, 2, 2, seed=5)
    with_constant = np.column_stack([X, np.full(40, constant)])
    for penalty in (0.0, 0.01):
        expected = logistic_objective(X, y, penalty)(fit_logistic(X, y, penalty))[0]
        w = fit_logistic(with_constant, y, penalty)
        assert_allclose(logistic_objective(with_constant, y, penalty)(w)[0], expected, atol=1e-9)


def test_a_stronger_penalty_makes_smaller_weights_and_spares_the_bias():
    X, y, _ = problem(50, 3, 2, seed=6)
    y[:] = X[:, 0] + 1 > 0
    lengths = [np.linalg.norm(fit_logistic(X, y, p)[1:]) for p in (1e-3, 1e-1, 10, 1e4)]
    assert lengths == sorted(lengths, reverse=True)
    w = fit_logistic(X, y, 1e6)
    assert_allclose(w[1:], 0, atol=1e-5)
    assert_allclose(predict_probability(X, w), y.mean(), atol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept(dtype):
    X, y, W = problem(30, 2, 2, seed=7, dtype=dtype)
    w = W[0]
    results = [
        scores(X, w),
        predict_probability(X, w),
        predict_probability(X, W),
        distance_to_boundary(X, w),
        boundary_line(w, X[:, 0]),
        partition_function(X, W),
        logistic_gradient(X, y, w),
        softmax_regression_gradient(X, y, W),
        logistic_objective(X, y, 0.1)(w)[1],
        softmax_objective(X, y, 2, 0.1)(W)[1],
        fit_logistic(X, y, 0.1),
        fit_one_vs_rest(X, y, 2, 0.1),
        fit_softmax(X, y, 2, 0.1),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}
    whole = np.round(4 * X).astype(int)
    assert fit_logistic(whole, y, 0.1).dtype == np.float64
    assert_allclose(fit_logistic(whole, y, 0.1), fit_logistic(whole.astype(float), y, 0.1))


# --- errors ---------------------------------------------------------------------------------------

X3 = np.zeros((3, 2))
FITS = [
    lambda X, y, **rest: fit_logistic(X, y, **rest),
    lambda X, y, **rest: fit_softmax(X, y, 2, **rest),
    lambda X, y, **rest: fit_one_vs_rest(X, y, 2, **rest),
]
OBJECTIVES = [
    lambda X, y, **rest: logistic_objective(X, y, **rest),
    lambda X, y, **rest: softmax_objective(X, y, 2, **rest),
]


@pytest.mark.parametrize(
    "fit",
    [
        *FITS,
        *OBJECTIVES,
        lambda X, y: logistic_gradient(X, y, [0, 0, 0]),
        lambda X, y: softmax_regression_gradient(X, y, np.zeros((2, 3))),
    ],
)
def test_fits_name_bad_examples_and_labels(fit):
    cases = [
        (np.zeros((0, 2)), [], ValueError, r"X must hold at least one example, got shape \(0, 2\)"),
        (np.zeros(3), [0, 1, 0], ValueError, r"X must have 2 dimensions, got shape \(3,\)"),
        ([[0, np.nan]], [0], ValueError, "X must be finite, got nan at row 0, column 1"),
        ([["a", "b"]], [0], TypeError, "X must hold real numbers, got dtype <U1"),
        (X3, [0, 1], ValueError, "y must have 3 labels, one for each example, got 2"),
        (X3, [0, 2, 1], ValueError, "y must hold class numbers 0 to 1, got 2 at row 1"),
        (X3, ["a", "b", "a"], TypeError, "y must hold class numbers, got dtype <U1"),
    ]
    for X, y, error, message in cases:
        with pytest.raises(error, match=f"^{message}$"):
            fit(X, y)


@pytest.mark.parametrize("fit", [*FITS, *OBJECTIVES])
def test_fits_name_a_bad_penalty(fit):
    for bad in (-1, np.nan, np.inf):
        message = rf"^weight_penalty must lie in \[0, inf\), got {bad}$"
        with pytest.raises(ValueError, match=message):
            fit(X3, [0, 1, 0], weight_penalty=bad)


@pytest.mark.parametrize("fit", FITS)
def test_fits_name_bad_settings(fit):
    with pytest.raises(ValueError, match=r"^tolerance must be a finite number above 0, got 0$"):
        fit(X3, [0, 1, 0], tolerance=0)
    with pytest.raises(ValueError, match=r"^max_iterations must be at least 0, got -1$"):
        fit(X3, [0, 1, 0], max_iterations=-1)


@pytest.mark.parametrize("function", [fit_softmax, fit_one_vs_rest, softmax_objective])
def test_a_bad_number_of_classes_is_named(function):
    with pytest.raises(ValueError, match=r"^n_classes must be at least 1, got 0$"):
        function(X3, [0, 0, 0], 0)
    with pytest.raises(TypeError, match=r"^n_classes must be a whole number, got '2'$"):
        function(X3, [0, 0, 0], "2")


def test_weights_that_do_not_fit_are_named():
    functions = [scores, predict_probability, claims, partition_function]
    for function in functions:
        with pytest.raises(ValueError, match=r"w must have 3 entries .* got shape \(1, 2\)$"):
            function(X3, [[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"^w must have 3 entries for each unit"):
        distance_to_boundary(X3, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"^w must have 1 dimension"):
        distance_to_boundary(X3, [[0.0, 1.0, 1.0]])
    with pytest.raises(ValueError, match=r"^w must have 1 dimension"):
        logistic_gradient(X3, [0, 1, 0], [[0.0, 1.0, 1.0]])
    for function in (claims, partition_function):
        with pytest.raises(ValueError, match=r"^W must have 2 dimensions"):
            function(X3, [0.0, 1.0, 1.0])
    with pytest.raises(ValueError, match=r"^w must be finite, got nan at row 0$"):
        scores(X3, [np.nan, 0, 0])


def test_lines_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match=r"^w must have a weight that is not 0"):
        distance_to_boundary(X3, [1.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"^w\[2\] must not be 0: the boundary is vertical"):
        boundary_line([1.0, 1.0, 0.0], [0.0])
    with pytest.raises(
        ValueError, match=r"^w must have 3 entries \(bias, w1, w2\), got shape \(2,\)$"
    ):
        boundary_line([1.0, 1.0], [0.0])
    with pytest.raises(ValueError, match=r"^x1 must be finite"):
        boundary_line([1.0, 1.0, 1.0], [np.nan])
