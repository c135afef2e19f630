"""Deterministic spreading of characteristics over policies: exact counts, nearly independent of one another.

Scores come from Kronecker sequences, frac(i·√p) with a prime p for each characteristic: they need no random
generator, are the same on every machine, and fill the unit square of any two characteristics evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

_PRIMES = {
    "sale_overlap": 2,
    "issue_age": 3,
    "sex": 5,
    "partner_status": 7,
    "underwriting_class": 11,
    "benefit_period": 13,
    "elimination_period": 17,
    "coverage_type": 19,
    "benefit_type": 23,
    "inflation_option": 29,
    "ten_pay": 31,
    "other_premium_payment": 37,
    "discounted_renewal": 41,
    "increase_band": 43,
    "increase_in_band": 47,
    "maryland": 53,
    "premium_mode": 59,
}


def scores(policies: int, characteristic: str) -> np.ndarray:
    """A number in [0, 1) for each policy of a series, evenly spread; float64."""
    return np.modf(np.arange(1, policies + 1) * np.sqrt(_PRIMES[characteristic]))[0]


def apportion(shares: ArrayLike, total: int) -> np.ndarray:
    """Whole numbers in proportion to shares that add up to ``total`` (largest remainders)."""
    weights = np.asarray(shares, dtype=float)
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    remainder_order = np.argsort(-(exact - whole), kind="stable")
    whole[remainder_order[: total - whole.sum()]] += 1
    return whole


ROUNDING = 0.45
"""A share may differ this much, in percent, from the printed whole percent and still print as it."""


def scaled_within_rounding(weights: ArrayLike, printed: Sequence[float | None]) -> np.ndarray:
    """Weights scaled to 100 percent in all, each within the rounding of its printed share.

    Args:
        weights: what the shares are in proportion to, as far as rounding lets them.
        printed: whole percents; None for a printed ``<1``.
    """
    low = np.array([0.01 if p is None else max(p - ROUNDING, 0.0) for p in printed])
    high = np.array([0.95 if p is None else p + ROUNDING * (p > 0) for p in printed])
    weight = np.asarray(weights, dtype=float)

    def within(scale: float) -> np.ndarray:
        # Seventy thousand times in the illustrative block: np.clip takes twice as long.
        return np.minimum(np.maximum(weight * scale, low), high)

    return within(bisect(lambda scale: float(np.add.reduce(within(scale))) - 100.0, 0.2, 5.0))


def bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing step-like function crosses zero; its nearest end where it does not."""
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if function(middle) > 0.0 else (middle, high)
    return 0.5 * (low + high)


def apportion_cents(amounts: ArrayLike, total: float) -> np.ndarray:
    """Amounts scaled to a total and rounded to cents so that they add up to it."""
    return apportion(amounts, round(total * 100)) / 100.0


def assign(score: np.ndarray, categories: Sequence[str], shares: ArrayLike) -> pd.Categorical:
    """Give each policy a category in the order of its score, in exactly apportioned numbers."""
    codes = np.empty(len(score), dtype=np.int64)
    codes[np.argsort(score, kind="stable")] = np.repeat(np.arange(len(categories)), apportion(shares, len(score)))
    return pd.Categorical.from_codes(codes, list(categories))


def printed_shares(
    distribution: pd.DataFrame, characteristic: str, series: str, below_one_percent: float
) -> dict[str, float]:
    """The published distribution of a characteristic in a series (section 21), in percent.

    Args:
        distribution: columns ``characteristic``, ``category`` and one of printed text a series.
        characteristic, series: which.
        below_one_percent: what stands for a printed ``<1``.
    """
    rows = distribution[distribution["characteristic"] == characteristic]
    printed = {c: p for c, p in zip(rows["category"], rows[series], strict=True) if not c.startswith("Average")}
    return {
        c: 0.0 if p in ("N/A", "") else below_one_percent if p.startswith("<") else float(p) for c, p in printed.items()
    }
