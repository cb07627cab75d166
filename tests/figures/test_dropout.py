"""What the chapter "Dropout" says of its figures and experiments is what they show."""

import inspect
import re

import numpy as np
import pytest
from figures.asked import at_start, numbers
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.backprop import (
    allocate_gradients,
    backpropagate,
    loss_and_gradients,
    output_gradient,
    output_targets,
)
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.dropout import apply_dropout, fill_dropout_mask
from dlcourse.estimators import MLPClassifier
from dlcourse.figures import dropout as figures
from dlcourse.network import allocate, forward, initialize, propagate
from dlcourse.optimizers import Momentum
from dlcourse.training import train

CHAPTER = "dropout"
SEEDS = range(3)


def test_the_figures_wait_where_their_questions_say():
    without, trained = at_start(CHAPTER, "what-units-look-for").frame_at()
    np.testing.assert_array_equal(without.marks[0].pixels, trained.marks[0].pixels)
    (losing,) = at_start(CHAPTER, "half-of-the-units-gone").frame_at()
    assert [line.upto for line in losing.marks] == [0, 0]
    assert [round(1 / line.y[0]) for line in losing.marks] == [8, 10]  # one in eight or ten
    network, histogram = at_start(CHAPTER, "which-line-moves").frame_at()
    assert network.title == "all units"
    assert np.ptp([rule.x for rule in histogram.marks[1:3]]) < 1e-12
    members = at_start(CHAPTER, "mean-of-probabilities").controls[0]
    assert members.values[members.start] == 1
    (learning,) = at_start(CHAPTER, "a-larger-rate").frame_at()
    assert [line.upto for line in learning.marks] == [0, 0, 0]
    assert learning.marks[0].y[0] == errors_of(0.01, NOTHING)[0]
    (grid,) = at_start(CHAPTER, "best-p").frame_at()
    _, kept = grid.marks  # a band and one line, that of all inputs
    assert round(kept.y[0], 2) == 0.11


# --- What units look for ---


def test_a_unit_is_light_where_it_likes_ink():
    for p in figures.FEATURE_P:
        tiles = figures._tiles(p)
        assert tiles.scale == "grey"  # black for low and white for high
        assert tuple(tiles.domain) == (-1, 1)
        np.testing.assert_array_equal(tiles.pixels, figures.features(p))


def test_weight_gathers_in_fewer_places_as_p_grows():
    shares = [figures.in_the_strongest_tenth(p) for p in figures.FEATURE_P]
    assert (np.diff(shares) > 0.01).all()
    assert figures.features(0.5).shape == (36, 28, 28)


def gathered(p):
    """How much of each unit's squared weights its best 11 x 11 pixels hold, 15 % of the image."""
    squares = figures.features(p) ** 2
    windows = sliding_window_view(squares, (11, 11), axis=(1, 2)).sum(axis=(3, 4))
    return windows.max(axis=(1, 2)) / squares.sum(axis=(1, 2))


def test_with_dropout_some_units_are_quiet_but_for_one_place():
    """The strongest pixel stands out more from a unit's usual one."""
    typical = [
        np.median(np.abs(figures.features(p)).reshape(36, -1).mean(axis=1)) for p in (0.0, 0.5)
    ]
    assert typical[1] < 0.9 * typical[0]
    assert (gathered(0.5) > 0.5).sum() >= 5
    sizes = {p: np.abs(figures.features(p)).reshape(36, -1) for p in (0.0, 0.5)}
    quiet = {p: np.median(size, axis=1) < size.max(axis=1) / 10 for p, size in sizes.items()}
    assert quiet[0.5].sum() >= 3
    assert not quiet[0.0].any()


def test_without_dropout_units_cover_the_image_and_with_it_they_find_spots_and_strokes():
    assert gathered(0.0).max() < 0.4  # hardly one looks like a part of a digit
    quarters = (figures.features(0.0) ** 2).reshape(36, 2, 14, 2, 14).sum(axis=(2, 4))
    assert (quarters.min(axis=(1, 2)) > 0.1 * quarters.sum(axis=(1, 2))).all()
    in_one_place = {p: (gathered(p) > 0.4).mean() for p in figures.FEATURE_P}
    assert max(in_one_place[p] for p in figures.FEATURE_P if p < 0.5) < 0.2
    assert min(in_one_place[p] for p in figures.FEATURE_P if p >= 0.5) > 0.4


