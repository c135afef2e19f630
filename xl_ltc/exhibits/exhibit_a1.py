"""Exhibit A-1: the mortality factors, and the mortality experience they were fitted to."""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.experience_rows import Category, categories, note_if_empty, printed_cells, ratio
from xl_ltc.exhibits.factor_page import factor_page
from xl_ltc.exhibits.studied import Studied
from xl_ltc.exhibits.table import NOT_AVAILABLE, Column, Page, Row, Table, live, text
from xl_ltc.experience.probability import actual_probability
from xl_ltc.experience.study import MORTALITY

_GIVEN = ("exposure", "deaths", "expected_2012_iam", "expected_adjusted")
_PRINTED = {
    "A_exposure": "exposure",
    "B_deaths": "deaths",
    "C": "actual",
    "D_2012iam_prob": "expected_2012_iam",
    "E_adjusted_prob": "expected_adjusted",
    "F": "actual_to_expected_2012_iam",
    "G": "actual_to_expected_adjusted",
}
"""Columns in the list of published values, and here."""


def exhibit_a1a(run: Studied) -> Page:
    """The adjustment factors on mortality hazards."""
    return factor_page(
        run,
        "Exhibit A-1a",
        "Mortality Hazard Rate Adjustment Factors",
        (
            (
                "mortality_factor_attained_age",
                "mortality_factor_policy_duration",
                "mortality_factor_sex",
                "mortality_factor_partner_status",
                "mortality_factor_underwriting_class",
            ),
        ),
        "The factors multiply the hazard of the 2012 Individual Annuity Mortality Basic table; each is linked to its "
        "assumption table.",
    )


def exhibit_a1b(run: Studied) -> Page:
    """Actual to expected mortality."""
    frame = run.study[MORTALITY]
    rows = tuple(_row(row) for row in categories(MORTALITY, frame, _GIVEN, ("exposure", "deaths")))
    columns = (
        Column("characteristic", "Policy or Policyowner\nCharacteristic", width=22, wrap=False),
        Column("category", "", width=14),
        Column("exposure", "Exposure\n[A]", "count", "Policy years", 13),
        Column("deaths", "Deaths\n[B]", "count", "Actual", 10),
        Column("actual", "Probability\n[C]", "tenths_percent", "Actual", 12),
        Column("expected_2012_iam", "2012 IAM\n[D]", "tenths_percent", "Expected probability", 12),
        Column("expected_adjusted", "Adjusted\n[E]", "tenths_percent", "Expected probability", 12),
        Column("actual_to_expected_2012_iam", "2012 IAM\n[F] = [C] / [D]", "hundredths", "Actual to expected", 14),
        Column("actual_to_expected_adjusted", "Adjusted\n[G] = [C] / [E]", "hundredths", "Actual to expected", 14),
    )
    notes = (
        text("[A], [B], [D] and [E] are read from the table experience_mortality; exact exposure in life-years."),
        text("[C] = 1 - exp(-[B] / [A]): the hazard of death turned into a probability."),
        text(
            "[F] and [G] rest on [D] and [E] as the table has them; the filing's own are given to a tenth of a percent."
        ),
        *note_if_empty(MORTALITY, not rows),
    )
    return Page(
        "Exhibit A-1b",
        "Actual to expected mortality by characteristic.",
        ("Exhibit A-1b", "Actual-to-Expected (A:E) Mortality Experience", "All Rate Series Combined"),
        (Table("exhibit_a1b", columns, rows, published=printed_cells(rows, "A-1b", _PRINTED)),),
        notes,
        one_page=True,
    )


def _row(row: Category) -> Row:
    exposure = row.numbers["exposure"]
    actual = float(actual_probability(row.numbers["deaths"], exposure))
    known = np.isfinite(actual)
    formula = f'=IF({{exposure}}=0,"{NOT_AVAILABLE}",1-EXP(-{{deaths}}/{{exposure}}))'
    row.cells["actual"] = live(formula, actual if known else NOT_AVAILABLE)
    if known:
        row.numbers["actual"] = actual
    for expected in ("expected_2012_iam", "expected_adjusted"):
        row.cells.update(ratio(row, "actual", expected))
    return Row(row.key, row.cells, row.kind)
