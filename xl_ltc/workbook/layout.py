"""Which sheets a filing workbook has, in order, and which of them a user edits.

A later run replaces the output sheets of a user's workbook and leaves the input sheets alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_ltc.assumptions.pricing.specs import BASES, EXPECTED, MORTALITY, PRICING, SELECT, SETS
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.exhibits import changes, run_data, run_log
from xl_ltc.exhibits.attribution_page import SHEET as ATTRIBUTION
from xl_ltc.exhibits.audit.pages import SHEETS as AUDIT_SHEETS
from xl_ltc.exhibits.input_checks import SHEET as CHECKS
from xl_ltc.exhibits.phase_in import SHEET as PHASE_IN
from xl_ltc.exhibits.sensitivities_page import SHEET as SENSITIVITIES
from xl_ltc.exhibits.set_comparison import SHEET as SETS_COMPARED
from xl_ltc.exhibits.solve_page import SHEET as SOLVE
from xl_ltc.experience.study import BASIS, STUDY
from xl_ltc.scenarios.specs import SPECS as SCENARIO_SPECS

CONTENTS, CONTROL, SETTINGS, HISTORY, CHARTS = "Contents", "Control", "Settings", "History", "Charts"
INFORCE = "In force"
SETTINGS_TABLE, CONTROL_TABLE = "settings", "control"
SETTINGS_COLUMNS = ("setting", "value", "allowed", "meaning", "source")

_GROUPED = {
    "Mortality": (
        "mortality_base",
        "mortality_factor_attained_age",
        "mortality_factor_policy_duration",
        "mortality_factor_sex",
        "mortality_factor_partner_status",
        "mortality_factor_underwriting_class",
    ),
    "Improvement": ("improvement_scale", "improvement"),
    "Lapse": ("lapse_lifetime_pay", "lapse_payment_option"),
    "Benefit expiry": ("benefit_expiry",),
    "Premium payment": ("premium_payment",),
    "Claim cost": ("claim_cost", "claim_cost_relativity", "inflation_option"),
    "Morbidity": (
        "morbidity_factor_attained_age",
        "morbidity_factor_policy_duration",
        "morbidity_factor_sex",
        "morbidity_factor_underwriting_class",
    ),
    "Series and interest": ("series", "valuation_interest"),
    "Behaviour": ("behaviour",),
}


def _assumption_sheets() -> Mapping[str, tuple[str, ...]]:
    """Sheet → its tables; a table nobody grouped has a sheet of its own."""
    placed = {name for names in _GROUPED.values() for name in names}
    rest = {spec.name.replace("_", " ").capitalize(): (spec.name,) for spec in SPECS if spec.name not in placed}
    return MappingProxyType(_GROUPED | rest)


ASSUMPTION_SHEETS = _assumption_sheets()

MORTALITY_TABLES = (MORTALITY, SELECT)
SCENARIO_SHEETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Scenarios": tuple(spec.name for spec in SCENARIO_SPECS)}
)
"""Sheet → its tables of scenarios and grids."""

STUDY_SHEETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Experience": tuple(spec.name for spec in STUDY if spec.name.startswith("experience")),
        "Assumption sets": (SETS, BASES, EXPECTED),
        "Pricing bases": (BASIS,),
        "Original pricing": tuple(s.name for s in PRICING if s.name not in (SETS, BASES, EXPECTED, *MORTALITY_TABLES)),
        "Pricing mortality": MORTALITY_TABLES,
    }
)
"""Sheet → its tables of experience and original pricing."""

INPUT_SHEETS = (CONTROL, SETTINGS, *ASSUMPTION_SHEETS, *SCENARIO_SHEETS, HISTORY, *STUDY_SHEETS)

OUTPUT_SHEETS = (
    CONTENTS,
    "Exhibit I-a",
    "Exhibit I-b",
    "Exhibit II",
    "Section 2",
    "Section 6",
    "Section 12",
    "Section 15",
    "Section 16",
    "Section 18",
    "Section 19",
    PHASE_IN,
    "Section 21",
    "Section 22",
    "Exhibit III",
    "Exhibit III tables",
    "Exhibit A-1a",
    "Exhibit A-1b",
    "Exhibit A-2a",
    "Exhibit A-2b",
    "Exhibit A-3a",
    "Exhibit A-3b",
    "Appendix B",
    "Appendix B tables",
    *AUDIT_SHEETS,
    SOLVE,
    ATTRIBUTION,
    SETS_COMPARED,
    SENSITIVITIES,
    CHECKS,
    "Marginals",
    "Policy sums",
    "Cash flows",
    CHARTS,
    "Reconciliation",
    changes.SHEET,
    "Run",
    run_log.SHEET,
    run_data.SHEET,
)

LISTS = (CONTENTS, changes.SHEET, run_log.SHEET, run_data.SHEET)
"""Output sheets that have more or fewer lines with each run."""

WAITING: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(AUDIT_SHEETS, "Filled by Trace policy (xl-ltc trace)."),
        SOLVE: "Filled by Solve increase (xl-ltc solve).",
        ATTRIBUTION: "Filled by Attribute impact (xl-ltc attribute); section 18 of the run is on its own sheet.",
        SETS_COMPARED: "Filled by Compare sets (xl-ltc compare-sets).",
        SENSITIVITIES: "Filled by Sensitivities (xl-ltc sensitivities).",
        CHECKS: "Filled by Check inputs (xl-ltc check).",
    }
)
"""Output sheets that an action of its own fills, and what they say until then."""

SHEETS = (CONTROL, CONTENTS, *INPUT_SHEETS[1:], *OUTPUT_SHEETS[1:])
"""The sheets in the order of the workbook; ``INFORCE`` comes behind ``HISTORY`` where the workbook holds policies."""
