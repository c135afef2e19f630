"""Exhibit I: actual and projected experience by calendar year, (a) before and (b) after the increase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY, name_of, valued_name
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import increase_note, projection_note, valuation_notes
from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, live, live_ratio, ratio_or_na, text
from xl_ltc.projection.results import Basis

SINGLE_FUTURE_YEARS = 35
"""So many projected years have a row each; later ones share a row by ``YEARS_IN_GROUP``."""
YEARS_IN_GROUP = 5

LETTER = {"before": "a", "after": "b"}
LIFETIME = "Lifetime"
_HEADING = "Actual or Projected Experience using Current Assumptions"
_CUMULATIVE = "Cumulative Loss Ratio with interest"


@dataclass(frozen=True)
class YearGroup:
    """The calendar years of a row, both inclusive."""

    first: int
    last: int
    historical: bool

    @property
    def label(self) -> str:
        """``2051`` or ``2052-2056``."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def year_groups(years: Sequence[int] | np.ndarray, valuation_year: int) -> Iterator[YearGroup]:
    """The filing's rows: each historical year, each of 35 projected years, then five-year groups, the last as
    short as it must be."""
    last = int(years[-1])
    last_single = min(valuation_year + SINGLE_FUTURE_YEARS, last)
    for year in range(int(years[0]), last_single + 1):
        yield YearGroup(year, year, year <= valuation_year)
    for first in range(last_single + 1, last + 1, YEARS_IN_GROUP):
        yield YearGroup(first, min(first + YEARS_IN_GROUP - 1, last), False)


def table_name(basis: Basis) -> str:
    """``exhibit_1a`` or ``exhibit_1b``."""
    return f"exhibit_1{LETTER[basis]}"


def exhibit_1(run: FilingRun, basis: Basis) -> Page:
    """Exhibit I-a (``before``) or I-b (``after``)."""
    settings = run.assumptions.settings
    letter = LETTER[basis]
    notes = (
        text(
            "Premium and claims in dollars. Rows of several years hold sums; their lives are the sum of up to "
            f"{YEARS_IN_GROUP} year-end counts, not a count at one date."
        ),
        *valuation_notes(run),
        projection_note(settings),
        *((increase_note(settings),) if basis == "after" else ()),
    )
    return Page(
        f"Exhibit I-{letter}",
        f"Actual and projected experience by calendar year {basis} the requested increase.",
        (
            f"Exhibit I-{letter}",
            "Actual and Projected Experience by Calendar Year",
            f"Nationwide Experience {basis.capitalize()} Requested Rate Increase",
            "All Rate Series Combined",
        ),
        (_experience(run, basis), _values(run, basis)),
        notes,
        one_page=True,
    )


def _experience(run: FilingRun, basis: Basis) -> Table:
    name = table_name(basis)
    groups = list(year_groups(run.cash_flows.years, run.assumptions.settings.valuation_date.year))
    columns = (
        Column("block", "", width=24, wrap=False),
        Column("label", "Calendar Year", "year", width=11),
        Column("premium", "A\nEarned\nPremium", "money", _HEADING, 15),
        Column("claims", "B\nIncurred\nClaims", "money", _HEADING, 15),
        Column("ratio", "C = B / A\nIncurred\nLoss Ratio", "ratio", _HEADING, 12),
        Column("lives", "D\nEnd of Year\nLives", "count", _HEADING, 12),
        Column("cumulative", "E\nActual (Column C) with\nMax. Val. Interest", "ratio", _CUMULATIVE, 24),
        Column("first", "First year", "year", width=9, printed=False),
        Column("last", "Last year", "year", width=9, printed=False),
    )
    published = {
        (f"Ex1{LETTER[basis]}", g.label, printed): (g.label, column)
        for g in groups
        for printed, column in (
            ("A_earned_premium", "premium"),
            ("B_incurred_claims", "claims"),
            ("C", "ratio"),
            ("D_lives_yearend_or_5yr_sum", "lives"),
            ("E", "cumulative"),
        )
    }
    return Table(name, columns, tuple(_rows(run, basis, groups)), published=published)


