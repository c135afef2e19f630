"""Every function is fit to be shown: help, source, example; and light to open."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import CellError
from xl_ltc_udfs.registry import WorksheetFunction, functions

EVERY = list(functions().values())
_EXCEL_LIMIT = 255
"""Characters of a description, or of an argument's, that Excel's function wizard takes."""

NEEDS_A_RUN = {"LTC_RESULT"}

ISSUE = {
    "LTC_AV", "LTC_PV", "LTC_LLR", "LTC_CUMULATIVE_LR", "LTC_TEST5885", "LTC_MAXVALRATE", "LTC_AE",
    "LTC_RATEINCREASE", "LTC_CBUL", "LTC_RBO", "LTC_RBOREDUCTION", "LTC_ADVSEL", "LTC_PERSISTENCY", "LTC_PHASEIN",
    "LTC_EQUIVALENTINCREASE", "LTC_INCREASENEEDED",
    "LTC_CBLTRIGGER", "LTC_QX", "LTC_MORTFACTOR", "LTC_IMPROVEMENT", "LTC_LAPSE", "LTC_EXPIRY", "LTC_CLAIMCOST",
    "LTC_MORBFACTOR", "LTC_PROJECT", "LTC_RESULT", "LTC_TRACE", "LTC_CREDIBILITY", "LTC_DERIVEDLAPSE", "LTC_ACTUALQ",
    "LTC_EXPOSURE", "LTC_AEBOUNDS", "LTC_GRADUATE",
}  # fmt: skip


def test_the_promised_functions_are_there() -> None:
    assert set(functions()) >= ISSUE


@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.name)
def test_a_function_has_what_a_user_is_shown(function: WorksheetFunction) -> None:
    assert function.name == function.name.upper()
    assert function.name.startswith("LTC_")
    assert function.summary.endswith(".")
    assert len(function.summary) <= _EXCEL_LIMIT
    assert function.returns.endswith(".")
    assert function.source
    assert function.category
    assert function.example.note
    for argument in function.arguments:
        assert 5 <= len(argument.help) <= _EXCEL_LIMIT
        assert argument.name.isidentifier()


@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.name)
def test_arguments_are_the_implementations(function: WorksheetFunction) -> None:
    parameters = inspect.signature(function.implementation).parameters.values()
    named = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    wanted = {a.name for a in function.arguments}
    assert named == wanted or (named < wanted and len(named) < len(parameters))
    optional = [a.optional for a in function.arguments]
    assert optional == sorted(optional), "required arguments come first"


@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.name)
def test_an_example_gives_a_result(function: WorksheetFunction) -> None:
    result = call(function.name, function.example.arguments)
    errors = [str(error.reason) for _, _, error in result.errors]
    assert not errors or function.name in NEEDS_A_RUN, errors
    assert function.elementwise or function.spills == (not result.is_single)


@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.name)
def test_nothing_given_is_refused_in_words(function: WorksheetFunction) -> None:
    result = call(function.name, ())
    assert isinstance(result.single, CellError)
    required = [a.name for a in function.arguments if not a.optional]
    assert result.single.reason.startswith(f"{function.name}: {required[0]}: found nothing (omitted)")


def test_opening_a_workbook_waits_for_neither_pandas_nor_numba() -> None:
    code = (
        "import sys; from xl_ltc_udfs.call import call; from xl_ltc_udfs.registry import functions; functions();"
        "assert call('LTC_LLR', ([[1.0]], [[2.0]], 0.04)).single == 0.5;"
        "print(*{'pandas', 'numba', 'pyarrow', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_functions_that_read_files_say_so() -> None:
    """A host may remember the results of the others."""
    reading = {"LTC_RESULT", "LTC_PROJECT", "LTC_TRACE", "LTC_WHY"}
    assert {function.name for function in EVERY if function.reads_files} == reading


def test_reading_the_last_run_waits_for_neither_the_engine_nor_pandas() -> None:
    code = (
        "import sys; from xl_ltc_udfs.call import call;"
        "assert call('LTC_RESULT', ('lifetime_loss_ratio', 'All', 'before')).single == 1.5;"
        "print(*{'pandas', 'numba', 'pyarrow', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
