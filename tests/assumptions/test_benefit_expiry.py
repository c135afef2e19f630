"""Benefit expiry: section 6d's printed ages, and the ages between."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

MALE, FEMALE = 0, 1
PERIODS = ("2", "3", "4", "5", "6", "10", "Lifetime")


def at(a: AssumptionSet, sex: int, period: str, ages: ArrayLike) -> np.ndarray:
    return a.benefit_expiry.rate(sex, PERIODS.index(period), ages)


def test_the_printed_ages_have_the_printed_rates(assumptions: AssumptionSet) -> None:
    ages = [64, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110]
    female_2 = [0.0, 0.0, 0.001, 0.002, 0.004, 0.012, 0.031, 0.061, 0.091, 0.146, 0.2]
    male_10 = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.001, 0.004, 0.009, 0.2]  # the filing's row 7
    assert at(assumptions, FEMALE, "2", ages) == pytest.approx(female_2, rel=1e-15)
    assert at(assumptions, MALE, "10", ages) == pytest.approx(male_10, rel=1e-15)


def test_between_them_it_is_linear(assumptions: AssumptionSet) -> None:
    # Female, 3 years: 0.022 at 90 and 0.047 at 95: 0.005 a year.
    assert at(assumptions, FEMALE, "3", [91, 92, 93, 94]) == pytest.approx([0.027, 0.032, 0.037, 0.042], rel=1e-14)
    # Male, 6 years: 0.036 at 105 and 0.2 at 110: 0.0328 a year.
    assert at(assumptions, MALE, "6", 107) == pytest.approx(0.036 + 2 * 0.0328, rel=1e-14)
    assert (at(assumptions, MALE, "2", np.arange(110, 121)) == 0.2).all()
    assert (at(assumptions, MALE, "2", np.arange(0, 66)) == 0.0).all()


def test_or_a_step() -> None:
    a = bundled(Settings(benefit_expiry_between_ages="step"))
    assert at(a, FEMALE, "3", [89, 90, 94, 95]).tolist() == [0.008, 0.022, 0.022, 0.047]


def test_lifetime_benefits_do_not_expire(assumptions: AssumptionSet) -> None:
    for sex in (MALE, FEMALE):
        assert (at(assumptions, sex, "Lifetime", np.arange(121)) == 0.0).all()


def test_an_age_beyond_the_table_is_an_error(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"benefit_expiry.*attained age 121"):
        at(assumptions, MALE, "2", [60, 121])


def test_a_missing_row_is_an_error_that_names_it() -> None:
    tables = bundled_tables()
    frame = tables["benefit_expiry"].frame
    kept = frame[(frame["sex"] != "Male") | (frame["benefit_period"] != "5")].reset_index(drop=True)
    tables["benefit_expiry"] = InputTable(kept)
    with pytest.raises(InputError, match="no row for Male 5"):
        AssumptionSet.from_tables(tables)
