"""What the chapter "From XOR to depth" says of its figures is what they show.

The tests stand in the chapter's order, each named after the sentence that it recomputes.
"""

import ast
import re
from inspect import signature

import numpy as np
import pytest
from explorers.opened import opened
from figures.asked import BOOK, at_start, numbers
from matplotlib.figure import Figure

from dlcourse.activations import sigmoid
from dlcourse.datasets import toy
from dlcourse.features import append_ones, product_features
from dlcourse.figures import xor_to_depth as figures
from dlcourse.gates import (
    AND,
    NOT,
    OR,
    TRUTH_TABLES,
    XOR_NETWORK,
    gate,
    learn_gate,
    stacked_xor,
    xor_hidden,
)
from dlcourse.linear import fit_logistic, scores
from dlcourse.network import forward, initialize, network_from_weights, predict_scores

CORNERS, XOR = figures.CORNERS, figures.XOR


def test_each_figure_waits_as_its_question_says():
    starts = {
        "where-the-clouds-end": {"way": 0},
        "how-far-down": {"w12": 0, "turn": 0},
        "how-it-fails": {"corner": 1, "sharpness": 20, "line": "at 1.5"},
        "how-many-learn": {"n_hidden": 2, "seed": 0, "step": 0},
        "across-one-line": {"layer": 0, "x1": 0, "x2": 0.5},
        "pieces-after-four-folds": {"folds": 0},
    }
    for name, start in starts.items():
        controls = at_start("xor_to_depth", name).controls
        assert {c.name: c.values[c.start] for c in controls} == start


def drawn(marks, label):
    """The only one of these marks that has the label."""
    (mark,) = (mark for mark in marks if getattr(mark, "label", "") == label)
    return mark


# --- Two logistic regressions move the plane ---


def test_the_line_that_never_moves_has_each_class_on_its_own_side_in_the_end():
    explorer = figures.two_units_move_the_plane()
    words = "{} of class 1 and {} of class 0 are beyond the line."
    assert explorer.caption_at(way=0.0).endswith(words.format("0%", "50%"))
    assert explorer.caption_at(way=1.0).endswith(words.format("100%", "0%"))
    for way in explorer.controls[0].values:
        line = drawn(figures._moved_frame(way), "one straight line")
        np.testing.assert_allclose(line.x + line.y, 1.5)


def test_at_sharpness_20_the_units_are_those_of_the_gates():
    for ours, theirs in zip(figures._xor_network(20), XOR_NETWORK, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-15)


def test_the_two_clouds_of_one_class_meet_beyond_the_line_and_the_others_stay_before_it():
    ends = figures._moved(CORNERS.astype(float), 1.0)
    np.testing.assert_allclose(ends[1], ends[2])
    assert (ends.sum(axis=1) > 1.5).tolist() == XOR.astype(bool).tolist()


def test_opposite_corners_have_equal_sums_of_scores():
    s = scores(CORNERS, np.random.default_rng(0).normal(size=(50, 3)))
    np.testing.assert_allclose(s[0] + s[3], s[1] + s[2])


# --- A plane among the features, a hyperbola among the inputs ---


@pytest.mark.parametrize("w12", figures.plane_among_features().controls[0].values)
def test_all_corners_are_right_as_soon_as_w12_is_below_minus_1_6(w12):
    right = (figures._cross_score(CORNERS, w12) > 0) == XOR
    assert right.all() == (w12 < -1.6)
    assert right[:3].all()


def test_the_curve_where_they_meet_lies_in_the_plane_and_on_the_saddle():
    """Turned to the end, the plane is a straight line, and so the curve is too."""
    for w12 in (-4.0, -2.5, -2.0, 0.5):
        points, inside = figures._boundary(w12)
        u, v = figures._seen(product_features(points[inside]), turn=1.0).T
        plane = [figures._seen(line, turn=1.0) for line in figures._plane(w12)]
        line = np.polyfit(*np.vstack(plane).T, 1)
        assert inside.sum() > 60
        np.testing.assert_allclose(v, np.polyval(line, u), atol=1e-9)


