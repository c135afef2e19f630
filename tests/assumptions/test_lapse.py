"""Voluntary lapse: section 6c's table and its scalars."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.settings import Settings

SINGLE, PARTNERED = 0, 1
LIFETIME, TEN, TWENTY, TO_65 = 0, 1, 2, 3

# Section 6c, durations 1 to 9+.
SINGLE_RATES = (0.04, 0.055, 0.035, 0.03, 0.025, 0.02, 0.0175, 0.0125, 0.009)
PARTNERED_RATES = (0.015, 0.025, 0.02, 0.015, 0.012, 0.009, 0.007, 0.006, 0.005)


def rates(a: AssumptionSet, partner: int, option: int, *, discounted: bool = False, issue_age: int = 55) -> np.ndarray:
    return a.lapse.rate(partner, np.arange(1, 41), option, discounted, issue_age)


def test_lifetime_pay_has_the_printed_rates(assumptions: AssumptionSet) -> None:
    assert rates(assumptions, SINGLE, LIFETIME).tolist() == [*SINGLE_RATES, *[0.009] * 31]
    assert rates(assumptions, PARTNERED, LIFETIME).tolist() == [*PARTNERED_RATES, *[0.005] * 31]


def test_ten_pay_has_half_of_them_for_eight_years_then_none(assumptions: AssumptionSet) -> None:
    expected = [0.02, 0.0275, 0.0175, 0.015, 0.0125, 0.01, 0.00875, 0.00625, *[0.0] * 32]
    assert rates(assumptions, SINGLE, TEN) == pytest.approx(expected, rel=1e-15)


def test_twenty_pay_has_three_quarters_for_fifteen_years_then_none(assumptions: AssumptionSet) -> None:
    first = [0.01125, 0.01875, 0.015, 0.01125, 0.009, 0.00675, 0.00525, 0.0045]
    expected = [*first, *[0.00375] * 7, *[0.0] * 25]
    assert rates(assumptions, PARTNERED, TWENTY) == pytest.approx(expected, rel=1e-15)


def test_pay_to_65_depends_on_the_issue_age(assumptions: AssumptionSet) -> None:
    """Section 6c: three quarters at issue ages up to 60, none above, whatever the attained age."""
    assert rates(assumptions, SINGLE, TO_65, issue_age=60)[[0, 1, 8, 39]] == pytest.approx(
        [0.03, 0.04125, 0.00675, 0.00675], rel=1e-15
    )
    assert (rates(assumptions, SINGLE, TO_65, issue_age=61) == 0.0).all()


def test_pay_to_65_may_depend_on_the_attained_age() -> None:
    """Exhibit III: three quarters until age 60, none after."""
    a = bundled(Settings(paid_up_at_65_lapse="attained_age"))
    lapse = rates(a, SINGLE, TO_65, issue_age=55)
    # Issue age 55: attained age 60 in duration 6, 61 in duration 7.
    assert lapse[:6] == pytest.approx([0.75 * r for r in SINGLE_RATES[:6]], rel=1e-15)
    assert (lapse[6:] == 0.0).all()
    # Issue age 30: attained age 60 in duration 31, beyond the last duration of the table.
    lapse = rates(a, SINGLE, TO_65, issue_age=30)
    assert lapse[30] == pytest.approx(0.00675, rel=1e-15)
    assert (lapse[31:] == 0.0).all()
    # The other options do not change.
    assert (rates(a, SINGLE, TEN) == rates(bundled(), SINGLE, TEN)).all()


def test_the_discounted_renewal_scalar_multiplies(assumptions: AssumptionSet) -> None:
    # 0.04 · 0.75; ten-pay 0.04 · 0.5 · 0.75; nothing left after ten-pay's eight years.
    assert rates(assumptions, SINGLE, LIFETIME, discounted=True)[0] == pytest.approx(0.03, rel=1e-15)
    ten_pay = rates(assumptions, SINGLE, TEN, discounted=True)
    assert ten_pay[0] == pytest.approx(0.015, rel=1e-15)
    assert (ten_pay[8:] == 0.0).all()


@pytest.mark.parametrize("option", [LIFETIME, TEN, TWENTY, TO_65])
@pytest.mark.parametrize("rule", ["issue_age", "attained_age"])
def test_an_ultimate_rate_holds_at_every_later_duration(option: int, rule: str) -> None:
    """Also past the age at which the mortality table ends."""
    a = bundled(Settings(paid_up_at_65_lapse=rule))
    late = a.lapse.rate(SINGLE, np.arange(60, 140), option, False, 60)
    assert (late == late[0]).all()


def test_duration_zero_is_an_error(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"lapse_lifetime_pay.*policy duration 0"):
        assumptions.lapse.rate(SINGLE, 0, LIFETIME, False, 55)


@pytest.mark.parametrize("age", [-1, 121])
def test_an_issue_age_outside_the_table_is_an_error(assumptions: AssumptionSet, age: int) -> None:
    with pytest.raises(InputError, match=rf"lapse_payment_option.*issue age {age}"):
        assumptions.lapse.rate(SINGLE, 1, LIFETIME, False, age)


def test_a_gap_between_the_scalars_is_an_error_that_names_the_durations() -> None:
    tables = bundled_tables()
    frame = tables["lapse_payment_option"].frame
    frame.loc[frame["premium_payment"].eq("Ten-Pay") & frame["duration_from"].eq("9"), "duration_from"] = "12"
    with pytest.raises(InputError, match="no scalar for Ten-Pay in duration 9–11"):
        AssumptionSet.from_tables(tables)


def test_two_scalars_for_the_same_duration_are_an_error() -> None:
    tables = bundled_tables()
    frame = tables["lapse_payment_option"].frame
    frame.loc[frame["premium_payment"].eq("Ten-Pay") & frame["duration_from"].eq("1"), "duration_to"] = "9"
    with pytest.raises(InputError, match="a second scalar"):
        AssumptionSet.from_tables(tables)
