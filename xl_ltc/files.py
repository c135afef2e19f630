"""Files that appear whole or not at all, alone or several together.

A file is written beside its place, brought to the disk, and then put into it by one renaming: whenever the program or
the computer stops, the old file or the new one is there, whole. Several files can't be renamed at once, so those that
they replace are set aside first and brought back after an error, or after a kill by the next that writes there.

What is written beside is called ``.xl_ltc-…`` with the computer and the process in its name. What a killed process has
left is removed by the next that writes into the folder.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SUMS = "SHA256SUMS"
"""The file that names the others of a folder with their hashes, as ``sha256sum --check`` reads it."""
PREFIX = ".xl_ltc-"
AS_IT_WAS = "what was there before is as it was"
_NEW, _OLD, _PLAN, _DONE = "new", "old", "plan.json", "done"
_CLOCK = 2.0
"""Seconds by which a process's start and a file's time may be off."""


@contextlib.contextmanager
def written_whole(path: Path, like: Path | None = None) -> Iterator[Path]:
    """A file to write in place of ``path``, put there when the block ends without an error.

    A file that is there already keeps its permissions; a new one has those of ``like``, or of any new file. A link is
    followed, and stays.

    Yields:
        An empty file in the same folder, with the same ending.

    Raises:
        OSError: named after ``path``: the folder is missing or can't be written to, the disk is full, the file is
            read-only or another program holds it open.
    """
    path = path.resolve()
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    part: Path | None = None
    try:
        check_writable(path)
        clear(path.parent)
        handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=_own_prefix(), dir=path.parent)
        part = Path(name)
        os.close(handle)
        yield part
        _take_mode(part, path, like)
        _bring_to_disk(part)
        os.replace(part, path)
    except OSError as error:
        raise _named(error, path) from error
    finally:
        if part is not None:
            # Not to be removed, it does no harm: the next that writes here clears it.
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    _bring_folder_to_disk(path.parent)


@dataclass
class Staged:
    """Files that are put into a folder together.

    Attributes:
        folder: where they go.
        part: where they are written, in folders of their own if need be, on the same disk.
        last: names that say the folder is whole: taken away before, and put in place after, all others.
    """

    folder: Path
    part: Path
    last: Sequence[str] = ()
    _scratch: Path = field(default=Path(), repr=False)
    _begun: bool = field(default=False, repr=False)

    def put_in_place(self) -> None:
        """Put the files in place; other files of the folder stay.

        They stay there if the block they are staged in ends without an error, else those before come back.

        Raises:
            OSError: a file can't be replaced, as when another program holds it open; all is as it was.
        """
        names = [path.relative_to(self.part).as_posix() for path in sorted(self.part.rglob("*")) if path.is_file()]
        names.sort(key=lambda name: self.last.index(name) if name in self.last else -1)
        place = self.folder
        try:
            for name in names:
                place = self.folder / name
                check_writable(place)
                _take_mode(self.part / name, place)
                _bring_to_disk(self.part / name)
            place = self.folder
            plan = {"added": [n for n in names if not (self.folder / n).exists()], "last": list(self.last)}
            (self._scratch / _PLAN).write_text(json.dumps(plan), encoding="utf-8")
            _bring_to_disk(self._scratch / _PLAN)
            (self._scratch / _OLD).mkdir()
            _bring_folder_to_disk(self._scratch)
            self._begun = True
            for name in (*reversed(self.last), *names):
                place = self.folder / name
                if place.exists():
                    _move(place, self._scratch / _OLD / name)
                if name not in self.last:
                    _move(self.part / name, place)
            for name in (name for name in names if name in self.last):
                place = self.folder / name
                _move(self.part / name, place)
            _bring_folder_to_disk(self.folder)
        except OSError as error:
            self._take_back()
            raise _named(error, place) from error

    def _take_back(self) -> None:
        if self._begun:
            _bring_back(self._scratch, self.folder)
            self._begun = False

    def settle(self) -> None:
        """Have the files put in place stay, whatever goes wrong later in the block.

        Raises:
            OSError: those before can't be let go; they are back.
        """
        if not self._begun:
            return
        try:
            # From here on the files set aside are no longer wanted, though they take a moment to remove.
            os.replace(self._scratch / _OLD, self._scratch / _DONE)
        except OSError as error:
            self._take_back()
            raise _named(error, self.folder) from error
        self._begun = False


@contextlib.contextmanager
def staged(folder: Path, last: Sequence[str] = (SUMS,)) -> Iterator[Staged]:
    """Files to be written on the folder's own disk and put in place together.

    Args:
        folder: where to; made if it is not there, and removed again if nothing is put there.
        last: names as of ``Staged``.

    Raises:
        OSError: the folder can't be made or written to.
    """
    folder = folder.resolve()
    scratch: Path | None = None
    with made(folder):
        try:
            clear(folder)
            scratch = Path(tempfile.mkdtemp(prefix=_own_prefix(), dir=folder))
            (scratch / _NEW).mkdir()
            together = Staged(folder, scratch / _NEW, last, scratch)
            try:
                yield together
                together.settle()
            except BaseException:
                together._take_back()
                raise
        except OSError as error:
            name = Path(str(error.filename2 or error.filename or folder))
            raise _named(error, place if (place := _final(name)) != name else folder) from error
        finally:
            # What could not be brought back stays beside, for the next that writes here.
            if scratch is not None and not (scratch / _OLD).exists():
                shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def made(folder: Path) -> Iterator[None]:
    """A folder that is made if it is not there, and removed again, those above it too, if it is left empty.

    Raises:
        OSError: it can't be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _named(error, folder) from error
        yield
    finally:
        with contextlib.suppress(OSError):
            for path in missing:
                path.rmdir()


