"""What the chapter "Labels and losses" says of its figures and experiments is what they show.

In the order of the chapter; each test is named after the sentence that it recomputes.
"""

from itertools import pairwise, permutations

import numpy as np
import pytest
from figures.asked import at_start, numbers
from matplotlib import pyplot as plt

from dlcourse.features import append_ones
from dlcourse.figures import labels_and_losses as figures
from dlcourse.gradcheck import central_difference
from dlcourse.labels import binary_code, decode_integer, hamming_distances, one_hot
from dlcourse.linear import fit_logistic, fit_softmax, scores
from dlcourse.losses import (
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_gradient,
    squared_error,
)

ORDERS = range(figures.N_ORDERS)
FITS, HALF, WRONG = (0, 1, 3, 2), (0, 1, 2, 3), (0, 2, 1, 3)


def asked(name):
    return numbers("labels_and_losses", name)


def test_each_figure_waits_as_its_question_says():
    starts = {
        "same-points-other-numbers": {
            "target": "number",
            "numbering": figures.NUMBERINGS.index(FITS),
        },
        "where-do-mistakes-go": {"target": "number", "order": 0},
        "how-far-apart": {"sample": 0, "tried": 1},
        "who-gets-pushed": {"right": 0, "wrong": 0},
        "who-stays-silent": {"s": 0},
        "steps-back": {"start": -1},
    }
    for name, start in starts.items():
        controls = at_start("labels_and_losses", name).controls
        assert {c.name: c.values[c.start] for c in controls} == start


# --- Four clouds and their numbers ---


def clouds(seed):
    noise = np.random.default_rng(seed).normal(scale=0.17, size=(80, 2))
    return figures._CORNERS[figures._CLOUD] + noise


def n_right(target, numbering, X):
    said = figures.MACHINES[target].answers(X, np.array(numbering)[figures._CLOUD], X, 4)
    return int((np.argsort(numbering)[said] == figures._CLOUD).sum())


def test_four_clouds_of_twenty_points_lie_at_the_corners_of_a_square():
    assert np.bincount(figures._CLOUD).tolist() == [20] * 4
    middles = [figures._PLACES[k == figures._CLOUD].mean(axis=0) for k in range(4)]
    np.testing.assert_allclose(middles, [[-1, -1], [1, -1], [1, 1], [-1, 1]], atol=0.1)


def test_the_figure_starts_with_numbers_that_fit_and_other_numbers_spoil_all():
    start = {c.name: c.values[c.start] for c in figures.four_clouds().controls}
    assert start == {"target": "number", "numbering": figures.NUMBERINGS.index(FITS)}
    right = {n: figures._n_clouds_right("number", n) for n in figures.NUMBERINGS}
    assert (right[FITS], right[WRONG]) == (80, 0)
    assert 35 <= right[HALF] <= 45
    worst, all_points, half = asked("same-points-other-numbers")
    assert worst == min(right.values())
    assert all_points == right[FITS]
    assert any(abs(n - half) <= 1 for n in right.values())
    assert sum(abs(n - half) <= 5 for n in right.values()) > 1
    assert {figures._n_clouds_right("one-hot", n) for n in figures.NUMBERINGS} == {80}


def test_the_slider_has_the_six_numberings_in_which_a_is_0():
    assert sorted(figures.NUMBERINGS) == [(0, *rest) for rest in permutations((1, 2, 3))]


def test_one_numbering_in_three_gets_every_single_point_wrong():
    for numberings in (figures.NUMBERINGS, [*permutations(range(4))]):
        wrong = sum(figures._n_clouds_right("number", n) == 0 for n in numberings)
        assert 3 * wrong == len(numberings)


def test_the_caption_names_the_only_answers():
    assert figures._clouds_alt("number", 0).endswith("80 of 80 points are right.")
    said = np.unique(figures.clouds_said("bits", (0, 3, 2, 1)))
    only = " or ".join(figures._CLOUDS[k] for k in said)
    assert len(said) < 4
    assert figures._clouds_alt("bits", 5).endswith(f"are right. All answers are {only}.")


@pytest.mark.parametrize("seed", range(10))
def test_so_it_is_with_other_clouds(seed):
    X = clouds(seed)
    assert n_right("number", FITS, X) >= 78
    assert 25 <= n_right("number", HALF, X) <= 55
    assert n_right("number", WRONG, X) == 0
    assert n_right("bits", FITS, X) == 80
    assert 35 <= n_right("bits", HALF, X) <= 50
    assert {n_right("one-hot", n, X) for n in figures.NUMBERINGS} == {80}


