"""The same job in pandas: one frame of policies a segment, its rates joined from rate tables by their keys.

A single long frame of all policies and segments would take several GB. The inputs are ``numpy_engine.inputs``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

SEX_AGE, AGE, DURATION = ["sex", "attained_age"], ["attained_age"], ["table_duration"]
RATE_TABLES: list[tuple[list[str], list[str]]] = [
    (SEX_AGE, ["hazard", "g2", "claim_cost"]),
    (AGE, ["mortality_age"]),
    (DURATION, ["mortality_duration"]),
    (["partnered", *DURATION], ["lapse"]),
    (["option", "issue_age", *DURATION], ["lapse_scalar"]),
    (["sex", "period", *AGE], ["expiry"]),
    (["morbidity_series", *AGE], ["claim_age_series"]),
    (["is_lifetime", *AGE], ["claim_age_period"]),
    (["is_indemnity", *AGE], ["claim_age_type"]),
    (["morbidity_series", *DURATION], ["claim_duration"]),
]
FLOWS = ["premium_now", "claims_now", "lives", "premium_after", "initial_premium", "claims_after", "lives_after"]


def rate_table(inputs: dict[str, Any], keys: list[str], values: list[str]) -> pd.DataFrame:
    """Arrays as a table with a row a key, one column a rate."""
    series = []
    for value in values:
        levels = [range(size) for size in inputs[value].shape]
        series.append(pd.Series(inputs[value].ravel(), pd.MultiIndex.from_product(levels, names=keys), name=value))
    return pd.concat(series, axis=1).reset_index()


def make(inputs: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run, shape (groups, years, 7). Linear average lives, section 6c's lapse."""
    n, years = inputs["n"], inputs["years"]
    policies = pd.DataFrame({k: v for k, v in inputs.items() if isinstance(v, np.ndarray) and v.shape == (n,)})
    tables = [(keys, rate_table(inputs, keys, values)) for keys, values in RATE_TABLES]

    def run() -> np.ndarray:
        lives: pd.Series = pd.Series(1.0, policies.index)
        by_year = []
        for y in range(years):
            sums = []
            for after_anniversary in (0, 1):
                frame = segment(policies, tables, inputs, y, after_anniversary, lives)
                lives = frame["lives"]
                sums.append(frame.groupby("group")[FLOWS].sum())
            total = sums[0] + sums[1]
            # Lives are those at the end of the year.
            total[["lives", "lives_after"]] = sums[1][["lives", "lives_after"]]
            by_year.append(total.to_numpy())
        return np.stack(by_year, axis=1)

    return run


def segment(
    policies: pd.DataFrame,
    tables: list[tuple[list[str], pd.DataFrame]],
    inputs: dict[str, Any],
    y: int,
    after_anniversary: int,
    lives: pd.Series,
) -> pd.DataFrame:
    """The policies with ``FLOWS`` of one part of the ``y``-th year; ``lives`` are those at its begin."""
    year = inputs["first_year"] + y
    increased = year + after_anniversary > inputs["effective_year"]
    duration = year - policies["issue_year"] + after_anniversary
    before = policies["before_anniversary"]
    df = policies.assign(
        duration=duration,
        table_duration=duration.clip(upper=20),
        attained_age=(policies["issue_age"] + duration - 1).clip(upper=120),
        length=1 - before if after_anniversary else before,
    )
    df = reduce(lambda frame, table: frame.merge(table[1], on=table[0], how="left"), tables, df)

    improvement = (1 - df["g2"]) ** min(y + 1, inputs["improvement_years"])
    hazard = df["hazard"] * df["mortality_constant"] * df["mortality_age"] * df["mortality_duration"]
    death = (1 - np.exp(-hazard)) * improvement
    if inputs["certain_death"]:
        death = death.mask(df["attained_age"] == 120, 1.0)
    lapse = df["lapse"] * df["lapse_scalar"] * df["discount"]
    survival = ((1 - death) * (1 - lapse) * (1 - df["expiry"])) ** df["length"]
    df["lives"] = lives * survival
    exposure = (lives + df["lives"]) / 2 * df["length"]

    df["premium_now"] = df["premium"].where(df["duration"] <= df["paying_years"], 0.0) * exposure
    rate, since_issue = df["growth_rate"], df["duration"] - 1
    growth = (1 + rate * since_issue).where(df["simple"], (1 + rate) ** since_issue)
    age_factors = df["claim_age_series"] * df["claim_age_period"] * df["claim_age_type"]
    cost = df["claim_constant"] * df["claim_cost"] * age_factors * df["claim_duration"]
    df["claims_now"] = cost * growth * improvement * exposure

    stay = (1 - df["C"]) * (1 - df["rho"]) if increased else 1.0
    df["initial_premium"] = df["premium_now"] * stay
    df["premium_after"] = df["initial_premium"] * (1 + df["R"]) if increased else df["premium_now"]
    df["claims_after"] = df["claims_now"] * stay * df["AS"] if increased else df["claims_now"]
    df["lives_after"] = df["lives"] * (1 - df["C"]) if year >= inputs["effective_year"] else df["lives"]
    return df
