"""The add-in ``xl_ltc.xlam``: the worksheet functions in VBA, and the settings by which xlwings finds Python."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Final

import xl_ltc
from xl_ltc.files import made, written_whole
from xl_ltc_udfs.excel import vba
from xl_ltc_udfs.excel.project import project, xlwings_module
from xl_ltc_udfs.registry import functions

SETTINGS_SHEET: Final = "xlwings.conf"
"""The sheet that xlwings reads its settings from, names in column A, values in column B."""
_WORKBOOK: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADDIN: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_SAME_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Of every part, so that the same contents are the same bytes."""


def settings(interpreter: str) -> dict[str, str | bool]:
    """xlwings' settings.

    Every setting that is read for a function stands here, blank ones too: what the sheet does not have, xlwings looks
    up in files of the user's, each time, and those may be meant for something else.
    """
    return {
        "Interpreter_Win": interpreter,
        "PYTHONPATH": "",
        "ADD_WORKBOOK_TO_PYTHONPATH": False,
        "ONEDRIVE_CONSUMER_WIN": "",
        "ONEDRIVE_COMMERCIAL_WIN": "",
        "SHAREPOINT_WIN": "",
        "Conda Path": "",
        "Conda Env": "",
        "License_Key": "",
        "UDF Modules": vba.PYTHON_MODULE,
        "Debug UDFs": False,
        "Use UDF Server": False,
        "Show Console": False,
    }


def addin(interpreter: str) -> bytes:
    """The add-in.

    Args:
        interpreter: path of the Python that Excel starts, one that has xl-ltc[excel].
    """
    modules = {"xlwings": xlwings_module(), **vba.modules(list(functions().values()))}
    return _as_addin(_workbook(settings(interpreter), project(modules, vba.this_workbook())))


def write_addin(path: Path, interpreter: str) -> None:
    """Write the add-in, whole or not at all.

    Raises:
        OSError: the file can't be written, e.g. because Excel has it open.
    """
    content = addin(interpreter)
    with made(path.parent), written_whole(path) as part:
        part.write_bytes(content)


def _workbook(settings: dict[str, str | bool], vba_project: bytes) -> bytes:
    """A macro-enabled workbook with the settings."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": "xl_ltc worksheet functions",
                "comments": f"Long-term-care rate filings, xl-ltc {xl_ltc.__version__}",
                "created": dt.datetime(*_SAME_DATE),
            }
        )
        sheet = book.add_worksheet(SETTINGS_SHEET)
        for row, (name, value) in enumerate(settings.items()):
            sheet.write_string(row, 0, name)
            sheet.write(row, 1, value)
        book.add_vba_project(io.BytesIO(vba_project), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        sheet.set_vba_name("Sheet1")
    return content.getvalue()


def _as_addin(workbook: bytes) -> bytes:
    """A macro-enabled workbook declared as an add-in, so that Excel hides it and offers its functions everywhere."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _SAME_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name).replace(_WORKBOOK, _ADDIN))
    return content.getvalue()
