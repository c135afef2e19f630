"""Published numbers against modelled ones: what the reconciliation hands over, and its table."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from xl_ltc.exhibits.published_names import column_title, row_title, table_title
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, PublishedKey, Row, Table, engine, live, text

YES, NO = "yes", "no"
EQUAL = "equal"
"""The verdict on a number within its tolerance."""
_SAME = 1e-9
_NO_DIFFERENCE = 2.0**-48
_LARGE = 1000.0
_WHOLE_TOLERANCE = 100.0


class Check(Protocol):
    """A published number and what the model says.

    ``published`` and ``computed`` are numbers, or text where the filing prints text; ``computed`` is an interval
    where rounded inputs allow no more. ``tolerance`` is absolute.
    """

    @property
    def table(self) -> str:
        """Table of the filing, as in the list of published values."""

    @property
    def row(self) -> str:
        """Row of the table."""

    @property
    def column(self) -> str:
        """Column of the table."""

    @property
    def klass(self) -> str:
        """How the number follows: from other printed numbers, from a model run, or an input."""

    @property
    def published(self) -> object:
        """What the filing prints."""

    @property
    def computed(self) -> object:
        """What this package computes."""

    @property
    def tolerance(self) -> object:
        """How far they may be apart."""

    @property
    def verdict(self) -> str:
        """In words."""

    @property
    def reason(self) -> str:
        """Why they differ, or why the tolerance is what it is."""


def as_number(value: object) -> float | None:
    """A finite number, from a number or from text as printed (``$1,862``, ``61``); else None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(re.sub(r"[$,\s]", "", value)) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Published:
    """What the filing printed, by table, row and column, as far as the checks carry it."""

    checks: Mapping[PublishedKey, Check]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> Published:
        """Index a list of checks."""
        return cls({(c.table, c.row, c.column): c for c in checks})

    def number(self, table: str, row: str, column: str) -> float | None:
        """A printed number, or None where none is at hand."""
        check = self.checks.get((table, row, column))
        return None if check is None else as_number(check.published)


def reconciliation_page(checks: Sequence[Check], cells: Mapping[PublishedKey, tuple[str, Cell]]) -> Page:
    """Every published number beside the model's.

    Args:
        checks: the reconciliation.
        cells: of each published number, the reference of the exhibit cell that shows ours; a modelled value that
            stands on an exhibit is linked to it.
    """
    columns = (
        Column("table", "Table", width=24),
        Column("row", "Row", width=34),
        Column("column", "Column", width=25),
        Column("class", "Class", width=7),
        Column("published", "Published", "general", width=16),
        Column("computed", "Modelled", "general", width=16),
        Column("difference", "Difference", "general", width=14),
        Column("relative", "Difference\nin percent", "difference", width=11),
        Column("tolerance", "Tolerance", "general", width=12),
        Column("within", "Within\ntolerance", width=11, name="check_within", alarm=NO),
        Column("verdict", "Verdict", width=16, name="check_verdict"),
        Column("reason", "Reason", width=78),
    )
    rows = tuple(_row(i, check, cells.get((check.table, check.row, check.column))) for i, check in enumerate(checks))
    notes = (text("A modelled value that stands on an exhibit of this workbook is linked to it and changes with it."),)
    return Page(
        "Reconciliation",
        "Every number the filing prints beside the model's: difference, tolerance, verdict and reason.",
        (
            "Reconciliation to the Published Filing",
            "Class: E1 follows exactly from other printed numbers; E2 within the rounding of printed inputs; E3 once "
            "the valuation-rate mix is known; M needs a model run; R as this run shows it.",
            "Units are those printed: percent in sections 2 and 21, dollars, lives, ratios.",
        ),
        (Table("reconciliation", columns, rows),),
        notes,
        wide=True,
    )


def _row(position: int, check: Check, shown: tuple[str, Cell] | None) -> Row:
    published, computed, tolerance = (as_number(v) for v in (check.published, check.computed, check.tolerance))
    large = published is not None and abs(published) >= _LARGE
    measure: Measure = "count" if large or _are_whole(published, computed) else "decimal"
    cells = {
        "table": text(table_title(check.table)),
        "row": text(row_title(check.table, check.row)),
        "column": text(column_title(check.column)),
        "class": text(check.klass),
        "published": Cell(
            published if published is not None else in_words(check.published), measure="count" if large else "general"
        ),
        "computed": _modelled(check.computed, computed, shown, measure),
        "tolerance": Cell(
            tolerance if tolerance is not None else in_words(check.tolerance),
            measure="count" if tolerance is not None and tolerance >= _WHOLE_TOLERANCE else None,
        ),
        "verdict": text(check.verdict),
        "reason": text(check.reason),
    }
    if published is not None and computed is not None:
        # A spreadsheet takes a difference in the last bits for none.
        difference = 0.0 if math.isclose(computed, published, rel_tol=_NO_DIFFERENCE) else computed - published
        cells["difference"] = live("={computed}-{published}", difference, measure)
        if large:
            cells["relative"] = live("=ROUND({difference}/{published},3)", round(difference / published, 3))
        if tolerance is not None:
            # The margin keeps a difference of exactly the tolerance inside, whatever its last bit.
            within = abs(difference) <= tolerance * (1 + _SAME)
            formula = f'=IF(ABS({{difference}})<={{tolerance}}*(1+{_SAME:.0E}),"{YES}","{NO}")'
            cells["within"] = live(formula, YES if within else NO)
    elif isinstance(check.computed, Interval):
        # Some number of the interval rounds to the printed one, or none does; not live.
        cells["within"] = text(YES if check.verdict == EQUAL else NO)
    return Row(str(position), cells)


def _are_whole(*numbers: float | None) -> bool:
    return all(number is not None and number.is_integer() for number in numbers)


def in_words(value: object) -> str:
    """Text as it is, an interval as ``0.18 to 0.92``, nothing as nothing."""
    if isinstance(value, Interval):
        return f"{value.low:.4g} to {value.high:.4g}"
    return "" if value is None else str(value)


def _modelled(raw: object, number: float | None, shown: tuple[str, Cell] | None, measure: Measure) -> Cell:
    """A link to the exhibit's cell where that shows the very value, as a fraction or in percent."""
    if number is None:
        return engine(in_words(raw))
    if shown is not None and isinstance(shown[1].value, int | float):
        reference, value = shown[0], float(shown[1].value)
        for factor, formula in ((1, f"={{{reference}}}"), (100, f"=100*{{{reference}}}")):
            if math.isclose(number, factor * value, rel_tol=_SAME, abs_tol=1e-12):
                return live(formula, factor * value, measure)
    return engine(number, measure)
