"""The exhibits of experience and original pricing in a workbook: LibreOffice, and a user who edits and moves."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import get_column_letter

from tests.exhibits.made_up import made_up_run
from tests.exhibits.study import awkward_study, study_run
from tests.small_filing import drop_table, edited, put
from tests.workbook.recalculate import recalculated
from tests.workbook.test_render_recalculation import assert_recalculates
from xl_ltc.assumptions.pricing.specs import EXPECTED
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.experience.study import BASIS, LAPSE, MORBIDITY, MORTALITY, bundled_study, check_study, nothing_given
from xl_ltc.pricing.sold import Sold
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.layout import STUDY_SHEETS
from xl_ltc.workbook.read import read_workbook
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.sheets.page import plan_page

EXHIBITS = ("Exhibit III", "Exhibit A-", "Appendix B")


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return study_run()


@pytest.fixture(scope="module")
def workbook(run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_filing_workbook(run, reconcile(run), {}, tmp_path_factory.mktemp("book") / "filing.xlsx")


def move(book: openpyxl.Workbook) -> None:
    """Other names and order of the input sheets, their tables four lines down and two columns to the right."""
    for name in STUDY_SHEETS:
        sheet = book[name]
        sheet.move_range(sheet.dimensions, rows=4, cols=2)
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            ref = f"{get_column_letter(left + 2)}{top + 4}:{get_column_letter(right + 2)}{bottom + 4}"
            table.ref = ref
            if table.autoFilter is not None:
                table.autoFilter.ref = ref
        sheet.title = f"Our {name}'s"
        book.move_sheet(sheet, -7)


def edit(book: openpyxl.Workbook) -> None:
    """Other experience and other words."""
    for change in (
        put(MORTALITY, {"category": "Partnered"}, "exposure", 700_000),
        put(MORTALITY, {"category": "Male"}, "deaths", 2_892),
        put(LAPSE, {"premium_payment": "Lifetime-Pay", "partner_status": "Single", "policy_duration": 2}, "events", 99),
        put(LAPSE, {"premium_payment": "Ten-Pay", "partner_status": "Single", "policy_duration": 3}, "exposure", 9_000),
        put(MORBIDITY, {"category": "85+"}, "actual_claims", 0),
        put(
            BASIS, {"exhibit": "Appendix B", "assumption": "Interest", "basis": "513 pricing"}, "description", "Level."
        ),
        put("pricing_lapse_400", {"policy_duration": "16+"}, "twenty_pay", 0.0125),
        put("mortality_factor_sex", {"sex": "Male"}, "factor", 1.25),
        put("lapse_payment_option", {"premium_payment": "Ten-Pay", "duration_from": 1}, "scalar", 0.6),
    ):
        change(book)


def test_reading_gives_back_what_was_written(workbook: Path) -> None:
    study = check_study(read_workbook(workbook).study)
    for name, frame in bundled_study().items():
        assert study[name].equals(frame), name


def test_bad_cells_are_refused_with_their_places(workbook: Path, tmp_path: Path) -> None:
    change = put(MORTALITY, {"category": "Male"}, "deaths", "many")
    with pytest.raises(InputError, match="sheet Experience, cell D11: found 'many'; allowed: a number from 0"):
        check_study(read_workbook(edited(workbook, tmp_path / "bad.xlsx", change)).study)


def test_a_table_that_was_removed_is_not_given(workbook: Path, tmp_path: Path) -> None:
    path = edited(workbook, tmp_path / "without.xlsx", *(drop_table(name) for name in bundled_study()))
    study = check_study(read_workbook(path).study)
    assert all(frame.empty for frame in study.values()) and study.keys() == nothing_given().keys()


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_formula_comes_to_its_stored_value(workbook: Path, tmp_path: Path) -> None:
    assert_recalculates(workbook, tmp_path)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_so_it_does_with_labels_that_mean_something_to_a_spreadsheet(tmp_path: Path) -> None:
    run = study_run(awkward_study())
    assert_recalculates(write_filing_workbook(run, [], {}, tmp_path / "filing.xlsx"), tmp_path)


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("series", [["500", "511"], ["200"]], ids=["two series", "one series"])
def test_so_it_does_where_series_have_no_policies_or_no_expected_claims(series: list[str], tmp_path: Path) -> None:
    """Of sections 16 and 18 too: what is not available there, and the 200 series without expected claims."""
    run = made_up_run(300)
    block = run.block.select(run.block.frame["series"].isin(series).to_numpy())
    expected = bundled_study()[EXPECTED].copy()
    expected.loc[expected["basis"] == "200", "claim_level"] = 0.0
    study = {**bundled_study(), EXPECTED: expected}
    sold = Sold(block, np.full(len(block), 1.5), "Made up.")
    run = run_filing(block, run.history, run.assumptions, study=study, sold=sold)
    assert_recalculates(write_filing_workbook(run, [], {}, tmp_path / "filing.xlsx"), tmp_path)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_what_a_user_edits_flows_through_wherever_it_stands(run: FilingRun, workbook: Path, tmp_path: Path) -> None:
    """Recalculated without a run, the exhibits are those of a run on what was edited."""
    path = edited(workbook, tmp_path / "edited.xlsx", edit, move)
    inputs = read_workbook(path)
    assumptions = dataclasses.replace(run.assumptions, tables=run.assumptions.tables)
    assumptions = type(assumptions).from_tables(inputs.tables, inputs.settings)
    again = dataclasses.replace(run, study=check_study(inputs.study), assumptions=assumptions)
    found = recalculated(path, tmp_path)
    addresses, compared, moved = Addresses(), 0, 0
    before = {page.sheet: page for page in filing_pages(run, []).exhibits}
    for page in filing_pages(again, []).exhibits:
        if page.sheet.startswith(EXHIBITS):
            plan_page(page, addresses)
            for table, old in zip(page.tables, before[page.sheet].tables, strict=True):
                for row in table.rows:
                    for key, cell in row.cells.items():
                        at = addresses[table.name].cell(row.key, key).rpartition("!")[2].replace("$", "")
                        got = found[page.sheet].get(at)
                        number = isinstance(cell.value, int | float)
                        assert got == (pytest.approx(cell.value, rel=1e-9) if number else cell.value), (page.sheet, at)
                        compared, moved = compared + 1, moved + (old.row(row.key).cells[key].value != cell.value)
    assert compared > 2_000 and moved > 40
