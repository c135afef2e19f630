"""The compiled kernel gives, policy by policy, the sums of the readable trace."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import KERNEL_COLUMNS
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings

SETTINGS = [
    dict(
        age_basis=age,
        end_of_mortality_table=end,
        average_lives=average,
        benefit_expiry_between_ages=between,
        paid_up_at_65_lapse=paid_up,
    )
    for age, end, average, between, paid_up in itertools.product(
        ("nearest_birthday", "last_birthday"),
        ("certain_death", "last_rate_holds"),
        ("linear", "constant_force"),
        ("linear", "step"),
        ("issue_age", "attained_age"),
    )
]


def traced(block: Block, assumptions: AssumptionSet, impact: Impact) -> np.ndarray:
    """The trace's sums by policy and year, shape (policies, years, 7)."""
    out = []
    for policy_id in block.frame["policy_id"]:
        shown = trace(block, assumptions, impact, policy_id)
        by_year = shown.groupby("calendar_year")
        columns = []
        for measure, basis in KERNEL_COLUMNS:
            if measure == "lives":
                columns.append(by_year[f"lives_end_{basis}"].last().to_numpy())
            else:
                columns.append(by_year[f"{measure}_{basis}"].sum().to_numpy())
        out.append(np.stack(columns, axis=1))
    return np.array(out)


def assert_same(block: Block, assumptions: AssumptionSet, impact: Impact) -> None:
    flows = project(block, assumptions, impact, by=("policy_id",))
    assert flows.groups["policy_id"].tolist() == block.frame["policy_id"].tolist()
    np.testing.assert_allclose(flows.values, traced(block, assumptions, impact), rtol=1e-12, atol=1e-200)


def steps(block: Block, effective_years: list[int]) -> Impact:
    """Random factors at several steps."""
    r = np.random.default_rng(5)
    return Impact(np.array(effective_years), r.uniform(0.5, 1.5, (len(block), len(effective_years), 4)))


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "-".join(s.values()))
def test_every_combination_of_settings(settings: dict[str, str], random_block: Callable[..., Block]) -> None:
    block = random_block(6, seed=SETTINGS.index(settings))
    assumptions = bundled(Settings(**settings))  # type: ignore[arg-type]
    assert_same(block, assumptions, policy_increase(block, assumptions).impact)


def test_many_random_policies(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(150, seed=11)
    assert_same(block, assumptions, policy_increase(block, assumptions).impact)


@pytest.mark.parametrize("average", ["linear", "constant_force"])
def test_awkward_issue_dates(average: str, random_block: Callable[..., Block]) -> None:
    dates = ["2003-01-01", "2004-02-29", "2005-12-31", "2016-01-01", "2016-02-29", "2016-12-31", "2000-01-02"]
    block = random_block(7, seed=3, issue_date=pd.to_datetime(dates).as_unit("ns"))
    assumptions = bundled(Settings(average_lives=average))
    assert_same(block, assumptions, policy_increase(block, assumptions).impact)


@pytest.mark.parametrize("end", ["certain_death", "last_rate_holds"])
@pytest.mark.parametrize("average", ["linear", "constant_force"])
def test_ages_at_the_end_of_the_table(end: str, average: str, policies: Callable[..., Block]) -> None:
    # Attained ages 120, 119, 118 at the valuation date; the first has an anniversary on 1 January.
    block = policies(issue_date=["1980-01-01", "1981-06-30", "1982-12-31"], issue_age=84)
    assumptions = bundled(Settings(average_lives=average, end_of_mortality_table=end))
    assert_same(block, assumptions, Impact.none(3, 2019))


@pytest.mark.parametrize(
    "years", [[2019], [2017], [2019, 2020, 2021], [2018, 2030], [2020, 2020], [2076], [2077], [2016], [2012, 2018]]
)
def test_several_increases(years: list[int], assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    """Also more than one in a year, one beyond the horizon, and one that took effect before the first year."""
    block = random_block(8, seed=21)
    assert_same(block, assumptions, steps(block, years))


@pytest.mark.parametrize("years", [1, 2, 120])
def test_other_horizons(years: int, random_block: Callable[..., Block]) -> None:
    block = random_block(8, seed=22)
    assumptions = bundled(Settings(projection_years=years))
    assert_same(block, assumptions, policy_increase(block, assumptions).impact)


@pytest.mark.parametrize("average", ["linear", "constant_force"])
def test_decrements_account_for_every_life(average: str, random_block: Callable[..., Block]) -> None:
    block = random_block(20, seed=23)
    assumptions = bundled(Settings(average_lives=average))
    impact = Impact.none(20, 2019)
    for policy_id in block.frame["policy_id"]:
        shown = trace(block, assumptions, impact, policy_id)
        leaving = shown[["deaths", "lapses", "benefit_expiries"]].sum(axis=1) + shown["lives_end_before"]
        np.testing.assert_allclose(leaving, shown["lives_begin_before"], rtol=1e-14, atol=1e-16)
        assert (shown[["deaths", "lapses", "benefit_expiries"]] >= 0).all(axis=None)
        total = shown[["deaths", "lapses", "benefit_expiries"]].sum().sum() + shown["lives_end_before"].iloc[-1]
        assert total == pytest.approx(1.0, rel=1e-13)
        # The mean of the lives over a segment lies between those at its begin and at its end.
        assert (shown["average_lives"] <= shown["lives_begin_before"] * (1 + 1e-15)).all()
        assert (shown["average_lives"] >= shown["lives_end_before"] * (1 - 1e-15)).all()


def test_the_trace_needs_a_policy_of_the_block(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(2)
    with pytest.raises(InputError, match="0 policies 'Q1'"):
        trace(block, assumptions, Impact.none(2, 2019), "Q1")
