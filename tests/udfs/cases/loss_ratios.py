"""Cases of the loss ratios and tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.udfs.cases import Case
from xl_ltc import filing
from xl_ltc.exhibits.exhibit_2 import DESCRIPTIONS
from xl_ltc_udfs.cells import OMITTED, CellError

TABLE = "compound interest table"
ALGEBRA = "geometric series"
HAND = "by hand"
BOUNDARY = "what a cell may hold (cells.py)"

YEARS = [2000 + n for n in range(17)]
"""The history of Exhibit I-a."""


def column(values: Iterable[Any]) -> list[list[Any]]:
    """A range of one column."""
    return [[value] for value in values]


def _history(measure: str, last_year: int = YEARS[-1]) -> list[list[float]]:
    return column(filing.table("exhibit_1a")[measure].tolist()[: last_year - YEARS[0] + 1])


def _lifetime(basis: str) -> tuple[list[list[float]], list[list[float]]]:
    """Claims and premium of Exhibit I: accumulated value, present value; both at the valuation date."""
    values = filing.printed(f"exhibit_1{basis}_values")
    claims, premium = (
        column(values.cell(measure, period).number for period in ("History", "Future"))
        for measure in ("incurred_claims", "earned_premium")
    )
    return claims, premium


def _beside(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    return [a + b for a, b in zip(left, right, strict=True)]


VALUES = (
    Case(
        "av-example-of-the-reference",
        "LTC_AV",
        (column([1000.0, 1100.0, 1200.0]), column([2014, 2015, 2016]), 0.04, 2016),
        1000 * 1.04**2.5 + 1100 * 1.04**1.5 + 1200 * 1.04**0.5,
        HAND,
    ),
    Case(
        "av-annuity-certain-in-arrear",
        "LTC_AV",
        (column([1] * 10), column(range(2007, 2017)), 0.05, 2016, 1),
        12.57789254,
        TABLE,
        absolute=5e-9,
    ),
    Case(
        "av-annuity-due",
        "LTC_AV",
        ([[1.0] * 10], [list(range(2007, 2017))], 0.05, 2016, 0),
        13.20678716,
        TABLE,
        absolute=5e-9,
    ),
    Case(
        "av-leaves-later-years-out",
        "LTC_AV",
        (column([100.0, 1e6, 100.0]), column([2016, 2017, 2015]), 0.04, 2016),
        100 * 1.04**0.5 + 100 * 1.04**1.5,
        HAND,
    ),
    Case("av-of-no-past-year-is-zero", "LTC_AV", (column([5.0]), column([2017]), 0.04, 2016), 0.0, HAND),
    Case(
        "av-at-each-rate-of-a-column",
        "LTC_AV",
        ([[100, 200]], [[2015, 2016]], column([0.0, 0.035, 0.045]), 2016),
        column([300.0, 100 * 1.035**1.5 + 200 * 1.035**0.5, 100 * 1.045**1.5 + 200 * 1.045**0.5]),
        HAND,
    ),
    Case(
        "av-of-each-cash-flow-at-its-own-rate",
        "LTC_AV",
        ([[100, 10], [200, 20]], column([2015, 2016]), [[0.03, 0.05]], 2016, 1),
        [[100 * 1.03 + 200, 10 * 1.05 + 20]],
        HAND,
    ),
    Case(
        "av-of-each-cash-flow-at-each-rate",
        "LTC_AV",
        ([[100, 10], [200, 20]], column([2015, 2016]), column([0.03, 0.05]), 2016, 1),
        [[100 * 1.03 + 200, 10 * 1.03 + 20], [100 * 1.05 + 200, 10 * 1.05 + 20]],
        HAND,
    ),
    Case(
        "av-at-nil-interest-adds-up-exhibit-1a",
        "LTC_AV",
        (_history("earned_premium", 2004), column(YEARS[:5]), 0, 2016),
        613240 + 8395491 + 21414123 + 38423209 + 58600776,
        "Exhibit I-a, column A",
    ),
    Case("av-at-a-negative-rate", "LTC_AV", (100.0, 2015, -0.01, 2016, 1), 99.0, HAND),
    Case(
        "av-with-timing-blank",
        "LTC_AV",
        (column([100.0]), 2016, 0.04, 2016, None),
        "#VALUE!",
        BOUNDARY,
        reason="timing: found nothing (blank); allowed: a number from 0 to 1, or the argument left out",
    ),
    Case("av-with-timing-omitted-is-mid-year", "LTC_AV", (100, 2016, 0.04, 2016, OMITTED), 100 * 1.04**0.5, BOUNDARY),
    Case("av-of-numbers-in-text", "LTC_AV", ("1000", " 2015 ", "0.05", "2016", "1"), 1050.0, BOUNDARY),
    Case("av-of-text-with-an-exponent", "LTC_AV", ("1e3", 2015, "5E-2", 2016, 1), 1050.0, BOUNDARY),
    Case("av-true-counts-as-one", "LTC_AV", (True, 2015, 0.05, 2016, True), 1.05, BOUNDARY),
    Case("av-false-counts-as-nought", "LTC_AV", (100, 2016, 0.05, 2016, False), 105.0, BOUNDARY),
    Case(
        "av-a-date-counts-as-its-serial-number",
        "LTC_AV",
        (dt.date(2016, 12, 31), 2016, 0.0, 2016),
        42735.0,
        "31 December 2016 as a number in Excel and Calc",
    ),
    Case(
        "av-a-date-for-the-valuation-year",
        "LTC_AV",
        (100, 2016, 0.04, dt.date(2016, 12, 31)),
        "#NUM!",
        BOUNDARY,
        reason="valuation_year: found",
    ),
    Case("av-too-few", "LTC_AV", (100, 2016, 0.04), "#VALUE!", BOUNDARY, reason="valuation_year: found nothing"),
    Case(
        "av-too-many",
        "LTC_AV",
        (100, 2016, 0.04, 2016, 1, 1),
        "#VALUE!",
        BOUNDARY,
        reason="found 6; allowed: at most 5",
    ),
    Case(
        "av-blank-amount",
        "LTC_AV",
        (column([100.0, None]), column([2015, 2016]), 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="cash_flow, row 2: found nothing (blank); allowed: a number",
    ),
    Case(
        "av-empty-text-amount",
        "LTC_AV",
        (column(["", 100.0]), column([2015, 2016]), 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="cash_flow, row 1: found nothing (blank); allowed: a number",
    ),
    Case(
        "av-blank-required", "LTC_AV", (None, 2016, 0.04, 2016), "#VALUE!", BOUNDARY, reason="cash_flow: found nothing"
    ),
    Case(
        "av-text-amount",
        "LTC_AV",
        ([[100, "n/a"]], [[2015, 2016]], 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="cash_flow, column 2: found 'n/a'; allowed: a number",
    ),
    Case("av-thousands-separator", "LTC_AV", ("1,000", 2016, 0.04, 2016), "#VALUE!", BOUNDARY, reason="'1,000'"),
    Case(
        "av-error-cell",
        "LTC_AV",
        (column([100, CellError("#DIV/0!")]), column([2015, 2016]), 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="cash_flow, row 2: found the error value #DIV/0!",
    ),
    Case("av-nan", "LTC_AV", (float("nan"), 2016, 0.04, 2016), "#NUM!", BOUNDARY, reason="cash_flow: found"),
    Case("av-infinity", "LTC_AV", (100, 2016, float("inf"), 2016), "#NUM!", BOUNDARY, reason="rate: found"),
    Case("av-rate-too-low", "LTC_AV", (100, 2016, -1.0, 2016), "#NUM!", BOUNDARY, reason="a number from -0.99 to 10"),
    Case(
        "av-half-a-year",
        "LTC_AV",
        (100, 2015.5, 0.04, 2016),
        "#NUM!",
        BOUNDARY,
        reason="found 2015.5; allowed: a whole",
    ),
    Case("av-timing-too-late", "LTC_AV", (100, 2016, 0.04, 2016, 1.5), "#NUM!", BOUNDARY, reason="timing: found 1.5"),
    Case(
        "av-timing-range",
        "LTC_AV",
        (100, 2016, 0.04, 2016, [[0, 1]]),
        "#VALUE!",
        BOUNDARY,
        reason="timing: found a range of 1 × 2 cells; allowed: one cell",
    ),
    Case(
        "av-years-of-another-number",
        "LTC_AV",
        (column([1, 2, 3]), column([2015, 2016]), 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="calendar_year: found a range of 2 × 1 cells; allowed: a year for each of 3 rows",
    ),
    Case(
        "av-rates-of-another-number",
        "LTC_AV",
        ([[1, 2], [3, 4]], column([2015, 2016]), [[0.03, 0.04, 0.05]], 2016),
        "#VALUE!",
        BOUNDARY,
        reason="a rate for each of 2 columns",
    ),
    Case("av-overflow", "LTC_AV", (1e308, 1900, 10, 2400), "#NUM!", BOUNDARY, reason="no result for these numbers"),
    Case(
        "pv-example-of-the-reference",
        "LTC_PV",
        (column([1000.0, 900.0, 800.0]), column([2017, 2018, 2019]), 0.04, 2016),
        1000 / 1.04**0.5 + 900 / 1.04**1.5 + 800 / 1.04**2.5,
        HAND,
    ),
    Case(
        "pv-annuity-certain-in-arrear",
        "LTC_PV",
        (column([1] * 10), column(range(2017, 2027)), 0.04, 2016, 1),
        8.11089578,
        TABLE,
        absolute=5e-9,
    ),
    Case(
        "pv-annuity-of-sixty-years-in-mid-year",
        "LTC_PV",
        (column([1.0] * 60), column(range(2017, 2077)), 0.045, 2016),
        1.045**0.5 * (1 - 1.045**-60) / 0.045,
        ALGEBRA,
    ),
    Case(
        "pv-of-growing-claims",
        "LTC_PV",
        (column(100 * 1.08**n for n in range(60)), column(range(2017, 2077)), 0.04, 2016),
        100 / 1.04**0.5 * ((1.08 / 1.04) ** 60 - 1) / (1.08 / 1.04 - 1),
        ALGEBRA,
    ),
    Case(
        "pv-leaves-earlier-years-out",
        "LTC_PV",
        (column([1e6, 100.0]), column([2016, 2017]), 0.04, 2016),
        100 / 1.04**0.5,
        HAND,
    ),
    Case(
        "pv-at-each-rate-of-a-column",
        "LTC_PV",
        ([[104.0, 108.16]], [[2017, 2018]], column([0.0, 0.04]), 2016, 1),
        column([212.16, 200.0]),
        HAND,
    ),
    Case(
        "pv-at-each-rate-of-a-row",
        "LTC_PV",
        (column([104.0, 108.16]), [[2017, 2018]], [[0.0, 0.04]], 2016, 1),
        [[212.16, 200.0]],
        HAND,
    ),
    Case("pv-of-nothing-but-noughts", "LTC_PV", (column([0, 0]), column([2017, 2018]), 0.04, 2016), 0.0, HAND),
    Case("pv-of-negative-amounts", "LTC_PV", (-104, 2017, 0.04, 2016, 1), -100.0, HAND),
    Case(
        "pv-text-in-the-years",
        "LTC_PV",
        (column([1, 2]), column(["2017", "next"]), 0.04, 2016),
        "#VALUE!",
        BOUNDARY,
        reason="calendar_year, row 2: found 'next'; allowed: a whole number from 1900 to 2400",
    ),
    Case("pv-minus-infinity", "LTC_PV", (float("-inf"), 2017, 0.04, 2016), "#NUM!", BOUNDARY, reason="cash_flow"),
    Case("pv-year-too-early", "LTC_PV", (1, 17, 0.04, 2016), "#NUM!", BOUNDARY, reason="calendar_year: found 17"),
    Case("pv-nothing-given", "LTC_PV", (), "#VALUE!", BOUNDARY, reason="cash_flow: found nothing (omitted)"),
)

_MIDDLE = (column([200.0, 700.0, 1500.0]), column([1000.0, 900.0, 800.0]))
_V = 1 / 1.045

RATIOS = (
    *(
        Case(
            f"llr-section-15-{basis}-the-increase",
            "LTC_LLR",
            (*_lifetime(letter), 0),
            filing.printed("s15_lifetime_loss_ratio").cell(basis, "All").number,
            "Section 15, from the values of Exhibit I at the valuation date",
            absolute=filing.printed("s15_lifetime_loss_ratio").cell(basis, "All").half_unit,
        )
        for basis, letter in (("before", "a"), ("after", "b"))
    ),
    Case(
        "llr-both-bases-side-by-side",
        "LTC_LLR",
        (*map(_beside, _lifetime("a"), _lifetime("b")), 0.0),
        [[7496502619 / 4660366911, 6339254769 / 5320558896]],
        "Exhibit I, lifetime values",
        relative=1e-9,
    ),
    Case(
        "llr-history-of-exhibit-1a-at-the-average-rate",
        "LTC_LLR",
        (_history("incurred_claims"), _history("earned_premium"), 0.041, column(YEARS)),
        0.12,
        "Exhibit I-a, column E in 2016; average rate of section 6f",
        absolute=0.005,
    ),
    Case(
        "llr-example-of-the-reference",
        "LTC_LLR",
        (*_MIDDLE, 0.045),
        (200 * _V + 700 * _V**2 + 1500 * _V**3) / (1000 * _V + 900 * _V**2 + 800 * _V**3),
        HAND,
    ),
    Case("llr-without-interest", "LTC_LLR", (*_MIDDLE, 0), 2400 / 2700, HAND),
    Case(
        "llr-of-growing-claims-to-level-premium",
        "LTC_LLR",
        (column(1.1**n for n in range(60)), column([1.0] * 60), 0.05),
        ((1.1 / 1.05) ** 60 - 1) / (1.1 / 1.05 - 1) / ((1 - 1.05**-60) / (1 - 1 / 1.05)),
        ALGEBRA,
    ),
    Case(
        "llr-years-in-any-order",
        "LTC_LLR",
        (column([300.0, 100.0]), column([0.0, 1000.0]), 0.04, column([2020, 2010])),
        (100 + 300 / 1.04**10) / 1000,
        HAND,
    ),
    Case("llr-of-rows", "LTC_LLR", ([[200, 700, 1500]], [[1000, 900, 800]], 0), 2400 / 2700, HAND),
    Case("llr-of-single-cells", "LTC_LLR", (32, 100.0, 0.04), 0.32, HAND),
    Case(
        "llr-at-each-rate-of-a-column",
        "LTC_LLR",
        (column([0.0, 110.0]), column([100.0, 0.0]), column([0.0, 0.1, 0.375])),
        column([1.1, 1.0, 0.8]),
        HAND,
    ),
    Case(
        "llr-of-each-block",
        "LTC_LLR",
        ([[0, 50], [110, 50]], [[100, 100], [0, 100]], 0.1),
        [[1.0, 0.5]],
        HAND,
    ),
    Case(
        "llr-year-blank",
        "LTC_LLR",
        (column([0, 110]), column([100, 0]), 0.1, ""),
        "#VALUE!",
        BOUNDARY,
        reason="(blank)",
    ),
    Case("llr-numbers-in-text", "LTC_LLR", (column(["0", "110"]), column(["100", "+0"]), ".1"), 1.0, BOUNDARY),
    Case(
        "llr-without-premium",
        "LTC_LLR",
        (column([1, 2]), column([0, 0]), 0.04),
        "#DIV/0!",
        HAND,
        reason="the premium is zero",
    ),
    Case(
        "llr-one-block-without-premium",
        "LTC_LLR",
        ([[1, 1], [1, 1]], [[0, 2], [0, 2]], 0.04),
        [["#DIV/0!", 0.5]],
        HAND,
    ),
    Case(
        "llr-shapes-differ",
        "LTC_LLR",
        (column([1, 2, 3]), column([1, 2]), 0.04),
        "#VALUE!",
        BOUNDARY,
        reason="premium: found a range of 2 × 1 cells; allowed: the shape of claims, 3 × 1",
    ),
    Case(
        "llr-row-beside-column",
        "LTC_LLR",
        (column([1, 2]), [[1, 2]], 0.04),
        "#VALUE!",
        BOUNDARY,
        reason="the shape of claims",
    ),
    Case("llr-rate-blank", "LTC_LLR", (*_MIDDLE, None), "#VALUE!", BOUNDARY, reason="rate: found nothing (blank)"),
    Case(
        "llr-rate-omitted", "LTC_LLR", (*_MIDDLE, OMITTED), "#VALUE!", BOUNDARY, reason="rate: found nothing (omitted)"
    ),
    Case("llr-rate-in-percent", "LTC_LLR", (*_MIDDLE, "4.5%"), "#VALUE!", BOUNDARY, reason="rate: found '4.5%'"),
    Case("llr-rate-too-high", "LTC_LLR", (*_MIDDLE, 45), "#NUM!", BOUNDARY, reason="rate: found 45"),
    Case(
        "llr-error-among-the-premium",
        "LTC_LLR",
        (column([1, 2]), column([1, CellError("#N/A")]), 0.04),
        "#VALUE!",
        BOUNDARY,
        reason="premium, row 2: found the error value #N/A",
    ),
    Case(
        "cumulative-lr-exhibit-1a-until-2005",
        "LTC_CUMULATIVE_LR",
        (_history("incurred_claims", 2005), _history("earned_premium", 2005), 0.045),
        _history("cumulative_loss_ratio", 2005),
        "Exhibit I-a, column E; every policy until 2005 is on 4.5%",
        absolute=0.005,
    ),
    Case(
        "cumulative-lr-exhibit-1a-until-2016",
        "LTC_CUMULATIVE_LR",
        (_history("incurred_claims"), _history("earned_premium"), 0.041, column(YEARS)),
        _history("cumulative_loss_ratio"),
        "Exhibit I-a, column E; average rate of section 6f",
        absolute=0.005,
    ),
    Case(
        "cumulative-lr-example-of-the-reference",
        "LTC_CUMULATIVE_LR",
        (*_MIDDLE, 0.045),
        column(
            [
                0.2,
                (200 + 700 * _V) / (1000 + 900 * _V),
                (200 + 700 * _V + 1500 * _V**2) / (1000 + 900 * _V + 800 * _V**2),
            ]
        ),
        HAND,
    ),
    Case(
        "cumulative-lr-of-a-row-spills-right",
        "LTC_CUMULATIVE_LR",
        ([[10, 30]], [[100, 100]], 0),
        [[0.1, 0.2]],
        HAND,
    ),
    Case(
        "cumulative-lr-of-blocks",
        "LTC_CUMULATIVE_LR",
        ([[10, 0], [30, 11]], [[100, 10], [100, 0]], [[0.0, 0.1]]),
        [[0.1, 0.0], [0.2, 1.0]],
        HAND,
    ),
    Case(
        "cumulative-lr-before-the-first-premium",
        "LTC_CUMULATIVE_LR",
        (column([5, 5]), column([0, 20]), 0.0),
        column(["#DIV/0!", 0.5]),
        HAND,
    ),
    Case("cumulative-lr-of-one-year", "LTC_CUMULATIVE_LR", (3, 4, 0.04), 0.75, HAND),
    Case(
        "cumulative-lr-a-column-of-rates",
        "LTC_CUMULATIVE_LR",
        (*_MIDDLE, column([0.03, 0.04])),
        "#VALUE!",
        BOUNDARY,
        reason="rate: found a range of 2 × 1 cells",
    ),
    Case(
        "cumulative-lr-blank-claims",
        "LTC_CUMULATIVE_LR",
        (column([1, ""]), column([1, 1]), 0.04),
        "#VALUE!",
        BOUNDARY,
        reason="claims, row 2: found nothing (blank)",
    ),
    Case(
        "cumulative-lr-too-many",
        "LTC_CUMULATIVE_LR",
        (1, 1, 0.04, 2016, 0.5),
        "#VALUE!",
        BOUNDARY,
        reason="LTC_CUMULATIVE_LR(claims, premium, rate, [calendar_year])",
    ),
)

_HEADER = ["item", "description", "amount", "factor", "result"]


def _printed_test() -> tuple[float, ...]:
    """What Exhibit II starts from: Exhibit I-b's values, and the printed item 3."""
    values, lines = filing.printed("exhibit_1b_values"), filing.printed("exhibit_2")
    premium, claims = (
        [values.cell(measure, period).number for period in ("History", "Future")]
        for measure in ("earned_premium", "incurred_claims")
    )
    return premium[0], premium[0], lines.cell("amount", "3").number, premium[1], claims[0], claims[1]


