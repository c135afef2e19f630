"""The variables of one policy; ``t`` counts segments as in ``modelx_engine``."""
# mypy: ignore-errors

import numpy as np
from cashflower import variable
from input import policy

from benchmarks import cashflower_engine

rates = cashflower_engine.current["rates"]


@variable()
def year(t):
    return rates["first_year"] + t // 2


@variable()
def duration(t):
    return year(t) - int(policy.get("issue_year")) + t % 2


@variable()
def table_duration(t):
    return min(duration(t), 20)


@variable()
def attained_age(t):
    return min(int(policy.get("issue_age")) + duration(t) - 1, 120)


@variable()
def length(t):
    return 1 - policy.get("before_anniversary") if t % 2 else policy.get("before_anniversary")


@variable()
def improvement(t):
    return (1 - rates["g2"][int(policy.get("sex")), int(attained_age(t))]) ** min(
        t // 2 + 1, rates["improvement_years"]
    )


@variable()
def hazard_factor(t):
    return (
        policy.get("mortality_constant")
        * rates["mortality_age"][int(attained_age(t))]
        * rates["mortality_duration"][int(table_duration(t))]
    )


@variable()
def table_mort_rate(t):
    return (
        1 - np.exp(-rates["hazard"][int(policy.get("sex")), int(attained_age(t))] * hazard_factor(t))
    ) * improvement(t)


@variable()
def mort_rate(t):
    return 1.0 if rates["certain_death"] and attained_age(t) == 120 else table_mort_rate(t)


@variable()
def payment_scalar(t):
    return rates["lapse_scalar"][
        int(policy.get("option")), int(policy.get("issue_age")), int(table_duration(t))
    ] * policy.get("discount")


@variable()
def lapse_rate(t):
    return rates["lapse"][int(policy.get("partnered")), int(table_duration(t))] * payment_scalar(t)


@variable()
def expiry_rate(t):
    return rates["expiry"][int(policy.get("sex")), int(policy.get("period")), int(attained_age(t))]


@variable()
def pols_if(t):
    return 1.0 if t == 0 else pols_if(t - 1) * persistency(t - 1)


@variable()
def persistency(t):
    return ((1 - mort_rate(t)) * (1 - lapse_rate(t)) * (1 - expiry_rate(t))) ** length(t)


@variable()
def pols_average(t):
    return (pols_if(t) + pols_end(t)) / 2


@variable()
def premium_pp(t):
    return policy.get("premium") if duration(t) <= policy.get("paying_years") else 0.0


@variable()
def simple_growth(t):
    return 1 + policy.get("growth_rate") * (duration(t) - 1)


@variable()
def compound_growth(t):
    return (1 + policy.get("growth_rate")) ** (duration(t) - 1)


@variable()
def benefit_growth(t):
    return simple_growth(t) if policy.get("simple") else compound_growth(t)


@variable()
def age_series_factor(t):
    return rates["claim_age_series"][int(policy.get("morbidity_series")), int(attained_age(t))]


@variable()
def age_period_factor(t):
    return rates["claim_age_period"][int(policy.get("is_lifetime")), int(attained_age(t))]


@variable()
def age_type_factor(t):
    return rates["claim_age_type"][int(policy.get("is_indemnity")), int(attained_age(t))]


@variable()
def duration_factor(t):
    return rates["claim_duration"][int(policy.get("morbidity_series")), int(table_duration(t))]


@variable()
def age_factors(t):
    return age_series_factor(t) * age_period_factor(t) * age_type_factor(t)


@variable()
def claim_cost_pp(t):
    return rates["claim_cost"][int(policy.get("sex")), int(attained_age(t))] * age_factors(t) * duration_factor(t)


@variable()
def claims_pp(t):
    return policy.get("claim_constant") * claim_cost_pp(t) * benefit_growth(t) * improvement(t)


@variable()
def premiums(t):
    return premium_pp(t) * pols_average(t) * length(t)


@variable()
def claims(t):
    return claims_pp(t) * pols_average(t) * length(t)


@variable()
def increased(t):
    return year(t) + t % 2 > rates["effective_year"]


@variable()
def persist_factor():
    return (1 - policy.get("C")) * (1 - policy.get("rho"))


@variable()
def initial_premiums_after(t):
    return premiums(t) * persist_factor() if increased(t) else premiums(t)


@variable()
def premiums_after(t):
    return initial_premiums_after(t) * (1 + policy.get("R")) if increased(t) else premiums(t)


@variable()
def claims_after(t):
    return claims(t) * persist_factor() * policy.get("AS") if increased(t) else claims(t)


@variable()
def pols_end(t):
    return pols_if(t) * persistency(t)


@variable()
def pols_end_after(t):
    return pols_end(t) * (1 - policy.get("C")) if increased(t) else pols_end(t)
