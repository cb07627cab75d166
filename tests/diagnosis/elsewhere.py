"""Exercises from all over the lecture, each with answers that students might give.

They belong to no assignment and have no misconceptions: what can be said about a wrong answer to
one of them was not written for it. The answers lie beside this file, in ``elsewhere/NAME.md``.
"""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlcourse import penalties
from dlcourse.activations import (
    log_softmax,
    relu,
    relu_derivative,
    sigmoid,
    softmax,
    tanh_derivative,
)
from dlcourse.checks.drawing import examples, readable, weights
from dlcourse.checks.spec import Exercise, Part
from dlcourse.features import append_ones
from dlcourse.labels import one_hot
from dlcourse.linear import scores as linear_scores
from dlcourse.losses import cross_entropy_gradient, squared_error
from dlcourse.network import layer_matmul
from dlcourse.stopping import best_epoch


class Answer(NamedTuple):
    """What one student wrote, and a few words about it."""

    right: bool
    title: str
    source: str


def answers(name):
    """Read the answers to one exercise."""
    text = (Path(__file__).parent / "elsewhere" / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^## (wrong|right): ([^\n]+)\n\n```python\n(.*?)```$", text, re.M | re.S)
    return [Answer(kind == "right", title, source) for kind, title, source in blocks]


def run(name, source):
    """Run a student's cell in a notebook that has NumPy; return the function of that name."""
    cells = {"np": np}
    exec(compile(source, f"<{name}>", "exec"), cells)
    return cells[name]


# --- what is right, where the package has no function of just these arguments ------------------


def cross_entropy(P, y):
    return float(-np.log(P[np.arange(len(y)), y]).mean())


def hinge_loss(scores, y):
    return float(np.maximum(0, 1 - y * scores).mean())


def leaky_relu(S, slope):
    return np.where(S > 0, S, slope * S)


def perceptron_step(w, x, y, learning_rate):
    """The label is -1 or 1; a score of zero is a mistake, too."""
    return w + learning_rate * y * np.append(1, x) if y * (w[0] + w[1:] @ x) <= 0 else w


def accuracy(scores, y):
    return float(np.mean(scores.argmax(axis=1) == y))


def confusion_matrix(y, predicted, n_classes):
    """Rows are the true classes."""
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (y, predicted), 1)
    return counts


def standardise(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def l2_penalty(W, strength):
    return penalties.l2_penalty([W], strength)


def l1_penalty_gradient(W, strength):
    return penalties.l1_penalty_gradient([W], strength)[0]


def weight_decay_step(w, gradient, learning_rate, strength):
    return w - learning_rate * (gradient + 2 * strength * w)


def momentum_step(w, gradient, mu, learning_rate, momentum):
    return w - (momentum * mu + learning_rate * gradient)


def nesterov_step(A, w, mu, learning_rate, momentum):
    """The loss is w A w / 2, with a symmetric matrix A."""
    ahead = w - momentum * mu
    return ahead - learning_rate * A @ ahead


def adagrad_step(w, gradient, G, learning_rate, eps):
    return w - learning_rate * gradient / (np.sqrt(G + gradient**2) + eps)


def rmsprop_step(w, gradient, v, learning_rate, rho, eps):
    v = rho * v + (1 - rho) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(v) + eps)


def adam_step(w, gradient, m, v, t, learning_rate, beta1, beta2, eps):
    """The step is number t, counted from 1."""
    m = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * gradient**2) / (1 - beta2**t)
    return w - learning_rate * m / (np.sqrt(v) + eps)


