r"""Logistic regression as an estimator: :math:`P(Y=1|x) = 1/(1+\exp(-(w^T x + w_0)))`.

:func:`dlcourse.linear.fit_logistic` does the work.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlcourse._validation import FloatArray
from dlcourse.estimators._base import LinearClassifier
from dlcourse.linear import fit_logistic, scores


class LogisticRegression(LinearClassifier):
    r"""Two classes, one line (plane, hyperplane) between them.

    Minimises the mean binary cross-entropy plus :math:`\lambda \lVert w \rVert^2`, bias excluded.

    Parameters
    ----------
    weight_penalty : float
        :math:`\lambda \ge 0`; scikit-learn's ``C`` is :math:`1/(2 n \lambda)`. The default is
        small but not 0: where a line separates the classes, :math:`\lambda = 0` has no minimum.

    Attributes
    ----------
    weights_ : ndarray of shape (N0 + 1,)
        Bias first. ``coef_`` and ``intercept_`` are the same numbers in scikit-learn's shapes.
    classes_, n_features_in_, feature_names_in_
        See scikit-learn's glossary.

    Examples
    --------
    >>> model = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], ["low", "low", "up", "up"])
    >>> model.predict([[-1.0], [4.0]])
    array(['low', 'up'], dtype='<U3')
    """

    _two_classes_only = True

    def __init__(self, weight_penalty: float = 1e-4) -> None:
        self.weight_penalty = weight_penalty

    def _learn(self, X: FloatArray, y: NDArray[np.intp], n_classes: int) -> None:
        self.weights_ = fit_logistic(X, y, weight_penalty=self.weight_penalty)

    def _scores(self, X: FloatArray) -> FloatArray:
        """Score 0 for class 0: softmax over (0, s) is the sigmoid of s."""
        s = scores(X, self.weights_)
        return np.column_stack([np.zeros_like(s), s])
