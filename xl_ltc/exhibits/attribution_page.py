"""The sheet of an attribution that was asked for by itself: any sets, any order, or from an earlier filing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xl_ltc.exhibits.attribution_tables import (
    EXPECTED_WORDS,
    Shown,
    attribution_notes,
    lines_table,
    needed_by_series,
    ratios_by_series,
    values_table,
    waterfall_table,
)
from xl_ltc.exhibits.table import Page, text
from xl_ltc.pricing.attribution import Attribution

SHEET, TABLE = "Attribution", "attribution"


def attribution_page(
    attribution: Attribution, series: Sequence[str], year: int, known: Mapping[str, str], start: str = EXPECTED_WORDS
) -> Page:
    """The page.

    Args:
        attribution: what is shown.
        series: rate series in code order.
        year: the valuation year.
        known: what the inputs are known again by, such as their hashes.
        start: what the first line is called.
    """
    shown = Shown(TABLE, attribution, series, year, start)
    return Page(
        SHEET,
        "What each assumption's change did to the lifetime loss ratio, between the sets asked for.",
        (SHEET, f"From {attribution.begin} to {attribution.end}", "All rate series, nationwide"),
        (
            lines_table(shown),
            waterfall_table(shown),
            ratios_by_series(shown),
            needed_by_series(shown),
            values_table(shown),
        ),
        (
            *attribution_notes(),
            text("Known by: " + ", ".join(f"{what} {value}" for what, value in known.items()) + "."),
        ),
        landscape=True,
    )
