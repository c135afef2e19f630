"""How long Excel waits for the worksheet functions over Office.js: 1,000 cells and a whole column, in Chromium.

A headless Chromium loads the task pane from a server of its own process, with the tests' stand-in for office.js, and
calls the functions as Excel does. Run: ``python -m benchmarks.office_js_functions``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.udfs.office_js.browser import chromium, task_pane
from xl_ltc_udfs.call import call

CELLS, YEARS, ROWS, TURNS = 1_000, 60, 77_020, 5

SERVER = """
import argparse
from xl_ltc_udfs.office_js import commands
parser = argparse.ArgumentParser()
commands.add(parser.add_subparsers())
options = parser.parse_args(["serve", "--port", "0"])
options.action(options)
"""

CELLS_IN_BROWSER = """async ([claims, premium, cells]) => {
  const start = performance.now();
  const formulas = [...Array(cells).keys()].map((i) => excel.formula("LTC_LLR", [claims, premium, [[i / 1e5]], null]));
  const values = (await Promise.all(formulas)).map(([[value]]) => value);
  return [(performance.now() - start) / 1000, values];
}"""

COLUMN_IN_BROWSER = """async ([rows]) => {
  const actual = Array.from({ length: rows }, (_, i) => [i / 7]);
  const start = performance.now();
  const values = await excel.formula("LTC_AE", [actual, [[3]]]);
  return [(performance.now() - start) / 1000, values.length];
}"""


def main() -> None:
    server = subprocess.Popen(
        [sys.executable, "-u", "-c", SERVER], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        assert server.stdout is not None
        base = (
            next(line for line in server.stdout if line.startswith("Manifest: "))
            .split()[1]
            .removesuffix("/manifest.xml")
        )
        with chromium() as context:
            print(json.dumps(measured(task_pane(context, base)), indent=1))
    finally:
        server.terminate()
        server.wait()


def measured(page: Page) -> dict[str, Any]:
    claims = [[100.0 * 1.09**year] for year in range(YEARS)]
    premium = [[900.0 * 0.95**year] for year in range(YEARS)]
    rates = [i / 1e5 for i in range(CELLS)]
    direct: list[Any] = []

    def in_python() -> float:
        start = time.perf_counter()
        direct[:] = [call("LTC_LLR", [claims, premium, rate]).single for rate in rates]
        return time.perf_counter() - start

    def in_browser() -> float:
        seconds, values = page.evaluate(CELLS_IN_BROWSER, [claims, premium, CELLS])
        assert values == direct
        return seconds

    def column_in_python() -> float:
        actual = [[i / 7] for i in range(ROWS)]
        start = time.perf_counter()
        call("LTC_AE", [actual, 3.0])
        return time.perf_counter() - start

    python, browser = _median(in_python), _median(in_browser)
    column, column_browser = _median(column_in_python), _median(lambda: page.evaluate(COLUMN_IN_BROWSER, [ROWS])[0])
    return {
        f"{CELLS} cells LTC_LLR on two {YEARS}x1 ranges": _compared(python, browser),
        f"one LTC_AE on {ROWS} rows": _compared(column, column_browser),
    }


def _median(run: Callable[[], float]) -> float:
    run()
    return median(run() for _ in range(TURNS))


def _compared(python: float, browser: float) -> dict[str, float]:
    return {
        "python_seconds": round(python, 3),
        "office_js_seconds": round(browser, 3),
        "ratio": round(browser / python, 1),
    }


if __name__ == "__main__":
    main()
