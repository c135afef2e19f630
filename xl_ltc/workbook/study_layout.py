"""Which sheets the workbook of an experience study has, in order, and which of them a user edits."""

from __future__ import annotations

from xl_ltc.exhibits.study.actual_to_expected import MORBIDITY_SHEET, MORTALITY_SHEET
from xl_ltc.exhibits.study.carried import CARRIED_SHEET, EXPERIENCE_SHEET, FITTED_SHEET
from xl_ltc.exhibits.study.lapse import SHEET as LAPSE_SHEET
from xl_ltc.exhibits.study.models import FACTOR_SHEETS, PATH_SHEETS, PENALTY_SHEETS
from xl_ltc.exhibits.study.summary import SHEET as SUMMARY
from xl_ltc.experience.cells import EXPERIENCE_CELLS
from xl_ltc.experience.history import CLAIM_HISTORY, POLICY_HISTORY
from xl_ltc.experience.study import PARAMETERS, STUDY_BY_NAME
from xl_ltc.tables import TableSpec
from xl_ltc.workbook.layout import ASSUMPTION_SHEETS

STUDY, STUDY_TABLE = "Study", "study"
CHARTS = "Study charts"

DATA_SHEETS: dict[str, TableSpec] = {
    "Study parameters": STUDY_BY_NAME[PARAMETERS],
    "Policy history": POLICY_HISTORY,
    "Claim history": CLAIM_HISTORY,
    "Experience cells": EXPERIENCE_CELLS,
}
"""Input sheets beside the assumptions, a table each."""

OUTPUT_SHEETS = (
    SUMMARY,
    "Exhibit A-1b",
    "Exhibit A-2a",
    "Exhibit A-2b",
    "Exhibit A-3b",
    MORTALITY_SHEET,
    MORBIDITY_SHEET,
    *FACTOR_SHEETS,
    LAPSE_SHEET,
    CHARTS,
    *PENALTY_SHEETS,
    *PATH_SHEETS,
    FITTED_SHEET,
    EXPERIENCE_SHEET,
    CARRIED_SHEET,
)

WAITING = {CARRIED_SHEET: "Filled by Carry to filing (xl-ltc carry)."}
"""Output sheets that another action than the study fills."""

SHEETS = (STUDY, *OUTPUT_SHEETS, *ASSUMPTION_SHEETS, *DATA_SHEETS)
"""The sheets in the order of the workbook."""
