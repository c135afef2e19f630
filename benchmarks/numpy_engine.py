"""The specification in plain NumPy: vectors over policies, a loop over the years.

Written from the calculation specification, not from the engine: it reads the raw tables itself, knows nothing of
the engine's classes of policies and takes decrements one after the other. The tests hold the engine to it, the
benchmark compares their speed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xl_ltc.settings import Settings

AGES, DURATIONS = 121, 20
SEXES = ["Male", "Female"]
COLUMNS = 7
"""Premium, claims and lives before the increase; premium, initial premium, claims and lives after it."""


def spread(frame: pd.DataFrame, key: str, value: str, size: int) -> np.ndarray:
    """A table with rows such as ``<55``, ``55``, ``100+`` as an array indexed by age or duration."""
    out = np.full(size, np.nan)
    for label, number in zip(frame[key].astype(str), frame[value].astype(float), strict=True):
        if label.startswith("<"):
            out[: int(label[1:])] = number
        elif label.endswith("+"):
            out[int(label[:-1]) :] = number
        else:
            out[int(label)] = number
    return out


def _map(values: pd.Series, frame: pd.DataFrame, key: str, value: str) -> np.ndarray:
    numbers = dict(zip(frame[key], frame[value].astype(float), strict=True))
    return np.asarray(values.astype(str).map(numbers), dtype=float)


def rate_increase(frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], settings: Settings) -> dict[str, np.ndarray]:
    """Specification 4: R, C, B, ρ, AS of each policy."""
    par = {p: float(v) for p, v in zip(tables["behaviour"]["parameter"], tables["behaviour"]["value"], strict=True)}
    now, new = frame["annualized_premium"].to_numpy(), frame["new_business_premium"].to_numpy()
    still_pays = settings.increase_effective_year - frame["issue_date"].dt.year.to_numpy() + 1 <= paying_years(
        frame, tables
    )
    R = np.where(
        still_pays & (now > 0),
        np.clip(new / np.where(now > 0, now, 1.0) - 1.0, 0.0, settings.rate_increase_cap),
        0.0,
    )
    tenths = np.round(R / par["cbul_rounding"], 8)
    up = np.floor(tenths + 0.5)
    even = np.where((tenths % 1 == 0.5) & (up % 2 == 1), up - 1, up)
    rounded = (up if settings.behaviour_rounding_tie == "half_up" else even) * par["cbul_rounding"]
    lifetime_pay = frame["premium_payment"].astype(str).to_numpy() == "Lifetime-Pay"
    C = np.where((np.round(R, 8) > par["cbul_threshold"]) & lifetime_pay, par["cbul_slope"] * rounded, 0.0)
    B = par["rbo_multiple"] * C
    rho = {
        "as_filed": B,
        "literal": 1 - (B + (1 - B) * (1 + R)) / (1 + R),
        "literal_unnormalised": C + B * R / (1 + R),
    }[settings.rbo_basis]
    AS = 1 / (1 - par["cbul_morbidity_relief"] * C - par["rbo_morbidity_relief"] * B)
    return dict(R=R, C=C, B=B, rho=rho, AS=AS)


def paying_years(frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Policy years with premium."""
    rule = tables["premium_payment"].set_index("premium_payment").loc[frame["premium_payment"].astype(str)]
    years = pd.to_numeric(rule["years"]).to_numpy(dtype=float)
    to_age = pd.to_numeric(rule["to_age"]).to_numpy(dtype=float) - frame["issue_age"].to_numpy()
    return np.asarray(np.nanmin(np.stack([years, to_age, np.full(len(frame), 1e4)]), axis=0))


