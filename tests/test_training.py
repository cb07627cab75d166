"""The training loop: against PyTorch step by step, its interruptions, and its memory."""

import tracemalloc

import numpy as np
import pytest

from dlcourse.backprop import loss_and_gradients
from dlcourse.dropout import dropout_mask
from dlcourse.gradcheck import central_difference
from dlcourse.losses import cross_entropy
from dlcourse.network import Network, initialize, predict_scores
from dlcourse.optimizers import BLOCK, OPTIMIZERS, SGD, Adam, Momentum
from dlcourse.penalties import l1_penalty_gradient, l2_penalty_gradient
from dlcourse.stopping import EarlyStopping
from dlcourse.training import Epoch, History, train


def data(n=50, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)).astype(dtype)
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.intp)


def net(seed=0, sizes=(2, 8, 2), **settings):
    return initialize(sizes, np.random.default_rng(seed), **settings)


def fit(network, epochs=3, seed=1, **settings):
    X, y = data()
    settings = {"batch_size": 8, "progress": False} | settings
    return train(network, X, y, rng=np.random.default_rng(seed), epochs=epochs, **settings)


@pytest.mark.parametrize("optimizer", [SGD(0.1), Momentum(0.1), Adam(0.01)])
@pytest.mark.parametrize("penalty", ["none", "l2", "l1"])
def test_every_step_is_the_textbooks(optimizer, penalty):
    """The buffered loop equals gradients computed one call at a time, to the last bits."""
    X, y = data()
    fast, plain = net(), net()
    strength = 0.0 if penalty == "none" else 0.01
    settings = {} if penalty == "none" else {penalty: strength}
    fit(fast, optimizer=optimizer, epochs=2, **settings)
    rng, state = np.random.default_rng(1), optimizer.init(plain.parameters)
    for _ in range(2):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 8):
            rows = order[start : start + 8]
            gradients = loss_and_gradients(plain, X[rows], y[rows])[1]
            penalise = l1_penalty_gradient if penalty == "l1" else l2_penalty_gradient
            for dW, extra in zip(gradients.dW, penalise(plain.W, strength), strict=True):
                dW += extra
            optimizer.step(plain.parameters, gradients.flat, state)
    np.testing.assert_allclose(fast.parameters, plain.parameters, rtol=1e-10, atol=1e-13)


def test_training_loss_is_the_mean_of_the_batches_as_they_were_seen():
    X, y = data()
    network = net()
    before = loss_and_gradients(network, X, y)[0]
    history = fit(network, epochs=2, batch_size=len(X), optimizer=SGD(0.1))
    assert history.training_loss[0] == pytest.approx(before, rel=1e-12)
    still = fit(net(), epochs=1, optimizer=SGD(1e-300))
    assert still.training_loss[0] == pytest.approx(before, rel=1e-12)
    assert still.training_accuracy[0] == (predict_scores(net(), X).argmax(axis=1) == y).mean()


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "squared_error"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_learns_xor_with_every_loss(loss, dtype):
    X, y = data(200, dtype=dtype)
    network = net(sizes=(2, 16, 2 if loss == "cross_entropy" else 1), dtype=dtype)
    rng = np.random.default_rng(0)
    history = train(
        network, X, y, rng=rng, loss=loss, optimizer=Adam(0.02), epochs=60, validation=(X, y)
    )
    assert network.parameters.dtype == dtype
    assert history.training_loss[-1] < 0.3 * history.training_loss[0]
    if loss == "squared_error":
        assert history.validation_accuracy == history.training_accuracy == []
    else:
        assert history.validation_accuracy[-1] > 0.95
        assert len(history.training_accuracy) == 60
    assert history.epochs == list(range(1, 61))


def test_same_seed_same_weights():
    first, second, other = net(), net(), net()
    fit(first, dropout=0.5)
    fit(second, dropout=0.5)
    fit(other, dropout=0.5, seed=2)
    np.testing.assert_array_equal(first.parameters, second.parameters)
    assert (first.parameters != other.parameters).any()


