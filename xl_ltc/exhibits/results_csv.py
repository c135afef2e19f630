"""The results as comma-separated files, named and headed as the filing's tables, at full precision."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xl_ltc.exhibits.attribution_tables import RESIDUAL
from xl_ltc.exhibits.checks import Check, as_number, in_words
from xl_ltc.exhibits.exhibit_1 import LETTER, table_name, year_groups
from xl_ltc.exhibits.filing_pages import FilingPages, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.jurisdiction import Jurisdiction
from xl_ltc.exhibits.policies import SHARE, TOTAL, series_keys, series_rows
from xl_ltc.exhibits.section_21 import AVERAGE_ISSUE_AGE, CHARACTERISTICS, ISSUE_AGE, LEVEL_RENEWAL
from xl_ltc.exhibits.section_22 import NATIONWIDE
from xl_ltc.exhibits.section_22 import table_name as region_table
from xl_ltc.exhibits.table import NOT_AVAILABLE, Row, Table, Value, all_tables
from xl_ltc.projection.results import BASES, Basis

Tables = Mapping[str, Table]
Lines = Iterable[Sequence[object]]
File = tuple[str, str, Lines]
"""Name, header and lines."""

_FOOTNOTE_MARK = re.compile(r"\[\d+\]$")
_LESS_THAN_ONE = "<1"
_NOT_FILED = {TOTAL, LEVEL_RENEWAL}


def write_results(
    run: FilingRun,
    checks: Sequence[Check],
    folder: Path,
    pages: FilingPages | None = None,
) -> tuple[Path, ...]:
    """Write one file per table of the filing that the model produces, and ``reconciliation.csv``.

    Ratios and shares are fractions, ``pct_`` columns percentages; nothing is rounded but ``raw_pct``, which is as
    the filing prints it. What the filing takes as given, such as original pricing interest, is not a result and has
    no file; ``appendix_b_interest.csv`` holds the run's series only.

    Args:
        run, checks: as ``filing_pages``.
        folder: where to; made if it does not exist.
        pages: those of the run and checks, if they have been built.

    Returns:
        The files written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = pages or filing_pages(run, checks)
    tables = {table.name: table for table in all_tables(pages.all)}
    written = []
    for name, header, lines in _files(run, tables, checks):
        path = folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(lines)
        written.append(path)
    return tuple(written)


def _files(run: FilingRun, tables: Tables, checks: Sequence[Check]) -> Iterator[File]:
    state = Jurisdiction.of(run.assumptions.settings)
    for basis in BASES:
        yield from _exhibit_1(run, tables, basis)
    yield from _tests_and_ratios(tables)
    yield from _section_02(run, tables["section_02"])
    yield (
        "s12_modal_factors",
        "mode,factor_x_AP,inforce_share",
        _lines(_without_total(tables["section_12"]), "mode", "factor", "share"),
    )
    yield (
        f"s19_{state.code.lower()}_average_premium",
        "series,insureds,avg_premium_before,avg_premium_after",
        _lines(tables["section_19"].rows, "series", "insureds", "before", "after"),
    )
    yield from _section_21(run, tables)
    yield _section_22(tables, state)
    yield _interest(run, tables["section_06f"])
    yield (
        "reconciliation",
        "table,row,column,class,published,computed,tolerance,verdict,reason",
        (
            (c.table, c.row, c.column, c.klass, c.published, _computed(c), c.tolerance, c.verdict, c.reason)
            for c in checks
        ),
    )


def _tests_and_ratios(tables: Tables) -> Iterator[File]:
    """Exhibit II, sections 15, 16 and 18."""
    yield (
        "exhibit_2_58_85",
        "item,description,amount,factor,result",
        _lines(tables["exhibit_2"].rows, "item", "description", "amount", "factor", "result"),
    )
    yield (
        "s15_lifetime_lr_maxval",
        "series,before,after",
        _lines(tables["section_15_lifetime"].rows, "series", *BASES),
    )
    yield (
        "s15_58_85_by_series_millions",
        "series,item5_musd,item7_musd,result",
        _lines(tables["section_15_test"].rows, "series", "item_5", "item_7", "result"),
    )
    yield (
        "s16_actual_to_expected_lr",
        "series,before,after,expected,ae_before,ae_after",
        _lines(tables["section_16"].rows, "series", *BASES, "expected", "ae_before", "ae_after"),
    )
    yield (
        "s18_attribution",
        "scenario,lifetime_lr,incremental_impact,increase_needed",
        (
            (_FOOTNOTE_MARK.sub("", str(scenario)), *numbers)
            for scenario, *numbers in _lines(
                [row for row in tables["section_18"].rows if row.key != RESIDUAL], "scenario", "llr", "impact", "needed"
            )
        ),
    )


def _computed(check: Check) -> object:
    number = as_number(check.computed)
    return in_words(check.computed) if number is None else number


def _lines(rows: Iterable[Row], *columns: str) -> Lines:
    return [[_shown(_value(row, column)) for column in columns] for row in rows]


def _value(row: Row, column: str) -> Value:
    return row.cells[column].value if column in row.cells else None


def _shown(value: Value) -> object:
    return "" if value is None or value == NOT_AVAILABLE else _whole(value)


