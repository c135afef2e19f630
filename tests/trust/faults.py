"""Faults while something is written: what changes the disk is watched, and each such call may fail, or be the last.

A whole command takes seconds to compute what it writes within moments. ``swept`` does it once: at each call that
changes the disk the process forks, the copy meets the fault and goes on to its end, and the disk is put back to how it
was before the original goes on.
"""

from __future__ import annotations

import builtins
import contextlib
import faulthandler
import functools
import gc
import io
import multiprocessing
import os
import pickle
import random
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.small_filing import files_in
from xl_ltc.files import PREFIX
from xl_ltc.recut.kept import DATA

CALLS = ("replace", "rename", "mkdir", "rmdir", "unlink", "remove", "fsync", "chmod")
MOST_SECONDS = 60.0
PROCESSES = multiprocessing.get_context("forkserver")
"""A process with threads, as that of the tests is, can't be forked safely; the server of forks has none."""
PROCESSES.set_forkserver_preload([__name__, "tests.trust.test_faults_files", "xl_ltc.workbook.actions", "xl_ltc.cli"])
OTHER = 4
"""Exit status of a command that raised something."""


class _Watched(io.FileIO):
    """A file of which each writing is told."""

    told: Callable[..., None] = staticmethod(lambda *_: None)

    def write(self, data: Any) -> int:
        type(self).told("write", self.name)
        return super().write(data)


