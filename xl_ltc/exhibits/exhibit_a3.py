"""Exhibit A-3: the morbidity factors, and the claims they were fitted to."""

from __future__ import annotations

from xl_ltc.exhibits.experience_rows import Category, categories, note_if_empty, printed_cells, ratio
from xl_ltc.exhibits.factor_page import factor_page
from xl_ltc.exhibits.studied import Studied
from xl_ltc.exhibits.table import Column, Page, Row, Table, text
from xl_ltc.experience.study import MORBIDITY

_GIVEN = ("exposure", "claim_count", "actual_claims", "guidelines_claims", "adjusted_claims")
_PRINTED = {
    "A_exposure": "exposure",
    "B_claim_count": "claim_count",
    "C_actual_claims": "actual_claims",
    "D_guidelines_claims": "guidelines_claims",
    "E_adjusted_claims": "adjusted_claims",
    "F": "actual_claims_to_guidelines_claims",
    "G": "actual_claims_to_adjusted_claims",
}
"""Columns in the list of published values, and here."""
_AS_PRINTED = {"Attained Age/<65": "Attained Age/<64"}
"""The filing's first age band overlaps with no other as <65; it is printed as <64."""


def exhibit_a3a(run: Studied) -> Page:
    """The adjustment factors on claim costs."""
    return factor_page(
        run,
        "Exhibit A-3a",
        "Morbidity Adjustment Factors",
        (
            (
                "morbidity_factor_policy_duration",
                "morbidity_factor_sex",
                "morbidity_factor_underwriting_class",
            ),
            ("morbidity_factor_attained_age",),
        ),
        "The factors multiply the claim costs; each is linked to its assumption table.",
    )


def exhibit_a3b(run: Studied) -> Page:
    """Actual to expected claims."""
    frame = run.study[MORBIDITY]
    rows = tuple(_row(row) for row in categories(MORBIDITY, frame, _GIVEN, _GIVEN))
    columns = (
        Column("characteristic", "Policy or Policyowner\nCharacteristic", width=22, wrap=False),
        Column("category", "", width=16),
        Column("exposure", "Exposure\n[A]", "count", "Policy years", 12),
        Column("claim_count", "Count\n[B]", "count", "Actual incurred claims", 9),
        Column("actual_claims", "Dollars\n[C]", "money", "Actual incurred claims", 14),
        Column("guidelines_claims", "Guidelines\n[D]", "money", "Expected incurred claims", 14),
        Column("adjusted_claims", "Adjusted\n[E]", "money", "Expected incurred claims", 14),
        Column(
            "actual_claims_to_guidelines_claims", "Guidelines\n[F] = [C] / [D]", "hundredths", "Actual to expected", 14
        ),
        Column("actual_claims_to_adjusted_claims", "Adjusted\n[G] = [C] / [E]", "hundredths", "Actual to expected", 14),
    )
    notes = (
        text("[A] to [E] are read from the table experience_morbidity; exact exposure in life-years, all lives."),
        text("The total adds up the categories of the first characteristic."),
        *note_if_empty(MORBIDITY, not rows),
    )
    return Page(
        "Exhibit A-3b",
        "Actual to expected claims by characteristic.",
        ("Exhibit A-3b", "Actual-to-Expected (A:E) Claim Experience", "All Rate Series Combined"),
        (Table("exhibit_a3b", columns, rows, published=printed_cells(rows, "A-3b", _PRINTED, _AS_PRINTED)),),
        notes,
        one_page=True,
        landscape=True,
    )


def _row(row: Category) -> Row:
    for expected in ("guidelines_claims", "adjusted_claims"):
        row.cells.update(ratio(row, "actual_claims", expected))
    return Row(row.key, row.cells, row.kind)