def seal(folder: Path) -> Path:
    """Write ``SHA256SUMS`` into a folder: its files, those of its folders too, with their hashes."""
    lines = [
        f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / SUMS
    ]
    with written_whole(folder / SUMS) as part:
        part.write_text("".join(lines), encoding="utf-8", newline="")
    return folder / SUMS


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clear(folder: Path) -> None:
    """Remove what killed processes of this computer have left in a folder; what they set aside comes back.

    Raises:
        OSError: a file that was set aside can't be brought back.
    """
    for path in folder.glob(f"{_of_this_computer()}*"):
        with contextlib.suppress(FileNotFoundError):  # another process clears, too
            process = path.name.removeprefix(_of_this_computer()).split("-")[0]
            if not process.isdecimal() or is_at_work(int(process), path.stat().st_mtime):
                continue
            if path.is_dir():
                if (path / _OLD).exists():
                    _bring_back(path, folder)
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()


def is_at_work(process: int, since: float) -> bool:
    """Whether the process with a number that did something at a time, in seconds since 1970, is running still."""
    import psutil  # only where somebody has left something

    try:
        # A process that began later has only been given the number of one that died.
        return bool(psutil.Process(process).create_time() <= since + _CLOCK)
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False


def check_writable(path: Path) -> None:
    """Raises OSError for a folder, and for a read-only file, which a renaming would replace all the same."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder", str(path))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "a read-only file", str(path))


def _of_this_computer() -> str:
    """Begin of the names of this computer's temporary files: of others nobody here knows whether they are at work."""
    return f"{PREFIX}{hashlib.sha256(platform.node().encode()).hexdigest()[:8]}-"


def _own_prefix() -> str:
    return f"{_of_this_computer()}{os.getpid()}-"


def _bring_back(scratch: Path, folder: Path) -> None:
    """Undo what was put in place; done again from anywhere in it, it does the same."""
    old = scratch / _OLD
    place = folder
    try:
        plan = json.loads((scratch / _PLAN).read_text(encoding="utf-8"))
        for name in plan["added"]:
            place = folder / name
            place.unlink(missing_ok=True)
            _remove_empty(place.parent, folder)
        names = [path.relative_to(old).as_posix() for path in old.rglob("*") if path.is_file()]
        for name in sorted(names, key=lambda name: name in plan["last"]):
            place = folder / name
            _move(old / name, place)
        shutil.rmtree(old)
    except OSError as error:
        words = f"can't be brought back ({error.strerror}); it is in {old} and comes back with the next run"
        raise OSError(error.errno, words, str(place)) from error


def _remove_empty(inner: Path, outer: Path) -> None:
    with contextlib.suppress(OSError):
        if inner != outer:
            inner.rmdir()


def _move(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, to)


def _take_mode(part: Path, path: Path, like: Path | None = None) -> None:
    """Permissions of the file that is replaced, or of ``like``, or of any new file."""
    model = path if path.exists() else like
    part.chmod(0o666 & ~_umask() if model is None else model.stat().st_mode)


def _bring_to_disk(path: Path) -> None:
    """Wait until the disk has a file: else a power loss after the renaming could leave an empty one."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _bring_folder_to_disk(folder: Path) -> None:
    """Have the renaming itself last; where a system can't, the old file or the new one is there after a power loss."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _named(error: OSError, path: Path) -> OSError:
    """An error in words and of the file that was to be written, where it is of none, or of a temporary one."""
    name = error.filename2 or error.filename
    temporary = name is not None and any(part.startswith(PREFIX) for part in Path(str(name)).parts)
    if name is not None and not temporary and str(name) != str(path):
        return error
    cause = (os.strerror(error.errno) if error.errno and not error.strerror else error.strerror) or str(error)
    kind = OSError if error.errno else type(error)  # an OSError is of the class of its number
    named = kind(error.errno or errno.EIO, cause, str(path))
    named.add_note(AS_IT_WAS)
    return named


def in_words(error: OSError) -> str:
    """What went wrong with which file, in a line; of two names, the second is where a finished file was to go."""
    name = error.filename2 or error.filename
    words = f"{_final(Path(str(name)))}: {error.strerror}" if name else error.strerror or str(error)
    return "; ".join([words, *getattr(error, "__notes__", ())])


def _final(path: Path) -> Path:
    """Where a staged file is to go; any other path as it is."""
    for i, (outer, inner) in enumerate(itertools.pairwise(path.parts)):
        if outer.startswith(PREFIX) and inner == _NEW:
            return Path(*path.parts[:i], *path.parts[i + 2 :])
    return path


def _umask() -> int:
    """The permissions new files do not get; a temporary file is closed to others."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
