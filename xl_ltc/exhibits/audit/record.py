"""The policy's record, where its categories stand in the assumption tables, its increase and elections."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.lapse import NEVER
from xl_ltc.assumptions.premium import FOR_LIFE
from xl_ltc.assumptions.specs import BY_NAME, LAST_AGE, RELATIVITY_CHARACTERISTICS
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.audit.engine import POLICIES
from xl_ltc.exhibits.lookups import equals
from xl_ltc.exhibits.table import Cell, Column, Measure, Row, Table, Value, live, serial, text
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.rate_increase.behaviour import rounded_increase
from xl_ltc.rate_increase.schedule import rate_increase

CHOICE = "audit_choice"
_TOLERANCE = "1E-9"
"""As in rate_increase.behaviour: 1.15 - 1 is not more than 15%."""


def choice_table(case: AuditCase) -> Table:
    """The policy's id, to be chosen, and its position among the policies of the workbook."""
    at = f"=SUMPRODUCT(EXACT({POLICIES}[policy_id],audit_policy)*{POLICIES}[position])"
    rows = (
        Row(
            "policy",
            {"what": text("Policy (choose one)"), "value": Cell(case.policy_ids[0], choices=(POLICIES, "policy_id"))},
        ),
        Row("at", {"what": text("Its position on Audit engine"), "value": live(at, 1, "count")}),
    )
    names = {"audit_policy": ("policy", "value"), "audit_at": ("at", "value")}
    return Table(CHOICE, _columns(), rows, names=names)


def record_table(case: AuditCase) -> Table:
    """The policy's columns of the in-force file."""
    frame, rows, names = case.policy.frame, [], {}
    for column in INFORCE.columns[1:]:
        value = frame[column.name].iloc[0]
        measure: Measure = "general"
        stored: Value = str(value)
        if column.name == "issue_date":
            measure, stored = "date", serial(value.date())
        elif column.kind in ("number", "integer"):
            measure, stored = ("age" if column.kind == "integer" else "cents"), float(value)
        formula = f"=INDEX({POLICIES}[{column.name}],audit_at)"
        words = column.name.replace("_", " ").capitalize() + (
            f" ({column.unit})" if column.unit not in ("", "date") else ""
        )
        rows.append(Row(column.name, {"what": text(words), "value": live(formula, stored, measure)}))
        names[f"audit_{column.name}"] = (column.name, "value")
    return Table("audit_record", _columns(), tuple(rows), "Its record in the in-force file", names=names)


def _columns() -> tuple[Column, ...]:
    return Column("what", "Item", width=66, wrap=False), Column("value", "Value", "general", width=16)


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


@dataclass(frozen=True)
class _Line:
    """A value that follows from the record and the lookups."""

    name: str
    words: str
    formula: str
    stored: Value
    measure: Measure = "factor"


def _lines_table(name: str, heading: str, lines: list[_Line]) -> Table:
    rows = tuple(Row(v.name, {"what": text(v.words), "value": live(v.formula, v.stored, v.measure)}) for v in lines)
    return Table(name, _columns(), rows, heading, names={f"audit_{v.name}": (v.name, "value") for v in lines})


def start_table(case: AuditCase) -> Table:
    """Where the policy stands when the projection begins (specification, section 1)."""
    policy, settings = case.policy, case.assumptions.settings
    completed = settings.valuation_date.year - int(policy.issue_year[0])
    lines = [
        _Line("issue_year", "Issue year", "=YEAR(audit_issue_date)", int(policy.issue_year[0]), "year"),
        _Line(
            "completed",
            "Policy years completed at the valuation date",
            "=YEAR(valuation_date)-audit_issue_year",
            completed,
            "age",
        ),
        _Line(
            "first_duration", "Policy duration when the projection begins", "=audit_completed+1", completed + 1, "age"
        ),
        _Line(
            "first_age",
            "Attained age then",
            "=audit_issue_age+audit_completed",
            int(policy.issue_age[0]) + completed,
            "age",
        ),
        _Line(
            "before",
            "Share of a year before the anniversary (in days of a common year)",
            "=(DATE(2001,MONTH(audit_issue_date),DAY(audit_issue_date))-DATE(2001,1,1))/365",
            float(policy.year_before_anniversary[0]),
            "decimal",
        ),
    ]
    return _lines_table("audit_start", "Where it stands", lines)


_LAST_LAPSE = (
    'SUMPRODUCT(MAX((lapse_payment_option[premium_payment]&""=audit_premium_payment&"")*'
    '(lapse_payment_option[issue_age_from]="")*lapse_payment_option[issue_age_to]))'
)


