"""Probabilities underlying experience, and ratios of actual to expected (Appendix A, Exhibits A-1b and A-3b)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError


def actual_probability(events: ArrayLike, exposure: ArrayLike) -> np.ndarray:
    """The annual probability that underlies experience: 1 − exp(−events / exposure).

    A constant force of so many events a life-year, turned into a probability; ``events / exposure`` itself is the
    force. Exhibit A-1b, column C.

    Args:
        events: deaths or terminations, ≥ 0.
        exposure: exact exposure in life-years, ≥ 0; broadcasts against the events.

    Returns:
        float64 probabilities; NaN where there is no exposure.

    Raises:
        InputError: a negative number of events or exposure.
    """
    number, years = np.broadcast_arrays(not_negative("events", events), not_negative("exposure", exposure))
    force = np.divide(number, years, out=np.full(number.shape, np.nan), where=years > 0.0)
    return np.asarray(-np.expm1(-force))


def combined_probability(probability: ArrayLike, exposure: ArrayLike) -> float:
    """The probability of several cells taken together, e.g. of a band of durations.

    Each cell has −ln(1 − probability) × exposure events; together they give the probability of their total events
    and exposure, as in the rows of durations combined of Exhibit A-2.

    Args:
        probability: annual probabilities, below 1; exposure: life-years, one of each a cell.
    """
    years = np.asarray(exposure, dtype=float)
    events = -np.log1p(-np.asarray(probability, dtype=float)) * years
    return float(actual_probability(events.sum(), years.sum()))


def actual_to_expected(actual: ArrayLike, expected: ArrayLike) -> np.ndarray:
    """Actual / expected: of probabilities (Exhibit A-1b, F and G) or of claims (Exhibit A-3b, F and G).

    Args:
        actual, expected: of the same unit; broadcast.

    Returns:
        float64 ratios; NaN where nothing was expected, or where either is unknown (NaN).
    """
    of, to = np.broadcast_arrays(np.asarray(actual, dtype=float), np.asarray(expected, dtype=float))
    return np.divide(of, to, out=np.full(of.shape, np.nan), where=to != 0.0)


def not_negative(name: str, values: ArrayLike) -> np.ndarray:
    """An argument as float64.

    Raises:
        InputError: a value below zero.
    """
    numbers = np.asarray(values, dtype=float)
    if (numbers < 0.0).any():
        raise InputError.single(name, f"{np.nanmin(numbers):g}", "zero or more")
    return numbers
