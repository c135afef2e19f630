"""Section 18: how each assumption's change moved the lifetime loss ratio, and the increase each would need."""

from __future__ import annotations

from xl_ltc.assumptions.pricing.specs import CURRENT, EXPECTED
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import pick
from xl_ltc.exhibits.policies import series_rows
from xl_ltc.exhibits.section_16 import TABLE as SECTION_16
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Page,
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

TABLE, VALUES, BY_SERIES, WATERFALL, THRESHOLDS = (
    "section_18",
    "section_18_values",
    "section_18_series",
    "section_18_waterfall",
    "section_18_thresholds",
)
RESIDUAL = "residual"
_MEASURES = ("premium", "claims", "premium_after")


def section_18(run: FilingRun) -> Page:
    """The attribution, by series too, its waterfall, and the thresholds of original pricing."""
    attribution = run.attribution
    why = run.pricing.missing if run.pricing else ""
    if attribution is None:
        tables: tuple[Table, ...] = (Table(TABLE, _columns(), ()),)
    else:
        tables = (
            _main(run, attribution),
            _waterfall(run, attribution),
            _by_series(run, attribution),
            *((_thresholds(run),) if len(run.study[EXPECTED]) else ()),
            _values(run, attribution),
        )
    return Page(
        "Section 18",
        "What each assumption's change did to the lifetime loss ratio, and the increase it needs.",
        ("Section 18", "Impact of Changing from Pricing to Current Assumptions", "All rate series, nationwide"),
        tables,
        (
            text("[1] The lifetime loss ratio of a row over that of the row above it, less one."),
            text(
                "[2] The increase that gives the lifetime loss ratio of the row above it: the impact times lifetime "
                "premium over the present value of premium from each policy's anniversary in the effective year on; "
                "without contingent benefit, reduced benefits or adverse selection."
            ),
            text(
                "[3] Actual experience, and the assumptions of pricing from the valuation date on. A dividend margin "
                "that is part of the expected loss ratio is not part of any other row."
            ),
            text("[4] Compared with the first row."),
            text("Interest accumulates the history too. Lapse is voluntary lapse with benefit expiry."),
            *((text(f"Not available. {why}"),) if why else ()),
            *((text(run.caution),) if run.caution else ()),
        ),
        landscape=True,
    )


def label(line: Line, attribution: Attribution, year: int) -> str:
    """What a line is called, as the filing has it where its own sets are compared."""
    filed = (attribution.begin, attribution.end) == (ORIGINAL, CURRENT)
    begin = "pricing assumptions" if filed else f"set {attribution.begin}"
    end = "all current most-likely assumptions" if filed else f"set {attribution.end}"
    if line.step == START:
        return "Original pricing assumptions"
    if line.step == HISTORY:
        return f"Historical experience through {year} & projections with {begin}[3]"
    if line.step == ALL_CURRENT:
        return f"Historical experience through {year} & projections with {end}[4]"
    return ", ".join(line.swapped).capitalize()


def line_labels(run: FilingRun, attribution: Attribution) -> dict[str, str]:
    """What each line is called, by its row."""
    year = run.assumptions.settings.valuation_date.year
    return {line.step: label(line, attribution, year) for line in attribution.lines}


def _or_na(value: float) -> float | str:
    return value if value == value else NOT_AVAILABLE


def _columns() -> tuple[Column, ...]:
    return (
        Column("scenario", "Scenario", width=58),
        Column("llr", "Lifetime Loss Ratio (LLR)", "ratio", width=13),
        Column("impact", "Incremental Impact on the LLR[1]", "share", width=15),
        Column("needed", "Increase Needed[2]", "share", width=13),
        Column("premium", "Lifetime premium", "money", "Values at the valuation date ($)", 16),
        Column("claims", "Lifetime claims", "money", "Values at the valuation date ($)", 16),
        Column("premium_after", "Premium after implementation", "money", "Values at the valuation date ($)", 16),
    )


def _main(run: FilingRun, attribution: Attribution) -> Table:
    names = line_labels(run, attribution)
    rows = []
    before: Line | None = None
    for line in attribution.lines:
        compared = attribution.lines[0] if line.step == ALL_CURRENT else before
        sums = {m: float(getattr(line.values, m).sum()) for m in _MEASURES}
        cells: dict[str, Cell] = {"scenario": text(names[line.step])}
        cells |= {m: live(f"={{{VALUES}!{line.step}.{m}_all}}", value) for m, value in sums.items()}
        cells["llr"] = live_ratio("{claims}", "{premium}", ratio_or_na(sums["claims"], sums["premium"]))
        if compared is None:
            cells |= {"impact": text(NOT_AVAILABLE), "needed": text(NOT_AVAILABLE)}
        else:
            impact, needed = line.impact(compared), line.increase_needed(compared)
            cells["impact"] = live(f"={{llr}}/{{{compared.step}.llr}}-1", impact)
            cells["needed"] = live_ratio("{impact}*{premium}", "{premium_after}", _or_na(needed))
        rows.append(Row(line.step, cells, "total" if line.step == ALL_CURRENT else "body"))
        before = line
    last = attribution.lines[-2].step
    cells = {
        "scenario": text("Not explained by the steps above"),
        "llr": live(f"={{{ALL_CURRENT}.llr}}-{{{last}.llr}}", attribution.residual()),
    }
    return Table(TABLE, _columns(), (*rows, Row(RESIDUAL, cells)))