@pytest.mark.parametrize("where", ["dropout", "input_dropout"])
def test_dropout_changes_training_and_not_validation(where):
    X, y = data()
    network = net()
    history = fit(network, epochs=1, optimizer=SGD(1e-300), validation=(X, y), **{where: 0.5})
    exact = loss_and_gradients(net(), X, y)[0]
    assert history.validation_loss[0] == pytest.approx(exact, rel=1e-12)
    assert history.training_loss[0] != pytest.approx(exact, rel=1e-3)


def test_dropping_inputs_is_training_on_masked_examples():
    """Each batch, a short one too, takes the step of the loss that its masked inputs have."""
    X, y = data()
    network = net()
    by_hand = network.parameters.copy()

    def loss(parameters, inputs, labels):
        moved = Network(network.sizes, network.activation, parameters)
        return cross_entropy(predict_scores(moved, inputs), labels)

    fit(network, epochs=1, batch_size=40, optimizer=SGD(0.1), input_dropout=0.25)
    rng = np.random.default_rng(1)
    order = rng.permutation(len(X))
    for rows in (order[:40], order[40:]):
        inputs = X[rows] * dropout_mask(X[rows].shape, 0.25, rng)
        by_hand -= 0.1 * central_difference(lambda w: loss(w, inputs, y[rows]), by_hand)  # noqa: B023
    np.testing.assert_allclose(network.parameters, by_hand, rtol=1e-7, atol=1e-9)


def test_a_step_with_dropped_inputs_and_units_is_pytorchs():
    torch = pytest.importorskip("torch")
    X, y = data()
    network = net()
    W = [torch.tensor(matrix, requires_grad=True) for matrix in network.W]
    fit(network, epochs=1, batch_size=50, optimizer=SGD(0.1), dropout=0.5, input_dropout=0.2)
    rng = np.random.default_rng(1)
    rows = rng.permutation(len(X))
    at_inputs = torch.tensor(dropout_mask(X.shape, 0.2, rng))
    at_units = torch.tensor(dropout_mask((len(X), 8), 0.5, rng))
    hidden = torch.relu((torch.tensor(X[rows]) * at_inputs) @ W[0][:, 1:].T + W[0][:, 0])
    scores = (hidden * at_units) @ W[1][:, 1:].T + W[1][:, 0]
    torch.nn.functional.cross_entropy(scores, torch.tensor(y[rows])).backward()
    for ours, theirs in zip(network.W, W, strict=True):
        expected = (theirs - 0.1 * theirs.grad).detach().numpy()
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-15)


def test_penalties_shrink_weights():
    free, small, sparse = net(), net(), net()
    for network, settings in ((free, {}), (small, {"l2": 0.05}), (sparse, {"l1": 0.02})):
        fit(network, epochs=60, **settings)
    norms = [sum((W[:, 1:] ** 2).sum() for W in network.W) for network in (free, small)]
    assert norms[1] < norms[0] / 2
    tiny = [(np.abs(network.W[0][:, 1:]) < 0.02).sum() for network in (free, sparse)]
    assert tiny[1] > tiny[0]


def test_early_stopping_restores_the_best_weights():
    X, y = data(20)
    seen = {}

    def remember(epoch):
        seen[epoch.number] = epoch.network.parameters.copy()

    network = net(sizes=(2, 32, 2))
    history = train(
        network,
        X,
        y,
        rng=np.random.default_rng(0),
        optimizer=Adam(0.05),
        epochs=500,
        validation=data(200, seed=9),
        early_stopping=EarlyStopping(patience=10),
        callbacks=[remember],
    )
    best = int(np.argmin(history.validation_loss))
    assert history.stopped == "early"
    assert len(history.epochs) == best + 1 + 10
    np.testing.assert_array_equal(network.parameters, seen[best + 1])


def test_early_stopping_can_watch_the_error():
    X, y = data()
    history = fit(
        net(),
        epochs=200,
        validation=(X, y),
        early_stopping=EarlyStopping(patience=3, monitor="validation_error"),
    )
    errors = history.curve("validation_error")
    assert history.stopped == "early"
    assert len(errors) - 1 - int(np.argmin(errors)) == 3


