"""The add-in in a running LibreOffice: formulas as they are typed, what Calc passes, the Function Wizard, files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.udfs.calc_office import Office
from xl_ltc_udfs.calc.extension import argument_help, description
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED
from xl_ltc_udfs.registry import functions

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

CLAIMS, PREMIUM = ((200.0,), (700.0,), (1500.0,)), ((1000.0,), (900.0,), (800.0,))
LLR = "LTC_LLR({200|700|1500};{1000|900|800};0.045)"


@pytest.mark.parametrize(
    ("formula", "function", "arguments"),
    [
        (LLR, "LTC_LLR", (CLAIMS, PREMIUM, 0.045)),
        ('LTC_QX("Female";70)', "LTC_QX", ("Female", 70)),
        ('LTC_QX("Female";"70")', "LTC_QX", ("Female", 70)),
        ("LTC_CBLTRIGGER(60;TRUE())", "LTC_CBLTRIGGER", (60, True)),
        ("LTC_CBLTRIGGER(60;)", "LTC_CBLTRIGGER", (60, OMITTED)),
        ("LTC_RATEINCREASE(1000;1374;0.5)", "LTC_RATEINCREASE", (1000, 1374, 0.5)),
        ('LTC_QX("Female";70;;0.9)', "LTC_QX", ("Female", 70, OMITTED, 0.9)),
        ('LTC_PERSISTENCY(0.4;;"as_filed";;)', "LTC_PERSISTENCY", (0.4, OMITTED, "as_filed")),
        ('LTC_WHY("LTC_AE";1;0)', "LTC_WHY", ("LTC_AE", 1, 0)),
        ("LTC_MAXVALRATE(YEAR(DATE(2003;7;1)))", "LTC_MAXVALRATE", (2003,)),
        (f"LTC_AE({LLR};2)", "LTC_AE", (call("LTC_LLR", (CLAIMS, PREMIUM, 0.045)).single, 2)),
        (f"LTC_AE(2*{LLR};2)", "LTC_AE", (2 * call("LTC_LLR", (CLAIMS, PREMIUM, 0.045)).single, 2)),
    ],
)
def test_a_formula_as_typed(office: Office, formula: str, function: str, arguments: tuple[Any, ...]) -> None:
    assert office.value(f"={formula}") == call(function, arguments).single


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (f"ROUND({LLR};2)", 0.86),
        (f'IF({LLR}>0.8;"high";"low")', "high"),
        (f'TEXT({LLR};"0.0%")', "86.5%"),
        (f"SUM({LLR};1)", call("LTC_LLR", (CLAIMS, PREMIUM, 0.045)).single + 1),
        ("IFERROR(LTC_AE(1;0);-1)", -1.0),
        ("ISERROR(LTC_AE(1;0))", 1.0),
        ("INDEX(LTC_CUMULATIVE_LR({1|2};{4|4};0);2)", 0.375),
    ],
)
def test_a_result_is_used_as_any_other(office: Office, formula: str, wanted: Any) -> None:
    assert office.value(f"={formula}") == wanted


@pytest.mark.parametrize(
    ("formula", "error", "shown"),
    [
        ("LTC_AE(1;0)", 532, "#DIV/0!"),
        ("LTC_ACTUALQ(-1;1)", 503, "#NUM!"),
        ('LTC_AE(1;"many")', 519, "#VALUE!"),
        ("LTC_AE(1)", 519, "#VALUE!"),
        ('LTC_RESULT("lifetime_loss_ratio";"All";"before";;"other.xlsx")', 32767, "#N/A"),
        # Calc's own: it does not call the function.
        ("LTC_AE(NA();1)", 32767, "#N/A"),
        ("LTC_AE(1/0;1)", 532, "#DIV/0!"),
        ("LTC_AE(LTC_ACTUALQ(-1;1);1)", 503, "#NUM!"),
        ("LTC_AE(1;2;3)", 504, "Err:504"),
        ("LTC_NOSUCH(1)", 525, "#NAME?"),
    ],
)
def test_error_values(office: Office, formula: str, error: int, shown: str) -> None:
    assert office.value(f"={formula}") == {"error": error, "shown": shown}


def test_an_error_value_in_a_range_keeps_calc_from_calling(office: Office) -> None:
    office("open", "private:factory/scalc")
    office("put_all", 0, "A1:B3", [["1", "2"], ["=NA()", "2"], ["3", "2"]])
    refused = {"error": 504, "shown": "Err:504"}
    office("put_array", 0, "D1:D3", "=LTC_AE(A1:A3;B1:B3)")
    assert office("cells", 0, "D1:D3") == [[refused]] * 3
    # The way around it that the documentation gives.
    office("put_array", 0, "E1:E3", '=LTC_AE(IFERROR(A1:A3;"");B1:B3)')
    assert office("cells", 0, "E1:E3") == [[0.5], [{"error": 519, "shown": "#VALUE!"}], [1.5]]


def test_a_blank_cell_by_itself_is_nought_and_in_a_range_it_is_blank(office: Office) -> None:
    office("open", "private:factory/scalc")
    office("put_all", 0, "C1:C2", [["=LTC_AE(A1;2)"], ["=LTC_AE(A1:A2;2)"]])
    assert office("cells", 0, "C1:C2") == [[0.0], [{"error": 519, "shown": "#VALUE!"}]]


def test_errors_of_single_elements_stand_among_the_others(office: Office) -> None:
    office("open", "private:factory/scalc")
    office("put_array", 0, "A1:A4", '=LTC_ACTUALQ({0|2|-1|"x"};{2|0|1|1})')
    assert office("cells", 0, "A1:A4") == [
        [0.0],
        [{"error": 532, "shown": "#DIV/0!"}],
        [{"error": 503, "shown": "#NUM!"}],
        [{"error": 519, "shown": "#VALUE!"}],
    ]


def test_an_xlsx_is_opened_and_saved_with_plain_names(office: Office, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "plain.xlsx"
    sheet = book.active
    assert sheet is not None
    for row, (claims, premium) in enumerate(zip(CLAIMS, PREMIUM, strict=True), start=1):
        sheet.append([*claims, *premium])
        assert sheet.max_row == row
    sheet["D1"] = "=LTC_LLR(A1:A3,B1:B3,0.045)"
    sheet["E1"] = ArrayFormula("E1:E3", "=LTC_CUMULATIVE_LR(A1:A3,B1:B3,0.045)")
    book.save(path)
    office.open(path)
    saved = tmp_path / "saved.xlsx"
    office("save", str(saved))
    office.open(saved)
    wanted = [list(row) for row in call("LTC_CUMULATIVE_LR", (CLAIMS, PREMIUM, 0.045)).rows]
    assert office("cells", 0, "D1:D1") == [[call("LTC_LLR", (CLAIMS, PREMIUM, 0.045)).single]]
    assert office("cells", 0, "E1:E3") == wanted
    written = zipfile.ZipFile(saved).read("xl/worksheets/sheet1.xml").decode()
    assert ">LTC_LLR(A1:A3,B1:B3,0.045)<" in written
    assert ">LTC_CUMULATIVE_LR(A1:A3,B1:B3,0.045)<" in written


def test_an_error_that_calc_shows_by_number_is_saved_as_excel_knows_it(office: Office, tmp_path: Path) -> None:
    office("open", "private:factory/scalc")
    office("put_all", 0, "A1:B1", [["=1/0", "=LTC_AE(A1:A2;1)"]])
    saved = tmp_path / "saved.xlsx"
    office("save", str(saved))
    assert (
        '<f aca="false">LTC_AE(A1:A2,1)</f><v>#VALUE!</v>'
        in zipfile.ZipFile(saved).read("xl/worksheets/sheet1.xml").decode()
    )


def test_the_function_wizard_shows_every_function(office: Office) -> None:
    office.value(f"={LLR}")  # Calc knows the arguments once the add-in runs
    shown = {found["Name"]: found for found in office("functions")}
    assert shown.keys() == functions().keys()
    add_in = 11  # com.sun.star.sheet.FunctionCategory.ADDINS
    for name, function in functions().items():
        assert shown[name]["Category"] == add_in
        assert shown[name]["Description"] == description(function)
        assert shown[name]["Description"].startswith(f"{function.category}: {function.summary}")
        assert shown[name]["Arguments"] == [[a.name, argument_help(a)] for a in function.arguments]
