"""Exhibits III, A-1 to A-3 and Appendix B: against the filing's printed numbers, and on other experience."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.study import awkward_study, checked, study_run, with_cell
from xl_ltc.exhibits.exhibit_3 import comparison_in_numbers, comparison_in_words
from xl_ltc.exhibits.exhibit_a1 import exhibit_a1a, exhibit_a1b
from xl_ltc.exhibits.exhibit_a2 import exhibit_a2
from xl_ltc.exhibits.exhibit_a3 import exhibit_a3a, exhibit_a3b
from xl_ltc.exhibits.filing_pages import filing_pages, study_exhibits
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.exhibits.section_16 import section_16
from xl_ltc.exhibits.table import Page, Table, published_cells
from xl_ltc.experience.study import (
    APPENDIX_B,
    BASIS,
    EXHIBIT_3,
    LAPSE,
    LIFETIME_PAY,
    MORTALITY,
    STUDY_BY_NAME,
    TEN_PAY,
    bundled_study,
)

with (Path(__file__).parents[1] / "filing" / "published_values.csv").open(encoding="utf-8", newline="") as handle:
    PUBLISHED = [r for r in csv.DictReader(handle) if r["table"].startswith(("A-1b", "A-2", "A-3b"))]

Cells = dict[tuple[str, str, str], float]
SUM_OF_ROUNDED = 1.0
"""Exposure, claims: a sum of rounded numbers beside the rounded sum, for every three categories or so."""


def notes(page: Page | Table) -> str:
    return "\n".join(str(note.value) for note in page.footnotes)


def half_unit(printed: str) -> float:
    """Half of the last printed place."""
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return study_run()


@pytest.fixture(scope="module")
def cells(run: FilingRun) -> Cells:
    """What the exhibits show where the filing prints a number."""
    return {key: float(cell.value) for key, (_, cell) in published_cells(study_exhibits(run)).items()}  # type: ignore[arg-type]


def test_every_printed_number_has_its_cell(cells: Cells) -> None:
    assert set(cells) == {(r["table"], r["row"], r["column"]) for r in PUBLISHED}
    assert len(cells) == len(PUBLISHED) == 161 + 2 * 138 + 2 * 144 + 168


def test_inputs_and_what_follows_exactly_print_as_published(cells: Cells) -> None:
    wrong = []
    for r in PUBLISHED:
        key, is_sum = (r["table"], r["row"], r["column"]), r["row"] == "Total/Total" or r["column"] == "exposure"
        if r["class"] != "E2":
            tolerance = max(half_unit(r["printed"]), SUM_OF_ROUNDED if is_sum and "." not in r["printed"] else 0.0)
            wrong += [] if abs(cells[key] - float(r["printed"])) <= tolerance * (1 + 1e-9) else [(key, r, cells[key])]
    assert not wrong


def test_what_follows_from_rounded_numbers_is_within_their_rounding(cells: Cells) -> None:
    """The reconciliation says what numbers the rounded ones allow; what is shown is one of them.

    Derived lapse and its ratio it takes from printed derived lapse; the exhibits from terminations and mortality,
    each rounded to a tenth of a percent.
    """
    allowed = {c.place: c.computed for c in reconcile(None) if c.klass == "E2" and isinstance(c.computed, Interval)}
    wrong, by_column = [], Counter[str]()
    for r in PUBLISHED:
        key = (r["table"], r["row"], r["column"])
        if r["class"] == "E2":
            printed = Interval(*(float(r["printed"]) + sign * half_unit(r["printed"]) for sign in (-1, 1)))
            if r["column"] == "derived":
                right = around(cells[key]).meets(printed)
            elif r["column"] == "ratio":
                base = cells[r["table"].replace("b", "a"), r["row"], "derived"]
                right = (around(cells[r["table"], r["row"], "derived"]) / around(base)).meets(printed)
            else:
                right = allowed[key].meets(Interval.exactly(cells[key]))
            by_column[r["column"]] += 1
            wrong += [] if right else [(key, r["printed"], cells[key])]
    assert not wrong
    assert by_column == {"F": 23, "G": 23, "derived": 82, "composite": 14, "mort": 14, "ratio": 36}


def around(derived: float) -> Interval:
    """Derived lapse, if terminations and mortality are each known to half a tenth of a percent."""
    return Interval(derived - 2 * 0.0005 / 0.97, derived + 2 * 0.0005 / 0.97)


def test_by_hand(run: FilingRun) -> None:
    """Exhibit A-1b, partnered: 1,725 deaths in 633,561 life-years; A-2a(i), duration 1; A-2b(ii), duration 3."""
    deaths = exhibit_a1b(run).tables[0]
    q = 1.0 - math.exp(-1725 / 633561)
    assert deaths.number("Partner Status/Partnered", "actual") == pytest.approx(q, rel=1e-12)
    assert deaths.number("Partner Status/Partnered", "actual_to_expected_2012_iam") == pytest.approx(q / 0.007)
    lapse = exhibit_a2(run, LIFETIME_PAY).tables[0]
    assert lapse.number("1", "derived") == pytest.approx(1.0 - 0.958 / 0.997)
    ten_pay = exhibit_a2(run, TEN_PAY).tables[1]
    assert ten_pay.number("3", "smoothed_ratio") == pytest.approx(0.5)
    assert ten_pay.number("3", "ratio") == pytest.approx((1 - 0.987 / 0.998) / (1 - 0.978 / 0.998))


def test_the_reconciliation_is_linked_to_the_exhibits(run: FilingRun) -> None:
    """Each number that follows exactly, as far as the exhibit shows the very value that is checked."""
    checks = [c for c in reconcile(run) if c.table.startswith(("A-1b", "A-2", "A-3b")) and c.klass == "E1"]
    (table,) = filing_pages(run, checks).reconciliation.tables
    linked = [row for row in table.rows if row.cells["computed"].formula]
    # Of the totals each characteristic adds up to another; the exhibits show that of the first.
    unlinked = [c for c, row in zip(checks, table.rows, strict=True) if not row.cells["computed"].formula]
    assert len(linked) == 135 and {c.row for c in unlinked} == {"Total/Total"}
    assert {"={exhibit_a1b!Gender/Male.actual}", "={exhibit_a2a_single!7+.smoothed}"} <= {
        row.cells["computed"].formula for row in linked
    }


def test_every_number_is_a_formula(run: FilingRun) -> None:
    for page in study_exhibits(run):
        for table in page.tables:
            pasted = [
                (r.key, k)
                for r in table.rows
                for k, c in r.cells.items()
                if not isinstance(c.value, str) and not c.formula
            ]
            assert not pasted, (page.sheet, pasted)


def test_an_edited_number_moves_what_follows_from_it() -> None:
    frame = bundled_study()[MORTALITY]
    row = int(frame.index[frame["category"] == "Male"][0])
    before = exhibit_a1b(study_run()).tables[0]
    after = exhibit_a1b(study_run(with_cell(MORTALITY, row, "deaths", 2892))).tables[0]
    assert after.number("Gender/Male", "actual") == pytest.approx(1.0 - math.exp(-2892 / 379545))
    assert before.number("Gender/Male", "actual") == pytest.approx(1.0 - math.exp(-1446 / 379545))
    # The total adds up the first characteristic, which is partner status.
    assert after.number("Total/Total", "deaths") == before.number("Total/Total", "deaths") == 2699


def test_lapses_that_are_known_make_the_credibility() -> None:
    study = with_cell(LAPSE, 4, "events", 120.25)
    (single, _) = exhibit_a2(study_run(study), LIFETIME_PAY).tables
    assert single.number("5", "credibility") == pytest.approx(0.5)
    assert single.number("4-6", "credibility") == 1.0  # given, as the lapses of 4 and 6 are not known
    lapse = bundled_study()[LAPSE].copy()
    lapse.loc[3:5, "events"] = [10.0, 20.0, 30.0]
    (single, _) = exhibit_a2(study_run(checked(experience_lapse=lapse)), LIFETIME_PAY).tables
    assert single.number("4-6", "events") == 60.0
    assert single.number("4-6", "credibility") == pytest.approx(math.sqrt(60.0 / 481.0))
    assert single.cell("7+", "events").value == "N/A"


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Characteristics keep the order in which they first come, their categories together; so do durations."""
    frames = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in bundled_study().items()}
    by_exposure = frames[MORTALITY].sort_values("exposure", ignore_index=True)
    mingled = study_run(checked(**frames | {MORTALITY: by_exposure}))
    table = exhibit_a1b(mingled).tables[0]
    characteristics = [row.key.partition("/")[0] for row in table.rows[:-1]]
    assert list(dict.fromkeys(characteristics)) == list(dict.fromkeys(by_exposure["characteristic"]))[:-1]
    assert [c for c, _ in itertools.groupby(characteristics)] == list(dict.fromkeys(characteristics))
    ages = by_exposure["characteristic"] == "Attained Age"
    assert (
        characteristics[0] == "Attained Age"
        and table.number("Total/Total", "deaths") == by_exposure["deaths"][ages].sum()
    )
    for build in (exhibit_a3b, lambda run: exhibit_a2(run, TEN_PAY)):
        ours, theirs = (build(run).tables[0] for run in (mingled, study_run()))
        assert {row.key for row in ours.rows} == {row.key for row in theirs.rows}
        # The total is of the characteristic that comes first, whose parts were rounded.
        for row in theirs.rows:
            for column in ("exposure", "actual_claims_to_adjusted_claims", "ratio", "composite", "smoothed"):
                if column in row.cells:
                    assert ours.number(row.key, column) == pytest.approx(theirs.number(row.key, column), rel=2e-6)


