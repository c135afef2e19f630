"""Which sheets a filing workbook has, in order, and which of them a user edits.

A later run replaces the output sheets of a user's workbook and leaves the input sheets alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_ltc.assumptions.specs import SPECS
from xl_ltc.exhibits import changes, run_data, run_log
from xl_ltc.exhibits.audit.pages import SHEETS as AUDIT_SHEETS
from xl_ltc.exhibits.input_checks import SHEET as CHECKS
from xl_ltc.exhibits.phase_in import SHEET as PHASE_IN
from xl_ltc.exhibits.solve_page import SHEET as SOLVE
from xl_ltc.experience.study import BASIS, STUDY

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

STUDY_SHEETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Experience": tuple(spec.name for spec in STUDY if spec.name.startswith("experience")),
        "Pricing bases": (BASIS,),
        "Original pricing": tuple(s.name for s in STUDY if s.name.startswith("pricing") and s.name != BASIS),
    }
)
"""Sheet → its tables of experience and original pricing."""

INPUT_SHEETS = (CONTROL, SETTINGS, *ASSUMPTION_SHEETS, HISTORY, *STUDY_SHEETS)

OUTPUT_SHEETS = (
    CONTENTS,
    "Exhibit I-a",
    "Exhibit I-b",
    "Exhibit II",
    "Section 2",
    "Section 6",
    "Section 12",
    "Section 15",
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
        CHECKS: "Filled by Check inputs (xl-ltc check).",
    }
)
"""Output sheets that an action of its own fills, and what they say until then."""

SHEETS = (CONTROL, CONTENTS, *INPUT_SHEETS[1:], *OUTPUT_SHEETS[1:])
"""The sheets in the order of the workbook; ``INFORCE`` comes behind ``HISTORY`` where the workbook holds policies."""
