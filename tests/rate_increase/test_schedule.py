"""How much each policy's premium rises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.rate_increase.schedule import rate_increase

premiums = st.floats(min_value=1.0, max_value=1e5)
caps = st.sampled_from([0.15, 0.5, 1.0, 2.0])


@pytest.mark.parametrize(
    ("current", "new", "increase"),
    [
        (2000.0, 2800.0, 0.40),  # to the new-business level
        (2000.0, 2000.0, 0.0),
        (2000.0, 1500.0, 0.0),  # never a decrease
        (2000.0, 4000.0, 1.0),
        (2000.0, 9000.0, 1.0),  # never more than the cap
        (0.0, 3000.0, 0.0),  # paid up
        (2000.0, 0.0, 0.0),
    ],
)
def test_the_increase_is_to_the_new_business_level_within_bounds(current: float, new: float, increase: float) -> None:
    assert rate_increase(current, new, cap=1.0) == pytest.approx(increase, rel=1e-15)


def test_a_capped_state() -> None:
    assert rate_increase([1000, 1000, 1000], [1100, 1150, 2500], cap=0.15) == pytest.approx([0.10, 0.15, 0.15])


def test_rounding_is_before_the_cap() -> None:
    # 37.4% and 37.6% to whole percents; 14.9% to multiples of 10% is 10%; 18% is 20%, capped at 15%.
    assert rate_increase([1000, 1000], [1374, 1376], 1.0, 0.01) == pytest.approx([0.37, 0.38], rel=1e-14)
    assert rate_increase([1000, 1000], [1149, 1180], 0.15, 0.10) == pytest.approx([0.10, 0.15], rel=1e-14)


@given(current=premiums, new=premiums, cap=caps)
def test_it_lies_between_nothing_and_the_cap(current: float, new: float, cap: float) -> None:
    increase = float(rate_increase(current, new, cap))
    assert 0.0 <= increase <= cap
    # The premium does not pass the new-business level unless it was already there.
    assert current * (1 + increase) <= max(current, new) * (1 + 1e-12)


@given(current=premiums, new=premiums, more=premiums, cap=caps, rounding=st.sampled_from([0.0, 0.01, 0.05]))
def test_it_rises_with_the_new_premium_and_falls_with_the_current(
    current: float, new: float, more: float, cap: float, rounding: float
) -> None:
    increase = rate_increase(current, new, cap, rounding)
    assert rate_increase(current, new + more, cap, rounding) >= increase
    assert rate_increase(current + more, new, cap, rounding) <= increase


@given(current=premiums, new=premiums, scale=st.sampled_from([0.5, 2.0, 1024.0]))
def test_the_currency_does_not_matter(current: float, new: float, scale: float) -> None:
    assert rate_increase(scale * current, scale * new, 1.0) == rate_increase(current, new, 1.0)


def test_no_new_array_is_needed_for_no_policies() -> None:
    assert rate_increase(np.empty(0), np.empty(0), 1.0).shape == (0,)
