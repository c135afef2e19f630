"""Copying parts of the rendered workbook, with all they lead to, into the user's under names not in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xl_ltc.errors import InputError
from xl_ltc.workbook.package.ooxml import REL, Element, main
from xl_ltc.workbook.package.opc import Package, Rel
from xl_ltc.workbook.package.styles import StyleMap


class PartCopier:
    """Copies parts, each once, however many sheets lead to it."""

    def __init__(self, user: Package, rendered: Package) -> None:
        self.user = user
        self.rendered = rendered
        self._copied: dict[str, str] = {}

    def copy(self, part: str) -> str:
        """The user's name of a rendered part, copied with what it leads to if it was not before."""
        if part not in self._copied:
            name = self._copied[part] = self.user.fresh_name(part)
            self.user.write(name, self.rendered.read(part))
            self.user.set_content_type(name, self.rendered.content_type(part))
            self.user.set_rels(name, self.rels(self.rendered.rels(part)))
        return self._copied[part]

    def rels(self, rels: Iterable[Rel]) -> list[Rel]:
        """Rendered relationships as the user's: their ids kept, their parts copied."""
        return [r if r.part is None else replace(r, part=self.copy(r.part)) for r in rels]


def tables_of(package: Package, part: str) -> dict[str, Element]:
    """The Excel tables of a worksheet: part name → root."""
    rels = [r for r in package.rels(part) if r.type == f"{REL}/table" and r.part is not None and r.part in package]
    return {r.inner: package.xml(r.inner) for r in rels}


def all_tables(package: Package) -> dict[str, Element]:
    """The Excel tables of a workbook: part name → root."""
    sheets = [r.part for r in package.rels(package.workbook_part) if r.type == f"{REL}/worksheet" and r.part]
    return {name: root for sheet in sheets for name, root in tables_of(package, sheet).items()}


def adapt_tables(user: Package, part: str, styles: StyleMap) -> None:
    """Give the tables copied to a sheet ids and styles that hold in the user's workbook.

    Raises:
        InputError: a table of the user's has the name of one of them.
    """
    own = tables_of(user, part)
    others = {name: root for name, root in all_tables(user).items() if name not in own}
    taken = {int(root.get("id", "0")) for root in others.values()}
    names = {str(root.get("displayName", "")).lower() for root in others.values()}
    for name, root in own.items():
        table = str(root.get("displayName", ""))
        if table.lower() in names:
            raise InputError.single(
                str(user.path),
                f"a table of the name {table}",
                "another name for it: the run writes a table of that name",
            )
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        taken.add(number)
        root.set("id", str(number))
        remap_differential(root, styles)
        user.write_xml(name, root)


def remap_differential(root: Element, styles: StyleMap) -> None:
    """Rewrite every reference to a differential format (``dxfId``, ``dataDxfId`` …) below an element."""
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute.lower().endswith("dxfid"):
                element.set(attribute, str(styles.differential[int(value)]))


def shared_strings(package: Package) -> list[Element]:
    """The shared strings of a workbook, in order."""
    found = package.related(package.workbook_part, "sharedStrings")
    return [] if found is None else package.xml(found.inner).findall(main("si"))
