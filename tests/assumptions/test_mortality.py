"""Mortality: printed rates, the closed form of the A-1a factors, the end of the table, the age basis."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from xl_ltc.assumptions import soa
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.assumptions.mortality import improved
from xl_ltc.errors import InputError
from xl_ltc.settings import Settings

MALE, FEMALE = 0, 1
SINGLE, PARTNERED = 0, 1
PREFERRED, STANDARD, SUBSTANDARD = 0, 1, 2

# As the Society of Actuaries publishes them (mort.soa.org, tables 2581 and 2582).
IAM_2012_BASIC = [
    ("Male", 0, 0.001783),
    ("Male", 60, 0.005662),
    ("Male", 65, 0.009007),
    ("Male", 75, 0.020905),
    ("Male", 85, 0.066505),
    ("Male", 105, 0.4),
    ("Male", 120, 0.4),
    ("Female", 0, 0.001801),
    ("Female", 65, 0.006829),
    ("Female", 75, 0.015869),
    ("Female", 99, 0.236834),
    ("Female", 120, 0.4),
]


@pytest.mark.parametrize(("sex", "age", "q"), IAM_2012_BASIC)
def test_the_base_table_is_the_published_one(sex: str, age: int, q: float) -> None:
    assert soa.table(soa.IAM_2012_BASIC[sex])[age] == q


def test_the_base_hazard_turns_back_into_the_published_rate(assumptions: AssumptionSet) -> None:
    for sex, age, q in IAM_2012_BASIC:
        if age < 120:
            hazard = assumptions.mortality.hazard.at(("Male", "Female").index(sex), age)
            assert 1 - math.exp(-hazard) == pytest.approx(q, rel=1e-14)


@pytest.mark.parametrize(
    ("sex", "age", "partner", "underwriting", "duration", "q_base", "factors"),
    [
        # Exhibit A-1a: attained age, sex, partner status, underwriting class, duration.
        (MALE, 75, SINGLE, STANDARD, 1, 0.020905, (0.87, 0.98, 0.99, 0.99, 0.82)),
        (FEMALE, 65, PARTNERED, PREFERRED, 5, 0.006829, (0.71, 0.96, 0.95, 0.94, 0.56)),
        (FEMALE, 99, SINGLE, SUBSTANDARD, 19, 0.236834, (1.00, 0.96, 0.99, 1.01, 0.98)),
        (MALE, 105, PARTNERED, SUBSTANDARD, 20, 0.4, (1.00, 0.98, 0.95, 1.01, 0.98)),
        (MALE, 105, PARTNERED, SUBSTANDARD, 77, 0.4, (1.00, 0.98, 0.95, 1.01, 0.98)),
        (FEMALE, 0, PARTNERED, STANDARD, 2, 0.001801, (0.99, 0.96, 0.95, 0.99, 0.71)),
    ],
)
def test_q_is_one_less_the_base_survival_to_the_power_of_the_factors(
    assumptions: AssumptionSet,
    sex: int,
    age: int,
    partner: int,
    underwriting: int,
    duration: int,
    q_base: float,
    factors: tuple[float, ...],
) -> None:
    # 1 − exp(−h·Πf) with h = −ln(1 − q) is 1 − (1 − q)^Πf.
    expected = 1 - (1 - q_base) ** math.prod(factors)
    assert assumptions.mortality.q(sex, age, partner, underwriting, duration) == pytest.approx(expected, rel=1e-13)


def test_at_the_last_age_everyone_dies_or_the_last_rate_holds() -> None:
    certain = bundled(Settings(end_of_mortality_table="certain_death"))
    holds = bundled(Settings(end_of_mortality_table="last_rate_holds"))
    assert certain.mortality.q(MALE, 120, SINGLE, STANDARD, 30) == 1.0
    assert certain.mortality.q(MALE, 119, SINGLE, STANDARD, 30) < 0.4
    # 0.98 · 0.99 · 0.99 · 0.98 · 1.00 on the table's 0.4.
    expected = 1 - 0.6 ** (0.98 * 0.99 * 0.99 * 0.98)
    assert holds.mortality.q(MALE, 120, SINGLE, STANDARD, 30) == pytest.approx(expected, rel=1e-13)


def test_certain_death_is_not_improved() -> None:
    assert improved(np.array([1.0, 0.5]), np.array([0.9, 0.9])).tolist() == [1.0, 0.45]


def test_age_last_birthday_reads_the_table_half_a_year_later() -> None:
    last = bundled(Settings(age_basis="last_birthday")).mortality
    q = (0.015869 + 0.017555) / 2  # females of 75 and 76
    assert 1 - math.exp(-last.hazard.at(FEMALE, 75)) == pytest.approx(q, rel=1e-13)


@pytest.mark.parametrize("age", [-1, 121])
def test_an_age_outside_the_table_is_an_error_that_names_table_and_age(assumptions: AssumptionSet, age: int) -> None:
    with pytest.raises(InputError, match=rf"mortality_.*attained age {age}"):
        assumptions.mortality.q(MALE, age, SINGLE, STANDARD, 1)


def test_duration_zero_is_an_error_that_names_table_and_duration(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"mortality_factor_policy_duration.*policy duration 0"):
        assumptions.mortality.q(MALE, np.array([60, 61]), SINGLE, STANDARD, np.array([3, 0]))


def test_editing_a_factor_changes_the_result(assumptions: AssumptionSet) -> None:
    doubled = replace(
        assumptions.mortality,
        sex_factor=replace(assumptions.mortality.sex_factor, values=2 * assumptions.mortality.sex_factor.values),
    )
    args = (MALE, 70, SINGLE, STANDARD, 4)
    # Twice the factor squares the survival.
    assert 1 - doubled.q(*args) == pytest.approx((1 - assumptions.mortality.q(*args)) ** 2, rel=1e-14)
