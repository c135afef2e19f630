"""What two processes agree on about a job on a workbook: that it runs, and that it is to stop."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xl_ltc.files import is_at_work, written_whole
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

    def begin(self, process: int) -> None:
        """A process, given by its number, is doing the job from now on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.unlink(missing_ok=True)
        with written_whole(self._running) as part:
            part.write_text(str(process), encoding="utf-8")

    def end(self) -> None:
        """The job is done."""
        self._running.unlink(missing_ok=True)
        self._stop.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Whether a process that is still there is doing it."""
        try:
            process = int(self._running.read_text(encoding="utf-8"))
            return is_at_work(process, self._running.stat().st_mtime)
        except (FileNotFoundError, ValueError):
            return False

    def stop(self) -> None:
        """Ask for it to stop."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop.touch()

    def is_to_stop(self) -> bool:
        """Whether somebody asked."""
        return self._stop.exists()
