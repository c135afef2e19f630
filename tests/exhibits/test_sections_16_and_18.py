"""Sections 16 and 18 and the sheet Attribution: every number beside one computed here, and what is not known."""

from __future__ import annotations

import csv
import dataclasses
import functools
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.study import study_run
from xl_ltc.assumptions.pricing.specs import BASES, EXPECTED
from xl_ltc.exhibits.attribution_page import attribution_page
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.exhibits.section_16 import section_16
from xl_ltc.exhibits.section_18 import section_18
from xl_ltc.exhibits.table import NOT_AVAILABLE, Page, Table, Value
from xl_ltc.experience.study import Study, bundled_study, nothing_given
from xl_ltc.pricing.analysis import PricingRequest
from xl_ltc.pricing.attribution import Attribution
from xl_ltc.pricing.sold import Sold

SERIES = ("200", "300", "400", "500", "511")
TARGET = {"200": 0.54, "300": 0.56, "400": 0.54, "500": 0.58, "511": 0.69}
EARNED = {"200": 0.05, "300": 0.05, "400": 0.05}
LINES = ["start", "history", "interest", "lapse", "mortality", "morbidity", "improvement", "all"]


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return study_run()


@functools.cache
def lacking(what: str) -> FilingRun:
    """A run that lacks something of sections 16 and 18."""
    series = "500" if what == "policies" else None
    run = made_up_run(300, series=series)
    sold: Sold | str = Sold(run.block, np.full(len(run.block), 1.5), "Made up.")
    study: Study = bundled_study()
    if what == "sales":
        sold = "The policies sold are lost."
    if what == "tables":
        study = nothing_given()
    if what == "bases":
        study = {**study, BASES: study[BASES].iloc[:0]}
    if what == "mortality":
        study = {**study, "pricing_mortality": study["pricing_mortality"].iloc[:0]}
    return run_filing(run.block, run.history, run.assumptions, study=study, sold=sold)


def table(page: Page, name: str) -> Table:
    return next(t for t in page.tables if t.name == name)


def value(found: Table, row: str, column: str) -> Value:
    return found.cell(row, column).value


def number(found: Table, row: str, column: str) -> float:
    at = value(found, row, column)
    assert isinstance(at, float), (row, column, at)
    return at


def notes(page: Page | Table) -> str:
    return "\n".join(str(note.value) for note in page.footnotes)


def lifetime(run: FilingRun, measure: str, basis: str, series: str | None) -> float:
    """History and future at section 16's rates, put together here."""
    total = 0.0
    for group, flows in zip(
        run.cash_flows.groups.itertuples(),
        run.cash_flows.get(measure, basis),
        strict=True,  # type: ignore[arg-type]
    ):
        if series in (None, group.series):
            rate = EARNED.get(str(group.series), group.valuation_rate)
            total += float(flows @ (1.0 + rate) ** (2016.5 - run.cash_flows.years))
    return total


# Section 16


@pytest.mark.parametrize("basis", ["before", "after"])
def test_actual_ratios_are_at_rates_as_pricing_used_them(basis: str, run: FilingRun) -> None:
    found = table(section_16(run), "section_16")
    rows = {"All": None} | {f"series_{i}": s for i, s in enumerate(SERIES)}
    assert [row.key for row in found.rows] == list(rows)
    for row, series in rows.items():
        premium, claims = (lifetime(run, m, basis, series) for m in ("earned_premium", "incurred_claims"))
        assert number(found, row, f"premium_{basis}") == pytest.approx(premium, rel=1e-12)
        assert number(found, row, f"claims_{basis}") == pytest.approx(claims, rel=1e-12)
        assert number(found, row, basis) == pytest.approx(claims / premium, rel=1e-12)
        expected = number(found, row, "expected")
        assert number(found, row, f"ae_{basis}") == pytest.approx(claims / premium / expected, rel=1e-12)
        if series:
            assert expected == pytest.approx(TARGET[series], rel=1e-12)


