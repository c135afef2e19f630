"""The Control sheet: what to run on, the buttons, and how the last run went."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.control import Control
from xl_ltc.exhibits.run_page import STATUS
from xl_ltc.settings import Settings
from xl_ltc.workbook.addresses import quoted
from xl_ltc.workbook.layout import CONTROL, CONTROL_TABLE
from xl_ltc.workbook.sheets.cells import height, set_up_cells, write_value
from xl_ltc.workbook.sheets.choices import WIDTHS, write_choices
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import Styles

LAST_ATTEMPT = "last_attempt"
"""Workbook-wide name of the cell in which a button says how it went; meanwhile the status bar says what it does."""

_BUTTON_LINE, _BUTTON_HEIGHT, _BUTTON_WIDTH, _BUTTON_GAP = 3, 26, 128, 8
"""Heights and widths in pixels."""
_WITHOUT_BUTTONS = (
    "In LibreOffice: the menu LTC. Anywhere: xl-ltc run, trace, solve or check with this file's name, in a terminal. "
    "With buttons: the .xlsm of this workbook."
)


@dataclass(frozen=True)
class Macros:
    """The code of a workbook with buttons.

    Attributes:
        project: a ``vbaProject.bin``.
        buttons: caption and macro of each button, in order.
        code_names: the name in code of each sheet; the workbook's own is ``ThisWorkbook``.
    """

    project: bytes
    buttons: Mapping[str, str]
    code_names: Mapping[str, str]


def write_control(
    workbook: Workbook,
    sheet: Worksheet,
    settings: Settings,
    control: Control,
    status: Mapping[str, str],
    styles: Styles,
    macros: Macros | None = None,
) -> None:
    """Buttons, status of the last run, and the table ``control``.

    Args:
        workbook, sheet: where to.
        settings, control: what the table holds: the settings that belong here, and the control entries.
        status: what the Run sheet's named lines say, by name.
        styles: of the workbook.
        macros: for buttons; without them the sheet says what else there is.
    """
    set_up_cells(sheet)
    for i, width in enumerate(WIDTHS):
        sheet.set_column(i, i, width)
    write_value(sheet, 0, 0, "Control", styles.title(first=True))
    words = (
        "Set what you want below and on the assumption sheets, save, then run. Cells like this one are yours to change:"
    )
    write_value(sheet, 1, 0, words, styles.plain())
    write_value(sheet, 1, 4, "input", styles.input(align="left"))
    _write_buttons(sheet, macros, styles)
    line = _BUTTON_LINE + 2
    write_value(sheet, line, 0, "The last run", styles.heading())
    for name, meaning in STATUS.items():
        line += 1
        write_value(sheet, line, 0, meaning, styles.plain(wrap=True))
        sheet.write_formula(line, 1, f"={name}", styles.plain(align="left"), status[name])
        sheet.set_row(line, height(2 if len(meaning) > WIDTHS[0] * 1.2 else 1))
    line += 1
    write_value(sheet, line, 0, "The last button", styles.plain())
    write_value(sheet, line, 1, "none pressed yet", styles.plain(align="left", locked=False))
    workbook.define_name(LAST_ATTEMPT, f"={quoted(CONTROL)}!$B${line + 1}")
    line += 2
    write_value(sheet, line, 0, "What to run", styles.heading())
    on_control = [(f, getattr(settings, f.name)) for f in dataclasses.fields(settings) if f.metadata["on_control"]]
    entries = [(f, getattr(control, f.name)) for f in dataclasses.fields(control)]
    values = [*entries[:2], *on_control, *entries[2:]]
    # Excel's tables and names share one list: the entry inforce must not be named as the table inforce is.
    last = write_choices(workbook, sheet, CONTROL_TABLE, line + 1, values, styles, [f.name for f, _ in on_control])
    set_up_paper(sheet, Paper(landscape=True), last_line=last, widths=WIDTHS, one_page=True)


def _write_buttons(sheet: Worksheet, macros: Macros | None, styles: Styles) -> None:
    sheet.set_row(_BUTTON_LINE, height(2) + 4)
    if macros is None:
        sheet.merge_range(_BUTTON_LINE, 0, _BUTTON_LINE, 4, "", styles.plain(wrap=True))
        write_value(sheet, _BUTTON_LINE, 0, _WITHOUT_BUTTONS, styles.plain(wrap=True))
        return
    for i, (caption, macro) in enumerate(macros.buttons.items()):
        options = {
            "macro": macro,
            "caption": caption,
            "width": _BUTTON_WIDTH,
            "height": _BUTTON_HEIGHT,
            "x_offset": i * (_BUTTON_WIDTH + _BUTTON_GAP),
        }
        sheet.insert_button(_BUTTON_LINE, 0, options)
