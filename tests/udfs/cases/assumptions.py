"""Cases of the assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import prod
from typing import Any

from tests.udfs.cases import Case
from xl_ltc.assumptions import soa
from xl_ltc_udfs.cells import OMITTED, CellError

SECTION_6C = "section 6c, printed"
SECTION_6D = "section 6d, printed"
A_1A = "Exhibit A-1a, printed"
A_3A = "Exhibit A-3a, printed"
SOA = "2012 IAM Basic as the Society of Actuaries publishes it (tables 2581, 2582)"
G2 = "scale G2 as the Society of Actuaries publishes it (tables 2583, 2584)"
BENEFITS = "section 3"
HAND = "by hand"
BOUNDARY = "what a cell may hold (cells.py)"
OWN = "an own table, by hand"

NAN, INFINITY = float("nan"), float("inf")


def column(values: Iterable[Any]) -> list[list[Any]]:
    """A range of one column."""
    return [[value] for value in values]


def settings(**values: Any) -> list[list[Any]]:
    """A range of settings, as the workbook's table of settings begins."""
    return [["setting", "value"], *([name, value] for name, value in values.items())]


LAST_BIRTHDAY = settings(age_basis="last_birthday")
LAST_RATE_HOLDS = settings(end_of_mortality_table="last_rate_holds")
BY_ATTAINED_AGE = settings(paid_up_at_65_lapse="attained_age")
STEPS = settings(benefit_expiry_between_ages="step")

# 1% to 54, 2% from 55 on for men; 0.5% and 1.5% for women.
OWN_MORTALITY = [["attained_age", "Male", "Female"], ["<55", 0.01, 0.005], ["55+", 0.02, 0.015]]


def _q(base: float, factor: float, improvement: float = 1.0) -> float:
    """Section 6b and 6g, for a pocket calculator: (1 − (1 − q)^f)·improvement."""
    return (1 - (1 - base) ** factor) * improvement


