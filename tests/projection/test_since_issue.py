"""Policies projected from their issue: one worked out by hand, and what must hold of any.

Female, partnered, preferred, 400 series, issued 15 March 2015 at 68. Three years' benefits, 90 days' elimination,
comprehensive, reimbursement, compound 5%, $150 a day; lifetime-pay, $2,000 a year, on original pricing. 15 March is
the 74th day of the year, so 73/365 = 0.2 of each year lies before the anniversary, and of the first year nothing:

    segment  year       length  duration  age
    1        2015        0       none
    2        2015        0.8     1        68
    3        2016        0.2     1        68
    4        2016        0.8     2        69
    5        2017        0.2     2        69
    6        2017        0.8     3        70
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.assumptions.pricing.bases import NoImprovement
from xl_ltc.errors import InputError
from xl_ltc.experience.study import bundled_study
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets
from xl_ltc.projection.basis import BySeries, ProjectionBasis
from xl_ltc.projection.project import project, project_since_issue
from xl_ltc.projection.results import CashFlows
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

VALUATION_YEAR = 2016
PREMIUM, CLAIMS, LIVES = range(3)

# 1994 GAM Static, females of 68, 69, 70.
Q = (0.011763, 0.012709, 0.013730)
# Exhibit III, 400 series, lifetime pay, durations 1, 2, 3.
LAPSE = (0.07, 0.04, 0.03)
DURATION = (0.10, 0.20, 0.40)
# Made up: claim cost a year per dollar of daily benefit at 68, 69, 70; relativity of three years' benefits.
CLAIM_COST = (10.0, 12.0, 15.0)
RELATIVITY = 0.5
GROWTH = (1.0, 1.05, 1.05**2)


@pytest.fixture(scope="module")
def example() -> AssumptionSet:
    """The bundled set with the example's claim cost, and one projected year."""
    tables = bundled_tables()
    cost = tables["claim_cost"].frame.assign(Male="1", Female="1")
    for age, value in zip(("68", "69", "70"), CLAIM_COST, strict=True):
        cost.loc[cost["attained_age"] == age, "Female"] = str(value)
    tables["claim_cost"] = InputTable(cost)
    relativity = tables["claim_cost_relativity"].frame.assign(relativity="1")
    three = (relativity["characteristic"] == "benefit_period") & (relativity["category"] == "3")
    relativity.loc[three, "relativity"] = str(RELATIVITY)
    tables["claim_cost_relativity"] = InputTable(relativity)
    return AssumptionSet.from_tables(tables, Settings(projection_years=1))


def cells(flows: CashFlows) -> np.ndarray:
    """Everything the kernel returned, shape (groups, years, 7)."""
    return flows.values  # noqa: PD011 - no pandas object


def original(assumptions: AssumptionSet, level: float = 1.0) -> ProjectionBasis:
    sets = AssumptionSets(assumptions, bundled_study(), dict.fromkeys(assumptions.vocabulary("series"), level))
    return sets.projection(sets.mix(ORIGINAL))


def by_hand() -> np.ndarray:
    """Premium, claims and lives at the end of 2015, 2016 and 2017."""
    out, lives = np.zeros((3, 3)), 1.0
    for year, length, t in ((0, 0.8, 0), (1, 0.2, 0), (1, 0.8, 1), (2, 0.2, 1), (2, 0.8, 2)):
        end = lives * (1 - Q[t]) ** length * (1 - LAPSE[t]) ** length
        average = (lives + end) / 2
        out[year, PREMIUM] += 2000 * length * average
        out[year, CLAIMS] += 150 * RELATIVITY * CLAIM_COST[t] * DURATION[t] * GROWTH[t] * length * average
        out[year, LIVES] = lives = end
    return out


def test_the_hand_computation_itself() -> None:
    """Its first year as a pocket calculator shows it."""
    # 0.988237^0.8 = 0.9905785; 0.93^0.8 = 0.9435965; their product 0.9347065.
    first = by_hand()[0]
    assert first[LIVES] == pytest.approx(0.9347065, abs=5e-8)
    # 2,000 · 0.8 · 0.9673532; 150 · 0.5 · 10 · 0.10 · 0.8 · 0.9673532.
    assert first[PREMIUM] == pytest.approx(1547.765, abs=5e-4)
    assert first[CLAIMS] == pytest.approx(58.0412, abs=5e-5)


