"""Running scenarios: what must not matter does not, progress is told, and a run can be stopped."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest

from tests.exhibits.made_up import made_up_history
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.experience.study import bundled_study, nothing_given
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Values
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.scenarios.outcome import Outcome
from xl_ltc.scenarios.run import run_scenarios, run_sensitivities
from xl_ltc.scenarios.scenario import Axis, Change, Grid, Linear, Scenario
from xl_ltc.scenarios.specs import CHANGEABLE, INCREASE, INTEREST, LAPSE, MORBIDITY, SELECTION
from xl_ltc.scenarios.tables import Asked

EXACT = 1e-12
POLICIES = 5_000

GRID = Grid("grid", Axis(MORBIDITY, "All", "scale", (0.9, 1.0, 1.1)), Axis(INTEREST, "All", "shift", (0.0, 0.01)))
SCENARIOS = tuple(
    Scenario(f"{name} {series} {scale}", (Change(name, series, Linear(scale)),))
    for (name, scale), series in itertools.product(zip(CHANGEABLE, itertools.cycle((0.8, 1.3))), ("All", "511"))
)


@pytest.fixture(scope="module")
def block(random_block: Callable[..., Block]) -> Block:
    """Of several work units."""
    return random_block(POLICIES, 5)


def run(
    block: Block,
    scenarios: tuple[Scenario, ...],
    progress: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
) -> tuple[Outcome, ...]:
    sets = AssumptionSets(bundled(), nothing_given())
    return run_scenarios(
        block, made_up_history(bundled()), sets, sets.mix("current"), scenarios, progress, workers=workers
    )


def numbers(outcomes: tuple[Outcome, ...]) -> np.ndarray:
    """Loss ratios, margin, premium from the increase on and present values of each."""
    return np.array(
        [
            (
                o.loss_ratio("before"),
                o.loss_ratio("after"),
                o.test.margin,
                o.premium_from_increase,
                o.premium["after"].future,
                o.claims["after"].future,
            )
            for o in outcomes
        ]
    )


def test_neither_threads_nor_order_matter(block: Block) -> None:
    one = numbers(run(block, SCENARIOS, workers=1))
    assert np.array_equal(numbers(run(block, SCENARIOS, workers=2)), one)
    assert np.array_equal(numbers(run(block, SCENARIOS[::-1], workers=3))[::-1], one)


def test_the_order_of_policies_does_not_matter(block: Block) -> None:
    order = np.random.default_rng(1).permutation(len(block))
    np.testing.assert_allclose(numbers(run(block.select(order), SCENARIOS)), numbers(run(block, SCENARIOS)), rtol=EXACT)


def test_interest_alone_needs_no_projection_and_gives_the_same(block: Block) -> None:
    """Two scenarios that differ in interest, together and each by itself."""
    lapse = Change(LAPSE, "All", Linear(0.8))
    scenarios = tuple(Scenario(str(s), (lapse, Change(INTEREST, "All", Linear(shift=s)))) for s in (0.0, 0.01))
    together = numbers(run(block, scenarios))
    for i, scenario in enumerate(scenarios):
        assert np.array_equal(numbers(run(block, (scenario,)))[0], together[i])
    assert together[0, 0] != together[1, 0]


def test_rates_of_interest_are_kept_at_zero_or_more(block: Block) -> None:
    far, zero = run(
        block, tuple(Scenario("", (Change(INTEREST, "All", Linear(*v)),)) for v in ((1.0, -0.5), (0.0, 0.0)))
    )
    assert far == zero


def test_a_sheet_of_scenarios_and_grids_comes_back_in_order(block: Block) -> None:
    sets = AssumptionSets(bundled(), nothing_given())
    asked = Asked(SCENARIOS[:3], (GRID,))
    found = run_sensitivities(block, made_up_history(bundled()), sets, sets.mix("current"), asked)
    assert [s for s, _ in found.scenarios] == list(SCENARIOS[:3]) and found.runs == 1 + 3 + 6
    ((grid, outcomes),) = found.grids
    assert grid is GRID and len(outcomes) == 6
    each = run(block, (Scenario("base"), *SCENARIOS[:3], *GRID.scenarios))
    assert (found.base, *(o for _, o in found.scenarios), *outcomes) == each
    down = [o.loss_ratio("before") for o in outcomes[::2]]
    assert down == sorted(down) and outcomes[2] == found.base


def test_a_grid_of_scale_and_shift_is_one_change() -> None:
    grid = Grid("g", Axis(LAPSE, "All", "shift", (0.0, 0.01)), Axis(LAPSE, "All", "scale", (0.5, 1.5)))
    assert [s.changes for s in grid.scenarios] == [
        (Change(LAPSE, "All", Linear(scale, shift)),) for shift in (0.0, 0.01) for scale in (0.5, 1.5)
    ]


def test_by_hand() -> None:
    """Premium 100 + 100, claims 60 + 90: 75%. Worse by 45 of claims: 97.5%, 30% more than 75%; 30% of 200 over 80."""
    base = Outcome({"before": Values(100, 100)}, {"before": Values(60, 90)}, 80.0, None)  # type: ignore[arg-type]
    worse = Outcome({"before": Values(100, 100)}, {"before": Values(60, 135)}, 80.0, None)  # type: ignore[arg-type]
    assert base.loss_ratio("before") == 0.75 and worse.loss_ratio("before") == 0.975
    assert worse.increase_needed(base) == pytest.approx(0.3 * 200 / 80, rel=EXACT)
    nobody = Outcome({"before": Values(100, 0)}, {"before": Values(60, 0)}, 0.0, None)  # type: ignore[arg-type]
    assert np.isnan(nobody.increase_needed(base))


def test_one_policy_by_hand(random_block: Callable[..., Block]) -> None:
    """Claims of the future are 1.3 times as high and nothing else is, before and after the increase."""
    scenario = Scenario("worse", (Change(MORBIDITY, "All", Linear(1.3)),))
    base, worse = run(random_block(1, 8), (Scenario("base"), scenario))
    assert worse.premium == base.premium
    for basis in ("before", "after"):
        assert worse.claims[basis].history == base.claims[basis].history  # type: ignore[index]
        assert worse.claims[basis].future == pytest.approx(1.3 * base.claims[basis].future, rel=EXACT)  # type: ignore[index]


def test_progress_is_told_and_counts(block: Block) -> None:
    said: list[str] = []
    run(block, SCENARIOS, said.append)
    assert said[0] == f"preparing {POLICIES:,} policies"
    counts = [int(re.fullmatch(rf"(\d+) of {len(SCENARIOS)} runs", words)[1]) for words in said[1:]]  # type: ignore[index]
    assert counts == sorted(counts) and counts[-1] == len(SCENARIOS)


def test_a_thousand_runs_are_told_about_a_hundred_times(random_block: Callable[..., Block]) -> None:
    said: list[str] = []
    scenarios = tuple(Scenario(str(i), (Change(MORBIDITY, "All", Linear(1 + i / 1000)),)) for i in range(1_000))
    run(random_block(3, 1), scenarios, said.append)
    assert "310 of 1,000 runs" in said and len(said) == 101 and said[-1] == "1,000 of 1,000 runs"


def test_progress_may_stop_it(block: Block) -> None:
    def stop(words: str) -> None:
        if "of" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(block, SCENARIOS, stop)


def test_a_scenario_that_cannot_be_run_is_named(block: Block) -> None:
    strong = Scenario("all at once", (Change(SELECTION, "All", Linear(100.0)), Change(INCREASE, "All", Linear(2.0))))
    with pytest.raises(InputError, match="scenario all at once: behaviour, morbidity relief times elections"):
        run(block, (Scenario("b"), strong))


def test_pricing_without_a_level_is_refused(block: Block) -> None:
    sets = AssumptionSets(bundled(), bundled_study())
    with pytest.raises(InputError, match="no level of the pricing claim costs"):
        run_scenarios(block, made_up_history(bundled()), sets, sets.mix("original pricing"), ())


def test_a_test_is_made_of_the_scenario_s_own_values(block: Block) -> None:
    (found,) = run(block, (SCENARIOS[4],))
    settings, premium, claims = bundled().settings, found.premium["after"], found.claims["after"]
    test: Test5885 = found.test
    assert (test.item_2a, test.item_4a, test.item_6a) == (premium.history, premium.future, claims.history)
    assert test.item_6b == pytest.approx(claims.future * (1 + settings.moderately_adverse_margin), rel=EXACT)
