"""What the chapter "Backpropagation" says of its figures and its numbers is so."""

import re
from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
from figures.asked import BOOK, at_start, names_after, numbers

from dlcourse.activations import ACTIVATIONS, sigmoid, softmax
from dlcourse.backprop import loss_and_gradients
from dlcourse.costs import count_backprop, count_finite_differences, count_without_storing
from dlcourse.explorers import Explorer
from dlcourse.figures import backpropagation as figures
from dlcourse.gradcheck import (
    central_difference,
    check_gradient,
    complex_step,
    relative_error,
)
from dlcourse.network import forward, initialize, network_from_weights

SETTINGS = list(product((-2, -1, 0, 1, 2), (-4, -2, -1, 0, 1, 2, 4), (0, 1)))


def standing(name):
    """The values of the controls of a figure while its question waits."""
    explorer = at_start("backpropagation", name)
    return {control.name: control.values[control.start] for control in explorer.controls}


# --- A pass forward, a pass back ---


def test_the_first_figure_waits_with_the_inputs_and_the_weights_and_nothing_for_the_way_back():
    assert standing("who-gets-more-blame") == {"stage": 0, "x1": 1, "w": 1, "y": 1}
    forward, backward = at_start("backpropagation", "who-gets-more-blame").frame_at()
    (up,), (down,) = forward.marks, backward.marks
    assert [node.value for node in up.nodes] == [1, 0.5, None, None, None]
    assert [edge.label for edge in up.edges] == ["2", "−1", "−1", "1", "1", "−2"]
    assert {node.value for node in down.nodes} == {None}
    assert not any(edge.label for edge in down.edges)


def test_the_first_figure_starts_before_any_blame_and_ends_with_all_of_it():
    explorer = figures.two_passes()
    for stage, known in enumerate([0, 0, 0, 1, 3, 3, 3]):
        (diagram,) = explorer.frame_at(stage=stage)[1].marks
        assert sum(node.value is not None for node in diagram.nodes) == known
        assert any(edge.detail for edge in diagram.edges) == (stage >= 4)
    assert all(edge.detail for edge in diagram.edges)
    assert explorer.start[0] == 0


def test_blame_comes_back_through_the_same_lines_that_the_numbers_went_up_on():
    up, down = (panel.marks[0].edges for panel in figures.two_passes().frame_at(stage=4))
    assert [(edge.source, edge.target) for edge in up] == [
        (edge.source, edge.target) for edge in down
    ]
    last = [edge for edge in up if edge.target == 4]
    assert [edge.weight for edge in down if edge.highlight] == [edge.weight for edge in last]
    for edge, blame in zip(last, down[4:], strict=True):
        assert edge.source == blame.source
        assert read(blame.label)[1] == edge.weight


@pytest.mark.parametrize("x1", [-2, -1, 0, 1, 2])
def test_what_the_hidden_units_are_said_to_say(x1):
    said = figures.two_passes().caption_at(stage=1, x1=x1).replace("−", "-")
    hidden = figures._both_passes(x1, w=1, y=1).outputs[2:4]
    found = re.findall(r"σ\((.*?)\) = ([\d.]+)", said)
    for (score, value), output in zip(found, hidden, strict=True):
        terms = score.replace("- ", "-").replace("+ ", "+").split()
        assert sigmoid(sum(map(float, terms))) == pytest.approx(output)
        assert float(value) == pytest.approx(output, abs=0.005)


def read(text):
    """The numbers of a product as a figure writes it."""
    plain = text.replace("−", "-")
    return [float(factor.strip("()")) for factor in plain.split("·")]


def test_the_products_on_the_lines_add_up_to_the_scores():
    passes = figures._both_passes(x1=1, w=1, y=1)
    into = {2: 0.0, 3: 0.0, 4: 0.0}
    for edge in figures._up(passes, stage=2).edges:
        into[edge.target] += prod(read(edge.label))
    outputs = [float(sigmoid(score)) for score in into.values()]
    np.testing.assert_allclose(outputs, passes.outputs[2:], atol=0.01)


@pytest.mark.parametrize(("x1", "w", "y"), SETTINGS)
def test_each_weight_has_its_own_chain_of_factors(x1, w, y):
    passes = figures._both_passes(x1, w, y)
    for k, slope in enumerate(passes.slopes):
        _, factors, result = figures._chain(passes, k).split(" = ")
        assert len(read(factors)) == (4 if k < 4 else 2)
        assert prod(read(factors)) == pytest.approx(slope, rel=0.02, abs=1e-9)
        assert read(result)[0] == pytest.approx(slope, rel=0.01, abs=1e-9)


