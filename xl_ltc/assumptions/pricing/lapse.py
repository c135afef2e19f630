"""Voluntary lapse of original pricing: tables by duration and payment option or issue age, none once paid up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xl_ltc.assumptions.premium import PremiumPayment
from xl_ltc.assumptions.pricing.specs import ISSUE_AGES
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.tables import Locator, dense

FROM_ONE, FROM_ZERO = "policy_duration", "completed_years"
"""First columns of lapse tables: durations that count from 1, and from 0."""
ONE_RATE = "rate"


@dataclass(frozen=True)
class PricingLapse:
    """Annual voluntary lapse rates; they do not differ by partner status.

    Attributes:
        rates: shape (payment options, 121 issue ages, 20 durations).
        premium: how long premium is payable; a paid-up policy does not lapse.
    """

    rates: np.ndarray
    premium: PremiumPayment

    @property
    def last_duration(self) -> int:
        """The last duration at which any rate changes: a premium-paying period may end as late as this."""
        return LAST_AGE + 1

    def rate(
        self,
        partner_status: ArrayLike,
        policy_duration: ArrayLike,
        premium_payment: ArrayLike,
        discounted_renewal: ArrayLike,
        issue_age: ArrayLike,
    ) -> np.ndarray:
        """Annual voluntary lapse rate; arguments as of ``Lapse.rate``, two of which make no difference."""
        option, duration, age, _, _ = np.broadcast_arrays(
            np.asarray(premium_payment),
            np.asarray(policy_duration),
            np.asarray(issue_age),
            np.asarray(partner_status),
            np.asarray(discounted_renewal),
        )
        paying = duration <= self.premium.paying_years(option, age)
        return np.where(paying, self.rates[option, age, np.minimum(duration, LAST_DURATION) - 1], 0.0)


def lapse_grid(frame: pd.DataFrame, name: str, locate: Locator) -> Mapping[str, np.ndarray]:
    """The columns of a lapse table over policy durations 1 to 20.

    Args:
        frame: a table of ``specs.LAPSE``, typed.
        name: of the table; locate: its places.

    Raises:
        InputError: a duration missing, twice, or beyond the last.
    """
    key = FROM_ONE if FROM_ONE in frame else FROM_ZERO
    first = 1 if key == FROM_ONE else 0
    last = first + LAST_DURATION - 1
    return {
        str(column): dense(frame[key], frame[column], first, last, table=name, key=key, locate=locate)
        for column in frame.columns
        if column != key
    }


def option_rates(grid: Mapping[str, np.ndarray], option: str, limited: bool, other: str) -> np.ndarray | None:
    """Rates of a payment option by issue age and duration, shape (121, 20); None where the table has none for it.

    Args:
        grid: a lapse table's columns.
        option: as in the in-force file, e.g. ``Ten-Pay``.
        limited: whether its premium-paying period is.
        other: the column for limited options that have none of their own, or nothing.
    """
    if set(grid) == set(ISSUE_AGES):
        return np.stack([grid[ISSUE_AGES[band]] for band in _band_of_age()])
    own = re.sub("[^a-z0-9]+", "_", option.lower())
    for column in (own, *((other,) if limited and other else ()), ONE_RATE):
        if column in grid:
            return np.tile(grid[column], (LAST_AGE + 1, 1))
    return None


def _band_of_age() -> np.ndarray:
    """The position in ``ISSUE_AGES`` of each issue age."""
    starts = [0, *(int(re.match(r"\d+", label)[0]) for label in ISSUE_AGES[1:])]  # type: ignore[index]
    return np.searchsorted(starts, np.arange(LAST_AGE + 1), side="right") - 1
