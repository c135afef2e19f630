"""The in-force file: one row per insured, these columns, these ranges."""

from __future__ import annotations

from xl_ltc.tables import Column, TableSpec

CODED = (
    "series",
    "sex",
    "partner_status",
    "underwriting_class",
    "benefit_period",
    "elimination_period",
    "coverage_type",
    "benefit_type",
    "inflation_option",
    "premium_payment",
)
"""Characteristics whose categories the assumption tables define."""

YES_NO = ("No", "Yes")
PREMIUM_MODES = ("Annual", "Semi-Annual", "Quarterly", "Monthly")
ISSUE_AGES = (18, 84)
"""Section 10."""

INFORCE = TableSpec(
    "inforce",
    "In-force policies at the valuation date",
    "Sections 3, 10, 12, 21 and 22",
    (
        Column("policy_id", "text"),
        Column("series", "text"),
        Column("state", "text"),
        Column("issue_date", "text", unit="date"),
        Column("issue_age", "integer", *ISSUE_AGES, unit="years"),
        Column("sex", "text"),
        Column("partner_status", "text"),
        Column("underwriting_class", "text"),
        Column("benefit_period", "text", unit="years"),
        Column("elimination_period", "text"),
        Column("coverage_type", "text"),
        Column("benefit_type", "text"),
        Column("inflation_option", "text"),
        Column("premium_payment", "text"),
        Column("discounted_renewal", "text", allowed=YES_NO),
        Column("premium_mode", "text", allowed=PREMIUM_MODES),
        Column("daily_benefit", minimum=0.0, maximum=5_000.0, unit="$ a day at issue"),
        Column("annualized_premium", minimum=0.0, maximum=1e6, unit="$ a year"),
        Column("new_business_premium", minimum=0.0, maximum=1e6, unit="$ a year"),
    ),
    ("policy_id",),
    "annualized_premium is what is paid at the valuation date, 0 when paid up; new_business_premium is the "
    "premium of the same benefits on the currently marketed rates.",
)
