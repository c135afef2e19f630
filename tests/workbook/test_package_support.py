"""Workbooks to graft into and from, LibreOffice, and a check of what Excel would refuse; not tests themselves."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import xlsxwriter
from lxml import etree

from xl_ltc.workbook.package.drawings import object_names
from xl_ltc.workbook.package.notes import NoteParts, note_texts
from xl_ltc.workbook.package.ooxml import STYLES_ORDER, WORKBOOK_ORDER, WORKSHEET_ORDER, local, main, rel
from xl_ltc.workbook.package.opc import CONTENT_TYPES_PART, Package

OUTPUTS = ("Exhibit I", "Exhibit II")
OUR_CHART = "xl_ltc Exhibit I premium"
OUR_AUTHOR = "xl_ltc"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MAY_CHANGE = re.compile(
    r"^(\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml|xl/metadata\.xml"
    r"|xl/calcChain\.xml)$"
)
"""The parts of the user's that a graft may change, beside those of a replaced sheet."""


def build_user(path: Path) -> Path:
    """A user's workbook: two sheets of their own, an input sheet, and an old Exhibit I with things of theirs on it."""
    image = path.with_suffix(".png")
    image.write_bytes(PNG)
    book = xlsxwriter.Workbook(str(path))
    if path.suffix == ".xlsm":
        macros = path.with_suffix(".bin")
        macros.write_bytes(b"the user's macros")
        book.add_vba_project(str(macros))
        book.set_vba_name("ThisWorkbook")
    percent = book.add_format(
        {"num_format": '0.00" pct"', "font_name": "Arial", "font_size": 10, "bg_color": "#FFEE00"}
    )
    red = book.add_format({"font_color": "#FF0000"})
    mine, lapse = book.add_worksheet("My sheet"), book.add_worksheet("Lapse")
    exhibit, zed = book.add_worksheet("Exhibit I"), book.add_worksheet("Zed & Co")
    mine.write_formula("A1", "='Exhibit I'!B3*2", percent, 200)
    mine.write_column("A3", [3, 1, 2], percent)
    mine.write("B3", "own text")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='My sheet'!$A$3:$A$5"})
    mine.insert_chart("D2", chart)
    mine.add_sparkline("C3", {"range": "'My sheet'!A3:A5"})
    mine.conditional_format("A3:A5", {"type": "cell", "criteria": ">", "value": 2, "format": red})
    mine.conditional_format("A3:A5", {"type": "data_bar", "bar_solid": True})
    mine.write_comment("A3", "a note of mine", {"author": "Ann"})
    mine.insert_image("K2", str(image))
    mine.data_validation("B3", {"validate": "list", "source": ["own text", "other"]})
    mine.insert_button("M2", {"macro": "Run", "caption": "Run"})
    mine.activate()
    lapse.add_table("B2:C4", {"name": "lapse", "columns": [{"header": "a"}, {"header": "b"}], "data": [[1, 2], [3, 4]]})
    write_exhibit(book, exhibit, 100.0, image)
    user_chart = book.add_chart({"type": "pie", "name": "My chart"})
    user_chart.add_series({"values": "='Exhibit I'!$B$3:$B$4"})
    exhibit.insert_chart("H30", user_chart)
    exhibit.write_comment("B4", "why so low? Ann", {"author": "Ann"})
    exhibit.write("Z1", "my sum")
    exhibit.write_formula("Z2", "=SUM(B3:B4)", None, 300)
    zed.write("A1", "last")
    zed.print_area("A1:C3")
    book.define_name("my_cell", "='My sheet'!$A$3")
    book.define_name("'Zed & Co'!local_name", "='Zed & Co'!$A$1")
    book.close()
    return path


def write_exhibit(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, value: float, image: Path) -> None:
    """What a run writes to Exhibit I."""
    title = book.add_format({"bold": True, "font_size": 14, "font_color": "#123456", "bottom": 2})
    money = book.add_format({"num_format": '#,##0.0 "USD"', "bg_color": "#EEEEEE"})
    good = book.add_format({"bg_color": "#00FF00", "num_format": "0.000%"})
    sheet.set_column("A:A", 20, book.add_format({"italic": True}))
    sheet.set_row(0, 24, title)
    sheet.write("A1", "Exhibit I", title)
    sheet.write("A2", " <leading & special> ")
    sheet.write_rich_string("B2", "plain ", title, "bold", " plain")
    sheet.write_number("B3", value, money)
    sheet.write_number("B4", 2 * value, money)
    sheet.write_formula("B5", "=SUM(B3:B4)", money, 3 * value)
    sheet.write_dynamic_array_formula("D3:D4", "=B3:B4*2", money, 2 * value)
    sheet.conditional_format("B3:B4", {"type": "cell", "criteria": ">", "value": 1, "format": good})
    sheet.add_table(
        "A10:B12",
        {
            "name": "exhibit_1",
            "columns": [{"header": "year"}, {"header": "llr", "format": good}],
            "data": [[2017, value / 1000], [2018, value / 500]],
        },
    )
    chart = book.add_chart({"type": "line", "name": OUR_CHART})
    chart.add_series({"values": "='Exhibit I'!$B$3:$B$4", "name": "='Exhibit I'!$A$1"})
    sheet.insert_chart("F2", chart)
    sheet.insert_image("A20", str(image), {"object_position": 1})
    sheet.write_comment("A1", f"written for {value}", {"author": OUR_AUTHOR})
    sheet.write_url("A15", "https://example.org/")
    sheet.print_area("A1:D15")
    sheet.repeat_rows(0)
    sheet.freeze_panes(2, 1)
    book.define_name("premium", "='Exhibit I'!$B$3")


