"""Merging the cell styles of a rendered workbook into the user's, which keeps every style where it is."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from xl_ltc.workbook.package.ooxml import STYLES_ORDER, Element, canonical, child, main

FIRST_CUSTOM_FORMAT = 164
"""Number formats below this are built in and mean the same in every workbook."""


@dataclass(frozen=True)
class StyleMap:
    """Where the rendered workbook's styles went in the user's."""

    cell: Mapping[int, int]
    differential: Mapping[int, int]


class _Collection:
    """A list of styles that are known by their position, to which missing ones are appended."""

    def __init__(self, styles: Element, tag: str) -> None:
        self.root = child(styles, tag, STYLES_ORDER)
        self._index: dict[tuple[object, ...], int] = {}
        for i, item in enumerate(self._items()):
            self._index.setdefault(canonical(item), i)

    def _items(self) -> list[Element]:
        return list(self.root.iterchildren(tag=etree.Element))

    def add(self, item: Element) -> int:
        """The position of an item that means the same, appended if there is none.

        Looking first keeps a workbook from growing with every run.
        """
        key = canonical(item)
        if key not in self._index:
            self._index[key] = len(self._items())
            self.root.append(item)
            self.root.set("count", str(len(self._items())))
        return self._index[key]


class _NumberFormats:
    """Number formats, known by an id that each workbook gives its own way."""

    def __init__(self, target: Element, source: Element) -> None:
        self._target = target
        self._ids = {e.get("formatCode"): int(e.get("numFmtId")) for e in target.iterfind(_NUMBER_FORMATS)}
        self._codes = {int(e.get("numFmtId")): e.get("formatCode") for e in source.iterfind(_NUMBER_FORMATS)}

    def map(self, number_format: int) -> int:
        """The user's id of a rendered number format."""
        code = self._codes.get(number_format)
        return number_format if code is None else self.id_of(code)

    def id_of(self, code: str) -> int:
        """The user's id of a format code, given out if it has none."""
        if code not in self._ids:
            self._ids[code] = max([FIRST_CUSTOM_FORMAT - 1, *self._ids.values()]) + 1
            root = child(self._target, "numFmts", STYLES_ORDER)
            etree.SubElement(root, main("numFmt"), numFmtId=str(self._ids[code]), formatCode=code)
            root.set("count", str(len(root)))
        return self._ids[code]


_NUMBER_FORMATS = f"{main('numFmts')}/{main('numFmt')}"


def merge_styles(target: Element, source: Element, *, same_theme: bool) -> StyleMap:
    """Append to the user's styles those of the rendered workbook that it lacks.

    Args:
        target: the root of the user's styles, changed in place; what is there keeps its position.
        source: the root of the rendered styles.
        same_theme: whether both workbooks have one theme; if not, a font is written by its name alone, since a
            font bound to the theme would turn into the user's.
    """
    formats = _NumberFormats(target, source)
    fonts = _map_all(target, source, "fonts", lambda e: e if same_theme else _without_scheme(e))
    fills = _map_all(target, source, "fills")
    borders = _map_all(target, source, "borders")

    def cell_format(xf: Element) -> Element:
        xf.set("numFmtId", str(formats.map(int(xf.get("numFmtId", "0")))))
        for attribute, mapping in (("fontId", fonts), ("fillId", fills), ("borderId", borders)):
            xf.set(attribute, str(mapping[int(xf.get(attribute, "0"))]))
        # The named styles are the user's; the format itself says all that the rendered cell shows.
        xf.set("xfId", "0")
        # An extension (a checkbox) points into a part of the rendered workbook that is not copied.
        for extension in xf.findall(main("extLst")):
            xf.remove(extension)
        return xf

    def differential(dxf: Element) -> Element:
        for number_format in dxf.iter(main("numFmt")):
            number_format.set("numFmtId", str(formats.id_of(number_format.get("formatCode"))))
        return dxf

    return StyleMap(_map_all(target, source, "cellXfs", cell_format), _map_all(target, source, "dxfs", differential))


def _map_all(
    target: Element, source: Element, tag: str, change: Callable[[Element], Element] = lambda e: e
) -> dict[int, int]:
    """Add every item of a source collection to the target's, each changed first; old position → new."""
    items = source.find(main(tag))
    if items is None or len(items) == 0:
        return {}
    collection = _Collection(target, tag)
    return {i: collection.add(change(copy.deepcopy(item))) for i, item in enumerate(items)}


def _without_scheme(font: Element) -> Element:
    for scheme in font.findall(main("scheme")):
        font.remove(scheme)
    return font
