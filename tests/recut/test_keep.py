"""Keeping a run: exact, whole or not at all, and never over something else; what was changed since is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.exhibits.made_up import made_up_run
from tests.recut.keeping import keep_run
from tests.small_filing import files_in
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.schema import CODED
from xl_ltc.recut import keep
from xl_ltc.recut.columns import CASH_FLOWS, HISTORY, POLICIES, PRESENT_VALUES, YEARS, meanings
from xl_ltc.recut.keep import check_keep, keep_history, keep_partition, keeping
from xl_ltc.recut.kept import RECORD, KeptRun, Table
from xl_ltc.recut.policies import PolicyResults, policy_results
from xl_ltc.recut.recut import recut


@pytest.fixture(scope="module")
def few() -> FilingRun:
    return made_up_run(60)


def tables(kept: KeptRun, table: Table) -> pa.Table:
    return pa.concat_tables(
        [pq.read_table(path, partitioning=None) for path in kept.checked(table)], promote_options="default"
    )


def in_order(table: pa.Table, *names: str) -> np.ndarray:
    return np.stack([table.column(name).to_numpy() for name in names], axis=-1)


def test_what_is_kept_is_exact(few: FilingRun, tmp_path: Path) -> None:
    kept = keep_run(few, tmp_path / "kept")
    found = policy_results(few.block, few.basis, few.increase)
    row = {identity: i for i, identity in enumerate(few.block.frame["policy_id"])}
    policies, years = tables(kept, POLICIES), tables(kept, YEARS)
    at = [row[identity] for identity in policies["policy_id"].to_pylist()]
    assert sorted(at) == list(range(len(few.block)))
    assert np.array_equal(in_order(policies, *PRESENT_VALUES), found.present_values[at])
    for name in ("increase", "cbul", "rbo", "adverse_selection", "rbo_reduction"):
        assert np.array_equal(policies[name].to_numpy(), getattr(few.increase, name)[at])
    for name in few.block.frame:
        values = few.block.frame[name].iloc[at].tolist()
        assert [getattr(v, "isoformat", lambda v=v: v)()[:10] if name == "issue_date" else v for v in values] == [
            v.isoformat() if name == "issue_date" else v for v in policies[name].to_pylist()
        ]
    flows = np.zeros_like(found.cash_flows)
    of = [row[identity] for identity in years["policy_id"].to_pylist()]
    flows[of, years["calendar_year"].to_numpy() - found.years[0]] = in_order(years, *CASH_FLOWS)
    assert np.array_equal(flows, found.cash_flows)
    assert (in_order(years, *CASH_FLOWS) != 0.0).any(axis=1).all()


def test_the_record_says_what_run_it_is_and_what_its_columns_are(few: FilingRun, tmp_path: Path) -> None:
    kept = keep_run(few, tmp_path / "kept", run_id="20260504-a1b2c3", settings={"rbo_basis": "as_filed"})
    assert (kept.policies, kept.valuation_date) == (60, "2016-12-31")
    assert kept.run == {"run_id": "20260504-a1b2c3", "settings": {"rbo_basis": "as_filed"}}
    assert {file.series for file in kept.files if file.table == POLICIES} == set(few.block.frame["series"])
    written = json.loads((kept.folder / RECORD).read_text(encoding="utf-8"))
    columns = {name for table in (POLICIES, YEARS, HISTORY) for name in tables(kept, table).column_names}
    history = {"earned_premium", "initial_earned_premium", "incurred_claims", "lives"}
    assert columns - set(written["columns"]) == history and set(meanings()) <= columns


def test_parts_make_the_same_run(few: FilingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recut(keep_run(few, tmp_path / "whole"), ["state", "sex"], years=True)
    order = np.random.default_rng(1).permutation(len(few.block))
    settings, impacts = few.assumptions.settings, keep.in_parts
    monkeypatch.setattr(keep, "in_parts", lambda *given: impacts(*given, size=5))
    with keeping(tmp_path / "parts") as kept:
        files = []
        for part, rows in enumerate(np.array_split(order, 3)):
            block = few.block.select(rows)
            increase = type(few.increase)(
                **{n: v[rows] if isinstance(v, np.ndarray) else v for n, v in vars(few.increase).items()}
            )
            for _ in range(2):  # a worker that does its part again
                again = keep_partition(block, few.basis, increase, kept.data, part)
            files += again
        files.append(keep_history(few.history, settings, kept.data))
        kept.finish(files, {n: few.assumptions.vocabulary(n) for n in CODED}, settings, {})
    found = recut(KeptRun.open(tmp_path / "parts"), ["state", "sex"], years=True)
    assert [g.key for g in found.groups] == [g.key for g in whole.groups]
    for one, other in zip((*found.groups, found.total), (*whole.groups, whole.total), strict=True):
        assert dict(one.sums) == pytest.approx(dict(other.sums), rel=1e-12)
    for one, other in zip(found.years, whole.years, strict=True):
        assert (one.key, one.year) == (other.key, other.year)
        np.testing.assert_allclose(one.flows, other.flows, rtol=1e-12)


def test_who_goes_on_after_the_end_makes_nothing_again(
    few: FilingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impacts = keep.in_parts
    with keeping(tmp_path / "kept") as kept:
        data = kept.data
        # A file held open stays, but not under the name that a worker knows.
        monkeypatch.setattr(keep.shutil, "rmtree", lambda *_, **__: None)
    assert not data.exists()
    with pytest.raises(InputError, match=r"no such folder; allowed: a folder that every worker sees under the same p"):
        keep_partition(few.block, few.basis, few.increase, data)
    data.mkdir()

    def gone(*given: Any) -> Iterator[PolicyResults]:
        data.rename(tmp_path / "elsewhere")
        return impacts(*given)

    monkeypatch.setattr(keep, "in_parts", gone)
    with pytest.raises(OSError, match="No such file"):
        keep_partition(few.block, few.basis, few.increase, data)
    assert not data.exists()


# Where it may be kept


def test_a_folder_that_holds_something_else_is_refused(few: FilingRun, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    before = files_in(tmp_path)
    with pytest.raises(
        InputError, match=r"which holds mine\.txt; allowed: a new or empty folder, or one that holds a k"
    ):
        keep_run(few, tmp_path)
    with pytest.raises(InputError, match="which is a file"):
        check_keep(tmp_path / "mine.txt", "--keep")
    (tmp_path / RECORD).write_text('{"what": "something else"}')
    with pytest.raises(InputError, match=f"holds {RECORD} and more"):
        keep_run(few, tmp_path)
    (tmp_path / RECORD).unlink()
    assert files_in(tmp_path) == before


def test_an_empty_folder_and_a_new_one_are_taken(few: FilingRun, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "deep/new"):
        assert keep_run(few, tmp_path / name).policies == 60


def test_an_earlier_kept_run_is_replaced_and_the_users_files_stay(few: FilingRun, tmp_path: Path) -> None:
    first = keep_run(few, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "xl_ltc_kept-of-a-run-that-was-killed").mkdir()
    second = keep_run(made_up_run(40), tmp_path)
    assert (first.policies, second.policies) == (60, 40)
    data = second.files[0].path.split("/")[0]
    assert {path.name for path in tmp_path.iterdir()} == {RECORD, "notes.txt", data}
    assert recut(second).total.sums["policies"] == 40


@pytest.mark.parametrize("when", ["policies", "history", "record"])
def test_interrupted_writing_leaves_the_earlier_run(
    few: FilingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    keep_run(few, tmp_path / "kept")
    before = files_in(tmp_path)
    calls: dict[str, tuple[object, str]] = {
        "policies": (keep, "_years"),
        "history": (keep, "value_factor"),
        "record": (json, "dumps"),
    }

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(*calls[when], interrupted)
    for folder in ("kept", "new"):
        with pytest.raises(KeyboardInterrupt):
            keep_run(made_up_run(40), tmp_path / folder)
    assert files_in(tmp_path) == before
    assert recut(KeptRun.open(tmp_path / "kept")).total.sums["policies"] == 60


# What is no kept run any more


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _of(kept: KeptRun, table: Table) -> Path:
    return next(kept.folder / file.path for file in kept.files if file.table == table)


@pytest.mark.parametrize(("table", "years"), [(POLICIES, False), (HISTORY, False), (YEARS, True)])
def test_a_changed_file_is_refused(few: FilingRun, tmp_path: Path, table: Table, years: bool) -> None:
    kept = keep_run(few, tmp_path / "kept")
    _flip(_of(kept, table))
    with pytest.raises(InputError, match=r"parquet: found a file that was changed since the run \(hash") as refused:
        recut(KeptRun.open(kept.folder), ["series"], years=years)
    assert str(_of(kept, table)) in str(refused.value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (Path.unlink, "found no such file; allowed: every file of the kept run; keep the run again"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "bytes, as it was written"),
    ],
    ids=["missing", "cut off"],
)
@pytest.mark.parametrize("table", [POLICIES, YEARS, HISTORY])
def test_a_missing_file_is_refused_whether_it_is_read_or_not(
    few: FilingRun, tmp_path: Path, table: Table, spoil: Callable[[Path], object], words: str
) -> None:
    kept = keep_run(few, tmp_path / "kept")
    spoil(_of(kept, table))
    with pytest.raises(InputError, match=words):
        KeptRun.open(kept.folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "a kept run of format 2; allowed: format 1; keep the run again"),
        ({"what": "else"}, "found no kept run"),
        ({"files": [{"path": "x"}]}, "a record that can't be read"),
        ({"categories": None}, "a record that can't be read"),
    ],
)
def test_a_record_that_is_none_is_refused(
    few: FilingRun, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    record = keep_run(few, tmp_path / "kept").folder / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | change))
    with pytest.raises(InputError, match=words):
        KeptRun.open(tmp_path / "kept")


def test_a_file_outside_the_folder_is_refused(few: FilingRun, tmp_path: Path) -> None:
    record = keep_run(few, tmp_path / "kept").folder / RECORD
    content = json.loads(record.read_text())
    content["files"][0]["path"] = "../other.parquet"
    record.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"found file '\.\./other\.parquet'; allowed: a file in the folder"):
        KeptRun.open(tmp_path / "kept")


@pytest.mark.parametrize("content", [None, "", "[]", "{"])
def test_a_folder_without_a_kept_run_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / RECORD).write_text(content)
    with pytest.raises(
        InputError, match=r"found no kept run .*; allowed: a folder that xl-ltc run … --keep has written"
    ):
        KeptRun.open(tmp_path)
