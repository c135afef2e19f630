"""Opening a file that a user names: an ordinary one of a size that can be handled, or a message that says why not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from xl_ltc.errors import InputError


def is_file(path: Path) -> bool:
    """Whether an ordinary file is there; a name that no file can have is none."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # ValueError: a NUL or half a surrogate pair in the name
        return False


def check_file(path: Path, most_bytes: int, allowed: str) -> None:
    """Hold a file to what can be read; a link is followed, a device or a pipe, which may never end, is not opened.

    Args:
        path: as the user gave it.
        most_bytes: that it may have.
        allowed: what may stand there, for the message.

    Raises:
        InputError: no such file, a folder or a device, more bytes.
    """
    place = str(path).encode(errors="backslashreplace").decode().replace("\0", "\\x00")
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise InputError.single(place, "no such file", allowed) from None
    except OSError as error:
        raise InputError.single(place, f"a file that can't be read ({error.strerror})", allowed) from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        raise InputError.single(place, f"{what}, which can't be read as a file", allowed)
    if found.st_size > most_bytes:
        raise InputError.single(place, f"a file of {found.st_size:,} bytes", f"at most {most_bytes:,} bytes")


def file_bytes(path: Path, most_bytes: int, allowed: str) -> bytes:
    """All bytes of a file.

    Args:
        path, most_bytes, allowed: as ``check_file``.

    Raises:
        InputError: as ``check_file``; a file that this user may not read.
    """
    check_file(path, most_bytes, allowed)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            # One byte more shows whether it has grown since; what is read stays bounded.
            data = file.read(size + 1)
    except OSError as error:
        raise InputError.single(str(path), f"a file that can't be read ({error.strerror})", allowed) from None
    if len(data) != size:
        raise InputError.single(str(path), "a file that is being written", allowed)
    return data
