"""What the chapter "Logistic regression" says of its figures and runs is what they show.

The tests stand in the chapter's order, and their names are its claims.
"""

from itertools import product

import numpy as np
import pytest
from figures.asked import at_start, numbers, questions

from dlcourse.activations import sigmoid, sigmoid_derivative
from dlcourse.datasets import separable
from dlcourse.explorers import Arrows, Bars, Contour, Field, Handle, Line, Points
from dlcourse.explorers.marks.grid import crossings
from dlcourse.explorers.values import MARKER_NAMES
from dlcourse.features import append_ones
from dlcourse.figures import logistic_regression as figures
from dlcourse.linear import (
    distance_to_boundary,
    fit_logistic,
    gradient_descent,
    logistic_gradient,
    logistic_objective,
    predict_probability,
    scores,
)
from dlcourse.losses import binary_cross_entropy, logistic_loss

images, X, y = figures.ones_and_sevens()


def values(explorer):
    return [control.values for control in explorer.controls]


def only(kind, panel, label=None):
    """The one mark of its kind in a panel, or of those the one with this label."""
    (mark,) = [
        mark
        for mark in panel.marks
        if isinstance(mark, kind) and label in (None, getattr(mark, "label", None))
    ]
    return mark


# --- Drag the line ---


def fewest_mistakes():
    """Of all lines: between two angles at which two digits change places nothing changes."""
    differences = (X[:, np.newaxis] - X).reshape(-1, 2)
    across = np.arctan2(*differences[differences.any(axis=1)].T[::-1]) + np.pi / 2
    angles = np.unique(across % (2 * np.pi))
    found = []
    for angle in (angles + np.append(angles[1:], angles[0] + 2 * np.pi)) / 2:
        order = np.argsort(X @ [np.cos(angle), np.sin(angle)])
        sevens_below = np.append(0, np.cumsum(y[order]))
        ones_above = 30 - np.append(0, np.cumsum(1 - y[order]))
        found.append((sevens_below + ones_above).min())
    return min(found)


def test_the_best_of_all_lines_has_three_mistakes_and_the_figure_has_it():
    _, options, keys = questions("logistic_regression")["best-line-by-hand"]
    right = int(options["number"])
    settings = list(product(*values(figures.drag_the_line())))
    wrong = np.array([figures._n_wrong(figures._line(*each)) for each in settings])
    assert right == wrong.min() == fewest_mistakes()
    assert keys == ["x", "> 5", ""]
    assert right + int(options["within"]) == 5
    assert 1 <= (wrong == 3).sum() < 5 < (wrong <= 5).sum()  # three take patience


def test_six_mistakes_are_one_turn_and_one_shift_away_and_three_are_at_one_stop_only():
    explorer = figures.drag_the_line()
    turns, shifts = values(explorer)
    wrong = np.array([[figures._n_wrong(figures._line(t, s)) for s in shifts] for t in turns])
    turn, shift = explorer.start
    turned, shifted = wrong[:, shift].argmin(), wrong[turn].argmin()
    assert wrong[turned].min() == wrong[:, shifted].min() == 6
    assert (wrong == 3).sum() == 1
    assert (wrong <= 6).sum() > 20


def test_the_first_line_tells_nothing_and_rings_stand_around_the_digits_that_it_gets_wrong():
    explorer = figures.drag_the_line()
    assert "29 of 60 digits on the wrong side" in explorer.caption_at()
    (panel,) = explorer.frame_at(turn=80, shift=-0.3)
    (rings,) = [mark for mark in panel.marks if getattr(mark, "hollow", False)]
    wrong = figures._wrong(figures._line(80, -0.3))
    np.testing.assert_array_equal(rings.X, X[wrong])
    assert explorer.caption_at(turn=80, shift=-0.3).endswith("0 ones and 3 sevens.")


def test_the_line_is_held_in_its_middle_and_at_its_end():
    (panel,) = figures.drag_the_line().frame_at(turn=80, shift=-0.3)
    middle, end = [mark for mark in panel.marks if isinstance(mark, Handle)]
    on_line = scores([middle.at, end.at], figures._line(80, -0.3))
    np.testing.assert_allclose(on_line, 0, atol=1e-12)
    assert (middle.moves, end.moves) == (("shift",), ("turn",))


