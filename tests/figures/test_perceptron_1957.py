"""What the section "The perceptron, 1957" says of its figures is what they show."""

import json
import re

import numpy as np
import pytest
from figures.asked import BOOK, at_start, numbers

from dlcourse.features import append_ones
from dlcourse.figures import perceptron_1957 as figures
from dlcourse.history.perceptron_1957 import cards, learn, mistake_bound, perceptron_step

PAGE = "perceptron_1957"
TEXT = (BOOK / f"{PAGE}.md").read_text(encoding="utf-8")


def test_the_figures_wait_where_their_questions_say():
    corners = at_start(PAGE, "xor-goes-round").caption_at()
    assert corners.startswith("With XOR, after 0 mistakes the weights are (0, 0, 0)")
    assert figures.lesson("XOR").mistakes[0] == 0
    shown = at_start(PAGE, "after-ten-mistakes").caption_at()
    assert shown.startswith("After 50 cards with 10 mistakes")
    both = at_start(PAGE, "which-one-settles").caption_at()
    assert both.startswith("After 1 of 30 passes through points with a gap")
    assert both.endswith("the perceptron gets 0% wrong and the logistic unit 5%.")


# --- Mistake by mistake ---


def signed_scores(data):
    """Label times score of every example after each of the mistakes that are shown."""
    X, y, _ = figures.PROBLEMS[data]
    return figures.lesson(data).weights[: figures.MOST + 1] @ append_ones(X).T * y


def test_after_its_step_an_example_may_still_be_wrong_and_another_become_so():
    scores, mistakes = signed_scores("XOR"), figures.lesson("XOR").mistakes[: figures.MOST]
    steps = np.arange(len(mistakes))
    before, after = scores[steps, mistakes], scores[steps + 1, mistakes]
    assert (after > before).all()
    assert (after > 0).any()
    assert (after <= 0).any()
    for data in figures.PROBLEMS:
        right = signed_scores(data) > 0
        assert (right[:-1] & ~right[1:]).any()


def test_xor_is_back_at_the_start_after_four_mistakes():
    weights = figures.lesson("XOR").weights
    assert not weights[4].any()
    assert all(weights[k].any() for k in (1, 2, 3))
    np.testing.assert_array_equal(weights[4:], weights[:-4])


def test_the_wide_gap_takes_four_mistakes_and_the_narrow_one_nine():
    wide, narrow = figures.lesson("a wide gap"), figures.lesson("a narrow gap")
    assert (len(wide.mistakes), len(narrow.mistakes)) == (4, figures.MOST)
    assert figures.MOST == 9
    assert wide.learned
    assert narrow.learned
    _, *turns = narrow.mistakes
    assert len(set(turns[0::2])) == len(set(turns[1::2])) == 1
    one, other = turns[:2]
    assert figures.PROBLEMS["a narrow gap"].y[one] == -figures.PROBLEMS["a narrow gap"].y[other]


@pytest.mark.parametrize(("data", "bound"), [("a wide gap", 11.5), ("a narrow gap", 29.7)])
def test_where_the_curves_meet(data, bound):
    X, y, u = figures.PROBLEMS[data]
    assert round(mistake_bound(X, y, u), 1) == bound
    small = np.mgrid[-8:9, -6:7, -6:7].reshape(3, -1).T  # no other small whole numbers do better
    Z = np.column_stack([np.ones(len(X)), X])
    gaps = (y * (small @ Z.T)).min(axis=1)
    lengths = np.linalg.norm(small, axis=1)
    best = np.max(gaps[gaps > 0] / lengths[gaps > 0])
    assert (Z**2).sum(axis=1).max() / best**2 == pytest.approx(mistake_bound(X, y, u))


def test_the_line_of_the_narrow_gap_swings_back_and_forth_and_less_and_less():
    w = figures.lesson("a narrow gap").weights[2:]
    swings = np.diff(np.degrees(np.arctan2(w[:, 2], w[:, 1])))
    assert (swings[1:] * swings[:-1] < 0).all()
    sizes = np.abs(swings)
    assert (np.diff(sizes) < 1e-9).all()  # two swings each are equally wide
    assert sizes[-1] < sizes[0] / 2


def test_xor_has_no_lower_curve():
    for data, (_, _, u) in figures.PROBLEMS.items():
        _, squeeze = figures.mistake_by_mistake().frame_at(data=data)
        upper, *rest = (mark.label for mark in squeeze.marks)
        assert upper.startswith("at most")
        assert any(label.startswith("at least") for label in rest) == bool(u) == (data != "XOR")


@pytest.mark.parametrize("seed", range(5))
def test_the_lines_of_the_text_do_as_the_package_does(seed):
    (code,) = re.findall(r"^(def learn.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(code.splitlines()) == 7
    taught = {"np": np}
    exec(code, taught)
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-3, 4, (20, 2)), rng.choice([-1, 1], 20)
    by_text = taught["learn"](np.column_stack([np.ones(20), X]), y, 6)
    w, mistakes = np.zeros(3), 0
    for _ in range(6):
        for z, label in zip(np.column_stack([np.ones(20), X]), y, strict=True):
            if label * (w @ z) <= 0:
                w, mistakes = w + label * z, mistakes + 1
    lesson = learn(X, y, max_passes=6)
    np.testing.assert_array_equal(lesson.weights[-1], w)
    assert len(lesson.mistakes) == mistakes
    np.testing.assert_array_equal(by_text[0], w)
    assert by_text[1] == mistakes


