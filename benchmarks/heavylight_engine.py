"""The same job as a heavylight model: methods of t that return vectors over the portfolio, sums by group kept of each.

``t`` counts segments as in ``modelx_engine``. The model runs once on a few policies, so that heavylight learns which
values it can forget, then with its memory optimised. The inputs are ``numpy_engine.inputs``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

FEW = 10
FLOWS = ("premiums", "claims", "pols_end", "premiums_after", "initial_premiums_after", "claims_after", "pols_end_after")


def make(inputs: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run that computes every value anew, shape (groups, years, 7). Linear average lives, section 6c's lapse."""
    from heavylight import LightModel, agg  # type: ignore[import-untyped]

    groups, segments = len(inputs["groups"]), 2 * inputs["years"]

    def by_group(x: np.ndarray) -> np.ndarray:
        return np.bincount(model.data.group, x, groups)

    class LongTermCare(LightModel):  # type: ignore[misc]
        def __init__(self, data: SimpleNamespace) -> None:
            super().__init__(agg_function=None)
            self.data = data

        def year(self, t):
            return self.data.first_year + t // 2

        def duration(self, t):
            return self.year(t) - self.data.issue_year + t % 2

        def table_duration(self, t):
            return np.minimum(self.duration(t), 20)

        def attained_age(self, t):
            return np.minimum(self.data.issue_age + self.duration(t) - 1, 120)

        def length(self, t):
            return 1 - self.data.before_anniversary if t % 2 else self.data.before_anniversary

        def improvement(self, t):
            return (1 - self.data.g2[self.data.sex, self.attained_age(t)]) ** min(
                t // 2 + 1, self.data.improvement_years
            )

        def hazard_factor(self, t):
            return (
                self.data.mortality_constant
                * self.data.mortality_age[self.attained_age(t)]
                * self.data.mortality_duration[self.table_duration(t)]
            )

        def table_mort_rate(self, t):
            return (
                1 - np.exp(-self.data.hazard[self.data.sex, self.attained_age(t)] * self.hazard_factor(t))
            ) * self.improvement(t)

        def mort_rate(self, t):
            return np.where(self.data.certain_death & (self.attained_age(t) == 120), 1.0, self.table_mort_rate(t))

        def payment_scalar(self, t):
            return (
                self.data.lapse_scalar[self.data.option, self.data.issue_age, self.table_duration(t)]
                * self.data.discount
            )

        def lapse_rate(self, t):
            return self.data.lapse[self.data.partnered, self.table_duration(t)] * self.payment_scalar(t)

        def expiry_rate(self, t):
            return self.data.expiry[self.data.sex, self.data.period, self.attained_age(t)]

        def pols_if(self, t):
            return np.ones(self.data.n) if t == 0 else self.pols_if(t - 1) * self.persistency(t - 1)

        def persistency(self, t):
            return ((1 - self.mort_rate(t)) * (1 - self.lapse_rate(t)) * (1 - self.expiry_rate(t))) ** self.length(t)

        def pols_average(self, t):
            return (self.pols_if(t) + self.pols_if(t + 1)) / 2

        def premium_pp(self, t):
            return np.where(self.duration(t) <= self.data.paying_years, self.data.premium, 0.0)

        def simple_growth(self, t):
            return 1 + self.data.growth_rate * (self.duration(t) - 1)

        def compound_growth(self, t):
            return (1 + self.data.growth_rate) ** (self.duration(t) - 1)

        def benefit_growth(self, t):
            return np.where(self.data.simple, self.simple_growth(t), self.compound_growth(t))

        def age_series_factor(self, t):
            return self.data.claim_age_series[self.data.morbidity_series, self.attained_age(t)]

        def age_period_factor(self, t):
            return self.data.claim_age_period[self.data.is_lifetime, self.attained_age(t)]

        def age_type_factor(self, t):
            return self.data.claim_age_type[self.data.is_indemnity, self.attained_age(t)]

        def duration_factor(self, t):
            return self.data.claim_duration[self.data.morbidity_series, self.table_duration(t)]

        def age_factors(self, t):
            return self.age_series_factor(t) * self.age_period_factor(t) * self.age_type_factor(t)

        def claim_cost_pp(self, t):
            return (
                self.data.claim_cost[self.data.sex, self.attained_age(t)]
                * self.age_factors(t)
                * self.duration_factor(t)
            )

        def claims_pp(self, t):
            return self.data.claim_constant * self.claim_cost_pp(t) * self.benefit_growth(t) * self.improvement(t)

        @agg(by_group)
        def premiums(self, t):
            return self.premium_pp(t) * self.pols_average(t) * self.length(t)

        @agg(by_group)
        def claims(self, t):
            return self.claims_pp(t) * self.pols_average(t) * self.length(t)

        def increased(self, t):
            return self.year(t) + t % 2 > self.data.effective_year

        def persist_factor(self):
            return (1 - self.data.C) * (1 - self.data.rho)

        @agg(by_group)
        def initial_premiums_after(self, t):
            return self.premiums(t) * self.persist_factor() if self.increased(t) else self.premiums(t)

        @agg(by_group)
        def premiums_after(self, t):
            return self.initial_premiums_after(t) * (1 + self.data.R) if self.increased(t) else self.premiums(t)

        @agg(by_group)
        def claims_after(self, t):
            return self.claims(t) * self.persist_factor() * self.data.AS if self.increased(t) else self.claims(t)

        @agg(by_group)
        def pols_end(self, t):
            return self.pols_if(t + 1)

        @agg(by_group)
        def pols_end_after(self, t):
            return self.pols_end(t) * (1 - self.data.C) if self.increased(t) else self.pols_end(t)

    n = inputs["n"]
    of_policies = {k: v for k, v in inputs.items() if isinstance(v, np.ndarray) and v.shape == (n,)}
    few = {k: v[:FEW] for k, v in of_policies.items()}
    model = LongTermCare(SimpleNamespace(**{**inputs, **few, "n": min(n, FEW)}))
    model.RunModel(segments - 1)
    model.data = SimpleNamespace(**inputs)

    def run() -> np.ndarray:
        model.RunOptimized()
        sums = [[model.cache_agg[flow][(t,)] for t in range(segments)] for flow in FLOWS]
        flows = np.moveaxis(np.array(sums).reshape(len(FLOWS), inputs["years"], 2, groups), 0, -1)
        out = flows.sum(axis=1)
        # Lives are those at the end of the year.
        out[..., [2, 6]] = flows[:, 1][..., [2, 6]]
        return np.moveaxis(out, 1, 0)

    return run
