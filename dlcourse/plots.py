"""Figures that the chapters share: data, decision regions, boundaries, learning curves, images.

The colours are those of `dlcourse.palette`. Every class has a marker and every line a dash pattern
too, so no figure needs its colours to be read. Figures are white cards with dark ink: no single
grey is legible on white and on black at once, a white card is legible on any page.

Every function draws into ``ax`` (by default into a new figure) and returns the Axes. Importing
this module does not load matplotlib; drawing does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse import _validation
from dlcourse.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = LIGHT.classes
"""Colour of class 0, 1, 2, ...; the first three have a contrast of 3 to 1 on light and on dark."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
"""Marker of class 0, 1, 2, ... in matplotlib's names."""

LINE_STYLES = ("-", "--", ":", "-.")
"""Dash pattern of line 0, 1, 2, ... in matplotlib's names."""

PROBABILITY_COLOURS = (PALETTE[0], LIGHT.diverging[2], PALETTE[1])
"""Colours of the probability of class 1 at 0, 1/2 and 1."""

INK = LIGHT.ink
"""Colour of lines, letters and the edges of points."""

PAPER = LIGHT.paper
"""Colour of what they are drawn on."""

POINT_SIZE = 28
"""Area of a marker in square points."""

IMAGE_SIDE = 28
"""Pixels along one side of a digit."""


class CurvesOfTraining(Protocol):
    """What :func:`curves` needs of a history: one number for each epoch."""

    training_loss: list[float]
    validation_loss: list[float]

    @property
    def best_epoch(self) -> int | None:
        """Number of the epoch to mark."""


def _card(ax: Axes | None, size: tuple[float, float] = (5.0, 4.0)) -> Axes:
    """Take the given Axes or make new ones; either way dark ink on a white card."""
    if ax is None:
        from matplotlib import pyplot as plt

        ax = plt.figure(figsize=size, layout="constrained").add_subplot()
    ax.figure.set_facecolor(PAPER)
    ax.set_facecolor(PAPER)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.tick_params(colors=INK)
    return ax


def _label(ax: Axes, x: str, y: str) -> None:
    """Name the axes, unless the caller has named them."""
    ax.set_xlabel(ax.get_xlabel() or x, color=INK)
    ax.set_ylabel(ax.get_ylabel() or y, color=INK)


def _points(X: ArrayLike, name: str = "X") -> NDArray[np.floating[Any]]:
    points = _validation.float_array(X, name, ndim=2)
    if points.shape[1] != 2:
        raise ValueError(f"{name} must have 2 columns to be drawn, got shape {points.shape}")
    return points


def _legend_beside(ax: Axes) -> None:
    """Legend to the right of the Axes, where it hides no point."""
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, labelcolor=INK)


