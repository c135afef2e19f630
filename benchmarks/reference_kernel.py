"""The yardstick: what one compiled pass over a portfolio costs with nothing but the arithmetic.

Policies by 60 annual steps; three decrements one after the other; premium for a limited time, rising three times;
claims with inflation; sums by series and year and two present values a policy. No segments, no improvement, no
second basis, no settings: the engine does more work a policy-year and is measured as a multiple of this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb
import numpy as np

YEARS, SERIES, AGES, SELECT, LAPSE_YEARS = 60, 5, 121, 20, 30
RISE, INFLATION = 0.04, 0.03
UNIT = 2048


def tables() -> dict[str, np.ndarray]:
    """Smooth made-up rates: mortality and claims by sex, age and duration, lapse by duration, expiry by sex, age."""
    age = np.arange(AGES)
    selection = 1.0 - 0.5 * np.exp(-np.arange(SELECT) / 6.0)
    base = np.minimum(1.0, 0.00022 + 2.7e-6 * 1.124**age)
    cost = 0.0004 * np.exp(0.105 * np.maximum(age - 45, 0))
    mortality = np.minimum(1.0, np.multiply.outer(np.multiply.outer([1.0, 0.72], base), selection))
    mortality[:, -1] = 1e9  # certain whatever the factors
    old = (age > 80) * (age - 80) / 40.0
    return dict(
        mortality=mortality,
        lapse=0.006 + 0.05 * np.exp(-np.arange(LAPSE_YEARS) / 3.0),
        expiry=np.stack([0.0005 + 0.02 * old, 0.0006 + 0.025 * old]),
        claims=np.minimum(0.9, np.multiply.outer(np.multiply.outer([1.0, 1.25], cost), selection)),
    )


def policies(n: int, seed: int = 7) -> dict[str, np.ndarray]:
    """Random policies of every kind."""
    r = np.random.default_rng(seed)
    return dict(
        sex=r.integers(0, 2, n),
        age=r.integers(45, 90, n),
        duration=r.integers(0, 28, n),
        series=r.integers(0, SERIES, n),
        mortality_factor=r.choice([0.85, 1.0, 1.2], n) * r.choice([0.9, 1.0, 1.1, 1.3], n) * r.choice([0.95, 1.0], n),
        lapse_factor=r.choice([0.5, 0.8, 1.0, 1.4], n),
        expiry_factor=r.choice([0.0, 1.0, 1.5], n),
        claim_rate=r.choice([0.7, 0.9, 1.0, 1.25], n) * r.uniform(20_000, 90_000, n),
        premium=r.uniform(800, 4000, n),
        premium_years=r.choice([10, 20, 60], n),
        discount=1.0 / (1.0 + r.choice([0.03, 0.035, 0.04, 0.045, 0.05], n)),
    )


@nb.njit(cache=True)
def _unit(  # type: ignore[no-untyped-def]
    low,
    high,
    sex,
    age,
    duration,
    series,
    mortality_factor,
    lapse_factor,
    expiry_factor,
    claim_rate,
    premium,
    premium_years,
    discount,
    mortality,
    lapse,
    expiry,
    claims,
    level,
    prices,
    sums,
    values,
):
    for p in range(low, high):
        s, a, d, g = sex[p], age[p], duration[p], series[p]
        v = discount[p]
        half = np.sqrt(v)
        lives = at = 1.0
        pv_premium = pv_claims = 0.0
        for t in range(YEARS):
            x = min(a + t, AGES - 1)
            z = min(d + t, SELECT - 1)
            q = min(1.0, mortality[s, x, z] * mortality_factor[p])
            deaths = lives * q
            left = lives - deaths
            lapses = left * (lapse[min(d + t, LAPSE_YEARS - 1)] * lapse_factor[p])
            left -= lapses
            expiries = left * (expiry[s, x] * expiry_factor[p])
            earned = lives * premium[p] * level[t] if t < premium_years[p] else 0.0
            incurred = lives * claim_rate[p] * claims[s, x, z] * prices[t]
            pv_premium += earned * at
            pv_claims += incurred * (at * half)
            sums[g, t, 0] += lives
            sums[g, t, 1] += deaths
            sums[g, t, 2] += lapses
            sums[g, t, 3] += expiries
            sums[g, t, 4] += earned
            sums[g, t, 5] += incurred
            lives = left - expiries
            at *= v
            if lives == 0.0:
                break
        values[p, 0] = pv_premium
        values[p, 1] = pv_claims


@nb.njit(parallel=True, cache=True)
def _run(  # type: ignore[no-untyped-def]
    units,
    n,
    sex,
    age,
    duration,
    series,
    mortality_factor,
    lapse_factor,
    expiry_factor,
    claim_rate,
    premium,
    premium_years,
    discount,
    mortality,
    lapse,
    expiry,
    claims,
    level,
    prices,
):
    parts = np.zeros((units, SERIES, YEARS, 6))
    values = np.empty((n, 2))
    for u in nb.prange(units):
        _unit(
            u * UNIT,
            min(n, (u + 1) * UNIT),
            sex,
            age,
            duration,
            series,
            mortality_factor,
            lapse_factor,
            expiry_factor,
            claim_rate,
            premium,
            premium_years,
            discount,
            mortality,
            lapse,
            expiry,
            claims,
            level,
            prices,
            parts[u],
            values,
        )
    sums = np.zeros((SERIES, YEARS, 6))
    for u in range(units):
        sums += parts[u]
    return sums, values


def make(n: int) -> Callable[[], tuple[Any, Any]]:
    """A run over ``n`` policies: sums by series, year and column, and present values by policy."""
    p, t = policies(n), tables()
    level = (1 + RISE) ** np.minimum(np.arange(YEARS), 3)
    prices = (1 + INFLATION) ** np.arange(YEARS)
    units = (n + UNIT - 1) // UNIT
    return lambda: _run(units, n, **p, **t, level=level, prices=prices)
