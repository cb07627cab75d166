"""What the chapter "Weight penalties" says of its figures and experiments is what they show."""

import numpy as np
import pytest
from figures.asked import at_start, numbers

from dlcourse.backprop import loss_and_gradients
from dlcourse.figures import weight_penalties as figures
from dlcourse.network import forward, initialize, network_from_weights, predict_scores
from dlcourse.optimizers import SGD, Adam
from dlcourse.penalties import l1_penalty_gradient, l2_penalty, l2_penalty_gradient, soft_threshold

CHAPTER = "weight_penalties"


@pytest.mark.parametrize(
    ("question", "stands"),
    [
        ("what-a-price-does", {"strength": 0}),
        ("what-grows-with-the-price", {"strength": 1e-6}),
        ("clouds-on-the-move", {"bias": "free", "strength": 0.1, "shift": 0}),
        ("which-reaches-the-axis", {"penalty": "L2", "strength": 0}),
        ("which-weights-are-left", {"strength": 0.01, "seed": 1}),
        ("errors-against-the-strength", {"penalty": "L2", "strength": 0}),
    ],
)
def test_where_the_figures_wait(question, stands):
    controls = at_start(CHAPTER, question).controls
    assert {control.name: control.values[control.start] for control in controls} == stands


# --- Ten points ---


def misses(strength, seed=figures._DRAWING):
    """Distance of a fit from its points and from the source, root mean square."""
    t = figures.noisy_targets(seed)
    w = figures.fit_curve(figures.X, t, strength)
    ours, truth = figures.curve(figures.GRID, w), figures.source(figures.GRID)
    points = figures.curve(figures.X, w) - t
    return np.sqrt([np.mean(points**2), np.mean((ours - truth) ** 2)])


def test_without_a_price_the_fit_goes_through_all_points_and_falls_between_two():
    w = figures.fit_curve(figures.X, figures.noisy_targets(figures._DRAWING), 0)
    assert misses(0)[0] < 1e-6
    heights = figures.curve(figures.GRID, w)
    assert round(heights.min(), 1) == -2.5
    assert figures.X[0] < figures.GRID[heights.argmin()] < figures.X[1]
    assert round(np.abs(w[1:]).max()) == 186
    assert np.abs(figures.fit_curve(figures.X, heights[::11][:10], 1e-5)[1:]).max() < 20


def test_the_large_weights_were_there_for_the_noise():
    def largest(t, price=0):
        return np.abs(figures.fit_curve(figures.X, t, price)[1:]).max()

    clean, noisy = figures.source(figures.X), figures.noisy_targets(figures._DRAWING)
    assert largest(clean) < 6
    assert largest(noisy - clean) > 30 * largest(clean)
    assert largest(noisy, 1e-5) < 2 * largest(clean)
    others = [largest(figures.noisy_targets(seed)) for seed in range(100)]
    assert np.median(others) > 10 * largest(clean)


def test_a_price_brings_the_fit_nearer_and_too_high_a_price_flattens_it():
    missed = np.array([misses(strength) for strength in figures._STRENGTHS])
    assert (np.diff(missed[:, 0]) > 0).all()
    lowest = missed[:, 1].argmin()
    assert figures._STRENGTHS[lowest] == 0.001
    assert (np.diff(missed[: lowest + 1, 1]) < 0).all()  # closer at first
    assert (np.diff(missed[lowest:, 1]) > 0).all()
    assert round(missed[0, 1] / missed[:, 1].min()) == 5
    t = figures.noisy_targets(figures._DRAWING)
    flat = figures.curve(figures.GRID, figures.fit_curve(figures.X, t, 10))
    assert np.ptp(flat) < 0.1
    assert np.abs(figures.fit_curve(figures.X, t, 1e-5)[1:]).max() < 7


def test_the_fit_is_where_loss_and_penalty_are_lowest():
    t, strength = figures.noisy_targets(0), 1e-3
    w = figures.fit_curve(figures.X, t, strength)

    def cost(w):
        return np.mean((figures.curve(figures.X, w) - t) ** 2) / 2 + l2_penalty([[w]], strength)

    nudges = np.vstack([np.eye(10), -np.eye(10)]) * 1e-3
    assert all(cost(w + nudge) > cost(w) for nudge in nudges)


