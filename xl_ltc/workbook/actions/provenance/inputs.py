"""The input files of a recorded run, found by their hashes: a name alone is not enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.errors import InputError, Problem
from xl_ltc.files import sha256
from xl_ltc.workbook.actions.provenance.call import WORKBOOK
from xl_ltc.workbook.actions.provenance.manifest_file import WRITTEN_WORKBOOK, Manifest

SAME, AS_WRITTEN, ITSELF = "as it was", "as the run wrote it", "this workbook"
CHANGED = "changed since the run; what a run reads of it decides"
_SHORT = 12


@dataclass(frozen=True)
class FoundInput:
    """An input file of a recorded run.

    Attributes:
        option: what it was to the run; file: its name then; sha256: its hash then, empty if it was not there.
        path: where it is now; state: what it is now.
    """

    option: str
    file: str
    sha256: str
    path: Path
    state: str

    @property
    def words(self) -> str:
        """The state, and the name it goes by now if that is another."""
        return self.state + ("" if self.path.name == self.file else f", now called {self.path.name}")


def find_inputs(manifest: Manifest, given: Path | None) -> list[FoundInput]:
    """Every input of a run: where the manifest says, beside it, in the folder above, or in a folder that is given.

    A workbook may have been written into since, by the run itself or by its user: it is then taken as it is, and the
    hashes of what a run reads from it decide.

    Args:
        manifest: of the run.
        given: a folder to look in as well.

    Raises:
        InputError: each file that is missing or another than it was; the folder is none.
    """
    if given is not None and not given.is_dir():
        raise InputError.single("--inputs", str(given), "a folder with the files the run has read")
    found: dict[str, FoundInput] = {}
    problems: list[Problem] = []
    for entry in manifest.call.get("inputs", ()):
        option = str(entry["option"])
        if "same_as" in entry:
            if entry["same_as"] in found:
                found[option] = found[entry["same_as"]]
            continue
        name, digest = str(entry["file"]), str(entry["sha256"])
        if option == WORKBOOK and manifest.in_workbook:
            found[option] = FoundInput(option, name, digest, manifest.path, ITSELF)
            continue
        known = _find(entry, _accepted(entry, manifest), manifest.path.parent, given)
        wanted = f"a file of SHA-256 {digest}; see --inputs DIR"
        if known is None:
            problems.append(Problem(f"{option} {name}", "no such file", wanted))
        elif known[1] == CHANGED and option != WORKBOOK:
            other = f"{known[0]}, of SHA-256 {sha256(known[0])[:_SHORT]}…"
            problems.append(Problem(f"{option} {name}", other, wanted))
        else:
            found[option] = FoundInput(option, name, digest, *known)
    if problems:
        raise InputError(problems)
    inputs = [found[str(entry["option"])] for entry in manifest.call.get("inputs", ()) if entry["option"] in found]
    if manifest.in_workbook and WORKBOOK not in found:  # a demonstration has written the workbook and read none
        return [FoundInput(WORKBOOK, manifest.path.name, "", manifest.path, ITSELF), *inputs]
    return inputs


def _accepted(entry: Mapping[str, Any], manifest: Manifest) -> dict[tuple[int, str], str]:
    """Sizes and hashes of the file that is looked for, and what a file of these is."""
    found = {(int(entry["bytes"]), str(entry["sha256"])): SAME}
    written = manifest.record.get(WRITTEN_WORKBOOK)
    if entry["option"] == WORKBOOK and written and written["file"] == entry["file"]:
        found[int(written["bytes"]), str(written["sha256"])] = AS_WRITTEN
    return found


def _find(
    entry: Mapping[str, Any], accepted: Mapping[tuple[int, str], str], folder: Path, given: Path | None
) -> tuple[Path, str] | None:
    """A file of an accepted hash, or else one of the name, or none."""
    name = Path(str(entry["file"])).name
    named = [folder / str(entry["path"])] if entry["path"] else []
    named = [*([given / name] if given else []), *named, folder / name]
    sizes = {size for size, _ in accepted}
    places = [*named, *_files_in(folder), *_files_in(folder.absolute().parent), *(_files_in(given) if given else ())]
    for path in dict.fromkeys(places):
        if path.is_file() and path.stat().st_size in sizes:
            state = accepted.get((path.stat().st_size, sha256(path)))
            if state:
                return path, state
    return next(((path, CHANGED) for path in named if path.is_file()), None)


def _files_in(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:  # a folder that may not be listed has nothing to offer
        return
