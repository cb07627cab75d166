"""The explorer: grid of frames, its faces, and what it says when something is wrong."""

import base64
import importlib
import io
import json
import sys

import numpy as np
import pytest
from explorers import explorer_gallery
from matplotlib.image import imread

from dlcourse.explorers import (
    Button,
    Choice,
    Explorer,
    Field,
    Image,
    Line,
    Matrix,
    Panel,
    Points,
    Slider,
)
from dlcourse.explorers.explorer import FACES_VARIABLE, MIME_TYPE
from dlcourse.explorers.page import STATIC, data_script, figure_html

SLIDER = Slider("a", [0, 1, 2], start=1)
needs_build = pytest.mark.skipif(
    not (STATIC / "explorer.mjs").exists(), reason="npm run build was not run"
)


def line(a, **_):
    return [Line([0, 1], [0, a])]


def explorer(frame=line, controls=(SLIDER,), **options):
    return Explorer(frame, controls, **{"title": "A line", "alt": "A line rises.", **options})


WRONG = [
    ({"controls": ["a"]}, ValueError, "controls must be at most six Slider or Choice"),
    (
        {"controls": [Choice(k, [0, 1]) for k in "abcdefg"]},
        ValueError,
        "controls must be at most six Slider or Choice",
    ),
    ({"controls": [SLIDER, Choice("a", [0, 1])]}, ValueError, "different names"),
    ({"controls": [Slider(k, [0, 1]) for k in "abcd"]}, ValueError, "three sliders, got 4"),
    (
        {"controls": [Slider(k, [0, 1], play=True) for k in "ab"]},
        ValueError,
        "one slider with play=True",
    ),
    ({"frame": 3}, TypeError, "frame must be a function"),
    ({"title": " "}, ValueError, "title must be a text"),
    ({"alt": ""}, ValueError, "alt must be a text"),
    ({"faces": ["paper"]}, ValueError, "faces must be chosen from"),
    ({"frames_per_second": 0}, ValueError, "frames_per_second must be positive"),
    ({"xlabel": "x"}, TypeError, "'xlabel' is no option of an Explorer; did you mean 'x_label'"),
    ({"colour": "x"}, TypeError, "'colour' is no option of an Explorer; those of its panel are"),
    ({"buttons": [Button("b", z=1)]}, ValueError, "'z' is no control of explorer 'A line'"),
    ({"buttons": [Button("b", a=7)]}, ValueError, "a of slider 'a' must be one of its values"),
]


@pytest.mark.parametrize(("options", "error", "message"), WRONG)
def test_a_wrong_argument_is_named(options, error, message):
    with pytest.raises(error, match=message):
        explorer(**options)


def test_frames_are_in_the_order_of_the_grid_with_the_last_control_fastest():
    seen = []

    def frame(a, c):
        seen.append((a, c))
        return line(a)

    figure = explorer(frame, [SLIDER, Choice("c", ["x", "y"])])
    figure.frame_at()
    seen.clear()
    figure.packet()
    assert figure.n_frames == len(seen) == 6
    assert seen == [(a, c) for a in (0, 1, 2) for c in "xy"]


def test_a_frame_can_be_asked_for_by_value():
    figure = explorer(controls=[SLIDER, Choice("c", ["x", "y"])])
    (panel,) = figure.frame_at(a=2)
    assert panel.marks[0].arrays()["y"].tolist() == [0, 2]
    with pytest.raises(ValueError, match="a of slider 'a' must be one of its values"):
        figure.frame_at(a=3)


def test_captions_of_a_plain_alt_say_where_the_controls_stand():
    figure = explorer(controls=[Slider("a", [-1, 1], label="slope")])
    assert figure.caption_at(a=-1) == "A line rises. Now slope = −1."
    figure = explorer(alt=lambda a: f"It rises\n by {a}.")
    assert figure.caption_at(a=2) == "It rises by 2."
    with pytest.raises(ValueError, match="what alt returns must be a text") as caught:
        explorer(alt=lambda a: "").caption_at(a=2)
    assert caught.value.__notes__ == ["in alt of explorer 'A line' at {'a': 2}"]


def test_a_figure_may_have_no_control():
    figure = Explorer(lambda: [Line([0, 1], [0, 1])], title="A line", alt="It rises.")
    assert figure.n_frames == 1
    assert figure.caption_at() == "It rises."
    assert '<div class="dlx-controls"></div>' in figure.page()


def test_a_figure_can_start_elsewhere():
    figure = explorer(controls=[SLIDER, Choice("c", ["x", "y"])])
    other = figure.at(c="y").at(a=2)
    assert other.caption_at() == figure.caption_at(a=2, c="y")
    assert figure.start == (1, 0), "the figure itself stays as it is"
    assert other.start == (2, 1)
    with pytest.raises(ValueError, match="'b' is no control of explorer 'A line'"):
        figure.at(b=1)


def test_the_page_knows_the_call_that_makes_its_figure():
    module = explorer_gallery.__name__
    face = explorer_gallery.boundary().at(w1=0).static()
    assert face["call"] == [module, "boundary"]
    assert face["anchor"] == "boundary"


def test_no_call_is_offered_where_none_would_make_the_figure():
    here = explorer()
    assert "call" not in here.outline(), "the function that made it takes arguments"
    assert here.static()["anchor"] == "a_line"
    unwritten = explorer_gallery.boundary()
    unwritten.controls.append(Choice("f", [np.sin, np.cos]))
    assert "call" not in unwritten._shared()


RETURNED = [
    (Line([0], [0]), "must return a list of marks or of panels, got one Line"),
    (Panel([]), "got one Panel"),
    (None, "got one NoneType"),
    ([Panel([]), Line([0], [0])], r"marks or panels, got both: \['Panel', 'Line'\]"),
    ([3], "a frame must hold marks such as Line or Points, got 3"),
]


