"""Solve increase on a workbook, from the command line: what is asked on the Control sheet, or instead of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.exhibits.solving_cases import case_of, priced_run
from tests.small_filing import choose, edited, files_in
from xl_ltc import cli
from xl_ltc.control import ACTUAL_TO_EXPECTED, EACH_SERIES, LIFETIME, MARGIN, UNIFORM, Control
from xl_ltc.errors import InputError
from xl_ltc.exhibits.solve_page import SHEET
from xl_ltc.exhibits.solving import Solution, SolveRequest
from xl_ltc.exhibits.solving_by_series import SeriesSolutions, answered
from xl_ltc.inforce.read import write_inforce
from xl_ltc.pricing.sets import ORIGINAL
from xl_ltc.pricing.sold import sold_frame
from xl_ltc.workbook import actions
from xl_ltc.workbook.layout import OUTPUT_SHEETS
from xl_ltc.workbook.render import write_filing_workbook

Captured = pytest.CaptureFixture[str]
Edit = Callable[[openpyxl.Workbook], None]


def quiet(_: str) -> None:
    """No progress."""


@pytest.fixture(scope="module")
def filing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook beside its policies in force and the policies sold."""
    folder, run = tmp_path_factory.mktemp("filing"), priced_run()
    assert run.pricing and run.pricing.sold
    write_inforce(run.block, folder / "inforce.csv")
    sold_frame(run.pricing.sold).to_csv(folder / "sold.csv", index=False)
    control = Control(inforce="inforce.csv", policies_sold="sold.csv", solve_target=1.3)
    book = openpyxl.load_workbook(write_filing_workbook(run, (), {}, folder / "written.xlsx", control=control))
    for sheet in OUTPUT_SHEETS:
        del book[sheet]
    book.save(folder / "filing.xlsx")
    return folder / "filing.xlsx"


def asking(filing: Path, *changes: Edit) -> Path:
    """The filing's workbook with other entries, in the same folder."""
    return edited(filing, filing.with_name("asking.xlsx"), *changes)


def shown_on(workbook: Path) -> list[object]:
    return [cell.value for row in openpyxl.load_workbook(workbook, data_only=True)[SHEET].iter_rows() for cell in row]


@pytest.mark.parametrize(
    ("measure", "target", "by"),
    [(LIFETIME, 1.3, EACH_SERIES), (ACTUAL_TO_EXPECTED, 2.3, EACH_SERIES), (MARGIN, 1.8, "300")],
)
def test_the_command_line_asks_as_the_control_sheet_does(
    measure: str, target: float, by: str, filing: Path, tmp_path: Path, capsys: Captured
) -> None:
    expected = answered(case_of(priced_run()), SolveRequest(UNIFORM, measure, target, True, by))
    book = asking(filing, choose("solve_measure", measure), choose("solve_target", target), choose("solve_by", by))
    assert cli.main(["solve", str(book), "--out", str(tmp_path / "control.xlsx")]) == 0
    told = capsys.readouterr().out
    assert told.startswith(expected.summary + "\n")
    asked = ["--measure", measure, "--target", str(target), "--by", by, "--for", UNIFORM, "--behaviour", "yes"]
    assert cli.main(["solve", str(filing), *asked, "--out", str(tmp_path / "asked.xlsx")]) == 0
    assert capsys.readouterr().out == told.replace("control.xlsx", "asked.xlsx")
    assert shown_on(tmp_path / "asked.xlsx") == shown_on(tmp_path / "control.xlsx")


def test_a_number_on_the_control_sheet_is_the_name_of_a_series(filing: Path, tmp_path: Path) -> None:
    book = asking(filing, choose("solve_by", 300))
    found, _ = actions.solve_workbook(book, None, tmp_path / "out.xlsx", quiet)
    assert isinstance(found, Solution) and found.case.only == "300"


def test_the_set_on_the_control_sheet_is_projected(filing: Path, tmp_path: Path) -> None:
    book = asking(filing, choose("assumption_set", ORIGINAL))
    found, _ = actions.solve_workbook(book, None, tmp_path / "out.xlsx", quiet, by=EACH_SERIES)
    wanted = answered(case_of(priced_run(ORIGINAL)), SolveRequest(UNIFORM, LIFETIME, 1.3, True, EACH_SERIES))
    assert isinstance(found, SeriesSolutions) and isinstance(wanted, SeriesSolutions)
    assert [of.root.increase for of in found.solved] == pytest.approx([of.root.increase for of in wanted.solved])
    note = next(str(v) for v in shown_on(tmp_path / "out.xlsx") if str(v).startswith("Inputs: "))
    assert "assumption set original pricing" in note


def test_wrong_entries_are_said_at_their_cells(filing: Path, tmp_path: Path) -> None:
    before = files_in(tmp_path)
    book = asking(filing, choose("solve_measure", "profit"))
    with pytest.raises(InputError) as refused:
        actions.solve_workbook(book, None, tmp_path / "out.xlsx", quiet)
    (problem,) = refused.value.problems
    assert re.fullmatch(r"sheet Control, cell B\d+", problem.place)
    assert problem.found == "solve_measure = 'profit'"
    assert problem.allowed == "one of lifetime_loss_ratio, test_58_85_margin, actual_to_expected"
    book = asking(filing, choose("solve_by", "600"), choose("assumption_set", "mine"))
    with pytest.raises(InputError) as refused:
        actions.solve_workbook(book, None, tmp_path / "out.xlsx", quiet)
    of_set, of_series = refused.value.problems
    assert of_set.found == "assumption_set = 'mine'"
    assert of_series.found == "solve_by = '600'"
    assert of_series.allowed == "one of all, series, 200, 300, 400, 500, 511"
    cells = {row[0].value: row[1].coordinate for row in openpyxl.load_workbook(book)["Control"].iter_rows()}
    assert of_series.place == f"sheet Control, cell {cells['solve_by']}"
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--by", "600"], "solve_by: found '600'; allowed: one of all, series, 200, 300, 400, 500, 511"),
        (["--measure", MARGIN, "--target", "100"], "which no increase from 0.00% to 1,000.00% reaches"),
        (["--measure", MARGIN, "--target", "100", "--by", "300"], "which no increase from 0.00% to 1,000.00% reaches"),
    ],
)
def test_what_cant_be_answered_writes_nothing(
    asked: list[str], said: str, filing: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert cli.main(["solve", str(filing), *asked, "--out", str(tmp_path / "out.xlsx")]) == cli.INPUT_UNUSABLE
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_actual_to_expected_without_policies_sold_says_why(filing: Path, tmp_path: Path, capsys: Captured) -> None:
    """Paid-up policies in force do not tell the premium they paid."""
    book = asking(filing, choose("policies_sold", "reconstructed"))
    command = ["solve", str(book), "--measure", ACTUAL_TO_EXPECTED, "--out", str(tmp_path / "out.xlsx")]
    assert cli.main(command) == cli.INPUT_UNUSABLE
    told = capsys.readouterr().err
    assert (
        "solve_measure: found actual_to_expected, and no expected loss ratio. The policies sold are not known: " in told
    )
    assert "policies that pay no premium" in told
    assert not list(tmp_path.iterdir())
