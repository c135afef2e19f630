"""Tables of one item a line: what it is, and its value, named for the formulas of the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.exhibits.table import Column, Measure, Row, Table, Value, live, text


def item_columns() -> tuple[Column, ...]:
    """What an item is, and its value."""
    return Column("what", "Item", width=66, wrap=False), Column("value", "Value", "general", width=16)


@dataclass(frozen=True)
class Line:
    """A value that follows from the record and the lookups."""

    name: str
    words: str
    formula: str
    stored: Value
    measure: Measure = "factor"


def lines_table(name: str, heading: str, lines: Sequence[Line]) -> Table:
    """A table of lines; the value of each has the line's name behind ``audit_`` in the whole workbook."""
    rows = tuple(Row(v.name, {"what": text(v.words), "value": live(v.formula, v.stored, v.measure)}) for v in lines)
    return Table(name, item_columns(), rows, heading, names={f"audit_{v.name}": (v.name, "value") for v in lines})