def _rows(run: FilingRun, basis: Basis, groups: list[YearGroup]) -> Iterator[Row]:
    flows = run.cash_flows
    measures = {"premium": "earned_premium", "claims": "incurred_claims", "lives": "lives"}
    totals = {key: flows.total(measure, basis) for key, measure in measures.items()}
    cumulative = run.experience.cumulative_loss_ratio(basis)
    first_year = int(flows.years[0])
    named: set[bool] = set()
    for group in groups:
        span = slice(group.first - first_year, group.last - first_year + 1)
        sums = {key: float(by_year[span].sum()) for key, by_year in totals.items()}
        cells: dict[str, Cell] = {
            key: live(
                f'=SUMIFS({name_of(measure, basis)},cf_year,">="&{{first}},cf_year,"<="&{{last}})',
                sums[key],
            )
            for key, measure in measures.items()
        }
        cells["ratio"] = live_ratio("{claims}", "{premium}", ratio_or_na(sums["claims"], sums["premium"]))
        so_far = float(cumulative[span.stop - 1])
        cells["cumulative"] = live_ratio(
            f'SUMIFS({valued_name("incurred_claims", basis)},cf_year,"<="&{{last}})',
            f'SUMIFS({valued_name("earned_premium", basis)},cf_year,"<="&{{last}})',
            "N/A" if np.isnan(so_far) else so_far,
        )
        cells["label"] = text(group.first if group.first == group.last else group.label)
        cells["first"], cells["last"] = text(group.first), text(group.last)
        if group.historical not in named:
            named.add(group.historical)
            cells["block"] = text("Historical Experience" if group.historical else "Projected Future Experience")
        yield Row(group.label, cells)


def _values(run: FilingRun, basis: Basis) -> Table:
    name = f"{table_name(basis)}_values"
    experience = run.experience
    premium, claims = experience.values("earned_premium", basis), experience.values("incurred_claims", basis)
    rows = [
        _value_row(basis, HISTORY, premium.history, claims.history),
        _value_row(basis, FUTURE, premium.future, claims.future),
        Row(
            LIFETIME,
            {
                "label": text(LIFETIME),
                "premium": live(f"={{{HISTORY}.premium}}+{{{FUTURE}.premium}}", premium.lifetime),
                "claims": live(f"={{{HISTORY}.claims}}+{{{FUTURE}.claims}}", claims.lifetime),
                "ratio": live_ratio("{claims}", "{premium}", ratio_or_na(claims.lifetime, premium.lifetime)),
            },
            "total",
        ),
    ]
    columns = (
        Column("block", ""),
        Column("label", ""),
        Column("premium", "Earned\nPremium", "money", width=15),
        Column("claims", "Incurred\nClaims", "money", width=15),
        Column("ratio", "Loss Ratio", "ratio"),
    )
    published = {
        (f"Ex1{LETTER[basis]}pv", row.key, printed): (row.key, column)
        for row in rows
        for printed, column in (("earned_premium", "premium"), ("incurred_claims", "claims"), ("lr", "ratio"))
    }
    date = run.assumptions.settings.valuation_date
    heading = f"With Interest Accum./Disc. To {date.month}/{date.day}/{date.year}"
    return Table(name, columns, tuple(rows), heading, published=published)


def _value_row(basis: Basis, period: str, premium: float, claims: float) -> Row:
    def sum_of(measure: str, value: float) -> Cell:
        return live(f'=SUMIFS({valued_name(measure, basis)},cf_period,"{period}")', value)

    return Row(
        period,
        {
            "label": text(period),
            "premium": sum_of("earned_premium", premium),
            "claims": sum_of("incurred_claims", claims),
            "ratio": live_ratio("{claims}", "{premium}", ratio_or_na(claims, premium)),
        },
    )
