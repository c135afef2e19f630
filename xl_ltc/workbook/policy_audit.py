"""The policy audit as a workbook of its own: settings, assumption tables, and the audit's sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.exhibits.audit import audit_pages
from xl_ltc.files import written_whole
from xl_ltc.inforce.block import Block
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.layout import ASSUMPTION_SHEETS, SETTINGS
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.inputs import write_tables
from xl_ltc.workbook.sheets.page import plan_page, write_page
from xl_ltc.workbook.sheets.settings import write_settings
from xl_ltc.workbook.styles import TAB_INPUT, TAB_OUTPUT, Styles


def write_policy_audit(
    block: Block,
    assumptions: AssumptionSet,
    policy_ids: Sequence[str],
    path: Path,
    created: dt.datetime | None = None,
) -> Path:
    """Write the audit of some policies; a file at ``path`` is replaced only once the new one is complete.

    Args:
        block: policies in force.
        assumptions: what they are projected on; they stand in the workbook, and the formulas read them there.
        policy_ids: which policies; the first is shown, any other can be chosen.
        path: where to, ``.xlsx``.
        created: the date the file says it was made; now if None.

    Raises:
        InputError: no such policy.
        OSError: the file can't be written.
    """
    pages = audit_pages(block, assumptions, policy_ids)
    addresses = Addresses()
    plans = {page.sheet: plan_page(page, addresses) for page in pages}
    names = (pages[0].sheet, SETTINGS, *ASSUMPTION_SHEETS, *(page.sheet for page in pages[1:]))
    with (
        written_whole(path) as part,
        new_book(part) as workbook,
    ):
        properties = {"title": "Long-Term Care Policy Audit", "comments": "Written by xl_ltc"}
        workbook.set_properties(properties | ({"created": created} if created else {}))
        styles = Styles(workbook)
        sheets = {name: workbook.add_worksheet(name, worksheet_class=ExactWorksheet) for name in names}
        for name, sheet in sheets.items():
            sheet.set_tab_color(TAB_OUTPUT if name in plans else TAB_INPUT)
        write_settings(workbook, sheets[SETTINGS], assumptions.settings, styles, control=False)
        for name, specs in ASSUMPTION_SHEETS.items():
            write_tables(sheets[name], name, [(BY_NAME[s], assumptions.tables[s]) for s in specs], styles)
        for name, plan in plans.items():
            write_page(workbook, sheets[name], plan, styles, addresses)
    return path
