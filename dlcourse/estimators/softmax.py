r"""Softmax regression as an estimator: :math:`P(Y=k|x) = \exp(s_k) / \sum_j \exp(s_j)`.

:func:`dlcourse.linear.fit_softmax` does the work.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.estimators._base import LinearClassifier
from dlcourse.linear import fit_softmax, scores


class SoftmaxRegression(LinearClassifier):
    r"""One model on all classes, fitted jointly.

    Minimises the mean cross-entropy plus :math:`\lambda \lVert W \rVert^2`, biases excluded.

    Parameters
    ----------
    weight_penalty : float
        :math:`\lambda \ge 0`; scikit-learn's ``C`` is :math:`1/(2 n \lambda)`. The default is
        small but not 0: where lines separate the classes, :math:`\lambda = 0` has no minimum.

    Attributes
    ----------
    weights_ : ndarray of shape (K, N0 + 1)
        Bias first. ``coef_`` and ``intercept_`` are the same numbers in scikit-learn's shapes.
    classes_, n_features_in_, feature_names_in_
        See scikit-learn's glossary.

    Examples
    --------
    >>> model = SoftmaxRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 2])
    >>> model.predict([[-1.0], [5.0]])
    array([0, 2])
    """

    def __init__(self, weight_penalty: float = 1e-4) -> None:
        self.weight_penalty = weight_penalty

    def _learn(self, X: FloatArray, y: NDArray[np.intp], n_classes: int) -> None:
        self.weights_ = fit_softmax(X, y, n_classes, weight_penalty=self.weight_penalty)

    def _scores(self, X: FloatArray) -> FloatArray:
        return scores(X, self.weights_)
