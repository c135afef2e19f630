"""A run on a file read by partitions: what is a function of cash flows, history and pricing; no policy is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.checks import Published
from xl_ltc.exhibits.exhibit_1 import exhibit_1
from xl_ltc.exhibits.exhibit_2 import exhibit_2
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.results_csv import write_cash_flow_results
from xl_ltc.exhibits.section_15 import section_15
from xl_ltc.exhibits.section_16 import section_16
from xl_ltc.exhibits.section_18 import section_18
from xl_ltc.exhibits.table import Page
from xl_ltc.experience.study import Study
from xl_ltc.inforce.block import Block
from xl_ltc.partitions.cases import Case, ended_impact, rbo_cases
from xl_ltc.partitions.project_file import PartitionedResult, project_file
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest
from xl_ltc.pricing.attribution import Attribution, as_expected, attributed, mixes
from xl_ltc.pricing.sets import AssumptionSets, Mix
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.rate_increase.impact import PolicyIncrease

LEFT_OUT = (
    "Section 2",
    "Section 6",
    "Section 12",
    "Section 19",
    "Phase-in",
    "Section 21",
    "Section 22",
    "Exhibit III tables",
    "Appendix B tables",
)
"""The exhibits that need each policy, which a run by partitions does not give."""
_STEP = "attribution "


@dataclass(frozen=True)
class PartitionedRun:
    """What a run by partitions computed.

    Attributes:
        run: its cash flows and what follows from them; to ask it for policies is an error.
        result: control totals, and how many policies.
    """

    run: FilingRun
    result: PartitionedResult

    @property
    def pages(self) -> tuple[Page, ...]:
        """The exhibits that are of cash flows alone."""
        run = self.run
        return (
            exhibit_1(run, "before"),
            exhibit_1(run, "after"),
            exhibit_2(run),
            section_15(run, Published.of(())),
            section_16(run),
            section_18(run),
        )

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write their files as a run in memory does, the projection by group and year, and the control totals."""
        totals, flows = folder / "control_totals.csv", folder / "cash_flows.csv"
        self.result.control_totals.to_csv(totals, lineterminator="\n")
        self.run.cash_flows.frame().to_csv(flows, index=False, lineterminator="\n")
        return (*write_cash_flow_results(self.run, self.pages, folder), flows, totals)


def run_partitions(
    path: Path,
    history: pd.DataFrame,
    assumptions: AssumptionSet,
    study: Study,
    sold: Sold | str,
    request: PricingRequest,
    partitions: int | None = None,
    cluster: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> PartitionedRun:
    """As ``run_filing``, of an in-force file of any size; the file is read once.

    Args:
        path, partitions, cluster, progress: as of ``project_file``.
        history, assumptions, study, sold, request: as of ``run_filing``.

    Raises:
        InputError: every problem of the policies; a set that can't be used; a cluster that can't be used.
    """
    past = from_history(history)
    pricing = PricingBasisOfRun.of(AssumptionSets(assumptions, study), sold, progress)
    sets = pricing.sets
    basis = sets.projection(sets.mix(request.projected))
    rbo = rbo_cases(assumptions, basis)
    steps = {} if pricing.expected is None else _steps(sets, request, basis)
    result = project_file(
        path, assumptions, cases=(*rbo, *steps.values()), partitions=partitions, cluster=cluster, progress=progress
    )
    flows = {name: join(past, of_case) for name, of_case in result.by_case.items()}
    absent: Any = NotKept()
    effective_year = assumptions.settings.increase_effective_year
    run = FilingRun(
        block=Block(absent),
        assumptions=assumptions,
        history=history,
        increase=PolicyIncrease(absent, absent, absent, absent, absent, absent, effective_year),
        cash_flows=flows[assumptions.settings.rbo_basis],
        rbo_cash_flows={case.name: flows[case.name] for case in rbo},
        study=study,
        request=request,
        pricing=pricing,
        attribution=_attribution(pricing, request, steps, flows),
    )
    return PartitionedRun(run, result)


def _steps(sets: AssumptionSets, request: PricingRequest, prepared_on: ProjectionBasis) -> dict[object, Case]:
    """The projections of section 18, by what they depend on."""
    ended = functools.partial(ended_impact, sets.assumptions.settings.increase_effective_year)
    steps: dict[object, Case] = {}
    for mix in mixes(sets.mix(request.begin), sets.mix(request.end), request.steps):
        if mix.decrements_and_claims not in steps:
            name = f"{_STEP}{len(steps) + 1}"
            steps[mix.decrements_and_claims] = Case(name, prepared_on, ended, sets.projection(mix))
    return steps


def _attribution(
    pricing: PricingBasisOfRun, request: PricingRequest, steps: dict[object, Case], flows: dict[str, CashFlows]
) -> Attribution | None:
    if pricing.expected is None:
        return None

    def projected(mix: Mix) -> CashFlows:
        return flows[steps[mix.decrements_and_claims].name]

    begin, end = pricing.sets.mix(request.begin), pricing.sets.mix(request.end)
    return attributed(projected, pricing.sets, begin, end, request.steps, as_expected(pricing.expected))


class NotKept:
    """Stands where policies would: a run by partitions keeps none, and nothing may count them as none, unsaid."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError("A run by partitions keeps no policies.")

    def __len__(self) -> int:
        raise TypeError("A run by partitions keeps no policies.")

    def __getitem__(self, key: Any) -> NoReturn:
        raise TypeError("A run by partitions keeps no policies.")
