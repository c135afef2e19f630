"""The command line as its user has it: what it prints, what it writes, and what it says of input it can't use."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.small_filing import SmallFiling, cell, drop_table, edited, files_in, put, replace_value, small_filing
from xl_ltc import __version__, api, cli
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.reconcile import Check, reconcile
from xl_ltc.projection.project import project
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import demonstration, outputs, places
from xl_ltc.workbook.layout import SHEETS

HEADERS = {
    "appendix_b_interest": "series,max_valuation_at_issue_avg,current_consistent_basis",
    "exhibit_1a_experience": "label,year_from,year_to,period,A_earned_premium,B_incurred_claims,C_loss_ratio,"
    "D_lives_yearend_or_5yr_sum,E_cumulative_lr_with_interest",
    "exhibit_1a_pv_20161231": "item,earned_premium,incurred_claims,loss_ratio",
    "exhibit_1b_experience": "label,year_from,year_to,period,A_earned_premium,B_incurred_claims,C_loss_ratio,"
    "D_lives_yearend_or_5yr_sum,E_cumulative_lr_with_interest",
    "exhibit_1b_pv_20161231": "item,earned_premium,incurred_claims,loss_ratio",
    "exhibit_2_58_85": "item,description,amount,factor,result",
    "reconciliation": "table,row,column,class,published,computed,tolerance,verdict,reason",
    "s02_rate_increase_distribution_long": "row,series,raw_pct,value,censored_lt_1pct",
    "s02_rate_increase_distribution_raw": "band,pct_All,pct_200,pct_300,pct_400,pct_500,pct_511",
    "s12_modal_factors": "mode,factor_x_AP,inforce_share",
    "s15_58_85_by_series_millions": "series,item5_musd,item7_musd,result",
    "s15_lifetime_lr_maxval": "series,before,after",
    "s16_actual_to_expected_lr": "series,before,after,expected,ae_before,ae_after",
    "s18_attribution": "scenario,lifetime_lr,incremental_impact,increase_needed",
    "s19_md_average_premium": "series,insureds,avg_premium_before,avg_premium_after",
    "s21_distribution_long": "characteristic,category,series,raw_pct,value,censored_lt_1pct,not_available",
    "s21_distribution_raw": "characteristic,category,pct_All,pct_200,pct_300,pct_400,pct_500,pct_511",
    "s22_counts_premium": "region,series,insureds,annualized_premium",
}
RECORD = [
    "run_id",
    "scenario",
    "xl_ltc",
    "bundled_data_sha256",
    "python",
    "libraries",
    "machine",
    "command",
    "started",
    "seconds",
    "code_sha256",
    "inforce",
    "assumptions_sha256",
    "history_sha256",
    "study_sha256",
    "policies_sold_sha256",
    "assumption_sets",
    "settings",
    "results",
    "warnings",
    "call",
]
MANIFEST = ["format", *RECORD, "files", "workbook", "manifest_sha256"]
PROGRESS = re.compile(r"^\[ *\d+\.\d s\] \S")
NOTHING_WRITTEN = "the input can't be used; nothing was written."

Captured = pytest.CaptureFixture[str]


def shell(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xl_ltc.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


def run(*arguments: str | Path) -> int:
    return cli.main([str(a) for a in arguments])


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


# Help


def test_help_names_every_command() -> None:
    done = shell("--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("usage: xl-ltc ")
    assert re.findall(r"^    ([a-z-]+)", done.stdout, re.MULTILINE) == [
        "demo",
        "run",
        "warm",
        "recut",
        "compare",
        "reconcile",
        "reproduce",
        "trace",
        "check",
        "solve",
        "attribute",
        "compare-sets",
        "sensitivities",
        "study",
        "carry",
        "new",
        "functions",
        "excel",
        "calc",
        "serve",
        "doctor",
    ]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("demo", ["--out", "--keep"]),
        ("run", ["WORKBOOK", "--inforce", "--sold", "--out", "--results", "--keep"]),
        ("recut", ["KEPT", "--by", "--only", "--years", "--out"]),
        ("attribute", ["WORKBOOK", "--inforce", "--sold", "--from", "--to", "--steps", "--earlier", "--out"]),
        ("compare-sets", ["WORKBOOK", "SET", "--inforce", "--sold", "--out"]),
        ("reconcile", ["--json"]),
        ("check", ["WORKBOOK", "--inforce", "--out"]),
        ("solve", ["WORKBOOK", "--inforce", "--for", "--measure", "--target", "--by", "--behaviour", "--out"]),
        ("sensitivities", ["WORKBOOK", "--inforce", "--out", "--scenario", "--results"]),
        ("trace", ["--policy", "--workbook", "--inforce", "--out"]),
        ("study", ["WORKBOOK|DATA", "--claims", "--out"]),
        ("carry", ["WORKBOOK", "--into", "--out"]),
    ],
)
def test_help_of_a_command_names_its_options(command: str, options: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        run(command, "--help")
    assert ended.value.code == 0
    words = capsys.readouterr().out
    assert all(option in words for option in options)


def test_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--version")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"xl-ltc {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["redo"], ["demo"], ["run"], ["check"], ["solve", "--target", "much"], ["demo", "--out"]]
)
def test_a_wrong_command_is_told_how(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: xl-ltc")


def test_help_does_not_wait_for_what_computes() -> None:
    heavy = "{'pandas', 'numpy', 'numba', 'pyarrow', 'xlsxwriter', 'lxml', 'scipy'}"
    code = (
        "import sys, xl_ltc.cli\n"
        "try: xl_ltc.cli.main(['--help'])\n"
        f"finally: print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


# Demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo as a program of its own, into a folder that is not there yet."""
    folder = tmp_path_factory.mktemp("demo") / "deep" / "filing"
    return folder, shell("demo", "--out", folder)