# --- Bias and variance ---


@pytest.mark.parametrize("first_seed", [0, 200, 1000])
def test_variance_falls_bias_grows_and_the_sum_is_lowest_in_between(first_seed):
    parts = np.array(
        [
            figures.squared_bias_and_variance(figures.many_fits(strength, first_seed))
            for strength in figures._CHARGED
        ]
    )
    bias, variance = parts.T
    assert (np.diff(variance) < 0).all()
    assert (np.diff(bias[1:]) > 0).all()
    assert variance[0] / parts[0].sum() > 0.95
    assert bias[-1] / parts[-1].sum() > 0.95
    assert figures._CHARGED[parts.sum(axis=1).argmin()] in (1e-4, 1e-3)
    assert np.ptp(figures.many_fits(10, first_seed), axis=1).max() < 0.1  # all of them are flat


def test_the_parts_add_up_to_the_error():
    fits = figures.many_fits(1e-4)
    error = np.mean((fits - figures.source(figures.GRID)) ** 2)
    np.testing.assert_allclose(sum(figures.squared_bias_and_variance(fits)), error, rtol=1e-12)


def test_25_fits_are_drawn_at_the_smallest_strength_and_the_mean_of_200():
    figure = at_start(CHAPTER, "what-grows-with-the-price")
    *thin, _, mean = figure.frame_at()[0].marks
    assert len(thin) == 25
    assert mean.width > 3 * max(line.width for line in thin)
    fits = figures.many_fits(min(figures._CHARGED))
    assert len(fits) == 200
    np.testing.assert_array_equal(mean.y, fits.mean(axis=0))
    np.testing.assert_array_equal([line.y for line in thin], fits[:25])


def test_at_the_smallest_strength_the_mean_is_near_and_single_fits_are_not_at_the_ends():
    fits, truth = figures.many_fits(1e-6), figures.source(figures.GRID)
    assert np.abs(fits.mean(axis=0) - truth).max() < 0.1
    off = np.abs(fits - truth).mean(axis=0)
    assert off[[0, 1, 2, 3, 4, -5, -4, -3, -2, -1]].mean() > 1.5 * off[30:70].mean()
    assert np.abs(figures.GRID[off.argmax()]) > 0.8


# --- L2 ---


def test_a_charged_step_is_a_shrunken_weight_and_a_plain_step():
    rng = np.random.default_rng(0)
    W, g = rng.normal(size=(2, 3, 4))
    charged = W - 0.1 * (g + l2_penalty_gradient([W], 0.5)[0])
    shrunken = W.copy()
    shrunken[:, 1:] *= 1 - 2 * 0.1 * 0.5
    np.testing.assert_allclose(charged, shrunken - 0.1 * g)
    right, no_two, taken, no_strength = numbers(CHAPTER, "shrunk-by-one-step")
    np.testing.assert_allclose([right, no_two, taken], [0.98, 1 - 0.1 * 0.1, 2 * 0.1 * 0.1])
    assert right == pytest.approx(1 - 2 * 0.1 * 0.1)
    assert no_strength == 1 - 0.1


