"""Reading inputs from a workbook: tables are found by name wherever they stand, and what is wrong has an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from tests.small_filing import control_frame
from tests.workbook.test_package_support import libreoffice, substitute
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.inforce.history import HISTORY, check_history
from xl_ltc.settings import Settings, describe
from xl_ltc.tables import clean
from xl_ltc.workbook.read import read_tables, read_workbook

Frames = dict[str, pd.DataFrame]


def input_frames() -> Frames:
    frames = {name: table.frame for name, table in bundled_tables().items()}
    settings = describe()
    frames["settings"] = pd.DataFrame(
        {"setting": [s["name"] for s in settings], "value": [s["default"] for s in settings], "meaning": "words"}
    )
    frames["control"] = control_frame()
    frames["history"] = pd.DataFrame([[2015 + i, "Series 400", 0.04, 10.0, 9.0, 1.0, 5.0] for i in range(2)])
    frames["history"].columns = pd.Index([c.name for c in HISTORY.columns])
    return frames


def write(path: Path, frames: Frames, change: Callable[[xlsxwriter.Workbook, Any], None] | None = None) -> Path:
    """Each table on a sheet of its own called ``S <name>``, its header in B3."""
    book = xlsxwriter.Workbook(str(path))
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, frame in frames.items():
        sheet = book.add_worksheet(f"S {name}"[:31])
        for i, row in enumerate(frame.to_numpy().tolist()):
            for j, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(3 + i, 1 + j, value, date)
                elif value != "":
                    sheet.write(3 + i, 1 + j, value)
        columns = [{"header": str(c)} for c in frame.columns]
        sheet.add_table(2, 1, 2 + max(1, len(frame)), len(columns), {"name": name, "columns": columns})
        if change is not None:
            change(book, sheet)
    book.close()
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("book") / "template.xlsx", input_frames())


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """A workbook with one table ``t`` (columns a, b; B3:C5), changed by a function of the workbook and the sheet."""

    def make(change: Callable[[Any, Any], None] | None = None) -> Path:
        return write(tmp_path / "small.xlsx", {"t": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})}, change)

    return make


def problems(call: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as error:
        call()
    return [str(p) for p in error.value.problems]


def test_the_assumption_set_of_a_workbook_is_the_one_written(template: Path) -> None:
    inputs = read_workbook(template)
    from_book = AssumptionSet.from_tables(inputs.tables, inputs.settings)
    bundled = AssumptionSet.from_tables(bundled_tables())
    for name, frame in bundled.tables.frames.items():
        pd.testing.assert_frame_equal(from_book.tables[name], frame)
    assert inputs.settings == Settings() and inputs.inforce is None
    assert list(check_history(inputs.history, ("Series 400",), 2016)["calendar_year"]) == [2015, 2016]


def test_an_edited_cell_is_what_is_read_and_an_error_has_its_address(tmp_path: Path) -> None:
    frames = input_frames()
    frames["lapse_lifetime_pay"] = frames["lapse_lifetime_pay"].astype(object)
    frames["lapse_lifetime_pay"].loc[4, "single"] = 2.5
    inputs = read_workbook(write(tmp_path / "edited.xlsx", frames))
    (problem,) = problems(lambda: AssumptionSet.from_tables(inputs.tables, inputs.settings))
    assert problem == "sheet S lapse_lifetime_pay, cell C8: found 2.5; allowed: a number from 0 to 1"


def test_tables_are_found_wherever_they_were_moved(small: Callable[..., Path]) -> None:
    path = small()
    book = openpyxl.load_workbook(path)
    sheet = book["S t"]
    sheet.title = "Renamed & moved"
    sheet.move_range("B3:C5", rows=4, cols=2)
    sheet.tables["t"].ref = sheet.tables["t"].autoFilter.ref = "D7:E9"
    sheet["F8"], sheet["F7"], sheet["A1"] = "beside", "extra", "a title"
    book.create_sheet("First", 0)["A1"] = "x"
    book.create_chartsheet("Chart", 0)
    book.save(path)
    table = read_tables(path, ["t"])["t"]
    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert table.locate(1, "b") == "sheet Renamed & moved, cell E9"


def test_names_of_tables_do_not_differ_by_case(small: Callable[..., Path]) -> None:
    assert list(read_tables(small(), ["T"])) == ["T"]


def test_values_keep_their_kinds(small: Callable[..., Path]) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_boolean("B4", True)
        sheet.write_string("C4", " 007 ")
        sheet.write_datetime("B5", dt.date(2016, 12, 31), book.add_format({"num_format": "d mmm yyyy"}))
        sheet.write_formula("C5", "=1/4", None, 0.25)

    frame = read_tables(small(change), ["t"])["t"].frame
    assert frame["a"].tolist() == [True, dt.date(2016, 12, 31)] and frame["b"].tolist() == [" 007 ", 0.25]


def test_totals_rows_and_blank_rows_at_the_end_are_no_data(tmp_path: Path) -> None:
    path = tmp_path / "totals.xlsx"
    book = xlsxwriter.Workbook(str(path))
    columns = [{"header": "a", "total_function": "sum"}, {"header": "b"}]
    data = [[1, 2], ["", ""], [3, 4], ["", ""]]
    book.add_worksheet().add_table("A1:B6", {"name": "t", "columns": columns, "data": data, "total_row": True})
    book.close()
    frame = read_tables(path, ["t"])["t"].frame
    assert frame["a"].tolist() == [1, "", 3]


def test_rows_left_below_a_table_are_told_and_a_remark_is_none(tmp_path: Path) -> None:
    """LibreOffice does not make a table longer when rows are pasted below it."""

    def below(cells: list[object]) -> Path:
        book = openpyxl.load_workbook(write(tmp_path / "book.xlsx", input_frames()))
        for row in (6, 7):
            for column, value in enumerate(cells, start=2):
                book["S history"].cell(row, column, value)
        book.save(tmp_path / "pasted.xlsx")
        return tmp_path / "pasted.xlsx"

    assert problems(lambda: read_workbook(below([2017, "Series 400", 0.04, 10.0, 9.0, 1.0, 5.0]))) == [
        "sheet S history, rows 6 to 7: found filled rows right below table history, which ends in row 5; "
        "allowed: rows inside the table (drag the table's lower right corner), or an empty row in between"
    ]
    assert len(read_workbook(below(["Source: the valuation system", 2017])).history.frame) == 2


def test_a_column_inserted_into_a_table_changes_nothing_until_it_is_filled(tmp_path: Path) -> None:
    frames = input_frames()
    frames["history"].insert(2, "Column1", "")
    table = read_workbook(write(tmp_path / "book.xlsx", frames)).history
    assert clean(table, HISTORY).equals(
        clean(read_workbook(write(tmp_path / "as.xlsx", input_frames())).history, HISTORY)
    )
    frames["history"].loc[1, "Column1"] = "mine"
    filled = read_workbook(write(tmp_path / "book.xlsx", frames)).history
    assert "unknown column 'Column1'" in problems(lambda: clean(filled, HISTORY))[0]


def test_a_table_without_a_header_row_has_the_names_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "headless.xlsx"
    book = xlsxwriter.Workbook(str(path))
    options = {"name": "t", "columns": [{"header": "a"}], "data": [[1], [2]], "header_row": False}
    book.add_worksheet("S").add_table("C1:C2", options)
    book.close()
    table = read_tables(path, ["t"])["t"]
    assert table.frame.to_dict("list") == {"a": [1, 2]} and table.locate(1, "a") == "sheet S, cell C2"


def test_all_missing_tables_are_named_at_once_and_how_they_are_found(small: Callable[..., Path]) -> None:
    found = problems(lambda: read_tables(small(), ["t", "u", "v"], ["w"]))
    assert [re.sub(r".*, table", "table", p) for p in found] == [
        f"table {n}: found no such table; allowed: an Excel table of that name (Table Design, Table Name), on any sheet"
        for n in "uv"
    ]


def test_a_workbook_without_any_input_names_every_table(small: Callable[..., Path]) -> None:
    found = problems(lambda: read_workbook(small()))
    assert len(found) == len(bundled_tables()) + 3
    assert sum("table settings" in p or "table history" in p for p in found) == 2


def test_a_table_without_data_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.xlsx", {"t": pd.DataFrame({"a": [], "b": []})})
    assert problems(lambda: read_tables(path, ["t"])) == ["sheet S t, table t: found no data rows; allowed: rows"]


def test_two_tables_of_one_name(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.xlsx", {"t": pd.DataFrame({"a": [1]}), "u": pd.DataFrame({"a": [1]})})
    substitute(path, "xl/tables/table2.xml", ('displayName="u"', 'displayName="T"'))
    (problem,) = problems(lambda: read_tables(path, ["t"]))
    assert "found a table on sheet S t and another on sheet S u" in problem


def test_error_values_are_named_with_their_cells(small: Callable[..., Path]) -> None:
    def change(_: Any, sheet: Any) -> None:
        sheet.write_formula("B4", "=NA()", None, "#N/A")
        sheet.write_formula("C5", "=#REF!", None, "#REF!")
        sheet.write_formula("F5", "=NA()", None, "#N/A")

    assert problems(lambda: read_tables(small(change), ["t"])) == [
        "sheet S t, cell B4: found the error value #N/A; allowed: a value",
        "sheet S t, cell C5: found the error value #REF!; allowed: a value",
    ]


def test_a_formula_without_a_stored_value_is_told_from_a_blank(small: Callable[..., Path]) -> None:
    path = small(lambda _, sheet: sheet.write_formula("B4", '=""', None, ""))
    book = openpyxl.load_workbook(path)
    book["S t"]["C5"] = "=1+1"
    book.save(path)
    found = problems(lambda: read_tables(path, ["t"]))
    assert "sheet S t, cell C5: found a formula with no stored value; allowed: a value; recalculate" in found[-1]


def test_a_formula_that_gives_empty_text_is_a_blank(small: Callable[..., Path]) -> None:
    path = small(lambda _, sheet: sheet.write_formula("B4", '=""', None, ""))
    substitute(path, "xl/worksheets/sheet1.xml", ('<c r="B4">', '<c r="B4" t="str">'))
    assert read_tables(path, ["t"])["t"].frame["a"].tolist() == ["", 2]


def test_flaws_are_found_in_cells_without_addresses(small: Callable[..., Path]) -> None:
    path = small(lambda _, sheet: sheet.write_formula("C5", "=NA()", None, "#N/A"))
    pairs = [(f' r="{r}"', "") for r in ("B3", "C3", "B4", "C4", "B5", "C5")]
    text = '<row r="{}" spans="2:3">'
    blanks = [(text.format(r), f'<row r="{r}"><c/>') for r in (3, 4, 5)]
    substitute(path, "xl/worksheets/sheet1.xml", *pairs, *blanks)
    (problem,) = problems(lambda: read_tables(path, ["t"]))
    assert problem.startswith("sheet S t, cell C5: found the error value #N/A")


def settings_problems(tmp_path: Path, rows: list[tuple[object, object]]) -> list[str]:
    frames = input_frames()
    frames["settings"] = pd.DataFrame(rows, columns=["setting", "value"], dtype=object)
    path = write(tmp_path / "settings.xlsx", frames)
    return problems(lambda: read_workbook(path))


def test_settings_are_checked_at_their_cells(tmp_path: Path) -> None:
    rows: list[tuple[object, object]] = [(s["name"], s["default"]) for s in describe()]
    rows[2] = ("increase_effective_year", 1)
    rows.insert(1, ("", ""))
    rows += [("age_basis", "nearest_birthday"), ("", 3)]
    place = "sheet S settings, cell "
    assert settings_problems(tmp_path, rows) == [
        f"{place}B{4 + len(rows) - 2}: found setting age_basis a second time; allowed: every setting once",
        f"{place}B{4 + len(rows) - 1}: found a value without the name of a setting; allowed: every setting once",
        f"{place}C7: found increase_effective_year = 1; allowed: a whole number from 1900 to 2200",
    ]


def test_settings_without_a_value_column(tmp_path: Path) -> None:
    frames = input_frames()
    frames["settings"] = frames["settings"].rename(columns={"value": "Value "})
    path = write(tmp_path / "settings.xlsx", frames)
    (problem,) = problems(lambda: read_workbook(path))
    assert problem == "sheet S settings: found no column value; allowed: table settings has it once"


def test_a_changed_setting_is_read(tmp_path: Path) -> None:
    frames = input_frames()
    frames["settings"].loc[frames["settings"]["setting"] == "valuation_date", "value"] = dt.date(2015, 12, 31)
    frames["settings"].loc[frames["settings"]["setting"] == "projection_years", "value"] = "30"
    settings = read_workbook(write(tmp_path / "settings.xlsx", frames)).settings
    assert (settings.valuation_date, settings.projection_years) == (dt.date(2015, 12, 31), 30)


def test_the_in_force_table_is_read_when_it_is_there(tmp_path: Path) -> None:
    frames = input_frames() | {"inforce": pd.DataFrame({"policy_id": ["P1", "P2"]})}
    inforce = read_workbook(write(tmp_path / "inforce.xlsx", frames)).inforce
    assert inforce is not None and inforce.frame["policy_id"].tolist() == ["P1", "P2"]


@pytest.mark.slow
@pytest.mark.libreoffice
def test_what_libreoffice_saved_reads_the_same(template: Path, tmp_path: Path) -> None:
    inputs, saved = read_workbook(template), read_workbook(libreoffice(template, "xlsx", tmp_path))
    assert saved.settings == inputs.settings
    for name, table in inputs.tables.items():
        pd.testing.assert_frame_equal(saved.tables[name].frame, table.frame)
    pd.testing.assert_frame_equal(clean(saved.history, HISTORY), clean(inputs.history, HISTORY))
