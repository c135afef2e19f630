"""The zip package of a workbook: its parts, their relationships, content types; opened with checks, saved at once."""

from __future__ import annotations

import copy
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from xl_ltc.errors import InputError
from xl_ltc.files import written_whole
from xl_ltc.input_files import file_bytes
from xl_ltc.workbook.package.ooxml import (
    CONTENT_TYPES,
    PACKAGE_REL,
    REL,
    REPAIR,
    STRICT_PREFIX,
    Element,
    parse,
    serialize,
)

MAX_UNCOMPRESSED = 1 << 30
"""The most bytes a workbook may unpack to; a million-policy workbook stays below it, a zip bomb does not."""

MAX_PARTS = 50_000
"""The most parts of a workbook, which has some ten a sheet; a list of millions would take minutes to read."""

_DIRECTORY_ENTRY = b"PK\x01\x02"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The packings of an Office document (ECMA-376 part 2, annex B)."""
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    OverflowError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What zipfile raises for a damaged file, a part without a name, a seek to nowhere or a password among it."""

CONTENT_TYPES_PART = "[Content_Types].xml"
_MAIN_TYPES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
)
_SAVE_AS = "an Excel workbook (.xlsx or .xlsm); open it in Excel or LibreOffice and save it as one"
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True)
class Rel:
    """A relationship: ``part`` is the full name of the part it leads to, or None when it leads out of the package."""

    id: str
    type: str
    target: str
    mode: str | None
    part: str | None

    @property
    def kind(self) -> str:
        """The last word of the type, e.g. ``drawing``."""
        return self.type.rsplit("/", 1)[-1]

    @property
    def inner(self) -> str:
        """The part it leads to, for a relationship that is known to lead to one."""
        assert self.part is not None
        return self.part


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """``info.is_dir()``, which Python 3.11 can't tell of an entry without a name."""
    return info.filename.endswith("/")


