"""What the chapter "Logistic regression" says of its figures is what they show."""

from itertools import product

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.explorers import Handle
from dlcourse.figures import logistic_regression as figures
from dlcourse.linear import (
    distance_to_boundary,
    fit_logistic,
    gradient_descent,
    logistic_gradient,
    logistic_objective,
    scores,
)
from dlcourse.losses import binary_cross_entropy

_, X, y = figures.ones_and_sevens()


def values(explorer):
    return [control.values for control in explorer.controls]


# --- Three numbers make a line ---


def test_there_are_thirty_of_each_in_standard_deviations_and_one_is_ringed():
    assert np.bincount(y).tolist() == [30, 30]
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(X.std(axis=0), 1, atol=0.01)
    assert X[12].tolist() == [1.08, -0.28]
    assert y[12] == 1


def test_the_arrow_can_be_dragged_by_its_tip_and_by_its_foot():
    plane, _ = figures.three_numbers_make_a_line().frame_at(w1=0.5, w2=-1, w0=1)
    (arrow,) = [mark for mark in plane.marks if getattr(mark, "label", "") == "w"]
    tip, foot = [mark for mark in plane.marks if isinstance(mark, Handle)]
    np.testing.assert_array_equal(tip.at, arrow.end[0])
    np.testing.assert_array_equal(foot.at, arrow.start[0])
    assert (tip.moves, foot.moves) == (("w1", "w2"), ("w0",))


def test_the_best_lines_on_the_sliders_have_five_mistakes_and_two_positive_weights():
    settings = list(product(*values(figures.three_numbers_make_a_line())))
    wrong = np.array([figures._n_wrong(np.array([w0, w1, w2])) for w1, w2, w0 in settings])
    assert wrong.min() == 5
    assert all(w1 > 0 < w2 for w1, w2, _ in np.array(settings)[wrong == 5])


def test_the_other_signs_are_worse_and_the_figure_starts_with_one_of_them():
    w1, w2, w0 = (c.values[c.start] for c in figures.three_numbers_make_a_line().controls)
    assert w1 < 0 < w2
    wrong = {(a, b): figures._n_wrong(np.array([0, a, b])) for a in (-1, 1) for b in (-1, 1)}
    assert min(wrong, key=wrong.get) == (1, 1)
    assert wrong[1, -1] > 30 < wrong[-1, -1]
    assert figures._n_wrong(np.array([w0, w1, w2])) == wrong[-1, 1]


# --- The length of w is the sharpness ---


def test_the_length_changes_neither_the_line_nor_the_mistakes():
    lengths, angles = values(figures.length_is_sharpness())
    for angle in angles:
        sides = [scores(X, figures._through_the_origin(c, angle)) > 0 for c in lengths]
        assert all(np.array_equal(side, sides[0]) for side in sides)


def test_the_strip_of_doubt_is_4_4_over_the_length_wide():
    explorer = figures.length_is_sharpness()
    assert "within 4.39 units" in explorer.caption_at(length=1)
    assert "within 1.10 units" in explorer.caption_at(length=4)


# --- What a wrong answer costs ---


@pytest.mark.parametrize(("p", "cost"), [(0.5, "0.693"), (0.1, "2.303"), (0.01, "4.605")])
def test_each_factor_of_ten_costs_another_2_3(p, cost):
    assert f"the cost is {cost}." in figures.two_terms_one_switched_on().caption_at(truth=1, p=p)


def test_most_of_what_a_seven_costs_is_charged_for_small_probabilities():
    cost = -np.log([1, 0.5, 0.1])
    np.testing.assert_allclose(cost, [0, 0.69, 2.3], atol=0.01)


# --- Margins under the loss ---


def test_the_mean_cost_falls_and_then_rises_with_its_best_length_near_3_5():
    means = np.array([figures._costs(length).mean() for length in figures._LENGTHS])
    lowest = int(means.argmin())
    assert figures._LENGTHS[lowest] == 3.5
    assert np.all(np.diff(means[: lowest + 1]) < 0)
    assert np.all(np.diff(means[lowest:]) > 0)


def test_six_digits_are_on_the_wrong_side_of_the_best_line():
    assert (~figures._RIGHT).sum() == 6


def test_the_fifty_four_soon_cost_almost_nothing_together_and_each_of_the_six_more_and_more():
    at_best, at_end = figures._costs(3.5), figures._costs(6.0)
    assert at_end[figures._RIGHT].mean() < 0.1
    assert np.all(at_end[~figures._RIGHT] > at_best[~figures._RIGHT])
    assert figures._costs(0.0).mean() == pytest.approx(np.log(2))


# --- The boundary learns ---


