"""The LibreOffice extension (.oxt) with every worksheet function as an add-in of Calc, made from the registry, and
the menu of a workbook's actions."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from importlib.metadata import metadata
from pathlib import Path

from lxml import etree
from lxml.builder import ElementMaker

import xl_ltc
import xl_ltc_udfs
from xl_ltc_udfs import calc
from xl_ltc_udfs.calc import menu, xcu
from xl_ltc_udfs.calc.values import CALC_ERRORS
from xl_ltc_udfs.cells import NOT_AVAILABLE
from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions

IDENTIFIER = "org.xlltc.calc"
"""Of the extension, in LibreOffice's extension manager."""
FILE_NAME = "xl_ltc.oxt"
MINIMUM_VERSION = (25, 2)
"""The first LibreOffice whose .xlsx files have plain names of add-in functions."""
WHY = "LTC_WHY"
"""The function that also answers when the project's interpreter can't be started."""
LOG = "xl_ltc.log"
"""In LibreOffice's user folder."""

_SERVICE = "org.xlltc.CalcAddIn"
_IMPLEMENTATION = "org.xlltc.CalcAddIn.python"
_INTERFACE = "XFunctions"
_CATEGORY = "Add-In"
"""Calc lists an add-in's function under one of its own categories; its own comes first in the description."""
_TYPES, _ADD_INS, _MENU_BAR, _PROTOCOL_HANDLER, _COMPONENTS, _COMPONENT, _MENU_COMPONENT, _ABOUT = (
    "XFunctions.idl",
    "CalcAddIns.xcu",
    "Addons.xcu",
    "ProtocolHandler.xcu",
    "xl_ltc.components",
    "component.py",
    "menu_component.py",
    "about.txt",
)
_OF_PACKAGE = (
    "__init__.py",
    *(
        f"calc/{module}.py"
        for module in ("__init__", "wire", "remembered", "interpreter", "client", "job_client", "user_log")
    ),
)
"""What the components import; LibreOffice finds it in the folder ``pythonpath``."""
_DATE = (1980, 1, 1, 0, 0, 0)
"""The same extension has the same bytes."""

_MANIFEST_NS = "http://openoffice.org/2001/manifest"
_COMPONENTS_NS = "http://openoffice.org/2010/uno-components"
_DESCRIPTION_NS = "http://openoffice.org/extensions/description/2006"
_LIBREOFFICE_NS = "http://libreoffice.org/extensions/description/2011"
_XLINK_NS = "http://www.w3.org/1999/xlink"


def build(interpreter: str) -> bytes:
    """The extension's file.

    Args:
        interpreter: path of the Python that LibreOffice is to ask; xl_ltc is installed in it.
    """
    package = Path(xl_ltc_udfs.__file__).parent
    files = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        _ABOUT: _about().encode(),
        _TYPES: _types(functions().values()).encode(),
        _ADD_INS: _add_ins(functions().values()),
        _MENU_BAR: menu.menu_bar(),
        _PROTOCOL_HANDLER: menu.protocol_handler(),
        _COMPONENTS: _components(),
        **{name: (Path(calc.__file__).parent / name).read_bytes() for name in (_COMPONENT, _MENU_COMPONENT)},
        "settings.json": _settings(interpreter).encode(),
        **{f"pythonpath/{package.name}/{name}": (package / name).read_bytes() for name in _OF_PACKAGE},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def method_name(function: str) -> str:
    """The UNO method of a worksheet function; UNO's names take no underscore: ``ltcLlr``."""
    first, *others = function.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def description(function: WorksheetFunction) -> str:
    """What the Function Wizard says of a function."""
    return f"{function.category}: {function.summary} Gives: {function.returns} Source: {function.source}."


def argument_help(argument: Argument) -> str:
    """What the Function Wizard says of an argument; to Calc, all are optional."""
    return f"{argument.help} (optional)" if argument.optional else argument.help


def _argument_id(position: int) -> str:
    """An argument's name in UNO, where many words are taken."""
    return f"argument{position}"


def _types(of: Iterable[WorksheetFunction]) -> str:
    """The interface in UNO's interface language; every result is a matrix, also of one cell."""
    methods = "".join(
        f"    sequence<sequence<any> > {method_name(function.name)}("
        + ", ".join(f"[in] any {_argument_id(i)}" for i in range(len(function.arguments)))
        + ");\n"
        for function in of
    )
    module, name = _SERVICE.split(".")[:2]
    return f"module {module} {{ module {name} {{\n  interface {_INTERFACE} {{\n{methods}  }};\n}}; }};\n"