def test_the_bits_get_80_or_40_since_a_line_gets_half_of_the_last_bit_of_0_1_2_3():
    assert figures._n_clouds_right("bits", FITS) == 80
    assert figures._n_clouds_right("bits", HALF) == 40
    t = np.array(HALF)[figures._CLOUD]
    first, last = binary_code(t, 4).T
    w = fit_logistic(figures._PLACES, last.astype(int), 0.001)
    assert ((scores(figures._PLACES, w) > 0) == last).sum() == 40
    w = fit_logistic(figures._PLACES, first.astype(int), 0.001)
    assert ((scores(figures._PLACES, w) > 0) == first).all()


def test_any_linear_score_balances_the_diagonals_and_the_errors_share_what_is_left():
    w = np.random.default_rng(0).normal(size=3)
    alternating = np.array([1, -1, 1, -1])
    assert alternating @ scores(figures._CORNERS, w) == pytest.approx(0)
    for t, error in ((FITS, 0), (HALF, 0.5), (WRONG, 1)):
        w = np.linalg.lstsq(append_ones(figures._CORNERS), t, rcond=None)[0]
        missed = scores(figures._CORNERS, w) - t
        np.testing.assert_allclose(missed, error * alternating, atol=1e-12)


def test_the_regions_of_one_number_are_strips_in_the_order_of_the_numbers():
    ray = np.column_stack([np.zeros(401), np.linspace(-2, 2, 401)])
    for numbering in figures.NUMBERINGS:
        said = figures.MACHINES["number"].answers(
            figures._PLACES, np.array(numbering)[figures._CLOUD], ray, 4
        )
        steps = np.diff(said)
        assert set(steps) <= {0, 1} or set(steps) <= {0, -1}


def test_for_16_of_24_numberings_no_direction_has_the_clouds_in_their_order():
    turns = np.linspace(0, 2 * np.pi, 3600, endpoint=False) + 1e-4  # no two clouds level
    seen = figures._CORNERS @ [np.cos(turns), np.sin(turns)]
    in_order = {tuple(np.argsort(np.argsort(column)).tolist()) for column in seen.T}
    assert len(in_order) == 24 - 16
    assert FITS in in_order
    assert not in_order & {HALF, WRONG}


def test_between_a_3_and_an_8_the_squared_error_is_smallest_at_5_and_a_half():
    middle = np.linspace(3, 8, 501)
    cost = [squared_error([s, s], [3.0, 8.0]) for s in middle]
    assert middle[np.argmin(cost)] == pytest.approx(5.5)


# --- A code of bits ---


def test_what_differs_between_codes():
    codes = binary_code(np.arange(10), 10)
    apart = hamming_distances(codes)
    assert codes.shape[1] == 4
    assert 2**4 - len(np.unique(codes, axis=0)) == 6
    assert (apart[0, 8], apart[7, 8]) == (1, 4)
    assert set(hamming_distances(one_hot(np.arange(5), 5))[~np.eye(5, dtype=bool)]) == {2}


@pytest.mark.parametrize("sample", range(5))
def test_each_bit_is_right_for_four_in_five_and_all_four_for_two_in_three_at_most(sample):
    X, y, X_test, y_test = figures.digits()
    of = slice(1000 * sample, 1000 * (sample + 1))
    bits, bits_test = binary_code(y[of], 10), binary_code(y_test, 10)
    fits = [fit_logistic(X[of], bit.astype(int), 0.001) for bit in bits.T]
    right = (scores(X_test, fits) > 0) == bits_test
    assert right.mean(axis=0).min() > 0.8
    assert right.all(axis=1).mean() < 2 / 3


# --- One output for each class ---


@pytest.mark.parametrize("seed", range(3))
def test_renumbering_moves_the_rows_of_softmax_regression_and_does_nothing_else(seed):
    order = np.random.default_rng(seed).permutation(10)
    X, y, _, _ = figures.digits()
    X, y = X[:1000], y[:1000]
    W, W_new = (fit_softmax(X, t, 10, 0.001) for t in (y, np.argsort(order)[y]))
    np.testing.assert_allclose(W_new, W[order], atol=1e-6)


# --- The experiment ---


