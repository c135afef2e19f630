"""Section 2: distribution, range and average of the requested increase by series."""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.notes import increase_note
from xl_ltc.exhibits.policies import (
    COUNT,
    SHARE,
    distribution,
    engine_cells,
    published_shares,
    series_columns,
    series_keys,
    table_of,
)
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, live, live_ratio, ratio_or_na, text
from xl_ltc.partitions.summed import Summed

BAND_WIDTH = 10
"""Percent."""
FEWEST_BANDS = 10

MINIMUM, MAXIMUM, AVERAGE = "Minimum", "Maximum", "Average"
_SUPPORT = "section_02_support"
_BAND, _INCREASE = "band", "increase"
_WEIGHTS = ("insureds", "premium", "increase", "premium_increase")


def increase_bands(increase: np.ndarray) -> np.ndarray:
    """The band of each increase: 0–10%, 11–20%, … of the percentage rounded half-up to a whole number."""
    percent = np.floor(100.0 * increase + 0.5 + 1e-9).astype(np.int64)
    return np.maximum((percent - 1) // BAND_WIDTH, 0)


def band_labels(bands: int) -> dict[str, str]:
    """Row names and labels: ``0-10%``, ``11-20%``, …"""
    lows = [0, *range(BAND_WIDTH + 1, bands * BAND_WIDTH, BAND_WIDTH)]
    return {f"band_{i}": f"{low}-{(i + 1) * BAND_WIDTH}%" for i, low in enumerate(lows)}


def increase_sums(policies: Policies) -> Summed:
    """Those affected by band of their increase, the weights, and the smallest and largest increase."""
    affected, increase = policies.increase.affected, policies.increase.increase
    premium = policies.block.numbers("annualized_premium")
    weighted = (None, premium, increase, increase * premium)
    return Summed(
        policies.by_code(_BAND, increase_bands(increase), affected)
        | {(name,): policies.by_series(affected, of) for name, of in zip(_WEIGHTS, weighted, strict=True)},
        {(_INCREASE,): _extreme(policies, np.fmin)},
        {(_INCREASE,): _extreme(policies, np.fmax)},
    )


def _extreme(policies: Policies, how: np.ufunc) -> np.ndarray:
    """The smallest or largest increase by series, NaN where nobody is affected."""
    affected = policies.increase.affected
    found = np.full(len(policies.assumptions.vocabulary("series")), np.nan)
    how.at(found, policies.block.codes("series")[affected], policies.increase.increase[affected])
    return found


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
    found = run.sums(increase_sums)
    size = max([FEWEST_BANDS, *(int(band) + 1 for (band,) in found.keys(_BAND))])
    labels = band_labels(size)
    rows = distribution(labels, table_of(run, found, _BAND, size), offered_to_all=True)
    smallest, largest = (of[(_INCREASE,)] for of in (found.smallest, found.largest))
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


def _sums(run: FilingRun) -> dict[str, np.ndarray]:
    """Weights and weighted increases, all series first."""
    found = run.sums(increase_sums)
    return {name: np.append(found[name].sum(), found[name]) for name in _WEIGHTS}


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
