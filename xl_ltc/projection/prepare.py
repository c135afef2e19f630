"""Turns a block and its assumptions into the kernel's small tables and per-policy columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_ltc.assumptions.mortality import improved
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED
from xl_ltc.projection.basis import BySeries, ClaimCosts, ProjectionBasis, combined
from xl_ltc.projection.timeline import Timeline

_AGES = np.arange(LAST_AGE + 1)
_DURATIONS = np.arange(1, LAST_DURATION + 1)

MOST_CODES_COUNTED = 1_000_000
"""Up to so many possible combinations of codes, a table of all is quicker than sorting the policies."""

MOST_CLAIMS_KEPT = 8
"""Claim costs whose own part of each policy's claims is kept: a run has few, a thousand sensitivities have many."""

Codes = Sequence[np.ndarray]
"""Of each characteristic the codes that a table's classes stand for, int64, shape (classes,)."""


class Preparation:
    """A block made ready for projections that differ in rates only: what depends on the policies is found once.

    Args:
        block: the policies; basis: their assumptions.
        timeline: of the block.
        count: how many lives each policy stands for; None for one each.

    Raises:
        InputError: an improvement period that is not a whole number of years.
    """

    def __init__(
        self, block: Block, basis: ProjectionBasis, timeline: Timeline, count: np.ndarray | None = None
    ) -> None:
        self._codes = {name: block.codes(name) for table in _TABLES for name in table.characteristics if name in CODED}
        self._codes |= {"discounted_renewal": block.discounted_renewal.astype(np.int64), "issue_age": block.issue_age}
        self._series = block.codes("series")
        longest = int(timeline.policy_duration.max(initial=1)) + len(timeline.years) + 1
        options = np.arange(len(basis.growth.options))
        self._of_policies: dict[str, Any] = dict(
            first_projection_year=int(timeline.years[0]) - basis.settings.valuation_date.year,
            from_issue=timeline.from_issue,
            constant_force=basis.settings.average_lives == "constant_force",
            monthly=basis.settings.time_step == "monthly" and basis.settings.average_lives == "linear",
            start=timeline.start,
            count=np.ones(len(block)) if count is None else count,
            age0=timeline.attained_age,
            duration0=timeline.policy_duration,
            before=timeline.before_anniversary,
            growth_class=block.codes("inflation_option"),
            premium=block.numbers("annualized_premium"),
            paying_years=basis.premium.paying_years(block.codes("premium_payment"), block.issue_age),
            growth=basis.growth.factor(options[:, None], np.arange(1, longest + 1)),
        )
        self._block, self._basis = block, basis
        self._own_claims: dict[int, tuple[ClaimCosts, np.ndarray]] = {}
        self._claim_base = self._claim_base_of(basis)
        self._tables = {table.name: self._made(table, basis) for table in _TABLES}

    def columns(self, basis: ProjectionBasis | None = None) -> dict[str, Any]:
        """The kernel's arguments by name, without groups and impact.

        Args:
            basis: other rates, with this one's settings, premium-paying periods and growth; None for the basis of the
                preparation.

        Raises:
            InputError: an improvement period that is not a whole number of years.
        """
        columns = self._of_policies | {"claim_base": self._claim_base}
        if basis is not None and not basis.claim_costs.is_same(self._basis.claim_costs):
            columns["claim_base"] = self._claim_base_of(basis)
        for table in _TABLES:
            classes, values = self._tables[table.name]
            if basis is not None and not all(
                getattr(basis, name).is_same(getattr(self._basis, name)) for name in table.assumptions
            ):
                classes, values = self._made(table, basis)
            columns |= {table.classes: classes, table.name: values}
        return columns

    def _claim_base_of(self, basis: ProjectionBasis) -> np.ndarray:
        """The part of each policy's claims that never changes."""
        base = np.zeros(len(self._block))
        for rows, (m,) in combined(self._series, basis.claim_costs):
            base[rows] = self._own_claims_under(basis.claim_costs.members[m])[rows]
        return base

    def _own_claims_under(self, costs: ClaimCosts) -> np.ndarray:
        # Kept with the costs, so that no others can come to have their identity.
        _, own = self._own_claims.get(id(costs), (None, None))
        if own is None:
            own = costs.policy_base(self._block)
            if len(self._own_claims) >= MOST_CLAIMS_KEPT:
                self._own_claims.clear()
            self._own_claims[id(costs)] = costs, own
        return own

    def _made(self, table: _Table, basis: ProjectionBasis) -> tuple[np.ndarray, np.ndarray]:
        """The class of each policy, and a table's values by class."""
        of = [getattr(basis, name) for name in table.assumptions]
        classes = self._classes_of(table, of)
        values = [
            table.values(basis, [a.members[m] for a, m in zip(of, members, strict=True)], codes)
            for members, codes in classes.parts
        ]
        return classes.of_policy, values[0] if len(values) == 1 else np.concatenate(values, axis=table.axis)

    def _classes_of(self, table: _Table, of: Sequence[BySeries[Any]]) -> _Classes:
        """The classes of a table, which depend on which series have the same bases, not on what these are."""
        codes = [self._codes[name] for name in table.characteristics]
        key = ("classes", table.name, *(a.of_series.tobytes() for a in of))
        return self._block.once(key, lambda: _Classes.of(self._series, of, codes))


