r"""The forward pass, layer after layer: :math:`S^l = W^l X^{l-1}`, :math:`X^l = \tanh S^l`."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.activations import sigmoid
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, kinds
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.features import append_ones
from dlcourse.network import layer_matmul, network_from_weights, predict_scores


def forward_pass(W1: FloatArray, W2: FloatArray, W3: FloatArray, X: FloatArray) -> FloatArray:
    """Compute the scores of the last of three layers."""
    return predict_scores(network_from_weights([W1, W2, W3], "tanh"), X)


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw networks, in two of which all layers have one width, so that any matrices fit."""
    widths = rng.integers(3, 7, 4)
    for n, sizes in ((2, (2, 2, 2, 2)), (3, (2, 4, 3, 1)), (5, (3, 3, 3, 3)), (25, tuple(widths))):
        W = [examples(rng, n_out, n_in + 1) / 2 for n_in, n_out in pairwise(sizes)]
        yield *W, examples(rng, n, int(sizes[0])) / 2


def hidden(W: FloatArray, X: FloatArray) -> FloatArray:
    """Compute the outputs of a layer."""
    return np.tanh(layer_matmul(W, X))


def moved(W: FloatArray) -> FloatArray:
    """Take the biases of a layer from the last column, as ones at the end do."""
    return np.roll(W, 1, axis=1)


EXERCISE = Exercise(
    key="xor_to_depth/forward_pass",
    reference=forward_pass,
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
                ),
                "the example at the origin": (
                    array([[0.5, 1.0, -1.0], [-1.0, 0.5, 2.0]]),
                    array([[0.5, 1.0, 1.0]]),
                    array([[0.0, 2.0], [1.0, -1.0]]),
                    array([[0.0, 0.0]]),
                ),
                "inputs that are integers": (
                    array([[0.5, 0.5, 0.0], [0.0, -0.5, 0.25]]),
                    array([[0.5, 1.0, 1.0], [0.0, 1.0, -1.0]]),
                    array([[0.25, 1.0, 2.0]]),
                    np.array([[1, 2], [3, -4]]),
                ),
                "single precision": kinds(
                    array([[0, 1, 0], [1, 0, -1]]),
                    array([[0, 1, 1], [1, 1, -1]]),
                    array([[1, 1, 2]]),
                    array([[1, 0], [0, 1]]),
                )["single precision"],
            },
            hint="Stop after the first layer and look: what shape has what it says, and is it "
            "between -1 and 1? Then the second.",
        ),
    ),
    misconceptions=(
        Misconception(
            "tanh after the last layer",
            lambda W1, W2, W3, X: np.tanh(forward_pass(W1, W2, W3, X)),
            "You apply tanh after the last layer, too. The network stops at its last scores; what "
            "is made of them is the loss's business.",
        ),
        Misconception(
            "sigmoid after the last layer",
            lambda W1, W2, W3, X: sigmoid(forward_pass(W1, W2, W3, X)),
            "These are probabilities. The network stops at its last scores; the sigmoid after them "
            "belongs to the loss.",
        ),
        Misconception(
            "sigmoid in the hidden layers",
            lambda W1, W2, W3, X: layer_matmul(
                W3, sigmoid(layer_matmul(W2, sigmoid(layer_matmul(W1, X))))
            ),
            "Your hidden layers have the sigmoid, from 0 to 1. Those of this network have tanh, "
            "from -1 to 1.",
        ),
        Misconception(
            "ReLU in the hidden layers",
            lambda W1, W2, W3, X: predict_scores(network_from_weights([W1, W2, W3], "relu"), X),
            "Your hidden layers have ReLU: negative scores become 0. Those of this network have "
            "tanh, from -1 to 1.",
        ),
        Misconception(
            "no tanh at all",
            lambda W1, W2, W3, X: layer_matmul(W3, layer_matmul(W2, layer_matmul(W1, X))),
            "There is no non-linear function between your layers, so three of them are worth one: "
            "a product of matrices is a matrix.",
        ),
        Misconception(
            "no tanh after the first layer",
            lambda W1, W2, W3, X: layer_matmul(W3, hidden(W2, layer_matmul(W1, X))),
            "The first layer hands on its scores. A hidden layer hands on what its non-linear "
            "function makes of them.",
        ),
        Misconception(
            "no tanh after the second layer",
            lambda W1, W2, W3, X: layer_matmul(W3, layer_matmul(W2, hidden(W1, X))),
            "The second layer hands on its scores. A hidden layer hands on what its non-linear "
            "function makes of them.",
        ),
        Misconception(
            "tanh of the input",
            lambda W1, W2, W3, X: forward_pass(W1, W2, W3, np.tanh(X)),
            "You apply tanh to the input before the first layer. The input goes in as it is.",
        ),
        Misconception(
            "biases of the first layer only",
            lambda W1, W2, W3, X: np.tanh(hidden(W1, X) @ W2[:, 1:].T) @ W3[:, 1:].T,
            "Only your first layer has biases. Each layer needs a column of ones in front of what "
            "it reads.",
        ),
        Misconception(
            "biases at the end",
            lambda W1, W2, W3, X: forward_pass(moved(W1), moved(W2), moved(W3), X),
            "The bias of a unit is the first entry of its row, so the ones must stand in front. "
            "Yours stand at the end, and every weight meets its neighbour's input.",
        ),
        Misconception(
            "bias outside the tanh",
            lambda W1, W2, W3, X: layer_matmul(
                W3,
                np.tanh((np.tanh(X @ W1[:, 1:].T) + W1[:, 0]) @ W2[:, 1:].T) + W2[:, 0],
            ),
            "You add the biases of the hidden layers after tanh. They belong to the weighted sum, "
            "and tanh comes last.",
        ),
        Misconception(
            "no biases",
            lambda W1, W2, W3, X: np.tanh(np.tanh(X @ W1[:, 1:].T) @ W2[:, 1:].T) @ W3[:, 1:].T,
            "Your layers have no biases: at the origin such a network says 0, whatever its weights "
            "are.",
        ),
        Misconception(
            "stopped one layer early",
            lambda W1, W2, W3, X: hidden(W2, hidden(W1, X)),
            "This is what the second layer says. The third one is still to come.",
        ),
        Misconception(
            "tanh of half the score",
            lambda W1, W2, W3, X: layer_matmul(
                W3, np.tanh(layer_matmul(W2, np.tanh(layer_matmul(W1, X) / 2)) / 2)
            ),
            "2 sigmoid(s) - 1 is the tanh of *half* the score. What must go into the sigmoid to "
            "make it tanh(s)?",
        ),
        Misconception(
            "tanh of the ones",
            lambda W1, W2, W3, X: (
                np.tanh(append_ones(np.tanh(append_ones(layer_matmul(W1, X))) @ W2.T)) @ W3.T
            ),
            "The ones go through tanh with the scores, and come out as 0.76. They are put in front "
            "of what a layer *says*, after tanh.",
        ),
        Misconception(
            "ones behind what a layer says",
            lambda W1, W2, W3, X: layer_matmul(moved(W3), hidden(moved(W2), hidden(W1, X))),
            "From the second layer on your ones stand behind the other inputs. The bias is the "
            "first entry of each row of W, so they belong in front.",
        ),
        Misconception(
            "units down, examples across",
            lambda W1, W2, W3, X: forward_pass(W1, W2, W3, X).T,
            "The numbers are right, but the table lies on its side. Rows are examples, in X as in "
            "the answer.",
        ),
        Misconception(
            "tanh before a layer instead of after it",
            lambda W1, W2, W3, X: layer_matmul(W3, layer_matmul(W2, hidden(W1, np.tanh(X)))),
            "You apply tanh to what a layer reads, the input among it, and the second layer hands "
            "on its scores. It belongs to what a hidden layer says.",
        ),
    ),
    remark="A network is one composed function of its input.",
)

