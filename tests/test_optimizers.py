"""Every optimiser against PyTorch, and what its docstring claims."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from golden import optimizers as golden

from dlcourse import optimizers
from dlcourse.optimizers import (
    BLOCK,
    OPTIMIZERS,
    AdaDelta,
    AdaGrad,
    Adam,
    Momentum,
    RMSprop,
    blocks,
    init_blocks,
)

ALL = list(OPTIMIZERS.values())
SETTINGS = [
    f"{name}, {gradient}, {rate}"
    for name in golden.OPTIMIZERS
    for gradient in golden.GRADIENTS
    for rate in golden.RATES
]


def our_trajectory(setting):
    name, gradient, rate = setting.split(", ")
    optimizer = getattr(optimizers, name)(learning_rate=golden.RATES[rate])
    W = golden.STARTS[gradient].copy()
    state = optimizer.init(W)
    path = np.empty((golden.STEPS, W.size))
    for step in range(golden.STEPS):
        optimizer.step(W, golden.GRADIENTS[gradient](step, W), state)
        path[step] = W
    return path


def assert_same_path(ours, theirs):
    """Equal to 1e-12 of the size that each parameter has reached so far.

    A parameter of size 10 that happens to pass through zero keeps the rounding of a 10.
    """
    size = np.maximum.accumulate(np.abs(theirs), axis=0)
    assert (np.abs(ours - theirs) <= 1e-12 * size).all()


@pytest.mark.parametrize("setting", SETTINGS)
def test_trajectory_equals_pytorchs_golden_one(setting):
    with np.load(Path(golden.__file__).with_suffix(".npz")) as file:
        assert_same_path(our_trajectory(setting), file[setting])


@pytest.mark.parametrize("setting", SETTINGS)
def test_trajectory_equals_live_pytorch(setting):
    pytest.importorskip("torch")
    name, gradient, rate = setting.split(", ")
    assert_same_path(our_trajectory(setting), golden.trajectory(name, gradient, rate))


def test_every_optimiser_is_compared_with_pytorch():
    assert {optimizer.__name__ for optimizer in ALL} == set(golden.OPTIMIZERS)
    assert {name.lower() for name in golden.OPTIMIZERS} == set(OPTIMIZERS)


@pytest.mark.parametrize("optimizer", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, BLOCK, 2 * BLOCK + 17])
def test_blocks_take_the_path_of_the_whole_vector_bit_for_bit(optimizer, dtype, n):
    rng = np.random.default_rng(0)
    whole = rng.normal(size=n).astype(dtype)
    cut = whole.copy()
    state, states = optimizer().init(whole), init_blocks(optimizer(), cut)
    for _ in range(3):
        gradients = rng.normal(size=n).astype(dtype)
        optimizer().step(whole, gradients, state)
        for block, part, own in zip(blocks(cut), blocks(gradients), states, strict=True):
            optimizer().step(block, part, own)
    np.testing.assert_array_equal(cut, whole)


def test_blocks_share_scratch_space_where_an_optimiser_has_some():
    parameters = np.zeros(2 * BLOCK + 17)
    rooms = [state["scratch"] for state in init_blocks(Adam(), parameters)]
    assert [len(room) for room in rooms] == [BLOCK, BLOCK, 17]
    assert all(np.shares_memory(room, rooms[0]) for room in rooms)

    class Signs:
        def init(self, parameters):
            return {}

    assert init_blocks(Signs(), parameters) == [{}, {}, {}]


def test_golden_file_holds_every_setting_and_moves():
    with np.load(Path(golden.__file__).with_suffix(".npz")) as file:
        assert sorted(file.files) == sorted(SETTINGS)
        assert all(np.isfinite(file[name]).all() for name in file.files)
        still = {name for name in file.files if np.ptp(file[name], axis=0).max() == 0}
        assert all("zero" in name for name in still)


@pytest.mark.parametrize("optimizer", ALL)
def test_defaults_are_pytorchs(optimizer):
    torch = pytest.importorskip("torch")
    kind, settings = golden.OPTIMIZERS[optimizer.__name__]
    theirs = getattr(torch.optim, kind)([torch.zeros(1)], lr=1.0, **settings).defaults
    ours = optimizer()
    renamed = {"rho": "alpha"} if optimizer is RMSprop else {}
    for name in ("momentum", "eps", "rho"):
        if hasattr(ours, name):
            assert getattr(ours, name) == theirs[renamed.get(name, name)]
    if optimizer is Adam:
        assert (ours.beta1, ours.beta2) == theirs["betas"]


def test_default_learning_rates():
    rates = {optimizer.__name__: optimizer().learning_rate for optimizer in ALL}
    assert rates == {
        "SGD": 0.1,
        "Momentum": 0.1,
        "AdaGrad": 0.01,
        "AdaDelta": 1.0,
        "RMSprop": 0.01,
        "Adam": 0.001,
    }


@pytest.mark.parametrize("optimizer", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_steps_keep_dtype_shape_and_gradients(optimizer, dtype, shape):
    rng = np.random.default_rng(0)
    W, g = (np.asarray(rng.normal(size=shape), dtype) for _ in range(2))
    before, kept = W.copy(), g.copy()
    state = optimizer().init(W)
    for _ in range(3):
        optimizer().step(W, g, state)
    assert W.dtype == dtype
    assert all(value.dtype == dtype for value in state.values() if isinstance(value, np.ndarray))
    np.testing.assert_array_equal(g, kept)
    assert (np.sign(before - W) == np.sign(g)).all()


@pytest.mark.parametrize("optimizer", ALL)
@pytest.mark.parametrize("dtype", [np.float16, int])
def test_parameters_that_a_step_would_get_wrong_are_refused_by_name(optimizer, dtype):
    with pytest.raises(TypeError, match="parameters must be float32 or float64, got"):
        optimizer().init(np.ones(2, dtype))


@pytest.mark.parametrize("optimizer", ALL)
def test_a_step_depends_on_its_arguments_alone(optimizer):
    g = np.array([1.0, -2.0])
    results = []
    for _ in range(2):
        W = np.ones(2)
        state = optimizer().init(W)
        state["scratch"][...] = np.nan  # scratch space carries nothing from step to step
        optimizer().step(W, g, state)
        results.append(W)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("optimizer", ALL)
def test_a_step_allocates_no_arrays(optimizer):
    W, g = np.ones(100_000), np.ones(100_000)
    state = optimizer().init(W)
    tracemalloc.start()
    optimizer().step(W, g, state)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < W.nbytes / 10


@pytest.mark.parametrize("optimizer", ALL)
@pytest.mark.parametrize("rate", [0.0, -0.1, np.nan, np.inf])
def test_bad_rates_are_named(optimizer, rate):
    with pytest.raises(ValueError, match=r"^learning_rate "):
        optimizer(learning_rate=rate)


@pytest.mark.parametrize(
    ("optimizer", "setting", "value"),
    [
        (Momentum, "momentum", -0.1),
        (Momentum, "momentum", 1.1),
        (AdaGrad, "eps", 0.0),
        (AdaDelta, "eps", 0.0),
        (AdaDelta, "rho", 1.1),
        (AdaDelta, "rho", -0.1),
        (RMSprop, "rho", 1.1),
        (RMSprop, "rho", -0.1),
        (RMSprop, "eps", -1.0),
        (Adam, "beta1", 1.0),
        (Adam, "beta1", -0.1),
        (Adam, "beta2", 1.0),
        (Adam, "beta2", -0.1),
        (Adam, "eps", 0.0),
    ],
)
def test_bad_settings_are_named(optimizer, setting, value):
    with pytest.raises(ValueError, match=f"^{setting} "):
        optimizer(**{setting: value})


@pytest.mark.parametrize(
    ("optimizer", "setting"),
    [
        (Momentum, {"momentum": 0.0}),
        (Momentum, {"momentum": 1.0}),
        (RMSprop, {"rho": 0.0}),
        (RMSprop, {"rho": 1.0}),
        (AdaDelta, {"rho": 0.0}),
        (AdaDelta, {"rho": 1.0}),
        (Adam, {"beta1": 0.0, "beta2": 0.0}),
    ],
)
def test_ends_of_the_intervals_are_allowed(optimizer, setting):
    assert all(getattr(optimizer(**setting), name) == value for name, value in setting.items())


@pytest.mark.parametrize("optimizer", ALL)
def test_settings_cannot_be_changed_by_accident(optimizer):
    with pytest.raises(AttributeError):
        optimizer().learning_rate = 1.0
