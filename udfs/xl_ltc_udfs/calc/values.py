"""The value boundary of LibreOffice Calc.

What Calc passes: a number, a date or a boolean as a float; a text; an omitted argument as None; a range or an array as
rows of floats and texts, "" for a blank cell. A blank cell that is an argument by itself
arrives as 0. With an error value in any argument, Calc does not call the function but shows an error itself.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from xl_ltc_udfs.calc import wire
from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import DIVISION, NOT_AVAILABLE, NUM, OMITTED, VALUE, CellError, Raw

CALC_ERRORS = {
    NUM: 503,
    VALUE: 519,
    "#NULL!": 521,
    "#REF!": 524,
    "#NAME?": 525,
    DIVISION: 532,
    NOT_AVAILABLE: 32767,
}
"""Calc's own number of each error value, as ``getError`` of a cell gives it."""


def error_number(code: str) -> float:
    """The number that Calc shows as an error value: a NaN whose payload is Calc's number of the error."""
    number: float = struct.unpack("=d", struct.pack("=Q", 0x7FF8_0000_0000_0000 | CALC_ERRORS[code]))[0]
    return number


_ERROR_NUMBERS = {code: error_number(code) for code in CALC_ERRORS}


def argument(message: Any) -> Raw:
    """An argument as ``call`` takes it, of what came over the wire."""
    if message is None:
        return OMITTED
    if not isinstance(message, list):
        return message
    columns, cells = message
    if set(map(type, cells)) == {float}:
        return np.array(cells).reshape(-1, columns)
    return wire.in_rows(message)


def answer(result: Result) -> list[Any]:
    """A result as it travels to Calc."""
    columns, cells = wire.flat(result.rows)
    return [columns, [_ERROR_NUMBERS[cell.code] if type(cell) is CellError else cell for cell in cells]]
