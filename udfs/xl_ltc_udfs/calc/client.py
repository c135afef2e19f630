"""LibreOffice's side of a call: starts the project's own interpreter once and asks it.

LibreOffice's Python loads this module, so it needs the standard library alone.
"""

from __future__ import annotations

import pickle
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from xl_ltc_udfs.calc import interpreter as project
from xl_ltc_udfs.calc import wire
from xl_ltc_udfs.calc.remembered import Remembered, Rows

SERVER_MODULE = "xl_ltc_udfs.calc.server"

PAUSE = 10.0
"""Seconds after a failure before the interpreter is started again; a sheet of formulas would wait at each cell."""

_BROKEN = (OSError, EOFError, pickle.UnpicklingError)


class ServerUnavailable(Exception):
    """The project's interpreter can't be asked; the message tells the user why and what to do."""


class Client:
    """The project's interpreter, running while LibreOffice does.

    Args:
        interpreter: path of a Python in which xl_ltc is installed.
        log: file for what it writes to its error stream.
        changing: functions that may give another result for the same arguments.
    """

    def __init__(self, interpreter: str, log: Path, changing: Sequence[str] = ()) -> None:
        self.interpreter, self.log = interpreter, log
        self._changing = frozenset(changing)
        self._remembered = Remembered()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reason, self._not_before = "", 0.0

    def call(self, function: str, arguments: Sequence[Any]) -> Rows:
        """The rows that a worksheet function gives for arguments as Calc passes them.

        Raises:
            ServerUnavailable: no interpreter to ask, or it ended in two attempts.
        """
        call = wire.encoded((function, [wire.flat(a) if isinstance(a, tuple) else a for a in arguments]))
        with self._lock:
            if function in self._changing:
                return self._asked(function, call)
            rows = self._remembered.get(call)
            if rows is None:
                rows = self._asked(function, call)
                self._remembered.put(call, rows)
            return rows

    def _asked(self, function: str, call: bytes) -> Rows:
        with suppress(*_BROKEN):
            return self._ask(call)
        self.stop()
        try:
            return self._ask(call)
        except _BROKEN:
            raise self._unavailable(f"it ended without a result at {function}, {self.stop()}") from None

    def _ask(self, call: bytes) -> Rows:
        if self._process is None:
            self._process = self._started()
        assert self._process.stdin is not None and self._process.stdout is not None
        wire.send(self._process.stdin, call)
        return wire.in_rows(wire.receive(self._process.stdout))

    def _started(self) -> subprocess.Popen[bytes]:
        if time.monotonic() < self._not_before:
            raise ServerUnavailable(self._reason)
        try:
            process = project.start(self.interpreter, self.log, SERVER_MODULE)
        except OSError as error:
            raise self._unavailable(error.strerror or str(error)) from None
        assert process.stdout is not None
        try:
            protocol = wire.receive(process.stdout)
        except _BROKEN:
            self._process = process
            raise self._unavailable(f"xl_ltc does not start in it, {self.stop()}") from None
        if protocol != wire.PROTOCOL:
            self._process = process
            self.stop()
            raise self._unavailable("its xl_ltc and the extension are of different versions")
        return process

    def stop(self) -> str:
        """End the process; says how it ended."""
        process, self._process = self._process, None
        if process is None:
            return ""
        assert process.stdin is not None and process.stdout is not None
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
        try:
            status = process.wait(2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        return f"exit status {status}"

    def _unavailable(self, why: str) -> ServerUnavailable:
        self._not_before = time.monotonic() + PAUSE
        self._reason = (
            f"the Python of xl_ltc can't be used: {self.interpreter}: {why}. "
            f"Run 'xl-ltc calc install' again. Its log: {self.log}"
        )
        return ServerUnavailable(self._reason)