def test_at_eight_tenths_a_few_units_look_for_a_whole_digit_and_most_for_smaller_things():
    X, y, _, _ = load_digits_subset()
    digits = [X[y == digit].mean(axis=0) for digit in range(10)]
    alike = {
        p: np.corrcoef(np.vstack([figures.features(p).reshape(36, -1), digits]))[:36, 36:]
        for p in figures.FEATURE_P
    }
    whole = {p: (table.max(axis=1) > 0.42).sum() for p, table in alike.items()}
    assert 2 <= whole[0.8] <= 6
    assert whole[0.0] == whole[0.2] == whole[0.5] == 0
    assert (gathered(0.8) > 0.4).mean() > 0.5


# --- Losing units ---


def test_losing_units_costs_a_network_without_dropout_more():
    without, dropped = (
        np.mean([figures.losing_units(p, seed) for seed in SEEDS], axis=0) for p in (0.0, 0.5)
    )
    at = figures._REMOVED.index
    assert round(without[0], 2) == 0.12
    assert round(dropped[0], 2) == 0.10
    assert 0.30 < without[at(50)] < 0.36  # one in three
    assert 0.19 < without[at(30)] < 0.25  # one in five
    assert round(dropped[at(50)], 2) == 0.14
    assert without[at(20)] < 0.2 < without[at(30)]


def left_of_the_terms(p, seed):
    """How much of the terms of a score is left when they are added up."""
    network = figures.digit_reader(p, seed)
    terms = figures._hidden(network)[:, np.newaxis] * network.W[-1][:, 1:]
    return (np.abs(terms.sum(axis=2)) / np.abs(terms).sum(axis=2)).mean()


