"""LibreOffice as an independent spreadsheet: it opens a workbook, recalculates every formula and gives the values.

LibreOffice trusts the values stored in a file unless told otherwise; each call makes a profile that says so.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl

Values = dict[str, dict[str, Any]]
"""Sheet → cell → value."""

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""
_TIMEOUT = 180


def soffice() -> str:
    """LibreOffice's program; a test that needs it fails without it."""
    program = shutil.which("soffice")
    assert program, "LibreOffice Calc (soffice) is not on the PATH"
    return program


def convert(workbook: Path, folder: Path, to: str) -> Path:
    """The workbook after a hard recalculation, as another file."""
    profile = folder / "profile"
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    out = folder / "out"
    command = [soffice(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", to, "--outdir", str(out), str(workbook)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    result = out / f"{workbook.stem}.{to}"
    assert result.is_file(), f"LibreOffice wrote no {to}: {done.stdout} {done.stderr}"
    return result


def recalculated(workbook: Path, folder: Path) -> Values:
    """The values of all cells after a hard recalculation; ``folder`` is empty and the caller's."""
    return values(convert(workbook, folder, "xlsx"))


def values(workbook: Path) -> Values:
    """The stored values of all cells."""
    return _cells(workbook, data_only=True)


def formulas(workbook: Path) -> Values:
    """The formulas of all cells that have one."""
    cells = _cells(workbook, data_only=False)
    return {
        sheet: {at: f for at, f in found.items() if isinstance(f, str) and f.startswith("=")}
        for sheet, found in cells.items()
    }


def _cells(workbook: Path, data_only: bool) -> Values:
    book = openpyxl.load_workbook(workbook, data_only=data_only)
    return {
        sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in book.worksheets
    }
