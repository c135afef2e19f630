"""The menu LTC in a running LibreOffice: an action on the document of a window, and what is there when it ends."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

from tests.small_filing import cell, edited, files_in, put
from tests.udfs.calc_office import Office
from xl_ltc.cli import main
from xl_ltc.errors import InputError
from xl_ltc.exhibits import changes, run_data, run_log
from xl_ltc.workbook import buttons
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc.workbook.layout import CONTROL, CONTROL_TABLE
from xl_ltc_udfs.calc.menu import CANCEL, PROTOCOL

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

RUN, STOP = f"{PROTOCOL}run", f"{PROTOCOL}{CANCEL}"
LAPSE = ("lapse_lifetime_pay", {"policy_duration": 5}, "single")
EXACT = 1e-12
"""LibreOffice saves numbers with 15 digits."""
OF_THE_RUN_ITSELF = {"Run", CONTROL, run_data.SHEET, run_log.SHEET, changes.SHEET}
"""The sheets with the run's time and number, or with the runs before it."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Calc with the menu; its runs are not the one that the worksheet functions' tests remember."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(tmp_path_factory.mktemp("state")))
        with Office(tmp_path_factory.mktemp("office_with_menu")) as running:
            yield running


@pytest.fixture
def workbook(own_policies: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "users"
    folder.mkdir()
    return Path(shutil.copy(own_policies, folder / "mine (1).xlsx"))


def place(workbook: Path) -> tuple[int, str]:
    """The sheet's position and the address of a lapse rate."""
    book = openpyxl.load_workbook(workbook)
    at = cell(book, *LAPSE)
    return book.sheetnames.index(at.parent.title), at.coordinate


def run_by_command(workbook: Path, out: Path) -> Path:
    assert main(["run", str(workbook), "--out", str(out)]) == 0
    return out


def shown(office: Office, workbook: Path) -> dict[str, Any]:
    office("show", str(workbook))
    return office("everything")


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert list(found) == list(expected)
    for sheet in found.keys() - OF_THE_RUN_ITSELF:
        assert len(found[sheet]) == len(expected[sheet]), sheet
        for row, wanted in zip(found[sheet], expected[sheet], strict=True):
            assert len(row) == len(wanted)
            # A difference between two numbers of a row is as exact as they are.
            last_bits = EXACT * max((abs(value) for value in wanted if isinstance(value, float)), default=0.0)
            for one, other in zip(row, wanted, strict=True):
                same = one == other or (isinstance(one, float) and math.isclose(one, other, abs_tol=last_bits))
                assert same, (sheet, row, wanted)


def test_the_menu_bar_has_every_action_and_cancel(office: Office, workbook: Path) -> None:
    office("show", str(workbook))
    actions = [[action.caption, PROTOCOL + action.name] for action in buttons.ACTIONS.values()]
    assert office("menu", "LTC") == [*actions, ["Cancel", STOP]]


def test_a_run_gives_what_the_command_line_gives(office: Office, workbook: Path, tmp_path: Path) -> None:
    by_command = run_by_command(workbook, tmp_path / "by command.xlsx")
    expected = shown(office, by_command)
    assert shown(office, workbook).keys() < expected.keys()
    files = set(workbook.parent.iterdir())
    chosen = office("choose", RUN)
    report = buttons.perform("run", Path(shutil.copy(by_command, tmp_path / "button.xlsx")), lambda _: None)
    assert (chosen["done"], chosen["message"]) == (True, report.message)
    assert chosen["enabled"] == [True, False, True]
    assert office("active_sheet") == "Contents"
    assert not office("is_modified")  # so that LibreOffice does not ask to save it
    assert_same(office("everything"), expected)
    assert set(workbook.parent.iterdir()) == files
    assert_same(shown(office, workbook), expected)  # the file too


@pytest.mark.parametrize(
    "action", [a.name for a in buttons.ACTIONS.values() if a.kind == buttons.FILING and a.name != "run"]
)
def test_every_other_action_shows_its_sheet(office: Office, workbook: Path, tmp_path: Path, action: str) -> None:
    within_reach = put(CONTROL_TABLE, {"setting": "solve_target"}, "value", 0.14)
    button = Path(shutil.copy(edited(workbook, workbook, within_reach), tmp_path / "button.xlsx"))
    report = buttons.perform(action, button, lambda _: None)
    office("show", str(workbook))
    chosen = office("choose", PROTOCOL + action)
    assert (chosen["done"], chosen["message"]) == (True, report.message)
    assert office("active_sheet") == report.sheet
    found = office("everything")
    office.open(button)
    assert_same({report.sheet: found[report.sheet]}, {report.sheet: office("everything")[report.sheet]})


def test_what_was_changed_and_not_saved_counts(office: Office, workbook: Path, tmp_path: Path) -> None:
    changed = edited(workbook, tmp_path / "changed.xlsx", put(*LAPSE, 0.0375))
    expected = shown(office, run_by_command(changed, tmp_path / "by command.xlsx"))
    office("show", str(workbook))
    before = office("cells", *place(workbook))
    office("put", *place(workbook), "0.0375")
    assert office("choose", RUN)["done"]
    assert office("cells", *place(workbook)) == [[0.0375]] != before
    assert_same(office("everything"), expected)


def test_a_workbook_that_libreoffice_saved_runs_as_before(office: Office, workbook: Path, tmp_path: Path) -> None:
    by_command = run_by_command(workbook, tmp_path / "by command.xlsx")
    saved = tmp_path / "saved.xlsx"
    office("show", str(by_command))
    office("save", str(saved))
    again = shown(office, run_by_command(saved, tmp_path / "again.xlsx"))
    assert_same(again, shown(office, by_command))


def test_the_users_formulas_are_recalculated_and_the_next_run_reads_what_is_shown(
    office: Office, workbook: Path
) -> None:
    """A lapse rate that depends on an exhibit: nonsense, but what is shown is what is used."""

    def refer(book: openpyxl.Workbook) -> None:
        cell(book, *LAPSE).value = "='Exhibit II'!A1+0.5"
        book.create_sheet("Exhibit II")["A1"] = -0.46

    edited(workbook, workbook, refer)
    sheet, at = place(workbook)
    office.open(workbook)
    office("save", str(workbook))  # with the formula's value
    office("show", str(workbook))
    assert office("cells", sheet, at) == [[pytest.approx(0.04)]]
    assert office("choose", RUN)["done"]
    assert office("cells", sheet, at)[0][0]["shown"] == "#VALUE!"  # the exhibit has a title there
    assert office("is_modified")
    refused = office("choose", RUN)
    assert not refused["done"]
    assert f"cell {at}" in refused["message"]


def test_a_bad_cell_is_told_and_everything_stays(office: Office, workbook: Path) -> None:
    edited(workbook, workbook, put(*LAPSE, "none"))
    before, files = shown(office, workbook), files_in(workbook.parent)
    chosen = office("choose", RUN)
    with pytest.raises(InputError) as refused:
        buttons.perform("run", workbook, lambda _: None)
    assert (chosen["done"], chosen["message"]) == (False, str(refused.value))
    assert f"cell {place(workbook)[1]}" in chosen["message"]
    assert chosen["enabled"] == [True, False, True]
    assert office("everything") == before
    assert files_in(workbook.parent) == files


def test_cancelled_everything_stays(office: Office, workbook: Path) -> None:
    before, files = shown(office, workbook), files_in(workbook.parent)
    chosen = office("choose", RUN, ["choose", RUN], ["choose", STOP])
    assert (chosen["done"], chosen["message"]) == (False, "Cancelled: the workbook is as it was.")
    second, stop = chosen["meanwhile"]
    assert second["message"] == "An action on this workbook is running: wait for its end or cancel it."
    assert stop["enabled"] == [True]
    assert office("everything") == before
    assert files_in(workbook.parent) == files
    assert office("choose", RUN)["done"]  # and another can start


def test_what_is_changed_meanwhile_is_not_lost(office: Office, workbook: Path) -> None:
    office("show", str(workbook))
    sheets = office("sheets")
    chosen = office("choose", RUN, ["put", *place(workbook), "0.0375"])
    assert chosen["done"]
    assert "You changed the document meanwhile" in chosen["message"]
    assert office("cells", *place(workbook)) == [[0.0375]]
    assert office("sheets") == sheets
    assert set(openpyxl.load_workbook(workbook, read_only=True).sheetnames) > set(sheets)


def test_the_window_closed_cancels(office: Office, workbook: Path) -> None:
    office("show", str(workbook))
    before = workbook.read_bytes()
    chosen = office("choose", RUN, ["close"])
    assert (chosen["done"], chosen["message"]) == (False, "Cancelled: the workbook was closed.")
    psutil.wait_procs(office.servers(), timeout=60)
    assert workbook.read_bytes() == before
    office("show", str(workbook))
    assert office("choose", RUN)["done"]


def test_a_macro_can_wait_for_the_end(office: Office, workbook: Path) -> None:
    office("show", str(workbook))
    assert "1,500 policies" in office("wait_for", RUN)
    assert office("active_sheet") == "Contents"


def test_a_document_that_is_no_saved_workbook_is_refused(office: Office, workbook: Path, tmp_path: Path) -> None:
    wanted = "Save the workbook first, as a file that ends in .xlsx or .xlsm."
    office("show", "private:factory/scalc")
    assert office("choose", RUN) == {"done": False, "message": wanted, "enabled": [True], "meanwhile": []}
    office("save", str(tmp_path / "other.ods"), "calc8")
    office("show", str(tmp_path / "other.ods"))
    assert office("choose", RUN)["message"] == wanted
    office("open", str(workbook))
    assert "without a window" in office("choose", RUN)["message"]
    office("show_read_only", str(workbook))
    assert "for reading only" in office("choose", RUN)["message"]
