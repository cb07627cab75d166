r"""One-vs-rest as an estimator: :math:`\arg\max_k s_k` over :math:`K` separate logistic fits.

:func:`dlcourse.linear.fit_one_vs_rest` does the work.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray
from dlcourse.activations import softmax, softplus
from dlcourse.estimators._base import LinearClassifier
from dlcourse.linear import fit_logistic, fit_one_vs_rest, scores


class OneVsRestClassifier(LinearClassifier):
    r"""One binary logistic model for each class, blind to the others.

    Each minimises its mean binary cross-entropy plus :math:`\lambda \lVert w_k \rVert^2`, bias
    excluded. With two classes the second model is the mirror image of the first.

    Parameters
    ----------
    weight_penalty : float
        :math:`\lambda \ge 0`; scikit-learn's ``C`` is :math:`1/(2 n \lambda)`. The default is
        small but not 0: where a line separates a class, :math:`\lambda = 0` has no minimum.

    Attributes
    ----------
    weights_ : ndarray of shape (K, N0 + 1)
        Bias first. ``coef_`` and ``intercept_`` are the same numbers in scikit-learn's shapes.
    classes_, n_features_in_, feature_names_in_
        See scikit-learn's glossary.

    Examples
    --------
    >>> model = OneVsRestClassifier().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 2])
    >>> model.weights_.shape
    (3, 2)
    """

    def __init__(self, weight_penalty: float = 1e-4) -> None:
        self.weight_penalty = weight_penalty

    def _learn(self, X: FloatArray, y: NDArray[np.intp], n_classes: int) -> None:
        if n_classes == 2:
            w = fit_logistic(X, y, weight_penalty=self.weight_penalty)
            self.weights_ = np.stack([-w, w])
        else:
            self.weights_ = fit_one_vs_rest(X, y, n_classes, weight_penalty=self.weight_penalty)

    def _scores(self, X: FloatArray) -> FloatArray:
        return scores(X, self.weights_)

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Scores of the binary models.

        Parameters
        ----------
        X : array_like of shape (n, N0)

        Returns
        -------
        ndarray of shape (n, K), or (n,) for two classes
            Column k is positive where model k claims the example.
        """
        S = self._scores_of(X)
        return S[:, 1] if S.shape[1] == 2 else S

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        r"""Divide each model's probability by their sum.

        Parameters
        ----------
        X : array_like of shape (n, N0)

        Returns
        -------
        ndarray of shape (n, K)
            Columns in the order of ``classes_``; each row sums to 1. Written as a softmax of
            :math:`\log \sigma(s_k)`, so that an example that no model claims is not 0/0.
        """
        return softmax(-softplus(-self._scores_of(X)))
