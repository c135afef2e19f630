"""The readable calculation: one policy, every factor of every segment of every year.

This is the specification written out with the assumptions' own look-up functions, in plain NumPy. The compiled
kernel computes the same sums for a block; a test holds them together to 1e-12.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.mortality import improved
from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.impact import CLAIMS, INITIAL_PREMIUM, LIVES, PREMIUM, Impact
from xl_ltc.projection.timeline import Timeline


def trace(block: Block, assumptions: AssumptionSet, impact: Impact, policy_id: str) -> pd.DataFrame:
    """One policy's projection, a row per segment.

    Args:
        block: the block that holds the policy.
        assumptions: the assumption set.
        impact: what the increase does to each policy of the block.
        policy_id: which policy.

    Returns:
        A frame in calendar order. Sums of ``earned_premium_*``, ``initial_earned_premium_after`` and
        ``incurred_claims_*`` over a calendar year are what the engine adds to the block for this policy;
        ``lives_end_*`` of a year's second segment are its lives at year end.

    Raises:
        InputError: no such policy.
    """
    rows = np.flatnonzero((block.frame["policy_id"] == policy_id).to_numpy())
    if len(rows) != 1:
        raise InputError.single("in-force file", f"{len(rows)} policies {policy_id!r}", "the id of one policy in force")
    policy = block.select(rows)
    factors = impact.factors[rows[0]]
    settings = assumptions.settings
    timeline = Timeline.of(policy, settings)

    year = np.repeat(timeline.years, 2)
    segment = np.tile([1, 2], len(timeline.years))
    advance = year - settings.first_year + segment - 1
    t = int(timeline.policy_duration[0]) + advance
    x = np.minimum(int(timeline.attained_age[0]) + advance, LAST_AGE)
    before = timeline.before_anniversary[0]
    length = np.where(segment == 1, before, 1.0 - before)
    k = year - settings.first_year + 1

    sex, partner, uw, series, period, benefit_type, inflation, option = (
        int(policy.codes(c)[0])
        for c in (
            "sex",
            "partner_status",
            "underwriting_class",
            "series",
            "benefit_period",
            "benefit_type",
            "inflation_option",
            "premium_payment",
        )
    )
    mortality, morbidity = assumptions.mortality, assumptions.morbidity
    improvement = assumptions.improvement.factor(sex, x, k)
    q = mortality.q(sex, x, partner, uw, t)
    death = improved(q, improvement)
    lapse = assumptions.lapse.rate(partner, t, option, policy.discounted_renewal[0], policy.issue_age[0])
    expiry = assumptions.benefit_expiry.rate(sex, period, x)

    survive_death = (1.0 - death) ** length
    survive_lapse = (1.0 - lapse) ** length
    survive_expiry = (1.0 - expiry) ** length
    survival = survive_death * survive_lapse * survive_expiry
    end = np.cumprod(survival)
    begin = np.concatenate([[1.0], end[:-1]])
    if settings.time_step == "monthly" and settings.average_lives == "linear":
        low, high = np.where(segment == 1, 0.0, before), np.where(segment == 1, before, 1.0)
        average = begin * _by_months((1.0 - death) * (1.0 - lapse) * (1.0 - expiry), low, high)
    else:
        average = begin * _average_survival(length, (death, lapse, expiry), survival, settings.average_lives)

    paying = t <= int(assumptions.premium.paying_years(option, policy.issue_age[0]))
    premium = np.where(paying, policy.numbers("annualized_premium")[0], 0.0)
    constants = {
        "claim_factor_sex": morbidity.sex_factor.at(sex),
        "claim_factor_underwriting_class": morbidity.underwriting_factor.at(policy.codes("underwriting_class")[0]),
        **{f"relativity_{name}": table.at(policy.codes(name)[0]) for name, table in morbidity.relativity.items()},
    }
    by_segment = {
        "claim_cost": morbidity.claim_cost.at(sex, x),
        "claim_factor_age_series": morbidity.age_factor.at(morbidity.series_row[series], x),
        "claim_factor_age_benefit_period": morbidity.age_factor.at(morbidity.benefit_period_row(period), x),
        "claim_factor_age_benefit_type": morbidity.age_factor.at(morbidity.benefit_type_row(benefit_type), x),
        "claim_factor_duration_series": morbidity.duration(series, t),
        "benefit_growth": morbidity.benefit_growth(inflation, t),
        "morbidity_improvement": improvement,
    }
    claim_rate = policy.numbers("daily_benefit")[0] * np.prod([*by_segment.values()], axis=0)
    claim_rate = claim_rate * float(np.prod([float(v) for v in constants.values()]))

    step = _steps(year, segment, impact.effective_years)
    after = np.concatenate([np.ones((1, 4)), factors])[step]
    earned = premium * length * average
    claims = claim_rate * length * average
    return pd.DataFrame(
        {
            "policy_id": policy_id,
            "calendar_year": year,
            "segment": segment,
            "segment_length": length,
            "projection_year": k,
            "policy_duration": t,
            "attained_age": x,
            "mortality_base_hazard": mortality.hazard.at(sex, x),
            "mortality_factor_age": mortality.age_factor.at(0, x),
            "mortality_factor_sex": mortality.sex_factor.at(sex),
            "mortality_factor_partner_status": mortality.partner_factor.at(partner),
            "mortality_factor_underwriting_class": mortality.underwriting_factor.at(uw),
            "mortality_factor_duration": mortality.duration_factor.at(0, t),
            "mortality_q_before_improvement": q,
            "mortality_improvement": improvement,
            "mortality_q": death,
            "lapse_rate": lapse,
            "benefit_expiry_rate": expiry,
            "lives_begin_before": begin,
            "deaths": begin * (1.0 - survive_death),
            "lapses": begin * survive_death * (1.0 - survive_lapse),
            "benefit_expiries": begin * survive_death * survive_lapse * (1.0 - survive_expiry),
            "lives_end_before": end,
            "average_lives": average,
            "annualized_premium": premium,
            "daily_benefit": policy.numbers("daily_benefit")[0],
            **by_segment,
            **constants,
            "claims_per_life_year": claim_rate,
            "premium_factor_after": after[:, PREMIUM],
            "initial_premium_factor_after": after[:, INITIAL_PREMIUM],
            "claims_factor_after": after[:, CLAIMS],
            "lives_factor_after": after[:, LIVES],
            "earned_premium_before": earned,
            "incurred_claims_before": claims,
            "earned_premium_after": earned * after[:, PREMIUM],
            "initial_earned_premium_after": earned * after[:, INITIAL_PREMIUM],
            "incurred_claims_after": claims * after[:, CLAIMS],
            "lives_end_after": end * after[:, LIVES],
        }
    )


def _average_survival(length: np.ndarray, rates: tuple[np.ndarray, ...], survival: np.ndarray, rule: str) -> np.ndarray:
    """Average lives over a segment per life at its begin: the mean of begin and end, or (1 − s) / −ln s under a
    constant force."""
    if rule == "linear":
        return 0.5 * (1.0 + survival)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_survival = length * np.sum([np.log1p(-rate) for rate in rates], axis=0)
        average = np.expm1(log_survival) / log_survival
    # Without a decrement, or in a segment of length 0, the ratio is 0/0 and its limit one.
    return np.where((length > 0.0) & (log_survival < 0.0), average, 1.0)


def _by_months(annual_survival: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Average lives between two points of a year per life at the first, the mean of begin and end month by month."""
    average, ends = np.ones(len(low)), np.arange(1, 12) / 12
    for i in np.flatnonzero(high > low):
        at = np.concatenate([[low[i]], ends[(ends > low[i]) & (ends < high[i])], [high[i]]])
        lives = annual_survival[i] ** (at - low[i])
        average[i] = (np.diff(at) * (lives[:-1] + lives[1:]) / 2).sum() / (high[i] - low[i])
    return average


def _steps(year: np.ndarray, segment: np.ndarray, effective_years: np.ndarray) -> np.ndarray:
    """How many increases have taken effect: each does on the anniversary, the begin of the second segment."""
    reached = year[:, None] * 2 + segment[:, None] >= effective_years[None, :] * 2 + 2
    return np.asarray(reached.sum(axis=1))
