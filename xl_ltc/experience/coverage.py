"""Exact exposure of one coverage, in days that are all alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

DAYS_A_YEAR = 365.25
"""Days of a life-year that is no policy year and no calendar year."""


def life_years(from_date: ArrayLike, to_date: ArrayLike, study_start: ArrayLike, study_end: ArrayLike) -> np.ndarray:
    """Exact exposure within a study, in life-years of 365.25 days; zero for a coverage that is all outside it.

    Args:
        from_date, to_date: first and last covered day; both are exposed.
        study_start: the day after which exposure counts, as in ``StudyBasis``.
        study_end: the last day that counts.

    All are numbers of days from any common one; they broadcast.
    """
    first, last = np.asarray(from_date, dtype=float), np.asarray(to_date, dtype=float)
    days = np.minimum(last, study_end) - np.maximum(first - 1.0, study_start)
    return np.asarray(np.maximum(days, 0.0) / DAYS_A_YEAR)
