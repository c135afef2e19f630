"""Whatever happens while a command writes, each file is the old one or the new one whole, and the message says so.

Each command runs once for all faults at all its calls that change the disk: see ``faults.swept``.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from tests.small_filing import SmallFiling, files_in, small_filing
from tests.trust.faults import Files, Swept, full, killed_within, no_larger, refused, swept
from xl_ltc import files
from xl_ltc.cli import main
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.files import PREFIX, SUMS, seal
from xl_ltc.recut.kept import RECORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks where it writes, and knows open files by /dev/fd"),
]

MAKING, CHANGING = ("open", "write", "mkdir", "fsync"), ("replace", "rename", "chmod")
FAULTS = {
    "no space": refused(errno.ENOSPC),
    "open elsewhere": refused(errno.EACCES),
}
ONLY = {"no space": MAKING, "open elsewhere": CHANGING, "full": ("open",)}
WORDS = {"no space": (errno.ENOSPC,), "open elsewhere": (errno.EACCES,), "full": (errno.ENOSPC, errno.EFBIG)}
OLD_RUN = {"what": "results of an xl_ltc run, policy by policy"}


@dataclass(frozen=True)
class Command:
    """A command, and what it writes in the folder it works in.

    Attributes:
        words: its arguments; ``{}`` is the folder, ``{small}`` that of the filing.
        files: which it replaces; folders: with ``SHA256SUMS``; kept: of kept runs.
        first: the one that is written first: none of the others is of the new run without it.
    """

    words: str
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    first: str = ""

    @property
    def name(self) -> str:
        return self.words.split()[0]


ON_MINE = "{}/mine.xlsx --inforce {small}/policies.csv"
COMMANDS = {
    "run": Command(
        f"run {ON_MINE} --results {{}}/results --keep {{}}/kept", ("mine.xlsx",), ("results",), ("kept",), "mine.xlsx"
    ),
    "partitions": Command(
        "run {}/mine.xlsx --inforce {small}/policies.parquet --partitions 2 --results {}/results --keep {}/kept",
        folders=("results",),
        kept=("kept",),
    ),
    "compare": Command("compare {small}/filing.xlsx {small}/filing.xlsx --out {}/changes.xlsx", ("changes.xlsx",)),
    "sensitivities": Command(
        f"sensitivities {ON_MINE} --results {{}}/results --scenario 'No improvement'",
        ("mine.xlsx", "results/sensitivities.csv"),
        first="mine.xlsx",
    ),
    "solve": Command(f"solve {ON_MINE} --target 0.2", ("mine.xlsx",)),
}


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bool]]:
    """A folder, and whether it is on a small disk of its own, which can be filled; only root can have one made."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = _mount("-t", "tmpfs", "-o", "size=24m", "xl_ltc", str(folder))
    yield folder, mounted
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> bool:
    return shutil.which("mount") is not None and (
        subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
    )


def _prepared(command: Command, small: SmallFiling, folder: Path) -> list[str]:
    """The folder as an earlier run has left it, and the command's arguments."""
    folder.mkdir()
    for name in ("mine.xlsx", *command.files):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(small.inputs_only, folder / name)
    for name in command.folders:
        (folder / name).mkdir(parents=True)
        (folder / name / "exhibit_2_58_85.csv").write_text("old")
        (folder / name / "of_the_user.csv").write_text("old")
        record = {"workbook": {"sha256": files.sha256(folder / "mine.xlsx")}}
        (folder / name / "manifest.json").write_text(json.dumps(record))
        seal(folder / name)
    for name in command.kept:
        data = folder / name / "xl_ltc_kept-000000000000"
        data.mkdir(parents=True)
        (data / "policies.parquet").write_text("old")
        entry = {"path": f"{data.name}/policies.parquet", "sha256": files.sha256(data / "policies.parquet")}
        (folder / name / RECORD).write_text(json.dumps({**OLD_RUN, "files": [entry]}))
    return [word.format(folder, small=small.csv.parent) for word in shlex.split(command.words)]


@pytest.fixture(scope="module", params=COMMANDS)
def ran(
    request: pytest.FixtureRequest, small: SmallFiling, disk: tuple[Path, bool]
) -> Iterator[tuple[Command, Files, Swept]]:
    """A command, what was there before, and all that may come of it."""
    command, (root, can_be_full) = COMMANDS[request.param], disk
    folder = root / request.param
    arguments = _prepared(command, small, folder)
    before = files_in(folder)
    # Two ways to have no more space, also for what pyarrow writes: a disk that is full, and a limit for each file.
    faults = FAULTS | {"full": full if can_be_full and command.kept and command.files else no_larger(100)}
    faults |= {"killed": killed_within(0.03)}
    only = ONLY | {"killed": ("open", "replace")}
    found = swept(functools.partial(main, arguments), folder, faults, only)
    assert found.through.code == 0, found.through.words
    yield command, before, found
    shutil.rmtree(folder)


def test_an_error_leaves_the_old_or_the_new_and_is_told(ran: tuple[Command, Files, Swept], tmp_path: Path) -> None:
    command, before, found = ran
    told = [outcome for outcome in found.outcomes if outcome.fault in WORDS]
    assert sum(outcome.code != 0 for outcome in told) >= 5
    for outcome in told:
        where = f"{outcome.fault} at {outcome.point}: {outcome.words[-600:]}"
        new = _new(command, _cleared(command, outcome.files, tmp_path), before, found.through.files, where)
        last = outcome.words.strip().splitlines()[-1]
        if outcome.code == 0:
            assert all(new.values()), where
            continue
        assert outcome.code == 2, where
        assert (
            any(os.strerror(n) in last for n in WORDS[outcome.fault]) and "[Errno" not in last and PREFIX not in last
        ), where
        assert f"xl-ltc {command.name}: " in outcome.words and "Traceback" not in outcome.words, where
        if any(new.values()):  # what the command has written before it met the fault
            assert "again" in last, where
            assert new.get(command.first, True), where
            assert all(is_new or name in outcome.words for name, is_new in new.items()), where


