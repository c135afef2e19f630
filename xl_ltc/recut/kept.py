"""Reading a kept run: what it is, and that its files are those that were written."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.errors import InputError
from xl_ltc.files import sha256
from xl_ltc.recut.columns import Table

RECORD = "kept_run.json"
DATA = "xl_ltc_kept-"
"""Begin of the name of the folder with a kept run's files."""
WHAT, FORMAT = "results of an xl_ltc run, policy by policy", 1


@dataclass(frozen=True)
class KeptFile:
    """A file of a kept run.

    Attributes:
        path: from the kept run's folder on, with slashes.
        table: which of the tables it is part of.
        series: of all its policies; nothing for history.
        rows, bytes: how many.
        sha256: of its bytes.
    """

    path: str
    table: Table
    series: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class KeptRun:
    """A kept run.

    Attributes:
        folder: where it is.
        valuation_date: ISO form.
        policies: how many.
        categories: of each coded column, in the order of the assumption tables.
        run: the run's manifest.
        files: all of them.
    """

    folder: Path
    valuation_date: str
    policies: int
    categories: Mapping[str, tuple[str, ...]]
    run: Mapping[str, Any]
    files: tuple[KeptFile, ...]

    @classmethod
    def open(cls, folder: Path) -> KeptRun:
        """The kept run in a folder; of its files only that they are there.

        Raises:
            InputError: no kept run, one of another version, or one that misses a file.
        """
        record = _record(folder)
        if record is None:
            allowed = "a folder that xl-ltc run … --keep has written"
            raise InputError.single(str(folder), f"no kept run (no {RECORD} that is one)", allowed)
        if record.get("format") != FORMAT:
            found = f"a kept run of format {record.get('format')}"
            raise InputError.single(str(folder / RECORD), found, f"format {FORMAT}; keep the run again")
        try:
            kept = cls(
                folder,
                str(record["valuation_date"]),
                int(record["policies"]),
                {str(name): tuple(values) for name, values in record["categories"].items()},
                record["run"],
                tuple(KeptFile(**file) for file in record["files"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError.single(str(folder / RECORD), f"a record that can't be read ({error!r})", _AGAIN) from error
        for file in kept.files:
            kept._check_there(file)
        return kept

    def checked(self, table: Table, series: Collection[str] | None = None) -> list[Path]:
        """The files of a table, found to be those that were written.

        Args:
            table: which.
            series: of these only; None for all.

        Raises:
            InputError: a file that was changed.
        """
        files = [f for f in self.files if f.table == table and (series is None or f.series in series)]
        paths = [self.folder / file.path for file in files]
        with ThreadPoolExecutor() as pool:
            for path, file, found in zip(paths, files, pool.map(sha256, paths), strict=True):
                if found != file.sha256:
                    words = f"a file that was changed since the run (hash {found[:12]})"
                    raise InputError.single(str(path), words, f"hash {file.sha256[:12]}; {_AGAIN}")
        return paths

    def _check_there(self, file: KeptFile) -> None:
        path = self.folder / file.path
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise InputError.single(str(self.folder / RECORD), f"file {file.path!r}", "a file in the folder")
        if not path.is_file():
            raise InputError.single(str(path), "no such file", f"every file of the kept run; {_AGAIN}")
        if path.stat().st_size != file.bytes:
            found = f"a file of {path.stat().st_size:,} bytes"
            raise InputError.single(str(path), found, f"{file.bytes:,} bytes, as it was written; {_AGAIN}")


_AGAIN = "keep the run again"


def is_kept(folder: Path) -> bool:
    """Whether a folder holds a kept run, of whatever format."""
    return _record(folder) is not None


def _record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("what") == WHAT else None
