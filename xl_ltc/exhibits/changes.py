"""The sheet that says what changed between two runs, the headline results first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xl_ltc.exhibits.comparison import SAME_RESULT, Change, Comparison, Movement, compare
from xl_ltc.exhibits.run_data import HASHES, HEADLINE, RUN_ID, Number, RunData
from xl_ltc.exhibits.table import NOT_AVAILABLE, Cell, Column, Measure, Page, Row, Table, engine, live, text

SHEET = "Changes"
MOST_INPUTS, MOST_CELLS = 300, 1000
"""Changes that are listed; of the others their number is said."""
NOT_THERE = "not there"
HASH_SHOWN = 12

MEASURES: Mapping[Measure, str] = {
    "money": "dollars",
    "millions": "$ millions",
    "count": "counts",
    "ratio": "ratios",
    "share": "shares",
    "rate": "rates",
    "tenths_percent": "rates",
    "hundredths": "ratios",
    "factor": "factors",
    "age": "ages",
    "difference": "differences",
}
"""What the numbers of a measure are called; others are numbers."""
_FINER: Mapping[Measure, Measure] = {
    "ratio": "rate",
    "share": "rate",
    "tenths_percent": "rate",
    "hundredths": "decimal",
    "millions": "decimal",
    "age": "decimal",
}
"""What moved by less than an exhibit shows is to be seen here."""

_PURPOSE = "What changed since the run before: inputs, and how far each exhibit moved."


def changes_page(previous: RunData | None, current: RunData, unread: str = "") -> Page:
    """What changed since the run before.

    Args:
        previous: of the run before, or None if there was none.
        current: of this run.
        unread: why the run before could not be read although there was one.
    """
    if previous is not None:
        return comparison_page(compare(previous, current), "Run before", "This run")
    why = f"The run before could not be read: {unread}" if unread else "There is no earlier run in this workbook."
    rows = tuple(
        Row(str(i), {"table": text(key[1]), "after": _value(value, _finer(current.measures[key], whole=True))})
        for i, (key, value) in enumerate(current.results.items())
        if key[0] == HEADLINE
    )
    columns = tuple(
        c for c in _columns("", "This run", "Headline result") if c.key not in ("before", "change", "relative")
    )
    title = ("Changes", f"Run {_called(current)}")
    table = Table("changes_headline", columns, rows)
    return Page(SHEET, _PURPOSE, title, (table,), (text(why),), landscape=True)


def comparison_page(comparison: Comparison, before: str, after: str) -> Page:
    """Two runs compared.

    Args:
        comparison: of the runs.
        before, after: what the runs are called above their columns.
    """
    names = (before, after)
    tables = [_headline(comparison, before, after)]
    notes = [
        text(
            f"Differences are live. Results that differ by less than 1 part in {1 / SAME_RESULT:,.0f} are the same: so "
            "much may come of the order in which policies are added up."
        )
    ]
    if comparison.inputs:
        tables.append(_listed("changes_inputs", "Table", "Inputs that changed", comparison.inputs, MOST_INPUTS, names))
    else:
        notes.append(text("No setting, assumption, history, control total or hash is another."))
    if comparison.cells:
        tables += [
            _exhibits(comparison.exhibits, before, after),
            _listed("changes_cells", "Exhibit", "Numbers that moved", comparison.cells, MOST_CELLS, names),
        ]
    else:
        notes.append(text("No number of an exhibit moved."))
    title = (
        "Changes",
        f"{before}: {_called(comparison.before)}",
        f"{after}: {_called(comparison.after)}",
    )
    return Page(SHEET, _PURPOSE, title, tuple(tables), tuple(notes), landscape=True)


def _called(run: RunData) -> str:
    scenario = run.identity("scenario")
    return f"{run.identity(RUN_ID)}, started {run.started}" + (f", scenario {scenario}" if scenario else "")


def _columns(before: str, after: str, what: str, row: str = "", column: str = "") -> tuple[Column, ...]:
    return (
        Column("table", what, width=31, wrap=bool(row)),
        Column("row", row, width=31),
        Column("column", column, width=31),
        Column("before", before, "general", width=15),
        Column("after", after, "general", width=15),
        Column("change", "Change", "general", width=15),
        Column("relative", "Relative", "rate", width=10),
    )


def _headline(comparison: Comparison, before: str, after: str) -> Table:
    rows = []
    for i, change in enumerate(comparison.headline):
        cells = {"table": text(change.key[1]), **_numbers(change)}
        if change.difference is None:
            same = "same" if change.before == change.after else "changed"
            cells["change"] = live('=IF({before}={after},"same","changed")', same)
        rows.append(Row(str(i), cells))
    columns = _columns(before, after, "Headline result")
    return Table("changes_headline", columns, tuple(rows), "Headline results")


def _listed(name: str, what: str, heading: str, changes: Sequence[Change], most: int, names: tuple[str, str]) -> Table:
    """The first changes of a kind, a row each, and how many more there are."""
    columns = _columns(*names, what, "Row", "Column")
    rows = tuple(_lines(changes[:most]))
    return Table(name, columns, rows, f"{heading}: {len(changes):,}", _left_out(len(changes) - most))


def _left_out(number: int) -> tuple[Cell, ...]:
    return (text(f"… and {number:,} more that are not listed."),) if number > 0 else ()


def _lines(changes: Sequence[Change]) -> Iterator[Row]:
    for i, change in enumerate(changes):
        yield Row(str(i), {**_names(change), **_numbers(change)})


def _exhibits(movements: Sequence[Movement], before: str, after: str) -> Table:
    columns = (
        *_columns(before, after, "Exhibit", "Row", "Column"),
        Column("largest", "Largest by", width=10),
        Column("moved", "Moved", "count", width=8),
        Column("cells", "Of", "count", width=8),
        Column("measure", "Numbers", width=11),
    )
    rows = []
    for i, movement in enumerate(movements):
        counts = {
            "moved": text(movement.moved),
            "cells": text(movement.cells),
            "measure": text(MEASURES.get(movement.measure, "numbers")),
        }
        change, relative = movement.largest, movement.largest_relative
        both = relative is None or relative == change
        kind = "both" if both and relative is not None else "amount"
        rows.append(Row(f"{i} amount", {**_names(change), **_numbers(change), "largest": text(kind), **counts}))
        if relative is not None and not both:
            cells = {**_names(relative), **_numbers(relative), "largest": text("relative")}
            rows.append(Row(f"{i} relative", cells))
    heading = "Exhibits that moved, and where most"
    return Table("changes_exhibits", columns, tuple(rows), heading)


def _names(change: Change) -> dict[str, Cell]:
    return {name: text(words) for name, words in zip(("table", "row", "column"), change.key, strict=True)}


def _numbers(change: Change) -> dict[str, Cell]:
    """Both values, pasted, and their difference, live."""
    values = {"before": change.before, "after": change.after}
    if change.key[0] == HASHES:
        values = {name: value if value is None else str(value)[:HASH_SHOWN] for name, value in values.items()}
    whole = all(float(value).is_integer() for value in values.values() if isinstance(value, float))
    measure = _finer(change.measure, whole)
    cells = {name: _value(value, measure) for name, value in values.items()}
    if change.difference is not None:
        cells["change"] = live("={after}-{before}", change.difference, measure)
        relative = NOT_AVAILABLE if change.relative is None else change.relative
        cells["relative"] = live(f'=IF({{before}}=0,"{NOT_AVAILABLE}",{{after}}/{{before}}-1)', relative)
    return cells


def _value(value: Number | None, measure: Measure) -> Cell:
    return engine(NOT_THERE, "general") if value is None else engine(value, measure)


def _finer(measure: Measure, whole: bool) -> Measure:
    """As an exhibit shows a measure, or finer; counts that are no whole numbers are lives expected."""
    return "tenths" if measure == "count" and not whole else _FINER.get(measure, measure)
