"""The linear estimators reach scikit-learn's optimum, and agree with each other where they must."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.activations import sigmoid
from dlcourse.estimators import LogisticRegression, OneVsRestClassifier, SoftmaxRegression
from dlcourse.losses import binary_cross_entropy, cross_entropy


def standardised(name):
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def raw(name):
    return pytest.importorskip("sklearn.datasets").__dict__[f"load_{name}"](return_X_y=True)


def penalty(coef, weight_penalty):
    return weight_penalty * np.sum(np.square(coef))


def sklearn_fit(X, y, weight_penalty):
    from sklearn.linear_model import LogisticRegression as Theirs

    C = 1 / (2 * len(X) * weight_penalty)
    return Theirs(C=C, tol=1e-12, max_iter=100_000, solver="newton-cg").fit(X, y)


@pytest.mark.parametrize("weight_penalty", [1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("data", ["breast_cancer", "iris"])
def test_logistic_regression_reaches_the_optimum(data, weight_penalty):
    X, y = standardised(data)
    X, y = X[y < 2], y[y < 2]
    ours = LogisticRegression(weight_penalty).fit(X, y)
    theirs = sklearn_fit(X, y, weight_penalty)

    def objective(model):
        loss = binary_cross_entropy(model.decision_function(X), y)
        return loss + penalty(model.coef_, weight_penalty)

    assert objective(ours) - objective(theirs) < 1e-9
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("weight_penalty", [1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("data", ["iris", "wine"])
def test_softmax_regression_reaches_the_optimum(data, weight_penalty):
    X, y = standardised(data)
    ours = SoftmaxRegression(weight_penalty).fit(X, y)
    theirs = sklearn_fit(X, y, weight_penalty)

    def objective(model):
        return cross_entropy(model.decision_function(X), y) + penalty(model.coef_, weight_penalty)

    assert objective(ours) - objective(theirs) < 1e-9
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def test_the_optimum_is_reached_on_raw_data_too():
    X, y = raw("iris")
    ours, theirs = SoftmaxRegression(1e-3).fit(X, y), sklearn_fit(X, y, 1e-3)
    gap = (cross_entropy(ours.decision_function(X), y) + penalty(ours.coef_, 1e-3)) - (
        cross_entropy(theirs.decision_function(X), y) + penalty(theirs.coef_, 1e-3)
    )
    assert gap < 1e-9


@pytest.mark.parametrize("data", ["iris", "wine"])
def test_one_vs_rest_is_a_logistic_regression_for_each_class(data):
    pytest.importorskip("sklearn")
    from sklearn.multiclass import OneVsRestClassifier as TheirOneVsRest

    X, y = standardised(data)
    ours = OneVsRestClassifier(1e-2).fit(X, y)
    theirs = TheirOneVsRest(sklearn_fit(X, y, 1e-2)).fit(X, y)
    for k, binary in enumerate(theirs.estimators_):
        gap = (
            binary_cross_entropy(ours.decision_function(X)[:, k], y == k)
            + penalty(ours.coef_[k], 1e-2)
            - binary_cross_entropy(binary.decision_function(X), y == k)
            - penalty(binary.coef_, 1e-2)
        )
        assert gap < 1e-9
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def test_one_vs_rest_probabilities_are_normalised_sigmoids():
    X, y = standardised("iris")
    model = OneVsRestClassifier().fit(X, y)
    P = sigmoid(model.decision_function(X))
    assert_allclose(model.predict_proba(X), P / P.sum(axis=1, keepdims=True), rtol=1e-12)


def test_two_classes_are_the_same_for_logistic_and_one_vs_rest():
    X, y = standardised("breast_cancer")
    logistic, rest = LogisticRegression().fit(X, y), OneVsRestClassifier().fit(X, y)
    assert_allclose(rest.weights_, [-logistic.weights_, logistic.weights_])
    assert_allclose(rest.decision_function(X), logistic.decision_function(X))
    assert_allclose(rest.predict_proba(X), logistic.predict_proba(X), rtol=1e-12, atol=1e-15)


def test_two_classes_are_the_same_for_logistic_and_softmax_at_half_the_penalty():
    """Softmax splits w into -w/2 and w/2, whose squares sum to half of w's."""
    X, y = standardised("breast_cancer")
    logistic = LogisticRegression(1e-2).fit(X, y)
    softmax = SoftmaxRegression(2e-2).fit(X, y)
    assert_allclose(softmax.predict_proba(X), logistic.predict_proba(X), atol=1e-6)


def test_the_bias_is_not_penalised():
    X = np.zeros((10, 1))
    y = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    for model in (LogisticRegression(10.0), SoftmaxRegression(10.0), OneVsRestClassifier(10.0)):
        assert_allclose(model.fit(X, y).predict_proba(X)[0], [0.7, 0.3], atol=1e-5)


@pytest.mark.parametrize("estimator", [LogisticRegression, SoftmaxRegression, OneVsRestClassifier])
def test_scikit_learns_attributes(estimator):
    X, y = standardised("iris")
    y = np.minimum(y, 1) if estimator is LogisticRegression else y
    model = estimator()
    assert not hasattr(model, "coef_")
    model.fit(X, y)
    rows = 1 if estimator is LogisticRegression else 3
    assert model.coef_.shape == (rows, 4)
    assert model.intercept_.shape == (rows,)
    S = X @ model.coef_.T + model.intercept_
    assert_allclose(np.squeeze(S), model.decision_function(X), rtol=1e-12, atol=1e-12)
    assert_array_equal(model.weights_.reshape(rows, 5)[:, 0], model.intercept_)
