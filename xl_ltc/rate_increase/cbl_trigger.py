"""Which increase entitles an insured to the contingent benefit upon lapse.

The filing speaks of the benefit (CBUL) but prints no trigger: it offers the benefit to everyone at this increase. The
table is that of the NAIC Long-Term Care Insurance Model Regulation (#641), "Triggers for a Substantial Premium
Increase", as the states enact it, e.g. Washington in WAC 284-83-130(4)(c) and, for a fixed or limited premium-paying
period, (4)(d). A state's own table may differ.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError

LIFETIME, LIMITED = "lifetime", "limited"
_FILE = "cbl_trigger.csv"


@dataclass(frozen=True)
class _Trigger:
    """A column of the table; each row holds until the next one's age, shape (rows,)."""

    issue_age_from: np.ndarray
    cumulative_increase: np.ndarray

    def at(self, issue_age: np.ndarray) -> np.ndarray:
        rows = np.searchsorted(self.issue_age_from, issue_age, side="right") - 1
        return np.asarray(self.cumulative_increase[rows])


@functools.cache
def _trigger(premium_period: str) -> _Trigger:
    with importlib.resources.files("xl_ltc.rate_increase").joinpath(_FILE).open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["premium_period"] == premium_period]
    return _Trigger(
        np.array([int(row["issue_age_from"]) for row in rows]),
        np.array([float(row["cumulative_increase"]) for row in rows]),
    )


def cbl_trigger(issue_age: ArrayLike, limited_pay: ArrayLike = False) -> np.ndarray:
    """The cumulative increase over initial premium from which an increase is "substantial".

    An increase to this level or above it, followed by lapse within 120 days, gives the contingent benefit upon lapse.

    Args:
        issue_age: in whole years, ≥ 0.
        limited_pay: the table of a fixed or limited premium-paying period, which applies beside the other one once at
            least 40% of that period is over; broadcasts.

    Returns:
        float64 fractions of initial premium, 0.5 for 50%.

    Raises:
        InputError: a negative age, or none.
    """
    age = np.asarray(issue_age)
    if not (age >= 0).all():
        raise InputError.single("issue age", f"{age.min():g}", "zero or more")
    return np.where(np.asarray(limited_pay, dtype=bool), _trigger(LIMITED).at(age), _trigger(LIFETIME).at(age))
