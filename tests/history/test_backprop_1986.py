"""The network of 1986 beside PyTorch, and what its paper printed of two examples."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse.gradcheck import central_difference
from dlcourse.history.backprop_1986 import (
    COUPLES,
    ITALIAN,
    PEOPLE,
    RELATIONS,
    SYMMETRY,
    SYMMETRY_PHASE,
    Phase,
    family_facts,
    family_weights,
    gradient,
    initial_weights,
    learn,
    mirror_patterns,
    output_blame,
    states,
)

X, D = mirror_patterns()
SEEDS = range(20)


def network(sizes=(6, 2, 1), seed=0, spread=1.0):
    return initial_weights(sizes, spread, np.random.default_rng(seed))


# --- exact ---


def test_the_symmetry_network_has_17_weights_and_64_patterns_of_which_8_are_symmetric():
    assert sum(w.size for w in network(SYMMETRY)) == 17
    assert len(np.unique(X, axis=0)) == 64
    assert D.sum() == 8
    assert [row.tolist() == row[::-1].tolist() for row in X] == (D[:, 0] == 1).tolist()


def test_weights_like_1_2_4_made_by_hand_see_symmetry():
    sizes = np.array([1, 2, 4, -4, -2, -1])
    hidden = 4 * np.vstack([[-0.5, -0.5], np.column_stack([sizes, -sizes])])
    output = np.array([[10], [-20], [-20]])
    assert_array_equal(states([hidden, output], X)[-1] > 0.5, D == 1)


def test_the_family_network_has_630_weights_in_five_layers_of_units():
    weights, connected = family_weights(0.3, np.random.default_rng(0))
    assert sum(int(part.sum()) for part in connected) == 630
    assert [len(w) - 1 for w in weights] + [weights[-1].shape[1]] == [36, 12, 12, 6, 24]
    assert_array_equal(connected[0][1:25, 6:], 0)
    assert_array_equal(connected[0][25:, :6], 0)
    for w, part in zip(weights, connected, strict=True):
        assert_array_equal(w != 0, part == 1)


def test_two_families_of_twelve_have_104_facts():
    questions, answers = family_facts()
    assert questions.shape == (104, 36)
    assert answers.shape == (104, 24)
    assert len(np.unique(questions, axis=0)) == 104
    assert_array_equal(questions[:, :24].sum(axis=1), 1)
    assert_array_equal(questions[:, 24:].sum(axis=1), 1)
    assert sorted(answers.sum(axis=1).tolist()) == [1] * 96 + [2] * 8
    english, italian = np.split(answers, 2)
    assert_array_equal(english[:, :12], italian[:, 12:])  # two trees of one shape
    assert not english[:, 12:].any()
    assert not italian[:, :12].any()
    assert len(set(PEOPLE)) == 24
    assert len(set(RELATIONS)) == 12


def test_who_is_what_to_whom_agrees_with_itself():
    """Read backwards, a fact is one again: if Arthur is her brother, she is his sister."""
    questions, answers = family_facts()
    facts = {
        (PEOPLE[row[:24].argmax()], RELATIONS[row[24:].argmax()], PEOPLE[other])
        for row, on in zip(questions, answers, strict=True)
        for other in np.flatnonzero(on)
    }
    assert len(facts) == 112
    men = {husband for husband, _ in COUPLES} | {"Colin"}
    men |= {ITALIAN[name] for name in men}
    back = {
        "father": ("son", "daughter"),
        "mother": ("son", "daughter"),
        "son": ("father", "mother"),
        "daughter": ("father", "mother"),
        "husband": ("wife", "wife"),
        "wife": ("husband", "husband"),
        "uncle": ("nephew", "niece"),
        "aunt": ("nephew", "niece"),
        "nephew": ("uncle", "aunt"),
        "niece": ("uncle", "aunt"),
        "brother": ("brother", "sister"),
        "sister": ("brother", "sister"),
    }
    for person, relation, other in facts:
        assert (other, back[relation][person not in men], person) in facts
        assert (other in men) == (relation in RELATIONS[0::2])


# --- a band over 20 seeds ---


@cache
def quickly(seed):
    """Sweeps until all 64 are right and the sizes of the weights 2,000 sweeps later, or None."""
    start = network(spread=0.3, seed=seed)
    for sweeps, weights in enumerate(learn(start, X, D, [SYMMETRY_PHASE._replace(sweeps=3200)])):
        if ((states(weights, X)[-1] > 0.5) == (D > 0.5)).all():
            *_, (hidden, _) = learn(weights, X, D, [SYMMETRY_PHASE._replace(sweeps=2000)])
            return sweeps + 1, hidden
    return None


@pytest.mark.local
@pytest.mark.uncounted
def test_the_paper_s_1425_sweeps_lie_among_those_of_the_starts_that_get_there():
    found = [run for run in map(quickly, SEEDS) if run]
    sweeps = sorted(sweeps for sweeps, _ in found)
    assert len(sweeps) == 7
    assert sweeps[0] < 1425 < sweeps[-1]
    kinds = []
    for _, hidden in found:
        assert_allclose(hidden[1:4], -hidden[6:3:-1], atol=0.03)  # mirrored, of opposite sign
        sizes = np.sort(np.abs(hidden[1:4]), axis=0)
        kinds.append(tuple((sizes / sizes[0]).mean(axis=1).round(1).tolist()))
    assert sorted(kinds) == [(1.0, 1.5, 2.0)] * 2 + [(1.0, 2.0, 4.0)] * 5


# --- an order ---


@pytest.mark.local
def test_from_a_larger_start_the_families_are_learned_and_from_a_small_one_not():
    questions, answers = family_facts()
    phases = [Phase(20, 0.05, 0.5), Phase(980, 0.1, 0.9)]
    known = []
    for spread in (0.3, 1.0):
        shares = []
        for seed in range(3):
            weights, connected = family_weights(spread, np.random.default_rng(seed))
            *_, end = learn(weights, questions, answers, phases, 0.2, 0.0002, connected)
            right = (states(end, questions)[-1] > 0.5) == (answers > 0.5)
            shares.append(right.all(axis=1).mean())
        known.append(np.median(shares))
    assert known[0] < 0.1
    assert known[1] > 0.6


# --- the same as others' ---


@given(st.integers(0, 10**6), st.sampled_from([(3, 2), (2, 3, 2), (4, 3, 2, 1)]))
def test_the_gradient_is_that_of_nudges(seed, sizes):
    rng = np.random.default_rng(seed)
    weights = initial_weights(sizes, 1.0, rng)
    inputs = rng.normal(size=(5, sizes[0]))
    d = rng.integers(0, 2, (5, sizes[-1])).astype(float)
    for layer, slope in enumerate(gradient(weights, inputs, d)):

        def error(w, layer=layer):
            nudged = [*weights[:layer], w.reshape(weights[layer].shape), *weights[layer + 1 :]]
            return float(((states(nudged, inputs)[-1] - d) ** 2).sum() / 2)

        assert_allclose(slope.ravel(), central_difference(error, weights[layer].ravel()), atol=1e-7)


def test_pytorch_takes_the_same_steps():
    torch = pytest.importorskip("torch")
    start = network((6, 3, 2, 1))
    theirs = [torch.tensor(w, requires_grad=True) for w in start]
    sgd = torch.optim.SGD(theirs, lr=0.1, momentum=0.9)
    ones = torch.ones(64, 1, dtype=torch.float64)
    for ours in learn(start, X, D, [Phase(20, 0.1, 0.9)]):
        below = torch.tensor(X)
        for w in theirs:
            below = torch.sigmoid(torch.hstack([ones, below]) @ w)
        sgd.zero_grad()
        (((below - torch.tensor(D)) ** 2).sum() / 2).backward()
        sgd.step()
        for mine, other in zip(ours, theirs, strict=True):
            assert_allclose(mine, other.detach().numpy(), rtol=1e-9)


# --- the edges ---


def test_within_the_margin_there_is_no_blame():
    y, d = np.array([[0.85, 0.15, 0.75, 0.25]]), np.array([[1.0, 0.0, 1.0, 0.0]])
    assert_array_equal(output_blame(y, d, 0.2)[0, :2], 0)
    assert_allclose(output_blame(y, d, 0.2)[0, 2:], [-0.25 * 0.75 * 0.25, 0.25 * 0.25 * 0.75])
    assert (output_blame(y, d) != 0).all()


def test_decay_takes_its_part_of_every_weight_after_the_change():
    start = network()
    (plain,) = learn(start, X, D, [Phase(1, 0.1, 0.9)])
    (decayed,) = learn(start, X, D, [Phase(1, 0.1, 0.9)], decay=0.25)
    for w, less in zip(plain, decayed, strict=True):
        assert_allclose(less, 0.75 * w)


def test_phases_follow_each_other_with_the_momentum_of_before():
    start = network()
    *_, in_two = learn(start, X, D, [Phase(3, 0.1, 0.9), Phase(4, 0.1, 0.9)])
    *_, in_one = learn(start, X, D, [Phase(7, 0.1, 0.9)])
    for w, v in zip(in_two, in_one, strict=True):
        assert_array_equal(w, v)


def test_what_is_not_connected_stays_so():
    weights, connected = family_weights(0.3, np.random.default_rng(0))
    *_, end = learn(weights, *family_facts(), [Phase(5, 0.1, 0.9)], connected=connected)
    assert_array_equal(end[0][connected[0] == 0], 0)


def test_nothing_that_came_in_is_changed():
    start = network()
    before = [w.copy() for w in start]
    list(learn(start, X, D, [Phase(3, 0.1, 0.9)]))
    for w, kept in zip(start, before, strict=True):
        assert_array_equal(w, kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initial_weights((2, 0), 0.3, np.random.default_rng(0)), "each of sizes must be"),
        (lambda: initial_weights((2, 1), 0, np.random.default_rng(0)), "spread must be a finite"),
        (lambda: output_blame([[0.5]], [[1, 0]]), "y and d must have the same shape"),
        (lambda: output_blame([[0.5]], [[1]], 2), r"margin must lie in \[0, 1\], got 2"),
        (lambda: list(learn(network(), X, D, [Phase(0, 0.1, 0.9)])), "sweeps must be at least 1"),
        (lambda: list(learn(network(), X, D, [Phase(1, 0.1, 1)])), r"momentum must lie in \[0, 1"),
        (lambda: list(learn(network(), X, D, [Phase(1, 0.1, 0)], decay=2)), "decay must lie in"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
