"""The first sheet: headline results, what each sheet is, and what the colours mean."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.table import Page, Table
from xl_ltc.workbook.addresses import Addresses, quoted
from xl_ltc.workbook.layout import CONTENTS
from xl_ltc.workbook.sheets.cells import write_value
from xl_ltc.workbook.sheets.page import PagePlan, plan_page, write_page
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import LEGEND, Styles

_SAMPLE = 1_234_567
_WORDS_COLUMN = 2
_WORDS = {"input": "Input", "engine": "Engine value", "body": "Formula", "total": "Total"}


def plan_contents(headline: Table, title: tuple[str, ...], addresses: Addresses) -> PagePlan:
    """Place the headline results."""
    return plan_page(Page(CONTENTS, "", title, (headline,)), addresses)


def write_contents(
    workbook: Workbook,
    sheet: Worksheet,
    plan: PagePlan,
    purposes: Mapping[str, str],
    styles: Styles,
    addresses: Addresses,
) -> None:
    """Headline, list of sheets with links, legend.

    Args:
        workbook, sheet: where to.
        plan: of the headline results.
        purposes: a sentence for each sheet, in order.
        styles, addresses: of the workbook.
    """
    write_page(workbook, sheet, plan, styles, addresses)
    line = plan.notes
    write_value(sheet, line, 0, "Legend", styles.heading())
    for kind, meaning in LEGEND.items():
        line += 1
        sheet.write_number(line, 0, _SAMPLE, styles.legend(kind))
        write_value(sheet, line, _WORDS_COLUMN, f"{_WORDS[kind]}: {meaning}", styles.plain())
    line += 2
    write_value(sheet, line, 0, "Sheets", styles.heading())
    for name, purpose in purposes.items():
        if name == CONTENTS:
            continue
        line += 1
        sheet.write_url(line, 0, f"internal:{quoted(name)}!A1", styles.link(), name)
        write_value(sheet, line, _WORDS_COLUMN, purpose, styles.plain())
    set_up_paper(sheet, Paper(), last_line=line, widths=plan.widths, one_page=True)
