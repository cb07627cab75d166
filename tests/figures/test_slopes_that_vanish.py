"""What the chapter "Slopes that vanish" says of its figures is what they show."""

import numpy as np
import pytest
from figures.asked import at_start, names_after, numbers

from dlcourse.activations import ACTIVATIONS, relu, sigmoid, softplus
from dlcourse.backprop import loss_and_gradients, score_gradients
from dlcourse.datasets import load_digits_subset
from dlcourse.figures import slopes_that_vanish as figures
from dlcourse.gradcheck import central_difference
from dlcourse.network import forward, initialize, predict_scores


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("how-much-arrives", {"depth": 2, "scale": 1.0}),
        ("slope-of-the-sigmoid", {"s": 2.0, "name": "sigmoid"}),
        ("which-layer-first", {"epoch": 0, "kind": "sigmoid"}),
        ("six-lines", {"units": 1, "layers": 1}),
        ("how-many-die", {"rate": 0.1}),
    ],
)
def test_each_figure_waits_where_its_question_says(name, start):
    explorer = at_start("slopes_that_vanish", name)
    assert {control.name: control.values[control.start] for control in explorer.controls} == start


# --- How blame fades ---


def factor(kind, scale, depth=15):
    """By how much each of the hidden layers multiplies the blame."""
    return figures._blame(kind, depth, scale)[0] ** (1 / depth)


def drawn(seed, scale):
    """The network, the examples and the labels of one of the starts that the figure averages."""
    rng = np.random.default_rng(seed)
    network = figures._random_network("sigmoid", 10, scale, rng)
    return network, rng.normal(size=(16, 64)), rng.integers(2, size=16)


def test_the_weights_by_themselves_neither_shrink_the_blame_nor_let_it_grow():
    lengths = []
    for seed in figures._SEEDS:
        network, _, _ = drawn(seed, 1.0)
        rows = [np.random.default_rng(seed).normal(size=(1000, len(W))) for W in network.W]
        lengths.append(
            [
                np.linalg.norm(blame @ W[:, 1:]) / np.linalg.norm(blame)
                for blame, W in zip(rows, network.W, strict=True)
            ]
        )
    assert np.exp(np.log(lengths).mean(axis=0)) == pytest.approx(np.ones(11), abs=0.02)
    assert np.array(lengths)[:, :-1] == pytest.approx(np.ones((10, 10)), abs=0.05)


def test_less_than_a_millionth_arrives_after_ten_layers_of_sigmoids():
    blame = figures._blame("sigmoid", 10, 1.0)
    assert blame[0] < 1e-6
    assert np.all(blame[:-1] < blame[1:] / 4)
    assert blame[-1] < 1 / 4  # the output's is 1
    assert 1 / 2 < 1000 * figures._blame("sigmoid", 5, 1.0)[0] < 2


@pytest.mark.parametrize("kind", ["sigmoid", "relu"])
def test_each_layer_multiplies_by_about_the_same_factor(kind):
    steps = np.diff(np.log(figures._blame(kind, 20, 1.0)))
    assert np.all(np.abs(steps - steps.mean()) < 0.2)


@pytest.mark.parametrize("depth", [2, 5, 10, 15, 20])
def test_sigmoids_fade_fastest_and_at_scale_2_tanh_and_relu_grow(depth):
    factors = [factor(kind, 1.0, depth) for kind in ("sigmoid", "relu", "tanh")]
    assert factors == sorted(factors)
    assert factors[-1] < 1
    assert factor("sigmoid", 2.0, depth) < 1 < min(factor(k, 2.0, depth) for k in ("tanh", "relu"))


# --- The slope of each non-linearity ---


def test_how_much_the_nonlinearities_let_through():
    s = np.linspace(-6, 6, 121)
    slopes = {name: ACTIVATIONS[name].derivative(s) for name in figures._NAMES}
    assert slopes["sigmoid"].max() == 0.25
    assert s[slopes["sigmoid"].argmax()] == s[slopes["tanh"].argmax()] == pytest.approx(0)
    assert slopes["tanh"].max() == 1
    assert set(slopes["relu"]) == {0, 1}


def test_a_sigmoid_is_saturated_beyond_a_score_of_3_6():
    below, above = ACTIVATIONS["sigmoid"].derivative([3.6, 3.7])
    assert above < 0.025 < below


# --- A product of slopes and weights ---


