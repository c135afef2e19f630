"""The calendar: which policy duration and attained age each part of a projected year has (specification 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.errors import InputError, Problem
from xl_ltc.inforce.block import Block
from xl_ltc.settings import Settings


@dataclass(frozen=True)
class Timeline:
    """Where each policy stands at the start of the first projected year.

    A calendar year has two segments: the part before the policy's anniversary, in policy duration t at attained
    age x, and the part after it, in t + 1 at x + 1.

    Attributes:
        years: the projected calendar years.
        attained_age: age in the first segment of the policy's first year.
        policy_duration: 1-based policy year of that segment; 0 where it lies before issue.
        before_anniversary: length of the first segment of each year.
        start: position among ``years`` of the policy's first one.
        from_issue: whether each policy begins on its issue date, so that its first year has a second segment only.
    """

    years: np.ndarray
    attained_age: np.ndarray
    policy_duration: np.ndarray
    before_anniversary: np.ndarray
    start: np.ndarray
    from_issue: bool = False

    @classmethod
    def of(cls, block: Block, settings: Settings) -> Timeline:
        """The timeline of a block.

        Raises:
            InputError: a policy issued after the valuation date, or older than the mortality table.
        """
        # The anniversary of the valuation year has passed on 31 December.
        completed = settings.valuation_date.year - block.issue_year
        age = block.issue_age + completed
        bad = np.flatnonzero((completed < 0) | (age > LAST_AGE))
        if len(bad):
            raise InputError(
                [
                    Problem(
                        f"policy {block.frame['policy_id'].iloc[i]}",
                        f"issue year {block.issue_year[i]}, issue age {block.issue_age[i]}",
                        f"issued by {settings.valuation_date}, attained age up to {LAST_AGE} (table mortality_base)",
                    )
                    for i in bad
                ]
            )
        years = np.arange(settings.first_year, settings.last_year + 1)
        return cls(years, age, completed + 1, block.year_before_anniversary, np.zeros(len(block), dtype=np.int64))

    @classmethod
    def since_issue(cls, block: Block, settings: Settings) -> Timeline:
        """The timeline of policies from their issue on (section 16's expected basis).

        Raises:
            InputError: a policy issued after the valuation date.
        """
        late = np.flatnonzero(block.issue_year > settings.valuation_date.year)
        if len(late):
            place, year = f"policy {block.frame['policy_id'].iloc[late[0]]}", block.issue_year[late[0]]
            raise InputError.single(place, f"issue year {year}", f"issued by {settings.valuation_date}")
        first = int(block.issue_year.min(initial=settings.valuation_date.year))
        years = np.arange(first, settings.last_year + 1)
        before_issue = np.zeros(len(block), dtype=np.int64)
        return cls(
            years, block.issue_age - 1, before_issue, block.year_before_anniversary, block.issue_year - first, True
        )
