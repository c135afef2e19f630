"""Voluntary lapse derived from terminations (Appendix A, Exhibit A-2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.experience.probability import actual_to_expected, not_negative


def derived_lapse(composite_termination: ArrayLike, expected_mortality: ArrayLike) -> np.ndarray:
    """The lapse probability that with the expected mortality makes the composite termination probability.

    1 − (1 − composite) / (1 − mortality), so that (1 − lapse)(1 − mortality) = 1 − composite. The memorandum prints
    (1 − (1 − composite)) / (1 − mortality), which its own exhibits do not follow. Negative where fewer terminated
    than were expected to die.

    Args:
        composite_termination: annual probability of death or lapse, without benefit expiry.
        expected_mortality: annual probability of death; broadcasts.

    Returns:
        float64 probabilities; NaN where death is certain.
    """
    composite, q = np.broadcast_arrays(
        np.asarray(composite_termination, dtype=float), np.asarray(expected_mortality, dtype=float)
    )
    return np.asarray(1.0 - actual_to_expected(1.0 - composite, 1.0 - q))


def composite_termination(lapse: ArrayLike, mortality: ArrayLike) -> np.ndarray:
    """The probability of death or lapse: 1 − (1 − lapse)(1 − mortality); the inverse of ``derived_lapse``."""
    return np.asarray(1.0 - (1.0 - np.asarray(lapse, dtype=float)) * (1.0 - np.asarray(mortality, dtype=float)))


def smoothed_band_lapse(lapse: ArrayLike, exposure: ArrayLike) -> float:
    """The smoothed lapse of durations combined: the exposure-weighted mean of theirs.

    Args:
        lapse: smoothed lapse by duration; exposure: life-years by duration, ≥ 0.

    Returns:
        The mean; NaN without any exposure.
    """
    weights = not_negative("exposure", exposure)
    return float(actual_to_expected((np.asarray(lapse, dtype=float) * weights).sum(), weights.sum()))


def ratio_to_lifetime_lapse(lapse: ArrayLike, lifetime_pay_lapse: ArrayLike) -> np.ndarray:
    """A payment option's lapse as a ratio to lifetime-pay lapse of the same duration (Exhibit A-2b); NaN where
    lifetime-pay lapse is zero."""
    return actual_to_expected(lapse, lifetime_pay_lapse)
