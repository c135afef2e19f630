"""Where each table of the workbook stands, and what a formula's references come to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xl_ltc.errors import InputError
from xl_ltc.exhibits.table import Table
from xl_ltc.tables import column_letters

_REFERENCE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Place:
    """Where a table stands: its sheet and the zero-based line of each row and column of each column."""

    sheet: str
    lines: dict[str, int]
    columns: dict[str, int]

    @classmethod
    def of(cls, table: Table, sheet: str, first_line: int) -> Place:
        """A table whose first row stands on a line, from column A on."""
        return cls(
            sheet,
            {row.key: first_line + i for i, row in enumerate(table.rows)},
            {column.key: i for i, column in enumerate(table.columns)},
        )

    def cell(self, row: str, column: str) -> str:
        """The absolute address of a cell, with its sheet."""
        return f"{quoted(self.sheet)}!${column_letters(self.columns[column])}${self.lines[row] + 1}"

    def span(self, column: str) -> str:
        """The absolute range of a column's rows, with its sheet."""
        letters = column_letters(self.columns[column])
        first, last = min(self.lines.values()) + 1, max(self.lines.values()) + 1
        return f"{quoted(self.sheet)}!${letters}${first}:${letters}${last}"


def quoted(sheet: str) -> str:
    """A sheet's name in a formula."""
    return "'" + sheet.replace("'", "''") + "'"


class Addresses:
    """The places of all tables, by name."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def add(self, table: Table, place: Place) -> None:
        """Remember where a table stands."""
        self._places[table.name] = place

    def __getitem__(self, table: str) -> Place:
        return self._places[table]

    def formula(self, formula: str, table: str, row: str) -> str:
        """A formula with its references turned into addresses, as seen from a row of a table.

        Raises:
            InputError: a reference to a table, row or column that does not exist.
        """

        return _REFERENCE.sub(lambda match: self._address(match.group(1), table, row, formula), formula)

    def _address(self, reference: str, table: str, row: str, formula: str) -> str:
        where, _, rest = reference.rpartition("!")
        line, _, column = rest.rpartition(".")
        here, there = self._places[table], self._places.get(where or table)
        if there is None or (line or row) not in there.lines or column not in there.columns:
            found = f"{{{reference}}} in {formula}"
            raise InputError.single(f"table {table}, row {row}", found, "a table, row and column of the workbook")
        address = f"{column_letters(there.columns[column])}{there.lines[line or row] + 1}"
        return address if there.sheet == here.sheet else f"{quoted(there.sheet)}!{address}"
