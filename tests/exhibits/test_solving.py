"""The increase that reaches a target: by algebra, and fed back into a run of the filing."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.solving_cases import MONEY, case_of, case_without_pricing, light, solved
from tests.plain_policy import PLAIN_POLICY
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.control import CAP, EACH_SERIES, LIFETIME, MARGIN, UNIFORM, Control
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.solving import SolveRequest, solve_increase
from xl_ltc.exhibits.solving_curve import BESIDE_A_JUMP
from xl_ltc.exhibits.solving_measure import SolveMeasure
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import from_history, join
from xl_ltc.projection.trace import trace
from xl_ltc.settings import HIGHEST_INCREASE, Settings

REACHED = 1e-8
"""How far from its target a measure may be at the answer."""
EXACT = 1e-12


def measure_of(experience: Experience, measure: str) -> float:
    """A measure at the maximum valuation rates."""
    settings, interest = experience.settings, bundled().pricing_interest
    return SolveMeasure(measure, settings, interest).of(experience.cash_flows)


def fed_back(run: FilingRun, solve_for: str, increase: float, behaviour: bool = True) -> Experience:
    """A run of the filing with an increase: as its cap, or as everybody's way to new business."""
    block, settings = run.block, {"rate_increase_cap": increase}
    if solve_for == UNIFORM:
        flat = block.numbers("annualized_premium") * (1.0 + increase)
        block = Block(block.frame.assign(new_business_premium=flat))
        settings = {"rate_increase_cap": HIGHEST_INCREASE, "increase_rounding": 0.0}
    assumptions = with_settings(run.assumptions, **settings)
    if not behaviour:
        nobody = dataclasses.replace(assumptions.behaviour, cbul_slope=0.0)
        assumptions = dataclasses.replace(assumptions, behaviour=nobody)
    return run_filing(block, run.history, assumptions).experience


def with_settings(assumptions: AssumptionSet, **settings: Any) -> AssumptionSet:
    return dataclasses.replace(assumptions, settings=dataclasses.replace(assumptions.settings, **settings))


@functools.cache
def exposed(**settings: Any) -> FilingRun:
    """A run whose history weighs little, so that an increase moves its measures far."""
    run = made_up_run(**settings)
    return run_filing(run.block, light(run.history), run.assumptions)


# By algebra


def two_policies(**settings: Any) -> tuple[Block, pd.DataFrame, AssumptionSet]:
    """Two policies, at the new-business level after 20% and 80%, and a year of history after an earlier increase."""
    assumptions = bundled(Settings(**settings))
    frame = pd.DataFrame(PLAIN_POLICY, index=range(2)).assign(
        policy_id=["A", "B"],
        issue_date=pd.to_datetime(["2009-03-15", "2013-08-01"]),
        annualized_premium=[2000.0, 1000.0],
        new_business_premium=[2400.0, 1800.0],
    )
    block = Block.from_checked(frame, {name: assumptions.vocabulary(name) for name in CODED})
    year = dict(calendar_year=2016, series="500", valuation_rate=0.04, lives=2.0, incurred_claims=100.0)
    premium = dict(earned_premium=3000.0, initial_earned_premium=2700.0)
    return block, pd.DataFrame([{**year, **premium}]), assumptions


def without_increase(block: Block, history: pd.DataFrame, assumptions: AssumptionSet) -> Experience:
    return Experience.at_valuation_rates(join(from_history(history), project(block, assumptions)), assumptions.settings)


def premium_to_rise(block: Block, assumptions: AssumptionSet) -> list[float]:
    """Each policy's present value of premium from its anniversary in 2019 on, segment by segment."""
    rates = assumptions.valuation_interest.rate(block.issue_year)
    found = []
    for policy_id, rate in zip(block.frame["policy_id"], rates, strict=True):
        segments = trace(block, assumptions, Impact.none(len(block), 2019), policy_id)
        year, segment = segments["calendar_year"].to_numpy(), segments["segment"].to_numpy()
        rises = (year > 2019) | ((year == 2019) & (segment == 2))
        premium = segments["earned_premium_before"].to_numpy()
        found.append(float((premium * (1.0 + rate) ** (2016.5 - year))[rises].sum()))
    return found