def test_all_six_weights_agree_with_nudges():
    def loss(weights):
        W1, W2 = weights[:4].reshape(2, 2), weights[4:]
        return -np.log(sigmoid(W2 @ sigmoid(W1 @ [1.0, 0.5])))

    passes = figures._both_passes(x1=1, w=1, y=1)
    measured = central_difference(loss, np.array(passes.weights))
    np.testing.assert_allclose(passes.slopes, measured, atol=1e-9)


def test_the_lines_into_the_output_end_with_the_two_numbers_of_the_text():
    (diagram,) = figures.two_passes().frame_at(stage=6)[1].marks
    into = [edge.label for edge in diagram.edges if edge.target == 4]
    assert into == ["−0.40", "−0.18"]


def test_the_second_unit_has_the_larger_weight_and_the_larger_slope():
    passes = figures._both_passes(x1=1, w=1, y=1)
    h1, h2 = passes.outputs[2:4]
    assert h2 * (1 - h2) > h1 * (1 - h1)
    assert passes.weights[4:] == [1, -2]
    assert round(figures._both_passes(x1=1, w=1, y=1).outputs[4], 1) == 0.5


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


def test_the_buttons_of_the_first_figure_show_what_they_say():
    nobody, wrong = (button.settings for button in figures.two_passes().buttons)
    assert nobody["w"] == 0
    assert wrong["y"] == 1
    passes = figures._both_passes(wrong["x1"], wrong["w"], wrong["y"])
    assert passes.outputs[4] < 0.15
    assert passes.loss > 2


def test_the_other_label_multiplies_every_derivative_by_the_same_number():
    one, zero = (figures._both_passes(x1=1, w=1, y=y) for y in (1, 0))
    P = one.outputs[4]
    np.testing.assert_allclose(zero.slopes, np.multiply(one.slopes, P / (P - 1)))


# --- What the gradient is for ---


def test_the_second_figure_waits_before_the_first_step_beside_a_line_that_falls_steadily():
    assert standing("promise-of-a-step") == {"rate": 0}
    promise = at_start("backpropagation", "promise-of-a-step").frame_at()[1].marks[0]
    before, fall = figures._promise()
    assert len(promise.x) == 2
    assert fall > 0
    np.testing.assert_allclose(promise.y, before - fall * promise.x, atol=1e-12)


def test_the_loss_leaves_along_the_promise():
    before, fall = figures._promise()
    slope = (figures._stepped(1e-5)[1] - before) / 1e-5
    assert slope == pytest.approx(-fall, rel=1e-3)


def test_the_loss_stays_above_the_promise_and_is_lowest_between_3_and_4():
    before, fall = figures._promise()
    rates = np.linspace(0, 12, 49)
    losses = np.array([figures._stepped(float(rate))[1] for rate in rates])
    assert np.all(losses[1:] > before - rates[1:] * fall)
    assert 3 < rates[losses.argmin()] < 4
    assert np.all((losses < before)[1:] == (rates[1:] <= 11.5))
    assert np.all(np.diff(losses, 2) < 0.01)


# --- Why P - Y ---


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy", "cross_entropy"])
def test_in_each_row_of_the_table_both_slopes_multiply_to_p_minus_y(loss):
    S, Y = np.array([0.4, -1.1, 2.0]), np.array([0.0, 1.0, 0.0])
    if loss == "squared_error":
        P, by_output, by_score = S, S - Y, np.eye(3)
    elif loss == "binary_cross_entropy":
        P = sigmoid(S)
        by_output, by_score = (P - Y) / (P * (1 - P)), np.diag(P * (1 - P))
    else:
        P = softmax(S)
        by_output, by_score = -Y / P, P[:, np.newaxis] * (np.eye(3) - P)
    np.testing.assert_allclose(by_output @ by_score, P - Y)


# --- The recursion ---


def climbs(layer, unit):
    """Every path from a unit up to the output, as the units that it passes."""
    for rest in product(*(range(size) for size in figures._SIZES[layer + 1 :])):
        yield (unit, *rest)


def test_what_is_stored_holds_the_sum_over_all_paths():
    network, slopes, blame = figures._chain_of_layers()
    for layer in range(4):
        for unit in range(3):
            total = 0.0
            for path in climbs(layer, unit):
                one = blame[4][0] * slopes[layer][unit]
                for step, (below, above) in enumerate(pairwise(path), layer + 1):
                    one *= network.W[step][above, 1 + below]
                    one *= slopes[step][above] if step < 4 else 1
                total += one
            assert total == pytest.approx(blame[layer][unit])


