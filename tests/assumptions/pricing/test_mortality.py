"""Mortality of original pricing against the tables of the Society of Actuaries, read here for themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pymort import MortXML

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.bases import PricingBasis, build_basis
from xl_ltc.assumptions.pricing.mortality import PricingMortality
from xl_ltc.assumptions.pricing.specs import BASES, MORTALITY, SELECT
from xl_ltc.errors import InputError
from xl_ltc.experience.study import bundled_study
from xl_ltc.settings import Settings

Basis = Callable[..., PricingBasis]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in pymort

MALE, FEMALE = 0, 1
AGES = np.arange(121)
ULTIMATE = 16
"""A policy year after every select period."""
# Of Exhibit III's three tables: identity numbers of male and female, the table's last age, the multiple.
TABLES = {
    "200": ((363, 361), 100, 1.0),
    "300": ((363, 361), 100, 1.0),
    "400": ((835, 834), 120, 1.0),
    "500": ((887, 886), 115, 0.8),
    "511": ((887, 886), 115, 1.0),
    "513": ((887, 886), 115, 1.0),
}


@functools.cache
def published(identity: int, part: int = -1) -> dict[int | tuple[int, int], float]:
    """An SOA table by age, or by issue age and policy year."""
    return {k: float(v) for k, v in MortXML.from_id(identity).Tables[part].Values["vals"].items()}


def q(mortality: PricingMortality, sex: int, age: int, duration: int) -> float:
    return float(mortality.q(sex, age, 0, 0, duration))


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("sex", [MALE, FEMALE])
def test_ultimate_rates_are_the_published_ones_times_the_multiple(name: str, sex: int, basis: Basis) -> None:
    identities, last, multiple = TABLES[name]
    table = published(identities[sex])
    assert max(table) == last
    mortality = basis(name).mortality
    for age in range(34, last):
        assert q(mortality, sex, age, ULTIMATE) == pytest.approx(multiple * table[age], rel=1e-14)


def test_rates_as_the_society_prints_them(basis: Basis) -> None:
    """A few known by themselves, so that a swap of tables or sexes can't hide in the reading above."""
    assert q(basis("400").mortality, MALE, 65, 1) == pytest.approx(0.014535)
    assert q(basis("400").mortality, FEMALE, 65, 1) == pytest.approx(0.008636)
    assert q(basis("511").mortality, MALE, 65, 1) == pytest.approx(0.009940)
    assert q(basis("500").mortality, MALE, 65, 1) == pytest.approx(0.8 * 0.009940)


@pytest.mark.parametrize("name", ["200", "300"])
@pytest.mark.parametrize("sex", [MALE, FEMALE])
def test_the_first_fifteen_years_are_select(name: str, sex: int, basis: Basis) -> None:
    identity = TABLES[name][0][sex]
    select, ultimate = published(identity, 0), published(identity)
    mortality = basis(name).mortality
    for issue_age in (18, 35, 50, 64, 70):
        for t in range(1, 16):
            assert q(mortality, sex, issue_age + t - 1, t) == select[issue_age, t]
        assert q(mortality, sex, issue_age + 15, 16) == ultimate[issue_age + 15]
    assert q(mortality, sex, 60, 1) < 0.6 * q(mortality, sex, 60, ULTIMATE)


def test_an_issue_age_without_select_rates_has_the_ultimate_ones_from_the_first_year(basis: Basis) -> None:
    ultimate = published(363)
    mortality = basis("200").mortality
    assert [q(mortality, MALE, 71 + t - 1, t) for t in range(1, 16)] == [ultimate[70 + t] for t in range(1, 16)]


@pytest.mark.parametrize("name", ["400", "500", "511"])
def test_an_aggregate_table_does_not_look_at_the_policy_year(name: str, basis: Basis) -> None:
    mortality = basis(name).mortality
    rates = mortality.q(np.array([[[0]], [[1]]]), AGES[:, None], 0, 0, np.array([1, 2, 15, 16, 60]))
    assert rates.shape == (2, 121, 5)
    assert (rates == rates[..., :1]).all()


def test_neither_partner_status_nor_underwriting_class_makes_a_difference(basis: Basis) -> None:
    mortality = basis("200").mortality
    rates = mortality.q(FEMALE, 60, np.array([[0], [1]]), np.array([0, 1, 2]), 3)
    assert rates.shape == (2, 3) and (rates == rates[0, 0]).all()


