"""A study's record: what was studied on what, so that the study can be known again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from xl_ltc.exhibits.manifest import Told, assumptions_hash, frame_hash, record
from xl_ltc.experience.conduct import StudyResult

_LIBRARIES = (
    *("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "pymort"),
    *("glum", "tabmat", "xlsxwriter", "python-calamine", "lxml", "platformdirs"),
)


def study_manifest(
    result: StudyResult,
    data: Mapping[str, pd.DataFrame],
    command: str,
    started: dt.datetime,
    seconds: float,
    warnings: Sequence[str],
) -> dict[str, Any]:
    """The record of a study as plain JSON values.

    Args:
        result: what was found; data: the checked tables it was found in, by name.
        command: what the user asked for; started: when, with its time zone; seconds: how long it took up to here.
        warnings: what the user should know.
    """
    taken = {
        "data": {name: {"rows": len(frame), "sha256": frame_hash(frame)} for name, frame in data.items()},
        "assumptions_sha256": assumptions_hash(result.assumptions),
        "basis": {f.name: str(getattr(result.basis, f.name)) for f in dataclasses.fields(result.basis)},
    }
    totals = {str(name): float(value) for name, value in result.totals.items()}
    return record(taken, totals, Told(command, started, seconds, tuple(warnings)), _LIBRARIES)
