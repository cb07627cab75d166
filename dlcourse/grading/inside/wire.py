"""Messages between the referee and a student's process: numbers, text and arrays, by value.

A frame is two sizes, a JSON header, then the bytes of arrays and long texts. Reading one can give
only these types: None, bool, int, float, complex, str, bytes, list, tuple, set, dict, NumPy arrays
and scalars, and those of `standard`. There is no pickle. A value of a subclass arrives as one of
its base; what is none of these types stays where it is and arrives as a name that the receiver
makes something of, or as an `Opaque`, which has a type's name and no behaviour.

Where a check asks, messages are *exact*: then a subclass is not its base, and whatever is none of
the types of the first list is opaque.
"""

import json
import math
import socket
import struct
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from .standard import BASES, KINDS, PLAIN_DTYPE, put_together, taken_apart

KB, MB = 1 << 10, 1 << 20
HEADER_LIMIT = 8 * MB
DEPTH_LIMIT = 100
LONG_TEXT = 1000  # characters; longer ones are not escaped, which could make six bytes of each
UTF_8 = ("utf-8", "surrogatepass")
CHUNK = 64 * KB  # that is read at once, however little is awaited
LONGEST_ID = 100  # characters of a display's id
MAX_OUTPUTS = 1000  # of a cell
LETTERS: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "z"}
AS_THEY_ARE = (str, type(None), bool, float)  # in JSON, in which whole numbers may not be so long
MOST_VALUES = 200_000  # arrays count as one
MOST_KEYS = 30_000  # that are not text: they can be chosen to meet in one place of a table
MOST_COMPARISONS = 10_000_000  # of keys with one hash
STANDARD_EFFORT = 100  # comparing two fractions is as much work as that many numbers
MOST_CLASSES = 100  # that one message can make: its kinds of named tuples
_sizes = struct.Struct("!II")
_to_json = json.JSONEncoder(ensure_ascii=False).encode

Message = dict[str, Any]


class WireError(Exception):
    """What arrived is no message, or more than was allowed."""


class TooLargeError(WireError):
    """What arrived is more than was allowed; the message says how much is."""


class Opaque:
    """Stands for a value that is not data; its class has the name of the value's class."""

    def __bool__(self) -> bool:
        """Refuse to be true: whether the value was is not known here."""
        raise TypeError(f"a value of type {type(self).__name__} is not plain data")

    def __repr__(self) -> str:
        return f"<a value of type {type(self).__name__}>"


class Named:
    """A value of the receiver's own, by name: a student's function handed to another one."""

    __slots__ = ("_name_",)

    def __init__(self, name: str) -> None:
        self._name_ = name


@lru_cache(maxsize=100)
def opaque(type_name: str, base: type[Opaque] = Opaque) -> Opaque:
    """Make a stand-in for a value of the type of this name."""
    name = type_name if type_name.isidentifier() and len(type_name) < 80 else "object"
    stand_in: Opaque = type(name, (base,), {})()
    return stand_in


