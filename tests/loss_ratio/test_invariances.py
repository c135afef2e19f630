"""What must hold of every value, ratio and test whatever the cash flows, with numpy's errors raised."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.loss_ratio.values import (
    cumulative_loss_ratio,
    increase_needed,
    lifetime_loss_ratio,
    value,
    value_factor,
)
from xl_ltc.projection.results import KERNEL_COLUMNS, CashFlows
from xl_ltc.settings import Settings

money = st.floats(0.0, 1e12).map(lambda v: round(v, 2))
some_money = st.floats(1.0, 1e12)
interest = st.floats(-0.5, 1.0)
YEARS = np.arange(2000, 2077)
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    with np.errstate(all="raise", under="ignore"):
        yield


def cash_flows(seed: int, groups: int) -> CashFlows:
    """Random cash flows of 2000–2076, of magnitudes from cents to billions, by series at rates of −2% to 8%."""
    random = np.random.default_rng(seed)
    values = 10.0 ** random.uniform(-2, 9, (groups, len(YEARS), len(KERNEL_COLUMNS)))
    frame = pd.DataFrame(
        {"series": [str(i) for i in range(groups)], "valuation_rate": random.uniform(-0.02, 0.08, groups)}
    )
    return CashFlows(frame, YEARS, values)


@given(low=interest, more=st.floats(1e-6, 1.0), year=st.integers(2017, 2100))
def test_more_interest_is_less_present_and_more_accumulated_value(low: float, more: float, year: int) -> None:
    assert value_factor(year, low + more, 2016) < value_factor(year, low, 2016)
    past = 2015 - (year - 2017)
    assert value_factor(past, low + more, 2016) > value_factor(past, low, 2016)


@given(rate=interest, first=st.integers(1950, 2100), second=st.integers(1950, 2100))
def test_discounts_multiply(rate: float, first: int, second: int) -> None:
    """From one year to another and from there to the valuation date is from the one to the valuation date."""
    at_end = {"timing": 1.0}
    twice = value_factor(first, rate, second, **at_end) * value_factor(second, rate, 2016, **at_end)
    assert value_factor(first, rate, 2016, **at_end) == pytest.approx(twice, rel=1e-12)


@given(seed=SEEDS, rate=interest)
def test_a_value_of_mixed_magnitudes_is_right_to_the_last_digits(seed: int, rate: float) -> None:
    cash = np.random.default_rng(seed).choice([-1.0, 1.0], 77) * 10.0 ** np.random.default_rng(seed).uniform(-9, 12, 77)
    terms = cash * value_factor(YEARS, rate, 2016)
    exact = math.fsum(terms)
    assert value(cash, YEARS, rate, 2016) == pytest.approx(exact, rel=0, abs=1e-15 * np.abs(terms).sum())


def test_interest_of_nothing_and_none_that_leaves_nothing() -> None:
    assert (value_factor(YEARS, 0.0, 2016) == 1.0).all()
    assert value_factor(2017, -0.5, 2016, 1.0) == 2.0
    for rate in (-1.0, -1.5):
        with pytest.raises(InputError, match=rf"interest rate: found {rate:g}; allowed: more than -1 \(-100%\)"):
            value_factor(YEARS, [[0.03], [rate]], 2016)


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, groups=st.integers(1, 6))
def test_past_and_future_groups_and_years_add_up_to_the_lifetime(seed: int, groups: int) -> None:
    flows = cash_flows(seed, groups)
    experience = Experience.at_valuation_rates(flows, Settings())
    for measure, basis in KERNEL_COLUMNS:
        found = experience.values(measure, basis)
        terms = flows.get(measure, basis) * value_factor(YEARS, experience.rates[:, None], 2016)
        assert found.lifetime == pytest.approx(math.fsum(terms.ravel()), rel=1e-13)
        assert found.history == pytest.approx(math.fsum(terms[:, YEARS <= 2016].ravel()), rel=1e-13)
        assert experience.valued_by_group(measure, basis).sum() == pytest.approx(found.lifetime, rel=1e-13)
        parts = [experience.where(series=str(i)).values(measure, basis).lifetime for i in range(groups)]
        assert math.fsum(parts) == pytest.approx(found.lifetime, rel=1e-13)


@settings(deadline=None, max_examples=50)
@given(seed=SEEDS, scale=st.sampled_from([1e-6, 0.5, 3.0, 1e9]))
def test_the_currency_and_the_order_of_groups_do_not_matter(seed: int, scale: float) -> None:
    flows = cash_flows(seed, 4)
    order = np.random.default_rng(seed).permutation(4)
    other = CashFlows(flows.groups.iloc[order].reset_index(drop=True), YEARS, scale * flows.values[order])  # noqa: PD011
    one, same = (Experience.at_valuation_rates(f, Settings()) for f in (flows, other))
    for basis in ("before", "after"):
        assert same.lifetime_loss_ratio(basis) == pytest.approx(one.lifetime_loss_ratio(basis), rel=1e-13)
        np.testing.assert_allclose(same.cumulative_loss_ratio(basis), one.cumulative_loss_ratio(basis), rtol=1e-13)
    assert same.test_58_85().margin == pytest.approx(one.test_58_85().margin, rel=1e-12, abs=1e-12)
    assert same.test_58_85().passed == one.test_58_85().passed


@given(seed=SEEDS)
def test_the_last_cumulative_ratio_is_the_lifetime_ratio(seed: int) -> None:
    experience = Experience.at_valuation_rates(cash_flows(seed, 3), Settings())
    assert experience.cumulative_loss_ratio("after")[-1] == pytest.approx(
        experience.lifetime_loss_ratio("after"), rel=1e-13
    )


def exhibit_2(items: list[float], **changed: float) -> Test5885:
    return Test5885.of(*items, dataclasses.replace(Settings(), **changed))


@given(items=st.lists(money, min_size=6, max_size=6))
def test_the_test_is_its_closed_form(items: list[float]) -> None:
    initial, past, future_initial, future, past_claims, claims = items
    test = exhibit_2(items)
    asked = math.fsum([0.85 * past, 0.85 * future, -0.27 * initial, -0.27 * future_initial])
    size = sum(items)
    assert test.item_5 == pytest.approx(asked, rel=0, abs=1e-15 * size + 1e-300)
    incurred = past_claims + 1.15 * claims
    if abs(incurred - asked) > 1e-14 * size:
        assert test.passed == (incurred > asked)
        assert test.passed == (test.margin >= 0.0) or test.item_5 <= 0.0


@given(premium=st.integers(1, 10**9), extra=st.integers(0, 10**9))
def test_claims_that_are_just_what_is_asked_for_pass(premium: int, extra: int) -> None:
    """Exact in doubles: factors of a half and a quarter, whole dollars."""
    halves = {"initial_premium_factor": 0.5, "increase_premium_factor": 0.25, "moderately_adverse_margin": 0.25}
    asked = 0.5 * premium + 0.25 * extra
    for claims, passes in ((asked, True), (np.nextafter(asked, 0.0), False), (np.nextafter(asked, np.inf), True)):
        test = exhibit_2([0.0, 0.0, premium, premium + extra, claims, 0.0], **halves)
        assert test.item_5 == asked
        assert bool(test.passed) == passes
    tie = exhibit_2([0.0, 0.0, 4 * premium, 4 * premium, 0.0, 1.6 * premium], **halves)
    assert tie.item_7 == pytest.approx(tie.item_5, rel=1e-15)


def test_nothing_at_all_passes_and_has_no_margin() -> None:
    test = exhibit_2([0.0] * 6)
    assert test.passed
    assert math.isnan(test.margin)
    assert math.isnan(lifetime_loss_ratio(0.0, 0.0, 0.0, 0.0))
    assert cumulative_loss_ratio([], []).shape == (0,)


def test_no_groups_have_no_values_and_no_ratio() -> None:
    experience = Experience.at_valuation_rates(cash_flows(1, 2).where(series="none"), Settings())
    assert experience.values("earned_premium", "after").lifetime == 0.0
    assert math.isnan(experience.lifetime_loss_ratio("before"))
    assert np.isnan(experience.cumulative_loss_ratio("before")).all()
    assert math.isnan(experience.test_58_85().margin)


@given(claims=some_money, premium=some_money, target=st.floats(0.05, 5.0), part=st.floats(0.01, 1.0))
def test_the_increase_needed_is_the_one_that_gets_there(
    claims: float, premium: float, target: float, part: float
) -> None:
    after = part * premium
    needed = float(increase_needed(claims / premium, target, premium, after))
    assert premium + needed * after == pytest.approx(claims / target, rel=1e-9, abs=1e-9 * premium)


@pytest.mark.parametrize(("target", "after"), [(-1.0, 200.0), (0.5, -200.0)])
def test_signs_are_kept(target: float, after: float) -> None:
    assert increase_needed(1.0, target, 250.0, after) == (1.0 / target - 1.0) * 250.0 / after


def test_cumulative_ratios_run_along_the_years_and_keep_a_sign() -> None:
    found = cumulative_loss_ratio([[1.0, 1.0], [-2.0, 1.0]], [[1.0, 3.0], [1.0, 1.0]])
    assert found.tolist() == [[1.0, 2.0], [-0.5, -2.0]]
