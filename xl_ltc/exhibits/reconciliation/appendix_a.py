"""Exhibits A-1b and A-3b: probabilities and ratios of actual to expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xl_ltc import filing
from xl_ltc.exhibits.reconciliation.allowances import ROUNDED_SUM
from xl_ltc.exhibits.reconciliation.check import Check, all_compared, compared
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.experience.probability import actual_probability, actual_to_expected
from xl_ltc.filing import PrintedTable

TOTAL = ("Total", "Total")

MORTALITY = {
    "A_exposure": "exposure",
    "B_deaths": "deaths",
    "C": "actual_probability",
    "D_2012iam_prob": "expected_2012_iam",
    "E_adjusted_prob": "expected_adjusted",
    "F": "ae_2012_iam",
    "G": "ae_adjusted",
}
"""Columns of Exhibit A-1b: in the list of published values, and in the filing's table."""

MORBIDITY = {
    "A_exposure": "exposure",
    "B_claim_count": "claim_count",
    "C_actual_claims": "actual_claims",
    "D_guidelines_claims": "guidelines_claims",
    "E_adjusted_claims": "adjusted_claims",
    "F": "ae_guidelines",
    "G": "ae_adjusted",
}
"""Columns of Exhibit A-3b."""

EXPECTED_OF = {"F": "D", "G": "E"}
"""What each ratio is to; the letters begin the columns' names."""

_COUNTED = ("deaths", "claim_count")


def mortality_checks() -> Iterator[Check]:
    """Classes E1 and E2 of Exhibit A-1b. The ratios are of unrounded actual to rounded expected probabilities."""
    table = filing.printed("exhibit_a1b")
    for key in table.rows:
        row = "/".join(key)
        actual = float(actual_probability(table.cell("deaths", *key).number, table.cell("exposure", *key).number))
        yield compared(("A-1b", row, "C"), "E1", table.cell("actual_probability", *key), actual)
        for ratio, column in (("F", "expected_2012_iam"), ("G", "expected_adjusted")):
            expected = Interval.of(table.cell(column, *key))
            low, high = (float(actual_to_expected(actual, e)) for e in (expected.high, expected.low))
            yield compared(("A-1b", row, ratio), "E2", table.cell(MORTALITY[ratio], *key), Interval(low, high))
    yield from _totals("A-1b", table, MORTALITY, ("A_exposure", "B_deaths"))


def morbidity_checks() -> Iterator[Check]:
    """Class E1 of Exhibit A-3b."""
    table = filing.printed("exhibit_a3b")
    for key in table.rows:
        actual = table.cell("actual_claims", *key).number
        for ratio, column in (("F", "guidelines_claims"), ("G", "adjusted_claims")):
            computed = float(actual_to_expected(actual, table.cell(column, *key).number))
            yield compared(("A-3b", "/".join(key), ratio), "E1", table.cell(MORBIDITY[ratio], *key), computed)
    yield from _totals("A-3b", table, MORBIDITY, tuple(c for c in MORBIDITY if c not in EXPECTED_OF))


def _totals(name: str, table: PrintedTable, columns: Mapping[str, str], summed: tuple[str, ...]) -> Iterator[Check]:
    """Each characteristic splits the same experience: its categories add up to the total, but for rounding."""
    characteristics = dict.fromkeys(key[0] for key in table.rows if key != TOTAL)
    for letter in summed:
        column = columns[letter]
        sums = [
            sum(table.cell(column, *key).number for key in table.rows if key[0] == characteristic)
            for characteristic in characteristics
        ]
        tolerance = 0.0 if column in _COUNTED else ROUNDED_SUM
        yield all_compared((name, "/".join(TOTAL), letter), "E1", table.cell(column, *TOTAL), sums, tolerance)
