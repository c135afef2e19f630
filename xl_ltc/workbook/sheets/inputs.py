"""The sheets a user edits: assumption tables, history and policies, each table a named Excel table.

Key and text columns are written as text (``55`` and ``<55`` alike, and series such as ``200``), so that a label
never turns into another number or a date; a reader takes numbers there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from xl_ltc.tables import Column, TableSpec, label_text
from xl_ltc.workbook.sheets.cells import height, lines_needed, set_up_cells, write_value
from xl_ltc.workbook.sheets.excel_table import add_table, bounds
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import Align, Styles

_NUMERIC = ("number", "integer")
_LONG_TEXT = 255
"""Most characters a list of allowed values may have in a validation."""
_MOST_DECIMALS = 7
_PERCENT_UNITS = ("annual rate", "annual improvement")
_WITHOUT_CENTS = 100_000.0
_GAP = 2.0
_LEAST_SCALE = 60
"""Percent; a sheet that would have to be smaller is printed on tabloid paper."""
_LEAST_WIDTH, _MOST_WIDTH = 24.0, 90.0
_TITLE_LINE, _SOURCE_LINE, _NOTE_LINE, _UNIT_LINE, _HEADER_LINE = 2, 3, 4, 5, 6


def write_tables(
    sheet: Worksheet, title: str, tables: Sequence[tuple[TableSpec, pd.DataFrame]], styles: Styles
) -> None:
    """Assumption tables beside each other, so that each can grow downwards."""
    set_up_cells(sheet)
    write_value(sheet, 0, 0, title, styles.title(first=True))
    heights = dict.fromkeys((_TITLE_LINE, _SOURCE_LINE, _NOTE_LINE, _UNIT_LINE), 1)
    last_line = 0
    all_widths: list[float] = []
    starts: list[int] = []
    for spec, frame in tables:
        all_widths += [_GAP] if all_widths else []
        starts.append(len(all_widths))
        first, widths = len(all_widths), _widths(spec, frame)
        _write_above(sheet, spec, first, widths, styles, heights)
        last_line = max(last_line, _write_table(sheet, spec, frame, first, widths, styles))
        all_widths += widths
    for i, width in enumerate(all_widths):
        sheet.set_column(i, i, width)
    for line, lines in heights.items():
        sheet.set_row(line, height(lines))
    sheet.freeze_panes(_HEADER_LINE + 1, 0)
    paper = Paper(landscape=Paper().scale(all_widths) < 100)
    if paper.scale(all_widths) < _LEAST_SCALE:
        paper = Paper(wide=True)
    repeat = (_HEADER_LINE, _HEADER_LINE)
    pages = paper.beside(all_widths, starts, _LEAST_SCALE)
    widest = max((all_widths[first:last] for first, last in pages), key=sum)
    set_up_paper(sheet, paper, last_line=last_line, widths=all_widths, repeat=repeat, page_widths=widest)
    sheet.set_v_pagebreaks([first for first, _ in pages[1:]])


def _widths(spec: TableSpec, frame: pd.DataFrame) -> list[float]:
    """Wide enough for header and content, and together for the title above."""
    widths = [
        min(
            max(len(c.name) + 3, 8, *(len(label_text(v)) + 2 for v in frame[c.name].head(200) if isinstance(v, str))),
            _MOST_WIDTH,
        )
        for c in spec.columns
    ]
    missing = _LEAST_WIDTH - sum(widths)
    return [w + max(missing, 0) / len(widths) for w in widths]


def _write_above(
    sheet: Worksheet, spec: TableSpec, first: int, widths: list[float], styles: Styles, heights: dict[int, int]
) -> None:
    last = first + len(widths) - 1
    for line, words, style in (
        (_TITLE_LINE, spec.title, styles.make(bold=True, text_wrap=True, valign="top")),
        (_SOURCE_LINE, f"Source: {spec.source}", styles.note()),
        (_NOTE_LINE, spec.note, styles.note()),
    ):
        if last > first:
            sheet.merge_range(line, first, line, last, "", style)
        write_value(sheet, line, first, words, style)
        heights[line] = max(heights[line], lines_needed(words, sum(widths)))
    for i, column in enumerate(spec.columns):
        style = styles.make(italic=True, font_size=8, align="center", text_wrap=True)
        write_value(sheet, _UNIT_LINE, first + i, column.unit, style)
        heights[_UNIT_LINE] = max(heights[_UNIT_LINE], lines_needed(column.unit, widths[i]))


def _write_table(
    sheet: Worksheet, spec: TableSpec, frame: pd.DataFrame, first: int, widths: Sequence[float], styles: Styles
) -> int:
    """Write a table's cells and make it an Excel table; returns its last line."""
    last = _HEADER_LINE + max(len(frame), 1)
    formats = _number_formats(spec, frame)
    indented = [_indented(spec, i) for i in range(len(spec.columns))]
    for i, column in enumerate(spec.columns):
        numeric = column.kind in _NUMERIC
        style = (
            styles.input(formats[column.name], align="right")
            if numeric
            else styles.input("@", align="left", indent=int(indented[i]), text_wrap=widths[i] >= _MOST_WIDTH)
        )
        for line, value in enumerate(frame[column.name], start=_HEADER_LINE + 1):
            if pd.isna(value):
                write_value(sheet, line, first + i, None, style)
                continue
            write_value(sheet, line, first + i, float(value) if numeric else label_text(value), style)
            if not numeric and widths[i] >= _MOST_WIDTH:
                sheet.set_row(line, height(lines_needed(label_text(value), widths[i])))
        if frame.empty:
            write_value(sheet, _HEADER_LINE + 1, first + i, None, style)
        validation = _validation(column)
        if validation:
            sheet.data_validation(_HEADER_LINE + 1, first + i, last, first + i, validation)
    columns: dict[str, Align] = {c.name: "right" if c.kind in _NUMERIC else "left" for c in spec.columns}
    add_table(sheet, spec.name, _HEADER_LINE, first, last, columns, styles, indented)
    return last


