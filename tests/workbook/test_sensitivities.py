"""The sheet ``Sensitivities``: from a workbook's scenarios to its page, chart and file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.exhibits.made_up import made_up_run
from tests.small_filing import SmallFiling, cell, choose, drop_table, edited, files_in, put, small_filing
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc import cli
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.sensitivities_page import (
    BARS,
    BASE,
    CSV_HEADER,
    MOST_BARS,
    SHEET,
    TABLE,
    TORNADO,
    csv_lines,
    sensitivities_page,
)
from xl_ltc.exhibits.table import Page, Table
from xl_ltc.experience.study import nothing_given
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.results import BASES
from xl_ltc.scenarios.outcome import Sensitivities
from xl_ltc.scenarios.run import run_sensitivities
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.tables import Asked, bundled_scenarios, check_scenarios
from xl_ltc.tables import InputTable
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions.putting import write_pages
from xl_ltc.workbook.package.drawings import object_names
from xl_ltc.workbook.package.opc import Package
from xl_ltc.workbook.read import read_workbook

EXACT = 1e-12
CHART = "xl_ltc Change of the lifetime loss ratio after the increase"
WORSE = {"scenario": "Morbidity 10% higher"}


def quiet(_: str) -> None:
    """No progress."""


def bundled_asked(run: FilingRun) -> Asked:
    return check_scenarios({name: InputTable(frame) for name, frame in bundled_scenarios().items()}, run.series)


def found_by(run: FilingRun, asked: Asked) -> Sensitivities:
    sets = AssumptionSets(run.assumptions, nothing_given())
    return run_sensitivities(run.block, run.history, sets, sets.mix("current"), asked)


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return made_up_run()


@pytest.fixture(scope="module")
def found(run: FilingRun) -> Sensitivities:
    return found_by(run, bundled_asked(run))


@pytest.fixture(scope="module")
def page(run: FilingRun, found: Sensitivities) -> Page:
    return sensitivities_page(found, run.assumptions.settings, {"policies": "0123abcd"})


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


def table(page: Page, name: str) -> Table:
    return next(t for t in page.tables if t.name == name)


def drawing_of(workbook: Path, sheet: str) -> list[str]:
    """The names of the objects drawn on a sheet."""
    package = Package.open(workbook)
    root = package.xml(package.workbook_part)
    ids = {rel.id: rel.inner for rel in package.rels(package.workbook_part)}
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    at = {str(e.get("name")): ids[str(e.get(relation))] for e in root.iter("{*}sheet")}
    drawing = package.related(at[sheet], "drawing")
    return [] if drawing is None else object_names(package.xml(drawing.inner))


# The page


def test_base_and_scenarios_show_their_outcomes(page: Page, found: Sensitivities, run: FilingRun) -> None:
    shown = table(page, TABLE)
    for key, of in [(BASE, found.base), *((str(i), o) for i, (_, o) in enumerate(found.scenarios, start=1))]:
        for basis in BASES:
            assert shown.number(key, basis) == of.loss_ratio(basis)
            assert shown.number(key, f"change_{basis}") == of.loss_ratio(basis) - found.base.loss_ratio(basis)
        assert shown.number(key, "margin") == of.test.margin
        assert shown.number(key, "needed") == of.increase_needed(found.base)
        assert shown.cell(key, "passed").value == ("Pass" if of.test.passed else "Fail")
    for basis in BASES:
        assert shown.number(BASE, basis) == pytest.approx(run.experience.lifetime_loss_ratio(basis), rel=EXACT)
    assert shown.cell("1", "scenario").value == "Mortality 10% lower"
    assert shown.cell("1", "changes").value == "Mortality × 0.9"


def test_what_only_the_engine_knows_is_marked_and_the_rest_is_live(page: Page) -> None:
    labels = {"place", "number", "bar"}
    for t in page.tables:
        for row in t.rows:
            for key, c in row.cells.items():
                if isinstance(c.value, float) and key not in labels:
                    assert c.engine != (c.formula is not None), (t.name, row.key, key)


def test_a_grid_is_a_two_way_table_of_each_measure(page: Page, found: Sensitivities) -> None:
    ((grid, outcomes),) = found.grids
    for key in (*BASES, "margin", "needed"):
        shown = table(page, f"sensitivity_grid_1_{key}")
        assert len(shown.rows) == len(grid.down.values) and len(shown.columns) == 1 + len(grid.across.values)
        assert [row.cells["down"].value for row in shown.rows] == ["× 0.8", "× 0.9", "× 1", "× 1.1", "× 1.2"]
        assert [c.header for c in shown.columns] == ["Morbidity", "× 0.5", "× 0.75", "× 1", "× 1.25", "× 1.5"]
    assert table(page, "sensitivity_grid_1_before").number("3", "c1") == outcomes[3 * 5 + 1].loss_ratio("before")
    assert table(page, "sensitivity_grid_1_after").number("2", "c2") == found.base.loss_ratio("after")
    assert table(page, "sensitivity_grid_1_needed").number("2", "c2") == 0.0


def test_the_tornado_has_low_and_high_of_one_thing_on_one_bar_the_widest_first(
    page: Page, found: Sensitivities
) -> None:
    bars, drawn = table(page, BARS), table(page, TORNADO)
    assert len(bars.rows) == len(drawn.rows) == 9  # of 18 scenarios; the one of three changes is no bar
    widths = [drawn.number(row.key, "width") for row in drawn.rows]
    assert widths == sorted(widths, reverse=True) and widths[-1] > 0.0
    changes = {s.name: o.loss_ratio("after") - found.base.loss_ratio("after") for s, o in found.scenarios}
    (lapse,) = [row for row in drawn.rows if str(row.cells["what"].value) == "Lapse: × 0.75, × 1.25"]
    assert lapse.cells["low"].value == min(changes["Lapse 25% lower"], changes["Lapse 25% higher"]) < 0.0
    assert lapse.cells["high"].value == max(changes["Lapse 25% lower"], changes["Lapse 25% higher"]) > 0.0
    assert drawn.bars is not None and set(drawn.bars.parts) == {"low", "high"}


def test_bars_of_one_side_begin_at_the_base_and_the_widest_are_drawn(run: FilingRun) -> None:
    scales = np.linspace(1.01, 1.3, MOST_BARS + 5)
    series = ("All", *run.series)
    scenarios = tuple(
        Scenario(
            f"{i}", (Change(("morbidity", "lapse", "mortality", "cbul", "rbo")[i // 6], series[i % 6], Linear(s)),)
        )
        for i, s in enumerate(scales)
    )
    page = sensitivities_page(found_by(run, Asked(scenarios)), run.assumptions.settings, {})
    bars, drawn = table(page, BARS), table(page, TORNADO)
    assert len(bars.rows) == len(scales) and len(drawn.rows) == MOST_BARS
    for row in bars.rows:
        assert 0.0 in (row.cells["low"].value, row.cells["high"].value)
    assert sorted(bars.number(row.key, "rank") for row in bars.rows) == list(range(1, len(scales) + 1))


def test_a_page_without_bars_or_scenarios(run: FilingRun) -> None:
    several = Scenario("both", (Change("lapse", "All", Linear(0.9)), Change("cbul", "All", Linear(0.9))))
    for asked in (Asked((several,)), Asked((), bundled_asked(run).grids)):
        page = sensitivities_page(found_by(run, asked), run.assumptions.settings, {})
        assert {BARS, TORNADO}.isdisjoint(t.name for t in page.tables)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_spreadsheet_comes_to_the_stored_values_and_changes_act(page: Page, tmp_path: Path) -> None:
    """Ties in width and a scenario with a far wider bar included."""
    path = tmp_path / "page.xlsx"
    write_pages([page], path)
    wrong = list(differences(formulas(path), values(path), recalculated(path, tmp_path)))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    columns = {name: i for i, name in enumerate(c.key for c in table(page, TABLE).columns)}
    (row,) = [r for r in sheet.iter_rows() if r[0].value == "Benefit expiry 25% higher"]
    row[columns["claims_after"]].value *= 100
    (tmp_path / "again").mkdir()
    book.save(tmp_path / "again" / "changed.xlsx")
    again = recalculated(tmp_path / "again" / "changed.xlsx", tmp_path / "again")[SHEET]
    first = next(int(at[1:]) for at, v in again.items() if at[0] == "A" and v == "Change") + 1
    assert again[f"A{first}"] == "Benefit expiry: × 0.75, × 1.25" and again[f"D{first}"] > 10.0


# A workbook


def test_from_template_to_page(small: SmallFiling, tmp_path: Path) -> None:
    """A scenario edited on the sheet is the one that is run, and no other line is read as another."""
    book = edited(small.inputs_only, tmp_path / "book.xlsx", put("scenarios", WORSE, "scale", 1.37))
    outcome = actions.sensitivities_workbook(book, small.csv, None, None, quiet)
    asked = check_scenarios(read_workbook(book).scenarios, small.run.series)
    changes = {s.name: s.changes for s in asked.scenarios}
    assert changes[WORSE["scenario"]] == (Change("morbidity", "All", Linear(1.37)),)
    expected = found_by(small.run, asked)
    stored = values(book)[SHEET]
    names = {value: at[1:] for at, value in stored.items() if at[0] == "A"}
    letters = {c.key: chr(65 + i) for i, c in enumerate(table_columns(expected, small))}
    for name, of in [("Base", expected.base), *((s.name, o) for s, o in expected.scenarios)]:
        assert stored[f"{letters['before']}{names[name]}"] == pytest.approx(of.loss_ratio("before"), rel=EXACT)
        assert stored[f"{letters['after']}{names[name]}"] == pytest.approx(of.loss_ratio("after"), rel=EXACT)
        assert stored[f"{letters['margin']}{names[name]}"] == pytest.approx(of.test.margin, rel=EXACT)
    assert stored[f"{letters['changes']}{names[WORSE['scenario']]}"] == "Morbidity × 1.37"
    assert outcome.files == (book,) and "45 runs: the base, 19 scenarios and 1 grid" in outcome.summary[0]
    assert openpyxl.load_workbook(book).sheetnames[-1] == SHEET


def table_columns(found: Sensitivities, small: SmallFiling) -> tuple[object, ...]:
    return sensitivities_page(found, small.run.assumptions.settings, {}).tables[0].columns  # type: ignore[return-value]


def test_the_chart_is_drawn_from_the_sheet_and_a_later_run_replaces_it(small: SmallFiling, tmp_path: Path) -> None:
    """Beside a chart of the user's, which stays; the later run is of fewer scenarios, so its chart stands higher."""

    def mine(of: openpyxl.Workbook) -> None:
        sheet, chart = of.create_sheet(SHEET), openpyxl.chart.BarChart()
        chart.add_data(openpyxl.chart.Reference(sheet, min_col=2, min_row=6, max_row=9))
        sheet.add_chart(chart, "N3")

    book = edited(small.inputs_only, tmp_path / "book.xlsx", mine)
    (users,) = drawing_of(book, SHEET)
    actions.sensitivities_workbook(book, small.csv, None, None, quiet)
    assert sorted(drawing_of(book, SHEET)) == sorted([users, CHART])
    names = [WORSE["scenario"], "Morbidity 10% lower", "No elections"]
    outcome = actions.sensitivities_workbook(book, small.csv, None, None, quiet, names)
    assert sorted(drawing_of(book, SHEET)) == sorted([users, CHART])
    assert not [warning for warning in outcome.warnings if "does not fill" in warning]
    stored = values(book)[SHEET]
    first = next(int(at[1:]) for at, v in stored.items() if at[0] == "A" and v == "Change") + 1
    assert stored[f"A{first}"] == "Morbidity: × 0.9, × 1.1"
    package = Package.open(book)
    charts = [name for name in package.reachable([""]) if "charts/chart" in name and name.endswith(".xml")]
    texts = {e.text.replace("'", "") for name in charts for e in package.xml(name).iter("{*}f") if e.text}
    assert texts >= {f"{SHEET}!${letter}${first}:${letter}${first + 1}" for letter in "ACD"}


