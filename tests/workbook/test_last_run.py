"""What LTC_RESULT reads: a run's results as they were, without projecting again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.projection.results import BASES
from xl_ltc.workbook import last_run
from xl_ltc.workbook.last_run import NoRunError


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(last_run.STATE_VARIABLE, str(tmp_path / "state"))
    return tmp_path


@pytest.fixture(scope="module")
def small(filing_run: FilingRun) -> FilingRun:
    """A run; which one makes no difference here."""
    return filing_run


def _found(measure: str, series: str, basis: str) -> object:
    return last_run.last_run()["results"][series][basis][measure]


def test_the_results_are_the_runs(empty: Path, small: FilingRun) -> None:
    last_run.remember(small, {"command": "a run"}, empty / "a.xlsx")
    experience = small.experience
    for series, block in (("All", experience), ("200", experience.where(series="200"))):
        for basis in BASES:
            premium = block.values("earned_premium", basis)
            claims = block.values("incurred_claims", basis)
            assert _found("lifetime_loss_ratio", series, basis) == claims.lifetime / premium.lifetime
            assert _found("accumulated_premium", series, basis) == premium.history
            assert _found("present_claims", series, basis) == claims.future
            assert _found("lives", series, basis) == block.cash_flows.total("lives", basis).tolist()
            assert _found("cumulative_loss_ratio", series, basis) == block.cumulative_loss_ratio(basis).tolist()
        test = block.test_58_85()
        assert _found("test_58_85_item_5", series, "after") == test.item_5
        assert _found("test_58_85", series, "after") == ("Pass" if test.passed else "Fail")
    assert last_run.last_run()["manifest"] == {"command": "a run"}


def test_every_measure_is_there_in_its_form(empty: Path, small: FilingRun) -> None:
    last_run.remember(small, {}, empty / "a.xlsx")
    run = last_run.last_run()
    assert set(run["results"]) == {"All", *small.series}
    for by_basis in run["results"].values():
        assert set(by_basis["after"]) == set(last_run.MEASURES)
        assert set(by_basis["before"]) == {m for m in last_run.MEASURES if not m.startswith("test_58_85")}
        for measure in last_run.BY_YEAR:
            assert np.shape(by_basis["before"][measure]) == (len(run["years"]),)


def test_the_newest_run_counts_unless_a_workbook_is_named(empty: Path, small: FilingRun) -> None:
    for i, name in enumerate(("old.xlsx", "new.xlsx")):
        last_run.remember(small, {"name": name}, empty / name)
        os.utime(last_run.folder() / last_run._file_of(empty / name), (i, i))
    assert last_run.last_run()["manifest"]["name"] == "new.xlsx"
    assert last_run.last_run("old.xlsx")["manifest"]["name"] == "old.xlsx"
    assert last_run.last_run("OLD.xlsx")["manifest"]["name"] == "old.xlsx"
    assert last_run.last_run(str(empty / "old.xlsx"))["manifest"]["name"] == "old.xlsx"


def test_a_later_run_into_the_same_workbook_takes_its_place(empty: Path, small: FilingRun) -> None:
    for number in (1, 2):
        last_run.remember(small, {"number": number}, empty / "a.xlsx")
    assert len(list(last_run.folder().iterdir())) == 1
    assert last_run.last_run()["manifest"]["number"] == 2


def test_two_workbooks_of_a_name_must_be_told_apart(empty: Path, small: FilingRun) -> None:
    for folder in ("one", "two"):
        last_run.remember(small, {}, empty / folder / "a.xlsx")
    with pytest.raises(NoRunError, match=r"2 workbooks called 'a\.xlsx'"):
        last_run.last_run("a.xlsx")
    assert last_run.last_run(str(empty / "one" / "a.xlsx"))


def test_no_run_and_another_workbook_are_said(empty: Path, small: FilingRun) -> None:
    with pytest.raises(NoRunError, match="no run has been recorded"):
        last_run.last_run()
    last_run.remember(small, {}, empty / "a.xlsx")
    with pytest.raises(NoRunError, match=r"no run into 'b\.xlsx'; the last runs were into: a\.xlsx"):
        last_run.last_run("b.xlsx")


def test_only_so_many_are_kept(empty: Path, small: FilingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_run, "_KEPT", 2)
    for i in range(4):
        last_run.remember(small, {"number": i}, empty / f"{i}.xlsx")
        os.utime(last_run.folder() / last_run._file_of(empty / f"{i}.xlsx"), (i, i))
    assert last_run.last_run()["manifest"]["number"] == 3
    assert len(list(last_run.folder().iterdir())) == 2


def test_a_failed_write_leaves_the_last_run(empty: Path, small: FilingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    last_run.remember(small, {"number": 1}, empty / "a.xlsx")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("xl_ltc.files.os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        last_run.remember(small, {"number": 2}, empty / "a.xlsx")
    assert last_run.last_run()["manifest"]["number"] == 1
    assert len(list(last_run.folder().iterdir())) == 1


def test_a_record_goes_with_its_workbook(empty: Path, small: FilingRun) -> None:
    last_run.remember(small, {"command": "earlier"}, empty / "filing.xlsx")
    last_run.remember(small, {"command": "a run"}, empty / "scratch" / "filing.xlsx")
    last_run.moved(empty / "scratch" / "filing.xlsx", empty / "filing.xlsx")
    assert len(list(last_run.folder().iterdir())) == 1
    for name in (None, "filing.xlsx", str(empty / "filing.xlsx")):
        found = last_run.last_run(name)
        assert (found["manifest"], found["workbook"]) == ({"command": "a run"}, str(empty / "filing.xlsx"))
    last_run.moved(empty / "never run.xlsx", empty / "filing.xlsx")
    assert last_run.last_run()["manifest"] == {"command": "a run"}


def test_a_run_that_was_thrown_away_is_not_the_last(empty: Path, small: FilingRun) -> None:
    last_run.forget(empty / "a.xlsx")
    last_run.remember(small, {"command": "a run"}, empty / "a.xlsx")
    last_run.remember(small, {"command": "cancelled"}, empty / "b.xlsx")
    last_run.forget(empty / "b.xlsx")
    assert last_run.last_run()["manifest"] == {"command": "a run"}
