"""The page Phase-in, against policies worked out one by one and against the engine."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.phase_in import phase_in
from xl_ltc.exhibits.phasing import StatePhaseIn
from xl_ltc.exhibits.section_19 import section_19
from xl_ltc.exhibits.table import NOT_AVAILABLE, Table

PAYS = {"Ten-Pay": 10, "Twenty-Pay": 20}


def tables(run: FilingRun) -> tuple[Table, ...]:
    return phase_in(run).tables


def by_hand(run: FilingRun, cap: float = 0.15) -> pd.DataFrame:
    """Maryland's policies affected: premium after each step, its full level, and when premium ends."""
    frame = run.block.frame
    rows = []
    for p in frame[frame["state"] == "MD"].itertuples():
        years = PAYS.get(p.premium_payment, 65 - p.issue_age if p.premium_payment == "Pay to Age 65" else 999)
        steps_paid = years - (2019 - p.issue_date.year)
        if steps_paid <= 0 or not p.annualized_premium:
            continue
        full = min(2.0, max(1.0, p.new_business_premium / p.annualized_premium))
        levels, level = [], 1.0
        for step in range(1, 6):
            if step <= steps_paid:
                level = min(level * (1 + cap), full)
            levels.append(level)
        rows.append({"premium": p.annualized_premium, "full": full, "paid": steps_paid, "levels": np.array(levels)})
    return pd.DataFrame(rows)


def test_each_step_against_each_policy(made_up: FilingRun) -> None:
    steps, _, _ = tables(made_up)
    policies = by_hand(made_up)
    premium, full = policies["premium"].to_numpy(), policies["full"].to_numpy()
    levels = np.stack(policies["levels"].to_list())
    before = np.column_stack([np.ones(len(policies)), levels[:, :-1]])
    assert steps.number("before", "insureds") == len(policies)
    for step in range(1, 6):
        row, level = f"step_{step}", levels[:, step - 1]
        at_full = np.isclose(level, full, rtol=1e-12)
        ended = ~at_full & (policies["paid"] < step)
        assert steps.cell(row, "year").value == 2018 + step
        assert steps.number(row, "rising") == (level > before[:, step - 1] * (1 + 1e-12)).sum()
        assert steps.number(row, "reached") == at_full.sum()
        assert steps.number(row, "ended") == ended.sum()
        assert steps.number(row, "still") == len(policies) - at_full.sum() - ended.sum()
        assert steps.number(row, "largest") == pytest.approx((level / before[:, step - 1] - 1).max())
        assert steps.number(row, "average") == pytest.approx(premium @ level / len(policies))
        assert steps.number(row, "added") == pytest.approx(premium @ level / premium.sum() - 1)
        assert steps.number(row, "step") == pytest.approx((premium @ level) / (premium @ before[:, step - 1]) - 1)
    assert [r.key for r in steps.rows] == ["before", *(f"step_{k}" for k in range(1, 6)), "one_step", "single"]
    assert steps.number("one_step", "average") == pytest.approx(premium @ full / len(policies))
    printed = section_19(made_up).tables[0].number("All", "after")
    assert steps.number("single", "average") == pytest.approx(printed, rel=1e-14)
    assert steps.number("step_1", "average") == pytest.approx(steps.number("single", "average"))


def test_the_premium_added_is_the_projections(made_up: FilingRun) -> None:
    """With steps of 15% nobody elects anything, so the values are differences of two projections."""
    _, values, experience = tables(made_up)
    for way in ("single", "phased"):
        assert values.number(way, "value") == pytest.approx(experience.number(way, "added"), rel=1e-12)
    # At once many elect to lapse or reduce benefits, and less premium is added than before elections.
    assert experience.number("one_step", "added") < values.number("one_step", "value")


