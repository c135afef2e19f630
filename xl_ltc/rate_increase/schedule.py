"""How much each policy's premium rises (section 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.rate_increase.behaviour import rounded_increase


def rate_increase(
    current_premium: ArrayLike, new_business_premium: ArrayLike, cap: float, rounding: float = 0.0
) -> np.ndarray:
    """The increase that brings a premium to the new-business level, never a decrease, never over the cap.

    R = min(cap, max(0, new-business premium / current premium − 1)), rounded half-up to a multiple of
    ``rounding`` before the cap. A policy that pays no premium gets none.

    Args:
        current_premium, new_business_premium: annual premium of the same benefits.
        cap: largest increase, e.g. 1.00 nationwide or 0.15 in Maryland.
        rounding: implementation rounding, e.g. 0.01; 0 for none.

    Returns:
        float64 increases as fractions of the current premium.
    """
    current = np.asarray(current_premium, dtype=float)
    new = np.asarray(new_business_premium, dtype=float)
    paying = current > 0.0
    increase = np.where(paying, new / np.where(paying, current, 1.0) - 1.0, 0.0)
    increase = np.maximum(increase, 0.0)
    if rounding > 0.0:
        increase = rounded_increase(increase, rounding)
    return np.minimum(increase, cap)
