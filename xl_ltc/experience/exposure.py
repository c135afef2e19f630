"""Exact exposure of policy histories (Appendix A), and the cells in which terminations and claims fall.

Days:

- A period of coverage has its entry date (its issue date, if it has none) as its first day and its termination date
  as its last one, and both are exposed: a coverage that ends on the day it began has a day of exposure. A
  termination therefore always falls in a cell with exposure. actxps counts so too. ``StudyBasis.termination_day`` can
  leave the termination date out; then the termination falls in the cell of the day before.
- A policy year, a calendar year and a year of age begin with the anniversary, 1 January and the birthday: who dies on
  the anniversary dies in the policy year that begins on it. The last day of a policy year is the one before.
- A study counts from ``StudyBasis.first_day`` to ``StudyBasis.study_end``, both included. Whoever is still covered at
  the end of the last day has exposure to it, and no termination.
- The anniversary or birthday of a 29 February is, in common years, the day ``StudyBasis.leap_day`` names.

Attained age, by ``StudyBasis.study_age``: issue age plus completed policy years; the age at the last birthday; or the
age at the birthday fewer days away, the next one if both are equally far. Between birthdays are 365 or 366 days, so
that the nearest birthday is the next one from the 183rd day after a birthday on.

Days are whole numbers and are added up as such, so that sums depend neither on the order of rows nor on portions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba as nb
import numpy as np
import pandas as pd

from xl_ltc.errors import InputError, one_of, shown
from xl_ltc.experience.basis import (
    ANNIVERSARY,
    CALENDAR_YEAR,
    DAYS,
    NEAREST_BIRTHDAY,
    NOT_COVERED,
    POLICY_YEAR,
    StudyBasis,
)
from xl_ltc.experience.history import POLICY_HISTORY, Histories
from xl_ltc.projection.kernel import threads

CELL = ("calendar_year", "policy_duration", "attained_age")
"""What changes with time."""

_SIZES = {"calendar_year": 10_000, "policy_duration": 1_000, "attained_age": 1_000}
"""More than any of them."""

EVENTS = ("deaths", "lapses", "expiries", "others")
"""Columns of numbers of terminations, in the order of ``CAUSES``."""

CLOCK_COLUMNS = ["policy_id", "issue_date", "issue_age", "birth_date"]
"""What a ``Clock`` reads."""

_HALF_A_YEAR = 183
_OPEN = np.iinfo(np.int64).max
_YEARS_OF = {POLICY_YEAR: 0, CALENDAR_YEAR: 1, DAYS: 2}
_PARTS = {POLICY_YEAR: 365 * 366, CALENDAR_YEAR: 365 * 366, DAYS: 1461}
"""Equal parts of a life-year of which every day is a whole number: 366 or 365 in years of 365 or 366 days; 4."""


@dataclass(frozen=True)
class Segments:
    """Exposure in stretches within which no cell changes; a stretch's row is in ``Histories.policies``.

    Attributes:
        row: position of the policy row, ascending.
        calendar_year, policy_duration, attained_age: the cell; durations count from 1.
        exposure: life-years, > 0.

    Each is an array with an element a stretch, int64, exposure float64; of a row they stand in order of time.
    """

    row: np.ndarray
    calendar_year: np.ndarray
    policy_duration: np.ndarray
    attained_age: np.ndarray
    exposure: np.ndarray


@dataclass(frozen=True)
class Terminations:
    """Terminations within the study: the cell of each, as in ``Segments``, and the position of ``cause`` in CAUSES."""

    row: np.ndarray
    calendar_year: np.ndarray
    policy_duration: np.ndarray
    attained_age: np.ndarray
    cause: np.ndarray


@dataclass(frozen=True)
class IncurredClaims:
    """Claims incurred within the study: the cell of each, as in ``Segments``, and its ``amount`` in $, float64."""

    row: np.ndarray
    calendar_year: np.ndarray
    policy_duration: np.ndarray
    attained_age: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Clock:
    """What tells policy durations and attained ages of days, for some rows.

    Attributes:
        issue: issue dates, in days since 1970.
        origin: the dates from which ages are counted, likewise, int64.
        origin_age: the attained age at the origin, int64.
        shift: days by which ages change after the origin's anniversaries.
        march: whether the anniversary of a 29 February is 1 March in common years.
    """

    issue: np.ndarray
    origin: np.ndarray
    origin_age: np.ndarray
    shift: int
    march: bool

    @classmethod
    def of(cls, policies: pd.DataFrame, basis: StudyBasis) -> Clock:
        """The clock of rows of ``Histories.policies``.

        Raises:
            InputError: ages follow birthdays and a row has no date of birth.
        """
        issue = _days(policies["issue_date"])
        if basis.study_age == ANNIVERSARY:
            return cls.by_anniversary(issue, policies["issue_age"].to_numpy(dtype=np.int64), basis)
        unknown = np.flatnonzero(policies["birth_date"].isna().to_numpy())
        if len(unknown):
            place = f"policy {policies['policy_id'].iloc[unknown[0]]}, column birth_date"
            raise InputError.single(place, shown(None), f"a date, as study_age is {basis.study_age}")
        return cls.by_birthday(issue, _days(policies["birth_date"]), basis)

    @classmethod
    def by_anniversary(cls, issue: np.ndarray, issue_age: np.ndarray, basis: StudyBasis) -> Clock:
        """Ages change at policy anniversaries."""
        return cls(issue, issue, issue_age, 0, basis.leap_day == "1 March")

    @classmethod
    def by_birthday(cls, issue: np.ndarray, birth: np.ndarray, basis: StudyBasis) -> Clock:
        """Ages change at birthdays, or half a year after them."""
        nearest = basis.study_age == NEAREST_BIRTHDAY
        ages = np.full(len(birth), int(nearest), dtype=np.int64)
        return cls(issue, birth, ages, _HALF_A_YEAR if nearest else 0, basis.leap_day == "1 March")

    def cells(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Calendar year, policy duration and attained age of a day of each row, int64."""
        out = np.empty((3, len(days)), dtype=np.int64)
        _cells(days, self.issue, self.origin, self.origin_age, self.shift, self.march, out)
        return out[0], out[1], out[2]


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _is_leap(year):  # type: ignore[no-untyped-def]
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _day(year, month, day):  # type: ignore[no-untyped-def]
    """Days since 1970 of a date of the Gregorian calendar."""
    # Years from March on end with the leap day: the days before a month do not depend on the year.
    y = year - 1 if month <= 2 else year
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * y + y // 4 - y // 100 + y // 400 + of_year - 719468


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _date(days):  # type: ignore[no-untyped-def]
    """Year, month and day of days since 1970; the inverse of ``_day``."""
    z = days + 719468
    era = z // 146097
    of_era = z - era * 146097
    y = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * y + y // 4 - y // 100)
    m = (5 * of_year + 2) // 153
    month = m + 3 if m < 10 else m - 9
    return y + era * 400 + (1 if month <= 2 else 0), month, of_year - (153 * m + 2) // 5 + 1


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _anniversary(year, month, day, march):  # type: ignore[no-untyped-def]
    """The anniversary in a year of a date with this month and day."""
    if month == 2 and day == 29 and not _is_leap(year):
        return _day(year, 3, 1) if march else _day(year, 2, 28)
    return _day(year, month, day)


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _completed(days, year, month, day, march):  # type: ignore[no-untyped-def]
    """Whole years from a date until days since 1970; negative before it."""
    now = _date(days)[0]
    return now - year - (1 if days < _anniversary(now, month, day, march) else 0)


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _cells(days, issue, origin, origin_age, shift, march, out):  # type: ignore[no-untyped-def]
    for i in range(len(days)):
        year, month, day = _date(issue[i])
        born, born_month, born_day = _date(origin[i])
        out[0, i] = _date(days[i])[0]
        out[1, i] = _completed(days[i], year, month, day, march) + 1
        out[2, i] = _completed(days[i] - shift, born, born_month, born_day, march) + origin_age[i]


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _most(first, last):  # type: ignore[no-untyped-def]
    """As many stretches as the days can have: three things change, each at most once in 365 days and once more."""
    most = 0
    for i in range(len(first)):
        if first[i] <= last[i]:
            most += 3 * ((last[i] - first[i]) // 365 + 1) + 1
    return most


@nb.njit(cache=True, error_model="numpy", nogil=True)
def _fill(first, last, issue, origin, origin_age, shift, march, years_of, row0, out):  # type: ignore[no-untyped-def]
    """Writes the stretches of rows from ``first`` to ``last``; gives how many there are.

    ``out`` has the rows row, calendar year, policy duration, attained age and exposure in parts of a life-year.
    """
    n = 0
    for i in range(len(first)):
        day = first[i]
        if day > last[i]:
            continue
        year = _date(day)[0]
        issued, month, issue_day = _date(issue[i])
        born, born_month, born_day = _date(origin[i])
        duration = _completed(day, issued, month, issue_day, march) + 1
        turned = _completed(day - shift, born, born_month, born_day, march)
        new_year = _day(year + 1, 1, 1)
        began = _anniversary(issued + duration - 1, month, issue_day, march)
        anniversary = _anniversary(issued + duration, month, issue_day, march)
        turning = _anniversary(born + turned + 1, born_month, born_day, march) + shift
        while day <= last[i]:
            until = min(last[i] + 1, new_year, anniversary, turning)
            parts = 4
            if years_of == 0:
                parts = 365 + 366 - (anniversary - began)
            elif years_of == 1:
                parts = 365 if _is_leap(year) else 366
            out[0, n] = row0 + i
            out[1, n] = year
            out[2, n] = duration
            out[3, n] = origin_age[i] + turned
            out[4, n] = (until - day) * parts
            n += 1
            day = until
            if day == new_year:
                year += 1
                new_year = _day(year + 1, 1, 1)
            if day == anniversary:
                duration += 1
                began = anniversary
                anniversary = _anniversary(issued + duration, month, issue_day, march)
            if day == turning:
                turned += 1
                turning = _anniversary(born + turned + 1, born_month, born_day, march) + shift
    return n


def segments(histories: Histories, basis: StudyBasis, rows: slice) -> Segments:
    """The exposure of some rows, split where the calendar year, the policy duration or the attained age changes.

    Args:
        histories, basis: what is studied, and how; rows: which rows of ``Histories.policies``, without a step.

    Raises:
        InputError: ages follow birthdays and a row has no date of birth.
    """
    row, year, duration, age, parts = _stretches(histories, basis, rows)
    return Segments(row, year, duration, age, parts / _PARTS[basis.exposure_year])


def _stretches(histories: Histories, basis: StudyBasis, rows: slice) -> np.ndarray:
    """As ``_fill`` writes them: shape (5, stretches), int64."""
    low, _, _ = rows.indices(len(histories))
    policies = histories.policies.iloc[rows]
    clock = Clock.of(policies, basis)
    begin, end = covered(policies, basis)
    first_day, last_day = _study(basis)
    first, last = np.maximum(begin, first_day), np.minimum(end, last_day)
    out = np.empty((5, _most(first, last)), dtype=np.int64)
    n = _fill(
        first,
        last,
        clock.issue,
        clock.origin,
        clock.origin_age,
        clock.shift,
        clock.march,
        _YEARS_OF[basis.exposure_year],
        low,
        out,
    )
    return out[:, :n]


def covered(policies: pd.DataFrame, basis: StudyBasis) -> tuple[np.ndarray, np.ndarray]:
    """First and last covered day of rows of ``Histories.policies``, days since 1970; the largest int64 if in force.

    A first day is covered, also where coverage ended on it and ``termination_day`` is not.
    """
    begin = _days(policies["entry_date"].where(policies["entry_date"].notna(), policies["issue_date"]))
    ended = policies["termination_date"].notna().to_numpy()
    last = _days(policies["termination_date"]) - (basis.termination_day == NOT_COVERED)
    return begin, np.where(ended, np.maximum(last, begin), _OPEN)


def terminations(histories: Histories, basis: StudyBasis) -> Terminations:
    """The cell of each termination within the study, the one of its last exposed day; in the order of the rows.

    Raises:
        InputError: ages follow birthdays and a row has no date of birth.
    """
    _, last = covered(histories.policies, basis)
    row = np.flatnonzero(_counts(last, basis))
    days = last[row]
    clock = Clock.of(histories.policies[CLOCK_COLUMNS].iloc[row], basis)
    return Terminations(row, *clock.cells(days), histories.codes("termination_cause")[row])


def claims(histories: Histories, basis: StudyBasis) -> IncurredClaims:
    """The cell of each claim incurred within the study, in the order of ``Histories.claims``.

    Raises:
        InputError: ages follow birthdays and a row has no date of birth.
    """
    days = _days(histories.claims["incurred_date"])
    found = np.flatnonzero(_counts(days, basis))
    days = days[found]
    row = histories.claims["row"].to_numpy(dtype=np.int64)[found]
    clock = Clock.of(histories.policies[CLOCK_COLUMNS].iloc[row], basis)
    return IncurredClaims(row, *clock.cells(days), histories.claims["amount"].to_numpy(dtype=np.float64)[found])


def _counts(days: np.ndarray, basis: StudyBasis) -> np.ndarray:
    """Whether days since 1970 are within the study."""
    first_day, last_day = _study(basis)
    return np.asarray((days >= first_day) & (days <= last_day))


def _study(basis: StudyBasis) -> tuple[int, int]:
    """First and last day that count, days since 1970."""
    first, last = np.array([basis.first_day, basis.study_end], dtype="datetime64[D]").astype(np.int64)
    return int(first), int(last)


def _days(dates: pd.Series) -> np.ndarray:
    """Days since 1970, int64; a meaningless number where there is no date."""
    return dates.to_numpy(dtype="datetime64[s]").astype("datetime64[D]").astype(np.int64)


def exposure_by(histories: Histories, basis: StudyBasis, by: Sequence[str], chunk: int = 100_000) -> pd.DataFrame:
    """Exposure, terminations and claims added up.

    Args:
        histories, basis: what is studied, and how.
        by: columns of ``POLICY_HISTORY``, ``calendar_year``, ``policy_duration`` and ``attained_age``, in any order;
            none for the total.
        chunk: rows worked on at a time by each thread; the result does not depend on it.

    Returns:
        The columns ``by``, then ``exposure`` (life-years, float64), ``deaths``, ``lapses``, ``expiries``, ``others``
        and ``claim_count`` (int64) and ``actual_claims`` ($, float64): a row for each combination with any exposure,
        sorted by ``by`` – coded columns in the order of their vocabulary, blanks last.

    Raises:
        InputError: an unknown or repeated name; ages follow birthdays and a row has no date of birth.
    """
    _check_names(by)
    keys = _Keys.of(
        histories.policies, [name for name in by if name not in CELL], [name for name in CELL if name in by]
    )

    def exposed(low: int) -> tuple[np.ndarray, np.ndarray]:
        row, *cell, parts = _stretches(histories, basis, slice(low, low + chunk))
        return _sums(keys.encode(row, cell), parts)

    with ThreadPoolExecutor(threads()) as pool:
        found = list(pool.map(exposed, range(0, max(len(histories), 1), chunk)))
    key, parts = _sums(*(np.concatenate([each[i] for each in found]) for i in range(2)))
    order = np.argsort(key)
    key = key[order]
    ended, incurred = terminations(histories, basis), claims(histories, basis)
    at = np.searchsorted(key, keys.encode_events(ended))
    claim_at = np.searchsorted(key, keys.encode_events(incurred))
    size = len(key)
    columns = {
        "exposure": parts[order] / _PARTS[basis.exposure_year],
        **{name: np.bincount(at[ended.cause == code], minlength=size) for code, name in enumerate(EVENTS)},
        "claim_count": np.bincount(claim_at, minlength=size),
        "actual_claims": np.bincount(claim_at, incurred.amount, size),
    }
    frame = keys.decode(key).assign(**columns)[[*by, *columns]]
    return frame.sort_values(list(by), kind="stable", ignore_index=True) if by else frame


def _check_names(by: Sequence[str]) -> None:
    known = (*(c.name for c in POLICY_HISTORY.columns), *CELL)
    for i, name in enumerate(by):
        if name not in known or name in by[:i]:
            raise InputError.single("by", shown(name), one_of(known, len(known)) + ", each at most once")


def _sums(key: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct keys and the sums of their whole numbers, exact below 2⁵³."""
    codes, distinct = pd.factorize(key)
    return distinct, np.bincount(codes, parts, len(distinct))


@dataclass(frozen=True)
class _Keys:
    """Combinations of values as whole numbers, in the order of the cells.

    Attributes:
        policies: rows of histories; columns: those that are part of a combination; cell: which of ``CELL`` are.
        group: the combination of the columns of each row, from 0 up; first: a row of each combination.
    """

    policies: pd.DataFrame
    columns: list[str]
    cell: list[str]
    group: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, policies: pd.DataFrame, columns: list[str], cell: list[str]) -> _Keys:
        group = np.zeros(len(policies), dtype=np.int64)
        for name in columns:
            codes, distinct = pd.factorize(policies[name], use_na_sentinel=False)
            group = pd.factorize(group * len(distinct) + codes)[0]
        return cls(policies, columns, cell, group, np.unique(group, return_index=True)[1])

    def encode(self, row: np.ndarray, cell: Iterable[np.ndarray]) -> np.ndarray:
        """Keys of cells of rows; ``cell`` is all of ``CELL``."""
        key = self.group[row]
        for name, values in zip(CELL, cell, strict=True):
            if name in self.cell:
                key = key * _SIZES[name] + values
        return key

    def encode_events(self, events: Terminations | IncurredClaims) -> np.ndarray:
        return self.encode(events.row, (events.calendar_year, events.policy_duration, events.attained_age))

    def decode(self, key: np.ndarray) -> pd.DataFrame:
        """The values that keys stand for."""
        values = {}
        for name in reversed(self.cell):
            key, values[name] = np.divmod(key, _SIZES[name])
        frame = self.policies[self.columns].iloc[self.first[key]].reset_index(drop=True)
        return frame.assign(**values)
