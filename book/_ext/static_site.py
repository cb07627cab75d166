"""The site asks no other host for anything, and asks its own for little.

* KaTeX's style sheet and fonts are copied from ``node_modules`` (version and hash in
  ``package-lock.json``), never committed.
* The theme's icons are a 1.5 MB script, of which a page shows a dozen drawings. Those come from
  Font Awesome's own files instead, and become one picture of which each icon shows a square.
  (Of a picture for each, a browser makes a document, before the first word.)
* Two of the theme's scripts are kept, one without what made pages slow on a telephone
  (``write_theme_script``).
* The theme's script learns which colours the system wants when the page is there, and then all is
  painted anew, from light to dark for some. A line in the head asks before the first paint.
* ``vendored_static_dir`` is a folder that other extensions fill with what they ship, too.

Jupyter Book puts every script it finds below a ``_static`` folder beside ``_config.yml`` on every
page; ours lies in ``book/`` and the folder of copies comes later, so pages name what they use.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.application import Sphinx
from sphinx.builders.html._assets import _JavaScript
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KATEX = ROOT / "node_modules" / "katex" / "dist"
ICONS = ROOT / "node_modules" / "@fortawesome" / "fontawesome-free" / "svgs"
THEME_SCRIPTS = (
    Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts"
)
# the boxes that the theme's script measures at load and again at every change of the page
MEASURED = (
    '["pre",".nboutput > .output_area",".cell_output > .output",".jp-RenderedHTMLCommon",'
    '".pst-scrollable-table-container"]'
)
COLOURS = """{
  const page = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (!["light", "dark"].includes(page.mode)) page.theme = dark ? "dark" : "light";
}"""

# every icon that the theme's templates, its style sheet and our pages name
NAMED_ICONS = {
    "brands": ["github"],
    "solid": [
        "angle-left",
        "angle-right",
        "arrow-up",
        "bars",
        "chevron-down",
        "circle-half-stroke",
        "code",
        "download",
        "expand",
        "file",
        "file-pdf",
        "list",
        "magnifying-glass",
        "moon",
        "outdent",
        "rocket",
        "sun",
        "xmark",
    ],
}
# the theme writes these as characters of an icon font before an admonition's title
ADMONITIONS = {
    "note": "circle-info",
    "tip": "lightbulb",
    "hint": "lightbulb",
    "important": "bell",
    "warning": "triangle-exclamation",
    "seealso": "arrow-right",
    "predict": "circle-question",
    "self-test": "circle-question",
    "requirements": "graduation-cap",
}
ICON_LICENCE = "/* Icons: Font Awesome Free, fontawesome.com, CC BY 4.0 */"


def vendored_static_dir(app: Sphinx) -> Path:
    """Return the folder of copied assets; its contents land in ``_static/`` of the site."""
    folder = Path(app.doctreedir).parent / "vendored_static"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def copy_katex(destination: Path) -> None:
    """Copy KaTeX's style sheet and the fonts in the one format every browser reads."""
    if not KATEX.is_dir():
        raise ExtensionError("KaTeX is missing: run `npm ci` in the repository root")
    fonts = destination / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy2(font, fonts)
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r",url\([^)]*\.(woff|ttf)\) format\([^)]*\)", "", css)
    (destination / "katex.css").write_text(css, encoding="utf-8")


def drawing(kind: str, name: str, place: int) -> str:
    """Return a drawing of Font Awesome, set into one square of the picture of all."""
    file = ICONS / kind / f"{name}.svg"
    if not file.is_file():
        raise ExtensionError(f"there is no icon {file}: run `npm ci`, or correct its name")
    svg = re.sub(r"<!--.*?-->", "", file.read_text(encoding="utf-8"))
    return svg.replace("<svg ", f'<svg x="{place}" width="1" height="1" ', 1)


