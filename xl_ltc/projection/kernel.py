"""The compiled kernel: one pass over the policies, two segments a year, before and after the increase.

It does nothing the readable calculation in ``trace.py`` does not; a test holds the two together. Rates come as
small tables prepared in ``prepare.py``; survival over a segment of length d is exp(d · ln of the annual
survival), which is the specification's 1 − (1 − q)^d for each decrement, multiplied. The same policies under several
impacts, such as the bases of the reduced benefit option, are projected once.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np

BLOCK = 2048
"""Policies a work unit; sums are taken per unit and added in order, so threads do not change a result.

A sum one after the other is off by at most 2^-53 of itself a number: (2048 + units)·2^-53 is under 1e-12 up to 14
million policies. In one unit a million equal policies were off by 3e-11.
"""

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts, of which the first has so few digits that its whole multiples are exact."""

ROUNDS = 6755399441055744.0
"""1.5 · 2^52: what is added to it is rounded to whole numbers, which then stand in the low bits of the sum."""

MONTHS = 12
EXPONENT_BIAS, MANTISSA_BITS = 1023, 52
SMALLEST_LOG = -708.0
"""Below it survival is less than 1e-307, and counts as none."""

MAX_PARTIAL_BYTES = 256_000_000
"""Most memory for units' sums of all groups; where they need more, policies are worked in the order of their groups."""


def by_groups(policies: int, groups: int, years: int, impacts: int = 1) -> bool:
    """Whether policies are worked in the order of their groups, so that a unit has sums of its own groups only: a
    function of sizes alone, never of threads."""
    return units_of(policies) * impacts * groups * years * 7 * 8 > MAX_PARTIAL_BYTES


