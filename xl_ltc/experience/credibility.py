"""Limited-fluctuation credibility (Appendix A, Credibility)."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError
from xl_ltc.experience.probability import not_negative


def full_credibility_events(confidence: float, error: float) -> float:
    """The number of events at which experience is fully credible: (z / error)².

    With so many Poisson events, their number is within ± ``error`` of what is expected with probability
    ``confidence``: 90% and 7.5% give 480.99, printed as 481.

    Args:
        confidence: two-sided, between 0 and 1; error: relative, above 0.

    Raises:
        InputError: an argument out of its range.
    """
    if not 0.0 < confidence < 1.0:
        raise InputError.single("confidence", f"{confidence:g}", "more than 0 and less than 1")
    if not error > 0.0:
        raise InputError.single("error", f"{error:g}", "more than 0")
    return (NormalDist().inv_cdf((1.0 + confidence) / 2.0) / error) ** 2


def credibility(events: ArrayLike, full_events: ArrayLike) -> np.ndarray:
    """The credibility of experience: min(1, √(events / full-credibility events)).

    Args:
        events: voluntary lapses that happened, ≥ 0; not exposure times a derived rate, which can be negative.
        full_events: events for full credibility, > 0.

    Raises:
        InputError: a negative number of events, or a standard that is not positive.
    """
    full = np.asarray(full_events, dtype=float)
    if not (full > 0.0).all():
        raise InputError.single("full-credibility events", f"{full.min():g}", "more than 0")
    return np.asarray(np.minimum(1.0, np.sqrt(not_negative("events", events) / full)))