def rels_name(part: str) -> str:
    """The part that holds a part's relationships; the package's own for an empty name."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def fresh_rel_id(rels: Iterable[Rel]) -> str:
    """A relationship id not in use."""
    taken = {r.id for r in rels}
    number = 1
    while f"rId{number}" in taken:
        number += 1
    return f"rId{number}"


class Package:
    """A workbook's parts, changed in memory and written in one go.

    The file is read once at the start, so that what is saved later does not depend on the file any more, and it
    may be saved over itself.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._infos = {info.filename: info for info in self._zip.infolist() if not _is_folder(info)}
        self._changed: dict[str, bytes] = {}
        self._dropped: set[str] = set()
        # Part names differ from one another in more than case (ECMA-376 part 2, 9.1.1), and writers are lax with it.
        self._spelling = {name.lower(): name for name in self._infos}

    @classmethod
    def open(cls, path: Path) -> Package:
        """Read a workbook and check that it is one.

        Raises:
            InputError: no such file; not an .xlsx or .xlsm; protected with a password; damaged; too large.
        """
        place = str(path)
        data = file_bytes(path, MAX_UNCOMPRESSED, "the path of an Excel workbook (.xlsx or .xlsm)")
        _check_leading_bytes(data, path)
        if (parts := data.count(_DIRECTORY_ENTRY)) > MAX_PARTS:
            raise InputError.single(place, f"some {parts:,} parts in the zip file", f"at most {MAX_PARTS:,} parts")
        try:
            package = cls(path, data)
        except _BAD_ZIP as error:
            raise InputError.single(place, f"a damaged zip file ({error})", REPAIR) from None
        package._check_bounds()
        package._check_kind()
        return package

    def _check_bounds(self) -> None:
        infos = self._zip.infolist()
        total = sum(info.file_size for info in infos)
        if total > MAX_UNCOMPRESSED:
            raise InputError.single(
                str(self.path), f"{total:,} bytes when unpacked", f"at most {MAX_UNCOMPRESSED:,} bytes"
            )
        packed = next((info for info in infos if info.compress_type not in _PACKINGS), None)
        if packed is not None:
            found = f"a part packed by method {packed.compress_type} of the zip format"
            raise InputError.single(f"{self.path}, {packed.filename}", found, f"parts that are deflated; {REPAIR}")
        if "" in self._infos:
            raise InputError.single(str(self.path), "a part without a name in the zip file", REPAIR)
        if len(self._spelling) != sum(not _is_folder(info) for info in infos):
            raise InputError.single(str(self.path), "two parts of one name in the zip file", REPAIR)

    def _check_kind(self) -> None:
        place = str(self.path)
        if CONTENT_TYPES_PART not in self:
            mimetype = self.read("mimetype") if "mimetype" in self else b""
            found = "an OpenDocument file" if b"opendocument" in mimetype else "a zip file that is not a workbook"
            raise InputError.single(place, found, _SAVE_AS)
        types = {r.type for r in self.rels("")}
        if any(t.startswith(STRICT_PREFIX) for t in types):
            raise InputError.single(
                place,
                "a Strict Open XML Spreadsheet",
                "the usual kind: in Excel, File, Save As, Excel Workbook (*.xlsx), not Strict Open XML Spreadsheet",
            )
        if f"{REL}/officeDocument" not in types:
            raise InputError.single(place, "a package without an office document", _SAVE_AS)
        kind = self.content_type(self.workbook_part)
        if kind not in _MAIN_TYPES:
            found = "a binary workbook (.xlsb)" if "sheet.binary" in kind else f"a document of type {kind or 'unknown'}"
            raise InputError.single(place, found, _SAVE_AS)

    @property
    def workbook_part(self) -> str:
        """The name of the workbook's main part, as a rule ``xl/workbook.xml``."""
        part = next((r.part for r in self.rels("") if r.type == f"{REL}/officeDocument"), None)
        if part is None or part not in self:
            raise InputError.single(str(self.path), "no workbook part", REPAIR)
        return part

    def __contains__(self, name: str) -> bool:
        return name in self._changed or (name in self._infos and name not in self._dropped)

    def names(self) -> list[str]:
        """The parts, first those of the file in its order, then those added."""
        kept = [name for name in self._infos if name in self]
        return kept + [name for name in self._changed if name not in self._infos]

    def read(self, name: str) -> bytes:
        """A part's bytes.

        Raises:
            InputError: damaged, or protected with a zip password.
        """
        if name in self._changed:
            return self._changed[name]
        place = f"{self.path}, {name}"
        try:
            info = copy.copy(self._infos[name])
            # One byte more than it is said to have shows a part that unpacks to more, where zipfile would cut it off.
            info.file_size += 1
            with self._zip.open(info) as part:
                data = part.read(info.file_size)
        except _BAD_ZIP as error:
            raise InputError.single(place, f"a part that can't be unpacked ({error})", REPAIR) from None
        if len(data) != info.file_size - 1:
            found = f"a part that does not unpack to the {info.file_size - 1:,} bytes it is said to have"
            raise InputError.single(place, found, REPAIR)
        return data

    def xml(self, name: str, *, recover: bool = False) -> Element:
        """A part's root element, parsed anew at each call."""
        return parse(self.read(name), f"{self.path}, {name}", recover=recover)

    def write(self, name: str, data: bytes) -> None:
        """Replace a part or add one."""
        self._changed[name] = data
        self._spelling.setdefault(name.lower(), name)

    def write_xml(self, name: str, root: Element) -> None:
        """Replace a part or add one."""
        self.write(name, serialize(root))

    def drop(self, name: str) -> None:
        """Remove a part with its relationships and its content type."""
        self._drop_file(name)
        self._drop_file(rels_name(name))
        self._set_override(name, None)
        self._set_override(rels_name(name), None)

    def _drop_file(self, name: str) -> None:
        self._changed.pop(name, None)
        self._dropped.add(name)

    def fresh_name(self, like: str) -> str:
        """A part name not in use, made like another: ``xl/charts/chart7.xml`` gives the first free ``chart<n>.xml``."""
        folder, name = posixpath.split(like)
        match = re.match(r"^(.*?)\d*(\.[^.]*)?$", name)
        stem, extension = (match.group(1), match.group(2) or "") if match else (name, "")
        taken = {n.lower() for n in self.names()}
        number = 1
        while posixpath.join(folder, f"{stem}{number}{extension}").lower() in taken:
            number += 1
        return posixpath.join(folder, f"{stem}{number}{extension}")

    def rels(self, part: str) -> list[Rel]:
        """A part's relationships; the package's own for an empty name."""
        name = self._spelling.get(rels_name(part).lower(), "")
        if name not in self:
            return []
        found = []
        for element in self.xml(name).iterfind(f"{{{PACKAGE_REL}}}Relationship"):
            target, mode = element.get("Target", ""), element.get("TargetMode")
            inside = mode != "External" and not target.startswith("#")
            found.append(
                Rel(
                    element.get("Id", ""),
                    element.get("Type", ""),
                    target,
                    mode,
                    self._resolve(part, target) if inside else None,
                )
            )
        return found

    def _resolve(self, part: str, target: str) -> str:
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), unquote(target))).lstrip("/")
        return self._spelling.get(path.lower(), path)

    def set_rels(self, part: str, rels: Iterable[Rel]) -> None:
        """Write a part's relationships; none removes the part that held them."""
        rels = list(rels)
        if not rels:
            if rels_name(part) in self:
                self._drop_file(rels_name(part))
                self._set_override(rels_name(part), None)
            return
        root = etree.Element(f"{{{PACKAGE_REL}}}Relationships", nsmap={None: PACKAGE_REL})
        for r in rels:
            target = r.target if r.part is None else posixpath.relpath(f"/{r.part}", f"/{posixpath.dirname(part)}")
            element = etree.SubElement(root, f"{{{PACKAGE_REL}}}Relationship", Id=r.id, Type=r.type, Target=target)
            if r.mode is not None:
                element.set("TargetMode", r.mode)
        self.write_xml(rels_name(part), root)

    def related(self, part: str, kind: str) -> Rel | None:
        """The first relationship of a kind of office document that leads to a part that is there."""
        rels = self.rels(part)
        return next((r for r in rels if r.type == f"{REL}/{kind}" and r.part is not None and r.part in self), None)

    def reachable(self, start: Iterable[str]) -> set[str]:
        """The parts that relationships lead to from some parts, those included; ``""`` is the package itself."""
        seen: set[str] = set()
        waiting = list(start)
        while waiting:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            waiting += [r.part for r in self.rels(part) if r.part is not None and r.part in self]
        return seen

    def content_type(self, part: str) -> str:
        """A part's content type, empty when it has none."""
        root = self.xml(CONTENT_TYPES_PART)
        for element in root.iterfind(f"{{{CONTENT_TYPES}}}Override"):
            if element.get("PartName", "").lower() == f"/{part}".lower():
                return str(element.get("ContentType", ""))
        extension = posixpath.basename(part).rpartition(".")[2].lower()
        for element in root.iterfind(f"{{{CONTENT_TYPES}}}Default"):
            if element.get("Extension", "").lower() == extension:
                return str(element.get("ContentType", ""))
        return ""

    def set_content_type(self, part: str, content_type: str) -> None:
        """Give a part its content type, unless the default of its extension is that already."""
        if self.content_type(part) != content_type:
            self._set_override(part, content_type)

    def _set_override(self, part: str, content_type: str | None) -> None:
        root = self.xml(CONTENT_TYPES_PART)
        old = [
            e
            for e in root.iterfind(f"{{{CONTENT_TYPES}}}Override")
            if e.get("PartName", "").lower() == f"/{part}".lower()
        ]
        if not old and content_type is None:
            return
        for element in old:
            root.remove(element)
        if content_type is not None:
            etree.SubElement(root, f"{{{CONTENT_TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)
        self.write_xml(CONTENT_TYPES_PART, root)

    def save(self, out: Path) -> None:
        """Write the package: to a temporary file beside ``out``, which then takes its place.

        Raises:
            InputError: the folder or the file can't be written, e.g. because the workbook is open in Excel.
        """
        out = out.resolve()
        try:
            with written_whole(out, like=self.path) as temporary:
                temporary.write_bytes(self._zipped())
        except OSError as error:
            raise InputError.single(
                str(out),
                f"a file that can't be written ({error.strerror})",
                "a path that can be written; close the workbook if it is open in Excel",
            ) from None

    def _zipped(self) -> memoryview:
        """The file's bytes; gathered in memory, where no disk can be full half-way."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
            for name in self.names():
                if name in self._infos:
                    info = copy.copy(self._infos[name])
                else:
                    # A fixed date, as XlsxWriter has it: the same run gives the same file.
                    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, self.read(name))
        return content.getbuffer()


def _check_leading_bytes(data: bytes, path: Path) -> None:
    if data.startswith(b"PK"):
        return
    if data.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            found = "a workbook that is protected with a password"
            allowed = "a workbook without one; in Excel, File, Info, Protect Workbook, Encrypt with Password, clear it"
            raise InputError.single(str(path), found, allowed)
        raise InputError.single(str(path), "a workbook of the old kind (.xls)", _SAVE_AS)
    found = "an empty file" if not data else f"a file that is no workbook ({path.suffix or 'no extension'})"
    raise InputError.single(str(path), found, _SAVE_AS)