def units_of(policies: int) -> int:
    """How many units a block is worked in."""
    return max(1, (policies + BLOCK - 1) // BLOCK)


@nb.njit(cache=True, error_model="numpy")
def _rates(  # type: ignore[no-untyped-def]
    age0,
    duration0,
    projection_year0,
    claim_base,
    log_mortality,
    log_lapse,
    log_expiry,
    cost,
    duration_factor,
    growth,
    morbidity_improvement,
    rows,
    log_survival,
    claim_rate,
):
    """Log annual survival and claims a life-year of each segment; how many years until nobody can be left."""
    mortality_class, lapse_class, expiry_class, cost_class, duration_class, growth_class, improvement_class = rows
    last_level = np.int64(log_mortality.shape[0] - 1)
    last_age = np.int64(log_mortality.shape[2] - 1)
    last_mortality = np.int64(log_mortality.shape[3])
    last_lapse = np.int64(log_lapse.shape[1])
    last_duration = np.int64(duration_factor.shape[1])
    years = len(log_survival) // 2
    rate = claims = 0.0
    level = np.int64(-1)
    for y in range(years):
        k = np.int64(min(max(projection_year0 + y, 0), last_level))
        for part in range(2):
            # The policy year that ends in a year's first segment began in the last year's second one: its rates
            # are at hand unless improvement went on in between.
            if part == 1 or k != level:
                # Before issue there is no policy year; that segment has no length.
                t = max(duration0 + y + part, 1)
                x = np.uint64(min(age0 + y + part, last_age))
                ku = np.uint64(k)
                rate = (
                    log_mortality[ku, mortality_class, x, np.uint64(min(t, last_mortality) - 1)]
                    + log_lapse[lapse_class, np.uint64(min(t, last_lapse) - 1)]
                    + log_expiry[expiry_class, x]
                )
                claims = (
                    claim_base
                    * cost[cost_class, x]
                    * duration_factor[duration_class, np.uint64(min(t, last_duration) - 1)]
                    * growth[growth_class, np.uint64(t - 1)]
                    * morbidity_improvement[ku, improvement_class, x]
                )
            log_survival[np.uint64(2 * y + part)] = rate
            claim_rate[np.uint64(2 * y + part)] = claims
        level = k
        if rate == -np.inf:
            return y + 1
    return years


@nb.njit(cache=True, error_model="numpy")
def _exp(x, scratch, out):  # type: ignore[no-untyped-def]
    """e to the power of x up to 0, to the last bit but one; four at a time, which the compiler can't do with np.exp.

    x = k·ln 2 + r with |r| ≤ ln 2 / 2; the Taylor series of e^r to the 13th power, by fours of its terms (Estrin), of
    which none waits for another; times 2^k by its exponent's bits.
    """
    for i in range(len(x)):
        scratch[i] = x[i] * LOG2_E + ROUNDS
        k = scratch[i] - ROUNDS
        r = (x[i] - k * LN2_HIGH) - k * LN2_LOW
        square = r * r
        fourth = square * square
        to_3 = (1.0 + r) + (0.5 + r * (1.0 / 6.0)) * square
        to_7 = (1.0 / 24.0 + r * (1.0 / 120.0)) + (1.0 / 720.0 + r * (1.0 / 5040.0)) * square
        to_11 = (1.0 / 40320.0 + r * (1.0 / 362880.0)) + (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) * square
        to_13 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
        out[i] = to_3 + fourth * (to_7 + fourth * (to_11 + fourth * to_13))
    bits = scratch.view(np.int64)
    for i in range(len(x)):
        bits[i] = (bits[i] + EXPONENT_BIAS) << MANTISSA_BITS
    for i in range(len(x)):
        out[i] = out[i] * scratch[i] if x[i] > SMALLEST_LOG else 0.0


@nb.njit(cache=True, error_model="numpy")
def _by_months(log_annual, low, high):  # type: ignore[no-untyped-def]
    """Life-years between two points of a year per life at the first, the mean of begin and end month by month."""
    of_month = np.exp(log_annual / MONTHS)
    month = np.int64(low * MONTHS)
    at, lives, total = low, 1.0, 0.0
    while at < high:
        month += 1
        to = min(month / MONTHS, high)
        if to > at:
            whole = at == (month - 1) / MONTHS and to == month / MONTHS
            end = lives * (of_month if whole else np.exp(log_annual * (to - at)))
            total += (to - at) * 0.5 * (lives + end)
            at, lives = to, end
    return total


@nb.njit(cache=True, error_model="numpy")
def _lives(  # type: ignore[no-untyped-def]
    years, count, before, from_issue, constant_force, monthly, log_survival, by_months, lives, exposure
):
    """Lives at the end of each segment and life-years in it, of ``count`` at the begin."""
    if monthly:
        for i in range(2 * years):
            low, high = (0.0, before) if i % 2 == 0 else (before, 1.0)
            by_months[i] = _by_months(log_survival[i], low, high)
    # What does not depend on the segment before stands in loops of its own: the processor takes several at once.
    for i in range(2 * years):
        length = before if i % 2 == 0 else 1.0 - before
        # Not 0 · −∞ in the empty segment of a policy issued on 1 January.
        log_survival[i] = log_survival[i] * length if length > 0.0 else 0.0
    if from_issue:
        log_survival[0] = 0.0
    _exp(log_survival[: 2 * years], exposure, lives)
    begin = count
    for y in range(years):
        k, j = np.uint64(2 * y), np.uint64(2 * y + 1)
        of_year = lives[k] * lives[j]
        exposure[k] = begin
        exposure[j] = lives[k] = begin * lives[k]
        lives[j] = begin = begin * of_year
    for i in range(2 * years):
        length = before if i % 2 == 0 else 1.0 - before
        if constant_force and log_survival[i] < 0.0:
            exposure[i] *= length * (np.expm1(log_survival[i]) / log_survival[i])
        elif monthly:
            exposure[i] *= by_months[i]
        else:
            exposure[i] = length * 0.5 * (exposure[i] + lives[i])
    if from_issue:
        exposure[0] = 0.0


@nb.njit(cache=True, error_model="numpy")
def _before(  # type: ignore[no-untyped-def]
    years, start, premium, paying_years, lives, exposure, claim_rate, out
):
    """Adds a policy's cash flows before the increase to its group's, from the year ``start`` on, from which
    ``paying_years`` counts. Premium and claims of each segment are left in ``exposure`` and ``claim_rate``."""
    for y in range(years):
        i, j = np.uint64(2 * y), np.uint64(2 * y + 1)
        claims_1, claims_2 = claim_rate[i] * exposure[i], claim_rate[j] * exposure[j]
        premium_1 = premium * exposure[i] if y < paying_years else 0.0
        premium_2 = premium * exposure[j] if y + 1 < paying_years else 0.0
        yu = np.uint64(start + y)
        out[yu, 0] += premium_1 + premium_2
        out[yu, 1] += claims_1 + claims_2
        out[yu, 2] += lives[j]
        exposure[i], exposure[j] = premium_1, premium_2
        claim_rate[i], claim_rate[j] = claims_1, claims_2


@nb.njit(cache=True, error_model="numpy")
def _after(  # type: ignore[no-untyped-def]
    years, start, first_year, premium, claims, lives, factors, effective_years, out
):
    """Adds the same after an increase, of which the year ``start`` is calendar year ``first_year``."""
    steps = len(effective_years)
    step = 0
    while step < steps and effective_years[step] < first_year:
        step += 1
    fp, fi, fc, fl = factors[step, 0], factors[step, 1], factors[step, 2], factors[step, 3]
    for y in range(years):
        i, j = np.uint64(2 * y), np.uint64(2 * y + 1)
        before_p, before_i, before_c = fp, fi, fc
        while step < steps and effective_years[step] <= first_year + y:
            step += 1
            fp, fi, fc, fl = factors[step, 0], factors[step, 1], factors[step, 2], factors[step, 3]
        yu = np.uint64(start + y)
        out[yu, 3] += premium[i] * before_p + premium[j] * fp
        out[yu, 4] += premium[i] * before_i + premium[j] * fi
        out[yu, 5] += claims[i] * before_c + claims[j] * fc
        out[yu, 6] += lives[j] * fl
        if step == steps and fp == fi == fc == fl == 0.0:
            break  # nothing is left, as after ``Impact.ended``


_BY_POLICY = (
    "start",
    "count",
    "age0",
    "duration0",
    "before",
    "mortality_class",
    "lapse_class",
    "expiry_class",
    "cost_class",
    "duration_class",
    "growth_class",
    "improvement_class",
    "premium",
    "paying_years",
    "claim_base",
)
"""The arguments of ``_project_unit`` that have a value a policy, besides the group and the factors."""


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _project_unit(  # type: ignore[no-untyped-def]
    low,
    high,
    first_year,
    first_projection_year,
    from_issue,
    constant_force,
    monthly,
    group,
    start,
    count,
    age0,
    duration0,
    before,
    mortality_class,
    lapse_class,
    expiry_class,
    cost_class,
    duration_class,
    growth_class,
    improvement_class,
    premium,
    paying_years,
    claim_base,
    factors,
    effective_years,
    log_mortality,
    log_lapse,
    log_expiry,
    cost,
    duration_factor,
    growth,
    morbidity_improvement,
    out,
):
    """Adds the policies from ``low`` up to ``high`` to the sums ``out``, shape (impacts, groups, years, 7); before the
    increase to those of the first impact only."""
    impacts, _, all_years, _ = out.shape
    segments = 2 * all_years
    log_survival, claim_rate = np.empty(segments), np.empty(segments)
    lives, exposure, by_months = np.empty(segments), np.empty(segments), np.empty(segments)
    for p in range(low, high):
        years = _rates(
            age0[p],
            duration0[p],
            first_projection_year + start[p],
            claim_base[p],
            log_mortality,
            log_lapse,
            log_expiry,
            cost,
            duration_factor,
            growth,
            morbidity_improvement,
            (
                np.uint64(mortality_class[p]),
                np.uint64(lapse_class[p]),
                np.uint64(expiry_class[p]),
                np.uint64(cost_class[p]),
                np.uint64(duration_class[p]),
                np.uint64(growth_class[p]),
                np.uint64(improvement_class[p]),
            ),
            log_survival,
            claim_rate,
        )
        years = min(years, all_years - start[p])
        _lives(
            years, count[p], before[p], from_issue, constant_force, monthly, log_survival, by_months, lives, exposure
        )
        _before(
            years,
            start[p],
            premium[p],
            paying_years[p] - duration0[p] + 1,
            lives,
            exposure,
            claim_rate,
            out[0, group[p]],
        )
        for k in range(impacts):
            _after(
                years,
                start[p],
                first_year + start[p],
                exposure,
                claim_rate,
                lives,
                factors[k, p],
                effective_years,
                out[k, group[p]],
            )


def compiled_code() -> tuple[Path, bool]:
    """The folder where the compiled kernel is kept, and whether this process took it from there.

    Tells so after a projection; before one nothing has been looked for.
    """
    stats = _project_unit.stats
    return Path(stats.cache_path or ""), bool(stats.cache_hits)


def project_all(
    groups: int, years: int, workers: int | None = None, *, group: np.ndarray, factors: np.ndarray, **arguments: Any
) -> np.ndarray:
    """Cash flows by impact, group and year, shape (impacts, groups, years, 7); see ``results.KERNEL_COLUMNS``.

    Units go to threads of Python's: numba's own take twice as long to compile and give nothing more.

    Args:
        groups, years: how many.
        workers: threads; None for ``threads()``.
        group: of each policy, int64, shape (policies,).
        factors: shape (impacts, policies, steps, 4).
        arguments: the other arguments of ``_project_unit``, by name.
    """
    policies, impacts = len(group), len(factors)
    units = units_of(policies)
    size = (policies + units - 1) // units
    if by_groups(policies, groups, years, impacts):
        order = np.argsort(group, kind="stable")
        group, factors = group[order], factors[:, order]
        arguments |= {name: arguments[name][order] for name in _BY_POLICY}
        starts = np.arange(units) * size
        first, end = group[starts], group[np.minimum(starts + size, policies) - 1] + 1
        group = group - np.repeat(first, size)[:policies]
    else:
        first, end = np.zeros(units, dtype=np.int64), np.full(units, groups)
    plain = {name: _plain(value) for name, value in dict(arguments, group=group, factors=factors).items()}

    def work(u: int) -> np.ndarray:
        own = np.zeros((impacts, end[u] - first[u], years, 7))
        _project_unit(low=u * size, high=min(policies, (u + 1) * size), out=own, **plain)
        return own

    total = np.zeros((impacts, groups, years, 7))

    def add(found: Iterable[np.ndarray]) -> None:
        for u, own in enumerate(found):
            total[:, first[u] : end[u]] += own

    if (workers or threads()) == 1:
        add(map(work, range(units)))
    else:
        with ThreadPoolExecutor(workers or threads()) as pool:
            add(pool.map(work, range(units)))
    total[1:, :, :, :3] = total[0, :, :, :3]
    return total


def threads() -> int:
    """How many threads work: the processors, or the environment's ``NUMBA_NUM_THREADS``."""
    return int(nb.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]


def _plain(value: Any) -> Any:
    """An array of the one kind the kernel is compiled for: contiguous and writable; another would compile it anew."""
    return np.require(value, requirements=("C", "W")) if isinstance(value, np.ndarray) else value
