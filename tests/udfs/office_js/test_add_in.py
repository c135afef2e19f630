"""The add-in's files against what Microsoft documents of them."""

from __future__ import annotations

import re
import struct
import zlib
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

import xl_ltc
from xl_ltc_udfs.cells import PASSED_ON
from xl_ltc_udfs.office_js import icons, pages
from xl_ltc_udfs.office_js.metadata import metadata
from xl_ltc_udfs.registry import functions

BASE = "https://localhost:8765"

OFFICE, VERSIONS, BASIC = (
    f"{{http://schemas.microsoft.com/office/{name}}}"
    for name in ("appforoffice/1.1", "taskpaneappversionoverrides", "officeappbasictypes/1.0")
)
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

# "How to find the proper order of manifest elements": children in this order; a star may be left out.
ORDER = {
    "OfficeApp": "Id AlternateId* Version ProviderName DefaultLocale DisplayName Description IconUrl "
    "HighResolutionIconUrl* SupportUrl* AppDomains* Hosts Requirements* DefaultSettings Permissions VersionOverrides",
    "VersionOverrides": "Description* Requirements* Hosts Resources",
    "Host": "Runtimes* AllFormFactors* DesktopFormFactor*",
    "CustomFunctions": "Script Page Metadata Namespace*",
    "DesktopFormFactor": "GetStarted* FunctionFile ExtensionPoint",
    "Group": "Label Icon Control",
    "Control": "Label Supertip Icon Action",
    "Supertip": "Title Description",
    "ShowTaskpane": "TaskpaneId* SourceLocation Title*",
    "Resources": "Images Urls ShortStrings LongStrings",
}


def manifest() -> Element:
    root: Element = fromstring(pages.manifest(BASE))
    return root


def name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def all_of(kind: str) -> list[Element]:
    return [element for element in manifest().iter() if name(element) == kind]


@pytest.mark.parametrize("parent", ORDER)
def test_elements_stand_in_the_documented_order(parent: str) -> None:
    parents = [
        element
        for element in manifest().iter()
        if (name(element) == parent or element.get(TYPE) == parent) and len(element)
    ]
    assert parents
    for element in parents:
        if parent == "Host" and not element.tag.startswith(VERSIONS):
            continue
        found = [name(child) for child in element]
        known = [word.rstrip("*") for word in ORDER[parent].split()]
        assert found == sorted(found, key=known.index)
        assert {word for word in ORDER[parent].split() if not word.endswith("*")} <= set(found)


def test_every_part_is_of_its_namespace() -> None:
    root = manifest()
    assert root.tag == f"{OFFICE}OfficeApp" and root.get(TYPE) == "TaskPaneApp"
    overrides = root.find(f"{VERSIONS}VersionOverrides")
    assert overrides is not None and overrides.get(TYPE) == "VersionOverridesV1_0"
    for kind in ("Image", "Url", "String", "Images", "Urls", "ShortStrings", "LongStrings"):
        assert all(element.tag == BASIC + kind for element in all_of(kind)) and all_of(kind)


def test_the_functions_carry_no_prefix() -> None:
    assert all_of("Namespace") == []


def test_the_task_pane_is_the_shared_runtime() -> None:
    [runtime] = all_of("Runtime")
    assert runtime.get("lifetime") == "long"
    [page] = all_of("Page")
    assert page[0].get("resid") == runtime.get("resid")
    assert [(e.get("Name"), e.get("MinVersion")) for e in all_of("Set")] == [("SharedRuntime", "1.1")]


def test_every_resource_is_defined_once_and_used() -> None:
    defined = [
        element.get("id") for element in manifest().iter() if element.get("id", "") and element.get("DefaultValue")
    ]
    used = {element.get("resid") for element in manifest().iter()} - {None}
    assert len(defined) == len(set(defined))
    assert set(defined) == used
    assert all(len(resource or "") <= 32 for resource in defined)


def test_limits_of_texts() -> None:
    [description] = [e for e in manifest() if name(e) == "Description"]
    assert len(description.get("DefaultValue") or "") <= 250
    short, long = all_of("ShortStrings")[0], all_of("LongStrings")[0]
    assert all(len(e.get("DefaultValue") or "") <= 125 for e in short)
    assert all(len(e.get("DefaultValue") or "") <= 250 for e in long)


def test_every_address_is_ours() -> None:
    addresses = re.findall(r'"(https?://[^"]*)"', pages.manifest(BASE))
    ours = [address for address in addresses if not address.startswith(("http://schemas.", "http://www.w3.org/"))]
    assert {address.removeprefix(BASE) for address in ours} == {
        "/taskpane.html",
        "/functions.js",
        "/functions.json",
        *(f"/icon-{size}.png" for size in icons.SIZES),
    }


