"""Runs to compare: what each took and gave."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.exhibits.made_up import made_up_run
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.run_data import RunData
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

STARTED = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)


def record(run: FilingRun, warnings: tuple[str, ...] = ("=1+1", "@here")) -> dict[str, Any]:
    """A run's manifest, of a day and time of its own."""
    return manifest(run, "xl-ltc run mine.xlsx", STARTED, 1.5, warnings)


def data_of(run: FilingRun) -> RunData:
    return RunData.of(run, filing_pages(run, []).results, record(run))


@functools.cache
def made_up_data(**settings: Any) -> RunData:
    return data_of(made_up_run(**settings))


def with_table(run: FilingRun, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> FilingRun:
    """The run again with another assumption table."""
    frames = {name: InputTable(frame.copy()) for name, frame in run.assumptions.tables.frames.items()}
    frames[table] = InputTable(change(frames[table].frame))
    return run_filing(run.block, run.history, AssumptionSet.from_tables(frames, Settings()))
