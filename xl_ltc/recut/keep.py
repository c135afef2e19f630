"""Writing a kept run: Parquet files by series, and the record that says what they are, whole or not at all.

The files of one run lie in a subfolder of their own, and the record ``kept_run.json`` names it. The record is put in
place last and at once: until then, and if anything fails before, an earlier kept run stays what the folder holds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from xl_ltc.errors import InputError
from xl_ltc.files import AS_IT_WAS, made, sha256, written_whole
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.loss_ratio.values import value_factor
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.rate_increase.impact import PolicyIncrease
from xl_ltc.recut.columns import (
    AFFECTED,
    CALENDAR_YEAR,
    CASH_FLOWS,
    ELECTIONS,
    GROUPABLE,
    HISTORY,
    NO,
    POLICIES,
    POLICY_ID,
    PRESENT_VALUES,
    VALUE_FACTOR,
    YEARS,
    YES,
    Table,
    meanings,
)
from xl_ltc.recut.kept import DATA, FORMAT, RECORD, WHAT, KeptFile, is_kept
from xl_ltc.recut.policies import PolicyResults, in_parts
from xl_ltc.settings import Settings

_ENDED = "-ended"
"""Behind the name of the data of a run that was not finished, while it is removed."""
_NUMBERS = tuple(c.name for c in INFORCE.columns if c.kind == "number")
_TEXT = pa.dictionary(pa.int32(), pa.string())


def check_keep(folder: Path, option: str) -> None:
    """Whether a kept run can be put into a folder; nothing is made.

    Raises:
        InputError: a file, or a folder that holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError.single(option, f"{folder}, which is a file", "a folder, there or to be made")
    if not folder.exists() or is_kept(folder):
        return
    others = sorted(path.name for path in folder.iterdir() if not path.name.startswith(DATA))
    if others:
        found = f"folder {folder}, which holds {others[0]}" + (" and more" if len(others) > 1 else "")
        raise InputError.single(option, found, "a new or empty folder, or one that holds a kept run")


@dataclass
class Keeping:
    """A run being kept.

    Attributes:
        folder: of the kept run.
        data: where its files are written.
        finished: whether the record is in place.
    """

    folder: Path
    data: Path
    finished: bool = False

    def finish(
        self,
        files: Sequence[KeptFile],
        categories: Mapping[str, Sequence[str]],
        settings: Settings,
        run: Mapping[str, Any],
    ) -> None:
        """Put the record in place: from now on the folder holds this run.

        Args:
            files: all that was written; what else lies beside them, a worker that was killed has left.
            categories: of the coded columns, in code order.
            settings: of the run.
            run: its manifest.

        Raises:
            OSError: the record can't be written; what was there before is there still.
        """
        record = {
            "what": WHAT,
            "format": FORMAT,
            "valuation_date": settings.valuation_date.isoformat(),
            "policies": sum(file.rows for file in files if file.table == POLICIES),
            "columns": {c.name: c.unit for c in INFORCE.columns} | meanings(),
            "categories": {name: list(map(str, of_column)) for name, of_column in categories.items()},
            "run": dict(run),
            "files": [
                dataclasses.asdict(dataclasses.replace(file, path=f"{self.data.name}/{file.path}")) for file in files
            ],
        }
        ours = {self.data / file.path for file in files}
        for path in [path for path in self.data.rglob("*") if path.is_file() and path not in ours]:
            with contextlib.suppress(OSError):
                path.unlink()
        with written_whole(self.folder / RECORD) as part:
            part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        self.finished = True


