"""The results in a few lines, for the first sheet."""

from __future__ import annotations

from xl_ltc.exhibits.checks import EQUAL, NO
from xl_ltc.exhibits.exhibit_1 import LIFETIME
from xl_ltc.exhibits.filing_pages import FilingPages
from xl_ltc.exhibits.run_page import AS_RUN
from xl_ltc.exhibits.section_02 import AVERAGE
from xl_ltc.exhibits.table import Column, Measure, Row, Table, all_tables, live, text

BEFORE, AFTER = "Lifetime loss ratio before the increase", "Lifetime loss ratio after the increase"
ITEM_5, ITEM_7, VERDICT = (
    "58%/85% test, all series: item 5, premium times factors ($)",
    "58%/85% test, all series: item 7, claims with margin ($)",
    "58%/85% test, all series: result",
)
AVERAGE_INCREASE, INSUREDS = "Average requested increase", "Insureds affected, nationwide"

LINKED: tuple[tuple[str, str, str, str, Measure], ...] = (
    (BEFORE, "exhibit_1a_values", LIFETIME, "ratio", "ratio"),
    (AFTER, "exhibit_1b_values", LIFETIME, "ratio", "ratio"),
    (ITEM_5, "exhibit_2", "5", "result", "money"),
    (ITEM_7, "exhibit_2", "7", "result", "money"),
    (VERDICT, "exhibit_2", "8", "result", "general"),
    (AVERAGE_INCREASE, "section_02", AVERAGE, "share_all", "share"),
    (INSUREDS, "section_22_nationwide", "All", "insureds", "count"),
    ("Annualized premium affected, nationwide ($)", "section_22_nationwide", "All", "annualized_premium", "money"),
)
"""What a headline is called, the table, row and column it is linked to, and its measure."""


def headline(pages: FilingPages) -> Table:
    """Links to the lines a reader looks for first, each with the value it has."""
    tables = {table.name: table for table in all_tables(pages.all)}
    rows = [
        Row(
            f"{name}.{row}.{column}".replace(".", "/"),
            {"what": text(what), "value": live(f"={{{name}!{row}.{column}}}", tables[name].cell(row, column).value, m)},
        )
        for what, name, row, column, m in LINKED
    ]
    for what, name, counted, column, counts in (
        (
            "Published numbers reproduced, exactly or within tolerance (see Reconciliation)",
            "check_verdict",
            "reconciliation",
            "verdict",
            EQUAL,
        ),
        (
            "Published numbers outside tolerance, known exceptions included (see Reconciliation)",
            "check_within",
            "reconciliation",
            "within",
            NO,
        ),
        ("Published marginals not honoured (see Marginals)", "marginal_honoured", "marginals", "honoured", NO),
    ):
        number = sum(r.cells[column].value == counts for r in tables[counted].rows if column in r.cells)
        if tables[counted].rows:
            rows.append(Row(name, {"what": text(what), "value": live(f'=COUNTIF({name},"{counts}")', number, "count")}))
    as_run = live(AS_RUN, "yes")
    rows.append(Row("as_run", {"what": text("Settings that need a run are as they were run"), "value": as_run}))
    columns = (
        Column("value", "Result", "general", width=20),
        Column("gap", "", width=2),
        Column("what", "Measure", width=84),
    )
    return Table("headline", columns, tuple(rows), "Headline results")
