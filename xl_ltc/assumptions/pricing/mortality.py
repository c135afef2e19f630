"""Mortality of original pricing: a published table, select where it is, times a multiple."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xl_ltc.assumptions.pricing.specs import SELECT_YEARS
from xl_ltc.assumptions.specs import LAST_AGE, SEXES
from xl_ltc.settings import Settings

FIRST_AGE = 18
"""The lowest issue age (section 10): a table must begin by then."""


@dataclass(frozen=True)
class PricingMortality:
    """Annual probabilities of death; they differ neither by partner status nor by underwriting class.

    Attributes:
        ultimate: shape (2 sexes, 121 attained ages).
        select: shape (2 sexes, 121 issue ages, 15 policy years); NaN where there is none.
    """

    ultimate: np.ndarray
    select: np.ndarray

    @classmethod
    def of(cls, ultimate: pd.DataFrame, select: pd.DataFrame, multiple: float, settings: Settings) -> PricingMortality:
        """From the rows of one table.

        Args:
            ultimate: columns ``attained_age``, ``Male``, ``Female``, ages in order without a gap.
            select: columns ``issue_age``, ``male_1`` … ``female_15``; may have no rows.
            multiple: on every rate, which stays at most 1.
            settings: age basis, and what comes after the table's last age.
        """
        ages = np.arange(LAST_AGE + 1)
        known = ultimate["attained_age"].to_numpy(dtype=np.int64)
        last = int(known[-1])
        rates = np.stack([np.interp(ages, known, ultimate[sex].to_numpy(dtype=float)) for sex in SEXES])
        if settings.age_basis == "last_birthday":
            rates[:, :-1] = 0.5 * (rates[:, :-1] + rates[:, 1:])
        rates = np.minimum(rates * multiple, 1.0)
        if settings.end_of_mortality_table == "certain_death":
            rates[:, last:] = 1.0
        by_issue_age = np.full((len(SEXES), LAST_AGE + 1, SELECT_YEARS), np.nan)
        columns = [[f"{sex.lower()}_{t}" for t in range(1, SELECT_YEARS + 1)] for sex in SEXES]
        for i, names in enumerate(columns):
            by_issue_age[i, select["issue_age"].to_numpy(dtype=np.int64)] = select[names].to_numpy(dtype=float)
        if settings.age_basis == "last_birthday":
            own, later = by_issue_age[:, :-1], by_issue_age[:, 1:]
            # The last issue age's rates hold, as those of the last attained age do.
            by_issue_age[:, :-1] = 0.5 * (own + np.where(np.isnan(later), own, later))
        return cls(rates, np.minimum(by_issue_age * multiple, 1.0))

    def q(
        self,
        sex: ArrayLike,
        attained_age: ArrayLike,
        partner_status: ArrayLike,
        underwriting_class: ArrayLike,
        policy_duration: ArrayLike,
    ) -> np.ndarray:
        """Annual probability of death; arguments as of ``Mortality.q``, two of which make no difference."""
        codes, age, t, _, _ = np.broadcast_arrays(
            np.asarray(sex),
            np.asarray(attained_age),
            np.asarray(policy_duration),
            np.asarray(partner_status),
            np.asarray(underwriting_class),
        )
        issue_age = age - t + 1
        selected = (t <= SELECT_YEARS) & (issue_age >= 0)
        chosen = self.select[codes, np.where(selected, issue_age, 0), np.minimum(t, SELECT_YEARS) - 1]
        return np.where(selected & ~np.isnan(chosen), chosen, self.ultimate[codes, age])
