"""Who bought what: the characteristics of each policy of a series (sections 3 and 21, Exhibits A-1b and A-2b)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from xl_ltc.illustration import issue_age, published
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.illustration.spread import assign, printed_shares, scores

TEN_PAY, TWENTY_PAY, TO_65, LIFETIME_PAY = "Ten-Pay", "Twenty-Pay", "Pay to Age 65", "Lifetime-Pay"

Propensity = tuple[np.ndarray, np.ndarray]
"""Issue times and relative frequencies at them."""

SPREAD_EVENLY = (
    "underwriting_class",
    "benefit_period",
    "elimination_period",
    "coverage_type",
    "benefit_type",
    "inflation_option",
)
"""Characteristics spread independently of all others."""


def policies_of_series(
    series: str,
    times: np.ndarray,
    shares: Mapping[str, Mapping[str, np.ndarray]],
    propensity: Propensity,
    parameters: Parameters,
) -> pd.DataFrame:
    """The policies of one series, without premium.

    Args:
        series: rate series.
        times: their issue times in decimal years, ascending.
        shares: percent by category of each characteristic and series, see ``shares.consistent_shares``.
        propensity: how readily ten-pay was bought by issue time, see ``ten_pay_propensity``.
        parameters: see ``parameters.csv``.

    Returns:
        A row a policy in the order of issue: ``issue_time`` and the characteristics of the in-force file.
    """
    count = len(times)
    columns: dict[str, object] = {
        "series": pd.Categorical.from_codes(np.full(count, published.SERIES.index(series)), list(published.SERIES)),
        "issue_time": times,
    }
    columns["issue_age"] = age = _issue_ages(series, times, shares["issue_age"][series], parameters)
    columns["sex"] = assign(
        scores(count, "sex"), ["Female", "Male"], [parameters["female_share"], 1.0 - parameters["female_share"]]
    )
    # Singles are older: Exhibit A-2a expects more deaths of them at equal duration.
    by_age = scores(count, "partner_status") + parameters["single_older"] * (age - age.mean()) / 30.0
    partnered = parameters["partnered_share"]
    columns["partner_status"] = assign(by_age, ["Partnered", "Single"], [partnered, 1.0 - partnered])
    for column in SPREAD_EVENLY:
        names = [name.removesuffix(" Years") for name in published.categories(column)]
        columns[column] = assign(scores(count, column), names, shares[column][series])
    columns["premium_payment"] = pd.Categorical(
        _premium_payment(series, times, age, propensity, parameters), [TEN_PAY, TWENTY_PAY, TO_65, LIFETIME_PAY]
    )
    (discounted,) = printed_shares(
        published.distribution(), "discounted_renewal", series, parameters["share_below_one_percent"]
    ).values()
    columns["discounted_renewal"] = assign(
        scores(count, "discounted_renewal"), ["Yes", "No"], [discounted, 100.0 - discounted]
    )
    modes = published.premium_modes()
    columns["premium_mode"] = assign(scores(count, "premium_mode"), list(modes), list(modes.values()))
    return pd.DataFrame(columns)


def ten_pay_propensity(times: np.ndarray) -> Propensity:
    """The share of policies around each 1 January that are ten-pay, from Exhibit A-2b and all issue times."""
    new_year, ten_pay = published.ten_pay_in_force_around()
    edges = np.searchsorted(times, np.stack([new_year - 1.0, new_year + 1.0]))
    return new_year, ten_pay / ((edges[1] - edges[0]) / 2.0)


def early_ten_pay(series: str, parameters: Parameters) -> int:
    """Ten-pay policies of a series that are paid up before the increase: those issued up to ``paid_up_issue_year``."""
    return round(parameters.group("paid_up").get(series, 0.0))


def issued_early(times: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Policies so old that a ten-year premium period ends before the increase takes effect."""
    return np.asarray(np.floor(times) <= parameters["paid_up_issue_year"])


def _issue_ages(series: str, times: np.ndarray, shares: np.ndarray, parameters: Parameters) -> np.ndarray:
    printed = published.whole_percents("issue_age", series)
    tilted = issue_age.band_shares(shares, printed, published.average_issue_age(series), parameters)
    # Issue ages drifted over the years of sale; the score decides who gets which of the ages.
    drift = parameters["issue_age_trend"] * (times - times.mean()) / 10.0
    out = np.empty(len(times), dtype=np.int64)
    order = np.argsort(scores(len(times), "issue_age") + drift, kind="stable")
    out[order] = issue_age.ages(tilted, len(times), parameters)
    return out


def _premium_payment(
    series: str, times: np.ndarray, age: np.ndarray, propensity: Propensity, parameters: Parameters
) -> np.ndarray:
    """Premium payment options: ten-pay where Exhibit A-2b shows it was sold, the others spread evenly."""
    count = len(times)
    shares = printed_shares(published.distribution(), "premium_payment", series, parameters["share_below_one_percent"])
    out = np.full(count, LIFETIME_PAY, dtype=object)
    early = issued_early(times, parameters)
    early_count = early_ten_pay(series, parameters)
    share = parameters.group("ten_pay_share").get(series, shares[TEN_PAY])
    late_count = max(round(share / 100.0 * count) - early_count, 0) if (~early).any() else 0
    # The first so many of score / propensity: exact numbers, in proportion to the propensity. The young bought
    # ten-pay more readily: Exhibit A-2b expects far fewer deaths at a duration than Exhibit A-2a.
    readiness = np.interp(times, *propensity) * np.exp(-parameters["ten_pay_younger"] * (age - age.mean()) / 10.0)
    priority = scores(count, "ten_pay") / readiness
    out[_first(priority, early, early_count)] = TEN_PAY
    out[_first(priority, ~early, late_count)] = TEN_PAY
    other = scores(count, "other_premium_payment")
    twenty_count = round(shares[TWENTY_PAY] / 100.0 * count)
    out[_first(other, out == LIFETIME_PAY, twenty_count)] = TWENTY_PAY
    # Young enough that premium is still payable when the increase takes effect.
    young = (out == LIFETIME_PAY) & (age < parameters["oldest_pay_to_65"])
    out[_first(other, young, round(shares[TO_65] / 100.0 * count))] = TO_65
    return out


def _first(priority: np.ndarray, eligible: np.ndarray, count: int) -> np.ndarray:
    """Positions of the eligible policies with the lowest priority numbers."""
    order = np.argsort(np.where(eligible, priority, np.inf), kind="stable")
    return order[: min(count, int(eligible.sum()))]
