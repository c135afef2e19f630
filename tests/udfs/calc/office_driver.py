"""Drives one private LibreOffice for the tests; runs in the Python that has ``uno``, not in the tests' own.

``office_driver.py SOFFICE PROFILE`` starts LibreOffice and then reads commands from its input, a JSON list
``[method, argument, …]`` a line, and answers each with a line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.frame import XDispatchResultListener, XStatusListener
from com.sun.star.util import URL

PATIENCE = 60.0
XLSX = "Calc MS Excel 2007 XML"
ERRORS = 4  # com.sun.star.sheet.FormulaResult.ERROR


def property_value(name, value):
    prop = PropertyValue()
    prop.Name, prop.Value = name, value
    return prop


HIDDEN = property_value("Hidden", True)


class Told(unohelper.Base, XDispatchResultListener):
    """The end of a dispatch."""

    def __init__(self):
        self.event, self.came = None, threading.Event()

    def dispatchFinished(self, event):  # noqa: N802
        self.event = event
        self.came.set()

    def disposing(self, _):
        pass


class Statuses(unohelper.Base, XStatusListener):
    """Whether a menu's item can be chosen, each time that LibreOffice is told."""

    def __init__(self):
        self.enabled = []

    def statusChanged(self, event):  # noqa: N802
        self.enabled.append(event.IsEnabled)

    def disposing(self, _):
        pass


