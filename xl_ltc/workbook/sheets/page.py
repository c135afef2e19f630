"""A page of tables on a sheet: where everything stands, then writing it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.table import Cell, Column, Page, Table
from xl_ltc.workbook.addresses import Addresses, Place, quoted
from xl_ltc.workbook.sheets.bars import lines_of_bars, write_bars
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.cells import height, lines_needed, set_up_cells, write_value
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.paper import Paper, breaks, part_of, set_up_paper
from xl_ltc.workbook.styles import TAB_OUTPUT, Align, Styles

_LONG = 30
"""Rows from which on a table's header stays in view."""
_NOTE_WIDTH = 130.0
_WORDS_WIDTH = 106.0
"""The most columns' width a footnote runs over."""
_TITLE_HEIGHT = 18.0
_NOTE_SIZE = 8
_BOLDER, _SMALLER = 0.9, 1.2
"""So much of a bold heading, and of a footnote, fits where one character of a cell does; on the safe side."""
_BLANK = Cell(None)


@dataclass(frozen=True)
class TablePlan:
    """The zero-based lines of a table's parts, None where it has no such part; ``end`` is the line below all."""

    table: Table
    heading: int | None
    groups: int | None
    header: int
    first: int
    notes: int
    end: int

    @property
    def bars(self) -> int:
        """The line below its footnotes, where its chart begins."""
        return self.notes + len(self.table.footnotes)

    @property
    def start(self) -> int:
        """The line of its first part."""
        return min(line for line in (self.heading, self.groups, self.header) if line is not None)


@dataclass(frozen=True)
class PagePlan:
    """Where everything on a page stands."""

    page: Page
    tables: tuple[TablePlan, ...]
    widths: tuple[float, ...]
    notes: int

    @property
    def printed_columns(self) -> int:
        """How many columns belong to the printed page."""
        return max(sum(c.printed for c in plan.table.columns) for plan in self.tables)

    def note_columns(self) -> int:
        """How many columns a footnote runs over."""
        total, count = 0.0, 0
        for width in self.widths[: self.printed_columns]:
            if count and total + width > _NOTE_WIDTH:
                break
            total, count = total + width, count + 1
        return count


def plan_page(page: Page, addresses: Addresses, top: int = 0) -> PagePlan:
    """Place a page's tables below each other and remember their addresses."""
    line = top + len(page.title) + 1
    plans = []
    # A page may have nothing but words, which then stand below a table without rows and headers.
    tables = page.tables or (Table(f"words {page.sheet}", (Column("words", "", width=_WORDS_WIDTH),), ()),)
    for table in tables:
        heading = line if table.heading else None
        line += heading is not None
        groups = line if any(c.group for c in table.columns) else None
        header = line + (groups is not None)
        first = header + 1
        notes = first + len(table.rows)
        end = notes + len(table.footnotes) + (lines_of_bars(table.bars, len(table.rows)) if table.bars else 0)
        plans.append(TablePlan(table, heading, groups, header, first, notes, end))
        addresses.add(table, Place.of(table, page.sheet, first))
        line = end + 1
    columns = max(len(t.columns) for t in tables)
    widths = tuple(max(t.columns[i].width for t in tables if i < len(t.columns)) for i in range(columns))
    return PagePlan(page, tuple(plans), widths, line)


def write_page(workbook: Workbook, sheet: Worksheet, plan: PagePlan, styles: Styles, addresses: Addresses) -> None:
    """Write a planned page, name its columns and set up its paper."""
    set_up_cells(sheet)
    for i, width in enumerate(plan.widths):
        sheet.set_column(i, i, width)
    for i, line in enumerate(plan.page.title):
        write_value(sheet, i, 0, line, styles.title(first=i == 0))
    sheet.set_row(0, _TITLE_HEIGHT)
    for table in plan.tables:
        _write_headers(sheet, table, plan, styles)
        _write_rows(sheet, table, plan.widths, styles, addresses)
        _write_notes(sheet, table.table.footnotes, table.notes, plan, styles)
        for column in table.table.columns:
            if column.name and table.table.rows:
                workbook.define_name(column.name, "=" + addresses[table.table.name].span(column.key))
        for name, (row, key) in table.table.names.items():
            workbook.define_name(name, "=" + addresses[table.table.name].cell(row, key))
        _write_alarms(sheet, table, styles)
        if table.table.bars is not None:
            write_bars(workbook, sheet, table.bars, table.table.bars, addresses[table.table.name])
    _write_notes(sheet, plan.page.footnotes, plan.notes, plan, styles)
    _set_up(sheet, plan)


def _write_headers(sheet: Worksheet, plan: TablePlan, page: PagePlan, styles: Styles) -> None:
    if plan.heading is not None:
        write_value(sheet, plan.heading, 0, plan.table.heading, styles.heading())
        sheet.set_row(plan.heading, 15)
    columns = plan.table.columns
    if not any(column.header for column in columns) and not plan.table.rows:
        return
    if plan.groups is not None:
        _write_groups(sheet, plan.groups, columns, page, styles)
    headers = []
    for i, column in enumerate(columns):
        align: Align = "left" if column.measure == "text" else "right"
        style = styles.header(align, _indented(column, i))
        write_value(sheet, plan.header, i, column.header, style)
        headers.append({"header": column.header, "header_format": style})
    if plan.table.named and plan.table.rows:  # Excel has no table without rows
        options = {"name": plan.table.name, "columns": headers, "autofilter": False, "style": None}
        sheet.add_table(plan.header, 0, plan.notes - 1, len(columns) - 1, options)
    lines = max(lines_needed(c.header, page.widths[i] - 1) for i, c in enumerate(columns))
    sheet.set_row(plan.header, height(lines))


