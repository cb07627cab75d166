"""What the section "Backpropagation, 1986" says of its figures is what they show."""

import numpy as np
import pytest
from figures.asked import at_start, numbers

from dlcourse.activations import sigmoid
from dlcourse.features import append_ones
from dlcourse.figures import backprop_1986 as figures
from dlcourse.history.backprop_1986 import (
    COUPLES,
    ITALIAN,
    PEOPLE,
    SYMMETRY,
    Phase,
    initial_weights,
    learn,
    mirror_patterns,
    output_blame,
    states,
)

CHAPTER = "backprop_1986"
X, D = mirror_patterns()


def test_the_figures_wait_where_their_questions_say():
    said = at_start(CHAPTER, "weights-that-see-symmetry").caption_at()
    assert said.startswith("After 0 sweeps 56 of 64 are right.")
    assert (states(figures.symmetry_path()[0], X)[-1] < 0.5).all()
    assert "7 of 20" in at_start(CHAPTER, "smaller-first-weights").caption_at()
    start, sweeps = at_start(CHAPTER, "same-network-larger-start").controls
    assert (start.values[start.start], sweeps.values[sweeps.start]) == ("±0.3", 1500)
    assert "answers 0%" in at_start(CHAPTER, "same-network-larger-start").caption_at()


# --- The procedure ---


def sweep(W, change, inputs, d, rate, momentum):
    layers = [inputs]
    for w in W:
        layers.append(sigmoid(append_ones(layers[-1]) @ w))
    y = layers[-1]
    blame = (y - d) * y * (1 - y)
    for k in reversed(range(len(W))):
        below = layers[k]
        slope = append_ones(below).T @ blame
        blame = blame @ W[k][1:].T * below * (1 - below)
        change[k] = momentum * change[k] - rate * slope
        W[k] = W[k] + change[k]


