"""Charts of a study: actual to expected with bounds, cross-validation, factors beside the current ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.exhibits.study.actual_to_expected import MORBIDITY_TABLE, MORTALITY_TABLE
from xl_ltc.exhibits.study.models import factor_table, level_key, penalty_table
from xl_ltc.experience.conduct import ADJUSTED_CLAIMS, ADJUSTED_DEATHS, FITTED_CLAIMS, FITTED_DEATHS, StudyResult
from xl_ltc.experience.factor_model import FactorModel
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.sheets.cells import write_value
from xl_ltc.workbook.sheets.paper import Paper, set_up_paper
from xl_ltc.workbook.styles import FONT, NAVY, Styles

_ORANGE, _GREY = "#C55A11", "#D9D9D9"
_WIDTH, _HEIGHT, _WIDE, _HIGH = 480, 290, 970, 420
_LINES, _COLUMNS, _COLUMN_WIDTH = 17, 6, 11.0
_LINES_OF_HIGH, _LINES_OF_PAGE = 24, 68
_TITLE = "Study charts"
_FONT = {"name": FONT, "size": 8}
_GRID = {"major_gridlines": {"visible": True, "line": {"color": _GREY, "width": 0.5}}}
_PLAIN = {"name": FONT, "size": 8, "bold": False}


class _Sheet:
    """Charts from top to bottom, one or two beside each other."""

    def __init__(self, workbook: Workbook, sheet: Worksheet) -> None:
        self._workbook, self._sheet = workbook, sheet
        self._line, self._is_right = 2, False
        self._page, self.breaks = 0, list[int]()

    def add(self, title: str, kind: dict[str, str], series: Sequence[dict[str, Any]], *, wide: bool = False) -> Any:
        """A chart at the next place; a wide one takes the whole width, and is higher for its long labels."""
        chart = self._workbook.add_chart({**kind, "name": f"xl_ltc {title}"})
        for one in series:
            chart.add_series(one)
        chart.set_size({"width": _WIDE, "height": _HIGH} if wide else {"width": _WIDTH, "height": _HEIGHT})
        chart.set_title({"name": title, "name_font": {"name": FONT, "size": 10, "color": NAVY}, "overlay": False})
        chart.set_legend({"position": "bottom", "font": _FONT})
        if wide:
            self._next_line()
        if not self._is_right:
            self._break_before(_LINES_OF_HIGH if wide else _LINES)
        column = _COLUMNS if self._is_right else 0
        self._sheet.insert_chart(self._line, column, chart, {"object_position": 2, "description": title})
        if wide:
            self._line += _LINES_OF_HIGH
        elif self._is_right:
            self._next_line()
        else:
            self._is_right = True
        return chart

    def _break_before(self, lines: int) -> None:
        """Begin a page where a chart of so many lines would be cut by its end."""
        if self._line + lines > self._page + _LINES_OF_PAGE:
            self._page = self._line
            self.breaks.append(self._line)

    def _next_line(self) -> None:
        self._line += _LINES if self._is_right else 0
        self._is_right = False

    @property
    def last_line(self) -> int:
        """The line below the last chart, from 0."""
        return self._line + (_LINES if self._is_right else 0)


def write_study_charts(
    workbook: Workbook, sheet: Worksheet, addresses: Addresses, result: StudyResult, styles: Styles
) -> None:
    """Every chart of a study."""
    write_value(sheet, 0, 0, _TITLE, styles.title(first=True))
    charts = _Sheet(workbook, sheet)
    _actual_to_expected(
        charts, addresses, MORTALITY_TABLE, "Deaths", len(result.mortality_ae), ADJUSTED_DEATHS, FITTED_DEATHS
    )
    _actual_to_expected(
        charts, addresses, MORBIDITY_TABLE, "Claims", len(result.morbidity_ae), ADJUSTED_CLAIMS, FITTED_CLAIMS
    )
    for model in (result.mortality, result.morbidity):
        _cross_validation(charts, addresses, model)
    for model in (result.mortality, result.morbidity):
        for group in model.groups:
            if group.ordered:
                _factors(charts, addresses, model, group.name)
    widths = [_COLUMN_WIDTH] * 2 * _COLUMNS
    sheet.set_column(0, len(widths) - 1, _COLUMN_WIDTH)
    set_up_paper(sheet, Paper(), last_line=charts.last_line - 1, widths=widths)
    sheet.set_h_pagebreaks(charts.breaks)


def _span(addresses: Addresses, table: str, column: str, first: str, last: str) -> list[Any]:
    place = addresses[table]
    at = place.columns[column]
    return [place.sheet, place.lines[first], at, place.lines[last], at]


def _actual_to_expected(
    charts: _Sheet, addresses: Addresses, table: str, what: str, categories: int, current: str, fitted: str
) -> None:
    rows = list(addresses[table].lines)[:categories]

    def span(column: str) -> list[Any]:
        return _span(addresses, table, column, rows[0], rows[-1])

    def series(name: str, column: str, colour: str, **more: Any) -> dict[str, Any]:
        marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        line = {"line": {"none": True}, "marker": marker}
        return {"name": name, "categories": span("label"), "values": span(column), **line, **more}

    bars = {
        "type": "custom",
        "plus_values": _reference(span("above")),
        "minus_values": _reference(span("below")),
        "line": {"color": NAVY, "width": 0.75},
    }
    chart = charts.add(
        f"{what}: actual to expected, with bounds on the current factors",
        {"type": "line"},
        [
            series("Current factors", f"ae_{current}", NAVY, y_error_bars=bars),
            series("Fitted factors", f"ae_{fitted}", _ORANGE),
        ],
        wide=True,
    )
    chart.set_x_axis({"num_font": {**_FONT, "rotation": -90}, "label_position": "low"})
    chart.set_y_axis(
        {
            "num_format": "0.0",
            "num_font": _FONT,
            "min": 0,
            "crossing": 0,
            **_GRID,
        }
    )


def _reference(span: Sequence[Any]) -> str:
    from xlsxwriter.utility import xl_range_abs

    sheet, first, column, last, _ = span
    return f"='{sheet}'!{xl_range_abs(first, column, last, column)}"


def _cross_validation(charts: _Sheet, addresses: Addresses, model: FactorModel) -> None:
    table, last = penalty_table(model), str(len(model.fit.penalties))
    bars = {
        "type": "custom",
        "plus_values": _reference(_span(addresses, table, "error", "1", last)),
        "minus_values": _reference(_span(addresses, table, "error", "1", last)),
        "line": {"color": "#8EA9DB", "width": 0.5},
        "end_style": 0,
    }
    chosen = str(model.fit.chosen + 1)
    at = [_span(addresses, table, column, chosen, chosen) for column in ("logarithm", "deviance")]
    chart = charts.add(
        f"{model.title}: cross-validated deviance by penalty",
        {"type": "scatter", "subtype": "straight"},
        [
            {
                "name": "Deviance, with standard error",
                "categories": _span(addresses, table, "logarithm", "1", last),
                "values": _span(addresses, table, "deviance", "1", last),
                "line": {"color": NAVY, "width": 1.75},
                "y_error_bars": bars,
            },
            {
                "name": "Chosen",
                "categories": at[0],
                "values": at[1],
                "marker": {"type": "diamond", "size": 9, "fill": {"color": _ORANGE}, "border": {"color": _ORANGE}},
            },
        ],
    )
    reach = float(model.fit.error.max())
    low = float(np.floor(10.0 * (model.fit.mean.min() - reach)) / 10.0)
    high = float(np.ceil(10.0 * (model.fit.mean.max() + reach)) / 10.0)
    chart.set_x_axis(
        {
            "name": "Logarithm (base 10) of the penalty",
            "name_font": _PLAIN,
            "num_font": _FONT,
            "num_format": "0",
            "label_position": "low",
            "crossing": "min",
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_y_axis(
        {
            "num_font": _FONT,
            "num_format": "0.0",
            "min": max(low, 0.0),
            "max": high,
            **_GRID,
        }
    )


def _factors(charts: _Sheet, addresses: Addresses, model: FactorModel, group: str) -> None:
    """Current and fitted factors of a group, a chart for each column of its table."""
    table = factor_table(model)
    of_group = model.levels[model.levels["group"] == group]
    for column, levels in of_group.groupby("column", sort=False):
        first, last = (level_key(group, str(column), str(levels["row"].iloc[at])) for at in (0, -1))

        def series(name: str, of: str, colour: str, dash: str, first: str = first, last: str = last) -> dict[str, Any]:
            return {
                "name": name,
                "categories": _span(addresses, table, "row", first, last),
                "values": _span(addresses, table, of, first, last),
                "line": {"color": colour, "width": 1.5, "dash_type": dash},
            }

        chart = charts.add(
            f"{model.title} factors: {group.lower()}" + (f", {str(column).lower()}" if column else ""),
            {"type": "line"},
            [series("Current", "current", NAVY, "dash"), series("Fitted", "fitted", _ORANGE, "solid")],
        )
        chart.set_x_axis({"num_font": {**_FONT, "rotation": -90}, "label_position": "low", "interval_unit": 2})
        chart.set_y_axis({"num_font": _FONT, "num_format": "0.0", "min": 0, **_GRID})
