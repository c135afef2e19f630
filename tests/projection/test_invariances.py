"""What must not change a projection, and what must change it in proportion."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection import kernel
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

SERIES = ["200", "300", "400", "500", "511"]


def increased(block: Block, assumptions: AssumptionSet, by: tuple[str, ...] = ("series",)) -> CashFlows:
    return project(block, assumptions, policy_increase(block, assumptions).impact, by)


def cells(flows: CashFlows) -> np.ndarray:
    """Everything the kernel returned, shape (groups, years, 7)."""
    return flows.values  # noqa: PD011 - no pandas object


def changed(block: Block, **columns: object) -> Block:
    return Block(block.frame.assign(**columns))


@pytest.fixture(scope="module")
def block(random_block: Callable[..., Block]) -> Block:
    """More policies than one work unit of the kernel holds."""
    return random_block(2 * kernel.BLOCK + 300, seed=31)


@pytest.fixture(scope="module")
def flows(block: Block, assumptions: AssumptionSet) -> CashFlows:
    return increased(block, assumptions)


def test_two_halves_add_up_to_the_whole(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    first = np.arange(len(block)) < 1111
    halves = [increased(block.select(part), assumptions) for part in (first, ~first)]
    for half in halves:
        assert half.groups.equals(flows.groups)
    np.testing.assert_allclose(cells(halves[0]) + cells(halves[1]), cells(flows), rtol=1e-12)


def test_the_order_of_policies_does_not_matter(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    order = np.random.default_rng(1).permutation(len(block))
    np.testing.assert_allclose(cells(increased(block.select(order), assumptions)), cells(flows), rtol=1e-12)


def test_every_policy_twice_is_twice_the_result(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    twice = block.select(np.tile(np.arange(len(block)), 2))
    np.testing.assert_allclose(cells(increased(twice, assumptions)), 2 * cells(flows), rtol=1e-12)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_do_not_change_a_bit(
    threads: int, block: Block, flows: CashFlows, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "threads", lambda: threads)
    assert (cells(increased(block, assumptions)) == cells(flows)).all()


def test_the_kernel_is_compiled_once(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    """Whether columns can be written to or not, whether they are contiguous or not: compiling takes seconds."""
    frame = block.frame.assign(annualized_premium=np.arange(2.0 * len(block))[::2])
    increased(Block(frame), assumptions)
    increased(Block(frame.copy(deep=True)), assumptions)
    project(block, assumptions)
    assert len(kernel._project_unit.signatures) == 1


def test_running_again_does_not_change_a_bit(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    assert (cells(increased(block, assumptions)) == cells(flows)).all()


@pytest.mark.parametrize(
    "by", [(), ("sex",), ("state", "premium_payment"), ("issue_age",), ("series", "sex", "benefit_period")]
)
def test_grouping_does_not_change_totals(
    by: tuple[str, ...], block: Block, flows: CashFlows, assumptions: AssumptionSet
) -> None:
    grouped = increased(block, assumptions, by)
    assert list(grouped.groups.columns) == [*by, "valuation_rate"]
    np.testing.assert_allclose(cells(grouped).sum(axis=0), cells(flows).sum(axis=0), rtol=1e-12)


def test_a_group_is_the_projection_of_its_policies(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    for series in SERIES:
        own = increased(block.select((block.frame["series"] == series).to_numpy()), assumptions)
        np.testing.assert_allclose(cells(flows.where(series=series)), cells(own), rtol=1e-12)


def test_very_many_groups_do_not_need_their_memory_once_a_work_unit() -> None:
    """A group for each of a million policies is 3.4 GB of results, and must not be that for 489 work units."""
    assert not kernel.by_groups(77_020, 15, 60)
    assert kernel.by_groups(77_020, 5000, 60)
    assert kernel.by_groups(1_000_000, 1_000_000, 60)
    assert not kernel.by_groups(0, 0, 60)


@pytest.mark.parametrize("by", [(), ("series",), ("policy_id",), ("issue_age", "sex")])
def test_work_in_the_order_of_groups_gives_the_same_sums(
    by: tuple[str, ...], block: Block, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = increased(block, assumptions, by)
    monkeypatch.setattr(kernel, "MAX_PARTIAL_BYTES", 0)
    in_order = increased(block, assumptions, by)
    assert in_order.groups.equals(together.groups)
    np.testing.assert_allclose(cells(in_order), cells(together), rtol=1e-13)


@pytest.mark.parametrize("memory", [0, kernel.MAX_PARTIAL_BYTES])
def test_many_equal_policies_are_one_times_their_number(
    memory: int, block: Block, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of a sum of equal numbers don't cancel: in one unit these are off by 1e-11."""
    monkeypatch.setattr(kernel, "MAX_PARTIAL_BYTES", memory)
    one = np.flatnonzero(block.numbers("annualized_premium") > 0.0)[:1]
    many = increased(block.select(np.repeat(one, 100_000)), assumptions)
    np.testing.assert_allclose(cells(many), 100_000 * cells(increased(block.select(one), assumptions)), rtol=1e-13)


