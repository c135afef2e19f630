"""Settings from a range with the columns ``setting`` and ``value``, such as the workbook's table of settings."""

from __future__ import annotations

import dataclasses
import datetime as dt

from xl_ltc.errors import InputError, Problem, is_blank
from xl_ltc.settings import Settings, from_values
from xl_ltc.tables import label_text, to_number
from xl_ltc_udfs.cells import from_serial
from xl_ltc_udfs.problems import ArgumentError
from xl_ltc_udfs.range_tables import Contents, input_table

ARGUMENT = "settings"
_COLUMNS = ("setting", "value")
_DATES = tuple(f.name for f in dataclasses.fields(Settings) if isinstance(f.default, dt.date))


def settings_of(cells: Contents | None, base: Settings | None = None) -> Settings:
    """The settings of a range; its other columns are for the reader.

    Args:
        cells: the range with its header row; None for no change.
        base: the settings that are not named in the range; None for the filing's.

    Raises:
        InputError: a setting that is none, or is there twice, or a value that is not allowed.
        ArgumentError: a range without these two columns, or with an error value.
    """
    base = base or Settings()
    if cells is None:
        return base
    names, given = _pairs(cells)
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        place = f"{ARGUMENT}, row {row + 2}, column setting"
        if name in rows:
            problems.append(Problem(place, f"setting {name} a second time", "every setting at most once"))
        elif name:
            rows[name] = row
        elif not is_blank(given[row]):
            problems.append(Problem(place, "a value without the name of a setting", "the name of a setting"))
    values = {name: _value(name, given[row]) for name, row in rows.items()}
    order = list(rows.values())

    def locate(row: int | None, column: str | None) -> str:
        return ARGUMENT if row is None else f"{ARGUMENT}, row {order[row] + 2}, column {column}"

    try:
        settings = from_values({**values, **_others(base, values)}, locate)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    return settings


def _pairs(cells: Contents) -> tuple[list[str], list[object]]:
    """Names and values, row by row."""
    frame = input_table(ARGUMENT, cells).frame
    header = [str(name) for name in frame.columns]
    for column in _COLUMNS:
        if header.count(column) != 1:
            found = f"{header.count(column) or 'no'} columns {column}"
            raise ArgumentError(ARGUMENT, found, "a header row with the columns setting and value, each once")
    names, values = (frame.iloc[:, header.index(column)].tolist() for column in _COLUMNS)
    return ["" if is_blank(name) else label_text(name) for name in names], values


def _others(base: Settings, named: dict[str, object]) -> dict[str, object]:
    return {f.name: getattr(base, f.name) for f in dataclasses.fields(Settings) if f.name not in named}


def _value(name: str, value: object) -> object:
    """The value as a workbook's reader gives it; a range holds a date as its number."""
    number = to_number(value) if name in _DATES else None
    if number is None:
        return value
    try:
        return from_serial(number)
    except OverflowError:
        return value
