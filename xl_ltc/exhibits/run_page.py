"""What a run was: its manifest, and its settings beside those on the Settings sheet now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from xl_ltc.exhibits.checks import NO, YES
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import LIVE_SETTINGS
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, live, text

AT_ONCE, WITH_NEXT_RUN = "at once", "with the next run"
AS_RUN = f'=IF(COUNTIFS(run_same,"{NO}",run_acts,"{WITH_NEXT_RUN}")=0,"{YES}","{NO}, run again")'
"""Whether every setting the projection used is still what it was."""

_EPOCH = dt.date(1899, 12, 30)


def serial(day: dt.date) -> int:
    """A spreadsheet's number of a day."""
    return (day - _EPOCH).days


def run_page(run: FilingRun, manifest: Mapping[str, Any]) -> Page:
    """The settings of the run and its manifest."""
    return Page(
        "Run",
        "What was run: versions, hashes, control totals and the settings the results stand on.",
        ("Run",),
        (_settings(run), _manifest(manifest)),
        landscape=True,
    )


def _settings(run: FilingRun) -> Table:
    rows = []
    for f in dataclasses.fields(run.assumptions.settings):
        value = getattr(run.assumptions.settings, f.name)
        measure: Measure | None = "date" if isinstance(value, dt.date) else None
        cells = {
            "name": text(f.name),
            "value": Cell(value, engine=True, measure=measure),
            "now": live(f"={f.name}", serial(value) if isinstance(value, dt.date) else value, measure),
            "same": live(f'=IF({{now}}={{value}},"{YES}","{NO}")', YES),
            "acts": text(AT_ONCE if f.name in LIVE_SETTINGS else WITH_NEXT_RUN),
        }
        rows.append(Row(f.name, cells))
    columns = (
        Column("name", "Setting", width=38),
        Column("value", "In this run", "general", width=24),
        Column("now", "On Settings now", "general", width=24),
        Column("same", "Same", width=9, name="run_same"),
        Column("acts", "A change takes effect", width=22, name="run_acts"),
    )
    return Table("run_settings", columns, tuple(rows), "Settings of this run")


def _manifest(manifest: Mapping[str, Any]) -> Table:
    rows = tuple(
        Row(str(i), {"name": text(key), "value": _result(value)}) for i, (key, value) in enumerate(_flat("", manifest))
    )
    return Table(
        "manifest", (Column("name", "Key", wrap=False), Column("value", "Value", wrap=False)), rows, "Manifest"
    )


def _result(value: object) -> Cell:
    """A manifest value: a number as such, anything else as text."""
    return Cell(value if isinstance(value, int | float | str) else str(value), engine=True)


def _flat(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    """Nested mappings as dotted keys; lists as one value a line."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from _flat(f"{prefix}.{i + 1}", inner)
    else:
        yield prefix, "" if value is None else value
