"""What the chapter "Batches and noise" says of its figures and experiments is what they show."""

import math
import re
import sys
from itertools import pairwise

import numpy as np
import pytest
from figures.asked import at_start, numbers, questions

from dlcourse.datasets import load_digits_subset
from dlcourse.descent import gradient_descent
from dlcourse.figures import batches_and_noise as figures
from dlcourse.figures.stored import stored
from dlcourse.landscape import TILTED_DOUBLE_WELL
from dlcourse.linear import (
    fit_logistic,
    logistic_gradient,
    logistic_objective,
    predict_probability,
    scores,
    softmax_regression_gradient,
)
from dlcourse.network import initialize
from dlcourse.training import train

SEEDS = range(5)
CHAPTER = "batches_and_noise"


def test_the_figures_wait_where_their_questions_say():
    plane, _ = at_start(CHAPTER, "after-one-look").frame_at()
    assert plane.marks[-1].upto == 0
    cloud, _ = at_start(CHAPTER, "a-third-of-the-noise").frame_at()
    np.testing.assert_array_equal(cloud.marks[0].X, figures._cloud(1, True))
    assert len(cloud.marks[0].X) == 200
    answers, _ = at_start(CHAPTER, "what-the-sorted-pass-learns").frame_at()
    assert answers.marks[0].values.ravel().tolist() == [1000] + 9 * [0]
    valleys, _ = at_start(CHAPTER, "which-batch-escapes").frame_at()
    np.testing.assert_array_equal(valleys.marks[1].X[:, 0], figures._runs(1)[10, :40])
    assert (figures._runs(1)[0] > 0).all()


def test_while_it_waits_the_walk_staggers_about_the_floor_of_the_question():
    losses, _ = at_start(CHAPTER, "four-times-the-batch").frame_at()
    mean, floor = losses.marks
    np.testing.assert_array_equal(mean.y, figures._settle(1, 1)["constant"])
    assert round(floor.y[0], 2) == numbers(CHAPTER, "four-times-the-batch")[2]
    late = mean.y[mean.x >= 400]
    assert floor.y[0] / 2 < late.min() < floor.y[0] < late.max() < 2 * floor.y[0]


# --- One walk, four ways ---


def walks(seed, epochs=1):
    """How far above the bottom each of the four walks is, before and after each step."""
    X, y = figures.ink_above()
    rng = np.random.default_rng(seed)
    return {
        size: figures.above_the_bottom(
            figures.descend_in_batches(X, y, figures.START, size, 1.0, epochs, rng)
        )
        for size in (1, 10, 100, 1000)
    }


def test_there_are_as_many_ones_as_sevens_and_the_map_knows_the_bottom():
    X, y = figures.ink_above()
    assert np.bincount(y).tolist() == [500, 500]
    np.testing.assert_allclose(X.mean(), 0, atol=1e-12)
    bottom = figures._bottom()
    np.testing.assert_allclose(logistic_gradient(X, y, bottom), 0, atol=1e-6)
    plane, _ = figures.four_walks().frame_at(touched=0)
    field, star, _ = plane.marks
    row, column = np.unravel_index(field.values.argmin(), field.values.shape)
    lowest = [np.linspace(-4, 2, 61)[column], np.linspace(-3, 4, 61)[row]]
    assert np.abs(star.X[0] - lowest).max() < 0.15


