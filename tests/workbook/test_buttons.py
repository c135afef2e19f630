"""Every button on workbooks as users have them: what it promises, what it leaves alone, and what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from tests.small_filing import SmallFiling, choose, edited, files_in, put, small_filing, write_table
from tests.workbook.recalculate import formulas, values
from tests.workbook.test_package_support import MAY_CHANGE, libreoffice, owned_by, parts_of
from xl_ltc.control import TABLE, Control
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.read import write_policies
from xl_ltc.pricing.sold import Sold, sold_frame
from xl_ltc.workbook.buttons import ACTIONS, FILING, perform
from xl_ltc.workbook.layout import INPUT_SHEETS, OUTPUT_SHEETS
from xl_ltc.workbook.render import InputSheets, write_workbook
from xl_ltc_udfs.excel.workbook_macros import macros

POLICIES = 300
OF_FILINGS = [action.name for action in ACTIONS.values() if action.kind == FILING]
SHEETS_OF = {
    "trace": ("Policy audit", "Audit years", "Audit segments", "Audit rates", "Audit engine"),
    "solve": ("Solve",),
    "attribute": ("Attribution",),
    "compare-sets": ("Set comparison",),
    "sensitivities": ("Sensitivities",),
    "check": ("Input checks",),
}


def quiet(_: str) -> None:
    """No progress."""


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def mine(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with buttons, its policies within, not run yet; none is paid up, so those sold can be told."""
    paying = np.flatnonzero(filing_run.block.numbers("annualized_premium") > 0.0)
    rows = paying[np.linspace(0, len(paying) - 1, POLICIES).astype(np.int64)]
    frame = filing_run.block.select(rows).frame.astype({"issue_date": str})
    assumptions = filing_run.assumptions
    folder = tmp_path_factory.mktemp("mine")
    sold = Sold(filing_run.block.select(rows), np.full(len(rows), 1.2), "Made up.")
    write_policies(sold_frame(sold), folder / "policies_sold.parquet")
    control = Control(inforce=TABLE, solve_target=1.2, policies_sold=str(folder / "policies_sold.parquet"))
    history = filing_run.history.copy()
    amounts = ["earned_premium", "initial_earned_premium", "incurred_claims", "lives"]
    history[amounts] *= POLICIES / len(filing_run.block)
    inputs = InputSheets(assumptions.settings, control, assumptions.tables.frames, history, filing_run.study, frame)
    names = (*INPUT_SHEETS, *OUTPUT_SHEETS, "In force")
    return write_workbook(folder / "mine.xlsm", inputs, None, macros(names))


@pytest.mark.parametrize("action", OF_FILINGS)
def test_a_button_writes_its_sheets_and_nothing_else(action: str, mine: Path, tmp_path: Path) -> None:
    """Macros, buttons, settings and assumptions stay byte for byte; the message and the sheet to show are there."""
    book = Path(shutil.copy(mine, tmp_path / "book.xlsm"))
    report = perform(action, book, quiet)
    assert report.files[0] == book and report.message
    elsewhere = {sheet for of in SHEETS_OF.values() for sheet in of}
    sheets = SHEETS_OF.get(action, tuple(sheet for sheet in OUTPUT_SHEETS if sheet not in elsewhere))
    assert report.sheet in sheets
    before, after = parts_of(mine), parts_of(book)
    ours = owned_by(mine, tuple(sheets))
    shown = {"xl/worksheets/sheet1.xml"} if action == "run" else set()  # Control stores what it shows of the run
    for name in before.keys() - ours - shown:
        if not MAY_CHANGE.match(name):
            assert before[name] == after.get(name), name
    assert "xl/vbaProject.bin" in after and any(name.endswith(".vml") for name in after)
    stored = values(book)
    for sheet in sheets:
        assert len(stored[sheet]) > 1 and "Filled by" not in str(stored[sheet].get("A2")), sheet
    assert not [v for cells in stored.values() for v in cells.values() if isinstance(v, str) and v.startswith("#")]


def test_control_shows_the_run_without_a_recalculation(mine: Path, tmp_path: Path) -> None:
    book = Path(shutil.copy(mine, tmp_path / "book.xlsm"))
    perform("run", book, quiet)
    stored = values(book)
    shown = {formula.removeprefix("="): stored["Control"][at] for at, formula in formulas(book)["Control"].items()}
    assert shown["run_policies"].startswith(f"{POLICIES}, ") and shown["run_test"] in ("Pass", "Fail")
    names = openpyxl.load_workbook(book).defined_names
    for name, value in shown.items():
        sheet, at = names[name].attr_text.replace("$", "").replace("'", "").split("!")
        assert stored[sheet][at] == value, name


def test_the_result_may_go_elsewhere_and_paths_begin_at_the_workbook(small: SmallFiling, tmp_path: Path) -> None:
    """As Excel's job does it: the policies' path on Control is seen from the workbook, not from the result."""
    (tmp_path / "here").mkdir()
    shutil.copy(small.csv, tmp_path / "here" / "policies.csv")
    change = (choose("inforce", "policies.csv"), choose("results_folder", "csv"))
    book = edited(small.inputs_only, tmp_path / "here" / "book.xlsx", *change)
    before = book.read_bytes()
    report = perform("run", book, quiet, tmp_path / "out.xlsx")
    assert report.files == (tmp_path / "out.xlsx", tmp_path / "here" / "csv")
    assert book.read_bytes() == before
    assert (tmp_path / "here" / "csv" / "exhibit_2_58_85.csv").is_file()