@pytest.fixture(scope="module")
def policy(policies: Callable[..., Block]) -> Block:
    return policies(series="400", issue_date="2015-03-15", issue_age=68)


def test_a_policy_worked_out_by_hand(example: AssumptionSet, policy: Block) -> None:
    flows = project_since_issue(policy, original(example), np.ones(1))
    assert flows.years.tolist() == [2015, 2016, 2017]
    np.testing.assert_allclose(cells(flows)[0, :, :3], by_hand(), rtol=1e-13)
    # There is no increase: before and after are the same.
    np.testing.assert_array_equal(cells(flows)[:, :, [0, 0, 1, 2]], cells(flows)[:, :, [3, 4, 5, 6]])


def test_a_policy_issued_on_1_january_has_a_whole_first_year(
    example: AssumptionSet, policies: Callable[..., Block]
) -> None:
    block = policies(series="400", issue_date="2015-01-01", issue_age=68)
    flows = project_since_issue(block, original(example), np.ones(1))
    lives = np.cumprod([(1 - q) * (1 - w) for q, w in zip(Q, LAPSE, strict=True)])
    average = (np.concatenate([[1.0], lives[:-1]]) + lives) / 2
    np.testing.assert_allclose(cells(flows)[0, :, LIVES], lives, rtol=1e-13)
    np.testing.assert_allclose(cells(flows)[0, :, PREMIUM], 2000 * average, rtol=1e-13)
    claims = 150 * RELATIVITY * np.array(CLAIM_COST) * DURATION * GROWTH * average
    np.testing.assert_allclose(cells(flows)[0, :, CLAIMS], claims, rtol=1e-13)


def test_a_policy_issued_on_the_last_day_of_the_year(example: AssumptionSet, policies: Callable[..., Block]) -> None:
    """One day of the first year is left: 1/365 of an annual premium and of the first year's rates."""
    block = policies(series="400", issue_date="2016-12-31", issue_age=68)
    flows = project_since_issue(block, original(example), np.ones(1))
    assert flows.years.tolist() == [2016, 2017]
    end = ((1 - Q[0]) * (1 - LAPSE[0])) ** (1 / 365)
    assert cells(flows)[0, 0, LIVES] == pytest.approx(end, rel=1e-13)
    assert cells(flows)[0, 0, PREMIUM] == pytest.approx(2000 / 365 * (1 + end) / 2, rel=1e-13)


def test_years_before_a_policys_issue_are_empty(example: AssumptionSet, policies: Callable[..., Block]) -> None:
    block = policies(series="400", issue_date=["2003-06-01", "2015-03-15"], issue_age=68)
    flows = project_since_issue(block, original(example), np.ones(2), by=("policy_id",))
    assert flows.years[0] == 2003 and len(flows.years) == 15
    late = flows.where(policy_id="P1")
    assert (cells(late)[0, :12] == 0.0).all()
    np.testing.assert_allclose(cells(late)[0, 12:, :3], by_hand(), rtol=1e-13)


def test_ten_premiums_are_payable_whatever_the_issue_date(policies: Callable[..., Block]) -> None:
    dates = ["2000-01-01", "2000-03-15", "2000-12-31"]
    block = policies(issue_date=dates, issue_age=40, premium_payment="Ten-Pay")
    flows = project_since_issue(block, bundled(), np.ones(3), by=("policy_id",))
    premium = flows.get("earned_premium", "before")
    assert (premium[0, :10] > 0).all() and (premium[0, 10:] == 0.0).all()
    assert (premium[1:, :11] > 0).all() and (premium[1:, 11:] == 0.0).all()