def test_each_button_icon_has_the_three_mandatory_sizes() -> None:
    assert len(all_of("Icon")) == 2
    for icon in all_of("Icon"):
        assert [image.get("size") for image in icon] == ["16", "32", "80"]


def test_the_id_is_a_guid_and_the_version_grows_with_ours() -> None:
    [id_] = [e.text or "" for e in manifest() if name(e) == "Id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id_)
    [version] = [e.text for e in manifest() if name(e) == "Version"]
    assert version == f"1.{xl_ltc.__version__}"
    assert pages.manifest_version("2.3.4.dev1") == "1.2.3.4"


# Rules of https://developer.microsoft.com/json-schemas/office-js/custom-functions.schema.json as "Manually create JSON
# metadata for custom functions" states them, and of names as Microsoft's custom-functions-metadata checks them.
FUNCTION_KEYS = {"id", "name", "description", "helpUrl", "parameters", "result", "options"}
PARAMETER_KEYS = {
    "name",
    "description",
    "type",
    "dimensionality",
    "optional",
    "repeating",
    "cellValueType",
    "customEnumId",
}


def test_metadata_of_every_function() -> None:
    found = metadata()
    assert found["allowErrorForDataTypeAny"] is True
    assert found.keys() <= {
        "$schema",
        "allowCustomDataForDataTypeAny",
        "allowErrorForDataTypeAny",
        "functions",
        "enums",
    }
    assert [function["id"] for function in found["functions"]] == list(functions())
    for function in found["functions"]:
        assert {"id", "name", "parameters", "result"} <= function.keys() <= FUNCTION_KEYS
        assert function["id"] == function["name"]
        assert re.fullmatch(r"[A-Z][A-Z0-9._]{2,127}", function["name"])
        assert function["description"] == functions()[function["name"]].summary
        assert function["result"] == {"type": "any", "dimensionality": "matrix"}


def test_no_name_is_a_cell() -> None:
    """Such as ``LTC1`` would be; Excel takes no function so named."""
    assert not [name for name in functions() if re.fullmatch(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*", name)]


@pytest.mark.parametrize("name", functions())
def test_metadata_of_every_parameter(name: str) -> None:
    [found] = [function for function in metadata()["functions"] if function["name"] == name]
    arguments = functions()[name].arguments
    for parameter, argument in zip(found["parameters"], arguments, strict=True):
        assert {"name"} <= parameter.keys() <= PARAMETER_KEYS
        assert (parameter["name"], parameter["description"]) == (argument.name, argument.help)
        assert (parameter["type"], parameter["dimensionality"]) == ("any", "matrix")
        assert parameter.get("optional", False) is argument.optional
    optional = [parameter.get("optional", False) for parameter in found["parameters"]]
    assert optional == sorted(optional)


@pytest.mark.parametrize("size", icons.SIZES)
def test_icons_are_png_images_of_their_size(size: int) -> None:
    image = icons.icon(size)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (size, size)
    at, pixels = 8, b""
    while at < len(image):
        length, kind = struct.unpack(">I4s", image[at : at + 8])
        data = image[at + 8 : at + 8 + length]
        assert struct.unpack(">I", image[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + data),)
        pixels += data if kind == b"IDAT" else b""
        at += 12 + length
    rows = zlib.decompress(pixels)
    assert len(rows) == size * (1 + 4 * size)
    assert {rows[i : i + 4] for i in range(1, 1 + 4 * size, 4)} == {b"\0\0\0\0"}  # nothing above the highest bar
    assert len({row[i : i + 4] for row in [rows[-4 * size :]] for i in range(0, 4 * size, 4)}) == 3


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.scripts: list[str | None] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs)["src"])
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_task_pane_explains_every_function_and_its_arguments() -> None:
    page = _Words()
    page.feed(pages.task_pane("secret"))
    assert page.open == []
    for function in functions().values():
        for text in (function.category, function.syntax, function.summary, function.returns, function.source):
            assert text in page.text
        assert all(argument.help in page.text for argument in function.arguments)
    assert "LTC_WHY" in page.text and xl_ltc.__version__ in page.text


def test_office_js_is_loaded_from_microsoft_and_not_kept() -> None:
    page = _Words()
    page.feed(pages.task_pane("secret"))
    assert page.scripts == ["https://appsforoffice.microsoft.com/lib/1/hosted/office.js", "/functions.js"]


def test_texts_of_the_page_are_escaped() -> None:
    assert 'content="&quot;&gt;&lt;b"' in pages.task_pane('"><b')


def test_every_error_value_of_a_result_has_its_error_code() -> None:
    for code in PASSED_ON:
        assert re.search(rf'"{re.escape(code)}": "[a-zA-Z]+",', pages.script())
