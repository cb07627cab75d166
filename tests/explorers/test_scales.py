"""Axes and colour scales that hold for all frames."""

import numpy as np
import pytest

from dlcourse.explorers import Bars, Field, Image, Line, Panel, Text
from dlcourse.explorers.scales import settle


def axes(*panels):
    (settled,) = settle([[panel] for panel in panels])
    return settled.x, settled.y


def domain(*marks):
    (settled,) = settle([[Panel([mark])] for mark in marks])
    return settled.domains[0]


def field(values, **options):
    return Field(np.array(values, dtype=float), x=(0, 1), y=(0, 1), **options)


def test_axes_hold_all_frames_with_a_little_space():
    x, y = axes(Panel([Line([0, 10], [0, 1])]), Panel([Line([0, 10], [0, 100])]))
    assert x == pytest.approx((-0.4, 10.4))
    assert y == pytest.approx((-4, 104))


def test_fields_and_bars_touch_the_axes():
    assert axes(Panel([field([[0, 1], [1, 0]])])) == ((0, 1), (0, 1))
    x, y = axes(Panel([Bars([1, 2])]))
    assert x == (-0.5, 1.5)
    assert y == pytest.approx((0, 2.08))


def test_numbers_on_bars_get_room():
    _, y = axes(Panel([Bars([-1, 1], numbers=".1f")]))
    assert y == pytest.approx((-1.32, 1.32))


def test_given_limits_are_kept():
    assert axes(Panel([Line([0, 10], [0, 1])], x=(2, 3), y=(-1, 5))) == ((2, 3), (-1, 5))


def test_limits_may_follow_the_controls():
    short = Panel([Line([0, 10], [0, 1])], follow="xy")
    long = Panel([Line([0, 100], [0, 30])], follow="xy", y=(0, 5))
    (settled,) = settle([[short], [long]])
    assert settled.at(short).x == pytest.approx((-0.4, 10.4))
    assert settled.at(long).x == pytest.approx((-4, 104))
    assert settled.at(long).y == (0, 5)
    still = Panel(short.marks, follow="x")
    assert settled.at(still).y == settled.y


def test_logarithmic_axes_leave_out_what_they_cannot_show():
    _, y = axes(Panel([Line([1, 2, 3], [0, 1e-3, 10])], y_scale="log"))
    assert np.log10(y) == pytest.approx((-3.16, 1.16))


def test_a_limit_that_is_not_positive_is_refused_on_a_logarithmic_axis():
    with pytest.raises(ValueError, match="y must be positive on a logarithmic scale"):
        axes(Panel([Line([1], [1])], y=(0, 1), y_scale="log"))


@pytest.mark.parametrize(("scale", "limits"), [("linear", (-0.5, 0.5)), ("log", None)])
def test_an_axis_of_one_value_or_of_none_still_has_two_ends(scale, limits):
    _, y = axes(Panel([Line([1, 2], [0, 0])], y_scale=scale))
    assert y[0] < y[1]
    assert limits is None or y == limits


def test_texts_at_the_right_are_known_in_advance():
    def at(end, label, **options):
        return [Panel([Line([1, end], [1, 1], direct=True, label=label)], **options)]

    frames = [at(2, "long label"), at(4, "label"), at(3, "label"), at(4, "later"), at(2, "no")]
    (settled,) = settle(frames)
    assert [text for _, text in settled.ends] == ["long label", "label"]
    assert settled.ends[1][0] == pytest.approx(0.963)
    (settled,) = settle([at(100, "a", x=(1, 10000), x_scale="log")])
    assert settled.ends == ((0.5, "a"),)
    (settled,) = settle([[Panel([Text(12, 0, "beside", anchor="start")], x=(0, 10))]])
    assert settled.ends == ((1.2, "beside"),)


def test_colour_domains_hold_for_all_frames():
    assert domain(field([[0, 0.5], [0, 0]]), field([[0, 1], [0, 0]])) == (0, 1)
    assert domain(field([[-1, 0], [0, 0]]), field([[0, 3], [0, 0]])) == (-3, 3)
    assert domain(field([[2, 5], [3, 4]], scale="sequential")) == (2, 5)
    assert domain(field([[0.1, 5], [3, 4]], scale="sequential")) == (0, 5)
    assert domain(field([[1, 10], [10, 100]], scale="log")) == (0, 2)
    assert domain(field([[2, 2], [2, 2]], scale="sequential")) == (1.5, 2.5)
    assert domain(field([[0, 9], [0, 0]], domain=(0, 4))) == (0, 4)
    assert domain(Image(np.array([[0, 255]]))) == (0, 255)
    assert domain(Image(np.array([[0.2, 0.9]]))) == (0, 1)
