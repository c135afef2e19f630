"""How each assumption's change moved the lifetime loss ratio (section 18).

From what was expected, over actual history with one set's projections, to another set's, one assumption swapped at a
time. Each line's increase needed is the one that gives back the loss ratio of the line before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS
from xl_ltc.errors import InputError, one_of
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.loss_ratio.values import increase_needed
from xl_ltc.pricing.expected import Expected
from xl_ltc.pricing.sets import AssumptionSets, Mix, Rates
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import KERNEL_COLUMNS, CashFlows, join

START, HISTORY, ALL_CURRENT = "start", "history", "all"
"""Lines that are no assumption: what was expected; actual history with its projections; the other set as a whole."""


@dataclass(frozen=True)
class Valued:
    """Values by series in code order, dollars at the valuation date; each of shape (series,).

    Attributes:
        premium, claims: of the lifetime.
        premium_after: present value of premium from each policy's anniversary in the effective year on.
    """

    premium: np.ndarray
    claims: np.ndarray
    premium_after: np.ndarray


@dataclass(frozen=True)
class Line:
    """A line of the attribution.

    Attributes:
        step: ``START``, ``HISTORY``, an assumption, or ``ALL_CURRENT``.
        swapped: the assumptions that are the other set's by then, in order.
        values: by series.
    """

    step: str
    swapped: tuple[str, ...]
    values: Valued

    def loss_ratio(self, series: int | slice = slice(None)) -> float:
        """Lifetime loss ratio of a series by code, or of all; NaN without premium."""
        premium = float(np.sum(self.values.premium[series]))
        return float(np.sum(self.values.claims[series])) / premium if premium else float("nan")

    def impact(self, before: Line, series: int | slice = slice(None)) -> float:
        """Its loss ratio over that of another line, less one; NaN where that one has no claims or no premium."""
        ratio = before.loss_ratio(series)
        return self.loss_ratio(series) / ratio - 1.0 if ratio else float("nan")

    def increase_needed(self, before: Line, series: int | slice = slice(None)) -> float:
        """The increase that gives the loss ratio of another line; NaN without premium after the implementation date."""
        after = float(np.sum(self.values.premium_after[series]))
        premium = float(np.sum(self.values.premium[series]))
        return float(increase_needed(self.loss_ratio(series), before.loss_ratio(series), premium, after))


@dataclass(frozen=True)
class Attribution:
    """The lines, in order: start, history where there is one, a step for each assumption, all of the other set.

    Attributes:
        begin, end: names of the sets.
        lines: see above. The last is compared with the first.
    """

    begin: str
    end: str
    lines: tuple[Line, ...]

    def residual(self, series: int | slice = slice(None)) -> float:
        """What the steps leave unexplained: the last line's loss ratio less that of the last step."""
        return self.lines[-1].loss_ratio(series) - self.lines[-2].loss_ratio(series)


def as_expected(expected: Expected) -> Valued:
    """What pricing expected as the start of an attribution."""
    return Valued(expected.premium, np.nan_to_num(expected.with_margin), np.zeros(len(expected.premium)))


def check_steps(steps: Sequence[str]) -> None:
    """Raises InputError for a step that is no assumption, or is one a second time."""
    for i, step in enumerate(steps):
        if step not in ASSUMPTIONS or step in steps[:i]:
            raise InputError.single("attribution steps", repr(step), f"{one_of(ASSUMPTIONS)}, each at most once")


