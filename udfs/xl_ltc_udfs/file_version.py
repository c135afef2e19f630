"""Files that a cell names: which file, and in which state it was when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xl_ltc_udfs.problems import Unavailable


@dataclass(frozen=True)
class FileVersion:
    """A file as it stands now; a file saved again is another version of it.

    Attributes:
        path: where it is, absolute.
        modified: nanoseconds since 1970.
        size: bytes.
    """

    path: Path
    modified: int
    size: int


def file_version(argument: str, text: str) -> FileVersion:
    """The file that an argument names.

    Raises:
        Unavailable: no such file.
    """
    path = Path(text.strip()).absolute()
    try:
        status = path.stat() if path.is_file() else None
    except (OSError, ValueError):
        status = None
    if status is None:
        # Not where it was looked for: a server's reply tells nobody the server's folders.
        where = "" if Path(text.strip()).is_absolute() else "; give its whole path"
        raise Unavailable(f"{argument}: no file {text.strip()}{where}")
    return FileVersion(path, status.st_mtime_ns, status.st_size)
