"""What the buttons of a workbook call through xlwings' RunPython.

A button returns at once: the action runs in a process of its own, so that Excel can be used meanwhile and the file is
not written while a macro of it runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from xl_ltc.workbook.buttons import ACTIONS
from xl_ltc_udfs.excel.jobs import ENDINGS, Job

TITLE = "xl_ltc"


def start(action: str) -> None:
    """Save the workbook whose button was pressed and begin an action on it.

    Args:
        action: a name of ``xl_ltc.workbook.buttons.ACTIONS``.
    """
    book = _caller()
    path = Path(book.fullname)
    refusal = _refusal(path)
    if refusal:
        book.app.alert(refusal, TITLE)
        return
    book.save()
    book.app.status_bar = f"xl_ltc: {ACTIONS[action].caption} has begun"
    _spawn([sys.executable, "-m", "xl_ltc_udfs.excel.job", action, str(path), str(book.app.pid)])


def cancel() -> None:
    """Ask the action on the workbook whose button was pressed to stop before its next step."""
    book = _caller()
    job = Job(Path(book.fullname))
    if job.is_running():
        job.stop()
        book.app.status_bar = "xl_ltc: stopping before the next step"
    else:
        book.app.alert("No action is running on this workbook.", TITLE)


def _caller() -> Any:
    import xlwings

    return xlwings.Book.caller()


def _refusal(path: Path) -> str:
    """Why no action can begin on a workbook, or nothing."""
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        return "Save the workbook first, as .xlsm or .xlsx in a folder of this computer."
    if Job(path).is_running():
        return "An action is running on this workbook already: wait for it, or press Cancel."
    return ""


def _spawn(command: list[str]) -> None:
    """Start a process that outlives this one, with no window."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )
