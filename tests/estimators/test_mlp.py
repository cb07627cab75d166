"""The network as an estimator: every setting reaches the network or the training loop."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.datasets import load_digits_subset, moons, rings
from dlcourse.estimators import MLPClassifier, SoftmaxRegression
from dlcourse.network import initialize
from dlcourse.optimizers import OPTIMIZERS, Adam, Momentum
from dlcourse.stopping import EarlyStopping
from dlcourse.training import train


@pytest.fixture(scope="module")
def data():
    return moons(200, 0.1, np.random.default_rng(0))


def test_is_initialize_and_train(data):
    X, y = data
    model = MLPClassifier((7, 5), activation="tanh", epochs=3, weight_penalty=0.01, dropout=0.2)
    model.set_params(random_state=4, batch_size=16, input_dropout=0.1).fit(X, y)
    rng = np.random.default_rng(4)
    network = initialize((2, 7, 5, 2), rng, "tanh")
    settings = {"epochs": 3, "batch_size": 16, "l2": 0.01, "dropout": 0.2, "input_dropout": 0.1}
    history = train(network, X, y, rng=rng, optimizer=Adam(), **settings)
    assert_array_equal(model.network_.parameters, network.parameters)
    assert model.history_.training_loss == history.training_loss


def test_a_seed_repeats_and_a_generator_goes_on(data):
    X, y = data

    def weights(seed):
        return MLPClassifier((4,), epochs=1, random_state=seed).fit(X, y).network_.parameters

    assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))
    assert not np.array_equal(weights(None), weights(None))
    rng = np.random.default_rng(1)
    assert_array_equal(weights(rng), weights(1))
    assert not np.array_equal(weights(rng), weights(1))


def test_bends_where_a_line_cannot():
    X, y = rings(300, 0.03, np.random.default_rng(0))
    linear = SoftmaxRegression().fit(X, y).score(X, y)
    bent = MLPClassifier((16,), learning_rate=0.02, random_state=0).fit(X, y).score(X, y)
    assert linear < 0.7
    assert bent > 0.99


def test_without_a_hidden_layer_it_is_softmax_regression(data):
    X, y = data
    flat = MLPClassifier((), epochs=200, learning_rate=0.01, weight_penalty=0.01, random_state=0)
    exact = SoftmaxRegression(0.01).fit(X, y)
    assert_allclose(flat.fit(X, y).predict_proba(X), exact.predict_proba(X), atol=0.02)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_at_its_own_rate(data, name):
    X, y = data
    model = MLPClassifier((16,), optimizer=name, epochs=20, random_state=0).fit(X, y)
    losses = model.history_.training_loss
    assert len(losses) == 20
    assert losses[-1] < 0.95 * losses[0]


def test_learning_rate_replaces_that_of_the_optimizer(data):
    X, y = data
    one = MLPClassifier((4,), optimizer=Momentum(0.3, 0.5), learning_rate=0.01, epochs=2)
    other = MLPClassifier((4,), optimizer=Momentum(0.01, 0.5), epochs=2)
    a, b = (m.set_params(random_state=0).fit(X, y).network_.parameters for m in (one, other))
    assert_array_equal(a, b)


def test_early_stopping_holds_out_stops_and_restores(data):
    X, y = data
    y = np.where(np.random.default_rng(0).uniform(size=len(y)) < 0.3, 1 - y, y)
    model = MLPClassifier(
        (64,), learning_rate=0.03, epochs=300, early_stopping=EarlyStopping(patience=4),
        validation_fraction=0.25, random_state=0,
    ).fit(X, y)  # fmt: skip
    history = model.history_
    assert history.stopped == "early"
    assert len(history.validation_loss) == np.argmin(history.validation_loss) + 1 + 4
    rng = np.random.default_rng(0)
    initialize((2, 64, 2), rng)
    held_out = rng.permutation(200)[:50]
    P = model.predict_proba(X[held_out])[np.arange(50), y[held_out]]
    assert_allclose(-np.log(P).mean(), min(history.validation_loss), rtol=1e-6)


def test_early_stopping_by_flag(data):
    X, y = data
    model = MLPClassifier((4,), epochs=2, early_stopping=True, random_state=0).fit(X, y)
    assert len(model.history_.validation_loss) == 2
    assert not MLPClassifier((4,), epochs=2).fit(X, y).history_.validation_loss


def test_float32_digits():
    X_train, y_train, X_test, y_test = load_digits_subset()
    model = MLPClassifier((32,), epochs=3, learning_rate=0.003, random_state=0)
    model.fit(X_train, y_train)
    assert model.network_.parameters.dtype == np.float32
    assert model.score(X_test, y_test) > 0.88


def test_weight_penalty_shrinks_the_weights(data):
    X, y = data
    free, held = (
        MLPClassifier((8,), weight_penalty=strength, random_state=0).fit(X, y)
        for strength in (0.0, 0.05)
    )
    norms = [sum(np.sum(W[:, 1:] ** 2) for W in m.network_.W) for m in (free, held)]
    assert norms[1] < 0.7 * norms[0]


@pytest.mark.parametrize("verbose", [False, True])
def test_verbose_shows_progress(data, verbose, capsys):
    if verbose:
        pytest.importorskip("tqdm")
    MLPClassifier((4,), epochs=2, verbose=verbose).fit(*data)
    assert ("2/2" in capsys.readouterr().err) is verbose


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "swish"}, "activation must be one of"),
        ({"optimizer": "lbfgs"}, "optimizer must be one of 'sgd'"),
        ({"learning_rate": -1.0}, "learning_rate must"),
        ({"weight_penalty": np.inf}, "weight_penalty must"),
        ({"dropout": 1.5}, "^dropout must"),
        ({"input_dropout": 1.5}, "^input_dropout must"),
        ({"epochs": -1}, "epochs must"),
        ({"batch_size": 0}, "batch_size must"),
        ({"hidden_sizes": (8, 0)}, r"hidden_sizes\[1\] must be at least 1, got 0"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction must"),
        (
            {"early_stopping": True, "validation_fraction": 0.999},
            "validation_fraction 0.999 leaves",
        ),
    ],
)
def test_errors_name_the_setting(data, settings, words):
    with pytest.raises(ValueError, match=words):
        MLPClassifier(**settings).fit(*data)


@pytest.mark.parametrize("sizes", [100, None, ("many",), (2.5,)])
def test_hidden_sizes_of_the_wrong_type(data, sizes):
    with pytest.raises(TypeError, match="hidden_sizes"):
        MLPClassifier(sizes).fit(*data)
