"""Bases that differ by rate series: each series as if it were alone, and a priced basis written out in plain NumPy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pymort import MortXML

from benchmarks import numpy_engine
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.assumptions.pricing.bases import NoExpiry, NoImprovement
from xl_ltc.experience.study import bundled_study
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets
from xl_ltc.projection.basis import BySeries, ProjectionBasis
from xl_ltc.projection.project import project, project_since_issue
from xl_ltc.projection.results import CashFlows
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in pymort

SERIES = ("200", "300", "400", "500", "511")
BY_SERIES = ("mortality", "improvement", "lapse", "benefit_expiry", "claim_costs")
LEVELS = {"200": 0.7, "300": 0.8, "400": 0.9, "500": 1.1, "511": 1.2, "513": 1.3}


def cells(flows: CashFlows) -> np.ndarray:
    """Everything the kernel returned, shape (groups, years, 7)."""
    return flows.values  # noqa: PD011 - no pandas object


def pricing(assumptions: AssumptionSet) -> AssumptionSets:
    return AssumptionSets(assumptions, bundled_study(), LEVELS)


def original(assumptions: AssumptionSet) -> ProjectionBasis:
    sets = pricing(assumptions)
    return sets.projection(sets.mix(ORIGINAL))


def alone(basis: ProjectionBasis, code: int) -> ProjectionBasis:
    """The basis of one series for all of them."""
    parts: dict[str, Any] = {}
    for name in BY_SERIES:
        own = getattr(basis, name)
        parts[name] = BySeries.same(own.members[own.of_series[code]], len(SERIES))
    return dataclasses.replace(basis, **parts)


def other_current() -> AssumptionSet:
    """Another assumption set of the kind of the current one: higher mortality, shorter improvement."""
    tables = bundled_tables()
    tables["mortality_factor_sex"] = InputTable(tables["mortality_factor_sex"].frame.assign(factor="1.25"))
    tables["improvement"] = InputTable(tables["improvement"].frame.assign(value="4"))
    return AssumptionSet.from_tables(tables, Settings())


def mixed(assumptions: AssumptionSet) -> ProjectionBasis:
    """Different assumptions from different places, some shared by series that are not neighbours."""
    sets, other = pricing(assumptions), other_current()
    priced = {name: sets.basis(name) for name in ("200", "400", "500", "511")}
    current = assumptions
    costs = dataclasses.replace(priced["200"].claim_costs, level=0.6)
    no_expiry, no_improvement = NoExpiry(), NoImprovement()
    return dataclasses.replace(
        ProjectionBasis.of(current),
        mortality=BySeries.of(
            [priced["200"].mortality, current.mortality, other.mortality, priced["500"].mortality, current.mortality]
        ),
        improvement=BySeries.of(
            [no_improvement, current.improvement, other.improvement, no_improvement, current.improvement]
        ),
        lapse=BySeries.of(
            [current.lapse, priced["511"].lapse, priced["400"].lapse, current.lapse, priced["511"].lapse]
        ),
        benefit_expiry=BySeries.of([current.benefit_expiry, no_expiry, no_expiry, current.benefit_expiry, no_expiry]),
        claim_costs=BySeries.of([costs, current.morbidity, costs, other.morbidity, current.morbidity]),
    )


MIXES = {"original": original, "mixed": mixed}


@pytest.mark.parametrize("which", MIXES)
@pytest.mark.parametrize("since_issue", [False, True], ids=["in force", "from issue"])
def test_each_series_is_projected_as_if_it_were_alone(
    which: str, since_issue: bool, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, basis = random_block(600, seed=61), MIXES[which](assumptions)

    def projected(part: Block, on: ProjectionBasis) -> CashFlows:
        if since_issue:
            return project_since_issue(part, on, 1.0 + np.arange(len(part)) % 3)
        return project(part, on, policy_increase(part, assumptions).impact)

    # All of them on one series' basis, so that years and weights are those of the whole block.
    whole = projected(block, basis)
    for code, series in enumerate(SERIES):
        expected = projected(block, alone(basis, code)).where(series=series)
        np.testing.assert_allclose(cells(whole.where(series=series)), cells(expected), rtol=1e-12, atol=1e-200)
    # And by themselves, where no other series is in the block at all.
    for code, series in enumerate(SERIES):
        own = block.select((block.frame["series"] == series).to_numpy())
        if not since_issue:
            expected = projected(own, alone(basis, code))
            np.testing.assert_allclose(cells(whole.where(series=series)), cells(expected), rtol=1e-12, atol=1e-200)


def test_one_basis_by_series_is_the_assumption_set_to_the_last_bit(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(500, seed=62)
    impact = policy_increase(block, assumptions).impact
    run = project(block, assumptions, impact)
    np.testing.assert_array_equal(cells(project(block, ProjectionBasis.of(assumptions), impact)), cells(run))
    repeated = dataclasses.replace(
        ProjectionBasis.of(assumptions), mortality=BySeries.of([assumptions.mortality] * len(SERIES))
    )
    assert len(repeated.mortality.members) == 1
    np.testing.assert_array_equal(cells(project(block, repeated, impact)), cells(run))


def test_equal_bases_that_are_not_one_object_make_no_difference(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, again = random_block(500, seed=63), bundled()
    basis = ProjectionBasis.of(assumptions)
    twice = dataclasses.replace(
        basis,
        mortality=BySeries((assumptions.mortality, again.mortality), np.array([0, 1, 1, 0, 1])),
        lapse=BySeries((assumptions.lapse, again.lapse), np.array([1, 1, 0, 0, 0])),
        claim_costs=BySeries((again.morbidity, assumptions.morbidity), np.array([0, 1, 0, 1, 0])),
    )
    np.testing.assert_allclose(cells(project(block, twice)), cells(project(block, basis)), rtol=1e-13)


@pytest.mark.parametrize("which", MIXES)
def test_order_and_division_of_the_policies_do_not_matter(
    which: str, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, basis = random_block(600, seed=64), MIXES[which](assumptions)
    whole = cells(project(block, basis))
    order = np.random.default_rng(2).permutation(len(block))
    np.testing.assert_allclose(cells(project(block.select(order), basis)), whole, rtol=1e-12)
    first = np.arange(len(block)) < 217
    parts = [cells(project(block.select(part), basis)) for part in (first, ~first)]
    np.testing.assert_allclose(parts[0] + parts[1], whole, rtol=1e-12)


def test_what_a_series_basis_is_changes_no_other_series(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, basis = random_block(300, seed=65), original(assumptions)
    other = dataclasses.replace(
        basis, claim_costs=BySeries((*basis.claim_costs.members, assumptions.morbidity), np.array([0, 1, 5, 3, 4]))
    )
    before, after = project(block, basis), project(block, other)
    for series in SERIES:
        same = np.array_equal(cells(before.where(series=series)), cells(after.where(series=series)))
        assert same == (series != "400")


# A priced basis written out from Exhibit III, without a line of the engine.

MORTALITY_OF = {"200": (363, 361), "300": (363, 361), "400": (835, 834), "500": (887, 886), "511": (887, 886)}
BANDS = (40, 45, 50, 55, 60, 65, 70, 75, 80)


@functools.cache
def published(identity: int, part: int) -> pd.Series:
    return MortXML.from_id(identity).Tables[part].Values["vals"]


def death(policy: Any, age: int, t: int) -> float:
    identity = MORTALITY_OF[policy.series][policy.sex == "Female"]
    if policy.series in ("200", "300") and t <= 15 and policy.issue_age <= 70:
        return float(published(identity, 0)[policy.issue_age, t])
    table = published(identity, -1)
    rate = 1.0 if age >= table.index.max() else float(table[age])
    return min(rate * (0.8 if policy.series == "500" and rate < 1.0 else 1.0), 1.0)


def lapse(policy: Any, t: int, paying: float) -> float:
    if t > paying:
        return 0.0
    study, limited = bundled_study(), policy.premium_payment != "Lifetime-Pay"
    band = sum(policy.issue_age >= start for start in BANDS)
    if policy.series in ("200", "300"):
        return 0.02 if limited else (0.08, 0.06, 0.05, 0.04, 0.035)[min(t, 5) - 1]
    if policy.series == "400":
        column = {"Lifetime-Pay": "lifetime_pay", "Ten-Pay": "ten_pay"}.get(policy.premium_payment, "twenty_pay")
        return float(study["pricing_lapse_400"][column].iloc[min(t, 16) - 1])
    if policy.series == "500":
        if limited:
            return 0.035 if t == 1 else 0.0
        return float(study["pricing_lapse_500_lifetime_pay"].iloc[min(t, 12) - 1, band + 1])
    if limited:
        return float(study["pricing_lapse_511_limited_pay"].iloc[min(t, 8) - 1, band + 1])
    return float(study["pricing_lapse_511_lifetime_pay"].iloc[min(t, 11) - 1, band + 1])


def plainly(frame: pd.DataFrame, tables: dict[str, pd.DataFrame], first: int, last: int, issued: bool) -> np.ndarray:
    """Premium, claims and lives of each policy by year; from issue on, or of those in force at the begin."""
    cost = {s: numpy_engine.spread(tables["claim_cost"], "attained_age", s, 121) for s in ("Male", "Female")}
    relativity = tables["claim_cost_relativity"].set_index(["characteristic", "category"])["relativity"].astype(float)
    growth = {"No inflation": lambda n: 1.0, "Simple 5%": lambda n: 1 + 0.05 * n}
    growth |= {"Compound 3%": lambda n: 1.03**n, "Compound 5%": lambda n: 1.05**n}
    paying = numpy_engine.paying_years(frame, tables)
    out = np.zeros((len(frame), last - first + 1, 3))
    for i, policy in enumerate(frame.itertuples(index=False)):
        lives = 1.0
        day = pd.Timestamp(2001, policy.issue_date.month, min(policy.issue_date.day, 28)).day_of_year - 1
        before = (day + max(policy.issue_date.day - 28, 0)) / 365.0
        base = policy.daily_benefit * LEVELS[policy.series]
        for name in relativity.index.get_level_values(0).unique():
            base *= relativity[name, getattr(policy, name)]
        for year in range(max(first, policy.issue_date.year) if issued else first, last + 1):
            for part, length in enumerate((before, 1.0 - before)):
                t = year - policy.issue_date.year + part
                if t < 1:
                    continue
                age = min(policy.issue_age + t - 1, 120)
                end = lives
                if length > 0.0:
                    end *= ((1.0 - death(policy, age, t)) * (1.0 - lapse(policy, t, paying[i]))) ** length
                exposure = length * (lives + end) / 2
                select = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)[min(t, 6) - 1] if policy.series in ("200", "300", "400") else 1
                out[i, year - first, 0] += policy.annualized_premium * exposure * (t <= paying[i])
                claims = base * cost[policy.sex][age] * select * growth[policy.inflation_option](t - 1)
                out[i, year - first, 1] += claims * exposure
                lives = end
            out[i, year - first, 2] = lives
    return out


@pytest.mark.parametrize("since_issue", [False, True], ids=["in force", "from issue"])
def test_original_pricing_against_plain_python(
    since_issue: bool, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(80, seed=66)
    tables = {name: table.frame.astype(str) for name, table in bundled_tables().items()}
    basis = original(assumptions)
    if since_issue:
        flows = project_since_issue(block, basis, np.ones(len(block)), by=("policy_id",))
    else:
        flows = project(block, basis, by=("policy_id",))
    text = block.frame.astype(dict.fromkeys(["series", "sex", "premium_payment"], str))
    plain = plainly(text, tables, int(flows.years[0]), int(flows.years[-1]), since_issue)
    np.testing.assert_allclose(cells(flows)[:, :, :3], plain, rtol=1e-11, atol=1e-200)
