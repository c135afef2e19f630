"""Records of a study: their sums against pandas and against a calculation by hand, whatever form the data come in."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.experience import records
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.cells import CODED, EXPERIENCE_CELLS, check_cells
from xl_ltc.experience.characteristics import of_morbidity, of_mortality
from xl_ltc.experience.conduct import (
    ADJUSTED_CLAIMS,
    ADJUSTED_DEATHS,
    FITTED_CLAIMS,
    FITTED_DEATHS,
    StudyResult,
    conduct_study,
)
from xl_ltc.experience.exposure import claims, exposure_by, segments, terminations
from xl_ltc.experience.factor_model import EXPECTED_CLAIMS, EXPECTED_DEATHS
from xl_ltc.experience.history import CAUSES, CHARACTERISTICS, DEATH, LAPSE, Histories
from xl_ltc.experience.history_checks import check_histories
from xl_ltc.experience.records import AGE, DURATION, FOLD, YEAR, Expected, FromCells, FromHistories, sizes, tally
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.experience import illustrative_experience
from xl_ltc.tables import InputTable, parse_label

BASIS = StudyBasis(penalties=5, folds=2, smoothing="none")
EXACT = 1e-12
FEW = 0.02
"""Of the filing's life-years: some 2,000 policies, 50 deaths, 30 claims."""

Frames = tuple[pd.DataFrame, pd.DataFrame]


def quiet(_: str) -> None:
    """No progress."""


@functools.cache
def drawn(times: float = FEW) -> Frames:
    """Illustrative histories in which some who lapsed were reinstated; frames are the caller's to copy."""
    policies, incurred = illustrative_experience(illustrate(bundled()), bundled(), times=times)
    lapsed = policies[(policies["termination_cause"] == LAPSE) & (policies["termination_date"] < "2015-01-01")]
    again = lapsed.assign(
        entry_date=lapsed["termination_date"] + pd.Timedelta(days=60),
        termination_date=pd.NaT,
        termination_cause=pd.Categorical([None] * len(lapsed), list(CAUSES)),
    )
    again["termination_date"] = again["termination_date"].astype("datetime64[s]")
    return pd.concat([policies, again.iloc[::3]], ignore_index=True), incurred


def vocabulary() -> dict[str, list[str]]:
    return {name: list(bundled().vocabulary(name)) for name in CHARACTERISTICS}


def checked(policies: pd.DataFrame, incurred: pd.DataFrame, basis: StudyBasis = BASIS) -> Histories:
    return check_histories(InputTable(policies), InputTable(incurred), vocabulary(), basis)


@functools.cache
def source(times: float = FEW, basis: StudyBasis = BASIS) -> FromHistories:
    """The records of ``drawn`` histories on the bundled assumptions."""
    return FromHistories.of(checked(*drawn(times), basis), basis, bundled())


@functools.cache
def small_study(times: float = FEW, basis: StudyBasis = BASIS) -> StudyResult:
    """A study of ``drawn`` histories."""
    return conduct_study(source(times, basis), basis, bundled(), quiet)


def before(assumptions: AssumptionSet) -> list[Expected]:
    return [
        Expected(assumptions, EXPECTED_DEATHS, EXPECTED_CLAIMS, factors=False),
        Expected(assumptions, ADJUSTED_DEATHS, ADJUSTED_CLAIMS),
    ]


def sums(of: FromHistories | FromCells, *groupings: Sequence[str]) -> list[pd.DataFrame]:
    """Everything by each grouping."""
    keys = [tuple(grouping) for grouping in groupings]
    found = tally(of.records(before(of.assumptions)), keys, sizes(of.basis, of.assumptions))
    return [found[key] for key in keys]


def assert_close(found: pd.DataFrame, wanted: pd.DataFrame, relative: float = EXACT) -> None:
    assert list(found) == list(wanted) and len(found) == len(wanted)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=relative, atol=0.0, err_msg=name)


