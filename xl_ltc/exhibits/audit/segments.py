"""The projection itself, a row a segment: the part of a calendar year before the anniversary, and the one after it."""

from __future__ import annotations

from dataclasses import dataclass

from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION, RELATIVITY_CHARACTERISTICS
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.audit.engine import SEGMENT_COLUMNS, SEGMENTS
from xl_ltc.exhibits.audit.rates import CERTAIN
from xl_ltc.exhibits.table import Column, Measure, Page, Row, Table, Value, live, text

SHEET, TABLE = "Audit segments", "audit_projection"
ENGINE, DIFFERENCE = "engine", "off"
"""How the columns of the engine's values and of the differences begin."""


@dataclass(frozen=True)
class _Of:
    """A column: its formula, and the column of the readable calculation that gives the value stored with it."""

    key: str
    header: str
    group: str
    formula: str
    traced: str
    measure: Measure = "exact"


_RELATIVITIES = "*".join(f"audit_relativity_{c}" for c in RELATIVITY_CHARACTERISTICS)
_NONE_LEFT = "OR({q}>=1,{lapse}>=1,{expiry}>=1)"
_LOG = "({length}*(LN(1-{q})+LN(1-{lapse})+LN(1-{expiry})))"


def _power(rate: str) -> str:
    """What survives a rate over the segment; 0^0 is no number to a spreadsheet."""
    return f"IF({{length}}=0,1,(1-{{{rate}}})^{{length}})"


def _factor(name: str) -> str:
    return f"=IF({{year}}*2+{{segment}}>=increase_effective_year*2+2,audit_{name},1)"


_ANNUAL = "((1-{q})*(1-{lapse})*(1-{expiry}))"
_OF_MONTH = f"({_ANNUAL}^(1/12))"
_MONTHS_BEFORE = "INT(12*audit_before)"
"""Whole months before the anniversary."""
_TO_MONTH_END = f"(({_MONTHS_BEFORE}+1)/12-audit_before)"
"""From the anniversary to the end of its month."""


def _whole_months(count: str) -> str:
    """Life-years of so many months, per life at their begin: a geometric series."""
    return f"(1+{_OF_MONTH})/24*IF({_OF_MONTH}=1,{count},(1-{_OF_MONTH}^({count}))/(1-{_OF_MONTH}))"


def _by_months() -> str:
    """Average lives over the segment per life at its begin, the mean of begin and end month by month."""
    rest = f"(audit_before-{_MONTHS_BEFORE}/12)"
    until = f"{_whole_months(_MONTHS_BEFORE)}+{_ANNUAL}^({_MONTHS_BEFORE}/12)*{rest}/2*(1+{_ANNUAL}^{rest})"
    since = (
        f"{_TO_MONTH_END}/2*(1+{_ANNUAL}^{_TO_MONTH_END})"
        f"+{_ANNUAL}^{_TO_MONTH_END}*{_whole_months(f'11-{_MONTHS_BEFORE}')}"
    )
    none_left = f"IF({{segment}}=1,MIN(audit_before,1/12),{_TO_MONTH_END})/2"
    return f"IF({{length}}=0,1,IF({_NONE_LEFT},{none_left},IF({{segment}}=1,{until},{since}))/{{length}})"


_TIME, _DEATH, _OTHER, _LIVES, _CASH, _COST, _AFTER = (
    "Time",
    "Mortality: 1-exp(-hazard x factors), improved",
    "Lapse and benefit expiry",
    "Lives per life at the valuation date",
    "Before the increase",
    "Claims a year of a life: daily benefit x claim cost x factors",
    "After the increase",
)

