"""The results files: names, headers and row labels of the filing's own tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xl_ltc.exhibits.exhibit_1 import exhibit_1
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.results_csv import printed_percent, write_results

HEADERS = {
    "exhibit_1a_experience": "label,year_from,year_to,period,A_earned_premium,B_incurred_claims,C_loss_ratio,"
    "D_lives_yearend_or_5yr_sum,E_cumulative_lr_with_interest",
    "exhibit_1a_pv_20161231": "item,earned_premium,incurred_claims,loss_ratio",
    "exhibit_1b_experience": "label,year_from,year_to,period,A_earned_premium,B_incurred_claims,C_loss_ratio,"
    "D_lives_yearend_or_5yr_sum,E_cumulative_lr_with_interest",
    "exhibit_1b_pv_20161231": "item,earned_premium,incurred_claims,loss_ratio",
    "exhibit_2_58_85": "item,description,amount,factor,result",
    "s02_rate_increase_distribution_raw": "band,pct_All,pct_200,pct_300,pct_400,pct_500,pct_511",
    "s02_rate_increase_distribution_long": "row,series,raw_pct,value,censored_lt_1pct",
    "s12_modal_factors": "mode,factor_x_AP,inforce_share",
    "s15_lifetime_lr_maxval": "series,before,after",
    "s15_58_85_by_series_millions": "series,item5_musd,item7_musd,result",
    "s16_actual_to_expected_lr": "series,before,after,expected,ae_before,ae_after",
    "s18_attribution": "scenario,lifetime_lr,incremental_impact,increase_needed",
    "s19_md_average_premium": "series,insureds,avg_premium_before,avg_premium_after",
    "s21_distribution_raw": "characteristic,category,pct_All,pct_200,pct_300,pct_400,pct_500,pct_511",
    "s21_distribution_long": "characteristic,category,series,raw_pct,value,censored_lt_1pct,not_available",
    "s22_counts_premium": "region,series,insureds,annualized_premium",
    "appendix_b_interest": "series,max_valuation_at_issue_avg,current_consistent_basis",
    "reconciliation": "table,row,column,class,published,computed,tolerance,verdict,reason",
}
ROWS = {
    "exhibit_1a_experience": 57,
    "exhibit_1a_pv_20161231": 3,
    "exhibit_2_58_85": 11,
    "s02_rate_increase_distribution_raw": 13,
    "s02_rate_increase_distribution_long": 78,
    "s12_modal_factors": 4,
    "s15_lifetime_lr_maxval": 6,
    "s19_md_average_premium": 6,
    "s21_distribution_raw": 39,
    "s21_distribution_long": 234,
    "s22_counts_premium": 12,
}
"""As many as the filing's tables have."""


@pytest.fixture(scope="module")
def files(made_up: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    written = write_results(made_up, [], tmp_path_factory.mktemp("results"))
    return {path.stem: read(path) for path in written}


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_names_and_headers(files: dict[str, list[list[str]]]) -> None:
    assert {name: ",".join(lines[0]) for name, lines in files.items()} == HEADERS


def test_rows(files: dict[str, list[list[str]]]) -> None:
    assert {name: len(files[name]) - 1 for name in ROWS} == ROWS


def test_values_are_not_rounded(files: dict[str, list[list[str]]], made_up: FilingRun) -> None:
    table = exhibit_1(made_up, "before").tables[0]
    for line in files["exhibit_1a_experience"][1:]:
        assert float(line[6]) == table.cell(line[0], "ratio").value
        assert float(line[8]) == table.cell(line[0], "cumulative").value


def test_labels_are_the_filings(files: dict[str, list[list[str]]]) -> None:
    assert [line[0] for line in files["s22_counts_premium"][1:]] == ["Maryland"] * 6 + ["Nationwide"] * 6
    assert files["s22_counts_premium"][6][1] == "Total"
    assert files["s15_58_85_by_series_millions"][1][0] == "All"
    assert [line[1] for line in files["s21_distribution_raw"][12:24]] == [
        "0-Day",
        "30-Day",
        "60-Day",
        "90-Day",
        "180-Day",
        "2 Years",
        "3 Years",
        "4 Years",
        "5 Years",
        "6 Years",
        "10 Years",
        "Lifetime",
    ]


@pytest.mark.parametrize(
    ("share", "printed"), [(0.0, "0"), (0.004, "<1"), (0.005, "1"), (0.615, "62"), (1.0, "100"), (1e-6, "<1")]
)
def test_percentages_print_as_in_the_filing(share: float, printed: str) -> None:
    assert printed_percent(share) == printed
