"""The sheet ``Sensitivities``: scenarios beside the base, a tornado chart, and grids as two-way tables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xl_ltc.exhibits.exhibit_2 import FAIL, PASS, verdict
from xl_ltc.exhibits.notes import increase_note, projection_note
from xl_ltc.exhibits.table import (
    NOT_AVAILABLE,
    Bars,
    Cell,
    Column,
    Measure,
    Page,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    text,
)
from xl_ltc.projection.results import BASES, Basis
from xl_ltc.scenarios.outcome import Outcome, Sensitivities
from xl_ltc.scenarios.scenario import Grid, Scenario
from xl_ltc.settings import Settings

SHEET = "Sensitivities"
TABLE, BARS, TORNADO = "sensitivities", "sensitivities_bars", "sensitivities_tornado"
BASE = "base"
MOST_BARS = 20
"""The widest so many are drawn."""
_FIRST = 46
"""Width of the column that says what a row is."""


@dataclass(frozen=True)
class _Bar:
    """One thing changed, by one scenario or several: their positions."""

    what: str
    scenarios: tuple[int, ...]


def sensitivities_page(found: Sensitivities, settings: Settings, asked: Mapping[str, str]) -> Page:
    """Every run that was asked for.

    Args:
        found: the runs.
        settings: of the base.
        asked: what the reader must know of the inputs, by name.
    """
    bars = _bars([scenario for scenario, _ in found.scenarios])
    drawn = (_tornado(found, bars),) if bars else ()
    helpers = (_bar_table(found, bars),) if bars else ()
    grids = tuple(table for i, grid in enumerate(found.grids) for table in _grid_tables(i, *grid, found.base))
    return Page(
        SHEET,
        "What changes of the assumptions do to the loss ratios: scenarios, tornado chart and grids.",
        (SHEET, "Each run is one of the whole block under changed assumptions; changes are against the base."),
        (_scenarios(found, bars), *drawn, *grids, *helpers),
        (
            text(
                "Values at the valuation date at the maximum valuation rates, history included; no scenario changes "
                "history, but interest values it, too."
            ),
            text(
                "Increase needed: what brings the lifetime loss ratio before the increase back to the base's, if "
                "insureds do not react: (ratio / base's - 1) x lifetime premium / present value of premium from each "
                "policy's anniversary in the effective year on (section 18)."
            ),
            text("58%/85% test: item 7 over item 5 of Exhibit II, less one."),
            increase_note(settings),
            projection_note(settings),
            text("Inputs: " + ", ".join(f"{name} {value}" for name, value in asked.items()) + "."),
        ),
        wide=True,
    )


def _bars(scenarios: Sequence[Scenario]) -> tuple[_Bar, ...]:
    """What scenarios that change one thing change."""
    of: dict[tuple[str, str], list[int]] = {}
    for i, scenario in enumerate(scenarios):
        if len(scenario.changes) == 1:
            of.setdefault((scenario.changes[0].assumption, scenario.changes[0].series), []).append(i)

    def words(members: Sequence[int]) -> str:
        changes = [scenarios[i].changes[0] for i in members]
        return f"{changes[0].what}: {', '.join(change.how for change in changes)}"

    return tuple(_Bar(words(members), tuple(members)) for members in of.values())


_COLUMNS = (
    Column("scenario", "Scenario", width=_FIRST, wrap=False),
    Column("before", "Ratio", "tenths_percent", "Lifetime loss ratio before the increase", 12),
    Column("change_before", "Change", "difference", "Lifetime loss ratio before the increase", 12),
    Column("after", "Ratio", "tenths_percent", "Lifetime loss ratio after the increase", 12),
    Column("change_after", "Change", "difference", "Lifetime loss ratio after the increase", 12),
    Column("margin", "Margin", "tenths_percent", "58%/85% test", 12),
    Column("passed", "Result", "general", "58%/85% test", 12, alarm=FAIL),
    Column("needed", "Increase needed", "tenths_percent", width=12),
    Column("future_premium", "Premium", "money", "Present value after the increase ($)", 16),
    Column("future_claims", "Claims", "money", "Present value after the increase ($)", 16),
    Column("changes", "Changes", width=40),
    Column("premium_before", "Premium", "money", "Lifetime values before ($)", 16, printed=False),
    Column("claims_before", "Claims", "money", "Lifetime values before ($)", 16, printed=False),
    Column("from_increase", "Premium from the increase on ($)", "money", width=16, printed=False),
    Column("premium_after", "Premium", "money", "Lifetime values after ($)", 16, printed=False),
    Column("claims_after", "Claims", "money", "Lifetime values after ($)", 16, printed=False),
    Column("bar", "Bar", "age", width=8, printed=False),
)


def _scenarios(found: Sensitivities, bars: Sequence[_Bar]) -> Table:
    bar_of = {i: number for number, bar in enumerate(bars, start=1) for i in bar.scenarios}
    rows = [Row(BASE, {"scenario": text("Base"), **_cells(found.base, found.base)}, "total")]
    for i, (scenario, outcome) in enumerate(found.scenarios):
        words = {"scenario": text(scenario.name), "changes": text(scenario.words)}
        bar = {"bar": text(bar_of[i])} if i in bar_of else {}
        rows.append(Row(_key(i), {**words, **_cells(outcome, found.base), **bar}))
    return Table(TABLE, _COLUMNS, tuple(rows))


def _key(scenario: int) -> str:
    return str(scenario + 1)


def _cells(of: Outcome, base: Outcome) -> dict[str, Cell]:
    needed = _number(of.increase_needed(base))
    return {
        "before": live("={claims_before}/{premium_before}", of.loss_ratio("before")),
        "change_before": live(f"={{before}}-{{{BASE}.before}}", _change(of, base, "before")),
        "after": live("={claims_after}/{premium_after}", of.loss_ratio("after")),
        "change_after": live(f"={{after}}-{{{BASE}.after}}", _change(of, base, "after")),
        "margin": engine(of.test.margin),
        "passed": live(f'=IF({{margin}}>=0,"{PASS}","{FAIL}")', verdict(of.test.passed)),
        "needed": live_ratio(f"(({{before}}/{{{BASE}.before}}-1)*{{premium_before}})", "{from_increase}", needed),
        "future_premium": engine(of.premium["after"].future),
        "future_claims": engine(of.claims["after"].future),
        "premium_before": engine(of.premium["before"].lifetime),
        "claims_before": engine(of.claims["before"].lifetime),
        "from_increase": engine(of.premium_from_increase),
        "premium_after": engine(of.premium["after"].lifetime),
        "claims_after": engine(of.claims["after"].lifetime),
    }


def _number(value: float) -> float | str:
    return NOT_AVAILABLE if math.isnan(value) else value


def _change(of: Outcome, base: Outcome, basis: Basis) -> float:
    return of.loss_ratio(basis) - base.loss_ratio(basis)


def _reach(found: Sensitivities, bars: Sequence[_Bar]) -> list[tuple[float, float]]:
    """How far down and up each bar goes from the base, in the loss ratio after the increase."""
    changes = [_change(outcome, found.base, "after") for _, outcome in found.scenarios]
    return [(min(0.0, *(changes[i] for i in b.scenarios)), max(0.0, *(changes[i] for i in b.scenarios))) for b in bars]


def _ranks(widths: Sequence[float]) -> list[int]:
    """The place of each bar by width, the widest first, the earlier one of two alike."""
    order = sorted(range(len(widths)), key=lambda i: -widths[i])
    return [order.index(i) + 1 for i in range(len(widths))]


def _bar_table(found: Sensitivities, bars: Sequence[_Bar]) -> Table:
    """Each bar's ends, from the rows of its scenarios, and its place in the chart."""
    last = _key(len(found.scenarios) - 1)

    def column(name: str) -> str:
        return f"({{{TABLE}!{_key(0)}.{name}}}:{{{TABLE}!{last}.{name}}})"

    reach = _reach(found, bars)
    widths = [high - low for low, high in reach]
    own = f"({column('bar')}={{number}})"
    rows = []
    for i, (bar, (low, high), rank) in enumerate(zip(bars, reach, _ranks(widths), strict=True), start=1):
        all_widths = f"{{1.width}}:{{{len(bars)}.width}}"
        cells = {
            "what": text(bar.what),
            "number": text(i),
            # Other rows count as zero, where every bar begins.
            "low": live(f"=-SUMPRODUCT(MAX({own}*-{column('change_after')}))", low),
            "high": live(f"=SUMPRODUCT(MAX({own}*{column('change_after')}))", high),
            "width": live("={high}-{low}", high - low),
            "rank": live(
                f"=SUMPRODUCT(--({all_widths}>{{width}}))+SUMPRODUCT(--({{1.width}}:{{width}}={{width}}))", rank
            ),
        }
        rows.append(Row(str(i), cells))
    columns = (
        Column("what", "Change", width=_FIRST, wrap=False),
        Column("number", "Bar", "age", width=12),
        Column("rank", "Place", "age", width=12),
        Column("low", "Lowest", "difference", "Change of the loss ratio after", 12),
        Column("high", "Highest", "difference", "Change of the loss ratio after", 12),
        Column("width", "Width", "tenths_percent", width=12),
    )
    return Table(BARS, columns, tuple(rows), "What the tornado chart is drawn from, in the order of the scenarios")


