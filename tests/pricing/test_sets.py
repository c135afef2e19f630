"""Assumption sets: which basis each series has of each assumption, and what can't be used."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.bases import NoExpiry, NoImprovement
from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, BASES, CURRENT, LAPSE, SETS
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import run_filing
from xl_ltc.exhibits.set_comparison import set_comparison_page
from xl_ltc.experience.study import bundled_study, nothing_given
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.analysis import PricingRequest
from xl_ltc.pricing.attribution import attribute
from xl_ltc.pricing.comparison import compare_sets
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import CashFlows

SERIES = ("200", "300", "400", "500", "511")
OF_513 = "513 pricing"


def row(name: str, series: str, basis: str = CURRENT, **others: str) -> dict[str, str]:
    return {"set": name, "series": series, **dict.fromkeys(ASSUMPTIONS, basis), **others}


def with_sets(sets: AssumptionSets, *rows: dict[str, str]) -> AssumptionSets:
    """The sets and some of a user's own."""
    table = pd.concat([sets.frames[SETS], pd.DataFrame(rows)], ignore_index=True)
    return dataclasses.replace(sets, frames={**sets.frames, SETS: table})


def test_the_filings_three_sets(sets: AssumptionSets) -> None:
    assert sets.names == ("current", "original pricing", "513 pricing")
    assert sets.mix(CURRENT).choices == (dict.fromkeys(ASSUMPTIONS, CURRENT),) * 5
    assert sets.mix(ORIGINAL).choices == tuple(dict.fromkeys(ASSUMPTIONS, s) for s in SERIES)
    assert sets.mix(OF_513).choices == (dict.fromkeys(ASSUMPTIONS, "513"),) * 5
    assert list(sets.frames[BASES]["basis"]) == [*SERIES, "513"]


def test_two_sets_need_no_table(assumptions: AssumptionSet, sets: AssumptionSets) -> None:
    without = dataclasses.replace(sets, frames={**sets.frames, SETS: nothing_given()[SETS]})
    assert without.names == ("current", "original pricing")
    for name in without.names:
        assert without.mix(name) == sets.mix(name)
    bare = AssumptionSets(assumptions, nothing_given())
    assert bare.mix(CURRENT) == sets.mix(CURRENT) and bare.frames[BASES].empty


def test_a_row_for_a_series_goes_before_the_one_for_all(sets: AssumptionSets) -> None:
    mine = with_sets(sets, row("mine", "400", "own", interest="511"), row("mine", "All", lapse="own", mortality="200"))
    found = mine.mix("mine")
    for series, choice in zip(SERIES, found.choices, strict=True):
        if series == "400":
            assert choice == {**dict.fromkeys(ASSUMPTIONS, "400"), "interest": "511"}
        else:
            assert choice == {**dict.fromkeys(ASSUMPTIONS, CURRENT), "lapse": series, "mortality": "200"}


@pytest.mark.parametrize(
    ("name", "cell", "allowed"),
    [(CURRENT, {"lapse": "400"}, CURRENT), (ORIGINAL, {"lapse": CURRENT, "interest": "own"}, "own")],
)
def test_the_two_sets_everybody_speaks_of_keep_their_meaning(
    name: str, cell: dict[str, str], allowed: str, sets: AssumptionSets
) -> None:
    """A report that says current means it."""
    basis = CURRENT if name == CURRENT else "own"
    mine = dataclasses.replace(sets, frames={**sets.frames, SETS: pd.DataFrame([row(name, "All", basis)])})
    assert mine.mix(name) == sets.mix(name)
    mine = dataclasses.replace(sets, frames={**sets.frames, SETS: pd.DataFrame([row(name, "400", basis, **cell)])})
    with pytest.raises(InputError) as error:
        mine.mix(name)
    assert str(error.value) == (
        f"assumption set {name}, series 400 (table assumption_sets): found lapse = {cell['lapse']}; "
        f"allowed: {allowed} in every cell of this set; what you mix has a name of its own"
    )


def test_a_block_of_one_series_needs_the_level_of_that_one(sets: AssumptionSets, block: Block) -> None:
    own = sets.with_levels({"400": 0.9})
    codes = block.codes("series")
    basis = own.projection(own.mix(ORIGINAL), block.select(codes == SERIES.index("400")))
    assert basis.claim_costs.members[SERIES.index("400")].level == 0.9  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="basis 200, morbidity: found no level"):
        own.projection(own.mix(ORIGINAL), block)


