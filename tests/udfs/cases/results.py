"""LTC_RESULT: a run remembered from made-up cash flows, whose values a person can add up."""

from __future__ import annotations

from tests.udfs.cases import Case
from xl_ltc_udfs.cells import OMITTED, CellError

_SOURCE = "the remembered run in tests/udfs/remembered.py"


def _case(name: str, arguments: tuple[object, ...], expected: object, reason: str = "") -> Case:
    return Case(f"result-{name}", "LTC_RESULT", arguments, expected, _SOURCE, reason=reason)


CASES: tuple[Case, ...] = (
    _case("lifetime-loss-ratio", ("lifetime_loss_ratio", "All", "before"), 1.5),
    _case("after", ("lifetime_loss_ratio", "All", "after"), 1.25),
    _case("series-as-number", ("lifetime_loss_ratio", 200, "before"), 1.6),
    _case("capitals", ("Lifetime_Loss_Ratio", "ALL", "Before"), 1.5),
    _case("year", ("earned_premium", "All", "before", 2017), 90.0),
    _case("year-as-text", ("earned_premium", "All", "before", "2017"), 90.0),
    _case(
        "years-down",
        ("earned_premium", "All", "before", [[2016], [2017], [2018]]),
        [[100.0], [90.0], ["#NUM!"]],
    ),
    _case(
        "bases-across",
        ("lives", "All", [["before", "after"]], [[2016], [2017]]),
        [[11.0, 11.0], [10.0, 9.0]],
    ),
    _case("verdict", ("test_58_85", "All", "after"), "Pass"),
    _case("item", ("test_58_85_item_5", "All", "after"), 77.0),
    _case("workbook", ("lifetime_loss_ratio", "All", "before", OMITTED, "remembered.xlsx"), 1.5),
    _case("workbook-blank", ("lifetime_loss_ratio", "All", "before", OMITTED, None), "#VALUE!", "nothing (blank)"),
    _case("other-workbook", ("lifetime_loss_ratio", "All", "before", OMITTED, "other.xlsx"), "#N/A", "remembered.xlsx"),
    _case("ratio-to-nothing", ("loss_ratio", "200", "before", 2017), "#DIV/0!", "no premium"),
    _case("unknown-measure", ("profit", "All", "before"), "#VALUE!", "lifetime_loss_ratio"),
    _case("unknown-series", ("lives", "999", "before", 2016), "#VALUE!", "one of All, 200"),
    _case("unknown-basis", ("lives", "All", "middle", 2016), "#VALUE!", "before, after"),
    _case("test-before", ("test_58_85", "All", "before"), "#VALUE!", "after"),
    _case("no-year", ("lives", "All", "before"), "#VALUE!", "a year from 2016 to 2017"),
    _case("year-not-wanted", ("lifetime_loss_ratio", "All", "before", 2017), "#VALUE!", "none"),
    _case("year-outside", ("lives", "All", "before", 2099), "#NUM!", "2016 to 2017"),
    _case("error-cell", (CellError("#N/A"), "All", "before"), "#N/A", "the error value #N/A"),
    _case("blank-series", ("lives", None, "before", 2016), "#VALUE!", "nothing (blank)"),
)
