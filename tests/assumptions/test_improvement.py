"""Improvement: (1 − G2)^k, for ten years."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.assumptions import soa
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.errors import InputError

MALE, FEMALE = 0, 1


@pytest.mark.parametrize(
    ("sex", "age", "rate"),
    [("Male", 65, 0.015), ("Male", 85, 0.011), ("Female", 65, 0.013), ("Female", 85, 0.010), ("Female", 105, 0.0)],
)
def test_the_scale_is_the_published_g2(sex: str, age: int, rate: float) -> None:
    assert soa.table(soa.SCALE_G2[sex])[age] == rate


def test_the_first_projection_year_has_one_year_of_improvement(assumptions: AssumptionSet) -> None:
    assert assumptions.improvement.factor(MALE, 65, 1) == pytest.approx(0.985, rel=1e-15)
    assert assumptions.improvement.factor(FEMALE, 65, 3) == pytest.approx(0.987 * 0.987 * 0.987, rel=1e-15)


def test_improvement_stops_after_ten_years(assumptions: AssumptionSet) -> None:
    factor = assumptions.improvement.factor(MALE, 65, np.arange(1, 61))
    assert factor[9] == pytest.approx(0.985**10, rel=1e-15)
    assert factor[8] > factor[9]
    assert (factor[9:] == factor[9]).all()


def test_there_is_none_beyond_the_scales_last_age(assumptions: AssumptionSet) -> None:
    assert (assumptions.improvement.factor(FEMALE, np.arange(106, 121), 10) == 1.0).all()


def test_the_number_of_years_is_an_input() -> None:
    tables = bundled_tables()
    tables["improvement"].frame.loc[0, "value"] = "0"
    none = AssumptionSet.from_tables(tables)
    assert none.improvement.factor(MALE, 65, 5) == 1.0


def test_an_age_beyond_the_table_is_an_error(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"improvement_scale.*attained age 121"):
        assumptions.improvement.factor(MALE, 121, 1)
