"""Increases at their bounds: none, tenfold, next to nothing, without a cap; with numpy's errors raised."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rate_increase.test_elections import FILED
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, LIVES, PREMIUM
from xl_ltc.rate_increase.behaviour import RBO_BASES, adverse_selection, cbul_election, rbo_election, rbo_reduction
from xl_ltc.rate_increase.cbl_trigger import cbl_trigger
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.rate_increase.phase_in import phased_increase
from xl_ltc.rate_increase.schedule import phase_in_increase, phase_in_steps, rate_increase
from xl_ltc.rate_increase.solve import Curve, NoAnswer, solve


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.mark.parametrize("basis", RBO_BASES)
@given(increase=st.floats(0.0, 10.0), limited=st.booleans())
def test_nobody_gives_up_more_than_everything(basis: str, increase: float, limited: bool) -> None:
    """Who elects the contingent benefit, who reduces and who keeps all are shares that add up to one."""
    cbul = cbul_election(increase, limited, FILED)
    rbo = rbo_election(cbul, FILED)
    reduction = rbo_reduction(increase, cbul, rbo, basis)
    for share in (cbul, rbo, reduction):
        assert 0.0 <= share <= 1.0
    lapse, reduce = cbul, (1.0 - cbul) * rbo
    stay = (1.0 - cbul) * (1.0 - rbo)
    assert lapse + reduce + stay == pytest.approx(1.0, abs=1e-15)
    assert adverse_selection(cbul, rbo, FILED) >= 1.0


def test_the_words_as_they_are_give_up_everything_at_most() -> None:
    """C + B·R/(1 + R) at 1,000%: 0.8 + 1·10/11 is more than all premium, which would leave less than none."""
    assert rbo_reduction(10.0, 0.8, 1.0, "literal_unnormalised") == 1.0
    assert rbo_reduction(4.0, 0.32, 0.8, "literal_unnormalised") == pytest.approx(0.96, rel=1e-15)


def test_who_stays_has_some_morbidity() -> None:
    relief = dataclasses.replace(FILED, cbul_morbidity_relief=1.0, rbo_morbidity_relief=0.0)
    assert adverse_selection(0.5, 0.0, relief) == 2.0
    message = "behaviour, morbidity relief times elections: found 1 of the block's morbidity; allowed: less than 1"
    with pytest.raises(InputError, match=message):
        adverse_selection([0.5, 1.0], 0.0, relief)
    with pytest.raises(InputError, match=r"found 1\.5 of the block's morbidity"):
        adverse_selection(1.0, 0.5, dataclasses.replace(relief, rbo_morbidity_relief=1.0))


@pytest.mark.parametrize("rounding", [0.0, 0.05])
@pytest.mark.parametrize(
    ("current", "new", "increase"),
    [
        (5e-324, 1e300, 10.0),
        (1.0, 1e308, 10.0),
        (1e308, 1.0, 0.0),
        (5e-324, 5e-324, 0.0),
        (0.0, 1e308, 0.0),
        (0.5, 1.0, 1.0),
    ],
)
def test_premiums_next_to_nothing_and_beyond_measure(
    current: float, new: float, increase: float, rounding: float
) -> None:
    assert rate_increase(current, new, 10.0, rounding) == increase


@pytest.mark.parametrize("full", [5e-324, 1e-300, 1e-10, 0.4, 10.0])
def test_an_increase_without_a_cap_is_one_step(full: float) -> None:
    assert phase_in_steps(full, math.inf) == 1
    assert phase_in_increase(full, math.inf, [1, 2]).tolist() == [full, 0.0]


def test_the_smallest_increase_is_a_step_and_none_is_none() -> None:
    assert phase_in_steps([0.0, 5e-324, 1e-10], 0.15).tolist() == [0, 1, 1]
    assert phase_in_increase([0.0, 5e-324, 1e-10], 0.15, 1).tolist() == [0.0, 5e-324, 1e-10]


@pytest.mark.parametrize("cap", [1e-12, 1e-300, 5e-324])
def test_a_cap_that_never_gets_there(cap: float) -> None:
    with pytest.raises(InputError, match=r"annual cap: found .*; allowed: a cap that takes at most 100,000 steps"):
        phase_in_steps(1.0, cap)


@pytest.mark.parametrize("full", [math.inf, math.nan])
def test_an_increase_that_is_no_number(full: float) -> None:
    with pytest.raises(InputError, match=f"increase: found {full}; allowed: a finite number"):
        phase_in_steps([0.1, full, math.inf], 0.15)
    with pytest.raises(InputError, match="annual cap: found nan; allowed: more than 0"):
        phase_in_steps(0.1, math.nan)
    with pytest.raises(InputError, match="annual cap: found -1; allowed: more than 0"):
        phase_in_steps(0.1, -1.0)


def test_an_issue_age_that_is_no_number() -> None:
    with pytest.raises(InputError, match="issue age: found nan; allowed: zero or more"):
        cbl_trigger([40.0, math.nan])
    assert cbl_trigger([]).shape == (0,)


def test_a_measure_without_a_value_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="ratio: found no value, as there is no premium; allowed: a block with premium"):
        solve(lambda x: math.nan, 1.0, Curve([0.0, 1.0], [math.nan, math.nan]), "ratio")
    with pytest.raises(NoAnswer, match=r"allowed: a value from 80\.0000% to 90\.0000%"):
        solve(lambda x: math.nan, 1.0, Curve([0.0, 0.5, 1.0], [0.9, 0.8, math.nan]), "ratio")


@pytest.mark.parametrize("basis", RBO_BASES)
def test_a_tenfold_increase_of_a_block(
    basis: str, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(300, seed=11)
    settings = dataclasses.replace(assumptions.settings, rate_increase_cap=10.0, rbo_basis=basis)
    found = policy_increase(block, dataclasses.replace(assumptions, settings=settings), np.full(len(block), 10.0))
    factors = found.impact.factors[:, 0]
    assert (factors >= 0.0).all()
    for measure in (INITIAL_PREMIUM, LIVES):
        assert (factors[:, measure] <= 1.0).all()
    assert (factors[:, PREMIUM] <= 11.0).all()
    assert (factors[:, CLAIMS] <= 1.0 / (1.0 - 0.25 - 0.125)).all()


@pytest.mark.parametrize("behaviour", [True, False])
def test_an_empty_block_has_steps_of_nobody(
    behaviour: bool, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    phased = phased_increase(random_block(3).select(np.arange(0)), assumptions, 0.15, behaviour=behaviour)
    assert phased.impact.factors.shape == (0, 1, 4)
    assert phased.levels.shape == (0, 1)
    assert phased.ended(1).shape == phased.reached(1).shape == (0,)


def test_one_step_without_a_cap_is_the_increase_at_once(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    """Steps below any cap: the block's increase, elections and factors to the bit."""
    block = random_block(200, seed=12)
    at_once, phased = policy_increase(block, assumptions), phased_increase(block, assumptions, math.inf)
    assert len(phased.steps) == 1
    assert (phased.impact.factors == at_once.impact.factors).all()
    assert (phased.impact.effective_years == at_once.impact.effective_years).all()
    assert (phased.reached(1) == at_once.affected).all()
    assert not phased.ended(1).any()


