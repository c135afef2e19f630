"""Projecting a block: every policy, every year, before and after the increase, in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection import kernel
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.prepare import compress, prepare
from xl_ltc.projection.results import CashFlows
from xl_ltc.projection.timeline import Timeline


def project(
    block: Block, assumptions: AssumptionSet, impact: Impact | None = None, by: Sequence[str] = ("series",)
) -> CashFlows:
    """Project a block and sum its cash flows by group, valuation rate and calendar year.

    Args:
        block: checked policies.
        assumptions: the assumption set, with its settings.
        impact: what the increase does to each policy; None for no increase.
        by: grouping columns of the in-force file; the valuation rate is always added, so that any measure with
            interest is a function of the result.

    Returns:
        Cash flows; groups in sorted order, years from the settings.

    Raises:
        InputError: policies the assumptions do not cover, or an impact that is not this block's.
    """
    settings = assumptions.settings
    timeline = Timeline.of(block, settings)
    impact = impact or Impact.none(len(block), settings.increase_effective_year)
    _check_impact(block, impact)
    group, groups = grouping(block, assumptions, by)
    values = kernel.project_all(
        kernel.work_units(len(block), len(groups), len(timeline.years)),
        len(block),
        len(groups),
        len(timeline.years),
        first_year=settings.first_year,
        group=group,
        factors=impact.with_no_step(),
        effective_years=impact.effective_years,
        **prepare(block, assumptions, timeline).columns,
    )
    return CashFlows(groups, timeline.years, values)


def _check_impact(block: Block, impact: Impact) -> None:
    """The kernel does not look where it reads: the factors must be this block's, in calendar order."""
    wanted = (len(block), len(impact.effective_years), 4)
    if impact.factors.shape != wanted:
        raise InputError.single(
            "rate increase",
            f"factors of {len(impact.factors):,} policies, shape {impact.factors.shape}",
            f"factors of the block's {len(block):,} policies, shape {wanted}",
        )
    if (np.diff(impact.effective_years) < 0).any():
        years = ", ".join(map(str, impact.effective_years))
        raise InputError.single("rate increase", f"effective years {years}", "effective years in ascending order")


def grouping(block: Block, assumptions: AssumptionSet, by: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """The group of each policy and the table of groups: the columns asked for and the valuation rate."""
    unknown = [c for c in by if c not in block.frame]
    if unknown:
        raise InputError.single("grouping", ", ".join(unknown), "columns of the in-force file")
    rate = assumptions.valuation_interest.rate(block.issue_year)
    rates, rate_code = np.unique(rate, return_inverse=True)
    columns = [block.frame[c].astype("category") for c in by]
    sizes = (*(max(len(c.cat.categories), 1) for c in columns), max(len(rates), 1))
    codes = (*(c.cat.codes.to_numpy(dtype=np.int64) for c in columns), rate_code)
    group, positions = compress(codes, sizes)
    groups = pd.DataFrame(
        {name: c.cat.categories.astype(str).to_numpy()[i] for name, c, i in zip(by, columns, positions, strict=False)}
    )
    groups["valuation_rate"] = rates[positions[-1]]
    return group, groups
