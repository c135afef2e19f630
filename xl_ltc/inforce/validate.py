"""Checking the in-force file: every cell, and what must hold between the cells of a policy.

The work is done on columns, and in Python only on a column's distinct values, so that a million policies take
seconds. All problems of a file are counted; the first of each kind lead the message.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xl_ltc.errors import InputError, Problem, is_blank, shown
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.tables import NUMBER, Column, InputTable, column_names, header_problems, label_text, to_number

MAX_KEPT = 1_000
"""Problems kept with place and value; the rest are only counted."""

_ISO_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
_ONE_TYPE = {"string", "integer", "floating", "mixed-integer-float", "decimal", "boolean", "date", "datetime", "empty"}
_DATE_WORDS = "a date, as a date cell or as text YYYY-MM-DD"


@dataclass(frozen=True)
class InforceRules:
    """What the assumptions and settings allow of a policy.

    Attributes:
        vocabulary: the categories of each coded characteristic, in code order.
        valuation_date: a 31 December; policies are in force on it.
        first_issue_year: the first issue year of the valuation-interest table.
        last_age: the last attained age of the mortality table.
        payment_years: policy years in which premium is payable, by premium payment option; NaN or absent for no
            such limit.
        payment_to_age: attained age from which no premium is payable, by premium payment option; likewise.
    """

    vocabulary: Mapping[str, Sequence[str]]
    valuation_date: dt.date
    first_issue_year: int
    last_age: int
    payment_years: Mapping[str, float] = field(default_factory=dict)
    payment_to_age: Mapping[str, float] = field(default_factory=dict)

    def limits(self, of: Mapping[str, float]) -> np.ndarray:
        """A limit by premium payment code, NaN for none; one NaN more, for the code −1 of an unknown option."""
        return np.array([of.get(option, math.nan) for option in self.vocabulary["premium_payment"]] + [math.nan])


def check_inforce(table: InputTable, rules: InforceRules) -> Block:
    """Check a raw in-force table and give the block.

    Cell by cell: columns missing, unknown or repeated; blank cells; text, infinities and values out of range in
    number columns; unknown codes; dates that are none or not ISO; a second row of the same policy (ids are kept
    as they stand, and compared without the blanks around them). A whole number where a text is wanted is that
    text: series 200, benefit period 3.

    Between the cells of a policy, these are errors:

    - issued after the valuation date, or before the valuation-interest table begins;
    - older at the valuation date than the mortality table goes;
    - a premium without a new-business premium: the increase to the new-business level would be none, unsaid;
    - a pay-to-age option issued at or after that age;
    - a premium after the premium-paying period. The projection would take no premium from the policy, yet control
      totals would count it. Ten-pay is over when ten policy years are completed. Pay-to-age is over only a year
      after the age is reached: with issue ages at the nearest birthday, the anniversary at which a contract ends
      its premiums may be the next one.

    No premium within the premium-paying period is accepted: premiums are waived during claim, and a contingent
    nonforfeiture benefit is paid up. So is a new-business premium below the current one: there is no decrease.

    Args:
        table: raw cells, from ``read_inforce`` or a worksheet.
        rules: what is allowed.

    Raises:
        InputError: every problem counted in ``total``, at most ``MAX_KEPT`` kept with place (file or sheet, row,
            column and policy id), value and what is allowed; the first of each kind come first.
    """
    problems = header_problems(table, INFORCE)
    if problems:
        raise InputError(problems)
    frame = table.frame.set_axis(column_names(table.frame), axis=1)
    if not len(frame):
        raise InputError.single(table.locate(None, None), "no rows", "a row for each policy")
    report = _Report(InputTable(frame, table.locate))
    checked: dict[str, Any] = {}
    for column in INFORCE.columns:
        checked[column.name] = _check_column(column, frame[column.name], rules, report)
    _check_dates_and_ages(checked, rules, report)
    _check_premiums(checked, rules, report)
    report.raise_if_any()
    return Block.from_checked(pd.DataFrame(checked), rules.vocabulary)


class _Report:
    """Problems of one table: one entry a check, with the rows it found."""

    def __init__(self, table: InputTable) -> None:
        self._table = table
        self._checks: list[tuple[np.ndarray, str, Callable[[int], str], Callable[[int], str]]] = []

    def add(
        self,
        bad: np.ndarray,
        column: str,
        allowed: str | Callable[[int], str],
        found: Callable[[int], str] | None = None,
    ) -> None:
        """Report the rows where a mask is true; what is found there is the cell, unless said otherwise."""
        rows = np.flatnonzero(bad)
        if len(rows):
            in_words = allowed if callable(allowed) else lambda _, words=allowed: words
            self._checks.append((rows, column, found or (lambda row: shown(self._cell(row, column))), in_words))

    def place(self, row: int) -> str:
        """Where a row stands."""
        return self._table.locate(row, None)

    def raise_if_any(self) -> None:
        """Raise what was found, the first of every check before the second of any."""
        if not self._checks:
            return
        order = sorted(
            (rank, check, int(row))
            for check, (rows, *_) in enumerate(self._checks)
            for rank, row in enumerate(rows[:MAX_KEPT])
        )
        kept = [self._problem(check, row) for _, check, row in order[:MAX_KEPT]]
        raise InputError(kept, sum(len(rows) for rows, *_ in self._checks))

    def _problem(self, check: int, row: int) -> Problem:
        _, column, found, allowed = self._checks[check]
        place = self._table.locate(row, column)
        policy = self._cell(row, "policy_id")
        if not is_blank(policy):
            place += f", policy {label_text(policy)}"
        return Problem(place, found(row), allowed(row))

    def _cell(self, row: int, column: str) -> object:
        return self._table.frame[column].iloc[row]


@dataclass(frozen=True)
class _Distinct:
    """A column as positions (``codes``) in its distinct cells, of which the last is blank."""

    codes: np.ndarray
    cells: list[object]

    @classmethod
    def of(cls, column: pd.Series) -> _Distinct:
        array = _arrow(column)
        if array is None:
            positions: dict[tuple[type, object], int] = {}
            codes = [positions.setdefault((type(v), v), len(positions)) for v in column.tolist()]
            return cls(np.array(codes), [*(v for _, v in positions), None])
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        values = [*array.dictionary.to_pylist(), None]
        return cls(array.indices.fill_null(len(values) - 1).to_numpy(), values)


def _arrow(column: pd.Series) -> pa.Array | None:
    """A column as one Arrow array, or None where cells of several types stand in it, as on a worksheet."""
    # Arrow would take a number among dates for a time since 1970.
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) not in _ONE_TYPE:
        return None
    try:
        array = pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError):
        return None
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _check_column(column: Column, cells: pd.Series, rules: InforceRules, report: _Report) -> Any:
    """The column in the block's type; a cell that is not allowed is reported, and NaN, NaT or no category."""
    if column.name == "policy_id":
        return _check_ids(column, cells, report)
    if column.name == "issue_date":
        dates = _dates(cells)
        report.add(np.isnat(dates), column.name, _DATE_WORDS)
        return dates.astype("datetime64[s]")
    if column.kind == "text":
        if column.name in CODED:
            column = dataclasses.replace(column, allowed=tuple(rules.vocabulary[column.name]))
        return _check_text(column, cells, report)
    numbers = _numbers(cells)
    good = np.isfinite(numbers) & (numbers >= column.minimum) & (numbers <= column.maximum)
    if column.kind == "integer":
        good &= numbers == np.rint(numbers)
    report.add(~good, column.name, column.bounds())
    return np.where(good, numbers, np.nan)


