"""What an action was asked for, in a form in which it can be asked for again: its options, and its files by hash."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.files import sha256
from xl_ltc.workbook.actions.places import same_file

CALL = "call"
WORKBOOK = "workbook"
"""The input that an action may write its sheets into; what it takes from it is known by the content's hashes."""
_MOST_UP = 2
"""Folders a recorded path goes up at most; from further away a file is recorded by its name alone."""


@dataclass(frozen=True)
class GivenFile:
    """A file an action has read.

    Attributes:
        option: what it was to the action, such as ``inforce``.
        path: where it is; size: in bytes; digest: SHA-256.
        same_as: another option, if that was the same file.
    """

    option: str
    path: Path
    size: int
    digest: str
    same_as: str = ""


@dataclass(frozen=True)
class Call:
    """An action, its options and its input files as they are when this is made."""

    action: str
    options: Mapping[str, Any]
    inputs: tuple[GivenFile, ...]

    @classmethod
    def of(cls, action: str, files: Mapping[str, Path | None], options: Mapping[str, Any] | None = None) -> Call:
        """Hash the files.

        Args:
            action: one that ``xl-ltc reproduce`` knows.
            files: by what they are to the action; None for one that is not given.
            options: the others, plain JSON values; None for one that is not given.
        """
        inputs: list[GivenFile] = []
        for option, path in files.items():
            if path is not None:
                same = next((known.option for known in inputs if same_file(known.path, path)), "")
                inputs.append(GivenFile(option, path, path.stat().st_size, sha256(path), same))
        return cls(action, {k: v for k, v in (options or {}).items() if v is not None}, tuple(inputs))

    def entry(self, folder: Path) -> dict[str, Any]:
        """Plain JSON values; files by their names and hashes, and by their paths from a folder on if it is near."""
        inputs = [
            {"option": i.option, "same_as": i.same_as}
            if i.same_as
            else {"option": i.option, **file_entry(i.path, folder, i.size, i.digest)}
            for i in self.inputs
        ]
        return {"action": self.action, "options": dict(self.options), "inputs": inputs}


def file_entry(path: Path, folder: Path, size: int | None = None, digest: str | None = None) -> dict[str, Any]:
    """A file as a manifest in a folder has it; size and hash are those of now without them."""
    return {
        "file": path.name,
        "path": _near(path, folder),
        "bytes": path.stat().st_size if size is None else size,
        "sha256": sha256(path) if digest is None else digest,
    }


def _near(path: Path, folder: Path) -> str:
    """The path from a folder on; nothing where it would tell of folders far from it."""
    try:
        found = Path(os.path.relpath(path.absolute(), folder.absolute()))
    except ValueError:  # on another drive
        return ""
    return found.as_posix() if found.parts.count("..") <= _MOST_UP else ""
