"""Input tables: what columns a table has, and where each of its cells came from.

One ``TableSpec`` serves every place a table may stand: a bundled CSV, a worksheet table, a file of the user's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from xl_ltc.errors import InputError, Problem, is_blank, one_of, shown

if TYPE_CHECKING:  # a worksheet function that needs no table need not wait for pandas
    import pandas as pd

Kind = Literal["number", "integer", "text", "label"]


@dataclass(frozen=True)
class Column:
    """A column of an input table.

    Attributes:
        name: header.
        kind: ``number``, ``integer``, ``text`` or ``label`` (a key such as ``<55``, ``55`` or ``100+``).
        minimum, maximum: inclusive bounds of a number.
        allowed: the values a text may take; empty for any.
        optional: whether a cell may be blank.
        unit: shown beside the header in the workbook.
    """

    name: str
    kind: Kind = "number"
    minimum: float = -math.inf
    maximum: float = math.inf
    allowed: tuple[str, ...] = ()
    optional: bool = False
    unit: str = ""

    def bounds(self) -> str:
        """What a cell may hold, in words."""
        if self.kind == "label":
            return "a whole number, or one with < before it or + behind it, as in <55, 55, 100+"
        if self.kind == "text":
            return one_of(self.allowed) if self.allowed else "some text"
        noun = "a whole number" if self.kind == "integer" else "a number"
        if math.isinf(self.minimum) and math.isinf(self.maximum):
            return noun
        if math.isinf(self.maximum):
            return f"{noun} of at least {self.minimum:.15g}"
        return f"{noun} from {self.minimum:.15g} to {self.maximum:.15g}"


@dataclass(frozen=True)
class TableSpec:
    """What an assumption table looks like, whatever file it stands in.

    Attributes:
        name: the table's name, also its Excel table name and its CSV's name.
        title: heading in the workbook.
        source: section or exhibit of the filing it comes from.
        columns: in order.
        key: the columns that together name a row once.
    """

    name: str
    title: str
    source: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    note: str = ""

    def column(self, name: str) -> Column:
        """The column called ``name``."""
        return next(c for c in self.columns if c.name == name)


Locator = Callable[[int | None, str | None], str]
"""Gives the place of a cell from its zero-based data row and column name (either may be None)."""


def file_locator(file: str) -> Locator:
    """Places in a delimited file: row 1 is the header, as a spreadsheet shows it."""

    def locate(row: int | None, column: str | None) -> str:
        parts = [file]
        if row is not None:
            parts.append(f"row {row + 2}")
        if column is not None:
            parts.append(f"column {column}")
        return ", ".join(parts)

    return locate


def column_letters(index: int) -> str:
    """Spreadsheet letters of a zero-based column index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_locator(sheet: str, header_row: int, first_column: int, columns: Sequence[str]) -> Locator:
    """Places on a worksheet, given the zero-based position of the header row and of the first column."""
    index = {name: first_column + i for i, name in enumerate(columns)}

    def locate(row: int | None, column: str | None) -> str:
        if column is not None and column in index:
            line = header_row + 1 if row is None else header_row + 2 + row
            return f"sheet {sheet}, cell {column_letters(index[column])}{line}"
        if row is not None:
            return f"sheet {sheet}, row {header_row + 2 + row}"
        return f"sheet {sheet}"

    return locate


_ON_SHEET = re.compile(r"^sheet (.+?), cell ([A-Z]{1,3}[0-9]+)(?: \(table \w+\)|, policy .*)?$", re.DOTALL)


def cell_of_place(place: str) -> tuple[str, str] | None:
    """The sheet and cell that a place of ``sheet_locator`` names, whatever table or policy it adds; None for others."""
    match = _ON_SHEET.match(place)
    return None if match is None else (match.group(1), match.group(2))


@dataclass(frozen=True)
class InputTable:
    """A table as it was read: raw cells and where they stand; ``note``: what the user may not know, or nothing."""

    frame: pd.DataFrame
    locate: Locator = field(default=file_locator("table"))
    note: str = ""


NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
"""Text that is only a number. Thousands separators, currency signs and percent signs are not."""


def to_number(value: object) -> float | None:
    """The number a cell holds, or None; text that is only a number counts, a boolean does not."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | float | np.integer | np.floating):
        try:
            return float(value)
        except OverflowError:  # a whole number beyond a double's
            return None
    if isinstance(value, str) and re.match(NUMBER, value.strip()):
        return float(value.strip())
    return None


_LABEL = re.compile(r"^(?:<\s*([0-9]{1,9})|([0-9]{1,9})\s*\+|([0-9]{1,9})(?:\.0+)?)$")


def label_text(value: object) -> str:
    """A key cell as text: 55.0 and 55 are both ``55``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def parse_label(text: str, low: int, high: int) -> tuple[int, int] | None:
    """The inclusive range of integers a label covers within ``low..high``: ``<55``, ``55``, ``100+``."""
    match = _LABEL.match(text)
    if match is None:
        return None
    below, above, single = match.groups()
    if below is not None:
        return low, int(below) - 1
    if above is not None:
        return int(above), high
    return int(single), int(single)


def column_names(frame: pd.DataFrame) -> list[str]:
    """Column names as text; a worksheet's header cell may hold the number 65 for the column ``65``."""
    return [label_text(c) for c in frame.columns]


