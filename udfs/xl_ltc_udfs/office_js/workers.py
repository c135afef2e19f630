"""Processes that evaluate calls, a bounded number at once, each call for a limited time.

Only a process can be ended whatever its call does, and only a process takes no other call with it when it breaks down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from xl_ltc_udfs.call import call as evaluate_call
from xl_ltc_udfs.office_js.boundary import function_of
from xl_ltc_udfs.office_js.worker import Evaluate, failed, work

_LOG = logging.getLogger(__name__)
_LOOK_AGAIN = 0.1
"""Seconds between looks for calls that all processes keep waiting."""
_LONG = 1.0
"""Seconds after which a call no longer counts among those evaluated at once, so that others get their turn."""
_START_TIME = 60.0
"""Seconds in which a process must be ready for its first call."""


class Overloaded(Exception):
    """More calls wait than the server takes on."""


class _Unusable(Exception):
    """A process that can't answer; the message says why."""


class _Job:
    """A call to be evaluated, as a line of a request, and whom to tell the answer."""

    def __init__(self, position: int, call: bytes, tell: Callable[[bytes], None]) -> None:
        self.position, self.call, self.tell = position, call, tell
        self.abandoned = False

    def failed(self, reason: str) -> bytes:
        """The answer when there is no result."""
        return failed(self.position, self.call, reason)


class _Process:
    """One worker process, started when it is first asked and after each end."""

    def __init__(self, evaluate: Evaluate, time_limit: float, files: Sequence[Path] | None) -> None:
        self._evaluate, self._time_limit, self._files = evaluate, time_limit, files
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    def start(self) -> Connection:
        """The line to the process, ready for a call.

        Raises:
            _Unusable: it does not start.
        """
        if self._line is not None:
            return self._line
        context = multiprocessing.get_context("spawn")
        self._line, far_end = context.Pipe()
        arguments = (far_end, self._evaluate, self._time_limit, self._files)
        self._process = context.Process(target=work, args=arguments, name="worksheet functions", daemon=True)
        try:
            with far_end:
                self._process.start()
            self._received(self._line, _START_TIME, "the process for it did not start in time")
        except _Unusable:
            raise
        except Exception as error:  # multiprocessing raises more than OSError
            _LOG.exception("a process for worksheet functions does not start")
            self.end()
            raise _Unusable("the process for it could not be started") from error
        return self._line

    def answer(self, job: _Job) -> bytes:
        """The answer to a call; the process is ended when it has none.

        Raises:
            _Unusable: it does not start, takes too long, or breaks down.
        """
        line = self.start()
        try:
            line.send((job.position, job.call))
        except OSError:  # it ended while it waited
            self.end()
            line = self.start()
            line.send((job.position, job.call))
        too_late = f"no result within {self._time_limit:g} seconds, the time limit of a call"
        return self._received(line, self._time_limit, too_late)

    def _received(self, line: Connection, seconds: float, too_late: str) -> bytes:
        try:
            if line.poll(seconds):
                return line.recv_bytes()
        except (OSError, EOFError):
            self.end()
            raise _Unusable("its process ended before there was a result") from None
        self.end()
        raise _Unusable(too_late)

    def end(self) -> None:
        """End the process whatever it does."""
        process, line = self._process, self._line
        self._process = self._line = None
        if line is not None:
            line.close()
        if process is not None and process.pid is not None:
            process.kill()
            process.join()

    def kill(self) -> None:
        """Have the thread that waits for the process find it ended."""
        process = self._process
        if process is not None and process.pid is not None:
            process.kill()


