"""What increase reaches a target: the question of section 18, asked of the engine."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xl_ltc.control import CAP, SOLVE_FOR, SOLVE_MEASURES, TOGETHER, UNIFORM, YES, Control
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.exhibits.solving_curve import BESIDE_A_JUMP, Outlook
from xl_ltc.exhibits.solving_measure import MEASURE_WORDS, SolveMeasure
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import CashFlows
from xl_ltc.rate_increase.impact import PolicyIncrease, affected_policies, policy_increase
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.rate_increase.solve import Curve, NoAnswer, Root, solve
from xl_ltc.settings import HIGHEST_INCREASE

INCREASE_WORDS = {
    UNIFORM: "one increase for everybody affected",
    CAP: "the cap on increases towards the new-business level",
}


@dataclass(frozen=True)
class SolveRequest:
    """What is asked.

    Attributes:
        solve_for: ``uniform_increase`` or ``rate_increase_cap``.
        measure: ``lifetime_loss_ratio``, ``test_58_85_margin`` or ``actual_to_expected``.
        target: what the measure is to be, a fraction.
        behaviour: whether insureds elect CBUL and RBO and select against the insurer.
        by: ``all`` series together, each ``series`` by itself, or the name of one.

    Raises:
        InputError: every field that can't be asked for.
    """

    solve_for: str
    measure: str
    target: float
    behaviour: bool
    by: str = TOGETHER

    def __post_init__(self) -> None:
        """Refuse what can't be asked for; which series there are, only the policies' assumptions know."""
        problems = [
            Problem(name, shown(value), one_of(allowed))
            for name, value, allowed in (
                ("solve_for", self.solve_for, SOLVE_FOR),
                ("solve_measure", self.measure, SOLVE_MEASURES),
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
        return cls(
            control.solve_for,
            control.solve_measure,
            control.solve_target,
            control.solve_behaviour == YES,
            control.solve_by,
        )

    @property
    def measure_words(self) -> str:
        """What the measure is called."""
        return MEASURE_WORDS[self.measure]

    @property
    def increase_words(self) -> str:
        """What is looked for."""
        return INCREASE_WORDS[self.solve_for]


@dataclass(frozen=True)
class Solution:
    """The answer.

    Attributes:
        case: what it was found for.
        request: what was asked.
        root: the increase found, and every trial.
        curve: the measure at no increase, beside every jump of the elections, and at the largest increase.
        premium_after: present value of premium after the effective date without an increase, on the measure's interest.
        measure: what reaches the target.
        cash_flows: history and projection at that increase; ``before`` is without any.
        increase: of each policy at the answer, with its elections.
    """

    case: SolveCase
    request: SolveRequest
    root: Root
    curve: Curve
    premium_after: float
    measure: SolveMeasure
    cash_flows: CashFlows
    increase: PolicyIncrease

    @property
    def experience(self) -> Experience:
        """At the maximum valuation rates."""
        return Experience.at_valuation_rates(self.cash_flows, self.case.assumptions.settings)

    @property
    def increase_needed(self) -> float | None:
        """Section 18's increase without any reaction; None for the 58%/85% test."""
        return self.measure.increase_needed(self.cash_flows, self.request.target, self.premium_after)

    @property
    def summary(self) -> str:
        """The answer, and where else the measure is at the target."""
        return f"{self.answer} {self.again}".rstrip()

    @property
    def answer(self) -> str:
        """The answer in a sentence."""
        request, root = self.request, self.root
        series = "" if self.case.only is None else f"Series {self.case.only}, "
        words, measure = f"{series}{request.increase_words}", request.measure_words
        words = words[0].upper() + words[1:]
        if root.jump is not None:
            below, above = root.jump
            return (
                f"{words}: at {root.increase:.4%} the {measure} jumps from {below:.4%} to {above:.4%}, because "
                f"elections do; no smaller increase gives {request.target:.4%}, nor does this one."
            )
        if root.increase == 0.0:
            return f"{words}: none is needed, the {measure} is {root.value:.4%} without, target {request.target:.4%}."
        return f"{words}: {root.increase:.4%} brings the {measure} to {root.value:.4%}."

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
    case: SolveCase, request: SolveRequest, progress: Callable[[str], None] = lambda _: None
) -> Solution:
    """Find the smallest increase that reaches the target; the answer is a run of the engine over all policies.

    Two runs give the measure at no increase, to both sides of every jump of the elections, and at the largest increase
    there may be. Between the first two of these that have the target between them, trials are runs.

    Args:
        case: the policies, their history and what they are projected on; what is solved for takes the place of the
            cap in the settings.
        request: what is asked; one increase is found whatever it is asked by.
        progress: told of every trial; may raise ``Cancelled``.

    Returns:
        The answer: an increase of zero where a loss ratio is not above the target without any.

    Raises:
        NoAnswer: no increase reaches the target, or nobody is affected.
        InputError: expected experience is asked for and not known.
    """
    affected = affected_policies(case.block, case.assumptions)
    if not affected.any():
        found = "no policy that pays premium beyond the effective date"
        allowed = "policies an increase can apply to"
        raise NoAnswer.because("nobody pays premium beyond the effective date", "policies in force", found, allowed)
    measure = case.measure(request.measure)
    wanted = increase_without_cap(case, request)

    def increase(value: float) -> PolicyIncrease:
        under_cap = np.minimum(wanted, value)
        return policy_increase(case.block, case.assumptions, under_cap, behaviour=request.behaviour, affected=affected)

    @functools.cache
    def cash_flows(value: float) -> CashFlows:
        return case.cash_flows(increase(value))

    def measured(value: float) -> float:
        found = measure.of(cash_flows(value))
        progress(f"an increase of {value:.4%} gives {found:.4%}")
        return found

    progress(f"projecting {len(case.block):,} policies at every step of the elections")
    outlook = Outlook.of(case, affected, wanted, measure, request.behaviour)
    if measure.is_loss_ratio and outlook.curve.measures[0] <= request.target:
        value = measured(0.0)
        root = Root(0.0, value, ((0.0, value),))
    else:
        root = solve(measured, request.target, outlook.curve, request.measure_words)
    at = root.increase
    return Solution(case, request, root, outlook.curve, outlook.premium_after, measure, cash_flows(at), increase(at))


def increase_without_cap(case: SolveCase, request: SolveRequest) -> np.ndarray:
    """Each policy's increase if it is affected and there is no cap, shape (policies,)."""
    if request.solve_for == UNIFORM:
        return np.full(len(case.block), HIGHEST_INCREASE)
    premium, new_business = case.block.numbers("annualized_premium"), case.block.numbers("new_business_premium")
    return rate_increase(premium, new_business, np.inf, case.assumptions.settings.increase_rounding)
