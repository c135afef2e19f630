"""What a scenario's run gave."""

from __future__ import annotations

from dataclasses import dataclass

from xl_ltc.loss_ratio.measures import Values
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.loss_ratio.values import increase_needed
from xl_ltc.projection.results import Basis
from xl_ltc.scenarios.scenario import Grid, Scenario


@dataclass(frozen=True)
class Outcome:
    """Values at the valuation date, dollars: accumulated history and present value of the future.

    Attributes:
        premium, claims: earned premium and incurred claims before and after the increase.
        premium_from_increase: present value, before the increase, of premium from each policy's anniversary in the
            effective year on.
        test: the 58%/85% test.
    """

    premium: dict[Basis, Values]
    claims: dict[Basis, Values]
    premium_from_increase: float
    test: Test5885

    def loss_ratio(self, basis: Basis) -> float:
        """Lifetime loss ratio before or after the increase; NaN without premium."""
        premium = self.premium[basis].lifetime
        return self.claims[basis].lifetime / premium if premium else float("nan")

    def increase_needed(self, base: Outcome) -> float:
        """The increase that gives back another outcome's loss ratio before the increase, if insureds do not react.

        Section 18's formula; NaN without premium from the increase on.
        """
        own, other = self.loss_ratio("before"), base.loss_ratio("before")
        return float(increase_needed(own, other, self.premium["before"].lifetime, self.premium_from_increase))


@dataclass(frozen=True)
class Sensitivities:
    """Every run that was asked for.

    Attributes:
        base: without any change.
        scenarios: each with its outcome.
        grids: each with its outcomes, row by row.
    """

    base: Outcome
    scenarios: tuple[tuple[Scenario, Outcome], ...]
    grids: tuple[tuple[Grid, tuple[Outcome, ...]], ...]

    @property
    def runs(self) -> int:
        """How many, with the base."""
        return 1 + len(self.scenarios) + sum(len(outcomes) for _, outcomes in self.grids)
