"""Projecting a block: every policy, every year, before and after the increase, in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection import kernel
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import Impact, with_no_step
from xl_ltc.projection.prepare import Preparation, compress
from xl_ltc.projection.results import MEASURES, CashFlows
from xl_ltc.projection.timeline import Timeline


def project(
    block: Block,
    assumptions: AssumptionSet | ProjectionBasis,
    impact: Impact | None = None,
    by: Sequence[str] = ("series",),
) -> CashFlows:
    """Project a block and sum its cash flows by group, valuation rate and calendar year.

    Args:
        block: checked policies.
        assumptions: an assumption set, or a basis that may differ by series; with their settings.
        impact: what the increase does to each policy; None for no increase.
        by: grouping columns of the in-force file; the valuation rate is always added, so that any measure with
            interest is a function of the result.

    Returns:
        Cash flows; groups in sorted order, years from the settings.

    Raises:
        InputError: policies the assumptions do not cover, or an impact that is not this block's.
    """
    return PreparedBlock(block, basis_of(assumptions), by).project(impact)


def project_since_issue(
    block: Block, assumptions: AssumptionSet | ProjectionBasis, count: np.ndarray, by: Sequence[str] = ("series",)
) -> CashFlows:
    """Project policies from their issue on, whether they are still in force or not, without an increase.

    Args:
        block: policies sold; their premium is the one that is payable while it is.
        assumptions: as of ``project``; improvement begins after the valuation date.
        count: how many policies each one stands for, shape (policies,).
        by: grouping columns.

    Returns:
        Cash flows from the first issue year to the last projected one.

    Raises:
        InputError: a policy issued after the valuation date.
    """
    basis = basis_of(assumptions)
    return PreparedBlock(block, basis, by, Timeline.since_issue(block, basis.settings), count).project()


def basis_of(assumptions: AssumptionSet | ProjectionBasis) -> ProjectionBasis:
    """The basis of an assumption set, or the basis itself."""
    return assumptions if isinstance(assumptions, ProjectionBasis) else ProjectionBasis.of(assumptions)


class PreparedBlock:
    """A block ready to be projected again and again under rates and impacts that differ.

    Args:
        block: checked policies; basis: their assumptions.
        by: grouping columns of the in-force file.
        timeline: of the block; None for policies in force.
        count: how many policies each one stands for, shape (policies,); None for one each.

    Raises:
        InputError: policies the assumptions do not cover.
    """

    def __init__(
        self,
        block: Block,
        basis: ProjectionBasis,
        by: Sequence[str] = ("series",),
        timeline: Timeline | None = None,
        count: np.ndarray | None = None,
    ) -> None:
        self._block = block
        self._timeline = timeline or Timeline.of(block, basis.settings)
        self._group, self.groups = grouping(block, basis, by)
        self._preparation = Preparation(block, basis, self._timeline, count)

    def project(
        self,
        impact: Impact | None = None,
        basis: ProjectionBasis | None = None,
        *,
        years: int | None = None,
        workers: int | None = None,
    ) -> CashFlows:
        """Cash flows by group, valuation rate and calendar year; arguments and errors as ``project_each``.

        Without an impact there is no increase: after it all is as before.
        """
        if impact is not None:
            return self.project_each([impact], basis, years=years, workers=workers)[0]
        # What ended before the first year takes no time to add up.
        nothing = Impact.ended(len(self._block), int(self._timeline.years[0]) - 1)
        (found,) = self.project_each([nothing], basis, years=years, workers=workers)
        for measure in MEASURES:
            found.get(measure, "after")[:] = found.get(measure, "before")
        return found

    def project_each(
        self,
        impacts: Sequence[Impact],
        basis: ProjectionBasis | None = None,
        *,
        years: int | None = None,
        workers: int | None = None,
    ) -> list[CashFlows]:
        """Cash flows under each of some impacts, the lives projected once; they do not depend on the workers.

        Args:
            impacts: what increases do to each policy, all in the same years.
            basis: other rates; see ``Preparation.columns``.
            years: the first so many calendar years; None for all.
            workers: threads; None for one a processor.

        Raises:
            InputError: an impact that is not this block's, or of other years than the first.
        """
        for impact in impacts:
            _check_impact(self._block, impact, impacts[0])
        calendar = self._timeline.years[:years]
        values = kernel.project_all(
            len(self.groups),
            len(calendar),
            workers,
            first_year=int(self._timeline.years[0]),
            group=self._group,
            factors=with_no_step(impacts),
            effective_years=impacts[0].effective_years,
            **self._preparation.columns(basis),
        )
        return [CashFlows(self.groups, calendar, of_impact) for of_impact in values]


def _check_impact(block: Block, impact: Impact, first: Impact) -> None:
    """The kernel does not look where it reads: the factors must be this block's, in calendar order."""
    wanted = (len(block), len(impact.effective_years), 4)
    if impact.factors.shape != wanted:
        raise InputError.single(
            "rate increase",
            f"factors of {len(impact.factors):,} policies, shape {impact.factors.shape}",
            f"factors of the block's {len(block):,} policies, shape {wanted}",
        )
    years = ", ".join(map(str, impact.effective_years))
    if (np.diff(impact.effective_years) < 0).any():
        raise InputError.single("rate increase", f"effective years {years}", "effective years in ascending order")
    if not np.array_equal(impact.effective_years, first.effective_years):
        allowed = f"those of the first, {', '.join(map(str, first.effective_years))}"
        raise InputError.single("rate increases projected together", f"effective years {years}", allowed)


def grouping(
    block: Block, assumptions: AssumptionSet | ProjectionBasis, by: Sequence[str]
) -> tuple[np.ndarray, pd.DataFrame]:
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
