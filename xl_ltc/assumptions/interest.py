"""Interest: the maximum valuation rate of a policy's issue year, and the earned rate of section 16 (section 6f)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError


@dataclass(frozen=True)
class ValuationInterest:
    """Maximum valuation interest rates by issue year; each holds until the next one's year."""

    issue_year_from: np.ndarray
    rates: np.ndarray

    @classmethod
    def from_tables(cls, tables: TableSet) -> ValuationInterest:
        """Build from the valuation interest table."""
        frame = tables["valuation_interest"].sort_values("issue_year_from")
        return cls(frame["issue_year_from"].to_numpy(), frame["rate"].to_numpy(dtype=float))

    def rate(self, issue_year: ArrayLike) -> np.ndarray:
        """The maximum valuation rate of an issue year.

        Raises:
            InputError: an issue year before the table's first.
        """
        year = np.asarray(issue_year)
        if year.size and year.min() < self.issue_year_from[0]:
            raise InputError.single(
                "table valuation_interest", f"issue year {year.min()}", f"issue years from {self.issue_year_from[0]}"
            )
        return np.asarray(self.rates[np.searchsorted(self.issue_year_from, year, side="right") - 1])


@dataclass(frozen=True)
class PricingInterest:
    """The current rate on the basis the original pricing used, by series (section 16): earned, or none where the
    basis is the maximum valuation rate."""

    series: tuple[str, ...]
    earned_rate: np.ndarray

    def rates(self, series: Iterable[str], valuation_rate: ArrayLike) -> np.ndarray:
        """The rate of each group: its series' earned rate, or its valuation rate where that is the basis."""
        earned = dict(zip(self.series, self.earned_rate, strict=True))
        found = np.array([earned[name] for name in series])
        return np.where(np.isnan(found), np.asarray(valuation_rate, dtype=float), found)

    @classmethod
    def from_tables(cls, tables: TableSet) -> PricingInterest:
        """Build from the series table.

        Raises:
            InputError: a series on the earned basis without an earned rate.
        """
        frame = tables["series"]
        earned = frame["pricing_interest_basis"] == "earned"
        bad = frame.index[earned & frame["earned_rate"].isna()]
        if len(bad):
            raise InputError.single(
                tables.place("series", int(bad[0]), "earned_rate"), "nothing (blank)", "the earned rate"
            )
        return cls(tuple(frame["series"]), np.where(earned, frame["earned_rate"], np.nan))
