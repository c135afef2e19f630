"""Finding the increase at which a measure has a target value, where the measure may jump."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from xl_ltc.errors import InputError

INCREASE_TOLERANCE = 1e-10
"""How closely the increase is found, as a fraction of premium."""
MEASURE_TOLERANCE = 1e-8
"""How far from the target the measure may be at the answer."""

_ROUNDING = 1e-12
"""A measure this close to its target, relative to it or to one, is the target: sums in another order differ so much."""
_CLOSE, _STEEP = 1e-7, 1e3
"""Between points this close a measure jumps where it changes so many times as much as the increase."""
_RELATIVE_TOLERANCE = 1e-15
"""Brent's method adds it to the increase's tolerance, and refuses less than four units in the last place."""


class NoAnswer(InputError):
    """No increase reaches the target; ``reason`` says why in a few words, for the row of a table."""

    reason = ""

    @classmethod
    def because(cls, reason: str, place: str, found: str, allowed: str) -> Self:
        """An error with one problem and its reason."""
        error = cls.single(place, found, allowed)
        error.reason = reason
        return error


@dataclass(frozen=True)
class Curve:
    """A measure at ascending increases.

    Between two neighbours the measure is monotone, or jumps between two that are close to each other.

    Attributes:
        increases: ascending, shape (points,).
        measures: the measure at each.
    """

    increases: Sequence[float]
    measures: Sequence[float]


@dataclass(frozen=True)
class Root:
    """Where a measure first comes to its target.

    Attributes:
        increase: the answer; where the measure jumps over the target, the place of the jump.
        value: the measure there.
        trials: every increase that was tried and the measure at it, in order.
        jump: the measure just below and just above, where it jumps over the target; else None.
        again: bounds of each larger increase at which the measure comes to the target again, or jumps over it.
    """

    increase: float
    value: float
    trials: tuple[tuple[float, float], ...]
    jump: tuple[float, float] | None = None
    again: tuple[tuple[float, float], ...] = ()


def solve(measure: Callable[[float], float], target: float, curve: Curve, words: str) -> Root:
    """The smallest increase at which a measure is a target, by Brent's method between two points of its curve.

    Args:
        measure: of an increase.
        target: what it is to be.
        curve: of the measure, over all increases that may be the answer.
        words: what the measure is called, for messages.

    Raises:
        NoAnswer: the target lies outside the curve, or the measure has no value on it.
    """
    if not any(map(math.isfinite, curve.measures)):
        raise NoAnswer.because(
            "it has no value: there is no premium", words, "no value, as there is no premium", "a block with premium"
        )
    meetings = _meetings(target, curve)
    if not meetings:
        low, high = curve.increases[0], curve.increases[-1]
        values = [value for value in curve.measures if not math.isnan(value)]
        reached = f"{min(values):.4%} to {max(values):.4%}"
        raise NoAnswer.because(
            f"no increase up to {high:,.2%} reaches it; {reached} is in reach",
            f"target {words}",
            f"{target:.4%}, which no increase from {low:.2%} to {high:,.2%} reaches",
            f"a value from {reached}",
        )
    (i, j), *later = meetings
    again = tuple((curve.increases[a], curve.increases[b]) for a, b in later)
    trials: dict[float, float] = {}

    def tried(increase: float) -> float:
        if increase not in trials:
            trials[increase] = measure(increase)
        return trials[increase]

    low, high = curve.increases[i], curve.increases[j]
    found, jump = low, None
    known = {low: curve.measures[i], high: curve.measures[j]}
    jumps = high - low < _CLOSE and abs(known[high] - known[low]) > _STEEP * (high - low)
    if i != j and not jumps:
        found = _brent(lambda x: (known[x] if x in known else tried(x)) - target, low, high)
        jumps = abs(tried(found) - target) > MEASURE_TOLERANCE
    if jumps:
        found, jump = (low + high) / 2.0, (known[low], known[high])
    return Root(found, tried(found), tuple(trials.items()), jump, again)


def _meetings(target: float, curve: Curve) -> list[tuple[int, int]]:
    """Neighbouring points with the target between them, and points at the target, as a pair of the same."""
    least = _ROUNDING * max(1.0, abs(target))

    def sign(value: float) -> float:
        if abs(value - target) <= least:
            return 0.0
        # No value is on no side of the target.
        return math.nan if math.isnan(value) else math.copysign(1.0, value - target)

    signs = [sign(value) for value in curve.measures]
    found = [(i, i) for i, side in enumerate(signs) if side == 0]
    found += [(i, i + 1) for i in range(len(signs) - 1) if signs[i] * signs[i + 1] < 0]
    return sorted(found)


def _brent(off: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq  # takes long to import, and not every run of a workbook solves

    return float(brentq(off, low, high, xtol=INCREASE_TOLERANCE, rtol=_RELATIVE_TOLERANCE))