@pytest.mark.parametrize("name", TABLES)
def test_at_a_tables_end_everybody_dies_or_the_last_rate_holds(name: str, basis: Basis) -> None:
    identities, last, multiple = TABLES[name]
    certain = basis(name, end_of_mortality_table="certain_death").mortality
    holds = basis(name, end_of_mortality_table="last_rate_holds").mortality
    for sex, identity in enumerate(identities):
        end = published(identity)[last]
        for age in range(last, 121):
            assert q(certain, sex, age, ULTIMATE) == 1.0
            assert q(holds, sex, age, ULTIMATE) == pytest.approx(multiple * end, rel=1e-14)
        assert q(certain, sex, last - 1, ULTIMATE) == q(holds, sex, last - 1, ULTIMATE) < 1.0


@pytest.mark.parametrize("name", TABLES)
def test_at_the_last_birthday_a_rate_is_half_a_year_later(name: str, basis: Basis) -> None:
    identities, last, multiple = TABLES[name]
    mortality = basis(name, age_basis="last_birthday").mortality
    for sex, identity in enumerate(identities):
        table = published(identity)
        for age in (40, 65, 80, last - 2):
            between = 0.5 * (table[age] + table[age + 1]) * multiple
            assert q(mortality, sex, age, ULTIMATE) == pytest.approx(between, rel=1e-14)
    if name in ("200", "300"):
        select = published(361, 0)
        # Half a year older at issue, in the same policy year.
        assert q(mortality, FEMALE, 54, 5) == pytest.approx(0.5 * (select[50, 5] + select[51, 5]), rel=1e-14)


def test_the_last_select_issue_age_stays_select_at_the_last_birthday(basis: Basis) -> None:
    """Issue age 70 is followed by no select rates to take the mean with; those of 70 hold, as at a table's end."""
    mortality = basis("200", age_basis="last_birthday").mortality
    assert q(mortality, MALE, 70, 1) == published(363, 0)[70, 1]
    assert q(mortality, MALE, 71, 1) == pytest.approx(0.5 * (published(363)[71] + published(363)[72]), rel=1e-14)


@pytest.mark.parametrize("age_basis", ["nearest_birthday", "last_birthday"])
@pytest.mark.parametrize("multiple", [1.0, 20.0])
def test_no_probability_is_more_than_one(age_basis: str, multiple: float) -> None:
    frames = bundled_study()
    own = [frames[t][frames[t]["mortality_table"].str.startswith("1975")] for t in (MORTALITY, SELECT)]
    settings = Settings(age_basis=age_basis, end_of_mortality_table="last_rate_holds")
    mortality = PricingMortality.of(*own, multiple, settings)
    rates = mortality.q(np.array([[[0]], [[1]]]), AGES[:, None], 0, 0, np.arange(1, 40))
    assert ((rates > 0.0) & (rates <= 1.0)).all()
    assert (rates.max() == 1.0) == (multiple == 20.0)


def wrong(assumptions: AssumptionSet, table: str, **columns: object) -> str:
    """What is said of basis 400 with other cells in a table's rows about it."""
    frames = dict(bundled_study())
    frame = frames[table].copy()
    frame.loc[frame.iloc[:, 0].isin(["400", "1994 GAM Static"]), list(columns)] = list(columns.values())
    frames[table] = frame
    with pytest.raises(InputError) as error:
        build_basis("400", frames, assumptions)
    return str(error.value)


def test_a_table_that_is_not_there_is_named(assumptions: AssumptionSet) -> None:
    said = wrong(assumptions, BASES, mortality_table="1994 GAM")
    assert said == (
        "basis 400, table pricing_bases: found '1994 GAM'; allowed: one of 1975-80 Select and Ultimate, "
        "1994 GAM Static, Annuity 2000"
    )


def test_a_table_with_a_gap_or_a_late_begin_is_refused(assumptions: AssumptionSet) -> None:
    frames = dict(bundled_study())
    whole = frames[MORTALITY]
    gam = whole["mortality_table"] == "1994 GAM Static"
    for drop, found in (
        (whole["attained_age"] == 77, "attained ages from 1, with gaps"),
        (whole["attained_age"] < 19, "attained ages from 19"),
    ):
        frames[MORTALITY] = whole[~(gam & drop)].reset_index(drop=True)
        with pytest.raises(InputError, match=f"1994 GAM Static: {found}; allowed: every age from 18 or less on"):
            build_basis("400", frames, assumptions)
        build_basis("500", frames, replace(assumptions))
