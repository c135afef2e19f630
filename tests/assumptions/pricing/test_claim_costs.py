"""Claim costs of original pricing: the shape of the claim-cost table, at a level, selected by duration."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.bases import PricingBasis, build_basis
from xl_ltc.assumptions.pricing.claim_costs import PricingClaimCosts
from xl_ltc.assumptions.pricing.specs import DURATIONS, WITH_FACTORS
from xl_ltc.errors import InputError
from xl_ltc.experience.study import bundled_study
from xl_ltc.inforce.block import Block

Basis = Callable[..., PricingBasis]
AGES = np.arange(121)
SERIES = 5


def annual(costs: PricingClaimCosts, block: Block, age: int, duration: int) -> np.ndarray:
    """Claims of a life-year of each policy, before benefit growth."""
    codes = {n: block.codes(n) for n in ("sex", "series", "benefit_period", "benefit_type")}
    by_age = costs.age_cost(codes["sex"], codes["series"], codes["benefit_period"], codes["benefit_type"], age)
    return costs.policy_base(block) * by_age * costs.duration(codes["series"], duration)


@pytest.mark.parametrize("name", ["200", "300", "400"])
def test_the_first_five_years_of_the_first_three_series_are_reduced(name: str, basis: Basis) -> None:
    factors = basis(name).claim_costs.duration(0, np.arange(1, 41))
    assert factors.tolist() == [0.10, 0.20, 0.40, 0.60, 0.80, *[1.0] * 35]


@pytest.mark.parametrize("name", ["500", "511", "513"])
def test_the_others_are_not(name: str, basis: Basis) -> None:
    found = basis(name).claim_costs.duration(np.arange(SERIES)[:, None], np.arange(1, 41))
    assert found.shape == (SERIES, 40) and (found == 1.0).all()


def test_before_the_factors_only_benefits_and_age_count(
    basis: Basis, assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    """Written out from the tables: benefit × relativities × claim cost × factor by duration."""
    block = random_block(60, seed=2)
    tables = assumptions.tables
    wanted = block.numbers("daily_benefit").copy()
    relativity = tables["claim_cost_relativity"].set_index(["characteristic", "category"])["relativity"]
    for name in tables["claim_cost_relativity"]["characteristic"].unique():
        wanted *= [relativity[name, category] for category in block.frame[name]]
    wanted *= [assumptions.morbidity.claim_cost.values[("Male", "Female").index(s), 77] for s in block.frame["sex"]]
    found = annual(basis("400").claim_costs, block, 77, 2)
    np.testing.assert_allclose(found, 0.20 * wanted, rtol=1e-14)


def test_with_the_factors_they_are_the_current_ones_times_the_factor_by_duration(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    frames = dict(bundled_study())
    frames["pricing_bases"] = frames["pricing_bases"].assign(claim_costs=WITH_FACTORS)
    block = random_block(60, seed=3)
    morbidity = assumptions.morbidity
    codes = [block.codes(n) for n in ("sex", "series", "benefit_period", "benefit_type")]
    for name, factor in (("300", 0.40), ("511", 1.0)):
        costs = build_basis(name, frames, assumptions).claim_costs
        current = morbidity.policy_base(block) * morbidity.age_cost(*codes, 82) * morbidity.duration(codes[1], 3)
        np.testing.assert_allclose(annual(costs, block, 82, 3), factor * current, rtol=1e-14)


def test_claims_are_proportional_to_the_level(basis: Basis, random_block: Callable[..., Block]) -> None:
    block, costs = random_block(20, seed=4), basis("200").claim_costs
    assert costs.level == 1.0
    doubled = dataclasses.replace(costs, level=2.5)
    np.testing.assert_allclose(annual(doubled, block, 70, 4), 2.5 * annual(costs, block, 70, 4), rtol=1e-15)


def test_costs_broadcast_as_the_current_ones_do(basis: Basis, assumptions: AssumptionSet) -> None:
    arguments = (np.array([0, 1])[:, None], 0, np.zeros((3, 1, 1), dtype=int), 0, AGES)
    current = assumptions.morbidity.age_cost(*arguments)
    assert basis("500").claim_costs.age_cost(*arguments).shape == current.shape == (3, 2, 121)


def test_factors_by_duration_may_not_have_a_gap(assumptions: AssumptionSet) -> None:
    frames = dict(bundled_study())
    frames[DURATIONS] = frames[DURATIONS].iloc[1:].reset_index(drop=True)
    with pytest.raises(InputError, match="basis 200, table pricing_morbidity: found no row for policy duration 1"):
        build_basis("200", frames, assumptions)
    build_basis("500", frames, assumptions)


def test_interest_is_exhibit_iiis(basis: Basis) -> None:
    printed = {s: basis(s).interest for s in ("200", "300", "400", "500", "511", "513")}
    frame = bundled_study()["pricing_interest"].set_index("basis")["original_pricing"]
    assert printed == frame[list(printed)].to_dict() and printed["513"] == 0.035


def test_a_basis_without_interest_or_row_is_refused(assumptions: AssumptionSet) -> None:
    frames = dict(bundled_study())
    interest = frames["pricing_interest"]
    frames["pricing_interest"] = interest[interest["basis"] != "400"]
    with pytest.raises(InputError, match="table pricing_interest: found no row for basis 400"):
        build_basis("400", frames, assumptions)
    with pytest.raises(InputError, match="found no row for basis 600; allowed: one of 200, 300"):
        build_basis("600", frames, assumptions)
