"""Rows of experience by characteristic and category, as Exhibits A-1b and A-3b have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xl_ltc.exhibits.lookups import pick
from xl_ltc.exhibits.table import ALL, Cell, PublishedKey, Row, RowKind, live, live_ratio, ratio_or_na, text

TOTAL = "Total"
_SIGNS = str.maketrans("!{}", "___")


@dataclass(frozen=True)
class Category:
    """A row: its name, its cells so far and their values."""

    key: str
    cells: dict[str, Cell]
    numbers: dict[str, float]
    kind: RowKind


def categories(
    table: str, frame: pd.DataFrame, columns: tuple[str, ...], summed: tuple[str, ...]
) -> Iterator[Category]:
    """A row for each category with what the input table gives, and a total.

    Categories of a characteristic stand together, in whatever order the table has them, so that a total is of one
    stretch of rows.

    Args:
        table: the input table's name; frame: its rows, with ``characteristic`` and ``category``.
        columns: the columns that are read.
        summed: those of which the total is the sum over the categories of the first characteristic; the others are
            read from the row ``Total``, if there is one.
    """
    rows = frame[frame["characteristic"] != TOTAL]
    if rows.empty:
        return
    first = rows["characteristic"].iloc[0]
    shown: set[str] = set()
    of_first: list[Category] = []
    together = pd.concat([of_one for _, of_one in rows.groupby("characteristic", sort=False)])
    for record in together.to_dict("records"):
        characteristic, category = str(record["characteristic"]), str(record["category"])
        values = {column: float(record[column]) for column in columns}
        cells = {
            c: live("=" + pick(table, c, characteristic=characteristic, category=category), v)
            for c, v in values.items()
        }
        label = {} if characteristic in shown else {"characteristic": text(characteristic)}
        shown.add(characteristic)
        row = Category(_key(characteristic, category), {**label, "category": text(category), **cells}, values, "body")
        of_first += [row] if characteristic == first else []
        yield row
    yield _total(table, frame, columns, summed, of_first)


def _key(characteristic: str, category: str) -> str:
    """The name of a row, without the signs that mean something in a reference."""
    return f"{characteristic}/{category}".translate(_SIGNS)


def _total(
    table: str, frame: pd.DataFrame, columns: tuple[str, ...], summed: tuple[str, ...], first: list[Category]
) -> Category:
    given = frame[frame["characteristic"] == TOTAL]
    cells, values = {"characteristic": text(TOTAL), "category": text(ALL)}, {}
    for column in columns:
        if column in summed:
            values[column] = sum(row.numbers[column] for row in first)
            cells[column] = live(f"=SUM({{{first[0].key}.{column}}}:{{{first[-1].key}.{column}}})", values[column])
        elif not given.empty:
            values[column] = float(given[column].iloc[0])
            category = str(given["category"].iloc[0])
            cells[column] = live("=" + pick(table, column, characteristic=TOTAL, category=category), values[column])
    return Category(_key(TOTAL, TOTAL), cells, values, "total")


def ratio(row: Category, numerator: str, denominator: str) -> dict[str, Cell]:
    """A live ratio of two columns, where the row has both."""
    if numerator not in row.numbers or denominator not in row.numbers:
        return {}
    value = ratio_or_na(row.numbers[numerator], row.numbers[denominator])
    return {f"{numerator}_to_{denominator}": live_ratio(f"{{{numerator}}}", f"{{{denominator}}}", value)}


def printed_cells(
    rows: Sequence[Row], exhibit: str, columns: Mapping[str, str], as_printed: Mapping[str, str] | None = None
) -> dict[PublishedKey, tuple[str, str]]:
    """The cells that show the numbers the filing prints in an exhibit.

    Args:
        rows: the exhibit's rows; exhibit: its name in the list of published values.
        columns: names of columns in that list, and here; as_printed: rows' names there that are others than here.
    """
    names = as_printed or {}
    return {
        (exhibit, names.get(row.key, row.key), theirs): (row.key, ours)
        for row in rows
        for theirs, ours in columns.items()
        if ours in row.cells
    }


def note_if_empty(table: str, empty: bool) -> tuple[Cell, ...]:
    """The note of an exhibit whose input table gives nothing."""
    return (text(f"Nothing is given in {table}."),) if empty else ()
