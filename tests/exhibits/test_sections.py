"""The sections that describe the increase and the block, against counting policies by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.section_02 import band_labels, increase_bands, section_02
from xl_ltc.exhibits.section_06 import section_06
from xl_ltc.exhibits.section_12 import section_12
from xl_ltc.exhibits.section_19 import section_19
from xl_ltc.exhibits.section_21 import age_bands, section_21
from xl_ltc.exhibits.section_22 import section_22


def test_bands_are_of_the_rounded_percentage_and_open_on_the_left() -> None:
    increases = np.array([0.0, 0.10, 0.1049, 0.105, 0.11, 0.20, 0.2049, 0.205, 0.9049, 0.905, 1.0])
    assert increase_bands(increases).tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 8, 9, 9]
    assert list(band_labels(10).values())[:3] == ["0-10%", "11-20%", "21-30%"]
    assert list(band_labels(10).values())[-1] == "91-100%"


def test_a_higher_cap_has_more_bands() -> None:
    table = section_02(made_up_run(200, rate_increase_cap=1.5)).tables[0]
    assert "101-110%" in [row.cells["label"].value for row in table.rows]


def test_section_2_counts_policies_affected(made_up: FilingRun) -> None:
    table, support = section_02(made_up).tables
    affected, increase = made_up.increase.affected, made_up.increase.increase
    rounded = np.floor(100 * increase[affected] + 0.5)
    assert table.number("band_1", "share_all") == pytest.approx(np.mean((rounded > 10) & (rounded <= 20)))
    assert table.number("Total", "count_all") == affected.sum()
    premium = made_up.block.numbers("annualized_premium")[affected]
    by_premium = np.average(increase[affected], weights=premium)
    assert table.number("Average", "share_all") == pytest.approx(by_premium)
    assert support.number("by_count", "share_all") == pytest.approx(increase[affected].mean())
    assert table.number("Maximum", "share_0") == increase[affected].max()


def test_section_6_weights(made_up: FilingRun) -> None:
    elections, interest = section_06(made_up).tables
    affected = made_up.increase.affected
    premium = made_up.block.numbers("annualized_premium")
    cbul = made_up.increase.cbul
    assert elections.number("All", "average_cbul_premium") == pytest.approx(
        np.average(cbul[affected], weights=premium[affected])
    )
    assert elections.number("All", "average_cbul_insureds") == pytest.approx(cbul[affected].mean())
    rates = made_up.assumptions.valuation_interest.rate(made_up.block.issue_year)
    assert interest.number("All", "average_insureds") == pytest.approx(rates.mean())


def test_section_12_shares(made_up: FilingRun) -> None:
    (table,) = section_12(made_up).tables
    modes = made_up.block.frame["premium_mode"]
    assert table.number("Monthly", "share") == pytest.approx((modes == "Monthly").mean())
    assert table.number("Total", "insureds") == len(modes)


def test_section_19_caps_each_policy(made_up: FilingRun) -> None:
    table = section_19(made_up).tables[0]
    before, after = table.number("All", "premium_before"), table.number("All", "premium_after")
    frame = made_up.block.frame
    rows = frame[made_up.increase.affected & (frame["state"] == "MD")]
    increase = (rows["new_business_premium"] / rows["annualized_premium"] - 1).clip(0, 0.15)
    assert before == pytest.approx(rows["annualized_premium"].sum())
    assert after == pytest.approx((rows["annualized_premium"] * (1 + increase)).sum())
    assert after < 1.15 * before
    assert table.number("All", "before") == pytest.approx(before / len(rows))


def test_section_19_prints_what_the_filing_prints(made_up: FilingRun) -> None:
    table, *others = section_19(made_up).tables
    assert table.heading == "" and len(table.published) == 18
    assert [row.cells["series"].value for row in table.rows] == [*made_up.series, "All"]
    assert not any(other.published for other in others)


def test_section_19_gives_each_state_its_own_cap(made_up: FilingRun) -> None:
    states = section_19(made_up).tables[1]
    frame = made_up.block.frame[made_up.increase.affected]
    assert [row.cells["state"].value for row in states.rows] == ["California", "Maryland", "Virginia", "All"]
    whole = 0.0
    for i, (code, cap) in enumerate((("CA", 1.0), ("MD", 0.15), ("VA", 1.0))):
        rows = frame[frame["state"] == code]
        increase = (rows["new_business_premium"] / rows["annualized_premium"] - 1).clip(0, cap)
        after = (rows["annualized_premium"] * (1 + increase)).sum()
        whole += after
        assert states.number(f"state_{i}", "cap") == cap
        assert states.number(f"state_{i}", "insureds") == len(rows)
        assert states.number(f"state_{i}", "before") == pytest.approx(rows["annualized_premium"].mean())
        assert states.number(f"state_{i}", "after") == pytest.approx(after / len(rows))
        assert states.number(f"state_{i}", "increase") == pytest.approx(after / rows["annualized_premium"].sum() - 1)
    assert states.number("All", "premium_after") == pytest.approx(whole)
    printed = section_19(made_up).tables[0]
    for column in ("insureds", "before", "after"):
        assert states.number("state_1", column) == pytest.approx(printed.number("All", column), rel=1e-14)


def test_section_19_shows_a_state_it_does_not_know_as_it_is_written() -> None:
    states = section_19(made_up_run(300, filing_state="TX")).tables[1]
    assert {row.cells["cap"].value for row in states.rows if "cap" in row.cells} == {1.0}


@pytest.mark.parametrize(("table", "state", "cap"), [(2, "MD", 0.15), (3, None, 1.0)])
def test_section_19_beside_new_business_rates(table: int, state: str | None, cap: float, made_up: FilingRun) -> None:
    shown = section_19(made_up).tables[table]
    frame = made_up.block.frame[made_up.increase.affected]
    chosen = frame if state is None else frame[frame["state"] == state]
    for row, rows in [
        ("All", chosen),
        *((f"series_{i}", chosen[chosen["series"] == s]) for i, s in enumerate(made_up.series)),
    ]:
        wanted = (rows["new_business_premium"] / rows["annualized_premium"] - 1).clip(lower=0)
        after = rows["annualized_premium"] * (1 + wanted.clip(upper=cap))
        new_business = rows["new_business_premium"]
        assert shown.number(row, "insureds") == len(rows)
        assert shown.number(row, "before") == pytest.approx(rows["annualized_premium"].mean())
        assert shown.number(row, "after") == pytest.approx(after.mean())
        assert shown.number(row, "new_business") == pytest.approx(new_business.mean())
        assert shown.number(row, "ratio") == pytest.approx(after.sum() / new_business.sum())
        assert shown.number(row, "share") == pytest.approx((after >= new_business * (1 - 1e-9)).mean())


def test_section_21_bands_and_categories(made_up: FilingRun) -> None:
    assert age_bands(np.array([18, 39, 40, 44, 45, 79, 80, 84])).tolist() == [0, 0, 1, 1, 2, 8, 9, 9]
    tables = {t.name: t for t in section_21(made_up).tables}
    payment = tables["section_21_premium_payment"]
    assert [row.cells["label"].value for row in payment.rows] == [
        "Ten-Pay",
        "Twenty-Pay",
        "Pay to Age 65",
        "Lifetime-Pay",
        "Total",
    ]
    ten_pay = (made_up.block.frame["premium_payment"] == "Ten-Pay").mean()
    assert payment.number("premium_payment_0", "share_all") == pytest.approx(ten_pay)
    ages = tables["section_21_issue_age"]
    assert ages.number("average", "share_all") == pytest.approx(made_up.block.issue_age.mean())


def test_section_22_counts(made_up: FilingRun) -> None:
    state, nation = section_22(made_up).tables
    affected = made_up.increase.affected
    in_state = (made_up.block.frame["state"] == "MD").to_numpy()
    assert state.number("All", "insureds") == (affected & in_state).sum()
    assert nation.number("All", "annualized_premium") == pytest.approx(
        made_up.block.numbers("annualized_premium")[affected].sum()
    )
