"""Numbers in cells of a user's tables: they arrive exactly, and every other byte stays, whichever program saved it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from tests.workbook.recalculate import recalculated, values
from tests.workbook.test_package_support import assert_sound, edit, libreoffice, parts_of, sheet_part, substitute
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.errors import InputError
from xl_ltc.experience.study import STUDY, STUDY_BY_NAME
from xl_ltc.inforce.history import HISTORY
from xl_ltc.tables import label_text
from xl_ltc.workbook.package import Package, set_cells
from xl_ltc.workbook.package.set_cells import NumberChange, TableChanges, set_table_numbers
from xl_ltc.workbook.read import HOW_FOUND, read_tables, read_workbook

pytestmark = pytest.mark.filterwarnings("ignore:.*will be removed:UserWarning", "ignore:.*not supported:UserWarning")

COMMITTED = Path(__file__).parents[2] / "workbooks"
WRITERS = ["xlsx", "xlsm", "openpyxl", pytest.param("libreoffice", marks=[pytest.mark.slow, pytest.mark.libreoffice])]
TABLES = tuple(spec.name for spec in (*SPECS, *STUDY, HISTORY))
COLUMNS = {
    "mortality_factor_sex": (("sex",), ("factor",)),
    "morbidity_factor_attained_age": (("attained_age",), ("indemnity", "series_200")),
    "experience_morbidity": (("characteristic", "category"), ("adjusted_claims", "claim_count")),
}
KEYS = {name: key for name, (key, _) in COLUMNS.items()}
AWKWARD = 0.1 + 0.2
"""17 digits are needed to write it."""


@pytest.fixture(scope="module", params=WRITERS)
def filing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed filing workbook as different programs save it."""
    folder = tmp_path_factory.mktemp("filing")
    path = folder / ("filing.xlsm" if request.param == "xlsm" else "filing.xlsx")
    shutil.copy(COMMITTED / f"ltc_rate_filing{path.suffix}", path)
    if request.param == "openpyxl":
        book = openpyxl.load_workbook(path)
        book.save(path)
    return libreoffice(path, "xlsx", folder) if request.param == "libreoffice" else path


def new_numbers(path: Path) -> dict[str, pd.DataFrame]:
    """Other numbers for whole tables, in another order of rows and columns; the last table's first number stays."""
    frames = {}
    for name, table in read_tables(path, tuple(COLUMNS)).items():
        key, columns = COLUMNS[name]
        frame = table.frame[[*columns, *key]].iloc[::-1].reset_index(drop=True)
        for i, column in enumerate(columns):
            frame[column] = frame[column].astype(float) * 1.1 + AWKWARD + i
        frames[name] = frame
    last = frames["experience_morbidity"]
    last.loc[len(last) - 1, "claim_count"] = read_tables(path, ["experience_morbidity"])[
        "experience_morbidity"
    ].frame.loc[0, "claim_count"]
    return frames


@pytest.fixture(scope="module")
def done(filing: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pd.DataFrame], TableChanges]:
    out = tmp_path_factory.mktemp("out") / filing.name
    frames = new_numbers(filing)
    return out, frames, set_table_numbers(filing, frames, KEYS, out)


Done = tuple[Path, dict[str, pd.DataFrame], TableChanges]


def without(sheet: bytes, cells: set[str]) -> bytes:
    """A worksheet with nothing but the addresses of some cells, which must be there."""
    for cell in cells:
        sheet, n = re.subn(rb'<c r="%s"[^>]*?(/>|>.*?</c>)' % cell.encode(), cell.encode(), sheet)
        assert n == 1, cell
    return sheet


def test_every_other_byte_is_kept(filing: Path, done: Done) -> None:
    out, _, report = done
    before, after = parts_of(filing), parts_of(out)
    assert list(before) == list(after)
    touched: dict[str, set[str]] = {}
    for change in report.changes:
        touched.setdefault(sheet_part(filing, change.sheet), set()).add(change.cell)
    assert len(touched) == 3
    for name, data in before.items():
        if name in touched:
            assert data != after[name] and without(data, touched[name]) == without(after[name], touched[name])
        elif name != "xl/workbook.xml" or b"fullCalcOnLoad" in data:
            assert data == after[name], name
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]


