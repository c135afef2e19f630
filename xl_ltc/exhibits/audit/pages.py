"""The sheets of the policy audit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.audit import engine, rates, record, segments
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.audit.categories import lookup_table
from xl_ltc.exhibits.audit.elections import increase_table
from xl_ltc.exhibits.audit.engine import YEAR_COLUMNS, YEARS, engine_page
from xl_ltc.exhibits.audit.rates import rates_page
from xl_ltc.exhibits.audit.segments import DIFFERENCE, ENGINE, compared, difference, segments_page
from xl_ltc.exhibits.table import Column, Measure, Page, Row, Table, live, text
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.values import value_factor

SHEET = "Policy audit"
YEARS_SHEET = "Audit years"
SHEETS = (SHEET, YEARS_SHEET, segments.SHEET, rates.SHEET, engine.SHEET)
AGREES, DIFFERS = "agrees", "differs"
TOLERANCE = 1e-9
"""A larger relative difference is one."""

_VALUED = (
    ("earned_premium_before", "earned_before"),
    ("incurred_claims_before", "claims_before"),
    ("earned_premium_after", "earned_after"),
    ("initial_earned_premium_after", "initial_after"),
    ("incurred_claims_after", "claims_after"),
)
"""The engine's cash flows of a year, and the column of the segments that adds up to them."""
_COUNTED = (("lives_before", "end"), ("lives_after", "end_after"))
_HEADERS = {
    "earned_premium_before": ("Earned premium", "Before the increase"),
    "incurred_claims_before": ("Incurred claims", "Before the increase"),
    "lives_before": ("Year-end lives", "Before the increase"),
    "earned_premium_after": ("Earned premium", "After the increase"),
    "initial_earned_premium_after": ("Initial premium", "After the increase"),
    "incurred_claims_after": ("Incurred claims", "After the increase"),
    "lives_after": ("Year-end lives", "After the increase"),
}


def audit_pages(block: Block, assumptions: AssumptionSet, policy_ids: Sequence[str]) -> tuple[Page, ...]:
    """The audit of some policies; the sheets need the settings and the assumption tables in the same workbook.

    Args:
        block: policies in force.
        assumptions: what they were projected on.
        policy_ids: which of them to audit; the first is shown, any other can be chosen on the sheet.

    Raises:
        InputError: no such policy.
    """
    case = AuditCase.of(block, assumptions, policy_ids)
    main = Page(
        SHEET,
        "One policy's whole projection by formula, beside the engine's values: choose another policy in its cell.",
        (
            "Policy audit",
            "The projection of one policy by worksheet formulas from the assumption sheets, beside the engine's",
        ),
        (
            record.choice_table(case),
            _verdict(),
            _values(case),
            record.record_table(case),
            record.start_table(case),
            lookup_table(case),
            increase_table(case),
        ),
        (
            text(
                "The engine's values are those of the run; a change on an assumption sheet moves the formulas at once."
            ),
            text("By calendar year the engine is the kernel that runs the filing; by segment, its readable twin."),
        ),
    )
    return main, _years_page(case), segments_page(case), rates_page(case), engine_page(case)


def _years_page(case: AuditCase) -> Page:
    return Page(
        YEARS_SHEET,
        "The cash flows of the policy shown by calendar year, by formula, beside the engine's.",
        (
            "Audit years",
            "Cash flows and year-end lives of the policy, by formula, beside what the engine adds to the block for it",
        ),
        (_years(case),),
        (text("Differences are relative to the larger value."),),
        wide=True,
        across=2,
    )


def _verdict() -> Table:
    """The largest difference of each column, and whether all agree."""
    columns = {
        **{words: f"audit_s_{key}" for words, key in compared().items()},
        **{
            f"{_HEADERS[c][0]}, {_HEADERS[c][1].lower()}, by calendar year": f"audit_y_{DIFFERENCE}_{c}"
            for c in YEAR_COLUMNS
        },
    }
    rows = [
        Row(name, {"what": text(words), "value": live(f"=MAX({name})", 0.0, "tiny")}) for words, name in columns.items()
    ]
    first, last = rows[0].key, rows[-1].key
    verdict = f'=IF(MAX({{{first}.value}}:{{{last}.value}})<={TOLERANCE:.0E},"{AGREES}","{DIFFERS}")'
    rows.append(Row("verdict", {"what": text("All of them"), "value": live(verdict, AGREES, "general")}, "total"))
    return Table(
        "audit_verdict_lines",
        (Column("what", "Column", width=66, wrap=False), Column("value", "Difference", "tiny", width=16)),
        tuple(rows),
        "Formulas and engine: the largest relative difference",
        names={"audit_verdict": ("verdict", "value")},
    )


