"""Section 19: average annual premium in a state before and after its own request."""

from __future__ import annotations

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.jurisdiction import PUBLISHED, Jurisdiction
from xl_ltc.exhibits.policies import series_rows, sum_by_series, summed_rows
from xl_ltc.exhibits.table import ALL, Column, Page, Row, Table, live_ratio, ratio_or_na, text
from xl_ltc.rate_increase.schedule import rate_increase


def section_19(run: FilingRun) -> Page:
    """Insureds affected in the state; the increase after its cap, policy by policy."""
    settings, block = run.assumptions.settings, run.block
    state = Jurisdiction.of(settings)
    rows = run.increase.affected & (block.frame["state"] == state.code).to_numpy()
    before = block.numbers("annualized_premium")
    increase = rate_increase(before, block.numbers("new_business_premium"), state.cap, settings.increase_rounding)
    sums = {
        "insureds": sum_by_series(run, rows),
        "premium_before": sum_by_series(run, rows, before),
        "premium_after": sum_by_series(run, rows, before * (1.0 + increase)),
    }
    table_rows = []
    for row, cells, values in summed_rows(run, sums):
        for when in ("before", "after"):
            total = f"premium_{when}"
            cells[when] = live_ratio(f"{{{total}}}", "{insureds}", ratio_or_na(values[total], values["insureds"]))
        table_rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Rate Series", width=14),
        Column("insureds", "Number of Insureds", "count", width=12),
        Column("before", "Before Increase Premium", "money", "Average annual premium ($)", 15),
        Column("after", "After Reduced Requested Increase Premium", "money", "Average annual premium ($)", 17),
        Column("premium_before", "Before increase", "money", "Annualized premium ($)", 15),
        Column("premium_after", "After increase", "money", "Annualized premium ($)", 15),
    )
    published = {
        ("s19", name, column): (row, column)
        for row, name in (series_rows(run) | {ALL: ALL}).items()
        for column in ("insureds", "before", "after")
        if state.code == PUBLISHED
    }
    date = settings.valuation_date
    return Page(
        "Section 19",
        f"Average annual premium in {state.name} before and after its own request.",
        ("Section 19", f"Average Annual Premium in {state.name}", f"Based on {date:%B %d, %Y} In-Force[1]"),
        (Table("section_19", columns, tuple(table_rows), published=published),),
        (
            text("[1] Excludes policies assumed to be paid up prior to implementation of the requested rate increase."),
            text(
                f"No {state.name} insured's increase is more than {state.cap:.0%} or less than zero (settings "
                "filing_state and state_rate_increase_cap)."
            ),
        ),
        landscape=True,
    )
