"""Cases of the experience studies: the filing's Exhibits A-1b and A-2, and by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tests.udfs.cases import Case
from xl_ltc import filing
from xl_ltc_udfs.cells import OMITTED, CellError

HAND = "by hand"
BOUNDARY = "what a cell may hold (cells.py)"
_HALF = 0.0005
"""Half a unit of the last place of a probability in Exhibits A-1b and A-2."""


def column(values: Iterable[Any]) -> list[list[Any]]:
    """A range of one column."""
    return [[value] for value in values]


def _actual_probabilities() -> list[Case]:
    """Exhibit A-1b: deaths and exposure of each characteristic's categories."""
    table = filing.table("exhibit_a1b")
    return [
        Case(
            f"actualq-exhibit-a-1b-{'-'.join(str(characteristic).lower().split())}",
            "LTC_ACTUALQ",
            (column(rows["deaths"].tolist()), column(rows["exposure"].tolist())),
            column(rows["actual_probability"].tolist()),
            "Exhibit A-1b, column C",
            absolute=_HALF,
        )
        for characteristic, rows in table.groupby("characteristic", sort=False)
    ]


def _derived_lapse() -> list[Case]:
    """Exhibits A-2a and A-2b: every duration, and durations combined."""
    cases = []
    for name, payment in (("exhibit_a2a", "lifetime-pay"), ("exhibit_a2b", "ten-pay")):
        for status, rows in filing.table(name).groupby("partner_status", sort=False):
            composite, mortality, lapse = (
                column(rows[measure].tolist())
                for measure in ("composite_termination", "expected_mortality", "derived_lapse")
            )
            cases.append(
                Case(
                    f"derivedlapse-{payment}-{str(status).lower()}",
                    "LTC_DERIVEDLAPSE",
                    (composite, mortality),
                    lapse,
                    "Exhibit A-2, derived lapse, within the rounding of all three columns",
                    absolute=3.1 * _HALF,
                )
            )
    return cases


PROBABILITIES = (
    *_actual_probabilities(),
    Case("actualq-total-in-full", "LTC_ACTUALQ", (2699, 861076), 1 - math.exp(-2699 / 861076), HAND, relative=1e-10),
    Case("actualq-half-die", "LTC_ACTUALQ", (100 * math.log(2), 100), 0.5, "1 − exp(−ln 2)"),
    Case("actualq-is-not-the-force", "LTC_ACTUALQ", (1, 1), 0.6321205588285577, "1 − 1/e"),
    Case("actualq-of-few-deaths", "LTC_ACTUALQ", (1, 1e12), 1e-12, "q = force, for a small one", relative=1e-11),
    Case("actualq-no-deaths", "LTC_ACTUALQ", ("0", 65), 0.0, HAND),
    Case(
        "actualq-deaths-against-exposures",
        "LTC_ACTUALQ",
        (column([0, 10]), [[10, 20]]),
        [[0.0, 0.0], [1 - math.exp(-1), 1 - math.exp(-0.5)]],
        HAND,
    ),
    Case(
        "actualq-some-without-exposure",
        "LTC_ACTUALQ",
        (column([1, 1, "x", 1]), column([1, 0, 1, -1])),
        column([1 - math.exp(-1), "#DIV/0!", "#VALUE!", "#NUM!"]),
        HAND,
    ),
    Case(
        "actualq-no-exposure",
        "LTC_ACTUALQ",
        (0, [[5, 0]]),
        [[0.0, "#DIV/0!"]],
        HAND,
        reason="exposure, column 2: there is no exposure",
    ),
    Case("actualq-negative-deaths", "LTC_ACTUALQ", (-1, 5), "#NUM!", BOUNDARY, reason="deaths: found -1"),
    Case("actualq-exposure-blank", "LTC_ACTUALQ", (1, None), "#VALUE!", BOUNDARY, reason="exposure: found nothing"),
    *_derived_lapse(),
    Case("derivedlapse-undoes-the-composite", "LTC_DERIVEDLAPSE", (1 - 0.96 * 0.99, 0.01), 0.04, "(1 − w)(1 − q)"),
    Case("derivedlapse-all-terminate", "LTC_DERIVEDLAPSE", (1, 0.5), 1.0, HAND),
    Case("derivedlapse-fewer-than-were-to-die", "LTC_DERIVEDLAPSE", (0, "0.2"), -0.25, HAND),
    Case(
        "derivedlapse-death-certain",
        "LTC_DERIVEDLAPSE",
        (0.5, [[0.5, 1]]),
        [[0.0, "#DIV/0!"]],
        HAND,
        reason="expected_mortality, column 2: death is certain",
    ),
    Case(
        "derivedlapse-in-percent",
        "LTC_DERIVEDLAPSE",
        (4.2, 0.003),
        "#NUM!",
        BOUNDARY,
        reason="composite_termination: found 4.2; allowed: a number from 0 to 1",
    ),
    Case(
        "derivedlapse-error-cell",
        "LTC_DERIVEDLAPSE",
        (column([0.5, CellError("#NAME?")]), 0.5),
        "#VALUE!",
        BOUNDARY,
        reason="composite_termination, row 2: found the error value #NAME?",
    ),
)

