"""The VBA project of a workbook, made without Excel."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path


def project(modules: Mapping[str, str], this_workbook: str = "") -> bytes:
    """A ``vbaProject.bin`` for a workbook with one sheet, ``Sheet1`` in code; the same modules give the same bytes.

    It has no compiled code, so that Excel compiles the source when it opens the workbook.

    Args:
        modules: source of each standard module by name.
        this_workbook: code of the workbook itself.
    """
    from pyopenvba import ExcelFile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.xlam"
        with ExcelFile.create_new(path) as book:
            made = book.vba_project()
            made.delete_module("Module1")
            for name, source in modules.items():
                made.add_module(name, source)
            book.set_module("ThisWorkbook", this_workbook)
            book.save()
        with ExcelFile(path) as book:
            return book.vba_project_bytes()


def xlwings_module() -> str:
    """xlwings' stand-alone VBA module (BSD, its licence within), from the installed xlwings.

    Its functions are kept to the project: Excel would list every public one among the worksheet functions.
    """
    import xlwings
    from pyopenvba import ExcelFile

    with ExcelFile(Path(xlwings.__file__).parent / "quickstart_standalone.xlsm") as book:
        source = book.get_module("xlwings")
    header, *lines = source.splitlines()
    return "".join(f"{line}\r\n" for line in (header, "Option Private Module", *lines))
