"""A rendered worksheet as it must read inside the user's workbook."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from lxml import etree

from xl_ltc.workbook.package.copying import remap_differential
from xl_ltc.workbook.package.ooxml import WORKSHEET_ORDER, Element, child, is_true, main
from xl_ltc.workbook.package.styles import StyleMap


def translate(root: Element, styles: StyleMap, strings: Sequence[Element], metadata: Mapping[int, int]) -> None:
    """Make a rendered worksheet independent of its workbook's styles, shared strings and cell metadata.

    Args:
        root: the worksheet, changed in place.
        styles: where the rendered styles went.
        strings: the rendered shared strings; cells hold their text themselves afterwards, so that the user's
            shared strings stay as they are.
        metadata: where the rendered cell metadata went.
    """
    for column in root.iterfind(f"{main('cols')}/{main('col')}"):
        _restyle(column, "style", styles)
    for row in root.iterfind(f"{main('sheetData')}/{main('row')}"):
        _restyle(row, "s", styles)
        for cell in row.iterfind(main("c")):
            _translate_cell(cell, styles, strings, metadata)
    for part in root:
        if part.tag != main("sheetData"):
            remap_differential(part, styles)


def _restyle(element: Element, attribute: str, styles: StyleMap) -> None:
    if element.get(attribute) is not None:
        element.set(attribute, str(styles.cell[int(element.get(attribute))]))


def _translate_cell(cell: Element, styles: StyleMap, strings: Sequence[Element], metadata: Mapping[int, int]) -> None:
    # A cell without a style has the workbook's default, which need not be the user's.
    style = styles.cell[int(cell.get("s", "0"))]
    if style or cell.get("s") is not None:
        cell.set("s", str(style))
    if cell.get("vm") is not None:
        raise NotImplementedError("pictures in cells and other cell values with metadata can't be grafted")
    if cell.get("cm") is not None:
        cell.set("cm", str(metadata[int(cell.get("cm"))]))
    if cell.get("t") == "s":
        value = cell.find(main("v"))
        _hold_text(value, strings[int(value.text)])
        cell.set("t", "inlineStr")


def _hold_text(value: Element, string: Element) -> None:
    """Turn a reference to a shared string into the text itself; most are plain, and copying is slow."""
    value.tag, value.text = main("is"), None
    if len(string) == 1 and string[0].tag == main("t"):
        plain = etree.SubElement(value, main("t"), string[0].attrib)
        plain.text = string[0].text
    else:
        value.extend(copy.deepcopy(list(string)))


def adopt_identity(root: Element, previous: Element | None) -> None:
    """Give a rendered worksheet what makes it the same sheet to the user's workbook as the one it replaces.

    That is whether its tab is selected (two selected tabs are edited together) and the name by which the
    workbook's macros know it.
    """
    views = [] if previous is None else previous.findall(f"{main('sheetViews')}/{main('sheetView')}")
    selected = any(is_true(view.get("tabSelected")) for view in views)
    for view in root.iterfind(f"{main('sheetViews')}/{main('sheetView')}"):
        view.attrib.pop("tabSelected", None)
        if selected:
            view.set("tabSelected", "1")
    properties = None if previous is None else previous.find(main("sheetPr"))
    code_name = None if properties is None else properties.get("codeName")
    rendered = root.find(main("sheetPr"))
    if code_name is not None:
        child(root, "sheetPr", WORKSHEET_ORDER).set("codeName", code_name)
    elif rendered is not None:
        rendered.attrib.pop("codeName", None)