def added_up(histories: Histories, basis: StudyBasis = BASIS) -> pd.DataFrame:
    """The histories as the table ``experience_cells``, by pandas and without the records."""
    assumptions, key = bundled(), [*CODED, DURATION, AGE]
    policies = histories.policies.astype({"series": str})

    def cells(found: Any, **values: np.ndarray) -> pd.DataFrame:
        own = policies[[*CODED, "daily_benefit"]].astype(dict.fromkeys(CODED, str)).iloc[found.row]
        return own.reset_index(drop=True).assign(
            policy_duration=found.policy_duration, attained_age=found.attained_age, **values
        )

    exposed = segments(histories, basis, slice(None))
    one = claim_a_life_year(histories, exposed.row, exposed.attained_age, exposed.policy_duration, assumptions)
    ended, incurred = terminations(histories, basis), claims(histories, basis)
    frame = pd.concat(
        [
            cells(exposed, exposure=exposed.exposure, guidelines_claims=exposed.exposure * one),
            cells(ended, deaths=ended.cause == CAUSES.index(DEATH), lapses=ended.cause == CAUSES.index(LAPSE)),
            cells(
                incurred,
                claim_count=np.ones(len(incurred.row)),
                actual_claims=incurred.amount,
                squared_claims=incurred.amount**2,
            ),
        ]
    ).fillna(0.0)
    names = [c.name for c in EXPERIENCE_CELLS.columns]
    measures = [name for name in names if name not in key]
    return frame.astype(dict.fromkeys(measures, float)).groupby(key, as_index=False)[measures].sum()[names]


def claim_a_life_year(
    histories: Histories, row: np.ndarray, age: np.ndarray, duration: np.ndarray, assumptions: AssumptionSet
) -> np.ndarray:
    """Claims expected before the factors, from the tables' own rows."""
    policies, frames = histories.policies.iloc[row], assumptions.tables
    cost = frames["claim_cost"].set_index("attained_age")
    cost.index = cost.index.astype(int)
    found = cost.to_numpy()[age, cost.columns.get_indexer(policies["sex"].astype(str))]
    found = found * policies["daily_benefit"].to_numpy()
    relativity = frames["claim_cost_relativity"].set_index(["characteristic", "category"])["relativity"]
    for name in relativity.index.unique("characteristic"):
        found = found * policies[name].astype(str).map(relativity[name]).to_numpy(dtype=float)
    growth = frames["inflation_option"].set_index("inflation_option")
    option = policies["inflation_option"].astype(str)
    rate, years = option.map(growth["rate"]).to_numpy(dtype=float), duration - 1
    method = option.map(growth["method"]).to_numpy(dtype=str)
    return found * np.where(method == "compound", (1 + rate) ** years, 1 + rate * years * (method == "simple"))


def from_cells(frame: pd.DataFrame, basis: StudyBasis = BASIS) -> FromCells:
    return FromCells(check_cells(InputTable(frame), vocabulary()), basis, bundled())


@pytest.mark.parametrize(
    "by",
    [
        ("sex",),
        ("series", "partner_status", DURATION),
        (YEAR, AGE),
        ("premium_payment", "underwriting_class", "elimination_period"),
        (DURATION, AGE, YEAR, "sex"),
    ],
)
def test_sums_are_those_of_the_exposure(by: tuple[str, ...]) -> None:
    histories = source().histories
    (found,) = sums(source(), by)
    wanted = exposure_by(histories, BASIS, by)
    for name in by:
        if name in CHARACTERISTICS:
            wanted[name] = wanted[name].cat.codes
    wanted[YEAR] = wanted[YEAR] - 2000 if YEAR in by else 0
    wanted = wanted.sort_values(list(by), ignore_index=True)
    assert len(found) == len(wanted)
    for name in (*by, "exposure", "deaths", "lapses", "claim_count", "actual_claims"):
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-11, err_msg=name)


def test_sums_are_those_of_terminations_and_claims_in_pandas() -> None:
    histories = source().histories
    ended, incurred = terminations(histories, BASIS), claims(histories, BASIS)
    (found,) = sums(source(), ("sex",))
    sex = histories.codes("sex")
    for name, cause in (("deaths", DEATH), ("lapses", LAPSE)):
        rows = ended.row[ended.cause == CAUSES.index(cause)]
        assert found[name].tolist() == np.bincount(sex[rows], minlength=2).tolist() and found[name].sum() > 20
    squares = pd.Series(incurred.amount**2).groupby(sex[incurred.row]).sum()
    np.testing.assert_allclose(found["squared_claims"], squares, rtol=EXACT)


def by_label(frame: pd.DataFrame, key: str, value: int) -> pd.Series:
    """The row whose label covers a number."""
    for record in frame.to_dict("records"):
        low, high = parse_label(str(record[key]), 0, 999) or (1, 0)
        if low <= value <= high:
            return pd.Series(record)
    raise AssertionError((key, value))


