"""Benchmarks of the engine: ``python benchmarks/run.py`` prints one table, ``--write`` puts it into RESULTS.md.

All ratios are of times taken in this one process, each the best of several runs. ``peers.py`` compares the engine
with others that do the same job.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import itertools
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import blocks, pages, reference_kernel
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.control import EACH_SERIES, SOLVE_FOR, SOLVE_MEASURES, TOGETHER
from xl_ltc.exhibits.solving import SolveRequest
from xl_ltc.exhibits.solving_by_series import answered
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.experience.study import bundled_study
from xl_ltc.illustration.block import illustrate, policies_sold
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.analysis import PricingBasisOfRun
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.prepare import prepare
from xl_ltc.projection.project import grouping, project
from xl_ltc.projection.timeline import Timeline
from xl_ltc.rate_increase.impact import policy_increase

ROOT = Path(__file__).parents[1]
POLICIES, YEARS, REFERENCE_POLICIES = 77_020, 60, 70_000
SEGMENTS = 2
"""Of a year: until the policy anniversary and from it on. The reference has one."""
MOST_TIMES_REFERENCE = 2.0
"""For a policy and segment, preparation included."""
AGREEMENT = 1e-9
MOST_SECONDS_TO_SOLVE = 2.0
FALLS_BY = 0.1
"""What is solved for brings the measure down by this part of what it is without an increase."""

COLD = """
import sys, time
begin = time.perf_counter()
from benchmarks.blocks import random_block
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.projection.project import project
imported = time.perf_counter()
assumptions = bundled()
block = random_block(100, 1, assumptions)
built = time.perf_counter()
project(block, assumptions)
print(imported - begin, built - imported, time.perf_counter() - built)
"""


def best(times: int, *runs: Callable[[], Any]) -> list[float]:
    """Seconds of each run's fastest time, after one that does not count.

    The runs take turns, so that a change of the machine's speed does not make their ratio.
    """
    seconds: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(times):
        for run, own in zip(runs, seconds, strict=True):
            begin = time.perf_counter()
            run()
            own.append(time.perf_counter() - begin)
    return [min(own) for own in seconds]


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Largest relative difference."""
    size = np.maximum(np.abs(a), np.abs(b))
    return float(np.max(np.abs(a - b) / np.where(size > 1e-200, size, 1.0), initial=0.0))


def peak_memory_mb() -> float:
    """Peak resident memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def cold_start() -> tuple[list[float], list[float]]:
    """Seconds to import, to read the tables and to project 100 policies: nothing compiled before, then compiled."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(ROOT)}
        out = [
            subprocess.run([sys.executable, "-c", COLD], env=environment, capture_output=True, text=True, check=True)
            for _ in range(2)
        ]
    first, second = ([float(s) for s in o.stdout.split()] for o in out)
    return first, second