def watch(told: Callable[..., None]) -> None:
    """From here on a function is told of each call of this process that changes a file: its name and the paths.

    What it raises, the call raises. C++, as pyarrow's, is not watched: what it writes to is, when it is made.
    """
    real_open, io_open = os.open, io.open

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*places: Any, **more: Any) -> Any:
            told(name, *places[:2])
            return real(*places, **more)

        return call

    for name in CALLS:
        setattr(os, name, watched(name, getattr(os, name)))

    def os_open(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            told("open", path)
        return real_open(path, flags, *more, **named)

    def builtin_open(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or isinstance(file, int):
            return io_open(file, mode, *more, **named)
        told("open", file)
        raw = _Watched(file, mode.replace("b", "").replace("t", ""))
        if "+" in mode:
            return raw
        buffered = io.BufferedWriter(raw)
        return (
            buffered if "b" in mode else io.TextIOWrapper(buffered, named.get("encoding"), newline=named.get("newline"))
        )

    _Watched.told = staticmethod(told)
    os.open = os_open  # type: ignore[assignment]
    builtins.open = builtin_open  # type: ignore[assignment]
    io.open = builtin_open  # type: ignore[assignment]


def named_by(call: str, *places: object) -> list[str]:
    """The paths that an error of the call tells; a writing that fails does not say where."""
    return [] if call == "write" else [str(place) for place in places if not isinstance(place, int)]


Files = dict[str, "bytes | None"]


@dataclass(frozen=True)
class Outcome:
    """How a command ended that met a fault.

    Attributes:
        fault: its name; point: the call that met it, without what is different each time.
        code: the exit status; words: what was said on the error stream, progress included.
        files: what is in the folder then.
    """

    fault: str
    point: str
    code: int
    words: str
    files: Files = field(repr=False)


@dataclass(frozen=True)
class Swept:
    """All that may come of a command.

    Attributes:
        through: without a fault.
        killed: what a kill at any call would leave; each once.
        outcomes: of each fault at each point.
    """

    through: Outcome
    killed: Sequence[tuple[str, Files]]
    outcomes: Sequence[Outcome]


Fault = Callable[..., None]
"""Done in the copy of the process, given the folder and the paths of the call: raises, or changes what may be done."""


def refused(number: int) -> Fault:
    """The one call is refused."""
    return functools.partial(_refuse, number)


def _refuse(number: int, _: Path, *places: str) -> None:
    raise OSError(number, os.strerror(number), *places[:1])


def no_larger(size: int) -> Fault:
    """From here on no file grows beyond a size, whoever writes it: C++ too."""
    return functools.partial(_limit, size)


def _limit(size: int, *_: object) -> None:
    import resource  # which Windows does not have

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def full(folder: Path, *_: object) -> None:
    """From here on the disk that holds the folder is full."""
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def killed_within(seconds: float) -> Fault:
    """The process is killed soon after the call, wherever it is then: at a random moment, the same each time."""
    return functools.partial(_kill, seconds)


def _kill(seconds: float, folder: Path, *places: str) -> None:
    moment = random.Random(" ".join(_without_chance(place, folder) for place in places)).uniform(0.0, seconds)
    # Not by a signal's handler, which would wait for C++ to come back.
    if os.fork() == 0:
        time.sleep(moment)
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(0)


Only = Mapping[str, Collection[str]]


def swept(
    command: Callable[[], int],
    folder: Path,
    faults: Mapping[str, Fault],
    only: Only | None = None,
) -> Swept:
    """Do a command with each fault at each distinct call that changes a file in a folder.

    Args:
        command: gives an exit status; it can be pickled.
        folder: all it writes is in there, temporary files and what it remembers too; beside it there is space.
        faults: by their names; only: of a fault, the calls that it is for, all without it.
    """
    handle, name = tempfile.mkstemp(suffix=".pickle")  # not on a disk that is full
    os.close(handle)
    report = Path(name)
    child = PROCESSES.Process(target=_sweep, args=(command, folder, faults, only or {}, report))
    child.start()
    child.join(10 * MOST_SECONDS)
    assert child.exitcode == 0, f"the sweep ended with {child.exitcode}"
    found: Swept = pickle.loads(report.read_bytes())
    report.unlink()
    return found


@dataclass
class _Sweep:
    folder: Path
    faults: Mapping[str, Fault]
    only: Only
    links: Path
    copy_says: int | None = None
    busy: bool = False
    seen: set[str] = field(default_factory=set)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    met: set[tuple[str, str]] = field(default_factory=set)
    killed: dict[object, tuple[str, Files]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def at(self, call: str, *places: object) -> None:
        """A call that changes the disk is about to be made."""
        if self.busy or self.copy_says is not None:
            return
        paths = [os.readlink(f"/dev/fd/{places[0]}")] if call == "fsync" else named_by("", *places)
        if not any(path.startswith(str(self.folder)) for path in paths):
            return
        self.busy = True
        point = " ".join([call, *(_without_chance(path, self.folder) for path in paths)])
        if point in self.seen and all(map(_is_temporary, point.split(" ")[1:])):
            self.busy = False
            return
        self.seen.add(point)
        before = _State.of(self.folder, self.links, self._found())
        self.killed.setdefault(_seen(before.files), (point, before.files))
        for name, fault in self.faults.items():
            if (name, point) in self.met or call not in self.only.get(name, (call,)):
                continue
            self.met.add((name, point))
            hears, says = os.pipe()
            copy = os.fork()
            if copy == 0:
                os.close(hears)
                self.copy_says, self.busy = says, False
                gc.disable()  # to look through all objects would copy them
                signal.alarm(int(MOST_SECONDS))
                fault(self.folder, *named_by(call, *places))
                return
            os.close(says)
            with os.fdopen(hears, "rb") as pipe:
                said = pipe.read()
            _, status = os.waitpid(copy, 0)
            code, words = pickle.loads(said) if said else (os.waitstatus_to_exitcode(status), "")
            self.outcomes.append(Outcome(name, point, code, words, self._found()))
            before.put_back()
        self.busy = False

    def _found(self) -> Files:
        """The folder's files; of equal ones one is kept."""
        found = files_in(self.folder)
        return {name: None if data is None else self.contents.setdefault(data, data) for name, data in found.items()}


@dataclass
class _State:
    """A folder at a moment, with what this process has open in it."""

    folder: Path
    links: Path
    files: Files
    status: dict[str, os.stat_result]
    offsets: dict[int, int]

    @classmethod
    def of(cls, folder: Path, links: Path, files: Files) -> _State:
        shutil.rmtree(links, ignore_errors=True)
        links.mkdir()
        names = [name for name, data in files.items() if data is not None]
        for i, name in enumerate(names):
            os.link(folder / name, links / str(i))
        offsets = {}
        for name in os.listdir("/dev/fd"):
            with contextlib.suppress(OSError):
                if os.readlink(f"/dev/fd/{name}").startswith(str(folder)):
                    offsets[int(name)] = os.lseek(int(name), 0, os.SEEK_CUR)
        return cls(folder, links, files, {name: (folder / name).stat() for name in names}, offsets)

    def put_back(self) -> None:
        """The same files again, not only equal ones: this process may have them open."""
        for path in sorted(self.folder.rglob("*"), reverse=True):
            name = str(path.relative_to(self.folder))
            if name not in self.files or (path.is_file() and path.stat().st_ino != self.status[name].st_ino):
                path.rmdir() if path.is_dir() else path.unlink()
        for name, data in self.files.items():
            if data is None:
                (self.folder / name).mkdir(exist_ok=True)
        for i, (name, status) in enumerate(self.status.items()):
            path, data = self.folder / name, self.files[name]
            if not path.exists():
                os.link(self.links / str(i), path)
            if path.read_bytes() != data:
                path.write_bytes(data or b"")
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            os.chmod(path, status.st_mode)
        for handle, offset in self.offsets.items():
            os.lseek(handle, offset, os.SEEK_SET)


def _without_chance(text: str, folder: Path) -> str:
    """A path without what is another one each time."""
    text = text.removeprefix(str(folder)).lstrip("/")
    text = re.sub(rf"{re.escape(PREFIX)}[^/.]*", PREFIX, text)
    text = re.sub(r"\btmp[a-z0-9_]{8}\b", "*", text)
    text = re.sub(r"series=[^/]*|part-[0-9-]+", "*", text)
    # Of files that are alike, such as the exhibits' CSV files, one is enough.
    return re.sub(r"[0-9a-f]{12,}|\w+(?=\.csv)", "*", text)


def _is_temporary(name: str) -> bool:
    return name.startswith("tmp/") or PREFIX in name or DATA in name


def _seen(files: Files) -> object:
    """What tells states of a folder apart, but for how far what is temporary is written."""
    found = set()
    for name, data in files.items():
        parts = _without_chance(name, Path()).split("/")
        for i, part in enumerate(parts):
            if part.startswith(PREFIX):
                found.add(("/".join(parts[: i + 2]), None))
                break
            if part.startswith(DATA):
                found.add(("/".join(parts[: i + 1]), None))
                break
        else:
            found.add((name, data if data is None else hash(data)))
    return frozenset(entry for entry in found if not entry[0].startswith("tmp/"))


def _sweep(
    command: Callable[[], int],
    folder: Path,
    faults: Mapping[str, Fault],
    only: Only,
    report: Path,
) -> None:
    """In a process of its own: the command, and in copies of it all that goes wrong."""
    faulthandler.dump_traceback_later(9 * MOST_SECONDS, exit=True)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = str(temporary)
    os.environ["XL_LTC_STATE"] = str(folder / "state")
    sweep = _Sweep(folder, faults, only, folder.parent / f"{folder.name}.links")
    words = io.StringIO()
    code = OTHER
    watch(sweep.at)
    try:
        with contextlib.redirect_stderr(words), contextlib.redirect_stdout(words):
            code = command()
    except BaseException as error:
        words.write(repr(error))
    if sweep.copy_says is not None:
        os.write(sweep.copy_says, pickle.dumps((code, words.getvalue())))
        os._exit(0)
    sweep.busy = True
    through = Outcome("", "", code, words.getvalue(), files_in(folder))
    report.write_bytes(pickle.dumps(Swept(through, list(sweep.killed.values()), sweep.outcomes)))
    os._exit(0)
