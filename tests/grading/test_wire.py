"""Messages across the sandbox's wall: all that may pass arrives as it was, nothing else does."""

import contextlib
import enum
import itertools
import json
import math
import socket
import struct
import threading
import time
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.grading.inside import wire
from dlcourse.grading.inside.wire import (
    Channel,
    Named,
    Opaque,
    TooLargeError,
    WireError,
    decode,
    encode,
    opaque,
)

Pair = namedtuple("Pair", "a b")
Colour = enum.IntEnum("Colour", "RED GREEN")


def there_and_back(value, **how):
    frame = encode(value, **how)
    header, body = struct.unpack("!II", frame[:8])
    assert len(frame) == 8 + header + body
    return decode(frame[8 : 8 + header], frame[8 + header :])


def received(packed, body=b""):
    """Decode what a liar packed."""
    return decode(json.dumps(packed).encode(), body)


def same(a, b):
    """Tell whether two values are the same in type, shape, bytes and order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if type(a) is float:
        return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))
    if type(a) is complex:
        return same(a.real, b.real) and same(a.imag, b.imag)
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is dict:
        return same(list(a.items()), list(b.items()))
    return a == b


class Float(float):
    """A subclass that would like to be trusted."""

    __eq__ = __ne__ = __le__ = __ge__ = lambda self, other: True
    __hash__ = float.__hash__


class Array(np.ndarray):
    """As above."""


# --- what may pass ------------------------------------------------------------------------------

dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    hnp.datetime64_dtypes(),
    hnp.timedelta64_dtypes(),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
)
keys = st.one_of(st.booleans(), st.integers(), st.text(), st.binary(), st.tuples(st.integers()))
values = st.recursive(
    st.one_of(plain, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.sets(keys, max_size=4),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(values)
def test_data_arrives_as_it_was(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308),
        *(10**5000, -(10**5000), -1, 2**64, complex(math.nan, -0.0)),
        *(b"", "", "\0", "\ud800", "ünïcode \U0001f600", b"\xff" * 100_000),
        *([], (), set(), {}, {(1, "a"): {None: [b"x"]}}, {math.inf: 1}, {1.5, None, "a", (2,)}),
        *(np.zeros((0, 3)), np.zeros((3, 0), dtype="U4"), np.array(5), np.array("x")),
        *(np.arange(3.0, dtype=np.float16), np.array([1 / 3], dtype=np.longdouble)),
        *(np.array([1 - 2j], dtype=np.complex64), np.array([True, False])),
        *(np.array(["a", "bcd"]), np.array([b"a", b"\0b"]), np.array([1, 2], dtype=">i4")),
        *(np.datetime64("2020-02-29"), np.timedelta64(3, "h"), np.array(["NaT"], "M8[s]")),
        *(np.float32(0.1), np.bool_(True), np.int8(-3), np.str_("a"), np.longdouble(1) / 3),
        *(np.float64(-0.0), np.float64("nan"), np.complex128(1j)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_arrives_as_it_was(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "array",
    [np.arange(6).reshape(2, 3).T, np.arange(10)[::-3], np.broadcast_to(1.5, (2, 2))],
    ids=["transposed", "reversed", "broadcast"],
)
def test_any_layout_arrives_as_an_array_of_its_own(array):
    array.flags.writeable = False
    answer = there_and_back(array)
    assert (answer == array).all()
    assert answer.shape == array.shape
    assert answer.flags.writeable
    assert answer.flags.owndata


def test_frozen_sets_arrive_as_sets():
    assert there_and_back(frozenset({1, 2})) == {1, 2}


def test_sets_of_frozen_sets_are_data_or_opaque():
    """What a student may well return must not end the conversation."""
    there_and_back({frozenset({1})})


class Metaclass(type):
    """Gives its classes a name that lies."""

    @property
    def __name__(cls):
        return "float"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Float(1.0), "Float"),
        (type("str_", (str,), {})("x"), "str_"),
        (OrderedDict(a=1), "OrderedDict"),
        (Pair(1, 2), "Pair"),
        (np.zeros(3).view(Array), "Array"),
        (np.ma.array([1]), "MaskedArray"),
        (np.rec.array([(1,)]), "recarray"),
        (np.array([None]), "ndarray"),
        (np.zeros(2, dtype="f8,i4"), "ndarray"),
        (np.void(b"x"), "void"),
        (type("float64", (np.float64,), {})(1), "float64"),
        (range(3), "range"),
        (bytearray(b"a"), "bytearray"),
        (len, "builtin_function_or_method"),
        (Metaclass("T", (float,), {})(1.0), "float"),
        (type("a b", (), {})(), "object"),
        (type("a" * 100, (), {})(), "object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_to_a_check_anything_else_arrives_as_a_name(value, name):
    answer = there_and_back(value, exact=True)
    assert isinstance(answer, Opaque)
    assert type(answer).__name__ == name
    assert type(answer).__mro__[1:] == (Opaque, object)


STANDARD = [
    *(
        OrderedDict(b=1, a=2),
        Counter("abca"),
        deque([1, 2], maxlen=3),
        range(2, 9, 3),
        Pair(1, [2]),
    ),
    *({"a": 1}.keys(), {2: 3}.items(), bytearray(b"ab"), memoryview(b"ab"), slice(1, None), ...),
    *(Fraction(-1, 3), Decimal("-1.50"), Decimal("NaN"), date(2026, 2, 28), clock(12, 30)),
    *(datetime(2026, 2, 28, tzinfo=timezone(timedelta(hours=1))), timedelta(-1, 2, 3)),
    *(PurePosixPath("a/b"), PureWindowsPath("a\\b"), np.dtype("<f4"), int, np.float32, type(None)),
    *(ValueError, {Fraction(1, 2): {(1, 2): Counter(a=1)}}),
]


@pytest.mark.parametrize("value", STANDARD, ids=lambda value: type(value).__name__)
def test_values_of_the_standard_library_arrive_as_they_were(value):
    answer = there_and_back(value)
    assert type(answer).__name__ == type(value).__name__
    assert repr(answer) == repr(value) or answer == value


def test_dictionaries_give_what_is_missing_where_that_is_known():
    assert there_and_back(defaultdict(list, a=[1])) == {"a": [1]}
    assert there_and_back(defaultdict(list))["missing"] == []
    with pytest.raises(KeyError):
        there_and_back(defaultdict(lambda: 5))["missing"]


def test_a_random_generator_goes_on_where_it_was():
    sent = np.random.default_rng(3)
    sent.normal(size=3)
    assert there_and_back(sent).normal() == sent.normal()


def test_paths_arrive_as_names_that_open_nothing():
    assert type(there_and_back(Path("/etc/passwd"))) is PurePosixPath


class Hostile:
    """Says of itself that it is whatever one asks for, by methods that nobody should call."""

    __class__ = property(lambda self: float)
    __eq__ = __lt__ = __contains__ = lambda self, other: True
    __hash__ = None

    def __iter__(self):
        return itertools.count()

    keys = values = items = __reversed__ = __str__ = __float__ = __index__ = __iter__


@pytest.mark.parametrize(
    "value",
    [
        *(1.5, -0.0, 7, "text", b"bytes", 1j, [1, 2], (1, 2), {1, 2}, frozenset({1}), {"a": 1}),
        *(Counter("aa"), OrderedDict(a=1), defaultdict(int, a=1), deque([1]), Fraction(1, 2)),
        *(Decimal("1.5"), date(2026, 1, 1), datetime(2026, 1, 1), timedelta(1)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_subclass_arrives_as_its_base_whatever_it_says(value):
    methods = {k: v for k, v in vars(Hostile).items() if k not in ("__dict__", "__weakref__")}
    if not isinstance(value, (Fraction, set, frozenset)):
        del methods["__hash__"]
    kind = type("Liar", (type(value),), methods)
    lie = (
        kind.__new__(kind, value)
        if isinstance(value, (int, float, str, bytes, complex, tuple))
        else None
    )
    if lie is None:
        lie = copied(kind, value)
    answer = there_and_back(lie)
    assert type(answer) is type(value)
    assert answer == value
    assert type(there_and_back(lie, exact=True)).__name__ == "Liar"


def copied(kind, value):
    if isinstance(value, (date, timedelta, Decimal, Fraction)):
        return kind(*value.__reduce__()[1])
    made = kind()
    for add in ("update", "extend"):
        if hasattr(made, add):
            getattr(type(value), add)(made, value)
    return made if not isinstance(value, frozenset) else kind(value)


def test_members_of_an_integer_enumeration_arrive_as_numbers():
    assert there_and_back([Colour.RED, Colour.GREEN]) == [1, 2]


TOO_LARGE = [
    *(Decimal("1e999999"), Decimal("1e-999999"), Decimal("9" * 6000), range(10**7), range(10**30)),
    *(Fraction(1, 10**5000), Fraction(10**5000)),
]


@pytest.mark.parametrize("value", TOO_LARGE, ids=lambda value: type(value).__name__)
def test_what_would_be_large_or_slow_is_opaque(value):
    assert isinstance(there_and_back(value), Opaque)


PARTS = [
    *(
        ["Decimal", "1e999999999"],
        ["Decimal", "9" * 9999],
        ["Decimal", {"i": "5"}],
        ["Decimal", []],
    ),
    ["Fraction", {"l": [{"i": "1"}, {"i": hex(1 << 20_000)}]}],
    ["Fraction", {"l": [{"i": "1"}, {"i": "0"}]}],
    ["range", {"l": [{"i": "0"}, {"i": hex(10**18)}, {"i": "1"}]}],
    ["timedelta", {"l": [{"i": hex(10**30)}]}],
    *(["date", "9" * 99], ["datetime", "yesterday"], ["Counter", {"l": []}], ["dict_keys", "ab"]),
    ["namedtuple", {"l": ["P", {"l": ["__class__"]}, {"l": [None]}]}],
    ["namedtuple", {"l": ["P", {"l": ["_fields"]}, {"l": [None]}]}],
    ["namedtuple", {"l": ["P", {"l": ["a", "a"]}, {"l": [None, None]}]}],
    ["namedtuple", {"l": ["P", {"l": ["a=print(1)"]}, {"l": [None]}]}],
    ["namedtuple", {"l": ["P", {"l": ["def"]}, {"l": [None]}]}],
    ["namedtuple", {"l": ["P", {"l": ["ﬁ"]}, {"l": [None]}]}],
    ["namedtuple", {"l": ["P", {"l": [f"f{k}" for k in range(101)]}, {"l": [None] * 101}]}],
    *(["type", "Popen"], ["type", "__loader__"], ["type", {"l": []}], ["dtype", "O"]),
    *(["Generator", {"d": []}], ["Generator", {"d": [["bit_generator", "MT19937"]]}]),
    *(["no such", None], [None, None], ["deque", None], ["slice", {"l": []}]),
]


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: str(parts)[:50])
def test_parts_that_make_no_such_value_are_refused(parts):
    with pytest.raises(WireError):
        received({"v": parts})


def test_a_message_makes_few_classes():
    names = [f"P{k}" for k in range(wire.MOST_CLASSES + 1)]
    points = [{"v": ["namedtuple", {"l": [n, {"l": ["x"]}, {"l": [None]}]}]} for n in names]
    answer = received({"l": [*points, points[0]]})
    assert [type(point).__name__ for point in answer[-3:]] == [names[-2], "tuple", "tuple"]
    assert len({id(type(there_and_back(Pair(1, k)))) for k in range(5)}) == 1


def test_fractions_with_one_hash_are_refused_sooner():
    """To compare them takes longer than to compare numbers."""
    numbers = [{"l": [{"i": hex(1 + k * (2**61 - 1))}, {"i": "1"}]} for k in range(500)]
    with pytest.raises(WireError, match="too many keys that are not text"):
        received({"s": [{"v": ["Fraction", parts]} for parts in numbers]})


def test_what_is_kept_is_opaque_where_nobody_makes_a_stand_in():
    answer = there_and_back([object()], keep=lambda value: ["1.0", type(value).__name__, "", ""])
    assert isinstance(answer[0], Opaque)


def test_opaque_values_have_no_behaviour():
    stand_in = opaque("Float")
    with pytest.raises(TypeError, match="type Float is not plain data"):
        bool(stand_in)
    for compare in (lambda: stand_in < 1, lambda: stand_in + 1, lambda: float(stand_in)):
        with pytest.raises(TypeError):
            compare()
    assert stand_in != 1.0
    assert repr(stand_in) == "<a value of type Float>"


def test_deep_values_end_in_an_opaque_one():
    value = []
    for _ in range(wire.DEPTH_LIMIT + 50):
        value = [value]
    answer, depth = there_and_back(value), 0
    while type(answer) is list:
        answer, depth = answer[0], depth + 1
    assert isinstance(answer, Opaque)
    assert depth == wire.DEPTH_LIMIT


@pytest.mark.parametrize("character", ["x", "é", "神", "🙂", "\udcff", "\0", "\x1b", '"', "\\"])
@pytest.mark.parametrize("length", [wire.LONG_TEXT, wire.LONG_TEXT + 1, 100_000])
def test_long_texts_take_as_many_bytes_as_they_have(character, length):
    text = character * length
    assert there_and_back(text) == text
    size = len(text.encode("utf-8", "surrogatepass"))
    escaped = 6 * wire.LONG_TEXT if length == wire.LONG_TEXT else 0
    assert len(encode(text)) <= size + escaped + 50


# --- what may not -------------------------------------------------------------------------------

DTYPES = ["O", "|V8", "V", "f8,f8", "(2,)f8", "", "f", "f8[", "U-1", "S0", "\0", "\ud800", "T"]
DTYPES += ["S99999999999999999999", "m8[99999999999999999999Y]", "f8 ", "{}", "()", "(,)f8"]
DTYPES += ["(01,)f8", "(1 2)f8", "(1,f8", "object", "datetime64", "M8[Y]", "m8[2Y/3]"]
WRONG = [None, True, 5, -1, 1.5, "x", [], [1], [[]], {}, {"0": 1}, {"l": []}, {"i": "1"}]


@pytest.mark.parametrize("letter", [*"icbultsdmaonvk", "call", "x", ""])
@pytest.mark.parametrize("content", WRONG, ids=str)
def test_wrong_contents_give_a_value_or_a_wire_error(letter, content):
    with contextlib.suppress(WireError):
        received({letter: content}, b"12345678")


@pytest.mark.parametrize("dtype", DTYPES, ids=ascii)
@pytest.mark.parametrize("shape", [[0], [1], [], [0, 10**18]], ids=str)
def test_dtypes_that_are_no_data_are_refused(dtype, shape):
    try:
        array = received({"a": [dtype, shape, 8 if shape in ([1], []) else 0, False]}, b"1" * 8)
    except WireError:
        return
    assert array.dtype.kind in wire.KINDS
    assert list(array.shape) == shape


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("content", WRONG, ids=str)
def test_arrays_with_a_wrong_part_give_an_array_or_a_wire_error(place, content):
    parts = ["<f8", [1], 8, False]
    parts[place] = content
    try:
        array = received({"a": parts}, b"12345678")
    except WireError:
        return
    assert isinstance(array, (np.ndarray, np.generic))


@pytest.mark.parametrize(
    "packed",
    [
        *(5, [], [1], {}, {"i": "1", "m": {}}, {"i": "zz"}, {"f": "1"}, {"c": ["1"]}, {"m": []}),
        {"a": ["<f8", [2], 8, False]},
        {"a": ["<f8", [1], 16, False]},
        {"a": ["<f8", [-1], -8, False]},
        {"a": ["<f8", [-1, -1], 8, False]},
        {"a": ["<f8", [True], 8, False]},
        {"a": ["<f8", [1.0], 8, False]},
        {"a": ["<f8", [2**61], 2**64, False]},
        {"a": ["<f8", [10**30, 0], 0, False]},
        {"a": ["<f8", [1] * 33, 8, False]},
        {"a": ["<f8", [1], True, False]},
        {"a": ["S0", [10**9], 0, False]},
        {"a": ["<f8", [1], 8]},
        {"a": ["<f8", [1], 8, False, 1]},
        {"b": 9},
        {"b": -1},
        {"l": [{"b": 8}, {"b": 1}]},
        {"d": [[{"l": []}, None]]},
        {"s": [{"d": []}]},
        {"d": [["a"]]},
        {"n": "f"},
        {"call": 0},
    ],
    ids=lambda packed: json.dumps(packed)[:40],
)
def test_malformed_values_are_refused(packed):
    with pytest.raises(WireError):
        received(packed, b"12345678")


@pytest.mark.parametrize(
    "header",
    [
        *(b"", b"nul", b"\xff", b"nan", b"5", b"1" * 10_000, b"[" * 100_000),
        *(b'{"l":[' * 2000 + b"]}" * 2000, b'{"i": "1"} {}', b'{"a"', b"\x00" * 8),
    ],
    ids=lambda header: ascii(header[:12]),
)
def test_headers_that_are_no_message_are_refused(header):
    with pytest.raises(WireError):
        decode(header, b"")


def test_many_keys_are_data():
    many = wire.MOST_KEYS
    assert there_and_back({k: k + 1 for k in range(many)}) == {k: k + 1 for k in range(many)}
    assert len(there_and_back({(k, str(k)) for k in range(1000)})) == 1000
    assert len(there_and_back({str(k): k for k in range(50_000)})) == 50_000


def test_too_many_keys_and_values_are_refused_with_the_limit():
    with pytest.raises(TooLargeError, match=f"may have {wire.MOST_KEYS:,} keys"):
        there_and_back(set(range(wire.MOST_KEYS + 1)))
    with pytest.raises(TooLargeError, match=f"may hold {wire.MOST_VALUES:,} values"):
        there_and_back([1] * (wire.MOST_VALUES + 1))


@pytest.mark.parametrize("letter", ["s", "z", "d"])
@pytest.mark.parametrize("nested", [False, True])
def test_keys_that_could_take_long_to_compare_are_refused(letter, nested):
    """Tuples of -1 and -2 have one hash; so have frozen sets of them."""
    numbers = [{"i": hex(-1 - (k >> bit & 1))} for k in range(1000) for bit in range(190)]
    keys = [{"t": numbers[190 * k : 190 * (k + 1)]} for k in range(1000)]
    if nested:
        keys = [{"z": keys[10 * k : 10 * (k + 1)]} for k in range(100)]
    with pytest.raises(WireError, match="too many keys that are not text"):
        received({letter: [[key, None] for key in keys] if letter == "d" else keys})


def test_duplicate_keys_and_names_do_no_harm():
    assert decode(b'{"i": "1", "i": "2"}', b"") == 2
    assert received({"d": [["a", None], ["a", True]]}) == {"a": True}
    assert received({"s": [None, None]}) == {None}


@settings(max_examples=150)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from([*"ifcbltsdaovk", "call"]), inner, max_size=1),
        ),
        max_leaves=15,
    ),
    st.binary(max_size=16),
)
def test_any_json_gives_a_value_or_a_wire_error(packed, body):
    with contextlib.suppress(WireError):
        received(packed, body)


@settings(max_examples=100)
@given(values, st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_header_gives_a_value_or_a_wire_error(value, place, byte):
    frame = encode(value)
    size = struct.unpack("!II", frame[:8])[0]
    header = bytearray(frame[8 : 8 + size])
    header[place % len(header)] = byte
    with contextlib.suppress(WireError):
        decode(bytes(header), frame[8 + size :])


UNITS = ['{"o":"a"}', '{"l":[]}', '{"s":[]}', '{"d":[]}', '{"a":["b",[0],0,0]}', '{"i":"1"}', '""']


@pytest.mark.parametrize("unit", UNITS)
def test_reading_needs_a_bounded_multiple_of_memory(unit):
    header = ('{"l":[' + ",".join([unit] * (30_000 // len(unit))) + "]}").encode()
    decode(header, b"")
    tracemalloc.start()
    decode(header, b"")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * len(header)


def test_a_gigantic_item_that_is_not_there_needs_no_memory():
    tracemalloc.start()
    with contextlib.suppress(WireError):
        received({"a": ["S1000000000", [0], 0, False]})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


# --- channels -----------------------------------------------------------------------------------


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    ours.settimeout(1)
    yield Channel(ours, 1 << 16), theirs
    ours.close()
    theirs.close()


def test_messages_arrive_in_order(ends):
    channel, theirs = ends
    other = Channel(theirs, 1 << 16)
    for message in ({"a": np.arange(3)}, None, [1]):
        other.send(message)
    assert (channel.receive()["a"] == [0, 1, 2]).all()
    assert channel.receive() is None
    assert channel.receive() == [1]


def test_the_end_is_an_end_wherever_it_comes(ends):
    frame = encode({"a": np.arange(3)})
    for length in (0, 3, 8, 20, len(frame) - 1):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(frame[:length])
            theirs.shutdown(socket.SHUT_WR)
            with pytest.raises(EOFError, match="gone"):
                Channel(ours, 1 << 16).receive()


def test_half_a_message_runs_into_the_timeout(ends):
    channel, theirs = ends
    channel.connection.settimeout(0.05)
    theirs.sendall(encode([1, 2])[:-1])
    with pytest.raises(TimeoutError):
        channel.receive()


def test_a_message_that_drips_runs_into_the_timeout(ends):
    """`Channel.receive` promises a timeout before the message is complete, not between bytes."""
    channel, theirs = ends
    channel.connection.settimeout(0.2)

    def drip():
        for byte in encode("x" * 12):
            time.sleep(0.05)
            theirs.send(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(TimeoutError):
            channel.receive()
    finally:
        thread.join()


@pytest.mark.parametrize(
    "sizes",
    [(0xFFFFFFFF, 0), (0, 0xFFFFFFFF), (wire.HEADER_LIMIT + 1, 0), (1, 1 << 16), (1 << 16, 1)],
)
def test_too_large_a_message_is_refused_before_it_is_read(ends, sizes):
    channel, theirs = ends
    theirs.sendall(struct.pack("!II", *sizes))
    tracemalloc.start()
    with pytest.raises(WireError, match="too large"):
        channel.receive()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_header_has_a_limit_of_its_own(ends):
    channel, theirs = ends
    channel.limit = 1 << 40
    theirs.sendall(struct.pack("!II", wire.HEADER_LIMIT + 1, 0))
    with pytest.raises(WireError, match="too large"):
        channel.receive()


def test_a_message_of_just_the_limit_passes(ends):
    channel, theirs = ends
    frame = encode(b"x" * 1000)
    channel.limit = len(frame) - 8
    theirs.sendall(frame)
    assert channel.receive() == b"x" * 1000
    channel.limit -= 1
    theirs.sendall(frame)
    with pytest.raises(WireError, match="too large"):
        channel.receive()


def test_memory_is_taken_as_bytes_arrive(ends):
    channel, theirs = ends
    channel.limit = 1 << 33
    theirs.sendall(struct.pack("!II", 10, 1 << 31) + b"1234567890")
    channel.connection.settimeout(0.05)
    tracemalloc.start()
    with pytest.raises(TimeoutError):
        channel.receive()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_close_ends_the_conversation(ends):
    channel, theirs = ends
    channel.close()
    assert theirs.recv(1) == b""


# --- functions ----------------------------------------------------------------------------------


def test_functions_go_by_number_and_names_by_name():
    functions = []
    frame = encode({"f": len, "g": [max, Named("theirs")], "x": 1}, functions)
    size = struct.unpack("!II", frame[:8])[0]
    answer = decode(frame[8 : 8 + size], b"", lambda letter, content: (letter, content))
    assert functions == [len, max]
    assert answer == {"f": ("call", 0), "g": [("call", 1), ("n", "theirs")], "x": 1}


def test_functions_are_opaque_where_nobody_can_call_them():
    assert type(there_and_back(lambda: 1)).__name__ == "function"


def test_nobody_resolves_a_name_unasked():
    with pytest.raises(WireError, match="no kind of value 'n'"):
        there_and_back(Named("f"))
