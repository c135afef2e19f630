"""Actual experience up to the valuation date, by calendar year, series and valuation rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.errors import InputError, Problem
from xl_ltc.tables import Column, InputTable, TableSpec, clean, spans

HISTORY = TableSpec(
    "history",
    "Actual experience through the valuation date",
    "Exhibit I, historical years; its split by series and valuation rate is illustrative",
    (
        Column("calendar_year", "integer", 1950, 2200),
        Column("series", "text"),
        Column("valuation_rate", minimum=0.0, maximum=0.5),
        Column("earned_premium", minimum=0.0, unit="$"),
        Column("initial_earned_premium", minimum=0.0, unit="$"),
        Column("incurred_claims", minimum=0.0, unit="$"),
        Column("lives", minimum=0.0, unit="year-end lives"),
    ),
    ("calendar_year", "series", "valuation_rate"),
    "initial_earned_premium is the premium at the rates before any earlier increase; it equals earned_premium "
    "where there was none.",
)


def check_history(table: InputTable, series: tuple[str, ...], valuation_year: int) -> pd.DataFrame:
    """History as typed columns.

    Raises:
        InputError: bad cells, an unknown series, years with a gap or not ending at the valuation date, initial
            premium above earned premium.
    """
    frame = clean(table, HISTORY)
    problems = [
        Problem(table.locate(int(i), "series"), repr(s), "one of " + ", ".join(series))
        for i, s in frame["series"].items()
        if s not in series
    ]
    years = np.unique(frame["calendar_year"])
    wanted = np.arange(years[0], valuation_year + 1)
    missing, beyond = np.setdiff1d(wanted, years), np.setdiff1d(years, wanted)
    for bad, words in ((missing, "no row for calendar year"), (beyond, "calendar year")):
        if len(bad):
            problems.append(
                Problem(
                    table.locate(None, "calendar_year"),
                    f"{words} {spans([int(y) for y in bad])}",
                    f"every year up to the valuation date, {valuation_year}",
                )
            )
    too_much = frame.index[frame["initial_earned_premium"] > frame["earned_premium"]]
    problems += [
        Problem(
            table.locate(int(i), "initial_earned_premium"),
            str(frame["initial_earned_premium"][i]),
            f"at most the row's earned premium {frame['earned_premium'][i]}",
        )
        for i in too_much
    ]
    if problems:
        raise InputError(problems)
    return frame
