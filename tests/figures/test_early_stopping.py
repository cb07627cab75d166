"""What the chapter "Early stopping" says of its figures and experiments is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.datasets import load_digits_subset
from dlcourse.figures import early_stopping as figures
from dlcourse.network import initialize
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop
from dlcourse.training import train

CHAPTER = "early_stopping"
RUNS = np.arange(figures.RUNS)


def ends(curve, patience, min_delta=0.0):
    """After how many epochs training stops."""
    stopping = EarlyStopping(patience, min_delta)
    return next(n for n in range(1, len(curve) + 1) if should_stop(curve[:n], stopping))


# --- One run, and forty ---


def test_a_run_is_what_is_stored_of_it():
    measured = figures.curves(figures._RUN)
    assert measured.keys() == figures.runs().keys()
    for name, curve in measured.items():  # other machines round elsewhere, and each step builds on
        np.testing.assert_allclose(curve, figures.runs()[name][figures._RUN], atol=0.03)


def test_the_run_at_the_top_has_a_last_low_after_a_wait_of_five_epochs():
    training = figures.runs()["training loss"][figures._RUN]
    validation = figures.runs()["loss of 200"][figures._RUN]
    assert validation[:12].argmin() + 1 == 9
    assert validation.argmin() + 1 == 14
    assert ends(validation, 4) == 13
    assert ends(validation, 5) > 14
    assert training.argmin() + 1 >= 59
    assert f"{training[-1]:.2f} {validation.min():.2f} {validation[-1]:.2f}" == "0.07 0.74 1.01"
    assert 1.3 < validation[-1] / validation.min() < 1.4


def test_the_longer_training_costs_fresh_digits():
    lowest = figures.runs()["loss of 200"].argmin(axis=1)
    error = figures.runs()["error fresh"]
    assert round(100 * error[RUNS, lowest].mean(), 1) == 23.9
    assert round(100 * error[:, -1].mean(), 1) == 29.2
    assert (error[:, -1] > error[RUNS, lowest]).all()


def test_training_begins_above_validation():
    assert (figures.runs()["training loss"] > figures.runs()["loss of 200"])[:, :3].all()


def test_with_right_labels_the_loss_turns_and_the_error_hardly_does():
    runs = [figures.curves(seed, wrong=0) for seed in range(4)]
    loss, error = (
        np.mean([run[name] for run in runs], axis=0) for name in ("loss fresh", "error fresh")
    )
    np.testing.assert_allclose([loss.min(), loss[-1]], [0.56, 0.63], atol=0.015)
    assert abs(error[-1] - error[loss.argmin()]) < 0.01


# --- Noise ---


def test_four_times_the_digits_make_the_bundle_half_as_wide():
    few, more, fresh, training = (
        figures.runs()[name]
        for name in ("loss of 50", "loss of 200", "loss fresh", "training loss")
    )
    right, *_ = numbers(CHAPTER, "four-times-the-digits")
    assert few[:, 11].std() / more[:, 11].std() == pytest.approx(right, abs=0.2)
    assert round(few[:, 11].mean(), 2) == 0.81
    assert round(few[:, 11].std(), 2) == 0.16
    for curves, shift in ((few, 0.15), (more, 0.08)):
        off = (curves - fresh)[:, 7:25]
        assert off.mean(axis=1).std() == pytest.approx(shift, abs=0.01)
        assert off.mean(axis=1).std() > 3 * off.std(axis=1).mean()  # it moves all epochs alike
    assert np.abs(np.diff(fresh[:, 7:25], axis=1)).mean() == pytest.approx(0.03, abs=0.005)
    lows = [curves.argmin(axis=1) + 1 for curves in (few, more)]
    assert [(low.min(), low.max()) for low in lows] == [(8, 41), (8, 23)]
    assert training.argmin(axis=1).min() + 1 >= 59


def test_validation_jumps_where_fresh_digits_do():
    jumps = [
        np.diff(figures.runs()[name][:, 7:25]).ravel() for name in ("loss of 200", "loss fresh")
    ]
    assert np.corrcoef(jumps)[0, 1] > 0.8


# --- Patience ---


@pytest.mark.parametrize("patience", figures.PATIENCES)
def test_the_figure_stops_as_the_package_does(patience):
    epochs, kept = figures.stopped(patience, 0.01)
    for curve, n, best in zip(figures.runs()["loss of 200"], epochs, kept, strict=True):
        stopping = EarlyStopping(patience, 0.01)
        assert n == figures.EPOCHS or should_stop(curve[:n], stopping)
        assert not should_stop(curve[: n - 1], stopping)
        assert best == best_epoch(curve[:n], 0.01) + 1


def test_what_patience_saves_and_costs():
    share = {p: figures.too_soon(p, 0.0).mean() for p in figures.PATIENCES}
    epochs = {p: round(figures.stopped(p, 0.0)[0].mean()) for p in figures.PATIENCES}
    costs = {p: figures.cost(p, 0.0, "best").mean() for p in figures.PATIENCES}
    assert share[1] > 0.95
    assert share[2] == pytest.approx(2 / 3, abs=0.03)
    assert share[3] > 0.1 == share[5]
    assert share[12] == share[20] == 0
    assert (epochs[1], epochs[5], epochs[20]) == (8, 19, 35)
    assert round(costs[5], 3) == 0.007
    assert costs[20] >= costs[5]


def test_a_large_min_delta_is_blind_for_small_gains():
    assert figures.too_soon(5, 0.1).mean() == pytest.approx(2 / 3, abs=0.03)


def test_the_last_weights_cost_more_the_longer_one_waits():
    costs = [figures.cost(p, 0.0, "last").mean() for p in (5, 8, 12, 20, 30)]
    assert (np.diff(costs) > 0).all()
    assert round(costs[0], 2) == 0.05
    assert round(costs[3], 2) == 0.14


@pytest.mark.parametrize("seed", range(3))
def test_the_call_in_the_text_stops_early_and_keeps_its_best(seed):
    X, y, *_ = load_digits_subset()
    rng = np.random.default_rng(seed)
    network = initialize((784, 50, 10), rng)
    history = train(
        network,
        X[:300],
        y[:300],
        validation=(X[300:500], y[300:500]),
        early_stopping=EarlyStopping(patience=5),
        epochs=100,
        rng=rng,
        progress=False,
    )
    assert history.stopped == "early"
    assert len(history.epochs) == history.best_epoch + 5 < 100


# --- The penalty in disguise ---


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_penalty_go_the_parts_that_the_formulas_say(seed):
    rng = np.random.default_rng(seed)
    A, b, alpha, t, lam = rng.normal(size=(20, 3)), rng.normal(size=20), 0.1, 30, 0.2
    H, pull = A.T @ A / 20, A.T @ b / 20
    kappa, Q = np.linalg.eigh(H)
    goal = Q.T @ np.linalg.solve(H, pull)
    w = np.zeros(3)
    for _ in range(t):
        w = w - alpha * (H @ w - pull)
    np.testing.assert_allclose(Q.T @ w, (1 - (1 - alpha * kappa) ** t) * goal, atol=1e-12)
    ridge = np.linalg.solve(H + 2 * lam * np.eye(3), pull)
    np.testing.assert_allclose(Q.T @ ridge, kappa / (kappa + 2 * lam) * goal, atol=1e-12)


def test_both_parts_agree_at_both_ends_and_differ_by_a_fifth_at_most():
    kappa = np.geomspace(1e-6, 2, 500)
    for steps in figures.STEP_COUNTS:
        stopped, punished = figures.by_steps(kappa, steps), figures.by_penalty(kappa, steps)
        assert np.abs(stopped - punished).max() < 0.22
        flat = kappa * steps * figures.RATE < 0.01
        np.testing.assert_allclose(stopped[flat], punished[flat], rtol=0.01)
    assert punished[-1] > 0.99


def test_a_draws_directions_are_those_of_least_squares():
    problem = figures.LeastSquares(0)
    exact = problem.error(problem.kappa > 1e-9)
    assert problem.error(figures.by_penalty(problem.kappa, 10**12)) == pytest.approx(
        exact, abs=0.01
    )
    assert problem.kappa.sum() > 0


def test_steps_and_penalty_do_equally_well_on_digits():
    errors = figures.linear_errors()
    best = errors.min(axis=1)
    assert 0.21 < best.min() <= best.max() < 0.22
    assert best[0] < best[1]
    assert errors.argmin(axis=1).tolist() == 2 * [figures.STEP_COUNTS.index(300)]
    assert (errors[:, [0, -1]] > 0.04 + best[:, np.newaxis]).all()
    assert errors[:, 0] == pytest.approx(0.35, abs=0.01)
    assert np.abs(np.diff(errors, axis=0)).max() < 0.025


def test_the_self_test_about_the_matching_penalty():
    right, doubled, time, _ = numbers(CHAPTER, "lambda-of-steps")
    assert right == 1 / (2 * 0.05 * 200)
    assert (2 * right, 0.05 * 200) == (doubled, time)
    kappa = np.array([1e-4])
    np.testing.assert_allclose(figures.by_steps(kappa, 200), kappa / (kappa + 2 * right), rtol=0.01)


def test_the_exercise_about_twice_the_steps():
    assert 1 - 0.5**2 == 0.75
    kappa, lam = 1.0, 0.5  # half of the way
    assert kappa / (kappa + 2 * lam / 2) == pytest.approx(2 / 3)


# --- Who chooses ---


def test_the_lowest_validation_loss_is_lower_than_the_truth():
    validation, fresh = figures.runs()["loss of 200"], figures.runs()["loss fresh"]
    lowest = validation.argmin(axis=1)
    assert round(validation.min(axis=1).mean(), 3) == 0.788
    assert round(fresh[RUNS, lowest].mean(), 3) == 0.808


@pytest.mark.parametrize("seed", range(3))
def test_among_equals_the_winner_seems_twice_as_good(seed):
    mistakes = np.random.default_rng(seed).binomial(100, 0.2, size=(10_000, 64))
    assert mistakes.min(axis=1).mean() == pytest.approx(11, abs=0.4)


def test_networks_get_a_fifth_wrong():
    assert figures.mistakes().mean() == pytest.approx(0.195, abs=0.001)
    assert np.ptp(figures.mistakes().mean(axis=1)) > 0.05


@pytest.mark.parametrize("seed", range(3))
def test_the_test_set_that_chooses_flatters_and_a_validation_set_makes_it_honest(seed):
    reported, fresh = figures.winners("test", 100, seed).mean(axis=0)[-1]
    assert reported == pytest.approx(0.11, abs=0.007)
    assert fresh == pytest.approx(0.165, abs=0.005)
    reported, fresh = figures.winners("validation", 100, seed).mean(axis=0)[-1]
    assert reported == pytest.approx(fresh, abs=0.006)
    assert fresh == pytest.approx(0.165, abs=0.005)


@pytest.mark.parametrize("digits", figures.DRAWN)
def test_the_gap_grows_with_the_choice_and_shrinks_with_the_set(digits):
    found = figures.winners("test", digits).mean(axis=0)
    gaps = found[:, 1] - found[:, 0]
    assert gaps[3] > gaps[0] + 0.003
    if digits <= 200:
        assert gaps[-1] > gaps[3] + 0.005
    assert abs(gaps[0]) < 0.004
    if digits == 1000:
        assert 0.002 < gaps[-1] < 0.005
    if digits == 100:
        assert gaps[-1] == pytest.approx(0.05, abs=0.007)


def test_one_network_in_a_hundred_digits():
    alone = figures.winners("test", 100)[:, 0, 0]
    assert alone.mean() == pytest.approx(0.2, abs=0.006)


# --- The other questions ---


def test_the_self_test_about_patience():
    curve = [0.90, 0.70, 0.60, 0.65, 0.62, 0.59, 0.61, 0.63, 0.64, 0.66]
    right, kept, *_ = numbers(CHAPTER, "stops-after-epoch")
    assert ends(curve, 3) == right
    assert best_epoch(curve[:9]) + 1 == kept


def test_the_exercise_about_a_hundred_digits():
    assert np.sqrt(0.2 * 0.8 / 100) == pytest.approx(0.04)
    assert np.sqrt(0.2 * 0.8 / 400) == pytest.approx(0.02)


@pytest.mark.parametrize(("digits", "epochs"), [(50, 8.5), (200, 3.2)])
def test_which_digits_moves_all_epochs_mostly_alike_and_shifts_the_lowest_point(digits, epochs):
    curves = figures.runs()[f"loss of {digits}"]
    off = curves - figures.runs()["loss fresh"]
    alike = off.mean(axis=1)
    rest = off - alike[:, np.newaxis] - off.mean(axis=0)
    assert alike.std() > 1.5 * rest.std()
    assert curves.argmin(axis=1).std() == pytest.approx(epochs, abs=0.3)