def measure(times: int) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Rows of (what, time, remark), and the bars that are not met."""
    rows: list[tuple[str, str, str]] = []
    failed: list[str] = []
    assumptions = bundled()
    block = blocks.random_block(POLICIES, 1, assumptions)
    increase = policy_increase(block, assumptions)
    impact = increase.impact
    memory_before = peak_memory_mb()

    project(block, assumptions, impact)
    memory = peak_memory_mb() - memory_before
    timeline, basis = Timeline.of(block, assumptions.settings), ProjectionBasis.of(assumptions)
    reference, engine, new, preparing, grouped, increasing = best(
        times,
        reference_kernel.make(REFERENCE_POLICIES),
        lambda: project(block, assumptions, impact),
        lambda: project(Block(block.frame), assumptions, impact),
        lambda: prepare(block, basis, timeline),
        lambda: grouping(block, assumptions, ("series",)),
        lambda: policy_increase(block, assumptions).impact,
    )
    ratio = engine / (POLICIES * SEGMENTS) / (reference / REFERENCE_POLICIES)

    rows.append((f"reference kernel, {REFERENCE_POLICIES:,} policies", f"{reference * 1e3:.1f} ms", "1"))
    words = f"{ratio:.1f} times the reference for a policy and segment"
    rows.append((f"engine, {POLICIES:,} policies, warm", f"{engine * 1e3:.1f} ms", words))
    rows.append(("engine, policies that are new each time", f"{new * 1e3:.1f} ms", "their classes found as well"))
    rows.append(("— of which tables and columns (prepare)", f"{preparing * 1e3:.1f} ms", ""))
    rows.append(("— of which grouping", f"{grouped * 1e3:.1f} ms", ""))
    rows.append(("rate increase and elections of every policy", f"{increasing * 1e3:.1f} ms", ""))
    if ratio > MOST_TIMES_REFERENCE:
        failed.append(f"the engine takes {words}, more than {MOST_TIMES_REFERENCE:g}")

    rows.append(("engine, per policy-year", f"{engine / (POLICIES * YEARS) * 1e9:.0f} ns", ""))
    first, second = cold_start()
    rows.append(("first projection, nothing compiled", f"{first[2]:.1f} s", f"import {first[0]:.1f} s"))
    rows.append(("first projection, compiled before", f"{second[2]:.2f} s", f"import {second[0]:.1f} s"))
    rows.append(("tables read and checked", f"{second[1]:.2f} s", ""))
    rows.append(("memory taken by projecting", f"{memory:,.0f} MB", "peak resident, above the block's own"))
    return rows, failed


def solving(times: int) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The same of solving for an increase on the illustrative block, the measure to 1e-8."""
    rows: list[tuple[str, str, str]] = []
    failed: list[str] = []
    assumptions = bundled()
    illustration = illustrate(assumptions)
    block, history = illustration.block, illustrative_history(illustration, assumptions)
    sets = AssumptionSets(assumptions, bundled_study())
    pricing = PricingBasisOfRun.of(sets, policies_sold(illustration, assumptions), lambda _: None)
    case = SolveCase.of(block, history, assumptions, pricing, CURRENT)
    none = policy_increase(block, assumptions, np.zeros(len(block)))
    unchanged = case.cash_flows(none)
    for measure, solve_for in itertools.product(SOLVE_MEASURES, SOLVE_FOR):
        target = (1.0 - FALLS_BY) * case.measure(measure).of(unchanged)
        for by, behaviour in itertools.product((TOGETHER, EACH_SERIES), (True, False)):
            request = SolveRequest(solve_for, measure, target, behaviour, by)
            projection, own = best(
                max(times // 10, 2),
                lambda: project(block, assumptions, none.impact),
                functools.partial(answered, case, request),
            )
            name = f"solve: {measure}, {solve_for}, {by}, {'with' if behaviour else 'without'} behaviour"
            rows.append((name, f"{own:.2f} s", f"{own / projection:.1f} times a projection"))
            if own > MOST_SECONDS_TO_SOLVE:
                failed.append(f"{name} takes {own:.2f} s, more than {MOST_SECONDS_TO_SOLVE:g} s")
    return rows, failed


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def head() -> str:
    """When and on what was measured, and what."""
    return (
        f"{dt.date.today().isoformat()}, {processor()}, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}. Before and after the increase, two segments a year, {YEARS} years."
    )


def report(rows: list[tuple[str, str, str]]) -> str:
    """The table in Markdown."""
    lines = [head(), "", "| What | Time | Remark |", "|---|---:|---|"]
    return "\n".join([*lines, *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


def main() -> int:
    """Measure, print, write the file if asked; exit code 1 if a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30, help="runs of each; the fastest counts")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/RESULTS.md")
    options = parser.parse_args()
    rows, failed = measure(options.times)
    to_solve, too_slow = solving(options.times)
    rows, failed = rows + to_solve, failed + too_slow
    text = report(rows)
    print(text)
    for line in failed:
        print(f"FAILED: {line}", file=sys.stderr)
    if options.write:
        pages.write("parts", text, pages.RESULTS)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