def _indented(spec: TableSpec, position: int) -> bool:
    """Text to the right of numbers, so that they do not touch."""
    left = spec.columns[position - 1] if position else None
    return left is not None and left.kind in _NUMERIC and spec.columns[position].kind not in _NUMERIC


def _number_formats(spec: TableSpec, frame: pd.DataFrame) -> dict[str, str]:
    """The number format of each numeric column; columns of one unit have one, so that decimals line up across."""
    alike: dict[str, list[Column]] = {}
    for column in spec.columns:
        if column.kind in _NUMERIC:
            alike.setdefault(column.unit or column.name, []).append(column)
    formats: dict[str, str] = {}
    for columns in alike.values():
        formats |= dict.fromkeys((c.name for c in columns), _number_format(columns, frame))
    return formats


def _number_format(columns: Sequence[Column], frame: pd.DataFrame) -> str:
    """As many decimals as the columns' values have: percentages for rates, dollars at most with their cents, large
    ones without."""
    first = columns[0]
    if first.kind == "integer":
        return "0"
    percent = first.unit in _PERCENT_UNITS or first.name.endswith("rate")
    numbers = [float(v) * (100 if percent else 1) for c in columns for v in frame[c.name] if not pd.isna(v)]
    decimals = max((_decimals(v) for v in numbers), default=0)
    if first.unit.startswith("$"):
        decimals = 0 if max(numbers, default=0.0) >= _WITHOUT_CENTS else min(decimals, 2)
    return "#,##0" + ("." + "0" * decimals if decimals else "") + ("%" if percent else "")


def _decimals(value: float) -> int:
    text = f"{value:.{_MOST_DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])


def _validation(column: Column) -> dict[str, Any] | None:
    words = {"ignore_blank": column.optional, "error_message": f"Allowed: {column.bounds()}"[:255]}
    if column.kind in _NUMERIC:
        kind = "integer" if column.kind == "integer" else "decimal"
        return bounds(kind, column.minimum, column.maximum) | words
    if column.allowed and len(",".join(column.allowed)) <= _LONG_TEXT:
        return {"validate": "list", "source": list(column.allowed), **words}
    return None
