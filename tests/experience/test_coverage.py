"""Exact exposure of one coverage."""

from __future__ import annotations

import datetime as dt

import actxps
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.experience.basis import DAYS as IN_DAYS
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.coverage import DAYS_A_YEAR, life_years
from xl_ltc.experience.exposure import segments
from xl_ltc.experience.history import Histories

DAYS = st.integers(0, 20_000)


def test_by_hand() -> None:
    """From day 10 to day 19 are ten days; of a study after day 12 up to day 16 they have four."""
    found = life_years(10, [19, 19, 19, 10], [0, 12, 18, 9], [100, 16, 30, 10]) * DAYS_A_YEAR
    assert found.tolist() == pytest.approx([10, 4, 1, 1])


@given(DAYS, DAYS, DAYS, DAYS)
def test_is_the_number_of_days_that_are_both_covered_and_studied(a: int, b: int, c: int, d: int) -> None:
    (first, last), (start, end) = sorted((a, b)), sorted((c, d))
    both = set(range(first, last + 1)) & set(range(start + 1, end + 1))
    assert float(life_years(first, last, start, end)) == len(both) / DAYS_A_YEAR


@given(DAYS, DAYS, st.lists(DAYS, min_size=2, max_size=6, unique=True))
def test_consecutive_studies_add_up(a: int, b: int, ends: list[int]) -> None:
    first, last = sorted((a, b))
    ends = sorted(ends)
    parts = life_years(first, last, ends[:-1], ends[1:])
    assert parts.sum() == pytest.approx(float(life_years(first, last, ends[0], ends[-1])))


def test_counts_the_days_that_actxps_counts() -> None:
    """Its calendar-year exposures, as days: both the first and the last covered day are exposed."""
    random = np.random.default_rng(5)
    issued = pd.Timestamp("1995-01-01") + pd.to_timedelta(random.integers(0, 7000, 300), "D")
    ended = issued + pd.to_timedelta(random.integers(1, 5000, 300), "D")
    census = pd.DataFrame(
        {"pol_num": range(300), "status": "Death", "issue_date": issued, "term_date": ended.where(ended < "2016-12-31")}
    )
    census.loc[census["term_date"].isna(), "status"] = "Active"
    start, end = dt.date(1999, 12, 31), dt.date(2016, 12, 31)
    exposed = actxps.ExposedDF(
        census, end, start + dt.timedelta(days=1), cal_expo=True, default_status="Active"
    ).data.to_pandas()
    days = exposed["exposure"] * ((exposed["cal_yr_end"] - exposed["cal_yr"]).dt.days + 1)
    theirs = days.groupby(exposed["pol_num"]).sum().reindex(range(300), fill_value=0.0)
    numbers = [(column - pd.Timestamp(0)).days.to_numpy() for column in (issued, ended)]
    ours = life_years(*numbers, *((day - dt.date(1970, 1, 1)).days for day in (start, end))) * DAYS_A_YEAR
    assert ours == pytest.approx(theirs.to_numpy(), abs=1e-6)
    assert 200 < np.count_nonzero(ours) < 300


def test_is_the_exposure_of_a_study_whose_years_are_days() -> None:
    dates = {"issue_date": ["1998-05-01", "2012-02-29", "2016-12-31"], "termination_date": ["2003-12-31", "2012-02-29"]}
    columns = {name: pd.to_datetime([*days, None][:3]).astype("datetime64[s]") for name, days in dates.items()}
    none = pd.Series([pd.NaT] * 3, dtype="datetime64[s]")
    policies = pd.DataFrame({"policy_id": list("abc"), **columns, "issue_age": 60, "entry_date": none})
    basis = StudyBasis(exposure_year=IN_DAYS)
    found = segments(Histories(policies, pd.DataFrame()), basis, slice(None))
    last = policies["termination_date"].fillna(pd.Timestamp("2030-01-01"))
    from_day, to_day = ((days - pd.Timestamp(0)).dt.days for days in (policies["issue_date"], last))
    start, end = ((day - dt.date(1970, 1, 1)).days for day in (basis.study_start, basis.study_end))
    assert np.bincount(found.row, found.exposure) == pytest.approx(life_years(from_day, to_day, start, end), rel=1e-12)
    assert np.bincount(found.row, found.exposure) * DAYS_A_YEAR == pytest.approx([1461, 1, 1])