def test_only_named_scenarios_and_a_file_of_every_run(small: SmallFiling, tmp_path: Path) -> None:
    out, results = tmp_path / "out.xlsx", tmp_path / "deep" / "results"
    arguments = ["sensitivities", small.inputs_only, "--inforce", small.csv, "--out", out, "--results", results]
    assert cli.main([*map(str, arguments), "--scenario", WORSE["scenario"], "Morbidity and lapse"]) == 0
    with (results / "sensitivities.csv").open(encoding="utf-8", newline="") as handle:
        header, *lines = csv.reader(handle)
    assert header == CSV_HEADER.split(",")
    assert [line[0] for line in lines] == ["base", "scenario", *["grid"] * 25]
    asked = bundled_asked(small.run).only([WORSE["scenario"], "Morbidity and lapse"])
    for line, wanted in zip(lines, csv_lines(found_by(small.run, asked)), strict=True):
        for text, value in zip(line, wanted, strict=True):
            assert float(text) == pytest.approx(value, rel=EXACT) if isinstance(value, float) else text == value
    assert lines[2][1:3] == ["Morbidity and lapse: Morbidity × 0.8, Lapse × 0.5", "Morbidity × 0.8; Lapse × 0.5"]
    assert {p.name for p in tmp_path.iterdir()} == {"out.xlsx", "deep"}
    assert {p.name for p in results.iterdir()} == {"sensitivities.csv", "sensitivities_manifest.json"}


