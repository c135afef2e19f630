"""How long premium is payable, by premium payment option (sections 3 and 21)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.table_set import TableSet

FOR_LIFE = 10_000
"""Policy years of a premium that is payable for life: more than any policy lives."""


@dataclass(frozen=True)
class PremiumPayment:
    """Premium-paying period by payment option code."""

    options: tuple[str, ...]
    years: np.ndarray
    to_age: np.ndarray

    @classmethod
    def from_tables(cls, tables: TableSet) -> PremiumPayment:
        """Build from the premium payment table."""
        frame = tables["premium_payment"]
        return cls(
            tuple(frame["premium_payment"]), frame["years"].to_numpy(dtype=float), frame["to_age"].to_numpy(dtype=float)
        )

    def paying_years(self, premium_payment: ArrayLike, issue_age: ArrayLike) -> np.ndarray:
        """Number of policy years in which premium is payable."""
        option = np.asarray(premium_payment)
        years = np.where(np.isnan(self.years), FOR_LIFE, self.years)[option]
        # Less any issue age it is still for life.
        to_age = np.where(np.isnan(self.to_age), 2 * FOR_LIFE, self.to_age)[option] - np.asarray(issue_age)
        return np.asarray(np.minimum(years, np.maximum(to_age, 0)).astype(np.int64))

    def is_limited(self, premium_payment: ArrayLike) -> np.ndarray:
        """Whether premium is payable for a limited time; such policies elect neither CBUL nor RBO."""
        option = np.asarray(premium_payment)
        return np.asarray(~(np.isnan(self.years[option]) & np.isnan(self.to_age[option])))
