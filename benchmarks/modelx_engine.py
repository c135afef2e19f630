"""The same job as a modelx model in the style of lifelib: cells of t that return vectors over the portfolio.

``t`` counts segments: year t // 2, before the anniversary if t is even. The inputs are ``numpy_engine.inputs``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

CELLS = """
def year(t): return first_year + t // 2
def duration(t): return year(t) - issue_year + t % 2
def table_duration(t): return np.minimum(duration(t), 20)
def attained_age(t): return np.minimum(issue_age + duration(t) - 1, 120)
def length(t): return 1 - before_anniversary if t % 2 else before_anniversary
def improvement(t): return (1 - g2[sex, attained_age(t)]) ** min(t // 2 + 1, improvement_years)
def hazard_factor(t): return mortality_constant * mortality_age[attained_age(t)] * mortality_duration[table_duration(t)]
def table_mort_rate(t): return (1 - np.exp(-hazard[sex, attained_age(t)] * hazard_factor(t))) * improvement(t)
def mort_rate(t): return np.where(certain_death & (attained_age(t) == 120), 1.0, table_mort_rate(t))
def payment_scalar(t): return lapse_scalar[option, issue_age, table_duration(t)] * discount
def lapse_rate(t): return lapse[partnered, table_duration(t)] * payment_scalar(t)
def expiry_rate(t): return expiry[sex, period, attained_age(t)]
def pols_if(t): return np.ones(n) if t == 0 else pols_if(t - 1) * persistency(t - 1)
def persistency(t): return ((1 - mort_rate(t)) * (1 - lapse_rate(t)) * (1 - expiry_rate(t))) ** length(t)
def pols_average(t): return (pols_if(t) + pols_if(t + 1)) / 2
def premium_pp(t): return np.where(duration(t) <= paying_years, premium, 0.0)
def simple_growth(t): return 1 + growth_rate * (duration(t) - 1)
def compound_growth(t): return (1 + growth_rate) ** (duration(t) - 1)
def benefit_growth(t): return np.where(simple, simple_growth(t), compound_growth(t))
def age_series_factor(t): return claim_age_series[morbidity_series, attained_age(t)]
def age_period_factor(t): return claim_age_period[is_lifetime, attained_age(t)]
def age_type_factor(t): return claim_age_type[is_indemnity, attained_age(t)]
def duration_factor(t): return claim_duration[morbidity_series, table_duration(t)]
def age_factors(t): return age_series_factor(t) * age_period_factor(t) * age_type_factor(t)
def claim_cost_pp(t): return claim_cost[sex, attained_age(t)] * age_factors(t) * duration_factor(t)
def claims_pp(t): return claim_constant * claim_cost_pp(t) * benefit_growth(t) * improvement(t)
def premiums(t): return premium_pp(t) * pols_average(t) * length(t)
def claims(t): return claims_pp(t) * pols_average(t) * length(t)
def increased(t): return year(t) + t % 2 > effective_year
def persist_factor(): return (1 - C) * (1 - rho)
def initial_premiums_after(t): return premiums(t) * persist_factor() if increased(t) else premiums(t)
def premiums_after(t): return initial_premiums_after(t) * (1 + R) if increased(t) else premiums(t)
def claims_after(t): return claims(t) * persist_factor() * AS if increased(t) else claims(t)
def pols_after(t): return pols_if(t) * (1 - C) if increased(t - 1) else pols_if(t)
def premiums_by_year(y): return total(premiums(2 * y) + premiums(2 * y + 1))
def claims_by_year(y): return total(claims(2 * y) + claims(2 * y + 1))
def premiums_after_by_year(y): return total(premiums_after(2 * y) + premiums_after(2 * y + 1))
def initial_by_year(y): return total(initial_premiums_after(2 * y) + initial_premiums_after(2 * y + 1))
def claims_after_by_year(y): return total(claims_after(2 * y) + claims_after(2 * y + 1))
def before_by_year(y): return [premiums_by_year(y), claims_by_year(y), total(pols_if(2 * y + 2))]
def after_by_year(y): return [premiums_after_by_year(y), initial_by_year(y), claims_after_by_year(y)]
def by_year(y): return np.stack([*before_by_year(y), *after_by_year(y), total(pols_after(2 * y + 2))], axis=1)
def result(): return np.stack([by_year(y) for y in range(years)], axis=1)
"""


def make(inputs: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run that computes every cell anew, shape (groups, years, 7). Linear average lives, section 6c's lapse."""
    import modelx  # type: ignore[import-untyped]

    model = modelx.new_model("LongTermCare")
    space = model.new_space("Projection")
    for line in CELLS.strip().splitlines():
        name, body = line[4 : line.index("(")], line.replace(": return", ":\n    return", 1)
        space.new_cells(name=name, formula=body)
    groups, group = len(inputs["groups"]), inputs["group"]
    for name, value in inputs.items():
        if name not in ("groups", "group", "B", "linear", "stops_lapsing"):
            setattr(space, name, value)
    space.np = np
    # It takes a vector, which has no hash: a plain function, no memoised cell.
    space.total = lambda x: np.bincount(group, x, groups)

    def run() -> np.ndarray:
        space.clear_all()
        return np.asarray(space.result())

    return run
