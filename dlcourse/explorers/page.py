"""The static face as HTML: the element that stands in a page, and a page of its own.

The element holds the picture and the caption for readers without scripts; the script replaces the
picture once the frames are there. Its place is kept by what stands there until then, unseen and
of the same size.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlcourse import palette

STATIC = Path(__file__).parent / "static"


def asset(name: str) -> Path:
    """Return the path of one of the browser's files: explorer.js, explorer.mjs or explorer.css.

    Raises
    ------
    FileNotFoundError
        If it was not built.
    """
    path = STATIC / name
    if not path.exists():
        raise FileNotFoundError(
            f"{name} is missing: run `npm ci` and `npm run build` in the source checkout "
            "(`make book` does); wheels hold it already"
        )
    return path


def style_sheet() -> str:
    """Return the style of a figure that stands alone, its colours included."""
    return palette.css() + asset("explorer.css").read_text(encoding="utf-8")


def to_json(value: Any) -> str:
    r"""Write `value` as JSON that may stand inside a script element.

    >>> to_json({"a": "</script>"})
    '{"a":"<\\/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def plain(text: Any) -> str:
    """Return what screen readers get of a text that `dlcourse.explorers.notation.typeset` made."""
    read: str = text if isinstance(text, str) else text["read"]
    return read


def words(text: Any) -> str:
    """Write a text; mathematics as its runs, which are seen, and its reading, which is heard."""
    if isinstance(text, str):
        return html.escape(text)
    seen = "".join(map(_run, text["runs"]))
    heard = f'<span class="dlx-spoken">{html.escape(text["read"])}</span>'
    return f'<span class="dlx-maths"><span aria-hidden="true">{seen}</span>{heard}</span>'


def _run(run: Any) -> str:
    if isinstance(run, str):
        return html.escape(run)
    text, style, size, rise = run
    place = f"font-size:{size}em;vertical-align:{rise / size:.3g}em"
    return f'<span class="dlx-run" data-style="{style}" style="{place}">{html.escape(text)}</span>'


def figure_html(face: Mapping[str, Any], *, source: str = "", picture: str = "") -> str:
    """Return the figure element.

    Parameters
    ----------
    face : mapping
        What `Explorer.static` or (for a live kernel) `Explorer.outline` returns. For a figure that
        waits for a question (``book/_ext/questions.py``) also "waits", the id of the question,
        "waiting", the caption until it is answered, and maybe "sketch", the label of the line that
        the reader draws, and "given", that of one which stays beside it.
    source : str
        Address of the script with the frames, relative to the page; "" if the page holds them.
    picture : str
        HTML of the picture shown without scripts.
    """
    name = face.get("name", "")
    about = {key: face[key] for key in ABOUT if key in face}
    anchor = f' id="{face["anchor"]}"' if "anchor" in face else ""
    share = '<div class="dlx-share"></div>' if anchor or "call" in face else ""
    longest = html.escape(face.get("longest_caption") or plain(face["caption"]))
    return (
        f'<figure class="{_classes(face)}"{anchor} data-name="{name}" '
        f'data-source="{html.escape(source)}" {_waits(face)}style="{_layout(face)}">'
        f'<script type="application/json">{to_json(about)}</script>'
        f'<p class="dlx-title">{words(face["title"])}</p>'
        f'<div class="dlx-stage"><div class="dlx-picture">{picture}</div>'
        f'<div class="dlx-legend dlx-shared">{_legend(face["legend"])}</div>{_panels(face)}</div>'
        f'<div class="dlx-controls">{_controls(face)}</div>'
        f'<figcaption class="dlx-caption" data-longest="{longest}">'
        f"<span>{words(face['caption'])}</span>{_waiting(face)}</figcaption>{share}</figure>"
    )


ABOUT = ("title", "controls", "buttons", "start", "frames_per_second", "call")


SWATCH = '<i class="dlx-swatch"></i>'
BAR = '<small>0</small><i class="dlx-bar"></i><small>0.00</small>'


def _waits(face: Mapping[str, Any]) -> str:
    """Write which question the figure waits for, the line to be drawn, and the one that stays."""
    about = {name: face.get(name) for name in ("waits", "sketch", "given")}
    return "".join(f'data-{key}="{html.escape(value)}" ' for key, value in about.items() if value)


