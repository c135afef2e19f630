"""The attribution of section 18: identities that hold whatever is swapped in which order."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, CURRENT
from xl_ltc.errors import InputError
from xl_ltc.exhibits.summaries import attribution_summary
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest, section_18
from xl_ltc.pricing.attribution import (
    ALL_CURRENT,
    HISTORY,
    START,
    Attribution,
    Line,
    Valued,
    as_expected,
    attribute,
    valued_now,
)
from xl_ltc.pricing.expected import Expected
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets, Mix
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows, join
from xl_ltc.rate_increase.impact import policy_increase

SERIES = 5
MEASURES = ("premium", "claims", "premium_after")
Attribute = Callable[..., Attribution]


@pytest.fixture(scope="session")
def attributed(block: Block, history: CashFlows, levelled: AssumptionSets, expected: Expected) -> Attribute:
    """``attributed(steps, begin, end, block)``: from what was expected to current assumptions, if nothing is said."""

    def perform(
        steps: Sequence[str] = ASSUMPTIONS, begin: str = ORIGINAL, end: str = CURRENT, policies: Block = block
    ) -> Attribution:
        sets = levelled.with_levels({**levelled.levels, "513": 0.8})
        start = as_expected(expected)
        return attribute(policies, history, sets, sets.mix(begin), sets.mix(end), steps, start)

    return perform


@pytest.fixture(scope="session")
def filed(attributed: Attribute) -> Attribution:
    """As the filing does it."""
    return attributed()


def numbers(line: Line) -> np.ndarray:
    return np.stack([getattr(line.values, m) for m in MEASURES])


def assert_same(line: Line, other: Line) -> None:
    np.testing.assert_allclose(numbers(line), numbers(other), rtol=1e-12, atol=1e-6)


def test_the_lines_are_the_filings(filed: Attribution) -> None:
    assert [line.step for line in filed.lines] == [START, HISTORY, *ASSUMPTIONS, ALL_CURRENT]
    assert (filed.begin, filed.end) == (ORIGINAL, CURRENT)
    for i, line in enumerate(filed.lines[2:-1], start=1):
        assert line.swapped == ASSUMPTIONS[:i]


def test_all_steps_leave_nothing(filed: Attribution) -> None:
    assert_same(filed.lines[-1], filed.lines[-2])
    assert filed.residual() == 0.0
    assert [filed.residual(i) for i in range(SERIES)] == [0.0] * SERIES


@settings(max_examples=12, deadline=None)
@given(steps=st.permutations(ASSUMPTIONS))
def test_in_any_order_nothing_is_left(steps: list[str], attributed: Attribute, block: Block) -> None:
    found = attributed(steps, policies=block.select(np.arange(40)))
    assert abs(found.residual()) < 1e-14
    assert all(abs(found.residual(i)) < 1e-14 for i in range(SERIES))
    assert [line.step for line in found.lines[2:-1]] == list(steps)
    product = np.prod([1.0 + b.impact(a) for a, b in itertools.pairwise(found.lines[:-1])])
    assert product == pytest.approx(found.lines[-1].loss_ratio() / found.lines[0].loss_ratio(), rel=1e-12)
    assert product == pytest.approx(1.0 + found.lines[-1].impact(found.lines[0]), rel=1e-12)


def test_begin_and_end_do_not_depend_on_the_order(filed: Attribution, attributed: Attribute) -> None:
    found = attributed(ASSUMPTIONS[::-1])
    for position in (0, 1, -1):
        assert_same(found.lines[position], filed.lines[position])
    assert abs(found.lines[3].loss_ratio() - filed.lines[3].loss_ratio()) > 1e-6


def test_every_line_is_the_value_of_its_set(
    filed: Attribution, block: Block, history: CashFlows, levelled: AssumptionSets
) -> None:
    """Projected and discounted here; the line's set put together here too."""
    current, original = levelled.mix(CURRENT), levelled.mix(ORIGINAL)
    for line in filed.lines[1:]:
        swapped = ASSUMPTIONS if line.step == ALL_CURRENT else line.swapped
        choices = [
            {a: (c if a in swapped else o)[a] for a in ASSUMPTIONS}
            for c, o in zip(current.choices, original.choices, strict=True)
        ]
        mix = Mix("mine", tuple(choices))
        flows = join(history, project(block, levelled.projection(mix)))
        factor = (1.0 + levelled.rates(mix, flows.groups)[:, None]) ** (2016.5 - flows.years)
        for i, series in enumerate(levelled.series):
            own = (flows.groups["series"] == series).to_numpy()
            for name, measure in (("premium", "earned_premium"), ("claims", "incurred_claims")):
                wanted = float((flows.get(measure, "before") * factor)[own].sum())
                assert getattr(line.values, name)[i] == pytest.approx(wanted, rel=1e-12)