def test_the_multiplications_are_counted_right():
    sizes = figures._SIZES
    lines = [below * above for below, above in pairwise(sizes)]
    paths = [sum(len(p) - 1 for u in range(3) for p in climbs(k, u)) for k in range(4)]
    assert figures._multiplications("reuse")[-1] == sum(lines) == 30
    assert figures._multiplications("start again")[-1] == sum(sum(lines[k:]) for k in range(4))
    assert figures._multiplications("start again")[-1] == 66
    assert figures._multiplications("every path")[-1] == sum(paths) == 426


def test_a_unit_asks_three_others_where_27_paths_lead_up():
    right, paths, one = numbers("backpropagation", "terms-not-paths")
    assert figures._origin(0, 0, "reuse").split(" · slope")[0].count("·") == right == 3
    assert len(list(climbs(0, 0))) == paths
    assert one == 1


@pytest.mark.parametrize("way", ["reuse", "start again"])
def test_a_click_on_a_unit_below_layer_4_shows_its_three_terms(way):
    (diagram,) = figures.blame_is_reused().frame_at(steps=4, way=way)[0].marks
    told = [node.detail.split(" · slope")[0] for node in diagram.nodes]
    assert [text.count("·") for text in told[:9]] == [3] * 9
    assert [text.count("·") for text in told[9:]] == [1, 1, 1, 0]


def test_the_third_figure_waits_with_four_layers_of_three_where_only_p_knows_its_blame():
    assert standing("terms-not-paths") == {"steps": 0, "way": "reuse"}
    diagram, counts = at_start("backpropagation", "terms-not-paths").frame_at()
    nodes = diagram.marks[0].nodes
    assert [node.label for node in nodes if node.value is not None] == ["P"]
    assert [sum(node.x == layer / 4 for node in nodes) for layer in range(5)] == [3, 3, 3, 3, 1]
    assert {line.upto for line in counts.marks[:3]} == {0}


def test_thick_rings_mark_what_is_read():
    for steps in range(1, 5):
        nodes = figures._layers_diagram(steps, "reuse").nodes
        assert {node.x for node in nodes if node.highlight} == {(5 - steps) / 4}
        assert {node.x for node in nodes if node.value is not None} == {
            layer / 4 for layer in range(4 - steps, 5)
        }


def test_the_recursion_in_columns_has_the_shapes_of_the_table():
    network = initialize((2, 4, 3), np.random.default_rng(0), "sigmoid")
    x = np.array([[0.3], [-1.2]])
    X1 = sigmoid(network.W[0] @ np.vstack([[[1.0]], x]))
    blame = sigmoid(network.W[1] @ np.vstack([[[1.0]], X1])).T - [[0, 1, 0]]  # a row
    below = (blame @ network.W[1][:, 1:]) * (X1 * (1 - X1)).T
    _, gradients = loss_and_gradients(network, x.T, [[0, 1, 0]], "binary_cross_entropy")
    np.testing.assert_allclose(blame.T @ np.vstack([[[1.0]], X1]).T, gradients.dW[1])
    np.testing.assert_allclose(below.T @ np.vstack([[[1.0]], x]).T, gradients.dW[0])


def test_the_six_plain_lines_give_what_the_package_gives():
    page = (BOOK / "backpropagation.md").read_text(encoding="utf-8")
    (cell,) = re.findall(r"^def backward\(.*?(?=^```)", page, re.DOTALL | re.MULTILINE)
    names: dict = {}
    exec(cell, names)
    assert len(cell.strip().splitlines()) == 1 + 6
    for seed in range(3):
        rng = np.random.default_rng(seed)
        network = initialize((4, 7, 6, 3), rng, "sigmoid")
        X, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
        passed = forward(network, X)
        dS = (softmax(passed.scores) - np.eye(3)[y]) / 20
        _, gradients = loss_and_gradients(network, X, y)
        flat = np.concatenate([dW.ravel() for dW in names["backward"](network.W, passed.X, dS)])
        np.testing.assert_allclose(flat, gradients.flat, atol=1e-12)


# --- What it costs ---


def test_the_fourth_figure_waits_with_one_unit_in_each_layer():
    assert standing("price-of-nudges")["width"] == 1


