"""Worker threads: every call has one answer, and a hung one holds nobody up."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any

import pytest

from tests.udfs.office_js.serving import hanging, wait_for
from xl_ltc_udfs.call import Result
from xl_ltc_udfs.office_js.boundary import Call
from xl_ltc_udfs.office_js.workers import Overloaded, Workers

__all__ = ["hanging"]

QUICK: Call = ("LTC_AE", [6.0, 2.0])
HANG: Call = ("HANG", [])


async def answered(workers: Workers, calls: list[Call]) -> list[tuple[float, int, Any]]:
    """When, which call, and the first cell of its answer."""
    start = time.monotonic()
    found = []
    async for lines in workers.answers(calls):
        for line in lines.splitlines():
            position, rows = json.loads(line)
            found.append((time.monotonic() - start, position, rows[0][0]))
    return found


def test_every_call_has_its_own_answer() -> None:
    calls: list[Call] = [("LTC_AE", [float(i), 1.0]) for i in range(500)]
    found = asyncio.run(answered(Workers(30), calls))
    assert {position: cell for _, position, cell in found} == {i: float(i) for i in range(500)}
    assert len(found) == 500


def test_a_hung_call_does_not_hold_up_the_others_of_its_request(hanging: threading.Event) -> None:
    found = asyncio.run(answered(Workers(1.0), [HANG, *[QUICK] * 200]))
    late, last, error = found[-1]
    assert late >= 1.0
    assert last == 0
    assert error == {"error": "#VALUE!", "reason": "HANG: no result within 1 seconds, the time limit of a call"}
    assert sorted((position, cell) for _, position, cell in found[:-1]) == [(i, 3.0) for i in range(1, 201)]


def test_an_answer_after_the_time_limit_takes_no_other_ones_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_ltc_udfs.call.call", lambda name, arguments: time.sleep(0.6) or Result([[1.0]]))
    found = asyncio.run(answered(Workers(0.3, at_once=1), [("NAP", [])] * 4))
    assert sorted(position for _, position, _ in found) == [0, 1, 2, 3]


def test_more_hung_calls_than_threads_are_replaced(hanging: threading.Event) -> None:
    workers = Workers(0.3, at_once=2)
    found = asyncio.run(answered(workers, [HANG] * 5 + [QUICK]))
    assert sorted(position for _, position, _ in found) == list(range(6))
    assert {position: cell for _, position, cell in found}[5] == 3.0
    assert [cell for _, _, cell in asyncio.run(answered(workers, [QUICK] * 50))] == [3.0] * 50


def test_threads_stay_bounded_and_come_back(hanging: threading.Event) -> None:
    workers = Workers(0.2, at_once=2, most_hanging=4)

    async def scenario() -> None:
        found = await answered(workers, [HANG] * 40)
        assert len(found) == 40
        turned_away = [cell for _, _, cell in found if "not evaluated" in cell["reason"]]
        assert len(turned_away) >= 40 - 4 - 2
        with pytest.raises(Overloaded):
            await answered(workers, [QUICK])

    before = threading.active_count()
    asyncio.run(scenario())
    assert threading.active_count() - before <= 4 + 2 * 2
    hanging.set()
    wait_for(lambda: workers._hanging == 0)
    assert asyncio.run(answered(workers, [QUICK]))[0][2] == 3.0
    wait_for(lambda: threading.active_count() - before <= 2)


def test_no_more_calls_wait_than_may() -> None:
    with pytest.raises(Overloaded):
        asyncio.run(answered(Workers(30, most_waiting=10), [QUICK] * 11))


def test_what_is_left_of_an_abandoned_request_is_not_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[str] = []

    def call(name: str, arguments: Any) -> Result:
        evaluated.append(name)
        time.sleep(0.1)
        return Result([[1.0]])

    monkeypatch.setattr("xl_ltc_udfs.call.call", call)
    workers = Workers(30, at_once=1)

    async def scenario() -> None:
        lines = workers.answers([("LEFT", [])] * 50)
        await anext(lines)
        await lines.aclose()
        await answered(workers, [("NEXT", [])])

    asyncio.run(scenario())
    assert evaluated[-1] == "NEXT"
    assert len(evaluated) < 10


def test_a_result_that_cannot_be_sent_is_an_error_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_ltc_udfs.call.call", lambda name, arguments: Result([[object()]]))
    [(_, _, cell)] = asyncio.run(answered(Workers(30), [QUICK]))
    assert cell == {"error": "#VALUE!", "reason": "LTC_AE: an error of xl_ltc itself (TypeError)"}
