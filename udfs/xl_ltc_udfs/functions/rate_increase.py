"""The rate increase: how much, in which steps, and what insureds do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc.settings import Settings
from xl_ltc_udfs import assumption_tables
from xl_ltc_udfs.cells import DIVISION, NUM, Rows
from xl_ltc_udfs.problems import ArgumentError, ElementError
from xl_ltc_udfs.registry import Argument, Example, worksheet_function
from xl_ltc_udfs.shared_arguments import setting_argument, table_argument

if TYPE_CHECKING:
    from xl_ltc.assumptions.behaviour import Behaviour

CATEGORY = "Rate increase"
MEASURES = ("initial_premium", "premium", "claims", "lives")

_LARGEST = 10.0
_INCREASE = Argument("increase", "Rate increase, 0.4 for 40%", minimum=0.0, maximum=_LARGEST)
_LIMITED_PAY = Argument(
    "limited_pay", "TRUE for a limited premium-paying period; such policies elect nothing", kind="flag", default=False
)
_BEHAVIOUR = table_argument("behaviour")
_TIE = setting_argument(
    "behaviour_rounding_tie", "rounding_tie", "half_up or half_even, for an increase halfway between two multiples"
)
_BASIS = setting_argument(
    "rbo_basis",
    "basis",
    "as_filed: the reduction is the election rate; or literal, literal_unnormalised: Appendix A's words",
)


@worksheet_function(
    "LTC_RATEINCREASE",
    CATEGORY,
    returns="The increase as a fraction of the current premium, with the shape of the ranges.",
    source="Section 2: to the new-business premium, at most doubled",
    arguments=(
        Argument("current_premium", "Annual premium in force; 0 for a policy that is paid up", minimum=0.0),
        Argument("new_business_premium", "Annual premium of the same benefits as new business", minimum=0.0),
        Argument("cap", "Largest increase: 1 for 100%, 0.15 in Maryland", minimum=0.0, maximum=_LARGEST),
        setting_argument(
            "increase_rounding", "rounding", "Increases are rounded to a multiple of this before the cap; 0 for none"
        ),
    ),
    example=Example(
        ([[2000.0], [2000.0], [2000.0]], [[2800.0], [1500.0], [9000.0]], 1.0),
        "2800/2000 - 1 = 40%; no decrease; 9000/2000 - 1 = 350%, capped at 100%",
    ),
)
def rate_increase(
    current_premium: np.ndarray, new_business_premium: np.ndarray, cap: np.ndarray, rounding: float
) -> np.ndarray:
    """The increase that brings a premium to the new-business level: never a decrease, never above the cap."""
    from xl_ltc.rate_increase import schedule

    return schedule.rate_increase(current_premium, new_business_premium, cap, rounding)


def _behaviour(rows: Rows | None) -> Behaviour:
    found: Behaviour = assumption_tables.part("behaviour", {"behaviour": rows})
    return found


def _elections(
    increase: np.ndarray, limited_pay: np.ndarray, parameters: Behaviour, rounding_tie: str
) -> tuple[np.ndarray, np.ndarray]:
    """CBUL and RBO election rates."""
    from xl_ltc.rate_increase import behaviour

    cbul = behaviour.cbul_election(increase, limited_pay, parameters, rounding_tie)
    return cbul, behaviour.rbo_election(cbul, parameters)


@worksheet_function(
    "LTC_CBUL",
    CATEGORY,
    returns="The share of insureds, 0.032 for 3.2%, with the shape of the ranges.",
    source="Section 6e; Appendix A, Contingent Benefit Upon Lapse Election Rates",
    arguments=(_INCREASE, _LIMITED_PAY, _BEHAVIOUR, _TIE),
    example=Example(
        ([[0.15], [0.25], [0.4], [1.0]],),
        "None up to 15%, then 8% of the increase to the nearest 10%: 0.08·30%, 0.08·40%, 0.08·100%",
    ),
)
def cbul_election(
    increase: np.ndarray, limited_pay: np.ndarray, behaviour: Rows | None, rounding_tie: str
) -> np.ndarray:
    """The share of insureds that elects the contingent benefit upon lapse (CBUL) at an increase."""
    return _elections(increase, limited_pay, _behaviour(behaviour), rounding_tie)[0]


@worksheet_function(
    "LTC_RBO",
    CATEGORY,
    returns="The share of insureds, 0.08 for 8%, with the shape of the ranges.",
    source="Section 6e; Appendix A, Reduced Benefit Option Election Rates",
    arguments=(_INCREASE, _LIMITED_PAY, _BEHAVIOUR, _TIE),
    example=Example(([[0.15], [0.4], [1.0]],), "2.5 times the CBUL election: 0, 2.5·3.2%, 2.5·8%"),
)
def rbo_election(
    increase: np.ndarray, limited_pay: np.ndarray, behaviour: Rows | None, rounding_tie: str
) -> np.ndarray:
    """The share of insureds that elects a reduced benefit option (RBO) at an increase."""
    return _elections(increase, limited_pay, _behaviour(behaviour), rounding_tie)[1]


@worksheet_function(
    "LTC_RBOREDUCTION",
    CATEGORY,
    returns="The reduction as a fraction of premium and claims, with the shape of the ranges.",
    source="Appendix A, Reduced Benefit Options; Exhibit II, item 3, for the basis as filed",
    arguments=(_INCREASE, _BASIS, _LIMITED_PAY, _BEHAVIOUR, _TIE),
    example=Example(
        (0.4, "literal"),
        "At 40% 8% reduce their benefits and keep the premium before: 1 - (0.08 + 0.92·1.4)/1.4 = 0.08·0.4/1.4",
    ),
)
def rbo_reduction(
    increase: np.ndarray, basis: str, limited_pay: np.ndarray, behaviour: Rows | None, rounding_tie: str
) -> np.ndarray:
    """The reduction of premium and claims due to those who reduce their benefits at an increase."""
    from xl_ltc.rate_increase import behaviour as elections

    cbul, rbo = _elections(increase, limited_pay, _behaviour(behaviour), rounding_tie)
    return elections.rbo_reduction(increase, cbul, rbo, basis)


@worksheet_function(
    "LTC_ADVSEL",
    CATEGORY,
    returns="A factor on morbidity, 1.03 for 3% more, with the shape of the ranges.",
    source="Section 6e; Appendix A, Adverse Selection",
    arguments=(_INCREASE, _LIMITED_PAY, _BEHAVIOUR, _TIE),
    example=Example(
        ([[0.15], [0.4], [1.0]],),
        "At 40% 3.2% elect the CBUL and 8% an RBO: 1/(1 - 25%·0.032 - 12.5%·0.08); at 100%: 1/(1 - 0.02 - 0.025)",
    ),
)
def adverse_selection(
    increase: np.ndarray, limited_pay: np.ndarray, behaviour: Rows | None, rounding_tie: str
) -> np.ndarray:
    """The morbidity of those who stay at an increase, relative to all insureds'."""
    from xl_ltc.rate_increase import behaviour as elections

    parameters = _behaviour(behaviour)
    return elections.adverse_selection(*_elections(increase, limited_pay, parameters, rounding_tie), parameters)


