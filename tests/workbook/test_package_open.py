"""Opening a workbook: every kind of file that is not one is refused in words a user can act on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.workbook.test_package_support import edit, libreoffice, parts_of, substitute
from xl_ltc.errors import InputError
from xl_ltc.workbook.package import Package, opc
from xl_ltc.workbook.package.ooxml import parse

COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    workbook.add_worksheet("One").write("A1", 1)
    workbook.close()
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xls", COMPOUND_FILE + b"Workbook", "a workbook of the old kind"),
        ("secret.xlsx", COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        ("table.csv", b"a,b\n1,2\n", r"a file that is no workbook \(.csv\)"),
        ("empty.xlsx", b"", "an empty file"),
        ("cut.xlsx", b"PK\x03\x04 cut short", "a damaged zip file"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        Package.open(tmp_path / name)
    assert name in error.value.problems[0].place and "allowed: " in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.xlsx: found no such file"):
        Package.open(tmp_path / "none.xlsx")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        Package.open(tmp_path)


def test_another_zip_file(book: Path) -> None:
    edit(book, {"[Content_Types].xml": None})
    with pytest.raises(InputError, match="a zip file that is not a workbook"):
        Package.open(book)


def test_a_strict_workbook(book: Path) -> None:
    usual = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    substitute(book, "_rels/.rels", (usual, "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"))
    with pytest.raises(InputError, match="a Strict Open XML Spreadsheet"):
        Package.open(book)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "a binary workbook"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "a document of type"),
    ],
)
def test_another_kind_of_package(book: Path, kind: str, words: str) -> None:
    usual = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    substitute(book, "[Content_Types].xml", (usual, kind))
    with pytest.raises(InputError, match=words):
        Package.open(book)


def test_a_part_that_is_damaged(book: Path) -> None:
    data = bytearray(book.read_bytes())
    start = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[start : start + 20] = bytes(20)
    book.write_bytes(data)
    with pytest.raises(InputError, match=r"sheet1.xml: found a part that can't be unpacked"):
        Package.open(book).read("xl/worksheets/sheet1.xml")


def test_what_unpacks_to_too_much(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(book, {"xl/media/bomb.bin": bytes(5_000_000)})
    assert book.stat().st_size < 50_000
    monkeypatch.setattr(opc, "MAX_UNCOMPRESSED", 4_000_000)
    with pytest.raises(InputError, match="bytes when unpacked; allowed: at most 4,000,000 bytes"):
        Package.open(book)


def test_two_parts_of_one_name(book: Path) -> None:
    with zipfile.ZipFile(book, "a") as file:
        file.writestr("xl/Workbook.xml", b"another")
    with pytest.raises(InputError, match="two parts of one name"):
        Package.open(book)


def test_xml_with_a_document_type_is_refused_and_entities_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><x>&e;</x>'
    with pytest.raises(InputError, match="XML that no spreadsheet program writes"):
        parse(xml.encode(), "part")
    with pytest.raises(InputError, match="damaged XML"):
        parse(b"<x>", "part")


def test_saving_unchanged_keeps_every_part(book: Path, tmp_path: Path) -> None:
    before = parts_of(book)
    Package.open(book).save(tmp_path / "copy.xlsx")
    assert parts_of(tmp_path / "copy.xlsx") == before
    assert list(parts_of(tmp_path / "copy.xlsx")) == list(before)


def test_saving_keeps_the_permissions_of_the_file(book: Path) -> None:
    book.chmod(0o640)
    Package.open(book).save(book)
    assert book.stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed_and_not_replaced(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    Package.open(link).save(link)
    assert link.is_symlink() and zipfile.is_zipfile(book)


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize(("to", "words"), [("ods", "an OpenDocument file"), ("xls", "the old kind")])
def test_what_libreoffice_saves_otherwise(book: Path, tmp_path: Path, to: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Package.open(libreoffice(book, to, tmp_path))