def test_large_weights_do_not_make_up_for_the_slopes_of_sigmoids():
    assert factor("sigmoid", 4.0) < 0.7
    assert factor("sigmoid", 10.0) == pytest.approx(1, abs=0.05)
    assert figures.saturated_share(4.0) < 0.2
    assert 0.5 < figures.saturated_share(10.0) < 0.53


def test_ten_factors_of_a_quarter_are_about_one_in_a_million():
    largest = ACTIVATIONS["sigmoid"].derivative(0.0)
    assert largest**10 == pytest.approx(1e-6, rel=0.05)


@pytest.mark.parametrize("seed", figures._SEEDS)
def test_with_large_weights_units_saturate_and_most_slopes_are_well_below_a_quarter(seed):
    slopes = {}
    for scale in (1.0, 4.0, 10.0):
        network, X, _ = drawn(seed, scale)
        outputs = np.array(forward(network, X).outputs[1:])
        slopes[scale] = outputs * (1 - outputs)
    saturated = {scale: (found < 0.025).mean() for scale, found in slopes.items()}
    assert saturated[1.0] == 0
    assert saturated[4.0] > 0.05
    assert saturated[10.0] > 0.5
    assert np.median(slopes[1.0]) > 0.23
    assert np.median(slopes[4.0]) < 0.17
    assert np.median(slopes[10.0]) < 0.03


@pytest.mark.parametrize("seed", figures._SEEDS)
def test_more_than_half_of_layer_5_is_saturated_and_the_blame_comes_through_the_others(seed):
    network, X, y = drawn(seed, 10.0)
    blame = score_gradients(network, X, y, "binary_cross_entropy")
    shown = np.linalg.norm(blame[4]) / np.linalg.norm(blame[-1])
    assert shown == pytest.approx(figures._blame_of_one("sigmoid", 10, 10.0, seed)[4])
    output = forward(network, X).outputs[4]
    saturated = output * (1 - output) < 0.025
    assert saturated.mean() > 0.5
    assert np.linalg.norm(blame[4][saturated]) < np.linalg.norm(blame[4]) / 10


# --- How large should the first weights be? ---


@pytest.mark.parametrize("depth", [5, 10, 15, 20])
def test_relu_is_level_near_the_root_of_two(depth):
    assert factor("relu", 1.4, depth) == pytest.approx(1, abs=0.05)


def test_mean_squares_grow_by_nv_on_the_way_up_and_by_mv_on_the_way_down():
    n, m, v = 400, 100, 0.004
    up, down = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        W = rng.normal(scale=np.sqrt(v), size=(m, n))
        up.append(np.mean((rng.normal(size=(200, n)) @ W.T) ** 2))
        down.append(np.mean((rng.normal(size=(200, m)) @ W) ** 2))
    assert np.mean(up) == pytest.approx(n * v, rel=0.02)
    assert np.mean(down) == pytest.approx(m * v, rel=0.02)


def test_relu_halves_the_mean_square_of_scores_and_of_blame():
    S, blame = np.random.default_rng(0).normal(size=(2, 100_000))
    assert np.mean(relu(S) ** 2) == pytest.approx(np.mean(S**2) / 2, rel=0.03)
    assert np.mean((blame * (S > 0)) ** 2) == pytest.approx(np.mean(blame**2) / 2, rel=0.03)


def fifth_layer(bound, rng):
    """The derivatives of the outputs of a fifth layer of 200 units of tanh by its inputs."""
    x = rng.normal(size=200)
    for _ in range(5):
        W = rng.uniform(-bound, bound, (200, 200))
        x = np.tanh(W @ x)
    return (1 - x**2)[:, np.newaxis] * W


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("bound", "printed"), [(1 / np.sqrt(200), 0.5), (np.sqrt(6 / 400), 0.8)])
def test_a_layer_of_tanh_stretches_as_glorot_and_bengio_measured(bound, printed, seed):
    factors = np.linalg.svd(fifth_layer(bound, np.random.default_rng(seed)), compute_uv=False)
    assert factors.mean() == pytest.approx(printed, abs=0.06)


@pytest.mark.parametrize(("bound", "told"), [(1 / np.sqrt(200), 0.58), (np.sqrt(6 / 400), 0.9)])
@pytest.mark.parametrize("seed", range(4))
def test_the_length_of_the_blame_follows_the_root_mean_square_of_the_factors(bound, told, seed):
    rng = np.random.default_rng(seed)
    layer = fifth_layer(bound, rng)
    factors = np.linalg.svd(layer, compute_uv=False)
    blame = rng.normal(size=200)
    shrinks = np.linalg.norm(blame @ layer) / np.linalg.norm(blame)
    assert np.sqrt(np.mean(factors**2)) == pytest.approx(told, abs=0.03)
    assert shrinks == pytest.approx(np.sqrt(np.mean(factors**2)), rel=0.1)


