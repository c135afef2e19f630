"""The same job in this engine and in others: ``python benchmarks/peers.py`` prints one table and a roofline note.

Each engine has a process of its own, so that its peak memory is its own; in it the engine and xl_ltc take turns, so
that the ratio is of one run. A result that differs from xl_ltc's stops the benchmark. ``--write`` puts the text into
RESULTS.md and README.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import blocks, numpy_engine, pages
from benchmarks.run import AGREEMENT, POLICIES, YEARS, best, difference, head, peak_memory_mb
from release.project import requirements
from xl_ltc.assumptions.assumption_set import bundled, bundled_tables
from xl_ltc.projection.project import project
from xl_ltc.rate_increase.impact import policy_increase

NAME = "engines"
EXTRA = "benchmarks"
"""Of pyproject.toml, which declares the peers."""
FEW = 10
"""Policies of the run before memory is measured: what is loaded and compiled is not the job's."""


@dataclass(frozen=True)
class Peer:
    """An engine: its module here, the package it needs, how many policies it is given, and a remark."""

    name: str
    module: str
    package: str | None
    policies: int
    remark: str


PEERS = (
    Peer("plain NumPy", "numpy_engine", None, POLICIES, "vectors of policies, a loop over the years"),
    Peer("pandas", "pandas_engine", "pandas", 10_000, "a frame a segment, rates joined from tables"),
    Peer("modelx", "modelx_engine", "modelx", 10_000, "in the style of lifelib, whose models are modelx models"),
    Peer("heavylight", "heavylight_engine", "heavylight", 10_000, "LightModel, its memory optimised"),
    Peer("gaspatchio", "gaspatchio_engine", "gaspatchio", 10_000, "columns of lists over the segments, by Polars"),
    Peer("cashflower", "cashflower_engine", "cashflower", 500, "a policy at a time; memory of its first process only"),
)


@dataclass(frozen=True)
class Measured:
    """Seconds of the engine and of xl_ltc on the same policies, MB at the peak above the block's own, difference."""

    seconds: float
    engine_seconds: float
    memory: float
    apart: float


def engine_and_inputs(policies: int) -> tuple[Callable[[], np.ndarray], dict[str, Any]]:
    """xl_ltc's run of a random block, and the same block as the others read it."""
    assumptions = bundled()
    block = blocks.random_block(policies, 1, assumptions)
    impact = policy_increase(block, assumptions).impact
    text: dict[str, pd.DataFrame] = {name: table.frame.astype(str) for name, table in bundled_tables().items()}
    return (
        lambda: project(block, assumptions, impact).values,  # noqa: PD011
        numpy_engine.inputs(block.frame, text, assumptions.settings),
    )


def not_for_this_python(package: str) -> str:
    """Why the extra ``benchmarks`` leaves a package out on this Python; empty if it does not."""
    for wanted in requirements((EXTRA,)):
        if wanted.name == package and wanted.marker and not wanted.marker.evaluate():
            return f"not on Python {platform.python_version()}: {package} needs {wanted.marker}"
    return ""


def maker(module: str) -> Callable[[dict[str, Any]], Callable[[], np.ndarray]]:
    """What makes a run of inputs."""
    return import_module(f"benchmarks.{module}").make


def measure(module: str | None, policies: int, times: int) -> Measured:
    """Measure an engine, or xl_ltc itself if None, in this process."""
    small, small_inputs = engine_and_inputs(FEW)
    engine, inputs = engine_and_inputs(policies)
    (small if module is None else maker(module)(small_inputs))()
    base = peak_from_here()
    run = engine if module is None else maker(module)(inputs)
    values = run()
    memory = peak_so_far() - base
    apart = difference(engine(), values)
    if not apart <= AGREEMENT:
        raise SystemExit(f"{module} differs from the engine by {apart:.1e}, more than {AGREEMENT:g}")
    if module is None:
        (own,) = best(times, engine)
        return Measured(own, own, memory, 0.0)
    own, ours = best(times, run, engine)
    return Measured(own, ours, memory, apart)


def peak_from_here() -> float:
    """Forget the peak before now, where the system can; the peak resident memory after that, in MB."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return peak_memory_mb()
    return peak_so_far()


def peak_so_far() -> float:
    """Peak resident memory in MB; unlike ``peak_memory_mb`` without what the starting process held, on Linux."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return peak_memory_mb()


def in_own_process(module: str | None, policies: int, times: int) -> Measured:
    """``measure`` in a process of its own.

    Raises:
        SystemExit: it failed, with its message.
    """
    command = [sys.executable, __file__, "--one", module or "", "--policies", str(policies), "--times", str(times)]
    out = subprocess.run(command, capture_output=True, text=True, cwd=pages.ROOT)
    if out.returncode:
        raise SystemExit(out.stderr.strip())
    return Measured(**json.loads(out.stdout.splitlines()[-1]))


def row(name: str, policies: int, of: Measured, remark: str) -> str:
    """A line of the table."""
    cost = of.seconds / (policies * YEARS) * 1e9
    ratio, apart = of.seconds / of.engine_seconds, f"{of.apart:.0e}" if of.apart else "0"
    figures = f"{of.seconds:,.3f} s | {cost:,.0f} ns | {ratio:,.1f} | {of.memory:,.0f} MB | {apart}"
    return f"| {name} | {policies:,} | {figures} | {remark} |"


def table(times: int) -> str:
    """The table of all engines in Markdown."""
    lines = [
        "| Engine | Policies | Time | A policy-year | Times xl_ltc | Memory | Difference | Remark |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
        row("xl_ltc", POLICIES, in_own_process(None, POLICIES, times), "all processors"),
    ]
    for peer in PEERS:
        if peer.package and find_spec(peer.package) is None:
            lines.append(f"| {peer.name} | | | | | | | {not_for_this_python(peer.package) or 'not installed'} |")
            continue
        version = f" {importlib.metadata.version(peer.package)}" if peer.package else f" {np.__version__}"
        measured = in_own_process(peer.module, peer.policies, max(times // 10, 2))
        lines.append(row(peer.name + version, peer.policies, measured, peer.remark))
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="runs of xl_ltc, a tenth of them of the others")
    parser.add_argument("--write", action="store_true", help="put the text into RESULTS.md and README.md")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--policies", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(asdict(measure(options.one or None, options.policies, options.times))))
        return
    from benchmarks.roofline import note

    text = "\n\n".join((head(), table(options.times), note(options.times)))
    print(text)
    if options.write:
        pages.write(NAME, text, pages.RESULTS, pages.README)


if __name__ == "__main__":
    main()
