"""What the chapter "Adversarial examples" says of its figures and experiments is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse import backprop
from dlcourse.activations import sigmoid
from dlcourse.adversarial import adversarial_loss_and_gradients, fgsm
from dlcourse.backprop import input_gradient, loss_and_gradients, score_gradients
from dlcourse.datasets import load_digits_subset
from dlcourse.figures import adversarial_examples as figures
from dlcourse.linear import fit_logistic, scores
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores

CHAPTER = "adversarial_examples"
SEEDS = range(4)
DEEP = ("net", "second net", "tanh net")


# --- One digit turned ---


def test_chosen_signs_turn_the_seven_at_about_half_of_a_tenth_and_coins_do_nothing():
    said = [figures.told(figures.turned(eps, "worst")) for eps in figures._TURNS]
    best = np.array([p.argmax() for p in said])
    turns = figures._TURNS[int(np.argmax(best != 7))]
    assert best[0] == 7
    assert 0.04 <= turns <= 0.06
    assert (best[figures._TURNS.index(turns) :] == 3).all()
    assert min(said[0][7], said[figures._TURNS.index(0.1)][3]) > 0.98
    assert said[figures._TURNS.index(turns)].max() < 0.7
    for eps in figures._TURNS:
        coined = figures.told(figures.turned(eps, "random"))
        assert coined.argmax() == 7
        assert coined[7] > (0.95 if eps <= 0.1 else 0.85)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_reads_nine_in_ten_new_digits_and_the_worst_tenth_takes_most(seed):
    network = figures.reader(seed)
    _, _, X, y = load_digits_subset()
    assert figures.is_right(network, X, y).mean() > 0.92
    assert figures.is_right(network, fgsm(network, X, y, 0.1, bounds=(0, 1)), y).mean() < 0.2
    coined = figures.random_signs(X, 0.1, np.random.default_rng(seed))
    assert figures.is_right(network, coined, y).mean() > 0.88


@pytest.mark.parametrize("seed", SEEDS)
def test_coins_hurt_at_a_quarter_because_black_can_only_get_lighter(seed):
    network, rng = figures.reader(seed), np.random.default_rng(seed)
    _, _, X, y = load_digits_subset()
    bounded = figures.random_signs(X, 0.25, rng)
    free = X + np.float32(0.25) * rng.choice(np.array([-1, 1], np.float32), X.shape)
    assert (X == 0).mean() > 0.75
    lost = [figures.is_right(network, moved, y).mean() for moved in (bounded, free)]
    assert lost[0] < lost[1] - 0.1


# --- Small changes add up ---


def test_the_worst_shift_is_eps_times_the_1_norm():
    X, y, X_new, _ = load_digits_subset()
    pair = np.isin(y, (3, 7))
    w = fit_logistic(X[pair], y[pair] == 7, 1e-3, tolerance=1e-4)
    seven = X_new[56:57].astype(float)
    shift = scores(seven + 0.1 * np.sign(w[1:]), w) - scores(seven, w)
    np.testing.assert_allclose(shift, 0.1 * np.abs(w[1:]).sum(), rtol=1e-4)
    assert scores(seven, w) > 0 > scores(seven - 0.1 * np.sign(w[1:]), w)


@pytest.mark.parametrize("n", figures._SIZES)
def test_coins_shift_a_score_by_the_root(n):
    shifts = figures.coin_shifts(n) * figures.chosen_shift(n)
    assert np.sqrt((shifts**2).mean()) == pytest.approx(figures.typical_shift(n), rel=0.03)
    assert figures.chosen_shift(n) / figures.typical_shift(n) == pytest.approx(np.sqrt(n))


@pytest.mark.parametrize("seed", SEEDS)
def test_of_784_coins_none_of_20000_draws_gets_a_quarter_of_the_way(seed):
    heads = np.random.default_rng(seed).binomial(784, 0.5, 20_000)
    assert np.abs(2 * heads - 784).max() < 784 / 4
    assert np.abs(figures.coin_shifts(784)).max() < 1 / 4
    assert figures.chosen_shift(784) == pytest.approx(7.84)
    assert sigmoid(np.array([3.92]))[0] == pytest.approx(0.98, abs=0.002)
    assert (np.abs(figures.coin_shifts(1)) == 1).all()


# --- Which way hurts most? ---


@pytest.mark.parametrize("tilt", figures._TILTS)
def test_the_corner_wins_until_a_slope_is_zero(tilt):
    slope = figures._slope(tilt)
    edge = np.array([figures.on_the_edge(k) for k in range(figures._ROUND + 1)])
    assert (np.abs(edge).max(axis=1) == 1).all()
    rises = edge @ slope
    assert rises.max() == pytest.approx(np.abs(slope).sum())
    best = edge[rises > rises.max() - 1e-9]
    assert [1.0, 1.0] in best.tolist()
    assert (len(best) == 1) == (tilt not in (0, 90))


def test_the_walk_starts_at_the_middle_of_the_right_side_and_comes_back():
    np.testing.assert_array_equal(figures.on_the_edge(0), [1, 0])
    np.testing.assert_array_equal(figures.on_the_edge(figures._ROUND), [1, 0])
    steps = np.diff([figures.on_the_edge(k) for k in range(figures._ROUND + 1)], axis=0)
    np.testing.assert_allclose(np.abs(steps).sum(axis=1), 8 / figures._ROUND)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slope_of_an_input_is_one_step_below_the_first_blame_and_what_a_nudge_says(seed):
    rng = np.random.default_rng(seed)
    network = initialize((6, 5, 3), rng, "tanh")
    x, y = rng.normal(size=(1, 6)), [1]
    slopes = score_gradients(network, x, y)[0] @ network.W[0][:, 1:]
    np.testing.assert_allclose(slopes, input_gradient(network, x, y), rtol=1e-12)
    nudges = 1e-5 * np.eye(6)
    losses = [
        [cross_entropy(predict_scores(network, x + s * nudge), y) for s in (1, -1)]
        for nudge in nudges
    ]
    np.testing.assert_allclose(-np.diff(losses)[:, 0] / 2e-5, slopes[0], rtol=1e-5, atol=1e-9)


def test_the_gradient_of_a_logistic_input_is_its_formula():
    rng = np.random.default_rng(0)
    network = initialize((4, 1), rng)
    X, y, w = rng.normal(size=(5, 4)), rng.integers(2, size=5), network.parameters
    formula = (sigmoid(scores(X, w)) - y)[:, np.newaxis] * w[1:]
    found = input_gradient(network, X, y, "binary_cross_entropy")
    np.testing.assert_allclose(found, formula, rtol=1e-9)


# --- What is left, of the table that `tools/adversarial_table.py` writes ---


def left(made, asked, eps):
    """Accuracy in each start."""
    return figures.accuracies(made, asked)[:, figures.EPS.index(eps)]


def test_the_worst_step_of_a_tenth_takes_what_coins_leave():
    assert left("random", "net", 0.1).min() > 0.94
    assert left("net", "net", 0.1).max() < 0.2
    assert 0.45 < left("net", "net", 0.05).min() <= left("net", "net", 0.05).max() < 0.65
    assert left("softmax", "softmax", 0.1).max() < 0.06
    for name in ("logistic", "softmax", "net"):
        cost = left("random", name, 0.0) - left("random", name, 0.1)
        assert cost.max() < 0.07  # "about six percentage points at most"
        for eps in (0.1, 0.15, 0.2, 0.25):
            assert (left(name, name, eps) < left("random", name, eps) - 0.35).all()
    assert (left("random", "softmax", 0.0) - left("random", "softmax", 0.1)).mean() > 0.05
    for name in ("softmax", "net"):
        assert (left("random", name, 0.25) < left("random", name, 0.1) - 0.15).all()
    assert left("random", "logistic", 0.25).min() > 0.97


def test_unbounded_our_models_fall_as_the_published_ones_do():
    assert left("unbounded", "softmax", 0.25).max() <= 0.001
    assert left("unbounded", "logistic", 0.25).max() <= 0.01
    assert left("unbounded", "net", 0.25).max() < figures.MAXOUT
    assert 0.015 < 1 - left("random", "logistic", 0.0).mean() < 0.025


@pytest.mark.parametrize("eps", [0.05, 0.1, 0.15])
def test_what_was_made_for_one_fools_another_but_its_own_more(eps):
    for made in DEEP:
        for asked in {*DEEP, "softmax"} - {made}:
            assert (left(made, asked, eps) > left(made, made, eps)).all()
            assert (left(made, asked, eps) < left("random", asked, eps) - 0.1).all()
    everyone = {*DEEP, "softmax"}
    for asked in everyone:
        others = [left(made, asked, eps).mean() for made in everyone - {asked}]
        assert left(asked, asked, eps).mean() < min(others)


def test_network_b_is_fooled_far_more_by_what_was_made_for_a_than_by_coins():
    by_coins, by_a = left("random", "second net", 0.1), left("net", "second net", 0.1)
    assert (by_coins - by_a).min() > 0.4
    assert (by_a - left("net", "net", 0.1)).min() > 0.1


def test_hardening_with_a_tenth_holds_at_a_tenth_and_costs_nothing_on_clean_digits():
    for attack, gain in (("own", 0.65), ("small steps", 0.35)):
        plain, hard = (
            left(name if attack == "own" else attack, name, 0.1) for name in ("net", "hardened 0.1")
        )
        assert (hard - plain).min() > gain
    clean = left("random", "hardened 0.1", 0.0) - left("random", "net", 0.0)
    assert abs(clean.mean()) < 0.01


def test_hardening_with_a_quarter_holds_against_that_one_step_alone():
    name = "hardened 0.25"
    assert left(name, name, 0.25).min() > 0.8
    assert left("small steps", name, 0.25).max() < 0.01
    assert (left(name, name, 0.05) < left(name, name, 0.25) - 0.2).all()
    assert (left("random", name, 0.1) < left("random", "net", 0.1) - 0.3).all()


def test_small_steps_hurt_more_than_one_wherever_a_loss_bends():
    for name in figures._TRAINED:
        for eps in figures.EPS[1:]:
            assert (left("small steps", name, eps) < left(name, name, eps)).all()


def test_the_table_is_what_its_script_says():
    shares = figures.accuracies("net", "net")
    assert shares.shape == (4, len(figures.EPS))
    for name in ("net", "hardened 0.1", "softmax"):
        np.testing.assert_array_equal(left(name, name, 0.0), left("random", name, 0.0))


@pytest.mark.parametrize("seed", range(2))
def test_hardening_works_on_the_bundled_digits_too(seed):
    X, y, X_new, y_new = load_digits_subset()
    rng = np.random.default_rng(seed)
    network = initialize((784, 40, 10), rng, dtype=np.float32)
    figures.harden(network, X, y, 0.1, 6, rng)
    moved = fgsm(network, X_new, y_new, 0.1, bounds=(0, 1))
    assert figures.is_right(network, moved, y_new).mean() > 0.5
    value, _ = loss_and_gradients(network, X_new, y_new)
    assert value < loss_and_gradients(network, moved, y_new)[0]


def test_a_step_on_the_worst_takes_three_passes_and_fgsm_one(monkeypatch):
    passes, once = [], backprop._one_pass
    monkeypatch.setattr(backprop, "_one_pass", lambda *all_: passes.append(1) or once(*all_))
    network = initialize((3, 4, 2), np.random.default_rng(0))
    fgsm(network, [[0.0, 0.5, 1.0]], [1], 0.1)
    assert len(passes) == 1
    adversarial_loss_and_gradients(network, [[0.0, 0.5, 1.0]], [1], 0.1)
    assert len(passes) == 1 + 3


# --- Test yourself ---


def test_the_numbers_asked_for():
    right, signed, largest, norm = numbers(CHAPTER, "three-weights")
    weights = np.array([2, -1, 0.5])
    assert right == pytest.approx(0.1 * np.abs(weights).sum())
    assert (signed, largest, norm) == pytest.approx(
        (0.1 * weights.sum(), 0.1 * weights.max(), np.abs(weights).sum())
    )
    times, coins, squared = numbers(CHAPTER, "twice-as-sharp")
    pixels = 28**2
    assert times == figures.chosen_shift(4 * pixels) / figures.chosen_shift(pixels)
    assert coins == figures.typical_shift(4 * pixels) / figures.typical_shift(pixels)
    assert squared == times**2


def test_on_the_way_two_digits_share_the_probability():
    first, second, *others = np.sort(figures.told(figures.turned(0.04, "worst")))[::-1]
    assert first < 0.7
    assert second > 0.3
    assert sum(others) < 0.05