@worksheet_function(
    "LTC_PERSISTENCY",
    CATEGORY,
    returns="A factor relative to no increase, from the anniversary on, with the shape of the ranges.",
    source="Appendix A; Exhibit II, note on item 3",
    arguments=(
        _INCREASE,
        Argument(
            "measure",
            "initial_premium: (1 - CBUL)(1 - reduction); premium: times 1 + increase; claims: times adverse selection; "
            "lives: 1 - CBUL",
            "one",
            "text",
            MEASURES[0],
            allowed=MEASURES,
        ),
        _BASIS,
        _LIMITED_PAY,
        _BEHAVIOUR,
        _TIE,
    ),
    example=Example(
        ([[0.15], [0.4], [1.0]], "premium"),
        "1·1·1.15; (1 - 0.032)(1 - 0.08)·1.4; (1 - 0.08)(1 - 0.2)·2",
    ),
)
def persistency(
    increase: np.ndarray,
    measure: str,
    basis: str,
    limited_pay: np.ndarray,
    behaviour: Rows | None,
    rounding_tie: str,
) -> np.ndarray:
    """What an increase multiplies premium, claims or lives by, through the increase itself, elections and selection."""
    from xl_ltc.projection import impact
    from xl_ltc.rate_increase import behaviour as elections
    from xl_ltc.rate_increase.impact import PolicyIncrease

    parameters = _behaviour(behaviour)
    cbul, rbo = _elections(increase, limited_pay, parameters, rounding_tie)
    policies = PolicyIncrease(
        affected=increase > 0.0,
        increase=increase,
        cbul=cbul,
        rbo=rbo,
        adverse_selection=elections.adverse_selection(cbul, rbo, parameters),
        rbo_reduction=elections.rbo_reduction(increase, cbul, rbo, basis),
        effective_year=Settings.increase_effective_year,
    )
    columns = dict(zip(MEASURES, (impact.INITIAL_PREMIUM, impact.PREMIUM, impact.CLAIMS, impact.LIVES), strict=True))
    return np.asarray(policies.impact.factors[:, 0, columns[measure]])


