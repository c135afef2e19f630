"""The increase that is actuarially equivalent to one taken at once: later, or in yearly steps of at most a cap.

Equivalent means that it adds premium of the same present value, before insureds answer it with elections (section 2).
All policies' increases are multiplied by the same number. Years are policy years, the first one from the date on which
the increase could have been taken at once.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError

VALUE_TOLERANCE = 1e-12
"""How closely present values agree, as a fraction of the one at once."""
LARGEST_MULTIPLIER = 1e15
"""Premium so little that increases would have to be multiplied by more is none."""


def increase_by_year(
    increase: ArrayLike, years: int, deferral_years: int = 0, annual_cap: float = math.inf
) -> np.ndarray:
    """The premium of each policy year over that without an increase, less one.

    Args:
        increase: R, in full, ≥ 0, as fractions; shape (policies,).
        years: how many policy years.
        deferral_years: how many pass before it is taken, or its first step.
        annual_cap: largest increase of a year, > 0; infinite for all at once.

    Returns:
        0 before it is taken, then min((1 + cap)^k − 1, R) in its k-th year; shape (policies, years).
    """
    return np.minimum(_highest(years, deferral_years, annual_cap), np.asarray(increase, dtype=float)[:, None])


def added_premium(
    increase: ArrayLike, premium_values: ArrayLike, deferral_years: int = 0, annual_cap: float = math.inf
) -> float:
    """The present value of the premium that an increase adds, in the unit of the values.

    Args:
        increase, deferral_years, annual_cap: as ``increase_by_year``.
        premium_values: present value of each policy year's premium without an increase, ≥ 0; shape (policies, years).
    """
    values = np.asarray(premium_values, dtype=float)
    return float((increase_by_year(increase, values.shape[1], deferral_years, annual_cap) * values).sum())


def equivalent_multiplier(
    increase: ArrayLike, premium_values: ArrayLike, deferral_years: int = 0, annual_cap: float = math.inf
) -> float:
    """What to multiply increases by that are taken later or in steps, for the added premium's present value at once.

    The value is concave in the multiplier, and linear between the points where a policy comes to need another step. So
    Newton's steps from one on never pass the answer, and end on its own linear piece.

    Args:
        increase: as at once, ≥ 0; shape (policies,).
        premium_values, deferral_years, annual_cap: as ``added_premium``.

    Returns:
        At least one; one if there is no increase.

    Raises:
        InputError: however large the increases, they add less; or arguments that are none.
    """
    rates, values = np.asarray(increase, dtype=float), np.asarray(premium_values, dtype=float)
    _refuse(rates, values, deferral_years, annual_cap)
    wanted = added_premium(rates, values)
    if not math.isfinite(wanted):
        raise InputError.single("present value of premium", f"{values.sum():g}", "a finite number")
    highest = _highest(values.shape[1], deferral_years, annual_cap)
    multiplier = 1.0
    while True:
        value = added_premium(multiplier * rates, values, deferral_years, annual_cap)
        short = wanted - value
        if short <= VALUE_TOLERANCE * wanted:
            return multiplier
        slope = float((rates[:, None] * values * (multiplier * rates[:, None] < highest)).sum())
        if slope <= short / LARGEST_MULTIPLIER:
            raise InputError.single(
                "equivalent increase",
                f"an increase that adds premium of present value {wanted:,.2f} if taken at once",
                f"one that adds at most {value:,.2f}, {value / wanted:.2%} of it: no increase adds more "
                f"{_manner(deferral_years, annual_cap)} before premium ends",
            )
        multiplier += short / slope


def _highest(years: int, deferral_years: int, annual_cap: float) -> np.ndarray:
    """The largest increase there can be by each policy year, shape (years,)."""
    taken = np.maximum(np.arange(1, years + 1) - deferral_years, 0)
    # Not (1 + cap)^k − 1, which loses the last digits of a small cap; and an infinite one is not taken zero times.
    return np.where(taken > 0, np.expm1(np.maximum(taken, 1) * np.log1p(annual_cap)), 0.0)


def _refuse(rates: np.ndarray, values: np.ndarray, deferral_years: int, annual_cap: float) -> None:
    """Refuse what is no increase, no value, no time or no cap."""
    for name, found, good, allowed in (
        ("increase", rates, rates >= 0.0, "zero or more"),
        ("present value of premium", values, np.isfinite(values) & (values >= 0.0), "a finite number, zero or more"),
        ("deferral", np.asarray(deferral_years), np.asarray(deferral_years) >= 0, "zero or more years"),
        ("annual cap", np.asarray(annual_cap), np.asarray(annual_cap) > 0.0, "more than 0"),
    ):
        if not good.all():
            raise InputError.single(name, f"{found[~good].flat[0]:g}", allowed)


def _manner(deferral_years: int, annual_cap: float) -> str:
    """How an increase is taken, in words."""
    deferral = f"deferred by {deferral_years} year{'s' if deferral_years > 1 else ''}" if deferral_years else ""
    steps = f"in yearly steps of at most {annual_cap:.15g}" if math.isfinite(annual_cap) else ""
    return " and ".join(words for words in (deferral, steps) if words)
