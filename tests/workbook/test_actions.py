"""A run on a user's own workbook: the same inputs give the same results, an edit what it gives in memory."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName

from tests.small_filing import SmallFiling, cell, choose, edited, files_in, put, small_filing, write_table
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.reconcile import reconcile, stands_for_the_filing
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.files import SUMS
from xl_ltc.tables import InputTable
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import demonstration, inputs, outputs, running
from xl_ltc.workbook.layout import INPUT_SHEETS, OUTPUT_SHEETS, WAITING
from xl_ltc.workbook.read import read_workbook

EXACT = 1e-12


def quiet(_: str) -> None:
    """No progress."""


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def ran(small: SmallFiling, tmp_path_factory: pytest.TempPathFactory) -> tuple[actions.Outcome, Path]:
    """A run on a workbook as a user keeps it, and its folder."""
    folder = tmp_path_factory.mktemp("ran")

    def make_it_mine(book: openpyxl.Workbook) -> None:
        book.create_sheet("Mine", 0)["B2"] = "=Lapse!A1"
        book["Mine"]["B3"] = 17.25
        at = cell(book, "lapse_lifetime_pay", {"policy_duration": 5}, "single")
        at.comment = Comment("agreed with Ann", "me")
        at.fill = PatternFill("solid", fgColor="FF00FF00")
        at.number_format = "0.0000%"
        book.defined_names["my_name"] = DefinedName("my_name", attr_text="Mine!$B$3")

    book = edited(small.workbook, folder / "mine.xlsx", make_it_mine)
    outcome = actions.run_workbook(book, small.csv, folder / "new.xlsx", folder / "deep" / "results", quiet)
    return outcome, folder


def tables(assumptions: AssumptionSet) -> dict[str, InputTable]:
    return {name: InputTable(frame.copy()) for name, frame in assumptions.tables.frames.items()}


def run_of(workbook: Path, inforce: Path | None) -> FilingRun:
    return actions.read_inputs(workbook, inforce, quiet).run(quiet)


def assert_same(found: FilingRun, expected: FilingRun) -> None:
    for basis, flows in expected.rbo_cash_flows.items():
        assert np.array_equal(found.rbo_cash_flows[basis].years, flows.years)
        assert found.rbo_cash_flows[basis].groups.to_dict() == flows.groups.to_dict()
        np.testing.assert_allclose(found.rbo_cash_flows[basis].values, flows.values, rtol=EXACT, atol=0.0)
    for basis in ("before", "after"):
        ratio = expected.experience.lifetime_loss_ratio(basis)
        assert found.experience.lifetime_loss_ratio(basis) == pytest.approx(ratio, rel=EXACT)


def numbers(folder: Path) -> dict[str, list[list[str | float]]]:
    """Every results file as rows of numbers and texts."""

    def value(text: str) -> str | float:
        try:
            return float(text)
        except ValueError:
            return text

    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            found[path.name] = [[value(v) for v in row] for row in csv.reader(handle)]
    return found


def test_the_same_inputs_give_the_same_results(ran: tuple[actions.Outcome, Path], small: SmallFiling) -> None:
    outcome, folder = ran
    assert_same(outcome.run, small.run)
    assert stands_for_the_filing(small.run)  # so its results come with the reconciliation
    write_results(small.run, reconcile(small.run), folder / "expected")
    found, expected = numbers(folder / "deep" / "results"), numbers(folder / "expected")
    assert found.keys() == expected.keys() and len(found) == 18
    for name, rows in expected.items():
        assert len(found[name]) == len(rows)
        for row, wanted in zip(found[name], rows, strict=True):
            assert row == [pytest.approx(v, rel=EXACT) if isinstance(v, float) else v for v in wanted], name


def test_files_are_those_promised_and_no_others(ran: tuple[actions.Outcome, Path]) -> None:
    outcome, folder = ran
    assert outcome.files == (folder / "new.xlsx", folder / "deep" / "results")
    assert {p.name for p in folder.iterdir()} - {"expected"} == {"mine.xlsx", "new.xlsx", "deep"}
    assert [p.name for p in (folder / "deep").iterdir()] == ["results"]
    assert {p.suffix for p in (folder / "deep" / "results").iterdir() if p.name != SUMS} == {".csv", ".json"}


def test_what_is_the_users_stays(ran: tuple[actions.Outcome, Path]) -> None:
    book = openpyxl.load_workbook(ran[1] / "new.xlsx")
    assert book.sheetnames[0] == "Mine"
    assert set(book.sheetnames) == {"Mine", *INPUT_SHEETS, *OUTPUT_SHEETS}
    assert (book["Mine"]["B2"].value, book["Mine"]["B3"].value) == ("=Lapse!A1", 17.25)
    at = cell(book, "lapse_lifetime_pay", {"policy_duration": 5}, "single")
    assert at.comment is not None and at.comment.text.endswith("agreed with Ann")
    assert at.fill.fgColor.rgb == "FF00FF00" and at.number_format == "0.0000%"
    assert book.defined_names["my_name"].attr_text == "Mine!$B$3"


def test_the_run_sheet_says_what_was_asked(ran: tuple[actions.Outcome, Path]) -> None:
    words = [c.value for row in openpyxl.load_workbook(ran[1] / "new.xlsx")["Run"].iter_rows() for c in row]
    assert "xl-ltc run mine.xlsx --inforce policies.csv --out new.xlsx --results results" in words


@pytest.mark.slow
def test_a_run_over_its_own_workbook(small: SmallFiling, tmp_path: Path) -> None:
    """Out is the workbook; edited, run, and run once more, it keeps the edit and its results do not move."""
    book = edited(small.inputs_only, tmp_path / "book.xlsx", choose("rate_increase_cap", 0.4))
    first = actions.run_workbook(book, small.parquet, book, None, quiet).run
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]
    assert set(OUTPUT_SHEETS) - set(WAITING) < set(openpyxl.load_workbook(book).sheetnames)
    second = actions.run_workbook(book, small.parquet, book, None, quiet).run
    assert second.assumptions.settings.rate_increase_cap == 0.4
    assert_same(second, first)
    assert float(first.increase.increase.max()) == pytest.approx(0.4)
    assert float(small.run.increase.increase.max()) > 0.9


Edit = tuple[str, dict[str, object], str, Any]

TABLE_EDITS: list[Edit] = [
    ("lapse_lifetime_pay", {"policy_duration": 8}, "single", 0.035),
    ("claim_cost", {"attained_age": 85}, "Female", 123.456789),
    ("valuation_interest", {"issue_year_from": 2006}, "rate", 0.0525),
    ("mortality_factor_sex", {"sex": "Female"}, "factor", 1.31),
    ("behaviour", {"parameter": "cbul_slope"}, "value", 0.07),
]
SETTING_EDITS: list[tuple[str, Any]] = [
    ("rate_increase_cap", 0.5),
    ("rbo_basis", "literal"),
    ("average_lives", "constant_force"),
    ("time_step", "monthly"),
    ("increase_effective_year", 2021),
    ("cash_flow_timing", 0),
]


@pytest.mark.parametrize(("table", "key", "column", "value"), TABLE_EDITS, ids=[e[0] for e in TABLE_EDITS])
def test_a_changed_cell_is_the_same_change_in_memory(
    table: str, key: dict[str, object], column: str, value: float, small: SmallFiling, tmp_path: Path
) -> None:
    book = edited(small.inputs_only, tmp_path / "book.xlsx", put(table, key, column, value))
    found = run_of(book, small.parquet)
    raw = tables(small.run.assumptions)
    ((name, wanted),) = key.items()
    row = raw[table].frame[name].astype(str) == str(wanted)
    assert row.sum() == 1 and float(raw[table].frame.loc[row, column].iloc[0]) != value
    raw[table].frame.loc[row, column] = value
    assumptions = AssumptionSet.from_tables(raw, small.run.assumptions.settings)
    assert_same(found, run_filing(small.run.block, small.run.history, assumptions))
    ratios = [r.experience.lifetime_loss_ratio("after") for r in (found, small.run)]
    assert abs(ratios[0] - ratios[1]) > 1e-9


@pytest.mark.parametrize(("name", "value"), SETTING_EDITS, ids=[e[0] for e in SETTING_EDITS])
def test_a_changed_setting_is_the_same_change_in_memory(
    name: str, value: Any, small: SmallFiling, tmp_path: Path
) -> None:
    book = edited(small.inputs_only, tmp_path / "book.xlsx", choose(name, value))
    found = run_of(book, small.parquet)
    settings = dataclasses.replace(small.run.assumptions.settings, **{name: value})
    assumptions = AssumptionSet.from_tables(tables(small.run.assumptions), settings)
    assert_same(found, run_filing(small.run.block, small.run.history, assumptions))
    ratios = [r.experience.lifetime_loss_ratio("after") for r in (found, small.run)]
    assert abs(ratios[0] - ratios[1]) > 1e-9


def test_changed_history_is_what_is_read(small: SmallFiling, tmp_path: Path) -> None:
    first = small.run.history.iloc[0]
    key = {c: first[c] for c in ("calendar_year", "series", "valuation_rate")}
    book = edited(small.inputs_only, tmp_path / "book.xlsx", put("history", key, "incurred_claims", 1e9))
    history = small.run.history.copy()
    history.loc[history.index[0], "incurred_claims"] = 1e9
    assert_same(run_of(book, small.csv), run_filing(small.run.block, history, small.run.assumptions))


def rows_above(sheet: Any, count: int) -> None:
    """What Excel does when a user inserts rows at the top; openpyxl leaves the tables where they were."""
    sheet.insert_rows(1, count)
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        table.ref = f"{get_column_letter(left)}{top + count}:{get_column_letter(right)}{bottom + count}"


def test_moved_tables_are_read_all_the_same(small: SmallFiling, tmp_path: Path) -> None:
    def move(book: openpyxl.Workbook) -> None:
        rows_above(book["Lapse"], 3)
        rows_above(book["Settings"], 1)
        book["Claim cost"].title = "Kosten & co"
        sheet = book["Behaviour"]
        sheet.move_range(sheet.tables["behaviour"].ref, rows=11, cols=4)
        left, top, right, bottom = range_boundaries(sheet.tables["behaviour"].ref)
        corner = f"{get_column_letter(left + 4)}{top + 11}"
        sheet.tables["behaviour"].ref = f"{corner}:{get_column_letter(right + 4)}{bottom + 11}"

    book = edited(small.inputs_only, tmp_path / "book.xlsx", move)
    assert_same(run_of(book, small.csv), small.run)
    wrong = put("lapse_lifetime_pay", {"policy_duration": 5}, "single", 2.5)
    book = edited(book, book, wrong)
    at = cell(openpyxl.load_workbook(book), "lapse_lifetime_pay", {"policy_duration": 5}, "single").coordinate
    with pytest.raises(InputError, match=f"sheet Lapse, cell {at}: found 2.5; allowed: a number from 0 to 1"):
        run_of(book, small.csv)


@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
def test_the_form_of_the_in_force_file_makes_no_difference(form: str, small: SmallFiling) -> None:
    block = actions.read_inputs(small.inputs_only, getattr(small, form), quiet).block
    assert block.frame.equals(small.run.block.frame)


def test_policies_may_stand_in_the_workbook_itself(small: SmallFiling, tmp_path: Path) -> None:
    """Beside all the inputs, written anew with XlsxWriter; without --inforce they are found by the table's name."""
    inputs = openpyxl.load_workbook(small.inputs_only)
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        write_table(book, book.add_worksheet("Policies"), small.run.block.frame, 0, 0)
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in inputs:
            copy = book.add_worksheet(sheet.title)
            for at in (c for row in sheet.iter_rows() for c in row if c.value is not None):
                is_date = isinstance(at.value, dt.datetime)
                copy.write(at.row + 1, at.column + 2, at.value, date if is_date else None)
            for table in sheet.tables.values():
                left, top, right, bottom = range_boundaries(table.ref)
                columns = [{"header": name} for name in table.column_names]
                area = (top + 1, left + 2, bottom + 1, right + 2)
                copy.add_table(*area, {"name": table.name, "columns": columns})
    assert_same(run_of(path, None), small.run)
    assert run_of(path, path).block.frame.equals(small.run.block.frame)


