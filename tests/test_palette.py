"""One palette: nothing else in the package or on the site names a colour."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import dlcourse
from dlcourse import palette, plots

ROOT = Path(__file__).parents[1]
PACKAGE = Path(dlcourse.__file__).parent
HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b")
STYLED = {".py", ".js", ".mjs", ".css", ".html", ".j2", ".md"}
DATA = json.loads((PACKAGE / "palette.json").read_text(encoding="utf-8"))


def sources():
    """What names colours; not the site's two drawings, which a browser opens by themselves."""
    for folder in (PACKAGE, ROOT / "book"):
        for path in sorted(folder.rglob("*")):
            built = "static" in path.parts
            if path.suffix in STYLED and not built:
                yield path


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    """Relative luminance, as WCAG 2 defines it."""
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_every_colour_stands_in_the_palette():
    found = [
        f"{path}: {colour}"
        for path in sources()
        for colour in HEX.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_both_kinds_of_page_have_the_same_colours():
    assert set(DATA["light"]) == set(DATA["dark"])
    assert not set(DATA["both"]) & set(DATA["light"])
    assert len(palette.LIGHT.classes) == len(palette.DARK.classes)
    for colours in (palette.LIGHT, palette.DARK):
        assert len(colours.diverging) == len(colours.sequential) == 5


def test_classes_are_legible_on_light_and_dark():
    assert len(set(plots.PALETTE)) == len(plots.PALETTE)
    for paper in (palette.LIGHT.paper, palette.DARK.paper):
        assert all(contrast(colour, paper) >= 3 for colour in plots.PALETTE[:3])
    assert contrast(plots.PALETTE[3], palette.LIGHT.paper) > 2.9
    for colours in (palette.LIGHT, palette.DARK):
        assert contrast(colours.ink, colours.paper) > 7
        assert contrast(colours.muted, colours.paper) > 4.5


@pytest.mark.parametrize("verdict", [palette.RIGHT, palette.WRONG])
def test_verdicts_are_legible_on_white_and_on_black(verdict):
    black, white = palette.LIGHT.grey
    assert min(contrast(verdict, black), contrast(verdict, white)) >= 3


def test_a_style_sheet_finds_every_property_that_it_asks_for():
    known = set(re.findall(r"(--dl-[\w-]+):", palette.css()))
    for path in sources():
        asked = set(re.findall(r"var\((--dl-[a-z][\w-]*)\)", path.read_text(encoding="utf-8")))
        assert asked <= known | {"--dl-icon"}, path


@pytest.mark.parametrize("name", ["light", "dark"])
def test_properties_are_the_values_of_the_file(name):
    light, dark = palette.css().split(palette.DARK_PAGES)
    rule = {"light": light, "dark": dark}[name]
    for key, value in {**DATA[name], **DATA["both"]}.items():
        if key == "classes":
            for number, colour in enumerate(value):
                assert f"--dl-{number}:{colour};" in rule
        else:
            text = ",".join(value) if isinstance(value, list) else value
            assert f"--dl-{key.replace('_', '-')}:{text};" in rule
