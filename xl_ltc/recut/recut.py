"""A kept run's results summed by any of the policies' columns, through DuckDB, without projecting again."""

from __future__ import annotations

import glob
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xl_ltc.errors import InputError, one_of, shown
from xl_ltc.loss_ratio.values import lifetime_loss_ratio
from xl_ltc.recut.columns import (
    AFFECTED,
    BAND_WIDTH,
    BANDS,
    CALENDAR_YEAR,
    CASH_FLOWS,
    GROUPABLE,
    HISTORY,
    HISTORY_KEYS,
    HISTORY_MEASURES,
    POLICIES,
    POLICY_ID,
    READ,
    SUMMED,
    VALUE_FACTOR,
    YEARS,
    YES,
    Kind,
    Table,
)
from xl_ltc.recut.kept import RECORD, KeptRun
from xl_ltc.tables import to_number

if TYPE_CHECKING:
    import duckdb

Key = tuple[str | int | float, ...]
Only = tuple[tuple[str, str], ...]
"""Conditions: columns and the values they are to have; any of the values given for the same column."""

BY = (*GROUPABLE, *BANDS)
"""What a recut can group by."""

COUNTS = ("policies", "affected")
FUTURE = ("earned_premium", "incurred_claims")
_PAST_SUMS = tuple(f"accumulated_{name}" for name in HISTORY_MEASURES if name != "lives")


@dataclass(frozen=True)
class Group:
    """One group of a recut.

    Attributes:
        key: value of each column it is grouped by; empty for the total.
        sums: by name: ``policies``, ``affected``; ``annualized_premium``, $ a year; ``pv_…``, present values at the
            valuation date in $; with history ``accumulated_…`` values.
    """

    key: Key
    sums: Mapping[str, float]

    def future_loss_ratio(self, basis: str) -> float:
        """Present value of future claims over that of premium; NaN without premium."""
        return lifetime_loss_ratio(0.0, 0.0, *(self.sums[f"pv_{name}_{basis}"] for name in FUTURE))

    def lifetime_loss_ratio(self, basis: str) -> float:
        """History and future together; only where the recut has history."""
        past = (self.sums[f"accumulated_{name}"] for name in FUTURE)
        return lifetime_loss_ratio(*past, *(self.sums[f"pv_{name}_{basis}"] for name in FUTURE))


@dataclass(frozen=True)
class YearOfGroup:
    """A group's cash flows of a calendar year, as ``CASH_FLOWS``: $ a year, and lives at its end."""

    key: Key
    year: int
    flows: tuple[float, ...]


@dataclass(frozen=True)
class Recut:
    """A kept run's results by group.

    Attributes:
        by: the columns grouped by.
        only: the conditions.
        has_history: whether actual experience is included.
        groups: in the order of the assumption tables' categories; total: all of them.
        years: cash flows by group and year, if they were asked for; years in which nothing is left are left out.
        total_years: of all groups together.
    """

    by: tuple[str, ...]
    only: Only
    has_history: bool
    groups: tuple[Group, ...]
    total: Group
    years: tuple[YearOfGroup, ...] = ()
    total_years: tuple[YearOfGroup, ...] = ()

    @property
    def sums(self) -> tuple[str, ...]:
        """What is summed, in order."""
        return (*COUNTS, *SUMMED, *(_PAST_SUMS if self.has_history else ()))

    @property
    def note(self) -> str:
        """What a reader must know of the ratios."""
        if self.has_history:
            return "Lifetime loss ratios include actual experience, which is known by series and valuation rate."
        others = ", ".join(sorted({*self.by, *(name for name, _ in self.only)} - {*HISTORY_KEYS}))
        return (
            f"A recut of the future only: actual experience is known by series and valuation rate, not by {others}, so "
            "there are no lifetime loss ratios."
        )


def recut(kept: KeptRun, by: Sequence[str] = (), only: Iterable[tuple[str, str]] = (), *, years: bool = False) -> Recut:
    """Sum a kept run's results by group.

    Actual experience is included where all columns in ``by`` and ``only`` are such as it is known by.

    Args:
        kept: the kept run.
        by: columns to group by, of ``BY``; none for the total alone.
        only: columns, of ``BY`` or ``policy_id``, and values they are to have.
        years: whether cash flows by calendar year are wanted, too.

    Raises:
        InputError: an unknown column or one named twice, a value that no policy has, files that are not those of the
            run, or DuckDB not installed.
    """
    by, only = tuple(by), tuple(only)
    _check_by(by)
    duckdb = _duckdb()
    conditions = _Conditions.of(only)
    with duckdb.connect() as connection:
        try:
            return _recut(_Source(connection, kept, conditions), by, only, years)
        except duckdb.Error as error:
            words = f"files that DuckDB can't read ({' '.join(str(error).split())[:200]})"
            allowed = "a kept run that nothing changes meanwhile; keep the run again"
            raise InputError.single(str(kept.folder), words, allowed) from error


