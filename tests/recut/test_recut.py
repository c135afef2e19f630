"""Recuts: against the run, against pandas, and whatever columns and values are asked for."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recut.keeping import keep_run
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.block import Block
from xl_ltc.projection.project import project
from xl_ltc.projection.results import BASES
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.recut.columns import CASH_FLOWS, GROUPABLE, HISTORY_KEYS
from xl_ltc.recut.kept import KeptRun
from xl_ltc.recut.recut import BY, Recut, recut

FLOWS = [name for name in CASH_FLOWS if not name.startswith("lives")]
SAME = dict(rel=1e-12, abs=1e-9)


def by_pandas(run: FilingRun, by: list[str]) -> pd.DataFrame:
    """Projected cash flows by group and year, each beside its present value."""
    frame = project(run.block, run.assumptions, run.increase.impact, by=by).frame()
    factor = (1.0 + frame["valuation_rate"]) ** (2016.5 - frame["calendar_year"])
    return frame.assign(**{f"pv_{name}": frame[name] * factor for name in FLOWS})


def total_of(found: Recut, name: str) -> float:
    return sum(group.sums[name] for group in found.groups)


def test_by_series_it_is_the_run(run: FilingRun, kept: KeptRun) -> None:
    found = recut(kept, ["series"])
    assert found.has_history and [group.key for group in found.groups] == [(name,) for name in run.series]
    cases = [(group, run.experience.where(series=group.key[0])) for group in found.groups]
    for group, experience in [*cases, (found.total, run.experience)]:
        for basis in BASES:
            assert group.lifetime_loss_ratio(basis) == pytest.approx(experience.lifetime_loss_ratio(basis), **SAME)
            for measure in ("earned_premium", "incurred_claims"):
                values = experience.values(measure, basis)
                assert group.sums[f"pv_{measure}_{basis}"] == pytest.approx(values.future, **SAME)
                assert group.sums[f"accumulated_{measure}"] == pytest.approx(values.history, **SAME)
        initial = experience.values("initial_earned_premium", "after")
        assert group.sums["pv_initial_earned_premium_after"] == pytest.approx(initial.future, **SAME)
        assert group.sums["accumulated_initial_earned_premium"] == pytest.approx(initial.history, **SAME)
    assert found.total.sums["affected"] == run.increase.affected.sum()


def test_by_state_and_benefit_period_it_is_what_pandas_adds_up(run: FilingRun, kept: KeptRun) -> None:
    by = ["state", "benefit_period"]
    found, frame = recut(kept, by), by_pandas(run, by)
    sums = frame.groupby(by)[[f"pv_{name}" for name in FLOWS]].sum()
    policies = run.block.frame.assign(affected=run.increase.affected).groupby(by, observed=True)
    assert {group.key for group in found.groups} == set(sums.index) and not found.has_history
    for group in found.groups:
        for name in sums:
            assert group.sums[name] == pytest.approx(sums.loc[group.key, name], **SAME)
        own = policies.get_group(group.key)
        assert group.sums["policies"] == len(own) and group.sums["affected"] == own["affected"].sum()
        assert group.sums["annualized_premium"] == pytest.approx(own["annualized_premium"].sum(), **SAME)
        for basis in BASES:
            values = [sums.loc[group.key, f"pv_{m}_{basis}"] for m in ("incurred_claims", "earned_premium")]
            assert group.future_loss_ratio(basis) == pytest.approx(values[0] / values[1], **SAME)


def test_groups_stand_in_the_order_of_the_assumption_tables(run: FilingRun, kept: KeptRun) -> None:
    found = recut(kept, ["benefit_period"])
    assert [group.key[0] for group in found.groups] == list(run.block.frame["benefit_period"].cat.categories)
    ages = [group.key[0] for group in recut(kept, ["issue_age"]).groups]
    assert ages == sorted(set(run.block.issue_age.tolist()))


def test_cash_flows_by_calendar_year(run: FilingRun, kept: KeptRun) -> None:
    by = ["sex", "state"]
    found = recut(kept, by, years=True)
    expected = by_pandas(run, by).groupby([*by, "calendar_year"])[list(CASH_FLOWS)].sum()
    expected = expected[(expected != 0.0).any(axis=1)]
    assert {(*of.key, of.year) for of in found.years} == set(expected.index)
    for of in found.years:
        np.testing.assert_allclose(of.flows, expected.loc[(*of.key, of.year)], rtol=1e-12, atol=1e-12)
    whole = expected.groupby("calendar_year").sum()
    assert [of.year for of in found.total_years] == list(whole.index)
    np.testing.assert_allclose([of.flows for of in found.total_years], whole, rtol=1e-12)


def test_calendar_years_by_series_and_valuation_rate_begin_with_history(run: FilingRun, kept: KeptRun) -> None:
    found = recut(kept, HISTORY_KEYS, years=True)
    expected = run.cash_flows.frame().set_index([*HISTORY_KEYS, "calendar_year"])[list(CASH_FLOWS)]
    expected = expected[(expected != 0.0).any(axis=1)]
    assert [(*of.key, of.year) for of in found.years] == list(expected.index)
    np.testing.assert_allclose([of.flows for of in found.years], expected, rtol=1e-12, atol=1e-12)


def test_without_columns_there_is_the_total(run: FilingRun, kept: KeptRun) -> None:
    found = recut(kept, years=True)
    assert found.years == () and found.has_history
    assert found.total.lifetime_loss_ratio("after") == pytest.approx(
        run.experience.lifetime_loss_ratio("after"), **SAME
    )
    for of in found.total_years:
        assert of.flows[0] == pytest.approx(
            run.cash_flows.total("earned_premium", "before")[of.year - run.cash_flows.years[0]], **SAME
        )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(by=st.lists(st.sampled_from(BY), unique=True, max_size=3), years=st.booleans())
def test_groups_of_any_columns_add_up_to_the_total(run: FilingRun, kept: KeptRun, by: list[str], years: bool) -> None:
    found, whole = recut(kept, by, years=years), recut(kept, years=years)
    assert found.total.sums["policies"] == len(run.block) and len({g.key for g in found.groups}) == len(found.groups)
    for name in found.sums:
        assert found.total.sums[name] == pytest.approx(whole.total.sums[name], **SAME)
        assert total_of(found, name) == pytest.approx(whole.total.sums[name], **SAME)
    projected = {of.year: of.flows for of in whole.total_years if of.year > 2016}
    for of in found.total_years:
        if of.year > 2016:
            np.testing.assert_allclose(of.flows, projected[of.year], rtol=1e-12)


@pytest.mark.parametrize("name", BY)
def test_groups_of_each_column_have_its_policies(run: FilingRun, kept: KeptRun, name: str) -> None:
    block = run.block
    columns = {
        "issue_year": block.issue_year,
        "attained_age": block.issue_age + 2016 - block.issue_year,
        "valuation_rate": run.assumptions.valuation_interest.rate(block.issue_year),
        "affected": np.where(run.increase.affected, "Yes", "No"),
    }
    columns["issue_age_band"] = [f"{a - a % 5}-{a - a % 5 + 4}" for a in block.issue_age]
    columns["attained_age_band"] = [f"{a - a % 5}-{a - a % 5 + 4}" for a in columns["attained_age"]]
    values = pd.Series(columns[name]) if name in columns else block.frame[name].astype(object)
    found = recut(kept, [name])
    counts = values.value_counts()
    in_history = set(run.history[name]) if name in HISTORY_KEYS else set()
    assert {g.key[0]: g.sums["policies"] for g in found.groups if g.sums["policies"]} == counts.to_dict()
    assert {g.key[0] for g in found.groups if not g.sums["policies"]} == in_history - set(counts.index)


def test_history_of_a_group_without_policies_counts(run: FilingRun, tmp_path: Path) -> None:
    """The last policies of a series are gone; what they paid and cost remains."""
    rows = np.flatnonzero((run.block.frame["series"] != "200").to_numpy())
    left = run.block.select(rows)
    increase = policy_increase(left, run.assumptions)
    kept = keep_run(dataclasses.replace(run, block=left, increase=increase), tmp_path / "kept")
    group = recut(kept, ["series"]).groups[0]
    assert group.key == ("200",) and group.sums["policies"] == 0
    assert np.isnan(group.future_loss_ratio("before"))
    past = run.experience.where(series="200")
    ratio = past.values("incurred_claims", "after").history / past.values("earned_premium", "after").history
    assert group.lifetime_loss_ratio("after") == pytest.approx(ratio, **SAME)


# Some policies only


def test_values_of_one_column_are_alternatives_and_columns_conditions(run: FilingRun, kept: KeptRun) -> None:
    frame = run.block.frame
    wanted = frame["state"].isin(["MD", "VA"]) & (frame["series"] == "300") & (frame["issue_age"] == 60)
    found = recut(kept, ["state"], [("state", "MD"), ("series", "300"), ("state", "VA"), ("issue_age", "60")])
    assert {g.key[0]: g.sums["policies"] for g in found.groups} == frame[wanted]["state"].value_counts().to_dict()
    assert not found.has_history


def test_a_series_alone_has_its_history_and_years(run: FilingRun, kept: KeptRun) -> None:
    found = recut(kept, [], [("series", "400"), ("valuation_rate", "4.5e-2")], years=True)
    part = run.experience.where(series="400", valuation_rate=0.045)
    for basis in BASES:
        assert found.total.lifetime_loss_ratio(basis) == pytest.approx(part.lifetime_loss_ratio(basis), **SAME)
    expected = part.cash_flows.total("incurred_claims", "after")
    flows = [of.flows[CASH_FLOWS.index("incurred_claims_after")] for of in found.total_years]
    np.testing.assert_allclose(flows, expected[: len(flows)], rtol=1e-12)


def test_one_policy_and_a_band(run: FilingRun, kept: KeptRun) -> None:
    identity, age = run.block.frame["policy_id"][7], int(run.block.issue_age[7])
    band = f"{age - age % 5}-{age - age % 5 + 4}"
    found = recut(kept, ["issue_age_band"], [("policy_id", identity), ("issue_age_band", band)])
    assert [group.key for group in found.groups] == [(band,)] and found.total.sums["policies"] == 1


# What is not asked for in the files' own words


HOSTILE = [
    'state"',
    'state" FROM x; DROP TABLE policies; --',
    "1",
    "*",
    "",
    "State",
    "policy_id",
    "increase",
    "count(*)",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_that_is_none_is_refused_with_those_that_are(kept: KeptRun, name: str) -> None:
    with pytest.raises(InputError) as refused:
        recut(kept, ["series", name])
    (problem,) = refused.value.problems
    assert (problem.place, problem.found) == ("--by", repr(name))
    assert all(column in problem.allowed.split(" ", 2)[2].split(", ") for column in BY)
    if name != "policy_id":
        with pytest.raises(InputError, match="--only"):
            recut(kept, [], [(name, "x")])


def test_a_column_twice_is_refused(kept: KeptRun) -> None:
    with pytest.raises(InputError, match="state a second time; allowed: each column once"):
        recut(kept, ["state", "sex", "state"])


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        (("state", "' OR 1=1 --"), "one of CA, MD, VA"),
        (("state", "md"), "one of CA, MD, VA"),
        (("state", ""), "one of CA, MD, VA"),
        (("affected", "Yes'"), "one of No, Yes"),
        (("issue_age", "60 OR 1=1"), "a whole number"),
        (("issue_age", "60.5"), "a whole number"),
        (("valuation_rate", "nan"), "a number"),
        (("valuation_rate", "0.044"), "one of 0.035, 0.04, 0.045"),
        (("policy_id", "x' OR 'a'='a"), "one of P000000, P000001,"),
    ],
)
def test_a_value_that_nobody_has_is_refused_with_those_there_are(
    kept: KeptRun, condition: tuple[str, str], allowed: str
) -> None:
    with pytest.raises(InputError) as refused:
        recut(kept, ["series"], [condition])
    (problem,) = refused.value.problems
    assert problem.place == f"--only {condition[0]}" and problem.allowed.startswith(allowed)


def test_conditions_that_nobody_meets_together_are_refused(kept: KeptRun, run: FilingRun) -> None:
    first = run.block.frame.iloc[0]
    other = next(state for state in ("MD", "VA") if state != first["state"])
    with pytest.raises(InputError, match="no policy meets together"):
        recut(kept, ["series"], [("policy_id", first["policy_id"]), ("state", other)])


def test_names_that_would_mean_something_else_are_only_names(run: FilingRun, tmp_path: Path) -> None:
    """A state with quotation marks, in a folder whose name would stand for others."""
    state = "O'Brien\"; DROP TABLE x; -- *"
    frame = run.block.frame.head(50).assign(state=[state, "MD"] * 25)
    block = Block(frame)
    small = dataclasses.replace(run, block=block, increase=policy_increase(block, run.assumptions))
    kept = keep_run(small, tmp_path / "a 'b' [c]*?")
    found = recut(kept, ["state"], years=True)
    assert {g.key[0]: g.sums["policies"] for g in found.groups} == {state: 25, "MD": 25}
    assert recut(kept, ["state"], [("state", state)]).total.sums == found.groups[1].sums


def test_without_duckdb_it_says_what_to_install(kept: KeptRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError, match=r"no duckdb; allowed: duckdb: pip install 'xl-ltc\[recut\]'"):
        recut(kept, ["series"])


def test_every_column_of_a_policy_that_is_text_or_whole_can_be_grouped_by(run: FilingRun) -> None:
    frame = run.block.frame
    numbers = set(frame.select_dtypes("float64"))
    assert set(frame) - numbers - {"policy_id", "issue_date"} <= set(GROUPABLE)