def test_a_characteristic_without_exposure_has_no_probability() -> None:
    table = exhibit_a1b(study_run(awkward_study())).tables[0]
    (row,) = [row for row in table.rows if row.cells["category"].value == "*"]
    assert row.cells["actual"].value == "N/A" and "actual_to_expected_adjusted" not in row.cells


def test_a_payment_option_nobody_has_shows_experience_only() -> None:
    run = study_run()
    tables = run.assumptions.tables
    assert "smoothed" in exhibit_a2(run, TEN_PAY).tables[0].row("1").cells
    without = dataclasses.replace(run, assumptions=_Without(run, tables))  # type: ignore[arg-type]
    row = exhibit_a2(without, TEN_PAY).tables[0].row("1")
    assert "smoothed" not in row.cells and "smoothed_ratio" not in row.cells and "ratio" in row.cells


class _Without:
    """The assumptions of a company that sells no ten-pay policies, as far as the exhibit reads them."""

    def __init__(self, run: FilingRun, tables: object) -> None:
        self.lapse, self.tables, self.vocabulary_of = run.assumptions.lapse, tables, run.assumptions.vocabulary

    def vocabulary(self, name: str) -> tuple[str, ...]:
        return tuple(option for option in self.vocabulary_of(name) if option != TEN_PAY)