def step_decay(learning_rate, factor, every, epoch):
    """The rate is multiplied by the factor each time that so many epochs have passed."""
    return learning_rate * factor ** (epoch // every)


def stopping_epoch(curve, patience):
    """Where so many epochs have passed since the best one; else the last epoch."""
    waited = (epoch - best_epoch(curve[: epoch + 1]) for epoch in range(len(curve)))
    return next((epoch for epoch, n in enumerate(waited) if n >= patience), len(curve) - 1)


def dropout(X, mask, p):
    """The mask holds 1 where a unit is kept; p is the probability to drop one."""
    return X * mask / (1 - p)


def weight_gradient(X, dS):
    """Gradient by the weights of a layer, biases in column 0, from that by its scores."""
    return dS.T @ append_ones(X)


def two_layer_output(X, W, v):
    """Sigmoid units in the hidden layer, and one at the output; biases come first."""
    return sigmoid(linear_scores(sigmoid(linear_scores(X, W)), v))


def batch_means(losses, batch_size):
    """The last batch may be smaller."""
    starts = range(0, len(losses), batch_size)
    return np.array([losses[start : start + batch_size].mean() for start in starts])


def central_difference(values, step):
    """Slope of a function at the inner points of a grid."""
    return (values[2:] - values[:-2]) / (2 * step)


def newton_step(a, x):
    """Step towards a minimum of a[0] + a[1] x + a[2] x^2 + ..."""
    f = np.polynomial.Polynomial(a)
    return float(x - f.deriv()(x) / f.deriv(2)(x))


def glorot_bound(n_in, n_out):
    """Weights are drawn between minus this and this."""
    return float(np.sqrt(6 / (n_in + n_out)))


def moving_average(values, width):
    return np.convolve(values, np.ones(width) / width, mode="valid")


# --- inputs: no two lengths agree in all cases -------------------------------------------------


def lengths(rng):
    return 1, 2, 3, 4, 7, 12, int(rng.integers(15, 21))


def shapes(rng):
    return (1, 2), (3, 2), (2, 4), (4, 3), (5, 5), (9, 4), (int(rng.integers(15, 21)), 6)


def layers(rng):
    """Draw numbers of examples, inputs and outputs."""
    return (1, 2, 3), (3, 2, 1), (2, 4, 3), (4, 3, 2), (3, 3, 3), (9, 4, 6), (17, 6, 5)


def vector(rng, n):
    return readable(rng.normal(scale=2.0, size=n), n)


def between(rng, low, high):
    """Draw a number of two decimals."""
    return round(float(rng.uniform(low, high)), 2)


def classes(rng, n, K):
    """Draw class numbers; where classes outnumber the examples, the last one has none."""
    return rng.integers(0, K - (n < K), n)


def signs(rng, n):
    return rng.choice([-1, 1], n)


def mostly(rng, y, K):
    """Repeat the labels, with a mistake here and there."""
    return np.where(rng.random(len(y)) < 0.6, y, rng.integers(0, K, len(y)))


def tables(rng):
    return [(examples(rng, *shape),) for shape in shapes(rng)]


def tables_with_zeros(rng):
    found = tables(rng)
    for (S,) in found:
        S.flat[rng.integers(S.size)] = 0
    return found


def score_tables(rng):
    """Draw scores, in the last table such that their exponentials are no numbers."""
    *small, (large,) = tables(rng)
    return [*small, (1000 * large,)]


def scores_and_classes(rng):
    return [(examples(rng, *shape), classes(rng, *shape)) for shape in shapes(rng)]


def probabilities_and_classes(rng):
    """Draw tables whose rows sum to one, of tenths where they are small."""
    for n, K in shapes(rng):
        P = (1 + rng.multinomial(10 - K, np.ones(K) / K, n)) / 10
        yield P if n <= 5 else softmax(rng.normal(size=(n, K))), classes(rng, n, K)


def scores_and_signs(rng):
    return [(vector(rng, n), signs(rng, n)) for n in lengths(rng)]


def pairs_of_tables(rng):
    return [(examples(rng, *shape), examples(rng, *shape)) for shape in shapes(rng)]


def tables_and_slopes(rng):
    return [(S, between(rng, 0.01, 0.3)) for (S,) in tables(rng)]


def perceptrons(rng):
    """Draw a start at zero; then examples of both labels, on either side."""
    yield np.zeros(3), vector(rng, 2), -1, 0.5
    for n, y in (1, 1), (2, -1), (3, -1), (5, 1), (8, 1), (13, -1), (int(rng.integers(15, 21)), 1):
        w, x = weights(rng, n, n), vector(rng, n)
        side = np.sign(w[0] + w[1:] @ x) * (1 if n in (2, 8) else -1)
        yield y * side * w, x, y, between(rng, 0.1, 0.9)


def classes_to_code(rng):
    return [(classes(rng, n, K), K) for n, K in shapes(rng)]


def scores_and_likely_classes(rng):
    for n, K in shapes(rng):
        S = examples(rng, n, K)
        yield S, mostly(rng, S.argmax(axis=1), K)


def true_and_predicted(rng):
    for n, K in (2, 3), (3, 2), (6, 4), (5, 5), (12, 3), (20, 6):
        y = classes(rng, n, K)
        yield y, mostly(rng, y, K), K


def columns_that_vary(rng):
    """Draw tables in which no column holds a number twice."""
    for n, m in (2, 1), (3, 2), (2, 4), (4, 3), (5, 5), (9, 4), (int(rng.integers(15, 21)), 6):
        columns = [rng.choice(np.arange(-40, 61), n, replace=False) / 10 for _ in range(m)]
        yield (np.stack(columns, axis=1),)


def layers_and_strengths(rng):
    return [(examples(rng, *shape), between(rng, 0.01, 0.9)) for shape in shapes(rng)]


def decaying(rng):
    for n in lengths(rng):
        yield vector(rng, n), vector(rng, n), between(rng, 0.05, 0.4), between(rng, 0.05, 0.4)


def with_momentum(rng):
    for n in lengths(rng):
        w, gradient, mu = (vector(rng, n) for _ in range(3))
        yield w, gradient, mu, between(rng, 0.05, 0.3), between(rng, 0.6, 0.95)


def bowls(rng):
    for n in (1, 2, 3, 5, 8, 13):
        B = rng.normal(size=(n, n)) if n > 5 else rng.integers(-1, 3, (n, n))
        A = B @ B.T + np.eye(n)
        yield A, vector(rng, n), vector(rng, n), between(rng, 0.02, 0.2), between(rng, 0.6, 0.95)


def squares(rng, n):
    return readable(rng.uniform(0.2, 4, n), n)


def adaptive(rng):
    for n in lengths(rng):
        rate, eps = between(rng, 0.05, 0.5), between(rng, 0.05, 0.3)
        yield vector(rng, n), vector(rng, n), squares(rng, n), rate, eps


def forgetful(rng):
    for *state, rate, eps in adaptive(rng):
        yield *state, rate, between(rng, 0.6, 0.95), eps


def adams(rng):
    for t, n in enumerate(lengths(rng), start=1):
        rate, eps = between(rng, 0.05, 0.5), between(rng, 0.05, 0.3)
        beta1, beta2 = between(rng, 0.5, 0.8), between(rng, 0.85, 0.95)
        means = vector(rng, n), squares(rng, n)
        yield vector(rng, n), vector(rng, n), *means, t, rate, beta1, beta2, eps


def schedules(rng):
    for every, epoch in (5, 0), (5, 5), (2, 3), (3, 9), (4, 11), (10, 37), (7, 20):
        yield between(rng, 0.1, 0.9), between(rng, 0.2, 0.8), every, epoch


def curves(rng):
    """Draw losses that fall and rise; then some with ties, bumps, and no reason to stop."""
    for n, turn, patience in (1, 0, 2), (4, 1, 2), (6, 2, 1), (9, 3, 3), (12, 5, 2), (20, 14, 4):
        steps = np.where(np.arange(n) < turn, -1, 1) * rng.integers(1, 4, n)
        yield (60 + np.cumsum(steps)) / 10, patience
    yield np.array([0.9, 0.7, 0.7, 0.7, 0.6, 0.8, 0.9, 0.8]), 2
    yield np.array([0.9, 0.5, 0.6, 0.4, 0.5, 0.45, 0.3, 0.2, 0.25]), 3
    yield np.array([0.9, 0.4, 0.8, 0.7, 0.6, 0.5, 0.3, 0.2, 0.2, 0.1]), 3


def masked(rng):
    for shape in shapes(rng):
        p = between(rng, 0.1, 0.4)
        mask = (rng.random(shape) >= p).astype(float)
        mask[0, :2] = 0, 1
        yield examples(rng, *shape), mask, p


def layers_and_inputs(rng):
    for n, n_in, n_out in layers(rng):
        yield readable(rng.normal(size=(n_out, n_in + 1)), n), examples(rng, n, n_in)


def inputs_and_score_gradients(rng):
    return [(examples(rng, n, m), examples(rng, n, k)) for n, m, k in layers(rng)]


def networks(rng):
    for n, m, k in layers(rng):
        W = readable(rng.normal(size=(k, m + 1)), n)
        yield examples(rng, n, m), W, weights(rng, n, k)


def losses_and_batches(rng):
    for n, size in (2, 3), (4, 2), (5, 2), (7, 3), (10, 4), (12, 5), (20, 7):
        yield readable(rng.uniform(0.1, 4, n), n), size


def grids(rng):
    return [(vector(rng, n), between(rng, 0.1, 0.9)) for n in (3, 4, 5, 8, 13, 20)]


def polynomials(rng):
    for n in (3, 4, 5, 6, 8, 9):
        yield rng.uniform(0.5, 3, n).round(1), between(rng, 0.2, 1.5)


def layer_sizes(rng):
    return (2, 1), (1, 4), (3, 2), (10, 5), (64, 32), (100, 10), (784, 256)


def values_and_widths(rng):
    return [(vector(rng, n), k) for n, k in ((2, 2), (4, 3), (5, 2), (9, 4), (14, 5), (20, 3))]


# --- the exercises -----------------------------------------------------------------------------


def exercise(reference, inputs):
    part = Part(title="answers", points=1.0, inputs=inputs)
    return Exercise(key=f"elsewhere/{reference.__name__}", reference=reference, parts=(part,))


EXERCISES = {
    found.name: found
    for found in (
        exercise(softmax, score_tables),
        exercise(log_softmax, score_tables),
        exercise(cross_entropy, probabilities_and_classes),
        exercise(cross_entropy_gradient, scores_and_classes),
        exercise(hinge_loss, scores_and_signs),
        exercise(squared_error, pairs_of_tables),
        exercise(relu, tables_with_zeros),
        exercise(relu_derivative, tables_with_zeros),
        exercise(leaky_relu, tables_and_slopes),
        exercise(tanh_derivative, tables),
        exercise(perceptron_step, perceptrons),
        exercise(append_ones, tables),
        exercise(one_hot, classes_to_code),
        exercise(accuracy, scores_and_likely_classes),
        exercise(confusion_matrix, true_and_predicted),
        exercise(standardise, columns_that_vary),
        exercise(l2_penalty, layers_and_strengths),
        exercise(l1_penalty_gradient, layers_and_strengths),
        exercise(weight_decay_step, decaying),
        exercise(momentum_step, with_momentum),
        exercise(nesterov_step, bowls),
        exercise(adagrad_step, adaptive),
        exercise(rmsprop_step, forgetful),
        exercise(adam_step, adams),
        exercise(step_decay, schedules),
        exercise(stopping_epoch, curves),
        exercise(dropout, masked),
        exercise(layer_matmul, layers_and_inputs),
        exercise(weight_gradient, inputs_and_score_gradients),
        exercise(two_layer_output, networks),
        exercise(batch_means, losses_and_batches),
        exercise(central_difference, grids),
        exercise(newton_step, polynomials),
        exercise(glorot_bound, layer_sizes),
        exercise(moving_average, values_and_widths),
    )
}
