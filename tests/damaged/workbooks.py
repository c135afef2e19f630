"""The corpus of damaged workbooks: each is made from a good one, with what must be said of it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.damaged.filing import Parts

Make = Callable[[Parts], bytes]


@dataclass(frozen=True)
class Damage:
    """A damaged workbook.

    Attributes:
        name: of the case.
        make: its bytes from the parts of the good workbook.
        words: that the message must have, or empty where the file is to be read as the good one.
        bomb: whether it wants more time or memory than there is, and is tried in a process of its own.
    """

    name: str
    make: Make
    words: tuple[str, ...] = ()
    bomb: bool = False


def _xml(sheet_data: bytes) -> Make:
    """Another body of the sheet with the policies."""
    return lambda good: good.swap(good.sheet("S inforce"), rb"<sheetData>.*</sheetData>", lambda _: sheet_data).packed()


def _cell(address: str, xml: bytes) -> Make:
    return lambda good: good.cell("S inforce", address, xml).packed()


def _in_sheet(pattern: bytes, replacement: bytes) -> Make:
    return lambda good: good.swap(good.sheet("S inforce"), pattern, replacement).packed()


def _in_table(pattern: bytes, replacement: bytes) -> Make:
    return lambda good: good.swap(good.table("inforce"), pattern, replacement).packed()


def _in_book(pattern: bytes, replacement: bytes) -> Make:
    return lambda good: good.swap("xl/workbook.xml", pattern, replacement).packed()


def _text(value: str) -> bytes:
    return b'<is><t xml:space="preserve">%b</t></is>' % value.encode()


def _inline(address: str, value: str) -> bytes:
    return b'<c r="%b" t="inlineStr">%b</c>' % (address.encode(), _text(value))


def _changed(at: int, to: bytes) -> Make:
    def make(good: Parts) -> bytes:
        data = bytearray(good.packed())
        data[at : at + len(to)] = to
        return bytes(data)

    return make


def _with(name: str, data: bytes) -> Make:
    return lambda good: Parts({**good.parts, name: data}).packed()


def _without(name: str) -> Make:
    return lambda good: Parts({k: v for k, v in good.parts.items() if k != name}).packed()


def _many_parts(good: Parts) -> bytes:
    buffer = io.BytesIO(good.packed())
    with zipfile.ZipFile(buffer, "a") as file:
        for number in range(60_000):
            file.writestr(zipfile.ZipInfo(f"xl/media/{number}"), b"")
    return buffer.getvalue()


def _bomb(part: str, gigabytes: int, said: int | None = None) -> Make:
    """A part that unpacks to gigabytes of blanks; the zip file says how many, or fewer."""

    def make(good: Parts) -> bytes:
        name = good.sheet("S inforce") if part == "sheet" else part
        start, _, end = good.parts[name].rpartition(b"</sheetData>") if part == "sheet" else (b"", b"", b"")
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        begin = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
        # After a full flush a stretch does not depend on what was before it, and may be repeated.
        blanks = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        data = begin + blanks * (gigabytes << 10) + packer.compress(b"</sheetData>" + end) + packer.flush()
        size = (gigabytes << 30) + len(start) if said is None else said
        # The parts beside it, then it alone, as zipfile would write it had it the patience.
        buffer = io.BytesIO(Parts({k: v for k, v in good.parts.items() if k != name}).packed())
        with zipfile.ZipFile(buffer, "a") as file:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size, info.compress_size, info.CRC = size, len(data), zlib.crc32(start[:size])
            info.header_offset = file.start_dir
            buffer.seek(file.start_dir)
            buffer.write(info.FileHeader(zip64=False) + data)
            file.start_dir = buffer.tell()
            file.filelist.append(info)
            file.NameToInfo[name] = info
            file._didModify = True  # type: ignore[attr-defined]
        return buffer.getvalue()

    return make


def _overlapping(good: Parts) -> bytes:
    """Many names for one packed megabyte: the directory's entries lead to the same place."""
    buffer = io.BytesIO(Parts({**good.parts, "xl/media/one": bytes(1 << 20)}).packed())
    with zipfile.ZipFile(buffer, "a") as file:
        one = file.getinfo("xl/media/one")
        for number in range(2_000):
            info = zipfile.ZipInfo(f"xl/media/{number}")
            for name in ("compress_type", "compress_size", "file_size", "CRC", "header_offset"):
                setattr(info, name, getattr(one, name))
            file.filelist.append(info)
        file._didModify = True  # type: ignore[attr-defined]
    return buffer.getvalue()


def _laughs(levels: int = 9) -> bytes:
    """An entity of entities of entities."""
    lines = ['<!ENTITY e0 "ha">', *(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, levels + 1))]
    return f"<!DOCTYPE x [{''.join(lines)}]>".encode()


