"""The levels of the models are the rows and columns of the factor tables, found as a projection finds them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.experience.factor_tables import (
    MORBIDITY_FACTORS,
    MORTALITY_FACTORS,
    FactorGroup,
    current,
    effect,
    grouping,
    level_names,
    row_labels,
    with_factors,
)
from xl_ltc.experience.history import CHARACTERISTICS
from xl_ltc.experience.records import AGE, DURATION, _derived
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

ALL = (*MORTALITY_FACTORS, *MORBIDITY_FACTORS)
RECORDS = 5_000
TABLES = tuple(dict.fromkeys(group.table for group in ALL))


def codes_of(assumptions: AssumptionSet, seed: int = 0) -> dict[str, np.ndarray]:
    """Random records, every age and duration among them."""
    draw = np.random.default_rng(seed)
    codes = {name: draw.integers(0, len(assumptions.vocabulary(name)), RECORDS) for name in CHARACTERISTICS}
    codes[AGE] = np.r_[np.arange(LAST_AGE + 1), draw.integers(0, LAST_AGE + 1, RECORDS - LAST_AGE - 1)]
    codes[DURATION] = np.r_[draw.integers(1, 40, RECORDS - 120), np.arange(1, 121)]
    return codes | _derived(codes, codes[DURATION], assumptions)


def product(groups: tuple[FactorGroup, ...], assumptions: AssumptionSet, codes: dict[str, np.ndarray]) -> np.ndarray:
    found = np.ones(RECORDS)
    for group in groups:
        found = found * current(group, assumptions)[effect(group, assumptions, codes).codes]
    return found


def of_mortality(assumptions: AssumptionSet, codes: dict[str, np.ndarray]) -> np.ndarray:
    names = (AGE, DURATION, "sex", "partner_status", "underwriting_class")
    return assumptions.mortality.factor(*(codes[name] for name in names))


def of_morbidity(assumptions: AssumptionSet, codes: dict[str, np.ndarray]) -> np.ndarray:
    names = ("series", AGE, DURATION, "sex", "underwriting_class", "benefit_period", "benefit_type")
    return assumptions.morbidity.factor(*(codes[name] for name in names))


def changed(assumptions: AssumptionSet, frames: dict[str, pd.DataFrame]) -> AssumptionSet:
    raw = {name: InputTable(frame.copy()) for name, frame in assumptions.tables.frames.items()}
    raw |= {name: InputTable(frame) for name, frame in frames.items()}
    return AssumptionSet.from_tables(raw, Settings())


@pytest.fixture(scope="module")
def telling(assumptions: AssumptionSet) -> AssumptionSet:
    """The bundled set with a factor of its own in every cell of the factor tables, so that no two can be confused."""
    frames, draw = {}, np.random.default_rng(5)
    for name in TABLES:
        frame = assumptions.tables[name].copy()
        frame.iloc[:, 1:] = draw.uniform(0.5, 2.0, frame.iloc[:, 1:].shape)
        frames[name] = frame
    return changed(assumptions, frames)


@pytest.mark.parametrize("which", ["bundled", "telling"])
def test_the_product_of_the_factors_is_the_projections(
    which: str, assumptions: AssumptionSet, telling: AssumptionSet
) -> None:
    of = assumptions if which == "bundled" else telling
    codes = codes_of(of)
    for groups, wanted in ((MORTALITY_FACTORS, of_mortality), (MORBIDITY_FACTORS, of_morbidity)):
        np.testing.assert_allclose(product(groups, of, codes), wanted(of, codes), rtol=1e-14)


def test_current_factors_give_the_tables_back(telling: AssumptionSet) -> None:
    for groups in (MORTALITY_FACTORS, MORBIDITY_FACTORS):
        frames = with_factors(groups, {group.name: current(group, telling) for group in groups}, telling)
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(frame, telling.tables[name])
        assert set(frames) == {group.table for group in groups}


def test_other_factors_are_those_the_projection_then_uses(telling: AssumptionSet) -> None:
    """Each level's factor reaches its records and no others, and the old tables stay."""
    codes, draw = codes_of(telling, 1), np.random.default_rng(2)
    for groups, of in ((MORTALITY_FACTORS, of_mortality), (MORBIDITY_FACTORS, of_morbidity)):
        new = {group.name: draw.uniform(0.1, 5.0, len(level_names(group, telling))) for group in groups}
        kept = telling.tables[groups[0].table].copy()
        again = changed(telling, with_factors(groups, new, telling))
        wanted = np.prod([new[group.name][effect(group, telling, codes).codes] for group in groups], axis=0)
        np.testing.assert_allclose(of(again, codes), wanted, rtol=1e-14)
        pd.testing.assert_frame_equal(telling.tables[groups[0].table], kept)
        for group in groups:
            assert np.array_equal(current(group, again), new[group.name]), group.name


