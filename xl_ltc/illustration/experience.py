"""Illustrative experience: policy histories of the filing's size that follow its own assumptions.

The filing publishes what its experience study found, not the policies it studied. Each in-force policy of the
illustrative block stands for those sold with it, as in ``backcast``: one over its persistency since issue. That many
copies, scaled by rate series to the life-years of Exhibit A-1b, are followed from issue to the valuation date. Death,
lapse and benefit expiry strike at independent times and the first counts; claims come in the meantime as a Poisson
process, claimants staying in the exposure (all lives).

Times are in policy years since issue, of which each runs from anniversary to anniversary. Every kind of random number
has a stream of its own and each copy takes its turn in it, so that histories do not depend on the size of a portion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.errors import InputError, Problem
from xl_ltc.experience.history import CAUSES, CLAIM_HISTORY, DEATH, EXPIRY, LAPSE, POLICY_HISTORY
from xl_ltc.illustration import parameters, published
from xl_ltc.illustration.block import Illustration
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.inforce.block import Block
from xl_ltc.projection.timeline import Timeline

COPIES_AT_A_TIME = 50_000

_DECREMENTS = (DEATH, LAPSE, EXPIRY)
_STREAMS = (*_DECREMENTS, "copies", "issue_day", "birthday", "claims", "claim_time", "claim_amount")

_DAYS = "datetime64[D]"
_DAY = np.timedelta64(1, "D")
_FIRST_OF_MARCH = 59
"""Day of a common year, from 0."""

_BIRTHDAYS = (-181, 182)
"""Days from the issue date to the birthday nearest to it; the sixth month either way is left out at the edge, where a
leap day would make another birthday the nearest."""

Streams = Mapping[str, np.random.Generator]


def illustrative_experience(
    illustration: Illustration,
    assumptions: AssumptionSet,
    seed: int = 2016,
    times: float = 1.0,
    mortality_ae: float | None = None,
    values: Parameters | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Policy and claim histories from the first sale to the valuation date.

    Life-years expected are those of Exhibit A-1b by rate series. Its "500+ Series" includes the 513 Series, which the
    block has not: series 500 and 511 stand for it. The number of claims expected is Exhibit A-3b's; the dollars
    expected are the assumption set's, so that actual to expected on it is 1 but for chance.

    Args:
        illustration: the illustrative block.
        assumptions: what happens to it, without improvement, which begins at the valuation date.
        seed: which histories, from 0; the same seed gives the same ones.
        times: how many times the filing's life-years, more than 0.
        mortality_ae: factor on the force of mortality, more than 0; None for Exhibit A-1b's actual to expected.
        values: parameters; None for the bundled ones.

    Returns:
        Frames with the columns of ``POLICY_HISTORY`` and ``CLAIM_HISTORY``: characteristics as categoricals or text,
        dates as datetime64[s], NaT where blank; claims in the order of their policies, amounts in cents.

    Raises:
        InputError: a seed, size or mortality outside its bounds; a policy issued after the valuation date.
    """
    mortality_ae = published.past_mortality_ae() if mortality_ae is None else mortality_ae
    _check(seed, times, mortality_ae)
    values = values or parameters.bundled()
    streams = _streams(seed)
    past = _Past.of(illustration.block, assumptions, mortality_ae, times)
    policy = _copies(past.sold, streams["copies"])
    portions = [
        _histories(past, policy[first : first + COPIES_AT_A_TIME], values, streams)
        for first in range(0, len(policy), COPIES_AT_A_TIME)
    ]
    policy_id = _policy_ids(illustration.block, policy)
    policies = _policies(illustration.block, policy, policy_id, pd.concat([p for p, _ in portions], ignore_index=True))
    claims = pd.concat([c for _, c in portions])
    # Index: position of the copy within its portion.
    claimant = claims.index.to_numpy() + np.repeat(
        np.arange(len(portions)) * COPIES_AT_A_TIME, [len(c) for _, c in portions]
    )
    claims.insert(0, "policy_id", policy_id[claimant])
    return policies, claims[[c.name for c in CLAIM_HISTORY.columns]].reset_index(drop=True)


def _check(seed: int, times: float, mortality_ae: float) -> None:
    problems = [
        Problem(f"illustrative experience, {name}", str(value), "a number of more than 0")
        for name, value in (("times", times), ("mortality_ae", mortality_ae))
        if not (0.0 < value < math.inf)
    ]
    if seed < 0:
        problems.append(Problem("illustrative experience, seed", str(seed), "a whole number of at least 0"))
    if problems:
        raise InputError(problems)


