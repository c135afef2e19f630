"""Reading a run's inputs from a workbook: Excel tables, found by their names wherever they stand."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import python_calamine
from lxml import etree

from xl_ltc.assumptions.specs import SPECS
from xl_ltc.choices import checked
from xl_ltc.control import Control
from xl_ltc.errors import InputError, Problem, shown
from xl_ltc.experience.study import STUDY_BY_NAME
from xl_ltc.inforce.history import HISTORY
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.pricing.sold import SOLD
from xl_ltc.scenarios.specs import SPECS as SCENARIO_SPECS
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable, column_letters, sheet_locator
from xl_ltc.workbook.layout import CONTROL_TABLE, SETTINGS_TABLE
from xl_ltc.workbook.package.book import SheetEntry, sheet_entries
from xl_ltc.workbook.package.copying import tables_of
from xl_ltc.workbook.package.ooxml import REPAIR, Element, main
from xl_ltc.workbook.package.opc import Package
from xl_ltc.workbook.read_cells import (
    Area,
    check_extent,
    check_text,
    flawed_cells,
    hidden_columns,
    hidden_rows,
    merged_areas,
)

REQUIRED = (*(spec.name for spec in SPECS), CONTROL_TABLE, SETTINGS_TABLE, HISTORY.name)
"""The Excel tables every workbook must have."""

_SCENARIO_NAMES = tuple(spec.name for spec in SCENARIO_SPECS)

HOW_FOUND = "an Excel table of that name (Table Design, Table Name), on any sheet"


@dataclass(frozen=True)
class WorkbookInputs:
    """What a run reads from a workbook.

    Attributes:
        tables: the assumption tables by name, as they stand; ``AssumptionSet.from_tables`` checks them.
        settings, control: the settings and the other entries of the Control sheet, checked.
        places: where each of them stands, by name.
        history: actual experience, as it stands; ``check_history`` checks it.
        study: experience and original pricing, as far as they are given; ``check_study`` checks them.
        inforce, sold: the in-force policies and the policies sold as they stand, or None where the workbook has no such
            table.
        scenarios: scenarios and grids, as far as they are given; ``check_scenarios`` checks them.
        notes: what the user may not know of the tables, such as hidden rows, columns and sheets.
    """

    tables: dict[str, InputTable]
    settings: Settings
    control: Control
    places: dict[str, str]
    history: InputTable
    study: dict[str, InputTable]
    inforce: InputTable | None
    sold: InputTable | None
    scenarios: dict[str, InputTable]
    notes: tuple[str, ...] = ()


def read_workbook(path: Path) -> WorkbookInputs:
    """Read assumptions, settings, history and, where it is there, the in-force table.

    Args:
        path: an .xlsx or .xlsm; its stored values are read, formulas are not recalculated.

    Raises:
        InputError: not a workbook; tables missing, doubled or without rows; cells with an error value or with a
            formula that has no stored value; filled rows right below a table; settings that are not allowed. All
            that can be found at once.
    """
    found, problems = _read(path, REQUIRED, (INFORCE.name, SOLD.name, *STUDY_BY_NAME, *_SCENARIO_NAMES))
    choices = None
    if SETTINGS_TABLE in found and CONTROL_TABLE in found:
        try:
            choices = read_choices([found[SETTINGS_TABLE], found[CONTROL_TABLE]])
        except InputError as error:
            problems += error.problems
    if problems or choices is None:
        raise InputError(problems)
    tables = {spec.name: found[spec.name] for spec in SPECS}
    study = {name: found[name] for name in STUDY_BY_NAME if name in found}
    scenarios = {name: found[name] for name in _SCENARIO_NAMES if name in found}
    policies = (found.get(INFORCE.name), found.get(SOLD.name))
    notes = tuple(table.note for table in found.values() if table.note)
    return WorkbookInputs(tables, *choices, found[HISTORY.name], study, *policies, scenarios, notes)


def read_tables(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, InputTable]:
    """Read Excel tables by name.

    Args:
        path: an .xlsx or .xlsm.
        required: names of tables that must be there; Excel does not tell names apart by case.
        optional: names of tables that are read if they are there.

    Raises:
        InputError: as ``read_workbook``.
    """
    found, problems = _read(path, required, optional)
    if problems:
        raise InputError(problems)
    return found


def read_what_is_there(path: Path, names: Sequence[str]) -> dict[str, InputTable]:
    """Those of some Excel tables that are there and have rows, whatever is wrong with the others.

    Raises:
        InputError: not a workbook that can be read.
    """
    found, _ = _read(path, (), names)
    return found


def read_choices(tables: Sequence[InputTable]) -> tuple[Settings, Control, dict[str, str]]:
    """Settings and Control entries from the settings' and the control table; see ``typed_choices``."""
    named = dict(zip((SETTINGS_TABLE, CONTROL_TABLE), tables, strict=True))
    (settings, control), places = typed_choices(named, (Settings, Control))
    return settings, control, places


