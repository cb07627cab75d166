"""Codes and their decoders: what scikit-learn says, and that decoding undoes coding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dlcourse.labels import (
    binary_code,
    decode_binary,
    decode_integer,
    decode_one_hot,
    hamming_distances,
    integer_code,
    one_hot,
)

few = settings(max_examples=50)
labels = st.integers(1, 20).flatmap(
    lambda K: st.tuples(st.lists(st.integers(0, K - 1), max_size=8), st.just(K))
)


def test_one_hot_equals_scikit_learns():
    sklearn = pytest.importorskip("sklearn.preprocessing")
    y = np.random.default_rng(0).integers(7, size=50)
    binarizer = sklearn.LabelBinarizer().fit(np.arange(7))
    assert_array_equal(one_hot(y, 7), binarizer.transform(y))


def test_the_lectures_example():
    assert_array_equal(one_hot([4 - 1], 5), [[0, 0, 0, 1, 0]])  # the lecture counts from one


@few
@given(labels)
def test_decoding_undoes_coding(y_and_classes):
    y, K = y_and_classes
    assert decode_one_hot(one_hot(y, K)).tolist() == y
    assert decode_integer(integer_code(y, K), K).tolist() == y
    assert decode_binary(binary_code(y, K), K).tolist() == y
    assert one_hot(y, K).shape == (len(y), K)
    assert integer_code(y, K).shape == (len(y), 1)
    assert binary_code(y, K).shape == (len(y), max(1, int(np.ceil(np.log2(K)))))


@few
@given(labels)
def test_binary_code_is_pythons(y_and_classes):
    y, K = y_and_classes
    codes = binary_code(y, K)
    for label, code in zip(y, codes, strict=True):
        assert "".join(str(int(bit)) for bit in code) == f"{label:0{codes.shape[1]}b}"


@few
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_decoders_name_a_class_whatever_the_outputs(seed, K):
    rng = np.random.default_rng(seed)
    bits = binary_code([], K).shape[1]
    for decoded in (
        decode_integer(rng.normal(scale=10, size=(6, 1)), K),
        decode_binary(rng.normal(scale=3, size=(6, bits)), K),
    ):
        assert decoded.shape == (6,)
        assert ((decoded >= 0) & (decoded < K)).all()


def test_decoders_take_the_nearest_code():
    assert decode_integer([[1.4], [1.6], [-9], [9]], 5).tolist() == [1, 2, 0, 4]
    assert decode_binary([[0.4, 0.9], [0.6, 0.1]], 4).tolist() == [1, 2]
    assert decode_binary([[1, 1, 1]], 5).tolist() == [
        3
    ]  # 7 is no class; 3 and only 3 is one bit off
    assert decode_one_hot([[0.2, 0.2]]).tolist() == [0]


def test_dtypes():
    assert one_hot([0], 2).dtype == integer_code([0], 2).dtype == binary_code([0], 2).dtype
    assert one_hot([0], 2).dtype == np.float64
    assert one_hot([0], 2, dtype=np.float32).dtype == np.float32
    assert decode_one_hot([[0, 1]]).dtype == decode_integer([[1]], 2).dtype == np.intp
    assert hamming_distances([[0, 1]]).dtype == np.intp
    with pytest.raises(TypeError, match=r"^dtype must be float32 or float64, got int64$"):
        one_hot([0], 2, dtype=np.int64)


@few
@given(st.integers(1, 12))
def test_one_hot_rows_are_equally_far_apart_and_binary_ones_are_not(K):
    assert_array_equal(hamming_distances(one_hot(range(K), K)), 2 * (1 - np.eye(K)))
    expected = [[(i ^ j).bit_count() for i in range(K)] for j in range(K)]
    assert_array_equal(hamming_distances(binary_code(range(K), K)), expected)


@pytest.mark.parametrize("encode", [one_hot, integer_code, binary_code])
def test_wrong_labels_are_refused_by_name(encode):
    with pytest.raises(ValueError, match=r"^y must hold class numbers 0 to 2, got 3 at row 1$"):
        encode([0, 3], 3)
    with pytest.raises(ValueError, match=r"^y must hold class numbers 0 to 2, got -1 at row 0$"):
        encode([-1], 3)
    with pytest.raises(ValueError, match=r"^n_classes must be at least 1, got 0$"):
        encode([], 0)
    with pytest.raises(TypeError, match=r"^n_classes must be a whole number, got 2.0$"):
        encode([0], 2.0)


@pytest.mark.parametrize("decode", [decode_integer, decode_binary])
def test_decoders_refuse_what_cannot_be_a_code(decode):
    needed = 1 if decode is decode_integer else 2
    message = rf"^outputs must have {needed} columns to code 4 classes, got shape \(1, 3\)$"
    with pytest.raises(ValueError, match=message):
        decode([[0, 0, 0]], 4)
    with pytest.raises(ValueError, match=r"^n_classes must be at least 1, got 0$"):
        decode([[0.0]], 0)
    with pytest.raises(TypeError, match=r"^n_classes must be a whole number, got 'a'$"):
        decode([[0.0]], "a")
    with pytest.raises(ValueError, match=r"^outputs must be finite, got nan at row 0, column 0$"):
        decode([[np.nan] * needed], 4)


def test_one_hot_decoder_and_distances_refuse_what_is_no_matrix():
    with pytest.raises(ValueError, match=r"^outputs must have a column for each class"):
        decode_one_hot(np.zeros((2, 0)))
    with pytest.raises(ValueError, match=r"^outputs must have 2 dimensions"):
        decode_one_hot([0.0])
    with pytest.raises(ValueError, match=r"^outputs must be finite, got nan at row 0, column 1$"):
        decode_one_hot([[0.0, np.nan]])
    with pytest.raises(ValueError, match=r"^codes must have 2 dimensions"):
        hamming_distances([0.0])
