"""An action in a process of its own, without LibreOffice: done, failed, cancelled, or with no good interpreter."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.small_filing import cell, edited, files_in
from xl_ltc.errors import InputError
from xl_ltc.workbook import buttons
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc_udfs.calc.job_client import CANCELLED, DONE, FAILED, Ended, Job

KEY, RATE = {"policy_duration": 5}, "single"


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """These runs are not the one that the worksheet functions' tests remember."""
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def workbook(own_policies: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "users"
    folder.mkdir()
    return Path(shutil.copy(own_policies, folder / "mine.xlsx"))


def job(workbook: Path, log: Path, python: str = sys.executable) -> Job:
    return Job(python, log, "run", str(workbook))


def instead(folder: Path, code: str) -> str:
    """An interpreter that runs this code in place of the job."""
    (folder / "job.py").write_text(code, encoding="utf-8")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "job.py"}" run "$7"\n', encoding="utf-8")
    python.chmod(0o755)
    return str(python)


def test_does_what_the_button_does_and_says_how_far_it_is(workbook: Path, tmp_path: Path) -> None:
    said: list[str] = []
    ended = job(workbook, tmp_path / "log").run(said.append)
    by_process = workbook.read_bytes()
    told: list[str] = []
    report = buttons.perform("run", workbook, told.append)
    assert ended == Ended(DONE, report.message, report.sheet)
    assert said == ["loading", *told]
    assert len(told) > 3
    assert len(by_process) == pytest.approx(len(workbook.read_bytes()), rel=0.01)


def test_a_bad_cell_is_told_and_nothing_is_written(workbook: Path, tmp_path: Path) -> None:
    def spoil(book: object) -> None:
        cell(book, "lapse_lifetime_pay", KEY, RATE).value = "none"  # type: ignore[arg-type]

    edited(workbook, workbook, spoil)
    before = files_in(workbook.parent)
    ended = job(workbook, tmp_path / "log").run(lambda _: None)
    with pytest.raises(InputError) as refused:
        buttons.perform("run", workbook, lambda _: None)
    assert ended == Ended(FAILED, str(refused.value))
    assert "sheet Lapse, cell" in ended.message
    assert files_in(workbook.parent) == before


@pytest.mark.parametrize("step", [0, 3])
def test_cancelled_at_its_next_step_and_nothing_is_written(workbook: Path, tmp_path: Path, step: int) -> None:
    before, asked = files_in(workbook.parent), job(workbook, tmp_path / "log")
    said: list[str] = []

    def progress(text: str) -> None:
        if len(said) == step:
            asked.cancel()
        said.append(text)

    assert asked.run(progress) == Ended(CANCELLED, "Cancelled: the workbook is as it was.")
    assert len(said) > step
    assert files_in(workbook.parent) == before


def test_cancelled_before_it_starts(workbook: Path, tmp_path: Path) -> None:
    asked = job(workbook, tmp_path / "log")
    asked.cancel()
    assert asked.run(lambda _: pytest.fail("it runs")).how == CANCELLED


def test_cancelled_again_it_is_killed(workbook: Path, tmp_path: Path) -> None:
    deaf = "import time, xl_ltc_udfs.calc.job as j\nfrom xl_ltc.workbook import buttons\n"
    deaf += "buttons.perform = lambda *_: time.sleep(60)\nimport sys\nj.main(*sys.argv[1:])\n"
    asked = job(workbook, tmp_path / "log", instead(tmp_path, deaf))
    start = time.monotonic()

    def twice(_: str) -> None:
        asked.cancel()
        asked.cancel()

    assert asked.run(twice).how == CANCELLED
    assert time.monotonic() - start < 30


def test_killed_when_the_result_is_there_already_it_is_told(workbook: Path, tmp_path: Path) -> None:
    late = (
        "import time, sys, xl_ltc_udfs.calc.job as j\nfrom pathlib import Path\nfrom xl_ltc.workbook import buttons\n"
    )
    late += "def perform(action, workbook, progress):\n    Path(workbook).write_bytes(b'new')\n"
    late += "    progress('written')\n    time.sleep(60)\nbuttons.perform = perform\nj.main(*sys.argv[1:])\n"
    asked = job(workbook, tmp_path / "log", instead(tmp_path, late))

    def twice(text: str) -> None:
        if text == "written":
            asked.cancel()
            asked.cancel()

    said = "Cancelled, but the results are in the file: File, Reload shows them."
    assert asked.run(twice) == Ended(CANCELLED, said)


def test_an_error_of_xl_ltc_itself_is_told_and_logged(workbook: Path, tmp_path: Path) -> None:
    broken = "import sys, xl_ltc_udfs.calc.job as j\nfrom xl_ltc.workbook import buttons\n"
    broken += "def perform(*_):\n    raise ZeroDivisionError('on purpose')\n"
    broken += "buttons.perform = perform\nj.main(*sys.argv[1:])\n"
    ended = job(workbook, tmp_path / "log", instead(tmp_path, broken)).run(lambda _: None)
    assert ended == Ended(FAILED, "An error of xl_ltc itself: ZeroDivisionError: on purpose")
    assert "Traceback" in (tmp_path / "log").read_text(encoding="utf-8")


def test_what_can_not_be_written_is_told(workbook: Path, tmp_path: Path) -> None:
    broken = "import sys, xl_ltc_udfs.calc.job as j\nfrom xl_ltc.workbook import buttons\n"
    broken += "def perform(_, path, __):\n    raise PermissionError(13, 'Permission denied', str(path))\n"
    broken += "buttons.perform = perform\nj.main(*sys.argv[1:])\n"
    ended = job(workbook, tmp_path / "log", instead(tmp_path, broken)).run(lambda _: None)
    assert ended == Ended(FAILED, f"[Errno 13] Permission denied: '{workbook}'")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit(7)", "the other side is gone, exit status 7"),
        ("import xl_ltc_udfs.calc.job as j\nj.wire.PROTOCOL += 1\nj.main('run', '')", "are of different versions"),
    ],
)
def test_an_interpreter_that_is_no_good_is_told_with_what_to_do(
    workbook: Path, tmp_path: Path, code: str, why: str
) -> None:
    ended = job(workbook, tmp_path / "log", instead(tmp_path, code)).run(lambda _: None)
    assert ended.how == FAILED
    assert why in ended.message
    assert "Run 'xl-ltc calc install' again" in ended.message


def test_no_interpreter(workbook: Path, tmp_path: Path) -> None:
    ended = job(workbook, tmp_path / "log", str(tmp_path / "gone")).run(lambda _: None)
    assert ended.how == FAILED
    assert "No such file" in ended.message
