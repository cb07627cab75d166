"""scikit-learn's own checks on every estimator, and life with and without scikit-learn."""

import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.estimators import (
    DataConversionWarning,
    LogisticRegression,
    MLPClassifier,
    NotFittedError,
    OneVsRestClassifier,
    SoftmaxRegression,
)

ESTIMATORS = (LogisticRegression, OneVsRestClassifier, SoftmaxRegression, MLPClassifier)
every_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)

# What scikit-learn itself leaves out where a package or a setting of SciPy is missing.
SKIPPED_BY_SKLEARN = ("pandas is not installed", "SCIPY_ARRAY_API is not set")


class Frame:
    """As much of a data frame as an estimator looks at."""

    def __init__(self, values, columns):
        self.values, self.columns = np.asarray(values, float), columns

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def two_clouds(n=40, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(size=(n, 3)) + 2 * y[:, np.newaxis], y


def run_python(code, **environment):
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=True, env=os.environ | environment
    )


@every_estimator
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit from:UserWarning")
def test_check_estimator(estimator):
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    results = checks.check_estimator(estimator(), on_skip=None, on_fail="raise")
    assert len(results) > 50
    for result in results:
        assert result["status"] == "passed" or (
            result["status"] == "skipped"
            and str(result["exception"]).startswith(SKIPPED_BY_SKLEARN)
        ), result


@pytest.mark.local
def test_check_of_the_array_api():
    """The one check that needs a variable set before SciPy is imported."""
    pytest.importorskip("sklearn")
    run_python(
        """
        from sklearn.utils.estimator_checks import check_array_api_input
        from dlcourse import estimators
        for name in ("LogisticRegression", "OneVsRestClassifier", "SoftmaxRegression",
                     "MLPClassifier"):
            model = getattr(estimators, name)()
            check_array_api_input(name, model, "numpy", expect_only_array_outputs=False)
        """,
        SCIPY_ARRAY_API="1",
    )


def test_clone_pipeline_and_grid_search():
    pytest.importorskip("sklearn")
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = two_clouds()
    for estimator in ESTIMATORS:
        model = estimator(weight_penalty=0.5)
        assert is_classifier(model)
        assert clone(model).get_params() == model.get_params()
        pipeline = make_pipeline(StandardScaler(), model)
        assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
        name = f"{estimator.__name__.lower()}__weight_penalty"
        search = GridSearchCV(pipeline, {name: [1e-3, 1e3]}, cv=2, scoring="neg_log_loss")
        search.fit(X, y)
        assert search.best_params_ == {name: 1e-3}


@pytest.mark.local
def test_works_without_scikit_learn_and_loads_nothing_heavy():
    run_python(
        """
        import sys
        sys.modules["sklearn"] = sys.modules["sklearn.exceptions"] = None
        from dlcourse import estimators
        assert not {"matplotlib", "pooch", "scipy", "requests"} & set(sys.modules)
        model = estimators.LogisticRegression()
        try:
            model.predict([[0.0]])
        except estimators.NotFittedError as error:
            assert type(error) is estimators.NotFittedError
        else:
            raise AssertionError
        assert model.fit([[0.0], [1.0]], ["a", "b"]).score([[0.0], [1.0]], ["a", "b"]) == 1.0
        """
    )


def test_exceptions_are_scikit_learns_too():
    exceptions = pytest.importorskip("sklearn.exceptions")
    for estimator in ESTIMATORS:
        with pytest.raises(NotFittedError, match="call fit") as caught:
            estimator().predict_proba([[0.0]])
        assert isinstance(caught.value, exceptions.NotFittedError)
    with pytest.warns(DataConversionWarning, match="column-vector y") as record:
        LogisticRegression().fit([[0.0], [1.0]], [[0], [1]])
    assert issubclass(record[0].category, exceptions.DataConversionWarning)
    assert record[0].filename == __file__


@every_estimator
def test_score_takes_a_column_as_fit_does(estimator):
    X, y = two_clouds()
    column = np.array(["no", "yes"])[y][:, np.newaxis]
    model = estimator().fit(X, column.ravel())
    with pytest.warns(DataConversionWarning, match="column-vector y") as record:
        accuracy = model.score(X, column)
    assert accuracy == model.score(X, column.ravel()) > 0.8
    assert record[0].filename == __file__


