r"""The recursion: gradients of all layers, :math:`l = 3, 2, 1`, from one forward pass."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.backprop import loss_and_gradients
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.network import layer_matmul, network_from_weights


def network_gradient(
    W1: FloatArray, W2: FloatArray, W3: FloatArray, X: FloatArray, Y: FloatArray
) -> FloatArray:
    """Compute the gradients of three layers, one after the other in one vector."""
    network = network_from_weights([W1, W2, W3], "tanh")
    return loss_and_gradients(network, X, Y, "binary_cross_entropy")[1].flat


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw networks, in some of which all layers have one width, so that any matrices fit."""
    widths = tuple(rng.integers(3, 7, 4).tolist())
    for n, sizes in ((2, (2, 2, 2, 2)), (3, (2, 4, 3, 1)), (5, (3, 3, 3, 3)), (25, widths)):
        W = [examples(rng, n_out, n_in + 1) / 2 for n_in, n_out in pairwise(sizes)]
        Y = rng.integers(0, 2, (n, sizes[3])).astype(float)
        yield *W, examples(rng, n, sizes[0]) / 2, Y


def backwards(
    W1: FloatArray,
    W2: FloatArray,
    W3: FloatArray,
    X: FloatArray,
    Y: FloatArray,
    *,
    slopes: tuple[int, int] = (2, 1),
    inputs: tuple[int, int, int] = (2, 1, 0),
    weights: tuple[int, int] = (3, 2),
    top: str = "P - Y",
) -> list[FloatArray]:
    """Compute the gradients of layers 3, 2 and 1 with a slip somewhere."""
    out = [X, np.tanh(layer_matmul(W1, X))]
    out.append(np.tanh(layer_matmul(W2, out[1])))
    P = sigmoid(layer_matmul(W3, out[2]))
    dS = {"P - Y": P - Y, "slope kept": (P - Y) * P * (1 - P), "P": P}[top] / len(X)
    W = [W1, W1, W2, W3]
    found: list[FloatArray] = [dS.T @ append_ones(out[inputs[0]])]
    for where, of, read in zip(slopes, weights, inputs[1:], strict=True):
        dS = dS @ W[of][:, 1:]
        if where >= 0:
            dS = dS * (1 - out[where] ** 2)
        found.append(dS.T @ append_ones(out[read]))
    return found


def flat(matrices: Iterable[FloatArray]) -> FloatArray:
    """Lay matrices out as one vector."""
    return np.concatenate([matrix.ravel() for matrix in matrices])


def no_tanh(*given: FloatArray) -> FloatArray:
    """Leave tanh out on the way up, and the slopes on the way down."""
    W1, W2, W3, X, Y = given
    X1 = layer_matmul(W1, X)
    X2 = layer_matmul(W2, X1)
    dS = (sigmoid(layer_matmul(W3, X2)) - Y) / len(X)
    found = [dS.T @ append_ones(X2)]
    for W, below in ((W3, X1), (W2, X)):
        dS = dS @ W[:, 1:]
        found.append(dS.T @ append_ones(below))
    return flat(found[::-1])


