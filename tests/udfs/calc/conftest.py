"""LibreOffice with the add-in, started once for these tests; a small filing for the menu's actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from tests.small_filing import edited, small_filing
from tests.udfs.calc_office import Office
from xl_ltc.exhibits.filing_run import FilingRun


@pytest.fixture(scope="session")
def office(remembered_run: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Calc with the add-in; it reads the remembered run."""
    with Office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def own_policies(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with its assumptions and its policies, never run; not to be written to."""
    folder = tmp_path_factory.mktemp("own_policies")
    small = small_filing(filing_run, folder)
    policies = openpyxl.load_workbook(small.table)["Policies"]
    area = policies.tables["inforce"].ref

    def add_policies(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Policies")
        for row in policies[area]:
            for cell in row:
                sheet[cell.coordinate] = cell.value
        book.defined_names.pop("inforce", None)  # openpyxl takes no table of that name beside it
        sheet.add_table(Table(displayName="inforce", ref=area))

    return edited(small.inputs_only, folder / "own policies.xlsx", add_policies)
