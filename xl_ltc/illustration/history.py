"""Actual experience by series and valuation rate: Exhibit I's years, split as the block's own past implies.

Every calendar year's total is Exhibit I's. Its split by valuation rate is the one that reproduces the filing's
cumulative loss ratios (``valuation_rate_mix``), tilted within its rounding so that the accumulated values are Exhibit
I's to the dollar; within a rate, years are split by series in proportion to the backcast.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.illustration import published
from xl_ltc.illustration.backcast import backcast_in_parts
from xl_ltc.illustration.block import Illustration
from xl_ltc.illustration.spread import apportion
from xl_ltc.inforce.history import HISTORY
from xl_ltc.loss_ratio.values import value_factor
from xl_ltc.projection.project import grouping

_MIX_COLUMNS = {"earned_premium": "premium_share", "incurred_claims": "claims_share"}


def illustrative_history(illustration: Illustration, assumptions: AssumptionSet) -> pd.DataFrame:
    """The history of the illustrative block, columns as ``inforce.history.HISTORY``."""
    parts = backcast_in_parts(illustration, assumptions)
    premium, claims, lives = (
        np.concatenate(of_parts)
        for of_parts in zip(*((p.earned_premium, p.expected_claims.sum(axis=2), p.lives) for p in parts), strict=True)
    )
    years = parts[0].years
    group, groups = grouping(illustration.block, assumptions, ["series"])
    printed = published.historical()
    rates = groups["valuation_rate"].to_numpy()
    implied = {
        "earned_premium": _by_group(premium, group, len(groups)),
        "incurred_claims": _by_group(claims, group, len(groups)),
    }
    accumulated = dict(zip(implied, published.accumulated_history(), strict=True))
    rate_totals = {m: _rate_totals(m, printed, rates, assumptions, accumulated[m]) for m in implied}
    implied["incurred_claims"] = _towards_series(
        implied["incurred_claims"], rate_totals["incurred_claims"], groups, published.actual_claims_by_series()
    )
    values = {m: rate_totals[m] * _within_rate(amounts, rates) for m, amounts in implied.items()}
    values["lives"] = _whole_lives(lives, group, len(groups), printed["lives"].to_numpy())
    frame = groups.loc[groups.index.repeat(len(years))].reset_index(drop=True)
    frame["calendar_year"] = np.tile(years, len(groups))
    for measure, amounts in values.items():
        frame[measure] = amounts.reshape(-1)
    frame["initial_earned_premium"] = frame["earned_premium"]
    used = (frame[["earned_premium", "incurred_claims", "lives"]] > 0.0).any(axis=1)
    frame = frame.loc[used, [column.name for column in HISTORY.columns]]
    return frame.sort_values(list(HISTORY.key)).reset_index(drop=True)


def _by_group(amounts: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Sums of policies' yearly amounts, shape (groups, years)."""
    return np.stack([np.bincount(group, column, groups) for column in amounts.T], axis=1)


def _within_rate(amounts: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Each group's share of its valuation rate's amount, by year."""
    shares = np.zeros_like(amounts)
    for rate in np.unique(rates):
        same = rates == rate
        total = amounts[same].sum(axis=0)
        shares[same] = np.divide(amounts[same], total, out=np.zeros_like(amounts[same]), where=total > 0)
    return shares


def _towards_series(
    implied: np.ndarray, rate_totals: np.ndarray, groups: pd.DataFrame, actual: dict[tuple[str, ...], float]
) -> np.ndarray:
    """Implied claims scaled by series, so that split years add up to actual claims' shares by series (Exhibit A-3b).

    Exhibit A-3b's total is not Exhibit I's (it is discounted to the year of incurral and holds the 513 Series), so
    only its shares are used.
    """
    series, rates = groups["series"].to_numpy(), groups["valuation_rate"].to_numpy()
    scaled = implied.copy()
    for _ in range(60):
        split = (rate_totals * _within_rate(scaled, rates)).sum(axis=1)
        for names, share in actual.items():
            members = np.isin(series, names)
            scaled[members] *= share * split.sum() / split[members].sum()
    return scaled


def _rate_totals(
    measure: str, printed: pd.DataFrame, rates: np.ndarray, assumptions: AssumptionSet, accumulated: float
) -> np.ndarray:
    """Each group's valuation rate's amount, by year, shape (groups, years).

    The mix is tilted by exp(θ·rate), with the θ at which the accumulated value is the published one.
    """
    settings = assumptions.settings
    mix = published.valuation_rate_mix().pivot_table(_MIX_COLUMNS[measure], "valuation_rate", "calendar_year")
    distinct = np.unique(rates)
    share = mix.loc[distinct, printed["calendar_year"]].to_numpy()
    totals = printed[measure].to_numpy()
    factor = value_factor(
        printed["calendar_year"].to_numpy(), distinct[:, None], settings.valuation_date.year, settings.cash_flow_timing
    )

    def tilted(theta: float) -> np.ndarray:
        weight = share * np.exp(theta * (distinct[:, None] - distinct.mean()))
        return np.asarray(totals * weight / weight.sum(axis=0))

    low, high = -50.0, 50.0
    for _ in range(100):
        theta = 0.5 * (low + high)
        too_much = float((tilted(theta) * factor).sum()) > accumulated
        low, high = (low, theta) if too_much else (theta, high)
    return tilted(theta)[np.searchsorted(distinct, rates)]


def _whole_lives(lives: np.ndarray, group: np.ndarray, groups: int, printed: np.ndarray) -> np.ndarray:
    """Year-end lives by group in whole numbers that add up to Exhibit I's."""
    implied = _by_group(lives, group, groups)
    return np.stack(
        [apportion(implied[:, y], round(float(printed[y]))) for y in range(implied.shape[1])], axis=1
    ).astype(float)
