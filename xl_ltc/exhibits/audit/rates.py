"""The assumption tables spread over attained ages and policy durations, for the policy's own categories.

A label such as ``<55``, ``55`` or ``100+`` covers ages: the formulas read its number and its sign, so that they follow
whatever labels a table has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xl_ltc.assumptions.lapse import NEVER
from xl_ltc.assumptions.morbidity import INDEMNITY, LIFETIME
from xl_ltc.assumptions.specs import (
    EXPIRY_AGES,
    LAST_AGE,
    LAST_DURATION,
    MORBIDITY_SERIES,
    PAYMENT_SCALAR_DISCOUNTED,
    SEXES,
)
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.lapse_formulas import TABLE, payment_scalar, rows_of_option
from xl_ltc.exhibits.lookups import covering, literal
from xl_ltc.exhibits.table import Column, Measure, Page, Row, Table, Value, live, text
from xl_ltc.tables import parse_label

CERTAIN = "certain"
"""The hazard where everyone dies within the year."""
SHEET = "Audit rates"


def rates_page(case: AuditCase) -> Page:
    """Every rate and factor that depends on age or duration, for the policy shown."""
    return Page(
        SHEET,
        "The assumption tables spread over ages and durations for the policy shown.",
        (
            "Audit rates",
            "The assumption tables for the policy's own categories, over policy durations and attained ages",
        ),
        (_durations(case), _expiry(case), _ages(case)),
        (
            text(
                "A label such as <55, 55 or 100+ covers the ages below, at, or from its number on. Each cell adds up "
                "the rows of its table whose label covers the age or duration; there is one."
            ),
        ),
        wide=True,
    )


def _one_of(name: str, table: str, columns: Sequence[str]) -> str:
    """The column of a table that a name says."""
    *first, last = columns
    formula = f"{table}[{last}]"
    for column in reversed(first):
        formula = f'IF({name}="{column}",{table}[{column}],{formula})'
    return formula


def _table(
    name: str,
    heading: str,
    key: Column,
    keys: Sequence[int],
    columns: Mapping[str, tuple[Column, str, Sequence[Value]]],
) -> Table:
    """A table by age or duration: of each column its formula, the same in every row, and its values."""
    rows = tuple(
        Row(
            str(k),
            {key.key: text(k)} | {c: live(formula, values[i]) for c, (_, formula, values) in columns.items()},
        )
        for i, k in enumerate(keys)
    )
    return Table(name, (key, *(column for column, _, _ in columns.values())), rows, heading)


def _column(key: str, header: str, group: str, measure: Measure = "exact") -> Column:
    return Column(key, header, measure, group, 14, f"audit_{key}")


def _durations(case: AuditCase) -> Table:
    mortality, lapse, morbidity = case.assumptions.mortality, case.assumptions.lapse, case.assumptions.morbidity
    policy, d = case.policy, np.arange(1, LAST_DURATION + 1)
    partner, option, series = (int(policy.codes(c)[0]) for c in ("partner_status", "premium_payment", "series"))
    age = int(policy.issue_age[0])
    discounted = bool(policy.discounted_renewal[0])
    by_series = _one_of("audit_series_column", "morbidity_factor_policy_duration", MORBIDITY_SERIES)
    partnered = 'IF(audit_partner_status="Single",lapse_lifetime_pay[single],lapse_lifetime_pay[partnered])'
    columns: dict[str, tuple[Column, str, Sequence[Value]]] = {
        "duration_mortality": (
            _column("duration_mortality", "Mortality factor", "A-1a"),
            "="
            + covering(
                "mortality_factor_policy_duration", "policy_duration", "{d}", "mortality_factor_policy_duration[factor]"
            ),
            _floats(mortality.duration_factor.at(0, d)),
        ),
        "duration_lapse": (
            _column("duration_lapse", "Lapse, lifetime pay", "6c"),
            "=" + covering("lapse_lifetime_pay", "policy_duration", "{d}", partnered),
            _floats(lapse.lifetime_pay.at(partner, d)),
        ),
        "duration_scalar": (
            _column("duration_scalar", "Scalar of its payment option", "6c"),
            _scalar("audit_premium_payment", by_attained_age=True),
            _floats(lapse.scalar[option, age, :]),
        ),
        "duration_discount": (
            _column("duration_discount", "Scalar of discounted renewal", "6c"),
            _discount(),
            _floats(lapse.scalar[lapse.discounted_code, age, :]) if discounted else [1.0] * len(d),
        ),
        "duration_morbidity": (
            _column("duration_morbidity", "Morbidity factor", "A-3a"),
            "=" + covering("morbidity_factor_policy_duration", "policy_duration", "{d}", by_series),
            _floats(morbidity.duration(series, d)),
        ),
    }
    key = Column("d", "Policy duration", "age", width=10)
    return _table(
        "audit_duration_rates", "By policy duration; the last row holds for all later ones", key, d.tolist(), columns
    )


def _scalar(option: str, *, by_attained_age: bool) -> str:
    """The scalar of a payment option at the policy's issue age, row by row of the durations.

    Args:
        option: its name, or the formula for it.
        by_attained_age: whether the setting paid_up_at_65_lapse acts on it.
    """
    by_issue_age = payment_scalar(option, "{d}", "audit_issue_age")
    if not by_attained_age:
        return f"={by_issue_age}"
    without_age = f'({TABLE}[issue_age_from]="")'
    attained = f"SUMPRODUCT({rows_of_option(option, '{d}')}*{without_age}*{TABLE}[scalar])"
    return f"=IF(audit_zero_lapse_after<{NEVER},{attained},{by_issue_age})"


def _discount() -> str:
    by_issue_age = _scalar(literal(PAYMENT_SCALAR_DISCOUNTED), by_attained_age=False).removeprefix("=")
    return f'=IF(audit_discounted_renewal="Yes",{by_issue_age},1)'


def _expiry(case: AuditCase) -> Table:
    """The printed ages of benefit expiry in the policy's row."""
    frame, policy = case.assumptions.tables["benefit_expiry"], case.policy.frame
    is_row = (frame["sex"] == policy["sex"].iloc[0]) & (
        frame["benefit_period"].astype(str) == policy["benefit_period"].iloc[0]
    )
    rows = tuple(
        Row(
            label,
            {
                "label": text(label),
                "rate": live(
                    f"=INDEX(benefit_expiry[{label}],audit_expiry_row)", float(frame.loc[is_row, label].iloc[0])
                ),
            },
        )
        for label in EXPIRY_AGES
    )
    columns = (Column("label", "Attained age", width=10), Column("rate", "Benefit expiry", "exact", "6d", 14))
    return Table("audit_expiry_rates", columns, rows, "Benefit expiry at the printed ages")


