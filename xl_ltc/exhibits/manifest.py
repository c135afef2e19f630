"""A run's manifest: what was run on what, so that the run can be known again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

import xl_ltc
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.code import code_hash
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.control_totals import manifest_entry
from xl_ltc.pricing.sold import Sold
from xl_ltc.settings import as_text

_LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "scipy", "pymort", "xlsxwriter", "python-calamine", "lxml")


def manifest(
    run: FilingRun,
    command: str,
    started: dt.datetime,
    seconds: float,
    warnings: Sequence[str],
    inforce: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The record of a run as plain JSON values.

    ``run_id`` is when it was started and six digits of a hash over all it took: code, policies, assumptions, history,
    study and settings.

    Args:
        run: what was computed.
        command: what the user asked for.
        started: when, with its time zone; seconds: how long it took up to here.
        warnings: what the user should know.
        inforce: what the policies are known by, where the run does not hold them; None for ``manifest_entry``.
    """
    experience = run.experience
    taken = {
        "code_sha256": code_hash(),
        "inforce": manifest_entry(run.block) if inforce is None else dict(inforce),
        "assumptions_sha256": assumptions_hash(run.assumptions),
        "history_sha256": frame_hash(run.history),
        "study_sha256": frames_hash(run.study),
        "policies_sold_sha256": sold_hash(run.pricing.sold if run.pricing else None),
        "assumption_sets": dataclasses.asdict(run.request),
        "settings": as_text(run.assumptions.settings),
    }
    return {
        "run_id": run_id(taken, started),
        "scenario": run.scenario,
        **environment(_LIBRARIES),
        "command": command,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        **taken,
        "results": {
            "policies_affected": run.affected,
            "lifetime_loss_ratio_before": experience.lifetime_loss_ratio("before"),
            "lifetime_loss_ratio_after": experience.lifetime_loss_ratio("after"),
            "test_58_85_item_5": experience.test_58_85().item_5,
            "test_58_85_item_7": experience.test_58_85().item_7,
            "test_58_85_passed": experience.test_58_85().passed,
        },
        "warnings": list(warnings),
    }


def sold_hash(sold: Sold | str | None) -> str:
    """SHA-256 over the policies sold; nothing where they are not known."""
    if not isinstance(sold, Sold):
        return ""
    policies = str(manifest_entry(sold.block)["sha256"])
    return hashlib.sha256(policies.encode() + sold.count.tobytes()).hexdigest()


def run_id(taken: Mapping[str, Any], started: dt.datetime) -> str:
    """When a run was started, and six digits of a hash over all it took."""
    together = hashlib.sha256(repr(taken).encode()).hexdigest()
    return f"{started:%Y%m%d-%H%M%S}-{together[:6]}"


def environment(libraries: Sequence[str]) -> dict[str, Any]:
    """The versions of this package, of Python and of libraries."""
    return {
        "xl_ltc": xl_ltc.__version__,
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in libraries},
    }


def assumptions_hash(assumptions: AssumptionSet) -> str:
    """SHA-256 over every assumption table's names, columns and values, wherever they were read from."""
    return frames_hash(assumptions.tables.frames)


def frames_hash(frames: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 over tables by their names."""
    digest = hashlib.sha256()
    for name, frame in sorted(frames.items()):
        digest.update(name.encode())
        digest.update(frame_hash(frame).encode())
    return digest.hexdigest()


def frame_hash(frame: pd.DataFrame) -> str:
    """SHA-256 over a table's columns and values."""
    # repr of a float has every digit, so equal tables, and only they, have equal text.
    return hashlib.sha256(frame.to_csv(index=False, float_format=repr, lineterminator="\n").encode()).hexdigest()
