"""``xl-ltc compare``: the runs of two workbooks, in words and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xl_ltc.exhibits.changes import HASH_SHOWN, MEASURES, NOT_THERE, comparison_page
from xl_ltc.exhibits.comparison import Change, Comparison, Movement, compare
from xl_ltc.exhibits.run_data import HASHES, RUN_ID, Number
from xl_ltc.exhibits.table import Measure
from xl_ltc.files import written_whole
from xl_ltc.workbook.run_data import read_run_data
from xl_ltc.workbook.sheets.page import write_pages

MOST_INPUTS = 40
"""Changed inputs that are shown as text; the workbook lists more."""

_FORMATS: Mapping[Measure, str] = {
    "money": ",.0f",
    "millions": ",.3f",
    "count": ",.10g",
    "ratio": ".2%",
    "share": ".2%",
    "rate": ".2%",
    "difference": ".2%",
    "factor": ".4f",
    "age": ".2f",
}


def compare_workbooks(before: Path, after: Path) -> Comparison:
    """The runs two workbooks hold, compared.

    Raises:
        InputError: no workbook, or one without a run's data.
    """
    return compare(read_run_data(before), read_run_data(after))


def comparison_text(comparison: Comparison, before: str, after: str) -> str:
    """Headline results, changed inputs and moved exhibits, a line each.

    Args:
        comparison: of the runs.
        before, after: what to call them.
    """
    return "\n".join(_text(comparison, before, after))


def write_comparison(comparison: Comparison, before: str, after: str, path: Path) -> Path:
    """Write a workbook with the sheet ``Changes``, whole or not at all.

    Args:
        comparison: of the runs.
        before, after: what the runs are called above their columns.
        path: where to, ``.xlsx``.

    Raises:
        OSError: the folder or the file can't be written.
    """
    with written_whole(path) as part:
        write_pages([comparison_page(comparison, before, after)], part)
    return path


def _text(comparison: Comparison, before: str, after: str) -> Iterator[str]:
    yield f"{before} (run {comparison.before.identity(RUN_ID)}) -> {after} (run {comparison.after.identity(RUN_ID)})"
    yield ""
    yield "Headline results"
    yield from (f"  {change.key[1]}: {_both(change)}" for change in comparison.headline)
    yield ""
    yield f"Inputs that changed: {len(comparison.inputs):,}"
    yield from _inputs(comparison.inputs)
    yield ""
    yield f"Numbers that moved: {len(comparison.cells):,}"
    yield from (_movement(movement) for movement in comparison.exhibits)


def _inputs(changes: Sequence[Change]) -> Iterator[str]:
    yield from (f"  {_where(change)}: {_both(change)}" for change in changes[:MOST_INPUTS])
    if len(changes) > MOST_INPUTS:
        yield f"  … and {len(changes) - MOST_INPUTS:,} more"


def _movement(movement: Movement) -> str:
    what = f"{movement.moved:,} of {movement.cells:,} {MEASURES.get(movement.measure, 'numbers')}"
    line = f"  {movement.exhibit}: {what}; most: {_cell(movement.largest)}: {_both(movement.largest)}"
    relative = movement.largest_relative
    if relative is None or relative == movement.largest:
        return line
    return f"{line}\n    relatively most: {_cell(relative)}: {_both(relative)}"


def _where(change: Change) -> str:
    return f"{change.key[0]}, {_cell(change)}"


def _cell(change: Change) -> str:
    return ", ".join(change.key[1:])


def _both(change: Change) -> str:
    """Both values and their difference, or one of them where they are the same."""
    before, after = (_shown(value, change) for value in (change.before, change.after))
    if change.before == change.after:
        return f"{after}, as before"
    relative = "" if change.relative is None else f" ({change.relative:+.2%})"
    return f"{before} -> {after}{relative}"


def _shown(value: Number | None, change: Change) -> str:
    if value is None:
        return NOT_THERE
    if isinstance(value, float):
        return format(value, _FORMATS.get(change.measure, ".10g"))
    return (value[:HASH_SHOWN] if change.key[0] == HASHES else value) or "nothing"
