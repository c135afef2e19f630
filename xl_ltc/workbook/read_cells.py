"""Cells whose value can't be used, found in a worksheet's XML: error values, and formulas without a stored value."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from xl_ltc.workbook.package.ooxml import Element, main

_CELL, _ROW = main("c"), main("row")
_MARK = re.compile(rb"<(?:\w+:)?f[\s/>]|\st\s*=\s*[\"']e[\"']")
"""A worksheet without this has neither formulas in cells nor error values, and need not be parsed."""


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
        return cls(*position(first), *position(last or first))

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.first_row <= cell[0] <= self.last_row and self.first_column <= cell[1] <= self.last_column


def position(address: str) -> tuple[int, int]:
    """The zero-based row and column of an address such as ``B3``."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d+)", address)
    if match is None:
        raise ValueError(f"not a cell: {address}")
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)) - 1, column - 1


def flawed_cells(sheet: bytes, areas: Sequence[Area]) -> Iterator[tuple[int, int, str]]:
    """The cells of some areas that hold no usable value.

    Args:
        sheet: a worksheet part.
        areas: where to look.

    Yields:
        Zero-based row and column, and what is there: an error value such as ``#N/A``, or empty text for a formula
        whose value the workbook does not hold, as when a program wrote it that does not calculate.
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
            if element.tag == _ROW:
                row, column = int(element.get("r", row + 2)) - 1, -1
            else:
                column = position(element.get("r"))[1] if element.get("r") else column + 1
        elif element.tag == _ROW:
            element.clear()
        elif any((row, column) in area for area in areas):
            flaw = _flaw(element)
            if flaw is not None:
                yield row, column, flaw


def _flaw(cell: Element) -> str | None:
    value, kind = cell.findtext(main("v")), cell.get("t")
    if kind == "e":
        return value or "#N/A"
    # A formula may well give empty text, and is then marked as giving text.
    lacking = value is None or (value == "" and kind != "str")
    return "" if lacking and cell.find(main("f")) is not None else None
