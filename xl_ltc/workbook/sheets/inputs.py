"""The sheets a user edits: settings, assumption tables and history, each table a named Excel table.

Key and text columns are written as text (``55`` and ``<55`` alike, and series such as ``200``), so that a label
never turns into another number or a date; a reader takes numbers there too.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc import settings as settings_module
from xl_ltc.settings import Settings
from xl_ltc.tables import Column, TableSpec, label_text
from xl_ltc.workbook.addresses import quoted
from xl_ltc.workbook.layout import SETTINGS, SETTINGS_COLUMNS, SETTINGS_TABLE
from xl_ltc.workbook.sheets.cells import height, lines_needed, set_up_cells, write_value
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
_LEAST_WIDTH = 24.0
_TITLE_LINE, _SOURCE_LINE, _NOTE_LINE, _UNIT_LINE, _HEADER_LINE = 2, 3, 4, 5, 6


def write_settings(workbook: Workbook, sheet: Worksheet, settings: Settings, styles: Styles) -> None:
    """The settings as the table ``settings``; each value cell is named as its setting."""
    lines = (
        "Settings",
        "A changed value takes effect with the next run; the Run sheet says which act on the exhibits at once.",
    )
    write_value(sheet, 0, 0, lines[0], styles.title(first=True))
    write_value(sheet, 1, 0, lines[1], styles.plain())
    widths = (28, 19, 31, 54, 21)
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    header = 3
    fields = {f.name: f for f in dataclasses.fields(settings)}
    for line, row in enumerate(settings_module.describe(), start=header + 1):
        name = row["name"]
        value = getattr(settings, name)
        texts = {0: name, 2: row["allowed"], 3: row["meaning"], 4: row["source"]}
        for column, words in texts.items():
            style = styles.plain(wrap=True, bold=column == 0)
            write_value(sheet, line, column, words, style)
        style = styles.input("yyyy-mm-dd" if isinstance(value, dt.date) else "General", align="left", valign="top")
        write_value(sheet, line, 1, value, style)
        sheet.data_validation(line, 1, line, 1, _setting_validation(fields[name], row["allowed"]))
        sheet.set_row(line, height(max(lines_needed(t, widths[c]) for c, t in texts.items())))
        workbook.define_name(name, f"={quoted(SETTINGS)}!$B${line + 1}")
    last = header + len(fields)
    _add_table(sheet, SETTINGS_TABLE, header, 0, last, dict.fromkeys(SETTINGS_COLUMNS, "left"), styles)
    sheet.freeze_panes(header + 1, 1)
    set_up_paper(sheet, Paper(landscape=True), last_line=last, widths=widths)


def _setting_validation(f: dataclasses.Field[Any], allowed: str) -> dict[str, Any]:
    words = {"error_title": f.name[:32], "error_message": f"Allowed: {allowed}"[:255]}
    if f.metadata["allowed"]:
        return {"validate": "list", "source": list(f.metadata["allowed"]), **words}
    if isinstance(f.default, dt.date):
        first, last = dt.date(1900, 12, 31), dt.date(2200, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last, **words}
    kind = "integer" if isinstance(f.default, int) else "decimal"
    return _bounds(kind, f.metadata["low"], f.metadata["high"]) | words


def _bounds(kind: str, low: float, high: float) -> dict[str, Any]:
    if math.isinf(high):
        return {"validate": kind, "criteria": ">=", "value": low if math.isfinite(low) else -1e300}
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}


def write_tables(
    sheet: Worksheet, title: str, tables: Sequence[tuple[TableSpec, pd.DataFrame]], styles: Styles
) -> None:
    """Assumption tables beside each other, so that each can grow downwards."""
    set_up_cells(sheet)
    write_value(sheet, 0, 0, title, styles.title(first=True))
    heights = dict.fromkeys((_TITLE_LINE, _SOURCE_LINE, _NOTE_LINE, _UNIT_LINE), 1)
    last_line = 0
    all_widths: list[float] = []
    for spec, frame in tables:
        all_widths += [_GAP] if all_widths else []
        first, widths = len(all_widths), _widths(spec, frame)
        _write_above(sheet, spec, first, widths, styles, heights)
        last_line = max(last_line, _write_table(sheet, spec, frame, first, styles))
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
    set_up_paper(sheet, paper, last_line=last_line, widths=all_widths, repeat=repeat)


def _widths(spec: TableSpec, frame: pd.DataFrame) -> list[float]:
    """Wide enough for header and content, and together for the title above."""
    widths = [
        max(len(c.name) + 3, 8, *(len(label_text(v)) + 2 for v in frame[c.name].head(200) if isinstance(v, str)))
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


def _write_table(sheet: Worksheet, spec: TableSpec, frame: pd.DataFrame, first: int, styles: Styles) -> int:
    """Write a table's cells and make it an Excel table; returns its last line."""
    last = _HEADER_LINE + max(len(frame), 1)
    formats = _number_formats(spec, frame)
    indented = [_indented(spec, i) for i in range(len(spec.columns))]
    for i, column in enumerate(spec.columns):
        numeric = column.kind in _NUMERIC
        style = (
            styles.input(formats[column.name], align="right")
            if numeric
            else styles.input("@", align="left", indent=int(indented[i]))
        )
        for line, value in enumerate(frame[column.name], start=_HEADER_LINE + 1):
            if pd.isna(value):
                write_value(sheet, line, first + i, None, style)
            else:
                write_value(sheet, line, first + i, float(value) if numeric else label_text(value), style)
        validation = _validation(column)
        if validation:
            sheet.data_validation(_HEADER_LINE + 1, first + i, last, first + i, validation)
    columns: dict[str, Align] = {c.name: "right" if c.kind in _NUMERIC else "left" for c in spec.columns}
    _add_table(sheet, spec.name, _HEADER_LINE, first, last, columns, styles, indented)
    return last


def _indented(spec: TableSpec, position: int) -> bool:
    """Text to the right of numbers, so that they do not touch."""
    left = spec.columns[position - 1] if position else None
    return left is not None and left.kind in _NUMERIC and spec.columns[position].kind not in _NUMERIC


def _add_table(
    sheet: Worksheet,
    name: str,
    header: int,
    first: int,
    last: int,
    columns: Mapping[str, Align],
    styles: Styles,
    indented: Sequence[bool] | None = None,
) -> None:
    """Make a range an Excel table; ``columns``: header and alignment of each."""
    shifted = indented or [False] * len(columns)
    options = {
        "name": name,
        "columns": [
            {"header": c, "header_format": styles.header(align, shift)}
            for (c, align), shift in zip(columns.items(), shifted, strict=True)
        ],
        "autofilter": False,
        "style": None,
    }
    sheet.add_table(header, first, last, first + len(columns) - 1, options)


def _number_formats(spec: TableSpec, frame: pd.DataFrame) -> dict[str, str]:
    """The number format of each numeric column; columns of one unit have one, so that decimals line up across."""
    alike: dict[str, list[Column]] = {}
    for column in spec.columns:
        if column.kind in _NUMERIC:
            alike.setdefault(column.unit or column.name, []).append(column)
    return {c.name: _number_format(columns, frame) for columns in alike.values() for c in columns}


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
        return _bounds(kind, column.minimum, column.maximum) | words
    if column.allowed and len(",".join(column.allowed)) <= _LONG_TEXT:
        return {"validate": "list", "source": list(column.allowed), **words}
    return None