def test_a_sets_projection_has_the_basis_of_each_choice(levelled: AssumptionSets, assumptions: AssumptionSet) -> None:
    rows = (
        row("mine", "200", morbidity="own"),
        row("mine", "511", mortality="own", lapse="500"),
        row("mine", "All", improvement="400", lapse="own"),
    )
    mine = with_sets(levelled, *rows)
    found = mine.projection(mine.mix("mine"))

    def of(name: str, series: str) -> object:
        chosen = getattr(found, name)
        return chosen.members[chosen.of_series[SERIES.index(series)]]

    assert of("mortality", "200") is of("mortality", "400") is assumptions.mortality
    assert of("mortality", "511") is mine.basis("511").mortality
    assert of("lapse", "200") is assumptions.lapse and of("lapse", "511") is mine.basis("500").lapse
    # Benefit expiry goes with lapse: pricing had none.
    assert of("benefit_expiry", "200") is assumptions.benefit_expiry
    assert isinstance(of("benefit_expiry", "400"), NoExpiry) and isinstance(of("improvement", "400"), NoImprovement)
    assert of("improvement", "511") is assumptions.improvement
    assert of("claim_costs", "300") is assumptions.morbidity
    assert of("claim_costs", "200").level == levelled.levels["200"] != 1.0  # type: ignore[attr-defined]
    assert len(found.claim_costs.members) == 2 and len(found.lapse.members) == 4


def test_interest_of_a_group_is_its_sets(sets: AssumptionSets) -> None:
    groups = pd.DataFrame({"series": ["200", "400", "500", "511", "511"], "valuation_rate": [0.045] * 4 + [0.035]})
    # Section 16: 5% earned for the first three series, the maximum valuation rate for the others.
    assert sets.rates(sets.mix(CURRENT), groups).tolist() == [0.05, 0.05, 0.045, 0.045, 0.035]
    interest = bundled_study()["pricing_interest"].set_index("basis")["original_pricing"]
    assert sets.rates(sets.mix(ORIGINAL), groups).tolist() == [interest[s] for s in groups["series"]]
    assert sets.rates(sets.mix(OF_513), groups).tolist() == [0.035] * 5


def test_interest_of_a_policy_is_that_of_its_group(sets: AssumptionSets, block: Block) -> None:
    valuation = sets.assumptions.valuation_interest.rate(block.issue_year)
    groups = pd.DataFrame({"series": block.frame["series"].astype(str), "valuation_rate": valuation})
    for name in sets.names:
        mix = sets.mix(name)
        np.testing.assert_array_equal(sets.rates_of(mix, block), sets.rates(mix, groups))


def test_another_filings_assumptions_may_be_a_set(sets: AssumptionSets, assumptions: AssumptionSet) -> None:
    earlier = dataclasses.replace(
        assumptions,
        pricing_interest=dataclasses.replace(
            assumptions.pricing_interest, earned_rate=np.array([0.06, 0.06, np.nan, 0.03, np.nan])
        ),
    )
    mine = dataclasses.replace(sets, others={"earlier": earlier})
    mix = mine.mix("earlier")
    assert mix.choices == (dict.fromkeys(ASSUMPTIONS, "earlier"),) * 5
    groups = pd.DataFrame({"series": SERIES, "valuation_rate": 0.04})
    assert mine.rates(mix, groups).tolist() == [0.06, 0.06, 0.04, 0.03, 0.04]
    basis = mine.projection(mix)
    assert basis.mortality.members == (earlier.mortality,) and basis.claim_costs.members == (earlier.morbidity,)


def test_swapping_every_assumption_is_the_other_set(sets: AssumptionSets) -> None:
    mix, other = sets.mix(ORIGINAL), sets.mix(CURRENT)
    for i, assumption in enumerate(ASSUMPTIONS):
        mix = mix.with_assumption(assumption, other)
        assert [c[assumption] for c in mix.choices] == [CURRENT] * 5
        assert mix.name == ORIGINAL and (mix.choices == other.choices) == (i == len(ASSUMPTIONS) - 1)


# What can't be used


def test_a_set_that_is_none(sets: AssumptionSets) -> None:
    with pytest.raises(InputError) as error:
        sets.mix("pricing")
    assert str(error.value) == (
        "assumption set: found 'pricing'; "
        "allowed: one of current, original pricing, 513 pricing (table assumption_sets)"
    )


def test_a_series_without_a_row(sets: AssumptionSets) -> None:
    mine = with_sets(sets, row("mine", "200"), row("mine", "400"))
    with pytest.raises(
        InputError, match="assumption set mine: found no row for series 300; allowed: a row for it or for All"
    ):
        mine.mix("mine")