MISSING = [
    (["a", np.nan, "b"], "nan"),
    (["a", None, "b"], "None"),
    (np.array(["a", np.nan, "b"], object), "nan"),
    ([["a"], [None], ["b"]], "None"),
    ([0, None, 1], "None"),
    ([0.0, np.nan, 1.0], "nan"),
]


@every_estimator
@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize(("y", "got"), MISSING)
def test_a_missing_label_is_named_with_its_row(estimator, y, got):
    X = [[0.0], [1.0], [2.0]]
    model = estimator().fit(X, ["a", "a", "b"])
    message = f"^Input y contains NaN: y must hold one label for each example, got {got} at row 1$"
    for method in (model.fit, model.score):
        with pytest.raises(ValueError, match=message):
            method(X, y)


@pytest.mark.parametrize("dtype", [object, "str", "string", "category"])
@pytest.mark.parametrize("gap", [None, np.nan])
def test_a_missing_label_of_a_series_is_named_with_its_row(dtype, gap):
    pandas = pytest.importorskip("pandas")
    y = pandas.Series(["a", "b", gap], dtype=dtype)
    with pytest.raises(ValueError, match=r"got (nan|None|<NA>) at row 2$"):
        SoftmaxRegression().fit([[0.0], [1.0], [2.0]], y)
    classes = SoftmaxRegression().fit([[0.0], [1.0]], y[:2]).classes_
    assert_array_equal(classes, ["a", "b"])


@every_estimator
def test_parameters_get_set_and_show(estimator):
    model = estimator()
    assert repr(model) == f"{estimator.__name__}()"
    assert model.set_params(weight_penalty=0.25) is model
    assert model.get_params()["weight_penalty"] == 0.25
    assert repr(model) == f"{estimator.__name__}(weight_penalty=0.25)"
    with pytest.raises(ValueError, match="Invalid parameter 'C' for estimator"):
        model.set_params(C=1.0)


@every_estimator
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(estimator, dtype):
    X, y = two_clouds()
    model = estimator().fit(X.astype(dtype), y)
    assert model.predict_proba(X.astype(dtype)).dtype == dtype
    assert model.decision_function(X.astype(dtype)).dtype == dtype


@every_estimator
@pytest.mark.parametrize(
    "labels", [["no", "yes"], [False, True], [-1.0, 1.0], np.array(["b", "a"], object), [7, 3]]
)
def test_labels_of_any_kind(estimator, labels):
    X, numbers = two_clouds()
    y = np.asarray(labels)[numbers]
    model = estimator().fit(X.tolist(), y.tolist() if isinstance(labels, list) else y)
    assert_array_equal(model.classes_, sorted(labels))
    assert set(model.predict(X)) <= set(labels)
    assert model.score(X, y) > 0.8


