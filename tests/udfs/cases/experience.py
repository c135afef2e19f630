"""Cases of the experience studies: the filing's Exhibits A-1b and A-2, and by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

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

CASES: tuple[Case, ...] = (*PROBABILITIES, *CREDIBILITY)
