"""Exhibit I: the filing's rows, and values that follow from the cash flows."""

from __future__ import annotations

import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.exhibits.exhibit_1 import exhibit_1, year_groups
from xl_ltc.exhibits.exhibit_2 import exhibit_2
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.filing import table


def labels(first: int, last: int, valuation_year: int = 2016) -> list[str]:
    return [g.label for g in year_groups(range(first, last + 1), valuation_year)]


def test_rows_are_the_filings() -> None:
    assert labels(2000, 2076) == list(table("exhibit_1a")["years"])


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (2020, ["2019", "2020"]),
        (2051, ["2050", "2051"]),
        (2052, ["2051", "2052"]),
        (2054, ["2051", "2052-2054"]),
        (2058, ["2052-2056", "2057-2058"]),
    ],
)
def test_last_group_is_as_short_as_it_must_be(last: int, end: list[str]) -> None:
    assert labels(2000, last)[-2:] == end


def test_groups_hold_sums_and_the_cumulative_ratio_of_their_last_year(made_up: FilingRun) -> None:
    experience, values = exhibit_1(made_up, "after").tables
    flows, run = made_up.cash_flows, made_up.experience
    last_five = slice(len(flows.years) - 5, len(flows.years))
    assert experience.number("2072-2076", "lives") == pytest.approx(flows.total("lives", "after")[last_five].sum())
    assert experience.number("2072-2076", "cumulative") == pytest.approx(run.lifetime_loss_ratio("after"))
    assert values.number("Lifetime", "ratio") == pytest.approx(run.lifetime_loss_ratio("after"))
    assert values.number("Lifetime", "premium") == pytest.approx(
        values.number("History", "premium") + values.number("Future", "premium")
    )


def test_history_is_as_published(made_up: FilingRun) -> None:
    experience = exhibit_1(made_up, "before").tables[0]
    printed = table("exhibit_1a").set_index("years")
    for year in ("2000", "2008", "2016"):
        assert experience.number(year, "premium") == pytest.approx(printed.loc[year, "earned_premium"])
        assert round(experience.number(year, "ratio"), 2) == printed.loc[year, "loss_ratio"]


def test_exhibit_2_adds_up(made_up: FilingRun) -> None:
    (test,) = exhibit_2(made_up).tables
    earlier = test.number("2b", "amount")
    assert earlier == pytest.approx(0.03 * test.number("2a", "amount"))
    expected = 0.58 * (test.number("1", "amount") + test.number("3", "amount"))
    expected += 0.85 * (earlier + test.number("4b", "amount"))
    assert test.number("5", "result") == pytest.approx(expected)
    future_claims = exhibit_1(made_up, "after").tables[1].number("Future", "claims")
    assert test.number("6b", "result") == pytest.approx(1.15 * future_claims)
    assert test.cell("8", "result").value == "Fail"


def test_other_settings_give_other_rows() -> None:
    run = made_up_run(200, projection_years=37, cash_flow_timing=0.0)
    experience = exhibit_1(run, "before").tables[0]
    assert experience.rows[-1].key == "2052-2053"
    assert exhibit_1(run, "before").footnotes[2].value == (
        "Values are at December 31, 2016; a cash flow is valued at 0 of its calendar year (0 begin, 0.5 middle, 1 end)."
    )
