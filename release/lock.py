"""Lock files: ``python -m release lock`` writes them; ``problems`` says what of pyproject.toml one does not meet.

A lock names one version of every package, direct or not, with the hashes of its files, for all supported Pythons and
for Linux, macOS and Windows at once. It names no index.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.project import LOCKS, ROOT, Pin, pins, pythons, requirements, uv

SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
"""``sys.platform``: what else markers may ask about it."""


def environment(python: str, system: str) -> dict[str, str]:
    """What a marker of PEP 508 may ask, for a Python such as ``3.11`` and a ``sys.platform``."""
    platform_system, os_name = SYSTEMS[system]
    asked = {name: str(value) for name, value in default_environment().items()}
    asked |= {"sys_platform": system, "platform_system": platform_system, "os_name": os_name}
    return asked | {"python_version": python, "python_full_version": f"{python}.0"}


def write(upgrade: bool = False) -> None:
    """Write every lock anew; pins that still meet pyproject.toml stay unless ``upgrade``.

    The lock for development takes the versions of the one for use, so that what is tested is what is used.
    """
    first, *others = LOCKS
    for file, extras in LOCKS.items():
        options = [part for extra in extras for part in ("--extra", extra)]
        options += ["--constraint", first] if file in others else []
        options += ["--upgrade"] if upgrade else []
        uv(
            *("pip", "compile", "--quiet", "pyproject.toml", "--output-file", file, *options),
            *("--universal", "--generate-hashes", "--no-emit-index-url", "--python-version", pythons()[0]),
            *("--custom-compile-command", "python -m release lock"),
        )


def problems(of: Sequence[Pin], wanted: Sequence[Requirement]) -> Iterator[str]:
    """What of ``wanted`` a lock does not meet on some supported Python or platform, and pins without a hash."""
    for pin in of:
        if not pin.hashes:
            yield f"{pin.name}=={pin.version} has no hash"
    for python, system in itertools.product(pythons(), SYSTEMS):
        where = environment(python, system)
        for requirement in wanted:
            if requirement.marker and not requirement.marker.evaluate(dict(where)):
                continue
            found = [
                pin.version for pin in of if pin.name == canonicalize_name(requirement.name) and pin.holds_in(where)
            ]
            if len(found) != 1 or found[0] not in requirement.specifier:
                what = ", ".join(map(str, found)) or "nothing"
                yield f"Python {python} on {system}: {requirement} is wanted, {what} locked"


def check() -> list[str]:
    """What is wrong with the lock files; nothing if they meet pyproject.toml."""
    found = []
    for file, extras in LOCKS.items():
        of = pins((ROOT / file).read_text(encoding="utf-8"))
        found += [f"{file}: {problem}" for problem in problems(of, requirements(extras))]
    return found
