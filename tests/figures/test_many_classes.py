"""What the chapter "Many classes" says of its figures and experiments is what they show.

The tests stand in the order of the page; a test's name is the sentence that it holds.
"""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from figures.asked import at_start, numbers

from dlcourse import linear, palette
from dlcourse.activations import log_softmax, logsumexp, sigmoid, softmax
from dlcourse.datasets import blobs, load_digits_subset
from dlcourse.explorers import Handle, looks
from dlcourse.explorers.marks.base import common_domain
from dlcourse.features import append_ones
from dlcourse.figures import many_classes as figures
from dlcourse.gradcheck import central_difference, relative_error
from dlcourse.labels import one_hot
from dlcourse.linear import (
    claims,
    fit_one_vs_rest,
    fit_softmax,
    gradient_descent,
    logistic_objective,
    minimize,
    partition_function,
    predict_probability,
    scores,
    softmax_objective,
)
from dlcourse.losses import cross_entropy, cross_entropy_gradient

SEEDS = range(5)
MIDDLE = [[0.0, 0.0]]


def values(explorer):
    return {control.name: control.values for control in explorer.controls}


def hue(colour):
    """Blue or orange, where red, green and blue come in the order of one of them."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return {(True, True): "blue", (False, False): "orange"}.get((blue > green, green > red))


# --- Three lines claim the plane ---


def test_the_middle_of_the_triangle_is_nobody_s():
    X, _ = figures._clouds(0, 2)
    assert not claims(X.mean(axis=0, keepdims=True), figures._three_models(0, 2)).any()
    assert "Nobody claims 4% of the square, one class 72%, two 24%, all three 0%" in (
        figures.three_lines_claim_the_plane().caption_at()
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_so_it_is_in_any_triangle_of_clouds(seed):
    X, y = blobs(120, 0.6, np.random.default_rng(seed))
    assert not claims(MIDDLE, fit_one_vs_rest(X, y, 3, figures.PENALTY)).any()


def test_a_s_line_cuts_off_its_own_cloud_and_nothing_else():
    caption = figures.three_lines_claim_the_plane().caption_at(asked=0)
    assert "it claims 40 of its own 40 points, 0 others" in caption


def test_so_does_each_class_s_line_with_its_own_corner():
    X, y = figures._clouds(0, 2)
    for k in range(3):
        caption = figures.three_lines_claim_the_plane().caption_at(asked=k)
        assert f"Only {'ABC'[k]} is asked: it claims 40 of its own 40 points, 0 others" in caption
        np.testing.assert_array_equal(figures._owner(figures._said(X, 0, 2, k)) == k, y == k)


def test_at_first_only_a_is_asked_and_says_mine_on_the_blue_side():
    plane, _ = at_start("many_classes", "who-owns-the-middle").frame_at()
    drawn = {mark.kind: mark for mark in plane.marks}
    assert drawn["contour"].color == 0
    side = np.linspace(*figures._SIDE, len(drawn["field"].values))
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    mine = claims(places, figures._three_models(0, 2))[:, 0]
    np.testing.assert_array_equal(drawn["field"].values.ravel(), np.where(mine, 0, -1))
    assert {hue(theme.classes[0]) for theme in (palette.LIGHT, palette.DARK)} == {"blue"}


def test_behind_each_crossing_of_two_lines_both_claim():
    grid = np.stack(np.meshgrid(*[np.linspace(-4, 4, 81)] * 2), axis=-1).reshape(-1, 2)
    said = figures._said(grid, 0, 2, 3)
    assert {tuple(row) for row in said[said.sum(axis=1) == 2].tolist()} == {
        (True, True, False),
        (True, False, True),
        (False, True, True),
    }


def test_between_a_and_b_the_class_c_claims_nothing():
    assert figures._shares(0, -1, asked=2).tolist() == [1, 0, 0, 0]
    caption = figures.three_lines_claim_the_plane().caption_at(asked=2, c1=0, c2=-1)
    assert "it claims 0 of its own 40 points, 0 others, and 0% of the square" in caption
    plane, _ = figures.three_lines_claim_the_plane().frame_at(asked=2, c1=0, c2=-1)
    (line,) = [mark for mark in plane.marks if mark.kind == "contour"]
    assert line.values.max() < 0  # it has left the picture


def test_c_can_be_dragged():
    plane, _ = figures.three_lines_claim_the_plane().frame_at(c1=1, c2=-1)
    (ring,) = [mark for mark in plane.marks if isinstance(mark, Handle)]
    assert (ring.moves, ring.at.tolist()) == (("c1", "c2"), [1, -1])


# --- One against the rest, on digits ---


@pytest.fixture(scope="module")
def ten_models():
    pixels, digit, new, _ = load_digits_subset()
    W = fit_one_vs_rest(pixels[:1000], digit[:1000], 10, 0.001)
    return scores(new, W)


def test_many_digits_have_no_owner_fewer_have_several(ten_models):
    nobody, one, *several = np.bincount((ten_models > 0).sum(axis=1))
    assert one > nobody > sum(several) > 10


def test_the_ten_probabilities_do_not_add_up_to_one(ten_models):
    total = sigmoid(ten_models).sum(axis=1)
    assert total.min() < 0.1
    assert total.max() > 2


# --- Scores into shares ---


def test_a_shift_changes_no_share_and_moves_every_score():
    explorer = figures.scores_into_shares()
    for shift in values(explorer)["shift"]:
        before, after = (explorer.frame_at(shift=c)[1].marks[0].values for c in (0, shift))
        np.testing.assert_allclose(after, before)


def test_a_low_temperature_gives_all_to_the_largest_score_and_a_high_one_equal_shares():
    s = np.array([2.0, 0.0, 1.0])
    assert round(softmax(s / 0.5).max(), 2) == 0.87
    assert np.ptp(softmax(s / 8)) < 0.1
    np.testing.assert_allclose(softmax(s / 1e-3), [1, 0, 0])
    caption = figures.scores_into_shares().caption_at
    assert "the shares are 0.87" in caption(temperature=0.5)
    assert "the shares are 0.67, 0.09, 0.24" in caption(temperature=1)


def test_three_times_the_scores_give_more_to_the_largest_and_a_shift_by_three_20_times_the_sum():
    s = np.array([2.0, 0.0, 1.0])
    assert softmax(3 * s).max() > softmax(s).max()
    np.testing.assert_allclose(softmax(s + 3), softmax(s))
    bars, _ = at_start("many_classes", "shift-all-scores").frame_at(shift=3)
    assert bars.marks[0].values.ravel().tolist() == (s + 3).tolist() == [5, 3, 4]
    assert np.all((s + 3)[1:] / (s + 3)[0] > s[1:] / s[0])  # closer together by ratio
    assert round(np.exp(s + 3).sum() / np.exp(s).sum()) == 20


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_have_the_odds_that_the_scores_ask_for(seed):
    rng = np.random.default_rng(seed)
    X, W = rng.normal(size=(20, 2)), rng.normal(size=(3, 3))
    S, P = scores(X, W), predict_probability(X, W)
    np.testing.assert_allclose(np.log(P[:, 0] / P[:, 1]), S[:, 0] - S[:, 1])
    np.testing.assert_allclose(P, np.exp(S) / partition_function(X, W)[:, np.newaxis])


# --- Straight scores, curved shares ---


def test_both_scores_rise_and_cross_at_zero_and_the_share_is_the_sigmoid_of_their_difference():
    S = figures._tangents(2, 2)
    drawn = at_start("many_classes", "two-rising-scores").frame_at()[0].marks
    np.testing.assert_array_equal([line.y for line in drawn], S)
    assert np.all(np.diff(S, axis=1) > 0)
    assert np.all(np.diff(S[1] - S[0]) > 0)
    assert (S[1] - S[0])[figures._ALONG == 0] == 0
    np.testing.assert_allclose(softmax(S.T)[:, 1], sigmoid(S[1] - S[0]))
    np.testing.assert_allclose(S[1] - S[0], 2 * figures._ALONG)
    odds = np.divide(*softmax(S.T)[figures._ALONG == 1][0, ::-1])
    assert odds == pytest.approx(np.e**2)
    assert round(odds) == 7
    assert np.all(np.diff(softmax(S.T)[:, 0]) < 0)  # what falls is the share of class 0


@pytest.mark.parametrize("seed", SEEDS)
def test_one_row_taken_from_all_rows_moves_no_share(seed):
    rng = np.random.default_rng(seed)
    X, W = rng.normal(size=(20, 2)), rng.normal(size=(4, 3))
    np.testing.assert_allclose(predict_probability(X, W - W[3]), predict_probability(X, W))


def test_a_slope_added_to_all_scores_changes_no_share():
    for classes in values(figures.straight_scores_curved_shares())["classes"]:
        P = [softmax(figures._tangents(classes, tilt).T) for tilt in (-2, 0, 2)]
        np.testing.assert_allclose(P[0], P[1])
        np.testing.assert_allclose(P[2], P[1])


@pytest.mark.parametrize("classes", [3, 4, 5])
def test_each_class_in_between_owns_a_hill_and_is_on_top_somewhere(classes):
    S = figures._tangents(classes, 0)
    assert {*S.argmax(axis=0)} == {*range(classes)}
    assert S[:, [0, -1]].argmax(axis=0).tolist() == [0, classes - 1]  # the ends are the outer ones'
    *_, said = figures.straight_scores_curved_shares().caption_at(classes=classes).split()
    peaks = softmax(S.T).max(axis=0)[1:-1]
    assert peaks.min() == pytest.approx(float(said.rstrip(".")), abs=0.005)
    for share in softmax(S.T).T[1:-1]:
        top = share.argmax()
        assert 0 < top < len(share) - 1
        assert np.all(np.diff(share[: top + 1]) > 0)
        assert np.all(np.diff(share[top:]) < 0)


def test_the_score_of_a_class_in_between_need_not_be_positive_nor_the_steepest():
    S = figures._tangents(3, 0)
    assert not S[1].any()
    assert softmax(S.T)[:, 1].max() > 0.5


# --- Errors of one point ---


def test_the_three_clouds_are_those_of_the_text_and_their_regions_meet_in_the_middle():
    X, y = blobs(150, 0.9, np.random.default_rng(0))
    np.testing.assert_array_equal(X, figures._X)
    np.testing.assert_array_equal(y, figures._Y)
    W = figures._joint()
    tied = np.linalg.solve(
        [W[0, 1:] - W[1, 1:], W[1, 1:] - W[2, 1:]], [W[1, 0] - W[0, 0], W[2, 0] - W[1, 0]]
    )
    np.testing.assert_allclose(predict_probability([tied], W), 1 / 3)
    assert np.linalg.norm(tied) < 0.5


def test_errors_add_up_to_zero_and_reach_one_in_a_foreign_region():
    explorer = figures.errors_of_one_point()
    for x1 in values(explorer)["x1"]:
        errors = explorer.frame_at(x1=x1, label="B")[1].marks[0].values
        assert errors.sum() == pytest.approx(0, abs=1e-12)
    own, foreign = (
        explorer.frame_at(x1=x1, x2=x2, label="A")[1].marks[0].values.ravel()
        for x1, x2 in [(4.0, 0.0), (-1.6, 3.2)]
    )
    assert np.abs(own).max() < 0.01
    np.testing.assert_allclose(foreign, [-1, 1, 0], atol=0.02)


def test_the_point_of_the_question_has_these_shares_and_errors_and_a_step_goes_against_them():
    explorer = figures.errors_of_one_point()
    assert "the shares are A 0.41, B 0.31, C 0.28" in explorer.caption_at(label="not told")
    assert at_start("many_classes", "pull-and-push").caption_at() == (
        explorer.caption_at(x1=0, x2=0, label="not told")
    )
    errors = explorer.frame_at(label="A")[1].marks[0].values.ravel()
    np.testing.assert_allclose(errors, [-0.59, 0.31, 0.28], atol=0.005)
    np.testing.assert_allclose(errors.sum(), 0, atol=1e-12)
    s = scores(MIDDLE, figures._joint())
    np.testing.assert_allclose(cross_entropy_gradient(s, [0])[0], errors)
    assert cross_entropy(s - 0.1 * errors, [0]) < cross_entropy(s, [0])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_is_the_central_difference_and_its_rows_add_up_to_zero(seed):
    rng = np.random.default_rng(seed)
    X, y = blobs(150, 0.9, rng)
    W = rng.normal(size=(3, 3))
    gradient = (softmax(scores(X, W)) - one_hot(y, 3)).T @ append_ones(X) / len(X)
    nudged = central_difference(lambda W: cross_entropy(scores(X, W), y), W)
    assert relative_error(gradient, nudged) < 1e-8
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-14)


@pytest.mark.parametrize(("seed", "noise"), [(0, 0.9), (1, 1.2), (2, 1.2)])
def test_one_word_turns_softmax_regression_into_one_vs_rest(seed, noise):
    X, y = blobs(150, noise, np.random.default_rng(seed))
    A, Y = append_ones(X), one_hot(y, 3)
    for link, fit in [(softmax, fit_softmax), (sigmoid, fit_one_vs_rest)]:
        W = np.zeros((3, 3))
        for _ in range(5000):
            W -= (link(A @ W.T) - Y).T @ A / len(X)
        np.testing.assert_allclose(W, fit(X, y, 3), atol=1e-5)
    np.testing.assert_allclose(fit_softmax(X, y, 3).sum(axis=0), 0, atol=1e-9)


# --- Two ways on the same clouds ---


def two_ways(classes, bend, seed):
    """Both ways on fresh points, and what shares of each cloud its own model and any claim."""
    rng = np.random.default_rng(seed)
    X, y = figures.arc(classes, bend, 0.3, 60, rng)
    fresh, truth = figures.arc(classes, bend, 0.3, 500, rng)
    W = fit_one_vs_rest(X, y, classes, figures.PENALTY)
    said = claims(fresh, W)
    own, anybody = said[np.arange(len(truth)), truth], said.any(axis=1)
    joint = predict_probability(fresh, fit_softmax(X, y, classes, figures.PENALTY))
    alone = figures.one_vs_rest_probability(fresh, W)
    return (
        figures.judged(alone, truth),
        figures.judged(joint, truth),
        *(claimed.reshape(classes, -1).mean(axis=1) for claimed in (own, anybody)),
    )


def test_of_seven_clouds_in_a_row_nobody_claims_the_inner_ones_and_one_vs_rest_loses_some():
    right, all_of_them = numbers("many_classes", "seven-in-a-row")
    assert (right, all_of_them) == (2, 7)
    accuracies = []
    for seed in range(20):
        alone, joint, own, anybody = two_ways(7, 0, seed)
        assert np.flatnonzero(own > 0.5).tolist() == [0, 6]
        assert anybody[1:6].max() < 0.01
        assert joint.accuracy > 0.99
        accuracies.append(alone.accuracy)
    assert 0.75 < min(accuracies) < 0.78
    assert 0.97 < max(accuracies) < 0.99


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("classes", [3, 5, 7])
def test_on_a_circle_it_claims_all_and_both_ways_are_right_equally_often(classes, seed):
    alone, joint, own, _ = two_ways(classes, 1, seed)
    assert own.min() > 0.5
    assert abs(alone.accuracy - joint.accuracy) < 0.01


def test_so_they_are_in_the_figure_at_every_spread():
    stops = values(figures.two_ways_on_the_same_clouds())
    for classes, noise in product(stops["classes"], stops["noise"]):
        (_, alone), (_, joint) = figures._two_fits(classes, 1, noise).values()
        assert abs(alone.accuracy - joint.accuracy) < 0.01


@pytest.mark.parametrize("seed", SEEDS)
def test_with_three_in_a_row_only_the_probabilities_suffer(seed):
    alone, joint, *_ = two_ways(3, 0, seed)
    assert alone.accuracy > 0.99 < joint.accuracy
    assert alone.confidence < 0.85 < 0.95 < joint.confidence


def test_the_figure_says_so_too():
    caption = figures.two_ways_on_the_same_clouds().caption_at
    seven, three = caption(bend=0), caption(classes=3, bend=0)
    assert "One-vs-rest claims 2 of them; on fresh points it is right in 86.3%" in seven
    assert "it is right in 99.7%, its confidence 79.2%" in three
    assert "its confidence 93.9%" in caption(classes=3, bend=1)
    assert float(three.split("its confidence ")[2].rstrip("%.")) > 95
    for bend in values(figures.two_ways_on_the_same_clouds())["bend"]:
        assert "Softmax is right in 99.8%" in caption(bend=bend)


def test_at_first_seven_clouds_are_on_a_circle_and_the_regions_of_both_ways_look_alike():
    explorer = at_start("many_classes", "seven-in-a-row")
    assert explorer.caption_at().startswith("7 clouds on a circle, spread 0.3.")
    left, right = (panel.title for panel in explorer.frame_at())
    assert left.startswith("one-vs-rest")
    assert right.startswith("softmax")
    alike = {}
    for bend in (0, 1):
        alone, joint = (panel.marks[0].values for panel in explorer.frame_at(bend=bend))
        alike[bend] = (alone == joint).mean()
    assert alike[1] > 0.95
    assert alike[0] < 0.7


def test_without_overlap_means_that_no_two_points_of_neighbours_change_places():
    X, y = figures.arc(7, 0, 0.3, 60, np.random.default_rng(0))
    ends = [(X[y == k, 0].min(), X[y == k, 0].max()) for k in range(7)]
    assert all(left[1] < right[0] for left, right in pairwise(ends))


# --- Two ways on digits ---


@cache
def searched(penalty):
    """What each draw returns, and the steepest derivative where each of its searches ended."""
    steepest = []

    def followed(task, *start, **options):
        end = minimize(task, *start, **options)
        steepest.append(np.abs(task(end.w)[1]).max())
        return end

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "minimize", followed)
        return [figures.compare_on_digits(seed, penalty) for seed in SEEDS], steepest


def on_digits(penalty):
    """Accuracy, confidence, loss and steps of both ways in each draw: two arrays of five rows."""
    runs, _ = searched(penalty)
    return np.moveaxis(runs, 0, 1)


def test_in_each_draw_softmax_is_ahead_by_a_few_digits_in_a_thousand():
    alone, joint = on_digits(0.001)
    ahead = joint[:, 0] - alone[:, 0]
    assert ahead.min() > 0
    assert ahead.max() < 0.01


def test_in_each_draw_softmax_has_the_lower_loss_and_is_nearly_calibrated():
    alone, joint = on_digits(0.001)
    assert np.all(joint[:, 2] < alone[:, 2])
    assert np.abs(joint[:, 1] - joint[:, 0]).max() < 0.02
    assert np.all(alone[:, 0] - alone[:, 1] > 0.04)


def test_on_average_one_vs_rest_says_80_and_is_right_in_86_and_takes_fewer_steps():
    alone, joint = on_digits(0.001)
    assert alone.mean(axis=0)[:2].round(2).tolist() == [0.86, 0.80]
    assert np.all(2 * alone[:, 3] < joint[:, 3])


def test_with_a_tenth_of_the_penalty_softmax_is_further_off():
    alone, joint = on_digits(0.0001)
    assert joint.mean(axis=0)[:2].round(2).tolist() == [0.86, 0.92]
    off = joint[:, 1] - joint[:, 0]
    assert np.all(off > np.abs(alone[:, 1] - alone[:, 0]))


def test_each_search_goes_down_until_no_derivative_is_above_a_ten_thousandth():
    _, steepest = searched(0.001)
    assert len(steepest) == 11 * len(SEEDS)
    assert max(steepest) <= 1e-4


def test_a_step_of_all_ten_models_costs_the_same_two_products_as_one_of_softmax(monkeypatch):
    multiplied = []

    class Counted(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            plain = [np.asarray(each) for each in inputs]
            if ufunc is np.matmul:
                multiplied.append(plain[0].size * plain[1].shape[1])
            return getattr(ufunc, method)(*plain, **options)

    monkeypatch.setattr(linear, "append_ones", lambda X: append_ones(X).view(Counted))
    X, y = np.random.default_rng(0).normal(size=(50, 7)), np.arange(50) % 10
    softmax_objective(X, y, 10)(np.zeros((10, 8)))
    for k in range(10):
        logistic_objective(X, y == k)(np.zeros(8))
    joint, alone = multiplied[:2], np.array(multiplied[2:]).reshape(10, 2)
    assert alone.sum(axis=0).tolist() == joint


# --- Ten images of weights ---


def test_at_first_all_ten_images_are_blank_and_each_class_has_the_probability_0_1():
    explorer = at_start("many_classes", "first-step")
    for link in values(explorer)["link"]:
        (images,) = explorer.frame_at(link=link)[0].marks
        assert images.pixels.shape == (10, 28, 28)
        assert not images.pixels.any()
        assert not figures._descended(link)[0].any()
    _, _, new, _ = figures.drawn_digits(0)
    np.testing.assert_allclose(predict_probability(new, figures._descended("softmax")[0]), 0.1)


def test_the_first_step_writes_the_average_digit_of_a_class_minus_the_average_digit():
    X, y, _, _ = figures.drawn_digits(0)
    first = figures._descended("softmax")[1][:, 1:] / 0.5
    for k in range(10):
        share = (y == k).mean()
        np.testing.assert_allclose(first[k], share * X[y == k].mean(axis=0) - X.mean(axis=0) / 10)
    errors = softmax(np.zeros(10)) - one_hot([0], 10)[0]
    np.testing.assert_allclose(errors[:2], [-0.9, 0.1])


def test_after_it_the_zero_is_a_ring_with_a_heart_of_the_other_sign():
    zero = figures._descended("softmax")[1][0, 1:].reshape(28, 28)
    assert zero[12:16, 12:16].max() < 0
    assert min(zero[14, 7], zero[14, 20], zero[6, 15], zero[21, 12]) > 0


def test_orange_pixels_speak_for_the_digit_and_blue_ones_against_it():
    (images,) = figures.ten_images_of_weights().frame_at(step=1)[0].marks
    domain = common_domain([images])
    assert images.scale == "diverging"
    assert domain == (-1, 1)  # so a weight of zero has neither colour
    weights = figures._descended("softmax")[1][:, 1:].reshape(10, 28, 28)
    np.testing.assert_array_equal(np.sign(images.pixels), np.sign(weights))
    red, _, blue, _ = np.moveaxis(looks.shades("diverging", images.pixels, domain), -1, 0)
    assert np.all((red > blue)[images.pixels > 0.1])
    assert np.all((red < blue)[images.pixels < -0.1])
    for theme in (palette.LIGHT, palette.DARK):
        assert [hue(theme.diverging[k]) for k in (0, 1, -2, -1)] == ["blue"] * 2 + ["orange"] * 2


@pytest.mark.parametrize("link", ["softmax", "ten sigmoids"])
def test_the_images_look_less_and_less_like_averages(link):
    weights = figures._descended(link)[:, :, 1:]
    likeness = [
        np.mean([np.corrcoef(weights[step, k], weights[1, k])[0, 1] for k in range(10)])
        for step in (5, 10, 20, 50, 100)
    ]
    assert np.all(np.diff(likeness) < 0)
    assert likeness[-1] < 0.9


def test_after_one_step_half_of_the_digits_are_right_and_after_twenty_85():
    caption = figures.ten_images_of_weights().caption_at
    assert "after 1 step: 49.1% of" in caption(step=1)
    assert "after 20 steps: 84.8% of" in caption(step=20)


@pytest.mark.parametrize("seed", SEEDS)
def test_about_so_it_is_with_other_digits(seed):
    X, y, new, truth = figures.drawn_digits(seed)
    W = gradient_descent(softmax_objective(X, y, 10), np.zeros((10, 785)), 0.5, 20).points
    after_one, after_twenty = ((scores(new, W[k]).argmax(axis=1) == truth).mean() for k in (1, 20))
    assert after_one == pytest.approx(0.5, abs=0.11)
    assert after_twenty == pytest.approx(0.85, abs=0.02)


# --- Without overflow, and the exercises ---


def test_large_scores_overflow_unless_the_largest_is_taken_out_first():
    s = np.array([1000.0, 999.0, 0.0])
    with np.errstate(all="ignore"):
        assert np.isnan(np.exp(s) / np.exp(s).sum()).any()
        assert np.isinf(np.exp(1500.0))  # what the mean leaves of 3000 and 0
    np.testing.assert_allclose(softmax(s)[:2], [sigmoid(1.0), sigmoid(-1.0)])
    assert softmax(s)[2] == 0
    assert log_softmax(s)[2] == pytest.approx(-1000, abs=0.5)


def test_log_z_lies_between_the_largest_score_and_log_k_above_it():
    S = np.random.default_rng(0).normal(scale=3, size=(200, 7))
    above = logsumexp(S) - S.max(axis=1)
    assert above.min() > 0
    assert above.max() < np.log(7)
    ahead = np.diff(np.sort(S, axis=1)[:, -2:])[:, 0]  # of the second largest score
    assert ahead[np.exp(above) < 1.05].min() > 3
    assert logsumexp([5.0] * 7) - 5 == pytest.approx(np.log(7))


def test_the_scores_of_the_exercise_win_in_their_own_places():
    k, x = np.arange(7), np.linspace(0, 6, 601)
    winner = (k * x[:, np.newaxis] - k**2 / 2).argmax(axis=1)
    inside = np.abs(x - winner) < 0.499
    np.testing.assert_array_equal(winner[inside], np.round(x[inside]))


def test_two_softmax_regressions_and_the_logistic_one_of_the_exercise_agree():
    X = np.random.default_rng(0).normal(size=(20, 2))
    one, two = [[0, 1, 2], [0, 4, 0]], [[0, 0, 0], [0, 3, -2]]
    np.testing.assert_allclose(predict_probability(X, one), predict_probability(X, two))
    np.testing.assert_allclose(
        predict_probability(X, one)[:, 1], predict_probability(X, [0, 3, -2])
    )


# --- Test yourself ---


def test_the_share_of_one_of_three():
    right, exponential, not_counted = numbers("many_classes", "share-of-one")
    P = softmax([0.0, np.log(2), np.log(5)])
    assert P[1] == pytest.approx(right)
    assert exponential == 2
    assert not_counted == pytest.approx(2 / 7, abs=0.005)


def test_the_loss_of_no_idea():
    right, two, share = numbers("many_classes", "loss-of-no-idea")
    assert cross_entropy(np.zeros((4, 10)), [0, 1, 2, 3]) == pytest.approx(right, abs=0.001)
    assert cross_entropy(np.zeros((2, 2)), [0, 1]) == pytest.approx(two, abs=0.001)
    assert share == 0.1


def test_the_mean_is_no_cure_for_overflow():
    s = np.array([3000.0, 0.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert (s - s.mean()).tolist() == [1500, -1500]
        by_mean = np.exp(s - s.mean())
    assert np.isinf(by_mean[0])
    assert softmax(s).tolist() == [1, 0]
    np.testing.assert_allclose(log_softmax([1000.0, 999.0, 0.0])[2], -1000.31, atol=0.01)
