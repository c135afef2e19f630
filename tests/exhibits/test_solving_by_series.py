"""Each series by itself: as a block of its own would be solved, and fed back into a run of the filing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exhibits.solving_cases import actual_to_expected, at, case_of, case_without_pricing, light, priced_run
from xl_ltc.control import (
    ACTUAL_TO_EXPECTED,
    CAP,
    EACH_SERIES,
    LIFETIME,
    MARGIN,
    SOLVE_FOR,
    SOLVE_MEASURES,
    TOGETHER,
    UNIFORM,
)
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.exhibits.solving import Solution, SolveRequest, solve_increase
from xl_ltc.exhibits.solving_by_series import SeriesSolutions, answered
from xl_ltc.inforce.block import Block
from xl_ltc.rate_increase.solve import NoAnswer

REACHED = 1e-8
SAME = 1e-8
TARGETS = {LIFETIME: 1.3, MARGIN: 1.8, ACTUAL_TO_EXPECTED: 2.3}


def by_series(solve_for: str, measure: str, target: float, behaviour: bool = True) -> SeriesSolutions:
    found = answered(case_of(priced_run()), SolveRequest(solve_for, measure, target, behaviour, EACH_SERIES))
    assert isinstance(found, SeriesSolutions)
    return found


@pytest.mark.parametrize("measure", [LIFETIME, MARGIN])
@pytest.mark.parametrize("solve_for", SOLVE_FOR)
@pytest.mark.parametrize("behaviour", [True, False])
def test_a_series_is_solved_as_a_block_of_its_own(solve_for: str, measure: str, behaviour: bool) -> None:
    run, found = priced_run(), by_series(solve_for, measure, TARGETS[measure], behaviour)
    assert list(found.solutions) == list(run.series)
    for series, of in found.solutions.items():
        block = Block(run.block.frame[run.block.frame["series"] == series].reset_index(drop=True))
        history = run.history[run.history["series"] == series]
        case = case_without_pricing(block, history, run.assumptions)
        request = SolveRequest(solve_for, measure, TARGETS[measure], behaviour, TOGETHER)
        if isinstance(of, NoAnswer):
            with pytest.raises(NoAnswer) as refused:
                solve_increase(case, request)
            assert refused.value.reason == of.reason
            continue
        alone = solve_increase(case, request)
        assert of.root.increase == pytest.approx(alone.root.increase, abs=SAME)
        assert of.root.value == pytest.approx(alone.root.value, abs=SAME)
        assert of.root.jump == (None if alone.root.jump is None else pytest.approx(alone.root.jump, abs=SAME))


@pytest.mark.parametrize("measure", SOLVE_MEASURES)
def test_the_increases_fed_back_into_a_run_bring_each_series_to_the_target(measure: str) -> None:
    run, target = priced_run(), TARGETS[measure]
    found = by_series(UNIFORM, measure, target, behaviour=True)
    increases = {name: of.root.increase if isinstance(of, Solution) else 0.0 for name, of in found.solutions.items()}
    assert len(set(increases.values())) == len(increases)
    fed = at(run, run.block.frame["series"].astype(str).map(increases).to_numpy(dtype=float))
    assert fed.pricing and fed.pricing.expected
    for i, (series, of) in enumerate(found.solutions.items()):
        value = {
            LIFETIME: fed.experience.where(series=series).lifetime_loss_ratio("after"),
            MARGIN: fed.experience.where(series=series).test_58_85().margin,
            ACTUAL_TO_EXPECTED: fed.priced_experience.where(series=series).lifetime_loss_ratio("after")
            / fed.pricing.expected.loss_ratio[i],
        }[measure]
        assert isinstance(of, Solution)
        assert value == pytest.approx(of.root.value, rel=1e-12)
        if of.root.jump is None:
            assert value == pytest.approx(target, abs=REACHED)
    assert any(of.root.jump is None for of in found.solved)
    # And all of them together.
    assert np.allclose(found.cash_flows.values, fed.cash_flows.values, rtol=1e-12, atol=1e-6)
    assert found.experience.test_58_85().margin == pytest.approx(fed.experience.test_58_85().margin, rel=1e-12)
    assert np.allclose(found.increase.increase, fed.increase.increase, rtol=0.0, atol=1e-12)


def test_a_series_has_its_own_steps_of_elections() -> None:
    """Under a cap the largest increase of a series bounds its steps."""
    found = by_series(CAP, LIFETIME, 1.5)
    highest = {of.curve.increases[-1] for of in found.solved}
    assert len(highest) == len(found.solved) > 1


def test_a_series_that_no_increase_brings_to_the_target_says_so_and_has_none() -> None:
    case, found = case_of(priced_run()), by_series(CAP, LIFETIME, 1.3, behaviour=False)
    none = {name: of for name, of in found.solutions.items() if isinstance(of, NoAnswer)}
    assert list(none) == ["400", "500"]
    for name, of in none.items():
        assert (found.increase.increase[case.in_series(name)] == 0.0).all()
        assert f"Series {name}: {of.reason}." in found.summary.splitlines()
        assert of.reason.startswith("no increase up to 14")
    assert found.summary.splitlines()[-1].startswith("All series: lifetime loss ratio after the increase ")


def test_no_series_has_an_answer() -> None:
    run, found = priced_run(), by_series(UNIFORM, MARGIN, 100.0)
    assert not found.solved
    assert (found.increase.increase == 0.0).all()
    assert found.experience.lifetime_loss_ratio("after") == run.experience.lifetime_loss_ratio("before")


def test_a_series_nobody_of_which_is_affected_says_so() -> None:
    run = priced_run()
    premium = run.block.frame["annualized_premium"].where(run.block.frame["series"] != "400", 0.0)
    case = case_without_pricing(Block(run.block.frame.assign(annualized_premium=premium)), run.history, run.assumptions)
    found = answered(case, SolveRequest(UNIFORM, LIFETIME, 1.3, True, EACH_SERIES))
    assert isinstance(found, SeriesSolutions)
    (without,) = (of for of in found.solutions.values() if isinstance(of, NoAnswer))
    assert found.solutions["400"] is without
    assert without.reason == "nobody pays premium beyond the effective date"


def test_a_series_without_history_is_solved_from_its_projection() -> None:
    run = priced_run()
    history = run.history[run.history["series"] != "511"]
    found = answered(
        case_without_pricing(run.block, history, run.assumptions),
        SolveRequest(UNIFORM, LIFETIME, 1.2, False, EACH_SERIES),
    )
    assert isinstance(found, SeriesSolutions)
    assert isinstance(found.solutions["511"], Solution)
    assert found.solutions["511"].cash_flows.where(series="511").get("earned_premium", "before")[:, 0].sum() == 0.0


def test_one_series_by_its_name_is_the_same_answer() -> None:
    case, each = case_of(priced_run()), by_series(UNIFORM, ACTUAL_TO_EXPECTED, 2.3)
    one = answered(case, SolveRequest(UNIFORM, ACTUAL_TO_EXPECTED, 2.3, True, "300"))
    of = each.solutions["300"]
    assert isinstance(one, Solution) and isinstance(of, Solution)
    assert one.root == of.root
    assert one.case.series == ("300",) and one.answer.startswith("Series 300, one increase for everybody affected")
    assert (one.cash_flows.groups["series"] == "300").all()


def test_one_series_out_of_reach_is_an_error() -> None:
    with pytest.raises(NoAnswer, match=r"no increase from 0\.00% to 1,000\.00% reaches"):
        answered(case_of(priced_run()), SolveRequest(UNIFORM, MARGIN, 100.0, True, "300"))


def test_a_series_there_is_not_names_those_there_are() -> None:
    with pytest.raises(InputError) as refused:
        answered(case_of(priced_run()), SolveRequest(UNIFORM, LIFETIME, 1.0, True, "600"))
    (problem,) = refused.value.problems
    assert (problem.place, problem.found) == ("solve_by", "'600'")
    assert problem.allowed == "one of all, series, 200, 300, 400, 500, 511"


def test_actual_to_expected_of_all_is_over_the_expected_ratio_of_all() -> None:
    run = priced_run()
    solution = answered(case_of(run), SolveRequest(UNIFORM, ACTUAL_TO_EXPECTED, 2.3, True, TOGETHER))
    assert isinstance(solution, Solution)
    assert actual_to_expected(at(run, solution.root.increase)) == pytest.approx(solution.root.value, rel=1e-12)


def test_expected_experience_that_is_not_known_refuses_every_series() -> None:
    run = priced_run()
    case = case_without_pricing(run.block, light(run.history), run.assumptions)
    with pytest.raises(InputError, match="no expected loss ratio"):
        answered(case, SolveRequest(UNIFORM, ACTUAL_TO_EXPECTED, 1.0, True, EACH_SERIES))


def test_a_series_in_progress_may_be_cancelled() -> None:
    def stop(doing: str) -> None:
        if doing == "series 400":
            raise Cancelled

    with pytest.raises(Cancelled):
        answered(case_of(priced_run()), SolveRequest(UNIFORM, LIFETIME, 1.3, True, EACH_SERIES), stop)
