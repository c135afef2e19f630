"""The compiled kernel: one pass over the policies, two segments a year, before and after the increase.

It does nothing the readable calculation in ``trace.py`` does not; a test holds the two together. Rates come as
small tables prepared in ``prepare.py``; survival over a segment of length d is exp(d · ln of the annual
survival), which is the specification's 1 − (1 − q)^d for each decrement, multiplied.
"""

from __future__ import annotations

import numba as nb
import numpy as np

BLOCK = 2048
"""Policies a work unit; sums are taken per unit and added in order, so threads do not change a result."""


@nb.njit(cache=True, inline="always")
def _average(begin, end, log_survival, constant_force):  # type: ignore[no-untyped-def]
    """Average lives over a segment."""
    if constant_force and log_survival < -1e-9:
        return (end - begin) / log_survival if log_survival > -np.inf else 0.0
    return 0.5 * (begin + end)


@nb.njit(cache=True, error_model="numpy")
def _project_unit(  # type: ignore[no-untyped-def]
    low,
    high,
    first_year,
    improvement_years,
    constant_force,
    group,
    age0,
    duration0,
    before,
    mortality_class,
    lapse_class,
    expiry_class,
    cost_class,
    duration_class,
    growth_class,
    sex,
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
    last_age = np.int64(log_mortality.shape[2] - 1)
    last_mortality = np.int64(log_mortality.shape[3])
    last_lapse = np.int64(log_lapse.shape[1])
    last_duration = np.int64(duration_factor.shape[1])
    steps = effective_years.shape[0]
    for p in range(low, high):
        g = np.uint64(group[p])
        mortality, lapse, expiry = (
            log_mortality[:, mortality_class[p]],
            log_lapse[lapse_class[p]],
            log_expiry[expiry_class[p]],
        )
        age_cost, dur_factor = cost[cost_class[p]], duration_factor[duration_class[p]]
        benefit, improvement = growth[growth_class[p]], morbidity_improvement[:, sex[p]]
        first, paid, pr, base = before[p], paying_years[p], premium[p], claim_base[p]
        lives = 1.0
        step = 0
        fp = fi = fc = fl = 1.0
        rate = unit_cost = 0.0
        level = np.int64(-1)
        for y in range(out.shape[1]):
            prem_b = clm_b = prem_2 = clm_2 = 0.0
            k = min(y, improvement_years - 1)
            for part in range(2):
                # The policy year that ends in this segment began in the last year's second one: its rates are at
                # hand unless improvement went on in between.
                if part == 1 or k != level:
                    t = duration0[p] + y + part
                    x = np.uint64(min(age0[p] + y + part, last_age))
                    level = k
                    ku = np.uint64(k)
                    rate = (
                        mortality[ku, x, np.uint64(min(t, last_mortality) - 1)]
                        + lapse[np.uint64(min(t, last_lapse) - 1)]
                        + expiry[x]
                    )
                    unit_cost = (
                        base
                        * age_cost[x]
                        * dur_factor[np.uint64(min(t, last_duration) - 1)]
                        * benefit[np.uint64(t - 1)]
                        * improvement[ku, x]
                    )
                length = first if part == 0 else 1.0 - first
                if length <= 0.0 or lives <= 0.0:
                    continue
                log_survival = rate * length
                end = lives * np.exp(log_survival)
                average = _average(lives, end, log_survival, constant_force) * length
                lives = end
                earned = pr * average if duration0[p] + y + part <= paid else 0.0
                if part == 0:
                    prem_b, clm_b = earned, unit_cost * average
                else:
                    prem_2, clm_2 = earned, unit_cost * average
            prem_1, clm_1 = prem_b, clm_b
            before_p, before_i, before_c = fp, fi, fc
            while step < steps and effective_years[step] <= first_year + y:
                step += 1
                fp, fi, fc, fl = factors[p, step, 0], factors[p, step, 1], factors[p, step, 2], factors[p, step, 3]
            if lives == 0.0 and clm_1 + clm_2 + prem_1 + prem_2 == 0.0:
                break
            yu = np.uint64(y)
            out[g, yu, 0] += prem_1 + prem_2
            out[g, yu, 1] += clm_1 + clm_2
            out[g, yu, 2] += lives
            out[g, yu, 3] += prem_1 * before_p + prem_2 * fp
            out[g, yu, 4] += prem_1 * before_i + prem_2 * fi
            out[g, yu, 5] += clm_1 * before_c + clm_2 * fc
            out[g, yu, 6] += lives * fl


@nb.njit(cache=True, parallel=True)
def project_all(  # type: ignore[no-untyped-def]
    policies,
    groups,
    years,
    first_year,
    improvement_years,
    constant_force,
    group,
    age0,
    duration0,
    before,
    mortality_class,
    lapse_class,
    expiry_class,
    cost_class,
    duration_class,
    growth_class,
    sex,
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
):
    """Cash flows by group and year, shape (groups, years, 7); see ``results.KERNEL_COLUMNS``."""
    units = (policies + BLOCK - 1) // BLOCK
    partial = np.zeros((units, groups, years, 7))
    for u in nb.prange(units):
        _project_unit(
            u * BLOCK,
            min(policies, (u + 1) * BLOCK),
            first_year,
            improvement_years,
            constant_force,
            group,
            age0,
            duration0,
            before,
            mortality_class,
            lapse_class,
            expiry_class,
            cost_class,
            duration_class,
            growth_class,
            sex,
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
            partial[u],
        )
    total = np.zeros((groups, years, 7))
    for u in range(units):
        total += partial[u]
    return total
