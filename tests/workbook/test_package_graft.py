"""Grafting into a workbook that four programs saved: what the user had stays, what the run rendered arrives."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from tests.workbook.test_package_support import (
    MAY_CHANGE,
    OUR_AUTHOR,
    OUR_CHART,
    OUTPUTS,
    assert_sound,
    build_rendered,
    build_user,
    libreoffice,
    names_of,
    note_boxes,
    notes_on,
    objects_on,
    owned_by,
    parts_of,
    sheet_names,
    sheet_part,
    workbook_root,
)
from xl_ltc.workbook.package import GraftReport, Package, graft
from xl_ltc.workbook.package.copying import tables_of
from xl_ltc.workbook.package.ooxml import main

pytestmark = pytest.mark.filterwarnings("ignore:.*will be removed:UserWarning")

WRITERS = [
    "xlsxwriter",
    "xlsm",
    "openpyxl",
    pytest.param("libreoffice", marks=[pytest.mark.slow, pytest.mark.libreoffice]),
]


@pytest.fixture(scope="module", params=WRITERS)
def user(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's workbook as different programs save it."""
    folder = tmp_path_factory.mktemp("user")
    path = build_user(folder / ("book.xlsm" if request.param == "xlsm" else "book.xlsx"))
    if request.param == "openpyxl":
        book = openpyxl.load_workbook(path)
        book.save(path)
    if request.param == "libreoffice":
        return libreoffice(path, "xlsx", folder)
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_rendered(tmp_path_factory.mktemp("rendered") / "rendered.xlsx")


@pytest.fixture(scope="module")
def result(user: Path, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GraftReport]:
    out = tmp_path_factory.mktemp("out") / user.name
    return out, graft(user, rendered, OUTPUTS, out)


def test_the_result_is_a_sound_workbook(result: tuple[Path, GraftReport]) -> None:
    assert_sound(result[0])


def test_every_part_of_the_users_is_kept_byte_for_byte(user: Path, result: tuple[Path, GraftReport]) -> None:
    before, after = parts_of(user), parts_of(result[0])
    own = {name for name in before if name not in owned_by(user, OUTPUTS) and not MAY_CHANGE.match(name)}
    assert len(own) >= 8
    assert {name for name in own if after.get(name) != before[name]} == set()
    assert sheet_part(user, "My sheet") in own and sheet_part(user, "Zed & Co") in own


def test_the_users_styles_keep_their_places(user: Path, result: tuple[Path, GraftReport]) -> None:
    old, new = (Package.open(p).xml("xl/styles.xml") for p in (user, result[0]))
    for collection in old:
        items = [etree.tostring(e, method="c14n") for e in collection]
        grown = [etree.tostring(e, method="c14n") for e in new.find(collection.tag)]
        assert grown[: len(items)] == items, collection.tag


def test_a_replaced_sheet_keeps_its_place_and_a_new_one_is_last(user: Path, result: tuple[Path, GraftReport]) -> None:
    before, after = ([dict(s.attrib) for s in workbook_root(p).iter(main("sheet"))] for p in (user, result[0]))
    assert after[:-1] == before
    assert sheet_names(result[0]) == ["My sheet", "Lapse", "Exhibit I", "Zed & Co", "Exhibit II"]
    assert result[1].replaced == ("Exhibit I",) and result[1].added == ("Exhibit II",)


def test_cells_arrive_with_their_values_formulas_and_formats(result: tuple[Path, GraftReport]) -> None:
    book = openpyxl.load_workbook(result[0])
    first, second = book["Exhibit I"], book["Exhibit II"]
    assert [first[c].value for c in ("A2", "B3", "B4", "B5")] == [" <leading & special> ", 555, 1110, "=SUM(B3:B4)"]
    assert first["B2"].value == "plain bold plain"
    assert first["B3"].number_format == '#,##0.0 "USD"' and first["B3"].fill.start_color.rgb == "FFEEEEEE"
    assert (first["A1"].font.b, first["A1"].font.sz, first["A1"].font.color.rgb) == (True, 14, "FF123456")
    assert first["A1"].border.bottom.style == "medium" and first["A2"].font.name == "Calibri"
    assert first.column_dimensions["A"].width == pytest.approx(20, abs=1) and first.freeze_panes == "B3"
    assert second["A1"].font.name == "Courier New" and second["B1"].number_format == "0.0000"
    assert second["B1"].alignment.textRotation == 45 and second["B1"].protection.locked is False
    assert openpyxl.load_workbook(result[0], data_only=True)["Exhibit I"]["B5"].value == 1665
    assert book["Lapse"]["B3"].value == 1


def test_the_users_cells_look_as_before(user: Path, result: tuple[Path, GraftReport]) -> None:
    old, new = openpyxl.load_workbook(user)["My sheet"], openpyxl.load_workbook(result[0])["My sheet"]
    for cell in ("A1", "A3", "B3"):
        assert new[cell].value == old[cell].value
        assert new[cell].number_format == old[cell].number_format
        assert repr((new[cell].font, new[cell].fill)) == repr((old[cell].font, old[cell].fill))
    assert new["A1"].number_format == '0.00" pct"'


def test_conditional_formats_point_at_their_own_formats(result: tuple[Path, GraftReport]) -> None:
    book = openpyxl.load_workbook(result[0])
    (ours,) = [r for rules in book["Exhibit I"].conditional_formatting for r in rules.rules]
    theirs = [r for rules in book["My sheet"].conditional_formatting for r in rules.rules if r.type == "cellIs"]
    assert ours.dxf.fill.bgColor.rgb == "FF00FF00" and ours.dxf.numFmt.formatCode == "0.000%"
    assert theirs[0].dxf.font.color.rgb == "FFFF0000"