def in_hand(name: str, **cells: Any) -> dict[str, Any]:
    """A policy whose policy years are calendar years."""
    policy = dict(
        policy_id=name, series="300", issue_date="2014-01-01", issue_age=82, birth_date=None, sex="Female",
        partner_status="Single", underwriting_class="Standard", benefit_period="3", elimination_period="90-Day",
        coverage_type="Comprehensive", benefit_type="Reimbursement", inflation_option="Compound 5%",
        premium_payment="Lifetime-Pay", discounted_renewal="No", daily_benefit=150.0, entry_date=None,
        termination_date=None, termination_cause=None,
    )  # fmt: skip
    return policy | cells


HAND = [
    in_hand("A"),
    in_hand("B", sex="Male", partner_status="Partnered", series="511", issue_age=53, underwriting_class="Preferred"),
    in_hand("C", benefit_period="Lifetime", benefit_type="Indemnity", inflation_option="Simple 5%", series="200"),
    in_hand("D", issue_date="1992-01-01", issue_age=44, inflation_option="No inflation"),
    in_hand("E", issue_date="2001-01-01", issue_age=84, sex="Male", series="400", daily_benefit=99.5),
]
FIRST_DURATION = {"D": 23, "E": 14}
SERIES = {"200": "series_200", "300": "series_300", "400": "series_400", "511": "series_500_plus"}


def test_expected_deaths_and_claims_by_hand() -> None:
    """Three whole policy years of five policies, from the cells of the tables."""
    basis = StudyBasis(study_start=pd.Timestamp("2013-12-31").date())
    incurred = pd.DataFrame({"policy_id": ["A"], "incurred_date": ["2015-05-05"], "amount": [10.0]})
    histories = checked(pd.DataFrame(HAND, dtype=object), incurred, basis)
    frames = bundled().tables
    relativity = frames["claim_cost_relativity"].set_index(["characteristic", "category"])["relativity"]
    wanted = dict.fromkeys((EXPECTED_DEATHS, ADJUSTED_DEATHS, EXPECTED_CLAIMS, ADJUSTED_CLAIMS), 0.0)
    for policy in HAND:
        for year in range(3):
            duration = FIRST_DURATION.get(policy["policy_id"], 1) + year
            age, column = policy["issue_age"] + duration - 1, SERIES[policy["series"]]
            q = float(by_label(frames["mortality_base"], "attained_age", age)[policy["sex"]])
            hazard = -math.log(1.0 - q)
            factor = float(by_label(frames["mortality_factor_attained_age"], "attained_age", age)["factor"])
            factor *= by_label(frames["mortality_factor_policy_duration"], "policy_duration", duration)["factor"]
            for name in ("sex", "partner_status", "underwriting_class"):
                factor *= frames[f"mortality_factor_{name}"].set_index(name)["factor"][policy[name]]
            claim = policy["daily_benefit"] * by_label(frames["claim_cost"], "attained_age", age)[policy["sex"]]
            for name in relativity.index.unique("characteristic"):
                claim *= relativity[name, policy[name]]
            claim *= {"Compound 5%": 1.05 ** (duration - 1), "Simple 5%": 1 + 0.05 * (duration - 1)}.get(
                policy["inflation_option"], 1.0
            )
            row = by_label(frames["morbidity_factor_attained_age"], "attained_age", age)
            period = "lifetime" if policy["benefit_period"] == "Lifetime" else "limited"
            of_claims = row[column] * row[f"benefit_period_{period}"] * row[policy["benefit_type"].lower()]
            of_claims *= by_label(frames["morbidity_factor_policy_duration"], "policy_duration", duration)[column]
            for name in ("sex", "underwriting_class"):
                of_claims *= frames[f"morbidity_factor_{name}"].set_index(name)["factor"][policy[name]]
            wanted[EXPECTED_DEATHS] += hazard
            wanted[ADJUSTED_DEATHS] += hazard * factor
            wanted[EXPECTED_CLAIMS] += claim
            wanted[ADJUSTED_CLAIMS] += claim * of_claims
    (found,) = sums(FromHistories.of(histories, basis, bundled()), ("sex",))
    total = found.sum()
    assert total["exposure"] == pytest.approx(15.0, rel=EXACT) and total["claim_count"] == 1
    for name, value in wanted.items():
        assert total[name] == pytest.approx(value, rel=1e-11), name
    assert wanted[EXPECTED_DEATHS] != pytest.approx(wanted[ADJUSTED_DEATHS], rel=0.01)
    assert wanted[EXPECTED_CLAIMS] != pytest.approx(wanted[ADJUSTED_CLAIMS], rel=0.01)