def test_the_usual_start_has_a_third_of_the_variance_that_keeps_the_size():
    network = figures.usual_start((300, 200, 100), np.random.default_rng(0), "tanh")
    for W, n in zip(network.W, (300, 200), strict=True):
        assert n * W[:, 1:].var() == pytest.approx(1 / 3, rel=0.02)


# --- Saturation, as it happens ---


def test_a_nudge_finds_the_gradient_of_the_weight_of_the_page():
    names = names_after("slopes_that_vanish", "nudged   {")
    nudged = (names["above"] - names["below"]) / 0.02
    assert names["gradients"].dW[0][0, 210] == pytest.approx(nudged, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_the_last_layer_of_sigmoids_saturates_at_0_within_three_epochs(seed):
    seen = figures.watch("sigmoid", seed, epochs=10)
    assert not seen.saturated[0].any()
    assert not seen.saturated[:, :3].any()
    assert np.all(seen.saturated[3:, 3] > 0.99)
    assert np.all(seen.top[3:] < 0.05)
    assert np.all(seen.accuracy < 0.15)


def test_what_is_watched_is_what_is_stored_of_it():
    """Rounding makes two machines part where units saturate, so until then."""
    for kind, epochs in (("sigmoid", 10), ("tanh", 2)):
        seen, (saturated, top, accuracy) = figures.watch(kind, epochs=epochs), figures._shown(kind)
        assert saturated.shape == (figures._EPOCHS + 1, figures._LAYERS)
        upto = slice(epochs + 1)
        np.testing.assert_allclose(seen.saturated, saturated[upto], atol=0.05)
        np.testing.assert_allclose(seen.top, top[upto], atol=0.05)
        np.testing.assert_allclose(seen.accuracy, accuracy[upto], atol=0.05)


def test_it_stays_like_that_for_twenty_epochs_then_learns_and_when_depends_on_luck():
    seen = figures.watch("sigmoid")
    assert np.all(seen.saturated[3:24, 3] == 1)
    assert np.all(seen.accuracy[:24] < 0.15)
    assert seen.accuracy[-1] > 0.9
    assert figures.watch("sigmoid", seed=4, epochs=32).accuracy[-1] < 0.15 < seen.accuracy[32]


def test_the_run_shown_is_stuck_for_twenty_epochs_escapes_and_saturates_layer_1_as_it_learns():
    saturated, top, right = figures._shown("sigmoid")
    assert not saturated[0].any()
    assert right[0] == pytest.approx(0.1, abs=0.02)
    stuck = slice(3, 24)
    assert np.all(saturated[stuck, 3] == 1)
    assert np.all(top[stuck] < 0.05)
    assert np.all(right[:24] < 0.15)
    escaped = 24 + np.argmax(saturated[24:, 3] < 0.5)
    assert escaped <= 26
    assert np.all(saturated[escaped + 1 :, 3] < 0.5)
    assert saturated[escaped, 0] < 0.05
    learned = np.argmax(right > 0.9)
    assert learned > escaped
    assert saturated[learned, 0] > 0.7
    assert right[-1] > 0.9
    assert saturated[-1, 0] > 0.7


def test_most_of_layer_1_saturates_in_the_end_but_its_units_tell_digits_apart():
    seen = figures.watch("sigmoid")
    assert seen.saturated[-1, 0] > 0.7
    both = (seen.first > 0.9).any(axis=0) & (seen.first < 0.1).any(axis=0)
    assert both.mean() > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_with_tanh_most_answers_are_right_after_two_epochs(seed):
    seen = figures.watch("tanh", seed, epochs=2)
    assert seen.accuracy[-1] > 0.7
    assert figures._shown("tanh")[2][2] > 0.7


def test_tanh_starts_from_the_same_weights_at_a_smaller_rate():
    starts = (
        figures.usual_start((784, *[50] * 4, 10), np.random.default_rng(0), kind).parameters
        for kind in ("sigmoid", "tanh")
    )
    np.testing.assert_array_equal(*starts)
    assert figures._RATES["tanh"] < figures._RATES["sigmoid"]


@pytest.mark.parametrize("seed", range(5))
def test_the_last_layer_gets_the_most_blame_and_the_first_the_smallest_gradient(seed):
    X, y, _, _ = load_digits_subset()
    network = figures.usual_start((784, *[50] * 4, 10), np.random.default_rng(seed), "sigmoid")
    *blame, _ = (np.linalg.norm(dS) for dS in score_gradients(network, X[:100], y[:100]))
    assert np.all(np.diff(blame) > 0)
    assert blame[-1] > 100 * blame[0]
    _, gradients = loss_and_gradients(network, X[:100], y[:100])
    sizes = [np.linalg.norm(dW[:, 1:]) for dW in gradients.dW]
    assert sizes == sorted(sizes)
    assert 200 < sizes[-1] / sizes[0] < 1000


# --- ReLU: what it keeps, what it costs ---


def test_the_change_of_the_score_is_exactly_j_times_the_step_until_a_unit_switches():
    names = names_after("slopes_that_vanish", "change {change.item()")
    net, point, nudge, J = (names[name] for name in ("net", "point", "nudge", "J"))
    points = point + np.array([[0], [1], [10], [-300]]) * nudge
    scores = predict_scores(net, points)
    off = np.abs(scores - scores[0] - (points - point) @ J.T)[:, 0]
    on = np.hstack([output > 0 for output in forward(net, points).outputs])
    assert abs(scores[1] - scores[0]) > 1e-3
    assert np.all(on[:3] == on[0])
    assert np.all(off[:3] < 1e-12)
    assert np.any(on[3] != on[0])
    assert off[3] > 1e-3


def area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2


@pytest.mark.parametrize(("units", "layers"), [(1, 1), (1, 3), (6, 1), (6, 2), (12, 2), (8, 3)])
def test_regions_are_counted_exactly(units, layers):
    """They fill the window, and in no two of them the same units are on."""
    polygons, _ = figures._regions(units, layers)
    assert sum(map(area, polygons)) == pytest.approx((2 * figures._WINDOW) ** 2)
    network = figures._relu_network(units, layers)
    middles = np.array([polygon.mean(axis=0) for polygon in polygons])
    on = np.hstack([output > 0 for output in forward(network, middles).outputs])
    assert len(np.unique(on, axis=0)) == len(polygons)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_network_is_linear_in_each_region(layers):
    network, rng = figures._relu_network(6, layers), np.random.default_rng(0)
    for polygon in figures._regions(6, layers)[0]:
        shares = rng.dirichlet(np.ones(len(polygon)), size=9)
        inside = predict_scores(network, shares @ polygon)
        np.testing.assert_allclose(inside, shares @ predict_scores(network, polygon), atol=1e-9)


def directions(units, layer):
    ends = figures._regions(units, 2)[1][layer]
    along = ends[:, 1] - ends[:, 0]
    return len(np.unique((np.arctan2(*along.T) % np.pi).round(6) % round(np.pi, 6)))


def test_units_of_the_second_layer_switch_along_lines_that_bend():
    assert directions(6, 0) == 6
    assert directions(6, 1) > 6


def test_they_bend_where_they_cross_a_line_of_the_first_layer_and_nowhere_else():
    segments = figures._regions(6, 2)[1][1]
    along = segments[:, 1] - segments[:, 0]
    angles = np.repeat(np.arctan2(along[:, 1], along[:, 0]) % np.pi, 2)
    ends, first = segments.reshape(-1, 2), figures._relu_network(6, 2).W[0]
    _, index = np.unique(ends.round(7), axis=0, return_index=True)
    bends = 0
    for end in ends[index]:
        here = np.sort(angles[np.linalg.norm(ends - end, axis=1) < 1e-6])
        if np.isclose(np.abs(end).max(), figures._WINDOW):
            continue
        crosses = np.abs(first[:, 0] + first[:, 1:] @ end).min() < 1e-9
        assert len(here) == 2
        assert (here[1] - here[0] > 1e-6) == crosses
        bends += crosses
    assert bends > 6


def test_twelve_units_make_about_as_many_regions_in_two_layers_as_in_one():
    one, two = len(figures._regions(12, 1)[0]), len(figures._regions(6, 2)[0])
    assert two == pytest.approx(one, rel=0.05)


def test_six_lines_cut_the_plane_into_22_pieces_and_the_window_shows_them_all():
    assert len(figures._regions(6, 1)[0]) == 1 + sum(range(1, 7)) == 22
    assert len(figures._regions(6, 2)[0]) > 22
    assert len(figures._regions(1, 1)[0]) == 2
    for units in range(1, 13):
        assert len(figures._regions(units, 1)[0]) <= 1 + units * (units + 1) / 2


# --- Dead units ---


def test_next_to_none_die_at_1_one_in_twenty_at_3_and_more_than_half_at_10():
    shares = {rate: figures._dead_shares(rate).mean() for rate in (0.1, 1.0, 3.0, 10.0)}
    assert shares[0.1] == 0
    assert shares[1.0] < 0.01
    assert shares[3.0] == pytest.approx(0.05, abs=0.02)
    assert shares[10.0] > 0.5


def test_with_so_few_units_left_many_answers_are_wrong():
    right = {rate: [figures._trained(rate, seed)[2] for seed in range(20)] for rate in (1.0, 10.0)}
    assert np.mean(right[10.0]) < 0.8 < 0.95 < np.mean(right[1.0])


@pytest.mark.parametrize("seed", range(5))
def test_all_examples_lie_on_one_side_of_a_dead_units_line(seed):
    X, _ = figures._moons()
    W, dead, _ = figures._trained(10.0, seed)
    sides = np.sign(X @ W[:, 1:].T + W[:, 0])
    assert (sides[:, dead] <= 0).all()
    assert (sides[:, ~dead] > 0).any(axis=0).all()


def test_a_unit_that_is_off_for_every_example_has_gradients_of_exactly_zero():
    X, y = figures._moons()
    network = initialize((2, 8, 1), np.random.default_rng(0), "relu")
    network.W[0][3, 0] = -10
    _, gradients = loss_and_gradients(network, X, y, "binary_cross_entropy")
    assert not gradients.dW[0][3].any()
    assert gradients.dW[0][4].all()


# --- Test yourself ---


def test_the_slope_from_the_output():
    right, output, of_tanh, largest, of_the_score = numbers(
        "slopes_that_vanish", "slope-from-the-output"
    )
    assert right == pytest.approx(0.9 * (1 - 0.9))
    assert output == 0.9
    assert of_tanh == pytest.approx(1 - 0.9**2)
    assert ACTIVATIONS["sigmoid"].derivative(0.0) == largest
    assert ACTIVATIONS["sigmoid"].derivative(0.9) == pytest.approx(of_the_score, abs=1e-4)


def test_the_variance_at_the_start_is_that_of_the_package():
    right, no_two, of_relu, up = numbers("slopes_that_vanish", "variance-at-the-start")
    network = initialize((300, 100), np.random.default_rng(0), "tanh")
    assert network.W[0][:, 1:].var() == pytest.approx(right, rel=0.03)
    assert (no_two, of_relu) == pytest.approx((1 / 400, 2 / 300))
    assert up == pytest.approx(1 / 300)


# --- Exercises ---


def test_the_slope_of_softplus_from_its_output():
    for s in (-3.0, 0.0, 2.0):
        measured = central_difference(softplus, s)
        assert measured == pytest.approx(1 - np.exp(-softplus(s)), abs=1e-9)
        assert measured == pytest.approx(sigmoid(s), abs=1e-9)


def test_the_variance_for_a_leaky_relu_keeps_the_size():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(1000, 300)), rng.normal(size=(300, 300))
    S = X @ (W * np.sqrt(2 / ((1 + 0.1**2) * 300))).T
    assert np.mean(np.maximum(S, 0.1 * S) ** 2) == pytest.approx(np.mean(X**2), rel=0.05)


def test_the_blame_of_tanh_fades_but_the_gradients_of_its_weights_do_not():
    rng = np.random.default_rng(0)
    network = figures.usual_start((*[100] * 7, 1), rng, "tanh")
    X, y = 0.5 * rng.normal(size=(200, 100)), rng.integers(2, size=200)
    blame = [np.linalg.norm(dS) for dS in score_gradients(network, X, y, "binary_cross_entropy")]
    _, gradients = loss_and_gradients(network, X, y, "binary_cross_entropy")
    of_weights = [np.linalg.norm(dW[:, 1:]) for dW in gradients.dW]
    assert blame[0] < blame[5] / 10
    assert max(of_weights[:6]) < 2.5 * min(of_weights[:6])
    outputs = [np.linalg.norm(output) for output in forward(network, X).outputs]
    np.testing.assert_allclose(np.divide(outputs[1:], outputs[:-1]), 3**-0.5, rtol=0.05)
    assert (blame[0] / blame[5]) ** (1 / 5) == pytest.approx(3**-0.5, rel=0.1)