def increase_table(case: AuditCase) -> Table:
    """The increase, the elections and the factors on its cash flows (specification, section 4)."""
    settings, behaviour, found = case.assumptions.settings, case.assumptions.behaviour, case.increase
    policy = case.policy
    now, new = policy.numbers("annualized_premium")[0], policy.numbers("new_business_premium")[0]
    increase, cbul, rbo, rho = (float(v[0]) for v in (found.increase, found.cbul, found.rbo, found.rbo_reduction))
    option = policy.codes("premium_payment")
    paying = int(case.assumptions.premium.paying_years(option, policy.issue_age)[0])
    limited = bool(case.assumptions.premium.is_limited(option)[0])
    duration = settings.increase_effective_year - int(policy.issue_year[0]) + 1
    needed = max(float(new / now - 1.0) if now > 0 else 0.0, 0.0)
    in_full = float(rate_increase(now, new, np.inf, settings.increase_rounding))
    rounded = float(rounded_increase(increase, behaviour.cbul_rounding, settings.behaviour_rounding_tie))
    persist = (1.0 - cbul) * (1.0 - rho)
    scaled = "audit_increase/audit_cbul_rounding"
    even = f"ROUND({scaled},9)"
    lines = [
        _Line(
            "paying_years",
            "Policy years in which premium is payable",
            "=MIN(audit_paying_for,audit_paying_to)",
            paying,
            "count",
        ),
        _Line(
            "limited",
            "Limited premium-paying period (1 yes)",
            f"=IF(AND(audit_paying_for={FOR_LIFE},audit_paying_to={FOR_LIFE}),0,1)",
            int(limited),
            "age",
        ),
        _Line(
            "zero_lapse_after",
            "Attained age after which lapse is zero (10,000: never)",
            f'=IF(AND(paid_up_at_65_lapse="attained_age",audit_paying_to<{FOR_LIFE}),'
            f"IF({_LAST_LAPSE}=0,{LAST_AGE},{_LAST_LAPSE}),{NEVER})",
            int(case.assumptions.lapse.zero_after_attained_age[option[0]]),
            "count",
        ),
        _Line(
            "effective_duration",
            "Policy duration that begins on the anniversary in the effective year",
            "=increase_effective_year-audit_issue_year+1",
            duration,
            "age",
        ),
        _Line(
            "affected",
            "Affected: premium is payable then (1 yes)",
            "=IF(AND(audit_effective_duration<=audit_paying_years,audit_annualized_premium>0),1,0)",
            int(found.affected[0]),
            "age",
        ),
        _Line(
            "needed",
            "New-business premium over current premium, less one, at least zero",
            "=IF(audit_annualized_premium>0,MAX(audit_new_business_premium/audit_annualized_premium-1,0),0)",
            needed,
        ),
        _Line(
            "needed_rounded",
            "The same, rounded as the settings say",
            f"=IF(increase_rounding>0,INT(audit_needed/increase_rounding+0.5+{_TOLERANCE})*increase_rounding,audit_needed)",
            in_full,
        ),
        _Line(
            "increase",
            "R: the increase, at most the cap",
            "=IF(audit_affected=1,MIN(audit_needed_rounded,rate_increase_cap),0)",
            increase,
        ),
        _Line(
            "increase_rounded",
            "Rr: R rounded to the nearest multiple",
            f'=IF(behaviour_rounding_tie="half_even",IF({even}-INT({even})=0.5,INT({even})+MOD(INT({even}),2),ROUND({even},0)),'
            f"INT({scaled}+0.5+{_TOLERANCE}))*audit_cbul_rounding",
            rounded,
        ),
        _Line(
            "cbul",
            "C: contingent benefit upon lapse",
            f"=IF(OR(audit_increase<=audit_cbul_threshold+{_TOLERANCE},audit_limited=1),0,MIN(audit_cbul_slope*audit_increase_rounded,1))",
            cbul,
        ),
        _Line("rbo", "B: reduced benefit options", "=MIN(audit_rbo_multiple*audit_cbul,1)", rbo),
        _Line(
            "selection",
            "AS: adverse selection",
            "=1/(1-audit_cbul_morbidity_relief*audit_cbul-audit_rbo_morbidity_relief*audit_rbo)",
            float(found.adverse_selection[0]),
        ),
        _Line(
            "rbo_reduction",
            "Reduction of premium and claims due to reduced benefits",
            '=IF(rbo_basis="as_filed",audit_rbo,IF(rbo_basis="literal",1-(audit_rbo+(1-audit_rbo)*(1+audit_increase))/(1+audit_increase),'
            "audit_cbul+audit_rbo*audit_increase/(1+audit_increase)))",
            rho,
        ),
        _Line(
            "initial_premium_factor_after",
            "Factor on initial premium from the anniversary on: (1-C)(1-reduction)",
            "=(1-audit_cbul)*(1-audit_rbo_reduction)",
            persist,
        ),
        _Line(
            "premium_factor_after",
            "Factor on premium: (1-C)(1-reduction)(1+R)",
            "=audit_initial_premium_factor_after*(1+audit_increase)",
            persist * (1.0 + increase),
        ),
        _Line(
            "claims_factor_after",
            "Factor on claims: (1-C)(1-reduction)AS",
            "=audit_initial_premium_factor_after*audit_selection",
            persist * float(found.adverse_selection[0]),
        ),
        _Line("lives_factor_after", "Factor on lives: 1-C", "=1-audit_cbul", 1.0 - cbul),
    ]
    return _lines_table("audit_increase_lines", "Its increase, and what insureds do about it", lines)
