"""Exhibit I at the valuation rates: how its calendar-year totals split by rate, and its rows of five years by year.

The filing prints one total a year, but each policy accumulates and discounts at the rate of its issue year. The
fitted ``valuation_rate_mix`` gives the split before the increase. The increase shifts it, since the older series,
on the higher rates, get the larger increases: each rate's share is multiplied by what section 2's average increase
and the behaviour it causes do to the premium and claims on that rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.filing import PrintedTable
from xl_ltc.loss_ratio.values import value_factor
from xl_ltc.rate_increase import behaviour
from xl_ltc.settings import Settings

MEASURES = {"earned_premium": "premium_share", "incurred_claims": "claims_share"}
"""What is valued, and its column of the mix."""

_PERCENT = 0.01


@dataclass(frozen=True)
class RateMix:
    """Shares of each calendar year's total by valuation rate.

    Attributes:
        years, rates: shapes (years,) and (rates,).
        shares: by measure, shape (years, rates); rows add up to one.
    """

    years: np.ndarray
    rates: np.ndarray
    shares: dict[str, np.ndarray]

    @classmethod
    def fitted(cls) -> RateMix:
        """The mix before the increase."""
        frame = filing.table("valuation_rate_mix")
        tables = {m: frame.pivot_table(c, "calendar_year", "valuation_rate") for m, c in MEASURES.items()}
        years, rates = (axis.to_numpy() for axis in tables["earned_premium"].axes)
        return cls(years, rates, {m: _normalised(t.to_numpy()) for m, t in tables.items()})

    def after(self, assumptions: AssumptionSet) -> RateMix:
        """The mix after the increase, half of which acts in the effective year: anniversaries are spread over it."""
        effective = assumptions.settings.increase_effective_year
        acting = np.clip(self.years - effective + 0.5, 0.0, 1.0)[:, None]
        by_rate = increase_by_rate(self.rates, assumptions)
        return RateMix(
            self.years,
            self.rates,
            {m: _normalised(s * (1.0 + acting * (by_rate[m] - 1.0))) for m, s in self.shares.items()},
        )

    def valued(self, measure: str, printed: PrintedTable, settings: Settings) -> np.ndarray:
        """The rows of Exhibit I-a or I-b, accumulated or discounted to the valuation date, shape (rows,)."""
        rows = by_year([span(label) for (label,) in printed.rows], printed.typed[measure].to_numpy(dtype=float))
        factor = value_factor(
            self.years[:, None], self.rates[None, :], settings.valuation_date.year, settings.cash_flow_timing
        )
        of_one = (self.shares[measure] * factor).sum(axis=1)
        start = int(self.years[0])
        return np.array([float(amounts @ of_one[first - start :][: len(amounts)]) for first, amounts in rows])


def _normalised(shares: np.ndarray) -> np.ndarray:
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def increase_by_rate(rates: np.ndarray, assumptions: AssumptionSet) -> dict[str, np.ndarray]:
    """What the increase multiplies the premium and claims on each valuation rate by.

    A series' factors are those of a policy with its average increase (section 2). Claims are those of all insureds,
    of whom limited-pay ones elect nothing (section 21); the premium is the lifetime-pay insureds', since ten-pay
    policies, sold until 2013, are soon paid up. Series are weighted by their premium (section 22) and belong to the
    two rates around their average rate in proportion (Exhibit III).

    Args:
        rates: valuation rates, ascending.
        assumptions: for the behaviour.

    Returns:
        By measure, shape (rates,).
    """
    increases, distribution = filing.printed("s02_rate_increase"), filing.printed("s21_distribution")
    interest, insureds = filing.printed("exhibit_3_interest"), filing.printed("s22_insureds")
    series = [s for (s,) in interest.rows]
    increase = _PERCENT * np.array([increases.cell(s, "Average").number for s in series])
    lifetime_pay = _PERCENT * np.array([distribution.cell(s, "premium_payment", "Lifetime-Pay").number for s in series])
    cbul = behaviour.cbul_election(increase, np.zeros(len(series), dtype=bool), assumptions.behaviour)
    rbo = behaviour.rbo_election(cbul, assumptions.behaviour)
    persist = (1.0 - cbul) * (1.0 - behaviour.rbo_reduction(increase, cbul, rbo))
    claims = persist * behaviour.adverse_selection(cbul, rbo, assumptions.behaviour)
    factors = {
        "earned_premium": persist * (1.0 + increase),
        "incurred_claims": lifetime_pay * claims + (1.0 - lifetime_pay),
    }
    average = [interest.cell("average_maximum_valuation", s).number for s in series]
    on_rate = np.array([np.interp(average, rates, one) for one in np.eye(len(rates))])
    weight = on_rate * [insureds.cell("annualized_premium", "Nationwide", s).number for s in series]
    return {m: (weight @ f) / weight.sum(axis=1) for m, f in factors.items()}


def span(label: str) -> tuple[int, int]:
    """First and last year of a row: ``2051`` or ``2052-2056``."""
    first, _, last = label.partition("-")
    return int(first), int(last or first)


def by_year(spans: list[tuple[int, int]], amounts: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Each row's first year and its amount by single year.

    A row of several years is spread along a curve whose logarithm is the parabola through the average levels of the
    row and its neighbours in the middle of their years; the last row continues the slope before it.

    Args:
        spans: first and last year of each row, in order; amounts: > 0 in rows of several years.
    """
    out = []
    middles = np.array([(first + last) / 2 for first, last in spans])
    levels = np.array([amount / (last - first + 1) for (first, last), amount in zip(spans, amounts, strict=True)])
    for i, ((first, last), amount) in enumerate(zip(spans, amounts, strict=True)):
        if first == last:
            out.append((first, np.array([amount])))
            continue
        at, log = middles[i - 1 : i + 2] - middles[i], np.log(levels[i - 1 : i + 2])
        curve = np.polyfit(at, log, len(at) - 1)
        shape = np.exp(np.polyval(curve, np.arange(first, last + 1) - middles[i]))
        out.append((first, amount * shape / shape.sum()))
    return out
