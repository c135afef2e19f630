"""Between COM and the cells of ``xl_ltc_udfs.cells``.

What pywin32 makes of what Excel sends: numbers are floats, booleans ``bool``, blanks ``None``, dates datetimes (floats
from ``Range.Value2``), currency ``Decimal``, error values the integer of a VT_ERROR; ranges and arrays are tuples.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import VALUE, Cell, CellError, Raw, Rows

ERROR_MARK: Final = "LTC error "
"""Stands before the code of an error value on its way to Excel, where VBA makes it one; a text of a function never
begins so. COM has no value for it that pywin32 could send in an array."""

_CELLS_ALREADY: Final = {float, str, bool, type(None)}
_ERROR_FACILITY: Final = 0x800A
"""Upper half of the scode of an error cell; the lower half is the number ``CVErr`` takes."""
_LATER_ERRORS: Final = {2043: "#GETTING_DATA", 2045: "#SPILL!", 2050: "#CALC!"}
"""Error values that xlwings does not name, by that number (Excel's XlCVError)."""


def argument_of(value: Any) -> Raw:
    """An argument as a cell or rows of cells; an array of one dimension is a row, as on a worksheet."""
    if not isinstance(value, tuple | list):
        return _cell(value)
    rows = value if value and isinstance(value[0], tuple | list) else (value,)
    kinds: set[type] = set()
    for row in rows:
        kinds.update(map(type, row))
    return rows if kinds <= _CELLS_ALREADY else [[_cell(cell) for cell in row] for row in rows]


def several_areas(count: int) -> CellError:
    """What stands for a range of several areas: its ``Value2`` would be that of the first alone."""
    return CellError(f"{VALUE} of a range of {count} areas, where one area is read")


def rows_for_excel(result: Result) -> Rows:
    """A result as COM takes it."""
    rows = [list(row) for row in result.rows]
    for r, c, error in result.errors:
        rows[r][c] = ERROR_MARK + error.code
    return rows


def _cell(value: Any) -> Cell:
    if type(value) is int and (value >> 16) & 0xFFFF == _ERROR_FACILITY:
        return CellError(_error_code(value))
    if isinstance(value, Decimal):
        return float(value)
    return value


def _error_code(scode: int) -> str:
    # Imports pywin32, so only where there are error cells, which is in the process that Excel started.
    from xlwings._xlwindows import cell_errors

    number = scode & 0xFFFF
    return cell_errors.get(scode) or _LATER_ERRORS.get(number) or f"#ERROR {number}"
