"""The choices of an experience study, each with a name, a default and its meaning."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from xl_ltc.choices import choice

POLICY_YEAR, CALENDAR_YEAR, DAYS = "policy_year", "calendar_year", "days_365.25"
ANNIVERSARY, LAST_BIRTHDAY, NEAREST_BIRTHDAY = "policy_anniversary", "last_birthday", "nearest_birthday"
COVERED, NOT_COVERED = "covered", "not_covered"
RIDGE, LASSO, ELASTIC_NET = "ridge", "lasso", "elastic_net"
MINIMUM, ONE_STANDARD_ERROR = "minimum", "one_standard_error"
NO_SMOOTHING, WHITTAKER_HENDERSON, FUSED = "none", "whittaker_henderson", "fused"
AS_CURRENT, MEAN_ONE, AS_FITTED = "as_current", "mean_one", "as_fitted"
FOLLOW_CURRENT = "follow_current"
DOLLARS, COUNTS = "dollars", "counts"


@dataclass(frozen=True)
class StudyBasis:
    """Named choices of a study; immutable. ``dataclasses.replace`` makes a changed copy."""

    study_start: dt.date = choice(
        dt.date(1999, 12, 31),
        "Exposure, terminations and claims count from the day after this one",
        "Appendix A: from inception",
    )
    study_end: dt.date = choice(
        dt.date(2016, 12, 31), "Exposure, terminations and claims count up to and with this day", "Appendix A"
    )
    study_age: str = choice(
        ANNIVERSARY,
        "Attained age: issue age and completed policy years, or by date of birth the age at the last, or nearest, "
        "birthday",
        "Silent; the projection's basis",
        allowed=(ANNIVERSARY, LAST_BIRTHDAY, NEAREST_BIRTHDAY),
    )
    exposure_year: str = choice(
        POLICY_YEAR,
        "A life-year is a policy year, a calendar year, or 365.25 days; days are counted exactly",
        "Appendix A: exact exposure",
        allowed=(POLICY_YEAR, CALENDAR_YEAR, DAYS),
    )
    termination_day: str = choice(
        COVERED,
        "Whether the date of termination is itself covered; if not, coverage and the termination end the day before: "
        "a lapse dated on the anniversary to which premium was paid is then one of the policy year that ended",
        "Appendix A: the duration in which it occurred",
        allowed=(COVERED, NOT_COVERED),
    )
    leap_day: str = choice(
        "1 March",
        "Anniversaries and birthdays of 29 February in common years",
        "Silent; the projection's basis",
        allowed=("1 March", "28 February"),
    )
    morbidity_response: str = choice(
        DOLLARS,
        "The morbidity model is fitted to incurred dollars, or to numbers of claims against expected numbers",
        "Appendix A, Exhibit A-3b",
        allowed=(DOLLARS, COUNTS),
    )
    penalty: str = choice(
        RIDGE,
        "What the penalty on the logarithms of the factors is: of their squares, of their sizes, or of both",
        "Appendix A, Predictive Analytics",
        allowed=(RIDGE, LASSO, ELASTIC_NET),
    )
    elastic_net_share: float = choice(
        0.5, "Share of the sizes in an elastic net's penalty", "Appendix A, Predictive Analytics", high=1.0
    )
    penalties: int = choice(100, "Penalties tried", "Appendix A, Predictive Analytics", low=2, high=1000)
    folds: int = choice(5, "Subsets of policies in cross-validation", "Silent", low=2, high=50)
    seed: int = choice(2016, "Which shuffle of the policies into subsets", "Silent", high=2**31)
    penalty_choice: str = choice(
        MINIMUM,
        "The penalty of the least cross-validated error, or the largest within one standard error of it",
        "Appendix A, Predictive Analytics",
        allowed=(MINIMUM, ONE_STANDARD_ERROR),
    )
    smoothing: str = choice(
        WHITTAKER_HENDERSON,
        "Adjacent ages and durations: not smoothed; a penalty on the squares of the second differences of the "
        "logarithms; or one on the sizes of the first ones, which makes steps",
        "Silent",
        allowed=(NO_SMOOTHING, WHITTAKER_HENDERSON, FUSED),
    )
    smoothing_strength: float = choice(
        0.0,
        "Weight of the smoothing relative to the rest of the penalty; 0 for the one that cross-validates best",
        "Silent",
        high=1e9,
    )
    factor_level: str = choice(
        AS_CURRENT,
        "Data tell only ratios within a characteristic: the level common to all goes where the current factors have "
        "it; to policy duration (mortality) or series and age (morbidity), the others averaging 1; or stays as fitted",
        "Silent",
        allowed=(AS_CURRENT, MEAN_ONE, AS_FITTED),
    )
    levels_without_exposure: str = choice(
        FOLLOW_CURRENT,
        "Factors of levels nobody was exposed at: the current ones times the mean ratio of fitted to current factors "
        "in their column; or what the model makes of their neighbours, which far from experience can be anything",
        "Silent",
        allowed=(FOLLOW_CURRENT, AS_FITTED),
    )
    lapse_graduation: float = choice(
        2000.0,
        "Derived lapse by duration is graduated (Whittaker-Henderson, second differences, weighted by life-years) with "
        "this strength",
        "Appendix A: smoothed, method silent",
        high=1e12,
    )
    lapse_ultimate_duration: int = choice(
        9,
        "From this policy duration on, graduated lapse is one rate",
        "Appendix A, Lifetime-Pay Voluntary Lapse",
        low=2,
        high=20,
    )
    confidence: float = choice(
        0.9,
        "Two-sided confidence of the bounds around actual to expected",
        "Appendix A, Credibility",
        low=0.5,
        high=0.999,
    )

    @property
    def first_day(self) -> dt.date:
        """The first day that counts."""
        return self.study_start + dt.timedelta(days=1)


STUDY_FIELDS = dataclasses.fields(StudyBasis)