@pytest.mark.slow
def test_demo_tells_what_it_did(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = demo
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"77,020 policies, \d\d,\d{3} affected by the increase", lines[0])
    assert lines[1] == "Lifetime loss ratio 161% before and 119% after the increase"
    assert re.fullmatch(r"58%/85% test passed: claims [\d,]+ against premium times factors [\d,]+", lines[2])
    names = ["ltc_rate_filing.xlsx", "results", "manifest.json", "inforce.parquet", "policies_sold.parquet"]
    assert lines[3].startswith("Note: Illustrative: ")
    assert lines[4:] == [f"Written: {folder / name}" for name in names]
    assert {p.name for p in folder.iterdir()} == set(names)
    progress = done.stderr.splitlines()
    assert len(progress) >= 6 and all(PROGRESS.match(line) for line in progress)


@pytest.mark.slow
def test_demos_files_are_what_the_filing_has(
    demo: tuple[Path, subprocess.CompletedProcess[str]], assumptions: AssumptionSet, filing_run: FilingRun
) -> None:
    folder, _ = demo
    first_lines = {p.stem: p.read_text(encoding="utf-8").split("\n")[0] for p in (folder / "results").glob("*.csv")}
    assert first_lines == HEADERS
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest) == MANIFEST
    assert manifest["command"] == "xl-ltc demo --out filing"
    assert manifest["settings"]["rbo_basis"] == "as_filed"
    assert manifest["inforce"]["control_totals"]["Total"]["policies"] == 77_020
    assert all(re.fullmatch("[0-9a-f]{64}", manifest[k]) for k in MANIFEST if k.endswith("sha256"))
    book = openpyxl.load_workbook(folder / "ltc_rate_filing.xlsx", read_only=True)
    assert book.sheetnames == list(SHEETS)
    block = api.read_inforce(folder / "inforce.parquet", assumptions)
    assert block.frame.equals(filing_run.block.frame)
    ratio = filing_run.experience.lifetime_loss_ratio("before")
    assert manifest["results"]["lifetime_loss_ratio_before"] == pytest.approx(ratio, rel=1e-12)


@pytest.mark.slow
def test_demos_workbook_is_reproduced_from_its_own_tables(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path, capsys: Captured
) -> None:
    """Not from the bundled ones, which the demo has read: they may have been edited since."""
    workbook = shutil.copy(demo[0] / "ltc_rate_filing.xlsx", tmp_path)
    replace_value(tmp_path / "ltc_rate_filing.xlsx", 0.0175, 0.0176)
    assert run("reproduce", workbook) == 1
    said = capsys.readouterr().out
    assert "  workbook ltc_rate_filing.xlsx: this workbook\n" in said
    assert "DIFFERS       results.lifetime_loss_ratio_before: 1.6" in said


