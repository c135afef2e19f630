"""What is projected of every part of a file: one case, or many that share the reading."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.partitions.summed import Summed
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import Impact
from xl_ltc.rate_increase.behaviour import RBO_BASES
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.recut.kept import KeptFile
from xl_ltc.scenarios.increase import changed_increase
from xl_ltc.scenarios.members import changed_basis
from xl_ltc.scenarios.scenario import Scenario

FILED = "filed"
"""The case of the assumptions as they are."""


@dataclass(frozen=True)
class Case:
    """A projection of every policy.

    Attributes:
        name: in the results.
        prepared_on: the basis that policies are prepared on; cases with the same object share that work.
        impact: what the increase does to the policies of a block. It is sent to other processes: a function of a
            module, or a ``functools.partial`` of one.
        basis: other rates than ``prepared_on``'s, as ``PreparedBlock.project`` takes them; None for its own.
    """

    name: str
    prepared_on: ProjectionBasis
    impact: Callable[[Block], Impact]
    basis: ProjectionBasis | None = None


@dataclass(frozen=True)
class Job:
    """What is done with every part.

    Attributes:
        assumptions: by which policies are checked, and who is affected; with their settings.
        by: grouping columns of the in-force file.
        cases: to project.
        summed: what else is summed of the policies of a block, by name; functions as ``Case.impact`` is one.
        keep: writes the results of each policy of a block, given the position of its first record in the file, from 0.
    """

    assumptions: AssumptionSet
    by: tuple[str, ...]
    cases: tuple[Case, ...]
    summed: Callable[[Block], Mapping[str, Summed]] | None = None
    keep: Callable[[Block, int], tuple[KeptFile, ...]] | None = None

    def only(self, cases: Sequence[Case]) -> Job:
        """Some cases and nothing else."""
        return dataclasses.replace(self, cases=tuple(cases), summed=None, keep=None)

    def shared_out(self, cases: int) -> list[Job]:
        """The job in several of so many cases each; what is not of a case is done with the first."""
        first = dataclasses.replace(self, cases=self.cases[:cases])
        return [first, *(self.only(self.cases[i : i + cases]) for i in range(cases, len(self.cases), cases))]


def filed_case(assumptions: AssumptionSet, basis: ProjectionBasis | None = None) -> Case:
    """The projection before and after the increase.

    Args:
        assumptions: with their settings; basis: other rates than theirs.
    """
    return Case(FILED, basis or ProjectionBasis.of(assumptions), functools.partial(filed_impact, assumptions))


def rbo_cases(assumptions: AssumptionSet, basis: ProjectionBasis | None = None) -> tuple[Case, ...]:
    """The projection on each RBO basis, by its name; arguments as ``filed_case``."""
    basis = basis or ProjectionBasis.of(assumptions)
    cases = []
    for name in RBO_BASES:
        settings = dataclasses.replace(assumptions.settings, rbo_basis=name)
        on_basis = dataclasses.replace(assumptions, settings=settings)
        cases.append(Case(name, basis, functools.partial(filed_impact, on_basis)))
    return tuple(cases)


def scenario_cases(
    assumptions: AssumptionSet, scenarios: Sequence[Scenario], basis: ProjectionBasis | None = None
) -> tuple[Case, ...]:
    """The projection under each scenario, by its name; a change of interest changes no cash flow.

    Args:
        assumptions, basis: as ``filed_case``; scenarios: the changes.
    """
    basis, series = basis or ProjectionBasis.of(assumptions), assumptions.vocabulary("series")
    return tuple(
        Case(
            scenario.name,
            basis,
            functools.partial(scenario_impact, assumptions, scenario),
            changed_basis(basis, scenario, series),
        )
        for scenario in scenarios
    )


def filed_impact(assumptions: AssumptionSet, block: Block) -> Impact:
    """The increase under the assumptions and settings."""
    return policy_increase(block, assumptions).impact


def scenario_impact(assumptions: AssumptionSet, scenario: Scenario, block: Block) -> Impact:
    """The increase under a scenario."""
    return changed_increase(block, assumptions, policy_increase(block, assumptions), scenario).impact


def ended_impact(effective_year: int, block: Block) -> Impact:
    """Nothing from each policy's anniversary in a year on."""
    return Impact.ended(len(block), effective_year)
