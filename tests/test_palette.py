"""One palette: nothing else in the package or on the site names a colour."""

import json
import re
from itertools import combinations
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
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def linear(colour):
    """Red, green and blue as amounts of light."""
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


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
    assert len(set(plots.PALETTE)) == len(plots.PALETTE) == 10
    for paper in (palette.LIGHT.paper, palette.DARK.paper):
        assert all(contrast(colour, paper) >= 3 for colour in plots.PALETTE[:3])
    for number, colour in enumerate(palette.LIGHT.classes):
        pale = number in (4, 5)  # Okabe and Ito's orange and sky blue
        assert contrast(colour, palette.LIGHT.paper) > (2.2 if pale else 3)
    assert all(contrast(colour, palette.DARK.paper) > 3 for colour in palette.DARK.classes)
    for colours in (palette.LIGHT, palette.DARK):
        assert contrast(colours.ink, colours.paper) > 7
        assert contrast(colours.muted, colours.paper) > 4.5


# What linear red, green and blue become for readers without one kind of cones: Machado, Oliveira
# and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency".
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def cie_lab(colour, vision):
    """CIE L*, a*, b* (1976, white D65) of a colour as seen with a kind of vision."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    seen = np.clip(VISIONS[vision] @ linear(colour), 0, 1)
    share = to_xyz @ seen / np.sum(to_xyz, axis=1)
    x, y, z = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_ten_classes_stay_apart_for_every_kind_of_vision(name, vision):
    """About 2 is a difference that one just notices side by side."""
    seen = [cie_lab(colour, vision) for colour in DATA[name]["classes"]]
    nearest = min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))
    assert nearest > (25 if vision == "all cones" else 13)


@pytest.mark.parametrize("verdict", [palette.RIGHT, palette.WRONG])
def test_verdicts_are_legible_on_white_and_on_black(verdict):
    black, white = palette.LIGHT.grey
    assert min(contrast(verdict, black), contrast(verdict, white)) >= 3


def test_a_style_sheet_finds_every_property_that_it_asks_for():
    known = set(re.findall(r"(--dl-[\w-]+):", palette.css()))
    for path in sources():
        asked = set(re.findall(r"var\((--dl-[a-z][\w-]*)\)", path.read_text(encoding="utf-8")))
        assert asked <= known | {"--dl-icon", "--dl-icons"}, path


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
