"""Calls and answers as JSON: what Office.js has in its cells becomes the cells of ``xl_ltc_udfs.cells``, and back.

A request has a line a call: ``[function, [argument, ...]]``. So the server, whom all callers share, need not parse what
may take seconds; the process that evaluates the call does. An argument is null (left out), a cell, or rows of cells. A
cell is a number, a text, true or false, null or "" (blank), ``{"error": "#N/A"}``, or ``{"number": "NaN"}`` for a
number that JSON, or JavaScript's way to write it, does not have: ``NaN``, ``Infinity``, ``-Infinity``, ``-0``.

An answer is a line ``[position of the call, rows]`` whose cells are numbers, texts, or ``{"error": "#NUM!", "reason":
"..."}``. Numbers survive bit for bit: both sides write the shortest decimal that gives the same double again.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import OMITTED, CellError, Raw

UNWRITABLE_NUMBERS = ("NaN", "Infinity", "-Infinity", "-0")
"""Numbers that are sent as texts."""

_CELLS = {float, str, bool, type(None), CellError}

_NAMING = re.compile(rb'\["([A-Za-z0-9_.]{1,40})"')

Call = tuple[str, list[Raw]]
"""A function's name and its arguments."""


class UnreadableCall(Exception):
    """A line of a request that is no call."""


class TooManyCalls(Exception):
    """A request of more calls than one may hold."""


def split_calls(body: bytes, most: int) -> list[bytes]:
    """The calls of a request, each as its line; takes milliseconds whatever is in them.

    Raises:
        TooManyCalls: more than ``most``.
    """
    if body.count(b"\n") >= most:
        raise TooManyCalls
    return body.split(b"\n") if body else []


def function_of(line: bytes) -> str:
    """The function a call names, for a message, as far as its beginning tells."""
    found = _NAMING.match(line)
    return found[1].decode() if found else "the call"


def read_call(line: bytes) -> Call:
    """A call; numbers are doubles, as in a spreadsheet.

    Raises:
        UnreadableCall: not JSON, or of another form.
    """
    try:
        # Of bytes, json would guess the encoding and let halves of surrogate pairs pass.
        call = json.loads(line.decode("utf-8"), object_hook=_cell, parse_int=float, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise UnreadableCall("not JSON as the add-in writes it") from None
    match call:
        case [str(name), list(arguments)]:
            return name, [_argument(argument) for argument in arguments]
    raise UnreadableCall("not a function's name and a list of arguments")


def answer_line(position: int, result: Result) -> bytes:
    """The answer to a call, as a line of JSON."""
    line = json.dumps([position, result.rows], separators=(",", ":"), allow_nan=False, default=_error)
    return line.encode() + b"\n"


def _argument(argument: Any) -> Raw:
    if argument is None:
        return OMITTED
    rows = argument if isinstance(argument, list) else [[argument]]
    kinds = set(map(type, chain.from_iterable(rows))) if set(map(type, rows)) <= {list} else {list}
    if not kinds <= _CELLS:
        raise UnreadableCall("an argument that is not null, a cell, or rows of cells")
    return argument


def _cell(found: dict[str, Any]) -> CellError | float:
    match found:
        case {"error": str(code)} if len(found) == 1:
            return CellError(code)
        case {"number": str(text)} if len(found) == 1 and text in UNWRITABLE_NUMBERS:
            return float(text)
    raise ValueError


def _constant(name: str) -> float:
    raise ValueError(name)


def _error(cell: Any) -> dict[str, str]:
    if isinstance(cell, CellError):
        return {"error": cell.code, "reason": cell.reason}
    raise TypeError(f"{type(cell).__name__} in a result")
