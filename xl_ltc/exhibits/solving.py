"""What increase reaches a target: the question of section 18, asked of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.control import CAP, LIFETIME, UNIFORM, YES, Control
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.project import project
from xl_ltc.projection.results import from_history, join
from xl_ltc.rate_increase.impact import affected_policies, policy_increase
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.rate_increase.solve import Root, solve

HIGHEST = 10.0
"""The largest increase that is tried."""

WORDS = {
    UNIFORM: "one increase for everybody affected",
    CAP: "the cap on increases towards the new-business level",
    LIFETIME: "lifetime loss ratio after the increase",
}
MARGIN_WORDS = "58%/85% test, item 7 over item 5 less one"


@dataclass(frozen=True)
class SolveRequest:
    """What is asked.

    Attributes:
        solve_for: ``uniform_increase`` or ``rate_increase_cap``.
        measure: ``lifetime_loss_ratio`` or ``test_58_85_margin``.
        target: what the measure is to be, a fraction.
        behaviour: whether insureds elect CBUL and RBO and select against the insurer.
    """

    solve_for: str
    measure: str
    target: float
    behaviour: bool

    @classmethod
    def of(cls, control: Control) -> SolveRequest:
        """What the Control sheet asks."""
        return cls(control.solve_for, control.solve_measure, control.solve_target, control.solve_behaviour == YES)

    @property
    def measure_words(self) -> str:
        """What the measure is called."""
        return WORDS.get(self.measure, MARGIN_WORDS)


@dataclass(frozen=True)
class Solution:
    """The answer.

    Attributes:
        request: what was asked.
        root: the increase found, and every trial.
        experience: history and projection at that increase; its ``before`` is without any.
        increase: of each policy at the answer.
        affected: which policies it applies to.
    """

    request: SolveRequest
    root: Root
    experience: Experience
    increase: np.ndarray
    affected: np.ndarray

    @property
    def summary(self) -> str:
        """The answer in a sentence."""
        request, root = self.request, self.root
        words = WORDS[request.solve_for].capitalize()
        if root.jump is not None:
            below, above = root.jump
            return (
                f"{words}: at {root.increase:.4%} the {request.measure_words} jumps from {below:.4%} to {above:.4%}; "
                f"no increase gives {request.target:.4%} exactly."
            )
        return f"{words}: {root.increase:.4%} gives a {request.measure_words} of {root.value:.4%}."


def measure_of(experience: Experience, measure: str) -> float:
    """A measure after the increase."""
    if measure == LIFETIME:
        return experience.lifetime_loss_ratio("after")
    test = experience.test_58_85()
    return test.item_7 / test.item_5 - 1.0


def solve_increase(
    block: Block,
    history: pd.DataFrame,
    assumptions: AssumptionSet,
    request: SolveRequest,
    progress: Callable[[str], None] = lambda _: None,
) -> Solution:
    """Find the increase; every trial is a run of the engine over the whole block.

    Args:
        block, history, assumptions: as for a run.
        request: what is asked.
        progress: told of every trial.

    Raises:
        InputError: no increase reaches the target, or nobody is affected.
    """
    past, settings = from_history(history), assumptions.settings
    affected = affected_policies(block, assumptions)
    if not affected.any():
        found = "no policy that pays premium beyond the effective date"
        raise InputError.single("policies in force", found, "policies an increase can apply to")
    now, new = block.numbers("annualized_premium"), block.numbers("new_business_premium")
    needed = rate_increase(now, new, np.inf, settings.increase_rounding)

    def increases(value: float) -> np.ndarray:
        return np.full(len(block), value) if request.solve_for == UNIFORM else np.minimum(needed, value)

    def experience(value: float) -> Experience:
        impact = policy_increase(block, assumptions, increases(value), behaviour=request.behaviour).impact
        return Experience.at_valuation_rates(join(past, project(block, assumptions, impact)), settings)

    def measure(value: float) -> float:
        found = measure_of(experience(value), request.measure)
        progress(f"an increase of {value:.4%} gives {found:.4%}")
        return found

    highest = HIGHEST if request.solve_for == UNIFORM else float(needed[affected].max())
    root = solve(measure, request.target, 0.0, highest, request.measure_words)
    increase = np.where(affected, increases(root.increase), 0.0)
    return Solution(request, root, experience(root.increase), increase, affected)
