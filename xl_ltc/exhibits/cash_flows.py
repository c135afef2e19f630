"""The cash flows by series, valuation rate and calendar year: the only table that holds projected values.

Every exhibit with premium, claims or lives by year is a formula over its columns, which have workbook-wide names.
"""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import equals
from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, engine, live, text
from xl_ltc.loss_ratio.values import value_factor
from xl_ltc.projection.results import Basis
from xl_ltc.rate_increase.behaviour import RBO_BASES

HISTORY, FUTURE = "History", "Future"

_SHORT = {
    "earned_premium": "premium",
    "initial_earned_premium": "initial_premium",
    "incurred_claims": "claims",
    "lives": "lives",
}
_ENGINE: tuple[tuple[str, Basis, str], ...] = (
    ("earned_premium", "before", "Earned premium"),
    ("incurred_claims", "before", "Incurred claims"),
    ("lives", "before", "Year-end lives"),
    ("earned_premium", "after", "Earned premium"),
    ("initial_earned_premium", "after", "Initial earned premium"),
    ("incurred_claims", "after", "Incurred claims"),
    ("lives", "after", "Year-end lives"),
)
_ON_EACH_BASIS = ("earned_premium", "initial_earned_premium", "incurred_claims")
_GROUPS = {"before": "Before the increase", "after": "After the increase"}
_FACTOR = "=(1+{rate})^(YEAR(valuation_date)+1-cash_flow_timing-{year})"
_PRICED = "On the basis of original pricing"
_OF_SERIES = equals("series", "series", "{series}")
_PRICED_RATE = (
    f'=IF(SUMPRODUCT({_OF_SERIES}*(series[pricing_interest_basis]="earned"))>0,'
    f"SUMPRODUCT({_OF_SERIES}*series[earned_rate]),{{rate}})"
)


def name_of(measure: str, basis: Basis) -> str:
    """The workbook-wide name of a column of cash flows, e.g. ``cf_premium_before``."""
    return f"cf_{_SHORT[measure]}_{basis}"


def valued_name(measure: str, basis: Basis) -> str:
    """The workbook-wide name of a column of valued cash flows, e.g. ``cf_value_premium_before``."""
    return f"cf_value_{_SHORT[measure]}_{basis}"


def name_on_basis(run: FilingRun, measure: str, rbo_basis: str) -> str:
    """The workbook-wide name of a column after the increase on an RBO basis."""
    name = name_of(measure, "after")
    return name if rbo_basis == run.assumptions.settings.rbo_basis else f"{name}_{rbo_basis}"


def cash_flows_page(run: FilingRun) -> Page:
    """The cash flows with their values at the valuation date.

    Rows: series × valuation rate × calendar year, history and projection. Columns: the engine's cash flows; live
    value factors and valued cash flows; the engine's cash flows after the increase on the other RBO bases.
    """
    settings = run.assumptions.settings
    others = [b for b in RBO_BASES if b != settings.rbo_basis]
    return Page(
        "Cash flows",
        "Projected and actual cash flows by series, valuation rate and year: what every exhibit adds up.",
        ("Cash flows by Series, Valuation Rate and Calendar Year", "Nationwide, history and projection"),
        (Table("cash_flows", _columns(others), _rows(run, others)),),
        (
            text(
                "Engine values are the sums over policies of the seriatim projection, and the actual experience of "
                "the History sheet. The value factor is (1 + rate) ^ (valuation year + 1 - timing - calendar year); on "
                "the basis of original pricing the rate is the earned one, where pricing used an earned rate."
            ),
        ),
        wide=True,
    )


def _columns(others: list[str]) -> tuple[Column, ...]:
    flows = [
        Column(
            name_of(measure, basis)[3:],
            _broken(header),
            "count" if measure == "lives" else "money",
            _GROUPS[basis],
            10 if measure == "lives" else 13.5,
            name_of(measure, basis),
        )
        for measure, basis, header in _ENGINE
    ]
    valued = [
        Column(
            valued_name(measure, basis)[3:],
            f"{_broken(header)} {basis}",
            "money",
            "Valued at the valuation date",
            13.5,
            valued_name(measure, basis),
        )
        for measure, basis, header in _ENGINE
        if measure != "lives"
    ]
    on_others = [
        Column(
            f"{name_of(measure, 'after')[3:]}_{other}",
            _broken(header),
            "money",
            f"After the increase, RBO basis {other}",
            14,
            f"{name_of(measure, 'after')}_{other}",
        )
        for other in others
        for measure, basis, header in _ENGINE
        if basis == "after" and measure in _ON_EACH_BASIS
    ]
    return (
        Column("series", "Series", width=8, name="cf_series"),
        Column("rate", "Valuation rate", "rate", width=9, name="cf_rate"),
        Column("year", "Calendar year", "year", width=9, name="cf_year"),
        Column("period", "Period", width=9, name="cf_period"),
        *flows,
        Column("factor", "Value\nfactor", "factor", width=9, name="cf_factor"),
        *valued,
        *on_others,
        Column("priced_rate", "Rate", "rate", _PRICED, 9, "cf_priced_rate"),
        Column("priced_factor", "Value\nfactor", "factor", _PRICED, 9, "cf_priced_factor"),
    )


def _broken(header: str) -> str:
    """On two lines, so that headers side by side do not touch."""
    first, _, rest = header.rpartition(" ")
    return f"{first}\n{rest}"


def _rows(run: FilingRun, others: list[str]) -> tuple[Row, ...]:
    settings, flows = run.assumptions.settings, run.cash_flows
    rates = flows.groups["valuation_rate"].to_numpy(dtype=float)
    last_actual = settings.valuation_date.year
    factor = value_factor(flows.years[None, :], rates[:, None], last_actual, settings.cash_flow_timing)
    priced_rates = run.priced_experience.rates
    priced = value_factor(flows.years[None, :], priced_rates[:, None], last_actual, settings.cash_flow_timing)
    values: dict[str, np.ndarray] = {name_of(m, b)[3:]: flows.get(m, b) for m, b, _ in _ENGINE}
    values |= {
        f"{name_of(m, 'after')[3:]}_{other}": run.rbo_cash_flows[other].get(m, "after")
        for other in others
        for m in _ON_EACH_BASIS
    }
    valued = {valued_name(m, b)[3:]: name_of(m, b)[3:] for m, b, _ in _ENGINE if m != "lives"}
    rows = []
    for g, series in enumerate(flows.groups["series"]):
        for y, year in enumerate(flows.years):
            cells: dict[str, Cell] = {
                "series": text(str(series)),
                "rate": engine(float(rates[g])),
                "year": text(int(year)),
                "period": live(
                    f'=IF({{year}}<=YEAR(valuation_date),"{HISTORY}","{FUTURE}")',
                    HISTORY if year <= last_actual else FUTURE,
                ),
                "factor": live(_FACTOR, float(factor[g, y])),
                "priced_rate": live(_PRICED_RATE, float(priced_rates[g])),
                "priced_factor": live(_FACTOR.replace("{rate}", "{priced_rate}"), float(priced[g, y])),
            }
            cells |= {key: engine(float(by_group[g, y])) for key, by_group in values.items()}
            cells |= {
                key: live(f"={{{of}}}*{{factor}}", float(values[of][g, y] * factor[g, y])) for key, of in valued.items()
            }
            rows.append(Row(f"{g}/{year}", cells))
    return tuple(rows)
