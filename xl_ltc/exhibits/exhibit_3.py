"""Exhibit III and Appendix B: current assumptions beside those of the original and the 513 Series pricing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import pick, row_where, structured
from xl_ltc.exhibits.policies import series_rows
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, Value, live, text
from xl_ltc.experience.study import BASIS, DISABLED, INTEREST, INTEREST_513, PARAMETERS, STUDY_BY_NAME

EXHIBIT_3, APPENDIX_B = "Exhibit III", "Appendix B"
_TITLES = {
    EXHIBIT_3: "Comparison of Current and Original Pricing Assumptions",
    APPENDIX_B: "Comparison of Current and 513 Series Pricing Assumptions",
}
_SUFFIX = {EXHIBIT_3: "3", APPENDIX_B: "b"}
_LAPSE = {
    EXHIBIT_3: (
        "pricing_lapse_200_300",
        "pricing_lapse_400",
        "pricing_lapse_500_lifetime_pay",
        "pricing_lapse_500_limited_pay",
        "pricing_lapse_511_lifetime_pay",
        "pricing_lapse_511_limited_pay",
    ),
    APPENDIX_B: ("pricing_lapse_511_lifetime_pay", "pricing_lapse_511_limited_pay"),
}
_OF_513 = "the 513 Series pricing"


def comparison_in_words(run: FilingRun, exhibit: str) -> Page:
    """Each assumption in words: current, and as it was priced."""
    frame = run.study[BASIS]
    mine = frame[frame["exhibit"] == exhibit] if len(frame) else frame
    rows, shown = [], set[str]()
    for i, record in zip(mine.index, mine.to_dict("records"), strict=True):
        cells = {
            key: live(f'=INDEX({BASIS}[{key}],{int(i) + 1})&""', str(record[key]))
            for key in ("basis", "series", "description")
        }
        label = {} if record["assumption"] in shown else {"assumption": text(str(record["assumption"]))}
        shown.add(str(record["assumption"]))
        rows.append(Row(str(i), {**label, **cells}))
    columns = (
        Column("assumption", "Assumption", width=16),
        Column("basis", "Basis", width=14),
        Column("series", "Series", width=14),
        Column("description", "What it is", width=84),
    )
    notes = (
        text("Read from the table pricing_basis, where each can be put in other words."),
        text(f"Numbers by series, duration and issue age are on the sheet {exhibit} tables."),
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
    tables = [_current_lapse(run, suffix)]
    tables += [_given(run, name, f"{name}_{suffix}", "rate") for name in _LAPSE[exhibit]]
    if exhibit == EXHIBIT_3:
        tables.append(_given(run, "pricing_morbidity", "pricing_morbidity_3", "hundredths"))
        tables.append(_given(run, DISABLED, f"{DISABLED}_3", "tenths"))
    tables.append(_interest(run, exhibit))
    notes = (
        text("Current lapse is linked to the assumption table, the rest to the tables of the sheet Original pricing."),
        text(
            "Policy durations count from 1, completed policy years from 0; grids as printed, also where a rate rises."
        ),
    )
    return Page(
        f"{exhibit} tables",
        f"{_TITLES[exhibit]}, in numbers.",
        (f"{exhibit} tables", _TITLES[exhibit]),
        tuple(tables),
        notes,
        shows_inputs=True,
    )


def _linked(
    name: str, table: str, heading: str, frame: pd.DataFrame, columns: Sequence[str], measure: Measure
) -> Table:
    """A table of another, cell by cell in its order."""
    key = columns[0]
    rows = []
    for i, record in enumerate(frame.to_dict("records")):
        cells: dict[str, Cell] = {
            "key": live(f'=INDEX({structured(table, key)},{i + 1})&""', str(record[key])),
            **{
                f"c{j}": live(f"=INDEX({structured(table, column)},{i + 1})", float(record[column]))
                for j, column in enumerate(columns[1:])
            },
        }
        rows.append(Row(str(i), cells))
    words = [column.replace("_", " ").capitalize() for column in columns]
    of_columns = (
        Column("key", words[0], width=18),
        *(Column(f"c{j}", header, measure, width=9) for j, header in enumerate(words[1:])),
    )
    return Table(name, of_columns, tuple(rows), heading)


def _current_lapse(run: FilingRun, suffix: str) -> Table:
    frame = run.assumptions.tables["lapse_lifetime_pay"]
    heading = "Current lapse, lifetime pay"
    columns = ("policy_duration", "single", "partnered")
    return _linked(f"current_lapse_{suffix}", "lapse_lifetime_pay", heading, frame, columns, "rate")


def _given(run: FilingRun, name: str, table: str, measure: Measure) -> Table:
    spec = STUDY_BY_NAME[name]
    heading = f"Original: {spec.title[0].lower()}{spec.title[1:]}"
    return _linked(table, name, heading, run.study[name], [c.name for c in spec.columns], measure)


def _interest(run: FilingRun, exhibit: str) -> Table:
    """Current rates by series, and the original ones or that of the 513 Series pricing."""
    pricing = run.assumptions.pricing_interest
    averages = _averages(run)
    rows = []
    for i, (row, series) in enumerate(series_rows(run).items()):
        at_issue = averages[i]
        average: Value = at_issue if at_issue is not None else "N/A"
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
        Column("series", "Series", width=18),
        Column("at_issue", "Max. val. at issue", "rate", "Current", 9),
        Column("current", "As priced", "rate", "Current", 9),
    ]
    if exhibit == EXHIBIT_3:
        columns += [
            Column("original", "Rate", "rate", "Original", 9),
            Column("basis", "Basis", "text", "Original", 9, wrap=False),
        ]
    notes = [
        text("Max. val. at issue: averages by insureds (section 6f). As priced: on the basis of the original pricing.")
    ]
    if exhibit == APPENDIX_B and INTEREST_513 in set(run.study[PARAMETERS]["parameter"]):
        value = float(run.study[PARAMETERS].set_index("parameter")["value"][INTEREST_513])
        rate = f'TEXT({pick(PARAMETERS, "value", parameter=INTEREST_513)},"0.0%")'
        words = f'"Interest of {_OF_513}: "&{rate}&", the maximum valuation rate."'
        notes.append(live(f"={words}", f"Interest of {_OF_513}: {value:.1%}, the maximum valuation rate."))
    return Table(f"interest_{_SUFFIX[exhibit]}", tuple(columns), tuple(rows), "Interest", tuple(notes))


def _original(run: FilingRun, series: str) -> dict[str, Cell]:
    frame = run.study[INTEREST]
    found = frame[frame["series"] == series] if len(frame) else frame
    if found.empty:
        return {}
    at = int(found.index[0]) + 1
    return {
        "original": live(
            "=" + pick(INTEREST, "original_pricing", series=series), float(found["original_pricing"].iloc[0])
        ),
        "basis": live(f'=INDEX({INTEREST}[original_basis],{at})&""', str(found["original_basis"].iloc[0])),
    }


def _averages(run: FilingRun) -> list[float | None]:
    """The average maximum valuation rate of each series' insureds, as section 6f has it."""
    rate, codes = run.assumptions.valuation_interest.rate(run.block.issue_year), run.block.codes("series")
    means = [rate[codes == i] for i in range(len(run.series))]
    return [float(m.mean()) if len(m) else None for m in means]
