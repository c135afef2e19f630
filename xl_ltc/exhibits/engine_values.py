"""Values that only the engine computes stand on sheets of their own; the exhibits link to them.

An exhibit is built with its engine values in place. Here each is moved to a table of the sheet ``Policy sums`` that has
the exhibit table's rows and columns, and a link to it takes its place: every number on an exhibit is then a formula,
and all that is pasted can be looked through, and replaced by a reviewer's own, in one place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, live, text

SHEET = "Policy sums"
_TITLE = ("Policy Sums", "Counts of policies and sums over them, as the engine gives them; the exhibits link to these")


def with_links(pages: Sequence[Page]) -> tuple[tuple[Page, ...], Page]:
    """Pages whose engine values are links, and the page that holds the values.

    Args:
        pages: exhibits; their tables' names are unique.
    """
    linked, held = [], []
    for page in pages:
        tables = []
        for table in page.tables:
            values = _values(table, page.sheet)
            tables.append(table if values is None else _linked(table, values))
            held += [] if values is None else [values]
        linked.append(dataclasses.replace(page, tables=tuple(tables)))
    note = text("Policies in force at the valuation date; those affected pay premium beyond the effective date.")
    purpose = "Counts of policies and sums over them that sections 2 to 22 show: engine values, pasted."
    return tuple(linked), Page(SHEET, purpose, _TITLE, tuple(held), (note,), landscape=True)


def _values(table: Table, sheet: str) -> Table | None:
    """The engine values of a table, with the labels of their rows; None where it has none."""
    used = {key for row in table.rows for key, cell in row.cells.items() if cell.engine}
    if not used:
        return None
    label = table.columns[0]
    columns = (label, *(dataclasses.replace(c, name="", printed=True) for c in table.columns if c.key in used))
    rows = tuple(
        Row(row.key, {key: cell for key, cell in row.cells.items() if cell.engine or key == label.key})
        for row in table.rows
        if any(cell.engine for cell in row.cells.values())
    )
    heading = f"{sheet}: {table.heading}" if table.heading else sheet
    return Table(f"{table.name}_engine", _with_groups(columns), rows, heading)


def _with_groups(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """A label beside grouped columns has no group of its own."""
    return (dataclasses.replace(columns[0], group="", wrap=False), *columns[1:])


def _linked(table: Table, values: Table) -> Table:
    def link(row: str, column: str, cell: Cell) -> Cell:
        return live(f"={{{values.name}!{row}.{column}}}", cell.value, cell.measure) if cell.engine else cell

    rows = tuple(
        dataclasses.replace(row, cells={key: link(row.key, key, cell) for key, cell in row.cells.items()})
        for row in table.rows
    )
    return dataclasses.replace(table, rows=rows)
