"""LibreOffice, a second host of VBA, opens the add-in and runs its conversions.

Its Basic does not take an argument left out on into an array, as Excel's does, so that calls here give all of them; and
it shows an error value as a text with its number.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.udfs.excel.excel import ERROR_NUMBERS
from tests.workbook.recalculate import soffice
from xl_ltc_udfs.cells import PASSED_ON
from xl_ltc_udfs.excel import vba
from xl_ltc_udfs.excel.addin import write_addin
from xl_ltc_udfs.excel.project import project
from xl_ltc_udfs.excel.values import ERROR_MARK
from xl_ltc_udfs.registry import functions

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

_PYTHON = "/usr/bin/python3"
"""The Python that LibreOffice's bridge is installed in."""
_NO_PYTHON = f"""
Public Function XLPy() As Object
    Err.Raise 1000, Description:="Unexpected Python Error: Traceback (most recent call last):" & vbLf & _
        "  File x, line 1" & vbLf & "ModuleNotFoundError: No module named 'xl_ltc_udfs'" & vbLf
End Function

Public Function Marked(code As Variant) As Variant
    Marked = WithErrorValues("{ERROR_MARK}" & code)
End Function

Public Function MarkedArray() As Variant
    Dim found(0 To 1, 0 To 1) As Variant
    found(0, 0) = 1.5
    found(0, 1) = "{ERROR_MARK}#DIV/0!"
    found(1, 0) = "text"
    found(1, 1) = "{ERROR_MARK}#NUM!"
    MarkedArray = WithErrorValues(found)
End Function

Public Function MarkedRow() As Variant
    MarkedRow = WithErrorValues(Array(2.5, "{ERROR_MARK}#N/A"))
End Function

Public Function Sent(first As Variant, second As Variant) As Variant
    Dim cells As Variant
    cells = CellsOf(Array(first, second))
    Sent = UBound(cells(0), 1) & " x " & UBound(cells(0), 2) & ", " & cells(0)(2, 1) & ", " & TypeName(cells(1))
End Function
"""
"""In place of xlwings' module: Python can't be started; and functions that call the conversions."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What LibreOffice finds in the add-in, and in a workbook whose formulas run its VBA."""
    soffice()
    folder = tmp_path_factory.mktemp("libreoffice")
    write_addin(folder / "xl_ltc.xlam", r"C:\ltc\python.exe")
    _write_formulas(folder / "formulas.xlsm")
    script = Path(__file__).with_name("libreoffice_vba.py")
    command = [
        _PYTHON,
        str(script),
        str(folder / "profile"),
        str(folder / "xl_ltc.xlam"),
        str(folder / "formulas.xlsm"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result: list[dict[str, Any]] = json.loads(done.stdout)
    return result


def _write_formulas(path: Path) -> None:
    modules = vba.modules(list(functions().values()))
    # The conversions are private; this workbook looks at them from outside.
    modules[vba.CALL] = modules[vba.CALL].replace("Private Function", "Public Function")
    modules["xlwings"] = _NO_PYTHON.replace("\n", "\r\n")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        book.add_vba_project(io.BytesIO(project(modules)), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        sheet.set_vba_name("Sheet1")
        for row, code in enumerate(ERROR_NUMBERS):
            sheet.write_formula(row, 0, f'=Marked("{code}")')
        sheet.write_array_formula("B1:C2", "{=MarkedArray()}")
        sheet.write_array_formula("B3:C3", "{=MarkedRow()}")
        sheet.write_formula("B4", "=LTC_AE(1,2)")
        sheet.write_formula("B5", f'=LTC_WHY("LTC_AE"{",1" * (len(functions()["LTC_WHY"].arguments) - 1)})')
        sheet.write_column("D1", [7, 8, 9])
        sheet.write_formula("B6", "=Sent(D1:E3,D3)")


def test_lists_every_function_and_module(found: list[dict[str, Any]]) -> None:
    modules = found[0]["modules"]
    assert set(modules) == {"xlwings", *vba.modules([]), "ThisWorkbook", "Sheet1"}
    assert re.findall(r"Public Function (LTC_\w+)\(", modules[vba.FUNCTIONS]) == list(functions())


def test_marks_become_error_values(found: list[dict[str, Any]]) -> None:
    shown = found[1]["shown"]
    for row, code in zip(shown, ERROR_NUMBERS, strict=False):
        assert row[0] == f"Error {ERROR_NUMBERS[code if code in PASSED_ON else '#VALUE!']}"
    assert [row[1:3] for row in shown[:3]] == [["1.5", "Error 2007"], ["text", "Error 2036"], ["2.5", "Error 2042"]]


def test_a_range_becomes_its_values(found: list[dict[str, Any]]) -> None:
    assert found[1]["shown"][5][1] == "3 x 2, 8, Double"


def test_without_python_every_module_compiles_and_says_why(found: list[dict[str, Any]]) -> None:
    shown = found[1]["shown"]
    assert shown[3][1] == "Error 2015"
    reason = "ModuleNotFoundError: No module named 'xl_ltc_udfs'"
    assert shown[4][1] == f"The call did not reach xl_ltc in Python: {reason}"