def _write_groups(sheet: Worksheet, line: int, columns: tuple[Column, ...], page: PagePlan, styles: Styles) -> None:
    """A heading over adjacent columns of one group."""
    lines, start = 1, 0
    for group, members in itertools.groupby(columns, key=lambda column: column.group):
        count = len(list(members))
        if group and count > 1:
            sheet.merge_range(line, start, line, start + count - 1, group, styles.group(group))
        else:
            for i in range(start, start + count):
                write_value(sheet, line, i, group, styles.group(group))
        lines = max(lines, lines_needed(group, sum(page.widths[start : start + count]) * _BOLDER))
        start += count
    sheet.set_row(line, height(lines))


def _write_rows(
    sheet: Worksheet, plan: TablePlan, widths: tuple[float, ...], styles: Styles, addresses: Addresses
) -> None:
    table = plan.table
    for line, row in enumerate(table.rows, start=plan.first):
        most_lines = 1
        for i, column in enumerate(table.columns):
            cell = row.cells.get(column.key, _BLANK)
            measure = cell.measure or column.measure
            wrap = column.wrap and isinstance(cell.value, str) and measure == "text" and len(cell.value) > widths[i]
            style = styles.cell(cell, measure, row.kind, wrap, _indented(column, i))
            if cell.link is not None:
                there, at = cell.link
                sheet.write_url(line, i, f"internal:{quoted(there)}!{at}", styles.link(), str(cell.value))
            elif cell.choices is not None:
                write_value(sheet, line, i, cell.value, styles.input("@", align="left", bold=True))
                source = "=" + addresses[cell.choices[0]].span(cell.choices[1])
                sheet.data_validation(line, i, line, i, {"validate": "list", "source": source})
            elif cell.formula is None:
                write_value(sheet, line, i, cell.value, style)
            else:
                sheet.write_formula(line, i, addresses.formula(cell.formula, table.name, row.key), style, cell.value)
            if wrap:
                most_lines = max(most_lines, lines_needed(str(cell.value), widths[i]))
        if most_lines > 1:
            sheet.set_row(line, height(most_lines))


def _write_alarms(sheet: Worksheet, plan: TablePlan, styles: Styles) -> None:
    """Columns with an alarm stand out where they say it, live."""
    for i, column in enumerate(plan.table.columns):
        if column.alarm and plan.table.rows:
            rule = {"type": "cell", "criteria": "==", "value": f'"{column.alarm}"', "format": styles.alarm()}
            sheet.conditional_format(plan.first, i, plan.notes - 1, i, rule)


def _indented(column: Column, position: int) -> bool:
    return column.measure == "text" and position > 0


def _write_notes(sheet: Worksheet, notes: tuple[Cell, ...], line: int, plan: PagePlan, styles: Styles) -> None:
    last = plan.note_columns() - 1
    width = sum(plan.widths[: last + 1]) * _SMALLER
    for i, note in enumerate(notes):
        style = styles.note()
        if last > 0:
            sheet.merge_range(line + i, 0, line + i, last, "", style)
        if note.formula is None:
            write_value(sheet, line + i, 0, note.value, style)
        else:
            sheet.write_formula(line + i, 0, note.formula, style, note.value)
        sheet.set_row(line + i, height(lines_needed(str(note.value), width), _NOTE_SIZE))


def _set_up(sheet: Worksheet, plan: PagePlan) -> None:
    """Freeze and repeat the header of a page's first table if it is long; print what belongs to the page."""
    first = plan.tables[0]
    long = len(first.table.rows) > _LONG
    if long:
        labels = 2 if first.table.columns[0].header == "" else 1
        sheet.freeze_panes(first.first, labels)
    last = plan.notes + len(plan.page.footnotes) - 1
    repeat = (first.header if first.groups is None else first.groups, first.header)
    paper = Paper(plan.page.landscape, plan.page.wide)
    widths = plan.widths[: plan.printed_columns]
    set_up_paper(
        sheet,
        paper,
        last_line=max(last, plan.tables[-1].end - 1),
        widths=widths,
        repeat=repeat if long and not plan.page.one_page else None,
        one_page=plan.page.one_page,
        across=plan.page.across,
    )
    if not plan.page.one_page:
        sheet.set_h_pagebreaks(
            breaks(
                [(t.start, t.end) for t in plan.tables],
                paper.lines(part_of(widths, plan.page.across)),
            )
        )


def write_pages(pages: Sequence[Page], path: Path) -> None:
    """Some sheets as a workbook."""
    addresses = Addresses()
    plans = [plan_page(page, addresses) for page in pages]
    with new_book(path) as book:
        styles = Styles(book)
        for plan in plans:
            sheet = book.add_worksheet(plan.page.sheet, worksheet_class=ExactWorksheet)
            sheet.set_tab_color(TAB_OUTPUT)
            write_page(book, sheet, plan, styles, addresses)