def typed_choices(tables: Mapping[str, InputTable], kinds: Sequence[type[Any]]) -> tuple[list[Any], dict[str, str]]:
    """Dataclasses of choices from tables with the columns ``setting`` and ``value``.

    Args:
        tables: by name; a row may stand in any of them. Their other columns are for the reader.
        kinds: the dataclasses, each choice of which must be there once.

    Returns:
        One of each kind, and the place of each choice by name.

    Raises:
        InputError: a column, name or setting missing; a setting twice; a value that is not allowed.
    """
    problems = [
        Problem(t.locate(None, None), f"{n or 'no'} column {c}", f"table {name} has it once")
        for name, t in tables.items()
        for c in ("setting", "value")
        if (n := [str(column) for column in t.frame.columns].count(c)) != 1
    ]
    if problems:
        raise InputError(problems)
    values: dict[str, object] = {}
    rows: list[tuple[InputTable, int]] = []
    for table in tables.values():
        for row, (name, value) in enumerate(zip(table.frame["setting"], table.frame["value"], strict=True)):
            key = str(name).strip()
            if not key and value == "":
                continue
            if not key or key in values:
                found = f"setting {key} a second time" if key else "a value without the name of a setting"
                problems.append(Problem(table.locate(row, "setting"), found, "every setting once"))
                continue
            values[key] = value
            rows.append((table, row))
    first = next(iter(tables.values()))

    def locate(row: int | None, column: str | None) -> str:
        table, line = (first, None) if row is None else rows[row]
        return table.locate(line, column)

    fields = {kind: dataclasses.fields(kind) for kind in kinds}
    try:
        typed = checked([f for of_kind in fields.values() for f in of_kind], values, locate)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    made = [kind(**{f.name: typed[f.name] for f in of_kind}) for kind, of_kind in fields.items()]
    return made, {name: locate(row, "value") for row, name in enumerate(values)}


@dataclass(frozen=True)
class _Place:
    """Where an Excel table stands: its sheet, the sheet's part, and the cells of its body.

    ``headers`` are the names the table itself keeps, used when it shows no header row; ``hidden`` is whether its
    sheet is.
    """

    name: str
    sheet: str
    part: str
    body: Area
    has_header: bool
    has_totals: bool
    headers: tuple[str, ...]
    hidden: bool

    @property
    def whole(self) -> Area:
        """The body with the header row."""
        return dataclasses.replace(self.body, first_row=self.body.first_row - self.has_header)


def _read(path: Path, required: Sequence[str], optional: Sequence[str]) -> tuple[dict[str, InputTable], list[Problem]]:
    """The tables that can be read, and what is wrong with the others."""
    package = Package.open(path)
    places, problems = _find(package, [*required, *optional])
    problems += [Problem(f"{path}, table {n}", "no such table", HOW_FOUND) for n in required if n not in places]
    book = _values_of(package)
    found: dict[str, InputTable] = {}
    for sheet in dict.fromkeys(place.sheet for place in places.values()):
        here = {name: place for name, place in places.items() if place.sheet == sheet}
        sheet_xml = _sheet_xml(package, sheet, next(iter(here.values())).part)
        with _garbage_collection_paused():
            rows = _rows(book, sheet, path)
            found.update({name: _table(place, rows, sheet_xml) for name, place in here.items()})
        problems += [problem for place in here.values() for problem in _rows_left_out(place, rows)]
        for name in [name for name in here if found[name].frame.empty]:
            if name in required:
                problems.append(Problem(f"{found[name].locate(None, None)}, table {name}", "no data rows", "rows"))
            else:
                del found[name]
        problems += _flaws(package, list(here.values()), sheet_xml)
    return found, problems