def _add_ins(of: Iterable[WorksheetFunction]) -> bytes:
    root = xcu.root("CalcAddIns")
    add_in = xcu.node(xcu.node(root, "AddInInfo", replace=False), _SERVICE)
    listed = xcu.node(add_in, "AddInFunctions", replace=False)
    for function in of:
        node = xcu.node(listed, method_name(function.name))
        xcu.prop(node, "DisplayName", function.name)
        xcu.prop(node, "CompatibilityName", function.name)
        xcu.prop(node, "Description", description(function))
        xcu.prop(node, "Category", _CATEGORY, localized=False)
        parameters = xcu.node(node, "Parameters", replace=False)
        for position, argument in enumerate(function.arguments):
            parameter = xcu.node(parameters, _argument_id(position))
            xcu.prop(parameter, "DisplayName", argument.name)
            xcu.prop(parameter, "Description", argument_help(argument))
    return xcu.xml(root)


def _components() -> bytes:
    maker = ElementMaker(namespace=_COMPONENTS_NS, nsmap={None: _COMPONENTS_NS})
    components = [
        maker.component(
            maker.implementation(*(maker.service(name=service) for service in services), name=implementation),
            loader="com.sun.star.loader.Python",
            uri=file,
        )
        for implementation, services, file in (
            (_IMPLEMENTATION, _services(), _COMPONENT),
            (menu.IMPLEMENTATION, (menu.SERVICE,), _MENU_COMPONENT),
        )
    ]
    return xcu.xml(maker.components(*components))


def _services() -> tuple[str, str]:
    return _SERVICE, "com.sun.star.sheet.AddIn"


def _manifest() -> bytes:
    prefix = f"{{{_MANIFEST_NS}}}"
    root = etree.Element(f"{prefix}manifest", nsmap={"manifest": _MANIFEST_NS})
    for name, kind in (
        (_TYPES, "uno-typelibrary;type=RDB"),
        (_COMPONENTS, "uno-components"),
        (_ADD_INS, "configuration-data"),
        (_MENU_BAR, "configuration-data"),
        (_PROTOCOL_HANDLER, "configuration-data"),
    ):
        entry = etree.SubElement(root, f"{prefix}file-entry")
        entry.set(f"{prefix}full-path", name)
        entry.set(f"{prefix}media-type", f"application/vnd.sun.star.{kind}")
    return xcu.xml(root)


def _description() -> bytes:
    namespaces = {None: _DESCRIPTION_NS, "d": _DESCRIPTION_NS, "lo": _LIBREOFFICE_NS, "xlink": _XLINK_NS}
    maker = ElementMaker(namespace=_DESCRIPTION_NS, nsmap=namespaces)
    minimum = ".".join(map(str, MINIMUM_VERSION))
    needed = etree.Element(f"{{{_LIBREOFFICE_NS}}}LibreOffice-minimal-version", value=minimum)
    needed.set(f"{{{_DESCRIPTION_NS}}}name", f"LibreOffice {minimum}")
    about = maker.src(lang="en")
    about.set(f"{{{_XLINK_NS}}}href", _ABOUT)
    return xcu.xml(
        maker.description(
            maker.identifier(value=IDENTIFIER),
            maker.version(value=xl_ltc.__version__),
            maker.dependencies(needed),
            maker("display-name", maker.name("xl_ltc worksheet functions and menu", lang="en")),
            maker("extension-description", about),
        )
    )


def _about() -> str:
    package = metadata("xl-ltc")
    return f"{package['Summary']}\n\nLicense: {package['License-Expression'] or package['License']}\n"


def _settings(interpreter: str) -> str:
    """What the component must know."""
    return json.dumps(
        {
            "interpreter": interpreter,
            "log": LOG,
            "why": WHY,
            "changing": [name for name, function in functions().items() if function.reads_files],
            "not_available": CALC_ERRORS[NOT_AVAILABLE],
            "implementation": _IMPLEMENTATION,
            "services": _services(),
            "functions": {method_name(name): name for name in functions()},
            "menu": menu.settings(),
        },
        indent=1,
    )
