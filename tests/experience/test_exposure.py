"""Exact exposure: by hand, against counting day by day, against actxps, and what must hold of any histories."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.resources
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import actxps as xp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.experience import exposure
from xl_ltc.experience.basis import (
    ANNIVERSARY,
    CALENDAR_YEAR,
    DAYS,
    LAST_BIRTHDAY,
    NEAREST_BIRTHDAY,
    POLICY_YEAR,
    StudyBasis,
)
from xl_ltc.experience.exposure import Segments, claims, exposure_by, segments, terminations
from xl_ltc.experience.history import CAUSES, DEATH, EXPIRY, LAPSE, OTHER, Histories

EVERYTHING = StudyBasis(study_start=dt.date(1999, 12, 31), study_end=dt.date(2022, 12, 31))
CELL = ["calendar_year", "policy_duration", "attained_age"]
DAY = dt.timedelta(days=1)
Date = dt.date


def policy(issue: str, end: str = "", cause: str | None = None, **other: Any) -> dict[str, Any]:
    """A period of coverage of an insured aged 60 at issue."""
    row = {"policy_id": "P1", "issue_date": issue, "issue_age": 60, "birth_date": None, "sex": "Male"}
    row |= {"entry_date": None, "termination_date": end or None, "termination_cause": cause}
    return row | other


def histories(*rows: dict[str, Any], claims: Sequence[tuple[int, str, float]] = ()) -> Histories:
    """Typed histories of rows of ``policy`` and claims (row, date, amount)."""
    frame = pd.DataFrame(list(rows))
    for name in ("issue_date", "birth_date", "entry_date", "termination_date"):
        frame[name] = np.array([row[name] for row in rows], dtype="datetime64[s]")
    frame["termination_cause"] = pd.Categorical(frame["termination_cause"], categories=list(CAUSES))
    frame["sex"] = pd.Categorical(frame["sex"], categories=["Male", "Female"])
    row, date, amount = zip(*claims, strict=True) if claims else ((), (), ())
    claimed = {"row": np.array(row, dtype=np.int64), "incurred_date": np.array(date, dtype="datetime64[s]")}
    return Histories(frame, pd.DataFrame(claimed | {"amount": np.array(amount, dtype=float)}))


def everything(found: Segments) -> list[tuple[int, int, int, float]]:
    """Calendar year, policy duration, attained age and exposure of each stretch."""
    arrays = (found.calendar_year, found.policy_duration, found.attained_age, found.exposure)
    return list(zip(*(a.tolist() for a in arrays), strict=True))


def of(one: Histories, basis: StudyBasis = EVERYTHING) -> list[tuple[int, int, int, float]]:
    return everything(segments(one, basis, slice(None)))


# By hand.


@pytest.mark.parametrize(
    ("exposure_year", "years"),
    [(POLICY_YEAR, (365, 365, 366)), (CALENDAR_YEAR, (365, 365, 365)), (DAYS, (365.25, 365.25, 365.25))],
)
def test_a_lapse_in_the_second_year(exposure_year: str, years: tuple[float, ...]) -> None:
    """Covered 1 April 2010 to 30 June 2011: 275, 90 and 91 days; the second policy year has 29 February 2012."""
    basis = dataclasses.replace(EVERYTHING, exposure_year=exposure_year)
    first, second, third = (days / year for days, year in zip((275, 90, 91), years, strict=True))
    one = histories(policy("2010-04-01", "2011-06-30", LAPSE))
    assert of(one, basis) == [(2010, 1, 60, first), (2011, 1, 60, second), (2011, 2, 61, third)]
    table = exposure_by(one, basis, ["policy_duration"])
    assert table["exposure"].tolist() == pytest.approx([first + second, third], rel=1e-15)
    assert table["lapses"].tolist() == [0, 1]


def test_a_death_on_the_anniversary_falls_in_the_year_that_begins() -> None:
    one = histories(policy("2010-04-01", "2011-04-01", DEATH), policy("2010-04-01", "2011-03-31", DEATH))
    table = exposure_by(one, EVERYTHING, ["policy_duration"])
    assert table["policy_duration"].tolist() == [1, 2]
    assert table["exposure"].tolist() == [2.0, 1 / 366]
    assert table["deaths"].tolist() == [1, 1]


def test_covered_on_one_day() -> None:
    assert of(histories(policy("2010-04-01", "2010-04-01", OTHER))) == [(2010, 1, 60, 1 / 365)]


def test_issued_on_new_years_day() -> None:
    one = histories(policy("2011-01-01", "2012-12-31", EXPIRY))
    assert of(one) == [(2011, 1, 60, 1.0), (2012, 2, 61, 1.0)]
    assert exposure_by(one, EVERYTHING, ["calendar_year"])["expiries"].tolist() == [0, 1]


def test_the_study_begins_and_ends_within_a_coverage() -> None:
    basis = StudyBasis(study_start=dt.date(2011, 12, 29), study_end=dt.date(2012, 1, 3))
    one = histories(policy("2010-04-01", "2012-01-04", DEATH))
    assert of(one, basis) == [(2011, 2, 61, 2 / 366), (2012, 2, 61, 3 / 366)]
    assert exposure_by(one, basis, [])[["deaths", "exposure"]].to_numpy().tolist() == [[0, 5 / 366]]


@pytest.mark.parametrize(
    ("end", "deaths"), [("2011-12-29", 0), ("2011-12-30", 1), ("2012-01-03", 1), ("2012-01-04", 0)]
)
def test_terminations_and_claims_count_within_the_study(end: str, deaths: int) -> None:
    basis = StudyBasis(study_start=dt.date(2011, 12, 29), study_end=dt.date(2012, 1, 3))
    one = histories(policy("2010-04-01", end, DEATH), claims=[(0, end, 500.0)])
    assert len(terminations(one, basis).row) == len(claims(one, basis).amount) == deaths


def test_issued_after_the_study_or_ended_before_it() -> None:
    basis = StudyBasis(study_start=dt.date(2011, 12, 31), study_end=dt.date(2012, 12, 31))
    assert of(histories(policy("2013-01-01"), policy("2010-01-01", "2011-12-31", LAPSE)), basis) == []
    assert exposure_by(histories(policy("2013-01-01")), basis, ["sex", "attained_age"]).empty


def test_a_reinstated_policy() -> None:
    """Lapsed on 30 June 2010, covered again from 1 October 2011: duration 2 begins in between."""
    one = histories(
        policy("2010-04-01", "2010-06-30", LAPSE), policy("2010-04-01", "2012-03-31", OTHER, entry_date="2011-10-01")
    )
    assert of(one) == [(2010, 1, 60, 91 / 365), (2011, 2, 61, 92 / 366), (2012, 2, 61, 91 / 366)]
    assert exposure_by(one, EVERYTHING, ["policy_id"])[["lapses", "others"]].to_numpy().tolist() == [[1, 1]]


@pytest.mark.parametrize(("leap_day", "first_day"), [("1 March", "2013-03-01"), ("28 February", "2013-02-28")])
def test_issued_on_a_leap_day(leap_day: str, first_day: str) -> None:
    basis = dataclasses.replace(EVERYTHING, leap_day=leap_day)
    before = str(np.datetime64(first_day) - np.timedelta64(1, "D"))
    year = (np.datetime64(first_day) - np.datetime64("2012-02-29")).astype(int)
    one = histories(policy("2012-02-29", before, LAPSE))
    assert exposure_by(one, basis, ["policy_duration"])["exposure"].tolist() == [1.0]
    assert of(histories(policy("2012-02-29", first_day, LAPSE)), basis)[-1] == (2013, 2, 61, 1 / 365)
    assert of(one, basis)[0] == (2012, 1, 60, 307 / year)


def test_calendar_years_have_365_or_366_days() -> None:
    """2000 is a leap year, 2001 is none: 60 days to 29 February, 59 to 28 February."""
    basis = dataclasses.replace(EVERYTHING, exposure_year=CALENDAR_YEAR)
    for end, exposed in (("2000-02-29", 60 / 366), ("2001-02-28", 1.0 + 59 / 365)):
        table = exposure_by(histories(policy("2000-01-01", end, LAPSE)), basis, [])
        assert table["exposure"].tolist() == pytest.approx([exposed], rel=1e-15)


def test_age_at_the_last_birthday() -> None:
    basis = dataclasses.replace(EVERYTHING, study_age=LAST_BIRTHDAY, exposure_year=CALENDAR_YEAR)
    one = histories(policy("2011-01-01", "2011-12-31", DEATH, birth_date="1950-09-01"))
    assert of(one, basis) == [(2011, 1, 60, 243 / 365), (2011, 1, 61, 122 / 365)]
    assert terminations(one, basis).attained_age.tolist() == [61]


def test_age_at_the_nearest_birthday() -> None:
    """1 September 2010 and 2011 are 365 days apart: 2 March 2011 is 182 days after the one, 3 March 182 before."""
    basis = dataclasses.replace(EVERYTHING, study_age=NEAREST_BIRTHDAY, exposure_year=CALENDAR_YEAR)
    one = histories(policy("2011-01-01", "2011-12-31", DEATH, birth_date="1950-09-01"))
    assert of(one, basis) == [(2011, 1, 60, 61 / 365), (2011, 1, 61, 304 / 365)]


def test_half_way_between_birthdays_is_nearest_to_the_next() -> None:
    """1 September 2011 and 2012 are 366 days apart: 2 March 2012 is 183 days from both."""
    basis = dataclasses.replace(EVERYTHING, study_age=NEAREST_BIRTHDAY)
    one = histories(policy("2012-03-01", "2012-03-02", DEATH, birth_date="1950-09-01"))
    assert [age for _, _, age, _ in of(one, basis)] == [61, 62]


def test_claims_are_counted_where_they_were_incurred() -> None:
    one = histories(
        policy("2010-04-01"),
        policy("2010-04-01", sex="Female"),
        claims=[(0, "2011-03-31", 100.0), (0, "2011-03-31", 50.0), (1, "2011-04-01", 30.0)],
    )
    table = exposure_by(one, EVERYTHING, ["policy_duration", "sex"]).head(4)
    assert table["sex"].tolist() == ["Male", "Female", "Male", "Female"]
    assert table["claim_count"].tolist() == [2, 0, 0, 1]
    assert table["actual_claims"].tolist() == [150.0, 0.0, 0.0, 30.0]
    found = claims(one, EVERYTHING)
    assert (found.row.tolist(), found.calendar_year.tolist()) == ([0, 0, 1], [2011, 2011, 2011])
    assert (found.policy_duration.tolist(), found.attained_age.tolist()) == ([1, 1, 2], [60, 60, 61])


def test_keys_are_in_the_order_of_the_vocabulary_with_blanks_last() -> None:
    one = histories(
        policy("2010-04-01"), policy("2010-04-01", "2010-05-01", LAPSE), policy("2010-04-01", "2010-05-01", DEATH)
    )
    table = exposure_by(one, EVERYTHING, ["termination_cause"])
    assert table["termination_cause"].tolist()[:2] == [DEATH, LAPSE]
    assert table["termination_cause"].isna().tolist() == [False, False, True]


def test_rows_are_positions_in_the_whole_file() -> None:
    three = histories(*(policy("2012-01-01") for _ in range(3)))
    assert set(segments(three, EVERYTHING, slice(1, 99)).row.tolist()) == {1, 2}


@pytest.mark.parametrize("by", [["colour"], ["sex", "sex"]])
def test_a_name_that_can_not_be_summed_by(by: list[str]) -> None:
    with pytest.raises(InputError, match=rf"by: found '{by[-1]}'; allowed: one of policy_id.*attained_age, each at"):
        exposure_by(histories(policy("2010-04-01")), EVERYTHING, by)


@pytest.mark.parametrize("calculate", [lambda h, b: segments(h, b, slice(None)), terminations])
def test_ages_by_birthday_without_a_date_of_birth(calculate: Callable[..., Any]) -> None:
    basis = dataclasses.replace(EVERYTHING, study_age=LAST_BIRTHDAY)
    with pytest.raises(InputError, match=r"policy P1, column birth_date: found nothing.*study_age is last_birthday"):
        calculate(histories(policy("2010-04-01", "2011-01-01", LAPSE)), basis)


# Day by day.

DATES = st.dates(dt.date(2003, 1, 1), dt.date(2009, 12, 31)) | st.sampled_from(
    [dt.date(2004, 2, 29), dt.date(2004, 2, 28), dt.date(2008, 2, 29), dt.date(2004, 1, 1), dt.date(2003, 12, 31)]
)
BIRTHS = st.dates(dt.date(1935, 1, 1), dt.date(1945, 12, 31)) | st.just(dt.date(1940, 2, 29))
BASES = st.builds(
    StudyBasis,
    study_start=st.dates(dt.date(2002, 1, 1), dt.date(2005, 12, 31)),
    study_end=st.dates(dt.date(2006, 1, 1), dt.date(2010, 12, 31)),
    study_age=st.sampled_from([ANNIVERSARY, LAST_BIRTHDAY, NEAREST_BIRTHDAY]),
    exposure_year=st.sampled_from([POLICY_YEAR, CALENDAR_YEAR, DAYS]),
    leap_day=st.sampled_from(["1 March", "28 February"]),
)


@st.composite
def random_rows(draw: st.DrawFn) -> dict[str, Any]:
    """A period of coverage, in force or ended, entered at issue or later."""
    issue, entry, end = sorted(draw(st.tuples(DATES, DATES, DATES)))
    row = policy(str(issue), birth_date=str(draw(BIRTHS)), issue_age=draw(st.integers(18, 84)))
    row |= {"policy_id": draw(st.sampled_from("ABC")), "sex": draw(st.sampled_from(["Male", "Female"]))}
    if draw(st.booleans()):
        row["entry_date"] = str(entry)
    if draw(st.booleans()):
        row |= {"termination_date": str(end), "termination_cause": draw(st.sampled_from(CAUSES))}
    return row


@st.composite
def random_histories(draw: st.DrawFn) -> Histories:
    """A few periods of coverage, with claims on covered days."""
    rows = draw(st.lists(random_rows(), min_size=1, max_size=4))
    made = []
    for row, amount in draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), st.floats(0.0, 1e6)), max_size=4)):
        begin, end = covered(rows[row])
        made.append((row, str(draw(st.dates(begin, min(end, dt.date(2012, 1, 1))))), amount))
    return histories(*rows, claims=made)


def covered(row: dict[str, Any]) -> tuple[Date, Date]:
    begin = dt.date.fromisoformat(row["entry_date"] or row["issue_date"])
    return begin, dt.date.fromisoformat(row["termination_date"]) if row["termination_date"] else dt.date(2050, 1, 1)


def anniversary(of: Date, year: int, basis: StudyBasis) -> Date:
    try:
        return of.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1) if basis.leap_day == "1 March" else dt.date(year, 2, 28)


def anniversaries(of: Date, day: Date, basis: StudyBasis) -> tuple[Date, Date]:
    """The anniversary on or before a day, and the next one."""
    near = [anniversary(of, day.year + i, basis) for i in (-1, 0, 1)]
    return next((a, b) for a, b in itertools.pairwise(near) if a <= day < b)


def cell_of(row: pd.Series, day: Date, basis: StudyBasis) -> tuple[tuple[int, int, int], Fraction]:
    """The cell of a day and its life-years, from what the words mean."""
    issue, birth = row["issue_date"].date(), row["birth_date"].date()
    begin, end = anniversaries(issue, day, basis)
    completed = begin.year - issue.year
    age = int(row["issue_age"]) + completed
    if basis.study_age != ANNIVERSARY:
        last, coming = anniversaries(birth, day, basis)
        age = last.year - birth.year
        if basis.study_age == NEAREST_BIRTHDAY and coming - day <= day - last:
            age += 1
    whole_year = dt.date(day.year + 1, 1, 1) - dt.date(day.year, 1, 1)
    length = {POLICY_YEAR: Fraction((end - begin).days), CALENDAR_YEAR: Fraction(whole_year.days)}
    return (day.year, completed + 1, age), 1 / length.get(basis.exposure_year, Fraction(1461, 4))


def days_of(row: pd.Series, basis: StudyBasis) -> Iterator[Date]:
    begin = row["issue_date"] if pd.isna(row["entry_date"]) else row["entry_date"]
    end = dt.date(2050, 1, 1) if pd.isna(row["termination_date"]) else row["termination_date"].date()
    day = max(begin.date(), basis.study_start + DAY)
    while day <= min(end, basis.study_end):
        yield day
        day += DAY


@settings(deadline=None, max_examples=60)
@given(random_histories(), BASES)
def test_against_counting_day_by_day(some: Histories, basis: StudyBasis) -> None:
    wanted: Counter[tuple[int, ...]] = Counter()
    ended, incurred = [], []
    for i, row in some.policies.iterrows():
        for day in days_of(row, basis):
            cell, life_years = cell_of(row, day, basis)
            wanted[(i, *cell)] += life_years  # type: ignore[assignment]
            if row["termination_date"] == pd.Timestamp(day):
                ended.append((i, *cell, CAUSES.index(row["termination_cause"])))
    for _, claim in some.claims.iterrows():
        if basis.study_start < claim["incurred_date"].date() <= basis.study_end:
            cell, _ = cell_of(some.policies.loc[claim["row"]], claim["incurred_date"].date(), basis)
            incurred.append((claim["row"], *cell, claim["amount"]))
    found = segments(some, basis, slice(None))
    cells = list(zip(found.row.tolist(), *(getattr(found, name).tolist() for name in CELL), strict=True))
    assert len(cells) == len(set(cells))
    assert sorted(cells) == sorted(wanted)
    assert found.exposure.tolist() == pytest.approx([float(wanted[cell]) for cell in cells], rel=1e-14)
    for events, value, expected in (
        (terminations(some, basis), "cause", ended),
        (claims(some, basis), "amount", incurred),
    ):
        columns = [getattr(events, name).tolist() for name in ("row", *CELL, value)]
        assert list(zip(*columns, strict=True)) == expected
        assert set(zip(*columns[:4], strict=True)) <= set(cells)


BY = st.lists(st.sampled_from([*CELL, "sex", "policy_id", "termination_cause", "entry_date"]), unique=True)


@settings(deadline=None, max_examples=60)
@given(random_histories(), BASES, BY)
def test_sums_do_not_depend_on_what_they_are_by(some: Histories, basis: StudyBasis, by: list[str]) -> None:
    table = exposure_by(some, basis, by)
    assert list(table)[: len(by)] == by
    assert not by or not table.duplicated(by).any()
    assert (table["exposure"] > 0.0).all() or not by
    assert table["exposure"].sum() == pytest.approx(segments(some, basis, slice(None)).exposure.sum(), rel=1e-13)
    if basis.exposure_year == DAYS:
        days = sum(len(list(days_of(row, basis))) for _, row in some.policies.iterrows())
        assert table["exposure"].sum() == pytest.approx(days / 365.25, rel=1e-13)
    first, last = pd.Timestamp(basis.first_day), pd.Timestamp(basis.study_end)
    within = some.policies[some.policies["termination_date"].between(first, last)]
    for cause, name in zip(CAUSES, ("deaths", "lapses", "expiries", "others"), strict=True):
        assert table[name].sum() == (within["termination_cause"] == cause).sum()
    claimed = some.claims[some.claims["incurred_date"].between(first, last)]
    assert table["claim_count"].sum() == len(claimed)
    assert table["actual_claims"].sum() == pytest.approx(claimed["amount"].sum(), rel=1e-12)


def reordered(some: Histories, order: Sequence[int]) -> Histories:
    """The rows in another order, or some of them; claims follow their rows."""
    position = {row: i for i, row in enumerate(order)}
    kept = some.claims[some.claims["row"].isin(position)]
    policies = some.policies.iloc[list(order)].reset_index(drop=True)
    return Histories(policies, kept.assign(row=kept["row"].map(position).astype("int64")).reset_index(drop=True))


@settings(deadline=None, max_examples=40)
@given(random_histories(), BASES, BY, st.integers(1, 5), st.randoms())
def test_neither_on_the_order_of_rows_nor_on_portions(
    some: Histories, basis: StudyBasis, by: list[str], chunk: int, random: Any
) -> None:
    whole = exposure_by(some, basis, by)
    pd.testing.assert_frame_equal(exposure_by(some, basis, by, chunk), whole, rtol=1e-15)
    order = list(range(len(some)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(exposure_by(reordered(some, order), basis, by), whole, rtol=1e-12)


@settings(deadline=None, max_examples=40)
@given(random_histories(), BASES, st.integers(0, 4))
def test_two_files_add_up(some: Histories, basis: StudyBasis, cut: int) -> None:
    by = [*CELL, "sex"]
    rows = list(range(len(some)))
    parts = [exposure_by(reordered(some, part), basis, by) for part in (rows[:cut], rows[cut:])]
    added = pd.concat(parts).groupby(by, observed=True).sum().reset_index()
    pd.testing.assert_frame_equal(added, exposure_by(some, basis, by), rtol=1e-12, check_dtype=False)


def test_many_threads_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    some = histories(*(policy(f"2010-{1 + i % 12:02d}-{1 + i % 28:02d}", policy_id=f"P{i}") for i in range(500)))
    one = exposure_by(some, EVERYTHING, CELL)
    monkeypatch.setattr(exposure, "threads", lambda: 4)
    pd.testing.assert_frame_equal(exposure_by(some, EVERYTHING, CELL, 7), one, check_exact=True)


# actxps, whose policy years and calendar years are partially exposed as long as no status is asked for.


def random_census(n: int, leap_days: bool) -> pd.DataFrame:
    r = np.random.default_rng(7)
    issue = np.datetime64("2001-01-01") + r.integers(0, 5_000, n)
    if leap_days:
        issue[::5] = np.datetime64("2004-02-29")
    end = issue + r.integers(0, 4_000, n)
    # Where the next policy year begins on 28 February, actxps counts that day into the one before, which it says ends
    # on the 27th and gives 366/365 years.
    end[(issue == np.datetime64("2004-02-29")) & (end == np.datetime64("2009-02-28"))] += np.timedelta64(1, "D")
    gone = end <= np.datetime64("2016-12-31")
    status = np.where(gone, r.choice(["Death", "Surrender"], n), "Active")
    term = np.where(gone, end, np.datetime64("NaT", "D"))
    return pd.DataFrame({"pol_num": np.arange(n), "status": status, "issue_date": issue, "term_date": term})


def toy_census() -> pd.DataFrame:
    """``xp.load_toy_census``, which the installed polars can't read."""
    path = importlib.resources.files("actxps") / "data" / "toy_census.csv"
    return pd.read_csv(str(path), parse_dates=["issue_date", "term_date"])