QX = (
    Case("qx-male-65", "LTC_QX", ("Male", 65), 0.009007, SOA),
    Case("qx-female-75", "LTC_QX", ("Female", 75), 0.015869, SOA),
    Case("qx-female-99", "LTC_QX", ("Female", 99), 0.236834, SOA),
    Case("qx-newborn-boy", "LTC_QX", ("Male", 0), 0.001783, SOA),
    Case(
        "qx-every-age-of-men",
        "LTC_QX",
        ("Male", column(range(120))),
        column(soa.table(soa.IAM_2012_BASIC["Male"]).loc[0:119].tolist()),
        SOA,
    ),
    Case(
        "qx-both-sexes-beside-one-another",
        "LTC_QX",
        ([["Male", "Female"]], column([65, 75.0])),
        [[0.009007, 0.006829], [0.020905, 0.015869]],
        SOA,
    ),
    Case("qx-certain-death-at-the-last-age", "LTC_QX", ("Female", 120), 1.0, "setting end_of_mortality_table"),
    Case(
        "qx-certain-death-whatever-the-factors",
        "LTC_QX",
        ("Male", 120, 0.5, 0.9),
        1.0,
        "setting end_of_mortality_table",
    ),
    Case("qx-last-rate-holds", "LTC_QX", ("Female", 120, OMITTED, OMITTED, OMITTED, LAST_RATE_HOLDS), 0.4, SOA),
    Case(
        "qx-age-last-birthday",
        "LTC_QX",
        ("Female", 75, OMITTED, OMITTED, OMITTED, LAST_BIRTHDAY),
        (0.015869 + 0.017555) / 2,
        f"{SOA}; half a year later",
    ),
    Case(
        "qx-of-the-worked-example",
        "LTC_QX",
        ("Female", 75, 0.57429187, 0.987),
        0.00902558,
        "tests/projection/test_worked_example.py, by pocket calculator",
        relative=0.0,
        absolute=5e-9,
    ),
    Case("qx-hazard-doubled", "LTC_QX", ("Male", 75, 2), 1 - (1 - 0.020905) ** 2, HAND),
    Case("qx-no-hazard", "LTC_QX", ("Male", 75, 0), 0.0, HAND),
    Case("qx-improved-only", "LTC_QX", ("Male", 75, OMITTED, 0.9), 0.020905 * 0.9, HAND),
    Case(
        "qx-factors-in-a-column-and-a-row",
        "LTC_QX",
        ("Male", 75, column([1, 0.5]), [[1.0, 0.98, 0.96]]),
        [[_q(0.020905, f, i) for i in (1.0, 0.98, 0.96)] for f in (1, 0.5)],
        HAND,
    ),
    Case(
        "qx-own-table",
        "LTC_QX",
        (column(["Male", "Male", "Female"]), column([54, 55, 55]), OMITTED, OMITTED, OWN_MORTALITY),
        column([0.01, 0.02, 0.015]),
        OWN,
    ),
    Case(
        "qx-own-table-with-factors",
        "LTC_QX",
        ("Male", 60, 0.5, 0.9, OWN_MORTALITY, LAST_RATE_HOLDS),
        _q(0.02, 0.5, 0.9),
        OWN,
    ),
    Case(
        "qx-own-table-age-last-birthday-before-its-step",
        "LTC_QX",
        ("Male", 54, 1, 1, OWN_MORTALITY, LAST_BIRTHDAY),
        0.015,
        OWN,
    ),
    Case(
        "qx-own-table-with-blank-rows-and-text-numbers",
        "LTC_QX",
        (
            "female",
            70,
            OMITTED,
            OMITTED,
            [["attained_age", "Female", "Male"], ["<55", "0.005", 0.01], ["55+", " 0.015 ", 0.02], ["", None, ""]],
        ),
        0.015,
        OWN,
    ),
    Case("qx-capitals-do-not-matter", "LTC_QX", ([["MALE", "fEmale"]], 75), [[0.020905, 0.015869]], BOUNDARY),
    Case("qx-age-as-text", "LTC_QX", ("Male", " 75 "), 0.020905, BOUNDARY),
    Case("qx-age-from-a-boolean", "LTC_QX", ("Male", True), 0.000446, f"{SOA}; TRUE is 1"),
    Case("qx-age-from-a-date", "LTC_QX", ("Male", dt.datetime(1900, 3, 15)), 0.020905, f"{BOUNDARY}; day 75"),
    Case(
        "qx-blank-factor",
        "LTC_QX",
        ("Male", 75, "", OMITTED),
        "#VALUE!",
        BOUNDARY,
        reason="hazard_factor: found nothing (blank); allowed: a number",
    ),
    Case("qx-a-1x1-range-is-a-cell", "LTC_QX", ([["Male"]], [[75]]), 0.020905, BOUNDARY),
    Case(
        "qx-bad-elements-do-not-hide-the-others",
        "LTC_QX",
        ("Male", column([75, "old", 121, -1, 65.5, "", 65])),
        column([0.020905, "#VALUE!", "#NUM!", "#NUM!", "#NUM!", "#VALUE!", 0.009007]),
        BOUNDARY,
    ),
    Case("qx-age-too-high", "LTC_QX", ("Male", 121), "#NUM!", HAND, reason="attained_age: found 121; allowed: a whole"),
    Case("qx-no-such-sex", "LTC_QX", ("M", 60), "#VALUE!", HAND, reason="sex: found 'M'; allowed: one of Male, Female"),
    Case("qx-sex-left-out", "LTC_QX", (OMITTED, 60), "#VALUE!", BOUNDARY, reason="sex: found nothing (omitted)"),
    Case("qx-blank-sex", "LTC_QX", ("", 60), "#VALUE!", BOUNDARY, reason="sex: found nothing (blank)"),
    Case("qx-no-age", "LTC_QX", ("Male",), "#VALUE!", BOUNDARY, reason="attained_age: found nothing (omitted)"),
    Case("qx-factor-below-zero", "LTC_QX", ("Male", 60, -0.1), "#NUM!", HAND, reason="hazard_factor: found -0.1"),
    Case("qx-improvement-above-one", "LTC_QX", ("Male", 60, 1, 1.01), "#NUM!", HAND, reason="improvement_factor"),
    Case(
        "qx-ranges-that-do-not-fit",
        "LTC_QX",
        (column(["Male"] * 3), column([60, 61])),
        "#VALUE!",
        BOUNDARY,
        reason="attained_age: found a range of 2 × 1 cells",
    ),
    Case(
        "qx-table-with-a-rate-above-one",
        "LTC_QX",
        ("Male", 60, 1, 1, [["attained_age", "Male", "Female"], ["<55", 1.5, 0.1], ["55+", 0.2, 0.1]]),
        "#VALUE!",
        OWN,
        reason="mortality_base, row 2, column Male: found 1.5; allowed: a number from 0 to 1",
    ),
    Case(
        "qx-table-with-a-gap",
        "LTC_QX",
        ("Male", 60, 1, 1, [["attained_age", "Male", "Female"], ["<55", 0.1, 0.1], ["60+", 0.2, 0.1]]),
        "#VALUE!",
        OWN,
        reason="mortality_base: found no row for attained age 55–59",
    ),
    Case(
        "qx-table-without-a-column",
        "LTC_QX",
        ("Male", 60, 1, 1, [["attained_age", "Male"], ["<55", 0.1], ["55+", 0.2]]),
        "#VALUE!",
        OWN,
        reason="mortality_base: found no column Female",
    ),
    Case(
        "qx-table-with-an-error-value",
        "LTC_QX",
        ("Male", 60, 1, 1, [["attained_age", "Male", "Female"], ["<55", CellError("#REF!"), 0.1], ["55+", 0.2, 0.1]]),
        "#VALUE!",
        OWN,
        reason="mortality_base, row 2, column 2: found the error value #REF!",
    ),
    Case(
        "qx-table-with-nan",
        "LTC_QX",
        ("Male", 60, 1, 1, [["attained_age", "Male", "Female"], ["<55", 0.1, NAN], ["55+", 0.2, 0.1]]),
        "#VALUE!",
        OWN,
        reason="mortality_base, row 2, column 3",
    ),
    Case(
        "qx-unknown-setting",
        "LTC_QX",
        ("Male", 60, 1, 1, OMITTED, settings(age_base="last_birthday")),
        "#VALUE!",
        HAND,
        reason="settings, row 2, column setting: found unknown setting 'age_base'",
    ),
    Case(
        "qx-setting-not-allowed",
        "LTC_QX",
        ("Male", 60, 1, 1, OMITTED, [*LAST_RATE_HOLDS, ["age_basis", "next_birthday"]]),
        "#VALUE!",
        HAND,
        reason="settings, row 3, column value: found age_basis = 'next_birthday'; allowed: one of nearest_birthday",
    ),
    Case(
        "qx-settings-without-header",
        "LTC_QX",
        ("Male", 60, 1, 1, OMITTED, [["age_basis", "last_birthday"]]),
        "#VALUE!",
        HAND,
        reason="settings: found no columns setting",
    ),
)