# --- Three numbers make a line ---


def test_there_are_thirty_of_each_in_standard_deviations_and_one_is_ringed():
    assert np.bincount(y).tolist() == [30, 30]
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(X.std(axis=0), 1, atol=0.01)
    assert X[12].tolist() == [1.08, -0.28]
    assert y[12] == 1


def test_of_the_ten_shown_five_are_ones_four_of_them_upright_and_five_sevens():
    ones, sevens = [0, 4, 6, 14, 18], [5, 12, 2, 3, 13]
    assert not y[ones].any()
    assert y[sevens].all()
    assert (X[ones, 0] < 0).sum() == 4
    assert (X[sevens, 1] > 1).sum() == 3  # with a roof high up
    assert X[sevens, 1].min() > X[ones, 1].max()


def test_sevens_are_wider_and_more_top_heavy_than_ones():
    assert (X[y == 1].mean(axis=0) > X[y == 0].mean(axis=0)).all()


def test_width_and_low_ink_of_the_long_roof_say_1_08_and_minus_0_56():
    np.testing.assert_allclose(np.array([1, 2]) * X[12], [1.08, -0.56])


def test_the_ringed_seven_is_the_one_with_the_long_roof_and_its_score_stands_there_in_parts():
    explorer = at_start("logistic_regression", "signs-of-the-weights")
    for at, parts in [({}, [0, -1.08, -0.28]), ({"w1": 1, "w2": 2, "w0": 0}, [0, 1.08, -0.56])]:
        plane, score = explorer.frame_at(**at)
        np.testing.assert_array_equal(only(Points, plane, "ringed").X, X[[12]])
        bars = only(Bars, score).values.ravel()
        np.testing.assert_allclose(bars, [*parts, sum(parts)], atol=1e-12)


def test_the_arrow_can_be_dragged_by_its_tip_and_by_its_foot():
    plane, _ = figures.three_numbers_make_a_line().frame_at(w1=0.5, w2=-1, w0=1)
    arrow, _ = [mark for mark in plane.marks if isinstance(mark, Arrows)]
    tip, foot = [mark for mark in plane.marks if isinstance(mark, Handle)]
    np.testing.assert_array_equal(tip.at, arrow.end[0])
    np.testing.assert_array_equal(foot.at, arrow.start[0])
    assert (tip.moves, foot.moves) == (("w1", "w2"), ("w0",))


def test_the_best_line_on_the_sliders_has_two_positive_weights():
    settings = list(product(*values(figures.three_numbers_make_a_line())))
    wrong = np.array([figures._n_wrong(np.array([w0, w1, w2])) for w1, w2, w0 in settings])
    best = np.array(settings)[wrong == wrong.min()]
    assert (best[:, :2] > 0).all()


def test_the_other_signs_are_worse_and_the_figure_starts_with_one_of_them():
    w1, w2, w0 = (c.values[c.start] for c in figures.three_numbers_make_a_line().controls)
    assert w1 < 0 < w2
    wrong = {(a, b): figures._n_wrong(np.array([0, a, b])) for a in (-1, 1) for b in (-1, 1)}
    assert min(wrong, key=wrong.get) == (1, 1)
    assert wrong[1, -1] > 30 < wrong[-1, -1]
    assert scores([X[12]], [w0, w1, w2])[0] < 0  # the ringed seven


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


def test_w_has_length_1_at_first_and_on_the_dashed_lines_p_is_0_1_and_0_9():
    explorer = at_start("logistic_regression", "four-times-as-long")
    assert explorer.caption_at().startswith("With ‖w‖ = 1 ")
    plane, _ = explorer.frame_at()
    w = figures._through_the_origin(1, explorer.controls[1].values[explorer.start[1]])
    dashed = [mark for mark in plane.marks if isinstance(mark, Contour) and mark.dash]
    for line, p in zip(dashed, [0.1, 0.9], strict=True):
        places = line.x[0] + crossings(line.values, line.level[0]) * np.ptp(line.x)
        np.testing.assert_allclose(predict_probability(places, w), [p, p])


