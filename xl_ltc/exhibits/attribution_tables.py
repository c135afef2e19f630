"""The tables that show an attribution: its lines, their bars, the same by series, and the values they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, CURRENT
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.pricing.attribution import ALL_CURRENT, HISTORY, START, Attribution, Line
from xl_ltc.pricing.sets import ORIGINAL

RESIDUAL = "residual"
_MEASURES = ("premium", "claims", "premium_after")
EXPECTED_WORDS = "Original pricing assumptions"


@dataclass(frozen=True)
class Shown:
    """An attribution as a sheet shows it.

    Attributes:
        name: how the names of its tables begin.
        attribution: what is shown.
        series: the rate series in code order.
        year: the valuation year.
        start: what the first line is called.
        chart: where the bars are drawn, in words.
    """

    name: str
    attribution: Attribution
    series: Sequence[str]
    year: int
    start: str = EXPECTED_WORDS
    chart: str = "chart on Charts"

    @property
    def values(self) -> str:
        """Name of the table of values."""
        return f"{self.name}_values"

    @property
    def waterfall(self) -> str:
        """Name of the table of bars."""
        return f"{self.name}_waterfall"

    def label(self, line: Line) -> str:
        """What a line is called, as the filing has it where its own sets are compared."""
        sets = self.attribution
        filed = (sets.begin, sets.end) == (ORIGINAL, CURRENT)
        begin = "pricing assumptions" if filed else f"set {sets.begin}"
        end = "all current most-likely assumptions" if filed else f"set {sets.end}"
        if line.step == START:
            return self.start
        if line.step == HISTORY:
            return f"Historical experience through {self.year} & projections with {begin}[3]"
        if line.step == ALL_CURRENT:
            return f"Historical experience through {self.year} & projections with {end}[4]"
        return ", ".join(line.swapped).capitalize()


def attribution_notes() -> tuple[Cell, ...]:
    """What the columns mean."""
    return (
        text("[1] The lifetime loss ratio of a row over that of the row above it, less one."),
        text(
            "[2] The increase that gives the lifetime loss ratio of the row above it: the impact times lifetime "
            "premium over the present value of premium from each policy's anniversary in the effective year on; "
            "without contingent benefit, reduced benefits or adverse selection."
        ),
        text(
            "[3] Actual experience, and these assumptions from the valuation date on. A dividend margin that is part "
            "of the expected loss ratio is not part of any other row."
        ),
        text("[4] Compared with the first row."),
        text("Interest accumulates the history too. Lapse is voluntary lapse with benefit expiry."),
    )


def _or_na(value: float) -> float | str:
    return value if value == value else NOT_AVAILABLE


def attribution_columns() -> tuple[Column, ...]:
    """Of the lines."""
    return (
        Column("scenario", "Scenario", width=58),
        Column("llr", "Lifetime Loss Ratio (LLR)", "ratio", width=13),
        Column("impact", "Incremental Impact on the LLR[1]", "share", width=15),
        Column("needed", "Increase Needed[2]", "share", width=13),
        Column("premium", "Lifetime premium", "money", "Values at the valuation date ($)", 16),
        Column("claims", "Lifetime claims", "money", "Values at the valuation date ($)", 16),
        Column("premium_after", "Premium after implementation", "money", "Values at the valuation date ($)", 16),
    )


def lines_table(shown: Shown) -> Table:
    """The lines: loss ratio, impact, increase needed; and what the steps leave unexplained."""
    attribution = shown.attribution
    rows = []
    before: Line | None = None
    for line in attribution.lines:
        compared = attribution.lines[0] if line.step == ALL_CURRENT else before
        sums = {m: float(getattr(line.values, m).sum()) for m in _MEASURES}
        cells: dict[str, Cell] = {"scenario": text(shown.label(line))}
        cells |= {m: live(f"={{{shown.values}!{line.step}.{m}_all}}", value) for m, value in sums.items()}
        cells["llr"] = live_ratio("{claims}", "{premium}", ratio_or_na(sums["claims"], sums["premium"]))
        if compared is None:
            cells |= {"impact": text(NOT_AVAILABLE), "needed": text(NOT_AVAILABLE)}
        else:
            impact, needed = line.impact(compared), line.increase_needed(compared)
            there = f"{{{compared.step}.llr}}"
            cells["impact"] = live(
                f'=IF(AND(ISNUMBER({{llr}}),N({there})<>0),{{llr}}/{there}-1,"{NOT_AVAILABLE}")', _or_na(impact)
            )
            cells["needed"] = live(
                "=IF(AND(ISNUMBER({impact}),{premium_after}<>0),{impact}*{premium}/{premium_after},"
                f'"{NOT_AVAILABLE}")',
                _or_na(needed),
            )
        rows.append(Row(line.step, cells, "total" if line.step == ALL_CURRENT else "body"))
        before = line
    last = attribution.lines[-2].step
    cells = {
        "scenario": text("Not explained by the steps above"),
        "llr": live(f"={{{ALL_CURRENT}.llr}}-{{{last}.llr}}", attribution.residual()),
    }
    return Table(shown.name, attribution_columns(), (*rows, Row(RESIDUAL, cells)))


def waterfall_table(shown: Shown) -> Table:
    """Bars of the chart: where each begins, and how far it goes up or down."""
    attribution = shown.attribution
    steps = [line for line in attribution.lines if line.step != ALL_CURRENT]
    names = {START: "Before", HISTORY: "History"} | {a: a.capitalize() for a in ASSUMPTIONS}
    rows = []
    for i, line in enumerate(steps):
        ratio = line.loss_ratio()
        here = f"{{{shown.name}!{line.step}.llr}}"
        if i == 0:
            cells = {"bar": text(names[line.step]), "total": live(f"={here}", ratio)}
        else:
            before = steps[i - 1]
            there, other = f"{{{shown.name}!{before.step}.llr}}", before.loss_ratio()
            cells = {
                "bar": text(names[line.step]),
                "base": live(f"=MIN({here},{there})", min(ratio, other)),
                "up": live(f"=MAX({here}-{there},0)", max(ratio - other, 0.0)),
                "down": live(f"=MAX({there}-{here},0)", max(other - ratio, 0.0)),
            }
        rows.append(Row(line.step, cells))
    whole = attribution.lines[-1].loss_ratio()
    rows.append(Row(ALL_CURRENT, {"bar": text("All"), "total": live(f"={{{shown.name}!{ALL_CURRENT}.llr}}", whole)}))
    columns = (
        Column("bar", "Bar of the chart", width=58),
        Column("total", "Loss ratio", "ratio", width=13),
        Column("base", "Begins at", "ratio", width=15),
        Column("up", "Up", "ratio", width=13),
        Column("down", "Down", "ratio", width=16),
    )
    return Table(shown.waterfall, columns, tuple(rows), f"Lifetime Loss Ratio, Step by Step ({shown.chart})")


def series_table(shown: Shown) -> Table:
    """Loss ratio and increase needed of each line by series."""
    attribution = shown.attribution
    series = {str(i): name for i, name in enumerate(shown.series)}
    rows = []
    before: Line | None = None
    for line in attribution.lines:
        compared = attribution.lines[0] if line.step == ALL_CURRENT else before
        cells: dict[str, Cell] = {"scenario": text(shown.label(line))}
        for key in series:
            i = int(key)
            ratio = _or_na(line.loss_ratio(i))
            claims, premium = (f"{{{shown.values}!{line.step}.{m}_{key}}}" for m in ("claims", "premium"))
            cells[f"llr_{key}"] = live_ratio(claims, premium, ratio)
            if compared is None:
                cells[f"needed_{key}"] = text(NOT_AVAILABLE)
                continue
            after = f"{{{shown.values}!{line.step}.premium_after_{key}}}"
            needed = line.increase_needed(compared, i)
            formula = f"({{llr_{key}}}/{{{compared.step}.llr_{key}}}-1)*{premium}"
            known = _or_na(needed)
            cells[f"needed_{key}"] = live(
                f"=IF(AND(ISNUMBER({{llr_{key}}}),N({{{compared.step}.llr_{key}}})<>0,{after}<>0),"
                f'{formula}/{after},"{NOT_AVAILABLE}")',
                known,
            )
        rows.append(Row(line.step, cells, "total" if line.step == ALL_CURRENT else "body"))
        before = line
    columns = (
        Column("scenario", "Scenario", width=58),
        *(Column(f"llr_{k}", name, "ratio", "Lifetime Loss Ratio", 13) for k, name in series.items()),
        *(Column(f"needed_{k}", name, "share", "Increase Needed[2]", 13) for k, name in series.items()),
    )
    return Table(f"{shown.name}_series", columns, tuple(rows), "By Series")


def values_table(shown: Shown) -> Table:
    """Engine values of every line by series, and their live sums."""
    attribution = shown.attribution
    keys = [str(i) for i in range(len(shown.series))]
    rows = []
    for line in attribution.lines:
        cells: dict[str, Cell] = {"scenario": text(shown.label(line))}
        for measure in _MEASURES:
            by_series = getattr(line.values, measure)
            cells[f"{measure}_all"] = live(
                f"=SUM({{{measure}_{keys[0]}}}:{{{measure}_{keys[-1]}}})", float(by_series.sum())
            )
            cells |= {f"{measure}_{k}": engine(float(by_series[int(k)])) for k in keys}
        rows.append(Row(line.step, cells))
    words = {"premium": "Lifetime premium ($)", "claims": "Lifetime claims ($)", "premium_after": "Premium after ($)"}
    columns = [Column("scenario", "Scenario", width=58)]
    for measure in _MEASURES:
        columns += [
            Column(f"{measure}_{k}", name, "money", words[measure], 16)
            for k, name in {"all": ALL, **dict(zip(keys, shown.series, strict=True))}.items()
        ]
    return Table(shown.values, tuple(columns), tuple(rows), "Values at the Valuation Date, by Series")
