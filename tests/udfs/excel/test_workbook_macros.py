"""The macros of the workbooks with buttons: what Excel must find in the file, by other programs than built it."""

from __future__ import annotations

import ast
import html
import inspect
import io
import json
import re
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

import olefile
import pytest
from pyopenvba import ExcelFile

from tests.workbook.recalculate import soffice
from xl_ltc.workbook import study_layout
from xl_ltc.workbook.buttons import ACTIONS, FILING, STUDY
from xl_ltc.workbook.layout import SHEETS
from xl_ltc_udfs.excel import buttons
from xl_ltc_udfs.excel.project import xlwings_module
from xl_ltc_udfs.excel.workbook_macros import MODULE, macros

with warnings.catch_warnings(action="ignore"):
    from oletools.olevba import VBA_Parser

WORKBOOKS = Path(__file__).parents[3] / "workbooks"
WITH_BUTTONS = sorted(path.name for path in WORKBOOKS.glob("*.xlsm"))
SUBS = {
    FILING: [
        "RunProjection",
        "TracePolicy",
        "SolveIncrease",
        "AttributeImpact",
        "CompareSets",
        "Sensitivities",
        "CheckInputs",
        "Cancel",
    ],
    STUDY: ["RunStudy", "CarryToFiling", "Cancel"],
}
FRONT = {FILING: "Control", STUDY: "Study"}


def kind_of(workbook: str) -> str:
    return STUDY if "study" in workbook else FILING


def captions(kind: str) -> list[str]:
    return [*(action.caption for action in ACTIONS.values() if action.kind == kind), "Cancel"]


_PYTHON = "/usr/bin/python3"
"""The Python that LibreOffice's bridge is installed in."""


def part(workbook: str, name: str) -> str:
    with zipfile.ZipFile(WORKBOOKS / workbook) as package:
        return package.read(name).decode("utf-8")


def project_of(workbook: str) -> bytes:
    with zipfile.ZipFile(WORKBOOKS / workbook) as package:
        return package.read("xl/vbaProject.bin")


def sheets_of(workbook: str) -> dict[str, str]:
    """Sheets in order, and the part of each."""
    links = [dict(re.findall(r'(\w+)="([^"]*)"', link)) for link in re.findall("<Relationship [^>]*>", rels(workbook))]
    targets = {link["Id"]: link["Target"] for link in links}
    found = re.findall(r'<sheet name="([^"]+)"[^>]*r:id="([^"]+)"', part(workbook, "xl/workbook.xml"))
    return {html.unescape(name): f"xl/{targets[link]}" for name, link in found}


def rels(workbook: str) -> str:
    return part(workbook, "xl/_rels/workbook.xml.rels")


def sources(project: bytes, folder: Path) -> dict[str, str]:
    """Source of each module, by olevba."""
    path = folder / "vbaProject.bin"
    path.write_bytes(project)
    parser = VBA_Parser(str(path))
    assert not parser.detect_vba_stomping()
    return {name.rpartition(".")[0]: source for _, _, name, source in parser.extract_macros()}


def subs(source: str) -> dict[str, str]:
    """Subs that a button can call, with what each runs in Python."""
    found = re.findall(r'^Public Sub (\w+)\(\)\r\n    RunPython "([^"]*)"\r\nEnd Sub\r$', source, re.MULTILINE)
    assert len(found) == len(re.findall(r"\bSub\b", source)) // 2
    return dict(found)


def test_there_are_workbooks_with_buttons() -> None:
    assert WITH_BUTTONS == ["ltc_blank_filing.xlsm", "ltc_experience_study.xlsm", "ltc_rate_filing.xlsm"]


def test_the_same_sheets_give_the_same_bytes() -> None:
    build = (
        "import sys; from xl_ltc_udfs.excel.workbook_macros import macros; "
        "sys.stdout.buffer.write(macros(('Control', 'Lapse')).project)"
    )
    first, again = (subprocess.run([sys.executable, "-c", build], capture_output=True, check=True).stdout for _ in "12")
    assert first == again == macros(("Control", "Lapse")).project
    assert macros(("Control", "Lapse", "History")).project != first


