"""Results of earlier calls, for Calc asks for the same again at each recalculation.

LibreOffice's Python loads this module, so it needs the standard library alone.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any

Rows = tuple[tuple[Any, ...], ...]

_MOST_CALLS = 4096
_MOST_CELLS = 64
_MOST_LETTERS = 100


class Remembered:
    """The results of the last different calls, the small ones without an error.

    An error may have a cause that passes, such as too little memory.

    Args:
        most: how many.
    """

    def __init__(self, most: int = _MOST_CALLS) -> None:
        self._most = most
        self._rows: OrderedDict[bytes, Rows] = OrderedDict()

    def get(self, call: bytes) -> Rows | None:
        """The result of a call, None if it is not remembered."""
        key = _digest(call)
        rows = self._rows.get(key)
        if rows is not None:
            self._rows.move_to_end(key)
        return rows

    def put(self, call: bytes, rows: Rows) -> None:
        """Remember a result, and forget the one that was not asked for longest."""
        if len(rows) * len(rows[0]) > _MOST_CELLS or not all(_is_plain(cell) for row in rows for cell in row):
            return
        self._rows[_digest(call)] = rows
        if len(self._rows) > self._most:
            self._rows.popitem(last=False)


def _digest(call: bytes) -> bytes:
    return hashlib.blake2b(call, digest_size=16).digest()


def _is_plain(cell: Any) -> bool:
    """Whether a cell is a number or a short text; an error value is a NaN."""
    return len(cell) <= _MOST_LETTERS if isinstance(cell, str) else cell == cell
