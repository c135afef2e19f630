"""A small run of made-up policies, with the filing's history split evenly over the series."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from benchmarks.blocks import random_block
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.filing import table
from xl_ltc.settings import Settings

POLICIES = 2_000
RATES = {"200": 0.045, "300": 0.045, "400": 0.045, "500": 0.04, "511": 0.035}
"""Valuation rate of each series' history."""
PREMIUM_BEFORE_EARLIER_INCREASES = 0.97


def made_up_history(assumptions: AssumptionSet) -> pd.DataFrame:
    """Exhibit I's historical years, an equal part for each series; some premium comes from an earlier increase."""
    last = assumptions.settings.valuation_date.year
    printed = table("exhibit_1a")
    printed = printed[printed["years"].isin([str(y) for y in range(2000, last + 1)])]
    part = 1.0 / len(RATES)
    return pd.DataFrame(
        {
            "calendar_year": int(row.years),
            "series": series,
            "valuation_rate": rate,
            "earned_premium": row.earned_premium * part,
            "initial_earned_premium": row.earned_premium * part * PREMIUM_BEFORE_EARLIER_INCREASES,
            "incurred_claims": row.incurred_claims * part,
            "lives": row.lives * part,
        }
        for row in printed.itertuples()
        for series, rate in RATES.items()
    )


@functools.cache
def made_up_run(policies: int = POLICIES, series: str | None = None, **settings: Any) -> FilingRun:
    """A run of random policies, of one series if it is given, under the filing's settings or others."""
    assumptions = bundled(Settings(**settings))
    columns = {} if series is None else {"series": series}
    block = random_block(policies, 1, assumptions, **columns)
    return run_filing(block, made_up_history(assumptions), assumptions)