def test_without_any_the_exhibits_say_so() -> None:
    pages = {page.sheet: page for page in study_exhibits(made_up_run(300))}
    for sheet, table in {
        "Exhibit A-1b": MORTALITY,
        "Exhibit A-2a": LAPSE,
        "Exhibit A-2b": LAPSE,
        "Exhibit A-3b": "experience_morbidity",
        "Exhibit III": BASIS,
        "Appendix B": BASIS,
    }.items():
        assert all(not t.rows for t in pages[sheet].tables), sheet
        assert f"Nothing is given in {table}." in notes(pages[sheet])
    for sheet in ("Exhibit III tables", "Appendix B tables"):
        assert "pricing_lapse_511_limited_pay." in notes(pages[sheet])
        assert {t.heading.partition(":")[0] for t in pages[sheet].tables} == {"Current", "Interest"}
    assert "Nothing is given" not in "".join(notes(page) for page in study_exhibits(study_run()))


def test_current_assumptions_are_the_assumption_tables(run: FilingRun) -> None:
    (factors,) = exhibit_a1a(run).tables
    ages = run.assumptions.tables["mortality_factor_attained_age"]
    assert [row.cells["mortality_factor_attained_age_factor"].value for row in factors.rows] == list(ages["factor"])
    durations, by_age = exhibit_a3a(run).tables
    assert durations.number("9", "morbidity_factor_policy_duration_series_400") == 0.90  # duration 10
    assert by_age.number("10", "morbidity_factor_attained_age_indemnity") == 0.86  # age 64
    assert [c.header for c in by_age.columns][4:7] == ["500+ Series", "Lifetime", "Non-Lifetime"]


