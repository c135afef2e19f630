"""A recut as lists of lines: on the screen, as CSV and as Parquet."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xl_ltc.projection.results import BASES
from xl_ltc.recut.columns import CALENDAR_YEAR, CASH_FLOWS
from xl_ltc.recut.recut import COUNTS, Group, Key, Recut

Value = str | int | float | None
Measure = Literal["key", "year", "count", "money", "ratio", "lives"]

TOTAL, NOT_AVAILABLE = "Total", "N/A"
_FORMATS: dict[Measure, str] = {"count": ",d", "money": ",.0f", "ratio": ".1%", "lives": ",.1f"}
_NARROWEST_HEADING = 10


@dataclass(frozen=True)
class Listing:
    """Lines of a recut.

    Attributes:
        names: of the columns; measures: what stands in them.
        lines: by group; totals: of all groups, their first column ``Total``. None for a ratio that there is not.
    """

    names: tuple[str, ...]
    measures: tuple[Measure, ...]
    lines: tuple[tuple[Value, ...], ...]
    totals: tuple[tuple[Value, ...], ...]


def summary(recut: Recut) -> Listing:
    """A line a group: counts, premium, values and loss ratios."""
    ratios = [f"future_loss_ratio_{basis}" for basis in BASES]
    if recut.has_history:
        ratios += [f"lifetime_loss_ratio_{basis}" for basis in BASES]
    names = (*recut.by, *recut.sums, *ratios)
    sums: list[Measure] = ["count" if name in COUNTS else "money" for name in recut.sums]
    measures = (*_repeated("key", len(recut.by)), *sums, *_repeated("ratio", len(ratios)))
    lines = tuple((*group.key, *_numbers(recut, group)) for group in recut.groups) if recut.by else ()
    return Listing(names, measures, lines, ((*_total_key(recut), *_numbers(recut, recut.total)),))


def by_year(recut: Recut) -> Listing:
    """A line a group and calendar year: cash flows."""
    names = (*recut.by, CALENDAR_YEAR, *CASH_FLOWS)
    flows: list[Measure] = ["lives" if name.startswith("lives") else "money" for name in CASH_FLOWS]
    lines = tuple((*of.key, of.year, *of.flows) for of in recut.years)
    totals = tuple((*_total_key(recut), of.year, *of.flows) for of in recut.total_years)
    return Listing(names, (*_repeated("key", len(recut.by)), "year", *flows), lines, totals)


def as_text(listing: Listing) -> str:
    """A table for the screen, its headings over columns of numbers to the right."""
    body = [[_shown(v, m) for v, m in zip(line, listing.measures, strict=True)] for line in listing.lines]
    totals = [[_shown(v, m) for v, m in zip(line, listing.measures, strict=True)] for line in listing.totals]
    headings, widths = [], []
    for i, name in enumerate(listing.names):
        widest = max(len(line[i]) for line in (*body, *totals))
        headings.append(textwrap.wrap(heading(name), max(widest, _NARROWEST_HEADING), break_long_words=False))
        widths.append(max(widest, *map(len, headings[-1])))
    height = max(map(len, headings))
    head = [[([""] * (height - len(h)) + h)[row] for h in headings] for row in range(height)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(cells, widths, listing.measures) for cells in (*head, rule, *body, rule, *totals))


def write_csv(listing: Listing, path: Path) -> None:
    """Write as CSV; every number reads back as the same number."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(listing.names)
        # csv writes floats as repr does, with as many digits as it takes.
        writer.writerows((*listing.lines, *listing.totals))


def write_parquet(listing: Listing, path: Path) -> None:
    """Write the groups as Parquet, without a total, which would be no group; the total where there are no groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = listing.lines if "key" in listing.measures else listing.totals
    columns = list(zip(*lines, strict=True)) or [()] * len(listing.names)
    pq.write_table(pa.table(dict(zip(listing.names, map(pa.array, map(list, columns)), strict=True))), path)


def _numbers(recut: Recut, group: Group) -> Iterator[Value]:
    for name in recut.sums:
        yield int(group.sums[name]) if name in COUNTS else group.sums[name]
    ratios = [group.future_loss_ratio(basis) for basis in BASES]
    if recut.has_history:
        ratios += [group.lifetime_loss_ratio(basis) for basis in BASES]
    yield from (None if ratio != ratio else ratio for ratio in ratios)


def _repeated(measure: Measure, times: int) -> tuple[Measure, ...]:
    return (measure,) * times


def _total_key(recut: Recut) -> Key:
    return (TOTAL, *("" for _ in recut.by[1:])) if recut.by else ()


def heading(name: str) -> str:
    """A column's name in words, where premium is earned and claims are incurred."""
    words = name.replace("_", " ").replace("earned premium", "premium").replace("incurred claims", "claims")
    return words.replace("pv ", "PV ")


def _shown(value: Value, measure: Measure) -> str:
    if value is None:
        return NOT_AVAILABLE
    return format(value, _FORMATS[measure]) if measure in _FORMATS else str(value)


def _line(cells: Sequence[str], widths: Sequence[int], measures: Sequence[Measure]) -> str:
    aligned = (
        cell.ljust(width) if measure == "key" else cell.rjust(width)
        for cell, width, measure in zip(cells, widths, measures, strict=True)
    )
    return "  ".join(aligned).rstrip()
