"""The references of the assignment against the package's penalties and scikit-learn."""

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.optimizers import SGD
from dlcourse.penalties import l1_penalty, l1_penalty_gradient, l2_penalty, l2_penalty_gradient

W, G = np.random.default_rng(0).normal(size=(2, 4, 3))


def reference(name):
    return find(f"weight_penalties/{name}").reference


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("l2_penalty", lambda W, strength: l2_penalty([W], strength)),
        ("l1_penalty", lambda W, strength: l1_penalty([W], strength)),
        ("l2_gradient", lambda W, strength: l2_penalty_gradient([W], strength)[0]),
        ("l1_gradient", lambda W, strength: l1_penalty_gradient([W], strength)[0]),
    ],
)
def test_penalties_are_those_of_the_package(name, ours):
    np.testing.assert_allclose(reference(name)(W, 0.3), ours(W, 0.3))


def test_decay_is_a_plain_step_with_the_penalty_in_the_slope():
    stepped, optimizer = W.copy(), SGD(0.2)
    slopes = G + l2_penalty_gradient([W], 0.3)[0]
    optimizer.step(stepped, slopes, optimizer.init(stepped))
    np.testing.assert_allclose(reference("decaying_step")(W, G, 0.2, 0.3), stepped)


def test_proximal_steps_find_scikit_learns_lasso():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 6))
    t = X @ [3, 0, 0, -2, 0, 0] + 1 + rng.normal(size=40)
    lasso = linear_model.Lasso(alpha=0.3, tol=1e-12).fit(X, t)
    Z, w = np.column_stack([np.ones(40), X]), np.zeros((1, 7))
    for _ in range(2000):
        w = reference("proximal_step")(w, (w @ Z.T - t) @ Z / 40, 0.3, 0.3)
    np.testing.assert_allclose(w[0], [lasso.intercept_, *lasso.coef_], atol=1e-7)
