"""A chart of bars below the table they are drawn from."""

from __future__ import annotations

from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.table import Bars, Waterfall
from xl_ltc.workbook.addresses import Place
from xl_ltc.workbook.styles import FONT, LINE, NAVY, NUMBER_FORMATS

_COLOURS = ("#2E75B6", "#C55A11")
_UPRIGHT_COLOURS = (NAVY, "#C55A11", "#548235")
_SMALL = {"name": FONT, "size": 8}
_GRID = {"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}}}
_WIDTH, _BAR, _AROUND = 900, 26, 110
"""Pixels of the chart's width, of a bar's height, and of what stands above and below the bars."""
_UPRIGHT = 320
"""Pixels of the height of a chart of upright bars."""
_LINE = (LINE + 1.0) * 96.0 / 72.0
"""Pixels of a line of the sheet."""


def lines_of_bars(bars: Bars | Waterfall, rows: int) -> int:
    """How many lines the chart of so many rows takes, with one above it."""
    return 1 + round(_height(bars, rows) / _LINE + 0.5)


def _height(bars: Bars | Waterfall, rows: int) -> int:
    return _AROUND + _BAR * max(rows, 1) if isinstance(bars, Bars) else _UPRIGHT


def write_bars(workbook: Workbook, sheet: Worksheet, line: int, bars: Bars | Waterfall, place: Place) -> None:
    """Draw a table's rows; the first is the uppermost, or the leftmost.

    Args:
        workbook, sheet: where to.
        line: the zero-based line below the table.
        bars: what is drawn; place: where the table stands.
    """
    if not place.lines:
        return
    chart = _lying(workbook, bars, place) if isinstance(bars, Bars) else _waterfall(workbook, bars, place)
    chart.set_size({"width": _WIDTH, "height": _height(bars, len(place.lines))})
    chart.set_title({"name": bars.title, "name_font": {"name": FONT, "size": 10, "color": NAVY}, "overlay": False})
    sheet.insert_chart(line + 1, 0, chart, {"object_position": 2, "description": bars.title})


def _span(place: Place, column: str) -> list[Any]:
    first, last = min(place.lines.values()), max(place.lines.values())
    return [place.sheet, first, place.columns[column], last, place.columns[column]]


def _lying(workbook: Workbook, bars: Bars, place: Place) -> Any:
    # A name of our own: by it a later run knows this chart from one the user put on the sheet.
    chart = workbook.add_chart({"type": "bar", "name": f"xl_ltc {bars.title}"})
    for colour, (column, name) in zip(_COLOURS, bars.parts.items(), strict=False):
        chart.add_series(
            {
                "name": name,
                "categories": _span(place, bars.labels),
                "values": _span(place, column),
                "fill": {"color": colour},
                # Parts of one bar, not bars beside each other.
                "overlap": 100,
                "gap": 40,
                "data_labels": {"value": True, "num_format": _without_zeros(bars), "font": _SMALL},
            }
        )
    # XlsxWriter calls the axis of a bar chart's categories y, that of its values x.
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": _SMALL, "major_tick_mark": "none"})
    # The values stand beside the last bar, which is at the bottom.
    chart.set_x_axis(
        {"num_font": _SMALL, "num_format": NUMBER_FORMATS[bars.measure], **_GRID, "label_position": "high"}
    )
    chart.set_legend({"position": "bottom", "font": _SMALL})
    return chart


def _waterfall(workbook: Workbook, bars: Waterfall, place: Place) -> Any:
    chart = workbook.add_chart({"type": "column", "subtype": "stacked", "name": f"xl_ltc {bars.title}"})
    common = {"categories": _span(place, bars.labels), "gap": 40, "border": {"none": True}}
    # The lowest part of a bar is there to lift the rest and is not seen.
    chart.add_series({"values": _span(place, bars.base), "fill": {"none": True}, **common})
    for colour, (column, name) in zip(_UPRIGHT_COLOURS, bars.parts.items(), strict=False):
        chart.add_series({"name": name, "values": _span(place, column), "fill": {"color": colour}, **common})
    chart.set_x_axis({"num_font": _SMALL})
    chart.set_y_axis(
        {
            "name": bars.unit,
            "name_font": {**_SMALL, "bold": False},
            "num_font": _SMALL,
            "num_format": NUMBER_FORMATS[bars.measure],
            "line": {"none": True},
            **_GRID,
        }
    )
    chart.set_legend({"position": "bottom", "font": _SMALL, "delete_series": [0]})
    return chart


def _without_zeros(bars: Bars) -> str:
    """The measure's format with nothing for a part that is not there."""
    positive, negative, *_ = [*NUMBER_FORMATS[bars.measure].split(";"), "", ""]
    return f"{positive};{negative or '-' + positive};"
