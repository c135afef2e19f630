"""The filing workbook as a file: sheets, tables, types of cells, and writing it whole or not at all."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from tests.workbook.recalculate import Values, formulas, values
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.phase_in import SHEET as PHASE_IN
from xl_ltc.exhibits.table import Column, Page, Row, Table, all_tables, live
from xl_ltc.inforce.history import check_history
from xl_ltc.workbook import layout, render
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.read import read_workbook
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.sheets.page import plan_page

MANIFEST = {"version": "1.0", "inforce": {"policies": 2000}, "warnings": ["=HYPERLINK(1)", "@x", "+1", "-1"]}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_filing_workbook(made_up_run(), [], MANIFEST, tmp_path_factory.mktemp("book") / "filing.xlsx")


@pytest.fixture(scope="module")
def stored(workbook: Path) -> Values:
    return values(workbook)


def test_sheets_in_order(workbook: Path) -> None:
    assert openpyxl.load_workbook(workbook).sheetnames == list(layout.SHEETS)
    assert set(layout.INPUT_SHEETS) | set(layout.OUTPUT_SHEETS) == set(layout.SHEETS)
    assert not set(layout.INPUT_SHEETS) & set(layout.OUTPUT_SHEETS)


def test_every_assumption_table_is_an_excel_table_with_its_columns(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    found = {t.name: (sheet.title, t.column_names) for sheet in book for t in sheet.tables.values()}
    assert {s.name: [c.name for c in s.columns] for s in SPECS}.items() <= {n: c for n, (_, c) in found.items()}.items()
    of_runs = {"run_inputs", "run_results", "run_log", "manifest"}
    assert all((sheet in layout.INPUT_SHEETS) == (name not in of_runs) for name, (sheet, _) in found.items())
    assert found["settings"][1] == list(layout.SETTINGS_COLUMNS)


def test_reading_gives_back_what_was_written(workbook: Path) -> None:
    run = made_up_run()
    read = read_workbook(workbook)
    again = AssumptionSet.from_tables(read.tables, read.settings)
    assert again.settings == run.assumptions.settings
    for spec in SPECS:
        assert again.tables[spec.name].equals(run.assumptions.tables[spec.name]), spec.name
    history = check_history(read.history, run.series, again.settings.valuation_date.year)
    pd.testing.assert_frame_equal(history, run.history, check_dtype=False, check_exact=True)


def test_labels_are_text(workbook: Path) -> None:
    sheet = openpyxl.load_workbook(workbook)["Mortality"]
    area = sheet.tables["mortality_factor_attained_age"].ref
    labels = [row[0].value for row in sheet[area]][1:]
    assert labels[:2] == ["<55", "55"]
    assert all(isinstance(label, str) for label in labels)


def test_every_formula_carries_its_value(workbook: Path, stored: Values) -> None:
    for sheet, found in formulas(workbook).items():
        assert set(found) <= set(stored[sheet]), sheet


def test_engine_values_by_year_stand_on_one_sheet_only() -> None:
    pages = filing_pages(made_up_run(), [])
    for page in pages.exhibits:
        if page.sheet.startswith(("Exhibit", "Section 15")):
            cells = [c for t in page.tables for row in t.rows for c in row.cells.values()]
            assert not any(c.engine for c in cells), page.sheet


def test_text_is_never_a_formula(workbook: Path, stored: Values) -> None:
    assert {"=HYPERLINK(1)", "@x", "+1", "-1"} <= set(stored["Run"].values())
    written = [c for row in openpyxl.load_workbook(workbook)["Run"].iter_rows() for c in row]
    assert [c.data_type for c in written if c.value == "=HYPERLINK(1)"] == ["s"]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "filing.xlsx"
    path.write_text("old")

    def fails(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(render, "write_charts", fails)
    with pytest.raises(RuntimeError, match="half way"):
        write_filing_workbook(made_up_run(), [], {}, path)
    assert [p.name for p in tmp_path.iterdir()] == ["filing.xlsx"]
    assert path.read_text() == "old"


def test_every_reference_of_every_exhibit_resolves() -> None:
    pages = filing_pages(made_up_run(), [])
    addresses = Addresses()
    for page in pages.all:
        plan_page(page, addresses)
    for table in all_tables(pages.all):
        for row in table.rows:
            for cell in row.cells.values():
                if cell.formula:
                    assert "{" not in addresses.formula(cell.formula, table.name, row.key)


def test_a_workbook_whose_state_allows_no_increase(tmp_path: Path) -> None:
    """Its sheet Phase-in has no table, only words."""
    run = made_up_run(600, state_rate_increase_cap=0.0)
    found = values(write_filing_workbook(run, (), {}, tmp_path / "filing.xlsx"))[PHASE_IN]
    assert any("allows no increase" in str(value) for value in found.values())


def test_an_unknown_reference_is_named() -> None:
    table = Table("t", (Column("a", "A"),), (Row("r", {"a": live("={b}", 1.0)}),))
    addresses = Addresses()
    plan_page(Page("S", "", (), (table,)), addresses)
    with pytest.raises(InputError, match=r"table t, row r: found \{b\} in =\{b\}"):
        addresses.formula("={b}", "t", "r")
