"""The cell metadata that makes an array formula spill: one record of the workbook, to which the cells point."""

from __future__ import annotations

import copy

from lxml import etree

from xl_ltc.workbook.package.ooxml import REL, Element, canonical, insert_in_order, main, words
from xl_ltc.workbook.package.opc import Package, Rel, fresh_rel_id

_ORDER = words("metadataTypes metadataStrings mdxMetadata futureMetadata cellMetadata valueMetadata extLst")
_TYPE = "XLDAPR"
"""Excel's name of the metadata of dynamic arrays."""


def merge_cell_metadata(user: Package, rendered: Package) -> dict[int, int]:
    """Have the user's workbook hold the rendered one's dynamic-array records.

    Returns:
        The rendered workbook's cell metadata (``cm``, from 1) → the user's.
    """
    found = rendered.related(rendered.workbook_part, "sheetMetadata")
    if found is None:
        return {}
    source = rendered.xml(found.inner)
    indices = range(1, len(source.findall(_CELL_RECORDS)) + 1)
    existing = user.related(user.workbook_part, "sheetMetadata")
    if existing is None:
        _copy_whole(user, rendered, found.inner)
        return {i: i for i in indices}
    target = user.xml(existing.inner)
    before = canonical(target)
    mapping = {i: _add_record(target, source, i) for i in indices}
    if canonical(target) != before:
        user.write_xml(existing.inner, target)
    return mapping


_CELL_RECORDS = f"{main('cellMetadata')}/{main('bk')}"


def _copy_whole(user: Package, rendered: Package, source_part: str) -> None:
    part = "xl/metadata.xml" if "xl/metadata.xml" not in user else user.fresh_name("xl/metadata.xml")
    user.write(part, rendered.read(source_part))
    user.set_content_type(part, rendered.content_type(source_part))
    rels = user.rels(user.workbook_part)
    user.set_rels(user.workbook_part, [*rels, Rel(fresh_rel_id(rels), f"{REL}/sheetMetadata", part, None, part)])


def _add_record(target: Element, source: Element, index: int) -> int:
    """The position from 1 of a cell record in the target that means what the source's record does."""
    future = _future_record(source, source.findall(_CELL_RECORDS)[index - 1])
    if future is None:
        raise NotImplementedError("cell metadata other than dynamic arrays can't be grafted")
    for i, record in enumerate(target.findall(_CELL_RECORDS), start=1):
        found = _future_record(target, record)
        if found is not None and canonical(found) == canonical(future):
            return i
    type_position = _add_type(target, source)
    block = _collection(target, "futureMetadata", name=_TYPE)
    block.append(copy.deepcopy(future))
    cells = _collection(target, "cellMetadata")
    record = etree.SubElement(cells, main("bk"))
    etree.SubElement(record, main("rc"), t=str(type_position), v=str(len(block) - 1))
    for collection in (block, cells):
        collection.set("count", str(len(collection)))
    return len(cells)


def _future_record(root: Element, record: Element) -> Element | None:
    """What a cell record points to, if it is a dynamic array's."""
    types = root.findall(f"{main('metadataTypes')}/{main('metadataType')}")
    pointer = record.find(main("rc"))
    if pointer is None or types[int(pointer.get("t")) - 1].get("name") != _TYPE:
        return None
    return root.find(f"{main('futureMetadata')}[@name='{_TYPE}']").findall(main("bk"))[int(pointer.get("v"))]


def _add_type(target: Element, source: Element) -> int:
    types = _collection(target, "metadataTypes")
    names = [t.get("name") for t in types]
    if _TYPE not in names:
        wanted = source.find(f"{main('metadataTypes')}/{main('metadataType')}[@name='{_TYPE}']")
        types.append(copy.deepcopy(wanted))
        types.set("count", str(len(types)))
        names.append(_TYPE)
    return names.index(_TYPE) + 1


def _collection(root: Element, tag: str, **attributes: str) -> Element:
    """A collection of the metadata, made in its place when there is none."""
    for element in root.findall(main(tag)):
        if all(element.get(k) == v for k, v in attributes.items()):
            return element
    return insert_in_order(root, etree.Element(main(tag), attributes), _ORDER)