def test_where_the_constant_is_0_the_boundary_is_two_lines_that_cross_and_both_are_drawn():
    assert 1 * 1 - (-0.4) * -2.5 == 0
    along = np.linspace(*figures._CROSS_SIDE, 80)[1:-1]
    lines = [np.column_stack(pair) for pair in ((along, 0 * along + 0.4), (0 * along + 0.4, along))]
    for line in lines:
        np.testing.assert_allclose(figures._cross_score(line, -2.5), 0, atol=1e-12)
        points, inside = figures._boundary(-2.5)
        away = np.linalg.norm(line[:, np.newaxis] - points[inside], axis=2).min(axis=1)
        assert away.max() < 0.011
    assert "two lines that cross" in figures.plane_among_features().caption_at(w12=-2.5)


UPPER_RIGHT, LOWER_LEFT, BESIDE = (1, 1), (-1, -1), {(1, -1), (-1, 1)}


@pytest.mark.parametrize(
    ("w12", "where"),
    [
        (-2.0, {LOWER_LEFT, UPPER_RIGHT}),
        (-2.5, {LOWER_LEFT, UPPER_RIGHT, *BESIDE}),
    ],
)
def test_the_second_branch_is_at_the_upper_right_until_the_branches_touch(w12, where):
    side = np.linspace(-0.3, 1.3, 321)
    X = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    near = X[np.abs(figures._cross_score(X, w12)) < 0.01]
    centre = np.array([-1, -1]) / w12
    assert {tuple(quarter) for quarter in np.sign(near - centre) if quarter.all()} == where


@pytest.mark.parametrize("w12", [-4.0, -2.0])
def test_along_the_plane_each_class_lies_on_its_own_side_of_a_straight_line(w12):
    line = np.vstack([figures._seen(line, turn=1.0) for line in figures._plane(w12)])
    u, v = figures._seen(product_features(figures._CLOUDS), turn=1.0).T
    below = v < np.polyval(np.polyfit(*line.T, 1), u)
    assert np.array_equal(below, figures._CLOUD_CLASSES == 1)


def test_at_first_the_line_among_the_inputs_is_that_of_or():
    explorer = figures.plane_among_features()
    (settings,) = (button.settings for button in explorer.buttons if button.label == "OR's line")
    assert settings == {"w12": 0.0}
    assert np.array_equal(figures._cross_score(CORNERS, **settings) > 0, CORNERS.any(axis=1))
    line = drawn(at_start("xor_to_depth", "how-far-down").frame_at()[0].marks, "s = 0")
    shown = np.isfinite(line.y)
    np.testing.assert_allclose(line.x[shown] + line.y[shown], 0.4)


def test_the_two_buttons_show_the_plane_of_minus_2_along_its_surface():
    explorer = figures.plane_among_features()
    pressed = {}
    for button in explorer.buttons:
        if button.label in ("XOR", "Along the plane"):
            pressed |= button.settings
    assert pressed == {"w12": -2.0, "turn": 1.0}
    lifted = explorer.frame_at(**pressed)[1].marks
    plane = drawn(lifted, "the plane s = 0")
    (clouds,) = (mark for mark in lifted if mark.kind == "points")
    on = np.isfinite(plane.y)
    line = np.polyfit(plane.x[on], plane.y[on], 1)
    np.testing.assert_allclose(plane.y[on], np.polyval(line, plane.x[on]), atol=1e-9)
    below = clouds.X[:, 1] < np.polyval(line, clouds.X[:, 0])
    assert np.array_equal(below, clouds.y == 1)


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_to_features_has_all_points_right(seed):
    X, y = toy.xor(120, noise=0.09, rng=np.random.default_rng(seed))
    w = fit_logistic(product_features(X), y, weight_penalty=1e-3)
    assert np.all((scores(product_features(X), w) > 0) == y)


def test_the_product_is_the_wrong_feature_for_two_rings():
    X, y = toy.rings(200, noise=0.08, rng=np.random.default_rng(0))
    right = [
        np.mean((scores(features, fit_logistic(features, y)) > 0) == y)
        for features in (product_features(X), X**2)
    ]
    assert right[0] < 0.8
    assert right[1] > 0.95


def test_the_score_of_the_fourth_corner_by_the_weight_of_the_product():
    right, positive, two = numbers("xor_to_depth", "how-far-down")
    corner = np.array([[1.0, 1.0]])
    assert figures._cross_score(corner, right)[0] == pytest.approx(0)
    assert positive == -right
    assert figures._cross_score(corner, two)[0] < 0


