"""Experience studies: exposure, probabilities, derived lapse, credibility, bounds, graduation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc.experience.basis import STUDY_FIELDS
from xl_ltc_udfs.cells import DIVISION, NUM, CellError, Rows
from xl_ltc_udfs.problems import ArgumentError, ElementError, Undefined
from xl_ltc_udfs.registry import Argument, Example, worksheet_function

CATEGORY = "Experience"

_CONFIDENCE = next(field for field in STUDY_FIELDS if field.name == "confidence")
_DATES: dict[str, Any] = dict(kind="whole", minimum=3654, maximum=182987)
"""What a date may be: a day from 1910 to 2400; a calendar year or an amount in its place is found out."""
_HIGHEST_ORDER = 6
_STRONGEST = 1e9
_LARGEST = 1e100
"""Of what is graduated; its squares are still numbers."""
_MOST_VALUES = 2000


@worksheet_function(
    "LTC_CREDIBILITY",
    CATEGORY,
    returns="The credibility, from 0 to 1, with the shape of the ranges.",
    source="Appendix A, Credibility; Exhibits A-2a and A-2b",
    arguments=(
        Argument("events", "Number of voluntary lapses that happened", minimum=0.0),
        Argument(
            "full_credibility_events",
            "Number of events at which experience is fully credible",
            default=None,
            minimum=1.0,
            default_words="the filing's, for 90% and an error of 7.5%, if omitted",
        ),
    ),
    example=Example(([[30], [120], [480], [900]], 480), "√(30/480) = 0.25, √(120/480) = 0.5, and then 1"),
)
def credibility(events: np.ndarray, full_credibility_events: np.ndarray) -> np.ndarray:
    """Limited-fluctuation credibility: the square root of events over events for full credibility, at most 1."""
    from xl_ltc.experience import credibility as limited_fluctuation

    omitted = np.isnan(full_credibility_events)
    standard = (
        np.where(omitted, _filed_standard(), full_credibility_events) if omitted.any() else full_credibility_events
    )
    return limited_fluctuation.credibility(events, standard)


def _filed_standard() -> float:
    from xl_ltc import filing

    return filing.printed("parameters").cell("value", "credibility_full_events").number


@worksheet_function(
    "LTC_DERIVEDLAPSE",
    CATEGORY,
    returns="Annual probabilities with the shape of the ranges; negative where fewer terminated than were to die.",
    source="Appendix A, Exhibits A-2a and A-2b: derived lapse",
    arguments=(
        Argument(
            "composite_termination",
            "Annual probability of death or lapse that underlies experience, without benefit expiry",
            minimum=0.0,
            maximum=1.0,
        ),
        Argument("expected_mortality", "Annual probability of death that was expected", minimum=0.0, maximum=1.0),
    ),
    example=Example(
        ([[0.058], [0.028]], 0.003),
        "Single, durations 2 and 5 (Exhibit A-2a(i)): 1 - (1 - 0.058)/(1 - 0.003) = 0.055 and, likewise, 0.025",
    ),
)
def derived_lapse(composite_termination: np.ndarray, expected_mortality: np.ndarray) -> np.ndarray:
    """The lapse that with mortality makes the composite termination: 1 - (1 - composite)/(1 - mortality)."""
    from xl_ltc.experience import lapse

    certain = expected_mortality == 1.0
    if certain.any():
        raise ElementError(certain, DIVISION, lambda i: "death is certain", "expected_mortality")
    return lapse.derived_lapse(composite_termination, expected_mortality)


@worksheet_function(
    "LTC_ACTUALQ",
    CATEGORY,
    returns="Annual probabilities with the shape of the ranges. #DIV/0! without exposure.",
    source="Appendix A, Exhibit A-1b, column C",
    arguments=(
        Argument("deaths", "Number of deaths, or of other events", minimum=0.0),
        Argument("exposure", "Exact exposure, in life-years", minimum=0.0),
    ),
    example=Example(
        ([[776], [142]], [[569972], [2481]]),
        "Attained ages under 65 and from 85 (Exhibit A-1b): 1 - exp(-776/569972), printed 0.001; 0.056",
    ),
)
def actual_probability(deaths: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """The annual probability that underlies experience: 1 - exp(-deaths/exposure)."""
    from xl_ltc.experience import probability

    nothing = exposure == 0.0
    if nothing.any():
        raise ElementError(nothing, DIVISION, lambda i: "there is no exposure", "exposure")
    return probability.actual_probability(deaths, exposure)


@worksheet_function(
    "LTC_EXPOSURE",
    CATEGORY,
    returns="Life-years of 365.25 days, with the shape of the ranges; 0 for a coverage outside the study.",
    source="Appendix A, Exhibit A-1b, column A: exact exposure",
    arguments=(
        Argument("from_date", "First covered day: date of issue, or of entry", **_DATES),
        Argument("to_date", "Last covered day: date of termination, or study_end or later while in force", **_DATES),
        Argument("study_start", "Exposure counts from the day after this one", **_DATES),
        Argument("study_end", "Last day whose exposure counts", **_DATES),
    ),
    example=Example(
        (
            dt.date(1998, 5, 1),
            dt.date(2003, 12, 31),
            dt.date(1999, 12, 31),
            dt.date(2016, 12, 31),
        ),
        "Of a coverage from May 1998 on, the 1461 days of 2000 to 2003 are in the study: 1461/365.25",
    ),
)
def exposure(from_date: np.ndarray, to_date: np.ndarray, study_start: np.ndarray, study_end: np.ndarray) -> np.ndarray:
    """Exact exposure of a coverage within a study, first and last covered day included."""
    from xl_ltc.experience import coverage

    backwards = to_date < from_date
    if backwards.any():
        raise ElementError(backwards, NUM, lambda i: "the last covered day is before the first", "to_date")
    empty = study_end <= study_start
    if empty.any():
        raise ElementError(empty, NUM, lambda i: "the study ends before its first day", "study_end")
    return coverage.life_years(from_date, to_date, study_start, study_end)


@worksheet_function(
    "LTC_AEBOUNDS",
    CATEGORY,
    returns="A row for each number of events: lower bound, upper bound. #DIV/0! where nothing was expected.",
    source="Appendix A, Credibility; Garwood's exact limits of a Poisson mean",
    arguments=(
        Argument("actual_events", "Events that happened, in one column", "numbers", minimum=0.0, maximum=1e12),
        Argument("expected_events", "Events that were expected: one number, or one a row", "numbers", minimum=0.0),
        Argument(
            "confidence",
            "Two-sided confidence of the bounds, 0.9 for 90%",
            "one",
            default=_CONFIDENCE.default,
            minimum=_CONFIDENCE.metadata["low"],
            maximum=_CONFIDENCE.metadata["high"],
        ),
    ),
    example=Example(
        ([[0.0], [10.0]], [[2.0], [8.0]], 0.95),
        "Ten events where eight were expected: 4.7954/8 and 18.3904/8; of none the upper bound is -ln(0.025)/2",
    ),
    elementwise=False,
    spills=True,
)
def ae_bounds(actual_events: np.ndarray, expected_events: np.ndarray, confidence: float) -> Rows:
    """Bounds of actual to expected for a Poisson number of events: halves of chi-square quantiles over expected."""
    from xl_ltc.experience import bounds

    events = _column("actual_events", actual_events)
    expected = _one_or_each("expected_events", _column("expected_events", expected_events), events.size)
    nothing = CellError(DIVISION, "nothing was expected")
    rows = np.column_stack(bounds.ae_bounds(events, expected, confidence)).tolist()
    return [[nothing if cell != cell else cell for cell in row] for row in rows]


@worksheet_function(
    "LTC_GRADUATE",
    CATEGORY,
    returns="The graduated values, beside those given.",
    source="Appendix A, smoothed probabilities and factors; Whittaker and Henderson's method",
    arguments=(
        Argument(
            "values",
            "Values in one column, such as rates of consecutive ages",
            "numbers",
            minimum=-_LARGEST,
            maximum=_LARGEST,
        ),
        Argument(
            "weights",
            "Weight of each, such as exposure; one for all, or one a row; 0 to fill a gap",
            "numbers",
            minimum=0.0,
            maximum=_LARGEST,
        ),
        Argument(
            "strength",
            "Weight of the squared differences against that of the fit; 0 leaves values as they are",
            "one",
            minimum=0.0,
            maximum=_STRONGEST,
        ),
        Argument(
            "order",
            "Order of the differences; a polynomial of one degree less stays as it is",
            "one",
            "whole",
            2,
            minimum=1,
            maximum=_HIGHEST_ORDER,
        ),
    ),
    example=Example(
        ([[1.0], [0.0], [0.0]], 1.0, 1.0),
        "Three values: each moves by a multiple of 1, -2, 1, here by -1/7 of it: 6/7, 2/7, -1/7",
    ),
    elementwise=False,
    spills=True,
)
def graduate(values: np.ndarray, weights: np.ndarray, strength: float, order: float) -> np.ndarray:
    """Whittaker-Henderson graduation: the least sum of w(v - u)² and strength times the squared differences of v."""
    from xl_ltc.experience.glm.smoothing import whittaker_henderson

    given = _column("values", values)
    if given.size > _MOST_VALUES:
        raise ArgumentError("values", f"a range of {given.size} × 1 cells", f"at most {_MOST_VALUES} rows")
    weight = _one_or_each("weights", _column("weights", weights), given.size)
    try:
        return whittaker_henderson(given, weight, strength, int(order))
    except InputError as error:
        raise Undefined(str(error)) from None


def _column(name: str, cells: np.ndarray) -> np.ndarray:
    """The numbers of a range that is one column."""
    if cells.shape[1] != 1:
        raise ArgumentError(name, f"a range of {cells.shape[0]} × {cells.shape[1]} cells", "one column")
    return cells[:, 0]


def _one_or_each(name: str, numbers: np.ndarray, rows: int) -> np.ndarray:
    """A number for each row: one for all, or as many as there are rows."""
    if numbers.size not in (1, rows):
        raise ArgumentError(
            name, f"a range of {numbers.size} × 1 cells", f"one cell, or a number for each of {rows} rows"
        )
    return np.broadcast_to(numbers, rows)
