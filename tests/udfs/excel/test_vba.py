"""The VBA: its functions are those xlwings itself would write, its text is within VBA's limits, and what all functions
share does what it says, interpreted."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import re
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from pyopenvba.apps.excel import Application, Workbook
from pyopenvba.interpreter import VBAArray, VBAErrorValue, VBARuntimeError
from pyopenvba.interpreter._objects import MemberSpec

from tests.udfs.excel.excel import CallUDF, Excel, in_vba
from tests.udfs.excel.pywin32 import MISSING
from xl_ltc_udfs.cells import PASSED_ON, CellError
from xl_ltc_udfs.excel import vba
from xl_ltc_udfs.excel.values import ERROR_MARK
from xl_ltc_udfs.registry import functions

FUNCTIONS = list(functions().values())
SOURCES = {**vba.modules(FUNCTIONS), "ThisWorkbook": vba.this_workbook()}
_HEADER = re.compile(r"(?:Public )?Function (\w+)\(([^)]*)\)")


def _signatures(source: str) -> dict[str, list[tuple[str, bool]]]:
    """Functions with their parameters, each with whether it is optional."""
    found = {}
    for name, parameters in _HEADER.findall(source.replace(" _\r\n", " ")):
        words = [parameter.split() for parameter in parameters.split(",") if parameter.strip()]
        found[name] = [(w[1] if w[0] == "Optional" else w[0], w[0] == "Optional") for w in words]
    return found


def test_functions_and_parameters_are_those_that_xlwings_writes(call_udf: CallUDF) -> None:
    written = io.StringIO()
    udfs, module = importlib.import_module("xlwings.udfs"), importlib.import_module(vba.PYTHON_MODULE)
    udfs.generate_vba_wrapper(vba.PYTHON_MODULE, module, written, SimpleNamespace(Name="xl_ltc.xlam"))  # type: ignore[attr-defined]
    by_xlwings = _signatures(written.getvalue())
    assert list(by_xlwings) == sorted(functions())
    assert _signatures(SOURCES[vba.FUNCTIONS]) == by_xlwings


def test_every_function_sends_all_its_parameters_in_order() -> None:
    calls = re.findall(r'(\w+) = ResultOf\("(\w+)", Array\(([^)]*)\)\)', SOURCES[vba.FUNCTIONS].replace(" _\r\n", " "))
    signatures = _signatures(SOURCES[vba.FUNCTIONS])
    assert len(calls) == len(FUNCTIONS)
    for assigned, called, sent in calls:
        assert assigned == called
        assert re.split(r",\s*", sent) == [name for name, _ in signatures[called]]


@pytest.mark.parametrize("name", SOURCES)
def test_lines_are_within_the_limits_of_vba(name: str) -> None:
    source = SOURCES[name]
    assert source.encode("cp1252")
    assert source.count("\n") == source.count("\r\n")
    lines = source.split("\r\n")
    assert max(map(len, lines)) <= 1023
    for start in (i for i, line in enumerate(lines) if not lines[i - 1].endswith(" _")):
        assert next(n for n in range(len(lines)) if not lines[start + n].endswith(" _")) <= 24


@pytest.mark.parametrize(
    "text", ["Short.", "x" * 254 + ".", "One sentence. " * 30, "word " * 100, "Long: " + "ab, " * 90]
)
def test_help_is_shortened_between_words(text: str) -> None:
    short = vba.shortened(text)
    assert len(short) <= 255
    if len(text) <= 255:
        assert short == text
    else:
        assert short[-1] == "…"
        assert text.startswith(short[:-1])
        assert short[-2] == "." or text[len(short) - 1] in " ,;:"
        assert len(short) > 200


@pytest.fixture
def help_dialogs(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], tuple[dict[str, Any], list[bool]]]:
    """Runs the help module; what it had Excel show, and how it switched the add-in's being one.

    The model of Excel lacks two members, which are added to it here.
    """

    def run(refusals: int) -> tuple[dict[str, Any], list[bool]]:
        shown: dict[str, Any] = {}
        switched: list[bool] = []
        left = refusals

        def macro_options(_: Any, macro: str, description: str, category: str, helps: VBAArray) -> None:
            nonlocal left
            if left:
                left -= 1
                raise VBARuntimeError(1004, "Cannot edit a macro on a hidden workbook.")
            shown[macro.rpartition("!")[2]] = (category, description, [str(text) for text in helps.items])

        parameters = ("Macro", "Description", "Category", "ArgumentDescriptions")
        options = MemberSpec("MacroOptions", "method", getter=macro_options, parameters=parameters)
        is_addin = MemberSpec("IsAddin", "property", setter=lambda self, value: switched.append(value))
        monkeypatch.setitem(Application._vba_members, "macrooptions", options)
        monkeypatch.setitem(Workbook._vba_members, "isaddin", is_addin)
        Excel(_never).run("DescribeFunctions")
        return shown, switched

    return run


def _never(*_: Any) -> Any:
    raise AssertionError("a call of Python")


@pytest.mark.parametrize(("refusals", "switched"), [(0, []), (1, [False, True])])
def test_excel_is_told_of_every_function_and_argument(help_dialogs: Any, refusals: int, switched: list[bool]) -> None:
    shown, found = help_dialogs(refusals)
    assert found == switched
    assert list(shown) == list(functions())
    for name, (category, description, helps) in shown.items():
        function = functions()[name]
        assert category == function.category
        assert description.startswith(function.summary[:200])
        assert len(description) <= 255
        assert len(helps) == len(function.arguments)
        for said, argument in zip(helps, function.arguments, strict=True):
            assert said.startswith(argument.help[:200])
            assert len(said) <= 255


def test_help_that_excel_refuses_is_no_error(help_dialogs: Any) -> None:
    assert help_dialogs(2) == ({}, [False, True])


def test_a_range_of_several_areas_is_an_error_and_why_says_so(excel: Excel) -> None:
    both, one, rate = excel.at("A1:A3,C1:C3"), excel.at("B1:B3"), in_vba(0.04)
    assert excel.formula("LTC_LLR", [both, one, rate]) == "#VALUE!"
    assert "a range of 2 areas, where one area is read" in excel.formula("LTC_WHY", ["LTC_LLR", both, one, rate])


@pytest.mark.parametrize("code", ["#SPILL!", "#CALC!", "#GETTING_DATA", "#NAME?", "#NULL!", "#REF!"])
def test_why_names_an_error_value_it_was_given(excel: Excel, code: str) -> None:
    why = excel.formula("LTC_WHY", ["LTC_AE", in_vba(CellError(code)), 1.0])
    assert f"the error value {code};" in why


def test_an_error_value_of_a_later_excel_is_one_too(excel: Excel) -> None:
    assert "the error value #ERROR 2999" in excel.formula("LTC_WHY", ["LTC_AE", VBAErrorValue(2999), 1.0])


def test_an_array_of_one_dimension_is_a_row(excel: Excel) -> None:
    row = VBAArray([(1, 3)], items=[1.0, 2.0, 3.0])
    assert excel.formula("LTC_AE", [row, 2.0]) == [[0.5, 1.0, 1.5]]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (1.5, 1.5),
        ("Pass", "Pass"),
        (ERROR_MARK, "#VALUE!"),
        *[(ERROR_MARK + code, code) for code in PASSED_ON],
        ([1.0, ERROR_MARK + "#NUM!", "text"], [[1.0, "#NUM!", "text"]]),
        ([[ERROR_MARK + "#N/A"], [2.0]], [["#N/A"], [2.0]]),
        ([[1.0, ERROR_MARK + "#N/A"], [ERROR_MARK + "#DIV/0!", "LTC"]], [[1.0, "#N/A"], ["#DIV/0!", "LTC"]]),
    ],
)
def test_marked_texts_become_error_values(sent: Any, shown: Any) -> None:
    assert Excel(lambda *_: sent).formula("LTC_AE", [1.0, 2.0]) == shown


_MISSING_MODULE = """Unexpected Python Error: Traceback (most recent call last):
  File "<string>", line 1, in <module>
