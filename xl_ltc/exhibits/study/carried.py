"""The study's tables in the form the filing workbook has them, to be carried there or copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.errors import shown
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, engine, text
from xl_ltc.experience.study import STUDY_BY_NAME
from xl_ltc.tables import Column as InputColumn

EXPERIENCE_SHEET, FITTED_SHEET, CARRIED_SHEET = "Experience", "Fitted factors", "Carried"
FITTED = "fitted_"
"""Before the name of an assumption table: the table with fitted values."""
_NUMERIC = ("number", "integer")


def experience_page(tables: Mapping[str, pd.DataFrame]) -> Page:
    """Experience as the input tables of the exhibits, which read it here."""
    return _page(
        EXPERIENCE_SHEET,
        "Experience as the filing workbook's input tables have it; Exhibits A-1b, A-2 and A-3b read it here.",
        [(name, name, frame) for name, frame in tables.items()],
    )


def fitted_page(tables: Mapping[str, pd.DataFrame]) -> Page:
    """Fitted factors and proposed lapse as the assumption tables have them."""
    return _page(
        FITTED_SHEET,
        "Fitted factors and proposed lapse in the form of the assumption tables.",
        [(FITTED + name, name, frame) for name, frame in tables.items()],
    )


@dataclass(frozen=True)
class CarriedNumber:
    """A number carried into a filing workbook: which it is, before and after, and the sheet and cell it stands in."""

    table: str
    key: str
    column: str
    before: object
    after: float | None
    place: str


def log_page(changes: Sequence[CarriedNumber], filing: str) -> Page:
    """What was carried into a filing workbook, a number a row."""
    columns = (
        Column("table", "Table", width=34, wrap=False),
        Column("key", "Row", width=34, wrap=False),
        Column("column", "Column", width=22, wrap=False),
        Column("before", "Before", "general", width=14),
        Column("after", "After", "general", width=14),
        Column("place", "Cell", width=30, wrap=False),
    )
    rows = tuple(
        Row(
            str(i),
            {
                "table": text(change.table),
                "key": text(change.key),
                "column": text(change.column),
                "before": engine(change.before if isinstance(change.before, int | float) else shown(change.before)),
                "after": engine(change.after),
                "place": text(change.place),
            },
        )
        for i, change in enumerate(changes, start=1)
    )
    title = (CARRIED_SHEET, f"{len(changes):,} numbers of {filing} changed")
    return Page(
        CARRIED_SHEET,
        "What was carried into a filing workbook.",
        title,
        (Table("study_carried", columns, rows),),
        landscape=True,
    )


def _page(sheet: str, purpose: str, tables: Sequence[tuple[str, str, pd.DataFrame]]) -> Page:
    return Page(
        sheet,
        purpose,
        (sheet, purpose),
        tuple(_table(name, of, frame) for name, of, frame in tables),
        (text("Carried into a filing workbook by Carry to filing, or xl-ltc carry."),),
        landscape=True,
    )


def _table(name: str, of: str, frame: pd.DataFrame) -> Table:
    spec = BY_NAME.get(of) or STUDY_BY_NAME[of]
    columns = tuple(_column(spec.column(str(column))) for column in frame.columns)
    rows = tuple(
        Row(str(i), {str(column): _cell(value, spec.column(str(column))) for column, value in record.items()})
        for i, record in enumerate(frame.to_dict("records"))
    )
    return Table(name, columns, rows, f"{spec.title} ({name})", named=True)


def _column(column: InputColumn) -> Column:
    measure: Measure = "text" if column.kind not in _NUMERIC else _measure(column)
    return Column(column.name, column.name, measure, width=max(12.0, len(column.name) + 3.0), wrap=False)


def _measure(column: InputColumn) -> Measure:
    if column.unit in ("$", "life-years", "deaths", "claims", "lapses"):
        return "count"
    return "decimal"


def _cell(value: object, column: InputColumn) -> Cell:
    if column.kind not in _NUMERIC:
        return text(str(value))
    return text(None) if pd.isna(value) else engine(float(str(value)))