# --- What a wrong answer costs ---


@pytest.mark.parametrize(("p", "cost"), [(0.5, "0.693"), (0.1, "2.303"), (0.01, "4.605")])
def test_each_factor_of_ten_costs_another_2_3(p, cost):
    assert f"the cost is {cost}." in figures.two_terms_one_switched_on().caption_at(truth=1, p=p)


def test_most_of_what_a_seven_costs_is_charged_for_small_probabilities():
    cost = -np.log([1, 0.5, 0.1])
    np.testing.assert_allclose(cost, [0, 0.69, 2.3], atol=0.01)


def test_the_point_that_is_given_is_the_cost_of_one_half_for_a_seven():
    explorer = at_start("logistic_regression", "what-a-seven-costs")
    assert explorer.caption_at().startswith("The digit is a seven")
    axes, _ = explorer.frame_at()
    np.testing.assert_allclose(only(Points, axes).X, [[0.5, 0.69]], atol=0.005)


def test_sure_and_right_is_nearly_free_and_on_the_left_the_curve_gets_steeper_and_steeper():
    axes, _ = figures.two_terms_one_switched_on().frame_at(truth=1)
    curve = only(Line, axes, "−log p, for a seven")
    assert curve.y[curve.x > 0.99].max() < 0.01
    slopes = np.diff(curve.y) / np.diff(curve.x)
    assert np.all(slopes < 0)
    assert np.all(np.diff(slopes) > 0)
    assert slopes[0] < 100 * slopes[-1]


def test_of_the_two_terms_the_other_one_is_switched_off():
    explorer = figures.two_terms_one_switched_on()
    for truth, p in product(*values(explorer)):
        terms = only(Bars, explorer.frame_at(truth=truth, p=p)[1]).values.ravel()
        charged, other = terms if truth else terms[::-1]
        assert charged == pytest.approx(-np.log(p if truth else 1 - p))
        assert other == 0


def test_at_a_score_of_40_the_formula_says_infinity_and_not_a_number():
    p = 1 / (1 + np.exp(-40.0))
    assert p == 1
    assert np.exp(-40.0) == pytest.approx(4e-18, abs=0.3e-18)
    with np.errstate(all="ignore"):
        assert np.isinf(-np.log(1 - p))
        assert np.isnan(-(1 * np.log(p) + 0 * np.log(1 - p)))
    assert binary_cross_entropy([40.0], [0]) == 40  # what is due


def test_with_labels_of_minus_and_plus_one_the_loss_is_the_same():
    s = scores(X, [0.0, 1.0, 2.0])
    assert logistic_loss(s, 2 * y - 1) == pytest.approx(binary_cross_entropy(s, y), abs=1e-15)


# --- Margins under the loss ---

BEST = fit_logistic(X, y)
ENDS = "start", "end"


def test_the_mean_cost_falls_and_then_rises_with_its_best_length_near_3_5():
    means = np.array([figures._costs(length).mean() for length in figures._LENGTHS])
    lowest = int(means.argmin())
    assert figures._LENGTHS[lowest] == 3.5
    assert np.all(np.diff(means[: lowest + 1]) < 0)
    assert np.all(np.diff(means[lowest:]) > 0)
    falls, rises = (means[[0, -1]] - means[lowest]) / np.abs(figures._LENGTHS[[0, -1]] - 3.5)
    assert 0 < 5 * rises < falls  # it rises slowly


def test_each_of_sixty_sticks_is_as_tall_as_its_digit_s_cost_at_first_for_a_length_of_2():
    explorer = at_start("logistic_regression", "do-the-mistakes-win")
    assert explorer.caption_at().startswith("‖w‖ = 2: ")
    costs, mean = explorer.frame_at()
    right, wrong = [mark for mark in costs.marks if isinstance(mark, Arrows)]
    assert (len(right.end), len(wrong.end)) == (54, 6)
    feet, tops = (np.vstack([getattr(mark, end) for mark in (right, wrong)]) for end in ENDS)
    np.testing.assert_array_equal(feet[:, 0], tops[:, 0])
    assert not feet[:, 1].any()
    w = 2 * BEST / np.linalg.norm(BEST[1:])
    margins = (2 * y - 1) * scores(X, w)
    np.testing.assert_allclose(np.sort(tops[:, 0]), np.sort(margins))
    np.testing.assert_allclose(tops[:, 1], np.logaddexp(0, -tops[:, 0]))
    np.testing.assert_allclose(only(Points, mean).X, [[2, binary_cross_entropy(scores(X, w), y)]])


