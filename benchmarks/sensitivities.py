"""A thousand sensitivity runs of the illustrative block: ``python benchmarks/sensitivities.py [RUNS]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.run import best, peak_memory_mb
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.experience.study import nothing_given
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.project import project
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.scenarios.run import run_scenarios
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.specs import CHANGEABLE, INTEREST

RUNS = 1_000
MOST_SECONDS = 180.0


def scenarios(count: int) -> list[Scenario]:
    """Every run another scale of another assumption; every second one of a single series. None of interest, which needs
    no projection of its own."""
    names = [name for name in CHANGEABLE if name != INTEREST]
    scales = np.linspace(0.5, 1.5, count)
    series = ("All", "500")
    return [
        Scenario(str(i), (Change(names[i % len(names)], series[i % 2], Linear(float(scale))),))
        for i, scale in enumerate(scales)
    ]


def main() -> int:
    """Run, print; exit code 1 if it took too long."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    assumptions = bundled()
    illustration = illustrate(assumptions)
    history = illustrative_history(illustration, assumptions)
    sets = AssumptionSets(assumptions, nothing_given())
    impact = policy_increase(illustration.block, assumptions).impact
    (one,) = best(10, lambda: project(illustration.block, assumptions, impact))
    begin = time.perf_counter()
    run_scenarios(illustration.block, history, sets, sets.mix("current"), scenarios(count))
    seconds = time.perf_counter() - begin
    print(f"{len(illustration.block):,} policies, {count:,} runs: {seconds:.1f} s, {seconds / count * 1e3:.1f} ms each")
    print(f"one projection: {one * 1e3:.1f} ms, a run {seconds / count / one:.2f} times that")
    print(f"peak resident memory, the block and its generator included: {peak_memory_mb():,.0f} MB")
    return 0 if seconds * RUNS <= MOST_SECONDS * count else 1


if __name__ == "__main__":
    sys.exit(main())
