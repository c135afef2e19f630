"""The illustrative block honours the published marginals and meets Exhibit I-a; Exhibit I-b is a prediction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.illustration import parameters, published
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.claim_cost import claim_cost_relativities, claim_costs
from xl_ltc.illustration.fitting import deviations
from xl_ltc.illustration.spread import apportion, printed_shares, scores
from xl_ltc.inforce.control_totals import content_hash
from xl_ltc.inforce.history import check_history
from xl_ltc.tables import InputTable

SERIES = ("200", "300", "400", "500", "511")
CHARACTERISTICS = (
    "elimination_period",
    "benefit_period",
    "inflation_option",
    "premium_payment",
    "coverage_type",
    "benefit_type",
    "underwriting_class",
)


def of_series(run: FilingRun, series: str) -> pd.DataFrame:
    frame = run.block.frame
    return frame[frame["series"] == series]


def test_every_policy_of_the_filing_is_there(filing_run: FilingRun) -> None:
    assert len(filing_run.block) == 77_020
    assert filing_run.block.frame["policy_id"].is_unique
    assert int(filing_run.increase.affected.sum()) == 69_518


@pytest.mark.parametrize(
    ("series", "insureds", "premium", "maryland_insureds", "maryland_premium"),
    [
        ("200", 18_177, 30_422_853, 1_037, 1_931_222),
        ("300", 14_234, 26_720_648, 1_014, 2_025_559),
        ("400", 12_294, 30_219_392, 838, 2_395_056),
        ("500", 18_208, 57_728_588, 698, 2_672_086),
        ("511", 6_605, 19_167_127, 133, 455_439),
    ],
)
def test_section_22_to_the_cent(
    filing_run: FilingRun, series: str, insureds: int, premium: int, maryland_insureds: int, maryland_premium: int
) -> None:
    frame = filing_run.block.frame[filing_run.increase.affected]
    frame = frame[frame["series"] == series]
    maryland = frame[frame["state"] == "MD"]
    assert (len(frame), len(maryland)) == (insureds, maryland_insureds)
    assert frame["annualized_premium"].sum() == pytest.approx(premium, abs=0.005)
    assert maryland["annualized_premium"].sum() == pytest.approx(maryland_premium, abs=0.005)


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("characteristic", CHARACTERISTICS)
def test_section_21_to_its_printed_rounding(filing_run: FilingRun, series: str, characteristic: str) -> None:
    printed = published.distribution()
    printed = printed[printed["characteristic"] == characteristic]
    shares = of_series(filing_run, series)[characteristic].value_counts(normalize=True) * 100
    for category, text in zip(printed["category"], printed[series], strict=True):
        share = shares.get(category.removesuffix(" Years"), 0.0)
        if text in ("N/A", ""):
            assert share == 0, category
        elif text.startswith("<"):
            assert 0 < share < 1, category
        else:
            assert round(share) == int(text), category


@pytest.mark.parametrize(("series", "average"), [("200", 56), ("300", 56), ("400", 55), ("500", 57), ("511", 56)])
def test_issue_ages_print_as_published(filing_run: FilingRun, series: str, average: int) -> None:
    ages = of_series(filing_run, series)["issue_age"]
    assert round(ages.mean()) == average
    printed = published.distribution()
    printed = printed[(printed["characteristic"] == "issue_age") & (printed["category"] != "Average Issue Age")]
    edges = [0, *range(40, 85, 5)]
    edges[-1] = 200
    counts = np.histogram(ages, bins=[0, 40, 45, 50, 55, 60, 65, 70, 75, 80, 200])[0]
    for share, text in zip(100 * counts / len(ages), printed[series], strict=True):
        assert share < 1 if text.startswith("<") else round(share) == int(text)


@pytest.mark.parametrize(
    ("series", "rate"), [("200", 0.045), ("300", 0.045), ("400", 0.041), ("500", 0.040), ("511", 0.037)]
)
def test_average_valuation_rates_print_as_in_exhibit_iii(filing_run: FilingRun, series: str, rate: float) -> None:
    years = of_series(filing_run, series)["issue_date"].dt.year.to_numpy()
    average = filing_run.assumptions.valuation_interest.rate(years).mean()
    assert round(float(average), 3) == rate


@pytest.mark.parametrize(
    ("series", "low", "high", "average", "top_band"),
    [
        ("200", 12, 100, 93, 84),
        ("300", 6, 100, 95, 88),
        ("400", 5, 100, 89, 71),
        ("500", 0, 100, 70, 33),
        ("511", 4, 59, 31, 0),
    ],
)
def test_section_2_distribution(
    filing_run: FilingRun, series: str, low: int, high: int, average: int, top_band: int
) -> None:
    members = (filing_run.block.frame["series"] == series).to_numpy() & filing_run.increase.affected
    increase = filing_run.increase.increase[members]
    premium = filing_run.block.numbers("annualized_premium")[members]
    assert round(100 * increase.min()) == low
    assert round(100 * increase.max()) == high
    assert round(100 * float((increase * premium).sum() / premium.sum())) == average
    assert round(100 * float((np.round(100 * increase) >= 91).mean())) == top_band


def test_premium_modes(filing_run: FilingRun) -> None:
    shares = filing_run.block.frame["premium_mode"].value_counts(normalize=True)
    printed = {"Annual": 44, "Monthly": 43, "Quarterly": 9, "Semi-Annual": 4}
    assert {mode: round(100 * share) for mode, share in shares.items()} == printed


@pytest.mark.parametrize(
    ("measure", "single", "groups"),
    [
        ("lives", 0.3, (1, 2, 5, 10, 15)),
        ("earned_premium", 1.0, (5,) * 5),
        ("incurred_claims", 1.0, (5,) * 5),
    ],
)
def test_exhibit_i_a_is_met(filing_run: FilingRun, measure: str, single: float, groups: tuple[float, ...]) -> None:
    found = np.abs(deviations(filing_run.cash_flows, measure))[-40:]
    assert (found <= np.concatenate([np.full(35, single), groups])).all(), found.round(2)


def test_history_is_exhibit_i_to_the_dollar(filing_run: FilingRun) -> None:
    by_year = filing_run.history.groupby("calendar_year")[["earned_premium", "incurred_claims", "lives"]].sum()
    printed = published.historical().set_index("calendar_year")
    assert np.abs(by_year - printed[by_year.columns]).max().max() < 0.01
    experience = filing_run.experience
    assert experience.values("earned_premium", "before").history == pytest.approx(2_606_149_452, abs=0.5)
    assert experience.values("incurred_claims", "before").history == pytest.approx(300_048_738, abs=0.5)


def test_history_passes_its_own_check(filing_run: FilingRun) -> None:
    table = InputTable(filing_run.history.astype(object))
    checked = check_history(table, filing_run.series, 2016)
    assert len(checked) == len(filing_run.history)


def test_the_block_is_the_same_each_time(assumptions: AssumptionSet, filing_run: FilingRun) -> None:
    again = illustrate(assumptions).block
    assert content_hash(again) == content_hash(filing_run.block)


def test_bundled_claim_costs_are_what_the_parameters_give(assumptions: AssumptionSet) -> None:
    values = parameters.bundled()
    built = claim_costs(values)
    stored = assumptions.tables["claim_cost"]
    assert np.abs(built[["Male", "Female"]].to_numpy() - stored[["Male", "Female"]].to_numpy()).max() < 1e-9
    relativities = claim_cost_relativities(values)
    assert relativities["relativity"].tolist() == assumptions.tables["claim_cost_relativity"]["relativity"].tolist()


def test_every_parameter_has_a_status_and_a_reason() -> None:
    for parameter in parameters.bundled().items.values():
        assert parameter.status in ("published", "chosen", "fitted")
        assert len(parameter.reason) >= 4


def test_characteristics_are_nearly_independent(filing_run: FilingRun) -> None:
    frame = of_series(filing_run, "400")
    age = frame["issue_age"].to_numpy(dtype=float)
    for column, category in (("sex", "Female"), ("benefit_period", "Lifetime"), ("benefit_type", "Indemnity")):
        flag = (frame[column] == category).to_numpy(dtype=float)
        assert abs(np.corrcoef(age, flag)[0, 1]) < 0.03


def test_apportion_adds_up_and_is_nearest() -> None:
    assert apportion([1, 1, 1], 10).tolist() == [4, 3, 3]
    assert apportion([50.4, 49.6], 100).tolist() == [50, 50]
    assert apportion([0, 2, 98], 1_000).sum() == 1_000


def test_scores_fill_the_unit_interval_evenly() -> None:
    for name in ("issue_age", "sex", "premium_mode"):
        ordered = np.sort(scores(10_000, name))
        assert np.abs(ordered - (np.arange(10_000) + 0.5) / 10_000).max() < 0.002


def test_a_censored_share_is_the_value_given() -> None:
    table = pd.DataFrame({"characteristic": ["x", "x"], "category": ["a", "Average of a"], "200": ["<1", "5"]})
    assert printed_shares(table, "x", "200", 0.25) == {"a": 0.25}
