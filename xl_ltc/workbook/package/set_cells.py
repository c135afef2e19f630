"""Writing numbers into cells of a user's Excel tables, where every other byte of the worksheet stays as it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from xml.parsers import expat

import pandas as pd

from xl_ltc.errors import InputError, Problem, is_blank, shown
from xl_ltc.tables import InputTable, cell_of_place, column_letters, column_names, label_text, to_number
from xl_ltc.workbook.package.book import file_warnings, recalculate_on_load, sheet_entries
from xl_ltc.workbook.package.ooxml import MAIN, is_true, main
from xl_ltc.workbook.package.opc import Package
from xl_ltc.workbook.read import read_tables, read_what_is_there
from xl_ltc.workbook.read_cells import Area, position

Key: TypeAlias = tuple[str, ...]
_PlaceOf: TypeAlias = Callable[[int, Key], str]


@dataclass(frozen=True)
class NumberChange:
    """A cell that was written.

    Attributes:
        table, key, column: which number it is, the key as text in the order of the key columns.
        before: what the cell held; None for a blank one.
        after: the number it holds now; None for a cell that was cleared.
        sheet, cell: where it stands.
    """

    table: str
    key: Key
    column: str
    before: object
    after: float | None
    sheet: str
    cell: str


@dataclass(frozen=True)
class TableChanges:
    """What was written to a workbook.

    Attributes:
        changes: the cells that were written, table by table and row by row.
        given: how many numbers were given, by table.
        warnings: what the user should know of the file.
    """

    changes: tuple[NumberChange, ...]
    given: Mapping[str, int]
    warnings: tuple[str, ...]

    @property
    def unchanged(self) -> int:
        """How many cells held their number already."""
        return sum(self.given.values()) - len(self.changes)

    def changed_in(self, table: str) -> int:
        """How many cells of a table were written."""
        return sum(change.table == table for change in self.changes)


def set_table_numbers(
    workbook: Path,
    changes: Mapping[str, pd.DataFrame],
    keys: Mapping[str, Sequence[str]],
    out: Path,
    partial: Collection[str] = (),
    may_be_blank: Mapping[str, Collection[str]] | None = None,
) -> TableChanges:
    """Write the user's workbook with other numbers in cells of its Excel tables.

    Tables are found by name, rows by key and columns by header, wherever they stand and in whatever order. A cell
    that holds its number already is not touched; one that is written keeps its format. Beside those cells only the
    mark that everything is to be recalculated is new: the stored values of formulas are those from before, until
    Excel or LibreOffice opens the workbook.

    Args:
        workbook: the user's .xlsx or .xlsm.
        changes: table → its key columns and the columns to set; keys are compared as ``label_text`` has them.
        keys: table → its key columns.
        out: where the result goes; may be ``workbook``. It is written beside and moved into place.
        partial: tables in which rows without new numbers stay as they are.
        may_be_blank: table → columns in which a blank instead of a number clears the cell.

    Raises:
        InputError: the workbook or a table can't be read (as ``read_tables``); a table, column or row missing, there
            twice, or without new numbers; a new value that is no number; a formula where a number would be
            written; the workbook changed meanwhile or can't be written. All that can be found at once, and
            nothing is written.
    """
    package = Package.open(workbook)
    tables, problems = _read(workbook, tuple(changes))
    numbers: list[_Number] = []
    for name, table in tables.items():
        blank = (may_be_blank or {}).get(name, ())
        matching = _Matching(name, table, changes[name], tuple(keys[name]), name in partial, blank)
        numbers += matching.numbers
        problems += matching.problems
    sheets = _scanned(package, numbers)
    problems += [problem for number in numbers for problem in _formula_problems(number, sheets[number.sheet])]
    if problems:
        raise InputError(problems)
    written = [number for number in numbers if not sheets[number.sheet].holds(number.where, number.value)]
    for name, sheet in sheets.items():
        values = {number.where: number.value for number in written if number.sheet == name}
        if values:
            package.write(sheet.part, sheet.with_values(values))
    over_itself = out.exists() and out.samefile(workbook)
    if written:
        _mark_for_recalculation(package)
    _check_unchanged(package)
    if written or not over_itself:
        package.save(out)
    given = {name: sum(number.table == name for number in numbers) for name in changes}
    warnings = file_warnings(package, over_itself) if written else ()
    return TableChanges(tuple(number.change for number in written), given, warnings)


def _read(workbook: Path, names: Sequence[str]) -> tuple[dict[str, InputTable], list[Problem]]:
    """The tables that are there; what is wrong with one does not hide what is wrong with another."""
    try:
        return read_tables(workbook, names), []
    except InputError as error:
        return read_what_is_there(workbook, names), list(error.problems)


@dataclass(frozen=True)
class _Number:
    """A number that a cell is to hold."""

    table: str
    key: Key
    column: str
    before: object
    value: float | None
    sheet: str
    cell: str

    @property
    def where(self) -> tuple[int, int]:
        """Its row and column, zero-based."""
        return position(self.cell)

    @property
    def change(self) -> NumberChange:
        before = None if is_blank(self.before) else self.before
        return NumberChange(self.table, self.key, self.column, before, self.value, self.sheet, self.cell)


class _Matching:
    """New numbers matched with the cells of the table they go to."""

    def __init__(
        self,
        name: str,
        table: InputTable,
        new: pd.DataFrame,
        key: Sequence[str],
        partial: bool,
        may_be_blank: Collection[str],
    ) -> None:
        self.name, self.table, self.key, self.may_be_blank = name, table, key, may_be_blank
        self.place = f"{table.locate(None, None)}, table {name}"
        self.numbers: list[_Number] = []
        self.old, self.new = _Columns(table.frame), _Columns(new)
        self.problems = self._column_problems()
        if not self.problems:
            rows, new_rows = self._rows(self.old, self._row_place), self._rows(self.new, self._new_place)
            self._check_rows(rows, new_rows, partial)
            for row_key, new_row in new_rows.items():
                if row_key in rows:
                    self._add_numbers(row_key, rows[row_key], new_row)

    def _column_problems(self) -> list[Problem]:
        wanted = list(dict.fromkeys([*self.key, *self.new.names]))
        return [
            Problem(place, f"{n} columns {column}" if n else f"no column {column}", f"the column {column}, once")
            for place, columns in ((self.place, self.old), (f"new numbers for table {self.name}", self.new))
            for column in wanted
            if (n := columns.names.count(column)) != 1
        ]

    def _row_place(self, row: int, _: Key) -> str:
        return self.table.locate(row, self.key[0])

    def _new_place(self, _: int, key: Key) -> str:
        return f"new numbers for table {self.name}, {self._words(key)}"

    def _words(self, key: Key) -> str:
        return ", ".join(f"{name} {text or '(blank)'}" for name, text in zip(self.key, key, strict=True))

    def _rows(self, columns: _Columns, place: _PlaceOf) -> dict[Key, int]:
        """Key → row; a row without anything in it is none, and a key that is there before is a problem."""
        rows: dict[Key, int] = {}
        blank = columns.blank_rows()
        parts = [columns[name] for name in self.key]
        for row, values in enumerate(zip(*parts, strict=True)):
            key = tuple("" if is_blank(value) else label_text(value) for value in values)
            if row not in blank and rows.setdefault(key, row) != row:
                found = f"{self._words(key)} a second time"
                self.problems.append(Problem(place(row, key), found, f"each {' and '.join(self.key)} once"))
        return rows

    def _check_rows(self, rows: Mapping[Key, int], new_rows: Mapping[Key, int], partial: bool) -> None:
        for key in new_rows:
            if key not in rows:
                allowed = f"a row for each of the new numbers in table {self.name}; no rows are added"
                self.problems.append(Problem(self.place, f"no row {self._words(key)}", allowed))
        for key, row in rows.items():
            if key not in new_rows and not partial:
                found = f"{self._words(key)}, for which there is no new number"
                allowed = f"in table {self.name} only rows with new numbers"
                self.problems.append(Problem(self._row_place(row, key), found, allowed))

    def _add_numbers(self, key: Key, row: int, new_row: int) -> None:
        for column in self.new.names:
            if column in self.key:
                continue
            number, allowed = self._checked(column, self.new[column][new_row])
            if allowed:
                place = f"{self._new_place(new_row, key)}, column {column}"
                self.problems.append(Problem(place, shown(self.new[column][new_row]), allowed))
                continue
            sheet_and_cell = cell_of_place(self.table.locate(row, column))
            assert sheet_and_cell is not None
            self.numbers.append(_Number(self.name, key, column, self.old[column][row], number, *sheet_and_cell))

    def _checked(self, column: str, value: object) -> tuple[float | None, str]:
        """The number, None for a blank, and what is allowed if the value is not (else an empty text)."""
        if is_blank(value) and column in self.may_be_blank:
            return None, ""
        number = to_number(value)
        if number is None or not math.isfinite(number):
            return None, "a number or a blank" if column in self.may_be_blank else "a number"
        return number, ""


class _Columns:
    """The columns of a frame as lists, by header."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.names = column_names(frame)
        self._values = [frame.iloc[:, i].tolist() for i in range(len(self.names))]

    def __getitem__(self, name: str) -> list[object]:
        return self._values[self.names.index(name)]

    def blank_rows(self) -> set[int]:
        return {i for i, row in enumerate(zip(*self._values, strict=True)) if all(is_blank(value) for value in row)}


