"""Illustrative experience has the filing's size and follows the assumptions, but for chance."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.lookup import DurationTable
from xl_ltc.assumptions.specs import MORBIDITY_SERIES
from xl_ltc.errors import InputError
from xl_ltc.experience.basis import ANNIVERSARY, NEAREST_BIRTHDAY, StudyBasis
from xl_ltc.experience.history import CHARACTERISTICS, CLAIM_HISTORY, POLICY_HISTORY
from xl_ltc.experience.history_checks import check_histories
from xl_ltc.filing import table
from xl_ltc.illustration import experience, parameters
from xl_ltc.illustration.backcast import backcast
from xl_ltc.illustration.block import Illustration, illustrate
from xl_ltc.illustration.experience import illustrative_experience
from xl_ltc.tables import InputTable

VALUATION_DATE = pd.Timestamp("2016-12-31")
SERIES = {"200 Series": ["200"], "300 Series": ["300"], "400 Series": ["400"], "500+ Series": ["500", "511"]}
MORTALITY_AE = 0.82
SIGMAS = 3.0
AGES = [0, 65, 70, 75, 80, 85, 121]
DURATIONS = [1, 4, 7, 10, 13, 99]

Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def illustration(assumptions: AssumptionSet) -> Illustration:
    return illustrate(assumptions)


@pytest.fixture(scope="module")
def frames(illustration: Illustration, assumptions: AssumptionSet) -> Frames:
    return illustrative_experience(illustration, assumptions)


@dataclass(frozen=True)
class Study:
    """What was exposed, what was expected and what happened, by policy year.

    Attributes:
        exposure: policy years, shape (rows, policy years); deaths and lapses: events, the same.
        hazard, lapse, claims: expected a policy year, on the full assumptions without improvement.
        age, duration: of each policy year.
    """

    exposure: np.ndarray
    deaths: np.ndarray
    lapses: np.ndarray
    hazard: np.ndarray
    lapse: np.ndarray
    claims: np.ndarray
    age: np.ndarray
    duration: np.ndarray


def anniversary(dates: pd.Series, years: int) -> pd.Series:
    """Nothing is issued on 29 February."""
    return pd.to_datetime(pd.DataFrame({"year": dates.dt.year + years, "month": dates.dt.month, "day": dates.dt.day}))


def study_of(policies: pd.DataFrame, assumptions: AssumptionSet, years: int = 17) -> Study:
    end = policies["termination_date"] + pd.Timedelta(hours=12)
    end = end.fillna(VALUATION_DATE + pd.Timedelta(days=1))
    exposure = np.zeros((len(policies), years))
    for k in range(years):
        begin, after = anniversary(policies["issue_date"], k), anniversary(policies["issue_date"], k + 1)
        exposure[:, k] = ((np.minimum(end, after) - begin) / (after - begin)).clip(lower=0.0)
    last = (exposure > 0.0) & (np.roll(np.c_[exposure, np.zeros(len(policies))], -1, axis=1)[:, :-1] == 0.0)
    cause = policies["termination_cause"].astype(object).to_numpy()[:, None]

    def code(name: str) -> np.ndarray:
        return pd.Categorical(policies[name], list(assumptions.vocabulary(name))).codes.astype(int)[:, None]

    duration = np.broadcast_to(np.arange(1, years + 1), exposure.shape)
    issue_age = policies["issue_age"].to_numpy()[:, None]
    age = issue_age + duration - 1
    q = assumptions.mortality.q(code("sex"), age, code("partner_status"), code("underwriting_class"), duration)
    discounted = (policies["discounted_renewal"] == "Yes").to_numpy()[:, None]
    lapse = assumptions.lapse.rate(code("partner_status"), duration, code("premium_payment"), discounted, issue_age)
    morbidity = assumptions.morbidity
    claims = policies["daily_benefit"].to_numpy()[:, None] * morbidity.claim_cost.at(code("sex"), age)
    for name, relativity in morbidity.relativity.items():
        claims = claims * relativity.at(code(name))
    claims = claims * morbidity.factor(
        code("series"), age, duration, code("sex"), code("underwriting_class"), code("benefit_period"),
        code("benefit_type"),
    ) * morbidity.benefit_growth(code("inflation_option"), duration)  # fmt: skip
    return Study(exposure, last & (cause == "Death"), last & (cause == "Lapse"), -np.log1p(-q), -np.log1p(-lapse),
                 claims, age, duration)  # fmt: skip


@pytest.fixture(scope="module")
def study(frames: Frames, assumptions: AssumptionSet) -> Study:
    return study_of(frames[0], assumptions)


def near(actual: float, expected: float, variance: float | None = None) -> bool:
    """Whether chance alone explains the difference; events are Poisson unless a variance is given."""
    return abs(actual - expected) <= SIGMAS * math.sqrt(expected if variance is None else variance)


def banded(values: np.ndarray, by: np.ndarray, edges: list[int]) -> np.ndarray:
    return np.histogram(by, edges, weights=values.astype(float))[0]


def life_years(policies: pd.DataFrame) -> pd.Series:
    days = (policies["termination_date"].fillna(VALUATION_DATE) - policies["issue_date"]).dt.days + 1
    return days / 365.25


def test_frames_have_the_form_of_histories(frames: Frames, illustration: Illustration) -> None:
    policies, claims = frames
    assert list(policies) == [c.name for c in POLICY_HISTORY.columns]
    assert list(claims) == [c.name for c in CLAIM_HISTORY.columns]
    assert policies["policy_id"].is_unique
    assert policies["entry_date"].isna().all()
    for name in ("issue_date", "birth_date", "entry_date", "termination_date"):
        assert policies[name].dtype == "datetime64[s]", name
    assert claims["incurred_date"].dtype == "datetime64[s]"
    assert (policies["termination_date"].isna() == policies["termination_cause"].isna()).all()
    assert claims["policy_id"].isin(policies["policy_id"]).all()
    assert np.allclose(claims["amount"] * 100, (claims["amount"] * 100).round())


@pytest.mark.parametrize("study_age", [ANNIVERSARY, NEAREST_BIRTHDAY])
def test_they_are_histories_a_study_takes(frames: Frames, assumptions: AssumptionSet, study_age: str) -> None:
    policies, claims = frames
    vocabulary = {name: assumptions.vocabulary(name) for name in CHARACTERISTICS}
    basis = StudyBasis(study_age=study_age)
    histories = check_histories(InputTable(policies), InputTable(claims), vocabulary, basis)
    assert (len(histories), len(histories.claims)) == (len(policies), len(claims))


def test_copies_are_of_the_policies_of_the_block(frames: Frames, illustration: Illustration) -> None:
    """Each has its policy's characteristics and issue year, numbers from 1."""
    policies = frames[0]
    names = policies["policy_id"].str.rsplit(".", n=1)
    block = illustration.block.frame.set_index("policy_id").loc[names.str[0]].reset_index()
    for name in (*CHARACTERISTICS, "issue_age", "discounted_renewal", "daily_benefit"):
        assert (policies[name].astype(str) == block[name].astype(str)).all(), name
    away = (policies["issue_date"] - block["issue_date"]).dt.days
    assert (policies["issue_date"].dt.year == block["issue_date"].dt.year).all()
    assert away.between(-16, 16).all(), "fifteen days, and 29 February"
    assert away.nunique() >= 31
    number = names.str[1].astype(int)
    assert (number == policies.groupby(names.str[0]).cumcount() + 1).all()


