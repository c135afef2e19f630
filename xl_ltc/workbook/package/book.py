"""The workbook part: which sheets there are, which names are defined, and that everything is to be recalculated."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lxml import etree

from xl_ltc.workbook.package.ooxml import REL, WORKBOOK_ORDER, Element, child, main, rel
from xl_ltc.workbook.package.opc import Package, Rel, fresh_rel_id

_WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_FILTER_NAME = "_xlnm._FilterDatabase"


@dataclass(frozen=True)
class SheetEntry:
    """A sheet in the workbook's list: its name, its part, the kind of its part (``worksheet``) and its element."""

    name: str
    part: str
    kind: str
    element: Element


def sheet_entries(package: Package, root: Element) -> dict[str, SheetEntry]:
    """The sheets in order, by name in lower case, since Excel does not tell names apart by case."""
    rels = {r.id: r for r in package.rels(package.workbook_part)}
    entries = {}
    for element in root.iterfind(f"{main('sheets')}/{main('sheet')}"):
        name, relationship = str(element.get("name")), rels.get(element.get(rel("id")))
        if relationship is not None and relationship.part is not None and relationship.part in package:
            entries[name.lower()] = SheetEntry(name, relationship.part, relationship.kind, element)
    return entries


def add_sheet(package: Package, root: Element, rendered: SheetEntry) -> str:
    """Append a sheet to the list, and give the name of its part, which is empty still."""
    part = package.fresh_name("xl/worksheets/sheet1.xml")
    package.write(part, b"")
    package.set_content_type(part, _WORKSHEET_TYPE)
    rels = package.rels(package.workbook_part)
    added = Rel(fresh_rel_id(rels), f"{REL}/worksheet", part, None, part)
    package.set_rels(package.workbook_part, [*rels, added])
    sheets = root.find(main("sheets"))
    number = 1 + max(int(s.get("sheetId")) for s in sheets)
    element = etree.SubElement(sheets, main("sheet"), {"name": rendered.name, "sheetId": str(number)})
    if rendered.element.get("state") is not None:
        element.set("state", rendered.element.get("state"))
    element.set(rel("id"), added.id)
    return part


def recalculate_on_load(root: Element) -> None:
    """Have Excel recalculate when it opens the workbook: the user's formulas still hold values of the old sheets."""
    child(root, "calcPr", WORKBOOK_ORDER).set("fullCalcOnLoad", "1")


def file_warnings(package: Package, over_itself: bool) -> tuple[str, ...]:
    """What the user should know of a file that is written again: that it is open, or was signed.

    Args:
        package: of the file; over_itself: whether it is written to where it was read.
    """
    path = package.path
    locks = [lock for lock in (f"~${path.name}", f".~lock.{path.name}#") if path.with_name(lock).exists()]
    opened = [f"{path.name} seems to be open ({lock}): close it unsaved and open it again" for lock in locks]
    signed = any(name.startswith("_xmlsignatures/") for name in package.names())
    signature = ["the workbook's digital signature does not hold any more: sign it again"] if signed else []
    return (*(opened if over_itself else ()), *signature)


def drop_calculation_chain(package: Package) -> None:
    """Remove the order of calculation, which lists cells that may be gone; Excel makes it anew."""
    rels = package.rels(package.workbook_part)
    chains = [r for r in rels if r.type == f"{REL}/calcChain"]
    if chains:
        package.set_rels(package.workbook_part, [r for r in rels if r not in chains])
        for r in chains:
            package.drop(r.part or "")


def refers_to(formula: str, sheet: str) -> bool:
    """Whether a formula names a sheet."""
    quoted = re.escape(sheet.replace("'", "''"))
    return re.search(rf"'{quoted}'!|(?<![\w.'\]]){quoted}!", formula, re.IGNORECASE) is not None


def merge_names(root: Element, rendered: Element, grafted: Collection[str]) -> list[str]:
    """Define the rendered workbook's names that belong to, or point at, the grafted sheets.

    Args:
        root: the user's workbook part, its list of sheets complete, changed in place.
        rendered: the rendered workbook part.
        grafted: the grafted sheets' names.

    Returns:
        A warning for each name of the user's that pointed elsewhere before.
    """
    positions = {name: i for i, name in enumerate(_sheet_names(root))}
    rendered_sheets = _sheet_names(rendered)
    wanted = {name.lower() for name in grafted}
    # A hidden name that Excel keeps for a filter must go with the filter.
    stale = {str(positions[name]) for name in wanted}
    for element in root.findall(_NAMES):
        if element.get("name") == _FILTER_NAME and element.get("localSheetId") in stale:
            element.getparent().remove(element)
    warnings = []
    for element in rendered.iterfind(_NAMES):
        scope = element.get("localSheetId")
        owner = None if scope is None else rendered_sheets[int(scope)]
        belongs = owner in wanted if owner else any(refers_to(element.text or "", s) for s in wanted)
        if belongs:
            new = copy.deepcopy(element)
            if owner:
                new.set("localSheetId", str(positions[owner]))
            warnings += _define(root, new, wanted)
    names = root.find(main("definedNames"))
    if names is not None and len(names) == 0:
        root.remove(names)
    return warnings


_NAMES = f"{main('definedNames')}/{main('definedName')}"


def _sheet_names(root: Element) -> list[str]:
    return [str(e.get("name")).lower() for e in root.iterfind(f"{main('sheets')}/{main('sheet')}")]


def _define(root: Element, new: Element, grafted: Collection[str]) -> list[str]:
    names = child(root, "definedNames", WORKBOOK_ORDER)
    for old in names:
        if _key(old) == _key(new):
            names.replace(old, new)
            if any(refers_to(old.text or "", sheet) for sheet in grafted):
                return []
            return [f"the name {new.get('name')} pointed to {old.text}; the run has it point to {new.text}"]
    names.append(new)
    return []


def _key(element: Element) -> tuple[str, str | None]:
    return str(element.get("name", "")).lower(), element.get("localSheetId")


def dangling_sheets(formulas: Mapping[str, list[str]], rendered: Element, root: Element) -> list[str]:
    """A warning for each sheet of the rendered workbook that grafted formulas name and the user's lacks.

    Args:
        formulas: grafted sheet → the formulas on it and in its charts.
        rendered: the rendered workbook part.
        root: the user's workbook part, its list of sheets complete.
    """
    missing = [name for name in _sheet_names(rendered) if name not in _sheet_names(root)]
    return [
        f"sheet {sheet} has formulas that refer to sheet {name}, which the workbook does not have (was it renamed?)"
        for sheet, texts in formulas.items()
        for name in missing
        if any(refers_to(text, name) for text in texts)
    ]
