"""Checking the columns of a large table of policies or claims cell by cell, with one report of what is wrong.

The work is done on columns, and in Python only on a column's distinct values, so that a million rows take seconds.
All problems of a file are counted; the first of each kind lead the message.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xl_ltc.errors import InputError, Problem, is_blank, shown
from xl_ltc.tables import NUMBER, Column, InputTable, TableSpec, column_names, label_text, to_number

MAX_KEPT = 1_000
"""Problems kept with place and value; the rest are only counted."""

DATE_WORDS = "a date, as a date cell or as text YYYY-MM-DD"
"""What a date column allows."""

_ISO_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
_ONE_TYPE = {"string", "integer", "floating", "mixed-integer-float", "decimal", "boolean", "date", "datetime", "empty"}

Words = Callable[[int], str]
"""Words about a row, given its position."""


@dataclass(frozen=True)
class _Check:
    """The rows that one check found."""

    rows: np.ndarray
    column: str
    found: Words
    allowed: Words


class Report:
    """Problems of one table: one entry a check, with the rows it found.

    Args:
        table: raw cells whose columns were found to be those of its specification.
    """

    def __init__(self, table: InputTable) -> None:
        self.frame = table.frame.set_axis(column_names(table.frame), axis=1)
        self.checks: list[_Check] = []
        self._locate = table.locate

    def add(self, bad: np.ndarray, column: str, allowed: str | Words, found: Words | None = None) -> None:
        """Report the rows where a mask is true; what is found there is the cell, unless said otherwise."""
        rows = np.flatnonzero(bad)
        if len(rows):
            in_words = allowed if callable(allowed) else lambda _, words=allowed: words
            self.checks.append(_Check(rows, column, found or (lambda row: shown(self._cell(row, column))), in_words))

    def place(self, row: int) -> str:
        """Where a row stands."""
        return self._locate(row, None)

    def problem(self, check: _Check, row: int) -> Problem:
        """What a check found in a row, with the policy's id in the place."""
        place = self._locate(row, check.column)
        policy = self._cell(row, "policy_id")
        if not is_blank(policy):
            place += f", policy {label_text(policy)}"
        return Problem(place, check.found(row), check.allowed(row))

    def _cell(self, row: int, column: str) -> object:
        return self.frame[column].iloc[row]


def raise_problems(*reports: Report) -> None:
    """Raise what was found, the first of every check before the second of any.

    Raises:
        InputError: every problem counted in ``total``, at most ``MAX_KEPT`` kept; nothing if there is none.
    """
    checks = [(report, check) for report in reports for check in report.checks]
    if not checks:
        return
    order = sorted(
        (rank, n, int(row)) for n, (_, check) in enumerate(checks) for rank, row in enumerate(check.rows[:MAX_KEPT])
    )
    kept = [checks[n][0].problem(checks[n][1], row) for _, n, row in order[:MAX_KEPT]]
    raise InputError(kept, sum(len(check.rows) for _, check in checks))


@dataclass(frozen=True)
class Distinct:
    """A column as positions (``codes``) in its distinct cells, of which the last is blank."""

    codes: np.ndarray
    cells: list[object]

    @classmethod
    def of(cls, column: pd.Series) -> Distinct:
        """The distinct cells of a column as it was read."""
        array = arrow(column)
        if array is None:
            positions: dict[tuple[type, object], int] = {}
            codes = [positions.setdefault((type(v), v), len(positions)) for v in column.tolist()]
            return cls(np.array(codes, dtype=np.int64), [*(v for _, v in positions), None])
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        values = [*array.dictionary.to_pylist(), None]
        return cls(array.indices.fill_null(len(values) - 1).to_numpy(), values)


def filled(cells: pd.Series) -> np.ndarray:
    """Whether the cells of a column hold anything, be it allowed or not; bool."""
    distinct = Distinct.of(cells)
    return ~np.array([is_blank(v) for v in distinct.cells])[distinct.codes]


def arrow(column: pd.Series) -> pa.Array | None:
    """A column as one Arrow array, or None where cells of several types stand in it, as on a worksheet."""
    # Arrow would take a number among dates for a time since 1970.
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) not in _ONE_TYPE:
        return None
    try:
        array = pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return None
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


@dataclass(frozen=True)
class Ids:
    """Policy ids.

    Attributes:
        text: as they stand, Arrow text; trimmed: without the blanks around them and invisible characters, full-width
            characters as plain ones (Unicode's NFKC): what looks the same is the same id. By it they are compared.
        blank: whether a row has none, bool.
    """

    text: pa.Array
    trimmed: pa.Array
    blank: np.ndarray

    @classmethod
    def of(cls, cells: pd.Series) -> Ids:
        """The ids of a column as it was read."""
        array = arrow(cells)
        if array is None or not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            distinct = Distinct.of(cells)
            labels = pa.array([None if is_blank(v) else _id_text(v) for v in distinct.cells], pa.string())
            array = labels.take(pa.array(distinct.codes))
        trimmed = _as_seen(pc.utf8_trim_whitespace(array.fill_null("")))
        return cls(array, trimmed, pc.equal(trimmed, "").to_numpy(zero_copy_only=False))

    def first_rows(self) -> np.ndarray:
        """The first row with the id of each row, int64."""
        encoded = self.trimmed.dictionary_encode()
        if len(encoded.dictionary) == len(encoded):
            return np.arange(len(encoded))
        codes = encoded.indices.to_numpy()
        return np.asarray(np.unique(codes, return_index=True)[1][codes])


