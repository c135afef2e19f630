"""A recut as sheets: sums of policies' results, live totals and loss ratios."""

from __future__ import annotations

from collections.abc import Sequence

from xl_ltc.exhibits.table import NOT_AVAILABLE, Cell, Column, Measure, Page, Row, Table, engine, live, live_ratio, text
from xl_ltc.projection.results import BASES
from xl_ltc.recut.listing import TOTAL, Listing, Value, by_year, heading, summary
from xl_ltc.recut.recut import Recut

SHEET, YEARS_SHEET = "Recut", "Recut by year"
_MEASURES: dict[str, Measure] = {"key": "general", "year": "year", "lives": "tenths"}
_SUMMED = ("count", "money")
_WIDTH = 16


def recut_pages(recut: Recut, title: str, notes: Sequence[str]) -> tuple[Page, ...]:
    """The sheet of groups, and that of calendar years if there are any.

    Args:
        recut: what to show.
        title: what run it is of.
        notes: what a reader must know.
    """
    footnotes = tuple(text(note) for note in notes)
    pages = [
        Page(
            SHEET, "Results of a kept run by group.", (SHEET, title), (_summary(summary(recut)),), footnotes, wide=True
        )
    ]
    if recut.total_years:
        years = _years(by_year(recut))
        purpose = "Cash flows of a kept run by group and calendar year."
        pages.append(Page(YEARS_SHEET, purpose, (YEARS_SHEET, title), (years,), footnotes, wide=True))
    return tuple(pages)


def _columns(listing: Listing) -> tuple[Column, ...]:
    return tuple(
        Column(name, heading(name), _MEASURES.get(measure, measure), width=_WIDTH)  # type: ignore[arg-type]
        for name, measure in zip(listing.names, listing.measures, strict=True)
    )


def _summary(listing: Listing) -> Table:
    """Sums are the engine's, or added up on the sheet in the total; ratios are formulas in every row."""
    rows = [Row(f"group_{i}", _cells(listing, line)) for i, line in enumerate(listing.lines)]
    (total,) = listing.totals
    cells = _cells(listing, total)
    for name, measure, value in zip(listing.names, listing.measures, total, strict=True):
        if rows and measure in _SUMMED:
            cells[name] = live(f"=SUM({{group_0.{name}}}:{{group_{len(rows) - 1}.{name}}})", value)
    return Table("recut", _columns(listing), (*rows, Row(TOTAL, cells, "total")))


def _cells(listing: Listing, line: Sequence[Value]) -> dict[str, Cell]:
    return {
        name: _ratio(name, value) if measure == "ratio" else text(value) if measure == "key" else engine(value)
        for name, measure, value in zip(listing.names, listing.measures, line, strict=True)
    }


def _ratio(name: str, value: Value) -> Cell:
    """A loss ratio by its name: claims over premium, with accumulated ones for a lifetime."""
    basis = next(basis for basis in BASES if name.endswith(basis))
    parts = {of: f"{{pv_{of}_{basis}}}" for of in ("incurred_claims", "earned_premium")}
    if name.startswith("lifetime"):
        parts = {of: f"({{accumulated_{of}}}+{part})" for of, part in parts.items()}
    return live_ratio(
        parts["incurred_claims"], parts["earned_premium"], NOT_AVAILABLE if value is None else float(value)
    )


def _years(listing: Listing) -> Table:
    body = [Row(f"line_{i}", _cells(listing, line)) for i, line in enumerate(listing.lines)]
    totals = [Row(f"{TOTAL}_{i}", _cells(listing, line), "total") for i, line in enumerate(listing.totals)]
    return Table("recut_years", _columns(listing), (*body, *totals))