def _values_of(package: Package) -> python_calamine.CalamineWorkbook:
    """The workbook as the reader of its values has it, which unpacks it by itself.

    Raises:
        InputError: a part that unpacks to more than it is said to; another damaged one.
    """
    for name in package.names():
        if not name.startswith("xl/worksheets/"):  # those are read one by one
            part = package.read(name)
            if name.endswith((".xml", ".rels")):
                _hold(check_text, part, f"{package.path}, {name}")
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(package.data))
    except python_calamine.CalamineError as error:
        raise InputError.single(str(package.path), f"a workbook that can't be read ({error})", REPAIR) from None


def _sheet_xml(package: Package, sheet: str, part: str) -> bytes:
    """A sheet's part, found to be one that can be read wholly in the memory there is.

    Raises:
        InputError: it can't.
    """
    data, place = package.read(part), f"{package.path}, sheet {sheet}"
    _hold(check_text, data, place)
    _hold(check_extent, data, place)
    return data


def _hold(check: Callable[[bytes], None], part: bytes, place: str) -> None:
    try:
        check(part)
    except ValueError as error:
        raise InputError.single(place, str(error), f"cells as a spreadsheet program writes them; {REPAIR}") from None


@contextlib.contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """A million new cells would have the collector look through them again and again, a tenth of the reading time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _find(package: Package, wanted: Collection[str]) -> tuple[dict[str, _Place], list[Problem]]:
    """The wanted tables by the wanted spelling of their names, and those that are there twice."""
    spelling = {name.lower(): name for name in wanted}
    places: dict[str, _Place] = {}
    problems = []
    root = package.xml(package.workbook_part)
    names = [str(sheet.get("name")).lower() for sheet in root.iterfind(f"{main('sheets')}/{main('sheet')}")]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError.single(str(package.path), f"two sheets of the name {shown(twice)}", REPAIR)
    for entry in sheet_entries(package, root).values():
        for table in tables_of(package, entry.part).values():
            name = spelling.get(str(table.get("displayName", "")).lower())
            if name is None:
                continue
            if entry.kind != "worksheet":
                raise InputError.single(
                    f"sheet {entry.name}, table {name}", f"a {entry.kind}", f"a worksheet; {REPAIR}"
                )
            if name in places:
                sheets = f"a table on sheet {places[name].sheet} and another on sheet {entry.name}"
                problems.append(Problem(f"{package.path}, table {name}", sheets, "one table of a name"))
                continue
            places[name] = _place(name, entry, table)
    return places, problems


def _place(name: str, entry: SheetEntry, table: Element) -> _Place:
    """Where a table says it stands.

    Raises:
        InputError: nowhere: its range, or its rows of headers and totals, are none.
    """
    sheet, reference = entry.name, table.get("ref", "")
    columns = tuple(str(c.get("name")) for c in table.iterfind(f"{main('tableColumns')}/{main('tableColumn')}"))
    try:
        area = Area.of(reference)
        header_rows, totals_rows = int(table.get("headerRowCount", "1")), int(table.get("totalsRowCount", "0"))
    except ValueError:
        area, header_rows, totals_rows = Area(0, 0, 0, 0), -1, -1
    width, height = area.last_column - area.first_column + 1, area.last_row - area.first_row + 1
    if not (header_rows in (0, 1) and totals_rows in (0, 1) and header_rows + totals_rows <= height):
        found = f"the range {shown(reference)}, {header_rows} header rows and {totals_rows} totals rows"
        raise InputError.single(f"sheet {sheet}, table {name}", found if header_rows >= 0 else "no range", REPAIR)
    if width != len(columns):
        found = f"the range {reference}, {width:,} columns wide, and {len(columns):,} columns"
        raise InputError.single(f"sheet {sheet}, table {name}", found, REPAIR)
    body = Area(area.first_row + header_rows, area.first_column, area.last_row - totals_rows, area.last_column)
    hidden = entry.element.get("state") in ("hidden", "veryHidden")
    return _Place(name, sheet, entry.part, body, header_rows > 0, totals_rows > 0, columns, hidden)


def _rows(book: python_calamine.CalamineWorkbook, sheet: str, path: Path) -> list[list[Any]]:
    """Every cell of a sheet from A1 on; blanks and error values as empty text."""
    try:
        rows: list[list[Any]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError) as error:
        raise InputError.single(f"{path}, sheet {sheet}", f"a sheet that can't be read ({error})", REPAIR) from None
    return rows


def _table(place: _Place, rows: Sequence[Sequence[Any]], sheet_xml: bytes) -> InputTable:
    """The body of a table as it stands, without blank rows at its end, which a user clears and does not delete.

    Hidden rows and columns are read: Excel's own formulas count them, too.
    """
    body = place.body
    width = body.last_column - body.first_column + 1
    cells = [_cut(row, body.first_column, width) for row in rows[body.first_row : body.last_row + 1]]
    while cells and all(value == "" for value in cells[-1]):
        cells.pop()
    if place.has_header:
        header = rows[body.first_row - 1] if body.first_row <= len(rows) else ()
        names = [str(value).strip() for value in _cut(header, body.first_column, width)]
    else:
        names = list(place.headers)
    values = np.empty((len(cells), width), dtype=object)
    if cells:
        values[:] = cells
    frame = pd.DataFrame(values, columns=pd.Index(names, dtype=object), dtype=object)
    filled = dataclasses.replace(body, last_row=body.first_row + len(cells) - 1)
    note = _hidden(place, hidden_rows(sheet_xml, filled), hidden_columns(sheet_xml, filled))
    return InputTable(frame, sheet_locator(place.sheet, body.first_row - 1, body.first_column, names), note)


def _hidden(place: _Place, rows: int, columns: int) -> str:
    """What of a table the user does not see, or nothing."""
    counts = [(rows, "row"), (columns, "column")]
    parts = [f"{count:,} hidden {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
    if not parts and not place.hidden:
        return ""
    sheet = f"{'hidden sheet' if place.hidden else 'sheet'} {place.sheet}"
    if not parts:
        return f"table {place.name} on {sheet} is read as data"
    verb = "is" if rows + columns == 1 else "are"
    return f"{' and '.join(parts)} {verb} read as data in table {place.name} on {sheet}"


def _rows_left_out(place: _Place, rows: Sequence[Sequence[Any]]) -> Iterator[Problem]:
    """Rows right below a table that look like its own, as LibreOffice leaves them when rows are pasted there.

    A row is one if more than half of the table's columns are filled in it; a remark in a cell is none.
    """
    width = place.body.last_column - place.body.first_column + 1
    first = last = place.body.last_row + 1
    while not place.has_totals and last < len(rows):
        filled = sum(value != "" for value in _cut(rows[last], place.body.first_column, width))
        if 2 * filled <= width:
            break
        last += 1
    if last > first:
        which = f"row {last}" if last == first + 1 else f"rows {first + 1} to {last}"
        where = f"sheet {place.sheet}, {which}"
        found = f"filled rows right below table {place.name}, which ends in row {first}"
        allowed = "rows inside the table (drag the table's lower right corner), or an empty row in between"
        yield Problem(where, found, allowed)


def _cut(row: Sequence[Any], first: int, width: int) -> list[Any]:
    """A stretch of a row; the sheet's used area may end before it does."""
    cells = list(row[first : first + width])
    return cells + [""] * (width - len(cells))


