"""Every damaged kept run ends in one message of ``xl-ltc recut``, in bounded time and memory."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.exhibits.made_up import made_up_run
from tests.recut.keeping import keep_run
from tests.small_filing import files_in
from xl_ltc.cli import INPUT_UNUSABLE, main
from xl_ltc.recut import kept as kept_module
from xl_ltc.recut.columns import HISTORY, POLICIES, YEARS, Table
from xl_ltc.recut.kept import RECORD

NONE, UNREADABLE = "no kept run", "a record that can't be read"
Spoil = Callable[[Path], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_run(made_up_run(60), tmp_path_factory.mktemp("kept") / "run").folder


@pytest.fixture
def kept(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "kept"))


def refusal(kept: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The one message of a recut of everything."""
    before = files_in(kept.parent)
    options = options or ("--by", "series", "--years")
    code = main(["recut", str(kept), *options, "--out", str(kept.parent / "cut.csv")])
    said = capsys.readouterr()
    assert (code, said.out) == (INPUT_UNUSABLE, ""), said.out
    head, *problems = said.err.splitlines()
    assert head == "xl-ltc recut: the input can't be used; nothing was written."
    assert len(problems) == 1 and ": found " in problems[0] and "; allowed: " in problems[0], said.err
    assert files_in(kept.parent) == before
    return problems[0]


