"""Carrying numbers, such as a study's factors, into the input tables of a filing workbook."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.errors import InputError, Problem
from xl_ltc.experience.study import STUDY_BY_NAME
from xl_ltc.tables import InputTable, Locator, TableSpec, clean, column_names
from xl_ltc.workbook.actions.inputs import check_not_policies
from xl_ltc.workbook.actions.places import check_out, same_file
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.package.set_cells import TableChanges, set_table_numbers
from xl_ltc.workbook.read import read_workbook

_TABLES = BY_NAME | STUDY_BY_NAME
RUN_AGAIN = (
    "The exhibits still show the last run: run the projection again (xl-ltc run). A run reads stored values: if input "
    "cells of yours are formulas on these numbers, open the workbook in Excel and save it first."
)


@dataclass(frozen=True)
class Carried:
    """What was carried.

    Attributes:
        out: the workbook that holds the numbers.
        changes: the cells that were written.
        warnings: what the user should know.
    """

    out: Path
    changes: TableChanges
    warnings: tuple[str, ...]

    @property
    def summary(self) -> tuple[str, ...]:
        """A line for each table."""
        given = self.changes.given.items()
        return tuple(f"{name}: {self.changes.changed_in(name):,} of {n:,} numbers changed" for name, n in given)


def carry_tables(
    source: Path | None, frames: Mapping[str, pd.DataFrame], filing: Path, out: Path | None, progress: Progress
) -> Carried:
    """Write numbers into the assumption and experience tables of a filing workbook.

    The tables keep their rows: each row needs its numbers, and each number its row. Everything else in the workbook
    stays as it is.

    Args:
        source: the workbook the numbers come from, which is not overwritten; None where there is none.
        frames: table → its key columns and those of its columns of numbers that are to be set.
        filing: the user's filing workbook.
        out: where the result goes; None for ``filing`` itself.
        progress: told what is being done.

    Raises:
        InputError: a table that no filing workbook has; a number beyond the bounds of its column; every problem of
            ``set_table_numbers``; ``out`` is the source or the in-force file, or can't be written.
    """
    out = out or filing
    _check_out(source, filing, out)
    progress("checking the numbers")
    checked = _checked(source, frames)
    specs = {name: _TABLES[name] for name in checked}
    progress(f"writing {out.name}")
    changes = set_table_numbers(
        filing,
        checked,
        {name: spec.key for name, spec in specs.items()},
        out,
        may_be_blank={name: [c.name for c in spec.columns if c.optional] for name, spec in specs.items()},
    )
    return Carried(out, changes, (*changes.warnings, *((RUN_AGAIN,) if changes.changes else ())))


def _check_out(source: Path | None, filing: Path, out: Path) -> None:
    check_out(filing, None, out)
    if same_file(out, filing) or not out.exists():
        return
    if source is not None and same_file(out, source):
        found = f"{out}, the workbook the numbers come from"
        raise InputError.single("--out", found, "another file; it would be overwritten")
    check_not_policies(out, filing, None, None, read_workbook(filing))


def _checked(source: Path | None, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with their numbers checked, problems of all at once."""
    problems: list[Problem] = []
    checked: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        place = f"{'new numbers' if source is None else source.name}, table {name}"
        if name not in _TABLES:
            problems.append(Problem(place, "no such table", f"one of {', '.join(_TABLES)}"))
            continue
        spec = _given(_TABLES[name], frame)
        try:
            checked[name] = clean(InputTable(frame, _locator(place, frame, spec)), spec)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return checked


def _given(spec: TableSpec, frame: pd.DataFrame) -> TableSpec:
    """The specification of a table without the columns that are to stay as they are."""
    names = {*spec.key, *column_names(frame)}
    return dataclasses.replace(spec, columns=tuple(c for c in spec.columns if c.name in names))


def _locator(place: str, frame: pd.DataFrame, spec: TableSpec) -> Locator:
    """Places by key: a frame has no lines a user could look up."""
    keys = [name for name in spec.key if name in frame.columns]

    def locate(row: int | None, column: str | None) -> str:
        words = [] if row is None else [f"{name} {frame[name].iloc[row]}" for name in keys]
        return ", ".join([place, *words, *([] if column is None else [f"column {column}"])])

    return locate
