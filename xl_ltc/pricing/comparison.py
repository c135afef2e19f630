"""Assumption sets beside each other: average rates over the policies in force, and what each set projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xl_ltc.inforce.block import Block
from xl_ltc.pricing.attribution import Valued, valued_now
from xl_ltc.pricing.sets import AssumptionSets, Mix
from xl_ltc.projection.basis import BySeries, ProjectionBasis, combined
from xl_ltc.projection.results import CashFlows

DURATIONS = (1, 2, 3, 5, 8, 10, 15, 20)
"""Policy durations at which lapse and factors by duration are compared."""
AGES = (50, 60, 70, 80, 90)
"""Attained ages at which mortality, benefit expiry and claim costs are compared."""
SEASONED = 20
"""The duration at which rates by attained age are compared: beyond select periods and factors by duration."""
IMPROVED_AT, IMPROVED_IN = 80, 10
"""Attained age and projection year of the improvement compared."""


@dataclass(frozen=True)
class SetRates:
    """Average annual rates of a set over the policies in force of each series, each policy counting once.

    Attributes:
        interest: by series, averaged where it is by issue year.
        lapse_lifetime_pay, lapse_limited_pay: shape (series, durations); NaN where a series has no such policy.
        mortality, benefit_expiry: shape (series, ages), at duration ``SEASONED``.
        claims: annual incurred claims of a life before benefit growth, dollars, shape (series, ages), likewise.
        claim_durations: claims in a duration relative to ``SEASONED`` at equal age, shape (series, durations).
        improvement: factor on mortality and morbidity, by series; see ``IMPROVED_AT``.
        values: of history and projection.
    """

    mix: Mix
    interest: np.ndarray
    lapse_lifetime_pay: np.ndarray
    lapse_limited_pay: np.ndarray
    mortality: np.ndarray
    benefit_expiry: np.ndarray
    claims: np.ndarray
    claim_durations: np.ndarray
    improvement: np.ndarray
    values: Valued


def compare_sets(
    block: Block,
    history: CashFlows,
    sets: AssumptionSets,
    names: Sequence[str],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[SetRates, ...]:
    """The sets' rates and results, in the order of their names.

    Args:
        block: policies in force; history: actual experience.
        sets: with levels of the pricing claim costs, where a set needs them.
        names: of the sets.
        progress: told of each.

    Claims of a priced basis whose level is not known, such as the 513 Series', are NaN; all else can be compared.

    Raises:
        InputError: a set that can't be used, by its name; before anything is projected.
    """
    mixes = [sets.mix(name) for name in names]
    unknown = dict.fromkeys((basis for mix in mixes for basis in sets.without_level(mix)), float("nan"))
    sets = sets.with_levels({**sets.levels, **unknown})
    bases = [sets.projection(mix, block) for mix in mixes]
    found = []
    for mix, basis in zip(mixes, bases, strict=True):
        progress(f"projecting {len(block):,} policies on the set {mix.name}")
        found.append(_rates(block, sets, mix, basis, valued_now(block, history, sets, mix)))
    return tuple(found)


def _rates(block: Block, sets: AssumptionSets, mix: Mix, basis: ProjectionBasis, values: Valued) -> SetRates:
    series, count = block.codes("series"), len(sets.series)
    limited = basis.premium.is_limited(block.codes("premium_payment"))
    issue_age, discounted = block.issue_age[:, None], block.discounted_renewal[:, None]
    sex, partner, uw, payment, period, kind = (
        block.codes(name)[:, None]
        for name in (
            "sex",
            "partner_status",
            "underwriting_class",
            "premium_payment",
            "benefit_period",
            "benefit_type",
        )
    )
    durations, ages = np.array(DURATIONS), np.array(AGES)

    def average(rates: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
        weight = np.ones(len(block)) if chosen is None else chosen.astype(float)
        total = np.bincount(series, weight, count)
        sums = np.stack([np.bincount(series, weight * column, count) for column in rates.T], axis=1)
        return np.divide(sums, total[:, None], out=np.full(sums.shape, np.nan), where=total[:, None] > 0)

    def spread(assumption: BySeries, columns: int, of: Callable) -> np.ndarray:
        out = np.empty((len(block), columns))
        for rows, (member,) in combined(series, assumption):
            out[rows] = of(assumption.members[member], rows)
        return out

    lapse = spread(
        basis.lapse,
        len(durations),
        lambda m, r: m.rate(partner[r], durations, payment[r], discounted[r], issue_age[r]),
    )
    mortality = spread(basis.mortality, len(ages), lambda m, r: m.q(sex[r], ages, partner[r], uw[r], SEASONED))
    expiry = spread(basis.benefit_expiry, len(ages), lambda m, r: m.rate(sex[r], period[r], ages))
    claims = spread(
        basis.claim_costs,
        len(ages),
        lambda m, r: (
            m.policy_base(block)[r, None]
            * m.age_cost(sex[r], series[r, None], period[r], kind[r], ages)
            * m.duration(series[r, None], np.array([SEASONED]))
        ),
    )
    by_duration = spread(
        basis.claim_costs,
        len(durations),
        lambda m, r: m.duration(series[r, None], durations) / m.duration(series[r, None], np.array([SEASONED])),
    )
    improvement = spread(
        basis.improvement, 1, lambda m, r: m.factor(sex[r], np.array([IMPROVED_AT]), np.array([IMPROVED_IN]))
    )
    return SetRates(
        mix,
        average(sets.rates_of(mix, block)[:, None])[:, 0],
        average(lapse, ~limited),
        average(lapse, limited),
        average(mortality),
        average(expiry),
        average(claims),
        average(by_duration),
        average(improvement)[:, 0],
        values,
    )