def _at_age(table: str, column: str) -> str:
    """A column of an assumption table at the row's attained age."""
    return "=" + covering(table, "attained_age", "{x}", column)


def _ages(case: AuditCase) -> Table:
    mortality, morbidity, policy = case.assumptions.mortality, case.assumptions.morbidity, case.policy
    x = np.arange(LAST_AGE + 1)
    sex, period, kind = (int(policy.codes(c)[0]) for c in ("sex", "benefit_period", "benefit_type"))
    series = int(morbidity.series_row[policy.codes("series")[0]])
    base = case.assumptions.tables.by_age("mortality_base", SEXES[sex])
    basis = base.copy()
    if case.assumptions.settings.age_basis == "last_birthday":
        basis[:-1] = 0.5 * (base[:-1] + base[1:])
    hazard: list[Value] = [CERTAIN if np.isinf(h) else float(h) for h in mortality.hazard.at(sex, x)]
    factors = "morbidity_factor_attained_age"
    columns: dict[str, tuple[Column, str, Sequence[Value]]] = {
        "q": (
            _column("q", "Base q", "Mortality"),
            _at_age("mortality_base", _by_sex("mortality_base")),
            _floats(base),
        ),
        "q_basis": (_column("q_basis", "q on the age basis", "Mortality"), "", _floats(basis)),
        "hazard": (_column("hazard", "Base hazard", "Mortality"), _HAZARD, hazard),
        "age_mortality": (
            _column("age_mortality", "Mortality factor", "A-1a"),
            _at_age("mortality_factor_attained_age", "mortality_factor_attained_age[factor]"),
            _floats(mortality.age_factor.at(0, x)),
        ),
        "improvement": (
            _column("improvement", "Improvement a year", "6g"),
            _at_age("improvement_scale", _by_sex("improvement_scale")),
            _floats(case.assumptions.improvement.scale.at(sex, x)),
        ),
        "expiry": (
            _column("expiry", "Benefit expiry", "6d"),
            "",
            _floats(case.assumptions.benefit_expiry.rate(sex, period, x)),
        ),
        "claim_cost": (
            _column("claim_cost", "Claim cost", "Morbidity"),
            _at_age("claim_cost", _by_sex("claim_cost")),
            _floats(morbidity.claim_cost.at(sex, x)),
        ),
        "age_series": (
            _column("age_series", "Factor of the series", "A-3a"),
            _at_age(factors, _one_of("audit_series_column", factors, MORBIDITY_SERIES)),
            _floats(morbidity.age_factor.at(series, x)),
        ),
        "age_period": (
            _column("age_period", "Factor of the benefit period", "A-3a"),
            _at_age(
                factors,
                _either("audit_benefit_period", LIFETIME, factors, "benefit_period_lifetime", "benefit_period_limited"),
            ),
            _floats(morbidity.age_factor.at(morbidity.benefit_period_row(period), x)),
        ),
        "age_type": (
            _column("age_type", "Factor of the benefit type", "A-3a"),
            _at_age(
                factors,
                _either("audit_benefit_type", INDEMNITY, factors, "indemnity", "reimbursement"),
            ),
            _floats(morbidity.age_factor.at(morbidity.benefit_type_row(kind), x)),
        ),
    }
    table = _table(
        "audit_age_rates", "By attained age", Column("x", "Attained age", "age", width=10), x.tolist(), columns
    )
    rows = tuple(_aged(row, int(row.key)) for row in table.rows)
    return Table(table.name, table.columns, rows, table.heading)


