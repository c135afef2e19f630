"""Worker processes: every call has one answer, and one that hangs or breaks down holds nobody up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import SpawnProcess
from typing import Any

import psutil
import pytest

from tests.udfs.office_js.serving import Hanging, call_or_misbehave, hanging, lines, wait_for
from xl_ltc_udfs.office_js.boundary import Call
from xl_ltc_udfs.office_js.workers import Overloaded, Workers

__all__ = ["hanging"]

QUICK: Call = ("LTC_AE", [6.0, 2.0])
HANG: Call = ("HANG", [])
PROCESS: Call = ("PROCESS", [])


@contextmanager
def working(time_limit: float, **limits: int) -> Iterator[Workers]:
    workers = Workers(time_limit, evaluate=call_or_misbehave, **limits)
    try:
        yield workers
    finally:
        workers.close()


async def answered(workers: Workers, calls: list[Call]) -> list[tuple[float, int, Any]]:
    """When, which call, and the first cell of its answer."""
    start = time.monotonic()
    found = []
    async for ready in workers.answers(lines(calls).split(b"\n")):
        for line in ready.splitlines():
            position, rows = json.loads(line)
            found.append((time.monotonic() - start, position, rows[0][0]))
    return found


def answers(workers: Workers, calls: list[Call]) -> list[Any]:
    """The first cells of the answers, by position; each call has exactly one."""
    found = asyncio.run(answered(workers, calls))
    assert sorted(position for _, position, _ in found) == list(range(len(calls)))
    return [cell for _, cell in sorted((position, cell) for _, position, cell in found)]


def error(name: str, reason: str) -> dict[str, str]:
    return {"error": "#VALUE!", "reason": f"{name}: {reason}"}


def no_result(name: str, seconds: float) -> dict[str, str]:
    return error(name, f"no result within {seconds:g} seconds, the time limit of a call")


def test_every_call_has_its_own_answer() -> None:
    with working(30) as workers:
        assert answers(workers, [("LTC_AE", [float(i), 1.0]) for i in range(500)]) == [float(i) for i in range(500)]


def test_omitted_arguments_and_error_cells_reach_the_function() -> None:
    from xl_ltc_udfs.cells import OMITTED, CellError

    with working(30) as workers:
        omitted, passed_on = answers(workers, [("LTC_AE", [OMITTED, 1.0]), ("LTC_AE", [CellError("#N/A"), 1.0])])
    assert "omitted" in omitted["reason"]
    assert passed_on["error"] == "#N/A"


@pytest.mark.parametrize("name", ["HANG", "SPIN"])
def test_more_hung_calls_than_are_evaluated_at_once_let_others_through(name: str, hanging: Hanging) -> None:
    """SPIN never gives Python another turn, as a loop in native code may."""
    with working(60, at_once=1, most=3) as workers:

        async def scenario() -> None:
            hung = workers.answers([b'["%s",[]]' % name.encode()] * 2)
            waiting = asyncio.ensure_future(anext(hung))
            assert [cell for _, _, cell in await answered(workers, [QUICK] * 5)] == [3.0] * 5
            assert not waiting.done()
            workers.close()
            await waiting
            await hung.aclose()

        asyncio.run(scenario())


@pytest.mark.parametrize("name", ["HANG", "SPIN"])
def test_the_caller_of_a_hung_call_is_told_and_its_process_replaced(name: str, hanging: Hanging) -> None:
    with working(0.5, at_once=1, most=1) as workers:
        assert answers(workers, [(name, []), QUICK]) == [no_result(name, 0.5), 3.0]


def test_an_answer_after_the_time_limit_takes_no_other_ones_place() -> None:
    with working(0.3, at_once=1) as workers:
        found = answers(workers, [("NAP", [0.6]), QUICK, ("NAP", [0.6]), ("NAP", [0.0])])
    assert found == [no_result("NAP", 0.3), 3.0, no_result("NAP", 0.3), 0.0]


def test_a_process_that_is_killed_is_replaced_and_the_caller_told() -> None:
    with working(30, at_once=1) as workers:
        before, killed, after, last = answers(workers, [PROCESS, ("DIE", []), PROCESS, QUICK])
        assert killed == error("DIE", "its process ended before there was a result")
        assert before != after
        assert last == 3.0
        psutil.Process(int(after)).kill()  # while it waits: nobody need notice
        psutil.wait_procs([psutil.Process(int(after))] if psutil.pid_exists(int(after)) else [], timeout=5)
        assert answers(workers, [QUICK] * 3) == [3.0] * 3


def test_a_process_that_does_not_start_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever starting raises: a thread that ended with it would be counted as one that evaluates."""
    begin, fails = SpawnProcess.start, iter([True, True])

    def start(process: SpawnProcess) -> None:
        if next(fails, False):
            raise ValueError("no process")
        begin(process)

    monkeypatch.setattr(SpawnProcess, "start", start)
    with working(30, at_once=1) as workers:
        assert answers(workers, [QUICK]) == [error("LTC_AE", "the process for it could not be started")]
        assert answers(workers, [QUICK] * 2) == [3.0] * 2


def test_processes_stay_bounded_and_none_is_left(hanging: Hanging) -> None:
    before = set(psutil.Process().children())
    with working(0.5, at_once=2, most=3) as workers:
        assert answers(workers, [HANG] * 5 + [QUICK]) == [no_result("HANG", 0.5)] * 5 + [3.0]
        assert len(_of_workers(before)) <= 3
    wait_for(lambda: not _of_workers(before))


def _of_workers(before: set[psutil.Process]) -> list[psutil.Process]:
    """Started since, or ended and not let go, but for the interpreter's own that watches over shared resources."""
    found = []
    for process in set(psutil.Process().children()) - before:
        with suppress(psutil.NoSuchProcess):
            command: list[str] = []
            with suppress(psutil.ZombieProcess):
                command = process.cmdline()
            if "resource_tracker" not in " ".join(command):
                found.append(process)
    return found


def test_no_more_calls_wait_than_may() -> None:
    with working(30, most_waiting=10) as workers, pytest.raises(Overloaded):
        answers(workers, [QUICK] * 11)


def test_what_is_left_of_an_abandoned_request_is_not_evaluated() -> None:
    with working(30, at_once=1, most=1) as workers:

        async def scenario() -> float:
            found = workers.answers([b'["NAP",[0.1]]'] * 50)
            await anext(found)
            await found.aclose()
            start = time.monotonic()
            await answered(workers, [QUICK])
            return time.monotonic() - start

        assert asyncio.run(scenario()) < 2.0


@pytest.mark.parametrize(("name", "kind"), [("OBJECT", "TypeError"), ("BREAK", "RuntimeError")])
def test_a_failure_is_an_error_without_details(name: str, kind: str) -> None:
    with working(30) as workers:
        [cell] = answers(workers, [(name, [])])
    assert cell == error(name, f"an error of xl_ltc itself ({kind})")
