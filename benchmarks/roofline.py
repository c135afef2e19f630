"""How far the kernel is from what the machine allows: its table gathers, exponentials and memory, each alone.

Bounds of one processor and of all, on the block of the benchmark, each measured here. The loops do no more than what
they are named for; the kernel cannot take less than the longest of them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba as nb
import numpy as np

from benchmarks import blocks
from benchmarks.run import POLICIES, YEARS, best
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.projection import kernel
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.prepare import prepare
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.timeline import Timeline
from xl_ltc.rate_increase.impact import policy_increase

GATHERS = 7
"""Tables read a policy year: three of log decrements, claim cost, duration, growth, improvement."""
power_of_e = kernel._exp
TRIAD = 20_000_000
CHUNK = 1_000


@nb.njit(nogil=True, error_model="numpy")
def gathers(low, high, years, levels, where, tables, steps, by_level, out):  # type: ignore[no-untyped-def]
    """Read seven values a policy year, two policy years a calendar year while improvement goes on, one after it."""
    a, b, c, d, e, f, g = tables
    for p in range(low, high):
        total = 0.0
        row = where[p]
        for y in range(years[p]):
            level = min(y, levels - 1)
            for part in range(1 if y >= levels else 0, 2):
                t = y + part
                total += a[min(row[0] + t * steps[0] + level * by_level[0], a.size - 1)]
                total += b[min(row[1] + t * steps[1], b.size - 1)] + c[min(row[2] + t * steps[2], c.size - 1)]
                total += d[min(row[3] + t * steps[3], d.size - 1)] + e[min(row[4] + t * steps[4], e.size - 1)]
                total += f[min(row[5] + t * steps[5], f.size - 1)]
                total += g[min(row[6] + t * steps[6] + level * by_level[1], g.size - 1)]
        out[p] = total


@nb.njit(nogil=True, error_model="numpy")
def exponentials(low, high, years, out):  # type: ignore[no-untyped-def]
    """One exponential a segment, as the kernel takes them."""
    x = -0.001 * np.arange(1, 2 * years.max() + 1)
    scratch, found = np.empty(len(x)), np.empty(len(x))
    for p in range(low, high):
        power_of_e(x[: 2 * years[p]], scratch, found)
        out[p] = found[0]


@nb.njit(nogil=True, error_model="numpy")
def triad(low, high, a, b, c):  # type: ignore[no-untyped-def]
    """Two numbers read, one written."""
    for i in range(low, high):
        a[i] = b[i] + 3.0 * c[i]


def in_threads(workers: int, items: int, chunk: int, work: Callable[[int, int], None]) -> None:
    """``work(low, high)`` on all items, in threads."""
    parts = [(low, min(low + chunk, items)) for low in range(0, items, chunk)]
    if workers == 1:
        for part in parts:
            work(*part)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda part: work(*part), parts))


def flat(columns: dict[str, Any]) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray, np.ndarray]:
    """The kernel's seven tables as flat arrays, where each policy begins in each, the step of a year in each, and the
    step of an improvement level in the first and the last."""
    age, duration = columns["age0"], columns["duration0"] - 1
    mortality, improvement = columns["log_mortality"], columns["morbidity_improvement"]
    durations = mortality.shape[-1]
    read = [
        (mortality, "mortality_class", age * durations, durations),
        (columns["log_lapse"], "lapse_class", duration, 1),
        (columns["log_expiry"], "expiry_class", age, 1),
        (columns["cost"], "cost_class", age, 1),
        (columns["duration_factor"], "duration_class", duration, 1),
        (columns["growth"], "growth_class", duration, 1),
        (improvement, "improvement_class", age, 1),
    ]
    begins = [
        columns[classes] * values.shape[-1] * (values.shape[-2] if values is mortality else 1) + first
        for values, classes, first, _ in read
    ]
    tables = tuple(np.ascontiguousarray(values, dtype=float).ravel() for values, *_ in read)
    steps = np.array([step for *_, step in read])
    by_level = np.array([mortality[0].size, improvement[0].size])
    return tables, np.stack(begins, axis=1).astype(np.int64), steps, by_level


def bandwidth(workers: int, times: int) -> float:
    """Bytes a second of a triad, best of several."""
    a, b, c = np.zeros(TRIAD), np.ones(TRIAD), np.ones(TRIAD)
    (seconds,) = best(times, lambda: in_threads(workers, TRIAD, TRIAD // 16, lambda lo, hi: triad(lo, hi, a, b, c)))
    return 3 * 8 * TRIAD / seconds


def note(times: int) -> str:
    """The roofline as a table and a few sentences, in Markdown."""
    assumptions = bundled()
    block = blocks.random_block(POLICIES, 1, assumptions)
    basis = ProjectionBasis.of(assumptions)
    impact = policy_increase(block, assumptions).impact
    prepared = PreparedBlock(block, basis)
    columns = prepare(block, basis, Timeline.of(block, assumptions.settings))
    tables, where, steps, by_level = flat(columns)
    levels, ages = columns["log_mortality"].shape[0], columns["log_mortality"].shape[2]
    # Nobody is left beyond the last age.
    policy_years = np.clip(ages - 1 - columns["age0"], 1, YEARS).astype(np.int64)
    evaluations = int((policy_years + np.minimum(policy_years, levels)).sum())
    how = (policy_years, levels, where, tables, steps, by_level)
    out = np.zeros(POLICIES)
    read = [v for v in (*columns.values(), impact.factors) if isinstance(v, np.ndarray) and len(v) == POLICIES]
    streamed = sum(v.nbytes for v in read)
    lines = ["| On | Kernel | Gathers alone | Exponentials alone | Memory alone | Kernel, times the longest |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    rates = []
    for workers in sorted({1, kernel.threads()}):
        whole, gathering, exp = best(
            times,
            lambda w=workers: prepared.project(impact, workers=w),
            lambda w=workers: in_threads(w, POLICIES, CHUNK, lambda lo, hi: gathers(lo, hi, *how, out)),
            lambda w=workers: in_threads(w, POLICIES, CHUNK, lambda lo, hi: exponentials(lo, hi, policy_years, out)),
        )
        speed = bandwidth(workers, max(times // 4, 2))
        memory = streamed / speed
        bounds = {"table gathers": gathering, "exponentials": exp, "memory": memory}
        longest = max(bounds, key=bounds.__getitem__)
        figures = " | ".join(f"{s * 1e3:.1f} ms" for s in (whole, gathering, exp, memory))
        lines.append(f"| {workers} processor{'s' * (workers > 1)} | {figures} | {whole / bounds[longest]:.1f} |")
        rates.append(
            f"{workers}: {GATHERS * evaluations / gathering / 1e9:.1f} billion gathers, "
            f"{2 * policy_years.sum() / exp / 1e9:.2f} billion exponentials, {speed / 1e9:.0f} GB a second; "
            f"{longest} take longest, the kernel {whole / bounds[longest]:.1f} times that"
        )
    held = sum(t.nbytes for t in tables) / 2**20
    text = (
        f"The kernel streams {streamed / POLICIES:.0f} bytes a policy, once, reads {GATHERS} values a policy year from "
        f"{held:.1f} MiB of tables and takes one exponential a segment, until a policy's last age. A second, by "
        f"processors — {'. '.join(rates)}. The kernel's time includes its thread start and the sums by group; what it "
        "takes beyond the longest is those, the arithmetic of the cash flows, and bounds that do not overlap."
    )
    return "\n".join([*lines, "", text])
