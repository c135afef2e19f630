"""Assumptions changed: each wraps a basis's member and stands in its place in a projection."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.morbidity import Insured
from xl_ltc.projection.basis import (
    BySeries,
    ClaimCosts,
    ExpiryRates,
    ImprovementRates,
    LapseRates,
    MortalityRates,
    ProjectionBasis,
)
from xl_ltc.scenarios.scenario import UNCHANGED, Linear, Scenario
from xl_ltc.scenarios.specs import EXPIRY, IMPROVEMENT, LAPSE, MORBIDITY, MORTALITY

T = TypeVar("T")


@dataclass(frozen=True)
class ChangedMortality:
    """Hazard scaled, shift added to the annual probability; certain death stays certain."""

    member: MortalityRates
    linear: Linear

    def q(
        self,
        sex: ArrayLike,
        attained_age: ArrayLike,
        partner_status: ArrayLike,
        underwriting_class: ArrayLike,
        policy_duration: ArrayLike,
    ) -> np.ndarray:
        """Annual probability of death before improvement, within 0 and 1: 1 − (1 − q)^scale + shift."""
        q = self.member.q(sex, attained_age, partner_status, underwriting_class, policy_duration)
        certain = q >= 1.0
        scaled = -np.expm1(self.linear.scale * np.log1p(-np.where(certain, 0.0, q)))
        return np.where(certain, 1.0, np.clip(scaled + self.linear.shift, 0.0, 1.0))


@dataclass(frozen=True)
class ChangedImprovement:
    """Improvement rates scaled, never above 1; for so many more years, never fewer than none."""

    member: ImprovementRates
    linear: Linear

    @property
    def years(self) -> float:
        """For how many projection years it runs."""
        return max(self.member.years + self.linear.shift, 0.0)

    def rate(self, sex: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Annual improvement rate."""
        return np.minimum(self.member.rate(sex, attained_age) * self.linear.scale, 1.0)

    def factor(self, sex: ArrayLike, attained_age: ArrayLike, projection_year: ArrayLike) -> np.ndarray:
        """The factor on mortality and claim cost in a projection year."""
        k = np.minimum(np.asarray(projection_year, dtype=float), self.years)
        return np.asarray((1.0 - self.rate(sex, attained_age)) ** k)


@dataclass(frozen=True)
class ChangedLapse:
    """Lapse rates scaled and shifted, within 0 and 1; who does not lapse, as paid-up policies, goes on not to."""

    member: LapseRates
    linear: Linear

    @property
    def last_duration(self) -> int:
        """The last policy duration at which any rate changes."""
        return self.member.last_duration

    def rate(
        self,
        partner_status: ArrayLike,
        policy_duration: ArrayLike,
        premium_payment: ArrayLike,
        discounted_renewal: ArrayLike,
        issue_age: ArrayLike,
    ) -> np.ndarray:
        """Annual voluntary lapse rate."""
        return self.linear.of_rates(
            self.member.rate(partner_status, policy_duration, premium_payment, discounted_renewal, issue_age)
        )


@dataclass(frozen=True)
class ChangedExpiry:
    """Rates of benefit expiry scaled and shifted, within 0 and 1; benefits that never end, go on never to."""

    member: ExpiryRates
    linear: Linear

    def rate(self, sex: ArrayLike, benefit_period: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Annual rate of benefit expiry."""
        return self.linear.of_rates(self.member.rate(sex, benefit_period, attained_age))


@dataclass(frozen=True)
class ChangedClaimCosts:
    """Claims scaled."""

    member: ClaimCosts
    linear: Linear

    def policy_base(self, policies: Insured) -> np.ndarray:
        """The member's own: a projection prepares it once for all scenarios."""
        return self.member.policy_base(policies)

    def age_cost(
        self,
        sex: ArrayLike,
        series: ArrayLike,
        benefit_period: ArrayLike,
        benefit_type: ArrayLike,
        attained_age: ArrayLike,
    ) -> np.ndarray:
        """Claim cost by attained age, scaled."""
        return self.linear.of(self.member.age_cost(sex, series, benefit_period, benefit_type, attained_age))

    def duration(self, series: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """The member's own."""
        return self.member.duration(series, policy_duration)


def changed_basis(basis: ProjectionBasis, scenario: Scenario, series: Sequence[str]) -> ProjectionBasis:
    """A basis under a scenario; an assumption that does not change is the very same object.

    Args:
        basis: before; scenario: the changes.
        series: the rate series in code order.
    """

    def of(assumption: str) -> tuple[Linear, ...]:
        return scenario.by_series(assumption, series)

    return dataclasses.replace(
        basis,
        mortality=_changed(basis.mortality, of(MORTALITY), ChangedMortality),
        improvement=_changed(basis.improvement, of(IMPROVEMENT), ChangedImprovement),
        lapse=_changed(basis.lapse, of(LAPSE), ChangedLapse),
        benefit_expiry=_changed(basis.benefit_expiry, of(EXPIRY), ChangedExpiry),
        claim_costs=_changed(basis.claim_costs, of(MORBIDITY), ChangedClaimCosts),
    )


def _changed(by_series: BySeries[T], changes: Sequence[Linear], make: Callable[[T, Linear], T]) -> BySeries[T]:
    if all(linear == UNCHANGED for linear in changes):
        return by_series
    made: dict[tuple[int, Linear], T] = {}
    for position, linear in zip(by_series.of_series.tolist(), changes, strict=True):
        member = by_series.members[position]
        if (position, linear) not in made:
            made[position, linear] = member if linear == UNCHANGED else make(member, linear)
    return BySeries.of(made[key] for key in zip(by_series.of_series.tolist(), changes, strict=True))
