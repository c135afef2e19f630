"""Run data and the log, written into a workbook and read back from it, whoever saved it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.runs import made_up_data, record
from tests.small_filing import SmallFiling, drop_table, edited, put, small_filing
from tests.workbook.recalculate import convert, values
from xl_ltc.errors import InputError
from xl_ltc.exhibits.comparison import compare
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.run_data import RUN_INPUTS, RUN_RESULTS
from xl_ltc.exhibits.run_log import NOTE, RUN_LOG
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions.inputs import CLAIM_COST_CAUTION
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.run_data import EarlierRuns, read_earlier_runs, read_run_data, read_run_log

TEXTS = ("=HYPERLINK(1)", "+1", "-1", "@x")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_run()
    return write_filing_workbook(run, [], record(run), tmp_path_factory.mktemp("book") / "filing.xlsx")


def test_a_file_gives_what_memory_does(workbook: Path) -> None:
    found, expected = read_run_data(workbook), made_up_data()
    assert found == expected and len(found.inputs) > 1_900 and len(found.results) > 1_600
    assert list(found.results) == list(expected.results) and found.measures == expected.measures


def test_run_data_is_the_last_sheet_and_its_tables_are_excel_tables(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[-1] == "Run data"
    assert set(book["Run data"].tables) == {RUN_INPUTS, RUN_RESULTS} and set(book["Run log"].tables) == {RUN_LOG}
    area = book["Run data"].tables[RUN_RESULTS].ref
    *_, last = book["Run data"][area]
    assert str(last[3].value).startswith("='Section 22'!")


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_recalculates_and_saves_it_and_it_is_read(workbook: Path, tmp_path: Path) -> None:
    saved = convert(workbook, tmp_path, "xlsx")
    found, expected = read_run_data(saved), made_up_data()
    assert found.inputs.keys() == expected.inputs.keys() and found.results.keys() == expected.results.keys()
    assert found.measures == expected.measures
    comparison = compare(expected, found)
    assert not comparison.inputs and not comparison.cells
    (row,) = read_run_log(saved)
    assert row["warnings"] == "=1+1 @here" and row["policies"] == 2_000.0


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    run = made_up_run()
    manifest = record(run, TEXTS) | {"scenario": "=1+1", "run_id": "@home"}
    earlier = EarlierRuns(log=({"run": "-1", NOTE: "=A1", "=mine": "+2"},))
    path = write_filing_workbook(run, [], manifest, tmp_path / "filing.xlsx", earlier=earlier)
    assert read_run_data(path).identity("scenario") == "=1+1"
    newest, old = read_run_log(path)
    assert (newest["run"], newest["warnings"]) == ("@home", " ".join(TEXTS))
    assert (old["run"], old[NOTE], old["=mine"]) == ("-1", "=A1", "+2")
    book = openpyxl.load_workbook(path)
    types = {c.value: c.data_type for s in ("Run log", "Run data", "Changes") for r in book[s].iter_rows() for c in r}
    assert all(types[words] == "s" for words in ("=1+1", "@home", " ".join(TEXTS), "-1", "=A1", "=mine"))


def test_a_workbook_without_run_data_is_refused_by_name(workbook: Path, tmp_path: Path) -> None:
    def no_data(book: openpyxl.Workbook) -> None:
        del book["Run data"], book["Run log"]

    without = edited(workbook, tmp_path / "without.xlsx", no_data)
    with pytest.raises(InputError, match=r"without\.xlsx: found no tables run_inputs and run_results"):
        read_run_data(without)
    assert read_earlier_runs(without) == EarlierRuns()


def test_a_workbook_a_script_saved_has_no_values_and_that_is_said(workbook: Path, tmp_path: Path) -> None:
    saved = edited(workbook, tmp_path / "saved.xlsx")
    with pytest.raises(InputError, match="a formula with no stored value"):
        read_run_data(saved)
    found = read_earlier_runs(saved)
    assert found.last is None and len(found.log) == 1
    assert found.unread.startswith("sheet Run data, cell D")


def test_one_table_without_the_other_and_columns_renamed(workbook: Path, tmp_path: Path) -> None:
    half = edited(workbook, tmp_path / "half.xlsx", drop_table(RUN_RESULTS))
    with pytest.raises(InputError, match=r"table run_results: found no such table"):
        read_run_data(half)

    def renamed(book: openpyxl.Workbook) -> None:
        area = book["Run data"].tables[RUN_INPUTS].ref
        book["Run data"][area][0][3].value = "number"

    with pytest.raises(InputError, match="no column value; allowed: table run_inputs has it once"):
        read_run_data(edited(workbook, tmp_path / "renamed.xlsx", drop_table(RUN_RESULTS), renamed))


def test_a_log_that_was_emptied_starts_anew(workbook: Path, tmp_path: Path) -> None:
    def emptied(book: openpyxl.Workbook) -> None:
        for cell in book["Run log"][book["Run log"].tables[RUN_LOG].ref][1]:
            cell.value = None

    assert read_run_log(edited(workbook, tmp_path / "emptied.xlsx", emptied)) == ()


def test_a_bad_cell_in_the_log_is_said_rather_than_lost(workbook: Path, tmp_path: Path) -> None:
    bad = edited(workbook, tmp_path / "bad.xlsx", put(RUN_LOG, {"policies": 2000}, NOTE, "=1/0"))
    with pytest.raises(InputError, match="sheet Run log, cell "):
        read_earlier_runs(bad)


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


@pytest.mark.slow
@pytest.mark.libreoffice
def test_runs_into_a_users_workbook(small: SmallFiling, tmp_path: Path) -> None:
    """Run, saved by LibreOffice with an edit and a note, and run again: what changed is said, the note is there."""
    book = tmp_path / "mine.xlsx"
    first = actions.run_workbook(small.inputs_only, small.parquet, book, None, quiet)
    assert first.warnings == (CLAIM_COST_CAUTION,)
    assert "There is no earlier run in this workbook." in values(book)["Changes"].values()
    before = read_run_data(book)
    by_hand = (
        put("lapse_lifetime_pay", {"policy_duration": 5}, "single", 0.06),
        put(RUN_LOG, {"policies": len(small.run.block)}, NOTE, "agreed with Ann"),
    )
    saved = convert(edited(book, tmp_path / "edited.xlsx", *by_hand), tmp_path, "xlsx")
    again = actions.run_workbook(saved, small.parquet, book, None, quiet)
    assert not [w for w in again.warnings if "Run" in w or "Changes" in w]

    shown = list(values(book)["Changes"].values())
    at = shown.index("lapse_lifetime_pay")
    assert shown[at : at + 5] == ["lapse_lifetime_pay", "policy_duration 5", "single", 0.025, 0.06]
    newest, old = read_run_log(book)
    assert newest["run"] != old["run"] and old[NOTE] == "agreed with Ann"
    lapse = ("lapse_lifetime_pay", "policy_duration 5", "single")
    assert lapse in [change.key for change in compare(before, read_run_data(book)).inputs]


def quiet(_: str) -> None:
    """No progress."""
