"""``xl-ltc compare``: two workbooks' runs in words, and as a workbook that recalculates to what it stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.runs import record
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import assert_recalculates, differences
from xl_ltc import cli
from xl_ltc.exhibits.comparison import compare
from xl_ltc.exhibits.run_data import RunData
from xl_ltc.workbook.comparing import MOST_INPUTS, compare_workbooks, comparison_text, write_comparison
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.run_data import EarlierRuns, read_run_data

Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Two runs, the second with a lower cap, and with the first before it."""
    folder = tmp_path_factory.mktemp("pair")
    one, other = made_up_run(), made_up_run(rate_increase_cap=0.5)
    first = write_filing_workbook(one, [], record(one), folder / "a.xlsx")
    earlier = EarlierRuns(last=read_run_data(first))
    return first, write_filing_workbook(other, [], record(other), folder / "b.xlsx", earlier=earlier)


def test_in_words(pair: Pair) -> None:
    comparison = compare_workbooks(*pair)
    text = comparison_text(comparison, "a.xlsx", "b.xlsx")
    before, after = (run.headline("Average requested increase") for run in (comparison.before, comparison.after))
    assert f"  Average requested increase: {before:.2%} -> {after:.2%} ({after / before - 1:+.2%})" in text  # type: ignore[operator]
    assert "  58%/85% test, all series: result: Fail, as before" in text
    assert "Inputs that changed: 1\n  settings, rate_increase_cap, value: 1 -> 0.5 (-50.00%)" in text
    assert "\n  Exhibit I-b: " in text and "\n  Exhibit I-a" not in text


def test_many_inputs_are_cut_and_counted(pair: Pair) -> None:
    a = read_run_data(pair[0])
    rates = {key: 0.5 if key[0] == "mortality_base" else value for key, value in a.inputs.items()}
    changed = comparison_text(compare(a, RunData(rates, a.results, a.measures)), "a", "b")
    assert f"… and {242 - MOST_INPUTS:,} more" in changed


def test_on_the_command_line(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "changes.xlsx"
    assert cli.main(["compare", *map(str, pair), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "settings, rate_increase_cap, value: 1 -> 0.5" in printed and f"Written: {out}" in printed
    shown = list(values(out)["Changes"].values())
    at = shown.index("rate_increase_cap")
    assert shown[at - 1 : at + 6] == ["settings", "rate_increase_cap", "value", 1, 0.5, -0.5, -0.5]
    assert {"a.xlsx", "b.xlsx"} <= set(shown)


def test_what_can_not_be_compared_is_named(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.xlsx"
    assert cli.main(["compare", str(pair[0]), str(missing)]) == cli.INPUT_UNUSABLE
    assert "none.xlsx" in capsys.readouterr().err
    assert cli.main(["compare", *map(str, pair), "--out", str(tmp_path / "changes.pdf")]) == cli.INPUT_UNUSABLE
    assert "a file name that ends in .xlsx" in capsys.readouterr().err
    assert cli.main(["compare", *map(str, pair), "--out", str(pair[0])]) == cli.INPUT_UNUSABLE
    assert "one of the workbooks compared" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_difference_comes_to_its_stored_value(pair: Pair, tmp_path: Path) -> None:
    path = write_comparison(compare_workbooks(*pair), "a.xlsx", "b.xlsx", tmp_path / "changes.xlsx")
    assert len(formulas(path)["Changes"]) > 800
    assert_recalculates(path, tmp_path)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_formula_of_a_second_run_comes_to_its_stored_value(pair: Pair, tmp_path: Path) -> None:
    stored, found = values(pair[1]), recalculated(pair[1], tmp_path)
    sheets = {name: cells for name, cells in formulas(pair[1]).items() if name in ("Changes", "Run data", "Run log")}
    assert len(sheets["Run data"]) > 1_600 and len(sheets["Changes"]) > 800
    assert not list(differences(sheets, stored, found))
