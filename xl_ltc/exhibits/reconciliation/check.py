"""One published number, what is computed for it, and the verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xl_ltc.exhibits.reconciliation.allowances import KNOWN_EXCEPTIONS, Place
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.filing import Printed

Class = Literal["E1", "E2", "E3", "M", "R"]
"""E1: follows exactly from other printed numbers; E2: within the rounding of printed inputs; E3: once the
valuation-rate mix is known; M: needs a model run; R: one of the others or an input, here as a model run shows it."""

EQUAL, KNOWN, DIFFERENT = "equal", "known exception", "different"
NOT_YET, NOT_IN_RUN = "not yet", "not in this run"

Computed = float | str | Interval | None


@dataclass(frozen=True)
class Check:
    """A published number and what is computed for it.

    Attributes:
        table, row, column: its place, as in the list of published values.
        klass: how the number follows, see ``Class``.
        published: as printed, in the form of the list of published values.
        computed: a number in the published one's unit, a text, the interval the number must lie in, or None.
        tolerance: absolute, in the published number's unit; None where equality of texts or intervals is asked.
        verdict: ``equal`` (within the tolerance), ``known exception``, ``different``, ``not yet`` (no part of the
            product computes it) or ``not in this run`` (the run has no such year, series or category).
        reason: why they differ, or what the computation rests on.
    """

    table: str
    row: str
    column: str
    klass: Class
    published: str
    computed: Computed
    tolerance: float | None
    verdict: str
    reason: str = ""

    @property
    def place(self) -> Place:
        """Table, row and column."""
        return self.table, self.row, self.column


def compared(
    place: Place,
    klass: Class,
    printed: Printed,
    computed: float | str | Interval,
    tolerance: float | None = None,
    reason: str = "",
) -> Check:
    """Compare a computed value with the published one.

    Args:
        place, klass: of the published number.
        printed: the published number.
        computed: a number must print the same, or lie within the tolerance; of an interval some number must; a
            text must be the same.
        tolerance: absolute; None for the rounding of the printed number.
        reason: what the computation rests on; a known exception's reason replaces it.
    """
    if isinstance(computed, str):
        return _judged(place, klass, printed, computed, None, computed == printed.text, reason)
    span = computed if isinstance(computed, Interval) else Interval.exactly(computed)
    if tolerance is None:
        allowed = Interval.of(printed)
        tolerance = printed.half_unit if printed.is_number else None
    else:
        allowed = Interval(printed.number - tolerance, printed.number + tolerance)
    return _judged(place, klass, printed, computed, tolerance, span.meets(allowed), reason)


def all_compared(place: Place, klass: Class, printed: Printed, values: Sequence[float], tolerance: float) -> Check:
    """Compare several computations of the same number, each of which must lie within the tolerance."""
    span = Interval(min(values), max(values))
    same = all(abs(v - printed.number) <= tolerance for v in values)
    computed = span if span.low < span.high else span.low
    return _judged(place, klass, printed, computed, tolerance, same, "")


def missing(place: Place, klass: Class, printed: Printed, verdict: str, reason: str) -> Check:
    """A published number for which there is nothing to compare."""
    return Check(*place, klass, printed.published, None, None, verdict, reason)


def _judged(
    place: Place, klass: Class, printed: Printed, computed: Computed, tolerance: float | None, same: bool, reason: str
) -> Check:
    verdict = EQUAL if same else DIFFERENT
    if not same and klass in ("E1", "E2", "E3") and place in KNOWN_EXCEPTIONS:
        verdict, reason = KNOWN, KNOWN_EXCEPTIONS[place]
    return Check(*place, klass, printed.published, computed, tolerance, verdict, reason)


def summary(checks: Sequence[Check]) -> dict[str, dict[str, int]]:
    """Number of checks by class, in the order of ``Class``, and verdict."""
    return {k: dict(Counter(c.verdict for c in checks if c.klass == k)) for k in sorted({c.klass for c in checks})}


def as_records(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Checks as plain values for JSON: ``published`` as printed, ``computed`` a number, ``[low, high]``, a text or
    None."""
    return [
        {
            "table": c.table,
            "row": c.row,
            "column": c.column,
            "class": c.klass,
            "published": c.published,
            "computed": _plain(c.computed),
            "tolerance": c.tolerance,
            "verdict": c.verdict,
            "reason": c.reason,
        }
        for c in checks
    ]


def _plain(computed: Computed) -> object:
    if isinstance(computed, Interval):
        return [v if math.isfinite(v) else None for v in (computed.low, computed.high)]
    return computed
