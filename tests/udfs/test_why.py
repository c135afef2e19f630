"""The reason of an error, asked for with ``LTC_WHY``."""

from __future__ import annotations

import pytest

from tests.udfs.cases import Case, all_cases
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import ERROR_CODES, CellError
from xl_ltc_udfs.functions.why import MOST_ARGUMENTS
from xl_ltc_udfs.registry import functions

OF_AN_ERROR = [
    case for case in all_cases() if isinstance(case.expected, str) and case.expected in ERROR_CODES and case.reason
]


def test_every_function_can_be_asked_about() -> None:
    assert max(len(function.arguments) for function in functions().values() if function.name != "LTC_WHY") <= (
        MOST_ARGUMENTS
    )


@pytest.mark.parametrize(
    "case", [case for case in OF_AN_ERROR if case.function != "LTC_WHY"], ids=lambda case: case.name
)
def test_it_gives_the_reason_of_the_call_itself(case: Case) -> None:
    assert call("LTC_WHY", (case.function, *case.arguments)).single == call(case.function, case.arguments).single.reason


def test_an_unknown_function() -> None:
    assert "function: found 'LTC_NONE'; allowed: one of LTC_AV, " in call("LTC_WHY", ("LTC_NONE", 1)).single


def test_it_takes_an_error_value_where_the_host_passes_one() -> None:
    """LibreOffice Calc does not: there an error value among the arguments is the result."""
    reason = call("LTC_WHY", ("LTC_ACTUALQ", CellError("#N/A"), 5)).single
    assert reason == "LTC_ACTUALQ: deaths: found the error value #N/A; allowed: no error value"
