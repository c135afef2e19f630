"""A few made-up policies in force and sold, their share of the filing's history, and the filing's assumption sets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_history
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.study import bundled_study
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.expected import Expected, expected_experience
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.results import CashFlows, from_history

POLICIES, ALL_POLICIES = 150, 77_020
MEASURES = ["earned_premium", "initial_earned_premium", "incurred_claims", "lives"]


@pytest.fixture(scope="session")
def sets(assumptions: AssumptionSet) -> AssumptionSets:
    """The filing's sets, without levels of the pricing claim costs."""
    return AssumptionSets(assumptions, bundled_study())


@pytest.fixture(scope="session")
def block(random_block: Callable[..., Block]) -> Block:
    """In force; some are paid up."""
    return random_block(POLICIES, seed=71)


@pytest.fixture(scope="session")
def history(assumptions: AssumptionSet) -> CashFlows:
    frame: pd.DataFrame = made_up_history(assumptions)
    frame[MEASURES] *= POLICIES / ALL_POLICIES
    return from_history(frame)


@pytest.fixture(scope="session")
def sold(random_block: Callable[..., Block]) -> Sold:
    """Each with the premium that was payable, and how many it stands for."""
    r = np.random.default_rng(72)
    block = random_block(POLICIES, seed=72, annualized_premium=r.uniform(500.0, 4000.0, POLICIES))
    return Sold(block, r.uniform(0.5, 3.0, POLICIES), "Made up.")


@pytest.fixture(scope="session")
def expected(sold: Sold, sets: AssumptionSets) -> Expected:
    return expected_experience(sold, sets)[0]


@pytest.fixture(scope="session")
def levelled(sold: Sold, sets: AssumptionSets) -> AssumptionSets:
    """The sets with the levels at which those sold have the expected loss ratios."""
    return expected_experience(sold, sets)[1]
