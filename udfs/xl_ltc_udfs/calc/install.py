"""Installs the extension into LibreOffice, or removes it: ``xl-ltc calc install``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.files import written_whole
from xl_ltc_udfs.calc import libreoffice, over_uno
from xl_ltc_udfs.calc.extension import FILE_NAME, IDENTIFIER, MINIMUM_VERSION, build
from xl_ltc_udfs.calc.libreoffice import LibreOffice

_TIMEOUT = 300


def write(out: Path, interpreter: str = sys.executable) -> None:
    """Write the extension's file only.

    Raises:
        InputError: the name does not end in .oxt, by which LibreOffice knows an extension.
    """
    if out.suffix.lower() != ".oxt":
        raise InputError.single("--out", repr(out.name), "a file name that ends in .oxt")
    content = build(interpreter)
    with written_whole(out) as part:
        part.write_bytes(content)


def install(profile: Path | None = None, interpreter: str = sys.executable) -> None:
    """Install the extension, in place of an earlier one.

    Args:
        profile: folder of a LibreOffice profile; without it this user's own, or for root all users'.
        interpreter: path of the Python that LibreOffice asks.

    Raises:
        InputError: no LibreOffice, too old a one, or one that runs in the profile; what it says itself if it fails.
    """
    office = _usable(profile)
    with tempfile.TemporaryDirectory() as folder:
        extension = Path(folder, FILE_NAME)
        write(extension, interpreter)
        # Installed for all users, it is read by all.
        Path(folder).chmod(0o755)
        _perform(office, profile, over_uno.ADD, str(extension))


def remove(profile: Path | None = None) -> None:
    """Remove the extension; profile and errors as for ``install``."""
    _perform(_usable(profile), profile, over_uno.REMOVE, IDENTIFIER)


def _usable(profile: Path | None) -> LibreOffice:
    office = libreoffice.find()
    if office.version < MINIMUM_VERSION:
        found, least = (".".join(map(str, version)) for version in (office.version, MINIMUM_VERSION))
        allowed = f"{least} or later; earlier ones do not know add-in functions in .xlsx files by their plain names"
        raise InputError.single(f"LibreOffice ({office.soffice})", f"version {found}", allowed)
    lock = libreoffice.lock(profile or libreoffice.default_profile())
    if lock.exists():
        allowed = f"no running LibreOffice: close it; if none runs, delete {lock}"
        raise InputError.single("LibreOffice", "it is running", allowed)
    return office


def _perform(office: LibreOffice, profile: Path | None, action: str, what: str) -> None:
    """Add or remove with LibreOffice's own program, which refuses root the profile of one user."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if profile is not None and is_root:
        command: list[str | Path] = [libreoffice.python_with_uno(office), over_uno.__file__]
        command += [office.soffice, profile.resolve(), action, what]
    else:
        command = [office.unopkg, action, *(["--force"] if action == over_uno.ADD else [])]
        command += ["--shared"] if is_root else []
        command += [f"-env:UserInstallation={profile.resolve().as_uri()}"] if profile is not None else []
        command.append(what)
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, env=libreoffice.environment()
    )
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split()) or f"exit status {done.returncode}"
        raise InputError.single(f"LibreOffice ({command[0]})", said, f"to {action} the extension")
