"""What is installed: this package, Python, the packages it needs, and where files go."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import xl_ltc
from xl_ltc.code import code_hash
from xl_ltc_udfs.doctor.finding import Fact, Finding

DISTRIBUTION = "xl-ltc"
_OF_DEVELOPMENT = ("benchmarks", "dev", "release", "test")
"""Extras that no user needs."""


def versions() -> Finding:
    """Versions of this package, Python and the system, and what the machine has."""
    facts: dict[str, Fact] = {
        "xl_ltc": xl_ltc.__version__,
        "xl_ltc code (SHA-256)": code_hash(),
        "xl_ltc folder": str(Path(xl_ltc.__file__).parent),
        "Python": f"{platform.python_version()} ({platform.python_implementation()}, {platform.architecture()[0]})",
        "Python program": sys.executable,
        "system": platform.platform(),
        "processor": platform.machine(),
        "processors": os.cpu_count(),
    }
    try:
        installed = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return Finding("Versions", facts, (_not_installed(),))
    if installed == xl_ltc.__version__:
        return Finding("Versions", facts)
    problem = f"xl_ltc {xl_ltc.__version__} runs, but pip installed {installed}; install again: pip install xl-ltc"
    return Finding("Versions", facts, (problem,))


def packages() -> Finding:
    """Every package that is needed, of which version, and those of the extras as far as they are there."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
        extras = metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return Finding("Packages", {})  # said with the versions
    requirements = list(map(Requirement, wanted))
    facts: dict[str, Fact] = {}
    problems = []
    for extra in ["", *sorted(set(extras) - set(_OF_DEVELOPMENT))]:
        for requirement in _of_extra(requirements, extra):
            version = _installed(requirement.name)
            good = version is not None and requirement.specifier.contains(version, prereleases=True)
            asked = f"{requirement.name} {requirement.specifier}".strip()
            facts[f"{asked} [{extra}]" if extra else asked] = version
            if not good and (version is not None or not extra):
                what = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
                found = "is missing" if version is None else f"is {version}"
                problems.append(f"{requirement.name} {found}, needed is {asked}; install it: pip install '{what}'")
    return Finding("Packages, and those of [extras]", facts, tuple(problems))


def folders(kernels: Path | None) -> Finding:
    """Where files go, and whether they can be written there.

    Args:
        kernels: where compiled code is kept, if that is known.
    """
    from xl_ltc.workbook import last_run  # it needs packages that may be missing

    state = last_run.folder()
    places = {
        "state (last runs)": (state, f"set {last_run.STATE_VARIABLE} to a folder of yours"),
        "temporary files": (Path(tempfile.gettempdir()), "set TMPDIR (on Windows TEMP) to a folder of yours"),
        "current folder": (Path(), "only a problem if you write workbooks here"),
    }
    if kernels is not None:
        places["compiled kernels"] = (kernels, "set NUMBA_CACHE_DIR to a folder of yours")
    facts: dict[str, Fact] = {"runs recorded": len(list(state.glob("*.json")))}
    problems = []
    for what, (named, advice) in places.items():
        try:
            folder = named.absolute()
        except FileNotFoundError:  # the current folder, removed since
            facts[what] = None
            problems.append(f"{what}: it is not there any more; change to another")
            continue
        writable = _writable(folder)
        facts[what] = str(folder) if writable else f"{folder} (not writable)"
        if not writable:
            problems.append(f"{what}: {folder} can't be written to; {advice}")
    return Finding("Folders", facts, tuple(problems))


def _of_extra(requirements: Iterable[Requirement], extra: str) -> list[Requirement]:
    """What an extra asks beyond what is always needed; without an extra, that."""

    def asked(requirement: Requirement, name: str) -> bool:
        return requirement.marker is None or requirement.marker.evaluate({"extra": name})

    return [one for one in requirements if asked(one, extra) and not (extra and asked(one, ""))]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _writable(folder: Path) -> bool:
    """Whether a file can be made there, or in what is there of its path."""
    there = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def _not_installed() -> str:
    return "xl_ltc runs from a folder and is not installed; install it: pip install xl-ltc"
