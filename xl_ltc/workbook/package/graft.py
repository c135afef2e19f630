"""Putting the sheets of a rendered workbook into the user's, where everything else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.workbook.package.book import (
    SheetEntry,
    add_sheet,
    dangling_sheets,
    drop_calculation_chain,
    file_warnings,
    merge_names,
    recalculate_on_load,
    sheet_entries,
)
from xl_ltc.workbook.package.copying import PartCopier, adapt_tables, shared_strings, tables_of
from xl_ltc.workbook.package.dates import count_from_1904, counts_from_1904, date_styles
from xl_ltc.workbook.package.drawings import add_rendered_objects, keep_users_objects
from xl_ltc.workbook.package.dynamic_arrays import merge_cell_metadata
from xl_ltc.workbook.package.losses import lost_cells, lost_content
from xl_ltc.workbook.package.notes import NoteParts, add_rendered_notes, keep_users_notes, note_texts
from xl_ltc.workbook.package.ooxml import REPAIR, WORKSHEET_ORDER, Element, child, rel, serialize
from xl_ltc.workbook.package.opc import Package, Rel, fresh_rel_id
from xl_ltc.workbook.package.sheet import adopt_identity, translate
from xl_ltc.workbook.package.shown_values import Value, show_values
from xl_ltc.workbook.package.styles import StyleMap, merge_styles


@dataclass(frozen=True)
class GraftReport:
    """What a graft did.

    Attributes:
        replaced: the sheets that were there and are new now.
        added: the sheets that were not there.
        kept: what of the user's stands on a replaced sheet still.
        warnings: what of the user's does not, and what else to look at.
    """

    replaced: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...]


def graft(
    user: Path,
    rendered: Path,
    sheets: Sequence[str],
    out: Path,
    lists: Collection[str] = (),
    values: Mapping[str, Value] | None = None,
) -> GraftReport:
    """Write the user's workbook with some sheets of a freshly rendered one in it.

    A sheet of that name is replaced where it stands, so that formulas that refer to it go on to; others are
    appended. The user's notes, charts, pictures and shapes on a replaced sheet stay. Every part of the user's
    workbook that does not belong to a replaced sheet is kept byte for byte, save sheets that show ``values``, the list
    of sheets and names, the cell styles and cell metadata, to which the rendered ones are appended, and the
    calculation chain. Days are written as the user's workbook counts them.

    The run knows its own work again by names: its notes by their author, its charts and pictures by their names
    as the selection pane shows them. A name such as ``Chart 3``, which Excel gives a user's chart as well, counts
    only in its old place; so a chart with a name of its own may move when an exhibit grows, another is left behind.

    Args:
        user: the user's .xlsx or .xlsm.
        rendered: a workbook as XlsxWriter writes it.
        sheets: names of worksheets in ``rendered``.
        out: where the result goes; may be ``user``. It is written beside and moved into place.
        lists: those of the sheets that are longer or shorter each time; of a line that is gone nobody is told.
        values: of names on these sheets; formulas of the user's that are only such a name store them.

    Raises:
        InputError: the user's file is no workbook that can be read, or a sheet or table of the user's is in the way.
    """
    return _Graft(Package.open(user), Package.open(rendered), sheets, lists).run(out, values or {})


_NO_NOTES = NoteParts(None, None, ())


@dataclass(frozen=True)
class _Old:
    """A sheet as it was, and what on it stays; nothing for a sheet that was not there."""

    root: Element | None = None
    notes: NoteParts = _NO_NOTES
    drawing: Rel | None = None

    @property
    def rels(self) -> list[Rel]:
        """The relationships that stay."""
        return [*self.notes.rels, *([] if self.drawing is None else [self.drawing])]


class _Graft:
    def __init__(self, user: Package, rendered: Package, sheets: Sequence[str], lists: Collection[str]) -> None:
        self.user, self.rendered, self.lists = user, rendered, lists
        self.root, self.source = user.xml(user.workbook_part), rendered.xml(rendered.workbook_part)
        entries = sheet_entries(rendered, self.source)
        self.entries = [entries[name.lower()] for name in sheets]
        self.sheets = {entry.name: rendered.xml(entry.part) for entry in self.entries}
        self.targets = sheet_entries(user, self.root)
        self.copier = PartCopier(user, rendered)
        self.kept: list[str] = []
        self.warnings: list[str] = []

    def run(self, out: Path, values: Mapping[str, Value]) -> GraftReport:
        self._check_kinds()
        # Another program may have a workbook open that is only read.
        self.warnings += file_warnings(self.user, out.exists() and out.samefile(self.user.path))
        note_authors = self._note_authors()
        parts = {e.name: self.targets[e.name.lower()].part for e in self.entries if e.name.lower() in self.targets}
        before = self.user.reachable(parts.values())
        old = {e.name: self._clear(e, parts[e.name], note_authors) for e in self.entries if e.name in parts}
        for part in before - self.user.reachable([""]):
            self.user.drop(part)
        added = [e for e in self.entries if e.name not in parts]
        for entry in added:
            parts[entry.name] = add_sheet(self.user, self.root, entry)
        self._write_sheets(parts, old)
        others = [e.part for e in self.targets.values() if e.kind == "worksheet" and e.part not in parts.values()]
        show_values(self.user, others, values, counts_from_1904(self.root))
        names = [e.name for e in self.entries]
        self.warnings += merge_names(self.root, self.source, names)
        recalculate_on_load(self.root)
        drop_calculation_chain(self.user)
        self.user.write_xml(self.user.workbook_part, self.root)
        formulas = {name: self._formulas(part) for name, part in parts.items()}
        self.warnings += dangling_sheets(formulas, self.source, self.root)
        self.user.save(out)
        return GraftReport(tuple(old), tuple(e.name for e in added), tuple(self.kept), tuple(self.warnings))

    def _check_kinds(self) -> None:
        for entry in self.entries:
            if entry.kind != "worksheet":
                raise NotImplementedError(f"sheet {entry.name} is a {entry.kind}; only worksheets can be grafted")
            target = self.targets.get(entry.name.lower())
            if target is not None and target.kind != "worksheet":
                raise InputError.single(
                    f"{self.user.path}, sheet {target.name}",
                    "a chart sheet, macro sheet or dialog sheet",
                    "another name for it: the run writes a worksheet of that name",
                )

    def _note_authors(self) -> set[str]:
        """Who writes the run's own notes."""
        sheets = [(e.part, self.sheets[e.name]) for e in self.entries]
        notes = [note_texts(self.rendered, NoteParts.of(self.rendered, *sheet)) for sheet in sheets]
        return {author for texts in notes for author, _ in texts.values()} - {""}

    def _clear(self, entry: SheetEntry, part: str, note_authors: set[str]) -> _Old:
        """Take off a sheet all but what the user put on it, and give that."""
        root, rels = self.user.xml(part), self.user.rels(part)
        old = _Old(root, self._clear_notes(entry, part, root, note_authors), self._clear_drawing(entry, part))
        tables = _table_names(self.user, part) - _table_names(self.rendered, entry.part)
        new, kinds = self.sheets[entry.name], {r.kind for r in rels}
        if entry.name not in self.lists:
            self.warnings += lost_cells(entry.name, root, new)
        self.warnings += lost_content(entry.name, root, new, kinds, tables)
        self.user.set_rels(part, old.rels)
        return old

    def _clear_notes(self, entry: SheetEntry, part: str, root: Element, authors: set[str]) -> NoteParts:
        notes = NoteParts.of(self.user, part, root)
        new = note_texts(self.rendered, NoteParts.of(self.rendered, entry.part, self.sheets[entry.name]))
        ours = {
            cell
            for cell, (author, text) in note_texts(self.user, notes).items()
            if author in authors or (cell in new and new[cell][1] == text)
        }
        left = keep_users_notes(self.user, notes, ours)
        if not left:
            return _NO_NOTES
        self.kept.append(f"sheet {entry.name}: notes and buttons of yours: {left}")
        return notes

    def _clear_drawing(self, entry: SheetEntry, part: str) -> Rel | None:
        drawing, rendered = self.user.related(part, "drawing"), self.rendered.related(entry.part, "drawing")
        if drawing is None:
            return None
        new = None if rendered is None else self.rendered.xml(rendered.inner)
        left = keep_users_objects(self.user, drawing.inner, new)
        if not left:
            return None
        self.kept.append(f"sheet {entry.name}: charts, pictures and shapes of yours: {', '.join(left)}")
        return drawing

    def _write_sheets(self, parts: dict[str, str], old: dict[str, _Old]) -> None:
        styles, dates = self._merge_styles()
        strings = shared_strings(self.rendered)
        metadata = merge_cell_metadata(self.user, self.rendered)
        for entry in self.entries:
            root = self.sheets[entry.name]
            if counts_from_1904(self.root):
                count_from_1904(root, dates, f"{self.user.path}, sheet {entry.name}")
            previous = old.get(entry.name, _Old())
            translate(root, styles, strings, metadata)
            adopt_identity(root, previous.root)
            self._write_sheet(entry.part, parts[entry.name], root, previous)
            adapt_tables(self.user, parts[entry.name], styles)

    def _write_sheet(self, source: str, part: str, root: Element, old: _Old) -> None:
        """Write one sheet with the parts it leads to: the rendered ones and those kept of the user's."""
        drawing, notes = self.rendered.related(source, "drawing"), NoteParts.of(self.rendered, source, root)
        merged = {
            new.id
            for new, kept in (
                (drawing, old.drawing),
                (notes.comments, old.notes.comments),
                (notes.shapes, old.notes.shapes),
            )
            if new is not None and kept is not None
        }
        rels = self.copier.rels(r for r in self.rendered.rels(source) if r.id not in merged)
        for kept in old.rels:
            new = replace(kept, id=fresh_rel_id(rels))
            rels.append(new)
            tag = {old.drawing: "drawing", old.notes.shapes: "legacyDrawing"}.get(kept)
            if tag is not None:
                child(root, tag, WORKSHEET_ORDER).set(rel("id"), new.id)
        if old.drawing is not None and drawing is not None:
            add_rendered_objects(old.drawing.inner, drawing.inner, self.copier)
        add_rendered_notes(self.user, old.notes, self.rendered, notes)
        self.user.write_xml(part, root)
        self.user.set_rels(part, rels)

    def _merge_styles(self) -> tuple[StyleMap, frozenset[int]]:
        """Where the rendered styles went, and which of them are dates."""
        source = self.rendered.related(self.rendered.workbook_part, "styles")
        found = self.user.related(self.user.workbook_part, "styles")
        if source is None or found is None:
            raise InputError.single(str(self.user.path), "a workbook without cell styles", REPAIR)
        target = self.user.xml(found.inner)
        before = serialize(target)
        rendered = self.rendered.xml(source.inner)
        styles = merge_styles(target, rendered, same_theme=_theme(self.user) == _theme(self.rendered))
        if serialize(target) != before:
            self.user.write_xml(found.inner, target)
        return styles, date_styles(rendered)

    def _formulas(self, part: str) -> list[str]:
        """The formulas on a sheet and in its charts."""
        roots = [self.user.xml(p) for p in self.user.reachable([part]) if p.endswith(".xml")]
        return [e.text for root in roots for e in root.iter(*_FORMULAS) if e.text]


_FORMULAS = ("{*}f", "{*}formula", "{*}formula1", "{*}formula2")


def _theme(package: Package) -> bytes:
    theme = package.related(package.workbook_part, "theme")
    return b"" if theme is None else package.read(theme.inner)


def _table_names(package: Package, part: str) -> set[str]:
    return {str(root.get("displayName")) for root in tables_of(package, part).values()}