CREDIBILITY = (
    Case("credibility-at-the-filings-standard", "LTC_CREDIBILITY", (481,), 1.0, "Appendix A: 481 events"),
    Case("credibility-a-quarter-of-it", "LTC_CREDIBILITY", (120.25,), 0.5, "√(1/4)"),
    Case(
        "credibility-events-that-exhibit-a-2a-prints-so",
        "LTC_CREDIBILITY",
        ([[0, 1, 5, 10, 25, 106, 185, 416]],),
        [[0.0, 0.05, 0.1, 0.14, 0.23, 0.47, 0.62, 0.93]],
        "Exhibit A-2a(i): what so many lapses print as",
        absolute=0.005,
    ),
    Case(
        "credibility-more-than-full", "LTC_CREDIBILITY", (column([480, 482, 1e9]), 480), column([1.0, 1.0, 1.0]), HAND
    ),
    Case(
        "credibility-by-standard",
        "LTC_CREDIBILITY",
        (column([100, 400]), [[400, 1600]]),
        [[0.5, 0.25], [1.0, 0.5]],
        HAND,
    ),
    Case(
        "credibility-standard-blank",
        "LTC_CREDIBILITY",
        ([[481 / 16]], None),
        "#VALUE!",
        BOUNDARY,
        reason="full_credibility_events: found nothing (blank)",
    ),
    Case("credibility-standard-omitted", "LTC_CREDIBILITY", ("481", OMITTED), 1.0, BOUNDARY),
    Case(
        "credibility-standard-blank-in-a-range",
        "LTC_CREDIBILITY",
        (100, column([400, None])),
        column([0.5, "#VALUE!"]),
        BOUNDARY,
        reason="full_credibility_events, row 2: found nothing (blank)",
    ),
    Case("credibility-negative-events", "LTC_CREDIBILITY", (-1,), "#NUM!", BOUNDARY, reason="events: found -1"),
    Case("credibility-standard-nought", "LTC_CREDIBILITY", (5, 0), "#NUM!", BOUNDARY, reason="of at least 1"),
    Case("credibility-too-many", "LTC_CREDIBILITY", (5, 481, 0.9), "#VALUE!", BOUNDARY, reason="at most 2"),
)


def _days(*counts: int) -> list[float]:
    """Life-years of so many days."""
    return [count / 365.25 for count in counts]


INCEPTION, STUDY_END = dt.date(1999, 12, 31), dt.date(2016, 12, 31)
COVERED = (dt.date(2010, 7, 1), dt.date(2012, 3, 15))
YEAR_ENDS = [dt.date(year, 12, 31) for year in range(2008, 2014)]
DAYS_OF_YEARS = [0, 184, 365, 75, 0]
"""How many days of 2009 to 2013 are covered: from 1 July 2010 to 15 March 2012."""

