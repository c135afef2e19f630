"""Grafting, case by case: what a workbook may hold besides, and what may be in the way."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from tests.workbook.test_package_support import (
    OUR_AUTHOR,
    OUR_CHART,
    OUTPUTS,
    assert_sound,
    build_rendered,
    build_user,
    edit,
    names_of,
    note_boxes,
    notes_on,
    objects_on,
    parts_of,
    sheet_part,
    substitute,
    workbook_root,
)
from xl_ltc.errors import InputError
from xl_ltc.workbook.package import Package, graft
from xl_ltc.workbook.package.ooxml import main, rel

pytestmark = pytest.mark.filterwarnings("ignore:.*will be removed:UserWarning")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_rendered(tmp_path_factory.mktemp("rendered") / "rendered.xlsx")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return build_user(tmp_path / "plain.xlsx")


def test_cells_without_a_format_look_as_rendered_whatever_the_users_default(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/styles.xml", ('<name val="Calibri"/>', '<name val="Georgia"/>'))
    graft(plain, rendered, OUTPUTS, plain)
    assert_sound(plain)
    book = openpyxl.load_workbook(plain)
    assert [book["Exhibit I"][c].font.name for c in ("A2", "B2")] == ["Calibri", "Calibri"]
    assert book["My sheet"]["B3"].font.name == "Georgia"
    sheet = Package.open(plain).xml("xl/worksheets/sheet3.xml")
    first = next(sheet.iter(main("row")))
    assert first.get("s") == first.find(main("c")).get("s") != "0"
    styles = Package.open(plain).xml("xl/styles.xml")
    column = styles.find(main("cellXfs"))[int(next(sheet.iter(main("col"))).get("style"))]
    assert styles.find(main("fonts"))[int(column.get("fontId"))].find(main("i")) is not None


def test_a_font_does_not_turn_into_that_of_the_users_theme(plain: Path, rendered: Path, tmp_path: Path) -> None:
    graft(plain, rendered, OUTPUTS, tmp_path / "same.xlsx")
    assert openpyxl.load_workbook(tmp_path / "same.xlsx")["Exhibit I"]["A2"].font.scheme == "minor"
    substitute(plain, "xl/theme/theme1.xml", ('typeface="Calibri"', 'typeface="Aptos Narrow"'))
    graft(plain, rendered, OUTPUTS, plain)
    book = openpyxl.load_workbook(plain)
    assert (book["Exhibit I"]["A2"].font.name, book["Exhibit I"]["A2"].font.scheme) == ("Calibri", None)
    assert book["My sheet"]["B3"].font.scheme == "minor"


def test_added_parts_are_compressed(plain: Path, rendered: Path) -> None:
    graft(plain, rendered, OUTPUTS, plain)
    with zipfile.ZipFile(plain) as file:
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_DEFLATED}


def test_a_workbook_without_named_styles_takes_the_formats(tmp_path: Path, rendered: Path) -> None:
    path = tmp_path / "bare.xlsx"
    openpyxl.Workbook().save(path)
    report = graft(path, rendered, OUTPUTS, path)
    assert report.added == OUTPUTS
    assert_sound(path)
    assert openpyxl.load_workbook(path)["Exhibit I"]["A15"].font.u == "single"


def test_a_chart_of_the_users_with_a_name_a_program_gave_is_not_taken_for_ours(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/drawings/drawing2.xml", ('name="Picture 1"', 'name="Chart 9"'), ("My chart", "Picture 1"))
    report = graft(plain, rendered, OUTPUTS, plain)
    assert "sheet Exhibit I: charts, pictures and shapes of yours: Chart 9, Picture 1" in report.kept
    assert sorted(objects_on(plain, "Exhibit I")) == ["Chart 9", "Picture 1", "Picture 1", OUR_CHART]
    assert_sound(plain)


def test_the_sheet_that_was_selected_stays_selected(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/worksheets/sheet1.xml", (' tabSelected="1"', ""))
    substitute(plain, "xl/worksheets/sheet3.xml", ("<sheetView ", '<sheetView tabSelected="1" '))
    graft(plain, rendered, OUTPUTS, plain)
    assert_sound(plain)
    assert b"tabSelected" in parts_of(plain)["xl/worksheets/sheet3.xml"]


def test_macros_find_their_sheet_again(tmp_path: Path, rendered: Path) -> None:
    book = build_user(tmp_path / "macros.xlsm")
    assert b'codeName="Sheet3"' in parts_of(book)["xl/worksheets/sheet3.xml"]
    graft(book, rendered, OUTPUTS, book)
    after = parts_of(book)
    assert (
        b'codeName="Sheet3"' in after["xl/worksheets/sheet3.xml"]
        and b"codeName" not in after["xl/worksheets/sheet5.xml"]
    )
    assert after["xl/vbaProject.bin"] == b"the user's macros"
    assert Package.open(book).content_type("xl/workbook.xml") == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def test_the_calculation_chain_goes(plain: Path, rendered: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    relationship = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    edit(plain, {"xl/calcChain.xml": f'<calcChain xmlns="{main("")[1:-1]}"><c r="A1" i="1"/></calcChain>'.encode()})
    substitute(
        plain,
        "[Content_Types].xml",
        ("</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>'),
    )
    chain = f'<Relationship Id="rId99" Type="{relationship}" Target="calcChain.xml"/></Relationships>'
    substitute(plain, "xl/_rels/workbook.xml.rels", ("</Relationships>", chain))
    substitute(plain, "xl/workbook.xml", ('<calcPr calcId="124519"', '<calcPr calcId="191029" iterate="1"'))
    assert_sound(plain)
    graft(plain, rendered, OUTPUTS, plain)
    assert_sound(plain)
    assert not any("calcChain" in name for name in parts_of(plain))
    calculation = workbook_root(plain).find(main("calcPr"))
    assert dict(calculation.attrib) == {"calcId": "191029", "iterate": "1", "fullCalcOnLoad": "1"}


def test_what_a_workbook_lacks_is_put_where_the_schema_wants_it(plain: Path, rendered: Path) -> None:
    text = parts_of(plain)["xl/workbook.xml"].decode()
    names = text[text.index("<definedNames>") : text.index("</workbook>")]
    tail = "<customWorkbookViews/><pivotCaches/><extLst/>"
    substitute(plain, "xl/workbook.xml", (names, tail))
    styles = parts_of(plain)["xl/styles.xml"].decode()
    formats = styles[styles.index("<numFmts") : styles.index("<fonts")]
    dxfs = styles[styles.index("<dxfs") : styles.index("<tableStyles")]
    substitute(plain, "xl/styles.xml", (formats, ""), (dxfs, ""))
    substitute(plain, "xl/styles.xml", ('numFmtId="164"', 'numFmtId="10"'))
    graft(plain, rendered, ["Exhibit II", "Exhibit I"], plain)
    children = [etree.QName(e).localname for e in workbook_root(plain)]
    assert children[-6:] == ["sheets", "definedNames", "calcPr", "customWorkbookViews", "pivotCaches", "extLst"]
    order = [etree.QName(e).localname for e in Package.open(plain).xml("xl/styles.xml")]
    assert order[0] == "numFmts" and order.index("dxfs") == order.index("tableStyles") - 1


def test_dynamic_arrays_join_those_of_the_user(plain: Path, rendered: Path) -> None:
    rich = '<metadataType name="XLRICHVALUE" minSupportedVersion="120000"/>'
    other = f'<metadataTypes count="2">{rich}<metadataType name="XLDAPR" '
    substitute(plain, "xl/metadata.xml", ('<metadataTypes count="1"><metadataType name="XLDAPR" ', other))
    substitute(plain, "xl/metadata.xml", ('fDynamic="1" fCollapsed="0"', 'fDynamic="1" fCollapsed="1"'))
    substitute(plain, "xl/metadata.xml", ('<rc t="1" v="0"/>', '<rc t="2" v="0"/>'))
    graft(plain, rendered, OUTPUTS, plain)
    assert_sound(plain)
    root = Package.open(plain).xml("xl/metadata.xml")
    assert [t.get("name") for t in root.find(main("metadataTypes"))] == ["XLRICHVALUE", "XLDAPR"]
    assert [dict(rc.attrib) for rc in root.find(main("cellMetadata")).iter(main("rc"))] == [
        {"t": "2", "v": "0"},
        {"t": "2", "v": "1"},
    ]
    assert b'<c r="D3" s=' in parts_of(plain)["xl/worksheets/sheet3.xml"]
    assert b'cm="2"' in parts_of(plain)["xl/worksheets/sheet3.xml"]
    before = parts_of(plain)
    graft(plain, rendered, OUTPUTS, plain)
    assert parts_of(plain) == before


def test_threaded_comments_stay_with_their_notes(plain: Path, rendered: Path) -> None:
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    thread = b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"/>'
    part, rels = "xl/threadedComments/threadedComment1.xml", "xl/worksheets/_rels/sheet3.xml.rels"
    edit(plain, {part: thread})
    types = f'<Override PartName="/{part}" ContentType="application/vnd.ms-excel.threadedcomments+xml"/></Types>'
    substitute(plain, "[Content_Types].xml", ("</Types>", types))
    relation = (
        f'<Relationship Id="rId77" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    substitute(plain, rels, ("</Relationships>", relation))
    graft(plain, rendered, OUTPUTS, plain)
    assert_sound(plain)
    assert parts_of(plain)[part] == thread
    assert "B4" in notes_on(plain, "Exhibit I")


def test_the_users_note_stands_where_the_run_has_one_too(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/comments2.xml", ('ref="B4"', 'ref="D9"'), ('ref="A1"', 'ref="B4"'), ('ref="D9"', 'ref="A1"'))
    graft(plain, rendered, OUTPUTS, plain)
    assert notes_on(plain, "Exhibit I") == {"A1": ("Ann", "why so low? Ann")}
    assert note_boxes(plain, "Exhibit I") == 1


def test_notes_keep_their_authors_however_those_are_numbered(plain: Path, rendered: Path) -> None:
    authors = ("<author>xl_ltc</author><author>Ann</author>", "<author>Ann</author><author>xl_ltc</author>")
    ids = [('authorId="0"', 'authorId="x"'), ('authorId="1"', 'authorId="0"'), ('authorId="x"', 'authorId="1"')]
    substitute(plain, "xl/comments2.xml", authors, *ids)
    graft(plain, rendered, OUTPUTS, plain)
    assert notes_on(plain, "Exhibit I") == {"A1": (OUR_AUTHOR, "written for 555.0"), "B4": ("Ann", "why so low? Ann")}


def test_charts_keep_their_parts_however_those_are_numbered(plain: Path, rendered: Path) -> None:
    swap = [('"rId1"', '"x"'), ('"rId3"', '"rId1"'), ('"x"', '"rId3"')]
    for part in ("xl/drawings/drawing2.xml", "xl/drawings/_rels/drawing2.xml.rels"):
        substitute(plain, part, *swap)
    graft(plain, rendered, OUTPUTS, plain)
    package = Package.open(plain)
    drawing = package.related(sheet_part(plain, "Exhibit I"), "drawing")
    assert drawing is not None
    parts = {r.id: r.inner for r in package.rels(drawing.inner)}
    kinds = {
        name: etree.QName(next(package.xml(parts[i]).iter("{*}plotArea"))[1]).localname
        for anchor in package.xml(drawing.inner)
        for name, i in [(next(anchor.iter("{*}cNvPr")).get("name"), c.get(rel("id"))) for c in anchor.iter("{*}chart")]
    }
    assert kinds == {OUR_CHART: "lineChart", "My chart": "pieChart"}


def test_a_chart_with_a_name_of_its_own_is_ours_wherever_it_stands(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/drawings/drawing2.xml", ("<xdr:row>1</xdr:row>", "<xdr:row>8</xdr:row>"))
    graft(plain, rendered, OUTPUTS, plain)
    assert sorted(objects_on(plain, "Exhibit I")) == ["My chart", "Picture 1", OUR_CHART]


def test_of_two_charts_with_the_name_of_ours_one_is_the_users(plain: Path, rendered: Path) -> None:
    substitute(plain, "xl/drawings/drawing2.xml", ("My chart", OUR_CHART))
    graft(plain, rendered, OUTPUTS, plain)
    assert sorted(objects_on(plain, "Exhibit I")) == ["Picture 1", OUR_CHART, OUR_CHART]


def test_a_button_of_the_users_stays(tmp_path: Path, rendered: Path) -> None:
    path = tmp_path / "button.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Exhibit I").insert_button("K2", {"macro": "Mine", "caption": "Mine"})
        book.add_worksheet("Exhibit II").insert_button("K2", {"macro": "Mine", "caption": "Mine"})
    report = graft(path, rendered, OUTPUTS, path)
    assert_sound(path)
    assert report.kept == tuple(f"sheet {s}: notes and buttons of yours: 1" for s in OUTPUTS)
    boxes = [data for name, data in parts_of(path).items() if name.endswith(".vml")]
    assert sum(data.count(b'ObjectType="Button"') for data in boxes) == len(boxes) == 2
    assert note_boxes(path, "Exhibit I") == 1 and notes_on(path, "Exhibit I")["A1"][0] == OUR_AUTHOR


def test_without_anything_of_the_users_the_sheet_is_as_rendered(tmp_path: Path, rendered: Path) -> None:
    book = build_rendered(tmp_path / "own.xlsx", 1.0)
    report = graft(book, rendered, OUTPUTS, book)
    assert report.kept == () and report.warnings == ()
    assert_sound(book)
    assert objects_on(book, "Exhibit I") == objects_on(rendered, "Exhibit I")
    assert notes_on(book, "Exhibit I") == notes_on(rendered, "Exhibit I")
    assert set(parts_of(book)) == set(parts_of(rendered))


def test_what_is_lost_is_said(plain: Path, rendered: Path) -> None:
    substitute(
        plain, "xl/tables/table2.xml", ('name="exhibit_1" displayName="exhibit_1"', 'name="mine" displayName="mine"')
    )
    substitute(plain, "xl/workbook.xml", ("'Exhibit I'!$B$3", "'My sheet'!$B$3"))
    report = graft(plain, rendered, OUTPUTS, plain)
    assert [w.split(";")[0] for w in report.warnings] == [
        "sheet Exhibit I: the run does not fill Z1, Z2",
        "sheet Exhibit I: not kept: table mine",
        "the name premium pointed to 'My sheet'!$B$3",
    ]
    assert names_of(plain)["premium", None] == "'Exhibit I'!$B$3"


def test_a_formula_that_refers_to_a_renamed_input_sheet_is_said(plain: Path, rendered: Path, tmp_path: Path) -> None:
    new = tmp_path / "refers.xlsx"
    shutil.copy(rendered, new)
    substitute(new, "xl/worksheets/sheet3.xml", ("SUM(B3:B4)", "SUM(B3:B4)+Lapse!A1"))
    assert not any("Lapse" in w for w in graft(plain, new, OUTPUTS, tmp_path / "a.xlsx").warnings)
    substitute(plain, "xl/workbook.xml", ('name="Lapse"', 'name="Lapse 2024"'))
    (warning,) = [w for w in graft(plain, new, OUTPUTS, tmp_path / "b.xlsx").warnings if "lapse" in w]
    assert warning.startswith("sheet Exhibit I has formulas that refer to sheet lapse")


def test_a_table_of_the_users_in_the_way_is_an_error(plain: Path, tmp_path: Path) -> None:
    rendered = build_rendered(tmp_path / "new.xlsx")
    substitute(rendered, "xl/tables/table1.xml", ('displayName="exhibit_2"', 'displayName="EXHIBIT_2"'))
    substitute(plain, "xl/tables/table1.xml", ('name="lapse" displayName="lapse"', 'name="e" displayName="Exhibit_2"'))
    before = plain.read_bytes()
    with pytest.raises(InputError, match="a table of the name EXHIBIT_2"):
        graft(plain, rendered, OUTPUTS, plain)
    assert plain.read_bytes() == before


def test_a_chart_sheet_in_the_way_is_an_error(plain: Path, rendered: Path) -> None:
    rels = parts_of(plain)["xl/_rels/workbook.xml.rels"].decode()
    target = next(r for r in rels.split("<") if "sheet3.xml" in r)
    substitute(plain, "xl/_rels/workbook.xml.rels", (target, target.replace('/worksheet"', '/chartsheet"')))
    with pytest.raises(InputError, match=r"sheet Exhibit I: found a chart sheet"):
        graft(plain, rendered, OUTPUTS, plain)


def test_a_failed_save_leaves_the_file_and_no_other(
    plain: Path, rendered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = plain.read_bytes(), sorted(plain.parent.iterdir())

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("xl_ltc.files.os.replace", refuse)
    with pytest.raises(InputError, match="close the workbook if it is open in Excel"):
        graft(plain, rendered, OUTPUTS, plain)
    assert plain.read_bytes() == before and sorted(plain.parent.iterdir()) == files


def test_a_workbook_that_is_open_is_said(plain: Path, rendered: Path) -> None:
    plain.with_name(f"~${plain.name}").touch()
    report = graft(plain, rendered, OUTPUTS, plain)
    assert report.warnings[0] == "plain.xlsx seems to be open (~$plain.xlsx): close it unsaved and open it again"
