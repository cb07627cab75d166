"""What the chapter "The landscape" says of its figures and experiments is what they show."""

from math import factorial, log, pi, sqrt
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
from figures.asked import at_start, numbers

from dlcourse.features import append_ones
from dlcourse.figures import landscape as figures
from dlcourse.landscape import collapse, find_critical_point, hessian, hessian_spectrum
from dlcourse.linear import logistic_gradient, predict_probability
from dlcourse.losses import binary_cross_entropy, cross_entropy
from dlcourse.network import Network, initialize, predict_scores

CHAPTER = "landscape"
SEEDS = range(5)


def test_the_figures_wait_where_their_questions_say():
    plane, falling = at_start(CHAPTER, "towards-the-pass").frame_at()
    ring = plane.marks[2]
    assert ring.x < 0 < ring.y
    assert plane.marks[1].upto == falling.marks[0].upto == 0
    _, ends = at_start(CHAPTER, "more-units-more-traps").frame_at()
    assert ends.marks[1].X.tolist() == [[1, figures._ends(2)[0].value]]
    losses, stretches = at_start(CHAPTER, "deep-and-linear").frame_at()
    assert [mark.y for mark in stretches.marks[:3]] == list(figures.SIZES)
    assert {line.upto for line in (*losses.marks, *stretches.marks[3:])} == {0}
    (directions,) = at_start(CHAPTER, "coins-or-not").controls
    assert directions.values[directions.start] == 1
    assert figures._twelve(1).shape == (12, 1)
    places, _ = at_start(CHAPTER, "index-and-loss").frame_at()
    assert sum(len(points.X) for points in places.marks) == len(figures.flat_places(1))


def test_the_dot_waits_at_the_first_end_and_the_other_is_a_second_training():
    plane, _ = at_start(CHAPTER, "halfway-to-the-twin").frame_at()
    field, *_, ends, dot = plane.marks
    assert dot.X.tolist() == [ends.X[0].tolist()]
    np.testing.assert_allclose(10**field.values, figures.plane("training").losses)


# --- A ball on two weights ---


def ball(w1, w2):
    return figures.ball_loss(figures.ball_path(w1, w2))


@pytest.mark.parametrize("w", np.random.default_rng(0).normal(size=(5, 2)))
def test_the_balls_slope_is_that_of_its_loss(w):
    nudges = 1e-6 * np.eye(2)
    slope = (figures.ball_loss(w + nudges) - figures.ball_loss(w - nudges)) / 2e-6
    np.testing.assert_allclose(figures.ball_slope(w), slope, rtol=1e-6, atol=1e-8)


def test_above_the_pass_the_ball_is_fast_slow_and_fast_again():
    losses = ball(-0.5, 0.5)
    falls = -np.diff(losses)
    assert falls[11] == falls[:30].min() > 0
    assert falls[:11].max() > 8 * falls[11]
    assert falls[11:].max() > 3 * falls[11]
    assert np.linalg.norm(figures.ball_path(-0.5, 0.5)[11]) < 0.25
    assert losses[-1] < 0.02


def test_the_hollows_are_mirror_images_and_only_the_pass_itself_holds():
    np.testing.assert_allclose(ball(1.0, 0.5), ball(-1.0, -0.5), rtol=1e-12)
    assert (figures.ball_path(0.0, 0.0) == 0).all()
    ends = np.array([figures.ball_path(a, b)[-1] for a in figures._PLACES for b in figures._PLACES])
    at_pass = (ends == 0).all(axis=1)
    assert at_pass.sum() == 1
    assert (ends[~at_pass].prod(axis=1) > 0).all()


def test_the_ball_leaves_the_pass_by_its_curvature():
    kappas = np.linalg.eigvalsh(hessian(figures.ball_slope, np.zeros(2)))
    np.testing.assert_allclose(kappas[0], -kappas[1], rtol=1e-6)
    path = figures.ball_path(1e-4, 1e-4)
    np.testing.assert_allclose(path[20, 0] / path[19, 0], 1 - 0.1 * kappas[0], rtol=1e-4)