_COLUMNS = (
    _Of("k", "Projection year", _TIME, "={year}-YEAR(valuation_date)", "projection_year", "age"),
    _Of("length", "Length", _TIME, "=IF({segment}=1,audit_before,1-audit_before)", "segment_length"),
    _Of("t", "Policy duration", _TIME, "=audit_first_duration+{k}-1+{segment}-1", "policy_duration", "age"),
    _Of("x", "Attained age", _TIME, f"=MIN(audit_first_age+{{k}}-1+{{segment}}-1,{LAST_AGE})", "attained_age", "age"),
    _Of("hazard", "Base hazard", _DEATH, "=INDEX(audit_hazard,{x}+1)", "mortality_base_hazard"),
    _Of("f_age", "Factor, age", _DEATH, "=INDEX(audit_age_mortality,{x}+1)", "mortality_factor_age"),
    _Of(
        "f_duration",
        "Factor, duration",
        _DEATH,
        f"=INDEX(audit_duration_mortality,MIN({{t}},{LAST_DURATION}))",
        "mortality_factor_duration",
    ),
    _Of(
        "q0",
        "q before improvement",
        _DEATH,
        f'=IF({{hazard}}="{CERTAIN}",1,1-EXP(-{{hazard}}*{{f_age}}*{{f_duration}}*audit_mortality_sex*audit_mortality_partner'
        "*audit_mortality_underwriting))",
        "mortality_q_before_improvement",
    ),
    _Of(
        "improvement",
        "Improvement",
        _DEATH,
        "=(1-INDEX(audit_improvement,{x}+1))^MIN({k},audit_improvement_years)",
        "mortality_improvement",
    ),
    _Of("q", "q", _DEATH, "=IF({q0}>=1,1,{q0}*{improvement})", "mortality_q"),
    _Of(
        "lapse",
        "Lapse",
        _OTHER,
        "=IF(audit_issue_age+{t}-1>audit_zero_lapse_after,0,"
        + "*".join(f"INDEX(audit_duration_{n},MIN({{t}},{LAST_DURATION}))" for n in ("lapse", "scalar", "discount"))
        + ")",
        "lapse_rate",
    ),
    _Of("expiry", "Benefit expiry", _OTHER, "=INDEX(audit_expiry,{x}+1)", "benefit_expiry_rate"),
    _Of("deaths", "Deaths", _LIVES, f"={{begin}}*(1-{_power('q')})", "deaths"),
    _Of("lapses", "Lapses", _LIVES, f"={{begin}}*{_power('q')}*(1-{_power('lapse')})", "lapses"),
    _Of(
        "expiries",
        "Benefit expiries",
        _LIVES,
        f"={{begin}}*{_power('q')}*{_power('lapse')}*(1-{_power('expiry')})",
        "benefit_expiries",
    ),
    _Of("end", "End", _LIVES, f"={{begin}}*{_power('q')}*{_power('lapse')}*{_power('expiry')}", "lives_end_before"),
    _Of(
        "average",
        "Average",
        _LIVES,
        f'=IF(average_lives="linear",IF(time_step="monthly",{{begin}}*{_by_months()},0.5*({{begin}}+{{end}})),'
        f"{{begin}}*IF({{length}}=0,1,IF({_NONE_LEFT},0,IF({_LOG}<0,(EXP({_LOG})-1)/{_LOG},1))))",
        "average_lives",
    ),
    _Of(
        "premium",
        "Annual premium",
        _CASH,
        "=IF({t}<=audit_paying_years,audit_annualized_premium,0)",
        "annualized_premium",
        "cents",
    ),
    _Of("claim_cost", "Claim cost", _COST, "=INDEX(audit_claim_cost,{x}+1)", "claim_cost"),
    _Of("f_series", "Factor, age and series", _COST, "=INDEX(audit_age_series,{x}+1)", "claim_factor_age_series"),
    _Of(
        "f_period", "Factor, benefit period", _COST, "=INDEX(audit_age_period,{x}+1)", "claim_factor_age_benefit_period"
    ),
    _Of("f_type", "Factor, benefit type", _COST, "=INDEX(audit_age_type,{x}+1)", "claim_factor_age_benefit_type"),
    _Of(
        "f_claims",
        "Factor, duration",
        _COST,
        f"=INDEX(audit_duration_morbidity,MIN({{t}},{LAST_DURATION}))",
        "claim_factor_duration_series",
    ),
    _Of(
        "growth",
        "Benefit growth",
        _COST,
        '=IF(audit_growth_method="simple",1+audit_growth_rate*({t}-1),IF(audit_growth_method="compound",'
        "(1+audit_growth_rate)^({t}-1),1))",
        "benefit_growth",
    ),
    _Of(
        "claims_rate",
        "Claims a year",
        _COST,
        "=audit_daily_benefit*{claim_cost}*{f_series}*{f_period}*{f_type}*{f_claims}*{growth}*{improvement}"
        f"*audit_morbidity_sex*audit_morbidity_underwriting*{_RELATIVITIES}",
        "claims_per_life_year",
        "decimal",
    ),
    _Of("earned_before", "Earned premium", _CASH, "={premium}*{length}*{average}", "earned_premium_before", "decimal"),
    _Of(
        "claims_before",
        "Incurred claims",
        _CASH,
        "={claims_rate}*{length}*{average}",
        "incurred_claims_before",
        "decimal",
    ),
    _Of("on_premium", "Factor on premium", _AFTER, _factor("premium_factor_after"), "premium_factor_after"),
    _Of(
        "on_initial",
        "Factor on initial premium",
        _AFTER,
        _factor("initial_premium_factor_after"),
        "initial_premium_factor_after",
    ),
    _Of("on_claims", "Factor on claims", _AFTER, _factor("claims_factor_after"), "claims_factor_after"),
    _Of("on_lives", "Factor on lives", _AFTER, _factor("lives_factor_after"), "lives_factor_after"),
    _Of("earned_after", "Earned premium", _AFTER, "={earned_before}*{on_premium}", "earned_premium_after", "decimal"),
    _Of(
        "initial_after",
        "Initial earned premium",
        _AFTER,
        "={earned_before}*{on_initial}",
        "initial_earned_premium_after",
        "decimal",
    ),
    _Of("claims_after", "Incurred claims", _AFTER, "={claims_before}*{on_claims}", "incurred_claims_after", "decimal"),
    _Of("end_after", "Lives at the end", _AFTER, "={end}*{on_lives}", "lives_end_after"),
)
_HELD = {of.traced: of for of in _COLUMNS if of.traced in SEGMENT_COLUMNS}


