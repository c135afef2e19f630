"""Whenever writing stops, the old files are there or the new ones: every call to the system fails once, or is the last.

A child process writes; at its n-th call that changes something on the disk it gets an error, or is killed, for
n = 1, 2, … until it gets through.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.small_filing import files_in
from tests.trust.faults import MOST_SECONDS, PROCESSES, named_by, watch
from xl_ltc import files
from xl_ltc.files import AS_IT_WAS, PREFIX, SUMS, in_words, seal, sha256, staged, written_whole
from xl_ltc.recut.keep import keeping
from xl_ltc.recut.kept import RECORD
from xl_ltc.workbook.package.opc import Package
from xl_ltc.workbook.sheets.book import new_book

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills a child process by a signal")

KILLED, THROUGH, REFUSED, OTHER = -signal.SIGKILL, 0, 3, 4
ERRORS = (errno.ENOSPC, errno.EACCES)
FIRED = "\0"
LARGE = "x" * 200_000


def _faulty(folder: Path, stop_at: int, fault: int | None, said: Connection) -> None:
    """From here on the ``stop_at``-th change of a file in a folder fails with an error number, or kills for None."""
    done = 0

    def count(call: str, *places: object) -> None:
        nonlocal done
        if not any(isinstance(p, int) or str(p).startswith(str(folder)) for p in places):
            return
        done += 1
        if done == stop_at:
            if fault is None:
                os.kill(os.getpid(), signal.SIGKILL)
            said.send(FIRED)
            raise OSError(fault, os.strerror(fault), *map(str, named_by(call, *places)[:1]))

    watch(count)


def _write_faultily(
    write: Callable[[Path], None], folder: Path, stop_at: int, fault: int | None, said: Connection
) -> None:
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
    code = OTHER
    try:
        _faulty(folder, stop_at, fault, said)
        write(folder)
        code = THROUGH
    except OSError as error:
        said.send(in_words(error))
        code = REFUSED
    except BaseException as error:
        said.send(repr(error))
    finally:
        os._exit(code)


def _in_child(write: Callable[[Path], None], folder: Path, stop_at: int, fault: int | None) -> tuple[int, str]:
    """How a child ended that writes into a folder, and what it said."""
    hears, said = PROCESSES.Pipe(duplex=False)
    with hears:
        with said:
            child = PROCESSES.Process(target=_write_faultily, args=(write, folder, stop_at, fault, said))
            child.start()
        child.join(2 * MOST_SECONDS)
        words = ""
        with contextlib.suppress(EOFError):
            while hears.poll():
                words += hears.recv()
    assert child.exitcode is not None
    return child.exitcode, words


def _one(folder: Path) -> None:
    with written_whole(folder / "one.csv") as part:
        part.write_text(f"new {LARGE}")


def _together(folder: Path) -> None:
    with staged(folder) as results:
        for name in ("a.csv", "b.csv", "deep/c.csv", "fresh.csv"):
            (results.part / name).parent.mkdir(exist_ok=True)
            (results.part / name).write_text(f"new {name} {LARGE}")
        seal(results.part)
        results.put_in_place()


def _book(folder: Path) -> None:
    with written_whole(folder / "book.xlsx") as part, new_book(part) as book:
        book.add_worksheet("New").write_string(0, 0, LARGE[:1000])


def _graft(folder: Path) -> None:
    package = Package.open(folder / "old.xlsx")
    package.write("xl/new.txt", b"new")
    with written_whole(folder / "old.xlsx") as part:
        part.write_bytes(package._zipped())


def _kept(folder: Path) -> None:
    with keeping(folder / "kept") as kept:
        with written_whole(kept.data / "policies.parquet") as part:
            part.write_text("new")
        with written_whole(folder / "kept" / RECORD) as part:
            part.write_text('{"what": "results of an xl_ltc run, policy by policy", "new": 1}')
        kept.finished = True


def _old(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    for name in ("one.csv", "a.csv", "b.csv", "deep/c.csv", "gone.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"old {name}")
    seal(folder)
    for name in ("book.xlsx", "old.xlsx"):
        with new_book(folder / name) as book:
            book.add_worksheet("Old")
    data = folder / "kept" / "xl_ltc_kept-000000000000"
    data.mkdir(parents=True)
    (data / "policies.parquet").write_text("old")
    (folder / "kept" / RECORD).write_text('{"what": "results of an xl_ltc run, policy by policy"}')


def _left(found: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """Without what a killed process may leave: what is named as temporary, and data that no record names."""
    return {
        name: data
        for name, data in found.items()
        if not any(p.startswith((PREFIX, "xl_ltc_kept-")) for p in Path(name).parts)
    }


WRITERS = {write.__name__: write for write in (_one, _together, _book, _graft, _kept)}


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Callable[[Path], None], Path, dict, dict]:
    """What writes, a folder as it was, and the files before and after."""
    write, template, after = WRITERS[request.param], tmp_path / "template", tmp_path / "after"
    _old(template)
    shutil.copytree(template, after)
    write(after)
    return write, template, files_in(template), files_in(after)


@pytest.mark.parametrize("fault", ERRORS)
def test_an_error_at_any_call_leaves_all_as_it_was_and_names_the_file(
    writer: tuple[Callable[[Path], None], Path, dict, dict], tmp_path: Path, fault: int
) -> None:
    write, template, before, after = writer
    refused = 0
    for stop_at in range(1, 500):
        folder = tmp_path / f"{stop_at}"
        shutil.copytree(template, folder)
        code, words = _in_child(write, folder, stop_at, fault)
        found = files_in(folder)
        assert code in (THROUGH, REFUSED), (stop_at, words)
        if code == REFUSED:
            refused += 1
            assert _left(found) == _left(before), (stop_at, words)
            assert os.strerror(fault) in words and str(folder) in words and "\n" not in words
            assert PREFIX not in words and words.endswith(AS_IT_WAS)
            # Only where the very removing fails may something stay, and then the next clears it.
            strays = found.keys() - before.keys()
        else:
            assert _left(found).keys() == _left(after).keys()
            strays = found.keys() - after.keys() if "_kept" not in write.__name__ else set()
        if strays:
            write(folder)
            assert _left(files_in(folder)).keys() == _left(after).keys()
            assert not list(folder.rglob(f"{PREFIX}*"))
        if FIRED not in words and code == THROUGH:
            break
        shutil.rmtree(folder)
    assert refused >= 5


def test_a_kill_at_any_call_leaves_the_old_or_the_new(
    writer: tuple[Callable[[Path], None], Path, dict, dict], tmp_path: Path
) -> None:
    write, template, before, after = writer
    killed = 0
    for stop_at in range(1, 500):
        folder = tmp_path / f"{stop_at}"
        shutil.copytree(template, folder)
        code, words = _in_child(write, folder, stop_at, None)
        if code == THROUGH:
            break
        assert code == KILLED, words
        killed += 1
        found = _left(files_in(folder))
        if write is _together:
            _assert_never_whole_and_mixed(folder)
            files.clear(folder)
            found = _left(files_in(folder))
        same = {name: hashlib.sha256(data or b"").hexdigest() for name, data in found.items()}
        olds, news = (
            {name: hashlib.sha256(data or b"").hexdigest() for name, data in _left(of).items()}
            for of in (before, after)
        )
        if write in (_book, _graft):  # a workbook tells when it was made
            assert same == olds or same.keys() == news.keys()
            Package.open(folder / "book.xlsx")
            Package.open(folder / "old.xlsx")
        else:
            assert same in (olds, news), stop_at
        write(folder)
        assert not list(folder.rglob(f"{PREFIX}*")), stop_at
        assert files_in(folder).keys() - {"kept"} == after.keys() - {"kept"} or write is _kept
        shutil.rmtree(folder)
    assert killed >= 5


def _assert_never_whole_and_mixed(folder: Path) -> None:
    """The seal stands over files that are all those it names, or there is none."""
    if (folder / SUMS).exists():
        for line in (folder / SUMS).read_text().splitlines():
            digest, name = line.split("  ", 1)
            assert sha256(folder / name) == digest, name
