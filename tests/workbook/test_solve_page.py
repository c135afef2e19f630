"""The sheet ``Solve``: live where it follows from itself, in a spreadsheet as here."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.solving_cases import case_of, priced_run, solved
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc.control import ACTUAL_TO_EXPECTED, CAP, EACH_SERIES, LIFETIME, MARGIN, SOLVE_MEASURES, TOGETHER, UNIFORM
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.solve_page import SHEET, solve_page
from xl_ltc.exhibits.solving import Solution, SolveRequest, solve_increase
from xl_ltc.exhibits.solving_by_series import SeriesSolutions, answered
from xl_ltc.exhibits.solving_curve import Outlook
from xl_ltc.exhibits.solving_measure import SolveMeasure
from xl_ltc.exhibits.table import ALL, Page, Table
from xl_ltc.rate_increase.impact import affected_policies
from xl_ltc.rate_increase.solve import Curve
from xl_ltc.settings import HIGHEST_INCREASE
from xl_ltc.workbook.actions.putting import write_pages

LIVE = 1e-12
NONE_NEEDED = 1e9
"""A loss ratio nobody has."""
TARGETS = {LIFETIME: 1.3, MARGIN: 1.8, ACTUAL_TO_EXPECTED: 2.3}
ASKED = {"scenario": "none", "policies": "0123abcd"}


@pytest.fixture(scope="module")
def run() -> FilingRun:
    return made_up_run()


def page_of(solution: Solution) -> Page:
    return solve_page(solution, ASKED)


def page_by(solve_for: str, measure: str, target: float, by: str, behaviour: bool = True) -> Page:
    request = SolveRequest(solve_for, measure, target, behaviour, by)
    return solve_page(answered(case_of(priced_run()), request), ASKED)


def table(page: Page, name: str) -> Table:
    return next(t for t in page.tables if t.name == name)


def curve_of(run: FilingRun, measure: str) -> Curve:
    case = case_of(run)
    wanted = np.full(len(run.block), HIGHEST_INCREASE)
    return Outlook.of(case, affected_policies(run.block, run.assumptions), wanted, case.measure(measure), True).curve


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
    write_pages([page_of(solved(run, solve_for, measure, within_reach(run, measure), True))], path)
    wrong = list(differences(formulas(path), values(path), recalculated(path, tmp_path)))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("solve_for", "measure", "target", "by"),
    [
        (UNIFORM, ACTUAL_TO_EXPECTED, 2.3, TOGETHER),
        (UNIFORM, ACTUAL_TO_EXPECTED, 2.3, EACH_SERIES),
        (CAP, LIFETIME, 1.3, EACH_SERIES),
        (UNIFORM, MARGIN, 1.8, EACH_SERIES),
        (UNIFORM, ACTUAL_TO_EXPECTED, 2.3, "300"),
        (CAP, MARGIN, 1.8, "300"),
    ],
)
def test_a_spreadsheet_comes_to_them_by_series_and_over_what_was_expected(
    solve_for: str, measure: str, target: float, by: str, tmp_path: Path
) -> None:
    path = tmp_path / "solve.xlsx"
    write_pages([page_by(solve_for, measure, target, by)], path)
    wrong = list(differences(formulas(path), values(path), recalculated(path, tmp_path)))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_changed_factor_of_the_test_acts(run: FilingRun, tmp_path: Path) -> None:
    solution = solved(run, UNIFORM, MARGIN, within_reach(run, MARGIN), True)
    path = tmp_path / "solve.xlsx"
    write_pages([page_of(solution)], path)
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
        page = page_of(solution)
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
    page = page_of(solution)
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
    steps = table(page_of(solution), "solve_steps")
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
    page = page_of(solution)
    assert table(page, "solve_answer").footnotes[0].value == solution.answer
    assert "jumps from" in solution.answer
    steps = table(page, "solve_steps")
    assert steps.number("1", "below") == curve.measures[3]
    assert steps.number("2", "above") == curve.measures[4]
    assert len(steps.rows) == 3


def test_footnotes_say_how_it_was_found(run: FilingRun) -> None:
    def notes(*request: Any) -> str:
        return " ".join(str(note.value) for note in page_of(solved(run, *request)).footnotes)

    uniform = notes(UNIFORM, LIFETIME, within_reach(run, LIFETIME), True)
    assert "with CBUL, RBO and adverse selection" in uniform
    assert "the same for everybody affected; RBO basis as filed" in uniform
    assert "policies 0123abcd" in uniform
    cap = notes(CAP, LIFETIME, NONE_NEEDED, False)
    assert "without any reaction of insureds" in cap
    assert "to the new-business level under the cap found, not rounded" in cap


@pytest.mark.parametrize("measure", [LIFETIME, ACTUAL_TO_EXPECTED, MARGIN])
@pytest.mark.parametrize("by", [TOGETHER, EACH_SERIES, "300"])
def test_what_only_the_engine_knows_is_marked_and_the_rest_is_live(measure: str, by: str) -> None:
    page = page_by(UNIFORM, measure, TARGETS[measure], by)
    given = {"target", "off_at_most", "tolerance"}
    for t in page.tables:
        for row in t.rows:
            for key, cell in row.cells.items():
                if isinstance(cell.value, float) and row.key not in given and key not in ("factor", "target"):
                    assert cell.engine != (cell.formula is not None), (t.name, row.key, key)


@pytest.mark.parametrize("measure", [LIFETIME, ACTUAL_TO_EXPECTED])
def test_the_increase_of_section_18_checks_the_answer_if_nobody_reacts(measure: str) -> None:
    answer = table(page_by(UNIFORM, measure, TARGETS[measure], TOGETHER, behaviour=False), "solve_answer")
    assert answer.number("needed", "value") == pytest.approx(answer.number("answer", "value"), abs=1e-8)
    assert answer.number("more", "value") == pytest.approx(0.0, abs=1e-8)
    reacting = table(page_by(UNIFORM, measure, TARGETS[measure], TOGETHER), "solve_answer")
    assert reacting.number("needed", "value") == answer.number("needed", "value")
    assert abs(reacting.number("more", "value")) > 1e-3
    capped = table(page_by(CAP, measure, 1.1 * TARGETS[measure], TOGETHER), "solve_answer")
    assert "more" not in [row.key for row in capped.rows]


def test_the_test_is_not_compared_with_section_18() -> None:
    answer = table(page_by(UNIFORM, MARGIN, 1.8, TOGETHER), "solve_answer")
    assert not {"needed", "more", "premium_after"} & {row.key for row in answer.rows}


@pytest.mark.parametrize("measure", SOLVE_MEASURES)
def test_each_series_has_a_line_and_so_have_all_under_their_increases(measure: str) -> None:
    found = answered(case_of(priced_run()), SolveRequest(UNIFORM, measure, TARGETS[measure], False, EACH_SERIES))
    assert isinstance(found, SeriesSolutions) and len(found.solved) == len(found.solutions)
    page = solve_page(found, ASKED)
    answers = table(page, "solve_answers")
    for of in found.solved:
        name = str(of.case.only)
        assert answers.number(name, "answer") == of.root.increase
        assert answers.number(name, "measure") == pytest.approx(TARGETS[measure], abs=1e-8)
        assert answers.number(name, "off") == answers.number(name, "measure") - TARGETS[measure]
        if measure != MARGIN:
            assert answers.number(name, "needed") == pytest.approx(of.root.increase, abs=1e-8)
    assert answers.number(ALL, "answer") == table(page, "solve_premium").number(ALL, "average")
    together = {
        LIFETIME: found.experience.lifetime_loss_ratio("after"),
        MARGIN: found.experience.test_58_85().margin,
        ACTUAL_TO_EXPECTED: SolveMeasure(
            measure,
            found.case.assumptions.settings,
            found.case.assumptions.pricing_interest,
            found.case.expected_loss_ratio(ALL),
        ).of(found.cash_flows),
    }[measure]
    assert answers.number(ALL, "measure") == pytest.approx(together, rel=LIVE)
    trials = table(page, "solve_trials")
    assert len(trials.rows) == sum(len(of.root.trials) for of in found.solved)


def test_a_series_without_an_answer_says_why_in_its_line() -> None:
    answers = table(page_by(CAP, LIFETIME, 1.3, EACH_SERIES, behaviour=False), "solve_answers")
    cells = answers.row("400").cells
    assert list(cells) == ["series", "answer"]
    assert str(cells["answer"].value).startswith("no increase up to 148.94% reaches it; ")
    assert answers.number("300", "answer") > 0.4


def test_a_series_that_jumps_over_the_target_is_told_of_below() -> None:
    case = case_of(made_up_run())
    request = SolveRequest(UNIFORM, LIFETIME, 1.0, True, "300")
    curve = solve_increase(case.of_series("300"), dataclasses.replace(request, target=1e9)).curve
    inside = dataclasses.replace(request, target=sum(curve.measures[3:5]) / 2.0, by=EACH_SERIES)
    found = answered(case, inside)
    assert isinstance(found, SeriesSolutions)
    of = found.solutions["300"]
    assert isinstance(of, Solution) and of.root.jump is not None
    assert of.summary in [note.value for note in table(solve_page(found, ASKED), "solve_answers").footnotes]


def test_the_page_of_one_series_shows_no_other() -> None:
    page = page_by(UNIFORM, ACTUAL_TO_EXPECTED, 2.3, "300")
    for name in ("solve_series", "solve_priced", "solve_expected", "solve_premium"):
        assert [row.key for row in table(page, name).rows] == ["300", ALL]
    assert page.title[-1].endswith(", series 300 by itself?")
    run = priced_run()
    affected = run.increase.affected & (run.block.frame["series"] == "300")
    assert table(page, "solve_premium").number("300", "insureds") == affected.sum() > 0
    answer = table(page, "solve_answer")
    assert answer.number("value", "value") == pytest.approx(2.3, abs=1e-8)
