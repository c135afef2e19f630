"""Scenarios and grids from the tables of a workbook, and those a new workbook has."""

from __future__ import annotations

import importlib.resources
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xl_ltc.assumptions.pricing.specs import ALL_SERIES
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.scenarios.scenario import Axis, Change, Grid, Linear, Scenario
from xl_ltc.scenarios.specs import CHANGEABLE, GRIDS, SCALE, SCENARIOS, SHIFT, SPECS
from xl_ltc.tables import InputTable, Locator, clean

_DOWN, _ACROSS = 1, 2


@dataclass(frozen=True)
class Asked:
    """What a user asks for."""

    scenarios: tuple[Scenario, ...] = ()
    grids: tuple[Grid, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Scenarios, then grids."""
        return (*(scenario.name for scenario in self.scenarios), *(grid.name for grid in self.grids))

    @property
    def runs(self) -> tuple[Scenario, ...]:
        """Every scenario, then those of each grid."""
        return (*self.scenarios, *(scenario for grid in self.grids for scenario in grid.scenarios))

    def only(self, names: Collection[str]) -> Asked:
        """Those of some names; all of them without any name.

        Raises:
            InputError: a name that is neither a scenario's nor a grid's.
        """
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise InputError([Problem("--scenario", repr(name), one_of(self.names)) for name in unknown])
        if not names:
            return self
        return Asked(
            tuple(s for s in self.scenarios if s.name in names), tuple(g for g in self.grids if g.name in names)
        )


def check_scenarios(raw: Mapping[str, InputTable], series: Sequence[str]) -> Asked:
    """Scenarios and grids from raw tables; a table that is missing or has no rows asks for nothing.

    Args:
        raw: the tables by name.
        series: the rate series there are.

    Raises:
        InputError: every problem of both tables, each with its cell.
    """
    problems, frames = list[Problem](), {}
    for spec in SPECS:
        table = raw.get(spec.name)
        if table is None or len(table.frame) == 0:
            continue
        try:
            frames[spec.name] = clean(table, spec)
        except InputError as error:
            problems += error.problems
            continue
        problems += _series_problems(frames[spec.name], series, table.locate)
    if SCENARIOS in frames:
        problems += _scenario_problems(frames[SCENARIOS], raw[SCENARIOS].locate)
    if GRIDS in frames:
        problems += _grid_problems(frames[GRIDS], raw[GRIDS].locate)
    if SCENARIOS in frames and GRIDS in frames:
        problems += _names_of_both(frames, raw[GRIDS].locate)
    if problems:
        raise InputError(problems)
    return Asked(
        tuple(_scenarios(frames[SCENARIOS])) if SCENARIOS in frames else (),
        tuple(_grids(frames[GRIDS])) if GRIDS in frames else (),
    )


def bundled_scenarios() -> dict[str, pd.DataFrame]:
    """What stands in a new workbook: low and high for each assumption, one scenario of several, one grid."""
    frames = {}
    for spec in SPECS:
        resource = importlib.resources.files("xl_ltc.scenarios").joinpath("bundled", f"{spec.name}.csv")
        with resource.open(encoding="utf-8") as handle:
            frames[spec.name] = clean(InputTable(pd.read_csv(handle, dtype=str, keep_default_na=False)), spec)
    return frames


def _series_problems(frame: pd.DataFrame, series: Sequence[str], locate: Locator) -> Iterator[Problem]:
    known = (ALL_SERIES, *series)
    for row, found in enumerate(frame["series"]):
        if found not in known:
            yield Problem(locate(row, "series"), shown(found), one_of(known))


def _scenario_problems(frame: pd.DataFrame, locate: Locator) -> Iterator[Problem]:
    for row, (assumption, shift) in enumerate(zip(frame["assumption"], frame[SHIFT], strict=True)):
        if not pd.isna(shift):
            yield from _shift_problems(assumption, float(shift), locate(row, SHIFT))


def _shift_problems(assumption: str, shift: float, place: str) -> Iterator[Problem]:
    of = CHANGEABLE[assumption]
    if of.most_shift == 0.0:
        if shift:
            yield Problem(place, shown(shift), f"nothing: {assumption} can be scaled only")
    elif of.shift_unit == "years" and not shift.is_integer():
        yield Problem(place, shown(shift), "a whole number of years")
    elif abs(shift) > of.most_shift:
        yield Problem(place, shown(shift), f"a number from {-of.most_shift:g} to {of.most_shift:g} for {assumption}")


def _grid_problems(frame: pd.DataFrame, locate: Locator) -> Iterator[Problem]:
    for row, (assumption, kind, value) in enumerate(
        zip(frame["assumption"], frame["kind"], frame["value"], strict=True)
    ):
        if kind == SHIFT:
            yield from _shift_problems(assumption, float(value), locate(row, "value"))
        elif value < 0.0:
            yield Problem(locate(row, "value"), shown(float(value)), "a scale of at least 0")
    what = ["assumption", "series", "kind"]
    for name, grid in frame.groupby("grid", sort=False):
        first: dict[int, tuple[str, ...]] = {}
        for row, axis, *cells in grid[["axis", *what]].itertuples():
            expected = first.setdefault(int(axis), tuple(cells))
            for column, cell, wanted in zip(what, cells, expected, strict=True):
                if cell != wanted:
                    yield Problem(locate(row, column), shown(cell), f"{wanted}, as axis {axis} of grid {name} begins")
        begin = int(grid.index[0])
        for axis in (_DOWN, _ACROSS):
            if axis not in first:
                yield Problem(locate(begin, "axis"), f"no axis {axis} in grid {name}", "rows of axis 1 and of axis 2")
        if len(first) > 1 and first[_DOWN] == first[_ACROSS]:
            yield Problem(
                locate(int(grid.index[grid["axis"] == _ACROSS][0]), "assumption"),
                f"{' '.join(first[_ACROSS])}, which axis 1 of grid {name} changes",
                "another assumption, series or kind",
            )


def _names_of_both(frames: Mapping[str, pd.DataFrame], locate: Locator) -> Iterator[Problem]:
    scenarios = set(frames[SCENARIOS]["scenario"])
    for row, name in frames[GRIDS]["grid"].drop_duplicates().items():
        if name in scenarios:
            yield Problem(locate(int(row), "grid"), shown(name), f"a name that no scenario in table {SCENARIOS} has")


def _scenarios(frame: pd.DataFrame) -> Iterator[Scenario]:
    given = frame.fillna({SCALE: 1.0, SHIFT: 0.0})
    for name, rows in given.groupby("scenario", sort=False):
        changes = tuple(
            Change(row["assumption"], row["series"], Linear(row[SCALE], row[SHIFT])) for row in rows.to_dict("records")
        )
        yield Scenario(str(name), changes, "; ".join(dict.fromkeys(note for note in rows["note"] if note)))


def _grids(frame: pd.DataFrame) -> Iterator[Grid]:
    for name, rows in frame.groupby("grid", sort=False):
        yield Grid(str(name), *(_axis(rows[rows["axis"] == axis]) for axis in (_DOWN, _ACROSS)))


def _axis(rows: pd.DataFrame) -> Axis:
    first = rows.iloc[0]
    return Axis(first["assumption"], first["series"], first["kind"], tuple(rows["value"].tolist()))
