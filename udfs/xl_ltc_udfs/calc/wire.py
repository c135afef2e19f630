"""Messages between LibreOffice's Python and the project's own: length-prefixed, plain values only.

LibreOffice's Python loads this module too, so it needs the standard library alone. A message is a pickle of numbers,
texts, lists and tuples; one that names anything to import is refused.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Sequence
from itertools import chain
from typing import IO, Any

PROTOCOL = 1
"""Changes whenever messages do, so that an extension of another version is found out."""

_LENGTH = struct.Struct("=Q")
_PICKLE_PROTOCOL = 4


class _PlainValues(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"a message holds plain values only, not {module}.{name}")


def encoded(message: Any) -> bytes:
    """A message as bytes."""
    return pickle.dumps(message, _PICKLE_PROTOCOL)


def send(stream: IO[bytes], data: bytes) -> None:
    """Write an encoded message."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message.

    Raises:
        EOFError: the other side is gone.
        pickle.UnpicklingError: no message, or one with more than plain values.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _PlainValues(io.BytesIO(_exactly(stream, length))).load()


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError("the other side is gone")
    return data


def flat(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """A range as it travels: its number of columns and its cells row by row, faster to send than rows."""
    return [len(rows[0]), list(chain.from_iterable(rows))]


def in_rows(message: list[Any]) -> tuple[tuple[Any, ...], ...]:
    """The rows of a range that came."""
    columns, cells = message
    return tuple(zip(*[iter(cells)] * columns, strict=True))
