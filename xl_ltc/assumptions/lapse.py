"""Voluntary lapse by duration and partner status, times the payment options' scalars (section 6c)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.lookup import DurationTable
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION, PAYMENT_SCALAR_DISCOUNTED
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError, Problem
from xl_ltc.settings import Settings
from xl_ltc.tables import spans

NEVER = 10_000
"""An attained age nobody reaches; where the last mortality rate holds for ever, lives outlive the table."""


@dataclass(frozen=True)
class Lapse:
    """Annual voluntary lapse rates.

    Attributes:
        lifetime_pay: rates of lifetime-pay policies by partner status (0 single, 1 partnered) and duration.
        scalar: on those rates, shape (payment options + 1, 121 issue ages, 20 durations); the last option is
            the discounted renewal, whose scalar multiplies with the payment option's.
        zero_after_attained_age: the attained age after which lapse is zero, by option code; ``NEVER`` for all
            under the filing's section 6c wording.
    """

    lifetime_pay: DurationTable
    scalar: np.ndarray
    zero_after_attained_age: np.ndarray

    @classmethod
    def from_tables(cls, tables: TableSet, settings: Settings) -> Lapse:
        """Build from the lapse tables.

        Raises:
            InputError: a payment option without a scalar at some issue age and duration, or with two.
        """
        base = np.stack([tables.by_duration("lapse_lifetime_pay", c) for c in ("single", "partnered")])
        options = (*tables.categories("premium_payment"), PAYMENT_SCALAR_DISCOUNTED)
        frame = tables["lapse_payment_option"]
        scalar = np.full((len(options), LAST_AGE + 1, LAST_DURATION), np.nan)
        zero_after = np.full(len(options), NEVER, dtype=np.int64)
        problems: list[Problem] = []
        to_age_options = set(tables["premium_payment"].dropna(subset=["to_age"])["premium_payment"])
        for row, rule in enumerate(frame.itertuples(index=False)):
            if rule.premium_payment not in options:
                problems.append(
                    Problem(
                        tables.place("lapse_payment_option", row, "premium_payment"),
                        repr(rule.premium_payment),
                        "one of " + ", ".join(options),
                    )
                )
                continue
            code = options.index(rule.premium_payment)
            ages = slice(_or(rule.issue_age_from, 0), _or(rule.issue_age_to, LAST_AGE) + 1)
            if settings.paid_up_at_65_lapse == "attained_age" and rule.premium_payment in to_age_options:
                # Exhibit III: the reduced rates apply until the age the section 6c rule compares with issue age.
                if not math.isnan(rule.issue_age_from):
                    continue
                zero_after[code] = _or(rule.issue_age_to, LAST_AGE)
                ages = slice(0, LAST_AGE + 1)
            durations = slice(rule.duration_from - 1, _or(rule.duration_to, LAST_DURATION))
            part = scalar[code, ages, durations]
            if part.size == 0:
                problems.append(
                    Problem(
                        tables.place("lapse_payment_option", row, None),
                        "no issue age and duration: from is after to",
                        "duration_from up to duration_to, issue_age_from up to issue_age_to",
                    )
                )
            elif not np.isnan(part).all():
                problems.append(
                    Problem(
                        tables.place("lapse_payment_option", row, None),
                        "a second scalar for the same issue age and duration",
                        "rows of a payment option that do not overlap",
                    )
                )
            scalar[code, ages, durations] = rule.scalar
        for code, option in enumerate(options):
            gap = np.isnan(scalar[code]).any(axis=0)
            if gap.any():
                problems.append(
                    Problem(
                        tables.place("lapse_payment_option"),
                        f"no scalar for {option} in duration {spans([int(d) + 1 for d in np.flatnonzero(gap)])}",
                        "every duration and issue age of each payment option",
                    )
                )
        if problems:
            raise InputError(problems)
        return cls(DurationTable("lapse_lifetime_pay", base), scalar, zero_after)

    @property
    def last_duration(self) -> int:
        """The last duration at which any rate changes; it lies beyond the tables' where an attained age ends lapse."""
        return LAST_DURATION if (self.zero_after_attained_age == NEVER).all() else LAST_AGE + 1

    @property
    def discounted_code(self) -> int:
        """The row of ``scalar`` that holds the discounted renewal option."""
        return len(self.scalar) - 1

    def rate(
        self,
        partner_status: ArrayLike,
        policy_duration: ArrayLike,
        premium_payment: ArrayLike,
        discounted_renewal: ArrayLike,
        issue_age: ArrayLike,
    ) -> np.ndarray:
        """Annual voluntary lapse rate.

        Args:
            partner_status, premium_payment: codes; discounted_renewal: booleans.
            policy_duration: 1-based; issue_age: whole years.

        Raises:
            InputError: a duration before the first, or an issue age outside the tables.
        """
        base = self.lifetime_pay.at(partner_status, policy_duration)
        duration = np.minimum(np.asarray(policy_duration), LAST_DURATION) - 1
        age = np.asarray(issue_age)
        if age.size and (age.min() < 0 or age.max() > LAST_AGE):
            bad = age.min() if age.min() < 0 else age.max()
            raise InputError.single("table lapse_payment_option", f"issue age {bad}", f"issue ages 0 to {LAST_AGE}")
        option = np.asarray(premium_payment)
        attained = age + np.asarray(policy_duration) - 1
        discounted = np.where(np.asarray(discounted_renewal), self.scalar[self.discounted_code, age, duration], 1.0)
        scalar = np.where(attained > self.zero_after_attained_age[option], 0.0, self.scalar[option, age, duration])
        return np.asarray(base * scalar * discounted)


def _or(value: float, default: int) -> int:
    return default if math.isnan(value) else int(value)