def _streams(seed: int) -> Streams:
    children = np.random.SeedSequence(seed).spawn(len(_STREAMS))
    return {name: np.random.Generator(np.random.PCG64(child)) for name, child in zip(_STREAMS, children, strict=True)}


@dataclass(frozen=True)
class _Past:
    """What each policy stands for and what may happen to it, by policy year since issue.

    Attributes:
        issue_year, issue_age: shape (policies,).
        day_of_year: of issue, from 0 in a common year.
        first_day, last_day: of the year, on which policies of the same series were issued in it.
        sold: how many were sold with each policy.
        completed: policy years completed at the valuation date.
        decrements: forces accumulated since issue, by cause, each of shape (policies, policy years + 1).
        claims: expected numbers of claims accumulated since issue, same shape.
        amount: average claim, dollars, shape (policies, policy years).
        valuation_date: the last day of the histories.
    """

    issue_year: np.ndarray
    issue_age: np.ndarray
    day_of_year: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    sold: np.ndarray
    completed: np.ndarray
    decrements: Mapping[str, np.ndarray]
    claims: np.ndarray
    amount: np.ndarray
    valuation_date: np.datetime64

    @classmethod
    def of(cls, block: Block, assumptions: AssumptionSet, mortality_ae: float, times: float) -> _Past:
        """The past of a block, scaled to so many times the exhibits' life-years and claims."""
        timeline = Timeline.of(block, assumptions.settings)
        duration = np.arange(1, int(timeline.policy_duration.max(initial=1)) + 1)
        # The part of each policy year that lies before the valuation date.
        length = np.clip((timeline.policy_duration - timeline.before_anniversary)[:, None] - (duration - 1), 0.0, 1.0)
        # Policy years after the valuation date are not read; their ages may be beyond the tables.
        age = np.minimum(block.issue_age[:, None] + duration - 1, LAST_AGE)
        forces = {
            cause: np.where(length > 0.0, force, 0.0)
            for cause, force in _forces(block, assumptions, mortality_ae, age, duration).items()
        }
        total = np.sum(list(forces.values()), axis=0)
        sold, life_years = _sold(block, total, length)
        first_age, number, dollars = published.claims_by_age()
        band = np.searchsorted(first_age, age, side="right") - 1
        claims = _claim_dollars(block, assumptions, age, duration) / (dollars / number)[band]
        # The exhibit's number of claims is expected; the average claim goes the other way and dollars stay as they are.
        scale = number.sum() / float((sold[:, None] * life_years * claims).sum())
        day_of_year = np.rint(block.year_before_anniversary * 365.0).astype(np.int64)
        return cls(
            block.issue_year,
            block.issue_age,
            day_of_year,
            *_days_of_sale(block, day_of_year),
            sold * times,
            timeline.policy_duration - 1,
            {cause: _accumulated(force) for cause, force in forces.items()},
            _accumulated(claims * scale),
            (dollars / number)[band] / scale,
            np.datetime64(assumptions.settings.valuation_date, "D"),
        )


def _forces(
    block: Block, assumptions: AssumptionSet, mortality_ae: float, age: np.ndarray, duration: np.ndarray
) -> dict[str, np.ndarray]:
    """Forces of decrement, constant in each policy year, by cause; shape (policies, policy years)."""

    def column(name: str) -> np.ndarray:
        return block.codes(name)[:, None]

    mortality = assumptions.mortality
    factor = mortality.factor(age, duration, column("sex"), column("partner_status"), column("underwriting_class"))
    lapse = assumptions.lapse.rate(
        column("partner_status"),
        duration,
        column("premium_payment"),
        block.discounted_renewal[:, None],
        block.issue_age[:, None],
    )
    expiry = assumptions.benefit_expiry.rate(column("sex"), column("benefit_period"), age)
    with np.errstate(divide="ignore"):
        return {
            DEATH: mortality.hazard.at(column("sex"), age) * factor * mortality_ae,
            LAPSE: -np.log1p(-lapse),
            EXPIRY: -np.log1p(-expiry),
        }


def _claim_dollars(block: Block, assumptions: AssumptionSet, age: np.ndarray, duration: np.ndarray) -> np.ndarray:
    """Expected incurred claims of a life-year, dollars, shape (policies, policy years)."""
    morbidity = assumptions.morbidity

    def column(name: str) -> np.ndarray:
        return block.codes(name)[:, None]

    cost = morbidity.age_cost(column("sex"), column("series"), column("benefit_period"), column("benefit_type"), age)
    growth = morbidity.benefit_growth(column("inflation_option"), duration)
    return np.asarray(
        morbidity.policy_base(block)[:, None] * cost * morbidity.duration(column("series"), duration) * growth
    )


