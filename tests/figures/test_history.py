"""What the chapter "A short history" says of its figures and numbers is true."""

import re
from itertools import chain, product

import numpy as np
import pytest
from figures.asked import at_start, numbers, questions

from dlcourse.figures import history as figures

CHAPTER = "history"
WEIGHTS = list(product(range(-2, 3), repeat=3))


def test_the_next_entry_of_the_lecture_is_23_years_later():
    timeline = pytest.importorskip("timeline")  # of the book, which Sphinx builds
    years = [entry["year"] for entry in timeline.load()["entries"] if "rebuild" in entry]
    assert years[:2] == [1957, 1980]


def test_the_line_is_about_sixty_years_long():
    timeline = pytest.importorskip("timeline")
    years = [entry["year"] for entry in timeline.load()["entries"]]
    assert round(max(years) - min(years), -1) == 60


def test_the_figures_wait_where_their_questions_say():
    drawings = at_start(CHAPTER, "four-drawings").caption_at()
    assert drawings.startswith("Drawing A is not connected.")
    assert "get 2 of the four drawings right" in drawings
    shares = at_start(CHAPTER, "share-of-functions").caption_at()
    assert shares.startswith("2 binary inputs: there are 16 functions; one unit can be 14 of them")
    said = questions(CHAPTER)["lean-in-all"][1]["waiting"]
    shown = at_start(CHAPTER, "lean-in-all").caption_at()
    assert shown.startswith("The lecture: ")
    ends = [year for span in figures.ACCOUNTS["lecture"][1] for year in span]
    assert list(map(int, re.findall(r"\d{4}", said))) == ends
    assert list(map(int, re.findall(r"\d{4}", shown))) == ends
    (sizes,) = at_start(CHAPTER, "larger-in-2012").frame_at()
    dots, *names = sizes.marks
    assert len(names) == 5
    assert dots.X[-1].tolist() == [2011, 1e9]
    assert list(figures.SIZES)[4] == "cat"


# --- Connected or not ---


def pieces(drawing):
    """Count the pieces of a drawing: strokes 0, 1 and 2, joined at the ends."""
    names = {0: 0, 1: 1, 2: 2}
    for low in figures.DRAWINGS[drawing]:
        old, new = names[low], names[low + 1]
        names = {stroke: new if name == old else name for stroke, name in names.items()}
    return len(set(names.values()))


def test_two_drawings_hang_together_and_two_fall_into_two_pieces():
    assert [pieces(name) for name in "ABCD"] == [2, 1, 1, 2]
    assert [figures.connected(name) for name in "ABCD"] == [False, True, True, False]


def test_no_weights_tell_all_four_and_some_tell_three():
    right, every, start, *_ = numbers(CHAPTER, "four-drawings")
    best = max(figures.told_rightly(*weights) for weights in WEIGHTS)
    assert best == right == every - 1
    controls = figures.connected_or_not().controls
    _, *now = (control.values[control.start] for control in controls)
    assert figures.told_rightly(*now) == start == 2


@pytest.mark.parametrize("seed", range(3))
def test_the_scores_of_the_outer_and_the_inner_drawings_have_the_same_sum(seed):
    left, right, offset = np.random.default_rng(seed).normal(size=3)
    a, b, c, d = (figures.score(name, left, right, offset) for name in "ABCD")
    assert a + d == pytest.approx(b + c)
    assert (a, b, c) == (offset, offset + right, offset + left)


# --- One unit ---


@pytest.mark.parametrize(("inputs", "largest"), [(1, 1), (2, 1), (3, 2), (4, 3)])
def test_the_functions_of_one_unit_are_as_many_as_are_listed(inputs, largest):
    corners = np.array(list(product([0, 1], repeat=inputs)))
    found = set()
    for weights in product(range(-largest, largest + 1), repeat=inputs):
        scores = corners @ weights
        for offset in np.arange(scores.min() - 0.5, scores.max() + 1):
            found.add((scores > offset).tobytes())
    assert len(found) == figures.THRESHOLD_FUNCTIONS[inputs - 1]


