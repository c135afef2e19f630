"""The level of each effect's factors, of which the data tell only the product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xl_ltc.errors import InputError, one_of
from xl_ltc.experience.basis import AS_CURRENT, AS_FITTED, MEAN_ONE

Factors = Mapping[str, np.ndarray]


def set_level(
    factors: Factors, weights: Factors, rule: str, carrier: str, current: Factors | None = None
) -> dict[str, np.ndarray]:
    """Move constants between effects; no product of factors, one of each effect, changes.

    Every cell has one level of each effect, so that all factors of one effect times a constant and all of another
    divided by it fit the same. Effects that overlap, such as series × age and benefit period × age, share more than a
    constant; how the penalty divided that between them stays.

    * ``as_fitted``: nothing moves.
    * ``mean_one``: Σ weight · factor = Σ weight for every effect but the carrier, which takes what is left.
    * ``as_current``: Σ weight · factor = Σ weight · current factor for every effect but the carrier.

    Means are of the factors, not of their logarithms: the factor of a level without events may be close to 0, and its
    logarithm would move all others.

    Args:
        factors: > 0, of each effect's levels; weights: expected events of each level under the benchmark.
        rule: ``StudyBasis.factor_level``; carrier: the effect that takes the common level.
        current: today's factors of the same levels; only for ``as_current``.

    Raises:
        InputError: an unknown rule or carrier, or no current factors where they are needed.
    """
    if rule == AS_FITTED:
        return {name: np.array(f, dtype=float) for name, f in factors.items()}
    if carrier not in factors:
        raise InputError.single("factor level, effect that carries it", repr(carrier), one_of(list(factors)))
    if rule == MEAN_ONE:
        target: Factors = {name: np.ones_like(f) for name, f in factors.items()}
    elif rule == AS_CURRENT and current is not None and set(factors) - {carrier} <= set(current):
        target = current
    else:
        raise InputError.single("factor level", repr(rule), f"{AS_FITTED}, {MEAN_ONE}, or {AS_CURRENT} with factors")
    scale = {n: float(weights[n] @ target[n] / (weights[n] @ f)) for n, f in factors.items() if n != carrier}
    scale[carrier] = 1.0 / float(np.prod(list(scale.values())))
    return {name: f * scale[name] for name, f in factors.items()}
