"""The log of a workbook's runs: a row a run, newest first, with what a user notes beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from xl_ltc.exhibits.headline import AFTER, AVERAGE_INCREASE, BEFORE, INSUREDS, ITEM_5, ITEM_7, VERDICT
from xl_ltc.exhibits.run_data import HASHED, HASHES, INFORCE, RUN_ID, SETTINGS, SHA256, VALUE, Number, RunData
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, text
from xl_ltc.inforce.control_totals import TOTAL
from xl_ltc.settings import Settings, as_text

RUN_LOG = "run_log"
SHEET = "Run log"
LogRow = Mapping[str, Number]
"""A run's cells by the headers of the table."""

NOTE = "note"
NONE = "none"
MOST_RUNS = 200
"""Runs a log holds; older ones drop off."""
HASH_SHOWN = 8
"""Digits of a hash that are enough to see whether it is another; the manifest has all of them."""


def _column(header: str, width: float, measure: Measure = "text", group: str = "", wrap: bool = True) -> Column:
    """A column is called as its header, by which a later run knows it again."""
    return Column(header, header, measure, group, width, wrap=wrap)


_RUN, _STARTED, _SECONDS, _SETTINGS, _WARNINGS = (
    "run",
    "started",
    "seconds",
    "settings other than the default",
    "warnings",
)
_SCENARIO, _COMMAND = "scenario", "command"
_IDENTITY = (
    _column(_RUN, 21, wrap=False),
    _column(_STARTED, 19, wrap=False),
    _column(_SECONDS, 9, "tenths"),
    _column(_SCENARIO, 16),
    _column(_COMMAND, 34),
    _column(_SETTINGS, 38),
)
_HASHES = MappingProxyType({what: _column(f"{what} hash", 12, group="SHA-256, beginning") for what in HASHED})
_TOTALS = MappingProxyType(
    {
        "policies": _column("policies", 10, "count", "In force"),
        "annualized_premium": _column("annualized premium ($)", 14, "money", "In force"),
        "new_business_premium": _column("new-business premium ($)", 14, "money", "In force"),
        "daily_benefit": _column("daily benefit ($)", 13, "money", "In force"),
    }
)
_HEADLINE = MappingProxyType(
    {
        BEFORE: _column("lifetime loss ratio before", 11, "rate", "Results"),
        AFTER: _column("lifetime loss ratio after", 11, "rate", "Results"),
        ITEM_5: _column("58%/85% item 5 ($)", 14, "money", "Results"),
        ITEM_7: _column("58%/85% item 7 ($)", 14, "money", "Results"),
        VERDICT: _column("58%/85% test", 9, "general", "Results"),
        AVERAGE_INCREASE: _column("average increase", 10, "rate", "Results"),
        INSUREDS: _column("insureds affected", 10, "count", "Results"),
    }
)
_OURS = (*_IDENTITY, *_HASHES.values(), *_TOTALS.values(), *_HEADLINE.values(), _column(_WARNINGS, 34))
_NOTE = _column(NOTE, 34)


def run_log_page(earlier: Sequence[LogRow], data: RunData, manifest: Mapping[str, Any]) -> Page:
    """The log with this run on top.

    Args:
        earlier: the rows of the runs before, newest first, as they stand in the user's workbook; their notes stay, and
            so do columns the user has added.
        data: what this run took and gave.
        manifest: its record.
    """
    known = {column.header for column in (*_OURS, _NOTE)}
    headers = dict.fromkeys(header for row in earlier for header in row)
    users = (_NOTE, *(_column(header, 16, "general") for header in headers if header not in known))
    rows = []
    for i, run in enumerate([_this_run(data, manifest), *earlier][:MOST_RUNS]):
        cells = {c.key: Cell(run[c.header], engine=True) for c in _OURS if run.get(c.header, "") != ""}
        rows.append(Row(str(i), cells | {c.key: text(run[c.header]) for c in users if c.header in run}))
    notes = (
        text(
            f"Newest first, at most {MOST_RUNS} runs. Write what you like in the column {NOTE}, or in columns you add "
            "to the table: it stays with its run."
        ),
    )
    return Page(
        SHEET,
        "Every run into this workbook: when, on what, with which results; with room for notes.",
        ("Run log",),
        (Table(RUN_LOG, (*_OURS, *users), tuple(rows), footnotes=notes, named=True),),
        wide=True,
        across=2,
    )


def _this_run(data: RunData, manifest: Mapping[str, Any]) -> LogRow:
    cells: dict[str, Number | None] = {
        _RUN: data.identity(RUN_ID),
        _STARTED: data.started,
        _SECONDS: manifest.get("seconds"),
        _SCENARIO: data.identity("scenario"),
        _COMMAND: data.identity("command"),
        _SETTINGS: changed_settings(data),
        _WARNINGS: " ".join(manifest.get("warnings", ())),
    }
    cells |= {c.header: str(data.inputs.get((HASHES, what, SHA256), ""))[:HASH_SHOWN] for what, c in _HASHES.items()}
    cells |= {column.header: data.inputs.get((INFORCE, TOTAL, what)) for what, column in _TOTALS.items()}
    cells |= {column.header: data.headline(what) for what, column in _HEADLINE.items()}
    return {header: "" if value is None else value for header, value in cells.items()}


def changed_settings(data: RunData) -> str:
    """The settings that are not at their defaults, in words."""
    defaults = as_text(Settings())
    changed = {
        name: (value, _words(defaults[name]))
        for (table, name, column), value in data.inputs.items()
        if (table, column) == (SETTINGS, VALUE) and name in defaults and _words(value) != _words(defaults[name])
    }
    return (
        "; ".join(f"{name} {_words(value)} (default {default})" for name, (value, default) in changed.items()) or NONE
    )


def _words(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)
