"""Sliders, choices and buttons."""

import numpy as np
import pytest

from dlcourse.explorers import Button, Choice, Slider

WRONG = [
    (lambda: Slider("not a name", [0, 1]), "name must be an argument name"),
    (lambda: Slider("w", [1]), "values of slider 'w' must be a list of at least two numbers"),
    (lambda: Slider("w", ["a", "b"]), "values of slider 'w' must be a list"),
    (lambda: Slider("w", [0, 1, 1]), "finite and sorted"),
    (lambda: Slider("w", [0, np.nan]), "finite and sorted"),
    (
        lambda: Slider("w", [0, 1], start=1.4),
        "start of slider 'w' must lie among its values, 0 to 1, got 1.4",
    ),
    (lambda: Slider("w", [0, 1], names=["a"]), "names of slider 'w' must have 2 entries, got 1"),
    (lambda: Slider("w", [0, 1]).index(0.4), "value of slider 'w' must be one of its values"),
    (lambda: Slider("w", [0, 1], start=np.nan), "must be finite"),
    (lambda: Choice("c", ["a"]), "must hold at least two"),
    (lambda: Choice("c", ["a", "a"]), "must be different"),
    (lambda: Choice("c", "ab"), "must be different"),
    (lambda: Choice("c", ["a", "b"], labels=["A"]), "labels of choice 'c' must have one entry"),
    (lambda: Choice("c", ["a", "b"], start="z"), "start of choice 'c' must be one of"),
    (lambda: Button(" ", w=1), "label must be the text"),
    (lambda: Button("Reset"), "settings of button 'Reset'"),
]


@pytest.mark.parametrize(("make", "message"), WRONG)
def test_a_wrong_argument_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_start_that_is_no_number_is_a_type_error():
    with pytest.raises(TypeError, match="start of slider 'w' must be a number"):
        Slider("w", [0, 1], start="a")


def test_values_reach_the_author_as_plain_numbers():
    assert [type(value) for value in Slider("n", np.arange(3)).values] == [int] * 3
    assert [type(value) for value in Slider("w", np.linspace(0, 1, 3)).values] == [float] * 3


def test_a_start_is_found_in_spite_of_rounding():
    slider = Slider("w", np.arange(-1, 1, 0.1), start=0.3)
    assert slider.values[slider.start] == pytest.approx(0.3)


def test_a_start_takes_the_nearest_stop():
    assert Slider("rate", np.geomspace(1e-3, 1, 4), start=0.02).start == 1
    assert Slider("w", [2, 1, 0], start=1.7).start == 0


def test_stops_may_have_names():
    slider = Slider("stage", range(3), names=["input", "hidden", "output"], start=1)
    assert slider.options()["values"] == ["input", "hidden", "output"]
    assert slider.values[slider.start] == 1


def test_labels_have_a_true_minus_sign_and_no_negative_zero():
    values = np.arange(-2, 3) * 0.1 + 1e-17
    assert Slider("w", values, format=".1f").labels == ["−0.2", "−0.1", "0.0", "0.1", "0.2"]


def test_a_slider_may_run_downwards():
    assert Slider("step", [3, 2, 1]).labels == ["3", "2", "1"]


def test_choice_values_may_be_any_objects():
    choice = Choice("f", [np.sin, np.cos], labels=["sine", "cosine"], start=np.cos)
    assert choice.start == 1
    assert choice.options()["values"] == ["sine", "cosine"]


def test_options_that_do_not_fit_beside_their_name_get_a_line_of_their_own_on_phones():
    assert not Choice("x", [0, 1]).options()["wide"]
    assert Choice("loss", ["cross-entropy", "squared error"]).options()["wide"]


def test_of_more_than_six_options_one_is_selected_in_a_box():
    assert Choice("k", range(6)).options()["kind"] == "choice"
    assert Choice("k", range(7)).options()["kind"] == "select"
    assert not Choice("k", [f"a long option {k}" for k in range(7)]).options()["wide"]


@pytest.mark.parametrize(
    ("control", "code"),
    [
        (Slider("w", [-1, 0.5], format=".2f"), ["-1", "0.5"]),
        (Slider("w", [1e-7, 10**12]), ["1e-07", "1e+12"]),
        (Slider("w", [1, 10**12]), ["1", "1000000000000"]),
        (Choice("c", ['say "no"', (1, None), 2.5]), ['"say \\"no\\""', "(1, None)", "2.5"]),
        (Choice("c", [np.sin, "sine"]), [None, '"sine"']),
    ],
)
def test_a_value_is_written_as_code_where_it_can_be(control, code):
    assert control.code == code


def test_the_page_is_told_the_code_only_where_it_is_not_what_one_sees():
    assert "code" not in Slider("w", [-0.5, 0, 0.5]).options()
    assert "code" not in Choice("c", ["one", "two"]).options()
    assert "code" in Slider("w", [0, 1], names=["off", "on"]).options()
