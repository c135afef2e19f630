"""Days as the user's workbook counts them: from 1900, or from 1904 where that is chosen, as Excel for Mac once did."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from xl_ltc.errors import InputError
from xl_ltc.exhibits.table import serial
from xl_ltc.workbook.package.ooxml import Element, is_true, main

_LATER = serial(dt.date(1904, 1, 1))
"""Days from the one beginning to the other: a day has a number smaller by it."""
_BUILT_IN_DATES = {*range(14, 23), *range(45, 48)}
"""Ids of the built-in number formats of dates and times (ECMA-376 part 1, 18.8.30)."""
_NOT_PLACEHOLDERS = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
"""What a format code has beside its placeholders: text, and colours and conditions in brackets."""


def counts_from_1904(workbook: Element) -> bool:
    """Whether a workbook, given the root of its main part, has the 1904 date system."""
    properties = workbook.find(main("workbookPr"))
    return properties is not None and is_true(properties.get("date1904"))


def day_number(day: dt.date, from_1904: bool) -> int:
    """The number that a cell holds for a day."""
    return serial(day) - (_LATER if from_1904 else 0)


def date_styles(styles: Element) -> frozenset[int]:
    """The positions of those cell styles, of a workbook's styles part, that show a number as a day or a time."""
    codes = {int(e.get("numFmtId")): e.get("formatCode", "") for e in styles.iterfind(_NUMBER_FORMATS)}
    dates = {number for number, code in codes.items() if re.search("[ymdhs]", _NOT_PLACEHOLDERS.sub("", code), re.I)}
    formats = [int(xf.get("numFmtId", "0")) for xf in styles.iterfind(f"{main('cellXfs')}/{main('xf')}")]
    return frozenset(i for i, number in enumerate(formats) if number in dates or number in _BUILT_IN_DATES - {*codes})


_NUMBER_FORMATS = f"{main('numFmts')}/{main('numFmt')}"


def count_from_1904(sheet: Element, styles: Collection[int], place: str) -> None:
    """Let the days on a worksheet that counts from 1900 be the same days where they are counted from 1904.

    Args:
        sheet: the worksheet, changed in place; formulas stay, the values stored with them are changed, too.
        styles: of dates, see ``date_styles``.
        place: what a message calls the sheet.

    Raises:
        InputError: a day before 1904, which such a workbook can't show.
    """
    for cell in sheet.iterfind(f"{main('sheetData')}/{main('row')}/{main('c')}"):
        value = cell.find(main("v"))
        if value is None or not value.text or cell.get("t", "n") != "n" or int(cell.get("s", "0")) not in styles:
            continue
        number = float(value.text) - _LATER
        if number < 0.0:
            allowed = "a workbook that counts days from 1900: File, Options, Advanced, without Use 1904 date system"
            raise InputError.single(f"{place}, cell {cell.get('r')}", "a day before 1904", allowed)
        value.text = f"{number:.17g}"