def nearest(target, measure):
    """Share of the mistakes between neighbours, for each numbering."""
    return np.array(
        [figures.shares(figures.mistakes(target, r), figures.APART[measure])[0] for r in ORDERS]
    )


def test_the_first_order_is_the_usual_one_and_all_are_numberings():
    assert figures.orders()[0].tolist() == list(range(10))
    assert np.all(np.sort(figures.orders()) == np.arange(10))
    assert len(np.unique(figures.orders(), axis=0)) == 20


def test_three_samples_of_1000_images_share_none(monkeypatch):
    monkeypatch.setattr(figures, "renumbered", lambda target, order, sample: sample)
    X, *_ = figures.digits()
    samples = [figures.said.__wrapped__("bits", 0, k) for k in range(3)]
    rows = [np.arange(len(X))[sample] for sample in samples]
    assert [len(of_one) for of_one in rows] == [1000] * 3
    assert len(np.unique(rows)) == 3000


def test_in_the_table_the_diagonal_is_empty_and_nothing_else():
    for target in figures.MACHINES:
        for r in figures._ORDERS_SHOWN:
            (table,), _ = (panel.marks for panel in figures._confusion_frame(target, r))
            assert np.array_equal(np.isnan(table.values), np.eye(10, dtype=bool))


def test_bars_sort_the_mistakes_by_difference_of_the_numbers_or_for_the_bits_by_bits():
    pairs = [(i, j) for i in range(10) for j in range(10) if i != j]
    for target in figures.MACHINES:
        apart = {(i, j): (i ^ j).bit_count() if target == "bits" else abs(i - j) for i, j in pairs}
        for r in figures._ORDERS_SHOWN:
            counts, panel = figures.mistakes(target, r), figures._confusion_frame(target, r)[1]
            heights = [
                sum(counts[pair] for pair in pairs if apart[pair] == distance) / counts.sum()
                for distance in range(1, max(apart.values()) + 1)
            ]
            np.testing.assert_allclose(panel.marks[0].values[:, 0], heights)


def test_without_numbers_a_fifth_would_lie_between_neighbours_and_a_third_one_bit_apart():
    everywhere = 1 - np.eye(10)
    assert (everywhere.sum(), (figures.APART["number"] == 1).sum()) == (90, 18)
    assert figures.shares(everywhere, figures.APART["number"])[0] == pytest.approx(0.2)
    assert figures.shares(everywhere, figures.APART["bits"])[0] == pytest.approx(1 / 3)


def test_mistakes_follow_the_numbers_in_every_numbering():
    assert nearest("number", "number").min() > 0.35
    assert nearest("number", "number").mean() == pytest.approx(0.44, abs=0.02)
    assert nearest("bits", "bits").min() > 0.55
    assert nearest("bits", "bits").mean() == pytest.approx(0.70, abs=0.02)


def test_mistakes_of_one_hot_follow_no_numbers_but_the_digits():
    assert nearest("one-hot", "number").mean() == pytest.approx(0.20, abs=0.03)
    assert nearest("one-hot", "bits").mean() == pytest.approx(1 / 3, abs=0.03)
    usual = figures.mistakes("one-hot", 0)
    for r in ORDERS:
        counts = figures.mistakes("one-hot", r)
        assert np.array_equal(counts, usual[np.ix_(figures.orders()[r], figures.orders()[r])])
        shown, said = np.unravel_index(counts.argmax(), counts.shape)
        assert figures.orders()[r][[shown, said]].tolist() == [9, 4]


def test_a_new_numbering_is_told_other_pairs_of_digits_apart():
    def by_digit(r):
        number_of = np.argsort(figures.orders()[r])
        return figures.mistakes("number", r)[np.ix_(number_of, number_of)].ravel()

    across = np.corrcoef([by_digit(r) for r in ORDERS])[np.triu_indices(len(ORDERS), 1)]
    within = np.corrcoef([figures.mistakes("number", r).ravel() for r in ORDERS])
    assert across.mean() < 0.25
    assert within[np.triu_indices(len(ORDERS), 1)].mean() > 0.5


