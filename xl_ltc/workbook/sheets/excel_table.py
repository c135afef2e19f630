"""Making a range an Excel table, and what may be typed into its cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from xl_ltc.workbook.styles import Align, Styles


def add_table(
    sheet: Worksheet,
    name: str,
    header: int,
    first: int,
    last: int,
    columns: Mapping[str, Align],
    styles: Styles,
    indented: Sequence[bool] | None = None,
) -> None:
    """Make a range an Excel table; ``columns``: header and alignment of each."""
    shifted = indented or [False] * len(columns)
    options = {
        "name": name,
        "columns": [
            {"header": c, "header_format": styles.header(align, shift)}
            for (c, align), shift in zip(columns.items(), shifted, strict=True)
        ],
        "autofilter": False,
        "style": None,
    }
    sheet.add_table(header, first, last, first + len(columns) - 1, options)


def bounds(kind: str, low: float, high: float) -> dict[str, Any]:
    """The validation of a number of a kind, ``integer`` or ``decimal``, between inclusive bounds."""
    if math.isinf(high):
        return {"validate": kind, "criteria": ">=", "value": low if math.isfinite(low) else -1e300}
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