class Office:
    def __init__(self, soffice, profile):
        pipe = f"xl_ltc_{uuid.uuid4().hex}"
        self.process = subprocess.Popen(
            [
                soffice,
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nofirststartwizard",
                f"-env:UserInstallation={unohelper.systemPathToFileUrl(profile)}",
                f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
            ],
            stdout=sys.stderr,
        )
        self.context = self._connected(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self.desktop = self._service("com.sun.star.frame.Desktop")
        self.document = None
        # It can be reached before it can load a document.
        self._until(lambda: self.open("private:factory/scalc"))
        self.close()

    def _connected(self, url):
        resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")

        def attempt():
            assert self.process.poll() is None, f"LibreOffice ended with status {self.process.returncode}"
            try:
                return resolver.resolve(url)
            except Exception:
                return None

        return self._until(attempt)

    @staticmethod
    def _until(attempt):
        end = time.monotonic() + PATIENCE
        while not (found := attempt()):
            assert time.monotonic() < end, "LibreOffice does not answer"
            time.sleep(0.05)
        return found

    def _service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def pid(self):
        return self.process.pid

    def open(self, url, *properties):
        """Open a file or a new document in place of the one that is open; without a window if nothing else is said."""
        if self.document is not None:
            self.close()
        url = url if ":" in url else unohelper.systemPathToFileUrl(url)
        self.document = self.desktop.loadComponentFromURL(url, "_blank", 0, properties or (HIDDEN,))
        return self.document is not None

    def show(self, url):
        """Open a file in a window, as a user does."""
        return self.open(url, property_value("Hidden", False))

    def close(self):
        self.document.close(True)
        self.document = None

    def show_read_only(self, url):
        return self.open(url, property_value("ReadOnly", True))

    def save(self, path, filter_name=XLSX):
        self.document.storeToURL(unohelper.systemPathToFileUrl(path), (property_value("FilterName", filter_name),))

    def sheets(self):
        return list(self.document.Sheets.ElementNames)

    def active_sheet(self):
        return self.document.CurrentController.ActiveSheet.Name

    def is_modified(self):
        return self.document.isModified()

    def everything(self):
        """Sheet → ``cells`` of all that is on it."""
        found = {}
        for sheet in self.document.Sheets:
            cursor = sheet.createCursor()
            cursor.gotoEndOfUsedArea(True)
            cursor.gotoStartOfUsedArea(True)
            found[sheet.Name] = self._read(sheet.getCellRangeByName(cursor.AbsoluteName.rpartition(".")[2]))
        return found

    def menu(self, title):
        """A menu of the document's menu bar: its items' texts and URLs, None if there is none of that title."""
        layout = self.document.CurrentController.Frame.LayoutManager
        bar = layout.getElement("private:resource/menubar/menubar").getPropertyValue("XMenuBar")
        for menu in (
            bar.getPopupMenu(bar.getItemId(i))
            for i in range(bar.getItemCount())
            if bar.getItemText(bar.getItemId(i)) == title
        ):
            ids = [menu.getItemId(i) for i in range(menu.getItemCount())]
            return [[menu.getItemText(i), menu.getCommand(i)] for i in ids if menu.getItemText(i)]
        return None

    def _dispatch(self, url):
        parsed = URL()
        parsed.Complete = url
        _, parsed = self._service("com.sun.star.util.URLTransformer").parseStrict(parsed)
        return self.document.CurrentController.Frame.queryDispatch(parsed, "_self", 0), parsed

    def choose(self, url, *meanwhile):
        """Choose an item of a menu; and call methods of this object while its action runs.

        Returns:
            whether it was done, the message, whether the item could be chosen each time that it was told, and what
            the methods gave.
        """
        frame = self.document.CurrentController.Frame
        dispatch, parsed = self._dispatch(url)
        told, statuses = Told(), Statuses()
        dispatch.addStatusListener(statuses, parsed)
        dispatch.dispatchWithNotification(parsed, (), told)
        others = [getattr(self, method)(*arguments) for method, *arguments in meanwhile]
        assert told.came.wait(PATIENCE), f"{url} does not end"
        if self.document is not None:
            dispatch.removeStatusListener(statuses, parsed)
            self.document = frame.Controller.Model
        success = 1  # com.sun.star.frame.DispatchResultState.SUCCESS
        return {
            "done": told.event.State == success,
            "message": told.event.Result,
            "enabled": statuses.enabled,
            "meanwhile": others,
        }

    def wait_for(self, url):
        """Choose an item as a macro does that goes on when it has ended."""
        frame = self.document.CurrentController.Frame
        helper = self._service("com.sun.star.frame.DispatchHelper")
        events = []
        waiting = threading.Thread(
            target=lambda: events.append(helper.executeDispatch(frame, url, "_self", 0, ())), daemon=True
        )
        waiting.start()
        waiting.join(PATIENCE)
        assert events, f"{url} does not end"
        self.document = frame.Controller.Model
        return events[0].Result

    def calculate(self):
        """A hard recalculation; the seconds it took."""
        start = time.perf_counter()
        self.document.calculateAll()
        return time.perf_counter() - start

    def calculate_by_hand(self):
        """From now on the document recalculates only when told to."""
        self.document.enableAutomaticCalculation(False)

    def _range(self, sheet, area):
        return self.document.Sheets.getByIndex(sheet).getCellRangeByName(area)

    def put(self, sheet, cell, formula):
        self._range(sheet, cell).setFormula(formula)

    def put_all(self, sheet, area, formulas):
        self._range(sheet, area).setFormulaArray(tuple(map(tuple, formulas)))

    def put_array(self, sheet, area, formula):
        """An array formula; the seconds until its value was there."""
        start = time.perf_counter()
        found = self._range(sheet, area)
        found.setArrayFormula(formula)
        found.getCellByPosition(0, 0).getError()
        return time.perf_counter() - start

    def formula(self, sheet, cell):
        return self._range(sheet, cell).getFormula()

    def area(self, sheet, top, left, height, width):
        """``cells`` of an area whose first cell is row ``top`` and column ``left``, 1 for the first."""
        sheet = self.document.Sheets.getByIndex(sheet)
        return self._read(sheet.getCellRangeByPosition(left - 1, top - 1, left + width - 2, top + height - 2))

    def cells(self, sheet, area):
        """Rows of numbers, texts and, for an error, ``{"error": its number, "shown": its text}``."""
        return self._read(self._range(sheet, area))

    @staticmethod
    def _read(found):
        rows = [list(row) for row in found.getDataArray()]
        top, left = found.RangeAddress.StartRow, found.RangeAddress.StartColumn
        for address in found.queryFormulaCells(ERRORS).getRangeAddresses():
            for row in range(address.StartRow, address.EndRow + 1):
                for column in range(address.StartColumn, address.EndColumn + 1):
                    cell = found.getCellByPosition(column - left, row - top)
                    rows[row - top][column - left] = {"error": cell.getError(), "shown": cell.getString()}
        return rows

    def functions(self):
        """What the Function Wizard knows of the add-in's functions."""
        descriptions = self._service("com.sun.star.sheet.FunctionDescriptions")
        found = []
        for position in range(descriptions.getCount()):
            properties = {p.Name: p.Value for p in descriptions.getByIndex(position)}
            if properties["Name"].startswith("LTC_"):
                properties["Arguments"] = [[a.Name, a.Description] for a in properties["Arguments"]]
                found.append(properties)
        return found

    def end(self):
        self.desktop.terminate()
        return self.process.wait(PATIENCE)


def main(soffice, profile):
    office = Office(soffice, profile)
    print(json.dumps("ready"), flush=True)
    try:
        for line in sys.stdin:
            method, *arguments = json.loads(line)
            try:
                answer = [True, getattr(office, method)(*arguments)]
            except Exception as error:
                answer = [False, repr(error)]
            print(json.dumps(answer), flush=True)
    finally:
        if office.process.poll() is None:
            office.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
