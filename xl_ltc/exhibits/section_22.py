"""Section 22: number of insureds and annualized premium affected, in a state and nationwide."""

from __future__ import annotations

from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.jurisdiction import PUBLISHED, Jurisdiction
from xl_ltc.exhibits.policies import TOTAL, series_rows, summed_rows
from xl_ltc.exhibits.table import ALL, Column, Page, Row, Table, text
from xl_ltc.partitions.summed import Summed

NATIONWIDE = "Nationwide"
_PRINTED = {PUBLISHED: "MD", NATIONWIDE: "NW"}


_STATE = "State"
_SUMS = ("insureds", "annualized_premium")


def affected_sums(policies: Policies) -> Summed:
    """Those affected and their premium, in the filing state and nationwide."""
    affected, premium = policies.increase.affected, policies.block.numbers("annualized_premium")
    state = Jurisdiction.of(policies.assumptions.settings)
    rows = {_STATE: affected & state.policies(policies.block), NATIONWIDE: affected}
    return Summed(
        {
            (region, name): policies.by_series(where, of)
            for region, where in rows.items()
            for name, of in zip(_SUMS, (None, premium), strict=True)
        }
    )


def section_22(run: FilingRun) -> Page:
    """Policies affected."""
    settings = run.assumptions.settings
    date, state = settings.valuation_date, Jurisdiction.of(settings)
    return Page(
        "Section 22",
        f"Insureds and annualized premium affected, {state.name} and nationwide.",
        (
            "Section 22",
            "Number of Insureds and Annualized Premium",
            f"Based on {date:%B %d, %Y} In-Force[1]",
        ),
        (
            _region(run, state.name, _PRINTED.get(state.code, state.code), _STATE),
            _region(run, NATIONWIDE, _PRINTED[NATIONWIDE], NATIONWIDE),
        ),
        (text("[1] Excludes policies assumed to be paid up prior to implementation of the requested rate increase."),),
    )


def table_name(region: str) -> str:
    """``section_22_maryland``."""
    return f"section_22_{region.lower().replace(' ', '_')}"


def _region(run: FilingRun, region: str, printed: str, summed: str) -> Table:
    found = run.sums(affected_sums)
    sums = {name: found[(summed, name)] for name in _SUMS}
    table_rows = []
    for row, cells, _ in summed_rows(run, sums):
        total = {"series": text(TOTAL)} if row == ALL else {}
        table_rows.append(Row(row, cells | total, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=24),
        Column("insureds", "Number of Insureds", "count", width=20),
        Column("annualized_premium", "Annualized Premium ($)", "money", width=22),
    )
    published = {
        ("s22", printed + name, column): (row, column)
        for row, name in (series_rows(run) | {ALL: TOTAL}).items()
        for column in sums
    }
    return Table(table_name(region), columns, tuple(table_rows), region, published=published)