def test_a_rate_of_0_05_turns_the_line_at_once_and_gets_surer_slowly():
    points = figures._descent(0.05).points
    best = fit_logistic(X, y)
    directions = [w[1:] / np.linalg.norm(w[1:]) for w in (points[1], points[-1], best)]
    assert directions[0] @ directions[2] > 0.9
    assert np.linalg.norm(points[-1][1:]) < np.linalg.norm(best[1:]) / 3


def test_a_rate_of_5_is_near_the_bottom_after_ten_steps():
    path = figures._descent(5.0)
    assert path.values[10] - figures._lowest_loss() < 0.02
    assert np.all(np.diff(path.values) < 0)


@pytest.mark.parametrize("rate", [25.0, 40.0])
def test_with_rates_that_are_too_large_the_loss_falls_for_a_while_and_never_settles(rate):
    changes = np.diff(figures._descent(rate).values)
    assert (changes[0] > 0) == (rate == 40.0)
    assert np.all(changes[1:10] < 0)
    path = gradient_descent(logistic_objective(X, y), np.zeros(3), rate, 2000)
    late = np.diff(path.values[-100:])
    assert late.min() < -0.01
    assert late.max() > 0.01


def test_after_ten_steps_the_rate_5_has_the_lowest_loss():
    after = {rate: figures._descent(rate).values[10] for rate in figures._RATES}
    assert min(after, key=after.get) == 5.0
    start, slow, jump = np.log(2), after[0.05], figures._descent(40.0).values[1]
    assert [round(float(loss), 2) for loss in (start, slow, jump)] == [0.69, 0.60, 1.01]


# --- What becomes of the weights when a line separates the classes ---


def test_weights_grow_for_ever_without_a_penalty_and_level_off_with_one():
    left, right = figures.weights_without_end().axes
    (free, penalised) = (line.get_ydata() for line in left.lines)
    assert np.all(np.diff(free[100:]) > 0)
    assert penalised[-1] == pytest.approx(3, abs=0.1)
    assert np.ptp(penalised[-5000:]) < 1e-6
    (free, penalised) = (line.get_ydata() for line in right.lines)
    assert free[-1] < 1e-3 < 0.05 < penalised[-1]


# --- Do better than this line ---


def test_moons_lose_little_to_a_line_rings_more_and_xor_a_corner():
    best = {name: figures.best_share(name) for name in figures.PROBLEMS}
    assert best["moons"] > 0.85
    assert best["XOR"] == 0.75
    assert best["rings"] < 0.7


@pytest.mark.parametrize("name", ["XOR", "rings"])
def test_the_loss_chooses_weights_near_zero_where_each_direction_has_as_much_against_it(name):
    assert np.abs(fit_logistic(*figures.PROBLEMS[name])).max() < 0.05


def test_a_line_through_the_middle_gets_half_of_xor_and_the_best_three_quarters():
    right, half, all_ = numbers("logistic_regression", "best-line-for-xor")
    assert 100 * figures.best_share("XOR") == right
    angles = figures.better_than_this_line().controls[1].values
    middle = [figures._shares_right("XOR", [figures._line(angle, 0.0)])[0] for angle in angles]
    np.testing.assert_allclose(100 * np.array(middle), half, atol=5)
    assert 100 * figures._shares_right("XOR", [figures._line(0, 0.0)])[0] == half
    assert all_ == 100


# --- Test yourself ---


def test_how_far_the_point_is_from_the_boundary():
    right, score, without_bias = numbers("logistic_regression", "how-far")
    point, w = np.array([[1.0, 1.0]]), np.array([-3.0, 4.0, 3.0])
    assert distance_to_boundary(point, w)[0] == pytest.approx(right)
    assert scores(point, w)[0] == score
    assert distance_to_boundary(point, w * [0, 1, 1])[0] == pytest.approx(without_bias)


def test_one_more_unit_of_score_multiplies_the_odds_by_e_everywhere():
    s = np.linspace(-3, 3, 7)
    p, more = (1 / (1 + np.exp(-each)) for each in (s, s + 1))
    np.testing.assert_allclose(more / (1 - more) / (p / (1 - p)), np.e)


def test_what_a_seven_adds_to_the_derivative():
    right, positive, error, as_one = numbers("logistic_regression", "sign-of-a-step")
    w = np.array([0.0, np.log(9) / 2])  # gives 0.9 at x = 2
    seven, one = (logistic_gradient([[2.0]], [label], w)[1] for label in (1, 0))
    assert (seven, one) == (pytest.approx(right), pytest.approx(as_one))
    assert (positive, 2 * error) == (-right, right)


def test_at_a_score_of_40_a_double_has_lost_the_cost():
    assert 1 - 1 / (1 + np.exp(-40.0)) == 0
    assert binary_cross_entropy([40.0], [0]) == pytest.approx(40)