def _tornado(found: Sensitivities, bars: Sequence[_Bar]) -> Table:
    """The widest bars in order, and their chart."""
    reach = _reach(found, bars)
    ranks = _ranks([high - low for low, high in reach])

    def at(name: str) -> str:
        def span(column: str) -> str:
            return f"{{{BARS}!1.{column}}}:{{{BARS}!{len(bars)}.{column}}}"

        return f"=INDEX({span(name)},MATCH({{place}},{span('rank')},0))"

    rows = []
    for place in range(1, min(len(bars), MOST_BARS) + 1):
        i = ranks.index(place)
        low, high = reach[i]
        cells = {
            "what": live(at("what"), bars[i].what),
            "place": text(place),
            "low": live(at("low"), low),
            "high": live(at("high"), high),
            "width": live(at("width"), high - low),
        }
        rows.append(Row(str(place), cells))
    columns = (
        Column("what", "Change", width=_FIRST, wrap=False),
        Column("place", "Place", "age", width=12),
        Column("low", "Lowest", "difference", "Change of the loss ratio after", 12),
        Column("high", "Highest", "difference", "Change of the loss ratio after", 12),
        Column("width", "Width", "tenths_percent", width=12),
    )
    title = "Change of the lifetime loss ratio after the increase"
    return Table(
        TORNADO,
        columns,
        tuple(rows),
        "Scenarios that change one thing, by how much they do",
        bars=Bars(title, "what", {"low": "Falls", "high": "Rises"}, "difference"),
    )


