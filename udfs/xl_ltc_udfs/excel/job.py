"""An action on a workbook that is open in Excel: ``python -m xl_ltc_udfs.excel.job ACTION PATH PID``.

It reads the saved file and writes its result beside it. Only when that is complete is the workbook closed in Excel, the
result put in its place, and opened again. A workbook that was changed meanwhile, or that Excel does not give up, stays
as it is, and the result keeps a name of its own.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from xl_ltc.errors import Cancelled, InputError
from xl_ltc.files import written_whole
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions.places import version_of
from xl_ltc.workbook.actions.progress import Progress
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
        _have_xlwings_say_when_excel_is_busy()

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

    def replace(self, result: Path, sheet: str, version: tuple[int, ...]) -> bool:
        """Close the workbook, put the result in its place and open it at a sheet, unless it has been changed.

        Args:
            result: what to put there.
            sheet: which to show.
            version: of the file that the result was made from.

        Returns:
            Whether it was replaced.

        Raises:
            Exception: Excel can't be reached, or does not have the workbook open.
            OSError: the file can't be replaced; the workbook is open again as it was.
        """
        # Held from before the closing: xlwings finds an Excel by the window of a workbook, and this may be the last.
        books = patiently(lambda: self._app().books)
        if not patiently(lambda: self._close_unless_changed(books, version)):
            return False
        try:
            patiently(lambda: _copy(result, self.path))  # another program may hold the file for a moment
        except Exception:
            patiently(lambda: books.open(str(self.path)))
            raise
        with suppress(Exception):  # the result is there, whatever is seen; Excel may have ended, another have the focus
            patiently(lambda: books.open(str(self.path)))
            patiently(lambda: self._book().sheets[sheet].activate())
        return True

    def _close_unless_changed(self, books: Any, version: tuple[int, ...]) -> bool:
        """One attempt for both: between two, the user may finish what kept Excel busy, and closing would lose it."""
        book = books[self.path.name]
        # Excel that saves by itself says Saved of a workbook that was changed; its file is another then.
        if not book.api.Saved or version_of(self.path) != version:
            return False
        book.close()
        return True

    def note(self, words: str, save: bool) -> None:
        """Write words into the cell called ``last_attempt``, if the workbook has it; the box says them anyway."""

        def write() -> None:
            book = self._book()
            if LAST_ATTEMPT in [name.name for name in book.names]:
                book.names[LAST_ATTEMPT].refers_to_range.value = words
                if save:
                    book.save()

        try:
            patiently(write)
        except Exception:  # whatever COM or AppleScript raise
            return

    def alert(self, words: str) -> None:
        """Show words in a box: Excel's, or one of Windows where Excel has no workbook any more, or has ended."""
        try:
            patiently(lambda: self._app().alert(words, TITLE))
        except Exception:  # whatever COM or AppleScript raise
            with suppress(ImportError):  # a Mac has no such box
                import win32api

                win32api.MessageBox(0, words, TITLE, 0)


def _have_xlwings_say_when_excel_is_busy() -> None:
    """On Windows it asks again without a pause or an end: a run would stand still while the user edits a cell."""
    import xlwings

    if windows := sys.modules.get(f"{xlwings.__name__}._xlwindows"):
        vars(windows)["N_COM_ATTEMPTS"] = 1


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

    def progress(doing: str) -> None:
        if job.is_to_stop():
            raise Cancelled
        excel.say(doing)

    replaced = False
    try:
        place, words = _done(action, excel, progress)
        replaced = place == excel.path
    except Exception as error:  # the user must hear of every end
        words = f"{_said(error)}\n\n{STANDS}"
    finally:
        job.end()
        excel.say(None)
    excel.note(f"{dt.datetime.now():%Y-%m-%d %H:%M}  {ACTIONS[action].caption}: {words.splitlines()[0]}", replaced)
    excel.alert(words)


def _done(action: str, excel: Excel, progress: Progress) -> tuple[Path, str]:
    """Do an action: where the result is, and what to tell the user."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = Path(folder) / excel.path.name
        try:
            version = version_of(excel.path)
            report = perform(action, excel.path, progress, result)
            excel.say("done")  # too late to cancel: CSV results may be in place
            place, words = _put_in_place(excel, result, report, version)
        except Exception:
            with suppress(OSError):
                last_run.forget(result)
            raise
    return place, words + _recorded(result, place)


def _put_in_place(excel: Excel, result: Path, report: Report, version: tuple[int, ...]) -> tuple[Path, str]:
    """Where the result is now, and what to tell the user."""
    try:
        if excel.replace(result, report.sheet, version):
            return excel.path, report.message
        why = "The workbook was changed meanwhile and stays as it is"
    except KeyError:  # xlwings', of whatever it does not get
        why = "Excel stays busy, or has the workbook open no more"
    except Exception as error:  # the result took minutes; whatever Excel says, it is kept
        why = f"Excel did not take the result ({_said(error)})"
    beside = excel.path.with_name(f"{excel.path.stem} {dt.datetime.now():%Y-%m-%d %H%M%S}{excel.path.suffix}")
    _copy(result, beside)
    return beside, f"{why}; the result is in {beside.name}.\n{report.message}"


def _recorded(result: Path, place: Path) -> str:
    """Have LTC_RESULT find a run by the file it is in; a line for the user where that can't be done."""
    try:
        last_run.moved(result, place)
    except OSError as error:
        return f"\nLTC_RESULT will not find this run by its workbook ({error})."
    return ""


def _copy(result: Path, to: Path) -> None:
    with written_whole(to) as part:
        shutil.copyfile(result, part)


def _said(error: Exception) -> str:
    if isinstance(error, Cancelled):
        return "Cancelled."
    if isinstance(error, InputError):
        return f"The input can't be used.\n{error}"
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    run(sys.argv[1], Excel(Path(sys.argv[2]), int(sys.argv[3])))
