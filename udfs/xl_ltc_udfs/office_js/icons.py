"""The add-in's icons: three rising bars, drawn here so that no image file need be kept."""

from __future__ import annotations

import struct
import zlib
from functools import cache

SIZES = (16, 32, 64, 80)
"""Edges in pixels; Excel asks for 16, 32 and 80 for a button, 32 and 64 for the add-in itself."""

_CLEAR, _BAR, _LAST_BAR = b"\0\0\0\0", b"\x1f\x4e\x79\xff", b"\xc5\x5a\x11\xff"
_BARS = ((0.06, 0.30, 0.40), (0.38, 0.62, 0.66), (0.70, 0.94, 0.94))
"""Left edge, right edge and height of each bar, as shares of the icon's edge."""


@cache
def icon(size: int) -> bytes:
    """A square PNG with an edge of ``size`` pixels."""
    rows = b"".join(b"\0" + _row(1 - (y + 0.5) / size, size) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(height: float, size: int) -> bytes:
    return b"".join(_pixel((x + 0.5) / size, height) for x in range(size))


def _pixel(across: float, height: float) -> bytes:
    for left, right, top in _BARS:
        if left <= across < right and height < top:
            return _LAST_BAR if (left, right, top) == _BARS[-1] else _BAR
    return _CLEAR


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