@pytest.mark.slow
def test_demo_again_replaces_its_files_and_only_them(
    demo: tuple[Path, subprocess.CompletedProcess[str]], capsys: Captured
) -> None:
    folder, _ = demo
    before = files_in(folder)
    (folder / "mine.txt").write_text("mine")
    (folder / "results" / "mine.csv").write_text("mine")
    (folder / "results" / "exhibit_2_58_85.csv").write_text("spoilt")
    (folder / "ltc_rate_filing.xlsx").write_text("spoilt")
    assert run("demo", "--out", folder) == 0
    assert "Lifetime loss ratio 161% before and 119% after the increase\n" in capsys.readouterr().out
    after = files_in(folder)
    assert after.keys() - before.keys() == {"mine.txt", os.path.join("results", "mine.csv")}
    same = [name for name in before if name.startswith("results") or name.endswith(".parquet")]
    assert len(same) == 22
    assert all(after[name] == before[name] for name in same)
    assert openpyxl.load_workbook(folder / "ltc_rate_filing.xlsx", read_only=True).sheetnames == list(SHEETS)


# Run


def test_run_tells_what_it_did(small: SmallFiling, tmp_path: Path, capsys: Captured) -> None:
    out, results = tmp_path / "new.xlsx", tmp_path / "results"
    assert run("run", small.workbook, "--inforce", small.csv, "--out", out, "--results", results) == 0
    said = capsys.readouterr()
    ratios = [small.run.experience.lifetime_loss_ratio(b) for b in ("before", "after")]
    assert said.out.splitlines()[:2] == [
        f"1,500 policies, {small.run.increase.affected.sum():,} affected by the increase",
        f"Lifetime loss ratio {ratios[0]:.0%} before and {ratios[1]:.0%} after the increase",
    ]
    assert said.out.splitlines()[-2:] == [f"Written: {out}", f"Written: {results}"]
    assert all(PROGRESS.match(line) for line in said.err.splitlines())
    assert {p.stem for p in results.iterdir()} == {*HEADERS, "manifest", "SHA256SUMS"}
    assert {p.name for p in tmp_path.iterdir()} == {"new.xlsx", "results"}


def test_run_keeps_its_results_for_recuts(small: SmallFiling, tmp_path: Path, capsys: Captured) -> None:
    kept = tmp_path / "kept"
    command = ["run", small.workbook, "--inforce", small.csv, "--out", tmp_path / "new.xlsx", "--keep", kept]
    assert run(*command) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Written: {kept}"
    found = api.recut(api.KeptRun.open(kept), ["series"])
    ratios = [small.run.experience.lifetime_loss_ratio(b) for b in ("before", "after")]
    assert [found.total.lifetime_loss_ratio(b) for b in ("before", "after")] == pytest.approx(ratios, rel=1e-12)
    manifest = api.KeptRun.open(kept).run
    assert list(manifest) == RECORD and manifest["command"].endswith("--keep kept")


