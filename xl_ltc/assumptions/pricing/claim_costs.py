"""Claim costs of original pricing: one level on the claim-cost basis, and factors by duration where they are printed.

The filing does not print its pricing claim costs. They are taken to have the shape of the claim costs in the
assumption tables, before the experience factors of Exhibit A-3a, which are of a later time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import DurationTable
from xl_ltc.assumptions.morbidity import Insured, Morbidity


@dataclass(frozen=True)
class PricingClaimCosts:
    """Annual incurred claims, as ``projection.basis.ClaimCosts``.

    Attributes:
        morbidity: the claim-cost basis.
        with_factors: whether the factors of Exhibit A-3a are part of it.
        durations: factors by policy duration, shape (1, 20).
        level: on all of it.
    """

    morbidity: Morbidity
    with_factors: bool
    durations: DurationTable
    level: float = 1.0

    def policy_base(self, policies: Insured) -> np.ndarray:
        """As ``Morbidity.policy_base``."""
        if self.with_factors:
            return self.level * self.morbidity.policy_base(policies)
        return self.level * self.morbidity.with_relativities(policies.numbers("daily_benefit"), policies)

    def age_cost(
        self,
        sex: ArrayLike,
        series: ArrayLike,
        benefit_period: ArrayLike,
        benefit_type: ArrayLike,
        attained_age: ArrayLike,
    ) -> np.ndarray:
        """As ``Morbidity.age_cost``."""
        if self.with_factors:
            return self.morbidity.age_cost(sex, series, benefit_period, benefit_type, attained_age)
        cost = self.morbidity.claim_cost.at(sex, attained_age)
        others = np.broadcast(np.asarray(series), np.asarray(benefit_period), np.asarray(benefit_type))
        return np.asarray(np.broadcast_to(cost, np.broadcast_shapes(cost.shape, others.shape)))

    def duration(self, series: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """Factor by policy duration, times that of Exhibit A-3a where that is part of the basis."""
        codes = np.asarray(series)
        factor = self.durations.at(np.zeros_like(codes), policy_duration)
        return factor * self.morbidity.duration(codes, policy_duration) if self.with_factors else factor
