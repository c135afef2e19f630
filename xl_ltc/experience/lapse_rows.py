"""Rows of the table of terminations: single durations, and durations combined such as ``1-3``, ``7+`` and ``All``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from xl_ltc.errors import Problem
from xl_ltc.tables import Locator

ALL_DURATIONS = "All"
GIVEN_BY_DURATION = ("exposure", "composite_termination", "expected_mortality")
"""Columns that a single duration must have; of durations combined they follow."""

_GROUP = ["premium_payment", "partner_status"]
_COMBINED = re.compile(r"^(\d+)(?:-(\d+)|\+)$")
_ALLOWED = f"a whole number from 1, or durations combined as in 1-3, 7+ or {ALL_DURATIONS}"


def is_single(label: str) -> bool:
    """Whether a row is of one duration; they count from 1."""
    return re.fullmatch(r"[1-9][0-9]*", label) is not None


def of_single_durations(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of one duration each, by duration."""
    single = frame[np.array([is_single(label) for label in frame["policy_duration"]], dtype=bool)]
    return single.sort_values("policy_duration", key=lambda labels: labels.astype(int))


def combines(label: str, duration: int) -> bool:
    """Whether a row of durations combined holds a duration; False for a label of no such row."""
    if label == ALL_DURATIONS:
        return True
    match = _COMBINED.match(label)
    if match is None:
        return False
    first, last = match.groups()
    return int(first) <= duration and (last is None or duration <= int(last))


def lapse_problems(frame: pd.DataFrame, locate: Locator) -> Iterator[Problem]:
    """What is wrong with the rows together.

    Args:
        frame: the table of terminations, each cell checked by itself; locate: gives the place of a cell.
    """
    for _, group in frame.groupby(_GROUP, sort=False):
        single = of_single_durations(group)
        for row, duration in single["policy_duration"].items():
            for column in GIVEN_BY_DURATION:
                if pd.isna(single.loc[row, column]):
                    yield Problem(locate(_line(row), column), "nothing", f"a number, as {duration} is one duration")
        exposure = dict(zip(single["policy_duration"].astype(int), single["exposure"], strict=True))
        for row, label in group["policy_duration"].items():
            if not is_single(label):
                yield from _of_combined(label, exposure, locate(_line(row), "policy_duration"))


def _line(row: object) -> int:
    return int(row)  # type: ignore[call-overload]


def _of_combined(label: str, exposure: dict[int, float], place: str) -> Iterator[Problem]:
    """A row of durations combined says what it combines, and these have exposure."""
    if label != ALL_DURATIONS and _COMBINED.match(label) is None:
        yield Problem(place, repr(label), _ALLOWED)
    elif not any(combines(label, d) and years > 0.0 for d, years in exposure.items()):
        yield Problem(place, f"{label} without any exposure", "rows of single durations in it that have some")


def full_credibility_problems(
    events: Sequence[float], parameters: pd.DataFrame, name: str, place: str
) -> list[Problem]:
    """Lapses that are given need the number for full credibility.

    Args:
        events: numbers of lapses, NaN where not given.
        parameters: the table of parameters; name: of the number there; place: of that table.
    """
    if pd.isna(pd.Series(events, dtype="float64")).all():
        return []
    found = parameters.loc[parameters["parameter"] == name, "value"]
    if len(found) and float(found.iloc[0]) > 0.0:
        return []
    words = f"{name} = {found.iloc[0]:g}" if len(found) else f"no parameter {name}"
    return [Problem(place, words, "more than 0, as numbers of lapses are given in the table of terminations")]
