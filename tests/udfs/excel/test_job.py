"""An action on a workbook open in Excel, to each of its ends: what is in the file, what Excel shows, what is said."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.small_filing import edited, files_in, put
from tests.udfs.excel.open_excel import Call, ComError, OpenBook, OpenExcel, press, start
from tests.workbook.recalculate import Values, values
from xl_ltc.errors import InputError
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions import Progress
from xl_ltc.workbook.buttons import ACTIONS, Report, perform
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc.workbook.sheets.control import LAST_ATTEMPT
from xl_ltc_udfs.excel import buttons, job
from xl_ltc_udfs.excel.jobs import Job

PID = 4711
END = "the end"
OF_THE_RUN = {"Run", "Run log", "Run data", "Changes", "Control"}
"""Sheets that say when a run was and how long it took."""


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """These runs are not the one that the worksheet functions' tests remember."""
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv(STATE_VARIABLE, str(state))
    return state


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second stands for the minute for which Excel may be busy."""
    monkeypatch.setattr(job, "PATIENCE", 1.0)
    monkeypatch.setattr(job, "PAUSE", 0.01)


@pytest.fixture
def excel() -> Iterator[OpenExcel]:
    app = OpenExcel(PID)
    for _ in start(app):
        yield app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The user's, with nothing else in it."""
    folder = tmp_path / "users"
    folder.mkdir()
    return folder


@pytest.fixture
def copied(own_workbooks: Mapping[str, Path], folder: Path) -> Callable[[str], Path]:
    return lambda ending: Path(shutil.copy(own_workbooks[ending], folder / f"My filing{ending}"))


@pytest.fixture
def book(excel: OpenExcel, copied: Callable[[str], Path]) -> OpenBook:
    """The workbook with buttons, open and saved."""
    return excel.show(str(copied(".xlsm")))


def path_of(book: OpenBook) -> Path:
    return Path(book.full_name)


def run(book: OpenBook, action: str = "check") -> None:
    """The job on an open workbook, as its button begins it."""
    Job(path_of(book)).begin(os.getpid())
    job.run(action, job.Excel(path_of(book), PID))


def shown(workbook: Path) -> Values:
    return {sheet: cells for sheet, cells in values(workbook).items() if sheet not in OF_THE_RUN}


def at(monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[], object]) -> None:
    """Have something happen at the first step of the action that begins so, or once its result is there: ``END``."""

    def performed(action: str, workbook: Path, progress: Progress, out: Path) -> Report:
        left = [step]

        def watched(doing: str) -> None:
            if left and doing.startswith(left[0]):
                left.clear()
                act()
            progress(doing)

        report = perform(action, workbook, watched, out)
        if left:
            assert step == END
            act()
        return report

    monkeypatch.setattr(job, "perform", performed)


@pytest.mark.parametrize(
    ("action", "ending"),
    [("run", ".xlsm"), ("run", ".xlsx"), ("trace", ".xlsm"), ("solve", ".xlsm"), ("check", ".xlsx")],
)
def test_the_result_is_in_its_place_and_is_what_the_action_gives(
    excel: OpenExcel, copied: Callable[[str], Path], tmp_path: Path, action: str, ending: str
) -> None:
    path = copied(ending)
    other = Path(shutil.copy(path, tmp_path / path.name))
    run(excel.show(str(path)), action)
    report = perform(action, other, lambda _: None)
    assert shown(path) == shown(other)
    assert report.sheet in shown(path)
    assert path.read_bytes()[:2] == b"PK"
    assert [p.name for p in path.parent.iterdir()] == [path.name]

    asked = [call for call in excel.calls if call[0] != "status_bar"]
    assert asked[:3] == [["close", path.name], ["open", str(path)], ["activate", report.sheet]]
    (write, save, alert) = asked[3:]
    assert write[:2] == ["write", LAST_ATTEMPT]
    first = report.message.splitlines()[0]
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d  {ACTIONS[action].caption}: {re.escape(first)}", write[2])
    assert save == ["save", path.name]
    assert alert == ["alert", report.message, "xl_ltc"]