def test_each_step_moves_the_ball_downhill():
    for a in figures._PLACES:
        for b in figures._PLACES:
            assert np.diff(ball(a, b)).max() <= 0


def test_the_map_has_three_flat_places_of_which_two_are_wanted():
    starts = [np.array([a, b]) for a in np.linspace(-3, 3, 7) for b in np.linspace(-3, 3, 7)]
    found = [find_critical_point(figures.ball_slope, w, max_iterations=60) for w in starts]
    flat = np.unique([place.w.round(2) + 0.0 for place in found if place.converged], axis=0)
    assert len(flat) == 3
    assert (flat[1] == 0).all()
    low, at_pass, as_low = figures.ball_loss(flat)
    assert low == pytest.approx(as_low)
    assert at_pass > 10 * low


# --- Where the guarantee comes from, and where it ends ---


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hessian_of_logistic_regression_is_its_formula_and_never_negative(seed):
    X, y = figures.stripes()
    w = np.random.default_rng(seed).normal(size=2)
    A, p = append_ones(X), predict_probability(X, w)
    H = A.T * (p * (1 - p)) @ A / len(A)
    measured = hessian(lambda v: logistic_gradient(X, y, v), w)
    np.testing.assert_allclose(measured, H, rtol=1e-6, atol=1e-9)
    assert np.linalg.eigvalsh(H).min() > 0


def test_halfway_between_twins_two_units_are_worth_one():
    best = figures._bottom(2, 1)
    swapped = figures.reorder((1, 2, 1), best, np.array([1, 0]))
    loss, middle = figures.stripes_loss(2), (best + swapped) / 2
    np.testing.assert_allclose(loss(swapped)[0], loss(best)[0])
    assert loss(middle)[0] > loss(best)[0] + 0.1
    (W1, _) = Network((1, 2, 1), "tanh", middle).W
    np.testing.assert_allclose(W1[0], W1[1])
    alone = figures._ends(1)[0].value
    assert 0.68 < alone < loss(middle)[0]
    assert loss(best)[0] < alone - 0.1


def test_there_are_six_stripes():
    X, _ = figures.stripes()
    assert X.shape == (80, 1)
    assert np.count_nonzero(np.diff(np.sin(3 * X[:, 0]) > 0)) == 5


def test_the_loss_on_the_stripes_holds_a_small_penalty():
    X, y = figures.stripes()
    w = np.random.default_rng(0).normal(size=figures.n_weights(3))
    alone = binary_cross_entropy(predict_scores(Network((1, 3, 1), "tanh", w), X)[:, 0], y)
    assert figures.stripes_loss(3)(w)[0] - alone == pytest.approx(0.0005 * (w @ w))


@pytest.mark.parametrize("units", figures._UNITS)
def test_an_end_is_what_is_stored_of_it(units):
    ends = figures._ends(units)
    assert sorted(end.seed for end in ends) == [*range(40)]
    for value, seed in ends[::8]:
        assert figures.downhill_from(units, seed).value == pytest.approx(value, abs=1e-5)


def test_forty_starts_end_as_the_text_says():
    ends = {units: np.array([end.value for end in figures._ends(units)]) for units in (0, 2, 4, 10)}
    assert np.ptp(ends[0]) < 1e-6
    assert ends[0][0] == pytest.approx(log(2), abs=1e-3)
    assert 12 <= (ends[2] < ends[2][0] + 1e-3).sum() < 20
    assert ends[2][-1] > ends[2][0] + 0.1
    for units in (2, 3):
        worst = figures._bottom(units, 40)
        assert np.abs(worst).max() < 0.15
        asleep = figures._probability(units, worst, np.linspace(-3, 3, 61))
        assert np.abs(asleep - 0.5).max() < 0.03
    assert figures.n_weights(10) == 31
    assert ends[10][-1] < ends[4][0]
    assert np.ptp(ends[10]) < 0.005