_LAST = f'AND({{x}}={LAST_AGE},end_of_mortality_table="certain_death")'
_HAZARD = f'=IF(OR({{q_basis}}>=1,{_LAST}),"{CERTAIN}",-LN(1-{{q_basis}}))'


def _by_sex(table: str) -> str:
    return f'IF(audit_sex="{SEXES[0]}",{table}[{SEXES[0]}],{table}[{SEXES[1]}])'


def _either(name: str, value: str, table: str, one: str, other: str) -> str:
    return f'IF({name}="{value}",{table}[{one}],{table}[{other}])'


def _aged(row: Row, x: int) -> Row:
    """A row with the two formulas that look at other rows: the next age's q, and the printed ages of expiry."""
    next_q = f'IF(age_basis="last_birthday",({{q}}+{{{x + 1}.q}})/2,{{q}})' if x < LAST_AGE else "{q}"
    cells = dict(row.cells)
    cells["q_basis"] = live(f"={next_q}", cells["q_basis"].value)
    cells["expiry"] = live(f"={_expiry_at(x)}", cells["expiry"].value)
    return Row(row.key, cells)


def _expiry_at(x: int) -> str:
    """Benefit expiry at an age: a printed one, or between two."""
    knots = [(label, span[0]) for label in EXPIRY_AGES[1:] if (span := parse_label(label, 0, LAST_AGE))]
    below = [(label, age) for label, age in knots if age <= x]
    if not below:
        return f"{{audit_expiry_rates!{EXPIRY_AGES[0]}.rate}}"
    label, age = below[-1]
    here = f"{{audit_expiry_rates!{label}.rate}}"
    if age == x or len(below) == len(knots):
        return here
    next_label, next_age = knots[len(below)]
    there = f"{{audit_expiry_rates!{next_label}.rate}}"
    return f'IF(benefit_expiry_between_ages="linear",{here}+({there}-{here})*{x - age}/{next_age - age},{here})'


def _floats(values: np.ndarray) -> list[Value]:
    return [float(v) for v in values]