def _recut(source: _Source, by: tuple[str, ...], only: Only, years: bool) -> Recut:
    source.check_values()
    has_history = {*by, *(name for name, _ in only)} <= {*HISTORY_KEYS}
    sums = dict(source.future(by))
    names = (*COUNTS, *SUMMED)
    if has_history:
        past = dict(source.past(by))
        nothing, no_past = (0.0,) * len(names), (0.0,) * len(_PAST_SUMS)
        sums = {key: (*sums.get(key, nothing), *past.get(key, no_past)) for key in {**sums, **past}}
        names = (*names, *_PAST_SUMS)
    order = source.order(by)
    groups = tuple(Group(key, dict(zip(names, sums[key], strict=True))) for key in sorted(sums, key=order))
    total = Group((), {name: math.fsum(group.sums[name] for group in groups) for name in names})
    if not years:
        return Recut(by, only, has_history, groups, total)
    flows = [*(source.past_years(by) if has_history else ()), *source.future_years(by)]
    flows.sort(key=lambda of: (order(of.key), of.year))
    by_year: dict[int, list[tuple[float, ...]]] = {}
    for of in flows:
        by_year.setdefault(of.year, []).append(of.flows)
    total_years = tuple(
        YearOfGroup((), year, tuple(map(math.fsum, zip(*by_year[year], strict=True)))) for year in sorted(by_year)
    )
    return Recut(by, only, has_history, groups, total, tuple(flows) if by else (), total_years)


def _check_by(by: Sequence[str]) -> None:
    for i, name in enumerate(by):
        if name not in BY:
            raise InputError.single("--by", repr(name), f"one of {', '.join(BY)}")
        if name in by[:i]:
            raise InputError.single("--by", f"{name} a second time", "each column once")


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise InputError.single("xl-ltc recut", "no duckdb", "duckdb: pip install 'xl-ltc[recut]'") from error
    return duckdb


def _expression(name: str) -> str:
    """The SQL of a column of ``BY`` or the policy id; no other text becomes SQL."""
    if name in BANDS:
        begin = f'"{BANDS[name]}" // {BAND_WIDTH} * {BAND_WIDTH}'
        return f"({begin}) || '-' || ({begin} + {BAND_WIDTH - 1})"
    if name not in GROUPABLE and name != POLICY_ID:
        raise InputError.single("recut", repr(name), f"one of {', '.join((*BY, POLICY_ID))}")
    return f'"{name}"'


@dataclass(frozen=True)
class _Conditions:
    """The values that columns are to have, of the columns' kinds."""

    values: Mapping[str, tuple[str | int | float, ...]]

    @classmethod
    def of(cls, only: Only) -> _Conditions:
        values: dict[str, tuple[str | int | float, ...]] = {}
        for name, text in only:
            if name not in BY and name != POLICY_ID:
                raise InputError.single("--only", repr(name), f"one of {', '.join((*BY, POLICY_ID))}")
            values[name] = (*values.get(name, ()), _typed(name, text))
        return cls(values)

    @property
    def series(self) -> Collection[str] | None:
        """The series whose files are enough; None for all."""
        return [str(value) for value in self.values["series"]] if "series" in self.values else None

    @property
    def sql(self) -> str:
        """With a ``?`` for each value."""
        each = (f"{_expression(name)} IN ({', '.join('?' * len(v))})" for name, v in self.values.items())
        return " AND ".join(each) or "TRUE"

    @property
    def parameters(self) -> list[str | int | float]:
        return [value for values in self.values.values() for value in values]


def _typed(name: str, text: str) -> str | int | float:
    kind: Kind = GROUPABLE.get(name, "text")
    if kind == "text":
        return text
    number = to_number(text)
    if number is None or not math.isfinite(number) or (kind == "integer" and not float(number).is_integer()):
        allowed = "a whole number" if kind == "integer" else "a number"
        raise InputError.single(f"--only {name}", repr(text), allowed)
    return int(number) if kind == "integer" else float(number)


