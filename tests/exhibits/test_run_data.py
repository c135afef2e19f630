"""What a run took and gave, one number a line."""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from tests.exhibits.made_up import made_up_run
from tests.exhibits.runs import data_of, made_up_data, record
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.run_data import HASHES, HEADLINE, RESULT, RunData, run_data_page, run_id
from xl_ltc.exhibits.table import Column, Page, Row, Table, all_tables, engine, live, text
from xl_ltc.settings import Settings


def test_every_cell_of_every_assumption_table_and_the_history_is_there(made_up: FilingRun) -> None:
    inputs = made_up_data().inputs
    for name, frame in made_up.assumptions.tables.frames.items():
        spec = next(s for s in SPECS if s.name == name)
        found = [key for key in inputs if key[0] == name]
        assert len(found) == len(frame) * (len(spec.columns) - len(spec.key)), name
    assert sum(key[0] == "history" for key in inputs) == len(made_up.history) * 4
    assert {key[1] for key in inputs if key[0] == "settings"} == {f.name for f in dataclasses.fields(Settings)}


def test_rows_are_called_by_their_keys() -> None:
    inputs = made_up_data().inputs
    assert inputs["lapse_lifetime_pay", "policy_duration 5", "single"] == 0.025
    assert inputs["benefit_expiry", "Female, 2", "85"] == 0.012
    assert inputs["lapse_payment_option", "Pay to Age 65, duration_from 1, issue_age_from 61", "scalar"] == 0.0
    assert inputs["lapse_payment_option", "Pay to Age 65, duration_from 1", "issue_age_to"] == 60.0
    assert inputs["lapse_payment_option", "Lifetime-Pay, duration_from 1", "duration_to"] == ""
    assert inputs["settings", "valuation_date", "value"] == "2016-12-31"
    assert inputs["inforce", "Total", "policies"] == 2_000.0
    assert len(str(inputs[HASHES, "in-force", "sha256"])) == 64


def test_results_are_what_the_exhibits_show(made_up: FilingRun) -> None:
    data, exhibits = made_up_data(), filing_pages(made_up, []).results
    tables = {table.name: table for table in all_tables(exhibits)}
    assert data.results["Exhibit I-b", "2030", "B Incurred Claims"] == tables["exhibit_1b"].number("2030", "claims")
    assert (
        data.results["Exhibit II", "8 Test: 7 is not less than 5", "Result"]
        == tables["exhibit_2"].cell("8", "result").value
    )
    assert data.results["Section 21, Issue Ages", "80+", "Insureds, 300"] == tables["section_21_issue_age"].number(
        "issue_age_9", "count_1"
    )
    assert data.results["Section 22, Nationwide", "Total", "Number of Insureds"] == made_up.increase.affected.sum()
    ratio = made_up.experience.lifetime_loss_ratio("after")
    assert data.headline("Lifetime loss ratio after the increase") == ratio
    assert data.measures[HEADLINE, "Lifetime loss ratio after the increase", RESULT] == "ratio"
    assert data.measures["Section 21, Issue Ages", "Average Issue Age", "Percent Distribution, All"] == "age"


def test_no_number_a_reader_sees_is_left_out(made_up: FilingRun) -> None:
    exhibits = filing_pages(made_up, []).results
    numbers = sum(
        isinstance(row.cells[c.key].value, int | float) and c.measure != "year"
        for table in all_tables(exhibits)
        for row in table.rows
        for c in table.columns
        if c.printed and c.key in row.cells
    )
    results = made_up_data().results
    assert sum(isinstance(v, float) and key[0] != HEADLINE for key, v in results.items()) == numbers > 1_000


def test_names_are_on_one_line_and_the_same_a_year_later() -> None:
    names = {part for key in (*made_up_data().inputs, *made_up_data().results) for part in key}
    assert not [name for name in names if "\n" in name or name != name.strip() or not name]
    assert ("Exhibit I-a, With Interest Accum./Disc.", "Lifetime", "Loss Ratio") in made_up_data().results


def test_rows_that_look_alike_are_numbered() -> None:
    columns = (Column("label", "Item"), Column("value", "Value[1]", "money"))
    rows = tuple(Row(str(i), {"label": text("same"), "value": engine(float(i))}) for i in range(2))
    headed = Table("t", columns, rows, "First\npart")
    page = Page("S", "", (), (headed, dataclasses.replace(headed, name="u")))
    every = (*filing_pages(made_up_run(), []).exhibits, page)
    results = RunData.of(made_up_run(), every, {}).results
    assert {key: value for key, value in results.items() if key[0].startswith("S,")} == {
        ("S, First part", "same", "Value"): 0.0,
        ("S, First part", "same (2)", "Value"): 1.0,
        ("S, First part (2)", "same", "Value"): 0.0,
        ("S, First part (2)", "same (2)", "Value"): 1.0,
    }


def test_a_heading_over_some_rows_is_no_name_of_a_row() -> None:
    keys = [key for key in made_up_data().results if key[0] == "Exhibit I-a"]
    assert keys[0][1] == "2000"
    assert not [key for key in keys if "Historical" in key[1]]


def test_every_result_is_linked_to_the_cell_that_shows_it(made_up: FilingRun) -> None:
    exhibits = filing_pages(made_up, []).results
    tables = {table.name: table for table in all_tables(exhibits)}
    inputs, results = run_data_page(made_up_data(), exhibits).tables
    assert len(results.rows) == len(made_up_data().results)
    assert len(inputs.rows) == len(made_up_data().inputs)
    for row in results.rows:
        formula = row.cells["value"].formula or ""
        name, _, rest = formula.strip("={}").partition("!")
        line, _, column = rest.rpartition(".")
        assert row.cells["value"] == live(formula, tables[name].cell(line, column).value, row.cells["value"].measure)


def test_a_run_is_called_by_its_time_and_what_it_ran_on(made_up: FilingRun) -> None:
    manifest = record(made_up)
    assert re.fullmatch("20260504-030201-[0-9a-f]{6}", run_id(manifest))
    other = record(made_up_run(rate_increase_cap=0.5))
    assert run_id(other) != run_id(manifest) == run_id(record(made_up))
    assert made_up_data().started == "2026-05-04 03:02:01"


def test_a_run_on_the_same_is_equal(made_up: FilingRun) -> None:
    assert data_of(made_up) == made_up_data()
    assert data_of(made_up_run(rate_increase_cap=0.5)) != made_up_data()
    assert np.isfinite([v for v in made_up_data().results.values() if isinstance(v, float)]).all()
