"""An increase in yearly steps, of one policy, against plain Python over its segments without an increase."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.phasing import policy_year_values
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.equivalent import equivalent_multiplier
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.rate_increase.phase_in import phased_increase

R, CAP, FIRST = 0.40, 0.15, 2019
RATE = 0.04
"""Maximum valuation rate of 2009."""


@pytest.fixture(scope="module")
def policy(policies: Callable[..., Block]) -> Block:
    """Issued on 15 March 2009; new-business premium is 40% more."""
    return policies(annualized_premium=2000.0, new_business_premium=2800.0)


def under(assumptions: AssumptionSet, **settings: Any) -> AssumptionSet:
    return dataclasses.replace(assumptions, settings=dataclasses.replace(assumptions.settings, **settings))


def segments(block: Block, assumptions: AssumptionSet) -> pd.DataFrame:
    """Every segment without an increase, with the number of increase dates that have passed in it."""
    found = trace(block, assumptions, Impact.none(1, FIRST), "P0")
    anniversary = found["calendar_year"] - (found.groupby("calendar_year").cumcount() == 0)
    return found.assign(passed=(anniversary - FIRST + 1).clip(lower=0))


def by_year(shown: pd.DataFrame, column: str, factor: Callable[[int], float]) -> np.ndarray:
    """A column times a factor that depends on the number of increase dates passed, by calendar year."""
    amounts = [amount * factor(passed) for amount, passed in zip(shown[column], shown["passed"], strict=True)]
    return pd.Series(amounts).groupby(shown["calendar_year"].to_numpy()).sum().to_numpy()


def test_forty_percent_in_steps_of_fifteen(policy: Block, assumptions: AssumptionSet) -> None:
    phased = phased_increase(policy, assumptions, CAP)
    assert [float(step.increase[0]) for step in phased.steps] == pytest.approx([0.15, 0.15, 1.4 / 1.3225 - 1])
    assert float(phased.steps[2].increase[0]) == pytest.approx(0.0586, abs=5e-5)
    assert phased.levels[0] == pytest.approx([1.15, 1.3225, 1.40])
    assert [step.effective_year for step in phased.steps] == [2019, 2020, 2021]
    assert [bool(phased.reached(k)[0]) for k in (1, 2, 3)] == [False, False, True]
    assert not phased.ended(3).any()


def test_the_engine_takes_each_step_on_its_anniversary(policy: Block, assumptions: AssumptionSet) -> None:
    flows = project(policy, assumptions, phased_increase(policy, assumptions, CAP).impact)
    shown = segments(policy, assumptions)
    assert sorted(set(shown["passed"]))[:5] == [0, 1, 2, 3, 4]
    level = {0: 1.0, 1: 1.15, 2: 1.15 * 1.15}
    premium = by_year(shown, "earned_premium_before", lambda passed: level.get(passed, 1.40))
    np.testing.assert_allclose(flows.total("earned_premium", "after"), premium, rtol=1e-12)
    # No step is above 15%, so nobody elects anything.
    for measure in ("incurred_claims", "lives"):
        np.testing.assert_array_equal(flows.total(measure, "after"), flows.total(measure, "before"))


def test_elections_answer_each_step_above_the_threshold(policy: Block, assumptions: AssumptionSet) -> None:
    flows = project(policy, assumptions, phased_increase(policy, assumptions, 0.20).impact)
    # 20%, then 1.4 / 1.2 − 1 = 16.7%, to the nearest 10% also 20%: C = 1.6%, B = 4%, and the same again.
    keep, selection = (1 - 0.016) * (1 - 0.04), 1 / (1 - 0.25 * 0.016 - 0.125 * 0.04)
    level = {0: 1.0, 1: keep * 1.2}
    shown = segments(policy, assumptions)
    premium = by_year(shown, "earned_premium_before", lambda passed: level.get(passed, keep**2 * 1.4))
    np.testing.assert_allclose(flows.total("earned_premium", "after"), premium, rtol=1e-12)
    claims = by_year(shown, "incurred_claims_before", lambda passed: (keep * selection) ** min(passed, 2))
    np.testing.assert_allclose(flows.total("incurred_claims", "after"), claims, rtol=1e-12)
    initial = by_year(shown, "earned_premium_before", lambda passed: keep ** min(passed, 2))
    np.testing.assert_allclose(flows.total("initial_earned_premium", "after"), initial, rtol=1e-12)
    lives = flows.total("lives", "before") * np.where(
        flows.years < 2019, 1, np.where(flows.years < 2020, 0.984, 0.984**2)
    )
    np.testing.assert_allclose(flows.total("lives", "after"), lives, rtol=1e-12)


@pytest.mark.parametrize("basis", ["as_filed", "literal"])
def test_elections_may_answer_the_whole_increase_at_the_first_step(
    basis: str, policy: Block, assumptions: AssumptionSet
) -> None:
    changed = under(assumptions, phase_in_behaviour="full_increase", rbo_basis=basis)
    flows = project(policy, changed, phased_increase(policy, changed, CAP).impact)
    reduction = {"as_filed": 0.08, "literal": 0.08 * 0.4 / 1.4}[basis]
    keep, selection = (1 - 0.032) * (1 - reduction), 1 / (1 - 0.25 * 0.032 - 0.125 * 0.08)
    level = {0: 1.0, 1: keep * 1.15, 2: keep * 1.3225}
    shown = segments(policy, changed)
    premium = by_year(shown, "earned_premium_before", lambda passed: level.get(passed, keep * 1.4))
    np.testing.assert_allclose(flows.total("earned_premium", "after"), premium, rtol=1e-12)
    claims = by_year(shown, "incurred_claims_before", lambda passed: keep * selection if passed else 1.0)
    np.testing.assert_allclose(flows.total("incurred_claims", "after"), claims, rtol=1e-12)


def test_without_behaviour_only_premium_rises(policy: Block, assumptions: AssumptionSet) -> None:
    for changed in (assumptions, under(assumptions, phase_in_behaviour="full_increase")):
        phased = phased_increase(policy, changed, 0.20, behaviour=False)
        np.testing.assert_allclose(phased.impact.factors[0], [[1.2, 1, 1, 1], [1.4, 1, 1, 1]], rtol=1e-15)


def test_values_of_policy_years(policy: Block, assumptions: AssumptionSet) -> None:
    values = policy_year_values(policy, assumptions)
    assert values.shape == (1, 2076 - 2019 + 1)
    shown = segments(policy, assumptions)
    direct = [0.0] * values.shape[1]
    for year, passed, amount in zip(
        shown["calendar_year"], shown["passed"], shown["earned_premium_before"], strict=True
    ):
        if passed:
            direct[passed - 1] += amount * 1.04 ** (2016.5 - year)
    np.testing.assert_allclose(values[0], direct, rtol=1e-12)


@pytest.mark.parametrize(("effective", "policy_years"), [(2016, 61), (2012, 65), (2076, 1), (2077, 0)])
def test_policy_years_begin_in_the_effective_year(
    effective: int, policy_years: int, policy: Block, assumptions: AssumptionSet
) -> None:
    """Nothing is counted of what is paid before the projection or after it."""
    values = policy_year_values(policy, under(assumptions, increase_effective_year=effective))
    assert values.shape == (1, policy_years)
    from_2016 = policy_year_values(policy, under(assumptions, increase_effective_year=2016))[0]
    skipped = effective - 2016
    expected = from_2016[skipped:] if skipped >= 0 else np.concatenate([np.zeros(-skipped), from_2016])
    np.testing.assert_array_equal(values[0], expected)
    flows = project(policy, assumptions)
    whole = sum(
        a * 1.04 ** (2016.5 - y) for y, a in zip(flows.years, flows.total("earned_premium", "before"), strict=True)
    )
    assert from_2016.sum() == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(("deferral", "cap"), [(0, 0.15), (2, np.inf), (1, 0.10)])
def test_an_equivalent_increase_adds_premium_of_the_same_value(
    deferral: int, cap: float, policy: Block, assumptions: AssumptionSet
) -> None:
    """By direct summation over segments."""
    m = equivalent_multiplier([R], policy_year_values(policy, assumptions), deferral, cap)
    assert m > 1.0
    at_once = equivalent = 0.0
    shown = segments(policy, assumptions)
    for year, passed, amount in zip(
        shown["calendar_year"], shown["passed"], shown["earned_premium_before"], strict=True
    ):
        value = amount * (1 + RATE) ** (2016.5 - year)
        at_once += value * R if passed else 0.0
        if passed > deferral:
            equivalent += value * (min((1 + cap) ** (passed - deferral), 1 + m * R) - 1)
    assert equivalent == pytest.approx(at_once, rel=1e-10)


def test_premium_that_has_ended_rises_no_more(policies: Callable[..., Block], assumptions: AssumptionSet) -> None:
    # Ten-pay of June 2011 pays its last premium from June 2020 on, of June 2012 in 2021, of June 2009 before 2019.
    block = policies(
        premium_payment="Ten-Pay",
        issue_date=["2011-06-01", "2012-06-01", "2009-06-01"],
        annualized_premium=2000.0,
        new_business_premium=[2800.0] * 3,
    )
    phased = phased_increase(block, assumptions, CAP)
    by_step = np.array([step.increase for step in phased.steps])
    np.testing.assert_allclose(by_step[:, 0], [0.15, 0.15, 0.0], rtol=1e-12)
    np.testing.assert_allclose(by_step[:, 1], [0.15, 0.15, 1.4 / 1.3225 - 1], rtol=1e-12)
    assert (by_step[:, 2] == 0.0).all()
    assert phased.affected.tolist() == [True, True, False]
    assert [phased.ended(k).tolist() for k in (2, 3)] == [[False] * 3, [True, False, False]]
    assert [phased.reached(k).tolist() for k in (2, 3)] == [[False] * 3, [False, True, False]]


@pytest.mark.parametrize("settings", [{}, {"increase_rounding": 0.1, "rate_increase_cap": 0.15}])
def test_one_step_is_the_increase_at_once(
    settings: dict[str, float], assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, changed = random_block(500, seed=3), under(assumptions, **settings)
    for behaviour in (True, False):
        at_once = policy_increase(block, changed, behaviour=behaviour)
        phased = phased_increase(block, changed, 1.0, behaviour=behaviour)
        assert phased.impact.effective_years.tolist() == [2019]
        np.testing.assert_array_equal(phased.steps[0].increase, at_once.increase)
        np.testing.assert_array_equal(phased.impact.factors, at_once.impact.factors)
