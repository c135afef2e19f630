"""Licences of what a user installs: ``python -m release licences`` writes docs/licences.md from pip-licenses' list.

They are read from the packages in their locked versions, as installed here; of packages that only Windows or macOS
needs, from a copy fetched for that system. A licence that is not one of ``ALLOWED`` is an error.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence

from packaging.utils import canonicalize_name

from release.lock import environment
from release.project import LOCKS, ROOT, Pin, pins, requirements, run, uv

PAGE = ROOT / "docs" / "licences.md"
ALLOWED = {
    "0BSD", "Apache Software License", "Apache-2.0", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
    "ISC", "LLVM-exception", "MIT", "MIT License", "MPL-2.0", "PSF-2.0", "Public Domain",
    "Python Software Foundation License", "Zlib",
}  # fmt: skip
"""Licences that let a company use, change and pass on the product; MPL-2.0 binds changes of its own files only."""
NONE_STATED = "none stated"
READ = {
    "tabmat": ("BSD-3-Clause", "read from the LICENSE file in the package; its metadata names none"),
    "pymort": (NONE_STATED, "neither the package nor its metadata names one; the tables in it are the SOA's"),
    "xlwings": ("BSD-3-Clause", "of its BSD part only; the folder `pro`, under other terms, is not used"),
}
"""What a person read where the metadata says nothing, or not all: the licence, and where it stands."""
SYSTEMS = {"win32": ("Windows only", "x86_64-pc-windows-msvc"), "darwin": ("macOS only", "aarch64-apple-darwin")}
"""Systems that need packages of their own: a remark, and uv's name of the system."""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
COPYLEFT = re.compile(r"\b[AL]?GPL|General Public License")

HEAD = """# Licences

Written by `python -m release licences` from the packages' own metadata (pip-licenses), for what `requirements.lock`
pins: the product with every extra that a user installs. xl_ltc itself is under the MIT licence, and holds a copy of
none of these. A licence that is not permissive stops the check in `.ci/run`.

| Package | Licence | Remark |
|---|---|---|
"""
TEST_ONLY = """
## Not shipped, not needed to use the product

Tests and benchmarks also run programs under the GPL or LGPL, of which no code is in the product:

| Package | Licence |
|---|---|
"""


def unwelcome(licences: Mapping[str, str]) -> list[str]:
    """Packages with a licence outside ``ALLOWED``, but for those a person has read."""
    found = []
    for name, licence in sorted(licences.items()):
        parts = {part.strip("() ") for part in re.split(r" AND | OR | WITH |; ", licence)}
        if not parts <= ALLOWED and (name not in READ or licence != READ[name][0]):
            found.append(f"{name}: {', '.join(sorted(parts - ALLOWED))}")
    return found


def page(licences: Mapping[str, str], remarks: Mapping[str, str], copyleft: Mapping[str, str]) -> str:
    """The page: a line a package, then what only tests and benchmarks use under a copyleft licence."""
    lines = [f"| {name} | {licence} | {remarks.get(name, '')} |\n" for name, licence in sorted(licences.items())]
    tests = [f"| {name} | {licence} |\n" for name, licence in sorted(copyleft.items())]
    return "".join([HEAD, *lines, TEST_ONLY, *tests])


def found_here() -> str:
    """The page by what is installed.

    Raises:
        SystemExit: a package is not installed, or a licence is not allowed.
    """
    shipped, _ = (pins((ROOT / file).read_text(encoding="utf-8")) for file in LOCKS)
    with tempfile.TemporaryDirectory() as folder:
        remarks = _fetch_of_other_systems(shipped, folder)
        command = [sys.executable, "-m", "piplicenses", "--python", sys.executable, "--from=mixed", "--format=json"]
        listed = json.loads(run([*command, "--with-system"], env={**os.environ, "PYTHONPATH": folder}))
    everything: dict[str, str] = {canonicalize_name(line["Name"]): line["License"] for line in listed}
    names = {pin.name for pin in shipped if pin.name in remarks or pin.holds_in(environment(HERE, sys.platform))}
    if missing := names - everything.keys():
        raise SystemExit(f"not installed, so that their licences can't be read: {', '.join(sorted(missing))}")
    licences = {name: READ[name][0] if name in READ else everything[name] for name in names}
    if bad := unwelcome(licences):
        raise SystemExit("not a licence that release/licences.py allows: " + "; ".join(bad))
    tools = {str(canonicalize_name(wanted.name)) for wanted in requirements(("test",))} - names
    copyleft = {name: everything[name] for name in tools & everything.keys() if COPYLEFT.search(everything[name])}
    return page(licences, remarks | {name: where for name, (_, where) in READ.items() if name in names}, copyleft)


def _fetch_of_other_systems(shipped: Sequence[Pin], folder: str) -> dict[str, str]:
    """Put packages that another system or Python alone needs into the folder; what each is for."""
    remarks: dict[str, str] = {}
    for system, (called, platform) in SYSTEMS.items():
        of = [pin for pin in shipped if pin.marker and "sys_platform" in str(pin.marker)]
        there = [pin for pin in of if pin.holds_in(environment(HERE, system))]
        remarks |= {pin.name: called for pin in there}
        fetched = [f"{pin.name}=={pin.version}" for pin in there if not pin.holds_in(environment(HERE, sys.platform))]
        if fetched:
            options = ("--quiet", "--no-deps", "--target", folder, "--python-platform", platform)
            uv("pip", "install", *options, "--python", sys.executable, *fetched)
    return remarks
