"""A rendered table: what a sheet shows, with formulas written by name rather than by address.

A formula refers to other cells in braces, and the workbook writer turns each reference into an address:

- ``{premium}``: the same row's column ``premium``;
- ``{total.premium}``: column ``premium`` of the row ``total``;
- ``{exhibit_1b!total.premium}``: the same in another table;
- ``{2000.premium}:{2016.premium}``: a range, of one table.

A row's name may hold any character but ``! { }``, a column's no full stop either. Workbook-wide names, such as
those of the settings or the columns of the cash flows, are written without braces.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from xl_ltc.errors import InputError

Value = str | float | int | bool | dt.date | None
Measure = Literal[
    "text",
    "sign",
    "year",
    "count",
    "money",
    "cents",
    "millions",
    "ratio",
    "share",
    "difference",
    "factor",
    "rate",
    "age",
    "tenths",
    "date",
    "decimal",
    "exact",
    "tiny",
    "exact_percent",
    "tenths_percent",
    "hundredths",
    "general",
]
"""What a number is; each measure has one number format in the whole workbook."""

RowKind = Literal["body", "total"]
PublishedKey = tuple[str, str, str]
"""Table, row and column of a number the filing prints, as in the list of published values."""

NOT_AVAILABLE = "N/A"
_EPOCH = dt.date(1899, 12, 30)
ALL = "All"


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        value: what it shows; of a formula, the value computed by this package.
        formula: begins with ``=``, other cells in braces.
        engine: the value comes from the projection or from counting policies, no formula on a sheet gives it.
        measure: what the number is, where that is not what the column holds.
        link: the sheet and cell that a click on it leads to.
        choices: the table and column from which the user chooses what it holds; the cell is the user's then.
    """

    value: Value
    formula: str | None = None
    engine: bool = False
    measure: Measure | None = None
    link: tuple[str, str] | None = None
    choices: tuple[str, str] | None = None


def serial(day: dt.date) -> int:
    """A spreadsheet's number of a day."""
    return (day - _EPOCH).days


def text(value: Value) -> Cell:
    """A label."""
    return Cell(value)


def engine(value: Value, measure: Measure | None = None) -> Cell:
    """A value from the projection or from counting policies."""
    return Cell(value, engine=True, measure=measure)


def live(formula: str, value: Value, measure: Measure | None = None) -> Cell:
    """A formula and the value it has."""
    return Cell(value, formula, measure=measure)


def ratio_or_na(numerator: float, denominator: float) -> float | str:
    """A quotient, or N/A of nothing."""
    return numerator / denominator if denominator else NOT_AVAILABLE


def live_ratio(numerator: str, denominator: str, value: float | str, measure: Measure | None = None) -> Cell:
    """A live quotient that says N/A where the denominator is zero, as ``ratio_or_na`` does."""
    return live(f'=IF({denominator}=0,"{NOT_AVAILABLE}",{numerator}/{denominator})', value, measure)


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: its name in formulas.
        header: what stands above it.
        measure: what its numbers are.
        group: heading over adjacent columns of the same group.
        width: in characters.
        name: a workbook-wide name for its cells.
        wrap: whether long text is broken into lines; if not, it runs over the blank cells to its right.
        printed: whether it belongs to the page; helpers stand to the right of it.
        alarm: what stands out where a cell of the column says it.
    """

    key: str
    header: str
    measure: Measure = "text"
    group: str = ""
    width: float = 12.0
    name: str = ""
    wrap: bool = True
    printed: bool = True
    alarm: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its name in formulas and its cells by column; columns without a cell stay blank."""

    key: str
    cells: Mapping[str, Cell]
    kind: RowKind = "body"


@dataclass(frozen=True)
class Bars:
    """A chart of horizontal bars, one a row of a table, from the top down; its parts begin at zero.

    Attributes:
        title: above it, one in the workbook.
        labels: the column that says what each bar is.
        parts: a column for each part of the bars, and what it is.
        measure: what the numbers are.
    """

    title: str
    labels: str
    parts: Mapping[str, str]
    measure: Measure


@dataclass(frozen=True)
class Waterfall:
    """A chart of upright bars, one a row of a table; a bar begins where its base says, or at zero without one.

    Attributes:
        title: above it, one in the workbook.
        labels: the column that says what each bar is.
        base: the column of where bars begin.
        parts: a column for each kind of bar, and what it is.
        unit: what the numbers are, in words; measure: how they are shown.
    """

    title: str
    labels: str
    base: str
    parts: Mapping[str, str]
    unit: str
    measure: Measure


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: its name in formulas, one in the workbook.
        columns, rows: in order; row names are unique.
        heading: a line above it.
        footnotes: lines below it, as text or as formulas that give text.
        published: of each number the filing prints in this table, the cell (row, column) that shows it.
        names: workbook-wide names of single cells (row, column).
        named: whether it is an Excel table of its name, to be read back; its headers are one line each then.
        bars: a chart of its rows, below it.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    heading: str = ""
    footnotes: tuple[Cell, ...] = ()
    published: Mapping[PublishedKey, tuple[str, str]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    named: bool = False
    bars: Bars | Waterfall | None = None

    def __post_init__(self) -> None:
        """Refuse two rows of one name: formulas would mean either."""
        keys = [row.key for row in self.rows]
        if len(set(keys)) != len(keys):
            twice = next(k for k in keys if keys.count(k) > 1)
            raise InputError.single(f"table {self.name}", f"two rows called {twice!r}", "each row name once")

    def cell(self, row: str, column: str) -> Cell:
        """The cell of a row and column."""
        return self.row(row).cells[column]

    def row(self, key: str) -> Row:
        """The row called ``key``."""
        for row in self.rows:
            if row.key == key:
                return row
        raise InputError.single(f"table {self.name}", f"no row {key!r}", "a row of the table")

    def number(self, row: str, column: str) -> float:
        """The value of a cell that is a number."""
        value = self.cell(row, column).value
        if isinstance(value, int | float):
            return float(value)
        raise InputError.single(f"table {self.name}", f"{row}.{column} = {value!r}", "a number")


@dataclass(frozen=True)
class Page:
    """A sheet of tables.

    Attributes:
        sheet: its name in the workbook.
        purpose: a sentence for the list of contents.
        title: lines at the top.
        tables: from top to bottom.
        footnotes: lines at the end.
        landscape: paper orientation.
        one_page: printed on one page.
        wide: printed on tabloid paper in landscape.
        across: over how many pages beside each other, the first two columns on each.
        shows_inputs: whether all it shows stands on input sheets.
    """

    sheet: str
    purpose: str
    title: tuple[str, ...]
    tables: tuple[Table, ...]
    footnotes: tuple[Cell, ...] = ()
    landscape: bool = False
    one_page: bool = False
    wide: bool = False
    across: int = 1
    shows_inputs: bool = False


def published_cells(pages: tuple[Page, ...]) -> dict[PublishedKey, tuple[str, Cell]]:
    """Of each number the filing prints, the reference of the cell that shows ours, and the cell."""
    return {
        key: (f"{table.name}!{row}.{column}", table.cell(row, column))
        for table in all_tables(pages)
        for key, (row, column) in table.published.items()
    }


def all_tables(pages: tuple[Page, ...]) -> Iterator[Table]:
    """Every table of every page, in order."""
    for page in pages:
        yield from page.tables
