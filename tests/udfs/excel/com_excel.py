"""A stand-in for Excel behind COM, so that xlwings' own code for Windows finds it, reads it and changes it.

It has the one trait that a stand-in for xlwings would not show: xlwings finds an Excel by the window of a workbook,
so that an Excel without a workbook is not to be found, whatever its process.
"""

# ruff: noqa: N802 - methods have the names COM calls them by

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

PROCESS = 4321
_DESK, _SHEET = 1_000_000, 2_000_000
"""Added to a window's number: the windows in it, of which the second is there with a workbook only."""
_CALL_REJECTED = -2147418111


class ComExcel:
    """Excel's process: its workbooks and what its user was told.

    Attributes:
        books: open workbooks, in order.
        boxes: what message boxes said.
        status: what the status bar said, in order; False where Excel got it back.
        busy: calls that Excel rejects yet, as it does while a cell is edited.
        forgetful: whether Excel does not open a workbook any more.
    """

    def __init__(self, com: Any) -> None:
        self.books: list[ComBook] = []
        self.boxes: list[str] = []
        self.status: list[object] = []
        self.busy = 0
        self.com = com
        self.application = com.made(_Application, self)
        self._windows = 0

    def open(self, path: Path, url: str = "") -> ComBook:
        """Open a file as its user does."""
        self._windows += 1
        book: ComBook = self.com.made(ComBook, self, path, self._windows, url)
        self.books.append(book)
        return book

    def check_busy(self) -> None:
        """Reject a call while busy, as pywin32 has it."""
        if self.busy:
            self.busy -= 1
            raise self.com.error(_CALL_REJECTED)


class ComBook:
    """A workbook that is open."""

    def __init__(self, excel: ComExcel, path: Path, window: int, url: str) -> None:
        self._excel, self._window, self._file = excel, window, path
        self.Name, self.FullName, self.Path = path.name, url or str(path), str(path.parent)
        self.Application = excel.application
        self.ReadOnly, self._saved = False, True
        self.opened_with = path.read_bytes()
        self.cells: dict[str, object] = {}
        self.saved_cells: dict[str, object] = {}
        self.shown = ""
        content = openpyxl.load_workbook(path, read_only=True)
        self._sheets, self._names = content.sheetnames, list(content.defined_names)

    @property
    def Saved(self) -> bool:
        self._excel.check_busy()
        return self._saved

    @property
    def Names(self) -> Any:
        names = [self._excel.com.made(_Name, self, name) for name in self._names]
        return self._excel.com.made(_Collection, self._excel, names)

    @property
    def Worksheets(self) -> Any:
        sheets = [self._excel.com.made(_Sheet, self, name) for name in self._sheets]
        return self._excel.com.made(_Collection, self._excel, sheets)

    def Save(self) -> None:
        self._saved, self.saved_cells = True, dict(self.cells)

    def Close(self, SaveChanges: bool) -> None:
        assert not SaveChanges
        self._excel.books.remove(self)

    def Activate(self) -> None:
        pass

    def edit(self) -> None:
        """The user types something."""
        self._saved = False

    def put(self, name: str, value: object) -> None:
        """A value into a cell with a name."""
        self.cells[name] = value
        self.edit()


class _Application:
    def __init__(self, excel: ComExcel) -> None:
        self._excel = excel
        self.DisplayAlerts = True

    @property
    def Hwnd(self) -> int:
        return self._excel.books[-1]._window

    @property
    def Application(self) -> Any:
        return self._excel.application

    @property
    def Workbooks(self) -> Any:
        return self._excel.com.made(_Workbooks, self._excel, self._excel.books)

    @property
    def StatusBar(self) -> object:
        return self._excel.status[-1]

    @StatusBar.setter
    def StatusBar(self, words: object) -> None:
        self._excel.check_busy()
        self._excel.status.append(words)