@pytest.mark.parametrize("part", [0.9, 0.75])
def test_a_uniform_increase_by_algebra(part: float) -> None:
    block, history, assumptions = two_policies()
    before = without_increase(block, history, assumptions)
    claims, premium = (before.values(name, "before").lifetime for name in ("incurred_claims", "earned_premium"))
    target = part * claims / premium
    case = case_without_pricing(block, history, assumptions)
    solution = solve_increase(case, SolveRequest(UNIFORM, LIFETIME, target, False))
    rises = sum(premium_to_rise(block, assumptions))
    assert solution.root.increase == pytest.approx((claims / target - premium) / rises, abs=1e-8)
    assert solution.root.value == pytest.approx(target, abs=REACHED)
    assert (solution.increase.increase == solution.root.increase).all()


@pytest.mark.parametrize(("cap", "increases"), [(0.1, [0.1, 0.1]), (0.55, [0.2, 0.55])])
def test_a_cap_by_algebra(cap: float, increases: list[float]) -> None:
    block, history, assumptions = two_policies()
    before = without_increase(block, history, assumptions)
    claims, premium = (before.values(name, "before").lifetime for name in ("incurred_claims", "earned_premium"))
    target = claims / (premium + np.dot(increases, premium_to_rise(block, assumptions)))
    case = case_without_pricing(block, history, assumptions)
    solution = solve_increase(case, SolveRequest(CAP, LIFETIME, target, False))
    assert solution.root.increase == pytest.approx(cap, abs=1e-8)
    assert solution.increase.increase == pytest.approx(increases, abs=1e-8)


@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_the_largest_increase_that_passes_the_test_by_algebra(margin: float) -> None:
    block, history, assumptions = two_policies()
    before = without_increase(block, history, assumptions)
    premium, initial, claims = (
        before.values(name, "before") for name in ("earned_premium", "initial_earned_premium", "incurred_claims")
    )
    initial = dataclasses.replace(initial, history=2700.0 * 1.04**0.5)
    item_7 = claims.history + 1.15 * claims.future
    # 58% of initial premium, and 85% of the rest: of the increase of 2016's 300 and of that to be found.
    room = item_7 / (1.0 + margin) - 0.58 * initial.lifetime - 0.85 * (premium.history - initial.history)
    expected = room / (0.85 * sum(premium_to_rise(block, assumptions)))
    case = case_without_pricing(block, history, assumptions)
    solution = solve_increase(case, SolveRequest(UNIFORM, MARGIN, margin, False))
    assert solution.root.increase == pytest.approx(expected, abs=1e-8)
    assert expected > 0.0


# Fed back into a run of the filing


@pytest.mark.parametrize("behaviour", [True, False])
@pytest.mark.parametrize("measure", [LIFETIME, MARGIN])
@pytest.mark.parametrize(
    ("solve_for", "increase"),
    [(UNIFORM, 0.04), (UNIFORM, 0.31), (UNIFORM, 1.33), (CAP, 0.12), (CAP, 0.47), (CAP, 1.02)],
)
def test_what_an_increase_gives_leads_back_to_it(
    solve_for: str, increase: float, measure: str, behaviour: bool
) -> None:
    run = exposed()
    target = measure_of(fed_back(run, solve_for, increase, behaviour), measure)
    solution = solved(run, solve_for, measure, target, behaviour)
    assert solution.root.jump is None
    assert solution.root.increase == pytest.approx(increase, abs=1e-7)
    again = measure_of(fed_back(run, solve_for, solution.root.increase, behaviour), measure)
    assert again == pytest.approx(target, abs=REACHED)
    assert again == pytest.approx(solution.root.value, rel=EXACT)
    assert solution.measure.of(solution.cash_flows) == solution.root.value


@pytest.mark.parametrize("settings", [{}, {"rbo_basis": "literal", "increase_rounding": 0.05}, {"series": "300"}])
@pytest.mark.parametrize("solve_for", [UNIFORM, CAP])
def test_the_curve_is_the_engines(solve_for: str, settings: dict[str, Any]) -> None:
    run = exposed(**settings)
    for measure in (LIFETIME, MARGIN):
        curve = solved(run, solve_for, measure, start(run, measure), True).curve
        for i in {0, 1, 2, 3, 4, 7, 12, len(curve.increases) - 1}:
            engine = measure_of(fed_back(run, solve_for, curve.increases[i]), measure)
            assert curve.measures[i] == pytest.approx(engine, rel=EXACT)


