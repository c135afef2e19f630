"""The increase that a loss ratio calls for, before insureds answer it (section 18, footnote 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError


def increase_needed(
    loss_ratio: ArrayLike, target_loss_ratio: ArrayLike, lifetime_premium: ArrayLike, premium_after: ArrayLike
) -> np.ndarray:
    """The increase from an implementation date on that brings a lifetime loss ratio to a target.

    (loss ratio / target − 1) × lifetime premium / premium after the date. With claims C, lifetime premium P and premium
    after the date A it solves C / (P + x·A) = target. CBUL, RBO and adverse selection are disregarded.

    Args:
        loss_ratio: lifetime loss ratio without the increase.
        target_loss_ratio: what it is to be, > 0.
        lifetime_premium: accumulated and present value of all premium without the increase.
        premium_after: present value of the part from the implementation date on, > 0.

    Returns:
        float64 increases as fractions of premium; negative where the loss ratio is below the target.

    Raises:
        InputError: a target or a premium after the date that is not positive.
    """
    ratio, target, lifetime, after = (
        np.asarray(v, dtype=float) for v in (loss_ratio, target_loss_ratio, lifetime_premium, premium_after)
    )
    for name, values in (("target loss ratio", target), ("premium after the implementation date", after)):
        if not (values > 0.0).all():
            raise InputError.single(name, f"{values.min():g}", "more than 0")
    return np.asarray((ratio / target - 1.0) * lifetime / after)
