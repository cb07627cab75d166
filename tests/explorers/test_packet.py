"""Packets, read back by the browser's own decoder in Node."""

import json
import shutil
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from dlcourse.explorers import (
    Bars,
    Contour,
    Diagram,
    Edge,
    Field,
    Image,
    Line,
    Matrix,
    Node,
    Panel,
    Points,
    Rule,
)
from dlcourse.explorers.numbers import number
from dlcourse.explorers.packet import pack
from dlcourse.explorers.scales import settle

DECODER = Path(__file__).parents[2] / "dlcourse/explorers/src/packet.js"
READ = """
import {{ decode, decodeInSlices, inflate }} from {module};
import {{ readFileSync }} from "node:fs";
const bytes = readFileSync(0);
const exact = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const packet = {exact} ? decode(exact) : await decodeInSlices(await inflate(bytes));
const plain = (key, value) =>
  ArrayBuffer.isView(value) ? {{ numbers: Array.from(value, String), shape: value.shape }} : value;
const frames = Array.from({{ length: packet.length }}, (_, k) => packet.frame(k));
console.log(JSON.stringify(frames, plain));
"""


def read(packet, exact=False):
    """Frames as JavaScript sees them, arrays as NumPy arrays."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    script = READ.format(module=json.dumps(DECODER.as_uri()), exact=json.dumps(exact))
    command = [node, "--input-type=module", "-e", script]
    done = subprocess.run(command, input=packet, capture_output=True, check=True, timeout=60)

    def array(entry):
        if set(entry) != {"numbers", "shape"}:
            return entry
        numbers = [float(text.replace("NaN", "nan")) for text in entry["numbers"]]
        return np.array(numbers).reshape(entry["shape"])

    return json.loads(done.stdout, object_hook=array)


def frames_of(*lists):
    frames = [[Panel(marks)] for marks in lists]
    return frames, settle(frames)


@pytest.mark.parametrize("exact", [False, True])
def test_every_array_comes_back(exact):
    rng = np.random.default_rng(0)
    smooth = np.add.outer(np.linspace(-3, 5, 11), np.linspace(0, 1, 13) ** 2)
    lists = [
        [
            Field(smooth + k, x=(0, 1), y=(0, 1)),
            Contour(2.0),
            Points(rng.normal(size=(20, 2)), rng.integers(0, 3, 20)),
            Line([1, 2, 3], [1e-6 * 3**k, np.nan, 123456 + k]),
            Bars(rng.normal(size=(4, 2))),
            Image(rng.random((3, 5, 4)) * 7 - 2),
            Image(rng.random((2, 2, 3)), rgb=True),
            Matrix([[k, np.nan if k > 1 else 0.3], [1.5, -2]], row_groups="all", numbers=".1f"),
            Diagram(
                [Node(0, 0, "a", 0.5, detail=f"a{k // 2}"), Node(1, 1)],
                [Edge(0, 1, -2.0, detail="b"), Edge(1, 0)],
            ),
        ]
        for k in range(4)
    ]
    frames, settled = frames_of(*lists)
    back = read(pack(frames, ["a", "b", "c", "d"], settled, exact=exact), exact)
    assert [frame["caption"] for frame in back] == ["a", "b", "c", "d"]
    for frame, got in zip(frames, back, strict=True):
        for mark, seen in zip(frame[0].marks, got["panels"][0]["marks"], strict=True):
            assert seen["kind"] == mark.kind
            assert {name: seen[name] for name in mark.texts()} == mark.texts()
            for name, values in mark.arrays().items():
                spread = np.nanmax(np.abs(values)) + 5  # values of all frames, roughly
                step = spread / 2**12 if mark.kind in ("field", "contour") else spread / 2**8
                coarse = mark.kind in ("field", "contour", "image", "matrix")
                loose = {"atol": step} if coarse and not exact else {"rtol": 7e-5}
                np.testing.assert_allclose(seen[name], values, **({"rtol": 0} | loose))


def test_smooth_fields_survive_every_kind_of_differences():
    """Fields for which differences over frames, over space, or neither are the smallest."""
    rng = np.random.default_rng(1)
    still = rng.random((9, 9))
    ramp = np.add.outer(np.arange(9.0), np.arange(9.0))
    for stack in (still[None] + np.zeros((5, 1, 1)) + np.arange(5)[:, None, None] * 1e-3,
                  ramp[None] * np.arange(1, 6)[:, None, None], rng.random((5, 9, 9))):  # fmt: skip
        for bits in (8, 12, 16):
            lists = [[Field(values, x=(0, 1), y=(0, 1), bits=bits)] for values in stack]
            frames, settled = frames_of(*lists)
            back = read(pack(frames, [""] * 5, settled))
            got = np.stack([frame["panels"][0]["marks"][0]["values"] for frame in back])
            limit = (stack.max() - stack.min()) / (2**bits - 1) * 0.51
            np.testing.assert_allclose(got, stack, rtol=0, atol=limit + 1e-5)


def test_whole_numbers_are_exact():
    classes = np.random.default_rng(2).integers(-1, 10, (7, 7))
    frames, settled = frames_of([Field(classes, x=(0, 1), y=(0, 1), scale="classes"),
                                 Points([[0, 0], [8191, 3]], [0, 7])])  # fmt: skip
    field, points = read(pack(frames, [""], settled))[0]["panels"][0]["marks"]
    np.testing.assert_array_equal(field["values"], classes)
    np.testing.assert_array_equal(points["X"], [[0, 0], [8191, 3]])
    np.testing.assert_array_equal(points["y"], [0, 7])


def test_what_does_not_change_is_stored_once():
    still = Points(np.random.default_rng(3).normal(size=(500, 2)))
    one, _ = frames_of([still, Line([0, 1], [0, 0])])
    many, _ = frames_of(*[[still, Line([0, 1], [0, k])] for k in range(50)])
    sizes = [len(pack(f, [""] * len(f), settle(f))) for f in (one, many)]
    assert sizes[1] < sizes[0] + 50 * 40
    header = zlib.decompress(pack(many, [""] * 50, settle(many)))
    length = int.from_bytes(header[:4], "little")
    blocks = json.loads(header[4 : 4 + length])["blocks"]
    assert blocks[0]["shape"] == [1, 500, 2], "the points"
    assert [block["shape"][0] for block in blocks[1:]] == [1, 50], "x and y of the lines"


def test_marks_may_come_go_and_change_their_kind():
    line, points = Line([0, 1], [2, 3], label="a", color=2), Points([[0, 0], [1, 1]])
    dashed, rule = Line([0, 1], [2, 3], dash=True), Rule(x=0.0)
    lists = [[line, points], [points], [], [rule, line, dashed], [dashed, points], [line, points]]
    frames, settled = frames_of(*lists)
    for marks, got in zip(lists, read(pack(frames, [""] * 6, settled)), strict=True):
        seen = got["panels"][0]["marks"]
        assert [mark["kind"] for mark in seen] == [mark.kind for mark in marks]
        for mark, about in zip(marks, seen, strict=True):
            options = json.loads(json.dumps(mark.options()))
            assert {name: about.get(name) for name in options} == options
            assert {name for name, value in about.items() if value is not None} == {
                "kind", "arrays", *options, *mark.arrays(),
            }  # fmt: skip


def test_a_path_that_grows_is_stored_once():
    """Six paths of 200 steps: cut anew for each frame they take six times as much."""
    paths = np.random.default_rng(4).normal(size=(6, 200, 2)).cumsum(axis=1)
    grown = [[Line(*path.T, upto=k) for path in paths] for k in range(200)]
    cut = [[Line(*path[: k + 1].T) for path in paths] for k in range(200)]
    sizes = [
        len(pack(frames, [""] * 200, settled))
        for frames, settled in (frames_of(*grown), frames_of(*cut))
    ]
    assert sizes[0] < 7_000 < sizes[1] / 5


def test_a_number_that_changes_takes_a_few_bytes_a_frame():
    lists = [[Line([0, 1], [0, 1]), Rule(x=k / 7, label="here", width=3)] for k in range(100)]
    one, many = frames_of(lists[0])[0], frames_of(*lists)[0]
    sizes = [len(pack(f, [""] * len(f), settle(f))) for f in (one, many)]
    assert sizes[1] - sizes[0] < 99 * 16


def test_a_smooth_field_takes_less_than_a_byte_and_a_half_per_value():
    """The 20 x 20 frames of 64 x 64 values that took 781 KB as plain differences of bytes."""
    x, y = np.meshgrid(np.linspace(-3, 3, 64), np.linspace(-3, 3, 64))
    weights = np.linspace(-2, 2, 20)
    lists = [
        [Field(1 / (1 + np.exp(-3 * (a * x + b * y))), x=(-3, 3), y=(-3, 3))]
        for a in weights
        for b in weights
    ]
    frames, settled = frames_of(*lists)
    assert len(pack(frames, [""] * 400, settled)) < 150_000


NUMBERS = [
    0.0,
    -0.0,
    0.04,
    -0.04,
    0.05,
    0.125,
    2.5,
    3.5,
    -2.5,
    0.925,
    1e6,
    123456.5,
    1e-5,
    -7e-4,
    299,
]
FORMATS = ["", "d", "+d", "g", ".3g", "+.1f", ".2f", ".0f", ".1e", "e", ".0%", "%"]


@pytest.mark.parametrize("numbers", FORMATS)
def test_the_page_shows_each_number_as_python_writes_it(numbers):
    """The domain is coarse on purpose: eight bits of it would show 99 for 100."""
    values = np.array([NUMBERS])
    marks = [
        Matrix(values, numbers=numbers, label="scale", domain=(-1e6, 1e6)),
        Bars(NUMBERS, numbers=numbers),
        Diagram([Node(0, 0, "", value) for value in NUMBERS], numbers=numbers),
        Diagram([Node(0, 0)], [Edge(0, 0, value) for value in NUMBERS], edge_numbers=numbers),
    ]
    frames, settled = frames_of(marks)
    (panel,) = read(pack(frames, [""], settled))[0]["panels"]
    matrix, bars, nodes, edges = panel["marks"]
    python = [number(value, numbers) for value in NUMBERS] if numbers else []
    assert matrix["numbers"] == bars["numbers"] == nodes["numbers"] == python
    assert edges["edge_labels"] == (python or [""] * len(NUMBERS))
    assert panel["legend"][0]["domain"] == ["−10⁶", "10⁶"]
