"""The same job as a gaspatchio model: a column a formula, whose cells are lists over the segments.

The timeline has two periods a year, which stand for the parts before and after the policy anniversary, as ``t`` in
``modelx_engine``. gaspatchio itself sums by group, batch by batch of policies. The inputs are ``numpy_engine.inputs``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.pandas_engine import RATE_TABLES, rate_table

FLOWS = ("premiums", "claims", "pols_end", "premiums_after", "initial_premiums_after", "claims_after", "pols_end_after")


def make(inputs: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run, shape (groups, years, 7). Linear average lives, section 6c's lapse."""
    import polars as pl
    from gaspatchio import PeriodSum, run_aggregated
    from loguru import logger

    logger.disable("gaspatchio")  # it tells of every table and batch
    n, groups, years = inputs["n"], len(inputs["groups"]), inputs["years"]
    policies = pl.DataFrame({k: v for k, v in inputs.items() if isinstance(v, np.ndarray) and v.shape == (n,)})
    model = partial(long_term_care, rates=rate_tables(inputs), inputs=inputs)
    aggregations = [PeriodSum(flow).alias(flow).over("group") for flow in FLOWS]

    def run() -> np.ndarray:
        sums = run_aggregated(model, policies, aggregations)
        flows = np.zeros((groups, years, 2, len(FLOWS)))
        for column, flow in enumerate(FLOWS):
            group, t, value = (getattr(sums, flow)[name].to_numpy() for name in ("group", "period", flow))
            flows[group, t // 2, t % 2, column] = value
        out = flows.sum(axis=2)
        # Lives are those at the end of the year.
        out[..., [2, 6]] = flows[:, :, 1][..., [2, 6]]
        return out

    return run


def rate_tables(inputs: dict[str, Any]) -> dict[str, Any]:
    """An assumption table a rate, looked up by columns with the names of its dimensions."""
    import polars as pl
    from gaspatchio import Table

    tables = {}
    for keys, values in RATE_TABLES:
        rows = pl.from_pandas(rate_table(inputs, keys, values))
        for value in values:
            # No number stands where a table has no such duration.
            own = rows.select(*keys, value).drop_nans()
            tables[value] = Table(name=value, source=own, dimensions={key: key for key in keys}, value=value)
    return tables


def long_term_care(af: Any, rates: Mapping[str, Any], inputs: dict[str, Any]) -> Any:
    """The model: the frame of policies with a column each formula, ``FLOWS`` among them."""
    from gaspatchio import when

    def rate(name: str) -> Any:
        return rates[name].lookup(**{key: af[key] for key in rates[name].dimensions})

    begin = dt.date(inputs["first_year"], 1, 1)
    af = af.projection.set(start_date=begin, n_periods=2 * inputs["years"] - 1, frequency="semi-annual")
    af.projection_year = af.month // 12
    af.after_anniversary = af.month // 6 - 2 * af.projection_year
    af.year = inputs["first_year"] + af.projection_year
    af.duration = af.year - af.issue_year + af.after_anniversary
    af.table_duration = af.duration.clip(upper_bound=20)
    af.attained_age = (af.issue_age + af.duration - 1).clip(upper_bound=120)
    af.length = when(af.after_anniversary == 1).then(1 - af.before_anniversary).otherwise(af.before_anniversary)

    af.improvement = (1 - rate("g2")) ** (af.projection_year + 1).clip(upper_bound=inputs["improvement_years"])
    af.hazard_factor = af.mortality_constant * rate("mortality_age") * rate("mortality_duration")
    af.mort_rate = (1 - (-1 * rate("hazard") * af.hazard_factor).exp()) * af.improvement
    if inputs["certain_death"]:
        af.mort_rate = when(af.attained_age == 120).then(1.0).otherwise(af.mort_rate)
    af.lapse_rate = rate("lapse") * rate("lapse_scalar") * af.discount
    af.persistency = ((1 - af.mort_rate) * (1 - af.lapse_rate) * (1 - rate("expiry"))) ** af.length
    af.pols_end = af.persistency.cum_prod()
    af.pols_if = af.pols_end.projection.previous_period(fill_value=1.0)
    af.exposure = (af.pols_if + af.pols_end) / 2 * af.length

    af.premium_pp = when(af.duration <= af.paying_years).then(af.premium).otherwise(0.0)
    af.premiums = af.premium_pp * af.exposure
    af.simple_growth = 1 + af.growth_rate * (af.duration - 1)
    af.compound_growth = (1 + af.growth_rate) ** (af.duration - 1)
    af.benefit_growth = when(af.simple).then(af.simple_growth).otherwise(af.compound_growth)
    af.age_factors = rate("claim_age_series") * rate("claim_age_period") * rate("claim_age_type")
    af.claim_cost_pp = rate("claim_cost") * af.age_factors * rate("claim_duration")
    af.claims_pp = af.claim_constant * af.claim_cost_pp * af.benefit_growth * af.improvement
    af.claims = af.claims_pp * af.exposure

    af.increased = af.year + af.after_anniversary > inputs["effective_year"]
    af.persist_factor = when(af.increased).then((1 - af.C) * (1 - af.rho)).otherwise(1.0)
    af.initial_premiums_after = af.premiums * af.persist_factor
    af.premiums_after = af.initial_premiums_after * when(af.increased).then(1 + af.R).otherwise(1.0)
    af.claims_after = af.claims * af.persist_factor * when(af.increased).then(af.AS).otherwise(1.0)
    af.pols_end_after = af.pols_end * when(af.increased).then(1 - af.C).otherwise(1.0)
    return af
