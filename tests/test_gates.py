"""Gates against their truth tables."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlcourse import gates
from dlcourse.gates import TRUTH_TABLES, XOR_NETWORK, gate, learn_gate, stacked_xor, xor_hidden
from dlcourse.linear import fit_logistic, scores
from dlcourse.network import network_from_weights, predict_scores

CORNERS = np.array(list(product((0, 1), repeat=2)))
PYTHON = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "nand": lambda a, b: 1 - (a & b),
    "xor": lambda a, b: a ^ b,
    "not": lambda a: 1 - a,
}


def test_truth_tables_are_pythons():
    assert set(TRUTH_TABLES) == set(PYTHON)
    for name, table in TRUTH_TABLES.items():
        inputs = PYTHON[name].__code__.co_argcount
        assert sorted(table) == sorted(product((0, 1), repeat=inputs))
        assert all(answer == PYTHON[name](*row) for row, answer in table.items())


@pytest.mark.parametrize("name", ["and", "or", "nand", "not"])
def test_gates_by_hand_are_sure_of_their_truth_table(name):
    w = getattr(gates, name.upper())
    for row, answer in TRUTH_TABLES[name].items():
        assert_allclose(gate(w, *row), answer, atol=1e-4)


@pytest.mark.parametrize("name", ["and", "or", "nand", "not"])
def test_gates_can_be_learned(name):
    w = learn_gate(TRUTH_TABLES[name])
    for row, answer in TRUTH_TABLES[name].items():
        assert (gate(w, *row) > 0.5) == answer
    sure = learn_gate(TRUTH_TABLES[name], weight_penalty=1e-6)
    assert all(abs(gate(sure, *row) - answer) < 0.01 for row, answer in TRUTH_TABLES[name].items())


def test_xor_cannot_be_learned_by_one_unit():
    w = learn_gate(TRUTH_TABLES["xor"])
    assert_allclose(gate(w, *CORNERS.T), 0.5, atol=1e-6)


def test_gates_with_three_inputs_can_be_learned():
    table = {row: int(sum(row) >= 2) for row in product((0, 1), repeat=3)}
    w = learn_gate(table)
    assert [int(gate(w, *row) > 0.5) for row in table] == list(table.values())


def test_two_stages_make_xor():
    expected = list(TRUTH_TABLES["xor"].values())
    assert_allclose(stacked_xor(CORNERS), expected, atol=1e-3)
    by_gates = gate(gates.AND, gate(gates.NAND, *CORNERS.T), gate(gates.OR, *CORNERS.T))
    assert_allclose(stacked_xor(CORNERS), by_gates, rtol=1e-12)
    network = network_from_weights(XOR_NETWORK, "sigmoid")
    assert network.sizes == (2, 2, 1)
    assert_array_equal(predict_scores(network, CORNERS)[:, 0] > 0, np.array(expected) == 1)


def test_the_hidden_space_is_separable():
    hidden = xor_hidden(CORNERS)
    assert hidden.shape == (4, 2)
    assert_allclose(hidden, [[1, 0], [1, 1], [1, 1], [0, 1]], atol=1e-4)
    y = [0, 1, 1, 0]
    w = fit_logistic(hidden, y, 1e-6)
    assert_array_equal(scores(hidden, w) > 0, np.array(y) == 1)


def test_inputs_that_do_not_broadcast_are_named():
    message = r"^inputs must have shapes that go together, got \(2,\), \(3,\)$"
    with pytest.raises(ValueError, match=message):
        gate(gates.AND, [0, 1], [0, 1, 1])


def test_inputs_broadcast():
    x1, x2 = np.meshgrid(np.linspace(0, 1, 4), np.linspace(0, 1, 3))
    surface = gate(gates.OR, x1, x2)
    assert surface.shape == (3, 4)
    assert surface[0, 0] < 0.01
    assert surface[2, 3] > 0.99
    assert_allclose(gate(gates.OR, 1, [0, 1]), gate(gates.OR, [1, 1], [0, 1]))
    assert_allclose(gate([0.0]), 0.5)


def test_constants_cannot_be_changed_by_accident():
    for w in (gates.AND, gates.OR, gates.NOT, gates.NAND, *XOR_NETWORK):
        with pytest.raises(ValueError, match="read-only"):
            w[...] = 0


def test_errors_name_the_argument():
    with pytest.raises(
        ValueError, match=r"^w must have a bias and one weight for each of the 1 inputs"
    ):
        gate(gates.AND, [0, 1])
    with pytest.raises(ValueError, match=r"^inputs\[1\] must be finite, got nan$"):
        gate(gates.AND, 0, np.nan)
    with pytest.raises(ValueError, match=r"^w must have 1 dimension"):
        gate([gates.AND], 0, 1)
    for function in (stacked_xor, xor_hidden):
        with pytest.raises(
            ValueError, match=r"^X must have 2 columns, x1 and x2, got shape \(1, 3\)$"
        ):
            function([[0, 0, 0]])
        with pytest.raises(ValueError, match=r"^X must have 2 dimensions"):
            function([0, 0])
    with pytest.raises(ValueError, match=r"^truth_table must have at least one row, got none$"):
        learn_gate({})
    with pytest.raises(ValueError, match=r"^truth_table must answer 0 or 1, got "):
        learn_gate({(0,): 0, (1,): 2})
    with pytest.raises(ValueError, match=r"^truth_table must be rectangular"):
        learn_gate({(0,): 0, (1, 0): 1})