def test_life_years_are_those_of_exhibit_a1b(frames: Frames) -> None:
    printed = table("exhibit_a1b").set_index("category")["exposure"].astype(float)
    actual = life_years(frames[0]).groupby(frames[0]["series"].astype(str)).sum()
    for name, members in SERIES.items():
        assert actual[members].sum() == pytest.approx(printed[name], rel=0.01), name
    assert actual.sum() == pytest.approx(861_076, rel=0.005)


def test_events_come_to_what_the_backcast_expects(
    frames: Frames, illustration: Illustration, assumptions: AssumptionSet
) -> None:
    """The backcast's life-years by calendar year, scaled to Exhibit A-1b's, times the rates."""
    policies, claims = frames
    block, past = illustration.block, backcast(illustration, assumptions)
    printed = table("exhibit_a1b").set_index("category")["exposure"].astype(float)
    series = block.frame["series"].astype(str)
    scale = np.ones(len(block))
    for name, members in SERIES.items():
        inside = series.isin(members).to_numpy()
        scale[inside] = printed[name] / past.exposure[inside].sum()
    exposure = past.exposure * scale[:, None, None]

    def column(name: str) -> np.ndarray:
        return block.codes(name)[:, None, None]

    age, duration = past.attained_age, past.policy_duration
    q = assumptions.mortality.q(column("sex"), age, column("partner_status"), column("underwriting_class"), duration)
    lapse = assumptions.lapse.rate(
        column("partner_status"),
        duration,
        column("premium_payment"),
        block.discounted_renewal[:, None, None],
        block.issue_age[:, None, None],
    )
    expiry = assumptions.benefit_expiry.rate(column("sex"), column("benefit_period"), age)
    counts = policies["termination_cause"].value_counts()
    assert near(counts["Death"], -(np.log1p(-q) * exposure).sum() * MORTALITY_AE)
    assert near(counts["Lapse"], -(np.log1p(-lapse) * exposure).sum())
    assert near(counts["Benefit Expiry"], -(np.log1p(-expiry) * exposure).sum())
    assert counts["Other"] == 0
    assert near(len(claims), 1_702)
    dollars = (past.expected_claims * scale[:, None, None]).sum()
    assert near(claims["amount"].sum(), dollars, variance=2.0 * dollars**2 / 1_702)
    assert dollars == pytest.approx(276.4e6, rel=0.001)


