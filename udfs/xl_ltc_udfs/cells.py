"""What stands in a spreadsheet's cells, the same for every host.

A host turns its own values into these before a call and back after it:

- a number (``float``, ``int``), a text, a boolean, a date (``datetime``, ``date``);
- ``None`` or an empty text for a blank cell;
- ``CellError`` for an error value.

An argument is one cell, a range as rows of cells, or ``OMITTED``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

ErrorCode = Literal["#VALUE!", "#NUM!", "#N/A", "#DIV/0!"]

VALUE: Final[ErrorCode] = "#VALUE!"
"""What was given is not what the argument takes: text for a number, a blank, an unknown code, a range of the wrong
shape."""
NUM: Final[ErrorCode] = "#NUM!"
"""A number outside what is allowed, or a result that does not exist for these numbers."""
NOT_AVAILABLE: Final[ErrorCode] = "#N/A"
"""Nothing is there to read: no run yet, no such policy, no such file."""
DIVISION: Final[ErrorCode] = "#DIV/0!"
"""A ratio to nothing: no premium, no expected claims."""

ERROR_CODES: tuple[ErrorCode, ...] = (VALUE, NUM, NOT_AVAILABLE, DIVISION)
"""The error values the functions give."""

PASSED_ON = (*ERROR_CODES, "#REF!", "#NAME?", "#NULL!")
"""The error values that every host can show; one of them, given as an argument by itself, is the result."""

KNOWN_ERRORS = (*PASSED_ON, "#SPILL!", "#CALC!", "#GETTING_DATA")
"""The error values a cell given to a function may hold."""


class _Omitted(Enum):
    OMITTED = "omitted"


OMITTED: Final = _Omitted.OMITTED
"""An optional argument that was left out."""


@dataclass(frozen=True)
class CellError:
    """An error value in a cell and why it is there."""

    code: str  # an error cell given to a function may hold any
    reason: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.code


Cell = float | int | str | bool | dt.date | CellError | None
Rows = Sequence[Sequence[Any]]
"""A range, as rows of ``Cell``; all rows have the same length."""
Raw = Any
"""An argument as it came: a ``Cell``, a sequence of sequences of them, a 2-D array, or ``OMITTED``."""

_EPOCH = dt.datetime(1899, 12, 30)


def rows_of(value: Raw) -> Rows:
    """An argument as rows of cells, not copied; one cell is 1×1, a flat sequence or 1-D array is a column."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return ((value,),)
    if value and isinstance(value[0], list | tuple):
        return value
    return [[cell] for cell in value]


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def serial(moment: dt.date) -> float:
    """A date as the number a cell holds for it: days since 30 December 1899."""
    at = moment if isinstance(moment, dt.datetime) else dt.datetime(moment.year, moment.month, moment.day)
    return (at.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)


def from_serial(number: float) -> dt.date:
    """The date of a cell's number.

    Raises:
        OverflowError: a number beyond the calendar.
    """
    return (_EPOCH + dt.timedelta(days=number)).date()
