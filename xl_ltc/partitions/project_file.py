"""Projecting an in-force file of any size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.parts import POLICIES_A_BATCH, parts_of
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.partitions.cases import Case, Job, filed_case
from xl_ltc.partitions.summed import Summed
from xl_ltc.partitions.work import work_on_all
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.results import CashFlows
from xl_ltc.recut.kept import KeptFile


@dataclass(frozen=True)
class PartitionedResult:
    """What is known of a file once it was projected.

    Attributes:
        by_case: cash flows by group, valuation rate and calendar year, by the case's name.
        control_totals: as ``inforce.control_totals.control_totals``.
        policies: how many; affected: how many of them are affected by the increase.
        summed: what else was to be summed, by its names.
        kept: files of the policies' own results.
    """

    by_case: Mapping[str, CashFlows]
    control_totals: pd.DataFrame
    policies: int
    affected: int
    summed: Mapping[str, Summed] = field(default_factory=dict)
    kept: tuple[KeptFile, ...] = ()

    @property
    def cash_flows(self) -> CashFlows:
        """Those of the first case."""
        return next(iter(self.by_case.values()))


def project_file(
    path: str | Path,
    assumptions: AssumptionSet,
    basis: ProjectionBasis | None = None,
    by: Sequence[str] = ("series",),
    *,
    cases: Sequence[Case] = (),
    partitions: int | None = None,
    cluster: str | None = None,
    batch: int = POLICIES_A_BATCH,
    summed: Callable[[Block], Mapping[str, Summed]] | None = None,
    keep: Callable[[Block, int], tuple[KeptFile, ...]] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> PartitionedResult:
    """Project an in-force Parquet file that need not fit into memory, before and after the increase.

    The result is that of ``project`` on the whole block, to rounding, whatever the partitions, batches and workers.

    Args:
        path: a ``.parquet`` file; with a cluster, a path under which every worker sees it.
        assumptions: by which policies are checked and the increase is found, with their settings.
        basis: rates of the projection, where they are not those of ``assumptions``.
        by: grouping columns of the in-force file; the valuation rate is always added.
        cases: what is projected, each with a name of its own, such as ``scenario_cases`` gives; without any, the
            filed increase on ``basis``.
        partitions: into how many parts the file is cut; None for parts of some 250,000 policies.
        cluster: address of a running Dask scheduler, ``tcp://host:8786``; None for this machine.
        batch: most policies in memory at a time, of each thread that works.
        summed, keep: as of ``Job``.
        progress: told what is being done; may raise ``Cancelled``.

    Raises:
        InputError: every problem of the policies, with file, record, column and policy; on a cluster those of the
            first bad partition found, which is named; or a cluster that can't be used.
    """
    unknown = [name for name in by if name not in [column.name for column in INFORCE.columns]]
    if unknown:
        raise InputError.single("grouping", ", ".join(unknown), "columns of the in-force file")
    names = [case.name for case in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError.single("cases", f"{', '.join(twice)} more than once", "cases with names of their own")
    if batch < 1:
        raise InputError.single("batch", str(batch), "a whole number of at least 1")
    job = Job(assumptions, tuple(by), tuple(cases) or (filed_case(assumptions, basis),), summed, keep)
    parts = parts_of(Path(path), partitions)
    if cluster is None:
        sums = work_on_all(parts, job, progress, batch)
    else:
        from xl_ltc.partitions.cluster import work_on_cluster

        sums = work_on_cluster(parts, job, cluster, progress, batch)
    return PartitionedResult(sums.cash_flows, sums.control_totals, sums.policies, sums.affected, sums.summed, sums.kept)