def test_exhibit_3_has_each_series(run: FilingRun) -> None:
    words, numbers = comparison_in_words(run, EXHIBIT_3), comparison_in_numbers(run, EXHIBIT_3)
    assert {str(row.key) for row in words.tables[0].rows} >= {"Morbidity/Original/511", "Mortality/Original/200, 300"}
    interest = table_of(numbers, "interest_3")
    assert [row.cells["original"].value for row in interest.rows] == [0.065, 0.06, 0.05, 0.04, 0.04]
    assert [interest.number(f"series_{i}", "current") for i in range(3)] == [0.05] * 3
    grid = table_of(numbers, "pricing_lapse_511_limited_pay_3")
    assert grid.number("5", "c1") == 0.0065 and grid.number("4", "c1") == 0.006  # rises, as printed
    assert grid.cell("7", "c0").value == "7+"
    active = table_of(numbers, "mortality_3")
    assert active.number("basis_500", "multiple") == 0.8
    assert active.cell("basis_500", "table").value == "Annuity 2000"
    by_age = table_of(numbers, "mortality_ages_3")
    assert by_age.number("90", "0_Male") == 0.18261  # SOA table 363
    assert "scale G2 for 10 projection years" in notes(numbers)
    appendix = table_of(comparison_in_numbers(run, APPENDIX_B), "interest_b")
    assert appendix.footnotes[-1].value == "Interest of the 513 Series pricing: 3.5%, the maximum valuation rate."


def test_a_product_only_the_pricing_has_is_shown() -> None:
    run = study_run(awkward_study())
    interest = table_of(comparison_in_numbers(run, APPENDIX_B), "interest_b")
    assert "Interest of the 600* Series pricing: 3.5%, the maximum valuation rate." in notes(interest)
    assert "original" in table_of(comparison_in_numbers(run, EXHIBIT_3), "interest_3").row("series_4").cells


def table_of(page: Page, name: str) -> Table:
    return next(table for table in page.tables if table.name == name)


def test_every_study_table_is_shown_somewhere(run: FilingRun) -> None:
    formulas = "\n".join(all_formulas(run))
    assert [name for name in STUDY_BY_NAME if f"{name}[" not in formulas] == []


def all_formulas(run: FilingRun) -> Iterator[str]:
    for page in (*study_exhibits(run), section_16(run)):
        rows = [row for table in page.tables for row in table.rows]
        yield from (cell.formula for row in rows for cell in row.cells.values() if cell.formula)


def test_no_formula_names_a_cell_of_a_sheet_or_matches_wildcards(run: FilingRun) -> None:
    found = [
        f for f in all_formulas(run) if "MATCH(" in f or "VLOOKUP(" in f or "COUNTIF(" in f or "SUMIF" in f or "$" in f
    ]
    assert not found
    assert pd.Series(list(all_formulas(run))).str.contains("experience_lapse").any()
