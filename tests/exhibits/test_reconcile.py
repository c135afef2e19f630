"""The reconciliation of a model run to the published numbers."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.filing_pages import filing_exhibits
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.reconcile import Check, as_records, failed, reconcile, report, stands_for_the_filing, summary
from xl_ltc.exhibits.reconciliation.check import compared, missing
from xl_ltc.exhibits.reconciliation.exhibit_1 import AMOUNTS, rows_of
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.exhibits.reconciliation.model import average_interest, model_checks
from xl_ltc.exhibits.reconciliation.valuation_mix import RateMix, by_year, span
from xl_ltc.filing import Printed
from xl_ltc.inforce.block import Block
from xl_ltc.projection.results import BASES, KERNEL_COLUMNS, CashFlows

ALL_M = 1332
"""Numbers of class M in the list of published values."""


def history() -> pd.DataFrame:
    """Exhibit I's historical years, all on 4.5%."""
    frame = filing.table("exhibit_1a").head(17)
    amounts = {c: frame[c].astype(float) for c in ("earned_premium", "incurred_claims", "lives")}
    return pd.DataFrame(
        {"calendar_year": frame["years"].astype(int), "series": "200", "valuation_rate": 0.045}
        | amounts
        | {"initial_earned_premium": amounts["earned_premium"]}
    )


@pytest.fixture(scope="module")
def run(assumptions: AssumptionSet, random_block: Callable[..., Block]) -> FilingRun:
    return run_filing(random_block(500), history(), assumptions)


@pytest.fixture(scope="module")
def checks(run: FilingRun) -> list[Check]:
    return reconcile(run)


@pytest.fixture(scope="module")
def as_filed(run: FilingRun) -> FilingRun:
    """The run with the filing's own cash flows by year, split by valuation rate like the filing's."""
    mixes = {"before": RateMix.fitted(), "after": RateMix.fitted().after(run.assumptions)}
    years, rates = mixes["before"].years, mixes["before"].rates
    values = np.zeros((len(rates), len(years), len(KERNEL_COLUMNS)))
    initial = filing.printed("exhibit_2").cell("amount", "3").number
    future = filing.printed("exhibit_1b_values").cell("earned_premium", "Future").number
    for basis in BASES:
        table = rows_of(basis)
        for measure in AMOUNTS.values():
            parts = by_year([span(label) for (label,) in table.rows], table.typed[measure].to_numpy(dtype=float))
            shares = mixes[basis].shares.get(measure, mixes[basis].shares["earned_premium"])
            flow = shares.T * np.concatenate([amounts for _, amounts in parts])
            values[:, :, KERNEL_COLUMNS.index((measure, basis))] = flow
            if (measure, basis) == ("earned_premium", "after"):
                unchanged = np.where(years > 2016, initial / future, 1.0)
                values[:, :, KERNEL_COLUMNS.index(("initial_earned_premium", "after"))] = flow * unchanged
    groups = pd.DataFrame({"series": "200", "valuation_rate": rates})
    flows = CashFlows(groups, years, values)
    return dataclasses.replace(run, cash_flows=flows, rbo_cash_flows=dict.fromkeys(run.rbo_cash_flows, flows))


def test_every_number_of_class_m_is_there_once(checks: list[Check]) -> None:
    m = [c for c in checks if c.klass == "M"]
    assert len(m) == len({c.place for c in m}) == ALL_M
    not_yet = Counter(c.table for c in m if c.verdict == "not yet")
    assert not_yet == {
        "A-1a": 74,
        "A-3a": 460,
        "A-1b": 46,
        "A-3b": 46,
        "A-2a(i)": 57,
        "A-2a(ii)": 57,
        "A-2b(i)": 52,
        "A-2b(ii)": 52,
    }
    assert summary(checks)["M"]["not yet"] == sum(not_yet.values())


def test_without_a_run_there_is_no_model_number() -> None:
    assert {c.klass for c in reconcile(None)} == {"E1", "E2", "E3"}