def _nameless(good: Parts) -> bytes:
    """The directory's last entry has a name of no characters."""
    data = bytearray(Parts({**good.parts, "a": b""}).packed())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 28 : entry + 30] = bytes(2)
    del data[entry + 46]
    end = data.rindex(b"PK\x05\x06")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    data[end + 12 : end + 16] = (size - 1).to_bytes(4, "little")
    return bytes(data)


def _recoded(good: Parts, encoding: str) -> bytes:
    name = good.sheet("S inforce")
    return Parts({**good.parts, name: good.parts[name].decode().encode(encoding)}).packed()


def _as_chartsheet(good: Parts, kind: bytes = b"chartsheet") -> bytes:
    """The list of sheets says of the sheet with the policies that it is no worksheet."""
    name = good.sheet("S inforce").removeprefix("xl/").encode()
    rels = "xl/_rels/workbook.xml.rels"
    pattern = rb'relationships/worksheet"( Target="%b")' % name
    return good.swap(rels, pattern, rb'relationships/%b"\1' % kind).packed()


def _external(good: Parts) -> bytes:
    """A link to another workbook, beside the policies; nothing is fetched."""
    rels, part = "xl/_rels/workbook.xml.rels", "xl/externalLinks/externalLink1.xml"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    linked = good.swap(
        rels,
        rb"</Relationships>",
        b'<Relationship Id="rId999" Type="%b" Target="externalLinks/externalLink1.xml"/></Relationships>' % office,
    )
    own = f"{part.rpartition('/')[0]}/_rels/externalLink1.xml.rels"
    package = b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts = {
        **linked.parts,
        part: b"<externalLink %b/>" % main,
        own: b'<Relationships %b><Relationship Id="rId1" Type="%bPath" Target="file:///nowhere/other.xlsx" '
        b'TargetMode="External"/></Relationships>' % (package, office),
    }
    return Parts(parts).packed()


_OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_FIRST_AGE, _FIRST_PREMIUM, _FIRST_ID, _FIRST_SEX = "F4", "S4", "B4", "G4"

