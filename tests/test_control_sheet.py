"""The Control sheet: its entries are read from wherever they stand, and no name is also a table's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from tests.small_filing import choose, drop_table, edited
from xl_ltc.choices import ANY_TEXT, allowed_words, typed
from xl_ltc.control import ILLUSTRATIVE, Control
from xl_ltc.errors import InputError
from xl_ltc.settings import Settings
from xl_ltc.workbook.read import read_workbook

WORKBOOKS = Path(__file__).parents[1] / "workbooks"
FILING, BLANK = WORKBOOKS / "ltc_rate_filing.xlsx", WORKBOOKS / "ltc_blank_filing.xlsx"


def test_the_bundled_workbook_holds_the_defaults() -> None:
    inputs = read_workbook(FILING)
    assert (inputs.settings, inputs.control) == (Settings(), Control())
    assert inputs.control.inforce == ILLUSTRATIVE
    on_control = {f.name for f in dataclasses.fields(Settings) if f.metadata["on_control"]}
    assert on_control == {
        "valuation_date",
        "projection_years",
        "increase_effective_year",
        "rate_increase_cap",
        "filing_state",
        "state_rate_increase_cap",
    }
    for name, place in inputs.places.items():
        wanted = "Control" if name in on_control | {f.name for f in dataclasses.fields(Control)} else "Settings"
        assert place.startswith(f"sheet {wanted}, cell B"), name


@pytest.mark.parametrize("name", ["ltc_rate_filing.xlsm", "ltc_blank_filing.xlsm", "ltc_policy_audit.xlsx"])
def test_no_name_is_also_the_name_of_a_table(name: str) -> None:
    """Excel has one list for both and repairs a workbook that uses a name twice."""
    book = openpyxl.load_workbook(WORKBOOKS / name)
    tables = {table.lower() for sheet in book for table in sheet.tables}
    assert len(tables) > 20
    assert not tables & {defined.lower() for defined in book.defined_names}


def test_an_entry_may_stand_in_either_table(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILING)
    names = {s: {row[0].value: row[1] for row in book[s].iter_rows()} for s in ("Control", "Settings")}
    control, settings = names["Control"]["scenario"], names["Settings"]["rbo_basis"]
    for cell, other in ((control, settings), (settings, control)):
        cell.offset(0, -1).value, cell.value = (
            (other.offset(0, -1).value, other.value) if cell is control else ("scenario", "x")
        )
    book.save(tmp_path / "swapped.xlsx")
    inputs = read_workbook(tmp_path / "swapped.xlsx")
    assert (inputs.control.scenario, inputs.settings.rbo_basis) == ("x", "as_filed")


@pytest.mark.parametrize("table", ["control", "settings", "lapse_lifetime_pay", "history"])
def test_a_removed_table_is_named(table: str, tmp_path: Path) -> None:
    path = edited(FILING, tmp_path / "book.xlsx", drop_table(table))
    with pytest.raises(InputError, match=f"table {table}: found no such table"):
        read_workbook(path)


def test_a_wrong_entry_is_said_at_its_cell(tmp_path: Path) -> None:
    path = edited(FILING, tmp_path / "book.xlsx", choose("solve_for", "everything"), choose("filing_state", "ZZ"))
    with pytest.raises(InputError) as caught:
        read_workbook(path)
    found = {(p.found, p.allowed) for p in caught.value.problems}
    assert found == {
        ("solve_for = 'everything'", "one of uniform_increase, rate_increase_cap"),
        ("filing_state = 'ZZ'", "the postal code of a state, such as MD"),
    }
    assert all(p.place.startswith("sheet Control, cell B") for p in caught.value.problems)


def test_blank_text_is_text_and_any_text_is_allowed() -> None:
    scenario = next(f for f in dataclasses.fields(Control) if f.name == "scenario")
    assert allowed_words(scenario) == ANY_TEXT
    assert [typed(value, scenario) for value in ("", None, float("nan"), " a ", 7, 7.0)] == ["", "", "", "a", "7", "7"]
    target = next(f for f in dataclasses.fields(Control) if f.name == "solve_target")
    assert allowed_words(target) == "a number"
    assert [typed(value, target) for value in (-0.5, "1.25", "much", True)] == [-0.5, 1.25, None, None]
