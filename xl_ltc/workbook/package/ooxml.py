"""Office Open XML as this product handles it: namespaces, safe parsing, and the order the schema wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from lxml import etree

from xl_ltc.errors import InputError

Element: TypeAlias = etree._Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SPREADSHEET_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
THREADED_COMMENT_REL = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
STRICT_PREFIX = "http://purl.oclc.org/ooxml/"


def words(text: str) -> tuple[str, ...]:
    """The words of a text; the schema's sequences read better without quotes and commas."""
    return tuple(text.split())


WORKBOOK_ORDER = words(
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
)
"""The children of ``workbook`` in the order of ECMA-376 part 1, 18.2.27; Excel refuses another order."""

STYLES_ORDER = words("numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst")
"""The children of ``styleSheet``, 18.8.39."""

WORKSHEET_ORDER = words(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks "
    "customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture "
    "oleObjects controls webPublishItems tableParts extLst"
)
"""The children of ``worksheet``, 18.3.1.99."""


def main(tag: str) -> str:
    """The qualified name of a SpreadsheetML element."""
    return f"{{{MAIN}}}{tag}"


def rel(attribute: str) -> str:
    """The qualified name of an attribute that holds a relationship's id."""
    return f"{{{REL}}}{attribute}"


def local(element: Element) -> str:
    """An element's name without its namespace; empty for a comment or a processing instruction."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def is_true(text: str | None) -> bool:
    """An XML boolean; a missing one is false."""
    return text in ("1", "true")


def parse(data: bytes, place: str, *, recover: bool = False) -> Element:
    """The root of a part, parsed without entities, without a network and without patience for a DOCTYPE.

    Args:
        data: the part.
        place: what a message calls it.
        recover: go on after a fault, for VML, which Excel itself does not always write well-formed.

    Raises:
        InputError: not well-formed, or with a DOCTYPE, which no spreadsheet program writes.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=recover)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError.single(place, f"damaged XML ({error.msg})", REPAIR) from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise InputError.single(place, "XML that no spreadsheet program writes", REPAIR)
    return root


REPAIR = "a workbook that opens in Excel without a repair; open it there and save it again"


def serialize(root: Element) -> bytes:
    """A part's bytes."""
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return out


def insert_in_order(parent: Element, child: Element, order: Sequence[str]) -> Element:
    """Put a new child where the schema's order wants it: after all that come before it or at its rank."""
    rank = order.index(local(child))
    position = 0
    for index, sibling in enumerate(parent):
        name = local(sibling)
        if name in order and order.index(name) <= rank:
            position = index + 1
    parent.insert(position, child)
    return child


def child(parent: Element, tag: str, order: Sequence[str]) -> Element:
    """A child in the main namespace, made in its place when there is none."""
    found = parent.find(main(tag))
    return found if found is not None else insert_in_order(parent, etree.Element(main(tag)), order)


def canonical(element: Element) -> tuple[object, ...]:
    """An element's meaning as a value to compare: no prefixes, no attribute order, no white space between tags."""
    text = (element.text or "").strip()
    return (element.tag, tuple(sorted(element.attrib.items())), text, tuple(canonical(c) for c in element))