def prepare(
    block: Block, basis: ProjectionBasis, timeline: Timeline, count: np.ndarray | None = None
) -> dict[str, Any]:
    """The kernel's arguments for one projection; see ``Preparation``."""
    return Preparation(block, basis, timeline, count).columns()


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


@dataclass(frozen=True)
class _Classes:
    """Which policies share a row of a table: one part for each combination of bases, one after the other.

    Attributes:
        of_policy: class of each policy among those of all parts, int64, shape (policies,).
        parts: of each, positions of its bases among the members of each assumption, and its classes' codes.
    """

    of_policy: np.ndarray
    parts: tuple[tuple[tuple[int, ...], Codes], ...]

    @classmethod
    def of(cls, series: np.ndarray, assumptions: Sequence[BySeries[Any]], codes: Codes) -> _Classes:
        of_policy, parts, count = np.zeros(len(series), dtype=np.int64), [], 0
        for rows, members in combined(series, *assumptions):
            chosen = [c[rows] for c in codes]
            policy_class, of_class = compress(chosen, [int(c.max(initial=0)) + 1 for c in chosen])
            of_policy[rows] = policy_class + count
            parts.append((members, of_class))
            count += len(of_class[0])
        return cls(of_policy, tuple(parts))


@dataclass(frozen=True)
class _Table:
    """A table of the kernel's.

    Attributes:
        name: of the kernel's argument; classes: of the argument with each policy's class.
        assumptions: fields of ``ProjectionBasis`` it is made from.
        characteristics: policies that have these alike share a class.
        values: from the basis, a member of each assumption and the classes' codes.
        axis: along which the classes stand.
    """

    name: str
    classes: str
    assumptions: tuple[str, ...]
    characteristics: tuple[str, ...]
    values: Callable[[ProjectionBasis, Sequence[Any], Codes], np.ndarray]
    axis: int = 0


def _log_survival(q: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log1p(-q))


def _mortality(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Log annual survival by improvement level, class, attained age and duration."""
    mortality, improvement = members
    sex, partner, uw = codes
    level = improvement_levels(basis)
    q = mortality.q(sex[:, None, None], _AGES[:, None], partner[:, None, None], uw[:, None, None], _DURATIONS)
    factor = improvement.factor(sex[:, None], _AGES, level[:, None, None])
    return _log_survival(improved(q[None], factor[..., None]))


def _improvement(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Improvement of morbidity by level, class and attained age."""
    (improvement,), (sex,) = members, codes
    return np.asarray(improvement.factor(sex[:, None], _AGES, improvement_levels(basis)[:, None, None]))


def _lapse(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Log annual persistency by class and duration; a class is a set of policies with the same lapse rates."""
    (lapse,), (partner, option, discounted, age) = members, codes
    durations = np.arange(1, max(lapse.last_duration for lapse in basis.lapse.members) + 1)
    discounting = discounted[:, None].astype(bool)
    return _log_survival(lapse.rate(partner[:, None], durations, option[:, None], discounting, age[:, None]))


def _expiry(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Log annual persistency by class and attained age."""
    (expiry,), (sex, period) = members, codes
    return _log_survival(expiry.rate(sex[:, None], period[:, None], _AGES))


def _cost(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Claim cost with the factors by attained age, by class and attained age."""
    (costs,), (sex, series, period, kind) = members, codes
    return np.asarray(costs.age_cost(sex[:, None], series[:, None], period[:, None], kind[:, None], _AGES))


def _duration(basis: ProjectionBasis, members: Sequence[Any], codes: Codes) -> np.ndarray:
    """Factors on claims by class and policy duration."""
    (costs,), (series,) = members, codes
    return np.asarray(costs.duration(series[:, None], _DURATIONS))


_TABLES = (
    _Table(
        "log_mortality",
        "mortality_class",
        ("mortality", "improvement"),
        ("sex", "partner_status", "underwriting_class"),
        _mortality,
        axis=1,
    ),
    _Table("morbidity_improvement", "improvement_class", ("improvement",), ("sex",), _improvement, axis=1),
    _Table(
        "log_lapse",
        "lapse_class",
        ("lapse",),
        ("partner_status", "premium_payment", "discounted_renewal", "issue_age"),
        _lapse,
    ),
    _Table("log_expiry", "expiry_class", ("benefit_expiry",), ("sex", "benefit_period"), _expiry),
    _Table("cost", "cost_class", ("claim_costs",), ("sex", "series", "benefit_period", "benefit_type"), _cost),
    _Table("duration_factor", "duration_class", ("claim_costs",), ("series",), _duration),
)