@pytest.mark.parametrize("action", OF_FILINGS)
@pytest.mark.parametrize("at", [0, 1, -1])
def test_cancelled_at_any_step_nothing_is_written(action: str, at: int, mine: Path, tmp_path: Path) -> None:
    book, said = Path(shutil.copy(mine, tmp_path / "book.xlsm")), list[str]()
    perform(action, book, said.append, tmp_path / "whole.xlsm")
    (tmp_path / "whole.xlsm").unlink()
    before, steps = files_in(tmp_path), iter(range(len(said)))
    last = range(len(said))[at]

    def stop(_: str) -> None:
        if next(steps) == last:
            raise Cancelled

    with pytest.raises(Cancelled):
        perform(action, book, stop)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("action", [a for a in OF_FILINGS if a != "check"])
def test_bad_input_leaves_the_workbook_as_it_was(action: str, mine: Path, tmp_path: Path) -> None:
    lapse = put("lapse_lifetime_pay", {"policy_duration": 3}, "single", "a lot")
    book = edited(mine, tmp_path / "book.xlsx", lapse)
    before = files_in(tmp_path)
    with pytest.raises(InputError, match=r"sheet Lapse, cell B\d+: found 'a lot'; allowed: a number from 0 to 1"):
        perform(action, book, quiet)
    assert files_in(tmp_path) == before


def test_check_lists_every_problem_with_a_link_to_its_cell(mine: Path, tmp_path: Path) -> None:
    book = edited(
        mine,
        tmp_path / "book.xlsx",
        put("lapse_lifetime_pay", {"policy_duration": 3}, "single", "a lot"),
        put("behaviour", {"parameter": "rbo_multiple"}, "value", -1),
        choose("rate_increase_cap", "high"),
    )
    report = perform("check", book, quiet)
    assert report.message.startswith("3 problems found; still to be looked at: the policies in force")
    sheet = openpyxl.load_workbook(book)["Input checks"]
    found = {row[1].value: row[1].hyperlink.location for row in sheet.iter_rows() if row[1].hyperlink}
    assert len(found) == 3
    for place, location in found.items():
        name, at = str(place).removeprefix("sheet ").split(" (")[0].split(", cell ")
        assert location == f"'{name}'!{at}"
        assert openpyxl.load_workbook(book)[name][at].value in ("a lot", -1, "high")


def test_check_finds_bad_policies_and_nothing_wrong_with_good_ones(mine: Path, tmp_path: Path) -> None:
    book = edited(mine, tmp_path / "book.xlsx")
    assert perform("check", book, quiet).message == f"No problem found; {POLICIES} policies can be run."
    sheet = openpyxl.load_workbook(book)["Input checks"]
    assert sheet["A2"].value == "No problem found"
    first = openpyxl.load_workbook(book)["In force"]["A8"].value
    edited(book, book, put("inforce", {"policy_id": first}, "sex", "Neither"))
    assert perform("check", book, quiet).message == "1 problem found."
    (link,) = [
        c.hyperlink.location
        for row in openpyxl.load_workbook(book)["Input checks"].iter_rows()
        for c in row
        if c.hyperlink
    ]
    assert link.startswith("'In force'!")


def test_a_policy_in_another_workbook_is_not_linked_to_this_one(small: SmallFiling, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "policies.xlsx")) as target:
        frame = small.run.block.frame.head(3).astype(object)
        frame.loc[0, "sex"] = "Neither"
        write_table(target, target.add_worksheet("Lapse"), frame, 0, 0)
    book = edited(small.inputs_only, tmp_path / "book.xlsx", choose("inforce", "policies.xlsx"))
    assert perform("check", book, quiet).message == "1 problem found."
    sheet = openpyxl.load_workbook(book)["Input checks"]
    assert not [c for row in sheet.iter_rows() for c in row if c.hyperlink]


def test_text_of_the_policies_stays_text(mine: Path, tmp_path: Path) -> None:
    """A policy called like a formula, at which the audit looks."""
    first = openpyxl.load_workbook(mine)["In force"]["A8"].value
    hostile = '=HYPERLINK("http://x","y")'
    book = edited(mine, tmp_path / "book.xlsx", put("inforce", {"policy_id": first}, "policy_id", hostile))
    cell = openpyxl.load_workbook(book)["In force"]["A8"]
    cell_book = openpyxl.load_workbook(book)
    cell_book["In force"]["A8"].data_type = "s"
    cell_book["In force"]["A8"].value = "@SUM(1+1)"
    cell_book.save(book)
    assert cell is not None
    perform("trace", edited(book, book, choose("trace_policy", "@SUM(1+1)")), quiet)
    audit = openpyxl.load_workbook(book)["Policy audit"]
    shown = [c for row in audit.iter_rows() for c in row if c.value == "@SUM(1+1)"]
    assert shown and all(c.data_type == "s" for c in shown)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_workbook_that_libreoffice_saved_runs_and_keeps_what_is_the_users(mine: Path, tmp_path: Path) -> None:
    saved = libreoffice(edited(mine, tmp_path / "book.xlsx"), "xlsx", tmp_path)
    before = parts_of(saved)
    report = perform("run", saved, quiet)
    assert report.files == (saved,)
    after, ours = parts_of(saved), owned_by(saved, OUTPUT_SHEETS)
    shown = {n for n, data in before.items() if n.startswith("xl/worksheets/") and b"run_policies" in data}
    for name in before.keys() - ours - shown:
        if not MAY_CHANGE.match(name) and name in after:
            assert before[name] == after[name], name
    kept = {name for name in before if name.startswith("xl/tables/")} - ours
    assert len(kept) > 20 and kept <= after.keys()
