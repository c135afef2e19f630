"""What two processes agree on about a job on a workbook: that it runs, and that it is to stop."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psutil

from xl_ltc.workbook.last_run import folder

_CLOCK = 2.0
"""Seconds by which a process's start and a file's time may be off."""
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

    def begin(self, process: int) -> None:
        """A process, given by its number, is doing the job from now on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.unlink(missing_ok=True)
        self._running.write_text(str(process), encoding="utf-8")

    def end(self) -> None:
        """The job is done."""
        self._running.unlink(missing_ok=True)
        self._stop.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Whether a process that is still there is doing it."""
        try:
            process = psutil.Process(int(self._running.read_text(encoding="utf-8")))
            # A process that began later has only been given the number of one that died.
            return bool(process.create_time() <= self._running.stat().st_mtime + _CLOCK)
        except (FileNotFoundError, ValueError, psutil.Error):
            return False

    def stop(self) -> None:
        """Ask for it to stop."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.touch()

    def is_to_stop(self) -> bool:
        """Whether somebody asked."""
        return self._stop.exists()