def _values(case: AuditCase) -> Table:
    """Values at the valuation date at the policy's own rate."""
    rows = [
        Row(
            column,
            {
                "what": text(f"{_HEADERS[column][0]}, {_HEADERS[column][1].lower()}"),
                "value": live(f"=SUMPRODUCT(audit_y_factor,audit_y_{column})", _present(case, column), "cents"),
            },
        )
        for column, _ in _VALUED
    ]
    columns = (Column("what", "Item", width=66, wrap=False), Column("value", "Value", "cents", width=16))
    return Table("audit_values", columns, tuple(rows), "Present values at the valuation date at its valuation rate ($)")


def _factors(case: AuditCase) -> np.ndarray:
    settings = case.assumptions.settings
    rate = case.assumptions.valuation_interest.rate(case.policy.issue_year)[0]
    years = case.cash_flows[0].years
    return np.asarray(value_factor(years, rate, settings.valuation_date.year, settings.cash_flow_timing))


def _present(case: AuditCase, column: str) -> float:
    return float((_factors(case) * _by_year(case, column)).sum())


def _by_year(case: AuditCase, column: str) -> np.ndarray:
    measure, _, basis = column.rpartition("_")
    return case.cash_flows[0].total(measure, basis)  # type: ignore[arg-type]


def _years(case: AuditCase) -> Table:
    """Sums of the two segments of each calendar year, the kernel's values, and their differences."""
    years, factors = case.cash_flows[0].years, _factors(case)
    flows = {column: _by_year(case, column) for column in YEAR_COLUMNS}
    sums = dict(_VALUED)
    ends = dict(_COUNTED)
    rows = []
    for i, year in enumerate(years):
        cells = {
            "year": live(f"=YEAR(valuation_date)+{i + 1}", int(year)),
            "factor": live(
                "=(1+audit_valuation_rate)^(YEAR(valuation_date)+1-cash_flow_timing-{year})", float(factors[i])
            ),
        }
        for column in YEAR_COLUMNS:
            own = (
                f"={_segment(2 * i, sums[column])}+{_segment(2 * i + 1, sums[column])}"
                if column in sums
                else f"={_segment(2 * i + 1, ends[column])}"
            )
            value = float(flows[column][i])
            cells[column] = live(own, value)
            cells[f"{ENGINE}_{column}"] = live(f"=INDEX({YEARS}[{column}],(audit_at-1)*{len(years)}+{i + 1})", value)
            cells[f"{DIFFERENCE}_{column}"] = live(difference(f"{{{column}}}", f"{{{ENGINE}_{column}}}"), 0.0)
        rows.append(Row(str(i), cells))
    return Table("audit_calendar_years", _year_columns(), tuple(rows), "")


def _segment(row: int, column: str) -> str:
    return f"{{{segments.TABLE}!{row}.{column}}}"


def _year_columns() -> tuple[Column, ...]:
    columns = [Column("year", "Calendar year", "year", width=9), Column("factor", "Value factor", "factor", width=16)]
    for begins, group in (("", ""), (f"{ENGINE}_", "The engine: "), (f"{DIFFERENCE}_", "Difference: ")):
        for column in YEAR_COLUMNS:
            header, basis = _HEADERS[column]
            lives = column.startswith("lives")
            measure: Measure = "tiny" if begins.startswith(DIFFERENCE) else "exact" if lives else "cents"
            key = f"{begins}{column}"
            name = f"{group}{basis.lower()}" if group else basis
            columns.append(Column(key, header, measure, name, 14, f"audit_y_{key}"))
    columns[1] = Column("factor", "Value factor", "factor", width=9, name="audit_y_factor")
    return tuple(columns)
