"""The live face: a position goes in, a frame comes out."""

import json

import numpy as np
import pytest
from explorers import explorer_gallery

from dlcourse.explorers import Explorer, Line, Slider
from dlcourse.explorers.page import STATIC

pytest.importorskip("anywidget")
if not (STATIC / "explorer.mjs").exists():
    pytest.skip("npm run build was not run", allow_module_level=True)


def header(packet):
    length = int.from_bytes(packet[:4], "little")
    return json.loads(packet[4 : 4 + length])


def inverse():
    return Explorer(
        lambda a: [Line([0, 1], [0, 1 / a])],
        [Slider("a", [-1, 0, 1], start=1)],
        title="Inverse",
        alt="A line.",
        x=(0, 1),
        y=(-1, 1),
    )


def test_a_position_from_the_browser_is_answered_with_that_frame_only():
    figure = explorer_gallery.boundary()
    widget = figure.widget()
    first = widget.packet
    widget.set_state({"position": [0, 3, 1]})  # what a message of the browser does
    assert widget.answered == [0, 3, 1]
    assert widget.packet != first
    about = header(widget.packet)
    assert about["captions"] == [figure.caption_at(w1=-2, w2=-0.5, bias=-1)]
    assert len(about["frames"]) == 1


def test_live_numbers_are_not_quantised():
    widget = explorer_gallery.boundary().widget()
    block = header(widget.packet)["blocks"][0]
    assert "bits" not in block
    values = np.frombuffer(widget.packet, "<f4", offset=len(widget.packet) - _bytes_after(widget))
    expected = explorer_gallery.boundary().frame_at()[0].marks[0].arrays()["values"]
    np.testing.assert_allclose(values[: expected.size].reshape(expected.shape), expected, rtol=1e-6)


def _bytes_after(widget):
    return 4 * sum(int(np.prod(block["shape"])) for block in header(widget.packet)["blocks"])


def test_an_error_in_the_authors_function_is_shown_and_not_raised(monkeypatch):
    figure = inverse()
    monkeypatch.setattr(type(figure), "_probes", [figure.frame_at()])
    widget = figure.widget()
    widget.set_state({"position": [1]})
    assert widget.error == "ZeroDivisionError: division by zero"
    widget.set_state({"position": [0]})
    assert widget.error == ""
    assert widget.answered == [0]


def test_a_message_from_the_browser_is_answered_with_the_places_of_a_handle(monkeypatch):
    widget = explorer_gallery.handles().widget()
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    asked = {"panel": 0, "label": "left end", "positions": [[0, 3, 1], [12, 0, 0]]}
    widget._handle_custom_msg(asked, [])  # what a message of the browser does
    assert sent == [{"spots": [[-3, -3], [-3, 3]]}]


def test_the_model_holds_the_figure_and_the_module():
    state = explorer_gallery.boundary().widget().get_state()
    assert '<figure class="dlx"' in state["html"]
    assert "export" in state["_esm"]
    assert "@container" in state["_css"]
