"""The filing state's increase taken at once, under its cap, in yearly steps and later: what each is worth."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.jurisdiction import Jurisdiction
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.loss_ratio.values import value_factor
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import INITIAL_PREMIUM, PREMIUM, Impact
from xl_ltc.projection.project import PreparedBlock, project
from xl_ltc.rate_increase.equivalent import added_premium, equivalent_multiplier
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.rate_increase.phase_in import PhasedIncrease, phased_increase

Way = Literal["one_step", "single", "phased"]
"""The nationwide increase at once; the state's own request, once; the nationwide increase in yearly steps."""

_POLICY = "policy"


def policy_year_values(block: Block, assumptions: AssumptionSet | ProjectionBasis) -> np.ndarray:
    """Present values at the valuation date of each policy year's premium without an increase.

    Args:
        block: the policies; assumptions: with their settings.

    Returns:
        Shape (policies, policy years): the first begins on the anniversary in the effective year, the last on that in
        the last projected year. Premium before or after the projection counts as none.
    """
    settings = assumptions.settings
    starts = np.arange(settings.first_year - 1, settings.last_year + 1)
    # Parts of two policy years fall into a calendar year. The factors keep the premium of those that begin in even
    # years in one measure, of those that begin in odd years in the other.
    factors = np.ones((len(block), len(starts), 4))
    factors[:, :, PREMIUM] = starts % 2 == 0
    factors[:, :, INITIAL_PREMIUM] = starts % 2 == 1
    each = Block(block.frame.assign(**{_POLICY: np.arange(len(block))}))
    flows = project(each, assumptions, Impact(starts, factors), by=(_POLICY,))
    rates = flows.groups["valuation_rate"].to_numpy(dtype=float)
    factor = value_factor(flows.years, rates[:, None], settings.valuation_date.year, settings.cash_flow_timing)
    by_start = np.zeros((len(block), len(starts)))
    for measure, parity in (("earned_premium", 0), ("initial_earned_premium", 1)):
        begins = flows.years % 2 == parity
        valued = flows.get(measure, "after") * factor
        by_start[:, 1:] += np.where(begins, valued, 0.0)
        by_start[:, :-1] += np.where(begins, 0.0, valued)
    ordered = np.empty_like(by_start)
    ordered[flows.groups[_POLICY].to_numpy(dtype=np.int64)] = by_start
    skipped = settings.increase_effective_year - int(starts[0])
    return np.pad(ordered, ((0, 0), (max(-skipped, 0), 0)))[:, max(skipped, 0) :]


@dataclass(frozen=True)
class Equivalent:
    """What increases are multiplied by to be worth the nationwide one at once.

    Attributes:
        multiplier: at least one; None where no increase is large enough.
        value: present value of the premium that the multiplied increases add.
        reason: why there is none.
    """

    multiplier: float | None
    value: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class StatePhaseIn:
    """The ways to take the increase in the filing state, and what they are worth.

    Attributes:
        state: with its cap, more than zero.
        assumptions: those of the nationwide run; basis: what its projection stands on.
        block: the state's policies, shape (policies,) in all that follows.
        premium: annualized premium in force.
        single: increase of the state's own request.
        phased: the nationwide increase in steps of at most the cap.
        values: as ``policy_year_values``.
    """

    state: Jurisdiction
    assumptions: AssumptionSet
    basis: ProjectionBasis
    block: Block
    premium: np.ndarray
    single: np.ndarray
    phased: PhasedIncrease
    values: np.ndarray

    @classmethod
    def of(cls, run: FilingRun) -> StatePhaseIn:
        """Those of a run; its setting ``state_rate_increase_cap`` is more than zero."""
        state = Jurisdiction.of(run.assumptions.settings)
        block = run.block.select(state.policies(run.block))
        return cls(
            state,
            run.assumptions,
            run.basis,
            block,
            block.numbers("annualized_premium"),
            policy_increase(block, _capped(run.assumptions, state.cap)).increase,
            phased_increase(block, run.assumptions, state.cap),
            policy_year_values(block, run.basis),
        )

    @property
    def affected(self) -> np.ndarray:
        """Who is affected, a mask of the state's policies."""
        return self.phased.affected

    @property
    def full(self) -> np.ndarray:
        """The nationwide increase of each of the state's policies."""
        return self.phased.full

    def annualized(self, level: np.ndarray) -> float:
        """Annualized premium of those affected at levels relative to that in force."""
        return float((self.premium * level)[self.affected].sum())

    def added(self, way: Way) -> float:
        """Present value of the premium that a way adds, before elections."""
        if way == "phased":
            years, levels = self.values.shape[1], self.phased.levels
            last = np.repeat(levels[:, -1:], max(years - levels.shape[1], 0), axis=1)
            return float(((np.hstack([levels, last])[:, :years] - 1.0) * self.values).sum())
        return added_premium(self.single if way == "single" else self.full, self.values)

    @cached_property
    def at_once(self) -> float:
        """Present value of the premium that the nationwide increase adds, before elections."""
        return self.added("one_step")

    def added_later(self, deferral_years: int) -> float:
        """Present value of the premium that the nationwide increase adds some years later, before elections."""
        return added_premium(self.full, self.values, deferral_years)

    def equivalent(self, deferral_years: int = 0, annual_cap: float = np.inf) -> Equivalent:
        """The multiplied increases that are worth the nationwide one at once."""
        if self.at_once <= 0.0:
            return Equivalent(None, reason="An increase at once adds no premium here; nothing is equivalent to it.")
        try:
            multiplier = equivalent_multiplier(self.full, self.values, deferral_years, annual_cap)
        except InputError as error:
            return Equivalent(None, reason=f"No increase is equivalent: {error.problems[0].allowed}.")
        return Equivalent(multiplier, added_premium(multiplier * self.full, self.values, deferral_years, annual_cap))

    @cached_property
    def _prepared(self) -> PreparedBlock:
        return PreparedBlock(self.block, self.basis)

    def experience(self, way: Way | None) -> Experience:
        """The state's projection under a way, elections included; None for no increase."""
        impact = None
        if way == "phased":
            impact = self.phased.impact
        elif way is not None:
            cap = self.assumptions.settings.rate_increase_cap if way == "one_step" else self.state.cap
            impact = policy_increase(self.block, _capped(self.assumptions, cap)).impact
        return Experience.at_valuation_rates(self._prepared.project(impact), self.assumptions.settings)


def _capped(assumptions: AssumptionSet, cap: float) -> AssumptionSet:
    settings = dataclasses.replace(assumptions.settings, rate_increase_cap=cap)
    return dataclasses.replace(assumptions, settings=settings)
