"""The task pane in headless Chromium, with a stand-in for office.js."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import OMITTED, CellError, rows_of, serial
from xl_ltc_udfs.office_js.pages import OFFICE_JS
from xl_ltc_udfs.registry import functions

STAND_IN = Path(__file__).with_name("office_stand_in.js")
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextlib.contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A browser whose office.js is ours."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or "chromium", args=_ARGUMENTS)
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 340, "height": 720})
        context.route(OFFICE_JS, lambda route: route.fulfill(path=STAND_IN, content_type="text/javascript"))
        yield context
        browser.close()


def task_pane(context: BrowserContext, base: str) -> Page:
    """The task pane, its functions associated."""
    page = context.new_page()
    page.goto(f"{base}/taskpane.html")
    page.wait_for_function("Object.keys(excel.functions).length > 0")
    return page


def given_by_excel(name: str, arguments: Sequence[Any]) -> list[Any]:
    """Arguments as Excel hands them to a custom function: a matrix each, null if left out."""
    function = functions().get(name)
    missing = 0 if function is None else len(function.arguments) - len(arguments)
    return [
        None if argument is OMITTED else [[_cell(cell) for cell in row] for row in rows_of(argument)]
        for argument in (*arguments, *[OMITTED] * missing)
    ]


def _cell(cell: Any) -> Any:
    """Excel has no dates, only their numbers; a blank cell arrives as an empty text."""
    if isinstance(cell, CellError):
        return {"errorCell": cell.code}
    if isinstance(cell, dt.date):
        return serial(cell)
    return "" if cell is None else cell


def formulas(page: Page, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """What each formula shows: rows of cells, or what it threw."""
    found: list[Any] = page.evaluate("calls => excel.formulas(calls)", [[name, list(given)] for name, given in calls])
    return found


def shown(result: Result) -> Any:
    """A result as Excel must show it; a single error value is thrown."""
    rows = [
        [{"code": cell.code, "reason": cell.reason} if isinstance(cell, CellError) else cell for cell in row]
        for row in result.rows
    ]
    return {"thrown": rows[0][0]} if result.is_single and isinstance(result.single, CellError) else rows


def foreign_page(context: BrowserContext, url: str, body: str) -> Page:
    """A page of another site, whose user let the browser reach this computer, as Chromium asks since version 142."""
    context.grant_permissions(["local-network-access"], origin=url.rstrip("/"))
    page = context.new_page()
    page.route(url, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(url)
    return page
