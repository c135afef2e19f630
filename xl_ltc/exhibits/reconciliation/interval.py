"""Intervals: what a number can be whose inputs were rounded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.filing import Printed


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``, both inclusive."""

    low: float
    high: float

    @classmethod
    def of(cls, printed: Printed) -> Interval:
        """What a printed number was before it was rounded."""
        return cls(*printed.bounds)

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """One number."""
        return cls(value, value)

    def at_least(self, minimum: float) -> Interval:
        """The part from a minimum on."""
        return Interval(max(self.low, minimum), max(self.high, minimum))

    def __str__(self) -> str:
        return f"[{self.low:.6g}, {self.high:.6g}]"

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0.0 <= other.high:
            return Interval(-math.inf, math.inf)
        corners = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def meets(self, other: Interval) -> bool:
        """Whether the two have a number in common, to the last bits of a double."""
        slack = 1e-12 * max(1.0, *(abs(v) for v in (self.low, self.high, other.low, other.high) if math.isfinite(v)))
        return self.low <= other.high + slack and other.low <= self.high + slack


def ends(intervals: Sequence[Interval]) -> tuple[list[float], list[float]]:
    """The low ends and the high ends."""
    return [i.low for i in intervals], [i.high for i in intervals]