# --- A logistic unit is a logic gate ---


def test_the_fit_to_xor_is_all_zeros_and_the_others_smaller_in_nearly_their_proportions():
    np.testing.assert_allclose(learn_gate(TRUTH_TABLES["xor"]), 0, atol=1e-6)
    w = learn_gate(TRUTH_TABLES["and"])
    np.testing.assert_allclose(w / w[1], [-1.57, 1, 1], atol=0.005)
    for name, gate_by_hand in (("and", AND), ("or", OR), ("not", NOT)):
        w = learn_gate(TRUTH_TABLES[name])
        np.testing.assert_allclose(w / w[1], gate_by_hand / gate_by_hand[1], atol=0.08)
        assert np.all(np.abs(w) < np.abs(gate_by_hand))


def test_a_unit_says_all_truth_tables_but_xor_and_its_negation():
    right, all_of_them, _ = numbers("xor_to_depth", "gates-in-reach")
    weights = [[w0, *w] for w0 in (-1.5, -0.5, 0.5, 1.5) for w in np.ndindex(3, 3)]
    said = {tuple(gate(np.subtract(w, [0, 1, 1]), *CORNERS.T) > 0.5) for w in weights}
    missing = {tuple(XOR == 1), tuple(XOR == 0)}
    assert right == len(said)
    assert all_of_them == len(said | missing)
    assert not said & missing


# --- XOR in two stages ---


def test_four_corners_go_to_three_places_and_and_cuts_off_that_of_the_two():
    H = xor_hidden(CORNERS).round(3)
    np.testing.assert_array_equal(H, [[1, 0], [1, 1], [1, 1], [0, 1]])
    assert np.array_equal(stacked_xor(CORNERS) > 0.5, XOR)


def test_both_inputs_with_one_1_fail_together_between_sharpness_2_and_2_5():
    for sharpness in figures.xor_in_two_stages().controls[1].values:
        _, y = figures._stages(CORNERS, figures._weights(sharpness, "at 1.5"))
        right = (y > 0.5) == XOR
        assert right.tolist() == [True, sharpness >= 2.5, sharpness >= 2.5, True]


def test_as_the_units_get_softer_the_two_slide_down_the_diagonal():
    softer = figures.xor_in_two_stages().controls[1].values[::-1]
    places = [figures._stages(CORNERS, figures._weights(c, "at 1.5"))[0] for c in softer]
    both = np.array([H[[1, 2]].ravel() for H in places])
    np.testing.assert_allclose(both, both[:, :1].repeat(4, axis=1))
    assert np.all(np.diff(both[:, 0]) < 0)


def test_at_sharpness_2_the_classes_are_apart_and_below_the_threshold_of_and():
    H, _ = figures._stages(CORNERS, figures._weights(2, "at 1.5"))
    np.testing.assert_allclose(H.sum(axis=1), [1.22, 1.46, 1.46, 1.22], atol=0.005)
    assert figures._between(2) == pytest.approx((1.22 + 1.46) / 2, abs=0.005)


def test_with_a_line_that_follows_all_answers_are_right_at_every_sharpness():
    for sharpness in (0.2, 0.5, *figures.xor_in_two_stages().controls[1].values):
        _, y = figures._stages(CORNERS, figures._weights(sharpness, "halfway"))
        assert np.array_equal(y > 0.5, XOR)


def test_without_the_sigmoid_the_two_scores_have_the_same_sum_everywhere():
    X = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_allclose(scores(X, figures._xor_network(1)[0]).sum(axis=1), 1)


@pytest.mark.parametrize("sharpness", [2, 8])
def test_the_grey_curve_is_what_is_left_of_the_plane(sharpness):
    weights = figures._weights(sharpness, "at 1.5")
    track, *_ = figures._hidden_space(CORNERS[:1], weights).marks
    X = np.random.default_rng(0).uniform(*figures._XOR_SIDE, size=(200, 2))
    places = figures._stages(X, weights)[0]
    away = np.hypot(*(places[:, [k]] - line for k, line in enumerate((track.x, track.y))))
    assert away.min(axis=1).max() < 0.05
    np.testing.assert_allclose(places, figures._stages(X[:, ::-1], weights)[0])