def test_the_status_bar_says_what_is_done_and_is_given_back(excel: OpenExcel, book: OpenBook, tmp_path: Path) -> None:
    other = Path(shutil.copy(book.full_name, tmp_path / book.name))
    run(book)
    steps: list[str] = []
    perform("check", other, steps.append)
    assert excel.asked("status_bar") == [*(f"xl_ltc: {step}" for step in steps), "xl_ltc: done", "False"]
    assert len(steps) > 2
    assert not Job(path_of(book)).is_running()


def test_buttons_and_macros_are_still_there(book: OpenBook) -> None:
    def with_macros() -> dict[str, bytes]:
        with zipfile.ZipFile(book.full_name) as package:
            return {n: package.read(n) for n in package.namelist() if n.endswith((".vml", "vbaProject.bin"))}

    before = with_macros()
    assert len(before) == 2
    run(book, "trace")
    assert with_macros() == before


def test_without_a_cell_for_it_nothing_is_noted(excel: OpenExcel, copied: Callable[[str], Path]) -> None:
    path = copied(".xlsx")
    edited(path, path, lambda opened: opened.defined_names.pop(LAST_ATTEMPT))
    run(excel.show(str(path)))
    assert (excel.asked("write"), excel.asked("save")) == ([], [])
    assert excel.asked("alert") == ["No problem found; 1,500 policies can be run."]
    begun = time.monotonic()
    job.Excel(path, PID).note("done", True)
    assert time.monotonic() - begun < job.PATIENCE, "nothing to wait for"


