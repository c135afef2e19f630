"""Calls and answers as JSON: what Office.js has in its cells becomes the cells of ``xl_ltc_udfs.cells``, and back.

A request is a list of calls ``[function, [argument, ...]]``. An argument is null (left out), a cell, or rows of cells.
A cell is a number, a text, true or false, null or "" (blank), ``{"error": "#N/A"}``, or ``{"number": "NaN"}`` for a
number that JSON, or JavaScript's way to write it, does not have: ``NaN``, ``Infinity``, ``-Infinity``, ``-0``.

An answer is a line ``[position of the call, rows]`` whose cells are numbers, texts, or ``{"error": "#NUM!", "reason":
"..."}``. Numbers survive bit for bit: both sides write the shortest decimal that gives the same double again.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import OMITTED, CellError, Raw

UNWRITABLE_NUMBERS = ("NaN", "Infinity", "-Infinity", "-0")
"""Numbers that are sent as texts."""

_CELLS = {float, str, bool, type(None), CellError}

Call = tuple[str, list[Raw]]
"""A function's name and its arguments."""


class UnreadableRequest(Exception):
    """A request that is no list of calls."""


def read_calls(body: bytes, most: int) -> list[Call]:
    """The calls of a request; numbers are doubles, as in a spreadsheet.

    Raises:
        UnreadableRequest: not JSON, or of another form; more than ``most`` calls.
    """
    try:
        # Of bytes, json would guess the encoding and let halves of surrogate pairs pass.
        calls = json.loads(body.decode("utf-8"), object_hook=_cell, parse_int=float, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise UnreadableRequest("not JSON as the add-in writes it") from None
    if not isinstance(calls, list) or len(calls) > most:
        raise UnreadableRequest(f"not a list of at most {most:,} calls")
    return [_call(call) for call in calls]


def answer_line(position: int, result: Result) -> bytes:
    """The answer to a call, as a line of JSON."""
    line = json.dumps([position, result.rows], separators=(",", ":"), allow_nan=False, default=_error)
    return line.encode() + b"\n"


def _call(call: Any) -> Call:
    match call:
        case [str(name), list(arguments)]:
            return name, [_argument(argument) for argument in arguments]
    raise UnreadableRequest("a call is a function's name and a list of arguments")


def _argument(argument: Any) -> Raw:
    if argument is None:
        return OMITTED
    rows = argument if isinstance(argument, list) else [[argument]]
    kinds = set(map(type, chain.from_iterable(rows))) if set(map(type, rows)) <= {list} else {list}
    if not kinds <= _CELLS:
        raise UnreadableRequest("an argument is null, a cell, or rows of cells")
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
