"""What an increase is solved for: a block with its history and bases, or one series of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.control import ACTUAL_TO_EXPECTED, EACH_SERIES, TOGETHER
from xl_ltc.errors import InputError, one_of, shown
from xl_ltc.exhibits.solving_measure import SolveMeasure
from xl_ltc.exhibits.table import ALL
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.analysis import PricingBasisOfRun
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.rate_increase.impact import PolicyIncrease
from xl_ltc.rate_increase.solve import NoAnswer


@dataclass(frozen=True)
class SolveCase:
    """A block, or one series of it.

    Attributes:
        block, past: policies and actual experience.
        assumptions: settings, elections and premium-paying periods.
        projected: what the projection stands on.
        pricing: expected experience, or why it is not known.
        only: the one series there is; None for all.
    """

    block: Block
    past: CashFlows
    assumptions: AssumptionSet
    projected: ProjectionBasis
    pricing: PricingBasisOfRun
    only: str | None = None

    @classmethod
    def of(
        cls,
        block: Block,
        history: pd.DataFrame,
        assumptions: AssumptionSet,
        pricing: PricingBasisOfRun,
        projected: str,
    ) -> SolveCase:
        """The inputs of a run; ``projected`` is the assumption set that is projected.

        Raises:
            InputError: a set that can't be used.
        """
        basis = pricing.sets.projection(pricing.sets.mix(projected), block)
        return cls(block, from_history(history), assumptions, basis, pricing)

    @property
    def series(self) -> tuple[str, ...]:
        """The series of the case, in order."""
        return self.assumptions.vocabulary("series") if self.only is None else (self.only,)

    def of_series(self, name: str) -> SolveCase:
        """The policies and history of one series.

        Raises:
            InputError: there is no such series.
        """
        if name not in self.series:
            raise InputError.single("solve_by", shown(name), one_of((TOGETHER, EACH_SERIES, *self.series)))
        return dataclasses.replace(
            self,
            block=self.block.select(np.flatnonzero(self.in_series(name))),
            past=self.past.where(series=name),
            only=name,
        )

    def in_series(self, name: str) -> np.ndarray:
        """Which policies are of a series, shape (policies,)."""
        codes: np.ndarray = self.block.codes("series")
        return codes == self.assumptions.vocabulary("series").index(name)

    def cash_flows(self, increase: PolicyIncrease) -> CashFlows:
        """History and projection under an increase of each policy."""
        return join(self.past, project(self.block, self.projected, increase.impact))

    def measure(self, name: str) -> SolveMeasure:
        """A measure of this case.

        Raises:
            InputError: ``actual_to_expected``, and expected experience is not known.
            NoAnswer: likewise, of the one series.
        """
        settings, interest = self.assumptions.settings, self.assumptions.pricing_interest
        if name != ACTUAL_TO_EXPECTED:
            return SolveMeasure(name, settings, interest)
        if self.pricing.expected is None:
            found = f"{name}, and no expected loss ratio. {self.pricing.missing}"
            raise InputError.single("solve_measure", found, "another measure, or policies sold and original pricing")
        of = self.only or ALL
        expected = self.expected_loss_ratio(of)
        if not expected > 0.0:
            raise NoAnswer.because(
                "no loss ratio of it was expected",
                f"series {of}",
                "no expected loss ratio",
                "policies sold of the series and an expected loss ratio",
            )
        return SolveMeasure(name, settings, interest, expected)

    def expected_loss_ratio(self, series: str) -> float:
        """Expected lifetime loss ratio of a series, or of ``ALL``; NaN where it is not known."""
        expected = self.pricing.expected
        if expected is None:
            return float("nan")
        if series == ALL:
            return expected.loss_ratio_of_all
        return float(expected.loss_ratio[self.assumptions.vocabulary("series").index(series)])