def test_the_size_of_a_portion_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    by = ("sex", DURATION, AGE, FOLD)
    (wanted,) = sums(source(), by)
    for size in (97, 1):
        monkeypatch.setattr(records, "ROWS_AT_A_TIME", size)
        small = source() if size > 1 else first_rows(50)
        (found,) = sums(small, by)
        if size == 1:
            monkeypatch.setattr(records, "ROWS_AT_A_TIME", 10**6)
            (wanted,) = sums(small, by)
        assert_close(found, wanted)


def first_rows(n: int) -> FromHistories:
    policies = drawn()[0].head(n)
    incurred = drawn()[1]
    incurred = incurred[incurred["policy_id"].isin(policies["policy_id"])]
    return FromHistories.of(checked(policies, incurred), BASIS, bundled())


def test_the_order_of_rows_does_not_matter() -> None:
    policies, incurred = (frame.sample(frac=1.0, random_state=7) for frame in drawn())
    histories = checked(policies.reset_index(drop=True), incurred.reset_index(drop=True))
    again = FromHistories.of(histories, BASIS, bundled())
    by = ("sex", "series", DURATION, AGE, YEAR), (FOLD, "premium_payment", "partner_status", DURATION)
    for found, wanted in zip(sums(again, *by), sums(source(), *by), strict=True):
        assert_close(found, wanted)


def test_all_rows_of_a_policy_are_in_one_fold_and_folds_are_even() -> None:
    basis = StudyBasis(folds=5)
    found = FromHistories.of(source().histories, basis, bundled())
    by_policy = pd.Series(found.fold).groupby(source().histories.policies["policy_id"].to_numpy())
    assert (by_policy.min() == by_policy.max()).all() and (by_policy.size() > 1).sum() > 10
    counts = by_policy.first().value_counts()
    assert sorted(counts.index) == [0, 1, 2, 3, 4] and counts.max() - counts.min() <= 1
    other = FromHistories.of(source().histories, StudyBasis(folds=5, seed=1), bundled())
    assert (other.fold != found.fold).any()


def test_a_cell_is_in_one_fold() -> None:
    frame = added_up(source().histories)
    (found,) = sums(from_cells(frame), (DURATION, AGE, FOLD))
    assert set(found[FOLD]) == {0, 1}


def test_histories_are_the_same_added_up_to_cells() -> None:
    cells = from_cells(added_up(source().histories))
    by = (("sex",), ("series", "benefit_period", "benefit_type"), (DURATION, AGE), ("premium_payment",))
    for found, wanted in zip(sums(cells, *by), sums(source(), *by), strict=True):
        assert_close(found[list(wanted)], wanted, 1e-11)


def test_a_study_of_cells_is_the_study_of_the_histories_but_for_the_folds() -> None:
    """Cells know no policies: subsets, and with them the penalty, may differ."""
    of_cells = conduct_study(from_cells(added_up(source().histories)), BASIS, bundled(), quiet)
    wanted = small_study()
    fitted = [FITTED_DEATHS, FITTED_CLAIMS]
    for found, expected in (
        (of_cells.mortality_ae, wanted.mortality_ae),
        (of_cells.morbidity_ae, wanted.morbidity_ae),
        (of_cells.lapse, wanted.lapse),
    ):
        text = ["characteristic", "category"] if "category" in expected else []
        assert found[text].equals(expected[text])
        assert_close(found.drop(columns=[*text, *fitted]), expected.drop(columns=[*text, *fitted]), 1e-11)
    assert_close(of_cells.totals.drop(fitted).to_frame(), wanted.totals.drop(fitted).to_frame(), 1e-11)
    assert set(of_cells.further_ae["characteristic"]) == {"Benefit Period", "Premium Payment"}


def test_every_record_is_in_one_category_of_each_characteristic() -> None:
    for characteristic in (*of_mortality(bundled()), *of_morbidity(bundled())):
        codes = [code for _, of in characteristic.categories for code in of]
        size = sizes(BASIS, bundled())[characteristic.code]
        first = 1 if characteristic.code == DURATION else 0
        assert sorted(codes) == list(range(first, size)), characteristic.name