@pytest.mark.parametrize("by", ["age", "duration"])
def test_deaths_by_band_follow_the_hazard(study: Study, by: str) -> None:
    edges = AGES if by == "age" else DURATIONS
    actual = banded(study.deaths, getattr(study, by), edges)
    expected = banded(study.hazard * study.exposure * MORTALITY_AE, getattr(study, by), edges)
    assert all(near(a, e) for a, e in zip(actual, expected, strict=True)), (actual, expected)


@pytest.mark.parametrize("characteristic", ["sex", "partner_status", "underwriting_class", "series"])
def test_deaths_and_claims_by_characteristic(frames: Frames, study: Study, characteristic: str) -> None:
    policies, claims = frames
    kind = policies[characteristic].astype(str).to_numpy()
    amount = claims.groupby("policy_id")["amount"].sum().reindex(policies["policy_id"], fill_value=0.0).to_numpy()
    claimed = study.claims * study.exposure
    # A Poisson number of claims of coefficient of variation 1.
    variance = 2.0 * claimed * average_claims(study)[np.digitize(study.age, AGES) - 1]
    for category in np.unique(kind):
        inside = kind == category
        deaths = (study.hazard * study.exposure)[inside].sum() * MORTALITY_AE
        assert near(study.deaths[inside].sum(), deaths), category
        dollars = claimed[inside].sum()
        assert near(amount[inside].sum(), dollars, variance[inside].sum()), category


def test_lapses_by_duration_follow_the_rates(frames: Frames, study: Study) -> None:
    """Chi-square over durations and partner status."""
    partnered = (frames[0]["partner_status"] == "Partnered").to_numpy()
    statistic, cells = 0.0, 0
    for rows in (partnered, ~partnered):
        actual = study.lapses[rows].sum(axis=0)
        expected = (study.lapse * study.exposure)[rows].sum(axis=0)
        large = expected > 5.0
        statistic += float(((actual - expected)[large] ** 2 / expected[large]).sum())
        cells += int(large.sum())
    assert cells >= 30
    assert statistic < chi2.ppf(0.999, cells)


def test_paid_up_and_discounted_policies_lapse_by_their_scalars(frames: Frames, study: Study) -> None:
    for name in ("premium_payment", "discounted_renewal"):
        kind = frames[0][name].astype(str).to_numpy()
        for category in np.unique(kind):
            inside = kind == category
            assert near(study.lapses[inside].sum(), (study.lapse * study.exposure)[inside].sum()), category


