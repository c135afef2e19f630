"""A stand-in for pywin32: enough that xlwings' COM server, which is pure Python, imports and runs without Windows.

Only names that xlwings looks up when it is imported or when ``CallUDF`` runs are here. A COM object is an instance of
``ComObject``; nothing is marshalled, so a test must itself give what pywin32 would make of Excel's values.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

RANGE = "{00020846-0000-0000-C000-000000000046}"
"""Interface of Excel's Range, by which xlwings knows one."""
MISSING = -2147352572
"""What pywin32 makes of an argument left out: DISP_E_PARAMNOTFOUND."""
_UNKNOWN_NAME = -2147352570
"""DISP_E_UNKNOWNNAME."""


class ComObject:
    """What ``win32com.client.Dispatch`` gives."""


class ComRange(ComObject):
    """An Excel range, as far as a function reads it.

    Args:
        value2: the cells, a scalar for one cell; of the first area where there are several.
        value: the same with dates and currency; ``value2`` if not given.
    """

    def __init__(self, value2: Any, value: Any = None, areas: int = 1) -> None:
        self.Value2, self.Value = value2, value2 if value is None else value
        self.Areas = SimpleNamespace(Count=areas)
        self._oleobj_ = SimpleNamespace(
            GetTypeInfo=lambda: SimpleNamespace(GetTypeAttr=lambda: SimpleNamespace(iid=RANGE))
        )
        rows = value2 if isinstance(value2, tuple) else ((value2,),)
        self.Row = self.Column = 1
        self.Rows, self.Columns = SimpleNamespace(Count=len(rows)), SimpleNamespace(Count=len(rows[0]))
        self.Count = len(rows) * len(rows[0])
        self.Worksheet = SimpleNamespace(Parent=SimpleNamespace(Application=SimpleNamespace(Hwnd=1)))


class _NotComObject(Exception):
    """``win32com.server.util.unwrap`` of a value that Python did not wrap."""


def _unwrap(value: Any) -> Any:
    raise _NotComObject(value)


def _modules() -> dict[str, ModuleType]:
    class Policy:
        """Base of xlwings' own; never used, as no server is started."""

    com_error = type("com_error", (Exception,), {})

    def no_such_name(*_: Any) -> None:
        """xlwings asks this of an object that lacks a name; without an answer it would ask without an end."""
        error = com_error(_UNKNOWN_NAME, "", None, None)
        vars(error)["hresult"] = _UNKNOWN_NAME
        raise error

    interface = {"_oleobj_": SimpleNamespace(GetIDsOfNames=no_such_name)}
    kinds = ("CDispatch", "DispatchBaseClass", "CoClassBaseClass")
    classes = {name: type(name, (ComObject,), interface) for name in kinds}
    contents: dict[str, dict[str, Any]] = {
        "pywintypes": {"TimeType": dt.datetime, "com_error": com_error, "IID": str},
        "pythoncom": {
            "__file__": None,
            "IID_IDispatch": "IDispatch",
            "IID_IEnumVARIANT": "IEnumVARIANT",
            "TypeIIDs": {"IDispatch": type("PyIDispatch", (), {})},
            "CoInitialize": lambda: None,
            "ole_error": com_error,
        },
        "win32com": {},
        "win32com.client": {"Dispatch": lambda value, **_: value, "DispatchEx": None, **classes},
        "win32com.server": {},
        "win32com.server.util": {"unwrap": _unwrap},
        "win32com.server.policy": {"DefaultPolicy": Policy},
        "win32com.server.dispatcher": {},
        "win32timezone": {"TimeZoneInfo": SimpleNamespace(utc=lambda: dt.UTC)},
        **{name: {} for name in ("win32api", "win32con", "win32event", "win32gui")},
        "win32process": {"GetWindowThreadProcessId": lambda window: (window, window)},
    }
    made = {name: ModuleType(name) for name in contents}
    for name, module in made.items():
        vars(module).update(contents[name])
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(made[parent], child, module)
    return made


class _Library:
    """A Windows library of which xlwings looks up functions, and calls one that changes nothing."""

    def __init__(self, *_: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Library() if name == "ole32" else SimpleNamespace(restype=None) if name[0] == "_" else _no_effect

    PyCom_PyObjectFromIUnknown = SimpleNamespace(restype=None)


def _no_effect(*_: Any) -> None:
    pass


@contextmanager
def xlwings_com_server() -> Iterator[ModuleType]:
    """xlwings as on Windows: its decorators register functions; ``com_server`` of xlwings is given."""
    import xlwings

    with pytest.MonkeyPatch.context() as patch:
        for name, module in _modules().items():
            patch.setitem(sys.modules, name, module)
        with pytest.MonkeyPatch.context() as loading:
            for library in ("oledll", "windll"):
                loading.setattr(ctypes, library, _Library(), raising=False)
            loading.setattr(ctypes, "PyDLL", _Library)
            loading.setattr("atexit.register", lambda function, *_: function)  # it would end Excel, by tasklist
            windows, udfs, server = (
                importlib.import_module(f"xlwings.{name}") for name in ("_xlwindows", "udfs", "com_server")
            )
        xlwings.engines.add(xlwings.Engine(impl=windows.engine))
        for name, decorator in (("func", udfs.xlfunc), ("arg", udfs.xlarg), ("ret", udfs.xlret)):
            patch.setattr(xlwings, name, decorator)
        patch.delitem(sys.modules, "xl_ltc_udfs.excel.functions", raising=False)
        yield server
    for name in ("xlwings._xlwindows", "xlwings.udfs", "xlwings.com_server", "xl_ltc_udfs.excel.functions"):
        sys.modules.pop(name, None)
