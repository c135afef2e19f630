"""Exhibits I-a and I-b: ratios, cumulative ratios and values that follow from their premium and claims."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY
from xl_ltc.exhibits.exhibit_1 import LETTER, LIFETIME, table_name
from xl_ltc.exhibits.reconciliation import allowances
from xl_ltc.exhibits.reconciliation.check import Check, compared
from xl_ltc.exhibits.reconciliation.valuation_mix import RateMix, span
from xl_ltc.filing import PrintedTable
from xl_ltc.loss_ratio.measures import Values
from xl_ltc.loss_ratio.values import cumulative_loss_ratio, lifetime_loss_ratio
from xl_ltc.projection.results import BASES, Basis

AMOUNTS = {
    "A_earned_premium": "earned_premium",
    "B_incurred_claims": "incurred_claims",
    "D_lives_yearend_or_5yr_sum": "lives",
}
"""Columns of amounts: in the list of published values, and in the filing's table."""

VALUED = ("earned_premium", "incurred_claims")

_MIX: dict[Basis, str] = {
    "before": "On the fitted valuation-rate mix, mid-year cash flows",
    "after": "On the fitted valuation-rate mix, shifted by section 2's average increases, mid-year cash flows",
}
_FUTURE_TOLERANCE: dict[Basis, float] = {
    "before": allowances.FUTURE_VALUES_BEFORE,
    "after": allowances.FUTURE_VALUES_AFTER,
}


def rows_of(basis: Basis) -> PrintedTable:
    """The printed rows of Exhibit I-a or I-b."""
    return filing.printed(table_name(basis))


def values_of(basis: Basis) -> PrintedTable:
    """The printed accumulated and present values of Exhibit I-a or I-b."""
    return filing.printed(f"{table_name(basis)}_values")


def value(basis: Basis, measure: str, period: str) -> float:
    """A printed accumulated or present value, in dollars."""
    return values_of(basis).cell(measure, period).number


def premium_and_claims(table: PrintedTable, row: str) -> tuple[float, float]:
    """Printed premium and claims of a row, in dollars."""
    return table.cell("earned_premium", row).number, table.cell("incurred_claims", row).number


def lifetime_ratio(basis: Basis) -> float:
    """The lifetime loss ratio of the printed history and future."""
    history, future = (premium_and_claims(values_of(basis), period) for period in (HISTORY, FUTURE))
    return lifetime_loss_ratio(*history, *future)


def exhibit_1_checks(assumptions: AssumptionSet) -> Iterator[Check]:
    """Every number of classes E1 and E3 in both exhibits."""
    fitted = RateMix.fitted()
    yield from _checks("before", assumptions, fitted)
    yield from _checks("after", assumptions, fitted.after(assumptions))


def _checks(basis: Basis, assumptions: AssumptionSet, mix: RateMix) -> Iterator[Check]:
    name, table, settings = f"Ex1{LETTER[basis]}", rows_of(basis), assumptions.settings
    last_years = np.array([span(label)[1] for (label,) in table.rows])
    past, no_increase = last_years <= settings.valuation_date.year, last_years < settings.increase_effective_year
    valued = {m: mix.valued(m, table, settings) for m in VALUED}
    cumulative = cumulative_loss_ratio(valued["earned_premium"], valued["incurred_claims"])
    for (label,), so_far, same in zip(table.rows, cumulative, no_increase, strict=True):
        if same and basis == "after":
            yield from _as_before(label)
        ratio = lifetime_loss_ratio(*premium_and_claims(table, label), 0.0, 0.0)
        yield compared((name, label, "C"), "E1", table.cell("loss_ratio", label), ratio)
        printed = table.cell("cumulative_loss_ratio", label)
        yield compared((name, label, "E"), "E3", printed, float(so_far), reason=_MIX[basis])
    for measure, by_row in valued.items():
        yield from _value_checks(basis, measure, Values(float(by_row[past].sum()), float(by_row[~past].sum())))
    yield from _value_ratios(basis)


def _as_before(label: str) -> Iterator[Check]:
    """Until the year in which the increase takes effect, both exhibits are the same."""
    before, after = (rows_of(basis) for basis in BASES)
    for key, column in AMOUNTS.items():
        computed = before.cell(column, label).number
        yield compared(("Ex1b", label, key), "E1", after.cell(column, label), computed, reason="As in Exhibit I-a")


def _value_checks(basis: Basis, measure: str, computed: Values) -> Iterator[Check]:
    name, table = f"Ex1{LETTER[basis]}pv", values_of(basis)
    history, future, lifetime = (table.cell(measure, period) for period in (HISTORY, FUTURE, LIFETIME))
    if basis == "before":
        tolerance = allowances.HISTORY_VALUES * history.number
        yield compared((name, HISTORY, measure), "E3", history, computed.history, tolerance, _MIX[basis])
    else:
        same = value("before", measure, HISTORY)
        yield compared((name, HISTORY, measure), "E1", history, same, reason="As in Exhibit I-a")
    tolerance = _FUTURE_TOLERANCE[basis] * future.number
    yield compared((name, FUTURE, measure), "E3", future, computed.future, tolerance, _MIX[basis])
    total = Values(history.number, future.number).lifetime
    yield compared((name, LIFETIME, measure), "E1", lifetime, total)


def _value_ratios(basis: Basis) -> Iterator[Check]:
    table = values_of(basis)
    history, future = (premium_and_claims(table, period) for period in (HISTORY, FUTURE))
    ratios = {
        HISTORY: lifetime_loss_ratio(*history, 0.0, 0.0),
        FUTURE: lifetime_loss_ratio(0.0, 0.0, *future),
        LIFETIME: lifetime_ratio(basis),
    }
    for period, ratio in ratios.items():
        yield compared((f"Ex1{LETTER[basis]}pv", period, "lr"), "E1", table.cell("loss_ratio", period), ratio)
