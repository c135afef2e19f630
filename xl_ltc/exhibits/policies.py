"""What is summed of policies: the engine values, and live shares, of the sections that describe the block.

Columns by series are named ``<prefix>_all``, ``<prefix>_0``, ``<prefix>_1``, … in the order of ``run.series``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Measure,
    PublishedKey,
    Row,
    engine,
    live,
    text,
)
from xl_ltc.partitions.summed import Summed

TOTAL = "Total"
SHARE, COUNT = "share", "count"
Reduce = Literal["SUM", "MIN", "MAX"]
_REDUCE: dict[Reduce, Callable[[list[float]], float]] = {"SUM": sum, "MIN": min, "MAX": max}


def table_of(run: FilingRun, found: Summed, what: str, size: int) -> np.ndarray:
    """Sums by code, as ``Policies.by_code`` has them, and series; shape (size, series)."""
    return np.stack([found.sums.get((what, code), np.zeros(len(run.series))) for code in range(size)])


def series_keys(run: FilingRun) -> dict[str, str]:
    """``all``, ``0``, ``1``, … and what each is called."""
    return {"all": ALL} | {str(i): name for i, name in enumerate(run.series)}


def series_columns(run: FilingRun, prefix: str, group: str, measure: Measure, width: float = 8.0) -> tuple[Column, ...]:
    """A column for all series and one for each."""
    return tuple(Column(f"{prefix}_{key}", name, measure, group, width) for key, name in series_keys(run).items())


def engine_cells(
    prefix: str, values: Sequence[float] | np.ndarray, how: Reduce = "SUM", measure: Measure | None = None
) -> dict[str, Cell]:
    """Engine values by series, and their live sum, minimum or maximum; a NaN is shown as N/A."""
    numbers = [float(v) for v in values]
    known = [v for v in numbers if not np.isnan(v)]
    cells = {f"{prefix}_{i}": engine(NOT_AVAILABLE if np.isnan(v) else v, measure) for i, v in enumerate(numbers)}
    total = f"={how}({{{prefix}_0}}:{{{prefix}_{len(numbers) - 1}}})"
    return {f"{prefix}_all": live(total, float(_REDUCE[how](known)) if known else 0.0, measure), **cells}


def series_rows(run: FilingRun) -> dict[str, str]:
    """Names and labels of rows by series."""
    return {f"series_{i}": name for i, name in enumerate(run.series)}


def summed_rows(run: FilingRun, sums: dict[str, np.ndarray]) -> list[tuple[str, dict[str, Cell], dict[str, float]]]:
    """A row for each series of engine values and one of their live sums: name, cells and values.

    Args:
        run: the run; sums: by column, values by series.
    """
    names = series_rows(run)
    first, last = next(iter(names)), list(names)[-1]
    rows = []
    for i, (row, label) in enumerate(names.items()):
        values = {key: float(by_series[i]) for key, by_series in sums.items()}
        rows.append((row, {"series": text(label), **{k: engine(v) for k, v in values.items()}}, values))
    totals = {key: float(by_series.sum()) for key, by_series in sums.items()}
    cells = {k: live(f"=SUM({{{first}.{k}}}:{{{last}.{k}}})", v) for k, v in totals.items()}
    return [*rows, (ALL, {"series": text(ALL), **cells}, totals)]


def distribution(
    labels: Mapping[str, str], counts: np.ndarray, *, offered_to_all: bool, total: str = TOTAL
) -> tuple[Row, ...]:
    """Rows of counts (engine) and shares (live) by series, and a total row.

    Args:
        labels: row names and labels; the column of the label is ``label``.
        counts: policies by row and series.
        offered_to_all: a category nobody has is a share of zero; if not, it is not available in that series.
        total: name of the row of totals.
    """
    totals = np.append(counts.sum(), counts.sum(axis=0))
    keys = ["all", *(str(i) for i in range(counts.shape[1]))]
    rows = []
    for (row, label), by_series in zip(labels.items(), counts, strict=True):
        numbers = np.append(by_series.sum(), by_series)
        cells = {"label": text(label), **engine_cells(COUNT, by_series)}
        for key, number, of in zip(keys, numbers, totals, strict=True):
            tested = f"{{{total}.{COUNT}_{key}}}" if offered_to_all else f"{{{COUNT}_{key}}}"
            missing = not (of if offered_to_all else number)
            formula = f'=IF({tested}=0,"{NOT_AVAILABLE}",{{{COUNT}_{key}}}/{{{total}.{COUNT}_{key}}})'
            cells[f"{SHARE}_{key}"] = live(formula, NOT_AVAILABLE if missing else float(number / of))
        rows.append(Row(row, cells))
    return (*rows, _total_row(list(labels), keys, totals, total))


def _total_row(rows: list[str], keys: list[str], totals: np.ndarray, total: str) -> Row:
    cells = {"label": text(TOTAL)}
    for key, of in zip(keys, totals, strict=True):
        column = f"{COUNT}_{key}"
        cells[column] = live(f"=SUM({{{rows[0]}.{column}}}:{{{rows[-1]}.{column}}})", float(of))
        share = f"{SHARE}_{key}"
        cells[share] = live(f"=SUM({{{rows[0]}.{share}}}:{{{rows[-1]}.{share}}})", 1.0 if of else 0.0)
    return Row(total, cells, "total")


def published_shares(run: FilingRun, table: str, labels: Mapping[str, str]) -> dict[PublishedKey, tuple[str, str]]:
    """Where each printed share of a distribution stands; ``labels``: row names and the filing's row labels."""
    return {
        (table, label, name): (row, f"{SHARE}_{key}")
        for row, label in labels.items()
        for key, name in series_keys(run).items()
    }
