"""From a block and an assumption set to each policy's increase, elections and cash-flow factors."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, LIVES, PREMIUM, Impact
from xl_ltc.rate_increase import behaviour as elections
from xl_ltc.rate_increase.schedule import rate_increase


@dataclass(frozen=True)
class PolicyIncrease:
    """The increase of each policy and what follows from it; float64 arrays, one value a policy.

    Attributes:
        affected: premium is still payable from the anniversary in the effective year on.
        increase: R; zero for policies not affected.
        cbul, rbo: election rates C and B.
        adverse_selection: AS.
        rbo_reduction: ρ on the basis in the settings.
        effective_year: calendar year of the anniversary it takes effect on.
    """

    affected: np.ndarray
    increase: np.ndarray
    cbul: np.ndarray
    rbo: np.ndarray
    adverse_selection: np.ndarray
    rbo_reduction: np.ndarray
    effective_year: int

    @property
    def impact(self) -> Impact:
        """Factors from the anniversary on: premium (1−C)(1−ρ)(1+R), initial premium (1−C)(1−ρ), claims
        (1−C)(1−ρ)·AS, lives (1−C)."""
        persist = (1.0 - self.cbul) * (1.0 - self.rbo_reduction)
        factors = np.empty((len(self.increase), 1, 4))
        factors[:, 0, PREMIUM] = persist * (1.0 + self.increase)
        factors[:, 0, INITIAL_PREMIUM] = persist
        factors[:, 0, CLAIMS] = persist * self.adverse_selection
        factors[:, 0, LIVES] = 1.0 - self.cbul
        return Impact(np.array([self.effective_year]), factors)


def paying_policies(block: Block, assumptions: AssumptionSet, calendar_year: int) -> np.ndarray:
    """Policies that still pay premium after their anniversary in a calendar year, shape (policies,)."""
    paying_years = assumptions.premium.paying_years(block.codes("premium_payment"), block.issue_age)
    # The policy year that begins on that anniversary.
    duration = calendar_year - block.issue_year + 1
    return np.asarray((duration <= paying_years) & (block.numbers("annualized_premium") > 0.0))


def affected_policies(block: Block, assumptions: AssumptionSet) -> np.ndarray:
    """Policies that still pay premium after their anniversary in the effective year (section 2, footnote 1)."""
    return paying_policies(block, assumptions, assumptions.settings.increase_effective_year)


def policy_increase(
    block: Block,
    assumptions: AssumptionSet,
    wanted: np.ndarray | None = None,
    *,
    behaviour: bool = True,
    affected: np.ndarray | None = None,
) -> PolicyIncrease:
    """The increase, elections and selection of each policy under the assumptions and settings.

    Args:
        block: the policies; assumptions: with their settings.
        wanted: the increase of each policy if it is affected, a fraction; None for the one that brings its premium to
            the new-business level, under the cap and rounding of the settings.
        behaviour: whether insureds elect CBUL and RBO; without elections there is no selection either.
        affected: what ``affected_policies`` gives, where that is known already.
    """
    settings = assumptions.settings
    if affected is None:
        affected = affected_policies(block, assumptions)
    if wanted is None:
        wanted = rate_increase(
            block.numbers("annualized_premium"),
            block.numbers("new_business_premium"),
            settings.rate_increase_cap,
            settings.increase_rounding,
        )
    increase = np.where(affected, wanted, 0.0)
    answered = increase if behaviour else np.zeros(len(block))
    return with_elections(block, assumptions, affected, increase, answered, settings.increase_effective_year)


def on_rbo_basis(increase: PolicyIncrease, rbo_basis: str) -> PolicyIncrease:
    """The same increases and elections, and what those who reduce benefits give up on another basis of the setting."""
    reduction = elections.rbo_reduction(increase.increase, increase.cbul, increase.rbo, rbo_basis)
    return dataclasses.replace(increase, rbo_reduction=reduction)


def with_elections(
    block: Block,
    assumptions: AssumptionSet,
    affected: np.ndarray,
    increase: np.ndarray,
    answered: np.ndarray,
    effective_year: int,
) -> PolicyIncrease:
    """Increases of policies and the elections that follow.

    Args:
        block: the policies; assumptions: with their settings.
        affected, increase: as ``PolicyIncrease`` has them, shape (policies,).
        answered: the increase that insureds answer with their elections, if it is not their own; zero for none.
        effective_year: calendar year of the anniversary it takes effect on.
    """
    settings = assumptions.settings
    limited = assumptions.premium.is_limited(block.codes("premium_payment"))
    cbul = elections.cbul_election(answered, limited, assumptions.behaviour, settings.behaviour_rounding_tie)
    rbo = elections.rbo_election(cbul, assumptions.behaviour)
    return PolicyIncrease(
        affected=affected,
        increase=increase,
        cbul=cbul,
        rbo=rbo,
        adverse_selection=elections.adverse_selection(cbul, rbo, assumptions.behaviour),
        rbo_reduction=elections.rbo_reduction(answered, cbul, rbo, settings.rbo_basis),
        effective_year=effective_year,
    )