def test_the_expected_basis_is_shown(run: FilingRun) -> None:
    found = table(section_16(run), "section_16_expected")
    assert run.pricing is not None and run.pricing.expected is not None
    expected = run.pricing.expected
    for i, series in enumerate(SERIES):
        row = f"series_{i}"
        assert value(found, row, "series") == series
        assert number(found, row, "level") == pytest.approx(expected.level[i], rel=1e-14)
        assert number(found, row, "target") == TARGET[series]
        claims, premium = number(found, row, "claims"), number(found, row, "premium")
        assert number(found, row, "level") == pytest.approx(TARGET[series] * premium / claims, rel=1e-12)
        assert number(found, row, "with_margin") == pytest.approx(TARGET[series] * premium, rel=1e-12)
    assert [number(found, f"series_{i}", "interest") for i in range(5)] == list(
        bundled_study()["pricing_interest"]["original_pricing"][:5]
    )
    assert number(found, "All", "loss_ratio") == pytest.approx(
        sum(number(found, f"series_{i}", "with_margin") for i in range(5)) / number(found, "All", "premium"), rel=1e-12
    )
    assert number(found, "All", "loss_ratio") == number(table(section_16(run), "section_16"), "All", "expected")
    assert "Made up." in notes(found)


def test_the_filings_expected_ratios_are_tied_to_the_exhibit(run: FilingRun) -> None:
    published = table(section_16(run), "section_16").published
    assert published["s16", "All", "expected"] == ("All", "expected")
    assert published["s16", "511", "expected"] == ("series_4", "expected")
    assert len(published) == 6


# Section 18


@pytest.fixture(scope="module")
def attribution(run: FilingRun) -> Attribution:
    assert run.attribution is not None
    return run.attribution


def test_the_lines_are_worded_as_the_filing_has_them(run: FilingRun) -> None:
    found = table(section_18(run), "section_18")
    assert [row.key for row in found.rows] == [*LINES, "residual"]
    assert [value(found, row.key, "scenario") for row in found.rows] == [
        "Original pricing assumptions",
        "Historical experience through 2016 & projections with pricing assumptions[3]",
        "Interest",
        "Interest, lapse",
        "Interest, lapse, mortality",
        "Interest, lapse, mortality, morbidity",
        "Interest, lapse, mortality, morbidity, improvement",
        "Historical experience through 2016 & projections with all current most-likely assumptions[4]",
        "Not explained by the steps above",
    ]


def test_ratios_impacts_and_increases_needed(run: FilingRun, attribution: Attribution) -> None:
    found = table(section_18(run), "section_18")
    before: float | None = None
    for line in attribution.lines:
        premium, claims, after = (float(getattr(line.values, m).sum()) for m in ("premium", "claims", "premium_after"))
        ratio = number(found, line.step, "llr")
        assert ratio == pytest.approx(claims / premium, rel=1e-14)
        assert number(found, line.step, "premium_after") == pytest.approx(after, rel=1e-14)
        if before is None:
            assert value(found, line.step, "impact") == value(found, line.step, "needed") == NOT_AVAILABLE
        else:
            compared = number(found, "start", "llr") if line.step == "all" else before
            assert number(found, line.step, "impact") == pytest.approx(ratio / compared - 1.0, rel=1e-9)
            needed = (ratio / compared - 1.0) * premium / after
            assert number(found, line.step, "needed") == pytest.approx(needed, rel=1e-9)
        before = ratio
    assert number(found, "residual", "llr") == 0.0


def test_the_bars_go_from_line_to_line(run: FilingRun, attribution: Attribution) -> None:
    bars = table(section_18(run), "section_18_waterfall")
    ratio = {line.step: line.loss_ratio() for line in attribution.lines}
    assert [row.key for row in bars.rows] == LINES
    assert [value(bars, step, "total") for step in ("start", "all")] == [ratio["start"], ratio["all"]]
    for before, step in itertools.pairwise(LINES[:-1]):
        base, up, down = (number(bars, step, column) for column in ("base", "up", "down"))
        assert up >= 0.0 and down >= 0.0 and up * down == 0.0
        assert base + down == pytest.approx(ratio[before], rel=1e-14)
        assert base + up == pytest.approx(ratio[step], rel=1e-14)


def test_by_series_the_same_of_each_and_their_sum_is_all(run: FilingRun, attribution: Attribution) -> None:
    page = section_18(run)
    main, values = table(page, "section_18"), table(page, "section_18_values")
    ratios, increases = table(page, "section_18_ratios"), table(page, "section_18_needed")
    before = None
    for line in attribution.lines:
        for i in range(5):
            assert number(ratios, line.step, f"series_{i}") == line.loss_ratio(i)
            if before is not None:
                compared = attribution.lines[0] if line.step == "all" else before
                assert number(increases, line.step, f"series_{i}") == line.increase_needed(compared, i)
        for measure in ("premium", "claims", "premium_after"):
            parts = [number(values, f"{line.step}/{i}", measure) for i in range(5)]
            assert number(main, line.step, measure) == pytest.approx(sum(parts), rel=1e-14)
            assert parts == getattr(line.values, measure).tolist()
        before = line


