"""The served page in a browser, its functions called as Excel calls them."""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request

import xl_ltc
from tests.udfs.cases import Case, all_cases
from tests.udfs.office_js.browser import chromium, foreign_page, formulas, given_by_excel, shown, task_pane
from tests.udfs.office_js.serving import (
    ODD_NUMBERS,
    Hanging,
    Seen,
    call_or_misbehave,
    hanging,
    odd_numbers,
    see,
    seen,
    served,
    wait_for,
)
from tests.udfs.office_js.test_commands import certificate_and_key
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, CellError, rows_of, serial
from xl_ltc_udfs.office_js.server import Service
from xl_ltc_udfs.registry import functions

__all__ = ["hanging", "seen"]
pytestmark = [pytest.mark.slow, pytest.mark.chromium]

CASES = all_cases()
KNOWN = tuple(case for case in CASES if case.function in functions())


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        yield context


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with served(files=None) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: BrowserContext, service: Service) -> Page:
    return task_pane(browser, service.origins[0])


@pytest.fixture(scope="module")
def shown_by_excel(page: Page) -> dict[str, Any]:
    found = formulas(page, [(case.function, given_by_excel(case.function, case.arguments)) for case in KNOWN])
    return {case.name: answer for case, answer in zip(KNOWN, found, strict=True)}


def bits(cells: Any) -> Any:
    """Numbers as their bits, so that 0 is not -0 and no rounding passes."""
    if isinstance(cells, list):
        return [bits(cell) for cell in cells]
    return struct.pack("d", cells) if isinstance(cells, int | float) and not isinstance(cells, bool) else cells


def without_reasons(cells: Any) -> Any:
    if isinstance(cells, list):
        return [without_reasons(cell) for cell in cells]
    if isinstance(cells, dict):
        return {key: without_reasons(value) for key, value in cells.items() if key != "reason"}
    return cells


def as_excel_has_it(argument: Any) -> Any:
    """Numbers as doubles, dates as their numbers; the reasons that quote a cell quote these."""
    if isinstance(argument, dt.date):
        return serial(argument)
    if isinstance(argument, int) and not isinstance(argument, bool):
        return float(argument)
    if hasattr(argument, "tolist") or isinstance(argument, list | tuple):
        return [[as_excel_has_it(cell) for cell in row] for row in rows_of(argument)]
    return argument


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_every_case_gives_what_plain_python_gives(case: Case, shown_by_excel: dict[str, Any]) -> None:
    found = shown_by_excel[case.name]
    assert bits(without_reasons(found)) == bits(without_reasons(shown(call(case.function, case.arguments))))
    assert bits(found) == bits(shown(call(case.function, [as_excel_has_it(argument) for argument in case.arguments])))


def test_every_function_is_associated_under_its_own_name(page: Page) -> None:
    assert page.evaluate("Object.keys(excel.functions)") == list(functions())


@pytest.fixture(scope="module")
def watched(browser: BrowserContext, seen: Seen) -> Iterator[Page]:
    with served(evaluate=see) as service:
        yield task_pane(browser, service.origins[0])


@pytest.mark.parametrize("number", [*ODD_NUMBERS, math.nan, math.inf, -math.inf])
def test_numbers_arrive_bit_for_bit(watched: Page, seen: Seen, number: float) -> None:
    seen.forget()
    formulas(watched, [("LTC_AE", [[[number, True, "x"]], [[1]]])])
    [[[[arrived, *rest]], one]] = seen.all()
    assert bits(arrived) == bits(number)
    assert (rest, one) == ([True, "x"], [[1.0]])


def test_numbers_come_back_bit_for_bit(browser: BrowserContext) -> None:
    with served(evaluate=odd_numbers) as service:
        page = task_pane(browser, service.origins[0])
        [found] = formulas(page, [("LTC_AE", [[[1]], [[1]]])])
        page.close()
    assert bits(found) == bits([ODD_NUMBERS, [1.0, 2.0, *ODD_NUMBERS[2:]]])