EXPOSURE = (
    Case(
        "exposure-four-calendar-years",
        "LTC_EXPOSURE",
        (dt.date(2000, 1, 1), dt.date(2003, 12, 31), INCEPTION, STUDY_END),
        4.0,
        "4 · 365 + 1 days",
    ),
    Case(
        "exposure-of-one-day",
        "LTC_EXPOSURE",
        (COVERED[0], COVERED[0], INCEPTION, STUDY_END),
        _days(1)[0],
        "both ends are covered",
    ),
    Case(
        "exposure-from-before-the-study-to-after-it",
        "LTC_EXPOSURE",
        (dt.date(1985, 2, 3), dt.date(2021, 5, 6), INCEPTION, STUDY_END),
        _days(17 * 365 + 5)[0],
        "2000 to 2016, of which 2000, 2004, 2008, 2012 and 2016 are leap years",
    ),
    Case(
        "exposure-at-the-ends-of-the-study",
        "LTC_EXPOSURE",
        (
            column([dt.date(1990, 1, 1), dt.date(1990, 1, 1), dt.date(2016, 12, 31), dt.date(2017, 1, 1)]),
            column([dt.date(1999, 12, 31), dt.date(2000, 1, 1), dt.date(2017, 9, 9), dt.date(2017, 9, 9)]),
            INCEPTION,
            STUDY_END,
        ),
        column(_days(0, 1, 1, 0)),
        "from the day after study_start up to and with study_end",
    ),
    Case(
        "exposure-by-calendar-year",
        "LTC_EXPOSURE",
        (*COVERED, [YEAR_ENDS[:-1]], [YEAR_ENDS[1:]]),
        [_days(*DAYS_OF_YEARS)],
        "days counted by hand",
    ),
    Case(
        "exposure-of-all-these-years",
        "LTC_EXPOSURE",
        (*COVERED, YEAR_ENDS[0], YEAR_ENDS[-1]),
        sum(DAYS_OF_YEARS) / 365.25,
        "years add up",
    ),
    Case(
        "exposure-of-two-periods-of-coverage",
        "LTC_EXPOSURE",
        (column([COVERED[0], dt.date(2011, 1, 1)]), column([dt.date(2010, 12, 31), COVERED[1]]), INCEPTION, STUDY_END),
        column(_days(184, 440)),
        "one ends the day before the next begins",
    ),
    Case(
        "exposure-with-a-leap-day",
        "LTC_EXPOSURE",
        (dt.date(2012, 2, 28), column([dt.date(2012, 3, 1), dt.date(2012, 2, 29)]), INCEPTION, STUDY_END),
        column(_days(3, 2)),
        HAND,
    ),
    Case("exposure-of-serial-numbers", "LTC_EXPOSURE", ("42735", 42736, 36525, [[42740]]), _days(2)[0], BOUNDARY),
    Case(
        "exposure-some-bad",
        "LTC_EXPOSURE",
        (
            column([dt.date(2010, 1, 1)] * 6),
            column([dt.date(2010, 1, 10), None, "in force", 2010, dt.date(2009, 12, 31), 40200.5]),
            INCEPTION,
            STUDY_END,
        ),
        column([_days(10)[0], "#VALUE!", "#VALUE!", "#NUM!", "#NUM!", "#NUM!"]),
        HAND,
    ),
    Case(
        "exposure-to-blank",
        "LTC_EXPOSURE",
        (dt.date(2010, 1, 1), [[None]], INCEPTION, STUDY_END),
        "#VALUE!",
        BOUNDARY,
        reason="to_date: found nothing (blank)",
    ),
    Case(
        "exposure-backwards",
        "LTC_EXPOSURE",
        (dt.date(2010, 1, 1), column([dt.date(2010, 1, 1), dt.date(2009, 12, 31)]), INCEPTION, STUDY_END),
        column([_days(1)[0], "#NUM!"]),
        HAND,
        reason="to_date, row 2: the last covered day is before the first",
    ),
    Case(
        "exposure-study-of-no-day",
        "LTC_EXPOSURE",
        (dt.date(2010, 1, 1), dt.date(2011, 1, 1), STUDY_END, STUDY_END),
        "#NUM!",
        HAND,
        reason="study_end: the study ends before its first day",
    ),
    Case(
        "exposure-from-a-year",
        "LTC_EXPOSURE",
        (2010, dt.date(2011, 1, 1), INCEPTION, STUDY_END),
        "#NUM!",
        BOUNDARY,
        reason="from_date: found 2010; allowed: a whole number from 3654 to 182987",
    ),
    Case(
        "exposure-to-a-text",
        "LTC_EXPOSURE",
        (dt.date(2010, 1, 1), "2011-01-01", INCEPTION, STUDY_END),
        "#VALUE!",
        BOUNDARY,
        reason="to_date: found '2011-01-01'",
    ),
    Case(
        "exposure-without-an-end-of-the-study",
        "LTC_EXPOSURE",
        (*COVERED, INCEPTION),
        "#VALUE!",
        BOUNDARY,
        reason="study_end: found nothing (omitted)",
    ),
    Case("exposure-error-cell", "LTC_EXPOSURE", (CellError("#N/A"), *COVERED, STUDY_END), "#N/A", BOUNDARY),
    Case(
        "exposure-ranges-that-do-not-match",
        "LTC_EXPOSURE",
        (column([COVERED[0]] * 3), column([COVERED[1]] * 2), INCEPTION, STUDY_END),
        "#VALUE!",
        BOUNDARY,
        reason="to_date: found a range of 2 × 1 cells",
    ),
)


