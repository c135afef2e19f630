"""The calendar: segments, durations, ages; what can't be projected is an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.timeline import Timeline
from xl_ltc.settings import Settings


def test_a_year_splits_at_the_anniversary(policies: Callable[..., Block]) -> None:
    block = policies(issue_date=["2010-01-01", "2010-03-15", "2012-02-29", "2012-03-01", "2010-12-31", "2016-07-01"])
    timeline = Timeline.of(block, Settings())
    # Days before the anniversary in a common year; 29 February counts as 1 March.
    days = [0, 73, 59, 59, 364, 181]
    assert timeline.before_anniversary == pytest.approx([d / 365 for d in days], rel=1e-15)
    # Before its anniversary of 2017 a policy of 2010 is in its 7th policy year, one of 2016 in its 1st.
    assert timeline.policy_duration.tolist() == [7, 7, 5, 5, 7, 1]
    assert timeline.attained_age.tolist() == [66, 66, 64, 64, 66, 60]
    assert timeline.years.tolist() == list(range(2017, 2077))


def test_a_policy_issued_after_the_valuation_date_is_an_error(policies: Callable[..., Block]) -> None:
    block = policies(issue_date=["2016-12-31", "2017-01-01"])
    with pytest.raises(InputError, match="policy P1: found issue year 2017"):
        Timeline.of(block, Settings())


def test_a_policy_older_than_the_mortality_table_is_an_error(policies: Callable[..., Block]) -> None:
    block = policies(issue_date=["1980-05-05", "1979-05-05"], issue_age=84)
    with pytest.raises(InputError) as error:
        Timeline.of(block, Settings())
    # 84 + 36 = 120 is the table's last age; 84 + 37 = 121 is not in it.
    assert len(error.value.problems) == 1
    assert "policy P1" in str(error.value)
    assert "mortality_base" in str(error.value)
