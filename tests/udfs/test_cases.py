"""The table of cases in plain Python; the hosts' tests hold each host to the same."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from tests.udfs.cases import Case, all_cases
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import ERROR_CODES, PASSED_ON, CellError
from xl_ltc_udfs.registry import functions

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gives_what_its_source_says(case: Case) -> None:
    result = call(case.function, case.arguments)
    expected = case.expected if isinstance(case.expected, list) else [[case.expected]]
    assert [len(row) for row in result.rows] == [len(row) for row in expected]
    for got, wanted in zip(chain(*result.rows), chain(*expected), strict=True):
        _same(got, wanted, case)


def _same(got: Any, wanted: Any, case: Case) -> None:
    if wanted in PASSED_ON:
        assert isinstance(got, CellError), got
        assert got.code == wanted, got.reason
        assert got.reason.startswith(f"{case.function}: ") or case.function not in functions()
        assert case.reason in got.reason
    elif isinstance(wanted, str):
        assert got == wanted
    else:
        assert got == pytest.approx(wanted, rel=case.relative, abs=case.absolute)


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_there_are_enough() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("name", functions())
def test_every_function_has_cases_of_results_and_of_errors(name: str) -> None:
    own = [case for case in CASES if case.function == name]
    assert any(isinstance(case.expected, str) and case.expected in ERROR_CODES for case in own)
    assert any(not (isinstance(case.expected, str) and case.expected in ERROR_CODES) for case in own)