def test_the_series_add_up_to_all(filed: Attribution) -> None:
    for line in filed.lines:
        premium, claims, _ = numbers(line)
        assert line.loss_ratio() == pytest.approx(claims.sum() / premium.sum(), rel=1e-14)
        for i in range(SERIES):
            assert line.loss_ratio(i) == pytest.approx(claims[i] / premium[i], rel=1e-14)


@pytest.mark.parametrize("series", [None, "200", "500"])
def test_the_increase_needed_gives_back_the_ratio_of_the_row_above(
    series: str | None, attributed: Attribute, random_block: Callable[..., Block], levelled: AssumptionSets
) -> None:
    """Of all policies, or of a series: projected by the engine with that increase for everybody, and no reaction."""
    block = random_block(150, seed=73)
    history = no_history()
    sets, steps = levelled, ASSUMPTIONS
    found = attribute(block, history, sets, sets.mix(ORIGINAL), sets.mix(CURRENT), steps)
    mix = sets.mix(ORIGINAL)
    code = slice(None) if series is None else sets.series.index(series)
    for before, line in itertools.pairwise(found.lines[:-1]):
        mix = mix.with_assumption(line.step, sets.mix(CURRENT))
        needed = line.increase_needed(before, code)
        # A projection with a negative increase is no less one.
        increase = policy_increase(block, sets.assumptions, np.full(len(block), needed), behaviour=False)
        flows = join(history, project(block, sets.projection(mix), increase.impact))
        experience = Experience(flows, sets.assumptions.settings, sets.rates(mix, flows.groups))
        experience = experience if series is None else experience.where(series=series)
        assert experience.lifetime_loss_ratio("before") == pytest.approx(line.loss_ratio(code), rel=1e-12)
        assert experience.lifetime_loss_ratio("after") == pytest.approx(before.loss_ratio(code), rel=1e-9)


def no_history() -> CashFlows:
    """One year in which nothing was paid."""
    groups = pd.DataFrame({"series": ["200"], "valuation_rate": [0.045]})
    return CashFlows(groups, np.array([2016]), np.zeros((1, 1, 7)))


def test_the_increase_needed_is_the_filings_formula(filed: Attribution) -> None:
    """Specification 5: (LR_k / LR_{k−1} − 1) × lifetime premium / premium after the implementation date."""
    for before, line in itertools.pairwise(filed.lines):
        premium, _, after = numbers(line)
        ratio = line.loss_ratio(2) / before.loss_ratio(2)
        assert line.increase_needed(before, 2) == pytest.approx((ratio - 1) * premium[2] / after[2], rel=1e-13)
    assert np.isnan(filed.lines[0].increase_needed(filed.lines[1]))