def test_the_filings_macros_are_those_the_code_builds() -> None:
    assert project_of("ltc_rate_filing.xlsm") == macros(SHEETS).project
    assert project_of("ltc_experience_study.xlsm") == macros(study_layout.SHEETS, STUDY).project


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_every_sheet_has_its_module_and_every_module_its_sheet(workbook: str, tmp_path: Path) -> None:
    code_names = [
        found
        for name in sheets_of(workbook).values()
        for found in re.findall(r'<sheetPr [^>]*codeName="([^"]+)"', part(workbook, name))
    ]
    of_workbook = re.findall(r'<workbookPr[^>]*codeName="([^"]+)"', part(workbook, "xl/workbook.xml"))
    assert of_workbook == ["ThisWorkbook"]
    assert len(set(code_names)) == len(code_names) == len(sheets_of(workbook))
    assert set(sources(project_of(workbook), tmp_path)) == {"xlwings", MODULE, "ThisWorkbook", *code_names}


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_modules_are_of_their_kinds(workbook: str) -> None:
    """[MS-OVBA] 2.3.1: what the editor shows under Microsoft Excel Objects, and under Modules."""
    with olefile.OleFileIO(io.BytesIO(project_of(workbook))) as streams:
        lines = streams.openstream("PROJECT").read().decode("cp1252").splitlines()
    kinds = [line.split("/")[0].split("=") for line in lines if re.match(r"(Document|Module|Class|BaseClass)=", line)]
    standard = {name for kind, name in kinds if kind == "Module"}
    documents = {name for kind, name in kinds if kind == "Document"}
    assert standard == {"xlwings", MODULE}
    assert documents == {"ThisWorkbook", *(f"Sheet{i}" for i in range(1, len(sheets_of(workbook)) + 1))}


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_no_compiled_code_is_left(workbook: str) -> None:
    with ExcelFile(WORKBOOKS / workbook) as book:
        assert book.validate() == []
    with olefile.OleFileIO(io.BytesIO(project_of(workbook))) as streams:
        compiled = streams.openstream(["VBA", "_VBA_PROJECT"]).read()
        assert len(compiled.rstrip(b"\0")) <= 7, "[MS-OVBA] 2.3.4.1: a header and nothing else"
        for stream in streams.listdir():
            if stream[0] == "VBA" and stream[1] in ("xlwings", MODULE):
                assert streams.openstream(stream).read(1) == b"\x01", "source from the first byte on"


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_the_file_is_declared_as_one_with_macros(workbook: str) -> None:
    types = part(workbook, "[Content_Types].xml")
    assert 'ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"' in types
    assert 'ContentType="application/vnd.ms-office.vbaProject"' in types
    assert "spreadsheetml.sheet.main+xml" not in types
    assert "relationships/vbaProject" in rels(workbook)


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_every_button_calls_a_sub_of_the_project(workbook: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(WORKBOOKS / workbook) as package:
        drawings = [n for n in package.namelist() if n.endswith(".vml") and b"FmlaMacro" in package.read(n)]
    (drawing,) = drawings
    control = sheets_of(workbook)[FRONT[kind_of(workbook)]].replace("worksheets/", "worksheets/_rels/") + ".rels"
    assert drawing.rpartition("/")[2] in part(workbook, control)
    shapes = re.findall(r"<v:shape .*?</v:shape>", part(workbook, drawing), re.DOTALL)
    assert len(shapes) == len(captions(kind_of(workbook)))
    found = {}
    for shape in shapes:
        assert '<x:ClientData ObjectType="Button">' in shape
        (macro,) = re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", shape)
        (caption,) = re.findall(r"<font[^>]*>([^<]*)</font>", shape)
        found[caption] = macro
    assert list(found) == captions(kind_of(workbook))
    in_project = subs(sources(project_of(workbook), tmp_path)[MODULE])
    assert list(found.values()) == list(in_project) == SUBS[kind_of(workbook)]


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_what_a_sub_runs_is_there_in_python(workbook: str, tmp_path: Path) -> None:
    called = {}
    for sub, code in subs(sources(project_of(workbook), tmp_path)[MODULE]).items():
        assert '"' not in code and code.isascii(), "it stands within quotation marks on a command line"
        loads, call = ast.parse(code).body
        assert isinstance(loads, ast.Import) and isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
        (module,) = loads.names
        function = call.value.func
        assert isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
        assert (module.name, module.asname) == (buttons.__name__, function.value.id)
        arguments = [ast.literal_eval(argument) for argument in call.value.args]
        inspect.signature(getattr(buttons, function.attr)).bind(*arguments)
        called[sub] = (function.attr, *arguments)
    kind = kind_of(workbook)
    started = [("start", action.name) for action in ACTIONS.values() if action.kind == kind]
    assert called == dict(zip(SUBS[kind], [*started, ("cancel",)], strict=True))


@pytest.mark.parametrize("workbook", WITH_BUTTONS)
def test_xlwings_module_is_the_installed_one(workbook: str, tmp_path: Path) -> None:
    assert sources(project_of(workbook), tmp_path)["xlwings"] == xlwings_module()


def test_names_of_modules_and_subs_are_different() -> None:
    """VBA takes ``Module.Sub`` for the ``Sub`` where both are called the same; Attribute is a word of its own."""
    taken = {"xlwings", MODULE, "thisworkbook", "attribute"}
    assert not {name.lower() for names in SUBS.values() for name in names} & taken


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_lists_the_modules(tmp_path: Path) -> None:
    soffice()
    script = Path(__file__).with_name("libreoffice_vba.py")
    command = [_PYTHON, str(script), str(tmp_path / "profile"), *(str(WORKBOOKS / name) for name in WITH_BUTTONS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result: list[dict[str, Any]] = json.loads(done.stdout)
    for workbook, found in zip(WITH_BUTTONS, result, strict=True):
        documents = {f"Sheet{i}" for i in range(1, len(sheets_of(workbook)) + 1)}
        assert set(found["modules"]) == {"xlwings", MODULE, "ThisWorkbook", *documents}
        assert re.findall(r"Sub (\w+)\(\)", found["modules"][MODULE]) == SUBS[kind_of(workbook)]