def test_tables_arrive_and_have_ids_of_their_own(result: tuple[Path, GraftReport]) -> None:
    book = openpyxl.load_workbook(result[0])
    tables = {name: reference for sheet in book for name, reference in sheet.tables.items()}
    assert tables == {"lapse": "B2:C4", "exhibit_1": "A10:B12", "exhibit_2": "A3:B4"}
    package = Package.open(result[0])
    (table,) = tables_of(package, sheet_part(result[0], "Exhibit I")).values()
    (position,) = [e.get("dataDxfId") for e in table.iter() if e.get("dataDxfId")]
    (number_format,) = package.xml("xl/styles.xml").find(main("dxfs"))[int(position)].iter(main("numFmt"))
    assert number_format.get("formatCode") == "0.000%"


def test_charts_of_the_run_are_new_and_the_users_stay(user: Path, result: tuple[Path, GraftReport]) -> None:
    before, after = objects_on(user, "Exhibit I"), objects_on(result[0], "Exhibit I")
    ours = ["Picture 1", OUR_CHART]
    # openpyxl forgets the names of charts; what it saved is taken for the user's, so that nothing is lost.
    theirs = [name for name in before if name not in ours]
    assert theirs == (["My chart"] if OUR_CHART in before else ["Chart 1", "Chart 2"])
    assert sorted(after) == sorted(ours + theirs)
    assert f"sheet Exhibit I: charts, pictures and shapes of yours: {', '.join(theirs)}" in result[1].kept
    assert len(openpyxl.load_workbook(result[0])["Exhibit I"]._charts) == 1 + len(theirs)
    assert len([n for n in parts_of(result[0]) if n.startswith("xl/charts/chart")]) == 2 + len(theirs)


def test_notes_of_the_run_are_new_and_the_users_stay(result: tuple[Path, GraftReport]) -> None:
    notes = notes_on(result[0], "Exhibit I")
    assert notes == {"A1": (OUR_AUTHOR, "written for 555.0"), "B4": ("Ann", "why so low? Ann")}
    assert note_boxes(result[0], "Exhibit I") == 2
    assert notes_on(result[0], "My sheet") == {"A3": ("Ann", "a note of mine")}


def test_defined_names(user: Path, result: tuple[Path, GraftReport]) -> None:
    before, after = names_of(user), names_of(result[0])
    assert ("not_ours", None) not in after
    assert after["premium", None] == "'Exhibit I'!$B$3" and after["second", None] == "'Exhibit II'!$B$1"
    assert after["_xlnm.Print_Area", "2"] == "'Exhibit I'!$A$1:$D$15"
    assert after["_xlnm.Print_Titles", "2"] == "'Exhibit I'!$1:$1"
    assert after["_xlnm.Print_Area", "4"] == "'Exhibit II'!$A$1:$B$4"
    theirs = [("my_cell", None), ("local_name", "3"), ("_xlnm.Print_Area", "3")]
    assert [after[n] for n in theirs] == [before[n] for n in theirs]


def test_everything_is_to_be_recalculated(result: tuple[Path, GraftReport]) -> None:
    assert workbook_root(result[0]).find(main("calcPr")).get("fullCalcOnLoad") == "1"


def test_a_second_graft_changes_nothing(
    user: Path, rendered: Path, result: tuple[Path, GraftReport], tmp_path: Path
) -> None:
    again = tmp_path / user.name
    report = graft(result[0], rendered, OUTPUTS, again)
    assert report.replaced == OUTPUTS[:1] + OUTPUTS[1:] and report.added == ()
    assert parts_of(again) == parts_of(result[0])


def test_new_values_replace_old_ones_without_leaving_parts(result: tuple[Path, GraftReport], tmp_path: Path) -> None:
    path = tmp_path / result[0].name
    shutil.copy(result[0], path)
    names = set(parts_of(path))
    for value in (600.0, 700.0, 800.0):
        graft(path, build_rendered(tmp_path / "new.xlsx", value), OUTPUTS, path)
    assert_sound(path)
    assert set(parts_of(path)) == names
    assert openpyxl.load_workbook(path)["Exhibit I"]["B3"].value == 800
    assert notes_on(path, "Exhibit I")["A1"] == (OUR_AUTHOR, "written for 800.0")


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_opens_the_result_and_recalculates_the_users_formulas(
    result: tuple[Path, GraftReport], tmp_path: Path
) -> None:
    saved = libreoffice(result[0], "xlsx", tmp_path)
    book = openpyxl.load_workbook(saved, data_only=True)
    assert book.sheetnames == ["My sheet", "Lapse", "Exhibit I", "Zed & Co", "Exhibit II"]
    assert book["My sheet"]["A1"].value == 1110
    assert [book["Exhibit I"][c].value for c in ("B3", "B5", "D4")] == [555, 1665, 2220]
    assert book["Exhibit I"]["B3"].number_format.startswith("#,##0.0")
    assert len(objects_on(saved, "Exhibit I")) == len(objects_on(result[0], "Exhibit I"))
    assert {cell: text for cell, (_, text) in notes_on(saved, "Exhibit I").items()} == {
        "A1": "written for 555.0",
        "B4": "why so low? Ann",
    }
    assert libreoffice(result[0], "pdf", tmp_path).read_bytes().startswith(b"%PDF")