def test_without_dropout_units_balance_each_other():
    for seed in SEEDS:
        assert left_of_the_terms(0.0, seed) < 0.3
        assert left_of_the_terms(0.0, seed) < 0.75 * left_of_the_terms(0.5, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_units_do_worse_scaled_or_not(seed):
    network, rng = figures.digit_reader(0.5, seed), np.random.default_rng(seed)
    whole = figures.error_with(network, np.ones(figures.UNITS, np.float32))
    for _ in range(10):
        half = (rng.permutation(figures.UNITS) < 50).astype(np.float32)
        assert figures.error_with(network, half) > whole + 0.005
        assert figures.error_with(network, 2 * half) > whole + 0.005


def test_losing_one_unit_costs_four_times_as_much():
    prices = {p: np.mean([figures.price_of_one(p, seed) for seed in SEEDS]) for p in (0.0, 0.5)}
    assert prices[0.0] > 4 * prices[0.5] > 0


def correlation(p, seed):
    outputs = forward(figures.digit_reader(p, seed), figures._few_digits()[2]).outputs[0]
    table = np.corrcoef(outputs[:, outputs.std(axis=0) > 1e-6].T)
    return np.abs(table[np.triu_indices(len(table), 1)]).mean()


def test_outputs_are_as_correlated_as_before():
    without, dropped = (np.mean([correlation(p, seed) for seed in SEEDS]) for p in (0.0, 0.5))
    assert abs(dropped / without - 1) < 0.1


# --- The mask ---


@pytest.mark.parametrize("p", [0.2, 0.5, 0.7])
def test_the_mean_is_kept_and_the_variance_is_the_formulas(p):
    scores, weights = figures.masked_scores(p, True), figures.chances(figures.MASKS, p)
    terms = figures.W_OUT[1:] * figures.H
    assert weights.sum() == pytest.approx(1)
    assert weights @ scores == pytest.approx(terms.sum())
    variance = weights @ (scores - terms.sum()) ** 2
    assert variance == pytest.approx(p / (1 - p) * (terms**2).sum())
    unscaled = figures.masked_scores(p, False)
    assert weights @ unscaled == pytest.approx((1 - p) * terms.sum())


def test_what_is_not_scaled_is_half_as_large_and_nothing_makes_up_for_it():
    means = figures.chances(figures.MASKS, 0.5) @ (figures.MASKS * figures.H)
    np.testing.assert_allclose(means, figures.H / 2)
    for p in (0.2, 0.5, 0.7):
        for draw in figures._DRAWS[1:]:
            kept, sent = figures._drawn(p, draw, False)
            assert (sent <= figures.H).all()
            assert (figures._drawn(p, draw, True)[1] > figures.H)[kept].all()


def test_the_histogram_shows_all_of_the_masks():
    for p in (0.2, 0.5, 0.7):
        for scaled in (False, True):
            scores = figures.masked_scores(p, scaled)
            assert figures._EDGES[0] < scores.min() <= scores.max() < figures._EDGES[-1]


def test_two_large_weights_make_more_noise_than_two_small_ones():
    noise = [np.square(pair).sum() for pair in ((10, -9), (0.5, 0.5))]
    assert noise[0] > 100 * noise[1]


def test_self_tests_on_the_mask():
    right, over_p, test_time = numbers(CHAPTER, "factor-of-the-kept")
    assert (right, over_p, test_time) == (1 / 0.8, 1 / 0.2, 0.8)
    assert set(np.unique(apply_dropout(np.ones(100), 0.2, np.random.default_rng(0)))) == {0, right}
    right, by_p, factors, squared = numbers(CHAPTER, "variance-at-eight-tenths")
    assert right == pytest.approx((0.8 / 0.2) / (0.5 / 0.5))
    assert (by_p, squared) == (pytest.approx(0.8 / 0.5), right**2)
    assert factors == pytest.approx((1 / 0.2) / (1 / 0.5))


def test_one_line_multiplies_by_the_mask_on_the_way_up_and_one_on_the_way_down():
    for way in (propagate, backpropagate):
        multiplies = re.findall(r".*(?:\*= masks|multiply\(.*masks).*", inspect.getsource(way))
        assert len(multiplies) == 1


def test_exercise_mean_loss_is_loss_plus_penalty():
    rng = np.random.default_rng(0)
    x, w, t, p = rng.normal(size=6), rng.normal(size=6), 0.3, 0.3
    weights = figures.chances(figures.MASKS, p)
    mean = weights @ ((figures.MASKS * x / (1 - p)) @ w - t) ** 2 / 2
    penalty = p / (2 * (1 - p)) * (w**2 * x**2).sum()
    assert mean == pytest.approx((w @ x - t) ** 2 / 2 + penalty)


# --- Sub-networks ---


@pytest.mark.parametrize("seed", range(6))
def test_the_whole_network_is_the_mean_of_its_sub_networks(seed):
    (X, y), network = figures.moons_examples(), figures.moons_network(seed)
    scores, whole = figures.all_scores(network, X), figures.one_pass(network, X)
    assert scores.shape == (256, 200)
    np.testing.assert_allclose(figures.ensemble(scores, 256, "scores"), whole, rtol=1e-10)
    members = ((scores > 0) == y).mean(axis=1)
    right = ((whole > 0.5) == y).mean()
    assert right > members.mean() + 0.02
    mean = figures.ensemble(scores, 256, "probabilities")
    assert ((mean > 0.5) == (whole > 0.5)).mean() > 0.97
    assert (np.abs(mean - 0.5) < np.abs(whole - 0.5) + 1e-9).mean() > 0.9
    assert (np.abs(mean - 0.5) < np.abs(whole - 0.5) - 1e-9).mean() > 0.88  # few are equal
    assert np.abs(mean - whole).mean() > 0.04


@pytest.mark.parametrize("seed", range(6))
def test_with_two_layers_one_pass_is_near_the_mean(seed):
    (X, _), network = figures.moons_examples(), figures.moons_network(seed, (5, 5))
    scores, one = figures.all_scores(network, X), forward(network, X).scores[:, 0]
    off = np.abs(scores.mean(axis=0) - one).mean()
    assert scores.shape == (1024, 200)
    assert 1e-3 < off < scores.std(axis=0).mean() / 20


def test_more_members_are_better():
    gains = []
    for seed in range(6):
        (X, y), network = figures.moons_examples(), figures.moons_network(seed)
        scores = figures.all_scores(network, X)
        gains.append(
            [
                ((figures.ensemble(scores, k, "probabilities") > 0.5) == y).mean()
                for k in (1, 8, 256)
            ]
        )
    one, some, every = np.mean(gains, axis=0)
    assert one + 0.02 < some <= every < some + 0.03


@pytest.mark.parametrize("average", ["probabilities", "scores"])
def test_one_sub_network_draws_a_crude_border_and_a_few_together_a_good_one(average):
    (X, y), network = figures.moons_examples(), figures.moons_network(0)
    scores = figures.all_scores(network, X)
    one, *few, every = (
        ((figures.ensemble(scores, members, average) > 0.5) == y).mean()
        for members in (1, 2, 4, 8, 256)
    )
    assert one < 0.75
    assert min(few) > 0.88
    assert every - min(few) < 0.03


# --- Digits ---


NOTHING, UNITS, INPUTS = figures.DROPPED


def errors_of(rate, dropped):
    """By epoch, mean of the runs."""
    return figures.errors(800, rate, *dropped).mean(axis=0)


def last(rate, dropped):
    return figures.errors(800, rate, *dropped)[:, -1]


def test_dropout_helps_at_the_small_rate_in_every_run():
    plain, units, inputs = (last(0.01, dropped) for dropped in figures.DROPPED)
    assert len(plain) == 8
    assert {len(last(rate, how)) for rate in figures.RATES for how in figures.DROPPED} == {8}
    assert max(units) < min(plain)
    assert max(inputs) < min(units)


def test_dropout_starts_behind():
    first = [figures.errors(800, 0.01, *d)[:, 0].mean() for d in figures.DROPPED]
    assert first[0] < first[1] < first[2]
    third = [figures.errors(800, 0.01, *d)[:, 2].mean() for d in figures.DROPPED]
    assert abs(third[0] - third[1]) < 0.001
    assert third[0] < third[2]
    behind = errors_of(0.01, UNITS) > errors_of(0.01, NOTHING)
    assert behind[:8].all()
    assert not behind[8:].any()


def test_dropout_hurts_at_the_large_rate():
    plain, units, inputs = (last(0.1, dropped).mean() for dropped in figures.DROPPED)
    assert 1.9 < units / plain < 2.4
    assert 3.8 < inputs / plain < 4.4
    assert max(last(0.1, NOTHING)) < min(last(0.1, UNITS))


def test_at_the_large_rate_with_inputs_dropped_the_error_stops_and_climbs_after_epoch_60():
    losing = errors_of(0.1, INPUTS)
    assert 0.09 < losing[15:60].min() < losing[15:55].max() < 0.115
    assert (figures.errors(800, 0.1, *INPUTS)[:, 59] < last(0.1, INPUTS)).all()
    plain = errors_of(0.1, NOTHING)
    early, late = losing[59] - plain[59], losing[-1] - plain[-1]
    assert 0.35 < early / late < 0.6  # half of it comes after epoch 60


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mask_adds_noise_to_the_gradient(seed):
    network, (X, y, _, _) = figures.digit_reader(0.5, seed), figures._few_digits()
    targets = output_targets(y, "cross_entropy", 10, np.float32)
    buffers, gradients = allocate(network, 50, dropout=True), allocate_gradients(network)
    noise = {}
    for p in (0.0, 0.5):
        rng, found = np.random.default_rng(seed), []
        for batch in np.split(rng.permutation(len(X)), 20):
            buffers.units[0][...] = X[batch]
            for mask in buffers.masks:
                fill_dropout_mask(mask, p, rng)
            propagate(network, buffers)
            output_gradient(buffers, targets[batch], "cross_entropy")
            backpropagate(network, buffers, gradients)
            found.append(gradients.flat.copy())
        noise[p] = np.var(found, axis=0).sum()
    assert noise[0.5] > 3 * noise[0.0]


def test_a_good_rate_brings_what_dropping_units_brings():
    assert last(0.1, NOTHING).mean() < last(0.01, NOTHING).mean() - 0.005
    assert abs(last(0.1, NOTHING).mean() - last(0.01, UNITS).mean()) < 0.002
    fast, slow = (figures.errors(800, rate, *NOTHING)[:, 9].mean() for rate in (0.1, 0.01))
    assert fast < slow - 0.005
    assert last(0.01, INPUTS).mean() < last(0.1, NOTHING).mean() - 0.005
    # 120 epochs were needed: at 40 it had not got there
    assert figures.errors(800, 0.01, *INPUTS)[:, 39].mean() > last(0.01, INPUTS).mean() + 0.005
    # by epoch 20 the large rate has come to its end, by epoch 60 the small one has not
    assert np.abs(np.diff(errors_of(0.1, NOTHING)[[19, 59, 119]])).max() < 0.001
    slow = errors_of(0.01, INPUTS)
    assert slow[50:60].mean() > slow[60:70].mean() + 0.001 > slow[110:].mean() + 0.002


def test_dropping_more_inputs_leaves_less_for_units():
    means = {q: figures._grid(q).mean(axis=1) for q in figures.GRID_Q}
    gains = [means[q][0] - means[q].min() for q in figures.GRID_Q]
    assert gains[0] > 1.3 * gains[1] > 1.5 * gains[2] > 0
    assert round(means[0][0], 2) == 0.11
    assert all(figures._grid(q).shape == (9, 8) for q in figures.GRID_Q)  # eight runs each
    assert figures.GRID_P[int(means[0.4].argmin())] == 0.5
    assert abs(means[0.4][-1] - means[0.4][0]) < 0.003  # all is lost again
    assert np.ptp(means[0.2][3:8]) < 0.005  # between 0.3 and 0.7 it hardly matters
    assert np.ptp(means[0.4][3:8]) < 0.005
    assert means[0.4][5] < means[0.2][5] - 0.003  # two fifths of the inputs do better still
    assert (means[0.4] < means[0.2]).all()  # the curve gets lower
    assert (means[0.2] < means[0.0]).all()
    assert np.ptp(means[0.0]) > 1.3 * np.ptp(means[0.2]) > 1.5 * np.ptp(means[0.4])  # and flatter


def test_less_data_leave_more_mistakes_to_save():
    for dropped in (UNITS, INPUTS):
        many = last(0.01, NOTHING).mean() - last(0.01, dropped).mean()
        few = figures._grid(0.0)[0].mean() - figures.errors(256, 0.01, *dropped).mean()
        assert few > 1.3 * many > 0


def test_the_estimators_line_shows_what_it_should():
    X, y, new, truth = load_digits_subset()
    few, new = half_size(X[:1000]), half_size(new)
    errors = []
    for p, q in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.2)):
        model = MLPClassifier(
            (100,),
            optimizer=Momentum(0.02),
            epochs=40,
            random_state=0,
            dropout=p,
            input_dropout=q,
        )
        errors.append(1 - model.fit(few, y[:1000]).score(new, truth))
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_training_loss_may_stay_above_as_units_are_missing_in_training_only(seed):
    """The small network of the chapter, in its first ten epochs."""
    X, y, new, truth = figures._few_digits()
    rng, whole = np.random.default_rng(seed), []
    network = initialize((196, figures.UNITS, 10), rng, dtype=np.float32)
    history = train(
        network,
        X,
        y,
        validation=(new, truth),
        rng=rng,
        optimizer=Momentum(0.02),
        epochs=10,
        batch_size=50,
        dropout=0.5,
        callbacks=[lambda _: whole.append(loss_and_gradients(network, X, y)[0])],
        progress=False,
    )
    assert (np.array(history.training_loss) > history.validation_loss).all()
    assert (np.array(whole) < history.validation_loss).all()  # the same loss without masks