def test_a_run_that_is_not_the_filings_differs(checks: list[Check]) -> None:
    by_place = {c.place: c for c in checks if c.klass in ("M", "R")}
    assert by_place["Ex1a", "2030", "A_earned_premium"].verdict == "different"
    assert by_place["s22", "NW200", "insureds"].verdict == "different"
    history_rows = [c for c in checks if c.klass == "R" and c.table == "Ex1a"]
    assert len(history_rows) == 51 and {c.verdict for c in history_rows} == {"equal"}


def test_computed_numbers_are_the_blocks(run: FilingRun, checks: list[Check]) -> None:
    """Counted here without the exhibits, in the units the filing prints."""
    by_place = {c.place: c.computed for c in checks if c.klass in ("M", "R")}
    frame, increase = run.block.frame, run.increase
    assert by_place["s12", "Annual", "share"] == pytest.approx((frame["premium_mode"] == "Annual").mean())
    of_500 = frame["series"] == "500"
    assert by_place["s21", "benefit_period/3 Years", "500"] == pytest.approx(
        100.0 * (frame.loc[of_500, "benefit_period"] == "3").mean()
    )
    assert by_place["s21", "issue_age/Average Issue Age", "500"] == pytest.approx(frame.loc[of_500, "issue_age"].mean())
    affected = of_500.to_numpy() & increase.affected
    percent = 100.0 * increase.increase[affected]
    assert by_place["s02", "Maximum", "500"] == pytest.approx(percent.max())
    assert by_place["s02", "21-30%", "500"] == pytest.approx(100.0 * ((percent >= 20.5) & (percent < 30.5)).mean())
    premium = run.block.numbers("annualized_premium")
    assert by_place["s02", "Average", "500"] == pytest.approx(np.average(percent, weights=premium[affected]))
    assert by_place["text", "cbul_average", ""] == pytest.approx(
        np.average(increase.cbul[increase.affected], weights=premium[increase.affected])
    )
    assert by_place["s22", "NW500", "annualized_premium"] == pytest.approx(premium[affected].sum())


def test_the_filings_own_cash_flows_reconcile(as_filed: FilingRun) -> None:
    """Exhibits I and II and section 15: nothing is different if the cash flows are the filing's."""
    checks = [c for c in model_checks(as_filed, filing_exhibits(as_filed)) if c.table.startswith(("Ex", "s15"))]
    assert len(checks) == 120 + 114 + 1 + 51 + 2 * 9 + 2 + 3 + 14
    assert [c for c in checks if c.verdict != "equal"] == []


@pytest.mark.parametrize(
    ("year", "measure", "by", "verdict"),
    [
        (2030, "lives", 1.0025, "equal"),
        (2030, "lives", 0.9965, "different"),
        (2030, "earned_premium", 1.009, "equal"),
        (2030, "earned_premium", 0.989, "different"),
        (2074, "lives", 1.3, "equal"),
        (2074, "lives", 2.0, "different"),
        (2074, "incurred_claims", 1.2, "equal"),
        (2074, "incurred_claims", 1.5, "different"),
        (2010, "earned_premium", 1.0 + 1e-7, "different"),
    ],
)
def test_tolerances_of_a_model_run(as_filed: FilingRun, year: int, measure: str, by: float, verdict: str) -> None:
    """Lives 0.3%, cash 1% a year; in 2072–2076 15% and 5% of five years; history to the dollar."""
    flows = copy.deepcopy(as_filed.cash_flows)
    flows.get(measure, "before")[:, year - 2000] *= by
    changed = dataclasses.replace(as_filed, cash_flows=flows)
    column = {column: key for key, column in AMOUNTS.items()}[measure]
    row = "2072-2076" if year == 2074 else str(year)
    found = [c for c in model_checks(changed, filing_exhibits(changed)) if c.place == ("Ex1a", row, column)]
    assert [c.verdict for c in found] == [verdict]


