"""Lapse of original pricing: every number of Exhibit III's grids, copied here from its text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.bases import PricingBasis, build_basis
from xl_ltc.errors import InputError
from xl_ltc.experience.study import bundled_study

Basis = Callable[..., PricingBasis]

BANDS = {"<40": (18, 39), "40-44": (40, 44), "45-49": (45, 49), "50-54": (50, 54), "55-59": (55, 59)}
BANDS |= {"60-64": (60, 64), "65-69": (65, 69), "70-74": (70, 74), "75-79": (75, 79), "80+": (80, 84)}

SERIES_400 = """
1 7.00 2.00 2.00
2 4.00 2.00 2.00
3 3.00 2.00 2.00
4 2.50 2.00 2.00
5 2.00 2.00 2.00
6 2.00 1.50 1.50
7 2.00 1.25 1.25
8 2.00 1.00 1.00
9 2.00 1.00 1.00
10 2.00 0.00 1.00
11 2.00 0.00 1.00
12 2.00 0.00 1.00
13 2.00 0.00 1.00
14 2.00 0.00 1.00
15 2.00 0.00 1.00
16 2.00 0.00 0.00
"""
SERIES_500 = """
0 7.50 5.50 3.75 3.00 2.50 2.50 3.25 4.50 5.50 7.75
1 5.75 4.25 3.00 2.25 2.00 2.00 2.50 3.50 4.50 6.00
2 4.25 3.25 2.25 1.75 1.50 1.50 1.75 2.50 3.25 4.25
3 3.25 2.25 1.75 1.25 1.00 1.00 1.25 2.00 2.50 3.25
4 2.00 1.50 1.00 0.75 0.75 0.75 1.00 1.25 1.50 2.25
5 1.75 1.25 0.75 0.65 0.65 0.65 0.75 1.00 1.25 2.00
6 1.50 1.00 0.65 0.65 0.65 0.65 0.65 0.75 1.00 1.75
7 1.25 0.75 0.65 0.65 0.65 0.65 0.65 0.65 0.75 1.50
8 1.00 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 1.25
9 0.75 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 1.00
10 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.75
11 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65
"""
SERIES_511 = """
0 8.60 4.50 3.70 3.55 2.85 3.50 3.50 3.85 4.05 3.55
1 5.55 4.15 3.60 2.90 2.40 2.35 2.75 3.15 3.00 3.10
2 3.55 3.00 2.25 2.10 1.80 1.85 1.95 1.95 2.05 2.05
3 3.30 2.05 2.15 1.70 1.50 1.55 1.60 1.80 1.85 1.75
4 2.15 1.95 1.70 1.35 1.05 1.00 1.20 1.15 1.20 1.35
5 2.15 1.95 1.60 1.10 1.00 1.00 1.10 1.15 1.15 1.25
6 2.15 1.95 1.60 1.10 1.00 1.00 1.10 1.15 1.15 1.25
7 1.35 1.35 1.25 1.05 0.95 0.90 0.95 1.05 1.00 1.00
8 0.80 0.80 0.80 0.80 0.80 0.80 0.80 0.80 0.80 0.80
9 0.70 0.70 0.70 0.70 0.70 0.70 0.70 0.70 0.70 0.70
10 0.55 0.55 0.55 0.55 0.55 0.55 0.55 0.55 0.55 0.55
"""
SERIES_511_LIMITED = """
0 3.20 2.65 2.30 2.00 1.85 1.90 2.15 2.30 2.35 2.15
1 2.85 2.45 2.05 1.75 1.55 1.60 1.70 1.90 2.00 1.85
2 2.30 1.80 1.55 1.20 1.10 1.20 1.25 1.30 1.70 1.30
3 1.00 1.00 1.00 1.00 1.00 1.00 1.00 1.00 1.00 1.00
4 0.60 0.60 0.60 0.60 0.60 0.60 0.60 0.60 0.60 0.60
5 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65 0.65
6 0.30 0.30 0.30 0.30 0.30 0.30 0.30 0.30 0.30 0.30
7 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00
"""


def grid(words: str) -> np.ndarray:
    """Rates by duration (the last holds) and column, as fractions."""
    return np.array([[float(v) for v in line.split()[1:]] for line in words.strip().splitlines()]) / 100.0


def rates(basis: PricingBasis, option: str, issue_age: int, durations: int = 45) -> np.ndarray:
    code = basis.lapse.premium.options.index(option)
    return basis.lapse.rate(0, np.arange(1, durations + 1), code, False, issue_age)


def spread(column: np.ndarray, durations: int = 45) -> np.ndarray:
    return np.concatenate([column, np.full(durations - len(column), column[-1])])


@pytest.mark.parametrize("name", ["200", "300"])
def test_series_200_and_300_have_one_column_and_two_percent_while_limited_pay_is_paid(name: str, basis: Basis) -> None:
    of = basis(name)
    lifetime = [0.08, 0.06, 0.05, 0.04, *[0.035] * 41]
    for age in (18, 60, 84):
        assert rates(of, "Lifetime-Pay", age) == pytest.approx(lifetime, rel=1e-15)
        assert rates(of, "Ten-Pay", age).tolist() == [0.02] * 10 + [0.0] * 35
        assert rates(of, "Twenty-Pay", age).tolist() == [0.02] * 20 + [0.0] * 25
    assert rates(of, "Pay to Age 65", 50).tolist() == [0.02] * 15 + [0.0] * 30
    assert rates(of, "Pay to Age 65", 64).tolist() == [0.02] + [0.0] * 44
    # Beyond the twenty durations of a table premium may still be payable.
    assert rates(of, "Pay to Age 65", 25).tolist() == [0.02] * 40 + [0.0] * 5


def test_series_400_has_a_column_for_each_option(basis: Basis) -> None:
    of, printed = basis("400"), grid(SERIES_400)
    for age in (18, 59, 84):
        assert rates(of, "Lifetime-Pay", age) == pytest.approx(spread(printed[:, 0]), rel=1e-15)
        assert rates(of, "Ten-Pay", age) == pytest.approx(spread(printed[:, 1]), rel=1e-15)
        assert rates(of, "Twenty-Pay", age) == pytest.approx(spread(printed[:, 2]), rel=1e-15)


def test_series_400_pay_to_65_lapses_as_twenty_pay_until_it_is_paid_up(basis: Basis) -> None:
    of, twenty = basis("400"), grid(SERIES_400)[:, 2]
    assert rates(of, "Pay to Age 65", 58) == pytest.approx([*twenty[:7], *[0.0] * 38], rel=1e-15)
    assert rates(of, "Pay to Age 65", 40) == pytest.approx(spread(twenty), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "words"), [("500", SERIES_500), ("511", SERIES_511), ("513", SERIES_511)], ids=["500", "511", "513"]
)
def test_lifetime_pay_by_issue_age_counts_durations_from_nought(name: str, words: str, basis: Basis) -> None:
    of, printed = basis(name), grid(words)
    for column, (youngest, oldest) in enumerate(BANDS.values()):
        for age in (youngest, oldest):
            # Row 0 is the first policy year, which the engine calls 1.
            assert rates(of, "Lifetime-Pay", age) == pytest.approx(spread(printed[:, column]), rel=1e-15)


@pytest.mark.parametrize("option", ["Ten-Pay", "Twenty-Pay", "Pay to Age 65"])
def test_series_500_limited_pay_lapses_in_the_first_year_only(option: str, basis: Basis) -> None:
    assert rates(basis("500"), option, 50).tolist() == [0.035] + [0.0] * 44


@pytest.mark.parametrize("name", ["511", "513"])
@pytest.mark.parametrize("option", ["Ten-Pay", "Twenty-Pay"])
def test_series_511_limited_pay_by_issue_age(name: str, option: str, basis: Basis) -> None:
    of, printed = basis(name), grid(SERIES_511_LIMITED)
    for column, (youngest, oldest) in enumerate(BANDS.values()):
        for age in (youngest, oldest):
            assert rates(of, option, age) == pytest.approx(spread(printed[:, column]), rel=1e-15)


@pytest.mark.parametrize("name", ["200", "400", "500", "511"])
def test_who_is_paid_up_does_not_lapse(name: str, basis: Basis) -> None:
    """At 63 pay to 65 has two years of premium; the tables go on with lapse."""
    of = basis(name)
    found = rates(of, "Pay to Age 65", 63)
    assert (found[2:] == 0.0).all() and found[0] > 0.0
    assert (rates(of, "Pay to Age 65", 65) == 0.0).all()


def test_neither_partner_status_nor_discounted_renewal_makes_a_difference(basis: Basis) -> None:
    of = basis("511").lapse
    found = of.rate(np.array([[0], [1]]), 3, 0, np.array([False, True]), 52)
    assert found.shape == (2, 2) and (found == 0.0210).all()


def test_rates_do_not_change_after_the_last_duration(basis: Basis) -> None:
    """The projection tabulates no further than ``last_duration``."""
    of = basis("200").lapse
    durations = np.arange(of.last_duration, of.last_duration + 50)
    for option in range(len(of.premium.options)):
        found = of.rate(0, durations, option, False, np.arange(18, 85)[:, None])
        assert (found == found[:, :1]).all()


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("pricing_lapse_400", lambda f: f[f["policy_duration"] != "7"], "no row for policy duration 7"),
        ("pricing_lapse_400", lambda f: f.replace({"policy_duration": {"1": "0"}}), "found '0'"),
        ("pricing_lapse_400", lambda f: f.iloc[:0], "table pricing_lapse_400: found no rows"),
        ("pricing_bases", lambda f: f.assign(other_limited_pay=""), "found no lapse rates for Pay to Age 65"),
        ("pricing_bases", lambda f: f.assign(other_limited_pay="ten pay"), "found no lapse rates for Pay to Age 65"),
    ],
)
def test_what_is_wrong_with_a_grid_is_told(
    table: str, change: Callable[..., object], said: str, assumptions: AssumptionSet
) -> None:
    frames = dict(bundled_study())
    frames[table] = change(frames[table].copy())  # type: ignore[assignment]
    with pytest.raises(InputError, match=said) as error:
        build_basis("400", frames, assumptions)
    assert f"basis 400, table {table}" in str(error.value)
    build_basis("511", frames, assumptions)
