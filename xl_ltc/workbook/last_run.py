"""The last full run's results, kept for ``LTC_RESULT``: read from a small file, never computed again.

Each workbook a run writes has one record in the user's state folder (``XL_LTC_STATE``, or the place the operating
system gives); the newest record is the last run. Reading needs neither pandas nor the engine.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from xl_ltc.exhibits.table import ALL
from xl_ltc.files import written_whole
from xl_ltc.projection.results import BASES, Basis
from xl_ltc.projection.results import MEASURES as RUN_MEASURES

if TYPE_CHECKING:
    from xl_ltc.exhibits.filing_run import FilingRun
    from xl_ltc.loss_ratio.measures import Experience

STATE_VARIABLE = "XL_LTC_STATE"

BY_YEAR = (*RUN_MEASURES, "loss_ratio", "cumulative_loss_ratio")
"""Measures of a calendar year."""

_VALUED = {"premium": "earned_premium", "initial_premium": "initial_earned_premium", "claims": "incurred_claims"}
_PERIODS = {"accumulated": "history", "present": "future", "lifetime": "lifetime"}
TEST_ITEMS = ("1", "2a", "2b", "3", "4a", "4b", "5", "6a", "6b", "7")
SINGLE = (
    "lifetime_loss_ratio",
    *(f"{period}_{measure}" for measure in _VALUED for period in _PERIODS),
    "test_58_85",
    *(f"test_58_85_item_{item}" for item in TEST_ITEMS),
)
"""Measures at the valuation date; those of the 58%/85% test are after the increase only."""

MEASURES = (*SINGLE, *BY_YEAR)

_FORMAT = 1
_KEPT = 50
"""Records of the workbooks run last; older ones are removed."""


class NoRunError(Exception):
    """No run has been recorded, or none of the workbook asked for."""


def record(run: FilingRun, manifest: Mapping[str, Any], workbook: Path) -> dict[str, Any]:
    """A run's results as plain JSON values.

    Args:
        run: what was computed; manifest: its record; workbook: where it was written.
    """
    experience = run.experience
    blocks = {ALL: experience} | {series: experience.where(series=series) for series in run.series}
    return {
        "format": _FORMAT,
        "workbook": str(workbook.absolute()),
        "manifest": dict(manifest),
        "years": run.cash_flows.years.tolist(),
        "results": {
            series: {basis: _measures(block, basis) for basis in BASES}
            for series, block in blocks.items()
            if len(block.rates)
        },
    }


def _measures(block: Experience, basis: Basis) -> dict[str, Any]:
    from xl_ltc.exhibits.exhibit_2 import verdict  # not where a run is only read

    premium, claims = (block.cash_flows.total(m, basis) for m in ("earned_premium", "incurred_claims"))
    found: dict[str, Any] = {
        "lifetime_loss_ratio": block.lifetime_loss_ratio(basis),
        "loss_ratio": [c / p if p else float("nan") for c, p in zip(claims.tolist(), premium.tolist(), strict=True)],
        "cumulative_loss_ratio": block.cumulative_loss_ratio(basis).tolist(),
    }
    for measure in RUN_MEASURES:
        found[measure] = block.cash_flows.total(measure, basis).tolist()
    for short, measure in _VALUED.items():
        values = block.values(measure, basis)
        found |= {f"{period}_{short}": getattr(values, attribute) for period, attribute in _PERIODS.items()}
    if basis == "after":
        test = block.test_58_85()
        found["test_58_85"] = verdict(test.passed)
        found |= {f"test_58_85_item_{item}": getattr(test, f"item_{item}") for item in TEST_ITEMS}
    return found


def folder() -> Path:
    """Where the records are."""
    chosen = os.environ.get(STATE_VARIABLE)
    return (Path(chosen) if chosen else platformdirs.user_state_path("xl_ltc", appauthor=False)) / "runs"


def remember(run: FilingRun, manifest: Mapping[str, Any], workbook: Path) -> None:
    """Keep a run's results; they become the last run's once they are written whole.

    Raises:
        OSError: the state folder can't be written to.
    """
    where = folder()
    where.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record(run, manifest, workbook))
    with written_whole(where / _file_of(workbook)) as part:
        part.write_text(text, encoding="utf-8")
    for old in _newest_first(where)[_KEPT:]:
        old.unlink(missing_ok=True)


def moved(workbook: Path, to: Path) -> None:
    """Let the record of the last run into a workbook be of the file that it was put in place as."""
    old = folder() / _file_of(workbook)
    if not old.exists():
        return
    text = json.dumps({**_read(old), "workbook": str(to.absolute())})
    with written_whole(folder() / _file_of(to)) as part:
        part.write_text(text, encoding="utf-8")
    old.unlink(missing_ok=True)


def forget(workbook: Path) -> None:
    """Remove the record of the last run into a workbook that was thrown away, if there is one."""
    (folder() / _file_of(workbook)).unlink(missing_ok=True)


def last_run(workbook: str | None = None, may_read: Callable[[Path], bool] | None = None) -> Mapping[str, Any]:
    """The record of the last run, or of the last run into a workbook.

    Args:
        workbook: its path, or its file name if no other recorded workbook is called so.
        may_read: whether the caller may know of a workbook; for one who may not, its runs are not there. None for
            who may know of all.

    Raises:
        NoRunError: there is none, or several workbooks of that name.
    """
    files = _newest_first(folder())
    if may_read is not None:
        files = [file for file in files if may_read(Path(_read(file)["workbook"]))]
    if not files:
        raise NoRunError("no run has been recorded; use the button Run projection, or xl-ltc run or xl-ltc demo")
    if workbook is None:
        return _read(files[0])
    exact = folder() / _file_of(Path(workbook))
    if exact in files:
        return _read(exact)
    named = [run for run in map(_read, files) if Path(run["workbook"]).name.lower() == workbook.lower()]
    if len(named) != 1:
        known = ", ".join(dict.fromkeys(Path(_read(file)["workbook"]).name for file in files[:10]))
        found = f"{len(named)} workbooks called" if named else "no run into"
        raise NoRunError(f"{found} {workbook!r}; the last runs were into: {known}")
    return named[0]


def _file_of(workbook: Path) -> str:
    return hashlib.sha256(str(workbook.absolute()).encode()).hexdigest()[:32] + ".json"


def _newest_first(where: Path) -> list[Path]:
    dated = []
    for file in where.glob("*.json"):
        try:
            dated.append((file.stat().st_mtime_ns, file))
        except FileNotFoundError:  # another run has just removed it
            continue
    return [file for _, file in sorted(dated, reverse=True)]


def _read(file: Path) -> Mapping[str, Any]:
    status = file.stat()
    return _parsed(file, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=_KEPT)
def _parsed(file: Path, _changed: int, _size: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