@every_estimator
def test_decision_probability_and_prediction_agree(estimator):
    rng = np.random.default_rng(0)
    n_classes = 2 if estimator is LogisticRegression else 4
    y = np.arange(60) % n_classes
    X = rng.normal(size=(60, 2)) + 3 * np.column_stack([y % 2, y // 2])
    model = estimator().fit(X, y)
    P, S = model.predict_proba(X), model.decision_function(X)
    assert P.shape == (60, n_classes)
    assert_allclose(P.sum(axis=1), 1, rtol=1e-12)
    assert S.shape == ((60,) if n_classes == 2 else (60, n_classes))
    winners = (S > 0).astype(int) if n_classes == 2 else S.argmax(axis=1)
    assert_array_equal(model.predict(X), winners)
    assert_array_equal(P.argmax(axis=1), winners)


@every_estimator
def test_hostile_scores_stay_finite(estimator):
    X, y = two_clouds()
    model = estimator().fit(X, y)
    for sign in (-1, 1):
        P = model.predict_proba(np.full((1, 3), sign * 1e6))
        assert np.isfinite(P).all()
        assert_allclose(P.sum(), 1)


@every_estimator
def test_a_frame_gives_names_and_holds_us_to_them(estimator):
    X, y = two_clouds()
    model = estimator().fit(Frame(X, ["a", "b", "c"]), y)
    assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
    assert model.score(Frame(X, ["a", "b", "c"]), y) > 0.8
    with pytest.raises(ValueError, match="must be in the same order"):
        model.predict(Frame(X, ["b", "a", "c"]))
    with pytest.raises(ValueError, match=r"(?s)unseen at fit time:\n- d\n.*now missing:\n- c"):
        model.predict(Frame(X, ["a", "b", "d"]))
    with pytest.warns(UserWarning, match="does not have valid feature names") as record:
        model.predict(X)
    assert record[0].filename == __file__
    assert not hasattr(model.fit(X, y), "feature_names_in_")
    assert not hasattr(estimator().fit(Frame(X, [0, 1, 2]), y), "feature_names_in_")


@every_estimator
def test_pickles(estimator):
    X, y = two_clouds()
    model = estimator().fit(X, y)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


@every_estimator
@pytest.mark.parametrize(
    ("X", "y", "error", "words"),
    [
        ([[0.0], [1.0]], [1, 1], ValueError, r"y must hold at least two classes, got one class"),
        ([[0.0], [1.0]], [0, 1, 1], ValueError, "X and y must have the same length, got 2 and 3"),
        ([[0.0], [np.nan]], [0, 1], ValueError, "X must hold finite .* nan at row 1, column 0"),
        ([[np.inf], [0.0]], [0, 1], ValueError, "X must hold finite .* inf at row 0, column 0"),
        ([0.0, 1.0], [0, 1], ValueError, "X must be a 2D array"),
        ([[0.0], [1.0, 2.0]], [0, 1], ValueError, "X must have rows of one length"),
        (np.zeros((2, 0)), [0, 1], ValueError, r"X has 0 feature\(s\)"),
        (np.zeros((0, 2)), [], ValueError, r"X has 0 sample\(s\)"),
        ([[1j], [0]], [0, 1], ValueError, "Complex data not supported: X must be real"),
        ([["a"], ["b"]], [0, 1], ValueError, "X must hold numbers: could not convert"),
        ([[{}], [0]], [0, 1], TypeError, "X must hold numbers: .* argument must be a string"),
        ([[0.0], [1.0]], None, ValueError, "requires y to be passed"),
        ([[0.0], [1.0]], [0.0, np.inf], ValueError, "Unknown label type: continuous. .* got inf"),
        ([[0.0], [1.0]], [0.0, 0.5], ValueError, "Unknown label type: continuous. .* got 0.5"),
        ([[0.0], [1.0]], [[0, 1], [1, 0]], ValueError, r"y should be a 1d array, .*\(2, 2\)"),
        (
            [[0.0], [1.0]],
            np.array(["a", 0], object),
            ValueError,
            "Unknown label type: y must hold integers, booleans or strings, got 0 at row 1$",
        ),
    ],
)
def test_errors_of_fit_name_the_argument(estimator, X, y, error, words):
    with pytest.raises(error, match=words):
        estimator().fit(X, y)


def test_sparse_input_is_refused_by_name():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"X must be a dense array, got a sparse one"):
        SoftmaxRegression().fit(sparse.eye(3), [0, 1, 2])


@every_estimator
def test_errors_after_fit_name_the_argument(estimator):
    X, y = two_clouds()
    model = estimator().fit(X, y)
    with pytest.raises(ValueError, match=r"X has 2 features, but .* is expecting 3 features"):
        model.predict(X[:, :2])
    with pytest.raises(ValueError, match=r"y must have shape \(40,\), got \(39,\)"):
        model.score(X, y[1:])
    with pytest.raises(ValueError, match="weight_penalty must"):
        estimator(weight_penalty=-1.0).fit(X, y)


def test_logistic_regression_takes_two_classes():
    with pytest.raises(ValueError, match=r"Only binary classification .* y has 3 classes"):
        LogisticRegression().fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