def test_two_machines_depend_on_the_numbering_and_the_third_does_not():
    number, bits, one_hot_ = (figures.accuracies(target) for target in figures.MACHINES)
    assert number.size + bits.size + one_hot_.size == 180
    assert number.shape == bits.shape == one_hot_.shape == (20, 3)
    assert np.ptp(number, axis=0).min() > 0.08
    assert np.all((np.ptp(bits, axis=0) > 0.1) & (np.ptp(bits, axis=0) < 0.15))
    assert number.max() + 0.3 < bits.min()  # more than 30 points lie between these two machines
    assert (number.min(), number.max()) == pytest.approx((0.17, 0.28), abs=0.005)
    assert (bits.min(), bits.max()) == pytest.approx((0.58, 0.72), abs=0.005)
    assert np.abs(one_hot_ - 0.88).max() < 0.005
    for sample in range(figures.N_SAMPLES):
        first, *others = (figures.said("one-hot", r, sample) for r in ORDERS)
        assert all(np.array_equal(first, other) for other in others)


def test_at_first_each_of_the_three_machines_has_one_mark_for_the_usual_numbering():
    (panel,) = at_start("labels_and_losses", "how-far-apart").frame_at()
    usual = {figures.accuracies(target)[0, 0] for target in figures.MACHINES}
    assert [len(mark.X) for mark in panel.marks] == [1] * 3
    assert {mark.X[0, 0] for mark in panel.marks} == usual


def test_one_hot_rows_learned_by_least_squares_are_right_for_81_percent():
    X, y, X_test, y_test = figures.digits()
    right = []
    for k in range(figures.N_SAMPLES):
        of = slice(1000 * k, 1000 * (k + 1))
        W = np.linalg.lstsq(append_ones(X[of]), one_hot(y[of], 10), rcond=None)[0].T
        right.append((scores(X_test, W).argmax(axis=1) == y_test).mean())
    assert right == pytest.approx([0.81] * 3, abs=0.015)


# --- The loss for K classes ---


def test_for_two_classes_cross_entropy_is_the_binary_one():
    rng = np.random.default_rng(1)
    S, y = rng.normal(scale=5, size=(50, 2)), rng.integers(0, 2, 50)
    two = binary_cross_entropy(S[:, 1] - S[:, 0], y)
    assert cross_entropy(S, y) == pytest.approx(two, rel=1e-12)


def test_a_rising_wrong_score_is_pulled_down_and_the_right_one_pushed_up_equally_hard():
    slopes = cross_entropy_gradient(figures._three_scores(0, 5), [0])[0]
    np.testing.assert_allclose(slopes, [-1, 1, 0], atol=0.02)
    start = {c.name: c.values[c.start] for c in figures.three_scores().controls}
    assert start == {"right": 0, "wrong": 0}


def test_the_slopes_sum_to_zero_and_vanish_when_the_right_class_has_all():
    right, wrong = (control.values for control in figures.three_scores().controls)
    for a in right:
        for b in wrong:
            slopes = cross_entropy_gradient(figures._three_scores(a, b), [0])
            assert slopes.sum() == pytest.approx(0, abs=1e-12)
    assert np.abs(cross_entropy_gradient(figures._three_scores(8, -4), [0])).max() < 0.001


def test_the_cheapest_probabilities_are_the_true_shares():
    shares = np.array([0.7, 0.3])
    labels = [0] * 7 + [1] * 3

    def cost(p):
        return cross_entropy(np.tile(np.log([p, 1 - p]), (10, 1)), labels)

    assert all(cost(shares[0]) < cost(p) for p in (0.5, 0.69, 0.71, 0.99))


def test_the_push_on_the_right_class():
    P = np.array([0.7, 0.2, 0.1])
    right, size = asked("push-on-the-right-class")
    assert cross_entropy_gradient([np.log(P)], [1])[0, 1] == pytest.approx(right)
    assert size == -right


# --- What a confident mistake costs ---


def at(name, s):
    cost, slope = figures.COSTS[name]
    return float(cost(np.array([s]))[0]), float(slope(np.array([s]))[0])


@pytest.mark.parametrize("name", figures.COSTS)
def test_each_slope_is_that_of_its_cost(name):
    cost, slope = figures.COSTS[name]
    s = np.array([-7.3, -2.2, -0.4, 0.6, 1.7, 6.1])  # not at a corner
    measured = central_difference(lambda s: cost(s).sum(), s)
    np.testing.assert_allclose(slope(s), measured, atol=1e-6)