EXERCISE = Exercise(
    key="backpropagation/network_gradient",
    reference=network_gradient,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one unit in each layer": (
                    array([[0.5, 1.0]]),
                    array([[-0.5, 2.0]]),
                    array([[1.0, 3.0]]),
                    array([[0.5]]),
                    array([[1.0]]),
                ),
                "inputs that are integers": (
                    array([[0.5, 0.5, 0.0], [0.0, -0.5, 0.25]]),
                    array([[0.5, 1.0, 1.0], [0.0, 1.0, -1.0]]),
                    array([[0.25, 1.0, 2.0]]),
                    np.array([[1, 2], [3, -4]]),
                    np.array([[1], [0]]),
                ),
                "single precision": kinds(
                    array([[0, 1, 0], [1, 0, -1]]),
                    array([[0, 1, 1], [1, 1, -1]]),
                    array([[1, 1, 2]]),
                    array([[1, 0], [0, 1]]),
                    array([[0], [1]]),
                )["single precision"],
            },
            hint="Check the layers one by one: the gradient of W3 stands last and needs no step "
            "down. Is that one right? Then that of W2.",
        ),
    ),
    misconceptions=(
        Misconception(
            "last layer first",
            lambda *given: flat(backwards(*given)),
            "You put the gradients together as they come, the last layer first. In the answer W1's "
            "stands first.",
        ),
        Misconception(
            "slopes left out",
            lambda *given: flat(backwards(*given, slopes=(-1, -1))[::-1]),
            "Blame comes down along the weights, but no slope is taken on the way. From a unit's "
            "output to its score there is one more factor.",
        ),
        Misconception(
            "slopes in the wrong order",
            lambda *given: flat(backwards(*given, slopes=(1, 2))[::-1]),
            "Each step down takes the slopes of the other hidden layer. Whose scores does the "
            "blame belong to after the first step?",
        ),
        Misconception(
            "slopes of the layer below",
            lambda *given: flat(backwards(*given, slopes=(1, 0))[::-1]),
            "Each step down takes the slopes one layer too low. Blame arrives at a unit's output "
            "and goes on to its own score.",
        ),
        Misconception(
            "a layer's own output as its input",
            lambda *given: flat(backwards(*given, inputs=(2, 2, 1))[::-1]),
            "In the first two layers you multiply blame by what the layer says. A weight is to "
            "blame as much as what came *in* to it.",
        ),
        Misconception(
            "the input to every layer",
            lambda *given: flat(backwards(*given, inputs=(0, 0, 0))[::-1]),
            "Every layer's gradient is taken with the network's input. The layers above the first "
            "read what the layer before them says.",
        ),
        Misconception(
            "a layer's own weights on the way down",
            lambda *given: flat(backwards(*given, weights=(2, 1))[::-1]),
            "On the way down you take the weights one layer too low. Blame comes down through the "
            "weights that lie *above* a unit, those that its output goes into.",
        ),
        Misconception(
            "sum instead of mean",
            lambda *given: network_gradient(*given) * len(given[3]),
            "These are the gradients of the summed loss. The 1/n of the mean is put in once, with "
            "the blame at the output.",
        ),
        Misconception(
            "mean in every layer",
            lambda *given: network_gradient(*given) / len(given[3]),
            "You divide by the number of examples twice: with the blame at the output, and again "
            "with each layer's gradient.",
        ),
        Misconception(
            "sign",
            lambda *given: -network_gradient(*given),
            "Every entry has the wrong sign: the blame at the output is P - Y, not Y - P. The "
            "minus belongs to the step.",
        ),
        Misconception(
            "slope of the output kept",
            lambda *given: flat(backwards(*given, top="slope kept")[::-1]),
            "Your blame at the output has the slope of the sigmoid in it, as for the squared "
            "error. With the cross-entropy it cancels.",
        ),
        Misconception(
            "labels left out",
            lambda *given: flat(backwards(*given, top="P")[::-1]),
            "The labels play no part. Where on the way up and down do they come in?",
        ),
        Misconception(
            "no tanh at all",
            no_tanh,
            "There is no tanh in your hidden layers, neither on the way up nor its slope on the "
            "way down.",
        ),
        Misconception(
            "each matrix on its side",
            lambda *given: flat(matrix.T for matrix in backwards(*given)[::-1]),
            "The numbers are right, but each gradient lies on its side before you lay it out: it "
            "must have the shape of its W, one row for each unit.",
        ),
        Misconception(
            "last layer alone",
            lambda *given: backwards(*given)[0].ravel(),
            "This is the gradient of W3 alone. Those of W1 and W2 stand before it.",
        ),
        Misconception(
            "no entries for the biases",
            lambda *given: flat(matrix[:, 1:] for matrix in backwards(*given)[::-1]),
            "There are no entries for the biases. Each gradient has the shape of its W, and column "
            "0 belongs to them.",
        ),
    ),
    remark="Three functions of yours, called in turn, train networks of any depth.",
)

