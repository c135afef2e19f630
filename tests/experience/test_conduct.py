"""A whole study: what is shown adds up, the fitted factors are those expected deaths and claims use."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.experience.test_records import BASIS, added_up, before, drawn, from_cells, quiet, small_study, source
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.errors import InputError
from xl_ltc.experience.basis import AS_FITTED, COUNTS, ONE_STANDARD_ERROR
from xl_ltc.experience.conduct import (
    FITTED_CLAIMS,
    FITTED_DEATHS,
    LAPSE_CELLS,
    MEASURES,
    StudyResult,
    conduct_study,
)
from xl_ltc.experience.factor_model import EXPECTED_CLAIMS, EXPECTED_DEATHS
from xl_ltc.experience.factor_tables import MORBIDITY_FACTORS, MORTALITY_FACTORS, effect, grouping
from xl_ltc.experience.records import sizes, tally
from xl_ltc.experience.study import LAPSE, MORBIDITY, MORTALITY, PARAMETERS, bundled_study, check_study
from xl_ltc.experience.study_tables import experience_tables
from xl_ltc.tables import InputTable

LARGER = 0.06


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return small_study(LARGER)


def cells_of() -> pd.DataFrame:
    """The histories of a small study as cells."""
    return added_up(source().histories)


def test_expected_on_the_fitted_factors_is_expected_times_the_fitted_factors(result: StudyResult) -> None:
    """Added up by the levels of both models, each cell times the factors its levels have in ``levels``."""
    for groups, model, expected, fitted, frame in (
        (MORTALITY_FACTORS, result.mortality, EXPECTED_DEATHS, FITTED_DEATHS, result.mortality_ae),
        (MORBIDITY_FACTORS, result.morbidity, EXPECTED_CLAIMS, FITTED_CLAIMS, result.morbidity_ae),
    ):
        key = (*grouping(groups), *(["partner_status"] if "partner_status" not in grouping(groups) else []))
        cells = tally(source(LARGER).records(before(bundled()), events=False), [key], sizes(BASIS, bundled()))[key]
        codes = {name: cells[name].to_numpy() for name in grouping(groups)}
        product = np.ones(len(cells))
        for group in groups:
            factors = model.levels.loc[model.levels["group"] == group.name, "fitted"].to_numpy()
            product *= factors[effect(group, bundled(), codes).codes]
        wanted = cells[expected] * product
        assert result.totals[fitted] == pytest.approx(wanted.sum(), rel=1e-11)
        statuses = bundled().vocabulary("partner_status")
        for status in ("Partnered", "Single"):
            part = wanted[cells["partner_status"] == statuses.index(status)].sum()
            found = frame.loc[frame["category"] == status, fitted]
            assert found.tolist() == pytest.approx([part], rel=1e-11)
        assert result.totals[fitted] != pytest.approx(result.totals[expected], rel=1e-3)


def test_the_fitted_set_has_the_fitted_factors_and_nothing_else_new(result: StudyResult) -> None:
    of_models = {**result.mortality.tables, **result.morbidity.tables}
    for name, frame in result.fitted.tables.frames.items():
        pd.testing.assert_frame_equal(frame, of_models.get(name, bundled().tables[name]))
    assert len(of_models) == 9 and not any(of_models[n].equals(bundled().tables[n]) for n in of_models)


def test_rows_are_those_of_the_filing_in_its_order(result: StudyResult) -> None:
    for table, frame in ((MORTALITY, result.mortality_ae), (MORBIDITY, result.morbidity_ae)):
        filed = bundled_study()[table][["characteristic", "category"]]
        filed = filed[filed["characteristic"] != "Total"]
        assert frame[["characteristic", "category"]].to_numpy().tolist() == filed.to_numpy().tolist(), table
        of_study = experience_tables(result)[table]
        assert of_study.iloc[:, :2].to_numpy().tolist() == bundled_study()[table].iloc[:, :2].to_numpy().tolist()


def test_every_characteristic_has_the_same_total(result: StudyResult) -> None:
    frame = pd.concat([result.mortality_ae, result.further_ae, result.morbidity_ae])
    totals = frame.groupby("characteristic", sort=False)[list(MEASURES)].sum()
    assert len(totals) == 13
    doubled = totals.loc[["Partner Status", "Gender", "Policy Duration", "Attained Age", "Rate Series", "Underwriting"]]
    singles = totals.drop(index=doubled.index)
    for name in MEASURES:
        np.testing.assert_allclose(singles[name], result.totals[name], rtol=1e-11, err_msg=name)
        np.testing.assert_allclose(doubled[name], 2 * result.totals[name], rtol=1e-11, err_msg=name)
    assert (result.totals[["deaths", "lapses", "claim_count"]] > 50).all()
    assert list(result.lapse) == [*LAPSE_CELLS, *MEASURES]


def test_the_tables_of_experience_are_ones_a_filing_takes(result: StudyResult) -> None:
    given = {name: InputTable(frame.astype(object)) for name, frame in experience_tables(result).items()}
    given[PARAMETERS] = InputTable(bundled_study()[PARAMETERS].astype(object))
    study = check_study(given)
    total = study[MORTALITY].iloc[-1]
    assert total["exposure"] == pytest.approx(result.totals["exposure"])
    q = 1.0 - np.exp(-result.totals[EXPECTED_DEATHS] / result.totals["exposure"])
    assert total["expected_2012_iam"] == pytest.approx(q, rel=1e-12)
    lapse = study[LAPSE]
    both = lapse["policy_duration"].str.isdigit() & (lapse["premium_payment"] == "Lifetime-Pay")
    assert lapse.loc[both, "events"].sum() <= result.totals["lapses"]
    assert set(lapse.loc[~lapse["policy_duration"].str.isdigit(), "policy_duration"]) == {
        "1-3", "4-6", "7+", "8+", "9+", "All"
    }  # fmt: skip


def test_numbers_of_claims_may_be_the_response(result: StudyResult) -> None:
    """Counts and their expected number; the tables of A:E stay dollars, but for what the other factors expect."""
    by_count = small_study(LARGER, dataclasses.replace(BASIS, morbidity_response=COUNTS))
    assert by_count.morbidity.unit == "claims" and result.morbidity.unit == "$"
    for group in MORBIDITY_FACTORS:
        levels = by_count.morbidity.levels
        assert levels.loc[levels["group"] == group.name, "events"].sum() == result.totals["claim_count"]
    kept = [name for name in MEASURES if name != FITTED_CLAIMS]
    pd.testing.assert_frame_equal(by_count.morbidity_ae[kept], result.morbidity_ae[kept])
    pd.testing.assert_frame_equal(by_count.mortality.levels, result.mortality.levels)
    assert not by_count.morbidity.levels["fitted"].equals(result.morbidity.levels["fitted"])
    age = by_count.morbidity.levels[by_count.morbidity.levels["group"] == "Attained age by benefit period"]
    assert 0.2 < age["events"].sum() / age["expected"].sum() < 5.0  # numbers against numbers


def test_a_level_without_deaths_is_named_and_its_factor_is_above_zero(result: StudyResult) -> None:
    cells = cells_of()
    cells.loc[cells["underwriting_class"] == "Preferred", "deaths"] = 0.0
    found = conduct_study(from_cells(cells), BASIS, bundled(), quiet)
    assert ("Underwriting class", "Preferred") in found.mortality.fit.without_events
    levels = found.mortality.levels
    assert (levels["fitted"] > 0.0).all() and np.isfinite(levels["fitted"]).all()
    row = levels[(levels["group"] == "Underwriting class") & (levels["row"] == "Preferred")]
    assert row["events"].tolist() == [0.0] and row["expected"].item() > 0.0
    assert found.mortality_ae.set_index("category").loc["Preferred", "deaths"] == 0.0


@pytest.mark.parametrize(
    "none", [["deaths"], ["claim_count", "actual_claims", "squared_claims"]], ids=["deaths", "claims"]
)
def test_without_any_event_there_is_nothing_to_fit(none: list[str]) -> None:
    cells = cells_of()
    cells[none] = 0.0
    with pytest.raises(InputError, match=r"no (deaths|claims); allowed: one or more") as error:
        conduct_study(from_cells(cells), BASIS, bundled(), quiet)
    assert len(error.value.problems) == 1


def test_the_largest_penalty_within_an_error_is_no_smaller(result: StudyResult) -> None:
    other = small_study(LARGER, dataclasses.replace(BASIS, penalty_choice=ONE_STANDARD_ERROR))
    assert other.mortality.fit.chosen == result.mortality.fit.one_standard_error <= result.mortality.fit.chosen


def test_progress_is_told() -> None:
    told: list[str] = []
    conduct_study(source(), BASIS, bundled(), told.append)
    assert told == [
        "adding up exposure, terminations and claims",
        "fitting mortality factors",
        "fitting morbidity factors",
        "expected on the fitted factors",
    ]


def test_terminations_of_other_causes_count_nowhere() -> None:
    """Benefit expiries end exposure, and are no lapses."""
    ended = drawn()[0]["termination_cause"].value_counts()
    assert small_study().totals["lapses"] <= ended["Lapse"] and small_study().totals["deaths"] <= ended["Death"]


def test_levels_without_exposure_follow_the_current_factors(result: StudyResult) -> None:
    """Nobody was insured for 18 years: those factors are the current ones times the mean ratio of the others."""
    levels = result.mortality.levels
    durations = levels[levels["group"] == "Policy duration"].set_index("row")
    bare = durations["exposure"] == 0.0
    assert bare[["18", "19", "20+"]].all() and not bare[["1", "2"]].any()
    weights = durations["expected"]
    ratio = (weights * durations["fitted"]).sum() / (weights * durations["current"]).sum()
    assert (durations["fitted"] / durations["current"])[bare].to_numpy() == pytest.approx(ratio, rel=1e-12)
    assert any("have no exposure; their factors follow the current ones" in note for note in result.mortality.notes)
    fitted = small_study(LARGER, dataclasses.replace(BASIS, levels_without_exposure=AS_FITTED)).mortality
    as_fitted = fitted.levels[levels["group"] == "Policy duration"].set_index("row")["fitted"]
    assert len(set(as_fitted[bare])) == 1  # the benchmark's, but for the level, where nothing is smoothed
    assert as_fitted[~bare].to_numpy() == pytest.approx(durations["fitted"][~bare].to_numpy(), rel=1e-9)
