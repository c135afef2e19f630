"""Stored values of the user's own formulas that show a cell of a replaced sheet by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from xl_ltc.workbook.package.ooxml import Element, main
from xl_ltc.workbook.package.opc import Package

Value = str | float | int


def show_values(user: Package, parts: Collection[str], values: Mapping[str, Value]) -> None:
    """Store new values with the formulas that are nothing but a name, such as those of the Control sheet.

    A program that does not calculate would go on showing the last run's.

    Args:
        user: the user's package, changed in place.
        parts: its worksheets that are not replaced.
        values: what each name's cell holds now.
    """
    marks = {f">{name}</".encode() for name in values}
    for part in parts:
        if not any(mark in user.read(part) for mark in marks):
            continue
        root = user.xml(part)
        cells = [(cell, cell.findtext(main("f"))) for cell in root.iter(main("c"))]
        changed = [_store(cell, values[name]) for cell, name in cells if name in values]
        if any(changed):
            user.write_xml(part, root)


def _store(cell: Element, value: Value) -> bool:
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