def compared() -> dict[str, str]:
    """The columns that are held against the engine: what each is called, and the key of its differences."""
    return {
        f"{of.traced.replace('_', ' ').capitalize()}, by segment": f"{DIFFERENCE}_{of.key}" for of in _HELD.values()
    }


def difference(own: str, engine: str) -> str:
    """The formula of a difference relative to the larger of two numbers."""
    return f"=IF({own}={engine},0,ABS({own}-{engine})/MAX(ABS({own}),ABS({engine})))"


def segments_page(case: AuditCase) -> Page:
    """The whole projection of the policy shown, every factor of every segment, with the engine's values."""
    return Page(
        SHEET,
        "Every factor of every segment of the policy shown, by formula, with the engine's values and the differences.",
        (
            "Audit segments",
            "Every factor of every segment of every projected year, recomputed by formula from the assumption sheets, "
            "beside the engine's values",
        ),
        (_projection(case),),
        (
            text(
                "Segment 1 of a calendar year lies before the policy's anniversary, segment 2 after it. Rates hold "
                "over the policy year with constant force. Differences are relative to the larger value."
            ),
        ),
        wide=True,
        across=4,
    )


def _projection(case: AuditCase) -> Table:
    frame = case.traces[0]
    records = frame.to_dict("records")
    rows = []
    for i, record in enumerate(records):
        year = f"=YEAR(valuation_date)+{i // 2 + 1}"
        begin = f"={{{i - 1}.end}}" if i else "=1"
        cells = {
            "year": live(year, int(record["calendar_year"])),
            "segment": text(int(record["segment"])),
            "begin": live(begin, float(record["lives_begin_before"])),
        }
        for of in _COLUMNS:
            value: Value = float(record[of.traced])
            cells[of.key] = live(of.formula, CERTAIN if value == float("inf") else value)
        for traced, of in _HELD.items():
            at = f"=INDEX({SEGMENTS}[{traced}],(audit_at-1)*{len(records)}+{i + 1})"
            cells[f"{ENGINE}_{of.key}"] = live(at, float(record[traced]))
            cells[f"{DIFFERENCE}_{of.key}"] = live(difference(f"{{{of.key}}}", f"{{{ENGINE}_{of.key}}}"), 0.0)
        rows.append(Row(str(i), cells))
    return Table(TABLE, _columns(), tuple(rows))


def _columns() -> tuple[Column, ...]:
    columns = [
        Column("year", "Calendar year", "year", _TIME, 9, "audit_year"),
        Column("segment", "Segment", "age", _TIME, 9),
    ]
    for of in _COLUMNS:
        if of.key == "deaths":
            columns.append(Column("begin", "Begin", "exact", _LIVES, 14))
        columns.append(
            Column(of.key, of.header, of.measure, of.group, 14 if of.measure != "age" else 10, f"audit_s_{of.key}")
        )
    columns += [_beside(ENGINE, "The engine", of, of.measure) for of in _HELD.values()]
    columns += [_beside(DIFFERENCE, "Difference, relative", of, "tiny") for of in _HELD.values()]
    return tuple(columns)


def _beside(begins: str, group: str, of: _Of, measure: Measure) -> Column:
    return Column(f"{begins}_{of.key}", of.header, measure, group, 14, f"audit_s_{begins}_{of.key}")
