"""``xl-ltc recut`` as its user has it."""

from __future__ import annotations

import csv
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from xl_ltc import cli
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.recut.kept import RECORD, KeptRun
from xl_ltc.recut.listing import by_year, summary
from xl_ltc.recut.recut import recut

Captured = pytest.CaptureFixture[str]


def run_recut(*arguments: str | Path) -> int:
    return cli.main(["recut", *map(str, arguments)])


def test_the_table_on_the_screen(run: FilingRun, kept: KeptRun, capsys: Captured) -> None:
    assert run_recut(kept.folder, "--by", "state, sex") == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == ("Run 20260504-a1b2c3 of 2,000 policies, valued at 2016-12-31 at the maximum valuation rates")
    found = recut(kept, ["state", "sex"])
    rows = [line.split() for line in lines if re.match(r"(CA|MD|VA|Total) ", line)]
    assert [row[:2] for row in rows[:-1]] == [list(group.key) for group in found.groups]
    for row, group in zip(rows, (*found.groups, found.total), strict=True):
        shown = row[2:] if group.key else row[1:]
        assert shown[0] == f"{group.sums['policies']:,.0f}"
        assert shown[3] == f"{group.sums['pv_earned_premium_before']:,.0f}"
        assert shown[-2:] == [f"{group.future_loss_ratio(basis):.1%}" for basis in ("before", "after")]
    assert lines[-2] == (
        "Note: A recut of the future only: actual experience is known by series and valuation rate, not by sex, state, "
        "so there are no lifetime loss ratios."
    )
    assert lines[-1] == "Note: Made up."


def test_by_series_the_lifetime_loss_ratios_are_the_runs(run: FilingRun, kept: KeptRun, capsys: Captured) -> None:
    assert run_recut(kept.folder, "--by", "series") == 0
    said = capsys.readouterr().out
    (total,) = re.findall(r"^Total .*$", said, re.MULTILINE)
    assert total.split()[-2:] == [f"{run.experience.lifetime_loss_ratio(b):.1%}" for b in ("before", "after")]
    assert "Note: Lifetime loss ratios include actual experience, which is known by series and valuation rate." in said


def test_calendar_years_on_the_screen(kept: KeptRun, capsys: Captured) -> None:
    assert run_recut(kept.folder, "--years", "--only", "series=200", "--only", "state=MD", "--only", "state=VA") == 0
    said = capsys.readouterr().out
    assert "Note: Only policies with series 200 and state MD or VA." in said
    found = recut(kept, [], [("series", "200"), ("state", "MD"), ("state", "VA")], years=True)
    years = [line.split() for line in said.splitlines() if re.match(r" +20\d\d ", line)]
    assert [int(row[0]) for row in years] == [of.year for of in found.total_years]
    assert years[0][1] == f"{found.total_years[0].flows[0]:,.0f}"


def test_csv_reads_back_as_the_same_numbers(kept: KeptRun, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "cut.csv"
    assert run_recut(kept.folder, "--by", "series,valuation_rate", "--years", "--out", out) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [f"Written: {out}", f"Written: {tmp_path / 'cut_years.csv'}"]
    found = recut(kept, ["series", "valuation_rate"], years=True)
    for path, listing in ((out, summary(found)), (tmp_path / "cut_years.csv", by_year(found))):
        with path.open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle)
        assert tuple(header) == listing.names
        lines = [*listing.lines, *listing.totals]
        assert len(rows) == len(lines)
        for row, line in zip(rows, lines, strict=True):
            for text, value in zip(row, line, strict=True):
                if isinstance(value, float):
                    assert float(text) == pytest.approx(value, rel=1e-12)
                else:
                    assert text == ("" if value is None else str(value))
        longest = max(len(text) for row in rows for text in row if re.fullmatch(r"\d+\.\d+", text))
        assert longest >= 17


