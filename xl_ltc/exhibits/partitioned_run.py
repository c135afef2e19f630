"""A run on a file read by partitions: of cash flows, history, pricing and sums over policies; it holds no policy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.checks import Check
from xl_ltc.exhibits.filing_pages import FilingPages
from xl_ltc.exhibits.filing_run import FilingRun, Policies, counts
from xl_ltc.exhibits.phase_in import SHEET
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.exhibits.section_02 import increase_sums
from xl_ltc.exhibits.section_06 import behaviour_sums, interest_sums
from xl_ltc.exhibits.section_12 import mode_sums
from xl_ltc.exhibits.section_19 import new_business_sums, own_request_sums
from xl_ltc.exhibits.section_21 import distribution_sums
from xl_ltc.exhibits.section_22 import affected_sums
from xl_ltc.experience.study import Study
from xl_ltc.files import sha256
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import as_json
from xl_ltc.partitions.cases import Case, ended_impact, rbo_cases
from xl_ltc.partitions.project_file import PartitionedResult, project_file
from xl_ltc.partitions.summed import Summed
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest
from xl_ltc.pricing.attribution import Attribution, as_expected, attributed, mixes
from xl_ltc.pricing.sets import AssumptionSets, Mix
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase
from xl_ltc.recut.keep import keep_partition
from xl_ltc.recut.kept import KeptFile

SUMMED = (
    counts,
    increase_sums,
    behaviour_sums,
    interest_sums,
    mode_sums,
    own_request_sums,
    new_business_sums,
    distribution_sums,
    affected_sums,
)
"""What the exhibits show of the policies, but for the phase-in."""
LEFT_OUT = (SHEET,)
"""The exhibits that need all policies together, which a run by partitions does not give."""
_STEP = "attribution "


@dataclass(frozen=True)
class PartitionedRun:
    """What a run by partitions computed.

    Attributes:
        run: its cash flows and sums and what follows from them; to ask it for policies is an error.
        result: control totals, how many policies, and the files of their own results.
        file: the in-force file.
    """

    run: FilingRun
    result: PartitionedResult
    file: Path

    @property
    def inforce(self) -> dict[str, Any]:
        """What the policies are known by in the run's record: the file's hash, for a block has one only as a whole."""
        return {"file_sha256": sha256(self.file), "control_totals": as_json(self.result.control_totals)}

    def write(self, checks: Sequence[Check], pages: FilingPages, folder: Path) -> tuple[Path, ...]:
        """Write the files of a run in memory, the cash flows by group and year, and the control totals.

        Args:
            checks, pages: as of ``write_results``; folder: where to.
        """
        totals, flows = folder / "control_totals.csv", folder / "cash_flows.csv"
        self.result.control_totals.to_csv(totals, lineterminator="\n")
        self.run.cash_flows.frame().to_csv(flows, index=False, lineterminator="\n")
        return (*write_results(self.run, checks, folder, pages), flows, totals)


def run_partitions(
    path: Path,
    history: pd.DataFrame,
    assumptions: AssumptionSet,
    study: Study,
    sold: Sold | str,
    request: PricingRequest,
    partitions: int | None = None,
    cluster: str | None = None,
    keep: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    caution: str = "",
    scenario: str = "",
) -> PartitionedRun:
    """As ``run_filing``, of an in-force file of any size; the file is read once.

    Args:
        path, partitions, cluster, progress: as of ``project_file``.
        history, assumptions, study, sold, request, caution, scenario: as of ``run_filing``.
        keep: folder for the results of each policy, as ``keep_partition`` has it; None for none.

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
        path,
        assumptions,
        cases=(*rbo, *steps.values()),
        partitions=partitions,
        cluster=cluster,
        summed=functools.partial(_summed, assumptions),
        keep=None if keep is None else functools.partial(_keep, assumptions, basis, keep),
        progress=progress,
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
        caution=caution,
        scenario=scenario,
        study=study,
        request=request,
        pricing=pricing,
        attribution=_attribution(pricing, request, steps, flows),
        summed=result.summed,
    )
    return PartitionedRun(run, result, path)


def _summed(assumptions: AssumptionSet, block: Block) -> dict[str, Summed]:
    """What the exhibits show of the policies of a block."""
    policies = Policies(block, policy_increase(block, assumptions), assumptions)
    return {of.__name__: of(policies) for of in SUMMED}


def _keep(
    assumptions: AssumptionSet, basis: ProjectionBasis, folder: Path, block: Block, first: int
) -> tuple[KeptFile, ...]:
    """The results of each policy of a block, in files named by its first record."""
    return keep_partition(block, basis, policy_increase(block, assumptions), folder, first)


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