MORTFACTOR = (
    Case(
        "mortfactor-of-the-worked-example",
        "LTC_MORTFACTOR",
        (75, 8, "Female", "Partnered", "Preferred"),
        prod((0.87, 0.77, 0.96, 0.95, 0.94)),
        A_1A,
    ),
    Case(
        "mortfactor-open-ends",
        "LTC_MORTFACTOR",
        (column([30, 54, 100, 120]), column([20, 21, 57, 121]), "Male", "Single", "Substandard"),
        column(prod((age, 0.98, 0.98, 0.99, 1.01)) for age in (0.99, 0.99, 1.0, 1.0)),
        A_1A,
    ),
    Case(
        "mortfactor-by-duration-and-class",
        "LTC_MORTFACTOR",
        (65, column([1, 5, 12]), "Female", "single", [["Preferred", "Standard", "Substandard"]]),
        [[prod((0.71, duration, 0.96, 0.99, uw)) for uw in (0.94, 0.99, 1.01)] for duration in (0.82, 0.56, 0.85)],
        A_1A,
    ),
    Case(
        "mortfactor-own-duration-table",
        "LTC_MORTFACTOR",
        (
            65,
            column([1, 2]),
            "Female",
            "Single",
            "Standard",
            OMITTED,
            [["policy_duration", "factor"], [1, 0.5], ["2+", 1]],
        ),
        column(prod((0.71, duration, 0.96, 0.99, 0.99)) for duration in (0.5, 1.0)),
        OWN,
    ),
    Case(
        "mortfactor-own-tables-throughout",
        "LTC_MORTFACTOR",
        (
            65,
            3,
            "Male",
            "Partnered",
            "ultra",
            [["attained_age", "factor"], ["<65", 9], ["65+", 2]],
            [["policy_duration", "factor"], ["1+", 3]],
            [["sex", "factor"], ["Female", 9], ["Male", 5]],
            [["partner_status", "factor"], ["Partnered", 7], ["Single", 9]],
            [["underwriting_class", "factor"], ["Select", 9], ["Ultra", 11]],
        ),
        2310.0,
        OWN,
    ),
    Case(
        "mortfactor-unknown-class-of-one-element",
        "LTC_MORTFACTOR",
        (65, 5, "Female", "Partnered", column(["Preferred", "Super", "Standard"])),
        column([prod((0.71, 0.56, 0.96, 0.95, 0.94)), "#VALUE!", prod((0.71, 0.56, 0.96, 0.95, 0.99))]),
        A_1A,
    ),
    Case(
        "mortfactor-unknown-class",
        "LTC_MORTFACTOR",
        (65, 5, "Female", "Partnered", "Super"),
        "#VALUE!",
        A_1A,
        reason="underwriting_class: found 'Super'; allowed: one of Preferred, Standard, Substandard",
    ),
    Case(
        "mortfactor-duration-zero",
        "LTC_MORTFACTOR",
        (65, 0, "Female", "Partnered", "Standard"),
        "#NUM!",
        A_1A,
        reason="policy_duration: found 0; allowed: a whole number from 1 to 121",
    ),
    Case(
        "mortfactor-table-without-single",
        "LTC_MORTFACTOR",
        (
            65,
            5,
            "Female",
            "Partnered",
            "Standard",
            OMITTED,
            OMITTED,
            OMITTED,
            [["partner_status", "factor"], ["Partnered", 1]],
        ),
        "#VALUE!",
        OWN,
        reason="(table mortality_factor_partner_status): found no row for partner_status Single",
    ),
    Case(
        "mortfactor-two-bad-arguments-give-the-first",
        "LTC_MORTFACTOR",
        (130, 0, "Female", "Partnered", "Standard"),
        "#NUM!",
        BOUNDARY,
        reason="attained_age: found 130",
    ),
)