def test_without_policies_the_user_is_told_where_they_may_stand(small: SmallFiling) -> None:
    with pytest.raises(InputError, match=r"inputs\.xlsx: found no Excel table inforce; allowed: .* or --inforce FILE"):
        actions.read_inputs(small.inputs_only, None, quiet)


def test_problems_of_several_tables_come_at_once(small: SmallFiling, tmp_path: Path) -> None:
    changes = [
        choose("rbo_basis", "as filed"),
        put("claim_cost", {"attained_age": 85}, "Female", "much"),
        put("history", {"calendar_year": 2003}, "lives", -1),
    ]
    book = edited(small.inputs_only, tmp_path / "book.xlsx", *changes)
    with pytest.raises(InputError) as error:
        actions.read_inputs(book, small.csv, quiet)
    found = [(p.place.split(",")[0], p.found) for p in error.value.problems]
    assert found == [
        ("sheet Settings", "rbo_basis = 'as filed'"),
        ("sheet Claim cost", "'much'"),
        ("sheet History", "-1"),
    ]
    book = edited(small.inputs_only, book, *changes[1:])
    with pytest.raises(InputError) as error:
        actions.read_inputs(book, small.csv, quiet)
    assert [p.place.split(",")[0] for p in error.value.problems] == ["sheet Claim cost", "sheet History"]