def test_at_every_sharpness_the_equal_corners_stay_before_the_line_of_and():
    for sharpness in np.linspace(0.1, 20, 200):
        H, _ = figures._stages(CORNERS[[0, 3]], figures._weights(sharpness, "at 1.5"))
        assert np.all(H.sum(axis=1) < 1.5)


# --- A network that learns XOR, or does not ---


@pytest.fixture(scope="module")
def learners():
    """Fifty networks of each width after their 300 steps."""
    return {n: [figures.learn_xor(n, seed) for seed in range(50)] for n in (2, 3, 4, 8)}


def learned(network):
    return np.array_equal(predict_scores(network, CORNERS)[:, 0] > 0, XOR)


def cut_off(w):
    """The corner that a unit's line has apart from the other three, or None."""
    beyond = scores(CORNERS, w) > 0
    lonely = np.flatnonzero(beyond == (beyond.sum() == 1))
    return lonely[0] if len(lonely) == 1 else None


def test_fewer_than_half_learn_it_with_two_units_and_more_with_more(learners):
    found = {n: sum(map(learned, networks)) for n, networks in learners.items()}
    assert 15 < found[2] < 25
    assert 35 < found[3] < 45
    assert found[2] < found[3] < found[4] < found[8] == 50


def test_two_units_learn_it_where_their_lines_cut_off_opposite_corners(learners):
    for network in learners[2]:
        corners = {cut_off(w) for w in network.W[0]}
        assert learned(network) == (corners in ({0, 3}, {1, 2}))


def test_on_the_dashed_lines_a_hidden_unit_says_one_half(learners):
    W = learners[8][0].W[0]
    line = figures._zero_lines(W, reach=3.0)
    ends = np.column_stack([line.x, line.y]).reshape(-1, 3, 2)[:, :2]
    for w, points in zip(W, ends, strict=True):
        np.testing.assert_allclose(sigmoid(scores(points, w)), 0.5)


def trained_together(networks, steps):
    """Parameters after so many steps of Adam, and the last gradients, of all networks at once."""
    W = [np.stack([network.W[layer] for network in networks]) for layer in (0, 1)]
    m, v = [0 * w for w in W], [0 * w for w in W]
    X = append_ones(CORNERS)
    for step in range(1, steps + 1):
        H = sigmoid(X @ W[0].transpose(0, 2, 1))
        ones = np.ones((*H.shape[:2], 1))
        p = sigmoid(np.concatenate([ones, H], axis=2) @ W[1].transpose(0, 2, 1))
        dS = (p - XOR[:, np.newaxis]) / 4
        dH = dS @ W[1][:, :, 1:] * H * (1 - H)
        g = [
            dH.transpose(0, 2, 1) @ X,
            dS.transpose(0, 2, 1) @ np.concatenate([ones, H], axis=2),
        ]
        for k in (0, 1):
            m[k] += 0.1 * (g[k] - m[k])
            v[k] += 0.001 * (g[k] ** 2 - v[k])
            mean, square = m[k] / (1 - 0.9**step), v[k] / (1 - 0.999**step)
            W[k] = W[k] - 0.1 * mean / (np.sqrt(square) + 1e-8)
    return W, p[:, :, 0], np.sqrt(sum(np.sum(each**2, axis=(1, 2)) for each in g))


def test_after_10_000_steps_the_same_networks_have_learned_it_and_the_others_are_stuck(learners):
    starts = [initialize((2, 2, 1), np.random.default_rng(k), "sigmoid") for k in range(50)]
    early, _, _ = trained_together(starts, 300)
    for k in range(50):
        np.testing.assert_allclose(early[0][k], learners[2][k].W[0], rtol=1e-6, atol=1e-6)
    late, p, gradients = trained_together(starts, 10_000)
    right = ((p > 0.5) == XOR).all(axis=1)
    assert right.tolist() == [learned(network) for network in learners[2]]
    stuck = np.sort(p[~right].round(1), axis=1)
    halves, thirds = (
        np.all(stuck == says, axis=1) for says in ([0, 0.5, 0.5, 1], [0, 0.7, 0.7, 0.7])
    )
    assert np.all(halves | thirds)
    assert halves.sum() > 2 * thirds.sum() > 0
    assert gradients[~right].max() < 5e-3
    sizes = [np.sqrt(sum(np.sum(w**2, axis=(1, 2)) for w in W)) for W in (early, late)]
    assert np.all(sizes[1][~right] > sizes[0][~right])