_MEASURES: tuple[tuple[str, str, Measure, Callable[[Outcome, Outcome], float]], ...] = (
    *(
        (
            f"{basis}",
            f"lifetime loss ratio {basis} the increase",
            "tenths_percent",
            lambda of, base, basis=basis: of.loss_ratio(basis),
        )
        for basis in BASES
    ),
    ("margin", "58%/85% test, margin", "tenths_percent", lambda of, base: of.test.margin),
    ("needed", "increase needed", "tenths_percent", lambda of, base: of.increase_needed(base)),
)
"""Of each two-way table: key, words, what its numbers are, and how they come from an outcome and the base."""


def _grid_tables(number: int, grid: Grid, outcomes: Sequence[Outcome], base: Outcome) -> Iterator[Table]:
    """One two-way table for each measure."""
    across = len(grid.across.values)
    by_row = [outcomes[i * across : (i + 1) * across] for i in range(len(grid.down.values))]
    for key, words, measure, value_of in _MEASURES:
        columns = (
            Column("down", grid.down.what, width=_FIRST, wrap=False),
            *(
                Column(f"c{j}", grid.across.value_words(value), measure, grid.across.what, 12)
                for j, value in enumerate(grid.across.values)
            ),
        )
        rows = tuple(
            Row(
                str(i),
                {
                    "down": text(grid.down.value_words(value)),
                    **{f"c{j}": engine(_number(value_of(of, base))) for j, of in enumerate(row)},
                },
            )
            for i, (value, row) in enumerate(zip(grid.down.values, by_row, strict=True))
        )
        yield Table(f"sensitivity_grid_{number + 1}_{key}", columns, rows, f"{grid.name}: {words}")


CSV_HEADER = (
    "kind,name,changes,lifetime_lr_before,lifetime_lr_after,change_before,change_after,margin_58_85,result_58_85,"
    "increase_needed,pv_premium_after,pv_claims_after"
)


def csv_lines(found: Sensitivities) -> Iterator[tuple[object, ...]]:
    """A line a run, under ``CSV_HEADER``: the base, the scenarios, then every cell of the grids."""
    base = found.base
    runs = itertools.chain(
        [("base", Scenario("Base"), base)],
        (("scenario", *run) for run in found.scenarios),
        (("grid", *run) for grid, outcomes in found.grids for run in zip(grid.scenarios, outcomes, strict=True)),
    )
    for kind, scenario, of in runs:
        ratios = [of.loss_ratio(basis) for basis in BASES]
        changes = [_change(of, base, basis) for basis in BASES]
        yield (
            kind,
            scenario.name,
            scenario.words,
            *ratios,
            *changes,
            of.test.margin,
            verdict(of.test.passed),
            _number(of.increase_needed(base)),
            of.premium["after"].future,
            of.claims["after"].future,
        )