def _sold(block: Block, force: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many were sold with each policy, at Exhibit A-1b's life-years, and the life-years expected of each of them.

    Args:
        block: the policies in force.
        force: of all decrements together; length: of each policy year before the valuation date.

    Returns:
        Shapes (policies,) and (policies, policy years).
    """
    accumulated = _accumulated(force * length)
    persistency = np.exp(-accumulated)
    life_years = np.divide(-np.diff(persistency, axis=1), force, out=np.zeros_like(force), where=length > 0.0)
    sold = 1.0 / persistency[:, -1]
    series = block.frame["series"].astype(str).to_numpy()
    implied = sold * life_years.sum(axis=1)
    for members, printed in published.life_years_by_series().items():
        inside = np.isin(series, members)
        sold[inside] *= printed / implied[inside].sum()
    return sold, life_years


def _days_of_sale(block: Block, day_of_year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last day on which policies of each policy's series were issued in its issue year."""
    days = pd.Series(day_of_year).groupby([block.codes("series"), block.issue_year])
    return days.transform("min").to_numpy(), days.transform("max").to_numpy()


def _accumulated(force: np.ndarray) -> np.ndarray:
    """Sums from issue to each anniversary, the first of them zero."""
    return np.concatenate([np.zeros((len(force), 1)), np.cumsum(force, axis=1)], axis=1)


def _copies(sold: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """Position of the policy that each copy is of: whole numbers by systematic rounding, ascending."""
    upto = np.floor(np.cumsum(sold) + stream.random()).astype(np.int64)
    return np.repeat(np.arange(len(sold)), np.diff(upto, prepend=0))


def _histories(
    past: _Past, policy: np.ndarray, values: Parameters, streams: Streams
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What happened to copies of policies.

    Args:
        past: what may happen.
        policy: the policy that each copy is of.
        values: how far issue days are spread, and how much claims vary.
        streams: of random numbers.

    Returns:
        ``issue_date``, ``birth_date``, ``termination_date`` and ``termination_cause`` (code, −1 for none), a row a
        copy; ``incurred_date`` and ``amount``, a row a claim, the index the position of its copy.
    """
    year, day = past.issue_year[policy], _issue_day(past, policy, values["issue_day_spread"], streams["issue_day"])
    issue_date = _date(year, day)
    cause, ended = _first_decrement(past, policy, streams)
    terminated = _date_at(year, day, ended)
    in_force = terminated > past.valuation_date
    covered = np.where(in_force, _time_of_valuation(past, policy, year, day), ended)
    policies = pd.DataFrame(
        {
            "issue_date": issue_date,
            "birth_date": _birth_date(issue_date, past.issue_age[policy], streams["birthday"]),
            "termination_date": np.where(in_force, np.datetime64("NaT", "D"), terminated),
            "termination_cause": np.where(in_force, -1, cause),
        }
    )
    copy, time, amount = _claims(past, policy, covered, values["claim_amount_variation"], streams)
    claims = pd.DataFrame({"incurred_date": _date_at(year[copy], day[copy], time), "amount": amount}, index=copy)
    return policies, claims


def _issue_day(past: _Past, policy: np.ndarray, spread: float, stream: np.random.Generator) -> np.ndarray:
    """Days of the issue year around the policy's own, within those of its series' sales."""
    # Near its own: a policy stands for the more others the earlier in the year it was issued.
    away = np.floor(stream.random(len(policy)) * (2.0 * spread + 1.0) - spread).astype(np.int64)
    return np.clip(past.day_of_year[policy] + away, past.first_day[policy], past.last_day[policy])


def _first_decrement(past: _Past, policy: np.ndarray, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
    """Cause (position in ``CAUSES``) and time of the first decrement; the last anniversary where there is none."""
    time = np.stack(
        [
            _time_of(past.decrements[cause][policy], -np.log1p(-streams[cause].random(len(policy))))
            for cause in _DECREMENTS
        ]
    )
    codes = np.array([CAUSES.index(cause) for cause in _DECREMENTS])
    return codes[time.argmin(axis=0)], time.min(axis=0)


def _time_of(accumulated: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """When accumulated forces reach an amount; the last anniversary where they do not."""
    years = accumulated.shape[1] - 1
    year = np.minimum((accumulated[:, 1:] <= amount[:, None]).sum(axis=1), years - 1)
    row = np.arange(len(amount))
    begin, end = accumulated[row, year], accumulated[row, year + 1]
    share = np.divide(amount - begin, end - begin, out=np.ones_like(amount), where=end > begin)
    return np.minimum(year + share, float(years))


def _claims(
    past: _Past, policy: np.ndarray, covered: np.ndarray, variation: float, streams: Streams
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Copy, time and amount of each claim in the covered time."""
    accumulated = past.claims[policy]
    row = np.arange(len(policy))
    year = np.floor(covered).astype(np.int64)
    begin = accumulated[row, year]
    end = accumulated[row, np.minimum(year + 1, accumulated.shape[1] - 1)]
    expected = begin + (covered - year) * (end - begin)
    copy = np.repeat(row, streams["claims"].poisson(expected))
    time = _time_of(accumulated[copy], streams["claim_time"].random(len(copy)) * expected[copy])
    shape = 1.0 / variation**2
    average = past.amount[policy[copy], np.floor(time).astype(np.int64)]
    amount = streams["claim_amount"].standard_gamma(shape, len(copy)) / shape * average
    return copy, time, np.round(amount, 2)


def _date(year: np.ndarray, day_of_year: np.ndarray) -> np.ndarray:
    """Dates of days of a common year, in any year: nothing is issued on 29 February."""
    first = (year - 1970).astype("datetime64[Y]").astype(_DAYS)
    leap = ((first + 365 * _DAY).astype("datetime64[Y]").astype(np.int64) + 1970) == year
    return np.asarray(first + day_of_year + (leap & (day_of_year >= _FIRST_OF_MARCH)))


def _date_at(issue_year: np.ndarray, day_of_year: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The day on which so many policy years since issue have passed."""
    completed = np.floor(time).astype(np.int64)
    anniversary = _date(issue_year + completed, day_of_year)
    days = (_date(issue_year + completed + 1, day_of_year) - anniversary).astype(np.int64)
    return np.asarray(anniversary + np.floor((time - completed) * days).astype(np.int64))


def _time_of_valuation(past: _Past, policy: np.ndarray, year: np.ndarray, day_of_year: np.ndarray) -> np.ndarray:
    """Policy years from issue to the end of the valuation date."""
    completed = past.completed[policy]
    anniversary = _date(year + completed, day_of_year)
    days = _date(year + completed + 1, day_of_year) - anniversary
    return np.asarray(completed + (past.valuation_date + _DAY - anniversary) / days)


def _birth_date(issue_date: np.ndarray, issue_age: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """Birthdays so that the issue age is the age at the birthday nearest to the issue date; none on 29 February."""
    first, last = _BIRTHDAYS
    days = first + np.floor(stream.random(len(issue_date)) * (last - first + 1)).astype(np.int64)
    birthday = issue_date + days
    year = birthday.astype("datetime64[Y]")
    day = (birthday - year.astype(_DAYS)).astype(np.int64)
    year_number = year.astype(np.int64) + 1970
    leap = (_date(year_number + 1, np.zeros_like(day)) - _date(year_number, np.zeros_like(day))).astype(np.int64) > 365
    return _date(year_number - issue_age, day - (leap & (day >= _FIRST_OF_MARCH)))


def _policy_ids(block: Block, policy: np.ndarray) -> np.ndarray:
    """The block's policy_id and a number, from 1 for the first copy."""
    first = np.searchsorted(policy, policy, side="left")
    number = np.arange(len(policy)) - first
    suffixes = np.array([f".{n}" for n in range(1, int(number.max(initial=0)) + 2)], dtype=object)
    return np.asarray(block.frame["policy_id"].to_numpy(dtype=object)[policy] + suffixes[number])


def _policies(block: Block, policy: np.ndarray, policy_id: np.ndarray, histories: pd.DataFrame) -> pd.DataFrame:
    """Histories beside the characteristics of their policies, in the form of ``POLICY_HISTORY``."""
    own = {
        "policy_id": policy_id,
        **{name: histories[name].astype("datetime64[s]") for name in ("issue_date", "birth_date", "termination_date")},
        "entry_date": pd.Series(pd.NaT, index=histories.index, dtype="datetime64[s]"),
        "termination_cause": pd.Categorical.from_codes(histories["termination_cause"], list(CAUSES)),
    }
    return pd.DataFrame(
        {
            c.name: own[c.name] if c.name in own else block.frame[c.name].take(policy).reset_index(drop=True)
            for c in POLICY_HISTORY.columns
        }
    )
