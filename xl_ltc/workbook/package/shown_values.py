"""Stored values of the user's own formulas that show a cell of a replaced sheet by its name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping

from lxml import etree

from xl_ltc.workbook.package.dates import day_number
from xl_ltc.workbook.package.ooxml import Element, main
from xl_ltc.workbook.package.opc import Package

Value = str | float | int | dt.date


def show_values(user: Package, parts: Collection[str], values: Mapping[str, Value], from_1904: bool) -> None:
    """Store new values with the formulas that are nothing but a name, such as those of the Control sheet.

    A program that does not calculate would go on showing the last run's.

    Args:
        user: the user's package, changed in place.
        parts: its worksheets that are not replaced.
        values: what each name's cell holds now.
        from_1904: whether the user's workbook counts days from 1904.
    """
    if not values:
        return
    stored = {n: day_number(v, from_1904) if isinstance(v, dt.date) else v for n, v in values.items()}
    mark = re.compile(b">(?:" + b"|".join(re.escape(name.encode()) for name in values) + b")</")
    for part in parts:
        if mark.search(user.read(part)) is None:
            continue
        root = user.xml(part)
        cells = [(cell, cell.findtext(main("f"))) for cell in root.iter(main("c"))]
        changed = [_store(cell, stored[name]) for cell, name in cells if name in stored]
        if any(changed):
            user.write_xml(part, root)


def _store(cell: Element, value: str | float) -> bool:
    """Store a value, and whether it is another one."""
    text = value if isinstance(value, str) else f"{float(value):.17g}"
    old = cell.findtext(main("v"))
    if old == text or (old and not isinstance(value, str) and cell.get("t", "n") == "n" and float(old) == float(value)):
        return False
    if isinstance(value, str):
        cell.set("t", "str")
    else:
        cell.attrib.pop("t", None)
    shown = cell.find(main("v"))
    if shown is None:
        shown = etree.SubElement(cell, main("v"))
    shown.text = text
    return True
