"""Projection: a block's years, and one policy's segments with every factor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xl_ltc.inforce.schema import INFORCE
from xl_ltc.projection.results import KERNEL_COLUMNS
from xl_ltc_udfs.basis import Basis, assumption_set
from xl_ltc_udfs.cells import NUM, CellError, Rows
from xl_ltc_udfs.policies import block_of, is_one_cell, one_policy, text_of
from xl_ltc_udfs.problems import ArgumentError
from xl_ltc_udfs.registry import Argument, Example, worksheet_function
from xl_ltc_udfs.shared_arguments import settings_argument

if TYPE_CHECKING:  # a workbook opens without waiting for pandas
    import pandas as pd

    from xl_ltc.inforce.block import Block

CATEGORY = "Projection"

GROUPING = tuple(column.name for column in INFORCE.columns if column.kind != "number")
"""The columns of the in-force file by which a projection can be shown; not amounts."""

MOST_ROWS = 1_048_575
"""Rows of a worksheet below a header."""

CASH_FLOWS = tuple(f"{measure}_{basis}" for measure, basis in KERNEL_COLUMNS)

_ROWS = "policies in rows with the header row of the in-force file, or its columns in order without one"
_SETTINGS = settings_argument("assumptions")
_ASSUMPTIONS = Argument(
    "assumptions",
    "Path of a saved assumption workbook; the filing's assumptions with illustrative claim costs if omitted",
    "one",
    "text",
    default=None,
)

_EXAMPLE_POLICY = [
    [column.name for column in INFORCE.columns],
    [
        "P0",
        "500",
        "MD",
        "2009-03-15",
        68,
        "Female",
        "Partnered",
        "Preferred",
        "3",
        "90-Day",
        "Comprehensive",
        "Reimbursement",
        "Compound 5%",
        "Lifetime-Pay",
        "No",
        "Annual",
        150,
        2000,
        2800,
    ],
]
_EXAMPLE_SETTINGS = [["setting", "value"], ["projection_years", 2], ["increase_effective_year", 2018]]


@worksheet_function(
    "LTC_PROJECT",
    CATEGORY,
    returns="A header row; then a row a group and calendar year: dollars, and lives at year end, before and after the "
    "rate increase.",
    source="Section 15; Exhibit I: projected experience",
    arguments=(
        Argument("policies", f"{_ROWS.capitalize()}; or the path of an in-force file", "table", "cells"),
        Argument(
            "by",
            "Columns of the in-force file to group by, separated by commas; all policies together if omitted",
            "one",
            "text",
            default=None,
        ),
        _SETTINGS,
        _ASSUMPTIONS,
    ),
    example=Example(
        (_EXAMPLE_POLICY, "series", _EXAMPLE_SETTINGS),
        "One policy, two years; the premium of 2017 is 2,000·0.2 on average lives 0.998394 and 2,000·0.8 on the lives "
        "of the second segment, as LTC_TRACE of the same policy shows",
    ),
    elementwise=False,
    spills=True,
    reads_files=True,
)
def projected_cash_flows(policies: Rows, by: str | None, settings: Rows | None, assumptions: str | None) -> Rows:
    """Premium, claims and lives of a block by calendar year, before and after its rate increase."""
    from xl_ltc.projection.project import project
    from xl_ltc.rate_increase.impact import policy_increase

    columns = _grouping(by)
    basis = Basis.of(assumptions, settings)
    block = block_of("policies", policies, basis)
    used = assumption_set(basis)
    _check_size(block, columns, used.settings.projection_years)
    flows = project(block, used, policy_increase(block, used).impact, columns)
    years = flows.frame().groupby([*columns, "calendar_year"], sort=False, as_index=False)[list(CASH_FLOWS)].sum()
    return _with_header(years)


@worksheet_function(
    "LTC_TRACE",
    CATEGORY,
    returns="A header row; then a row a segment, two a calendar year: every factor, decrement and amount.",
    source="Sections 6, 15 and 20; Exhibits A-1a and A-3a",
    arguments=(
        Argument("policy", f"A policy's id; or one policy: {_ROWS}", "table", "cells"),
        Argument(
            "policies",
            f"Where the id is looked up: {_ROWS}; or the path of an in-force file; the illustrative block if omitted",
            "table",
            "cells",
            default=None,
        ),
        _SETTINGS,
        _ASSUMPTIONS,
    ),
    example=Example(
        ("P0", _EXAMPLE_POLICY, _EXAMPLE_SETTINGS),
        "0.2 of the year lies before 15 March. First segment: duration 8, age 75, q = 0.009026, lapse 0.6%, expiry "
        "0.1%; at its end 0.996788 lives",
    ),
    elementwise=False,
    spills=True,
    reads_files=True,
)
def policy_trace(policy: Rows, policies: Rows | None, settings: Rows | None, assumptions: str | None) -> Rows:
    """One policy's projection, segment by segment: every factor that enters it."""
    from xl_ltc.projection.trace import trace
    from xl_ltc.rate_increase.impact import policy_increase

    basis = Basis.of(assumptions, settings)
    block = _one_policy(policy, policies, basis)
    used = assumption_set(basis)
    impact = policy_increase(block, used).impact
    return _with_header(trace(block, used, impact, block.frame["policy_id"].iloc[0]))


def _grouping(by: str | None) -> list[str]:
    """The columns that a text names."""
    names = [] if by is None else [name.strip().casefold() for name in by.split(",")]
    unknown = [name for name in names if name not in GROUPING]
    if unknown or len(set(names)) < len(names):
        found = ", ".join(map(repr, unknown)) if unknown else f"{by!r}, a column a second time"
        raise ArgumentError("by", found, f"{', '.join(GROUPING)}, each once, separated by commas")
    return names


def _check_size(block: Block, columns: list[str], years: int) -> None:
    """Whether the result fits a worksheet; one that does not would take minutes to find that out."""
    groups = len(block.frame[columns].drop_duplicates()) if columns else 1
    if groups * years > MOST_ROWS:
        found = f"{groups:,} groups of {years} calendar years"
        raise ArgumentError("by", found, f"groups and years that make at most {MOST_ROWS:,} rows")


def _one_policy(policy: Rows, given: Rows | None, basis: Basis) -> Block:
    if is_one_cell(policy):
        return one_policy(block_of("policies", given, basis), text_of("policy", policy[0][0]))
    if given is not None:
        raise ArgumentError("policies", "a range or path beside a policy's own row", "nothing; the policy is given")
    block = block_of("policy", policy, basis)
    if len(block) != 1:
        raise ArgumentError("policy", f"{len(block):,} policies", "one policy")
    return block


def _with_header(frame: pd.DataFrame) -> Rows:
    """A table as cells, its column names first."""
    body = zip(*(map(_cell, frame[name].tolist()) for name in frame), strict=True)
    return [list(frame.columns), *map(list, body)]


def _cell(value: float | str) -> float | str | CellError:
    if isinstance(value, float) and math.isinf(value):
        return CellError(NUM, "infinite: the hazard at the last age of the mortality table, where death is certain")
    return value
