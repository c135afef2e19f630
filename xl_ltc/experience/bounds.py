"""How far chance moves actual to expected: exact bounds for a Poisson number of events (Appendix A, Credibility)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError
from xl_ltc.experience.probability import not_negative


def ae_bounds(events: ArrayLike, expected: ArrayLike, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper bound of actual to expected, by Garwood's limits of a Poisson mean.

    The lower bound is the ratio at which so many events or more, the upper the one at which so many or fewer happen
    with probability (1 − confidence) / 2. For D events they are half the chi-square quantiles of 2D and of 2D + 2
    degrees of freedom, over the expected number; without an event the lower bound is 0.

    Args:
        events: deaths, lapses or claims that happened, ≥ 0.
        expected: number that was expected, ≥ 0; broadcasts against the events.
        confidence: two-sided, between 0 and 1.

    Returns:
        float64 ratios below and above; NaN where nothing was expected.

    Raises:
        InputError: a negative number, or a confidence out of its range.
    """
    from scipy.special import gammainccinv, gammaincinv  # takes long to import, and few runs need it

    if not 0.0 < confidence < 1.0:
        raise InputError.single("confidence", f"{confidence:g}", "more than 0 and less than 1")
    number, mean = np.broadcast_arrays(not_negative("events", events), not_negative("expected", expected))
    tail = (1.0 - confidence) / 2.0
    # The chi-square quantile of 2a degrees of freedom is twice the inverse of the incomplete gamma function of a.
    lower = np.where(number == 0.0, 0.0, gammaincinv(np.where(number == 0.0, 1.0, number), tail))
    upper = gammainccinv(number + 1.0, tail)
    below, above = (
        np.divide(limit, mean, out=np.full(mean.shape, np.nan), where=mean > 0.0) for limit in (lower, upper)
    )
    return below, above