@pytest.mark.parametrize("seeds", [range(100, 130), range(200, 230)])
def test_other_starts_tell_the_same(seeds):
    ends = {
        units: np.array([figures.downhill_from(units, seed).value for seed in seeds])
        for units in (0, 2, 3, 4, 10)
    }
    assert np.ptp(ends[0]) < 1e-6
    assert min(np.ptp(ends[2]), np.ptp(ends[3])) > 0.08
    assert ends[10].max() < ends[4].min()
    assert np.ptp(ends[10]) < 0.01


def test_fewer_than_half_of_the_starts_with_two_units_reach_the_best():
    ends = np.array([figures.downhill_from(2, seed).value for seed in range(100, 200)])
    assert ends.min() == pytest.approx(figures._ends(2)[0].value, abs=1e-4)
    assert 0.2 < (ends < ends.min() + 1e-3).mean() < 0.45


# --- When layers collapse ---


@pytest.mark.parametrize("seed", SEEDS)
def test_a_linear_network_is_one_matrix_of_the_bottlenecks_rank(seed):
    rng = np.random.default_rng(seed)
    network = initialize((6, 2, 5, 4), rng, "identity")
    network.parameters[:] = rng.normal(size=network.parameters.size)
    W, X = collapse(network), rng.normal(size=(100, 6))
    np.testing.assert_allclose(predict_scores(network, X), append_ones(X) @ W.T, atol=1e-10)
    assert np.linalg.matrix_rank(W[:, 1:]) == 2


def test_two_linear_weights_have_a_pass_at_zero():
    spectrum = hessian_spectrum(lambda w: (w[0] * w[1] - 1) * w[::-1], np.zeros(2))
    np.testing.assert_allclose(spectrum, [-1, 1], atol=1e-8)


def test_three_linear_weights_have_no_curvature_at_zero():
    def slope(w):
        return (w.prod() - 1) * np.array([w[1] * w[2], w[0] * w[2], w[0] * w[1]])

    np.testing.assert_allclose(hessian_spectrum(slope, np.zeros(3)), 0, atol=1e-8)


def arrival(depth, seed):
    """Step in which each direction has got half its size, or the end."""
    sizes = figures._factors(depth, seed)[1]
    there = sizes > np.array(figures.SIZES) / 2
    return np.where(there.any(axis=0), there.argmax(axis=0), len(sizes))


@pytest.mark.parametrize("seed", range(8))
def test_deeper_waits_longer_and_learns_the_largest_first(seed):
    one, two, three = (arrival(depth, seed) for depth in (1, 2, 3))
    assert np.ptp(one) < 30 < two[-1] - two[0]
    assert one[0] < two[0] < three[0]
    assert (np.diff(two) > 0).all()
    assert three[0] + 50 < three[1] < 600 < three[2]


