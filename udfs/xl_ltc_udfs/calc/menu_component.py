"""The menu LTC as LibreOffice loads it: does an action of a workbook on the document of a window.

Runs in LibreOffice's Python, from the installed extension; ``settings.json`` beside it names the interpreter and the
actions. An action reads and writes the saved file in a process of its own, while the window stays alive; then the
document is loaded again. Who dispatches one of the URLs ``org.xlltc.action:…`` with notification is told the message
that a user sees.
"""

from __future__ import annotations

import json
import math
import queue
import threading
from pathlib import Path
from typing import Any

import uno
import unohelper  # type: ignore[import-not-found]
from com.sun.star.awt import XCallback  # type: ignore[import-not-found]
from com.sun.star.awt.MessageBoxType import ERRORBOX, INFOBOX  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.frame import (  # type: ignore[import-not-found]
    DispatchResultEvent,
    FeatureStateEvent,
    XDispatchProvider,
    XNotifyingDispatch,
)
from com.sun.star.frame.DispatchResultState import FAILURE, SUCCESS  # type: ignore[import-not-found]
from com.sun.star.io import IOException  # type: ignore[import-not-found]
from com.sun.star.lang import XInitialization, XServiceInfo  # type: ignore[import-not-found]
from com.sun.star.uno import Exception as UnoException  # type: ignore[import-not-found]
from com.sun.star.util import XCloseListener  # type: ignore[import-not-found]

from xl_ltc_udfs.calc.job_client import DONE, Ended, Job
from xl_ltc_udfs.calc.user_log import user_log

_ALL = json.loads((Path(__file__).parent / "settings.json").read_text(encoding="utf-8"))
_SETTINGS = _ALL["menu"]
_FORMULA = 16  # com.sun.star.sheet.CellFlags.FORMULA
_LAST_BITS = 1e-9
"""Relative difference of the same formula's values in two programs."""
_OK = 1  # com.sun.star.awt.MessageBoxButtons.BUTTONS_OK

_windows: list[Window] = []
"""The windows whose menu was asked for; LibreOffice makes a new ``Menu`` for each item."""


class Menu(unohelper.Base, XServiceInfo, XInitialization, XDispatchProvider):  # type: ignore[misc]
    """Finds who performs the items' URLs in a window."""

    def __init__(self, context: Any, *_: Any) -> None:
        self._context, self._frame = context, None

    def initialize(self, arguments: Any) -> None:  # noqa: D102
        self._frame = arguments[0] if arguments else None

    def queryDispatch(self, url: Any, _target: str, _flags: int) -> Any:  # noqa: N802, D102
        if self._frame is None or _name(url) not in (*_SETTINGS["actions"], _SETTINGS["cancel"]):
            return None
        for window in _windows:
            if window.frame == self._frame:
                return window
        window = Window(self._context, self._frame)
        _windows.append(window)
        self._frame.addCloseListener(window)
        return window

    def queryDispatches(self, requests: Any) -> Any:  # noqa: N802, D102
        return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

    def getImplementationName(self) -> str:  # noqa: N802, D102
        return _SETTINGS["implementation"]

    def supportsService(self, name: str) -> bool:  # noqa: N802, D102
        return name in _SETTINGS["services"]

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802, D102
        return tuple(_SETTINGS["services"])