def build_rendered(path: Path, value: float = 555.0) -> Path:
    """A freshly rendered workbook: an input sheet that is not grafted, then the outputs, Exhibit II first."""
    image = path.with_suffix(".png")
    image.write_bytes(PNG)
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Lapse").write("A1", "not to be grafted")
    second, first = book.add_worksheet("Exhibit II"), book.add_worksheet("Exhibit I")
    second.write("A1", "Exhibit II", book.add_format({"num_format": "0.0000", "font_name": "Courier New"}))
    second.write_number("B1", value + 1, book.add_format({"num_format": "0.0000", "rotation": 45, "locked": False}))
    second.add_table(
        "A3:B4", {"name": "exhibit_2", "columns": [{"header": "k"}, {"header": "v"}], "data": [["x", value]]}
    )
    second.print_area("A1:B4")
    second.activate()
    write_exhibit(book, first, value, image)
    book.define_name("second", "='Exhibit II'!$B$1")
    book.define_name("not_ours", "=Lapse!$A$1")
    book.close()
    return path


def edit(path: Path, changes: dict[str, bytes | None]) -> Path:
    """Replace, add or (None) remove parts of a file."""
    with zipfile.ZipFile(path) as old:
        parts = {i.filename: old.read(i) for i in old.infolist()}
    parts.update({k: v for k, v in changes.items() if v is not None})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            if changes.get(name, data) is not None:
                new.writestr(name, data)
    return path


def substitute(path: Path, part: str, *pairs: tuple[str, str]) -> Path:
    """Replace text in a part, which must hold it."""
    text = parts_of(path)[part].decode()
    for old, new in pairs:
        assert old in text, (part, old)
        text = text.replace(old, new, 1)
    return edit(path, {part: text.encode()})


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {i.filename: file.read(i) for i in file.infolist()}


def sheet_part(path: Path, name: str) -> str:
    package = Package.open(path)
    root = package.xml(package.workbook_part)
    rid = next(s.get(rel("id")) for s in root.iter(main("sheet")) if s.get("name") == name)
    return next(r.inner for r in package.rels(package.workbook_part) if r.id == rid)


def owned_by(path: Path, sheets: tuple[str, ...]) -> set[str]:
    """The parts that belong to some sheets, with their relationships."""
    package = Package.open(path)
    names = [s.get("name") for s in package.xml(package.workbook_part).iter(main("sheet"))]
    found = package.reachable(sheet_part(path, s) for s in sheets if s in names)
    return found | {f"{p.rpartition('/')[0]}/_rels/{p.rpartition('/')[2]}.rels" for p in found}


def assert_sound(path: Path) -> None:
    """What Excel would call a damaged workbook, as far as that can be told without Excel."""
    package = Package.open(path)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert len(file.namelist()) == len({n.lower() for n in file.namelist()})
    for name in package.names():
        if name.endswith((".xml", ".rels")):
            package.xml(name)
        if name != CONTENT_TYPES_PART:
            assert package.content_type(name), f"{name} has no content type"
    for override in package.xml(CONTENT_TYPES_PART):
        part = override.get("PartName")
        assert part is None or part[1:] in package, f"content type of {part}, which is not there"
    for name in ["", *package.names()]:
        rels = package.rels(name)
        assert len({r.id for r in rels}) == len(rels)
        for r in rels:
            assert r.part is None or r.part in package, f"{name} leads to {r.part}, which is not there"
    unreachable = (
        {n for n in package.names() if not n.endswith(".rels")} - package.reachable([""]) - {CONTENT_TYPES_PART}
    )
    assert not unreachable, unreachable
    _assert_book_sound(package)


