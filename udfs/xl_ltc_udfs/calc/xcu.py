"""LibreOffice's configuration files (.xcu): nodes and properties."""

from __future__ import annotations

from lxml import etree

_NS = "http://openoffice.org/2001/registry"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def root(name: str) -> etree._Element:
    """A file's root, for a component of ``org.openoffice.Office``."""
    element = etree.Element(f"{{{_NS}}}component-data", nsmap={"oor": _NS})
    _set(element, name=name, package="org.openoffice.Office")
    return element


def node(parent: etree._Element, name: str, replace: bool = True) -> etree._Element:
    """A node in another one; ``replace`` for one that the extension brings, not for one that LibreOffice has."""
    element = etree.SubElement(parent, "node")
    _set(element, name=name)
    if replace:
        _set(element, op="replace")
    return element


def prop(parent: etree._Element, name: str, text: str, localized: bool = True) -> None:
    """A node's property; ``localized`` for what a user reads."""
    element = etree.SubElement(parent, "prop")
    _set(element, name=name)
    value = etree.SubElement(element, "value")
    value.text = text
    if localized:
        value.set(_LANGUAGE, "en")


def xml(element: etree._Element) -> bytes:
    """An element as a file."""
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _set(element: etree._Element, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(f"{{{_NS}}}{name}", value)
