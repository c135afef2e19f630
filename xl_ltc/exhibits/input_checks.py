"""The sheet ``Input checks``: every problem of the inputs, with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence

from xl_ltc.errors import Problem
from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, engine, text
from xl_ltc.inforce.block import Block
from xl_ltc.tables import cell_of_place

SHEET = "Input checks"


def input_checks_page(problems: Sequence[Problem], total: int, here: bool, block: Block | None, unread: str) -> Page:
    """The problems, or that there are none and what was looked at.

    Args:
        problems: those to list; total: how many there are.
        here: whether a place on a sheet is one of this workbook, and may be linked to.
        block: the policies, if all is well.
        unread: what could not be looked at yet, or nothing.
    """
    notes = []
    if total > len(problems):
        notes.append(text(f"{total - len(problems):,} more of the same kinds are not listed."))
    if unread:
        notes.append(text(f"Still to be looked at: {unread}."))
    if block is None:
        title = f"Problems that keep a run from starting: {total:,}"
        tables = (_problems(problems, here),)
    else:
        title, tables = "No problem found", (_looked_at(block),)
    purpose = "Every problem of the inputs, with a link to its cell."
    return Page(SHEET, purpose, (SHEET, title), tables, tuple(notes), landscape=True)


def _problems(problems: Sequence[Problem], here: bool) -> Table:
    rows = []
    for i, problem in enumerate(problems):
        place = cell_of_place(problem.place) if here else None
        cells = {
            "number": text(i + 1),
            "place": Cell(problem.place, link=place),
            "found": text(problem.found),
            "allowed": text(problem.allowed),
        }
        rows.append(Row(str(i), cells))
    columns = (
        Column("number", "No.", "age", width=6),
        Column("place", "Where", width=46),
        Column("found", "What was found", width=46),
        Column("allowed", "What is allowed", width=60),
    )
    return Table("input_problems", columns, tuple(rows))


def _looked_at(block: Block) -> Table:
    totals = {
        "Policies in force": (float(len(block)), "count"),
        "Annualized premium ($)": (float(block.numbers("annualized_premium").sum()), "money"),
        "New-business premium ($)": (float(block.numbers("new_business_premium").sum()), "money"),
        "Daily benefit at issue ($)": (float(block.numbers("daily_benefit").sum()), "money"),
    }
    rows = tuple(
        Row(words, {"what": text(words), "value": engine(value, "money" if measure == "money" else "count")})
        for words, (value, measure) in totals.items()
    )
    columns = (
        Column("what", "Every assumption table, setting, historical year and policy was read", width=66),
        Column("value", "", "count", width=18),
    )
    return Table("input_totals", columns, rows)
