"""The function reference as a workbook: a sheet for each function, with its help and a live example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from xl_ltc.files import written_whole
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.cells import height, lines_needed, write_value
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import Styles
from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import OMITTED, CellError, Rows, rows_of
from xl_ltc_udfs.reference.words import by_category, example_arguments, example_result, is_wide, takes, typed_formula
from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions

Flavour = Literal["add-in", "web"]
"""``add-in``: Excel with the add-in xl_ltc.xlam, and LibreOffice; ``web``: Excel with ``xl-ltc serve``."""

_PREFIX: dict[Flavour, str] = {"add-in": "", "web": "_xldudf_"}
"""How the file spells a function's name; a user sees and types it without."""

_CONTENTS = "Functions"
_WIDTHS = (28.0, 36.0, 24.0, 20.0, 20.0, 20.0)
_WIDTH = 14.0
"""Of further columns."""
_LEAST_SCALE = 50
_WORDS = 2
"""The first column of what is said of an argument."""


@dataclass(frozen=True)
class _Placed:
    """An argument of an example on its sheet: its header line and where its cells are."""

    argument: Argument
    rows: Rows
    line: int
    column: int

    @property
    def reference(self) -> str:
        """Its address in a formula."""
        first = (self.line + 1, self.column)
        if len(self.rows) == len(self.rows[0]) == 1:
            return str(xl_rowcol_to_cell(*first))
        return str(xl_range(*first, self.line + len(self.rows), self.column + len(self.rows[0]) - 1))


def write_reference(path: Path, flavour: Flavour = "add-in") -> Path:
    """Write the reference; a file at ``path`` is replaced only once the new one is complete.

    Args:
        path: where to, ``.xlsx``.
        flavour: for which of Excel's two hosts the formulas are spelt.
    """
    with written_whole(path) as part:
        _write(part, flavour)
    return path


def _write(path: Path, flavour: Flavour) -> None:
    every = list(functions().values())
    with new_book(path) as workbook:
        # A date of its own would make two builds of the same reference differ.
        created = dt.datetime(2026, 1, 1)
        properties = {"title": "xl_ltc worksheet functions", "comments": "Written by xl_ltc", "created": created}
        workbook.set_properties(properties)
        workbook.set_calc_mode("auto")
        styles = Styles(workbook)
        contents = workbook.add_worksheet(_CONTENTS)
        sheets = {f.name: workbook.add_worksheet(f.name, worksheet_class=ExactWorksheet) for f in every}
        _write_contents(contents, every, flavour, styles)
        for function in every:
            _write_function(sheets[function.name], function, flavour, styles)


_OPENING = {
    "add-in": "For Excel on Windows with the add-in xl_ltc.xlam (xl-ltc excel install), and for LibreOffice Calc "
    "(xl-ltc calc install).",
    "web": "For Excel on the web, Mac and Windows with the add-in that xl-ltc serve serves.",
}