def _as_seen(ids: pa.Array) -> pa.Array:
    """Ids as a reader sees them, whatever characters they are made of."""
    odd = pc.invert(pc.string_is_ascii(ids))
    if not pc.any(odd).as_py():
        return ids
    seen = [
        "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").strip()
        for text in ids.filter(odd).to_pylist()
    ]
    return pc.replace_with_mask(ids, odd, pa.array(seen, ids.type))


def check_columns(
    spec: TableSpec, vocabulary: Mapping[str, Sequence[str]], report: Report
) -> tuple[dict[str, Any], Ids]:
    """Every cell of a table with policy ids.

    Args:
        spec: the table's columns, of which ``policy_id`` is one; vocabulary: the categories of coded columns, in
            code order; report: gets every cell that is not allowed.

    Returns:
        The columns by name: ids as text, dates as datetime64[s], other text as categoricals, numbers as float64,
        with NaT, no category or NaN where a cell is blank or not allowed; and the ids.
    """
    checked: dict[str, Any] = {}
    for column in spec.columns:
        cells = report.frame[column.name]
        if column.name == "policy_id":
            ids = _check_ids(column, cells, report)
            checked[column.name] = ids.text.to_pandas()
            continue
        if column.name in vocabulary:
            column = dataclasses.replace(column, allowed=tuple(vocabulary[column.name]))
        checked[column.name] = _check_column(column, cells, report)
    return checked, ids


def _check_column(column: Column, cells: pd.Series, report: Report) -> Any:
    if column.unit == "date":
        return _check_dates(column, cells, report)
    if column.kind == "text":
        return _check_text(column, cells, report)
    numbers = _numbers(cells)
    good = np.isfinite(numbers) & (numbers >= column.minimum) & (numbers <= column.maximum)
    if column.kind == "integer":
        good &= numbers == np.rint(numbers)
    report.add(~good, column.name, column.bounds())
    return np.where(good, numbers, np.nan)


def _check_text(column: Column, cells: pd.Series, report: Report) -> pd.Categorical:
    distinct = Distinct.of(cells)
    labels = ["" if is_blank(v) else label_text(v) for v in distinct.cells]
    categories = list(column.allowed or dict.fromkeys(t for t in labels if t))
    position = {text: i for i, text in enumerate(categories)}
    codes = np.array([position.get(text, -1) for text in labels])
    bad = np.array([code < 0 and not (column.optional and not text) for code, text in zip(codes, labels, strict=True)])
    report.add(bad[distinct.codes], column.name, column.bounds())
    return pd.Categorical.from_codes(codes[distinct.codes], categories=categories)


def _check_ids(column: Column, cells: pd.Series, report: Report) -> Ids:
    ids = Ids.of(cells)
    report.add(ids.blank, column.name, column.bounds())
    return ids


def _id_text(value: object) -> str:
    return value if isinstance(value, str) else label_text(value)


def _numbers(cells: pd.Series) -> np.ndarray:
    """Cells as float64; NaN where a cell is blank or no number."""
    array = arrow(cells)
    if array is None:
        numbers = [to_number(v) for v in cells.tolist()]
        return np.array([math.nan if n is None else n for n in numbers])
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        array = _text_numbers(array)
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return np.full(len(array), np.nan)
    return np.asarray(array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def _text_numbers(array: pa.Array) -> pa.Array:
    try:
        return array.cast(pa.float64())
    except pa.ArrowInvalid:
        trimmed = pc.utf8_trim_whitespace(array)
        is_number = pc.match_substring_regex(trimmed, NUMBER)
        return pc.if_else(is_number, trimmed, pa.scalar(None, trimmed.type)).cast(pa.float64())


def _check_dates(column: Column, cells: pd.Series, report: Report) -> np.ndarray:
    """Cells as datetime64[s], the day of a date with a time; NaT where a cell is blank or no date."""
    array = arrow(cells)
    if array is not None and (pa.types.is_timestamp(array.type) or pa.types.is_date(array.type)):
        dates = np.asarray(array.cast(pa.date32()).to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    else:
        distinct = Distinct.of(cells)
        dates = np.array([_date(v) for v in distinct.cells], dtype="datetime64[D]")[distinct.codes]
    missing = np.isnat(dates)
    report.add(missing & filled(cells) if column.optional else missing, column.name, DATE_WORDS)
    return dates.astype("datetime64[s]")


def _date(value: object) -> dt.date | None:
    if is_blank(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = _ISO_DATE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return dt.date.fromisoformat(match[1])
    except ValueError:
        return None
