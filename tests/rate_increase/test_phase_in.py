"""Yearly steps of a block: rounding, who is where after each step, and what does not depend on the block."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import INITIAL_PREMIUM
from xl_ltc.rate_increase.phase_in import phased_increase
from xl_ltc.settings import Settings, describe


def under(assumptions: AssumptionSet, **settings: Any) -> AssumptionSet:
    return dataclasses.replace(assumptions, settings=dataclasses.replace(assumptions.settings, **settings))


def by_step(block: Block, assumptions: AssumptionSet, cap: float, **settings: Any) -> np.ndarray:
    """Increases, shape (policies, steps)."""
    return np.stack(
        [step.increase for step in phased_increase(block, under(assumptions, **settings), cap).steps], axis=1
    )


def of_increases(random_block: Callable[..., Block], *increases: float) -> Block:
    """Lifetime-pay policies that need these increases."""
    return random_block(
        len(increases),
        premium_payment="Lifetime-Pay",
        annualized_premium=1000.0,
        new_business_premium=[1000.0 * (1 + r) for r in increases],
    )


@pytest.mark.parametrize(
    ("settings", "increase", "cap", "steps"),
    [
        ({"increase_rounding": 0.01}, 0.40, 0.15, [0.15, 0.15, 0.06]),  # 5.86% to a whole percent
        ({"increase_rounding": 0.01}, 0.33, 0.15, [0.15, 0.15, 0.01]),  # 0.57%
        ({"increase_rounding": 0.01}, 0.326, 0.15, [0.15, 0.15, 0.01]),  # 33% in whole percents
        ({"increase_rounding": 0.05}, 0.30, 0.15, [0.15, 0.15]),  # 13.04%, which is nearer to 15%
        ({"increase_rounding": 0.10}, 0.70, 0.16, [0.16, 0.16, 0.16, 0.10]),  # 8.9%; a full step is the cap itself
        ({"increase_rounding": 0.10}, 0.70, 0.14, [0.14] * 4 + [0.0]),  # though 14% is nearer to 10% than to 20%
        ({"increase_rounding": 0.05}, 2.00, 0.15, [0.15] * 4 + [2 / 1.15**4 - 1]),  # no more than 100% altogether
        ({"increase_rounding": 0.10, "rate_increase_cap": 0.25}, 0.40, 0.5, [0.25]),  # rounded before that cap
        ({"rate_increase_cap": 0.25}, 0.40, 0.5, [0.25]),
        ({}, 0.15, 0.15, [0.15]),
        ({}, -0.10, 0.15, [0.0]),
    ],
)
def test_rounding_is_of_the_last_step_and_before_the_caps(
    settings: dict[str, float],
    increase: float,
    cap: float,
    steps: list[float],
    assumptions: AssumptionSet,
    random_block: Callable[..., Block],
) -> None:
    found = by_step(of_increases(random_block, increase), assumptions, cap, **settings)
    np.testing.assert_allclose(found, [steps], rtol=1e-9, atol=1e-12)


def test_everybody_affected_is_in_one_place_after_each_step(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = random_block(3000, seed=2)
    phased = phased_increase(block, assumptions, 0.15)
    assert len(phased.steps) == 5
    ended_before = np.zeros(len(block), dtype=bool)
    for number, step in enumerate(phased.steps, start=1):
        reached, ended = phased.reached(number), phased.ended(number)
        assert not (reached & ended).any() and not (ended_before & ~ended).any()
        assert not ((reached | ended) & ~phased.affected).any()
        to_rise = phased.affected & ~reached & ~ended
        level = phased.levels[:, number - 1]
        np.testing.assert_allclose(level[reached], (1 + phased.full)[reached], rtol=1e-12)
        assert (level[to_rise] < (1 + phased.full)[to_rise]).all()
        assert (level[ended] < (1 + phased.full)[ended]).all()
        assert not (step.increase[ended] > 0).any()
        ended_before = ended
    assert ended.any() and reached.any() and not to_rise.any()


def test_no_step_above_fifteen_percent_means_no_elections(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    factors = phased_increase(random_block(800, seed=5), assumptions, 0.15).impact.factors
    assert (factors[:, :, INITIAL_PREMIUM:] == 1.0).all()
    whole = under(assumptions, phase_in_behaviour="full_increase")
    factors = phased_increase(random_block(800, seed=5), whole, 0.15).impact.factors
    assert factors[:, :, INITIAL_PREMIUM].min() == pytest.approx(0.92 * 0.8)
    # Nothing more happens after the first step.
    assert (factors[:, 1:, INITIAL_PREMIUM:] == factors[:, :1, INITIAL_PREMIUM:]).all()


def test_a_policy_does_not_depend_on_the_others(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = random_block(400, seed=6)
    whole = phased_increase(block, assumptions, 0.2)
    order = np.random.default_rng(0).permutation(len(block))
    permuted = phased_increase(block.select(order), assumptions, 0.2)
    np.testing.assert_array_equal(permuted.impact.factors, whole.impact.factors[order])
    parts = [phased_increase(block.select(part), assumptions, 0.2) for part in np.array_split(np.arange(len(block)), 3)]
    for part, rows in zip(parts, np.array_split(np.arange(len(block)), 3), strict=True):
        steps = len(part.steps)
        np.testing.assert_array_equal(part.impact.factors, whole.impact.factors[rows][:, :steps])


def test_a_cap_for_each_policy(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    block = of_increases(random_block, 0.40, 0.40)
    phased = phased_increase(block, assumptions, [0.15, 0.40])
    np.testing.assert_allclose(phased.levels, [[1.15, 1.3225, 1.4], [1.4, 1.4, 1.4]], rtol=1e-12)
    assert phased.last_step.tolist() == [3, 1]


def test_steps_go_no_further_than_the_projection(
    assumptions: AssumptionSet, random_block: Callable[..., Block]
) -> None:
    block = of_increases(random_block, 1.0)
    assert by_step(block, assumptions, 0.15, projection_years=4).shape == (1, 2)
    assert by_step(block, assumptions, 0.001, increase_effective_year=2090).shape == (1, 1)


def test_nobody(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    phased = phased_increase(random_block(3).select(np.arange(0)), assumptions, 0.15)
    assert phased.impact.factors.shape == (0, 1, 4)
    assert phased.ended(1).shape == phased.reached(1).shape == (0,)


def test_a_cap_of_nothing_is_refused(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> None:
    with pytest.raises(InputError, match="annual cap: found 0; allowed: more than 0"):
        phased_increase(random_block(3), assumptions, 0.0)


def test_the_setting_says_what_it_means() -> None:
    said = next(row for row in describe() if row["name"] == "phase_in_behaviour")
    assert said["default"] == Settings().phase_in_behaviour == "each_step"
    assert said["allowed"] == "one of each_step, full_increase"
