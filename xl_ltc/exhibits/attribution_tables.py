"""The tables that show an attribution: its lines, their bars, the same by series, and the values they stand on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, CURRENT
from xl_ltc.exhibits.table import (
    NOT_AVAILABLE,
    Cell,
    Column,
    Measure,
    Row,
    Table,
    Waterfall,
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
_NO_BAR = 1e-9
"""What the steps leave unexplained is rounding up to here."""
_SCENARIO = 52.0
"""Width of the column that says what a line is."""


@dataclass(frozen=True)
class Shown:
    """An attribution as a sheet shows it.

    Attributes:
        name: how the names of its tables begin.
        attribution: what is shown.
        series: the rate series in code order.
        year: the valuation year.
        start: what the first line is called.
    """

    name: str
    attribution: Attribution
    series: Sequence[str]
    year: int
    start: str = EXPECTED_WORDS

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
        Column("scenario", "Scenario", width=_SCENARIO),
        Column("llr", "Lifetime Loss Ratio (LLR)", "ratio", width=13),
        Column("impact", "Incremental Impact on the LLR[1]", "ratio", width=15),
        Column("needed", "Increase Needed[2]", "ratio", width=13),
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
        first, last = f"{line.step}/0", f"{line.step}/{len(shown.series) - 1}"
        cells |= {
            m: live(f"=SUM({{{shown.values}!{first}.{m}}}:{{{shown.values}!{last}.{m}}})", value)
            for m, value in sums.items()
        }
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
    explained = attribution.lines[-2].step
    cells = {
        "scenario": text("Not explained by the steps above"),
        "llr": live(f"={{{ALL_CURRENT}.llr}}-{{{explained}.llr}}", attribution.residual()),
    }
    return Table(shown.name, attribution_columns(), (*rows, Row(RESIDUAL, cells)))


def _whole_bar(shown: Shown, line: Line, name: str) -> Row:
    total = live(f"={{{shown.name}!{line.step}.llr}}", _or_na(line.loss_ratio()))
    return Row(line.step, {"bar": text(name), "total": total})


def _step_bar(shown: Shown, key: str, name: str, before: Line, line: Line) -> Row:
    here, there = (f"{{{shown.name}!{of.step}.llr}}" for of in (line, before))
    ratio, other = line.loss_ratio(), before.loss_ratio()
    cells = {
        "bar": text(name),
        "base": live(f"=MIN({here},{there})", min(ratio, other)),
        "up": live(f"=MAX({here}-{there},0)", max(ratio - other, 0.0)),
        "down": live(f"=MAX({there}-{here},0)", max(other - ratio, 0.0)),
    }
    return Row(key, cells)


def waterfall_table(shown: Shown) -> Table:
    """Bars of the chart: where each begins, and how far it goes up or down."""
    lines = shown.attribution.lines
    names = {START: "Expected" if shown.start == EXPECTED_WORDS else "Before", HISTORY: "History"} | {
        a: a.capitalize() for a in ASSUMPTIONS
    }
    rows = [_whole_bar(shown, lines[0], names[lines[0].step])]
    rows += [_step_bar(shown, line.step, names[line.step], a, line) for a, line in itertools.pairwise(lines[:-1])]
    if abs(shown.attribution.residual()) > _NO_BAR:
        rows.append(_step_bar(shown, RESIDUAL, "Not explained", *lines[-2:]))
    rows.append(_whole_bar(shown, lines[-1], "All"))
    columns = (
        Column("bar", "Bar of the chart", width=_SCENARIO),
        Column("total", "Loss ratio", "ratio", width=13),
        Column("base", "Begins at", "ratio", width=15),
        Column("up", "Up", "ratio", width=13),
        Column("down", "Down", "ratio", width=16),
    )
    sheet = shown.name.replace("_", " ").capitalize()
    chart = Waterfall(
        f"{sheet}: lifetime loss ratio from {shown.attribution.begin} to {shown.attribution.end}",
        "bar",
        "base",
        {"total": "Loss ratio", "up": "Higher", "down": "Lower"},
        "Claims / premium",
        "ratio",
    )
    return Table(shown.waterfall, columns, tuple(rows), "Lifetime Loss Ratio, Step by Step", bars=chart)


def ratios_by_series(shown: Shown) -> Table:
    """Loss ratio of each line by series."""
    rows = []
    for line in shown.attribution.lines:
        cells: dict[str, Cell] = {"scenario": text(shown.label(line))}
        for i in range(len(shown.series)):
            claims, premium = (f"{{{shown.values}!{line.step}/{i}.{m}}}" for m in ("claims", "premium"))
            cells[f"series_{i}"] = live_ratio(claims, premium, _or_na(line.loss_ratio(i)))
        rows.append(Row(line.step, cells, "total" if line.step == ALL_CURRENT else "body"))
    return Table(f"{shown.name}_ratios", _by_series(shown, "ratio"), tuple(rows), "Lifetime Loss Ratio by Series")


def needed_by_series(shown: Shown) -> Table:
    """Increase needed of each line by series."""
    ratios = f"{shown.name}_ratios"
    rows = []
    before: Line | None = None
    for line in shown.attribution.lines:
        compared = shown.attribution.lines[0] if line.step == ALL_CURRENT else before
        cells: dict[str, Cell] = {"scenario": text(shown.label(line))}
        for i in range(len(shown.series)):
            if compared is None:
                cells[f"series_{i}"] = text(NOT_AVAILABLE)
                continue
            here, there = (f"{{{ratios}!{step}.series_{i}}}" for step in (line.step, compared.step))
            premium, after = (f"{{{shown.values}!{line.step}/{i}.{m}}}" for m in ("premium", "premium_after"))
            cells[f"series_{i}"] = live(
                f'=IF(AND(ISNUMBER({here}),N({there})<>0,{after}<>0),({here}/{there}-1)*{premium}/{after},"N/A")',
                _or_na(line.increase_needed(compared, i)),
            )
        rows.append(Row(line.step, cells, "total" if line.step == ALL_CURRENT else "body"))
        before = line
    return Table(f"{shown.name}_needed", _by_series(shown, "ratio"), tuple(rows), "Increase Needed by Series[2]")


def _by_series(shown: Shown, measure: Measure) -> tuple[Column, ...]:
    return (
        Column("scenario", "Scenario", width=_SCENARIO),
        *(Column(f"series_{i}", name, measure, width=13) for i, name in enumerate(shown.series)),
    )


def values_table(shown: Shown) -> Table:
    """What the engine gives for every line and series."""
    rows = []
    for line in shown.attribution.lines:
        for i, name in enumerate(shown.series):
            cells = {"scenario": text(shown.label(line)), "series": text(name)}
            cells |= {m: engine(float(getattr(line.values, m)[i])) for m in _MEASURES}
            rows.append(Row(f"{line.step}/{i}", cells))
    columns = (
        Column("scenario", "Scenario", width=_SCENARIO),
        Column("series", "Series", width=13),
        Column("premium", "Lifetime premium", "money", width=15),
        Column("claims", "Lifetime claims", "money", width=13),
        Column("premium_after", "Premium after implementation", "money", width=16),
    )
    return Table(shown.values, columns, tuple(rows), "Values at the Valuation Date by Series ($)")
