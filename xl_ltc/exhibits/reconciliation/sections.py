"""Sections 2, 6, 15, 19, 21 and 22: what follows from the filing's other printed numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.exhibit_2 import verdict
from xl_ltc.exhibits.reconciliation.check import Check, compared
from xl_ltc.exhibits.reconciliation.exhibit_1 import lifetime_ratio
from xl_ltc.exhibits.reconciliation.exhibit_2 import printed_test
from xl_ltc.exhibits.reconciliation.interval import Interval, ends
from xl_ltc.exhibits.section_15 import MILLION
from xl_ltc.exhibits.section_21 import AVERAGE_ISSUE_AGE, ISSUE_AGE
from xl_ltc.exhibits.table import ALL
from xl_ltc.experience.credibility import full_credibility_events
from xl_ltc.filing import Printed
from xl_ltc.projection.results import BASES
from xl_ltc.rate_increase.behaviour import adverse_selection
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.settings import Settings

MARYLAND_REGION, NATIONWIDE_REGION, TOTAL = "Maryland", "Nationwide", "Total"
REGIONS = {MARYLAND_REGION: "MD", NATIONWIDE_REGION: "NW"}
"""Regions of section 22, and how their rows begin in the list of published values."""

_EXTREMES = {"Minimum": min, "Maximum": max}
_AVERAGE = "Average"
_LIFETIME_PAY = ("premium_payment", "Lifetime-Pay")


def section_checks(assumptions: AssumptionSet) -> Iterator[Check]:
    """Every number of classes E1 and E2 in the sections and the text."""
    yield from _section_2()
    yield from _text(assumptions)
    yield from _section_15(assumptions)
    yield from _section_19(assumptions.settings)
    yield from _section_21(str(assumptions.settings.valuation_date.year))
    yield from _section_22()


def series_names() -> list[str]:
    """The series of section 22, in its order."""
    return [s for region, s in filing.printed("s22_insureds").rows if region == NATIONWIDE_REGION and s != TOTAL]


def weights(column: str, region: str = NATIONWIDE_REGION) -> np.ndarray:
    """Insureds or annualized premium affected, by series (section 22)."""
    table = filing.printed("s22_insureds")
    return np.array([table.cell(column, region, s).number for s in series_names()])


def _shares(cells: Sequence[Printed]) -> list[Interval]:
    """What printed whole-percent shares can be: a printed 0 is nothing, beside ``<1``; N/A is nothing either."""
    return [Interval.exactly(0.0) if c.text in ("", "0") else Interval.of(c).at_least(0.0) for c in cells]


def _mean(values: Sequence[Interval], weight: np.ndarray) -> Interval:
    low, high = ends(values)
    return Interval(float(np.average(low, weights=weight)), float(np.average(high, weights=weight)))


def _section_2() -> Iterator[Check]:
    table = filing.printed("s02_rate_increase")
    for (row,), printed in table.column(ALL).items():
        cells = [table.cell(s, row) for s in series_names()]
        place = ("s02", row, ALL)
        if row in _EXTREMES:
            yield compared(place, "E1", printed, _EXTREMES[row](c.number for c in cells))
        elif row == _AVERAGE:
            mean = _mean([Interval.of(c) for c in cells], weights("annualized_premium"))
            yield compared(place, "E2", printed, mean, reason="Weighted by the annualized premium of section 22")
        else:
            mean = _mean(_shares(cells), weights("insureds"))
            yield compared(place, "E2", printed, mean, reason="Weighted by the insureds of section 22")


def _text(assumptions: AssumptionSet) -> Iterator[Check]:
    table = filing.printed("parameters")

    def parameter(name: str) -> Printed:
        return table.cell("value", name)

    cbul, rbo = (Interval.of(parameter(name)) for name in ("cbul_average", "rbo_average"))
    low, high = (
        float(adverse_selection(c, r, assumptions.behaviour)) - 1.0
        for c, r in ((cbul.low, rbo.low), (cbul.high, rbo.high))
    )
    name = "adverse_selection_average"
    yield compared(("text", name, ""), "E2", parameter(name), Interval(low, high))
    name = "credibility_full_events"
    events = full_credibility_events(parameter("credibility_confidence").number, parameter("credibility_error").number)
    yield compared(("text", name, ""), "E1", parameter(name), events)


def _section_15(assumptions: AssumptionSet) -> Iterator[Check]:
    ratios = filing.printed("s15_lifetime_loss_ratio")
    for basis in BASES:
        yield compared(
            ("s15", ALL, basis), "E1", ratios.cell(basis, ALL), lifetime_ratio(basis), reason="From Exhibit I"
        )
    table, test = filing.printed("s15_test_58_85"), printed_test(assumptions.settings)
    for key, column, value in (
        ("item5_musd", "item_5", test.item_5 / MILLION),
        ("item7_musd", "item_7", test.item_7 / MILLION),
        ("result", "result", verdict(test.passed)),
    ):
        yield compared(("s15t", ALL, key), "E1", table.cell(column, ALL), value, reason="From Exhibit II")


def _section_19(settings: Settings) -> Iterator[Check]:
    table = filing.printed("s19_maryland_premium")
    insureds, premium = (weights(c, MARYLAND_REGION) for c in ("insureds", "annualized_premium"))
    names = [*series_names(), ALL]
    before = np.append(premium, premium.sum()) / np.append(insureds, insureds.sum())
    # Section 2: nationwide, nearly everyone needs more than Maryland's cap, which is therefore everyone's increase.
    after = before * (1.0 + rate_increase(before, np.inf, settings.state_rate_increase_cap))
    for name, count, old, new in zip(names, np.append(insureds, insureds.sum()), before, after, strict=True):
        for key, column, value in (
            ("insureds", "insureds", count),
            ("before", "premium_before", old),
            ("after", "premium_after", new),
        ):
            yield compared(("s19", name, key), "E1", table.cell(column, name), float(value), reason="From section 22")


def _section_21(last_actual_year: str) -> Iterator[Check]:
    table, names = filing.printed("s21_distribution"), series_names()
    paying = weights("insureds")
    in_force = filing.printed("exhibit_1a").cell("lives", last_actual_year).number
    lifetime = [Interval.of(table.cell(s, *_LIFETIME_PAY)) for s in names]
    at_most = np.array([n * (100.0 / share.low - 1.0) for n, share in zip(paying, lifetime, strict=True)])
    reason = (
        "Weighted by the insureds in force: those affected (section 22) and paid-up ones, as many as Exhibit I has "
        "more lives, of any series that has so many limited-pay insureds"
    )
    for (characteristic, category), printed in table.column(ALL).items():
        cells = [table.cell(s, characteristic, category) for s in names]
        average = (characteristic, category) == (ISSUE_AGE, AVERAGE_ISSUE_AGE)
        values = [Interval.of(c) for c in cells] if average else _shares(cells)
        low, high = ends(values)
        computed = Interval(
            mean_with_paid_up(low, paying, at_most, in_force, highest=False),
            mean_with_paid_up(high, paying, at_most, in_force, highest=True),
        )
        yield compared(("s21", f"{characteristic}/{category}", ALL), "E2", printed, computed, reason=reason)


def mean_with_paid_up(
    values: Sequence[float], paying: np.ndarray, paid_up_at_most: np.ndarray, in_force: float, *, highest: bool
) -> float:
    """The lowest or highest mean over the insureds in force, whose paid-up ones are not known by series.

    Args:
        values: by series.
        paying: insureds that pay, by series.
        paid_up_at_most: insureds that may be paid up, by series.
        in_force: paying and paid-up insureds of all series.
        highest: give the paid-up insureds to the series with the highest values first, else to the lowest.
    """
    count = paying.copy()
    left = in_force - paying.sum()
    for i in sorted(range(len(values)), key=lambda i: values[i], reverse=highest):
        share = min(left, paid_up_at_most[i])
        count[i] += share
        left -= share
    return float(np.average(values, weights=count))


def _section_22() -> Iterator[Check]:
    table = filing.printed("s22_insureds")
    for region, short in REGIONS.items():
        for column in ("insureds", "annualized_premium"):
            total = float(weights(column, region).sum())
            yield compared(("s22", short + TOTAL, column), "E1", table.cell(column, region, TOTAL), total)
