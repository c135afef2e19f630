"""Files that a cell names: which file, and in which state it was when it was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xl_ltc.errors import InputError, Problem
from xl_ltc_udfs.problems import Unavailable
from xl_ltc_udfs.readable import places

NAMING = "whoever starts it names them: xl-ltc serve --files FOLDER"
"""What to do about a file that a server does not read."""


@dataclass(frozen=True)
class FileVersion:
    """A file as it stands now; a file saved again is another version of it.

    Attributes:
        path: where it is, absolute.
        modified: nanoseconds since 1970.
        size: bytes.
        name: as the cell has it.
    """

    path: Path
    modified: int
    size: int
    name: str = field(compare=False)

    @contextmanager
    def called_as_given(self) -> Iterator[None]:
        """Have the problems of reading it call it by its name: a server's reply tells nobody the server's folders."""

        def given(words: str) -> str:
            return words.replace(str(self.path), self.name)

        try:
            yield
        except InputError as error:
            problems = [Problem(given(p.place), given(p.found), given(p.allowed)) for p in error.problems]
            raise InputError(problems, error.total) from None


def file_version(argument: str, text: str) -> FileVersion:
    """The file that an argument names, among those that this process may read.

    Raises:
        Unavailable: no such file; it is where none may be read.
    """
    name = text.strip()
    readable = places(name)
    for path in readable:
        try:
            status = path.stat() if path.is_file() else None
        except (OSError, ValueError):
            status = None
        if status is not None:
            return FileVersion(path, status.st_mtime_ns, status.st_size, name)
    # Not where it was looked for: a server's reply tells nobody the server's folders.
    if not readable:
        raise Unavailable(f"{argument}: {name} is in no folder from which this server reads files; {NAMING}")
    raise Unavailable(f"{argument}: no file {name}" + ("" if Path(name).is_absolute() else "; give its whole path"))
