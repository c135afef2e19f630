"""Reading what earlier runs left in a workbook: their inputs and results, and the log of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast, get_args

from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.exhibits.run_data import INPUT_COLUMNS, RESULT_COLUMNS, RUN_INPUTS, RUN_RESULTS, Key, Number, RunData
from xl_ltc.exhibits.run_log import RUN_LOG, LogRow
from xl_ltc.exhibits.table import Measure
from xl_ltc.tables import InputTable, label_text
from xl_ltc.workbook.read import read_tables

_MEASURES: tuple[str, ...] = get_args(Measure)
_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({RUN_INPUTS: INPUT_COLUMNS, RUN_RESULTS: RESULT_COLUMNS})


@dataclass(frozen=True)
class EarlierRuns:
    """What a workbook holds of the runs before.

    Attributes:
        last: the last run's data, or None.
        log: a row a run, newest first.
        unread: why data that is there could not be read, or nothing.
    """

    last: RunData | None = None
    log: tuple[LogRow, ...] = ()
    unread: str = ""


NO_RUNS = EarlierRuns()


def read_run_data(workbook: Path) -> RunData:
    """The last run's inputs and results.

    Args:
        workbook: an .xlsx or .xlsm; the values stored with the links to the exhibits are read.

    Raises:
        InputError: not a workbook, or one no run has written; cells without a usable value; columns missing.
    """
    found = _read(workbook)
    if found is None:
        missing = f"no tables {RUN_INPUTS} and {RUN_RESULTS}"
        raise InputError.single(str(workbook), missing, "a workbook that a run has written (xl-ltc run, xl-ltc demo)")
    return found


def read_earlier_runs(workbook: Path) -> EarlierRuns:
    """The last run and the log of runs; nothing where no run has written into the workbook.

    A run need not fail because the results of the one before can't be read, so that is only said. The log can't be
    made again, so a bad cell in it is an error.

    Raises:
        InputError: not a workbook; cells of the log with an error value or a formula without a stored value.
    """
    log = read_run_log(workbook)
    try:
        return EarlierRuns(_read(workbook), log)
    except InputError as error:
        return EarlierRuns(log=log, unread=str(error.problems[0]))


def read_run_log(workbook: Path) -> tuple[LogRow, ...]:
    """The rows of the table ``run_log``, as they stand; none where there is no such table or it was emptied.

    Raises:
        InputError: not a workbook; cells with an error value or a formula without a stored value.
    """
    tables = read_tables(workbook, (), (RUN_LOG,))
    if RUN_LOG not in tables:
        return ()
    frame = tables[RUN_LOG].frame
    headers = [str(column) for column in frame.columns]
    rows = ([_number(value) for value in row] for row in frame.to_numpy(dtype=object).tolist())
    return tuple(dict(zip(headers, row, strict=True)) for row in rows if any(value != "" for value in row))


def _read(workbook: Path) -> RunData | None:
    """The run data of a workbook; None where it has neither table."""
    tables = read_tables(workbook, (), (RUN_INPUTS, RUN_RESULTS))
    if not tables:
        return None
    problems = [
        Problem(f"{workbook}, table {name}", "no such table", "both tables of a run, as it wrote them")
        for name in (RUN_INPUTS, RUN_RESULTS)
        if name not in tables
    ]
    problems += [p for name, table in tables.items() for p in _missing(table, name)]
    if not problems:
        problems = _unknown_measures(tables[RUN_RESULTS])
    if problems:
        raise InputError(problems)
    inputs, results = tables[RUN_INPUTS], tables[RUN_RESULTS]
    return RunData(
        {key: _number(value) for key, value in _lines(inputs, INPUT_COLUMNS, "value")},
        {key: _number(value) for key, value in _lines(results, RESULT_COLUMNS, "value")},
        {key: cast(Measure, measure) for key, measure in _lines(results, RESULT_COLUMNS, "measure")},
    )


def _missing(table: InputTable, name: str) -> list[Problem]:
    """The columns a table does not have once."""
    found = [str(column) for column in table.frame.columns]
    return [
        Problem(table.locate(None, None), f"{found.count(c) or 'no'} column {c}", f"table {name} has it once")
        for c in _COLUMNS[name]
        if found.count(c) != 1
    ]


def _unknown_measures(results: InputTable) -> list[Problem]:
    return [
        Problem(results.locate(i, "measure"), shown(measure), one_of(_MEASURES))
        for i, measure in enumerate(results.frame["measure"])
        if measure not in _MEASURES
    ]


def _lines(table: InputTable, columns: Sequence[str], what: str) -> Iterator[tuple[Key, object]]:
    """A column's cell of each line, by the table, row and column the line is of."""
    frame = table.frame
    of, row, column = (frame[name].map(label_text) for name in columns[:3])
    yield from zip(zip(of, row, column, strict=True), frame[what], strict=True)


def _number(value: object) -> Number:
    """A cell's value; a day or time a spreadsheet made of a text is text again."""
    return float(value) if isinstance(value, int | float) else str(value)