IMPROVEMENT = (
    Case("improvement-first-year", "LTC_IMPROVEMENT", ("Female", 75, 1), 0.987, G2),
    Case(
        "improvement-by-year",
        "LTC_IMPROVEMENT",
        ("Female", 75, column([2, 5, 10, 11, 60])),
        column([0.987**2, 0.987**5, 0.987**10, 0.987**10, 0.987**10]),
        f"{G2}; ten years, section 6g",
    ),
    Case("improvement-none-yet", "LTC_IMPROVEMENT", ("Male", 60, 0), 1.0, HAND),
    Case("improvement-beyond-the-scale", "LTC_IMPROVEMENT", ("Male", [[106, 120]], 10), [[1.0, 1.0]], G2),
    Case(
        "improvement-of-five-years",
        "LTC_IMPROVEMENT",
        ("Female", 75, column([4, 6]), OMITTED, [["parameter", "value"], ["improvement_years", 5]]),
        column([0.987**4, 0.987**5]),
        OWN,
    ),
    Case(
        "improvement-own-scale",
        "LTC_IMPROVEMENT",
        ([["Male", "Female"]], 70, 3, [["attained_age", "Male", "Female"], ["<70", 0, 0], ["70+", 0.02, 0.01]]),
        [[0.98**3, 0.99**3]],
        OWN,
    ),
    Case(
        "improvement-year-in-part",
        "LTC_IMPROVEMENT",
        ("Male", 60, 1.5),
        "#NUM!",
        HAND,
        reason="projection_year: found 1.5",
    ),
    Case(
        "improvement-year-before",
        "LTC_IMPROVEMENT",
        ("Male", 60, -1),
        "#NUM!",
        HAND,
        reason="projection_year: found -1",
    ),
    Case(
        "improvement-table-without-its-parameter",
        "LTC_IMPROVEMENT",
        ("Male", 60, 1, OMITTED, [["parameter", "value"], ["years", 5]]),
        "#VALUE!",
        OWN,
        reason="improvement, row 2, column parameter: found 'years'; allowed: one of improvement_years",
    ),
)

_SINGLE = (0.04, 0.055, 0.035, 0.03, 0.025, 0.02, 0.0175, 0.0125, 0.009)
_PARTNERED = (0.015, 0.025, 0.02, 0.015, 0.012, 0.009, 0.007, 0.006, 0.005)

