"""Section 18: how each assumption's change moved the lifetime loss ratio, and the increase each would need."""

from __future__ import annotations

from xl_ltc.assumptions.pricing.specs import EXPECTED
from xl_ltc.exhibits.attribution_tables import (
    Shown,
    attribution_columns,
    attribution_notes,
    lines_table,
    needed_by_series,
    ratios_by_series,
    values_table,
    waterfall_table,
)
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import pick
from xl_ltc.exhibits.policies import series_rows
from xl_ltc.exhibits.section_16 import TABLE as SECTION_16
from xl_ltc.exhibits.table import NOT_AVAILABLE, Column, Page, Row, Table, live, text

TABLE, THRESHOLDS = "section_18", "section_18_thresholds"


def section_18(run: FilingRun) -> Page:
    """The attribution, by series too, its waterfall, and the thresholds of original pricing."""
    attribution = run.attribution
    why = run.pricing.missing if run.pricing else ""
    if attribution is None:
        tables: tuple[Table, ...] = (Table(TABLE, attribution_columns(), ()),)
    else:
        shown = Shown(TABLE, attribution, run.series, run.assumptions.settings.valuation_date.year)
        tables = (
            lines_table(shown),
            waterfall_table(shown),
            ratios_by_series(shown),
            needed_by_series(shown),
            *((_thresholds(run),) if len(run.study[EXPECTED]) else ()),
            values_table(shown),
        )
    return Page(
        "Section 18",
        "What each assumption's change did to the lifetime loss ratio, and the increase it needs.",
        ("Section 18", "Impact of Changing from Pricing to Current Assumptions", "All rate series, nationwide"),
        tables,
        (
            *attribution_notes(),
            *((text(f"Not available. {why}"),) if why else ()),
            *((text(run.caution),) if run.caution else ()),
        ),
        landscape=True,
    )


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
        of_pricing = float(expected.loss_ratio[i])
        ratio = actual / of_pricing if of_pricing else float("nan")
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
        Column("series", "Series", width=52),
        Column("threshold", "Threshold: increase in the original loss ratio", "share", width=13),
        Column("ae", "A:E before the increase (section 16)", "hundredths", width=15),
        Column("beyond", "Beyond 1 + threshold", "general", width=13),
    )
    return Table(THRESHOLDS, columns, tuple(rows), "Thresholds Before Which No Increase May Be Considered")
