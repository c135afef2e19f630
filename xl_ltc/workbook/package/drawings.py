"""Charts, pictures and shapes: the user's on a sheet that is replaced stay beside the rendered ones."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

from xl_ltc.workbook.package.copying import PartCopier
from xl_ltc.workbook.package.ooxml import REL, SPREADSHEET_DRAWING, Element, local
from xl_ltc.workbook.package.opc import Package, fresh_rel_id

_PROPERTIES = f"{{{SPREADSHEET_DRAWING}}}cNvPr"
_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "AlternateContent")


def object_names(root: Element) -> list[str]:
    """The names of the objects of a drawing, as Excel's selection pane shows them."""
    return [_name(anchor) for anchor in _anchors(root)]


def _place(anchor: Element) -> tuple[int, ...]:
    """The column and row in which an object begins; nothing for one that is not tied to cells."""
    start = anchor.find(f".//{{{SPREADSHEET_DRAWING}}}from")
    return () if start is None else tuple(int(e.text) for e in start if local(e) in ("col", "row"))


def _same(one: Element, other: Element) -> bool:
    """Whether two objects are one and the same: by name, and by place where a program gave the name.

    Excel calls a chart of the user's ``Chart 3`` just as XlsxWriter does one of ours. LibreOffice may save an object
    as beginning at the very end of the row before.
    """
    if _name(one) != _name(other):
        return False
    named_by_hand = re.fullmatch(r"\w+ \d+|", _name(one)) is None
    places = _place(one), _place(other)
    return named_by_hand or (
        len(places[0]) == len(places[1]) and all(abs(a - b) <= 1 for a, b in zip(*places, strict=True))
    )


def _anchors(root: Element) -> list[Element]:
    return [e for e in root if local(e) in _ANCHORS]


def _name(anchor: Element) -> str:
    properties = next(anchor.iter(_PROPERTIES), None)
    return "" if properties is None else str(properties.get("name", ""))


def keep_users_objects(user: Package, part: str, rendered: Element | None) -> list[str]:
    """Remove from a drawing what the run draws anew and leave the rest as it is.

    A form control's anchor goes as well: without the worksheet's list of controls it means nothing, and its shape
    in the legacy drawing stays.

    Args:
        user: the user's package.
        part: the drawing.
        rendered: the root of the rendered sheet's drawing, if it has one.

    Returns:
        The names of the objects left.
    """
    root = user.xml(part)
    ours = [] if rendered is None else _anchors(rendered)
    left = []
    for anchor in _anchors(root):
        control = any(local(e) == "compatExt" for e in anchor.iter())
        match = None if control else next((i for i, new in enumerate(ours) if _same(new, anchor)), None)
        if match is not None:
            del ours[match]
        if control or match is not None:
            root.remove(anchor)
        else:
            left.append(_name(anchor))
    used = _rel_ids(root)
    user.set_rels(part, [r for r in user.rels(part) if r.id in used])
    user.write_xml(part, root)
    return left


def _rel_ids(root: Element) -> set[str]:
    return {v for e in root.iter() for k, v in e.attrib.items() if k.startswith(f"{{{REL}}}")}


def add_rendered_objects(part: str, rendered_part: str, copier: PartCopier) -> None:
    """Put the objects of a rendered drawing into a drawing of the user's, below the user's own."""
    user, root = copier.user, copier.user.xml(part)
    source = copier.rendered.xml(rendered_part)
    rels = user.rels(part)
    new_ids: dict[str, str] = {}
    for r in copier.rels(copier.rendered.rels(rendered_part)):
        new_ids[r.id] = fresh_rel_id(rels)
        rels.append(replace(r, id=new_ids[r.id]))
    next_id = 1 + max(int(e.get("id", "0")) for e in root.iter(_PROPERTIES))
    for position, anchor in enumerate(copy.deepcopy(_anchors(source))):
        for element in anchor.iter():
            for attribute, value in element.attrib.items():
                if attribute.startswith(f"{{{REL}}}"):
                    element.set(attribute, new_ids[value])
        for number, properties in enumerate(anchor.iter(_PROPERTIES)):
            properties.set("id", str(next_id + number))
            next_id += 1
        root.insert(position, anchor)
    user.set_rels(part, rels)
    user.write_xml(part, root)