def test_premium_after_is_what_is_paid_from_the_anniversary_in_the_effective_year_on(
    levelled: AssumptionSets, random_block: Callable[..., Block]
) -> None:
    """One policy of 1 July: half of 2019's premium and all later premium, none of a ten-pay paid up by then."""
    block = random_block(
        2,
        seed=1,
        series="500",
        issue_age=60,
        issue_date=pd.to_datetime("2009-07-01"),
        premium_payment=["Lifetime-Pay", "Ten-Pay"],
        annualized_premium=1000.0,
    )
    mix = levelled.mix(CURRENT)
    found = valued_now(block, no_history(), levelled, mix)
    flows = project(block.select(np.array([0])), levelled.projection(mix))
    factor = (1.0 + levelled.rates(mix, flows.groups)[0]) ** (2016.5 - flows.years)
    premium = flows.total("earned_premium", "before") * factor
    later = premium[flows.years > 2019].sum()
    assert later < found.premium_after[3] < later + premium[flows.years == 2019][0]
    assert found.premium_after[3] == pytest.approx(later + 0.5 * premium[flows.years == 2019][0], rel=0.01)
    assert found.premium_after[[0, 1, 2, 4]].tolist() == [0.0] * 4


@pytest.mark.parametrize("steps", [("mortality",), ("lapse", "interest"), ("improvement", "morbidity", "lapse"), ()])
def test_steps_left_out_are_the_residual(steps: tuple[str, ...], filed: Attribution, attributed: Attribute) -> None:
    found = attributed(steps)
    assert [line.step for line in found.lines] == [START, HISTORY, *steps, ALL_CURRENT]
    assert_same(found.lines[-1], filed.lines[-1])
    assert found.residual() == found.lines[-1].loss_ratio() - found.lines[-2].loss_ratio() != 0.0
    left_out = [a for a in ASSUMPTIONS if a not in steps]
    whole = attributed((*steps, *left_out))
    assert found.residual() == pytest.approx(whole.lines[-1].loss_ratio() - whole.lines[1 + len(steps)].loss_ratio())


def test_interest_alone_changes_only_discounting(block: Block, history: CashFlows, levelled: AssumptionSets) -> None:
    said: list[str] = []
    begin, end = levelled.mix(ORIGINAL), levelled.mix(ORIGINAL).with_assumption("interest", levelled.mix(CURRENT))
    found = attribute(block, history, levelled, begin, end, ["interest"], None, said.append)
    assert len(said) == 1  # one projection for every line
    flows = join(history, project(block, levelled.projection(begin)))
    for line, mix in zip(found.lines, (begin, end, end), strict=True):
        experience = Experience(flows, levelled.assumptions.settings, levelled.rates(mix, flows.groups))
        assert line.loss_ratio() == pytest.approx(experience.lifetime_loss_ratio("before"), rel=1e-12)
    assert abs(found.lines[1].impact(found.lines[0])) > 1e-4
    # History is accumulated at the rate too.
    assert abs(numbers(found.lines[1])[0, 0] / numbers(found.lines[0])[0, 0] - 1.0) > 1e-3


@pytest.mark.parametrize("name", [CURRENT, ORIGINAL, "513 pricing"])
def test_from_a_set_to_itself_nothing_changes(name: str, attributed: Attribute) -> None:
    found = attributed(begin=name, end=name)
    for before, line in itertools.pairwise(found.lines[1:]):
        assert line.impact(before) == line.increase_needed(before) == 0.0
        np.testing.assert_array_equal(numbers(line), numbers(before))


def test_there_and_back_again(attributed: Attribute, filed: Attribution) -> None:
    back = attributed(ASSUMPTIONS[::-1], begin=CURRENT, end=ORIGINAL)
    for line, there in zip(back.lines[1:-1], filed.lines[-2:0:-1], strict=True):
        assert_same(line, there)


def test_without_a_start_the_first_line_is_history(
    block: Block, history: CashFlows, levelled: AssumptionSets, filed: Attribution
) -> None:
    found = attribute(block, history, levelled, levelled.mix(ORIGINAL), levelled.mix(CURRENT))
    assert [line.step for line in found.lines] == [HISTORY, *ASSUMPTIONS, ALL_CURRENT]
    for line, other in zip(found.lines, filed.lines[1:], strict=True):
        assert_same(line, other)