class Window(unohelper.Base, XNotifyingDispatch, XCallback, XCloseListener):  # type: ignore[misc]
    """Performs the actions on the document of one window, one at a time."""

    def __init__(self, context: Any, frame: Any) -> None:
        self.frame = frame
        self.url: str | None = None
        self._context = context
        self._job: Job | None = None
        self._news: queue.SimpleQueue[str | Ended] = queue.SimpleQueue()
        self._indicator: Any = None
        self._asked_by: Any = None
        self._status_listeners: list[tuple[Any, Any]] = []

    def dispatch(self, url: Any, arguments: Any) -> None:  # noqa: D102
        self.dispatchWithNotification(url, arguments, None)

    def dispatchWithNotification(self, url: Any, arguments: Any, listener: Any) -> None:  # noqa: N802, D102
        name = _name(url)
        if name == _SETTINGS["cancel"]:
            if self._job is not None:
                self._job.cancel()
            self._tell(listener, SUCCESS, "")
            return
        refusal = self._refusal()
        if refusal:
            self._show(listener, FAILURE, refusal)
            return
        # A macro that waits for the result holds LibreOffice's own thread, so nothing can be told there.
        waits = any(argument.Name == "SynchronMode" and argument.Value for argument in arguments)
        self._start(name, listener, in_own_thread=not waits)
        while waits and self._job is not None:
            self._hear(self._news.get())

    def addStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802, D102
        self._status_listeners.append((listener, url))
        listener.statusChanged(self._status(url))

    def removeStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802, D102
        self._status_listeners = [
            (other, of) for other, of in self._status_listeners if other != listener or of.Complete != url.Complete
        ]

    def notify(self, _: Any) -> None:
        """Called on LibreOffice's own thread for each message of the job."""
        news = self._news.get()
        if self._job is not None:
            self._hear(news)

    def queryClosing(self, _source: Any, _gets_ownership: bool) -> None:  # noqa: N802
        """A window may be closed at any time."""

    def notifyClosing(self, _: Any) -> None:  # noqa: N802
        """The window is closed; an action on its document is stopped."""
        _windows.remove(self)
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._tell(self._asked_by, FAILURE, "Cancelled: the workbook was closed.")

    def disposing(self, event: Any) -> None:
        """A listener is gone."""
        self._status_listeners = [(one, of) for one, of in self._status_listeners if one != event.Source]

    def _refusal(self) -> str:
        """Why no action can start now, or nothing; saves the document."""
        document = self.frame.getController().getModel()
        url = document.getURL()
        if any(window.url == url for window in _windows):
            return "An action on this workbook is running: wait for its end or cancel it."
        if not url.startswith("file:") or not url.lower().endswith(tuple(_SETTINGS["endings"])):
            return f"Save the workbook first, as a file that ends in {' or '.join(_SETTINGS['endings'])}."
        if not self.frame.getContainerWindow().isVisible():
            # LibreOffice loses a hidden window when it loads a document again.
            return "The workbook is open without a window: open it in one."
        if document.isReadonly():
            return "The workbook is open for reading only: open it for editing, or save a copy."
        try:
            if document.isModified():
                document.store()
        except IOException as error:
            return f"The workbook can't be saved: {error.Message}"
        return ""

    def _start(self, name: str, listener: Any, in_own_thread: bool) -> None:
        self.url, self._asked_by = self.frame.getController().getModel().getURL(), listener
        log = user_log(self._context, _ALL["log"])
        job = Job(_ALL["interpreter"], log, name, uno.fileUrlToSystemPath(self.url))
        self._job = job
        self._indicator = self.frame.createStatusIndicator()
        self._indicator.start(_SETTINGS["actions"][name], 1)
        self._tell_status()
        own_thread = self._service("com.sun.star.awt.AsyncCallback")

        def post(news: str | Ended) -> None:
            self._news.put(news)
            if in_own_thread:
                own_thread.addCallback(self, None)

        threading.Thread(target=lambda: post(job.run(post)), daemon=True).start()

    def _hear(self, news: str | Ended) -> None:
        if isinstance(news, Ended):
            self._end(news)
        else:
            self._indicator.setText(news)

    def _end(self, ended: Ended) -> None:
        self._indicator.end()
        listener, self._job, self.url = self._asked_by, None, None
        self._tell_status()
        message = ended.message
        if ended.how == DONE:
            try:
                message += self._reloaded(ended.sheet)
            except UnoException as error:
                message += f"\n\nThe results are in the file, which can't be loaded again: {error.Message}"
        self._show(listener, SUCCESS if ended.how == DONE else FAILURE, message)

    def _reloaded(self, sheet: str) -> str:
        """Load the document again from its file, at a sheet; a remark if that can't be done."""
        if self.frame.getController().getModel().isModified():
            return (
                "\n\nThe results are in the file. You changed the document meanwhile, so it still shows what was "
                "there before: File > Reload shows the results without your changes."
            )
        silent = PropertyValue()
        silent.Name, silent.Value = "Silent", True
        self._service("com.sun.star.frame.DispatchHelper").executeDispatch(self.frame, ".uno:Reload", "", 0, (silent,))
        controller = self.frame.getController()
        document = controller.getModel()
        _recalculate(document)
        if document.getSheets().hasByName(sheet):
            controller.setActiveSheet(document.getSheets().getByName(sheet))
        return ""

    def _show(self, listener: Any, state: int, message: str) -> None:
        self._tell(listener, state, message)
        window = self.frame.getContainerWindow()
        kind = INFOBOX if state == SUCCESS else ERRORBOX
        # A headless LibreOffice answers by itself.
        window.getToolkit().createMessageBox(window, kind, _OK, _SETTINGS["title"], message).execute()

    def _tell(self, listener: Any, state: int, message: str) -> None:
        if listener is not None:
            listener.dispatchFinished(DispatchResultEvent(self, state, message))

    def _tell_status(self) -> None:
        for listener, url in list(self._status_listeners):
            listener.statusChanged(self._status(url))

    def _status(self, url: Any) -> Any:
        can = (self._job is not None) == (_name(url) == _SETTINGS["cancel"])
        return FeatureStateEvent(self, url, "", can, False, None)

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)


def _recalculate(document: Any) -> None:
    """Bring the user's own formulas, whose values in the file are from before, up to date.

    Only if that changes any of them does the document count as changed: the next action then saves it first and reads
    what it shows. To LibreOffice every recalculation is a change.
    """
    before = _formula_values(document)
    document.calculateAll()
    after = _formula_values(document)
    if all(_equal(old, new) for old, new in zip(before, after, strict=True)):
        for part in (*_charts(document), document):
            part.setModified(False)


def _charts(document: Any) -> list[Any]:
    return [chart.getEmbeddedObject() for sheet in document.getSheets() for chart in sheet.getCharts()]


def _formula_values(document: Any) -> list[Any]:
    """The values of the user's formulas; those that xl_ltc writes show what was run, and no action reads them."""
    return [
        value
        for sheet in document.getSheets()
        if sheet.getName() not in _SETTINGS["own_sheets"]
        for area in sheet.queryContentCells(_FORMULA).getRangeAddresses()
        for row in sheet.getCellRangeByPosition(
            area.StartColumn, area.StartRow, area.EndColumn, area.EndRow
        ).getDataArray()
        for value in row
    ]


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=_LAST_BITS)
    return bool(old == new)


def _name(url: Any) -> str:
    return url.Complete.removeprefix(_SETTINGS["protocol"])


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(Menu, _SETTINGS["implementation"], tuple(_SETTINGS["services"]))
