"""A scenario gives what a plain projection gives on assumptions whose tables themselves were edited."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_history
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.experience.study import bundled_study, nothing_given
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.pricing.attribution import HISTORY, Line, Valued
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.project import project
from xl_ltc.projection.results import BASES, from_history, join
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase
from xl_ltc.scenarios.outcome import Outcome
from xl_ltc.scenarios.run import run_scenarios
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.specs import (
    CBUL,
    CHANGEABLE,
    EXPIRY,
    IMPROVEMENT,
    INCREASE,
    INTEREST,
    LAPSE,
    MORBIDITY,
    MORTALITY,
    RBO,
    SELECTION,
)
from xl_ltc.tables import InputTable

EXACT = 1e-12
POLICIES = 800

Frames = Mapping[str, pd.DataFrame]
Random = Callable[..., Block]


@pytest.fixture(scope="module")
def block(random_block: Random) -> Block:
    return random_block(POLICIES, 3)


def outcomes(
    block: Block, *scenarios: Scenario, assumptions: AssumptionSet | None = None, **more: Any
) -> list[Outcome]:
    assumptions = assumptions or bundled()
    history = more.pop("history", made_up_history(assumptions))
    sets = AssumptionSets(assumptions, nothing_given())
    return list(run_scenarios(block, history, sets, sets.mix("current"), scenarios, **more))


def of(assumption: str, scale: float = 1.0, shift: float = 0.0, series: str = "All") -> Scenario:
    return Scenario("tried", (Change(assumption, series, Linear(scale, shift)),))


def edited(table: str, change: Callable[[pd.DataFrame], None], settings: Any = None) -> AssumptionSet:
    """The bundled assumptions with one table edited as a user would."""
    plain = bundled(settings)
    frames = {name: frame.copy() for name, frame in plain.tables.frames.items()}
    change(frames[table])
    return AssumptionSet.from_tables({name: InputTable(frame) for name, frame in frames.items()}, plain.settings)


def times(*columns: str, by: float) -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        for column in columns:
            frame[column] *= by

    return change


def parameter(name: str, by: float) -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame["parameter"] == name, "value"] *= by

    return change


def plain(
    block: Block,
    assumptions: AssumptionSet,
    increase: PolicyIncrease | None = None,
    history: pd.DataFrame | None = None,
) -> Experience:
    """What a run of the filing values."""
    history = made_up_history(assumptions) if history is None else history
    increase = increase or policy_increase(block, assumptions)
    flows = join(from_history(history), project(block, assumptions, increase.impact))
    return Experience.at_valuation_rates(flows, assumptions.settings)


def assert_same(found: Outcome, expected: Experience) -> None:
    for basis in BASES:
        assert found.loss_ratio(basis) == pytest.approx(expected.lifetime_loss_ratio(basis), rel=EXACT)
        for measure, values in (("earned_premium", found.premium[basis]), ("incurred_claims", found.claims[basis])):
            wanted = expected.values(measure, basis)
            assert (values.history, values.future) == pytest.approx((wanted.history, wanted.future), rel=EXACT)
    test = expected.test_58_85()
    assert dataclasses.astuple(found.test) == pytest.approx(dataclasses.astuple(test), rel=EXACT)


def test_an_unchanged_scenario_is_the_plain_run(block: Block) -> None:
    expected = plain(block, bundled())
    unchanged = [of(assumption) for assumption in CHANGEABLE]
    for found in outcomes(block, Scenario("nothing"), *unchanged):
        assert_same(found, expected)
        assert found.increase_needed(found) == 0.0


EDITS: list[tuple[Scenario, str, Callable[[pd.DataFrame], None]]] = [
    (of(MORTALITY, 1.1), "mortality_factor_sex", times("factor", by=1.1)),
    (of(LAPSE, 1.1), "lapse_lifetime_pay", times("single", "partnered", by=1.1)),
    (of(LAPSE, 0.0), "lapse_lifetime_pay", times("single", "partnered", by=0.0)),
    (of(MORBIDITY, 1.1), "claim_cost", times("Male", "Female", by=1.1)),
    (of(IMPROVEMENT, 0.0), "improvement_scale", times("Male", "Female", by=0.0)),
    (of(IMPROVEMENT, 2.0), "improvement_scale", times("Male", "Female", by=2.0)),
    (of(CBUL, 1.5), "behaviour", parameter("cbul_slope", 1.5)),
    (of(CBUL, 0.0), "behaviour", parameter("cbul_slope", 0.0)),
    (of(RBO, 1.5), "behaviour", parameter("rbo_multiple", 1.5)),
]


@pytest.mark.parametrize(("scenario", "table", "change"), EDITS, ids=lambda v: getattr(v, "words", None))
def test_a_scale_is_an_edited_table(
    block: Block, scenario: Scenario, table: str, change: Callable[[pd.DataFrame], None]
) -> None:
    expected = plain(block, edited(table, change))
    assert expected.lifetime_loss_ratio("after") != plain(block, bundled()).lifetime_loss_ratio("after")
    assert_same(outcomes(block, scenario)[0], expected)


@pytest.mark.parametrize(("scale", "shift"), [(1.3, 0.0), (1.0, 0.004), (0.8, 0.002), (1.0, -0.01)])
def test_benefit_expiry_is_an_edited_table(block: Block, scale: float, shift: float) -> None:
    """By steps between the printed ages: on the line between a rate and none, a changed rate is not on another."""

    def change(frame: pd.DataFrame) -> None:
        ages = [c for c in frame.columns if c not in ("sex", "benefit_period")]
        rates = frame[ages].to_numpy(dtype=float)
        frame[ages] = np.where(rates > 0.0, np.clip(rates * scale + shift, 0.0, 1.0), 0.0)

    settings = dataclasses.replace(bundled().settings, benefit_expiry_between_ages="step")
    expected = plain(block, edited("benefit_expiry", change, settings))
    assert_same(outcomes(block, of(EXPIRY, scale, shift), assumptions=bundled(settings))[0], expected)


def test_a_shift_of_lapse_is_an_edited_table(random_block: Random) -> None:
    """Of policies without a scalar; paid-up ones have no lapse to add to."""
    block = random_block(POLICIES, 4, premium_payment="Lifetime-Pay", discounted_renewal="No")

    def change(frame: pd.DataFrame) -> None:
        frame[["single", "partnered"]] = 0.9 * frame[["single", "partnered"]] + 0.003

    assert_same(outcomes(block, of(LAPSE, 0.9, 0.003))[0], plain(block, edited("lapse_lifetime_pay", change)))


def test_no_lapse_is_added_where_there_is_none(random_block: Random) -> None:
    block = random_block(POLICIES, 4, premium_payment="Ten-Pay", issue_age=70)
    paid_up = block.select(np.flatnonzero(block.numbers("annualized_premium") == 0.0))
    option = bundled().premium.options.index("Ten-Pay")
    assert len(paid_up) and (bundled().lapse.rate(0, np.arange(11, 40), option, False, 70) == 0.0).all()
    same, moved = outcomes(paid_up, Scenario("none"), of(LAPSE, shift=0.05))
    assert moved.claims["before"].future == same.claims["before"].future


def test_a_shift_of_mortality_is_an_edited_table(block: Block) -> None:
    """Where no factor stands on the hazard, so that the table's probability is the policy's."""

    def factors_off(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        for name in frames:
            if name.startswith("mortality_factor"):
                frames[name]["factor"] = 1.0
        return frames

    def built(shift: float) -> AssumptionSet:
        frames = factors_off({name: frame.copy() for name, frame in bundled().tables.frames.items()})
        base = frames["mortality_base"]
        below = base["attained_age"].astype(int) < 120
        base.loc[below, ["Male", "Female"]] = np.clip(base.loc[below, ["Male", "Female"]] + shift, 0.0, 1.0)
        return AssumptionSet.from_tables({name: InputTable(frame) for name, frame in frames.items()})

    for shift in (0.002, -0.001):
        found = outcomes(block, of(MORTALITY, shift=shift), assumptions=built(0.0))[0]
        assert_same(found, plain(block, built(shift)))


@pytest.mark.parametrize("years", [-10, -3, 5])
def test_years_of_improvement_are_an_edited_table(block: Block, years: int) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame["parameter"] == "improvement_years", "value"] += years

    assert_same(outcomes(block, of(IMPROVEMENT, shift=years))[0], plain(block, edited("improvement", change)))


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.005), (0.9, -0.001)])
def test_interest_is_an_edited_table_and_history(block: Block, scale: float, shift: float) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame["rate"] = frame["rate"] * scale + shift

    history = made_up_history(bundled())
    changed = history.assign(valuation_rate=history["valuation_rate"] * scale + shift)
    expected = plain(block, edited("valuation_interest", change), history=changed)
    assert_same(outcomes(block, of(INTEREST, scale, shift), history=history)[0], expected)


def test_adverse_selection_is_an_edited_table(block: Block) -> None:
    def change(frame: pd.DataFrame) -> None:
        parameter("cbul_morbidity_relief", 2.0)(frame)
        parameter("rbo_morbidity_relief", 2.0)(frame)

    assert_same(outcomes(block, of(SELECTION, 2.0))[0], plain(block, edited("behaviour", change)))


def test_rate_increases_are_scaled_and_shifted_after_the_cap(block: Block) -> None:
    assumptions = bundled()
    filed = policy_increase(block, assumptions)
    wanted = np.maximum(1.2 * filed.increase - 0.05, 0.0)
    expected = plain(block, assumptions, policy_increase(block, assumptions, wanted))
    assert wanted.max() > assumptions.settings.rate_increase_cap
    assert_same(outcomes(block, of(INCREASE, 1.2, -0.05))[0], expected)


@pytest.mark.parametrize("assumption", [CBUL, RBO, SELECTION])
def test_elections_and_selection_are_shifted_where_somebody_elects(block: Block, assumption: str) -> None:
    assumptions = bundled()
    filed, shift = policy_increase(block, assumptions), 0.01
    behaviour = assumptions.behaviour
    elects = filed.cbul > 0.0
    assert elects.any() and not elects.all()
    cbul = filed.cbul + shift * elects * (assumption == CBUL)
    rbo = behaviour.rbo_multiple * cbul + shift * elects * (assumption == RBO)
    adverse = 1.0 / (1.0 - behaviour.cbul_morbidity_relief * cbul - behaviour.rbo_morbidity_relief * rbo)
    adverse += shift * elects * (assumption == SELECTION)
    increase = dataclasses.replace(filed, cbul=cbul, rbo=rbo, adverse_selection=adverse, rbo_reduction=rbo)
    assert_same(outcomes(block, of(assumption, shift=shift))[0], plain(block, assumptions, increase))


@pytest.mark.parametrize("assumption", CHANGEABLE)
def test_a_change_of_one_series_leaves_the_others(block: Block, assumption: str) -> None:
    """The block is the series changed and the rest not, added up."""
    codes = block.codes("series")
    code = bundled().vocabulary("series").index("500")
    one, rest = block.select(np.flatnonzero(codes == code)), block.select(np.flatnonzero(codes != code))
    (found,) = outcomes(block, of(assumption, 1.2, series="500"))
    (changed,) = outcomes(one, of(assumption, 1.2))
    (same,) = outcomes(rest, Scenario("none"))
    for basis in BASES:
        for name in ("premium", "claims"):
            parts = [getattr(o, name)[basis].future for o in (changed, same)]
            assert getattr(found, name)[basis].future == pytest.approx(sum(parts), rel=EXACT)


def test_a_row_for_a_series_goes_before_the_one_for_all(block: Block) -> None:
    changes = [Change(MORBIDITY, name, Linear(1.1)) for name in bundled().vocabulary("series") if name != "300"]
    both = Scenario("both", (Change(MORBIDITY, "All", Linear(1.1)), Change(MORBIDITY, "300", Linear(0.7))))
    each = Scenario("each", (*changes, Change(MORBIDITY, "300", Linear(0.7))))
    one, other = outcomes(block, both, each)
    assert one.loss_ratio("before") == pytest.approx(other.loss_ratio("before"), rel=EXACT)


def test_changes_of_several_assumptions_act_together(block: Block) -> None:
    frames = {name: frame.copy() for name, frame in bundled().tables.frames.items()}
    times("single", "partnered", by=0.8)(frames["lapse_lifetime_pay"])
    times("Male", "Female", by=1.1)(frames["claim_cost"])
    parameter("cbul_slope", 2.0)(frames["behaviour"])
    both = AssumptionSet.from_tables({name: InputTable(frame) for name, frame in frames.items()})
    scenario = Scenario(
        "all", tuple(Change(a, "All", Linear(s)) for a, s in ((LAPSE, 0.8), (MORBIDITY, 1.1), (CBUL, 2.0)))
    )
    assert_same(outcomes(block, scenario)[0], plain(block, both))


def test_the_increase_needed_is_that_of_an_attribution(block: Block) -> None:
    """Section 18's line of the same loss ratios; premium from the anniversary on as a doubled premium shows it."""
    assumptions = bundled()
    base, worse = outcomes(block, Scenario("base"), of(MORBIDITY, 1.1))
    doubled = policy_increase(block, assumptions, np.ones(len(block)), behaviour=False)
    twice = plain(block, assumptions, doubled)
    premium = {basis: twice.values("earned_premium", basis).lifetime for basis in BASES}
    claims = twice.values("incurred_claims", "before").lifetime

    def line(claims: float) -> Line:
        values = (premium["before"], claims, premium["after"] - premium["before"])
        return Line(HISTORY, (), Valued(*(np.array([v]) for v in values)))

    history = base.claims["before"].history
    needed = line(history + 1.1 * (claims - history)).increase_needed(line(claims))
    assert needed > 0.0 and worse.increase_needed(base) == pytest.approx(needed, rel=EXACT)


def test_another_set_is_changed_as_the_current_one_is(block: Block) -> None:
    """The priced bases are wrapped, too: original lapse of every series, scaled and shifted."""
    assumptions = bundled()
    sets = AssumptionSets(assumptions, bundled_study())
    mix = sets.mix("current").with_assumption("lapse", sets.mix("original pricing"))
    mix = mix.with_assumption("mortality", sets.mix("original pricing"))
    mix = mix.with_assumption("improvement", sets.mix("original pricing"))
    history = made_up_history(assumptions)
    scenarios = (Scenario("none"), of(LAPSE, 1.5), of(MORTALITY, 0.9), of(IMPROVEMENT, 2.0, 3.0))
    base, lapse, mortality, improvement = run_scenarios(block, history, sets, mix, scenarios)
    flows = join(
        from_history(history), project(block, sets.projection(mix), policy_increase(block, assumptions).impact)
    )
    assert_same(base, Experience.at_valuation_rates(flows, assumptions.settings))
    assert lapse.loss_ratio("before") < base.loss_ratio("before") < mortality.loss_ratio("before")
    assert improvement == base  # pricing had none to double
