"""Excel with open workbooks, below xlwings' own classes: an engine with what the buttons ask of it.

xlwings itself runs, with its names and rules; in place of COM stands this. Workbooks are the files as they were when
they were opened, with the cells written since. What is asked of Excel is recorded.
"""

from __future__ import annotations

import html
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlwings
from xlwings.utils import fullname_url_to_local_path

Call = list[str]
"""What was asked, and of what."""

_NAME, _SHEET = re.compile(r'<definedName name="([^"]+)"[^>]*>([^<]*)<'), re.compile(r'<sheet name="([^"]+)"')
_CLOUD = "://"


class ComError(Exception):
    """pywin32's, which is on Windows only."""


class OpenExcel:
    """A process of Excel.

    Args:
        pid: its number.
        log: where to record what is asked, for another process to read.

    Attributes:
        calls: what was asked, in order.
        busy: so many more calls are refused, as while the user edits a cell.
        then: what happens when it is not busy any more.
    """

    name, type, display_alerts = "excel", "desktop", True

    def __init__(self, pid: int, log: Path | None = None) -> None:
        self.pid, self.calls, self.busy = pid, list[Call](), 0
        self.then: Callable[[], object] = lambda: None
        self.opened: dict[str, OpenBook] = {}
        self.apps = _Apps([self])
        self._log = log

    @property
    def engine(self) -> OpenExcel:
        return self

    @property
    def books(self) -> OpenExcel:
        return self

    @property
    def app(self) -> OpenExcel:
        return self

    @staticmethod
    def prepare_xl_data_element(element: Any, _: Any) -> Any:
        return element

    def record(self, *call: str) -> None:
        self.calls.append(list(call))
        if self._log:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(call) + "\n")

    def answer(self) -> None:
        """Every call of COM comes here first."""
        if self.busy:
            self.busy -= 1
            if not self.busy:
                self.then()
            raise ComError(-2147418111, "Call was rejected by callee.")

    def asked(self, what: str) -> list[str]:
        """With what each call of a kind was made."""
        return [call[1] for call in self.calls if call[0] == what]

    def _say(self, words: str | bool) -> None:
        self.answer()
        self.record("status_bar", str(words))

    status_bar = property(fset=_say)

    def activate(self, _: bool) -> None:
        """To the front of Excel's windows."""
        self.answer()

    def alert(self, prompt: str, title: str, *_: Any) -> str:
        """A box of Windows, not of Excel: it is shown at any time."""
        self.record("alert", prompt, title)
        return "ok"

    def __call__(self, name: str) -> OpenBook:
        try:
            self.answer()
            return self.opened[name.lower()]
        except (ComError, KeyError):
            raise KeyError(name) from None  # xlwings says so of any error

    def open(self, fullname: str, *_: Any) -> OpenBook:
        self.answer()
        self.record("open", fullname)
        return self.show(fullname)

    def show(self, fullname: str) -> OpenBook:
        """A workbook the user has opened."""
        book = OpenBook(self, fullname)
        return self.opened.setdefault(book.name.lower(), book)

    def replace(self, source: Any, target: Any) -> None:
        """``os.replace`` on Windows, where an open file is not replaced."""
        if any(book.full_name == str(target) for book in self.opened.values()):
            raise PermissionError(13, "Access is denied", str(target))
        _replace(source, target)


_replace = os.replace


class _Apps(list[OpenExcel]):
    """The processes of Excel, that with the focus first; by their numbers."""

    def __getitem__(self, pid: Any) -> Any:
        return next(app for app in self if app.pid == pid)


class OpenBook:
    """A workbook; ``api`` is COM's own object.

    Attributes:
        content: what saving writes.
        cells: written since it was opened, by the name of the cell.
    """

    def __init__(self, app: OpenExcel, full_name: str) -> None:
        self.app, self.full_name = app, full_name
        self.name = full_name.rpartition("/")[2]
        self.content = b"" if _CLOUD in full_name or "/" not in full_name else Path(full_name).read_bytes()
        self.cells: dict[str, str] = {}
        self.Saved, self.ReadOnly = True, False

    def edit(self) -> None:
        """The user changes a cell."""
        self.content, self.Saved = b"changed by the user", False

    @property
    def api(self) -> OpenBook:
        self.app.answer()
        return self

    @property
    def fullname(self) -> str:
        return str(fullname_url_to_local_path(self.full_name)) if _CLOUD in self.full_name else self.full_name

    def save(self, path: None, password: None) -> None:
        self.app.answer()
        self.app.record("save", self.name)
        Path(self.full_name).write_bytes(self.content)
        self.Saved = True

    def close(self) -> None:
        self.app.answer()
        self.app.record("close", self.name)
        del self.app.opened[self.name.lower()]

    def activate(self) -> None:
        self.app.answer()

    @property
    def names(self) -> _Names:
        self.app.answer()
        return _Names(self)

    @property
    def sheets(self) -> Callable[[str], _Sheet]:
        return lambda name: _Sheet(self, name)

    def found(self, what: re.Pattern[str]) -> dict[str, str]:
        """Names of the file's workbook part."""
        with zipfile.ZipFile(self.full_name) as package:
            found = what.findall(package.read("xl/workbook.xml").decode())
        return dict(item if isinstance(item, tuple) else (html.unescape(item), "") for item in found)


class _Sheet:
    def __init__(self, book: OpenBook, name: str) -> None:
        if name not in book.found(_SHEET):
            raise KeyError(name)
        self.book, self.name = book, name

    def activate(self) -> None:
        self.book.app.answer()
        self.book.app.record("activate", self.name)


class _Names:
    def __init__(self, book: OpenBook) -> None:
        self._book = book

    def snapshot(self) -> list[tuple[str, _Cell]]:
        return [(name, _Cell(self._book, name)) for name in self._book.found(_NAME)]

    def __call__(self, name: str) -> _Cell:
        return dict(self.snapshot())[name]


class _Cell:
    """A name, and the one cell it refers to."""

    def __init__(self, book: OpenBook, name: str) -> None:
        self.book, self.name, self.options = book, name, None

    @property
    def refers_to_range(self) -> _Cell:
        return self

    sheet = api = refers_to_range

    def _write(self, value: str) -> None:
        self.book.app.answer()
        self.book.app.record("write", self.name, value)
        self.book.cells[self.name], self.book.Saved = value, False

    raw_value = property(fset=_write)


def start(excel: OpenExcel) -> Iterator[None]:
    """xlwings finds this Excel, until the iterator goes on."""
    before = xlwings.engines.active
    xlwings.engines.active = xlwings.Engine(impl=excel)
    os.replace = excel.replace  # type: ignore[assignment]
    try:
        yield
    finally:
        xlwings.engines.active, os.replace = before, _replace


def press(book: OpenBook, button: Callable[[], object]) -> None:
    """What a button's macro does, RunPython: the function is called, and finds its workbook."""
    xlwings.Book(impl=book).set_mock_caller()
    try:
        button()
    finally:
        del xlwings.Book._mock_caller
