"""What the chapter "Early stopping" says of its figures and experiments is what they show."""

import re
from copy import deepcopy

import numpy as np
import pytest
from figures.asked import BOOK, at_start, numbers

from dlcourse.datasets import load_digits_subset
from dlcourse.explorers import Band
from dlcourse.figures import early_stopping as figures
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores
from dlcourse.optimizers import SGD
from dlcourse.stopping import EarlyStopping, best_epoch, should_stop
from dlcourse.training import train

CHAPTER = "early_stopping"
RUNS = np.arange(figures.RUNS)


def ends(curve, patience, min_delta=0.0):
    """After how many epochs training stops."""
    stopping = EarlyStopping(patience, min_delta)
    return next(n for n in range(1, len(curve) + 1) if should_stop(curve[:n], stopping))


@pytest.fixture
def watched(monkeypatch):
    """Train a run of the figures; what `look` says of the network after each epoch."""

    def run(look, seed, wrong=figures.WRONG):
        seen = []

        def train_and_look(network, X, labels, callbacks, **settings):
            callbacks = [*callbacks, lambda _: seen.append(look(network, X, labels))]
            return train(network, X, labels, callbacks=callbacks, **settings)

        monkeypatch.setattr(figures, "train", train_and_look)
        return figures.curves(seed, wrong), seen

    return run


def digits_of(seed):
    """True labels of the 300 digits that a run learns; images and labels of its fresh ones."""
    X, y = figures.all_digits()
    order = np.random.default_rng(seed).permutation(len(X))
    return y[order[:300]], X[order[-4000:]], y[order[-4000:]]


def test_the_figures_wait_where_their_questions_say():
    (one,) = at_start(CHAPTER, "when-would-you-stop").frame_at()
    training, validation, star = one.marks
    assert training.upto + 1 == validation.upto + 1 == 12
    assert star.X[:, 0].tolist() == [9]
    starts = {
        name: [each.values[each.start] for each in at_start(CHAPTER, name).controls]
        for name in (
            "four-times-the-digits",
            "smallest-good-patience",
            "steps-or-penalty",
            "winner-on-fresh-digits",
        )
    }
    assert [*starts.values()] == [["loss of 50"], [1, 0.0, "best"], [10], ["test", 100, 1]]


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
    assert (np.diff(training[:20]) < 0).all()  # still falling at epoch 12, and long after
    assert f"{training[-1]:.2f} {validation.min():.2f} {validation[-1]:.2f}" == "0.07 0.74 1.01"
    assert 1.3 < validation[-1] / validation.min() < 1.4


@pytest.mark.parametrize("seed", [figures._RUN, 0, 1])
def test_it_learns_what_many_share_and_then_one_by_one_wrong_labels_too(watched, seed):
    true, *_ = digits_of(seed)

    def look(network, X, labels):
        says, wrong = predict_scores(network, X).argmax(axis=1), labels != true
        assert (wrong.sum(), len(wrong)) == (45, 300)
        learned = [(says == labels)[rows].mean() for rows in (wrong, ~wrong)]
        return *learned, (says == true)[wrong].mean(), np.linalg.norm(network.parameters)

    wrong, right, seen_through, sizes = np.array(watched(look, seed)[1]).T
    early, late = 9 - 1, 60 - 1
    assert right[early] > 0.9
    assert wrong[early] < 0.2
    assert seen_through[early] > 0.6  # it says what they share, not what it was told
    assert right[late] == 1
    assert wrong[late] > 0.9
    assert seen_through[late] < 0.1
    assert (np.diff(sizes) > 0).all()  # weights start small, and time lets them grow
    assert sizes[late] > 1.5 * sizes[0]


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


@pytest.mark.parametrize("seed", range(2))
def test_with_right_labels_it_gets_too_sure_of_its_mistakes(watched, seed):
    _, X, y = digits_of(seed)

    def look(network, *_):
        S = predict_scores(network, X)
        losses = np.log(np.exp(S - S.max(axis=1, keepdims=True)).sum(axis=1))
        sure = np.exp(-losses)  # the probability of what it says
        losses += S.max(axis=1) - S[np.arange(len(S)), y]
        mistaken = S.argmax(axis=1) != y
        return sure[mistaken].mean(), losses[mistaken].mean(), losses[~mistaken].mean()

    curves, seen = watched(look, seed, wrong=0)
    low = int(np.argmin(curves["loss fresh"]))
    sure, of_mistakes, of_the_others = np.array(seen).T
    assert sure[-1] > sure[low] + 0.05 > sure[0] + 0.3
    assert of_mistakes[-1] > of_mistakes[low] + 0.4
    assert of_the_others[-1] < of_the_others[low]
    assert of_mistakes[-1] > 20 * of_the_others[-1]


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
    shifts = [(curves - fresh)[:, 7:25].mean(axis=1).std() for curves in (few, more)]
    assert shifts[1] / shifts[0] == pytest.approx(0.5, abs=0.06)
    assert np.abs(np.diff(fresh[:, 7:25], axis=1)).mean() == pytest.approx(0.03, abs=0.005)
    lows = [curves.argmin(axis=1) + 1 for curves in (few, more)]
    assert [(low.min(), low.max()) for low in lows] == [(8, 41), (8, 23)]
    assert training.argmin(axis=1).min() + 1 >= 59


