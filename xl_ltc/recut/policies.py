"""The results of each policy by itself: cash flows by calendar year and present values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.project import project
from xl_ltc.projection.results import KERNEL_COLUMNS
from xl_ltc.rate_increase.impact import PolicyIncrease

POLICIES_AT_ONCE = 4096
"""So many policies' cash flows are in memory together: 60 years of them are 14 MB."""


@dataclass(frozen=True)
class PolicyResults:
    """Projected results of policies, in their order.

    Attributes:
        block: the policies.
        increase: their increase and elections.
        valuation_rate: the maximum valuation rate of each, shape (policies,).
        years: projected calendar years.
        cash_flows: shape (policies, years, 7), columns as ``KERNEL_COLUMNS``; $ a year, and lives at year end.
        present_values: of the same at the valuation date at each policy's valuation rate, shape (policies, 7).
    """

    block: Block
    increase: PolicyIncrease
    valuation_rate: np.ndarray
    years: np.ndarray
    cash_flows: np.ndarray
    present_values: np.ndarray


def policy_results(block: Block, basis: ProjectionBasis, increase: PolicyIncrease) -> PolicyResults:
    """Project policies and value each by itself, as ``Experience`` values groups of them.

    Memory is taken for all of them at once; see ``in_parts``.

    Raises:
        InputError: policies the basis does not cover.
    """
    flows = project(block, basis, increase.impact, by=("policy_id",))
    at = pd.Index(flows.groups["policy_id"]).get_indexer(pd.Index(block.frame["policy_id"].astype(str)))
    flows = dataclasses.replace(
        flows, groups=flows.groups.iloc[at].reset_index(drop=True), values=np.take(flows.values, at, 0)
    )
    valued = Experience.at_valuation_rates(flows, basis.settings)
    values = np.stack([valued.valued_by_group(measure, of) for measure, of in KERNEL_COLUMNS], axis=1)
    return PolicyResults(block, increase, valued.rates, flows.years, flows.values, values)


def in_parts(
    block: Block, basis: ProjectionBasis, increase: PolicyIncrease, rows: np.ndarray, size: int = POLICIES_AT_ONCE
) -> Iterator[PolicyResults]:
    """The results of the policies at positions ``rows``, ``size`` of them at a time."""
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield policy_results(block.select(part), basis, _of(increase, part))


def _of(increase: PolicyIncrease, rows: np.ndarray) -> PolicyIncrease:
    fields = {f.name: getattr(increase, f.name) for f in dataclasses.fields(increase)}
    return dataclasses.replace(increase, **{n: v[rows] for n, v in fields.items() if isinstance(v, np.ndarray)})
