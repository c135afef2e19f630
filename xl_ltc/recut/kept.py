"""Reading a kept run: what it is, and that its files are those that were written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xl_ltc.errors import InputError, shown
from xl_ltc.files import sha256
from xl_ltc.input_files import file_bytes, is_file
from xl_ltc.recut.columns import HISTORY, POLICIES, YEARS, Table

RECORD = "kept_run.json"
DATA = "xl_ltc_kept-"
"""Begin of the name of the folder with a kept run's files."""
WHAT, FORMAT = "results of an xl_ltc run, policy by policy", 1
MOST_RECORD_BYTES = 100_000_000
"""Of a record, which has some three hundred a file and a few thousand more."""


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
        wrong = next((name for name, is_right in _ENTRIES.items() if not is_right(record.get(name))), None)
        if wrong is not None:
            found = f"a record that can't be read ({wrong} is missing or none of a run's)"
            raise InputError.single(str(folder / RECORD), found, _AGAIN)
        kept = cls(
            folder,
            record["valuation_date"],
            record["policies"],
            {name: tuple(values) for name, values in record["categories"].items()},
            record["run"],
            tuple(KeptFile(**file) for file in record["files"]),
        )
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
        try:
            inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder))
        except ValueError:  # a NUL
            inside = False
        if not inside:
            raise InputError.single(str(self.folder / RECORD), f"file {shown(file.path)}", "a file in the folder")
        if not is_file(path):
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
        record = json.loads(file_bytes(folder / RECORD, MOST_RECORD_BYTES, "the record of a kept run"))
    except (InputError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record.get("what") == WHAT else None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _are_categories(value: object) -> bool:
    return isinstance(value, dict) and all(map(_are_texts, value.values()))


def _is_run(value: object) -> bool:
    """Whether a run's manifest has what a recut shows of it as it should be."""
    return isinstance(value, dict) and _are_texts(value.get("warnings", []))


def _are_files(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_file_entry, value))


def _is_file_entry(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {f.name for f in dataclasses.fields(KeptFile)}:
        return False
    texts, counts = [value[name] for name in ("path", "series", "sha256")], [value["rows"], value["bytes"]]
    return _are_texts(texts) and all(map(_is_count, counts)) and value["table"] in (POLICIES, YEARS, HISTORY)


_ENTRIES: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "valuation_date": _is_day,
        "policies": _is_count,
        "categories": _are_categories,
        "run": _is_run,
        "files": _are_files,
    }
)
"""The entries of a record that are used, and whether one is what it should be."""