def _waiting(face: Mapping[str, Any]) -> str:
    """Write the caption of a figure that waits."""
    if "waits" not in face:
        return ""
    way = f'<a href="#{face["waits"]}">It moves when you have answered.</a>'
    return f'<span class="dlx-waiting">{html.escape(face["waiting"])} {way}</span>'


def _classes(face: Mapping[str, Any]) -> str:
    small = " dlx-small" if face["small"] else ""
    rows = _rows(face) if face["small"] else len(face["panels"])
    return f"dlx{small}{' dlx-long' if rows > 2 else ''}"


def _rows(face: Mapping[str, Any]) -> int:
    return -(-len(face["panels"]) // int(face["columns"]))


def _layout(face: Mapping[str, Any]) -> str:
    """Write the widths of the panels and the rows that a desk and a phone are to show at once."""
    shapes = [panel["aspect"] for panel in face["panels"]]
    weights = " ".join(f"minmax(0,{aspect:g}fr)" for aspect in shapes[: face["columns"]])
    rows, stacked = (min(count, 2) for count in (_rows(face), len(shapes)))
    return f"--dlx-columns:{weights};--dlx-rows:{rows};--dlx-stacked:{stacked}"


def _controls(face: Mapping[str, Any]) -> str:
    """Write the controls unseen but as large as they will be; the script replaces them."""
    rows = [
        (" dlx-wide" if control.get("wide") else "", _control(control, start))
        for control, start in zip(face["controls"], face["start"], strict=True)
    ]
    buttons = [f"<button>{words(button['label'])}</button>" for button in face["buttons"]]
    rows += [(" dlx-buttons", "".join(buttons))] if buttons else []
    return "".join(
        f'<div class="dlx-row{kind}" style="visibility:hidden">{row}</div>' for kind, row in rows
    )


def _control(control: Mapping[str, Any], start: int) -> str:
    label = words(control["label"])
    values = [words(value) for value in control["values"]]
    if control["kind"] == "slider":
        play = '<button class="dlx-play">Play</button>' if control["play"] else ""
        longest = max(len(plain(value)) for value in control["values"])
        output = f'<output style="--dlx-longest:{longest}">{values[start]}</output>'
        return f'<label>{label}</label><input type="range">{output}{play}'
    if control["kind"] == "select":
        value = html.escape(plain(control["values"][start]))
        return f"<label>{label}</label><select><option>{value}</option></select>"
    options = "".join(f'<label><input type="radio"><span>{v}</span></label>' for v in values)
    return f'<span class="dlx-name">{label}</span><div class="dlx-options">{options}</div>'


def _panels(face: Mapping[str, Any]) -> str:
    return "".join(map(_panel, face["panels"]))


def _panel(panel: Mapping[str, Any]) -> str:
    """Write a panel that is empty but as high as it will be, title and legend included."""
    kind = "dlx-panel dlx-images" if panel["images"] else "dlx-panel"
    return (
        f'<div class="{kind}" style="--dlx-aspect:{panel["aspect"]:g}">'
        f'<div class="dlx-panel-title">{words(panel["title"])}</div>'
        f'<div class="dlx-legend">{_legend(panel["legend"])}</div>'
        f'<div class="dlx-plot"></div></div>'
    )


def _legend(entries: Sequence[tuple[Any, str]]) -> str:
    return "".join(
        f'<span class="dlx-entry">{BAR if sample == "scale" else SWATCH}{words(name)}</span>'
        for name, sample in entries
    )


def data_script(face: Mapping[str, Any]) -> str:
    """Return the script that hands over the frames; a script and not JSON, for ``file://``."""
    return f"dlcourseFrames({to_json(face['name'])},{to_json(face['packet'])})\n"


def whole_page(face: Mapping[str, Any]) -> str:
    """Return one HTML page with everything in it."""
    title = html.escape(plain(face["title"]))
    script = asset("explorer.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{style_sheet()}</style></head>"
        f"<body class='dlx-page'><main>{figure_html(face)}</main>"
        f"<script>{ALONE}{script}</script><script>{data_script(face)}</script></body></html>"
    )


# Follow the reader's theme, and inside a notebook's frame take just the height that is needed.
ALONE = """
document.documentElement.dataset.theme =
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
if (frameElement) new ResizeObserver(() => {
  frameElement.style.height = document.body.offsetHeight + 30 + "px";
}).observe(document.body);
"""
