"""Running scenarios: the block is prepared once, each run changes small tables only, as many at a time as processors.

Scenarios that differ in interest alone are one projection. A projection works in one thread, so that neither their
number nor the order of scenarios changes a result.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience, Values
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.pricing.sets import AssumptionSets, Mix
from xl_ltc.projection import kernel
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import BASES, CashFlows, from_history
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.scenarios.increase import changed_increase
from xl_ltc.scenarios.members import changed_basis
from xl_ltc.scenarios.outcome import Outcome, Sensitivities
from xl_ltc.scenarios.scenario import Linear, Scenario
from xl_ltc.scenarios.specs import CBUL, CHANGEABLE, INCREASE, INTEREST, RBO, SELECTION
from xl_ltc.scenarios.tables import Asked

BASE = Scenario("Base")
_OF_INCREASE = (INCREASE, CBUL, RBO, SELECTION)
_REPORTS = 100
"""Progress is told about so often."""

Resolved = tuple[tuple[Linear, ...], ...]
"""Changes of some assumptions, each by series."""


def run_sensitivities(
    block: Block,
    history: pd.DataFrame,
    sets: AssumptionSets,
    mix: Mix,
    asked: Asked,
    progress: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
) -> Sensitivities:
    """Run everything that is asked for; arguments and errors as of ``run_scenarios``."""
    base, *found = run_scenarios(block, history, sets, mix, (BASE, *asked.runs), progress, workers)
    alone, rest = found[: len(asked.scenarios)], found[len(asked.scenarios) :]
    grids = []
    for grid in asked.grids:
        count = len(grid.down.values) * len(grid.across.values)
        grids.append((grid, tuple(rest[:count])))
        rest = rest[count:]
    return Sensitivities(base, tuple(zip(asked.scenarios, alone, strict=True)), tuple(grids))


def run_scenarios(
    block: Block,
    history: pd.DataFrame,
    sets: AssumptionSets,
    mix: Mix,
    scenarios: Sequence[Scenario],
    progress: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
) -> tuple[Outcome, ...]:
    """Run a block under each of some scenarios.

    Args:
        block: checked policies; history: checked actual experience, which no scenario changes.
        sets: the current assumptions with their settings, and what a set may be mixed from.
        mix: the set that is changed.
        scenarios: the changes.
        progress: told how many of them are done; may raise ``Cancelled``.
        workers: projections at a time; None for one a processor.

    Returns:
        An outcome for each scenario, in order.

    Raises:
        InputError: pricing claim costs of a basis without a level; policies the assumptions do not cover; improvement
            of no whole number of years; adverse selection without bounds.
    """
    progress(f"preparing {len(block):,} policies")
    runner = _Runner(block, history, sets, mix)
    together: dict[Resolved, list[int]] = {}
    for i, scenario in enumerate(scenarios):
        together.setdefault(runner.resolved(scenario, without=INTEREST), []).append(i)
    outcomes: dict[int, Outcome] = {}
    step = max(len(scenarios) // _REPORTS, 1)
    with ThreadPoolExecutor(workers or kernel.threads()) as pool:
        jobs = [pool.submit(runner.run, [scenarios[i] for i in of]) for of in together.values()]
        try:
            for job, of in zip(jobs, together.values(), strict=True):
                before = len(outcomes) // step
                outcomes.update(zip(of, job.result(), strict=True))
                if len(outcomes) // step > before:
                    progress(f"{len(outcomes):,} of {len(scenarios):,} runs")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(outcomes[i] for i in range(len(scenarios)))


class _Runner:
    """What does not change from one scenario to another."""

    def __init__(self, block: Block, history: pd.DataFrame, sets: AssumptionSets, mix: Mix) -> None:
        self._block, self._assumptions, self._series = block, sets.assumptions, sets.series
        self._settings = sets.assumptions.settings
        self._basis = sets.projection(mix, block)
        self._prepared = PreparedBlock(block, self._basis)
        self._history = from_history(history)
        self._filed = policy_increase(block, self._assumptions)
        year = self._filed.effective_year
        self._ended = Impact.ended(len(block), year)
        self._years_until_increase = max(year - self._settings.first_year + 1, 0)
        # A projection's factors take five megabytes; scenarios next to each other often have the same.
        self._impact = functools.lru_cache(maxsize=2 * kernel.threads())(self._made_impact)

    def resolved(self, scenario: Scenario, without: str) -> Resolved:
        """A scenario's changes by assumption and series, whatever it is called and however its rows stand."""
        return tuple(scenario.by_series(name, self._series) for name in CHANGEABLE if name != without)

    def run(self, scenarios: Sequence[Scenario]) -> list[Outcome]:
        """The outcomes of scenarios that differ in interest alone."""
        first = scenarios[0]
        basis = changed_basis(self._basis, first, self._series)
        of_increase = tuple(change for change in first.changes if change.assumption in _OF_INCREASE)
        future = self._prepared.project(self._impact(Scenario(first.name, of_increase)), basis, workers=1)
        until = self._prepared.project(self._ended, basis, years=self._years_until_increase, workers=1)
        return [self._outcome(future, until, scenario) for scenario in scenarios]

    def _made_impact(self, scenario: Scenario) -> Impact:
        if not scenario.changes:
            return self._filed.impact
        return changed_increase(self._block, self._assumptions, self._filed, scenario).impact

    def _outcome(self, future: CashFlows, until: CashFlows, scenario: Scenario) -> Outcome:
        """Values under a scenario's interest.

        Args:
            future: the projection.
            until: its first years, with nothing after the anniversary in the effective year.
            scenario: whose interest it is.
        """
        coming, past, earlier = (self._experience(flows, scenario) for flows in (future, self._history, until))

        def values(measure: str, basis: str) -> Values:
            return Values(past.values(measure, basis).history, coming.values(measure, basis).future)  # type: ignore[arg-type]

        premium, claims = (
            {basis: values(measure, basis) for basis in BASES} for measure in ("earned_premium", "incurred_claims")
        )
        initial, after = values("initial_earned_premium", "after"), premium["after"]
        test = Test5885.of(
            initial.history,
            after.history,
            initial.future,
            after.future,
            claims["after"].history,
            claims["after"].future,
            self._settings,
        )
        from_increase = premium["before"].future - earlier.values("earned_premium", "after").future
        return Outcome(premium, claims, from_increase, test)

    def _experience(self, flows: CashFlows, scenario: Scenario) -> Experience:
        """Cash flows at the maximum valuation rates under a scenario, no rate below zero."""
        by_series = dict(zip(self._series, scenario.by_series(INTEREST, self._series), strict=True))
        changes = [by_series[series] for series in flows.groups["series"]]
        scale, shift = (np.array([getattr(change, name) for change in changes]) for name in ("scale", "shift"))
        valuation = flows.groups["valuation_rate"].to_numpy(dtype=float)
        return Experience(flows, self._settings, np.maximum(valuation * scale + shift, 0.0))