def _printed_lines() -> list[list[Any]]:
    """Exhibit II as printed, with the factors that stand between amount and result."""
    factors = {"1": 0.58, "2b": 0.85, "3": 0.58, "4b": 0.85}
    lines = filing.printed("exhibit_2")
    rows: list[list[Any]] = [_HEADER]
    for (item,) in lines.rows:
        amount, result = (lines.cell(name, item) for name in ("amount", "result"))
        shown = [(cell.number if cell.is_number else cell.text) for cell in (amount, result)]
        rows.append([item, DESCRIPTIONS[item], shown[0], factors.get(item, ""), shown[1]])
    return rows


_EXHIBIT_2 = _printed_test()
_SIX = (1000.0, 1200.0, 600.0, 900.0, 300.0, 1000.0)
"""Item 5: 0.58·1600 + 0.85·(200 + 300) = 1353; item 7: 300 + 1.15·1000 = 1450."""

TESTS = (
    Case(
        "test5885-exhibit-2",
        "LTC_TEST5885",
        _EXHIBIT_2,
        _printed_lines(),
        "Exhibit II; three items are printed from unrounded ones, or cut off",
        absolute=1.0,
    ),
    Case("test5885-exhibit-2-verdict", "LTC_TEST5885", (*_EXHIBIT_2, *[OMITTED] * 3, "verdict"), "Pass", "Exhibit II"),
    Case(
        "test5885-lines-by-hand",
        "LTC_TEST5885",
        _SIX,
        [
            _HEADER,
            ["1", DESCRIPTIONS["1"], 1000.0, 0.58, 580.0],
            ["2a", DESCRIPTIONS["2a"], 1200.0, "", ""],
            ["2b", DESCRIPTIONS["2b"], 200.0, 0.85, 170.0],
            ["3", DESCRIPTIONS["3"], 600.0, 0.58, 348.0],
            ["4a", DESCRIPTIONS["4a"], 900.0, "", ""],
            ["4b", DESCRIPTIONS["4b"], 300.0, 0.85, 255.0],
            ["5", DESCRIPTIONS["5"], "", "", 1353.0],
            ["6a", DESCRIPTIONS["6a"], "", "", 300.0],
            ["6b", DESCRIPTIONS["6b"], "", "", 1150.0],
            ["7", DESCRIPTIONS["7"], "", "", 1450.0],
            ["8", DESCRIPTIONS["8"], "", "", "Pass"],
        ],
        HAND,
    ),
    Case("test5885-without-margin", "LTC_TEST5885", (*_SIX, 0, OMITTED, OMITTED, "verdict"), "Fail", "item 7 is 1300"),
    Case(
        "test5885-verdict-by-margin",
        "LTC_TEST5885",
        (*_SIX, [[0.0, 0.0529, 0.0531, 0.15]], OMITTED, OMITTED, "Verdict"),
        [["Fail", "Fail", "Pass", "Pass"]],
        "item 7 reaches 1353 at a margin of 5.3%",
    ),
    Case(
        "test5885-verdict-by-claims-and-factor",
        "LTC_TEST5885",
        (*_SIX[:5], column([700, 1000]), 0.15, 0.58, [[0.85, 2]], "verdict"),
        [["Fail", "Fail"], ["Pass", "Fail"]],
        "item 5 is 1353 or 1928; item 7 is 1105 or 1450",
    ),
    Case(
        "test5885-not-less-is-enough",
        "LTC_TEST5885",
        (100, 100, 0, 0, 50, 0, 0, 0.5, 0.85, "verdict"),
        "Pass",
        "item 7 equals item 5",
    ),
    Case(
        "test5885-one-bad-element",
        "LTC_TEST5885",
        (*_SIX[:5], column([1000, "", "x"]), 0.15, 0.58, 0.85, "verdict"),
        column(["Pass", "#VALUE!", "#VALUE!"]),
        BOUNDARY,
        reason="allowed: a number",
    ),
    Case(
        "test5885-lines-of-several-tests",
        "LTC_TEST5885",
        (*_SIX[:5], column([700, 1000])),
        "#VALUE!",
        BOUNDARY,
        reason="arguments: found a range of 2 × 1 cells; allowed: one cell each",
    ),
    Case(
        "test5885-unknown-output",
        "LTC_TEST5885",
        (*_SIX, OMITTED, OMITTED, OMITTED, "result"),
        "#VALUE!",
        BOUNDARY,
        reason="output: found 'result'; allowed: one of lines, verdict",
    ),
    Case(
        "test5885-factor-in-percent",
        "LTC_TEST5885",
        (*_SIX, 0.15, 58),
        "#NUM!",
        BOUNDARY,
        reason="initial_factor: found 58; allowed: a number from 0 to 2",
    ),
    Case(
        "test5885-claims-omitted",
        "LTC_TEST5885",
        _SIX[:5],
        "#VALUE!",
        BOUNDARY,
        reason="present_claims: found nothing (omitted)",
    ),
)