def _write_contents(sheet: Worksheet, every: Sequence[WorksheetFunction], flavour: Flavour, styles: Styles) -> None:
    widths = (24.0, 96.0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    write_value(sheet, 0, 0, "Worksheet functions of xl_ltc", styles.title(first=True))
    line = 1
    for words in (
        _OPENING[flavour],
        "Each sheet has a function's help and a live example: change an input cell, and the result follows.",
        "The reason of an error value: put the same arguments into LTC_WHY, after the function's name as text.",
    ):
        write_value(sheet, line, 0, words, styles.plain())
        line += 1
    for category, group in by_category(every).items():
        line += 1
        write_value(sheet, line, 0, category, styles.heading())
        for function in group:
            line += 1
            sheet.write_url(line, 0, f"internal:'{function.name}'!A1", styles.link(), function.name)
            write_value(sheet, line, 1, function.summary, styles.plain(wrap=True))
            sheet.set_row(line, height(lines_needed(function.summary, widths[1])))
        line += 1
    set_up_paper(sheet, Paper(), last_line=line, widths=widths, one_page=True)


def _write_function(sheet: Worksheet, function: WorksheetFunction, flavour: Flavour, styles: Styles) -> None:
    result = example_result(function)
    placed_at = _write_help(sheet, function, styles)
    placed, line = _write_inputs(sheet, function, placed_at, styles)
    last = _write_result(sheet, function, result, placed, line, flavour, styles)
    columns = max([len(_WIDTHS), *(p.column + len(p.rows[0]) for p in placed), len(result.rows[0])])
    widths = [_width(column) for column in range(columns)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    paper = Paper(landscape=columns > len(_WIDTHS))
    set_up_paper(sheet, paper, last_line=last, widths=widths)
    # Smaller print can't be read; a wide table then goes over several pages.
    sheet.set_print_scale(max(paper.scale(widths), _LEAST_SCALE))


def _width(column: int) -> float:
    return _WIDTHS[column] if column < len(_WIDTHS) else _WIDTH


def _write_help(sheet: Worksheet, function: WorksheetFunction, styles: Styles) -> int:
    """Summary, syntax, arguments; the line after them."""
    write_value(sheet, 0, 0, function.name, styles.title(first=True))
    sheet.write_url(0, len(_WIDTHS) - 1, f"internal:'{_CONTENTS}'!A1", styles.link(), "All functions")
    line = 1
    for label, words in (
        ("", function.summary),
        ("Call", function.syntax),
        ("Returns", function.returns),
        ("Source", function.source),
    ):
        line = _write_words(sheet, line, 0 if not label else 1, label, words, styles)
    line += 1
    for column, words in ((0, "Argument"), (1, "What it is"), (_WORDS, "What it takes")):
        write_value(sheet, line, column, words, styles.header("left"))
    for column in range(_WORDS + 1, len(_WIDTHS)):
        write_value(sheet, line, column, None, styles.header("left"))
    for argument in function.arguments:
        line += 1
        write_value(sheet, line, 0, argument.name, styles.plain(wrap=True, bold=True))
        write_value(sheet, line, 1, argument.help, styles.plain(wrap=True))
        sheet.merge_range(line, _WORDS, line, len(_WIDTHS) - 1, takes(argument), styles.plain(wrap=True))
        needed = max(
            lines_needed(argument.name, _WIDTHS[0]),
            lines_needed(argument.help, _WIDTHS[1]),
            lines_needed(takes(argument), sum(_WIDTHS[_WORDS:])),
        )
        sheet.set_row(line, height(needed))
    return line + 2


def _write_words(sheet: Worksheet, line: int, column: int, label: str, words: str, styles: Styles) -> int:
    """A label and words over the columns beside it; the next line."""
    if label:
        write_value(sheet, line, 0, label, styles.plain(wrap=True, bold=True))
    sheet.merge_range(line, column, line, len(_WIDTHS) - 1, words, styles.plain(wrap=True))
    sheet.set_row(line, height(lines_needed(words, sum(_WIDTHS[column:]))))
    return line + 1


def _write_inputs(
    sheet: Worksheet, function: WorksheetFunction, line: int, styles: Styles
) -> tuple[list[_Placed], int]:
    """The example's arguments in cells, narrow ones side by side, tables below; and the line after them."""
    write_value(sheet, line, 0, "Example", styles.heading())
    line = _write_words(sheet, line + 1, 0, "", function.example.note, styles) + 1
    placed: list[_Placed] = []
    column, deepest = 0, line
    for argument, value in example_arguments(function):
        if value is OMITTED:
            continue
        rows = rows_of(value)
        if is_wide(rows) or column + len(rows[0]) > len(_WIDTHS):
            line, column = (deepest + 1 if placed else line), 0
        placed.append(_Placed(argument, rows, line, column))
        _write_argument(sheet, placed[-1], styles)
        deepest = max(deepest, line + 1 + len(rows))
        column = len(_WIDTHS) if is_wide(rows) else column + len(rows[0])
    return placed, deepest + 1


def _write_argument(sheet: Worksheet, placed: _Placed, styles: Styles) -> None:
    write_value(sheet, placed.line, placed.column, placed.argument.name, styles.header("left"))
    for c in range(1, len(placed.rows[0])):
        write_value(sheet, placed.line, placed.column + c, None, styles.header("left"))
    for r, row in enumerate(placed.rows, start=placed.line + 1):
        for c, cell in enumerate(row, start=placed.column):
            number_format = "yyyy-mm-dd" if isinstance(cell, dt.date) else "General"
            write_value(sheet, r, c, cell, styles.input(number_format))


def _write_result(
    sheet: Worksheet,
    function: WorksheetFunction,
    result: Result,
    placed: Sequence[_Placed],
    line: int,
    flavour: Flavour,
    styles: Styles,
) -> int:
    """The live formula with its value and how one would type it; the last line."""
    by_name = {p.argument.name: p.reference for p in placed}
    addresses = [by_name.get(argument.name, "") for argument, _ in example_arguments(function)]
    formula = f"={_PREFIX[flavour]}{function.name}({','.join(addresses)})"
    write_value(sheet, line, 0, "Result", styles.heading())
    words = f"={function.name}({','.join(addresses)})"
    of_result = xl_rowcol_to_cell(line + 1, 0)
    # Live, so that it stays true when rows are inserted.
    sheet.write_formula(line, 1, f"=_xlfn.FORMULATEXT({of_result})", styles.plain(), words)
    line += 1
    rows = result.rows
    style = styles.make(num_format="General")
    if result.is_single:
        sheet.write_formula(line, 0, formula, style, _stored(rows[0][0]))
    else:
        height_, width = len(rows), len(rows[0])
        first = _stored(rows[0][0])
        sheet.write_dynamic_array_formula(line, 0, line + height_ - 1, width - 1, formula, style, first)
        for r, row in enumerate(rows):
            needed = 1
            for c, cell in enumerate(row):
                if (r, c) != (0, 0):
                    _write_spilled(sheet, line + r, c, cell, styles)
                if isinstance(cell, str) and cell:
                    needed = max(needed, lines_needed(cell, _width(c)))
            if needed > 1:
                sheet.set_row(line + r, height(needed))
    line += len(rows)
    write_value(sheet, line + 1, 0, "With the values typed in:", styles.plain())
    write_value(sheet, line + 2, 0, typed_formula(function), styles.plain())
    return line + 2


def _stored(cell: object) -> object:
    return cell.code if isinstance(cell, CellError) else cell


def _write_spilled(sheet: Worksheet, line: int, column: int, cell: object, styles: Styles) -> None:
    if isinstance(cell, CellError | str):
        sheet.write_string(line, column, str(cell), styles.plain(wrap=True))
    else:
        sheet.write_number(line, column, cell, styles.make(num_format="General"))
