"""Issue ages: the published bands, smooth within them, with the published average (section 21)."""

from __future__ import annotations

import numpy as np

from xl_ltc.illustration.monotone import monotone_cubic
from xl_ltc.illustration.parameters import Parameters

EDGES = (40, 45, 50, 55, 60, 65, 70, 75, 80)
"""Lower ends of the published bands after the first, ``<40``."""

_ROUNDING = 0.45
"""A band's share may differ this much, in percent, from the printed whole percent and still print as it."""


def ages(shares: np.ndarray, policies: int, parameters: Parameters) -> np.ndarray:
    """Whole issue ages of a number of policies, ascending, with given band shares.

    The distribution within bands is the monotone cubic through the cumulative shares, so that it has no jumps at
    the bands' ends.
    """
    edges = np.array([parameters["youngest_issue_age"], *EDGES, parameters["oldest_issue_age"] + 1.0])
    cumulative = np.concatenate([[0.0], np.cumsum(shares) / np.sum(shares)])
    used = np.concatenate([[True], np.diff(cumulative) > 0.0])
    grid = np.linspace(edges[0], edges[used][-1], 1_501)
    curve = monotone_cubic(edges[used], cumulative[used], grid)
    quantiles = (np.arange(policies) + 0.5) / policies
    return np.floor(np.interp(quantiles, curve, grid)).astype(np.int64)


def band_shares(printed: dict[str, float], censored: set[str], average: float, parameters: Parameters) -> np.ndarray:
    """Band shares that print as published and whose ages average what is published.

    The printed shares are tilted towards older or younger bands, each within its rounding, just so far that the
    average issue age prints as published, and within that to ``issue_age_shift`` years from the untilted average.

    Args:
        printed: percent by band; ``<1`` bands hold the parameter's value.
        censored: the bands printed ``<1``.
        average: the published average issue age.
        parameters: see ``parameters.csv``.
    """
    share = np.array(list(printed.values()))
    low = np.array([0.01 if b in censored else max(p - _ROUNDING, 0.0) for b, p in printed.items()])
    high = np.array([0.95 if b in censored else p + _ROUNDING * (p > 0) for b, p in printed.items()])
    middle = (np.array([36.0, *EDGES[:-1], 80.0]) + np.array([0.0, *[2.0] * len(EDGES)]) - 56.0) / 10.0

    def tilted(tilt: float) -> np.ndarray:
        weight = share * np.exp(tilt * middle)
        scale = _solve(lambda g: float(np.clip(weight * g, low, high).sum()) - 100.0, 0.2, 5.0)
        return np.clip(weight * scale, low, high)

    def mean(tilt: float) -> float:
        return float(ages(tilted(tilt), 2_001, parameters).mean())

    half = _ROUNDING + 0.02
    target = float(np.clip(mean(0.0) + parameters["issue_age_shift"], average - half, average + half))
    return tilted(_solve(lambda tilt: mean(tilt) - target, -4.0, 4.0))


def _solve(function, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """Bisection of an increasing step-like function; its nearest end where it has no zero."""
    for _ in range(24):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if function(middle) > 0.0 else (middle, high)
    return 0.5 * (low + high)
