"""Which files a call may read: any in the user's own process; in a server's, those in the folders named at its start.

One setting of the whole process, since what a cell names is looked for deep inside a call, and a process that serves
others must not have a call that goes by another rule.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_folders: dict[Path, Path] | None = None
"""Each folder's absolute path as it was named, and what that leads to; None: no limits."""


def read_only_in(folders: Sequence[Path] | None) -> None:
    """Limit what calls of this process may read.

    Args:
        folders: where files may be read, folders below them included; none for no file at all; None for no limits.
    """
    global _folders
    _folders = None if folders is None else {_plain(folder): _resolved(folder) for folder in folders}


def places(text: str) -> list[Path]:
    """Where the file may be that a cell names, in the order to look; none if no place is one to read from.

    Without limits, a name without its whole path counts from the current folder; with them, from each of the folders.
    """
    if _folders is None:
        return [Path(text).absolute()]
    found = (_inside(folder / text, _folders) for folder in _folders)
    return list(dict.fromkeys(path for path in found if path is not None))


def limit() -> Callable[[Path], bool] | None:
    """What tells whether calls may read at a path, whatever is there; None without limits."""
    folders = _folders
    return None if folders is None else lambda path: _inside(path, folders) is not None


def _inside(path: Path, folders: Mapping[Path, Path]) -> Path | None:
    """The place that a path leads to, ``..`` and links resolved, if it is in one of the folders."""
    # By its words first: of a path that leads out nothing is looked at, so that neither the time it takes tells what is
    # there, nor does Windows greet the server of a \\server\share that a cell names.
    plain = _plain(path)
    if not any(plain.is_relative_to(folder) for folder in (*folders, *folders.values())):
        return None
    try:
        leads_to = _resolved(plain)
    except ValueError:  # a NUL or half a surrogate pair: no file's name
        return None
    return leads_to if any(leads_to.is_relative_to(folder) for folder in folders.values()) else None


def _plain(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))
