"""The package's own code, known by a hash."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from importlib.resources.abc import Traversable


@functools.cache
def code_hash() -> str:
    """SHA-256 over the package's own Python files, by name."""
    digest = hashlib.sha256()
    for name, file in sorted(_python_files(importlib.resources.files("xl_ltc"), "")):
        digest.update(name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _python_files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found += _python_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            found.append((prefix + entry.name, entry))
    return found
