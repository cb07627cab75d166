"""The references of the assignment against oracles that others wrote."""

from itertools import product

import numpy as np
import pytest

from dlcourse.checks.judging import judge
from dlcourse.checks.registry import find

pytest.importorskip("sklearn")
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import PolynomialFeatures

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 3))
y = (X @ [[1.0, -1.0, 0.0], [0.0, 1.0, -2.0], [1.0, 0.0, 1.0]]).argmax(axis=1)
AND, OR = np.array([-1.5, 1.0, 1.0]), np.array([-0.5, 1.0, 1.0])


def reference(name):
    return find(f"xor_to_depth/{name}").reference


def matrices(model):
    """Put the intercepts of a network of scikit-learn in front of its weights."""
    return [np.column_stack([b, W.T]) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]


def test_neuron_is_a_logistic_regression():
    model = LogisticRegression().fit(X, y == 1)
    w = np.append(model.intercept_, model.coef_)
    said = [reference("neuron")(w, x) for x in X]
    np.testing.assert_allclose(said, model.predict_proba(X)[:, 1], rtol=1e-12)


def test_layer_scores_as_scikit_learn_does():
    model = LogisticRegression().fit(X, y)
    W = np.column_stack([model.intercept_, model.coef_])
    np.testing.assert_allclose(reference("layer")(W, X), model.decision_function(X), rtol=1e-10)


@pytest.mark.parametrize("include_bias", [False, True])
def test_features_are_those_of_scikit_learn(include_bias):
    """With all powers but squares, and with ones in front or without."""
    Z = reference("product_features")(X)
    crosses = PolynomialFeatures(2, interaction_only=True, include_bias=include_bias)
    ours = reference("append_ones")(Z) if include_bias else Z
    np.testing.assert_allclose(ours, crosses.fit_transform(X), rtol=1e-12)


def test_forward_pass_is_that_of_scikit_learn():
    model = MLPRegressor(
        hidden_layer_sizes=(4, 2), activation="tanh", random_state=0, max_iter=2000
    ).fit(X, y)
    said = reference("forward_pass")(*matrices(model), X)
    np.testing.assert_allclose(said[:, 0], model.predict(X), rtol=1e-10)


@pytest.mark.parametrize("sharpness", [0.5, 3.0, 20.0])
def test_soft_xor_is_a_network_of_scikit_learn(sharpness):
    corners = np.array(list(product([0.0, 1.0], repeat=2)))
    model = MLPClassifier(
        hidden_layer_sizes=2, activation="logistic", solver="lbfgs", random_state=0
    )
    model.fit(corners, [0, 1, 1, 0])
    for weights, layer in zip(model.coefs_, ([-AND, OR], [AND]), strict=True):
        weights[...] = sharpness * np.array(layer)[:, 1:].T
    for biases, layer in zip(model.intercepts_, ([-AND, OR], [AND]), strict=True):
        biases[...] = sharpness * np.array(layer)[:, 0]
    points = RNG.uniform(-1, 2, (50, 2))
    said = reference("soft_xor")(points, sharpness)
    np.testing.assert_allclose(said, model.predict_proba(points)[:, 1], rtol=1e-9)


@pytest.mark.parametrize(("n_inputs", "at_least"), [(2, 1), (2, 2), (3, 2), (6, 5)])
def test_gates_agree_with_their_truth_table(n_inputs, at_least):
    w = reference("gate_weights")(n_inputs, at_least)
    for row in product([0, 1], repeat=n_inputs):
        assert (expit(w[0] + np.dot(w[1:], row)) > 0.5) == (sum(row) >= at_least)


def test_gates_that_scikit_learn_finds_are_right():
    """Any weights are, if they say what is asked for: a fit knows nothing of the reference."""

    def gate_weights(n_inputs, at_least):
        rows = np.array(list(product([0, 1], repeat=n_inputs)))
        fit = LogisticRegression(C=1e6, max_iter=10_000).fit(rows, rows.sum(axis=1) >= at_least)
        return np.append(fit.intercept_, fit.coef_)

    assert judge(find("xor_to_depth/gate_weights"), gate_weights, 1).earned == 2


def test_no_weights_are_given_away():
    failure = judge(find("xor_to_depth/gate_weights"), lambda n, k: np.ones(n + 1), 1).failure
    assert failure.expected == ""
    assert "0.5" not in str(failure)