LAPSE = (
    Case(
        "lapse-lifetime-pay",
        "LTC_LAPSE",
        ([["Single", "Partnered"]], column(range(1, 10)), "Lifetime-Pay", 60),
        [list(pair) for pair in zip(_SINGLE, _PARTNERED, strict=True)],
        SECTION_6C,
    ),
    Case(
        "lapse-holds-after-nine", "LTC_LAPSE", ("Single", [[9, 20, 45]], "Lifetime-Pay", 60), [[0.009] * 3], SECTION_6C
    ),
    Case(
        "lapse-ten-pay",
        "LTC_LAPSE",
        ("Single", column([1, 8, 9, 10, 30]), "Ten-Pay", 60),
        column([0.02, 0.00625, 0.0, 0.0, 0.0]),
        SECTION_6C,
    ),
    Case(
        "lapse-twenty-pay",
        "LTC_LAPSE",
        ("Partnered", column([2, 15, 16]), "twenty-pay", 50),
        column([0.025 * 0.75, 0.005 * 0.75, 0.0]),
        SECTION_6C,
    ),
    Case(
        "lapse-paid-up-at-65-by-issue-age",
        "LTC_LAPSE",
        ("Single", 1, "Pay to Age 65", column([40, 60, 61, 64])),
        column([0.03, 0.03, 0.0, 0.0]),
        SECTION_6C,
    ),
    Case(
        "lapse-paid-up-at-65-by-attained-age",
        "LTC_LAPSE",
        ("Single", column([1, 6, 7, 25]), "Pay to Age 65", 55, OMITTED, OMITTED, OMITTED, OMITTED, BY_ATTAINED_AGE),
        column([0.03, 0.015, 0.0, 0.0]),
        "Exhibit III: attained age 60 is reached in duration 6",
    ),
    Case(
        "lapse-discounted-renewal",
        "LTC_LAPSE",
        ("Single", 1, "Lifetime-Pay", 60, column([True, "Yes", 1, "no", False, 0])),
        column([0.03, 0.03, 0.03, 0.04, 0.04, 0.04]),
        SECTION_6C,
    ),
    Case("lapse-discounted-ten-pay", "LTC_LAPSE", ("Single", 2, "Ten-Pay", 60, True), 0.055 * 0.5 * 0.75, SECTION_6C),
    Case(
        "lapse-own-rates",
        "LTC_LAPSE",
        (
            "Partnered",
            column([1, 2]),
            "Ten-Pay",
            60,
            OMITTED,
            [["policy_duration", "single", "partnered"], [1, 0.1, 0.2], ["2+", 0.3, 0.4]],
        ),
        column([0.1, 0.2]),
        OWN,
    ),
    Case(
        "lapse-own-payment-option",
        "LTC_LAPSE",
        (
            "Single",
            1,
            "five-pay",
            60,
            OMITTED,
            OMITTED,
            [
                ["premium_payment", "duration_from", "duration_to", "issue_age_from", "issue_age_to", "scalar"],
                ["Five-Pay", 1, 4, "", "", 0.25],
                ["Five-Pay", 5, None, None, None, 0],
                ["Discounted Renewal", 1, "", "", "", 1],
            ],
            [["premium_payment", "years", "to_age"], ["Five-Pay", 5, ""]],
        ),
        0.01,
        OWN,
    ),
    Case(
        "lapse-unknown-option",
        "LTC_LAPSE",
        ("Single", 1, "Five-Pay", 60),
        "#VALUE!",
        SECTION_6C,
        reason="premium_payment: found 'Five-Pay'; allowed: one of Lifetime-Pay, Ten-Pay, Twenty-Pay, Pay to Age 65",
    ),
    Case(
        "lapse-overlapping-scalars",
        "LTC_LAPSE",
        (
            "Single",
            1,
            "Ten-Pay",
            60,
            OMITTED,
            OMITTED,
            [
                ["premium_payment", "duration_from", "duration_to", "issue_age_from", "issue_age_to", "scalar"],
                ["Lifetime-Pay", 1, "", "", "", 1],
                ["Ten-Pay", 1, "", "", "", 1],
                ["Ten-Pay", 3, "", "", "", 1],
                ["Twenty-Pay", 1, "", "", "", 1],
                ["Pay to Age 65", 1, "", "", "", 1],
                ["Discounted Renewal", 1, "", "", "", 1],
            ],
        ),
        "#VALUE!",
        OWN,
        reason="lapse_payment_option, row 4 (table lapse_payment_option): found a second scalar",
    ),
    Case(
        "lapse-flag-that-is-none",
        "LTC_LAPSE",
        ("Single", 1, "Ten-Pay", 60, "maybe"),
        "#VALUE!",
        BOUNDARY,
        reason="TRUE or",
    ),
    Case(
        "lapse-issue-age-too-high",
        "LTC_LAPSE",
        ("Single", 1, "Ten-Pay", 121),
        "#NUM!",
        HAND,
        reason="issue_age: found 121",
    ),
)

