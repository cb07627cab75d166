"""What the chapter "Adversarial examples" says of its figures and experiments is what they show."""

from importlib import util
from pathlib import Path

import numpy as np
import pytest
from figures.asked import at_start, numbers

from dlcourse import backprop
from dlcourse.activations import sigmoid
from dlcourse.adversarial import adversarial_loss_and_gradients, fgsm, pgd
from dlcourse.backprop import input_gradient, loss_and_gradients, score_gradients
from dlcourse.datasets import load_digits_subset
from dlcourse.figures import adversarial_examples as figures
from dlcourse.linear import fit_logistic, scores
from dlcourse.losses import cross_entropy
from dlcourse.network import initialize, predict_scores

CHAPTER = "adversarial_examples"
SEEDS = range(4)
DEEP = ("net", "second net", "tanh net")


def test_the_figures_wait_where_their_questions_say():
    starts = {
        name: [each.values[each.start] for each in at_start(CHAPTER, name).controls]
        for name in (
            "a-tenth-of-the-way",
            "coins-cancel",
            "worst-of-a-tenth",
            "another-start",
            "hardened-for-good",
        )
    }
    assert [*starts.values()] == [[0.0, "worst"], [1], ["random"], [0.0], ["own"]]
    square, _ = at_start(CHAPTER, "along-or-into-the-corner").frame_at()
    dot, arrow = square.marks[-1], square.marks[-2]
    np.testing.assert_array_equal(dot.X, [[1, 0]])
    right, up = arrow.end[0]
    assert right > up > 0


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


@pytest.mark.parametrize("way", figures._WAYS)
def test_one_still_sees_a_seven(way):
    """As far as a measure can say: the digits that are nearest to it are all sevens."""
    X, y, _, _ = load_digits_subset()
    means = np.array([X[y == digit].mean(axis=0) for digit in range(10)])
    for eps in figures._TURNS:
        image = figures.turned(eps, way)
        nearest = np.argsort(((X - image) ** 2).sum(axis=1))[:10]
        assert (y[nearest] == 7).all()
        assert ((means - image) ** 2).sum(axis=1).argmin() == 7


def test_the_coin_makes_about_as_much_noise():
    seven, _ = figures.a_seven()
    for eps in figures._TURNS[1:]:
        chosen, coined = (np.linalg.norm(figures.turned(eps, way) - seven) for way in figures._WAYS)
        assert coined == pytest.approx(chosen, rel=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_reads_nine_in_ten_new_digits_and_the_worst_tenth_takes_most(seed):
    network = figures.reader(seed)
    _, _, X, y = load_digits_subset()
    assert figures.is_right(network, X, y).mean() > 0.92
    assert figures.is_right(network, fgsm(network, X, y, 0.1, bounds=(0, 1)), y).mean() < 0.2
    coined = figures.random_signs(X, 0.1, np.random.default_rng(seed))
    assert figures.is_right(network, coined, y).mean() > 0.88


def test_any_seed_of_the_noise_gives_about_the_same():
    _, _, X, y = load_digits_subset()
    shares = [
        figures.is_right(figures.reader(), figures.random_signs(X, 0.1, rng), y).mean()
        for rng in map(np.random.default_rng, range(10))
    ]
    assert np.ptp(shares) < 0.015


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


@pytest.mark.parametrize("n", [1, 3, 8])
def test_coins_have_a_corner_for_each_row_of_heads_and_tails(n):
    drawn = figures.random_signs(np.full((10_000, n), 0.5), 0.1, np.random.default_rng(0))
    assert len(np.unique(drawn, axis=0)) == 2**n  # in 784 dimensions, 2 to the power of 784


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


@pytest.mark.parametrize("seed", SEEDS)
def test_on_a_circle_the_direction_of_the_weights_itself_wins(seed):
    rng, eps = np.random.default_rng(seed), 0.1
    w = rng.normal(size=5)
    best = eps * w / np.linalg.norm(w)
    assert w @ best == pytest.approx(eps * np.linalg.norm(w))
    others = rng.normal(size=(10_000, 5))
    others *= eps / np.linalg.norm(others, axis=1, keepdims=True)
    assert 0.9 * (w @ best) < (others @ w).max() <= w @ best


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
    costs = np.array(
        [
            left("random", name, 0.0) - left("random", name, eps)
            for name in ("logistic", "softmax", "net")
            for eps in (0.05, 0.1)
        ]
    )
    assert 0.05 < costs.mean(axis=1).max() < 0.06
    assert 0.055 < costs.max() < 0.065
    for name in ("softmax", "net"):  # beyond it they begin to hurt
        assert (left("random", name, 0.15) < left("random", name, 0.1) - 0.03).all()
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
    for asked in DEEP:
        assert (left("softmax", asked, eps) > left("softmax", "softmax", eps)).all()
        assert (left("softmax", asked, eps) < left("random", asked, eps) - 0.08).all()
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


def test_under_one_step_of_a_quarter_what_learned_with_it_looks_better_still():
    tenth, quarter = (left(name, name, 0.25) for name in ("hardened 0.1", "hardened 0.25"))
    assert (quarter > tenth + 0.3).all()
    assert (tenth > left("net", "net", 0.25) + 0.2).all()


def test_twenty_small_steps_begin_at_a_random_place_and_end_no_further_away(monkeypatch):
    file = Path(__file__).parents[2] / "tools" / "adversarial_table.py"
    spec = util.spec_from_file_location("adversarial_table", file)
    tool = util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    calls = []

    def walk(network, X, y, eps, step, steps, rng, loss, bounds):
        moved = pgd(network, X, y, eps, step, steps, rng, loss, bounds)
        begun = pgd(network, X, y, eps, 1e-9, 1, rng, loss, bounds)
        calls.append((eps, step, steps, np.abs(moved - X).max(), np.abs(begun - X).max()))
        return moved

    monkeypatch.setattr(tool, "pgd", walk)
    _, _, X, y = load_digits_subset()
    tool.attack({"net": figures.reader()}, (X[:20], y[:20]), 0)
    sizes, lengths, counts, ends, begins = np.array(calls[1:]).T
    assert tuple(sizes) == figures.EPS[1:]
    assert (counts == 20).all()
    assert figures._ATTACKS["small steps"] == "20 small steps"
    assert (lengths < sizes / 2).all()
    assert (counts * lengths > 2 * sizes).all()  # enough to cross what is allowed
    assert (ends < sizes + 1e-6).all()
    assert (begins > 0.9 * sizes).all()


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