def test_a_premium_below_a_dollar_rises_as_any(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    found = policy_increase(random_block(20, annualized_premium=0.5, new_business_premium=0.75), assumptions)
    assert found.affected.any()
    assert (found.increase[found.affected] == 0.5).all()


def test_each_step_is_a_year_later_and_of_those_who_still_pay(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    """Ten-pay issued in 2010 pays from 2010 to 2019, that of 2011 to 2020; doubled in steps of 15% from 2019 on."""
    dates = np.array(["2010-03-15", "2011-03-15", "2012-03-15"], dtype="datetime64[ns]")
    block = random_block(
        3, issue_date=dates, issue_age=50, annualized_premium=1e3, new_business_premium=2e3, premium_payment="Ten-Pay"
    )
    phased = phased_increase(block, assumptions, 0.15)
    assert phased.impact.effective_years.tolist() == [2019, 2020, 2021, 2022, 2023]
    paying = np.array([step.affected for step in phased.steps]).T
    assert paying.sum(axis=1).tolist() == [1, 2, 3]
    levels = [1.15 ** np.minimum(np.arange(1, 6), years) for years in (1, 2, 3)]
    np.testing.assert_allclose(phased.levels, levels, rtol=1e-14)
    assert phased.ended(1).tolist() == [False] * 3
    assert phased.ended(3).tolist() == [True, True, False]