def test_what_excel_may_hand_over(watched: Page, seen: Seen) -> None:
    """Single cells bare, data types with a basic value, error values of either kind, and odd numbers of arguments."""
    seen.forget()
    invocation = "{address: 'Sheet1!A1', functionName: 'LTC_AE'}"
    for parameters in (
        f"[5, 'x', {invocation}]",
        f"[[[{{type: 'FormattedNumber', basicValue: 5}}]], [[{{type: 'Empty', basicValue: ''}}]], {invocation}]",
        f"[[[{{type: 'Error', basicValue: '#N/A'}}]], [[new CustomFunctions.Error('#REF!')]], {invocation}]",
        f"[new CustomFunctions.Error('#N/A'), [[{{type: 'Entity', text: 'x'}}]], {invocation}]",
        f"[[[null, undefined]], undefined, {invocation}]",
        f"[[[1]], {invocation}]",
        "[[[1]], [[2]]]",
        "[[[1]], new CustomFunctions.Error('#N/A')]",
        f"[{invocation}]",
        "[]",
    ):
        watched.evaluate(f"excel.called('LTC_AE', {parameters})")
    na, ref, value = CellError("#N/A"), CellError("#REF!"), CellError("#VALUE!")
    assert seen.all() == [
        [5.0, "x"],
        [[[5.0]], [[""]]],
        [[[na]], [[ref]]],
        [na, [[value]]],
        [[["", ""]], OMITTED],
        [[[1.0]]],
        [[[1.0]], [[2.0]]],
        [[[1.0]], na],
        [],
        [],
    ]


def requests_of(page: Page) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.url.endswith("/call") else None)
    return found


def test_a_thousand_cells_are_few_requests(browser: BrowserContext, service: Service) -> None:
    page = task_pane(browser, service.origins[0])
    requests = requests_of(page)
    calls = [("LTC_AE", [[[float(i)]], [[1.0]]]) for i in range(1000)]
    assert formulas(page, calls) == [[[float(i)]] for i in range(1000)]
    assert len(requests) == 4
    page.close()


def test_large_arguments_are_spread_over_requests(browser: BrowserContext, service: Service) -> None:
    page = task_pane(browser, service.origins[0])
    requests = requests_of(page)
    formula = "excel.formula('LTC_AE', [Array(77020).fill([1 / 3]), [[i]]])"
    found = page.evaluate(f"Promise.all([1, 2, 3, 4, 5].map(i => {formula})).then(all => all.map(a => a.map(String)))")
    assert found == [[repr(1 / 3 / i)] * 77_020 for i in range(1, 6)]
    assert 2 <= len(requests) <= 5
    page.close()


def test_a_hung_call_leaves_its_neighbours_alone(browser: BrowserContext, hanging: Hanging) -> None:
    with served(evaluate=call_or_misbehave) as service:
        page = task_pane(browser, service.origins[0])
        page.route("**/call", lambda route: route.continue_(post_data=_first_hangs(route.request)))
        page.evaluate(
            "window.late = null; window.answers = [[[1]], ...Array(300).fill([[6]])]"
            ".map((actual) => excel.formula('LTC_AE', [actual, [[2]]])); answers[0].then(found => { late = found }); 0"
        )
        assert page.evaluate("Promise.all(answers.slice(1)).then(found => [found, late])") == [[[[3.0]]] * 300, None]
        hanging.set()
        assert page.evaluate("answers[0]")["thrown"]["code"] == "#VALUE!"
        page.close()


def _first_hangs(request: Request) -> str:
    return (request.post_data or "").replace('["LTC_AE",[[[1]],[[2]]]]', '["HANG",[]]')


@pytest.mark.parametrize("status", [400, 413, 500])
def test_a_failed_request_is_asked_again_one_by_one(browser: BrowserContext, service: Service, status: int) -> None:
    """So that the one call that fails is the only one with an error."""
    page = task_pane(browser, service.origins[0])
    poison = "[[[13]],[[1]]]"

    def fail(route: Any) -> None:
        if poison in (route.request.post_data or ""):
            route.fulfill(status=status, json={"error": "no"})
        else:
            route.continue_()

    page.route("**/call", fail)
    found = formulas(page, [("LTC_AE", [[[i]], [[1]]]) for i in range(40)])
    assert found[13] == {"thrown": {"code": "#VALUE!", "reason": "xl-ltc serve: no"}}
    assert [answer for i, answer in enumerate(found) if i != 13] == [[[float(i)]] for i in range(40) if i != 13]
    page.close()


def test_an_answer_that_breaks_off_is_completed(browser: BrowserContext, service: Service) -> None:
    page = task_pane(browser, service.origins[0])
    broken: list[bool] = []

    def break_off(route: Any) -> None:
        if broken:
            return route.continue_()
        broken.append(True)
        return route.fulfill(status=200, body="[1,[[1]]]\n[2,[[2]]]\n[3,[[")

    page.route("**/call", break_off)
    assert formulas(page, [("LTC_AE", [[[i]], [[1]]]) for i in range(6)]) == [[[float(i)]] for i in range(6)]
    page.close()