def test_thresholds_are_beside_actual_to_expected(run: FilingRun) -> None:
    """Section 18: 10% for the 200, 300 and 400 series, 13% for the 500 and 14% for the 511."""
    found = table(section_18(run), "section_18_thresholds")
    sixteen = table(section_16(run), "section_16")
    for i, threshold in enumerate((0.10, 0.10, 0.10, 0.13, 0.14)):
        row = f"series_{i}"
        assert number(found, row, "threshold") == threshold
        assert number(found, row, "ae") == pytest.approx(number(sixteen, row, "ae_before"), rel=1e-12)
        beyond = number(found, row, "ae") > 1.0 + threshold
        assert value(found, row, "beyond") == ("yes" if beyond else "no")


def test_a_threshold_that_is_not_given_has_no_row() -> None:
    frame = bundled_study()[EXPECTED].copy()
    frame.loc[frame["basis"] == "400", "increase_in_original_loss_ratio"] = np.nan
    found = table(section_18(study_run({**bundled_study(), EXPECTED: frame})), "section_18_thresholds")
    assert [value(found, row.key, "series") for row in found.rows] == ["200", "300", "500", "511"]


# What is not known

WHY = {
    "sales": "The policies sold are lost.",
    "tables": f"Nothing is given in {BASES}.",
    "bases": f"Nothing is given in {BASES}.",
    "mortality": "Original pricing can't be projected: basis 200, table pricing_mortality: found no rows; "
    "allowed: the table that basis 200 names.",
}


@pytest.mark.parametrize("what", WHY)
def test_what_is_not_known_is_said_and_the_rest_is_there(what: str) -> None:
    run = lacking(what)
    assert run.attribution is None
    page = section_16(run)
    assert [t.name for t in page.tables] == ["section_16"]
    assert f"Expected loss ratios are not available. {WHY[what]}" in notes(page)
    found = page.tables[0]
    for row in found.rows:
        assert number(found, row.key, "before") > 0.0
        assert row.cells["expected"].formula is None  # the table it would be linked to is not there
        assert {value(found, row.key, c) for c in ("expected", "ae_before", "ae_after")} == {NOT_AVAILABLE}
    page = section_18(run)
    assert [(t.name, len(t.rows)) for t in page.tables] == [("section_18", 0)]
    assert f"Not available. {WHY[what]}" in notes(page)


def test_a_run_of_one_series_has_sections_16_and_18_of_it() -> None:
    run = lacking("policies")
    page = section_16(run)
    ratios, expected = table(page, "section_16"), table(page, "section_16_expected")
    assert number(ratios, "All", "expected") == number(expected, "All", "loss_ratio") == pytest.approx(0.58)
    assert number(ratios, "series_3", "expected") == pytest.approx(0.58)
    for i in (0, 1, 2, 4):
        assert value(ratios, f"series_{i}", "expected") == value(ratios, f"series_{i}", "ae_after") == NOT_AVAILABLE
        assert value(expected, f"series_{i}", "level") == value(expected, f"series_{i}", "loss_ratio") == NOT_AVAILABLE
    of_series, increases = (table(section_18(run), f"section_18_{name}") for name in ("ratios", "needed"))
    thresholds = table(section_18(run), "section_18_thresholds")
    for i in (0, 1, 2, 4):
        assert value(of_series, "start", f"series_{i}") == value(increases, "all", f"series_{i}") == NOT_AVAILABLE
        assert value(thresholds, f"series_{i}", "ae") == value(thresholds, f"series_{i}", "beyond") == NOT_AVAILABLE


