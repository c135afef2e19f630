"""The package's own code and bundled data, known by a hash."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from importlib.resources.abc import Traversable


@functools.cache
def code_hash() -> str:
    """SHA-256 over the package's own Python files, by name."""
    return _hash_of(".py")


@functools.cache
def bundled_data_hash() -> str:
    """SHA-256 over the tables the package brings, by name: the filing's assumptions and what is published of it."""
    return _hash_of(".csv")


def _hash_of(ending: str) -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files(importlib.resources.files("xl_ltc"), "", ending)):
        digest.update(name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Traversable, prefix: str, ending: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found += _files(entry, f"{prefix}{entry.name}/", ending)
        elif entry.name.endswith(ending):
            found.append((prefix + entry.name, entry))
    return found