def test_as_w_grows_the_right_digits_get_cheaper_and_the_six_dearer_and_outweigh_them_from_3_5_on():
    costs = np.array([figures._costs(length) for length in figures._LENGTHS])
    right, wrong = costs[:, figures._RIGHT], costs[:, ~figures._RIGHT]
    assert np.all(np.diff(right, axis=0) < 0)
    assert np.all(np.diff(wrong, axis=0) > 0)
    saved, lost = -np.diff(right.sum(axis=1)), np.diff(wrong.sum(axis=1))
    np.testing.assert_array_equal(saved > lost, figures._LENGTHS[1:] <= 3.5)


def test_six_digits_are_on_the_wrong_side_of_the_best_line():
    assert (~figures._RIGHT).sum() == 6


def test_the_fifty_four_soon_cost_almost_nothing_together_and_each_of_the_six_more_and_more():
    at_best, at_end = figures._costs(3.5), figures._costs(6.0)
    assert at_end[figures._RIGHT].mean() < 0.1
    assert np.all(at_end[~figures._RIGHT] > at_best[~figures._RIGHT])
    assert figures._costs(0.0).mean() == pytest.approx(np.log(2))


# --- The boundary learns ---

H = append_ones(X).T * sigmoid_derivative(scores(X, BEST)) @ append_ones(X) / len(X)


def test_before_the_first_step_each_digit_gets_one_half_and_the_star_marks_the_lowest_place():
    explorer = at_start("logistic_regression", "which-rate")
    assert ", step 0: the loss is 0.693" in explorer.caption_at()
    plane, valley, _ = explorer.frame_at()
    assert np.all(only(Field, plane).values == 0.5)
    loss, star = only(Field, valley), only(Points, valley, "lowest")
    assert MARKER_NAMES[star.marker] == "star"
    row, column = np.unravel_index(loss.values.argmin(), loss.values.shape)
    bias, weight = (np.linspace(*side, len(loss.values)) for side in (loss.x, loss.y))
    apart = np.abs(star.X[0] - [bias[column], weight[row]])
    assert np.all(apart < [bias[1] - bias[0], weight[1] - weight[0]])
    np.testing.assert_allclose(star.X[0], BEST[[0, 2]])


def test_a_rate_of_0_05_turns_the_line_at_once_and_gets_surer_slowly():
    points = figures._descent(0.05).points
    directions = [w[1:] / np.linalg.norm(w[1:]) for w in (points[1], points[40], BEST)]
    assert directions[0] @ directions[2] > 0.9
    assert np.linalg.norm(points[40][1:]) < np.linalg.norm(BEST[1:]) / 3


def test_a_rate_of_5_is_near_the_bottom_after_ten_steps():
    path = figures._descent(5.0)
    assert path.values[10] - figures._lowest_loss() < 0.005
    assert np.all(np.diff(path.values) < 0)


def test_after_ten_steps_the_rate_5_has_the_lowest_loss():
    after = {rate: figures._descent(rate).values[10] for rate in figures._RATES}
    assert min(after, key=after.get) == 5.0
    start, slow, jump = np.log(2), after[0.05], figures._descent(40.0).values[1]
    assert [round(float(loss), 2) for loss in (start, slow, jump)] == [0.69, 0.60, 1.01]


def test_a_rate_of_40_jumps_up_falls_for_ten_steps_and_never_settles():
    losses = gradient_descent(logistic_objective(X, y), np.zeros(3), 40.0, 2000).values
    assert losses[1] > losses[0]
    assert np.all(np.diff(losses[1:12]) < 0)
    assert losses[12] > losses[11]
    late = losses[-100:]
    assert late.min() < 0.35
    assert late.max() > 0.85


