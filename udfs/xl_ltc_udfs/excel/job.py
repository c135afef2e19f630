"""An action on a workbook that is open in Excel: ``python -m xl_ltc_udfs.excel.job ACTION PATH PID``.

It reads the saved file and writes its result beside it. Only when that is complete is the workbook closed in Excel, the
result put in its place, and opened again. A workbook that was changed meanwhile stays open as it is, and the result
keeps a name of its own.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from xl_ltc.errors import Cancelled, InputError
from xl_ltc.files import written_whole
from xl_ltc.workbook.buttons import ACTIONS, Report, perform
from xl_ltc.workbook.sheets.control import LAST_ATTEMPT
from xl_ltc_udfs.excel.buttons import TITLE
from xl_ltc_udfs.excel.jobs import Job

PATIENCE, PAUSE = 60.0, 0.2
"""Seconds for which Excel may be busy, as it is while a cell is edited, and between two attempts."""
STANDS = "The workbook is as it was; the results in it are those of the last run that succeeded."

T = TypeVar("T")


class Excel:
    """The workbook in the Excel that has it open.

    Args:
        path: of the workbook; pid: of Excel's process.
    """

    def __init__(self, path: Path, pid: int) -> None:
        self.path, self.pid = path, pid

    def _app(self) -> Any:
        import xlwings

        return xlwings.apps[self.pid]

    def _book(self) -> Any:
        return self._app().books[self.path.name]

    def say(self, words: str | None) -> None:
        """Show words in the status bar, or give it back to Excel; Excel that is busy or gone is no reason to stop."""
        try:
            self._app().status_bar = False if words is None else f"{TITLE}: {words}"
        except Exception:  # whatever COM or AppleScript raise
            return

    def is_changed(self) -> bool:
        """Whether the user has changed the workbook since it was saved."""
        return bool(patiently(lambda: not self._book().api.Saved))

    def replace(self, result: Path, sheet: str) -> None:
        """Close the workbook, put the result in its place and open it at a sheet."""
        patiently(lambda: self._book().close())
        try:
            with written_whole(self.path) as part:
                shutil.copyfile(result, part)
        finally:
            patiently(lambda: self._app().books.open(str(self.path)))
        patiently(lambda: self._book().sheets[sheet].activate())

    def note(self, words: str, save: bool) -> None:
        """Write words into the cell called ``last_attempt``, if the workbook has it."""

        def write() -> None:
            book = self._book()
            if LAST_ATTEMPT in [name.name for name in book.names]:
                book.names[LAST_ATTEMPT].refers_to_range.value = words
                if save:
                    book.save()

        patiently(write)

    def alert(self, words: str) -> None:
        """Show words in a box."""
        patiently(lambda: self._app().alert(words, TITLE))


def patiently(call: Callable[[], T]) -> T:
    """Call Excel, again and again while it is busy.

    Raises:
        Exception: what the last attempt raised.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except Exception:  # COM's own class is on Windows only
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)


def run(action: str, excel: Excel) -> None:
    """Do an action and tell the user how it went."""
    job = Job(excel.path)
    job.begin()

    def progress(doing: str) -> None:
        if job.is_to_stop():
            raise Cancelled
        excel.say(doing)

    try:
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / excel.path.name
            report = perform(action, excel.path, progress, result)
            progress("done")
            words = _put_in_place(excel, result, report)
            succeeded = True
    except Exception as error:  # the user must hear of every end
        words, succeeded = f"{_said(error)}\n\n{STANDS}", False
    finally:
        job.end()
        excel.say(None)
    excel.note(f"{dt.datetime.now():%Y-%m-%d %H:%M}  {ACTIONS[action].caption}: {words.splitlines()[0]}", succeeded)
    excel.alert(words)


def _put_in_place(excel: Excel, result: Path, report: Report) -> str:
    if not excel.is_changed():
        excel.replace(result, report.sheet)
        return report.message
    beside = excel.path.with_name(f"{excel.path.stem} {dt.datetime.now():%Y-%m-%d %H%M%S}{excel.path.suffix}")
    with written_whole(beside) as part:
        shutil.copyfile(result, part)
    return f"The workbook was changed meanwhile and stays as it is; the result is in {beside.name}.\n{report.message}"


def _said(error: Exception) -> str:
    if isinstance(error, Cancelled):
        return "Cancelled."
    if isinstance(error, InputError):
        return f"The input can't be used.\n{error}"
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    run(sys.argv[1], Excel(Path(sys.argv[2]), int(sys.argv[3])))
