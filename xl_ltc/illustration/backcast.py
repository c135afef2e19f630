"""The block's own past: what lives, premium and claims today's policies imply for the years before.

Each policy in force stands for those issued with it that have since died, lapsed or used up their benefits, so its
weight grows going back in time by the inverse of its persistency on current assumptions, with deaths scaled to the
past's actual to expected ratio (Exhibit A-1b).
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.illustration import published
from xl_ltc.illustration.block import Illustration
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.sold import past_survival
from xl_ltc.projection import kernel

_AT_A_TIME = 4_096
"""Policies whose past is worked out together: what they need then fits near the processor."""


@dataclass(frozen=True)
class Backcast:
    """Implied past of each policy, by calendar year and segment (before and after the anniversary).

    Attributes:
        years: calendar years up to the valuation date.
        lives: year-end lives a policy stands for, shape (policies, years).
        exposure: life-years, shape (policies, years, 2).
        attained_age, policy_duration: of each segment, same shape.
        earned_premium: dollars, shape (policies, years).
        guideline_claims: expected claims before the Exhibit A-3a factors, shape (policies, years, 2).
        expected_claims: the same after them.
    """

    years: np.ndarray
    lives: np.ndarray
    exposure: np.ndarray
    attained_age: np.ndarray
    policy_duration: np.ndarray
    earned_premium: np.ndarray
    guideline_claims: np.ndarray
    expected_claims: np.ndarray


def backcast(illustration: Illustration, assumptions: AssumptionSet) -> Backcast:
    """The implied past of the illustrative block from the first year of sales to the valuation date."""
    pasts = backcast_in_parts(illustration, assumptions)
    each_policy = [f.name for f in dataclasses.fields(Backcast) if f.name != "years"]
    return Backcast(pasts[0].years, *(np.concatenate([getattr(past, name) for past in pasts]) for name in each_policy))


def backcast_in_parts(illustration: Illustration, assumptions: AssumptionSet) -> list[Backcast]:
    """The same in parts, in the order of the policies; who needs little of it need not copy it all together."""
    block = illustration.block
    parts = np.split(np.arange(len(block)), np.arange(_AT_A_TIME, len(block), _AT_A_TIME))
    with ThreadPoolExecutor(kernel.threads()) as pool:
        jobs = [
            pool.submit(_backcast, block.select(rows), illustration.contractual_premium[rows], assumptions)
            for rows in parts
        ]
        return [job.result() for job in jobs]


def _backcast(block: Block, contractual_premium: np.ndarray, assumptions: AssumptionSet) -> Backcast:
    first, last = published.first_year(), assumptions.settings.valuation_date.year
    years = np.arange(first, last + 1)
    shape = (len(block), len(years), 2)
    # Completed policy years when a policy year begins, from the one that runs into the first calendar year to the
    # last; negative before issue.
    completed = np.arange(first - 1, last + 1) - block.issue_year[:, None]
    duration = np.maximum(completed, 0) + 1
    age = block.issue_age[:, None] + duration - 1
    before = block.year_before_anniversary
    length = np.stack([before, 1.0 - before], axis=1)[:, None, :] * _segments(completed >= 0)
    past = past_survival(block, assumptions, age, duration, published.past_mortality_ae())
    survival = _segments(past) ** length
    # Weight at the end of each segment, going back from one at the valuation date.
    inverse = np.cumprod(1.0 / survival.reshape(len(block), -1)[:, ::-1], axis=1)[:, ::-1].reshape(shape)
    at_end = np.concatenate([inverse.reshape(len(block), -1)[:, 1:], np.ones((len(block), 1))], axis=1).reshape(shape)
    exposure = 0.5 * (inverse + at_end) * length
    paying_years = assumptions.premium.paying_years(block.codes("premium_payment"), block.issue_age)
    paying = _segments(duration <= paying_years[:, None])
    premium = contractual_premium[:, None] * (exposure * paying).sum(axis=2)
    guideline, expected = _claims(block, assumptions, age, duration, exposure)
    lives = at_end[:, :, 1] * (block.issue_year[:, None] <= years)
    return Backcast(years, lives, exposure, _segments(age), _segments(duration), premium, guideline, expected)


def _segments(by_policy_year: np.ndarray) -> np.ndarray:
    """By calendar year and segment what is known by policy year: one ends where the next begins, on the anniversary."""
    return np.stack([by_policy_year[:, :-1], by_policy_year[:, 1:]], axis=2)


def _claims(
    block: Block, assumptions: AssumptionSet, age: np.ndarray, duration: np.ndarray, exposure: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected claims before and after the Exhibit A-3a factors; ages and durations by policy year."""
    morbidity = assumptions.morbidity
    constant = morbidity.sex_factor.at(block.codes("sex"))
    constant = constant * morbidity.underwriting_factor.at(block.codes("underwriting_class"))

    def column(name: str) -> np.ndarray:
        return block.codes(name)[:, None]

    growth = morbidity.benefit_growth(column("inflation_option"), duration)
    base = morbidity.policy_base(block) / constant
    by_life = exposure * _segments(base[:, None] * growth)
    guideline = by_life * _segments(morbidity.claim_cost.at(column("sex"), age))
    cost = morbidity.age_cost(column("sex"), column("series"), column("benefit_period"), column("benefit_type"), age)
    factor = _segments(morbidity.duration(column("series"), duration))
    expected = by_life * _segments(cost) * factor * constant[:, None, None]
    return guideline, expected
