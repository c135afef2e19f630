"""The sheets of a study: LibreOffice comes to every stored value, and the bounds are those of their distributions."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from statistics import NormalDist

import openpyxl
import pytest
from scipy.stats import chi2

from tests.experience.test_records import BASIS, added_up, drawn, from_cells, quiet, small_study, source
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.exhibits.study.actual_to_expected import morbidity_page, mortality_page, row_key
from xl_ltc.exhibits.study.lapse import lapse_page
from xl_ltc.exhibits.study.models import factors_page, paths_page, penalties_page
from xl_ltc.experience.conduct import StudyResult, conduct_study
from xl_ltc.workbook.actions import study, study_inputs, studying
from xl_ltc.workbook.study_layout import CHARTS, OUTPUT_SHEETS, SHEETS, WAITING


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a study of a few illustrative histories writes."""
    to = tmp_path_factory.mktemp("study") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_inputs, "illustrative_experience", lambda *_: drawn())
        patch.setattr(studying, "StudyBasis", lambda: BASIS)
        study(None, None, to, quiet)
    return to


@pytest.fixture(scope="module")
def workbook(folder: Path) -> Path:
    return folder / "ltc_experience_study.xlsx"


def assert_holds(workbook: Path, scratch: Path) -> None:
    """Every formula comes to its stored value, and no cell shows an error."""
    stored, found, every = values(workbook), recalculated(workbook, scratch), formulas(workbook)
    wrong = list(differences(every, stored, found))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"
    assert not [(s, at, v) for s, cells in found.items() for at, v in cells.items() if str(v).startswith("#")]
    assert sum(len(cells) for cells in every.values()) > 1_000


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_formula_comes_to_its_stored_value(workbook: Path, tmp_path: Path) -> None:
    assert_holds(workbook, tmp_path)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_so_it_does_where_little_happened(tmp_path: Path) -> None:
    """Cells of one sex and one partner status, of few durations: categories without exposure, death or claim."""
    cells = added_up(source().histories)
    few = cells[(cells["sex"] == "Female") & (cells["partner_status"] == "Single") & (cells["policy_duration"] < 9)]
    few = few[few["attained_age"] < 80]
    path = tmp_path / "cells.csv"
    few.to_csv(path, index=False)
    with pytest.MonkeyPatch.context() as patch:
        basis = dataclasses.replace(BASIS, lapse_graduation=0.0, confidence=0.5)
        patch.setattr(studying, "StudyBasis", lambda: basis)
        study(path, None, tmp_path / "out", quiet)
    assert_holds(tmp_path / "out" / "ltc_experience_study.xlsx", tmp_path / "scratch")


def test_sheets_are_those_promised(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert tuple(book.sheetnames) == SHEETS
    for name in OUTPUT_SHEETS:
        words = [str(c.value) for row in book[name].iter_rows(max_row=4) for c in row if c.value is not None]
        if name in WAITING:
            assert any(WAITING[name] in word for word in words)
        elif name != CHARTS:
            assert words and not any("Filled by" in word or "No run yet" in word for word in words), name
    assert len(book[CHARTS]._charts) >= 3


def test_pages_cover_the_output_sheets() -> None:
    result = small_study()
    made = [mortality_page(result), morbidity_page(result), lapse_page(result, 481.0)]
    for model in (result.mortality, result.morbidity):
        made += [factors_page(model), penalties_page(model), paths_page(model)]
    assert {page.sheet for page in made} <= set(OUTPUT_SHEETS) and len({page.sheet for page in made}) == 9


@pytest.mark.parametrize("confidence", [0.9, 0.5])
def test_bounds_of_deaths_are_limits_of_a_poisson_mean(confidence: float) -> None:
    result = dataclasses.replace(small_study(), basis=dataclasses.replace(BASIS, confidence=confidence))
    table, tail = mortality_page(result).tables[0], (1.0 - confidence) / 2.0
    seen = set()
    for record in result.mortality_ae.to_dict("records"):
        key, deaths, expected = (
            row_key(record["characteristic"], record["category"]),
            record["deaths"],
            record["expected_adjusted"],
        )
        seen.add(min(deaths, 1))
        low = chi2.ppf(tail, 2 * deaths) / 2 / expected if deaths else 0.0
        high = chi2.ppf(1.0 - tail, 2 * deaths + 2) / 2 / expected
        assert table.cell(key, "lower").value == pytest.approx(low, rel=1e-9)
        assert table.cell(key, "upper").value == pytest.approx(high, rel=1e-9)
        ratio = deaths / expected
        assert table.cell(key, "above").value == pytest.approx(high - ratio, rel=1e-9)
        assert table.cell(key, "below").value == pytest.approx(ratio - low, rel=1e-9, abs=1e-12)
    assert 1 in seen


def test_bounds_of_dollars_are_standard_deviations_of_the_claims() -> None:
    result = small_study()
    table, z = morbidity_page(result).tables[0], NormalDist().inv_cdf(0.95)
    for record in result.morbidity_ae.to_dict("records"):
        key = row_key(record["characteristic"], record["category"])
        reach = z * record["squared_claims"] ** 0.5
        low, high = max(record["actual_claims"] - reach, 0.0), record["actual_claims"] + reach
        assert table.cell(key, "lower").value == pytest.approx(low / record["adjusted_claims"], rel=1e-9)
        assert table.cell(key, "upper").value == pytest.approx(high / record["adjusted_claims"], rel=1e-9)


def test_what_has_no_exposure_has_no_ratio() -> None:
    cells = added_up(source().histories)
    result: StudyResult = conduct_study(from_cells(cells[cells["sex"] == "Male"]), BASIS, bundled(), quiet)
    for page in (mortality_page(result), morbidity_page(result)):
        (table,) = page.tables
        assert {table.cell("Gender/Female", name).value for name in ("lower", "upper")} == {"N/A"}
        assert {table.cell("Gender/Female", name).value for name in ("above", "below")} == {0}


def test_results_files_are_beside_the_workbook(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"ltc_experience_study.xlsx", "results", "manifest.json"}
    names = {path.stem for path in (folder / "results").glob("*.csv")}
    assert {"study_mortality", "study_lapse", "mortality_paths", "fitted_lapse_lifetime_pay"} < names
    assert {"experience_mortality", "experience_lapse", "experience_morbidity"} < names
