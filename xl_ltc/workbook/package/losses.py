"""What was on a replaced sheet and is not on the new one: said, so that nothing of the user's goes in silence."""

from __future__ import annotations

from xl_ltc.workbook.package.ooxml import Element, local, main

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


def lost_content(sheet: str, old: Element, new: Element, old_kinds: set[str], lost_tables: set[str]) -> list[str]:
    """Warnings about a replaced sheet.

    Args:
        sheet: its name.
        old: the worksheet before.
        new: the worksheet now.
        old_kinds: the kinds of the relationships it had.
        lost_tables: the Excel tables it had and has no more.
    """
    warnings = []
    filled = _filled(new)
    cells = [cell for cell in _filled(old) if cell not in filled]
    if cells:
        more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
        warnings.append(
            f"sheet {sheet}: the run does not fill {', '.join(cells[:_SHOWN])}{more}; what stood there is gone "
            "(keep your own work on a sheet of your own)"
        )
    present = {local(e) for e in new}
    gone = [words for tag, words in _ELEMENTS.items() if tag not in present and old.find(main(tag)) is not None]
    # Excel wraps the list of form controls for older readers.
    if next(old.iter(main("controls")), None) is not None:
        gone.append("form controls as Excel lists them (their shapes are kept: check them)")
    gone += [words for kind, words in _RELATIONSHIPS.items() if kind in old_kinds]
    gone += [f"table {name}" for name in sorted(lost_tables)]
    return warnings + [f"sheet {sheet}: not kept: {words}" for words in gone]


def _filled(root: Element) -> dict[str, None]:
    """The cells with a value or a formula, in order."""
    return {
        cell.get("r"): None
        for cell in root.iterfind(f"{main('sheetData')}/{main('row')}/{main('c')}")
        if any(e.text or len(e) for e in cell)
    }