def test_a_kill_leaves_the_old_or_the_new(ran: tuple[Command, Files, Swept], tmp_path: Path) -> None:
    command, before, found = ran
    killed = [outcome for outcome in found.outcomes if outcome.fault.startswith("killed")]
    assert sum(outcome.code == -signal.SIGKILL for outcome in killed) >= 1
    states = [*found.killed, *((f"{o.fault} after {o.point}", o.files) for o in killed)]
    assert len(states) > 5
    for point, state in states:
        _assert_sealed_is_whole(command, state, point)
        new = _new(command, _cleared(command, state, tmp_path), before, found.through.files, point)
        if any(new.values()):
            assert new.get(command.first, True), point


def test_the_next_run_clears_what_a_kill_has_left(
    ran: tuple[Command, Files, Swept], small: SmallFiling, tmp_path: Path
) -> None:
    command, _, found = ran
    _, most = max(found.killed, key=lambda state: sum(PREFIX in name for name in state[1]))
    assert any(PREFIX in name for name in most)
    folder = tmp_path / "again"
    arguments = _prepared(command, small, folder)
    shutil.rmtree(folder)
    _put(most, folder)
    assert main(arguments) == 0
    assert not [path for path in folder.rglob("*") if path.name.startswith(PREFIX) and "tmp" not in path.parts]
    for name in command.kept:
        assert len(list((folder / name).iterdir())) == 2


def _put(state: Files, folder: Path) -> None:
    for name, data in state.items():
        path = folder / name
        path.mkdir(parents=True, exist_ok=True) if data is None else path.parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            path.write_bytes(data)


def _cleared(command: Command, state: Files, folder: Path) -> Files:
    """What is there when the next has begun to write: what was set aside is back."""
    place = folder / "cleared"
    _put({name: data for name, data in state.items() if not name.startswith("tmp/")}, place)
    for inner in {"", *command.folders, *command.kept, *(str(Path(name).parent) for name in command.files)}:
        if (place / inner).is_dir():
            files.clear(place / inner)
    found = files_in(place)
    shutil.rmtree(place)
    assert not [name for name in found if PREFIX in name and "xl_ltc_kept-" not in name and "state" not in name]
    return found


def _new(command: Command, state: Files, before: Files, after: Files, where: str) -> dict[str, bool]:
    """Of all that the command writes whether it is new; it is new or old, and whole."""
    new = {}
    for name in command.files:
        new[name] = state.get(name) != before.get(name)
        if new[name]:
            _assert_whole(state[name], after[name], f"{name}: {where}")
    for name in command.folders:
        of, of_old, of_new = (_below(name, files) for files in (state, before, after))
        new[name] = of != of_old
        if new[name]:
            assert of.keys() == of_new.keys(), where
            _assert_sealed_is_whole(command, state, where)
            assert of.get(SUMS) is not None, where
        if "mine.xlsx" in command.files:
            # Results and workbook are of one run, or it can be seen that they are not.
            record = json.loads(of["manifest.json"] or b"")
            same = record["workbook"]["sha256"] == hashlib.sha256(state["mine.xlsx"] or b"").hexdigest()
            assert same == (new[name] == new["mine.xlsx"]), where
    for name in command.kept:
        of = _below(name, state)
        new[name] = of[RECORD] != before[f"{name}/{RECORD}"]
        for entry in json.loads(of[RECORD] or b"")["files"]:
            assert hashlib.sha256(of[entry["path"]] or b"").hexdigest() == entry["sha256"], where
    return new


def _below(folder: str, state: Files) -> Files:
    return {
        str(PurePosixPath(name).relative_to(folder)): data
        for name, data in state.items()
        if PurePosixPath(name).is_relative_to(folder) and name != folder
    }


def _assert_whole(data: bytes | None, like: bytes | None, where: str) -> None:
    if like is not None and like.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data or b"")) as one, zipfile.ZipFile(io.BytesIO(like)) as other:
            assert one.testzip() is None and one.namelist() == other.namelist(), where
    else:
        assert data == like, where


def _assert_sealed_is_whole(command: Command, state: Files, where: str) -> None:
    """The seal stands over files that are all those it names, or there is none."""
    for folder in command.folders:
        of = _below(folder, state)
        for line in (of.get(SUMS) or b"").decode().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(of[name] or b"").hexdigest() == digest, f"{name}: {where}"


@pytest.mark.parametrize("place", ["", "results", "kept"])
def test_a_folder_that_is_read_only_is_told_before_anything_is_done(
    place: str, small: SmallFiling, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    arguments = _prepared(COMMANDS["run"], small, folder)
    before = files_in(folder)
    with _read_only(folder / place):
        assert main(arguments) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert str(folder / place) in last and "can't be written to" in last
    assert files_in(folder) == before


@contextlib.contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Permissions are nothing to root, who can have the folder mounted so instead."""
    if os.geteuid() == 0:
        if not _mount("--bind", str(folder), str(folder)):
            pytest.skip("root without the right to mount, as in some containers")
        try:
            assert _mount("-o", "remount,bind,ro", str(folder))
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    else:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