def test_two_of_the_costs_are_losses_of_the_package():
    for s in (-3.0, 0.0, 2.0):
        assert at("cross-entropy", s)[0] == pytest.approx(binary_cross_entropy([s], [1]))
        assert at("squared error of s", s)[0] == pytest.approx(squared_error([s], [1.0]))


def test_at_the_score_0_each_of_five_losses_but_0_1_pushes_it_up():
    _, bars = at_start("labels_and_losses", "who-stays-silent").frame_at()
    push = dict(zip(bars.marks[0].names, bars.marks[0].values[:, 0], strict=True))
    assert push.pop("0/1") == 0
    assert len(push) == 4
    assert min(push.values()) > 0


def test_the_push_of_the_squared_error_of_s_grows_with_the_mistake():
    push = [-at("squared error of s", s)[1] for s in range(1, -9, -1)]
    np.testing.assert_allclose(np.diff(push), 1)


def test_at_minus_8_the_squared_error_of_p_is_the_one_that_has_gone_silent():
    push = {name: -at(name, -8)[1] for name in figures.COSTS}
    assert push["0/1"] == 0
    assert 0 < push["squared error of p"] < 0.001
    assert push["cross-entropy"] == pytest.approx(1, abs=0.001)
    assert (push["hinge"], push["squared error of s"]) == (1, 9)


def test_what_becomes_of_right_answers():
    cost, slope = at("squared error of s", 5)
    assert (cost, slope) == (8, 4)  # it is pulled back
    assert at("hinge", 1) == (0, 0)
    assert all(at("cross-entropy", s)[1] < 0 for s in (1, 5, 8))


def test_only_the_squared_error_of_p_is_bounded_by_one_half():
    assert at("squared error of p", -700)[0] == pytest.approx(0.5)
    assert at("cross-entropy", -700)[0] == pytest.approx(700)


def steps_back(loss, start):
    return figures._first_right(figures.way_back(loss, start, 5000))


def test_the_way_back_is_long_for_the_squared_error_and_short_for_cross_entropy():
    assert steps_back("cross-entropy", -6) == 7
    way = {start: steps_back("squared error of p", start) for start in range(-1, -8, -1)}
    assert way[-6] > 400
    assert way[-2] == pytest.approx(15, abs=2)
    assert way[-4] == pytest.approx(70, abs=2)
    assert all(2 <= way[b] / way[a] <= 3 for a, b in pairwise(way))
    short = [steps_back("cross-entropy", start) for start in way]
    assert set(np.diff(short)) == {1}


def test_from_minus_1_both_losses_bring_the_score_to_the_right_side_soon():
    assert max(steps_back(loss, -1) for loss in figures._WAYS) < 10


def test_the_first_push_from_minus_6_is_four_hundred_times_weaker():
    weak, strong = (-at(name, -6)[1] for name in ("squared error of p", "cross-entropy"))
    assert weak == pytest.approx(0.0025, abs=0.0001)
    assert strong / weak == pytest.approx(400, abs=10)


def test_far_out_p_and_the_push_shrink_by_e_with_each_unit():
    push = [-at("squared error of p", s)[1] for s in (-5, -6, -7)]
    p = [1 + at("cross-entropy", s)[1] for s in (-5, -6, -7)]
    for near, far in (*pairwise(push), *pairwise(p)):
        assert near / far == pytest.approx(np.e, rel=0.03)


# --- The same labels for a network ---


@pytest.mark.parametrize("target", figures.MACHINES)
def test_answers_are_what_is_stored_of_them(target):
    stored, fresh = figures.answer_counts(target)[7, 2], figures.count_answers(target, 7, 2)
    assert stored.sum() == fresh.sum() == 1000
    assert np.abs(stored - fresh).sum() <= 10  # other machines round elsewhere


def test_a_network_is_what_is_stored_of_it():
    for target in figures.MACHINES:
        stored = figures.network_accuracies(target)
        assert stored.shape == (figures.N_NETWORK_ORDERS, figures.N_SEEDS)
        # other machines round elsewhere, and each step builds on
        assert figures.network_accuracy(target, 1, 2) == pytest.approx(stored[1, 2], abs=0.02)


def test_a_network_of_32_units_learns_from_all_5000_digits(monkeypatch):
    learned = []
    monkeypatch.setattr(figures, "train", lambda *args, **how: learned.append(args))
    figures.network_accuracy("bits", 0, 0)
    ((network, X, Y),) = learned
    assert network.sizes == (196, 32, 4)
    assert len(X) == len(Y) == 5000


