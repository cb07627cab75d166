"""The IDX reader: what it reads, and all that it refuses."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from dlcourse.datasets.idx import MAX_BYTES, parse_idx, read_idx_gz


def as_idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5)))
def test_reads_back_what_was_written(array):
    read = parse_idx(as_idx(array))
    assert read.dtype == np.uint8
    assert_array_equal(read, array)


@given(st.binary(max_size=40))
def test_any_bytes_give_an_array_or_a_value_error(content):
    try:
        assert parse_idx(content).nbytes < len(content)
    except ValueError as error:
        if "content must" not in str(error):
            raise


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x0d\1\0\0\0\0",  # floats
        b"\0\0\x08\0",  # no dimension
        b"\0\0\x08\4" + bytes(16),  # four of them
        b"\0\0\x08\2\0\0\0\1",  # header cut off
        b"\x80\x04\x95..",  # a pickle
        b"\0\0\x08\1\0\0\0\2a",  # too short
        b"\0\0\x08\1\0\0\0\2abc",  # too long
        b"\0\0\x08\3" + b"\xff" * 12,  # claims 2**96 bytes
    ],
)
def test_refuses(content):
    with pytest.raises(ValueError, match="content must"):
        parse_idx(content)


def test_limits_what_it_unpacks(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(as_idx(np.zeros(5000, np.uint8))))
    assert path.stat().st_size < 100
    assert read_idx_gz(path).shape == (5000,)
    with pytest.raises(ValueError, match=r"bomb.gz is not .*more than 4000 bytes"):
        read_idx_gz(path, max_bytes=4000)


def test_the_limit_has_room_for_mnist():
    assert MAX_BYTES > 60000 * 28 * 28 + 16


@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b"not idx"), gzip.compress(bytes(1000))[:-12], b""],
    ids=["not gzip", "not idx", "cut off", "empty"],
)
def test_a_bad_file_is_named(tmp_path, content):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"images\.gz is not a readable IDX file"):
        read_idx_gz(path)


def test_a_corrupt_stream_is_named(tmp_path):
    content = bytearray(gzip.compress(as_idx(np.arange(200, dtype=np.uint8))))
    content[30] ^= 0xFF
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"images\.gz is not a readable IDX file"):
        read_idx_gz(path)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx_gz(tmp_path / "nothing.gz")