def attribute(
    block: Block,
    history: CashFlows,
    sets: AssumptionSets,
    begin: Mix,
    end: Mix,
    steps: Sequence[str] = ASSUMPTIONS,
    start: Valued | None = None,
    progress: Callable[[str], None] = lambda _: None,
    prepared: PreparedBlock | None = None,
    known: Mapping[Rates, CashFlows] | None = None,
) -> Attribution:
    """Swap the assumptions of one set for another's, one at a time.

    Args:
        block: the policies in force; history: actual experience.
        sets: where the sets' bases are.
        begin, end: the sets.
        steps: the assumptions to swap, in order; what is left out shows as a residual.
        start: the line before actual history, such as what pricing expected; None to begin with history.
        progress: told of every projection.
        prepared: the block, where it is at hand, under any rates.
        known: projections that are at hand, with history, by ``Mix.decrements_and_claims``; see
            ``until_implementation``.

    Raises:
        InputError: a step that is no assumption; claim costs of a basis without a level.
    """
    check_steps(steps)
    # A set that can't be used is refused before anything is projected.
    basis, _ = (sets.projection(mix, block) for mix in (begin, end))
    prepared, ended = prepared or PreparedBlock(block, basis), _ended(block, sets)
    found = dict(known or {})

    def projected(mix: Mix) -> CashFlows:
        key = mix.decrements_and_claims
        if key not in found:
            progress(f"projecting {len(block):,} policies, step {len(found) + 1} of the attribution")
            found[key] = join(history, prepared.project(ended, sets.projection(mix, block)))
        return found[key]

    return attributed(projected, sets, begin, end, steps, start)


def attributed(
    projected: Callable[[Mix], CashFlows],
    sets: AssumptionSets,
    begin: Mix,
    end: Mix,
    steps: Sequence[str] = ASSUMPTIONS,
    start: Valued | None = None,
) -> Attribution:
    """The attribution from cash flows: actual history and each set's projection; see ``attribute``.

    Args:
        projected: the cash flows of a set; after, of what falls due before each policy's anniversary in the effective
            year only. Called for ``mixes``.
        sets, begin, end, steps, start: as of ``attribute``.
    """

    def valued(mix: Mix) -> Valued:
        return _valued(projected(mix), sets, mix)

    lines = []
    if start is not None:
        lines.append(Line(START, (), start))
    first, *swaps, last = mixes(begin, end, steps)
    lines.append(Line(HISTORY, (), valued(first)))
    lines += [Line(step, tuple(steps[: i + 1]), valued(swaps[i])) for i, step in enumerate(steps)]
    lines.append(Line(ALL_CURRENT, tuple(steps), valued(last)))
    return Attribution(begin.name, end.name, tuple(lines))


def mixes(begin: Mix, end: Mix, steps: Sequence[str]) -> tuple[Mix, ...]:
    """The sets of an attribution's lines from history on: one, after each step, the other."""
    found = [begin]
    for step in steps:
        found.append(found[-1].with_assumption(step, end))
    return (*found, end)


def _ended(block: Block, sets: AssumptionSets) -> Impact:
    return Impact.ended(len(block), sets.assumptions.settings.increase_effective_year)


def until_implementation(
    block: Block, sets: AssumptionSets, prepared: PreparedBlock, projection: CashFlows
) -> CashFlows:
    """A projection that is at hand, as an attribution needs it.

    Args:
        block: the policies; sets: with the settings; prepared: the block under the rates of ``projection``.
        projection: on any increase.

    Returns:
        The same before the increase; after, what falls due before each policy's anniversary in the effective year.
    """
    years = max(sets.assumptions.settings.increase_effective_year - int(projection.years[0]) + 1, 0)
    until = prepared.project(_ended(block, sets), years=years)
    after = [i for i, (_, basis) in enumerate(KERNEL_COLUMNS) if basis == "after"]
    values = projection.values.copy()
    values[:, :, after] = 0.0
    values[:, :years, after] = until.values[:, :, after]
    return dataclasses.replace(projection, values=values)


def valued_now(block: Block, history: CashFlows, sets: AssumptionSets, mix: Mix) -> Valued:
    """Values of actual history and a set's projection, e.g. of an earlier filing at its own date."""
    projection = PreparedBlock(block, sets.projection(mix, block)).project(_ended(block, sets))
    return _valued(join(history, projection), sets, mix)


def _valued(cash_flows: CashFlows, sets: AssumptionSets, mix: Mix) -> Valued:
    experience = Experience(cash_flows, sets.assumptions.settings, sets.rates(mix, cash_flows.groups))
    codes = [sets.series.index(series) for series in cash_flows.groups["series"]]

    def by_series(measure: str, basis: str) -> np.ndarray:
        return np.bincount(codes, experience.valued_by_group(measure, basis), len(sets.series))  # type: ignore[arg-type]

    premium = by_series("earned_premium", "before")
    return Valued(premium, by_series("incurred_claims", "before"), premium - by_series("earned_premium", "after"))
