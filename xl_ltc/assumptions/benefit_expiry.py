"""Benefit expiry: policies that end because their benefits are exhausted (section 6d)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import AgeTable
from xl_ltc.assumptions.specs import EXPIRY_AGES, LAST_AGE, SEXES
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError
from xl_ltc.settings import Settings
from xl_ltc.tables import label_text, parse_label


@dataclass(frozen=True)
class BenefitExpiry:
    """Annual rates of benefit expiry, rows by sex and benefit period, ages 0–120."""

    benefit_periods: tuple[str, ...]
    rates: AgeTable

    @classmethod
    def from_tables(cls, tables: TableSet, settings: Settings) -> BenefitExpiry:
        """Spread the printed ages over all ages, by interpolation or steps as the setting says."""
        frame = tables["benefit_expiry"]
        periods = tables.categories("benefit_period")
        rows = {
            (sex, label_text(period)): row.to_numpy(dtype=float)
            for (sex, period), row in frame.set_index(["sex", "benefit_period"])[list(EXPIRY_AGES)].iterrows()
        }
        missing = [f"{s} {p}" for s in SEXES for p in periods if (s, p) not in rows]
        if missing:
            raise InputError.single(
                tables.place("benefit_expiry"),
                f"no row for {', '.join(missing)}",
                "a row for each sex and benefit period",
            )
        ages = np.arange(LAST_AGE + 1)
        values = np.stack([_spread(rows[s, p], ages, settings) for s in SEXES for p in periods])
        return cls(periods, AgeTable("benefit_expiry", values))

    def row(self, sex: ArrayLike, benefit_period: ArrayLike) -> np.ndarray:
        """Row of ``rates`` for codes of sex and benefit period."""
        return np.asarray(np.asarray(sex) * len(self.benefit_periods) + np.asarray(benefit_period))

    def rate(self, sex: ArrayLike, benefit_period: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Annual rate of benefit expiry."""
        return self.rates.at(self.row(sex, benefit_period), attained_age)


def _spread(printed: np.ndarray, ages: np.ndarray, settings: Settings) -> np.ndarray:
    """Printed columns ``<65, 65, 70 … 110+`` to every age: constant below the first and from the last on."""
    knots = [span for label in EXPIRY_AGES[1:] if (span := parse_label(label, 0, LAST_AGE))]
    at = np.array([first for first, _ in knots])
    if settings.benefit_expiry_between_ages == "linear":
        spread = np.interp(ages, at, printed[1:])
    else:
        spread = printed[1:][np.clip(np.searchsorted(at, ages, side="right") - 1, 0, None)]
    return np.where(ages < at[0], printed[0], spread)