def test_what_is_read_back_are_the_new_numbers_and_all_else_as_before(filing: Path, done: Done) -> None:
    out, frames, report = done
    before, after = read_tables(filing, TABLES), read_tables(out, TABLES)
    n = 0
    for name in TABLES:
        expected = before[name].frame.copy()
        if name in frames:
            key, columns = COLUMNS[name]
            wanted = {tuple(map(label_text, row[: len(key)])): row[len(key) :] for row in rows(frames[name], name)}
            for i, row in enumerate(rows(expected, name)):
                numbers = wanted.pop(tuple(map(label_text, row[: len(key)])))
                for column, number in zip(columns, numbers, strict=True):
                    expected.loc[i, column], n = number, n + 1
            assert not wanted
        pd.testing.assert_frame_equal(after[name].frame, expected, check_exact=True)
    assert len(report.changes) + report.unchanged == n == sum(report.given.values()) and report.unchanged == 1


def rows(frame: pd.DataFrame, name: str) -> list[tuple[Any, ...]]:
    key, columns = COLUMNS[name]
    return list(frame[[*key, *columns]].itertuples(index=False, name=None))


def test_the_result_is_a_sound_workbook_whose_cells_look_as_before(filing: Path, done: Done) -> None:
    assert_sound(done[0])
    old, new = openpyxl.load_workbook(filing), openpyxl.load_workbook(done[0])
    for change in done[2].changes:
        was, now = old[change.sheet][change.cell], new[change.sheet][change.cell]
        assert (was.value, now.value) == (change.before, change.after) and was._style == now._style


def test_macros_stay(done: Done) -> None:
    if done[0].suffix == ".xlsm":
        assert (
            parts_of(done[0])["xl/vbaProject.bin"] == parts_of(COMMITTED / "ltc_rate_filing.xlsm")["xl/vbaProject.bin"]
        )


def test_a_second_time_nothing_is_left_to_change(done: Done, tmp_path: Path) -> None:
    out, frames, report = done
    data, stamp = out.read_bytes(), out.stat().st_mtime_ns
    again = set_table_numbers(out, frames, KEYS, out)
    assert again.changes == () and again.unchanged == len(report.changes) + report.unchanged
    assert (out.read_bytes(), out.stat().st_mtime_ns) == (data, stamp)
    set_table_numbers(out, frames, KEYS, tmp_path / out.name)
    assert parts_of(tmp_path / out.name) == parts_of(out)


def test_the_whole_workbook_reads_as_before(tmp_path: Path) -> None:
    path = COMMITTED / "ltc_rate_filing.xlsx"
    frames = new_numbers(path)
    set_table_numbers(path, frames, KEYS, tmp_path / "out.xlsx")
    before, after = read_workbook(path), read_workbook(tmp_path / "out.xlsx")
    assert (after.settings, after.control, after.places) == (before.settings, before.control, before.places)
    for old, new in (
        (before.tables, after.tables),
        (before.study, after.study),
        ({"": before.history}, {"": after.history}),
    ):
        for name, table in old.items():
            assert new[name].frame.equals(table.frame) == (name not in COLUMNS), name


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_recalculates_what_depends_on_the_numbers(tmp_path: Path) -> None:
    path = COMMITTED / "ltc_rate_filing.xlsx"
    frame = pd.DataFrame({"sex": ["Female", "Male"], "factor": [1.9375, 1.8125]})
    set_table_numbers(path, {"mortality_factor_sex": frame}, KEYS, tmp_path / "out.xlsx")
    stored, after = values(path)["Exhibit A-1a"], recalculated(tmp_path / "out.xlsx", tmp_path)["Exhibit A-1a"]
    assert values(tmp_path / "out.xlsx")["Exhibit A-1a"] == stored
    moved = {after[cell] for cell in stored if after.get(cell) != stored[cell]}
    assert {1.9375, 1.8125} <= moved


# One small table, case by case.

Make = Callable[..., Path]


@pytest.fixture
def small(tmp_path: Path) -> Make:
    """A workbook with the table ``t`` (k, n, w; B3:D6) on sheet ``S``, changed by a function of the sheet and book."""

    def make(change: Callable[[Any, Any], None] | None = None, data: Any = None) -> Path:
        path = tmp_path / "small.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("S")
            columns = [{"header": c} for c in "knw"]
            data = data or [["<55", 1.5, 10], [55, 2.5, 20], ["56+", 3.5, 30]]
            sheet.add_table("B3:D6", {"name": "t", "columns": columns, "data": data})
            book.add_worksheet("Other").write_formula("A1", "=SUM(t[n])", None, 7.5)
            if change is not None:
                change(sheet, book)
        return path

    return make


def numbers(**columns: list[Any]) -> dict[str, pd.DataFrame]:
    return {"t": pd.DataFrame({"k": ["<55", "55", "56+"]} | columns)}