def _check_text(column: Column, cells: pd.Series, report: _Report) -> pd.Categorical:
    distinct = _Distinct.of(cells)
    labels = ["" if is_blank(v) else label_text(v) for v in distinct.cells]
    categories = list(column.allowed or dict.fromkeys(t for t in labels if t))
    position = {text: i for i, text in enumerate(categories)}
    codes = np.array([position.get(text, -1) for text in labels])[distinct.codes]
    report.add(codes < 0, column.name, column.bounds())
    return pd.Categorical.from_codes(codes, categories=categories)


def _check_ids(column: Column, cells: pd.Series, report: _Report) -> pd.Series:
    """Policy ids as text, as they stand; each once."""
    array = _arrow(cells)
    if array is None or not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        distinct = _Distinct.of(cells)
        array = pa.array([None if is_blank(v) else _id_text(v) for v in distinct.cells]).take(pa.array(distinct.codes))
    trimmed = pc.utf8_trim_whitespace(array.fill_null(""))
    blank = pc.equal(trimmed, "").to_numpy(zero_copy_only=False)
    report.add(blank, column.name, column.bounds())
    encoded = trimmed.dictionary_encode()
    if len(encoded.dictionary) < len(encoded):
        codes = encoded.indices.to_numpy()
        first = np.unique(codes, return_index=True)[1][codes]
        again = (first != np.arange(len(codes))) & ~blank

        def found(row: int) -> str:
            return f"{shown(array[row].as_py())} a second time (first in {report.place(int(first[row]))})"

        report.add(again, column.name, "each policy_id once", found)
    return array.to_pandas()


