"""Checking policy and claim histories: every cell, what must hold within a row, and between the rows of a policy.

The work is done on columns (see ``xl_ltc.inforce.columns``), so that a million rows take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.errors import InputError, shown
from xl_ltc.experience.basis import ANNIVERSARY, StudyBasis
from xl_ltc.experience.exposure import Clock
from xl_ltc.experience.history import CAUSES, CHARACTERISTICS, CLAIM_HISTORY, DEATH, POLICY_HISTORY, Histories
from xl_ltc.inforce.columns import Ids, Report, Words, check_columns, filled, raise_problems
from xl_ltc.tables import InputTable, header_problems

_SAME = ("issue_date", "issue_age", *CHARACTERISTICS, "discounted_renewal", "daily_benefit")
"""What a policy has once, however many periods of coverage."""

_STILL = np.datetime64("9999-12-31", "s")
"""Stands for the end of a coverage in force; later than any date that can be written."""


def check_histories(
    policies: InputTable, claims: InputTable | None, vocabulary: Mapping[str, Sequence[str]], basis: StudyBasis
) -> Histories:
    """Check raw policy and claim histories and give them with typed columns.

    Cell by cell, as in the in-force file: columns missing, unknown or repeated; blank cells where none may be; text,
    infinities and values out of range in number columns; unknown codes; dates that are none or not ISO. Policy ids
    are compared without the blanks around them.

    Within a row, these are errors:

    - an entry date before the issue date; a termination date before the entry date, or the issue date without one;
    - a termination date without a cause, or a cause without a date;
    - where ages follow birthdays: no date of birth, or one whose age at issue, in completed years, is more than one
      from the issue age – which may be the age at the last, nearest or next birthday, or of a backdated policy;
    - older, at the termination or the end of the study, than the mortality table goes.

    Between the rows of a policy: periods that overlap or begin on the same day – one may begin on the day on which
    the one before ended; a period after a death; another issue date, issue age, characteristic, discounted renewal
    or daily benefit, or another date of birth where it is read.

    Claims: of a policy that has no row; incurred before the issue date, or on a day no period covers. First and last
    day of a period are covered. A claim belongs to the period that covers its day; on the day on which one ended and
    the next began, to the next one. Claims of a policy whose dates are in error are not looked at.

    Issued, ended or incurred after the end of the study is no error; it does not count.

    Args:
        policies, claims: raw cells, from a file or a worksheet; without claims, there are none.
        vocabulary: the categories of each of ``CHARACTERISTICS``, in code order.
        basis: whether ages follow birthdays, and when the study ends.

    Raises:
        InputError: every problem counted in ``total``, at most ``MAX_KEPT`` kept with place (file or sheet, row,
            column and policy id), value and what is allowed; the first of each kind come first.
    """
    claims = claims or InputTable(pd.DataFrame({c.name: [] for c in CLAIM_HISTORY.columns}))
    problems = header_problems(policies, POLICY_HISTORY) + header_problems(claims, CLAIM_HISTORY)
    if problems:
        raise InputError(problems)
    if not len(policies.frame):
        raise InputError.single(policies.locate(None, None), "no rows", "a row for each period of coverage")
    report, claim_report = Report(policies), Report(claims)
    coded = {name: vocabulary[name] for name in CHARACTERISTICS}
    checked, ids = check_columns(POLICY_HISTORY, coded, report)
    claimed, claim_ids = check_columns(CLAIM_HISTORY, {}, claim_report)
    policy, claim_policy = _positions(ids, claim_ids)
    periods = _Periods.of(checked, policy, report)
    _check_rows(checked, periods, basis, report)
    _check_ages(checked, periods, basis, report)
    _check_periods(checked, periods, report)
    _check_same(checked, policy, basis, report)
    claim_report.add((claim_policy < 0) & ~claim_ids.blank, "policy_id", "a policy_id of table policy_history")
    row = _assign(checked, claimed, periods, claim_policy, claim_report)
    raise_problems(report, claim_report)
    claimed = {"row": row, "incurred_date": claimed["incurred_date"], "amount": claimed["amount"]}
    return Histories(_typed(checked), pd.DataFrame(claimed))


def _positions(ids: Ids, claim_ids: Ids) -> tuple[np.ndarray, np.ndarray]:
    """Policies as whole numbers, of policy rows and of claims; −1 without an id, or of a claim without such a row."""
    both = pa.chunked_array([ids.trimmed.cast(pa.large_string()), claim_ids.trimmed.cast(pa.large_string())])
    codes = both.combine_chunks().dictionary_encode().indices.to_numpy()
    policy, claim_policy = codes[: len(ids.blank)], codes[len(ids.blank) :]
    policies = int(policy.max()) + 1
    return (
        np.where(ids.blank, -1, policy),
        np.where(claim_ids.blank | (claim_policy >= policies), -1, claim_policy),
    )


@dataclass(frozen=True)
class _Periods:
    """Periods of coverage, by row and in order of time.

    Attributes:
        policy: a whole number a policy, −1 without an id; begin, end: first and last day, datetime64[s], NaT where
            that can't be told, ``_STILL`` where in force.
        order: rows with an id and both days in order, by policy, begin and end.
    """

    policy: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, checked: Mapping[str, Any], policy: np.ndarray, report: Report) -> _Periods:
        issue, entry, ended = (checked[name] for name in ("issue_date", "entry_date", "termination_date"))
        begin = np.where(filled(report.frame["entry_date"]), entry, issue)
        end = np.where(filled(report.frame["termination_date"]), ended, _STILL)
        # An issue date after the entry or an end before the begin is told once, where it stands.
        good = (policy >= 0) & (issue <= begin) & (begin <= end)
        rows = np.flatnonzero(good)
        order = rows[np.lexsort((end[rows], begin[rows], policy[rows]))]
        return cls(policy, begin, end, order)

    def words(self, row: int) -> str:
        """A period in words."""
        last = "on" if self.end[row] == _STILL else f"to {_iso(self.end[row])}"
        return f"from {_iso(self.begin[row])} {last}"


def _iso(date: np.datetime64) -> str:
    return str(date.astype("datetime64[D]"))


def _check_rows(checked: Mapping[str, Any], periods: _Periods, basis: StudyBasis, report: Report) -> None:
    """Dates of a row against each other, and whether there are those that must be."""
    issue, entry, ended = (checked[name] for name in ("issue_date", "entry_date", "termination_date"))
    report.add(entry < issue, "entry_date", lambda row: f"a date from {_iso(issue[row])}, the issue date, on")
    first = np.where(entry < issue, issue, periods.begin)
    report.add(
        ended < first,
        "termination_date",
        lambda row: f"a date from {_iso(first[row])}, the {'issue' if first[row] == issue[row] else 'entry'} date, on",
    )
    # A cell that holds something else was reported already.
    dated, caused = (filled(report.frame[name]) for name in ("termination_date", "termination_cause"))
    causes = ", ".join(CAUSES)
    report.add(
        dated & ~caused, "termination_cause", f"one of {causes}, as there is a termination date; or neither of them"
    )
    report.add(
        caused & ~dated,
        "termination_date",
        lambda row: (
            f"a date, as termination_cause is {shown(report.frame['termination_cause'].iloc[row])}; or neither of them"
        ),
    )
    if basis.study_age != ANNIVERSARY:
        born = filled(report.frame["birth_date"])
        report.add(~born, "birth_date", f"a date, as study_age is {basis.study_age}")


def _check_ages(checked: Mapping[str, Any], periods: _Periods, basis: StudyBasis, report: Report) -> None:
    """Dates of birth against issue ages, and attained ages against the mortality table."""
    rows = np.flatnonzero((checked["issue_date"] <= periods.end) & np.isfinite(checked["issue_age"]))
    by_birthday = basis.study_age != ANNIVERSARY
    if by_birthday:
        rows = rows[~np.isnat(checked["birth_date"][rows])]
    issue, issue_age = _days(checked["issue_date"][rows]), checked["issue_age"][rows].astype(np.int64)
    clock = Clock.by_anniversary(issue, issue_age, basis)
    fits = np.ones(len(rows), dtype=bool)
    if by_birthday:
        birth = _days(checked["birth_date"][rows])
        # A policy duration counted from birth is the age at the next birthday.
        at_issue = Clock.by_anniversary(birth, issue_age, basis).cells(issue)[1] - 1
        fits = np.abs(at_issue - issue_age) <= 1
        clock = Clock.by_birthday(issue, birth, basis)
        _report_birth_dates(rows[~fits], at_issue[~fits], checked["issue_age"], report)
    end = np.minimum(periods.end[rows], np.datetime64(basis.study_end, "s"))
    age = clock.cells(_days(end))[2]
    old = fits & (age > LAST_AGE) & (end >= checked["issue_date"][rows])
    reached = dict(zip(rows[old].tolist(), zip(age[old].tolist(), end[old], strict=True), strict=True))
    report.add(
        _mask(rows[old], len(periods.end)),
        "birth_date" if by_birthday else "issue_age",
        f"attained age up to {LAST_AGE}, the last of table mortality_base, at the termination or the end of the study",
        lambda row: f"attained age {reached[row][0]} on {_iso(reached[row][1])}",
    )


def _report_birth_dates(rows: np.ndarray, at_issue: np.ndarray, issue_age: np.ndarray, report: Report) -> None:
    ages = dict(zip(rows.tolist(), at_issue.tolist(), strict=True))
    report.add(
        _mask(rows, len(issue_age)),
        "birth_date",
        lambda row: f"a date of birth by which the age at issue is within one year of issue_age {issue_age[row]:g}",
        lambda row: f"{shown(report.frame['birth_date'].iloc[row])}, age {ages[row]} at issue",
    )


def _mask(rows: np.ndarray, size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _check_periods(checked: Mapping[str, Any], periods: _Periods, report: Report) -> None:
    """Periods of a policy against the one that began before."""
    policy, begin, end, order = periods.policy, periods.begin, periods.end, periods.order
    earlier, later = order[:-1], order[1:]
    same = policy[earlier] == policy[later]
    overlap = same & ((begin[later] < end[earlier]) | (begin[later] == begin[earlier]))
    before = np.full(len(policy), -1)
    before[later] = earlier
    report.add(
        _mask(later[overlap], len(policy)),
        "entry_date",
        lambda row: (
            "periods of a policy that do not overlap; another row covers it "
            f"{periods.words(before[row])} ({report.place(int(before[row]))})"
        ),
        lambda row: f"a period {periods.words(row)}",
    )
    died = same & ~overlap & (checked["termination_cause"].codes[earlier] == CAUSES.index(DEATH))
    report.add(
        _mask(later[died], len(policy)),
        "entry_date",
        lambda row: f"no period after a death on {_iso(end[before[row]])} ({report.place(int(before[row]))})",
        lambda row: f"a period {periods.words(row)}",
    )


def _check_same(checked: Mapping[str, Any], policy: np.ndarray, basis: StudyBasis, report: Report) -> None:
    """What a policy has once against its first row."""
    first = np.unique(policy, return_index=True)
    rows = first[1][np.searchsorted(first[0], policy)]
    again = np.flatnonzero((rows != np.arange(len(policy))) & (policy >= 0))
    if not len(again):
        return
    names = _SAME if basis.study_age == ANNIVERSARY else (*_SAME, "birth_date")
    for name in names:
        values = checked[name]
        codes = values.codes if isinstance(values, pd.Categorical) else values
        known = codes >= 0 if isinstance(values, pd.Categorical) else ~np.isnan(codes)
        other = again[(codes[again] != codes[rows[again]]) & known[again] & known[rows[again]]]
        report.add(_mask(other, len(policy)), name, _as_first(report, name, rows))


def _as_first(report: Report, name: str, first: np.ndarray) -> Words:
    return lambda row: (
        f"{shown(report.frame[name].iloc[first[row]])}, as in the policy's first row ({report.place(int(first[row]))})"
    )


def _assign(
    checked: Mapping[str, Any], claimed: Mapping[str, Any], periods: _Periods, claim_policy: np.ndarray, report: Report
) -> np.ndarray:
    """The row that covers each claim, int64; of no meaning for a claim that is reported."""
    policy, incurred, order = claim_policy, claimed["incurred_date"], periods.order
    # Each policy's rows stand together in ``order``; a policy with a period in error is left out.
    whole = np.bincount(periods.policy[periods.policy >= 0], minlength=1)
    kept = np.bincount(periods.policy[order], minlength=len(whole))
    known = (policy >= 0) & (whole == kept)[np.maximum(policy, 0)] & ~np.isnat(incurred)
    position = np.searchsorted(_moment(periods.policy[order], periods.begin[order]), _moment(policy, incurred), "right")
    row = order[position - 1] if len(order) else np.zeros(len(policy), dtype=np.int64)
    covered = (periods.policy[row] == policy) & (incurred >= periods.begin[row]) & (incurred <= periods.end[row])
    start = np.concatenate([[0], np.cumsum(kept)])

    def rows_of(claim: int) -> np.ndarray:
        return np.asarray(order[start[policy[claim]] : start[policy[claim] + 1]])

    def issued(claim: int) -> np.datetime64:
        return checked["issue_date"][rows_of(claim)[0]]

    issue = np.full(len(start), np.datetime64("NaT", "s"))
    issue[periods.policy[order]] = checked["issue_date"][order]
    early = known & (incurred < issue[policy])
    report.add(early, "incurred_date", lambda claim: f"a date from {_iso(issued(claim))}, the issue date, on")
    report.add(
        known & ~early & ~covered,
        "incurred_date",
        lambda claim: "a date the policy was covered: " + ", or ".join(periods.words(row) for row in rows_of(claim)),
    )
    return np.asarray(row, dtype=np.int64)


def _moment(policy: np.ndarray, date: np.ndarray) -> np.ndarray:
    """Whole numbers in the order of policy and date."""
    return policy.astype(np.int64) * 10_000_000 + _days(date) + 1_000_000


def _days(dates: np.ndarray) -> np.ndarray:
    return np.asarray(dates.astype("datetime64[D]").astype(np.int64))


def _typed(checked: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(checked | {"issue_age": checked["issue_age"].astype(np.int64)})