def entries(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """The record with an entry changed."""

    def spoil(kept: Path) -> None:
        record = json.loads((kept / RECORD).read_text())
        change(record)
        (kept / RECORD).write_text(json.dumps(record))

    return spoil


def record(data: bytes) -> Spoil:
    return lambda kept: (kept / RECORD).write_bytes(data)


def instead(of: str) -> Spoil:
    """Something that is no file where the record was."""

    def spoil(kept: Path) -> None:
        path = kept / RECORD
        path.unlink()
        {"pipe": os.mkfifo, "folder": os.mkdir}[of](path) if of in ("pipe", "folder") else path.symlink_to(of)

    return spoil


def _swap_hashes(content: dict[str, Any]) -> None:
    one, other = content["files"][:2]
    one["sha256"], other["sha256"] = other["sha256"], one["sha256"]


RECORDS: dict[str, tuple[Spoil, str]] = {
    "missing": (lambda kept: (kept / RECORD).unlink(), NONE),
    "empty": (record(b""), NONE),
    "not JSON": (record(b"{"), NONE),
    "a list": (record(b"[]"), NONE),
    "a text": (record(b'"results of an xl_ltc run, policy by policy"'), NONE),
    "very deep": (record(b"[" * 100_000), NONE),
    "not UTF-8": (record(b'{"what": "\xff"}'), NONE),
    "a pipe": (instead("pipe"), NONE),
    "a folder": (instead("folder"), NONE),
    "a device": (instead("/dev/zero"), NONE),
    "a link to itself": (instead(RECORD), NONE),
    "of another version": (entries(lambda e: e.update(format=2)), "a kept run of format 2"),
    "of no version": (entries(lambda e: e.pop("format")), "a kept run of format None"),
    "without its files": (entries(lambda e: e.pop("files")), f"{UNREADABLE} (files "),
    "files that are numbers": (entries(lambda e: e.update(files=[1, 2])), f"{UNREADABLE} (files "),
    "a file of fewer entries": (entries(lambda e: e["files"][0].pop("sha256")), f"{UNREADABLE} (files "),
    "a file of more entries": (entries(lambda e: e["files"][0].update(more=1)), f"{UNREADABLE} (files "),
    "a path that is a number": (entries(lambda e: e["files"][0].update(path=7)), f"{UNREADABLE} (files "),
    "a hash that is nothing": (entries(lambda e: e["files"][0].update(sha256=None)), f"{UNREADABLE} (files "),
    "a size below 0": (entries(lambda e: e["files"][0].update(bytes=-1)), f"{UNREADABLE} (files "),
    "a size without end": (entries(lambda e: e["files"][0].update(bytes=float("inf"))), f"{UNREADABLE} (files "),
    "an unknown table": (entries(lambda e: e["files"][0].update(table="more")), f"{UNREADABLE} (files "),
    "a table that is a list": (entries(lambda e: e["files"][0].update(table=[])), f"{UNREADABLE} (files "),
    "policies without end": (entries(lambda e: e.update(policies=float("inf"))), f"{UNREADABLE} (policies "),
    "a date that is none": (entries(lambda e: e.update(valuation_date="2016-13-31")), "(valuation_date "),
    "a run that is a list": (entries(lambda e: e.update(run=[])), f"{UNREADABLE} (run "),
    "warnings that are a number": (entries(lambda e: e["run"].update(warnings=7)), f"{UNREADABLE} (run "),
    "categories that are a text": (entries(lambda e: e["categories"].update(series="all")), "(categories "),
    "categories of lists": (entries(lambda e: e["categories"].update(series=[[]])), "(categories "),
    "categories of others": (
        entries(lambda e: e["categories"].update(series=["else"])),
        "which the record does not know",
    ),
    "no files": (entries(lambda e: e.update(files=[])), "no file of the table policies"),
    "no history": (
        entries(lambda e: e.update(files=[f for f in e["files"] if f["table"] != HISTORY])),
        "no file of the table history",
    ),
    "hashes swapped": (entries(_swap_hashes), "a file that was changed since the run"),
    "a path with a NUL": (entries(lambda e: e["files"][0].update(path="a\0b")), "a file in the folder"),
    "a path out of the folder": (entries(lambda e: e["files"][0].update(path="../x")), "a file in the folder"),
    "a path far out of it": (entries(lambda e: e["files"][0].update(path="../../etc/x")), "a file in the folder"),
    "an absolute path": (entries(lambda e: e["files"][0].update(path="/etc/hosts")), "a file in the folder"),
    "a path of lines": (entries(lambda e: e["files"][0].update(path="../a\nb")), "a file in the folder"),
    "the folder itself": (entries(lambda e: e["files"][0].update(path="")), "no such file"),
    "a path through a file": (entries(lambda e: e["files"][0].update(path=f"{RECORD}/x")), "no such file"),
    "a name too long": (entries(lambda e: e["files"][0].update(path="x" * 300)), "no such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_damaged_record_is_told(name: str, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil, words = RECORDS[name]
    spoil(kept)
    if name in ("a pipe", "a device"):  # which files_in would read
        assert main(["recut", str(kept)]) == INPUT_UNUSABLE
        assert words in capsys.readouterr().err
        return
    assert words in refusal(kept, capsys)


def test_a_record_without_end_is_not_read(
    kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "MOST_RECORD_BYTES", 100)
    assert NONE in refusal(kept, capsys)


def entry(kept: Path, table: Table) -> dict[str, Any]:
    """The record's first file of a table."""
    return next(file for file in json.loads((kept / RECORD).read_text())["files"] if file["table"] == table)


def _link_out(path: Path, _: Path) -> None:
    outside = path.parents[4] / "out.parquet"
    path.rename(outside)
    path.symlink_to(outside)


PARTS: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "missing": (lambda path, _: path.unlink(), "no such file"),
    "empty": (lambda path, _: path.write_bytes(b""), "a file of 0 bytes"),
    "cut off": (lambda path, _: path.write_bytes(path.read_bytes()[:-9]), "bytes, as it was written"),
    "another's": (lambda path, other: shutil.copy(other, path), "keep the run again"),
    "other bytes": (lambda path, _: path.write_bytes(bytes(path.stat().st_size)), "was changed since the run"),
    "a folder": (lambda path, _: (path.unlink(), path.mkdir()), "no such file"),
    "a device": (lambda path, _: (path.unlink(), path.symlink_to("/dev/zero")), "a file in the folder"),
    "a link out": (_link_out, "a file in the folder"),
    "a link to itself": (lambda path, _: (path.unlink(), path.symlink_to(path)), "no such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_a_damaged_part_is_told(name: str, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil, words = PARTS[name]
    path, other = kept / entry(kept, POLICIES)["path"], kept / entry(kept, YEARS)["path"]
    spoil(path, other)
    if name == "a device":
        assert main(["recut", str(kept)]) == INPUT_UNUSABLE
        assert words in capsys.readouterr().err
        return
    assert words in refusal(kept, capsys)


def test_a_link_within_the_folder_is_followed(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = kept / entry(kept, POLICIES)["path"]
    path.rename(kept / "elsewhere.parquet")
    path.symlink_to(kept / "elsewhere.parquet")
    assert main(["recut", str(kept), "--by", "series"]) == 0
    assert "Traceback" not in capsys.readouterr().err


def rewritten(kept: Path, table: Table, change: Callable[[pa.Table], pa.Table]) -> None:
    """A part with other contents, which the record vouches for."""
    at = entry(kept, table)
    path = kept / at["path"]
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)
    data = path.read_bytes()

    def vouch(content: dict[str, Any]) -> None:
        file = next(file for file in content["files"] if file["path"] == at["path"])
        file.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    entries(vouch)(kept)


def without(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([name])


def with_column(name: str, values: Callable[[pa.ChunkedArray], Any]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        at = table.column_names.index(name)
        return table.set_column(at, name, values(table.column(name)))

    return change


def _texts(column: pa.ChunkedArray) -> pa.Array:
    return pa.array(["x"] * len(column))


def _nothing(column: pa.ChunkedArray) -> pa.Array:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return pa.nulls(len(column), kind)


COLUMNS: dict[str, tuple[Table, Callable[[pa.Table], pa.Table], str]] = {
    "no premium": (POLICIES, without("annualized_premium"), "no column annualized_premium"),
    "no series": (POLICIES, without("series"), "no column series"),
    "no cash flow": (YEARS, without("lives_after"), "no column lives_after"),
    "no year": (YEARS, without("calendar_year"), "no column calendar_year"),
    "no value factor": (HISTORY, without("value_factor"), "no column value_factor"),
    "texts for values": (POLICIES, with_column("annualized_premium", _texts), "annualized_premium of the type BYTE_A"),
    "texts for ages": (POLICIES, with_column("issue_age", _texts), "column issue_age of the type BYTE_ARRAY"),
    "numbers for ages": (POLICIES, with_column("issue_age", lambda c: pc.cast(c, pa.float64())), "of the type DOUBLE"),
    "numbers for codes": (POLICIES, with_column("series", lambda c: pa.array([1.0] * len(c))), "column series of the"),
    "lists": (YEARS, with_column("lives_after", lambda c: pa.array([[1.0]] * len(c))), "column lives_after of the"),
    "another series": (POLICIES, with_column("series", _texts), "series 'x', which the record does not know"),
    "no series at all": (POLICIES, with_column("series", _nothing), "nothing (blank) in one of series"),
    "no years at all": (YEARS, with_column("calendar_year", _nothing), "nothing (blank) in one of series, calendar_y"),
    "no history at all": (HISTORY, with_column("series", _nothing), "nothing (blank) in one of series"),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_part_of_other_columns_is_told(name: str, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, change, words = COLUMNS[name]
    rewritten(kept, table, change)
    assert words in refusal(kept, capsys)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_part_that_is_no_parquet_is_told(data: bytes, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewritten(kept, POLICIES, lambda table: table)
    path = kept / entry(kept, POLICIES)["path"]
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    entries(lambda e: [f.update(bytes=len(data), sha256=digest) for f in e["files"] if (kept / f["path"]) == path])(
        kept
    )
    assert "files that DuckDB can't read" in refusal(kept, capsys)
