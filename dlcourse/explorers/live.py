"""The live face: a widget that asks Python for each frame. Imported only where it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from dlcourse.explorers.page import asset, figure_html, style_sheet

if TYPE_CHECKING:
    from dlcourse.explorers.explorer import Explorer


class ExplorerWidget(anywidget.AnyWidget):
    """One explorer in a notebook.

    The browser writes `position` (an index for each control), Python answers with `packet`, one
    frame in the form of `dlcourse.explorers.packet`, or with `error`. When
    the reader takes hold of a handle, a message asks where it would lie, and a message answers.
    """

    _esm = asset("explorer.mjs").read_text(encoding="utf-8")
    _css = style_sheet()
    html = traitlets.Unicode().tag(sync=True)
    position = traitlets.List(traitlets.Int()).tag(sync=True)
    packet = traitlets.Bytes().tag(sync=True)
    answered = traitlets.List(traitlets.Int()).tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        super().__init__(
            html=figure_html(explorer.outline()),
            position=list(explorer.start),
            packet=explorer.live_packet(explorer.start),
            answered=list(explorer.start),
        )
        self.observe(self._answer, names="position")
        self.on_msg(self._tell)

    def _answer(self, change: dict[str, Any]) -> None:
        """Send the frame of the new position; an error in the author's function is shown."""
        with self.hold_sync():
            try:
                self.packet = self._explorer.live_packet(change["new"])
                self.error = ""
            except Exception as error:
                self.error = f"{type(error).__name__}: {error}"
            self.answered = change["new"]

    def _tell(self, _: Any, asked: dict[str, Any], __: Any) -> None:
        """Send the places of a handle that is about to be dragged."""
        self.send({"spots": self._explorer.spots(**asked)})
