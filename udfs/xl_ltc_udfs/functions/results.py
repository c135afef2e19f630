"""Numbers of the last full run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from xl_ltc.errors import one_of
from xl_ltc.projection.results import BASES
from xl_ltc.workbook import last_run
from xl_ltc_udfs.arguments import same
from xl_ltc_udfs.cells import DIVISION, NUM, VALUE, CellError
from xl_ltc_udfs.problems import Unavailable, in_words
from xl_ltc_udfs.readable import limit
from xl_ltc_udfs.registry import Argument, Example, worksheet_function
from xl_ltc_udfs.shared_arguments import CALENDAR_YEARS

CATEGORY = "Projection"


@worksheet_function(
    "LTC_RESULT",
    CATEGORY,
    returns="Dollars, lives, a ratio (1.61 for 161%), or Pass or Fail.",
    source="Exhibits I-a, I-b and II; section 15",
    arguments=(
        Argument(
            "measure",
            "What is wanted, e.g. lifetime_loss_ratio or earned_premium",
            kind="text",
            allowed=last_run.MEASURES,
        ),
        Argument("series", "A rate series such as 200, or All", kind="text"),
        Argument("basis", "before or after the increase", kind="text", allowed=BASES),
        Argument(
            "calendar_year",
            "The year of a measure by year: premium, claims, lives, loss_ratio, cumulative_loss_ratio",
            default=None,
            default_words="omitted for measures at the valuation date",
            **CALENDAR_YEARS,
        ),
        Argument(
            "workbook",
            "The workbook the run was written into, by path or file name",
            "one",
            "text",
            None,
            default_words="the last run into any if omitted",
        ),
    ),
    example=Example(
        ("lifetime_loss_ratio", "All", "before"),
        "All series before the increase; #N/A until a run has been made on this machine. After a run, recalculate all "
        "(Ctrl+Alt+F9 in Excel, Ctrl+Shift+F9 in LibreOffice)",
    ),
    reads_files=True,
)
def result(
    measure: np.ndarray, series: np.ndarray, basis: np.ndarray, calendar_year: np.ndarray, workbook: str | None
) -> np.ndarray:
    """A number of the last full run; nothing is projected again."""
    try:
        run = last_run.last_run(workbook, limit())
    except last_run.NoRunError as error:
        raise Unavailable(str(error)) from None
    wanted = zip(measure.tolist(), series.tolist(), basis.tolist(), calendar_year.tolist(), strict=True)
    return np.array([_value(run, *one) for one in wanted], dtype=object)


def _value(run: Mapping[str, Any], measure: str, series: str, basis: str, year: float) -> float | str | CellError:
    results = run["results"]
    block = same(series, results)
    if block is None:
        return CellError(VALUE, in_words("series", repr(series), one_of(list(results))))
    measures = results[block][basis]
    if measure not in measures:
        return CellError(VALUE, in_words("basis", basis, f"after, for {measure}"))
    by_year = measure in last_run.BY_YEAR
    if by_year == math.isnan(year):
        years = f"a year from {run['years'][0]} to {run['years'][-1]}" if by_year else f"none, for {measure}"
        return CellError(VALUE, in_words("calendar_year", "nothing (omitted)" if by_year else f"{year:g}", years))
    if by_year and year not in run["years"]:
        years = f"{run['years'][0]} to {run['years'][-1]}"
        return CellError(NUM, in_words("calendar_year", f"{year:g}", years))
    value: float | str = measures[measure][run["years"].index(year)] if by_year else measures[measure]
    if value != value:
        return CellError(DIVISION, f"{measure}: there is no premium")
    return value
