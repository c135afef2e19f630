"""The published marginals of the in-force block beside the block's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xl_ltc.exhibits.checks import NO, YES, Check, Published, as_number
from xl_ltc.exhibits.published_names import column_title, row_title
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, PublishedKey, Row, Table, live, text

SECTIONS = {
    "s02": "Section 2, increases",
    "s12": "Section 12, modes",
    "s19": "Section 19, Maryland",
    "s21": "Section 21, in force",
    "s22": "Section 22, affected",
}
LESS_THAN_ONE = "<1"
KNOWN = "known exception"
"""The verdict on a printed number that contradicts others the filing prints."""
_IN_WHOLE_NUMBERS = ("s19", "s22")
# More than nothing.
_SOME = 1e-12
# Half a unit of the last printed digit, and a last bit more.
_HALF = 0.5 + 1e-9


def marginals_page(checks: Sequence[Check], cells: Mapping[PublishedKey, tuple[str, Cell]]) -> Page:
    """Every published marginal: printed, the range that rounds to it, the block's value (a link) and whether it
    lies within.

    Args:
        checks: the reconciliation, which carries the printed numbers.
        cells: of each published number, the reference of the exhibit cell that shows ours.
    """
    rows: list[Row] = []
    percent = _tables_in_percent(checks)
    known = {(c.table, c.row, c.column): c.reason for c in checks if c.verdict == KNOWN}
    # A number may be checked twice, against other printed ones and against the run.
    for check in Published.of(checks).checks.values():
        shown = cells.get((check.table, check.row, check.column))
        if check.table in SECTIONS and shown is not None and isinstance(shown[1].value, int | float):
            why = known.get((check.table, check.row, check.column), "")
            row = _row(len(rows), check, *shown, percent, why)
            if row is not None:
                rows.append(row)
    columns = (
        Column("section", "Section", width=22),
        Column("row", "Row", width=36),
        Column("column", "Column", width=18),
        Column("printed", "Printed", "general", width=12),
        Column("low", "Lowest that\nprints so", "general", width=14),
        Column("high", "Highest that\nprints so", "general", width=14),
        Column("block", "Block", "general", width=14),
        Column("honoured", "Honoured", width=10, name="marginal_honoured", alarm=NO),
        Column("why", "Known exception", width=46),
    )
    return Page(
        "Marginals",
        "The published counts, premiums and distributions beside those of the block, as printed.",
        ("Published Marginals and the In-force Block",),
        (Table("marginals", columns, tuple(rows)),),
        (
            text("Where the block honours every series' share, the share of all may still miss the printed one."),
            text("A marginal is honoured if the block's value rounds to the printed one; <1% is above 0 and below 1%."),
            text("Values are shares, dollars, ages or counts; the block's value is a link to its section's sheet."),
        ),
        landscape=True,
    )


def _row(position: int, check: Check, reference: str, cell: Cell, percent: set[str], why: str) -> Row | None:
    value = float(cell.value)  # type: ignore[arg-type]
    share = _is_share(check)
    span = printed_range(check.published, 0.01 if share else 1.0, share and check.table in percent)
    if span is None:
        return None
    low, high = span
    measure: Measure = "rate" if share else "tenths"
    honoured = low <= value <= high
    return Row(
        str(position),
        {
            "section": text(SECTIONS[check.table]),
            "row": text(row_title(check.table, check.row)),
            "column": text(column_title(check.column)),
            "printed": _printed(check.published, share, share and check.table in percent),
            "low": Cell(low, measure=measure),
            "high": Cell(high, measure=measure),
            "block": live(f"={{{reference}}}", value, measure),
            "honoured": live(
                f'=IF(AND({{block}}>={{low}},{{block}}<={{high}}),"{YES}","{NO}")', YES if honoured else NO
            ),
            "why": text("" if honoured else why),
        },
    )


def printed_range(printed: object, unit: float, in_percent: bool) -> tuple[float, float] | None:
    """The numbers that print so, or None for what is not a number.

    Args:
        printed: ``61``, ``<1``, ``1,862``, 0.44, …
        unit: what one of the last printed digit is worth.
        in_percent: whether 61 means 0.61.
    """
    if isinstance(printed, str) and printed.strip() == LESS_THAN_ONE:
        return _SOME, unit
    number = as_number(printed)
    if number is None:
        return None
    middle = number / 100.0 if in_percent else number
    # Nothing the block counts is less than none.
    return max(middle - _HALF * unit, 0.0), middle + _HALF * unit


def _printed(printed: object, share: bool, in_percent: bool) -> Cell:
    """As the filing prints it, shares with the percent sign it leaves out below the first row."""
    number = as_number(printed)
    if number is None:
        return text(f"{printed}%" if in_percent else str(printed))
    return Cell(number / 100.0 if in_percent else number, measure="ratio" if share else "count")


def _is_share(check: Check) -> bool:
    return check.table not in _IN_WHOLE_NUMBERS and "Average Issue Age" not in check.row


def _tables_in_percent(checks: Sequence[Check]) -> set[str]:
    """The tables whose shares are printed as whole percents, so that some number is above one."""
    return {c.table for c in checks if c.table in SECTIONS and _is_share(c) and (as_number(c.published) or 0.0) > 1.0}
