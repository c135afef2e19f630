"""``xl-ltc reproduce``: a run done again from its manifest alone, and everything that keeps it from being the same."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.small_filing import SmallFiling, choose, edited, files_in, replace_value, small_filing
from xl_ltc.cli import INPUT_UNUSABLE, main
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions.provenance.manifest_file import _sealed
from xl_ltc.workbook.read import read_workbook

pytestmark = pytest.mark.slow

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def ran(small: SmallFiling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook that was run into itself, its policies and its results."""
    folder = tmp_path_factory.mktemp("ran")
    shutil.copy(small.workbook, folder / "mine.xlsx")
    shutil.copy(small.parquet, folder / "policies.parquet")
    shutil.copy(small.workbook.parent / "policies_sold.parquet", folder)
    given = ("--inforce", folder / "policies.parquet", "--results", folder / "results")
    assert main(["run", str(folder / "mine.xlsx"), *map(str, given)]) == 0
    return folder


@pytest.fixture
def mine(ran: Path, tmp_path: Path) -> Path:
    """A copy of it, elsewhere."""
    return shutil.copytree(ran, tmp_path / "mine")


def test_a_run_is_reproduced_from_its_manifest(mine: Path, capsys: Captured) -> None:
    (mine / "policies.parquet").rename(mine / "results" / "renamed.parquet")
    before, remembered = files_in(mine), last_run.last_run()
    report = mine.parent / "report.json"
    assert main(["reproduce", str(mine / "results" / "manifest.json"), "--out", str(report)]) == 0
    assert files_in(mine) == before and last_run.last_run() == remembered
    said = capsys.readouterr().out
    assert "workbook mine.xlsx, SHA-256 " in said and ": as the run wrote it\n" in said
    assert "identical     exhibit_2_58_85.csv\n" in said and "identical     exhibits in mine.xlsx\n" in said
    assert "Reproduced: every number is the same; tolerance 1e-12." in said
    found = json.loads(report.read_text())
    assert found["reproduced"] and len(found["inputs"]) == 3
    assert {e["verdict"] for e in found["results"]} == {"identical"} and len(found["results"]) > 15


def test_what_differs_is_told_with_its_place(mine: Path, capsys: Captured) -> None:
    path = mine / "results" / "manifest.json"
    results = mine / "results" / "exhibit_2_58_85.csv"
    results.write_text(results.read_text().replace("0.58", "0.59"))
    assert main(["reproduce", str(path), "--out", str(mine.parent / "report.txt")]) == 1
    said = capsys.readouterr().out
    assert "DIFFERS       exhibit_2_58_85.csv: the file beside the manifest was changed after the run" in said
    assert "NOT reproduced: 1 differs." in (mine.parent / "report.txt").read_text()


def test_policies_changed_or_missing_are_told_before_anything_is_run(mine: Path, capsys: Captured) -> None:
    path = str(mine / "results" / "manifest.json")
    policies = pd.read_parquet(mine / "policies.parquet")
    policies.iloc[1:].to_parquet(mine / "policies.parquet")
    before = files_in(mine)
    assert main(["reproduce", path]) == INPUT_UNUSABLE
    said = capsys.readouterr().err
    assert "inforce policies.parquet: found " in said and "; allowed: a file of SHA-256 " in said
    assert "projecting" not in said and files_in(mine) == before
    (mine / "policies.parquet").unlink()
    assert main(["reproduce", path]) == INPUT_UNUSABLE
    assert "inforce policies.parquet: found no such file" in capsys.readouterr().err


def test_a_workbook_carries_its_run(mine: Path, capsys: Captured) -> None:
    assert main(["reproduce", str(mine / "mine.xlsx")]) == 0
    assert "identical     exhibits in mine.xlsx" in capsys.readouterr().out
    edited(mine / "mine.xlsx", mine / "mine.xlsx", choose("rbo_basis", "literal"))
    # What openpyxl saves has no stored values of formulas, so the exhibits of that file can't be compared.
    path = mine / "results" / "manifest.json"
    assert main(["reproduce", str(path)]) == 1
    said = capsys.readouterr().out
    assert "mine.xlsx, SHA-256 " in said and "changed since the run" in said
    assert "DIFFERS       settings.rbo_basis: as_filed, now literal" in said
    assert "DIFFERS       exhibit_1b_experience.csv: largest relative difference" in said
    assert "not compared  mine.xlsx: it can't be read any more: " in said


def test_a_workbook_changed_since_is_compared_and_told(ran: Path, mine: Path, capsys: Captured) -> None:
    """An exhibit typed over, as Excel saves it; the workbook as it was lies beside it under another name."""
    shutil.copy(ran / "mine.xlsx", mine / "backup.xlsx")
    (mine / "results" / "s12_modal_factors.csv").unlink()
    record = json.loads((mine / "results" / "manifest.json").read_text())
    value = record["results"]["lifetime_loss_ratio_before"]
    replace_value(mine / "mine.xlsx", value, value * 1.0001)
    del record["settings"]
    (mine / "results" / "manifest.json").write_text(json.dumps({**record, "manifest_sha256": _sealed(record)}))
    assert main(["reproduce", str(mine / "results" / "manifest.json")]) == 1
    said = capsys.readouterr().out
    assert ": as the run wrote it, now called backup.xlsx\n" in said
    assert "not compared  settings: the record does not have it\n" in said
    assert "identical     s12_modal_factors.csv: to its recorded hash; the file itself is not beside the manif" in said
    assert "DIFFERS       exhibits in mine.xlsx: largest relative difference 1.0e-04" in said
    assert "the file was changed since; its inputs may be others now\nNOT reproduced: 1 differs." in said


def test_what_another_program_rounds_is_no_difference(mine: Path, capsys: Captured) -> None:
    """LibreOffice saves some numbers with another last bit."""
    premium = max(map(float, read_workbook(mine / "mine.xlsx").history.frame["earned_premium"]))
    replace_value(mine / "mine.xlsx", premium, math.nextafter(premium, 0.0))
    assert main(["reproduce", str(mine / "mine.xlsx")]) == 0
    said = capsys.readouterr().out
    assert re.search("agrees        history_sha256: .*; yet every cell agrees to 1e-12\n", said)


def test_sensitivities_and_partitions_are_reproduced(ran: Path, mine: Path, capsys: Captured) -> None:
    given = ["--inforce", str(mine / "policies.parquet"), "--results", str(mine / "more")]
    scenario = ["--scenario", "Morbidity 10% higher"]
    assert main(["sensitivities", str(mine / "mine.xlsx"), *given, *scenario]) == 0
    assert main(["run", str(mine / "mine.xlsx"), *given, "--partitions", "3"]) == 0
    for name, results in (("sensitivities_manifest.json", "sensitivities.csv"), ("manifest.json", "cash_flows.csv")):
        capsys.readouterr()
        assert main(["reproduce", str(mine / "more" / name)]) == 0
        assert f"identical     {results}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("none.json", "no such file"),
        ("none.xlsx", "no such file"),
        ("filing.xlsx", "no table manifest"),
        ("policies.csv", "no JSON"),
        ("", "a folder"),
    ],
)
def test_what_has_no_record_is_refused(small: SmallFiling, name: str, found: str, capsys: Captured) -> None:
    assert main(["reproduce", str(small.workbook.parent / name)]) == INPUT_UNUSABLE
    assert f"{small.workbook.parent / name}: found {found}" in capsys.readouterr().err