def scatter(
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    names: Sequence[str] | None = None,
    size: float = POINT_SIZE,
) -> Axes:
    """Draw points of the plane with a colour and a marker for each class.

    Parameters
    ----------
    X : array_like of shape (n, 2)
    y : array_like of shape (n,)
        Class numbers.
    ax : Axes, optional
    names : sequence of str, optional
        What the legend calls the classes; ``class 0``, ``class 1`` and so on by default.
    size : float
        Area of a marker in square points.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If ``X`` is not two columns of numbers, or ``y`` not one class number for each row.

    Examples
    --------
    >>> ax = scatter([[0, 0], [1, 1]], [0, 1])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    points = _points(X)
    labels = _validation.labels_array(y, "y", n=len(points))
    ax = _card(ax)
    for k in np.unique(labels).tolist():
        ax.scatter(
            points[labels == k, 0],
            points[labels == k, 1],
            s=size,
            c=PALETTE[k % len(PALETTE)],
            marker=MARKERS[k % len(MARKERS)],
            edgecolors=INK,  # so that yellow shows on white
            linewidths=0.5,
            label=names[k] if names else f"class {k}",
            zorder=3,
        )
    _label(ax, "$x_1$", "$x_2$")
    _legend_beside(ax)
    return ax


def regions(
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    X: ArrayLike,
    ax: Axes | None = None,
    *,
    resolution: int = 200,
    margin: float = 0.1,
) -> Axes:
    """Colour the plane around ``X`` by what a classifier says there.

    Parameters
    ----------
    predict : callable
        Takes points (m, 2). May return the probability of class 1, floats (m,) or (m, 1): then the
        colour follows the probability and a line marks 1/2. Or one column of scores or
        probabilities for each of K > 1 classes, (m, K): then every region has the colour of its
        largest column. Or class numbers, integers (m,) or (m, 1).
    X : array_like of shape (n, 2)
        The data; sets how much of the plane is shown. They are not drawn: see :func:`scatter`.
    ax : Axes, optional
    resolution : int
        Points of the grid along each axis.
    margin : float
        How far to go beyond the data, in parts of their extent.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If ``predict`` returns something else than one row for each point, or numbers outside
        [0, 1] where it returns probabilities.

    Examples
    --------
    >>> ax = regions(lambda points: points[:, 0] > 0.5, [[0, 0], [1, 1]])
    >>> [round(float(x), 3) for x in ax.get_xlim()]
    [-0.1, 1.1]
    """
    points, ax = _points(X), _card(ax)
    x1, x2 = (_grid_line(column, resolution, margin) for column in points.T)
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    values = np.asarray(predict(grid))
    if values.shape[:1] != grid.shape[:1] or values.ndim > 2:
        raise ValueError(
            f"predict must return one row for each of the {len(grid)} points it is given, "
            f"got shape {values.shape}"
        )
    surface = (len(x2), len(x1))
    if values.shape[1:] == (1,):
        values = values[:, 0]
    if values.ndim == 1 and values.dtype.kind == "f":
        outside = ~(np.abs(values - 0.5) < 0.5 + 1e-6)  # a little is rounding; NaN is outside
        _validation.refuse(outside, values, "predict", "return probabilities between 0 and 1")
        _probability_surface(ax, x1, x2, values.reshape(surface))
    else:
        classes = values.argmax(axis=1) if values.ndim == 2 else values.astype(np.intp)
        _class_regions(ax, x1, x2, classes.reshape(surface))
    ax.set(xlim=(x1[0], x1[-1]), ylim=(x2[0], x2[-1]))
    _label(ax, "$x_1$", "$x_2$")
    return ax


def _grid_line(values: NDArray[Any], resolution: int, margin: float) -> NDArray[np.float64]:
    low, high = float(values.min()), float(values.max())
    room = margin * (high - low or 1.0)
    return np.linspace(low - room, high + room, resolution)


def _probability_surface(
    ax: Axes, x1: NDArray[Any], x2: NDArray[Any], probability: NDArray[Any]
) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("probability", PROBABILITY_COLOURS)
    extent = (x1[0], x1[-1], x2[0], x2[-1])
    ax.imshow(
        probability, extent=extent, origin="lower", aspect="auto", cmap=colours,
        vmin=0.0, vmax=1.0, alpha=0.6, interpolation="bilinear",
    )  # fmt: skip
    if probability.min() < 0.5 < probability.max():
        ax.contour(x1, x2, probability, levels=[0.5], colors=INK, linewidths=1.5)


def _class_regions(ax: Axes, x1: NDArray[Any], x2: NDArray[Any], classes: NDArray[Any]) -> None:
    from matplotlib.colors import to_rgb

    palette = np.array([to_rgb(colour) for colour in PALETTE])
    faint = 0.7 + 0.3 * palette[classes % len(PALETTE)]
    extent = (x1[0], x1[-1], x2[0], x2[-1])
    ax.imshow(faint, extent=extent, origin="lower", aspect="auto", interpolation="nearest")
    for k in np.unique(classes)[1:]:
        ax.contour(x1, x2, classes == k, levels=[0.5], colors=INK, linewidths=1.0)


def boundary(
    w: ArrayLike, ax: Axes | None = None, *, label: str | None = None, line: int = 0
) -> Axes:
    r"""Draw the line :math:`w_0 + w_1 x_1 + w_2 x_2 = 0`.

    Parameters
    ----------
    w : array_like of shape (3,)
        Bias first.
    ax : Axes, optional
    label : str, optional
        For the legend.
    line : int
        Number of the line in this figure: picks its dash pattern.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If ``w`` has another shape, or ``w[1]`` and ``w[2]`` are both 0, which makes no line.

    Examples
    --------
    >>> ax = boundary([-1.0, 1.0, 1.0])
    >>> len(ax.lines)
    1
    """
    weights = _validation.float_array(w, "w", ndim=1)
    if weights.shape != (3,) or not weights[1:].any():
        raise ValueError(f"w must hold a bias and two weights that are not both 0, got {weights}")
    ax = _card(ax)
    bias, normal = weights[0], weights[1:]
    foot = -bias * normal / (normal @ normal)
    ax.axline(
        (foot[0], foot[1]),
        (foot[0] - normal[1], foot[1] + normal[0]),
        color=INK,
        linewidth=1.8,
        linestyle=LINE_STYLES[line % len(LINE_STYLES)],
        label=label,
    )
    _label(ax, "$x_1$", "$x_2$")
    if label:
        _legend_beside(ax)
    return ax


def hidden_space(
    H: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    *,
    w: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Axes:
    """Draw examples where a hidden layer of two units puts them.

    Parameters
    ----------
    H : array_like of shape (n, 2)
        Outputs of the two units.
    y : array_like of shape (n,)
        Class numbers.
    ax : Axes, optional
    w : array_like of shape (3,), optional
        Weights of the output unit, bias first: its boundary is drawn too.
    names : sequence of str, optional
        What the legend calls the classes.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = hidden_space([[0, 1], [1, 1]], [0, 1], w=[-0.5, 1.0, 0.0])
    >>> ax.get_xlabel()
    'hidden unit 1'
    """
    ax = scatter(_points(H, "H"), y, ax, names=names)
    ax.set_xlabel("hidden unit 1")
    ax.set_ylabel("hidden unit 2")
    return ax if w is None else boundary(w, ax)


def curves(history: CurvesOfTraining, ax: Axes | None = None, *, log: bool = False) -> Axes:
    """Draw the loss against the epoch, and mark the epoch that training found best.

    Parameters
    ----------
    history : History
        Of :func:`dlcourse.training.train`.
    ax : Axes, optional
    log : bool
        Logarithmic axis for the loss.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from dlcourse.training import History
    >>> ax = curves(History(training_loss=[3.0, 2.0, 1.0], validation_loss=[3.0, 2.0, 2.5]))
    >>> [line.get_label() for line in ax.lines]
    ['training', 'validation', 'best epoch: 2']
    """
    ax = _card(ax)
    both = (("training", history.training_loss), ("validation", history.validation_loss))
    for k, (label, losses) in enumerate(both):
        if losses:
            epochs = np.arange(1, len(losses) + 1)
            ax.plot(epochs, losses, LINE_STYLES[k], color=PALETTE[k], linewidth=1.8, label=label)
    if (best := history.best_epoch) is not None:
        ax.axvline(best, color=INK, linestyle=LINE_STYLES[2], label=f"best epoch: {best}")
    if log:
        ax.set_yscale("log")
    ax.locator_params(axis="x", integer=True)
    _label(ax, "epoch", "loss")
    if ax.lines:
        ax.legend(framealpha=0.9, labelcolor=INK)
    return ax


def lines(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
) -> Axes:
    """Draw several functions of one variable, each with its own colour and dash pattern.

    Parameters
    ----------
    x : array_like of shape (n,)
    curves : mapping from str to array_like of shape (n,)
        Name for the legend, and values at ``x``. NaN leaves a gap.
    ax : Axes, optional
    x_label, y_label : str
        Names of the axes.
    log : bool
        Logarithmic vertical axis.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not finite, or a curve does not have one number for each ``x``.

    Examples
    --------
    >>> ax = lines([0.0, 1.0, 2.0], {"square": [0, 1, 4], "cube": [0, 1, 8]})
    >>> [line.get_linestyle() for line in ax.lines]
    ['-', '--']
    """
    places = _validation.float_array(x, "x", ndim=1)
    ax = _card(ax)
    for k, (name, values) in enumerate(curves.items()):
        heights = _validation.float_array(values, f"curves[{name!r}]", ndim=1, finite=False)
        _validation.same_length(places, heights, ("x", f"curves[{name!r}]"))
        style = LINE_STYLES[k % len(LINE_STYLES)]
        ax.plot(places, heights, style, color=PALETTE[k % len(PALETTE)], linewidth=1.8, label=name)
    if log:
        ax.set_yscale("log")
    _label(ax, x_label, y_label)
    if curves:
        ax.legend(framealpha=0.9, labelcolor=INK)
    return ax


def images(
    X: ArrayLike,
    ax: Axes | None = None,
    *,
    shape: tuple[int, int] = (IMAGE_SIDE, IMAGE_SIDE),
    columns: int = 10,
    titles: Iterable[object] | None = None,
    signed: bool = False,
) -> Axes:
    """Draw rows of ``X`` as a sheet of small grey images, ink on paper.

    Parameters
    ----------
    X : array_like of shape (n, height * width)
        One image in each row.
    ax : Axes, optional
    shape : (height, width)
        Of one image.
    columns : int
        Images side by side.
    titles : iterable, optional
        One for each image, such as its class; drawn above it.
    signed : bool
        For weights rather than grey values: blue below 0, white at 0, vermilion above, every image
        on its own scale.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no image or the rows do not have ``height * width`` numbers.

    Examples
    --------
    >>> ax = images(np.eye(4), shape=(2, 2), columns=2, titles="abcd")
    >>> len(ax.texts)
    4
    """
    pixels = _validation.float_array(X, "X", ndim=2)
    height, width = shape
    if not len(pixels) or pixels.shape[1] != height * width:
        raise ValueError(
            f"X must have one image or more with {height * width} numbers each (shape {shape}), "
            f"got shape {pixels.shape}"
        )
    sheet, corners = _sheet(pixels.reshape(-1, height, width), columns, signed, titles is not None)
    ax = _card(ax, size=(0.6 * columns, 0.6 * columns * sheet.shape[0] / sheet.shape[1]))
    ax.imshow(sheet, cmap=_sheet_colours(signed), vmin=-1.0 if signed else 0.0, vmax=1.0)
    ax.set_axis_off()
    for title, (top, left) in zip(() if titles is None else titles, corners, strict=False):
        middle = left + (width - 1) / 2
        ax.text(middle, top - 1.5, str(title), ha="center", va="bottom", color=INK, fontsize=9)
    return ax


def _sheet(
    pixels: NDArray[Any], columns: int, signed: bool, titled: bool
) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """One large image with a gap between the small ones, and each one's upper left corner."""
    n, height, width = pixels.shape
    if signed:
        largest = np.abs(pixels).max(axis=(1, 2), keepdims=True)
        pixels = pixels / np.where(largest > 0, largest, 1.0)
    gap, head = max(1, width // 14), height // 2 if titled else 0
    cell_height, cell_width = height + gap + head, width + gap
    columns = min(columns, n)
    sheet = np.zeros((-(-n // columns) * cell_height + gap, columns * cell_width + gap))
    corners = []
    for i, image in enumerate(pixels):
        top = i // columns * cell_height + gap + head
        left = i % columns * cell_width + gap
        sheet[top : top + height, left : left + width] = image
        corners.append((top, left))
    return sheet, corners


def _sheet_colours(signed: bool) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    ends = (PALETTE[0], PAPER, PALETTE[1]) if signed else (PAPER, INK)
    return LinearSegmentedColormap.from_list("sheet", ends)