def write_icons(destination: Path) -> None:
    """Write the style sheet of icons: the picture of all, and where in it each one is."""
    icons = [(kind, name) for kind, names in NAMED_ICONS.items() for name in names]
    icons += [("solid", name) for name in ADMONITIONS.values()]
    icons = list(dict.fromkeys(icons))
    squares = "".join(drawing(*icon, place) for place, icon in enumerate(icons))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(icons)} 1">{squares}</svg>'
    rules = [f":root{{--dl-icons:url('data:image/svg+xml,{quote(svg, safe=' =/:')}')}}"]
    shares = {icon: place / (len(icons) - 1) for place, icon in enumerate(icons)}
    for kind, names in NAMED_ICONS.items():
        rules += [f".fa-{name}{{--dl-icon:{shares[kind, name]:.4%}}}" for name in names]
    for title, name in ADMONITIONS.items():
        rules.append(f".admonition.{title}{{--dl-icon:{shares['solid', name]:.4%}}}")
    destination.mkdir(parents=True, exist_ok=True)
    css = "\n".join([ICON_LICENCE, *rules, ""])
    (destination / "icons.css").write_text(css, encoding="utf-8")


def write_theme_script(destination: Path) -> None:
    """Copy the theme's script without its measuring of every box, which lays out a whole chapter.

    ``site.js`` does the same for the boxes that come into sight.
    """
    script = (THEME_SCRIPTS / "pydata-sphinx-theme.js").read_text(encoding="utf-8")
    if script.count(MEASURED) != 1:
        raise ExtensionError("the theme's script is not the one that static_site knows")
    destination.mkdir(parents=True, exist_ok=True)
    script = script.replace(MEASURED, '[".measured-by-site-js"]')
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    (destination / "theme.js").write_text(script, encoding="utf-8")


def add_assets(app: Sphinx) -> None:
    """Collect the copied assets before the first page is written."""
    if app.builder.name != "html":
        return
    folder = vendored_static_dir(app)
    copy_katex(folder / "katex")
    write_icons(folder / "icons")
    write_theme_script(folder / "scripts")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("katex/katex.css")
    app.add_css_file("icons/icons.css")
    app.add_css_file("site.css", priority=900)
    app.add_js_file(None, body=COLOURS)
    app.add_js_file("site.js", loading_method="defer")


# a script of the theme's company, and what a page must hold to need it
NEEDED_BY = {"design-tabs": "sd-tab-set", "togglebutton": "dropdown", "copybutton": "highlight"}
NEEDED_BY["clipboard"] = NEEDED_BY["copybutton"]


def needless(script: Any, body: str) -> bool:
    """Tell whether a page does without a script: it saves widgets, or finds nothing to do."""
    if "jupyter.widget-state" in getattr(script, "attributes", {}).get("type", ""):
        return True
    filename = str(getattr(script, "filename", None) or "")
    return any(name in filename and sign not in body for name, sign in NEEDED_BY.items())


def defer_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let no script of the page's head hold up its first paint.

    What a page does without is left out, and what comes a second time. The few lines of options,
    which the theme's inline scripts write into, are put into the page.
    The search page's scripts call each other from inline code and stay as they are.
    """
    if pagename == "search" or app.builder.name != "html":
        return
    body = context.get("body") or ""
    asked = dict.fromkeys(context.get("script_files", []))
    scripts = [script for script in asked if not needless(script, body)]
    context["script_files"] = scripts
    for position, script in enumerate(scripts):
        filename = str(getattr(script, "filename", None) or "")
        if "documentation_options" in filename:
            options = Path(app.outdir, "_static", "documentation_options.js")
            scripts[position] = _JavaScript(None, body=options.read_text(encoding="utf-8"))
        elif filename:
            # a new object: the old one is shared by all pages, the search page among them
            attributes = {"defer": "defer"} | script.attributes
            scripts[position] = _JavaScript(filename, priority=script.priority, **attributes)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the copies to the build."""
    app.setup_extension("palette_css")
    app.connect("builder-inited", add_assets)
    app.connect("html-page-context", defer_scripts, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
