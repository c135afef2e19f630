"""The assumption tables: their columns, ranges, keys and where in the filing they come from.

The same specifications serve the bundled CSVs and the sheets of a workbook. Several column sets depend on one
another: a series names its column of the morbidity factor tables, a benefit period its row of benefit expiry.
"""

from __future__ import annotations

from xl_ltc.tables import Column, TableSpec

LAST_AGE = 120
"""Last age of the 2012 IAM Basic table; assumption tables by age run from 0 to here."""

LAST_DURATION = 20
"""The last policy duration any table distinguishes; it holds for all later ones."""

SEXES = ("Male", "Female")
PARTNER_STATUSES = ("Single", "Partnered")
PAYMENT_SCALAR_DISCOUNTED = "Discounted Renewal"
EXPIRY_AGES = ("<65", "65", "70", "75", "80", "85", "90", "95", "100", "105", "110+")
RELATIVITY_CHARACTERISTICS = (
    "partner_status",
    "benefit_period",
    "elimination_period",
    "coverage_type",
    "benefit_type",
    "inflation_option",
)


def _rate(name: str, unit: str = "annual rate") -> Column:
    return Column(name, minimum=0.0, maximum=1.0, unit=unit)


def _factor(name: str) -> Column:
    return Column(name, minimum=0.0, maximum=20.0, unit="factor")


def _label(name: str) -> Column:
    return Column(name, kind="label")


def _text(name: str, *allowed: str) -> Column:
    return Column(name, kind="text", allowed=tuple(allowed))


def _sex() -> Column:
    return _text("sex", *SEXES)


MORBIDITY_SERIES = ("series_200", "series_300", "series_400", "series_500_plus")
MORBIDITY_AGE_ONLY = ("benefit_period_lifetime", "benefit_period_limited", "indemnity", "reimbursement")

