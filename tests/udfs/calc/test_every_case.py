"""Every case of the table, in a real workbook that LibreOffice recalculates, gives what it gives in plain Python: the
same numbers to the last bit, the same texts and the same error values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.udfs.calc.case_workbook import error_of, write
from tests.udfs.calc_office import Office
from tests.udfs.cases import Case, all_cases
from xl_ltc_udfs.calc.extension import WHY
from xl_ltc_udfs.calc.values import CALC_ERRORS
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, VALUE, CellError, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

CASES = all_cases()

NOT_CALLED = 504
"""Calc's error of an add-in function that it does not call: too many arguments, or an error value in a range. Its cell
reads Err:504; in an .xlsx Calc saves it as #VALUE!."""

CODES = {number: code for code, number in CALC_ERRORS.items()} | {NOT_CALLED: VALUE}


@pytest.fixture(scope="module")
def recalculated(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The rows of each case, errors by Calc's number."""
    path = tmp_path_factory.mktemp("cases") / "cases.xlsx"
    places = write(CASES, path)
    office.open(path)
    return {name: office("area", 0, place.row, 1, place.height, place.width) for name, place in places.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gives_what_python_gives(case: Case, recalculated: dict[str, Any]) -> None:
    rows = call(case.function, case.arguments).rows
    assert [[_shown(cell) for cell in row] for row in recalculated[case.name]] == [
        [_told_by_calc(case) or _wanted(cell) for cell in row] for row in rows
    ]


def _shown(cell: Any) -> str:
    return CODES[cell["error"]] if isinstance(cell, dict) else _exactly(cell)


def _wanted(cell: Any) -> str:
    return cell.code if isinstance(cell, CellError) else _exactly(cell)


def _exactly(cell: float | str) -> str:
    return cell if isinstance(cell, str) else float(cell).hex()


def _told_by_calc(case: Case) -> str | None:
    """The error value that Calc shows for a call of LTC_WHY with an error value, before the function could say more."""
    cells = (
        [] if case.function != WHY else [rows_of(argument) for argument in case.arguments if argument is not OMITTED]
    )
    errors = [error_of(rows[0][0]) for rows in cells if len(rows) == len(rows[0]) == 1]
    return next(filter(None, reversed(errors)), None)