def _formula_problems(number: _Number, sheet: _Sheet) -> Iterator[Problem]:
    if sheet.computed_at(number.where):
        what = "nothing (blank)" if number.value is None else _number_text(number.value)
        yield Problem(
            f"sheet {number.sheet}, cell {number.cell}",
            f"a formula, where {number.column} {what} of table {number.table} would be written",
            "a number in the place of the formula, which is never overwritten",
        )


def _scanned(package: Package, numbers: Sequence[_Number]) -> dict[str, _Sheet]:
    """The worksheets that hold some numbers, by name."""
    entries = sheet_entries(package, package.xml(package.workbook_part))
    rows: dict[str, set[int]] = {}
    for number in numbers:
        rows.setdefault(number.sheet, set()).add(number.where[0])
    return {name: _Sheet(package, entries[name.lower()].part, wanted) for name, wanted in rows.items()}


@dataclass
class _Cell:
    """A cell as it stands: its column, where its XML begins and ends, its start tag and what it holds."""

    column: int
    start: int
    tag: bytes
    kind: str
    end: int = 0
    value: str = ""
    formula: bool = False


@dataclass
class _Row:
    """A row as it stands: where its XML begins and where its end tag does, its start tag, style and cells."""

    start: int
    tag: bytes
    style: str | None
    end: int = 0
    cells: list[_Cell] = field(default_factory=list)