@contextlib.contextmanager
def keeping(folder: Path) -> Iterator[Keeping]:
    """A run being kept in a folder; without ``finish`` nothing of it remains.

    When it is finished, the files of an earlier kept run there are removed.

    Raises:
        InputError: as ``check_keep``.
        OSError: the folder can't be made or written to.
    """
    check_keep(folder, "folder to keep a run in")
    kept = Keeping(folder, folder / f"{DATA}{uuid.uuid4().hex[:12]}")
    with made(folder):
        try:
            kept.data.mkdir()
            yield kept
        except OSError as error:
            if AS_IT_WAS not in getattr(error, "__notes__", ()):
                error.add_note(AS_IT_WAS)
            raise
        finally:
            if not kept.finished:
                # Workers of a cluster that have not heard of the end find the folder under this name no more.
                with contextlib.suppress(OSError):
                    kept.data = kept.data.rename(kept.data.with_name(f"{kept.data.name}{_ENDED}"))
            gone = [p for p in folder.glob(f"{DATA}*") if p != kept.data] if kept.finished else [kept.data]
            for path in gone:
                # What another program holds open stays; the record does not name it, and the next run removes it.
                shutil.rmtree(path, ignore_errors=True)


def keep_partition(
    block: Block, basis: ProjectionBasis, increase: PolicyIncrease, folder: Path, part: int = 0
) -> tuple[KeptFile, ...]:
    """Project policies one by one and write their results, two files a series.

    Memory is taken for a few thousand policies at a time. A part written again replaces itself, with the same bytes.

    Args:
        block: the policies of the part; basis: their assumptions; increase: of each of them.
        folder: of the kept run's data; it is there.
        part: number of the part, one of its own for each.

    Returns:
        What was written, paths from ``folder`` on.

    Raises:
        InputError: policies the basis does not cover; no such folder, as where a worker does not share it.
        OSError: the folder can't be written to.
    """
    if not folder.is_dir():
        allowed = "a folder that every worker sees under the same path"
        raise InputError.single(f"kept run {folder}", "no such folder", allowed)
    codes = block.codes("series")
    return tuple(
        file
        for code, series in enumerate(map(str, block.frame["series"].cat.categories))
        if (codes == code).any()
        # The code keeps apart two series whose names differ by what a file system does not tell apart.
        for file in _keep_series(
            in_parts(block, basis, increase, np.flatnonzero(codes == code)),
            folder,
            series,
            f"series={quote(series, safe='')}/part-{part:05d}-{code:03d}.parquet",
        )
    )


def keep_history(history: pd.DataFrame, settings: Settings, folder: Path) -> KeptFile:
    """Write actual experience with its value factors.

    Args:
        history: columns as ``inforce.history.HISTORY``; settings: of the run; folder: of the kept run's data.
    """
    factor = value_factor(
        history["calendar_year"], history["valuation_rate"], settings.valuation_date.year, settings.cash_flow_timing
    )
    frame = history.assign(series=history["series"].astype(str), **{VALUE_FACTOR: factor})
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    path = f"{HISTORY}.parquet"
    with written_whole(folder / path) as part:
        pq.write_table(table, part, compression="zstd")
    return _kept(folder, path, HISTORY, "", len(frame))


def _keep_series(parts: Iterator[PolicyResults], folder: Path, series: str, name: str) -> Iterator[KeptFile]:
    rows: dict[Table, int] = {POLICIES: 0, YEARS: 0}
    with (
        _writer(folder, f"{POLICIES}/{name}", _POLICIES, PRESENT_VALUES) as policies,
        _writer(folder, f"{YEARS}/{name}", _YEARS, CASH_FLOWS) as years,
    ):
        for results in parts:
            of_policy = _policy_columns(results)
            for table, writer, written in (
                (POLICIES, policies, _policies(results, of_policy)),
                (YEARS, years, _years(results, of_policy)),
            ):
                writer.write_table(written)
                rows[table] += len(written)
    for table, count in rows.items():
        yield _kept(folder, f"{table}/{name}", table, series, count)


