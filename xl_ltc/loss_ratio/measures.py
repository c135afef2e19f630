"""Measures of a block's cash flows: values at the valuation date and loss ratios by any grouping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.interest import PricingInterest
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.loss_ratio.values import cumulative_loss_ratio, lifetime_loss_ratio, value_factor
from xl_ltc.projection.results import Basis, CashFlows
from xl_ltc.settings import Settings
from xl_ltc.sums import sum_of_rows


@dataclass(frozen=True)
class Values:
    """Accumulated history and present value of the future of one measure."""

    history: float
    future: float

    @property
    def lifetime(self) -> float:
        """History and future together."""
        return self.history + self.future


@dataclass(frozen=True)
class Experience:
    """History and projection of a block on one interest basis.

    Attributes:
        cash_flows: every group and year.
        settings: valuation date, timing and test factors.
        rates: interest of each group.
    """

    cash_flows: CashFlows
    settings: Settings
    rates: np.ndarray

    @classmethod
    def at_valuation_rates(cls, cash_flows: CashFlows, settings: Settings) -> Experience:
        """On each group's maximum valuation rate (sections 6f and 15)."""
        return cls(cash_flows, settings, cash_flows.groups["valuation_rate"].to_numpy(dtype=float))

    @classmethod
    def at_pricing_consistent_rates(
        cls, cash_flows: CashFlows, settings: Settings, interest: PricingInterest
    ) -> Experience:
        """On the basis original pricing used: the earned rate where that was earned (section 16)."""
        groups = cash_flows.groups
        return cls(cash_flows, settings, interest.rates(groups["series"], groups["valuation_rate"]))

    def where(self, **conditions: object) -> Experience:
        """The experience of some groups, e.g. ``where(series="200")``."""
        keep = np.ones(len(self.rates), dtype=bool)
        for column, wanted in conditions.items():
            keep &= (self.cash_flows.groups[column] == wanted).to_numpy()
        return Experience(self.cash_flows.where(**conditions), self.settings, self.rates[keep])

    def valued(self, measure: str, basis: Basis) -> np.ndarray:
        """A measure valued at the valuation date, by year over all groups."""
        return sum_of_rows(self._valued(measure, basis))

    def valued_by_group(self, measure: str, basis: Basis) -> np.ndarray:
        """A measure valued at the valuation date, by group over all years."""
        return np.asarray(self._valued(measure, basis).sum(axis=1))

    def _valued(self, measure: str, basis: Basis) -> np.ndarray:
        factor = value_factor(
            self.cash_flows.years[None, :],
            self.rates[:, None],
            self.settings.valuation_date.year,
            self.settings.cash_flow_timing,
        )
        return np.asarray(self.cash_flows.get(measure, basis) * factor)

    def values(self, measure: str, basis: Basis) -> Values:
        """Accumulated and present value of a measure."""
        by_year = self.valued(measure, basis)
        past = self.cash_flows.years <= self.settings.valuation_date.year
        return Values(float(by_year[past].sum()), float(by_year[~past].sum()))

    def lifetime_loss_ratio(self, basis: Basis) -> float:
        """Lifetime loss ratio before or after the increase."""
        premium, claims = self.values("earned_premium", basis), self.values("incurred_claims", basis)
        return lifetime_loss_ratio(premium.history, claims.history, premium.future, claims.future)

    def cumulative_loss_ratio(self, basis: Basis) -> np.ndarray:
        """Cumulative loss ratio with interest, by year (Exhibit I, column E)."""
        return cumulative_loss_ratio(self.valued("earned_premium", basis), self.valued("incurred_claims", basis))

    def test_58_85(self) -> Test5885:
        """The 58%/85% test of the increase (Exhibit II)."""
        premium = self.values("earned_premium", "after")
        initial = self.values("initial_earned_premium", "after")
        claims = self.values("incurred_claims", "after")
        return Test5885.of(
            initial.history,
            premium.history,
            initial.future,
            premium.future,
            claims.history,
            claims.future,
            self.settings,
        )