def test_the_figure_ends_where_the_text_counts(learners):
    for n, seed in ((2, 0), (2, 1), (8, 19)):
        kept = figures._learning(n, seed)
        assert len(kept) == 31
        assert np.array_equal(kept[-1].parameters, learners[n][seed].parameters)
        assert not np.array_equal(kept[0].parameters, kept[1].parameters)


# --- Neuron, layer, network ---


def test_the_first_neuron_gives_the_same_number_in_all_three_pictures():
    first = [figures._outputs(what)[1][0] for what in figures._GROWING]
    assert first == [first[0]] * 3


def diagrams():
    """Neuron, layer and network, as the figure draws them."""
    return [panel.marks[0] for panel in figures.neuron_layer_network().frame_at()]


def test_a_neuron_of_the_layer_and_the_layer_of_the_network_are_the_ones_drawn_before():
    neuron, layer, network = ([edge.weight for edge in each.edges] for each in diagrams())
    assert neuron == [-1, 2, 0.5]  # the bias first
    assert layer[:3] == neuron
    assert network[: len(layer)] == layer
    n_units = [[len(W) for W in weights] for weights in figures._GROWING.values()]
    assert n_units == [[1], [3], [3, 2, 1]]
    assert [len(each.nodes) for each in diagrams()] == [3 + 1, 3 + 3, 3 + 4 + 3 + 1]


def test_lines_are_weights_dashed_where_negative():
    for diagram in diagrams():
        axes = Figure().add_subplot()
        diagram.print_on(axes, None)
        (canvas,) = axes.child_axes
        arrows = [getattr(text, "arrow_patch", None) for text in canvas.texts]
        dashed = [arrow.get_linestyle() not in ("-", "solid") for arrow in arrows if arrow]
        assert dashed == [edge.weight < 0 for edge in diagram.edges]


def test_on_the_page_they_are_dashed_too(browser, tmp_path):
    with opened(browser, tmp_path, figures.neuron_layer_network()) as page:
        marks = page.locator("g[data-mark]")
        assert marks.count() == 3
        for k, diagram in enumerate(diagrams()):
            dashed = [edge.weight < 0 for edge in diagram.edges]
            lines = marks.nth(k).locator("line")
            assert lines.count() == len(dashed)
            found = [line.get_attribute("stroke-dasharray") for line in lines.all()]
            assert [bool(dash) for dash in found] == dashed


def test_lines_from_nodes_marked_1_are_biases_and_clicks_show_formulas():
    for diagram in diagrams():
        for edge in diagram.edges:
            from_1 = diagram.nodes[edge.source].label == "1"
            assert edge.detail.startswith("Bias of ") == from_1
            assert edge.detail.startswith("From ") == (not from_1)
        targets = {edge.target for edge in diagram.edges}
        assert all(" = σ(" in diagram.nodes[k].detail for k in targets)


# --- Activations flow, layer by layer ---


def unlike(network, X):
    """Largest correlation, with any sign, between the outputs of two units of the first layer."""
    outputs = forward(network, X).X[1][:, 1:]
    return np.abs(np.corrcoef(outputs.T) - np.eye(4)).max()


def test_the_four_units_of_the_figure_differ():
    network, X, _ = figures.trained_on_moons()
    assert unlike(network, X) < 0.8


def test_across_a_unit_s_line_its_sign_changes_and_no_other():
    network, _, _ = figures.trained_on_moons()
    W, path = network.W[0], figures._zero_lines(network.W[0], reach=5.0)
    for k, (_, *w) in enumerate(W):
        one, other = np.column_stack([path.x, path.y])[3 * k : 3 * k + 2]
        for place in (one, other, (one + other) / 2):
            step = 0.01 * np.array(w) / np.linalg.norm(w)
            before, after = (figures._flow(*(place + sign * step))[1] for sign in (-1, 1))
            assert before[k] < 0 < after[k]
            assert np.sum(np.sign(before) != np.sign(after)) == 1