ModuleNotFoundError: No module named 'xl_ltc_udfs'
"""


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        ("Could not load xlwings64.dll from either of:\r\nC:\\a\r\nC:\\b", "either of: C:\\a C:\\b"),
        (_MISSING_MODULE, "Python: ModuleNotFoundError: No module named 'xl_ltc_udfs'"),
    ],
)
def test_without_python_there_is_an_error_value_and_why_says_in_one_line(problem: str, reason: str) -> None:
    def fails(*_: Any) -> Any:
        raise VBARuntimeError(1000, problem)

    excel = Excel(fails)
    assert excel.formula("LTC_AE", [1.0, 2.0]) == "#VALUE!"
    why = excel.formula("LTC_WHY", ["LTC_AE", 1.0, 2.0])
    assert why.startswith("The call did not reach xl_ltc in Python: ")
    assert why.endswith(reason)
    assert "\n" not in why
    assert "Traceback" not in why


def test_python_is_started_once_and_again_when_it_has_ended() -> None:
    ended = False

    def answer(*_: Any) -> float:
        nonlocal ended
        if ended:
            ended = False
            raise VBARuntimeError(-2147023174, "The RPC server is unavailable.")
        return 0.5

    excel = Excel(answer)
    assert [excel.formula("LTC_AE", [1.0, 2.0]) for _ in range(3)] == [0.5] * 3
    assert excel.starts == 1
    ended = True
    assert excel.formula("LTC_AE", [1.0, 2.0]) == 0.5
    assert excel.starts == 2


def test_python_gets_values_not_references(call_udf: CallUDF) -> None:
    """One round trip: no range is left for Python to ask Excel about."""
    seen: list[Any] = []

    def record(*call: Any) -> float:
        seen.append(call)
        return 0.5

    excel = Excel(record)
    arguments = excel.ranges(([[1.0, None], ["text", True]], 2.0))
    excel.formula("LTC_LLR", [*arguments, 0.04])
    assert seen == [(vba.PYTHON_MODULE, "LTC_LLR", (((1.0, None), ("text", True)), 2.0, 0.04, MISSING))]


@pytest.mark.parametrize("number_format", ["yyyy-mm-dd hh:mm", "$#,##0.00"])
def test_dates_and_currency_are_sent_as_plain_numbers(number_format: str) -> None:
    seen: list[Any] = []

    def record(*call: Any) -> float:
        seen.append(call[2][0])
        return 0.5

    excel = Excel(record)
    cells = excel.ranges(([[42735.123456789], [0.1]],))[0]
    cells.vba_set("NumberFormat", number_format)
    assert type(cells.vba_get("Value").items[0]) is not float, "a format that changes what Range.Value gives"
    excel.formula("LTC_AE", [cells, 1.0])
    assert seen == [((42735.123456789,), (0.1,))]


def test_currency_and_dates_from_a_macro_are_numbers(call_udf: CallUDF) -> None:
    assert call_udf(vba.PYTHON_MODULE, "LTC_AE", (Decimal("1.25"), 5)) == 0.25
    moment = dt.datetime(2016, 12, 31, tzinfo=dt.UTC)
    assert call_udf(vba.PYTHON_MODULE, "LTC_AE", (moment, 2.0)) == 42735 / 2


def test_xlwings_knows_what_the_registry_says(call_udf: CallUDF) -> None:
    """For whoever lets xlwings import the functions into a workbook of their own."""
    module = importlib.import_module(vba.PYTHON_MODULE)
    for name, function in functions().items():
        known = getattr(module, name).__xlfunc__
        assert (known["name"], known["category"], known["ret"]["doc"]) == (name, function.category, function.summary)
        assert [argument["doc"] for argument in known["args"]] == [argument.help for argument in function.arguments]
