"""What was on a replaced sheet and is not on the new one: said, so that nothing of the user's goes in silence."""

from __future__ import annotations

from lxml import etree

from xl_ltc.workbook.package.ooxml import MAIN, Element, local, main

_SHOWN = 5
_ELEMENTS = {
    "oleObjects": "embedded objects or ActiveX controls",
    "picture": "a background picture",
    "legacyDrawingHF": "a picture in the header or footer",
    "protectedRanges": "protected ranges",
    "scenarios": "scenarios",
    "customSheetViews": "custom views",
}
_RELATIONSHIPS = {
    "pivotTable": "a pivot table",
    "queryTable": "a query",
    "slicer": "a slicer",
    "timeline": "a timeline",
}


def lost_cells(sheet: str, old: Element, new: Element) -> list[str]:
    """A warning about the cells of a replaced sheet, called ``sheet``, that were filled and are not."""
    filled = _filled(new)
    cells = [cell for cell in _filled(old) if cell not in filled]
    if not cells:
        return []
    more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
    return [
        f"sheet {sheet}: the run does not fill {', '.join(cells[:_SHOWN])}{more}; what stood there is gone "
        "(keep your own work on a sheet of your own)"
    ]


def lost_content(sheet: str, old: Element, new: Element, old_kinds: set[str], lost_tables: set[str]) -> list[str]:
    """Warnings about what a replaced sheet had beside its cells.

    Args:
        sheet: its name.
        old: the worksheet before.
        new: the worksheet now.
        old_kinds: the kinds of the relationships it had.
        lost_tables: the Excel tables it had and has no more.
    """
    present = {local(e) for e in new}
    gone = [words for tag, words in _ELEMENTS.items() if tag not in present and old.find(main(tag)) is not None]
    # Excel wraps the list of form controls for older readers.
    if next(old.iter(main("controls")), None) is not None:
        gone.append("form controls as Excel lists them (their shapes are kept: check them)")
    gone += [words for kind, words in _RELATIONSHIPS.items() if kind in old_kinds]
    gone += [f"table {name}" for name in sorted(lost_tables)]
    return [f"sheet {sheet}: not kept: {words}" for words in gone]


_FILLED = etree.XPath("x:sheetData/x:row/x:c[*[text() or *]]/@r", namespaces={"x": MAIN}, smart_strings=False)


def _filled(root: Element) -> dict[str, None]:
    """The cells with a value or a formula, in order."""
    return dict.fromkeys(_FILLED(root))
