"""The sheet Set comparison: averages over the policies in force, written out policy by policy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exhibits.study import study_run
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.set_comparison import set_comparison_page
from xl_ltc.exhibits.summaries import sets_summary
from xl_ltc.exhibits.table import NOT_AVAILABLE, Page, Table
from xl_ltc.pricing.comparison import AGES, DURATIONS, SetRates, compare_sets
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.project import project
from xl_ltc.projection.results import from_history, join

SERIES = ("200", "300", "400", "500", "511")
NAMES = ["current", "original pricing"]
LIMITED = ("Ten-Pay", "Twenty-Pay", "Pay to Age 65")


@pytest.fixture(scope="module")
def run() -> FilingRun:
    """The 511 series has no limited-pay policies here."""
    whole = study_run()
    frame = whole.block.frame
    keep = ~((frame["series"] == "511") & frame["premium_payment"].isin(LIMITED)).to_numpy()
    return FilingRun(**{**vars(whole), "block": whole.block.select(keep)})


@pytest.fixture(scope="module")
def sets(run: FilingRun) -> AssumptionSets:
    assert run.pricing is not None
    return run.pricing.sets


@pytest.fixture(scope="module")
def found(run: FilingRun, sets: AssumptionSets) -> tuple[SetRates, ...]:
    return compare_sets(run.block, from_history(run.history), sets, NAMES)


@pytest.fixture(scope="module")
def page(found: tuple[SetRates, ...]) -> Page:
    return set_comparison_page(found, SERIES, {"Scenario": "none"})


def table(page: Page, name: str) -> Table:
    return next(t for t in page.tables if t.name == f"compared_{name}")


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


@pytest.mark.parametrize("series", SERIES)
def test_rates_are_averages_policy_by_policy(
    series: str, run: FilingRun, sets: AssumptionSets, found: tuple[SetRates, ...]
) -> None:
    assumptions, priced = sets.assumptions, sets.basis(series)
    frame, code = run.block.frame, SERIES.index(series)
    sums: dict[str, list[list[float]]] = {}

    def add(name: str, rates: object) -> None:
        sums.setdefault(name, []).append(np.asarray(rates, dtype=float).reshape(-1).tolist())

    costs = priced.claim_costs
    for i in np.flatnonzero((frame["series"] == series).to_numpy()):
        one = run.block.select(np.array([i]))
        sex, partner, uw, payment, period, kind = (
            int(one.codes(c)[0])
            for c in (
                "sex", "partner_status", "underwriting_class", "premium_payment", "benefit_period", "benefit_type",
            )
        )  # fmt: skip
        pay = "limited" if frame["premium_payment"].iloc[i] in LIMITED else "lifetime"
        age, renewal = int(one.issue_age[0]), bool(one.discounted_renewal[0])
        for k, (lapse, mortality, expiry) in enumerate(
            (
                (assumptions.lapse, assumptions.mortality, assumptions.benefit_expiry.rate(sex, period, AGES)),
                (priced.lapse, priced.mortality, [0.0] * len(AGES)),
            )
        ):
            add(f"lapse_{pay}_pay {k}", lapse.rate(partner, np.array(DURATIONS), payment, renewal, age))
            add(f"mortality {k}", mortality.q(sex, np.array(AGES), partner, uw, 20))
            add(f"benefit_expiry {k}", expiry)
        for k, of in enumerate((assumptions.morbidity, costs)):
            level = 1.0 if k == 0 else sets.levels[series]
            by_age = of.policy_base(one) * of.age_cost(sex, code, period, kind, np.array(AGES))
            add(f"claims {k}", level * by_age * of.duration(code, 20))
            add(f"claim_durations {k}", of.duration(code, np.array(DURATIONS)) / of.duration(code, 20))
        add("improvement 0", assumptions.improvement.factor(sex, 80, 10))
        valuation = float(assumptions.valuation_interest.rate(one.issue_year)[0])
        earned = float(assumptions.pricing_interest.earned_rate[code])
        add("interest 0", valuation if np.isnan(earned) else earned)
    for k, rates in enumerate(found):
        for name in (
            "lapse_lifetime_pay",
            "lapse_limited_pay",
            "mortality",
            "benefit_expiry",
            "claims",
            "claim_durations",
        ):
            wanted = [mean(list(column)) for column in zip(*sums.get(f"{name} {k}", []), strict=True)]
            if not wanted:
                assert np.isnan(getattr(rates, name)[code]).all() and (series, name) == ("511", "lapse_limited_pay")
                continue
            np.testing.assert_allclose(getattr(rates, name)[code], wanted, rtol=1e-12, atol=1e-300)
    assert found[0].improvement[code] == pytest.approx(mean([v[0] for v in sums["improvement 0"]]), rel=1e-12)
    assert found[0].interest[code] == pytest.approx(mean([v[0] for v in sums["interest 0"]]), rel=1e-12)
    assert found[1].improvement[code] == 1.0
    assert found[1].interest[code] == pytest.approx(priced.interest, rel=1e-14)


def test_results_are_those_of_each_sets_projection(
    run: FilingRun, sets: AssumptionSets, found: tuple[SetRates, ...], page: Page
) -> None:
    results = table(page, "results")
    for k, name in enumerate(NAMES):
        mix = sets.mix(name)
        flows = join(from_history(run.history), project(run.block, sets.projection(mix)))
        factor = (1.0 + sets.rates(mix, flows.groups)[:, None]) ** (2016.5 - flows.years)
        for key, series in {"All": None, **{str(i): s for i, s in enumerate(SERIES)}}.items():
            own = np.ones(len(flows.groups), bool) if series is None else (flows.groups["series"] == series).to_numpy()
            premium, claims = (
                float((flows.get(m, "before") * factor)[own].sum()) for m in ("earned_premium", "incurred_claims")
            )
            for row, wanted in (("premium", premium), ("claims", claims), ("ratio", claims / premium)):
                assert results.cell(f"{key}/{row}", f"set_{k}").value == pytest.approx(wanted, rel=1e-12)


def test_the_last_column_compares_the_last_set_with_the_first(found: tuple[SetRates, ...], page: Page) -> None:
    claims = table(page, "claims")
    one, other = (float(r.claims[2, 1]) for r in found)
    assert claims.cell("2/1", "difference").value == pytest.approx(other / one - 1.0, rel=1e-12)
    interest = table(page, "interest")
    one, other = (float(r.interest[0]) for r in found)
    assert interest.cell("0/0", "difference").value == pytest.approx(other - one, rel=1e-12)
    # Pricing had no benefit expiry: all of it less is −100%; where there is none now, nothing can be said.
    expiry = table(page, "expiry")
    assert expiry.cell("0/3", "difference").value == -1.0


def test_what_a_series_has_no_policy_of_is_not_available(page: Page) -> None:
    limited = table(page, "lapse_limited")
    for j in range(len(DURATIONS)):
        row = limited.row(f"4/{j}").cells
        assert {row[c].value for c in ("set_0", "set_1", "difference")} == {NOT_AVAILABLE}
    assert isinstance(limited.cell("3/0", "set_1").value, float)


def test_where_each_assumption_is_from(page: Page) -> None:
    choices = table(page, "choices")
    assert [c.header for c in choices.columns] == ["Series", "At", *NAMES]
    assert choices.cell("1/lapse", "set_0").value == "current" and choices.cell("1/lapse", "set_1").value == "300"
    assert len(choices.rows) == 25
    assert page.title == ("Set comparison", "current beside original pricing")


def test_a_set_beside_itself_does_not_differ(run: FilingRun, sets: AssumptionSets) -> None:
    twice = compare_sets(run.block, from_history(run.history), sets, ["current", "original pricing", "current"])
    page = set_comparison_page(twice, SERIES, {})
    for name in ("results", "interest", "claims", "mortality", "lapse_lifetime"):
        for row in table(page, name).rows:
            assert row.cells["difference"].value in (0.0, NOT_AVAILABLE)


def test_the_summary_names_each_set(found: tuple[SetRates, ...]) -> None:
    ratio = [r.values.claims.sum() / r.values.premium.sum() for r in found]
    assert sets_summary(found) == (
        f"current: lifetime loss ratio {ratio[0]:.1%}",
        f"original pricing: lifetime loss ratio {ratio[1]:.1%}",
    )