_OWN_RATES = [["issue_year_from", "rate"], [1995, 0.05], ["2010", "0.04"]]

RATES = (
    Case(
        "maxvalrate-by-issue-year",
        "LTC_MAXVALRATE",
        ([[2000, 2005, 2006, 2012, 2013, 2016]],),
        [[0.045, 0.045, 0.04, 0.04, 0.035, 0.035]],
        "Section 6f: from 3.5% to 4.5%; United States valuation law",
    ),
    Case(
        "maxvalrate-own-table",
        "LTC_MAXVALRATE",
        (column([1995, 2009, 2010, 2400]), _OWN_RATES),
        column([0.05, 0.05, 0.04, 0.04]),
        HAND,
    ),
    Case(
        "maxvalrate-own-table-in-another-order",
        "LTC_MAXVALRATE",
        ([[2009, 2010]], [_OWN_RATES[0], _OWN_RATES[2], _OWN_RATES[1]]),
        [[0.05, 0.04]],
        HAND,
    ),
    Case(
        "maxvalrate-own-table-with-blank-rows-below",
        "LTC_MAXVALRATE",
        (2010, [*_OWN_RATES, [None, None], ["", ""]]),
        0.04,
        BOUNDARY,
    ),
    Case(
        "maxvalrate-table-blank",
        "LTC_MAXVALRATE",
        ("2006", None),
        "#VALUE!",
        BOUNDARY,
        reason="valuation_interest: found nothing (blank)",
    ),
    Case(
        "maxvalrate-before-the-first-year",
        "LTC_MAXVALRATE",
        (column([2000, 1994, 1993]), _OWN_RATES),
        column([0.05, "#NUM!", "#NUM!"]),
        HAND,
        reason="allowed: issue years from 1995",
    ),
    Case(
        "maxvalrate-issue-date-for-year",
        "LTC_MAXVALRATE",
        (dt.date(2006, 5, 1),),
        "#NUM!",
        BOUNDARY,
        reason="allowed: a whole number from 1900 to 2400",
    ),
    Case("maxvalrate-half-a-year", "LTC_MAXVALRATE", (2006.5,), "#NUM!", BOUNDARY, reason="issue_year: found 2006.5"),
    Case(
        "maxvalrate-table-with-another-header",
        "LTC_MAXVALRATE",
        (2006, [["year", "rate"], [1995, 0.05]]),
        "#VALUE!",
        BOUNDARY,
        reason="found no column issue_year_from",
    ),
    Case(
        "maxvalrate-table-with-a-rate-in-percent",
        "LTC_MAXVALRATE",
        (2006, [*_OWN_RATES, [2013, 3.5]]),
        "#VALUE!",
        BOUNDARY,
        reason="valuation_interest, row 4, column rate: found 3.5",
    ),
    Case(
        "maxvalrate-table-with-an-error",
        "LTC_MAXVALRATE",
        (2006, [*_OWN_RATES, [2013, CellError("#REF!")]]),
        "#VALUE!",
        BOUNDARY,
        reason="valuation_interest, row 4, column 2: found the error value #REF!",
    ),
    Case(
        "maxvalrate-table-with-a-year-twice",
        "LTC_MAXVALRATE",
        (2006, [*_OWN_RATES, [1995, 0.03]]),
        "#VALUE!",
        BOUNDARY,
        reason="issue_year_from 1995 a second time",
    ),
)