def start(run: FilingRun, measure: str) -> float:
    """A measure without an increase."""
    return measure_of(fed_back(run, CAP, 0.0), measure)


def beside(run: FilingRun, solve_for: str, measure: str, jump: float) -> tuple[float, float]:
    """The measure just below and just above a jump of the elections."""
    below, above = (measure_of(fed_back(run, solve_for, jump + side), measure) for side in (-2e-8, 2e-8))
    return below, above


@pytest.mark.parametrize("solve_for", [UNIFORM, CAP])
@pytest.mark.parametrize("measure", [LIFETIME, MARGIN])
@pytest.mark.parametrize("jump", [0.15, 0.25, 0.75])
def test_a_target_inside_a_jump_is_said_to_be_out_of_reach(solve_for: str, measure: str, jump: float) -> None:
    """With the whole history a loss ratio falls when insureds with a high one leave."""
    run = made_up_run()
    below, above = beside(run, solve_for, measure, jump)
    assert below - above > 1e-5
    solution = solved(run, solve_for, measure, (below + above) / 2.0, True)
    assert solution.root.increase == pytest.approx(jump, abs=1e-12)
    assert solution.root.jump == pytest.approx((below, above), abs=1e-7)
    assert f"at {jump:.4%} the " in solution.summary
    assert f" jumps from {below:.4%} to {above:.4%}" in solution.summary


def test_the_answer_is_the_smallest_increase() -> None:
    """With little history selection weighs more: the loss ratio rises where elections jump, and falls after."""
    run = exposed()
    below, above = beside(run, UNIFORM, LIFETIME, 0.35)
    assert above - below > 1e-3
    target = below + 0.25 * (above - below)
    solution = solved(run, UNIFORM, LIFETIME, target, True)
    assert 0.25 < solution.root.increase < 0.35
    assert solution.root.jump is None
    assert solution.root.value == pytest.approx(target, abs=REACHED)
    jump, falling = solution.root.again
    assert jump == pytest.approx((0.35, 0.35), abs=2 * BESIDE_A_JUMP)
    assert falling == pytest.approx((0.35, 0.45), abs=2 * BESIDE_A_JUMP)
    assert solution.summary == f"{solution.answer} {solution.again}"
    assert solution.again.endswith("at 35.00%, 35.00% to 45.00%.")


@pytest.mark.parametrize("solve_for", [UNIFORM, CAP])
def test_a_lifetime_loss_ratio_that_is_low_enough_already_needs_no_increase(solve_for: str) -> None:
    run = exposed()
    solution = solved(run, solve_for, LIFETIME, start(run, LIFETIME) + 0.01, True)
    assert solution.root.increase == 0.0
    assert solution.root.value == solution.experience.lifetime_loss_ratio("before")
    assert (solution.increase.increase == 0.0).all()
    assert "none is needed" in solution.summary


@pytest.mark.parametrize(
    ("solve_for", "measure", "off"), [(UNIFORM, MARGIN, 0.1), (CAP, MARGIN, 0.1), (CAP, LIFETIME, -1.0)]
)
def test_a_target_out_of_reach_names_the_range(solve_for: str, measure: str, off: float) -> None:
    run = exposed()
    first = start(run, measure)
    curve = solved(run, solve_for, measure, first, True).curve
    with pytest.raises(InputError) as refused:
        solved(run, solve_for, measure, max(curve.measures) + off if off > 0 else min(curve.measures) + off, True)
    (problem,) = refused.value.problems
    assert problem.allowed == f"a value from {min(curve.measures):.4%} to {max(curve.measures):.4%}"
    assert f"no increase from 0.00% to {curve.increases[-1]:,.2%} reaches" in problem.found


# What must not matter, and what must