def put(path: Path, changes: dict[str, pd.DataFrame], **options: Any) -> TableChanges:
    return set_table_numbers(path, changes, {"t": ("k",)}, path, **options)


def column(path: Path, name: str = "n") -> list[Any]:
    return list(read_tables(path, ["t"])["t"].frame[name])


def problems(path: Path, changes: dict[str, pd.DataFrame], **options: Any) -> list[str]:
    """What is wrong, after which the file is as it was."""
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        put(path, changes, **options)
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == [path.name]
    return [str(p) for p in error.value.problems]


def sheet_xml(path: Path) -> str:
    return parts_of(path)["xl/worksheets/sheet1.xml"].decode()


def test_what_is_given_back(small: Make) -> None:
    report = put(small(), numbers(n=[1.5, 9, 1e300], w=[10.0, 20, 31]))
    assert report == TableChanges(
        (
            NumberChange("t", ("55",), "n", 2.5, 9.0, "S", "C5"),
            NumberChange("t", ("56+",), "n", 3.5, 1e300, "S", "C6"),
            NumberChange("t", ("56+",), "w", 30.0, 31.0, "S", "D6"),
        ),
        {"t": 6},
        (),
    )
    assert report.unchanged == 3 and report.changed_in("t") == 3 and report.changed_in("u") == 0


@pytest.mark.parametrize("key", [55, 55.0, "55", " 55 ", np.int64(55), np.float64(55)])
def test_a_key_is_the_same_as_number_and_as_text(small: Make, key: object) -> None:
    for stands in (55, "55", 55.0):
        path = small(data=[[stands, 1, 1], ["a", 2, 2], ["b", 3, 3]])
        put(path, {"t": pd.DataFrame({"k": pd.Series([key], dtype=object), "n": [7.25]})}, partial=["t"])
        assert column(path) == [7.25, 2, 3]


@pytest.mark.parametrize("value", [AWKWARD, 1e-17, 1e22, 123456789012345678.0, 5.0, -0.75, 1 / 3, np.float64(0.1), 7])
def test_numbers_are_written_exactly(small: Make, value: float) -> None:
    path = small()
    put(path, numbers(n=[value, 2, 3]))
    assert column(path)[0] == float(value)
    text = re.search(r'<c r="C4"[^>]*><v>(.*?)</v>', sheet_xml(path))
    assert text is not None and text.group(1) in (repr(float(value)), str(int(value)))


def test_other_programs_may_move_rename_insert_and_sort(small: Make) -> None:
    path = small()
    book = openpyxl.load_workbook(path)
    sheet = book["S"]
    sheet.title = "Renamed, cell A1 & moved"
    for row, cells in enumerate(
        [["w", "Column1", "n", "k"], [30, None, 3.5, "56+"], [10, None, 1.5, "<55"], [20, None, 2.5, "55"]], start=10
    ):
        for c, value in enumerate(cells, start=7):
            sheet.cell(row, c, value)
    table = sheet.tables["t"]
    table.ref = table.autoFilter.ref = "G10:J13"
    names = [c.value for c in sheet["G10:J10"][0]]
    table.tableColumns.append(openpyxl.worksheet.table.TableColumn(id=4, name="w"))
    for tc, name in zip(table.tableColumns, names, strict=True):
        tc.name = name
    book.move_sheet(sheet, 1)
    book.save(path)
    report = put(path, numbers(n=[0.1, 0.2, 0.3]))
    assert [(c.sheet, c.cell) for c in report.changes] == [
        ("Renamed, cell A1 & moved", c) for c in ("I12", "I13", "I11")
    ]
    after = openpyxl.load_workbook(path)["Renamed, cell A1 & moved"]
    assert [after[c].value for c in ("I11", "I12", "I13", "C4")] == [0.3, 0.1, 0.2, 1.5]


def test_names_of_tables_do_not_differ_by_case(small: Make) -> None:
    path = small()
    frame = numbers(n=[1, 2, 3])["t"]
    assert set_table_numbers(path, {"T": frame}, {"T": ["k"]}, path).changed_in("T") == 3