def in_force_on(end: str) -> pd.DataFrame:
    """Nobody terminated; without policies issued on the last day, which actxps leaves out."""
    census = random_census(400, False).assign(term_date=pd.NaT, status="Active")
    return census[census["issue_date"] != pd.Timestamp(end)]


CENSUSES = {
    "toy": (toy_census, "2022-12-31"),
    "random": (lambda: random_census(400, False), "2016-12-31"),
    "leap days": (lambda: random_census(400, True), "2016-12-31"),
    "study ends in May": (lambda: in_force_on("2013-05-17"), "2013-05-17"),
}


def of_census(census: pd.DataFrame) -> Histories:
    cause = {"Death": DEATH, "Surrender": LAPSE, "Active": None}
    columns = zip(census["pol_num"], census["status"], census["issue_date"], census["term_date"], strict=True)
    return histories(
        *(
            policy(str(issue)[:10], "" if pd.isna(end) else str(end)[:10], cause[status], policy_id=number)
            for number, status, issue, end in columns
        )
    )


@pytest.mark.filterwarnings("ignore:`is_in`:DeprecationWarning")  # in actxps
@pytest.mark.parametrize("name", CENSUSES)
@pytest.mark.parametrize("exposure_year", [POLICY_YEAR, CALENDAR_YEAR])
def test_against_actxps(name: str, exposure_year: str) -> None:
    make, end = CENSUSES[name]
    census = make()
    by_policy_year = exposure_year == POLICY_YEAR
    expose = xp.ExposedDF.expose_py if by_policy_year else xp.ExposedDF.expose_cy
    # polars takes the anniversaries of a 29 February on 28 February.
    basis = StudyBasis(
        study_start=dt.date(1999, 12, 31),
        study_end=dt.date.fromisoformat(end),
        exposure_year=exposure_year,
        leap_day="28 February",
    )
    theirs = expose(census, end, default_status="Active").data.to_pandas()
    theirs["year"] = theirs["pol_yr"] if by_policy_year else pd.to_datetime(theirs["cal_yr"]).dt.year
    for status, events in (("Death", "deaths"), ("Surrender", "lapses")):
        theirs[events] = (theirs["status"] == status).astype(int)
    wanted = theirs.sort_values(["pol_num", "year"])
    found = exposure_by(
        of_census(census), basis, ["policy_id", "policy_duration" if by_policy_year else "calendar_year"]
    )
    assert found.iloc[:, :2].to_numpy().tolist() == wanted[["pol_num", "year"]].to_numpy().tolist()
    assert found["exposure"].tolist() == pytest.approx(wanted["exposure"].tolist(), rel=1e-12)
    assert found[["deaths", "lapses"]].to_numpy().tolist() == wanted[["deaths", "lapses"]].to_numpy().tolist()


def test_a_termination_day_that_is_not_covered() -> None:
    """Paid to 1 March 2003, the anniversary: with that day covered, a day and the lapse are of the fourth year."""
    not_covered = dataclasses.replace(EVERYTHING, termination_day="not_covered")
    one = histories(policy("2000-03-01", "2003-03-01", LAPSE))
    last_day, day_before = (exposure_by(one, basis, ["policy_duration"]) for basis in (EVERYTHING, not_covered))
    assert last_day["lapses"].tolist() == [0, 0, 0, 1]
    assert last_day["exposure"].tolist() == pytest.approx([1.0, 1.0, 1.0, 1 / 366])
    assert day_before["lapses"].tolist() == [0, 0, 1]
    assert day_before["exposure"].tolist() == [1.0, 1.0, 1.0]


def test_the_first_day_is_covered_however_soon_coverage_ends() -> None:
    not_covered = dataclasses.replace(EVERYTHING, termination_day="not_covered")
    (row,) = exposure_by(histories(policy("2001-03-01", "2001-03-01", DEATH)), not_covered, []).to_dict("records")
    assert (row["deaths"], row["exposure"]) == (1, pytest.approx(1 / 365))
