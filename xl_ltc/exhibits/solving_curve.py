"""A measure after the increase at many increases, from two projections instead of one for each.

A policy's cash flows after its anniversary in the effective year are those without an increase times factors, which
depend on its own increase and on whether its premium-paying period is limited. So the values at the valuation date of
all policies that have the same increase and the same kind of period take one multiplication.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.behaviour import Behaviour
from xl_ltc.control import LIFETIME
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience, Values
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.loss_ratio.values import lifetime_loss_ratio
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, PREMIUM, Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import Basis, CashFlows
from xl_ltc.rate_increase.behaviour import election_jumps
from xl_ltc.rate_increase.impact import affected_policies, policy_increase
from xl_ltc.rate_increase.solve import Curve
from xl_ltc.settings import Settings

BESIDE_A_JUMP = 1e-8
"""How far to each side of a jump of the elections the measure is taken; more than the elections' own tolerance."""

MEASURED = ("earned_premium", "initial_earned_premium", "incurred_claims")
_FACTORS = [PREMIUM, INITIAL_PREMIUM, CLAIMS]
"""The factors on what is measured, in its order."""
_PART = "part"


def measured(premium: Values, initial: Values, claims: Values, measure: str, settings: Settings) -> float:
    """A measure from the values of earned premium, initial earned premium and incurred claims after the increase."""
    if measure == LIFETIME:
        return lifetime_loss_ratio(premium.history, claims.history, premium.future, claims.future)
    test = Test5885.of(
        initial.history, premium.history, initial.future, premium.future, claims.history, claims.future, settings
    )
    return test.margin


def measure_of(experience: Experience, measure: str) -> float:
    """A measure of history and projection after the increase."""
    premium, initial, claims = (experience.values(name, "after") for name in MEASURED)
    return measured(premium, initial, claims, measure, experience.settings)


def measure_curve(
    block: Block, past: CashFlows, assumptions: AssumptionSet, wanted: np.ndarray, measure: str, behaviour: bool
) -> Curve:
    """A measure at increases under a cap: at none, to both sides of each jump of the elections, and at the largest.

    Without elections nothing jumps, and the same increases are places like any other.

    Args:
        block: the policies, some of them affected by an increase.
        past: actual experience.
        assumptions: with their settings.
        wanted: each policy's increase without a cap, shape (policies,).
        measure: ``lifetime_loss_ratio`` or ``test_58_85_margin``.
        behaviour: whether insureds elect CBUL and RBO.
    """
    affected = affected_policies(block, assumptions)
    points = _points(float(wanted[affected].max()), assumptions.behaviour)
    future = _Future.of(block, assumptions, affected, wanted, points, behaviour)
    history = Experience.at_valuation_rates(past, assumptions.settings)
    known = [history.values(name, "after").history for name in MEASURED]
    measures = []
    for i in range(len(points)):
        premium, initial, claims = (Values(a, float(b)) for a, b in zip(known, future.at(i), strict=True))
        measures.append(measured(premium, initial, claims, measure, assumptions.settings))
    return Curve(points.tolist(), measures)


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
        block: Block,
        assumptions: AssumptionSet,
        affected: np.ndarray,
        wanted: np.ndarray,
        points: np.ndarray,
        behaviour: bool,
    ) -> _Future:
        limited = assumptions.premium.is_limited(block.codes("premium_payment"))
        kinds, first = np.unique(limited[affected], return_index=True)
        # A policy that is not affected has its increase, which is none, at every point.
        part = np.where(affected, 2 * np.searchsorted(points, wanted) + limited, 0)
        parted = Block(block.frame.assign(**{_PART: part}))
        increase = policy_increase(block, assumptions, wanted, behaviour=behaviour)
        ended = Impact(np.array([increase.effective_year]), np.zeros((len(block), 1, 4)))
        at_wanted = _valued(parted, assumptions, increase.impact)
        until_then = _valued(parted, assumptions, ended)
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


def _valued(block: Block, assumptions: AssumptionSet, impact: Impact) -> Experience:
    return Experience.at_valuation_rates(project(block, assumptions, impact, by=(_PART,)), assumptions.settings)


def _sums(experience: Experience, basis: Basis) -> np.ndarray:
    return np.stack([experience.valued_by_group(name, basis) for name in MEASURED], axis=1)
