"""Frames as bytes: what a static page loads and what a live kernel sends.

A packet is a header in JSON and, after it, blocks of numbers. What several frames share is stored
once: for each panel and for each place of a mark in it the header has a table of the options seen
there, of which each row says only what differs from the row before; a frame is a list of row
numbers and of numbers of arrays and of texts, written as differences from the frame before. Fields
and images are quantised to 8 to 16 bits and differenced along frames, rows and columns where that
makes them smaller; coordinates keep about four significant digits (13 bits of mantissa) with their
bytes grouped, so that zlib finds the zeros. ``src/packet.js`` undoes all of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import product, zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse.explorers.notation import typeset
from dlcourse.explorers.panel import Panel, legends
from dlcourse.explorers.scales import Frame, Settled
from dlcourse.explorers.values import Array

Bytes = NDArray[np.uint8]
Slot = tuple[Any, ...]
Options = dict[str, Any]
MANTISSA_BITS_KEPT = 13


class _Block:
    """Different arrays of one shape that play the same part: the same attribute of one mark."""

    def __init__(self, number: int, bits: int) -> None:
        self.number = number
        self.bits = bits  # 8 to 16: quantised; 0: numbers as float32
        self.arrays: list[Array] = []
        self._known: dict[bytes, int] = {}

    def add(self, array: Array) -> int:
        key = np.ascontiguousarray(array).tobytes()
        if key not in self._known:
            self._known[key] = len(self.arrays)
            self.arrays.append(array)
        return self._known[key]


class _Table:
    """Options of a panel or of the marks at one place in it, or texts, each stored once."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._known: dict[str, int] = {}

    def add(self, row: Any) -> int:
        key = json.dumps(row, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(row)
        return self._known[key]

    def changes(self) -> list[Options]:
        """Return the rows: the first of each kind of mark as it is, of others what has changed."""
        pairs = zip([{"kind": None}, *self.rows], self.rows, strict=False)
        return [_changes(before, row) for before, row in pairs]


def _changes(before: Options, row: Options) -> Options:
    if row.get("kind") != before.get("kind"):
        return row
    names = {**before, **row}
    return {name: row.get(name) for name in names if row.get(name) != before.get(name)}


def pack(
    frames: Sequence[Frame],
    captions: Sequence[str],
    settled: Sequence[Settled],
    *,
    exact: bool = False,
) -> bytes:
    """Write `frames` as one packet.

    Parameters
    ----------
    frames : sequence of sequences of Panel
        In the order of the grid, the last control fastest.
    captions : sequence of str
        One sentence per frame.
    settled : sequence of Settled
        What `dlcourse.explorers.scales.settle` found for these frames.
    exact : bool
        Keep all numbers as float32 and do not compress (for a live kernel: speed, not size).

    Returns
    -------
    bytes
        Four bytes with the length of the header (little endian), the header, the blocks; the whole
        compressed with zlib unless `exact`.
    """
    blocks: dict[Slot, _Block] = {}
    texts = _Table()
    tables = [[_Table()] for _ in settled]  # of each panel, and after it of its marks
    rows = []
    for frame in frames:
        here = [limits.at(panel) for panel, limits in zip(frame, settled, strict=True)]
        said = _legends(frame, here)
        rows.append(
            [
                _row(panel, (number, limits, legend), tables[number], blocks, texts, exact)
                for number, (panel, limits, legend) in enumerate(
                    zip(frame, here, said, strict=True)
                )
            ]
        )
    stored = [_store(block, exact) for block in blocks.values()]
    header = {
        "tables": [[table.changes() for table in panel] for panel in tables],
        "frames": _steps(rows),
        "captions": list(captions),
        **({"texts": texts.rows} if texts.rows else {}),
        "blocks": [about for about, _ in stored],
        "exact": exact,
    }
    packet = _join(header, [data for _, data in stored])
    return packet if exact else zlib.compress(packet, 9)


def _legends(frame: Frame, settled: Sequence[Settled]) -> list[Options]:
    """Legend of each panel; what several panels share travels with the first."""
    shared, own = legends(frame, [limits.domains for limits in settled])
    said: list[Options] = [{"legend": [entry.options() for entry in entries]} for entries in own]
    if shared:
        said[0]["shared"] = [entry.options() for entry in shared]
    return said


def _join(header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    text = json.dumps(typeset(header), ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(parts)


def _row(
    panel: Panel,
    settled: tuple[int, Settled, Options],
    tables: list[_Table],
    blocks: dict[Slot, _Block],
    texts: _Table,
    exact: bool,
) -> list[int]:
    """Number the options of a panel and, of each mark, its options, its arrays and its texts."""
    number, limits, legend = settled
    about = {**panel.options(), "x": limits.x, "y": limits.y, "ends": limits.ends or None}
    row = [tables[0].add({**about, **legend})]
    known: dict[int, tuple[int, int]] = {}  # arrays that this panel has stored so far
    for place, mark in enumerate(panel.marks):
        numbers = {}
        for name, array in mark.arrays().items():
            if id(array) not in known:
                bits = 0 if exact else mark.bits_of(name)
                key = (number, place, mark.kind, name, array.shape, bits)
                block = blocks.setdefault(key, _Block(len(blocks), bits))
                known[id(array)] = block.number, block.add(array)
            numbers[name] = known[id(array)]
        about = {"kind": mark.kind, **mark.options()}
        about["arrays"] = {name: block for name, (block, _) in numbers.items()}
        if told := mark.texts():
            about["texts"] = {name: len(lines) for name, lines in told.items()}
        if place in limits.domains:
            about["domain"] = limits.domains[place]
        if place + 1 == len(tables):
            tables.append(_Table())
        row += [tables[place + 1].add(about), *(index for _, index in numbers.values())]
        row += [texts.add(text) for lines in told.values() for text in lines]
    return row


def _steps(frames: list[list[list[int]]]) -> list[list[list[int]]]:
    """Write each frame's numbers as differences from those of the frame before."""
    none: list[list[int]] = [[] for _ in frames[0]]
    return [
        [
            [n - m for n, m in zip_longest(row, old[: len(row)], fillvalue=0)]
            for old, row in zip(before, frame, strict=True)
        ]
        for before, frame in zip([none, *frames], frames, strict=False)
    ]


def _store(block: _Block, exact: bool) -> tuple[dict[str, Any], bytes]:
    stack = np.stack(block.arrays)
    about: dict[str, Any] = {"shape": stack.shape}
    if block.bits == 0:
        numbers = stack.astype("<f4")
        return about, numbers.tobytes() if exact else _grouped(_rounded(numbers))
    low, high = float(stack.min()), float(stack.max())
    if float(low).is_integer() and high - low <= 255 and np.all(stack == np.round(stack)):
        high = low + 2**block.bits - 1  # whole numbers come back exactly
    codes = _quantised(stack, low, high, block.bits)
    axes, data = _smallest(codes, block.bits)
    return {**about, "bits": block.bits, "range": [low, high], "axes": axes}, data


def _quantised(stack: Array, low: float, high: float, bits: int) -> NDArray[np.int64]:
    steps = 2**bits - 1
    share = (stack - low) / ((high - low) or 1.0)
    codes: NDArray[np.int64] = np.clip(np.rint(share * steps), 0, steps).astype(np.int64)
    return codes


def _smallest(codes: NDArray[np.int64], bits: int) -> tuple[list[int], bytes]:
    """Choose the axes of the differences that zlib likes best; return them and the bytes."""
    candidates = product((True, False), repeat=2)
    tried = []
    for over_frames, over_space in candidates:
        axes = ([0] if over_frames else []) + ([1, 2] if over_space else [])
        data = _differences(codes, axes, bits).tobytes()
        tried.append((len(zlib.compress(data, 6)), axes, data))
    _, axes, data = min(tried, key=lambda entry: entry[0])
    return axes, data


def _differences(codes: NDArray[np.int64], axes: Sequence[int], bits: int) -> Bytes:
    """Differences along `axes` modulo 2^8 or 2^16; two bytes as zigzag, low before high bytes."""
    for axis in axes:
        codes = np.diff(codes, axis=axis, prepend=0)
    if bits == 8:
        return (codes % 256).astype(np.uint8).ravel()
    signed = (codes + 2**15) % 2**16 - 2**15
    zigzag = np.where(signed < 0, -2 * signed - 1, 2 * signed).astype("<u2")
    return zigzag.ravel().view(np.uint8).reshape(-1, 2).T.ravel()


def _rounded(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """`numbers` with the last bits of the mantissa zero, which zlib then removes."""
    dropped = 23 - MANTISSA_BITS_KEPT
    whole = np.abs(numbers) < 2**MANTISSA_BITS_KEPT
    whole &= numbers == np.round(numbers)  # small whole numbers stay what they are
    bits = numbers.view(np.uint32) + np.uint32(1 << (dropped - 1))
    rounded = (bits & np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)).view(np.float32)
    return np.where(whole | np.isnan(numbers), numbers, rounded).astype("<f4")


def _grouped(numbers: NDArray[np.float32]) -> bytes:
    """All first bytes, then all second bytes ...: equal bytes come together."""
    return numbers.ravel().view(np.uint8).reshape(-1, 4).T.tobytes()
