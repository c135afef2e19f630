"""A recorded run done again, and compared with its record: ``xl-ltc reproduce``."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xl_ltc.errors import InputError, one_line
from xl_ltc.exhibits.run_data import HASHES, IDENTITY, RUN_ID, RunData
from xl_ltc.files import sha256
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions.demonstration import demo
from xl_ltc.workbook.actions.partitioned import run_by_partitions
from xl_ltc.workbook.actions.places import check_not_input, write_text
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import WORKBOOK
from xl_ltc.workbook.actions.provenance.differences import TOLERANCE, Difference, between_files, between_records
from xl_ltc.workbook.actions.provenance.differences import between_results as between_exhibits
from xl_ltc.workbook.actions.provenance.inputs import FoundInput, find_inputs
from xl_ltc.workbook.actions.provenance.manifest_file import (
    FILES,
    MANIFEST,
    WRITTEN_WORKBOOK,
    Manifest,
    read_manifest,
)
from xl_ltc.workbook.actions.running import run_workbook
from xl_ltc.workbook.actions.sensitivities import SENSITIVITIES_MANIFEST, sensitivities_workbook
from xl_ltc.workbook.actions.studying import study_data, study_workbook
from xl_ltc.workbook.run_data import read_run_data

_VERSIONS = ("xl_ltc", "code_sha256", "bundled_data_sha256", "python", "libraries", "machine")
_TAKEN = (
    *("inforce", "assumptions_sha256", "history_sha256", "study_sha256", "policies_sold_sha256", "assumption_sets"),
    *("settings", "scenarios_sha256", "data", "basis"),
)
_HASHES_OF_CELLS = ("assumptions_sha256", "history_sha256", "study_sha256")
"""Hashes of tables whose every cell a workbook keeps of its run."""
_RESULTS = ("results",)
IDENTICAL, CLOSE, DIFFERS, NOT_COMPARED = "identical", "agrees", "DIFFERS", "not compared"
_MOST = 20
"""Differences of one kind that are told one by one."""


@dataclass(frozen=True)
class Compared:
    """A result, or what a run stands on, beside its record.

    Attributes:
        what: its name; verdict: how it compares; words: more about it, or nothing.
        relative: the largest relative difference of two numbers; infinite for a text or a line that differs.
    """

    what: str
    verdict: str
    words: str = ""
    relative: float = 0.0

    def __str__(self) -> str:
        return f"{self.verdict:13} {self.what}" + (f": {self.words}" if self.words else "")


@dataclass(frozen=True)
class Reproduction:
    """A run done again beside its record.

    Attributes:
        manifest: of the run; inputs: its files as they were found.
        versions: what differs of program, libraries and machine, which by itself is no failure.
        taken: what differs of the settings, tables and policies the run stands on.
        results: the headline numbers, the files and the exhibits.
    """

    manifest: Manifest
    inputs: tuple[FoundInput, ...]
    versions: tuple[Compared, ...]
    taken: tuple[Compared, ...]
    results: tuple[Compared, ...]

    @property
    def agrees(self) -> bool:
        """Whether the run stood on the same and gave the same."""
        return not any(c.verdict == DIFFERS for c in (*self.taken, *self.results))

    @property
    def text(self) -> str:
        """A report for the working papers."""
        record = self.manifest.record
        lines = [
            f"Reproduction of run {record.get('run_id')} ({record.get('command')}), recorded in "
            f"{self.manifest.path.name}, started {record.get('started')}",
            "Input files:",
            *(f"  {i.option} {i.file}{i.sha256 and f', SHA-256 {i.sha256}'}: {i.words}" for i in self.inputs),
            *([] if self.inputs else ["  none; the bundled illustrative data"]),
            "Versions and machine:",
            *(f"  {c.what}: {c.words}" for c in self.versions),
            *([] if self.versions else ["  the same"]),
            "Settings, tables and policies:",
            *(f"  {c}" for c in self.taken),
            *([] if self.taken else ["  the same"]),
            "Results:",
            *(f"  {c}" for c in self.results),
            self.summary,
        ]
        return "\n".join(map(one_line, lines))

    @property
    def summary(self) -> str:
        """The verdict in a line."""
        wrong = sum(c.verdict == DIFFERS for c in (*self.taken, *self.results))
        if wrong:
            return f"NOT reproduced: {wrong:,} {'differs' if wrong == 1 else 'differ'}."
        worst = max((c.relative for c in self.results), default=0.0)
        how = "every number is the same" if worst == 0.0 else f"largest relative difference {worst:.1e}"
        left = ", ".join(c.what for c in (*self.taken, *self.results) if c.verdict == NOT_COMPARED)
        return f"Reproduced: {how}; tolerance {TOLERANCE:.0e}." + (f" NOT compared: {left}." if left else "")

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        record = self.manifest.record
        return {
            "reproduced": self.agrees,
            "tolerance": TOLERANCE,
            "manifest": {"file": self.manifest.path.name, "sha256": sha256(self.manifest.path)},
            **{name: record.get(name) for name in ("run_id", "command", "started")},
            "inputs": [{"option": i.option, "file": i.file, "sha256": i.sha256, "state": i.words} for i in self.inputs],
            "versions": [_plain(c) for c in self.versions],
            "taken": [_plain(c) for c in self.taken],
            "results": [_plain(c) for c in self.results],
        }


def _plain(compared: Compared) -> dict[str, Any]:
    relative = compared.relative if math.isfinite(compared.relative) else None
    return {"what": compared.what, "verdict": compared.verdict, "words": compared.words, "largest": relative}


def reproduce(path: Path, inputs: Path | None, out: Path | None, progress: Progress) -> Reproduction:
    """Do a recorded run again in a temporary folder, and compare everything it gives with the record.

    Args:
        path: ``manifest.json``, or a workbook that a run has written, which is not written to.
        inputs: a folder with the files the run has read, where they are not where they were.
        out: file for the report, JSON if it ends in .json; None for none.
        progress: told what is being done.

    Raises:
        InputError: no usable manifest; input files that are missing or changed; the run itself refuses its inputs.
    """
    if out is not None:
        check_not_input(out, path, "the record of the run")
    manifest = read_manifest(path)
    action = str(manifest.call["action"])
    if action not in _AGAIN:
        raise InputError.single(str(path), f"the action {action!r}", f"one of {', '.join(_AGAIN)}")
    progress("looking for the input files")
    found = find_inputs(manifest, inputs)
    with tempfile.TemporaryDirectory(prefix="xl_ltc-") as scratch:
        folder = Path(scratch)
        files = {i.option: i.path for i in found}
        again = read_manifest(_AGAIN[action](_Again(files, manifest.call.get("options", {}), folder, progress)))
        progress("comparing")
        made = _compared(manifest, tuple(found), again)
    if out is not None:
        report = json.dumps(made.as_json(), indent=2) if out.suffix.lower() == ".json" else made.text
        write_text(out, report + "\n")
    return made


@dataclass(frozen=True)
class _Again:
    """A run to be done again: its files and options, and a folder for what it writes."""

    files: Mapping[str, Path]
    options: Mapping[str, Any]
    folder: Path
    progress: Progress

    @property
    def workbook(self) -> Path:
        try:
            return self.files[WORKBOOK]
        except KeyError:
            raise InputError.single("the record", "no workbook", "the workbook the run has read") from None

    @property
    def out(self) -> Path:
        """Where a workbook goes."""
        return self.folder / self.workbook.name


def _demo(again: _Again) -> Path:
    if WORKBOOK in again.files:  # its tables may be others than the bundled ones by now
        return _run(again)
    try:
        demo(again.folder, again.progress)
    finally:
        for workbook in again.folder.glob("*.xlsx"):
            last_run.forget(workbook)
    return again.folder / MANIFEST


def _run(again: _Again) -> Path:
    results = again.folder / "results"
    inforce, sold = again.files.get("inforce"), again.files.get("sold")
    try:
        run_workbook(again.workbook, inforce, again.out, results, again.progress, sold)
    finally:
        # LTC_RESULT goes on showing the user's last run.
        last_run.forget(again.out)
    return results / MANIFEST


def _partitions(again: _Again) -> Path:
    count = again.options.get("partitions")
    inforce, sold = again.files.get("inforce"), again.files.get("sold")
    partitions = None if count is None else int(count)
    results = again.folder / "results"
    try:
        run_by_partitions(again.workbook, inforce, results, again.progress, sold, partitions=partitions, out=again.out)
    finally:
        last_run.forget(again.out)
    return results / MANIFEST


def _sensitivities(again: _Again) -> Path:
    names = [str(name) for name in again.options.get("names", ())]
    inforce, sold = again.files.get("inforce"), again.files.get("sold")
    sensitivities_workbook(again.workbook, inforce, again.out, again.folder, again.progress, names, sold)
    return again.folder / SENSITIVITIES_MANIFEST


def _study(again: _Again) -> Path:
    policies, claims = again.files.get("policies"), again.files.get("claims")
    if WORKBOOK in again.files:
        study_workbook(again.workbook, again.out, again.folder, again.progress, claims, policies)
    else:
        study_data(policies, claims, again.folder, again.progress)
    return again.folder / MANIFEST


_AGAIN: Mapping[str, Callable[[_Again], Path]] = MappingProxyType(
    {"run": _run, "demo": _demo, "partitions": _partitions, "sensitivities": _sensitivities, "study": _study}
)
"""What can be done again, by the name the record has for it; each gives the path of the new manifest."""


def _compared(recorded: Manifest, inputs: tuple[FoundInput, ...], again: Manifest) -> Reproduction:
    before, now = recorded.record, again.record
    versions = tuple(
        Compared(key, "", f"{_shown(one)}, now {_shown(other)}")
        for key, one, other in between_records(before, now, _VERSIONS)
    )
    results = [*_records(before, now, _RESULTS)]
    results += [Compared("headline numbers", IDENTICAL)] if not results else []
    results += _files(recorded, again)
    taken = _records(before, now, _TAKEN)
    if WRITTEN_WORKBOOK in now and (recorded.in_workbook or WRITTEN_WORKBOOK in before):
        kept = _KeptWorkbook.of(recorded)
        if kept.data is None:
            results.append(Compared(kept.name, NOT_COMPARED, kept.words))
        else:
            rerun = read_run_data(again.path.parent / str(now[WRITTEN_WORKBOOK]["path"]))
            exhibits = _verdict(f"exhibits in {kept.name}", between_exhibits(kept.data, rerun))
            results.append(replace(exhibits, words="; ".join(filter(None, (exhibits.words, kept.words)))))
            cells = _cells(kept.data, rerun)
            taken = [*(taken if cells else map(_rounded, taken)), *cells]
    return Reproduction(recorded, inputs, versions, tuple(taken), tuple(results))


@dataclass(frozen=True)
class _KeptWorkbook:
    """The workbook a run has written, as it is now.

    Attributes:
        name: of its file.
        data: what it holds of the run; None where it holds nothing of it any more.
        words: why, or that it was changed since, or nothing.
    """

    name: str
    data: RunData | None
    words: str = ""

    @classmethod
    def of(cls, recorded: Manifest) -> _KeptWorkbook:
        if recorded.in_workbook:
            return cls(recorded.path.name, read_run_data(recorded.path))
        was = recorded.record[WRITTEN_WORKBOOK]
        path = recorded.path.parent / (was["path"] or was["file"])
        if not path.is_file():
            return cls(was["file"], None, "it is not where the run wrote it; the result files hold its numbers")
        try:
            data = read_run_data(path)
        except InputError as error:
            return cls(was["file"], None, f"it can't be read any more: {error.problems[0]}")
        if data.identity(RUN_ID) != recorded.record.get(RUN_ID):
            return cls(was["file"], None, "it holds another run now; the result files hold its numbers")
        changed = sha256(path) != was["sha256"]
        return cls(was["file"], data, "the file was changed since; its inputs may be others now" if changed else "")


def _cells(kept: RunData, rerun: RunData) -> list[Compared]:
    """Cells of the tables that a run has read and that are others now."""
    before, now = (
        {", ".join(filter(None, key)): value for key, value in data.inputs.items() if key[0] not in (IDENTITY, HASHES)}
        for data in (kept, rerun)
    )
    return _records({"cell": before}, {"cell": now}, ("cell",))


def _rounded(difference: Compared) -> Compared:
    """What the hash of tables tells whose cells all agree: as after another program has saved the workbook."""
    if difference.what not in _HASHES_OF_CELLS:
        return difference
    words = f"{difference.words}; yet every cell agrees to {TOLERANCE:.0e}"
    return Compared(difference.what, CLOSE, words)


def _records(before: Mapping[str, Any], now: Mapping[str, Any], names: tuple[str, ...]) -> list[Compared]:
    known = tuple(name for name in names if name in before)
    # A record on a sheet has no empty entries.
    unknown = [Compared(n, NOT_COMPARED, "the record does not have it") for n in names if n not in known and now.get(n)]
    found = [
        Compared(key, DIFFERS, f"{_shown(one)}, now {_shown(other)}", math.inf)
        for key, one, other in between_records(before, now, known)
    ]
    more = [Compared(f"{len(found) - _MOST:,} more", DIFFERS, "", math.inf)] if len(found) > _MOST else []
    return [*found[:_MOST], *more, *unknown]


def _shown(value: object) -> str:
    return "not there" if value is None else str(value)


def _files(recorded: Manifest, again: Manifest) -> list[Compared]:
    """Every result file, by its hash or else number by number; the recorded one must still be what was written."""
    before, now = ({str(e["file"]): str(e["sha256"]) for e in m.record.get(FILES, ())} for m in (recorded, again))
    if recorded.in_workbook:
        return []
    found = []
    for name, digest in before.items():
        kept = recorded.path.parent / name
        kept_digest = sha256(kept) if kept.is_file() else ""
        if kept_digest not in ("", digest):
            found.append(Compared(name, DIFFERS, "the file beside the manifest was changed after the run", math.inf))
        elif name not in now:
            found.append(Compared(name, DIFFERS, "a file that is not written any more", math.inf))
        elif now[name] == digest:
            words = "" if kept_digest else "to its recorded hash; the file itself is not beside the manifest"
            found.append(Compared(name, IDENTICAL, words))
        elif not kept_digest:
            words = f"SHA-256 {digest}, now {now[name]}; the recorded file is not beside the manifest"
            found.append(Compared(name, DIFFERS, words, math.inf))
        else:
            found.append(_verdict(name, between_files(kept, again.path.parent / name)))
    new = (Compared(name, DIFFERS, "a file the run did not write", math.inf) for name in now if name not in before)
    return [*found, *new]


def _verdict(what: str, difference: Difference) -> Compared:
    verdict = IDENTICAL if difference.relative == 0.0 else CLOSE if difference.agrees else DIFFERS
    if not difference.place:
        return Compared(what, verdict)
    size = f"largest relative difference {difference.relative:.1e}, " if math.isfinite(difference.relative) else ""
    return Compared(what, verdict, size + difference.place, difference.relative)
