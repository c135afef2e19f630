"""Section 16: lifetime loss ratios beside those that pricing expected, and how the expected ones come about."""

from __future__ import annotations

import numpy as np

from xl_ltc.assumptions.pricing.specs import EXPECTED, INTEREST
from xl_ltc.exhibits.cash_flows import name_of
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import pick, row_where, structured
from xl_ltc.exhibits.notes import increase_note
from xl_ltc.exhibits.policies import series_rows
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Page,
    Row,
    Table,
    Value,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.pricing.expected import Expected
from xl_ltc.projection.results import BASES, Basis

TABLE, EXPECTED_TABLE = "section_16", "section_16_expected"
_MEASURES = {"premium": "earned_premium", "claims": "incurred_claims"}


def section_16(run: FilingRun) -> Page:
    """Actual and expected loss ratios by series, and the expected basis."""
    expected = run.pricing.expected if run.pricing else None
    tables = (_ratios(run, expected), *((_expected(run, expected),) if expected else ()))
    why = run.pricing.missing if run.pricing else ""
    return Page(
        "Section 16",
        "Actual-to-expected loss ratios by series, before and after the increase.",
        ("Section 16", "Actual and Expected Loss Ratios by Series", "Nationwide experience"),
        tables,
        (
            text(
                "[1] At the current rates on the basis that original pricing used: earned rates where pricing had an "
                "earned rate, else the maximum valuation rate of the issue year (table series)."
            ),
            text("[2] Policies sold, projected from issue on each series' original pricing assumptions."),
            *((text(f"Expected loss ratios are not available. {why}"),) if why else ()),
            increase_note(run.assumptions.settings),
            *((text(run.caution),) if run.caution else ()),
        ),
        landscape=True,
    )


def _labels(run: FilingRun) -> dict[str, str]:
    """Rows and what they are called, all series first as the filing has it."""
    return {ALL: ALL} | series_rows(run)


def _code(row: str) -> int:
    return int(row.removeprefix("series_"))


def _ratios(run: FilingRun, expected: Expected | None) -> Table:
    rows = []
    for row, label in _labels(run).items():
        experience = run.priced_experience
        experience = experience if row == ALL else experience.where(series=label)
        cells: dict[str, Cell] = {"series": text(label)}
        values: dict[str, float] = {}
        for basis in BASES:
            for key, measure in _MEASURES.items():
                values[f"{key}_{basis}"] = amount = experience.values(measure, basis).lifetime
                cells[f"{key}_{basis}"] = live(_valued(row, measure, basis), amount)
            claims, premium = values[f"claims_{basis}"], values[f"premium_{basis}"]
            cells[basis] = live_ratio(f"{{claims_{basis}}}", f"{{premium_{basis}}}", ratio_or_na(claims, premium))
        of_row: Value = _expected_ratio(row, expected)
        formula = f"={{{EXPECTED_TABLE}!{row}.loss_ratio}}"
        cells["expected"] = live(formula, of_row) if expected else text(NOT_AVAILABLE)
        for basis in BASES:
            actual = cells[basis].value
            known = isinstance(actual, float) and isinstance(of_row, float) and of_row != 0.0
            formula = f'=IF(AND(ISNUMBER({{{basis}}}),N({{expected}})<>0),{{{basis}}}/{{expected}},"{NOT_AVAILABLE}")'
            cells[f"ae_{basis}"] = live(formula, actual / of_row if known else NOT_AVAILABLE)  # type: ignore[operator]
        rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=14),
        Column("before", "Before Increase[1]", "ratio", "Lifetime Loss Ratio", 12),
        Column("after", "After Increase[1]", "ratio", "Lifetime Loss Ratio", 12),
        Column("expected", "Expected[2]", "ratio", "Lifetime Loss Ratio", 12),
        Column("ae_before", "Before Increase", "hundredths", "Actual-to-Expected", 12),
        Column("ae_after", "After Increase", "hundredths", "Actual-to-Expected", 12),
        *(
            Column(f"{key}_{basis}", f"{key.capitalize()} {basis}", "money", "Lifetime values at these rates ($)", 16)
            for basis in BASES
            for key in _MEASURES
        ),
    )
    published = {("s16", label, "expected"): (row, "expected") for row, label in _labels(run).items()}
    return Table(TABLE, columns, tuple(rows), published=published)