ANSWERS = Answers(
    right=variants("""
## layer by layer
def forward_pass(W1, W2, W3, X):
    X1 = np.tanh(layer(W1, X))
    X2 = np.tanh(layer(W2, X1))
    return layer(W3, X2)
## composed
def forward_pass(W1, W2, W3, X):
    return layer(W3, np.tanh(layer(W2, np.tanh(layer(W1, X)))))
## loop
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(layer(W, X))
    return layer(W3, X)
## loop with the last layer in it
def forward_pass(W1, W2, W3, X):
    weights = [W1, W2, W3]
    for l, W in enumerate(weights):
        S = append_ones(X) @ W.T
        X = np.tanh(S) if l < len(weights) - 1 else S
    return X
## biases apart
def forward_pass(W1, W2, W3, X):
    H = np.tanh(X @ W1[:, 1:].T + W1[:, 0])
    H = np.tanh(H @ W2[:, 1:].T + W2[:, 0])
    return H @ W3[:, 1:].T + W3[:, 0]
## ones in front
def forward_pass(W1, W2, W3, X):
    ones = np.ones((len(X), 1))
    X1 = np.tanh(np.hstack([ones, X]) @ W1.T)
    X2 = np.tanh(np.hstack([ones, X1]) @ W2.T)
    return np.hstack([ones, X2]) @ W3.T
## as in the lecture
def forward_pass(W1, W2, W3, X):
    ones = np.ones(len(X))
    A = np.vstack([ones, X.T])
    A = np.vstack([ones, np.tanh(W1 @ A)])
    A = np.vstack([ones, np.tanh(W2 @ A)])
    return (W3 @ A).T
## example by example
def forward_pass(W1, W2, W3, X):
    said = []
    for x in X:
        h = np.tanh(W1 @ np.append(1, x))
        h = np.tanh(W2 @ np.append(1, h))
        said.append(W3 @ np.append(1, h))
    return np.array(said)
## recursive
def forward_pass(W1, W2, W3, X):
    def up_to(weights):
        if not weights:
            return X
        below = up_to(weights[:-1])
        return np.tanh(layer(weights[-1], below))
    return layer(W3, up_to([W1, W2]))
## exponentials
def forward_pass(W1, W2, W3, X):
    squash = lambda S: (np.exp(S) - np.exp(-S)) / (np.exp(S) + np.exp(-S))
    return layer(W3, squash(layer(W2, squash(layer(W1, X)))))
## stretched sigmoid
def forward_pass(W1, W2, W3, X):
    squash = lambda S: 2 / (1 + np.exp(-2 * S)) - 1
    return layer(W3, squash(layer(W2, squash(layer(W1, X)))))
## einsum
def forward_pass(W1, W2, W3, X):
    Z = np.einsum("ij,kj->ik", append_ones(X), W1)
    Z = np.einsum("ij,kj->ik", append_ones(np.tanh(Z)), W2)
    return np.einsum("ij,kj->ik", append_ones(np.tanh(Z)), W3)
## lambda
forward_pass = lambda W1, W2, W3, X: layer(W3, np.tanh(layer(W2, np.tanh(layer(W1, X)))))
## helper: a hidden layer
def forward_pass(W1, W2, W3, X):
    return append_ones(squeezed(squeezed(X, W1), W2)) @ W3.T
## type hints
def forward_pass(W1: np.ndarray, W2: np.ndarray, W3: np.ndarray, X: np.ndarray) -> np.ndarray:
    '''The scores of the last layer.'''
    H: np.ndarray = X
    for W in [W1, W2]:
        H = np.tanh(np.dot(H, W[:, 1:].T) + W[:, 0])
    return np.dot(H, W3[:, 1:].T) + W3[:, 0]
"""),
    wrong=variants("""
## tanh after the last layer
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2, W3):
        X = np.tanh(layer(W, X))
    return X
## sigmoid after the last layer
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(layer(W, X))
    return 1 / (1 + np.exp(-layer(W3, X)))
## sigmoid in the hidden layers
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = 1 / (1 + np.exp(-layer(W, X)))
    return layer(W3, X)
## ReLU in the hidden layers
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.maximum(0, layer(W, X))
    return layer(W3, X)
## no tanh at all
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2, W3):
        X = layer(W, X)
    return X
## no tanh after the first layer
def forward_pass(W1, W2, W3, X):
    return layer(W3, np.tanh(layer(W2, layer(W1, X))))
## no tanh after the second layer
def forward_pass(W1, W2, W3, X):
    return layer(W3, layer(W2, np.tanh(layer(W1, X))))
## tanh of the input
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2, W3):
        X = layer(W, np.tanh(X))
    return X
## biases of the first layer only
def forward_pass(W1, W2, W3, X):
    H = np.tanh(append_ones(X) @ W1.T)
    return np.tanh(H @ W2[:, 1:].T) @ W3[:, 1:].T
## no biases
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(X @ W[:, 1:].T)
    return X @ W3[:, 1:].T
## stopped one layer early
def forward_pass(W1, W2, W3, X):
    return np.tanh(layer(W2, np.tanh(layer(W1, X))))
## units down, examples across
def forward_pass(W1, W2, W3, X):
    X = np.tanh(layer(W1, X))
    return W3 @ append_ones(np.tanh(layer(W2, X))).T
## biases at the end
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(np.column_stack([X, np.ones(len(X))]) @ W.T)
    return np.column_stack([X, np.ones(len(X))]) @ W3.T
## the last layer alone
def forward_pass(W1, W2, W3, X):
    return layer(W3, X[:, :1] + np.zeros(W3.shape[1] - 1))
## the second layer left out
def forward_pass(W1, W2, W3, X):
    return layer(W3, np.tanh(layer(W1, X))[:, :1] + np.zeros(W3.shape[1] - 1))
## all scores
def forward_pass(W1, W2, W3, X):
    S1 = layer(W1, X)
    S2 = layer(W2, np.tanh(S1))
    return np.hstack([S1, S2, layer(W3, np.tanh(S2))])
## bias outside the tanh
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(X @ W[:, 1:].T) + W[:, 0]
    return X @ W3[:, 1:].T + W3[:, 0]
## first unit of the last layer
def forward_pass(W1, W2, W3, X):
    for W in (W1, W2):
        X = np.tanh(layer(W, X))
    return layer(W3, X)[:, 0]
"""),
    helpers=variants("""
## squeezed
def squeezed(X, W):
    return np.tanh(append_ones(X) @ W.T)
"""),
)
