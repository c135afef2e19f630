"""The sheet ``Solve``: live where it follows from itself, in a spreadsheet as here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.exhibits.made_up import made_up_run
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc.control import CAP, LIFETIME, MARGIN, UNIFORM
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.solve_page import SHEET, solve_page
from xl_ltc.exhibits.solving import HIGHEST, Solution, SolveRequest, solve_increase
from xl_ltc.exhibits.solving_curve import measure_curve
from xl_ltc.exhibits.table import ALL, Page, Table
from xl_ltc.projection.results import from_history
from xl_ltc.rate_increase.solve import Curve
from xl_ltc.workbook.actions.putting import write_pages

LIVE = 1e-12
NONE_NEEDED = 1e9
"""A loss ratio nobody has."""
ASKED = {"scenario": "none", "policies": "0123abcd"}


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return made_up_run()


def solved(run: FilingRun, *request: Any) -> Solution:
    return solve_increase(run.block, run.history, run.assumptions, SolveRequest(*request))


def page_of(run: FilingRun, solution: Solution) -> Page:
    return solve_page(solution, run.block, run.series, ASKED)


def table(page: Page, name: str) -> Table:
    return next(t for t in page.tables if t.name == name)


def curve_of(run: FilingRun, measure: str) -> Curve:
    wanted = np.full(len(run.block), HIGHEST)
    return measure_curve(run.block, from_history(run.history), run.assumptions, wanted, measure, True)


def within_reach(run: FilingRun, measure: str) -> float:
    """A target that an increase of about 60% reaches."""
    curve = curve_of(run, measure)
    i = next(i for i, increase in enumerate(curve.increases) if increase > 0.6)
    return (curve.measures[i] + curve.measures[i - 1]) / 2.0


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("solve_for", [UNIFORM, CAP])
@pytest.mark.parametrize("measure", [LIFETIME, MARGIN])
def test_a_spreadsheet_comes_to_the_stored_values(run: FilingRun, tmp_path: Path, solve_for: str, measure: str) -> None:
    path = tmp_path / "solve.xlsx"
    write_pages([page_of(run, solved(run, solve_for, measure, within_reach(run, measure), True))], path)
    wrong = list(differences(formulas(path), values(path), recalculated(path, tmp_path)))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_changed_factor_of_the_test_acts(run: FilingRun, tmp_path: Path) -> None:
    solution = solved(run, UNIFORM, MARGIN, within_reach(run, MARGIN), True)
    path = tmp_path / "solve.xlsx"
    write_pages([page_of(run, solution)], path)
    book = openpyxl.load_workbook(path)
    (label,) = (row[0] for row in book[SHEET].iter_rows() if str(row[0].value).startswith("6b"))
    factor = label.offset(0, 2)
    assert factor.value == pytest.approx(1.15)
    factor.value = 1.0
    book.save(tmp_path / "changed.xlsx")
    found = recalculated(tmp_path / "changed.xlsx", tmp_path)[SHEET]
    test = solution.experience.test_58_85()
    claims = solution.experience.values("incurred_claims", "after").lifetime
    assert any(
        v == pytest.approx(claims / test.item_5 - 1.0, rel=1e-12) for v in found.values() if isinstance(v, float)
    )


def test_the_answer_follows_from_the_tables_below_it(run: FilingRun) -> None:
    for measure in (LIFETIME, MARGIN):
        target = within_reach(run, measure)
        solution = solved(run, UNIFORM, measure, target, True)
        page = page_of(run, solution)
        answer = table(page, "solve_answer")
        assert answer.number("answer", "value") == solution.root.increase
        assert answer.number("value", "value") == pytest.approx(target, abs=1e-8)
        assert answer.number("off", "value") == answer.number("value", "value") - target
        assert table(page, "solve_series").number(ALL, "after") == pytest.approx(
            solution.experience.lifetime_loss_ratio("after"), rel=LIVE
        )
        assert table(page, "solve_test").number("margin", "result") == solution.experience.test_58_85().margin


def test_series_add_up_to_the_block(run: FilingRun) -> None:
    solution = solved(run, CAP, LIFETIME, within_reach(run, LIFETIME), True)
    page = page_of(run, solution)
    by_series = table(page, "solve_series")
    for column, (name, basis) in {
        "premium_before": ("earned_premium", "before"),
        "claims_after": ("incurred_claims", "after"),
    }.items():
        whole = solution.experience.values(name, basis).lifetime  # type: ignore[arg-type]
        assert by_series.number(ALL, column) == pytest.approx(whole, rel=LIVE)
        assert sum(by_series.number(s, column) for s in run.series) == pytest.approx(whole, rel=LIVE)
    affected, premium = solution.increase.affected, run.block.numbers("annualized_premium")
    insureds = table(page, "solve_premium")
    assert insureds.number(ALL, "insureds") == affected.sum()
    assert insureds.number(ALL, "average") == pytest.approx(
        np.average(solution.increase.increase[affected], weights=premium[affected]), rel=LIVE
    )
    assert insureds.number(ALL, "lapse") == pytest.approx(solution.increase.cbul[affected].mean(), rel=LIVE)


def test_steps_lead_from_no_increase_to_the_one_that_has_the_answer(run: FilingRun) -> None:
    solution = solved(run, UNIFORM, LIFETIME, within_reach(run, LIFETIME), True)
    steps = table(page_of(run, solution), "solve_steps")
    begins = [steps.number(row.key, "from") for row in steps.rows]
    ends = [steps.number(row.key, "to") for row in steps.rows]
    assert begins == pytest.approx([0.0, 0.15, 0.25, 0.35, 0.45, 0.55], abs=2e-8)
    assert ends == pytest.approx([0.15, 0.25, 0.35, 0.45, 0.55, 0.65], abs=2e-8)
    assert begins[-1] < solution.root.increase < ends[-1]
    last = steps.rows[-1].key
    assert steps.number(last, "above") > solution.root.value > steps.number(last, "below")


def test_an_answer_in_a_jump_is_said_and_both_sides_are_shown(run: FilingRun) -> None:
    curve = curve_of(run, LIFETIME)
    solution = solved(run, UNIFORM, LIFETIME, sum(curve.measures[3:5]) / 2.0, True)
    page = page_of(run, solution)
    assert table(page, "solve_answer").footnotes[0].value == solution.answer
    assert "jumps from" in solution.answer
    steps = table(page, "solve_steps")
    assert steps.number("1", "below") == curve.measures[3]
    assert steps.number("2", "above") == curve.measures[4]
    assert len(steps.rows) == 3


def test_footnotes_say_how_it_was_found(run: FilingRun) -> None:
    def notes(*request: Any) -> str:
        return " ".join(str(note.value) for note in page_of(run, solved(run, *request)).footnotes)

    uniform = notes(UNIFORM, LIFETIME, within_reach(run, LIFETIME), True)
    assert "with CBUL, RBO and adverse selection" in uniform
    assert "the same for everybody affected; RBO basis as filed" in uniform
    assert "policies 0123abcd" in uniform
    cap = notes(CAP, LIFETIME, NONE_NEEDED, False)
    assert "without any reaction of insureds" in cap
    assert "to the new-business level under the cap found, not rounded" in cap


def test_what_only_the_engine_knows_is_marked_and_the_rest_is_live(run: FilingRun) -> None:
    page = page_of(run, solved(run, UNIFORM, LIFETIME, within_reach(run, LIFETIME), True))
    given = {"target", "tolerance"}
    for t in page.tables:
        for row in t.rows:
            for key, cell in row.cells.items():
                if isinstance(cell.value, float) and row.key not in given and key != "factor":
                    assert cell.engine != (cell.formula is not None), (t.name, row.key, key)