def average_claims(study: Study) -> np.ndarray:
    """Exhibit A-3b's by attained age, times the scalar at which 1,702 claims cost what is expected."""
    printed = table("exhibit_a3b")
    printed = printed[printed["characteristic"] == "Attained Age"]
    average = printed["actual_claims"].to_numpy(dtype=float) / printed["claim_count"].to_numpy(dtype=float)
    dollars = banded(study.claims * study.exposure, study.age, AGES)
    return average * (dollars / average).sum() / 1_702


def claim_ages(frames: Frames) -> np.ndarray:
    policies, claims = frames
    of = policies.set_index("policy_id").loc[claims["policy_id"]].reset_index()
    years = claims["incurred_date"].dt.year - of["issue_date"].dt.year
    early = claims["incurred_date"] < anniversary_of_each(of["issue_date"], years)
    return (of["issue_age"] + years - early).to_numpy()


def anniversary_of_each(dates: pd.Series, years: pd.Series) -> pd.Series:
    return pd.to_datetime(pd.DataFrame({"year": dates.dt.year + years, "month": dates.dt.month, "day": dates.dt.day}))


def test_claims_by_age(frames: Frames, study: Study) -> None:
    """Averages are Exhibit A-3b's but for one scalar; with it, numbers and dollars are the assumption's."""
    average = average_claims(study)
    dollars = banded(study.claims * study.exposure, study.age, AGES)
    expected = dollars / average
    age, amount = claim_ages(frames), frames[1]["amount"].to_numpy()
    count, total = np.histogram(age, AGES)[0], np.histogram(age, AGES, weights=amount)[0]
    for a, e in zip(count, expected, strict=True):
        assert near(a, e), (count, expected)
    for n, t, mean in zip(count, total, average, strict=True):
        assert near(t / n, mean, mean**2 / n), (total / count, average)
    assert np.std(amount / average[np.digitize(age, AGES) - 1]) == pytest.approx(1.0, abs=0.1)


def test_claims_by_duration(illustration: Illustration, assumptions: AssumptionSet) -> None:
    """With a factor by duration steeper than Exhibit A-3a's, which its few claims would not tell from none."""
    morbidity = assumptions.morbidity
    duration = np.arange(1, 21)
    rows = np.arange(len(MORBIDITY_SERIES))[:, None]
    factor = morbidity.duration_factor.at(rows, duration) * np.where(duration <= 3, 8.0, 1.0)
    steep = DurationTable("steep", factor)
    changed = dataclasses.replace(assumptions, morbidity=dataclasses.replace(morbidity, duration_factor=steep))
    frames = illustrative_experience(illustration, changed)
    study = study_of(frames[0], changed)
    number = study.claims * study.exposure / average_claims(study)[np.digitize(study.age, AGES) - 1]
    expected = banded(number, study.duration, DURATIONS)
    actual = np.histogram(claim_ages(frames) - issue_ages(frames) + 1, DURATIONS)[0]
    assert all(near(a, e) for a, e in zip(actual, expected, strict=True)), (actual, expected)


def issue_ages(frames: Frames) -> np.ndarray:
    policies, claims = frames
    return policies.set_index("policy_id").loc[claims["policy_id"], "issue_age"].to_numpy()


def test_how_much_claims_vary_is_a_parameter(illustration: Illustration, assumptions: AssumptionSet) -> None:
    values = parameters.bundled().changed({"claim_amount_variation": 0.01})
    frames = illustrative_experience(illustration, assumptions, values=values)
    age, amount = claim_ages(frames), frames[1]["amount"]
    spread = amount.groupby(np.digitize(age, AGES)).agg(lambda a: a.std() / a.mean())
    assert (spread < 0.015).all()


