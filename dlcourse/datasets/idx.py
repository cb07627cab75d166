"""IDX, the file format of MNIST: a few header bytes, then the numbers as they are.

Two zero bytes, one byte for the type (8: unsigned bytes), one for the number of dimensions, one
big-endian 32-bit integer for each dimension, then the data, last dimension fastest. Source:
http://yann.lecun.com/exdb/mnist/, "File formats for the MNIST database".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 2**26
"""Largest content that :func:`read_idx_gz` unpacks, 64 MiB: MNIST's largest file has 45."""


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Read an array of unsigned bytes out of the content of an IDX file.

    Parameters
    ----------
    content : bytes
        Header and data, not compressed.

    Returns
    -------
    ndarray of uint8, shape as the header says

    Raises
    ------
    ValueError
        If the header is not that of an IDX file of unsigned bytes with one to three dimensions,
        or the data are longer or shorter than it says.

    Examples
    --------
    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([7, 8, 9], dtype=uint8)
    """
    n_dimensions = content[3] if content[:3] == b"\x00\x00\x08" and len(content) > 3 else 0
    header = 4 + 4 * n_dimensions
    if not 1 <= n_dimensions <= 3 or len(content) < header:
        raise ValueError(
            "content must start like an IDX file of unsigned bytes with 1 to 3 dimensions, "
            f"got {content[:4]!r} and {len(content)} bytes in all"
        )
    shape = struct.unpack(f">{n_dimensions}I", content[4:header])
    if len(content) - header != math.prod(shape):
        raise ValueError(
            f"content must hold {math.prod(shape)} bytes of data for shape {shape}, "
            f"got {len(content) - header}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def read_idx_gz(path: str | Path, max_bytes: int = MAX_BYTES) -> NDArray[np.uint8]:
    """Read a gzip-compressed IDX file, never unpacking more than ``max_bytes``.

    Parameters
    ----------
    path : str or Path
        The file.
    max_bytes : int
        A file with more content than this is refused, however small it is when compressed.

    Returns
    -------
    ndarray of uint8

    Raises
    ------
    ValueError
        If the file is not gzip, is cut off, holds too much or is not IDX; the message names it.
    OSError
        If it cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.gz"
    >>> _ = path.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 0])))
    >>> read_idx_gz(path)
    array([5, 0], dtype=uint8)
    """
    try:
        with gzip.open(path) as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise ValueError(f"more than {max_bytes} bytes when unpacked")
        return parse_idx(content)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise ValueError(f"{path} is not a readable IDX file: {error}") from error