def test_a_rate_of_25_crosses_the_valley_sits_at_the_bottom_and_breaks_out():
    path = figures._descent(25.0)
    assert path.points[1, 2] > 2 * BEST[2]  # w2 is far beyond, and the loss as high as at the start
    assert path.values[1] == pytest.approx(path.values[0], abs=0.05)
    assert np.all(np.diff(path.points[1:19, 2]) < 0)  # down the valley
    assert np.all(np.diff(path.values[1:19]) < 0)
    above = path.values - figures._lowest_loss()
    assert np.flatnonzero(above < 0.0005).tolist() == list(range(18, 25))
    assert above[30:].min() > 0.02


def test_at_25_it_hops_for_ever_between_two_places_on_either_side():
    path = gradient_descent(logistic_objective(X, y), np.zeros(3), 25.0, 500)
    np.testing.assert_allclose(path.points[-2:], path.points[-4:-2], atol=1e-9)
    assert np.sort(path.values[-2:]).round(2).tolist() == [0.32, 0.35]
    left, right = sorted(path.points[-2:, 0])
    assert left < BEST[0] < right


def test_the_steepest_error_changes_sides_and_grows_by_half_until_the_loss_bends_less():
    bends, directions = np.linalg.eigh(H)
    assert 2 / bends[-1] == pytest.approx(20, abs=0.05)
    assert 1 - 25 * bends[-1] == pytest.approx(-1.5, abs=0.005)
    errors = (figures._descent(25.0).points - BEST) @ directions[:, -1]
    factors = errors[19:27] / errors[18:26]
    np.testing.assert_allclose(factors, -1.5, atol=0.2)
    assert pytest.approx(26, abs=0.5) == 1.5**8
    assert np.abs(errors[16:20]).max() < np.ptp(figures._W0) / 500  # too small to see on the map
    assert (1 - 25 * bends[-1]) ** 8 == pytest.approx(26, abs=0.5)
    in_eight_steps = errors[25:32] / errors[17:24]
    assert 20 < in_eight_steps.min() < in_eight_steps.max() < 27
    path = gradient_descent(logistic_objective(X, y), np.zeros(3), 25.0, 500)
    hop = path.points[-1] - path.points[-2]
    left = min(path.points[-2:], key=lambda w: w[0])
    there = sigmoid_derivative(scores(X, left)) @ (append_ones(X) @ hop) ** 2 / len(X)
    assert 25 * there / (hop @ hop) < 2 < 25 * (hop @ H @ hop) / (hop @ hop)


def test_a_rate_below_5_3_is_safe_wherever_one_starts():
    largest = np.linalg.eigvalsh(append_ones(X).T @ append_ones(X) / len(X))[-1]
    assert 8 / largest == pytest.approx(5.3, abs=0.05)
    starts = np.random.default_rng(0).normal(scale=5, size=(50, 3))
    for start in starts:
        path = gradient_descent(logistic_objective(X, y), start, 8 / largest, 30)
        assert np.all(np.diff(path.values) < 0)


def test_at_the_bottom_most_probabilities_are_near_0_or_1():
    p = sigmoid(scores(X, BEST))
    assert ((p < 0.1) | (p > 0.9)).sum() > 30


def test_from_twenty_starts_the_descents_end_at_one_point():
    starts = np.random.default_rng(0).normal(scale=3, size=(20, 3))
    ends = [gradient_descent(figures._loss, start, 5.0, 500).points[-1] for start in starts]
    np.testing.assert_allclose(ends, np.tile(BEST, (20, 1)), atol=1e-6)


def test_six_are_wrong_three_with_a_bar_and_little_ink_above_two_of_which_cost_the_most():
    p = sigmoid(scores(X, BEST))
    wrong = np.flatnonzero((p > 0.5) != y)
    barred = [1, 10, 50]  # as one sees in the chapter
    assert len(wrong) == 6
    assert set(barred) < set(wrong[y[wrong] == 1])
    assert X[barred, 1].max() < -0.6 < 0.7 < X[y == 1, 1].mean()
    costs = -np.log(np.where(y == 1, p, 1 - p))
    dearest = np.argsort(-costs)
    assert set(dearest[:2]) < set(barred)
    assert costs[dearest[1]] > 2 > 1 > costs[dearest[2]]