@pytest.mark.parametrize("seed", range(8))
def test_at_each_plateau_three_layers_have_some_of_the_directions_and_not_the_others(seed):
    losses, sizes = figures._factors(3, seed)
    plateau = sizes[:-1][-np.diff(losses) < 1e-3]
    there = plateau > np.array(figures.SIZES) / 2
    assert np.abs(plateau - there * figures.SIZES).max() < 0.12
    assert 2 in there.sum(axis=1)
    if seed == 0:  # the figure's
        assert np.unique(there.sum(axis=1)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("depth", [1, 2])
def test_the_product_becomes_the_target(depth):
    rng = np.random.default_rng(0)
    target = figures.linear_target(rng)
    np.testing.assert_allclose(np.linalg.svd(target)[1], figures.SIZES)
    end = figures.descend_factors(depth, target, rng)[-1]
    np.testing.assert_allclose(end, target, atol=0.05)


# --- Up in all directions? ---


def test_random_matrices_have_all_signs_equal_as_theory_says():
    known = {1: 1 / 2, 2: (2 - sqrt(2)) / 4, 3: (pi - 2 * sqrt(2)) / (4 * pi)}
    for n, share in known.items():
        assert figures.all_up(n) == pytest.approx(share, rel=0.05)
    assert 1 / 9000 < figures.all_up(5) < 1 / 6000
    for n in (2, 3, 4, 5):
        assert figures.all_up(n) < 0.5**n
    assert np.exp(-0.27 * 5**2) > 5 * figures.all_up(5)  # the leading term is too rough for 5
    assert 4 <= (figures._twelve(1) > 0).sum() <= 8


@pytest.mark.parametrize("n", [20, 50])
def test_many_eigenvalues_spread_from_minus_two_to_two(n):
    drawn = figures._twelve(n)
    assert -2.4 < drawn.min(axis=1).mean() < -1.6
    assert 1.6 < drawn.max(axis=1).mean() < 2.4
    ends = np.abs([drawn.min(axis=1), drawn.max(axis=1)])  # of each row most of the way to 2
    assert 1.4 < ends.min() <= ends.max() < 2.2
    share = (drawn > 0).mean(axis=1)
    assert 0.35 < share.min() <= share.max() < 0.65


@pytest.mark.parametrize("seed", SEEDS)
def test_eigenvalues_of_one_matrix_keep_away_from_each_other(seed):
    rng = np.random.default_rng(seed)
    drawn = figures.random_curvatures(20, 500, rng)
    strangers = np.sort(rng.permuted(drawn, axis=0), axis=1)  # each from another matrix

    def close(curvatures):
        gaps = np.diff(curvatures, axis=1)[:, 9]
        return (gaps < gaps.mean() / 10).mean()

    assert close(drawn) < close(strangers) / 3


# --- The flat places of a network ---


@pytest.mark.parametrize("units", figures.FOUND)
def test_what_is_found_from_the_first_starts_is_stored(units):
    tool = run_path(str(Path(__file__).parents[2] / "tools" / "flat_places.py"))
    assert tool["STARTS"] == 120 >= len(figures.flat_places(units))
    found = filter(None, (tool["search"](units, seed) for seed in range(2)))
    for (w, loss, down), place in zip(found, figures.flat_places(units), strict=False):
        np.testing.assert_allclose(w, place.w, atol=1e-5)
        assert loss == pytest.approx(place.loss, abs=1e-8)
        assert down == place.down


def test_places_lie_at_all_heights_and_with_more_units_there_are_more():
    kinds = []
    for units in figures.FOUND:
        losses = [place.loss for place in figures.flat_places(units)]
        kinds.append(len(np.unique(np.round(losses, 6))))
        assert kinds[-1] < len(losses)  # some were found twice
    assert (np.diff(kinds) > 0).all()
    assert figures.n_weights(5) == 16
    for units in (2, 3, 4, 5):
        losses = [place.loss for place in figures.flat_places(units)]
        thirds = np.linspace(min(losses), log(2), 4)[:-1]
        assert np.bincount(np.searchsorted(thirds, losses, "right"))[1:].min() > 3


def test_with_two_units_some_minima_are_poor():
    minima = np.array([place.loss for place in figures.flat_places(2) if place.down == 0])
    assert (minima > minima.min() + 0.1).sum() > 2


@pytest.mark.parametrize("units", figures.FOUND)
def test_the_places_found_are_flat_and_their_directions_are_counted(units):
    loss = figures.stripes_loss(units)
    for place in figures.flat_places(units)[::5]:
        value, gradient = loss(place.w)
        assert np.abs(gradient).max() < 1e-6
        assert value == pytest.approx(place.loss, abs=1e-9)
        assert figures.down_directions(units, place.w) == place.down


def test_saddles_are_more_of_the_places_in_a_larger_network():
    shares = [figures.share_of_saddles(units) for units in figures.FOUND]
    assert 0.45 < shares[0] < 0.6
    assert min(shares[1:]) > shares[0] + 0.1
    assert shares[-1] == max(shares)


def test_the_lower_a_place_the_fewer_ways_down():
    for units in (3, 4, 5):
        places = np.array([(place.loss, place.down) for place in figures.flat_places(units)])
        assert np.corrcoef(places.T)[0, 1] > 0.85
        pits, passes = (places[places[:, 1] == 0, 0], places[places[:, 1] > 0, 0])
        assert (passes > np.sort(pits)[-3]).mean() > 0.95
        assert places[:, 1].max() == units
    assert {place.loss > 0.68 for place in figures.flat_places(1)} == {True}
    assert max(abs(place.loss - log(2)) for place in figures.flat_places(1)) < 0.005


@pytest.mark.parametrize("units", [3, 4, 5])
def test_the_more_units_are_awake_the_fewer_ways_down(units):
    places = figures.flat_places(units)
    upper = [Network((1, units, 1), "tanh", place.w).W[1][0, 1:] for place in places]
    awake = (np.abs(upper) > 0.3).sum(axis=1)
    assert np.corrcoef(awake, [place.down for place in places])[0, 1] < -0.8
    highest = np.array([place.loss for place in places]) > 0.6925
    assert (awake[highest] == 0).mean() > 0.9


# --- A plane through a network ---


def test_a_network_has_so_many_weights_and_twins():
    assert sum(rows * (columns + 1) for columns, rows in ((196, 20), (20, 10))) == 4150
    assert factorial(20) * 2**20 == pytest.approx(2.6e24, rel=0.02)
    right, orders, flips = numbers(CHAPTER, "how-many-twins")
    assert (right, orders, flips) == (6 * 8, factorial(3), 2**3)


@pytest.mark.parametrize("seed", SEEDS)
def test_twins_compute_the_same(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=4150)
    X = rng.normal(size=(5, 196))
    scores = predict_scores(Network(figures.DIGITS_SIZES, "tanh", W), X)
    twin = Network(
        figures.DIGITS_SIZES, "tanh", figures.reorder(figures.DIGITS_SIZES, W, rng.permutation(20))
    )
    np.testing.assert_allclose(predict_scores(twin, X), scores, atol=1e-10)
    flips = rng.choice([-1.0, 1.0], size=20)
    twin.W[0][:] *= flips[:, np.newaxis]
    twin.W[1][:, 1:] *= flips
    np.testing.assert_allclose(predict_scores(twin, X), scores, atol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_no_wall_on_the_way_down_and_one_between_ends(seed):
    between = (figures._ALONG >= -1e-9) & (figures._ALONG <= 1 + 1e-9)
    heights = {}
    for other in ("training", "order"):
        plane = figures.plane(other, seed)
        assert (np.diff(plane.descent[between]) < 0).all()
        crossing = plane.crossing[between]
        ends = max(crossing[0], crossing[-1])
        assert 9.5 < crossing.max() / ends < 20.5
        assert 9 <= crossing.argmax() <= 11
        heights[other] = crossing.max()
    assert 0.5 < heights["training"] / heights["order"] < 2


def test_halfway_to_the_twin_each_unit_is_the_mean_of_two_strangers():
    _, end = figures.learn_digits(0)
    order = np.random.default_rng(0).permutation(20)
    assert (order != np.arange(20)).all()
    halfway = Network(figures.DIGITS_SIZES, "tanh", end.copy())
    upper, lower = (W.copy() for W in reversed(halfway.W))
    halfway.W[0][:] = (lower + lower[order]) / 2
    halfway.W[1][:, 1:] = (upper[:, 1:] + upper[:, 1 + order]) / 2
    X, y = figures.some_digits()
    shown = figures.plane("order").crossing[np.isclose(figures._ALONG, 0.5)]
    assert cross_entropy(predict_scores(halfway, X), y) == pytest.approx(shown.item())


def test_a_plane_leaves_all_dimensions_but_two_out():
    start, _ = figures.learn_digits(0)
    assert start.size - figures.plane("order").losses.ndim == 4148


def test_two_of_the_four_eigenvalues_of_the_self_test_are_negative():
    right, fewer, more = numbers(CHAPTER, "index-of-four")
    assert right == (np.array([-3, -0.01, 2, 500]) < 0).sum() == fewer + 1 == more - 1