def test_a_linear_machine_learns_from_all_5000_digits_too(monkeypatch):
    X, *_, y_test = figures.digits()
    learned = []

    def note(target, order, sample):
        learned.append(len(X[sample]))
        return y_test

    monkeypatch.setattr(figures, "renumbered", note)
    figures.linear_accuracy("bits", 0)
    assert learned == [5000]


def test_marks_of_one_numbering_lie_at_one_height_and_the_linear_ones_are_hollow():
    figure = figures.network_and_labels()
    (axes,), lines = figure.axes, figure.axes[0].lines
    ticks = (text.get_text() for text in axes.get_yticklabels())
    names = dict(zip(axes.get_yticks(), ticks, strict=True))
    assert len(lines) == 3 * (3 + 1)
    for first in range(0, len(lines), 4):
        *networks, linear = lines[first : first + 4]
        heights = linear.get_ydata()
        target = names[round(np.mean(heights))]
        assert len(set(heights)) == 4
        assert all(np.array_equal(line.get_ydata(), heights) for line in networks)
        assert [line.get_fillstyle() for line in networks] == ["full"] * 3
        assert linear.get_fillstyle() == "none"
        found = np.column_stack([line.get_xdata() for line in networks])
        assert np.array_equal(found, figures.network_accuracies(target))
        assert np.array_equal(linear.get_xdata(), figures.linear_accuracies(target)[:, 0])
    plt.close(figure)


def test_a_linear_machine_is_what_is_stored_of_it():
    for target in figures.MACHINES:
        stored = figures.linear_accuracies(target)
        assert stored.shape == (figures.N_NETWORK_ORDERS, 1)
        assert figures.linear_accuracy(target, 1) == pytest.approx(stored[1, 0], abs=0.002)


def test_a_network_keeps_the_order_of_the_labels_in_every_numbering():
    number, bits, one_hot_ = (
        figures.network_accuracies(target).mean(axis=1) for target in figures.MACHINES
    )
    assert np.all(number + 0.3 < bits)
    assert np.all(bits + 0.01 < one_hot_)
    assert number.mean() == pytest.approx(0.45, abs=0.03)
    assert bits.mean() == pytest.approx(0.89, abs=0.02)
    assert one_hot_.mean() == pytest.approx(0.93, abs=0.01)


def test_the_networks_of_one_hot_targets_are_a_tight_group():
    number, bits, one_hot_ = map(figures.network_accuracies, figures.MACHINES)
    assert number.shape == bits.shape == one_hot_.shape == (4, 3)
    assert 2 * np.ptp(one_hot_) < min(np.ptp(number), np.ptp(bits))
    assert np.ptp(one_hot_) < 0.025


def test_a_network_forgives_above_all_the_bits():
    linear, network = (
        [accuracies(target).mean() for target in figures.MACHINES]
        for accuracies in (figures.linear_accuracies, figures.network_accuracies)
    )
    assert linear == pytest.approx([0.21, 0.68, 0.90], abs=0.01)
    lost = [(best - number, best - bits) for number, bits, best in (linear, network)]
    assert lost[0] == pytest.approx((0.69, 0.22), abs=0.02)
    assert lost[1] == pytest.approx((0.48, 0.03), abs=0.03)
    left = np.divide(lost[1], lost[0])  # of what the clumsy questions cost
    assert left[0] > 0.5
    assert left[1] < 0.2


# --- Exercises ---


def test_three_classes_in_a_row_need_numbers_in_a_row():
    X = np.array([[0.0], [1.0], [2.0]])
    for t in permutations(range(3)):
        w = np.linalg.lstsq(append_ones(X), t, rcond=None)[0]
        said = decode_integer(scores(X, w)[:, np.newaxis], 3)
        assert np.array_equal(said, t) == (t in {(0, 1, 2), (2, 1, 0)})
    w = np.linalg.lstsq(append_ones(X), [0, 2, 1], rcond=None)[0]
    np.testing.assert_allclose(scores(X, w), [0.5, 1, 1.5])


def test_no_idea_about_ten_classes_costs_the_logarithm_of_ten():
    assert cross_entropy(np.zeros((1, 10)), [3]) == pytest.approx(np.log(10))
    assert np.log(10) == pytest.approx(2.3, abs=0.01)
    assert np.exp(-9) == pytest.approx(0.0001, abs=3e-5)