def test_no_increase_is_before_to_the_bit(block: Block, assumptions: AssumptionSet) -> None:
    for flows in (project(block, assumptions), project(block, assumptions, Impact.none(len(block), 2019))):
        for measure in ("earned_premium", "initial_earned_premium", "incurred_claims", "lives"):
            assert (flows.get(measure, "after") == flows.get(measure, "before")).all()


def test_new_business_premium_at_the_current_level_is_no_increase(block: Block, assumptions: AssumptionSet) -> None:
    level = changed(block, new_business_premium=block.frame["annualized_premium"])
    flows = increased(level, assumptions)
    for measure in ("earned_premium", "initial_earned_premium", "incurred_claims", "lives"):
        assert (flows.get(measure, "after") == flows.get(measure, "before")).all()


def test_nothing_changes_before_the_effective_year(flows: CashFlows) -> None:
    before_2019 = flows.years < 2019
    for measure in ("earned_premium", "initial_earned_premium", "incurred_claims", "lives"):
        after, before = (flows.get(measure, basis)[:, before_2019] for basis in ("after", "before"))
        assert (after == before).all()
    assert (flows.total("lives", "after")[2:5] < flows.total("lives", "before")[2:5]).all()


def test_premium_is_linear_in_premium_and_claims_do_not_depend_on_it(
    block: Block, flows: CashFlows, assumptions: AssumptionSet
) -> None:
    three = changed(
        block,
        annualized_premium=3 * block.numbers("annualized_premium"),
        new_business_premium=3 * block.numbers("new_business_premium"),
    )
    # No rounding tie lies near an increase of this block, so that 3x/3y rounds as x/y does.
    scaled = increased(three, assumptions)
    for basis in ("before", "after"):
        for measure, factor in (("earned_premium", 3), ("incurred_claims", 1), ("lives", 1)):
            np.testing.assert_allclose(scaled.get(measure, basis), factor * flows.get(measure, basis), rtol=1e-12)


def test_claims_are_linear_in_the_daily_benefit(block: Block, flows: CashFlows, assumptions: AssumptionSet) -> None:
    scaled = increased(changed(block, daily_benefit=2.5 * block.numbers("daily_benefit")), assumptions)
    for basis in ("before", "after"):
        for measure, factor in (("incurred_claims", 2.5), ("earned_premium", 1), ("lives", 1)):
            np.testing.assert_allclose(scaled.get(measure, basis), factor * flows.get(measure, basis), rtol=1e-12)


def test_the_first_years_do_not_depend_on_the_horizon(block: Block, flows: CashFlows) -> None:
    short = increased(block, bundled(Settings(projection_years=7)))
    assert (cells(short) == cells(flows)[:, :7]).all()


def test_an_empty_block_has_no_groups(block: Block, assumptions: AssumptionSet) -> None:
    flows = increased(block.select(np.arange(0)), assumptions)
    assert len(flows.groups) == 0
    assert cells(flows).shape == (0, 60, 7)
    assert (flows.total("earned_premium", "after") == np.zeros(60)).all()


