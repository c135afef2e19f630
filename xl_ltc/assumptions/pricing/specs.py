"""The tables of original pricing, of which bases there are, and of the sets that are mixed from them.

The bundled rows are the filing's (Exhibit III, Appendix B, sections 16 and 18); a company puts its own in their place.
"""

from __future__ import annotations

from xl_ltc.tables import Column, TableSpec

INTEREST, DISABLED, DURATIONS = "pricing_interest", "pricing_disabled_lives", "pricing_morbidity"
BASES, MORTALITY, SELECT = "pricing_bases", "pricing_mortality", "pricing_mortality_select"
EXPECTED, SETS = "pricing_expected", "assumption_sets"

ISSUE_AGES = ("<40", "40-44", "45-49", "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80+")
"""Bands of the lapse tables by issue age."""
SELECT_YEARS = 15
"""Policy years of the select period of the 1975-80 tables."""
NONE = "none"
BEFORE_FACTORS, WITH_FACTORS = "before_factors", "with_factors"

CURRENT, OWN, ALL_SERIES = "current", "own", "All"
"""In a set: the current assumption; the one of the series' own pricing; every series."""
ASSUMPTIONS = ("interest", "lapse", "mortality", "morbidity", "improvement")
"""What a set chooses, and what an attribution swaps: lapse with benefit expiry, improvement of mortality and morbidity
together (section 18)."""

_SEXES = ("Male", "Female")


def _text(name: str, *allowed: str, optional: bool = False) -> Column:
    return Column(name, kind="text", allowed=allowed, optional=optional)


def _number(name: str, unit: str = "", high: float = 1e12, *, optional: bool = False) -> Column:
    return Column(name, minimum=0.0, maximum=high, unit=unit, optional=optional)


def _rate(name: str) -> Column:
    return _number(name, "annual rate", 1.0)


def _grid(name: str, title: str, key: str, columns: tuple[str, ...], source: str = "Exhibit III") -> TableSpec:
    return TableSpec(name, title, source, (_text(key), *(_rate(c) for c in columns)), (key,))


LAPSE: tuple[TableSpec, ...] = (
    _grid("pricing_lapse_200_300", "Lapse, 200 and 300 Series", "policy_duration", ("lifetime_pay", "limited_pay")),
    _grid("pricing_lapse_400", "Lapse, 400 Series", "policy_duration", ("lifetime_pay", "ten_pay", "twenty_pay")),
    _grid(
        "pricing_lapse_500_lifetime_pay", "Lapse, 500 Series, lifetime pay, by issue age", "completed_years", ISSUE_AGES
    ),
    _grid("pricing_lapse_500_limited_pay", "Lapse, 500 Series, limited pay", "completed_years", ("rate",)),
    _grid(
        "pricing_lapse_511_lifetime_pay",
        "Lapse, 511 and 513 Series, lifetime pay, by issue age",
        "completed_years",
        ISSUE_AGES,
        "Exhibit III and Appendix B",
    ),
    _grid(
        "pricing_lapse_511_limited_pay",
        "Lapse, 511 and 513 Series, limited pay, by issue age",
        "completed_years",
        ISSUE_AGES,
        "Exhibit III and Appendix B",
    ),
)
"""Lapse tables; a first column ``policy_duration`` counts from 1, ``completed_years`` from 0."""

PRICING: tuple[TableSpec, ...] = (
    TableSpec(
        INTEREST,
        "Interest of the original pricing",
        "Exhibit III; 513: Appendix B",
        (_text("basis"), _rate("original_pricing"), _text("original_basis")),
        ("basis",),
    ),
    TableSpec(
        DISABLED,
        "Disabled lives' mortality, 500 Series",
        "Exhibit III",
        (_text("claim_termination_age"), _number("multiple", "multiple of active mortality", 100.0)),
        ("claim_termination_age",),
        "For the comparison only: the projection is one of all lives, claimants among them.",
    ),
    TableSpec(
        DURATIONS,
        "Morbidity factors, 200, 300 and 400 Series",
        "Exhibit III",
        (_text("policy_duration"), _number("factor", "factor", 20.0)),
        ("policy_duration",),
    ),
    *LAPSE,
    TableSpec(
        BASES,
        "Bases: what each product was priced on",
        "Exhibit III and Appendix B; which mortality is whose is inferred",
        (
            _text("basis"),
            _text("mortality_table"),
            _number("mortality_multiple", "factor", 20.0),
            _text("lapse_lifetime_pay", *(spec.name for spec in LAPSE)),
            _text("lapse_limited_pay", *(spec.name for spec in LAPSE)),
            _text("other_limited_pay", optional=True),
            _text("claim_costs", BEFORE_FACTORS, WITH_FACTORS),
            _text("claim_durations", DURATIONS, NONE),
        ),
        ("basis",),
        "A limited payment option without a column of its own in its lapse table reads the column other_limited_pay. "
        "Claim costs: those of the sheet Claim cost, before or with the factors of Exhibit A-3a, times one level a "
        f"basis (table {EXPECTED}).",
    ),
    TableSpec(
        MORTALITY,
        "Mortality tables of the original pricing",
        "SOA tables 361 and 363, 834 and 835, 886 and 887 (age nearest birthday)",
        (
            _text("mortality_table"),
            Column("attained_age", "integer", 0, 120),
            *(_number(s, "annual probability", 1.0) for s in _SEXES),
        ),
        ("mortality_table", "attained_age"),
        "Ultimate rates where the table has a select period.",
    ),
    TableSpec(
        SELECT,
        "Select mortality of the original pricing",
        "SOA tables 361 and 363",
        (
            _text("mortality_table"),
            Column("issue_age", "integer", 0, 120),
            *(
                _number(f"{sex.lower()}_{t}", "annual probability", 1.0)
                for sex in _SEXES
                for t in range(1, SELECT_YEARS + 1)
            ),
        ),
        ("mortality_table", "issue_age"),
        "By sex and policy year. Issue ages without a row have the ultimate rates from the first year on.",
    ),
    TableSpec(
        EXPECTED,
        "Expected lifetime loss ratios, thresholds and level of the pricing claim costs",
        "Sections 16 and 18; dividend margin and claim level are not printed",
        (
            _text("basis"),
            _number("expected_lifetime_loss_ratio", "ratio", 5.0, optional=True),
            _number("increase_in_original_loss_ratio", "threshold", 5.0, optional=True),
            _number("dividend_margin", "share of premium", 1.0),
            _number("claim_level", "factor", 1000.0, optional=True),
        ),
        ("basis",),
        "Where claim_level is blank it is the one at which the policies sold, projected from issue, have the expected "
        "lifetime loss ratio; of that the dividend margin is part in pricing and in nothing else.",
    ),
    TableSpec(
        SETS,
        "Assumption sets, mixed by assumption and series",
        "Section 18; your own beside them",
        (_text("set"), _text("series"), *(_text(name) for name in ASSUMPTIONS)),
        ("set", "series"),
        f"Each cell: {CURRENT}, {OWN} (the series' own pricing) or a basis. A row for a series goes before the one for "
        f"{ALL_SERIES}.",
    ),
)
"""The input tables, each a named Excel table that may be left without rows."""