def test_a_row_for_a_series_that_is_none(sets: AssumptionSets) -> None:
    """Such as a letter O for a nought: the series would have the row for All, unsaid."""
    mine = with_sets(sets, row("mine", "All"), row("mine", "4O0", "own"))
    with pytest.raises(InputError) as error:
        mine.mix("mine")
    found, allowed = "a row for series 4O0", "one of 200, 300, 400, 500, 511, All"
    assert str(error.value) == f"assumption set mine: found {found}; allowed: {allowed}"
    mine.mix(CURRENT)


def test_a_basis_that_is_none(sets: AssumptionSets) -> None:
    mine = with_sets(sets, row("mine", "All", mortality="513 pricing"))
    with pytest.raises(InputError) as error:
        mine.mix("mine")
    assert str(error.value) == (
        "assumption set mine, basis 513 pricing, table pricing_bases: found no row for basis 513 pricing; "
        "allowed: one of 200, 300, 400, 500, 511, 513"
    )


LACKING = {
    "pricing_lapse_511_limited_pay": (OF_513, "basis 513"),
    "pricing_mortality": (ORIGINAL, "basis 200"),
    "pricing_interest": (ORIGINAL, "basis 200"),
    "pricing_morbidity": (ORIGINAL, "basis 200"),
}


@pytest.mark.parametrize("table", LACKING)
def test_a_set_that_lacks_a_table_is_refused_by_its_name(table: str, sets: AssumptionSets) -> None:
    name, basis = LACKING[table]
    lacking = dataclasses.replace(sets, frames={**sets.frames, table: sets.frames[table].iloc[:0]})
    with pytest.raises(InputError, match=f"assumption set {name}, {basis}, table {table}: found no rows"):
        lacking.mix(name)
    lacking.mix(CURRENT)


def test_select_mortality_is_not_needed(sets: AssumptionSets) -> None:
    name = "pricing_mortality_select"
    without = dataclasses.replace(sets, frames={**sets.frames, name: sets.frames[name].iloc[:0]})
    mortality = without.basis("200").mortality
    assert float(mortality.q(0, 60, 0, 0, 1)) == float(mortality.q(0, 60, 0, 0, 30))


@pytest.mark.parametrize("table", [spec.name for spec in LAPSE])
def test_a_basis_is_refused_only_for_tables_it_names(table: str, sets: AssumptionSets) -> None:
    without = dataclasses.replace(sets, frames={**sets.frames, table: sets.frames[table].iloc[:0]})
    for basis in sets.frames[BASES]["basis"]:
        stem = "511" if basis == "513" else "200_300" if basis in ("200", "300") else basis
        if table.startswith(f"pricing_lapse_{stem}"):
            with pytest.raises(InputError, match=table):
                without.basis(basis)
        else:
            without.basis(basis)


NO_LEVEL = (
    "assumption set 513 pricing, basis 513, morbidity: found no level of the pricing claim costs; allowed: a "
    "claim_level, or an expected lifetime loss ratio and sales of it, in table pricing_expected"
)


@pytest.fixture
def nothing_projected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test in which a projection would be too late."""
    monkeypatch.setattr(PreparedBlock, "project", lambda *_: pytest.fail("projected"))


@pytest.mark.usefixtures("nothing_projected")
def test_a_set_without_a_level_is_refused_before_anything_is_projected(
    levelled: AssumptionSets, block: Block, history: CashFlows
) -> None:
    begin, end = levelled.mix(ORIGINAL), levelled.mix(OF_513)
    for perform in (
        lambda: levelled.projection(end),
        lambda: attribute(block, history, levelled, begin, end),
        lambda: attribute(block, history, levelled, end, begin),
    ):
        with pytest.raises(InputError) as error:
            perform()
        assert str(error.value) == NO_LEVEL


def test_a_set_without_a_level_is_compared_but_for_its_claims(
    levelled: AssumptionSets, block: Block, history: CashFlows
) -> None:
    """Appendix B compares the 513 Series' pricing, whose claim costs nobody knows."""
    assert levelled.without_level(levelled.mix(OF_513)) == ("513",)
    assert levelled.without_level(levelled.mix(ORIGINAL)) == levelled.without_level(levelled.mix(CURRENT)) == ()
    original, of_513 = compare_sets(block, history, levelled, [ORIGINAL, OF_513])
    level_one = levelled.with_levels({**levelled.levels, "513": 1.0})
    (known,) = compare_sets(block, history, level_one, [OF_513])
    for name in ("interest", "lapse_lifetime_pay", "lapse_limited_pay", "mortality", "claim_durations", "improvement"):
        np.testing.assert_array_equal(getattr(of_513, name), getattr(known, name))
    amounts = operator.attrgetter("values.premium", "values.claims")
    (premium, claims), (premium_at_one, claims_at_one) = amounts(of_513), amounts(known)
    np.testing.assert_array_equal(premium, premium_at_one)
    present = claims_at_one > 0.0
    assert present.any() and np.isnan(claims[present]).all() and np.isnan(of_513.claims[present]).all()
    assert np.isfinite(amounts(original)[1]).all()
    page = set_comparison_page([original, of_513], levelled.series, {})
    results = next(t for t in page.tables if t.name == "compared_results")
    assert results.cell("All/claims", "set_1").value == results.cell("All/ratio", "set_1").value == "N/A"
    assert results.cell("All/premium", "set_1").value == pytest.approx(premium.sum(), rel=1e-14)


