"""Cases of the rate increase: how much, in which steps, and what insureds do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.udfs.cases import Case
from xl_ltc import filing
from xl_ltc_udfs.cells import OMITTED

HAND = "by hand"
BOUNDARY = "what a cell may hold (cells.py)"
SECTION_2 = "section 2, by hand"
APPENDIX = "Appendix A, by hand"
MODEL_641 = "NAIC Model Regulation #641; WAC 284-83-130(4)"


def column(values: Iterable[Any]) -> list[list[Any]]:
    """A range of one column."""
    return [[value] for value in values]


def _maryland(name: str) -> list[list[float]]:
    return column(filing.table("s19_maryland_premium")[name].tolist())


INCREASES = (
    Case(
        "rateincrease-maryland-premium-of-section-19",
        "LTC_RATEINCREASE",
        (_maryland("premium_before"), _maryland("premium_after"), 0.15),
        column([0.15] * 6),
        "Section 19, average premium before and after 15%, in whole dollars",
        absolute=0.0005,
    ),
    Case(
        "rateincrease-example-of-the-reference",
        "LTC_RATEINCREASE",
        (column([2000.0, 2000.0, 2000.0]), column([2800.0, 1500.0, 9000.0]), 1.0),
        column([0.4, 0.0, 1.0]),
        SECTION_2,
    ),
    Case(
        "rateincrease-caps-side-by-side",
        "LTC_RATEINCREASE",
        (column([1000, 1000, 0]), column([1100, 2500, 3000]), [[0.15, 0.5, 2]]),
        [[0.1, 0.1, 0.1], [0.15, 0.5, 1.5], [0.0, 0.0, 0.0]],
        SECTION_2,
        relative=1e-9,
    ),
    Case("rateincrease-paid-up", "LTC_RATEINCREASE", (0, 3000, 1), 0.0, SECTION_2),
    Case("rateincrease-rounded-down", "LTC_RATEINCREASE", (1000, 1374, 1, 0.01), 0.37, SECTION_2),
    Case("rateincrease-rounded-up", "LTC_RATEINCREASE", (1000, 1376, 1, 0.01), 0.38, SECTION_2),
    Case("rateincrease-rounded-before-the-cap", "LTC_RATEINCREASE", (1000, 1180, 0.15, 0.1), 0.15, SECTION_2),
    Case(
        "rateincrease-rounding-blank",
        "LTC_RATEINCREASE",
        (1000, 1374, 1, None),
        "#VALUE!",
        BOUNDARY,
        reason="rounding: found nothing (blank)",
    ),
    Case("rateincrease-numbers-in-text", "LTC_RATEINCREASE", ("1000", " 1250 ", "1"), 0.25, BOUNDARY),
    Case("rateincrease-true-as-cap", "LTC_RATEINCREASE", (1000, 2500, True), 1.0, BOUNDARY),
    Case(
        "rateincrease-premium-below-nought",
        "LTC_RATEINCREASE",
        ([[1000, -5]], 1500, 1),
        [[0.5, "#NUM!"]],
        BOUNDARY,
        reason="current_premium, column 2: found -5; allowed: a number of at least 0",
    ),
    Case(
        "rateincrease-blank-among-premiums",
        "LTC_RATEINCREASE",
        (column([1000, None, ""]), 1500, 1),
        column([0.5, "#VALUE!", "#VALUE!"]),
        BOUNDARY,
        reason="found nothing (blank); allowed: a number of at least 0",
    ),
    Case(
        "rateincrease-cap-in-percent",
        "LTC_RATEINCREASE",
        (1000, 1500, 100),
        "#NUM!",
        BOUNDARY,
        reason="cap: found 100; allowed: a number from 0 to 10",
    ),
    Case(
        "rateincrease-cap-omitted",
        "LTC_RATEINCREASE",
        (1000, 1500),
        "#VALUE!",
        BOUNDARY,
        reason="cap: found nothing (omitted)",
    ),
    Case(
        "rateincrease-shapes-that-do-not-match",
        "LTC_RATEINCREASE",
        (column([1, 2, 3]), column([1, 2]), 1),
        "#VALUE!",
        BOUNDARY,
        reason="new_business_premium: found a range of 2 × 1 cells",
    ),
    Case(
        "rateincrease-row-against-column",
        "LTC_RATEINCREASE",
        (column([1000, 2000]), [[1500, 3000]], 1),
        [[0.5, 1.0], [0.0, 0.5]],
        SECTION_2,
    ),
    Case(
        "phasein-maryland-of-100-percent",
        "LTC_PHASEIN",
        (1.0, 0.15),
        column([0.15, 0.15, 0.15, 0.15, 2 / 1.15**4 - 1]),
        "Section 2: no more than 15% in a calendar year; by hand",
    ),
    Case("phasein-exactly-two-steps", "LTC_PHASEIN", (0.3225, 0.15), column([0.15, 0.15]), "1.15² = 1.3225"),
    Case("phasein-exactly-three-steps", "LTC_PHASEIN", (0.331, 0.1), column([0.1] * 3), "1.1³ = 1.331"),
    Case("phasein-within-the-cap", "LTC_PHASEIN", (0.1, 0.15), 0.1, HAND),
    Case("phasein-at-the-cap", "LTC_PHASEIN", (0.15, 0.15), 0.15, HAND),
    Case("phasein-of-no-increase", "LTC_PHASEIN", (0, 0.15), 0.0, HAND),
    Case(
        "phasein-steps-of-several-increases",
        "LTC_PHASEIN",
        (column([0.0, 0.15, 0.4, 0.3225]), 0.15, [[1, 2, 3, 4]]),
        [[0.0] * 4, [0.15, 0.0, 0.0, 0.0], [0.15, 0.15, 1.4 / 1.3225 - 1, 0.0], [0.15, 0.15, 0.0, 0.0]],
        HAND,
    ),
    Case("phasein-a-step-long-after", "LTC_PHASEIN", (10, 0.001, 1e15), 0.0, HAND),
    Case(
        "phasein-all-steps-of-several-increases",
        "LTC_PHASEIN",
        (column([0.4, 0.5]), 0.15),
        "#VALUE!",
        BOUNDARY,
        reason="arguments: found a range of 2 × 1 cells; allowed: one cell each",
    ),
    Case("phasein-cap-of-nought", "LTC_PHASEIN", (0.4, 0), "#NUM!", BOUNDARY, reason="annual_cap: found 0"),
    Case("phasein-step-nought", "LTC_PHASEIN", (0.4, 0.15, 0), "#NUM!", BOUNDARY, reason="step: found 0"),
    Case(
        "phasein-half-a-step",
        "LTC_PHASEIN",
        (0.4, 0.15, [[1, 1.5]]),
        [[0.15, "#NUM!"]],
        BOUNDARY,
        reason="step, column 2: found 1.5; allowed: a whole number of at least 1",
    ),
    Case("phasein-a-decrease", "LTC_PHASEIN", (-0.1, 0.15), "#NUM!", BOUNDARY, reason="increase: found -0.1"),
)

_LEVEL = column([1000.0] * 10)
"""Ten years of level premium."""

EQUIVALENT = (
    Case(
        "equivalentincrease-example-of-the-reference",
        "LTC_EQUIVALENTINCREASE",
        (0.4, [[1000.0] * 4], 0.0, 1),
        0.4 * 4 / 3,
        HAND,
    ),
    Case("equivalentincrease-at-once", "LTC_EQUIVALENTINCREASE", (0.4, _LEVEL, 0.05), 0.4, HAND),
    Case("equivalentincrease-cap-not-reached", "LTC_EQUIVALENTINCREASE", (0.15, _LEVEL, 0.05, 0, 0.15), 0.15, HAND),
    Case(
        "equivalentincrease-deferral-is-a-ratio-of-annuities",
        "LTC_EQUIVALENTINCREASE",
        (0.4, _LEVEL, 0.05, column([0, 1, 3, 9])),
        column([0.4 * (1 - 1.05**-10) / (1.05**-n - 1.05**-10) for n in (0, 1, 3, 9)]),
        "annuities certain",
    ),
    Case(
        "equivalentincrease-in-steps",
        "LTC_EQUIVALENTINCREASE",
        (0.4, _LEVEL, 0.0, 0, 0.15),
        # 15% in the first year, 32.25% in the second, the same more in the other eight: 10·0.4 = 0.15 + 0.3225 + 8·x.
        (4 - 0.15 - 0.3225) / 8,
        HAND,
    ),
    Case(
        "equivalentincrease-deferred-and-in-steps",
        "LTC_EQUIVALENTINCREASE",
        (0.4, [[1000] * 10], 0, 2, 0.15),
        # 10·0.4 = 0.15 + 0.3225 + 0.520875 + 5·x.
        (4 - 0.15 - 0.3225 - 0.520875) / 5,
        HAND,
    ),
    Case(
        "equivalentincrease-in-steps-with-interest",
        "LTC_EQUIVALENTINCREASE",
        (0.12, column([1000, 550, 242]), 0.1, 0, 0.1),
        # Values 1000, 500, 200: 0.12·1700 = 0.1·1000 + x·700.
        104 / 700,
        HAND,
    ),
    Case(
        "equivalentincrease-more-than-the-steps-can-add",
        "LTC_EQUIVALENTINCREASE",
        (0.2, column([1000, 550, 242]), 0.1, 0, 0.1),
        # Values 1000, 500, 200: 0.2·1700 = 0.1·1000 + 0.21·500 + x·200, and 0.675 is more than 1.1³ − 1 = 0.331.
        "#NUM!",
        HAND,
        reason="increase: found an increase that adds premium of present value 340.00 if taken at once; allowed: one "
        "that adds at most 271.20, 79.76% of it",
    ),
    Case(
        "equivalentincrease-by-rate-and-cap",
        "LTC_EQUIVALENTINCREASE",
        (0.2, column([1000, 1210]), column([0.0, 0.1]), 0, [[0.1, 0.3]]),
        # 0.2·2210 = 100 + 1210·x and 0.2·2100 = 100 + 1100·x are above 1.1² − 1 = 0.21; under 30% it is taken at once.
        [["#NUM!", 0.2], ["#NUM!", 0.2]],
        HAND,
        reason="no increase adds more in yearly steps of at most 0.1 before premium ends",
    ),
    Case("equivalentincrease-none", "LTC_EQUIVALENTINCREASE", (0, _LEVEL, 0.05, 20, 0.15), 0.0, HAND),
    Case(
        "equivalentincrease-tiny",
        "LTC_EQUIVALENTINCREASE",
        (1e-9, _LEVEL, 0.0, 5),
        2e-9,
        HAND,
    ),
    Case(
        "equivalentincrease-deferred-beyond-premium",
        "LTC_EQUIVALENTINCREASE",
        (column([0.0, 0.4]), _LEVEL, 0.0, 10),
        column([0.0, "#NUM!"]),
        HAND,
        reason="increase, row 2: found an increase that adds premium of present value 4,000.00 if taken at once; "
        "allowed: one that adds at most 0.00, 0.00% of it: no increase adds more deferred by 10 years before premium "
        "ends",
    ),
    Case(
        "equivalentincrease-no-premium",
        "LTC_EQUIVALENTINCREASE",
        (0.4, column([0, 0]), 0.05),
        "#NUM!",
        BOUNDARY,
        reason="premium: found no premium in any year",
    ),
    Case(
        "equivalentincrease-premium-of-two-blocks",
        "LTC_EQUIVALENTINCREASE",
        (0.4, [[1, 2], [1, 2]], 0.05),
        "#VALUE!",
        BOUNDARY,
        reason="premium: found a range of 2 × 2 cells; allowed: one column or one row, a cell a year",
    ),
    Case(
        "equivalentincrease-premium-below-nought",
        "LTC_EQUIVALENTINCREASE",
        (0.4, column([1, -1]), 0.05),
        "#NUM!",
        BOUNDARY,
        reason="premium, row 2: found -1",
    ),
    Case(
        "equivalentincrease-half-a-year",
        "LTC_EQUIVALENTINCREASE",
        (0.4, _LEVEL, 0.05, 0.5),
        "#NUM!",
        BOUNDARY,
        reason="deferral_years: found 0.5; allowed: a whole number from 0 to 200",
    ),
    Case(
        "equivalentincrease-cap-of-nought",
        "LTC_EQUIVALENTINCREASE",
        (0.4, _LEVEL, 0.05, 0, 0),
        "#NUM!",
        BOUNDARY,
        reason="annual_cap: found 0",
    ),
    Case(
        "equivalentincrease-values-beyond-a-number",
        "LTC_EQUIVALENTINCREASE",
        (0.4, column([1e300] * 20), -0.99),
        "#NUM!",
        BOUNDARY,
        reason="rate: at it the premium has no finite present value",
    ),
)

NEEDED = (
    Case("increaseneeded-example-of-the-reference", "LTC_INCREASENEEDED", (1.2, 0.8, 1000.0, 400.0), 1.25, HAND),
    Case(
        "increaseneeded-none-and-less",
        "LTC_INCREASENEEDED",
        (column([0.57, 0.5415]), 0.57, 2000, 500),
        # 0.5415 is 95% of the target.
        column([0.0, -0.05 * 4]),
        HAND,
        absolute=1e-15,
    ),
    Case(
        "increaseneeded-restores-the-loss-ratio-of-exhibit-1a",
        "LTC_INCREASENEEDED",
        # LibreOffice reads a number of 17 digits within a formula to the last bit but one: the ratio as printed.
        (1.61, 1.0, 4660366911, [[4660366911, 1000000000]]),
        # Premium has to come to the claims: by 61% of it more, over what premium there is to raise.
        [[0.61, 0.61 * 4660366911 / 1e9]],
        "Exhibit I-a, lifetime loss ratio and premium; by hand",
    ),
    Case(
        "increaseneeded-nothing-left-to-increase",
        "LTC_INCREASENEEDED",
        (1.2, 0.8, 1000, [[0, 400]]),
        [["#DIV/0!", 1.25]],
        HAND,
        reason="premium_after, column 1: there is no premium after the implementation date to increase",
    ),
    Case(
        "increaseneeded-premium-below-nought",
        "LTC_INCREASENEEDED",
        (1.2, 0.8, 1000, -1),
        "#NUM!",
        BOUNDARY,
        reason="premium_after: found -1; allowed: a number of at least 0",
    ),
    Case(
        "increaseneeded-target-of-nought",
        "LTC_INCREASENEEDED",
        (1.2, 0, 1000, 400),
        "#DIV/0!",
        HAND,
        reason="target_loss_ratio: no premium is enough for a loss ratio of 0",
    ),
    Case(
        "increaseneeded-nothing-given-for-premium",
        "LTC_INCREASENEEDED",
        (1.2, 0.8, 1000),
        "#VALUE!",
        BOUNDARY,
        reason="premium_after: found nothing (omitted)",
    ),
)

_TRIGGERS = {
    0: 2.0,
    29: 2.0,
    30: 1.9,
    34: 1.9,
    35: 1.7,
    44: 1.5,
    49: 1.3,
    50: 1.1,
    59: 0.9,
    60: 0.7,
    61: 0.66,
    64: 0.54,
    65: 0.5,
    66: 0.48,
    72: 0.36,
    79: 0.22,
    80: 0.2,
    81: 0.19,
    89: 0.11,
    90: 0.1,
    110: 0.1,
}

TRIGGERS = (
    Case("cbltrigger-by-issue-age", "LTC_CBLTRIGGER", (column(_TRIGGERS),), column(_TRIGGERS.values()), MODEL_641),
    Case(
        "cbltrigger-limited-pay",
        "LTC_CBLTRIGGER",
        ([[40, 64, 65, 80, 81, 95]], True),
        [[0.5, 0.5, 0.3, 0.3, 0.1, 0.1]],
        MODEL_641,
    ),
    Case(
        "cbltrigger-both-side-by-side",
        "LTC_CBLTRIGGER",
        (column([64, 76]), [["No", "Yes"]]),
        [[0.54, 0.5], [0.28, 0.3]],
        MODEL_641,
    ),
    Case("cbltrigger-age-in-text", "LTC_CBLTRIGGER", ("70", 0), 0.4, BOUNDARY),
    Case(
        "cbltrigger-limited-pay-blank",
        "LTC_CBLTRIGGER",
        (70, None),
        "#VALUE!",
        BOUNDARY,
        reason="limited_pay: found nothing (blank); allowed: TRUE or FALSE",
    ),
    Case("cbltrigger-half-a-year", "LTC_CBLTRIGGER", (70.5,), "#NUM!", BOUNDARY, reason="a whole number from 0 to 120"),
    Case("cbltrigger-negative-age", "LTC_CBLTRIGGER", (-1,), "#NUM!", BOUNDARY, reason="issue_age: found -1"),
    Case("cbltrigger-band", "LTC_CBLTRIGGER", ("30-34",), "#VALUE!", BOUNDARY, reason="issue_age: found '30-34'"),
    Case(
        "cbltrigger-birthday-for-age",
        "LTC_CBLTRIGGER",
        (dt.date(1950, 6, 1),),
        "#NUM!",
        BOUNDARY,
        reason="allowed: a whole number from 0 to 120",
    ),
    Case(
        "cbltrigger-flag-of-two",
        "LTC_CBLTRIGGER",
        (70, 2),
        "#VALUE!",
        BOUNDARY,
        reason="limited_pay: found 2; allowed: TRUE or FALSE, 1 or 0, Yes or No",
    ),
)

_AT = [0.0, 0.15, 0.1501, 0.2, 0.25, 0.4, 0.77, 0.94, 0.95, 1.0]
_CBUL = [0.0, 0.0, 0.016, 0.016, 0.024, 0.032, 0.064, 0.072, 0.08, 0.08]
_RBO = [2.5 * cbul for cbul in _CBUL]
_OWN = [
    ["parameter", "value"],
    ["cbul_slope", 0.1],
    ["cbul_threshold", 0.2],
    ["cbul_rounding", 0.05],
    ["rbo_multiple", 2],
    ["cbul_morbidity_relief", 0.5],
    ["rbo_morbidity_relief", "0.25"],
]
"""A behaviour table other than the filing's: at 33%, a CBUL of 0.035 and an RBO of 0.07."""

