"""From a block to each policy's increase and the factors on its cash flows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, LIVES, PREMIUM
from xl_ltc.rate_increase.impact import PolicyIncrease, on_rbo_basis, policy_increase


def under(block: Block, assumptions: AssumptionSet, **settings: Any) -> PolicyIncrease:
    changed = dataclasses.replace(assumptions.settings, **settings)
    return policy_increase(block, dataclasses.replace(assumptions, settings=changed))


def test_paid_up_policies_are_not_affected(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(
        8,
        premium_payment=[*["Ten-Pay"] * 3, "Twenty-Pay", *["Pay to Age 65"] * 2, *["Lifetime-Pay"] * 2],
        issue_date=pd.to_datetime(
            [
                "2009-12-31",
                "2010-01-01",
                "2010-12-31",
                "2000-05-05",
                "2009-07-01",
                "2009-07-01",
                "2001-01-01",
                "2001-01-01",
            ]
        ),
        issue_age=[50, 50, 50, 50, 55, 54, 50, 50],
        annualized_premium=[1000.0] * 7 + [0.0],
        new_business_premium=1500.0,
    )
    # Ten-pay of 2009 pays its tenth premium in 2018, of 2010 in 2019. Twenty-pay of 2000 pays its 20th in 2019.
    # Pay to 65 from 55 pays ten premiums, the last in 2018; from 54 eleven, the last in 2019.
    increase = policy_increase(block, assumptions)
    assert increase.affected.tolist() == [False, True, True, True, False, True, True, False]
    assert increase.increase == pytest.approx([0.0, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.0])
    # Only lifetime-pay elects anything.
    assert increase.cbul == pytest.approx([0, 0, 0, 0, 0, 0, 0.04, 0])
    assert increase.rbo == pytest.approx([0, 0, 0, 0, 0, 0, 0.10, 0])


def test_the_factors_are_the_specifications(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(
        1,
        premium_payment="Lifetime-Pay",
        annualized_premium=1000.0,
        new_business_premium=2000.0,
    )
    factors = {
        basis: under(block, assumptions, rbo_basis=basis).impact.factors[0, 0]
        for basis in ("as_filed", "literal", "literal_unnormalised")
    }
    # R = 100%: C = 8%, B = 20%, AS = 1/(1 − 0.02 − 0.025); ρ = 20%, 10%, 18%.
    for basis, rho in (("as_filed", 0.20), ("literal", 0.10), ("literal_unnormalised", 0.18)):
        keep = 0.92 * (1 - rho)
        assert factors[basis][PREMIUM] == pytest.approx(keep * 2, rel=1e-14)
        assert factors[basis][INITIAL_PREMIUM] == pytest.approx(keep, rel=1e-14)
        assert factors[basis][CLAIMS] == pytest.approx(keep / 0.955, rel=1e-14)
        assert factors[basis][LIVES] == pytest.approx(0.92, rel=1e-14)


@pytest.mark.parametrize("basis", ["as_filed", "literal", "literal_unnormalised"])
def test_another_rbo_basis_is_that_setting(
    basis: str, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(400, seed=8)
    found, wanted = on_rbo_basis(policy_increase(block, assumptions), basis), under(block, assumptions, rbo_basis=basis)
    for field in dataclasses.fields(PolicyIncrease):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(wanted, field.name))
    filed = policy_increase(block, assumptions)
    assert np.array_equal(found.rbo_reduction, filed.rbo_reduction) == (basis == "as_filed")


def test_a_fifteen_percent_cap_elects_nothing(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    increase = under(random_block(400, seed=7), assumptions, rate_increase_cap=0.15)
    assert increase.increase.max() == 0.15
    assert (increase.cbul == 0).all()
    assert (increase.adverse_selection == 1).all()
    factors = increase.impact.factors
    assert (factors[:, 0, INITIAL_PREMIUM] == 1).all()
    assert (factors[:, 0, LIVES] == 1).all()


def test_it_takes_effect_in_the_year_of_the_settings(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(3)
    assert policy_increase(block, assumptions).impact.effective_years.tolist() == [2019]
    assert under(block, assumptions, increase_effective_year=2021).impact.effective_years.tolist() == [2021]


def test_no_policy_gets_a_decrease_or_more_than_the_cap(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(2000, seed=8)
    increase = policy_increase(block, assumptions)
    assert increase.increase.min() == 0.0
    assert increase.increase.max() == 1.0
    premium, new = block.numbers("annualized_premium"), block.numbers("new_business_premium")
    inside = increase.affected & (increase.increase > 0) & (increase.increase < 1)
    np.testing.assert_allclose((premium * (1 + increase.increase))[inside], new[inside], rtol=1e-14)


def test_an_empty_block(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    increase = policy_increase(random_block(3).select(np.arange(0)), assumptions)
    assert increase.increase.shape == (0,)
    assert increase.impact.factors.shape == (0, 1, 4)


def test_an_increase_that_is_given_takes_the_place_of_the_one_to_new_business(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(300, seed=9)
    toward = policy_increase(block, assumptions)
    given = policy_increase(block, assumptions, toward.increase)
    for column in ("affected", "increase", "cbul", "rbo", "adverse_selection", "rbo_reduction"):
        assert (getattr(given, column) == getattr(toward, column)).all()
    flat = policy_increase(block, assumptions, np.full(len(block), 3.0))
    assert (flat.increase == np.where(flat.affected, 3.0, 0.0)).all()


def test_without_behaviour_premium_rises_in_full_and_nothing_else_changes(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    increase = policy_increase(random_block(300, seed=9), assumptions, behaviour=False)
    factors = increase.impact.factors[:, 0]
    assert (factors[:, PREMIUM] == 1.0 + increase.increase).all()
    assert increase.increase.max() == 1.0
    assert (factors[:, [INITIAL_PREMIUM, CLAIMS, LIVES]] == 1.0).all()
