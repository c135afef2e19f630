"""Wheel and sdist, built and tried without the checkout: ``python -m release distributions``.

Both are built twice and must be the same bytes; the sdist must hold what git tracks and build to the same wheel; the
wheel must hold what the two packages hold. Then it is installed, with the lowest versions of its dependencies and with
the newest ones, on each supported Python found, and must run the filing to the same results.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from release.project import ROOT, RUN_EXTRAS, pythons, requirements, run, uv

SHIPPED = {"xl_ltc/": "xl_ltc/", "udfs/xl_ltc_udfs/": "xl_ltc_udfs/"}
"""Folder of the checkout: folder in the wheel."""
LARGEST = 1_000_000
"""Bytes of a file of the wheel; the product's own are far smaller."""
AGREEMENT = 1e-9
"""Results under other versions of the dependencies may differ in the last digits of sums."""
TOOLS = ("hypothesis", "openpyxl", "pytest", "pytest-timeout", "pytest-xdist")
TESTS = ("loss_ratio", "projection", "rate_increase")
"""Folders of tests/ that are run on each installation: what the numbers rest on, in seconds."""
PEERS, PEERS_TEST = "benchmarks", "tests/benchmarks/test_peers.py"
"""The extra with other engines, of which one needs a newer Python than the oldest supported; their test."""


@dataclass(frozen=True)
class Installation:
    """A Python and how the versions of the dependencies are chosen."""

    python: str
    program: Path
    lowest: bool
    peers: bool = False
    """Whether the other engines of benchmarks/ are installed and tried too, last."""

    @property
    def name(self) -> str:
        """As it is called in messages."""
        return f"Python {self.python}, {'lowest' if self.lowest else 'newest'} versions"


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from it, twice; compare.

    Returns:
        Wheel and sdist.

    Raises:
        SystemExit: two builds differ, or the metadata is not as an index wants it.
    """
    builder: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", ROOT, "--outdir"]
    run([*builder, folder / "from_sdist"])
    run([*builder, folder / "from_checkout", "--sdist", "--wheel"])
    one, two = (sorted((folder / name).iterdir()) for name in ("from_sdist", "from_checkout"))
    for first, second in zip(one, two, strict=True):
        if first.name != second.name or first.read_bytes() != second.read_bytes():
            raise SystemExit(f"{first.name}: two builds are not the same bytes")
    run([sys.executable, "-m", "twine", "check", "--strict", *one])
    sdist, wheel = sorted(one, key=lambda file: file.suffix == ".whl")
    return wheel, sdist


def tracked() -> set[str]:
    """Files that git tracks, by path from the root."""
    return {name for name in run(["git", "-C", ROOT, "ls-files", "-z"]).split("\0") if name}


def wrong_contents(in_wheel: Mapping[str, int], in_sdist: set[str], of_git: set[str]) -> list[str]:
    """What a wheel (bytes by file) and an sdist hold too much or too little."""
    expected = {
        inside + name.removeprefix(outside)
        for outside, inside in SHIPPED.items()
        for name in of_git
        if name.startswith(outside)
    }
    code = {name for name in in_wheel if ".dist-info/" not in name}
    found = [f"wheel lacks {name}" for name in sorted(expected - code)]
    found += [f"wheel has {name}, which is not of the packages" for name in sorted(code - expected)]
    found += [f"wheel has {name} of {size:,} bytes" for name, size in in_wheel.items() if size > LARGEST]
    found += [f"sdist lacks {name}" for name in sorted(of_git - in_sdist)]
    found += [f"sdist has {name}, which git does not track" for name in sorted(in_sdist - of_git - {"PKG-INFO"})]
    return found


def check_contents(wheel: Path, sdist: Path) -> None:
    """Refuse a wheel or an sdist with a file too many or too few.

    Raises:
        SystemExit: naming each.
    """
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {entry.filename: entry.file_size for entry in archive.infolist()}
    with tarfile.open(sdist) as archive:
        in_sdist = {entry.name.partition("/")[2] for entry in archive if entry.isfile()}
    if found := wrong_contents(in_wheel, in_sdist, tracked()):
        raise SystemExit("\n".join(found))


def python_program(version: str) -> Path | None:
    """A Python of this version (as ``3.12``): this one, on the PATH, or one that pyenv has; None if there is none."""
    candidates = [sys.executable, shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        latest = subprocess.run(["pyenv", "latest", version], capture_output=True, text=True).stdout.strip()
        prefix = subprocess.run(["pyenv", "prefix", latest], capture_output=True, text=True).stdout.strip()
        candidates.append(f"{prefix}/bin/python" if latest and prefix else None)
    asks = "import sys; print('%d.%d' % sys.version_info[:2])"
    for program in filter(None, candidates):
        done = subprocess.run([program, "-c", asks], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == version:
            return Path(program)
    return None


def installations() -> list[Installation]:
    """The lowest versions on the oldest supported Python found, the newest on each; says which are not found.

    The peers are tried on the newest Python.
    """
    found: list[Installation] = []
    for version in pythons():
        if program := python_program(version):
            found += [Installation(version, program, lowest) for lowest in ((False,) if found else (True, False))]
        else:
            print(f"NOT CHECKED: Python {version}, which is not on this machine", flush=True)
    return [*found[:-1], *(replace(last, peers=True) for last in found[-1:])]


def installed(wheel: Path, of: Installation, folder: Path) -> Path:
    """Install the wheel with every extra of a user into an environment of its own; its folder of programs."""
    environment = folder / "environment"
    uv("venv", "--quiet", "--no-python-downloads", "--python", of.program, environment)
    extras: list[str | Path] = [part for extra in RUN_EXTRAS for part in ("--extra", extra)]
    pins = folder / "versions.txt"
    uv(
        *("pip", "compile", "--quiet", "pyproject.toml", *extras, "--python", of.program, "--output-file", pins),
        *("--resolution", "lowest-direct" if of.lowest else "highest"),
    )
    uv("pip", "install", "--quiet", "--python", environment, "--requirement", pins, *TOOLS)
    uv("pip", "install", "--quiet", "--python", environment, "--no-deps", wheel)
    uv("pip", "check", "--quiet", "--python", environment)
    return environment / ("Scripts" if os.name == "nt" else "bin")


def tried(programs: Path, folder: Path) -> tuple[dict[str, float], str]:
    """Run the installed product and tests of it outside the checkout.

    Returns:
        The headline results of the filing, and what the tests say last.

    Raises:
        SystemExit: something fails, or the package comes from elsewhere.
    """
    how = outside(folder)
    where = run([programs / "python", "-c", "import xl_ltc, xl_ltc_udfs; print(xl_ltc.__file__)"], **how).strip()
    if not Path(where).is_relative_to(programs.parent):
        raise SystemExit(f"xl_ltc was imported from {where}, not from the wheel")
    command = programs / "xl-ltc"
    run([command, "--help"], **how)
    run([command, "demo", "--out", "demo"], **how)
    run([command, "check", "demo/ltc_rate_filing.xlsx"], **how)
    run([command, "new", "mine.xlsm", "--kind", "blank"], **how)
    for name in ("tests", "benchmarks", "release"):  # the second makes the tests' random blocks and reads the third
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    said = tested(programs, folder, *(f"tests/{name}" for name in TESTS))
    manifest = json.loads((folder / "demo" / "manifest.json").read_text(encoding="utf-8"))
    return headline(manifest["results"]), said


def outside(folder: Path) -> dict[str, Any]:
    """How to run a program in the folder, without the checkout and with a state of its own."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {"cwd": folder, "env": variables | {"XL_LTC_STATE": str(folder / "state")}}


