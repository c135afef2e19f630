"""Checking the in-force file: every cell, and what must hold between the cells of a policy.

The cells themselves are checked in ``xl_ltc.inforce.columns``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from xl_ltc.errors import InputError, shown
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.columns import MAX_KEPT, Ids, Report, check_columns, raise_problems
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.tables import InputTable, TableSpec, header_problems

__all__ = ["MAX_KEPT", "ONCE", "InforceRules", "check_inforce", "check_issued", "second_time"]

ONCE = "each policy_id once"


@dataclass(frozen=True)
class InforceRules:
    """What the assumptions and settings allow of a policy.

    Attributes:
        vocabulary: the categories of each coded characteristic, in code order.
        valuation_date: a 31 December; policies are in force on it.
        first_issue_year: the first issue year of the valuation-interest table.
        last_age: the last attained age of the mortality table.
        payment_years: policy years in which premium is payable, by premium payment option; NaN or absent for no
            such limit.
        payment_to_age: attained age from which no premium is payable, by premium payment option; likewise.
    """

    vocabulary: Mapping[str, Sequence[str]]
    valuation_date: dt.date
    first_issue_year: int
    last_age: int
    payment_years: Mapping[str, float] = field(default_factory=dict)
    payment_to_age: Mapping[str, float] = field(default_factory=dict)

    def limits(self, of: Mapping[str, float]) -> np.ndarray:
        """A limit by premium payment code, NaN for none; one NaN more, for the code −1 of an unknown option."""
        return np.array([of.get(option, math.nan) for option in self.vocabulary["premium_payment"]] + [math.nan])


def check_inforce(table: InputTable, rules: InforceRules, *, whole: bool = True) -> Block:
    """Check a raw in-force table and give the block.

    Cell by cell: columns missing, unknown or repeated; blank cells; text, infinities and values out of range in
    number columns; unknown codes; dates that are none or not ISO; a second row of the same policy (ids are kept
    as they stand, and compared without the blanks around them). A whole number where a text is wanted is that
    text: series 200, benefit period 3.

    Between the cells of a policy, these are errors:

    - issued after the valuation date, or before the valuation-interest table begins;
    - older at the valuation date than the mortality table goes;
    - a premium without a new-business premium: the increase to the new-business level would be none, unsaid;
    - a pay-to-age option issued at or after that age;
    - a premium after the premium-paying period. The projection would take no premium from the policy, yet control
      totals would count it. Ten-pay is over when ten policy years are completed. Pay-to-age is over only a year
      after the age is reached: with issue ages at the nearest birthday, the anniversary at which a contract ends
      its premiums may be the next one.

    No premium within the premium-paying period is accepted: premiums are waived during claim, and a contingent
    nonforfeiture benefit is paid up. So is a new-business premium below the current one: there is no decrease.

    Args:
        table: raw cells, from ``read_inforce`` or a worksheet.
        rules: what is allowed.
        whole: whether the table is all of the file; of a part, ids are not looked for a second time, which is for
            ``xl_ltc.inforce.parts``.

    Raises:
        InputError: every problem counted in ``total``, at most ``MAX_KEPT`` kept with place (file or sheet, row,
            column and policy id), value and what is allowed; the first of each kind come first.
    """
    return _checked(table, INFORCE, rules, in_force=True, once=whole)[0]


def check_issued(table: InputTable, spec: TableSpec, rules: InforceRules) -> tuple[Block, pd.DataFrame]:
    """Check a raw table of policies issued, in force or not: as ``check_inforce``, but for their premium.

    Args:
        table: raw cells; spec: columns of the in-force file and others.
        rules: what is allowed.

    Returns:
        The block, and every checked column.

    Raises:
        InputError: as ``check_inforce``.
    """
    return _checked(table, spec, rules, in_force=False)


def _checked(
    table: InputTable, spec: TableSpec, rules: InforceRules, *, in_force: bool, once: bool = True
) -> tuple[Block, pd.DataFrame]:
    problems = header_problems(table, spec)
    if problems:
        raise InputError(problems)
    if not len(table.frame):
        raise InputError.single(table.locate(None, None), "no rows", "a row for each policy")
    report = Report(table)
    vocabulary = {name: rules.vocabulary[name] for name in CODED}
    checked, ids = check_columns(spec, vocabulary, report)
    if once:
        _check_once(ids, report)
    _check_dates_and_ages(checked, rules, report)
    if in_force:
        _check_premiums(checked, rules, report)
    else:
        allowed = "a number above 0: what was payable while premium was, also of a policy that is paid up or has ended"
        report.add(checked["annualized_premium"] == 0.0, "annualized_premium", allowed)
    raise_problems(report)
    frame = pd.DataFrame(checked)
    return Block.from_checked(frame, rules.vocabulary), frame


def _check_once(ids: Ids, report: Report) -> None:
    """Each policy id once."""
    first = ids.first_rows()
    report.add(
        (first != np.arange(len(first))) & ~ids.blank,
        "policy_id",
        ONCE,
        lambda row: second_time(ids.text[row].as_py(), report.place(int(first[row]))),
    )


def second_time(policy_id: str, first: str) -> str:
    """What is said of a policy id that stands elsewhere already."""
    return f"{shown(policy_id)} a second time (first in {first})"


def _completed_years(checked: Mapping[str, Any], rules: InforceRules) -> np.ndarray:
    """Policy years completed at the valuation date, whose year's anniversary has passed; NaN without a date."""
    dates = checked["issue_date"]
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(np.isnat(dates), np.nan, rules.valuation_date.year - years)


def _check_dates_and_ages(checked: Mapping[str, Any], rules: InforceRules, report: Report) -> None:
    valuation, dates, age = rules.valuation_date, checked["issue_date"], checked["issue_age"]
    completed = _completed_years(checked, rules)
    report.add(dates > np.datetime64(valuation), "issue_date", f"a date up to the valuation date {valuation}")
    report.add(
        valuation.year - completed < rules.first_issue_year,
        "issue_date",
        f"a date from {rules.first_issue_year}-01-01 on, where table valuation_interest begins",
    )
    report.add(
        age + completed > rules.last_age,
        "issue_age",
        f"attained age up to {rules.last_age}, the last of table mortality_base",
        lambda row: f"issue age {age[row]:g}, attained age {age[row] + completed[row]:g} at the valuation date",
    )
    option = checked["premium_payment"]
    to_age = rules.limits(rules.payment_to_age)[option.codes]
    report.add(
        age >= to_age,
        "issue_age",
        lambda row: f"an issue age below {to_age[row]:g}, as premium_payment is {option[row]}",
    )


def _check_premiums(checked: Mapping[str, Any], rules: InforceRules, report: Report) -> None:
    premium, option = checked["annualized_premium"], checked["premium_payment"]
    report.add(
        (premium > 0.0) & (checked["new_business_premium"] == 0.0),
        "new_business_premium",
        lambda row: f"a number above 0, as annualized_premium is {premium[row]:.15g}",
    )
    completed = _completed_years(checked, rules)
    to_age = rules.limits(rules.payment_to_age)[option.codes]
    over = completed >= rules.limits(rules.payment_years)[option.codes]
    # A year's grace for pay-to-age: see check_inforce.
    over |= (completed > to_age - checked["issue_age"]) & (checked["issue_age"] < to_age)
    report.add(
        (premium > 0.0) & over,
        "annualized_premium",
        lambda row: (
            f"0, as {option[row]} premiums from {checked['issue_date'][row].astype('datetime64[D]')} "
            f"were paid up before {rules.valuation_date}"
        ),
    )
