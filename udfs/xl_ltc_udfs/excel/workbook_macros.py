"""The macros of the workbooks with buttons: a Sub for each action, which calls Python through xlwings' RunPython."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from xl_ltc.workbook.buttons import ACTIONS, FILING, Action
from xl_ltc.workbook.sheets.control import Macros
from xl_ltc_udfs.excel.project import xlwings_module

MODULE: Final = "ltc_buttons"
CANCEL: Final = "Cancel"
_SCRIPT: Final = "xl_ltc_udfs.excel.buttons"
_PLAIN: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_WITH_MACROS: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def macro_name(caption: str) -> str:
    """The Sub of a button: ``RunProjection``."""
    return "".join(word.capitalize() for word in caption.split())


def buttons(kind: str = FILING) -> dict[str, str]:
    """Captions and Subs of a kind of workbooks, in the order of the buttons."""
    captions = [*(action.caption for action in _actions(kind)), CANCEL]
    return {caption: macro_name(caption) for caption in captions}


def _actions(kind: str) -> list[Action]:
    return [action for action in ACTIONS.values() if action.kind == kind]


def macros(sheets: Sequence[str], kind: str = FILING) -> Macros:
    """The code and buttons of a workbook; the same sheets give the same bytes.

    Args:
        kind: of the workbook, as ``xl_ltc.workbook.buttons`` has it;
        sheets: names, in the workbook's order; each has a document module, as Excel would make it.
    """
    code_names = {name: f"Sheet{i}" for i, name in enumerate(sheets, start=1)}
    modules = {"xlwings": xlwings_module(), MODULE: _source(kind)}
    return Macros(_project(tuple(code_names.values()), modules), buttons(kind), code_names)


def _source(kind: str) -> str:
    starts = {macro_name(a.caption): f"start('{a.name}')" for a in _actions(kind)} | {macro_name(CANCEL): "cancel()"}
    lines = [f'Attribute VB_Name = "{MODULE}"', "Option Explicit", ""]
    for sub, call in starts.items():
        lines += [f"Public Sub {sub}()", f'    RunPython "import {_SCRIPT} as b; b.{call}"', "End Sub", ""]
    return "".join(f"{line}\r\n" for line in lines)


def _project(code_names: Sequence[str], modules: Mapping[str, str]) -> bytes:
    """A ``vbaProject.bin`` with a document module for the workbook and each sheet, without compiled code."""
    from pyopenvba import ExcelFile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.xlsm"
        path.write_bytes(_skeleton(code_names))
        with ExcelFile(path) as book:
            made = book.add_vba_project()
            for name, source in modules.items():
                made.add_module(name, source)
            book.save()
        with ExcelFile(path) as book:
            return book.vba_project_bytes()


def _skeleton(code_names: Sequence[str]) -> bytes:
    """A workbook with so many sheets, declared as one with macros that has none yet."""
    import xlsxwriter

    plain, declared = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        for name in code_names:
            book.add_worksheet(name)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(declared, "w") as target:
        for part in source.namelist():
            target.writestr(part, source.read(part).replace(_PLAIN, _WITH_MACROS))
    return declared.getvalue()
