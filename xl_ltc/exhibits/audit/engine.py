"""The engine's values of the policies under audit, pasted: what the worksheet formulas are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, Value, text
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.projection.results import KERNEL_COLUMNS

POLICIES, SEGMENTS, YEARS = "audit_policies", "audit_segments", "audit_years"
"""Excel tables: a row a policy, a row a segment of a policy, a row a calendar year of a policy."""
SHEET = "Audit engine"

SEGMENT_COLUMNS = (
    "mortality_q",
    "lapse_rate",
    "benefit_expiry_rate",
    "lives_end_before",
    "average_lives",
    "annualized_premium",
    "claims_per_life_year",
    "earned_premium_before",
    "incurred_claims_before",
    "earned_premium_after",
    "initial_earned_premium_after",
    "incurred_claims_after",
    "lives_end_after",
)
"""Columns of the readable calculation that are held against the formulas."""

YEAR_COLUMNS = tuple(f"{measure}_{basis}" for measure, basis in KERNEL_COLUMNS)
"""What the kernel itself adds to a block, by calendar year."""


def engine_page(case: AuditCase) -> Page:
    """The policies' records, and the engine's values of each."""
    return Page(
        SHEET,
        "The engine's own values of the policies under audit, pasted.",
        (
            "Audit engine",
            "What the engine read and computed for the policies of the audit: by segment from the readable "
            "calculation, by calendar year from the compiled kernel that runs the filing",
        ),
        (_policies(case), _years(case), _segments(case)),
        wide=True,
    )


def _policies(case: AuditCase) -> Table:
    columns = (
        Column("policy_id", "policy_id", width=14),
        Column("position", "position", "count", width=9),
        *(
            Column(c.name, c.name, _measure(c.kind, c.name), width=max(len(c.name) + 2, 11))
            for c in INFORCE.columns[1:]
        ),
    )
    rows = []
    for i, record in enumerate(case.block.frame.to_dict("records")):
        cells = {name: Cell(_plain(value), engine=True) for name, value in record.items()}
        rows.append(Row(str(i), cells | {"position": text(i + 1)}))
    return Table(POLICIES, columns, tuple(rows), "Policies", named=True)


def _measure(kind: str, name: str) -> Measure:
    if name == "issue_date":
        return "date"
    return {"integer": "age", "number": "cents"}.get(kind, "text")  # type: ignore[return-value]


def _plain(value: object) -> Value:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value if isinstance(value, int | float | dt.date) else str(value)


def _years(case: AuditCase) -> Table:
    def values() -> Iterator[dict[str, Value]]:
        for policy_id, flows in zip(case.policy_ids, case.cash_flows, strict=True):
            by_column = {f"{m}_{b}": flows.total(m, b) for m, b in KERNEL_COLUMNS}
            for y, year in enumerate(flows.years):
                yield {"policy_id": policy_id, "year": int(year), **{k: float(v[y]) for k, v in by_column.items()}}

    return _table(YEARS, "By calendar year, from the kernel", ("policy_id", "year"), YEAR_COLUMNS, values())


def _segments(case: AuditCase) -> Table:
    def values() -> Iterator[dict[str, Value]]:
        for frame in case.traces:
            for record in frame.to_dict("records"):
                held = {key: float(record[key]) for key in SEGMENT_COLUMNS}
                yield {"policy_id": str(record["policy_id"]), "year": int(record["calendar_year"]), **held}

    return _table(
        SEGMENTS, "By segment, from the readable calculation", ("policy_id", "year"), SEGMENT_COLUMNS, values()
    )


def _table(
    name: str, heading: str, keys: tuple[str, ...], columns: tuple[str, ...], values: Iterator[dict[str, Value]]
) -> Table:
    rows = tuple(
        Row(str(i), {key: Cell(value, engine=key not in keys) for key, value in record.items()})
        for i, record in enumerate(values)
    )
    of_columns = (
        Column("policy_id", "policy_id", width=14),
        Column("year", "year", "year", width=9),
        *(Column(c, c, "exact", width=max(len(c) + 2, 16)) for c in columns),
    )
    return Table(name, of_columns, rows, heading, named=True)