@pytest.mark.parametrize(("returned", "message"), RETURNED)
def test_what_a_frame_may_not_return_is_named(returned, message):
    with pytest.raises(TypeError, match=message):
        explorer(lambda a: returned).frame_at()


def test_an_error_in_the_authors_function_says_for_which_values():
    with pytest.raises(ZeroDivisionError) as caught:
        explorer(lambda a: [Line([0], [1 / a])]).packet()
    assert caught.value.__notes__ == ["in the frame of explorer 'A line' at {'a': 0}"]


def test_the_number_of_panels_must_not_change():
    figure = explorer(lambda a: [Panel(line(a))] * (a + 1))
    with pytest.raises(ValueError, match="same number of panels for all values, got 1 here and 2"):
        figure.frame_at(a=0)


def test_panel_options_belong_to_the_panel_where_there_are_several():
    with pytest.raises(ValueError, match="belong to each Panel"):
        explorer(lambda a: [Panel(line(a))], x_label="x").frame_at()


def test_too_many_frames_and_too_large_data_are_refused_in_clear_words():
    values = range(100)
    many = explorer(controls=[Slider("a", values), Slider("b", values)])
    with pytest.raises(ValueError, match=r"has 10000 frames \(100 x 100\) and may have 4000"):
        many.packet()
    rng = np.random.default_rng(0)
    noise = explorer(lambda a: [Field(rng.random((50, 50)), x=(0, 1), y=(0, 1))], max_bytes=2000)
    with pytest.raises(ValueError, match=r"takes [\d,]+ bytes and may take 2,000"):
        noise.packet()


@needs_build
def test_the_three_faces_are_in_one_mimebundle():
    pytest.importorskip("anywidget")
    data, metadata = explorer()._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", MIME_TYPE, "image/png"} < set(data)
    assert data["text/plain"] == "A line: A line rises. Now a = 1."
    assert metadata["image/png"]["alt"] == "A line rises. Now a = 1."
    json.dumps(data)  # notebooks are JSON


@needs_build
def test_without_anywidget_the_whole_page_takes_the_widgets_place(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "dlcourse.explorers.live", raising=False)
    data, _ = explorer()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" not in data
    assert data["text/html"].startswith("<iframe srcdoc=")
    assert 'title="A line"' in data["text/html"]
    with pytest.raises(ImportError):
        explorer().widget()


def test_the_books_build_chooses_the_faces_by_a_variable(monkeypatch):
    monkeypatch.setenv(FACES_VARIABLE, "static,print")
    data, _ = explorer()._repr_mimebundle_()
    assert set(data) == {"text/plain", MIME_TYPE, "image/png"}
    data, _ = explorer(faces=["print"])._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}


def test_the_static_face_does_not_depend_on_the_day():
    assert explorer().static() == explorer().static()


def test_the_page_stays_small_and_holds_the_caption_and_the_picture():
    face = explorer_gallery.boundary().static()
    html = figure_html(face, source="frames.js", picture='<img src="a.png" alt="b">')
    assert len(html) < 4000
    assert face["packet"] not in html
    assert face["caption"] in html
    assert '<img src="a.png" alt="b">' in html
    assert face["packet"] in data_script(face)


def test_only_panels_of_one_image_stay_beside_each_other_on_a_phone():
    one, two, table = Image([[0, 1]]), Image(np.zeros((2, 2, 2))), Matrix([[0, 1]])
    for contents, kind in [
        ([[one]] * 3, "dlx dlx-small"),
        ([[one], [two]], "dlx"),
        ([[one], [one, one]], "dlx"),
        ([[one], [table], [one]], "dlx dlx-long"),
    ]:
        panels = [Panel(marks) for marks in contents]
        figure = explorer(lambda a, panels=panels: panels)
        assert f'class="{kind}"' in figure_html(figure.outline())


def test_nothing_an_author_writes_can_close_the_script_element():
    face = explorer(title="</script><b>", alt="<i>&").static()
    html = figure_html(face)
    assert html.count("</script>") == 1
    assert "<b>" not in html.replace("\\u003cb>", "").split("</script>")[1]
    assert "&lt;i&gt;&amp;" in html


@pytest.mark.parametrize("make", explorer_gallery.ALL, ids=lambda make: make.__name__)
def test_the_picture_shows_something_in_every_panel(make):
    figure = make()
    picture = imread(io.BytesIO(figure.picture()))[..., :3]
    drawn = np.any(picture < 0.85, axis=2)
    panels, columns = len(figure.frame_at()), figure.outline()["columns"]
    rows = -(-panels // columns)
    for k in range(panels):
        row, column = divmod(k, columns)
        part = np.array_split(np.array_split(drawn, rows)[row], columns, axis=1)[column]
        assert part.mean() > 0.003, f"panel {k} is empty"


def test_the_picture_changes_with_the_values():
    figure = explorer()
    assert figure.picture(a=0) != figure.picture(a=2)
    assert base64.b64decode(figure.static()["picture"]) == figure.picture()


def test_pictures_take_bars_in_given_colours_and_points_without_classes():
    from dlcourse.explorers import Bars

    frame = [Panel([Bars([1, 2], color=[0, 3])]), Panel([Points([[0, 1]]), Image([[0, 1]])])]
    assert explorer(lambda a: frame).picture()


def test_explorers_import_neither_matplotlib_nor_anywidget(monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] in ("matplotlib", "anywidget")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [n for n in sys.modules if n.startswith("dlcourse.explorers")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.import_module("dlcourse.explorers")
    assert "matplotlib.pyplot" not in sys.modules
    assert "anywidget" not in sys.modules