def test_the_lines_of_the_text_do_as_the_package_does():
    W = initial_weights((6, 3, 2, 1), 0.3, np.random.default_rng(0))
    *_, theirs = learn(W, X, D, [Phase(5, 0.1, 0.9)])
    change = [np.zeros_like(w) for w in W]
    for _ in range(5):
        sweep(W, change, X, D, 0.1, 0.9)
    for mine, other in zip(W, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


# --- Symmetry ---


def test_each_input_alone_says_nothing():
    symmetric = D[:, 0] == 1
    assert symmetric.sum() == 8
    for group in (symmetric, ~symmetric):
        np.testing.assert_array_equal(X[group].mean(axis=0), 0.5)


def test_the_weights_are_mirrored_and_go_like_1_2_4():
    hidden, output = figures.symmetry_path()[-1]
    np.testing.assert_allclose(hidden[1:4], -hidden[6:3:-1], atol=0.1)
    sizes = np.sort(np.abs(hidden[1:4]), axis=0)
    np.testing.assert_allclose(sizes / sizes[0], [[1, 1], [2, 2], [4, 4]], rtol=0.02)
    assert (hidden[0] < -1.5).all()
    assert (output[1:] < -10).all()
    assert output[0, 0] > 5
    assert figures.right(figures.symmetry_path()[-1], X, D).all()
    assert (hidden[1:, 0] * hidden[1:, 1] < 0).all()  # too large for one, too small for the other


def test_a_symmetric_row_leaves_both_units_silent_and_any_other_makes_one_speak():
    _, hidden, output = states(figures.symmetry_path()[-1], X)
    symmetric = D[:, 0] == 1
    assert hidden[symmetric].max() < 0.15
    assert output[symmetric].min() > 0.9
    loud = hidden[~symmetric]
    assert loud.max(axis=1).min() > 0.6
    assert loud.min(axis=1).max() < 0.05
    for pattern in figures._PATTERNS:
        assert (figures._bits(pattern) == X).all(axis=1).any()
    assert {pattern == pattern[::-1] for pattern in figures._PATTERNS} == {True, False}


def test_the_error_waits_on_a_flat_place_for_700_sweeps():
    errors, path = figures.symmetry_errors(), figures.symmetry_path()
    assert figures.right(path[20], X, D).sum() == 56
    for w in path[20:500:40]:
        y = states(w, X)[-1]
        assert (y < 0.001).all()
        assert (y * (1 - y) < 0.001).all()
    assert np.ptp(errors[20:600]) < 0.02
    assert np.ptp(errors[20:701]) < 0.05
    assert errors[1100] < 0.1 * errors[700]
    assert errors[20] == pytest.approx(4, abs=0.01)
    for k in (800, 900):
        assert states(path[k], X)[-1].mean() == pytest.approx(1 / 8, abs=0.02)
        assert errors[k] == pytest.approx(3.5, abs=0.05)
    single = [((p - D) ** 2).sum() / 2 for p in np.linspace(0, 1, 81)]
    assert min(single) == single[10] == 3.5  # of one eighth
    first = next(k for k, w in enumerate(path) if figures.right(w, X, D).all())
    assert first == figures.sweeps_to_solve("±0.3", figures._SHOWN)
    assert first == pytest.approx(1031, abs=3)


def test_seven_of_twenty_get_there_and_five_from_a_wider_range():
    found = {start: figures.solved(start) for start in figures.STARTS}
    assert [len(sweeps) for sweeps in found.values()] == [20, 7, 20, 5]
    assert (found["±0.3"][0], found["±0.3"][-1]) == (722, 3081)
    assert found["±0.3"][0] < 1425 < found["±0.3"][-1]
    assert (found["±1"] < 750).sum() == 4
    assert (found["±0.1"][0], found["±0.1"][-1]) == (1564, 5929)
    assert found["±0.1"][0] > 1425
    assert figures.MOST == 6000
    assert figures.SYMMETRY_PHASE == (1425, 0.1, 0.9)
    assert figures.STARTS["±0.3"][0] == pytest.approx(3 * figures.STARTS["±0.1"][0])


@pytest.mark.local
@pytest.mark.parametrize("start", figures.STARTS)
def test_a_start_takes_as_many_sweeps_as_are_stored(start):
    table = figures.table("sweeps")[list(figures.STARTS).index(start)]
    tried = [*np.flatnonzero((table > 0) & (table < 2600))[:1], *np.flatnonzero(table == 0)[:1]]
    found = [figures.sweeps_to_solve(start, int(k)) for k in tried]
    np.testing.assert_allclose(found, table[tried], rtol=0.01)  # sums may be rounded otherwise


# --- What people have in common ---


@pytest.mark.parametrize("seed", [figures._FAMILY, *range(3)])
def test_each_layer_makes_the_questions_more_alike_above_all_from_a_small_start(seed):
    questions, _ = figures.family_facts()
    factors = []
    for spread in figures.SPREADS.values():
        weights, _ = figures.family_weights(spread, np.random.default_rng(seed))
        _, *hidden, _ = states(weights, questions)
        apart = np.array([layer.std(axis=0).mean() for layer in hidden])
        factors.append(apart[:-1] / apart[1:])
        assert (apart[-1] < 0.001) == (spread == 0.3)
    small, large = np.array(factors)
    assert 6 < small.min() < small.mean() < 8
    assert 2.3 < large.min() < large.max() < 3.1


def test_the_median_of_twenty_knows_nothing_from_the_small_start_and_99_of_100_from_the_large():
    for start, share in (("±0.3", 0), ("±1", 0.99)):
        known = figures.table(f"ours {start} known")
        assert known.shape == (20, len(figures._STOPS))
        assert np.median(known[:, -1]) == pytest.approx(share, abs=0.005)
    assert (known[:, -1].min(), known[:, -1].max()) == (0, 1)


def test_five_of_the_small_starts_have_begun_and_the_best_knows_40():
    known = figures.table("ours ±0.3 known")[:, -1]
    assert (known > 0).sum() == 5
    assert known.max() == 0.4


def test_a_weight_that_nothing_needs_keeps_74_percent_and_not_5():
    kept = [(1 - decay) ** 1500 for _, decay in (figures.OURS, figures.PRINTED)]
    assert np.round(kept, 2).tolist() == [0.74, 0.05]
    assert (figures.MARGIN, figures.HELD_OUT) == (0.2, 4)


@pytest.mark.parametrize("spread", figures.SPREADS.values())
def test_with_the_printed_rates_the_first_run_learns_nothing_here_too(spread):
    _, known, fresh = figures.family_path(spread, 0, figures.PRINTED)
    assert not known.any()
    assert not fresh.any()


def test_with_the_printed_rates_no_run_learns_a_fact():
    for start in figures.SPREADS:
        assert not figures.table(f"printed {start} known")[:, -1].any()
        assert not figures.table(f"printed {start} fresh").any()
    (first, then), decay = figures.PRINTED
    assert (first, then, decay) == (Phase(20, 0.005, 0.5), Phase(1480, 0.01, 0.9), 0.002)
    for printed, ours in zip(figures.PRINTED[0], figures.OURS[0], strict=True):
        assert ours == (printed.sweeps, pytest.approx(10 * printed.rate), printed.momentum)
    assert figures.OURS[1] == pytest.approx(decay / 10)


def test_of_four_facts_kept_back_none_to_four_are_answered():
    fresh = figures.table("ours ±1 fresh")[:, -1]
    assert (fresh.min(), fresh.max(), round(fresh.mean(), 1)) == (0, 4, 1.7)


@pytest.mark.local
@pytest.mark.parametrize(("start", "spread"), figures.SPREADS.items())
def test_a_family_is_what_is_stored_of_it(start, spread):
    """Up to the 400th sweep; from then on rounding leads machines on several ways to one end."""
    path, known, fresh = figures.family_path(spread, figures._FAMILY)
    stored, answered = (
        figures.table(f"ours {start} {which}")[figures._FAMILY] for which in ("known", "fresh")
    )
    alike = figures._STOPS.index(400) + 1
    np.testing.assert_allclose(known[:alike], stored[:alike], atol=0.03)
    np.testing.assert_array_equal(fresh[:alike], answered[:alike])
    for sweeps, w in zip(figures._STOPS[:alike], path, strict=False):
        np.testing.assert_allclose(w[0][1:25, :6], figures.people(start, sweeps), atol=0.05)
    assert known[-1] == pytest.approx(stored[-1], abs=0.03)


def test_units_tell_nations_generations_and_branches_apart():
    english, italian = np.split(figures.people("±1", 1500), 2)
    units = dict(enumerate(zip(english.T, italian.T, strict=True), 1))
    assert (units[6][0] < 0).all()
    assert (units[6][1] > 0).all()
    generation = np.array(figures._GENERATIONS)
    for people in units[5]:
        first, second, third = (people[generation == name] for name in ("first", "second", "third"))
        assert first.min() > 0 > third.max()
        assert first.mean() > second.mean() > third.mean()
    names = list(ITALIAN)
    of = {
        side: [names.index(name) for name in (*couple, *COUPLES[couple])]
        for side, couple in (("one", ("Christopher", "Penelope")), ("two", ("Andrew", "Christine")))
    }
    for people in units[4]:
        assert people[of["one"]].min() > 0 > people[of["two"]].max()
    alike = {k: np.corrcoef(*pair)[0, 1] for k, pair in units.items()}
    assert {k for k, r in alike.items() if r < 0.75} == {3, 6}
    assert len(PEOPLE) == 24


# --- The self-tests ---


def test_the_self_test_about_sizes_1_2_3():
    right, too_few, nine = numbers(CHAPTER, "sizes-one-two-three")
    sums = X @ [1, 2, 3, -3, -2, -1]
    assert (sums == 0).sum() == right == too_few + 2 == nine + 1
    extra = X[(sums == 0) & (D[:, 0] == 0)]
    assert ["".join(f"{bit:g}" for bit in row) for row in extra] == ["001011", "110100"]


@pytest.mark.parametrize("sizes", [(1, 2, 4), (1, 1.52, 2.02)])
def test_both_kinds_of_sizes_take_only_symmetric_rows_back_to_0(sizes):
    sums = X @ [*sizes, *(-s for s in sizes[::-1])]
    np.testing.assert_array_equal(np.isclose(sums, 0), D[:, 0] == 1)


def test_the_self_test_about_a_silent_output():
    right, cross_entropy, sign = numbers(CHAPTER, "blame-of-a-silent-output")
    assert output_blame([[0.01]], [[1]])[0, 0] == pytest.approx(right, abs=1e-4)
    assert cross_entropy == pytest.approx(0.01 - 1)
    assert sign == -right


def test_the_sizes_of_the_network():
    assert SYMMETRY == (6, 2, 1)
