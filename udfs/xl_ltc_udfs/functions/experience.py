"""Experience studies: probabilities, derived lapse, credibility."""

from __future__ import annotations

import numpy as np

from xl_ltc_udfs.cells import DIVISION
from xl_ltc_udfs.problems import ElementError
from xl_ltc_udfs.registry import Argument, Example, worksheet_function

CATEGORY = "Experience"


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
