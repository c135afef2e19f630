"""Writing a value by its type: text is never taken for a formula, a number or a link."""

from __future__ import annotations

import datetime as dt
import math
import textwrap

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from xl_ltc.errors import InputError, shown
from xl_ltc.exhibits.table import Value
from xl_ltc.workbook.styles import FONT_SIZE, LINE

LONGEST_TEXT = 32_767
"""Of a cell, in UTF-16 units, as Excel counts them."""

# Characters of the workbook's font that fit a unit of column width, on the safe side.
_CHARACTERS_PER_WIDTH = 1.25


def write_value(sheet: Worksheet, line: int, column: int, value: Value, style: Format) -> None:
    """Write a value; text that begins with ``= + - @`` stays text.

    Raises:
        InputError: a text longer than a cell holds, which would be cut off.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)) or value == "":
        sheet.write_blank(line, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value, style)
    elif isinstance(value, str):
        if len(value.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            place = f"sheet {sheet.name}, cell {xl_rowcol_to_cell(line, column)}"
            found = f"a text of {len(value):,} characters, {shown(value)}"
            raise InputError.single(place, found, f"at most {LONGEST_TEXT:,} characters, the most that a cell holds")
        sheet.write_string(line, column, value, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, column, dt.datetime.combine(value, dt.time()), style)
    else:
        sheet.write_number(line, column, float(value), style)


def set_up_cells(sheet: Worksheet) -> None:
    """Lines of one height; no green corners where a key such as ``55`` is text on purpose."""
    sheet.set_default_row(LINE + 1.0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def lines_needed(text: str, width: float) -> int:
    """How many lines a text takes in a width of columns."""
    characters = max(int(width * _CHARACTERS_PER_WIDTH), 1)
    return sum(max(len(textwrap.wrap(part, characters)), 1) for part in text.split("\n"))


def height(lines: int, size: float = FONT_SIZE) -> float:
    """Points that so many lines take."""
    return lines * LINE * size / FONT_SIZE + 2.0
