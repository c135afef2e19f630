"""Two runs beside each other: which inputs differ, and how far each exhibit moved."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xl_ltc.exhibits.run_data import HEADLINE, IDENTITY, Key, Number, RunData
from xl_ltc.exhibits.table import Measure

WHOLE_ROW = "the whole row"
"""What stands for the column where a row is in one of the runs only."""

SAME_RESULT, SAME_INPUT = 1e-9, 1e-12
"""Relative; results nearer to each other than this differ by the order in which policies were added up, inputs by the
digits a spreadsheet keeps."""
_SAME_AMOUNT: Mapping[Measure, float] = {"money": 0.005, "millions": 5e-9}
"""Half a cent: a difference of large amounts may be nothing but what is lost in adding them up."""
_SAME_OTHERWISE = 1e-12


@dataclass(frozen=True)
class Change:
    """A number in two runs.

    Attributes:
        key: table, row and column.
        before, after: its values; None where a run has no such number.
        measure: what it is.
    """

    key: Key
    before: Number | None
    after: Number | None
    measure: Measure = "general"

    @property
    def difference(self) -> float | None:
        """After less before, of numbers."""
        if isinstance(self.before, float) and isinstance(self.after, float):
            return self.after - self.before
        return None

    @property
    def relative(self) -> float | None:
        """After over before less one, of numbers and unless before is zero."""
        if self.difference is None or not self.before:
            return None
        return float(self.after or 0.0) / float(self.before) - 1.0


@dataclass(frozen=True)
class Movement:
    """How far the numbers of one measure in an exhibit moved.

    Attributes:
        exhibit, measure: which numbers.
        cells: how many there are in either run.
        moved: how many of them are not the same.
        largest: the one that moved most; one of those only one run has, or a text, where no number moved.
        largest_relative: the one that moved most relative to its value before, or None.
    """

    exhibit: str
    measure: Measure
    cells: int
    moved: int
    largest: Change
    largest_relative: Change | None


@dataclass(frozen=True)
class Comparison:
    """What two runs have in common not.

    Attributes:
        before, after: the runs.
        headline: every headline result, moved or not.
        inputs: settings, cells of assumption tables and history, control totals and hashes that differ. A row only one
            run has is one change, its column ``WHOLE_ROW`` and its value the row in words.
        exhibits: the exhibits that moved, by measure.
        cells: every number of an exhibit that moved.
    """

    before: RunData
    after: RunData
    headline: tuple[Change, ...]
    inputs: tuple[Change, ...]
    exhibits: tuple[Movement, ...]
    cells: tuple[Change, ...]


def compare(before: RunData, after: RunData) -> Comparison:
    """Compare two runs; numbers nearer than ``SAME_RESULT`` or ``SAME_INPUT`` are the same."""
    results = [
        Change(key, before.results.get(key), after.results.get(key), after.measures.get(key) or before.measures[key])
        for key in _all_keys(before.results, after.results)
    ]
    shown = [change for change in results if change.key[0] != HEADLINE]
    return Comparison(
        before,
        after,
        tuple(change for change in results if change.key[0] == HEADLINE),
        tuple(_changed_inputs(before.inputs, after.inputs)),
        tuple(_movements(shown)),
        tuple(change for change in shown if moved(change)),
    )


def moved(change: Change) -> bool:
    """Whether a result is another one."""
    least = _SAME_AMOUNT.get(change.measure, _SAME_OTHERWISE)
    return not _same(change.before, change.after, SAME_RESULT, least)


def _same(before: Number | None, after: Number | None, relative: float, absolute: float = 0.0) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=relative, abs_tol=absolute)
    return before == after


def _all_keys(before: Iterable[Key], after: Iterable[Key]) -> list[Key]:
    """The keys of both, those of one table together, in the order of ``after``."""
    keys = list(dict.fromkeys((*after, *before)))
    place = {table: i for i, table in enumerate(dict.fromkeys(table for table, _, _ in keys))}
    return sorted(keys, key=lambda key: place[key[0]])


def _changed_inputs(before: Mapping[Key, Number], after: Mapping[Key, Number]) -> Iterator[Change]:
    rows_before, rows_after = ({key[:2] for key in inputs} for inputs in (before, after))
    keys = [key for key in _all_keys(before, after) if key[0] != IDENTITY]
    for row, of_row in itertools.groupby(keys, key=lambda key: key[:2]):
        columns = list(of_row)
        if row not in rows_after:
            yield Change((*row, WHOLE_ROW), _in_words(columns, before), None)
        elif row not in rows_before:
            yield Change((*row, WHOLE_ROW), None, _in_words(columns, after))
        else:
            changes = (Change(key, before.get(key), after.get(key)) for key in columns)
            yield from (c for c in changes if not _same(c.before, c.after, SAME_INPUT))


def _in_words(keys: Sequence[Key], values: Mapping[Key, Number]) -> str:
    shown = ((key[2], values[key]) for key in keys if values.get(key, "") != "")
    return ", ".join(
        f"{column} {value:.15g}" if isinstance(value, float) else f"{column} {value}" for column, value in shown
    )


def _movements(results: Sequence[Change]) -> Iterator[Movement]:
    by_kind: dict[tuple[str, Measure], list[Change]] = {}
    for change in results:
        by_kind.setdefault((change.key[0], change.measure), []).append(change)
    for (exhibit, measure), changes in by_kind.items():
        others = [change for change in changes if moved(change)]
        if others:
            numbers = [change for change in others if change.difference is not None]
            relative = [change for change in numbers if change.relative is not None]
            yield Movement(
                exhibit,
                measure,
                len(changes),
                len(others),
                max(numbers, key=lambda change: abs(change.difference or 0.0), default=others[0]),
                max(relative, key=lambda change: abs(change.relative or 0.0), default=None),
            )
