"""What pyproject.toml and the lock files say, read in one place; how the tools of a release are called."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
NAME = "xl-ltc"
RUN_EXTRAS = ("cluster", "excel", "recut", "serve", "study")
"""Extras a user installs; the others serve development."""
LOCKS = {"requirements.lock": RUN_EXTRAS, "requirements-dev.lock": (*RUN_EXTRAS, "dev")}
"""Lock file: the extras it holds, beside what every installation needs."""

_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ;\\\n]+)(?: ; (?P<marker>[^\\\n]+))?", re.MULTILINE)
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")


@dataclass(frozen=True)
class Pin:
    """One version of a package in a lock file, and where it is installed (everywhere if no marker)."""

    name: str
    version: Version
    marker: Marker | None
    hashes: int

    def holds_in(self, environment: Mapping[str, str]) -> bool:
        """Whether it is installed in this environment (markers of PEP 508)."""
        return self.marker is None or self.marker.evaluate(dict(environment))


@functools.cache
def project(file: Path = ROOT / "pyproject.toml") -> dict[str, Any]:
    """The table [project] of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    return table


def pythons() -> list[str]:
    """Supported Pythons by the classifiers, oldest first, as ``3.11``."""
    found = [match[1] for line in project()["classifiers"] if (match := _CLASSIFIER.fullmatch(line))]
    return sorted(found, key=Version)


def requirements(extras: Sequence[str] = ()) -> list[Requirement]:
    """What pyproject.toml asks for, extras of extras followed."""
    lines, left, seen = list(project()["dependencies"]), list(extras), set()
    while left:
        if (extra := left.pop()) in seen:
            continue
        seen.add(extra)
        for line in project()["optional-dependencies"][extra]:
            requirement = Requirement(line)
            if requirement.name == NAME:
                left += requirement.extras
            else:
                lines.append(line)
    return [Requirement(line) for line in lines]


def pins(text: str) -> list[Pin]:
    """The pins of a lock file's text, in order."""
    starts = list(_PIN.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [
        Pin(
            name=match["name"],
            version=Version(match["version"]),
            marker=Marker(match["marker"].strip()) if match["marker"] else None,
            hashes=text.count("--hash=sha256:", match.start(), end),
        )
        for match, end in zip(starts, ends, strict=True)
    ]


def run(command: Sequence[str | Path], **more: Any) -> str:
    """Run a tool; what it printed.

    Raises:
        SystemExit: it failed, with what it said.
    """
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout.strip()}\nfailed with {done.returncode}: {' '.join(map(str, command))}")
    return done.stdout


def uv(*arguments: str | Path) -> str:
    """Run uv, which does not read pip's configuration, with the index that pip has been given, if any."""
    environment = dict(os.environ)
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys() and (index := _pip_index()):
        environment["UV_DEFAULT_INDEX"] = index
    return run([sys.executable, "-m", "uv", "--no-progress", *arguments], cwd=ROOT, env=environment)


@functools.cache
def _pip_index() -> str:
    """The index of pip's configuration or environment, empty where it has none."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    values = [line.partition("=")[2].strip("'\"") for line in lines if line.partition("=")[0].endswith(".index-url")]
    return values[-1] if values else ""