def _byar(events: float, z: float) -> list[float]:
    """Byar's closed form for Garwood's limits of many events."""
    return [
        count * (1.0 - 1.0 / (9.0 * count) + side * z / (3.0 * math.sqrt(count))) ** 3
        for count, side in ((events, -1.0), (events + 1.0, 1.0))
    ]


def _bounds_of_exhibit_a1b() -> list[Case]:
    """Deaths of each category and in all, against the deaths that make the printed ratio."""
    table = filing.table("exhibit_a1b")
    rows = table[table["characteristic"].isin(["Gender", "Total"])]
    deaths = rows["deaths"].tolist()
    expected = (rows["deaths"] / rows["ae_adjusted"]).round().tolist()
    return [
        Case(
            "aebounds-deaths-of-exhibit-a-1b",
            "LTC_AEBOUNDS",
            (column(deaths), column(expected)),
            [[bound / e for bound in _byar(d, 1.6448536269514722)] for d, e in zip(deaths, expected, strict=True)],
            "Byar's closed form for many events; Exhibit A-1b, columns B and G",
            relative=2e-5,
        )
    ]


BOUNDS = (
    Case(
        "aebounds-garwoods-table",
        "LTC_AEBOUNDS",
        (column([1, 2, 5, 10]), 1, 0.95),
        [[0.0253, 5.5716], [0.2422, 7.2247], [1.6235, 11.6683], [4.7954, 18.3904]],
        "Garwood's 95% limits as printed",
        relative=0.0,
        absolute=5e-5,
    ),
    Case(
        "aebounds-ten-at-90-percent",
        "LTC_AEBOUNDS",
        (10, 1),
        [[5.4254, 16.9622]],
        "Garwood's 90% limits as printed",
        relative=0.0,
        absolute=5e-5,
    ),
    Case("aebounds-no-events", "LTC_AEBOUNDS", (0, 2, 0.9), [[0.0, -math.log(0.05) / 2]], "exp(-upper) = 5%"),
    Case(
        "aebounds-no-events-at-each-confidence-in-percent",
        "LTC_AEBOUNDS",
        (column([0, 0]), column([1, 4]), "0.8"),
        [[0.0, -math.log(0.1)], [0.0, -math.log(0.1) / 4]],
        "exp(-upper) = 10%",
    ),
    Case(
        "aebounds-fully-credible",
        "LTC_AEBOUNDS",
        (481, 481, OMITTED),
        [[1 - 0.075, 1 + 0.075]],
        "Appendix A: 481 events are within 7.5% with 90%",
        relative=0.0,
        absolute=0.005,
    ),
    *_bounds_of_exhibit_a1b(),
    Case(
        "aebounds-nothing-expected",
        "LTC_AEBOUNDS",
        (column([0, 3, 0]), column([0, 0, 1]), 0.9),
        [["#DIV/0!", "#DIV/0!"], ["#DIV/0!", "#DIV/0!"], [0.0, -math.log(0.05)]],
        HAND,
        reason="nothing was expected",
    ),
    Case("aebounds-too-little-expected", "LTC_AEBOUNDS", (10, 1e-308), [["#NUM!", "#NUM!"]], "beyond a double"),
    Case("aebounds-negative-events", "LTC_AEBOUNDS", (-1, 5), "#NUM!", BOUNDARY, reason="actual_events: found -1"),
    Case(
        "aebounds-negative-expected",
        "LTC_AEBOUNDS",
        (1, column([5, -5])),
        "#NUM!",
        BOUNDARY,
        reason="expected_events, row 2: found -5",
    ),
    Case(
        "aebounds-blank-in-a-range",
        "LTC_AEBOUNDS",
        (column([1, None, 3]), 5),
        "#VALUE!",
        BOUNDARY,
        reason="actual_events, row 2: found nothing (blank)",
    ),
    Case(
        "aebounds-confidence-in-percent",
        "LTC_AEBOUNDS",
        (1, 5, 95),
        "#NUM!",
        BOUNDARY,
        reason="confidence: found 95; allowed: a number from 0.5 to 0.999",
    ),
    Case(
        "aebounds-certain",
        "LTC_AEBOUNDS",
        (1, 5, 1),
        "#NUM!",
        BOUNDARY,
        reason="confidence: found 1",
    ),
    Case(
        "aebounds-two-confidences",
        "LTC_AEBOUNDS",
        (1, 5, column([0.9, 0.95])),
        "#VALUE!",
        BOUNDARY,
        reason="confidence: found a range of 2 × 1 cells; allowed: one cell",
    ),
    Case(
        "aebounds-events-in-a-row",
        "LTC_AEBOUNDS",
        ([[1, 2]], 5),
        "#VALUE!",
        BOUNDARY,
        reason="actual_events: found a range of 1 × 2 cells; allowed: one column",
    ),
    Case(
        "aebounds-other-number-of-expected",
        "LTC_AEBOUNDS",
        (column([1, 2, 3]), column([1, 2])),
        "#VALUE!",
        BOUNDARY,
        reason="expected_events: found a range of 2 × 1 cells; allowed: one cell, or a number for each of 3 rows",
    ),
    Case("aebounds-error-cell", "LTC_AEBOUNDS", (CellError("#N/A"), 5), "#N/A", BOUNDARY),
    Case("aebounds-nothing-expected-given", "LTC_AEBOUNDS", (1,), "#VALUE!", BOUNDARY, reason="expected_events: found"),
)


