"""Assumptions, piece by piece: mortality, lapse, benefit expiry, morbidity, benefit growth.

The pieces compose in cells as section 6 says: the probability of death of ``LTC_QX`` takes the factors that
``LTC_MORTFACTOR`` and ``LTC_IMPROVEMENT`` give; claims a life-year are the daily benefit at issue times
``LTC_CLAIMCOST``, ``LTC_MORBFACTOR``, ``LTC_BENEFITGROWTH`` and ``LTC_IMPROVEMENT``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xl_ltc.assumptions.specs import LAST_AGE, PARTNER_STATUSES, RELATIVITY_CHARACTERISTICS, SEXES
from xl_ltc_udfs.assumption_tables import categories, part
from xl_ltc_udfs.cells import OMITTED, Rows
from xl_ltc_udfs.codes import codes, fixed_codes
from xl_ltc_udfs.registry import Argument, Example, worksheet_function
from xl_ltc_udfs.shared_arguments import settings_argument, table_argument

CATEGORY = "Assumptions"

_AGES: dict[str, Any] = dict(kind="whole", minimum=0, maximum=LAST_AGE)

_SEX = Argument("sex", "Sex of the insured", kind="text", allowed=SEXES)
_ATTAINED_AGE = Argument("attained_age", "Attained age in whole years: issue age and completed policy years", **_AGES)
_POLICY_DURATION = Argument(
    "policy_duration",
    "Policy year, the first being 1; the tables' last holds for all later ones",
    kind="whole",
    minimum=1,
    maximum=LAST_AGE + 1,
)
_PARTNER_STATUS = Argument("partner_status", "Partner status", kind="text", allowed=PARTNER_STATUSES)
_UNDERWRITING_CLASS = Argument("underwriting_class", "Underwriting class, such as Preferred", kind="text")
_BENEFIT_PERIOD = Argument("benefit_period", "Benefit period: years, such as 3, or Lifetime", kind="text")
_INFLATION_OPTION = Argument("inflation_option", "Inflation option, such as Compound 5%", kind="text")
_SETTINGS = settings_argument("the filing")


@worksheet_function(
    "LTC_QX",
    CATEGORY,
    returns="The annual probability of death.",
    source="Section 6b: q′ = 1 − exp(−h·f); 2012 Individual Annuity Mortality Basic, SOA tables 2581 and 2582",
    arguments=(
        _SEX,
        _ATTAINED_AGE,
        Argument("hazard_factor", "Factor on the force of mortality, from LTC_MORTFACTOR", default=1.0, minimum=0.0),
        Argument(
            "improvement_factor",
            "Factor on the probability, from LTC_IMPROVEMENT",
            default=1.0,
            minimum=0.0,
            maximum=1.0,
        ),
        table_argument("mortality_base"),
        _SETTINGS,
    ),
    example=Example(
        ("Female", 75, 0.87 * 0.77 * 0.96 * 0.95 * 0.94, 0.987),
        "A woman of 75: the 2012 IAM Basic table has 0.015869; her A-1a factors are 0.87 (age), 0.77 (duration 8), "
        "0.96, 0.95 and 0.94; scale G2 takes off 1.3%: (1 − (1 − 0.015869)^0.57429187)·0.987 = 0.009026",
    ),
)
def probability_of_death(
    sex: np.ndarray,
    attained_age: np.ndarray,
    hazard_factor: np.ndarray,
    improvement_factor: np.ndarray,
    mortality_base: Rows | None,
    settings: Rows | None,
) -> np.ndarray:
    """Annual probability of death of the base table, under factors on its hazard and for improvement."""
    from xl_ltc.assumptions.mortality import improved

    mortality = part("mortality", {"mortality_base": mortality_base}, settings)
    q = mortality.q_from_factor(fixed_codes(sex, SEXES), _whole(attained_age), hazard_factor)
    return improved(q, improvement_factor)


@worksheet_function(
    "LTC_MORTFACTOR",
    CATEGORY,
    returns="The factor on the force of mortality of the base table.",
    source="Exhibit A-1a",
    arguments=(
        _ATTAINED_AGE,
        _POLICY_DURATION,
        _SEX,
        _PARTNER_STATUS,
        _UNDERWRITING_CLASS,
        table_argument("mortality_factor_attained_age"),
        table_argument("mortality_factor_policy_duration"),
        table_argument("mortality_factor_sex"),
        table_argument("mortality_factor_partner_status"),
        table_argument("mortality_factor_underwriting_class"),
    ),
    example=Example(
        (75, 8, "Female", "Partnered", "Preferred"),
        "The printed factors 0.87 (age 75), 0.77 (duration 8), 0.96, 0.95 and 0.94: their product is 0.574292",
    ),
)
def mortality_factor(
    attained_age: np.ndarray,
    policy_duration: np.ndarray,
    sex: np.ndarray,
    partner_status: np.ndarray,
    underwriting_class: np.ndarray,
    **tables: Rows | None,
) -> np.ndarray:
    """Product of the mortality factors of Exhibit A-1a."""
    mortality = part("mortality", tables)
    found: np.ndarray = mortality.factor(
        _whole(attained_age),
        _whole(policy_duration),
        fixed_codes(sex, SEXES),
        fixed_codes(partner_status, PARTNER_STATUSES),
        codes("underwriting_class", underwriting_class, mortality.underwriting_factor.categories),
    )
    return found


@worksheet_function(
    "LTC_IMPROVEMENT",
    CATEGORY,
    returns="The factor on mortality and on claim cost, at most 1.",
    source="Section 6g: (1 − G2)^k, k at most 10; scale G2, SOA tables 2583 and 2584",
    arguments=(
        _SEX,
        _ATTAINED_AGE,
        Argument(
            "projection_year",
            "Calendar years since the valuation date: 1 in the first projected year",
            kind="whole",
            minimum=0,
            maximum=200,
        ),
        table_argument("improvement_scale"),
        table_argument("improvement"),
    ),
    example=Example(
        ("Female", 75, 2), "Scale G2 has 1.3% for women of 75; in the second projected year: (1 − 0.013)^2 = 0.974169"
    ),
)
def improvement_factor(
    sex: np.ndarray, attained_age: np.ndarray, projection_year: np.ndarray, **tables: Rows | None
) -> np.ndarray:
    """Improvement of mortality and morbidity by a projection year, as a factor."""
    improvement = part("improvement", tables)
    found: np.ndarray = improvement.factor(fixed_codes(sex, SEXES), _whole(attained_age), projection_year)
    return found


@worksheet_function(
    "LTC_LAPSE",
    CATEGORY,
    returns="The annual rate of voluntary lapse.",
    source="Section 6c; Exhibit III for setting paid_up_at_65_lapse",
    arguments=(
        _PARTNER_STATUS,
        _POLICY_DURATION,
        Argument("premium_payment", "Premium payment option, such as Lifetime-Pay or Ten-Pay", kind="text"),
        Argument("issue_age", "Issue age in whole years", **_AGES),
        Argument("discounted_renewal", "Whether the discounted renewal option was elected", kind="flag", default=False),
        table_argument("lapse_lifetime_pay"),
        table_argument("lapse_payment_option"),
        table_argument("premium_payment", "premium_payment_table"),
        _SETTINGS,
    ),
    example=Example(
        ("Partnered", 8, "Ten-Pay", 60),
        "Lifetime-pay lapse of partnered insureds in duration 8 is 0.6%; ten-pay has half of it up to duration 8: 0.3%",
    ),
)
def lapse_rate(
    partner_status: np.ndarray,
    policy_duration: np.ndarray,
    premium_payment: np.ndarray,
    issue_age: np.ndarray,
    discounted_renewal: np.ndarray,
    settings: Rows | None,
    **tables: Rows | None,
) -> np.ndarray:
    """Annual voluntary lapse rate: the lifetime-pay rate times the scalars of the payment option."""
    found: np.ndarray = part("lapse", tables, settings).rate(
        fixed_codes(partner_status, PARTNER_STATUSES),
        _whole(policy_duration),
        codes("premium_payment", premium_payment, categories("lapse", "premium_payment", tables, settings)),
        discounted_renewal,
        _whole(issue_age),
    )
    return found


@worksheet_function(
    "LTC_EXPIRY",
    CATEGORY,
    returns="The annual rate at which policies end because their benefits are exhausted.",
    source="Section 6d",
    arguments=(_SEX, _BENEFIT_PERIOD, _ATTAINED_AGE, table_argument("benefit_expiry"), _SETTINGS),
    example=Example(
        ("Female", "3", 76),
        "Printed for women with three years of benefits: 0.1% at 75 and 0.3% at 80; a fifth of the way is 0.14%",
    ),
)
def benefit_expiry_rate(
    sex: np.ndarray,
    benefit_period: np.ndarray,
    attained_age: np.ndarray,
    benefit_expiry: Rows | None,
    settings: Rows | None,
) -> np.ndarray:
    """Annual rate of benefit expiry, between the printed ages as the settings say."""
    expiry = part("benefit_expiry", {"benefit_expiry": benefit_expiry}, settings)
    period = codes("benefit_period", benefit_period, expiry.benefit_periods)
    found: np.ndarray = expiry.rate(fixed_codes(sex, SEXES), period, _whole(attained_age))
    return found


_BASIS = "the claim-cost table's own basis, relativity 1, if omitted"


@worksheet_function(
    "LTC_CLAIMCOST",
    CATEGORY,
    returns="Dollars a year for each dollar of daily benefit at issue, before the factors of Exhibit A-3a.",
    source="Section 6a; illustrative claim costs, the filing's are proprietary",
    arguments=(
        _SEX,
        _ATTAINED_AGE,
        Argument("partner_status", f"Partner status; {_BASIS}", kind="text", default="", allowed=PARTNER_STATUSES),
        Argument("benefit_period", f"Benefit period, such as 3 or Lifetime; {_BASIS}", kind="text", default=""),
        Argument("elimination_period", f"Elimination period, such as 90-Day; {_BASIS}", kind="text", default=""),
        Argument("coverage_type", f"Coverage, such as Comprehensive; {_BASIS}", kind="text", default=""),
        Argument("benefit_type", f"Indemnity or Reimbursement; {_BASIS}", kind="text", default=""),
        Argument("inflation_option", f"Inflation option, such as Compound 5%; {_BASIS}", kind="text", default=""),
        table_argument("claim_cost"),
        table_argument("claim_cost_relativity"),
    ),
    example=Example(
        (
            "Female",
            75,
            OMITTED,
            "3",
            OMITTED,
            OMITTED,
            OMITTED,
            OMITTED,
            [["attained_age", "Male", "Female"], ["<75", 10.0, 12.0], ["75+", 18.0, 20.0]],
        ),
        "An own claim-cost table with $20 a year at 75 and after; the bundled relativity of three years of benefits is "
        "0.58: 20·0.58 = 11.60",
    ),
)
def claim_cost(
    sex: np.ndarray,
    attained_age: np.ndarray,
    claim_cost: Rows | None,
    claim_cost_relativity: Rows | None,
    **characteristics: np.ndarray,
) -> np.ndarray:
    """Annual claim cost per dollar of daily benefit at issue, times the relativities of the characteristics given."""
    morbidity = part("morbidity", {"claim_cost": claim_cost, "claim_cost_relativity": claim_cost_relativity})
    cost: np.ndarray = morbidity.claim_cost.at(fixed_codes(sex, SEXES), _whole(attained_age))
    for name in RELATIVITY_CHARACTERISTICS:
        if characteristics[name][0] != "":  # an omitted one is an empty text throughout
            relativity = morbidity.relativity[name]
            cost = cost * relativity.at(codes(name, characteristics[name], relativity.categories))
    return cost


@worksheet_function(
    "LTC_MORBFACTOR",
    CATEGORY,
    returns="The factor on the claim cost.",
    source="Exhibit A-3a",
    arguments=(
        Argument("series", "Rate series, such as 500", kind="text"),
        _ATTAINED_AGE,
        _POLICY_DURATION,
        _SEX,
        _UNDERWRITING_CLASS,
        _BENEFIT_PERIOD,
        Argument("benefit_type", "Indemnity or Reimbursement", kind="text"),
        table_argument("morbidity_factor_attained_age"),
        table_argument("morbidity_factor_policy_duration"),
        table_argument("morbidity_factor_sex"),
        table_argument("morbidity_factor_underwriting_class"),
        table_argument("series", "series_table"),
        table_argument("claim_cost_relativity"),
    ),
    example=Example(
        ("500", 75, 8, "Female", "Preferred", "3", "Reimbursement"),
        "The printed factors of age 75: 0.99 (500 series), 0.92 (limited benefits), 0.98 (reimbursement); 0.98 "
        "(duration 8), 0.91 and 0.90: their product is 0.716406",
    ),
)
def morbidity_factor(
    series: np.ndarray,
    attained_age: np.ndarray,
    policy_duration: np.ndarray,
    sex: np.ndarray,
    underwriting_class: np.ndarray,
    benefit_period: np.ndarray,
    benefit_type: np.ndarray,
    **tables: Rows | None,
) -> np.ndarray:
    """Product of the morbidity factors of Exhibit A-3a."""
    morbidity = part("morbidity", tables)
    relativity = morbidity.relativity
    found: np.ndarray = morbidity.factor(
        codes("series", series, categories("morbidity", "series", tables)),
        _whole(attained_age),
        _whole(policy_duration),
        fixed_codes(sex, SEXES),
        codes("underwriting_class", underwriting_class, morbidity.underwriting_factor.categories),
        codes("benefit_period", benefit_period, relativity["benefit_period"].categories),
        codes("benefit_type", benefit_type, relativity["benefit_type"].categories),
    )
    return found


@worksheet_function(
    "LTC_BENEFITGROWTH",
    CATEGORY,
    returns="The daily benefit relative to the one at issue; 1 in the first policy year.",
    source="Section 3",
    arguments=(_INFLATION_OPTION, _POLICY_DURATION, table_argument("inflation_option", "inflation_option_table")),
    example=Example(
        ("Compound 5%", 11), "Policy year 11 begins after ten anniversaries: 1.05^10 = 1.628895; simple: 1 + 0.05·10"
    ),
)
def benefit_growth(
    inflation_option: np.ndarray, policy_duration: np.ndarray, inflation_option_table: Rows | None
) -> np.ndarray:
    """Growth of the daily benefit since issue under an inflation option."""
    growth = part("benefit_growth", {"inflation_option_table": inflation_option_table})
    found: np.ndarray = growth.factor(
        codes("inflation_option", inflation_option, growth.options), _whole(policy_duration)
    )
    return found


def _whole(numbers: np.ndarray) -> np.ndarray:
    """Ages and durations, whole already, as the tables are indexed."""
    return numbers.astype(np.int64)