_TAG = re.compile(rb"<([^\s/>]+)(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_KIND = re.compile(rb"\s+(?:t|vm|cm)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
"""What a start tag says of the value in the cell; the rest, such as address and style, holds for any value."""
_SPANS = re.compile(rb"\s+spans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_IN_MAIN = f"{MAIN} "


class _Sheet:
    """The bytes of a worksheet, with the places of the cells of some rows in them."""

    def __init__(self, package: Package, part: str, rows: Collection[int]) -> None:
        # What can't be parsed, or has a DOCTYPE, is refused here as everywhere. UTF-16, in which bytes are no
        # characters, does not come here: calamine finds no rows in it.
        package.xml(part)
        self.part, self.data = part, package.read(part)
        self._wanted = rows
        self._rows: dict[int, _Row] = {}
        self._arrays: list[Area] = []
        self._column_styles: list[tuple[range, str]] = []
        self._row, self._column = -1, -1
        self._cell: _Cell | None = None
        self._in_value = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.Parse(self.data, True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name.removeprefix(_IN_MAIN):
            case "col" if "style" in attributes:
                columns = range(int(attributes["min"]) - 1, int(attributes["max"]))
                self._column_styles.append((columns, attributes["style"]))
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "f" if self._cell is not None:
                self._cell.formula = True
                # All cells of such a formula are computed, and only the first says so.
                if attributes.get("t") in ("array", "dataTable") and "ref" in attributes:
                    self._arrays.append(Area.of(attributes["ref"]))
            case "v":
                self._in_value = True

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        # A row or cell that does not say where it stands comes right behind the one before.
        self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
        if self._row in self._wanted:
            style = attributes.get("s") if is_true(attributes.get("customFormat")) else None
            self._rows[self._row] = _Row(self._parser.CurrentByteIndex, self._tag(), style)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = position(attributes["r"])[1] if "r" in attributes else self._column + 1
        self._cell = _Cell(self._column, self._parser.CurrentByteIndex, b"", attributes.get("t", "n"))
        if self._row in self._rows:
            self._cell.tag = self._tag()
            self._rows[self._row].cells.append(self._cell)

    def _tag(self) -> bytes:
        """The start tag the parser stands at."""
        tag = _TAG.match(self.data, self._parser.CurrentByteIndex)
        assert tag is not None
        return tag.group()

    def _text(self, text: str) -> None:
        if self._in_value and self._cell is not None:
            self._cell.value += text

    def _end(self, name: str) -> None:
        match name.removeprefix(_IN_MAIN):
            case "v":
                self._in_value = False
            case "row" if self._row in self._rows:
                self._rows[self._row].end = self._parser.CurrentByteIndex
            case "c" if self._cell is not None:
                empty = self._cell.tag.endswith(b"/>")
                start = self._cell.start + len(self._cell.tag)
                self._cell.end = start if empty else self.data.index(b">", self._parser.CurrentByteIndex) + 1
                self._cell = None

    def _find(self, at: tuple[int, int]) -> _Cell | None:
        return next((cell for cell in self._rows[at[0]].cells if cell.column == at[1]), None)

    def computed_at(self, at: tuple[int, int]) -> bool:
        """Whether a formula gives what a cell holds."""
        cell = self._find(at)
        return (cell is not None and cell.formula) or any(at in area for area in self._arrays)

    def holds(self, at: tuple[int, int], value: float | None) -> bool:
        """Whether a cell holds a number, or nothing for None, already."""
        cell = self._find(at)
        if cell is None or (not cell.value and cell.kind != "inlineStr"):
            return value is None
        return value is not None and cell.kind == "n" and float(cell.value) == value

    def with_values(self, values: Mapping[tuple[int, int], float | None]) -> bytes:
        """The worksheet with other values in some cells of the rows looked at."""
        splices: list[tuple[int, int, bytes]] = []
        for at, value in sorted(values.items(), key=lambda item: item[0]):
            cell = self._find(at)
            if cell is not None:
                splices.append((cell.start, cell.end, _with_value(cell.tag, value)))
            else:
                splices += self._insertion(at, value)
        pieces, done = [], 0
        # Several cells put before one another's end keep the order of their columns.
        for start, end, new in sorted(dict.fromkeys(splices), key=lambda splice: splice[:2]):
            pieces += [self.data[done:start], new]
            done = end
        return b"".join([*pieces, self.data[done:]])

    def _insertion(self, at: tuple[int, int], value: float | None) -> list[tuple[int, int, bytes]]:
        """A cell that is not there yet, put in the order of columns; its row does not say any more where cells end."""
        row = self._rows[at[0]]
        before = next((cell.start for cell in row.cells if cell.column > at[1]), row.end)
        style = row.style or next((style for columns, style in self._column_styles if at[1] in columns), None)
        prefix = _name(row.tag).removesuffix(b"row")
        address = f'r="{column_letters(at[1])}{at[0] + 1}"' + (f' s="{style}"' if style else "")
        tag = b"<" + prefix + b"c " + address.encode() + b">"
        tag_end = row.start + len(row.tag)
        return [(row.start, tag_end, _SPANS.sub(b"", row.tag)), (before, before, _with_value(tag, value))]


def _name(tag: bytes) -> bytes:
    """The name in a start tag, with its prefix."""
    found = _TAG.match(tag)
    assert found is not None
    return found.group(1)


def _with_value(tag: bytes, value: float | None) -> bytes:
    """A cell with a start tag's address and style, and a number or nothing in it."""
    opened = _KIND.sub(b"", tag).removesuffix(b">").removesuffix(b"/").rstrip()
    if value is None:
        return opened + b"/>"
    name = _name(tag)
    inner = name.removesuffix(b"c") + b"v"
    return b"%s><%s>%s</%s></%s>" % (opened, inner, _number_text(value).encode(), inner, name)


def _number_text(value: float) -> str:
    """The shortest text that gives the number again, whole numbers without a point as Excel has them."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _mark_for_recalculation(package: Package) -> None:
    root = package.xml(package.workbook_part)
    calculation = root.find(main("calcPr"))
    if calculation is None or not is_true(calculation.get("fullCalcOnLoad")):
        recalculate_on_load(root)
        package.write_xml(package.workbook_part, root)


def _check_unchanged(package: Package) -> None:
    try:
        now = package.path.read_bytes()
    except OSError:
        now = b""
    if now != package.data:
        raise InputError.single(str(package.path), "a workbook changed since it was read", "do it again")