def test_average_interest_by_hand(as_filed: FilingRun) -> None:
    """Before the increase, weights are the present values of the mix's premium."""
    filed = as_filed
    rates, years = filed.experience.rates, filed.cash_flows.years
    premium = filed.cash_flows.get("earned_premium", "before")
    weight = [(p * (1 + i) ** (2016.5 - years))[years > 2016].sum() for p, i in zip(premium, rates, strict=True)]
    assert average_interest(filed) == pytest.approx(np.dot(rates, weight) / sum(weight))
    assert 0.0405 <= average_interest(filed) <= 0.0415  # printed as 4.1%


def test_a_run_of_other_years_says_so(run: FilingRun) -> None:
    flows = run.cash_flows
    short = CashFlows(flows.groups, flows.years[:-5], np.array(flows.values)[:, :-5])
    cut = dataclasses.replace(run, cash_flows=short, rbo_cash_flows=dict.fromkeys(run.rbo_cash_flows, short))
    found = {c.place: c for c in model_checks(cut, filing_exhibits(cut)) if c.klass == "M"}
    assert found["Ex1a", "2072-2076", "A_earned_premium"].verdict == "not in this run"
    assert found["Ex1a", "2067-2071", "A_earned_premium"].verdict == "different"


def test_records_can_be_written_as_json(checks: list[Check]) -> None:
    records = json.loads(json.dumps(as_records(checks), allow_nan=False))
    assert len(records) == len(checks)
    assert records[0].keys() == {
        "table",
        "row",
        "column",
        "class",
        "published",
        "computed",
        "tolerance",
        "verdict",
        "reason",
    }


@pytest.mark.parametrize(
    ("text", "computed", "tolerance", "verdict"),
    [
        ("61", 61.49, None, "equal"),
        ("61", 61.51, None, "different"),
        ("0.40", 0.405, None, "equal"),
        ("0.40", 0.4051, None, "different"),
        ("0.0088", 0.00875, None, "equal"),
        ("<1", 0.0, None, "equal"),
        ("<1", 1.2, None, "different"),
        ("1000", 1010.0, 10.0, "equal"),
        ("1000", 1010.1, 10.0, "different"),
        ("0.57", Interval(0.575, 0.6), None, "equal"),
        ("0.57", Interval(0.5751, 0.6), None, "different"),
        ("Pass", "Pass", None, "equal"),
        ("Pass", "Fail", None, "different"),
    ],
)
def test_verdicts(text: str, computed: float | str | Interval, tolerance: float | None, verdict: str) -> None:
    printed = Printed(text, text)
    assert compared(("t", "r", "c"), "E1", printed, computed, tolerance).verdict == verdict


def test_an_exception_is_known_only_for_what_follows_from_printed_numbers() -> None:
    place, printed = ("s19", "500", "after"), Printed("4401", "4401")
    assert compared(place, "E1", printed, 4402.4).verdict == "known exception"
    assert compared(place, "R", printed, 4402.4).verdict == "different"
    assert missing(place, "M", printed, "not yet", "because").computed is None


def test_the_report_names_what_is_not_equal(checks: list[Check]) -> None:
    lines = report(checks).splitlines()
    assert " ".join(lines[0].split()) == "Class equal known exception different not in this run not yet"
    assert lines[1].split()[:5] == ["E1", "366", "3", "0", "0"]
    assert any(line.startswith("  E1 s19 500 after: printed 4401 ± 0.5, computed 4402.43 (Some") for line in lines)
    assert lines[-1].startswith("Not yet computed: A-1a 74, A-3a 460")
    different = [line for line in lines if line.startswith(("  M ", "  R "))]
    assert len(different) == len(failed(checks)) > 0
    assert failed(reconcile(None)) == []


def test_only_a_run_with_the_filings_history_is_compared_with_it(filing_run: FilingRun) -> None:
    assert stands_for_the_filing(filing_run)
    later = filing_run.history[filing_run.history["calendar_year"] > 2003]
    assert not stands_for_the_filing(dataclasses.replace(filing_run, history=later))
