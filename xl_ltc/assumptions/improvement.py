"""Improvement of mortality and morbidity: (1 − G2)^min(k, years) in projection year k (section 6g)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import AgeTable
from xl_ltc.assumptions.specs import SEXES
from xl_ltc.assumptions.table_set import TableSet


@dataclass(frozen=True)
class Improvement:
    """Annual improvement rates by sex and attained age, and for how many projection years they run."""

    scale: AgeTable
    years: float

    @classmethod
    def from_tables(cls, tables: TableSet) -> Improvement:
        """Build from the improvement tables."""
        rates = np.stack([tables.by_age("improvement_scale", sex) for sex in SEXES])
        return cls(AgeTable("improvement_scale", rates), tables.parameters("improvement")["improvement_years"])

    def rate(self, sex: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Annual improvement rate."""
        return self.scale.at(sex, attained_age)

    def factor(self, sex: ArrayLike, attained_age: ArrayLike, projection_year: ArrayLike) -> np.ndarray:
        """The factor on mortality and claim cost in projection year ``k`` (first year 1)."""
        k = np.minimum(np.asarray(projection_year, dtype=float), self.years)
        return np.asarray((1.0 - self.rate(sex, attained_age)) ** k)
