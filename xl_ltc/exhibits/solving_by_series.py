"""Each series' own increase to the target, and what they give together: what a filing would propose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from xl_ltc.control import EACH_SERIES, LIFETIME, MARGIN, TOGETHER
from xl_ltc.exhibits.solving import Solution, SolveRequest, increase_without_cap, solve_increase
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.exhibits.solving_measure import MEASURE_WORDS
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import CashFlows
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase
from xl_ltc.rate_increase.solve import NoAnswer


@dataclass(frozen=True)
class SeriesSolutions:
    """The answer of each series.

    Attributes:
        case: the whole block; request: what was asked.
        solutions: of each series in order, or why it has none.
        increase: of each policy of the block, each under the answer of its series; none where that has no answer.
        cash_flows: history and projection of the block under them; ``before`` is without any.
    """

    case: SolveCase
    request: SolveRequest
    solutions: Mapping[str, Solution | NoAnswer]
    increase: PolicyIncrease
    cash_flows: CashFlows

    @property
    def experience(self) -> Experience:
        """Of the block, at the maximum valuation rates."""
        return Experience.at_valuation_rates(self.cash_flows, self.case.assumptions.settings)

    @property
    def solved(self) -> tuple[Solution, ...]:
        """The answers there are."""
        return tuple(of for of in self.solutions.values() if isinstance(of, Solution))

    @property
    def summary(self) -> str:
        """A line for each series, and one for what they give together."""
        lines = [
            of.summary if isinstance(of, Solution) else f"Series {name}: {of.reason}."
            for name, of in self.solutions.items()
        ]
        ratio, margin = self.experience.lifetime_loss_ratio("after"), self.experience.test_58_85().margin
        together = f"All series: {MEASURE_WORDS[LIFETIME]} {ratio:.4%}; {MEASURE_WORDS[MARGIN]} {margin:.4%}."
        return "\n".join((*lines, together))


def answered(
    case: SolveCase, request: SolveRequest, progress: Callable[[str], None] = lambda _: None
) -> Solution | SeriesSolutions:
    """The answer for all series together, for each by itself, or for one of them, as is asked.

    Raises:
        InputError: as ``solve_increase``; there is no such series.
    """
    if request.by == TOGETHER:
        return solve_increase(case, request, progress)
    if request.by == EACH_SERIES:
        return solve_each_series(case, request, progress)
    return solve_increase(case.of_series(request.by), request, progress)


def solve_each_series(
    case: SolveCase, request: SolveRequest, progress: Callable[[str], None] = lambda _: None
) -> SeriesSolutions:
    """Solve for each series from its own policies, history and expected experience.

    Args:
        case: the whole block; request: what is asked of each series.
        progress: told of every trial; may raise ``Cancelled``.

    Raises:
        InputError: expected experience is asked for and not known.
    """
    solutions: dict[str, Solution | NoAnswer] = {}
    under = np.zeros(len(case.block))
    for name in case.series:
        progress(f"series {name}")
        try:
            solution = solve_increase(case.of_series(name), request, progress)
        except NoAnswer as why:
            solutions[name] = why
            continue
        solutions[name] = solution
        under[case.in_series(name)] = solution.root.increase
    wanted = np.minimum(increase_without_cap(case, request), under)
    increase = policy_increase(case.block, case.assumptions, wanted, behaviour=request.behaviour)
    progress("projecting all series under these increases")
    return SeriesSolutions(case, request, solutions, increase, case.cash_flows(increase))
