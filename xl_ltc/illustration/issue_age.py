"""Issue ages: the published bands, smooth within them, with the published average (section 21)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xl_ltc.illustration.parameters import Parameters
from xl_ltc.illustration.spread import ROUNDING, bisect, scaled_within_rounding

EDGES = (40, 45, 50, 55, 60, 65, 70, 75, 80)
"""Lower ends of the published bands after the first, ``<40``."""


def ages(shares: np.ndarray, policies: int, parameters: Parameters) -> np.ndarray:
    """Whole issue ages of a number of policies, ascending, with given band shares.

    The distribution within bands is the monotone cubic through the cumulative shares, so that it has no jumps at
    the bands' ends.
    """
    # Half of SciPy comes with it, which only the illustrative block needs.
    from scipy.interpolate import pchip_interpolate

    edges = np.array([parameters["youngest_issue_age"], *EDGES, parameters["oldest_issue_age"] + 1.0])
    cumulative = np.concatenate([[0.0], np.cumsum(shares) / np.sum(shares)])
    used = np.concatenate([[True], np.diff(cumulative) > 0.0])
    grid = np.linspace(edges[0], edges[used][-1], 1_501)
    curve = pchip_interpolate(edges[used], cumulative[used], grid)
    quantiles = (np.arange(policies) + 0.5) / policies
    return np.floor(np.interp(quantiles, curve, grid)).astype(np.int64)


def band_shares(
    shares: np.ndarray, printed: Sequence[float | None], average: float, parameters: Parameters
) -> np.ndarray:
    """Band shares that print as published and whose ages average what is published.

    The shares are tilted towards older or younger bands, each within its rounding, just so far that the
    average issue age prints as published, and within that to ``issue_age_shift`` years from the untilted average.

    Args:
        shares: percent by band.
        printed: whole percent by band; None for a printed ``<1``.
        average: the published average issue age.
        parameters: see ``parameters.csv``.
    """
    middle = (np.array([36.0, *EDGES[:-1], 80.0]) + np.array([0.0, *[2.0] * len(EDGES)]) - 56.0) / 10.0

    def tilted(tilt: float) -> np.ndarray:
        return scaled_within_rounding(shares * np.exp(tilt * middle), printed)

    def mean(tilt: float) -> float:
        return float(ages(tilted(tilt), 2_001, parameters).mean())

    half = ROUNDING + 0.02
    target = float(np.clip(mean(0.0) + parameters["issue_age_shift"], average - half, average + half))
    return tilted(bisect(lambda tilt: mean(tilt) - target, -4.0, 4.0))
