"""Cells whose value can't be used, found in a worksheet's XML: error values, and formulas without a stored value."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from xl_ltc.workbook.package.ooxml import Element

_ROWS, _COLUMNS = 1_048_576, 16_384
"""Of a worksheet."""
_CELL, _ROW, _VALUE, _FORMULA = "{*}c", "{*}row", "{*}v", "{*}f"
"""In any namespace, as the reader of the values takes them."""
_MARK = re.compile(rb"<(?:\w+:)?f[\s/>]|\st\s*=\s*[\"']e[\"']")
"""A worksheet without this has neither formulas in cells nor error values, and need not be parsed."""
_LATER_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{2,})[0-9]")
_FAR_DOWN = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]{7,})")
_AT_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]+)")
_ROWS_WITHOUT_ADDRESS = (b"<row>", b":row>", b"<row/>", b":row/>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Z0-9:$]+)[\"']")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,7})[\"']")
_COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_COLUMN_SPAN = re.compile(rb"\s(min|max)\s*=\s*[\"']([0-9]{1,5})[\"']")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
_IN_PIECES = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]*<!")
MOST_CELLS = 48_000_000
"""The most cells of a worksheet from A1 to its last row and column: a full sheet of 45 columns."""


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, zero-based, the last row and column included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @classmethod
    def of(cls, reference: str) -> Area:
        """The rectangle of a reference such as ``B3:D7``."""
        first, _, last = reference.partition(":")
        area = cls(*position(first), *position(last or first))
        if area.last_row < area.first_row or area.last_column < area.first_column:
            raise ValueError(f"not a range of cells: {reference}")
        return area

    def overlaps(self, other: Area) -> bool:
        """Whether a cell is in both."""
        rows = self.first_row <= other.last_row and other.first_row <= self.last_row
        return rows and self.first_column <= other.last_column and other.first_column <= self.last_column

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.first_row <= cell[0] <= self.last_row and self.first_column <= cell[1] <= self.last_column


def position(address: str) -> tuple[int, int]:
    """The zero-based row and column of an address such as ``B3``."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", address)
    if match is not None:
        row, column = int(match.group(2)), column_number(match.group(1))
        if row <= _ROWS and column <= _COLUMNS:
            return row - 1, column - 1
    raise ValueError(f"not a cell: {address}")


def column_number(letters: str) -> int:
    """The number of a column, from 1, from its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def check_extent(sheet: bytes) -> None:
    """Hold the area of a worksheet from A1 to its last row and column to ``MOST_CELLS``.

    A reader takes memory for that whole area, however few of its cells are filled. Columns are looked at first: a sheet
    of few is never too large, and looking at each row takes time.

    Args:
        sheet: a worksheet part.

    Raises:
        ValueError: more cells, or one beyond the last row or column that a worksheet has; says so in words.
    """
    columns = max([1, *(column_number(found.decode()) for found in set(_LATER_COLUMN.findall(sheet)))])
    columns = max(columns, 26)
    far_down = max([0, *map(int, set(_FAR_DOWN.findall(sheet)))])
    if columns > _COLUMNS or far_down > _ROWS:
        raise ValueError(f"a cell beyond row {_ROWS:,} or column XFD")
    tags = sum(sheet.count(tag + end) for tag in (b"<c", b":c", b"<row", b":row") for end in (b" ", b">", b"/"))
    if sheet.count(b' r="') + sheet.count(b" r='") < tags:
        # Cells and rows without an address follow one another.
        columns = min(columns + tags, _COLUMNS)
    if columns * _ROWS <= MOST_CELLS:
        return
    rows = max([1, *map(int, set(_AT_ROW.findall(sheet)))]) + sum(map(sheet.count, _ROWS_WITHOUT_ADDRESS))
    if rows * columns > MOST_CELLS:
        raise ValueError(f"{rows:,} rows of {columns:,} columns in use, which is more than {MOST_CELLS:,} cells")


def check_text(part: bytes) -> None:
    """Refuse XML that two readers may read differently: in another encoding, with entities, with values in pieces.

    Args:
        part: any part of XML; a worksheet, the shared strings.

    Raises:
        ValueError: such XML; says so in words.
    """
    if b"\0" in part[:4] or part[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise ValueError("XML that is not UTF-8")
    if b"<!" not in part:
        return
    if b"<!DOCTYPE" in part:
        raise ValueError("XML with a document type, which no spreadsheet program writes")
    if _IN_PIECES.search(part) is not None:
        raise ValueError("a value with a comment or a CDATA section in it")


def merged_areas(sheet: bytes) -> list[Area]:
    """The merged cells of a worksheet, given its part."""
    if b"mergeCell" not in sheet:
        return []
    return [Area.of(found.decode()) for found in _MERGED.findall(sheet)]


def hidden_rows(sheet: bytes, area: Area) -> int:
    """How many rows of an area are hidden, by hand or by a filter."""
    if b"hidden" not in sheet:
        return 0
    rows = (row for row in _ROW_TAG.findall(sheet) if _HIDDEN.search(row))
    numbers = (int(found[1]) - 1 for row in rows if (found := _ROW_NUMBER.search(row)))
    return sum(area.first_row <= number <= area.last_row for number in numbers)


def hidden_columns(sheet: bytes, area: Area) -> int:
    """How many columns of an area are hidden, by hand or in a group that is closed."""
    spans = [dict(_COLUMN_SPAN.findall(tag)) for tag in _COLUMN_TAG.findall(sheet) if _HIDDEN.search(tag)]
    hidden = [range(int(span[b"min"]) - 1, int(span[b"max"])) for span in spans if len(span) == 2]
    return sum(any(column in of for of in hidden) for column in range(area.first_column, area.last_column + 1))


def flawed_cells(sheet: bytes, areas: Sequence[Area]) -> Iterator[tuple[int, int, str]]:
    """The cells of some areas that hold no usable value.

    Args:
        sheet: a worksheet part.
        areas: where to look.

    Yields:
        Zero-based row and column, and what is there: an error value such as ``#N/A``, or empty text for a formula
        whose value the workbook does not hold, as when a program wrote it that does not calculate.

    Raises:
        ValueError, XMLSyntaxError: a damaged worksheet.
    """
    if _MARK.search(sheet) is None:
        return
    row, column = -1, -1
    parsing = etree.iterparse(
        io.BytesIO(sheet),
        events=("start", "end"),
        tag=(_ROW, _CELL),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    for event, element in parsing:
        if event == "start":
            if element.tag.endswith("}row"):
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif element.get("r"):
                row, column = position(element.get("r").upper())
            else:
                column += 1
        elif element.tag.endswith("}row"):
            element.clear()
        elif any((row, column) in area for area in areas):
            flaw = _flaw(element)
            if flaw is not None:
                yield row, column, flaw


def _flaw(cell: Element) -> str | None:
    value, kind = cell.findtext(_VALUE), cell.get("t")
    if kind == "e":
        return value or "#N/A"
    # A formula may well give empty text, and is then marked as giving text.
    lacking = value is None or (value == "" and kind != "str")
    return "" if lacking and cell.find(_FORMULA) is not None else None
