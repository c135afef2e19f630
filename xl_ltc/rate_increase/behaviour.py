"""What insureds do about an increase: CBUL and RBO elections and adverse selection (section 6e, Appendix A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.behaviour import Behaviour
from xl_ltc.errors import InputError, one_of

RBO_BASES = ("as_filed", "literal", "literal_unnormalised")

# An increase such as 0.15 is not a double; without this, 1.15 − 1 would count as more than 15%.
_TOLERANCE = 1e-9


def rounded_increase(increase: ArrayLike, multiple: float, tie: str = "half_up") -> np.ndarray:
    """An increase rounded to a multiple, e.g. the nearest 10%.

    Args:
        increase: fractions.
        multiple: what is rounded to, > 0.
        tie: ``half_up`` or ``half_even`` for an increase halfway between two multiples.
    """
    scaled = np.asarray(increase, dtype=float) / multiple
    if tie == "half_even":
        return np.rint(np.round(scaled, 9)) * multiple
    return np.floor(scaled + 0.5 + _TOLERANCE) * multiple


def cbul_election(
    increase: ArrayLike, limited_pay: ArrayLike, behaviour: Behaviour, tie: str = "half_up"
) -> np.ndarray:
    """Share that elects the contingent benefit upon lapse: slope × rounded increase, above the threshold only.

    Policies with a limited premium-paying period elect none.
    """
    r = np.asarray(increase, dtype=float)
    elected = behaviour.cbul_slope * rounded_increase(r, behaviour.cbul_rounding, tie)
    none = (r <= behaviour.cbul_threshold + _TOLERANCE) | np.asarray(limited_pay, dtype=bool)
    return np.where(none, 0.0, np.minimum(elected, 1.0))


def election_jumps(highest: float, behaviour: Behaviour) -> np.ndarray:
    """The increases from zero to ``highest`` where elections jump: the threshold, and each rounding tie above it.

    Args:
        highest: a fraction.
        behaviour: the elections' parameters.

    Returns:
        Ascending increases, shape (jumps,).
    """
    multiple, threshold = behaviour.cbul_rounding, behaviour.cbul_threshold
    ties = (np.arange(np.ceil(highest / multiple)) + 0.5) * multiple
    # A tie that is the threshold but for the last bits is one jump with it.
    jumps = np.append(threshold, ties[ties > threshold + _TOLERANCE])
    return np.asarray(jumps[(jumps > 0.0) & (jumps < highest)])


def rbo_election(cbul: ArrayLike, behaviour: Behaviour) -> np.ndarray:
    """Share that reduces benefits: a multiple of the share that elects the contingent benefit upon lapse."""
    return np.minimum(behaviour.rbo_multiple * np.asarray(cbul, dtype=float), 1.0)


def adverse_selection(cbul: ArrayLike, rbo: ArrayLike, behaviour: Behaviour) -> np.ndarray:
    """Morbidity of those who stay relative to the pool's: 1 / (1 − 25%·CBUL − 12.5%·RBO).

    Raises:
        InputError: parameters under which those who elect leave the others no morbidity or less.
    """
    relief = behaviour.cbul_morbidity_relief * np.asarray(cbul) + behaviour.rbo_morbidity_relief * np.asarray(rbo)
    if (relief >= 1.0).any():
        raise InputError.single(
            "behaviour, morbidity relief times elections",
            f"{relief.max():.6g} of the block's morbidity",
            "less than 1: those who stay have some morbidity",
        )
    return np.asarray(1.0 / (1.0 - relief))


def rbo_reduction(increase: ArrayLike, cbul: ArrayLike, rbo: ArrayLike, basis: str = "as_filed") -> np.ndarray:
    """Reduction of premium and claims due to RBO elections, ρ.

    Args:
        increase, cbul, rbo: fractions.
        basis: ``as_filed``: ρ = B, which reproduces Exhibit II item 3; ``literal``: the memorandum's formula,
            1 − [B + (1 − B)(1 + R)] / (1 + R), in which electors keep the premium before the increase;
            ``literal_unnormalised``: C + B·R/(1 + R), its words with the weights left as they are, at most 1: at
            increases above 410% or so they give up more than everything.
    """
    r, c, b = (np.asarray(v, dtype=float) for v in (increase, cbul, rbo))
    if basis == "as_filed":
        return b
    if basis == "literal":
        return np.asarray(1.0 - (b + (1.0 - b) * (1.0 + r)) / (1.0 + r))
    if basis == "literal_unnormalised":
        return np.asarray(np.minimum(c + b * r / (1.0 + r), 1.0))
    raise InputError.single("rbo_basis", repr(basis), one_of(RBO_BASES))
