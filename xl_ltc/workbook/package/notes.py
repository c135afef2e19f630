"""Notes and threaded comments: the user's on a sheet that is replaced stay at their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from xl_ltc.tables import column_letters
from xl_ltc.workbook.package.ooxml import REL, THREADED_COMMENT_REL, Element, main, rel
from xl_ltc.workbook.package.opc import Package, Rel

_VML = "urn:schemas-microsoft-com:vml"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
_FIRST_SHAPE = 1024


@dataclass(frozen=True)
class NoteParts:
    """The relationships that hold a sheet's notes; any may be missing.

    Attributes:
        comments: their texts.
        shapes: their boxes, a legacy drawing, which holds buttons too.
        threads: threaded comments, each beside a note that stands in for it.
    """

    comments: Rel | None
    shapes: Rel | None
    threads: tuple[Rel, ...]

    @classmethod
    def of(cls, package: Package, sheet_part: str, sheet: Element) -> NoteParts:
        """The note parts of a worksheet."""
        legacy = sheet.find(main("legacyDrawing"))
        legacy_id = None if legacy is None else legacy.get(rel("id"))
        rels = [r for r in package.rels(sheet_part) if r.part is not None and r.part in package]
        return cls(
            next((r for r in rels if r.type == f"{REL}/comments"), None),
            next((r for r in rels if r.id == legacy_id), None),
            tuple(r for r in rels if r.type == THREADED_COMMENT_REL),
        )

    @property
    def rels(self) -> list[Rel]:
        """The relationships there are."""
        return [r for r in (self.comments, self.shapes) if r is not None] + list(self.threads)


def note_texts(package: Package, parts: NoteParts) -> dict[str, tuple[str, str]]:
    """The notes of a sheet: cell → author and text."""
    if parts.comments is None:
        return {}
    root = package.xml(parts.comments.inner)
    authors = [a.text or "" for a in root.iterfind(f"{main('authors')}/{main('author')}")]
    return {c.get("ref", ""): (authors[int(c.get("authorId", "0"))], _text(c)) for c in _comments(root)}


def _comments(root: Element) -> list[Element]:
    found: list[Element] = root.findall(f"{main('commentList')}/{main('comment')}")
    return found


def _text(comment: Element) -> str:
    return "".join(t.text or "" for t in comment.iter(main("t")))


def keep_users_notes(user: Package, parts: NoteParts, ours: set[str]) -> int:
    """Remove the run's own notes, and leave the user's and every other shape as they are.

    Args:
        user: the user's package.
        parts: the sheet's notes.
        ours: the cells with a note that the run wrote.

    Returns:
        How many notes and other shapes are left.
    """
    if parts.comments is not None and ours:
        root = user.xml(parts.comments.inner)
        for comment in _comments(root):
            if comment.get("ref") in ours:
                comment.getparent().remove(comment)
        user.write_xml(parts.comments.inner, root)
    left = len(note_texts(user, parts))
    if parts.shapes is not None:
        root = user.xml(parts.shapes.inner, recover=True)
        cells = [(shape, _cell(shape)) for shape in _shapes(root)]
        left += sum(cell is None for _, cell in cells)
        if ours:
            for shape, cell in cells:
                if cell in ours:
                    root.remove(shape)
            user.write_xml(parts.shapes.inner, root)
    return left


def _shapes(root: Element) -> list[Element]:
    found: list[Element] = root.findall(f"{{{_VML}}}shape")
    return found


def _cell(shape: Element) -> str | None:
    """The cell of a note's box; None for another shape."""
    data = shape.find(f"{{{_EXCEL}}}ClientData")
    if data is None or data.get("ObjectType") != "Note":
        return None
    row, column = data.findtext(f"{{{_EXCEL}}}Row"), data.findtext(f"{{{_EXCEL}}}Column")
    return None if row is None or column is None else f"{column_letters(int(column))}{int(row) + 1}"


def add_rendered_notes(user: Package, parts: NoteParts, rendered: Package, rendered_parts: NoteParts) -> None:
    """Put the rendered notes into the user's note parts; where both have one in a cell, the user's stands."""
    taken = set(note_texts(user, parts))
    if parts.comments is not None and rendered_parts.comments is not None:
        root, source = user.xml(parts.comments.inner), rendered.xml(rendered_parts.comments.inner)
        _append_comments(root, source, taken)
        user.write_xml(parts.comments.inner, root)
    if parts.shapes is not None and rendered_parts.shapes is not None:
        root, source = user.xml(parts.shapes.inner, recover=True), rendered.xml(rendered_parts.shapes.inner)
        _append_shapes(root, source, taken)
        user.write_xml(parts.shapes.inner, root)


def _append_comments(root: Element, source: Element, taken: set[str]) -> None:
    authors, comments = root.find(main("authors")), root.find(main("commentList"))
    names = [a.text or "" for a in authors]
    new_authors = [a.text or "" for a in source.find(main("authors"))]
    for comment in _comments(source):
        if comment.get("ref") not in taken:
            author = new_authors[int(comment.get("authorId", "0"))]
            if author not in names:
                names.append(author)
                etree.SubElement(authors, main("author")).text = author
            comment.set("authorId", str(names.index(author)))
            comments.append(comment)


def _append_shapes(root: Element, source: Element, taken: set[str]) -> None:
    kinds = {e.get("id") for e in root.findall(f"{{{_VML}}}shapetype")}
    for kind in source.findall(f"{{{_VML}}}shapetype"):
        if kind.get("id") not in kinds:
            root.append(kind)
    used = [int(n) for shape in _shapes(root) for n in re.findall(r"^_x0000_s(\d+)$", shape.get("id", ""))]
    number = max(used, default=_FIRST_SHAPE)
    for shape in _shapes(source):
        if _cell(shape) not in taken:
            number += 1
            shape.set("id", f"_x0000_s{number}")
            root.append(shape)
