"""Results: cash flows by group, calendar year and measure, before and after the increase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc.sums import sum_of_rows

if TYPE_CHECKING:  # who only wants the names of the measures need not wait for pandas
    import pandas as pd

Basis = Literal["before", "after"]

MEASURES = ("earned_premium", "initial_earned_premium", "incurred_claims", "lives")
"""Earned premium; the part at the rates before any increase; incurred claims; lives at year end."""

BASES: tuple[Basis, ...] = ("before", "after")

KERNEL_COLUMNS = tuple(
    (measure, basis)
    for basis in BASES
    for measure in MEASURES
    if (measure, basis) != ("initial_earned_premium", "before")
)
"""What the kernel accumulates; before the increase all premium is initial premium."""


@dataclass(frozen=True)
class CashFlows:
    """Cash flows of a block by group and calendar year.

    Attributes:
        groups: one row a group, its grouping columns and ``valuation_rate``.
        years: calendar years.
        values: shape (groups, years, 7), columns as ``KERNEL_COLUMNS``.
    """

    groups: pd.DataFrame
    years: np.ndarray
    values: np.ndarray

    def get(self, measure: str, basis: Basis) -> np.ndarray:
        """A measure by group and year, shape (groups, years)."""
        if measure not in MEASURES or basis not in BASES:
            raise InputError.single("cash flows", f"{measure} {basis}", f"{', '.join(MEASURES)}; before or after")
        if (measure, basis) == ("initial_earned_premium", "before"):
            measure = "earned_premium"
        return np.asarray(self.values[:, :, KERNEL_COLUMNS.index((measure, basis))])

    def total(self, measure: str, basis: Basis) -> np.ndarray:
        """A measure by year over all groups, shape (years,)."""
        return sum_of_rows(self.get(measure, basis))

    def where(self, **conditions: object) -> CashFlows:
        """The groups whose grouping columns have the given values."""
        keep = np.ones(len(self.groups), dtype=bool)
        for column, value in conditions.items():
            keep &= (self.groups[column] == value).to_numpy()
        return CashFlows(self.groups[keep].reset_index(drop=True), self.years, self.values[keep])

    def frame(self) -> pd.DataFrame:
        """Long form: a row per group and year, columns ``measure_basis``."""
        count = len(self.years)
        out = self.groups.loc[self.groups.index.repeat(count)].reset_index(drop=True)
        out["calendar_year"] = np.tile(self.years, len(self.groups))
        for basis in BASES:
            for measure in MEASURES:
                out[f"{measure}_{basis}"] = self.get(measure, basis).reshape(-1)
        return out


def join(history: CashFlows, projection: CashFlows) -> CashFlows:
    """History and projection of the same groups as one run of years; a group missing in one is zero there."""
    import pandas as pd

    if int(history.years[-1]) + 1 != int(projection.years[0]):
        raise InputError.single(
            "history",
            f"last year {history.years[-1]}",
            f"the year before the projection's first, {projection.years[0] - 1}",
        )
    columns: Sequence[str] = list(projection.groups.columns)
    missing = [c for c in columns if c not in history.groups]
    if missing:
        raise InputError.single(
            "history", f"no column {', '.join(missing)}", "every column the projection is grouped by"
        )
    of_history, of_projection = (
        list(zip(*(part.groups[c].tolist() for c in columns), strict=True)) for part in (history, projection)
    )
    together = sorted({*of_history, *of_projection})
    position = {key: i for i, key in enumerate(together)}
    years = np.concatenate([history.years, projection.years])
    values = np.zeros((len(together), len(years), len(KERNEL_COLUMNS)))
    for part, keys, start in ((history, of_history, 0), (projection, of_projection, len(history.years))):
        for key, own in zip(keys, part.values, strict=True):
            values[position[key], start : start + len(part.years)] += own
    if not together:
        return CashFlows(projection.groups, years, values)
    groups = pd.DataFrame(dict(zip(columns, zip(*together, strict=True), strict=True)))
    return CashFlows(groups, years, values)


def from_history(frame: pd.DataFrame) -> CashFlows:
    """Actual experience as cash flows; before and after the increase are the same."""
    columns = ["series", "valuation_rate"]
    groups = frame[columns].drop_duplicates().sort_values(columns).reset_index(drop=True)
    years = np.unique(frame["calendar_year"].to_numpy(dtype=np.int64))
    position = {tuple(key): i for i, key in enumerate(groups.itertuples(index=False))}
    values = np.zeros((len(groups), len(years), len(KERNEL_COLUMNS)))
    at = [position[key] for key in zip(frame["series"], frame["valuation_rate"], strict=True)]
    for i, (measure, _) in enumerate(KERNEL_COLUMNS):
        values[at, frame["calendar_year"].to_numpy(dtype=np.int64) - years[0], i] = frame[measure].to_numpy(dtype=float)
    return CashFlows(groups, years, values)