def _valued(row: str, measure: str, basis: Basis) -> str:
    condition = "" if row == ALL else "(cf_series={series})*"
    return f"=SUMPRODUCT({condition}cf_priced_factor*{name_of(measure, basis)})"


def _expected_ratio(row: str, expected: Expected | None) -> float | str:
    if expected is None:
        return NOT_AVAILABLE
    ratio = expected.loss_ratio_of_all if row == ALL else float(expected.loss_ratio[_code(row)])
    return ratio if ratio == ratio else NOT_AVAILABLE


def _expected(run: FilingRun, expected: Expected) -> Table:
    """The expected basis: values of the policies sold, and the level of their claim costs."""
    rows = []
    names = series_rows(run)
    first, last = next(iter(names)), list(names)[-1]
    for row, label in names.items():
        i = _code(row)
        premium, claims, margin = (float(v[i]) for v in (expected.premium, expected.claims, expected.dividend_margin))
        level, ratio = float(expected.level[i]), _expected_ratio(row, expected)
        given = f'SUMPRODUCT({row_where(EXPECTED, basis=label)}*({structured(EXPECTED, "claim_level")}<>""))'
        target = pick(EXPECTED, "expected_lifetime_loss_ratio", basis=label)
        blank = structured(EXPECTED, "expected_lifetime_loss_ratio")
        known = f'SUMPRODUCT({row_where(EXPECTED, basis=label)}*({blank}<>""))'
        calibrated = "({target}-{margin})*{premium}/{claims}"
        cells = {
            "series": text(label),
            "interest": live("=" + pick(INTEREST, "original_pricing", basis=label), _interest(run, label)),
            "premium": engine(premium),
            "claims": engine(claims),
            "target": live(f'=IF({known}>0,{target},"{NOT_AVAILABLE}")', _or_na(float(expected.target[i]))),
            "margin": live("=" + pick(EXPECTED, "dividend_margin", basis=label), margin),
            "level": live(
                f"=IF({given}>0,{pick(EXPECTED, 'claim_level', basis=label)},"
                f'IF({{claims}}=0,"{NOT_AVAILABLE}",{calibrated}))',
                _or_na(level),
            ),
            "with_margin": live(
                "=IF(ISNUMBER({level}),{claims}*{level},0)+{margin}*{premium}",
                (claims * level if level == level else 0.0) + margin * premium,
            ),
            "loss_ratio": live_ratio("{with_margin}", "{premium}", ratio),
        }
        rows.append(Row(row, cells))
    totals = {"premium": float(expected.premium.sum()), "with_margin": float(np.nansum(expected.with_margin))}
    cells = {key: live(f"=SUM({{{first}.{key}}}:{{{last}.{key}}})", value) for key, value in totals.items()}
    cells["series"] = text(ALL)
    cells["loss_ratio"] = live_ratio("{with_margin}", "{premium}", _expected_ratio(ALL, expected))
    rows.append(Row(ALL, cells, "total"))
    columns = (
        Column("series", "Series", width=14),
        Column("interest", "Pricing interest", "rate", width=12),
        Column("target", "Expected lifetime loss ratio, given", "ratio", width=12),
        Column("margin", "Of which dividend margin", "ratio", width=12),
        Column("level", "Level of claim costs[3]", "factor", width=12),
        Column("loss_ratio", "Expected lifetime loss ratio", "ratio", width=12),
        Column("premium", "Lifetime premium", "money", "Policies sold, from issue ($)", 16),
        Column("claims", "Lifetime claims at a level of 1", "money", "Policies sold, from issue ($)", 16),
        Column("with_margin", "Lifetime claims and dividend margin", "money", "Policies sold, from issue ($)", 16),
    )
    sold = run.pricing.sold if run.pricing else None
    notes = (
        text(
            "[3] The pricing claim costs are not published. One level a series makes its expected loss ratio the one "
            "given; nothing else is fitted. The ratio of all series follows."
        ),
        *((text(sold.how),) if sold else ()),
    )
    return Table(EXPECTED_TABLE, columns, tuple(rows), "Expected Experience by Series", notes)


def _or_na(value: float) -> float | str:
    return value if value == value else NOT_AVAILABLE


def _interest(run: FilingRun, series: str) -> float:
    return float(run.study[INTEREST].set_index("basis")["original_pricing"][series])