def tested(programs: Path, folder: Path, *what: str) -> str:
    """Run quick tests of the copy in the folder; what they say last."""
    pytest: list[str | Path] = [programs / "python", "-m", "pytest", "-m", "not slow", "-n", "2", "--dist", "loadfile"]
    return run([*pytest, *what], **outside(folder)).splitlines()[-1]


def peers_agree(programs: Path, folder: Path) -> str:
    """Install the other engines of benchmarks/ beside the tried product, and run the test that they agree with it."""
    wanted = [str(requirement) for requirement in requirements((PEERS,))]
    uv("pip", "install", "--quiet", "--python", programs.parent, *wanted)
    return tested(programs, folder, PEERS_TEST, "-k", "agrees")


def headline(results: object, name: str = "") -> dict[str, float]:
    """Every number of the manifest's results, by its path."""
    if isinstance(results, dict):
        parts = [headline(value, f"{name}/{key}") for key, value in results.items()]
        return {key: value for part in parts for key, value in part.items()}
    return {name: float(results)} if isinstance(results, int | float) else {}


def apart(one: Mapping[str, float], other: Mapping[str, float]) -> list[str]:
    """Results that two installations do not share."""
    names = sorted(one.keys() | other.keys())
    same = {n for n in one.keys() & other.keys() if math.isclose(one[n], other[n], rel_tol=AGREEMENT, abs_tol=1e-12)}
    return [f"{name}: {one.get(name)} and {other.get(name)}" for name in names if name not in same]


def installed_and_tried(wheel: Path, of: Installation) -> dict[str, float]:
    """The headline results of an installation of its own, which is then removed."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        programs = installed(wheel, of, Path(name))
        results, said = tried(programs, Path(name))
        if of.peers:
            said += f"; peers: {peers_agree(programs, Path(name))}"
    print(f"{of.name}: installed and tried in {time.monotonic() - begin:.0f} s; {said}", flush=True)
    return results


def check() -> None:
    """Build, look inside, install and try, two installations at a time.

    Raises:
        SystemExit: saying what is wrong.
    """
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        wheel, sdist = build(Path(scratch))
        check_contents(wheel, sdist)
        print(f"{wheel.name}, {sdist.name}: built twice to the same bytes, contents as tracked", flush=True)
        of = installations()
        results = list(pool.map(partial(installed_and_tried, wheel), of))
    for installation, found in zip(of, results, strict=True):
        if differences := apart(results[0], found):
            raise SystemExit("\n".join([f"{installation.name}: results differ", *differences]))
