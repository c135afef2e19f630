"""The illustrative block: 77,020 policies, made the same way on every machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.illustration import issue_age, parameters, premium, published, sales, sold
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.illustration.shares import consistent_shares
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED
from xl_ltc.pricing.sold import Sold, reconstructed

_REPRESENTATIVE_AGES = 200


@dataclass(frozen=True)
class Illustration:
    """The block and what its history needs to know beside it.

    Attributes:
        block: the in-force policies.
        contractual_premium: what each policy paid while it paid, paid-up ones included.
    """

    block: Block
    contractual_premium: np.ndarray


def illustrate(assumptions: AssumptionSet, values: Parameters | None = None) -> Illustration:
    """The illustrative block.

    Args:
        assumptions: the filing's current assumptions; mortality and lapse tell how many policies were issued in
            each year, the vocabulary orders the codes.
        values: parameters; None for the bundled ones.
    """
    values = values or parameters.bundled()
    series = published.SERIES
    counts = [published.counts(s).nationwide_insureds + sold.early_ten_pay(s, values) for s in series]
    times = _issue_times(assumptions, values)
    which = sales.series_of(times, series, counts, [values[f"overlap_years.{s}"] for s in series[:-1]])
    propensity = sold.ten_pay_propensity(times)
    shares = _shares(dict(zip(series, counts, strict=True)), values)
    increase_shares = _increase_shares(values)
    parts = []
    for name in series:
        policies = sold.policies_of_series(name, times[which == name], shares, propensity, values)
        policies = premium.add_premiums(policies, name, values)
        policies["new_business_premium"] = premium.new_business_premiums(policies, name, increase_shares[name], values)
        policies["daily_benefit"] = values[f"daily_benefit.{name}"]
        policies["policy_id"] = [f"{name}-{i:05d}" for i in range(1, len(policies) + 1)]
        parts.append(policies)
    frame = pd.concat(parts, ignore_index=True)
    frame["issue_date"] = _dates(frame["issue_time"].to_numpy())
    block = Block.from_checked(frame, {c: assumptions.vocabulary(c) for c in CODED})
    return Illustration(block, frame["contractual_premium"].to_numpy())


def policies_sold(illustration: Illustration, assumptions: AssumptionSet) -> Sold:
    """The policies sold that the illustrative block implies, with the deaths of the past as Exhibit A-1b has them."""
    block = Block(illustration.block.frame.assign(annualized_premium=illustration.contractual_premium))
    sold = reconstructed(block, assumptions, published.past_mortality_ae())
    how = "Illustrative: each policy of the block stands for one over its persistency since issue, as in history."
    return dataclasses.replace(sold, how=how)


def _shares(policies: Mapping[str, int], values: Parameters) -> dict[str, dict[str, np.ndarray]]:
    """Shares of section 21 by characteristic and series."""
    out = {}
    for characteristic in (*sold.SPREAD_EVENLY, "issue_age"):
        small = values.group(f"{characteristic}_share")
        below_one = [small.get(c, values["share_below_one_percent"]) for c in published.categories(characteristic)]
        printed = {s: published.whole_percents(characteristic, s) for s in policies}
        of_all = published.whole_percents(characteristic, "All")
        out[characteristic] = consistent_shares(printed, of_all, policies, below_one)
    return out


def _increase_shares(values: Parameters) -> dict[str, np.ndarray]:
    """Shares of section 2's bands by series."""
    policies = {s: published.counts(s).nationwide_insureds for s in published.SERIES}
    printed = {s: published.increases(s).shares for s in policies}
    of_all = published.increases("All").shares
    return consistent_shares(printed, of_all, policies, [values["share_below_one_percent"]] * len(of_all))


def _issue_times(assumptions: AssumptionSet, values: Parameters) -> np.ndarray:
    """Issue times of the whole block, ascending, from the year-end lives of Exhibit I."""
    lives = published.year_end_lives()
    shares = np.array(list(published.issue_age_shares_of_all(values).values()))
    sample = issue_age.ages(shares, _REPRESENTATIVE_AGES, values)
    persistency = sales.average_persistency(assumptions, sample, len(lives), published.past_mortality_ae(), values)
    by_year = sales.in_force_by_issue_year(lives, persistency)
    return sales.issue_times(by_year, published.first_year(), values["first_sales"])


def _dates(times: np.ndarray) -> pd.Series:
    """Calendar dates of decimal years, on days of a common year."""
    year = np.floor(times).astype(np.int64)
    day = np.minimum(((times - year) * 365.0).astype(np.int64), 364)
    common = pd.Timestamp("2001-01-01") + pd.to_timedelta(day, unit="D")
    return pd.Series(pd.to_datetime(pd.DataFrame({"year": year, "month": common.month, "day": common.day})))
