"""The increase that is worth another one taken at once, and the one a loss ratio needs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.rate_increase.equivalent import added_premium, equivalent_multiplier, increase_by_year

rates = st.lists(st.just(0.0) | st.floats(min_value=1e-6, max_value=2.0), min_size=1, max_size=5)
caps = st.floats(min_value=0.01, max_value=3.0)
seeds = st.integers(min_value=0, max_value=2**32 - 1)
YEARS = 40


def values_of(policies: int, seed: int, years: int = YEARS) -> np.ndarray:
    """Falling present values of premium, some of it limited."""
    r = np.random.default_rng(seed)
    run_off = r.uniform(0.8, 1.0, (policies, 1)) ** np.arange(years)
    paying = np.arange(years) < r.choice([10, 20, years], (policies, 1))
    return r.uniform(100, 5000, (policies, 1)) * run_off * paying


def test_by_hand_in_steps() -> None:
    """Ten level years: 0.15 + 0.3225 + 8·x = 10·0.4, and x = 44.09% is under 1.15³ − 1 = 52.1%."""
    multiplier = equivalent_multiplier([0.4], np.ones((1, 10)), annual_cap=0.15)
    assert 0.4 * multiplier == pytest.approx((4 - 0.15 - 0.3225) / 8, rel=1e-13)


def test_by_hand_of_two_policies() -> None:
    """Increases of 10% and 40% under 15%; three level years, worth 0.3 + 1.2 at once.

    The first one rises at once to m·10%, the second to 15%, 32.25% and, if m·40% is under 52.0875%, m·40%:
    0.3·m + 0.4725 + 0.4·m = 1.5 would be m = 1.468, too much for that. So 0.3·m + 0.4725 + 0.520875 = 1.5, were m·10%
    under 15%: m = 1.689 is not. So 0.15 + 2·0.1·m + 0.993375 = 1.5, m = 1.783.
    """
    multiplier = equivalent_multiplier([0.1, 0.4], np.ones((2, 3)), annual_cap=0.15)
    assert multiplier == pytest.approx((1.5 - 0.15 - 0.993375) / 0.2, rel=1e-13)


def test_the_increase_of_each_year() -> None:
    by_year = increase_by_year([0.0, 0.1, 0.4], 5, 1, 0.15)
    expected = [[0, 0, 0, 0, 0], [0, 0.1, 0.1, 0.1, 0.1], [0, 0.15, 0.3225, 0.4, 0.4]]
    np.testing.assert_allclose(by_year, expected, rtol=1e-14)
    assert increase_by_year([0.4], 3, 2).tolist() == [[0.0, 0.0, 0.4]]
    assert increase_by_year([0.4], 2, annual_cap=0.15) == pytest.approx(np.array([[0.15, 0.3225]]), rel=1e-14)
    assert added_premium([0.4], [[1.0, 2.0]], annual_cap=0.15) == pytest.approx(0.15 + 2 * 0.3225, rel=1e-14)


def test_years_before_the_increase_are_no_infinity_times_nothing() -> None:
    with np.errstate(all="raise"):
        assert increase_by_year([0.4], 3, 2).tolist() == [[0.0, 0.0, 0.4]]


@given(increase=rates, seed=seeds)
def test_at_once_is_itself(increase: list[float], seed: int) -> None:
    assert equivalent_multiplier(increase, values_of(len(increase), seed)) == 1.0


@given(increase=rates, seed=seeds, more=st.floats(min_value=0.0, max_value=1.0))
def test_a_cap_nobody_reaches_changes_nothing(increase: list[float], seed: int, more: float) -> None:
    cap = max(max(increase), 0.01) * (1 + 1e-12) + more
    assert equivalent_multiplier(increase, values_of(len(increase), seed), annual_cap=cap) == 1.0


@given(increase=rates, seed=seeds, deferral=st.integers(min_value=1, max_value=9))
def test_deferral_needs_more_by_the_ratio_of_values(increase: list[float], seed: int, deferral: int) -> None:
    values = values_of(len(increase), seed)
    multiplier = equivalent_multiplier(increase, values, deferral)
    at_once, later = added_premium(increase, values), added_premium(increase, values, deferral)
    assert multiplier >= 1.0
    assert multiplier == pytest.approx(at_once / later if at_once else 1.0, rel=1e-11)


@settings(max_examples=200)
@given(increase=rates, seed=seeds, deferral=st.integers(min_value=0, max_value=5), cap=caps)
def test_the_values_are_equal_or_the_most_is_less(increase: list[float], seed: int, deferral: int, cap: float) -> None:
    values = values_of(len(increase), seed)
    at_once = added_premium(increase, values)
    most = added_premium([math.inf if r else 0.0 for r in increase], values, deferral, cap)
    try:
        multiplier = equivalent_multiplier(increase, values, deferral, cap)
    except InputError as error:
        assert most < at_once
        assert f"at most {most:,.2f}, " in error.problems[0].allowed
        return
    assert multiplier >= 1.0
    found = added_premium(multiplier * np.array(increase), values, deferral, cap)
    assert found == pytest.approx(at_once, rel=1e-10)


@given(increase=rates, seed=seeds, scale=st.sampled_from([0.001, 3.0, 1e6]))
def test_the_currency_and_the_order_do_not_matter(increase: list[float], seed: int, scale: float) -> None:
    values = values_of(len(increase), seed)
    order = np.random.default_rng(seed).permutation(len(increase))
    multiplier = equivalent_multiplier(increase, values, 2)
    assert equivalent_multiplier(np.array(increase)[order], scale * values[order], 2) == pytest.approx(
        multiplier, rel=1e-11
    )


@given(increase=rates, seed=seeds, part=st.floats(min_value=0.01, max_value=0.99))
def test_policies_may_be_split(increase: list[float], seed: int, part: float) -> None:
    values = values_of(len(increase), seed)
    split = np.concatenate([part * values, (1 - part) * values])
    multiplier = equivalent_multiplier(increase, values, 1, 0.5)
    assert equivalent_multiplier([*increase, *increase], split, 1, 0.5) == pytest.approx(multiplier, rel=1e-10)


def test_an_increase_next_to_nothing_is_found_as_exactly() -> None:
    assert equivalent_multiplier([1e-12], np.ones((1, 10)), 5) == pytest.approx(2.0, rel=1e-12)
    assert equivalent_multiplier([0.0], np.ones((1, 10)), 10, 0.15) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0.4], np.ones((1, 3)), 3),
            "present value 1.20 if taken at once; allowed: one that adds at most 0.00, 0.00% of it: no increase adds "
            "more deferred by 3 years before premium ends",
        ),
        (
            ([0.4], np.ones((1, 2)), 1, 0.15),
            "at most 0.15, 18.75% of it: no increase adds more deferred by 1 year and in yearly steps of at most 0.15 "
            "before premium ends",
        ),
        (([0.4], np.ones((1, 2)), 2), "no increase adds more deferred by 2 years before premium ends"),
        (([0.1, -0.2, -0.3], np.ones((3, 2))), "increase: found -0.2; allowed: zero or more"),
        (([-0.1], np.ones((1, 2))), "increase: found -0.1; allowed: zero or more"),
        (
            ([0.1], np.full((1, 2), np.nan)),
            "present value of premium: found nan; allowed: a finite number, zero or more",
        ),
        (([0.1], np.full((1, 2), -1.0)), "present value of premium: found -1"),
        (([2.0], np.full((1, 2), 1e308)), "present value of premium: found inf; allowed: a finite number"),
        (([0.1], np.ones((1, 2)), -1), "deferral: found -1; allowed: zero or more years"),
        (([0.1], np.ones((1, 2)), 0, 0.0), "annual cap: found 0; allowed: more than 0"),
        (([0.1], np.ones((1, 2)), 0, -0.5), "annual cap: found -0.5; allowed: more than 0"),
    ],
)
def test_what_has_no_equivalent(arguments: tuple[object, ...], message: str) -> None:
    with np.errstate(over="ignore"), pytest.raises(InputError) as caught:
        equivalent_multiplier(*arguments)  # type: ignore[arg-type]
    assert message in str(caught.value)
