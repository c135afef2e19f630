"""Morbidity: claim costs times the Exhibit A-3a factors and benefit growth since issue (sections 3 and 6a)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import AgeTable, CategoryTable, DurationTable
from xl_ltc.assumptions.specs import MORBIDITY_SERIES, RELATIVITY_CHARACTERISTICS, SEXES
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError, Problem

LIFETIME = "Lifetime"
INDEMNITY = "Indemnity"


class Coded(Protocol):
    """Policies whose characteristics are codes: a block in force, or histories."""

    def codes(self, name: str) -> np.ndarray:
        """Positions of a coded column's values in its vocabulary."""


class Insured(Coded, Protocol):
    """Policies with their benefits."""

    def numbers(self, name: str) -> np.ndarray:
        """A numeric column."""


@dataclass(frozen=True)
class BenefitGrowth:
    """Growth of the daily benefit since issue, by inflation option.

    Attributes:
        options: the inflation options, in code order.
        method, rate: how the benefit of each grows: none, simple or compound, by so much a year.
    """

    options: tuple[str, ...]
    method: np.ndarray
    rate: np.ndarray

    @classmethod
    def from_tables(cls, tables: TableSet) -> BenefitGrowth:
        """Build from the inflation table."""
        frame = tables["inflation_option"]
        return cls(
            tuple(frame["inflation_option"]), frame["method"].to_numpy(dtype=str), frame["rate"].to_numpy(dtype=float)
        )

    def factor(self, inflation_option: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """The benefit relative to the one at issue: 1, 1 + r·t or (1 + r)^t after t anniversaries.

        Raises:
            InputError: a duration before the first.
        """
        option = np.asarray(inflation_option)
        duration = np.asarray(policy_duration)
        if duration.size and duration.min() < 1:
            raise InputError.single(
                "table inflation_option", f"policy duration {duration.min()}", "policy durations from 1"
            )
        anniversaries = duration - 1
        rate, method = self.rate[option], self.method[option]
        simple, compound = 1.0 + rate * anniversaries, (1.0 + rate) ** anniversaries
        return np.where(method == "simple", simple, np.where(method == "compound", compound, 1.0))


@dataclass(frozen=True)
class Morbidity:
    """Annual incurred claims per dollar of daily benefit at issue, before improvement.

    Attributes:
        claim_cost: by sex and attained age.
        relativity: by characteristic, one value a category.
        age_factor: A-3a factors by attained age; rows in the order of ``age_columns``.
        duration_factor: A-3a factors by policy duration; rows by morbidity series.
        sex_factor, underwriting_factor: A-3a factors by category.
        series_row: morbidity series (row of the factor tables) of each rate series.
        growth: benefit growth of each inflation option.
    """

    claim_cost: AgeTable
    relativity: dict[str, CategoryTable]
    age_factor: AgeTable
    duration_factor: DurationTable
    sex_factor: CategoryTable
    underwriting_factor: CategoryTable
    series_row: np.ndarray
    is_lifetime: np.ndarray
    is_indemnity: np.ndarray
    growth: BenefitGrowth

    @classmethod
    def from_tables(cls, tables: TableSet) -> Morbidity:
        """Build from the claim-cost, relativity, A-3a, series and inflation tables."""
        _check_relativities(tables)
        relativity = tables["claim_cost_relativity"]
        tables_by_characteristic = {
            name: CategoryTable(
                "claim_cost_relativity",
                tables.categories(name),
                rows.set_index("category")["relativity"].reindex(list(tables.categories(name))).to_numpy(dtype=float),
            )
            for name, rows in relativity.groupby("characteristic")
        }
        age_columns = (
            *MORBIDITY_SERIES,
            "benefit_period_lifetime",
            "benefit_period_limited",
            "indemnity",
            "reimbursement",
        )
        series = tables["series"]
        return cls(
            claim_cost=AgeTable("claim_cost", np.stack([tables.by_age("claim_cost", s) for s in SEXES])),
            relativity=tables_by_characteristic,
            age_factor=AgeTable(
                "morbidity_factor_attained_age",
                np.stack([tables.by_age("morbidity_factor_attained_age", c) for c in age_columns]),
            ),
            duration_factor=DurationTable(
                "morbidity_factor_policy_duration",
                np.stack([tables.by_duration("morbidity_factor_policy_duration", c) for c in MORBIDITY_SERIES]),
            ),
            sex_factor=CategoryTable.read(tables, "morbidity_factor_sex", "sex", "factor"),
            underwriting_factor=CategoryTable.read(
                tables, "morbidity_factor_underwriting_class", "underwriting_class", "factor"
            ),
            series_row=np.array([MORBIDITY_SERIES.index(c) for c in series["morbidity_factor_column"]]),
            is_lifetime=np.array([p == LIFETIME for p in tables.categories("benefit_period")]),
            is_indemnity=np.array([b == INDEMNITY for b in tables.categories("benefit_type")]),
            growth=BenefitGrowth.from_tables(tables),
        )

    def policy_base(self, policies: Insured) -> np.ndarray:
        """The part of a policy's claims that never changes: daily benefit, relativities, factors by sex and class.

        Returns:
            float64, dollars of daily benefit times factors, shape (policies,).
        """
        base = policies.numbers("daily_benefit") * self.sex_factor.at(policies.codes("sex"))
        base = base * self.underwriting_factor.at(policies.codes("underwriting_class"))
        return self.with_relativities(base, policies)

    def with_relativities(self, base: np.ndarray, policies: Coded) -> np.ndarray:
        """Numbers of policies times the relativities of their benefits on the claim cost."""
        for characteristic, table in self.relativity.items():
            base = base * table.at(policies.codes(characteristic))
        return np.asarray(base)

    def age_cost(
        self,
        sex: ArrayLike,
        series: ArrayLike,
        benefit_period: ArrayLike,
        benefit_type: ArrayLike,
        attained_age: ArrayLike,
    ) -> np.ndarray:
        """Claim cost at an attained age times the three A-3a factors that vary by attained age."""
        return np.asarray(
            self.claim_cost.at(sex, attained_age)
            * self.age_factor.at(self.series_row[np.asarray(series)], attained_age)
            * self.age_factor.at(self.benefit_period_row(benefit_period), attained_age)
            * self.age_factor.at(self.benefit_type_row(benefit_type), attained_age)
        )

    def benefit_period_row(self, benefit_period: ArrayLike) -> np.ndarray:
        """Row of ``age_factor`` for a benefit period: lifetime or limited."""
        return np.where(self.is_lifetime[np.asarray(benefit_period)], 4, 5)

    def benefit_type_row(self, benefit_type: ArrayLike) -> np.ndarray:
        """Row of ``age_factor`` for a benefit type: indemnity or reimbursement."""
        return np.where(self.is_indemnity[np.asarray(benefit_type)], 6, 7)

    def duration(self, series: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """A-3a factor by policy duration and series."""
        return self.duration_factor.at(self.series_row[np.asarray(series)], policy_duration)

    def factor(
        self,
        series: ArrayLike,
        attained_age: ArrayLike,
        policy_duration: ArrayLike,
        sex: ArrayLike,
        underwriting_class: ArrayLike,
        benefit_period: ArrayLike,
        benefit_type: ArrayLike,
    ) -> np.ndarray:
        """The product of the factors of Exhibit A-3a.

        Args:
            series, sex, underwriting_class, benefit_period, benefit_type: codes.
            attained_age: whole years, 0–120; policy_duration: 1-based policy year.

        Returns:
            float64 array of the broadcast shape.
        """
        return np.asarray(
            self.age_factor.at(self.series_row[np.asarray(series)], attained_age)
            * self.age_factor.at(self.benefit_period_row(benefit_period), attained_age)
            * self.age_factor.at(self.benefit_type_row(benefit_type), attained_age)
            * self.duration(series, policy_duration)
            * self.sex_factor.at(sex)
            * self.underwriting_factor.at(underwriting_class)
        )

    def benefit_growth(self, inflation_option: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """Growth of the daily benefit since issue: none, 1 + r·t or (1 + r)^t after t anniversaries."""
        return self.growth.factor(inflation_option, policy_duration)


def _check_relativities(tables: TableSet) -> None:
    """Every category that another table defines has a relativity, and none has that no table defines."""
    frame = tables["claim_cost_relativity"]
    problems: list[Problem] = []
    for name in RELATIVITY_CHARACTERISTICS:
        rows = frame[frame["characteristic"] == name]
        if rows.empty:
            problems.append(
                Problem(tables.place("claim_cost_relativity"), f"no row for {name}", "rows for each characteristic")
            )
            continue
        expected = tables.categories(name)
        problems += [
            Problem(tables.place("claim_cost_relativity"), f"no row for {name} {c}", f"a relativity for each {name}")
            for c in expected
            if c not in set(rows["category"])
        ]
        problems += [
            Problem(tables.place("claim_cost_relativity", int(i), "category"), repr(c), "one of " + ", ".join(expected))
            for i, c in rows["category"].items()
            if c not in expected
        ]
    if problems:
        raise InputError(problems)
