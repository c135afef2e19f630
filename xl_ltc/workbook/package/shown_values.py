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
        for cell in root.iter(main("c")):
            name = cell.findtext(main("f"))
            if name in values:
                _store(cell, values[name])
        user.write_xml(part, root)


def _store(cell: Element, value: Value) -> None:
    if isinstance(value, str):
        cell.set("t", "str")
    else:
        cell.attrib.pop("t", None)
    shown = cell.find(main("v"))
    if shown is None:
        shown = etree.SubElement(cell, main("v"))
    shown.text = value if isinstance(value, str) else repr(float(value))