def test_rows_may_stand_in_another_order(telling: AssumptionSet) -> None:
    """Levels keep the order of ages; the tables that are given back keep theirs."""
    shuffled = {name: telling.tables[name].sample(frac=1.0, random_state=3).reset_index(drop=True) for name in TABLES}
    of, codes = changed(telling, shuffled), codes_of(telling)
    theirs = dict(codes)  # the rows of a factor table say which categories there are, in which order
    for name in ("sex", "partner_status", "underwriting_class"):
        old, new = telling.vocabulary(name), of.vocabulary(name)
        theirs[name] = np.array([new.index(label) for label in old])[codes[name]]
    for groups, wanted in ((MORTALITY_FACTORS, of_mortality), (MORBIDITY_FACTORS, of_morbidity)):
        np.testing.assert_allclose(product(groups, of, theirs), wanted(telling, codes), rtol=1e-14)
        frames = with_factors(groups, {group.name: current(group, of) for group in groups}, of)
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(frame, of.tables[name])
    for group in ALL:
        if group.ordered:
            assert row_labels(group, of) == row_labels(group, telling)
            assert np.array_equal(current(group, of), current(group, telling))


def test_levels_are_named_as_the_exhibits_name_them(assumptions: AssumptionSet) -> None:
    age, duration, sex = MORTALITY_FACTORS[:3]
    assert row_labels(age, assumptions)[:2] == ("<55", "55") and row_labels(age, assumptions)[-1] == "100+"
    assert row_labels(duration, assumptions) == (*(str(d) for d in range(1, 20)), "20+")
    assert set(level_names(sex, assumptions)) == {("", "Male"), ("", "Female")}
    names = level_names(MORBIDITY_FACTORS[0], assumptions)
    assert names[0] == ("Series 200", "<55") and names[-1] == ("Series 500+", "100+")
    assert {column for column, _ in level_names(MORBIDITY_FACTORS[1], assumptions)} == {"Lifetime", "Limited"}
    assert {column for column, _ in level_names(MORBIDITY_FACTORS[2], assumptions)} == {"Indemnity", "Reimbursement"}


@pytest.mark.parametrize(
    ("age", "label"), [(0, "<55"), (54, "<55"), (55, "55"), (99, "99"), (100, "100+"), (120, "100+")]
)
def test_a_label_covers_its_ages(age: int, label: str, assumptions: AssumptionSet) -> None:
    codes = codes_of(assumptions)
    found = effect(MORTALITY_FACTORS[0], assumptions, codes)
    assert {found.levels[code] for code in found.codes[codes[AGE] == age]} == {label}


@pytest.mark.parametrize(("duration", "label"), [(1, "1"), (19, "19"), (20, "20+"), (120, "20+")])
def test_a_label_covers_its_durations(duration: int, label: str, assumptions: AssumptionSet) -> None:
    codes = codes_of(assumptions)
    found = effect(MORTALITY_FACTORS[1], assumptions, codes)
    assert {found.levels[code] for code in found.codes[codes[DURATION] == duration]} == {label}


def test_neighbours_are_the_rows_of_one_column(assumptions: AssumptionSet) -> None:
    codes = codes_of(assumptions)
    for group in ALL:
        found = effect(group, assumptions, codes)
        assert not found.problems()
        labels = row_labels(group, assumptions)
        wanted = len(group.columns) if group.ordered else 0
        assert [len(chain) for chain in found.chains] == [len(labels)] * wanted
        if group.ordered:
            assert [level for chain in found.chains for level in chain] == list(range(len(found.levels)))
            assert group.key == AGE or len(labels) == LAST_DURATION


def test_what_the_records_are_told_apart_by() -> None:
    assert len(set(grouping(MORBIDITY_FACTORS))) == len(grouping(MORBIDITY_FACTORS)) == 7
    assert grouping(MORTALITY_FACTORS)[0] == AGE and "sex" in grouping(MORTALITY_FACTORS)