def test_text_errors_of_type_and_blanks_become_numbers(small: Make) -> None:
    def change(sheet: Any, book: Any) -> None:
        sheet.write_string("C4", "1.5", book.add_format({"num_format": "0.000", "bold": True}))
        sheet.write_blank("C5", None, book.add_format({"num_format": "0.0%"}))
        sheet.write_boolean("C6", True)
        sheet.write_rich_string("D4", "1", book.add_format({"bold": True}), "0")

    path = small(change)
    before = openpyxl.load_workbook(path)["S"]
    report = put(path, numbers(n=[1.5, 0.25, 1], w=[10, 20, 30]))
    assert [(c.cell, c.before, c.after) for c in report.changes] == [
        ("C4", "1.5", 1.5),
        ("D4", "10", 10),
        ("C5", None, 0.25),
        ("C6", True, 1),
    ]
    after = openpyxl.load_workbook(path)["S"]
    assert column(path) == [1.5, 0.25, 1] and column(path, "w") == [10, 20, 30]
    assert [after[c].data_type for c in ("C4", "C5", "C6", "D4")] == ["n"] * 4
    assert [after[c].number_format for c in ("C4", "C5")] == ["0.000", "0.0%"]
    assert all(after[c]._style == before[c]._style for c in ("C4", "C5", "C6", "D4"))


def test_inline_text_becomes_a_number(small: Make) -> None:
    path = small()
    substitute(path, "xl/worksheets/sheet1.xml", ('<c r="C4"><v>1.5</v>', '<c r="C4" t="inlineStr" ><is><t>x</t></is>'))
    assert put(path, numbers(n=[1.5, 2.5, 3.5])).changes[0].before == "x"
    assert '<c r="C4"><v>1.5</v></c>' in sheet_xml(path)
    substitute(path, "xl/worksheets/sheet1.xml", ('<c r="C4"><v>1.5</v>', '<c r="C4" t="inlineStr"><is><t>x</t></is>'))
    put(path, numbers(n=[None, 2.5, 3.5]), may_be_blank={"t": ["n"]})
    assert '<c r="C4"/>' in sheet_xml(path)


def test_cells_that_are_not_there_are_put_in_order(small: Make) -> None:
    path = small(lambda sheet, book: sheet.write("F5", "beside"))
    cut = [f'<c r="{c}"><v>{v}</v></c>' for c, v in (("C4", 1.5), ("C5", 2.5), ("D5", 20), ("D6", 30))]
    substitute(
        path,
        "xl/worksheets/sheet1.xml",
        *[(cell, "") for cell in cut],
        ('<row r="4" spans="2:6"', '<row r="4" spans="2:2"'),
    )
    report = put(path, numbers(n=[1, 2, 3], w=[4, 5, 6]))
    assert len(report.changes) == 6 and column(path) == [1, 2, 3] and column(path, "w") == [4, 5, 6]
    addresses = re.findall(r'<c r="([A-Z]+[456])"', sheet_xml(path))
    assert addresses == ["B4", "C4", "D4", "B5", "C5", "D5", "F5", "B6", "C6", "D6"]
    assert '<row r="4">' in sheet_xml(path) and "spans" in sheet_xml(path)
    assert openpyxl.load_workbook(path)["S"]["F5"].value == "beside"


def test_a_new_cell_looks_as_its_row_or_column_does(small: Make) -> None:
    def change(sheet: Any, book: Any) -> None:
        sheet.set_column("C:D", 10, book.add_format({"num_format": "0.0%"}))
        sheet.set_row(5, 15, book.add_format({"num_format": "0.000"}))

    path = small(change)
    text = re.sub(r'<c r="C[456]"[^>]*><v>[^<]*</v></c>', "", sheet_xml(path))
    edit(path, {"xl/worksheets/sheet1.xml": text.encode()})
    put(path, numbers(n=[1, 2, 3]))
    sheet = openpyxl.load_workbook(path)["S"]
    assert [sheet[c].number_format for c in ("C4", "C5", "C6")] == ["0.0%", "0.0%", "0.000"]


