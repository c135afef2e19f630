"""LibreOffice's side of an action: a process of the project's own interpreter that does it.

LibreOffice's Python loads this module, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xl_ltc_udfs.calc import interpreter, wire

JOB_MODULE = "xl_ltc_udfs.calc.job"

PROGRESS, DONE, FAILED, CANCELLED = "progress", "done", "failed", "cancelled"
"""First in a message: what is being done, with a text; or how the action ended, with a text and a sheet."""

_BROKEN = (OSError, EOFError, pickle.UnpicklingError)
_SECONDS_TO_END = 10.0


@dataclass(frozen=True)
class Ended:
    """How an action ended.

    Attributes:
        how: ``DONE``, ``FAILED`` or ``CANCELLED``; only the first has written anything.
        message: what to tell the user.
        sheet: the sheet to show, if done.
    """

    how: str
    message: str
    sheet: str = ""


class Job:
    """An action on a saved workbook, in a process of its own.

    Args:
        python: path of the interpreter in which xl_ltc is installed.
        log: file for what it writes to its error stream.
        action: a name of ``xl_ltc.workbook.buttons.ACTIONS``.
        workbook: path of the workbook.
    """

    def __init__(self, python: str, log: Path, action: str, workbook: str) -> None:
        self._python, self._log, self._arguments = python, log, (action, workbook)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = 0

    def run(self, progress: Callable[[str], None]) -> Ended:
        """Do it; returns when it has ended.

        Args:
            progress: told what is being done.
        """
        version = self._version()
        try:
            ended = self._ended(progress)
        except _BROKEN as error:
            why = f"{error}{self._stop()}"
            ended = Ended(
                FAILED,
                f"The Python of xl_ltc gave no result: {self._python}: {why}. "
                f"Run 'xl-ltc calc install' again. Its log: {self._log}",
            )
            if self._cancelled:
                ended = Ended(CANCELLED, "")
        self._stop()
        if ended.how == CANCELLED:
            if self._version() != version:  # stopped at once, just after the result was put in place
                return Ended(CANCELLED, "Cancelled, but the results are in the file: File, Reload shows them.")
            return Ended(CANCELLED, "Cancelled: the workbook is as it was.")
        return ended

    def cancel(self) -> None:
        """Stop it before its next step; when asked again, at once."""
        with self._lock:
            self._cancelled += 1
            if self._process is None:
                return
            if self._cancelled > 1:
                self._process.kill()
            _close_input(self._process)

    def _version(self) -> tuple[int, ...]:
        """What changes when the workbook's file is replaced; nothing where there is none."""
        try:
            status = os.stat(self._arguments[1])
        except OSError:
            return ()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _ended(self, progress: Callable[[str], None]) -> Ended:
        with self._lock:
            if self._cancelled:
                return Ended(CANCELLED, "")
            self._process = interpreter.start(self._python, self._log, JOB_MODULE, *self._arguments)
        messages = self._process.stdout
        assert messages is not None
        if wire.receive(messages) != wire.PROTOCOL:
            raise EOFError("its xl_ltc and the extension are of different versions")
        while True:
            kind, *of_it = wire.receive(messages)
            if kind != PROGRESS:
                return Ended(kind, *of_it)
            progress(of_it[0])

    def _stop(self) -> str:
        """End the process, if it was started; says how it ended."""
        if self._process is None:
            return ""
        _close_input(self._process)
        try:
            status = self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return f", exit status {status}"


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
