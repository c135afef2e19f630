"""Turns a block and its assumptions into the kernel's small tables and per-policy columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_ltc.assumptions.mortality import improved
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.basis import ProjectionBasis, combined
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


def prepare(block: Block, basis: ProjectionBasis, timeline: Timeline, count: np.ndarray | None = None) -> Prepared:
    """The kernel's tables and columns.

    Args:
        block: the policies; basis: their assumptions.
        timeline: of the block.
        count: how many lives each policy stands for; None for one each.

    Raises:
        InputError: an improvement period that is not a whole number of years.
    """
    mortality_class, log_mortality = _mortality(block, basis)
    lapse_class, log_lapse = _lapse(block, basis)
    expiry_class, log_expiry = _expiry(block, basis)
    cost_class, cost = _cost(block, basis)
    duration_class, duration_factor = _duration(block, basis)
    improvement_class, improvement = _improvement(block, basis)
    longest = int(timeline.policy_duration.max(initial=1)) + len(timeline.years) + 1
    options = np.arange(len(basis.growth.options))
    return Prepared(
        dict(
            first_projection_year=int(timeline.years[0]) - basis.settings.valuation_date.year,
            from_issue=timeline.from_issue,
            constant_force=basis.settings.average_lives == "constant_force",
            start=timeline.start,
            count=np.ones(len(block)) if count is None else count,
            age0=timeline.attained_age,
            duration0=timeline.policy_duration,
            before=timeline.before_anniversary,
            mortality_class=mortality_class,
            lapse_class=lapse_class,
            expiry_class=expiry_class,
            cost_class=cost_class,
            duration_class=duration_class,
            growth_class=block.codes("inflation_option"),
            improvement_class=improvement_class,
            premium=block.numbers("annualized_premium"),
            paying_years=basis.premium.paying_years(block.codes("premium_payment"), block.issue_age),
            claim_base=_claim_base(block, basis),
            log_mortality=log_mortality,
            log_lapse=log_lapse,
            log_expiry=log_expiry,
            cost=cost,
            duration_factor=duration_factor,
            growth=basis.growth.factor(options[:, None], np.arange(1, longest + 1)),
            morbidity_improvement=improvement,
        )
    )


def improvement_levels(basis: ProjectionBasis) -> np.ndarray:
    """The projection years that differ in improvement, from 0, before the first."""
    longest = 0
    for improvement in basis.improvement.members:
        if not float(improvement.years).is_integer():
            found = str(improvement.years)
            raise InputError.single("table improvement, improvement_years", found, "a whole number of years")
        longest = max(longest, int(improvement.years))
    return np.arange(longest + 1)


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


def _classes(rows: np.ndarray | slice, *codes: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """``compress`` of some policies' codes."""
    chosen = [c[rows] for c in codes]
    return compress(chosen, [int(c.max(initial=0)) + 1 for c in chosen])


class _Stack:
    """Tables of the policies of one basis after those of another, and each policy's class among them all."""

    def __init__(self, policies: int, axis: int = 0) -> None:
        self._class = np.zeros(policies, dtype=np.int64)
        self._tables: list[np.ndarray] = []
        self._axis = axis
        self._classes = 0

    def add(self, rows: np.ndarray | slice, policy_class: np.ndarray, table: np.ndarray) -> None:
        self._class[rows] = policy_class + self._classes
        self._tables.append(table)
        self._classes += table.shape[self._axis]

    @property
    def whole(self) -> tuple[np.ndarray, np.ndarray]:
        return self._class, np.concatenate(self._tables, axis=self._axis)


def _mortality(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Log annual survival by improvement level, class, attained age and duration."""
    stack = _Stack(len(block), axis=1)
    level = improvement_levels(basis)
    codes = [block.codes(name) for name in ("sex", "partner_status", "underwriting_class")]
    for rows, (mortality, improvement) in combined(block.codes("series"), basis.mortality, basis.improvement):
        policy_class, (sex, partner, uw) = _classes(rows, *codes)
        q = mortality.q(sex[:, None, None], _AGES[:, None], partner[:, None, None], uw[:, None, None], _DURATIONS)
        factor = improvement.factor(sex[:, None], _AGES, level[:, None, None])
        stack.add(rows, policy_class, _log_survival(improved(q[None], factor[..., None])))
    return stack.whole


def _improvement(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Improvement of morbidity by level, class and attained age; the class is the sex."""
    stack = _Stack(len(block), axis=1)
    level = improvement_levels(basis)
    for rows, (improvement,) in combined(block.codes("series"), basis.improvement):
        table = improvement.factor(np.arange(2)[:, None], _AGES, level[:, None, None])
        stack.add(rows, block.codes("sex")[rows], table)
    return stack.whole


def _lapse(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Log annual persistency by class and duration; a class is a set of policies with the same lapse rates."""
    stack = _Stack(len(block))
    codes = [block.codes(name) for name in ("partner_status", "premium_payment")]
    codes += [block.discounted_renewal.astype(np.int64), block.issue_age]
    durations = np.arange(1, max(lapse.last_duration for lapse in basis.lapse.members) + 1)
    for rows, (lapse,) in combined(block.codes("series"), basis.lapse):
        policy_class, (partner, option, discounted, age) = _classes(rows, *codes)
        discounting = discounted[:, None].astype(bool)
        rates = lapse.rate(partner[:, None], durations, option[:, None], discounting, age[:, None])
        stack.add(rows, policy_class, _log_survival(rates))
    return stack.whole


def _expiry(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Log annual persistency by class and attained age."""
    stack = _Stack(len(block))
    codes = [block.codes(name) for name in ("sex", "benefit_period")]
    for rows, (expiry,) in combined(block.codes("series"), basis.benefit_expiry):
        policy_class, (sex, period) = _classes(rows, *codes)
        stack.add(rows, policy_class, _log_survival(expiry.rate(sex[:, None], period[:, None], _AGES)))
    return stack.whole


def _cost(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Claim cost with the factors by attained age, by class and attained age."""
    stack = _Stack(len(block))
    codes = [block.codes(name) for name in ("sex", "series", "benefit_period", "benefit_type")]
    for rows, (costs,) in combined(block.codes("series"), basis.claim_costs):
        policy_class, (sex, series, period, kind) = _classes(rows, *codes)
        table = costs.age_cost(sex[:, None], series[:, None], period[:, None], kind[:, None], _AGES)
        stack.add(rows, policy_class, table)
    return stack.whole


def _duration(block: Block, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
    """Factors on claims by class and policy duration; the class is the series."""
    stack = _Stack(len(block))
    for rows, (costs,) in combined(block.codes("series"), basis.claim_costs):
        policy_class, (series,) = _classes(rows, block.codes("series"))
        stack.add(rows, policy_class, costs.duration(series[:, None], _DURATIONS))
    return stack.whole


def _claim_base(block: Block, basis: ProjectionBasis) -> np.ndarray:
    """The part of each policy's claims that never changes."""
    base = np.zeros(len(block))
    for rows, (costs,) in combined(block.codes("series"), basis.claim_costs):
        base[rows] = costs.policy_base(block)[rows]
    return base
