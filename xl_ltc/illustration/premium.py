"""Premiums of a series' policies: relative premium, scaled to the published totals (sections 2, 9 and 22)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.illustration import published
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.illustration.sold import TEN_PAY, early_ten_pay, issued_early
from xl_ltc.illustration.spread import apportion, apportion_cents, scores

MARYLAND = "MD"
ELSEWHERE = "Other"


def relative_premium(policies: pd.DataFrame, parameters: Parameters) -> np.ndarray:
    """Premium level of each policy relative to others of its series."""
    z = (policies["issue_age"].to_numpy(dtype=float) - 56.0) / 10.0
    level = np.exp(parameters["premium_age_slope"] * 10.0 * z + parameters["premium_age_curve"] * z**2)
    return np.asarray(level * _plan_level(policies, parameters))


def add_premiums(policies: pd.DataFrame, series: str, parameters: Parameters) -> pd.DataFrame:
    """State, contractual premium, annualized premium and whether the increase affects the policy.

    Annualized premiums of the affected policies add up, to the cent, to the published nationwide and Maryland
    totals of the series; the other policies have the nationwide premium level.
    """
    early = issued_early(policies["issue_time"].to_numpy(), parameters)
    affected = ~((policies["premium_payment"] == TEN_PAY).to_numpy() & early)
    counts = published.counts(series)
    if affected.sum() != counts.nationwide_insureds:
        raise ValueError(
            f"series {series}: {affected.sum()} policies affected, published {counts.nationwide_insureds}; "
            f"paid up {early_ten_pay(series, parameters)}"
        )
    relative = relative_premium(policies, parameters)
    maryland = np.zeros(len(policies), dtype=bool)
    score = scores(len(policies), "maryland")
    for group, wanted in (
        (affected, counts.maryland_insureds),
        (~affected, round(counts.maryland_insureds * float((~affected).sum()) / float(affected.sum()))),
    ):
        order = np.argsort(np.where(group, score, np.inf), kind="stable")
        maryland[order[:wanted]] = True
    premium = relative * (counts.nationwide_premium / relative[affected].sum())
    premium[affected & maryland] = apportion_cents(relative[affected & maryland], counts.maryland_premium)
    premium[affected & ~maryland] = apportion_cents(
        relative[affected & ~maryland], counts.nationwide_premium - counts.maryland_premium
    )
    premium = np.round(premium, 2)
    paid_up = (policies["premium_payment"] == TEN_PAY).to_numpy() & (
        np.floor(policies["issue_time"]) <= parameters["paid_up_issue_year"] - 3
    )
    return policies.assign(
        state=np.where(maryland, MARYLAND, ELSEWHERE),
        contractual_premium=premium,
        annualized_premium=np.where(paid_up, 0.0, premium),
        affected=affected,
    )


def new_business_premiums(
    policies: pd.DataFrame, series: str, shares: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Premium on the currently marketed rates: increases distributed as published in section 2.

    Each band has its published share of the affected policies, the lowest and highest increase are the published
    ones, and increases go with premium just so far that their premium-weighted average prints as published.
    """
    affected = policies["affected"].to_numpy()
    premium = policies["annualized_premium"].to_numpy()
    paying = premium[affected]
    increases = _sorted_increases(series, int(affected.sum()), shares, parameters)
    # New-business rates rose most for the young, for rich benefits and for limited pay, where lapse and morbidity
    # matter longest.
    young = 1.0 - _rank(policies["issue_age"].to_numpy(dtype=float)[affected])
    rich = _rank(_plan_level(policies, parameters)[affected])
    score = scores(len(paying), "increase_band") + parameters["increase_young"] * young
    published_average = published.increases(series).average
    cap = published.rate_increase_cap()

    def spread(link: float) -> np.ndarray:
        out = np.empty(len(paying))
        out[np.argsort(score + link * rich, kind="stable")] = increases
        return out

    low, high = -3.0, 3.0
    for _ in range(30):
        link = 0.5 * (low + high)
        average = float((np.minimum(spread(link), cap) * paying).sum() / paying.sum())
        low, high = (low, link) if average > published_average else (link, high)
    out = premium.copy()
    out[affected] = np.round(paying * (1.0 + spread(link)), 2)
    return out


def _rank(values: np.ndarray) -> np.ndarray:
    """Ranks as fractions; ties share theirs."""
    return np.searchsorted(np.sort(values), values, side="right") / len(values)


def _plan_level(policies: pd.DataFrame, parameters: Parameters) -> np.ndarray:
    """Premium level due to benefit period, inflation and premium payment option, without age."""
    level = np.ones(len(policies))
    for column in ("benefit_period", "inflation_option", "premium_payment"):
        level = level * policies[column].map(parameters.group(f"premium_{column}")).to_numpy(dtype=float)
    return np.asarray(level)


def _sorted_increases(series: str, count: int, shares: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Increases before the cap in the published bands, ascending.

    Bands hold increases that round to their whole percents: 11-20% is 10.5% to 20.5%. Within a band they are
    evenly spaced; those at the cap go on to where the new-business premium would be without it.
    """
    published_increases = published.increases(series)
    counts = apportion(shares, count)
    bands = []
    for (low, high), n in zip(published_increases.bands, counts, strict=True):
        inside = (np.arange(n) + 0.5) / max(n, 1)
        if high >= published.rate_increase_cap():
            below = round(n * (1.0 - parameters["top_band_at_cap"]))
            start = low - 0.005
            bands.append(start + (1.0 - start) * (np.arange(below) + 0.5) / max(below, 1))
            bands.append(1.0 + parameters["uncapped_beyond_cap"] * (np.arange(n - below) + 0.5) / max(n - below, 1))
        else:
            start, end = max(low - 0.005, 0.0), high + 0.005
            bands.append(start + (end - start) * inside)
    increases = np.concatenate(bands)
    increases = np.clip(increases, published_increases.minimum, None)
    if published_increases.maximum < published.rate_increase_cap():
        increases = np.minimum(increases, published_increases.maximum)
    increases[0], increases[-1] = published_increases.minimum, max(increases[-1], published_increases.maximum)
    return increases
