"""What a rate increase does to each policy's cash flows: the projection's view of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PREMIUM, INITIAL_PREMIUM, CLAIMS, LIVES = range(4)


@dataclass(frozen=True)
class Impact:
    """Cumulative factors on each policy's cash flows from its anniversary in each effective year on.

    Attributes:
        effective_years: ascending calendar years, shape (steps,).
        factors: shape (policies, steps, 4): on earned premium, initial premium, incurred claims and lives, each
            relative to no increase at all.
    """

    effective_years: np.ndarray
    factors: np.ndarray

    @classmethod
    def none(cls, policies: int, effective_year: int) -> Impact:
        """No increase: every factor one."""
        return cls(np.array([effective_year]), np.ones((policies, 1, 4)))

    @classmethod
    def ended(cls, policies: int, effective_year: int) -> Impact:
        """Nothing from the anniversary on: what it takes away is what falls due then, without an increase."""
        return cls(np.array([effective_year]), np.zeros((policies, 1, 4)))


def with_no_step(impacts: Sequence[Impact]) -> np.ndarray:
    """The factors of impacts with a leading step of ones, shape (impacts, policies, steps + 1, 4)."""
    policies, steps, factors = impacts[0].factors.shape
    out = np.ones((len(impacts), policies, steps + 1, factors))
    for own, impact in zip(out, impacts, strict=True):
        own[:, 1:] = impact.factors
    return out
