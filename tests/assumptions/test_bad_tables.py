"""Every bundled table, damaged in turn: one clear message that names the table, the place and the value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.assumptions.specs import BY_NAME, SPECS
from xl_ltc.errors import InputError, Problem, shown
from xl_ltc.tables import InputTable

Damage = Callable[[pd.DataFrame], pd.DataFrame]
BY_AGE = [s.name for s in SPECS if s.key == ("attained_age",)]
BY_DURATION = [s.name for s in SPECS if s.key == ("policy_duration",)]


def problems_of(name: str, damage: Damage | None) -> list[Problem]:
    """The problems of the bundled set with one table damaged, or without it."""
    tables = bundled_tables()
    if damage is None:
        del tables[name]
    else:
        tables[name] = InputTable(damage(tables[name].frame.astype(object)), tables[name].locate)
    with pytest.raises(InputError) as caught:
        AssumptionSet.from_tables(tables)
    return list(caught.value.problems)


def cell(row: int, column: str, value: object) -> Damage:
    def damage(frame: pd.DataFrame) -> pd.DataFrame:
        cells = frame[column].tolist()
        cells[row] = value
        return frame.assign(**{column: pd.Series(cells, dtype=object)})

    return damage


def without(key: str, *labels: object) -> Damage:
    return lambda frame: frame[~frame[key].astype(str).isin([str(x) for x in labels])].reset_index(drop=True)


def and_row(*cells: object) -> Damage:
    return lambda frame: pd.concat([frame, pd.DataFrame([cells], columns=frame.columns)], ignore_index=True)


def test_the_bundled_tables_are_good():
    AssumptionSet.from_tables(bundled_tables())


def test_damage_of_nothing_is_no_problem():
    """The damage below is what is refused, not the way it is made."""
    tables = bundled_tables()
    for name, table in tables.items():
        tables[name] = dataclasses.replace(table, frame=table.frame.astype(object))
    AssumptionSet.from_tables(tables)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_missing_table(name):
    [problem] = problems_of(name, None)
    assert (problem.place, problem.found) == (f"table {name}", "no such table")
    assert problem.allowed.startswith("every assumption table: mortality_base, ")


@pytest.mark.parametrize("name", BY_NAME)
def test_an_empty_table(name):
    [problem] = problems_of(name, lambda frame: frame.iloc[:0])
    assert problem == Problem(f"{name}.csv", "no rows", f"table {name} needs at least one row")


@pytest.mark.parametrize("name", BY_NAME)
def test_missing_columns(name):
    """Each column is needed: without any, each is named."""
    columns = [c.name for c in BY_NAME[name].columns]
    problems = problems_of(name, lambda frame: frame[[]])
    assert [(p.place, p.found) for p in problems] == [(f"{name}.csv", f"no column {c}") for c in columns]
    assert {p.allowed for p in problems} == {f"table {name} has the columns {', '.join(columns)}, each once"}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_unknown_column(name):
    [problem] = problems_of(name, lambda frame: frame.assign(remark="as agreed"))
    assert (problem.place, problem.found) == (f"{name}.csv, column remark", "unknown column 'remark'")
    assert problem.allowed.startswith(f"table {name} has the columns ")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_repeated_row(name):
    [problem] = problems_of(name, lambda frame: pd.concat([frame, frame.iloc[:1]], ignore_index=True))
    rows = len(bundled_tables()[name].frame)
    assert problem.place == f"{name}.csv, row {rows + 2}, column {BY_NAME[name].key[0]}"
    assert problem.found.endswith(f"a second time (first in {name}.csv, row 2)")
    assert problem.allowed == f"each {' and '.join(BY_NAME[name].key)} once in table {name}"


def in_first_row(name: str, cells: dict[str, object]) -> list[tuple[str, str, str]]:
    """The problems of a table with other cells in its first row: column, value and what is allowed."""

    def damage(frame: pd.DataFrame) -> pd.DataFrame:
        for column, value in cells.items():
            frame = cell(0, column, value)(frame)
        return frame

    problems = problems_of(name, damage)
    prefix = f"{name}.csv, row 2, column "
    assert all(p.place.startswith(prefix) for p in problems)
    return [(p.place.removeprefix(prefix), p.found, p.allowed) for p in problems]


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("blank", ["", math.nan])
def test_blank_cells(name, blank):
    required = [c for c in BY_NAME[name].columns if not c.optional]
    expected = [(c.name, "nothing (blank)", c.bounds()) for c in required]
    assert in_first_row(name, {c.name: blank for c in required}) == expected


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("value", ["low", -1.5, math.inf, "1,0"])
def test_cells_that_are_no_number_or_negative(name, value):
    numbers = [c for c in BY_NAME[name].columns if c.kind in ("number", "integer")]
    expected = [(c.name, shown(value), c.bounds()) for c in numbers]
    assert in_first_row(name, {c.name: value for c in numbers}) == expected


@pytest.mark.parametrize("name", BY_NAME)
def test_numbers_above_their_maximum(name):
    numbers = {c: c.maximum * 1.2 for c in BY_NAME[name].columns if c.kind in ("number", "integer")}
    expected = [(c.name, shown(value), c.bounds()) for c, value in numbers.items()]
    assert in_first_row(name, {c.name: value for c, value in numbers.items()}) == expected
    assert all(c.bounds().endswith("from 0 to 1") for c, value in numbers.items() if value == 1.2)


CHOICES = [(s.name, c.name) for s in SPECS for c in s.columns if c.allowed]


@pytest.mark.parametrize(("name", "column"), CHOICES)
def test_an_unknown_choice(name, column):
    allowed = "one of " + ", ".join(BY_NAME[name].column(column).allowed)
    assert in_first_row(name, {column: "other"}) == [(column, "'other'", allowed)]


@pytest.mark.parametrize(("name", "gone"), [(n, a) for n in BY_AGE for a in ("60", "99")])
def test_a_gap_in_a_table_by_age(name, gone):
    [problem] = problems_of(name, without("attained_age", gone))
    assert problem.place == f"{name}.csv"
    assert problem.found == f"no row for attained age {gone}"
    assert problem.allowed == f"table {name} covers every attained age from 0 to 120 without a gap"


@pytest.mark.parametrize("name", BY_AGE)
def test_a_table_by_age_without_its_ends(name):
    [problem] = problems_of(name, lambda frame: frame.iloc[1:].reset_index(drop=True))
    assert problem.found.startswith("no row for attained age 0")
    [problem] = problems_of(name, lambda frame: frame.iloc[:-1])
    assert problem.found.startswith("no row for attained age ")
    assert problem.found.endswith("120")


@pytest.mark.parametrize("name", BY_DURATION)
def test_a_gap_in_a_table_by_duration(name):
    [problem] = problems_of(name, lambda frame: frame.drop(index=[2]).reset_index(drop=True))
    assert (problem.place, problem.found) == (f"{name}.csv", "no row for policy duration 3")
    assert problem.allowed == f"table {name} covers every policy duration from 1 to 20 without a gap"
    [problem] = problems_of(name, lambda frame: frame.iloc[:-1])
    assert problem.found.startswith("no row for policy duration ")
    assert problem.found.endswith("20")


@pytest.mark.parametrize(
    ("name", "key", "high"),
    [(n, "attained_age", 120) for n in BY_AGE] + [(n, "policy_duration", 20) for n in BY_DURATION],
)
def test_a_label_beyond_or_over_others(name, key, high):
    tables = bundled_tables()
    last = len(tables[name].frame) - 1
    words = key.replace("_", " ")
    [beyond] = problems_of(name, cell(last, key, str(high + 1)))
    assert beyond.place == f"{name}.csv, row {last + 2}, column {key}"
    assert (beyond.found, beyond.allowed) == (
        repr(str(high + 1)),
        f"{words} from {'0' if high == 120 else '1'} to {high}",
    )
    [over] = problems_of(name, cell(last, key, "5+"))
    assert over.place == f"{name}.csv, row {last + 2}, column {key}"
    assert (over.found, over.allowed) == (f"{words} 5+ a second time", f"each {words} once in table {name}")


def test_a_label_that_is_a_range():
    [problem] = problems_of("claim_cost", cell(3, "attained_age", "50-54"))
    assert (problem.place, problem.found) == ("claim_cost.csv, row 5, column attained_age", "'50-54'")
    assert "<55, 55, 100+" in problem.allowed


@pytest.mark.parametrize("parameter", ["cbul_slope", "cbul_threshold", "rbo_multiple", "rbo_morbidity_relief"])
def test_a_missing_parameter(parameter):
    [problem] = problems_of("behaviour", without("parameter", parameter))
    assert (problem.place, problem.found) == ("behaviour.csv (table behaviour)", f"no row for {parameter}")


@pytest.mark.parametrize(
    ("key", "gone"), [("sex", "Male"), ("partner_status", "Single"), ("underwriting_class", "Standard")]
)
@pytest.mark.parametrize("kind", ["mortality", "morbidity"])
def test_a_factor_table_without_a_category(kind, key, gone):
    name = f"{kind}_factor_{key}"
    if name not in BY_NAME:
        return
    problems = problems_of(name, without(key, gone))
    if name == "mortality_factor_underwriting_class":
        # This table defines the classes, so that the other one has one too many.
        [problem] = problems
        assert problem.place.startswith("morbidity_factor_underwriting_class.csv, row ")
        assert (problem.found, problem.allowed) == ("'Standard'", "one of Preferred, Substandard")
        return
    assert problems == [Problem(f"{name}.csv (table {name})", f"no row for {key} {gone}", f"a row for each {key}")]


def test_a_class_only_morbidity_knows():
    [problem] = problems_of("morbidity_factor_underwriting_class", and_row("Elite", "0.8"))
    assert problem.place.startswith("morbidity_factor_underwriting_class.csv, row 5, column underwriting_class")
    assert (problem.found, problem.allowed) == ("'Elite'", "one of Preferred, Standard, Substandard")


def test_a_class_only_mortality_knows():
    [problem] = problems_of("mortality_factor_underwriting_class", and_row("Elite", "0.8"))
    assert problem.place == "morbidity_factor_underwriting_class.csv (table morbidity_factor_underwriting_class)"
    assert problem.found == "no row for underwriting_class Elite"


@pytest.mark.parametrize(
    ("characteristic", "category"),
    [("partner_status", "Single"), ("benefit_period", "4"), ("inflation_option", "Simple 5%")],
)
def test_a_missing_relativity(characteristic, category):
    [problem] = problems_of(
        "claim_cost_relativity",
        lambda f: f[(f["characteristic"] != characteristic) | (f["category"] != category)].reset_index(drop=True),
    )
    assert problem.place == "claim_cost_relativity.csv (table claim_cost_relativity)"
    assert problem.found == f"no row for {characteristic} {category}"
    assert problem.allowed == f"a relativity for each {characteristic}"


@pytest.mark.parametrize("characteristic", ["elimination_period", "coverage_type", "benefit_type", "benefit_period"])
def test_a_characteristic_without_relativities(characteristic):
    [problem] = problems_of("claim_cost_relativity", without("characteristic", characteristic))
    assert problem.found == f"no row for {characteristic}"


def test_a_relativity_for_an_unknown_category():
    [problem] = problems_of("claim_cost_relativity", and_row("benefit_period", "7", "0.8"))
    assert problem.place == "claim_cost_relativity.csv, row 24, column category (table claim_cost_relativity)"
    assert (problem.found, problem.allowed) == ("'7'", "one of 2, 3, 4, 5, 6, 10, Lifetime")


def test_benefit_expiry_of_one_sex_only():
    [problem] = problems_of("benefit_expiry", lambda frame: frame.drop(index=[1]).reset_index(drop=True))
    assert problem.place == "benefit_expiry.csv (table benefit_expiry)"
    assert (problem.found, problem.allowed) == ("no row for Female 3", "a row for each sex and benefit period")


def test_a_series_that_earns_an_unknown_rate():
    [problem] = problems_of("series", cell(0, "earned_rate", ""))
    assert problem == Problem(
        "series.csv, row 2, column earned_rate (table series)", "nothing (blank)", "the earned rate"
    )


@pytest.mark.parametrize(
    ("damage", "place", "found"),
    [
        (and_row("Ten-Pay", 5, 6, "", "", 1), ", row 10", "a second scalar for the same issue age and duration"),
        (and_row("Pay to Age 65", 2, "", 60, 60, 1), ", row 10", "a second scalar for the same issue age and duration"),
        (and_row("Lifetime-Pay", 9, 8, "", "", 1), ", row 10", "no issue age and duration: from is after to"),
        (and_row("Lifetime-Pay", 2, 8, 61, 60, 1), ", row 10", "no issue age and duration: from is after to"),
        (and_row("Six-Pay", 1, "", "", "", 1), ", row 10, column premium_payment", "'Six-Pay'"),
        (cell(1, "duration_to", 7), "", "no scalar for Ten-Pay in duration 8"),
        (cell(6, "issue_age_from", 62), "", "no scalar for Pay to Age 65 in duration 1–20"),
        (without("premium_payment", "Discounted Renewal"), "", "no scalar for Discounted Renewal in duration 1–20"),
    ],
)
def test_lapse_scalars_that_do_not_cover_each_duration_once(damage, place, found):
    [problem] = problems_of("lapse_payment_option", damage)
    assert problem.place == f"lapse_payment_option.csv{place} (table lapse_payment_option)"
    assert problem.found == found


@pytest.mark.parametrize("column", ["duration_from", "duration_to"])
def test_a_lapse_duration_the_model_does_not_distinguish(column):
    """Duration 20 holds for all later ones: a scalar from duration 25 on would never apply."""
    [problem] = problems_of("lapse_payment_option", cell(2, column, 25))
    place = f"lapse_payment_option.csv, row 4, column {column}"
    assert problem == Problem(place, "25", "a whole number from 1 to 20")


def test_a_payment_option_without_scalars():
    [problem] = problems_of("premium_payment", and_row("Six-Pay", 6, ""))
    assert problem.place == "lapse_payment_option.csv (table lapse_payment_option)"
    assert problem.found == "no scalar for Six-Pay in duration 1–20"


def test_problems_of_several_tables_at_once():
    tables = bundled_tables()
    del tables["series"]
    for name, damage in {
        "lapse_lifetime_pay": cell(4, "single", 1.2),
        "claim_cost": cell(8, "Male", "text"),
    }.items():
        tables[name] = InputTable(damage(tables[name].frame), tables[name].locate)
    with pytest.raises(InputError) as caught:
        AssumptionSet.from_tables(tables)
    assert [p.place for p in caught.value.problems] == [
        "table series",
        "lapse_lifetime_pay.csv, row 6, column single",
        "claim_cost.csv, row 10, column Male",
    ]
