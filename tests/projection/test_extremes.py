"""Projections at the bounds of their inputs: ages, durations and rates, and blocks of one and of none."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.projection.test_invariances import increased, no_decrements
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project, project_since_issue
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings

MEASURES = ("earned_premium", "initial_earned_premium", "incurred_claims", "lives")


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.mark.parametrize("average", ["linear", "constant_force"])
@pytest.mark.parametrize("step", ["annual", "monthly"])
@pytest.mark.parametrize("end", ["certain_death", "last_rate_holds"])
def test_ages_and_durations_at_both_ends(average: str, step: str, end: str, policies: Callable[..., Block]) -> None:
    """Issued at 0 and at 120, on the valuation date and 116 years before it, over 120 years."""
    settings = Settings(average_lives=average, time_step=step, end_of_mortality_table=end, projection_years=120)
    block = policies(
        issue_date=["2016-12-31", "2016-01-01", "1900-06-30", "2015-12-31", "2016-12-31"],
        issue_age=[0, 0, 4, 119, 120],
    )
    flows = project(block, bundled(settings), Impact.none(5, 2019), by=("policy_id",))
    assert np.isfinite(flows.values).all()
    assert (flows.values >= 0.0).all()
    lives = flows.get("lives", "before")
    assert (np.diff(lives, axis=1) <= 0.0).all()
    assert (lives[2:, 1:] == 0.0).all() or end == "last_rate_holds"


def test_a_year_older_than_the_table_is_refused(policies: Callable[..., Block]) -> None:
    with pytest.raises(InputError, match=r"policy P1: found issue year 2015, issue age 120; allowed: .*up to 120"):
        project(policies(issue_date="2015-12-31", issue_age=[119, 120]), bundled())


@pytest.mark.parametrize("q", [0.0, 5e-324, 1e-300, 1e-17, 1.0 - 2.0**-53, 1.0])
@pytest.mark.parametrize("step", ["annual", "monthly"])
@pytest.mark.parametrize("average", ["linear", "constant_force"])
def test_rates_at_and_next_to_nothing_and_certainty(
    q: float, average: str, step: str, assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    """All three decrements at once: survival is (1 − q)³ a year; what ends and what stays are all there were."""
    set_ = no_decrements(assumptions, mortality_base=q, lapse_lifetime_pay=q, benefit_expiry=q)
    settings = dataclasses.replace(set_.settings, average_lives=average, time_step=step)
    flows = project(policies(issue_date="2009-03-15"), dataclasses.replace(set_, settings=settings))
    lives, premium = flows.total("lives", "before"), flows.total("earned_premium", "before")
    if q <= 1e-17:
        assert (lives == 1.0).all()
        assert premium == pytest.approx([2000.0] * 60, rel=1e-15)
    else:
        assert 0.0 <= lives[0] <= 2.0**-100
        assert (lives[1:] <= 1e-60).all()
    assert np.isfinite(premium).all()


def test_premium_and_benefits_next_to_nothing_and_beyond_measure(
    assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    """In proportion down to the smallest double, up to the largest; the sum of both is the large one."""
    plain = increased(policies(), assumptions)
    for scale in (1e-290, 1e290):
        columns = {
            name: scale * value
            for name, value in (("annualized_premium", 2e3), ("new_business_premium", 3e3), ("daily_benefit", 150.0))
        }
        found = increased(policies(**columns), assumptions)
        for measure in MEASURES[:3]:
            wanted = scale * plain.get(measure, "after")
            np.testing.assert_allclose(found.get(measure, "after"), wanted, rtol=1e-12, atol=1e-307)
    mixed = increased(policies(annualized_premium=[1e12, 1e-3], new_business_premium=[1e12, 1e-3]), assumptions)
    alone = increased(policies(annualized_premium=1e12, new_business_premium=1e12), assumptions)
    np.testing.assert_allclose(
        mixed.get("earned_premium", "after"), alone.get("earned_premium", "after") * (1 + 1e-15), rtol=1e-14
    )


@pytest.mark.parametrize("by", [(), ("series",), ("policy_id",)])
def test_an_empty_block(by: tuple[str, ...], assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    empty = policies().select(np.arange(0))
    for flows in (increased(empty, assumptions, by), project_since_issue(empty, assumptions, np.empty(0), by)):
        assert len(flows.groups) == 0
        for basis in ("before", "after"):
            for measure in MEASURES:
                assert (flows.total(measure, basis) == 0.0).all()
        experience = Experience.at_valuation_rates(flows, assumptions.settings)
        assert experience.values("incurred_claims", "after").lifetime == 0.0
        assert math.isnan(experience.lifetime_loss_ratio("after"))


def test_lives_of_a_year_are_those_that_stay_and_those_of_each_decrement(
    assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    """A cascade of 3% deaths, 2% lapses and 1% expiries: 0.03 + 0.97·0.02 + 0.97·0.98·0.01 end, the rest stays."""
    rates = {"mortality_base": 0.03, "lapse_lifetime_pay": 0.02, "benefit_expiry": 0.01}
    plain = no_decrements(assumptions, **rates)
    block = policies(issue_date="2009-03-15")
    alone = {
        name: project(block, no_decrements(assumptions, **{name: rate})).total("lives", "before")
        for name, rate in rates.items()
    }
    deaths = 1.0 - alone["mortality_base"]
    lapses = alone["mortality_base"] * (1.0 - alone["lapse_lifetime_pay"])
    expiries = alone["mortality_base"] * alone["lapse_lifetime_pay"] * (1.0 - alone["benefit_expiry"])
    stay = project(block, plain).total("lives", "before")
    np.testing.assert_allclose(deaths + lapses + expiries + stay, 1.0, rtol=1e-13)


def test_more_increase_is_more_premium_and_nothing_else_without_behaviour(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(300, seed=14)
    found = [
        project(block, assumptions, policy_increase(block, assumptions, np.full(300, wanted), behaviour=False).impact)
        for wanted in (0.0, 0.1, 1.0, 10.0)
    ]
    for low, high in itertools.pairwise(found):
        assert (high.get("earned_premium", "after") >= low.get("earned_premium", "after")).all()
        assert high.total("earned_premium", "after")[5] > low.total("earned_premium", "after")[5]
        for measure in MEASURES[1:]:
            assert (high.get(measure, "after") == low.get(measure, "after")).all()
    before, at_tenfold = found[0].get("earned_premium", "after"), found[3].get("earned_premium", "after")
    doubled = found[2].get("earned_premium", "after")
    # Linear in the increase: 1,000% adds ten times what 100% adds.
    np.testing.assert_allclose(at_tenfold - before, 10.0 * (doubled - before), rtol=1e-12, atol=1e-9)
