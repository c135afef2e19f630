"""Calling a worksheet function: cells in, cells out, never an exception.

Every host calls ``call``; so do the tests and ``LTC_WHY``.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc_udfs import arguments as reading
from xl_ltc_udfs.arguments import Elements, Given
from xl_ltc_udfs.cells import NUM, OMITTED, VALUE, CellError, Raw, Rows
from xl_ltc_udfs.problems import ArgumentError, CallError, ElementError, in_words
from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What a call gives.

    Attributes:
        rows: float, text or ``CellError``; at least 1×1.
    """

    rows: Rows

    @property
    def errors(self) -> list[tuple[int, int, CellError]]:
        """Every error value with its row and column."""
        return [
            (r, c, cell) for r, row in enumerate(self.rows) for c, cell in enumerate(row) if type(cell) is CellError
        ]

    @property
    def single(self) -> Any:
        """The first cell; all there is of a 1×1 result."""
        return self.rows[0][0]

    @property
    def is_single(self) -> bool:
        """Whether it is one cell."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1


def call(name: str, arguments: Sequence[Raw]) -> Result:
    """Call a worksheet function.

    Args:
        name: as typed; capitals do not matter.
        arguments: cells or ranges in order, see ``xl_ltc_udfs.cells``; trailing optional ones may be absent.

    Returns:
        The result; error values carry their reason.
    """
    function = functions().get(name.upper())
    if function is None:
        return _failed(VALUE, in_words("function", repr(name), f"one of {', '.join(functions())}"))
    try:
        # A number beyond a double's becomes #NUM!; numpy's warning would only reach a host's log.
        with np.errstate(all="ignore"):
            return _evaluate(function, arguments)
    except CallError as error:
        return _failed(error.error.code, f"{function.name}: {error.error.reason}")
    except InputError as error:
        return _failed(VALUE, f"{function.name}: {error}")
    except UnicodeEncodeError:  # as =LEFT(emoji, 1) gives it
        words = in_words("arguments", "a text with half a character (an unpaired surrogate)", "whole characters")
        return _failed(VALUE, f"{function.name}: {words}")
    except Exception as error:  # a cell shows neither traceback nor the error's own words; the host's log does
        _LOG.exception("%s failed", function.name)
        return _failed(VALUE, f"{function.name}: an error of xl_ltc itself ({type(error).__name__})")


def _failed(code: str, reason: str) -> Result:
    return Result([[CellError(code, reason)]])


def _evaluate(function: WorksheetFunction, raw: Sequence[Raw]) -> Result:
    wanted = function.arguments
    if len(raw) > len(wanted):
        raise ArgumentError("arguments", f"{len(raw)}", f"at most {len(wanted)}: {function.syntax}")
    padded = [*raw, *[OMITTED] * (len(wanted) - len(raw))]
    given = [None if a.shape == "raw" else reading.given(value, a) for a, value in zip(wanted, padded, strict=True)]
    _pass_on_errors(wanted, given)
    values: dict[str, Any] = {}
    each: dict[str, Elements] = {}
    for argument, cells, value in zip(wanted, given, padded, strict=True):
        if argument.shape == "raw":
            values[argument.name] = value
        elif argument.shape == "each":
            each[argument.name] = reading.elements(cells, argument)
        elif argument.shape == "numbers":
            values[argument.name] = reading.numbers(cells, argument)
        elif argument.shape == "one":
            values[argument.name] = reading.one(cells, argument)
        else:
            values[argument.name] = reading.table(cells, argument)
    if function.elementwise:
        return _elementwise(function, each, values)
    return Result(_rows(function, function.implementation(**values)))


def _pass_on_errors(arguments: Sequence[Argument], given: Sequence[Given | None]) -> None:
    """An error value among the arguments is the result, as in a spreadsheet's own functions.

    Of several arguments the last counts: LibreOffice Calc decides so before it calls a function.
    """
    for argument, cells in zip(reversed(arguments), reversed(given), strict=True):
        error = None if cells is None else reading.error_given(cells, argument)
        if error is not None:
            raise CallError(error)


def _elementwise(function: WorksheetFunction, each: dict[str, Elements], values: dict[str, Any]) -> Result:
    """Broadcast, compute the elements whose arguments are all good, and put the errors of the others in place."""
    shape = _broadcast_shape(each)
    flat = {name: np.broadcast_to(found.values, shape).reshape(-1) for name, found in each.items()}
    errors = _element_errors(each, shape)
    good = np.ones(shape[0] * shape[1], dtype=bool)
    good[list(errors)] = False
    cells: list[Any] = [None] * len(good)
    while good.any():
        chosen = flat if good.all() else {name: array[good] for name, array in flat.items()}
        try:
            outcome = function.implementation(**chosen, **values)
        except ElementError as error:
            positions = np.flatnonzero(good)[error.bad].tolist()
            for i, at in zip(np.flatnonzero(error.bad).tolist(), positions, strict=True):
                where = "" if error.argument is None else _named(error.argument, each, *divmod(at, shape[1]))
                errors[at] = CellError(error.code, where + error.reason(i))
            good[positions] = False
            continue
        if isinstance(outcome, list):
            return _spilled(function, outcome, shape)
        found = _list_of(function, np.asarray(outcome))
        if len(found) == len(cells):
            cells = found
        else:
            for at, cell in zip(np.flatnonzero(good).tolist(), found, strict=True):
                cells[at] = cell
        break
    for at, cell_error in errors.items():
        cells[at] = _prefixed(function, cell_error)
    width = shape[1]
    return Result([cells[start : start + width] for start in range(0, len(cells), width)])


def _spilled(function: WorksheetFunction, rows: Rows, shape: tuple[int, int]) -> Result:
    """The rows of a single element; those of several would lie over each other."""
    if shape != (1, 1):
        found = f"a range of {shape[0]} × {shape[1]} cells"
        raise ArgumentError("arguments", found, "one cell each, since the result itself is a range")
    return Result(_rows(function, rows))


def _list_of(function: WorksheetFunction, computed: np.ndarray) -> list[Any]:
    """An elementwise result as cells."""
    if computed.dtype.kind == "f" and np.isfinite(computed).all():
        return computed.tolist()
    return [_cell(function, cell) for cell in computed.tolist()]


def _broadcast_shape(each: dict[str, Elements]) -> tuple[int, int]:
    height = max((found.values.shape[0] for found in each.values()), default=1)
    width = max((found.values.shape[1] for found in each.values()), default=1)
    for name, found in each.items():
        rows, columns = found.values.shape
        if rows not in (1, height) or columns not in (1, width):
            raise ArgumentError(
                name,
                f"a range of {rows} × {columns} cells",
                f"one cell, a row, a column or a range of {height} × {width}",
            )
    return height, width


def _named(argument: str, each: dict[str, Elements], row: int, column: int) -> str:
    """The cell of an argument behind an element; its own range may be one cell, a row or a column."""
    own = each[argument].values.shape
    return reading.place(argument, row if own[0] > 1 else 0, column if own[1] > 1 else 0, own) + ": "


def _element_errors(each: dict[str, Elements], shape: tuple[int, int]) -> dict[int, CellError]:
    """The first error of each broadcast element."""
    errors: dict[int, CellError] = {}
    for found in each.values():
        height, width = found.values.shape
        for (row, column), error in found.errors.items():
            for r in range(shape[0]) if height == 1 else (row,):
                for c in range(shape[1]) if width == 1 else (column,):
                    errors.setdefault(r * shape[1] + c, error)
    return errors


def _rows(function: WorksheetFunction, found: Any) -> Rows:
    """A function's result as rows of cells."""
    if isinstance(found, np.ndarray):
        found = found.tolist() if found.ndim == 2 else [[v] for v in found.tolist()]
    if not isinstance(found, list):
        found = [[found]]
    return [[_cell(function, cell) for cell in row] for row in found]


def _cell(function: WorksheetFunction, cell: Any) -> Any:
    """A number, a text or an error value; a number that is none becomes an error value."""
    if isinstance(cell, CellError):
        return _prefixed(function, cell)
    if isinstance(cell, str):
        return cell
    number = float(cell)
    if not math.isfinite(number):
        return _prefixed(function, CellError(NUM, "there is no result for these numbers"))
    return number


def _prefixed(function: WorksheetFunction, error: CellError) -> CellError:
    return CellError(error.code, f"{function.name}: {error.reason}")
