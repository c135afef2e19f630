"""A run by partitions: the files of a run in memory that are of cash flows, and a word on those that are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster

from tests.small_filing import SmallFiling, small_filing
from xl_ltc.cli import INPUT_UNUSABLE, main
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.partitioned_run import LEFT_OUT, NotKept
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.inforce.control_totals import control_totals

pytestmark = pytest.mark.slow

OF_CASH_FLOWS = {
    "exhibit_1a_experience.csv",
    "exhibit_1b_experience.csv",
    "exhibit_2_58_85.csv",
    "s15_lifetime_lr_maxval.csv",
    "s15_58_85_by_series_millions.csv",
    "s16_actual_to_expected_lr.csv",
    "s18_attribution.csv",
}


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def in_memory(small: SmallFiling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in_memory")
    write_results(small.run, (), folder)
    return folder


def assert_same_files(found: Path, wanted: Path) -> None:
    for name in OF_CASH_FLOWS:
        theirs, ours = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for folder in (wanted, found))
        assert len(ours), name
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
    assert "Note: mine.xlsx is as it was: a run by partitions writes result files only." in said.out
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


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--results", "results", "--out", "other.xlsx"], "--out: found other.xlsx"),
        (["--results", "results", "--keep", "kept"], "--keep: found kept; allowed: no --keep"),
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