def lean(image):
    """How far the ink moves to the right with each pixel upwards."""
    row, column = np.indices((28, 28))
    share = image.reshape(28, 28) / image.sum()
    up, right = (share * row).sum() - row, column - (share * column).sum()
    return (share * up * right).sum() / (share * up**2).sum()


def test_of_the_six_three_of_four_sevens_are_barred_and_two_ones_lean_far_to_the_right():
    p = sigmoid(scores(X, BEST))
    wrong = (p > 0.5) != y
    ones, sevens = np.flatnonzero(wrong & (y == 0)), np.flatnonzero(wrong & (y == 1))
    assert (len(ones), len(sevens)) == (2, 4)
    rows = (images[sevens] > 0.5).reshape(4, 28, 28)[:, 14:19].sum(axis=2)  # ink in the middle
    barred = rows.max(axis=1) > 8
    assert sevens[barred].tolist() == [1, 10, 50]
    assert rows[~barred].max() < 4
    assert (p[sevens[barred]] < 0.1).sum() == 2
    leans = np.array([lean(image) for image in images])
    assert leans[ones].min() > 2 * leans[y == 0].mean()
    assert np.degrees(np.arctan(leans[ones])).min() > 40
    assert 0.5 < p[ones].min() < p[ones].max() < 0.6


# --- What becomes of the weights when a line separates the classes ---


@pytest.mark.parametrize("seed", range(5))
def test_weights_grow_for_ever_more_and_more_slowly_and_their_direction_settles(seed):
    easy = logistic_objective(*separable(60, margin=0.3, rng=np.random.default_rng(seed)))
    path = gradient_descent(easy, np.zeros(3), 1.0, 10_000)
    lengths = np.linalg.norm(path.points[1:, 1:], axis=1)
    assert np.all(np.diff(lengths) > 0)
    assert np.all(np.diff(lengths, 2) < 0)
    late = path.points[[10, 100, 1000, 10_000], 1:]
    late = late / np.linalg.norm(late, axis=1, keepdims=True)
    turns = np.linalg.norm(np.diff(late, axis=0), axis=1)
    assert turns[-1] < 0.02 < turns[0]
    assert np.all(np.diff(path.values) < 0)
    assert np.exp(-path.values[-1]) > 0.99  # it is sure of everything


@pytest.mark.parametrize("seed", range(5))
def test_the_direction_nears_that_of_the_widest_empty_strip(seed):
    optimize = pytest.importorskip("scipy.optimize")
    X_easy, y_easy = separable(60, margin=0.3, rng=np.random.default_rng(seed))
    A, signs = append_ones(X_easy), 2 * y_easy - 1
    path = gradient_descent(logistic_objective(X_easy, y_easy), np.zeros(3), 1.0, 10_000)
    w = path.points[-1]
    widest = optimize.minimize(
        lambda v: v @ v / 2,
        w / (signs * (A @ w)).min(),
        jac=lambda v: v,
        constraints={"type": "ineq", "fun": lambda v: signs * (A @ v) - 1},
    ).x
    cosines = path.points[[10, 10_000]] @ widest
    cosines /= np.linalg.norm(path.points[[10, 10_000]], axis=1) * np.linalg.norm(widest)
    assert cosines[0] < cosines[1] > 0.998  # within four degrees


def test_with_a_penalty_there_is_one_best_again():
    data = separable(60, margin=0.3, rng=np.random.default_rng(1))
    charged = logistic_objective(*data, weight_penalty=0.01)
    starts = np.random.default_rng(0).normal(scale=3, size=(20, 3))
    ends = [gradient_descent(charged, start, 2.0, 2000).points[-1] for start in starts]
    np.testing.assert_allclose(ends, np.tile(fit_logistic(*data, 0.01), (20, 1)), atol=1e-6)


# --- What no line can do ---


