"""What the chapter "Dropout" says of its figures and experiments is what they show."""

import numpy as np
import pytest
from figures.asked import numbers

from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.dropout import apply_dropout
from dlcourse.estimators import MLPClassifier
from dlcourse.figures import dropout as figures
from dlcourse.network import forward
from dlcourse.optimizers import Momentum

CHAPTER = "dropout"
SEEDS = range(3)


# --- What units look for ---


def test_weight_gathers_in_fewer_places_as_p_grows():
    shares = [figures.in_the_strongest_tenth(p) for p in figures.FEATURE_P]
    assert (np.diff(shares) > 0.01).all()
    assert figures.features(0.5).shape == (36, 28, 28)


def test_with_dropout_many_units_are_quiet_but_for_one_place():
    """The strongest pixel stands out more from a unit's usual one."""
    typical = [
        np.median(np.abs(figures.features(p)).reshape(36, -1).mean(axis=1)) for p in (0.0, 0.5)
    ]
    assert typical[1] < 0.9 * typical[0]


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


# --- Digits ---


def last(rate, dropped):
    return figures.errors(800, rate, *dropped)[:, -1]


NOTHING, UNITS, INPUTS = figures.DROPPED


def test_dropout_helps_at_the_small_rate_in_every_run():
    plain, units, inputs = (last(0.01, dropped) for dropped in figures.DROPPED)
    assert len(plain) == 8
    assert max(units) < min(plain)
    assert max(inputs) < min(units)


def test_dropout_starts_behind():
    first = [figures.errors(800, 0.01, *d)[:, 0].mean() for d in figures.DROPPED]
    assert first[0] < first[1] < first[2]
    third = [figures.errors(800, 0.01, *d)[:, 2].mean() for d in figures.DROPPED]
    assert abs(third[0] - third[1]) < 0.001
    assert third[0] < third[2]


def test_dropout_hurts_at_the_large_rate():
    plain, units, inputs = (last(0.1, dropped).mean() for dropped in figures.DROPPED)
    assert 1.9 < units / plain < 2.4
    assert 3.8 < inputs / plain < 4.4
    assert max(last(0.1, NOTHING)) < min(last(0.1, UNITS))


def test_a_good_rate_brings_what_dropping_units_brings():
    assert last(0.1, NOTHING).mean() < last(0.01, NOTHING).mean() - 0.005
    assert abs(last(0.1, NOTHING).mean() - last(0.01, UNITS).mean()) < 0.002
    fast, slow = (figures.errors(800, rate, *NOTHING)[:, 9].mean() for rate in (0.1, 0.01))
    assert fast < slow - 0.005
    assert last(0.01, INPUTS).mean() < last(0.1, NOTHING).mean() - 0.005
    # 120 epochs were needed: at 40 it had not got there
    assert figures.errors(800, 0.01, *INPUTS)[:, 39].mean() > last(0.01, INPUTS).mean() + 0.005


def test_dropping_more_inputs_leaves_less_for_units():
    means = {q: figures._grid(q).mean(axis=1) for q in figures.GRID_Q}
    gains = [means[q][0] - means[q].min() for q in figures.GRID_Q]
    assert gains[0] > 1.3 * gains[1] > 1.5 * gains[2] > 0
    assert round(means[0][0], 2) == 0.11
    assert figures.GRID_P[int(means[0.4].argmin())] == 0.5
    assert abs(means[0.4][-1] - means[0.4][0]) < 0.003  # all is lost again
    assert np.ptp(means[0.2][3:8]) < 0.005  # between 0.3 and 0.7 it hardly matters
    assert np.ptp(means[0.4][3:8]) < 0.005
    assert means[0.4][5] < means[0.2][5] - 0.003  # two fifths of the inputs do better still


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
