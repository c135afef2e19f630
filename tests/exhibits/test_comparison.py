"""Two runs compared: an edit is found and named, the order of policies moves nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.runs import data_of, made_up_data, with_table
from tests.exhibits.study import study_run
from xl_ltc.exhibits import changes
from xl_ltc.exhibits.changes import MOST_CELLS, MOST_INPUTS, NOT_THERE, changes_page, comparison_page
from xl_ltc.exhibits.comparison import WHOLE_ROW, Change, Comparison, compare, moved
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.run_data import HASHES, HEADLINE, Key, RunData
from xl_ltc.exhibits.table import Table

LAPSE = ("lapse_lifetime_pay", "policy_duration 5", "single")


def more_lapse(frame: pd.DataFrame) -> pd.DataFrame:
    frame.loc[frame["policy_duration"] == "5", "single"] = 0.06
    return frame


@pytest.fixture(scope="module")
def lapse(made_up: FilingRun) -> Comparison:
    return compare(made_up_data(), data_of(with_table(made_up, LAPSE[0], more_lapse)))


def tables_of(comparison: Comparison) -> dict[str, Table]:
    return {table.name: table for table in comparison_page(comparison, "A", "B").tables}


def numbers(run: RunData) -> dict[Key, float]:
    """The numbers of the exhibits."""
    return {key: v for key, v in run.results.items() if isinstance(v, float) and key[0] != HEADLINE}


def test_a_run_compared_with_itself() -> None:
    found = compare(made_up_data(), made_up_data())
    assert not found.inputs and not found.exhibits and not found.cells
    assert len(found.headline) == 8
    page = comparison_page(found, "A", "B")
    assert [table.name for table in page.tables] == ["changes_headline"]
    assert page.tables[0].cell("4", "change").value == "same"
    assert "No number of an exhibit moved." in [note.value for note in page.footnotes]


def test_a_changed_lapse_rate_is_found_and_named(lapse: Comparison) -> None:
    edit, of_assumptions = lapse.inputs
    assert edit == Change(LAPSE, 0.025, 0.06)
    assert (edit.difference, edit.relative) == (pytest.approx(0.035), pytest.approx(1.4))
    assert of_assumptions.key == (HASHES, "assumptions", "sha256")
    line = tables_of(lapse)["changes_inputs"].row("0").cells
    assert [line[c].value for c in ("table", "row", "column", "before", "after")] == [*LAPSE, 0.025, 0.06]


def test_every_number_that_moved_is_listed_and_counted(lapse: Comparison) -> None:
    before, after = (numbers(run) for run in (made_up_data(), lapse.after))
    different = [k for k in before if abs(after[k] - before[k]) > 0.005 + 1e-9 * abs(before[k])]
    found = {change.key: change for change in lapse.cells}
    assert set(different) <= set(found) and len(found) < len(before) / 2
    assert sum(movement.moved for movement in lapse.exhibits) == len(found)
    assert not [key for key in found if key[0].startswith(("Section 21", "Section 22", "Section 12"))]
    dollars = next(m for m in lapse.exhibits if (m.exhibit, m.measure) == ("Exhibit I-a", "money"))
    claims = {key: abs(after[key] - before[key]) for key in found if key[0] == "Exhibit I-a" and key[2][0] in "AB"}
    assert dollars.cells == 114 and dollars.moved == len(claims)
    assert dollars.largest.key == max(claims, key=lambda key: claims[key])


def test_policies_in_another_order_move_nothing(made_up: FilingRun) -> None:
    order = np.random.default_rng(3).permutation(len(made_up.block))
    again = run_filing(made_up.block.select(order), made_up.history, made_up.assumptions)
    found = compare(made_up_data(), data_of(again))
    assert [change.key for change in found.inputs] == [(HASHES, "in-force", "sha256")]
    assert not found.cells and not found.exhibits
    assert any(v != data_of(again).results[k] for k, v in made_up_data().results.items())  # to the last bit they did


def test_rows_added_and_removed(made_up: FilingRun) -> None:
    def later(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["issue_year_from"] == 2013, "issue_year_from"] = 2014
        return frame

    found = compare(made_up_data(), data_of(with_table(made_up, "valuation_interest", later)))
    rows = [change for change in found.inputs if change.key[0] == "valuation_interest"]
    assert rows == [
        Change(("valuation_interest", "issue_year_from 2014", WHOLE_ROW), None, "rate 0.035"),
        Change(("valuation_interest", "issue_year_from 2013", WHOLE_ROW), "rate 0.035", None),
    ]
    listed = tables_of(found)["changes_inputs"].row("0").cells
    assert (listed["before"].value, listed["after"].value) == (NOT_THERE, "rate 0.035")


def test_a_verdict_that_turns_and_years_only_one_run_has() -> None:
    verdict = next(key for key in made_up_data().results if key[:2] == ("Exhibit II", "8 Test: 7 is not less than 5"))
    other = dataclasses.replace(made_up_data(), results={**made_up_data().results, verdict: "Pass"})
    (change,) = compare(made_up_data(), other).cells
    assert (change.before, change.after, change.difference, change.relative) == ("Fail", "Pass", None, None)
    shorter = compare(made_up_data(), made_up_data(projection_years=30))
    gone = [change for change in shorter.cells if change.key[:2] == ("Exhibit I-a", "2050")]
    assert len(gone) == 5 and all(change.after is None for change in gone)
    assert Change(("settings", "projection_years", "value"), 60.0, 30.0) in shorter.inputs
    assert tables_of(shorter)  # lines without a value have no difference


def test_how_near_is_the_same() -> None:
    key = ("t", "r", "c")
    assert not moved(Change(key, 1e9, 1e9 + 0.9, "money")) and moved(Change(key, 1e9, 1e9 + 2.0, "money"))
    assert not moved(Change(key, 1e-7, -1e-7, "money")) and moved(Change(key, 0.0, 0.01, "money"))
    assert moved(Change(key, 1e-7, -1e-7, "ratio")) and moved(Change(key, 0.0, None)) and moved(Change(key, "N/A", 1.0))
    assert Change(key, 0.0, 1.0).relative is None


def test_long_lists_are_cut_and_counted(lapse: Comparison) -> None:
    change = lapse.cells[0]
    long = dataclasses.replace(lapse, cells=(change,) * (MOST_CELLS + 7), inputs=(change,) * (MOST_INPUTS + 1))
    found = tables_of(long)
    assert len(found["changes_cells"].rows) == MOST_CELLS and len(found["changes_inputs"].rows) == MOST_INPUTS
    assert found["changes_cells"].footnotes[0].value == "… and 7 more that are not listed."
    assert found["changes_cells"].heading == f"Numbers that moved: {MOST_CELLS + 7:,}"
    assert not tables_of(lapse)["changes_cells"].footnotes


@pytest.mark.parametrize(("measure", "finer"), [("tenths_percent", "rate"), ("hundredths", "decimal")])
def test_what_an_exhibit_rounds_away_is_to_be_seen(measure: str, finer: str) -> None:
    data = data_of(study_run())
    key = next(key for key, its in data.measures.items() if its == measure and isinstance(data.results.get(key), float))
    other = dataclasses.replace(data, results={**data.results, key: float(data.results[key]) + 2e-4})
    (row,) = tables_of(compare(data, other))["changes_cells"].rows
    assert {row.cells[column].measure for column in ("before", "after", "change")} == {finer}


def test_differences_are_live(lapse: Comparison) -> None:
    before, after = (run.headline("Lifetime loss ratio after the increase") for run in (lapse.before, lapse.after))
    row = tables_of(lapse)["changes_headline"].row("1").cells
    assert (row["before"].value, row["after"].value) == (before, after)
    assert row["change"].formula == "={after}-{before}"
    assert row["change"].value == float(after or 0.0) - float(before or 0.0) != 0.0


def test_the_first_run_has_nothing_before_it() -> None:
    page = changes_page(None, made_up_data())
    assert page.footnotes[0].value == "There is no earlier run in this workbook."
    assert page.tables[0].rows[0].cells["table"].value == "Lifetime loss ratio before the increase"
    assert "could not be read: cell A1" in str(changes_page(None, made_up_data(), "cell A1").footnotes[0].value)
    assert changes_page(made_up_data(), made_up_data()).sheet == changes.SHEET
