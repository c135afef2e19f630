"""The premium-paying period."""

from __future__ import annotations

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.premium import FOR_LIFE

LIFETIME, TEN, TWENTY, TO_65 = 0, 1, 2, 3


def test_paying_years(assumptions: AssumptionSet) -> None:
    years = assumptions.premium.paying_years
    assert years([LIFETIME, TEN, TWENTY, TO_65], 50).tolist() == [FOR_LIFE, 10, 20, 15]
    assert years(TO_65, [18, 64, 65, 70]).tolist() == [47, 1, 0, 0]


def test_only_lifetime_pay_is_not_limited(assumptions: AssumptionSet) -> None:
    assert assumptions.premium.is_limited([LIFETIME, TEN, TWENTY, TO_65]).tolist() == [False, True, True, True]