class _Source:
    """The kept run's tables, the conditions applied."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, kept: KeptRun, conditions: _Conditions) -> None:
        self._connection, self._kept, self._conditions = connection, kept, conditions
        self._policies = self._files(POLICIES)

    def check_values(self) -> None:
        """Raises InputError for a condition that no policy meets."""
        if not self._conditions.values:
            return
        for name, values in self._conditions.values.items():
            column = _expression(name)
            found = {row[0] for row in self._rows(f"SELECT DISTINCT {column} FROM {_PARQUET}", [self._policies])}
            for value in values:
                if value not in found:
                    allowed = one_of(sorted(found, key=self._rank(name)))
                    raise InputError.single(f"--only {name}", repr(value), allowed)
        (count,) = self._rows(
            f"SELECT count(*) FROM {_PARQUET} WHERE {self._conditions.sql}", self._with(self._policies)
        )[0]
        if not count:
            raise InputError.single("--only", "conditions that no policy meets together", "such as some policy meets")

    def future(self, by: Sequence[str]) -> Iterable[tuple[Key, tuple[float, ...]]]:
        """Counts and sums over policies by group."""
        sums = ", ".join(
            ["count(*)", f"count(*) FILTER (\"{AFFECTED}\" = '{YES}')", *(f'fsum("{name}")' for name in SUMMED)]
        )
        return self._grouped(by, (), sums, self._policies)

    def past(self, by: Sequence[str]) -> Iterable[tuple[Key, tuple[float, ...]]]:
        """Accumulated history by group."""
        sums = ", ".join(f'fsum("{name}" * "{VALUE_FACTOR}")' for name in HISTORY_MEASURES if name != "lives")
        return self._grouped(by, (), sums, self._files(HISTORY))

    def future_years(self, by: Sequence[str]) -> Iterable[YearOfGroup]:
        """Projected cash flows."""
        sums = ", ".join(f'fsum("{name}")' for name in CASH_FLOWS)
        files = self._files(YEARS, self._conditions.series)
        return _by_year(self._grouped(by, (CALENDAR_YEAR,), sums, files))

    def past_years(self, by: Sequence[str]) -> Iterable[YearOfGroup]:
        """Actual cash flows; they are the same before and after the increase."""
        sums = ", ".join(f'fsum("{name.rsplit("_", 1)[0]}")' for name in CASH_FLOWS)
        return _by_year(self._grouped(by, (CALENDAR_YEAR,), sums, self._files(HISTORY)))

    def order(self, by: Sequence[str]) -> Any:
        """A sort key for groups: the assumption tables' order of categories, numbers by size."""
        ranks = [self._rank(name) for name in by]
        return lambda key: tuple(rank(value) for rank, value in zip(ranks, key, strict=True))

    def _rank(self, name: str) -> Any:
        if name in BANDS:
            return lambda band: int(band.split("-")[0])
        position = {category: i for i, category in enumerate(self._kept.categories.get(name, ()))}

        def of_category(value: Any) -> int:
            if value not in position:
                raise _damaged(str(self._kept.folder), f"{name} {shown(value)}, which the record does not know")
            return position[value]

        return of_category if position else lambda value: value

    def _grouped(
        self, by: Sequence[str], more: Sequence[str], sums: str, files: Sequence[str]
    ) -> Iterable[tuple[Key, tuple[float, ...]]]:
        keys = [*map(_expression, by), *(f'"{name}"' for name in more)]
        # A total of no columns at all has one row, of no policies too.
        group = f" GROUP BY {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
        sql = f"SELECT {', '.join([*keys, sums])} FROM {_PARQUET} WHERE {self._conditions.sql}{group}"
        for row in self._rows(sql, self._with(files)):
            if None in row[: len(keys)]:
                raise _damaged(str(self._kept.folder), f"nothing (blank) in one of {', '.join((*by, *more))}")
            yield tuple(row[: len(keys)]), tuple(float(value or 0.0) for value in row[len(keys) :])

    def _with(self, files: Sequence[str]) -> list[Any]:
        return [files, *self._conditions.parameters]

    def _files(self, table: Table, series: Collection[str] | None = None) -> list[str]:
        """The files of a table as DuckDB reads them, found to be those that were written, and of a kept run's kind."""
        paths = self._kept.checked(table, series)
        names = [glob.escape(str(path)) for path in paths]  # a bracket or star would stand for others
        if not names:
            raise _damaged(str(self._kept.folder / RECORD), f"no file of the table {table}")
        for path, name in zip(paths, names, strict=True):
            stored = dict(self._rows("SELECT name, type FROM parquet_schema(?)", [name]))
            for column, kind in READ[table].items():
                found = stored.get(column)
                if found not in _STORED[kind]:
                    what = f"column {column} of the type {found}" if column in stored else f"no column {column}"
                    raise _damaged(str(path), what)
        return names

    def _rows(self, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()


_PARQUET = "read_parquet(?, hive_partitioning = false)"


_STORED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {"text": ("BYTE_ARRAY",), "integer": ("INT32", "INT64"), "number": ("DOUBLE",)}
)
"""How Parquet stores each kind."""


def _damaged(place: str, found: str) -> InputError:
    return InputError.single(place, found, "a kept run as xl-ltc run … --keep wrote it; keep the run again")


def _by_year(rows: Iterable[tuple[Key, tuple[float, ...]]]) -> Iterable[YearOfGroup]:
    for key, flows in rows:
        yield YearOfGroup(key[:-1], int(key[-1]), flows)