def test_the_cells_find_one_gradient_and_count_it_to_the_last_multiplication():
    names = names_after("backpropagation", "for task, arguments, formula in ways")
    deep, data = names["deep"], (names["inputs"], names["labels"])
    assert (len(deep.W), deep.sizes[-1], len(data[0])) == (5, 3, 40)
    assert names["flat"].shape == names["measured"].shape == deep.parameters.shape
    assert relative_error(names["flat"], names["measured"]) < 1e-7
    _, gradients = loss_and_gradients(deep, *data)
    for mine, dW in zip(names["start_again"](deep, *data), gradients.dW, strict=True):
        np.testing.assert_allclose(mine, dW, atol=1e-15)
    for task, arguments, formula in names["ways"]:
        counted = names["multiplications"](task, *arguments)
        assert counted == formula(deep.sizes, n=len(data[0]))


def test_backpropagation_costs_about_three_forward_passes_and_each_layer_adds_the_same():
    back = [count_backprop((10,) * (layers + 1)) for layers in range(1, 41)]
    assert len(set(np.diff(back))) == 1
    parameters = 10 * 11 * 10
    assert parameters == 1_100
    assert 2.7 < back[9] / parameters < 3


def test_starting_again_grows_with_the_square_of_the_depth():
    forget = [count_without_storing((10,) * (layers + 1)) for layers in range(1, 41)]
    assert len(set(np.diff(forget, 2))) == 1
    assert np.diff(forget, 2)[0] > 0


def test_nudges_grow_with_the_square_of_the_parameters():
    for sizes in ((10,) * 11, (4, 7, 3), (784, 256, 10)):
        parameters = sum((below + 1) * above for below, above in pairwise(sizes))
        assert count_finite_differences(sizes) == 2 * parameters**2


def test_the_paths_are_a_straight_line_on_the_logarithmic_axis():
    for width, layers in product((2, 10), (1, 5, 12)):
        assert figures._counts(width, layers)[3] == pytest.approx(width ** (layers + 1))


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


def without_slopes(network, X, y):
    """Gradients by somebody who forgot the slopes of the hidden units."""
    passed = forward(network, X)
    dS, found = (sigmoid(passed.scores) - y[:, np.newaxis]) / len(X), []
    for W, below in zip(reversed(network.W), reversed(passed.X), strict=True):
        found.insert(0, dS.T @ below)
        dS = dS @ W[:, 1:]
    return found


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_with_a_wrong_gradient_the_loss_may_still_fall_only_to_a_worse_place(seed):
    """The chapter's network and data; its own start is number 3."""
    X, y = figures._two_moons()
    ends = []
    for wrong in (False, True):
        network = initialize((2, 8, 1), np.random.default_rng(seed), "tanh")
        before = loss_and_gradients(network, X, y, figures._LOSS)[0]
        for _ in range(500):
            _, gradients = loss_and_gradients(network, X, y, figures._LOSS)
            steps = without_slopes(network, X, y) if wrong else gradients.dW
            for W, dW in zip(network.W, steps, strict=True):
                W -= 1.0 * dW
        ends.append(loss_and_gradients(network, X, y, figures._LOSS)[0])
    assert ends[0] < ends[1] < before


@pytest.mark.parametrize("w", [-1.0, 2.0])
def test_the_loss_of_one_weight_is_that_of_the_network(w):
    network = network_from_weights([[[0, w, -1], [0, -1, 1]], [[0, 1, -2]]], "sigmoid")
    loss, gradients = loss_and_gradients(network, [[1, 0.5]], [1], "binary_cross_entropy")
    assert figures.loss_of_one_weight(w) == pytest.approx(loss)
    assert complex_step(figures.loss_of_one_weight, w) == pytest.approx(gradients.dW[0][0, 1])


def test_the_true_slope_is_the_derivative_of_that_loss():
    assert figures._true_slope() == pytest.approx(complex_step(figures.loss_of_one_weight, 2.0))


def test_the_cursor_goes_the_way_the_slider_goes():
    explorer = figures.size_of_the_nudge()
    (left, _), (right, _) = (explorer.frame_at(h=h)[1].marks[-1].at for h in (1e-12, 1e-4))
    assert left < right
    assert np.all(np.diff(explorer.controls[0].values) > 0)