def test_the_shares_that_the_text_gives():
    _, options, keys = questions(CHAPTER)["share-of-functions"]
    assert keys == ["x", "> 50", "41", "< 1", ""]
    shares = [100 * figures.share(inputs) for inputs in (2, 3, 4)]
    assert shares == pytest.approx([87.5, 41, float(options["number"])], abs=0.5)
    assert round(shares[2], 1) == float(options["number"])
    assert shares[0] > 50 > shares[2] > 1
    assert figures.share(6) < 1e-12
    assert (figures.THRESHOLD_FUNCTIONS[1:4], 2**16) == ((14, 104, 1882), 65_536)


def test_the_self_test_about_what_a_unit_cannot_be():
    assert numbers(CHAPTER, "not-one-unit") == [256 - 104, 104, 2]


# --- Winters ---


def lean(account):
    return {year for a, b in figures.ACCOUNTS[account][1] for year in range(a, b + 1)}


def test_all_accounts_agree_on_1970_to_1973_only():
    shared = set.intersection(*map(lean, figures.ACCOUNTS))
    assert shared == set(range(1970, 1974))
    assert not {year for year in lean("ai") if year > 1973}


def test_each_lean_time_holds_what_mattered_later():
    said = [figures.whose_winter().caption_at(account=account) for account in figures.ACCOUNTS]
    assert all("reverse mode" in words for words in said)
    assert ["LSTM" in words for words in said] == [True, True, False]
    assert all(1970 in lean(account) for account in figures.ACCOUNTS)
    assert [1997 in lean(account) for account in figures.ACCOUNTS] == [True, True, False]
    spans = [spans for _, spans in figures.ACCOUNTS.values()]
    for first, last in chain.from_iterable(spans):
        assert any(first <= year <= last for year in figures._LANDMARKS)
    two = [each for each in spans if len(each) == 2]
    assert len(two) == 2
    assert all(first <= 1997 <= last for _, (first, last) in two)


# --- Sizes ---


def test_size_grows_until_2011_and_then_drops():
    years, sizes = np.array(list(figures.SIZES.values())).T
    until = years <= 2011
    assert (np.diff(sizes[until]) > 0).all()
    assert sizes[~until].max() < sizes[until].max() / 10
    assert until.sum() == 5
    assert len(years) == 8
    assert figures.SIZES["cat"] == (2011, 1_000_000_000)
    assert figures.SIZES["AlexNet"] == (2012, 60_000_000)
    assert sizes[until][-1] / dict(zip(years, sizes, strict=True))[2012] == pytest.approx(
        17, abs=0.5
    )


def test_the_residual_network_of_152_layers_is_about_as_large_as_alexnet():
    kernels, width = 7 * 7 * 3 * 64, 64  # table 1 of the paper: four stages of blocks of three
    for blocks, inner in [(3, 64), (8, 128), (36, 256), (3, 512)]:
        for block in range(blocks):
            kernels += (width + 9 * inner) * inner + inner * 4 * inner
            kernels += width * 4 * inner if block == 0 else 0  # a shortcut that changes the width
            width = 4 * inner
    assert kernels + width * 1000 == pytest.approx(figures.SIZES["AlexNet"][1], rel=0.01)


def test_the_symmetry_net_has_17_weights_and_the_deep_belief_net_about_1_7_million():
    assert figures.SIZES["symmetry net"][1] == (6 + 1) * 2 + (2 + 1) * 1
    stack = 784 * 500 + 500 * 500 + (500 + 10) * 2000
    assert figures.SIZES["deep belief net"][1] == pytest.approx(stack, rel=0.03)


def test_the_self_test_about_doubling():
    right, doublings, span, *_ = numbers(CHAPTER, "doubling-time")
    factor = 1e9 / 9760
    assert [figures.SIZES[name] for name in ("zip codes", "cat")] == [(1989, 9760), (2011, 1e9)]
    assert np.log2(factor) == pytest.approx(doublings, abs=0.05)
    assert span == 2011 - 1989
    assert span / np.log2(factor) == pytest.approx(right, abs=0.05)
