"""Two linear layers, biases included, as one matrix."""

from collections.abc import Iterable

import numpy as np

from dlcourse._validation import FloatArray
from dlcourse.checks.answers import Answers, variants
from dlcourse.checks.drawing import array, examples, single
from dlcourse.checks.spec import Arguments, Exercise, Misconception, Part
from dlcourse.landscape import collapse
from dlcourse.network import network_from_weights


def one_matrix(W1: FloatArray, W2: FloatArray) -> FloatArray:
    """Collapse two layers without a non-linearity into one, bias in column 0."""
    return collapse(network_from_weights([W1, W2], "identity"))


def weights_alone(W1: FloatArray, W2: FloatArray) -> FloatArray:
    """Multiply the weights, without any bias."""
    return W2[:, 1:] @ W1[:, 1:]


def with_bias(bias: FloatArray, W1: FloatArray, W2: FloatArray) -> FloatArray:
    """Put a bias before the product of the weights."""
    return np.column_stack([bias, weights_alone(W1, W2)])


def bias_read_last(W1: FloatArray, W2: FloatArray) -> FloatArray:
    """Take the last column of each layer for its biases."""
    return one_matrix(np.roll(W1, 1, axis=1), np.roll(W2, 1, axis=1))


def draw(rng: np.random.Generator) -> Iterable[Arguments]:
    """Draw two layers: inputs, hidden units, outputs; square ones are among them."""
    for inputs, hidden, outputs in (
        (1, 2, 1),
        (3, 2, 2),
        (3, 3, 3),
        (2, 5, 3),
        (4, 1, 3),
        (6, 4, 2),
    ):
        yield examples(rng, hidden, inputs + 1), examples(rng, outputs, hidden + 1)


