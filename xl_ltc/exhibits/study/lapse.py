"""Lapse by duration proposed from experience, beside the current rates."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.exhibits.lookups import covering, pick
from xl_ltc.exhibits.table import NOT_AVAILABLE, Cell, Column, Page, Row, Table, engine, live, text
from xl_ltc.experience.conduct import StudyResult
from xl_ltc.experience.lapse_graduation import TABLE, graduated_lapse
from xl_ltc.experience.study import FULL_CREDIBILITY, PARAMETERS

SHEET = "Lapse graduation"


def lapse_page(result: StudyResult, full_events: float) -> Page:
    """Graduated and proposed lapse of lifetime-pay policies, single and partnered."""
    last = result.basis.lapse_ultimate_duration
    tables = tuple(_table(graduated_lapse(result, status, full_events), status, last) for status in PARTNER_STATUSES)
    notes = (
        text("Derived as in Exhibit A-2a. Graduated: Whittaker-Henderson, second differences, weighted by life-years."),
        text(f"From duration {last} on, lapses and exposure are taken together and one rate holds."),
        text("Proposed = credibility x graduated (not below zero) + (1 - credibility) x current."),
    )
    return Page(
        SHEET,
        "Lifetime-pay lapse by duration: derived, graduated and proposed beside the current rates.",
        (SHEET, "Lifetime-pay voluntary lapse proposed from experience"),
        tables,
        notes,
    )


def _table(frame: pd.DataFrame, status: str, last: int) -> Table:
    columns = (
        Column("duration", "Duration", width=10),
        Column("exposure", "Exposure", "count", width=11),
        Column("events", "Lapses", "count", width=9),
        Column("derived", "Derived", "rate", "Lapse", 10),
        Column("credibility", "Credibility", "ratio", width=11),
        Column("current", "Current", "rate", "Lapse", 10),
        Column("graduated", "Graduated", "rate", "Lapse", 11),
        Column("proposed", "Proposed", "rate", "Lapse", 10),
    )
    return Table(f"study_lapse_{status.lower()}", columns, tuple(_rows(frame, status, last)), f"{status} policies")


def _rows(frame: pd.DataFrame, status: str, last: int) -> Iterator[Row]:
    pooled = f"SUM({{{last}.events}}:{{{frame.index[-1]}.events}})"
    full = pick(PARAMETERS, "value", parameter=FULL_CREDIBILITY)
    exhibit = f"exhibit_a2a_{status.lower()}"
    for duration, row in frame.iterrows():
        events = "{events}" if int(str(duration)) < last else pooled
        current = covering(TABLE, "policy_duration", str(duration), f"{TABLE}[{status.lower()}]")
        own = "IF(ISNUMBER({graduated}),MAX(0,{graduated}),{current})"
        cells: dict[str, Cell] = {
            "duration": text(str(duration)),
            **_of_exhibit(exhibit, str(duration), row),
            "credibility": live(f"=MIN(1,SQRT({events}/{full}))", float(row["credibility"])),
            "current": live(f"={current}", float(row["current"])),
            "graduated": engine(_or_na(row["graduated"])),
            "proposed": live(f"={{credibility}}*{own}+(1-{{credibility}})*{{current}}", float(row["proposed"])),
        }
        yield Row(str(duration), cells)


def _of_exhibit(exhibit: str, duration: str, row: pd.Series) -> dict[str, Cell]:
    """What Exhibit A-2a shows of a duration; nothing of one without exposure."""
    if math.isnan(row["exposure"]):
        return {}
    return {
        name: live(f"={{{exhibit}!{duration}.{name}}}", float(row[name])) for name in ("exposure", "events", "derived")
    }


def _or_na(value: float) -> float | str:
    return NOT_AVAILABLE if math.isnan(value) else float(value)