def _assert_book_sound(package: Package) -> None:
    root = package.xml(package.workbook_part)
    assert_order(root, WORKBOOK_ORDER)
    sheets = list(root.find(main("sheets")))
    assert len({s.get("sheetId") for s in sheets}) == len({s.get("name").lower() for s in sheets}) == len(sheets)
    keys = [(n.get("name").lower(), n.get("localSheetId")) for n in root.iter(main("definedName"))]
    assert len(keys) == len(set(keys))
    assert all(scope is None or int(scope) < len(sheets) for _, scope in keys)
    styles = package.xml("xl/styles.xml")
    assert_order(styles, STYLES_ORDER)
    for collection in styles:
        assert collection.get("count") in (None, str(len(collection))), collection.tag
    _assert_formats_exist(styles)
    rels = {r.id: r for r in package.rels(package.workbook_part)}
    tables: list[tuple[str, str]] = []
    selected = 0
    for sheet in sheets:
        part = rels[sheet.get(rel("id"))].inner
        selected += _assert_sheet_sound(package, part, styles)
        for r in package.rels(part):
            if r.kind == "table":
                table = package.xml(r.inner)
                tables.append((table.get("id"), table.get("displayName")))
    assert selected <= 1, f"{selected} tabs are selected"
    assert len({i for i, _ in tables}) == len({n.lower() for _, n in tables}) == len(tables)


def _assert_formats_exist(styles: etree._Element) -> None:
    counts = {tag: len(styles.find(main(tag))) for tag in ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs")}
    custom = {f.get("numFmtId") for f in styles.findall(f"{main('numFmts')}/{main('numFmt')}")}
    for xf in styles.find(main("cellXfs")):
        for attribute, tag in (
            ("fontId", "fonts"),
            ("fillId", "fills"),
            ("borderId", "borders"),
            ("xfId", "cellStyleXfs"),
        ):
            assert int(xf.get(attribute, "0")) < counts[tag]
        assert int(xf.get("numFmtId")) < 164 or xf.get("numFmtId") in custom


def _assert_sheet_sound(package: Package, part: str, styles: etree._Element) -> int:
    """Whether the sheet's tab is selected."""
    root = package.xml(part)
    assert_order(root, WORKSHEET_ORDER)
    formats, differential = len(styles.find(main("cellXfs"))), styles.find(main("dxfs"))
    ids = {r.id for r in package.rels(part)}
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute.startswith(rel("")):
                assert value in ids, (part, local(element), value)
        if local(element) in ("c", "row"):
            assert int(element.get("s", "0")) < formats
        if local(element) == "col":
            assert int(element.get("style", "0")) < formats
        if element.get("dxfId") is not None:
            assert int(element.get("dxfId")) < len(differential)
        if element.get("cm") is not None:
            records = package.xml("xl/metadata.xml").findall(f"{main('cellMetadata')}/{main('bk')}")
            assert 1 <= int(element.get("cm")) <= len(records)
    return sum(v.get("tabSelected") in ("1", "true") for v in root.iter(main("sheetView")))


def assert_order(root: etree._Element, order: tuple[str, ...]) -> None:
    ranks = [order.index(local(e)) for e in root if local(e) in order]
    assert ranks == sorted(ranks), [local(e) for e in root]


def libreoffice(path: Path, to: str, folder: Path) -> Path:
    """The file as LibreOffice converts it, every formula recalculated, with a fresh profile."""
    program = shutil.which("soffice")
    assert program, "LibreOffice (soffice) is not on the PATH"
    profile = folder / f"profile-{path.stem}-{to}"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE)
    out = folder / f"{path.stem}-{to}"
    command = [
        program,
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        to,
        "--outdir",
        str(out),
    ]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=180, env=os.environ)
    result = out / f"{path.stem}.{to}"
    assert result.exists(), f"LibreOffice made no {to} of {path}"
    return result


_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def sheet_names(path: Path) -> list[str]:
    return [str(s.get("name")) for s in workbook_root(path).iter(main("sheet"))]


def workbook_root(path: Path) -> etree._Element:
    package = Package.open(path)
    return package.xml(package.workbook_part)


def notes_on(path: Path, sheet: str) -> dict[str, tuple[str, str]]:
    package, part = Package.open(path), sheet_part(path, sheet)
    return note_texts(package, NoteParts.of(package, part, package.xml(part)))


def note_boxes(path: Path, sheet: str) -> int:
    package, part = Package.open(path), sheet_part(path, sheet)
    shapes = NoteParts.of(package, part, package.xml(part)).shapes
    return 0 if shapes is None else package.read(shapes.inner).count(b'ObjectType="Note"')


def objects_on(path: Path, sheet: str) -> list[str]:
    package = Package.open(path)
    drawing = package.related(sheet_part(path, sheet), "drawing")
    return [] if drawing is None else object_names(package.xml(drawing.inner))


def names_of(path: Path) -> dict[tuple[str, str | None], str | None]:
    return {(n.get("name"), n.get("localSheetId")): n.text for n in workbook_root(path).iter(main("definedName"))}
