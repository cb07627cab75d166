"""Figures: what is drawn where, read back from matplotlib's own objects."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

matplotlib = pytest.importorskip("matplotlib")
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.colors import to_hex, to_rgb  # noqa: E402

from dlcourse import plots  # noqa: E402
from dlcourse.stopping import EarlyStopping  # noqa: E402
from dlcourse.training import History  # noqa: E402

X = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [4.0, 4.0]])
y = np.array([0, 1, 1, 2])


@pytest.fixture(autouse=True)
def _headless():
    with matplotlib.rc_context({"backend": "agg"}):
        yield
        plt.close("all")


def drawn(ax):
    """Render for real, so that a broken artist cannot pass."""
    ax.figure.canvas.draw()
    return ax


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.local
def test_importing_does_not_load_matplotlib():
    code = (
        "import sys; from dlcourse.plots import PALETTE, MARKERS, LINE_STYLES; "
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ten_classes_have_ten_looks():
    looks = {(plots.PALETTE[k], plots.MARKERS[k]) for k in range(10)}
    assert len(looks) == 10
    assert len({m for _, m in looks}) == 10


def test_scatter_draws_each_class_with_its_colour():
    ax = drawn(plots.scatter(X, y))
    assert legend(ax) == ["class 0", "class 1", "class 2"]
    for k, collection in enumerate(ax.collections):
        assert_array_equal(collection.get_offsets(), X[y == k])
        assert to_hex(collection.get_facecolor()[0]).upper() == plots.PALETTE[k]
    assert ax.get_xlabel() == "$x_1$"


def test_scatter_uses_the_axes_and_names_it_is_given():
    _, given = plt.subplots()
    given.set_xlabel("height")
    ax = drawn(plots.scatter(X, y, given, names=["a", "b", "c"], size=9))
    assert ax is given
    assert legend(ax) == ["a", "b", "c"]
    assert ax.get_xlabel() == "height"
    assert_array_equal(ax.collections[0].get_sizes(), [9])


def test_a_missing_class_keeps_the_colours_of_the_others():
    ax = plots.scatter(X[y != 0], y[y != 0])
    assert legend(ax) == ["class 1", "class 2"]
    assert to_hex(ax.collections[0].get_facecolor()[0]).upper() == plots.PALETTE[1]


def test_figures_are_white_cards():
    for ax in (
        plots.scatter(X, y),
        plots.boundary([0, 1, 1]),
        plots.images(np.eye(4), shape=(2, 2)),
    ):
        assert to_hex(ax.figure.get_facecolor()) == plots.PAPER.lower()
        assert to_hex(ax.get_facecolor()) == plots.PAPER.lower()


def test_regions_shows_probabilities_and_the_half_line():
    def probability(points):
        return 1 / (1 + np.exp(-4 * (points[:, 0] - 2)))

    ax = drawn(plots.regions(probability, X, resolution=41))
    (surface,) = ax.images
    assert surface.get_array().shape == (41, 41)
    assert surface.get_clim() == (0.0, 1.0)
    assert_allclose([*ax.get_xlim(), *ax.get_ylim()], [-0.4, 4.4, -0.4, 4.4])
    (contour,) = ax.collections
    assert_allclose(contour.get_paths()[0].vertices[:, 0], 2.0, atol=1e-9)


def test_regions_without_a_boundary_draws_none():
    ax = drawn(plots.regions(lambda points: np.full(len(points), 0.9), X, resolution=5))
    assert len(ax.images) == 1
    assert not ax.collections


def test_regions_is_oriented_like_the_axes():
    ax = plots.regions(lambda points: (points[:, 1] > 2).astype(float), X, resolution=10)
    surface = ax.images[0]
    assert surface.origin == "lower"
    assert_array_equal(surface.get_array()[0], 0)
    assert_array_equal(surface.get_array()[-1], 1)


@pytest.mark.parametrize("form", ["columns", "numbers"])
def test_regions_of_several_classes(form):
    def predict(points):
        scores = -((points[:, np.newaxis] - X[[0, 1, 3]]) ** 2).sum(axis=-1)
        return scores if form == "columns" else scores.argmax(axis=1)

    ax = drawn(plots.regions(predict, X, resolution=30))
    pixels = ax.images[0].get_array()
    assert pixels.shape == (30, 30, 3)
    faint = [0.7 + 0.3 * np.array(to_rgb(plots.PALETTE[k])) for k in range(3)]
    assert_allclose(pixels[0, 0], faint[0])
    assert_allclose(pixels[-1, -1], faint[2])
    assert len(ax.collections) == 2


@pytest.mark.parametrize("dtype", [float, int])
def test_regions_of_one_output_is_its_column(dtype):
    def predict(points):
        return (points[:, 0] > 2).astype(dtype)

    column = plots.regions(lambda points: predict(points)[:, np.newaxis], X, resolution=5)
    vector = plots.regions(predict, X, resolution=5)
    assert_array_equal(column.images[0].get_array(), vector.images[0].get_array())
    assert len(np.unique(column.images[0].get_array())) > 1


def test_regions_of_probabilities_may_be_rounded():
    plots.regions(lambda points: np.full(len(points), np.float32(1) + 2e-7), X, resolution=5)


def test_regions_of_data_on_one_line_still_has_room():
    ax = plots.regions(lambda points: np.zeros(len(points)), [[0, 1], [1, 1]], resolution=5)
    assert_allclose(ax.get_ylim(), [0.9, 1.1])


@pytest.mark.parametrize("w", [[-2.0, 1.0, 1.0], [-3.0, 2.0, 0.0], [1.0, 0.0, -4.0]])
def test_boundary_lies_where_the_score_is_zero(w):
    ax = drawn(plots.boundary(w))
    (line,) = ax.lines
    for point in (line.get_xy1(), line.get_xy2()):
        assert_allclose(w[0] + np.dot(w[1:], point), 0, atol=1e-12)
    assert line.get_xy1() != line.get_xy2()


def test_boundaries_differ_in_their_dashes():
    ax = plots.boundary([0, 1, 1], label="before")
    ax = plots.boundary([1, 1, 1], ax, label="after", line=1)
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert legend(ax) == ["before", "after"]


def test_hidden_space_names_its_axes():
    ax = drawn(plots.hidden_space(X, y, names=["a", "b", "c"]))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("hidden unit 1", "hidden unit 2")
    assert not ax.lines
    assert len(plots.hidden_space(X, y, w=[-1, 1, 1]).lines) == 1


def test_curves_marks_the_best_epoch():
    history = History(training_loss=[3.0, 2.0, 1.0, 0.5], validation_loss=[3.0, 1.5, 2.0, 2.5])
    ax = drawn(plots.curves(history, log=True))
    assert legend(ax) == ["training", "validation", "best epoch: 2"]
    assert_array_equal(ax.lines[0].get_xydata(), [[1, 3], [2, 2], [3, 1], [4, 0.5]])
    assert_array_equal(ax.lines[2].get_xdata(), [2, 2])
    assert ax.get_yscale() == "log"
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_curves_marks_the_epoch_that_training_keeps():
    by_loss = [np.nan, 0.5, 0.4, 0.45, np.nan]
    history = History([1.0] * 5, validation_loss=by_loss, validation_accuracy=[0.1] * 4 + [0.9])
    assert legend(drawn(plots.curves(history)))[-1] == "best epoch: 3"
    for stopping, best in [
        (EarlyStopping(min_delta=0.2), 2),
        (EarlyStopping(monitor="validation_error"), 5),
    ]:
        history.stopping = stopping
        assert legend(drawn(plots.curves(history)))[-1] == f"best epoch: {best}"
    nothing = History([1.0], validation_loss=[np.nan])
    assert legend(drawn(plots.curves(nothing))) == ["training", "validation"]


def test_curves_without_validation_or_epochs():
    ax = drawn(plots.curves(History(training_loss=[1.0])))
    assert legend(ax) == ["training"]
    assert drawn(plots.curves(History())).get_legend() is None


def test_images_are_laid_out_in_rows():
    four = np.arange(16.0).reshape(4, 4) / 15
    ax = drawn(plots.images(four, shape=(2, 2), columns=3))
    sheet = np.asarray(ax.images[0].get_array())
    assert sheet.shape == (7, 10)
    assert_allclose(sheet[1:3, 1:3], four[0].reshape(2, 2))
    assert_allclose(sheet[1:3, 7:9], four[2].reshape(2, 2))
    assert_allclose(sheet[4:6, 1:3], four[3].reshape(2, 2))
    assert not sheet[4:, 4:].any()
    assert not ax.axison


def test_images_have_titles_above_them():
    ax = drawn(plots.images(np.eye(4), shape=(2, 2), columns=2, titles=np.arange(4)))
    assert [text.get_text() for text in ax.texts] == ["0", "1", "2", "3"]
    assert ax.texts[0].get_position()[1] < ax.texts[2].get_position()[1]


def test_signed_images_scale_each_image_around_zero():
    weights = np.array([[1.0, -2.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
    ax = drawn(plots.images(weights, shape=(2, 2), signed=True))
    (image,) = ax.images
    assert image.get_clim() == (-1.0, 1.0)
    sheet = np.asarray(image.get_array())
    assert_allclose(sheet[1:3, 1:3], [[0.5, -1.0], [0.0, 1.0]])
    assert_allclose(image.cmap(0.5)[:3], 1.0, atol=0.01)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.scatter(np.ones((3, 3)), [0, 1, 2]), "X must have 2 columns"),
        (lambda: plots.scatter(X, [0, 1]), "y must have 4 labels"),
        (lambda: plots.scatter(X * np.nan, y), "X must be finite"),
        (lambda: plots.hidden_space(np.ones((3, 1)), [0, 1, 2]), "H must have 2 columns"),
        (lambda: plots.regions(lambda p: p[:5, 0], X), "predict must return one row for each"),
        (
            lambda: plots.regions(lambda p: p[:, :1] - 9, X),
            "predict must return probabilities between 0 and 1, got -9.4 at row 0",
        ),
        (
            lambda: plots.regions(lambda p: p[:, 0] * np.nan, X),
            "predict must return probabilities between 0 and 1, got nan at row 0",
        ),
        (lambda: plots.boundary([1.0, 0.0, 0.0]), "w must hold a bias and two weights"),
        (lambda: plots.boundary([1.0, 1.0]), "w must hold a bias and two weights"),
        (lambda: plots.images(np.ones((2, 5)), shape=(2, 2)), "X must have one image or more"),
        (lambda: plots.images(np.ones((0, 4)), shape=(2, 2)), "X must have one image or more"),
    ],
)
def test_errors_name_the_argument(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_lines_are_told_apart_by_colour_dash_and_name():
    curves = {name: np.full(3, k, float) for k, name in enumerate(["a", "b", "c", "d"])}
    ax = drawn(plots.lines([0.0, 1.0, 2.0], curves, x_label="score", y_label="loss"))
    assert legend(ax) == ["a", "b", "c", "d"]
    assert len({line.get_linestyle() for line in ax.lines}) == 4
    assert len({line.get_color() for line in ax.lines}) == 4
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("score", "loss", "linear")
    assert_array_equal(ax.lines[2].get_ydata(), curves["c"])
    assert plots.lines([0.0, 1.0], {"gap": [np.nan, 1.0]}, log=True).get_yscale() == "log"


def test_lines_refuse_a_curve_of_another_length():
    with pytest.raises(ValueError, match=r"curves\['a'\]"):
        plots.lines([0.0, 1.0], {"a": [1.0]})
