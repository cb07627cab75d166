"""What the chapter "From XOR to depth" says of its figures is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.figures import xor_to_depth as figures
from dlcourse.gates import XOR_NETWORK, gate
from dlcourse.network import initialize, predict_scores

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([0, 1, 1, 0])


# --- Two logistic units move the plane ---


def test_the_line_that_never_moves_gets_all_points_right_in_the_end():
    explorer = figures.two_units_move_the_plane()
    assert "100% of them on the right side" in explorer.caption_at(percent=100)
    assert "100%" not in explorer.caption_at(percent=0)


def test_at_sharpness_20_the_units_are_those_of_the_gates():
    for ours, theirs in zip(figures._xor_network(20), XOR_NETWORK, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-15)


def test_the_two_clouds_of_one_class_meet_beyond_the_line_and_the_others_stay_before_it():
    ends = figures._moved(CORNERS.astype(float), 100)
    np.testing.assert_allclose(ends[1], ends[2])
    assert (ends.sum(axis=1) > 1.5).tolist() == XOR.astype(bool).tolist()


# --- A plane among the features, a hyperbola among the inputs ---


@pytest.mark.parametrize("w12", figures.plane_among_features().controls[0].values)
def test_all_corners_are_right_as_soon_as_w12_is_below_minus_1_6(w12):
    right = (figures._cross_score(CORNERS, w12) > 0) == XOR
    assert right.all() == (w12 < -1.6)
    assert right[:3].all()


def test_the_curve_where_they_meet_lies_in_the_plane_and_on_the_saddle():
    """Turned to the end, the plane is a straight line, and so the curve is too."""
    for w12 in (-4.0, -2.0, 0.5):
        u, v = figures._hyperbola(w12, turn=1.0)
        plane = figures._wires(figures._plane(w12), 1.0, 6)
        line = np.polyfit(*(side[np.isfinite(plane[1])] for side in plane), 1)
        seen = np.isfinite(v)
        np.testing.assert_allclose(v[seen], np.polyval(line, u[seen]), atol=1e-9)


def test_the_score_of_the_fourth_corner_by_the_weight_of_the_product():
    right, positive, two, one, sign = numbers("xor_to_depth", "how-far-down")
    corner = np.array([[1.0, 1.0]])
    assert figures._cross_score(corner, right)[0] == pytest.approx(0)
    assert positive == -right
    assert figures._cross_score(corner, two)[0] < 0
    assert figures._cross_score(corner, one)[0] == pytest.approx(0.6)
    assert sign == -(0.4 + 1 + 1)


# --- One unit, four corners ---


def test_the_buttons_set_the_gates_that_they_name():
    explorer = figures.one_unit_four_corners()
    for button in explorer.buttons:
        assert f"this is “{button.label}”" in explorer.caption_at(**button.settings)


def test_neither_xor_nor_its_negation_is_ever_said():
    assert set(figures._GATE_NAMES) == {f"{k:04b}" for k in range(16)} - {"0110", "1001"}


def test_weights_of_the_gates_in_the_question():
    for weights, corners in (([-30, 20, 20], [3]), ([-10, 20, -20], [2])):
        assert np.flatnonzero(gate(weights, *CORNERS.T) > 0.5).tolist() == corners


# --- XOR in two stages ---


def test_both_inputs_with_one_1_fail_together_between_sharpness_2_and_2_5():
    for sharpness in figures.xor_in_two_stages().controls[1].values:
        right = (figures._stages(CORNERS, sharpness)[1] > 0.5) == XOR
        assert right.tolist() == [True, sharpness >= 2.5, sharpness >= 2.5, True]


def test_the_hidden_units_read_the_sum_only():
    H, _ = figures._stages(np.array([[0.2, 0.5], [0.7, 0.0], [-1.0, 1.7]]), 8)
    np.testing.assert_allclose(H, H[[0]].repeat(3, axis=0))


def test_at_every_sharpness_the_equal_corners_stay_before_the_line_of_and():
    for sharpness in np.linspace(0.1, 20, 200):
        H, _ = figures._stages(CORNERS[[0, 3]], sharpness)
        assert np.all(H.sum(axis=1) < 1.5)


# --- Neuron, layer, network ---


def test_the_first_neuron_gives_the_same_number_in_all_three_pictures():
    first = [figures._outputs(what)[1][0] for what in ("neuron", "layer", "network")]
    assert first == [first[0]] * 3


# --- Activations flow, layer by layer ---


def test_across_the_boundary_one_unit_of_the_first_layer_changes_much_and_all_of_the_second():
    _, xs, ys = (control.values for control in figures.activations_flow().controls)
    flow = {(i, j): figures._flow(xs[i], ys[j]) for i in range(7) for j in range(7)}
    steps = [((i, j), (i + di, j + 1 - di)) for i, j in flow for di in (0, 1)]
    crossings = [
        (flow[here], flow[there])
        for here, there in steps
        if there in flow and (flow[here][3] > 0.5) != (flow[there][3] > 0.5)
    ]
    assert len(crossings) > 10
    for here, there in crossings:
        first, second = (np.sort(np.abs(there[k] - here[k])) for k in (1, 2))
        assert first[:-1].max() < second.min()


def test_the_network_trained_on_moons_knows_them():
    network, X, y = figures.trained_on_moons()
    assert np.mean((predict_scores(network, X)[:, 0] > 0) == y) > 0.98


# --- Folding an interval ---


@pytest.mark.parametrize("k", range(1, 8))
def test_k_stages_make_two_to_the_k_pieces_of_6_k_plus_1_parameters(k):
    words = figures.folding_an_interval().caption_at(k=k)
    assert words.startswith(f"With {6 * k + 1} parameters each")
    assert f"has {2**k} straight pieces, a shallow one's at most {2 * k + 1};" in words


def test_a_shallow_fit_has_its_kinks_on_the_first_teeth_and_draws_the_average_after_them():
    deep, shallow = figures._deep(7), figures._shallow(7)
    assert np.abs(deep - shallow)[:80].max() < 0.01
    assert np.abs(shallow[104:] - 0.5).max() < 0.01


def test_the_deep_network_starts_with_four_teeth():
    k = figures.folding_an_interval().controls[0]
    assert k.values[k.start] == 3
    assert (np.diff(np.sign(np.diff(figures._deep(3)))) < 0).sum() == 4


# --- Shallow and deep on four rings ---


def test_the_deep_network_has_the_rings_apart_first():
    right = {
        sizes: [figures._rings_right(network) for network in figures._race(sizes).values()]
        for sizes in (figures._SHALLOW, figures._DEEP)
    }
    assert right[figures._DEEP][-1] > 0.99
    assert right[figures._SHALLOW][-1] < 0.9
    assert figures._race(figures._SHALLOW)[0].parameters.size == 257
    assert figures._race(figures._DEEP)[0].parameters.size == 249


def test_after_a_hundred_epochs_the_wide_network_has_hardly_begun():
    assert figures._rings_right(figures._race(figures._SHALLOW)[100]) < 0.6


# --- Accuracy against depth at equal parameter counts ---


def test_depth_makes_no_difference_that_matters_on_easy_spirals():
    assert figures.spiral_accuracies(1).min() > 0.95


def test_three_or_four_layers_win_on_hard_spirals_and_six_are_worse_again():
    one, two, three, four, six = np.median(figures.spiral_accuracies(2), axis=1)
    assert min(three, four) > two > one
    assert min(three, four) > six


# --- Test yourself ---


def test_parameters_of_the_network_in_the_question():
    right, weights, nodes = numbers("xor_to_depth", "parameters-of-a-network")
    network = initialize((2, 4, 3, 1), np.random.default_rng(0))
    assert network.parameters.size == right
    assert sum(W[:, 1:].size for W in network.W) == weights
    assert sum(network.sizes) == nodes


def test_pieces_of_five_stages():
    right, side_by_side, units = numbers("xor_to_depth", "five-stages")
    words = figures.folding_an_interval().caption_at(k=5)
    assert f"has {right:g} straight pieces, a shallow one's at most {side_by_side:g};" in words
    assert units == 10
