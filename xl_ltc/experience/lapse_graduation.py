"""Lapse by duration proposed from experience: derived, graduated, and blended with the current rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.assumptions.specs import LAST_DURATION, PARTNER_STATUSES
from xl_ltc.experience.conduct import StudyResult
from xl_ltc.experience.credibility import credibility
from xl_ltc.experience.glm.smoothing import whittaker_henderson
from xl_ltc.experience.lapse import derived_lapse
from xl_ltc.experience.probability import combined_probability
from xl_ltc.experience.study import LIFETIME_PAY
from xl_ltc.experience.study_tables import lapse_by_duration
from xl_ltc.tables import parse_label

TABLE = "lapse_lifetime_pay"


def graduated_lapse(result: StudyResult, status: str, full_events: float) -> pd.DataFrame:
    """A row a policy duration of lifetime-pay policies.

    Durations from ``lapse_ultimate_duration`` on have one rate, that of their lapses and exposure together. What is
    graduated is blended with the current rate by its credibility, as far as there is experience.

    Args:
        result: the study; status: partner status.
        full_events: lapses at which experience is fully credible.

    Returns:
        By ``policy_duration`` from 1 to the last of the assumption tables: ``exposure``, ``events``, ``derived``,
        ``credibility``, ``current``, ``graduated`` and ``proposed``; NaN where there is no exposure.
    """
    durations = np.arange(1, LAST_DURATION + 1)
    found = lapse_by_duration(result, LIFETIME_PAY, status)
    points = _points(found, result.basis.lapse_ultimate_duration)
    own = pd.DataFrame(index=durations)
    own["exposure"], own["events"] = found["exposure"], found["events"]
    own["derived"] = pd.Series(derived_lapse(found["composite_termination"], found["expected_mortality"]), found.index)
    at = np.minimum(durations, result.basis.lapse_ultimate_duration)
    own["credibility"] = credibility(points["events"], full_events)[at - 1]
    own["current"] = result.assumptions.lapse.lifetime_pay.at(PARTNER_STATUSES.index(status), durations)
    own["graduated"] = _graduated(points, result.basis.lapse_graduation)[at - 1]
    blended = own["graduated"].clip(lower=0.0).fillna(own["current"])
    own["proposed"] = own["credibility"] * blended + (1.0 - own["credibility"]) * own["current"]
    return own.rename_axis("policy_duration")


def _points(by_duration: pd.DataFrame, last: int) -> pd.DataFrame:
    """Durations 1 to ``last``, the later ones together with the last; zero exposure where there is none."""
    early = by_duration[by_duration.index < last].reindex(range(1, last)).fillna(0.0)
    late = by_duration[by_duration.index >= last]
    pooled = {name: late[name].sum() for name in ("exposure", "events")}
    for name in ("composite_termination", "expected_mortality"):
        pooled[name] = combined_probability(late[name], late["exposure"]) if len(late) else 0.0
    return pd.concat([early, pd.DataFrame(pooled, index=[last])])


def _graduated(points: pd.DataFrame, strength: float) -> np.ndarray:
    """Derived lapse graduated with the exposure as weights; NaN where too few durations have exposure to say."""
    exposure = points["exposure"].to_numpy()
    if np.count_nonzero(exposure) < 2:
        return np.full(len(points), np.nan)
    derived = derived_lapse(points["composite_termination"], points["expected_mortality"])
    if strength == 0.0:  # no neighbour says anything of a duration without exposure
        return np.where(exposure > 0.0, derived, np.nan)
    return whittaker_henderson(derived, exposure, strength)


def proposed_table(result: StudyResult, full_events: float) -> pd.DataFrame:
    """The table of lifetime-pay lapse with the proposed rates, in its own form and order of rows."""
    frame = result.assumptions.tables[TABLE].copy()
    for status, column in zip(PARTNER_STATUSES, ("single", "partnered"), strict=True):
        by_duration = graduated_lapse(result, status, full_events)
        frame[column] = [_of_label(str(label), by_duration) for label in frame["policy_duration"]]
    return frame


def _of_label(label: str, by_duration: pd.DataFrame) -> float:
    """The rate of a row that may hold several durations: weighted by exposure, evenly where there is none."""
    first, last = parse_label(label, 1, LAST_DURATION) or (0, 0)
    part = by_duration.loc[first:last]
    first_rate = float(part["proposed"].iloc[0])
    if (part["proposed"] == first_rate).all():
        return first_rate  # a mean might differ in its last digit
    weights = part["exposure"].fillna(0.0)
    return float(np.average(part["proposed"], weights=weights if weights.sum() > 0.0 else None))
