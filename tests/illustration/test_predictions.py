"""What nothing was fitted to: Exhibit I-b, Exhibit II and the lifetime loss ratios."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.filing import table
from xl_ltc.loss_ratio.measures import Experience


@pytest.mark.parametrize(("measure", "percent"), [("lives", 0.3), ("earned_premium", 1.0), ("incurred_claims", 1.0)])
def test_exhibit_i_b_each_year_2019_to_2051(filing_run: FilingRun, measure: str, percent: float) -> None:
    printed = table("exhibit_1b").set_index("years")[measure]
    after = dict(zip(filing_run.cash_flows.years, filing_run.cash_flows.total(measure, "after"), strict=True))
    found = np.array([100 * (after[year] / float(printed[str(year)]) - 1) for year in range(2019, 2052)])
    assert (np.abs(found) <= percent).all(), found.round(2)


def test_exhibit_ii(filing_run: FilingRun) -> None:
    test = filing_run.experience.test_58_85()
    assert test.item_1 == pytest.approx(2_606_149_452, abs=0.5)
    assert test.item_2b == pytest.approx(0, abs=0.5)
    assert test.item_3 == pytest.approx(1_718_816_688, rel=0.01)
    assert test.item_4a == pytest.approx(2_714_409_444, rel=0.01)
    assert test.item_6a == pytest.approx(300_048_738, abs=0.5)
    assert test.item_6b == pytest.approx(6_945_086_935, rel=0.01)
    assert test.passed


def test_lifetime_loss_ratios_print_as_published(filing_run: FilingRun) -> None:
    assert f"{filing_run.experience.lifetime_loss_ratio('before'):.0%}" == "161%"
    assert f"{filing_run.experience.lifetime_loss_ratio('after'):.0%}" == "119%"


def test_every_series_passes_the_58_85_test(filing_run: FilingRun) -> None:
    for series in filing_run.series:
        assert filing_run.experience.where(series=series).test_58_85().passed


def test_only_the_as_filed_rbo_basis_meets_item_3(filing_run: FilingRun) -> None:
    settings = filing_run.assumptions.settings
    item_3 = {
        basis: Experience.at_valuation_rates(cash_flows, settings).test_58_85().item_3 / 1_718_816_688 - 1
        for basis, cash_flows in filing_run.rbo_cash_flows.items()
    }
    assert abs(item_3["as_filed"]) < 0.01
    assert 0.01 < item_3["literal_unnormalised"] < 0.03
    assert 0.06 < item_3["literal"] < 0.09


def test_series_add_up_to_the_whole(filing_run: FilingRun) -> None:
    whole = filing_run.experience.values("incurred_claims", "after").future
    parts = sum(
        filing_run.experience.where(series=s).values("incurred_claims", "after").future for s in filing_run.series
    )
    assert parts == pytest.approx(whole, rel=1e-12)


def test_nearer_the_new_business_rates_lower_the_loss_ratio(filing_run: FilingRun) -> None:
    """Section 2: the average increase falls from series 400 to 500 to 511; so must the loss ratio before it."""
    ratios = {s: filing_run.experience.where(series=s).lifetime_loss_ratio("before") for s in filing_run.series}
    assert min(ratios["200"], ratios["300"], ratios["400"]) > ratios["500"] > ratios["511"]
