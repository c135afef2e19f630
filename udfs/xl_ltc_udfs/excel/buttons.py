"""What the buttons of a workbook call through xlwings' RunPython.

A button returns at once: the action runs in a process of its own, so that Excel can be used meanwhile and the file is
not written while a macro of it runs. What computes is not imported here: Excel waits for these functions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from xl_ltc_udfs.excel.jobs import ENDINGS, Job

TITLE = "xl_ltc"
_READ_ONLY = "The workbook is open read-only: save it under another name first."


def start(action: str) -> None:
    """Save the workbook whose button was pressed and begin an action on it.

    Args:
        action: a name of ``xl_ltc.workbook.buttons.ACTIONS``.
    """
    book = _caller()
    path = _path(book)
    refusal = _READ_ONLY if book.api.ReadOnly else _refusal(path)
    if refusal:
        book.app.alert(refusal, TITLE)
        return
    book.save()
    book.app.status_bar = f"{TITLE}: starting"
    command = [sys.executable, "-m", "xl_ltc_udfs.excel.job", action, str(path), str(book.app.pid)]
    Job(path).begin(_spawn(command))


def cancel() -> None:
    """Ask the action on the workbook whose button was pressed to stop before its next step."""
    book = _caller()
    job = Job(_path(book))
    if job.is_running():
        job.stop()
        book.app.status_bar = f"{TITLE}: stopping before the next step"
    else:
        book.app.alert("No action is running on this workbook.", TITLE)


def _caller() -> Any:
    import xlwings

    return xlwings.Book.caller()


def _path(book: Any) -> Path:
    """Where the workbook is on this computer; no file if it is only in the cloud."""
    import xlwings

    try:
        return Path(book.fullname)
    except xlwings.XlwingsError:
        return Path()


def _refusal(path: Path) -> str:
    """Why no action can begin on a workbook, or nothing."""
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        return "Save the workbook first, as .xlsm or .xlsx in a folder of this computer."
    if Job(path).is_running():
        return "An action is running on this workbook already: wait for it, or press Cancel."
    return ""


def _spawn(command: list[str]) -> int:
    """Start a process that outlives this one, with no window; its number."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )
    return process.pid
