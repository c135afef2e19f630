"""The hosts that are found, and whether the worksheet functions are installed in them."""

from __future__ import annotations

import json
import os
import plistlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc_udfs.calc import libreoffice
from xl_ltc_udfs.calc.extension import FILE_NAME, MINIMUM_VERSION
from xl_ltc_udfs.doctor.finding import Fact, Finding
from xl_ltc_udfs.excel import install as excel

_MAC_EXCEL = Path("/Applications/Microsoft Excel.app/Contents/Info.plist")


def hosts() -> Finding:
    """LibreOffice, Excel and the server for Office.js."""
    facts: dict[str, Fact] = {}
    problems = [*_libreoffice(facts), *_excel(facts, sys.platform)]
    facts["xl-ltc serve can start"] = all(find_spec(name) is not None for name in ("starlette", "uvicorn"))
    return Finding("Hosts", facts, tuple(problems))


def _libreoffice(facts: dict[str, Fact]) -> Iterator[str]:
    try:
        office = libreoffice.find()
    except InputError as error:
        facts["LibreOffice"] = f"not found ({error.problems[0].found})"
        return
    version, least = (".".join(map(str, numbers)) for numbers in (office.version, MINIMUM_VERSION))
    facts["LibreOffice"] = f"{version}, {office.soffice}"
    if office.version < MINIMUM_VERSION:
        yield f"LibreOffice is {version}; the worksheet functions need {least} or later"
    installed = list(_extensions(office))
    facts["functions in LibreOffice"] = ", ".join(map(str, installed)) or None
    for extension in installed:
        try:
            interpreter = str(json.loads((extension / "settings.json").read_text(encoding="utf-8"))["interpreter"])
        except (OSError, ValueError, LookupError, TypeError):
            yield f"{extension / 'settings.json'} is not as it was written; run: xl-ltc calc install"
            continue
        facts["Python of LibreOffice's functions"] = interpreter
        if not Path(interpreter).exists():
            yield f"LibreOffice asks {interpreter}, which is not there; run: xl-ltc calc install"


def _extensions(office: libreoffice.LibreOffice) -> Iterator[Path]:
    """Where the extension is unpacked: of this user, and of all users."""
    for folder in (libreoffice.default_profile() / "user", office.soffice.parent.parent / "share"):
        for settings in folder.glob(f"uno_packages/cache/uno_packages/*/{FILE_NAME}/settings.json"):
            yield settings.parent


def _excel(facts: dict[str, Fact], platform: str) -> Iterator[str]:
    if platform == "win32":
        facts["Excel"] = _windows_excel()
        addin = excel.installed_path(os.environ)
        facts["functions in Excel"] = str(addin) if addin.exists() else None
        if addin.exists():
            try:
                excel.check_packages()
            except InputError as error:
                yield f"the add-in is in Excel, but {error.problems[0].found}; run: {error.problems[0].allowed}"
    elif platform == "darwin" and _MAC_EXCEL.is_file():
        facts["Excel"] = str(plistlib.loads(_MAC_EXCEL.read_bytes()).get("CFBundleShortVersionString"))
        wef = Path.home() / "Library/Containers/com.microsoft.Excel/Data/Documents/wef"
        facts["add-ins' manifests for Excel"] = ", ".join(path.name for path in wef.glob("*.xml")) or None
    else:
        facts["Excel"] = None


def _windows_excel() -> str | None:
    """The program, as Windows has it registered."""
    import winreg

    try:
        key = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
        found: str = winreg.QueryValue(winreg.HKEY_LOCAL_MACHINE, key)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return None
    return found
