"""Accumulated and present values and the ratios of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.loss_ratio.values import (
    cumulative_loss_ratio,
    increase_needed,
    lifetime_loss_ratio,
    value,
    value_factor,
)

flows = st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5)


@pytest.mark.parametrize(
    ("year", "rate", "timing", "expected"),
    [
        # Mid-year cash at 31 December 2016: (1 + i)^(2016.5 − year).
        (2016, 0.04, 0.5, math.sqrt(1.04)),
        (2017, 0.04, 0.5, 1 / math.sqrt(1.04)),
        (2015, 0.045, 0.5, 1.045 * math.sqrt(1.045)),
        (2020, 0.035, 0.5, 1.035**-3.5),
        # At the begin of its year, and at the end.
        (2017, 0.04, 0.0, 1.0),
        (2017, 0.04, 1.0, 1 / 1.04),
        (2016, 0.04, 1.0, 1.0),
        (2050, 0.0, 0.5, 1.0),
    ],
)
def test_value_factor(year: int, rate: float, timing: float, expected: float) -> None:
    assert value_factor(year, rate, 2016, timing) == pytest.approx(expected, rel=1e-15)


def test_the_value_of_a_level_annuity_is_the_closed_form() -> None:
    years = np.arange(2017, 2077)
    annuity = (1 - 1.04**-60) / 0.04 * 1.04**0.5  # immediate, moved to mid-year
    assert value(np.full(60, 100.0), years, 0.04, 2016) == pytest.approx(100 * annuity, rel=1e-14)
    past = np.arange(2000, 2017)
    accumulated = (1.04**17 - 1) / 0.04 * 1.04**0.5
    assert value(np.full(17, 100.0), past, 0.04, 2016) == pytest.approx(100 * accumulated, rel=1e-14)


@given(a=flows, b=flows, scale=st.floats(-10, 10), rate=st.floats(0, 0.1))
def test_the_value_is_linear(a: list[float], b: list[float], scale: float, rate: float) -> None:
    years = np.arange(2014, 2019)
    x, y = np.array(a), np.array(b)
    together = value(x + scale * y, years, rate, 2016)
    apart = value(x, years, rate, 2016) + scale * value(y, years, rate, 2016)
    assert together == pytest.approx(apart, rel=1e-12, abs=1e-6)


@given(year=st.integers(1990, 2080), rate=st.floats(0, 0.2), timing=st.floats(0, 1))
def test_moving_the_valuation_date_a_year_is_a_years_interest(year: int, rate: float, timing: float) -> None:
    one, next_ = (value_factor(year, rate, v, timing) for v in (2016, 2017))
    assert next_ == pytest.approx(one * (1 + rate), rel=1e-13)


def test_rates_and_years_broadcast() -> None:
    factor = value_factor(np.array([2016, 2017])[None, :], np.array([0.035, 0.045])[:, None], 2016)
    assert factor.shape == (2, 2)
    assert factor[1, 0] == pytest.approx(math.sqrt(1.045), rel=1e-15)


def test_lifetime_loss_ratio_of_exhibit_i() -> None:
    """The printed accumulated and present values give the printed 161% and 119%."""
    before = lifetime_loss_ratio(2_606_149_452, 300_048_738, 2_054_217_459, 7_196_453_881)
    after = lifetime_loss_ratio(2_606_149_452, 300_048_738, 2_714_409_444, 6_039_206_031)
    assert before == pytest.approx(7_496_502_619 / 4_660_366_911, rel=1e-9)
    assert (round(before, 2), round(after, 2)) == (1.61, 1.19)


def test_a_block_without_premium_has_no_loss_ratio() -> None:
    assert math.isnan(lifetime_loss_ratio(0.0, 5.0, 0.0, 5.0))


def test_cumulative_loss_ratio_runs_up_both_sums() -> None:
    ratio = cumulative_loss_ratio([100.0, 100.0, 0.0, 50.0], [0.0, 50.0, 50.0, 150.0])
    assert ratio.tolist() == [0.0, 0.25, 0.5, 1.0]
    assert np.isnan(cumulative_loss_ratio([0.0, 10.0], [1.0, 4.0])).tolist() == [True, False]
    assert cumulative_loss_ratio([0.0, 10.0], [1.0, 4.0])[1] == 0.5


def test_a_constant_annual_loss_ratio_is_the_cumulative_one() -> None:
    premium = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    assert cumulative_loss_ratio(premium, 0.6 * premium) == pytest.approx([0.6] * 5, rel=1e-15)


def test_the_increase_needed_brings_the_loss_ratio_to_its_target() -> None:
    """Claims of 300 on premium of 250, of which 200 rises by a half to 300: 300 / 350."""
    assert increase_needed(300 / 250, 300 / 350, 250.0, 200.0) == pytest.approx(0.5, rel=1e-14)
    assert increase_needed(0.5, 1.0, 250.0, 200.0) == -0.625
    assert math.isnan(increase_needed(0.5, 1.0, 250.0, 0.0))
    needed = increase_needed(1.2, 0.8, 1000.0, [400.0, 50.0, 0.0])
    assert needed == pytest.approx([1.25, 10.0, math.nan], rel=1e-14, nan_ok=True)
