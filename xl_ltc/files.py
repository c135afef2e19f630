"""Files that appear whole or not at all: written beside their place and then put into it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A file to write in place of ``path``, put there when the block ends without an error.

    A file that is there already keeps its permissions; a new one has those of any new file.

    Yields:
        An empty file in the same folder, with the same ending.

    Raises:
        OSError: the folder is missing or can't be written to, or another program holds ``path`` open.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=f".{path.stem}-", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions new files do not get; a temporary file is closed to others."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