DAMAGES = (
    # the zip file
    Damage("truncated in the middle", lambda good: good.packed()[: len(good.packed()) // 2], ("a damaged zip file",)),
    Damage("without its last byte", lambda good: good.packed()[:-1], ("a damaged zip file",)),
    Damage("only its first bytes", lambda good: good.packed()[:4], ("a damaged zip file",)),
    Damage("a directory that leads nowhere", lambda good: good.packed()[1_000:], ("no workbook",)),
    Damage("another first entry", _changed(0, b"PK\x05\x06"), ("that can't be unpacked",)),
    Damage(
        "a byte lost near the begin", lambda good: good.packed()[:4] + good.packed()[5:], ("that can't be unpacked",)
    ),
    Damage("a part without a name", _nameless, ("a part without a name in the zip file",)),
    Damage("packed by bzip2", lambda good: good.packed(zipfile.ZIP_BZIP2), ("packed by method 12",)),
    Damage("packed by lzma", lambda good: good.packed(zipfile.ZIP_LZMA), ("packed by method 14",)),
    Damage("stored, not packed", lambda good: good.packed(zipfile.ZIP_STORED)),
    Damage("60,000 parts", _many_parts, ("parts in the zip file; allowed: at most 50,000",), bomb=True),
    Damage("a part of 3 GiB", _bomb("xl/media/image1.png", 3), ("bytes when unpacked",), bomb=True),
    Damage(
        "a part of 2 GiB that is said to have 9 bytes",
        _bomb("xl/media/a.png", 2, 9),
        ("that can't be unpacked",),
        bomb=True,
    ),
    Damage(
        "a sheet of 2 GiB that is said to have few bytes",
        _bomb("sheet", 2, 900),
        ("that can't be unpacked",),
        bomb=True,
    ),
    Damage("2,000 names of one part", _overlapping, ("bytes when unpacked",), bomb=True),
    Damage("an encrypted workbook", lambda _: _COMPOUND + "EncryptedPackage".encode("utf-16-le"), ("password",)),
    Damage("an .xls", lambda _: _COMPOUND + bytes(512), ("the old kind (.xls)",)),
    Damage("a text file", lambda _: b"policy_id,series\n", ("a file that is no workbook",)),
    Damage("an empty file", lambda _: b"", ("an empty file",)),
    Damage(
        "an OpenDocument file",
        lambda _: Parts({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}).packed(),
        ("an OpenDocument file",),
    ),
    Damage(
        "an .xlsb",
        lambda good: good.swap(
            "[Content_Types].xml",
            rb"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main\+xml",
            b"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        ).packed(),
        ("a binary workbook (.xlsb)",),
    ),
    Damage("no content types", _without("[Content_Types].xml"), ("a zip file that is not a workbook",)),
    Damage("no workbook part", _without("xl/workbook.xml"), ("no workbook part",)),
    Damage("no shared strings", _without("xl/sharedStrings.xml"), ("that can't be read",)),
    # XML
    Damage(
        "entities of entities in a sheet",
        lambda good: (
            good.swap(good.sheet("S inforce"), rb"(<worksheet)", _laughs() + rb"\1")
            .swap(good.sheet("S inforce"), rb'(<c r="B4"[^>]*>)<v>\d+</v>', rb"\1<v>&e9;</v>")
            .packed()
        ),
        ("S inforce", "no spreadsheet program writes"),
        bomb=True,
    ),
    Damage(
        "entities of entities in the workbook part",
        _in_book(rb"(<workbook)", _laughs() + rb"\1"),
        ("xl/workbook.xml", "no spreadsheet program writes"),
        bomb=True,
    ),
    Damage(
        "an entity outside the file",
        lambda good: (
            good.swap("xl/sharedStrings.xml", rb"(<sst)", _OUTSIDE + rb"\1")
            .swap("xl/sharedStrings.xml", rb"<t>[^<]*</t>", b"<t>&e;</t>")
            .packed()
        ),
        ("sharedStrings.xml", "no spreadsheet program writes"),
    ),
    Damage("a sheet in UTF-16", lambda good: _recoded(good, "utf-16"), ("S inforce", "not UTF-8")),
    Damage("a sheet cut off", _in_sheet(rb"</row>.*", b""), ("S inforce",)),
    Damage("a sheet that is no XML", _in_sheet(rb".*", b"\0\1\2"), ("S inforce",)),
    Damage("an attribute twice", _in_sheet(rb'<c r="E4"', b'<c r="E4" t="e" t="e"'), ("S inforce",)),
    Damage(
        "a table part that is no XML", lambda good: good.swap(good.table("inforce"), rb".*", b"<").packed(), ("XML",)
    ),
    Damage("a value in CDATA", _cell("F4", b'<c r="F4"><v><![CDATA[60]]></v></c>'), ("S inforce", "CDATA")),
    Damage("a value with a comment", _cell("F4", b'<c r="F4"><v>6<!-- -->0</v></c>'), ("S inforce", "a comment")),
    # sheets and tables
    Damage(
        "a table's range that is none", _in_table(rb' ref="[^"]*"', b' ref="nowhere"'), ("table inforce", "no range")
    ),
    Damage("a table from row 0", _in_table(rb' ref="B3', b' ref="B0'), ("table inforce", "no range")),
    Damage("a table upside down", _in_table(rb' ref="B3:T11"', b' ref="T11:B3"'), ("table inforce", "no range")),
    Damage(
        "a table over the whole sheet", _in_table(rb' ref="B3:T11"', b' ref="A1:XFD1048576"'), ("16,384 columns wide",)
    ),
    Damage("a table to the last row", _in_table(rb' ref="B3:T11"', b' ref="B3:T1048576"')),
    Damage("a table of five header rows", _in_table(rb"<table ", b'<table headerRowCount="5" '), ("5 header rows",)),
    Damage("two sheets of one name", _in_book(rb'name="S settings"', b'name="s inforce"'), ("two sheets of the name",)),
    Damage("a table's sheet that is a chart sheet", _as_chartsheet, ("S inforce",)),
    Damage("a table's sheet that is a dialog sheet", lambda good: _as_chartsheet(good, b"dialogsheet"), ("S inforce",)),
    Damage(
        "two tables of one name",
        lambda good: good.swap(
            good.table("mortality_base"), rb'displayName="[^"]*"', b'displayName="INFORCE"'
        ).packed(),
        ("table inforce", "one table of a name"),
    ),
    Damage(
        "a header twice", lambda good: good.cell("S inforce", "G3", _inline("G3", "issue_age")).packed(), ("issue_age",)
    ),
    Damage(
        "merged cells in a table",
        _in_sheet(rb"<tableParts", b'<mergeCells count="1"><mergeCell ref="D5:D6"/></mergeCells><tableParts'),
        ("cell D5", "merged with those up to D6"),
    ),
    Damage(
        "merged cells over a header",
        _in_sheet(rb"<tableParts", b'<mergeCells count="1"><mergeCell ref="A1:C3"/></mergeCells><tableParts'),
        ("cell A1", "merged"),
    ),
    Damage(
        "merged cells elsewhere",
        _in_sheet(rb"<tableParts", b'<mergeCells count="1"><mergeCell ref="B1:T1"/></mergeCells><tableParts'),
    ),
    Damage("hidden rows and columns", _in_sheet(rb'<row r="5"', b'<row r="5" hidden="1"')),
    Damage(
        "a remark in the last row of the sheet",
        _in_sheet(rb"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
        bomb=True,
    ),
    Damage(
        "a cell at the end of the sheet",
        _in_sheet(rb"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        ("S inforce", "1,048,576 rows of 16,384 columns"),
        bomb=True,
    ),
    Damage(
        "a cell beyond the sheet",
        _in_sheet(rb"</sheetData>", b'<row r="4000000000"><c r="A4000000000"><v>1</v></c></row></sheetData>'),
        ("S inforce", "beyond row 1,048,576"),
        bomb=True,
    ),
    Damage(
        "a column beyond the sheet",
        _in_sheet(rb"</sheetData>", b'<row r="99"><c r="ZZZZZ99"><v>1</v></c></row></sheetData>'),
        ("S inforce", "beyond row 1,048,576 or column XFD"),
        bomb=True,
    ),
    Damage("an external link", lambda good: _external(good)),
    # cells
    Damage("a number stored as text", _cell(_FIRST_AGE, _inline(_FIRST_AGE, " 60 "))),
    Damage("a decimal comma", _cell("S4", _inline("S4", "2000,00")), ("S inforce, cell S4", "'2000,00'", "a number")),
    Damage("points between thousands", _cell("S4", _inline("S4", "2.000,0")), ("S inforce, cell S4", "'2.000,0'")),
    Damage("a comma between thousands", _cell("S4", _inline("S4", "2,000")), ("S inforce, cell S4", "'2,000'")),
    Damage("full-width digits", _cell("F4", _inline("F4", "６０")), ("S inforce, cell F4", "FULLWIDTH DIGIT SIX")),
    Damage(
        "a Cyrillic letter in a code",
        _cell("G4", _inline("G4", "F\u0435male")),
        ("S inforce, cell G4", "CYRILLIC SMALL LETTER IE"),
    ),
    Damage(
        "a zero-width space in a code", _cell("G4", _inline("G4", "Fe\u200bmale")), ("S inforce, cell G4", r"\u200b")
    ),
    Damage(
        "a non-breaking space in a code",
        _cell("I4", _inline("I4", "Preferred\u00a0")),
    ),
    Damage("an id that looks like another's", _cell("B4", _inline("B4", "P\u200b1")), ("policy_id", "a second time")),
    Damage("a full-width id that is another's", _cell("B4", _inline("B4", "Ｐ１")), ("a second time",)),
    Damage(
        "a formula without a value",
        _cell("F4", b'<c r="F4"><f>30+30</f></c>'),
        ("S inforce, cell F4", "no stored value"),
    ),
    Damage("a formula with its value", _cell("F4", b'<c r="F4"><f>30+30</f><v>60</v></c>')),
    Damage(
        "a formula that gives empty text",
        _cell("F4", b'<c r="F4" t="str"><f>""</f><v></v></c>'),
        ("S inforce, cell F4", "nothing"),
    ),
    Damage(
        "an error value",
        _cell("F4", b'<c r="F4" t="e"><v>#REF!</v></c>'),
        ("S inforce, cell F4", "the error value #REF!"),
    ),
    Damage("an error value nobody knows", _cell("F4", b'<c r="F4" t="e"><v>#OUCH!</v></c>'), ("S inforce",)),
    Damage("no number", _cell("S4", b'<c r="S4"><v>NaN</v></c>'), ("S inforce, cell S4",)),
    Damage("a number without end", _cell("S4", b'<c r="S4"><v>1e999</v></c>'), ("S inforce, cell S4",)),
    Damage(
        "a huge number",
        _cell("S4", b'<c r="S4"><v>1e300</v></c>'),
        ("S inforce, cell S4", "a number from 0 to 1000000"),
    ),
    Damage("a negative number", _cell("S4", b'<c r="S4"><v>-1</v></c>'), ("S inforce, cell S4", "found -1")),
    Damage("a boolean for a number", _cell("F4", b'<c r="F4" t="b"><v>1</v></c>'), ("S inforce, cell F4", "True")),
    Damage("a number for a date", _cell("E4", b'<c r="E4"><v>39887</v></c>'), ("S inforce, cell E4", "a date")),
    Damage("a date no calendar has", _cell("E4", b'<c r="E4" s="1"><v>99999999</v></c>'), ("S inforce, cell E4",)),
    Damage("a shared text that is not there", _cell("G4", b'<c r="G4" t="s"><v>99999</v></c>'), ("S inforce",)),
    Damage("a text with a NUL", _cell("G4", b'<c r="G4" t="str"><v>&#0;</v></c>'), ("S inforce",)),
)
