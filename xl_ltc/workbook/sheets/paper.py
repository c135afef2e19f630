"""How sheets are printed: fitted to the paper's width, with page numbers, tables kept whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from xl_ltc.workbook.styles import LINE

_LETTER, _TABLOID = 1, 3
_SIDES = {_LETTER: (8.5, 11.0), _TABLOID: (11.0, 17.0)}
"""Inches, portrait."""
_LEFT_AND_RIGHT, _TOP, _BOTTOM = 0.5, 0.6, 0.7

_POINTS = 72.0
_PER_CHARACTER, _PADDING = 5.6, 3.75
"""Points of a unit of column width, on the safe side, and of a column besides."""

_SAFE = 0.92
"""Headers are higher than other lines."""


@dataclass(frozen=True)
class Paper:
    """A sheet of paper; ``wide`` is tabloid in landscape, for tables no letter page can hold legibly."""

    landscape: bool = False
    wide: bool = False

    @property
    def kind(self) -> int:
        """Its number in the file format."""
        return _TABLOID if self.wide else _LETTER

    @property
    def space(self) -> tuple[float, float]:
        """Points of width and height between the margins."""
        width, height = _SIDES[self.kind]
        if self.landscape or self.wide:
            width, height = height, width
        return _POINTS * (width - 2 * _LEFT_AND_RIGHT), _POINTS * (height - _TOP - _BOTTOM)

    def scale(self, widths: Sequence[float]) -> int:
        """Percent at which columns of these widths fit, at most 100."""
        needed = sum(_PER_CHARACTER * width + _PADDING for width in widths)
        return min(100, int(100.0 * self.space[0] / needed))

    def beside(self, widths: Sequence[float], starts: Sequence[int], least: int) -> list[tuple[int, int]]:
        """Which columns go on which page, so that none is printed smaller than a scale and no table is cut.

        Args:
            widths: of all columns; starts: the first column of each table; least: percent.

        Returns:
            First column of each page, and the one after its last; a table too wide for that has a page of its own.
        """
        if self.scale(widths) >= least:
            return [(0, len(widths))]
        pages = [0]
        for first, after in zip(starts, [*starts[1:], len(widths)], strict=True):
            if first > pages[-1] and self.scale(widths[pages[-1] : after]) < least:
                pages.append(first)
        return list(zip(pages, [*pages[1:], len(widths)], strict=True))

    def lines(self, widths: Sequence[float]) -> int:
        """About how many lines fit on a page at that scale."""
        return int(_SAFE * self.space[1] * 100.0 / self.scale(widths) / (LINE + 1.0))


def set_up_paper(
    sheet: Worksheet,
    paper: Paper,
    *,
    last_line: int,
    widths: Sequence[float],
    repeat: tuple[int, int] | None = None,
    one_page: bool = False,
    across: int = 1,
    page_widths: Sequence[float] | None = None,
) -> None:
    """Print area, scale, repeated header lines and footer.

    Args:
        sheet: the sheet; its print area starts in its first cell.
        paper: what it is printed on.
        last_line: zero-based, inclusive.
        widths: of the columns that are printed.
        repeat: first and last line to repeat on every page.
        one_page: fit the height too.
        across: over how many pages the columns go, the first two on each.
        page_widths: of the columns of the widest page, where page breaks are set between columns.
    """
    sheet.set_paper(paper.kind)
    if paper.landscape or paper.wide:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_margins(left=_LEFT_AND_RIGHT, right=_LEFT_AND_RIGHT, top=_TOP, bottom=_BOTTOM)
    if one_page:
        sheet.fit_to_pages(1, 1)
    else:
        # A scale rather than a fit: Excel ignores page breaks on a sheet that is fitted.
        sheet.set_print_scale(paper.scale(page_widths or part_of(widths, across)))
        if across > 1:
            sheet.repeat_columns(0, 1)
    sheet.print_area(0, 0, last_line, len(widths) - 1)
    sheet.center_horizontally()
    sheet.set_footer("&L&8&F&C&8&A&R&8Page &P of &N")
    sheet.hide_gridlines(2)
    if repeat is not None:
        sheet.repeat_rows(*repeat)


def part_of(widths: Sequence[float], across: int) -> Sequence[float]:
    """The widths of the columns of a page, about, where they go over several."""
    if across == 1:
        return widths
    return [*widths[:2], sum(widths[2:]) / across, max(widths[2:])]


def breaks(spans: Sequence[tuple[int, int]], lines: int) -> list[int]:
    """Before which tables a page ends, so that no table that fits on a page is cut.

    Args:
        spans: first line of each table and the first line after it.
        lines: how many a page holds.
    """
    found: list[int] = []
    start = 0
    for first, end in spans:
        if end - start > lines and first > start and end - first <= lines:
            found.append(first)
            start = first
    return found
