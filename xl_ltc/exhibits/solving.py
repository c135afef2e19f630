"""What increase reaches a target: the question of section 18, asked of the engine."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.control import CAP, LIFETIME, MARGIN, UNIFORM, YES, Control
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.exhibits.solving_curve import BESIDE_A_JUMP, measure_curve, measure_of
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.project import project
from xl_ltc.projection.results import from_history, join
from xl_ltc.rate_increase.impact import PolicyIncrease, affected_policies, policy_increase
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.rate_increase.solve import Curve, Root, solve

HIGHEST = 10.0
"""The largest increase for everybody that is looked at."""

WORDS = {
    UNIFORM: "one increase for everybody affected",
    CAP: "the cap on increases towards the new-business level",
    LIFETIME: "lifetime loss ratio after the increase",
    MARGIN: "58%/85% test, item 7 over item 5 less one",
}


@dataclass(frozen=True)
class SolveRequest:
    """What is asked.

    Attributes:
        solve_for: ``uniform_increase`` or ``rate_increase_cap``.
        measure: ``lifetime_loss_ratio`` or ``test_58_85_margin``.
        target: what the measure is to be, a fraction.
        behaviour: whether insureds elect CBUL and RBO and select against the insurer.

    Raises:
        InputError: every field that can't be asked for.
    """

    solve_for: str
    measure: str
    target: float
    behaviour: bool

    def __post_init__(self) -> None:
        """Refuse what can't be asked for."""
        problems = [
            Problem(name, shown(value), one_of(allowed))
            for name, value, allowed in (
                ("solve_for", self.solve_for, (UNIFORM, CAP)),
                ("solve_measure", self.measure, (LIFETIME, MARGIN)),
            )
            if value not in allowed
        ]
        if not math.isfinite(self.target):
            problems.append(Problem("solve_target", f"{self.target}", "a number, e.g. 1 for a loss ratio of 100%"))
        if problems:
            raise InputError(problems)

    @classmethod
    def of(cls, control: Control) -> SolveRequest:
        """What the Control sheet asks."""
        return cls(control.solve_for, control.solve_measure, control.solve_target, control.solve_behaviour == YES)

    @property
    def measure_words(self) -> str:
        """What the measure is called."""
        return WORDS[self.measure]


@dataclass(frozen=True)
class Solution:
    """The answer.

    Attributes:
        request: what was asked.
        root: the increase found, and every trial.
        curve: the measure at no increase, beside every jump of the elections, and at the largest increase.
        experience: history and projection at that increase; its ``before`` is without any.
        increase: of each policy at the answer, with its elections.
    """

    request: SolveRequest
    root: Root
    curve: Curve
    experience: Experience
    increase: PolicyIncrease

    @property
    def summary(self) -> str:
        """The answer, and where else the measure is at the target."""
        return f"{self.answer} {self.again}".rstrip()

    @property
    def answer(self) -> str:
        """The answer in a sentence."""
        request, root = self.request, self.root
        words, measure = WORDS[request.solve_for].capitalize(), request.measure_words
        if root.jump is not None:
            below, above = root.jump
            return (
                f"{words}: at {root.increase:.4%} the {measure} jumps from {below:.4%} to {above:.4%}, because "
                f"elections do; no smaller increase gives {request.target:.4%}, nor does this one."
            )
        if root.increase == 0.0:
            return f"{words}: none is needed, the {measure} is {root.value:.4%} without, target {request.target:.4%}."
        return f"{words}: {root.increase:.4%} gives a {measure} of {root.value:.4%}."

    @property
    def again(self) -> str:
        """Where else the measure is at the target, in a sentence; nothing if nowhere."""
        if not self.root.again:
            return ""
        places = ", ".join(
            f"{low:.2%}" if high - low <= 2 * BESIDE_A_JUMP else f"{low:.2%} to {high:.2%}"
            for low, high in self.root.again
        )
        return f"This is the smallest such increase; the measure is at the target again, or jumps over it, at {places}."


def solve_increase(
    block: Block,
    history: pd.DataFrame,
    assumptions: AssumptionSet,
    request: SolveRequest,
    progress: Callable[[str], None] = lambda _: None,
) -> Solution:
    """Find the smallest increase that reaches the target; the answer is a run of the engine over the whole block.

    Two runs give the measure at no increase, to both sides of every jump of the elections, and at the largest increase
    there may be. Between the first two of these that have the target between them, trials are runs.

    Args:
        block, history, assumptions: as for a run; what is solved for takes the place of the cap in the settings.
        request: what is asked.
        progress: told of every trial; may raise ``Cancelled``.

    Returns:
        The answer: an increase of zero where the lifetime loss ratio is not above the target without any.

    Raises:
        InputError: no increase reaches the target, or nobody is affected.
    """
    past, settings = from_history(history), assumptions.settings
    affected = affected_policies(block, assumptions)
    if not affected.any():
        found = "no policy that pays premium beyond the effective date"
        raise InputError.single("policies in force", found, "policies an increase can apply to")
    wanted = _without_cap(block, assumptions, request)

    def increase(value: float) -> PolicyIncrease:
        return policy_increase(block, assumptions, np.minimum(wanted, value), behaviour=request.behaviour)

    @functools.cache
    def experience(value: float) -> Experience:
        return Experience.at_valuation_rates(join(past, project(block, assumptions, increase(value).impact)), settings)

    def measure(value: float) -> float:
        found = measure_of(experience(value), request.measure)
        progress(f"an increase of {value:.4%} gives {found:.4%}")
        return found

    progress(f"projecting {len(block):,} policies at every step of the elections")
    curve = measure_curve(block, past, assumptions, wanted, request.measure, request.behaviour)
    if request.measure == LIFETIME and curve.measures[0] <= request.target:
        value = measure(0.0)
        root = Root(0.0, value, ((0.0, value),))
    else:
        root = solve(measure, request.target, curve, request.measure_words)
    return Solution(request, root, curve, experience(root.increase), increase(root.increase))


def _without_cap(block: Block, assumptions: AssumptionSet, request: SolveRequest) -> np.ndarray:
    """Each policy's increase if it is affected and there is no cap."""
    if request.solve_for == UNIFORM:
        return np.full(len(block), HIGHEST)
    premium, new_business = block.numbers("annualized_premium"), block.numbers("new_business_premium")
    return rate_increase(premium, new_business, np.inf, assumptions.settings.increase_rounding)