def test_a_dividend_margin_moves_the_first_line_only(
    block: Block, history: CashFlows, levelled: AssumptionSets, expected: Expected, filed: Attribution
) -> None:
    """Section 18, footnote 3: removed from the second row on; claims are those of the level without it."""
    with_margin = dataclasses.replace(expected, dividend_margin=np.array([0.0, 0.0, 0.0, 0.03, 0.04]))
    begin, end = levelled.mix(ORIGINAL), levelled.mix(CURRENT)
    found = attribute(block, history, levelled, begin, end, start=as_expected(with_margin))
    for line, other in zip(found.lines[1:], filed.lines[1:], strict=True):
        assert_same(line, other)
    assert found.lines[0].loss_ratio(3) == pytest.approx(filed.lines[0].loss_ratio(3) + 0.03, rel=1e-12)
    assert found.lines[0].loss_ratio(2) == filed.lines[0].loss_ratio(2)


@pytest.mark.parametrize(
    ("steps", "found"),
    [(["interest", "lapse", "interest"], "'interest'"), (["Interest"], "'Interest'"), (["benefit expiry"], "'benefit")],
)
def test_steps_that_are_none_or_twice_are_refused(steps: list[str], found: str, attributed: Attribute) -> None:
    words = "one of interest, lapse, mortality, morbidity, improvement, each at most once"
    with pytest.raises(InputError, match=f"attribution steps: found {found}.*; allowed: {words}"):
        attributed(steps)


def test_steps_in_words(attributed: Attribute) -> None:
    asked = PricingRequest.parsed(CURRENT, ORIGINAL, CURRENT, " mortality ,lapse,, ")
    assert asked.steps == ("mortality", "lapse")
    assert PricingRequest.parsed(CURRENT, ORIGINAL, CURRENT, "").steps == ()
    with pytest.raises(InputError, match="attribution steps: found 'mortality; lapse'"):
        PricingRequest.parsed(CURRENT, ORIGINAL, CURRENT, "mortality; lapse")


def test_a_run_attributes_what_is_asked_for(
    block: Block, history: CashFlows, sets: AssumptionSets, sold: Sold, attributed: Attribute
) -> None:
    pricing = PricingBasisOfRun.of(sets, sold, lambda _: None)
    asked = PricingRequest(begin=CURRENT, end=ORIGINAL, steps=("lapse", "mortality"))
    found = section_18(block, history, pricing, asked)
    assert found is not None
    for line, other in zip(found.lines, attributed(asked.steps, CURRENT, ORIGINAL).lines, strict=True):
        assert_same(line, other)
    assert section_18(block, history, PricingBasisOfRun(sets, missing="Unknown."), asked) is None


def flat(premium: float, claims: float, after: float) -> Valued:
    return Valued(*(np.array([v, 0.0]) for v in (premium, claims, after)))


def test_a_row_after_one_without_claims_has_no_impact() -> None:
    lines = [Line(START, (), flat(100.0, 0.0, 0.0)), Line(HISTORY, (), flat(100.0, 80.0, 40.0))]
    assert np.isnan(lines[1].impact(lines[0])) and np.isnan(lines[1].increase_needed(lines[0]))
    assert np.isnan(lines[0].loss_ratio(1)) and np.isnan(lines[1].impact(lines[0], 1))


def test_the_summary_says_each_line() -> None:
    values = [flat(100.0, 50.0, 0.0), flat(100.0, 80.0, 50.0), flat(100.0, 88.0, 40.0), flat(100.0, 88.0, 0.0)]
    steps = (START, HISTORY, "lapse", ALL_CURRENT)
    lines = tuple(Line(step, (), of) for step, of in zip(steps, values, strict=True))
    assert attribution_summary(Attribution("a", "b", lines)) == (
        "Lifetime loss ratio from a to b:",
        "before: 50.0%",
        "history, a: 80.0%, +60.0%, increase needed 120.0%",
        "lapse: 88.0%, +10.0%, increase needed 25.0%",
        "all of b: 88.0%, +76.0%, increase needed N/A",
    )
