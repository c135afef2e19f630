"""The menu as it stands in the extension: an item for each action of a button, and the component that performs them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from xl_ltc.errors import Cancelled
from xl_ltc.workbook.buttons import ACTIONS, Action, Report
from xl_ltc_udfs.calc import menu
from xl_ltc_udfs.calc.extension import build

NAME = "{http://openoffice.org/2001/registry}name"


def _act(_: Path, __: object) -> Report:
    raise Cancelled


def _items(menu_bar: bytes) -> list[tuple[str, str]]:
    """URL and title of each item, in the order of LibreOffice's menu."""
    nodes = etree.fromstring(menu_bar).findall(f".//node[@{NAME}='Submenu']/node")
    found = []
    for node in sorted(nodes, key=lambda node: node.get(NAME)):
        texts = {prop.get(NAME): prop.findtext("value") for prop in node.iterfind("prop")}
        found.append((texts["URL"], texts["Title"] or ""))
    return found


def test_every_action_has_an_item_in_order_and_the_last_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["zeta", "alpha", *(f"more{i}" for i in range(10))]
    actions = {name: Action("filing", name, f"Do {name}", "A sentence.", _act) for name in names}
    monkeypatch.setattr(menu, "ACTIONS", actions)
    wanted = [(f"org.xlltc.action:{name}", f"Do {name}") for name in names]
    assert _items(menu.menu_bar()) == [
        *wanted,
        ("private:separator", ""),
        ("org.xlltc.action:cancel", "Cancel"),
    ]
    assert menu.settings()["actions"] == {name: f"Do {name}" for name in names}


def test_no_action_is_called_as_the_item_that_cancels() -> None:
    assert menu.CANCEL not in ACTIONS


def test_every_file_of_the_extension_that_libreoffice_must_know_is_there() -> None:
    archive = zipfile.ZipFile(io.BytesIO(build("/some/python")))
    listed = [
        entry.get("{http://openoffice.org/2001/manifest}full-path")
        for entry in etree.fromstring(archive.read("META-INF/manifest.xml"))
    ]
    components = etree.fromstring(archive.read("xl_ltc.components"))
    assert {*listed, *(component.get("uri") for component in components)} <= set(archive.namelist())
    assert {"Addons.xcu", "ProtocolHandler.xcu"} <= set(listed)
    implementations = [node.get("name") for node in components.iter("{*}implementation")]
    assert json.loads(archive.read("settings.json"))["menu"]["implementation"] in implementations
