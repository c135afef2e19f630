"""The table of cases as a real workbook: arguments in cells, a formula for each case, array formulas over their whole
range."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from tests.udfs.cases import Case
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import KNOWN_ERRORS, NUM, OMITTED, CellError, Raw, is_blank, rows_of

RESULTS, ARGUMENTS = "Results", "Arguments"

_ERROR_FORMULAS = {"#N/A": "=NA()", "#DIV/0!": "=1/0", "#VALUE!": '="text"+1', NUM: "=1E308*10"}


@dataclass(frozen=True)
class Place:
    """Where a case's result is on the sheet of results: its first row, 1 for the top, and its shape."""

    row: int
    height: int
    width: int


def write(cases: tuple[Case, ...], path: Path) -> dict[str, Place]:
    """Write the workbook; the place of each case by name."""
    book = Workbook()
    results = book.active
    assert isinstance(results, Worksheet)
    results.title = RESULTS
    arguments = book.create_sheet(ARGUMENTS)
    places, row = {}, 1
    for case in cases:
        rows = call(case.function, case.arguments).rows
        place = places[case.name] = Place(row, len(rows), len(rows[0]))
        formula, height = _formula(arguments, case, row)
        area = f"A{row}:{get_column_letter(place.width)}{row + place.height - 1}"
        results.cell(row, 1, formula if rows == [[rows[0][0]]] else ArrayFormula(area, formula))
        row += max(height, place.height) + 1
    book.save(path)
    return places


def error_of(cell: Any) -> str | None:
    """The error value that stands for an argument's cell, if one does: a cell holds no NaN and no infinity."""
    if isinstance(cell, CellError):
        return cell.code
    return NUM if isinstance(cell, float) and not math.isfinite(cell) else None


def _formula(sheet: Worksheet, case: Case, row: int) -> tuple[str, int]:
    """The call with its arguments put side by side into cells, and how many rows they take."""
    references, column, height = [], 1, 1
    for argument in case.arguments:
        if argument is OMITTED:
            references.append("")
            continue
        rows = rows_of(argument)
        references.append(f"{ARGUMENTS}!{_put(sheet, rows, row, column)}")
        column += len(rows[0]) + 1
        height = max(height, len(rows))
    return f"={case.function}({','.join(references).rstrip(',')})", height


def _put(sheet: Worksheet, rows: Raw, top: int, left: int) -> str:
    """A range of cells; its reference. A blank cell is given as a range of one, for by itself Calc passes it as 0."""
    for r, cells in enumerate(rows):
        for c, cell in enumerate(cells):
            _put_cell(sheet, cell, top + r, left + c)
    first = f"{get_column_letter(left)}{top}"
    if len(rows) == len(rows[0]) == 1 and not is_blank(rows[0][0]):
        return first
    return f"{first}:{get_column_letter(left + len(rows[0]) - 1)}{top + len(rows) - 1}"


def _put_cell(sheet: Worksheet, value: Any, row: int, column: int) -> None:
    code = error_of(value)
    if code is not None:
        sheet.cell(row, column, _ERROR_FORMULAS.get(code, code))
        return
    cell = sheet.cell(row, column, value)
    if isinstance(value, str) and (value in KNOWN_ERRORS or value.startswith("=")):
        cell.data_type = "s"  # a text all the same
    if type(value) is dt.date:
        cell.number_format = "yyyy-mm-dd"