def _claims_ratios() -> list[Case]:
    """Exhibit A-3b: a column of actual claims against the two columns of expected ones."""
    return [
        Case(
            f"ae-exhibit-a-3b-{'-'.join(str(characteristic).lower().split())}",
            "LTC_AE",
            (
                column(rows["actual_claims"].tolist()),
                rows[["guidelines_claims", "adjusted_claims"]].to_numpy().tolist(),
            ),
            rows[["ae_guidelines", "ae_adjusted"]].to_numpy().tolist(),
            "Exhibit A-3b, columns F and G",
            absolute=0.005,
        )
        for characteristic, rows in filing.table("exhibit_a3b").groupby("characteristic", sort=False)
    ]


def _yearly_loss_ratios(basis: str) -> Case:
    claims, premium, ratio = (
        column(filing.table(f"exhibit_1{basis}")[measure].tolist())
        for measure in ("incurred_claims", "earned_premium", "loss_ratio")
    )
    return Case(
        f"ae-loss-ratios-of-exhibit-1{basis}",
        "LTC_AE",
        (claims, premium),
        ratio,
        f"Exhibit I-{basis}, column C",
        absolute=0.005,
    )


ACTUAL_TO_EXPECTED = (
    *_claims_ratios(),
    _yearly_loss_ratios("a"),
    _yearly_loss_ratios("b"),
    Case(
        "ae-mortality-from-age-85",
        "LTC_AE",
        (0.0556279, [[0.077, 0.058]]),
        [[0.73, 0.97]],
        "Exhibit A-1b, columns F and G, within the rounding of D and E",
        absolute=0.015,
    ),
    Case(
        "ae-row-against-column",
        "LTC_AE",
        ([[1, 2, 3]], column([2, 4])),
        [[0.5, 1.0, 1.5], [0.25, 0.5, 0.75]],
        HAND,
    ),
    Case("ae-single-cells", "LTC_AE", ("3", 4.0), 0.75, HAND),
    Case("ae-one-by-one-ranges", "LTC_AE", ([[3]], [["4"]]), 0.75, HAND),
    Case("ae-nothing-expected", "LTC_AE", (5, 0), "#DIV/0!", HAND, reason="expected: nothing was expected"),
    Case("ae-nothing-of-nothing", "LTC_AE", (0, 0), "#DIV/0!", HAND, reason="expected: nothing was expected"),
    Case("ae-false-is-nought", "LTC_AE", (1, False), "#DIV/0!", BOUNDARY, reason="expected: nothing was expected"),
    Case(
        "ae-one-row-bad-of-each-kind",
        "LTC_AE",
        (
            column([1, 1, "", 1, True]),
            column([2, 0, 2, "two", 2]),
        ),
        column([0.5, "#DIV/0!", "#VALUE!", "#VALUE!", 0.5]),
        BOUNDARY,
    ),
    Case(
        "ae-an-error-value-in-a-range",
        "LTC_AE",
        (column([1, CellError("#DIV/0!"), 3]), column([2, 2, 2])),
        "#VALUE!",
        BOUNDARY,
        reason="actual, row 2: found the error value #DIV/0!; allowed: no error value",
    ),
    Case(
        "ae-infinity-in-a-range",
        "LTC_AE",
        (column([1, float("inf"), 3]), column([2, 2, 2])),
        "#VALUE!",
        BOUNDARY,
        reason="actual, row 2: found the error value #NUM!",
    ),
    Case(
        "ae-the-last-error-counts",
        "LTC_AE",
        (CellError("#N/A"), CellError("#DIV/0!")),
        "#DIV/0!",
        BOUNDARY,
        reason="expected: found the error value #DIV/0!",
    ),
    *(
        Case(f"ae-passes-on-{name}", "LTC_AE", (1, CellError(code)), code, BOUNDARY, reason=f"error value {code}")
        for name, code in (("na", "#N/A"), ("num", "#NUM!"), ("ref", "#REF!"), ("name", "#NAME?"), ("null", "#NULL!"))
    ),
    Case(
        "ae-an-error-before-a-nought",
        "LTC_AE",
        (CellError("#REF!"), column([2, 0])),
        "#REF!",
        BOUNDARY,
        reason="actual: found the error value #REF!",
    ),
    Case("ae-beyond-a-double", "LTC_AE", (1e300, 1e-300), "#NUM!", BOUNDARY, reason="no result for these numbers"),
    Case("ae-minus-nan", "LTC_AE", (1, float("nan")), "#NUM!", BOUNDARY, reason="expected: found"),
    Case(
        "ae-shapes-that-do-not-match",
        "LTC_AE",
        ([[1, 2, 3]], [[1, 2]]),
        "#VALUE!",
        BOUNDARY,
        reason="expected: found a range of 1 × 2 cells; allowed: one cell, a row, a column or a range of 1 × 3",
    ),
    Case("ae-too-many", "LTC_AE", (1, 2, 3), "#VALUE!", BOUNDARY, reason="LTC_AE(actual, expected)"),
    Case(
        "ae-expected-omitted", "LTC_AE", (1, OMITTED), "#VALUE!", BOUNDARY, reason="expected: found nothing (omitted)"
    ),
)

CASES: tuple[Case, ...] = (*VALUES, *RATIOS, *TESTS, *RATES, *ACTUAL_TO_EXPECTED)