def test_the_errors_are_smallest_where_truncation_meets_rounding():
    errors = {
        scheme: [figures._relative_error(scheme, h) for h in figures._STEPS]
        for scheme in figures._SCHEMES
    }
    assert figures._STEPS[np.argmin(errors["forward"])] in (1e-7, 1e-8, 1e-9)
    assert figures._STEPS[np.argmin(errors["central"])] in (1e-4, 1e-5, 1e-6)
    assert max(errors["complex step"][:-7]) < 1e-14  # no second arm
    eps = np.finfo(float).eps
    assert (eps ** (1 / 3), eps ** (2 / 3)) == pytest.approx((6e-6, 4e-11), rel=0.1)
    assert 1e-11 < min(errors["central"]) < 2e-10


def test_for_large_h_the_errors_shrink_with_h_and_with_its_square_as_taylor_says():
    forward, central = (
        [figures._relative_error(scheme, h) for h in figures._STEPS]
        for scheme in ("forward", "central")
    )
    assert figures._STEPS[10:16] == [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    np.testing.assert_allclose(np.divide(forward[11:16], forward[10:15]), 10, rtol=0.02)
    np.testing.assert_allclose(np.divide(central[13:16], central[12:15]), 100, rtol=0.01)


def test_for_tiny_h_the_loss_is_a_staircase_and_for_large_h_a_curve():
    assert standing("smallest-error") == {"h": 0.1, "scheme": "forward"}
    heights = {h: figures._microscope("forward", h)[1].y for h in (1e-15, 1e-14, 0.1)}
    steps = {h: len(set(line)) for h, line in heights.items()}
    assert 2 < steps[1e-15] < steps[1e-14] < len(heights[0.1]) / 5
    assert steps[0.1] == len(heights[0.1])
    for line in heights.values():
        assert np.all(np.diff(line) >= 0)


def test_near_ten_to_the_minus_8_the_forward_difference_has_its_eight_digits():
    assert 1e-9 < figures._relative_error("forward", 1e-8) < 1e-7
    errors = [figures._relative_error("forward", h) for h in figures._STEPS]
    assert min(errors) > 1e-9
    assert min(errors[0], errors[-1]) > 0.1


def test_a_nudge_of_10_to_the_minus_16_is_not_felt_and_near_1_numbers_are_2e_16_apart():
    assert figures.loss_of_one_weight(2 + 1e-16) == figures.loss_of_one_weight(2)
    assert np.spacing(1.0) == pytest.approx(2.2e-16, rel=0.02)


@pytest.mark.parametrize("w", [-2.0, 0.5, 2.0])
def test_of_an_abs_the_complex_step_gets_a_slope_of_0(w):
    assert complex_step(np.abs, w) == 0


def test_without_the_slope_of_the_hidden_units_the_check_says_so():
    W1, W2 = np.array([[2.0, -1.0], [-1.0, 1.0]]), np.array([1.0, -2.0])
    x = np.array([1.0, 0.5])
    wrong = np.outer((sigmoid(W2 @ sigmoid(W1 @ x)) - 1) * W2, x)
    with pytest.raises(ValueError, match=r"relative error of 0\.64"):
        check_gradient(lambda W: -np.log(sigmoid(W2 @ sigmoid(W @ x))), wrong, W1)


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


# --- Exercises ---


def test_hidden_units_that_start_equal_stay_equal():
    network = initialize((2, 4, 1), np.random.default_rng(0), "sigmoid")
    network.parameters[:] = 0.1
    X, y = figures._two_moons()
    for _ in range(20):
        _, gradients = loss_and_gradients(network, X, y, "binary_cross_entropy")
        network.parameters[:] -= gradients.flat
    assert np.ptp(network.W[0], axis=0).max() < 1e-12
    assert np.ptp(network.W[0], axis=1).max() > 0.01  # and yet they learn


def test_what_the_notebook_says_that_nudges_cost():
    sizes = (784, 256, 10)
    parameters = 785 * 256 + 257 * 10
    assert parameters == 203_530
    assert count_backprop(sizes) / parameters == pytest.approx(2, abs=0.02)
    ratio = count_finite_differences(sizes) / count_backprop(sizes)
    assert ratio == pytest.approx(200_000, rel=0.02)


def test_no_caption_has_a_number_as_python_prints_it():
    makers = [figures.two_passes, figures.one_step, figures.blame_is_reused]
    makers += [figures.four_ways_to_the_gradient, figures.size_of_the_nudge]
    for make in makers:
        explorer: Explorer = make()
        first, *_ = explorer.controls
        for value in first.values:
            assert not re.search(r"\de[+-]?\d", explorer.caption_at(**{first.name: value}))
