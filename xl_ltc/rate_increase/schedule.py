"""How much each policy's premium rises (section 2), and in which steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError
from xl_ltc.rate_increase.behaviour import rounded_increase

# An increase of 0.331 is three steps of 10%, though 1.1³ is not 1.331 in doubles; counted in steps.
_TOLERANCE = 1e-9

MOST_STEPS = 100_000
"""More yearly steps than anybody lives to see: a cap that needs more is a slip."""


def rate_increase(
    current_premium: ArrayLike, new_business_premium: ArrayLike, cap: ArrayLike, rounding: float = 0.0
) -> np.ndarray:
    """The increase that brings a premium to the new-business level, never a decrease, never over the cap.

    R = min(cap, max(0, new-business premium / current premium − 1)), rounded half-up to a multiple of
    ``rounding`` before the cap. A policy that pays no premium gets none.

    Args:
        current_premium, new_business_premium: annual premium of the same benefits.
        cap: largest increase, e.g. 1.00 nationwide or 0.15 in Maryland; broadcasts.
        rounding: implementation rounding, e.g. 0.01; 0 for none.

    Returns:
        float64 increases as fractions of the current premium.
    """
    current = np.asarray(current_premium, dtype=float)
    new = np.asarray(new_business_premium, dtype=float)
    paying = current > 0.0
    with np.errstate(over="ignore"):  # above any cap
        increase = np.where(paying, new / np.where(paying, current, 1.0) - 1.0, 0.0)
        increase = np.maximum(increase, 0.0)
        if rounding > 0.0:
            increase = rounded_increase(increase, rounding)
    return np.minimum(increase, cap)


def phase_in_steps(increase: ArrayLike, annual_cap: ArrayLike) -> np.ndarray:
    """The number of yearly steps, none above a cap, until the premium is at its full level; 0 without an increase only.

    Args:
        increase: in full, ≥ 0, as a fraction.
        annual_cap: largest increase of a step, > 0; broadcasts.

    Returns:
        int64 numbers of steps.

    Raises:
        InputError: a decrease, an increase that is no finite number, a cap that is not positive, or one so small that
            it takes more than ``MOST_STEPS`` steps.
    """
    full, cap = np.asarray(increase, dtype=float), np.asarray(annual_cap, dtype=float)
    if (full < 0.0).any():
        raise InputError.single("increase", f"{full.min():g}", "zero or more")
    if not np.isfinite(full).all():
        raise InputError.single("increase", f"{full[~np.isfinite(full)].flat[0]:g}", "a finite number")
    if not (cap > 0.0).all():
        raise InputError.single("annual cap", f"{cap.min():g}", "more than 0")
    with np.errstate(over="ignore"):
        steps = np.ceil(np.log1p(full) / np.log1p(cap) - _TOLERANCE)
    if (steps > MOST_STEPS).any():
        raise InputError.single("annual cap", f"{cap.min():g}", f"a cap that takes at most {MOST_STEPS:,} steps")
    # An increase below the tolerance, or under no cap at all, is one step.
    return np.asarray(np.where(full > 0.0, np.maximum(steps, 1.0), 0.0), dtype=np.int64)


def phase_in_increase(increase: ArrayLike, annual_cap: ArrayLike, step: ArrayLike) -> np.ndarray:
    """The increase of one step of an increase that is taken in yearly steps of at most a cap.

    The premium is at min((1 + cap)^k, 1 + R) times its level before after k steps; a step's increase is relative to
    the step before it: the cap until the last step, the rest in the last, zero after it.

    Args:
        increase: R, ≥ 0, as a fraction.
        annual_cap: largest increase of a step, > 0; broadcasts.
        step: 1 for the first; broadcasts.

    Returns:
        float64 increases as fractions of the premium before the step.

    Raises:
        InputError: a decrease, or a cap that is not positive.
    """
    full, cap, k = np.broadcast_arrays(
        np.asarray(increase, dtype=float), np.asarray(annual_cap, dtype=float), np.asarray(step)
    )
    last = phase_in_steps(full, cap)
    # Of a single step the increase itself: 1 + R − 1 would not be R to the last bit.
    rest = np.where(last > 1, (1.0 + full) / (1.0 + cap) ** np.maximum(last - 1, 0) - 1.0, full)
    return np.select([k < last, k == last], [cap, np.minimum(rest, cap)], 0.0)
