"""Threads that evaluate calls, a bounded number at once, each call for a limited time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from queue import Empty, SimpleQueue

from xl_ltc_udfs import call as calling
from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import VALUE, CellError
from xl_ltc_udfs.office_js.boundary import Call, answer_line

_LOG = logging.getLogger(__name__)
_LOOK_AGAIN = 0.1
"""Seconds between looks for calls that take too long."""


class Overloaded(Exception):
    """More calls wait, or hang, than the server takes on."""


class _Job:
    """A call to be evaluated, and whom to tell the answer."""

    def __init__(self, position: int, call: Call, tell: Callable[[bytes], None]) -> None:
        self.position, self.call, self.tell = position, call, tell
        self.started = 0.0
        self.settled = False

    def failed(self, reason: str) -> bytes:
        """The answer when there is no result."""
        return answer_line(self.position, Result([[CellError(VALUE, f"{self.call[0]}: {reason}")]]))

    def evaluated(self) -> bytes:
        """The answer."""
        try:
            return answer_line(self.position, calling.call(*self.call))
        except Exception as error:
            _LOG.exception("%s gives no answer", self.call[0])
            return self.failed(f"an error of xl_ltc itself ({type(error).__name__})")


class Workers:
    """Worker threads; one whose call exceeds the time limit is replaced, and the caller told so.

    Python can't end a thread: such a call hangs on in the background until it is done. When ``most_hanging`` do so, no
    call is taken on until one of them ends.

    Args:
        time_limit: of a call, seconds from when it begins.
        at_once: calls evaluated at once.
        most_waiting: calls that may wait for their turn.
        most_hanging: calls beyond their time limit.
    """

    def __init__(self, time_limit: float, at_once: int = 4, most_waiting: int = 20_000, most_hanging: int = 32) -> None:
        self.time_limit, self.at_once = time_limit, at_once
        self.most_waiting, self.most_hanging = most_waiting, most_hanging
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._running: set[_Job] = set()
        self._threads = 0
        self._hanging = 0

    def answers(self, calls: Sequence[Call]) -> AsyncGenerator[bytes, None]:
        """The answers as lines, in the order in which they are ready.

        Raises:
            Overloaded: at once, if too many calls wait or hang.
        """
        loop = asyncio.get_running_loop()
        ready: asyncio.Queue[bytes] = asyncio.Queue()

        def tell(line: bytes) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(ready.put_nowait, line)

        jobs = [_Job(position, call, tell) for position, call in enumerate(calls)]
        self._take_on(jobs)
        return self._lines(jobs, ready)

    async def _lines(self, jobs: list[_Job], ready: asyncio.Queue[bytes]) -> AsyncGenerator[bytes, None]:
        left = len(jobs)
        try:
            while left:
                try:
                    lines = [await asyncio.wait_for(ready.get(), _LOOK_AGAIN)]
                except TimeoutError:
                    self._give_up_overdue()
                    continue
                while not ready.empty():
                    lines.append(ready.get_nowait())
                left -= len(lines)
                yield b"".join(lines)
        finally:
            for job in jobs:  # nobody waits for what is left
                job.settled = True

    def _take_on(self, jobs: list[_Job]) -> None:
        with self._lock:
            if self._jobs.qsize() + len(jobs) > self.most_waiting or self._hanging >= self.most_hanging:
                raise Overloaded
            missing = self.at_once - self._threads
        for _ in range(missing):
            self._start_thread()
        for job in jobs:
            self._jobs.put(job)

    def _start_thread(self) -> None:
        with self._lock:
            self._threads += 1
        threading.Thread(target=self._work, name="worksheet functions", daemon=True).start()

    def _work(self) -> None:
        replaced = False
        while not replaced:
            job = self._jobs.get()
            if job.settled:
                continue
            with self._lock:
                job.started = time.monotonic()
                self._running.add(job)
            self._settle(job, job.evaluated())
            with self._lock:
                replaced = job not in self._running
                self._running.discard(job)
                self._hanging -= replaced

    def _settle(self, job: _Job, line: bytes) -> None:
        """Tell the first answer to a job; a later one is too late."""
        with self._lock:
            if job.settled:
                return
            job.settled = True
        job.tell(line)

    def _give_up_overdue(self) -> None:
        with self._lock:
            now = time.monotonic()
            overdue = [job for job in self._running if now - job.started > self.time_limit]
            self._running.difference_update(overdue)
            self._threads -= len(overdue)
            self._hanging += len(overdue)
            full = self._hanging >= self.most_hanging
        if full:
            self._turn_away_waiting()
        for job in overdue:
            self._settle(job, job.failed(f"no result within {self.time_limit:g} seconds, the time limit of a call"))
            self._start_thread()

    def _turn_away_waiting(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                job = self._jobs.get_nowait()
                self._settle(job, job.failed("not evaluated; too many calls exceed their time limit"))