def test_close_to_its_line_a_unit_says_how_far_the_input_is():
    network, _, _ = figures.trained_on_moons()
    W, path = network.W[0], figures._zero_lines(network.W[0], reach=1.0)
    near, far = np.array([0.01, 0.02, 0.04]), np.array([2.0, 4.0])
    for k, (_, *w) in enumerate(W):
        ends = np.column_stack([path.x, path.y])[3 * k : 3 * k + 2]
        length = np.linalg.norm(w)
        for place in (*ends, ends.mean(axis=0)):
            says = [
                figures._flow(*(place + distance * np.array(w) / length))[1][k]
                for distance in (*near, *far)
            ]
            np.testing.assert_allclose(says[:3], length * near, rtol=0.01)
            assert says[4] < 1.01 * says[3]  # twice as far says hardly more


def test_from_most_starts_two_units_come_to_say_nearly_the_same():
    alike = []
    for seed in range(20):
        network, X, _ = figures.trained_on_moons(seed)
        alike.append(unlike(network, X) > 0.95)
    assert np.mean(alike) > 0.6


def test_the_network_trained_on_moons_knows_them():
    network, X, y = figures.trained_on_moons()
    assert network.sizes == (2, 4, 3, 1)
    assert np.mean((predict_scores(network, X)[:, 0] > 0) == y) > 0.98


# --- A plane is folded four times ---

PLACES = np.random.default_rng(0).uniform(-2, 2, size=(4000, 2))


@pytest.mark.parametrize("k", range(5))
def test_k_folds_make_two_to_the_k_straight_pieces(k):
    """The score is linear between the creases; a piece is where it changes its sign there."""
    creases = [[], [0], [0], [-1, 0, 1], [-1, 0, 1]][k], [[], [], [0], [0], [-1, 0, 1]][k]
    cells = [np.digitize(PLACES[:, axis], creases[axis]) for axis in (0, 1)]
    above = figures._unfolded_score(PLACES, k) > 0
    signs = {}
    for *cell, sign in zip(*cells, above, strict=True):
        signs.setdefault(tuple(cell), set()).add(sign)
    assert sum(len(both) == 2 for both in signs.values()) == 2**k
    assert f"has {2**k} straight piece" in figures.folding_the_plane().caption_at(folds=float(k))


def test_numbers_of_the_question_of_pieces():
    right, added, folded = numbers("xor_to_depth", "pieces-after-four-folds")
    assert [right, folded] == [2**4, 2**0]
    assert added == 1 + 4


def test_after_two_folds_the_line_is_a_diamond_and_after_four_one_around_each_island():
    X, y = figures._islands()
    diamond = np.abs(PLACES).sum(axis=1) > 1.25
    assert np.array_equal(figures._unfolded_score(PLACES, 2) > 0, diamond)
    four = np.abs(np.abs(PLACES) - 1).sum(axis=1) < 0.75
    assert np.array_equal(figures._unfolded_score(PLACES, 4) > 0, four)
    assert np.array_equal(figures._unfolded_score(X, 4) > 0, y)


def test_the_sheet_is_folded_four_times_each_time_along_the_dashed_line():
    def folded(k):
        return figures._folded(PLACES, k)

    for k in range(4):
        for way in (0.0, 0.25, 0.75):
            crease = drawn(figures._sheet(k + way), "crease")
            assert crease.dash
            axis = int(np.ptp(crease.x) > 0)  # 0 for an upright crease, 1 for a level one
            (place,) = set((crease.x, crease.y)[axis])
            moving = np.any(folded(k) != folded(k + 1), axis=1)
            assert 0 < moving.mean() < 1
            np.testing.assert_allclose(folded(k + 0.5)[moving, axis], place, atol=1e-12)
            there_and_back = (folded(k) + folded(k + 1))[moving] / 2
            np.testing.assert_allclose(there_and_back, folded(k + 0.5)[moving], atol=1e-12)
    assert not any(getattr(mark, "label", "") == "crease" for mark in figures._sheet(4.0))


def test_before_any_fold_the_line_on_the_right_is_the_one_across_the_sheet():
    line = drawn(figures._sheet(0.0), "straight line")
    across = np.column_stack([line.x, line.y])
    np.testing.assert_allclose(figures._unfolded_score(across, 0), 0, atol=1e-12)