def test_ltc_result_finds_the_runs_by_their_workbook(
    excel: OpenExcel, book: OpenBook, own_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(book, "run")
    first = last_run.last_run(book.full_name)
    assert first["workbook"] == book.full_name
    run(book, "run")
    assert last_run.last_run(book.name)["manifest"] != first["manifest"]
    assert len(list((own_state / "runs").iterdir())) == 1
    at(monkeypatch, END, excel.opened[book.name.lower()].edit)
    run(book, "run")
    (beside,) = path_of(book).parent.glob("My filing *")
    assert last_run.last_run()["workbook"] == str(beside)
    assert len(list((own_state / "runs").iterdir())) == 2


def test_a_run_that_can_not_be_recorded_is_one_nevertheless(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(last_run, "moved", refuse)
    before = path_of(book).read_bytes()
    run(book)
    (said,) = excel.asked("alert")
    assert said.endswith("\nLTC_RESULT will not find this run by its workbook ([Errno 13] Permission denied).")
    assert path_of(book).read_bytes() != before


def test_a_workbook_changed_meanwhile_stays_and_the_result_is_beside(
    excel: OpenExcel, book: OpenBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copy(book.full_name, tmp_path / book.name))
    before = path_of(book).read_bytes()
    at(monkeypatch, "writing", book.edit)
    run(book, "trace")
    report = perform("trace", other, lambda _: None)
    (beside,) = path_of(book).parent.glob("My filing *")
    assert re.fullmatch(r"My filing \d{4}-\d\d-\d\d \d{6}\.xlsm", beside.name)
    assert shown(beside) == shown(other)
    assert len(list(beside.parent.iterdir())) == 2
    assert path_of(book).read_bytes() == before
    assert excel.opened == {"my filing.xlsm": book}
    assert book.content == b"changed by the user"
    why = f"The workbook was changed meanwhile and stays as it is; the result is in {beside.name}."
    assert excel.asked("alert") == [f"{why}\n{report.message}"]
    assert book.cells[LAST_ATTEMPT].endswith(f"  Trace policy: {why}")
    assert excel.asked("save") == [], "what the user changed is the user's to save"


def test_an_edit_that_kept_excel_busy_at_the_end_is_not_lost(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def editing() -> None:
        excel.busy, excel.then = 4, book.edit

    at(monkeypatch, END, editing)
    run(book)
    assert (excel.asked("close"), book.content) == ([], b"changed by the user")
    assert len(list(path_of(book).parent.glob("My filing *"))) == 1


def test_an_edit_that_excel_saved_by_itself_is_not_lost(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def saved() -> None:
        book.edit()
        book.save(None, None)

    at(monkeypatch, END, saved)
    run(book)
    assert (excel.asked("close"), path_of(book).read_bytes()) == ([], b"changed by the user")
    assert len(list(path_of(book).parent.glob("My filing *"))) == 1


def test_a_workbook_saved_while_its_result_is_computed_is_to_be_run_again(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "writing", lambda: book.save(None, None))
    run(book)
    (said,) = excel.asked("alert")
    assert said.startswith("The input can't be used.\n") and "changed since" in said
    assert [p.name for p in path_of(book).parent.iterdir()] == [book.name]


@pytest.mark.parametrize("step", ["reading", END])
def test_excel_that_is_busy_is_waited_for(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def busy() -> None:
        excel.busy = 12

    before = path_of(book).read_bytes()
    at(monkeypatch, step, busy)
    run(book)
    assert excel.busy == 0
    assert path_of(book).read_bytes() != before
    assert excel.asked("activate") == ["Input checks"]
    assert excel.asked("alert") == ["No problem found; 1,500 policies can be run."]


def never_answers(excel: OpenExcel) -> None:
    excel.busy = 10**9


def is_closed(excel: OpenExcel) -> None:
    excel.opened.clear()


@pytest.mark.parametrize("happens", [never_answers, is_closed])
def test_a_result_that_excel_does_not_take_is_beside(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch, happens: Callable[[OpenExcel], None]
) -> None:
    before = path_of(book).read_bytes()
    at(monkeypatch, END, lambda: happens(excel))
    run(book)
    (beside,) = path_of(book).parent.glob("My filing *")
    (said,) = excel.asked("alert")
    why = "Excel stays busy, or has the workbook open no more"
    assert said.startswith(f"{why}; the result is in {beside.name}.\nNo problem found")
    assert "Input checks" in values(beside)
    assert path_of(book).read_bytes() == before


def test_excel_that_ends_when_the_result_is_there_has_none_beside(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> None:
        raise ComError("the server is gone")

    monkeypatch.setattr(excel, "open", ended)
    run(book)
    assert [p.name for p in path_of(book).parent.iterdir()] == [path_of(book).name]
    assert "Input checks" in values(path_of(book))


@pytest.mark.parametrize("attempts", [3, 10**9])
def test_a_file_that_another_program_holds(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    left, replace = attempts, os.replace

    def held(source: Path, target: Path) -> None:
        nonlocal left
        if target == path_of(book) and left:
            left -= 1
            raise PermissionError(13, "Access is denied")
        replace(source, target)

    before = path_of(book).read_bytes()
    monkeypatch.setattr(os, "replace", held)
    run(book)
    beside = [p.name for p in path_of(book).parent.glob("My filing *")]
    (said,) = excel.asked("alert")
    assert list(excel.opened) == ["my filing.xlsm"]
    if attempts > 3:
        assert path_of(book).read_bytes() == before
        why = f"PermissionError: [Errno 13] Access is denied: '{path_of(book)}'"
        assert said.startswith(f"Excel did not take the result ({why}); the result is in {beside[0]}.\n")
    else:
        assert beside == []
        assert path_of(book).read_bytes() != before
    assert len(list(path_of(book).parent.iterdir())) == 1 + len(beside)


def ends_without_a_result(excel: OpenExcel, book: OpenBook, said: str) -> None:
    """The one thing Excel does is to say so; its cell is left for the user to save."""
    asked = [call for call in excel.calls if call[0] != "status_bar"]
    assert [call[0] for call in asked] == ["write", "alert"]
    assert asked[1] == ["alert", f"{said}\n\n{job.STANDS}", "xl_ltc"]
    assert book.cells[LAST_ATTEMPT].endswith(f": {said.splitlines()[0]}")
    assert excel.asked("status_bar")[-1] == "False"
    assert not Job(path_of(book)).is_running()
    with pytest.raises(last_run.NoRunError):
        last_run.last_run()


def test_a_bad_cell_is_told_and_the_file_is_as_it_was(excel: OpenExcel, copied: Callable[[str], Path]) -> None:
    path = copied(".xlsx")
    edited(path, path, put("lapse_lifetime_pay", {"policy_duration": 5}, "single", "none"))
    before = files_in(path.parent)
    book = excel.show(str(path))
    run(book, "run")
    with pytest.raises(InputError, match="sheet Lapse, cell") as refused:
        perform("run", path, lambda _: None)
    ends_without_a_result(excel, book, f"The input can't be used.\n{refused.value}")
    assert files_in(path.parent) == before


@pytest.mark.parametrize(
    ("action", "step"),
    [("check", "reading"), ("check", "writing"), ("run", "putting the sheets in place")],
)
def test_cancelled_the_file_is_as_it_was(
    excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch, action: str, step: str
) -> None:
    before = files_in(path_of(book).parent)
    at(monkeypatch, step, lambda: press(book, buttons.cancel))
    run(book, action)
    ends_without_a_result(excel, book, "Cancelled.")
    assert files_in(path_of(book).parent) == before
    assert not Job(path_of(book)).is_to_stop()


def test_an_error_of_xl_ltc_itself_is_told(excel: OpenExcel, book: OpenBook, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Report:
        raise ZeroDivisionError("on purpose")

    before = files_in(path_of(book).parent)
    monkeypatch.setattr(job, "perform", fail)
    run(book)
    ends_without_a_result(excel, book, "ZeroDivisionError: on purpose")
    assert files_in(path_of(book).parent) == before


_BELOW_XLWINGS = """
import sys
from pathlib import Path
sys.path.append({tests!r})
from tests.udfs.excel.open_excel import OpenExcel, start
excel = OpenExcel({pid}, Path({log!r}))
excel.show({workbook!r})
running = start(excel)
next(running)
"""
"""What every Python does first that is started with this on its path: Excel is there."""


@pytest.fixture
def log(book: OpenBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What another process asks of the Excel that has the workbook open."""
    log, site = tmp_path / "log", tmp_path / "site"
    site.mkdir()
    root = str(Path(__file__).parents[3])
    code = _BELOW_XLWINGS.format(tests=root, pid=PID, log=str(log), workbook=book.full_name)
    (site / "sitecustomize.py").write_text(code, encoding="utf-8")
    path = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    log.touch()
    return log


def calls(log: Path, until: str) -> list[Call]:
    """What was asked, once something has been."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        if any(call[0] == until for call in found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {until} within two minutes")


def test_a_button_pressed_for_real(excel: OpenExcel, book: OpenBook, log: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(book.full_name, tmp_path / book.name))
    begun = time.monotonic()
    press(book, lambda: buttons.start("trace"))
    assert time.monotonic() - begun < 1.0
    assert excel.asked("status_bar") == ["xl_ltc: starting"]
    assert Job(path_of(book)).is_running()
    asked = [call for call in calls(log, "alert") if call[0] != "status_bar"]
    report = perform("trace", other, lambda _: None)
    assert [call[0] for call in asked] == ["close", "open", "activate", "write", "save", "alert"]
    assert asked[-1] == ["alert", report.message, "xl_ltc"]
    assert shown(path_of(book)) == shown(other)
    assert not Job(path_of(book)).is_running()


def test_cancel_pressed_for_real(book: OpenBook, log: Path) -> None:
    before = files_in(path_of(book).parent)
    press(book, lambda: buttons.start("run"))
    press(book, buttons.cancel)
    asked = [call for call in calls(log, "alert") if call[0] != "status_bar"]
    assert asked[-1] == ["alert", f"Cancelled.\n\n{job.STANDS}", "xl_ltc"]
    assert [call[0] for call in asked] == ["write", "alert"]
    assert files_in(path_of(book).parent) == before