def _id_text(value: object) -> str:
    return value if isinstance(value, str) else label_text(value)


def _numbers(cells: pd.Series) -> np.ndarray:
    """Cells as float64; NaN where a cell is blank or no number."""
    array = _arrow(cells)
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


def _dates(cells: pd.Series) -> np.ndarray:
    """Cells as datetime64[D], the day of a date with a time; NaT where a cell is blank or no date."""
    array = _arrow(cells)
    if array is not None and (pa.types.is_timestamp(array.type) or pa.types.is_date(array.type)):
        return np.asarray(array.cast(pa.date32()).to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    distinct = _Distinct.of(cells)
    return np.array([_date(v) for v in distinct.cells], dtype="datetime64[D]")[distinct.codes]


def _date(value: object) -> dt.date | None:
    if is_blank(value):
        return None
    if isinstance(value, dt.date):
        return value
    match = _ISO_DATE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return dt.date.fromisoformat(match[1])
    except ValueError:
        return None


def _completed_years(checked: Mapping[str, Any], rules: InforceRules) -> np.ndarray:
    """Policy years completed at the valuation date, whose year's anniversary has passed; NaN without a date."""
    dates = checked["issue_date"]
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(np.isnat(dates), np.nan, rules.valuation_date.year - years)


def _check_dates_and_ages(checked: Mapping[str, Any], rules: InforceRules, report: _Report) -> None:
    valuation, dates, age = rules.valuation_date, checked["issue_date"], checked["issue_age"]
    completed = _completed_years(checked, rules)
    report.add(dates > np.datetime64(valuation), "issue_date", f"a date up to the valuation date {valuation}")
    report.add(
        valuation.year - completed < rules.first_issue_year,
        "issue_date",
        f"a date from {rules.first_issue_year}-01-01 on, where table valuation_interest begins",
    )
    report.add(
        age + completed > rules.last_age,
        "issue_age",
        f"attained age up to {rules.last_age}, the last of table mortality_base",
        lambda row: f"issue age {age[row]:g}, attained age {age[row] + completed[row]:g} at the valuation date",
    )
    option = checked["premium_payment"]
    to_age = rules.limits(rules.payment_to_age)[option.codes]
    report.add(
        age >= to_age,
        "issue_age",
        lambda row: f"an issue age below {to_age[row]:g}, as premium_payment is {option[row]}",
    )


def _check_premiums(checked: Mapping[str, Any], rules: InforceRules, report: _Report) -> None:
    premium, option = checked["annualized_premium"], checked["premium_payment"]
    report.add(
        (premium > 0.0) & (checked["new_business_premium"] == 0.0),
        "new_business_premium",
        lambda row: f"a number above 0, as annualized_premium is {premium[row]:.15g}",
    )
    completed = _completed_years(checked, rules)
    to_age = rules.limits(rules.payment_to_age)[option.codes]
    over = completed >= rules.limits(rules.payment_years)[option.codes]
    # A year's grace for pay-to-age: see check_inforce.
    over |= (completed > to_age - checked["issue_age"]) & (checked["issue_age"] < to_age)
    report.add(
        (premium > 0.0) & over,
        "annualized_premium",
        lambda row: (
            f"0, as {option[row]} premiums from {checked['issue_date'][row].astype('datetime64[D]')} "
            f"were paid up before {rules.valuation_date}"
        ),
    )
