"""A run by partitions: the files of a run in memory that are of cash flows, and a word on those that are not."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from tests.recut.keeping import keep_run
from tests.small_filing import SmallFiling, files_in, small_filing
from tests.workbook.recalculate import formulas, values
from tests.workbook.test_render_recalculation import assert_recalculates
from xl_ltc.cli import INPUT_UNUSABLE, main
from xl_ltc.errors import Cancelled
from xl_ltc.exhibits.changes import SHEET as CHANGES
from xl_ltc.exhibits.engine_values import SHEET as POLICY_SUMS
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.partitioned_run import LEFT_OUT, NotKept
from xl_ltc.exhibits.phase_in import BY_PARTITIONS
from xl_ltc.exhibits.phase_in import SHEET as PHASE_IN
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.exhibits.run_data import HASHES
from xl_ltc.exhibits.run_data import SHEET as RUN_DATA
from xl_ltc.exhibits.run_log import SHEET as RUN_LOG
from xl_ltc.exhibits.run_page import RUN
from xl_ltc.files import SUMS, sha256
from xl_ltc.inforce.control_totals import control_totals, manifest_entry
from xl_ltc.recut.kept import KeptRun
from xl_ltc.recut.recut import recut
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions import run_by_partitions
from xl_ltc.workbook.actions.provenance.manifest_file import MANIFEST
from xl_ltc.workbook.layout import CONTENTS, CONTROL
from xl_ltc.workbook.run_data import read_run_data

pytestmark = pytest.mark.slow

OF_PARTITIONS = {"cash_flows.csv", "control_totals.csv", MANIFEST, SUMS}
"""Files that a run in memory does not write."""


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def in_memory(small: SmallFiling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in_memory")
    write_results(small.run, reconcile(small.run), folder)
    return folder


def assert_same_files(found: Path, wanted: Path) -> None:
    names = {file.name for file in wanted.iterdir()}
    assert names == {file.name for file in found.iterdir()} - OF_PARTITIONS
    for name in names:
        theirs, ours = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for folder in (wanted, found))
        assert len(ours) or name == "reconciliation.csv", name
        numbers = [frame.apply(pd.to_numeric, errors="coerce") for frame in (ours, theirs)]
        pd.testing.assert_frame_equal(*numbers, rtol=1e-12, check_dtype=False, obj=name)
        pd.testing.assert_frame_equal(ours.where(numbers[0].isna()), theirs.where(numbers[1].isna()), obj=name)


@pytest.mark.parametrize("partitions", ["auto", "7"])
def test_the_files_are_those_of_a_run_in_memory(
    small: SmallFiling, in_memory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], partitions: str
) -> None:
    workbook = Path(shutil.copy(small.inputs_only, tmp_path / "mine.xlsx"))
    before = workbook.read_bytes()
    given = ["--inforce", str(small.parquet), "--results", str(tmp_path / "results"), "--partitions", partitions]
    assert main(["run", str(workbook), *given]) == 0
    assert workbook.read_bytes() == before
    assert_same_files(tmp_path / "results", in_memory)
    flows = pd.read_csv(tmp_path / "results" / "cash_flows.csv", dtype={"series": str})
    pd.testing.assert_frame_equal(flows, small.run.cash_flows.frame(), rtol=1e-12, check_dtype=False)
    totals = pd.read_csv(tmp_path / "results" / "control_totals.csv", index_col="series", dtype={"series": str})
    wanted = control_totals(small.run.block)["annualized_premium"]
    np.testing.assert_allclose(totals["annualized_premium"].to_numpy(), wanted.to_numpy(), rtol=1e-12)
    said = capsys.readouterr()
    affected = int(small.run.increase.affected.sum())
    assert f"1,500 policies, {affected:,} affected by the increase" in said.out
    assert "Note: mine.xlsx is as it was: without --out, a run by partitions writes result files only." in said.out
    assert all(name in said.out for name in LEFT_OUT)
    assert f"projecting partition 1 of {1 if partitions == 'auto' else 7}" in said.err


def test_a_cluster_gives_the_same_files(
    small: SmallFiling, in_memory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as one:
        given = ["--inforce", str(small.parquet), "--results", str(tmp_path / "results"), "--partitions", "3"]
        assert main(["run", str(small.inputs_only), *given, "--cluster", one.scheduler_address]) == 0
    assert_same_files(tmp_path / "results", in_memory)
    assert "3 of 3 tasks done on 1 worker" in capsys.readouterr().err


# The workbook


ABOUT_THE_RUN = {CONTENTS, CONTROL, RUN, CHANGES, RUN_LOG, RUN_DATA, PHASE_IN, POLICY_SUMS}
"""Sheets that tell of the run itself, or that a run by partitions does not fill, or to the end."""
TEST = "58%/85% test, all series: result"


def test_the_workbook_is_that_of_a_run_in_memory(small: SmallFiling, tmp_path: Path) -> None:
    mine, theirs = (Path(shutil.copy(small.workbook, tmp_path / name)) for name in ("mine.xlsx", "theirs.xlsx"))
    given = ["--inforce", str(small.parquet)]
    assert main(["run", str(theirs), *given]) == 0
    assert main(["run", str(mine), *given, "--partitions", "4", "--out", str(mine)]) == 0
    found, wanted = values(mine), values(theirs)
    assert found.keys() == wanted.keys()
    for sheet in found.keys() - ABOUT_THE_RUN:
        assert found[sheet].keys() == wanted[sheet].keys(), sheet
        for at, value in wanted[sheet].items():
            ours = found[sheet][at]
            assert ours == (pytest.approx(value, rel=1e-11, abs=1e-9) if isinstance(value, float) else value), (
                sheet,
                at,
            )
    assert formulas(mine).keys() == formulas(theirs).keys()
    assert any(value == BY_PARTITIONS for value in found[PHASE_IN].values())
    ours, other = read_run_data(mine), read_run_data(theirs)
    digest = sha256(small.parquet)
    assert ours.inputs[HASHES, "in-force", "sha256"] == f"file {digest}"
    assert ours.headline(TEST) == other.headline(TEST) != ""
    in_both = {key for key in other.results if not key[0].startswith(PHASE_IN)}
    assert ours.results.keys() == in_both < other.results.keys()
    assert last_run.last_run(str(mine))["manifest"]["inforce"]["file_sha256"] == digest


@pytest.mark.libreoffice
def test_its_formulas_come_to_what_they_store(small: SmallFiling, tmp_path: Path) -> None:
    """Into a workbook that shows an earlier run, so that nothing of that one may be left."""
    mine = Path(shutil.copy(small.workbook, tmp_path / "mine.xlsx"))
    given = ["--inforce", str(small.parquet), "--results", str(tmp_path / "results"), "--out", str(mine)]
    assert main(["run", str(mine), *given, "--partitions", "3"]) == 0
    (tmp_path / "calc").mkdir()
    assert_recalculates(mine, tmp_path / "calc")
    assert main(["reproduce", str(mine), "--inputs", str(small.parquet.parent)]) == 0
    assert main(["reproduce", str(tmp_path / "results" / MANIFEST)]) == 0


# Results of each policy


def assert_recut_as_whole(kept: Path, whole: KeptRun) -> None:
    by = ["state", "benefit_period", "affected"]
    found, wanted = (recut(run, by, years=True) for run in (KeptRun.open(kept), whole))
    assert [group.key for group in found.groups] == [group.key for group in wanted.groups]
    for ours, theirs in zip((*found.groups, found.total), (*wanted.groups, wanted.total), strict=True):
        assert dict(ours.sums) == pytest.approx(dict(theirs.sums), rel=1e-12)
    assert [(year.key, year.year) for year in found.years] == [(year.key, year.year) for year in wanted.years]
    for one, other in zip(found.years, wanted.years, strict=True):
        np.testing.assert_allclose(one.flows, other.flows, rtol=1e-12)


@pytest.fixture(scope="module")
def whole(small: SmallFiling, tmp_path_factory: pytest.TempPathFactory) -> KeptRun:
    return keep_run(small.run, tmp_path_factory.mktemp("whole") / "kept")


@pytest.mark.parametrize("partitions", ["1", "4"])
def test_a_run_is_kept_as_by_a_whole_run(small: SmallFiling, whole: KeptRun, tmp_path: Path, partitions: str) -> None:
    given = ["--inforce", str(small.parquet), "--results", str(tmp_path / "results"), "--partitions", partitions]
    for _ in range(2):  # the second replaces the first
        assert main(["run", str(small.inputs_only), *given, "--keep", str(tmp_path / "kept")]) == 0
    assert_recut_as_whole(tmp_path / "kept", whole)
    assert len(list((tmp_path / "kept").iterdir())) == 2
    kept = KeptRun.open(tmp_path / "kept")
    assert kept.run["inforce"]["file_sha256"] == sha256(small.parquet)
    totals = (kept.run["inforce"]["control_totals"], manifest_entry(small.run.block)["control_totals"])
    pd.testing.assert_frame_equal(*(pd.DataFrame.from_dict(of, orient="index") for of in totals), rtol=1e-12)
    assert kept.run["command"].endswith(f"--results results --keep kept --partitions {partitions}")
    files = {file.path.split("/", 1)[1] for file in kept.files}
    there = (path.relative_to(tmp_path / "kept") for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert files == {path.as_posix().split("/", 1)[1] for path in there if len(path.parts) > 1}


def test_workers_keep_a_run_together_and_one_that_is_killed_keeps_nothing_twice(
    small: SmallFiling, whole: KeptRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as two:

        def kill_one(words: str) -> None:
            if words.startswith("4 of 15 tasks") and not killed:
                with Client(two.scheduler_address, set_as_default=False) as client:
                    killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        run_by_partitions(
            small.inputs_only,
            small.parquet,
            tmp_path / "results",
            kill_one,
            keep=tmp_path / "kept",
            partitions=15,
            cluster=two.scheduler_address,
        )
    assert killed
    assert_recut_as_whole(tmp_path / "kept", whole)


def test_an_interrupted_run_leaves_what_was_kept_before(small: SmallFiling, tmp_path: Path) -> None:
    def stop(words: str) -> None:
        if "partition 3 of 4" in words:
            raise Cancelled

    def keep(progress: Callable[[str], None]) -> None:
        where = (tmp_path / "results", progress)
        run_by_partitions(small.inputs_only, small.parquet, *where, keep=tmp_path / "kept", partitions=4)

    with pytest.raises(Cancelled):
        keep(stop)
    assert not list(tmp_path.iterdir())
    keep(lambda _: None)
    before = files_in(tmp_path)
    with pytest.raises(Cancelled):
        keep(stop)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--results", "results", "--out", "missing/other.xlsx"], "--out: found no folder"),
        (["--results", "results", "--out", "policies.parquet"], "ends in .xlsx"),
        ([], "--results: found nothing"),
        (["--results", "results", "--inforce", "policies.csv"], "in partitions"),
    ],
)
def test_what_a_run_by_partitions_does_not_do_is_said(
    small: SmallFiling, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], words: str
) -> None:
    paths = {"policies.csv": str(small.csv), "results": str(tmp_path / "results")}
    inforce = [] if "--inforce" in given else ["--inforce", str(small.parquet)]
    asked = [paths.get(word, word) for word in given]
    assert main(["run", str(small.inputs_only), *inforce, *asked, "--partitions", "auto"]) == INPUT_UNUSABLE
    assert words in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_a_bad_policy_leaves_no_file(small: SmallFiling, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_parquet(small.parquet)
    frame.loc[1_400, "issue_age"] = 17
    frame.to_parquet(tmp_path / "bad.parquet", index=False, row_group_size=300)
    given = ["--inforce", str(tmp_path / "bad.parquet"), "--results", str(tmp_path / "results"), "--partitions", "5"]
    assert main(["run", str(small.inputs_only), *given]) == INPUT_UNUSABLE
    assert "bad.parquet, record 1401, column issue_age" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_nothing_counts_policies_that_are_not_kept() -> None:
    absent = NotKept()
    for ask in (lambda: len(absent), lambda: absent["series"], lambda: absent.sum(), lambda: absent * 1.0):
        with pytest.raises((TypeError, AttributeError)):
            ask()
