"""An increase taken in yearly steps of at most a cap until it is reached in full (section 2).

In a capped state the filing first asked for "no more than 15% in a single calendar year" up to the nationwide level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import Impact
from xl_ltc.rate_increase.behaviour import rounded_increase
from xl_ltc.rate_increase.impact import PolicyIncrease, paying_policies, policy_increase, with_elections
from xl_ltc.rate_increase.schedule import phase_in_increase, phase_in_steps


@dataclass(frozen=True)
class PhasedIncrease:
    """The yearly increases of each policy and what follows from them.

    Attributes:
        full: R, each policy's increase were it taken at once; zero for policies not affected. Shape (policies,).
        last_step: the step that brings a policy to its full level, counted from 1; 0 without an increase. int64, shape
            (policies,).
        steps: the increases of one year after the other, each relative to the year before; ``affected`` in a step is
            who still pays premium then.
    """

    full: np.ndarray
    last_step: np.ndarray
    steps: tuple[PolicyIncrease, ...]

    @property
    def affected(self) -> np.ndarray:
        """Who is affected by the first step, shape (policies,)."""
        return self.steps[0].affected

    @property
    def levels(self) -> np.ndarray:
        """Premium after each step relative to that before the first, shape (policies, steps)."""
        return np.cumprod(1.0 + np.stack([step.increase for step in self.steps], axis=1), axis=1)

    @property
    def impact(self) -> Impact:
        """Factors from each step's anniversary on: those of the steps so far, multiplied."""
        factors = np.concatenate([step.impact.factors for step in self.steps], axis=1)
        return Impact(np.array([step.effective_year for step in self.steps]), np.cumprod(factors, axis=1))

    def ended(self, step: int) -> np.ndarray:
        """Who is affected and has no premium left before the full level, as of a step; shape (policies,)."""
        paying = np.stack([s.affected for s in self.steps], axis=1)
        due = np.minimum(self.last_step, step)
        return np.asarray((due > 0) & ~paying[np.arange(len(due)), np.maximum(due, 1) - 1])

    def reached(self, step: int) -> np.ndarray:
        """Who is affected and at the full level after a step; shape (policies,)."""
        return np.asarray(self.affected & (self.last_step <= step) & ~self.ended(step))


def phased_increase(
    block: Block, assumptions: AssumptionSet, annual_cap: ArrayLike, *, behaviour: bool = True
) -> PhasedIncrease:
    """Each policy's increase in yearly steps from its anniversary in the effective year on.

    The increase in full is that of ``policy_increase``. A policy whose premium ends before a step gets no more of it.
    Steps go no further than the last projected year.

    What remains for a last step is rounded as an increase taken at once is: half-up, before the caps. A full step is
    the annual cap as it stands.

    Args:
        block: the policies; assumptions: with their settings.
        annual_cap: largest increase of a step, > 0; one, or one a policy.
        behaviour: whether insureds elect CBUL and RBO; when they do so is the setting ``phase_in_behaviour``.

    Raises:
        InputError: a cap that is not positive.
    """
    settings = assumptions.settings
    full = policy_increase(block, assumptions).increase
    cap = np.broadcast_to(np.asarray(annual_cap, dtype=float), full.shape)
    last = phase_in_steps(full, cap)
    first_year = settings.increase_effective_year
    count = min(int(last.max(initial=1)), max(settings.last_year - first_year + 1, 1))
    steps = []
    for step in range(1, count + 1):
        paying = paying_policies(block, assumptions, first_year + step - 1)
        own = phase_in_increase(full, cap, step)
        if settings.increase_rounding:
            left = (1.0 + settings.rate_increase_cap) / (1.0 + cap) ** (step - 1) - 1.0
            rest = np.minimum(rounded_increase(own, settings.increase_rounding), np.minimum(cap, left))
            own = np.where((step == last) & (step > 1), rest, own)
        increase = np.where(paying, own, 0.0)
        answered = increase
        if settings.phase_in_behaviour == "full_increase":
            answered = full if step == 1 else np.zeros(len(block))
        if not behaviour:
            answered = np.zeros(len(block))
        steps.append(with_elections(block, assumptions, paying, increase, answered, first_year + step - 1))
    return PhasedIncrease(full, last, tuple(steps))
