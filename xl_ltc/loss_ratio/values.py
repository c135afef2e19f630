"""Accumulated and present values at the valuation date (specification 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError


def value_factor(calendar_year: ArrayLike, rate: ArrayLike, valuation_year: int, timing: float = 0.5) -> np.ndarray:
    """The value at the end of ``valuation_year`` of 1 paid in each calendar year.

    (1 + i)^(valuation_year + 1 − timing − year): for cash flows in mid-year, (1 + i)^(2016.5 − year).

    Args:
        calendar_year: years of the cash flows, before or after the valuation date.
        rate: annual effective interest, above −100%; broadcasts against the years.
        valuation_year: the year whose 31 December is the valuation date.
        timing: when in its year a cash flow falls: 0 begin, 0.5 middle, 1 end.

    Raises:
        InputError: interest of −100% or less, under which nothing is left to value.
    """
    interest = np.asarray(rate, dtype=float)
    if (interest <= -1.0).any():
        raise InputError.single("interest rate", f"{interest.min():g}", "more than -1 (-100%)")
    years = np.asarray(calendar_year, dtype=float)
    return np.asarray((1.0 + interest) ** (valuation_year + 1.0 - timing - years))


def value(
    cash_flow: ArrayLike, calendar_year: ArrayLike, rate: ArrayLike, valuation_year: int, timing: float = 0.5
) -> float:
    """The value at the end of ``valuation_year`` of cash flows: accumulated if past, present if future."""
    return float(np.sum(np.asarray(cash_flow) * value_factor(calendar_year, rate, valuation_year, timing)))


def lifetime_loss_ratio(
    accumulated_premium: float, accumulated_claims: float, present_premium: float, present_claims: float
) -> float:
    """(Accumulated + present value of claims) / (accumulated + present value of premium); NaN without premium."""
    premium = accumulated_premium + present_premium
    return (accumulated_claims + present_claims) / premium if premium else float("nan")


def increase_needed(
    loss_ratio: ArrayLike, target: ArrayLike, lifetime_premium: ArrayLike, premium_after: ArrayLike
) -> np.ndarray:
    """The increase that brings a lifetime loss ratio to a target, without any reaction of insureds (section 18).

    (loss ratio / target − 1) × lifetime premium / present value of premium after the implementation date; exact, as
    only that premium rises. NaN without such premium or for a target of zero; negative where the loss ratio is below
    the target.

    Args:
        loss_ratio: without the increase; target: what it is to be.
        lifetime_premium: accumulated and present value of earned premium without the increase.
        premium_after: the part of it that falls due after the implementation date.

    Returns:
        float64 increases as fractions of premium, of the broadcast shape.
    """
    ratio, aim, lifetime, after = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (loss_ratio, target, lifetime_premium, premium_after))
    )
    known = (aim != 0.0) & (after != 0.0)
    relative = np.divide(ratio, aim, out=np.full(aim.shape, np.nan), where=known)
    return np.divide((relative - 1.0) * lifetime, after, out=np.full(aim.shape, np.nan), where=known)


def cumulative_loss_ratio(premium_value: ArrayLike, claims_value: ArrayLike) -> np.ndarray:
    """Running total of valued claims over running total of valued premium, by year (Exhibit I, column E).

    Args:
        premium_value, claims_value: of the same shape, years last.
    """
    premium = np.cumsum(np.asarray(premium_value, dtype=float), axis=-1)
    claims = np.cumsum(np.asarray(claims_value, dtype=float), axis=-1)
    return np.divide(claims, premium, out=np.full(premium.shape, np.nan), where=premium != 0)
