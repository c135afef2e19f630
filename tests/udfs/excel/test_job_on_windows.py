"""An action on an open workbook through xlwings' own code for Windows: what a stand-in for xlwings would not show."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.udfs.excel.com_excel import PROCESS, ComBook, ComExcel, show_excel
from xl_ltc.workbook.actions import Progress
from xl_ltc.workbook.buttons import Report
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc.workbook.sheets.control import LAST_ATTEMPT
from xl_ltc_udfs.excel import job

WORKBOOKS = Path(__file__).parents[3] / "workbooks"
STEPS = ("reading", "checking", "writing")
SAID = "Five problems found."


@pytest.fixture
def excel(call_udf: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ComExcel:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "state"))
    monkeypatch.setattr(job, "PATIENCE", 0.5)
    monkeypatch.setattr(job, "PAUSE", 0.01)
    return show_excel(monkeypatch)


@pytest.fixture
def book(excel: ComExcel, tmp_path: Path) -> ComBook:
    """The only workbook that is open."""
    folder = tmp_path / "users"
    folder.mkdir()
    return excel.open(Path(shutil.copy(WORKBOOKS / "ltc_blank_filing.xlsm", folder / "My filing.xlsm")))


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let an action's steps be some words to Excel, and its result a workbook with a title."""

    def let(at_the_end: Callable[[], object] = lambda: None, at_a_step: Callable[[], object] = lambda: None) -> None:
        def perform(_: str, workbook: Path, progress: Progress, out: Path) -> Report:
            for step in STEPS:
                at_a_step()
                progress(step)
            content = openpyxl.load_workbook(workbook, keep_vba=True)
            content.properties.title = SAID
            content.save(out)
            at_the_end()
            return Report(SAID, "Input checks", (out,))

        monkeypatch.setattr(job, "perform", perform)

    return let


def run(book: ComBook) -> None:
    job.run("check", job.Excel(Path(book.FullName), PROCESS))


def title(path: str | Path) -> str | None:
    return openpyxl.load_workbook(path, read_only=True).properties.title


@pytest.mark.parametrize("others", [0, 1])
def test_the_only_workbook_is_opened_again(
    excel: ComExcel, book: ComBook, performed: Callable[..., None], others: int
) -> None:
    """xlwings finds no Excel without a workbook, which this is while the result is put in place."""
    for _ in range(others):
        excel.open(Path(shutil.copy(WORKBOOKS / "ltc_blank_filing.xlsx", Path(book.Path).parent)))
    performed()
    run(book)
    again = excel.books[-1]
    assert len(excel.books) == 1 + others
    assert again is not book
    assert (again.FullName, again.shown) == (book.FullName, "Input checks")
    assert again.opened_with == Path(book.FullName).read_bytes()
    assert title(book.FullName) == SAID
    assert str(again.saved_cells[LAST_ATTEMPT]).endswith(f"  Check inputs: {SAID}")
    assert excel.boxes == [SAID]
    assert excel.status == ["xl_ltc: reading", "xl_ltc: checking", "xl_ltc: writing", "xl_ltc: done", False]


def test_a_cell_being_edited_does_not_hold_up_the_action(
    excel: ComExcel, book: ComBook, performed: Callable[..., None]
) -> None:
    """xlwings by itself would ask until the cell is left."""

    def editing() -> None:
        excel.busy = 1000

    left: list[int] = []

    def leaves_the_cell() -> None:
        left.append(excel.busy)
        excel.busy = 3

    performed(leaves_the_cell, editing)
    run(book)
    assert left == [999], "one question a step"
    assert excel.status == [False]
    assert title(book.FullName) == SAID
    assert excel.boxes == [SAID]


def test_an_edit_meanwhile_is_kept(excel: ComExcel, book: ComBook, performed: Callable[..., None]) -> None:
    performed(book.edit)
    run(book)
    assert excel.books == [book]
    assert not book.Saved
    assert title(book.FullName) != SAID
    (beside,) = Path(book.Path).glob("My filing *.xlsm")
    assert title(beside) == SAID
    why = f"The workbook was changed meanwhile and stays as it is; the result is in {beside.name}."
    assert excel.boxes == [f"{why}\n{SAID}"]


def test_excel_that_was_ended_meanwhile(excel: ComExcel, book: ComBook, performed: Callable[..., None]) -> None:
    """The user hears of the result without Excel."""
    before = Path(book.FullName).read_bytes()
    performed(excel.books.clear)
    run(book)
    (beside,) = Path(book.Path).glob("My filing *.xlsm")
    assert title(beside) == SAID
    assert Path(book.FullName).read_bytes() == before
    (said,) = excel.boxes
    assert f"; the result is in {beside.name}.\n{SAID}" in said


def test_a_mac_has_no_such_box(
    excel: ComExcel, book: ComBook, performed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    performed(excel.books.clear)
    monkeypatch.setitem(sys.modules, "win32api", None)
    run(book)
    assert excel.boxes == []
    assert len(list(Path(book.Path).glob("My filing *.xlsm"))) == 1
