"""What a projection stands on: each assumption, of one basis for all rate series or of another for some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.interest import ValuationInterest
from xl_ltc.assumptions.morbidity import BenefitGrowth, Insured
from xl_ltc.assumptions.premium import PremiumPayment
from xl_ltc.settings import Settings

T = TypeVar("T")


class MortalityRates(Protocol):
    """Annual probabilities of death before improvement."""

    def q(
        self,
        sex: ArrayLike,
        attained_age: ArrayLike,
        partner_status: ArrayLike,
        underwriting_class: ArrayLike,
        policy_duration: ArrayLike,
    ) -> np.ndarray:
        """As ``Mortality.q``."""


class ImprovementRates(Protocol):
    """Improvement of mortality and morbidity."""

    @property
    def years(self) -> float:
        """For how many projection years it runs."""

    def rate(self, sex: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """As ``Improvement.rate``."""

    def factor(self, sex: ArrayLike, attained_age: ArrayLike, projection_year: ArrayLike) -> np.ndarray:
        """As ``Improvement.factor``."""


class LapseRates(Protocol):
    """Annual voluntary lapse rates."""

    @property
    def last_duration(self) -> int:
        """The last policy duration at which any rate changes."""

    def rate(
        self,
        partner_status: ArrayLike,
        policy_duration: ArrayLike,
        premium_payment: ArrayLike,
        discounted_renewal: ArrayLike,
        issue_age: ArrayLike,
    ) -> np.ndarray:
        """As ``Lapse.rate``."""


class ExpiryRates(Protocol):
    """Annual rates of benefit expiry."""

    def rate(self, sex: ArrayLike, benefit_period: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """As ``BenefitExpiry.rate``."""


class ClaimCosts(Protocol):
    """Annual incurred claims: a policy's own part, times one by attained age, times one by duration, times growth."""

    def policy_base(self, policies: Insured) -> np.ndarray:
        """As ``Morbidity.policy_base``."""

    def age_cost(
        self,
        sex: ArrayLike,
        series: ArrayLike,
        benefit_period: ArrayLike,
        benefit_type: ArrayLike,
        attained_age: ArrayLike,
    ) -> np.ndarray:
        """As ``Morbidity.age_cost``."""

    def duration(self, series: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """As ``Morbidity.duration``."""


@dataclass(frozen=True)
class BySeries(Generic[T]):
    """One assumption of several bases, and which of them each rate series has.

    Attributes:
        members: the bases.
        of_series: position in ``members`` of each series, by the series' code.
    """

    members: tuple[T, ...]
    of_series: np.ndarray

    @classmethod
    def same(cls, member: T, series: int) -> BySeries[T]:
        """One basis for so many series."""
        return cls((member,), np.zeros(series, dtype=np.int64))

    @classmethod
    def of(cls, each: Iterable[T]) -> BySeries[T]:
        """The basis of each series, in code order; one object is one member however many series have it."""
        each = list(each)
        members = list({id(member): member for member in each}.values())
        ids = [id(member) for member in members]
        return cls(tuple(members), np.array([ids.index(id(member)) for member in each], dtype=np.int64))

    def is_same(self, other: BySeries[T]) -> bool:
        """Whether each series has the very object that it has in the other."""
        pairs = zip(self.of_series, other.of_series, strict=True)
        return all(self.members[mine] is other.members[theirs] for mine, theirs in pairs)


@dataclass(frozen=True)
class ProjectionBasis:
    """Every assumption of a projection.

    Attributes:
        settings: timing, rounding and the like.
        premium: how long premium is payable; growth: of benefits; valuation_interest: by issue year. These are of
            the contract or the law and no series has others.
        mortality, improvement, lapse, benefit_expiry, claim_costs: by rate series.
    """

    settings: Settings
    premium: PremiumPayment
    growth: BenefitGrowth
    valuation_interest: ValuationInterest
    mortality: BySeries[MortalityRates]
    improvement: BySeries[ImprovementRates]
    lapse: BySeries[LapseRates]
    benefit_expiry: BySeries[ExpiryRates]
    claim_costs: BySeries[ClaimCosts]

    @classmethod
    def of(cls, assumptions: AssumptionSet) -> ProjectionBasis:
        """An assumption set for all series."""
        series = len(assumptions.vocabulary("series"))
        return cls(
            settings=assumptions.settings,
            premium=assumptions.premium,
            growth=assumptions.morbidity.growth,
            valuation_interest=assumptions.valuation_interest,
            mortality=BySeries.same(assumptions.mortality, series),
            improvement=BySeries.same(assumptions.improvement, series),
            lapse=BySeries.same(assumptions.lapse, series),
            benefit_expiry=BySeries.same(assumptions.benefit_expiry, series),
            claim_costs=BySeries.same(assumptions.morbidity, series),
        )


def combined(series: np.ndarray, *assumptions: BySeries[Any]) -> Iterator[tuple[np.ndarray | slice, tuple[int, ...]]]:
    """The policies that have the same bases of some assumptions, and which these are.

    Args:
        series: code of each policy.
        assumptions: by series.

    Yields:
        Positions of policies (all of them as a slice, where no two differ), and a position in ``members`` of each
        assumption.
    """
    which = np.stack([a.of_series for a in assumptions], axis=1)
    distinct, of_series = np.unique(which, axis=0, return_inverse=True)
    of_series = of_series.reshape(-1)
    for i, members in enumerate(distinct.tolist()):
        yield slice(None) if len(distinct) == 1 else np.flatnonzero(of_series[series] == i), tuple(members)