EXPIRY = (
    Case(
        "expiry-printed-ages",
        "LTC_EXPIRY",
        ("Female", 3, [[50, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110]]),
        [[0.0, 0.0, 0.001, 0.001, 0.003, 0.008, 0.022, 0.047, 0.075, 0.141, 0.2]],
        SECTION_6D,
    ),
    Case(
        "expiry-of-men-by-benefit-period",
        "LTC_EXPIRY",
        ("Male", [["2", 3.0, 4, "5", 6, 10, "lifetime"]], 90),
        [[0.018, 0.011, 0.007, 0.005, 0.003, 0.0, 0.0]],
        SECTION_6D,
    ),
    Case("expiry-the-ten-year-plan-is-row-7", "LTC_EXPIRY", ("Female", 10, 105), 0.019, SECTION_6D),
    Case("expiry-after-110", "LTC_EXPIRY", ("Female", 2, [[110, 115, 120]]), [[0.2, 0.2, 0.2]], SECTION_6D),
    Case("expiry-between-ages", "LTC_EXPIRY", ("Female", "3", [[76, 88]]), [[0.0014, 0.0164]], "section 6d, linear"),
    Case(
        "expiry-in-steps",
        "LTC_EXPIRY",
        ("Female", "3", [[76, 79, 80]], OMITTED, STEPS),
        [[0.001, 0.001, 0.003]],
        "section 6d, the lower printed age",
    ),
    Case(
        "expiry-own-table",
        "LTC_EXPIRY",
        (
            [["Male", "Female"]],
            "8",
            column([60, 65, 67.0]),
            [
                ["sex", "benefit_period", "<65", 65, 70, 75, 80, 85, 90, 95, 100, 105, "110+"],
                ["Male", 8, 0, 0.1, 0.2, 0, 0, 0, 0, 0, 0, 0, 0],
                ["Female", 8.0, 0.5, 0.3, 0.8, 0, 0, 0, 0, 0, 0, 0, 0],
            ],
        ),
        [[0.0, 0.5], [0.1, 0.3], [0.14, 0.5]],
        OWN,
    ),
    Case(
        "expiry-no-seven-years",
        "LTC_EXPIRY",
        ("Female", 7, 80),
        "#VALUE!",
        SECTION_6D,
        reason="benefit_period: found '7'; allowed: one of 2, 3, 4, 5, 6, 10, Lifetime",
    ),
    Case(
        "expiry-text-of-an-error-and-blank",
        "LTC_EXPIRY",
        ("Female", [["3", "#REF!", ""]], 80),
        [[0.003, "#VALUE!", "#VALUE!"]],
        BOUNDARY,
    ),
    Case(
        "expiry-error-value-in-a-range",
        "LTC_EXPIRY",
        ("Female", [["3", CellError("#N/A"), "4"]], 80),
        "#VALUE!",
        BOUNDARY,
        reason="benefit_period, column 2: found the error value #N/A",
    ),
    Case("qx-nan-in-a-range", "LTC_QX", ("Male", column([75, NAN, INFINITY])), "#VALUE!", BOUNDARY, reason="row 2"),
    Case(
        "expiry-table-of-one-sex",
        "LTC_EXPIRY",
        (
            "Male",
            "8",
            70,
            [
                ["sex", "benefit_period", "<65", 65, 70, 75, 80, 85, 90, 95, 100, 105, "110+"],
                ["Male", 8, 0, 0.1, 0.2, 0, 0, 0, 0, 0, 0, 0, 0],
            ],
        ),
        "#VALUE!",
        OWN,
        reason="found no row for Female 8",
    ),
)

# $10 a year to 69, $30 from 70 on for women; half of it for men.
OWN_COST = [["attained_age", "Male", "Female"], ["<70", 5, 10], ["70+", 15, 30]]
OWN_RELATIVITY = [
    ["characteristic", "category", "relativity"],
    ["partner_status", "Single", 1.5],
    ["partner_status", "Partnered", 1],
    ["benefit_period", 8, 0.8],
    ["benefit_period", "Lifetime", 1],
    ["elimination_period", "90-Day", 1],
    ["elimination_period", "20-Day", 1.1],
    ["coverage_type", "Comprehensive", 1],
    ["coverage_type", "Facility Only", 0.6],
    ["benefit_type", "Indemnity", 1.2],
    ["benefit_type", "Reimbursement", 1],
    ["inflation_option", "No inflation", 1],
    ["inflation_option", "Compound 4%", 0.9],
]