def _waterfall(run: FilingRun, attribution: Attribution) -> Table:
    """Bars of the chart: where each begins, and how far it goes up or down."""
    steps = [line for line in attribution.lines if line.step != ALL_CURRENT]
    names = {START: "Expected", HISTORY: "History"} | {s.step: s.step.capitalize() for s in attribution.steps[1:]}
    rows = []
    for i, line in enumerate(steps):
        ratio = line.loss_ratio()
        here = f"{{{TABLE}!{line.step}.llr}}"
        if i == 0:
            cells = {"bar": text(names[line.step]), "total": live(f"={here}", ratio)}
        else:
            before = steps[i - 1]
            there, other = f"{{{TABLE}!{before.step}.llr}}", before.loss_ratio()
            cells = {
                "bar": text(names[line.step]),
                "base": live(f"=MIN({here},{there})", min(ratio, other)),
                "up": live(f"=MAX({here}-{there},0)", max(ratio - other, 0.0)),
                "down": live(f"=MAX({there}-{here},0)", max(other - ratio, 0.0)),
            }
        rows.append(Row(line.step, cells))
    whole = attribution.lines[-1].loss_ratio()
    rows.append(Row(ALL_CURRENT, {"bar": text("All"), "total": live(f"={{{TABLE}!{ALL_CURRENT}.llr}}", whole)}))
    columns = (
        Column("bar", "Bar of the chart", width=58),
        Column("total", "Loss ratio", "ratio", width=13),
        Column("base", "Begins at", "ratio", width=15),
        Column("up", "Up", "ratio", width=13),
        Column("down", "Down", "ratio", width=16),
    )
    return Table(WATERFALL, columns, tuple(rows), "From Expected to Current Lifetime Loss Ratio (Chart on Charts)")


def _by_series(run: FilingRun, attribution: Attribution) -> Table:
    names = line_labels(run, attribution)
    series = {str(i): name for i, name in enumerate(run.series)}
    rows = []
    before: Line | None = None
    for line in attribution.lines:
        compared = attribution.lines[0] if line.step == ALL_CURRENT else before
        cells: dict[str, Cell] = {"scenario": text(names[line.step])}
        for key in series:
            i = int(key)
            ratio = _or_na(line.loss_ratio(i))
            claims, premium = (f"{{{VALUES}!{line.step}.{m}_{key}}}" for m in ("claims", "premium"))
            cells[f"llr_{key}"] = live_ratio(claims, premium, ratio)
            if compared is None:
                cells[f"needed_{key}"] = text(NOT_AVAILABLE)
                continue
            after = f"{{{VALUES}!{line.step}.premium_after_{key}}}"
            needed = line.increase_needed(compared, i)
            formula = f"({{llr_{key}}}/{{{compared.step}.llr_{key}}}-1)*{premium}"
            known = _or_na(needed)
            cells[f"needed_{key}"] = live(
                f"=IF(AND(ISNUMBER({{llr_{key}}}),ISNUMBER({{{compared.step}.llr_{key}}}),{after}<>0),"
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
    return Table(BY_SERIES, columns, tuple(rows), "By Series")


def _thresholds(run: FilingRun) -> Table:
    """Whether actual to expected before the increase is beyond the threshold of original pricing."""
    frame = run.study[EXPECTED].set_index("basis")["increase_in_original_loss_ratio"]
    expected = run.pricing.expected if run.pricing else None
    rows = []
    for i, (row, name) in enumerate(series_rows(run).items()):
        threshold = float(frame.get(name, float("nan")))
        if threshold != threshold or expected is None:
            continue
        actual = run.priced_experience.where(series=name).lifetime_loss_ratio("before")
        ratio = actual / float(expected.loss_ratio[i])
        cells = {
            "series": text(name),
            "threshold": live("=" + pick(EXPECTED, "increase_in_original_loss_ratio", basis=name), threshold),
            "ae": live(f"={{{SECTION_16}!{row}.ae_before}}", ratio if ratio == ratio else NOT_AVAILABLE),
            "beyond": live(
                '=IF(ISNUMBER({ae}),IF({ae}>1+{threshold},"yes","no"),"N/A")',
                NOT_AVAILABLE if ratio != ratio else "yes" if ratio > 1.0 + threshold else "no",
            ),
        }
        rows.append(Row(row, cells))
    columns = (
        Column("series", "Series", width=58),
        Column("threshold", "Threshold: increase in the original loss ratio", "share", width=13),
        Column("ae", "A:E before the increase (section 16)", "hundredths", width=15),
        Column("beyond", "Beyond 1 + threshold", "general", width=13),
    )
    return Table(THRESHOLDS, columns, tuple(rows), "Thresholds Before Which No Increase May Be Considered")


def _values(run: FilingRun, attribution: Attribution) -> Table:
    """Engine values of every line by series, and their live sums."""
    names = line_labels(run, attribution)
    keys = [str(i) for i in range(len(run.series))]
    rows = []
    for line in attribution.lines:
        cells: dict[str, Cell] = {"scenario": text(names[line.step])}
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
            for k, name in {"all": ALL, **dict(zip(keys, run.series, strict=True))}.items()
        ]
    return Table(VALUES, tuple(columns), tuple(rows), "Values at the Valuation Date, by Series")
