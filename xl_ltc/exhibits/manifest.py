"""A run's manifest: what was run on what, so that the run can be known again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

import xl_ltc
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.code import bundled_data_hash, code_hash
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.experience.study import Study
from xl_ltc.inforce.control_totals import manifest_entry
from xl_ltc.pricing.analysis import PricingRequest
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.kernel import threads
from xl_ltc.settings import as_text

_LIBRARIES = (
    *("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "pymort"),
    *("xlsxwriter", "python-calamine", "lxml", "platformdirs"),
)


def manifest(
    run: FilingRun,
    command: str,
    started: dt.datetime,
    seconds: float,
    warnings: Sequence[str],
    inforce: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The record of a run as plain JSON values.

    Args:
        run: what was computed.
        command: what the user asked for.
        started: when, with its time zone; seconds: how long it took up to here.
        warnings: what the user should know.
        inforce: what the policies are known by, where the run does not hold them; None for ``manifest_entry``.
    """
    experience = run.experience
    sold = run.pricing.sold if run.pricing else None
    results = {
        "policies_affected": run.affected,
        "lifetime_loss_ratio_before": experience.lifetime_loss_ratio("before"),
        "lifetime_loss_ratio_after": experience.lifetime_loss_ratio("after"),
        "test_58_85_item_5": experience.test_58_85().item_5,
        "test_58_85_item_7": experience.test_58_85().item_7,
        "test_58_85_passed": experience.test_58_85().passed,
    }
    known_by = manifest_entry(run.block) if inforce is None else inforce
    took = taken(known_by, run.assumptions, run.history, run.study, sold, run.request)
    return record(took, results, Told(command, started, seconds, tuple(warnings), run.scenario))


def taken(
    inforce: Mapping[str, Any],
    assumptions: AssumptionSet,
    history: pd.DataFrame,
    study: Study,
    sold: Sold | str | None,
    request: PricingRequest,
) -> dict[str, Any]:
    """What a run stands on, as plain JSON values; ``inforce`` is the entry of its policies in force."""
    return {
        "inforce": inforce,
        "assumptions_sha256": assumptions_hash(assumptions),
        "history_sha256": frame_hash(history),
        "study_sha256": frames_hash(study),
        "policies_sold_sha256": sold_hash(sold),
        "assumption_sets": dataclasses.asdict(request),
        "settings": as_text(assumptions.settings),
    }


@dataclass(frozen=True)
class Told:
    """What is known of a run beside what it took and gave.

    Attributes:
        command: what the user asked for.
        started: when, with its time zone; seconds: how long it took.
        warnings: what the user should know.
        scenario: what the user calls it; None for what has no scenario.
    """

    command: str
    started: dt.datetime
    seconds: float
    warnings: Sequence[str]
    scenario: str | None = None


def record(
    took: Mapping[str, Any], results: Mapping[str, Any], told: Told, libraries: Sequence[str] = _LIBRARIES
) -> dict[str, Any]:
    """The record of anything that was computed, as plain JSON values; every manifest is made by this.

    ``run_id`` is when it was started and six digits of a hash over the code and all it took.

    Args:
        took: settings, and hashes and control totals of what it stands on.
        results: the numbers a reader looks for first.
        told: what else is known.
        libraries: whose versions matter.
    """
    known = {"code_sha256": code_hash(), **took}
    return {
        "run_id": run_id(known, told.started),
        **({} if told.scenario is None else {"scenario": told.scenario}),
        **environment(libraries),
        "command": told.command,
        "started": told.started.isoformat(timespec="seconds"),
        "seconds": round(told.seconds, 2),
        **known,
        "results": dict(results),
        "warnings": list(told.warnings),
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
    """The versions of this package, its bundled data, Python and libraries; and what kind of machine this is."""
    return {
        "xl_ltc": xl_ltc.__version__,
        "bundled_data_sha256": bundled_data_hash(),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in libraries},
        "machine": {"system": platform.system(), "processor": platform.machine(), "threads": threads()},
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
