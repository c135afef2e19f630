"""Turns a block and an assumption set into the kernel's small tables and per-policy columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.morbidity import Morbidity
from xl_ltc.assumptions.mortality import improved
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.timeline import Timeline

_AGES = np.arange(LAST_AGE + 1)
_DURATIONS = np.arange(1, LAST_DURATION + 1)

MOST_CODES_COUNTED = 1_000_000
"""Up to so many possible combinations of codes, a table of all is quicker than sorting the policies."""


@dataclass(frozen=True)
class Prepared:
    """Arguments of the kernel by name, without groups and impact."""

    columns: dict[str, Any]


def _log_survival(q: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log1p(-q))


def prepare(block: Block, assumptions: AssumptionSet, timeline: Timeline) -> Prepared:
    """The kernel's tables and columns.

    Raises:
        InputError: an improvement period that is not a whole number of years.
    """
    mortality_class, log_mortality = _mortality(block, assumptions)
    lapse_class, log_lapse = _lapse(block, assumptions)
    cost_class, cost = _cost(block, assumptions)
    longest = int(timeline.policy_duration.max(initial=1)) + len(timeline.years) + 1
    sex = block.codes("sex")
    series = block.codes("series")
    morbidity = assumptions.morbidity
    expiry_rows = np.arange(len(assumptions.benefit_expiry.rates.values))
    options = np.arange(len(morbidity.growth.options))
    years = improvement_levels(assumptions)
    return Prepared(
        dict(
            improvement_years=years,
            constant_force=assumptions.settings.average_lives == "constant_force",
            age0=timeline.attained_age,
            duration0=timeline.policy_duration,
            before=timeline.before_anniversary,
            mortality_class=mortality_class,
            lapse_class=lapse_class,
            expiry_class=assumptions.benefit_expiry.row(sex, block.codes("benefit_period")),
            cost_class=cost_class,
            duration_class=morbidity.series_row[series],
            growth_class=block.codes("inflation_option"),
            sex=sex,
            premium=block.numbers("annualized_premium"),
            paying_years=assumptions.premium.paying_years(block.codes("premium_payment"), block.issue_age),
            claim_base=claim_base(block, assumptions),
            log_mortality=log_mortality,
            log_lapse=log_lapse,
            log_expiry=_log_survival(assumptions.benefit_expiry.rates.at(expiry_rows[:, None], _AGES)),
            cost=cost,
            duration_factor=morbidity.duration_factor.at(
                np.arange(len(morbidity.duration_factor.values))[:, None], _DURATIONS
            ),
            growth=morbidity.benefit_growth(options[:, None], np.arange(1, longest + 1)),
            morbidity_improvement=assumptions.improvement.factor(
                np.arange(2)[:, None], _AGES, np.arange(1, years + 1)[:, None, None]
            ),
        )
    )


def improvement_levels(assumptions: AssumptionSet) -> int:
    """How many projection years differ in improvement: the improvement years, at least one."""
    years = assumptions.improvement.years
    if not float(years).is_integer():
        raise InputError.single("table improvement, improvement_years", str(years), "a whole number of years")
    return max(int(years), 1)


def claim_base(block: Block, assumptions: AssumptionSet) -> np.ndarray:
    """The part of a policy's claims that never changes: daily benefit times relativities and constant factors."""
    morbidity = assumptions.morbidity
    base = block.numbers("daily_benefit") * morbidity.sex_factor.at(block.codes("sex"))
    base = base * morbidity.underwriting_factor.at(block.codes("underwriting_class"))
    return with_relativities(base, block, morbidity)


class Coded(Protocol):
    """Policies whose characteristics are codes: a block in force, or histories."""

    def codes(self, name: str) -> np.ndarray:
        """Positions of a coded column's values in its vocabulary."""


def with_relativities(base: np.ndarray, policies: Coded, morbidity: Morbidity) -> np.ndarray:
    """Numbers of policies times the relativities of their benefits on the claim cost."""
    for characteristic, table in morbidity.relativity.items():
        base = base * table.at(policies.codes(characteristic))
    return np.asarray(base)


def compress(codes: Sequence[np.ndarray], sizes: Sequence[int]) -> tuple[np.ndarray, list[np.ndarray]]:
    """A class number for each policy, and for each class the codes it stands for, in the codes' order.

    Args:
        codes: one array of codes a characteristic, int64.
        sizes: how many codes each characteristic has.
    """
    flat = np.asarray(np.ravel_multi_index(tuple(codes), tuple(sizes)), dtype=np.int64)
    possible = math.prod(sizes)
    if possible <= MOST_CODES_COUNTED:
        present = np.zeros(possible, dtype=bool)
        present[flat] = True
        used = np.flatnonzero(present)
        policy_class = (np.cumsum(present) - 1)[flat]
    else:
        used, policy_class = np.unique(flat, return_inverse=True)
    return policy_class.astype(np.int64), [np.asarray(c) for c in np.unravel_index(used, tuple(sizes))]


def _classes(*codes: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    return compress(codes, [int(c.max(initial=0)) + 1 for c in codes])


def _mortality(block: Block, assumptions: AssumptionSet) -> tuple[np.ndarray, np.ndarray]:
    """Log annual survival by improvement level, class, attained age and duration."""
    policy_class, (sex, partner, uw) = _classes(
        block.codes("sex"), block.codes("partner_status"), block.codes("underwriting_class")
    )
    q = assumptions.mortality.q(
        sex[:, None, None], _AGES[:, None], partner[:, None, None], uw[:, None, None], _DURATIONS
    )
    level = np.arange(1, improvement_levels(assumptions) + 1)
    improvement = assumptions.improvement.factor(sex[:, None], _AGES, level[:, None, None])
    return policy_class, _log_survival(improved(q[None], improvement[..., None]))


def _lapse(block: Block, assumptions: AssumptionSet) -> tuple[np.ndarray, np.ndarray]:
    """Log annual persistency by class and duration; a class is a set of policies with the same lapse rates."""
    policy_class, (partner, option, discounted, age) = _classes(
        block.codes("partner_status"),
        block.codes("premium_payment"),
        block.discounted_renewal.astype(np.int64),
        block.issue_age,
    )
    durations = np.arange(1, assumptions.lapse.last_duration + 1)
    rates = assumptions.lapse.rate(
        partner[:, None], durations, option[:, None], discounted[:, None].astype(bool), age[:, None]
    )
    return policy_class, _log_survival(rates)


def _cost(block: Block, assumptions: AssumptionSet) -> tuple[np.ndarray, np.ndarray]:
    """Claim cost with the A-3a factors by attained age, by class and attained age."""
    policy_class, (sex, series, period, kind) = _classes(
        block.codes("sex"), block.codes("series"), block.codes("benefit_period"), block.codes("benefit_type")
    )
    return policy_class, assumptions.morbidity.age_cost(
        sex[:, None], series[:, None], period[:, None], kind[:, None], _AGES
    )