def test_after_a_line_without_claims_nothing_is_compared() -> None:
    frame = bundled_study()[EXPECTED].assign(claim_level=0.0)
    run = study_run({**bundled_study(), EXPECTED: frame})
    page = section_18(run)
    found, by_series = table(page, "section_18"), table(page, "section_18_needed")
    assert number(found, "start", "llr") == 0.0
    sixteen, thresholds = table(section_16(run), "section_16"), table(page, "section_18_thresholds")
    assert value(sixteen, "series_2", "ae_before") == value(thresholds, "series_2", "ae") == NOT_AVAILABLE
    assert value(thresholds, "series_2", "beyond") == NOT_AVAILABLE
    for row in ("history", "all"):
        assert {value(found, row, c) for c in ("impact", "needed")} == {NOT_AVAILABLE}
        assert value(by_series, row, "series_2") == NOT_AVAILABLE
    assert isinstance(value(found, "interest", "needed"), float)


# The sheet Attribution


def test_a_sheet_of_other_sets_says_which_they_are(run: FilingRun) -> None:
    asked = PricingRequest(begin="current", end="original pricing", steps=("mortality", "lapse"))
    other = run_filing(
        run.block,
        run.history,
        run.assumptions,
        study=run.study,
        sold=Sold(run.block, np.full(len(run.block), 1.5), "Made up."),
        request=asked,
    )
    assert other.attribution is not None
    page = attribution_page(other.attribution, SERIES, 2016, {"Scenario": "none", "policies": "abc"}, "Last year")
    assert page.title[1] == "From current to original pricing"
    found = table(page, "attribution")
    assert [value(found, row.key, "scenario") for row in found.rows] == [
        "Last year",
        "Historical experience through 2016 & projections with set current[3]",
        "Mortality",
        "Mortality, lapse",
        "Historical experience through 2016 & projections with set original pricing[4]",
        "Not explained by the steps above",
    ]
    assert number(found, "residual", "llr") == other.attribution.residual() != 0.0
    assert notes(page).endswith("Scenario none, policies abc.")
    assert {t.name for t in page.tables} == {
        "attribution", "attribution_ratios", "attribution_needed", "attribution_values", "attribution_waterfall",
    }  # fmt: skip
    section = table(section_18(other), "section_18")
    for row in section.rows:
        for column in ("llr", "impact", "needed"):
            if column in row.cells:
                assert value(found, row.key, column) == row.cells[column].value


# Results as files


def files(run: FilingRun, folder: Path) -> dict[str, list[list[str]]]:
    found = {}
    for path in write_results(run, [], folder, filing_pages(run, [])):
        with path.open(encoding="utf-8", newline="") as handle:
            found[path.stem] = list(csv.reader(handle))
    return found


def test_results_files_hold_the_exhibits_numbers(run: FilingRun, attribution: Attribution, tmp_path: Path) -> None:
    found = files(run, tmp_path)
    header, *rows = found["s16_actual_to_expected_lr"]
    assert header == ["series", "before", "after", "expected", "ae_before", "ae_after"]
    assert [row[0] for row in rows] == ["All", *SERIES]
    sixteen = table(section_16(run), "section_16")
    for row, of in zip(rows, sixteen.rows, strict=True):
        assert [float(v) for v in row[1:]] == [of.cells[c].value for c in header[1:]]
    header, *rows = found["s18_attribution"]
    assert header == ["scenario", "lifetime_lr", "incremental_impact", "increase_needed"]
    assert len(rows) == 8 and not any("[" in row[0] for row in rows)
    assert rows[1][0] == "Historical experience through 2016 & projections with pricing assumptions"
    assert rows[0][2:] == ["", ""] and all(all(row) for row in rows[1:])
    for row, line in zip(rows, attribution.lines, strict=True):
        assert float(row[1]) == pytest.approx(line.loss_ratio(), rel=1e-15)


def test_results_files_have_blanks_for_what_is_not_known(tmp_path: Path) -> None:
    found = files(lacking("sales"), tmp_path)
    assert found["s18_attribution"] == [["scenario", "lifetime_lr", "incremental_impact", "increase_needed"]]
    rows = pd.DataFrame(found["s16_actual_to_expected_lr"][1:])
    assert (rows[[1, 2]] != "").all(axis=None) and (rows[[3, 4, 5]] == "").all(axis=None)


def test_a_repeated_run_has_the_same_attribution(run: FilingRun, attribution: Attribution) -> None:
    again = study_run().attribution
    assert again is not None
    for line, other in zip(again.lines, attribution.lines, strict=True):
        assert dataclasses.astuple(line)[:2] == dataclasses.astuple(other)[:2]
        assert line.loss_ratio() == other.loss_ratio()
