"""The reference workbook as it is committed: LibreOffice with the add-in gives every value that is stored in it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.udfs.calc_office import Office
from xl_ltc_udfs.cells import serial
from xl_ltc_udfs.reference.build import WORKBOOKS
from xl_ltc_udfs.registry import functions

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

WORKBOOK = Path(__file__).parents[3] / next(name for name, flavour in WORKBOOKS.items() if flavour == "add-in")
NEEDS_A_RUN = "LTC_RESULT"


@pytest.fixture(scope="module")
def recalculated(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    # A copy: LibreOffice leaves a lock beside a file that it opens.
    office.open(Path(shutil.copy(WORKBOOK, tmp_path_factory.mktemp("reference"))))
    return office


@pytest.mark.parametrize("name", [name for name in functions() if name != NEEDS_A_RUN])
def test_every_stored_value_is_what_calc_gives(name: str, recalculated: Office) -> None:
    book = openpyxl.load_workbook(WORKBOOK, data_only=True)
    sheet = book[name]
    rows = recalculated("area", book.sheetnames.index(name), 1, 1, sheet.max_row, sheet.max_column)
    for row, stored in zip(rows, sheet.iter_rows(values_only=True), strict=True):
        for got, kept in zip(row, stored, strict=True):
            if not (isinstance(kept, str) and kept.startswith(f"={name}(")):  # how the formula reads in the program
                assert _value(got) == _kept(kept)


def test_the_formula_is_shown_as_it_is(recalculated: Office) -> None:
    book = openpyxl.load_workbook(WORKBOOK, data_only=True)
    rows = recalculated("area", book.sheetnames.index("LTC_AE"), 1, 1, 40, 2)
    assert any(str(row[1]).startswith(("=LTC_AE(", "{=LTC_AE(")) for row in rows)


def _kept(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return serial(cell)
    return None if cell == "" else cell


def _value(cell: Any) -> Any:
    if isinstance(cell, dict):
        return cell["shown"]
    return None if cell == "" else cell