def test_parquet_has_the_groups(kept: KeptRun, tmp_path: Path) -> None:
    out = tmp_path / "cut.parquet"
    assert run_recut(kept.folder, "--by", "issue_year", "--years", "--out", out) == 0
    found = recut(kept, ["issue_year"], years=True)
    table, years = pq.read_table(out), pq.read_table(tmp_path / "cut_years.parquet")
    assert table["issue_year"].to_pylist() == [group.key[0] for group in found.groups]
    assert table["policies"].to_pylist() == [group.sums["policies"] for group in found.groups]
    assert len(years) == len(found.years)
    assert run_recut(kept.folder, "--out", out) == 0
    assert pq.read_table(out)["policies"].to_pylist() == [2000]


def test_the_workbooks_ratios_and_totals_are_formulas(kept: KeptRun, tmp_path: Path) -> None:
    out = tmp_path / "cut.xlsx"
    assert run_recut(kept.folder, "--by", "series", "--years", "--out", out) == 0
    found = recut(kept, ["series"])
    formulas, values = (openpyxl.load_workbook(out, data_only=only)["Recut"] for only in (False, True))
    top = next(row for row in range(1, 20) if formulas.cell(row, 1).value == "series")
    total = top + 1 + len(found.groups)
    column = {name: i for i, name in enumerate(summary(found).names, start=1)}
    for i, group in enumerate((*found.groups, found.total), start=top + 1):
        ratio = values.cell(i, column["lifetime_loss_ratio_after"]).value
        assert ratio == pytest.approx(group.lifetime_loss_ratio("after"), rel=1e-12)
        assert math.isclose(
            values.cell(i, column["pv_incurred_claims_after"]).value, group.sums["pv_incurred_claims_after"]
        )
    letters = {name: openpyxl.utils.get_column_letter(i) for name, i in column.items()}
    premium, claims = (f"{letters[f'pv_{m}_after']}{total}" for m in ("earned_premium", "incurred_claims"))
    past = [f"{letters[f'accumulated_{m}']}{total}" for m in ("earned_premium", "incurred_claims")]
    assert formulas.cell(total, column["lifetime_loss_ratio_after"]).value == (
        f'=IF(({past[0]}+{premium})=0,"N/A",({past[1]}+{claims})/({past[0]}+{premium}))'
    )
    sums = f"{letters['policies']}{top + 1}:{letters['policies']}{total - 1}"
    assert formulas.cell(total, column["policies"]).value == f"=SUM({sums})"
    assert openpyxl.load_workbook(out).sheetnames == ["Recut", "Recut by year"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--by", "colour"], "--by: found 'colour'; allowed: one of series, state, issue_age,"),
        (["--by", "state,,sex"], "--by: found ''; allowed: one of"),
        (["--only", "MD"], "--only: found 'MD'; allowed: COLUMN=VALUE, such as state=MD"),
        (["--only", "state=XX"], "--only state: found 'XX'; allowed: one of CA, MD, VA"),
        (["--out", "cut.txt"], "--out: found cut.txt; allowed: a file name that ends in .csv, .parquet, .xlsx"),
    ],
)
def test_what_cant_be_done_is_said_in_words(
    kept: KeptRun, arguments: list[str], words: str, capsys: Captured, tmp_path: Path
) -> None:
    assert run_recut(kept.folder, *arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(
        "xl-ltc recut: the input can't be used; nothing was written.\n" + words
    )


def test_a_folder_that_is_none_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert run_recut(tmp_path / "none", "--by", "state") == 2
    assert f"{tmp_path / 'none'}: found no kept run (no {RECORD} that is one)" in capsys.readouterr().err


def test_a_folder_to_write_to_that_is_not_there(kept: KeptRun, tmp_path: Path, capsys: Captured) -> None:
    assert run_recut(kept.folder, "--out", tmp_path / "none" / "cut.csv") == 2
    assert capsys.readouterr().err == f"xl-ltc recut: {tmp_path / 'none'}: no such folder\n"
    assert os.listdir(tmp_path) == []


def test_a_recut_does_not_wait_for_what_projects(kept: KeptRun) -> None:
    heavy = "{'pandas', 'numba', 'pyarrow', 'xlsxwriter', 'lxml', 'scipy'}"
    code = f"import sys, xl_ltc.cli\nxl_ltc.cli.main(['recut', {str(kept.folder)!r}, '--by', 'state'])\n"
    code += f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")