@pytest.mark.parametrize("kappa", [0.05, 1.0, 100.0, 200.0])
def test_shrinking_ends_at_a_share_of_the_best_weight(kappa):
    strength, best, w = 0.5, 3.0, 0.0
    for _ in range(2000):
        w -= 0.004 * (kappa * (w - best) + 2 * strength * w)
    assert w == pytest.approx(kappa / (kappa + 2 * strength) * best, rel=1e-3)
    left = {1: 1 / 2, 100: 100 / 101}  # of the curvatures 2 lambda and 200 lambda
    if kappa in left:
        assert w / best == pytest.approx(left[kappa], rel=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_free_bias_travels_and_a_charged_one_lags(seed):
    still, free, charged = (
        figures.fit_line(shift, 0.1, bias, seed)
        for shift, bias in ((0, "free"), (4, "free"), (4, "charged"))
    )

    def crossing(fit):
        return -fit.w[0] / fit.w[1]

    assert crossing(free) - crossing(still) == pytest.approx(4, abs=1e-4)
    np.testing.assert_allclose(free.w[1:], still.w[1:], atol=1e-5)
    assert 1.5 < crossing(charged) - crossing(still) < 2.5
    assert free.right > 0.9
    assert 0.65 < charged.right < 0.85
    assert figures.fit_line(8, 0.1, "free", seed).right == still.right


@pytest.mark.parametrize("seed", range(5))
def test_the_boundary_runs_between_the_clouds_and_a_lagging_one_cuts_through_the_left(seed):
    X, y = figures._clouds(0, seed)
    w0, w1, _ = figures.fit_line(0, 0.1, "free", seed).w
    assert X[y == 1, 0].mean() < -1.5 < 1.5 < X[y == 0, 0].mean()
    assert abs(w0 / w1) < 0.3
    X, y = figures._clouds(4, seed)
    w = figures.fit_line(4, 0.1, "charged", seed).w
    wrong = (w[0] + X @ w[1:] > 0) != y
    assert 0.3 < wrong[y == 1].mean() < 0.7
    assert not wrong[y == 0].any()
    assert X[:, 0].min() > 0  # so a boundary at 0 has all points on one side


# --- L1 ---


def test_only_the_diamond_puts_a_weight_on_an_axis():
    for strength in figures._PRICES:
        assert (figures.cheapest("L2", strength) > 0.25).all()
    zero = {s: figures.cheapest("L1", s)[1] == 0 for s in figures._PRICES}
    assert [s for s, is_zero in zero.items() if is_zero] == [1.4, 1.6, 2.0]
    assert all(figures.cheapest("L1", s)[0] > 0.01 for s in figures._PRICES)


@pytest.mark.parametrize(("penalty", "power"), [("L2", 2), ("L1", 1)])
@pytest.mark.parametrize("strength", figures._PRICES)
def test_all_weights_on_the_orange_line_cost_as_much(penalty, power, strength):
    marks = figures.ball_and_diamond().frame_at(penalty=penalty, strength=strength)[0].marks
    line, path = (mark for mark in marks if getattr(mark, "label", "") in ("as cheap", "cheapest"))
    end = np.array([path.x, path.y])[:, path.upto]
    np.testing.assert_array_equal(end, figures.cheapest(penalty, strength))
    x, y = line.x, line.y
    if penalty == "L1":  # between its corners, too
        x, y = (np.append(corners, (corners[:-1] + corners[1:]) / 2) for corners in (x, y))
    np.testing.assert_allclose(
        np.abs(x) ** power + np.abs(y) ** power, (np.abs(end) ** power).sum()
    )


@pytest.mark.parametrize("penalty", ["L2", "L1"])
@pytest.mark.parametrize("strength", figures._PRICES)
def test_the_cheapest_weights_are_cheapest(penalty, strength):
    def cost(w):
        d = w - figures.BOTTOM
        return d @ figures.BENDS @ d / 2 + strength * (
            (w**2).sum() if penalty == "L2" else np.abs(w).sum()
        )

    w = figures.cheapest(penalty, strength)
    for turn in np.linspace(0, 2 * np.pi, 16):
        assert cost(w + 0.01 * np.array([np.cos(turn), np.sin(turn)])) > cost(w)


def test_threshold_of_the_self_test():
    right, away, zero, kept = numbers(CHAPTER, "threshold-a-weight")
    np.testing.assert_allclose(soft_threshold([-0.7], 0.3), right)
    np.testing.assert_allclose([away, zero, kept], [-0.7 - 0.3, 0, -0.7])


@pytest.mark.parametrize("start", [1.0, 0.37, -2.0])
def test_plain_steps_jump_over_zero_for_ever(start):
    plain, proximal, signs = start, start, []
    for _ in range(1000):
        plain -= 0.1 * (plain - 0.3 + 0.5 * np.sign(plain))
        proximal = soft_threshold(proximal - 0.1 * (proximal - 0.3), 0.1 * 0.5)
        signs.append(np.sign(plain))
    assert proximal == 0
    assert 0 not in signs
    assert set(signs[-20:]) == {-1, 1}


# --- Paths ---


def found(seed, strength=1.0):
    return figures.paths("L1", seed)[figures._PATH.index(strength)] != 0


def test_at_strength_one_the_three_useful_inputs_are_left_in_each_data_set_shown():
    useful = figures.TRUE_WEIGHTS != 0
    for seed in figures._LISTS:
        assert (found(seed) == useful).all()
        assert (figures.paths("L2", seed) != 0).all()
    assert (figures.paths("L1", 1)[0] != 0).all()
    assert round(figures.paths("L1", 1)[0, 5], 2) == 1.05
    for penalty in ("L2", "L1"):
        first = figures.paths(penalty, 1)[0]
        assert (first != 0).all()
        assert first[~useful].max() > 1


def test_at_strength_one_l1s_useful_weights_are_too_small_and_l2s_useless_ones_small():
    useful, at = figures.TRUE_WEIGHTS != 0, figures._PATH.index(1.0)
    for seed in figures._LISTS:
        assert (figures.paths("L1", seed)[at] < figures.TRUE_WEIGHTS)[useful].all()
    weights = figures.paths("L2", 1)[at]
    assert np.abs(weights[~useful]).max() < 0.2 < weights[useful].min() / 2


def test_the_three_are_found_in_78_of_100_and_too_small():
    seeds, useful = range(1, 101), figures.TRUE_WEIGHTS != 0
    assert sum((found(seed) == useful).all() for seed in seeds) == 78
    at_one = [figures.paths("L1", seed)[figures._PATH.index(1.0)][useful] for seed in seeds]
    np.testing.assert_allclose(np.mean(at_one, axis=0), [2.2, 1.0, 1.0], atol=0.05)


def test_the_paths_have_settled():
    """One step more changes nothing."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(2)
    near = 0.5 ** np.abs(np.subtract.outer(range(8), range(8)))
    inputs = rng.normal(size=(40, 8)) @ np.linalg.cholesky(near).T
    t = inputs @ figures.TRUE_WEIGHTS + 1.5 * rng.normal(size=40)
    for strength, w in zip(figures._PATH, figures.paths("L1", 2), strict=True):
        lasso = linear_model.Lasso(alpha=strength, tol=1e-10).fit(inputs, t)
        np.testing.assert_allclose(w, lasso.coef_, atol=1e-5)


# --- Decay beside the step ---


def shrunk(optimizer, decoupled):
    W = np.ones(3)
    state = optimizer.init(W)
    for t in range(1000):
        g = np.array([0.01, 1, 10]) * (-1) ** t
        if decoupled:
            W *= 1 - 2 * 0.01 * 0.05
        else:
            g += 2 * 0.05 * W
        optimizer.step(W, g, state)
    return W


def test_only_adam_with_the_penalty_in_its_slope_shrinks_unevenly():
    for optimizer, decoupled in ((SGD(0.01), False), (SGD(0.01), True), (Adam(0.01), True)):
        np.testing.assert_allclose(shrunk(optimizer, decoupled), 0.999**1000, atol=0.07)
        assert shrunk(optimizer, decoupled).round(1).tolist() == [0.4, 0.4, 0.4]
    first, middle, last = shrunk(Adam(0.01), False)
    assert abs(first) < 0.01
    assert middle == pytest.approx(0.999**1000, abs=0.02)
    assert last == pytest.approx(0.9, abs=0.02)
    np.testing.assert_allclose(shrunk(SGD(0.01), False), shrunk(SGD(0.01), True))


# --- Digits ---


def mean_errors(penalty, strength):
    return figures.digit_errors(penalty).mean(axis=1)[figures.DIGIT_STRENGTHS.index(strength)]


@pytest.mark.parametrize(
    ("penalty", "strength", "seed"), [("L2", 0, 3), ("L2", 0.01, 1), ("L1", 0.005, 4)]
)
def test_errors_are_what_is_stored_of_them(penalty, strength, seed):
    stored = figures.digit_errors(penalty)[figures.DIGIT_STRENGTHS.index(strength), seed]
    # other machines round elsewhere, and each step builds on
    np.testing.assert_allclose(figures.learned(penalty, strength, seed)[1:], stored, atol=0.02)


def test_the_errors_where_the_figure_starts():
    training, validation = mean_errors("L2", 0)
    assert training == pytest.approx(0.17, abs=0.01)
    assert validation == pytest.approx(0.25, abs=0.01)


def test_with_l2_the_training_error_rises_and_the_other_falls_then_rises():
    errors = np.array([mean_errors("L2", s) for s in figures.DIGIT_STRENGTHS])
    training, validation = errors.T
    assert (np.diff(training) > 0).all()
    best = int(validation.argmin())
    assert figures.DIGIT_STRENGTHS[best] == 0.01
    assert validation[best] == pytest.approx(0.19, abs=0.01)
    assert (np.diff(validation[: best + 1]) < 0).all()
    assert (np.diff(validation[best:]) > 0).all()


def test_l2_helps_in_each_of_the_runs():
    for seed in figures.SEEDS:
        without, with_it = (
            figures.digit_errors("L2")[figures.DIGIT_STRENGTHS.index(s), seed, 1] for s in (0, 0.01)
        )
        assert with_it < without - 0.01


def smoothness(weights):
    """Correlation of neighbouring pixels' weights."""
    images = weights.reshape(-1, 14, 14)
    return np.corrcoef(images[:, :, 1:].ravel(), images[:, :, :-1].ravel())[0, 1]


@pytest.mark.parametrize("seed", figures.SEEDS)
def test_weights_turn_from_speckles_to_smooth_patches(seed):
    plain, charged = (smoothness(figures.learned("L2", s, seed).weights) for s in (0, 0.01))
    assert plain < 0.35
    assert charged > plain + 0.2


def test_few_wrong_labels_are_learned_with_the_best_penalty():
    learned, right = [], []
    for seed in figures.SEEDS:
        X, y = figures.mislabelled_digits(seed)
        for strength in (0, 0.01):
            network = figures.learn(X, y, "L2", strength, np.random.default_rng(seed))
            learned.append((predict_scores(network, X[:100]).argmax(axis=1) == y[:100]).sum())
            right.append((predict_scores(network, X[100:]).argmax(axis=1) == y[100:]).mean())
    without, with_it = np.reshape(learned, (-1, 2)).T
    right_without, right_with = np.reshape(right, (-1, 2)).mean(axis=0)
    assert 0 < right_without - right_with < 0.06  # the wrong ones, above all
    assert (without - with_it).mean() > 20
    assert without.mean() == pytest.approx(38, abs=2)
    assert with_it.mean() == pytest.approx(10, abs=2)
    assert (with_it < without / 2).all()


def test_l1_makes_two_thirds_zero_and_helps_a_little():
    validation = [mean_errors("L1", s)[1] for s in figures.DIGIT_STRENGTHS]
    assert min(validation) == pytest.approx(0.23, abs=0.01)
    at = figures.DIGIT_STRENGTHS.index(0.005)
    assert validation[at] < min(validation) + 0.005
    zeros = [(figures.learned("L1", 0.005, seed).weights == 0) for seed in figures.SEEDS]
    assert np.mean(zeros) == pytest.approx(2 / 3, abs=0.03)
    by_pixel = np.mean(zeros, axis=(0, 1)).reshape(14, 14)
    inner = by_pixel[3:11, 3:11].mean()
    assert by_pixel.sum() - by_pixel[3:11, 3:11].sum() > by_pixel.sum() / 2
    assert inner < 0.6 < by_pixel[[0, 1, -2, -1]].mean()
    for zero in zeros:
        dropped = zero.all(axis=0).reshape(14, 14)  # by all units
        assert dropped.sum() > 50
        assert dropped[2:-2, 2:-2].sum() < 0.1 * dropped.sum()  # half of all pixels


@pytest.mark.parametrize("seed", figures.SEEDS)
def test_trained_along_the_sign_no_weight_is_zero(seed):
    X, y = figures.mislabelled_digits(seed)
    rng = np.random.default_rng(seed)
    network = initialize((196, 16, 10), rng, "relu", np.float32)
    for _ in range(figures.EPOCHS):
        for batch in rng.permutation(500).reshape(-1, 50):
            gradients = loss_and_gradients(network, X[batch], y[batch])[1]
            for W, dW, slope in zip(
                network.W, gradients.dW, l1_penalty_gradient(network.W, 0.005), strict=True
            ):
                W -= figures.RATE * (dW + slope)
    assert not any((W[:, 1:] == 0).any() for W in network.W)


@pytest.mark.parametrize("seed", figures.SEEDS)
def test_steps_along_the_sign_leave_no_zero(seed):
    X, y = figures.mislabelled_digits(seed)
    network = figures.learn(X, y, "L2", 0, np.random.default_rng(seed))
    for batch in np.random.default_rng(seed).permutation(500).reshape(-1, 50):
        gradients = loss_and_gradients(network, X[batch], y[batch])[1]
        for W, dW, slope in zip(
            network.W, gradients.dW, l1_penalty_gradient(network.W, 0.005), strict=True
        ):
            W -= figures.RATE * (dW + slope)
    assert not (network.W[0] == 0).any()


def test_the_best_is_picked_from_eight_validation_errors():
    for penalty in ("L2", "L1"):
        marks = figures.digits_with_wrong_labels().frame_at(penalty=penalty)[0].marks
        (line,) = (mark for mark in marks if getattr(mark, "label", "") == "other digits")
        assert len(line.y) == len(figures.DIGIT_STRENGTHS) == 8


def test_with_right_labels_a_penalty_gains_little():
    errors = np.array(
        [
            [figures.learned("L2", s, seed, wrong=0).validation_error for seed in figures.SEEDS]
            for s in figures.DIGIT_STRENGTHS
        ]
    ).mean(axis=1)
    without, best = errors[0], errors.min()
    assert without == pytest.approx(0.136, abs=0.004)
    assert best == pytest.approx(0.128, abs=0.004)
    assert best < without


# --- Exercises ---


def test_relu_units_can_be_rescaled_and_the_penalty_changes():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(1, 4)), rng.normal(size=(1, 2))
    X = rng.normal(size=(20, 3))
    scaled = [10 * first, second / [[1, 10]]]
    one, other = (
        forward(network_from_weights(W, "relu"), X).scores for W in ([first, second], scaled)
    )
    np.testing.assert_allclose(one, other)
    A, B = (first[:, 1:] ** 2).sum(), second[0, 1] ** 2
    assert l2_penalty(scaled, 1.0) == pytest.approx(100 * A + B / 100)
    factors = np.geomspace(0.1, 10, 2001)
    sums = A * factors**2 + B / factors**2
    c = factors[sums.argmin()]
    assert A * c**2 == pytest.approx(B / c**2, rel=0.02)


