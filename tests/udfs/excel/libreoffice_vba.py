"""Run by LibreOffice's Python: opens workbooks with VBA, recalculates, and says what it found, as JSON.

Arguments: a folder for the profile, and workbooks. For each: the source of each module, and what the cells of the first
sheet show.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

_FILTER = "Calc MS Excel 2007 VBA XML"
_ALWAYS_RUN_MACROS = 4
_SECONDS = 120


def main(profile: str, *workbooks: str) -> None:
    pipe = f"pipe,name=vba{os.getpid()};urp"
    command = ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore", "--nodefault"]
    office = subprocess.Popen([*command, f"--accept={pipe}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        desktop = _desktop(f"uno:{pipe};StarOffice.ComponentContext")
        json.dump([_found(desktop, Path(workbook)) for workbook in workbooks], sys.stdout)
        desktop.terminate()
        office.wait(30)
    finally:
        office.kill()


def _desktop(address):
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(_SECONDS * 5):
        try:
            context = resolver.resolve(address)
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.2)
    raise SystemExit("LibreOffice does not answer")


def _found(desktop, workbook):
    document = _opened(desktop, workbook)
    document.calculateAll()
    sheet = document.Sheets.getByIndex(0)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    shown = [
        [sheet.getCellByPosition(column, row).String for column in range(end.EndColumn + 1)]
        for row in range(end.EndRow + 1)
    ]
    project = document.BasicLibraries.getByName("VBAProject")
    modules = {name: project.getByName(name) for name in project.getElementNames()}
    document.close(True)
    return {"modules": modules, "shown": shown}


def _opened(desktop, workbook):
    given = {"Hidden": True, "MacroExecutionMode": _ALWAYS_RUN_MACROS, "FilterName": _FILTER}
    properties = []
    for name, value in given.items():
        properties.append(PropertyValue())
        properties[-1].Name, properties[-1].Value = name, value
    for _ in range(_SECONDS * 5):
        # It accepts connections before it can load.
        document = desktop.loadComponentFromURL(workbook.as_uri(), "_blank", 0, tuple(properties))
        if document is not None:
            return document
        time.sleep(0.2)
    raise SystemExit(f"LibreOffice does not open {workbook}")


main(*sys.argv[1:])
