"""The boundary: what every host relies on when it calls a function."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc_udfs import registry
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, CellError, from_serial, rows_of, serial

_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(),
    st.text(max_size=6),
    st.dates(dt.date(1900, 3, 1), dt.date(2200, 1, 1)),
    st.sampled_from([CellError("#N/A"), CellError("#REF!"), OMITTED]),
)
_RANGES = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(_CELLS.filter(lambda c: c is not OMITTED), min_size=width, max_size=width), min_size=1, max_size=4
    )
)
_ARGUMENTS = st.lists(st.one_of(_CELLS, _RANGES), max_size=5)


_ROBUST = [
    *("LTC_AV", "LTC_LLR", "LTC_CUMULATIVE_LR", "LTC_AE", "LTC_RATEINCREASE", "LTC_ACTUALQ"),
    *("LTC_EXPOSURE", "LTC_AEBOUNDS", "LTC_GRADUATE"),
]


@given(st.sampled_from(_ROBUST), _ARGUMENTS)
def test_whatever_comes_in_a_number_a_text_or_a_reasoned_error_goes_out(name: str, arguments: list[Any]) -> None:
    result = call(name, arguments)
    assert len({len(row) for row in result.rows}) == 1
    for cell in chain(*result.rows):
        if isinstance(cell, CellError):
            assert cell.reason.startswith(name)
            assert "Traceback" not in cell.reason
            assert "an error of xl_ltc itself" not in cell.reason
        else:
            assert isinstance(cell, str) or math.isfinite(cell)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.floats(0.001, 1e6))
def test_a_number_is_the_same_however_it_comes(actual: float, expected: float) -> None:
    plain = call("LTC_AE", (actual, expected)).single
    assert plain == pytest.approx(actual / expected)
    for form in (
        ([[actual]], [[expected]]),
        (repr(actual), f" {expected!r} "),
        (np.float64(actual), np.array([expected])),
        ([actual], ((expected,),)),
    ):
        assert call("LTC_AE", form).single == plain


def test_a_row_meets_a_column_as_in_a_spreadsheet() -> None:
    result = call("LTC_AE", ([[1.0], [2.0]], [[1.0, 2.0, 4.0]]))
    assert result.rows == [[1.0, 0.5, 0.25], [2.0, 1.0, 0.5]]


def test_a_bad_cell_spoils_its_own_results_only() -> None:
    result = call("LTC_AE", ([[1.0], ["x"], [3.0]], [[1.0, 0.0]]))
    assert result.rows[0][0] == 1.0
    assert result.rows[0][1].code == "#DIV/0!"
    assert [cell.code for cell in result.rows[1]] == ["#VALUE!", "#VALUE!"]
    assert result.rows[1][1].reason == "LTC_AE: actual, row 2: found 'x'; allowed: a number"
    assert result.rows[2][0] == 3.0


def test_ranges_that_do_not_match_are_refused() -> None:
    result = call("LTC_AE", ([[1.0], [2.0]], [[1.0], [2.0], [3.0]]))
    assert result.single.code == "#VALUE!"
    assert "a range of 2 × 1 cells" in result.single.reason


def test_too_many_arguments_are_refused_with_the_syntax() -> None:
    result = call("LTC_AE", (1, 2, 3))
    assert result.single.reason == "LTC_AE: arguments: found 3; allowed: at most 2: LTC_AE(actual, expected)"


def test_an_unknown_function_is_named() -> None:
    assert call("LTC_NOTHING", ()).single.code == "#VALUE!"
    assert "LTC_LLR" in call("LTC_NOTHING", ()).single.reason


def test_rows_of_another_length_are_refused() -> None:
    assert "different lengths" in call("LTC_AE", ([[1.0, 2.0], [3.0]], 1.0)).single.reason


def test_an_error_of_our_own_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = registry.functions()["LTC_AE"]
    failing = dataclasses.replace(broken, implementation=lambda **_: 1 / 0)
    monkeypatch.setitem(registry.functions(), "LTC_AE", failing)
    error = call("LTC_AE", (1.0, 2.0)).single
    assert error.code == "#VALUE!"
    assert error.reason == "LTC_AE: an error of xl_ltc itself (ZeroDivisionError)"


@given(st.dates(dt.date(1900, 3, 1), dt.date(2300, 1, 1)))
def test_a_date_and_its_serial_number_are_one(day: dt.date) -> None:
    assert from_serial(serial(day)) == day


def test_the_serial_number_is_excels() -> None:
    assert serial(dt.date(2016, 12, 31)) == 42735.0
    assert serial(dt.datetime(2016, 12, 31, 12)) == 42735.5


def test_one_cell_a_column_and_a_range_become_rows() -> None:
    assert [list(map(list, rows_of(v))) for v in (1.0, [1.0, 2.0], [[1.0, 2.0]], np.eye(2))] == [
        [[1.0]],
        [[1.0], [2.0]],
        [[1.0, 2.0]],
        [[1.0, 0.0], [0.0, 1.0]],
    ]


def test_threads_do_not_disturb_one_another() -> None:
    flows = [
        ([[float(i + k)] for k in range(40)], [[float(2 * i + k)] for k in range(40)], 0.03) for i in range(1, 200)
    ]
    alone = [call("LTC_LLR", flow).single for flow in flows]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda flow: call("LTC_LLR", flow).single, flows))
    finally:
        sys.setswitchinterval(switch)
    assert together == alone


@pytest.mark.slow
def test_a_worksheet_of_ten_thousand_calls_leaves_no_growth() -> None:
    every = list(registry.functions().values())
    calls = [(f.name, f.example.arguments) for f in every for _ in range(10 if f.spills else 400)]
    for name, arguments in calls:
        call(name, arguments)
    before = psutil.Process().memory_info().rss
    for name, arguments in calls:
        call(name, arguments)
    assert len(calls) >= 10_000
    assert psutil.Process().memory_info().rss - before < 4 * 2**20
