"""The kernel's own arithmetic, and several impacts in one pass."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection import kernel
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import PreparedBlock, project


def exp_of(values: list[float]) -> np.ndarray:
    x = np.array(values)
    out = np.empty(len(x))
    kernel._exp(x, np.empty(len(x)), out)
    return out


@given(st.lists(st.floats(min_value=-700.0, max_value=0.0), min_size=1, max_size=40))
def test_the_power_of_e_is_right_to_the_last_bit_but_one(values: list[float]) -> None:
    wanted = np.array([math.exp(v) for v in values])
    assert (np.abs(exp_of(values) - wanted) <= 2.0 * np.spacing(wanted)).all()


def test_nobody_survives_certain_termination_and_everybody_an_empty_segment() -> None:
    assert exp_of([-np.inf, 0.0, -0.0, -745.0, -1e-300]).tolist() == [0.0, 1.0, 1.0, 0.0, 1.0]
    assert exp_of([]).shape == (0,)


@pytest.fixture(scope="module")
def block(random_block: Callable[..., Block]) -> Block:
    return random_block(kernel.BLOCK + 77, seed=9)


def test_impacts_together_are_what_each_gives_alone(block: Block, assumptions: AssumptionSet) -> None:
    random = np.random.default_rng(4)
    years = np.array([2019, 2021])
    impacts = [Impact(years, random.uniform(0.0, 2.0, (len(block), 2, 4))) for _ in range(3)]
    together = PreparedBlock(block, ProjectionBasis.of(assumptions)).project_each(impacts)
    assert len(together) == 3
    for impact, found in zip(impacts, together, strict=True):
        alone = project(block, assumptions, impact)
        assert (found.values == alone.values).all()
        assert found.groups.equals(alone.groups)
    assert not np.allclose(together[0].total("lives", "after"), together[1].total("lives", "after"))


def test_impacts_of_other_years_are_not_projected_together(block: Block, assumptions: AssumptionSet) -> None:
    impacts = [Impact.none(len(block), 2019), Impact.none(len(block), 2020)]
    with pytest.raises(InputError) as error:
        PreparedBlock(block, ProjectionBasis.of(assumptions)).project_each(impacts)
    assert str(error.value) == (
        "rate increases projected together: found effective years 2020; allowed: those of the first, 2019"
    )