ANSWERS = Answers(
    right=variants("""
## own functions
def network_gradient(W1, W2, W3, X, Y):
    up = lambda W, X: X @ W[:, 1:].T + W[:, 0]
    X1 = np.tanh(up(W1, X))
    X2 = np.tanh(up(W2, X1))
    dS3 = output_blame(up(W3, X2), Y)
    dS2 = blame_below(W3, dS3, X2)
    dS1 = blame_below(W2, dS2, X1)
    dW = weight_gradient(dS1, X), weight_gradient(dS2, X1), weight_gradient(dS3, X2)
    return np.concatenate([d.ravel() for d in dW])
## loop
def network_gradient(W1, W2, W3, X, Y):
    W, out = [W1, W2, W3], [X]
    for V in W[:2]:
        out.append(np.tanh(out[-1] @ V[:, 1:].T + V[:, 0]))
    dS = output_blame(out[-1] @ W3[:, 1:].T + W3[:, 0], Y)
    found = []
    for l in (2, 1, 0):
        found = [weight_gradient(dS, out[l]).ravel()] + found
        if l > 0:
            dS = blame_below(W[l], dS, out[l])
    return np.concatenate(found)
## written out
def network_gradient(W1, W2, W3, X, Y):
    Z0 = np.column_stack([np.ones(len(X)), X])
    X1 = np.tanh(Z0 @ W1.T)
    Z1 = np.column_stack([np.ones(len(X)), X1])
    X2 = np.tanh(Z1 @ W2.T)
    Z2 = np.column_stack([np.ones(len(X)), X2])
    P = 1 / (1 + np.exp(-Z2 @ W3.T))
    dS3 = (P - Y) / len(X)
    dS2 = dS3 @ W3[:, 1:] * (1 - X2**2)
    dS1 = dS2 @ W2[:, 1:] * (1 - X1**2)
    return np.concatenate([(dS1.T @ Z0).ravel(), (dS2.T @ Z1).ravel(), (dS3.T @ Z2).ravel()])
## example by example
def network_gradient(W1, W2, W3, X, Y):
    dW1, dW2, dW3 = (np.zeros(W.shape) for W in (W1, W2, W3))
    for x, y in zip(X, Y):
        z0 = np.append(1.0, x)
        z1 = np.append(1.0, np.tanh(W1 @ z0))
        z2 = np.append(1.0, np.tanh(W2 @ z1))
        d3 = 1 / (1 + np.exp(-W3 @ z2)) - y
        d2 = (d3 @ W3[:, 1:]) * (1 - z2[1:] ** 2)
        d1 = (d2 @ W2[:, 1:]) * (1 - z1[1:] ** 2)
        dW1 += np.outer(d1, z0)
        dW2 += np.outer(d2, z1)
        dW3 += np.outer(d3, z2)
    return np.concatenate([dW1.ravel(), dW2.ravel(), dW3.ravel()]) / len(X)
## as in the lecture
def network_gradient(W1, W2, W3, X, Y):
    ones = np.ones((1, len(X)))
    A0 = np.vstack([ones, X.T])
    A1 = np.vstack([ones, np.tanh(W1 @ A0)])
    A2 = np.vstack([ones, np.tanh(W2 @ A1)])
    D3 = (1 / (1 + np.exp(-(W3 @ A2))) - Y.T) / len(X)
    D2 = ((W3.T @ D3) * (1 - A2**2))[1:]
    D1 = ((W2.T @ D2) * (1 - A1**2))[1:]
    return np.hstack([(D1 @ A0.T).flatten(), (D2 @ A1.T).flatten(), (D3 @ A2.T).flatten()])
## nudged (slow)
def network_gradient(W1, W2, W3, X, Y):
    shapes = [W1.shape, W2.shape, W3.shape]
    theta = np.concatenate([W.ravel() for W in (W1, W2, W3)]).astype(float)

    def loss(theta):
        A, start = X.astype(float), 0
        for l, shape in enumerate(shapes):
            size = shape[0] * shape[1]
            W = theta[start : start + size].reshape(shape)
            start += size
            S = A @ W[:, 1:].T + W[:, 0]
            A = np.tanh(S)
        return (np.logaddexp(0, S) - Y * S).sum() / len(X)

    g = np.zeros(theta.shape)
    for k in range(len(theta)):
        e = np.zeros(theta.shape)
        e[k] = 1e-5
        g[k] = (loss(theta + e) - loss(theta - e)) / 2e-5
    return g
## recursive
def network_gradient(W1, W2, W3, X, Y):
    def down(weights, X):
        W, rest = weights[0], weights[1:]
        S = X @ W[:, 1:].T + W[:, 0]
        if rest:
            H = np.tanh(S)
            above, dH = down(rest, H)
            dS = dH * (1 - H**2)
        else:
            above, dS = [], (1 / (1 + np.exp(-S)) - Y) / len(X)
        dW = np.column_stack([dS.sum(axis=0), dS.T @ X])
        return [dW.ravel(), *above], dS @ W[:, 1:]
    return np.concatenate(down([W1, W2, W3], X)[0])
## filled from the end
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(X @ W1[:, 1:].T + W1[:, 0])
    X2 = np.tanh(X1 @ W2[:, 1:].T + W2[:, 0])
    g = np.empty(W1.size + W2.size + W3.size)
    dS = output_blame(X2 @ W3[:, 1:].T + W3[:, 0], Y)
    g[W1.size + W2.size :] = weight_gradient(dS, X2).ravel()
    dS = blame_below(W3, dS, X2)
    g[W1.size : W1.size + W2.size] = weight_gradient(dS, X1).ravel()
    dS = blame_below(W2, dS, X1)
    g[: W1.size] = weight_gradient(dS, X).ravel()
    return g
## einsum
def network_gradient(W1, W2, W3, X, Y):
    Z = [np.insert(X.astype(float), 0, 1, axis=1)]
    for W in (W1, W2):
        Z.append(np.insert(np.tanh(np.einsum("ij,kj->ik", Z[-1], W)), 0, 1, axis=1))
    D = [(1 / (1 + np.exp(-np.einsum("ij,kj->ik", Z[2], W3))) - Y) / len(X)]
    for W, z in ((W3, Z[2]), (W2, Z[1])):
        D.append((np.einsum("ik,kj->ij", D[-1], W) * (1 - z**2))[:, 1:])
    return np.concatenate([np.einsum("ik,ij->kj", d, z).ravel() for d, z in zip(D[::-1], Z)])
## mean at the end
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(X @ W1[:, 1:].T + W1[:, 0])
    X2 = np.tanh(X1 @ W2[:, 1:].T + W2[:, 0])
    D3 = 1 / (1 + np.exp(-(X2 @ W3[:, 1:].T + W3[:, 0]))) - Y
    D2 = D3 @ W3[:, 1:] * (1 - X2**2)
    D1 = D2 @ W2[:, 1:] * (1 - X1**2)
    parts = []
    for D, A in ((D1, X), (D2, X1), (D3, X2)):
        parts.append(np.column_stack([D.mean(axis=0), D.T @ A / len(X)]).ravel())
    return np.concatenate(parts)
## stretched sigmoid for tanh
def network_gradient(W1, W2, W3, X, Y):
    sigma = lambda S: 1 / (1 + np.exp(-S))
    up = lambda W, A: np.column_stack([np.ones(len(A)), A]) @ W.T
    X1 = 2 * sigma(2 * up(W1, X)) - 1
    X2 = 2 * sigma(2 * up(W2, X1)) - 1
    D = (sigma(up(W3, X2)) - Y) / len(X)
    parts = [weight_gradient(D, X2)]
    D = blame_below(W3, D, X2)
    parts.insert(0, weight_gradient(D, X1))
    D = blame_below(W2, D, X1)
    parts.insert(0, weight_gradient(D, X))
    return np.hstack([part.reshape(-1) for part in parts])
## type hints
def network_gradient(
    W1: np.ndarray, W2: np.ndarray, W3: np.ndarray, X: np.ndarray, Y: np.ndarray
) -> np.ndarray:
    '''All gradients, W1's first.'''
    X1: np.ndarray = np.tanh(np.dot(X, W1[:, 1:].T) + W1[:, 0])
    X2: np.ndarray = np.tanh(np.dot(X1, W2[:, 1:].T) + W2[:, 0])
    S3: np.ndarray = np.dot(X2, W3[:, 1:].T) + W3[:, 0]
    top: np.ndarray = output_blame(S3, Y)
    middle: np.ndarray = blame_below(W3, top, X2)
    bottom: np.ndarray = blame_below(W2, middle, X1)
    pairs = [(bottom, X), (middle, X1), (top, X2)]
    return np.concatenate([weight_gradient(d, x).ravel() for d, x in pairs])
## helper: a step up
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
"""),
    wrong=variants("""
## last layer first
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D3, X2), (D2, X1), (D1, X))])
## slopes left out
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = D3 @ W3[:, 1:]
    D1 = D2 @ W2[:, 1:]
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## slopes in the wrong order
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = D3 @ W3[:, 1:] * (1 - X1**2)
    D1 = D2 @ W2[:, 1:] * (1 - X2**2)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## slopes of the layer below
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X1)
    D1 = blame_below(W2, D2, X)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## a layer's own output as its input
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    pairs = ((D1, X1), (D2, X2), (D3, X2))
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in pairs])
## the input to every layer
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, X).ravel() for D in (D1, D2, D3)])
## a layer's own weights on the way down
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W2, D3, X2)
    D1 = blame_below(W1, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## sum instead of mean
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = 1 / (1 + np.exp(-step_up(W3, X2))) - Y
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## mean in every layer
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    pairs = ((D1, X), (D2, X1), (D3, X2))
    return np.concatenate([weight_gradient(D, A).ravel() / len(X) for D, A in pairs])
## sign
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = (Y - 1 / (1 + np.exp(-step_up(W3, X2)))) / len(X)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## slope of the output kept
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    P = 1 / (1 + np.exp(-step_up(W3, X2)))
    D3 = output_blame(step_up(W3, X2), Y) * P * (1 - P)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## no tanh at all
def network_gradient(W1, W2, W3, X, Y):
    X1 = step_up(W1, X)
    X2 = step_up(W2, X1)
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = D3 @ W3[:, 1:]
    D1 = D2 @ W2[:, 1:]
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## each matrix on its side
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    pairs = ((D1, X), (D2, X1), (D3, X2))
    return np.concatenate([weight_gradient(D, A).T.ravel() for D, A in pairs])
## last layer alone
def network_gradient(W1, W2, W3, X, Y):
    X2 = np.tanh(step_up(W2, np.tanh(step_up(W1, X))))
    return weight_gradient(output_blame(step_up(W3, X2), Y), X2).ravel()
## no entries for the biases
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([(D1.T @ X).ravel(), (D2.T @ X1).ravel(), (D3.T @ X2).ravel()])
## biases left out on the way up
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(X @ W1[:, 1:].T)
    X2 = np.tanh(X1 @ W2[:, 1:].T)
    D3 = output_blame(X2 @ W3[:, 1:].T, Y)
    D2 = blame_below(W3, D3, X2)
    D1 = blame_below(W2, D2, X1)
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
## a step skipped
def network_gradient(W1, W2, W3, X, Y):
    X1 = np.tanh(step_up(W1, X))
    X2 = np.tanh(step_up(W2, X1))
    D3 = output_blame(step_up(W3, X2), Y)
    D2 = blame_below(W3, D3, X2)
    D1 = D2[:, :1] * np.ones(len(W1))
    return np.concatenate([weight_gradient(D, A).ravel() for D, A in ((D1, X), (D2, X1), (D3, X2))])
"""),
    helpers=variants("""
## step_up
def step_up(W, X):
    return X @ W[:, 1:].T + W[:, 0]
"""),
)