def _lapse_scalars(tables: Mapping[str, pd.DataFrame], settings: Settings) -> dict[str, np.ndarray]:
    """Scalars on lifetime-pay lapse by payment option, issue age and duration (index 0 not used)."""
    out: dict[str, np.ndarray] = {}
    for rule in tables["lapse_payment_option"].to_dict("records"):
        low, high = (rule[f"issue_age_{side}"] for side in ("from", "to"))
        if settings.paid_up_at_65_lapse == "attained_age" and rule["premium_payment"] == "Pay to Age 65":
            if low != "":
                continue
            high = ""
        ages = slice(int(low or 0), int(high or 120) + 1)
        durations = slice(int(rule["duration_from"]), int(rule["duration_to"] or DURATIONS) + 1)
        table = out.setdefault(rule["premium_payment"], np.full((AGES, DURATIONS + 1), np.nan))
        table[ages, durations] = float(rule["scalar"])
    return out


def _expiry(tables: Mapping[str, pd.DataFrame], settings: Settings, sex: str, period: str) -> np.ndarray:
    frame = tables["benefit_expiry"]
    row = frame[(frame["sex"] == sex) & (frame["benefit_period"] == period)].iloc[0]
    knots = [65, 70, 75, 80, 85, 90, 95, 100, 105, 110]
    rates = [float(row[str(k)]) for k in knots[:-1]] + [float(row["110+"])]
    out = np.full(AGES, float(row["<65"]))
    for age in range(65, AGES):
        j = min((age - 65) // 5, 9)
        weight = (age - knots[j]) / 5 if j < 9 and settings.benefit_expiry_between_ages == "linear" else 0.0
        out[age] = rates[j] + weight * (rates[min(j + 1, 9)] - rates[j])
    return out


def inputs(
    frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], settings: Settings, by: Sequence[str] = ("series",)
) -> dict[str, Any]:
    """Everything the projection reads: dense tables, a value or code of each policy, the increase.

    Args:
        frame: in-force columns; tables: the raw tables, cells as text; by: grouping columns besides the
            valuation rate.
    """
    text = {c: frame[c].astype(str) for c in frame.columns if c != "issue_date"}
    sex = (text["sex"] == "Female").to_numpy(dtype=int)
    q = np.stack([spread(tables["mortality_base"], "attained_age", s, AGES) for s in SEXES])
    if settings.age_basis == "last_birthday":
        q[:, :120] = (q[:, :120] + q[:, 1:]) / 2
    g2 = np.stack([spread(tables["improvement_scale"], "attained_age", s, AGES) for s in SEXES])
    mortality_constant = np.ones(len(frame))
    for name in ("sex", "partner_status", "underwriting_class"):
        mortality_constant = mortality_constant * _map(text[name], tables[f"mortality_factor_{name}"], name, "factor")
    lapse = np.stack(
        [spread(tables["lapse_lifetime_pay"], "policy_duration", c, DURATIONS + 1) for c in ("single", "partnered")]
    )
    scalars = _lapse_scalars(tables, settings)
    options = list(tables["premium_payment"]["premium_payment"])
    periods = list(dict.fromkeys(tables["benefit_expiry"]["benefit_period"].astype(str)))
    morbidity_series = dict(zip(tables["series"]["series"], tables["series"]["morbidity_factor_column"], strict=True))
    columns = list(dict.fromkeys(morbidity_series.values()))
    by_age, by_duration = tables["morbidity_factor_attained_age"], tables["morbidity_factor_policy_duration"]
    claim_constant = frame["daily_benefit"].to_numpy(dtype=float)
    for name in ("sex", "underwriting_class"):
        claim_constant = claim_constant * _map(text[name], tables[f"morbidity_factor_{name}"], name, "factor")
    relativity = tables["claim_cost_relativity"]
    for name in relativity["characteristic"].unique():
        rows = relativity[relativity["characteristic"] == name]
        claim_constant = claim_constant * _map(text[name], rows, "category", "relativity")
    inflation = tables["inflation_option"].set_index("inflation_option")
    issue_year = frame["issue_date"].dt.year.to_numpy()
    # Days from 1 January to the anniversary in a common year.
    day = pd.to_datetime(
        dict(year=2001, month=frame["issue_date"].dt.month, day=frame["issue_date"].dt.day.clip(upper=28))
    ).dt.day_of_year + (frame["issue_date"].dt.day - 28).clip(lower=0)
    interest = tables["valuation_interest"].astype(float).sort_values("issue_year_from")
    rate = interest["rate"].to_numpy()[np.searchsorted(interest["issue_year_from"], issue_year, side="right") - 1]
    group = pd.DataFrame({**{c: text[c] for c in by}, "valuation_rate": rate}).groupby([*by, "valuation_rate"])
    return dict(
        groups=pd.DataFrame(list(group.groups), columns=[*by, "valuation_rate"]),
        group=group.ngroup().to_numpy(),
        n=len(frame),
        years=settings.projection_years,
        first_year=settings.first_year,
        effective_year=settings.increase_effective_year,
        linear=settings.average_lives == "linear",
        monthly=settings.time_step == "monthly",
        certain_death=settings.end_of_mortality_table == "certain_death",
        stops_lapsing=60 if settings.paid_up_at_65_lapse == "attained_age" else None,
        improvement_years=int(float(tables["improvement"]["value"].iloc[0])),
        hazard=-np.log(1 - q),
        g2=g2,
        mortality_age=spread(tables["mortality_factor_attained_age"], "attained_age", "factor", AGES),
        mortality_duration=spread(
            tables["mortality_factor_policy_duration"], "policy_duration", "factor", DURATIONS + 1
        ),
        lapse=lapse,
        lapse_scalar=np.stack([scalars[o] for o in options]),
        expiry=np.stack([[_expiry(tables, settings, s, p) for p in periods] for s in SEXES]),
        claim_cost=np.stack([spread(tables["claim_cost"], "attained_age", s, AGES) for s in SEXES]),
        claim_age_series=np.stack([spread(by_age, "attained_age", c, AGES) for c in columns]),
        claim_age_period=np.stack(
            [spread(by_age, "attained_age", f"benefit_period_{c}", AGES) for c in ("limited", "lifetime")]
        ),
        claim_age_type=np.stack([spread(by_age, "attained_age", c, AGES) for c in ("reimbursement", "indemnity")]),
        claim_duration=np.stack([spread(by_duration, "policy_duration", c, DURATIONS + 1) for c in columns]),
        sex=sex,
        partnered=(text["partner_status"] == "Partnered").to_numpy(dtype=int),
        option=text["premium_payment"].map(options.index).to_numpy(dtype=int),
        pays_to_age=(text["premium_payment"] == "Pay to Age 65").to_numpy(),
        discount=np.where(text["discounted_renewal"] == "Yes", scalars["Discounted Renewal"][0, 1], 1.0),
        period=text["benefit_period"].map(periods.index).to_numpy(dtype=int),
        is_lifetime=(text["benefit_period"] == "Lifetime").to_numpy(dtype=int),
        is_indemnity=(text["benefit_type"] == "Indemnity").to_numpy(dtype=int),
        morbidity_series=text["series"].map(lambda s: columns.index(morbidity_series[s])).to_numpy(dtype=int),
        growth_rate=text["inflation_option"].map(inflation["rate"].astype(float)).to_numpy(),
        simple=(text["inflation_option"].map(inflation["method"]) == "simple").to_numpy(),
        mortality_constant=mortality_constant,
        claim_constant=claim_constant,
        premium=frame["annualized_premium"].to_numpy(dtype=float),
        paying_years=paying_years(frame, tables),
        issue_age=frame["issue_age"].to_numpy(dtype=int),
        issue_year=issue_year,
        before_anniversary=(day.to_numpy() - 1) / 365.0,
        **rate_increase(frame, tables, settings),
    )


