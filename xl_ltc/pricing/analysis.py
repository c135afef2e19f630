"""Sections 16 and 18 of one run: what was expected, and the way from there to what is projected now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, BASES, CURRENT
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.attribution import Attribution, as_expected, attribute, check_steps
from xl_ltc.pricing.expected import Expected, expected_experience, given_levels
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets, Rates
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import CashFlows


@dataclass(frozen=True)
class PricingRequest:
    """What is asked of the assumption sets.

    Attributes:
        projected: the set of the run's own projection.
        begin, end: the sets of section 18; steps: the assumptions swapped between them, in order.
    """

    projected: str = CURRENT
    begin: str = ORIGINAL
    end: str = CURRENT
    steps: tuple[str, ...] = ASSUMPTIONS

    @classmethod
    def parsed(cls, projected: str, begin: str, end: str, steps: str) -> PricingRequest:
        """From the words of a Control sheet; the steps with commas between them.

        Raises:
            InputError: a step that is no assumption, or one twice.
        """
        listed = tuple(word.strip() for word in steps.split(",") if word.strip())
        check_steps(listed)
        return cls(projected, begin, end, listed)


@dataclass(frozen=True)
class PricingBasisOfRun:
    """Expected experience, and the sets with the level of the pricing claim costs; or why there is none.

    Attributes:
        sets: with the levels that are known: those of expected experience where there is any, and those given.
        sold: the policies it was projected from.
        expected: by series; None where it is not known.
        missing: why not, in words.
    """

    sets: AssumptionSets
    sold: Sold | None = None
    expected: Expected | None = None
    missing: str = ""

    @classmethod
    def of(cls, sets: AssumptionSets, sold: Sold | str, progress: Callable[[str], None]) -> PricingBasisOfRun:
        """Project the policies sold from issue.

        Args:
            sets: the current assumptions and the tables of original pricing.
            sold: the policies, or why they are not known.
            progress: told of it.
        """

        def without(missing: str, sold: Sold | None = None) -> PricingBasisOfRun:
            return cls(sets.with_levels(given_levels(sets), missing), sold, missing=missing)

        if isinstance(sold, str):
            return without(sold)
        if sets.frames[BASES].empty:
            return without(f"Nothing is given in {BASES}.")
        progress(f"projecting {len(sold.block):,} policies sold from issue")
        try:
            expected, levelled = expected_experience(sold, sets)
        except InputError as error:
            return without(f"Original pricing can't be projected: {error.problems[0]}.", sold)
        return cls(levelled, sold, expected)


def check_sets(block: Block, pricing: PricingBasisOfRun, request: PricingRequest) -> None:
    """Raises InputError for a set of section 18 that can't be used."""
    if pricing.expected is not None:
        for name in (request.begin, request.end):
            pricing.sets.projection(pricing.sets.mix(name), block)


def section_18(
    block: Block,
    history: CashFlows,
    pricing: PricingBasisOfRun,
    request: PricingRequest,
    progress: Callable[[str], None] = lambda _: None,
    prepared: PreparedBlock | None = None,
    known: Mapping[Rates, CashFlows] | None = None,
) -> Attribution | None:
    """The attribution that is asked for; None where expected experience is not known. Arguments as ``attribute``.

    Raises:
        InputError: a set that can't be used.
    """
    if pricing.expected is None:
        return None
    sets = pricing.sets
    begin, end = sets.mix(request.begin), sets.mix(request.end)
    start = as_expected(pricing.expected)
    return attribute(block, history, sets, begin, end, request.steps, start, progress, prepared, known)
