"""Each formula of the cheat sheet is what the package computes.

A test names the lines of the sheet that it checks, word for word, so that a line that changes or
is added needs its test again.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse import optimizers
from dlcourse.activations import ACTIVATIONS, log_softmax, relu, sigmoid, softmax
from dlcourse.adversarial import fgsm
from dlcourse.backprop import input_gradient, loss_and_gradients, score_gradients
from dlcourse.descent import gradient_descent
from dlcourse.dropout import apply_dropout
from dlcourse.features import append_ones, product_features
from dlcourse.gates import stacked_xor
from dlcourse.gradcheck import central_difference
from dlcourse.labels import one_hot
from dlcourse.landscape import collapse, critical_index
from dlcourse.linear import (
    distance_to_boundary,
    fit_logistic,
    fit_one_vs_rest,
    logistic_gradient,
    partition_function,
    predict_probability,
    scores,
)
from dlcourse.losses import (
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_gradient,
    logistic_loss,
    squared_error,
)
from dlcourse.network import forward, initialize, predict_scores
from dlcourse.penalties import (
    l1_penalty,
    l2_penalty,
    l2_penalty_gradient,
    soft_threshold,
)
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop
from dlcourse.training import train

SHEET = (Path(__file__).parents[2] / "book" / "cheat_sheet.md").read_text(encoding="utf-8")
LINES = re.findall(r"^- (.*)$", SHEET, re.MULTILINE)
CHECKED: list[str] = []
RNG = np.random.default_rng(0)
X, Y01, CLASSES = (
    RNG.normal(size=(6, 3)),
    np.array([0, 1, 1, 0, 1, 0]),
    np.array([0, 1, 2, 2, 1, 0]),
)
W3 = RNG.normal(size=(3, 4))


def line(start):
    """Mark a test as that of the one line which begins so."""
    (found,) = [whole for whole in LINES if whole.startswith(start)]
    CHECKED.append(found)
    return lambda test: test


def net(sizes=(3, 4, 3), activation="sigmoid"):
    network = initialize(sizes, np.random.default_rng(1), activation)
    network.parameters[:] = np.random.default_rng(2).normal(size=network.parameters.size)
    return network


@line("score $s")
@line("$P(Y = 1")
def test_a_score_a_distance_and_a_probability():
    w = W3[0]
    s = w[0] + X @ w[1:]
    assert_allclose(scores(X, w), s)
    assert_allclose(distance_to_boundary(X, w), s / np.linalg.norm(w[1:]))
    p = predict_probability(X, w)
    assert_allclose(p, 1 / (1 + np.exp(-s)))
    assert_allclose(np.log(p / (1 - p)), s)


@line("labels 0, 1")
@line("labels $\\tilde y")
def test_two_labels_two_ways():
    s, signs = scores(X, W3[0]), 2 * Y01 - 1
    p = sigmoid(s)
    by_hand = np.mean(-Y01 * np.log(p) - (1 - Y01) * np.log(1 - p))
    assert binary_cross_entropy(s, Y01) == pytest.approx(by_hand)
    assert logistic_loss(s, signs) == pytest.approx(np.mean(np.log(1 + np.exp(-signs * s))))


@line("slopes $\\pd{\\ell}{s} = p - y$")
@line("descent $")
def test_slopes_of_two_classes_and_a_step_down():
    w, Z = W3[0], append_ones(X)
    slope = np.mean((sigmoid(Z @ w) - Y01)[:, np.newaxis] * Z, axis=0)
    assert_allclose(logistic_gradient(X, Y01, w), slope)
    path = gradient_descent(lambda v: (0.0, logistic_gradient(X, Y01, v)), w, 0.3, 1)
    assert_allclose(path.points[-1], w - 0.3 * slope)


@line("one-vs-rest")
def test_one_vs_rest_is_three_alone_and_the_largest_probability():
    W = fit_one_vs_rest(X, CLASSES, 3, weight_penalty=0.1)
    for k in range(3):
        assert_allclose(W[k], fit_logistic(X, k == CLASSES, weight_penalty=0.1), atol=1e-4)
    s = append_ones(X) @ W.T
    assert_array_equal(sigmoid(s).argmax(axis=1), s.argmax(axis=1))


@line("softmax $P")
@line("$\\ell = -\\log P")
@line("slope $\\pd{\\ell}{s_k}")
@line("classes are one-hot")
def test_softmax_its_loss_and_its_slope():
    S = append_ones(X) @ W3.T
    Z = np.exp(S).sum(axis=1)
    assert_allclose(partition_function(X, W3), Z)
    assert_allclose(softmax(S), np.exp(S) / Z[:, np.newaxis])
    right = S[np.arange(6), CLASSES]
    assert cross_entropy(S, CLASSES) == pytest.approx(np.mean(np.log(Z) - right))
    assert_allclose(-log_softmax(S)[np.arange(6), CLASSES], np.log(Z) - right)
    errors = softmax(S) - one_hot(CLASSES, 3)
    assert_allclose(cross_entropy_gradient(S, CLASSES), errors / 6)


@line("numbers: squared error")
def test_numbers():
    s, t = RNG.normal(size=(2, 5, 1))
    assert squared_error(s, t) == pytest.approx(np.mean((s - t) ** 2 / 2))


@line("hinge")
def test_the_hinge_is_that_of_the_chapter():
    from dlcourse.figures.labels_and_losses import COSTS

    s = np.linspace(-3, 3, 13)  # for the label 1
    assert_allclose(COSTS["hinge"][0](s), np.maximum(0, 1 - s))


@line("cross: ")
@line("XOR $")
def test_a_cross_and_two_gates():
    assert_allclose(product_features(X[:, :2]), np.column_stack([X[:, :2], X[:, 0] * X[:, 1]]))
    a, b = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=bool)
    assert_array_equal(stacked_xor(np.column_stack([a, b])).ravel() > 0.5, ~(a & b) & (a | b))


@line("layer $S^l")
@line("$X^L = ")
@line("without $\\sigma$")
def test_layers():
    network = net()
    first, last = network.W
    hidden = sigmoid(append_ones(X) @ first.T)
    assert_allclose(forward(network, X).X[1], append_ones(hidden))
    outputs = sigmoid(append_ones(hidden) @ last.T)
    assert_allclose(sigmoid(predict_scores(network, X)), outputs)
    straight = net(activation="identity")
    assert_allclose(append_ones(X) @ collapse(straight).T, predict_scores(straight, X))


@line("blame is a row")
@line("$\\pd{\\ell}{X^{l-1}}")
@line("$\\pd{\\ell}{S^l}")
@line("$\\pd{\\ell}{W^l}")
@line("check: ")
def test_blame_in_rows():
    network, x, y = net(), X[:1], CLASSES[:1]  # one example: the lecture's column is a row of ours
    first, last = (blame.ravel() for blame in score_gradients(network, x, y))
    _, gradients = loss_and_gradients(network, x, y)
    assert_allclose(last, (softmax(predict_scores(network, x)) - one_hot(y, 3)).ravel())
    hidden = sigmoid(append_ones(x) @ network.W[0].T).ravel()
    assert_allclose(first, (last @ network.W[1])[1:] * hidden * (1 - hidden))
    assert_allclose(gradients.dW[1], np.outer(last, np.append(1, hidden)))
    assert_allclose(input_gradient(network, x, y).ravel(), (first @ network.W[0])[1:])

    def loss(parameters):
        network.parameters[:] = parameters
        return cross_entropy(predict_scores(network, x), y)

    start = network.parameters.copy()
    nudged = [(loss(start + h) - loss(start - h)) / 2e-6 for h in 1e-6 * np.eye(start.size)]
    assert_allclose(gradients.flat, nudged, atol=1e-8)
    assert_allclose(central_difference(loss, start), nudged, atol=1e-7)


@line("$\\sigma' = ")
@line("$\\relu(s)")
def test_slopes_of_non_linearities():
    s = np.linspace(-4, 4, 81)  # 0 among them
    found = {name: ACTIVATIONS[name].derivative(s) for name in ("sigmoid", "tanh", "relu")}
    assert_allclose(found["sigmoid"], sigmoid(s) * (1 - sigmoid(s)))
    assert_allclose(found["tanh"], 1 - np.tanh(s) ** 2)
    assert (found["sigmoid"].max(), found["tanh"].max()) == pytest.approx((1 / 4, 1))
    assert_array_equal(relu(s), np.maximum(0, s))
    assert set(found["relu"]) == {0.0, 1.0}


@line("start: variance")
@pytest.mark.parametrize(("activation", "variance"), [("relu", 2 / 300), ("tanh", 2 / 500)])
def test_the_first_weights(activation, variance):
    W = initialize((300, 200), np.random.default_rng(0), activation).W[0][:, 1:]
    assert W.var() == pytest.approx(variance, rel=0.02)


@line("gradient of a batch")
@line("its noise, squared")
@line("an epoch has")
def test_a_batch_is_a_mean_of_gradients_with_noise():
    rng = np.random.default_rng(3)
    A, y = rng.normal(size=(400, 3)), rng.integers(2, size=400)
    each = np.array([logistic_gradient(A[i : i + 1], y[i : i + 1], W3[0]) for i in range(400)])
    assert_allclose(logistic_gradient(A[:7], y[:7], W3[0]), each[:7].mean(axis=0))
    whole = each.mean(axis=0)
    squared = np.mean(((each - whole) ** 2).sum(axis=1))
    batches = [each[rng.integers(400, size=8)].mean(axis=0) for _ in range(4000)]
    noise = np.mean([((batch - whole) ** 2).sum() for batch in batches])
    assert noise == pytest.approx(squared / 8, rel=0.1)
    steps = []

    class Counted(optimizers.SGD):
        def step(self, *given):
            steps.append(1)
            super().step(*given)

    train(net(), A, y, rng=rng, optimizer=Counted(), epochs=1, batch_size=8, progress=False)
    assert len(steps) == 400 / 8


@line("where $\\grad\\loss = 0$")
@line("descent settles")
def test_flat_places_and_the_largest_rate():
    shares = [critical_index(spectrum) for spectrum in ([1, 2], [-1, -2], [-1, 2])]
    assert shares == [0, 1, 0.5]
    ends = [
        abs(gradient_descent(lambda w: (0.0, 4 * w), [1.0], rate, 200).points[-1][0])
        for rate in (0.49, 0.51)
    ]
    assert ends[0] < 0.1
    assert ends[1] > 10


def two_steps(method):
    """Return the weight after two steps from 1, with the gradients 0.5 and -0.2."""
    w = np.array([1.0])
    state = method.init(w)
    for g in (0.5, -0.2):
        method.step(w, np.array([g]), state)
    return w[0]


@line("SGD $")
@line("momentum $")
@line("AdaGrad $")
@line("RMSprop $")
@line("AdaDelta: ")
@line("Adam $")
def test_two_steps_of_each_optimiser():
    a, b, rho, eps = 0.1, 0.9, 0.8, 1e-3
    w = dict.fromkeys(("SGD", "Momentum", "AdaGrad", "RMSprop", "AdaDelta", "Adam"), 1.0)
    mu = G = v = v2 = u = m = q = 0.0
    for t, g in enumerate((0.5, -0.2), start=1):
        w["SGD"] -= a * g
        mu = b * mu + a * g
        w["Momentum"] -= mu
        G += g**2
        w["AdaGrad"] -= a / (np.sqrt(G) + eps) * g
        v = rho * v + (1 - rho) * g**2
        w["RMSprop"] -= a / (np.sqrt(v) + eps) * g
        v2 = rho * v2 + (1 - rho) * g**2
        delta = np.sqrt(u + eps) / np.sqrt(v2 + eps) * g
        u = rho * u + (1 - rho) * delta**2
        w["AdaDelta"] -= delta
        m, q = b * m + (1 - b) * g, rho * q + (1 - rho) * g**2
        w["Adam"] -= a * m / (1 - b**t) / (np.sqrt(q / (1 - rho**t)) + eps)
    settings = {
        "SGD": {},
        "Momentum": {"momentum": b},
        "AdaGrad": {"eps": eps},
        "RMSprop": {"rho": rho, "eps": eps},
        "AdaDelta": {"learning_rate": 1.0, "rho": rho, "eps": eps},
        "Adam": {"beta1": b, "beta2": rho, "eps": eps},
    }
    for name, rest in settings.items():
        method = getattr(optimizers, name)(**{"learning_rate": a} | rest)
        assert two_steps(method) == pytest.approx(w[name], rel=1e-12), name


@line("L2: ")
@line("weight decay")
@line("L1: ")
@line("biases are left out")
def test_penalties_without_biases():
    W = [W3]
    inner = W3[:, 1:]
    assert l2_penalty(W, 0.3) == pytest.approx(0.3 * (inner**2).sum())
    assert l1_penalty(W, 0.3) == pytest.approx(0.3 * np.abs(inner).sum())
    (slope,) = l2_penalty_gradient(W, 0.3)
    assert_allclose(slope, np.column_stack([np.zeros(3), 2 * 0.3 * inner]))
    a, strength, network = 0.1, 0.3, net()
    before = [matrix.copy() for matrix in network.W]
    _, gradients = loss_and_gradients(network, X, CLASSES)
    rate = {"optimizer": optimizers.SGD(a), "epochs": 1, "batch_size": 6, "progress": False}
    train(network, X, CLASSES, rng=np.random.default_rng(0), l2=strength, **rate)
    for old, g, new in zip(before, gradients.dW, network.W, strict=True):
        assert_allclose(new[:, 1:], (1 - 2 * a * strength) * old[:, 1:] - a * g[:, 1:])
        assert_allclose(new[:, 0], old[:, 0] - a * g[:, 0])
    v = inner - a * RNG.normal(size=inner.shape)
    near = soft_threshold(v, a * strength)
    assert_allclose(near, np.sign(v) * np.maximum(0, np.abs(v) - a * strength))


@line("training: each unit 0")
def test_dropout_is_nothing_or_more():
    kept = apply_dropout(np.ones(10_000), 0.2, np.random.default_rng(0))
    assert set(kept) == {0.0, 1 / 0.8}
    assert np.mean(kept == 0) == pytest.approx(0.2, abs=0.02)


@line("stop when")
@line("$t$ steps act")
def test_the_end_of_training():
    curve, rule = [3.0, 2.0, 2.5, 2.2], EarlyStopping(patience=2)
    assert [should_stop(curve[:k], rule) for k in (3, 4)] == [False, True]
    assert best_epoch(curve) == 1
    network, weights = net(), []
    history = train(
        network,
        X,
        CLASSES,
        rng=np.random.default_rng(0),
        epochs=30,
        validation=(X, (CLASSES + 1) % 3),  # its loss rises
        early_stopping=rule,
        callbacks=[lambda epoch: weights.append(epoch.network.parameters.copy())],
        progress=False,
    )
    assert history.stopped == "early"
    assert_array_equal(network.parameters, weights[best_epoch(history.validation_loss)])
    kappa, rate, steps = 1e-3, 0.1, 100  # where the curvature is small, both go the same part
    path = gradient_descent(lambda w: (0.0, kappa * (w - 1)), [0.0], rate, steps)
    by_steps, strength = path.points[-1][0], 1 / (rate * steps) / 2
    assert by_steps == pytest.approx(kappa / (kappa + 2 * strength), rel=0.01)


@line("$\\x + \\epsilon")
def test_each_pixel_moves_by_eps():
    network = net()
    slope = input_gradient(network, X, CLASSES)
    assert_allclose(fgsm(network, X, CLASSES, 0.1), X + 0.1 * np.sign(slope))


def test_every_line_has_its_test():
    assert sorted(CHECKED) == sorted(LINES)
