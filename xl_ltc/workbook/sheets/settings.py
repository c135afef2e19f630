"""The Settings sheet: every choice an actuary could argue about that does not stand on the Control sheet."""

from __future__ import annotations

import dataclasses
import datetime as dt

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.table import serial
from xl_ltc.settings import Settings
from xl_ltc.workbook.addresses import quoted
from xl_ltc.workbook.layout import CONTROL, SETTINGS_TABLE
from xl_ltc.workbook.sheets.cells import height, lines_needed, write_value
from xl_ltc.workbook.sheets.choices import WIDTHS, write_choices
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import Styles

_HEADER = 3


def write_settings(
    workbook: Workbook, sheet: Worksheet, settings: Settings, styles: Styles, *, control: bool = True
) -> None:
    """The settings as the table ``settings``, below them, live, those that are set on the Control sheet.

    Args:
        workbook, sheet: where to; settings: what they are; styles: of the workbook.
        control: whether the workbook has a Control sheet; without one, all settings stand here.
    """
    write_value(sheet, 0, 0, "Settings", styles.title(first=True))
    words = "A changed value takes effect with the next run; the Run sheet says which act on the exhibits at once."
    write_value(sheet, 1, 0, words, styles.plain())
    for i, width in enumerate(WIDTHS):
        sheet.set_column(i, i, width)
    elsewhere = [f for f in dataclasses.fields(settings) if control and f.metadata["on_control"]]
    here = [f for f in dataclasses.fields(settings) if f not in elsewhere]
    values = [(f, getattr(settings, f.name)) for f in here]
    line = write_choices(workbook, sheet, SETTINGS_TABLE, _HEADER, values, styles, [f.name for f in here])
    if elsewhere:
        line += 2
        write_value(sheet, line, 0, "Set on the Control sheet", styles.heading())
        sheet.write_url(line, 3, f"internal:{quoted(CONTROL)}!A1", styles.link(), CONTROL)
    for f in elsewhere:
        line += 1
        _write_shown(sheet, line, f, getattr(settings, f.name), styles)
    sheet.freeze_panes(_HEADER + 1, 1)
    set_up_paper(sheet, Paper(landscape=True), last_line=line, widths=WIDTHS)


def _write_shown(sheet: Worksheet, line: int, f: dataclasses.Field, value: object, styles: Styles) -> None:
    is_day = isinstance(value, dt.date)
    style = styles.plain(num_format="yyyy-mm-dd" if is_day else "General", align="left", valign="top")
    stored = serial(value) if isinstance(value, dt.date) else value
    sheet.write_formula(line, 1, f"={f.name}", style, stored)
    for column, words in {0: f.name, 3: f.metadata["meaning"], 4: f.metadata["source"]}.items():
        write_value(sheet, line, column, words, styles.plain(wrap=True, bold=column == 0))
    sheet.set_row(line, height(max(lines_needed(f.metadata[k], WIDTHS[c]) for c, k in ((3, "meaning"), (4, "source")))))
