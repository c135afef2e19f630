"""JSON to cells and back."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import OMITTED, CellError
from xl_ltc_udfs.office_js.boundary import (
    TooManyCalls,
    UnreadableCall,
    answer_line,
    function_of,
    read_call,
    split_calls,
)


def argument(text: str) -> Any:
    """The argument written so."""
    name, arguments = read_call(f'["LTC_LLR",[{text}]]'.encode())
    assert name == "LTC_LLR"
    [found] = arguments
    return found


def test_a_number_is_a_double_however_it_is_written() -> None:
    for text in ("45", "45.0", "4.5e1"):
        assert argument(text) == 45.0
        assert type(argument(text)) is float


def test_a_whole_number_beyond_64_bits_is_the_double_it_was() -> None:
    assert argument("590295810358705700000") == 2.0**69


def test_a_number_of_thousands_of_digits_is_infinite() -> None:
    assert argument("9" * 6000) == math.inf


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "-0"])
def test_numbers_json_does_not_write(text: str) -> None:
    found = argument(json.dumps([[{"number": text}]]))[0][0]
    assert struct.pack("d", found) == struct.pack("d", float(text))


def test_null_is_left_out_and_null_in_a_range_is_blank() -> None:
    assert argument("null") is OMITTED
    assert argument('[[null,""]]') == [[None, ""]]


def test_texts_booleans_and_error_values() -> None:
    [[text, flag, error]] = argument('[["§ 5%",true,{"error":"#N/A"}]]')
    assert (text, flag) == ("§ 5%", True)
    assert error == CellError("#N/A")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"function":"LTC_LLR"}',
        b"5",
        b"[5]",
        b'["LTC_LLR"]',
        b'["LTC_LLR",5]',
        b"[5,[]]",
        b'[["LTC_LLR",[]]]',
        b'["LTC_LLR",[],[]]',
        b'["LTC_LLR",[[5]]]',
        b'["LTC_LLR",[[[[5]]]]]',
        b'["LTC_LLR",[NaN]]',
        b'["LTC_LLR",[[[Infinity]]]]',
        b'["LTC_LLR",[{"number":"5"}]]',
        b'["LTC_LLR",[{"number":5}]]',
        b'["LTC_LLR",[{"error":5}]]',
        b'["LTC_LLR",[{"error":"#N/A","more":1}]]',
        b'["LTC_LLR",[{}]]',
        b"[" * 100_000,
        b'["LTC_LLR",[' + b"[" * 900 + b"]" * 900 + b"]]",
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)
def test_anything_else_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableCall):
        read_call(body)


def test_a_request_has_a_line_a_call() -> None:
    assert split_calls(b"", 1) == []
    assert split_calls(b"a\nb\r\n\nc", 4) == [b"a", b"b\r", b"", b"c"]
    for body in (b"a\nb\n\nc\n", b"\n" * 10_000_000):
        with pytest.raises(TooManyCalls):
            split_calls(body, 4)


def test_the_function_of_a_call_is_told_without_reading_it() -> None:
    assert function_of(b'["LTC_LLR",[[') == "LTC_LLR"
    for line in (b"", b'["', b'["<b>",[]]', b'["' + b"x" * 41 + b'",[]]', b'[["LTC_LLR"', b'["\xff",[]]'):
        assert function_of(line) == "the call"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_a_result_survives_bit_for_bit(number: float) -> None:
    position, [[found]] = json.loads(answer_line(7, Result([[number]])))
    assert position == 7
    assert struct.pack("d", found) == struct.pack("d", number)


def test_a_line_is_one_line_of_ascii() -> None:
    line = answer_line(0, Result([["a\nb\u2028é\ud800", CellError("#NUM!", "why\nnot")]]))
    assert line.count(b"\n") == 1 and line.isascii()
    assert json.loads(line) == [0, [["a\nb\u2028é\ud800", {"error": "#NUM!", "reason": "why\nnot"}]]]


def test_a_result_that_is_no_number_is_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        answer_line(0, Result([[math.nan]]))
