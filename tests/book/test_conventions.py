"""What the conventions page says of other libraries, asked of those libraries."""

from pathlib import Path

import numpy as np
import pytest

from dlcourse import losses
from dlcourse.linear import fit_logistic
from dlcourse.network import initialize
from dlcourse.optimizers import OPTIMIZERS

N, K = 7, 3
PAGE = (Path(__file__).parents[2] / "book" / "conventions.md").read_text("utf-8")


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def test_pytorch_losses(torch, rng):
    functional = torch.nn.functional
    S, T = rng.normal(size=(2, N, K))
    y, Y = rng.integers(0, K, size=N), rng.integers(0, 2, size=(N, K)).astype(float)
    s, t = torch.tensor(S), torch.tensor(T)
    theirs = {
        losses.cross_entropy(S, y): functional.cross_entropy(s, torch.tensor(y)),
        losses.binary_cross_entropy(S, Y): K
        * functional.binary_cross_entropy_with_logits(s, torch.tensor(Y)),
        losses.logistic_loss(S, 2 * Y - 1): K
        * functional.soft_margin_loss(s, torch.tensor(2 * Y - 1)),
        losses.squared_error(S, T): K / 2 * functional.mse_loss(s, t),
    }
    for ours, value in theirs.items():
        assert ours == pytest.approx(value.item(), rel=1e-12)


def test_scikit_learn_losses(rng):
    metrics = pytest.importorskip("sklearn.metrics")
    base = pytest.importorskip("sklearn.neural_network._base")
    S, T = rng.normal(size=(2, N, K))
    y = np.arange(N) % K
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    assert losses.cross_entropy(S, y) == pytest.approx(metrics.log_loss(y, P), rel=1e-12)
    ours = losses.squared_error(S, T)
    assert ours == pytest.approx(K / 2 * metrics.mean_squared_error(T, S), rel=1e-12)
    assert ours == pytest.approx(K * base.squared_loss(T, S), rel=1e-12)


@pytest.mark.parametrize("loss", losses.LOSSES)
def test_every_loss_is_on_the_page(loss):
    section = PAGE.split("(conventions-losses)=")[1].split("\n(conventions-")[0]
    assert f"dlcourse.losses.{loss}`" in section


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimiser_is_on_the_page(optimizer):
    section = PAGE.split("(conventions-optimisers)=")[1].split("\n(conventions-")[0]
    lines = [line for line in section.splitlines() if optimizer.__name__ in line]
    assert lines
    settings = optimizer()
    if hasattr(settings, "eps"):
        exponent = f"10^{{{round(np.log10(settings.eps))}}}"
        rate = f"rate {settings.learning_rate:g}"
        assert any(exponent in line and rate in line for line in lines)


def test_pytorch_keeps_momentum_divided_by_the_rate(torch):
    W = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([W], lr=0.1, momentum=0.9)
    mu, ours = 0.0, 0.0
    for g in (1.0, -2.0, 0.5):
        W.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
        mu = 0.9 * mu + 0.1 * g
        ours -= mu
    assert optimizer.state[W]["momentum_buffer"].item() == pytest.approx(mu / 0.1)
    assert W.item() == pytest.approx(ours)


def test_pytorch_weight_decay_is_twice_lambda_and_covers_biases(torch):
    W = torch.nn.Parameter(torch.tensor([3.0]))
    W.grad = torch.zeros(1)
    torch.optim.SGD([W], lr=1.0, weight_decay=2 * 0.1).step()
    assert W.item() == pytest.approx(3.0 - 2 * 0.1 * 3.0)  # the gradient of 0.1 W^2
    decays = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), weight_decay=0.1).param_groups
    assert len(decays) == 1
    assert len(decays[0]["params"]) == 2


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("SGD", {"lr": 1e-3}),
        ("Adagrad", {"lr": 1e-2, "eps": 1e-10, "initial_accumulator_value": 0}),
        ("Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-6}),
        ("RMSprop", {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8}),
        ("Adam", {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}),
    ],
)
def test_pytorch_defaults(torch, name, defaults):
    theirs = getattr(torch.optim, name)([torch.nn.Parameter(torch.zeros(1))]).defaults
    assert {key: theirs[key] for key in defaults} == defaults


def test_pytorch_shapes_initial_weights_dropout_and_relu(torch):
    layer = torch.nn.Linear(100, 50)
    assert layer.weight.shape == (50, 100)
    assert 0.09 < layer.weight.abs().max().item() <= 0.1
    assert 0.08 < layer.bias.abs().max().item() <= 0.1
    dropped = torch.nn.Dropout(p=0.25)(torch.ones(10_000))
    assert sorted(dropped.unique().tolist()) == pytest.approx([0.0, 1 / 0.75])
    assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)
    at_zero = torch.zeros(1, requires_grad=True)
    torch.relu(at_zero).backward()
    assert at_zero.grad.item() == 0.0


def test_scikit_learn_penalties_and_shapes(rng):
    linear_model = pytest.importorskip("sklearn.linear_model")
    X = rng.normal(size=(60, 2))
    y = (X @ [1.0, -2.0] + rng.normal(size=60) > 0).astype(int)
    strength = 0.05
    theirs = linear_model.LogisticRegression(C=1 / (2 * strength * len(y)), tol=1e-10).fit(X, y)
    ours = fit_logistic(X, y, weight_penalty=strength)
    np.testing.assert_allclose(ours, np.r_[theirs.intercept_, theirs.coef_[0]], atol=1e-5)


def test_scikit_learn_network_defaults(rng):
    networks = pytest.importorskip("sklearn.neural_network")
    with pytest.warns(match="Maximum iterations"):
        model = networks.MLPClassifier((5,), max_iter=1).fit(
            rng.normal(size=(9, 4)), np.arange(9) % 3
        )
    assert model.coefs_[0].shape == (4, 5)
    assert model.nesterovs_momentum is True
    assert (model.learning_rate_init, model.epsilon) == (1e-3, 1e-8)


def test_our_initial_weights(rng):
    W = initialize((400, 300), rng, activation="relu").W[0]
    assert W[:, 1:].std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not W[:, 0].any()
    W = initialize((400, 300), rng, activation="tanh").W[0]
    assert W[:, 1:].std() == pytest.approx(np.sqrt(2 / 700), rel=0.02)