def test_a_single_policy(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    flows = project(policies(), assumptions)
    assert flows.groups["series"].tolist() == ["500"]
    assert cells(flows).shape == (1, 60, 7)
    assert 0.97 < flows.total("lives", "before")[0] < 1.0


def no_decrements(assumptions: AssumptionSet, **tables: float) -> AssumptionSet:
    """The bundled set with constant decrements and no improvement: 0 unless given by table name."""
    raw = bundled_tables()
    for name in ("mortality_base", "lapse_lifetime_pay", "benefit_expiry"):
        frame = raw[name].frame.copy()
        for column in frame.columns:
            if column not in ("attained_age", "policy_duration", "sex", "benefit_period"):
                frame[column] = str(tables.get(name, 0.0))
        raw[name] = InputTable(frame)
    raw["improvement"].frame.loc[0, "value"] = "0"
    settings = dataclasses.replace(assumptions.settings, end_of_mortality_table="last_rate_holds")
    return AssumptionSet.from_tables(raw, settings)


def test_without_decrements_a_policy_pays_for_ever(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    flows = project(policies(annualized_premium=1234.5), no_decrements(assumptions))
    assert (flows.total("lives", "before") == 1.0).all()
    np.testing.assert_allclose(flows.total("earned_premium", "before"), 1234.5, rtol=1e-15)


def test_limited_pay_stops_on_the_anniversary(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    """Issued 15 March (0.2 of the year): ten-pay of 2010 pays for 2019's policy year, to 15 March 2020."""
    block = policies(
        issue_date=["2010-03-15", "2004-03-15", "2010-03-15"],
        premium_payment=["Ten-Pay", "Twenty-Pay", "Pay to Age 65"],
        issue_age=[50, 50, 60],
        annualized_premium=1000.0,
    )
    earned = project(block, no_decrements(assumptions), by=("premium_payment",)).get("earned_premium", "before")
    years = {"Ten-Pay": 3.2, "Twenty-Pay": 7.2, "Pay to Age 65": 0.0}
    for option, total in zip(["Lifetime-Pay", "Ten-Pay", "Twenty-Pay", "Pay to Age 65"][1:], earned, strict=True):
        # Pay to 65 at issue age 60 paid its fifth and last premium in 2014.
        assert total.sum() == pytest.approx(1000 * years[option], rel=1e-14)


@pytest.mark.parametrize("average", ["linear", "constant_force"])
@pytest.mark.parametrize("table", ["mortality_base", "lapse_lifetime_pay", "benefit_expiry"])
def test_a_certain_decrement_ends_everything_at_once(
    table: str, average: str, assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    set_ = no_decrements(assumptions, **{table: 1.0})
    set_ = dataclasses.replace(set_, settings=dataclasses.replace(set_.settings, average_lives=average))
    flows = project(policies(issue_date="2009-03-15", annualized_premium=1000.0), set_)
    assert (flows.total("lives", "before") == 0.0).all()
    # Half of 0.2 years' premium if lives run down evenly; nothing under an infinite force.
    first = 1000 * 0.2 * 0.5 if average == "linear" else 0.0
    assert flows.total("earned_premium", "before")[0] == pytest.approx(first, rel=1e-14)
    assert (flows.total("earned_premium", "before")[1:] == 0.0).all()


def test_a_constant_force_gives_the_exact_integral(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    """With a lapse rate of 2% and nothing else, a year's premium is P·(v^y − v^(y+1))/−ln v with v = 0.98."""
    set_ = no_decrements(assumptions, lapse_lifetime_pay=0.02)
    set_ = dataclasses.replace(set_, settings=dataclasses.replace(set_.settings, average_lives="constant_force"))
    for issued in ("2009-03-15", "2009-01-01", "2009-01-02", "2009-12-31"):
        flows = project(policies(issue_date=issued, annualized_premium=1000.0), set_)
        y = np.arange(60)
        np.testing.assert_allclose(flows.total("lives", "before"), 0.98 ** (y + 1), rtol=1e-13)
        expected = 1000 * (0.98**y - 0.98 ** (y + 1)) / -np.log(0.98)
        np.testing.assert_allclose(flows.total("earned_premium", "before"), expected, rtol=1e-13)


def test_factors_of_another_block_are_an_error(block: Block, assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"factors of 3 policies.*4,396 policies"):
        project(block, assumptions, Impact.none(3, 2019))


def test_increases_out_of_order_are_an_error(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    with pytest.raises(InputError, match="2020, 2019"):
        project(policies(), assumptions, Impact(np.array([2020, 2019]), np.ones((1, 2, 4))))


def test_an_unknown_category_is_an_error_that_names_the_policy(
    assumptions: AssumptionSet, policies: Callable[..., Block]
) -> None:
    block = policies(benefit_period=["3", "Lifetime", "3"])
    unknown = block.frame["benefit_period"].where(block.frame.index != 1)
    with pytest.raises(InputError, match=r"policy P1.*benefit_period"):
        project(Block(block.frame.assign(benefit_period=unknown)), assumptions)


def test_an_unknown_grouping_column_is_an_error(assumptions: AssumptionSet, policies: Callable[..., Block]) -> None:
    with pytest.raises(InputError, match=r"grouping.*colour"):
        project(policies(), assumptions, by=("colour",))


def test_an_improvement_period_of_half_years_is_an_error(policies: Callable[..., Block]) -> None:
    tables = bundled_tables()
    tables["improvement"].frame.loc[0, "value"] = "2.5"
    with pytest.raises(InputError, match="improvement_years"):
        project(policies(), AssumptionSet.from_tables(tables))


def test_long_form_has_every_group_year_and_measure(block: Block, flows: CashFlows) -> None:
    frame = flows.frame()
    assert len(frame) == len(flows.groups) * 60
    assert isinstance(frame, pd.DataFrame)
    in_2030 = frame[frame["calendar_year"] == 2030]
    assert in_2030["incurred_claims_after"].sum() == pytest.approx(flows.total("incurred_claims", "after")[13])
    assert (frame["initial_earned_premium_before"] == frame["earned_premium_before"]).all()