def test_neither_order_nor_size_of_the_block_matters() -> None:
    run = exposed()
    target = 0.8 * start(run, LIFETIME)
    found = solved(run, CAP, LIFETIME, target, True)
    order = np.random.default_rng(3).permutation(len(run.block))
    mixed = dataclasses.replace(run, block=run.block.select(order))
    twice = dataclasses.replace(
        run,
        block=run.block.select(np.tile(order, 2)),
        history=run.history.assign(**{column: 2.0 * run.history[column] for column in MONEY}),
    )
    for other in (mixed, twice):
        assert solved(other, CAP, LIFETIME, target, True).root.increase == pytest.approx(found.root.increase, abs=1e-8)
    assert (solved(run, CAP, LIFETIME, target, True).root) == found.root


def test_a_lower_loss_ratio_takes_a_larger_increase() -> None:
    run = exposed()
    increases = [
        solved(run, UNIFORM, LIFETIME, part * start(run, LIFETIME), True).root.increase for part in (1.0, 0.9, 0.8, 0.7)
    ]
    assert increases[0] == 0.0
    assert (np.diff(increases) > 0.01).all()


def test_nobody_reacts_if_so_asked() -> None:
    run = exposed()
    target = 0.7 * start(run, LIFETIME)
    reacts, does_not = (solved(run, UNIFORM, LIFETIME, target, behaviour) for behaviour in (True, False))
    assert reacts.increase.cbul.max() > 0.0
    for elections in (does_not.increase.cbul, does_not.increase.rbo, does_not.increase.rbo_reduction):
        assert (elections == 0.0).all()
    assert (does_not.increase.adverse_selection == 1.0).all()
    assert does_not.root.increase != pytest.approx(reacts.root.increase, abs=1e-3)


def test_a_solution_takes_few_projections(monkeypatch: pytest.MonkeyPatch) -> None:
    run, count = exposed(), []

    def counted(*arguments: Any, **named: Any) -> Any:
        count.append(1)
        return project(*arguments, **named)

    monkeypatch.setattr("xl_ltc.exhibits.solving_case.project", counted)
    monkeypatch.setattr("xl_ltc.exhibits.solving_curve.project", counted)
    solution = solved(run, UNIFORM, LIFETIME, 0.7 * start(run, LIFETIME), True)
    assert len(count) == 2 + len(solution.root.trials) <= 9


def test_progress_tells_of_every_trial_and_may_stop() -> None:
    run, told = exposed(), []
    request = SolveRequest(UNIFORM, LIFETIME, 0.8 * start(run, LIFETIME), True)
    solution = solve_increase(case_of(run), request, told.append)
    assert len(told) == 1 + len(solution.root.trials)
    assert told[0] == "projecting 2,000 policies at every step of the elections"

    def stop(_: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        solve_increase(case_of(run), request, stop)


def test_nobody_is_affected() -> None:
    run = exposed()
    paid_up = Block(run.block.frame.assign(annualized_premium=0.0))
    with pytest.raises(InputError, match="no policy that pays premium beyond the effective date"):
        solved(dataclasses.replace(run, block=paid_up), UNIFORM, LIFETIME, 1.0, True)


def test_nobody_is_below_the_new_business_level() -> None:
    run = exposed()
    level = Block(run.block.frame.assign(new_business_premium=run.block.frame["annualized_premium"]))
    with pytest.raises(InputError, match=r"no increase from 0\.00% to 0\.00% reaches"):
        solved(dataclasses.replace(run, block=level), CAP, LIFETIME, 0.5 * start(run, LIFETIME), True)


def test_a_request_that_cannot_be_asked_names_every_field() -> None:
    with pytest.raises(InputError) as refused:
        SolveRequest("premium", "profit", float("nan"), True)
    assert [problem.place for problem in refused.value.problems] == ["solve_for", "solve_measure", "solve_target"]
    assert refused.value.problems[0].allowed == "one of uniform_increase, rate_increase_cap"


def test_the_control_sheets_request() -> None:
    control = Control(solve_for=CAP, solve_measure=MARGIN, solve_target=0.1, solve_behaviour="no", solve_by=EACH_SERIES)
    assert SolveRequest.of(control) == SolveRequest(CAP, MARGIN, 0.1, False, EACH_SERIES)