def test_l2_shares_between_equal_inputs():
    w1 = np.linspace(-1, 2, 301)
    squares, sizes = w1**2 + (1 - w1) ** 2, np.abs(w1) + np.abs(1 - w1)
    assert w1[squares.argmin()] == pytest.approx(0.5)
    assert squares.min() == pytest.approx(0.5)
    np.testing.assert_allclose(sizes[(w1 >= 0) & (w1 <= 1)], 1)


def test_at_a_tiny_price_the_fit_misses_the_points_by_less_than_their_noise():
    noise = figures.noisy_targets(figures._DRAWING) - figures.source(figures.X)
    assert 0 < misses(1e-5)[0] < np.sqrt(np.mean(noise**2))


def test_l2_gives_each_weight_a_factor_of_its_own_and_turns_some_signs():
    for seed in figures._LISTS:
        weights = figures.paths("L2", seed)
        factors = weights[figures._PATH.index(1.0)] / weights[0]
        assert np.ptp(factors) > 0.5
        assert (factors < 0).any()


def test_at_its_strongest_l2_leaves_both_weights_small_and_none_zero():
    w = figures.cheapest("L2", max(figures._PRICES))
    assert (w > 0).all()
    assert (w < 0.4).all()


def test_a_charged_bias_turns_the_boundary_and_a_free_one_does_not():
    def tilt(shift, bias):
        _, w1, w2 = figures.fit_line(shift, 0.1, bias).w
        return np.degrees(np.arctan2(w2, -w1))

    assert abs(tilt(4, "free") - tilt(0, "free")) < 0.1
    assert abs(tilt(4, "charged") - tilt(0, "charged")) > 15
    sizes = [np.abs(figures.fit_line(shift, 0.1, "charged").w[1]) for shift in (0, 4, 8)]
    assert sizes[0] > sizes[1] > sizes[2]
