"""What a button does at once: it saves, begins the job in a process of its own, and says why it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.udfs.excel.open_excel import OpenBook, OpenExcel, press, start
from xl_ltc.workbook.buttons import ACTIONS
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc_udfs.excel import buttons
from xl_ltc_udfs.excel.jobs import Job

SAVE_FIRST = "Save the workbook first, as .xlsm or .xlsx in a folder of this computer."
PID = 4711


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "state"))


@pytest.fixture
def excel() -> Iterator[OpenExcel]:
    app = OpenExcel(PID)
    for _ in start(app):
        yield app


@pytest.fixture
def book(excel: OpenExcel, tmp_path: Path) -> OpenBook:
    """A workbook of the user, changed since it was saved."""
    path = tmp_path / "My filing.xlsm"
    path.write_bytes(b"as it was saved")
    book = excel.show(str(path))
    book.edit()
    return book


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands begun; this process stands for theirs."""
    commands: list[list[str]] = []

    def spawn(command: list[str]) -> int:
        commands.append(command)
        return os.getpid()

    monkeypatch.setattr(buttons, "_spawn", spawn)
    return commands


@pytest.mark.parametrize("action", ACTIONS)
def test_saves_and_begins_the_job(excel: OpenExcel, book: OpenBook, spawned: list[list[str]], action: str) -> None:
    press(book, lambda: buttons.start(action))
    assert spawned == [[sys.executable, "-m", "xl_ltc_udfs.excel.job", action, book.full_name, str(PID)]]
    assert excel.calls == [["save", "My filing.xlsm"], ["status_bar", "xl_ltc: starting"]]
    assert Job(Path(book.full_name)).is_running()


def test_the_job_reads_what_was_saved(book: OpenBook, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def spawn(command: list[str]) -> int:
        read.append(Path(command[4]).read_bytes())
        return os.getpid()

    monkeypatch.setattr(buttons, "_spawn", spawn)
    press(book, lambda: buttons.start("run"))
    assert read == [b"changed by the user"]


@pytest.mark.parametrize(
    ("full_name", "there"),
    [
        ("Book1", False),
        ("{folder}/old.xls", True),
        ("{folder}/binary.xlsb", True),
        ("https://d.docs.live.net/0123456789abcdef/Filings/My filing.xlsm", False),
        ("https://my-company.example/filings/My filing.xlsm", False),
    ],
    ids=["never saved", "xls", "xlsb", "OneDrive, not on this computer", "another server"],
)
def test_refuses_what_is_no_file_to_run_on(
    excel: OpenExcel, tmp_path: Path, spawned: list[list[str]], full_name: str, there: bool
) -> None:
    full_name = full_name.format(folder=tmp_path)
    if there:
        Path(full_name).write_bytes(b"as it was saved")
    press(excel.show(full_name), lambda: buttons.start("run"))
    assert excel.calls == [["alert", SAVE_FIRST, "xl_ltc"]]
    assert spawned == []


def test_refuses_a_file_that_is_gone(excel: OpenExcel, book: OpenBook, spawned: list[list[str]]) -> None:
    Path(book.full_name).unlink()
    press(book, lambda: buttons.start("run"))
    assert (excel.asked("alert"), excel.asked("save"), spawned) == ([SAVE_FIRST], [], [])


def test_a_workbook_in_onedrive_is_the_file_on_this_computer(
    excel: OpenExcel, tmp_path: Path, spawned: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OneDriveConsumer", str(tmp_path))
    monkeypatch.setattr(OpenBook, "save", lambda *_, **__: None)
    (tmp_path / "Filings").mkdir()
    path = tmp_path / "Filings" / "My filing.xlsm"
    path.write_bytes(b"as it was saved")
    press(excel.show("https://d.docs.live.net/0123456789abcdef/Filings/My filing.xlsm"), lambda: buttons.start("run"))
    assert excel.asked("alert") == []
    assert spawned[0][4] == str(path)


def test_refuses_a_workbook_open_read_only(excel: OpenExcel, book: OpenBook, spawned: list[list[str]]) -> None:
    book.ReadOnly = True
    press(book, lambda: buttons.start("run"))
    assert excel.calls == [
        ["alert", "The workbook is open read-only: save it under another name first.", "xl_ltc"],
    ]
    assert spawned == []


def test_one_job_at_a_time_on_a_workbook(
    excel: OpenExcel, book: OpenBook, spawned: list[list[str]], tmp_path: Path
) -> None:
    press(book, lambda: buttons.start("run"))
    press(book, lambda: buttons.start("check"))
    assert excel.asked("alert") == ["An action is running on this workbook already: wait for it, or press Cancel."]
    assert (len(spawned), len(excel.asked("save"))) == (1, 1)
    other = tmp_path / "Another.xlsx"
    other.write_bytes(b"")
    press(excel.show(str(other)), lambda: buttons.start("check"))
    assert [command[3:5] for command in spawned] == [["run", book.full_name], ["check", str(other)]]
    Job(Path(book.full_name)).end()
    press(book, lambda: buttons.start("check"))
    assert len(spawned) == 3


def test_cancel_asks_the_job_to_stop(excel: OpenExcel, book: OpenBook, spawned: list[list[str]]) -> None:
    press(book, lambda: buttons.start("run"))
    job = Job(Path(book.full_name))
    assert not job.is_to_stop()
    press(book, buttons.cancel)
    assert job.is_to_stop()
    assert excel.asked("status_bar")[-1] == "xl_ltc: stopping before the next step"
    assert excel.asked("alert") == []


@pytest.mark.parametrize("full_name", ["{folder}/idle.xlsm", "Book1", "https://my-company.example/filings/idle.xlsm"])
def test_cancel_without_a_job(excel: OpenExcel, tmp_path: Path, full_name: str) -> None:
    (tmp_path / "idle.xlsm").touch()
    press(excel.show(full_name.format(folder=tmp_path)), buttons.cancel)
    assert excel.calls == [["alert", "No action is running on this workbook.", "xl_ltc"]]


def test_a_job_that_died_is_none(tmp_path: Path) -> None:
    job = Job(tmp_path / "book.xlsm")
    assert not job.is_running()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    job.begin(dead.pid)
    assert not job.is_running()
    job.begin(os.getpid())
    assert job.is_running()


def test_a_process_with_the_number_of_a_job_that_died_is_none(tmp_path: Path) -> None:
    job = Job(tmp_path / "book.xlsm")
    job.begin(os.getpid())
    (mark,) = (tmp_path / "state" / "jobs").iterdir()
    os.utime(mark, (1e9, 1e9))  # written before this process began
    assert not job.is_running()


def test_excel_does_not_wait_for_the_engine() -> None:
    """xlwings itself imports pandas where there is one."""
    loads = (
        "import sys, xl_ltc_udfs.excel.buttons as b\nprint(*sorted({'numba', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_a_job_does_not_stop_for_what_was_asked_of_another(tmp_path: Path) -> None:
    job = Job(tmp_path / "book.xlsm")
    job.begin(os.getpid())
    job.stop()
    assert job.is_to_stop()
    job.begin(os.getpid())  # the first one died without an end
    assert not job.is_to_stop()
