"""Sums over very many policies or groups, against sums without an error."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import KERNEL_COLUMNS, CashFlows
from xl_ltc.settings import Settings
from xl_ltc.sums import sum_of_rows, sums_by_code

MANY = 300_000


def test_rows_that_are_equal() -> None:
    """Added one after the other they are off by 7e-12."""
    np.testing.assert_allclose(sum_of_rows(np.full((MANY, 2), 0.1)), 0.1 * MANY, rtol=1e-14)


def test_weights_that_are_equal() -> None:
    sums = sums_by_code(np.arange(MANY) % 3, np.full(MANY, 0.1), 4)
    np.testing.assert_allclose(sums, [0.1 * MANY / 3] * 3 + [0.0], rtol=1e-14)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1e12, 1e12)), max_size=60))
def test_against_sums_without_an_error(numbers: list[tuple[int, float]]) -> None:
    codes, weights = np.array([c for c, _ in numbers], dtype=np.int64), np.array([w for _, w in numbers])
    bound = 1e-14 * math.fsum(abs(w) for _, w in numbers)
    exact = [math.fsum(w for c, w in numbers if c == code) for code in range(4)]
    np.testing.assert_allclose(sums_by_code(codes, weights, 4), exact, rtol=0, atol=bound)
    columns = np.where(codes[:, None] == np.arange(4), weights[:, None], 0.0)
    np.testing.assert_allclose(sum_of_rows(columns), exact, rtol=0, atol=bound)


def test_cash_flows_and_values_of_very_many_groups() -> None:
    """A group for each policy: 100,000 that pay a tenth."""
    count = MANY // 3
    groups = pd.DataFrame({"policy_id": np.arange(count), "valuation_rate": 0.0})
    flows = CashFlows(groups, np.array([2017]), np.full((count, 1, len(KERNEL_COLUMNS)), 0.1))
    np.testing.assert_allclose(flows.total("lives", "before"), 0.1 * count, rtol=1e-14)
    experience = Experience.at_valuation_rates(flows, Settings())
    np.testing.assert_allclose(experience.values("earned_premium", "after").future, 0.1 * count, rtol=1e-14)
