"""A chart of horizontal bars below the table they are drawn from."""

from __future__ import annotations

from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.table import Bars
from xl_ltc.workbook.addresses import Place
from xl_ltc.workbook.styles import FONT, LINE, NAVY, NUMBER_FORMATS

_COLOURS = ("#2E75B6", "#C55A11")
_WIDTH, _BAR, _AROUND = 900, 26, 110
"""Pixels of the chart's width, of a bar's height, and of what stands above and below the bars."""
_LINE = (LINE + 1.0) * 96.0 / 72.0
"""Pixels of a line of the sheet."""


def lines_of_bars(rows: int) -> int:
    """How many lines the chart of so many rows takes, with one above it."""
    return 1 + round(_height(rows) / _LINE + 0.5)


def _height(rows: int) -> int:
    return _AROUND + _BAR * max(rows, 1)


def write_bars(workbook: Workbook, sheet: Worksheet, line: int, bars: Bars, place: Place) -> None:
    """Draw a table's rows; the first is the uppermost.

    Args:
        workbook, sheet: where to.
        line: the zero-based line below the table.
        bars: what is drawn; place: where the table stands.
    """
    if not place.lines:
        return
    first, last = min(place.lines.values()), max(place.lines.values())

    def span(column: str) -> list[Any]:
        return [place.sheet, first, place.columns[column], last, place.columns[column]]

    font = {"name": FONT, "size": 8}
    # A name of our own: by it a later run knows this chart from one the user put on the sheet.
    chart = workbook.add_chart({"type": "bar", "name": f"xl_ltc {bars.title}"})
    for colour, (column, name) in zip(_COLOURS, bars.parts.items(), strict=False):
        chart.add_series(
            {
                "name": name,
                "categories": span(bars.labels),
                "values": span(column),
                "fill": {"color": colour},
                # Parts of one bar, not bars beside each other.
                "overlap": 100,
                "gap": 40,
                "data_labels": {"value": True, "num_format": _without_zeros(bars), "font": font},
            }
        )
    chart.set_size({"width": _WIDTH, "height": _height(len(place.lines))})
    chart.set_title({"name": bars.title, "name_font": {"name": FONT, "size": 10, "color": NAVY}, "overlay": False})
    # XlsxWriter calls the axis of a bar chart's categories y, that of its values x.
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": font, "major_tick_mark": "none"})
    chart.set_x_axis(
        {
            "num_font": font,
            "num_format": NUMBER_FORMATS[bars.measure],
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}},
            # Beside the last bar, which stands at the bottom.
            "label_position": "high",
        }
    )
    chart.set_legend({"position": "bottom", "font": font})
    sheet.insert_chart(line + 1, 0, chart, {"object_position": 2, "description": bars.title})


def _without_zeros(bars: Bars) -> str:
    """The measure's format with nothing for a part that is not there."""
    positive, negative, *_ = [*NUMBER_FORMATS[bars.measure].split(";"), "", ""]
    return f"{positive};{negative or '-' + positive};"
