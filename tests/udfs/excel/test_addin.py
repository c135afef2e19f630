"""The add-in as a file."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import olefile
import pytest
from pyopenvba import ExcelFile
from python_calamine import CalamineWorkbook

from xl_ltc_udfs.excel import vba
from xl_ltc_udfs.excel.addin import SETTINGS_SHEET, addin, write_addin
from xl_ltc_udfs.excel.project import xlwings_module
from xl_ltc_udfs.registry import functions

PYTHON = r"C:\Users\Zoë & Co\ltc\Scripts\python.exe"
BUILT = {"xlwings": xlwings_module(), **vba.modules(list(functions().values()))}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("addin") / "xl_ltc.xlam"
    write_addin(path, PYTHON)
    return path


def test_is_an_addin_with_a_vba_project(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        types = package.read("[Content_Types].xml").decode()
        assert package.testzip() is None
        assert "xl/vbaProject.bin" in package.namelist()
    assert 'PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.addin.macroEnabled.main+xml"' in types
    assert "sheet.macroEnabled" not in types


def test_the_same_contents_are_the_same_bytes(path: Path) -> None:
    build = f"import sys; from xl_ltc_udfs.excel.addin import addin; sys.stdout.buffer.write(addin({PYTHON!r}))"
    again = subprocess.run([sys.executable, "-c", build], capture_output=True, check=True).stdout
    assert again == path.read_bytes()
    assert addin(r"C:\other\python.exe") != again


def test_settings_are_where_xlwings_reads_them(path: Path) -> None:
    settings = dict(CalamineWorkbook.from_path(path).get_sheet_by_name(SETTINGS_SHEET).to_python())
    assert settings["Interpreter_Win"] == PYTHON
    assert settings["UDF Modules"] == vba.PYTHON_MODULE
    assert settings["PYTHONPATH"] == ""
    assert settings["Show Console"] is settings["ADD_WORKBOOK_TO_PYTHONPATH"] is False
    # GetConfig looks names up in capitals, and asks for these when a function is called.
    asked = BUILT["xlwings"].split("Function XLPyCommand()")[1].split("Function NDims(")[0]
    names = {piece.split('"')[1] for piece in asked.split("GetConfig(")[1:]} - {"INTERPRETER"}
    assert len(names) > 8
    assert names <= {name.upper() for name in settings}


def test_olevba_lists_the_modules_with_the_source_that_was_built(path: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        (tmp_path / "vbaProject.bin").write_bytes(package.read("xl/vbaProject.bin"))
    with warnings.catch_warnings(action="ignore"):
        from oletools.olevba import VBA_Parser
    parser = VBA_Parser(str(tmp_path / "vbaProject.bin"))
    found = {name.rpartition(".")[0]: source for _, _, name, source in parser.extract_macros()}
    assert set(found) == {*BUILT, "ThisWorkbook", "Sheet1"}
    for name, source in BUILT.items():
        assert found[name] == source
    assert found["ThisWorkbook"].endswith(vba.this_workbook())
    assert not parser.detect_vba_stomping()


def test_no_compiled_code_is_left(path: Path) -> None:
    with ExcelFile(path) as book:
        assert book.validate() == []
        assert book.references()[0].name == "stdole"
    with zipfile.ZipFile(path) as package:
        project = package.read("xl/vbaProject.bin")
    with olefile.OleFileIO(io.BytesIO(project)) as streams:
        compiled = streams.openstream(["VBA", "_VBA_PROJECT"]).read()
        assert len(compiled.rstrip(b"\0")) <= 7, "[MS-OVBA] 2.3.4.1: a header and nothing else"
        for name in BUILT:
            assert streams.openstream(["VBA", name]).read(1) == b"\x01", "source from the first byte on"


def test_xlwings_functions_stay_within_the_project() -> None:
    lines = BUILT["xlwings"].split("\r\n")
    assert lines[:2] == ['Attribute VB_Name = "xlwings"', "Option Private Module"]
    assert "Copyright (C) 2014-present, Zoomer Analytics LLC." in BUILT["xlwings"]
    assert "Public Function RunPython(" in BUILT["xlwings"]


def test_a_file_that_can_not_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "xl_ltc.xlam"
    path.write_bytes(b"as it was")

    def refuse(*_: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(PermissionError):
        write_addin(path, PYTHON)
    assert path.read_bytes() == b"as it was"
    assert list(tmp_path.iterdir()) == [path]


def test_opening_the_module_excel_calls_needs_no_numba() -> None:
    """xlwings itself imports pandas where there is one; the functions do not add to that."""
    loads = """
import sys
import xlwings
before = set(sys.modules)
import xl_ltc_udfs.excel.functions
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added & {"numba", "pandas", "scipy", "pyarrow", "pyopenvba", "xlsxwriter"}))
"""
    assert subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stdout == "\n"
    without = loads.replace("import xlwings\n", "sys.modules['pandas'] = None\nimport xlwings\n")
    assert subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=True).stdout == "\n"
