"""Finding the increase at which a measure has a target value, where the measure may jump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

from xl_ltc.errors import InputError

INCREASE_TOLERANCE = 1e-10
"""How closely the increase is found, as a fraction of premium."""
MEASURE_TOLERANCE = 1e-8
"""How far from the target the measure may be at the answer."""


@dataclass(frozen=True)
class Root:
    """Where a measure meets its target.

    Attributes:
        increase: the answer; where the measure jumps over the target, the place of the jump.
        value: the measure there.
        trials: every increase that was tried and the measure at it, in order.
        jump: the measure just below and just above, where it jumps over the target; else None.
    """

    increase: float
    value: float
    trials: tuple[tuple[float, float], ...]
    jump: tuple[float, float] | None


def solve(measure: Callable[[float], float], target: float, low: float, high: float, words: str) -> Root:
    """The increase in ``low..high`` at which a measure is a target, by Brent's method.

    Args:
        measure: of an increase; it may jump, as elections do where the rounded increase does.
        target: what it is to be.
        low, high: bounds of the increase.
        words: what the measure is called, for messages.

    Raises:
        InputError: the target lies outside what the measure is at the two bounds.
    """
    trials: dict[float, float] = {}

    def off(increase: float) -> float:
        if increase not in trials:
            trials[increase] = measure(increase)
        return trials[increase] - target

    ends = off(low), off(high)
    if ends[0] == 0.0:
        return Root(low, trials[low], tuple(trials.items()), None)
    if ends[0] * ends[1] > 0.0:
        reached = sorted(trials.values())
        raise InputError.single(
            f"target {words}",
            f"{target:.6g}, which no increase from {low:.0%} to {high:,.0%} reaches",
            f"a value from {reached[0]:.6g} to {reached[-1]:.6g}",
        )
    found = float(brentq(off, low, high, xtol=INCREASE_TOLERANCE, rtol=8.9e-16))
    value = off(found) + target
    jump = None
    if abs(value - target) > MEASURE_TOLERANCE:
        below, above = max(found - 10 * INCREASE_TOLERANCE, low), min(found + 10 * INCREASE_TOLERANCE, high)
        jump = off(below) + target, off(above) + target
    return Root(found, value, tuple(trials.items()), jump)