class _Collection:
    def __init__(self, excel: ComExcel, items: list[Any]) -> None:
        self._excel, self._items, self.Count = excel, items, len(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __call__(self, key: str | int) -> Any:
        for i, item in enumerate(self._items, start=1):
            if key in (i, item.Name) or str(key).lower() == item.Name.lower():
                return item
        raise self._excel.com.error(-2147352567)


class _Workbooks(_Collection):
    def Open(self, path: str, *_: Any) -> Any:
        return self._excel.open(Path(path))


class _Sheet:
    def __init__(self, book: ComBook, name: str) -> None:
        self._book, self.Name, self.Parent = book, name, book

    def Activate(self) -> None:
        self._book.shown = self.Name


class _Name:
    def __init__(self, book: ComBook, name: str) -> None:
        self.Name = name
        self.RefersToRange = book._excel.com.made(_Cell, book, name)


class _Cell:
    def __init__(self, book: ComBook, name: str) -> None:
        self._book, self._name = book, name
        self.Row = self.Column = 1
        self.Rows = self.Columns = SimpleNamespace(Count=1)
        self.Worksheet = SimpleNamespace(Cells=lambda *_: self, Range=lambda *_: self, Parent=book)

    @property
    def Value(self) -> object:
        return self._book.cells.get(self._name)

    @Value.setter
    def Value(self, value: object) -> None:
        self._book.put(self._name, value)


class _Com:
    """pywin32's classes, whose objects and errors xlwings knows."""

    def __init__(self, dispatch: type, error: type[Exception]) -> None:
        self._dispatch, self._error = dispatch, error

    def made(self, kind: type, *arguments: Any) -> Any:
        """A COM object of a kind."""
        return type(kind.__name__, (kind, self._dispatch), {})(*arguments)

    def error(self, result: int) -> Exception:
        """What pywin32 raises where a call gives an error code."""
        error = self._error(result, "", None, None)
        vars(error)["hresult"] = result
        return error


def show_excel(monkeypatch: pytest.MonkeyPatch) -> ComExcel:
    """Excel, and xlwings as on Windows with it; ``xlwings_com_server`` is entered."""
    import xlwings

    windows = sys.modules["xlwings._xlwindows"]
    excel = ComExcel(_Com(windows.CDispatch, windows.pywintypes.com_error))
    put: Callable[..., None] = monkeypatch.setattr

    def top_window(_: object) -> int:
        return excel.books[0]._window if excel.books else 1

    def next_window(window: int, _: int) -> int:
        later = [book._window for book in excel.books if book._window > window]
        return min(later, default=0)

    def within(window: int, _: int, kind: str, __: None) -> int:
        if kind == "XLDESK":
            return window + _DESK
        return window - _DESK + _SHEET if any(book._window + _DESK == window for book in excel.books) else 0

    def book_in(window: int) -> Any:
        return next(book for book in excel.books if book._window + _SHEET == window)

    def box(owner: int, words: str, _title: str, _style: int) -> int:
        if owner and owner not in [book._window for book in excel.books]:
            raise windows.pywintypes.error
        excel.boxes.append(words)
        return 1

    user32 = SimpleNamespace(
        GetTopWindow=top_window,
        GetWindow=next_window,
        GetForegroundWindow=lambda: top_window(None),
        SetForegroundWindow=lambda _: True,
    )
    put(windows, "windll", SimpleNamespace(user32=user32))
    put(windows.win32gui, "FindWindowEx", within, raising=False)
    put(windows.pywintypes, "error", type("error", (Exception,), {}), raising=False)
    put(windows.win32process, "GetWindowThreadProcessId", lambda _: (1, PROCESS))
    put(windows.win32api, "MessageBox", box, raising=False)
    buttons = {"MB_OK": 0, "MB_OKCANCEL": 1, "MB_YESNO": 4, "MB_YESNOCANCEL": 3}
    for name, value in {**buttons, "MB_ICONINFORMATION": 64, "MB_ICONWARNING": 48}.items():
        put(windows.win32con, name, value, raising=False)
    put(windows, "accessible_object_from_window", lambda window: window)
    put(windows, "_PyCom_PyObjectFromIUnknown", lambda window, *_: book_in(window))
    put(xlwings.engines, "active", xlwings.engines["excel"])
    return excel
