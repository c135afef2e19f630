"""What a run was: its manifest, and its settings beside those on the Settings sheet now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from xl_ltc.errors import is_blank
from xl_ltc.exhibits.checks import NO, YES
from xl_ltc.exhibits.exhibit_1 import LIFETIME, table_name
from xl_ltc.exhibits.exhibit_2 import verdict
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import LIVE_SETTINGS
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, live, serial, text
from xl_ltc.projection.results import BASES

KEY, VALUE = "Key", "Value"
AT_ONCE, WITH_NEXT_RUN = "at once", "with the next run"
AS_RUN = f'=IF(COUNTIFS(run_same,"{NO}",run_acts,"{WITH_NEXT_RUN}")=0,"{YES}","{NO}, run again")'
"""Whether every setting the projection used is still what it was."""


def run_page(run: FilingRun, manifest: Mapping[str, Any]) -> Page:
    """The settings of the run and its manifest."""
    return _page((_status(run, manifest), _settings(run), manifest_table(manifest)))


RUN = "Run"
NO_RUN, NONE = "No run yet", "none"
STATUS = {
    "run_id": "Run",
    "run_started": "Started",
    "run_scenario": "Scenario",
    "run_policies": "Policies, and how many of them are affected",
    "run_lifetime_loss_ratios": "Lifetime loss ratio before and after the increase",
    "run_test": "58%/85% test",
    "run_warnings": "Warnings",
    "run_settings_same": "Settings that need a run are as they were run",
}
"""Workbook-wide names of the lines that tell how the last run went, and what each line is."""


def status_page() -> Page:
    """The sheet of a workbook that has not been run."""
    values = dict.fromkeys(STATUS, Cell(NO_RUN, engine=True))
    return _page((_status_table(values),))


def _page(tables: tuple[Table, ...]) -> Page:
    return Page(
        RUN,
        "What was run: versions, hashes, control totals and the settings the results stand on.",
        (RUN,),
        tables,
        landscape=True,
    )


def _status_table(values: Mapping[str, Cell]) -> Table:
    rows = tuple(Row(name, {"name": text(words), "value": values[name]}) for name, words in STATUS.items())
    columns = (Column("name", "", width=38), Column("value", "", width=24, wrap=False))
    names = {name: (name, "value") for name in STATUS}
    return Table("run_status", columns, rows, "The last run", names=names)


def _status(run: FilingRun, manifest: Mapping[str, Any]) -> Table:
    experience = run.experience
    test = experience.test_58_85()
    ratios = tuple(f"{table_name(basis)}_values!{LIFETIME}.ratio" for basis in BASES)
    shown = " and ".join(f"{experience.lifetime_loss_ratio(basis):.1%}" for basis in BASES)
    values = {
        "run_id": manifest.get("run_id", NONE),
        "run_started": manifest.get("started", NONE),
        "run_scenario": run.scenario or NONE,
        "run_policies": f"{run.policies:,}, {run.affected:,} affected",
        "run_warnings": "; ".join(manifest.get("warnings", ())) or NONE,
    }
    cells = {name: Cell(value, engine=True) for name, value in values.items()} | {
        "run_lifetime_loss_ratios": live(f'=TEXT({{{ratios[0]}}},"0.0%")&" and "&TEXT({{{ratios[1]}}},"0.0%")', shown),
        "run_test": live("={exhibit_2!8.result}", verdict(test.passed)),
        "run_settings_same": live(AS_RUN, YES),
    }
    return _status_table(cells)


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


def manifest_table(manifest: Mapping[str, Any]) -> Table:
    """A run's record, a line a value."""
    rows = tuple(
        Row(str(i), {"name": text(key), "value": _result(value)}) for i, (key, value) in enumerate(flat("", manifest))
    )
    columns = (Column("name", KEY, wrap=False), Column("value", VALUE, wrap=False))
    return Table("manifest", columns, rows, "Manifest", named=True)


def manifest_of_table(table: pd.DataFrame) -> dict[str, Any]:
    """The record that ``manifest_table`` shows, as it is read back; lists and mappings without entries are gone.

    Args:
        table: with columns Key and Value; anything else gives an empty record.
    """
    found: dict[str, Any] = {}
    if not {KEY, VALUE} <= set(table.columns):
        return found
    for key, value in zip(table[KEY], table[VALUE], strict=True):
        *folders, name = str(key).split(".")
        inner = found
        for folder in folders:
            inner = inner.setdefault(folder, {}) if isinstance(inner, dict) else {}
        if isinstance(inner, dict):
            inner[name] = "" if is_blank(value) else value
    return {key: _lists(value) for key, value in found.items()}


def _lists(value: Any) -> Any:
    """Mappings with the keys 1, 2, 3 … as the lists they were."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(of) for key, of in value.items()}
    return list(inner.values()) if list(inner) == [str(i + 1) for i in range(len(inner))] else inner


def _result(value: object) -> Cell:
    """A manifest value: a number as such, anything else as text."""
    return Cell(value if isinstance(value, int | float | str) else str(value), engine=True)


def flat(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    """Nested mappings as dotted keys; lists as one value a line."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from flat(f"{prefix}.{i + 1}", inner)
    else:
        yield prefix, "" if value is None else value