@pytest.mark.parametrize("action", ["run", "solve", "sensitivities", "check", "audit", "trace"])
def test_the_in_force_file_that_the_control_sheet_names_is_not_written_over(
    action: str, small: SmallFiling, tmp_path: Path
) -> None:
    policies = tmp_path / ("policies.csv" if action == "trace" else "policies.xlsx")
    policies.write_bytes((small.csv if action == "trace" else small.table).read_bytes())
    book = edited(small.inputs_only, tmp_path / "book.xlsx", choose("inforce", policies.name))
    before = files_in(tmp_path)
    perform: dict[str, Callable[[], object]] = {
        "run": lambda: actions.run_workbook(book, None, policies, None, quiet),
        "solve": lambda: actions.solve_workbook(book, None, policies, quiet),
        "sensitivities": lambda: actions.sensitivities_workbook(book, None, policies, None, quiet),
        "check": lambda: actions.check_inputs(book, None, policies, quiet),
        "audit": lambda: actions.audit_policy(book, None, None, policies, quiet),
        "trace": lambda: actions.trace_policy(None, book, None, quiet, policies),
    }
    with pytest.raises(InputError, match="the in-force file; allowed: another file; it would be overwritten"):
        perform[action]()
    assert files_in(tmp_path) == before


def test_results_that_cant_all_be_put_in_place_leave_the_workbook_good_and_are_told(
    small: SmallFiling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where one of the files is open in Excel."""
    out, results = tmp_path / "out.xlsx", tmp_path / "results"
    open_in_excel = results / "s16_actual_to_expected_lr.csv"
    results.mkdir()
    for name in ("exhibit_2_58_85.csv", open_in_excel.name, SUMS):
        (results / name).write_text("old")
    before = files_in(results)
    replace = os.replace

    def held(source: Path, target: Path) -> None:
        if open_in_excel in (Path(source), Path(target)):
            raise PermissionError(13, "Access is denied", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    outcome = actions.run_workbook(small.inputs_only, small.csv, out, results, quiet)
    (said,) = outcome.unwritten
    why = f"{open_in_excel}: Access is denied; what was there before is as it was"
    assert said == f"The files in {results} are not of this run ({why}). The workbook is; run again for the rest."
    assert files_in(results) == before
    assert "Exhibit II" in openpyxl.load_workbook(out).sheetnames and outcome.files == (out,)


def test_a_workbook_saved_during_the_run_is_not_written_over(
    small: SmallFiling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = edited(small.inputs_only, tmp_path / "book.xlsx")

    def meanwhile(*given: Any) -> FilingRun:
        edited(book, book, choose("rbo_basis", "literal"))
        return small.run

    monkeypatch.setattr(inputs, "run_filing", meanwhile)
    with pytest.raises(InputError, match="found a workbook changed since the run read it"):
        actions.run_workbook(book, small.csv, book, tmp_path / "results", quiet)
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]
    assert read_workbook(book).settings.rbo_basis == "literal"


@pytest.mark.parametrize("fails", ["graft", "write_results", "write_workbook"])
def test_a_failure_while_writing_leaves_everything_as_it_was(
    fails: str, small: SmallFiling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"old")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mine.txt").write_text("mine")
    before = files_in(tmp_path)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(inputs, "run_filing", lambda *_: small.run)
    monkeypatch.setattr(running if fails == "write_results" else outputs, fails, fail)
    with pytest.raises(RuntimeError, match="half way"):
        actions.run_workbook(small.inputs_only, small.csv, out, tmp_path / "results", quiet)
    assert files_in(tmp_path) == before


def places(folder: Path) -> dict[str, Callable[[SmallFiling], tuple[Path, Path | None, Path, Path | None]]]:
    """Where nothing can be written: workbook, in-force file, out and results folder of a run."""
    file = folder / "file"
    return {
        "the ending": lambda s: (s.inputs_only, s.csv, folder / "out.xls", None),
        "another ending than the workbook's": lambda s: (s.inputs_only, s.csv, folder / "out.xlsm", None),
        "no folder": lambda s: (s.inputs_only, s.csv, folder / "none" / "out.xlsx", None),
        "a file for a folder": lambda s: (s.inputs_only, s.csv, file / "out.xlsx", None),
        "a folder for a file": lambda s: (s.inputs_only, s.csv, folder / "folder.xlsx", None),
        "a file for the results": lambda s: (s.inputs_only, s.csv, folder / "out.xlsx", file),
        "a file above the results": lambda s: (s.inputs_only, s.csv, folder / "out.xlsx", file / "deep" / "results"),
        "the in-force file": lambda s: (s.inputs_only, s.table, s.table, None),
    }


ALLOWED = {
    "the ending": r"--out: found .*out\.xls; allowed: a file name that ends in \.xlsx or \.xlsm",
    "another ending than the workbook's": r"out\.xlsm; allowed: a file name that ends in \.xlsx, as the workbook's",
    "no folder": r"--out: found no folder .*none; allowed: a file in a folder that is there",
    "a file for a folder": r"--out: found no folder .*file; allowed: a file in a folder that is there",
    "a folder for a file": r"--out: found .*folder\.xlsx, which is a folder; allowed: the name of a file",
    "a file for the results": r"--results: found .*file, which is a file; allowed: a folder",
    "a file above the results": r"--results: found .*file, which is a file; allowed: a folder",
    "the in-force file": r"--out: found .*policies\.xlsx, the in-force file; allowed: another file",
}


@pytest.mark.parametrize("case", ALLOWED)
def test_places_that_cant_be_written_are_refused_before_anything_is_read(
    case: str, small: SmallFiling, tmp_path: Path
) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "file").write_text("mine")
    before, inputs = files_in(tmp_path), files_in(small.csv.parent)
    said: list[str] = []
    with pytest.raises(InputError, match=ALLOWED[case]):
        actions.run_workbook(*places(tmp_path)[case](small), said.append)
    assert said == []
    assert files_in(tmp_path) == before and files_in(small.csv.parent) == inputs


@pytest.mark.parametrize(
    ("blocked", "words"),
    [
        ("results", "which is a file; allowed: a folder"),
        ("ltc_rate_filing.xlsx/", "which is a folder; allowed: the name of a file"),
        ("manifest.json/", "which is a folder; allowed: the name of a file"),
    ],
)
def test_a_demo_that_cant_be_written_is_refused_before_it_is_computed(
    blocked: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / blocked
    path.mkdir() if blocked.endswith("/") else path.write_text("")
    monkeypatch.setattr(demonstration, "illustrative_run", lambda _: pytest.fail("computed"))
    with pytest.raises(InputError, match=words):
        actions.demo(tmp_path, quiet)
    assert len(list(tmp_path.iterdir())) == 1