CLAIMCOST = (
    Case("claimcost-basis", "LTC_CLAIMCOST", ([["Male", "Female"]], 40), [[0.020142, 0.031327]], "claim_cost.csv"),
    Case(
        "claimcost-own-table",
        "LTC_CLAIMCOST",
        (
            [["Male", "Female"]],
            column([69, 70]),
            *[OMITTED] * 6,
            OWN_COST,
        ),
        [[5.0, 10.0], [15.0, 30.0]],
        OWN,
    ),
    Case(
        "claimcost-own-relativities",
        "LTC_CLAIMCOST",
        (
            "Female",
            75,
            "single",
            8,
            "20-Day",
            "facility only",
            "Indemnity",
            "Compound 4%",
            OWN_COST,
            OWN_RELATIVITY,
        ),
        30 * 1.5 * 0.8 * 1.1 * 0.6 * 1.2 * 0.9,
        OWN,
    ),
    Case(
        "claimcost-some-characteristics",
        "LTC_CLAIMCOST",
        ("Male", 60, "Single", OMITTED, [["20-Day", "90-Day"]], OMITTED, OMITTED, OMITTED, OWN_COST, OWN_RELATIVITY),
        [[5 * 1.5 * 1.1, 5 * 1.5]],
        OWN,
    ),
    Case(
        "claimcost-the-bundled-basis-is-relativity-one",
        "LTC_CLAIMCOST",
        (
            "Male",
            60,
            "Partnered",
            "Lifetime",
            "90-Day",
            "Comprehensive",
            "Reimbursement",
            [["No inflation", "Compound 5%"]],
            OWN_COST,
        ),
        [[5.0, 5.0]],
        "the claim-cost table's note",
    ),
    Case(
        "claimcost-unknown-period-of-one-element",
        "LTC_CLAIMCOST",
        ("Male", 60, OMITTED, [[8, 7, "Lifetime"]], OMITTED, OMITTED, OMITTED, OMITTED, OWN_COST, OWN_RELATIVITY),
        [[4.0, "#VALUE!", 5.0]],
        OWN,
    ),
    Case(
        "claimcost-unknown-coverage",
        "LTC_CLAIMCOST",
        ("Male", 60, OMITTED, OMITTED, OMITTED, "Home"),
        "#VALUE!",
        OWN,
        reason="coverage_type: found 'Home'; allowed: one of Facility Only, Comprehensive",
    ),
    Case(
        "claimcost-blank-within-a-range",
        "LTC_CLAIMCOST",
        ("Male", 60, column(["Single", ""]), *[OMITTED] * 5, OWN_COST, OWN_RELATIVITY),
        column([7.5, "#VALUE!"]),
        BOUNDARY,
    ),
    Case(
        "claimcost-relativity-of-no-characteristic",
        "LTC_CLAIMCOST",
        ("Male", 60, *[OMITTED] * 6, OMITTED, [["characteristic", "category", "relativity"], ["colour", "red", 1]]),
        "#VALUE!",
        OWN,
        reason="claim_cost_relativity, row 2, column characteristic: found 'colour'",
    ),
    Case(
        "claimcost-below-zero",
        "LTC_CLAIMCOST",
        ("Male", 60, *[OMITTED] * 6, [["attained_age", "Male", "Female"], ["0+", -5, 10]]),
        "#VALUE!",
        OWN,
        reason="claim_cost, row 2, column Male: found -5",
    ),
)