def _whole(value: Any) -> object:
    """A whole number without a decimal point, as the filing's files have counts and dollars."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without_total(table: Table) -> list[Row]:
    return [row for row in table.rows if row.key != TOTAL]


def _exhibit_1(run: FilingRun, tables: Tables, basis: Basis) -> Iterator[File]:
    table, letter = tables[table_name(basis)], LETTER[basis]
    groups = year_groups(run.cash_flows.years, run.assumptions.settings.valuation_date.year)
    columns = ("premium", "claims", "ratio", "lives", "cumulative")
    yield (
        f"exhibit_1{letter}_experience",
        "label,year_from,year_to,period,A_earned_premium,B_incurred_claims,C_loss_ratio,"
        "D_lives_yearend_or_5yr_sum,E_cumulative_lr_with_interest",
        [
            [g.label, g.first, g.last, "historical" if g.historical else "projected", *line]
            for g, line in zip(groups, _lines(table.rows, *columns), strict=True)
        ],
    )
    date = run.assumptions.settings.valuation_date
    yield (
        f"exhibit_1{letter}_pv_{date:%Y%m%d}",
        "item,earned_premium,incurred_claims,loss_ratio",
        _lines(tables[f"{table_name(basis)}_values"].rows, "label", "premium", "claims", "ratio"),
    )


def _percent_header(run: FilingRun, *keys: str) -> str:
    return ",".join([*keys, *(f"pct_{name}" for name in series_keys(run).values())])


def _raw(row: Row, keys: Iterable[str], factor: float = 100.0) -> list[object]:
    """Percentages by series; N/A where nobody in the series has the category."""
    values = (_value(row, f"{SHARE}_{key}") for key in keys)
    return [v if isinstance(v, str) else _whole(factor * v) for v in values]  # type: ignore[operator]


def printed_percent(share: float) -> str:
    """A share as the filing prints it: a whole percent, ``<1`` for what rounds to none but is some."""
    percent = math.floor(100.0 * share + 0.5 + 1e-9)
    return _LESS_THAN_ONE if percent == 0 and share > 0.0 else str(percent)


def _long(run: FilingRun, row: Row) -> Iterator[tuple[str, str, object, int, int]]:
    """Series, as printed, value, whether printed as less than one, whether not available."""
    for key, name in series_keys(run).items():
        cell = row.cells[f"{SHARE}_{key}"]
        if isinstance(cell.value, str):
            yield name, NOT_AVAILABLE, "", 0, 1
            continue
        value = float(cell.value)  # type: ignore[arg-type]
        printed = str(math.floor(value + 0.5)) if cell.measure == "age" else printed_percent(value)
        yield name, printed, _whole(value), int(printed == _LESS_THAN_ONE), 0


def _section_02(run: FilingRun, table: Table) -> Iterator[File]:
    rows = {str(_value(row, "label")): row for row in _without_total(table)}
    yield (
        "s02_rate_increase_distribution_raw",
        _percent_header(run, "band"),
        [[label, *_raw(row, series_keys(run))] for label, row in rows.items()],
    )
    yield (
        "s02_rate_increase_distribution_long",
        "row,series,raw_pct,value,censored_lt_1pct",
        [[label, *line[:-1]] for label, row in rows.items() for line in _long(run, row)],
    )


def _section_21(run: FilingRun, tables: Tables) -> Iterator[File]:
    names = {ISSUE_AGE: ISSUE_AGE} | {c.column: c.name for c in CHARACTERISTICS}
    rows = [
        (name, str(_value(row, "label")), row)
        for column, name in names.items()
        for row in tables[f"section_21_{column}"].rows
        if _value(row, "label") not in _NOT_FILED
    ]
    yield (
        "s21_distribution_raw",
        _percent_header(run, "characteristic", "category"),
        [
            [name, label, *_raw(row, series_keys(run), 1.0 if label == AVERAGE_ISSUE_AGE else 100.0)]
            for name, label, row in rows
        ],
    )
    yield (
        "s21_distribution_long",
        "characteristic,category,series,raw_pct,value,censored_lt_1pct,not_available",
        [[name, label, *line] for name, label, row in rows for line in _long(run, row)],
    )


def _section_22(tables: Tables, state: Jurisdiction) -> File:
    lines = [
        [region, *line]
        for region in (state.name, NATIONWIDE)
        for line in _lines(tables[region_table(region)].rows, "series", "insureds", "annualized_premium")
    ]
    return "s22_counts_premium", "region,series,insureds,annualized_premium", lines


def _interest(run: FilingRun, table: Table) -> File:
    """The current basis that is consistent with original pricing is the earned rate where pricing used one."""
    earned = dict(
        zip(run.assumptions.pricing_interest.series, run.assumptions.pricing_interest.earned_rate, strict=True)
    )
    lines = []
    for row, series in series_rows(run).items():
        average = table.cell(row, "average_insureds").value
        current = average if math.isnan(earned[series]) else float(earned[series])
        lines.append([series, _shown(average), _shown(current)])
    return "appendix_b_interest", "series,max_valuation_at_issue_avg,current_consistent_basis", lines
