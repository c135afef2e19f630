"""One run of the filing: from a block, its history and an assumption set to everything the exhibits show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.study import Study, nothing_given
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.partitions.summed import Key, Summed
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest, check_sets, section_18
from xl_ltc.pricing.attribution import Attribution, until_implementation
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.rate_increase.behaviour import RBO_BASES
from xl_ltc.rate_increase.impact import PolicyIncrease, on_rbo_basis, policy_increase
from xl_ltc.sums import sums_by_code


@dataclass(frozen=True)
class Policies:
    """Policies that something is summed of: of a whole run, or some of those of a run by partitions.

    Attributes:
        block, assumptions: as of the run.
        increase: each policy's increase and elections.
    """

    block: Block
    increase: PolicyIncrease
    assumptions: AssumptionSet

    def by_series(self, rows: np.ndarray | None = None, weights: np.ndarray | None = None) -> np.ndarray:
        """Policies where a mask is true, or all, counted or their weights summed, shape (series,)."""
        codes = self.block.codes("series")
        if rows is not None:
            codes, weights = codes[rows], None if weights is None else weights[rows]
        return _added(codes, weights, self._series)

    def by_code(
        self, what: str, codes: np.ndarray, rows: np.ndarray | None = None, weights: np.ndarray | None = None
    ) -> dict[Key, np.ndarray]:
        """The same by series for each code there is, a whole number of at least 0, under ``(what, code)``."""
        series = self.block.codes("series")
        if rows is not None:
            codes, series, weights = codes[rows], series[rows], None if weights is None else weights[rows]
        present = np.flatnonzero(np.bincount(codes)).tolist()
        size = (present[-1] + 1) * self._series if present else 0
        found = _added(codes * self._series + series, weights, size).reshape(-1, self._series)
        return {(what, code): found[code] for code in present}

    @property
    def _series(self) -> int:
        return len(self.assumptions.vocabulary("series"))


def _added(codes: np.ndarray, weights: np.ndarray | None, size: int) -> np.ndarray:
    """How often there is each code, or the sum of its weights; float64, shape (size,)."""
    if weights is None:
        return np.bincount(codes, minlength=size).astype(float)
    return sums_by_code(codes, weights, size)


SumsOf = Callable[[Policies], Summed]
"""What a section shows of policies: a function of a module, which partitions are given too."""


def counts(policies: Policies) -> Summed:
    """Policies, and those affected by the increase."""
    return Summed({(_POLICIES,): policies.by_series(), (_AFFECTED,): policies.by_series(policies.increase.affected)})


_POLICIES, _AFFECTED = "policies", "affected"


@dataclass(frozen=True)
class FilingRun:
    """What a run computed.

    Attributes:
        block, assumptions: the inputs.
        history: actual experience, columns as ``inforce.history.HISTORY``.
        increase: each policy's increase and elections.
        cash_flows: history and projection by series, valuation rate and year.
        rbo_cash_flows: the same under each RBO basis, for comparison; the one in the settings is ``cash_flows``.
        caution: what a reader of the exhibits must know of the data, or nothing.
        scenario: the user's name for what was tried, or nothing.
        study: experience and original pricing as given; see ``experience.study``.
        request: which assumption sets are projected and compared.
        pricing: expected experience, and the assumption sets.
        attribution: from expected experience to current (section 18); None where the former is not known.
        summed: what the sections show of the policies, by the names of their functions, where the run was by
            partitions and holds no policy; None where it does.
    """

    block: Block
    assumptions: AssumptionSet
    history: pd.DataFrame
    increase: PolicyIncrease
    cash_flows: CashFlows
    rbo_cash_flows: dict[str, CashFlows]
    caution: str = ""
    scenario: str = ""
    study: Study = field(default_factory=nothing_given)
    request: PricingRequest = field(default_factory=PricingRequest)
    pricing: PricingBasisOfRun | None = None
    attribution: Attribution | None = None
    summed: Mapping[str, Summed] | None = None

    def sums(self, of: SumsOf) -> Summed:
        """What a section shows of the policies: of all of them, or added up over the partitions."""
        if of.__name__ not in self._sums:
            self._sums[of.__name__] = of(Policies(self.block, self.increase, self.assumptions))
        return self._sums[of.__name__]

    @cached_property
    def _sums(self) -> dict[str, Summed]:
        return dict(self.summed or {})

    @cached_property
    def policies(self) -> int:
        """How many policies."""
        return int(self.sums(counts)[_POLICIES].sum())

    @cached_property
    def affected(self) -> int:
        """How many of them are affected by the increase."""
        return int(self.sums(counts)[_AFFECTED].sum())

    @cached_property
    def experience(self) -> Experience:
        """History and projection at the maximum valuation rates."""
        return Experience.at_valuation_rates(self.cash_flows, self.assumptions.settings)

    @cached_property
    def priced_experience(self) -> Experience:
        """History and projection at current rates on the basis that original pricing used (section 16)."""
        assumptions = self.assumptions
        return Experience.at_pricing_consistent_rates(
            self.cash_flows, assumptions.settings, assumptions.pricing_interest
        )

    @cached_property
    def basis(self) -> ProjectionBasis:
        """What the run's projection stands on: the assumption set that was asked for."""
        if self.pricing is None:
            return ProjectionBasis.of(self.assumptions)
        return self.pricing.sets.projection(self.pricing.sets.mix(self.request.projected), self.block)

    @property
    def series(self) -> tuple[str, ...]:
        """The series in the assumption set's order."""
        return self.assumptions.vocabulary("series")


