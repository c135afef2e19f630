"""Policies sold: given, and as those in force imply them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.assumptions.pricing.bases import NoImprovement
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.sold import COUNT, SOLD, Sold, check_sold, reconstructed, sold_frame
from xl_ltc.projection.basis import BySeries, ProjectionBasis
from xl_ltc.projection.project import project_since_issue
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable, file_locator
from xl_ltc.workbook.actions import inputs

LAST_YEAR = 2016


@pytest.fixture(scope="module")
def paying(random_block: Callable[..., Block]) -> Block:
    return random_block(200, seed=81, annualized_premium=1500.0)


def test_those_reconstructed_leave_those_in_force(paying: Block, assumptions: AssumptionSet) -> None:
    """The engine, which knows nothing of the reconstruction, projects them from issue to one life each."""
    sold = reconstructed(paying, assumptions)
    assert (sold.count >= 1.0).all() and sold.count.max() > 1.5
    basis = ProjectionBasis.of(assumptions)
    flows = project_since_issue(paying, basis, sold.count, by=("policy_id",))
    lives = flows.get("lives", "before")[:, flows.years == LAST_YEAR]
    np.testing.assert_allclose(lives, 1.0, rtol=1e-11)


def test_more_deaths_in_the_past_mean_more_policies_sold(paying: Block, assumptions: AssumptionSet) -> None:
    plain, more = (reconstructed(paying, assumptions, ae).count for ae in (1.0, 1.3))
    assert (more > plain).all()


def test_a_policy_of_the_last_day_stands_for_itself(policies_of: Callable[..., Block]) -> None:
    found = reconstructed(policies_of(issue_date="2016-12-31"), bundled()).count
    assert found == pytest.approx([1.0], abs=1e-3) and found[0] > 1.0
    whole = reconstructed(policies_of(issue_date="2016-01-01"), bundled()).count
    assumptions = bundled()
    q = assumptions.mortality.q(1, 60, 1, 0, 1)
    assert whole == pytest.approx(1.0 / ((1 - q) * (1 - 0.015)), rel=1e-12)


@pytest.fixture
def policies_of(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> Callable[..., Block]:
    """One policy: female, partnered, preferred, lifetime-pay, lifetime benefits, issued at 60."""

    def make(**columns: Any) -> Block:
        plain = dict(
            sex="Female", partner_status="Partnered", underwriting_class="Preferred", premium_payment="Lifetime-Pay"
        )
        plain |= dict(benefit_period="Lifetime", discounted_renewal="No", annualized_premium=1000.0)
        when = pd.to_datetime(columns.pop("issue_date"))
        return random_block(1, seed=0, issue_age=60, issue_date=when, **plain, **columns)

    return make


def test_without_a_premium_nobody_knows_what_was_sold(paying: Block, assumptions: AssumptionSet) -> None:
    frame = paying.frame.copy()
    frame.loc[[3, 8], "annualized_premium"] = 0.0
    with pytest.raises(InputError) as error:
        reconstructed(Block(frame), assumptions)
    assert str(error.value) == (
        "policies in force: found 2 policies that pay no premium, the first P000003; allowed: a file of the policies "
        "sold with the premium that was payable (policies_sold on the Control sheet)"
    )


def test_who_should_be_dead_stands_for_no_number_of_policies(random_block: Callable[..., Block]) -> None:
    """In force at 120, where everybody dies at once: the reason is told, infinitely many policies are not projected."""
    when = pd.to_datetime(["1980-05-05", "2004-05-05"])
    old = random_block(2, seed=0, issue_age=84, issue_date=when, premium_payment="Lifetime-Pay", annualized_premium=9.0)
    found = reconstructed(old, bundled(Settings(end_of_mortality_table="last_rate_holds"))).count
    assert np.isfinite(found).all() and (found >= 1.0).all()
    said = "found 1 policies that are in force although the assumptions leave none, the first P000000"
    with pytest.raises(InputError, match=said):
        reconstructed(old, bundled())


# A table of policies sold


def table(block: Block, **columns: Any) -> InputTable:
    frame = block.frame.assign(**{COUNT: 1.25, **columns}).astype("object")
    return InputTable(frame, file_locator("sold.csv"))


def check(given: InputTable, assumptions: AssumptionSet) -> Sold:
    return check_sold(given, inputs.rules_of(assumptions))


def test_a_table_is_read_as_it_stands(paying: Block, assumptions: AssumptionSet) -> None:
    count = np.linspace(0.0, 40.0, len(paying))
    sold = check(table(paying, **{COUNT: count}), assumptions)
    np.testing.assert_array_equal(sold.count, count)
    assert sold.block.frame.equals(paying.frame) and sold.how == "200 rows of policies sold, as given."
    again = check(InputTable(sold_frame(sold).astype("object")), assumptions)
    assert again.block.frame.equals(paying.frame)
    np.testing.assert_array_equal(again.count, count)


def test_premium_of_policies_paid_up_long_ago_is_allowed(assumptions: AssumptionSet, paying: Block) -> None:
    """It was payable while it was; in force such a premium is an error."""
    paid_up = paying.frame["premium_payment"] == "Ten-Pay"
    assert (paying.frame.loc[paid_up, "issue_date"].dt.year <= 2006).any()
    check(table(paying), assumptions)
    in_force = InputTable(paying.frame.astype("object"), file_locator("inforce.csv"))
    with pytest.raises(InputError, match=r"annualized_premium.*allowed: 0, as Ten-Pay premiums from"):
        inputs.check_policies(in_force, assumptions)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (COUNT, -0.5, "row 4, column policies_sold, policy P000002: found -0.5; allowed: a number from 0 to 1000000"),
        (COUNT, "many", "column policies_sold, policy P000002: found 'many'; allowed: a number"),
        (COUNT, None, r"column policies_sold, policy P000002: found nothing \(blank\)"),
        ("series", "600", "column series, policy P000002: found '600'"),
        ("issue_date", "2017-03-01", "column issue_date, policy P000002: .*up to the valuation date 2016-12-31"),
        ("policy_id", "P000001", "column policy_id, policy P000001: found 'P000001' a second time"),
        ("annualized_premium", -1.0, "column annualized_premium, policy P000002: found -1; allowed: a number from 0"),
    ],
)
def test_a_bad_cell_is_told_with_its_place(
    column: str, value: object, said: str, paying: Block, assumptions: AssumptionSet
) -> None:
    given = table(paying)
    given.frame.loc[2, column] = value
    with pytest.raises(InputError, match=said) as error:
        check(given, assumptions)
    assert error.value.problems[0].place.startswith("sold.csv, row 4")


def test_the_number_of_policies_is_a_column_that_must_be_there(paying: Block, assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match="found no column policies_sold; allowed: table policies_sold has the columns"):
        check(InputTable(table(paying).frame.drop(columns=COUNT), file_locator("sold.csv")), assumptions)
    assert [c.name for c in SOLD.columns][-1] == COUNT and SOLD.key == ("policy_id",)


def test_a_table_without_rows(paying: Block, assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match=r"sold.csv: found no rows"):
        check(InputTable(table(paying).frame.iloc[:0], file_locator("sold.csv")), assumptions)


def test_improvement_is_no_part_of_the_past(paying: Block, assumptions: AssumptionSet) -> None:
    without = dataclasses.replace(ProjectionBasis.of(assumptions), improvement=BySeries.same(NoImprovement(), 5))
    sold = reconstructed(paying, assumptions)
    flows = project_since_issue(paying, without, sold.count, by=("policy_id",))
    np.testing.assert_allclose(flows.get("lives", "before")[:, flows.years == LAST_YEAR], 1.0, rtol=1e-11)