def test_cells_without_addresses_and_with_prefixes(small: Make) -> None:
    path = small()
    substitute(path, "xl/worksheets/sheet1.xml", ('<c r="D5"><v>20</v></c>', ""))
    text = re.sub(r' (r|spans)="[A-Z0-9:]+"(?=[ >])(?![^<]*<autoF)', "", sheet_xml(path))
    for row in (3, 4, 5, 6):
        text = text.replace("<row>", f'<row r="{row}"  ><c/>' if row == 3 else "<row ><c/>", 1)
    body = text[text.index("<sheetData") : text.index("</sheetData>") + 12]
    text = text.replace(body, re.sub(r"<(/?)(\w)", r"<\1x:\2", body)).replace(
        "<worksheet ", '<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    )
    edit(path, {"xl/worksheets/sheet1.xml": b"\xef\xbb\xbf" + text.encode()})
    assert put(path, numbers(n=[1.5, 8.5, 9.5], w=[10, 7, 30])).unchanged == 3
    assert column(path) == [1.5, 8.5, 9.5] and column(path, "w") == [10, 7, 30]
    assert '<x:c r="D5"><x:v>7</x:v></x:c></x:row>' in sheet_xml(path)
    assert "<x:c><x:v>8.5</x:v></x:c>" in sheet_xml(path)


def test_a_worksheet_in_utf_16_is_refused(small: Make) -> None:
    path = small()
    text = sheet_xml(path).replace("UTF-8", "UTF-16")
    edit(path, {"xl/worksheets/sheet1.xml": text.encode("utf-16")})
    with pytest.raises(InputError, match=r"sheet S.*: found (no data rows|a sheet that can't be read)"):
        put(path, numbers(n=[1, 2, 3]))


def test_what_says_of_a_value_what_it_is_goes_with_it(small: Make) -> None:
    path = small()
    substitute(
        path, "xl/worksheets/sheet1.xml", ('<c r="C4"><v>1.5</v>', "<c t='str' vm=\"1\" r='C4' s=\"0\"><v>a&gt;b</v>")
    )
    put(path, numbers(n=[4, 2.5, 3.5]))
    assert "<c r='C4' s=\"0\"><v>4</v></c>" in sheet_xml(path)


def test_a_blank_row_is_none(small: Make) -> None:
    path = small(data=[["<55", 1, 1], ["", "", ""], [55, 2, 2]])
    put(path, {"t": pd.DataFrame({"k": [55, "<55"], "n": [8, 9]})})
    assert column(path) == [9, "", 8]


def test_blanks_in_keys_match(small: Make) -> None:
    path = small(data=[["a", 1, 10], ["a", "", 20], ["b", 3, 30]])
    frame = pd.DataFrame({"k": ["a", "a", "b"], "n": [np.nan, 1.0, 3.0], "w": [22, 11, 33]})
    report = set_table_numbers(path, {"t": frame}, {"t": ("k", "n")}, path)
    assert column(path, "w") == [11, 22, 33] and report.changes[0].key == ("a", "")


def test_a_blank_clears_a_cell_only_where_it_may(small: Make) -> None:
    path = small()
    new = numbers(n=[None, 2.5, float("nan")], w=[10, 20, 30])
    assert problems(path, new) == [
        f"new numbers for table t, k {k}, column n: found nothing (blank); allowed: a number" for k in ("<55", "56+")
    ]
    report = put(path, new, may_be_blank={"t": ["n"]})
    assert [(c.cell, c.after) for c in report.changes] == [("C4", None), ("C6", None)] and report.unchanged == 4
    assert column(path) == ["", 2.5, ""] and '<c r="C4"/>' in sheet_xml(path)
    assert put(path, new, may_be_blank={"t": ["n"]}).changes == ()


@pytest.mark.parametrize("value", ["many", float("inf"), True, "1,000"])
def test_a_value_that_is_no_number(small: Make, value: object) -> None:
    (problem,) = problems(small(), numbers(n=pd.Series([1, value, 3], dtype=object)), may_be_blank={"t": ["n"]})
    assert problem.startswith("new numbers for table t, k 55, column n: found ")
    assert problem.endswith("; allowed: a number or a blank")


@pytest.mark.parametrize("stored", [2.5, 8.0])
def test_a_formula_is_never_overwritten(small: Make, stored: float) -> None:
    path = small(lambda sheet, book: sheet.write_formula("C5", "=5/2", None, stored))
    assert problems(path, numbers(n=[7, 8, 9])) == [
        "sheet S, cell C5: found a formula, where n 8 of table t would be written; "
        "allowed: a number in the place of the formula, which is never overwritten"
    ]
    put(path, {"t": pd.DataFrame({"k": ["<55"], "n": [7]})}, partial=["t"])
    assert openpyxl.load_workbook(path)["S"]["C5"].value == "=5/2"


def test_nor_is_any_cell_of_an_array_formula(small: Make) -> None:
    path = small(lambda sheet, book: sheet.write_array_formula("D4:D5", "{=C4:C5*10}", None, 15))
    for kind in ("array", "dataTable"):
        substitute(path, "xl/worksheets/sheet1.xml", ('t="array"', f't="{kind}"'))
        found = problems(path, numbers(w=[1, 2, 3]))
        assert [p.split(":")[0] for p in found] == ["sheet S, cell D4", "sheet S, cell D5"]


def test_all_that_is_wrong_is_told_at_once(small: Make) -> None:
    path = small(lambda sheet, book: sheet.write_formula("C4", "=1", None, 1))
    new = pd.DataFrame({"k": ["<55", "<55", "70"], "n": [1, 2, 3]})
    assert problems(path, {"t": new, "u": new, "v": new}) == [
        f"{path}, table {n}: found no such table; allowed: {HOW_FOUND}" for n in "uv"
    ] + [
        "new numbers for table t, k <55: found k <55 a second time; allowed: each k once",
        "sheet S, table t: found no row k 70; allowed: a row for each of the new numbers in table t; no rows are added",
        "sheet S, cell B5: found k 55, for which there is no new number; "
        "allowed: in table t only rows with new numbers",
        "sheet S, cell B6: found k 56+, for which there is no new number; "
        "allowed: in table t only rows with new numbers",
        "sheet S, cell C4: found a formula, where n 1 of table t would be written; "
        "allowed: a number in the place of the formula, which is never overwritten",
    ]


def test_a_key_that_is_twice_in_the_table(small: Make) -> None:
    path = small(data=[[55, 1, 1], ["55", 2, 2], ["56", 3, 3]])
    assert problems(path, {"t": pd.DataFrame({"k": [55, 56], "n": [7, 8]})}) == [
        "sheet S, cell B5: found k 55 a second time; allowed: each k once"
    ]


def test_columns_that_are_missing_or_doubled(small: Make) -> None:
    path = small()
    new = pd.DataFrame([["<55", 1, 2, 3]], columns=["j", "n", "n", "z"])
    assert problems(path, {"t": new}) == [
        "sheet S, table t: found no column j; allowed: the column j, once",
        "sheet S, table t: found no column z; allowed: the column z, once",
        "new numbers for table t: found no column k; allowed: the column k, once",
        "new numbers for table t: found 2 columns n; allowed: the column n, once",
    ]
    substitute(path, "xl/sharedStrings.xml", ("<t>w</t>", "<t>n</t>"))
    substitute(path, "xl/tables/table1.xml", ('name="w"', 'name="n"'))
    assert problems(path, numbers(n=[1, 2, 3])) == ["sheet S, table t: found 2 columns n; allowed: the column n, once"]


def test_a_workbook_changed_meanwhile_is_left_alone(small: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small()
    mark = set_cells._mark_for_recalculation

    def meanwhile(package: Package) -> None:
        mark(package)
        edit(path, {"xl/mine.bin": b"saved by the user"})

    monkeypatch.setattr(set_cells, "_mark_for_recalculation", meanwhile)
    with pytest.raises(InputError, match="a workbook changed since it was read; allowed: do it again"):
        put(path, numbers(n=[1, 2, 3]))
    assert column(path) == [1.5, 2.5, 3.5] and "xl/mine.bin" in parts_of(path)


def test_a_workbook_that_is_open_is_told(small: Make) -> None:
    path = small()
    path.with_name("~$small.xlsx").write_bytes(b"")
    (warning,) = put(path, numbers(n=[1, 2, 3])).warnings
    assert warning == "small.xlsx seems to be open (~$small.xlsx): close it unsaved and open it again"
    elsewhere = set_table_numbers(path, numbers(n=[4, 5, 6]), {"t": ["k"]}, path.with_name("out.xlsx"))
    assert elsewhere.warnings == () and len(elsewhere.changes) == 3


def test_a_signature_that_breaks_is_told(small: Make) -> None:
    path = edit(small(), {"_xmlsignatures/sig1.xml": b"<x/>"})
    assert "digital signature" in put(path, numbers(n=[1, 2, 3])).warnings[0]
    assert put(path, numbers(n=[1, 2, 3])).warnings == ()


def test_a_mark_for_recalculation_is_made_where_there_is_none(small: Make) -> None:
    for old, new in ((' fullCalcOnLoad="1"', ""), ('<calcPr calcId="124519" fullCalcOnLoad="1"/>', "")):
        path = small()
        substitute(path, "xl/workbook.xml", (old, new))
        put(path, numbers(n=[1, 2, 3]))
        assert_sound(path)
        assert b'fullCalcOnLoad="1"' in parts_of(path)["xl/workbook.xml"]


def test_experience_tables_have_the_keys_the_study_says() -> None:
    assert KEYS["experience_morbidity"] == STUDY_BY_NAME["experience_morbidity"].key
