"""What the notebook says of digits and of symmetry, and the exercises against other programs."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlcourse.checks.registry import find
from dlcourse.datasets import half_size, load_digits_subset
from dlcourse.history import backprop_1986
from dlcourse.history.perceptron_1957 import learn

NOTEBOOK = Path(__file__).parents[3] / "solutions" / "early_systems" / "early_systems.ipynb"


def reference(name):
    return find(f"early_systems/{name}").reference


@pytest.mark.parametrize("seed", range(3))
def test_a_count_of_none_means_that_scikit_learn_is_done(seed):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(seed)
    X, u = rng.integers(-5, 6, (20, 2)), np.array([0.5, 1, -2])
    y = np.where(u[0] + X @ u[1:] > 0, 1, -1)
    count = reference("count_mistakes")(X, y, 1000)
    assert count <= reference("mistake_bound")(X, y, u)
    theirs = linear_model.Perceptron(shuffle=False, tol=None, max_iter=1000).fit(X, y)
    assert theirs.score(X, y) == 1


def test_xor_makes_twenty_four_mistakes_in_six_passes():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert reference("count_mistakes")(corners, np.array([-1, 1, 1, -1]), 6) == 24


def test_threes_and_sevens_are_learned_far_below_the_bound():
    images, digits, *_ = load_digits_subset()
    images, mine = half_size(images).astype(float), (digits == 3) | (digits == 7)
    X, y = images[mine], np.where(digits[mine] == 7, 1, -1)
    assert len(X) > 900
    lesson = learn(X[:800], y[:800], max_passes=100)
    assert lesson.learned
    assert 100 * len(lesson.mistakes) < reference("mistake_bound")(
        X[:800], y[:800], lesson.weights[-1]
    )
    w = lesson.weights[-1]
    assert np.mean(y[800:] * (w[0] + X[800:] @ w[1:]) <= 0) < 0.03


def learned(seed, margin):
    """Weights after 1,425 sweeps, and how many of 64 patterns they get right."""
    start = backprop_1986.initial_weights(backprop_1986.SYMMETRY, 0.3, np.random.default_rng(seed))
    X, d = backprop_1986.mirror_patterns()
    *_, weights = backprop_1986.learn(start, X, d, [backprop_1986.SYMMETRY_PHASE], margin)
    return weights, int(np.sum((backprop_1986.states(weights, X)[-1] > 0.5) == d))


def test_two_hidden_units_see_symmetry_by_weights_that_mirror_each_other(capsys):
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "symmetry")
    left = {"np": np, "output_blame": reference("output_blame")}
    exec(source, left)
    assert capsys.readouterr().out.startswith("64 of 64 right\n")
    for unit in left["W1"][1:].T:
        assert unit[3:] == pytest.approx(-unit[2::-1], rel=0.02)
        sizes = np.sort(np.abs(unit[:3]))
        assert sizes / sizes[0] == pytest.approx([1, 2, 4], rel=0.03)
    (W1, W2), _ = learned(seed=1, margin=0)
    assert left["W1"] == pytest.approx(W1, rel=1e-5)
    assert left["W2"] == pytest.approx(W2, rel=1e-5)


def test_some_starts_say_no_to_everything_and_a_margin_changes_which():
    by_margin = [{seed: learned(seed, margin)[1] for seed in range(1, 4)} for margin in (0, 0.2)]
    assert by_margin[0] == {1: 64, 2: 56, 3: 56}
    assert [right == 64 for right in by_margin[1].values()] == [False, True, False]


def test_the_output_at_0_7_is_blamed_most():
    y, d = np.array([[0.01, 0.7, 0.9]]), np.ones((1, 3))
    blame = reference("output_blame")(y, d, 0.2)
    assert blame.round(3).tolist() == [[-0.01, -0.063, 0]]
