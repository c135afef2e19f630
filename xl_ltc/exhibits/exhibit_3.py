"""Exhibit III and Appendix B: current assumptions beside those of the original and the 513 Series pricing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from xl_ltc.assumptions.pricing.specs import BASES, DISABLED, DURATIONS, INTEREST, MORTALITY, SELECT, SETS
from xl_ltc.assumptions.specs import SEXES
from xl_ltc.exhibits.experience_rows import note_if_empty
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import literal, pick, pick_text, row_where, structured
from xl_ltc.exhibits.policies import series_rows
from xl_ltc.exhibits.section_06 import average_rates
from xl_ltc.exhibits.table import NOT_AVAILABLE, Cell, Column, Measure, Page, Row, Table, Value, live, text
from xl_ltc.experience.study import APPENDIX_B, BASIS, EXHIBIT_3, STUDY_BY_NAME

_TITLES = {
    EXHIBIT_3: "Comparison of Current and Original Pricing Assumptions",
    APPENDIX_B: "Comparison of Current and 513 Series Pricing Assumptions",
}
_SUFFIX = {EXHIBIT_3: "3", APPENDIX_B: "b"}
_PRICED = {EXHIBIT_3: "Original", APPENDIX_B: "513 Series pricing"}
"""What the current assumptions are compared with, before the title of a table."""
_GRIDS_511 = ("pricing_lapse_511_lifetime_pay", "pricing_lapse_511_limited_pay")
_FIRST: Mapping[str, Mapping[str, Measure]] = {
    EXHIBIT_3: {DURATIONS: "hundredths", DISABLED: "tenths"},
    APPENDIX_B: {},
}
"""The tables of the original pricing that an exhibit shows before interest and lapse, and what their numbers are."""
_LAPSE = {
    EXHIBIT_3: (
        "pricing_lapse_200_300",
        "pricing_lapse_400",
        "pricing_lapse_500_lifetime_pay",
        "pricing_lapse_500_limited_pay",
        *_GRIDS_511,
    ),
    APPENDIX_B: _GRIDS_511,
}
_KEY_WIDTH, _WIDTH = 18.0, 10.5
"""One width for all tables, as they stand below each other."""
_VALUATION = "max valuation"
"""How the table of pricing interest calls the maximum valuation rate."""
_NO_BOUND = "-"
"""Where a table leaves the end of a range blank."""
_OF_CATEGORY = ("assumption", "basis", "series")


def comparison_in_words(run: FilingRun, exhibit: str) -> Page:
    """Each assumption in words: current, and as it was priced."""
    frame = run.study[BASIS]
    mine = frame[frame["exhibit"] == exhibit]
    rows = []
    for _, of_one in mine.groupby("assumption", sort=False):
        for i, record in enumerate(of_one.to_dict("records")):
            keys = {key: str(record[key]) for key in _OF_CATEGORY}
            formula = "=" + pick_text(BASIS, "description", exhibit=exhibit, **keys)
            labels = {key: text(word) for key, word in keys.items() if i == 0 or key != "assumption"}
            cells = labels | {"description": live(formula, str(record["description"]))}
            rows.append(Row("/".join(keys.values()), cells))
    columns = (
        Column("assumption", "Assumption", width=16),
        Column("basis", "Basis", width=14),
        Column("series", "Series", width=14),
        Column("description", "What it is", width=84),
    )
    notes = (
        text(f"Read from the table {BASIS}, where each can be put in other words."),
        text(f"Numbers by series, duration and issue age are on the sheet {exhibit} tables."),
        *note_if_empty(BASIS, not rows),
    )
    table = Table(f"exhibit_{_SUFFIX[exhibit]}_words", columns, tuple(rows))
    return Page(
        exhibit,
        f"{_TITLES[exhibit]}, in words.",
        (exhibit, _TITLES[exhibit]),
        (table,),
        notes,
        landscape=True,
        shows_inputs=True,
    )


def comparison_in_numbers(run: FilingRun, exhibit: str) -> Page:
    """The tables of the comparison: lapse, interest, and in Exhibit III morbidity by duration and disabled lives."""
    suffix = _SUFFIX[exhibit]
    missing = [name for name in (INTEREST, BASES, *_FIRST[exhibit], *_LAPSE[exhibit]) if run.study[name].empty]
    tables = (
        *(_given(run, exhibit, name, measure) for name, measure in _FIRST[exhibit].items() if name not in missing),
        _interest(run, exhibit),
        *((_bases(run, exhibit),) if BASES not in missing else ()),
        *_mortality(run, exhibit),
        *_current_lapse(run, suffix),
        *(_given(run, exhibit, name, "rate") for name in _LAPSE[exhibit] if name not in missing),
    )
    if exhibit == EXHIBIT_3 and len(run.study[SETS]):
        tables = (*tables, _linked("sets_3", SETS, "Assumption sets", run.study[SETS], "general"))
    notes = (
        text(
            "Current assumptions are linked to the assumption tables, the rest to those of the sheet Original pricing."
        ),
        _improvement(run),
        text("Mortality and claim costs by basis: table pricing_bases on the sheet Original pricing."),
        text(
            "Policy durations count from 1, completed policy years from 0; grids as printed, also where a rate rises."
        ),
        *note_if_empty(", ".join(missing), bool(missing)),
    )
    return Page(
        f"{exhibit} tables",
        f"{_TITLES[exhibit]}, in numbers.",
        (f"{exhibit} tables", _TITLES[exhibit]),
        tables,
        notes,
        one_page=exhibit == APPENDIX_B,
        shows_inputs=True,
    )


def _linked(name: str, table: str, heading: str, frame: pd.DataFrame, measure: Measure) -> Table:
    """A table of another, cell by cell in its order; its first column is the key."""
    columns = [str(column) for column in frame.columns]
    measures = {column: _measure(frame[column], measure) for column in columns}
    values = [frame[column].tolist() for column in columns]
    rows = [
        Row(str(i), {f"c{j}": _cell(table, column, i, values[j][i]) for j, column in enumerate(columns)})
        for i in range(len(frame))
    ]
    widths = [_KEY_WIDTH, *([_WIDTH] * (len(columns) - 1))]
    of_columns = tuple(
        Column(f"c{j}", column.replace("_", " ").capitalize(), measures[column], width=widths[j])
        for j, column in enumerate(columns)
    )
    return Table(name, of_columns, tuple(rows), heading)


def _measure(column: pd.Series, measure: Measure) -> Measure:
    if not pd.api.types.is_numeric_dtype(column):
        return "text"
    return "count" if str(column.name).startswith(("duration", "issue_age")) else measure


def _cell(table: str, column: str, position: int, value: str | float) -> Cell:
    at = f"INDEX({structured(table, column)},{position + 1})"
    if isinstance(value, str):
        return live(f'={at}&""', value)
    return live(f'=IF({at}="","{_NO_BOUND}",{at})', _NO_BOUND if pd.isna(value) else float(value))


_ATTAINED_AGES, _SELECT_AGES, _SELECT_YEARS_SHOWN = (50, 60, 70, 80, 90, 100), (40, 50, 60, 70), (1, 5, 10, 15)


def _mortality(run: FilingRun, exhibit: str) -> Iterator[Table]:
    """Annual probabilities of death of the current base table and of those that pricing used, before any factor."""
    bases, rates, select = run.study[BASES], run.study[MORTALITY], run.study[SELECT]
    if bases.empty or rates.empty:
        return
    mine = bases[bases["basis"].isin(run.series) == (exhibit == EXHIBIT_3)]
    names = list(dict.fromkeys(mine["mortality_table"]))
    current = {sex: run.assumptions.tables.by_age("mortality_base", sex) for sex in SEXES}
    priced = _shown(rates, "attained_age", _ATTAINED_AGES)
    rows = []
    for age in _ATTAINED_AGES:
        cells: dict[str, Cell] = {"age": text(str(age))}
        for sex in SEXES:
            base = float(current[sex][age])
            at_age = row_where("mortality_base", attained_age=str(age))
            cells[f"current_{sex}"] = live(f"=SUMPRODUCT({at_age}*{structured('mortality_base', sex)})", base)
            for i, name in enumerate(names):
                rate = priced.get((name, age), {}).get(sex)
                cells[f"{i}_{sex}"] = _rate(MORTALITY, sex, rate, mortality_table=name, attained_age=str(age))
        rows.append(Row(str(age), cells))
    columns = (
        Column("age", "Attained age", width=_KEY_WIDTH),
        *(Column(f"current_{sex}", sex, "rate", "Current base table", _WIDTH) for sex in SEXES),
        *(Column(f"{i}_{sex}", sex, "rate", name, _WIDTH) for i, name in enumerate(names) for sex in SEXES),
    )
    heading = "Annual probability of death, ultimate, before factors and multiples"
    yield Table(f"mortality_ages_{_SUFFIX[exhibit]}", columns, tuple(rows), heading)
    in_select = set(select["mortality_table"]) if len(select) else set()
    selected = _shown(select, "issue_age", _SELECT_AGES)
    for name in names:
        if name in in_select:
            yield _select(name, selected, _SUFFIX[exhibit])


_Shown = dict[tuple[str, int], dict[str, Any]]
"""Rows by mortality table and age."""


def _shown(frame: pd.DataFrame, age: str, ages: Sequence[int]) -> _Shown:
    """The first row of each mortality table and of each of some ages."""
    if frame.empty:
        return {}
    records = frame[frame[age].isin(ages)].drop_duplicates(["mortality_table", age]).to_dict("records")
    return {(str(record["mortality_table"]), int(record[age])): record for record in records}


def _rate(table: str, column: str, rate: float | None, **keys: str) -> Cell:
    """A rate of the row with some keys; N/A where there is none."""
    formula = f'=IF(SUMPRODUCT({row_where(table, **keys)}*1)=0,"{NOT_AVAILABLE}",{pick(table, column, **keys)})'
    return live(formula, NOT_AVAILABLE if rate is None else float(rate))


def _select(name: str, selected: _Shown, suffix: str) -> Table:
    rows = []
    for age in _SELECT_AGES:
        own = selected.get((name, age), {})
        cells: dict[str, Cell] = {"age": text(str(age))}
        for sex in SEXES:
            for t in _SELECT_YEARS_SHOWN:
                column = f"{sex.lower()}_{t}"
                cells[column] = _rate(SELECT, column, own.get(column), mortality_table=name, issue_age=str(age))
        rows.append(Row(str(age), cells))
    columns = (
        Column("age", "Issue age", width=_KEY_WIDTH),
        *(
            Column(f"{sex.lower()}_{t}", f"Year {t}", "rate", f"{sex}, by policy year", _WIDTH)
            for sex in SEXES
            for t in _SELECT_YEARS_SHOWN
        ),
    )
    return Table(f"mortality_select_{suffix}", columns, tuple(rows), f"{name}: annual probability of death, select")


def _current_lapse(run: FilingRun, suffix: str) -> tuple[Table, ...]:
    headings = {
        "lapse_lifetime_pay": "Current: lapse, lifetime pay",
        "lapse_payment_option": "Current: scalars on lapse by premium payment option",
    }
    measures: dict[str, Measure] = {"lapse_lifetime_pay": "rate", "lapse_payment_option": "hundredths"}
    return tuple(
        _linked(f"{name}_{suffix}", name, heading, run.assumptions.tables[name], measures[name])
        for name, heading in headings.items()
    )


def _given(run: FilingRun, exhibit: str, name: str, measure: Measure) -> Table:
    title = STUDY_BY_NAME[name].title
    heading = f"{_PRICED[exhibit]}: {title[0].lower()}{title[1:]}"
    return _linked(f"{name}_{_SUFFIX[exhibit]}", name, heading, run.study[name], measure)


def _improvement(run: FilingRun) -> Cell:
    years = float(run.assumptions.tables.parameters("improvement")["improvement_years"])
    formula = pick("improvement", "value", parameter="improvement_years")
    before, after = "Current improvement of mortality and morbidity: scale G2 for ", " projection years."
    return live(f"={literal(before)}&{formula}&{literal(after)}", f"{before}{years:g}{after}")


def _bases(run: FilingRun, exhibit: str) -> Table:
    """Mortality table and multiple of each basis the exhibit is about."""
    frame = run.study[BASES]
    of_current = set(run.series)
    mine = [b for b in frame["basis"] if (b in of_current) == (exhibit == EXHIBIT_3)]
    rows = []
    for basis in mine:
        columns = {"table": "mortality_table", "multiple": "mortality_multiple"}
        own = frame[frame["basis"] == basis].iloc[0]
        rows.append(
            Row(
                f"basis_{basis}",
                {
                    "basis": text(basis),
                    "table": live("=" + pick_text(BASES, columns["table"], basis=basis), str(own[columns["table"]])),
                    "multiple": live(
                        "=" + pick(BASES, columns["multiple"], basis=basis), float(own[columns["multiple"]])
                    ),
                },
            )
        )
    of_columns = (
        Column("basis", "Series", width=_KEY_WIDTH),
        Column("multiple", "Multiple", "share", width=_WIDTH),
        Column("table", "Mortality table", width=_WIDTH, wrap=False),
    )
    heading = f"{_PRICED[exhibit]}: mortality of active lives"
    return Table(f"mortality_{_SUFFIX[exhibit]}", of_columns, tuple(rows), heading)


def _interest(run: FilingRun, exhibit: str) -> Table:
    """Current rates by series, and the original ones or that of the 513 Series pricing."""
    pricing = run.assumptions.pricing_interest
    averages = average_rates(run)
    rows = []
    for i, (row, series) in enumerate(series_rows(run).items()):
        at_issue = averages[i]
        average: Value = at_issue if at_issue is not None else NOT_AVAILABLE
        earned = f'SUMPRODUCT({row_where("series", series=series)}*(series[pricing_interest_basis]="earned"))'
        rate = pick("series", "earned_rate", series=series)
        own = float(pricing.earned_rate[i])
        cells = {
            "series": text(series),
            "at_issue": live(f"={{section_06f!{row}.average_insureds}}", average),
            "current": live(f"=IF({earned}>0,{rate},{{at_issue}})", own if own == own else average),
        }
        rows.append(Row(row, cells | (_original(run, series) if exhibit == EXHIBIT_3 else {})))
    columns = [
        Column("series", "Series", width=_KEY_WIDTH),
        Column("at_issue", "Max. val. at issue", "rate", "Current", _WIDTH),
        Column("current", "As priced", "rate", "Current", _WIDTH),
    ]
    if exhibit == EXHIBIT_3:
        columns += [
            Column("original", "Rate", "rate", "Original", _WIDTH),
            Column("basis", "Basis", "text", "Original", _WIDTH, wrap=False),
        ]
    notes = [
        text("Max. val. at issue: averages by insureds (section 6f). As priced: on the basis of the original pricing.")
    ]
    priced = [b for b in run.study[INTEREST]["basis"] if b not in run.series]
    if exhibit == APPENDIX_B:
        notes += [_priced_interest(run, basis) for basis in priced]
    return Table(f"interest_{_SUFFIX[exhibit]}", tuple(columns), tuple(rows), "Interest", tuple(notes))


def _priced_interest(run: FilingRun, basis: str) -> Cell:
    value = float(run.study[INTEREST].set_index("basis")["original_pricing"][basis])
    formula = pick(INTEREST, "original_pricing", basis=basis)
    said = str(run.study[INTEREST].set_index("basis")["original_basis"][basis])
    kind = pick_text(INTEREST, "original_basis", basis=basis)
    words = f'IF({kind}={literal(_VALUATION)},"maximum valuation",{kind})'
    before = f"Interest of the {basis} Series pricing: "
    shown = f"{before}{value:.1%}, the {'maximum valuation' if said == _VALUATION else said} rate."
    return live(f'={literal(before)}&TEXT({formula},"0.0%")&", the "&{words}&" rate."', shown)


def _original(run: FilingRun, series: str) -> dict[str, Cell]:
    """Rate and basis of a series' original pricing, where they are given."""
    frame = run.study[INTEREST].set_index("basis")
    if series not in frame.index:
        return {}
    rate, basis = (
        pick(INTEREST, "original_pricing", basis=series),
        pick_text(INTEREST, "original_basis", basis=series),
    )
    return {
        "original": live(f"={rate}", float(frame.loc[series, "original_pricing"])),
        "basis": live(f"={basis}", str(frame.loc[series, "original_basis"])),
    }
