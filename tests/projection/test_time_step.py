"""The monthly time step: average lives month by month; everything else as it is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.projection.test_invariances import no_decrements
from tests.projection.test_trace_and_kernel import assert_same
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project, project_since_issue
from xl_ltc.projection.results import KERNEL_COLUMNS, CashFlows
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings

MONTHLY = Settings(time_step="monthly")


def monthly(assumptions: AssumptionSet) -> AssumptionSet:
    return dataclasses.replace(assumptions, settings=dataclasses.replace(assumptions.settings, time_step="monthly"))


def premium_of_a_year(v: float, *cuts: float) -> float:
    """Of 1 a year, with survival v^t: the trapezoids between the ends of months and other cuts, added up by hand."""
    at = sorted({*(month / 12 for month in range(13)), *cuts})
    return sum((b - a) * (v**a + v**b) / 2 for a, b in itertools.pairwise(at))


@pytest.mark.parametrize(
    ("issued", "before"),
    [("2009-03-15", 73 / 365), ("2009-01-01", 0.0), ("2009-01-02", 1 / 365), ("2009-12-31", 364 / 365)],
)
def test_premium_by_hand(
    issued: str, before: float, assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    """A lapse rate of 2% and nothing else: thirteen trapezoids a year, or twelve from 1 January on."""
    set_ = monthly(no_decrements(assumptions, lapse_lifetime_pay=0.02))
    flows = project(policies(issue_date=issued, annualized_premium=1000.0), set_)
    wanted = 1000.0 * 0.98 ** np.arange(60) * premium_of_a_year(0.98, before)
    np.testing.assert_allclose(flows.total("earned_premium", "before"), wanted, rtol=1e-13)


def test_premium_since_issue_by_hand(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    set_ = monthly(no_decrements(assumptions, lapse_lifetime_pay=0.02))
    block = policies(issue_date="2009-03-15", annualized_premium=1000.0)
    flows = project_since_issue(block, set_, np.array([2.0]))
    at = [73 / 365, *(month / 12 for month in range(3, 13))]
    first = sum((b - a) * (0.98 ** (a - at[0]) + 0.98 ** (b - at[0])) / 2 for a, b in itertools.pairwise(at))
    later = 0.98 ** (1.0 - at[0]) * premium_of_a_year(0.98, at[0])
    np.testing.assert_allclose(
        flows.total("earned_premium", "before")[:2], [2000.0 * first, 2000.0 * later], rtol=1e-13
    )


def test_where_nobody_is_left(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    """All lapse in the first year: half of what the first month holds, on either side of the anniversary."""
    set_ = monthly(no_decrements(assumptions, lapse_lifetime_pay=1.0))
    flows = project(policies(issue_date="2009-03-15", annualized_premium=1000.0), set_)
    assert flows.total("earned_premium", "before")[0] == pytest.approx(1000.0 / 12 / 2, rel=1e-14)
    assert (flows.total("earned_premium", "before")[1:] == 0.0).all()


@pytest.mark.parametrize("end", ["certain_death", "last_rate_holds"])
def test_the_trace_and_the_kernel_agree(end: str, random_block: Callable[..., Block]) -> None:
    dates = ["2003-01-01", "2004-02-29", "2005-12-31", "2016-01-01", "2016-02-29", "2016-12-31", "2000-01-02"]
    block = random_block(7, seed=3, issue_date=pd.to_datetime(dates).as_unit("ns"))
    assumptions = bundled(dataclasses.replace(MONTHLY, end_of_mortality_table=end))
    assert_same(block, assumptions, policy_increase(block, assumptions).impact)


def test_ages_at_the_end_of_the_table(policies: Callable[..., Block]) -> None:
    block = policies(issue_date=["1980-01-01", "1981-06-30", "1982-12-31"], issue_age=84)
    assert_same(block, bundled(MONTHLY), Impact.none(3, 2019))


@pytest.fixture(scope="module")
def steps(random_block: Callable[..., Block]) -> dict[str, CashFlows]:
    block = random_block(500, seed=6)

    def run(**settings: str) -> CashFlows:
        assumptions = bundled(Settings(**settings))  # type: ignore[arg-type]
        return project(block, assumptions, policy_increase(block, assumptions).impact)

    return {
        "annual": run(),
        "monthly": run(time_step="monthly"),
        "force": run(average_lives="constant_force"),
        "force by months": run(average_lives="constant_force", time_step="monthly"),
    }


def test_survival_is_the_same_to_the_bit(steps: dict[str, CashFlows]) -> None:
    for basis in ("before", "after"):
        assert (steps["monthly"].get("lives", basis) == steps["annual"].get("lives", basis)).all()  # type: ignore[arg-type]


def test_under_a_constant_force_the_step_makes_no_difference(steps: dict[str, CashFlows]) -> None:
    for measure, basis in KERNEL_COLUMNS:
        assert (steps["force by months"].get(measure, basis) == steps["force"].get(measure, basis)).all()


def test_shorter_steps_come_nearer_to_the_integral(steps: dict[str, CashFlows]) -> None:
    """The error of a trapezoid falls with the square of the step: a part of a year is half a year on average."""
    for measure in ("earned_premium", "incurred_claims"):
        exact = steps["force"].total(measure, "before")
        far, near = (np.abs(steps[step].total(measure, "before") - exact).sum() for step in ("annual", "monthly"))
        assert 40.0 < far / near < 144.0
