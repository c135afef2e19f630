"""What is to reach a target: a measure of history and projection after the increase, on its own interest."""

from __future__ import annotations

from dataclasses import dataclass

from xl_ltc.assumptions.interest import PricingInterest
from xl_ltc.control import ACTUAL_TO_EXPECTED, LIFETIME, MARGIN
from xl_ltc.loss_ratio.measures import Experience, Values
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.loss_ratio.values import increase_needed, lifetime_loss_ratio
from xl_ltc.projection.results import CashFlows
from xl_ltc.settings import Settings

MEASURE_WORDS = {
    LIFETIME: "lifetime loss ratio after the increase",
    MARGIN: "58%/85% test, item 7 over item 5 less one",
    ACTUAL_TO_EXPECTED: "actual-to-expected loss ratio after the increase",
}

MEASURED = ("earned_premium", "initial_earned_premium", "incurred_claims")
"""What a measure is computed from, after the increase."""


@dataclass(frozen=True)
class SolveMeasure:
    """A measure of a block after the increase.

    Attributes:
        name: ``lifetime_loss_ratio`` or ``test_58_85_margin`` at the maximum valuation rates, or
            ``actual_to_expected`` at the pricing-consistent rates of section 16.
        settings: timing, and the factors of the test.
        interest: earned rates of the series.
        expected: what a loss ratio is divided by: the expected one for ``actual_to_expected``, else one.
    """

    name: str
    settings: Settings
    interest: PricingInterest
    expected: float = 1.0

    @property
    def is_loss_ratio(self) -> bool:
        """Whether it is a loss ratio, or one over what was expected."""
        return self.name != MARGIN

    def experience(self, cash_flows: CashFlows) -> Experience:
        """Cash flows by series and valuation rate, on the measure's interest."""
        if self.name == ACTUAL_TO_EXPECTED:
            return Experience.at_pricing_consistent_rates(cash_flows, self.settings, self.interest)
        return Experience.at_valuation_rates(cash_flows, self.settings)

    def value(self, premium: Values, initial: Values, claims: Values) -> float:
        """The measure from the values of ``MEASURED`` after the increase, on its interest."""
        if self.is_loss_ratio:
            ratio = lifetime_loss_ratio(premium.history, claims.history, premium.future, claims.future)
            return ratio / self.expected
        test = Test5885.of(
            initial.history,
            premium.history,
            initial.future,
            premium.future,
            claims.history,
            claims.future,
            self.settings,
        )
        return test.margin

    def of(self, cash_flows: CashFlows) -> float:
        """The measure of history and projection."""
        experience = self.experience(cash_flows)
        premium, initial, claims = (experience.values(name, "after") for name in MEASURED)
        return self.value(premium, initial, claims)

    def increase_needed(self, cash_flows: CashFlows, target: float, premium_after: float) -> float | None:
        """Section 18's increase for everybody that gives the target if nobody reacts; None for the test's margin.

        Args:
            cash_flows: history and projection; their part before the increase is used.
            target: of the measure.
            premium_after: present value of premium after the effective date, on the measure's interest.
        """
        if not self.is_loss_ratio:
            return None
        experience = self.experience(cash_flows)
        ratio = experience.lifetime_loss_ratio("before")
        premium = experience.values("earned_premium", "before").lifetime
        return float(increase_needed(ratio / self.expected, target, premium, premium_after))
