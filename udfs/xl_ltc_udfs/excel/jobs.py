"""What two processes agree on about a job on a workbook: that it runs, and that it is to stop."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import psutil

from xl_ltc.workbook.last_run import folder

ENDINGS = (".xlsx", ".xlsm")


class Job:
    """The job on a workbook; one at a time.

    Args:
        workbook: its path.
    """

    def __init__(self, workbook: Path) -> None:
        name = hashlib.sha256(str(workbook.absolute()).encode()).hexdigest()[:32]
        self._folder = folder().parent / "jobs"
        self._running, self._stop = self._folder / f"{name}.running", self._folder / f"{name}.stop"

    def begin(self) -> None:
        """This process is doing the job from now on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.unlink(missing_ok=True)
        self._running.write_text(str(os.getpid()), encoding="utf-8")

    def end(self) -> None:
        """The job is done."""
        self._running.unlink(missing_ok=True)
        self._stop.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Whether a process that is still there is doing it."""
        try:
            return psutil.pid_exists(int(self._running.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return False

    def stop(self) -> None:
        """Ask for it to stop."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.touch()

    def is_to_stop(self) -> bool:
        """Whether somebody asked."""
        return self._stop.exists()
