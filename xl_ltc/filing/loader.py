"""Reading the filing's printed tables.

Every table is a CSV in ``tables/``, listed with its section in ``contents.csv``. Fractions stand for percentages
with the decimals that were printed (``0.040`` for 4.0%), so that a number's precision can be read off its text;
sections 2 and 21, which print ``<1%``, keep whole percents. A blank is N/A, or a number that stands elsewhere: in
the bundled assumption tables or the settings (see the notes in ``contents.csv``).
"""

from __future__ import annotations

import functools
import importlib.resources
import math
import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from xl_ltc.errors import InputError, one_of
from xl_ltc.tables import NUMBER

LESS_THAN = "<"
"""Begins a censored share: ``<1`` is more than nothing and below 1%."""

_INTEGER = re.compile(r"^-?[0-9]+$")


@dataclass(frozen=True)
class Printed:
    """A printed number or word.

    Attributes:
        text: as in the table, with every printed decimal.
        published: the same as the list of published values shows it: 0.40 is ``0.4`` there.
    """

    text: str
    published: str

    @property
    def is_number(self) -> bool:
        """Whether it is a number that is not censored."""
        return re.match(NUMBER, self.text) is not None

    @property
    def number(self) -> float:
        """The number."""
        return float(self.text)

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed decimal: what rounding can have taken or given."""
        decimals = len(self.text.partition(".")[2])
        return float(0.5 * 10.0**-decimals)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest number that prints so; ``<1`` is from 0 to 1."""
        if self.text.startswith(LESS_THAN):
            return 0.0, float(self.text.removeprefix(LESS_THAN))
        return self.number - self.half_unit, self.number + self.half_unit


@dataclass(frozen=True)
class PrintedTable:
    """A printed table.

    Attributes:
        text: every cell as text.
        key: the columns that together name a row.
    """

    text: pd.DataFrame
    key: tuple[str, ...]

    @cached_property
    def typed(self) -> pd.DataFrame:
        """The table with numbers: whole (int64), with decimals or blanks (float64, a blank is NaN), else text."""
        return pd.DataFrame({c: self.text[c] if c in self.key else _typed(self.text[c]) for c in self.text})

    @cached_property
    def rows(self) -> dict[tuple[str, ...], int]:
        """Keys and positions of the rows, in order."""
        return {key: i for i, key in enumerate(self.text[list(self.key)].itertuples(index=False, name=None))}

    @cached_property
    def _cells(self) -> dict[str, list[Printed]]:
        return {
            column: [
                Printed(text, str(value) if text else "")
                for text, value in zip(self.text[column].tolist(), self.typed[column].tolist(), strict=True)
            ]
            for column in self.text
        }

    def cell(self, column: str, *key: str) -> Printed:
        """A cell by column and row key."""
        return self._cells[column][self.rows[key]]

    def column(self, column: str) -> dict[tuple[str, ...], Printed]:
        """The cells of a column that are not blank, by row key."""
        return {key: cell for key in self.rows if (cell := self.cell(column, *key)).text}


@functools.cache
def read(name: str) -> PrintedTable:
    """A table as it stands in the package; read once."""
    listed = contents().set_index("table")
    if name not in listed.index:
        raise InputError.single("filing tables", repr(name), one_of(sorted(listed.index), 40))
    return PrintedTable(_csv(f"tables/{name}.csv"), tuple(listed.loc[name, "key"].split()))


def printed(name: str) -> PrintedTable:
    """A table of the filing as it was printed.

    Raises:
        InputError: no such table.
    """
    return read(name)


def table(name: str) -> pd.DataFrame:
    """A table of the filing as numbers; a copy.

    Args:
        name: as in ``contents()``, e.g. ``exhibit_1a`` or ``s22_insureds``.

    Returns:
        Key columns as text; columns of whole numbers int64, of other numbers float64 with NaN for a blank; any
        other column (``<1`` among its cells, or words) as printed text.

    Raises:
        InputError: no such table.
    """
    return printed(name).typed.copy()


@functools.cache
def contents() -> pd.DataFrame:
    """Every table: ``table``, ``key`` (key columns, separated by a space; none for a table of numbers only),
    ``source`` (its section) and ``note``."""
    return _csv("contents.csv")


def _csv(file: str) -> pd.DataFrame:
    with importlib.resources.files("xl_ltc.filing").joinpath(file).open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def _typed(column: pd.Series) -> pd.Series:
    # A cell at a time: the tables are small, and pandas' way with a few dozen texts takes ten times as long.
    cells = column.tolist()
    filled = [cell for cell in cells if cell != ""]
    if not filled or not all(re.match(NUMBER, cell) for cell in filled):
        return column
    if len(filled) == len(cells) and all(_INTEGER.match(cell) for cell in cells):
        return pd.Series([int(cell) for cell in cells], index=column.index, dtype="int64")
    return pd.Series([float(cell) if cell else math.nan for cell in cells], index=column.index, dtype="float64")
