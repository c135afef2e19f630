"""The LibreOffice of this machine: where its programs are, its version, its profiles."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.errors import InputError

_WINDOWS, _MAC = sys.platform == "win32", sys.platform == "darwin"
_TIMEOUT = 60


@dataclass(frozen=True)
class LibreOffice:
    """An installed LibreOffice.

    Attributes:
        soffice: the program.
        unopkg: the program that installs extensions.
        version: such as (25, 2).
    """

    soffice: Path
    unopkg: Path
    version: tuple[int, int]


def find() -> LibreOffice:
    """The LibreOffice on the PATH, else the one in the usual place.

    Raises:
        InputError: there is none, or it does not say its version.
    """
    soffice = next(_candidates("soffice"), None)
    if soffice is None:
        raise InputError.single("LibreOffice", "no program soffice on the PATH or in the usual folders", "LibreOffice")
    unopkg = next(_candidates("unopkg", soffice.parent), None)
    if unopkg is None:
        raise InputError.single(f"LibreOffice ({soffice})", "no program unopkg beside it or on the PATH", "both")
    return LibreOffice(soffice, unopkg, _version(soffice))


def environment() -> dict[str, str]:
    """The variables to start LibreOffice with, those of an active virtual environment taken out.

    A LibreOffice that uses the system's Python looks for its library beside the first ``python3`` on the PATH; beside
    that of a virtual environment it finds another one, and loads no Python extension.
    """
    kept = {
        name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
    }
    folders = kept.get("PATH", "").split(os.pathsep)
    kept["PATH"] = os.pathsep.join(folder for folder in folders if not Path(folder, "..", "pyvenv.cfg").is_file())
    return kept


def _candidates(program: str, *first: Path) -> Iterator[Path]:
    """A program of LibreOffice in each folder where it may be; on Windows, the one that writes to its console."""
    name = f"{program}.com" if _WINDOWS else program
    for folder in first:
        if (folder / name).is_file():
            yield folder / name
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path).resolve()
    for folder in _usual_folders():
        if (folder / name).is_file():
            yield folder / name


def _usual_folders() -> Iterator[Path]:
    if _WINDOWS:
        for variable in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
            if variable in os.environ:
                yield Path(os.environ[variable], "LibreOffice", "program")
    elif _MAC:
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield folder / "LibreOffice.app" / "Contents" / "MacOS"
    else:
        yield from (Path("/usr/lib/libreoffice/program"), Path("/usr/lib64/libreoffice/program"))
        yield from sorted(Path("/opt").glob("libreoffice*/program"), reverse=True)


def _version(soffice: Path) -> tuple[int, int]:
    said = subprocess.run([soffice, "--version"], capture_output=True, text=True, timeout=_TIMEOUT, check=False).stdout
    found = re.search(r"LibreOffice\w* (\d+)\.(\d+)", said)
    if found is None:
        raise InputError.single(f"{soffice} --version", repr(said.strip()), "the version of LibreOffice")
    return int(found[1]), int(found[2])


def default_profile() -> Path:
    """The folder of this user's LibreOffice profile."""
    if _WINDOWS:
        return Path(os.environ["APPDATA"], "LibreOffice", "4")
    if _MAC:
        return Path.home() / "Library" / "Application Support" / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice" / "4"


def lock(profile: Path) -> Path:
    """The file that is there while LibreOffice runs in a profile."""
    return profile / ".lock"


def python_with_uno(office: LibreOffice) -> Path:
    """A Python that can drive LibreOffice: its own, or the system's where that is LibreOffice's.

    Raises:
        InputError: there is none.
    """
    program = office.soffice.parent
    name = "python.exe" if _WINDOWS else "python"
    candidates = [program / name, program.parent / "Resources" / name, Path("/usr/bin/python3")]
    for candidate in candidates:
        if (
            candidate.is_file()
            and not subprocess.run(
                [candidate, "-c", "import uno"], capture_output=True, timeout=_TIMEOUT, check=False
            ).returncode
        ):
            return candidate
    raise InputError.single("Python for LibreOffice", "none with the module uno", "python3-uno, or LibreOffice's own")
