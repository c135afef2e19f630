"""Cases of the reason of an error: the words that the same arguments give."""

from __future__ import annotations

from tests.udfs.cases import Case
from xl_ltc_udfs.cells import OMITTED, CellError

HAND = "the words of call.py and arguments.py"

CASES: tuple[Case, ...] = (
    Case("why-no-error", "LTC_WHY", ("LTC_AE", 1, 2), "no error", HAND),
    Case("why-no-error-in-a-range", "LTC_WHY", ("LTC_AE", [[1], [2]], [[2], [2]]), "no error", HAND),
    Case("why-division", "LTC_WHY", ("LTC_AE", 1, 0), "LTC_AE: expected: nothing was expected", HAND),
    Case("why-small-letters", "LTC_WHY", (" ltc_ae ", 1, "0"), "LTC_AE: expected: nothing was expected", HAND),
    Case(
        "why-text-for-a-number",
        "LTC_WHY",
        ("LTC_CBUL", "high"),
        "LTC_CBUL: increase: found 'high'; allowed: a number from 0 to 10",
        HAND,
    ),
    Case(
        "why-blank-required",
        "LTC_WHY",
        ("LTC_ACTUALQ", None, 5),
        "LTC_ACTUALQ: deaths: found nothing (blank); allowed: a number of at least 0",
        HAND,
    ),
    Case(
        "why-omitted-required",
        "LTC_WHY",
        ("LTC_ACTUALQ", 5),
        "LTC_ACTUALQ: exposure: found nothing (omitted); allowed: a number of at least 0",
        HAND,
    ),
    Case(
        "why-omitted-in-the-middle",
        "LTC_WHY",
        ("LTC_CBUL", 0.25, OMITTED, OMITTED, "up"),
        "LTC_CBUL: rounding_tie: found 'up'; allowed: one of half_up, half_even, or the argument left out",
        HAND,
    ),
    Case(
        "why-omitted-in-the-middle-is-no-error",
        "LTC_WHY",
        ("LTC_TEST5885", 1, 1, 1, 1, 1, 1, OMITTED, OMITTED, OMITTED, "verdict"),
        "no error",
        HAND,
    ),
    Case(
        "why-too-many",
        "LTC_WHY",
        ("LTC_AE", 1, 2, 3),
        "LTC_AE: arguments: found 3; allowed: at most 2: LTC_AE(actual, expected)",
        HAND,
    ),
    Case(
        "why-trailing-omitted-are-not-counted",
        "LTC_WHY",
        ("LTC_AE", 1, 0, OMITTED, OMITTED),
        "LTC_AE: expected: nothing was expected",
        HAND,
    ),
    Case(
        "why-table",
        "LTC_WHY",
        ("LTC_MAXVALRATE", 2006, [["issue_year_from", "rate"], [1995, "five"]]),
        "LTC_MAXVALRATE: valuation_interest, row 2, column rate: found 'five'; allowed: a number from 0 to 0.5",
        HAND,
    ),
    Case(
        "why-two-of-three-cells",
        "LTC_WHY",
        ("LTC_AE", [[120.0], [80.0], [95.0]], [[100.0], [0.0], ["n/a"]]),
        "2 of 3 cells are errors: result, row 2: LTC_AE: expected, row 2: nothing was expected; "
        "result, row 3: LTC_AE: expected, row 3: found 'n/a'; allowed: a number",
        HAND,
    ),
    Case(
        "why-many-cells",
        "LTC_WHY",
        ("LTC_AE", [[1] * 6], 0),
        "6 of 6 cells are errors: "
        + "; ".join(f"result, column {n}: LTC_AE: expected: nothing was expected" for n in range(1, 6))
        + "; …",
        HAND,
    ),
    Case(
        "why-blocks-without-premium",
        "LTC_WHY",
        ("LTC_LLR", [[1, 1], [1, 1]], [[1, 0], [1, 0]], 0.04),
        "1 of 2 cells are errors: result, column 2: LTC_LLR: the premium is zero",
        HAND,
    ),
    Case("why-of-why", "LTC_WHY", ("LTC_WHY", "LTC_AE", 1, 0), "no error", HAND),
    Case("why-no-function", "LTC_WHY", (OMITTED, 1), "#VALUE!", HAND, reason="function: found nothing (omitted)"),
    Case("why-function-blank", "LTC_WHY", ("", 1), "#VALUE!", HAND, reason="function: found nothing (blank)"),
    Case(
        "why-function-an-error",
        "LTC_WHY",
        (CellError("#VALUE!"),),
        "#VALUE!",
        HAND,
        reason="function: found the error value #VALUE!; allowed: no error value",
    ),
    Case("why-functions", "LTC_WHY", ([["LTC_AE", "LTC_LLR"]], 1), "#VALUE!", HAND, reason="allowed: one cell"),
)
