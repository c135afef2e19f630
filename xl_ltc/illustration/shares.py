"""Shares that honour a published distribution in every series and in all series together.

Printed shares are whole percents: those of a series seldom add up to 100, and the series' shares weighted by their
policies seldom print as the column of all series. Both have room within their rounding; alternating projections find
shares nearest to the printed ones that meet both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xl_ltc.illustration.spread import ROUNDING, scaled_within_rounding

_ROUNDS = 400

Printed = float | None
"""A whole percent; None where the filing prints ``<1``."""


def consistent_shares(
    printed: Mapping[str, Sequence[Printed]],
    printed_of_all: Sequence[Printed],
    policies: Mapping[str, int],
    below_one: Sequence[float],
) -> dict[str, np.ndarray]:
    """Percent by category of each series.

    Args:
        printed: by series, a whole percent for each category.
        printed_of_all: the same of all series together.
        policies: number of policies by series, the weights of the series in all.
        below_one: by category, where to start from for a printed ``<1``.

    Returns:
        By series, shares that add up to 100 and each print as published; weighted they print as published for all,
        as far as rounding lets them.
    """
    series = list(printed)
    weight = np.array([policies[s] for s in series], dtype=float)
    weight /= weight.sum()
    shares = np.array(
        [[start if p is None else p for p, start in zip(printed[s], below_one, strict=True)] for s in series]
    )
    shares = np.stack([scaled_within_rounding(row, printed[s]) for row, s in zip(shares, series, strict=True)])
    low = np.array([0.01 if p is None else p - ROUNDING for p in printed_of_all])
    high = np.array([0.95 if p is None else p + ROUNDING for p in printed_of_all])
    available = np.array([[p is None or p > 0 for p in printed[s]] for s in series])
    for _ in range(_ROUNDS):
        of_all = weight @ shares
        missing = np.clip(of_all, low, high) - of_all
        if not missing.any():
            break
        # The smallest change of all series together that moves the weighted sum by what is missing.
        room = weight[:, None] * available
        shares = shares + room * (missing / np.maximum((weight[:, None] * room).sum(axis=0), 1e-12))
        shares = np.stack(
            [scaled_within_rounding(np.maximum(row, 1e-6), printed[s]) for row, s in zip(shares, series, strict=True)]
        )
    return dict(zip(series, shares, strict=True))
