"""Ranges with a header row as the input tables that the rest of xl_ltc checks."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from xl_ltc.tables import InputTable, file_locator, label_text
from xl_ltc_udfs.arguments import describe
from xl_ltc_udfs.cells import KNOWN_ERRORS, CellError, Rows, is_blank, serial
from xl_ltc_udfs.problems import ArgumentError

Contents = tuple[tuple[Any, ...], ...]
"""The cells of a range, to be compared with those of another call; TRUE is 1 in it, as everywhere in a range."""


def contents(rows: Rows) -> Contents:
    """A range without the blank rows at its end, which a user clears and does not delete."""
    last = len(rows)
    while last and all(is_blank(cell) for cell in rows[last - 1]):
        last -= 1
    return tuple(map(tuple, rows[:last]))


def input_table(argument: str, cells: Contents, header: list[str] | None = None) -> InputTable:
    """A range as a raw table.

    Args:
        argument: the argument's name; places are ``mortality_base, row 5, column Male``, row 1 being the range's first.
        cells: the range.
        header: the names of its columns; None if they are its first row.

    Returns:
        The cells as text, numbers and blanks: a date is its serial number, TRUE is 1.

    Raises:
        ArgumentError: an error value, or a number that is none.
    """
    import pandas as pd

    body = cells if header is not None else cells[1:]
    names = header or ["" if is_blank(cell) else label_text(cell) for cell in cells[0]] if cells else []
    first = len(cells) - len(body)
    values = [[_cell(cell, argument, r + first, c) for c, cell in enumerate(row)] for r, row in enumerate(body)]
    frame = pd.DataFrame(values, columns=pd.Index(names, dtype=object), dtype=object)
    of_file = file_locator(argument)
    return InputTable(frame, lambda row, column: of_file(None if row is None else row + first - 1, column))


def _cell(cell: Any, argument: str, row: int, column: int) -> Any:
    kind = type(cell)
    if kind is str:
        if not (cell.startswith("#") and cell.strip() in KNOWN_ERRORS):
            return cell
    elif kind is float:
        if math.isfinite(cell):
            return cell
    elif cell is None or kind is int:
        return cell
    elif isinstance(cell, dt.date):
        return serial(cell)
    elif not isinstance(cell, CellError):
        return float(cell)
    raise ArgumentError(
        f"{argument}, row {row + 1}, column {column + 1}", describe(cell), "a number, a text or nothing"
    )
