"""The Control sheet: what to run on, the buttons, and how the last run went."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.control import Control
from xl_ltc.exhibits.run_page import STATUS
from xl_ltc.exhibits.table import Value
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
    "In LibreOffice: the menu LTC. Anywhere: xl-ltc {commands} with this file's name, in a terminal. "
    "With buttons: the .xlsm of this workbook."
)
_INPUT_COLUMN = 4
HOW_TO_DRIVE = (
    "Set what you want below and on the assumption sheets, save, then run. Cells like this one are yours to change:"
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


@dataclass(frozen=True)
class FrontSheet:
    """The sheet from which a workbook is driven.

    Attributes:
        title: its name and heading; words: what to do, before a cell in the style of inputs.
        commands: what does the same from a terminal, where there are no buttons.
        status: workbook-wide names of the lines that tell how the last run went, and what each line is.
        table: the name of the table of choices; heading: above it.
        values: each choice and what it is set to.
        named: choices whose value cell has the choice's name in the whole workbook.
    """

    title: str
    words: str
    commands: str
    status: Mapping[str, str]
    table: str
    heading: str
    values: Sequence[tuple[dataclasses.Field[Any], Value]]
    named: Sequence[str]


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
    on_control = [(f, getattr(settings, f.name)) for f in dataclasses.fields(settings) if f.metadata["on_control"]]
    entries = [(f, getattr(control, f.name)) for f in dataclasses.fields(control)]
    front = FrontSheet(
        CONTROL,
        HOW_TO_DRIVE,
        "run, trace, solve, sensitivities or check",
        STATUS,
        CONTROL_TABLE,
        "What to run",
        [*entries[:2], *on_control, *entries[2:]],
        # Excel's tables and names share one list: the entry inforce must not be named as the table inforce is.
        [f.name for f, _ in on_control],
    )
    write_front(workbook, sheet, front, status, styles, macros)


def write_front(
    workbook: Workbook,
    sheet: Worksheet,
    front: FrontSheet,
    status: Mapping[str, str],
    styles: Styles,
    macros: Macros | None = None,
) -> None:
    """Buttons, status of the last run, and a table of choices; arguments as of ``write_control``."""
    set_up_cells(sheet)
    for i, width in enumerate(WIDTHS):
        sheet.set_column(i, i, width)
    write_value(sheet, 0, 0, front.title, styles.title(first=True))
    write_value(sheet, 1, 0, front.words, styles.plain())
    write_value(sheet, 1, _INPUT_COLUMN, "input", styles.input(align="left"))
    _write_buttons(sheet, macros, _WITHOUT_BUTTONS.format(commands=front.commands), styles)
    line = _BUTTON_LINE + 2
    write_value(sheet, line, 0, "The last run", styles.heading())
    for name, meaning in front.status.items():
        line += 1
        write_value(sheet, line, 0, meaning, styles.plain(wrap=True))
        sheet.write_formula(line, 1, f"={name}", styles.plain(align="left"), status[name])
        sheet.set_row(line, height(2 if len(meaning) > WIDTHS[0] * 1.2 else 1))
    line += 1
    write_value(sheet, line, 0, "The last button", styles.plain())
    write_value(sheet, line, 1, "none pressed yet", styles.plain(align="left", locked=False))
    workbook.define_name(LAST_ATTEMPT, f"={quoted(front.title)}!$B${line + 1}")
    line += 2
    write_value(sheet, line, 0, front.heading, styles.heading())
    last = write_choices(workbook, sheet, front.table, line + 1, front.values, styles, front.named)
    set_up_paper(sheet, Paper(landscape=True), last_line=last, widths=WIDTHS, one_page=True)


def _write_buttons(sheet: Worksheet, macros: Macros | None, without: str, styles: Styles) -> None:
    sheet.set_row(_BUTTON_LINE, height(2) + 4)
    if macros is None:
        sheet.merge_range(_BUTTON_LINE, 0, _BUTTON_LINE, 4, "", styles.plain(wrap=True))
        write_value(sheet, _BUTTON_LINE, 0, without, styles.plain(wrap=True))
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
