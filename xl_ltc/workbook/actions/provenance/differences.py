"""How far two files, or two records, are from each other, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xl_ltc.exhibits.run_data import RunData
from xl_ltc.exhibits.run_page import flat

TOLERANCE = 1e-12
"""Largest relative difference at which two numbers agree."""


@dataclass(frozen=True)
class Difference:
    """How far two of a kind are from each other.

    Attributes:
        relative: the largest difference of two numbers over the larger of them; infinite where a text, a line or a
            column differs.
        place: where it is, with both values; nothing where there is none.
    """

    relative: float
    place: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it is within the tolerance."""
        return self.relative <= TOLERANCE


def between_files(recorded: Path, now: Path) -> Difference:
    """Two result files of one name, of comma-separated values or Parquet."""
    return between_frames(_frame(recorded), _frame(now))


def _frame(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def between_results(recorded: RunData, now: RunData) -> Difference:
    """Every number and verdict in the exhibits of two workbooks."""
    return between_frames(_results(recorded), _results(now))


def _results(data: RunData) -> pd.DataFrame:
    return pd.DataFrame([(*key, value) for key, value in data.results.items()], columns=["exhibit", "row", "of", "is"])


def between_frames(recorded: pd.DataFrame, now: pd.DataFrame) -> Difference:
    """Two tables; lines are counted from 1 below the header."""
    if list(recorded.columns) != list(now.columns):
        return Difference(math.inf, f"columns {_few(recorded.columns)}, now {_few(now.columns)}")
    if len(recorded) != len(now):
        return Difference(math.inf, f"{len(recorded):,} lines, now {len(now):,}")
    worst = Difference(0.0)
    for name in recorded.columns:
        before, after = (frame[name].astype(str).reset_index(drop=True) for frame in (recorded, now))
        relative = _relative(before, after)
        at = int(relative.argmax()) if len(relative) else 0
        if len(relative) and relative[at] > worst.relative:
            place = f"line {at + 1:,}, column {name}: {before[at]}, now {after[at]}"
            worst = Difference(float(relative[at]), place)
    return worst


def _relative(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Relative difference line by line; 0 where the text is the same, infinite where it is other and no number."""
    a, b = (pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64) for column in (before, after))
    same = (before == after).to_numpy()
    numbers = np.isfinite(a) & np.isfinite(b)
    larger = np.maximum(np.abs(a), np.abs(b))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(larger > 0.0, np.abs(a - b) / larger, 0.0)
    return np.where(same, 0.0, np.where(numbers, found, math.inf))


def _few(names: pd.Index) -> str:
    return ", ".join(map(str, names[:6])) + (", …" if len(names) > 6 else "")


def between_records(
    recorded: Mapping[str, Any], now: Mapping[str, Any], names: tuple[str, ...]
) -> Iterator[tuple[str, Any, Any]]:
    """The entries of two records that differ: name, as recorded, as now; None for one that is not there."""
    before, after = (dict(flat("", {k: of[k] for k in names if k in of})) for of in (recorded, now))
    for key in {**before, **after}:
        one, other = before.get(key), after.get(key)
        if not _agree(one, other):
            yield key, one, other


def _agree(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or math.isclose(one, other, rel_tol=TOLERANCE) or (one != one and other != other)
    return one == other