def test_the_results_folder_of_the_control_sheet(small: SmallFiling, tmp_path: Path) -> None:
    book = edited(small.inputs_only, tmp_path / "book.xlsx", choose("results_folder", "csv"))
    outcome = actions.sensitivities_workbook(book, small.csv, None, None, quiet, ["No elections"])
    assert outcome.files == (book, tmp_path / "csv" / "sensitivities.csv") and outcome.files[1].is_file()


def test_a_workbook_without_scenarios_runs_and_says_what_is_missing(small: SmallFiling, tmp_path: Path) -> None:
    """As one made before there were any."""
    book = edited(small.inputs_only, tmp_path / "book.xlsx", drop_table("scenarios"), drop_table("scenario_grid"))
    assert actions.read_inputs(book, small.csv, quiet).block is not None
    before = files_in(tmp_path)
    with pytest.raises(
        InputError, match="no rows in tables scenarios and scenario_grid; allowed: a scenario or a grid"
    ):
        actions.sensitivities_workbook(book, small.csv, None, None, quiet)
    assert files_in(tmp_path) == before


def test_a_bad_scenario_is_refused_with_its_cell_and_stops_no_other_action(small: SmallFiling, tmp_path: Path) -> None:
    book = edited(small.inputs_only, tmp_path / "book.xlsx", put("scenarios", WORSE, "shift", 0.1))
    at = cell(openpyxl.load_workbook(book), "scenarios", WORSE, "shift").coordinate
    words = f"sheet Scenarios, cell {at}: found 0.1; allowed: nothing: morbidity can be scaled only"
    before = files_in(tmp_path)
    with pytest.raises(InputError, match=words):
        actions.sensitivities_workbook(book, small.csv, None, None, quiet)
    assert files_in(tmp_path) == before
    assert [str(p) for p in actions.check_inputs(book, small.csv, None, quiet).problems] == [words]
    assert actions.read_inputs(book, small.csv, quiet).block is not None


def test_a_name_that_is_not_there_is_refused(small: SmallFiling, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--scenario: found 'Moon'; allowed: one of Mortality 10% lower, "):
        actions.sensitivities_workbook(small.inputs_only, small.csv, tmp_path / "o.xlsx", None, quiet, ["Moon"])


def test_an_assumption_set_whose_tables_are_not_given_is_refused(small: SmallFiling, tmp_path: Path) -> None:
    changes = (choose("assumption_set", "original pricing"), drop_table("pricing_bases"))
    book = edited(small.inputs_only, tmp_path / "book.xlsx", *changes)
    with pytest.raises(InputError, match="assumption set original pricing, basis 200, table pricing_bases"):
        actions.sensitivities_workbook(book, small.csv, None, None, quiet)
