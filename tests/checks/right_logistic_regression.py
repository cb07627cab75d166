"""Right answers to the assignment's exercises, each written as a different student would.

All of them must get full marks: they are what keeps a check from being stricter than its task.
"""

import math

import numpy as np

# --- scores ---


def scores_split(X, w):
    return X @ w[1:] + w[0]


def scores_ones_column(X, w):
    return np.hstack([np.ones((len(X), 1)), X]) @ w


def scores_einsum(X, w):
    return np.einsum("ij,j->i", X, w[1:]) + w[0]


def scores_loops(X, w):
    answer = np.zeros(len(X))
    for i in range(len(X)):
        answer[i] = w[0]
        for j in range(X.shape[1]):
            answer[i] += w[j + 1] * X[i, j]
    return answer


def scores_comprehension(X, w):
    return np.array([sum(a * b for a, b in zip(x, w[1:], strict=True)) + w[0] for x in X])


def scores_backwards(X, w):
    return w[0] + (w[:0:-1] * X[:, ::-1]).sum(1)


def scores_single(X, w):
    return (X.astype(np.float32) @ w[1:].astype(np.float32) + np.float32(w[0])).astype(np.float32)


# --- sigmoid ---


def sigmoid_formula(S):
    return 1 / (1 + np.exp(-S))  # warns of an overflow at -1000, and is right there


def sigmoid_stable(S):
    small = np.exp(-np.abs(S))
    return np.where(S >= 0, 1, small) / (1 + small)


def sigmoid_tanh(S):
    return (np.tanh(S / 2) + 1) / 2


def sigmoid_masks(S):
    P = np.empty(S.shape, dtype=float)
    positive = S >= 0
    P[positive] = 1 / (1 + np.exp(-S[positive]))
    e = np.exp(S[~positive])
    P[~positive] = e / (1 + e)
    return P


def sigmoid_loop(S):
    P = np.zeros(S.shape)
    for index, s in np.ndenumerate(S):
        P[index] = 1 / (1 + math.exp(-s)) if s > 0 else 1 - 1 / (1 + math.exp(s))
    return P


def sigmoid_clipped_score(S):
    return 1 / (1 + np.exp(-np.clip(S, -500, 500)))


def sigmoid_logaddexp(S):
    return np.exp(-np.logaddexp(0, -S))


# --- binary_cross_entropy ---


def loss_logaddexp(scores, y):
    return np.mean(np.logaddexp(0, scores) - y * scores)


def loss_margins(scores, y):
    return np.logaddexp(0, -(2 * y - 1) * scores).mean()


def loss_two_terms(scores, y):
    return float(np.sum(y * np.logaddexp(0, -scores) + (1 - y) * np.logaddexp(0, scores)) / len(y))


def loss_loop(scores, y):
    total = 0.0
    for s, label in zip(scores, y, strict=True):
        a = -s if label == 1 else s
        total += max(a, 0) + math.log1p(math.exp(-abs(a)))
    return total / len(scores)


def loss_max_trick(scores, y):
    return np.mean(np.maximum(scores, 0) - scores * y + np.log1p(np.exp(-np.abs(scores))))


def loss_by_class(scores, y):
    ones, zeros = scores[y == 1], scores[y == 0]
    return (np.logaddexp(0, -ones).sum() + np.logaddexp(0, zeros).sum()) / y.size


def loss_single(scores, y):
    s, t = scores.astype(np.float32), y.astype(np.float32)
    return np.mean(np.logaddexp(np.float32(0), s) - t * s)


# --- logistic_gradient ---


def gradient_split(X, y, w):
    error = sigmoid_stable(X @ w[1:] + w[0]) - y
    return np.concatenate([[error.mean()], X.T @ error / len(X)])


def gradient_ones_column(X, y, w):
    Z = np.column_stack([np.ones(len(X)), X])
    return Z.T @ (sigmoid_formula(Z @ w) - y) / len(y)


def gradient_einsum(X, y, w):
    Z = np.insert(X.astype(float), 0, 1, axis=1)
    return np.einsum("i,ij->j", sigmoid_stable(Z @ w) - y, Z) / X.shape[0]


def gradient_loops(X, y, w):
    answer = np.zeros(len(w))
    for x, label in zip(X, y, strict=True):
        error = 1 / (1 + math.exp(-(w[0] + sum(w[1:] * x)))) - label
        answer[0] += error
        for j in range(len(x)):
            answer[j + 1] += error * x[j]
    answer /= len(X)
    return answer


def gradient_mean_of_rows(X, y, w):
    error = sigmoid_tanh(scores_split(X, w)) - y
    return np.mean(error[:, None] * np.c_[np.ones(len(X)), X], axis=0)


def gradient_minus_outside(X, y, w):
    Z = np.c_[np.ones(len(X)), X]
    return -((y - sigmoid_stable(Z @ w)) @ Z) / len(X)


def gradient_nudged(X, y, w):
    answer = np.empty(len(w))
    for j in range(len(w)):
        nudge = np.zeros(len(w))
        nudge[j] = 1e-5
        up = loss_logaddexp(scores_split(X.astype(float), w + nudge), y)
        down = loss_logaddexp(scores_split(X.astype(float), w - nudge), y)
        answer[j] = (up - down) / 2e-5
    return answer


# --- descend ---


def descend_loop(X, y, w, learning_rate, steps):
    for _ in range(steps):
        w = w - learning_rate * gradient_split(X, y, w)
    return w


def descend_copy_in_place(X, y, w, learning_rate, steps):
    w = w.copy()
    for _ in range(steps):
        w -= learning_rate * gradient_ones_column(X, y, w)
    return w


def descend_while(X, y, w, eta, k):
    while k > 0:
        w, k = w + eta * -gradient_loops(X, y, w), k - 1
    return w


def descend_recursive(X, y, w, learning_rate, steps):
    if steps == 0:
        return w
    w = w - learning_rate * gradient_einsum(X, y, w)
    return descend_recursive(X, y, w, learning_rate, steps - 1)


def descend_ones_column_once(X, y, w, learning_rate, steps):
    Z = np.column_stack([np.ones(len(X)), X])
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - learning_rate / len(X) * ((sigmoid_stable(Z @ path[-1]) - y) @ Z))
    return path[-1]


RIGHT = {
    "scores": [
        scores_split,
        scores_ones_column,
        scores_einsum,
        scores_loops,
        scores_comprehension,
        scores_backwards,
        scores_single,
    ],
    "sigmoid": [
        sigmoid_formula,
        sigmoid_stable,
        sigmoid_tanh,
        sigmoid_masks,
        sigmoid_loop,
        sigmoid_clipped_score,
        sigmoid_logaddexp,
    ],
    "binary_cross_entropy": [
        loss_logaddexp,
        loss_margins,
        loss_two_terms,
        loss_loop,
        loss_max_trick,
        loss_by_class,
        loss_single,
    ],
    "logistic_gradient": [
        gradient_split,
        gradient_ones_column,
        gradient_einsum,
        gradient_loops,
        gradient_mean_of_rows,
        gradient_minus_outside,
        gradient_nudged,
    ],
    "descend": [
        descend_loop,
        descend_copy_in_place,
        descend_while,
        descend_recursive,
        descend_ones_column_once,
    ],
}
