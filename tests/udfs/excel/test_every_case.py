"""Every case of the table gives in Excel what it gives in plain Python: the same numbers to the last bit, the same
texts and the same error values."""

from __future__ import annotations

import datetime as dt
import math
import struct
from itertools import chain
from typing import Any

import pytest

from tests.udfs.cases import Case, all_cases
from tests.udfs.excel.excel import ERROR_NUMBERS, CallUDF, Excel, in_vba, rows_shown
from tests.udfs.excel.pywin32 import MISSING, ComRange
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, CellError, Raw, Rows, rows_of, serial
from xl_ltc_udfs.excel.values import ERROR_MARK
from xl_ltc_udfs.excel.vba import PYTHON_MODULE

CASES = all_cases()


def _fits_a_worksheet(case: Case) -> bool:
    """Whether cells can hold the arguments: none has a number that is not finite."""
    cells = [cell for argument in case.arguments if argument is not OMITTED for cell in chain(*rows_of(argument))]
    return all(not isinstance(cell, float) or math.isfinite(cell) for cell in cells)


IN_A_WORKSHEET = [case for case in CASES if _fits_a_worksheet(case)]


def _expected(case: Case) -> list[list[Any]]:
    return [
        [cell.code if isinstance(cell, CellError) else cell for cell in row]
        for row in call(case.function, case.arguments).rows
    ]


def _same(got: Rows, wanted: Rows) -> None:
    assert [[_bits(cell) for cell in row] for row in got] == [[_bits(cell) for cell in row] for row in wanted], (
        got,
        wanted,
    )


def _bits(cell: Any) -> Any:
    return struct.pack("<d", cell) if type(cell) is float else cell


@pytest.mark.parametrize("case", IN_A_WORKSHEET, ids=lambda case: case.name)
def test_in_a_worksheet_whose_arguments_are_ranges(excel: Excel, case: Case) -> None:
    _same(rows_shown(excel.formula(case.function, excel.ranges(case.arguments))), _expected(case))


@pytest.mark.parametrize("case", IN_A_WORKSHEET, ids=lambda case: case.name)
def test_in_a_worksheet_whose_single_cells_are_typed_into_the_formula(excel: Excel, case: Case) -> None:
    typed = [
        found if isinstance(argument, list) or argument is OMITTED else in_vba(argument)
        for argument, found in zip(case.arguments, excel.ranges(case.arguments), strict=True)
    ]
    _same(rows_shown(excel.formula(case.function, typed)), _expected(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_through_com(call_udf: CallUDF, case: Case) -> None:
    """As VBA sends it, numbers that are not finite too."""
    arguments = tuple(_sent(argument) for argument in case.arguments)
    _same(_received(call_udf(PYTHON_MODULE, case.function, arguments)), _expected(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_through_com_with_ranges_as_objects(call_udf: CallUDF, case: Case) -> None:
    """As the VBA that xlwings' Import Functions writes sends it."""
    arguments = tuple(
        MISSING if argument is OMITTED else ComRange(_sent(argument), value=_sent(argument, dates=True))
        for argument in case.arguments
    )
    _same(_received(call_udf(PYTHON_MODULE, case.function, arguments)), _expected(case))


def _sent(argument: Raw, dates: bool = False) -> Any:
    if argument is OMITTED:
        return MISSING
    rows = tuple(tuple(_sent_cell(cell, dates) for cell in row) for row in rows_of(argument))
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def _sent_cell(cell: Any, dates: bool) -> Any:
    if isinstance(cell, CellError):
        return (0x800A0000 | ERROR_NUMBERS[cell.code]) - (1 << 32)
    if isinstance(cell, dt.date):
        moment = dt.datetime.combine(cell, getattr(cell, "time", dt.time)(), dt.UTC)
        return moment if dates else serial(cell)
    return float(cell) if type(cell) is int else cell


def _received(result: Any) -> Rows:
    """What VBA gets, its error values made out by their mark; an array of one dimension is a row."""
    rows = result if isinstance(result, list) else [[result]]
    rows = rows if isinstance(rows[0], list) else [rows]
    for cell in chain(*rows):
        assert type(cell) in (float, str)
        assert type(cell) is str or math.isfinite(cell)
    return [[cell.removeprefix(ERROR_MARK) if type(cell) is str else cell for cell in row] for row in rows]
