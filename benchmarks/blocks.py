"""Random in-force blocks: valid, not realistic; every category, age and payment option of the assumptions occurs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED, PREMIUM_MODES

PAYING_YEARS = {"Ten-Pay": 10, "Twenty-Pay": 20}


def random_policies(n: int, seed: int, assumptions: AssumptionSet, **columns: Any) -> pd.DataFrame:
    """The columns of an in-force file for ``n`` policies issued from 2000 to the valuation year.

    Args:
        n, seed: how many, and the seed of the generator.
        assumptions: whose categories are drawn from, each with the same probability.
        columns: values that replace the drawn ones, one for all policies or one each.
    """
    r = np.random.default_rng(seed)
    frame = pd.DataFrame({name: r.choice(assumptions.vocabulary(name), n) for name in CODED})
    last_day = pd.Timestamp(assumptions.settings.valuation_date)
    days = (last_day - pd.Timestamp("2000-01-01")).days + 1
    frame["policy_id"] = [f"P{i:06d}" for i in range(n)]
    frame["state"] = r.choice(["MD", "VA", "CA"], n)
    frame["issue_date"] = (pd.Timestamp("2000-01-01") + pd.to_timedelta(r.integers(0, days, n), "D")).as_unit("ns")
    frame["issue_age"] = r.integers(18, 85, n)
    frame["discounted_renewal"] = r.choice(["No", "Yes"], n, p=[0.9, 0.1])
    frame["premium_mode"] = r.choice(PREMIUM_MODES, n)
    frame["daily_benefit"] = r.integers(5, 41, n) * 10.0
    frame["annualized_premium"] = np.round(r.uniform(500, 6000, n), 2)
    for name, value in columns.items():
        frame[name] = value
    # A policy that is to be paid up at 65 is sold before 65.
    to_65 = frame["premium_payment"] == "Pay to Age 65"
    if "issue_age" not in columns:
        frame.loc[to_65, "issue_age"] = frame.loc[to_65, "issue_age"].clip(upper=64)
    duration = last_day.year - pd.to_datetime(frame["issue_date"]).dt.year + 1
    paying = frame["premium_payment"].map(PAYING_YEARS).fillna(10_000).where(~to_65, 65 - frame["issue_age"])
    if "annualized_premium" not in columns:
        frame.loc[duration > paying, "annualized_premium"] = 0.0
    if "new_business_premium" not in columns:
        frame["new_business_premium"] = np.round(frame["annualized_premium"] * r.uniform(0.9, 2.5, n), 2)
    return frame


def random_block(n: int, seed: int, assumptions: AssumptionSet, **columns: Any) -> Block:
    """``random_policies`` as a block."""
    frame = random_policies(n, seed, assumptions, **columns)
    return Block.from_checked(frame, {name: assumptions.vocabulary(name) for name in CODED})