def test_equivalents_are_worth_the_increase_at_once(made_up: FilingRun) -> None:
    steps, values, _ = tables(made_up)
    at_once = values.number("one_step", "value")
    for way in ("phased", "deferred_1", "deferred_2", "deferred_3"):
        multiplier = values.number(way, "multiplier")
        assert multiplier > 1.0
        assert values.number(way, "equal") == pytest.approx(at_once, rel=1e-10)
        assert values.number(way, "average") == pytest.approx(multiplier * steps.number("one_step", "added"))
        assert values.number(way, "largest") == pytest.approx(multiplier * 1.0)
    multipliers = [values.number(f"deferred_{n}", "multiplier") for n in (1, 2, 3)]
    assert multipliers == sorted(multipliers)
    for n, multiplier in enumerate(multipliers, start=1):
        # What the sheet's formula gives.
        assert multiplier == pytest.approx(at_once / values.number(f"deferred_{n}", "value"), rel=1e-11)


def test_nothing_depends_on_the_order_of_policies(made_up: FilingRun) -> None:
    one = StatePhaseIn.of(made_up)
    order = np.random.default_rng(1).permutation(len(made_up.block))
    other = StatePhaseIn.of(dataclasses.replace(made_up, block=made_up.block.select(order)))
    for way in ("one_step", "single", "phased"):
        assert other.added(way) == pytest.approx(one.added(way), rel=1e-12)
    multiplier = one.equivalent(annual_cap=0.15).multiplier
    assert other.equivalent(annual_cap=0.15).multiplier == pytest.approx(multiplier, rel=1e-10)


def test_elections_may_answer_the_whole_increase() -> None:
    run = made_up_run(600, phase_in_behaviour="full_increase")
    _, values, experience = tables(run)
    # The same elections as at once, in the same year: the same claims.
    assert experience.number("phased", "claims") == pytest.approx(experience.number("one_step", "claims"), rel=1e-12)
    assert experience.number("phased", "premium") < experience.number("one_step", "premium")
    assert "Insureds answer the whole increase" in str([note.value for note in phase_in(run).footnotes])
    assert values.number("phased", "value") == tables(made_up_run(600))[1].number("phased", "value")


def test_where_nobody_is_affected_there_is_nothing_to_show() -> None:
    steps, values, experience = tables(made_up_run(600, filing_state="TX"))
    assert steps.number("before", "insureds") == 0
    assert steps.cell("step_1", "average").value == values.cell("phased", "multiplier").value == NOT_AVAILABLE
    assert experience.number("phased", "premium") == 0.0
    assert any("nothing is equivalent to it" in str(note.value) for note in values.footnotes)


def test_a_state_that_allows_no_increase() -> None:
    page = phase_in(made_up_run(600, state_rate_increase_cap=0.0))
    assert page.tables == ()
    assert page.footnotes[0].value == (
        "Maryland allows no increase (setting state_rate_increase_cap is 0): none can be phased in."
    )


def test_why_there_is_no_equivalent_stands_beneath() -> None:
    """Five projected years leave three in which premium can rise."""
    _, values, _ = tables(made_up_run(600, projection_years=5))
    assert values.cell("phased", "multiplier").value == NOT_AVAILABLE
    assert values.number("deferred_2", "multiplier") > values.number("deferred_1", "multiplier") > 1.0
    said = [str(note.value) for note in values.footnotes]
    assert any("No increase is equivalent: one that adds at most" in words for words in said)
    assert any("in yearly steps of at most 0.15 before premium ends" in words for words in said)


def test_a_cap_above_every_increase_is_one_step() -> None:
    steps, values, experience = tables(made_up_run(600, state_rate_increase_cap=1.0))
    assert [row.key for row in steps.rows] == ["before", "step_1", "one_step", "single"]
    for column in ("rising", "largest", "average"):
        assert steps.number("step_1", column) == steps.number("one_step", column) == steps.number("single", column)
    assert values.number("phased", "multiplier") == 1.0
    assert values.number("phased", "value") == pytest.approx(values.number("one_step", "value"), rel=1e-12)
    for column in ("premium", "claims"):
        assert experience.number("phased", column) == experience.number("one_step", column)


def test_the_page_follows_section_19(made_up: FilingRun) -> None:
    sheets = [page.sheet for page in filing_pages(made_up, []).exhibits]
    assert sheets[sheets.index("Section 19") + 1] == "Phase-in"
