"""A measure after the increase at many increases, from two projections instead of one for each.

A policy's cash flows after its anniversary in the effective year are those without an increase times factors, which
depend on its own increase and on whether its premium-paying period is limited. So the values at the valuation date of
all policies that have the same increase and the same kind of period take one multiplication.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.behaviour import Behaviour
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.exhibits.solving_measure import MEASURED, SolveMeasure
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience, Values
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, PREMIUM, Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import Basis
from xl_ltc.rate_increase.behaviour import election_jumps
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.rate_increase.solve import Curve

BESIDE_A_JUMP = 1e-8
"""How far to each side of a jump of the elections the measure is taken; more than the elections' own tolerance."""

_FACTORS = [PREMIUM, INITIAL_PREMIUM, CLAIMS]
"""The factors on what is measured, in its order."""
_PART = "part"


@dataclass(frozen=True)
class Outlook:
    """What increases give.

    Attributes:
        curve: the measure at increases under a cap: at none, to both sides of each jump of the elections, and at the
            largest. Without elections nothing jumps, and the same increases are places like any other.
        premium_after: present value of premium after the effective date without an increase, dollars, on the measure's
            interest.
    """

    curve: Curve
    premium_after: float

    @classmethod
    def of(
        cls, case: SolveCase, affected: np.ndarray, wanted: np.ndarray, measure: SolveMeasure, behaviour: bool
    ) -> Outlook:
        """From two projections.

        Args:
            case: the policies and what they are projected on.
            affected: which of them an increase applies to, some at least; shape (policies,).
            wanted: each policy's increase without a cap, shape (policies,).
            measure: what is measured.
            behaviour: whether insureds elect CBUL and RBO.
        """
        points = _points(float(wanted[affected].max()), case.assumptions.behaviour)
        future = _Future.of(case, affected, wanted, points, measure, behaviour)
        history = measure.experience(case.past)
        known = [history.values(name, "after").history for name in MEASURED]
        measures = []
        for i in range(len(points)):
            values = (Values(a, float(b)) for a, b in zip(known, future.at(i), strict=True))
            measures.append(measure.value(*values))
        return cls(Curve(points.tolist(), measures), float(future.later[:, MEASURED.index("earned_premium")].sum()))


def _points(highest: float, behaviour: Behaviour) -> np.ndarray:
    jumps = election_jumps(highest, behaviour)
    beside = np.concatenate([jumps - BESIDE_A_JUMP, jumps + BESIDE_A_JUMP])
    return np.unique(np.clip(np.concatenate([[0.0], beside, [highest]]), 0.0, highest))


@dataclass(frozen=True)
class _Future:
    """Present values of what is measured, of the policies in groups.

    Attributes:
        under_cap_from: the first point at which a group's policies have their wanted increase; under the cap of an
            earlier point they have the cap. Shape (groups,).
        limited: which of the ``factors`` a group's policies have; shape (groups,).
        wanted: present values at the wanted increase; shape (groups, 3).
        earlier: those of what falls due before the anniversary in the effective year; shape (groups, 3).
        later: those of the rest, without an increase; shape (groups, 3).
        factors: on the rest, at each point; shape (points, kinds of premium-paying period, 3).
    """

    under_cap_from: np.ndarray
    limited: np.ndarray
    wanted: np.ndarray
    earlier: np.ndarray
    later: np.ndarray
    factors: np.ndarray

    @classmethod
    def of(
        cls,
        case: SolveCase,
        affected: np.ndarray,
        wanted: np.ndarray,
        points: np.ndarray,
        measure: SolveMeasure,
        behaviour: bool,
    ) -> _Future:
        block, assumptions = case.block, case.assumptions
        limited = assumptions.premium.is_limited(block.codes("premium_payment"))
        kinds, first = np.unique(limited[affected], return_index=True)
        # A policy that is not affected has its increase, which is none, at every point.
        part = np.where(affected, 2 * np.searchsorted(points, wanted) + limited, 0)
        parted = Block(block.frame.assign(**{_PART: part}))
        increase = policy_increase(block, assumptions, wanted, behaviour=behaviour, affected=affected)
        ended = Impact.ended(len(block), increase.effective_year)

        def valued(impact: Impact) -> Experience:
            return measure.experience(project(parted, case.projected, impact, by=(_PART, "series")))

        at_wanted, until_then = valued(increase.impact), valued(ended)
        groups = at_wanted.cash_flows.groups[_PART].to_numpy(dtype=np.int64)
        # One policy of each kind, at each point.
        one = np.flatnonzero(affected)[first]
        each = block.select(np.tile(one, len(points)))
        at_points = policy_increase(each, assumptions, np.repeat(points, len(kinds)), behaviour=behaviour).impact
        earlier = _sums(until_then, "after")
        return cls(
            under_cap_from=groups // 2,
            limited=np.searchsorted(kinds, groups % 2),
            wanted=_sums(at_wanted, "after"),
            earlier=earlier,
            later=_sums(until_then, "before") - earlier,
            factors=at_points.factors[:, 0, _FACTORS].reshape(len(points), len(kinds), len(_FACTORS)),
        )

    def at(self, point: int) -> np.ndarray:
        """Present values under the cap of a point, shape (3,)."""
        capped = self.earlier + self.later * self.factors[point, self.limited]
        own = (self.under_cap_from <= point)[:, None]
        return np.asarray(np.where(own, self.wanted, capped).sum(axis=0))


def _sums(experience: Experience, basis: Basis) -> np.ndarray:
    return np.stack([experience.valued_by_group(name, basis) for name in MEASURED], axis=1)