SPECS: tuple[TableSpec, ...] = (
    TableSpec(
        "mortality_base",
        "Base mortality: 2012 Individual Annuity Mortality Basic, age nearest birthday",
        "Section 6b; SOA tables 2581 and 2582",
        (_label("attained_age"), *(_rate(s, "annual probability") for s in SEXES)),
        ("attained_age",),
    ),
    TableSpec(
        "mortality_factor_attained_age",
        "Mortality hazard factors by attained age",
        "Exhibit A-1a",
        (_label("attained_age"), _factor("factor")),
        ("attained_age",),
    ),
    TableSpec(
        "mortality_factor_policy_duration",
        "Mortality hazard factors by policy duration",
        "Exhibit A-1a",
        (_label("policy_duration"), _factor("factor")),
        ("policy_duration",),
    ),
    TableSpec(
        "mortality_factor_sex", "Mortality hazard factors by sex", "Exhibit A-1a", (_sex(), _factor("factor")), ("sex",)
    ),
    TableSpec(
        "mortality_factor_partner_status",
        "Mortality hazard factors by partner status",
        "Exhibit A-1a",
        (_text("partner_status", *PARTNER_STATUSES), _factor("factor")),
        ("partner_status",),
    ),
    TableSpec(
        "mortality_factor_underwriting_class",
        "Mortality hazard factors by underwriting class",
        "Exhibit A-1a",
        (_text("underwriting_class"), _factor("factor")),
        ("underwriting_class",),
    ),
    TableSpec(
        "improvement_scale",
        "Annual improvement of mortality and morbidity: scale G2",
        "Section 6g; SOA tables 2583 and 2584, zero after the scale's last age 105",
        (_label("attained_age"), *(_rate(s, "annual improvement") for s in SEXES)),
        ("attained_age",),
    ),
    TableSpec(
        "improvement",
        "Years of improvement",
        "Section 6g",
        (_text("parameter", "improvement_years"), Column("value", minimum=0, maximum=200)),
        ("parameter",),
    ),
    TableSpec(
        "lapse_lifetime_pay",
        "Voluntary lapse of lifetime-pay policies",
        "Section 6c",
        (_label("policy_duration"), _rate("single"), _rate("partnered")),
        ("policy_duration",),
    ),
    TableSpec(
        "lapse_payment_option",
        "Scalars on lifetime-pay lapse by premium payment option",
        "Section 6c",
        (
            _text("premium_payment"),
            Column("duration_from", "integer", 1, LAST_DURATION),
            Column("duration_to", "integer", 1, LAST_DURATION, optional=True),
            Column("issue_age_from", "integer", 0, LAST_AGE, optional=True),
            Column("issue_age_to", "integer", 0, LAST_AGE, optional=True),
            _factor("scalar"),
        ),
        ("premium_payment", "duration_from", "issue_age_from"),
        "Discounted Renewal multiplies with the scalar of the premium payment option.",
    ),
    TableSpec(
        "benefit_expiry",
        "Benefit expiry by sex, benefit period and attained age",
        "Section 6d; its row 7 is the ten-year plan",
        (_sex(), _text("benefit_period"), *(_rate(a) for a in EXPIRY_AGES)),
        ("sex", "benefit_period"),
    ),
    TableSpec(
        "premium_payment",
        "Premium payment options",
        "Sections 3 and 21",
        (
            _text("premium_payment"),
            Column("years", "integer", 1, 100, optional=True),
            Column("to_age", "integer", 1, LAST_AGE, optional=True),
        ),
        ("premium_payment",),
        "Premium is payable for so many policy years, or to an attained age; both blank: for life.",
    ),
    TableSpec(
        "claim_cost",
        "Annual claim cost per dollar of daily benefit at issue",
        "Illustrative; the filing's claim costs are proprietary",
        (_label("attained_age"), *(Column(s, minimum=0.0, maximum=1e6, unit="$ a year") for s in SEXES)),
        ("attained_age",),
        "Lifetime benefit period, 90-day elimination period, comprehensive, reimbursement; before every factor.",
    ),
    TableSpec(
        "claim_cost_relativity",
        "Relativities on the claim cost",
        "Illustrative; starting points in Exhibit A-3b",
        (_text("characteristic", *RELATIVITY_CHARACTERISTICS), _text("category"), _factor("relativity")),
        ("characteristic", "category"),
    ),
    TableSpec(
        "morbidity_factor_attained_age",
        "Morbidity factors by attained age",
        "Exhibit A-3a",
        (_label("attained_age"), *(_factor(c) for c in MORBIDITY_SERIES + MORBIDITY_AGE_ONLY)),
        ("attained_age",),
    ),
    TableSpec(
        "morbidity_factor_policy_duration",
        "Morbidity factors by policy duration and series",
        "Exhibit A-3a",
        (_label("policy_duration"), *(_factor(c) for c in MORBIDITY_SERIES)),
        ("policy_duration",),
    ),
    TableSpec(
        "morbidity_factor_sex", "Morbidity factors by sex", "Exhibit A-3a", (_sex(), _factor("factor")), ("sex",)
    ),
    TableSpec(
        "morbidity_factor_underwriting_class",
        "Morbidity factors by underwriting class",
        "Exhibit A-3a",
        (_text("underwriting_class"), _factor("factor")),
        ("underwriting_class",),
    ),
    TableSpec(
        "inflation_option",
        "Growth of benefits since issue by inflation option",
        "Section 3",
        (
            _text("inflation_option"),
            _text("method", "none", "simple", "compound"),
            Column("rate", minimum=0.0, maximum=0.5),
        ),
        ("inflation_option",),
    ),
    TableSpec(
        "series",
        "Rate series",
        "Sections 15 and 16, Exhibit A-3a",
        (
            _text("series"),
            _text("morbidity_factor_column", *MORBIDITY_SERIES),
            _text("pricing_interest_basis", "earned", "maximum_valuation"),
            Column("earned_rate", minimum=0.0, maximum=0.5, optional=True),
        ),
        ("series",),
    ),
    TableSpec(
        "valuation_interest",
        "Maximum valuation interest rate by issue year",
        "Section 6f; years chosen",
        (Column("issue_year_from", "integer", 1800, 2200), Column("rate", minimum=0.0, maximum=0.5)),
        ("issue_year_from",),
    ),
    TableSpec(
        "behaviour",
        "Insured behaviour due to the rate increase",
        "Section 6e, Appendix A",
        (
            _text(
                "parameter",
                "cbul_slope",
                "cbul_threshold",
                "cbul_rounding",
                "rbo_multiple",
                "cbul_morbidity_relief",
                "rbo_morbidity_relief",
            ),
            Column("value", minimum=0.0, maximum=10.0),
        ),
        ("parameter",),
    ),
)

BY_NAME = {spec.name: spec for spec in SPECS}