@contextlib.contextmanager
def _writer(folder: Path, name: str, schema: pa.Schema, values: Sequence[str]) -> Iterator[pq.ParquetWriter]:
    """A file written whole; the values' bytes are sorted by place, by which they compress best and stay exact."""
    path = folder / name
    # Not the folder itself: once a run has ended without its record, nobody makes it again.
    for inner in reversed(path.relative_to(folder).parents[:-1]):
        (folder / inner).mkdir(exist_ok=True)
    others = [name for name in schema.names if name not in values]
    with (
        written_whole(path) as part,
        pq.ParquetWriter(
            part, schema, compression="zstd", use_dictionary=others, use_byte_stream_split=list(values)
        ) as writer,
    ):
        yield writer


def _kept(folder: Path, path: str, table: Table, series: str, rows: int) -> KeptFile:
    file = folder / path
    return KeptFile(path, table, series, rows, file.stat().st_size, sha256(file))


_GROUPED = {
    name: {"text": _TEXT, "integer": pa.int32(), "number": pa.float64()}[kind] for name, kind in GROUPABLE.items()
}
_POLICIES = pa.schema(
    {POLICY_ID: pa.string(), "issue_date": pa.date32()}
    | _GROUPED
    | {name: pa.float64() for name in (*_NUMBERS, *ELECTIONS, *PRESENT_VALUES)}
)
_YEARS = pa.schema(
    {POLICY_ID: _TEXT} | _GROUPED | {CALENDAR_YEAR: pa.int32()} | {name: pa.float64() for name in CASH_FLOWS}
)


def _policy_columns(results: PolicyResults) -> dict[str, pa.Array]:
    """The columns that both files have, a value a policy."""
    block, frame = results.block, results.block.frame
    completed = int(results.years[0]) - 1 - block.issue_year
    derived = {
        "issue_year": block.issue_year,
        "attained_age": block.issue_age + completed,
        "valuation_rate": results.valuation_rate,
        AFFECTED: pd.Series(np.where(results.increase.affected, YES, NO)),
    }
    columns = {POLICY_ID: frame[POLICY_ID]} | {name: derived.get(name, frame.get(name)) for name in GROUPABLE}
    return {
        name: _encoded(values) if name == POLICY_ID or GROUPABLE[name] == "text" else pa.array(values, _GROUPED[name])
        for name, values in columns.items()
    }


def _encoded(values: pd.Series) -> pa.DictionaryArray:
    category = values.astype("category")
    codes = pa.array(category.cat.codes.to_numpy(), pa.int32())
    return pa.DictionaryArray.from_arrays(codes, pa.array([str(c) for c in category.cat.categories], pa.string()))


def _policies(results: PolicyResults, of_policy: Mapping[str, pa.Array]) -> pa.Table:
    frame = results.block.frame
    columns = dict(of_policy)
    columns[POLICY_ID] = columns[POLICY_ID].dictionary_decode()
    columns["issue_date"] = pa.array(frame["issue_date"].to_numpy().astype("datetime64[D]"), pa.date32())
    columns |= {name: pa.array(results.block.numbers(name)) for name in _NUMBERS}
    columns |= {name: pa.array(getattr(results.increase, name), pa.float64()) for name in ELECTIONS}
    columns |= {name: pa.array(results.present_values[:, i]) for i, name in enumerate(PRESENT_VALUES)}
    return pa.table([columns[name] for name in _POLICIES.names], schema=_POLICIES)


def _years(results: PolicyResults, of_policy: Mapping[str, pa.Array]) -> pa.Table:
    """A row a policy and year, without those in which nothing is left."""
    left = (results.cash_flows != 0.0).any(axis=2)
    policy, year = np.nonzero(left)
    columns = {name: values.take(pa.array(policy)) for name, values in of_policy.items()}
    columns[CALENDAR_YEAR] = pa.array(results.years[year], pa.int32())
    flows = results.cash_flows[left]
    columns |= {name: pa.array(flows[:, i]) for i, name in enumerate(CASH_FLOWS)}
    return pa.table([columns[name] for name in _YEARS.names], schema=_YEARS)