def test_dates_are_in_order(frames: Frames) -> None:
    policies, claims = frames
    assert policies["issue_date"].min() >= pd.Timestamp("2000-09-23")
    assert policies["issue_date"].max() <= VALUATION_DATE
    ended = policies.dropna(subset=["termination_date"])
    assert (ended["issue_date"] <= ended["termination_date"]).all()
    assert ended["termination_date"].max() <= VALUATION_DATE
    of = policies.set_index("policy_id").loc[claims["policy_id"]].reset_index()
    assert (claims["incurred_date"] >= of["issue_date"]).all()
    assert (claims["incurred_date"] <= of["termination_date"].fillna(VALUATION_DATE)).all()
    assert claims["policy_id"].duplicated().any(), "claimants stay in the exposure"


def test_events_are_spread_over_the_policy_year(frames: Frames, study: Study) -> None:
    """Completed policy years, where begin and end of the year are as likely."""
    for events in (study.deaths, study.lapses):
        part = study.exposure[:, :6][events[:, :6]]
        part = part[(frames[0]["issue_date"].dt.year <= 2010).to_numpy()[np.nonzero(events[:, :6])[0]]]
        assert len(part) > 300
        assert near(part.mean(), 0.5, 1.0 / 12.0 / len(part))
        assert near(part.std(), 1.0 / math.sqrt(12.0), 1.0 / 180.0 / (4.0 / 12.0) / len(part))


def test_issue_age_is_the_age_at_the_nearest_birthday(frames: Frames) -> None:
    policies = frames[0]
    issue, birth = policies["issue_date"], policies["birth_date"]

    def birthday(age: pd.Series) -> pd.Series:
        return anniversary_of_each(birth, age)

    def days_away(age: pd.Series) -> pd.Series:
        return (birthday(age) - issue).dt.days.abs()

    age = policies["issue_age"]
    assert (days_away(age) < days_away(age - 1)).all()
    assert (days_away(age) < days_away(age + 1)).all()
    later = (birthday(age) > issue).mean()
    assert near(later, 0.5, 0.25 / len(policies))
    assert not ((birth.dt.month == 2) & (birth.dt.day == 29)).any()


def test_a_seed_is_one_experience(frames: Frames, illustration: Illustration, assumptions: AssumptionSet) -> None:
    again = illustrative_experience(illustration, assumptions)
    other = illustrative_experience(illustration, assumptions, seed=1)
    for one, two, three in zip(frames, again, other, strict=True):
        assert one.equals(two)
        assert not one.equals(three)


def test_it_does_not_depend_on_the_portions(
    frames: Frames, illustration: Illustration, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experience, "COPIES_AT_A_TIME", 1_777)
    for one, two in zip(frames, illustrative_experience(illustration, assumptions), strict=True):
        assert one.equals(two)


def test_full_mortality_is_recovered(illustration: Illustration, assumptions: AssumptionSet) -> None:
    policies, claims = illustrative_experience(illustration, assumptions, mortality_ae=1.0)
    study = study_of(policies, assumptions)
    assert near(study.deaths.sum(), (study.hazard * study.exposure).sum())
    assert not near(study.deaths.sum(), (study.hazard * study.exposure).sum() * MORTALITY_AE)
    assert life_years(policies).sum() == pytest.approx(861_076, rel=0.005)
    assert near(len(claims), 1_702)


def test_it_comes_in_any_size(illustration: Illustration, assumptions: AssumptionSet) -> None:
    policies, claims = illustrative_experience(illustration, assumptions, times=0.1)
    assert life_years(policies).sum() == pytest.approx(86_108, rel=0.01)
    assert near(len(claims), 170.2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"times": 0.0}, "times: found 0.0; allowed: a number of more than 0"),
        ({"times": math.inf}, "times: found inf"),
        ({"mortality_ae": -0.5}, "mortality_ae: found -0.5"),
        ({"seed": -1}, "seed: found -1; allowed: a whole number of at least 0"),
    ],
)
def test_what_cannot_be_is_refused(
    illustration: Illustration, assumptions: AssumptionSet, arguments: dict[str, float], told: str
) -> None:
    make: Callable[..., Frames] = illustrative_experience
    with pytest.raises(InputError, match=told):
        make(illustration, assumptions, **arguments)
