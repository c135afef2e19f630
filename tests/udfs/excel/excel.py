"""Excel, as far as pyOpenVBA models it, with the add-in's VBA, whose Python is xlwings' COM server in this process.

The VBA is interpreted as Excel would run it, on real ranges of a worksheet; between it and xlwings' ``CallUDF`` stands
only what pywin32 does: VBA's values become Python's and back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import EMPTY, VBAArray, VBAErrorValue, VBAObject, VBARuntimeError, method
from pyopenvba.interpreter import MISSING as OMITTED_IN_VBA

from tests.udfs.excel.pywin32 import MISSING, ComRange
from xl_ltc_udfs.cells import OMITTED, CellError, Raw, Rows, rows_of, serial
from xl_ltc_udfs.excel import vba
from xl_ltc_udfs.registry import functions

CallUDF = Callable[[str, str, Any], Any]
ERROR_NUMBERS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CALC!": 2050,
}
"""Excel's XlCVError."""
_CODES = {number: code for code, number in ERROR_NUMBERS.items()}

_XLWINGS = """
Public Starts As Long
Public Function XLPy() As Object
    Starts = Starts + 1
    Set XLPy = PythonProcess
End Function
"""
"""In place of xlwings' module, which starts Python through a Windows library."""


class Excel:
    """A workbook and the add-in's VBA.

    Args:
        call_udf: Python's end of a call.
    """

    def __init__(self, call_udf: CallUDF) -> None:
        self._application = ExcelApplication()
        self._application.add_workbook()
        self._corner = (1, 1)
        python = _Python(call_udf)
        host = self._application.interpreter.host
        globals_of_excel = host.global_object
        host.global_object = lambda name: python if name == "pythonprocess" else globals_of_excel(name)
        self._application.add_module(_XLWINGS, name="xlwings")
        for name, source in vba.modules(list(functions().values())).items():
            self._application.add_module(_without_attributes(source), name=name)

    @property
    def starts(self) -> int:
        """How often VBA asked xlwings for Python."""
        return int(self._application.evaluate("Starts"))

    def run(self, macro: str) -> None:
        """Run a macro."""
        self._application.run(macro)

    def formula(self, name: str, arguments: list[Any]) -> Any:
        """What a cell shows for ``=name(arguments)``: rows of a spilled array, or one cell."""
        try:
            return _shown(self._application.interpreter.run(name, arguments))
        except VBARuntimeError as error:
            # A required argument left out, or too many: the function is not entered.
            assert error.number in (449, 450)
            return "#VALUE!"

    def ranges(self, arguments: tuple[Raw, ...]) -> list[Any]:
        """The arguments side by side on the sheet, each as a range; those left out as VBA sees them."""
        given = [None if argument is OMITTED else rows_of(argument) for argument in arguments]
        height = max((len(rows) for rows in given if rows), default=1)
        width = sum(len(rows[0]) for rows in given if rows)
        self._range(1, 1, *self._corner).vba_get("Clear")
        self._corner = (height + 1, width + 1)
        # The model reads no further than the used range, where Excel gives blanks.
        self._range(*self._corner, *self._corner).vba_set("Value2", 0.0)
        found: list[Any] = []
        left = 1
        for rows in given:
            if rows is None:
                found.append(OMITTED_IN_VBA)
                continue
            self._write(rows, left)
            found.append(self._range(1, left, len(rows), left + len(rows[0]) - 1))
            left += len(rows[0])
        return found

    def _write(self, rows: Rows, left: int) -> None:
        for r, row in enumerate(rows, start=1):
            for c, cell in enumerate(row, start=left):
                if cell is not None:
                    # With the apostrophe that keeps Excel from reading a number into a text.
                    self._range(r, c, r, c).vba_set("Value2", f"'{cell}" if isinstance(cell, str) else in_vba(cell))

    def at(self, address: str) -> Any:
        """A range by its address, which may have several areas."""
        return self._application.application.vba_get("Range", [address])

    def _range(self, top: int, left: int, bottom: int, right: int) -> Any:
        cell = self._application.application.vba_get
        return cell("Range", [cell("Cells", [top, left]), cell("Cells", [bottom, right])])


def in_vba(cell: Any) -> Any:
    """A cell's value as VBA holds it: every number a Double."""
    if isinstance(cell, CellError):
        return VBAErrorValue(ERROR_NUMBERS[cell.code])
    if isinstance(cell, dt.date):
        return serial(cell)
    if cell is None:
        return EMPTY
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


class _Python(VBAObject):
    """What xlwings' ``XLPy`` gives: the Python process."""

    def __init__(self, call_udf: CallUDF) -> None:
        self._call_udf = call_udf

    @method
    def CallUDF(self, module: Any, name: Any, arguments: Any) -> Any:  # noqa: N802
        return _to_vba(self._call_udf(str(module), str(name), _to_python(arguments)))


def _to_python(value: Any) -> Any:
    """What pywin32 makes of a VBA value."""
    if isinstance(value, VBAArray):
        bounds = [range(lower, upper + 1) for lower, upper in value.bounds]
        if len(bounds) == 1:
            return tuple(_to_python(value.get([i])) for i in bounds[0])
        return tuple(tuple(_to_python(value.get([r, c])) for c in bounds[1]) for r in bounds[0])
    if value is OMITTED_IN_VBA:
        return MISSING
    if isinstance(value, VBAErrorValue):
        return (0x800A0000 | value.number) - (1 << 32)
    if isinstance(value, VBAObject):
        return ComRange(_to_python(value.vba_get("Value2")), areas=int(value.vba_get("Areas").vba_get("Count")))
    return None if value is EMPTY else value


def _to_vba(value: Any) -> Any:
    """What pywin32 makes of a Python value: a list of lists is an array of two dimensions, counted from 0."""
    if not isinstance(value, list):
        return value
    if not isinstance(value[0], list):
        return VBAArray([(0, len(value) - 1)], items=list(value))
    by_column = [row[c] for c in range(len(value[0])) for row in value]
    return VBAArray([(0, len(value) - 1), (0, len(value[0]) - 1)], items=by_column)


def _shown(value: Any) -> Any:
    if isinstance(value, VBAArray):
        bounds = [range(lower, upper + 1) for lower, upper in value.bounds]
        if len(bounds) == 1:
            return [[_shown(value.get([c])) for c in bounds[0]]]
        return [[_shown(value.get([r, c])) for c in bounds[1]] for r in bounds[0]]
    return _CODES[value.number] if isinstance(value, VBAErrorValue) else value


def rows_shown(shown: Any) -> Rows:
    """What ``Excel.formula`` gives, one cell as rows too."""
    return shown if isinstance(shown, list) else [[shown]]


def _without_attributes(source: str) -> str:
    """Without procedure attributes, which the interpreter does not know and Excel's editor does not show."""
    return "\r\n".join(line for line in source.split("\r\n") if not line.startswith("Attribute LTC_"))