@worksheet_function(
    "LTC_PHASEIN",
    CATEGORY,
    returns="Increases as fractions of the premium before each; 0 once the increase is reached. All steps spill down.",
    source="Section 2: no more than 15% in a calendar year in Maryland (COMAR 31.14.01.04)",
    arguments=(
        Argument("increase", "The increase in full, 0.4 for 40%", minimum=0.0, maximum=_LARGEST),
        Argument("annual_cap", "Largest increase of a year, 0.15 for 15%", minimum=0.001, maximum=_LARGEST),
        Argument(
            "step",
            "Year of the phase-in, 1 for the first",
            kind="whole",
            default=None,
            minimum=1.0,
            default_words="all of them if omitted",
        ),
    ),
    example=Example((0.4, 0.15), "15%, 15%, and 1.4/1.15^2 - 1 = 5.86% in the third year"),
    spills=True,
)
def phase_in(increase: np.ndarray, annual_cap: np.ndarray, step: np.ndarray) -> Rows | np.ndarray:
    """The increase of each year when an increase is taken in yearly steps of at most a cap."""
    from xl_ltc.rate_increase import schedule

    if not np.isnan(step).any():
        return schedule.phase_in_increase(increase, annual_cap, step)
    steps = np.arange(1, max(1, int(schedule.phase_in_steps(increase[0], annual_cap[0]))) + 1)
    return [[found] for found in schedule.phase_in_increase(increase[0], annual_cap[0], steps).tolist()]


@worksheet_function(
    "LTC_EQUIVALENTINCREASE",
    CATEGORY,
    returns="The increase in full, 0.45 for 45%, as a fraction of the premium before, with the shape of the ranges.",
    source="Section 2: a phased-in increase that is actuarially equivalent to the nationwide request",
    arguments=(
        Argument("increase", "The increase if taken at once, 0.4 for 40%", minimum=0.0, maximum=_LARGEST),
        Argument(
            "premium",
            "Premium of each year without an increase, the first from the date on which it could be taken at once; a "
            "column or a row",
            "numbers",
            minimum=0.0,
        ),
        Argument(
            "rate",
            "Annual effective interest; when in its year premium falls does not matter, if it is the same in all",
            minimum=-0.99,
            maximum=10.0,
        ),
        Argument(
            "deferral_years",
            "Years before the increase is taken, or its first step",
            kind="whole",
            default=0,
            minimum=0.0,
            maximum=200.0,
        ),
        Argument(
            "annual_cap",
            "Largest increase of a year, 0.15 for 15%",
            default=None,
            minimum=0.001,
            maximum=_LARGEST,
            default_words="taken in one step if omitted",
        ),
    ),
    example=Example(
        (0.4, [[1000.0], [1000.0], [1000.0], [1000.0]], 0.0, 1),
        "One of four years of level premium without it: 40%·4/3 in the other three",
    ),
)
def equivalent_increase(
    increase: np.ndarray, premium: np.ndarray, rate: np.ndarray, deferral_years: np.ndarray, annual_cap: np.ndarray
) -> np.ndarray:
    """The later or phased-in increase that adds premium of the same present value as an increase taken at once."""
    from xl_ltc.rate_increase.equivalent import equivalent_multiplier

    if min(premium.shape) != 1:
        found = f"a range of {premium.shape[0]} × {premium.shape[1]} cells"
        raise ArgumentError("premium", found, "one column or one row, a cell a year")
    flows = premium.reshape(1, -1)
    if not flows.any():
        raise ArgumentError("premium", "no premium in any year", "premium for an increase to raise", NUM)
    caps = np.where(np.isnan(annual_cap), np.inf, annual_cap)
    discounted = flows / (1.0 + rate[:, None]) ** np.arange(flows.shape[1])
    beyond = ~np.isfinite(discounted.sum(axis=1) * increase)
    if beyond.any():
        raise ElementError(beyond, NUM, _always("at it the premium has no finite present value"), "rate")
    found_increases, reasons = np.zeros(len(increase)), {}
    for i, (full, years, cap) in enumerate(zip(increase, deferral_years, caps, strict=True)):
        try:
            found_increases[i] = full * equivalent_multiplier([full], discounted[i : i + 1], int(years), float(cap))
        except InputError as error:
            reasons[i] = f"found {error.problems[0].found}; allowed: {error.problems[0].allowed}"
    if reasons:
        bad = np.isin(np.arange(len(increase)), list(reasons))
        raise ElementError(bad, NUM, lambda i: reasons[i], "increase")
    return found_increases


