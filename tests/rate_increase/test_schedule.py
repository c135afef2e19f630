"""How much each policy's premium rises, and in which steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.rate_increase.schedule import phase_in_increase, phase_in_steps, rate_increase

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


def test_a_cap_of_each_policy() -> None:
    assert rate_increase([1000, 1000], [2500, 2500], cap=[0.15, 1.0]) == pytest.approx([0.15, 1.0], rel=1e-15)


def test_no_new_array_is_needed_for_no_policies() -> None:
    assert rate_increase(np.empty(0), np.empty(0), 1.0).shape == (0,)


def test_a_phase_in_by_hand() -> None:
    """Doubled at no more than 15% a year: four full steps to 1.74900625, and the rest in the fifth."""
    assert phase_in_steps(1.0, 0.15) == 5
    assert phase_in_increase(1.0, 0.15, range(1, 8)) == pytest.approx(
        [0.15, 0.15, 0.15, 0.15, 2 / 1.74900625 - 1, 0.0, 0.0], rel=1e-14
    )


@pytest.mark.parametrize("cap", [0.01, 0.1, 0.15, 0.2, 1 / 3])
@pytest.mark.parametrize("steps", range(1, 12))
def test_a_full_number_of_steps_leaves_no_sliver(cap: float, steps: int) -> None:
    """1.1³ − 1 and 0.331 differ in the last bits; both are three steps, whichever is the larger."""
    exact = (1 + cap) ** steps - 1
    for full in (exact, np.nextafter(exact, 0), np.nextafter(exact, 2), round(exact, 12)):
        assert phase_in_steps(full, cap) == steps
        by_step = phase_in_increase(full, cap, range(1, steps + 3))
        assert by_step == pytest.approx([cap] * steps + [0.0, 0.0], rel=1e-9)


@given(full=st.floats(min_value=0.0, max_value=5.0), cap=st.floats(min_value=0.01, max_value=6.0))
def test_the_steps_make_up_the_increase_and_none_is_above_the_cap(full: float, cap: float) -> None:
    steps = int(phase_in_steps(full, cap))
    by_step = phase_in_increase(full, cap, np.arange(1, steps + 2))
    assert np.prod(1.0 + by_step) == pytest.approx(1.0 + full, rel=1e-8)
    assert (by_step <= cap).all()
    assert (by_step[: max(steps - 1, 0)] == cap).all()
    assert by_step[-1] == 0.0


def test_no_increase_has_no_steps() -> None:
    assert phase_in_steps(0.0, 0.15) == 0
    assert phase_in_increase(0.0, 0.15, [1, 2]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("increase", "cap", "message"),
    [
        (-0.1, 0.15, "increase: found -0.1; allowed: zero or more"),
        (0.1, [0.15, 0.0], "annual cap: found 0; allowed: more than 0"),
    ],
)
def test_what_cannot_be_phased_in(increase: float, cap: float | list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        phase_in_increase(increase, cap, 1)
