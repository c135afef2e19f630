"""The boundary in: cells as they came become checked arrays, or the error value and the reason of each bad cell."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

import numpy as np

from xl_ltc.errors import one_of
from xl_ltc.tables import label_text, to_number
from xl_ltc_udfs.cells import (
    KNOWN_ERRORS,
    NUM,
    OMITTED,
    PASSED_ON,
    VALUE,
    CellError,
    ErrorCode,
    Raw,
    Rows,
    is_blank,
    rows_of,
    serial,
)
from xl_ltc_udfs.problems import ArgumentError, CallError, in_words
from xl_ltc_udfs.registry import Argument

_NUMERIC = ("number", "whole")
_TRUE, _FALSE = ("true", "yes"), ("false", "no")


@dataclass
class Elements:
    """An ``each`` argument: its cells' values in rows, and what is wrong with some of them.

    Attributes:
        values: 2-D array; a bad cell's value means nothing.
        errors: by position (row, column).
    """

    values: np.ndarray
    errors: dict[tuple[int, int], CellError] = field(default_factory=dict)


def place(argument: str, row: int, column: int, shape: tuple[int, ...]) -> str:
    """A cell of a range, for a message: ``attained_age, row 5``."""
    parts = [argument]
    if shape[0] > 1:
        parts.append(f"row {row + 1}")
    if shape[1] > 1:
        parts.append(f"column {column + 1}")
    return ", ".join(parts)


@dataclass(frozen=True)
class Given:
    """The cells of an argument.

    Attributes:
        rows: as they came, rows of cells or an array of numbers.
        plain: the range as float64 if every cell is a number or a boolean, and numbers are wanted; else None.
        least, most: of ``plain``; NaN if any of it is.
    """

    rows: Rows
    plain: np.ndarray | None = None
    least: float = math.nan
    most: float = math.nan

    @classmethod
    def of_numbers(cls, rows: Rows, plain: np.ndarray) -> Given:
        """Cells that are numbers. The extremes, found once, tell whether all are finite and within bounds."""
        return cls(rows, plain, float(np.minimum.reduce(plain, axis=None)), float(np.maximum.reduce(plain, axis=None)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])


def given(raw: Raw, argument: Argument) -> Given | None:
    """The cells of an argument, or None if it was left out; a blank cell does not leave it out.

    Raises:
        ArgumentError: rows of different lengths.
    """
    if raw is OMITTED:
        return None
    if argument.kind in _NUMERIC:
        if type(raw) is float:
            return Given(((raw,),), np.array(((raw,),)), raw, raw)
        if isinstance(raw, np.ndarray) and raw.dtype == np.float64 and raw.ndim == 2 and raw.size:
            return Given.of_numbers(cast(Rows, raw), raw)
    rows = rows_of(raw)
    if not rows or not rows[0] or len(set(map(len, rows))) != 1:
        raise ArgumentError(argument.name, "rows of different lengths, or none", "a range")
    plain = _plain(rows) if argument.kind in _NUMERIC else None
    return Given(rows) if plain is None else Given.of_numbers(rows, plain)


def error_given(cells: Given, argument: Argument) -> CellError | None:
    """What an error value among the cells makes of the call: itself, if it is all there is; else #VALUE!.

    A number that is none counts as #NUM!, which is what a cell makes of it.
    """
    if cells.plain is not None:
        if math.isfinite(cells.least) and math.isfinite(cells.most):
            return None
    elif not any(map(_is_error, chain.from_iterable(cells.rows))):
        return None
    for r, row in enumerate(cells.rows if cells.plain is None else cells.plain.tolist()):
        for c, cell in enumerate(row):
            if _is_error(cell):
                code = cell.code if isinstance(cell, CellError) else NUM
                words = in_words(place(argument.name, r, c, cells.shape), f"the error value {code}", "no error value")
                return CellError(code if cells.shape == (1, 1) and code in PASSED_ON else VALUE, words)
    return None


def _is_error(cell: Any) -> bool:
    kind = type(cell)
    return kind is CellError or (kind is float and not math.isfinite(cell))


def elements(cells: Given | None, argument: Argument) -> Elements:
    """The values of an ``each`` argument.

    Raises:
        ArgumentError: left out, but required.
    """
    if cells is None:
        _require(argument)
        return Elements(np.array([[argument.default]], dtype=_DTYPES[argument.kind]))
    if cells.plain is not None:
        inside = argument.minimum <= cells.least and cells.most <= argument.maximum and argument.kind == "number"
        return Elements(cells.plain) if inside else _bounded(cells.plain, argument)
    rows, shape = cells.rows, cells.shape
    read = _READERS[argument.kind]
    values: list[Any] = []
    errors: dict[tuple[int, int], CellError] = {}
    known: dict[str, Any] = {}  # a column holds the same few texts again and again
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            value = known.get(cell) if type(cell) is str else None
            if value is None:
                try:
                    value = read(cell, argument)
                except _BadCell as bad:
                    words = in_words(place(argument.name, r, c, shape), bad.found, allowed_words(argument))
                    errors[r, c] = CellError(bad.code, words)
                    value = 0
                else:
                    if type(cell) is str:
                        known[cell] = value
            values.append(value)
    return Elements(np.array(values, dtype=_DTYPES[argument.kind]).reshape(shape), errors)


def numbers(cells: Given | None, argument: Argument) -> np.ndarray | None:
    """The numbers of a whole range, 2-D float64; None if it was left out.

    Raises:
        ArgumentError: left out, but required.
        CallError: the first cell that is no number, or out of bounds.
    """
    if cells is None:
        _require(argument)
        return None
    found = elements(cells, argument)
    _raise_first(found)
    return found.values


def table(cells: Given | None, argument: Argument) -> Rows | None:
    """The cells as they came; None if left out.

    Raises:
        ArgumentError: left out, but required.
    """
    if cells is None:
        _require(argument)
        return None
    if cells.shape == (1, 1) and is_blank(cells.rows[0][0]):
        raise ArgumentError(argument.name, describe(None), allowed_words(argument))
    return cells.rows


def one(cells: Given | None, argument: Argument) -> Any:
    """A single value.

    Raises:
        ArgumentError: left out, but required; more than one cell.
        CallError: a cell that can't be used.
    """
    if cells is not None and cells.shape != (1, 1):
        raise ArgumentError(argument.name, f"a range of {cells.shape[0]} × {cells.shape[1]} cells", "one cell")
    if cells is None and argument.default is None:
        return None
    found = elements(cells, argument)
    _raise_first(found)
    return found.values.tolist()[0][0]


def _require(argument: Argument) -> None:
    if not argument.optional:
        raise ArgumentError(argument.name, "nothing (omitted)", allowed_words(argument))


def allowed_words(argument: Argument) -> str:
    """What an argument takes, in words."""
    return cell_words(argument) + (", or the argument left out" if argument.optional else "")


def cell_words(argument: Argument) -> str:
    """What a cell of an argument may hold, in words."""
    if argument.shape == "table":
        return "a range with a header row"
    if argument.allowed:
        return one_of(argument.allowed, 40)
    if argument.kind == "flag":
        return "TRUE or FALSE, 1 or 0, Yes or No"
    if argument.kind == "text":
        return "a text"
    noun = "a whole number" if argument.kind == "whole" else "a number"
    low, high = argument.minimum, argument.maximum
    if math.isinf(low) and math.isinf(high):
        return noun
    if math.isinf(high):
        return f"{noun} of at least {low:.15g}"
    return f"{noun} up to {high:.15g}" if math.isinf(low) else f"{noun} from {low:.15g} to {high:.15g}"


def describe(cell: Any) -> str:
    """A cell as a message quotes it."""
    if isinstance(cell, CellError):
        return f"the error value {cell.code}"
    if is_blank(cell):
        return "nothing (blank)"
    if isinstance(cell, str):
        return repr(cell if len(cell) <= 40 else cell[:37] + "…")
    if isinstance(cell, bool | np.bool_):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell)


class _BadCell(Exception):
    def __init__(self, found: str, code: ErrorCode = VALUE) -> None:
        super().__init__(found)
        self.found, self.code = found, code


_DTYPES: dict[str, Any] = {"number": np.float64, "whole": np.float64, "flag": np.bool_, "text": object}


def _raise_first(found: Elements) -> None:
    for error in found.errors.values():
        raise CallError(error)


def _plain(rows: Rows) -> np.ndarray | None:
    """The range as float64 if every cell is a number or a boolean, in one go; else None."""
    try:
        array: np.ndarray = np.array(rows)
    except ValueError:
        return None
    return array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" and array.ndim == 2 else None


def _bounded(values: np.ndarray, argument: Argument) -> Elements:
    """Finite numbers already, to be held to the argument's bounds."""
    found = Elements(values)
    inside = (values >= argument.minimum) & (values <= argument.maximum)
    if argument.kind == "whole":
        inside &= values == np.rint(values)
    if not inside.all():
        words = allowed_words(argument)
        for r, c in np.argwhere(~inside).tolist():
            text = in_words(place(argument.name, r, c, values.shape), f"{values[r, c]:.15g}", words)
            found.errors[r, c] = CellError(NUM, text)
    return found