def test_a_server_that_is_not_there_is_said_so(browser: BrowserContext) -> None:
    with served() as service:
        page = task_pane(browser, service.origins[0])
        page.wait_for_selector("#status[data-state=connected]")
    requests = requests_of(page)
    found = formulas(page, [("LTC_AE", [[[1]], [[1]]])] * 3)
    reason = "xl-ltc serve does not answer; start it, then recalculate"
    assert found == [{"thrown": {"code": "#N/A", "reason": reason}}] * 3
    assert len(requests) == 1
    page.close()


def test_a_restarted_server_is_recognized(browser: BrowserContext) -> None:
    """Its token is another; the page, which lives as long as Excel, fetches it anew."""
    with served() as service:
        page = task_pane(browser, service.origins[0])
        object.__setattr__(service, "token", "of another run")
        page.route(
            "**/taskpane.html", lambda route: route.fulfill(body='<meta name="xl-ltc-token" content="of another run">')
        )
        assert formulas(page, [("LTC_AE", [[[6]], [[2]]])]) == [[[3.0]]]
        page.close()


def test_the_task_pane_shows_the_connection_and_the_functions(page: Page) -> None:
    page.wait_for_selector("#status[data-state=connected]")
    status = page.inner_text("#status")
    assert "Connected" in status and f"xl_ltc {xl_ltc.__version__}" in status
    assert page.locator("details").count() == len(functions())
    page.fill("#filter", "lifetime loss ratio")
    visible = page.locator("details:visible summary b").all_inner_texts()
    assert "LTC_LLR" in visible and "LTC_PV" not in visible
    page.fill("#filter", "")
    assert page.locator("details:visible").count() == len(functions())


def test_the_page_breaks_none_of_its_own_rules(browser: BrowserContext, service: Service) -> None:
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{service.origins[0]}/taskpane.html")
    page.wait_for_selector("#status[data-state=connected]")
    assert complaints == []
    page.close()


def test_without_office_js_the_page_is_a_reference(browser: BrowserContext, service: Service) -> None:
    page = browser.new_page()
    failures: list[Any] = []
    page.on("pageerror", lambda error: failures.append(error))
    page.route("**/office.js", lambda route: route.abort())
    page.goto(f"{service.origins[0]}/taskpane.html")
    page.wait_for_selector("#status[data-state=connected]")
    assert failures == []
    page.close()


def frame_of(service: Service) -> str:
    return (
        f'<iframe width=300 height=500 allow="local-network-access" src="{service.origins[0]}/taskpane.html"></iframe>'
    )


def test_excel_on_the_web_may_show_the_pane_in_a_frame(browser: BrowserContext, tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path)
    with served(certificate, key) as service:
        page = foreign_page(browser, "https://excel.officeapps.live.com/", frame_of(service))
        page.frame_locator("iframe").locator("#status[data-state=connected]").wait_for()
        assert page.frames[1].evaluate("excel.formula('LTC_AE', [[[6]], [[2]]])") == [[3.0]]
        page.close()


def test_another_site_may_not(browser: BrowserContext, service: Service) -> None:
    complaints: list[str] = []
    page = foreign_page(browser, "https://evil.example/", "")
    page.on("console", lambda message: complaints.append(message.text))
    page.set_content(frame_of(service))
    wait_for(lambda: page.title() == "" and complaints)
    assert "frame-ancestors" in complaints[0]
    assert page.frames[1].locator("#status").count() == 0
    page.close()


@pytest.mark.parametrize("path", ["taskpane.html", "health", "call"])
def test_another_site_can_read_nothing_secret(browser: BrowserContext, service: Service, path: str) -> None:
    page = foreign_page(browser, "https://evil.example/", "")
    read = "fetch('{}/{}', {}).then(reply => reply.text(), () => 'refused')"
    for options in ("{}", "{mode: 'no-cors'}", "{method: 'POST', body: '[]', headers: {'X-XL-LTC-Token': 'x'}}"):
        assert page.evaluate(read.format(service.origins[0], path, options)) == "refused"
    page.close()


def test_excel_on_the_web_can_read_the_metadata(browser: BrowserContext, service: Service) -> None:
    page = foreign_page(browser, "https://excel.officeapps.live.com/", "")
    read = f"fetch('{service.origins[0]}/functions.json').then(reply => reply.json()).then(j => j.functions.length)"
    assert page.evaluate(read) == len(functions())
    page.close()
