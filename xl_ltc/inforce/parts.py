"""Reading an in-force Parquet file part by part, so that its size is not limited by memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from xl_ltc.errors import InputError, Problem
from xl_ltc.inforce.columns import MAX_KEPT, Ids
from xl_ltc.inforce.read import (
    MOST_PARQUET_BYTES,
    as_codes,
    check_count,
    check_width,
    raw_policies,
    reading_parquet,
    record_locator,
)
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.inforce.validate import ONCE, second_time
from xl_ltc.input_files import check_file
from xl_ltc.tables import InputTable, header_problems, label_text

POLICIES_A_PART = 250_000
"""Policies of a part, unless a number of parts is asked for."""
MOST_POLICIES = 1_000_000_000
"""Of a file; a hash of eight bytes is kept of the id of each, and a few kilobytes can claim any number."""
POLICIES_A_BATCH = 100_000
"""Most policies in memory at a time."""

_READ_BUFFER = 1 << 20
"""Bytes; with it a row group is read page by page, not as a whole."""


@dataclass(frozen=True)
class Part:
    """Consecutive records of a Parquet file.

    Attributes:
        path: of the file; size: its bytes, by which another machine knows that it sees the same one.
        number, of: which part, from 1, and of how many.
        first: position of its first record in the file, from 0; records: how many.
    """

    path: Path
    size: int
    number: int
    of: int
    first: int
    records: int

    def __str__(self) -> str:
        return f"partition {self.number} of {self.of}, records {self.first + 1:,} to {self.first + self.records:,}"


def parts_of(path: Path, parts: int | None = None) -> tuple[Part, ...]:
    """A file in parts that begin where a row group does, if there are row groups enough.

    Args:
        path: a ``.parquet`` file.
        parts: how many; None for one every ``POLICIES_A_PART`` policies.

    Raises:
        InputError: no such file, another format, no policies, other columns than those of the in-force file, or a
            number of parts below one.
    """
    path = Path(path)
    if parts is not None and parts < 1:
        raise InputError.single("partitions", str(parts), "a whole number of at least 1")
    if path.suffix.lower() != ".parquet":
        raise InputError.single(str(path), f"file ending {path.suffix!r}", "a Parquet file, to be read in partitions")
    check_file(path, MOST_PARQUET_BYTES, "a Parquet file")
    with reading_parquet(path), pq.ParquetFile(path) as file:
        check_width(path, file)
        metadata = file.metadata
        groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        empty = raw_policies(file.schema_arrow.empty_table(), record_locator(path.name))
    problems = header_problems(empty, INFORCE)
    if problems:
        raise InputError(problems)
    records = sum(groups)
    if not records:
        raise InputError.single(path.name, "no rows", "a row for each policy")
    if records > MOST_POLICIES:
        raise InputError.single(path.name, f"{records:,} policies", f"at most {MOST_POLICIES:,}")
    wanted = min(parts or -(-records // POLICIES_A_PART), records)
    cuts = _cuts(np.cumsum([0, *groups]), wanted)
    size = path.stat().st_size
    return tuple(
        Part(path, size, i + 1, len(cuts) - 1, int(first), int(end - first))
        for i, (first, end) in enumerate(itertools.pairwise(cuts))
    )


def _cuts(starts: np.ndarray, parts: int) -> np.ndarray:
    """Where parts begin and the last one ends; ``starts``: of the row groups, and the end of the last."""
    even = np.arange(parts + 1) * int(starts[-1]) // parts
    if len(starts) - 1 < parts:
        return even
    return np.unique([starts[np.abs(starts - cut).argmin()] for cut in even])


def batches(part: Part, policies: int = POLICIES_A_BATCH) -> Iterator[InputTable]:
    """The records of a part as raw cells, at most so many at a time.

    Raises:
        InputError: a file that can't be read, or is not the one the part was made from.
    """
    done = 0
    for table in _tables(part, None, policies):
        yield raw_policies(table, record_locator(part.path.name, part.first + done))
        done += len(table)


def _tables(part: Part, columns: list[str] | None, policies: int) -> Iterator[pa.Table]:
    """The same as Arrow tables of exactly so many records, but for the last."""
    check_file(part.path, MOST_PARQUET_BYTES, "a file that every worker sees under the same path")
    if part.path.stat().st_size != part.size:
        allowed = f"the file of {part.size:,} bytes that the run began with"
        raise InputError.single(str(part.path), f"a file of {part.path.stat().st_size:,} bytes", allowed)
    with reading_parquet(part.path), _opened(part.path) as file:
        kept: list[pa.RecordBatch] = []
        found = 0
        for batch in _records(file, part, columns, policies):
            kept.append(batch)
            found += len(batch)
            while (held := sum(map(len, kept))) >= policies:
                last = kept.pop()
                over = held - policies
                yield pa.Table.from_batches([*kept, last.slice(0, len(last) - over)])
                kept = [last.slice(len(last) - over)] if over else []
        if kept:
            yield pa.Table.from_batches(kept)
        check_count(part.path, found, part.records)


def _records(file: pq.ParquetFile, part: Part, columns: list[str] | None, policies: int) -> Iterator[pa.RecordBatch]:
    """The records of a part; of its first and last row group, those that belong to it."""
    metadata = file.metadata
    starts = np.cumsum([0] + [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)])
    end = part.first + part.records
    groups = [i for i in range(metadata.num_row_groups) if starts[i] < end and starts[i + 1] > part.first]
    at = int(starts[groups[0]])
    for batch in file.iter_batches(batch_size=policies, row_groups=groups, columns=columns):
        low, high = max(part.first - at, 0), min(end - at, len(batch))
        at += len(batch)
        if high > low:
            yield batch.slice(low, high - low)
        if at >= end:
            return


def _opened(path: Path) -> pq.ParquetFile:
    """A file to be read page by page."""
    with pq.ParquetFile(path) as file:
        codes = as_codes(file)
    return pq.ParquetFile(path, read_dictionary=codes, buffer_size=_READ_BUFFER, pre_buffer=False)


def check_ids_once(path: Path) -> None:
    """Whether each policy id of a file stands in one record only.

    Eight bytes a policy are kept, a hash of its id; records with the same hash are read once more and compared. A file
    in which many ids stand again is not read to its end, and the problems up to there are counted.

    Raises:
        InputError: as ``check_inforce`` says it; at most ``MAX_KEPT`` problems kept.
    """
    whole = parts_of(path, 1)[0]
    hashes = _hashes_of(whole)
    twice = _again(hashes)
    if not len(twice):
        return
    twice = np.unique(twice)
    rows = np.flatnonzero(np.isin(hashes, twice))
    _, first, of = np.unique(hashes[rows], return_index=True, return_inverse=True)
    firsts = rows[first[of.reshape(-1)]]
    later = rows != firsts
    rows, firsts = rows[later], firsts[later]
    text, trimmed = _ids_at(whole, np.union1d(rows[:MAX_KEPT], firsts[:MAX_KEPT]))
    locate = record_locator(whole.path.name)
    problems = [
        Problem(
            f"{locate(row, 'policy_id')}, policy {label_text(text[row])}",
            second_time(text[row], locate(earlier, None)),
            ONCE,
        )
        for row, earlier in zip(rows[:MAX_KEPT].tolist(), firsts[:MAX_KEPT].tolist(), strict=True)
        if trimmed[row] and trimmed[row] == trimmed[earlier]
    ]
    if problems:
        unread = max(len(rows) - MAX_KEPT, 0)
        raise InputError(problems, len(problems) + unread)


def _hashes_of(part: Part) -> np.ndarray:
    """A hash of each id, up to where many have stood before."""
    found: list[np.ndarray] = []
    count, look_at = 0, POLICIES_A_BATCH
    for ids in _ids(part):
        found.append(_hashes(ids))
        count += len(found[-1])
        if count >= look_at:
            found, look_at = [np.concatenate(found)], 4 * count
            if len(_again(found[0])) > MAX_KEPT:
                break
    return np.concatenate(found)


def _again(hashes: np.ndarray) -> np.ndarray:
    """The hashes that stand again, as often as they do."""
    ordered = np.sort(hashes)
    return np.asarray(ordered[1:][ordered[1:] == ordered[:-1]])


def _ids(part: Part) -> Iterator[Ids]:
    for table in _tables(part, ["policy_id"], POLICIES_A_BATCH):
        yield Ids.of(raw_policies(table, record_locator(part.path.name)).frame["policy_id"])


def _hashes(ids: Ids) -> np.ndarray:
    return np.asarray(pd.util.hash_array(ids.trimmed.to_numpy(zero_copy_only=False), categorize=False))


def _ids_at(part: Part, rows: np.ndarray) -> tuple[dict[int, str], dict[int, str]]:
    """The ids of some records, as they stand and trimmed."""
    text: dict[int, str] = {}
    trimmed: dict[int, str] = {}
    first = 0
    for ids in _ids(part):
        here = rows[(rows >= first) & (rows < first + len(ids.blank))]
        for row in here.tolist():
            text[row], trimmed[row] = ids.text[row - first].as_py() or "", ids.trimmed[row - first].as_py()
        first += len(ids.blank)
        if first > rows[-1]:
            break
    return text, trimmed


def together(errors: list[InputError]) -> InputError:
    """The problems of several parts as one error: the first of each part before the second of any."""
    order = sorted((rank, n) for n, error in enumerate(errors) for rank in range(len(error.problems)))
    kept = [errors[n].problems[rank] for rank, n in order[:MAX_KEPT]]
    return InputError(kept, sum(error.total for error in errors))