@pytest.mark.parametrize("average", ["linear", "constant_force"])
def test_a_policy_of_a_weight_is_so_many_policies(average: str, random_block: Callable[..., Block]) -> None:
    assumptions = bundled(Settings(average_lives=average))
    block, r = random_block(60, seed=51), np.random.default_rng(1)
    count = r.uniform(0.0, 40.0, 60)
    count[7] = 0.0
    one = project_since_issue(block, assumptions, np.ones(60), by=("policy_id",))
    many = project_since_issue(block, assumptions, count, by=("policy_id",))
    np.testing.assert_allclose(cells(many), count[:, None, None] * cells(one), rtol=1e-13)
    total = project_since_issue(block, assumptions, count, by=())
    np.testing.assert_allclose(cells(total).sum(axis=0), cells(many).sum(axis=0), rtol=1e-12)


def left(flows: CashFlows) -> np.ndarray:
    """Lives at the valuation date of each group, for a division of its years."""
    return flows.get("lives", "before")[:, flows.years == VALUATION_YEAR][:, :, None]


@pytest.mark.parametrize(
    "chosen",
    [dict(average_lives="linear"), dict(average_lives="constant_force"), dict(time_step="monthly")],
    ids=["linear", "constant_force", "monthly"],
)
@pytest.mark.parametrize("improved", [False, True], ids=["no improvement", "improvement"])
@pytest.mark.parametrize("which", ["current", "original"])
def test_after_the_valuation_date_survivors_are_projected_as_those_in_force(
    which: str, improved: bool, chosen: dict[str, str], random_block: Callable[..., Block]
) -> None:
    """Per survivor, the later years from issue are the projection from the valuation date, premium and all."""
    assumptions = bundled(Settings(**chosen))  # type: ignore[arg-type]
    basis = ProjectionBasis.of(assumptions) if which == "current" else original(assumptions)
    series = len(assumptions.vocabulary("series"))
    improvement = assumptions.improvement if improved else NoImprovement()
    basis = dataclasses.replace(basis, improvement=BySeries.same(improvement, series))
    block = random_block(300, seed=52)
    whole = project_since_issue(block, basis, np.ones(300), by=("policy_id",))
    later = project(block, basis, by=("policy_id",))
    assert whole.years[-1] == later.years[-1]
    np.testing.assert_allclose(
        cells(whole)[:, whole.years > VALUATION_YEAR] / left(whole), cells(later), rtol=1e-10, atol=1e-290
    )


def test_improvement_begins_after_the_valuation_date(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block, basis = random_block(200, seed=53), ProjectionBasis.of(assumptions)
    without = dataclasses.replace(basis, improvement=BySeries.same(NoImprovement(), 5))
    with_it, none = (project_since_issue(block, b, np.ones(200), by=()) for b in (basis, without))
    past = with_it.years <= VALUATION_YEAR
    np.testing.assert_array_equal(cells(with_it)[:, past], cells(none)[:, past])
    lives, others = with_it.total("lives", "before"), none.total("lives", "before")
    assert (lives[~past][:50] > others[~past][:50]).all()


def test_what_was_sold_after_the_valuation_date_is_an_error(policies: Callable[..., Block]) -> None:
    block = policies(issue_date=["2016-12-31", "2017-01-01"])
    with pytest.raises(InputError, match="policy P1: found issue year 2017; allowed: issued by 2016-12-31"):
        project_since_issue(block, bundled(), np.ones(2))


def test_who_would_be_older_than_the_table_by_now_may_have_been_sold(policies: Callable[..., Block]) -> None:
    """A policy in force at 121 is an error; one that was sold and has ended since is not."""
    block = policies(issue_date="1975-07-01", issue_age=84)
    flows = project_since_issue(block, bundled(), np.ones(1))
    lives = flows.total("lives", "before")
    # 120 is reached on the anniversary of 2011, and nobody lives on from there.
    assert lives[flows.years == 2010][0] > 0.0 and lives[flows.years == 2011][0] == 0.0
    assert np.isfinite(cells(flows)).all()


def test_no_policies_at_all(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    flows = project_since_issue(random_block(3).select(np.zeros(3, dtype=bool)), assumptions, np.ones(0))
    assert cells(flows).shape == (0, 61, 7) and isinstance(flows.groups, pd.DataFrame)