class Workers:
    """Worker processes; one whose call exceeds the time limit, or breaks down, is replaced and the caller told so.

    Args:
        time_limit: of a call, seconds from when it begins.
        at_once: calls evaluated at once, not counting those that already take longer than a second.
        most: processes, those with long calls among them.
        most_waiting: calls that may wait for their turn.
        evaluate: what gives a call's result, named at the top of a module.
        files: folders in which calls may read files; None for any file.
    """

    def __init__(
        self,
        time_limit: float,
        at_once: int = 4,
        most: int = 12,
        most_waiting: int = 20_000,
        evaluate: Evaluate = evaluate_call,
        files: Sequence[Path] | None = (),
    ) -> None:
        self.time_limit, self.at_once, self.most, self.most_waiting = time_limit, at_once, most, most_waiting
        self._evaluate, self._files = evaluate, files
        self._change = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._busy_since: dict[_Process, float | None] = {}
        """Every process, and since when it evaluates a call; None while it starts or waits for one."""
        self._closed = False

    def start(self) -> None:
        """Start a first process, so that the first call need not wait for it."""
        with self._change:
            if not self._busy_since:
                self._add_process()

    def answers(self, calls: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
        """The answers as lines, in the order in which they are ready.

        Args:
            calls: the lines of a request.

        Raises:
            Overloaded: at once, if too many calls wait, or the server ends.
        """
        loop = asyncio.get_running_loop()
        ready: asyncio.Queue[bytes] = asyncio.Queue()

        def tell(line: bytes) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(ready.put_nowait, line)

        jobs = [_Job(position, call, tell) for position, call in enumerate(calls)]
        with self._change:
            if self._closed or len(self._jobs) + len(jobs) > self.most_waiting:
                raise Overloaded
            self._jobs.extend(jobs)
            self._change.notify(len(jobs))
        self._add_processes()
        return self._lines(jobs, ready)

    def close(self) -> None:
        """End every process; the callers of what has no answer yet are told so."""
        with self._change:
            self._closed = True
            waiting = list(self._jobs)
            self._jobs.clear()
            self._change.notify_all()
            processes = list(self._busy_since)
        for process in processes:
            process.kill()
        for job in waiting:
            job.tell(job.failed("not evaluated; the server ends"))

    async def _lines(self, jobs: list[_Job], ready: asyncio.Queue[bytes]) -> AsyncGenerator[bytes, None]:
        left = len(jobs)
        try:
            while left:
                try:
                    lines = [await asyncio.wait_for(ready.get(), _LOOK_AGAIN)]
                except TimeoutError:
                    self._add_processes()
                    continue
                while not ready.empty():
                    lines.append(ready.get_nowait())
                left -= len(lines)
                yield b"".join(lines)
        finally:
            for job in jobs:  # nobody waits for what is left
                job.abandoned = True

    def _add_processes(self) -> None:
        """As many more as waiting calls can use."""
        with self._change:
            long_ago = time.monotonic() - _LONG
            busy = [since for since in self._busy_since.values() if since is not None]
            idle = len(self._busy_since) - len(busy)
            short = sum(since > long_ago for since in busy)
            room = min(self.at_once - short - idle, self.most - len(self._busy_since), len(self._jobs) - idle)
            for _ in range(0 if self._closed else room):
                self._add_process()

    def _add_process(self) -> None:
        process = _Process(self._evaluate, self.time_limit, self._files)
        self._busy_since[process] = None
        threading.Thread(target=self._work, args=[process], name="worksheet functions", daemon=True).start()

    def _work(self, process: _Process) -> None:
        try:
            while (job := self._next_job(process)) is not None:
                job.tell(self._answer(process, job))
        finally:
            with self._change:
                self._busy_since.pop(process, None)
            process.end()

    def _answer(self, process: _Process, job: _Job) -> bytes:
        """The answer to a call, or the one that says why there is none."""
        try:
            answer = process.answer(job)
        except _Unusable as problem:
            answer = job.failed(str(problem))
        except Exception as error:
            _LOG.exception("%s gives no answer", function_of(job.call))
            process.end()
            answer = job.failed(f"an error of xl_ltc itself ({type(error).__name__})")
        with self._change:
            self._busy_since[process] = None
        return answer

    def _next_job(self, process: _Process) -> _Job | None:
        """The next call that somebody waits for, once the process is ready; None when it is no longer needed."""
        with contextlib.suppress(_Unusable):  # said to the next call, if it does not start then either
            process.start()
        with self._change:
            while not self._closed:
                while self._jobs:
                    job = self._jobs.popleft()
                    if not job.abandoned:
                        self._busy_since[process] = time.monotonic()
                        return job
                if len(self._busy_since) > self.at_once:
                    break
                self._change.wait()
            # At once, so that not all go that are too many.
            del self._busy_since[process]
            return None
