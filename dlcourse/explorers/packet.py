"""Frames as bytes: what a static page loads and what a live kernel sends.

A packet is a header in JSON and, after it, blocks of numbers. What several frames share is stored
once: arrays, marks and panels are numbered, a frame is a list of numbers. Fields and images are
quantised to 8 to 16 bits and differenced along frames, rows and columns where that makes them
smaller; coordinates keep about four significant digits (13 bits of mantissa) with their bytes
grouped, so that zlib finds the zeros. ``src/packet.js`` undoes all of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse.explorers.marks.base import Mark
from dlcourse.explorers.scales import Frame, Settled
from dlcourse.explorers.values import Array, Limits

Bytes = NDArray[np.uint8]
Slot = tuple[Any, ...]
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
    """JSON values, each stored once."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._known: dict[str, int] = {}

    def add(self, row: Any) -> int:
        key = json.dumps(row, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(row)
        return self._known[key]


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
    marks, panels = _Table(), _Table()
    rows = []
    for frame in frames:
        row = []
        for number, (panel, limits) in enumerate(zip(frame, settled, strict=True)):
            known: dict[int, list[int]] = {}
            numbers = [
                marks.add(
                    _row(mark, (number, place), limits.domains.get(place), blocks, known, exact)
                )
                for place, mark in enumerate(panel.marks)
            ]
            legend = [entry.options() for entry in panel.entries(limits.domains)]
            about = {**panel.options(), "x": limits.x, "y": limits.y, "legend": legend}
            row.append([panels.add(about), numbers])
        rows.append(row)
    stored = [_store(block, exact) for block in blocks.values()]
    header = {
        "marks": marks.rows,
        "panels": panels.rows,
        "frames": rows,
        "captions": list(captions),
        "blocks": [about for about, _ in stored],
    }
    packet = _join(header, [data for _, data in stored])
    return packet if exact else zlib.compress(packet, 9)


def _join(header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(parts)


def _row(
    mark: Mark,
    slot: Slot,
    domain: Limits | None,
    blocks: dict[Slot, _Block],
    known: dict[int, list[int]],
    exact: bool,
) -> dict[str, Any]:
    """One row of the table of marks; `known` holds the arrays that this frame has stored so far."""
    references = {}
    for name, array in mark.arrays().items():
        if id(array) not in known:
            bits = 0 if exact else mark.bits_of(name)
            key = (*slot, mark.kind, name, array.shape, bits)
            block = blocks.setdefault(key, _Block(len(blocks), bits))
            known[id(array)] = [block.number, block.add(array)]
        references[name] = known[id(array)]
    about = {"kind": mark.kind, **mark.options(), "arrays": references}
    return about if domain is None else {**about, "domain": domain}


def _store(block: _Block, exact: bool) -> tuple[dict[str, Any], bytes]:
    stack = np.stack(block.arrays)
    about: dict[str, Any] = {"shape": stack.shape, "bits": block.bits}
    if block.bits == 0:
        numbers = stack.astype("<f4")
        data = numbers.tobytes() if exact else _grouped(_rounded(numbers))
        return {**about, "grouped": not exact, "length": len(data)}, data
    low, high = float(stack.min()), float(stack.max())
    if float(low).is_integer() and high - low <= 255 and np.all(stack == np.round(stack)):
        high = low + 2**block.bits - 1  # whole numbers come back exactly
    codes = _quantised(stack, low, high, block.bits)
    axes, data = _smallest(codes, block.bits)
    return {**about, "range": [low, high], "axes": axes, "length": len(data)}, data


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