MORBFACTOR = (
    Case(
        "morbfactor-of-the-worked-example",
        "LTC_MORBFACTOR",
        ("500", 75, 8, "Female", "Preferred", "3", "Reimbursement"),
        prod((0.99, 0.92, 0.98, 0.98, 0.91, 0.90)),
        A_3A,
    ),
    Case(
        "morbfactor-series-by-number",
        "LTC_MORBFACTOR",
        ([[200, 300.0, "400", 500, 511]], 80, 10, "Male", "Standard", "Lifetime", "Indemnity"),
        [
            [
                prod((age, 1.03, 1.03, duration, 1.04, 1.05))
                for age, duration in ((1.09, 1.14), (0.97, 1.02), (0.98, 0.90), (0.99, 0.99), (0.99, 0.99))
            ]
        ],
        A_3A,
    ),
    Case(
        "morbfactor-open-ends",
        "LTC_MORBFACTOR",
        (200, column([40, 110]), column([1, 50]), "Female", "Substandard", "Lifetime", "Reimbursement"),
        column([prod((1.02, 1.02, 0.99, 0.99, 0.91, 1.05)), prod((1.0, 1.0, 1.0, 1.0, 0.91, 1.05))]),
        A_3A,
    ),
    Case(
        "morbfactor-own-sex-and-class",
        "LTC_MORBFACTOR",
        (
            "500",
            75,
            8,
            "Female",
            "Ultra",
            "3",
            "Reimbursement",
            OMITTED,
            OMITTED,
            [["sex", "factor"], ["Male", 1], ["Female", 2]],
            [["underwriting_class", "factor"], ["Ultra", 3]],
        ),
        prod((0.99, 0.92, 0.98, 0.98, 2, 3)),
        OWN,
    ),
    Case(
        "morbfactor-own-series",
        "LTC_MORBFACTOR",
        (
            "513",
            75,
            8,
            "Female",
            "Preferred",
            "3",
            "Reimbursement",
            *[OMITTED] * 4,
            [
                ["series", "morbidity_factor_column", "pricing_interest_basis", "earned_rate"],
                ["513", "series_400", "maximum_valuation", ""],
            ],
        ),
        prod((1.00, 0.92, 0.98, 0.94, 0.91, 0.90)),
        A_3A,
    ),
    Case(
        "morbfactor-own-benefit-period-is-limited",
        "LTC_MORBFACTOR",
        ("500", 75, 8, "Female", "Preferred", 8, "Reimbursement", *[OMITTED] * 5, OWN_RELATIVITY),
        prod((0.99, 0.92, 0.98, 0.98, 0.91, 0.90)),
        A_3A,
    ),
    Case(
        "morbfactor-unknown-series",
        "LTC_MORBFACTOR",
        (600, 75, 8, "Female", "Preferred", "3", "Reimbursement"),
        "#VALUE!",
        A_3A,
        reason="series: found '600'; allowed: one of 200, 300, 400, 500, 511",
    ),
    Case(
        "morbfactor-two-arguments-bad-in-turn",
        "LTC_MORBFACTOR",
        ("500", 75, 8, "Female", column(["Preferred", "x", "Preferred"]), column(["3", "3", "y"]), "Reimbursement"),
        column([prod((0.99, 0.92, 0.98, 0.98, 0.91, 0.90)), "#VALUE!", "#VALUE!"]),
        A_3A,
    ),
)

GROWTH = (
    Case(
        "growth-by-option",
        "LTC_BENEFITGROWTH",
        ([["No inflation", "Simple 5%", "Compound 3%", "Compound 5%"]], column([1, 2, 11, 31])),
        [[1.0, 1 + 0.05 * t, 1.03**t, 1.05**t] for t in (0, 1, 10, 30)],
        BENEFITS,
    ),
    Case(
        "growth-of-ten-anniversaries",
        "LTC_BENEFITGROWTH",
        ("compound 5%", 11),
        1.628895,
        "compound interest table",
        absolute=5e-7,
    ),
    Case(
        "growth-of-an-own-option",
        "LTC_BENEFITGROWTH",
        ("Compound 4%", 3, [["inflation_option", "method", "rate"], ["Compound 4%", "compound", 0.04]]),
        1.0816,
        OWN,
    ),
    Case(
        "growth-at-another-rate",
        "LTC_BENEFITGROWTH",
        (
            [["None", "Simple 5%"]],
            3,
            [["inflation_option", "method", "rate"], ["Simple 5%", "simple", 0.1], ["None", "none", 0.3], [None] * 3],
        ),
        [[1.0, 1.2]],
        OWN,
    ),
    Case(
        "growth-unknown-option",
        "LTC_BENEFITGROWTH",
        ("Compound 4%", 3),
        "#VALUE!",
        BENEFITS,
        reason="found 'Compound 4%'; allowed: one of No inflation, Simple 5%, Compound 3%, Compound 5%",
    ),
    Case(
        "growth-method-that-is-none",
        "LTC_BENEFITGROWTH",
        ("CPI", 3, [["inflation_option", "method", "rate"], ["CPI", "index", 0.04]]),
        "#VALUE!",
        OWN,
        reason="inflation_option_table, row 2, column method: found 'index'; allowed: one of none, simple, compound",
    ),
    Case("growth-duration-zero", "LTC_BENEFITGROWTH", ("Compound 5%", 0), "#NUM!", BENEFITS, reason="policy_duration"),
)

CASES: tuple[Case, ...] = (
    *QX,
    *MORTFACTOR,
    *IMPROVEMENT,
    *LAPSE,
    *EXPIRY,
    *CLAIMCOST,
    *MORBFACTOR,
    *GROWTH,
)