@worksheet_function(
    "LTC_INCREASENEEDED",
    CATEGORY,
    returns="The increase as a fraction of premium, negative below the target, with the shape of the ranges.",
    source="Section 18, Increase Needed: without regard to CBUL, RBO and adverse selection",
    arguments=(
        Argument("loss_ratio", "Lifetime loss ratio without the increase, 1.2 for 120%", minimum=0.0),
        Argument("target_loss_ratio", "Lifetime loss ratio to be reached, more than 0", minimum=0.0),
        Argument("lifetime_premium", "Accumulated and present value of all premium, without the increase", minimum=0.0),
        Argument(
            "premium_after",
            "Present value of the premium after the implementation date, without the increase; more than 0",
            minimum=0.0,
        ),
    ),
    example=Example(
        (1.2, 0.8, 1000.0, 400.0),
        "(1.2/0.8 - 1)·1000/400: claims of 1200 over premium of 600 + 400·2.25 are 80%",
    ),
)
def increase_needed(
    loss_ratio: np.ndarray, target_loss_ratio: np.ndarray, lifetime_premium: np.ndarray, premium_after: np.ndarray
) -> np.ndarray:
    """The increase from the implementation date on that brings a lifetime loss ratio to a target, if nobody reacts."""
    from xl_ltc.loss_ratio import values as valued

    for name, values, reason in (
        ("target_loss_ratio", target_loss_ratio, "no premium is enough for a loss ratio of 0"),
        ("premium_after", premium_after, "there is no premium after the implementation date to increase"),
    ):
        if (values == 0.0).any():
            raise ElementError(values == 0.0, DIVISION, _always(reason), name)
    return valued.increase_needed(loss_ratio, target_loss_ratio, lifetime_premium, premium_after)


def _always(reason: str) -> Callable[[int], str]:
    """The same reason for every element."""
    return lambda _: reason


@worksheet_function(
    "LTC_CBLTRIGGER",
    CATEGORY,
    returns="The cumulative increase over initial premium, 0.5 for 50%, with the shape of the ranges.",
    source='NAIC Model Regulation #641, "Triggers for a Substantial Premium Increase", as in WAC 284-83-130(4)(c), (d)',
    arguments=(
        Argument("issue_age", "Age at issue, in whole years", kind="whole", minimum=0.0, maximum=120.0),
        Argument(
            "limited_pay",
            "TRUE for the trigger of a limited premium-paying period, which applies beside the other one",
            kind="flag",
            default=False,
        ),
    ),
    example=Example(
        ([[29], [55], [65], [80], [95]],), "200%, 90%, 50%, 20% and 10%; the filing itself prints no triggers"
    ),
)
def cbl_trigger(issue_age: np.ndarray, limited_pay: np.ndarray) -> np.ndarray:
    """The increase that entitles an insured who lapses to the contingent benefit upon lapse, by issue age."""
    from xl_ltc.rate_increase import cbl_trigger as triggers

    return triggers.cbl_trigger(issue_age, limited_pay)
