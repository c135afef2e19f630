"""What the policy's categories are in the assumption tables, with the row of the table that each stands in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.premium import FOR_LIFE
from xl_ltc.assumptions.specs import BY_NAME, RELATIVITY_CHARACTERISTICS
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.lookups import equals
from xl_ltc.exhibits.table import Column, Measure, Row, Table, Value, live, text


@dataclass(frozen=True)
class _Found:
    """A value looked up by a key: in which table, by what, and what it is."""

    name: str
    words: str
    table: str
    key: str
    at: str
    value: str
    stored_at: int
    stored: Value
    measure: Measure = "factor"


def position_of(table: str, condition: str, column: str) -> str:
    """The formula that gives the row of a table where a condition on its columns holds; 0 where none does."""
    rows = f"ROW({table}[{column}])"
    return f"=SUMPRODUCT({condition}*({rows}-MIN({rows})+1))"


def lookup_table(case: AuditCase) -> Table:
    """Everything that depends on one category of the policy alone, with the row of the table it stands in."""
    found = list(_lookups(case))
    rows = tuple(
        Row(
            f.name,
            {
                "what": text(f.words),
                "table": text(f.table),
                "key": live(f"={f.key}", _stored_key(case, f.key)),
                "at": live(f.at, f.stored_at),
                "value": live(f"=IF({{at}}=0,NA(),{f.value})", f.stored, f.measure),
            },
        )
        for f in found
    )
    columns = (
        Column("what", "Item", width=66, wrap=False),
        Column("value", "Value", "general", width=16),
        Column("key", "Key", "general", width=18),
        Column("at", "Row in the table", "count", width=10),
        Column("table", "Table", width=32, wrap=False),
    )
    names = {f"audit_{f.name}": (f.name, "value") for f in found}
    return Table("audit_lookups", columns, rows, "What its categories are in the assumption tables", names=names)


def _stored_key(case: AuditCase, key: str) -> Value:
    name = key.removeprefix("audit_")
    if name in case.policy.frame:
        return str(case.policy.frame[name].iloc[0])
    return int(case.policy.issue_year[0]) if name == "issue_year" else key.strip('"')


def _lookups(case: AuditCase) -> Iterator[_Found]:
    for name, table, key in (
        ("mortality_sex", "mortality_factor_sex", "sex"),
        ("mortality_partner", "mortality_factor_partner_status", "partner_status"),
        ("mortality_underwriting", "mortality_factor_underwriting_class", "underwriting_class"),
        ("morbidity_sex", "morbidity_factor_sex", "sex"),
        ("morbidity_underwriting", "morbidity_factor_underwriting_class", "underwriting_class"),
    ):
        yield _category(case, name, BY_NAME[table].title, table, key, "factor")
    for characteristic in RELATIVITY_CHARACTERISTICS:
        yield _relativity(case, characteristic)
    yield _category(
        case, "growth_method", "Benefit growth", "inflation_option", "inflation_option", "method", "general"
    )
    yield _category(
        case, "growth_rate", "Benefit growth, a year", "inflation_option", "inflation_option", "rate", "rate"
    )
    yield _category(
        case,
        "series_column",
        "Morbidity factors of its series",
        "series",
        "series",
        "morbidity_factor_column",
        "general",
    )
    yield _paying(case, "paying_for", "Premium payable, policy years (10,000: for life)", "years", "{value}")
    yield _paying(
        case, "paying_to", "Premium payable until its age, policy years", "to_age", "MAX({value}-audit_issue_age,0)"
    )
    yield _expiry(case)
    yield _valuation_rate(case)
    for table in ("behaviour", "improvement"):
        for parameter, value in case.assumptions.tables.parameters(table).items():
            frame = case.assumptions.tables[table]
            at = int(np.flatnonzero(frame["parameter"] == parameter)[0]) + 1
            key = f'"{parameter}"'
            words = parameter.replace("_", " ").capitalize()
            yield _Found(
                parameter,
                words,
                table,
                key,
                position_of(table, equals(table, "parameter", key), "parameter"),
                f"INDEX({table}[value],{{at}})",
                at,
                value,
                "decimal",
            )


def _category(
    case: AuditCase, name: str, words: str, table: str, key: str, column: str, measure: Measure = "factor"
) -> _Found:
    frame, category = case.assumptions.tables[table], str(case.policy.frame[key].iloc[0])
    at = int(np.flatnonzero(frame[key].astype(str) == category)[0]) + 1
    value = frame[column].iloc[at - 1]
    formula = position_of(table, equals(table, key, f"audit_{key}"), key)
    stored: Value = float(value) if isinstance(value, int | float) else str(value)
    return _Found(name, words, table, f"audit_{key}", formula, f"INDEX({table}[{column}],{{at}})", at, stored, measure)


def _relativity(case: AuditCase, characteristic: str) -> _Found:
    table = "claim_cost_relativity"
    frame, category = case.assumptions.tables[table], str(case.policy.frame[characteristic].iloc[0])
    row = np.flatnonzero((frame["characteristic"] == characteristic) & (frame["category"].astype(str) == category))[0]
    words = f"Claim cost relativity, {characteristic.replace('_', ' ')}"
    condition = f'({table}[characteristic]="{characteristic}")*{equals(table, "category", f"audit_{characteristic}")}'
    return _Found(
        f"relativity_{characteristic}",
        words,
        table,
        f"audit_{characteristic}",
        position_of(table, condition, "category"),
        f"INDEX({table}[relativity],{{at}})",
        int(row) + 1,
        float(frame["relativity"].iloc[row]),
    )


def _paying(case: AuditCase, name: str, words: str, column: str, formula: str) -> _Found:
    """A premium-paying period; a blank cell is for life."""
    found = _category(case, name, words, "premium_payment", "premium_payment", column, "count")
    cell = f"INDEX(premium_payment[{column}],{{at}})"
    value = float(found.stored)  # type: ignore[arg-type]
    stored = (
        FOR_LIFE if math.isnan(value) else value if column == "years" else max(value - int(case.policy.issue_age[0]), 0)
    )
    limited = f'IF({cell}="",{FOR_LIFE},{formula.replace("{value}", cell)})'
    return _Found(name, words, found.table, found.key, found.at, limited, found.stored_at, stored, "count")


def _expiry(case: AuditCase) -> _Found:
    """The row of benefit expiry; its rates by age stand on Audit rates."""
    table = "benefit_expiry"
    frame, policy = case.assumptions.tables[table], case.policy.frame
    is_row = (frame["sex"] == policy["sex"].iloc[0]) & (
        frame["benefit_period"].astype(str) == policy["benefit_period"].iloc[0]
    )
    at = int(np.flatnonzero(is_row)[0]) + 1
    condition = f"({table}[sex]=audit_sex)*{equals(table, 'benefit_period', 'audit_benefit_period')}"
    return _Found(
        "expiry_row",
        "Row of its sex and benefit period",
        table,
        "audit_benefit_period",
        position_of(table, condition, "benefit_period"),
        "{at}",
        at,
        at,
        "count",
    )


def _valuation_rate(case: AuditCase) -> _Found:
    table, year = "valuation_interest", int(case.policy.issue_year[0])
    frame = case.assumptions.tables[table]
    starts = frame["issue_year_from"].to_numpy()
    at = int(np.flatnonzero(starts == starts[starts <= year].max())[0]) + 1
    column = f"{table}[issue_year_from]"
    latest = f"SUMPRODUCT(MAX(({column}<=audit_issue_year)*{column}))"
    return _Found(
        "valuation_rate",
        "Maximum valuation rate of its issue year",
        table,
        "audit_issue_year",
        position_of(table, f"({column}={latest})", "issue_year_from"),
        f"INDEX({table}[rate],{{at}})",
        at,
        float(frame["rate"].iloc[at - 1]),
        "rate",
    )
