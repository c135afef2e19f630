"""Charts over the single years of Exhibit I, before and after the increase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.exhibit_1 import table_name
from xl_ltc.projection.results import BASES
from xl_ltc.workbook.addresses import Addresses, Place
from xl_ltc.workbook.sheets.cells import write_value
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import FONT, NAVY, Styles

_COLOURS = {"before": NAVY, "after": "#C55A11"}
_YEARS_PER_MARK = 10
_WIDTH, _HEIGHT = 480, 280
_LINES_PER_CHART, _COLUMNS_PER_CHART, _COLUMN_WIDTH = 16, 6, 11.0


@dataclass(frozen=True)
class _Chart:
    title: str
    unit: str
    column: str
    number_format: str


_CHARTS = (
    _Chart("Earned premium", "$ millions", "premium", "#,##0,,"),
    _Chart("Incurred claims", "$ millions", "claims", "#,##0,,"),
    _Chart("Annual loss ratio (column C)", "Claims / premium", "ratio", "#,##0%"),
    _Chart("Cumulative loss ratio with interest (column E)", "Claims / premium", "cumulative", "#,##0%"),
    _Chart("Lives at year end", "Lives", "lives", "#,##0"),
)


def write_charts(workbook: Workbook, sheet: Worksheet, addresses: Addresses, years: list[str], styles: Styles) -> None:
    """A chart a measure; ``years`` are the rows of Exhibit I that hold one calendar year."""
    write_value(sheet, 0, 0, "Charts", styles.title(first=True))
    write_value(
        sheet,
        1,
        0,
        "Exhibit I, single calendar years: actual experience through the valuation date, then projected.",
        styles.plain(),
    )
    for i, wanted in enumerate(_CHARTS):
        # A name of our own: by it a later run knows this chart from one the user put on the sheet.
        chart = workbook.add_chart({"type": "scatter", "subtype": "straight", "name": f"xl_ltc {wanted.title}"})
        for basis in BASES:
            chart.add_series(_series(addresses[table_name(basis)], wanted.column, basis, years))
        _dress(chart, wanted, int(years[0]), int(years[-1]))
        line = 3 + i // 2 * _LINES_PER_CHART
        sheet.insert_chart(line, i % 2 * _COLUMNS_PER_CHART, chart, {"object_position": 2, "description": wanted.title})
    widths = [_COLUMN_WIDTH] * 2 * _COLUMNS_PER_CHART
    sheet.set_column(0, len(widths) - 1, _COLUMN_WIDTH)
    last = 3 + (len(_CHARTS) + 1) // 2 * _LINES_PER_CHART
    set_up_paper(sheet, Paper(), last_line=last, widths=widths, one_page=True)


def _series(place: Place, column: str, basis: str, years: list[str]) -> dict[str, Any]:
    first, last = place.lines[years[0]], place.lines[years[-1]]

    def span(key: str) -> list[Any]:
        return [place.sheet, first, place.columns[key], last, place.columns[key]]

    return {
        "name": f"{basis.capitalize()} the increase",
        "categories": span("label"),
        "values": span(column),
        "line": {"color": _COLOURS[basis], "width": 2.0, "dash_type": "solid" if basis == "before" else "dash"},
    }


def _dress(chart: Any, wanted: _Chart, first: int, last: int) -> None:
    font = {"name": FONT, "size": 8}
    plain = {"name": FONT, "size": 8, "bold": False}
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    chart.set_title({"name": wanted.title, "name_font": {"name": FONT, "size": 10, "color": NAVY}, "overlay": False})
    # Years as numbers: a category axis has a label at every year, or at those a program likes.
    chart.set_x_axis(
        {
            "name": "Calendar year",
            "name_font": plain,
            "num_font": font,
            "num_format": "0",
            "min": first // _YEARS_PER_MARK * _YEARS_PER_MARK,
            "max": -(-last // _YEARS_PER_MARK) * _YEARS_PER_MARK,
            "major_unit": _YEARS_PER_MARK,
            "major_gridlines": {"visible": False},
            "major_tick_mark": "outside",
            "label_position": "low",
        }
    )
    chart.set_y_axis(
        {
            "name": wanted.unit,
            "name_font": plain,
            "num_format": wanted.number_format,
            "num_font": font,
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}},
            "line": {"none": True},
            "min": 0,
        }
    )
    chart.set_legend({"position": "bottom", "font": font})
