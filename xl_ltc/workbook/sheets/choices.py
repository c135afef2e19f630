"""A table of named choices: settings and Control entries, the value cell of a setting named as the setting."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.choices import allowed_words
from xl_ltc.exhibits.table import Value
from xl_ltc.workbook.addresses import quoted
from xl_ltc.workbook.layout import SETTINGS_COLUMNS
from xl_ltc.workbook.sheets.cells import height, lines_needed, write_value
from xl_ltc.workbook.sheets.excel_table import add_table, bounds
from xl_ltc.workbook.styles import Styles

WIDTHS = (28, 19, 31, 54, 21)
_EXCEL_ERROR, _EXCEL_TITLE = 255, 32
"""Most characters of a validation's message and of its title."""


def write_choices(
    workbook: Workbook,
    sheet: Worksheet,
    table: str,
    header: int,
    values: Sequence[tuple[dataclasses.Field[Any], Value]],
    styles: Styles,
    named: Collection[str],
) -> int:
    """Write choices as an Excel table from column A on; gives its last line.

    Args:
        workbook, sheet: where to.
        table: its name.
        header: the line of the header, from 0.
        values: each choice and what it is set to.
        styles: of the workbook.
        named: the choices whose value cell has the choice's name in the whole workbook, for formulas.
    """
    for line, (f, value) in enumerate(values, start=header + 1):
        allowed = allowed_words(f)
        texts: Mapping[int, str] = {0: f.name, 2: allowed, 3: f.metadata["meaning"], 4: f.metadata["source"]}
        for column, words in texts.items():
            write_value(sheet, line, column, words, styles.plain(wrap=True, bold=column == 0))
        is_day = isinstance(value, dt.date)
        number_format = "yyyy-mm-dd" if is_day else "@" if isinstance(value, str) else "General"
        write_value(sheet, line, 1, value, styles.input(number_format, align="left", valign="top", text_wrap=True))
        validation = _validation(f, allowed)
        if validation:
            sheet.data_validation(line, 1, line, 1, validation)
        sheet.set_row(line, height(max(lines_needed(t, WIDTHS[c]) for c, t in {**texts, 1: str(value)}.items())))
        if f.name in named:
            workbook.define_name(f.name, f"={quoted(sheet.get_name())}!$B${line + 1}")
    last = header + len(values)
    add_table(sheet, table, header, 0, last, dict.fromkeys(SETTINGS_COLUMNS, "left"), styles)
    return last


def _validation(f: dataclasses.Field[Any], allowed: str) -> dict[str, Any] | None:
    words = {"error_title": f.name[:_EXCEL_TITLE], "error_message": f"Allowed: {allowed}"[:_EXCEL_ERROR]}
    if f.metadata["allowed"]:
        return {"validate": "list", "source": list(f.metadata["allowed"]), **words}
    if isinstance(f.default, str):
        return None
    if isinstance(f.default, dt.date):
        first, last = dt.date(1900, 12, 31), dt.date(2200, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last, **words}
    kind = "integer" if isinstance(f.default, int) else "decimal"
    return bounds(kind, f.metadata["low"], f.metadata["high"]) | words
