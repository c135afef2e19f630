"""Mortality: 2012 IAM Basic hazards times the Exhibit A-1a factors (section 6b, Exhibit A-1a)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import AgeTable, CategoryTable, DurationTable
from xl_ltc.assumptions.specs import LAST_AGE, SEXES
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.settings import Settings


@dataclass(frozen=True)
class Mortality:
    """Annual probabilities of death before improvement.

    Attributes:
        hazard: force of mortality of the base table, shape (2 sexes, 121 ages), per year.
        age_factor, duration_factor: Exhibit A-1a factors by attained age and policy duration.
        sex_factor, partner_factor, underwriting_factor: by category.
    """

    hazard: AgeTable
    age_factor: AgeTable
    duration_factor: DurationTable
    sex_factor: CategoryTable
    partner_factor: CategoryTable
    underwriting_factor: CategoryTable

    @classmethod
    def from_tables(cls, tables: TableSet, settings: Settings) -> Mortality:
        """Build from the assumption tables and the age basis and end-of-table settings."""
        q = np.stack([tables.by_age("mortality_base", sex) for sex in SEXES])
        if settings.age_basis == "last_birthday":
            # Age last birthday is on average half a year more than the age nearest birthday of the table.
            q[:, :-1] = 0.5 * (q[:, :-1] + q[:, 1:])
        with np.errstate(divide="ignore"):
            hazard = -np.log1p(-q)
        if settings.end_of_mortality_table == "certain_death":
            hazard[:, LAST_AGE] = np.inf
        return cls(
            AgeTable("mortality_base", hazard),
            AgeTable("mortality_factor_attained_age", tables.by_age("mortality_factor_attained_age", "factor")[None]),
            DurationTable(
                "mortality_factor_policy_duration",
                tables.by_duration("mortality_factor_policy_duration", "factor")[None],
            ),
            CategoryTable.read(tables, "mortality_factor_sex", "sex", "factor"),
            CategoryTable.read(tables, "mortality_factor_partner_status", "partner_status", "factor"),
            CategoryTable.read(tables, "mortality_factor_underwriting_class", "underwriting_class", "factor"),
        )

    def q(
        self,
        sex: ArrayLike,
        attained_age: ArrayLike,
        partner_status: ArrayLike,
        underwriting_class: ArrayLike,
        policy_duration: ArrayLike,
    ) -> np.ndarray:
        """Annual probability of death, q' = 1 − exp(−h·Πf), before improvement.

        Args:
            sex, partner_status, underwriting_class: codes (positions in the tables' categories).
            attained_age: whole years, 0–120; policy_duration: 1-based policy year.

        Returns:
            float64 array of the broadcast shape.
        """
        factor = self.factor(attained_age, policy_duration, sex, partner_status, underwriting_class)
        return self.q_from_factor(sex, attained_age, factor)

    def factor(
        self,
        attained_age: ArrayLike,
        policy_duration: ArrayLike,
        sex: ArrayLike,
        partner_status: ArrayLike,
        underwriting_class: ArrayLike,
    ) -> np.ndarray:
        """The factor on the hazard, Πf: the product of the five factors of Exhibit A-1a; arguments as of ``q``."""
        return np.asarray(
            self.age_factor.at(0, attained_age)
            * self.sex_factor.at(sex)
            * self.partner_factor.at(partner_status)
            * self.underwriting_factor.at(underwriting_class)
            * self.duration_factor.at(0, policy_duration)
        )

    def q_from_factor(self, sex: ArrayLike, attained_age: ArrayLike, factor: ArrayLike) -> np.ndarray:
        """Annual probability of death under a factor on the base table's hazard, 1 − exp(−h·factor)."""
        hazard = self.hazard.at(sex, attained_age)
        certain = np.isinf(hazard)
        return np.where(certain, 1.0, -np.expm1(-np.where(certain, 0.0, hazard) * np.asarray(factor)))


def improved(q: np.ndarray, improvement_factor: np.ndarray) -> np.ndarray:
    """Probabilities of death after improvement; certain death at the end of the table is not improved."""
    return np.where(q >= 1.0, 1.0, q * improvement_factor)
