"""Interest: maximum valuation rates by issue year, and the rates of section 16."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.errors import InputError


@pytest.mark.parametrize(
    ("issue_year", "rate"),
    [(2000, 0.045), (2005, 0.045), (2006, 0.040), (2012, 0.040), (2013, 0.035), (2016, 0.035)],
)
def test_each_rate_holds_until_the_next_ones_year(assumptions: AssumptionSet, issue_year: int, rate: float) -> None:
    assert assumptions.valuation_interest.rate(issue_year) == rate


def test_the_rows_may_stand_in_any_order() -> None:
    tables = bundled_tables()
    frame = tables["valuation_interest"].frame
    frame[:] = frame.iloc[::-1].to_numpy()
    rates = AssumptionSet.from_tables(tables).valuation_interest.rate([2005, 2006, 2013])
    assert rates.tolist() == [0.045, 0.040, 0.035]


def test_an_issue_year_before_the_table_is_an_error(assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"valuation_interest.*issue year 1899"):
        assumptions.valuation_interest.rate([2001, 1899])


def test_original_pricing_used_the_earned_rate_for_the_first_three_series(assumptions: AssumptionSet) -> None:
    basis = dict(zip(assumptions.pricing_interest.series, assumptions.pricing_interest.earned_rate, strict=True))
    assert [basis[s] for s in ("200", "300", "400")] == [0.05, 0.05, 0.05]
    assert np.isnan([basis["500"], basis["511"]]).all()


def test_a_series_on_the_earned_basis_needs_a_rate() -> None:
    tables = bundled_tables()
    tables["series"].frame.loc[1, "earned_rate"] = ""
    with pytest.raises(InputError, match=r"series.*the earned rate"):
        AssumptionSet.from_tables(tables)
