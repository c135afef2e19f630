"""Measures of a small set of cash flows that can be added up by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings

# By group, year and column: premium, claims, lives before; premium, initial premium, claims, lives after.
VALUES = np.array(
    [
        [[100, 10, 5, 100, 100, 10, 5], [80, 60, 4, 150, 75, 50, 3]],
        [[40, 4, 2, 40, 40, 4, 2], [30, 90, 1, 30, 30, 90, 1]],
    ],
    dtype=float,
)


@pytest.fixture
def cash_flows() -> CashFlows:
    """Series 200 at 4.5% and series 500 at 3.5%; one year before the valuation date and one after it."""
    groups = pd.DataFrame({"series": ["200", "500"], "valuation_rate": [0.045, 0.035]})
    return CashFlows(groups, np.array([2016, 2017]), VALUES)


@pytest.fixture
def experience(cash_flows: CashFlows) -> Experience:
    return Experience.at_valuation_rates(cash_flows, Settings())


def test_values_by_group_are_those_of_the_groups(experience: Experience) -> None:
    # Mid-2016 and mid-2017 at the end of 2016, at each group's own rate.
    by_hand = [10 * 1.045**0.5 + 50 * 1.045**-0.5, 4 * 1.035**0.5 + 90 * 1.035**-0.5]
    assert experience.valued_by_group("incurred_claims", "after") == pytest.approx(by_hand, rel=1e-14)


UP_45, UP_35 = 1.045**0.5, 1.035**0.5


def test_each_group_has_its_own_rate(experience: Experience) -> None:
    premium = experience.values("earned_premium", "before")
    assert premium.history == pytest.approx(100 * UP_45 + 40 * UP_35, rel=1e-15)
    assert premium.future == pytest.approx(80 / UP_45 + 30 / UP_35, rel=1e-15)
    assert premium.lifetime == premium.history + premium.future


def test_lifetime_loss_ratio(experience: Experience) -> None:
    before = (10 * UP_45 + 4 * UP_35 + 60 / UP_45 + 90 / UP_35) / (100 * UP_45 + 40 * UP_35 + 80 / UP_45 + 30 / UP_35)
    assert experience.lifetime_loss_ratio("before") == pytest.approx(before, rel=1e-14)
    only_200 = (10 * UP_45 + 50 / UP_45) / (100 * UP_45 + 150 / UP_45)
    assert experience.where(series="200").lifetime_loss_ratio("after") == pytest.approx(only_200, rel=1e-14)


def test_the_cumulative_ratio_ends_at_the_lifetime_ratio(experience: Experience) -> None:
    cumulative = experience.cumulative_loss_ratio("after")
    history = (10 * UP_45 + 4 * UP_35) / (100 * UP_45 + 40 * UP_35)
    assert cumulative[0] == pytest.approx(history, rel=1e-14)
    assert cumulative[-1] == pytest.approx(experience.lifetime_loss_ratio("after"), rel=1e-14)


def test_the_regulatory_test_takes_the_flows_after_the_increase(experience: Experience) -> None:
    test = experience.test_58_85()
    assert test.item_1 == pytest.approx(100 * UP_45 + 40 * UP_35, rel=1e-15)
    assert test.item_2a == test.item_1
    assert test.item_3 == pytest.approx(75 / UP_45 + 30 / UP_35, rel=1e-15)
    assert test.item_4a == pytest.approx(150 / UP_45 + 30 / UP_35, rel=1e-15)
    assert test.item_6b == pytest.approx(1.15 * (50 / UP_45 + 90 / UP_35), rel=1e-15)


def test_the_pricing_basis_values_series_200_at_the_earned_rate(
    cash_flows: CashFlows, assumptions: AssumptionSet
) -> None:
    priced = Experience.at_pricing_consistent_rates(cash_flows, Settings(), assumptions.pricing_interest)
    expected = 100 * 1.05**0.5 + 40 * UP_35
    assert priced.values("earned_premium", "before").history == pytest.approx(expected, rel=1e-15)


def test_before_the_increase_all_premium_is_initial_premium(cash_flows: CashFlows) -> None:
    assert (cash_flows.get("initial_earned_premium", "before") == cash_flows.get("earned_premium", "before")).all()


def test_an_unknown_measure_is_an_error(cash_flows: CashFlows) -> None:
    with pytest.raises(InputError, match="premiums before"):
        cash_flows.get("premiums", "before")


def history(*rows: tuple[int, str, float, float, float, float, float]) -> CashFlows:
    names = ["calendar_year", "series", "valuation_rate", "earned_premium", "initial_earned_premium"]
    return from_history(pd.DataFrame(rows, columns=[*names, "incurred_claims", "lives"]))


def test_history_is_the_same_before_and_after() -> None:
    past = history(
        (2015, "200", 0.045, 10, 9, 1, 3), (2016, "200", 0.045, 12, 10, 2, 2), (2016, "500", 0.04, 7, 7, 0, 1)
    )
    for measure, totals in (("earned_premium", [10, 19]), ("incurred_claims", [1, 2]), ("lives", [3, 3])):
        assert past.total(measure, "before").tolist() == totals
        assert past.total(measure, "after").tolist() == totals
    assert past.total("initial_earned_premium", "after").tolist() == [9, 17]


def test_history_and_projection_join_by_group(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(200, seed=51)
    future = project(block, assumptions, policy_increase(block, assumptions).impact)
    # A group of its own, "200" at 9%, and one the projection has too.
    past = history((2015, "200", 0.09, 10, 10, 1, 3), (2016, "200", 0.045, 12, 12, 2, 2))
    joined = join(past, future)
    assert joined.years.tolist() == list(range(2015, 2077))
    assert len(joined.groups) == len(future.groups) + 1
    assert not joined.groups.duplicated().any()
    for measure in ("earned_premium", "initial_earned_premium", "incurred_claims", "lives"):
        for basis in ("before", "after"):
            expected = np.concatenate([past.total(measure, basis), future.total(measure, basis)])
            np.testing.assert_allclose(joined.total(measure, basis), expected, rtol=1e-14)
    own = joined.where(series="200", valuation_rate=0.045)
    assert own.total("earned_premium", "before")[:2].tolist() == [0, 12]


def test_history_must_end_where_the_projection_begins(cash_flows: CashFlows) -> None:
    with pytest.raises(InputError, match="last year 2017"):
        join(cash_flows, cash_flows)


@pytest.mark.parametrize("measure", ["earned_premium", "incurred_claims"])
def test_series_add_up_to_all(measure: str, assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(300, seed=52)
    experience = Experience.at_valuation_rates(project(block, assumptions), assumptions.settings)
    total = experience.values(measure, "before").lifetime
    parts = [experience.where(series=s).values(measure, "before").lifetime for s in assumptions.vocabulary("series")]
    assert sum(parts) == pytest.approx(total, rel=1e-13)


def test_a_history_without_a_column_the_projection_is_grouped_by(cash_flows: CashFlows) -> None:
    past, future = (CashFlows(cash_flows.groups, cash_flows.years[i : i + 1], VALUES[:, i : i + 1]) for i in (0, 1))
    with pytest.raises(InputError, match=r"history: found no column series; allowed: every column the projection"):
        join(CashFlows(past.groups.drop(columns="series"), past.years, past.values), future)


def test_no_history_and_no_projection_are_no_groups(cash_flows: CashFlows) -> None:
    past, future = (
        CashFlows(cash_flows.groups, cash_flows.years[i : i + 1], VALUES[:, i : i + 1]).where(series="none")
        for i in (0, 1)
    )
    joined = join(past, future)
    assert joined.years.tolist() == [2016, 2017]
    assert len(joined.groups) == 0
    assert (joined.total("lives", "after") == 0.0).all()