def test_moons_lose_little_to_a_line_rings_more_and_xor_a_corner():
    shares = {name: figures.best_line(name)[1] for name in figures.PROBLEMS}
    assert {name: f"{share:.0%}" for name, share in shares.items()} == {
        "moons": "88%",
        "rings": "68%",
        "XOR": "75%",
    }
    assert round(len(figures._LINES), -3) == 29_000


def test_each_panel_says_the_share_that_its_line_gets_right():
    for ax, name in zip(figures.best_lines().axes, figures.PROBLEMS, strict=True):
        w, share = figures.best_line(name)
        U, labels = figures.PROBLEMS[name]
        assert ((scores(U, w) > 0) == labels).mean() == share
        assert ax.get_title() == f"{name}: {share:.0%}"


def test_the_best_line_leaves_one_corner_of_xor_on_the_wrong_side():
    U, labels = figures.PROBLEMS["XOR"]
    w, _ = figures.best_line("XOR")
    wrong = U[(scores(U, w) > 0) != labels]
    assert len(wrong) == 20
    assert len(np.unique(np.sign(wrong), axis=0)) == 1
    fenced = U[scores(U, w) < 0]
    assert len(fenced) == 20
    np.testing.assert_array_equal(np.sign(fenced), -np.sign(wrong))  # the opposite one


def test_on_rings_one_inside_the_other_the_line_cuts_off_a_part_of_the_outer_one():
    U, labels = figures.PROBLEMS["rings"]
    w, _ = figures.best_line("rings")
    radius = np.hypot(*U.T)
    assert radius[labels == 0].max() < radius[labels == 1].min()
    beyond = scores(U, w) > 0
    assert labels[beyond].all()
    assert 0.2 < beyond[labels == 1].mean() < 0.5


@pytest.mark.parametrize("name", ["XOR", "rings"])
def test_the_loss_chooses_weights_near_zero_where_each_direction_has_as_much_against_it(name):
    U, labels = figures.PROBLEMS[name]
    w = fit_logistic(U, labels)
    assert np.abs(w).max() < 0.05
    np.testing.assert_allclose(predict_probability(U, w), 0.5, atol=0.005)


@pytest.mark.parametrize("name", figures.PROBLEMS)
def test_logistic_regression_gets_fewer_right_than_the_best_line(name):
    U, labels = figures.PROBLEMS[name]
    right = ((scores(U, fit_logistic(U, labels)) > 0) == labels).mean()
    assert right < figures.best_line(name)[1]


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
    gain = more - p  # depends on the digit
    assert gain.max() > 4 * gain.min()


def test_the_derivative_of_the_loss_of_a_seven():
    right, positive, error = numbers("logistic_regression", "sign-of-a-step")
    w = np.array([0.0, np.log(9) / 2])  # gives 0.9 at x = 2
    assert logistic_gradient([[2.0]], [1], w)[1] == pytest.approx(right)
    assert (positive, 2 * error) == (-right, right)


# --- Exercises ---


def test_the_nearest_point_of_the_boundary_and_the_probability_of_the_origin():
    w = np.array([-3.0, 4.0, 3.0])
    nearest = -distance_to_boundary([[0.0, 0.0]], w) * w[1:] / 5
    np.testing.assert_allclose(nearest, [0.48, 0.36])
    assert predict_probability([[0.0, 0.0]], w)[0] == pytest.approx(0.047, abs=0.0005)


def test_a_doubled_feature_halves_its_weight_and_gives_a_step_four_times_the_effect():
    doubled = X * [2, 1]
    w = fit_logistic(doubled, y)
    np.testing.assert_allclose(w * [1, 2, 1], BEST, atol=1e-5)
    assert binary_cross_entropy(scores(doubled, w), y) == pytest.approx(figures._lowest_loss())
    before, after = logistic_gradient(X, y, BEST / 2), logistic_gradient(doubled, y, w / 2)
    np.testing.assert_allclose(after[1] * doubled[:, 0], 4 * before[1] * X[:, 0], rtol=1e-4)


def test_at_the_best_weights_the_mean_probability_is_the_share_of_sevens():
    assert predict_probability(X, BEST).mean() == pytest.approx(y.mean(), abs=1e-6)