# --- Left from right ---


def test_ten_mistakes_in_fifty_cards_and_fourteen_in_two_hundred():
    taught, bound = figures.shown_cards()
    assert (taught.mistakes < 50).sum() == 10
    assert len(taught.mistakes) == 14
    assert bound == pytest.approx(17 / 0.64)
    assert int(bound) == 26
    rate = 10 / 50
    assert rate * (figures.CARDS - 50) == 30 > int(bound)


def test_what_comes_later_was_hardly_seen_in_the_first_fifty_cards():
    X, y = cards(figures.CARDS, np.random.default_rng(0))
    mistakes = figures.shown_cards()[0].mistakes
    np.testing.assert_array_equal(mistakes, learn(X, y, max_passes=1).mistakes)
    seen = X[:50].sum(axis=0)
    assert 0 < (seen == 0).sum() < len(seen) / 2
    later = mistakes[mistakes >= 50]
    assert all(seen[X[card] > 0].min() == 0 for card in later)


def test_the_table_of_twenty_runs():
    said = re.search(r"\| ([\d.]+) to ([\d.]+) %, half of the runs above (\d+) % \|", TEXT)
    low, high, half = map(float, said.groups())
    right, wrong = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        w = learn(*cards(50, rng), max_passes=1).weights[-1]
        X, y = cards(1000, rng)
        right.append(100 * np.mean(y * (append_ones(X) @ w) > 0))
        wrong.append(len(learn(*cards(1000, np.random.default_rng(seed)), 1).mistakes))
    assert (round(min(right)), max(right)) == (low, high)
    assert int(np.median(right)) == half
    assert (min(wrong), max(wrong)) == (13, 15)


def test_the_halves_get_opposite_signs():
    w = figures.shown_cards()[0].weights[-1][1:].reshape(20, 20)
    assert (w[:, :10] <= 0).all()
    assert (w[:, 10:] >= 0).all()


# --- Beside the logistic unit ---


def test_with_a_gap_the_perceptron_is_done_after_a_pass():
    perceptron, logistic = figures.errors("a gap")
    assert not perceptron.any()
    assert round(logistic[0], 2) == 0.05
    lengths = np.linalg.norm(figures.beside("a gap"), axis=2)
    assert np.ptp(lengths[0]) == 0
    assert (np.diff(lengths[1]) > 0).all()


def test_with_an_overlap_the_weights_of_the_logistic_unit_stagger_by_small_steps():
    """From pass to pass, against their length, while the perceptron takes much larger ones."""
    steps = [
        np.linalg.norm(np.diff(weights[10:], axis=0), axis=1).mean() / np.linalg.norm(weights[-1])
        for weights in figures.beside("an overlap")
    ]
    assert 0.001 < steps[1] < steps[0] / 3


def test_with_an_overlap_the_logistic_unit_settles():
    perceptron, logistic = figures.errors("an overlap")
    assert f"{perceptron.min():.2f} {perceptron.max():.2f}" == "0.07 0.40"
    assert set(logistic.round(2)) == {0.08}
    others = (0, *range(2, 21))  # the figure has the order of seed 1
    runs = np.array([figures.errors("an overlap", seed)[:, 10:] for seed in others])
    assert runs.mean(axis=(0, 2)).round(2).tolist() == [0.12, 0.08]
    assert (runs[:, 0].std(axis=1) > 3 * runs[:, 1].std(axis=1)).all()


# --- The self-tests ---


def test_the_self_test_about_the_bias():
    right, *_ = numbers(PAGE, "perceptron-bias-after-mistake")
    assert np.dot([0, 2, 1], [1, 1, 1]) == 3
    assert perceptron_step([0, 2, 1], [1, 1], -1)[0] == right


def test_the_self_test_about_half_the_gap():
    right, *_ = numbers(PAGE, "perceptron-twice-as-wide")
    wide = mistake_bound([[0, 2.0]], [1], [0, 0, 1])
    turned = np.sqrt(3)  # the same length, half as far from the line
    assert mistake_bound([[turned, 1.0]], [1], [0, 0, 1]) == pytest.approx(right * wide)


def test_the_exercise_about_or():
    X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    lesson = learn(X, [-1, 1, 1, 1], max_passes=1)
    np.testing.assert_array_equal(lesson.weights[1:], [[-1, 0, 0], [0, 0, 1], [1, 1, 1]])
    scores = (lesson.weights * append_ones(np.array(X))).sum(axis=1)
    np.testing.assert_array_equal(scores, [0, -1, 0, 3])


def test_the_notebook_takes_as_long_as_the_section_says():
    (notebook,) = re.findall(r"^notebook: (.*)$", TEXT, re.MULTILINE)
    source = json.loads((BOOK.parent / notebook).read_text(encoding="utf-8"))
    cells = "".join(line for cell in source["cells"] for line in cell["source"])
    assert re.findall(r"It takes about (\d+) minutes", TEXT) == re.findall(
        r"\*\*Time:\*\* about (\d+) minutes", cells
    )