def _graduated(values: list[float], weights: list[float], strength: float, order: int) -> list[list[float]]:
    """The normal equations, solved as they stand."""
    differences = np.diff(np.eye(len(values)), order, axis=0)
    equations = np.diag(weights) + strength * differences.T @ differences
    return column(np.linalg.solve(equations, np.array(weights) * values).tolist())


def _graduation_of_exhibit_a2() -> list[Case]:
    """Derived lapse by duration, with exposure as weight."""
    table = filing.table("exhibit_a2a")
    cases = []
    for status, rows in table.groupby("partner_status", sort=False):
        single = rows[~rows["duration"].astype(str).str.contains("-|[+]|All")]
        lapse, exposure = single["derived_lapse"].tolist(), single["exposure"].tolist()
        cases.append(
            Case(
                f"graduate-derived-lapse-{str(status).lower()}",
                "LTC_GRADUATE",
                (column(lapse), column(exposure), 1e5),
                _graduated(lapse, exposure, 1e5, 2),
                "the normal equations of Exhibit A-2a's derived lapse",
                relative=1e-9,
            )
        )
    return cases


LINE = [3.0 - 0.25 * i for i in range(12)]
PARABOLA = [0.5 * i * i - 3.0 * i + 1.0 for i in range(9)]

GRADUATION = (
    Case(
        "graduate-three-values",
        "LTC_GRADUATE",
        (column([1, 0, 0]), 1, 1),
        column([6 / 7, 2 / 7, -1 / 7]),
        "u − d·(d·u)·λ/(1 + 6λ), d = 1, −2, 1",
    ),
    Case(
        "graduate-two-values-of-their-own-weights",
        "LTC_GRADUATE",
        (column([0, 1]), column([1, 3]), 2, 1),
        column([6 / 11, 9 / 11]),
        "λw₂ / (w₁w₂ + λ(w₁ + w₂)) and 1 − λw₁ / (…)",
    ),
    Case(
        "graduate-a-line-stays",
        "LTC_GRADUATE",
        (column(LINE), column(range(1, 13)), 1000),
        column(LINE),
        "its second differences are 0",
        absolute=1e-10,
    ),
    Case(
        "graduate-a-parabola-stays",
        "LTC_GRADUATE",
        (column(PARABOLA), 7, 1000, 3),
        column(PARABOLA),
        "its third differences are 0",
        absolute=1e-9,
    ),
    Case(
        "graduate-no-strength",
        "LTC_GRADUATE",
        (column([0.04, 0.055, 0.02]), column([10, 20, 30]), 0),
        column([0.04, 0.055, 0.02]),
        "nothing but the fit",
    ),
    Case(
        "graduate-to-a-line",
        "LTC_GRADUATE",
        (column([1, 0, 0]), 1, 1e6, OMITTED),
        column([5 / 6, 1 / 3, -1 / 6]),
        "with strength without end the line of least squares",
        absolute=1e-6,
    ),
    Case(
        "graduate-to-the-weighted-mean",
        "LTC_GRADUATE",
        (column([1, 2, 4]), column([1, 1, 2]), 1e6, "1"),
        column([2.75, 2.75, 2.75]),
        "(1 + 2 + 2·4) / 4",
        absolute=1e-5,
    ),
    Case(
        "graduate-fills-a-gap",
        "LTC_GRADUATE",
        (column([1, 99, 3]), column([1, 0, 1]), 5),
        column([1.0, 2.0, 3.0]),
        "a line goes through both",
        relative=1e-10,
    ),
    Case(
        "graduate-goes-on-beyond-the-data",
        "LTC_GRADUATE",
        (column([1, 2, 3, 0, 0]), column([4, 4, 4, 0, 0]), 5),
        column([1.0, 2.0, 3.0, 4.0, 5.0]),
        "a line goes through all that count",
        relative=1e-9,
    ),
    *_graduation_of_exhibit_a2(),
    Case(
        "graduate-too-few-values-for-a-difference",
        "LTC_GRADUATE",
        (column([1, 5]), column([2, 3]), 1e6),
        column([1.0, 5.0]),
        "a line goes through two",
    ),
    Case("graduate-one-value", "LTC_GRADUATE", (7, 1, 1, 6), 7.0, HAND),
    Case(
        "graduate-nothing-counts",
        "LTC_GRADUATE",
        (column([1, 2, 4]), 0, 1),
        "#NUM!",
        HAND,
        reason="weights above 0: found 0; allowed: 2 or more",
    ),
    Case(
        "graduate-gap-without-strength",
        "LTC_GRADUATE",
        (column([1, 2, 4]), column([1, 0, 1]), 0),
        "#NUM!",
        HAND,
        reason="weights above 0: found 2; allowed: 3 or more",
    ),
    Case(
        "graduate-too-strong-beside-the-weights",
        "LTC_GRADUATE",
        (column([1, 2, 4, 5, 3, 2, 6, 8]), 1e-12, 1e9),
        "#NUM!",
        "no digit of the weights is left",
        reason="strength: found 1e+09",
    ),
    Case(
        "graduate-too-many-values",
        "LTC_GRADUATE",
        (column(range(2001)), 1, 1),
        "#VALUE!",
        BOUNDARY,
        reason="values: found a range of 2001 × 1 cells; allowed: at most 2000 rows",
    ),
    Case(
        "graduate-other-number-of-weights",
        "LTC_GRADUATE",
        (column([1, 2, 4]), column([1, 1]), 1),
        "#VALUE!",
        BOUNDARY,
        reason="weights: found a range of 2 × 1 cells; allowed: one cell, or a number for each of 3 rows",
    ),
    Case(
        "graduate-values-in-a-row",
        "LTC_GRADUATE",
        ([[1, 2, 4]], 1, 1),
        "#VALUE!",
        BOUNDARY,
        reason="values: found a range of 1 × 3 cells; allowed: one column",
    ),
    Case(
        "graduate-negative-strength",
        "LTC_GRADUATE",
        (column([1, 2, 4]), 1, -1),
        "#NUM!",
        BOUNDARY,
        reason="strength: found -1",
    ),
    Case(
        "graduate-negative-weight",
        "LTC_GRADUATE",
        (column([1, 2, 4]), column([1, -2, 1]), 1),
        "#NUM!",
        BOUNDARY,
        reason="weights, row 2: found -2",
    ),
    Case(
        "graduate-order-nought",
        "LTC_GRADUATE",
        (column([1, 2, 4]), 1, 1, 0),
        "#NUM!",
        BOUNDARY,
        reason="order: found 0",
    ),
    Case(
        "graduate-order-one-and-a-half",
        "LTC_GRADUATE",
        (column([1, 2, 4]), 1, 1, 1.5),
        "#NUM!",
        BOUNDARY,
        reason="order: found 1.5; allowed: a whole number",
    ),
    Case(
        "graduate-blank-value",
        "LTC_GRADUATE",
        (column([1, None, 4]), column([1, 0, 1]), 1),
        "#VALUE!",
        BOUNDARY,
        reason="values, row 2: found nothing (blank)",
    ),
    Case(
        "graduate-text",
        "LTC_GRADUATE",
        (column([1, 2, "n/a"]), 1, 1),
        "#VALUE!",
        BOUNDARY,
        reason="values, row 3: found 'n/a'",
    ),
    Case("graduate-error-cell", "LTC_GRADUATE", (column([1, 2, 3]), 1, CellError("#DIV/0!")), "#DIV/0!", BOUNDARY),
)

CASES: tuple[Case, ...] = (*PROBABILITIES, *CREDIBILITY, *EXPOSURE, *BOUNDS, *GRADUATION)