def header_problems(table: InputTable, spec: TableSpec) -> list[Problem]:
    """Every missing, repeated or unknown column of a raw table.

    A column of another name that is blank throughout, such as one just inserted, is no problem and is not read.
    """
    wanted = [c.name for c in spec.columns]
    found = column_names(table.frame)
    allowed = f"table {spec.name} has the columns {', '.join(wanted)}, each once"
    problems = [
        Problem(table.locate(None, None), f"{n} columns {name}" if n else f"no column {name}", allowed)
        for name in wanted
        if (n := found.count(name)) != 1
    ]
    others = [(i, name) for i, name in enumerate(found) if name not in wanted]
    unknown = [name for i, name in others if not all(is_blank(value) for value in table.frame.iloc[:, i])]
    return problems + [Problem(table.locate(None, name), f"unknown column {shown(name)}", allowed) for name in unknown]


def clean(table: InputTable, spec: TableSpec) -> pd.DataFrame:
    """Check a raw table against its specification and give typed columns in the specification's order.

    Raises:
        InputError: every missing or extra column, blank, wrong type, value out of range, unknown code and
            duplicate key of the table, with its place.
    """
    import pandas as pd

    frame, locate = table.frame, table.locate
    problems = header_problems(table, spec)
    if problems:
        raise InputError(problems)
    if len(frame) == 0:
        raise InputError.single(locate(None, None), "no rows", f"table {spec.name} needs at least one row")
    positions = {name: i for i, name in enumerate(column_names(frame))}
    typed: dict[str, list[object]] = {}
    for column in spec.columns:
        cells: list[object] = []
        for row, value in enumerate(frame.iloc[:, positions[column.name]].tolist()):
            checked, allowed = _check_cell(value, column)
            if allowed:
                problems.append(Problem(locate(row, column.name), shown(value), allowed))
            cells.append(checked)
        typed[column.name] = cells
    if not problems:
        problems += _duplicates(typed, spec, locate)
    if problems:
        raise InputError(problems)
    result = pd.DataFrame({n: pd.Series(c, dtype=_dtype(spec.column(n))) for n, c in typed.items()})
    return result


def _dtype(column: Column) -> str:
    if column.kind == "integer" and not column.optional:
        return "int64"
    return "float64" if column.kind in ("number", "integer") else "object"


def _check_cell(value: object, column: Column) -> tuple[object, str]:
    """The typed value, and what is allowed if the value is not (else an empty text)."""
    if is_blank(value):
        blank: object = math.nan if column.kind in ("number", "integer") else ""
        return blank, "" if column.optional else column.bounds()
    if column.kind in ("number", "integer"):
        number = to_number(value)
        bad = (
            number is None
            or not math.isfinite(number)
            or not column.minimum <= number <= column.maximum
            or (column.kind == "integer" and not float(number).is_integer())
        )
        if bad or number is None:
            return math.nan, column.bounds()
        return (int(number) if column.kind == "integer" and not column.optional else number), ""
    text = label_text(value)
    bad = column.kind == "label" and parse_label(text, 0, 999) is None
    bad = bad or (bool(column.allowed) and text not in column.allowed)
    return text, column.bounds() if bad else ""


def _duplicates(typed: Mapping[str, list[object]], spec: TableSpec, locate: Locator) -> list[Problem]:
    seen: dict[tuple[object, ...], int] = {}
    problems = []
    for row, key in enumerate(zip(*(typed[k] for k in spec.key), strict=True)):
        key = tuple("" if isinstance(k, float) and math.isnan(k) else k for k in key)
        if key in seen:
            words = ", ".join(f"{n} {k}" for n, k in zip(spec.key, key, strict=True) if k != "")
            problems.append(
                Problem(
                    locate(row, spec.key[0]),
                    f"{words} a second time (first in {locate(seen[key], None)})",
                    f"each {' and '.join(spec.key)} once in table {spec.name}",
                )
            )
        seen.setdefault(key, row)
    return problems


def dense(
    labels: Iterable[str], values: Iterable[float], low: int, high: int, *, table: str, key: str, locate: Locator
) -> np.ndarray:
    """Spread labelled rows (``<55``, ``55`` … ``100+``) over the integers ``low..high``.

    Args:
        labels, values: one of each a row.
        low, high: the first and last integer wanted.
        table: the table's name, for messages.
        key: the name of the labels' column.
        locate: gives the place of a row.

    Returns:
        float64 array of length ``high - low + 1``.

    Raises:
        InputError: a gap, an overlap, or a label beyond ``low..high``.
    """
    out = np.full(high - low + 1, np.nan)
    words = key.replace("_", " ")
    problems: list[Problem] = []
    for row, (label, value) in enumerate(zip(labels, values, strict=True)):
        span = parse_label(label, low, high)
        if span is None or span[0] < low or span[1] > high or span[0] > span[1]:
            problems.append(Problem(locate(row, key), shown(label), f"{words} from {low} to {high}"))
            continue
        part = slice(span[0] - low, span[1] - low + 1)
        if not np.isnan(out[part]).all():
            problems.append(
                Problem(locate(row, key), f"{words} {label} a second time", f"each {words} once in table {table}")
            )
        out[part] = value
    missing = [int(i) + low for i in np.flatnonzero(np.isnan(out))]
    if missing and not problems:
        problems.append(
            Problem(
                locate(None, None),
                f"no row for {words} {spans(missing)}",
                f"table {table} covers every {words} from {low} to {high} without a gap",
            )
        )
    if problems:
        raise InputError(problems)
    return out


def spans(numbers: Sequence[int]) -> str:
    """Whole numbers as short text: 3, 5–9."""
    parts: list[str] = []
    start = previous = numbers[0]
    for n in [*numbers[1:], None]:
        if n is not None and n == previous + 1:
            previous = n
            continue
        parts.append(str(start) if start == previous else f"{start}–{previous}")
        if n is not None:
            start = previous = n
    return ", ".join(parts)