def test_run_refuses_to_keep_its_results_over_something_else(
    small: SmallFiling, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    before = files_in(tmp_path)
    assert run("run", small.workbook, "--inforce", small.csv, "--out", tmp_path / "new.xlsx", "--keep", tmp_path) == 2
    assert f"--keep: found folder {tmp_path}, which holds mine.txt; allowed: a new or empty" in capsys.readouterr().err
    assert files_in(tmp_path) == before


@pytest.mark.slow
def test_run_over_its_own_workbook_as_a_program(small: SmallFiling, tmp_path: Path) -> None:
    """Named as the user is used to: relative to where they are; what is on an output sheet is said to go."""

    def scribble(book: openpyxl.Workbook) -> None:
        book["Exhibit II"]["Z99"] = "do not forget"

    edited(small.workbook, tmp_path / "book.xlsx", scribble)
    policies = small.parquet.read_bytes()
    (tmp_path / "p.parquet").write_bytes(policies)
    done = shell("run", "book.xlsx", "--inforce", "p.parquet", "--out", "book.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "Written: book.xlsx"
    assert any(line.startswith("Note: sheet Exhibit II: the run does not fill Z99;") for line in lines)
    assert {p.name for p in tmp_path.iterdir()} == {"book.xlsx", "p.parquet"}
    assert (tmp_path / "p.parquet").read_bytes() == policies


# Input that can't be used


class Refused:
    """A run into a folder of its own, where a workbook of that name and a file of the user's already stand."""

    def __init__(self, folder: Path, capsys: Captured, small: SmallFiling) -> None:
        self.folder, self.capsys, self.small = folder, capsys, small
        folder.mkdir()
        (folder / "out.xlsx").write_bytes(b"the old one")

    def __call__(self, workbook: Path, inforce: Path | None) -> list[str]:
        """The messages, after checking that nothing was touched."""
        before = files_in(self.folder)
        given = [] if inforce is None else ["--inforce", inforce]
        where = ["--out", self.folder / "out.xlsx", "--results", self.folder / "results"]
        self.capsys.readouterr()
        assert run("run", workbook, *given, *where) == 2
        said = self.capsys.readouterr()
        assert files_in(self.folder) == before
        assert said.out == "" and "Traceback" not in said.err
        lines = [line for line in said.err.splitlines() if not PROGRESS.match(line)]
        assert lines[0] == f"xl-ltc run: {NOTHING_WRITTEN}"
        return lines[1:]


@pytest.fixture
def refused(tmp_path: Path, capsys: Captured, small: SmallFiling) -> Refused:
    return Refused(tmp_path / "out", capsys, small)


def address(workbook: Path, table: str, key: Mapping[str, object], column: str) -> str:
    at = cell(openpyxl.load_workbook(workbook), table, key, column)
    return f"sheet {at.parent.title}, cell {at.coordinate}"


CELLS: dict[str, tuple[str, dict[str, object], str, object, str]] = {
    "rate": ("lapse_lifetime_pay", {"policy_duration": 5}, "single", 1.2, "found 1.2; allowed: a number from 0 to 1"),
    "text": ("claim_cost", {"attained_age": 85}, "Male", "much", "found 'much'; allowed: a number from 0 to 1000000"),
    "blank": ("claim_cost", {"attained_age": 86}, "Male", None, "found nothing (blank); allowed: a number from 0 to"),
    "setting": (
        "settings",
        {"setting": "rbo_basis"},
        "value",
        "litteral",
        "found rbo_basis = 'litteral'; allowed: one of as_filed, literal, literal_unnormalised",
    ),
    "history": ("history", {"calendar_year": 2005}, "incurred_claims", -3, "found -3; allowed: a number of at least"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_bad_cell_has_its_address(case: str, refused: Refused, tmp_path: Path) -> None:
    table, key, column, value, words = CELLS[case]
    book = edited(refused.small.inputs_only, tmp_path / "book.xlsx", put(table, key, column, value))
    (message,) = refused(book, refused.small.csv)
    assert message.startswith(f"{address(book, table, key, column)}: {words}")


def test_bad_cells_and_a_missing_table_are_told_at_once(refused: Refused, tmp_path: Path) -> None:
    changes = [put(*CELLS[case][:4]) for case in ("rate", "text", "setting", "history")]
    book = edited(refused.small.inputs_only, tmp_path / "book.xlsx", *changes, drop_table("behaviour"))
    messages = refused(book, refused.small.csv)
    assert len(messages) == 5
    assert messages[0] == (
        f"{book}, table behaviour: found no such table; allowed: an Excel table of that name "
        "(Table Design, Table Name), on any sheet"
    )
    for case, message in zip(("setting", "rate", "text", "history"), messages[1:], strict=True):
        assert message.startswith(f"{address(book, *CELLS[case][:3])}: {CELLS[case][4]}")


def test_a_gap_is_named(refused: Refused, tmp_path: Path) -> None:
    key = {"attained_age": 85}
    book = edited(refused.small.inputs_only, tmp_path / "book.xlsx", put("claim_cost", key, "attained_age", "84"))
    messages = refused(book, refused.small.csv)
    assert any("attained_age 84 a second time" in m and m.startswith("sheet Claim cost, cell ") for m in messages)
    low = put("lapse_lifetime_pay", {"policy_duration": 7}, "policy_duration", "99")
    messages = refused(edited(refused.small.inputs_only, book, low), refused.small.csv)
    assert any("'99'; allowed: policy duration from 1 to 20" in m for m in messages), messages


def test_a_missing_row_is_named(refused: Refused, tmp_path: Path) -> None:
    def cut_last_row(book: openpyxl.Workbook) -> None:
        sheet = book["Claim cost"]
        ref = sheet.tables["claim_cost"].ref
        bottom = int(re.findall(r"\d+", ref)[1])
        sheet.tables["claim_cost"].ref = ref[: -len(str(bottom))] + str(bottom - 1)
        sheet.delete_rows(bottom)

    book = edited(refused.small.inputs_only, tmp_path / "book.xlsx", cut_last_row)
    messages = refused(book, refused.small.csv)
    assert messages[0].startswith("sheet Claim cost: found no row for attained age ")
    assert messages[0].endswith("allowed: table claim_cost covers every attained age from 0 to 120 without a gap")


BadCell = tuple[str, str, str]

BAD_CELLS: dict[str, BadCell] = {
    "code": ("sex", "F", "found 'F'; allowed: one of Male, Female"),
    "date": ("issue_date", "2005-02-30", "found '2005-02-30'; allowed: a date"),
    "future": ("issue_date", "2017-01-01", "found '2017-01-01'; allowed: a date up to the valuation date 2016-12-31"),
    "negative": ("annualized_premium", "-1", "found '-1'; allowed: a number from 0 to 1000000"),
    "NaN": ("daily_benefit", "NaN", "found 'NaN'; allowed: a number from 0 to 5000"),
    "infinite": ("daily_benefit", "inf", "found 'inf'; allowed: a number from 0 to 5000"),
    "thousands": ("daily_benefit", "1,000.00", "found '1,000.00'; allowed: a number from 0 to 5000"),
    "age": ("issue_age", "85", "found '85'; allowed: a whole number from 18 to 84"),
    "blank": ("premium_mode", "", "found nothing (blank); allowed: one of Annual, Semi-Annual"),
    "state": ("state", " ", "found nothing (blank); allowed: some text"),
}


def text_frame(small: SmallFiling) -> pd.DataFrame:
    return pd.read_csv(small.csv, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_policy_has_its_row_column_and_id(case: str, refused: Refused, tmp_path: Path) -> None:
    column, value, words = BAD_CELLS[case]
    frame = text_frame(refused.small)
    frame.loc[10, column] = value
    frame.to_csv(tmp_path / "mine.csv", index=False)
    (message,) = refused(refused.small.inputs_only, tmp_path / "mine.csv")
    assert message.startswith(f"mine.csv, row 12, column {column}, policy {frame['policy_id'][10]}: {words}")


def test_bad_policies_are_told_at_once_in_every_form(refused: Refused, tmp_path: Path) -> None:
    frame = text_frame(refused.small)
    frame.loc[10, "sex"] = "F"
    frame.loc[20, "annualized_premium"] = "-1"
    frame.loc[30, "policy_id"] = frame["policy_id"][0]
    frame.loc[40, "issue_age"] = "200"
    frame.to_csv(tmp_path / "mine.csv", index=False)
    frame.to_parquet(tmp_path / "mine.parquet")
    for name, place in (("mine.csv", "row {}"), ("mine.parquet", "record {}")):
        messages = refused(refused.small.inputs_only, tmp_path / name)
        first = 2 if name == "mine.csv" else 1
        assert sorted(m.split(":")[0].split(", policy")[0] for m in messages) == sorted(
            f"{name}, {place.format(row + first)}, column {column}"
            for row, column in ((10, "sex"), (20, "annualized_premium"), (30, "policy_id"), (40, "issue_age"))
        )
        assert any(f"a second time (first in {name}, {place.format(first)})" in m for m in messages)


def test_a_parquet_file_with_nan_and_an_age_beyond_the_table(refused: Refused, tmp_path: Path) -> None:
    frame = pq.read_table(refused.small.parquet).to_pandas()
    frame.loc[10, "daily_benefit"] = np.nan
    frame.loc[20, ["issue_age", "issue_date"]] = [84, pd.Timestamp("1975-06-01").date()]
    frame.to_parquet(tmp_path / "mine.parquet")
    messages = refused(refused.small.inputs_only, tmp_path / "mine.parquet")
    assert any("record 11, column daily_benefit" in m and "found nothing (blank)" in m for m in messages)
    beyond = "found issue age 84, attained age 125 at the valuation date; allowed: attained age up to 120"
    assert any("record 21, column issue_age" in m and beyond in m for m in messages), messages


def test_many_problems_are_counted(refused: Refused, tmp_path: Path) -> None:
    frame = text_frame(refused.small)
    frame["sex"] = "?"
    frame.to_csv(tmp_path / "mine.csv", index=False)
    messages = refused(refused.small.inputs_only, tmp_path / "mine.csv")
    assert len(messages) == 26 and messages[-1] == "… and 1,475 more problems"


def test_a_missing_and_an_unknown_column(refused: Refused, tmp_path: Path) -> None:
    text_frame(refused.small).rename(columns={"state": "State"}).to_csv(tmp_path / "mine.csv", index=False)
    messages = refused(refused.small.inputs_only, tmp_path / "mine.csv")
    assert len(messages) == 2
    assert messages[0].startswith("mine.csv: found no column state; allowed: table inforce has the columns policy_id,")
    assert messages[1].startswith("mine.csv, column State: found unknown column 'State'; allowed: ")


def test_files_that_are_none(refused: Refused, tmp_path: Path) -> None:
    folder, text, garbage = tmp_path / "folder.xlsx", tmp_path / "text.xlsx", tmp_path / "garbage.parquet"
    folder.mkdir()
    text.write_text("no workbook")
    garbage.write_bytes(b"PAR1 no parquet")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "folder.csv").mkdir()
    book, policies = refused.small.inputs_only, refused.small.csv
    for workbook, inforce, words in (
        (tmp_path / "none.xlsx", policies, "none.xlsx: found no such file; allowed: the path of an Excel workbook"),
        (folder, policies, "folder.xlsx: found a folder, which can't be read as a file"),
        (text, policies, "text.xlsx: found a file that is no workbook (.xlsx); allowed: an Excel workbook"),
        (policies, policies, "policies.csv: found a file that is no workbook (.csv); allowed: an Excel workbook"),
        (book, tmp_path / "none.csv", "none.csv: found no such file; allowed: a Parquet file (.parquet), a comma-"),
        (book, tmp_path / "none.xlsx", "none.xlsx: found no such file; allowed: "),
        (
            book,
            tmp_path / "folder.csv",
            "folder.csv: found a folder, which can't be read as a file; allowed: a Parquet file",
        ),
        (book, tmp_path / "mine.txt", "mine.txt: found file ending '.txt'; allowed: a Parquet file (.parquet)"),
        (book, tmp_path / "empty.csv", "empty.csv: found an empty file; allowed: a header row"),
        (book, garbage, "garbage.parquet: found a file that can't be read"),
        (book, book, "inputs.xlsx, table inforce: found no such table; allowed: an Excel table of that name"),
        (book, None, "inputs.xlsx: found no Excel table inforce; allowed: "),
    ):
        messages = refused(workbook, inforce)
        assert words in messages[0], messages


def test_an_unwritable_folder_is_told_by_its_name(small: SmallFiling, tmp_path: Path, capsys: Captured) -> None:
    """A file stands where a folder is expected: what a folder without permission is to an administrator."""
    (tmp_path / "file").write_text("mine")
    before = files_in(tmp_path)
    for arguments in (
        ["demo", "--out", tmp_path / "file"],
        ["demo", "--out", tmp_path / "file" / "deep"],
        ["run", small.inputs_only, "--inforce", small.csv, "--out", tmp_path / "file" / "out.xlsx"],
        [
            "run",
            small.inputs_only,
            "--inforce",
            small.csv,
            "--out",
            tmp_path / "out.xlsx",
            "--results",
            tmp_path / "file",
        ],
        ["trace", "--policy", "x", "--out", tmp_path / "file" / "trace.csv"],
    ):
        assert run(*arguments) == 2
        said = capsys.readouterr()
        assert NOTHING_WRITTEN in said.err and str(tmp_path / "file") in said.err
        assert "Traceback" not in said.err and said.out == ""
    assert files_in(tmp_path) == before


def test_a_program_that_fails_gives_no_traceback(tmp_path: Path) -> None:
    done = shell("run", tmp_path / "none.xlsx", "--inforce", tmp_path / "none.csv", "--out", tmp_path / "out.xlsx")
    assert done.returncode == 2 and done.stdout == ""
    assert [line for line in done.stderr.splitlines() if not PROGRESS.match(line)] == [
        f"xl-ltc run: {NOTHING_WRITTEN}",
        f"{tmp_path / 'none.xlsx'}: found no such file; allowed: the path of an Excel workbook (.xlsx or .xlsm)",
    ]


def test_an_error_of_ours_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(demonstration, "illustrative_run", fail)
    with pytest.raises(ZeroDivisionError, match="ours"):
        run("demo", "--out", tmp_path / "demo")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", ".part", None, "book.xlsx"), "book.xlsx: Permission denied"),
        (OSError(28, "No space left on device", "part"), "part: No space left on device"),
        (OSError("Cannot allocate"), "Cannot allocate"),
    ],
)
def test_what_the_system_refuses_is_said_in_words(
    error: OSError, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(demonstration, "illustrative_run", fail)
    assert run("demo", "--out", tmp_path / "demo") == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"xl-ltc demo: {words}"


# Stopping


def test_cancelling_leaves_nothing_behind(
    small: SmallFiling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "graft", stop)
    arguments = ["--out", tmp_path / "out.xlsx", "--results", tmp_path / "results"]
    assert run("run", small.inputs_only, "--inforce", small.csv, *arguments) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "xl-ltc run: cancelled"
    assert files_in(tmp_path) == {}


posix = pytest.mark.skipif(os.name == "nt", reason="signals and closed pipes are otherwise on Windows")


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "xl_ltc.cli", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@posix
def test_ctrl_c(small: SmallFiling, tmp_path: Path) -> None:
    results = ["--results", tmp_path / "results"]
    program = started("run", small.inputs_only, "--inforce", small.csv, "--out", tmp_path / "out.xlsx", *results)
    assert program.stdout is not None and program.stderr is not None
    while "projecting" not in program.stderr.readline():
        assert program.poll() is None
    program.send_signal(signal.SIGINT)
    out, errors = program.communicate(timeout=60)
    assert (program.returncode, out) == (130, "")
    assert errors.splitlines()[-1] == "xl-ltc run: cancelled" and "Traceback" not in errors
    assert files_in(tmp_path) == {}


@posix
def test_a_reader_who_has_seen_enough(small: SmallFiling) -> None:
    policy = small.run.block.frame["policy_id"][3]
    program = started("trace", "--policy", policy, "--workbook", small.inputs_only, "--inforce", small.csv)
    assert program.stdout is not None and program.stderr is not None
    program.stdout.close()
    errors = program.stderr.read()
    assert program.wait(timeout=60) == 0
    assert all(PROGRESS.match(line) for line in errors.splitlines()), errors


@pytest.mark.slow
@posix
def test_a_run_goes_on_when_nobody_watches(small: SmallFiling, tmp_path: Path) -> None:
    program = started("run", small.inputs_only, "--inforce", small.csv, "--out", tmp_path / "out.xlsx")
    assert program.stdout is not None and program.stderr is not None
    program.stderr.close()
    program.stdout.close()
    assert program.wait(timeout=120) == 0
    assert openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True).sheetnames


# Reconcile


@pytest.fixture
def as_filed(filing_run: FilingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The filing is not computed again."""
    monkeypatch.setattr(actions, "illustrative_run", lambda _: filing_run)


@pytest.mark.usefixtures("as_filed")
def test_reconcile_as_json(capsys: Captured) -> None:
    code = run("reconcile", "--json")
    said = capsys.readouterr()

    def no_number(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    records = json.loads(said.out, parse_constant=no_number)
    assert said.out.isascii()
    counts = Counter(r["class"] for r in records)
    assert (counts["E1"], counts["E2"], counts["E3"]) == (369, 243, 120)
    assert counts.keys() == {"E1", "E2", "E3", "M", "R"}
    verdicts = Counter(r["verdict"] for r in records)
    assert verdicts.keys() <= {"equal", "known exception", "different", "not yet", "not in this run"}
    printed_only = Counter(r["verdict"] for r in records if r["class"].startswith("E"))
    assert printed_only == {"equal": 729, "known exception": 3}
    assert all(r["reason"] for r in records if r["verdict"] == "known exception")
    wrong = verdicts["different"] + verdicts["not in this run"]
    assert code == (1 if wrong else 0)
    last = said.err.splitlines()[-1]
    assert last == f"xl-ltc reconcile: {wrong:,} of {len(records):,} numbers differ" or not wrong


@pytest.mark.usefixtures("as_filed")
def test_reconcile_to_read(capsys: Captured) -> None:
    run("reconcile")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["Class", "equal", "known"]
    first = {line.split()[0]: line.split()[1] for line in lines[1:6]}
    assert (first["E1"], first["E2"], first["E3"]) == ("366", "243", "120")
    assert "  E1 s19 500 after: printed 4401 ± 0.5, computed 4402.43 (Some policies" in "\n".join(lines)
    assert not any("nan" in line.split() or "Traceback" in line for line in lines)


@pytest.mark.usefixtures("as_filed")
@pytest.mark.parametrize(("verdict", "code"), [("different", 1), ("not in this run", 1), ("equal", 0), ("not yet", 0)])
def test_reconciles_exit_status(verdict: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """A known exception or a number nobody computes yet is no failure; one that differs is."""
    one = Check("s15", "Total", "before", "M", "161", 161.0, 0.5, verdict)
    checks = [*reconcile(None), one]
    monkeypatch.setattr("xl_ltc.exhibits.reconcile.reconcile", lambda _: checks)
    assert run("reconcile") == code
    assert ("1 of 733 numbers differ" in capsys.readouterr().err) == bool(code)


def test_a_terminal_of_another_encoding(small: SmallFiling) -> None:
    code = (
        "import sys; from xl_ltc import cli; from xl_ltc.workbook import actions\n"
        "actions.illustrative_run = lambda _: None\n"
        "sys.exit(cli.main(['reconcile']))"
    )
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "printed 4401 ? 0.5, computed 4402.43" in done.stdout


# Trace


FLOWS = [
    "earned_premium_before",
    "incurred_claims_before",
    "earned_premium_after",
    "initial_earned_premium_after",
    "incurred_claims_after",
]


@pytest.mark.parametrize("position", [0, 700, 1_499])
def test_trace_adds_up_to_the_engine(position: int, small: SmallFiling, capsys: Captured) -> None:
    policy = small.run.block.frame["policy_id"][position]
    given = ["--workbook", small.inputs_only, "--inforce", small.parquet]
    assert run("trace", "--policy", policy, *given) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    one = small.run.block.select(np.array([position]))
    flows = project(one, small.run.assumptions, policy_increase(one, small.run.assumptions).impact)
    assert {row["policy_id"] for row in rows} == {policy} and len(rows) == 2 * len(flows.years)
    for i, year in enumerate(flows.years):
        of_year = [row for row in rows if row["calendar_year"] == str(year)]
        for column in FLOWS:
            measure, basis = column.rsplit("_", 1)
            total = sum(float(row[column]) for row in of_year)
            assert total == pytest.approx(flows.total(measure, basis)[i], rel=1e-12, abs=1e-12), (year, column)
        last = of_year[-1]
        assert float(last["lives_end_after"]) == pytest.approx(flows.total("lives", "after")[i], rel=1e-12, abs=1e-12)


def test_trace_to_a_file_is_what_it_shows(small: SmallFiling, tmp_path: Path, capsys: Captured) -> None:
    given = ["trace", "--policy", small.run.block.frame["policy_id"][5], "--inforce", small.csv]
    out = tmp_path / "trace.csv"
    out.write_text("old")
    assert run(*given, "--out", out) == 0
    assert capsys.readouterr().out == f"Written: {out}\n"
    assert run(*given) == 0
    shown = capsys.readouterr().out
    assert out.read_bytes().decode() == shown
    assert [p.name for p in tmp_path.iterdir()] == ["trace.csv"]


def test_trace_of_the_illustrative_block(filing_run: FilingRun, capsys: Captured) -> None:
    assert run("trace", "--policy", filing_run.block.frame["policy_id"].iloc[-1]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 121


@pytest.mark.parametrize("policy", ["nope", "", "200-00001 "])
def test_trace_of_an_unknown_policy(policy: str, small: SmallFiling, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "trace.csv"
    out.write_text("old")
    assert run("trace", "--policy", policy, "--inforce", small.csv, "--out", out) == 2
    said = capsys.readouterr()
    assert said.out == ""
    message = f"in-force file: found 0 policies {policy!r}; allowed: the id of one policy in force"
    assert said.err.splitlines()[-2:] == [f"xl-ltc trace: {NOTHING_WRITTEN}", message]
    assert files_in(tmp_path) == {"trace.csv": b"old"}


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("trace.pdf", "a file name that ends in .csv"),
        ("trace.xlsx", "--workbook: found nothing; allowed: the workbook that the audit is to stand in"),
        ("none/trace.csv", "allowed: a file in a folder that is there"),
        ("folder.csv", "which is a folder; allowed: the name of a file"),
        ("policies.csv", "the in-force file; allowed: another file; it would be overwritten"),
    ],
)
def test_a_trace_that_cant_be_written(
    out: str, words: str, small: SmallFiling, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "policies.csv").write_bytes(small.csv.read_bytes())
    before = files_in(tmp_path)
    policy = small.run.block.frame["policy_id"][0]
    given = ["--policy", policy, "--inforce", tmp_path / "policies.csv"]
    assert run("trace", *given, "--out", tmp_path / out) == 2
    assert words in capsys.readouterr().err
    assert files_in(tmp_path) == before


def test_a_trace_half_written_leaves_the_old_file(
    small: SmallFiling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "trace.csv"
    out.write_text("old")

    def full(*_: Any) -> Callable[..., None]:
        raise OSError(28, "No space left on device", "trace.csv")

    monkeypatch.setattr(places.os, "replace", full)
    assert run("trace", "--policy", small.run.block.frame["policy_id"][0], "--inforce", small.csv, "--out", out) == 2
    assert files_in(tmp_path) == {"trace.csv": b"old"}
