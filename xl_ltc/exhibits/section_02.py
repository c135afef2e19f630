"""Section 2: distribution, range and average of the requested increase by series."""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import increase_note
from xl_ltc.exhibits.policies import (
    COUNT,
    SHARE,
    count_by,
    distribution,
    engine_cells,
    published_shares,
    series_columns,
    series_keys,
    sum_by_series,
)
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, live, live_ratio, ratio_or_na, text

BAND_WIDTH = 10
"""Percent."""
FEWEST_BANDS = 10

MINIMUM, MAXIMUM, AVERAGE = "Minimum", "Maximum", "Average"
_SUPPORT = "section_02_support"


def increase_bands(increase: np.ndarray) -> np.ndarray:
    """The band of each increase: 0–10%, 11–20%, … of the percentage rounded half-up to a whole number."""
    percent = np.floor(100.0 * increase + 0.5 + 1e-9).astype(np.int64)
    return np.maximum((percent - 1) // BAND_WIDTH, 0)


def band_labels(bands: int) -> dict[str, str]:
    """Row names and labels: ``0-10%``, ``11-20%``, …"""
    lows = [0, *range(BAND_WIDTH + 1, bands * BAND_WIDTH, BAND_WIDTH)]
    return {f"band_{i}": f"{low}-{(i + 1) * BAND_WIDTH}%" for i, low in enumerate(lows)}


def section_02(run: FilingRun) -> Page:
    """Policies affected only; the shares are of insureds, the average is weighted as the settings say."""
    settings = run.assumptions.settings
    return Page(
        "Section 2",
        "How many insureds get which increase, by series; smallest, largest and average increase.",
        (
            "Section 2",
            "Nationwide Rate Increase Request Distribution, Range, and Average Increase by Series[1]",
        ),
        (_distribution(run), _support(run)),
        (
            text(
                f"[1] As of {settings.valuation_date:%B %d, %Y}; excludes policies assumed to be paid-up prior to the "
                "rate increase implementation date."
            ),
            text("Bands are of the increase rounded to a whole percent; shares are of insureds."),
            live(
                '="The average is weighted by "&average_increase_weight&"."',
                f"The average is weighted by {settings.average_increase_weight}.",
            ),
            increase_note(settings),
        ),
        landscape=True,
    )


def _distribution(run: FilingRun) -> Table:
    increase, affected = run.increase.increase, run.increase.affected
    bands = increase_bands(increase)
    size = max(FEWEST_BANDS, int(bands[affected].max(initial=0)) + 1)
    labels = band_labels(size)
    rows = distribution(labels, count_by(run, bands, size, affected), offered_to_all=True)
    smallest, largest = (_extreme(run, how) for how in (np.fmin, np.fmax))
    rows += (
        Row(MINIMUM, {"label": text(MINIMUM), **engine_cells(SHARE, smallest, "MIN")}),
        Row(MAXIMUM, {"label": text(MAXIMUM), **engine_cells(SHARE, largest, "MAX")}),
        Row(AVERAGE, {"label": text(AVERAGE), **_average(run)}),
    )
    printed = labels | {key: key for key in (MINIMUM, MAXIMUM, AVERAGE)}
    columns = (
        Column("label", "Rate Increase", width=17),
        *series_columns(run, SHARE, "Share of insureds; below the total, increase", "share"),
        *series_columns(run, COUNT, "Insureds affected", "count"),
    )
    return Table("section_02", columns, rows, published=published_shares(run, "s02", printed))


def _extreme(run: FilingRun, how: np.ufunc) -> np.ndarray:
    """The smallest or largest increase by series, NaN where nobody is affected."""
    affected = run.increase.affected
    found = np.full(len(run.series), np.nan)
    how.at(found, run.block.codes("series")[affected], run.increase.increase[affected])
    return found


def _sums(run: FilingRun) -> dict[str, np.ndarray]:
    """Weights and weighted increases, all series first."""
    affected, increase = run.increase.affected, run.increase.increase
    premium = run.block.numbers("annualized_premium")
    sums = {
        "insureds": sum_by_series(run, affected),
        "premium": sum_by_series(run, affected, premium),
        "increase": sum_by_series(run, affected, increase),
        "premium_increase": sum_by_series(run, affected, increase * premium),
    }
    return {key: np.append(by_series.sum(), by_series) for key, by_series in sums.items()}


def _average(run: FilingRun) -> dict[str, Cell]:
    chosen = "by_" + run.assumptions.settings.average_increase_weight
    averages = {"by_premium": ("premium_increase", "premium"), "by_count": ("increase", "insureds")}
    of, weight = averages[chosen]
    sums = _sums(run)
    return {
        f"{SHARE}_{key}": live(
            f'=IF(average_increase_weight="premium",{{{_SUPPORT}!by_premium.{SHARE}_{key}}},'
            f"{{{_SUPPORT}!by_count.{SHARE}_{key}}})",
            ratio_or_na(float(sums[of][i]), float(sums[weight][i])),
        )
        for i, key in enumerate(series_keys(run))
    }


def _support(run: FilingRun) -> Table:
    """Both averages, and the sums they are quotients of."""
    sums = _sums(run)
    rows = []
    for row, label, of, weight in (
        ("by_premium", "Average by premium", "premium_increase", "premium"),
        ("by_count", "Average by count", "increase", "insureds"),
    ):
        cells = {
            f"{SHARE}_{key}": live_ratio(
                f"{{{of}.{COUNT}_{key}}}",
                f"{{{weight}.{COUNT}_{key}}}",
                ratio_or_na(float(sums[of][i]), float(sums[weight][i])),
            )
            for i, key in enumerate(series_keys(run))
        }
        rows.append(Row(row, {"label": text(label), **cells}))
    labels = {
        "insureds": "Insureds",
        "premium": "Annualized premium",
        "increase": "Sum of increases",
        "premium_increase": "Premium x increase",
    }
    for key, label in labels.items():
        measure: Measure = "money" if key.startswith("premium") else "count"
        rows.append(Row(key, {"label": text(label), **engine_cells(COUNT, sums[key][1:], measure=measure)}))
    columns = (
        Column("label", "", width=17),
        *series_columns(run, SHARE, "Average increase", "share"),
        *series_columns(run, COUNT, "Sums over insureds affected", "count", 12.5),
    )
    return Table(_SUPPORT, columns, tuple(rows), "Average increase by either weight")
