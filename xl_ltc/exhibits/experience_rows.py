"""Rows of experience by characteristic and category, as Exhibits A-1b and A-3b have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from xl_ltc.exhibits.lookups import pick
from xl_ltc.exhibits.table import Cell, RowKind, live, live_ratio, ratio_or_na, text

TOTAL = "Total"
NOT_GIVEN = "No experience is given: the table {} has no rows."


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
    for record in rows.to_dict("records"):
        characteristic, category = str(record["characteristic"]), str(record["category"])
        values = {column: float(record[column]) for column in columns}
        cells = {
            c: live("=" + pick(table, c, characteristic=characteristic, category=category), v)
            for c, v in values.items()
        }
        label = {} if characteristic in shown else {"characteristic": text(characteristic)}
        shown.add(characteristic)
        row = Category(f"{characteristic}/{category}", {**label, "category": text(category), **cells}, values, "body")
        of_first += [row] if characteristic == first else []
        yield row
    yield _total(table, frame, columns, summed, of_first)


def _total(
    table: str, frame: pd.DataFrame, columns: tuple[str, ...], summed: tuple[str, ...], first: list[Category]
) -> Category:
    given = frame[frame["characteristic"] == TOTAL]
    cells, values = {"characteristic": text(TOTAL)}, {}
    for column in columns:
        if column in summed:
            values[column] = sum(row.numbers[column] for row in first)
            cells[column] = live(f"=SUM({{{first[0].key}.{column}}}:{{{first[-1].key}.{column}}})", values[column])
        elif not given.empty:
            values[column] = float(given[column].iloc[0])
            category = str(given["category"].iloc[0])
            cells[column] = live("=" + pick(table, column, characteristic=TOTAL, category=category), values[column])
    return Category(f"{TOTAL}/{TOTAL}", cells, values, "total")


def ratio(row: Category, numerator: str, denominator: str) -> dict[str, Cell]:
    """A live ratio of two columns, where the row has both."""
    if numerator not in row.numbers or denominator not in row.numbers:
        return {}
    value = ratio_or_na(row.numbers[numerator], row.numbers[denominator])
    return {f"{numerator}_to_{denominator}": live_ratio(f"{{{numerator}}}", f"{{{denominator}}}", value)}


def factors_beside(
    name: str, heading: str, tables: Mapping[str, pd.DataFrame], headers: Mapping[str, str]
) -> tuple[str, dict[int, dict[str, Cell]], list[tuple[str, str]]]:
    """Assumption tables beside each other, each cell linked to its own.

    Args:
        name, heading: of the result; tables: by name; headers: of their columns, by column.

    Returns:
        The heading, the cells of each line, and key and header of each column; a blank column between two tables.
    """
    lines: dict[int, dict[str, Cell]] = {}
    columns: list[tuple[str, str]] = []
    for table, frame in tables.items():
        columns += [(f"gap_{table}", "")] if columns else []
        for column in frame.columns:
            key = f"{table}_{column}"
            columns.append((key, headers.get(column, column.replace("_", " ").capitalize())))
            is_text = not pd.api.types.is_numeric_dtype(frame[column])
            for i, value in enumerate(frame[column]):
                formula = f"=INDEX({table}[{column}],{i + 1})" + ('&""' if is_text else "")
                lines.setdefault(i, {})[key] = live(formula, str(value) if is_text else float(value))
    return heading or name, lines, columns
