"""What the chapter "Optimisers" says of its figures and experiments is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.figures import optimisers as figures
from dlcourse.landscape import RAVINE, SADDLE
from dlcourse.optimizers import OPTIMIZERS, AdaDelta, AdaGrad, Adam, Momentum, RMSprop

CHAPTER = "optimisers"


def steps(optimizer, slopes):
    """Length of each step on a line with these slopes, one after the other."""
    W, places = np.zeros(1), [0.0]
    state = optimizer.init(W)
    for slope in slopes:
        optimizer.step(W, np.array([slope]), state)
        places.append(W.item())
    return -np.diff(places)


# --- A ravine, and a memory ---


def after_sixty(rate, beta):
    return figures._with_memory(rate, beta)[1][-1]


def test_a_memory_gets_further_down_than_any_rate_without():
    slider, kept, _ = figures.ravine_with_a_memory().controls
    assert round(after_sixty(0.02, 0), 2) == 0.71
    assert round(after_sixty(0.076, 0), 5) == 0.00065
    best_without = min(after_sixty(rate, 0) for rate in slider.values)
    assert best_without == after_sixty(0.076, 0) > 100 * after_sixty(0.02, 0.8)
    np.testing.assert_allclose(after_sixty(0.02, 0.8), 5e-6, rtol=0.1)
    assert 0.8 in kept.values


def test_the_buttons_bounce_fly_away_and_answer():
    bounces, away, answer = (b.settings for b in figures.ravine_with_a_memory().buttons)
    assert {state["step"] for state in (bounces, away, answer)} == {60}
    assert after_sixty(bounces["rate"], bounces["beta"]) == after_sixty(0.076, 0)
    assert after_sixty(away["rate"], away["beta"]) > 1e5
    assert (answer["rate"], answer["beta"]) == (0.02, 0.8)


def test_beyond_two_over_25_each_step_lands_higher():
    for rate in (0.09, 0.11):
        assert after_sixty(rate, 0) > 1e5
    for rate in (0.076, 0.079):
        path = figures.descend(Momentum(rate, 0), RAVINE, np.array([-4.0, 1.0]), 60)
        assert (np.diff(np.abs(path[:, 1])) < 0).all()
        assert (np.sign(path[1:, 1]) != np.sign(path[:-1, 1])).all()  # from wall to wall
    path = figures.descend(Momentum(2 / 25, 0), RAVINE, np.array([-4.0, 1.0]), 60)
    np.testing.assert_allclose(np.abs(path[:, 1]), 1)
    assert 1 - 2 / 25 == 0.92


def test_across_the_ravine_is_25_times_as_steep():
    np.testing.assert_array_equal(RAVINE.gradient(np.ones(2)), [1, 25])


# --- Momentum ---


def test_steady_slopes_pile_up_and_changing_ones_cancel():
    right, second, _ = numbers(CHAPTER, "how-fast-in-the-end")
    steady = steps(Momentum(1.0, 0.9), np.ones(200))
    np.testing.assert_allclose(steady[[1, -1]], [second, right], rtol=1e-6)
    changing = np.abs(steps(Momentum(1.0, 0.9), (-1.0) ** np.arange(201)))
    np.testing.assert_allclose(changing[-1], 1 / 1.9, rtol=1e-6)


def test_a_ball_in_a_liquid_is_momentum():
    mass, friction, h = 2.0, 0.5, 0.1
    w, v, path = np.array([-4.0, 1.0]), np.zeros(2), []
    for _ in range(50):
        v = (1 - h * friction / mass) * v - h / mass * RAVINE.gradient(w)
        w = w + h * v
        path.append(w)
    ball = Momentum(h**2 / mass, 1 - h * friction / mass)
    walk = figures.descend(ball, RAVINE, np.array([-4.0, 1.0]), 50)
    np.testing.assert_allclose(walk[1:], path)


def test_both_directions_of_the_ravine_shrink_by_the_root_of_beta():
    beta, alpha = 0.45, 0.11
    for kappa in (1, 25):
        assert (1 - beta**0.5) ** 2 < alpha * kappa < (1 + beta**0.5) ** 2
        assert (1 + beta - alpha * kappa) ** 2 < 4 * beta
        roots = np.roots([1, -(1 + beta - alpha * kappa), beta])
        np.testing.assert_allclose(np.abs(roots), beta**0.5)
    np.testing.assert_allclose(beta**0.5, 2 / 3, atol=0.01)  # takes off a third
    assert after_sixty(alpha, beta) < 1e-15


def test_exercise_momentum_is_not_turned_by_one_batch():
    up = steps(Momentum(1.0, 0.9), [1.0] * 9 + [-1.0])
    assert round(sum(0.9**k for k in range(1, 10)), 1) == 5.5
    assert up[-1] > 4


# --- AdaGrad and RMSprop ---


@pytest.mark.parametrize("slope", [1e-3, 4.0, 1e3])
def test_adagrad_begins_with_its_rate_and_starves(slope):
    lengths = steps(AdaGrad(1.0), np.full(100, slope))
    np.testing.assert_allclose(lengths, 1 / np.sqrt(np.arange(1, 101)), rtol=1e-6)
    right, no_root, half, first = numbers(CHAPTER, "hundredth-step")
    np.testing.assert_allclose([lengths[99], lengths[0]], [right, first], rtol=1e-6)
    assert (no_root, half) == (1 / 100, 4 / 10)


def test_pixels_near_the_border_keep_a_larger_rate():
    rates = figures.effective_rates("adagrad")
    middle, border = (rates[(slice(None), *place)] for place in figures._PIXELS.values())
    assert round(border[-1] / middle[-1]) == 25
    assert (np.diff(middle) < 0).all()
    assert rates[-1][10:18, 10:18].max() < rates[-1][:, [3, 24]].min()


def test_adagrads_rates_fall_on_and_rmsprops_come_to_rest():
    for place in figures._PIXELS.values():
        adagrad, rmsprop = (
            figures.effective_rates(method)[(slice(None), *place)]
            for method in ("adagrad", "rmsprop")
        )
        late = figures._SEEN.index(100)
        assert adagrad[-1] < 0.75 * adagrad[late]
        assert 0.6 < rmsprop[-1] / rmsprop[late] < 1.6


def test_the_rates_shown_are_those_of_the_method():
    """An epsilon of 1e-4 keeps pixels that never had ink on the scale; it hardly moves others."""
    assert figures.effective_rates("adagrad").max() <= figures._RATE / 1e-4 * (1 + 1e-9)


def test_rmsprop_begins_with_ten_rates():
    right, *_ = numbers(CHAPTER, "rmsprop-begins")
    np.testing.assert_allclose(steps(RMSprop(1.0, rho=0.99), [3.0])[0], right, rtol=1e-5)


# --- AdaDelta ---


def test_adadelta_speeds_up_like_the_root_of_the_steps():
    lengths = steps(AdaDelta(rho=0.9, eps=1e-6), np.full(10_000, 3.0))
    for t, off in ((1000, 0.06), (10_000, 0.01)):
        np.testing.assert_allclose(lengths[t - 1], np.sqrt(1e-6 * (1 + 0.1 * t)), rtol=off)
    assert 0.001 < lengths[0] < 0.01


def test_units():
    """Loss times 1000: only SGD and momentum notice. Metres to millimetres: the exercise."""
    slopes = np.random.default_rng(0).normal(size=30)
    for name, make in OPTIMIZERS.items():
        options = {"eps": 1e-30} if name in ("adagrad", "rmsprop", "adam") else {}
        factor = steps(make(**options), 1000 * slopes) / steps(make(**options), slopes)
        if name != "adadelta":  # whose epsilon has to be more than nothing
            np.testing.assert_allclose(factor, 1000 if name in ("sgd", "momentum") else 1)
    small, large = steps(Momentum(1.0, 0.0), slopes), steps(Momentum(1e6, 0.0), slopes / 1000)
    np.testing.assert_allclose(large, 1000 * small)
    np.testing.assert_allclose(
        steps(Adam(1.0, eps=1e-30), slopes / 1000), steps(Adam(1.0, eps=1e-30), slopes)
    )


# --- Adam ---


def test_the_paper_and_the_package_take_the_same_steps():
    slopes = np.random.default_rng(0).normal(size=50)
    np.testing.assert_allclose(
        steps(figures.PaperAdam(0.1), slopes), steps(Adam(0.1), slopes), rtol=1e-9
    )


def test_the_first_step_without_corrections():
    neither, mean, squares, both = numbers(CHAPTER, "uncorrected-first-step")
    said = {"neither": neither, "only the squares": mean, "only the mean": squares, "both": both}
    for correction, first in said.items():
        np.testing.assert_allclose(figures.first_steps(correction, 0.999)[0], first, rtol=2e-3)


def test_uncorrected_steps_grow_and_come_back_after_two_thousand():
    lengths = figures.first_steps("neither", 0.999)
    assert round(lengths.max(), 1) == 6.6
    assert 2000 < np.flatnonzero(lengths > 1.05)[-1] < 2500
    np.testing.assert_allclose(figures.first_steps("both", 0.999), 1, rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_corrections_do_to_digits(seed):
    losses = {c: figures.first_losses(c, 0.999, seed) for c in figures._CORRECTIONS}
    assert losses["only the mean"].max() > losses["only the mean"][0] + 1
    assert losses["both"].max() < losses["both"][0] + 0.1
    assert losses["only the squares"][10] > losses["both"][10] + 0.1
    assert losses["neither"][10] < losses["both"][10]


# --- The race ---


def race(course, rate, seed=0):
    return {
        method: figures.above_the_lowest(course, figures.race(course, method, rate, 0.9, seed))
        for method in figures.NAMES
    }


def test_the_saddle_is_left_first_by_rmsprop_then_adam_then_momentum():
    above = race("saddle", 0.03)
    assert sorted(above, key=lambda m: above[m][-1])[:3] == ["rmsprop", "adam", "momentum"]
    arrived = {m: np.argmax(a < 0.05) for m, a in above.items() if a.min() < 0.05}
    assert sorted(arrived, key=arrived.get) == ["rmsprop", "adam", "momentum"]
    assert abs(SADDLE.gradient(figures._SADDLE_START)[1]) == pytest.approx(0.001, rel=1e-3)
    assert above["sgd"][-1] > 0.2


def test_sgd_takes_hundreds_of_steps_to_leave_the_saddle():
    path = figures.descend(OPTIMIZERS["sgd"](0.03), SADDLE, figures._SADDLE_START, 400)
    above = figures.above_the_lowest("saddle", path)
    assert 200 < np.argmax(above < 0.05) < 400


def test_on_the_ravine_momentum_is_first_and_at_a_larger_rate_sgd_has_flown_away():
    above = race("ravine", 0.03)
    last = {method: losses[-1] for method, losses in above.items()}
    first, second = sorted(last, key=last.get)[:2]
    assert first == "momentum"
    assert last["momentum"] < last[second] / 100
    assert race("ravine", 0.1)["sgd"][-1] > 1e5


def test_with_noise_momentum_falls_behind_sgd():
    ends = [
        [race("noisy ravine", 0.03, seed)[m][80:].mean() for m in ("sgd", "momentum")]
        for seed in range(20)
    ]
    sgd, momentum = np.mean(ends, axis=0)
    assert momentum > 2 * sgd
    shown = race("noisy ravine", 0.03)
    assert shown["momentum"][-1] > 2 * shown["sgd"][-1]


def test_adadelta_has_no_rate_to_turn():
    np.testing.assert_array_equal(
        figures.race("ravine", "adadelta", 0.01, 0.9), figures.race("ravine", "adadelta", 0.3, 0.9)
    )


# --- The rate over decades ---


@pytest.fixture(scope="module")
def tables():
    return {
        method: np.array([figures.errors(method, rate) for rate in figures.RATES])
        for method in figures.NAMES
    }


def best(table):
    return figures.RATES[int(table.mean(axis=1).argmin())]


def test_momentum_wants_a_tenth_of_sgds_rate(tables):
    right, same, *_ = numbers(CHAPTER, "rate-for-momentum")
    assert (best(tables["momentum"]), best(tables["sgd"])) == (right, same) == (0.03, 0.3)


def test_momentums_curve_is_sgds_moved_by_a_power_of_ten(tables):
    sgd, momentum = tables["sgd"].mean(axis=1), tables["momentum"].mean(axis=1)
    np.testing.assert_allclose(momentum[:6], sgd[2:8], atol=0.07)
    np.testing.assert_allclose(momentum[2:6], sgd[4:8], atol=0.02)


def test_tuned_all_six_are_nearly_as_good(tables):
    lowest = [table.mean(axis=1).min() for table in tables.values()]
    assert min(lowest) > 0.095
    assert max(lowest) < 0.12
    starts = [np.ptp(table[table.mean(axis=1).argmin()]) for table in tables.values()]
    assert np.ptp(lowest) < 1.5 * np.mean(starts)


def test_good_rates_span_about_a_power_of_ten(tables):
    for table in tables.values():
        mean = table.mean(axis=1)
        near = np.array(figures.RATES)[mean < mean.min() + 0.05]
        assert 9 < near[-1] / near[0] < 34
    assert best(tables["adam"]) == best(tables["rmsprop"]) == 0.01
    assert tables["adam"].mean(axis=1)[2] < 0.25  # at 0.001 it learns too
    adadelta = dict(zip(figures.RATES, tables["adadelta"].mean(axis=1), strict=True))
    assert adadelta[3.0] < adadelta[1.0] - 0.01


# --- Zeiler's tables ---


def test_our_medians_come_from_all_270_runs():
    runs = figures.zeiler_runs()
    assert len(runs) == 54
    assert all(len(run["errors"]) == 5 for run in runs)
    sgd = next(run for run in runs if run["options"] == {"learning_rate": 1.0})
    assert (sgd["activation"], sgd["optimizer"]) == ("relu", "sgd")
    assert sgd["errors"].count(None) == 2
    assert figures.reproduced("by rate", "relu")[0, 0] == pytest.approx(9.35)
    assert sum(run["errors"].count(None) for run in runs) == 2


@pytest.mark.parametrize("table", ["by rate", "AdaDelta"])
def test_with_relu_all_but_one_cell_are_within_a_third_of_the_papers(table):
    factor = figures.reproduced(table, "relu") / np.array(figures.PUBLISHED[table])
    far = np.abs(np.log(factor)) > np.log(4 / 3)
    assert np.argwhere(far).tolist() == ([[0, 0]] if table == "by rate" else [])


def test_with_tanh_adadelta_is_off_by_up_to_2_4():
    factor = figures.reproduced("AdaDelta", "tanh") / np.array(figures.PUBLISHED["AdaDelta"])
    assert round(factor.max(), 1) == 2.4


def test_his_best_settings_are_among_our_best():
    for table in ("by rate", "AdaDelta"):
        ours, his = figures.reproduced(table, "relu"), np.array(figures.PUBLISHED[table])
        if table == "by rate":
            assert ours.argmin(axis=0)[1:].tolist() == his.argmin(axis=0)[1:].tolist() == [1, 2]
        else:
            row, column = np.unravel_index(his.argmin(), his.shape)
            assert ours[row, column] == ours.min()


def test_adadeltas_table_spans_less_than_a_point():
    his = np.array(figures.PUBLISHED["AdaDelta"])
    assert (his.min(), his.max()) == (1.83, 2.59)
    sgd = np.array(figures.PUBLISHED["by rate"])[:, 0]
    assert (round(sgd.min()), round(sgd.max())) == (2, 58)
    assert max(figures.ZEILER_EPS) / min(figures.ZEILER_EPS) == pytest.approx(1e6)


# --- Annealing ---


@pytest.mark.parametrize("seed", range(5))
def test_a_falling_rate_brings_adam_down(seed):
    ends = []
    for falls in (0, 1):
        rng = np.random.default_rng(seed)
        W = np.tile([-4.0, 1.0], (500, 1))
        state = Adam().init(W)
        for t in range(300):
            g = W * [1, 25] + 3 * rng.normal(size=W.shape)
            Adam(0.1 * (1 - falls * t / 300)).step(W, g, state)
        ends.append((W**2 @ [0.5, 12.5]).mean())
    constant, falling = ends
    assert falling < constant / 3