def _flaws(package: Package, places: Sequence[_Place], data: bytes) -> list[Problem]:
    """The cells of one sheet's tables that have no usable value; ``data``: the sheet's part."""
    sheet = places[0].sheet
    problems = []
    try:
        flawed = list(flawed_cells(data, [place.body for place in places]))
        merged = [(area, place) for area in merged_areas(data) for place in places if area.overlaps(place.whole)]
    except (etree.XMLSyntaxError, ValueError) as damage:
        raise InputError.single(f"{package.path}, sheet {sheet}", f"damaged XML ({damage})", REPAIR) from None
    for row, column, error in flawed:
        where = f"sheet {sheet}, cell {column_letters(column)}{row + 1}"
        if error:
            problems.append(Problem(where, f"the error value {error}", "a value"))
        else:
            allowed = "a value; recalculate in Excel (Ctrl+Alt+F9) and save"
            problems.append(Problem(where, "a formula with no stored value", allowed))
    for area, place in merged:
        found = f"cells merged with those up to {column_letters(area.last_column)}{area.last_row + 1}"
        where = f"sheet {sheet}, cell {column_letters(area.first_column)}{area.first_row + 1}"
        problems.append(Problem(where, found, f"a value of its own in every cell of table {place.name}; unmerge them"))
    return problems