def _by_months(annual_survival: np.ndarray, before_anniversary: np.ndarray, after_anniversary: int) -> np.ndarray:
    """Average lives per life at the begin of the part of a year before or after the anniversary."""
    low, high = (before_anniversary, 1.0) if after_anniversary else (0.0, before_anniversary)
    total = np.zeros(len(annual_survival))
    for month in range(12):
        begin, end = np.clip(month / 12, low, high), np.clip((month + 1) / 12, low, high)
        total += (end - begin) * (annual_survival ** (begin - low) + annual_survival ** (end - low)) / 2
    length = high - low
    return np.divide(total, length, out=np.ones(len(total)), where=length > 0)


def project(i: dict[str, Any]) -> np.ndarray:
    """Cash flows by group and year from ``inputs``, shape (groups, years, 7), columns as ``COLUMNS``."""
    n, groups = i["n"], len(i["groups"])
    out = np.zeros((groups, i["years"], COLUMNS))
    lives = np.ones(n)
    C, rho, R, AS, sex = i["C"], i["rho"], i["R"], i["AS"], i["sex"]
    for y in range(i["years"]):
        year = i["first_year"] + y
        improvement_power = min(y + 1, i["improvement_years"])
        sums = [np.zeros(n) for _ in range(COLUMNS)]
        for after_anniversary in (0, 1):
            t = year - i["issue_year"] + after_anniversary
            x = np.minimum(i["issue_age"] + t - 1, 120)
            td = np.minimum(t, DURATIONS)
            length = 1 - i["before_anniversary"] if after_anniversary else i["before_anniversary"]

            improvement = (1 - i["g2"][sex, x]) ** improvement_power
            factor = i["mortality_constant"] * i["mortality_age"][x] * i["mortality_duration"][td]
            death = (1 - np.exp(-i["hazard"][sex, x] * factor)) * improvement
            if i["certain_death"]:
                death[x == 120] = 1.0
            lapse = i["lapse"][i["partnered"], td] * i["lapse_scalar"][i["option"], i["issue_age"], td] * i["discount"]
            if i["stops_lapsing"] is not None:
                lapse[i["pays_to_age"] & (x > i["stops_lapsing"])] = 0.0
            expiry = i["expiry"][sex, i["period"], x]

            begin = lives
            survival = (1 - death) ** length * (1 - lapse) ** length * (1 - expiry) ** length
            lives = begin * survival
            if i["linear"] and i["monthly"]:
                average = begin * _by_months(
                    (1 - death) * (1 - lapse) * (1 - expiry), i["before_anniversary"], after_anniversary
                )
            elif i["linear"]:
                average = (begin + lives) / 2
            else:
                with np.errstate(divide="ignore", invalid="ignore"):
                    force = -(np.log1p(-death) + np.log1p(-lapse) + np.log1p(-expiry)) * length
                    average = np.where(force > 0, -np.expm1(-force) / force, 1.0) * begin

            premium = np.where(t <= i["paying_years"], i["premium"], 0.0) * average * length
            years_since_issue = t - 1
            growth = np.where(
                i["simple"], 1 + i["growth_rate"] * years_since_issue, (1 + i["growth_rate"]) ** years_since_issue
            )
            claims = (
                i["claim_constant"]
                * i["claim_cost"][sex, x]
                * i["claim_age_series"][i["morbidity_series"], x]
                * i["claim_age_period"][i["is_lifetime"], x]
                * i["claim_age_type"][i["is_indemnity"], x]
                * i["claim_duration"][i["morbidity_series"], td]
                * growth
                * improvement
                * average
                * length
            )
            increased = year + after_anniversary > i["effective_year"]
            stay = (1 - C) * (1 - rho) if increased else 1.0
            flows = (
                premium,
                claims,
                0.0,
                premium * stay * (1 + R) if increased else premium,
                premium * stay,
                claims * stay * AS if increased else claims,
                0.0,
            )
            for total, flow in zip(sums, flows, strict=True):
                total += flow
        sums[2] = lives
        sums[6] = lives * (1 - C) if year >= i["effective_year"] else lives
        for column, total in enumerate(sums):
            out[:, y, column] = np.bincount(i["group"], total, groups)
    return out


def make(i: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run of ``project``, as the other engines have it."""
    return lambda: project(i)
