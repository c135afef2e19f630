"""Whether what an action is to write can be written, asked before anything is computed; and writing it whole."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from xl_ltc.errors import InputError, shown
from xl_ltc.files import written_whole

WORKBOOK_ENDINGS = (".xlsx", ".xlsm")


def check_out(workbook: Path, inforce: Path | None, out: Path) -> None:
    """Whether an action on a workbook may write to ``out``."""
    check_file(out, WORKBOOK_ENDINGS)
    ending = workbook.suffix.lower()
    if ending in WORKBOOK_ENDINGS and out.suffix.lower() != ending:
        # Excel refuses a workbook with macros called .xlsx, and one without called .xlsm.
        raise InputError.single("--out", str(out), f"a file name that ends in {ending}, as the workbook's does")
    if inforce is not None and not same_file(inforce, workbook):
        check_not_input(out, inforce)


def check_file(path: Path, endings: Sequence[str]) -> None:
    """Whether ``--out`` can be written, as far as one can know beforehand."""
    if path.suffix.lower() not in endings:
        raise InputError.single("--out", str(path), f"a file name that ends in {' or '.join(endings)}")
    check_no_folder(path)
    if not path.parent.is_dir():
        raise InputError.single("--out", f"no folder {path.parent}", "a file in a folder that is there")
    check_folder(path.parent, "--out")


def check_no_folder(path: Path) -> None:
    """Raises InputError where a file is to be written over a folder."""
    if path.is_dir():
        raise InputError.single("--out", f"{path}, which is a folder", "the name of a file")


def check_not_input(out: Path, file: Path | None, what: str = "the in-force file") -> None:
    """Raises InputError where a file that is read would be overwritten; ``what`` it is, in words."""
    if file is not None and same_file(out, file):
        raise InputError.single("--out", f"{out}, {what}", "another file; it would be overwritten")


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file that is there."""
    return one.exists() and other.exists() and one.samefile(other)


def version_of(path: Path) -> tuple[int, ...]:
    """What changes when a file is saved; nothing for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def nearest_folder(folder: Path) -> Path:
    """The folder itself, or the part of its path that is there."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def check_folder(folder: Path, option: str) -> None:
    """Whether a folder is there or can be made, and be written to; nothing is made."""
    nearest = nearest_folder(folder)
    if not nearest.is_dir():
        raise InputError.single(option, f"{nearest}, which is a file", "a folder, there or to be made")
    if not os.access(nearest, os.W_OK):
        raise InputError.single(option, f"folder {nearest}, which can't be written to", "one that can be")


def named_folder(workbook: Path, name: str, place: str) -> Path | None:
    """The folder for results that a workbook names, in the workbook's own or below: it may come from anybody.

    Args:
        workbook: the user's; name: what it says, with slashes of either kind; blank for none.
        place: of the name, for the message.

    Raises:
        InputError: a path that leads elsewhere, or a name that no folder can have on one system or another.
    """
    if not name:
        return None
    path = PureWindowsPath(name)
    odd = [part for part in path.parts if part == ".." or _NO_NAME.search(part) or _DEVICE.match(part)]
    if path.anchor or odd or not path.parts:
        allowed = "a folder in that of the workbook or below; another is given by --results"
        raise InputError.single(place, shown(name), allowed)
    folder = workbook.parent.joinpath(*path.parts)
    check_folder(folder, place)
    return folder


_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"|?*]|[. ]$')
"""What Windows does not allow in a name, among it all that means something to a shell or begins a line."""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)
"""The names of devices on Windows, in any folder and with any ending."""


def write_text(path: Path, text: str) -> Path:
    """Written beside and put in place: whole or not at all."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
    return path