class _Packer:
    """Turns values into JSON and collects the bytes of arrays and long texts on the side."""

    def __init__(
        self,
        functions: list[Callable[..., object]] | None,
        keep: Callable[[object], list[str]] | None,
        exact: bool,
    ) -> None:
        self.buffers: list[bytes] = []
        self.functions, self.keep_here, self.exact = functions, keep, exact

    def pack(self, value: object, depth: int = 0) -> Any:
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is str:
            long = len(value) > LONG_TEXT  # type: ignore[arg-type]
            return {"u": self.keep(value.encode(*UTF_8))} if long else value  # type: ignore[attr-defined]
        if kind is int:
            return {"i": hex(value)}  # type: ignore[arg-type]
        if kind is complex:
            return {"c": [repr(value.real), repr(value.imag)]}  # type: ignore[attr-defined]
        if kind is bytes:
            return {"b": self.keep(value)}  # type: ignore[arg-type]
        if isinstance(value, Named):
            return {"n": value._name_}
        if depth >= DEPTH_LIMIT:
            return {"o": kind.__name__}
        if kind in LETTERS:
            letter = LETTERS[kind]
            return {letter: [self.pack(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
        if kind is dict:
            items = value.items()  # type: ignore[attr-defined]
            if all(type(key) is str and len(key) <= LONG_TEXT for key in value):  # type: ignore[attr-defined]
                return {"m": {key: self.pack(item, depth + 1) for key, item in items}}
            return {"d": [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in items]}
        if kind is np.ndarray or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
            array = np.asarray(value)
            if array.dtype.kind in KINDS:
                size = self.keep(array.tobytes())
                return {"a": [array.dtype.str, list(array.shape), size, kind is not np.ndarray]}
        if not self.exact and (found := taken_apart(value)) is not None:
            return {"v": [found[0], self.pack(found[1], depth + 1)]}
        if self.functions is not None and callable(value):
            self.functions.append(value)
            return {"call": len(self.functions) - 1}
        if self.functions is not None and not self.exact and hasattr(kind, "__next__"):
            self.functions.append(value.__next__)  # type: ignore[attr-defined]
            return {"next": len(self.functions) - 1}
        if not self.exact:
            for base, plain in BASES.items():
                if issubclass(kind, base):
                    return self.pack(plain(value), depth + 1)
            if self.keep_here is not None:
                return {"k": self.keep_here(value)}
        return {"o": kind.__name__}

    def keep(self, data: bytes) -> int:
        self.buffers.append(data)
        return len(data)


class _Unpacker:
    """Turns JSON and the bytes beside it into values again; trusts neither."""

    def __init__(self, data: memoryview, resolve: Callable[[str, Any], object] | None) -> None:
        self.data, self.resolve = data, resolve
        self.values = self.keys = self.comparisons = self.effort = 0
        self.shapes: set[str] = set()

    def take(self, size: object) -> bytes:
        if type(size) is not int or not 0 <= size <= len(self.data):
            raise WireError("an array's size does not fit the message")
        taken, self.data = bytes(self.data[:size]), self.data[size:]
        return taken

    def unpack(self, packed: Any) -> object:
        kind = type(packed)
        if kind is float or kind is dict:
            self.values += 1
            if self.values > MOST_VALUES:
                raise TooLargeError(
                    f"an answer may hold {MOST_VALUES:,} values, and this one has more"
                )
        if kind in AS_THEY_ARE:
            return packed
        if kind is not dict or len(packed) != 1:
            raise WireError("a value is not packed as it should be")
        ((letter, content),) = packed.items()
        if letter == "a":
            return self.array(*content)
        if letter == "m":
            return {key: self.unpack(value) for key, value in content.items()}
        if letter == "i":
            return int(content, 16)
        if letter == "c":
            return complex(float(content[0]), float(content[1]))
        if letter == "b":
            return self.take(content)
        if letter == "u":
            return self.take(content).decode(*UTF_8)
        if letter == "l":
            return [self.unpack(item) for item in content]
        if letter == "t":
            return tuple(self.unpack(item) for item in content)
        if letter in ("s", "z"):
            items = self.compare([self.key(item) for item in content])
            return set(items) if letter == "s" else frozenset(items)
        if letter == "d":
            pairs = [(self.key(key), self.unpack(value)) for key, value in content]
            keys = self.compare([key for key, _ in pairs])
            return dict(zip(keys, (value for _, value in pairs), strict=True))
        if letter == "v":
            return self.standard(*content)
        if letter in ("o", "k") and self.resolve is None:
            return opaque(str(content if letter == "o" else content[1]))
        if self.resolve is not None and letter in ("n", "k", "o", "call", "next"):
            return self.resolve(letter, content)
        raise WireError(f"there is no kind of value {letter[:10]!r}")

    def standard(self, name: str, packed: Any) -> object:
        """Unpack a value of the standard library."""
        parts: Any = self.unpack(packed)
        self.effort += STANDARD_EFFORT
        if name == "namedtuple":
            self.shapes.add(repr(parts[:2]))
            if len(self.shapes) > MOST_CLASSES:
                return tuple(parts[2])
        return put_together(name, parts)

    def key(self, packed: Any) -> tuple[object, int]:
        """Unpack a key, and say how long it may take to compare."""
        before = self.values + self.comparisons + self.effort
        return self.unpack(packed), self.values + self.comparisons + self.effort - before

    def compare(self, keys: list[tuple[object, int]]) -> list[object]:
        """Return keys, unless it could take too long to put them into a table."""
        if any(type(key) is not str for key, _ in keys):
            self.keys += len(keys)
            alike: defaultdict[int, list[int]] = defaultdict(list)
            for key, effort in keys:
                alike[hash(key)].append(effort)
            self.comparisons += sum(len(each) * sum(each) for each in alike.values() if each[1:])
            if self.keys > MOST_KEYS or self.comparisons > MOST_COMPARISONS:
                raise TooLargeError(
                    f"an answer may have {MOST_KEYS:,} keys and members of sets that are not text, "
                    "and this one has too many keys that are not text"
                )
        return [key for key, _ in keys]

    def array(self, dtype_name: str, shape: list[int], size: int, scalar: bool) -> object:
        dtype = plain_dtype(dtype_name)
        if not all(type(n) is int and n >= 0 for n in shape) or len(shape) > 32:
            raise WireError("an array's shape is not one")
        if math.prod(shape) * dtype.itemsize != size:
            raise WireError("an array's shape does not fit its size")
        raw = self.take(size)
        if dtype.kind == "U" and np.any(np.frombuffer(raw, f"{dtype.str[0]}u4") > sys.maxunicode):
            raise WireError("an array of text holds what is no letter")
        array = np.frombuffer(raw, dtype).reshape(shape).copy()
        return array[()] if scalar and array.ndim == 0 else array


@lru_cache(maxsize=100)
def plain_dtype(name: str) -> np.dtype[Any]:
    """Return the dtype of data.

    Raises
    ------
    WireError
        If it is of something else.
    """
    if not PLAIN_DTYPE.fullmatch(name):
        raise WireError("an array's dtype is not a plain one")
    dtype: np.dtype[Any] = np.dtype(name)
    if dtype.kind not in KINDS:
        raise WireError(f"an array of {dtype} is not data")
    return dtype


def encode(
    message: object,
    functions: list[Callable[..., object]] | None = None,
    keep: Callable[[object], list[str]] | None = None,
    exact: bool = False,
) -> bytes:
    """Write a message as one frame.

    Parameters
    ----------
    message : object
        What is not data is sent as its type's name.
    functions : list, optional
        Collects the functions found in the message, which the receiver can call by their number.
    keep : callable, optional
        Keeps a value that is not data and describes it: a name for it, its type's name, and what
        else the receiver needs to make something of it.
    exact : bool
        Whether values of subclasses and of the standard library are no data.
    """
    packer = _Packer(functions, keep, exact)
    header = _to_json(packer.pack(message)).encode(*UTF_8)
    body = b"".join(packer.buffers)
    return _sizes.pack(len(header), len(body)) + header + body


def decode(
    header: bytes, body: bytes, resolve: Callable[[str, Any], object] | None = None
) -> object:
    """Read a message.

    Raises
    ------
    WireError
        Whatever is wrong with it.
    """
    try:
        return _Unpacker(memoryview(body), resolve).unpack(json.loads(header.decode(*UTF_8)))
    except WireError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        MemoryError,
    ) as e:
        raise WireError(f"not a message: {type(e).__name__}") from None


class Channel:
    """One end of a pipe that carries messages.

    Parameters
    ----------
    connection : socket.socket
        A stream socket.
    limit : int
        The largest message to accept, in bytes.
    """

    def __init__(self, connection: socket.socket, limit: int) -> None:
        self.connection, self.limit = connection, limit
        self.arrived = bytearray()  # and not read yet

    def send(self, message: object, functions: list[Callable[..., object]] | None = None) -> None:
        """Send a message."""
        self.connection.sendall(encode(message, functions))

    def receive(self, resolve: Callable[[str, Any], object] | None = None) -> object:
        """Wait for a message; the socket's timeout is the time for all of it.

        Raises
        ------
        EOFError
            If the other end is gone.
        TimeoutError
            If the socket's timeout passes before the message is complete.
        WireError
            If what arrives is no message, or larger than the limit.
        """
        seconds = self.connection.gettimeout()
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            header_size, body_size = self.sizes(self._first(_sizes.size, deadline))
            body = _sizes.size + header_size
            frame = self._first(body + body_size, deadline)
            del self.arrived[: len(frame)]
            return decode(frame[_sizes.size : body], frame[body:], resolve)
        finally:
            if self.connection.gettimeout() != seconds:  # setting it is a call to the system
                self.connection.settimeout(seconds)

    def sizes(self, frame: bytes) -> tuple[int, int]:
        """Read the sizes of a frame's header and body from its first bytes.

        Raises
        ------
        WireError
            If they are larger than the limit.
        """
        header, body = _sizes.unpack_from(frame)
        if header > HEADER_LIMIT or header + body > self.limit:
            raise WireError(
                f"an answer of {header + body:,} bytes is too large: it may have {self.limit:,}, "
                f"and {HEADER_LIMIT:,} of them beside arrays and long texts"
            )
        return header, body

    def _first(self, size: int, deadline: float | None) -> bytes:
        """Wait until so many bytes have arrived; most messages come whole and at once."""
        while (missing := size - len(self.arrived)) > 0:
            if deadline is not None and self.arrived:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError("a message did not come in time")
                self.connection.settimeout(left)
            chunk = self.connection.recv(min(max(missing, CHUNK), MB))
            if not chunk:
                raise EOFError("the other end of the pipe is gone")
            self.arrived += chunk
        with memoryview(self.arrived) as arrived:
            return bytes(arrived[:size])

    def close(self) -> None:
        """Close this end."""
        self.connection.close()
