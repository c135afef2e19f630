"""The file ``manifest.json`` beside results: written after them, with the hash of each, and read with every doubt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from xl_ltc.errors import InputError
from xl_ltc.exhibits.run_page import manifest_of_table
from xl_ltc.files import Staged, seal
from xl_ltc.input_files import file_bytes
from xl_ltc.workbook.actions.places import WORKBOOK_ENDINGS, write_text
from xl_ltc.workbook.actions.provenance.call import CALL, Call, file_entry
from xl_ltc.workbook.read import read_tables

MANIFEST = "manifest.json"
FILES, WRITTEN_WORKBOOK = "files", "workbook"
_FORMAT, _SEAL = "format", "manifest_sha256"
FORMAT = 1
_LARGEST = 50_000_000
"""Bytes; a manifest has some ten thousand."""


@dataclass(frozen=True)
class Manifest:
    """A run's record.

    Attributes:
        path: of ``manifest.json``, or of the workbook that carries the record.
        record: the entries.
        in_workbook: whether it is a workbook.
    """

    path: Path
    record: Mapping[str, Any]
    in_workbook: bool

    @property
    def call(self) -> Mapping[str, Any]:
        """What was asked for."""
        found: Mapping[str, Any] = self.record[CALL]
        return found


def put_with_manifest(together: Staged, record: Mapping[str, Any], call: Call, workbook: Path | None = None) -> None:
    """Put the results of a run in place together with its manifest, which has their hashes, and ``SHA256SUMS``.

    They stay, whatever goes wrong later: the workbook, if there is one, is written before, and they agree with it.

    Args:
        together: the results as they are staged; record: of the run; call: what was asked for.
        workbook: as of ``write_manifest``.

    Raises:
        OSError: as of ``Staged.put_in_place``, ``Staged.settle`` and ``write_manifest``; the results before are back.
    """
    files = [path for path in together.part.rglob("*") if path.is_file()]
    write_manifest(together.part / MANIFEST, record, call.entry(together.folder), files, workbook, together.folder)
    seal(together.part)
    together.put_in_place()
    together.settle()


def write_manifest(
    path: Path,
    record: Mapping[str, Any],
    call: Mapping[str, Any],
    files: Iterable[Path],
    workbook: Path | None = None,
    folder: Path | None = None,
) -> Path:
    """Write a manifest: the record, what was asked for, the hash of each result file, and one over all of it.

    The same run gives the same entries but for its time, in the same order.

    Args:
        path: where to; record: of the run; call: its ``Call.entry``.
        files: results, in the manifest's folder or below.
        workbook: the filing workbook the run has written, if any.
        folder: where the manifest will stand, from which the workbook is looked for; where it is written without it.

    Raises:
        OSError: a result can't be read, or the manifest can't be written.
    """
    hashed = [file_entry(file, path.parent) for file in files]
    listed = [{"file": e["path"], "bytes": e["bytes"], "sha256": e["sha256"]} for e in hashed]
    full = {_FORMAT: FORMAT, **record, CALL: dict(call), FILES: sorted(listed, key=lambda e: str(e["file"]))}
    if workbook is not None:
        full[WRITTEN_WORKBOOK] = file_entry(workbook, folder or path.parent)
    return write_text(path, json.dumps({**full, _SEAL: _sealed(full)}, indent=2) + "\n")


def _sealed(entries: Mapping[str, Any]) -> str:
    """SHA-256 over the entries as canonical JSON."""
    text = json.dumps({k: v for k, v in entries.items() if k != _SEAL}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(path: Path) -> Manifest:
    """A manifest, or the one on the sheet of a workbook's last run.

    Raises:
        InputError: no such file; not a manifest; of another version; changed since it was written; a workbook without
            a run's record.
    """
    in_workbook = path.suffix.lower() in WORKBOOK_ENDINGS
    record = _of_workbook(path) if in_workbook else _of_file(path)
    if CALL not in record:
        allowed = "the record of a run by this version, which names its command, options and files; run it again"
        raise InputError.single(str(path), "a record that does not say what was run", allowed)
    _check(path, record)
    return Manifest(path, record, in_workbook)


def _of_workbook(path: Path) -> Mapping[str, Any]:
    tables = read_tables(path, (), ("manifest",))
    if "manifest" not in tables:
        raise InputError.single(str(path), "no table manifest", "a workbook that a run has written (xl-ltc run)")
    return manifest_of_table(tables["manifest"].frame)


def _of_file(path: Path) -> Mapping[str, Any]:
    allowed = f"a {MANIFEST} as xl-ltc wrote it"
    written = file_bytes(path, _LARGEST, f"a {MANIFEST}, or a workbook that a run has written")
    try:
        record = json.loads(written.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError.single(str(path), f"no JSON ({error})", allowed) from None
    if not isinstance(record, dict):
        raise InputError.single(str(path), "JSON of another kind", allowed)
    if CALL not in record:
        return record
    if record.get(_FORMAT) != FORMAT:
        raise InputError.single(str(path), f"{_FORMAT} {record.get(_FORMAT)!r}", f"{_FORMAT} {FORMAT}, of this version")
    if record.get(_SEAL) != _sealed(record):
        found = f"entries that do not give its {_SEAL}: it was changed after the run wrote it"
        raise InputError.single(str(path), found, allowed)
    return record


def _check(path: Path, record: Mapping[str, Any]) -> None:
    """The entries that are used are of the kind they should be; no file is looked for outside the results' folder."""
    call = record[CALL]
    good = isinstance(call, Mapping) and isinstance(call.get("action"), str)
    good = good and _are_options(call.get("options", {})) and isinstance(record.get("results"), Mapping)
    inputs = call.get("inputs", []) if good else []
    good = good and isinstance(inputs, list) and all(_is_input(entry) for entry in inputs)
    files = record.get(FILES, [])
    good = good and isinstance(files, list) and all(_is_file(e, "file") and _is_below(e["file"]) for e in files)
    good = good and (WRITTEN_WORKBOOK not in record or _is_file(record[WRITTEN_WORKBOOK], "file", "path"))
    if not good:
        raise InputError.single(str(path), "entries that are none of a run's", f"a {MANIFEST} as xl-ltc wrote it")


def _are_options(options: object) -> bool:
    if not isinstance(options, Mapping):
        return False
    partitions, names = options.get("partitions", 1), options.get("names", [])
    return _is_count(partitions) and isinstance(names, list) and all(isinstance(name, str) for name in names)


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and value >= 0 and float(value).is_integer()


def _is_input(entry: object) -> bool:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("option"), str):
        return False
    return isinstance(entry["same_as"], str) if "same_as" in entry else _is_file(entry, "file", "path")


def _is_file(entry: object, *names: str) -> bool:
    texts = (*names, "sha256")
    if not isinstance(entry, Mapping) or not _is_count(entry.get("bytes")):
        return False
    return all(isinstance(entry.get(name), str) for name in texts)


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
