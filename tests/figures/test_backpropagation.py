"""What the chapter "Backpropagation" says of its figures is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.activations import ACTIVATIONS, sigmoid
from dlcourse.backprop import loss_and_gradients
from dlcourse.figures import backpropagation as figures
from dlcourse.gradcheck import complex_step
from dlcourse.network import initialize, network_from_weights, predict_scores

# --- A pass forward, a pass back ---


def test_the_blame_at_the_output_is_p_minus_y():
    passes = figures._both_passes(x1=1, w=1, y=1)
    assert passes.blame[2] == pytest.approx(passes.outputs[4] - 1)


def test_the_second_hidden_unit_gets_more_blame_than_the_first_and_of_the_other_sign():
    first, second, _ = figures._both_passes(x1=1, w=1, y=1).blame
    assert abs(second) > abs(first)
    assert first * second < 0


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("x1", [-2, 0, 2])
def test_no_blame_reaches_a_unit_that_nobody_listens_to_nor_the_weights_below(x1, y):
    passes = figures._both_passes(x1, w=0, y=y)
    assert passes.blame[0] == 0
    assert passes.slopes[:2] == [0, 0]


def test_the_other_label_multiplies_every_derivative_by_the_same_number():
    one, zero = (figures._both_passes(x1=1, w=1, y=y) for y in (1, 0))
    P = one.outputs[4]
    np.testing.assert_allclose(zero.slopes, np.multiply(one.slopes, P / (P - 1)))


# --- What the gradient is for ---


def test_too_small_a_rate_is_slow_and_too_large_a_rate_throws_the_network_about():
    losses = {rate: figures._descended(rate)[0] for rate in (0.01, 0.3, 3.0, 30.0)}
    rises = {rate: (np.diff(losses[rate]) > 0).sum() for rate in losses}
    assert rises[0.01] == rises[0.3] == 0
    assert losses[0.01][100] - losses[0.01][200] > 0.05
    assert 0 < rises[3.0] < 50
    assert losses[3.0][-1] < losses[0.3][-1] / 2
    assert rises[30.0] > 50
    assert losses[30.0].max() > 10 * losses[30.0][0]


def test_at_the_rate_0_3_the_boundary_is_a_straight_line_and_at_3_it_is_not():
    x, heights = np.linspace(-1, 2, 31), np.linspace(-1.4, 1.9, 331)
    grid = np.stack(np.meshgrid(x, heights), axis=-1).reshape(-1, 2)
    bends = {}
    for rate in (0.3, 3.0):
        scores = predict_scores(figures._descended(rate)[1][200], grid).reshape(331, 31)
        boundary = heights[np.abs(scores).argmin(axis=0)]
        line = np.polynomial.Polynomial.fit(x, boundary, 1)
        bends[rate] = np.abs(boundary - line(x)).max()
    assert bends[0.3] < 0.1
    assert bends[3.0] > 0.3


def test_of_the_four_rates_3_has_the_lowest_loss_in_the_end():
    last = {rate: figures._descended(rate)[0][-1] for rate in (0.01, 0.3, 3.0, 30.0)}
    assert min(last, key=last.get) == 3.0


# --- Why P − Y ---


def test_the_squared_error_goes_silent_where_cross_entropy_is_loudest():
    (axes,) = figures.blame_of_two_losses().axes
    cross_entropy, squared = (line.get_ydata() for line in axes.lines)
    assert cross_entropy[0] == pytest.approx(-1, abs=1e-3)
    assert squared[0] == pytest.approx(0, abs=1e-3)
    assert axes.lines[1].get_xdata()[squared.argmin()] == pytest.approx(-np.log(2), abs=0.1)


# --- What it costs ---


def test_what_the_other_ways_cost():
    back, forget, nudge, _ = figures._counts(width=10, depth=10)
    assert round(nudge / back, -2) == 800
    back, forget, _, _ = figures._counts(width=10, depth=40)
    assert round(forget / back) == 7
    assert figures._counts(width=10, depth=12)[3] > 1e12
    assert figures._counts(width=1, depth=40)[3] == 1


@pytest.mark.parametrize("depth", [2, 10, 40])
def test_every_unit_of_width_makes_finite_differences_worse(depth):
    counts = [figures._counts(width, depth) for width in (1, 2, 5, 10, 20, 50, 100, 1000)]
    assert np.all(np.diff([nudge / back for back, _, nudge, _ in counts]) > 0)


# --- Checking a gradient ---


@pytest.mark.parametrize("w", [-1.0, 2.0])
def test_the_loss_of_one_weight_is_that_of_the_network(w):
    network = network_from_weights([[[0, w, -1], [0, -1, 1]], [[0, 1, -2]]], "sigmoid")
    loss, gradients = loss_and_gradients(network, [[1, 0.5]], [1], "binary_cross_entropy")
    assert figures.loss_of_one_weight(w) == pytest.approx(loss)
    assert complex_step(figures.loss_of_one_weight, w) == pytest.approx(gradients.dW[0][0, 1])


def test_the_true_slope_is_the_derivative_of_that_loss():
    assert figures._true_slope() == pytest.approx(complex_step(figures.loss_of_one_weight, 2.0))


def test_the_errors_are_smallest_where_truncation_meets_rounding():
    errors = {
        scheme: [figures._relative_error(scheme, h) for h in figures._STEPS]
        for scheme in figures._SCHEMES
    }
    assert figures._STEPS[np.argmin(errors["forward"])] in (1e-7, 1e-8, 1e-9)
    assert figures._STEPS[np.argmin(errors["central"])] in (1e-4, 1e-5, 1e-6)
    assert max(errors["complex step"][7:]) < 1e-14  # no second arm


def test_near_ten_to_the_minus_8_the_forward_difference_has_its_eight_digits():
    assert 1e-9 < figures._relative_error("forward", 1e-8) < 1e-7
    errors = [figures._relative_error("forward", h) for h in figures._STEPS]
    assert min(errors) > 1e-9
    assert min(errors[0], errors[-1]) > 0.1


# --- Slopes of the non-linearities ---


def test_how_much_the_nonlinearities_let_through():
    s = np.linspace(-6, 6, 121)
    slopes = {name: ACTIVATIONS[name].derivative(s) for name in figures._NAMES}
    assert slopes["sigmoid"].max() == 0.25
    assert s[slopes["sigmoid"].argmax()] == s[slopes["tanh"].argmax()] == pytest.approx(0)
    assert np.all(slopes["sigmoid"][np.abs(s) > 3.99] < 0.02)
    assert set(slopes["relu"]) == {0, 1}
    at_two, at_four = (ACTIVATIONS["sigmoid"].derivative(score) for score in (2.0, 4.0))
    assert at_four < 0.025 < at_two


# --- Vanishing gradients ---


def factor(kind, scale):
    """By how much each of the fifteen hidden layers multiplies the blame."""
    return figures._blame(kind, 15, scale)[0] ** (1 / 15)


def test_the_blame_of_sigmoids_shrinks_by_a_quarter_of_the_scale_until_they_saturate():
    for scale in (0.7, 1.0, 1.2, 1.4):
        assert factor("sigmoid", scale) == pytest.approx(scale / 4, rel=0.1)
    assert factor("sigmoid", 4.0) < 0.7
    assert factor("sigmoid", 10.0) == pytest.approx(1, abs=0.05)
    assert 0.5 < figures.saturated_share(10.0) < 0.53


def test_tanh_is_level_a_little_above_scale_1_and_relu_near_the_root_of_two():
    assert factor("tanh", 1.2) < 1 < factor("tanh", 1.4)
    assert factor("relu", 1.4) == pytest.approx(1, abs=0.02)
    assert factor("relu", 2.0) > 1.4


def test_at_scale_1_the_blame_shrinks_by_the_factor_asked_for():
    right, *_ = numbers("backpropagation", "how-fast-it-fades")
    assert 1 / factor("sigmoid", 1.0) == pytest.approx(right, abs=0.5)


# --- ReLU: what it keeps, what it costs ---


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("units", [1, 6, 12])
def test_regions_beside_each_other_have_different_colours(units, layers):
    regions = figures._region_numbers(units, layers)
    colours = figures._colours(regions)
    for beside in (np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1]):
        (here, there), (one, other) = (regions[b] for b in beside), (colours[b] for b in beside)
        np.testing.assert_array_equal(here == there, one == other)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_network_is_linear_in_each_region(layers):
    regions = figures._region_numbers(6, layers)
    side = np.linspace(-3, 3, 150)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    scores = predict_scores(figures._relu_network(6, layers), grid.reshape(-1, 2)).ravel()
    for region in np.unique(regions):
        points = grid[regions == region]
        affine = np.column_stack([np.ones(len(points)), points])
        values = scores[regions.ravel() == region]
        weights = np.linalg.lstsq(affine, values, rcond=None)[0]
        np.testing.assert_allclose(affine @ weights, values, atol=1e-9)


def test_one_layer_makes_no_more_regions_than_lines_make_pieces():
    found = [figures._region_numbers(n, 1).max() + 1 for n in range(1, 13)]
    assert all(regions <= 1 + n + n * (n - 1) // 2 for n, regions in enumerate(found, start=1))


def test_twelve_relu_units_are_further_from_the_sine_than_four_of_tanh():
    assert figures.sine_error("tanh", 4) < 0.04 < figures.sine_error("relu", 12)


def test_six_lines_cut_the_plane_into_22_pieces_at_most():
    assert "can make at most 22." in figures.linear_regions().caption_at(units=6, layers=1)


def test_no_relu_layer_of_the_slider_comes_as_close_as_four_units_of_tanh():
    units = figures.sine_from_straight_pieces().controls[0].values
    relu = {n: figures.sine_error("relu", n) for n in units}
    tanh = figures.sine_error("tanh", 4)
    assert min(relu.values()) > tanh
    assert relu[6] < relu[4]
    assert relu[12] > 2 * tanh


# --- Test yourself ---


def test_the_blame_of_a_good_answer():
    right, positive, squared, by_output = numbers("backpropagation", "blame-of-a-good-answer")
    P, y = 0.8, 1
    assert P - y == pytest.approx(right)
    assert positive == -right
    assert (P - y) * P * (1 - P) == pytest.approx(squared)
    assert -y / P == pytest.approx(by_output)


def test_the_blame_one_step_down():
    right, output, half, positive = numbers("backpropagation", "one-step-down")
    assert ACTIVATIONS["sigmoid"].derivative(0.0) == 0.25
    assert sigmoid(0.0) == 0.5
    assert -0.4 * 3 * np.array([0.25, 1, 0.5]) == pytest.approx([right, output, half])
    assert positive == -right


def test_a_unit_that_is_off_for_every_example_has_gradients_of_exactly_zero():
    network = initialize((2, 4, 1), np.random.default_rng(0), "relu")
    network.W[0][1, 0] = -100
    X, y = figures._two_moons()
    _, gradients = loss_and_gradients(network, X, y, "binary_cross_entropy")
    assert not gradients.dW[0][1].any()
    assert gradients.dW[0][[0, 2, 3]].any(axis=1).all()