def run_filing(
    block: Block,
    history: pd.DataFrame,
    assumptions: AssumptionSet,
    progress: Callable[[str], None] = lambda _: None,
    caution: str = "",
    scenario: str = "",
    study: Study | None = None,
    sold: Sold | str = "The policies sold are not known.",
    request: PricingRequest | None = None,
) -> FilingRun:
    """Project the block before and after the increase, under the chosen and the other RBO bases.

    Args:
        block: checked policies; history: checked actual experience.
        assumptions: the assumption set with its settings.
        progress: told what is being done, in a few words.
        caution: what a reader of the exhibits must know of the data, or nothing.
        scenario: the user's name for what is tried, or nothing.
        study: experience and original pricing; None for none given.
        sold: the policies sold, or why they are not known.
        request: which assumption sets are projected and compared; None for the filing's.

    Raises:
        InputError: an assumption set that can't be used, by its name.
    """
    past, request = from_history(history), request or PricingRequest()
    given = nothing_given() if study is None else study
    pricing = PricingBasisOfRun.of(AssumptionSets(assumptions, given), sold, progress)
    mix = pricing.sets.mix(request.projected)
    prepared = PreparedBlock(block, pricing.sets.projection(mix, block))
    check_sets(block, pricing, request)
    chosen = assumptions.settings.rbo_basis
    filed = policy_increase(block, assumptions)
    increases = {chosen: filed} | {b: on_rbo_basis(filed, b) for b in RBO_BASES if b != chosen}
    progress(f"projecting {len(block):,} policies before and after the increase")
    projections = prepared.project_each([increase.impact for increase in increases.values()])
    by_basis = dict(zip(increases, projections, strict=True))
    until = join(past, until_implementation(block, pricing.sets, prepared, by_basis[chosen]))
    attribution = section_18(block, past, pricing, request, progress, prepared, {mix.decrements_and_claims: until})
    by_basis = {basis: join(past, projection) for basis, projection in by_basis.items()}
    return FilingRun(
        block,
        assumptions,
        history,
        increases[chosen],
        by_basis[chosen],
        by_basis,
        caution,
        scenario,
        given,
        request,
        pricing,
        attribution,
    )
