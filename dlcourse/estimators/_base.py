"""What the four classifiers share: scikit-learn's conventions, without needing scikit-learn.

A classifier stores its settings as they come and checks them in ``fit``; what it learns is in
attributes that end in an underscore. A subclass says how to learn (``_learn``) and how to score
(``_scores``); prediction, probabilities, accuracy and parameter handling are here. See "Developing
scikit-learn estimators", https://scikit-learn.org/stable/developers/develop.html.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse._validation import FloatArray, same_length
from dlcourse.activations import softmax
from dlcourse.estimators._inputs import (
    NotFittedError,
    as_classes,
    as_features,
    feature_names,
    known_to_sklearn,
    label_vector,
    same_feature_names,
)


class Classifier(ABC):
    """A model that gives each class a score; softmax of the scores are the probabilities.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        Labels seen in ``fit``, sorted.
    n_features_in_ : int
        Number of columns of ``X`` in ``fit``.
    feature_names_in_ : ndarray of str, shape (n_features_in_,)
        Column names, only if ``X`` was a data frame.
    """

    _two_classes_only = False
    classes_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    @abstractmethod
    def _learn(self, X: FloatArray, y: NDArray[np.intp], n_classes: int) -> None:
        """Fit to clean ``X`` (n, N0) and class numbers ``y`` (n,)."""

    @abstractmethod
    def _scores(self, X: FloatArray) -> FloatArray:
        """Scores (n, K) of clean examples (n, N0)."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from examples.

        Parameters
        ----------
        X : array_like of shape (n, N0)
            Examples as rows; float32 is kept.
        y : array_like of shape (n,)
            Class labels of any kind: integers, strings, booleans. A column is flattened.

        Returns
        -------
        self

        Raises
        ------
        TypeError, ValueError
            If the data or a setting cannot be used; the message names it.
        """
        features = as_features(X)
        classes, numbers = as_classes(label_vector(y, type(self).__name__))
        same_length(features, numbers, ("X", "y"))
        if self._two_classes_only and len(classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass: "
                f"y has {len(classes)} classes. OneVsRestClassifier and SoftmaxRegression take more"
            )
        self._learn(features, numbers, len(classes))
        self.classes_, self.n_features_in_ = classes, features.shape[1]
        self._remember_names(feature_names(X))
        return self

    def _remember_names(self, names: NDArray[Any] | None) -> None:
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _scores_of(self, X: ArrayLike) -> FloatArray:
        """Check that there is a fit and that ``X`` suits it, then score."""
        name = type(self).__name__
        if not hasattr(self, "classes_"):
            raise known_to_sklearn(NotFittedError)(
                f"This {name} instance is not fitted yet: call fit(X, y) first."
            )
        if hasattr(self, "feature_names_in_"):
            same_feature_names(feature_names(X), self.feature_names_in_)
        features = as_features(X)
        if features.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {features.shape[1]} features, but {name} is expecting "
                f"{self.n_features_in_} features as input"
            )
        return self._scores(features)

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Scores of the classes.

        Parameters
        ----------
        X : array_like of shape (n, N0)

        Returns
        -------
        ndarray of shape (n, K), or (n,) for two classes
            With two classes, by how much class 1 leads: positive where it is predicted.
        """
        S = self._scores_of(X)
        return S[:, 1] - S[:, 0] if S.shape[1] == 2 else S

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the label with the largest score.

        Parameters
        ----------
        X : array_like of shape (n, N0)

        Returns
        -------
        ndarray of shape (n,), dtype of ``classes_``
        """
        winners = self._scores_of(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[winners]
        return labels

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Compute the probability of each class.

        Parameters
        ----------
        X : array_like of shape (n, N0)

        Returns
        -------
        ndarray of shape (n, K)
            Columns in the order of ``classes_``; each row sums to 1.
        """
        return softmax(self._scores_of(X))

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """Accuracy: the fraction of examples whose label is predicted.

        Parameters
        ----------
        X : array_like of shape (n, N0)
        y : array_like of shape (n,)
            Class labels, as :meth:`fit` takes them.

        Raises
        ------
        ValueError
            If ``X`` and ``y`` differ in length or a label is missing.
        """
        predicted, wanted = self.predict(X), label_vector(y, type(self).__name__)
        if predicted.shape != wanted.shape:
            raise ValueError(f"y must have shape {predicted.shape}, got {wanted.shape}")
        return float(np.mean(predicted == wanted))

    @classmethod
    def _settings(cls) -> dict[str, Any]:
        """Names and defaults of the constructor's arguments."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in parameters}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings as a dict.

        Parameters
        ----------
        deep : bool
            Part of the convention; there are no nested estimators here.
        """
        return {name: getattr(self, name) for name in self._settings()}

    def set_params(self, **params: Any) -> Self:
        """Change settings by name.

        Raises
        ------
        ValueError
            If there is no such setting.
        """
        known = sorted(self._settings())
        for name, value in params.items():
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}. "
                    f"Valid parameters are: {known}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = (
            f"{name}={getattr(self, name)!r}"
            for name, default in self._settings().items()
            if getattr(self, name) is not default and repr(getattr(self, name)) != repr(default)
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """Describe the estimator to scikit-learn, which is the only one that asks."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            transformer_tags=None,
            classifier_tags=ClassifierTags(multi_class=not self._two_classes_only),
            regressor_tags=None,
            input_tags=InputTags(),
        )


class LinearClassifier(Classifier):
    """A classifier whose scores are linear in ``X``.

    Attributes
    ----------
    weights_ : ndarray of shape (N0 + 1,) or (K, N0 + 1)
        The lecture's weights, bias first.
    """

    weights_: FloatArray

    @property
    def coef_(self) -> FloatArray:
        """Weights without the biases, shape (1, N0) or (K, N0)."""
        return np.atleast_2d(self.weights_)[:, 1:]

    @property
    def intercept_(self) -> FloatArray:
        """The biases, shape (1,) or (K,)."""
        return np.atleast_2d(self.weights_)[:, 0]