def test_after_one_look_at_each_digit_ten_at_a_time_is_lowest():
    shown = {size: figures._walk(size)[1][1000 // size] for size in (1, 10, 100, 1000)}
    assert min(shown, key=shown.get) == 10
    assert shown[10] < 0.01 < 0.05 < shown[100]
    ends = [{size: above[-1] for size, above in walks(seed).items()} for seed in range(20)]
    mean = {size: np.mean([end[size] for end in ends]) for size in (1, 10, 100, 1000)}
    assert 3 * mean[10] < min(mean[1], mean[100])
    assert mean[1000] > 10 * max(mean[1], mean[100])
    assert sum(min(end, key=end.get) == 10 for end in ends) >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_single_digits_get_down_first_and_stagger_there(seed):
    above = walks(seed, epochs=3)
    arrived = {size: size * np.argmax(a < 0.1) for size, a in above.items() if a.min() < 0.1}
    assert arrived[1] < arrived[10] < arrived[100] <= min(arrived.get(1000, 3000), 3000)
    later = {size: a[len(a) * 2 // 3 :] for size, a in above.items()}
    assert later[1].mean() > 3 * later[10].mean()
    assert later[1].std() > 3 * later[10].std()
    assert later[10].std() > later[100].std()
    for size in (1, 10):  # no rest, neither here nor in the figure
        for losses in (later[size], figures._walk(size)[1][2000 // size :]):
            assert losses.max() > 4 * np.median(losses)


# --- What is a batch? ---


@pytest.mark.parametrize(("size", "steps"), [(1, 1000), (10, 100), (100, 10), (128, 8), (1000, 1)])
def test_an_epoch_has_n_over_b_steps_rounded_up(size, steps):
    X, y = figures.ink_above()
    path = figures.descend_in_batches(X, y, figures.START, size, 1.0, 1, np.random.default_rng(0))
    assert len(path) - 1 == steps == math.ceil(1000 / size)
    if size == 128:
        left = np.random.default_rng(0).permutation(1000)[-104:]
        last = path[-2] - logistic_gradient(X[left], y[left], path[-2])
        np.testing.assert_allclose(path[-1], last, rtol=1e-12)


def test_the_self_test_about_the_steps_of_an_epoch():
    right, whole, exact = numbers(CHAPTER, "steps-in-an-epoch")
    assert (right, whole) == (math.ceil(60_000 / 256), 60_000 // 256)
    assert exact == pytest.approx(60_000 / 256, abs=0.05)
    assert 60_000 % 256 == 96


def test_a_batch_of_all_is_gradient_descent():
    X, y = figures.ink_above()
    rng = np.random.default_rng(0)
    path = figures.descend_in_batches(X, y, figures.START, 1000, 1.0, 20, rng)
    full = gradient_descent(logistic_objective(X, y), figures.START, 1.0, 20)
    np.testing.assert_allclose(path, full.points, rtol=1e-12)


# --- The noise of a batch ---


def test_the_single_gradients_are_those_of_the_loss_and_lie_on_two_lines():
    X, y = figures.ink_above()
    G = figures.single_gradients()
    np.testing.assert_allclose(G.mean(axis=0), logistic_gradient(X, y, np.zeros(2)))
    assert np.unique(G[:, 0]).tolist() == [-0.5, 0.5]
    assert (G[y == 0, 0] == 0.5).all()  # one line of ones, one of sevens
    assert (G[y == 1, 0] == -0.5).all()
    assert np.unique(figures._cloud(1, True)[:, 0]).tolist() == [-0.5, 0.5]
    assert len(np.unique(figures._cloud(100, True)[:, 0])) > 10  # a larger batch mixes both
    radii = [np.linalg.norm(figures._cloud(B, True) - G.mean(axis=0)) for B in (1, 10, 100, 1000)]
    assert radii == sorted(radii, reverse=True)


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("size", [1, 5, 20, 100, 500])
def test_measured_noise_keeps_the_law(size, replace):
    G = figures.single_gradients()
    found = figures.measured_noise(G, size, replace, np.random.default_rng(size))
    law = figures.expected_noise(figures._spread(), size, 1000, replace)
    np.testing.assert_allclose(found, law, rtol=0.08)


def test_all_examples_have_no_noise_and_draws_do_not_matter_for_small_batches():
    spread = figures._spread()
    assert figures.expected_noise(spread, 1000, 1000, replace=False) == 0
    with_, without = (figures.expected_noise(spread, 10, 1000, kind) for kind in (True, False))
    np.testing.assert_allclose(with_, without, rtol=0.01)
    assert figures._measured(False)[-1] < 1e-12 < figures._measured(True)[-1]


def test_the_gradients_of_an_epoch_average_to_that_of_all():
    G = figures.single_gradients()
    batches = np.split(np.random.default_rng(0).permutation(1000), 50)
    mean = np.mean([G[batch].mean(axis=0) for batch in batches], axis=0)
    np.testing.assert_allclose(mean, G.mean(axis=0), atol=1e-12)


def test_a_third_of_the_noise_takes_nine_times_the_examples():
    right, linear, root = numbers(CHAPTER, "a-third-of-the-noise")
    noise = figures.expected_noise(1.0, [1, right, linear, root], 1000, replace=True)
    np.testing.assert_allclose(1 / noise[1:], [3, math.sqrt(3), 1.3], rtol=0.02)


# --- What an epoch costs ---


def test_two_experiments_train_on_all_ten_digits():
    for digits in (figures._two_thousand_digits()[1], load_digits_subset()[1]):
        assert np.unique(digits).tolist() == [*range(10)]
    assert np.unique(figures.ink_above()[1]).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(2))
def test_the_best_batch_grows_with_the_rate(seed):
    best = {
        rate: min(figures._RACERS, key=lambda size: figures._race(size, rate, seed)[-1])
        for rate in (0.01, 0.1, 1.0)
    }
    assert best == {0.01: 1, 0.1: 10, 1.0: 100}


def test_while_it_waits_batches_of_ten_win_by_passes():
    by_pass, _ = at_start(CHAPTER, "ten-times-the-rate").frame_at()
    assert min(by_pass.marks, key=lambda line: line.y[-1]).label == "10 at a time"
    assert [line.y[-1] for line in by_pass.marks] == [
        figures._race(size, 0.1)[-1] for size in figures._RACERS
    ]


@pytest.mark.parametrize("seed", range(2))
def test_curves_with_the_same_rate_per_example_are_nearly_the_same(seed):
    one, ten, hundred = (
        np.array(figures._race(size, size / 100, seed))[1:] for size in (1, 10, 100)
    )
    np.testing.assert_allclose(one, ten, rtol=0.15)
    assert ten[-1] < hundred[-1] < 2 * ten[-1]
    assert figures._RACERS[-1] / 100 == 20  # what full batches would need
    small, large = (np.array(figures._race(*run, seed)) for run in ((10, 0.01), (100, 0.1)))
    np.testing.assert_allclose(small, large, rtol=0.01)


@pytest.mark.parametrize("seed", range(2))
def test_at_the_rate_1_singles_learn_nothing_tens_end_high_and_all_overshoot(seed):
    curves = {size: np.array(figures._race(size, 1.0, seed)) for size in (1, 10, 100, 2000)}
    assert curves[1][1:].min() > curves[1][0]
    assert curves[10][-1] > 1.5 * curves[100][-1]
    assert np.diff(curves[2000]).max() > 0
    assert curves[2000][-1] > 5 * curves[100][-1]


def test_the_right_clock_counts_steps_and_measures_seconds():
    explorer = figures.race_of_batch_sizes()
    _, steps = explorer.frame_at(clock="steps")
    assert [line.x[-1] for line in steps.marks] == [12000, 1200, 120, 6]
    _, seconds = explorer.frame_at(clock="seconds")
    for line, size in zip(seconds.marks, figures._RACERS, strict=True):
        np.testing.assert_allclose(line.x[0], figures.seconds_per_epoch(size), rtol=1e-6)


def test_seconds_are_stored_for_every_batch_size_and_small_batches_are_slow():
    table = figures.runs()["seconds_per_epoch"]
    measured = stored("batches_and_noise")["seconds_per_epoch"]
    assert [size for size, _ in table] == [size for size, _ in measured] == list(figures._RACERS)
    assert all(seconds > 0 for _, seconds in table)
    one, ten, hundred, _ = (seconds for _, seconds in measured)
    assert one > ten > hundred


def calls_of_an_epoch(size):
    """How many functions are called while the race's network reads its digits once."""
    X, y = figures._two_thousand_digits()
    rng, calls, before = np.random.default_rng(0), [], sys.getprofile()
    network = initialize((784, 20, 10), rng, "tanh")
    sys.setprofile(lambda _, event, __: calls.append(event))
    try:
        train(network, X, y, batch_size=size, epochs=1, rng=rng, progress=False)
    finally:
        sys.setprofile(before)
    return sum(event in ("call", "c_call") for event in calls)


def test_a_step_calls_as_many_functions_whatever_its_batch_is():
    steps, calls = [20, 200, 2000], [calls_of_an_epoch(size) for size in (100, 10, 1)]
    few, many = np.diff(calls) / np.diff(steps)  # the fixed price, counted and not timed
    assert few == pytest.approx(many, rel=0.01)
    assert calls[2] > 30 * calls[0]


# --- Why shuffle ---


def sorted_batches(seed=0):
    """The batches of the sorted pass, as rows of the 5,000 digits."""
    y = load_digits_subset()[1]
    rows = np.random.default_rng(seed).permutation(len(y))
    return np.split(rows[np.argsort(y[rows], kind="stable")], 100)


def test_a_sorted_pass_has_one_class_at_a_time_and_pushes_the_zeros_down_batch_after_batch():
    X, y, new, _ = load_digits_subset()
    W, of_zero = np.zeros((10, 785)), []
    for step, batch in enumerate(sorted_batches()):
        assert (y[batch] == step // 10).all()
        gradient = softmax_regression_gradient(X[batch], y[batch], W)
        others = np.arange(10) != step // 10
        assert (gradient[others] >= 0).all()  # less for the others
        assert (gradient[~others] <= 0).all()
        W = W - 0.1 * gradient
        of_zero.append(scores(new, W)[:, 0].mean())
    assert (np.diff(of_zero[9:]) < 0).all()
    assert (scores(new, W).argmax(axis=1) == figures._answers("sorted")[-1]).all()


@pytest.mark.parametrize("seed", range(2))
def test_a_sorted_batch_is_far_off_to_one_side_and_more_of_its_class_does_not_mend_it(seed):
    X, y, *_ = load_digits_subset()
    W = np.zeros((10, 785))
    g = softmax_regression_gradient(X, y, W)

    def errors(batches):
        return np.array([(softmax_regression_gradient(X[b], y[b], W) - g).ravel() for b in batches])

    batches = sorted_batches(seed)
    off = errors(batches)
    far = np.linalg.norm(off, axis=1)
    shuffled = errors(np.split(np.random.default_rng(seed).permutation(5000), 100))
    assert far.mean() > 4 * np.linalg.norm(shuffled, axis=1).mean()
    assert far.min() > 4 * np.linalg.norm(g)
    directions = (off / far[:, np.newaxis]).reshape(10, 10, -1)
    assert (directions @ directions.transpose(0, 2, 1)).min() > 0.9
    whole = errors([np.concatenate(batches[k : k + 10]) for k in range(0, 100, 10)])
    assert (np.linalg.norm(whole, axis=1) > 0.95 * far.reshape(10, 10).mean(axis=1)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sorted_pass_teaches_only_the_last_digit(seed):
    said = figures._answers("sorted", seed)
    assert (said[2] == 0).all()  # after the 500 zeros
    assert (said[-1] == 9).mean() > 0.95
    assert (said[-1] == 0).mean() < 0.01
    for digit in range(10):  # after each class it is the commonest answer
        assert np.bincount(said[2 * digit + 2], minlength=10).argmax() == digit
        for row in said[2 * digit + 1 : 2 * digit + 3]:  # and in the middle of a class most say so
            assert (row == digit).mean() > 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_digits_shuffled_teach_nearly_all(seed):
    *_, truth = figures.load_digits_subset()
    assert (figures._answers("shuffled", seed)[-1] == truth).mean() > 0.8


# --- Noise that shakes you out ---


def in_the_deep_valley(size, seed, step=400):
    return (figures._runs(size, seed)[step] < 0).mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_of_two_brings_most_walks_to_the_deep_valley(seed):
    share = {size: in_the_deep_valley(size, seed) for size in figures._ESCAPE_SIZES}
    assert max(share, key=share.get) == 2
    assert share[2] > 0.75
    assert 0.6 < share[1] < 0.72
    assert 0.015 < share[9] < 0.045
    assert share[36] == share[3600] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_with_single_examples_most_get_out_soon_and_later_a_third_is_always_back(seed):
    path = figures._runs(1, seed)
    assert (path[:51] < 0).any(axis=0).mean() > 0.75
    back = (path[100:] > 0).mean(axis=1)
    assert 0.25 < back.min() <= back.max() < 0.42


def crossings(path):
    """How often per step the walks leave the poor valley and the deep one, from floor to floor."""
    valley = np.where(path < -0.9, -1, np.where(path > 0.8, 1, 0))
    for before, now in pairwise(valley):
        now[now == 0] = before[now == 0]
    poor, crossed = valley[:-1] == 1, valley[:-1] != valley[1:]
    return crossed[poor].mean(), crossed[~poor].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_noise_of_two_crosses_the_low_wall_often_and_the_high_one_seldom(seed):
    out, back = crossings(figures._runs(2, seed))
    assert out > 3 * back > 0


def test_single_examples_leave_at_once_and_come_back():
    assert in_the_deep_valley(1, 0, step=50) > 0.45
    path = figures._runs(1)
    back = (path[200] < 0) & (path[400] > 0)
    assert back.sum() > 100


def test_the_two_valleys_are_where_the_text_says():
    w = np.linspace(-2, 2, 4001)
    values = figures._double_well(w)
    np.testing.assert_allclose(
        values[::100], [TILTED_DOUBLE_WELL.value(w[[k]]) for k in range(0, 4001, 100)]
    )
    valleys = w[1:-1][(values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])]
    np.testing.assert_allclose(valleys, [-1.05, 0.95], atol=0.01)
    poor, deep = figures._double_well(valleys[::-1])
    wall = figures._double_well(w[(w > -1) & (w < 0.9)]).max()
    assert wall - deep > 2 * (wall - poor) > 0


# --- The floor ---


def settled(size, rate, seed=0):
    return figures._settle(size, rate, seed)["constant"][figures._WATCHED >= 700].mean()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [1, 4, 16])
@pytest.mark.parametrize("rate", [0.25, 1.0])
def test_a_constant_rate_ends_on_the_floor_of_the_law(rate, size, seed):
    above_the_law = settled(size, rate, seed) / figures._floor(size, rate)
    assert 0.93 < above_the_law < 1.2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [1, 4, 16])
def test_at_the_rate_4_the_walk_floats_higher_than_the_law_says(size, seed):
    above_the_law = settled(size, 4, seed) / figures._floor(size, 4)
    assert above_the_law > max(1.25, settled(size, 1.0, seed) / figures._floor(size, 1.0))


def test_four_times_the_batch_has_a_quarter_of_the_floor_as_a_quarter_of_the_rate_has():
    right, root, same = numbers(CHAPTER, "four-times-the-batch")
    within = float(questions(CHAPTER)["four-times-the-batch"][1]["within"])
    assert figures._floor(4, 1.0) == pytest.approx(right, abs=within)
    assert figures._floor(1, 0.25) == pytest.approx(figures._floor(4, 1.0))
    assert figures._floor(1, 1.0) == pytest.approx(same, abs=5e-4)
    assert root == same / 2


@pytest.mark.parametrize(("rate", "size"), [(0.25, 1), (1.0, 1), (1.0, 4)])
def test_the_caption_tells_the_floor_that_the_text_tells(rate, size):
    told = figures._settle(size, rate)["constant"][figures._WATCHED >= 1000].mean()
    assert told == pytest.approx(figures._floor(size, rate), rel=0.25)


def test_the_caption_tells_the_loss_of_a_step_that_is_drawn():
    explorer = figures.settling_down()
    for schedule in figures.SCHEDULES:
        caption = explorer.caption_at(schedule=schedule)
        told, step = re.search(r"is (\S+) after (\S+) steps", caption).groups()
        line = explorer.frame_at(schedule=schedule)[0].marks[0]
        assert f"{line.y[line.x == float(step)].item():.2g}" == told


@pytest.mark.parametrize("kappa", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_the_mean_square_of_a_noisy_walk_is_that_of_the_law(rate, kappa):
    rng, nu, size = np.random.default_rng(0), 0.6, 4
    w = np.ones(20_000)
    for _ in range(200):
        w = w - rate * (kappa * w + nu / np.sqrt(size) * rng.normal(size=len(w)))
    v = rate * nu**2 / (size * kappa * (2 - rate * kappa))
    assert np.mean(w**2) == pytest.approx(v, rel=0.05)


@pytest.mark.parametrize("kappa", [0.5, 1.0, 2.0])
def test_a_small_rate_has_the_floor_of_the_law_and_needs_many_steps_to_reach_it(kappa):
    rate, nu, size = 1e-4, 0.6, 4
    v = rate * nu**2 / (size * kappa * (2 - rate * kappa))
    assert kappa / 2 * v == pytest.approx(rate * nu**2 / (4 * size), rel=1e-3)
    steps = 1 / (2 * rate * kappa)
    assert (1 - rate * kappa) ** (2 * steps) == pytest.approx(1 / np.e, rel=1e-3)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("schedule", ["in steps", "like 1/k", "cosine"])
def test_every_schedule_ends_below_the_floor(schedule, seed):
    for size in (1, 4, 16):
        assert figures._settle(size, 1.0, seed)[schedule][-1] < figures._floor(size, 1.0) / 4


@pytest.mark.parametrize("seed", range(3))
def test_the_rate_in_steps_reaches_one_lower_floor_and_not_the_next(seed):
    fell = figures._settle(1, 1.0, seed)["in steps"]
    at = figures._WATCHED
    first, second = fell[(at >= 300) & (at <= 700)].mean(), fell[(at > 1100) & (at <= 1400)].mean()
    assert first == pytest.approx(figures._floor(1, 1.0), rel=0.3)
    assert second == pytest.approx(figures._floor(1, 0.1), rel=0.35)
    assert 2 * figures._floor(1, 0.01) < fell[-1] < second


def test_the_schedules_are_those_of_the_text():
    rates = {}
    for name in figures.SCHEDULES:
        _, panel = figures.settling_down().frame_at(schedule=name)
        steps_before, rates[name] = panel.marks[0].x - 1, panel.marks[0].y
    np.testing.assert_allclose(rates["in steps"], 10.0 ** -(steps_before // 700))
    assert len(np.unique(rates["in steps"])) == 3
    np.testing.assert_allclose(rates["like 1/k"], 1 / (1 + steps_before / 100))
    wave = np.cos(np.linspace(0, np.pi, 2001))  # from its top to its bottom
    np.testing.assert_allclose(2 * rates["cosine"] - 1, wave[steps_before.astype(int)])


def test_only_one_over_k_keeps_both_conditions():
    k = np.arange(1, 1_000_001)
    assert (1 / k).sum() - (1 / k[:10_000]).sum() > 4
    assert (1 / k**2.0).sum() < math.pi**2 / 6 < 1.65
    assert (1 / k**2.0).sum() == pytest.approx(math.pi**2 / 6, abs=2e-6)
    np.testing.assert_allclose((1 / np.sqrt(k) ** 2).sum(), (1 / k).sum())
    assert figures.SCHEDULES["in steps"](np.arange(70_000.0)).sum() < 800


def test_labels_left_behind_teach_one_half():
    X, y = figures.ink_above()
    for seed in SEEDS:
        shuffled = X[np.random.default_rng(seed).permutation(1000)]
        P = predict_probability(shuffled, fit_logistic(shuffled, y))
        assert np.abs(P - 0.5).max() < 0.25
        assert np.abs(P - 0.5).mean() < 0.05
