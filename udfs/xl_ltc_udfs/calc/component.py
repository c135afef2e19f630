"""The add-in as LibreOffice loads it: every method forwards its call to the project's own interpreter.

Runs in LibreOffice's Python, from the installed extension; ``settings.json`` beside it names the interpreter and the
functions. What ``client`` and ``wire`` need of this package stands in the extension too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import unohelper  # type: ignore[import-not-found]
from com.sun.star.lang import XServiceInfo  # type: ignore[import-not-found]
from org.xlltc import XFunctions  # type: ignore[import-not-found]

from xl_ltc_udfs.calc.client import Client, ServerUnavailable
from xl_ltc_udfs.calc.user_log import user_log

_SETTINGS = json.loads((Path(__file__).parent / "settings.json").read_text(encoding="utf-8"))
_NOT_AVAILABLE = struct.unpack("=d", struct.pack("=Q", 0x7FF8_0000_0000_0000 | _SETTINGS["not_available"]))[0]


class AddIn(unohelper.Base, XFunctions, XServiceInfo):  # type: ignore[misc]
    """The worksheet functions, a method each."""

    def __init__(self, context: Any, *_: Any) -> None:
        self.client = Client(_SETTINGS["interpreter"], user_log(context, _SETTINGS["log"]), _SETTINGS["changing"])

    def getImplementationName(self) -> str:  # noqa: N802, D102
        return _SETTINGS["implementation"]

    def supportsService(self, name: str) -> bool:  # noqa: N802, D102
        return name in _SETTINGS["services"]

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802, D102
        return tuple(_SETTINGS["services"])


def _forwarding(function: str) -> Callable[..., Any]:
    def method(self: AddIn, *arguments: Any) -> Any:
        try:
            return self.client.call(function, arguments)
        except ServerUnavailable as unavailable:
            # The one function that needs no interpreter is the one that says why the others give #N/A.
            return ((str(unavailable) if function == _SETTINGS["why"] else _NOT_AVAILABLE,),)

    return method


for _method, _function in _SETTINGS["functions"].items():
    setattr(AddIn, _method, _forwarding(_function))

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(AddIn, _SETTINGS["implementation"], tuple(_SETTINGS["services"]))
