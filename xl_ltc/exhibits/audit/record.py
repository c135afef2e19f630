"""The policy's record in the in-force file, and where the policy stands when the projection begins."""

from __future__ import annotations

from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.audit.engine import POLICIES
from xl_ltc.exhibits.audit.lines import Line, item_columns, lines_table
from xl_ltc.exhibits.table import Cell, Measure, Row, Table, Value, live, serial, text
from xl_ltc.inforce.schema import INFORCE


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
    return Table("audit_choice", item_columns(), rows, names=names)


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
    return Table("audit_record", item_columns(), tuple(rows), "Its record in the in-force file", names=names)


def start_table(case: AuditCase) -> Table:
    """Where the policy stands when the projection begins (specification, section 1)."""
    policy, settings = case.policy, case.assumptions.settings
    completed = settings.valuation_date.year - int(policy.issue_year[0])
    lines = [
        Line("issue_year", "Issue year", "=YEAR(audit_issue_date)", int(policy.issue_year[0]), "year"),
        Line(
            "completed",
            "Policy years completed at the valuation date",
            "=YEAR(valuation_date)-audit_issue_year",
            completed,
            "age",
        ),
        Line(
            "first_duration", "Policy duration when the projection begins", "=audit_completed+1", completed + 1, "age"
        ),
        Line(
            "first_age",
            "Attained age then",
            "=audit_issue_age+audit_completed",
            int(policy.issue_age[0]) + completed,
            "age",
        ),
        Line(
            "before",
            "Share of a year before the anniversary (in days of a common year)",
            "=(DATE(2001,MONTH(audit_issue_date),DAY(audit_issue_date))-DATE(2001,1,1))/365",
            float(policy.year_before_anniversary[0]),
            "decimal",
        ),
    ]
    return lines_table("audit_start", "Where it stands", lines)
