"""The lecture's classifiers as estimators: ``fit``, ``predict``, ``predict_proba``, ``score``.

They follow scikit-learn's conventions, so that ``clone``, ``Pipeline`` and ``GridSearchCV`` take
them, and need nothing but NumPy.
"""

from dlcourse.estimators._inputs import DataConversionWarning, NotFittedError
from dlcourse.estimators.logistic import LogisticRegression
from dlcourse.estimators.mlp import MLPClassifier
from dlcourse.estimators.one_vs_rest import OneVsRestClassifier
from dlcourse.estimators.softmax import SoftmaxRegression

__all__ = [
    "DataConversionWarning",
    "LogisticRegression",
    "MLPClassifier",
    "NotFittedError",
    "OneVsRestClassifier",
    "SoftmaxRegression",
]