def test_callbacks_see_the_epoch_and_can_end_training():
    seen = []

    def callback(epoch: Epoch) -> bool:
        seen.append(epoch.number)
        assert len(epoch.history.training_loss) == epoch.number
        return epoch.number == 2

    history = fit(net(), epochs=9, callbacks=[callback, lambda epoch: None])
    assert seen == [1, 2]
    assert history.stopped == "callback"


@pytest.mark.parametrize("optimizer", [make() for make in OPTIMIZERS.values()], ids=OPTIMIZERS)
def test_resumed_training_equals_uninterrupted_training_bit_for_bit(optimizer, tmp_path):
    X, y = data()
    settings = {
        "optimizer": optimizer,
        "dropout": 0.2,
        "input_dropout": 0.1,
        "validation": (X, y),
        "early_stopping": EarlyStopping(patience=50),
    }
    whole, part = net(), net()
    history = fit(whole, epochs=6, **settings)
    fit(part, epochs=2, checkpoint=tmp_path / "run.npz", **settings)
    again = net(seed=99)
    resumed = fit(
        again, epochs=6, seed=77, checkpoint=tmp_path / "run.npz", resume=True, **settings
    )
    np.testing.assert_array_equal(again.parameters, whole.parameters)
    assert resumed == history


def test_checkpoints_leave_out_what_carries_nothing(tmp_path):
    fit(net(), checkpoint=tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as saved:
        assert not any("scratch" in name for name in saved.files)


def wide(seed=0):
    """A network whose parameters take more than one block."""
    network = net(seed, sizes=(2, BLOCK // 4, 2))
    assert BLOCK < len(network.parameters) < 2 * BLOCK
    return network


def test_a_wide_net_steps_and_resumes_as_one_vector(tmp_path):
    path, optimizer = tmp_path / "run.npz", Adam(0.01)
    whole, part, again = wide(), wide(), wide(seed=9)
    fit(whole, epochs=2, optimizer=optimizer, batch_size=50)
    fit(part, epochs=1, optimizer=optimizer, batch_size=50, checkpoint=path)
    fit(again, epochs=2, optimizer=optimizer, batch_size=50, checkpoint=path, resume=True)
    np.testing.assert_array_equal(again.parameters, whole.parameters)

    by_hand, (X, y), rng = wide(), data(), np.random.default_rng(1)
    state = optimizer.init(by_hand.parameters)
    for _ in range(2):
        order = rng.permutation(len(X))
        gradients = loss_and_gradients(by_hand, X[order], y[order])[1]
        optimizer.step(by_hand.parameters, gradients.flat, state)
    np.testing.assert_array_equal(whole.parameters, by_hand.parameters)


NOISY = {"optimizer": Adam(0.1), "validation": data(20, seed=9)}
"""Settings of a run whose validation curve has its minimum early on."""


def weights_of_each_epoch(epochs, **settings):
    seen = []
    history = fit(
        net(),
        epochs=epochs,
        callbacks=[lambda epoch: seen.append(epoch.network.parameters.copy())],
        **settings,
    )
    return seen, history


@pytest.mark.parametrize("first", [None, EarlyStopping(patience=50)], ids=["without", "with"])
def test_early_stopping_on_resuming_goes_back_to_the_best_epoch_of_all(first, tmp_path):
    seen, history = weights_of_each_epoch(12, **NOISY)
    best = history.best_epoch
    assert 1 < best < 10
    path, network = tmp_path / "run.npz", net()
    fit(net(), epochs=10, checkpoint=path, early_stopping=first, **NOISY)
    stopping = EarlyStopping(patience=50)
    settings = {"checkpoint": path, "resume": True, "early_stopping": stopping}
    assert fit(network, epochs=12, **settings, **NOISY).best_epoch == best
    np.testing.assert_array_equal(network.parameters, seen[best - 1])


def test_early_stopping_whose_best_weights_were_not_kept_is_refused(tmp_path):
    path, network = tmp_path / "run.npz", net()
    history = fit(net(), epochs=10, checkpoint=path, **NOISY)
    other = EarlyStopping(patience=50, min_delta=10.0)
    assert history.best_epoch != 1
    with pytest.raises(ValueError, match=r"early_stopping must find .* epoch \d+, got .* epoch 1$"):
        fit(network, checkpoint=path, resume=True, early_stopping=other, **NOISY)
    np.testing.assert_array_equal(network.parameters, net().parameters)


def test_validation_may_come_on_resuming(tmp_path):
    path = tmp_path / "run.npz"
    fit(net(), epochs=3, checkpoint=path)
    settings = NOISY | {"optimizer": SGD(0.1), "early_stopping": EarlyStopping(patience=50)}
    history = fit(net(), epochs=5, checkpoint=path, resume=True, **settings)
    assert len(history.validation_loss) == len(history.validation_accuracy) == 5
    assert np.isnan(history.validation_loss).tolist() == [True, True, True, False, False]
    assert history.best_epoch > 3


def test_more_patience_goes_on_where_early_stopping_ended(tmp_path):
    settings = NOISY | {"checkpoint": tmp_path / "run.npz"}
    stopped = fit(net(), epochs=99, early_stopping=EarlyStopping(patience=2), **settings)
    assert stopped.stopped == "early"
    patient = EarlyStopping(patience=4)
    more = fit(net(), epochs=99, early_stopping=patient, resume=True, **settings)
    assert len(more.epochs) > len(stopped.epochs)


def test_resuming_after_early_stopping_changes_nothing(tmp_path):
    settings = {
        "validation": data(20, seed=9),
        "early_stopping": EarlyStopping(patience=1),
        "checkpoint": tmp_path / "run.npz",
    }
    network = net()
    history = fit(network, epochs=300, **settings)
    assert history.stopped == "early"
    again = net(seed=5)
    assert fit(again, epochs=300, resume=True, **settings) == history
    np.testing.assert_array_equal(again.parameters, network.parameters)


def test_resuming_after_a_callback_stopped_goes_on(tmp_path):
    path = tmp_path / "run.npz"
    stopped = fit(net(), epochs=5, checkpoint=path, callbacks=[lambda epoch: epoch.number == 2])
    assert (len(stopped.epochs), stopped.stopped) == (2, "callback")
    resumed = fit(net(), epochs=5, checkpoint=path, resume=True)
    assert (len(resumed.epochs), resumed.stopped) == (5, None)


@pytest.mark.parametrize(
    ("network", "settings", "message"),
    [
        (net(sizes=(2, 9, 2)), {}, "sizes"),
        (net(activation="tanh"), {}, "activation"),
        (net(), {"optimizer": Adam()}, "optimizer"),
        (net(dtype=np.float32), {}, "dtype"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(network, settings, message, tmp_path):
    fit(net(), checkpoint=tmp_path / "run.npz")
    with pytest.raises(ValueError, match=f"was written with {message}"):
        fit(network, checkpoint=tmp_path / "run.npz", resume=True, **settings)


def test_resuming_from_nothing_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        fit(net(), checkpoint=tmp_path / "none.npz", resume=True)
    with pytest.raises(ValueError, match="checkpoint must name a file"):
        fit(net(), resume=True)


def test_ctrl_c_keeps_what_was_learned():
    def press(epoch):
        if epoch.number == 3:
            raise KeyboardInterrupt

    network, expected = net(), net()
    history = fit(network, epochs=100, callbacks=[press])
    fit(expected, epochs=3)
    assert history.stopped == "interrupted"
    assert len(history.epochs) == 3
    np.testing.assert_array_equal(network.parameters, expected.parameters)


def test_ctrl_c_with_early_stopping_ends_at_the_best_weights():
    best = {}

    def press(epoch):
        if np.argmin(epoch.history.validation_loss) == epoch.number - 1:
            best["parameters"] = epoch.network.parameters.copy()
        if epoch.number == 15:
            raise KeyboardInterrupt

    network = net()
    fit(
        network,
        epochs=100,
        optimizer=Adam(0.3),
        validation=data(20, seed=9),
        early_stopping=EarlyStopping(patience=100),
        callbacks=[press],
    )
    np.testing.assert_array_equal(network.parameters, best["parameters"])


def test_no_epochs_change_nothing():
    network = net()
    assert fit(network, epochs=0) == History()
    np.testing.assert_array_equal(network.parameters, net().parameters)


def test_a_rate_that_is_too_large_is_an_error_and_not_a_nan():
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="learning_rate"),
    ):
        fit(net(sizes=(2, 8, 1)), optimizer=SGD(1e200), loss="squared_error", epochs=20)


def test_early_stopping_on_an_error_that_the_loss_does_not_have_is_refused_before_any_work():
    network = net(sizes=(2, 8, 1))
    stopping = EarlyStopping(monitor="validation_error")
    with pytest.raises(ValueError, match="early_stopping must monitor 'validation_loss'"):
        fit(network, loss="squared_error", validation=data(), early_stopping=stopping)
    np.testing.assert_array_equal(network.parameters, net(sizes=(2, 8, 1)).parameters)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": -1}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"l2": -1.0}, "l2"),
        ({"l1": np.nan}, "l1"),
        ({"dropout": 1.0}, "^dropout must"),
        ({"input_dropout": -0.1}, "^input_dropout must"),
        ({"loss": "hinge"}, "loss must be one of"),
        ({"early_stopping": EarlyStopping()}, "validation must be given"),
        ({"X": np.ones((3, 5)), "y": [0, 1, 0]}, "X must have at least one row and 2 columns"),
        ({"X": np.ones((0, 2)), "y": []}, "X must have at least one row"),
        ({"X": [[0, np.nan]], "y": [0]}, "X must be finite"),
        ({"y": [0, 1]}, "X and y must have the same length"),
        ({"y": np.full(50, 2)}, "y must hold class numbers"),
        ({"validation": (np.ones((3, 5)), [0, 1, 0])}, r"validation\[0\] must have"),
        ({"validation": (np.ones((1, 2)), [2])}, r"^validation\[1\] must hold class numbers"),
        ({"validation": (np.ones((1, 2)), [[1, 1]])}, r"^validation\[1\] must hold rows of"),
    ],
)
def test_bad_arguments_are_named(change, message):
    X, y = data()
    arguments = {"X": X, "y": y} | change
    with pytest.raises(ValueError, match=message):
        train(net(), rng=np.random.default_rng(0), **arguments)


def test_last_batch_may_be_short_and_one_example_is_enough():
    for n, batch_size in ((5, 3), (1, 32), (4, 4)):
        X, y = data(n)
        history = train(net(), X, y, rng=np.random.default_rng(0), epochs=2, batch_size=batch_size)
        assert np.isfinite(history.training_loss).all()


def test_progress_bar_is_shown_when_asked_for_and_not_in_a_pipe(capsys):
    pytest.importorskip("tqdm")
    fit(net(), progress=True)
    assert "3/3" in capsys.readouterr().err
    fit(net(), progress=None)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("dropout", [{}, {"dropout": 0.5, "input_dropout": 0.2}])
def test_a_warm_step_takes_no_new_memory(dropout):
    """No allocation that grows and no page fault for each step: the deterministic side of speed."""
    resource = pytest.importorskip("resource")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6400, 200)).astype(np.float32)
    y = rng.integers(10, size=6400)
    network = initialize((200, 256, 128, 10), rng, dtype=np.float32)
    faults, peaks = [], []

    def look(_: Epoch) -> None:
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
        peaks.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        settings = {"epochs": 6, "batch_size": 64, "callbacks": [look]} | dropout
        train(network, X, y, rng=rng, optimizer=Adam(), **settings)
    finally:
        tracemalloc.stop()
    assert (faults[-1] - faults[1]) / 400 < 1  # 4 epochs of 100 steps
    assert peaks[-1] - peaks[1] < 20_000  # bytes: the history's own lists


def test_network_is_trained_in_place():
    network = Network((2, 2), "relu", np.zeros(6))
    parameters = network.parameters
    fit(network)
    assert network.parameters is parameters
    assert (parameters != 0).any()
