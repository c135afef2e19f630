"""How cells look: one number format a measure, one style a kind of cell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xl_ltc.exhibits.table import Cell, Measure, RowKind

Align = Literal["left", "center", "right"]

FONT, FONT_SIZE = "Arial", 9
DEFAULT_FONT: Mapping[str, Any] = MappingProxyType({"font_name": FONT, "font_size": 10})
"""Of cells without a style; a unit of column width is the width of its digits. XlsxWriter adds to the dictionary it is
given, so that a second workbook of the same one would look otherwise: give it a copy."""
LINE = 12.0
"""Height of a line of text in points."""

NUMBER_FORMATS: Mapping[Measure, str] = {
    "text": "General",
    "sign": "General",
    "year": "0",
    "count": "#,##0",
    "money": "#,##0",
    "cents": "#,##0.00",
    "exact": "0.0000000000",
    "tiny": "0.0E+00",
    "exact_percent": "0.000000%",
    "tenths_percent": "#,##0.0%",
    "hundredths": "#,##0.00",
    "millions": "$#,##0",
    "ratio": "#,##0%",
    "share": '[=0]0%;[<0.005]"<1%";0%',
    "difference": "+0.0%;-0.0%;0.0%",
    "factor": "0.0000",
    "rate": "0.00%",
    "age": "0",
    "tenths": "#,##0.0",
    "date": "yyyy-mm-dd",
    "decimal": "#,##0.0000",
    "general": "General",
}

NAVY, RULE = "#1F3864", "#8EA9DB"
TAB_INPUT, TAB_OUTPUT = "#F4B183", "#8EA9DB"
_INK = "#222222"
_FILL = {"header": "#DCE6F1", "engine": "#EDEDED", "input": "#FFF9E5"}

LEGEND = {
    "input": "change it; it takes effect with the next run, or at once where the Run sheet says so.",
    "engine": "a sum over policies of the projection, or a count of policies; no sheet computes it.",
    "body": "live; Trace Precedents leads to the engine values and settings it stands on. Labels look the same.",
    "total": "a formula, too.",
}


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._cells: dict[tuple[bool, bool, Measure, RowKind, bool, bool], Format] = {}

    def make(self, **properties: Any) -> Format:
        """A format with the workbook's font and these properties."""
        wanted = {"font_name": FONT, "font_size": FONT_SIZE, "font_color": _INK, "valign": "vcenter"} | properties
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(wanted)
        return self._made[key]

    def title(self, first: bool) -> Format:
        """A line of a sheet's title."""
        return self.make(bold=True, font_size=13 if first else 10, font_color=NAVY)

    def heading(self) -> Format:
        """A line above a table."""
        return self.make(bold=True, font_size=10, font_color=NAVY)

    def header(self, align: Align, indented: bool = False) -> Format:
        """A column's header."""
        return self._head(align=align, indent=int(indented), bottom=2, bottom_color=NAVY)

    def group(self, words: str) -> Format:
        """The heading of a group of columns; without words, the blank beside one."""
        return self._head(align="center", **(dict(bottom=1, bottom_color=RULE) if words else {}))

    def _head(self, **properties: Any) -> Format:
        fill = _FILL["header"]
        return self.make(bold=True, font_color=NAVY, bg_color=fill, valign="bottom", text_wrap=True, **properties)

    def note(self) -> Format:
        """A footnote."""
        return self.make(text_wrap=True, valign="top", font_size=8)

    def plain(self, wrap: bool = False, **properties: Any) -> Format:
        """Running text."""
        return self.make(text_wrap=wrap, **({"valign": "top"} if wrap else {}), **properties)

    def link(self) -> Format:
        """A link to another sheet."""
        return self.make(font_color="#0563C1", underline=1)

    def input(self, number_format: str = "General", **properties: Any) -> Format:
        """A cell a user edits; unlocked, so that a protected sheet leaves it open."""
        return self.make(
            bg_color=_FILL["input"],
            font_color="#0000CC",
            num_format=number_format,
            locked=False,
            border=1,
            border_color="#E6D9A8",
            **properties,
        )

    def cell(self, cell: Cell, measure: Measure, kind: RowKind, wrap: bool = False, indented: bool = False) -> Format:
        """A cell of an exhibit; text beside a number is indented, so that they do not touch."""
        wanted = (isinstance(cell.value, str), cell.engine, measure, kind, wrap, indented)
        if wanted not in self._cells:
            self._cells[wanted] = self._cell(*wanted)
        return self._cells[wanted]

    def _cell(self, is_text: bool, engine: bool, measure: Measure, kind: RowKind, wrap: bool, indented: bool) -> Format:
        properties: dict[str, Any] = {"num_format": NUMBER_FORMATS[measure]}
        if measure == "text":
            properties |= {"align": "left", "text_wrap": wrap, "indent": int(indented)}
        elif measure == "sign":
            properties["align"] = "center"
        elif is_text:
            properties["align"] = "right"
        if engine:
            properties["bg_color"] = _FILL["engine"]
        if kind == "total":
            properties |= {"bold": True, "top": 1, "top_color": NAVY}
        return self.make(**properties)

    def alarm(self) -> Format:
        """Laid over a cell that says what its column must not; only the properties given here change."""
        return self._workbook.add_format({"bold": True, "font_color": "#C00000"})

    def legend(self, kind: str) -> Format:
        """A sample for the legend."""
        if kind == "input":
            return self.input(NUMBER_FORMATS["money"])
        sample = Cell(0.0, engine=kind == "engine")
        return self.cell(sample, "money", "total" if kind == "total" else "body")