EXERCISE = Exercise(
    key="landscape/one_matrix",
    reference=one_matrix,
    parts=(
        Part(
            points=3,
            inputs=draw,
            edge_cases={
                "one unit each": (array([[1, 2]]), array([[3, 4]])),
                "biases alone": (array([[1, 0], [2, 0]]), array([[5, 1, -1]])),
                "single precision": (single([[1, 2, 0], [0, -1, 1]]), single([[2, 1, 3]])),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            "biases added",
            lambda W1, W2: with_bias(W2[:, 0] + W1[:, 0].sum(), W1, W2),
            "You add the lower biases as they are. But they pass through the upper weights, "
            "as everything does that the lower layer says.",
            "What does the upper layer make of a lower bias?",
        ),
        Misconception(
            "lower biases left out",
            lambda W1, W2: with_bias(W2[:, 0], W1, W2),
            "The lower biases are lost on the way.",
            "What does the network say for an input of zeros?",
        ),
        Misconception(
            "upper biases left out",
            lambda W1, W2: with_bias(W2[:, 1:] @ W1[:, 0], W1, W2),
            "The upper biases are missing.",
            "What does the network say for an input of zeros?",
        ),
        Misconception(
            "no biases",
            lambda W1, W2: with_bias(np.zeros(len(W2)), W1, W2),
            "The weights are right, and all biases are gone.",
            "What does the network say for an input of zeros?",
        ),
        Misconception(
            "weights alone",
            weights_alone,
            "Your matrix has no column for the biases.",
            "What does the network say for an input of zeros?",
        ),
        Misconception(
            "bias last",
            lambda W1, W2: np.roll(one_matrix(W1, W2), -1, axis=1),
            "Your biases stand in the last column; in this course they stand in column 0.",
        ),
        Misconception(
            "biases read from the last column",
            bias_read_last,
            "You take the last column of `W1` and `W2` for the biases.",
            "In which column do the biases of a layer stand in this course?",
        ),
        Misconception(
            "on its side",
            lambda W1, W2: one_matrix(W1, W2).T,
            "Your matrix lies on its side: a row belongs to an output.",
            "Which shape does a layer have that leads from the inputs to the outputs?",
        ),
        Misconception(
            "a bent layer between",
            lambda W1, W2: with_bias(W2[:, 0] + W2[:, 1:] @ np.tanh(W1[:, 0]), W1, W2),
            "There is a non-linearity on your lower biases. With one there would be no such "
            "matrix.",
        ),
        Misconception(
            "upper bias to all inputs",
            lambda W1, W2: W2[:, 1:] @ W1 + W2[:, :1],
            "You add the upper bias in every column. It belongs to column 0 alone.",
            "Which column of a layer is multiplied by the one, and which by inputs?",
        ),
    ),
    words={"columns of the answer": "inputs, the bias first", "rows of the answer": "outputs"},
    remark="Ten layers or a hundred: without a bend between them it is always one.",
)

ANSWERS = Answers(
    right=variants("""
## bias and weights
def one_matrix(W1, W2):
    weights = W2[:, 1:] @ W1[:, 1:]
    bias = W2[:, 0] + W2[:, 1:] @ W1[:, 0]
    return np.column_stack([bias, weights])
## a row that passes the one on
def one_matrix(W1, W2):
    first = np.zeros((1, W1.shape[1]))
    first[0, 0] = 1
    return W2 @ np.vstack([first, W1])
## bias added afterwards
def one_matrix(W1, W2):
    W = (W2[:, 1:] @ W1).astype(float)
    W[:, 0] += W2[:, 0]
    return W
## asked for its answers
def one_matrix(W1, W2):
    inputs = W1.shape[1] - 1
    probe = np.vstack([np.zeros(inputs), np.eye(inputs)])
    hidden = probe @ W1[:, 1:].T + W1[:, 0]
    outputs = hidden @ W2[:, 1:].T + W2[:, 0]
    bias = outputs[0]
    return np.column_stack([bias, (outputs[1:] - bias).T])
## path by path (slow)
def one_matrix(W1, W2):
    W = np.zeros((len(W2), W1.shape[1]))
    for k in range(W.shape[0]):
        W[k, 0] = W2[k, 0]
        for i in range(W.shape[1]):
            for j in range(len(W1)):
                W[k, i] += W2[k, j + 1] * W1[j, i]
    return W
## hidden unit by hidden unit
def one_matrix(W1, W2):
    W = np.zeros((len(W2), W1.shape[1]))
    W[:, 0] = W2[:, 0]
    for j in range(len(W1)):
        W += np.outer(W2[:, j + 1], W1[j])
    return W
## output by output
def one_matrix(W1, W2):
    rows = []
    for w in W2:
        row = w[1:] @ W1
        rows.append(np.concatenate([[row[0] + w[0]], row[1:]]))
    return np.array(rows)
## squares
def one_matrix(W1, W2):
    def square(W):
        first = np.eye(1, W.shape[1])
        return np.concatenate([first, W])
    return (square(W2) @ square(W1))[1:]
## einsum
def one_matrix(W1, W2):
    W = np.einsum("kj,ji->ki", W2[:, 1:], W1)
    shift = np.zeros(W.shape)
    shift[:, 0] = W2[:, 0]
    return W + shift
## hstack
def one_matrix(W1, W2):
    b1, V1 = W1[:, :1], W1[:, 1:]
    b2, V2 = W2[:, :1], W2[:, 1:]
    return np.hstack([V2 @ b1 + b2, V2 @ V1])
## transposed
def one_matrix(W1, W2):
    W = (W1.T @ W2[:, 1:].T).T
    return np.c_[W[:, 0] + W2[:, 0], W[:, 1:]]
## insert
def one_matrix(W1, W2):
    V2 = np.delete(W2, 0, axis=1)
    weights = np.dot(V2, np.delete(W1, 0, axis=1))
    bias = np.dot(V2, W1[:, 0]) + W2[:, 0]
    return np.insert(weights.astype(float), 0, bias, axis=1)
## lambda
one_on_top = lambda W: np.vstack([np.eye(1, W.shape[1]), W])
one_matrix = lambda W1, W2: W2 @ one_on_top(W1)
## type hints
def one_matrix(W1: np.ndarray, W2: np.ndarray) -> np.ndarray:
    '''Column 0 is the bias.'''
    W: np.ndarray = np.matmul(W2[:, 1:], W1)
    shift: np.ndarray = np.outer(W2[:, 0], np.eye(1, W1.shape[1])[0])
    return np.add(W, shift)
## helper
def one_matrix(W1, W2):
    zero = np.zeros((1, W1.shape[1] - 1))
    bias = both_layers(zero, W1, W2)[0]
    steps = both_layers(np.eye(W1.shape[1] - 1), W1, W2) - bias
    return np.column_stack([bias, steps.T])
"""),
    wrong=variants("""
## biases added
def one_matrix(W1, W2):
    bias = W2[:, 0] + W1[:, 0].sum()
    return np.column_stack([bias, W2[:, 1:] @ W1[:, 1:]])
## lower biases left out
def one_matrix(W1, W2):
    return np.column_stack([W2[:, 0], W2[:, 1:] @ W1[:, 1:]])
## upper biases left out
def one_matrix(W1, W2):
    return W2[:, 1:] @ W1
## no biases
def one_matrix(W1, W2):
    return np.column_stack([np.zeros(len(W2)), W2[:, 1:] @ W1[:, 1:]])
## weights alone
def one_matrix(W1, W2):
    return W2[:, 1:] @ W1[:, 1:]
## bias last
def one_matrix(W1, W2):
    bias = W2[:, 0] + W2[:, 1:] @ W1[:, 0]
    return np.column_stack([W2[:, 1:] @ W1[:, 1:], bias])
## biases read from the last column
def one_matrix(W1, W2):
    bias = W2[:, :-1] @ W1[:, -1] + W2[:, -1]
    return np.column_stack([bias, W2[:, :-1] @ W1[:, :-1]])
## on its side
def one_matrix(W1, W2):
    bias = W2[:, 0] + W2[:, 1:] @ W1[:, 0]
    return np.column_stack([bias, W2[:, 1:] @ W1[:, 1:]]).T
## a row of ones
def one_matrix(W1, W2):
    return W2 @ np.vstack([np.ones(W1.shape[1]), W1])
## layers swapped
def one_matrix(W1, W2):
    return W1[:, 1:] @ W2
## multiplied as they are
def one_matrix(W1, W2):
    return W2 @ W1
## upper bias subtracted
def one_matrix(W1, W2):
    W = W2[:, 1:] @ W1
    W[:, 0] -= W2[:, 0]
    return W
## upper bias to all inputs
def one_matrix(W1, W2):
    return W2[:, 1:] @ W1 + W2[:, :1]
## a bent layer between
def one_matrix(W1, W2):
    bias = W2[:, 0] + W2[:, 1:] @ np.tanh(W1[:, 0])
    return np.column_stack([bias, W2[:, 1:] @ W1[:, 1:]])

"""),
    helpers=variants("""
## both_layers
def both_layers(X, W1, W2):
    return (X @ W1[:, 1:].T + W1[:, 0]) @ W2[:, 1:].T + W2[:, 0]
"""),
)
