"""The menu LTC of Calc, made from the actions of a workbook's buttons."""

from __future__ import annotations

from typing import Any

from xl_ltc.workbook import layout, study_layout
from xl_ltc.workbook.actions.places import WORKBOOK_ENDINGS
from xl_ltc.workbook.buttons import ACTIONS
from xl_ltc_udfs.calc import xcu

SERVICE = "com.sun.star.frame.ProtocolHandler"
IMPLEMENTATION = "org.xlltc.CalcMenu.python"
PROTOCOL = "org.xlltc.action:"
"""Of the URLs that the items dispatch: ``org.xlltc.action:run``."""
CANCEL = "cancel"
"""The item that is no action but stops one."""

_TITLE = "LTC"
_CONTEXT = "com.sun.star.sheet.SpreadsheetDocument"


def menu_bar() -> bytes:
    """``Addons.xcu``: an item for each action, and one to cancel it."""
    root = xcu.root("Addons")
    bar = xcu.node(xcu.node(root, "AddonUI", replace=False), "OfficeMenuBar", replace=False)
    menu = xcu.node(bar, IMPLEMENTATION)
    xcu.prop(menu, "Title", _TITLE)
    xcu.prop(menu, "Context", _CONTEXT, localized=False)
    items = xcu.node(menu, "Submenu", replace=False)
    listed = [(PROTOCOL + action.name, action.caption) for action in ACTIONS.values()]
    listed += [("private:separator", ""), (PROTOCOL + CANCEL, "Cancel")]
    for position, (url, caption) in enumerate(listed):
        # LibreOffice shows them in the order of their names.
        item = xcu.node(items, f"item{position:02}")
        xcu.prop(item, "URL", url, localized=False)
        xcu.prop(item, "Title", caption)
        xcu.prop(item, "Target", "_self", localized=False)
        xcu.prop(item, "Context", _CONTEXT, localized=False)
    return xcu.xml(root)


def protocol_handler() -> bytes:
    """``ProtocolHandler.xcu``: which component the items' URLs go to."""
    root = xcu.root("ProtocolHandler")
    handler = xcu.node(xcu.node(root, "HandlerSet", replace=False), IMPLEMENTATION)
    xcu.prop(handler, "Protocols", f"{PROTOCOL}*", localized=False)
    return xcu.xml(root)


def settings() -> dict[str, Any]:
    """What the component of the menu must know."""
    return {
        "implementation": IMPLEMENTATION,
        "services": [SERVICE],
        "title": _TITLE,
        "protocol": PROTOCOL,
        "cancel": CANCEL,
        "actions": {action.name: action.caption for action in ACTIONS.values()},
        "endings": WORKBOOK_ENDINGS,
        "own_sheets": (layout.CONTROL, *layout.OUTPUT_SHEETS, study_layout.STUDY, *study_layout.OUTPUT_SHEETS),
    }