BEHAVIOUR = (
    Case("cbul-by-increase", "LTC_CBUL", (column(_AT),), column(_CBUL), APPENDIX),
    Case("cbul-of-limited-pay", "LTC_CBUL", (column(_AT), True), column([0.0] * len(_AT)), APPENDIX),
    Case(
        "cbul-by-increase-and-payment",
        "LTC_CBUL",
        (column([0.15, 0.4]), [[False, True]]),
        [[0.0, 0.0], [0.032, 0.0]],
        APPENDIX,
    ),
    Case(
        "cbul-payment-in-words",
        "LTC_CBUL",
        (0.4, [["no", "Yes", "FALSE", "true", 0, 1, "0"]]),
        [[0.032, 0.0, 0.032, 0.0, 0.032, 0.0, 0.032]],
        BOUNDARY,
    ),
    Case("cbul-15-percent-computed", "LTC_CBUL", (1.15 - 1,), 0.0, "an increase of 15%, but for a double's last bits"),
    Case("cbul-tie-up", "LTC_CBUL", (0.25,), 0.024, "25% to 30%"),
    Case("cbul-tie-to-even", "LTC_CBUL", (0.25, OMITTED, OMITTED, "half_even"), 0.016, "25% to 20%"),
    Case("cbul-tie-in-capitals", "LTC_CBUL", (0.25, OMITTED, OMITTED, "Half_Even"), 0.016, BOUNDARY),
    Case("cbul-own-parameters", "LTC_CBUL", (0.33, False, _OWN), 0.035, "10% of 33% to the nearest 5%"),
    Case(
        "cbul-own-parameters-below-their-threshold",
        "LTC_CBUL",
        ([[0.2, 0.21]], OMITTED, _OWN),
        [[0.0, 0.02]],
        "none up to 20%, then 10% of 20%",
    ),
    Case(
        "cbul-own-parameters-in-another-order",
        "LTC_CBUL",
        (0.33, False, [_OWN[0], *_OWN[:0:-1]]),
        0.035,
        "10% of 33% to the nearest 5%",
    ),
    Case("cbul-increase-of-700-percent", "LTC_CBUL", (7,), 0.56, APPENDIX),
    Case("cbul-parameter-missing", "LTC_CBUL", (0.33, False, _OWN[:-1]), "#VALUE!", BOUNDARY, reason="rbo_morbidity"),
    Case(
        "cbul-parameter-unknown",
        "LTC_CBUL",
        (0.33, False, [*_OWN, ["cbul", 1]]),
        "#VALUE!",
        BOUNDARY,
        reason="behaviour, row 8, column parameter: found 'cbul'",
    ),
    Case(
        "cbul-parameter-a-text",
        "LTC_CBUL",
        (0.33, False, [*_OWN[:-1], ["rbo_morbidity_relief", "n/a"]]),
        "#VALUE!",
        BOUNDARY,
        reason="behaviour, row 7, column value: found 'n/a'",
    ),
    Case(
        "cbul-table-without-header",
        "LTC_CBUL",
        (0.33, False, _OWN[1:]),
        "#VALUE!",
        BOUNDARY,
        reason="found no column parameter",
    ),
    Case("cbul-text", "LTC_CBUL", ("high",), "#VALUE!", BOUNDARY, reason="increase: found 'high'"),
    Case(
        "cbul-in-percent",
        "LTC_CBUL",
        (40,),
        "#NUM!",
        BOUNDARY,
        reason="increase: found 40; allowed: a number from 0 to 10",
    ),
    Case(
        "cbul-unknown-tie",
        "LTC_CBUL",
        (0.4, False, OMITTED, "up"),
        "#VALUE!",
        BOUNDARY,
        reason="rounding_tie: found 'up'; allowed: one of half_up, half_even",
    ),
    Case(
        "cbul-errors-of-single-cells",
        "LTC_CBUL",
        (column([0.4, "n/a", None, -1, "0.4"]),),
        column([0.032, "#VALUE!", "#VALUE!", "#NUM!", 0.032]),
        BOUNDARY,
        reason="allowed: a number from 0 to 10",
    ),
    Case("rbo-by-increase", "LTC_RBO", (column(_AT),), column(_RBO), APPENDIX),
    Case("rbo-of-limited-pay", "LTC_RBO", (0.4, True), 0.0, APPENDIX),
    Case("rbo-own-parameters", "LTC_RBO", (0.33, False, _OWN), 0.07, "twice the CBUL"),
    Case("rbo-tie-to-even", "LTC_RBO", (0.45, OMITTED, OMITTED, "half_even"), 0.08, "45% to 40%"),
    Case("rbo-blank", "LTC_RBO", ("",), "#VALUE!", BOUNDARY, reason="increase: found nothing (blank)"),
    Case("rboreduction-as-filed", "LTC_RBOREDUCTION", ([_AT],), [_RBO], "Exhibit II, item 3: the election rate"),
    Case("rboreduction-literal", "LTC_RBOREDUCTION", (0.4, "literal"), 0.08 * 0.4 / 1.4, APPENDIX),
    Case("rboreduction-literal-at-100-percent", "LTC_RBOREDUCTION", (1, "LITERAL"), 0.2 * 1 / 2, APPENDIX),
    Case(
        "rboreduction-literal-unnormalised",
        "LTC_RBOREDUCTION",
        (0.4, "literal_unnormalised"),
        0.032 + 0.08 * 0.4 / 1.4,
        APPENDIX,
    ),
    Case(
        "rboreduction-limited-pay-by-column",
        "LTC_RBOREDUCTION",
        (0.4, OMITTED, [[0, 1]]),
        [[0.08, 0.0]],
        APPENDIX,
    ),
    Case("rboreduction-own-parameters", "LTC_RBOREDUCTION", (0.33, "as_filed", False, _OWN), 0.07, "twice the CBUL"),
    Case(
        "rboreduction-unknown-basis",
        "LTC_RBOREDUCTION",
        (0.4, "filed"),
        "#VALUE!",
        BOUNDARY,
        reason="basis: found 'filed'; allowed: one of as_filed, literal, literal_unnormalised",
    ),
    Case(
        "rboreduction-range-of-bases",
        "LTC_RBOREDUCTION",
        (0.4, [["as_filed", "literal"]]),
        "#VALUE!",
        BOUNDARY,
        reason="basis: found a range of 1 × 2 cells; allowed: one cell",
    ),
    Case(
        "advsel-by-increase",
        "LTC_ADVSEL",
        (column(_AT),),
        column(1 / (1 - 0.25 * c - 0.125 * b) for c, b in zip(_CBUL, _RBO, strict=True)),
        APPENDIX,
    ),
    Case(
        "advsel-about-the-average-of-section-6e",
        "LTC_ADVSEL",
        (0.6,),
        1.03,
        "Section 6e: 3% for elections of about 5% and 13%, here 4.8% and 12%",
        absolute=0.005,
    ),
    Case("advsel-of-limited-pay", "LTC_ADVSEL", (1, "Yes"), 1.0, APPENDIX),
    Case("advsel-own-parameters", "LTC_ADVSEL", (0.33, 0, _OWN), 1 / (1 - 0.5 * 0.035 - 0.25 * 0.07), HAND),
    Case("advsel-infinite", "LTC_ADVSEL", (float("inf"),), "#NUM!", BOUNDARY, reason="increase: found"),
    Case("advsel-nothing", "LTC_ADVSEL", (), "#VALUE!", BOUNDARY, reason="increase: found nothing (omitted)"),
    Case("persistency-initial-premium", "LTC_PERSISTENCY", (0.4,), 0.968 * 0.92, APPENDIX),
    Case(
        "persistency-premium",
        "LTC_PERSISTENCY",
        (column([0.15, 0.4, 1.0]), "premium"),
        column([1.15, 0.968 * 0.92 * 1.4, 0.92 * 0.8 * 2]),
        APPENDIX,
    ),
    Case(
        "persistency-claims",
        "LTC_PERSISTENCY",
        (1, "Claims"),
        0.92 * 0.8 / (1 - 0.25 * 0.08 - 0.125 * 0.2),
        APPENDIX,
    ),
    Case("persistency-lives", "LTC_PERSISTENCY", ([[0, 0.4, 1]], "lives"), [[1.0, 0.968, 0.92]], APPENDIX),
    Case(
        "persistency-initial-premium-literal",
        "LTC_PERSISTENCY",
        (0.4, OMITTED, "literal"),
        0.968 * (1 - 0.08 * 0.4 / 1.4),
        APPENDIX,
    ),
    Case("persistency-of-limited-pay", "LTC_PERSISTENCY", (0.4, "premium", OMITTED, True), 1.4, APPENDIX),
    Case(
        "persistency-own-parameters",
        "LTC_PERSISTENCY",
        (0.33, "claims", OMITTED, OMITTED, _OWN),
        0.965 * 0.93 / (1 - 0.5 * 0.035 - 0.25 * 0.07),
        HAND,
    ),
    Case(
        "persistency-unknown-measure",
        "LTC_PERSISTENCY",
        (0.4, "benefits"),
        "#VALUE!",
        BOUNDARY,
        reason="measure: found 'benefits'; allowed: one of initial_premium, premium, claims, lives",
    ),
    Case(
        "persistency-too-many",
        "LTC_PERSISTENCY",
        (0.4, "lives", "as_filed", False, _OWN, "half_up", 1),
        "#VALUE!",
        BOUNDARY,
        reason="arguments: found 7; allowed: at most 6",
    ),
)

CASES: tuple[Case, ...] = (*INCREASES, *EQUIVALENT, *NEEDED, *TRIGGERS, *BEHAVIOUR)
