"""Morbidity: the A-3a factors a policy meets, benefit growth, the claim cost's relativities."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.tables import InputTable

MALE, FEMALE = 0, 1
SERIES = ("200", "300", "400", "500", "511")
PERIODS = ("2", "3", "4", "5", "6", "10", "Lifetime")
INDEMNITY, REIMBURSEMENT = 0, 1
NONE, SIMPLE_5, COMPOUND_3, COMPOUND_5 = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("series", "period", "kind", "age", "factors"),
    [
        # Exhibit A-3a at the attained age: series, lifetime or limited benefit period, benefit type.
        ("200", "Lifetime", INDEMNITY, 75, (1.05, 1.15, 1.07)),
        ("300", "3", REIMBURSEMENT, 62, (0.95, 0.89, 0.89)),
        ("400", "10", INDEMNITY, 80, (0.98, 1.00, 1.03)),
        ("500", "Lifetime", REIMBURSEMENT, 54, (1.00, 1.02, 0.99)),
        ("511", "2", REIMBURSEMENT, 58, (0.99, 0.97, 0.93)),
        ("511", "2", INDEMNITY, 117, (1.00, 1.01, 1.00)),
    ],
)
def test_age_cost_is_the_claim_cost_times_three_factors(
    assumptions: AssumptionSet, series: str, period: str, kind: int, age: int, factors: tuple[float, float, float]
) -> None:
    morbidity = assumptions.morbidity
    code, row = SERIES.index(series), PERIODS.index(period)
    for sex in (MALE, FEMALE):
        expected = morbidity.claim_cost.at(sex, age) * factors[0] * factors[1] * factors[2]
        assert morbidity.age_cost(sex, code, row, kind, age) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("series", "duration", "factor"),
    [("200", 1, 0.99), ("200", 10, 1.14), ("300", 2, 1.12), ("400", 10, 0.90), ("500", 5, 0.96), ("511", 5, 0.96)],
)
def test_duration_factors(assumptions: AssumptionSet, series: str, duration: int, factor: float) -> None:
    assert assumptions.morbidity.duration(SERIES.index(series), duration) == factor


def test_the_last_duration_holds(assumptions: AssumptionSet) -> None:
    assert (assumptions.morbidity.duration(0, np.arange(20, 80)) == 1.0).all()


def test_sex_and_underwriting_factors(assumptions: AssumptionSet) -> None:
    assert assumptions.morbidity.sex_factor.at([MALE, FEMALE]).tolist() == [1.04, 0.91]
    # The filing prints Preferred and Non-Preferred.
    assert assumptions.morbidity.underwriting_factor.at([0, 1, 2]).tolist() == [0.90, 1.05, 1.05]


def test_benefits_grow_from_the_first_anniversary(assumptions: AssumptionSet) -> None:
    growth = assumptions.morbidity.benefit_growth
    durations = np.array([1, 2, 3, 11, 41])
    assert growth(NONE, durations).tolist() == [1, 1, 1, 1, 1]
    assert growth(SIMPLE_5, durations) == pytest.approx([1, 1.05, 1.10, 1.50, 3.00], rel=1e-15)
    assert growth(COMPOUND_3, durations) == pytest.approx([1, 1.03, 1.0609, 1.03**10, 1.03**40], rel=1e-15)
    assert growth(COMPOUND_5, durations) == pytest.approx([1, 1.05, 1.1025, 1.05**10, 1.05**40], rel=1e-15)


def test_beyond_the_tables_is_an_error(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"claim_cost.*attained age 121"):
        assumptions.morbidity.age_cost(MALE, 0, 0, 0, 121)
    with pytest.raises(InputError, match=r"morbidity_factor_policy_duration.*policy duration 0"):
        assumptions.morbidity.duration(0, 0)
    with pytest.raises(InputError, match=r"inflation_option.*policy duration 0"):
        assumptions.morbidity.benefit_growth(COMPOUND_5, np.array([1, 0]))


def test_a_category_without_relativity_is_an_error_that_names_it() -> None:
    tables = bundled_tables()
    frame = tables["claim_cost_relativity"].frame
    tables["claim_cost_relativity"] = InputTable(frame[frame["category"] != "Compound 3%"].reset_index(drop=True))
    with pytest.raises(InputError, match="no row for inflation_option Compound 3%"):
        AssumptionSet.from_tables(tables)