def test_half_a_fold_has_what_moves_on_its_crease_and_the_others_at_rest():
    half = figures._folded(PLACES, 0.5)
    moving = PLACES[:, 0] < 0
    np.testing.assert_allclose(half[moving, 0], 0, atol=1e-12)
    assert np.array_equal(half[~moving], PLACES[~moving])


def test_the_network_of_the_text_folds_as_the_figure_does():
    fold = [[0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
    again = [[0, 1, 1, 0, 0], [-1, 1, 1, 0, 0], [0, 0, 0, 1, 1], [-1, 0, 0, 1, 1]]
    network = network_from_weights([fold, again, [[-1.25, 1, -2, 1, -2]]], "relu")
    expected = figures._unfolded_score(PLACES, 4)
    np.testing.assert_allclose(predict_scores(network, PLACES)[:, 0], expected, atol=1e-12)


# --- A tent in a tent ---


def bends(network):
    x = np.linspace(0, 1, 1025)[:, np.newaxis]
    return int(np.sum(np.abs(np.diff(predict_scores(network, x)[:, 0], 2)) > 1e-9))


@pytest.mark.parametrize("k", range(1, 8))
def test_k_stages_make_two_to_the_k_pieces_of_6_k_plus_1_parameters(k):
    network, wide = figures.folds(k), initialize((1, 2 * k, 1), np.random.default_rng(k))
    assert network.parameters.size == wide.parameters.size == 6 * k + 1
    assert 1 + bends(network) == 2**k


def test_a_tent_runs_from_0_to_1_and_back_and_each_further_stage_has_twice_as_many():
    for k, panel in enumerate(figures.tents().frame(), start=1):
        (line,) = panel.marks
        ends = np.linspace(0, 1, 2**k + 1)  # of the straight pieces
        heights = np.arange(2**k + 1) % 2
        np.testing.assert_allclose(line.y, np.interp(line.x, ends, heights), atol=1e-12)


def pieces(hidden, seed):
    """Straight pieces of a random network between -3 and 3."""
    rng = np.random.default_rng(seed)
    network = initialize((1, *hidden, 1), rng)
    for W in network.W:
        W[:, 0] = rng.normal(size=len(W))
    line = np.linspace(-3, 3, 6001)[:, np.newaxis]
    active = np.hstack(forward(network, line).outputs) > 0
    return 1 + (active[1:] != active[:-1]).any(axis=1).sum()


@pytest.mark.parametrize("k", range(1, 8))
def test_a_single_layer_of_2_k_units_has_at_most_2_k_plus_1_pieces(k):
    assert max(pieces((2 * k,), seed) for seed in range(20)) <= 2 * k + 1


def test_the_titles_count_the_pieces():
    for k, panel in enumerate(figures.tents().frame(), start=1):
        assert panel.title.endswith(f": {1 + bends(figures.folds(k))} pieces")


def test_three_stages_say_the_parity_of_eight_bits_with_six_units():
    bits = np.array(list(np.ndindex((2,) * 8)))
    said = predict_scores(figures.folds(3, n_inputs=8), bits)[:, 0]
    assert np.array_equal(said, bits.sum(axis=1) % 2)
    assert sum(figures.folds(3).sizes[1:-1]) == 6
    for k in (2, 3, 4):  # 2^k pieces; a unit of one layer makes one bend
        assert sum(figures.folds(k).sizes[1:-1]) == 2 * k
        assert bends(figures.folds(k)) == 2**k - 1
        steps = predict_scores(figures.folds(k), np.linspace(0, 1, 2**k + 1)[:, np.newaxis])
        assert np.array_equal(steps[:, 0], np.arange(2**k + 1) % 2)


# --- Accuracy against depth at equal parameter counts ---


def test_depth_makes_no_difference_that_matters_on_easy_spirals():
    assert figures.spiral_accuracies(1).min() > 0.95


def test_on_easy_spirals_the_medians_are_alike_and_the_worst_run_is_nearly_all_right():
    easy = figures.spiral_accuracies(1)
    assert np.ptp(np.median(easy, axis=1)) < 0.01
    assert easy.min() > 0.985


def test_the_figure_shows_that_three_or_four_layers_win_on_hard_spirals():
    assert [len(hidden) for hidden in figures.HIDDEN] == [1, 2, 3, 4, 6]
    _, hard = figures.accuracy_against_depth().frame_at()
    medians = np.median(figures.spiral_accuracies(2), axis=1)
    assert np.array_equal(drawn(hard.marks, "median").y, medians)
    one, two, three, four, six = medians
    assert min(three, four) > max(two, six)
    assert two > one


def test_the_networks_have_about_as_many_parameters():
    networks = [initialize((2, *h, 1), np.random.default_rng(0)) for h in figures.HIDDEN]
    counts = [network.parameters.size for network in networks]
    assert max(counts) < 1.15 * min(counts)


def test_each_starts_from_five_seeds_goes_150_times_through_320_points_and_gets_320_new_ones(
    monkeypatch,
):
    assert all(figures.spiral_accuracies(turns).shape == (5, 5) for turns in (1, 2))
    seen = []

    def note_fit(network, X, y, *, epochs, **how):
        seen.extend([epochs, X])

    def note_test(network, X):
        seen.append(X)
        return predict_scores(network, X)

    monkeypatch.setattr(figures, "fit", note_fit)
    monkeypatch.setattr(figures, "predict_scores", note_test)
    figures.spiral_accuracy((64,), 2, 0)
    epochs, X, X_new = seen
    assert (epochs, len(X), len(X_new)) == (150, 320, 320)
    assert len(np.unique([*X, *X_new], axis=0)) == 640


def test_a_network_is_what_is_stored_of_it():
    for turns in (1, 2):
        stored = figures.spiral_accuracies(turns)
        assert stored.shape == (len(figures.HIDDEN), figures.N_SPIRAL_SEEDS)
        # other machines round elsewhere, and each step builds on
        assert figures.spiral_accuracy((64,), turns, 0) == pytest.approx(stored[0, 0], abs=0.03)


@pytest.mark.parametrize("seeds", [range(5), range(5, 10)])
def test_three_or_four_layers_win_on_hard_spirals_and_six_are_harder_to_train(seeds):
    runs = [[figures.spiral_accuracy(h, 2, seed) for seed in seeds] for h in figures.HIDDEN]
    one, two, three, four, six = np.median(runs, axis=1)
    assert min(three, four) > two > one
    assert min(three, four) > six


def test_longer_steps_and_more_of_them_have_the_shallow_network_apart_too():
    runs = [figures.spiral_accuracy((64,), 2, k, rate=0.03, epochs=600) for k in range(3)]
    assert min(runs) > 0.9


def test_that_is_three_times_the_learning_rate_and_four_times_the_epochs():
    page = (BOOK / "xor_to_depth.md").read_text(encoding="utf-8")
    longer = ast.literal_eval(re.search("^longer = (.*)$", page, re.MULTILINE)[1])
    usual = signature(figures.spiral_accuracy).parameters
    assert longer["rate"] == pytest.approx(3 * usual["rate"].default)
    assert longer["epochs"] == 4 * usual["epochs"].default


# --- Test yourself ---


def test_parameters_of_the_network_in_the_question():
    right, weights = numbers("xor_to_depth", "parameters-of-a-network")
    network = initialize((2, 4, 3, 1), np.random.default_rng(0))
    assert network.parameters.size == right
    assert sum(W[:, 1:].size for W in network.W) == weights


# --- Exercises ---


def test_the_sharpness_at_which_the_network_begins_to_fail():
    for sharpness, right in ((2 * np.log(3) - 1e-6, 2), (2 * np.log(3) + 1e-6, 4)):
        _, y = figures._stages(CORNERS, figures._weights(sharpness, "at 1.5"))
        assert np.sum((y > 0.5) == XOR) == right
    assert 2 * np.log(3) == pytest.approx(2.197, abs=5e-4)


def test_two_relu_units_say_xor():
    network = network_from_weights([[[0, 1, 1], [-1, 1, 1]], [[0, 1, -2]]], "relu")
    assert np.array_equal(predict_scores(network, CORNERS)[:, 0], XOR)


# --- For instructors: does a deep network fold by itself? ---


def test_random_deep_networks_have_fewer_pieces_than_a_random_wide_one():
    wide, *deep = (
        np.median([pieces(hidden, seed) for seed in range(20)])
        for hidden in [(64,), (12, 12), (9, 9, 9), (7, 7, 7, 7)]
    )
    assert wide == pytest.approx(56, abs=2)
    assert max(deep) < wide / 2