def test_validation_jumps_where_fresh_digits_do():
    jumps = [
        np.diff(figures.runs()[name][:, 7:25]).ravel() for name in ("loss of 200", "loss fresh")
    ]
    assert np.corrcoef(jumps)[0, 1] > 0.8


@pytest.mark.parametrize("seed", [figures._RUN, 0])
def test_small_batches_at_a_constant_rate_shake_the_network(watched, seed):
    """From epoch 7 on, as many steps on all digits, or shorter ones, hardly jump."""
    _, X_fresh, y_fresh = digits_of(seed)
    curves, seen = watched(lambda network, *learned: (deepcopy(network), *learned), seed)
    shaken = np.abs(np.diff(curves["loss fresh"][7:25])).mean()
    for rate, batch in ((0.1, 300), (0.01, 10)):
        (network, *learned), losses = deepcopy(seen[6]), []
        for epoch in range(12):
            train(
                network,
                *learned,
                rng=np.random.default_rng(epoch),
                optimizer=SGD(rate),
                epochs=batch // 10,
                batch_size=batch,
                progress=False,
            )
            losses.append(cross_entropy(predict_scores(network, X_fresh), y_fresh))
        assert np.abs(np.diff(losses)).mean() < 0.4 * shaken


def test_the_jumps_of_the_network_itself_make_false_lows():
    soon = [ends(curve, 3) < curve.argmin() + 1 for curve in figures.runs()["loss fresh"]]
    assert np.mean(soon) > 0.2


# --- Patience ---


def test_the_packages_best_epoch_is_the_function_in_the_text():
    page = (BOOK / f"{CHAPTER}.md").read_text(encoding="utf-8")
    found = re.search(r"^def last_improvement.*?(?=^```)", page, re.DOTALL | re.MULTILINE)
    names = {}
    exec(found[0], names)
    for curve in figures.runs()["loss of 50"]:
        for min_delta in figures.DELTAS:
            for epochs in (1, 12, 60):
                seen = curve[:epochs]
                assert names["last_improvement"](seen, min_delta) == best_epoch(seen, min_delta)


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
    assert figures.too_soon(4, 0.0).mean() > 0.1  # which is not on the slider
    soon = figures.too_soon(5, 0.0)
    assert soon.sum() == 4
    assert figures.cost(5, 0.0, "best")[soon].max() < 0.02  # they have missed little
    validation, kept = figures.runs()["loss of 200"], figures.stopped(5, 0.0)[1]
    assert (validation[RUNS, kept - 1] - validation.min(axis=1))[soon].max() < 0.02
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


@pytest.mark.parametrize("parts", [figures.by_steps, figures.by_penalty])
def test_ten_steps_get_somewhere_in_steep_directions_only(parts):
    for draw in figures._draws():
        shown = np.sort(draw.kappa[draw.kappa > figures._KAPPAS[0]])
        way = parts(shown, 10)
        assert way[-1] > 0.35
        assert (np.diff(way) > 0).all()
        assert (way > 0.1).mean() < 0.12
        assert np.median(way) < 0.01


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
    right, doubled, time, inverted = numbers(CHAPTER, "lambda-of-steps")
    assert right == 1 / (2 * 0.05 * 200)
    assert (2 * right, 0.05 * 200) == (doubled, time)
    assert inverted == 2 * time == 1 / right
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


def test_the_band_leaves_out_the_lowest_tenth_of_the_draws_and_the_highest():
    reported = figures.winners("test", 100)[:, :, 0]
    (band,) = (mark for mark in figures._choosing_frame("test", 100, 64) if isinstance(mark, Band))
    assert ((reported < band.low).mean(axis=0) <= 0.1).all()
    assert ((reported <= band.low).mean(axis=0) >= 0.1).all()
    assert ((reported > band.high).mean(axis=0) <= 0.1).all()
    assert ((reported >= band.high).mean(axis=0) >= 0.1).all()


@pytest.mark.parametrize("seed", range(3))
def test_chosen_by_a_validation_set_the_two_lines_fall_together(seed):
    lines = figures.winners("validation", 100, seed).mean(axis=0)
    assert np.abs(np.diff(lines, axis=1)).max() < 0.005
    assert (np.diff(lines, axis=0) < 0.001).all()
    assert (lines[0] > lines[-1] + 0.02).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_lowest_of_more_is_lower_still(seed):
    assert (np.diff(figures.winners("test", 100, seed).mean(axis=0)[:, 0]) < -0.003).all()


def test_the_median_of_twenty_is_honest():
    rng, gaps = np.random.default_rng(0), []
    for _ in range(300):
        wrong = rng.permutation(figures.mistakes())[:20]
        test, rest = np.split(wrong[:, rng.permutation(wrong.shape[1])], [100], axis=1)
        gaps.append(np.median(test.mean(axis=1)) - np.median(rest.mean(axis=1)))
    assert abs(np.mean(gaps)) < 0.006


# --- The other questions ---


def test_the_self_test_about_patience():
    curve = [0.90, 0.70, 0.60, 0.65, 0.62, 0.59, 0.61, 0.63, 0.64, 0.66]
    right, kept, early, late = numbers(CHAPTER, "stops-after-epoch")
    assert ends(curve, 3) == right
    assert best_epoch(curve[:9]) + 1 == kept
    assert [n - kept for n in (early, right, late)] == [2, 3, 4]
    assert ends(curve, 4) == late


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
    moved = curves.argmin(axis=1) - figures.runs()["loss fresh"].argmin(axis=1)
    assert moved.std() == pytest.approx(epochs, abs=0.4)