@pytest.mark.parametrize(
    "request_",
    [PricingRequest(OF_513), PricingRequest(begin=OF_513), PricingRequest(end=OF_513)],
    ids=["projected", "begin", "end"],
)
def test_a_run_is_refused_before_anything_is_projected(
    request_: PricingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_up_run(300)
    sold = Sold(run.block, np.ones(len(run.block)), "")
    said: list[str] = []
    with pytest.raises(InputError) as error:
        run_filing(
            run.block, run.history, run.assumptions, said.append, study=bundled_study(), sold=sold, request=request_
        )
    assert str(error.value) == NO_LEVEL
    # The policies sold are what the levels come from.
    assert said == ["projecting 300 policies sold from issue"]


def test_with_a_level_the_set_is_projected(levelled: AssumptionSets, block: Block, history: CashFlows) -> None:
    mine = levelled.with_levels({**levelled.levels, "513": 0.8})
    basis = mine.projection(mine.mix(OF_513))
    assert [len(getattr(basis, n).members) for n in ("mortality", "lapse", "claim_costs")] == [1, 1, 1]
    assert basis.claim_costs.members[0].level == 0.8  # type: ignore[attr-defined]
    (found,) = compare_sets(block, history, mine, [OF_513])
    np.testing.assert_allclose(found.interest, 0.035, rtol=1e-14)
    valued = found.values  # noqa: PD011 - no pandas object
    assert np.isfinite(valued.claims).all()


def test_a_series_that_nobody_has_needs_no_level(
    sets: AssumptionSets, random_block: Callable[..., Block], history: CashFlows
) -> None:
    only = random_block(20, seed=5, series="500")
    mine = sets.with_levels({"500": 0.9})
    found = attribute(only, history, mine, mine.mix(ORIGINAL), mine.mix(CURRENT))
    assert np.isfinite([line.loss_ratio() for line in found.lines]).all()
    with pytest.raises(InputError, match="basis 300, morbidity: found no level"):
        two = random_block(20, seed=5, series=["500", "300"] * 10)
        attribute(two, history, mine, mine.mix(ORIGINAL), mine.mix(CURRENT))
    with pytest.raises(InputError, match="basis 200, morbidity: found no level"):
        mine.projection(mine.mix(ORIGINAL))


def test_the_set_that_is_projected_is_the_runs_own(levelled: AssumptionSets) -> None:
    """Through ``run_filing``: cash flows of the set, at the valuation rates all the same."""
    run = made_up_run(300)
    sold = Sold(run.block, np.ones(len(run.block)), "")
    given = dict(study=bundled_study(), sold=sold)
    current = run_filing(run.block, run.history, run.assumptions, **given)  # type: ignore[arg-type]
    other = run_filing(run.block, run.history, run.assumptions, request=PricingRequest(ORIGINAL), **given)  # type: ignore[arg-type]
    np.testing.assert_array_equal(
        current.experience.values("incurred_claims", "before").history,
        other.experience.values("incurred_claims", "before").history,
    )
    assert other.pricing is not None and other.attribution is not None and current.attribution is not None
    # Premium of the first line of section 18 after history, at original interest, is that of this very projection.
    mix = other.pricing.sets.mix(ORIGINAL)
    rates = other.pricing.sets.rates(mix, other.cash_flows.groups)
    factor = (1.0 + rates[:, None]) ** (2016.5 - other.cash_flows.years)
    for measure, name in (("earned_premium", "premium"), ("incurred_claims", "claims")):
        total = float((other.cash_flows.get(measure, "before") * factor).sum())
        assert float(getattr(current.attribution.lines[1].values, name).sum()) == pytest.approx(total, rel=1e-12)
    assert (
        abs(other.experience.lifetime_loss_ratio("before") / current.experience.lifetime_loss_ratio("before") - 1.0)
        > 1e-4
    )
