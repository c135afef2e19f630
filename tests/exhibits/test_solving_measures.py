"""Actual to expected, section 18's increase needed and other bases, against runs of the filing and closed forms."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from tests.exhibits.solving_cases import (
    NOT_KNOWN,
    actual_to_expected,
    at,
    case_of,
    case_without_pricing,
    priced_run,
    solved,
)
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.control import ACTUAL_TO_EXPECTED, CAP, LIFETIME, MARGIN, SOLVE_FOR, SOLVE_MEASURES, UNIFORM
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.solving import Solution, SolveRequest, solve_increase
from xl_ltc.pricing.sets import ORIGINAL
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.rate_increase.solve import NoAnswer
from xl_ltc.settings import HIGHEST_INCREASE

REACHED = 1e-8


# Actual to expected


@pytest.mark.parametrize("increase", [0.12, 0.4, 1.02])
def test_an_actual_to_expected_ratio_leads_back_to_its_increase(increase: float) -> None:
    run = priced_run()
    target = actual_to_expected(at(run, increase))
    solution = solved(run, UNIFORM, ACTUAL_TO_EXPECTED, target, True)
    assert solution.root.increase == pytest.approx(increase, abs=1e-7)
    assert solution.root.value == pytest.approx(target, abs=REACHED)
    # Another interest than that of the lifetime loss ratio.
    assert solution.experience.lifetime_loss_ratio("after") != pytest.approx(
        run.priced_experience.lifetime_loss_ratio("after"), rel=1e-4
    )


def test_the_curve_of_actual_to_expected_is_the_engines() -> None:
    run = priced_run()
    curve = solved(run, UNIFORM, ACTUAL_TO_EXPECTED, actual_to_expected(run, "before"), True).curve
    for i in (0, 3, 4, 9, 40):
        assert curve.measures[i] == pytest.approx(actual_to_expected(at(run, curve.increases[i])), rel=1e-12)


def test_actual_to_expected_as_low_as_its_target_needs_no_increase() -> None:
    run = priced_run()
    solution = solved(run, UNIFORM, ACTUAL_TO_EXPECTED, actual_to_expected(run, "before") + 0.01, True)
    assert solution.root.increase == 0.0 and "none is needed" in solution.answer


def test_actual_to_expected_without_expected_experience_says_why() -> None:
    run = priced_run()
    case = case_without_pricing(run.block, run.history, run.assumptions)
    with pytest.raises(InputError) as refused:
        solve_increase(case, SolveRequest(UNIFORM, ACTUAL_TO_EXPECTED, 1.0, True))
    (problem,) = refused.value.problems
    assert not isinstance(refused.value, NoAnswer)
    assert problem.place == "solve_measure"
    assert problem.found == f"actual_to_expected, and no expected loss ratio. {NOT_KNOWN}"


def test_a_series_of_which_nothing_was_expected_has_no_answer() -> None:
    run = priced_run()
    case = case_of(run).of_series("300")
    assert case.pricing.expected
    none = np.full(len(run.series), np.nan)
    expected = dataclasses.replace(case.pricing.expected, level=none)
    case = dataclasses.replace(case, pricing=dataclasses.replace(case.pricing, expected=expected))
    with pytest.raises(NoAnswer) as refused:
        solve_increase(case, SolveRequest(UNIFORM, ACTUAL_TO_EXPECTED, 1.0, True))
    assert refused.value.reason == "no loss ratio of it was expected"


# Section 18


@pytest.mark.parametrize("measure", [LIFETIME, ACTUAL_TO_EXPECTED])
@pytest.mark.parametrize("part", [0.95, 0.7, 0.4])
@pytest.mark.parametrize("series", [None, "200", "511"])
def test_the_increase_needed_is_the_one_solved_for_if_nobody_reacts(
    measure: str, part: float, series: str | None
) -> None:
    run = priced_run()
    case = case_of(run) if series is None else case_of(run).of_series(series)
    target = part * start(case_solution(run, measure, series))
    solution = solve_increase(case, SolveRequest(UNIFORM, measure, target, False))
    assert solution.root.increase > 0.01
    assert solution.increase_needed == pytest.approx(solution.root.increase, abs=1e-8)
    reacting = solve_increase(case, SolveRequest(UNIFORM, measure, target, True))
    assert reacting.increase_needed == pytest.approx(solution.root.increase, abs=1e-8)


def case_solution(run: FilingRun, measure: str, series: str | None) -> Solution:
    case = case_of(run) if series is None else case_of(run).of_series(series)
    return solve_increase(case, SolveRequest(UNIFORM, measure, 1e9, False))


def start(solution: Solution) -> float:
    """The measure without an increase."""
    return solution.curve.measures[0]


def test_section_18s_increase_needed_is_the_one_solved_for() -> None:
    """From the loss ratio on current assumptions back to the one with the projections of original pricing."""
    run = priced_run()
    assert run.attribution
    _, history, *_, current = run.attribution.lines
    solution = solved(run, UNIFORM, ACTUAL_TO_EXPECTED, target_of(run, history.loss_ratio()), False)
    needed = current.increase_needed(history)
    assert needed > 0.1
    assert solution.root.increase == pytest.approx(needed, abs=1e-8)
    assert solution.increase_needed == pytest.approx(needed, abs=1e-8)


def target_of(run: FilingRun, ratio: float) -> float:
    assert run.pricing and run.pricing.expected
    return ratio / run.pricing.expected.loss_ratio_of_all


def test_the_test_has_no_increase_needed_of_section_18() -> None:
    run = priced_run()
    first = solved(run, UNIFORM, LIFETIME, 1e9, True)
    assert solved(run, UNIFORM, MARGIN, 0.9 * first.experience.test_58_85().margin, True).increase_needed is None


# Pieces between jumps


@pytest.mark.parametrize("measure", SOLVE_MEASURES)
@pytest.mark.parametrize("solve_for", SOLVE_FOR)
@pytest.mark.parametrize("behaviour", [True, False])
def test_between_two_jumps_a_measure_only_falls(solve_for: str, measure: str, behaviour: bool) -> None:
    run = priced_run()
    case = case_of(run)
    lower = 0.9 if measure != MARGIN else 0.7
    begin = solve_increase(case, SolveRequest(UNIFORM, LIFETIME, 1e9, True))
    first = {
        LIFETIME: begin.experience.lifetime_loss_ratio("before"),
        MARGIN: begin.experience.test_58_85().margin,
        ACTUAL_TO_EXPECTED: actual_to_expected(run, "before"),
    }[measure]
    solution = solve_increase(case, SolveRequest(solve_for, measure, lower * first, behaviour))
    wanted = run.increase.increase if solve_for == CAP else np.full(len(run.block), HIGHEST_INCREASE)
    points = [x for x in solution.curve.increases if x < 0.6]
    for low, high in zip(points[::2], points[1::2], strict=False):
        inner = np.linspace(low, high, 4)
        measures = [
            solution.measure.of(
                case.cash_flows(policy_increase(run.block, run.assumptions, np.minimum(wanted, x), behaviour=behaviour))
            )
            for x in inner
        ]
        assert all(a > b for a, b in pairwise(measures)), (low, high)


# Another assumption set


@pytest.mark.parametrize("measure", SOLVE_MEASURES)
def test_what_is_projected_is_the_assumption_set_of_the_run(measure: str) -> None:
    original, current = priced_run(ORIGINAL), priced_run(CURRENT)
    fed = at(original, 0.31)
    target = {
        LIFETIME: fed.experience.lifetime_loss_ratio("after"),
        MARGIN: fed.experience.test_58_85().margin,
        ACTUAL_TO_EXPECTED: actual_to_expected(fed),
    }[measure]
    solution = solved(original, UNIFORM, measure, target, True)
    assert solution.root.increase == pytest.approx(0.31, abs=1e-7)
    assert np.array_equal(solution.cash_flows.get("lives", "before"), original.cash_flows.get("lives", "before"))
    assert not np.allclose(original.cash_flows.get("lives", "before"), current.cash_flows.get("lives", "before"))