def _number(cell: Any, argument: Argument) -> float:
    number = _as_number(cell)
    if number is None or not math.isfinite(number):
        raise _BadCell(describe(cell))
    whole = argument.kind != "whole" or number.is_integer()
    if not (whole and argument.minimum <= number <= argument.maximum):
        raise _BadCell(describe(cell), NUM)
    return number


def _as_number(cell: Any) -> float | None:
    if isinstance(cell, bool | np.bool_):
        return float(cell)
    if isinstance(cell, dt.date):
        return serial(cell)
    return to_number(cell)


def _flag(cell: Any, argument: Argument) -> bool:
    if isinstance(cell, str) and cell.strip().lower() in (*_TRUE, *_FALSE):
        return cell.strip().lower() in _TRUE
    number = _as_number(cell)
    if number not in (0.0, 1.0):
        raise _BadCell(describe(cell))
    return number == 1.0


def _text(cell: Any, argument: Argument) -> str:
    if is_blank(cell) or _is_error(cell) or (isinstance(cell, str) and cell.strip() in KNOWN_ERRORS):
        raise _BadCell(describe(cell))
    text = label_text(cell)
    if not argument.allowed:
        return text
    found = same(text, argument.allowed)
    if found is None:
        raise _BadCell(describe(cell))
    return found


def same(text: str, allowed: Iterable[str]) -> str | None:
    """The allowed text that is this one; capitals do not matter, as elsewhere in a spreadsheet."""
    for candidate in allowed:
        if candidate == text:
            return candidate
    return next((candidate for candidate in allowed if candidate.casefold() == text.casefold()), None)


_READERS: dict[str, Callable[[Any, Argument], Any]] = {
    "number": _number,
    "whole": _number,
    "flag": _flag,
    "text": _text,
}
